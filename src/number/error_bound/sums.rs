//! Σ: of terms one by one, and of whole matrices of products, whose parts are summed apart from each other.
//!
//! A sum stays pending until it is stored: [`ErrorBound::stored_sum`] adds the cost of its additions.

use super::bounds::{half_ulp, last_bit, plus, power, roundoff, times};
use super::{ErrorBound, NotJudged, Pending};
use crate::number::Number;
use num_traits::Zero;

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    /// The number as a term of a sum. A product accumulated in a wider format is rounded to that format, or
    /// not at all.
    pub(super) fn as_term(self, accumulated: bool) -> Self {
        match self.pending {
            Pending::Product if accumulated => self.product_in(Self::ACCUMULATOR),
            Pending::Sum(_) if STORAGE == ACCUMULATOR || !accumulated => self,
            _ => self.rounded(),
        }
    }

    /// The document's Σ before it is stored: a sum of at least two nonzero terms is pending. A single nonzero term
    /// is not a sum: if it is a product, it is stored like any other product.
    pub(super) fn total(terms: impl Iterator<Item = Self>) -> Self {
        let mut terms = terms.filter(|term| !term.is_zero());
        let Some(first) = terms.next() else { return Self::zero() };
        let Some(second) = terms.next() else { return first };
        let both = first.as_term(true).together(second.as_term(true));
        terms.fold(both, |total, term| total.together(term.as_term(true)))
    }

    /// Σ term · factor, where every term is multiplied before it is added. Either factor of a term may be the one
    /// that is multiplied: a term is rounded up to twice, where the term of the plain Σ may be exact.
    pub fn sum_of_scaled(terms: impl Iterator<Item = Self>, factor: Self) -> Self {
        let terms: Vec<Self> = terms.map(|term| term.as_term(true)).collect();
        let some_exact = terms.iter().any(|term| !term.is_zero() && term.granularity.is_some());
        Self::total(terms.into_iter()).scaled_terms(some_exact, factor)
    }

    /// The same of a Σ that is not stored yet; `some_exact` if one of its terms may be exact.
    pub fn scaled_terms(self, some_exact: bool, factor: Self) -> Self {
        let count = self.terms();
        let scaled = ErrorBound { pending: Pending::Nothing, ..self } * factor;
        let additional = match scaled.pending {
            // A power of two adds no rounding.
            Pending::Nothing => 0,
            _ if some_exact => 2,
            _ => 1,
        };
        match count + additional {
            1 if self.pending == Pending::Kept => self * factor,
            1 => scaled,
            roundings => ErrorBound { pending: Pending::Sum(roundings), ..scaled }.stored_sum(),
        }
    }

    /// How many nonzero terms the number is the sum of.
    fn terms(&self) -> u32 {
        match self.pending {
            Pending::Sum(terms) => terms,
            _ => 1,
        }
    }

    /// A term to add to this sum; a wider accumulator may have added it up together with the sum's own terms.
    pub(super) fn joined_by(self, term: Self) -> Self {
        let Pending::Accumulated(terms) = self.pending else { return term };
        let is_exact = self.together(term).is_held(Self::ACCUMULATOR);
        if is_exact { term } else { term.summed(Self::ACCUMULATOR, terms) }
    }

    /// The sum of two terms, with the cost of the addition still pending.
    pub(super) fn together(self, other: Self) -> Self {
        if let Some(unbounded) = self.unbounded.or(other.unbounded) {
            return Self::without_bound(unbounded);
        }
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let magnitude = plus(self.magnitude, other.magnitude);
        // Doubles, too, add multiples of a common power of two exactly as long as 53 bits hold the sum.
        let granularity = self.granularity.zip(other.granularity).map(|(x, y)| x.min(y));
        let granularity = granularity.filter(|&granularity| {
            magnitude <= power(granularity.saturating_add(f64::MANTISSA_DIGITS as i32))
        });
        let center = self.center + other.center;
        let radius = plus(self.radius, other.radius);
        ErrorBound {
            center,
            radius: if granularity.is_some() { radius } else { plus(radius, half_ulp(center)) },
            error: plus(self.error, other.error),
            magnitude,
            lower_bound: (self.lower_bound + other.lower_bound)
                .next_down()
                .max(self.lower_bound.min(other.lower_bound)),
            pending: Pending::Sum(self.terms() + other.terms()),
            granularity,
            unbounded: None,
        }
    }

    /// Two sums of other terms each, as one; a sum of a single term may still be a pending product.
    pub(super) fn joined(self, other: Self) -> Self {
        if self.is_zero() {
            return other;
        }
        if other.is_zero() {
            return self;
        }
        let part = |x: Self| if matches!(x.pending, Pending::Sum(_)) { x } else { x.as_term(true) };
        part(self).together(part(other))
    }

    /// The sums of the first one, two, three … terms, before they are stored.
    fn running_totals(terms: impl Iterator<Item = Self>) -> Vec<Self> {
        let next = |total: &mut Self, term: Self| {
            // A single term is stored like any other product; it is a term as soon as there is another.
            let is_product = matches!(term.pending, Pending::Product);
            *total = total.joined(if is_product { term } else { term.as_term(true) });
            Some(*total)
        };
        terms.scan(Self::zero(), next).collect()
    }

    /// The sums of the first one, two, three … terms.
    pub fn running_sums(terms: impl Iterator<Item = Self>) -> Vec<Self> {
        Self::running_totals(terms).into_iter().map(Self::stored_sum).collect()
    }

    /// For each term, the sum of all others.
    pub fn sums_without_each(terms: &[Self]) -> Vec<Self> {
        let before = Self::running_totals(terms.iter().copied());
        let after = Self::running_totals(terms.iter().rev().copied());
        let last = terms.len().saturating_sub(1);
        let without = |l: usize| {
            let before = if l > 0 { before[l - 1] } else { Self::zero() };
            let after = if l < last { after[last - l - 1] } else { Self::zero() };
            before.joined(after).stored_sum()
        };
        (0..terms.len()).map(without).collect()
    }
}

