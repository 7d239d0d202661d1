//! The rules of the diagnosis, each at its edge: when a wrong result matches a known defect, how many failures a
//! name must explain, what contradicts it, and what is reported about masks and shorter formats. (`harness` checks
//! that every known defect is identified.)

use crate::check_judge::single;
use crate::results::change;
use dropout_oracle::conform::cases;
use dropout_oracle::conform::diagnose::mask::remarks;
use dropout_oracle::conform::diagnose::{Asked, Diagnosis, diagnose};
use dropout_oracle::conform::exchange::question;
use dropout_oracle::conform::judge::question::Question;
use dropout_oracle::conform::subject::defective::Defective;
use dropout_oracle::conform::subject::{About, Answer, Subject};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::{Activation, Inputs, Problem, activation::ScalarActivation};
use dropout_oracle::scalar::backward;
use dropout_oracle::trace::Quantity::{self, ANext, ATilde, Da, Db, Dz};
use dropout_oracle::trace::Results;
use dropout_oracle::zoo::distance::CAUGHT;
use std::fmt::Write;
use std::sync::Arc;

/// A defect's answer to each question.
pub fn answers(subject: &mut dyn Subject, questions: &[Arc<Question>]) -> Vec<Results> {
    let answer = |question: &Arc<Question>| match subject.step("", &question.problem) {
        Answer::Result(outputs) => outputs,
        other => unreachable!("a defect answers: {other:?}"),
    };
    questions.iter().map(answer).collect()
}

/// The diagnosis of these answers to these questions.
pub fn compared(about: &About, questions: &[Arc<Question>], answers: &[Results]) -> Diagnosis {
    diagnose(about, &asked(questions, answers))
}

fn asked<'a>(questions: &'a [Arc<Question>], answers: &'a [Results]) -> Vec<Asked<'a>> {
    questions
        .iter()
        .zip(answers)
        .map(|(question, results)| Asked { id: "", question, results: Some(results) })
        .collect()
}

/// A layer's answers.
struct Layer {
    about: About,
    questions: Vec<Arc<Question>>,
    answers: Vec<Results>,
}

impl Layer {
    /// A known defect in doubles, on the cases of a family whose names end with this.
    fn new(id: &str, format: Format, family: &str, end: &str) -> Self {
        Layer::claiming(Arithmetic::plain(format), id, family, end)
    }

    fn claiming(arithmetic: Arithmetic, id: &str, family: &str, end: &str) -> Self {
        let about = About::new(id, arithmetic);
        let asked = |case: &cases::Case| case.id.starts_with(family) && case.id.ends_with(end);
        let cases = cases::built_in().into_iter().filter(asked);
        let questions: Vec<Arc<Question>> =
            cases.map(|case| question(&about, &case).expect("asked")).collect();
        let mut subject = Defective::double(id).expect("a defect");
        let answers = answers(subject.as_mut(), &questions);
        Layer { about, questions, answers }
    }

    fn diagnosis(&self) -> Diagnosis {
        compared(&self.about, &self.questions, &self.answers)
    }

    /// What the diagnosis reports about masks, without looking for a name.
    fn mask_remarks(&self) -> Vec<String> {
        remarks(&self.about, &asked(&self.questions, &self.answers))
    }

    /// The names, each with the number of failures that it explains.
    fn named(&self) -> Vec<(String, usize)> {
        let candidates = self.diagnosis().defects.into_iter().flat_map(|likely| likely.candidates);
        candidates.map(|candidate| (candidate.id, candidate.explains)).collect()
    }

    fn change(&mut self, change: impl Fn(f64) -> f64) {
        self.answers.iter_mut().for_each(|results| *results = results.map(|&x| change(x)));
    }

    /// The first element of a result that is wrong: its case, its place, what is expected, its tolerance and
    /// the largest number of the whole result.
    fn first_wrong(&self, quantity: Quantity) -> (usize, [usize; 2], f64, f64, f64) {
        let cases = self.questions.iter().zip(&self.answers).enumerate();
        let of = |(case, (question, outputs)): (usize, (&Arc<Question>, &Results))| {
            let solved = question.solved().expect("settled");
            let grid = &outputs[quantity];
            let size = grid.cells().iter().fold(0.0, |size: f64, x| size.max(x.abs()));
            let expected = solved.expected.cells(quantity);
            let bounds = solved.bounds.cells(quantity).iter().map(|bound| bound.expect("judged"));
            let cols = grid.cols();
            let mut elements = grid.cells().iter().zip(expected).zip(bounds).enumerate();
            elements.find_map(|(at, ((got, &expected), bound))| {
                let wrong = bound > 0.0 && (got - expected).abs() > 100.0 * bound;
                wrong.then(|| (case, [at / cols, at % cols], expected, bound, size))
            })
        };
        cases.into_iter().find_map(of).expect("something is wrong")
    }
}

