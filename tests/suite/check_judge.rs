//! The judge, on tiny subjects that are right or deliberately wrong.

use crate::large_tolerance::{Kind, problem as large_problem};
use crate::results::change;
use dropout_oracle::conform::cases::{Case, Selection, built_in};
use dropout_oracle::conform::judge::verdict::Cause;
use dropout_oracle::conform::judge::verdict::{Finding, Mismatch, SignBias, Status, Tally, Verdict};
use dropout_oracle::conform::judge::{self, question::Question, sign_bias};
use dropout_oracle::conform::report;
use dropout_oracle::conform::run::{Run, run};
use dropout_oracle::conform::{About, Answer, Presence, Subject, Supports};
use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle;
use dropout_oracle::oracle::tolerance::{derive, ratio};
use dropout_oracle::problem::{Activation, Inputs, Problem, activation::ScalarActivation, formats};
use dropout_oracle::scalar::{self, backward, forward};
use dropout_oracle::trace::{Quantity, Results};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A layer that returns the exact results, rounded to its format, after a change.
pub struct Layer {
    pub about: About,
    pub twist: fn(&mut Layer, &Problem, Results) -> Answer,
    pub asked: Vec<String>,
}

impl Layer {
    pub fn new(twist: fn(&mut Layer, &Problem, Results) -> Answer) -> Self {
        Layer { about: About::new("layer", Arithmetic::plain(Format::F64)), twist, asked: Vec::new() }
    }

    fn supporting(supports: Supports) -> Self {
        let mut layer = Layer::new(|_, _, outputs| Answer::Result(outputs));
        layer.about.supports = supports;
        layer
    }
}

impl Subject for Layer {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn step(&mut self, id: &str, problem: &Problem) -> Answer {
        self.asked.push(id.into());
        let step = oracle::expected(problem).expect("within range");
        let nearest = |x: &f64| self.about.arithmetic.storage.nearest(*x);
        let rounded = step.map(nearest);
        (self.twist)(self, problem, (&rounded).into())
    }
}

/// The built-in cases that these patterns select.
fn selection(patterns: &[&str]) -> Result<Selection, dropout_oracle::Error> {
    let patterns: Vec<String> = patterns.iter().map(ToString::to_string).collect();
    let ids: Vec<String> = built_in().into_iter().map(|case| case.id).collect();
    Selection::new(&patterns, &ids)
}

pub fn selected(patterns: &[&str]) -> Vec<Case> {
    let selection = selection(patterns).expect("they match");
    built_in().into_iter().filter(|case| selection.takes(&case.id)).collect()
}

fn judged(layer: &mut Layer, patterns: &[&str]) -> Run {
    run(layer, &selected(patterns), &[], || {})
}

/// The verdict on one case.
fn verdict(layer: &mut Layer, id: &str) -> Verdict {
    judged(layer, &[id]).outcomes.remove(0).verdict
}

fn twisted(twist: fn(&mut Layer, &Problem, Results) -> Answer) -> Verdict {
    verdict(&mut Layer::new(twist), "exact/relu-3x5x4")
}

fn changed(mut outputs: Results, quantity: Quantity, twist: fn(&mut Vec<Vec<f64>>)) -> Answer {
    change(&mut outputs, quantity, twist);
    Answer::Result(outputs)
}

#[test]
fn the_exact_results_pass_in_every_arithmetic() {
    for arithmetic in Arithmetic::ALL {
        let mut layer = Layer::new(|_, _, outputs| Answer::Result(outputs));
        layer.about.arithmetic = arithmetic;
        let run = judged(&mut layer, &["exact/*", "keep_probability/*decimal*"]);
        assert_eq!(run.count(Status::Fail) + run.count(Status::Errored), 0, "{arithmetic}: {run:?}");
        assert!(run.count(Status::Pass) > 15, "{arithmetic}");
        for tally in run.outcomes.iter().flat_map(|outcome| &outcome.verdict.tallies) {
            assert_eq!((tally.wrong, tally.within_1_ulp), (0, tally.elements), "{arithmetic}");
        }
    }
}

