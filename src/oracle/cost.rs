//! What expected values cost, known from sizes alone, so that nobody waits for what would take hours.
//!
//! A cost is a number of exact multiply-adds of short fractions, of which a present machine does about a million in a
//! second. The factors were measured; a real time is within a factor of a few.

use crate::problem::Problem;

/// The most that expected values may cost.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit(Option<f64>);

impl Limit {
    /// No limit.
    pub const NONE: Limit = Limit(None);

    /// A limit in seconds.
    pub fn seconds(seconds: f64) -> Self {
        Limit(Some(seconds))
    }

    /// Whether an estimated time is beyond the limit.
    pub fn is_below(self, seconds: f64) -> bool {
        self.0.is_some_and(|limit| limit < seconds)
    }
}

/// Three minutes.
impl Default for Limit {
    fn default() -> Self {
        Limit::seconds(180.0)
    }
}

/// The estimated seconds of a step on balls.
pub fn of_balls(problem: &Problem) -> f64 {
    let [m, n, n_next] = [problem.m(), problem.n(), problem.n_next()].map(|size| size as f64);
    3e-9 * m * n * n_next + 2e-6 * m * n_next
}

/// The estimated seconds of a step on enclosures of this many bits.
pub fn seconds(problem: &Problem, bits: usize) -> f64 {
    // How much slower products and functions are than with 128 bits.
    let (product, function) = match bits {
        0..=128 => (1.0, 1.0),
        129..=512 => (2.0, 5.0),
        _ => (10.0, 50.0),
    };
    let [m, n, n_next] = [problem.m(), problem.n(), problem.n_next()].map(|size| size as f64);
    let cost = problem.activation().cost();
    let pairs = if problem.activation().scalars().is_empty() { m * n_next * n_next } else { 0.0 };
    let of_g =
        if cost < RATIONAL { product * cost * pairs.max(m * n_next) } else { function * cost * m * n_next };
    (product * (3.0 * m * n * n_next + 2.0 * pairs) + of_g) * 1e-6
}

/// What costs less than this is no elementary function, and takes time for each entry of its Jacobian.
const RATIONAL: f64 = 10.0;

/// Seconds in words.
pub fn duration(seconds: f64) -> String {
    match seconds {
        _ if seconds < 10.0 => format!("{seconds:.1} seconds"),
        _ if seconds < 120.0 => format!("{seconds:.0} seconds"),
        _ if seconds < 7200.0 => format!("{:.0} minutes", seconds / 60.0),
        _ if seconds < 172_800.0 => format!("{:.0} hours", seconds / 3600.0),
        _ => format!("{:.0} days", seconds / 86400.0),
    }
}
