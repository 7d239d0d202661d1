//! From an exact number to the nearest double, ties to even: one routine, and a check of every double that it
//! returns.
//!
//! [`nearest`] divides once and rounds once. [`is_nearest`] does not trust it: it compares the exact number,
//! in integers, with the midpoints to the two neighbouring doubles. Both take the number as numerator /
//! denominator · 2^exponent, so the end of an interval far below the smallest double needs no integer of that
//! many bits. This file knows neither enclosures nor the step.

use dashu_base::{BitTest, Sign, UnsignedAbs};
use dashu_float::Repr;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::cmp::Ordering;

/// An exact number: numerator / denominator · 2^exponent.
#[derive(Clone, Debug)]
pub struct Exact {
    numerator: IBig,
    denominator: UBig,
    exponent: isize,
}

impl From<&RBig> for Exact {
    fn from(x: &RBig) -> Self {
        Exact { numerator: x.numerator().clone(), denominator: x.denominator().clone(), exponent: 0 }
    }
}

impl From<&Repr<2>> for Exact {
    fn from(x: &Repr<2>) -> Self {
        let (numerator, exponent) = x.clone().into_parts();
        Exact { numerator, denominator: UBig::ONE, exponent }
    }
}

/// The number is beyond the range of a double: it would round to ±2^1024 or further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BeyondRange;

/// The exponent of the last bit of the smallest double.
const LEAST: isize = -1074;
/// The number of bits in a double's significand.
const SIGNIFICAND: isize = 53;

/// The double nearest to `x`, ties to even; zero is +0.
///
/// # Errors
/// If `|x|` is at least 2^1024 − 2^970, half an ulp above the largest double.
///
/// # Panics
/// If the comparison with the neighbours refutes the result, which would be a bug in this file.
pub fn nearest(x: &Exact) -> Result<f64, BeyondRange> {
    let rounded = divide_and_round(x);
    if let Ok(double) = rounded {
        assert!(is_nearest(double, x), "{double:e} is not the double nearest to {x:?}");
    }
    rounded
}

fn divide_and_round(x: &Exact) -> Result<f64, BeyondRange> {
    let size = x.numerator.clone().unsigned_abs();
    if size.is_zero() {
        return Ok(0.0);
    }
    // 2^(top − 1) < |x| < 2^(top + 1).
    let top = size.bit_len() as isize - x.denominator.bit_len() as isize + x.exponent;
    if top > 1025 {
        return Err(BeyondRange);
    }
    if top < LEAST - 1 {
        return Ok(0.0);
    }
    // |x| / 2^ulp is a quotient of 53 or 54 bits, or of fewer among the subnormals.
    let mut ulp = (top - SIGNIFICAND).max(LEAST);
    let mut quotient = Quotient::new(&size, &x.denominator, x.exponent - ulp);
    if quotient.whole.bit_len() as isize > SIGNIFICAND {
        ulp += 1;
        quotient = Quotient::new(&size, &x.denominator, x.exponent - ulp);
    }
    let significand = quotient.rounded_to_even();
    let double = compose(significand, ulp)?;
    Ok(if x.numerator.sign() == Sign::Negative && double != 0.0 { -double } else { double })
}

struct Quotient {
    whole: UBig,
    remainder: UBig,
    divisor: UBig,
}

impl Quotient {
    /// numerator · 2^shift / denominator.
    fn new(numerator: &UBig, denominator: &UBig, shift: isize) -> Self {
        let (numerator, divisor) = if shift >= 0 {
            (numerator << shift.unsigned_abs(), denominator.clone())
        } else {
            (numerator.clone(), denominator << shift.unsigned_abs())
        };
        let whole = &numerator / &divisor;
        let remainder = numerator - &whole * &divisor;
        Quotient { whole, remainder, divisor }
    }

    fn rounded_to_even(self) -> u64 {
        let whole = u64::try_from(self.whole).expect("at most 53 bits");
        match (self.remainder << 1usize).cmp(&self.divisor) {
            Ordering::Less => whole,
            Ordering::Equal => whole + (whole & 1),
            Ordering::Greater => whole + 1,
        }
    }
}

/// significand · 2^ulp, exactly; the significand is at most 2^53.
fn compose(significand: u64, ulp: isize) -> Result<f64, BeyondRange> {
    const IMPLICIT: u64 = 1 << 52;
    let (significand, ulp) =
        if significand == 2 * IMPLICIT { (IMPLICIT, ulp + 1) } else { (significand, ulp) };
    if significand < IMPLICIT {
        return Ok(f64::from_bits(significand));
    }
    match u64::try_from(ulp - LEAST + 1) {
        Ok(biased) if biased < 2047 => Ok(f64::from_bits((biased << 52) | (significand - IMPLICIT))),
        _ => Err(BeyondRange),
    }
}

/// Whether `double` is the one nearest to `x`, ties to even: `x` lies between the midpoints to the two
/// neighbours, and on one of them only if `double` is even.
pub fn is_nearest(double: f64, x: &Exact) -> bool {
    let even = double.to_bits() & 1 == 0;
    let own = steps(double);
    // Counted in steps of 2^(LEAST − 1), the midpoint of two doubles is the sum of their steps of 2^LEAST.
    let below = &own + neighbour(double.next_down(), -1);
    let above = &own + neighbour(double.next_up(), 1);
    let holds = |order: Ordering, wanted: Ordering| order == wanted || (order == Ordering::Equal && even);
    holds(compare(x, &below), Ordering::Greater) && holds(compare(x, &above), Ordering::Less)
}

/// A finite double as a whole number of steps of 2^LEAST.
fn steps(double: f64) -> IBig {
    let (significand, exponent, sign) = num_traits::Float::integer_decode(double);
    // A subnormal or zero decodes with an exponent one below LEAST and a spare last bit.
    let shift = isize::from(exponent) - (LEAST - 1);
    ((IBig::from(significand) * sign) << shift.unsigned_abs()) >> 1usize
}

/// A neighbour in steps of 2^LEAST; the one beyond the largest double is ±2^1024.
fn neighbour(double: f64, sign: i8) -> IBig {
    if double.is_finite() { steps(double) } else { IBig::from(sign) << (1024 - LEAST).unsigned_abs() }
}

/// Compares x with multiple · 2^(LEAST − 1).
fn compare(x: &Exact, multiple: &IBig) -> Ordering {
    let shift = x.exponent - (LEAST - 1);
    let scaled = multiple * &x.denominator;
    let by_sign = x.numerator.signum().cmp(&scaled.signum());
    if by_sign != Ordering::Equal || x.numerator.is_zero() {
        return by_sign;
    }
    let by_size = {
        let (left, right) = (x.numerator.bit_len() as isize + shift, scaled.bit_len() as isize);
        if left != right {
            left.cmp(&right)
        } else {
            let (left, right) = (x.numerator.clone().unsigned_abs(), scaled.unsigned_abs());
            if shift >= 0 {
                (left << shift.unsigned_abs()).cmp(&right)
            } else {
                left.cmp(&(right << shift.unsigned_abs()))
            }
        }
    };
    if x.numerator.sign() == Sign::Negative { by_size.reverse() } else { by_size }
}