/// Each wrong result and where its wrong elements lie.
fn patterns(twist: fn(&mut Layer, &Problem, Results) -> Answer) -> Vec<(Quantity, Option<String>)> {
    let wrong = verdict(&mut Layer::new(twist), "shapes/log_softmax-131x2x3").wrong.into_iter();
    wrong.map(|wrong| (wrong.quantity, wrong.pattern.map(|pattern| pattern.to_string()))).collect()
}

#[test]
fn a_verdict_says_where_the_wrong_elements_of_each_result_lie() {
    let wrong = patterns(|_, _, mut outputs| {
        change(&mut outputs, Quantity::ATilde, |rows| rows.iter_mut().flatten().for_each(|a| *a += 1.0));
        change(&mut outputs, Quantity::Z, |rows| rows[128..].iter_mut().flatten().for_each(|z| *z += 1.0));
        change(&mut outputs, Quantity::Dz, |rows| rows.iter_mut().for_each(|row| row[1] = f64::NAN));
        change(&mut outputs, Quantity::Da, |rows| rows[7][1] += 1.0);
        Answer::Result(outputs)
    });
    let says = |says: &str| Some(says.to_string());
    let expected = [
        (Quantity::ATilde, says("all elements")),
        (Quantity::Z, says("all of the last 3 rows")),
        (Quantity::Dz, says("all of column 1")),
        (Quantity::Da, None),
    ];
    assert_eq!(wrong, expected);
    let missing = patterns(|_, _, outputs| {
        let others = outputs.quantities().filter(|quantity| *quantity != Quantity::Dw);
        Answer::Result(others.map(|quantity| (quantity, outputs[quantity].clone())).collect())
    });
    assert_eq!(missing, [(Quantity::Dw, None)]);
}

#[test]
fn each_status_has_its_subject() {
    assert_eq!(twisted(|_, _, outputs| Answer::Result(outputs)).status, Status::Pass);
    let skipped = twisted(|_, _, _| Answer::Skipped("no relu".into()));
    assert_eq!(skipped, Verdict::without(Status::Skipped, "no relu"));
    let errored = twisted(|_, _, _| Answer::Errored("singular".into()));
    assert_eq!(errored, Verdict::without(Status::Errored, "singular"));
    let failed = twisted(|_, _, outputs| changed(outputs, Quantity::Dw, |rows| rows[3][1] += 1.0));
    assert_eq!(failed.status, Status::Fail);
    let mut layer = Layer::supporting(Supports { outputs: vec![], ..Supports::default() });
    layer.twist = |_, _, _| Answer::Result(Results::default());
    let nothing = verdict(&mut layer, "exact/relu-3x5x4");
    assert_eq!(nothing, Verdict::without(Status::NotJudged, "the subject returned no results"));
}

#[test]
fn the_first_wrong_element_is_reported_with_its_path() {
    let verdict = twisted(|_, _, outputs| {
        changed(outputs, Quantity::Dw, |rows| {
            rows[3][1] += 1.0;
            rows[4][0] += 1.0;
        })
    });
    let [wrong] = &verdict.wrong[..] else { panic!("{verdict:?}") };
    assert_eq!((wrong.quantity, wrong.cause), (Quantity::Dw, Cause::Own));
    let Mismatch::Element(element) = &wrong.what else { panic!("{wrong:?}") };
    assert_eq!(element.path, "dW[3][1]");
    assert_eq!(element.got, element.expected + 1.0);
    assert_eq!(element.ratio, 1.0 / element.tolerance);
    let tally = verdict.tallies.iter().find(|tally| tally.quantity == Quantity::Dw).expect("it is there");
    assert_eq!((tally.elements, tally.judged, tally.wrong), (20, 20, 2));
    assert_eq!((verdict.worst(), element.tolerance), (element.ulps, 0.0));
    assert_eq!(tally.worst, f64::INFINITY);
}

