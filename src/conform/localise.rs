//! Which equation is to blame: each is tried on the subject's own earlier results.
//!
//! A wrong Z makes dW wrong however right equation 39 is. So a wrong result is computed once more from
//! what the subject itself put into its equation. That takes no new formulas: every equation, alone, is
//! a part of some step, whose other parts are chosen to do nothing (p = 1, R = 1, W the identity). The
//! oracle solves that step, and the tolerance is that of any other step.

use super::judge::ratio;
use crate::grid::Grid;
use crate::number::Arithmetic;
use crate::oracle::{self, tolerance::tolerance};
use crate::problem::activation::{Activation, Unit};
use crate::problem::{Inputs, Problem};
use crate::trace::Quantity;
use std::collections::BTreeMap;

/// Why a result is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Its equation: it is wrong on the subject's own earlier results too.
    Own,
    /// Earlier results alone: from them its equation gives what the subject gave.
    Inherited,
    /// The subject does not show what went into it.
    Unknown,
}

/// The results of the subject, as far as they have the right shape; db is one row.
pub type Own = BTreeMap<Quantity, Grid<f64>>;

/// The equation that gives a result, index by index.
pub fn equation(quantity: Quantity) -> u8 {
    match quantity {
        Quantity::ATilde => 3,
        Quantity::Z => 4,
        Quantity::ANext => 5,
        Quantity::Dz => 38,
        Quantity::Dw => 39,
        Quantity::Db => 40,
        Quantity::DaTilde => 41,
        Quantity::Da => 42,
    }
}

/// Why a wrong result is wrong.
pub fn cause(quantity: Quantity, problem: &Problem, own: &Own, arithmetic: Arithmetic) -> Cause {
    if quantity == Quantity::ATilde {
        return Cause::Own;
    }
    let judged = || {
        let got = own.get(&quantity)?;
        let (step, result) = alone(quantity, problem, own)?;
        let expected = oracle::expected(&step).ok()?;
        let bounds = tolerance(&step, &expected, arithmetic);
        let elements = expected.cells(result).iter().zip(got.cells()).zip(bounds.cells(result));
        Some(
            elements
                .into_iter()
                .any(|((&expected, &got), bound)| bound.is_ok_and(|bound| ratio(expected, got, bound) > 1.0)),
        )
    };
    match judged() {
        Some(true) => Cause::Own,
        Some(false) => Cause::Inherited,
        None => Cause::Unknown,
    }
}

/// A step of which one result is `quantity`'s equation on the subject's own earlier results, and which
/// result that is.
fn alone(quantity: Quantity, problem: &Problem, own: &Own) -> Option<(Problem, Quantity)> {
    let given = problem.inputs();
    let ones = |rows, cols| Grid::tabulate(rows, cols, |_, _| 1.0);
    let zeros = |rows, cols| Grid::tabulate(rows, cols, |_, _| 0.0);
    let identity = |size| Grid::tabulate(size, size, |k, j| f64::from(u8::from(k == j)));
    let (m, n, n_next) = (problem.m(), problem.n(), problem.n_next());
    let linear = Activation::Elementwise(Unit::Identity);
    let own = |quantity| own.get(&quantity).cloned();
    // A step in which nothing is dropped and nothing scaled: its ã is `a`.
    let plain = |a: Grid<f64>, w: Grid<f64>, b: Vec<f64>, da_next: Grid<f64>| Inputs {
        keep_prob: vec![1.0; a.cols()],
        r: ones(a.rows(), a.cols()),
        a,
        w,
        b,
        da_next,
    };
    let (w, b) = (given.w.clone(), given.b.clone());
    let (inputs, activation, result) = match quantity {
        Quantity::ATilde => return None,
        Quantity::Z => (plain(own(Quantity::ATilde)?, w, b, zeros(m, n_next)), linear, quantity),
        Quantity::ANext | Quantity::Dz => {
            let inputs = plain(own(Quantity::Z)?, identity(n_next), vec![0.0; n_next], given.da_next.clone());
            (inputs, problem.activation().clone(), quantity)
        }
        Quantity::Dw => (plain(own(Quantity::ATilde)?, w, b, own(Quantity::Dz)?), linear, quantity),
        Quantity::Db | Quantity::DaTilde => (plain(zeros(m, n), w, b, own(Quantity::Dz)?), linear, quantity),
        // Equation 42 does to dÃ what equation 3 does to A.
        Quantity::Da => {
            let (a, w) = (own(Quantity::DaTilde)?, zeros(n, 1));
            let inputs = Inputs { a, w, b: vec![0.0], da_next: zeros(m, 1), ..given.clone() };
            (inputs, linear, Quantity::ATilde)
        }
    };
    let rows = inputs.convert(Grid::to_rows, Clone::clone);
    Some((Problem::new(rows, activation).ok()?, result))
}
