//! Layers as people have them: one keep probability, a mask of their own, no bias, some of the results. Each is judged,
//! and the table of what the cases catch in each stands in spec/zoo.md.

use crate::sources;
use crate::sweep;
use dropout_oracle::conform::cases::{Case, built_in};
use dropout_oracle::conform::coverage::Coverage;
use dropout_oracle::conform::judge::verdict::{Outcome, Status, Verdict};
use dropout_oracle::conform::judge::whole_run::WholeRunCheck;
use dropout_oracle::conform::run::{Run, covered};
use dropout_oracle::conform::{About, Answer, MaskSource, Subject, Supports};
use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::activation::ScalarActivation;
use dropout_oracle::problem::{Activation, Problem, mask};
use dropout_oracle::scalar;
use dropout_oracle::trace::{Quantity, Results};

/// What is wrong with a layer's mask.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Drawing {
    Right,
    /// Nothing is ever dropped.
    Never,
    /// The same mask in each call.
    Fixed,
    /// One row of mask for the whole batch.
    Batch,
    /// Every second call drops nothing.
    EverySecond,
    /// The backward pass drops where the output of the forward pass is 0.
    FromZeros,
}

/// The scalar form as a layer with this support.
struct Layer {
    supports: Supports,
    drawing: Drawing,
    /// Another activation in place of sigmoid.
    tanh_for_sigmoid: bool,
    calls: u64,
}

impl Layer {
    fn new(change: impl FnOnce(&mut Supports)) -> Self {
        let mut supports = Supports::default();
        change(&mut supports);
        Layer { supports, drawing: Drawing::Right, tanh_for_sigmoid: false, calls: 0 }
    }

    fn mask(&self, problem: &Problem) -> Grid<f64> {
        let (rows, p) = (problem.m(), problem.inputs().keep_prob.cells());
        let stream = if self.drawing == Drawing::Fixed { 0 } else { self.calls };
        let drawn = mask::r(rows, p, mask::words([9; 32], stream));
        match self.drawing {
            Drawing::Never => drawn.map(|_| 1.0),
            Drawing::EverySecond if self.calls.is_multiple_of(2) => drawn.map(|_| 1.0),
            Drawing::Batch => Grid::tabulate(rows, p.len(), |_, k| drawn.at(0, k)),
            _ => drawn,
        }
    }
}

impl Subject for Layer {
    fn about(&self) -> About {
        About { supports: self.supports.clone(), ..About::new("layer", Arithmetic::plain(Format::F64)) }
    }

    fn step(&mut self, _: &str, problem: &Problem) -> Answer {
        self.calls += 1;
        let mut inputs = problem.inputs().clone();
        if self.supports.mask == MaskSource::Own {
            inputs.r = self.mask(problem);
        }
        let sigmoid = problem.activation().name() == "sigmoid" && self.tanh_for_sigmoid;
        let tanh = Activation::Elementwise(ScalarActivation::Tanh);
        let mut step = scalar::step(&inputs, if sigmoid { &tanh } else { problem.activation() });
        if self.drawing == Drawing::FromZeros {
            let a_tilde = step.forward.a_tilde.clone();
            step.backward.da = step.backward.da.zip(&a_tilde, |da, a| if *a == 0.0 { 0.0 } else { *da });
        }
        let mut shown = Results::default();
        let all = Results::from(step);
        for quantity in &self.supports.outputs {
            shown.insert(*quantity, all[*quantity].to_rows());
        }
        Answer::Result(shown)
    }
}

const SHOWN_BY_FRAMEWORKS: [Quantity; 4] = [Quantity::ANext, Quantity::Dw, Quantity::Db, Quantity::Da];

fn own_mask(supports: &mut Supports) {
    (supports.mask, supports.deterministic) = (MaskSource::Own, false);
}

fn as_in_a_framework(supports: &mut Supports) {
    own_mask(supports);
    supports.per_unit_p = false;
    supports.outputs = SHOWN_BY_FRAMEWORKS.to_vec();
}

fn only(supports: &mut Supports, activations: &[&str]) {
    supports.activations = Some(activations.iter().map(|name| (*name).into()).collect());
}

const PYTORCH: [&str; 13] = [
    "identity",
    "relu",
    "leaky_relu",
    "elu",
    "sigmoid",
    "tanh",
    "softplus",
    "silu",
    "gelu",
    "gelu_tanh",
    "softsign",
    "softmax",
    "log_softmax",
];

/// One case in so many, or all in the sweep.
fn judged(layer: &mut Layer, one_in: usize) -> (Run, Coverage) {
    let cases: Vec<Case> = built_in().into_iter().step_by(sweep::one_in(one_in)).collect();
    covered(layer, &cases, &[], || {})
}

/// The verdict on the drawing of a layer that draws in its steps alone.
fn drawing(layer: &mut Layer) -> Verdict {
    let (run, _) = covered(layer, &[], &[WholeRunCheck::Generator], || {});
    run.outcomes.into_iter().next().expect("one check").verdict
}

/// Some cases in each class; the sweep judges all of them for the table.
#[test]
fn a_right_layer_of_every_kind_passes() {
    if !sweep::is_on() {
        classes().into_iter().for_each(|(name, mut layer)| passes(name, &judged(&mut layer, 120).0));
    }
}

fn passes(name: &str, run: &Run) {
    let is_wrong = |outcome: &&Outcome| matches!(outcome.verdict.status, Status::Fail | Status::Errored);
    let wrong = run.outcomes.iter().find(is_wrong);
    assert!(wrong.is_none(), "{name}: {wrong:?}");
}