#[test]
fn nan_and_infinities_are_wrong() {
    let twists: [fn(&mut Layer, &Problem, Results) -> Answer; 3] = [
        |_, _, outputs| changed(outputs, Quantity::Db, |rows| rows[0][2] = f64::NAN),
        |_, _, outputs| changed(outputs, Quantity::Db, |rows| rows[0][2] = f64::INFINITY),
        |_, _, outputs| changed(outputs, Quantity::Db, |rows| rows[0][2] = f64::NEG_INFINITY),
    ];
    for twist in twists {
        let verdict = twisted(twist);
        let Some(Mismatch::Element(element)) = verdict.first_wrong().map(|wrong| &wrong.what) else {
            panic!("{verdict:?}")
        };
        assert_eq!((element.path.as_str(), element.ratio), ("db[2]", f64::INFINITY));
    }
}

#[test]
fn no_error_is_allowed_where_the_tolerance_is_zero() {
    assert_eq!(ratio(0.0, -0.0, 0.0), 0.0);
    assert_eq!(ratio(0.0, f64::from_bits(1), 0.0), f64::INFINITY);
    assert_eq!(ratio(1.0, 1.25, 0.5), 0.5);
    assert_eq!(ratio(1.0, 0.0, 0.5), 2.0);
    assert_eq!(ratio(1.0, f64::NAN, f64::INFINITY), f64::INFINITY);
}

fn one(x: f64) -> Vec<Vec<f64>> {
    vec![vec![x]]
}

/// One example, one unit, one output: z = w·(r/p)·a + b, and dJ/dz = 1.
pub fn single(a: f64, p: f64, r: f64, w: f64, b: f64) -> Problem {
    let inputs =
        Inputs { a: one(a), keep_prob: vec![p], r: one(r), w: one(w), b: vec![b], da_next: one(1.0) };
    Problem::new(inputs, Activation::Elementwise(ScalarActivation::Identity)).expect("valid")
}

/// The mismatch of a Z that is b, for one example and one dropped unit.
fn tally(format: Format, b: f64, got: f64) -> Tally {
    let problem = single(1.0, 0.5, 0.0, 1.0, b);
    let about = About::new("layer", Arithmetic::plain(format));
    let answer = Answer::Result([(Quantity::Z, one(got))].into());
    judge::verdict(&about, &Question::new(problem, about.arithmetic), &answer).tallies.remove(0)
}

#[test]
fn errors_are_also_counted_in_ulps() {
    for (format, b, exponent) in [
        (Format::F64, 1.0, -52),
        (Format::F64, -3.0, -51),
        (Format::F64, 0.0, -1074),
        (Format::F64, f64::from_bits(1), -1074),
        (Format::F64, 2f64.powi(1000), 948),
        (Format::F32, 1.0, -23),
        (Format::F32, 0.0, -149),
        (Format::Bf16, 1.0, -7),
    ] {
        for (ulps, within) in [(0.0, [1, 1]), (1.0, [1, 1]), (2.0, [0, 1]), (4.0, [0, 1]), (5.0, [0, 0])] {
            // In two steps, for 2^exponent may be below the normal numbers.
            let error = ulps * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2);
            for got in [b - error, b + error] {
                let Tally { within_1_ulp, within_4_ulp, .. } = tally(format, b, got);
                assert_eq!([within_1_ulp, within_4_ulp], within, "{got} for {b} in {format:?}");
            }
        }
    }
    let Tally { within_1_ulp, within_4_ulp, wrong, .. } = tally(Format::F64, 1.0, f64::NAN);
    assert_eq!((within_1_ulp, within_4_ulp, wrong), (0, 0, 1));
}

/// Z = 1·(0.1/0.1) − 1 is 0, and 0.1/0.1 may be off by its roundings.
#[test]
fn an_error_of_one_tolerance_is_allowed_and_no_more() {
    let problem = single(0.1, 0.1, 1.0, 1.0, -1.0);
    let about = About::new("layer", Arithmetic::plain(Format::F64));
    let question = Question::new(problem, about.arithmetic);
    let solved = question.solved().expect("in range");
    let bound = solved.bounds.cells(Quantity::Z)[0].expect("judged");
    assert!(solved.expected.cells(Quantity::Z) == [0.0] && bound > 0.0);
    for (got, status, wrong) in [
        (bound, Status::Pass, 0),
        (-bound, Status::Pass, 0),
        (bound.next_up(), Status::Fail, 1),
        (-bound.next_up(), Status::Fail, 1),
    ] {
        let mut outputs = Results::from(&solved.expected);
        outputs.insert(Quantity::Z, one(got));
        let verdict = judge::verdict(&about, &question, &Answer::Result(outputs));
        let tally = verdict.tallies.iter().find(|tally| tally.quantity == Quantity::Z).expect("there");
        assert_eq!((verdict.status, tally.wrong, verdict.wrong.len()), (status, wrong, wrong), "{got}");
    }
}