/// What a stored number contributes to sums of its products with others.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// A double near the exact number.
    pub center: f64,
    /// A bound on the distance from `center` to the exact number.
    pub radius: f64,
    /// A bound on the error of the computed number.
    pub error: f64,
    /// A bound on the size of the exact number and of the computed one; 0 for an exact 0.
    pub magnitude: f64,
    /// A lower bound on the size of both; 0 unless it is at least three quarters of that of `center`.
    pub least: f64,
    /// The exponent of a power of two of which the number is a multiple, if it is exact.
    pub granularity: Option<i32>,
    /// Whether neither the exact number nor the computed one is negative.
    pub is_nonnegative: bool,
}

/// The parts of a sum of products x · y that are summed apart from each other, each rounded up.
#[derive(Clone, Copy, Debug)]
pub struct Products {
    /// How many products are not 0.
    pub count: u32,
    /// A double near the sum.
    pub center: f64,
    /// A bound on the distance from `center` to the exact sum.
    pub radius: f64,
    /// `Σ M_x e_y + M_y e_x`.
    pub error: f64,
    /// `Σ M_x M_y`.
    pub magnitude: f64,
    /// A lower bound on the size of each product: that of the [`Parts::least`] of its factors.
    pub least: f64,
    /// The exponent of a power of two of which all products are multiples, if they are exact.
    pub granularity: Option<i32>,
    /// Whether no product is negative.
    pub is_nonnegative: bool,
}

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    /// The parts of the number as it is stored.
    ///
    /// # Errors
    /// If it has no bound.
    pub fn parts(&self) -> Result<Parts, NotJudged> {
        let ErrorBound { center, radius, error, magnitude, lower_bound, granularity, unbounded, .. } =
            self.rounded();
        let lost = plus(radius, error);
        let least = if lost == 0.0 { center.abs() } else { (center.abs() - lost).next_down() };
        let least = if least >= 0.75 * center.abs() { least } else { 0.0 };
        let is_nonnegative = lower_bound >= 0.0;
        let parts = Parts { center, radius, error, magnitude, least, granularity, is_nonnegative };
        unbounded.map_or(Ok(parts), Err)
    }

    /// The parts of an input as it is stored.
    ///
    /// # Errors
    /// If it has no bound.
    pub fn input_parts(x: f64) -> Result<Parts, NotJudged> {
        let (format, size) = (Self::STORAGE, x.abs());
        if size < 2.0 * format.least_normal() || size > format.largest() {
            return Self::from_f64(x).parts();
        }
        let (error, granularity) = match format.holds(x) {
            true => (0.0, Some(last_bit(x))),
            false => (times(roundoff(format), size), None),
        };
        let magnitude = plus(size, error);
        if magnitude > format.largest() {
            return Err(NotJudged::Overflow);
        }
        let least = if error == 0.0 { size } else { (size - error).next_down() };
        Ok(Parts { center: x, radius: 0.0, error, magnitude, least, granularity, is_nonnegative: x > 0.0 })
    }

    /// Σ x · y from its parts, before it is stored. The bound is never below that of the products one by one: it counts
    /// a rounding for each of them, and where one may be subnormal, so may all.
    pub fn sum_of_products(sum: &Products) -> Self {
        let Products { count, center, radius, error, magnitude, least, granularity, is_nonnegative } = *sum;
        if count == 0 {
            return Self::zero();
        }
        let format = Self::ACCUMULATOR;
        let lower_bound = if is_nonnegative { 0.0 } else { f64::NEG_INFINITY };
        let pending = Pending::Sum(count);
        let sum = ErrorBound {
            center,
            radius,
            error,
            magnitude,
            lower_bound,
            pending,
            granularity,
            unbounded: None,
        };
        let in_doubles =
            |exponent: i32| magnitude <= power(exponent.saturating_add(f64::MANTISSA_DIGITS as i32));
        if granularity.is_some_and(in_doubles) && sum.is_held(format) {
            return ErrorBound { error: 0.0, ..sum }.within(format);
        }
        let n = f64::from(count);
        let mut more = times(roundoff(format), magnitude);
        let mut lost = 0.0;
        // Either factor is within a quarter of its center, so a product of their lower bounds that is well in the normal
        // range leaves each product there, however it is rounded.
        if least < 2.0 * format.least_normal() {
            more = plus(more, times(n, power(format.least())));
            lost = times(n, format.least_normal()).min(magnitude);
        }
        let (error, magnitude) = (plus(plus(error, more), lost), plus(magnitude, more));
        ErrorBound { error, magnitude, granularity: None, ..sum }.within(format)
    }
}
