//! Binomial tails in logarithms: the arithmetic behind every p-value of the judge.
//!
//! Nothing here is an approximation by a normal or a chi-square. A tail is the sum of its terms, the
//! first from logarithms of factorials, the others by their ratios.

use libm::lgamma;

/// What a logarithm of a tail may be off by. For up to 2^24 trials and chances down to 2^−40 none of its
/// terms exceeds 2^29, where the last place is 2^−24, and their roundings come to less than eight of it.
pub const ROUNDING: f64 = 1.0 / (1u64 << 21) as f64;

/// The probability of an outcome, together with that of its opposite: next to 1 the difference
/// 1 − p would lose the digits that count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Chance {
    /// That it happens.
    pub of: f64,
    /// That it does not.
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

    /// A chance larger by `slack`, but no more than 1.
    pub fn raised(self, slack: f64) -> Self {
        Chance { of: (self.of + slack).min(1.0), against: (self.against - slack).max(0.0) }
    }
}

/// ln P(X ≥ hits) for X ~ Binomial(trials, chance), or 0 where `hits` is not above the mean: no
/// smaller than the logarithm of the tail, and equal to it up to [`ROUNDING`] above the mean.
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
        // P(X = j + 1) / P(X = j), which is below 1 above the mean and falls.
        let ratio = (trials - j) as f64 / (j + 1) as f64 * (p / q);
        term *= ratio;
        sum += term;
        if is_all_but_last_place(sum, term, ratio) {
            break;
        }
    }
    let choices = lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0);
    (choices + k * p.ln() + (n - k) * q.ln() + f64::ln(sum) + ROUNDING).min(0.0)
}

/// Whether the terms after this one, each at most `ratio` of the one before it, add up to less than the last
/// place of the sum.
fn is_all_but_last_place(sum: f64, term: f64, ratio: f64) -> bool {
    term * ratio < sum * f64::EPSILON * (1.0 - ratio)
}

/// ln P(X ≤ hits) likewise, or 0 where `hits` is not below the mean.
pub fn ln_lower(hits: usize, trials: usize, chance: Chance) -> f64 {
    ln_upper(trials - hits, trials, chance.opposite())
}

/// The logarithm of the two-sided p-value: twice the smaller tail, with `slack` for what the chance
/// itself may be off by. It is at most ln α with a probability of at most α.
pub fn ln_p_value(hits: usize, trials: usize, chance: Chance, slack: f64) -> f64 {
    let upper = ln_upper(hits, trials, chance.raised(slack));
    let lower = ln_upper(trials - hits, trials, chance.opposite().raised(slack));
    (upper.min(lower) + std::f64::consts::LN_2).min(0.0)
}
