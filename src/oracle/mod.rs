//! Expected values: for every result of a step, the double nearest to the exact real value, with proof.
//!
//! [`expected`] runs the matrix form on [`Ball`]s of about 100 bits, nearly as fast as on doubles. If all of a ball rounds
//! to the same double, that double is proven. What is undecided then runs again in the scalar form on [`Enclosure`]
//! numbers, exact fractions while they stay short and then intervals, with 128 bits, 512 and then 4096 (Ziv's loop).
//! [`cost`] refuses what would take hours.
//! [`round`](mod@round) has the only rounding routine, and the check that proves each rounding right.
//!
//! [`tolerance`](mod@tolerance) derives how far an implementation may be from these values.

pub mod cost;
mod part;
pub mod round;
pub mod tolerance;

use crate::grid::Grid;
use crate::matrix;
use crate::number::{Ball, Enclosure, Ordered};
use crate::problem::Problem;
use crate::scalar::{self, Step};
use crate::trace::Quantity;
use cost::Limit;
use part::Part;
use rayon::prelude::*;
use round::{BeyondRange, Exact, nearest};

/// The reason why there is no expected value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The exact value is beyond the range of a double.
    #[error(
        "{path}: the exact value is beyond the range of a double (ruling beyond-range); scale the inputs down"
    )]
    BeyondRange {
        /// The element, such as `dW[3][1]`.
        path: String,
    },
    /// Neither the narrowest enclosure nor exact arithmetic within its limit decided the rounding.
    #[error(
        "{path}: 4096 bits do not decide which double is nearest (ruling undecided); change the inputs slightly, or shorten their fractions"
    )]
    Undecided {
        /// The element, as `dW[3][1]`.
        path: String,
    },
    /// The next step would take too long.
    #[error(
        "{path}: {bits} bits would take about {duration} (ruling size-limits); take a smaller shape, or lift the limit with --no-limit"
    )]
    TooLong {
        /// The first element that needs it, or "the step".
        path: String,
        /// The number of bits.
        bits: usize,
        /// The estimated time.
        duration: String,
    },
}

/// All eight results of the step, each correctly rounded.
///
/// # Errors
/// If a value is beyond the range of a double or undecided: the first such element. If it would take longer than
/// [`Limit::default`].
pub fn expected(problem: &Problem) -> Result<Step<f64>, Error> {
    expected_within(problem, Limit::default())
}

/// About as many bits as the midpoint of a ball has.
const BALL_BITS: usize = 100;

/// The numbers of bits that are tried, each on what is undecided before.
type Rung = (usize, fn(&Problem) -> Step<Rounding>);
const LADDER: [Rung; 3] = [(128, rung::<128>), (512, rung::<512>), (4096, rung::<4096>)];

/// The same, with another limit.
///
/// # Errors
/// The same.
pub fn expected_within(problem: &Problem, limit: Limit) -> Result<Step<f64>, Error> {
    let affordable = |seconds: f64, bits: usize, path: &str| {
        let error = || Error::TooLong { path: path.into(), bits, duration: cost::duration(seconds) };
        if limit.is_below(seconds) { Err(error()) } else { Ok(()) }
    };
    affordable(cost::of_balls(problem), BALL_BITS, "the step")?;
    let mut rounded = balls(problem);
    for (bits, again) in LADDER {
        // More bits may show that it is beyond the range, so no later element is named before that is known.
        let Some((path, Rounding::Undecided)) = first_unsettled(&rounded) else { break };
        for part in Part::of(problem, &rounded) {
            affordable(cost::seconds(&part.problem, bits), bits, &path)?;
            rounded = part.put(&rounded, &again(&part.problem));
        }
    }
    match first_unsettled(&rounded) {
        Some((path, Rounding::BeyondRange)) => Err(Error::BeyondRange { path }),
        Some((path, _)) => Err(Error::Undecided { path }),
        None => Ok(rounded.map(|cell| match cell {
            Rounding::Settled(double) => *double,
            _ => unreachable!("neither undecided nor beyond the range"),
        })),
    }
}

/// What an enclosure proves about the double nearest to the number in it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Rounding {
    /// The nearest double.
    Settled(f64),
    /// There is none, because the number is too large.
    BeyondRange,
    /// The enclosure is too wide to decide.
    Undecided,
}

/// The step on enclosures of `BITS` bits, each result rounded where possible.
fn rung<const BITS: usize>(problem: &Problem) -> Step<Rounding> {
    scalar::step(&problem.inputs().over::<Enclosure<BITS>>(), problem.activation()).map(rounding)
}

/// The step in matrix form on balls, each result rounded where possible. What is not is computed again from the balls
/// before it, term by term, which loses less than a product of matrices does.
fn balls(problem: &Problem) -> Step<Rounding> {
    let inputs = matrix::inputs_over::<Ball>(problem.inputs());
    let step = matrix::step(&inputs, problem.activation());
    let rounded = matrix::map_to_grids(&step, in_ball);
    if first_unsettled(&rounded).is_none() {
        return rounded;
    }
    Step::from_grids(|quantity| {
        let (rows, cols) = rounded.shape(quantity);
        let again = |at: usize| matrix::element(&inputs, &step, quantity, at / cols, at % cols);
        let cell = |(at, cell): (usize, &Rounding)| match cell {
            Rounding::Undecided => again(at).map_or(Rounding::Undecided, |ball| in_ball(&ball)),
            settled => *settled,
        };
        Grid::from_cells(rows, cols, rounded.cells(quantity).par_iter().enumerate().map(cell).collect())
    })
}

/// What a ball proves about the number in it: rounding is monotonic, so if both ends of the ball round to the double
/// nearest to its midpoint, so does all that lies between them.
#[inline]
pub fn in_ball(x: &Ball) -> Rounding {
    let ((double, rest), radius) = (x.midpoint(), x.radius());
    // Away from 0 by more than the addition lost; a subnormal sum is exact.
    let outwards = |end: f64| double + end * (1.0 + f64::EPSILON);
    if radius == 0.0 {
        // Zero has no sign.
        Rounding::Settled(double + 0.0)
    } else if outwards(rest + radius) == double && outwards(rest - radius) == double {
        Rounding::Settled(double)
    } else {
        Rounding::Undecided
    }
}

/// What the ends of an enclosure prove about the number between them.
pub fn rounding<const BITS: usize>(x: &Enclosure<BITS>) -> Rounding {
    let (lo, hi) = match x {
        Enclosure::Exact(x) => {
            let both = nearest(&Exact::from(&x.0));
            (both, both)
        }
        Enclosure::Within(x) if x.is_bounded() => {
            (nearest(&Exact::from(x.lo())), nearest(&Exact::from(x.hi())))
        }
        Enclosure::Within(_) => return Rounding::Undecided,
    };
    match (lo, hi) {
        (Ok(lo), Ok(hi)) if lo == hi => Rounding::Settled(lo),
        // An enclosure of undecided sign may exceed the range at both ends.
        (Err(BeyondRange), Err(BeyondRange)) if x.is_positive().is_some() => Rounding::BeyondRange,
        _ => Rounding::Undecided,
    }
}

/// The first element, in the order of the equations, that has no nearest double yet, and why.
fn first_unsettled(step: &Step<Rounding>) -> Option<(String, Rounding)> {
    Quantity::ALL.into_iter().find_map(|quantity| {
        let cells = step.cells(quantity);
        let index = cells.iter().position(|cell| !matches!(cell, Rounding::Settled(_)))?;
        Some((step.path(quantity, index), cells[index]))
    })
}
