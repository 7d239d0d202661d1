//! That the tolerances can fail: a small defect in the arithmetic exceeds some of them.

use super::freedom::Freedom;
use super::judge::{Draw, cases};
use super::machine::Defect;
use crate::sweep;
use dropout_oracle::number::Arithmetic;
use rayon::prelude::*;

const DEFECTS: [(&str, Defect); 4] = [
    ("one product in half of the bits", Defect::ShortProduct),
    ("the last term of a sum lost", Defect::LostTerm),
    ("1/p in half of the bits", Defect::ShortInverse),
    ("exp in half of the bits", Defect::ShortExponential),
];

/// The number of cases in which some element of the plainest implementation with a defect exceeds its tolerance.
fn rejected(arithmetic: usize, defect: Option<Defect>) -> usize {
    let freedom = Freedom::plain(Arithmetic::ALL[arithmetic]);
    let fails = |case| {
        let draw = Draw { case, arithmetic, number: 0 };
        draw.failure(&draw.run(freedom, defect)).is_some()
    };
    cases().par_iter().filter(|case| fails(case)).count()
}

#[test]
fn every_defect_exceeds_the_tolerance_of_some_case_in_every_arithmetic() {
    let arithmetics = 0..Arithmetic::ALL.len();
    let header: String =
        Arithmetic::ALL.iter().map(|arithmetic| format!("{:>9}", arithmetic.to_string())).collect();
    let mut table = format!("{:<32}{header}\n", format!("of {} cases", cases().len()));
    for (name, defect) in DEFECTS {
        let counts: Vec<usize> = arithmetics.clone().map(|each| rejected(each, Some(defect))).collect();
        let entries: String = counts.iter().map(|count| format!("{count:>9}")).collect();
        table += &format!("{name:<32}{entries}\n");
        assert!(counts.iter().all(|&count| count > 0), "{name}: {counts:?}");
    }
    if sweep::is_on() {
        insta::assert_snapshot!(table);
    }
}

#[test]
fn the_same_implementation_without_a_defect_is_within_every_tolerance() {
    for arithmetic in 0..Arithmetic::ALL.len() {
        assert_eq!(rejected(arithmetic, None), 0, "{}", Arithmetic::ALL[arithmetic]);
    }
}