#[test]
fn the_sign_bias_is_measured_on_passing_cases_only() {
    let case = selected(&["keep_probability/thirds-tanh"]).remove(0);
    let about = About::new("layer", Arithmetic::plain(Format::F64));
    let question = Question::new(case.problem, about.arithmetic);
    let inputs = question.problem.inputs().over::<f64>();
    let mut outputs = Results::from(&scalar::step(&inputs, question.problem.activation()));
    let sign_biases = |outputs: &Results| {
        let verdict = judge::verdict(&about, &question, &Answer::Result(outputs.clone()));
        let biased = verdict.tallies.iter().filter(|tally| tally.sign_bias != SignBias::default());
        (verdict.status, biased.map(|tally| tally.quantity).collect::<Vec<_>>())
    };
    let (status, biased) = sign_biases(&outputs);
    assert_eq!(status, Status::Pass);
    assert!(
        !biased.is_empty() && biased.iter().all(|quantity| sign_bias::SUMS.contains(quantity)),
        "{biased:?}"
    );
    change(&mut outputs, Quantity::Da, |rows| rows[0][0] += 1.0);
    assert_eq!(sign_biases(&outputs), (Status::Fail, vec![]));
}

#[test]
fn a_missing_result_is_wrong_only_if_it_was_promised() {
    let without = |_: &mut Layer, _: &Problem, mut outputs: Results| {
        outputs.remove(Quantity::DaTilde);
        Answer::Result(outputs)
    };
    let verdict = twisted(without);
    let [wrong] = &verdict.wrong[..] else { panic!("{verdict:?}") };
    assert_eq!((wrong.quantity, &wrong.what), (Quantity::DaTilde, &Mismatch::Missing));
    assert_eq!(verdict.worst(), f64::INFINITY);
    let mut layer = Layer::new(without);
    layer.about.supports.outputs.retain(|quantity| *quantity != Quantity::DaTilde);
    assert_eq!(self::verdict(&mut layer, "exact/relu-3x5x4").status, Status::Pass);
}

#[test]
fn an_unpromised_result_is_judged_too() {
    let mut layer = Layer::supporting(Supports { outputs: vec![Quantity::Z], ..Supports::default() });
    layer.twist = |_, _, outputs| changed(outputs, Quantity::Da, |rows| rows[0][0] += 1.0);
    assert_eq!(verdict(&mut layer, "exact/relu-3x5x4").status, Status::Fail);
}

#[test]
fn a_result_of_another_shape_is_wrong() {
    for (twist, got) in [
        ((|rows| rows.truncate(2)) as fn(&mut Vec<Vec<f64>>), "2 × 4"),
        (|rows| rows.iter_mut().for_each(|row| row.push(0.0)), "5 × 5"),
        (|rows| rows[1].clear(), "rows of different lengths"),
        (Vec::clear, "0 × 0"),
    ] {
        let mut outputs: Results =
            (&oracle::expected(&selected(&["exact/relu-3x5x4"])[0].problem).expect("in range")).into();
        change(&mut outputs, Quantity::Dw, twist);
        let about = About::new("layer", Arithmetic::plain(Format::F64));
        let problem = selected(&["exact/relu-3x5x4"])[0].problem.clone();
        let verdict =
            judge::verdict(&about, &Question::new(problem, about.arithmetic), &Answer::Result(outputs));
        let expected = Mismatch::Shape { expected: (5, 4), got: got.into() };
        assert_eq!(verdict.first_wrong().map(|wrong| &wrong.what), Some(&expected));
    }
}