/// x rounded to `bits` significant bits.
fn short(x: f64, bits: i32) -> f64 {
    if x == 0.0 {
        return x;
    }
    let unit = 2f64.powi(x.abs().log2().floor() as i32 + 1 - bits);
    (x / unit).round_ties_even() * unit
}

fn probabilities(id: &str) -> Layer {
    Layer::new(id, Format::F64, "keep_probability/", "-tanh")
}

/// How many failures are explained where one element is the last double within what is allowed, which is `tolerances`
/// times its tolerance and 8 roundings of the largest number; or the first double beyond.
fn explained(id: &str, quantity: Quantity, tolerances: f64, beyond: bool, up: bool) -> Option<usize> {
    let mut layer = probabilities(id);
    let (case, [i, j], _, bound, size) = layer.first_wrong(quantity);
    let allowed = tolerances * bound + CAUGHT * Format::F64.unit_roundoff() * size;
    let of_defect = layer.answers[case][quantity].at(i, j);
    let next = |x: f64| if up { x.next_up() } else { x.next_down() };
    let mut doubles = std::iter::successors(Some(of_defect), |x| Some(next(*x)));
    let first_beyond = doubles.find(|x| (x - of_defect).abs() > allowed).expect("there is no end to them");
    let changed = match (beyond, up) {
        (true, _) => first_beyond,
        (false, true) => first_beyond.next_down(),
        (false, false) => first_beyond.next_up(),
    };
    change(&mut layer.answers[case], quantity, |rows| rows[i][j] = changed);
    let Diagnosis { defects, compared, unexplained, .. } = layer.diagnosis();
    defects
        .iter()
        .flat_map(|likely| &likely.candidates)
        .any(|candidate| candidate.id == id)
        .then_some(compared - unexplained)
}

#[test]
fn a_wrong_result_matches_a_defect_within_four_tolerances_and_eight_roundings() {
    let all = probabilities("unscaled-backward").diagnosis().compared;
    assert!((10..20).contains(&all), "one in all of them may stay unexplained");
    for up in [true, false] {
        assert_eq!(explained("unscaled-backward", Da, 4.0, false, up), Some(all));
        assert_eq!(explained("unscaled-backward", Da, 4.0, true, up), Some(all - 1));
    }
}

#[test]
fn one_more_rounding_changes_no_name() {
    for id in ["da-negated", "da-doubled", "unscaled-backward"] {
        let mut layer = probabilities(id);
        for results in &mut layer.answers {
            results.insert(Da, results[Da].map(|x| x * (1.0 + f64::EPSILON)));
        }
        assert_eq!(layer.named()[0].0, id);
    }
}

#[test]
fn tolerances_grow_with_the_wrong_result() {
    let all = probabilities("da-doubled").diagnosis().compared;
    assert_eq!(explained("da-doubled", Da, 8.0, false, true), Some(all));
    assert_eq!(explained("da-doubled", Da, 8.0, true, true), Some(all - 1));
}

/// In single precision 1/(p + 1e-6) is a few tolerances from 1/p.
#[test]
fn what_lies_halfway_between_the_right_result_and_a_defect_s_gets_no_name() {
    let is_named = |part: f64| {
        let id = "guarded-division-backward";
        let mut layer = Layer::new(id, Format::F32, "keep_probability/near_one", "-identity");
        for (question, outputs) in layer.questions.iter().zip(&mut layer.answers) {
            let right = question.solved().expect("settled").expected.cells(Da);
            change(outputs, Da, |rows| {
                let da = rows.iter_mut().flatten().zip(right);
                da.for_each(|(wrong, right)| *wrong = right + part * (*wrong - right));
            });
        }
        assert_eq!(layer.diagnosis().compared, 1);
        layer.named().iter().any(|(name, _)| name == id)
    };
    assert!(is_named(1.0) && is_named(0.65));
    assert!(!is_named(0.6) && !is_named(0.5));
}

