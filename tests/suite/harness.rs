//! The harness can fail: every known mistake, run as a subject, comes out red and is called by its name.
//!
//! `cargo test` takes a part of the zoo through the whole of it; DROPOUT_ORACLE_SWEEP set takes all. (That
//! every defect is beyond its tolerance in some case is `kills`, and for all of them each time.)

use dropout_oracle::conform::cases::{self, Case};
use dropout_oracle::conform::defective::Defective;
use dropout_oracle::conform::diagnose::{Asked, Diagnosis, diagnose};
use dropout_oracle::conform::door::program::{Limits, Program};
use dropout_oracle::conform::run::{Run, run};
use dropout_oracle::conform::subject::{About, Answer, Outputs, Subject};
use dropout_oracle::conform::verdict::Status;
use dropout_oracle::fixture::generate::SMOKE;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::Problem;
use dropout_oracle::zoo;
use rayon::prelude::*;
use std::sync::LazyLock;

/// The cases that catch everything, and every seventh of all beside them.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let all = cases::built_in().into_iter().enumerate();
    let taken = all.filter(|(at, case)| at % 7 == 0 || SMOKE.lines().any(|id| id == case.id));
    taken.map(|(_, case)| case).collect()
});

fn ids() -> Vec<String> {
    zoo::all::<f64>().into_iter().map(|defect| defect.id).collect()
}

/// Every so many-th, or all in the sweep.
fn sample(every: usize) -> Vec<String> {
    let every = if std::env::var_os("DROPOUT_ORACLE_SWEEP").is_some() { 1 } else { every };
    ids().into_iter().step_by(every).collect()
}

fn judged(subject: &mut dyn Subject, cases: &[Case]) -> Run {
    run(subject, cases, &[], || ())
}

fn program(arguments: &[&str]) -> Program {
    let command = [&[env!("CARGO_BIN_EXE_dropout-oracle-zoo")], arguments].concat();
    let command: Vec<String> = command.into_iter().map(String::from).collect();
    Program::start(&command, Limits::default()).expect("it starts")
}

#[test]
fn the_right_step_is_green_through_the_protocol() {
    for arithmetic in ["f64", "f32"] {
        let run = judged(&mut program(&["right", arithmetic]), &CASES);
        assert_eq!(run.count(Status::Pass) + run.count(Status::NotJudged), CASES.len(), "{arithmetic}");
        assert_eq!(run.diagnosis, Diagnosis::default());
    }
}

#[test]
fn known_mistakes_are_red_through_the_protocol() {
    let smoke: Vec<Case> =
        CASES.iter().filter(|case| SMOKE.lines().any(|id| id == case.id)).cloned().collect();
    // What is kept of a call shows in the next of the same sizes: all cases are asked.
    sample(41).par_iter().for_each(|id| {
        let run = judged(&mut program(&[id]), if id.contains("stale") { &CASES } else { &smoke });
        assert!(run.count(Status::Fail) > 0, "{id}");
        assert_eq!(run.count(Status::Errored), 0, "{id}");
    });
}

#[test]
fn zeros_fail_every_case_that_asks_for_more() {
    let run = judged(&mut program(&["zeros"]), &CASES);
    for (outcome, case) in run.outcomes.iter().zip(CASES.iter()) {
        let expected = dropout_oracle::oracle::expected(&case.problem).expect("a sound case");
        let flags = dropout_oracle::fixture::flags::of(&case.problem, &expected);
        let may_pass = flags.contains(&"subnormal");
        assert!(outcome.verdict.status == Status::Fail || may_pass, "{}", outcome.id);
    }
}

/// The mistakes that are named, in their order, with how many failures each explains; None where nothing fails.
fn named(subject: &mut dyn Subject) -> Option<Vec<(String, usize)>> {
    let run = judged(subject, &CASES);
    let candidates = run.diagnosis.candidates.into_iter();
    (run.outcomes.iter().any(|outcome| outcome.verdict.status == Status::Fail))
        .then(|| candidates.map(|candidate| (candidate.id, candidate.explains)).collect())
}

/// Those of these mistakes that are not named, or beside which another is that explains more or less: without the
/// mistake in the zoo, that would be the name of an unknown one. Two that explain the same, and against
/// which no case that passes speaks, these cases do not tell apart.
fn misnamed(ids: &[String], subject: impl Fn(&str) -> Box<dyn Subject> + Sync) -> Vec<String> {
    let of = |id: &String| {
        let names = named(subject(id).as_mut())?;
        let alike = names.iter().all(|(_, explains)| *explains == names[0].1);
        let itself = names.iter().any(|(name, _)| name == id);
        (!(itself && alike)).then(|| format!("{id}: {names:?}"))
    };
    ids.par_iter().filter_map(of).collect()
}

