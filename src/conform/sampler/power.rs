//! What the judge catches: the chance that a wrong keep probability passes, and the rows that it takes.

use super::tail::{Chance, ln_lower, ln_p_value, ln_upper};
use super::test::GRAIN;

/// An upper bound for the chance that a generator which keeps with probability `kept` passes the test
/// for `p` on so many cells, where the test rejects at p-values of at most `level`.
pub fn miss(p: f64, kept: f64, cells: usize, level: f64) -> f64 {
    let rejects = |hits: usize| ln_p_value(hits, cells, Chance::new(p), GRAIN) <= level.ln();
    let mean = ((cells as f64 * p).round() as usize).min(cells);
    // On either side of the mean the p-value falls with the distance.
    let ln_miss = if kept > p {
        let most = mean + first(cells + 1 - mean, |step| step + mean > cells || rejects(mean + step));
        if most > cells { 0.0 } else { ln_lower(most - 1, cells, Chance::new(kept)) }
    } else {
        let least = first(mean + 1, |step| step > mean || rejects(mean - step));
        if least > mean { 0.0 } else { ln_upper(mean - least + 1, cells, Chance::new(kept)) }
    };
    ln_miss.exp()
}

/// A number of cells with which a generator that keeps with probability `kept` instead of `p` passes with
/// a chance of at most `miss`: the least power of two that will do.
pub fn cells_needed(p: f64, kept: f64, level: f64, miss: f64) -> usize {
    let enough = |cells: &usize| self::miss(p, kept, *cells, level) <= miss;
    (0..24).map(|e| 1 << e).find(enough).unwrap_or(usize::MAX)
}

/// The least number below `end` for which a condition holds that, once true, stays so; else `end`.
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
