//! What a conforming implementation may compute where the exact result is known: the step run on these
//! numbers gives the tolerance.
//!
//! An [`ErrorBound`] knows the exact number (a double and how far off it may be), how far what is
//! computed may lie from it, and a magnitude: the size that the number would have if nothing in it
//! cancelled. Every rounding is counted against the magnitude, so that a bound holds for each way to
//! write the same polynomial. A sum stays open: however its terms are ordered and split, each passes
//! through at most as many additions as there are other terms. spec/tolerance.md has the derivation.
//!
//! Read [`bounds`] for the arithmetic of the bounds, this file for the roundings, [`operations`] and
//! [`functions`] for what brings them about.

pub mod bounds;
mod functions;
mod operations;

pub use functions::{ERF_ULPS, FUNCTION_ULPS};

use super::Format;
use bounds::{half_ulp, last_bit, over, plus, power, roundoff, times};

/// Why there is no bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum NotJudged {
    /// Some sum has so many terms that counting its roundings gives no bound.
    #[error("a sum of n terms with n·u ≥ 1 has no error bound in this arithmetic")]
    LongSum,
    /// Some intermediate result may be larger than the format's largest number.
    #[error("an intermediate result may leave the range of this arithmetic")]
    Overflow,
    /// Some divisor may be computed as 0.
    #[error("a divisor may be computed as 0 in this arithmetic")]
    Division,
}

/// A number as an implementation may compute it that stores in `Format::ALL[STORAGE]` and accumulates
/// the document's Σ in `Format::ALL[ACCUMULATOR]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorBound<const STORAGE: usize, const ACCUMULATOR: usize> {
    /// Near the exact number,
    center: f64,
    /// which lies so near.
    radius: f64,
    /// The computed number lies so near to the exact one, but for the roundings still open.
    error: f64,
    /// Not below the exact number and the computed one, nor below any partial sum.
    magnitude: f64,
    /// Where nothing that the number is made of is negative: not above the exact number, nor above the
    /// computed one. Else −∞.
    lower_bound: f64,
    /// The roundings to come: they depend on what the number is used for.
    pending: Pending,
    /// Where the number is computed exactly so far: the exponent of a power of two of which it and
    /// all its terms are multiples.
    granularity: Option<i32>,
    /// Why there is no bound.
    unbounded: Option<NotJudged>,
}

/// What has not been rounded yet.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pending {
    /// Nothing.
    Nothing,
    /// A product or quotient.
    Product,
    /// A sum of so many terms other than 0.
    Sum(u32),
    /// Nothing, but that a further term may have been accumulated with these.
    Accumulated(u32),
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    const STORAGE: Format = Format::ALL[STORAGE];
    const ACCUMULATOR: Format = Format::ALL[ACCUMULATOR];

    /// A number that every implementation has exactly.
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

    fn without_bound(unbounded: NotJudged) -> Self {
        ErrorBound {
            magnitude: f64::INFINITY,
            granularity: None,
            unbounded: Some(unbounded),
            ..Self::exact(0.0)
        }
    }

    /// A constant that is no double, rounded to the format; `x` is the nearest double.
    pub fn constant(x: f64) -> Self {
        Self::stored(x).known(x)
    }

    /// The given number as it is stored: what another computation may have kept wider, or rounded.
    pub fn stored(x: f64) -> Self {
        Self::exact(x).rounded_to(Self::STORAGE)
    }

    /// A double near the exact number, and how near it is.
    pub fn exact_number(&self) -> (f64, f64) {
        (self.center, self.radius)
    }

    /// How far what is computed and stored may lie from the exact number.
    ///
    /// # Errors
    /// Where there is no bound.
    pub fn error(&self) -> Result<f64, NotJudged> {
        let rounded = self.rounded();
        rounded.unbounded.map_or(Ok(rounded.error), Err)
    }

    /// The number as it is stored, where the double nearest to the exact one is known: `nearest`.
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

    /// Not above the size of the computed number.
    fn least(&self) -> f64 {
        let lost = plus(self.radius, self.error);
        let least = if lost == 0.0 { self.center.abs() } else { (self.center.abs() - lost).next_down() };
        least.max(self.lower_bound).max(0.0)
    }

    /// After roundings that lose at most `relative` of the magnitude and `absolute` besides: it is no
    /// longer exact, and its sign is as it was.
    fn lossy(self, relative: f64, absolute: f64) -> Self {
        let more = plus(times(relative, self.magnitude), absolute);
        let (error, magnitude) = (plus(self.error, more), plus(self.magnitude, more));
        let lower_bound = match self.lower_bound > 0.0 {
            true => (self.lower_bound * (1.0 - relative) - absolute).next_down().max(0.0),
            false => self.lower_bound,
        };
        ErrorBound { error, magnitude, lower_bound, granularity: None, pending: Pending::Nothing, ..self }
    }

    /// Rounded to `format`, by at most so many times u of its magnitude. Where it may be subnormal, it is
    /// rounded to a multiple of the least number, or flushed to zero: then all of it is lost.
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

    /// Rounded to the nearest number of `format`.
    fn rounded_to(self, format: Format) -> Self {
        self.rounded_by(1.0, format)
    }

    /// Whether no result on the way leaves the range of `format`.
    fn within(self, format: Format) -> Self {
        if self.unbounded.is_none() && self.magnitude > format.largest() {
            return Self::without_bound(NotJudged::Overflow);
        }
        self
    }

    /// Whether `format` holds the number and all that it is made of, and all of it is exact.
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

    /// A sum added up in `format` in any order, where each term passes through at most `additions`.
    fn added_up(self, format: Format, additions: u32) -> Self {
        if self.unbounded.is_some() || self.is_held(format) {
            return ErrorBound { pending: Pending::Nothing, ..self }.within(format);
        }
        self.summed(format, additions)
    }

    /// After so many additions in `format`.
    fn summed(self, format: Format, additions: u32) -> Self {
        let n_u = f64::from(additions) * roundoff(format);
        if n_u >= 1.0 {
            return Self::without_bound(NotJudged::LongSum);
        }
        let gamma = over(n_u, (1.0 - n_u).next_down());
        let flushed = times(f64::from(additions), format.least_normal());
        self.lossy(gamma, flushed).within(format)
    }

    /// As a finished number of the storage format.
    fn rounded(self) -> Self {
        match self.pending {
            Pending::Nothing | Pending::Accumulated(_) => ErrorBound { pending: Pending::Nothing, ..self },
            Pending::Product => self.product_in(Self::STORAGE),
            Pending::Sum(terms) => self.added_up(Self::STORAGE, terms - 1),
        }
    }

    /// An open product rounded to `format`, where that rounds at all.
    fn product_in(self, format: Format) -> Self {
        let product = ErrorBound { pending: Pending::Nothing, ..self };
        if self.is_held(format) { product.within(format) } else { product.rounded_to(format) }
    }

    /// The document's Σ of two terms or more as it is stored. Where the accumulator is wider, the sum may be
    /// rounded to the storage format before a bias is added, or the bias may be one more term.
    fn stored_sum(self) -> Self {
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