#[test]
fn where_zeros_are_expected_the_wrong_numbers_must_be_the_defect_s() {
    let layer = || Layer::new("unmasked-forward", Format::F64, "mask/all_dropped", "-tanh");
    assert_eq!(layer().named()[0].0, "mask-inverted-forward", "the same where all is dropped");
    let mut shorter = layer();
    let a_tilde = shorter.answers[0][ATilde].map(|x| x * 0.7);
    shorter.answers[0].insert(ATilde, a_tilde);
    assert_eq!(shorter.named(), []);
}

/// A defect of dA is named while nine in ten wrong dA are as it makes them; what else is wrong does not matter.
#[test]
fn nine_in_ten_wrong_results_of_a_kind_must_be_explained() {
    let failing = |layer: &Layer| -> Vec<usize> {
        (0..layer.questions.len()).filter(|&case| is_wrong(layer, case)).collect()
    };
    for (quantity, counts) in [(Da, true), (Db, false)] {
        let mut layer = probabilities("unscaled-backward");
        let failing = failing(&layer);
        let all = failing.len();
        assert_eq!(layer.diagnosis().compared, all);
        for (spoilt, &case) in failing.iter().enumerate().take(4) {
            let Diagnosis { defects, unexplained, .. } = layer.diagnosis();
            let is_named = 10 * spoilt <= all || !counts;
            let names: Vec<&str> = defects
                .iter()
                .flat_map(|likely| &likely.candidates)
                .map(|candidate| candidate.id.as_str())
                .collect();
            assert_eq!(names, if is_named { vec!["unscaled-backward"] } else { vec![] }, "{spoilt} of {all}");
            assert_eq!(unexplained, if is_named { spoilt } else { all }, "{spoilt} of {all}");
            change(&mut layer.answers[case], quantity, |rows| {
                rows.iter_mut().flatten().for_each(|x| *x = 1.7 * *x + 1e3);
            });
        }
    }
}

/// Whether the case's dA is wrong.
fn is_wrong(layer: &Layer, case: usize) -> bool {
    let solved = layer.questions[case].solved().expect("settled");
    let (expected, bounds) = (solved.expected.cells(Da), solved.bounds.cells(Da));
    let got = layer.answers[case][Da].cells().iter();
    got.zip(expected)
        .zip(bounds)
        .any(|((got, expected), bound)| (got - expected).abs() > bound.expect("judged"))
}

#[test]
fn a_passing_case_contradicts_a_defect_that_it_would_catch() {
    let mut layer = probabilities("unscaled-backward");
    let case = (0..layer.questions.len()).find(|&case| is_wrong(&layer, case)).expect("a failure");
    let expected = layer.questions[case].solved().expect("settled").expected.grid(Da);
    layer.answers[case].insert(Da, expected);
    let Diagnosis { defects, compared, .. } = layer.diagnosis();
    assert!(defects.is_empty(), "{defects:?}");
    assert_eq!(compared, probabilities("unscaled-backward").diagnosis().compared - 1);
}

#[test]
fn at_most_three_are_named() {
    let layer = Layer::new("db-zero", Format::F64, "shapes/", "tanh-1x1x1");
    let names = ["db-lacks-last-example", "db-zero", "db-positive-part"];
    assert_eq!(layer.named(), names.map(|id| (id.to_string(), 1)), "in the order of the zoo");
}

#[test]
fn nan_and_infinities_must_match() {
    let layer = || Layer::new("softmax-unshifted", Format::F64, "steep/", "-softmax");
    let right = layer().named();
    assert_eq!(right[0].0, "softmax-unshifted");
    let has = |is: fn(f64) -> bool| layer().answers[0][ANext].cells().iter().any(|&x| is(x));
    assert!(has(f64::is_nan) && has(f64::is_finite));
    type Change = fn(f64) -> f64;
    let changes: [Change; 3] = [
        |x| if x.is_nan() { 0.5 } else { x },
        |x| if x.is_nan() { f64::INFINITY } else { x },
        |x| if x.is_finite() { f64::NAN } else { x },
    ];
    for change in changes {
        let mut layer = layer();
        layer.change(change);
        assert!(!layer.named().contains(&right[0]), "{:?}", layer.named());
    }
    // An infinity has a sign.
    let far = || Layer::new("log-softmax-of-softmax", Format::F64, "range/far_out", "-log_softmax");
    assert_eq!(far().named()[0].0, "log-softmax-of-softmax");
    let mut other = far();
    other.change(|x| if x == f64::NEG_INFINITY { f64::INFINITY } else { x });
    assert_eq!(other.named(), []);
    let above = || Layer::new("softplus-unsafe", Format::F64, "range/far_out", "-softplus");
    assert_eq!(above().named()[0].0, "softplus-unsafe");
    let mut other = above();
    other.change(|x| if x == f64::INFINITY { f64::NEG_INFINITY } else { x });
    assert_eq!(other.named(), []);
}

