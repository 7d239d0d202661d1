//! The three reports of a run, and the file of known failures.

use crate::cases;
use anstream::adapter::strip_str;
use dropout_oracle::conform::coverage::Coverage;
use dropout_oracle::conform::diagnose::{Candidate, Diagnosis, Likely};
use dropout_oracle::conform::judge::pattern::Pattern;
use dropout_oracle::conform::judge::verdict::Cause;
use dropout_oracle::conform::judge::verdict::{Element, Finding, Mismatch, Status, Tally, Verdict, Wrong};
use dropout_oracle::conform::judge::verdict::{Outcome, SignBias};
use dropout_oracle::conform::judge::whole_run::ROUNDING_BIAS;
use dropout_oracle::conform::report::expectations::{Expectations, mark};
use dropout_oracle::conform::report::{self, Command, Report, human, junit};
use dropout_oracle::conform::run::Run;
use dropout_oracle::conform::subject::defective::Defective;
use dropout_oracle::conform::{self, About, run};
use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::trace::Quantity;
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn outcome(id: &str, verdict: Verdict) -> Outcome {
    Outcome { id: id.into(), verdict }
}

fn tally(quantity: Quantity, wrong: usize, worst: f64) -> Tally {
    let sign_bias = SignBias::default();
    Tally { quantity, elements: 20, judged: 18, wrong, worst, within_1_ulp: 10, within_4_ulp: 15, sign_bias }
}

fn passed() -> Verdict {
    Verdict { tallies: vec![tally(Quantity::Dw, 0, 0.5)], ..Verdict::of(vec![]) }
}

/// A verdict on a wrong dW whose error dA inherits.
fn failed(got: f64, tolerance: f64) -> Verdict {
    let ratio = if got.is_nan() { f64::INFINITY } else { (got - 0.125).abs() / tolerance };
    let ulps = if got.is_nan() { f64::INFINITY } else { (got - 0.125).abs() * 2f64.powi(10) };
    // The last three columns of 12 × 6.
    let last = Grid::tabulate(12, 6, |_, j| j > 2);
    let element =
        Element { path: "dW[3][1]".into(), expected: 0.125, got, tolerance, ratio, ulps, against_own: false };
    Verdict {
        status: Status::Fail,
        reason: None,
        findings: vec![],
        tallies: vec![tally(Quantity::Z, 0, 0.25), tally(Quantity::Dw, 12, ratio)],
        wrong: vec![
            Wrong {
                quantity: Quantity::Dw,
                what: Mismatch::Element(element),
                cause: Cause::Own,
                pattern: Pattern::of(&last),
            },
            Wrong {
                quantity: Quantity::DaTilde,
                what: Mismatch::Missing,
                cause: Cause::Unknown,
                pattern: None,
            },
            Wrong {
                quantity: Quantity::Da,
                what: Mismatch::Shape { expected: (3, 4), got: "4 × 3".into() },
                cause: Cause::Inherited,
                pattern: None,
            },
        ],
    }
}

/// A run with each kind of verdict.
fn varied() -> Run {
    let mut about = About::new("my <layer>", Arithmetic { storage: Format::Bf16, accumulator: Format::F32 });
    about.version = Some("1.2".into());
    let mask = |says: &str| Finding::Mask(says.into());
    let outcomes = vec![
        outcome("a/pass", passed()),
        outcome("a/fail", failed(0.25, 1e-3)),
        outcome("a/nan", failed(f64::NAN, 0.0)),
        outcome("a/state", passed().with(vec![Finding::State])),
        outcome(
            "b/errored",
            Verdict::without(Status::Errored, "ended with \u{1b}[31m & \"quotes\"\n\ta <tag> \u{0}"),
        ),
        outcome("b/skipped", Verdict::without(Status::Skipped, "no gelu")),
        outcome("b/skipped_too", Verdict::without(Status::Skipped, "no gelu")),
        outcome(
            "b/open",
            Verdict::without(Status::NotJudged, "a sum has too many terms for this arithmetic"),
        ),
        outcome(
            "sampler/judged",
            Verdict::of(vec![mask("every row of the batch has the same mask"), mask("rows depend")]),
        ),
        outcome(ROUNDING_BIAS, Verdict::of(vec![Finding::Bias("dW: the errors lean".into())])),
    ];
    Run { about, outcomes, diagnosis: Diagnosis::default(), side_by_side: Vec::new(), ending: None }
}

