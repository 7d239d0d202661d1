//! [`Ball`]: about 100 bits of a real number and a bound on what is missing, at the speed of doubles.
//!
//! A ball is a midpoint, the unevaluated sum of two doubles, and a radius. What an operation loses is found as it is
//! computed, by operations without error ([`double_double`]), or bounded in a comment, and added to the radius; so what
//! is exact stays exact. [`functions`] has the elementary functions. A number out of range becomes a ball of infinite
//! radius, about which nothing is known.
//!
//! This is the first rung of the oracle's ladder: where a ball rounds to one double, no wider arithmetic is needed.

pub mod double_double;
mod exponential;
mod functions;
mod series;

use super::operators::{Operations, operators};
use super::{Interval, Number, Ordered};
use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig, Repr};
use double_double::{EXACT_FROM, power_of_two, two_product, two_sum};
use num_traits::{One, Zero};

/// All reals within `radius` of `high + low`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ball {
    /// The double nearest to the midpoint.
    high: f64,
    /// The midpoint less `high`, of at most half an ulp of it.
    low: f64,
    /// Not negative; infinite if nothing is known, and then the midpoint is 0.
    radius: f64,
}

/// 2^−53, the largest relative error of a rounded operation.
const U: f64 = f64::EPSILON / 2.0;

/// What covers all roundings to subnormal numbers within one operation on balls: 2^−1030, where each is at most
/// 2^−1075, or 2^−1039 in a product that is not exact.
const UNDERFLOW: f64 = f64::from_bits(1 << 44);

/// At least the exact value of a sum of non-negative doubles, which is 0 only if it is computed as 0.
#[inline]
fn up(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x * (1.0 + 32.0 * U) + UNDERFLOW }
}

/// At least the exact value of a few sums, products and quotients of non-negative doubles, which may have been lost
/// below the smallest double.
#[inline]
fn up_from_products(x: f64) -> f64 {
    x * (1.0 + 32.0 * U) + UNDERFLOW
}

impl Ball {
    /// Nothing is known.
    pub(crate) const UNKNOWN: Ball = Ball { high: 0.0, low: 0.0, radius: f64::INFINITY };

    /// The ball around high + low, which need not be in order yet.
    #[inline]
    pub(crate) fn around(high: f64, low: f64, radius: f64) -> Self {
        let (high, low) = two_sum(high, low);
        // An overflow of any kind leaves an infinity or NaN in one of the three.
        if (high + low + radius).is_finite() { Ball { high, low, radius } } else { Self::UNKNOWN }
    }

    /// A double, exactly.
    #[inline]
    pub(crate) const fn point(x: f64) -> Self {
        Ball { high: x, low: 0.0, radius: 0.0 }
    }

    /// The midpoint, as the double nearest to it and the rest.
    pub fn midpoint(&self) -> (f64, f64) {
        (self.high, self.low)
    }

    /// A bound on the distance from the midpoint to the number.
    pub fn radius(&self) -> f64 {
        self.radius
    }

    /// The same midpoint, and a radius that is larger by a product of two bounds.
    #[inline]
    fn wider_by(self, x: f64, y: f64) -> Self {
        if x == 0.0 || y == 0.0 {
            return self;
        }
        Self::around(self.high, self.low, up(self.radius + up_from_products(x * y)))
    }

    /// The ball times 2^exponent.
    #[inline]
    pub(crate) fn times_power_of_two(self, exponent: i32) -> Self {
        match exponent {
            -1022..=1023 => {
                let power = power_of_two(exponent);
                let Ball { high, low, radius } = self;
                let is_exact = self.is_zero() || (high * power).abs() >= EXACT_FROM && low == 0.0;
                let lost = if is_exact || (low * power).abs() >= EXACT_FROM { 0.0 } else { UNDERFLOW };
                Self::around(high * power, low * power, up(radius * power) + lost)
            }
            ..-1022 if self.most() < 1.0 => Ball { radius: 2.0 * f64::MIN_POSITIVE, ..Self::zero() },
            _ => Self::UNKNOWN,
        }
    }

    /// An upper bound on the size of every number in the ball.
    #[inline]
    fn most(&self) -> f64 {
        up(self.high.abs() + self.low.abs() + self.radius)
    }

    /// A lower bound on it; 0 if the ball may contain 0.
    #[inline]
    fn least(&self) -> f64 {
        // |low| ≤ U · |high|, and each of the two operations rounds by at most U.
        (self.high.abs() * (1.0 - 4.0 * U) - self.radius).max(0.0) * (1.0 - 4.0 * U)
    }

