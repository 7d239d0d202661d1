//! [`ErrorBound`]: what a conforming implementation may compute for a known exact number. Running the step on
//! these numbers yields the tolerances.
//!
//! An [`ErrorBound`] carries the exact number (as a nearby double and its distance), a bound on the error of
//! the computed number, and a magnitude: the size that the number would have if nothing in it cancelled.
//! Every rounding is charged against the magnitude, so a bound holds for every way of writing the same
//! polynomial. A sum stays pending: however its terms are ordered and grouped, each passes through at most as
//! many additions as there are other terms. spec/tolerance.md derives the bounds.
//!
//! This module knows formats and no layer. Read [`bounds`] for the arithmetic of the bounds, this file for
//! the roundings, then [`operations`], [`sums`] and [`functions`] for what causes them.

pub mod bounds;
mod coarse;
mod functions;
mod operations;
mod outer;
mod sums;

pub use coarse::{Coarse, Rounding};
pub use functions::{ERF_ULPS, FUNCTION_ULPS};
pub use sums::{Parts, Products};

use super::Format;
use bounds::{half_ulp, last_bit, over, plus, power, roundoff, times};

/// Why a number has no error bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum NotJudged {
    /// A sum has too many terms for its roundings to be bounded.
    #[error("a sum of n terms with n·u ≥ 1 has no error bound in this arithmetic")]
    LongSum,
    /// An intermediate result may exceed the largest number of the format.
    #[error("an intermediate result may leave the range of this arithmetic")]
    Overflow,
    /// A divisor may be computed as 0.
    #[error("a divisor may be computed as 0 in this arithmetic")]
    Division,
}

/// A number as computed by an implementation that stores it in `Format::ALL[STORAGE]` and accumulates the
/// document's Σ in `Format::ALL[ACCUMULATOR]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorBound<const STORAGE: usize, const ACCUMULATOR: usize> {
    /// A double near the exact number.
    center: f64,
    /// A bound on the distance from `center` to the exact number.
    radius: f64,
    /// A bound on the distance from the exact number to the computed one, before the pending roundings.
    error: f64,
    /// A bound on the size of the exact number, of the computed one and of every partial sum.
    magnitude: f64,
    /// A lower bound on the exact number and the computed one if no part of the number is negative, −∞
    /// otherwise.
    lower_bound: f64,
    /// The roundings still to come: they depend on what the number is used for.
    pending: Pending,
    /// While the number is computed exactly: the exponent of a power of two of which the number and all its
    /// terms are multiples.
    granularity: Option<i32>,
    /// Why there is no bound, if there is none.
    unbounded: Option<NotJudged>,
}