fn there(id: &str) -> bool {
    id == "c/elsewhere"
}

/// A run's report, with these known failures.
fn reported<T>(run: &Run, known: &str, report: impl FnOnce(&Report) -> T) -> T {
    let unexpected = Expectations::read(known).expect("valid").unexpected(run, there);
    let [begin, end] = ["dropout-oracle check", "-- python 'my layer.py'"];
    let one = [format!("{begin} --select "), format!(" {end}")];
    let command = Command { whole: format!("{begin} {end}"), one };
    let needs = BTreeMap::from([("a bias".to_string(), 3), ("keep probabilities per unit".to_string(), 12)]);
    let coverage = Coverage { known: 20, caught: 5, needs };
    report(&Report { run, coverage: &coverage, unexpected: &unexpected, command, list_failures: false })
}

#[test]
fn the_report_for_people_is_short_and_starts_with_the_worst() {
    assert_snapshot!("human", reported(&varied(), "a/gone\n", |report| human(report, false)));
}

#[test]
fn the_report_for_people_is_coloured_only_if_asked() {
    let plain = reported(&varied(), "", |report| human(report, false));
    let coloured = reported(&varied(), "", |report| human(report, true));
    assert!(coloured.contains("\x1b[1m\x1b[31ma/fail\x1b[0m"), "{coloured}");
    assert!(!plain.contains('\x1b'), "{plain}");
    assert_eq!(strip_str(&coloured).to_string(), plain);
}

#[test]
fn a_run_without_unexpected_results_is_good() {
    let run = Run { outcomes: vec![outcome("a/pass", passed())], ..varied() };
    assert_snapshot!("human_good", reported(&run, "", |report| human(report, false)));
}

#[test]
fn one_failure_of_each_cause_is_detailed_and_at_most_twenty_causes() {
    let letter = |number: u32| char::from(b'a' + (number % 25) as u8);
    let errored = |number: u32| Verdict::without(Status::Errored, format!("oh no {}", letter(number)));
    let outcomes = (0..60).map(|number| outcome(&format!("a/{number}"), errored(number))).collect();
    let run = Run { outcomes, ..varied() };
    let text = reported(&run, "", |report| human(report, false));
    assert_eq!(text.matches("--select").count(), 20);
    let more: Vec<&str> = text.lines().filter(|line| line.starts_with("and ")).collect();
    let like = [vec!["and 2 more like this"; 10], vec!["and 1 more like this"; 10]].concat();
    assert_eq!(more, [like, vec!["and 10 of other kinds; --list-failures lists them"]].concat(), "{text}");
    let text = reported(&run, "", |report| human(&Report { list_failures: true, ..report.clone() }, false));
    assert!(
        (0..60).all(|number| text.contains(&format!("\na/{number}  errored: oh no {}\n", letter(number)))),
        "{text}"
    );

    // Numbers and the answer itself make no other cause.
    let errored = |number: u32| {
        Verdict::without(
            Status::Errored,
            format!("Z[{number}] is null\nthe answer starts: {}", letter(number)),
        )
    };
    let outcomes = (0..60).map(|number| outcome(&format!("a/{number}"), errored(number))).collect();
    let text = reported(&Run { outcomes, ..varied() }, "", |report| human(report, false));
    assert!(text.contains("Z[0] is null\n    the answer starts: a\n"), "{text}");
    assert!(text.contains("\nand 59 more like this\n"), "{text}");

    let outcomes = (0..50)
        .map(|number| outcome(&format!("a/{number}"), failed(f64::from(number) + 1.0, 1e-3)))
        .collect();
    let text = reported(&Run { outcomes, ..varied() }, "", |report| human(report, false));
    assert_eq!(text.matches("--select").count(), 1);
    assert!(text.contains("\nand 49 more like this\n"), "{text}");
}