#[test]
fn missing_results_are_not_compared() {
    let mut layer = probabilities("unscaled-forward");
    layer.answers.iter_mut().for_each(|results| results.remove(Da));
    assert_eq!(layer.named()[0].0, "unscaled-forward");
    for results in &mut layer.answers {
        *results = [(Dz, results[Dz].clone())].into();
    }
    assert!(layer.named().iter().any(|(name, _)| name == "unscaled-forward"), "{:?}", layer.named());
    let mut layer = probabilities("unscaled-backward");
    layer.answers.iter_mut().for_each(|results| results.remove(Da));
    assert_eq!(layer.diagnosis(), Diagnosis::default());
}

#[test]
fn a_wrong_shape_is_explained_by_a_defect_of_that_shape() {
    let layer = || Layer::new("db-as-number", Format::F64, "keep_probability/", "-tanh");
    assert_eq!(layer().named()[0].0, "db-as-number");
    let shifted = |tolerances: f64| {
        let mut layer = layer();
        for (question, outputs) in layer.questions.iter().zip(&mut layer.answers) {
            let bounds = question.solved().expect("settled").bounds.cells(Db).iter().flatten();
            change(outputs, Db, |rows| rows[0][0] += tolerances * bounds.sum::<f64>());
        }
        layer.named()
    };
    assert_eq!(shifted(3.99)[0].0, "db-as-number");
    assert_eq!(shifted(4.99), []);
    for ragged in [vec![vec![1.0], vec![]], vec![]] {
        let mut layer = layer();
        layer.answers.iter_mut().for_each(|results| results.insert(Db, ragged.clone()));
        assert_eq!(layer.named(), []);
        assert_eq!(layer.diagnosis().compared, layer.questions.len());
    }
}

#[test]
fn a_layer_that_is_right_gets_no_diagnosis() {
    assert_eq!(probabilities("right").diagnosis(), Diagnosis::default());
}

#[test]
fn defects_in_shorter_formats_are_named_by_those_in_single_precision() {
    let mut layer = Layer::new("unscaled-backward", Format::Bf16, "keep_probability/", "-tanh");
    layer.change(|x| short(x, 8));
    // A few tolerances are a lot in bf16: other defects are near, and come after.
    assert_eq!(layer.named()[0], ("unscaled-backward".to_string(), layer.diagnosis().compared));
}

#[test]
fn a_shorter_format_that_fits_all_results_is_reported() {
    let of = |claimed: Arithmetic, bits: i32| {
        let mut layer = Layer::claiming(claimed, "right", "activations/", "tanh-moderate");
        layer.change(|x| short(x, bits));
        layer.diagnosis()
    };
    let remark = |claimed: Arithmetic, bits: i32| {
        let Diagnosis { defects, remarks, compared, .. } = of(claimed, bits);
        assert!(compared > 0 && defects.is_empty(), "{defects:?}");
        remarks
    };
    let says = |format: &str, claimed: &str| {
        format!(
            "all failing results are within the tolerances of {format}: is everything really computed in {claimed}?"
        )
    };
    let plain = Arithmetic::plain;
    assert_eq!(remark(plain(Format::F64), 24), [says("f32", "f64")]);
    assert_eq!(remark(plain(Format::F64), 11), [says("f16", "f64")]);
    assert_eq!(remark(plain(Format::F32), 11), [says("f16", "f32")]);
    assert_eq!(remark(plain(Format::F32), 8), [says("bf16", "f32")]);
    assert_eq!(remark(plain(Format::F64), 3), [""; 0]);
    assert_eq!(of(plain(Format::F64), 53), Diagnosis::default());
    // Without the wider accumulator that the subject claims.
    let wider = Arithmetic { storage: Format::F32, accumulator: Format::F64 };
    let mut layer = Layer::claiming(wider, "right", "blocks/", "tanh-2x37x3");
    layer.change(|x| short(x, 24));
    assert_eq!(layer.diagnosis(), Diagnosis::default());
    let short_sums = Question::new(layer.questions[0].problem.clone(), plain(Format::F32));
    let bound = short_sums.solved().expect("settled").bounds.cells(Quantity::Z)[0].expect("judged");
    change(&mut layer.answers[0], Quantity::Z, |rows| rows[0][0] = short(rows[0][0] + 0.9 * bound, 24));
    assert_eq!(layer.diagnosis().remarks, [says("f32", "f32/f64")]);
}

