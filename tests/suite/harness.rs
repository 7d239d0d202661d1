//! The harness can fail: every known defect, run as a subject, fails and is identified by its name.
//!
//! `cargo test` runs a sample of the zoo; with DROPOUT_ORACLE_SWEEP set, as .ci/run sets it, it runs all of it.
//! (`kills` always checks that some case catches every defect.)

use crate::cases::{folder, json};
use crate::diagnosis::{answers, compared};
use crate::sweep;
use dropout_oracle::cases::is_smoke;
use dropout_oracle::conform::cases::{self, Case};
use dropout_oracle::conform::diagnose::{Asked, Diagnosis, diagnose};
use dropout_oracle::conform::judge::question::Question;
use dropout_oracle::conform::judge::verdict::Status;
use dropout_oracle::conform::run::{Run, question, run};
use dropout_oracle::conform::subject::defective::Defective;
use dropout_oracle::conform::subject::program::{Limits, Program};
use dropout_oracle::conform::subject::{About, Answer, Subject};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::Problem;
use dropout_oracle::trace::Quantity;
use dropout_oracle::zoo::distance::another;
use dropout_oracle::zoo::{self, Defect};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// The smoke profile, the cases that tell similar defects apart, and every seventh case in the sweep, every
/// fourteenth without it.
static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let all = cases::built_in().into_iter().enumerate();
    let smoke = |case: &Case| is_smoke(&case.id);
    let block = if sweep::is_on() { 8 } else { 40 };
    let has_tail = |case: &Case| case.problem.m().max(case.problem.n()).max(case.problem.n_next()) > block;
    const TELLING: [&str; 3] = ["range/far_out-", "range/shifted_rows-", "activations/softplus-"];
    let is_telling = |case: &Case| TELLING.iter().any(|start| case.id.starts_with(start));
    let taken = all.filter(|(at, case)| {
        at % (7 * sweep::one_in(2)) == 0 || smoke(case) || has_tail(case) || is_telling(case)
    });
    taken.map(|(_, case)| case).collect()
});

fn ids() -> Vec<String> {
    zoo::all::<f64>().into_iter().map(|defect| defect.id).collect()
}

/// One id in `many`, or all of them in the sweep.
fn sample(many: usize) -> Vec<String> {
    ids().into_iter().step_by(sweep::one_in(many)).collect()
}

/// The questions to subjects of each format, each solved once for all of them.
static QUESTIONS: LazyLock<[Vec<Arc<Question>>; 2]> = LazyLock::new(|| {
    [Format::F64, Format::F32].map(|format| {
        let about = About::new("any", Arithmetic::plain(format));
        CASES.iter().filter_map(|case| question(&about, case).ok()).collect()
    })
});

fn judged(subject: &mut dyn Subject, cases: &[Case]) -> Run {
    run(subject, cases, &[], || ())
}

/// One case in three, or all in the sweep.
fn a_part(cases: &[Case]) -> Vec<Case> {
    cases.iter().step_by(sweep::one_in(3)).cloned().collect()
}

fn program(arguments: &[&str]) -> Program {
    let command = [&[env!("CARGO_BIN_EXE_dropout-oracle-zoo")], arguments].concat();
    let command: Vec<String> = command.into_iter().map(String::from).collect();
    Program::start(&command, Limits::default()).expect("it starts")
}

#[test]
fn the_right_step_passes_through_the_protocol() {
    for arithmetic in ["f64", "f32"] {
        let cases = a_part(&CASES);
        let run = judged(&mut program(&["right", arithmetic]), &cases);
        assert_eq!(run.count(Status::Pass) + run.count(Status::NotJudged), cases.len(), "{arithmetic}");
        assert_eq!(run.diagnosis, Diagnosis::default());
    }
}