#[test]
fn a_mistake_is_called_by_its_name_and_by_no_other() {
    assert_eq!(misnamed(&sample(43), |id| Defective::double(id).expect("a defect")), [""; 0]);
}

#[test]
fn a_mistake_in_single_precision_is_named_too() {
    assert_eq!(misnamed(&sample(97), |id| Defective::single(id).expect("a defect")), [""; 0]);
}

/// A layer that computes in doubles and hands out floats: a sound way to make a mistake in single precision,
/// with other roundings than the zoo's.
struct Rounded(Box<dyn Subject>);

impl Subject for Rounded {
    fn about(&self) -> About {
        About::new("rounded", Arithmetic::plain(Format::F32))
    }

    fn step(&mut self, id: &str, problem: &Problem) -> Answer {
        let Answer::Outputs(Outputs(mut outputs)) = self.0.step(id, problem) else {
            unreachable!("defects answer")
        };
        for x in outputs.values_mut().flatten().flatten() {
            *x = f64::from(*x as f32);
        }
        Answer::Outputs(Outputs(outputs))
    }
}

#[test]
fn a_mistake_made_with_other_roundings_is_named_too() {
    let rounded =
        |id: &str| -> Box<dyn Subject> { Box::new(Rounded(Defective::double(id).expect("a defect"))) };
    assert_eq!(misnamed(&sample(97), rounded), [""; 0]);
}

/// A layer with two mistakes, neither of which explains it alone.
struct Two([Box<dyn Subject>; 2]);

impl Subject for Two {
    fn about(&self) -> About {
        About::new("two mistakes", Arithmetic::plain(Format::F64))
    }

    fn step(&mut self, id: &str, problem: &Problem) -> Answer {
        let [Answer::Outputs(one), Answer::Outputs(other)] =
            self.0.each_mut().map(|half| half.step(id, problem))
        else {
            unreachable!("defects answer")
        };
        let forward = one.0.into_iter().take(3);
        Answer::Outputs(Outputs(forward.chain(other.0.into_iter().skip(3)).collect()))
    }
}

#[test]
fn an_unknown_fault_gets_no_name() {
    let halves = ["bias-doubled", "dw-from-a"].map(|id| Defective::double(id).expect("a defect"));
    let run = judged(&mut Two(halves), &CASES);
    assert!(run.count(Status::Fail) > CASES.len() / 2);
    assert_eq!(run.diagnosis.candidates, []);
}

#[test]
fn masks_that_differ_are_told_by_how_often_they_agree() {
    let remarks =
        |id: &str| judged(Defective::double(id).expect("a defect").as_mut(), &CASES).diagnosis.remarks;
    let [forward, backward] = &remarks("mask-inverted-both-passes")[..] else { panic!("two passes") };
    assert!(forward.contains("forward pass agrees with R in 0.0 %"), "{forward}");
    assert!(forward.ends_with("it is R with kept and dropped swapped"), "{forward}");
    assert!(backward.contains("backward pass agrees with R in 0.0 %"), "{backward}");
    let [anew] = &remarks("mask-drawn-anew-backward")[..] else { panic!("one pass") };
    assert!(anew.contains("backward pass") && anew.contains("independent masks"), "{anew}");
    let [shared] = &remarks("mask-of-first-example-forward")[..] else { panic!("one pass") };
    assert!(shared.ends_with("it is that of the first example for all"), "{shared}");
    assert!(remarks("unscaled-forward").is_empty());
}

#[test]
fn a_shorter_format_than_the_claimed_one_is_remarked() {
    struct Single(Box<dyn Subject>);
    impl Subject for Single {
        fn about(&self) -> About {
            About::new("single in disguise", Arithmetic::plain(Format::F64))
        }
        fn step(&mut self, id: &str, problem: &Problem) -> Answer {
            self.0.step(id, problem)
        }
    }
    let exact: Vec<Case> = CASES.iter().filter(|case| case.id.starts_with("activations/")).cloned().collect();
    let run = judged(&mut Single(Defective::single("right").expect("the right step")), &exact);
    assert!(run.count(Status::Fail) > 0);
    assert_eq!(run.diagnosis.candidates, []);
    assert!(run.diagnosis.remarks[0].contains("within the tolerances of f32"), "{:?}", run.diagnosis.remarks);
}

#[test]
fn where_nothing_fails_nothing_is_said() {
    let about = About::new("none", Arithmetic::plain(Format::F64));
    assert_eq!(diagnose(&about, &[]), Diagnosis::default());
    let asked = Asked { problem: &CASES[0].problem, outputs: None };
    assert_eq!(diagnose(&about, &[asked]), Diagnosis::default());
}