/// What a likely defect explains is one cause, and comes first.
#[test]
fn the_failures_of_a_likely_defect_are_one_group() {
    let candidate = Candidate { id: "first".into(), equation: 42, says: "what it does".into(), explains: 2 };
    let likely = Likely { candidates: vec![candidate], cases: vec!["a/fail".into(), "a/nan".into()] };
    let diagnosis = Diagnosis { defects: vec![likely], compared: 2, ..Diagnosis::default() };
    let text = reported(&Run { diagnosis, ..varied() }, "", |report| human(report, false));
    let [at, group] = ["diagnosis: likely defect", "\na/fail  fail"].map(|what| text.find(what).expect(what));
    assert!(at < group, "{text}");
    assert!(
        text[group + 1..]
            .split(
                "

"
            )
            .next()
            .is_some_and(|group| group.ends_with("and 1 more like this")),
        "{text}"
    );
    assert!(!text.contains("\na/nan"), "{text}");
}

/// One ulp where a result must be exact is one ulp, and less than a gross error.
#[test]
fn an_error_where_none_is_allowed_is_counted_in_ulps() {
    let off = |ulps: f64| failed(0.125 + ulps * 2f64.powi(-10), 0.0);
    let text = |verdict: &Verdict| report::details(verdict);
    assert!(text(&off(1.0)).contains("expected 0.125 exactly: 1 ulp off"), "{}", text(&off(1.0)));
    assert!(text(&off(3.0)).contains("expected 0.125 exactly: 3 ulps off"), "{}", text(&off(3.0)));
    let ranked = |verdict: Verdict| Verdict { wrong: verdict.wrong[..1].to_vec(), ..verdict }.worst();
    assert!(ranked(off(1.0)) < ranked(failed(0.25, 1e-3)));
    assert_eq!(ranked(failed(f64::NAN, 0.0)), f64::INFINITY);
}

#[test]
fn the_report_in_json_is_valid_by_its_closed_schema() {
    let schema = cases::json(&cases::folder().join("schema/check-report.schema.json"));
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let text = reported(&varied(), "a/gone\n", report::json);
    let mut value: Value = serde_json::from_str(&text).expect("JSON");
    if let Err(error) = schema.validate(&value) {
        panic!("{error}");
    }
    assert_eq!(value["totals"]["cases"], 10);
    assert_eq!(value["strict"], json!({"elements": 120, "within_1_ulp": 60, "within_4_ulp": 90}));
    assert_eq!(value["cases"][8]["findings"][1], json!({"mark": "mask", "says": "rows depend"}));
    assert_eq!(value["totals"]["not judged"], 1);
    assert_eq!(value["cases"][2]["wrong"][0]["element"]["got"], "NaN");
    assert_eq!(value["cases"][1]["wrong"][0]["equation"], 39);
    assert_eq!(value["cases"][1]["wrong"][0]["pattern"], "all of the last 3 columns");
    assert_eq!(value["cases"][1]["wrong"][1].get("pattern"), None);
    assert_eq!(
        value["cases"][1]["reproduce"],
        "dropout-oracle check --select a/fail -- python 'my layer.py'"
    );
    assert_eq!(value["good"], false);
    value["more"] = 1.into();
    assert!(!schema.is_valid(&value), "an unknown key is an error");
}

