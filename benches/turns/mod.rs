//! Works that are timed in turn: the median of their ratios within each turn is the least disturbed by other load.

use std::time::Instant;

/// How long a work takes.
pub fn seconds(work: &dyn Fn()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}

/// The median over all turns.
pub fn median<const N: usize>(turns: &[[f64; N]], of: impl Fn(&[f64; N]) -> f64) -> f64 {
    let mut values: Vec<f64> = turns.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