#[test]
fn every_known_defect_fails_through_the_protocol() {
    let matrix = json(&folder().join("kill-matrix.json"));
    let order: Vec<&str> =
        matrix["cases"].as_array().expect("ids").iter().filter_map(|id| id.as_str()).collect();
    let cases: BTreeMap<String, Problem> =
        cases::built_in().into_iter().map(|case| (case.id, case.problem)).collect();
    let size = |id: &&str| cases[*id].m() * cases[*id].n() * cases[*id].n_next();
    let taken: Vec<_> = zoo::all::<f64>().into_iter().step_by(sweep::one_in(7)).collect();
    taken.par_iter().for_each(|defect| {
        let kills = matrix["defects"][&defect.id]["kills"].as_str().expect("a character a case");
        let caught = order.iter().zip(kills.chars()).filter(|(_, kill)| "x6".contains(*kill));
        let id = caught.map(|(id, _)| *id).min_by_key(size).expect("a case catches it");
        // State kept from one call shows in the next one with the same sizes.
        let before = defect.is_stateful().then(|| another(&cases[id])).into_iter();
        let asked = before.chain([cases[id].clone()]).map(|problem| Case::new(id.into(), problem));
        let run = judged(&mut program(&[&defect.id]), &asked.collect::<Vec<_>>());
        let last = &run.outcomes.last().expect("asked").verdict;
        assert_eq!(last.status, Status::Fail, "{} on {id}", defect.id);
    });
}

#[test]
fn zeros_fail_every_case_that_asks_for_more() {
    let (cases, questions) = (a_part(&CASES), &QUESTIONS[0]);
    assert_eq!(questions.len(), CASES.len(), "doubles take every case");
    let run = judged(&mut program(&["zeros"]), &cases);
    for (outcome, question) in run.outcomes.iter().zip(questions.iter().step_by(sweep::one_in(3))) {
        let expected = &question.solved().expect("a valid case").expected;
        let flags = dropout_oracle::fixture::flags::of(&question.problem, expected);
        let may_pass = flags.contains(&"subnormal");
        assert!(outcome.verdict.status == Status::Fail || may_pass, "{}", outcome.id);
    }
}

/// The diagnosis of a subject.
fn diagnosed(subject: &mut dyn Subject) -> Diagnosis {
    let about = subject.about();
    let questions = &QUESTIONS[usize::from(about.arithmetic.storage == Format::F32)];
    let answers = answers(subject, questions);
    compared(&about, questions, &answers)
}

/// The defects that the diagnosis names, in its order; `None` if nothing fails.
fn named(subject: &mut dyn Subject) -> Option<Vec<String>> {
    let Diagnosis { candidates, compared, .. } = diagnosed(subject);
    (compared > 0).then(|| candidates.into_iter().map(|candidate| candidate.id).collect())
}

/// Those of these defects that are not named, or not alone. A second name would be a wrong diagnosis if the
/// defect were not in the zoo.
fn misnamed(ids: &[String], subject: impl Fn(&str) -> Box<dyn Subject> + Sync) -> Vec<String> {
    let of = |id: &String| {
        let names = named(subject(id).as_mut())?;
        (names != [id.clone()]).then(|| format!("{id}: {names:?}"))
    };
    ids.par_iter().filter_map(of).collect()
}

#[test]
fn each_defect_is_identified_and_no_other_is_named() {
    assert_eq!(misnamed(&sample(61), |id| Defective::double(id).expect("a defect")), [""; 0]);
}

#[test]
fn a_defect_in_single_precision_is_named_too() {
    assert_eq!(misnamed(&sample(199), |id| Defective::single(id).expect("a defect")), [""; 0]);
}

/// A layer that computes in doubles and returns floats: another way to have a defect in single precision, with
/// other roundings than the zoo's.
struct Rounded(Box<dyn Subject>);

impl Subject for Rounded {
    fn about(&self) -> About {
        About::new("rounded", Arithmetic::plain(Format::F32))
    }

    fn step(&mut self, id: &str, problem: &Problem) -> Answer {
        let Answer::Result(results) = self.0.step(id, problem) else { unreachable!("defects answer") };
        Answer::Result(results.map(|&x| f64::from(x as f32)))
    }
}

/// Defects that behave otherwise in doubles, and so get no name: formulas that overflow or lose all digits in
/// floats but not in doubles; truncated digits and sums in a shorter format, where a rounding decides which digits;
/// defects that show in only a few cases, in some of which a rounding of z near ±700 changes the wrong result; and
/// terms added to a result where the previous call's was so large that few digits remain.
const OTHERWISE: [&str; 26] = [
    "elu-slope-times-zero",
    "dw-summed-in-bf16",
    "results-whole",
    "leaky-relu-fixed-slope",
    "dw-with-momentum",
    "softmax-over-batch",
    "softmax-as-log-softmax",
    "log-softmax-unshifted",
    "log-softmax-of-softmax",
    "tanh-slope-unsafe",
    "softmax-unshifted",
    "softmax-shifted-by-first",
    "softmax-shifted-by-smallest",
    "sigmoid-unsafe",
    "sigmoid-by-compounding",
    "tanh-unsafe",
    "softplus-unsafe",
    "softplus-overflows",
    "silu-unsafe",
    "gelu-tanh-unsafe",
    "elu-cancels",
    "sigmoid-slope-unsafe",
    "softplus-slope-unsafe",
    "silu-slope-unsafe",
    "results-in-thousandths",
    "results-with-six-digits",
];

