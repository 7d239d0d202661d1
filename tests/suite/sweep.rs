//! How much of its breadth a test takes: a part, or all with `DROPOUT_ORACLE_SWEEP=n`. .ci/run sets n = 1, with which
//! `harness` still samples what it names in single precision and in pairs.

use std::env;
use std::time::Duration;

/// The n of `DROPOUT_ORACLE_SWEEP=n`: how often a conforming implementation is drawn for a case.
pub fn draws() -> Option<u64> {
    let draws = env::var("DROPOUT_ORACLE_SWEEP").ok()?;
    let number = draws.parse().ok().filter(|&number| number > 0);
    Some(number.unwrap_or_else(|| panic!("DROPOUT_ORACLE_SWEEP={draws}: must be the number of draws a case")))
}

/// The n of `DROPOUT_ORACLE_FUZZ=n`: how many minutes each reader is given changed texts.
pub fn fuzzing() -> Option<Duration> {
    let minutes = env::var("DROPOUT_ORACLE_FUZZ").ok()?;
    let number = minutes.parse().ok().filter(|&number: &f64| number > 0.0 && number < 1e6);
    let number =
        number.unwrap_or_else(|| panic!("DROPOUT_ORACLE_FUZZ={minutes}: must be a number of minutes"));
    Some(Duration::from_secs_f64(60.0 * number))
}

/// Whether every test takes its full breadth.
pub fn is_on() -> bool {
    draws().is_some()
}

/// The step that takes one item in `many`, or every item in the sweep.
pub fn one_in(many: usize) -> usize {
    if is_on() { 1 } else { many }
}