    /// A ball that contains an interval.
    pub(crate) fn enclosing<const BITS: usize>(interval: &Interval<BITS>) -> Self {
        if !interval.is_bounded() {
            return Self::UNKNOWN;
        }
        let double =
            |x: &Repr<2>| FBig::<HalfEven, 2>::from_repr(x.clone(), Context::new(0)).to_f64().value();
        let exactly = |x: f64| Interval::<BITS>::from_f64(x).lo().clone();
        let high = double(interval.lo());
        if !high.is_finite() {
            return Self::UNKNOWN;
        }
        let rest = interval.lo() - &exactly(high);
        let low = double(&rest);
        let (missing, width) = (&rest - &exactly(low), interval.hi() - interval.lo());
        let is_point = missing == Repr::zero() && width == Repr::zero();
        let radius = if is_point { 0.0 } else { up_from_products(double(&missing).abs() + double(&width)) };
        Self::around(high, low, radius)
    }
}

impl Zero for Ball {
    fn zero() -> Self {
        Self::point(0.0)
    }
    fn is_zero(&self) -> bool {
        self.high == 0.0 && self.radius == 0.0
    }
}

impl One for Ball {
    fn one() -> Self {
        Self::point(1.0)
    }
}

impl Operations for Ball {
    /// Every addition of the midpoints is followed to its rounding error, so nothing has to be bounded beforehand.
    #[inline]
    fn add(self, other: Self) -> Self {
        let (high, rest) = two_sum(self.high, other.high);
        let (lows, lost_of_lows) = two_sum(self.low, other.low);
        let (low, lost) = two_sum(rest, lows);
        let lost = lost.abs() + lost_of_lows.abs();
        Self::around(high, low, up(self.radius + other.radius + lost))
    }

    /// (xₕ + xₗ)(yₕ + yₗ) = xₕyₕ, without error, + (xₕyₗ + xₗyₕ) + xₗyₗ. The middle terms are at most 2U |xₕyₕ|
    /// together and lose at most U of that each in their product and sum, 4U² in all; the last one is at most
    /// U² |xₕyₕ|; adding the middle terms to the rest of the first product, of at most U |xₕyₕ|, loses at most U of
    /// 3U |xₕyₕ|. That is 8U² |xₕyₕ|, and half of the bound.
    #[inline]
    fn mul(self, other: Self) -> Self {
        if self.is_zero() || other.is_zero() {
            return Self::zero();
        }
        let (product, rest) = two_product(self.high, other.high);
        let (x, y) = (self.high.abs(), other.high.abs());
        let radius = if self.radius == 0.0 && other.radius == 0.0 {
            0.0
        } else {
            up_from_products(x * other.radius + y * self.radius + self.radius * other.radius)
        };
        let middle = self.high * other.low + self.low * other.high;
        let is_exact = (self.low == 0.0 && other.low == 0.0)
            || (middle.abs() >= EXACT_FROM && (is_power_of_two(&self) || is_power_of_two(&other)));
        if is_exact && product.abs() >= EXACT_FROM {
            return Self::around(product, rest + middle, radius);
        }
        Self::around(product, rest + middle, radius + up_from_products(16.0 * U * U * product.abs()))
    }

    /// The quotient of the high parts, corrected once; then what it still lacks is computed.
    fn div(self, other: Self) -> Self {
        let least = other.least();
        if least == 0.0 || !self.radius.is_finite() {
            return Self::UNKNOWN;
        }
        if self.is_zero() {
            return self;
        }
        let (midpoint, divisor) = (Ball { radius: 0.0, ..self }, Ball { radius: 0.0, ..other });
        let first = self.high / other.high;
        let remainder = midpoint - Self::point(first) * divisor;
        let quotient = Self::around(first, remainder.high / other.high, 0.0);
        let lacking = self - quotient * other;
        let radius = if lacking.is_zero() { 0.0 } else { up_from_products(lacking.most() / least) };
        Self::around(quotient.high, quotient.low, radius)
    }

    #[inline]
    fn neg(self) -> Self {
        Ball { high: -self.high, low: -self.low, ..self }
    }
}

/// Whether it is exactly a power of two, by which doubles are multiplied without error.
#[inline]
fn is_power_of_two(x: &Ball) -> bool {
    x.low == 0.0 && x.radius == 0.0 && x.high.to_bits() & ((1 << 52) - 1) == 0 && x.high.is_normal()
}

operators!([] Ball);

impl Number for Ball {
    fn from_f64(x: f64) -> Self {
        Self::point(x)
    }

    fn common_scale(values: &[Self]) -> Self {
        let highs: Vec<f64> = values.iter().map(|x| x.high).collect();
        Self::point(f64::common_scale(&highs))
    }
}

impl Ordered for Ball {
    fn is_positive(&self) -> Option<bool> {
        match self.least() > 0.0 {
            true => Some(self.high > 0.0),
            false => self.is_zero().then_some(false),
        }
    }

    fn hull(self, other: Self) -> Self {
        self.wider_by((self - other).most(), 1.0)
    }

    fn largest(values: &[Self]) -> usize {
        (1..values.len()).fold(0, |best, j| if values[j].high > values[best].high { j } else { best })
    }
}