/// Every defect of the mask, with its remarks.
#[test]
fn what_is_reported_about_masks() {
    let ids = dropout_oracle::zoo::all::<f64>().into_iter().map(|defect| defect.id);
    let mut text = String::new();
    let mut layer = Layer::new("right", Format::F64, "keep_probability/", "-identity");
    for id in ids.filter(|id| id.contains("mask")) {
        layer.answers = answers(Defective::double(&id).expect("a defect").as_mut(), &layer.questions);
        let remarks = layer.mask_remarks();
        writeln!(text, "{id}").expect("a string takes all text");
        remarks.iter().for_each(|remark| writeln!(text, "    {remark}").expect("a string takes all text"));
    }
    insta::assert_snapshot!(text);
}

/// A mask is visible only where the masked value is an ordinary number.
#[test]
fn zeros_nan_and_infinities_show_no_mask() {
    let mut layer = Layer::new("unmasked-forward", Format::F64, "mask/all_dropped", "-tanh");
    let inputs = layer.questions[0].problem.inputs();
    let ordinary = inputs.a.cells().iter().filter(|a| (1e-3..=1e3).contains(&a.abs())).count();
    let cells = |layer: &Layer| layer.diagnosis().remarks[0].clone();
    assert!(
        cells(&layer).contains(&format!("agrees with R in 0.0 % of {ordinary} cells")),
        "{}",
        cells(&layer)
    );
    assert!(cells(&layer).ends_with("it is R with kept and dropped swapped"));
    // No mask is read from a result of another shape.
    change(&mut layer.answers[0], ATilde, |rows| rows.truncate(rows.len() - 1));
    assert!(!layer.diagnosis().remarks.iter().any(|remark| remark.contains("forward pass")));
}

/// A result that is finite in the defect's format and infinite in the subject's still matches.
#[test]
fn a_wrong_result_beyond_the_range_of_the_format_is_its_infinity() {
    let problem = single(48.0, 2f64.powi(-8), 1.0, 2f64.powi(-10), 0.0);
    let about = About::new("layer", Arithmetic::plain(Format::F16));
    let questions = [Arc::new(Question::new(problem, about.arithmetic))];
    let mut answers =
        answers(Defective::double("scaled-twice-both-passes").expect("a defect").as_mut(), &questions);
    answers[0] = answers[0].map(|&x| Format::F16.nearest(x));
    // The right ã is 48 · 2^8 = 12288, the wrong one 256 times that.
    assert_eq!(answers[0][ATilde].cells(), [f64::INFINITY]);
    let diagnosis = compared(&about, &questions, &answers);
    let named: Vec<&str> = diagnosis
        .defects
        .iter()
        .flat_map(|likely| &likely.candidates)
        .map(|candidate| candidate.id.as_str())
        .collect();
    assert_eq!(named, ["scaled-twice-both-passes"]);
}

/// Two independent masks of 16 cells with p = 0.5 agree in 8 ± 2 cells. All 16 are only four deviations away, too
/// few cells to tell the same mask from another.
#[test]
fn masks_are_called_independent_where_the_same_one_would_stand_out() {
    const R: [[f64; 5]; 4] = [
        [1.0, 0.0, 1.0, 1.0, 0.0],
        [0.0, 0.0, 1.0, 0.0, 1.0],
        [1.0, 1.0, 0.0, 1.0, 0.0],
        [0.0, 1.0, 0.0, 0.0, 0.0],
    ];
    let remark = |n: usize| {
        let r: Vec<Vec<f64>> = R.iter().map(|row| row[..n].to_vec()).collect();
        // Inverted in half of the rows.
        let of_row = |(i, row): (usize, &Vec<f64>)| {
            row.iter().map(|r| if i < 2 { 2.0 - 2.0 * r } else { 2.0 * r }).collect()
        };
        let a_tilde: Vec<Vec<f64>> = r.iter().enumerate().map(of_row).collect();
        let inputs = Inputs {
            a: vec![vec![1.0; n]; 4],
            keep_prob: vec![0.5; n],
            r,
            w: vec![vec![1.0]; n],
            b: vec![0.0],
            da_next: vec![vec![1.0]; 4],
        };
        let problem =
            Problem::new(inputs, Activation::Elementwise(ScalarActivation::Identity)).expect("valid");
        let about = About::new("layer", Arithmetic::plain(Format::F64));
        let question = Question::new(problem, about.arithmetic);
        compared(&about, &[Arc::new(question)], &[[(ATilde, a_tilde)].into()]).remarks.remove(0)
    };
    let says = |cells: usize, of_others: &str| {
        format!("the mask of the forward pass agrees with R in 50.0 % of {cells} cells{of_others}")
    };
    assert_eq!(remark(4), says(16, "; independent masks would agree in 50.0 %"));
    assert_eq!(remark(5), says(20, ", as expected of independent masks (50.0 %)"));
}