#[test]
fn the_report_in_xml_reads_back_as_written() {
    let text = reported(&varied(), "a/gone\na/fail dW\n", junit);
    let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let suite = document.root_element().first_element_child().expect("a suite");
    assert_eq!(suite.attribute("name"), Some("my <layer>"));
    let counts =
        ["tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name).expect("a count"));
    assert_eq!(counts, ["11", "5", "1", "4"]);
    let case = |name: &str| {
        let found = suite.children().find(|case| case.attribute("name") == Some(name)).expect("a case");
        let inside = found.first_element_child();
        (
            inside.map(|inside| inside.tag_name().name().to_string()),
            inside.and_then(|inside| inside.attribute("message")).unwrap_or_default().to_string(),
        )
    };
    assert_eq!(case("pass"), (None, String::new()));
    assert_eq!(
        case("errored"),
        (Some("error".into()), "ended with \u{fffd}[31m & \"quotes\"\n\ta <tag> \u{fffd}".into())
    );
    assert_eq!(case("skipped"), (Some("skipped".into()), "skipped: no gelu".into()));
    assert_eq!(case("state").0.as_deref(), Some("failure"));
    assert!(
        case("fail").1.starts_with("known failure: dW[3][1] = 0.25, expected 0.125"),
        "{:?}",
        case("fail")
    );
    assert_eq!(case("a/gone").1, "is listed but does not exist");
    assert_eq!(case("judged").1, "every row of the batch has the same mask");
    assert_eq!(case("rounding-bias"), (Some("failure".into()), "dW: the errors lean".into()));
}

#[test]
fn what_no_xml_may_hold_is_replaced() {
    let odd = |what: &str| Verdict::without(Status::Errored, what);
    let outcomes = vec![outcome("a/odd", odd("\u{fffe} \u{ffff} \u{1} \u{7f} \u{fffd} \u{10ffff}\r\n"))];
    let text = reported(&Run { outcomes, ..varied() }, "", junit);
    let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}:\n{text}"));
    let message = document.descendants().find_map(|node| node.attribute("message"));
    assert_eq!(message, Some("\u{fffd} \u{fffd} \u{fffd} \u{fffd} \u{fffd} \u{10ffff}\u{fffd}\n"));
}

#[test]
fn every_report_has_the_diagnosis() {
    let candidate = |id: &str, explains| Candidate {
        id: id.into(),
        equation: 42,
        says: format!("what <{id}> does"),
        explains,
    };
    let candidates = vec![candidate("first", 9), candidate("second", 8)];
    let remarks = vec!["the masks differ".to_string()];
    let likely = |candidates: Vec<Candidate>| Likely { candidates, cases: Vec::new() };
    let defects = vec![likely(candidates), likely(vec![candidate("third", 2)])];
    let run = Run { diagnosis: Diagnosis { defects, compared: 9, unexplained: 1, remarks }, ..varied() };
    let lines = [
        "likely defect: what <first> does (equation 42); explains 9 of 9 failures on the first call [first]",
        "or: what <second> does (equation 42); explains 8 of 9 failures on the first call [second]",
        "and another: what <third> does (equation 42); explains 2 of 9 failures on the first call [third]",
        "1 of 9 failures not explained, or only in part",
        "the masks differ",
    ];
    let text = reported(&run, "", |report| human(report, false));
    let lines_found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("diagnosis: ")).collect();
    assert_eq!(lines_found, lines);
    let defects = vec![likely(vec![candidate("first", 1)])];
    let one = Diagnosis { defects, compared: 1, ..Diagnosis::default() };
    let failing = varied().outcomes.into_iter().find(|outcome| outcome.verdict.status == Status::Fail);
    let alone = Run { diagnosis: one, outcomes: failing.into_iter().collect(), ..varied() };
    let text = reported(&alone, "", |report| human(report, false));
    assert!(text.contains("(equation 42); explains 1 of 1 failure [first]"), "{text}");
    let text = reported(&run, "", junit);
    let document = roxmltree::Document::parse(&text).expect("XML");
    let properties = document.descendants().filter(|node| node.attribute("name") == Some("diagnosis"));
    let lines_found: Vec<&str> = properties.filter_map(|node| node.attribute("value")).collect();
    assert_eq!(lines_found, lines);
}

/// What departs from these known failures in the varied run.
fn unexpected_with(known: &str) -> Vec<String> {
    let unexpected = Expectations::read(known).expect("valid").unexpected(&varied(), there);
    unexpected.into_iter().map(|unexpected| format!("{}: {}", unexpected.id, unexpected.what)).collect()
}

