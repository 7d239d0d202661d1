//! Exact rationals: comparisons over them need no tolerance.

use super::operators::{Operations, operators};
use super::{Number, Ordered};
use dashu_ratio::RBig;
use num_traits::{One, Zero};

/// An exact fraction.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rational(pub RBig);

impl Zero for Rational {
    fn zero() -> Self {
        Rational(RBig::ZERO)
    }
    fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

impl One for Rational {
    fn one() -> Self {
        Rational(RBig::ONE)
    }
}

impl Operations for Rational {
    fn add(self, other: Self) -> Self {
        Rational(self.0 + other.0)
    }

    fn sub(self, other: Self) -> Self {
        Rational(self.0 - other.0)
    }

    fn mul(self, other: Self) -> Self {
        Rational(self.0 * other.0)
    }

    /// x/0 is 0: a total function; no validated problem comes near it.
    fn div(self, other: Self) -> Self {
        if other.is_zero() { other } else { Rational(self.0 / other.0) }
    }

    fn neg(self) -> Self {
        Rational(-self.0)
    }
}

operators!([] Rational);

impl Number for Rational {
    /// # Panics
    /// If `x` is infinite or NaN, which a validated problem never contains.
    fn from_f64(x: f64) -> Self {
        Rational(RBig::try_from(x).expect("a finite double is a fraction"))
    }

    fn sum(terms: impl Iterator<Item = Self>) -> Self {
        pairwise(terms)
    }
}

/// Σ by halves: if every term has its own denominator, partial sums stay short for longer than from left to
/// right.
pub(super) fn pairwise<T: Number>(terms: impl Iterator<Item = T>) -> T {
    let mut terms: Vec<T> = terms.collect();
    while terms.len() > 1 {
        let mut pairs = terms.into_iter();
        let mut halved = Vec::with_capacity(pairs.len().div_ceil(2));
        while let Some(first) = pairs.next() {
            halved.push(match pairs.next() {
                Some(second) => first + second,
                None => first,
            });
        }
        terms = halved;
    }
    terms.pop().unwrap_or_else(T::zero)
}

impl Ordered for Rational {
    fn is_positive(&self) -> Option<bool> {
        Some(self.0 > RBig::ZERO)
    }

    fn largest(values: &[Self]) -> usize {
        (1..values.len()).fold(0, |best, j| if values[j] > values[best] { j } else { best })
    }
}
