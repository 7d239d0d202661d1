//! Tolerances: for each element of each result, a derived bound on the error of a conforming implementation.
//!
//! [`tolerance`] runs the scalar form on [`ErrorBound`] numbers, equation by equation. Between equations, the oracle
//! supplies the exact value, so that only the error of an implementation is carried over. [`derive()`] starts from an
//! implementation's own results instead, so that an error is blamed on the equation that caused it. [`ratio`] relates
//! an error to its tolerance: above 1, the element is wrong.
//!
//! `spec/tolerance.md` defines conforming implementations and derives the bounds; `textbook` has the formulas of the
//! activations.

mod textbook;

use crate::grid::Grid;
pub use crate::number::NotJudged;
use crate::number::bounds::{half_ulp, plus};
use crate::number::{Arithmetic, ErrorBound, Format};
use crate::problem::Problem;
use crate::scalar::{Step, backward, forward};
use crate::trace::{Backward, Forward, Quantity};
use num_traits::{One, Zero};

/// The largest permitted `|computed − expected|`; 0 demands equality.
pub type Bound = Result<f64, NotJudged>;

/// `error / tolerance`, above 1 for a wrong element; infinite for NaN, infinities, or any error against a zero
/// tolerance.
pub fn ratio(expected: f64, got: f64, tolerance: f64) -> f64 {
    let error = (got - expected).abs();
    match error {
        0.0 => 0.0,
        _ if got.is_finite() => error / tolerance,
        _ => f64::INFINITY,
    }
}

/// For each element of each result, the largest error of a conforming implementation in this arithmetic.
pub fn tolerance(problem: &Problem, expected: &Step<f64>, arithmetic: Arithmetic) -> Step<Bound> {
    let derived = derive(problem, expected, &|_, _| None, arithmetic);
    derived.zip(expected, |derived, &expected| derived.tolerance(expected))
}

/// What an equation yields from the results before it, with error bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Derived {
    /// A double near the exact number.
    pub value: f64,
    /// A bound on the distance from `value` to the exact number.
    radius: f64,
    /// A bound on the distance from the exact number to the computed one.
    error: Bound,
}

impl Derived {
    /// The largest permitted distance of the computed number from [`Self::value`].
    ///
    /// # Errors
    /// If there is no bound.
    pub fn bound(&self) -> Bound {
        self.error.map(|error| upward(plus(error, self.radius)))
    }

    /// The largest permitted distance of the computed number from the double nearest to the exact one.
    fn tolerance(&self, expected: f64) -> Bound {
        let radius = if self.radius == 0.0 { 0.0 } else { half_ulp(expected) };
        self.error.map(|error| upward(plus(error, radius)))
    }
}

/// Each element as computed from the results before it: from an implementation's `own` ones if available, or what
/// follows from them, otherwise from the exact ones with their error bounds. So a wrong result is blamed itself, but not the
/// results that merely inherit its error.
pub fn derive(
    problem: &Problem,
    expected: &Step<f64>,
    own: &dyn Fn(Quantity, usize) -> Option<f64>,
    arithmetic: Arithmetic,
) -> Step<Derived> {
    const F64: usize = 0;
    const F32: usize = 1;
    const F16: usize = 2;
    const BF16: usize = 3;
    let run = match (arithmetic.storage, arithmetic.accumulator) {
        (Format::F64, _) => run::<F64, F64>,
        (Format::F32, Format::F64) => run::<F32, F64>,
        (Format::F32, _) => run::<F32, F32>,
        (Format::F16, Format::F32) => run::<F16, F32>,
        (Format::F16, _) => run::<F16, F16>,
        (Format::Bf16, Format::F32) => run::<BF16, F32>,
        (Format::Bf16, _) => run::<BF16, BF16>,
    };
    run(problem, expected, own)
}

