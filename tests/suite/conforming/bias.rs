//! The test for a rounding bias over a whole run: it finds a truncating kernel although every element is within
//! its tolerance, and no conforming implementation.

use super::freedom::{Accumulator, Freedom};
use super::judge::{Draw, cases, place};
use super::machine::{Defect, Machine};
use super::step::step;
use crate::sweep;
use dropout_oracle::conform::cases::{Case, built_in};
use dropout_oracle::conform::judge::sign_bias::{self, Finding, SUMS, Side, bias, sign_bias};
use dropout_oracle::conform::judge::verdict::Status;
use dropout_oracle::conform::judge::verdict::{Outcome, SignBias};
use dropout_oracle::conform::judge::whole_run::WholeRunCheck;
use dropout_oracle::conform::run::run as asked;
use dropout_oracle::conform::{About, Answer, Subject};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::Problem;
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::Quantity;
use rayon::prelude::*;

/// The terms of each Σ of these results, products of the results that went into it.
pub fn terms(draw: &Draw, own: &Step<f64>, quantity: Quantity) -> Vec<Vec<(f64, f64)>> {
    let inputs = draw.case.problem.inputs();
    let (m, n, n_next) = (draw.case.problem.m(), draw.case.problem.n(), draw.case.problem.n_next());
    let stored = Machine::new(draw.arithmetic(), draw.freedom(), None);
    let (w, b) = (inputs.w.map(|&x| stored.stored(x)), inputs.b.map(|&x| stored.stored(x)));
    let (a_tilde, dz) = (&own.forward.a_tilde, &own.backward.dz);
    let table = |rows: usize, cols: usize, terms: &dyn Fn(usize, usize) -> Vec<(f64, f64)>| {
        (0..rows * cols).map(|cell| terms(cell / cols, cell % cols)).collect()
    };
    match quantity {
        Quantity::Z => table(m, n_next, &|i, j| {
            (0..n).map(|k| (w.at(k, j), a_tilde.at(i, k))).chain([(b.at(j), 1.0)]).collect()
        }),
        Quantity::Dw => table(n, n_next, &|k, j| (0..m).map(|i| (dz.at(i, j), a_tilde.at(i, k))).collect()),
        Quantity::Db => table(1, n_next, &|_, j| (0..m).map(|i| (dz.at(i, j), 1.0)).collect()),
        _ => table(m, n, &|i, k| (0..n_next).map(|j| (dz.at(i, j), w.at(k, j))).collect()),
    }
}

/// The Σ of these terms in twice the precision of a double.
pub fn sums(terms: &[Vec<(f64, f64)>]) -> Vec<f64> {
    let double = Arithmetic::plain(Format::F64);
    let freedom = Freedom { accumulator: Accumulator::TwoDoubles, ..Freedom::plain(double) };
    let exact = Machine::new(double, freedom, None);
    terms.iter().map(|terms| exact.dot(terms)).collect()
}

/// One implementation's sign bias of each Σ of each case; `None` if an element exceeds its tolerance.
fn run(
    arithmetic: Arithmetic,
    freedom: impl Fn(&Draw) -> Freedom + Sync,
    defect: Option<Defect>,
) -> Vec<Option<[SignBias; 4]>> {
    let case = |case| {
        let draw = Draw { case, arithmetic: place(arithmetic), number: 0 };
        let own = draw.run(freedom(&draw), defect);
        let lean_of = |quantity| {
            sign_bias(own.cells(quantity), &sums(&terms(&draw, &own, quantity)), arithmetic.storage)
        };
        draw.failure(&own).is_none().then(|| SUMS.map(lean_of))
    };
    cases().par_iter().map(case).collect()
}

/// The finding on the sign biases of each Σ.
fn findings(sign_biases: &[[SignBias; 4]]) -> [Option<Finding>; 4] {
    std::array::from_fn(|quantity| {
        bias(&sign_biases.iter().map(|sign_biases| sign_biases[quantity]).collect::<Vec<_>>())
    })
}

/// In f32, and in the sweep with sums in a wider format too.
#[test]
fn a_truncating_kernel_is_found_although_it_passes_every_case() {
    for arithmetic in [("f32", "f32"), ("bf16", "f32")].into_iter().step_by(sweep::one_in(2)) {
        let arithmetic = Arithmetic::named(arithmetic.0, arithmetic.1).expect("an arithmetic");
        let plain = Freedom::plain(arithmetic);
        let passed: Vec<_> =
            run(arithmetic, |_| plain, Some(Defect::Truncation)).into_iter().flatten().collect();
        for (quantity, found) in SUMS.iter().zip(findings(&passed)) {
            assert_eq!(found.map(|found| found.side), Some(Side::TowardZero), "{quantity:?} in {arithmetic}");
        }
        let conforming: Vec<_> = run(arithmetic, |_| plain, None).into_iter().flatten().collect();
        assert_eq!(findings(&conforming), [None; 4], "{arithmetic}");
    }
}

#[test]
fn no_conforming_run_is_biased() {
    for arithmetic in Arithmetic::ALL {
        for number in 0..4 * super::draws() {
            // One implementation for all cases; each case has its own errors of functions.
            let freedom = Freedom::drawn(arithmetic, number);
            let own = |draw: &Draw| Freedom { seed: draw.freedom().seed, ..freedom };
            let sign_biases: Vec<_> = run(arithmetic, own, None).into_iter().flatten().collect();
            assert_eq!(findings(&sign_biases), [None; 4], "{arithmetic}, run {number}: {freedom:?}");
        }
    }
}

