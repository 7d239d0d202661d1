//! `keep_probability`: distinct p_k, p = 1, p near 0 and near 1, and decimals that are not dyadic.

use super::{COUPLED_QUADRATIC, IDENTITY, LOG_SOFTMAX, TANH, label, usual};
use crate::cases::recipe::{Draw, G, Keep, Mask, Recipe};

static ACTIVATIONS: [G; 4] = [IDENTITY, TANH, LOG_SOFTMAX, COUPLED_QUADRATIC];

/// Each row: its name, its purpose and the probabilities.
const ROWS: [(&str, &str, &[f64]); 9] = [
    ("eighth_decimals", "decimals that are not dyadic, unsorted", &[0.8, 0.3, 0.9, 0.1, 0.6]),
    (
        "thirds",
        "the doubles nearest to thirds and sevenths",
        &[1.0 / 3.0, 6.0 / 7.0, 2.0 / 3.0, 1.0 / 7.0, 3.0 / 7.0],
    ),
    ("dyadic", "powers of two: 1/p is exact", &[0.5, 0.0625, 0.25, 1.0, 0.125]),
    (
        "no_whole_percent",
        "probabilities that a percentage or a byte would round",
        &[0.3333, 0.0501, 0.7777, 0.9249, 0.5003],
    ),
    ("certain", "all p = 1: dropout does nothing", &[1.0]),
    ("one_certain", "a unit with p = 1 among others", &[0.7, 0.4, 1.0, 0.85, 0.2]),
    ("equal_half", "p = 1/2 for all: keep and drop look alike", &[0.5]),
    ("equal_decimal", "p = 0.8 for all, as in most layers", &[0.8]),
    ("near_one", "p just below 1", &[0.999, 1.0 - f64::EPSILON / 2.0, 0.9999999, 0.98, 0.999999999999]),
];

/// p so near 0 that only a planted mask keeps the unit. A is equally small, so that ã is moderate.
const NEAR_ZERO: [(&str, &str, &[f64]); 2] = [
    ("near_zero", "p near 0 at kept units", &[1e-3, 0.004, 2e-5, 0.0101, 3e-4]),
    ("almost_zero", "p so small that 1/p is huge", &[1e-9, 7e-12, 3e-10, 0.5, 1e-11]),
];

pub fn recipes() -> Vec<Recipe> {
    let rows = ACTIVATIONS.iter().flat_map(|activation| {
        ROWS.map(|(name, summary, p)| Recipe {
            p: Keep::Given(p),
            ..usual(format!("{name}-{}", label(activation)), summary.into(), [3, 5, 4], activation.clone())
        })
    });
    let near_zero = ACTIVATIONS.iter().flat_map(|activation| {
        NEAR_ZERO.map(|(name, summary, p)| Recipe {
            p: Keep::Given(p),
            a: Draw::WithZeros(&Draw::TimesKeep(&super::EIGHTHS)),
            r: Mask::Planted,
            ..usual(format!("{name}-{}", label(activation)), summary.into(), [4, 5, 3], activation.clone())
        })
    });
    rows.chain(near_zero).collect()
}