#[test]
fn a_defect_with_other_roundings_is_named_too() {
    let rounded =
        |id: &str| -> Box<dyn Subject> { Box::new(Rounded(Defective::double(id).expect("a defect"))) };
    let mut misnamed = misnamed(&sample(181), rounded);
    misnamed.retain(|line| !OTHERWISE.iter().any(|id| *line == format!("{id}: []")));
    assert_eq!(misnamed, [""; 0]);
}

/// A layer with two defects, neither of which explains it alone.
struct Two([Box<dyn Subject>; 2]);

impl Subject for Two {
    fn about(&self) -> About {
        About::new("two defects", Arithmetic::plain(Format::F64))
    }

    fn step(&mut self, id: &str, problem: &Problem) -> Answer {
        let [Answer::Result(one), Answer::Result(other)] =
            self.0.each_mut().map(|half| half.step(id, problem))
        else {
            unreachable!("defects answer")
        };
        let half = |quantity| if quantity < Quantity::Dz { &one } else { &other };
        Answer::Result(Quantity::ALL.map(|quantity| (quantity, half(quantity)[quantity].clone())).into())
    }
}

#[test]
fn an_unknown_defect_gets_no_name() {
    let halves = ["bias-doubled", "dw-from-a"].map(|id| Defective::double(id).expect("a defect"));
    let diagnosis = diagnosed(&mut Two(halves));
    assert!(diagnosis.compared > CASES.len() / 2);
    assert_eq!(diagnosis.candidates, []);
}

/// Two random defects, one in each pass: any name given belongs to one of them, which then hides the other.
#[test]
fn two_defects_get_no_third_name() {
    let zoo = zoo::all::<f64>();
    let (backward, forward): (Vec<_>, Vec<_>) = zoo.into_iter().partition(|defect| defect.equation >= 38);
    let mut words = ChaCha8Rng::seed_from_u64(4);
    let mut draw = |from: &[Defect<f64>]| from[words.next_u64() as usize % from.len()].id.clone();
    let pairs: Vec<[String; 2]> = (0..sample(60).len()).map(|_| [draw(&forward), draw(&backward)]).collect();
    let third = |pair: &[String; 2]| {
        let halves = pair.each_ref().map(|id| Defective::double(id).expect("a defect"));
        let names = named(&mut Two(halves))?;
        names.iter().any(|name| !pair.contains(name)).then(|| format!("{pair:?}: {names:?}"))
    };
    assert_eq!(pairs.par_iter().filter_map(third).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn differing_masks_are_reported_with_their_agreement() {
    let remarks = |id: &str| diagnosed(Defective::double(id).expect("a defect").as_mut()).remarks;
    let [forward, backward] = &remarks("mask-inverted-both-passes")[..] else { panic!("two passes") };
    assert!(forward.contains("forward pass agrees with R in 0.0 %"), "{forward}");
    assert!(forward.ends_with("it is R with kept and dropped swapped"), "{forward}");
    assert!(backward.contains("backward pass agrees with R in 0.0 %"), "{backward}");
    let [anew] = &remarks("mask-drawn-anew-backward")[..] else { panic!("one pass") };
    assert!(anew.contains("backward pass") && anew.contains("independent masks"), "{anew}");
    let [shared] = &remarks("mask-of-first-example-forward")[..] else { panic!("one pass") };
    assert!(shared.ends_with("it is the mask of the first example for all"), "{shared}");
    assert!(remarks("unscaled-forward").is_empty());
}

#[test]
fn a_shorter_format_than_the_claimed_one_is_reported() {
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
fn without_a_failure_there_is_no_diagnosis() {
    let about = About::new("none", Arithmetic::plain(Format::F64));
    assert_eq!(diagnose(&about, &[]), Diagnosis::default());
    let asked = Asked { question: &QUESTIONS[0][0], results: None };
    assert_eq!(diagnose(&about, &[asked]), Diagnosis::default());
}