/// What has yet to be rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pending {
    /// Nothing.
    Nothing,
    /// A product or quotient.
    Product,
    /// A sum of this many nonzero terms.
    Sum(u32),
    /// Nothing, although a wider accumulator may have added one more term to this many.
    Accumulated(u32),
    /// Nothing, unless the number is stored as it is: it may have been kept in a wider format.
    Kept,
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    const STORAGE: Format = Format::ALL[STORAGE];
    const ACCUMULATOR: Format = Format::ALL[ACCUMULATOR];

    /// A number that every implementation represents exactly.
    fn exact(x: f64) -> Self {
        let granularity = if x == 0.0 { i32::MAX } else { last_bit(x) };
        ErrorBound {
            center: x,
            radius: 0.0,
            error: 0.0,
            magnitude: x.abs(),
            lower_bound: if x >= 0.0 { x } else { f64::NEG_INFINITY },
            pending: Pending::Nothing,
            granularity: Some(granularity),
            unbounded: None,
        }
    }

    /// A number without a bound, for this reason.
    pub fn without_bound(unbounded: NotJudged) -> Self {
        ErrorBound {
            magnitude: f64::INFINITY,
            granularity: None,
            unbounded: Some(unbounded),
            ..Self::exact(0.0)
        }
    }

    /// A constant that no double represents, rounded to the format; `x` is the nearest double.
    pub fn constant(x: f64) -> Self {
        Self::stored(x).known(x)
    }

    /// A given number as it is stored: the computation it comes from may have kept it wider, or rounded it.
    pub fn stored(x: f64) -> Self {
        Self::exact(x).rounded_to(Self::STORAGE)
    }

    /// The number as the next equation reads it, given what an implementation stored: that, or what was rounded to it. What
    /// was stored as 0 may have been any number that is flushed to 0.
    pub fn stored_as(&self, x: f64) -> Self {
        if x != 0.0 {
            return ErrorBound { pending: Pending::Kept, ..Self::stored(x) };
        }
        let computed = self.rounded();
        let largest = match computed.unbounded {
            None => plus(plus(computed.center.abs(), computed.radius), computed.error),
            Some(_) => f64::INFINITY,
        };
        let error = largest.min(Self::STORAGE.least_normal());
        if error == 0.0 {
            return Self::exact(0.0);
        }
        ErrorBound {
            error,
            magnitude: error,
            lower_bound: f64::NEG_INFINITY,
            granularity: None,
            pending: Pending::Kept,
            ..Self::exact(0.0)
        }
    }

    /// A double near the exact number, and a bound on its distance.
    pub fn exact_number(&self) -> (f64, f64) {
        (self.center, self.radius)
    }

    /// A bound on the error of the number that is computed and stored.
    ///
    /// # Errors
    /// If there is no bound.
    pub fn error(&self) -> Result<f64, NotJudged> {
        let rounded = match self.pending {
            Pending::Kept => self.rounded_to(Self::STORAGE),
            _ => self.rounded(),
        };
        rounded.unbounded.map_or(Ok(rounded.error), Err)
    }

    /// The number as it is stored, given the double nearest to the exact one.
    pub fn known(&self, nearest: f64) -> Self {
        let rounded = self.rounded();
        if rounded.unbounded.is_some() {
            return rounded;
        }
        if rounded.granularity.is_some() {
            return Self::exact(rounded.center);
        }
        let radius = half_ulp(nearest);
        let magnitude = plus(plus(nearest.abs(), radius), rounded.error);
        ErrorBound { center: nearest, radius, magnitude, ..rounded }
    }

    /// A lower bound on the size of the computed number.
    #[inline]
    fn least(&self) -> f64 {
        let lost = plus(self.radius, self.error);
        let least = if lost == 0.0 { self.center.abs() } else { (self.center.abs() - lost).next_down() };
        least.max(self.lower_bound).max(0.0)
    }

    /// The number after roundings that lose at most `relative` times its magnitude, plus `absolute`. It is no
    /// longer exact; its sign is unchanged.
    #[inline]
    fn lossy(self, relative: f64, absolute: f64) -> Self {
        let more = plus(times(relative, self.magnitude), absolute);
        let (error, magnitude) = (plus(self.error, more), plus(self.magnitude, more));
        let lower_bound = match self.lower_bound > 0.0 {
            true => (self.lower_bound * (1.0 - relative) - absolute).next_down().max(0.0),
            false => self.lower_bound,
        };
        ErrorBound { error, magnitude, lower_bound, granularity: None, pending: Pending::Nothing, ..self }
    }

    /// The number rounded to `format`, by at most `roundings` times u′ of its magnitude. If it may be
    /// subnormal, it is rounded to a multiple of the smallest number, or flushed to zero and lost entirely.
    fn rounded_by(self, roundings: f64, format: Format) -> Self {
        if self.unbounded.is_some() || self.magnitude == 0.0 {
            return self;
        }
        let relative = roundings * roundoff(format);
        if self.least() >= format.least_normal() {
            return self.lossy(relative, 0.0).within(format);
        }
        let rounded = self.lossy(relative, roundings * power(format.least()));
        let all = plus(self.center.abs(), self.radius).min(plus(format.least_normal(), self.error));
        ErrorBound { error: rounded.error.max(all), lower_bound: rounded.lower_bound.min(0.0), ..rounded }
            .within(format)
    }

    /// The number rounded to the nearest one of `format`.
    fn rounded_to(self, format: Format) -> Self {
        self.rounded_by(1.0, format)
    }

    /// The number itself, or no bound if a result on the way may leave the range of `format`.
    #[inline]
    fn within(self, format: Format) -> Self {
        if self.unbounded.is_none() && self.magnitude > format.largest() {
            return Self::without_bound(NotJudged::Overflow);
        }
        self
    }

    /// Whether the number is computed exactly and `format` represents it and all its parts.
    fn is_held(&self, format: Format) -> bool {
        self.granularity.is_some_and(|granularity| {
            self.magnitude == 0.0
                || power(granularity) >= format.least_normal()
                    && self.magnitude <= power(granularity.saturating_add(format.bits()))
                || self.center.abs() == self.magnitude
                    && self.magnitude >= format.least_normal()
                    && format.holds(self.center)
        })
    }

    /// A sum computed in `format` in any order, in which each term passes through at most `additions`
    /// additions.
    fn added_up(self, format: Format, additions: u32) -> Self {
        if self.unbounded.is_some() || self.is_held(format) {
            return ErrorBound { pending: Pending::Nothing, ..self }.within(format);
        }
        self.summed(format, additions)
    }

    /// The number after `additions` rounded additions in `format`.
    fn summed(self, format: Format, additions: u32) -> Self {
        let n_u = f64::from(additions) * roundoff(format);
        if n_u >= 1.0 {
            return Self::without_bound(NotJudged::LongSum);
        }
        let gamma = over(n_u, (1.0 - n_u).next_down());
        let flushed = times(f64::from(additions), format.least_normal());
        self.lossy(gamma, flushed).within(format)
    }

    /// The finished number, in the storage format.
    #[inline]
    fn rounded(self) -> Self {
        if self.pending == Pending::Nothing { self } else { self.pending_rounded() }
    }

    fn pending_rounded(self) -> Self {
        match self.pending {
            Pending::Nothing | Pending::Accumulated(_) => ErrorBound { pending: Pending::Nothing, ..self },
            Pending::Kept => self,
            Pending::Product => self.product_in(Self::STORAGE),
            Pending::Sum(terms) => self.added_up(Self::STORAGE, terms - 1),
        }
    }

    /// A pending product, rounded to `format` unless it is exact there.
    fn product_in(self, format: Format) -> Self {
        let product = ErrorBound { pending: Pending::Nothing, ..self };
        if self.is_held(format) { product.within(format) } else { product.rounded_to(format) }
    }

    /// The document's Σ of at least two terms, as it is stored. With a wider accumulator, the sum may be
    /// rounded to the storage format before a bias is added, or the bias may be one more term.
    pub fn stored_sum(self) -> Self {
        let Pending::Sum(terms) = self.pending else { return self };
        if STORAGE == ACCUMULATOR {
            return self;
        }
        let sum = self.added_up(Self::ACCUMULATOR, terms);
        let pending = Pending::Accumulated(terms);
        if sum.unbounded.is_some() || sum.is_held(Self::STORAGE) {
            return ErrorBound { pending, ..sum }.within(Self::STORAGE);
        }
        let magnitude = plus(plus(sum.center.abs(), sum.radius), sum.error);
        ErrorBound { pending, ..ErrorBound { magnitude, ..sum }.rounded_to(Self::STORAGE) }
    }
}
