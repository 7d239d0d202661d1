//! From rejected tests to sentences: what is wrong with the generator, the most telling cause first.
//!
//! A cause that makes whole masks predictable comes before one that concerns rates, and a known defect comes
//! before bare figures. Nothing is rejected here: the judgement is complete, and this module only explains
//! it.

use super::Finding;
use super::known_defect;
use super::mask::{Axis, Mask};
use super::plan::{Plan, Role};
use super::test::{Sample, Test, What, of, period, recurrences};

/// What is wrong, starting with the cause that explains most. Empty if no test rejects and no unit of p = 1
/// is dropped.
pub fn findings(plan: &Plan, samples: &[Sample], tests: &[Test], ln_level: f64) -> Vec<Finding> {
    let mut rejected: Vec<&Test> = tests.iter().filter(|test| test.ln_p <= ln_level).collect();
    rejected.sort_by(|one, other| one.ln_p.total_cmp(&other.ln_p));
    let certain = dropped_at_one(samples);
    if rejected.is_empty() {
        return certain.into_iter().collect();
    }
    let mut findings: Vec<Finding> = constant(samples).into_iter().collect();
    if findings.is_empty() {
        findings.extend(relations(samples, tests));
        if findings.is_empty() {
            findings.extend(exact_numbers(samples, &rejected));
        }
        findings.extend(known_defect::found(plan, samples, &rejected, ln_level));
    }
    findings.extend(certain);
    let mut named: Vec<&str> =
        findings.iter().filter_map(|finding| finding.test.as_ref()).map(kind).collect();
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

/// Masks whose cells are all the same.
fn constant(samples: &[Sample]) -> Option<Finding> {
    let all = |kept: bool| {
        samples.iter().all(|sample| sample.mask.kept() == if kept { sample.mask.cells() } else { 0 })
    };
    let says = match (all(true), all(false)) {
        (true, _) => "nothing is ever dropped, as in evaluation mode",
        (_, true) => "nothing is ever kept: every mask is all zeros",
        _ => return None,
    };
    Some(Finding { says: says.to_string(), test: None })
}

/// Cells that others determine without exception, in the masks of p = 1/2.
fn relations(samples: &[Sample], tests: &[Test]) -> Vec<Finding> {
    let pairs = |axis, lag, phase| {
        let what = What::Agree { axis, lag, phase };
        tests.iter().find(|test| test.role == Role::Even && test.what == what)
    };
    let always = |axis, lag, phase| pairs(axis, lag, phase).is_some_and(|test| test.hits == test.trials);
    let calls: Vec<&Mask> = of(samples, Role::Even).iter().map(|sample| &sample.mask).collect();
    let (rows, units) = (calls[0].rows.len(), calls[0].units);
    let mut findings = Vec::new();
    let mut say = |says: String, test: Option<&Test>| findings.push(Finding { says, test: test.copied() });
    let period = period(&calls);
    if let Some(cells) = period.filter(|cells| ![units, rows * units].contains(cells)) {
        let length = match cells % units {
            0 => format!("{cells} cells ({} rows)", cells / units),
            _ => format!("{cells} cells"),
        };
        let test = tests.iter().find(|test| test.what == What::Repeat);
        say(format!("the stream has a short period: the mask repeats after {length}"), test);
    }
    if always(Axis::Calls, 1, 0) && always(Axis::Calls, 1, 1) {
        say("every call returns the same mask".to_string(), pairs(Axis::Calls, 1, 0));
    }
    // Cells that agree at distances 1, 2, 4, …, within runs of that length, form groups.
    let group = |axis| (0..).map(|e| 1 << e).find(|&lag| !always(axis, lag, 0)).unwrap_or(1);
    match group(Axis::Rows) {
        1 => {}
        size if size >= rows => {
            say("every row of the batch has the same mask".to_string(), pairs(Axis::Rows, 1, 0));
        }
        size => say(format!("rows share their mask in groups of {size}"), pairs(Axis::Rows, 1, 0)),
    }
    match group(Axis::Units) {
        1 => {}
        size if size >= units => {
            say(
                "all units of a row share one mask entry: a row is kept or dropped as a whole".to_string(),
                pairs(Axis::Units, 1, 0),
            );
        }
        size => say(format!("units share their mask entry in groups of {size}"), pairs(Axis::Units, 1, 0)),
    }
    let in_groups = |axis| !matches!(axis, Axis::Falling | Axis::Rising) && always(axis, 1, 0);
    for test in tests.iter().filter(|test| test.role == Role::Even) {
        let What::Agree { axis, lag, phase } = test.what else { continue };
        let cells = apart(axis, lag);
        if test.hits == 0 {
            say(format!("antithetic pairs: {cells} are always opposite"), Some(test));
        } else if test.hits == test.trials && phase == 0 && !in_groups(axis) {
            say(format!("{cells} always agree"), Some(test));
        }
    }
    findings.dedup_by(|one, other| one.says == other.says);
    findings
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
        (Axis::Falling, _) => "a cell and the next unit of the next row".to_string(),
        (Axis::Rising, _) => "a cell and the unit before it in the next row".to_string(),
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
        What::Repeat => "repeat",
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
            let chance = test.chance;
            format!(
                "{} are not independent: they agree with probability {share:.4}, not {chance:.4}",
                apart(axis, lag)
            )
        }
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
