//! From rejected tests to sentences: what is wrong with the generator, the most telling cause first.
//!
//! A cause that makes whole masks predictable comes before one that concerns rates, and a known defect comes
//! before bare figures. Nothing is rejected here: the judgement is complete, and this module only explains
//! it.

mod copies;
mod known_defect;

use super::Finding;
use super::mask::{Axis, Mask};
use super::plan::{Plan, Role};
use super::test::{Recurrence, Sample, Test, What, of, recurrences, recurring_rows};

/// What is wrong, starting with the cause that explains most. Empty if no test rejects and no unit of p = 1
/// is dropped.
pub fn findings(plan: &Plan, samples: &[Sample], tests: &[Test], ln_level: f64) -> Vec<Finding> {
    let mut rejected: Vec<&Test> = tests.iter().filter(|test| test.ln_p <= ln_level).collect();
    rejected.sort_by(|one, other| one.ln_p.total_cmp(&other.ln_p));
    let certain = dropped_at_one(samples);
    if rejected.is_empty() {
        return certain.into_iter().collect();
    }
    if let Some(constant) = constant(samples) {
        return vec![constant];
    }
    let mut findings = copies::found(plan, samples, tests, ln_level);
    if findings.is_empty() {
        findings.extend(exact_numbers(samples, &rejected));
    }
    findings.extend(known_defect::found(plan, samples, &rejected, ln_level));
    findings.extend(certain);
    // Where a cause is named, the other tests mostly show what follows from it.
    if !findings.is_empty() {
        return findings;
    }
    let mut named = Vec::new();
    for test in rejected {
        let kind = kind(test);
        if !named.contains(&kind) {
            named.push(kind);
            findings.push(Finding { says: bare(plan, samples, test), test: Some(*test) });
        }
    }
    findings
}

/// A unit of p = 1 that is dropped, which is wrong without any statistics.
fn dropped_at_one(samples: &[Sample]) -> Option<Finding> {
    for Sample { question, mask, .. } in samples {
        for k in (0..question.p.len()).filter(|&k| question.p[k] == 1.0) {
            if let Some(i) = (0..question.rows).find(|&i| !mask.at(i, k)) {
                let says = format!("unit {k} is dropped in row {i} although p = 1 always keeps it");
                return Some(Finding { says, test: None });
            }
        }
    }
    None
}

/// Masks that are not drawn: each unit is always kept or always dropped.
fn constant(samples: &[Sample]) -> Option<Finding> {
    let drawn = samples.iter().filter(|sample| !matches!(sample.question.role, Role::Fine | Role::Certain));
    let units = drawn.flat_map(|sample| {
        let p = sample.question.p.iter().zip(&sample.kept);
        p.map(|(&p, &kept)| (p, kept, sample.question.rows))
    });
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for (p, count, rows) in units {
        match count {
            0 => dropped.push(p),
            _ if count == rows => kept.push(p),
            _ => return None,
        }
    }
    let least = kept.iter().copied().fold(f64::INFINITY, f64::min);
    let most = dropped.iter().copied().fold(0.0, f64::max);
    let says = if dropped.is_empty() {
        "nothing is ever dropped, as in evaluation mode (spec/outside.md)".to_string()
    } else if kept.is_empty() && dropped_at_one(samples).is_some() {
        "nothing is ever kept: every mask is all zeros".to_string()
    } else if least == 1.0 || kept.is_empty() {
        "nothing is kept where p is below 1".to_string()
    } else if most < least {
        format!(
            "nothing is drawn: units of p = {least:?} and above are always kept, those of p = {most:?} and below never"
        )
    } else if of(samples, Role::Even).windows(2).all(|pair| pair[0].mask == pair[1].mask) {
        "nothing is drawn: each unit is always kept or always dropped".to_string()
    } else {
        return None;
    };
    Some(Finding { says, test: None })
}

/// Counts of kept cells that never vary.
fn exact_numbers(samples: &[Sample], rejected: &[&Test]) -> Vec<Finding> {
    let even = of(samples, Role::Even);
    let (rows, units) = (even[0].question.rows, even[0].mask.units);
    let counts = |axis| -> (Vec<usize>, String) {
        let rows_of = |sample: &&Sample| {
            sample.mask.rows.iter().map(|row| row.count_ones() as usize).collect::<Vec<_>>()
        };
        match axis {
            Axis::Rows => {
                (even.iter().flat_map(rows_of).collect(), format!("of the {units} units in every row"))
            }
            Axis::Units => (
                even.iter().flat_map(|sample| sample.kept.clone()).collect(),
                format!("of the {rows} rows for every unit"),
            ),
            _ => {
                let short = of(samples, Role::Short);
                let cells = short[0].mask.cells();
                (
                    short.iter().map(|sample| sample.mask.kept()).collect(),
                    format!("of the {cells} cells in every call"),
                )
            }
        }
    };
    let finding = |test: &&Test| {
        let What::Last(axis) = test.what else { return None };
        let (counts, of_what) = counts(axis);
        let constant = counts.iter().all(|count| *count == counts[0]);
        let says = format!("the number of kept cells does not vary: exactly {} {of_what}", counts[0]);
        constant.then_some(Finding { says, test: Some(**test) })
    };
    rejected.iter().filter_map(finding).collect()
}