#[test]
fn balanced_signs_are_no_finding_and_one_sided_ones_are_from_forty_seven_cases_on() {
    let of = |upward: f64| SignBias { upward, outward: -upward };
    let balanced: Vec<SignBias> = (0..1000).map(|case| of(if case % 2 == 0 { 0.1 } else { -0.1 })).collect();
    assert_eq!(bias(&balanced), None);
    assert_eq!(bias(&[]), None);
    assert_eq!(sign_bias::cases(&[SignBias::default(), of(0.1), of(-0.1)]), 2);
    // 12 exp(−N/2) ≤ 1e-9 where N ≥ 2 ln(1.2e10) = 46.42….
    assert_eq!(bias(&[of(0.3); 46]), None);
    let found = bias(&[of(0.3); 47]).expect("a finding");
    assert_eq!((found.side, found.cases), (Side::Up, 47));
    assert_eq!(bias(&[of(-0.3); 47]).map(|found| found.side), Some(Side::Down));
    assert!(found.chance <= 1e-9);
    assert_eq!(
        found.to_string(),
        "the errors of 47 cases are biased upward, which happens with rounding to nearest in at most one run in 1e9: \
         partial sums or results are rounded in one direction"
    );
}

#[test]
fn a_sign_bias_counts_errors_by_their_sign_far_from_the_subnormals() {
    let expected = [1.0, -2.0, -8.0, 1.0, 1e-38, 3.0, 4.0];
    let computed = [1.25, -2.5, -7.0, f64::INFINITY, 2e-38, 3.0, 4.5];
    let SignBias { upward, outward } = sign_bias(&computed, &expected, Format::F32);
    assert_eq!((upward, outward), (2.0 / 4.0, 2.0 / 4.0));
    assert_eq!(
        sign_bias(&computed[..2], &expected[..2], Format::F32),
        SignBias { upward: 0.0, outward: 1.0 }
    );
    assert_eq!(sign_bias(&[], &[], Format::F32), SignBias::default());
    // From the least normal number over u on.
    let clear = 2f64.powi(-126 + 24);
    let of = |x: f64| sign_bias(&[2.0 * x], &[x], Format::F32);
    assert_eq!(
        (of(clear), of(-clear)),
        (SignBias { upward: 0.0, outward: 1.0 }, SignBias { upward: 0.0, outward: 1.0 })
    );
    assert_eq!(of(clear.next_down()), SignBias::default());
}

/// A layer on a machine, as `check` meets it.
struct Layer(Machine);

impl Subject for Layer {
    fn about(&self) -> About {
        About::new("machine", self.0.arithmetic)
    }

    fn step(&mut self, _: &str, problem: &Problem) -> Answer {
        Answer::Result((&step(&self.0, problem)).into())
    }
}

/// The verdict of `check` on the errors of these cases together, and on each case.
fn checked(cases: &[Case], defect: Option<Defect>) -> (Outcome, Vec<Outcome>) {
    let arithmetic = Arithmetic::plain(Format::F32);
    let mut layer = Layer(Machine::new(arithmetic, Freedom::plain(arithmetic), defect));
    let mut outcomes = asked(&mut layer, cases, &[WholeRunCheck::RoundingBias], || {}).outcomes;
    (outcomes.pop().expect("one more than there are steps"), outcomes)
}

/// On all cases in the sweep, on one in five without it: many more than the 47 that a finding needs.
#[test]
fn check_finds_a_truncating_kernel_though_every_case_passes() {
    let truncating = Some(Defect::Truncation);
    let mut cases: Vec<Case> = built_in().into_iter().step_by(sweep::one_in(5)).collect();
    let (whole, outcomes) = checked(&cases, None);
    assert_eq!((whole.verdict.status, whole.verdict.findings), (Status::Pass, vec![]));
    let fails = |outcome: &Outcome| outcome.verdict.status == Status::Fail;
    assert!(!outcomes.iter().any(fails));

    let passes = |outcome: &Outcome| outcome.verdict.status == Status::Pass;
    let passed: Vec<bool> = checked(&cases, truncating).1.iter().map(passes).collect();
    let mut passed = passed.into_iter();
    cases.retain(|_| passed.next() == Some(true));
    let (whole, outcomes) = checked(&cases, truncating);
    assert!(
        outcomes.len() > 300 / sweep::one_in(5) && outcomes.iter().all(passes),
        "{} cases",
        outcomes.len()
    );
    assert_eq!((whole.id.as_str(), whole.verdict.status), ("run/rounding-bias", Status::Fail));
    let messages: Vec<String> = whole.verdict.findings.iter().map(ToString::to_string).collect();
    for (quantity, message) in SUMS.iter().zip(&messages) {
        let begins = format!("{}: the errors of ", quantity.name());
        assert!(message.starts_with(&begins), "{message}");
        assert!(message.contains(" cases are biased toward zero, "), "{message}");
    }
    assert_eq!(messages.len(), 4, "{messages:?}");
}
