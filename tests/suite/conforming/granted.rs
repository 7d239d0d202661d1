//! That the page, the derivation and the generator have the same freedoms, and where each is worst.

use super::freedom::{Choose, FREEDOMS, Freedom, Granted};
use super::judge::{Draw, draws};
use crate::sources;
use crate::sweep;
use dropout_oracle::trace::Quantity;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::fmt::Write;

/// The text between two headings of spec/tolerance.md.
fn section(from: &str, to: &str) -> String {
    let page = sources::read("spec/tolerance.md");
    let (_, rest) = page.split_once(from).expect("the heading");
    rest.split_once(to).expect("the next heading").0.to_owned()
}

#[test]
fn the_page_grants_the_freedoms_that_are_drawn_and_derives_a_bound_for_each() {
    let table = section("### Every combination", "## Not judged");
    let rows = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let point = cells.get(1)?.parse::<usize>().ok()?;
        Some((point, cells[2].to_owned(), cells[3].to_owned()))
    };
    let written: Vec<_> = table.lines().filter_map(rows).collect();
    let drawn = FREEDOMS.iter().map(|granted| {
        let covered_by = granted.covered_by.replace(" n ", " $`n`$ ");
        (granted.point, granted.what.to_owned(), covered_by)
    });
    assert_eq!(written, drawn.collect::<Vec<_>>());
    let bound = section("## The bound", "## Not judged");
    for (.., covered_by) in &written {
        assert!(bound.contains(&format!("**{covered_by}")), "no paragraph about: {covered_by}");
    }
    let granted = section("## What a conforming implementation may do", "### Elementary functions");
    let points = granted.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit())).count();
    assert!((1..=points).all(|point| FREEDOMS.iter().any(|granted| granted.point == point)));
}

/// The largest error / tolerance of each result.
fn reaches(draw: &Draw, freedom: Freedom) -> [f64; 8] {
    let results = draw.run(freedom, None);
    Quantity::ALL.map(|quantity| {
        let judged = draw.judged(&results, quantity);
        judged.into_iter().flatten().map(|judged| judged.reach()).fold(0.0, f64::max)
    })
}

/// How much an option adds to the largest error / tolerance of a result, what it then is, and where.
type Added = (f64, f64, String);

/// The larger, or the one that comes first in the alphabet: the same in any order.
fn larger(one: Added, other: Added) -> Added {
    let order = one.0.total_cmp(&other.0).then_with(|| other.2.cmp(&one.2));
    if order.is_lt() { other } else { one }
}

/// In the sweep only, over one case in four: where each option of an otherwise plain implementation adds most to the
/// error. A kink lets any implementation reach 1, so cases that stand on one are left out.
#[test]
fn the_case_in_which_each_freedom_is_worst() {
    if !sweep::is_on() {
        return;
    }
    let plain = |draw: &Draw| Freedom { seed: draw.freedom().seed, ..Freedom::plain(draw.arithmetic()) };
    let draws: Vec<(Draw, [f64; 8])> = draws(0..1)
        .filter(|draw| !draw.case.stands_on_kink(draw.arithmetic))
        .collect::<Vec<_>>()
        .into_par_iter()
        .step_by(4)
        .map(|draw| (draw, reaches(&draw, plain(&draw))))
        .collect();
    let none = || (0.0, 0.0, "nowhere".into());
    let mut table = String::new();
    for Granted { point, what, covered_by, options } in FREEDOMS {
        let _ = writeln!(table, "{point}. {what} ({covered_by})");
        let others: BTreeMap<&str, Choose> = options.iter().copied().collect();
        for (&name, &choose) in others.iter().filter(|(name, _)| **name != options[0].0) {
            let added = |(draw, before): &(Draw, [f64; 8])| {
                let after = reaches(draw, plain(draw).with((name, choose), draw.arithmetic()));
                let each = (0..8).map(|at| {
                    let quantity = Quantity::ALL[at].name();
                    let place = format!("{quantity} of {} in {}", draw.case.id, draw.arithmetic());
                    assert!(after[at] <= 1.0, "{what}: {name}: {} at {place}", after[at]);
                    (after[at] - before[at], after[at], place)
                });
                each.fold(none(), larger)
            };
            let (added, reach, place) = draws.par_iter().map(added).reduce(none, larger);
            let _ = match added {
                0.0 => writeln!(table, "   {name:<30} adds nothing"),
                _ => writeln!(table, "   {name:<30} {reach:.2} instead of {:.2}: {place}", reach - added),
            };
        }
    }
    insta::assert_snapshot!(table);
}
