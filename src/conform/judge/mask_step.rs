//! A step that shows the mask a subject draws in it: the questions of the statistical judge, for a subject that draws
//! masks only inside its steps.

use crate::conform::subject::{About, Answer, Rows, Subject, Supports};
use crate::grid::{Grid, Vector};
use crate::problem::activation::{CoupledActivation, ScalarActivation};
use crate::problem::{Activation, Inputs, Problem};
use crate::trace::Quantity;

/// The results that show a mask, in the order in which they are looked at.
const SHOWN: [Quantity; 4] = [Quantity::ATilde, Quantity::Da, Quantity::Z, Quantity::ANext];

/// The result in which a subject shows its masks, with the activation of the step; `None` if it shows none.
fn shown_in(supports: &Supports) -> Option<(Quantity, Activation)> {
    let quantity = SHOWN.into_iter().find(|quantity| supports.outputs.contains(quantity))?;
    let is_supported = |g: &Activation| {
        supports.activations.as_ref().is_none_or(|names| names.iter().any(|name| name == g.name()))
    };
    // All of these are z to the right of 0, and their slope is 1.
    let linear = ScalarActivation::ALL.map(Activation::Elementwise).into_iter().filter(|g| match g {
        Activation::Elementwise(scalar) => matches!(
            scalar,
            ScalarActivation::Identity
                | ScalarActivation::Relu
                | ScalarActivation::LeakyRelu { .. }
                | ScalarActivation::Elu { .. }
        ),
        _ => false,
    });
    let any = Activation::all();
    let of: Vec<Activation> = match quantity {
        // Whatever the activation is, they stand before it.
        Quantity::ATilde | Quantity::Z => linear.chain(any).collect(),
        // A cumulative sum of one output is that output.
        Quantity::Da => linear.chain([Activation::Coupled(CoupledActivation::CumulativeSum)]).collect(),
        _ => linear.collect(),
    };
    Some((quantity, of.into_iter().find(is_supported)?))
}

/// The mask of a fresh step with these keep probabilities, which the subject's format holds.
pub fn draw(subject: &mut dyn Subject, about: &About, p: &[f64], rows: usize) -> Answer<Rows> {
    let Some((quantity, g)) = shown_in(&about.supports) else {
        return Answer::Skipped("draws its own masks, and shows them in no result".into());
    };
    let problem = problem(quantity, g, about.supports.bias, p, rows);
    match subject.step("sampler/judged", &problem) {
        Answer::Skipped(why) => Answer::Skipped(why),
        Answer::Errored(what) => Answer::Errored(what),
        Answer::Result(results) => match results.shaped(quantity, (rows, p.len())) {
            Ok(grid) => Answer::Result(grid.map(|&x| f64::from(u8::from(x != 0.0))).to_rows()),
            Err(misshapen) => Answer::Errored(format!("{}: {misshapen}", quantity.name())),
        },
    }
}

/// The step: every entry of A is 1, and each result that shows the mask is 0 where a unit is dropped, and only there.
fn problem(quantity: Quantity, g: Activation, bias: bool, p: &[f64], rows: usize) -> Problem {
    let n = p.len();
    let is_shown_by_output = matches!(quantity, Quantity::Z | Quantity::ANext);
    let n_next = if is_shown_by_output { n } else { 1 };
    let ones = |rows: usize, cols: usize| Grid::tabulate(rows, cols, |_, _| 1.0);
    let inputs = Inputs {
        // dA does not need A: every second entry is 0, for a layer that takes its mask from the zeros of its output.
        a: match quantity {
            Quantity::Da if bias => Grid::tabulate(rows, n, |i, k| ((i + k) % 2) as f64),
            _ => ones(rows, n),
        },
        keep_prob: Vector::from(p.to_vec()),
        r: ones(rows, n),
        w: match is_shown_by_output {
            true => Grid::tabulate(n, n, |k, j| f64::from(u8::from(k == j))),
            false => ones(n, 1),
        },
        // Without a kept unit z is 0 otherwise, where the slope of relu may be 0.
        b: Vector::tabulate(n_next, |_| f64::from(u8::from(bias && quantity == Quantity::Da))),
        da_next: ones(rows, n_next),
    };
    Problem::from_grids(&inputs, g).expect("a valid problem")
}
