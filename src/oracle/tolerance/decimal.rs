//! Bounds as short decimals: [`upward`] rounds up to three digits.
//!
//! A step of a million weights has millions of bounds, so the decimals of a decade are read once and then looked up.

use std::array;
use std::sync::OnceLock;

/// The exponents of ten of the least and the largest double.
const EXPONENTS: [i32; 2] = [-324, 308];

/// The doubles nearest to 1.00, 1.01 … 10.0 times a power of ten; 0 or infinite out of range.
type Decade = [f64; 901];

/// The decimals with this exponent of ten.
fn decade(exponent: i32) -> &'static Decade {
    static DECADES: [OnceLock<Decade>; 633] = [const { OnceLock::new() }; 633];
    let decimal = |digits: usize| format!("{}e{}", 100 + digits, exponent - 2).parse().expect("a number");
    DECADES[(exponent - EXPONENTS[0]) as usize].get_or_init(|| array::from_fn(decimal))
}

/// x ≥ 0 rounded up to a decimal of three digits: the least whose nearest double is at least x.
pub fn upward(x: f64) -> f64 {
    if x == 0.0 || x == f64::INFINITY {
        return x;
    }
    let binary = binary_exponent(x);
    // ⌊log₁₀ 2^binary⌋, of which ⌊log₁₀ x⌋ exceeds by at most 1.
    let least = ((binary * 78_913) >> 18).clamp(EXPONENTS[0], EXPONENTS[1]);
    let decade = match decade(least) {
        within if x <= within[900] => within,
        _ => decade(least + 1),
    };
    let mut at = (x / decade[0] * 100.0).clamp(99.0, 999.0) as usize - 99;
    while at > 0 && decade[at - 1] >= x {
        at -= 1;
    }
    while decade[at] < x {
        at += 1;
    }
    decade[at]
}

/// ⌊log₂ x⌋ for an x > 0.
fn binary_exponent(x: f64) -> i32 {
    match (x.to_bits() >> 52) as i32 {
        0 => x.to_bits().ilog2() as i32 - 1074,
        biased => biased - 1023,
    }
}
