//! Tolerances: for each element of each result, a derived bound on the error of a conforming implementation.
//!
//! [`tolerance`] runs the step on [`ErrorBound`] numbers, equation by equation: small ones in the scalar form
//! (`entry_by_entry`), large ones with products of plain matrices (`by_matrices`). Between equations, the oracle
//! supplies the exact value, so that only the error of an implementation is carried over. [`derive()`] starts from an
//! implementation's own results instead, so that an error is blamed on the equation that caused it. [`ratio`] relates
//! an error to its tolerance: above 1, the element is wrong.
//!
//! `spec/tolerance.md` defines conforming implementations and derives the bounds; `textbook` has the formulas of the
//! activations.

mod by_matrices;
mod decimal;
mod entry_by_entry;
mod factor;
mod product;
mod textbook;

pub use crate::number::NotJudged;
use crate::number::bounds::{half_ulp, plus};
use crate::number::{Arithmetic, ErrorBound, Format};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::Quantity;
#[doc(hidden)]
pub use decimal::upward;

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
    tolerance_by(Method::of(problem), problem, expected, arithmetic)
}

/// The same by one of the two methods, whatever the size.
#[doc(hidden)]
pub fn tolerance_by(
    method: Method,
    problem: &Problem,
    expected: &Step<f64>,
    arithmetic: Arithmetic,
) -> Step<Bound> {
    let own = Own::default();
    in_arithmetic(method, problem, expected, &own, arithmetic, |x, expected| x.tolerance(expected))
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
    fn of<const S: usize, const A: usize>(x: &ErrorBound<S, A>) -> Self {
        let (value, radius) = x.exact_number();
        Derived { value, radius, error: x.error() }
    }

    /// The largest permitted distance of the computed number from [`Self::value`].
    ///
    /// # Errors
    /// If there is no bound.
    pub fn bound(&self) -> Bound {
        self.error.map(|error| upward(plus(error, self.radius)))
    }

    /// Whether a computed number is farther away than that.
    pub fn excludes(&self, x: f64) -> bool {
        self.bound().is_ok_and(|bound| ratio(self.value, x, bound) > 1.0)
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
    own: &(dyn Fn(Quantity, usize) -> Option<f64> + Sync),
    arithmetic: Arithmetic,
) -> Step<Derived> {
    let own = Own::new(expected, own);
    in_arithmetic(Method::of(problem), problem, expected, &own, arithmetic, |derived, _| derived)
}

/// `finish` of each element and its expected value, in one of the arithmetics.
fn in_arithmetic<T: Clone + Send + Sync>(
    method: Method,
    problem: &Problem,
    expected: &Step<f64>,
    own: &Own,
    arithmetic: Arithmetic,
    finish: impl Fn(Derived, f64) -> T + Sync,
) -> Step<T> {
    const F64: usize = 0;
    const F32: usize = 1;
    const F16: usize = 2;
    const BF16: usize = 3;
    macro_rules! run {
        ($storage:expr, $accumulator:expr) => {
            match method {
                Method::EntryByEntry => {
                    entry_by_entry::step::<$storage, $accumulator>(problem, expected, own)
                        .zip(expected, |x, &expected| finish(Derived::of(x), expected))
                }
                Method::ByMatrices => {
                    by_matrices::step::<$storage, $accumulator, T>(problem, expected, own, finish)
                }
            }
        };
    }
    match (arithmetic.storage, arithmetic.accumulator) {
        (Format::F64, _) => run!(F64, F64),
        (Format::F32, Format::F64) => run!(F32, F64),
        (Format::F32, _) => run!(F32, F32),
        (Format::F16, Format::F32) => run!(F16, F32),
        (Format::F16, _) => run!(F16, F16),
        (Format::Bf16, Format::F32) => run!(BF16, F32),
        (Format::Bf16, _) => run!(BF16, BF16),
    }
}

/// Whether a step is so large that its tolerances come from products of matrices. They are wide in short formats, as the
/// errors of thousands of terms may add up; so results are held against what follows from the ones before them, too.
pub fn is_large(problem: &Problem) -> bool {
    Method::of(problem) == Method::ByMatrices
}

/// How the bounds of each Σ are found.
#[doc(hidden)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// From the bounds of its terms one by one: the sharpest.
    EntryByEntry,
    /// From sums of all parts of its terms: at most a little above, at a few times the cost of the plain step.
    ByMatrices,
}

/// The most multiply-adds of a step whose bounds are found entry by entry, counted as `m·n·n_next + m·n_next²`. All
/// committed cases are far below.
const ENTRY_BY_ENTRY_UP_TO: usize = 1 << 18;

impl Method {
    fn of(problem: &Problem) -> Self {
        let (m, n, n_next) = (problem.m(), problem.n(), problem.n_next());
        let work = m.saturating_mul(n_next).saturating_mul(n + n_next);
        if work <= ENTRY_BY_ENTRY_UP_TO { Method::EntryByEntry } else { Method::ByMatrices }
    }
}

/// The results of an implementation from which others are derived.
#[derive(Clone, Copy, Default)]
struct Own<'a> {
    own: Option<&'a (dyn Fn(Quantity, usize) -> Option<f64> + Sync)>,
    /// For each quantity, whether it has one.
    is_shown: [bool; Quantity::ALL.len()],
}

impl<'a> Own<'a> {
    fn new(expected: &Step<f64>, own: &'a (dyn Fn(Quantity, usize) -> Option<f64> + Sync)) -> Self {
        let is_shown = |quantity: Quantity| {
            (0..expected.cells(quantity).len()).any(|index| own(quantity, index).is_some())
        };
        Own { own: Some(own), is_shown: Quantity::ALL.map(is_shown) }
    }

    fn at(&self, quantity: Quantity, index: usize) -> Option<f64> {
        self.own.filter(|_| self.is_shown[quantity as usize])?(quantity, index)
    }

    /// Whether a result reads an implementation's own numbers, directly or through others. If so, it may differ from
    /// the expected one.
    fn lead_to(&self, quantity: Quantity) -> bool {
        quantity.reads().iter().any(|&read| self.is_shown[read as usize] || self.lead_to(read))
    }

    /// What the next equation reads, given what an equation yields.
    fn read<const S: usize, const A: usize>(
        &self,
        quantity: Quantity,
        expected: &Step<f64>,
    ) -> impl Fn(usize, ErrorBound<S, A>) -> ErrorBound<S, A> + Sync {
        let follows = self.lead_to(quantity);
        let expected = expected.cells(quantity);
        move |index, derived| match self.at(quantity, index) {
            Some(x) => derived.stored_as(x),
            None if follows => derived,
            None => derived.known(expected[index]),
        }
    }
}
