//! The cases as named tests of a Rust crate: how each verdict appears to a test runner.

use crate::check_judge::Layer;
use crate::results::change;
use dropout_oracle::conform::cases::{Case, built_in};
use dropout_oracle::conform::report::brief;
use dropout_oracle::conform::run::run;
use dropout_oracle::conform::subject::defective::Defective;
use dropout_oracle::conform::suite::Suite;
use dropout_oracle::conform::{About, Answer, Subject};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::Problem;
use dropout_oracle::scalar;
use dropout_oracle::trace::Quantity;
use libtest_mimic::Arguments;
use std::fs;

/// The scalar form as a layer.
struct Scalar;

impl Subject for Scalar {
    fn about(&self) -> About {
        About::new("scalar form", Arithmetic::plain(Format::F64))
    }

    fn step(&mut self, _: &str, problem: &Problem) -> Answer {
        Answer::Result((&scalar::step(problem.inputs(), problem.activation())).into())
    }
}

/// The layer's tests whose names contain `filter`, with the runner's output.
fn tested<S: Subject + Send + 'static>(
    prefix: &str,
    filter: &str,
    make: fn() -> S,
) -> (libtest_mimic::Conclusion, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let log = folder.path().join("log");
    let arguments = Arguments {
        filter: Some(filter.into()),
        test_threads: Some(1),
        logfile: Some(log.display().to_string()),
        ..Arguments::default()
    };
    let conclusion = libtest_mimic::run(&arguments, Suite::of(prefix, make).trials);
    (conclusion, fs::read_to_string(log).expect("a log"))
}

/// How many tests a layer has: one for each case and one for each whole-run check.
fn tests() -> u64 {
    let cases = dropout_oracle::conform::cases::built_in().len();
    (cases + dropout_oracle::conform::judge::whole_run::all().len()) as u64
}

#[test]
fn each_case_is_a_test_with_its_id_as_its_name() {
    let (conclusion, log) =
        tested("", "exact/by-hand", || Layer::new(|_, _, outputs| Answer::Result(outputs)));
    assert_eq!((conclusion.num_passed, conclusion.num_failed, conclusion.num_ignored), (1, 0, 0));
    assert!(log.contains("test exact/by-hand ... ok"), "{log}");
    assert_eq!(conclusion.num_filtered_out, tests() - 1);
}

#[test]
fn each_whole_run_check_is_a_test_that_can_run_alone() {
    let make = || Layer::new(|_, _, outputs| Answer::Result(outputs));
    let (conclusion, log) = tested("", "sampler/", make);
    assert_eq!((conclusion.num_ignored, conclusion.num_failed), (13, 0));
    assert!(log.contains("ignored (draws no masks)"), "{log}");
    let (conclusion, log) = tested("", "run/rounding-bias", || Scalar);
    assert_eq!((conclusion.num_passed, conclusion.num_filtered_out), (1, tests() - 1), "{log}");
}

#[test]
fn a_failed_case_fails_with_its_wrong_result() {
    let wrong = || {
        Layer::new(|_, _, mut outputs| {
            change(&mut outputs, Quantity::Dw, |rows| rows[1][0] = -7.0);
            Answer::Result(outputs)
        })
    };
    let (conclusion, log) = tested("mine/", "exact/by-hand", wrong);
    assert_eq!(conclusion.num_failed, 1);
    assert!(log.contains("---- mine/exact/by-hand ----\ndW[1][0] = -7.0, expected -6.0 "), "{log}");
    let (conclusion, log) =
        tested("", "exact/by-hand", || Layer::new(|_, _, _| Answer::Errored("singular".into())));
    assert!(conclusion.num_failed == 1 && log.contains("singular"), "{log}");
}

#[test]
fn a_skipped_case_is_ignored_with_the_reason() {
    let (conclusion, log) =
        tested("", "exact/by-hand", || Layer::new(|_, _, _| Answer::Skipped("no such g".into())));
    assert_eq!((conclusion.num_ignored, conclusion.num_failed), (1, 0));
    assert!(log.contains("ignored (no such g)"), "{log}");
}

#[test]
fn answers_that_differ_between_two_calls_fail() {
    let counting = || {
        Layer::new(|layer, _, mut outputs| {
            let times = 1.0 - (layer.asked.len() % 2) as f64 * f64::EPSILON;
            change(&mut outputs, Quantity::Z, |rows| rows[0][0] *= times);
            Answer::Result(outputs)
        })
    };
    let (conclusion, log) = tested("", "shapes/tanh-2x4x3", counting);
    assert!(
        conclusion.num_failed == 1 && log.contains("the layer keeps state or is not deterministic"),
        "{log}"
    );
}

#[test]
fn a_subject_that_panics_is_made_anew_for_the_next_case() {
    let panicking = || {
        Layer::new(|layer, _, outputs| {
            assert!(layer.asked.len() < 5, "too often");
            Answer::Result(outputs)
        })
    };
    // Two calls per case: the third case meets the fifth call, and the case after it a new subject.
    let (conclusion, log) = tested("", "exact/identity-", panicking);
    assert_eq!((conclusion.num_passed, conclusion.num_failed), (4, 1), "{log}");
    assert!(log.contains("too often"), "{log}");
}

/// A layer that knows tanh alone.
struct Tanh;

impl Subject for Tanh {
    fn about(&self) -> About {
        let mut about = Scalar.about();
        about.supports.activations = Some(vec!["tanh".into()]);
        about
    }

    fn step(&mut self, id: &str, problem: &Problem) -> Answer {
        Scalar.step(id, problem)
    }
}

/// What a layer does not support is one line for each reason, and no case of it is a test.
#[test]
fn skipped_cases_are_one_test_for_each_reason() {
    let suite = Suite::of("", || Tanh);
    let names: Vec<&str> = suite.trials.iter().map(libtest_mimic::Trial::name).collect();
    let skipped: Vec<&&str> = names.iter().filter(|name| name.starts_with("skipped/")).collect();
    assert!(skipped.len() > 5 && skipped.len() < 30, "{skipped:?}");
    assert!(
        names.contains(&"shapes/tanh-2x4x3") && !names.iter().any(|name| name.ends_with("-softmax-2x4x3"))
    );
    let (conclusion, log) = tested("", "skipped/", || Tanh);
    assert_eq!((conclusion.num_ignored, conclusion.num_failed), (skipped.len() as u64, 0));
    assert!(log.contains("does not support"), "{log}");
}

/// A run that fails ends in the diagnosis that `check` gives.
#[test]
fn a_run_that_fails_ends_in_its_diagnosis() {
    let cases: Vec<Case> = built_in().into_iter().step_by(14).collect();
    let run = run(Defective::double("dw-from-a").expect("a defect").as_mut(), &cases, &[], || ());
    let text = brief(&run);
    assert!(
        text.contains("diagnosis: likely defect: dW is computed from A instead of Ã (equation 39)"),
        "{text}"
    );
    assert!(
        text.lines().last().is_some_and(|line| line.contains(" like ") && line.contains("dW[")),
        "{text}"
    );
}