#[test]
fn a_known_failure_is_expected_and_every_other_departure_is_not() {
    let all = "# why\na/fail dW\na/nan\na/state state # flaky\n\nb/errored errored\nsampler/judged mask\nrun/rounding-bias bias\n";
    assert_eq!(unexpected_with(all), [""; 0]);
    let failed = ["a/fail: fail", "a/nan: fail", "a/state: fail", "b/errored: errored"];
    assert_eq!(
        unexpected_with(""),
        [&failed[..], &["sampler/judged: fail", "run/rounding-bias: fail"]].concat()
    );
    for (line, unexpected) in [
        ("a/pass", "a/pass: passes but is listed as a failure"),
        ("b/skipped", "b/skipped: is skipped but is listed as a failure"),
        ("b/open Z", "b/open: is not judged but is listed as a failure"),
        ("d/unknown", "d/unknown: is listed but does not exist"),
    ] {
        assert_eq!(unexpected_with(&format!("{all}{line}\n")), [unexpected]);
    }
    assert_eq!(unexpected_with(&all.replace("dW", "db")), ["a/fail: fails with dW but is listed with db"]);
    assert_eq!(
        unexpected_with(&all.replace("errored errored", "errored dA")),
        ["b/errored: fails with errored but is listed with dA"]
    );
    assert_eq!(
        unexpected_with(&format!("{all}c/elsewhere\n")),
        [""; 0],
        "a case that was not selected is left alone"
    );
}

#[test]
fn a_file_of_known_failures_is_rewritten_with_its_head() {
    let known =
        "# These fail, see the tracker.\n# Sorted.\na/pass dA\na/fail\nb/skipped\nc/elsewhere Z\nd/unknown\n";
    let known = Expectations::read(known).expect("valid");
    let fixed =
        known.fixed(&varied(), |id| there(id) || varied().outcomes.iter().any(|outcome| outcome.id == id));
    let expected = "# These fail, see the tracker.\n# Sorted.\na/fail dW\na/nan dW\na/state state\nb/errored errored\nc/elsewhere Z\nrun/rounding-bias bias\nsampler/judged mask\n";
    assert_eq!(fixed, expected);
    assert_eq!(unexpected_with(&fixed), [""; 0]);
}

#[test]
fn faulty_lines_are_named() {
    let faults = Expectations::read("a/fail dB\nb/c dW dA\na/x\na/x dW\n").expect_err("three faults");
    let lines: Vec<&str> = faults.lines().map(|line| &line[..7]).collect();
    assert_eq!(lines, ["line 1:", "line 2:", "line 4:"]);
}

#[test]
fn a_mark_names_the_finding_in_one_word() {
    let marks: Vec<&str> =
        varied().outcomes.iter().map(|outcome| mark(&outcome.verdict).unwrap_or_default()).collect();
    assert_eq!(marks, ["", "dW", "dW", "state", "errored", "", "", "", "mask", "bias"]);
}

/// Yours beside the right ones, wrong entries marked, and no line longer than 80 characters.
#[test]
fn the_wrong_results_of_a_single_case_stand_beside_the_right_ones() {
    let one = |id: &str, defect: &str| {
        let cases: Vec<_> = conform::cases::built_in().into_iter().filter(|case| case.id == id).collect();
        let run = run::run(Defective::double(defect).expect("a defect").as_mut(), &cases, &[], || ());
        run.side_by_side.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!("side_by_side_small", one("exact/by-hand", "unscaled-backward"));
    let large = one("blocks/tanh-2x37x3", "dw-from-a");
    assert!(large.lines().all(|line| line.chars().count() <= 120), "{large}");
    assert_snapshot!("side_by_side_large", large);
    assert_eq!(one("exact/by-hand", "right"), "");
    let tail = one("shapes/log_softmax-9x13x70", "tail-64-linear");
    assert_eq!(tail.lines().nth(1), Some("wrong: all of the last 6 columns"), "{tail}");
}