#[test]
fn what_a_subject_does_not_support_is_skipped_with_the_reason_and_not_asked() {
    let supports = Supports {
        activations: Some(vec!["relu".into(), "identity".into(), "per_unit".into()]),
        ..Supports::default()
    };
    let mut layer = Layer::supporting(supports);
    let run = judged(&mut layer, &["exact/*", "activations/*per_unit*"]);
    let reason = |id: &str| {
        let outcome = run.outcomes.iter().find(|outcome| outcome.id.starts_with(id)).expect("a case");
        (outcome.verdict.status, outcome.verdict.reason.clone())
    };
    assert_eq!(reason("exact/relu-3x5x4").0, Status::Pass);
    assert_eq!(reason("exact/by-hand"), (Status::Skipped, Some("does not support coupled_quadratic".into())));
    assert_eq!(reason("activations/"), (Status::Skipped, Some("does not support tanh".into())));
    assert!(layer.asked.iter().all(|id| !id.contains("by-hand") && !id.starts_with("activations/")));
    assert_eq!(run.outcomes.len(), selected(&["exact/*", "activations/*per_unit*"]).len(), "nothing shrinks");

    // One p for all units: the same cases with one p.
    let mut layer = Layer::supporting(Supports { per_unit_p: false, ..Supports::default() });
    let run = judged(&mut layer, &["exact/*"]);
    assert_eq!(run.count(Status::Pass), run.outcomes.len());
    let one_p = Supports { per_unit_p: false, ..Supports::default() };
    let without_bias = Supports { bias: false, ..Supports::default() };
    for case in built_in() {
        let (inputs, fitted) = (case.problem.inputs(), one_p.fit(&case.problem));
        let p = &fitted.inputs().keep_prob;
        assert!(p.iter().all(|p_k| *p_k == p.at(0)), "{}", case.id);
        assert_eq!((&fitted.inputs().a, &fitted.inputs().b), (&inputs.a, &inputs.b));
        assert_eq!(fitted, one_p.fit(&fitted));
        let fitted = without_bias.fit(&case.problem);
        assert!(fitted.inputs().b.iter().all(|b_j| *b_j == 0.0));
        assert_eq!((&fitted.inputs().keep_prob, &fitted.inputs().w), (&inputs.keep_prob, &inputs.w));
    }
    // A file of results was computed on the cases as they are.
    let about = About {
        presence: Presence::Precomputed,
        supports: one_p,
        ..About::new("a file", Arithmetic::plain(Format::F64))
    };
    let by_hand = &built_in()[0];
    let verdict = dropout_oracle::conform::exchange::question(&about, by_hand).expect_err("it has two p");
    assert_eq!(verdict.reason.as_deref(), Some("supports only one keep probability for all units"));
}