/// The two cells of a pair, in words.
fn apart(axis: Axis, lag: usize) -> String {
    match (axis, lag) {
        (Axis::Units, 1) => "neighbouring units".to_string(),
        (Axis::Units, _) => format!("units {lag} apart"),
        (Axis::Rows, 1) => "neighbouring rows".to_string(),
        (Axis::Rows, _) => format!("rows {lag} apart"),
        (Axis::Calls, _) => "masks of successive calls".to_string(),
        (Axis::Falling, 1) => "a cell and the next unit of the next row".to_string(),
        (Axis::Falling, _) => format!("a cell and the unit {lag} after it in the next row"),
        (Axis::Rising, 1) => "a cell and the unit before it in the next row".to_string(),
        (Axis::Rising, _) => format!("a cell and the unit {lag} before it in the next row"),
    }
}

/// The kind of a test. Tests of one kind say the same about other places, so only one of them is reported.
fn kind(test: &Test) -> &'static str {
    match test.what {
        What::Kept(_) | What::Unit(..) => "rate",
        What::Agree { axis: Axis::Calls, .. } => "calls",
        What::Agree { axis: Axis::Units, .. } => "units",
        What::Agree { .. } => "rows",
        What::Last(_) => "number",
        What::Place(..) => "place",
        What::Cells(..) => "cells",
        What::Start(_) => "start",
        What::Repeat | What::Rows => "repeat",
        What::Equal => "equal",
    }
}

/// The sentence for a rejected test without a known cause.
fn bare(plan: &Plan, samples: &[Sample], test: &Test) -> String {
    let share = test.share();
    match test.what {
        What::Kept(p) if test.role == Role::Rates && plan.per_unit_p => {
            let unit = plan.questions[0].p.iter().position(|&other| other == p).unwrap_or(0);
            format!("unit {unit} is kept with probability {share:.4} although p = {p:?}")
        }
        What::Kept(p) => format!("units of p = {p:?} are kept with probability {share:.6}"),
        What::Unit(k, p) => format!("unit {k} is kept with probability {share:.4} although p = {p:?}"),
        What::Agree { axis, lag, .. } => {
            let (apart, chance) = (apart(axis, lag), test.chance);
            format!("{apart} are not independent: they agree with probability {share:.4}, not {chance:.4}")
        }
        What::Cells(one, other) => format!(
            "cells {one:?} and {other:?} of a mask of 5 × 7 are not independent: they agree with probability {share:.4}, not 0.5"
        ),
        What::Start(role) => format!(
            "the first mask of p = 1/2 and the first of {} are not independent: they agree with probability {share:.4}, not 0.5",
            if role == Role::Skewed { "p = 1/4" } else { "the run" }
        ),
        What::Rows => rows_recur(samples),
        What::Equal => "some of the masks of 5 × 7 are equal".to_string(),
        What::Last(Axis::Rows) => "the number of kept units in a row predicts its last unit".to_string(),
        What::Last(Axis::Units) => "the number of rows that keep a unit predicts its last row".to_string(),
        What::Last(_) => "the number of kept cells in a call predicts its last cell".to_string(),
        What::Place(i, k) => {
            format!("cell ({i}, {k}) of a mask of 5 × 7 is kept with probability {share:.4}, not 0.5")
        }
        What::Repeat => {
            let calls: Vec<&Mask> = of(samples, Role::Even).iter().map(|sample| &sample.mask).collect();
            let (start, place) = recurrences(&calls)[0];
            format!("64 consecutive cells recur {} cells later", start.abs_diff(place))
        }
    }
}

/// The rows of [`What::Rows`] and where they recur.
fn rows_recur(samples: &[Sample]) -> String {
    let calls: Vec<&Mask> = of(samples, Role::Even).iter().map(|sample| &sample.mask).collect();
    let Some(Recurrence { one, other, how }) = recurring_rows(&calls) else {
        return "rows recur".to_string();
    };
    let run = |(call, row): (usize, usize)| format!("rows {row} to {} of mask {call} of p = 1/2", row + 2);
    format!("{} recur as {}{how}", run(one), run(other))
}
