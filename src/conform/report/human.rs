//! The report for people: short, the worst first, with the command that shows each failure again.

use super::{Report, blame, cases, said};
use crate::conform::run::Run;
use crate::conform::verdict::{Status, Tally, Verdict};
use std::collections::BTreeMap;

/// At most so many failures are told in detail.
const DETAILED: usize = 20;

/// The report as text, in colour if asked.
pub fn human(report: &Report, colour: bool) -> String {
    let run = report.run;
    let verdict =
        |id: &str| run.outcomes.iter().find(|outcome| outcome.id == id).map(|outcome| &outcome.verdict);
    let mut failures: Vec<_> =
        report.surprises.iter().map(|surprise| (surprise, verdict(&surprise.id))).collect();
    let worst = |verdict: &Option<&Verdict>| verdict.map_or(f64::INFINITY, Verdict::worst);
    failures.sort_by(|(_, one), (_, other)| worst(other).total_cmp(&worst(one)));
    let mut text = heading(run);
    for (surprise, verdict) in failures.iter().take(DETAILED) {
        text += &format!("\n{}  {}\n", paint(colour, RED, &surprise.id), surprise.what);
        let details = verdict.map(|verdict| details(verdict) + &report.reproduce(&surprise.id));
        text.extend(plain(&details.unwrap_or_default()).lines().map(|line| format!("    {line}\n")));
    }
    if failures.len() > DETAILED {
        text += &format!("\nand {} more\n", failures.len() - DETAILED);
    }
    text + "\n" + &totals(run, report.surprises.is_empty(), colour) + &reasons(run) + &strict(run)
}

/// What is wrong with a case, line by line.
pub fn details(verdict: &Verdict) -> String {
    let counts = |tally: &Tally| {
        (tally.wrong > 0).then(|| format!("{} {}/{}", tally.quantity.name(), tally.wrong, tally.judged))
    };
    let counts: Vec<String> = verdict.tallies.iter().filter_map(counts).collect();
    let counts =
        (!counts.is_empty()).then(|| format!("elements beyond their tolerance: {}", counts.join(", ")));
    let parts = said(verdict).into_iter().chain(blame(verdict)).chain(counts);
    parts.map(|part| part + "\n").collect()
}

const RED: &str = "31;1";
const GREEN: &str = "32;1";

fn paint(colour: bool, code: &str, text: &str) -> String {
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.into() }
}

/// A text without anything that moves a terminal.
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
    let verdict = if good { paint(colour, GREEN, "good") } else { paint(colour, RED, "not good") };
    format!("{verdict}: {line}\n")
}

/// Why cases were skipped or not judged, and how many.
fn reasons(run: &Run) -> String {
    let mut counts: BTreeMap<(Status, &str), usize> = BTreeMap::new();
    for verdict in run.outcomes.iter().map(|outcome| &outcome.verdict) {
        if let (Status::Skipped | Status::NotJudged, Some(reason)) = (verdict.status, &verdict.reason) {
            *counts.entry((verdict.status, reason)).or_default() += 1;
        }
    }
    let line = |((status, reason), count): (&(Status, &str), &usize)| {
        format!("    {count} {}: {reason}\n", status.name())
    };
    plain(&counts.iter().map(line).collect::<String>())
}

/// How near the results came, for information.
fn strict(run: &Run) -> String {
    let tallies = || run.outcomes.iter().flat_map(|outcome| &outcome.verdict.tallies);
    let sum = |part: fn(&Tally) -> usize| tallies().map(part).sum::<usize>();
    let elements = sum(|tally| tally.elements);
    if elements == 0 {
        return String::new();
    }
    let share = |part| 100.0 * sum(part) as f64 / elements as f64;
    format!(
        "for information: {:.2}% of {elements} elements within 1 unit in the last place, {:.2}% within 4\n",
        share(|tally| tally.within_1_ulp),
        share(|tally| tally.within_4_ulp)
    )
}
