//! The arithmetic of the bounds: doubles, with every result rounded up.
//!
//! Arguments are non-negative unless a function says otherwise, and an exact 0 stays 0. Nothing here knows
//! what the bounds are bounds of.

use crate::number::Format;

/// The double above x ≥ 0; infinity is above all.
#[inline]
fn up(x: f64) -> f64 {
    if x < f64::INFINITY { f64::from_bits(x.to_bits() + 1) } else { x }
}

/// At least x + y.
#[inline]
pub fn plus(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 { x + y } else { up(x + y) }
}

/// At least x · y.
#[inline]
pub fn times(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 { 0.0 } else { up(x * y) }
}

/// At least x / y.
#[inline]
pub fn over(x: f64, y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { up(x / y) }
}

/// At least `|x − y|`, for any x and y.
pub fn distance(x: f64, y: f64) -> f64 {
    let distance = x - y;
    let is_exact = y + distance == x && x - distance == y;
    if is_exact { distance.abs() } else { distance.abs().next_up() }
}

/// At least the exact value of an elementary function whose computed value x is within two ulps.
pub fn above(x: f64) -> f64 {
    times(x, 1.0 + 4.0 * f64::EPSILON)
}

/// At least half an ulp of the number whose nearest double is x.
#[inline]
pub fn half_ulp(x: f64) -> f64 {
    ((up(x.abs()) - x.abs()) / 2.0).max(f64::from_bits(1))
}

/// u′: the unit roundoff u, plus the cost of rounding twice, first to a format with at least 11 more bits and
/// then to this one.
pub fn roundoff(format: Format) -> f64 {
    format.unit_roundoff() * (1.0 + 1.0 / 1024.0)
}

/// The exponent of the lowest set bit of a nonzero double.
pub fn last_bit(x: f64) -> i32 {
    let (significand, exponent, _) = num_traits::Float::integer_decode(x);
    i32::from(exponent) + significand.trailing_zeros() as i32
}

/// 2^exponent, or the nearest double where that is out of range.
///
/// `powi` will not do: it may compute a subnormal power as the reciprocal of an infinity.
pub fn power(exponent: i32) -> f64 {
    match exponent {
        -1022..=1023 => f64::from_bits(((exponent + 1023) as u64) << 52),
        _ => libm::ldexp(1.0, exponent),
    }
}
