//! The report for people: the diagnosis, then one failure of each cause with a command to reproduce it, then the totals.

use super::{Report, blame, cases, diagnosed, message, summary};
use crate::conform::coverage::Coverage;
use crate::conform::judge::localise::equation;
use crate::conform::judge::pattern::Pattern;
use crate::conform::judge::verdict::{Cause, Finding, Outcome, Status, Tally, Verdict, Wrong};
use crate::conform::judge::whole_run::ROUNDING_BIAS;
use crate::conform::report::expectations::Unexpected;
use crate::conform::run::{Run, Strict};
use crate::conform::subject::Presence;
use crate::conform::subject::program::ANSWER;
use crate::error::printable;
use crate::trace::Quantity;
use anstyle::{AnsiColor, Style};
use std::collections::BTreeMap;

/// The largest number of causes shown, each with one failure in detail.
const DETAILED: usize = 20;

/// The report as text, in colour if asked.
pub fn human(report: &Report, colour: bool) -> String {
    let run = report.run;
    let verdicts: BTreeMap<&str, &Verdict> =
        run.outcomes.iter().map(|outcome| (outcome.id.as_str(), &outcome.verdict)).collect();
    let failures = report
        .unexpected
        .iter()
        .map(|unexpected| (unexpected, verdicts.get(unexpected.id.as_str()).copied()));
    heading(run)
        + &diagnosis(run, colour)
        + &examples(report, failures.clone().collect(), colour)
        + &side_by_side(run)
        + &listed(report, failures)
        + "\n"
        + &totals(run, report.is_good(), colour)
        + &coverage(report.coverage)
        + &blamed(run)
        + &reasons(run)
        + &strict(run)
}

/// The diagnosis and one failure of each cause, for a report that has shown each failure.
pub fn brief(run: &Run) -> String {
    let failed = |status: Status| matches!(status, Status::Fail | Status::Errored);
    let of =
        |outcome: &Outcome| Unexpected { id: outcome.id.clone(), what: outcome.verdict.status.name().into() };
    let failed: Vec<&Outcome> =
        run.outcomes.iter().filter(|outcome| failed(outcome.verdict.status)).collect();
    let unexpected: Vec<Unexpected> = failed.iter().map(|outcome| of(outcome)).collect();
    let failures =
        unexpected.iter().zip(&failed).map(|(unexpected, outcome)| (unexpected, Some(&outcome.verdict)));
    let line = |alike: &Vec<Failure>| {
        let (smallest, verdict) = smallest(alike)?;
        let says = verdict.and_then(summary).unwrap_or_default();
        Some(format!("{} like {}: {says}\n", alike.len(), smallest.id))
    };
    let lines: String = causes(run, failures.collect()).iter().take(DETAILED).filter_map(line).collect();
    heading(run) + &diagnosis(run, false) + &printable(&lines)
}

type Failure<'a> = (&'a Unexpected, Option<&'a Verdict>);

/// The failure with the fewest elements.
fn smallest<'a>(alike: &[Failure<'a>]) -> Option<Failure<'a>> {
    let size = |verdict: Option<&Verdict>| -> usize {
        verdict.map_or(0, |verdict| verdict.tallies.iter().map(|tally| tally.elements).sum())
    };
    alike.iter().min_by_key(|(_, verdict)| size(*verdict)).copied()
}

/// One failure of each cause, the smallest, with the number of those like it.
fn examples(report: &Report, failures: Vec<Failure>, colour: bool) -> String {
    let mut text = String::new();
    let causes = causes(report.run, failures);
    for alike in causes.iter().take(DETAILED) {
        let Some((unexpected, verdict)) = smallest(alike) else { continue };
        text += &format!("\n{}  {}\n", paint(colour, RED, &printable(&unexpected.id)), unexpected.what);
        let details = verdict.map(|verdict| details(verdict) + &report.reproduce(&unexpected.id));
        text.extend(printable(&details.unwrap_or_default()).lines().map(|line| format!("    {line}\n")));
        if alike.len() > 1 {
            text += &format!("and {} more like this\n", alike.len() - 1);
        }
    }
    let left: usize = causes.iter().skip(DETAILED).map(Vec::len).sum();
    if left > 0 {
        text += &format!("\nand {left} of other kinds; --list-failures lists them\n");
    }
    text
}

