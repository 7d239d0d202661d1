//! The report for people: short, the worst first, with a command to reproduce each failure.

use super::{Report, blame, cases, diagnosed, message};
use crate::conform::coverage::Coverage;
use crate::conform::judge::localise::equation;
use crate::conform::judge::verdict::{Finding, Status, Tally, Verdict};
use crate::conform::judge::whole_run::ROUNDING_BIAS;
use crate::conform::report::expectations::Unexpected;
use crate::conform::run::{Run, Strict};
use crate::trace::Quantity;
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;

/// The largest number of failures shown in detail.
const DETAILED: usize = 20;
/// The largest number of failures of one kind shown in detail.
const ALIKE: usize = 3;

/// The report as text, in colour if asked.
pub fn human(report: &Report, colour: bool) -> String {
    let run = report.run;
    let verdict =
        |id: &str| run.outcomes.iter().find(|outcome| outcome.id == id).map(|outcome| &outcome.verdict);
    let mut failures: Vec<_> =
        report.unexpected.iter().map(|unexpected| (unexpected, verdict(&unexpected.id))).collect();
    let worst = |verdict: &Option<&Verdict>| verdict.map_or(f64::INFINITY, Verdict::worst);
    failures.sort_by(|(_, one), (_, other)| worst(other).total_cmp(&worst(one)));
    let mut text = heading(run);
    let mut left = DETAILED;
    for alike in kinds(failures) {
        let shown = alike.len().min(ALIKE).min(left);
        left -= shown;
        for (unexpected, verdict) in &alike[..shown] {
            text += &format!("\n{}  {}\n", paint(colour, RED, &unexpected.id), unexpected.what);
            let details = verdict.map(|verdict| details(verdict) + &report.reproduce(&unexpected.id));
            text.extend(plain(&details.unwrap_or_default()).lines().map(|line| format!("    {line}\n")));
        }
        if alike.len() > shown {
            let like = if shown == 0 { &alike[0].0.id } else { "these" };
            text += &format!("\nand {} more like {like}\n", alike.len() - shown);
        }
    }
    text + "\n"
        + &totals(run, report.unexpected.is_empty(), colour)
        + &coverage(report.coverage)
        + &diagnosis(run, colour)
        + &blamed(run)
        + &reasons(run)
        + &strict(run)
}

type Failure<'a> = (&'a Unexpected, Option<&'a Verdict>);

/// Groups the failures that differ only in numbers. Groups and their members keep the order of the failures.
fn kinds(failures: Vec<Failure>) -> Vec<Vec<Failure>> {
    let kind = |(unexpected, verdict): &Failure| {
        let kind = verdict.map(|verdict| {
            let marks: Vec<&str> = verdict.findings.iter().map(Finding::mark).collect();
            (marks, blame(verdict), verdict.reason.clone())
        });
        (unexpected.what.clone(), kind)
    };
    let mut kinds: Vec<(_, Vec<Failure>)> = Vec::new();
    for failure in failures {
        let this = kind(&failure);
        match kinds.iter_mut().find(|(kind, _)| *kind == this) {
            Some((_, alike)) => alike.push(failure),
            None => kinds.push((this, vec![failure])),
        }
    }
    kinds.into_iter().map(|(_, alike)| alike).collect()
}

/// What is wrong with a case, line by line.
pub fn details(verdict: &Verdict) -> String {
    let counts = |tally: &Tally| {
        (tally.wrong > 0).then(|| format!("{} {}/{}", tally.quantity.name(), tally.wrong, tally.judged))
    };
    let counts: Vec<String> = verdict.tallies.iter().filter_map(counts).collect();
    let counts =
        (!counts.is_empty()).then(|| format!("elements beyond their tolerance: {}", counts.join(", ")));
    let finding = |(at, finding): (usize, &Finding)| match at {
        0 => finding.to_string(),
        _ => format!("also: {finding}"),
    };
    let findings = verdict.findings.iter().enumerate().map(finding);
    let wrong = verdict.first_wrong().map(message);
    let parts = findings.chain(wrong).chain(verdict.reason.clone()).chain(blame(verdict)).chain(counts);
    parts.map(|part| part + "\n").collect()
}

