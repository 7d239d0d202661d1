//! The double arithmetic that bounds are computed in, rounded up. It takes numbers that are not
//! negative; what is exactly 0 stays 0.

use crate::number::Format;

/// Not below x + y.
pub fn plus(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 { x + y } else { (x + y).next_up() }
}

/// Not below x · y.
pub fn times(x: f64, y: f64) -> f64 {
    if x == 0.0 || y == 0.0 { 0.0 } else { (x * y).next_up() }
}

/// Not below x / y.
pub fn over(x: f64, y: f64) -> f64 {
    if x == 0.0 { 0.0 } else { (x / y).next_up() }
}

/// Not below |x − y|, for any x and y.
pub fn distance(x: f64, y: f64) -> f64 {
    let distance = x - y;
    let is_exact = y + distance == x && x - distance == y;
    if is_exact { distance.abs() } else { distance.abs().next_up() }
}

/// Not below the exact value of an elementary function whose computed value, within two ulps, is x.
pub fn above(x: f64) -> f64 {
    times(x, 1.0 + 4.0 * f64::EPSILON)
}

/// Not below half a unit in the last place of the number whose nearest double is x.
pub fn half_ulp(x: f64) -> f64 {
    ((x.abs().next_up() - x.abs()) / 2.0).max(f64::from_bits(1))
}

/// u, and what rounding twice adds to it: first to a format with at least 11 bits more, then to this
/// one.
pub fn roundoff(format: Format) -> f64 {
    format.unit_roundoff() * (1.0 + 1.0 / 1024.0)
}

/// The exponent of the last bit of a double other than 0.
pub fn last_bit(x: f64) -> i32 {
    let (significand, exponent, _) = num_traits::Float::integer_decode(x);
    i32::from(exponent) + significand.trailing_zeros() as i32
}

/// 2^exponent, and the nearest double beyond their range. (`powi` may take a reciprocal that is none.)
pub fn power(exponent: i32) -> f64 {
    libm::ldexp(1.0, exponent)
}