#[test]
fn a_drawing_is_judged_in_the_steps_wherever_it_shows() {
    let whole: fn(&mut Supports) = own_mask;
    let says = [
        (Drawing::Never, "nothing is ever dropped, as in evaluation mode"),
        (Drawing::Fixed, "every call returns the same mask"),
        (Drawing::Batch, "every row of the batch has the same mask"),
        (Drawing::EverySecond, ""),
    ];
    for supports in [as_in_a_framework, whole].into_iter().step_by(sweep::one_in(2)) {
        assert_eq!(drawing(&mut Layer::new(supports)).status, Status::Pass);
        for (defect, says) in says.into_iter().step_by(sweep::one_in(2)) {
            let verdict = drawing(&mut Layer { drawing: defect, ..Layer::new(supports) });
            let first = verdict.findings.first().map(ToString::to_string).unwrap_or_default();
            assert_eq!(verdict.status, Status::Fail, "{defect:?}");
            assert!(first.starts_with(says), "{defect:?}: {first}");
        }
    }
}

#[test]
fn a_mask_taken_from_the_zeros_of_the_output_is_found() {
    let verdict = drawing(&mut Layer { drawing: Drawing::FromZeros, ..Layer::new(as_in_a_framework) });
    assert_eq!(verdict.status, Status::Fail);
}

#[test]
fn a_layer_that_shows_no_mask_is_not_judged_for_its_drawing() {
    let no_mask = |supports: &mut Supports| {
        own_mask(supports);
        supports.outputs = vec![Quantity::Dw, Quantity::Db];
    };
    let verdict = drawing(&mut Layer::new(no_mask));
    assert_eq!(verdict.status, Status::Skipped);
    assert!(verdict.reason.expect("a reason").contains("shows them in no result"));
}

#[test]
fn the_activation_of_a_framework_s_layer_is_judged_under_the_mask_of_da() {
    let mut wrong = Layer { tanh_for_sigmoid: true, ..Layer::new(as_in_a_framework) };
    let cases: Vec<Case> = built_in().into_iter().filter(|case| case.id.ends_with("-sigmoid")).collect();
    let (run, _) = covered(&mut wrong, &cases, &[], || {});
    let failed = run.outcomes.iter().filter(|outcome| outcome.verdict.status == Status::Fail);
    let failed: Vec<&str> = failed.map(|outcome| outcome.id.as_str()).collect();
    assert!(failed.len() >= 3, "{failed:?}");
}

type Class = (&'static str, Layer);

/// The kinds of layers in the table of spec/zoo.md.
fn classes() -> Vec<Class> {
    let class = |name, change: fn(&mut Supports)| (name, Layer::new(change));
    vec![
        class("p per unit, R given, all results", |_| {}),
        class("one p, R given, all results", |supports| supports.per_unit_p = false),
        class("p per unit, R given, no bias", without_bias),
        class("one p, R given, no bias", |supports| {
            supports.per_unit_p = false;
            without_bias(supports);
        }),
        class("p per unit, own mask, all results", own_mask),
        class("one p, own mask, all results", |supports| {
            own_mask(supports);
            supports.per_unit_p = false;
        }),
        class("one p, R given, A_next, dW, db, dA", |supports| {
            supports.per_unit_p = false;
            supports.outputs = SHOWN_BY_FRAMEWORKS.to_vec();
        }),
        class("one p, own mask, A_next, dW, db, dA", as_in_a_framework),
        class("the same with the activations of PyTorch", |supports| {
            as_in_a_framework(supports);
            only(supports, &PYTORCH);
        }),
        class("the same with relu alone", |supports| {
            as_in_a_framework(supports);
            only(supports, &["relu"]);
        }),
        class("the same with relu alone, no bias", |supports| {
            as_in_a_framework(supports);
            only(supports, &["relu"]);
            without_bias(supports);
        }),
        class("one p, R given, A_next alone", |supports| {
            supports.per_unit_p = false;
            supports.outputs = vec![Quantity::ANext];
        }),
        class("one p, own mask, A_next alone", |supports| {
            as_in_a_framework(supports);
            supports.outputs = vec![Quantity::ANext];
        }),
    ]
}

fn without_bias(supports: &mut Supports) {
    supports.bias = false;
    supports.outputs.retain(|quantity| *quantity != Quantity::Db);
}

/// In the sweep only: each class takes a whole run.
#[test]
fn the_page_says_what_the_cases_catch_in_each_class_of_layers() {
    if !sweep::is_on() {
        return;
    }
    let page = sources::read("spec/zoo.md");
    let row = |(name, mut layer): Class| {
        let (run, Coverage { known, caught, needs }) = judged(&mut layer, 1);
        passes(name, &run);
        // What is not caught shows in no result of such a layer, not even in one that supports more but one thing.
        assert_eq!(known - caught, needs.values().sum::<usize>(), "{name}: {needs:?}");
        let mut needs: Vec<(&String, &usize)> = needs.iter().collect();
        needs.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let needs: Vec<String> = needs.into_iter().map(|(need, count)| format!("{count} {need}")).collect();
        format!("| {name} | {} | {caught} of {known} | {} |", run.judged(), needs.join(", "))
    };
    let rows: Vec<String> = classes().into_iter().map(row).collect();
    let missing: Vec<_> = rows.iter().filter(|row| !page.contains(*row)).collect();
    assert!(missing.is_empty(), "spec/zoo.md lacks these rows:\n{}", rows.join("\n"));
}