const RED: Style = AnsiColor::Red.on_default().bold();
const BOLD: Style = Style::new().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();

fn paint(colour: bool, style: Style, text: &str) -> String {
    if colour { format!("{style}{text}{style:#}") } else { text.into() }
}

/// A text without control characters.
fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

fn heading(run: &Run) -> String {
    let about = &run.about;
    let version = about.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    plain(&format!("{}{version}, {}: {}\n", about.name, about.arithmetic, cases(run.outcomes.len())))
}

fn totals(run: &Run, good: bool, colour: bool) -> String {
    let count = |status: Status| format!("{} {}", run.count(status), status.name());
    let line = format!("{} of {}", Status::ALL.map(count).join(", "), cases(run.outcomes.len()));
    let verdict = match good {
        true if is_thin(run) => paint(colour, YELLOW, "nothing wrong, but few cases were judged"),
        true => paint(colour, GREEN, "good"),
        false => paint(colour, RED, "not good"),
    };
    format!("{verdict}: {line}\n")
}

/// Whether fewer than a quarter of the step cases were judged.
fn is_thin(run: &Run) -> bool {
    let is_check = |id: &str| id == ROUNDING_BIAS || id.starts_with("sampler/");
    let steps = || run.outcomes.iter().filter(|outcome| !is_check(&outcome.id));
    let judged = steps().filter(|outcome| matches!(outcome.verdict.status, Status::Pass | Status::Fail));
    4 * judged.count() < steps().count()
}

/// How much a pass means.
fn coverage(Coverage { known, caught, needs }: &Coverage) -> String {
    let mut text = format!("these cases catch {caught} of {known} known defects\n");
    let mut needs: Vec<(&String, &usize)> = needs.iter().collect();
    needs.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    for (need, count) in needs {
        text += &format!("    {count} more need {need}\n");
    }
    text
}

/// The diagnosis, one line each.
fn diagnosis(run: &Run, colour: bool) -> String {
    let line = |line: String| format!("{} {}\n", paint(colour, BOLD, "diagnosis:"), plain(&line));
    diagnosed(run).into_iter().map(line).collect()
}

/// The number of cases in which each result is to blame, the most frequent first.
fn blamed(run: &Run) -> String {
    let mut counts: BTreeMap<Quantity, usize> = BTreeMap::new();
    for wrong in run.outcomes.iter().filter_map(|outcome| outcome.verdict.first_wrong()) {
        *counts.entry(wrong.quantity).or_default() += 1;
    }
    let mut counts: Vec<(Quantity, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let line = |(quantity, count): (Quantity, usize)| {
        format!("    {count} fail first at {} (equation {})\n", quantity.name(), equation(quantity))
    };
    counts.into_iter().map(line).collect()
}

/// The reasons of skipped and unjudged cases and the notes on passes, with counts.
fn reasons(run: &Run) -> String {
    let mut counts: BTreeMap<(Status, &str), usize> = BTreeMap::new();
    for verdict in run.outcomes.iter().map(|outcome| &outcome.verdict) {
        if let (Status::Pass | Status::Skipped | Status::NotJudged, Some(reason)) =
            (verdict.status, &verdict.reason)
        {
            *counts.entry((verdict.status, reason)).or_default() += 1;
        }
    }
    let line = |((status, reason), count): (&(Status, &str), &usize)| {
        format!("    {count} {}: {reason}\n", status.name())
    };
    plain(&counts.iter().map(line).collect::<String>())
}

/// The accuracy in ulps; informational only.
fn strict(run: &Run) -> String {
    let Strict { elements, within_1_ulp, .. } = Strict::of(run);
    if elements == 0 {
        return String::new();
    }
    // Rounded down, so that 100.0 means all.
    let share = (1000 * within_1_ulp / elements) as f64 / 10.0;
    format!(
        "for information: {share:.1} % of {elements} elements are within 1 ulp ({}) of the expected value\n",
        run.about.arithmetic.storage.name()
    )
}