fn run<const S: usize, const A: usize>(
    problem: &Problem,
    expected: &Step<f64>,
    own: &dyn Fn(Quantity, usize) -> Option<f64>,
) -> Step<Derived> {
    let inputs = problem.inputs().over::<ErrorBound<S, A>>();
    let g = problem.activation();
    let grid = |quantity: Quantity, derived: &Grid<ErrorBound<S, A>>| {
        let follows = follows_from_own(quantity, expected, own);
        let cols = derived.cols();
        Grid::tabulate(derived.rows(), cols, |i, j| match own(quantity, i * cols + j) {
            Some(x) => ErrorBound::stored(x),
            None if follows => derived.at(i, j),
            None => derived.at(i, j).known(expected.cells(quantity)[i * cols + j]),
        })
    };

    // An implementation may scale before it masks, so the scaled number of a dropped unit must not overflow either.
    let kept = inputs.r.map(|_| ErrorBound::<S, A>::one());
    let masked = |kept: Grid<ErrorBound<S, A>>| {
        kept.zip(&inputs.r, |&x, r| if r.is_zero() && x.error().is_ok() { ErrorBound::zero() } else { x })
    };

    let p = &inputs.keep_prob;
    let a_tilde = masked(forward::a_tilde(&kept, p, &inputs.a));
    let from_a_tilde = grid(Quantity::ATilde, &a_tilde);
    let z = forward::z(&inputs.w, &from_a_tilde, &inputs.b);
    let from_z = grid(Quantity::Z, &z);
    let rows = |row: &dyn Fn(usize) -> Vec<ErrorBound<S, A>>| {
        Grid::from_rows(z.cols(), (0..z.rows()).map(row).collect())
    };
    let a_next = rows(&|i| textbook::value(g, from_z.row(i)));
    let dz = rows(&|i| textbook::row_times_jacobian(g, inputs.da_next.row(i), from_z.row(i)));
    let from_dz = grid(Quantity::Dz, &dz);
    let dw = backward::dw(&from_dz, &from_a_tilde);
    let db = backward::db(&from_dz);
    let da_tilde = backward::da_tilde(&from_dz, &inputs.w);
    let from_da_tilde = grid(Quantity::DaTilde, &da_tilde);
    let of_sum = backward::da(&from_da_tilde, &kept, p);
    let da = Grid::tabulate(kept.rows(), kept.cols(), |i, k| {
        if own(Quantity::DaTilde, i * kept.cols() + k).is_some() {
            return of_sum.at(i, k);
        }
        // An implementation may scale the terms of the sum instead.
        let terms = (0..z.cols()).map(|j| from_dz.at(i, j) * inputs.w.at(k, j));
        let of_terms = ErrorBound::sum_of_scaled(terms, ErrorBound::one() / p.at(k));
        of_sum.at(i, k).either(of_terms)
    });
    let da = masked(da);
    Step { forward: Forward { a_tilde, z, a_next }, backward: Backward { dz, dw, db, da_tilde, da } }
        .map(derived)
}

/// Whether a result reads an implementation's own numbers, directly or through others. If so, it may differ from the
/// expected one.
fn follows_from_own(
    quantity: Quantity,
    expected: &Step<f64>,
    own: &dyn Fn(Quantity, usize) -> Option<f64>,
) -> bool {
    quantity.reads().iter().any(|&read| {
        (0..expected.cells(read).len()).any(|index| own(read, index).is_some())
            || follows_from_own(read, expected, own)
    })
}

fn derived<const S: usize, const A: usize>(x: &ErrorBound<S, A>) -> Derived {
    let (value, radius) = x.exact_number();
    Derived { value, radius, error: x.error() }
}

/// `x` rounded up to a decimal of three digits.
fn upward(x: f64) -> f64 {
    let decimal = |x: f64| format!("{x:.2e}");
    let near: f64 = decimal(x).parse().expect("a number");
    if near >= x {
        return near;
    }
    let text = decimal(near);
    let (digits, exponent) = text.split_once('e').expect("an exponent");
    let next = digits.parse::<f64>().expect("three digits") + 0.01;
    format!("{next:.2}e{exponent}").parse().expect("a number")
}
