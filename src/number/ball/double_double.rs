//! Sums and products of doubles without error: the result and what its rounding lost, as a second double.
//!
//! Knuth's sum and Dekker's product need nothing but rounding to nearest, which the self-test of
//! [`crate::number::self_test`] asserts. None of them is exact if it overflows; then the result is not finite.

/// The sum of two doubles and its rounding error: x + y = sum + error, exactly (Knuth).
#[inline]
pub fn two_sum(x: f64, y: f64) -> (f64, f64) {
    let sum = x + y;
    let y_in_sum = sum - x;
    (sum, (x - (sum - y_in_sum)) + (y - y_in_sum))
}

/// The product of two doubles and its rounding error: x · y = product + error (Dekker). Exact if the product is at
/// least [`EXACT_FROM`], or 0.
#[inline]
pub fn two_product(x: f64, y: f64) -> (f64, f64) {
    let product = x * y;
    let ((x_high, x_low), (y_high, y_low)) = (halves(x), halves(y));
    (product, x_low * y_low - (((product - x_high * y_high) - x_low * y_high) - x_high * y_low))
}

/// 2^−960. Below it, the low part of a product may be smaller than the smallest double.
pub const EXACT_FROM: f64 = power_of_two(-960);

/// 2^exponent, for exponents of normal numbers.
#[inline]
pub const fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// A double as the sum of two of at most 26 bits each (Veltkamp).
#[inline]
fn halves(x: f64) -> (f64, f64) {
    const SPLITTER: f64 = ((1 << 27) + 1) as f64;
    let scaled = SPLITTER * x;
    let high = scaled - (scaled - x);
    (high, x - high)
}

/// The nearest whole number, ties to even, for `|x| < 2^51`.
#[inline]
pub fn nearest_whole(x: f64) -> f64 {
    const SHIFT: f64 = 1.5 * (1u64 << 52) as f64;
    (x + SHIFT) - SHIFT
}
