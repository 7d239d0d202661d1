//! [`Coarse`]: the bounds of an inexact number in three doubles, for rows of thousands.
//!
//! Each rounding is charged where it happens, as if nothing were exact. The bounds themselves are computed with rounding
//! to nearest; [`ErrorBound::finished`] enlarges them once, at the end.

use super::bounds::{plus, power, roundoff};
use super::{ErrorBound, NotJudged, Parts, Pending};
use crate::number::Format;

/// A number near the exact one, a bound on the error of the computed one, and a magnitude.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Coarse {
    /// A double near the exact number.
    pub center: f64,
    /// A bound on the error of the computed number; infinite if there is none.
    pub error: f64,
    /// A bound on the size of the exact number, of the computed one, and of every partial sum.
    pub magnitude: f64,
}

/// What rounding to a format loses.
#[derive(Clone, Copy, Debug)]
pub struct Rounding {
    /// u′.
    pub unit: f64,
    /// At least the smallest subnormal number; no subnormal double, which processors multiply slowly.
    least: f64,
    least_normal: f64,
    largest: f64,
}

impl Rounding {
    /// That of a format.
    pub fn to(format: Format) -> Self {
        Rounding {
            unit: roundoff(format),
            least: power(format.least()).max(f64::MIN_POSITIVE),
            least_normal: format.least_normal(),
            largest: format.largest(),
        }
    }

    /// Whether a product stays in the normal range, given a lower bound on its size from factors within a quarter of theirs.
    pub fn is_normal(&self, least: f64) -> bool {
        least >= 2.0 * self.least_normal
    }

    /// γ of so many additions; infinite if there are too many.
    pub fn gamma(&self, additions: usize) -> f64 {
        let n_u = additions as f64 * self.unit;
        if n_u < 1.0 { n_u / (1.0 - n_u) } else { f64::INFINITY }
    }

    /// What rounding products loses that sum up to `magnitude`, each multiplied by a weight; `weights` is their sum. Any
    /// of the products may be subnormal.
    pub fn products(&self, magnitude: f64, weights: f64) -> f64 {
        self.unit * magnitude + (self.least_normal * weights).min(magnitude) + self.least * weights
    }
}

impl Coarse {
    /// A number that every implementation represents exactly.
    pub const fn exact(x: f64) -> Self {
        Coarse { center: x, error: 0.0, magnitude: x.abs() }
    }

    /// Σ of two terms, before it is rounded.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Coarse {
            center: self.center + other.center,
            error: self.error + other.error,
            magnitude: self.magnitude + other.magnitude,
        }
    }

    /// −x.
    pub fn negated(self) -> Self {
        Coarse { center: -self.center, ..self }
    }

    /// x · y before it is rounded.
    pub fn times(self, other: Self) -> Self {
        Coarse {
            center: self.center * other.center,
            error: self.magnitude * other.error + other.magnitude * self.error,
            magnitude: self.magnitude * other.magnitude,
        }
    }

    /// x / y before it is rounded, given a lower bound on y.
    pub fn over(self, other: Self, least: f64) -> Self {
        let magnitude = self.magnitude / least;
        Coarse {
            center: self.center / other.center,
            error: (self.error + magnitude * other.error) / least,
            magnitude,
        }
    }

    /// x · 1, which is rounded where x may be subnormal.
    #[must_use]
    pub fn times_one(self, rounding: &Rounding) -> Self {
        let is_normal = self.center.abs() - self.error >= 1.01 * rounding.least_normal;
        if is_normal { self } else { self.rounded(rounding, 1.0) }
    }

    /// The number after roundings by at most `times` times u′ of its magnitude.
    pub fn rounded(self, rounding: &Rounding, times: f64) -> Self {
        let mut more = times * rounding.unit * self.magnitude;
        if self.center.abs() - self.error < 1.01 * rounding.least_normal {
            more += times * rounding.least + self.center.abs().min(rounding.least_normal);
        }
        Coarse { error: self.error + more, magnitude: self.magnitude + more, ..self }.within(rounding)
    }

    /// A sum in which each term passes through at most so many additions, of that γ.
    pub fn summed(self, rounding: &Rounding, additions: usize, gamma: f64) -> Self {
        let more = gamma * self.magnitude + additions as f64 * rounding.least_normal;
        Coarse { error: self.error + more, magnitude: self.magnitude + more, ..self }.within(rounding)
    }

    /// A number that may leave the range of the format has no bound.
    fn within(self, rounding: &Rounding) -> Self {
        if self.magnitude <= rounding.largest { self } else { Coarse { error: f64::INFINITY, ..self } }
    }

    /// f of a number, of which libraries are off by at most `ulps`; `most` bounds |f| where the argument may be, and the
    /// argument has this error times the slope.
    pub fn function(value: f64, error: f64, most: f64, ulps: f64, rounding: &Rounding) -> Self {
        Coarse { center: value, error, magnitude: most }.rounded(rounding, 2.0 * ulps)
    }

    /// The same exact number by either formula; without a bound if one of them has none.
    pub fn either(self, other: Self) -> Self {
        Coarse { error: self.error.max(other.error), magnitude: self.magnitude.max(other.magnitude), ..self }
    }

    /// The same exact number by either formula; only one of them needs a bound.
    pub fn or(self, other: Self) -> Self {
        match (self.error < f64::INFINITY, other.error < f64::INFINITY) {
            (true, false) => self,
            (false, _) => other,
            _ => self.either(other),
        }
    }
}

impl From<Parts> for Coarse {
    fn from(Parts { center, error, magnitude, .. }: Parts) -> Self {
        Coarse { center, error, magnitude }
    }
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    /// What rounding to the storage format loses, and to the accumulator format.
    pub fn roundings() -> [Rounding; 2] {
        [Self::STORAGE, Self::ACCUMULATOR].map(Rounding::to)
    }

    /// Σ of so many terms, as it is stored: with a wider accumulator, it is rounded again.
    pub fn stored_coarse(sum: Coarse, terms: usize, [storage, accumulator]: &[Rounding; 2]) -> Coarse {
        if STORAGE == ACCUMULATOR {
            let additions = terms.saturating_sub(1);
            return sum.summed(storage, additions, storage.gamma(additions));
        }
        let sum = sum.summed(accumulator, terms, accumulator.gamma(terms));
        Coarse { magnitude: sum.center.abs() + sum.error, ..sum }.rounded(storage, 1.0)
    }

    /// A number that is 0 in every implementation.
    pub fn exact_zero() -> Self {
        Self::exact(0.0)
    }

    /// The number with its bounds enlarged by what `operations` roundings of doubles may have lost.
    pub fn finished(x: Coarse, operations: usize) -> Self {
        if !(x.error < f64::INFINITY && x.magnitude < f64::INFINITY) {
            return Self::without_bound(NotJudged::Overflow);
        }
        let error = x.error * (1.0 + operations as f64 * f64::EPSILON);
        // The center was computed in doubles by a formula whose bound this is in the accumulator format.
        let radius = error * (Format::F64.unit_roundoff() / Self::ACCUMULATOR.unit_roundoff());
        let magnitude = plus(plus(x.center.abs(), radius), error);
        ErrorBound {
            center: x.center,
            radius,
            error,
            magnitude,
            lower_bound: f64::NEG_INFINITY,
            pending: Pending::Nothing,
            granularity: None,
            unbounded: None,
        }
    }
}
