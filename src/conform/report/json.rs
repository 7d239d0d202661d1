//! The report for programs, in JSON; its schema is `fixtures/schema/check-report.schema.json`.

use super::{Report, summary};
use crate::conform::diagnose;
use crate::conform::judge::localise::equation;
use crate::conform::judge::verdict::{Cause, Finding, Mismatch, Outcome, Status, Tally, Verdict, Wrong};
use crate::conform::run::Strict;
use crate::conform::subject::Presence;
use crate::wire::GENERATOR;
use crate::wire::{FORMAT, layout};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

#[derive(Serialize)]
struct Whole<'a> {
    format: &'static str,
    generator: &'static str,
    subject: Subject<'a>,
    good: bool,
    totals: Totals,
    strict: Strict,
    unexpected: Vec<Unexpected<'a>>,
    diagnosis: Diagnosed<'a>,
    coverage: Covered<'a>,
    cases: Vec<Case<'a>>,
}

#[derive(Serialize)]
struct Subject<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    arithmetic: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accumulator: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    homepage: Option<&'a str>,
}

#[derive(Serialize)]
struct Totals {
    cases: usize,
    pass: usize,
    fail: usize,
    #[serde(rename = "not judged")]
    not_judged: usize,
    skipped: usize,
    errored: usize,
}

#[derive(Serialize)]
struct Unexpected<'a> {
    id: &'a str,
    what: &'a str,
}

#[derive(Serialize)]
struct Diagnosed<'a> {
    compared: usize,
    unexplained: usize,
    /// Each defect found, as the known defects that it may be, best first.
    defects: Vec<Vec<Candidate<'a>>>,
    remarks: &'a [String],
}

#[derive(Serialize)]
struct Covered<'a> {
    known_defects: usize,
    caught: usize,
    needs: &'a BTreeMap<String, usize>,
}

#[derive(Serialize)]
struct Candidate<'a> {
    defect: &'a str,
    equation: u8,
    says: &'a str,
    explains: usize,
}

#[derive(Serialize)]
struct Case<'a> {
    id: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<String>,
    findings: Vec<Found>,
    results: Vec<Counted>,
    wrong: Vec<Blamed<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reproduce: Option<String>,
}

#[derive(Serialize)]
struct Found {
    mark: &'static str,
    says: String,
}

#[derive(Serialize)]
struct Counted {
    name: &'static str,
    elements: usize,
    judged: usize,
    wrong: usize,
    worst: Number,
    within_1_ulp: usize,
    within_4_ulp: usize,
}

#[derive(Serialize)]
struct Blamed<'a> {
    name: &'static str,
    equation: u8,
    what: &'static str,
    cause: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pattern: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    element: Option<Element<'a>>,
}

#[derive(Serialize)]
struct Element<'a> {
    path: &'a str,
    expected: Number,
    got: Number,
    tolerance: Number,
    ratio: Number,
    /// What it is held against.
    against: &'static str,
}

/// A number, or a string if JSON cannot represent it: `"NaN"`, `"Infinity"`, `"-Infinity"`.
struct Number(f64);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            x if x.is_finite() => serializer.serialize_f64(x),
            x if x.is_nan() => serializer.serialize_str("NaN"),
            x => serializer.serialize_str(if x > 0.0 { "Infinity" } else { "-Infinity" }),
        }
    }
}

/// The report as JSON text.
pub fn json(report: &Report) -> String {
    let run = report.run;
    let about = &run.about;
    let is_known = about.presence != Presence::Absent;
    layout::text(&Whole {
        format: FORMAT,
        generator: GENERATOR,
        subject: Subject {
            name: &about.name,
            version: about.version.as_deref(),
            arithmetic: is_known.then(|| about.arithmetic.storage.name()),
            accumulator: is_known.then(|| about.arithmetic.accumulator.name()),
            homepage: about.homepage.as_deref(),
        },
        good: report.is_good(),
        totals: Totals {
            cases: run.outcomes.len(),
            pass: run.count(Status::Pass),
            fail: run.count(Status::Fail),
            not_judged: run.count(Status::NotJudged),
            skipped: run.count(Status::Skipped),
            errored: run.count(Status::Errored),
        },
        strict: Strict::of(run),
        unexpected: report
            .unexpected
            .iter()
            .map(|unexpected| Unexpected { id: &unexpected.id, what: &unexpected.what })
            .collect(),
        diagnosis: Diagnosed {
            compared: run.diagnosis.compared,
            unexplained: run.diagnosis.unexplained,
            defects: run
                .diagnosis
                .defects
                .iter()
                .map(|likely| likely.candidates.iter().map(candidate).collect())
                .collect(),
            remarks: &run.diagnosis.remarks,
        },
        coverage: Covered {
            known_defects: report.coverage.known,
            caught: report.coverage.caught,
            needs: &report.coverage.needs,
        },
        cases: run.outcomes.iter().map(|outcome| case(report, outcome)).collect(),
    })
}

fn candidate(candidate: &diagnose::Candidate) -> Candidate<'_> {
    let diagnose::Candidate { id, equation, says, explains } = candidate;
    Candidate { defect: id, equation: *equation, says, explains: *explains }
}

fn case<'a>(report: &Report, Outcome { id, verdict }: &'a Outcome) -> Case<'a> {
    let Verdict { status, findings, tallies, wrong, .. } = verdict;
    let found = |finding: &Finding| Found { mark: finding.mark(), says: finding.to_string() };
    let reproduce = matches!(status, Status::Fail | Status::Errored).then(|| report.reproduce(id));
    Case {
        id,
        status: status.name(),
        summary: summary(verdict),
        findings: findings.iter().map(found).collect(),
        results: tallies.iter().map(counted).collect(),
        wrong: wrong.iter().map(blamed).collect(),
        reproduce,
    }
}

fn counted(tally: &Tally) -> Counted {
    let Tally { quantity, elements, judged, wrong, worst, within_1_ulp, within_4_ulp, .. } = *tally;
    Counted {
        name: quantity.name(),
        elements,
        judged,
        wrong,
        worst: Number(worst),
        within_1_ulp,
        within_4_ulp,
    }
}

fn blamed(Wrong { quantity, what, cause, pattern }: &Wrong) -> Blamed<'_> {
    let (what, element) = match what {
        Mismatch::Missing => ("missing", None),
        Mismatch::Shape { .. } => ("shape", None),
        Mismatch::Element(element) => ("element", Some(element)),
    };
    Blamed {
        name: quantity.name(),
        equation: equation(*quantity),
        what,
        cause: match cause {
            Cause::Own => "own",
            Cause::Inherited => "inherited",
            Cause::Unknown => "unknown",
        },
        pattern: pattern.as_ref().map(ToString::to_string),
        element: element.map(|element| Element {
            path: &element.path,
            expected: Number(element.expected),
            got: Number(element.got),
            tolerance: Number(element.tolerance),
            ratio: Number(element.ratio),
            against: if element.against_own { "own earlier results" } else { "exact value" },
        }),
    }
}