#[test]
fn small_and_large_cases_are_asked_in_turn_and_one_in_seven_again() {
    let mut layer = Layer::new(|_, _, outputs| Answer::Result(outputs));
    let done = AtomicUsize::new(0);
    let cases = selected(&["shapes/*tanh*"]);
    run(&mut layer, &cases, &[], || {
        done.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(done.into_inner(), 2 * cases.len());
    let size: BTreeMap<&str, usize> = cases
        .iter()
        .map(|case| {
            (
                case.id.as_str(),
                case.problem.m() * case.problem.n()
                    + (case.problem.m() + case.problem.n()) * case.problem.n_next(),
            )
        })
        .collect();
    let (first, again) = layer.asked.split_at(cases.len());
    assert_eq!(first.iter().collect::<std::collections::BTreeSet<_>>().len(), cases.len(), "each once");
    let sizes: Vec<usize> = first.iter().map(|id| size[id.as_str()]).collect();
    let small: Vec<usize> = sizes.iter().copied().step_by(2).collect();
    let large: Vec<usize> = sizes.iter().copied().skip(1).step_by(2).collect();
    assert!(small.is_sorted() && large.iter().rev().is_sorted(), "{sizes:?}");
    assert!(small.last() <= large.last() && small[0] < large[0], "{sizes:?}");
    let sevenths: Vec<&String> = first.iter().step_by(7).collect();
    assert_eq!(again.iter().collect::<Vec<_>>(), sevenths);
}

#[test]
fn state_kept_between_calls_is_a_verdict_of_its_own() {
    // The second answer to a question is off by less than any tolerance.
    let twist = |layer: &mut Layer, _: &Problem, outputs: Results| {
        let id = layer.asked.last().cloned();
        if layer.asked.iter().filter(|asked| Some(*asked) == id.as_ref()).count() < 2 {
            return Answer::Result(outputs);
        }
        changed(outputs, Quantity::Z, |rows| rows[0][0] = rows[0][0].next_up())
    };
    let mut layer = Layer::new(twist);
    let verdict = verdict(&mut layer, "shapes/tanh-2x4x3");
    assert_eq!(
        (verdict.status, &verdict.findings[..], &verdict.wrong[..]),
        (Status::Fail, &[Finding::State][..], &[][..])
    );

    let mut honest = Layer::new(twist);
    honest.about.supports.deterministic = false;
    assert_eq!(self::verdict(&mut honest, "shapes/tanh-2x4x3").status, Status::Pass);
}

#[test]
fn a_subject_that_fails_when_asked_again_is_errored() {
    let mut layer = Layer::new(|layer, _, outputs| match layer.asked.len() {
        1 => Answer::Result(outputs),
        _ => Answer::Errored("gone".into()),
    });
    assert_eq!(
        verdict(&mut layer, "exact/relu-3x5x4"),
        Verdict::without(Status::Errored, "when asked again: gone")
    );
}

#[test]
fn inputs_are_asked_in_the_subject_s_format() {
    let mut layer = Layer::new(|layer, problem, outputs| {
        let format = layer.about.arithmetic.storage;
        let inputs = problem.inputs();
        assert!(
            inputs
                .a
                .cells()
                .iter()
                .chain(&inputs.keep_prob)
                .chain(inputs.w.cells())
                .all(|x| format.holds(*x))
        );
        Answer::Result(outputs)
    });
    layer.about.arithmetic = Arithmetic::plain(Format::Bf16);
    let run = judged(&mut layer, &["keep_probability/*"]);
    assert_eq!(run.count(Status::Fail), 0, "{run:?}");
    let mut layer = Layer::new(|_, _, outputs| Answer::Result(outputs));
    layer.about.arithmetic = Arithmetic::plain(Format::F16);
    let run = judged(&mut layer, &["range/*"]);
    let out_of_range = run.outcomes.iter().filter(|outcome| {
        outcome.verdict.reason.as_ref().is_some_and(|reason| reason.starts_with("rounded to f16, inputs."))
    });
    assert!(out_of_range.count() > 0, "some inputs are beyond the range of f16");
}

/// The results of a layer that computes each from its own earlier results, one of them changed.
fn spoilt(problem: &Problem, quantity: Quantity) -> Results {
    let (given, g) = (problem.inputs(), problem.activation());
    let spoil = |this: Quantity, grid: Grid<f64>| if this == quantity { grid.map(|x| x + 1.0) } else { grid };
    let a_tilde = spoil(Quantity::ATilde, forward::a_tilde(&given.r, &given.keep_prob, &given.a));
    let z = spoil(Quantity::Z, forward::z(&given.w, &a_tilde, &given.b));
    let a_next = spoil(Quantity::ANext, forward::a_next(g, &z));
    let dz = spoil(Quantity::Dz, backward::dz(&given.da_next, &z, g));
    let dw = spoil(Quantity::Dw, backward::dw(&dz, &a_tilde));
    let db = spoil(Quantity::Db, backward::db(&dz).into_row());
    let da_tilde = spoil(Quantity::DaTilde, backward::da_tilde(&dz, &given.w));
    let da = spoil(Quantity::Da, backward::da(&da_tilde, &given.r, &given.keep_prob));
    Quantity::ALL.into_iter().zip([a_tilde, z, a_next, dz, dw, db, da_tilde, da]).collect()
}

#[test]
fn the_faulty_equation_is_blamed_and_what_inherits_is_not() {
    let about = About::new("layer", Arithmetic::plain(Format::F64));
    for case in selected(&["exact/by-hand", "shapes/tanh-2x4x3", "coupled/log_softmax*"]).iter().take(4) {
        for quantity in Quantity::ALL {
            let answer = Answer::Result(spoilt(&case.problem, quantity));
            let verdict =
                judge::verdict(&about, &Question::new(case.problem.clone(), about.arithmetic), &answer);
            let own: Vec<Quantity> = verdict
                .wrong
                .iter()
                .filter(|wrong| wrong.cause == Cause::Own)
                .map(|wrong| wrong.quantity)
                .collect();
            assert_eq!(own, [quantity], "{}: {verdict:?}", case.id);
            assert_eq!(verdict.first_wrong().map(|wrong| wrong.quantity), Some(quantity));
            assert!(verdict.wrong.iter().all(|wrong| wrong.cause != Cause::Unknown));
        }
    }
}

/// With its own ã = 2 instead of 1 the subject's z = 1/3·2 − 2/3 is 0, up to the roundings of that.
#[test]
fn an_equation_is_faulty_beyond_one_tolerance_from_the_subject_s_own_results() {
    let problem = single(0.1, 0.1, 1.0, 1.0 / 3.0, -2.0 / 3.0);
    let arithmetic = Arithmetic::plain(Format::F64);
    let expected = oracle::expected(&problem).expect("in range");
    let shown = |quantity: Quantity, _| (quantity == Quantity::ATilde).then_some(2.0);
    let z = derive(&problem, &expected, &shown, arithmetic).cells(Quantity::Z)[0];
    let bound = z.bound().expect("judged");
    assert!(z.value == 0.0 && bound > 0.0);
    for (got, cause) in [(bound, Cause::Inherited), (bound.next_up(), Cause::Own)] {
        let given = [(Quantity::ATilde, 2.0), (Quantity::Z, got)].map(|(quantity, x)| (quantity, one(x)));
        let about = About {
            supports: Supports { outputs: vec![Quantity::ATilde, Quantity::Z], ..Supports::default() },
            ..About::new("layer", arithmetic)
        };
        let question = Question::new(problem.clone(), arithmetic);
        let verdict = judge::verdict(&about, &question, &Answer::Result(given.into()));
        let causes = verdict.wrong.iter().map(|wrong| (wrong.quantity, wrong.cause));
        assert_eq!(causes.collect::<Vec<_>>(), [(Quantity::ATilde, Cause::Own), (Quantity::Z, cause)]);
    }
}

#[test]
fn without_earlier_results_no_equation_is_blamed() {
    let about = About {
        supports: Supports { outputs: vec![], ..Supports::default() },
        ..About::new("layer", Arithmetic::plain(Format::F64))
    };
    let case = &selected(&["exact/by-hand"])[0];
    let mut outputs = spoilt(&case.problem, Quantity::Dz);
    outputs.remove(Quantity::Dz);
    let verdict = judge::verdict(
        &about,
        &Question::new(case.problem.clone(), about.arithmetic),
        &Answer::Result(outputs),
    );
    let causes: Vec<(Quantity, Cause)> =
        verdict.wrong.iter().map(|wrong| (wrong.quantity, wrong.cause)).collect();
    assert_eq!(
        causes,
        [
            (Quantity::Dw, Cause::Unknown),
            (Quantity::Db, Cause::Unknown),
            (Quantity::DaTilde, Cause::Unknown),
            (Quantity::Da, Cause::Inherited),
        ]
    );
}

#[test]
fn a_case_that_has_no_expected_value_is_not_judged() {
    let problem = single(1e300, 0.5, 1.0, 1e300, 0.0);
    let about = About::new("layer", Arithmetic::plain(Format::F64));
    let verdict = judge::verdict(
        &about,
        &Question::new(problem, about.arithmetic),
        &Answer::Result(Results::default()),
    );
    assert_eq!(verdict.status, Status::NotJudged);
    assert!(verdict.reason.expect("a reason").starts_with("Z[0][0]: the exact value is beyond the range"));
}

#[test]
fn a_result_that_has_no_tolerance_is_not_judged() {
    let n = 300;
    let x = 1.0 + 2f64.powi(-7);
    let inputs = Inputs {
        a: vec![vec![x; n]],
        keep_prob: vec![0.5; n],
        r: vec![vec![1.0; n]],
        w: vec![vec![x]; n],
        b: vec![0.0],
        da_next: vec![vec![1.0]],
    };
    let problem = Problem::new(inputs, Activation::Elementwise(ScalarActivation::Identity)).expect("valid");
    let about = About {
        supports: Supports { outputs: vec![Quantity::Z], ..Supports::default() },
        ..About::new("layer", Arithmetic::plain(Format::Bf16))
    };
    let question = Question::new(problem, about.arithmetic);
    let z = question.solved().expect("in range").expected.grid(Quantity::Z);
    let verdict = judge::verdict(&about, &question, &Answer::Result([(Quantity::Z, z)].into()));
    assert_eq!((verdict.status, verdict.tallies[0].judged), (Status::NotJudged, 0));
    assert_eq!(
        verdict.reason.as_deref(),
        Some("a sum of n terms with n·u ≥ 1 has no error bound in this arithmetic")
    );
}

#[test]
fn a_pattern_selects_by_id_and_one_that_matches_nothing_shows_what_is_near() {
    assert_eq!(selected(&["exact/by-hand"]).len(), 1);
    assert_eq!(selected(&["exact/by-hand", "*by-hand", "exact/relu-3x5x4"]).len(), 2);
    assert_eq!(selected(&[]).len(), built_in().len());
    assert!(selected(&["*softmax*"]).len() > 10);
    let error = selection(&["exact/by_hand"]).expect_err("there is none");
    assert!(
        error.to_string().starts_with("--select exact/by_hand: matches no case; similar: exact/by-hand"),
        "{error}"
    );
    let error = selection(&["["]).expect_err("it is no pattern");
    assert_eq!(error.exit_code(), 2);
}

/// In a large step in bf16, with single precision inside: a row of dA that is half as large again is within every
/// tolerance, and does not follow from dÃ or dZ.
#[test]
fn in_a_large_step_each_result_must_follow_from_those_before_it() {
    let arithmetic = Arithmetic { storage: Format::Bf16, accumulator: Format::F32 };
    let g = Activation::Elementwise(ScalarActivation::Gelu);
    let problem = large_problem([32, 96, 96], Kind::Usual, g, 0);
    let problem = formats::in_format(&problem, Format::Bf16).expect("within range");
    let question = Question::new(problem, arithmetic);
    let step = scalar::step(&question.problem.inputs().over::<f32>(), question.problem.activation());
    let right: Results = (&step.map(|&x| Format::Bf16.nearest(x.into()))).into();
    let about = About::new("kernel", arithmetic);
    let verdict = |results: &Results| judge::of_results(&about, &question, results);
    assert_eq!(verdict(&right).status, Status::Pass, "{:?}", verdict(&right).wrong);

    let scaled = |results: &Results| {
        let mut wrong = results.clone();
        let da = results.shaped(Quantity::Da, (32, 96)).expect("there");
        let row = |i: usize, k: usize| if i == 5 { 1.5 * da.at(i, k) } else { da.at(i, k) };
        wrong.insert(Quantity::Da, Grid::tabulate(32, 96, row));
        wrong
    };
    let failed = verdict(&scaled(&right));
    let [wrong] = &failed.wrong[..] else { panic!("{:?}", failed.wrong) };
    assert_eq!((wrong.quantity, wrong.cause), (Quantity::Da, Cause::Own));
    let Mismatch::Element(element) = &wrong.what else { panic!("{wrong:?}") };
    assert!(element.against_own && element.path.starts_with("dA[5]["), "{element:?}");
    let text = report::details(&failed);
    assert!(text.contains(", but the layer's own earlier results lead to "), "{text}");
    assert!(text.contains("wrong in dA: ") && text.contains(" of row 5, no others"), "{text}");
}