/// Groups the failures: those that a likely defect explains, then those that differ only in numbers, the worst first.
fn causes<'a>(run: &Run, mut failures: Vec<Failure<'a>>) -> Vec<Vec<Failure<'a>>> {
    let mut likely: BTreeMap<&str, usize> = BTreeMap::new();
    for (at, defect) in run.diagnosis.defects.iter().enumerate() {
        for id in &defect.cases {
            likely.entry(id).or_insert(at);
        }
    }
    let cause = |(unexpected, verdict): &Failure| {
        let kind = |verdict: &Verdict| {
            let marks: Vec<&str> = verdict.findings.iter().map(Finding::mark).collect();
            (marks, blame(verdict), verdict.reason.as_deref().map(without_particulars))
        };
        match likely.get(unexpected.id.as_str()) {
            Some(&at) => (Some(at), unexpected.what.clone(), None),
            None => (None, unexpected.what.clone(), verdict.map(kind)),
        }
    };
    let worst = |verdict: &Option<&Verdict>| verdict.map_or(f64::INFINITY, Verdict::worst);
    failures.sort_by(|(_, one), (_, other)| worst(other).total_cmp(&worst(one)));
    let mut causes: Vec<(_, Vec<Failure>)> = Vec::new();
    for failure in failures {
        let this = cause(&failure);
        match causes.iter_mut().find(|(cause, _)| *cause == this) {
            Some((_, alike)) => alike.push(failure),
            None => causes.push((this, vec![failure])),
        }
    }
    causes.sort_by_key(|((likely, ..), _)| likely.unwrap_or(usize::MAX));
    causes.into_iter().map(|(_, alike)| alike).collect()
}

/// A reason without its numbers and without the answer that it quotes.
fn without_particulars(reason: &str) -> String {
    let lines = reason.lines().filter(|line| !line.starts_with(ANSWER));
    lines.flat_map(str::chars).filter(|c| !c.is_ascii_digit()).collect()
}

/// The wrong results of a single case beside the right ones.
fn side_by_side(run: &Run) -> String {
    run.side_by_side.iter().map(|wrong| format!("\n{wrong}")).collect()
}

/// Every failure in a line, if asked.
fn listed<'a>(report: &Report, failures: impl Iterator<Item = Failure<'a>>) -> String {
    if !report.list_failures {
        return String::new();
    }
    let line = |(unexpected, verdict): Failure| {
        let says = verdict.and_then(summary).map(|says| format!(": {says}")).unwrap_or_default();
        printable(&format!("{}  {}{says}", unexpected.id, unexpected.what)).replace('\n', " ") + "\n"
    };
    "\n".to_string() + &failures.map(line).collect::<String>()
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
    let places = verdict.wrong.iter().filter_map(place);
    let reasons = findings.chain(wrong).chain(verdict.reason.clone()).chain(blame(verdict));
    reasons.chain(counts).chain(places).map(|part| part + "\n").collect()
}

/// Where the wrong elements of a result lie. Of inherited errors this says little, and of all elements the counts say it.
fn place(wrong: &Wrong) -> Option<String> {
    let pattern = wrong.pattern.as_ref().filter(|pattern| **pattern != Pattern::All)?;
    (wrong.cause != Cause::Inherited).then(|| format!("wrong in {}: {pattern}", wrong.quantity.name()))
}

const RED: Style = AnsiColor::Red.on_default().bold();
const BOLD: Style = Style::new().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const GREEN: Style = AnsiColor::Green.on_default().bold();

fn paint(colour: bool, style: Style, text: &str) -> String {
    if colour { format!("{style}{text}{style:#}") } else { text.into() }
}

fn heading(run: &Run) -> String {
    let about = &run.about;
    let version = about.version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
    let arithmetic = match about.presence {
        Presence::Absent => "which did not start".to_string(),
        _ => about.arithmetic.to_string(),
    };
    printable(&format!("{}{version}, {arithmetic}: {}\n", about.name, cases(run.outcomes.len())))
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
    if *known == 0 {
        return "the known defects are not run on cases of this size (spec/rulings.md, size-limits)\n".into();
    }
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
    let line = |line: String| format!("{} {}\n", paint(colour, BOLD, "diagnosis:"), printable(&line));
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
    printable(&counts.iter().map(line).collect::<String>())
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
