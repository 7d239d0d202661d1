//! What the judge catches: the probability that a wrong generator passes a test, and the trials that catching
//! it takes. Nothing here judges a generator; spec/sampler.md tabulates the results.

use super::tail::{Chance, ln_lower, ln_p_value, ln_upper};

/// An upper bound on the probability that a wrong generator passes a test.
///
/// Its hits have the chance `actual`; the test is for the chance `p` ± `slack`, with this many trials, and
/// rejects p-values of at most `level`, which is below 1. The bound is the probability itself, up to the
/// other tail, or 1 if that is above about one half.
pub fn miss(p: f64, actual: f64, trials: usize, slack: f64, level: f64) -> f64 {
    let rejects = |hits: usize| ln_p_value(hits, trials, Chance::new(p), slack) <= libm::log(level);
    let mean = ((trials as f64 * p).round() as usize).min(trials);
    // On either side of the mean, the p-value falls with the distance.
    let ln_miss = if actual > p {
        let passing = first(trials + 1 - mean, |step| rejects(mean + step));
        ln_lower(mean + passing - 1, trials, Chance::new(actual))
    } else {
        let passing = first(mean + 1, |step| rejects(mean - step));
        ln_upper(mean + 1 - passing, trials, Chance::new(actual))
    };
    libm::exp(ln_miss)
}

/// The smallest power of two of trials that leaves a probability of at most `missed` of passing, or `None` if
/// 2^23 are not enough.
pub fn trials_needed(p: f64, actual: f64, slack: f64, level: f64, missed: f64) -> Option<usize> {
    (0..24).map(|e| 1 << e).find(|&trials| miss(p, actual, trials, slack, level) <= missed)
}

/// The smallest number below `end` for which a condition holds that stays true from there on, or `end`.
fn first(end: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        match holds(middle) {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    low
}
