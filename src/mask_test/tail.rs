//! Binomial tails in logarithms: the arithmetic behind every p-value of the judge.
//!
//! Nothing is approximated by a normal or chi-square distribution. A tail is the sum of its terms: the first
//! comes from logarithms of factorials, the others from their ratios.

use libm::{lgamma, log};

/// The largest error of the logarithm of a tail. For up to 2^24 trials and chances down to 2^−40, none of its
/// terms exceeds 2^29, where an ulp is 2^−24, and their roundings sum to less than eight ulps.
pub const ROUNDING: f64 = 1.0 / (1u64 << 21) as f64;

/// The probability of an outcome, together with that of its opposite: for p close to 1, computing 1 − p would
/// lose the digits that matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// The probability that it happens.
    pub of: f64,
    /// The probability that it does not happen.
    pub against: f64,
}

impl Chance {
    /// The chance p.
    pub fn new(p: f64) -> Self {
        Chance { of: p, against: 1.0 - p }
    }

    /// The opposite outcome.
    pub fn opposite(self) -> Self {
        Chance { of: self.against, against: self.of }
    }

    /// The chance raised by `slack`, to at most 1.
    pub fn raised(self, slack: f64) -> Self {
        Chance { of: (self.of + slack).min(1.0), against: (self.against - slack).max(0.0) }
    }
}

/// `ln P(X ≥ hits)` for `X ~ Binomial(trials, chance)`, or 0 if `hits` is not above the mean.
///
/// It is never below the logarithm of the tail; above the mean, it equals that up to [`ROUNDING`].
pub fn ln_upper(hits: usize, trials: usize, chance: Chance) -> f64 {
    let Chance { of: p, against: q } = chance;
    let (k, n) = (hits as f64, trials as f64);
    if k <= n * p || q <= 0.0 {
        return 0.0;
    }
    if p <= 0.0 {
        return f64::NEG_INFINITY;
    }
    let (mut sum, mut term) = (1.0, 1.0);
    for j in hits..trials {
        // P(X = j + 1) / P(X = j), which decreases and, above the mean, is below 1.
        let ratio = (trials - j) as f64 / (j + 1) as f64 * (p / q);
        term *= ratio;
        sum += term;
        if is_all_but_last_place(sum, term, ratio) {
            break;
        }
    }
    let choices = lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
    (choices + k * log(p) + (n - k) * log(q) + log(sum) + ROUNDING).min(0.0)
}

/// Whether all further terms, each at most `ratio` times the one before it, sum to less than an ulp of `sum`.
fn is_all_but_last_place(sum: f64, term: f64, ratio: f64) -> bool {
    term * ratio < sum * f64::EPSILON * (1.0 - ratio)
}

/// `ln P(X ≤ hits)`, bounded in the same way, or 0 if `hits` is not below the mean.
pub fn ln_lower(hits: usize, trials: usize, chance: Chance) -> f64 {
    ln_upper(trials - hits, trials, chance.opposite())
}

/// The logarithm of the two-sided p-value, twice the smaller tail; the chance itself may be off by `slack`.
/// The result is at most ln α with a probability of at most α.
pub fn ln_p_value(hits: usize, trials: usize, chance: Chance, slack: f64) -> f64 {
    let upper = ln_upper(hits, trials, chance.raised(slack));
    let lower = ln_upper(trials - hits, trials, chance.opposite().raised(slack));
    (upper.min(lower) + std::f64::consts::LN_2).min(0.0)
}
