//! Binomial tails and the power of a test, against exact integers.

use dropout_oracle::mask_test::power::{miss, trials_needed};
use dropout_oracle::mask_test::tail::{Chance, ROUNDING, ln_lower, ln_p_value, ln_upper};
use dropout_oracle::mask_test::test::GRAIN;

/// C(n, k) · a^k · (16 − a)^(n − k): the chance of k hits among n with p = a/16, times 16^n.
fn weight(k: usize, n: usize, a: u128) -> u128 {
    let choices = (0..k as u128).fold(1, |choices, j| choices * (n as u128 - j) / (j + 1));
    choices * a.pow(k as u32) * (16 - a).pow((n - k) as u32)
}

/// The chance that the number of hits lies among `counts`, from exact integers.
fn chance(counts: impl Iterator<Item = usize>, n: usize, a: u128) -> f64 {
    counts.map(|k| weight(k, n, a)).sum::<u128>() as f64 / 16f64.powi(n as i32)
}

#[test]
fn a_tail_above_the_mean_is_the_exact_one() {
    for (n, a) in [1, 2, 7, 24].into_iter().flat_map(|n| (1..16).map(move |a| (n, a))) {
        let p = Chance::new(a as f64 / 16.0);
        for hits in 0..=n {
            let (upper, lower) = (chance(hits..=n, n, a).ln(), chance(0..=hits, n, a).ln());
            for (exact, ours, beyond) in [
                (upper, ln_upper(hits, n, p), 16 * hits > n * a as usize),
                (lower, ln_lower(hits, n, p), 16 * hits < n * a as usize),
            ] {
                if beyond {
                    assert!((ours - exact - ROUNDING).abs() < ROUNDING / 2.0, "{hits} of {n}, {a}/16");
                } else {
                    assert_eq!(ours, 0.0);
                }
            }
        }
    }
}

#[test]
fn a_chance_far_below_1_keeps_its_digits() {
    for p in [1e-12, 3e-5] {
        let ours = ln_upper(2, 2, Chance::new(p));
        assert!((ours - 2.0 * f64::ln(p) - ROUNDING).abs() < ROUNDING / 2.0, "{p}: {ours}");
    }
}

/// Σ over the rejected counts, for chances within the slack of the stated one.
#[test]
fn a_p_value_is_at_most_alpha_with_at_most_that_probability() {
    for (n, a) in [5, 24].into_iter().flat_map(|n| (0..=16).map(move |a| (n, a))) {
        for alpha in [0.5, 0.1, 1e-3, 1e-6f64] {
            for (shift, slack) in [(0.0, 0.0), (0.01, 0.01), (-0.01, 0.01)] {
                let p = (a as f64 / 16.0 + shift).clamp(0.0, 1.0);
                let rejected = (0..=n).filter(|&k| ln_p_value(k, n, Chance::new(p), slack) <= alpha.ln());
                assert!(chance(rejected, n, a) <= alpha, "{a}/16, {n}, {alpha}");
            }
        }
    }
}

#[test]
fn a_slack_covers_both_sides() {
    let chance = Chance::new(0.5);
    for hits in [400, 600] {
        let (strict, slack) = (ln_p_value(hits, 1000, chance, 0.0), ln_p_value(hits, 1000, chance, 0.1));
        assert!(strict < -20.0 && slack == 0.0, "{strict} {slack}");
    }
}

#[test]
fn the_power_is_that_of_the_exact_tails() {
    let (n, level) = (24, 1e-3f64);
    for (p, a) in [(0.5, 15), (0.5, 1), (0.25, 12), (0.75, 2), (0.9, 1)] {
        let kept = |k: &usize| ln_p_value(*k, n, Chance::new(p), GRAIN) > level.ln();
        let exact = chance((0..=n).filter(kept), n, a);
        let ours = miss(p, a as f64 / 16.0, n, GRAIN, level);
        assert!(ours >= exact && ours < exact * (1.0 + 1e-5) + 1e-9, "{p} {a}: {ours} {exact}");
    }
    for actual in [0.99, 0.01] {
        assert_eq!(miss(0.5, actual, 4, GRAIN, level), 1.0, "4 trials reject nothing");
        // 2 · 2^−11 is below the level: eleven trials reject eleven hits, and none.
        let missed = 1.0 - 0.99f64.powi(11);
        assert!((miss(0.5, actual, 11, 0.0, level) / missed - 1.0).abs() < 2.0 * ROUNDING, "{actual}");
    }
    assert_eq!(trials_needed(0.5, 0.5, GRAIN, level, 0.01), None);
}