/// The names and remarks of the right layer with its results changed, in doubles, on a family of cases.
fn told(change: impl Fn(&Problem, &mut Results), family: &str) -> (Vec<String>, Vec<String>) {
    let mut layer = Layer::new("right", Format::F64, family, "");
    for (question, results) in layer.questions.iter().zip(&mut layer.answers) {
        change(&question.problem, results);
    }
    let remarks = layer.diagnosis().remarks;
    (layer.named().into_iter().map(|(name, _)| name).collect(), remarks)
}

/// What has no name is described by what all of its wrong elements have in common.
#[test]
fn a_defect_that_nobody_knows_is_described() {
    let scaled = |problem: &Problem, results: &mut Results| {
        if problem.activation().name() == "tanh" {
            results.insert(Dz, results[Dz].map(|x| x * 0.7));
            let step = results[Dz].clone();
            let inputs = problem.inputs();
            results.insert(Quantity::Dw, backward::dw(&step, &results[ATilde]));
            results.insert(Db, backward::db(&step));
            let da_tilde = backward::da_tilde(&step, &inputs.w);
            results.insert(Da, backward::da(&da_tilde, &inputs.r, &inputs.keep_prob));
            results.insert(Quantity::DaTilde, da_tilde);
        }
    };
    let (names, remarks) = told(scaled, "activations/");
    assert_eq!(names, [""; 0]);
    let says = "what is left: all at dZ (equation 38); all with tanh; all wrong values are 0.7000 times the right ones";
    assert_eq!(remarks, [says]);
    let last = |problem: &Problem, results: &mut Results| {
        if problem.m() > 4 {
            change(results, ANext, |rows| rows.last_mut().expect("rows").iter_mut().for_each(|x| *x += 1.0));
        }
    };
    let (names, remarks) = told(last, "shapes/");
    assert_eq!(names, [""; 0]);
    let says =
        "what is left: all at A_next (equation 5); all wrong elements stand in the last row; all with m ≥ 5";
    assert_eq!(remarks, [says]);
}

/// A table or a short series is no shorter format, though its errors lie within one's tolerances.
#[test]
fn an_error_of_one_function_is_not_called_a_shorter_format() {
    let series = |problem: &Problem, results: &mut Results| {
        if problem.activation().name() == "gelu" {
            results.insert(ANext, results[ANext].map(|x| x * (1.0 + 1e-9)));
        }
    };
    let (names, remarks) = told(series, "activations/");
    assert_eq!(names, [""; 0]);
    let says = "what is left: all at A_next (equation 5); all with gelu; all wrong values differ from the right ones by 1.0e-9 of them";
    assert_eq!(remarks, [says]);
}

#[test]
fn two_formulas_that_cancel_are_named_both() {
    let mut layer = Layer::new("elu-cancels", Format::F64, "", "");
    let other = Layer::new("softplus-unsafe", Format::F64, "", "").answers;
    for ((question, results), other) in layer.questions.iter().zip(&mut layer.answers).zip(other) {
        if question.problem.activation().name() == "softplus" {
            *results = other;
        }
    }
    let names: Vec<String> = layer.named().into_iter().map(|(name, _)| name).collect();
    let is_there = |id: &str| names.iter().any(|name| name == id);
    assert!(is_there("elu-cancels") && is_there("softplus-unsafe"), "{names:?}");
    assert!(
        names.iter().all(|name| name.starts_with("elu-cancels") || name.starts_with("softplus-unsafe")),
        "{names:?}"
    );
}
