//! `blocks`: sizes that leave a remainder for every block width at once, for m, n and n_next in turn, so that
//! cases of two families catch defects in tails.

use super::{EIGHTHS, GELU, LOG_SOFTMAX, TANH, label, usual};
use crate::cases::recipe::{G, Mask, Recipe};

/// 69 = 64 + 4 + 1 leaves a remainder in blocks of 4, 8, 16, 32 and 64.
const SIZES: [(G, [usize; 3]); 4] =
    [(TANH, [69, 2, 3]), (LOG_SOFTMAX, [2, 69, 3]), (LOG_SOFTMAX, [3, 2, 69]), (GELU, [3, 2, 69])];

/// 37 = 32 + 4 + 1 leaves a remainder in blocks of 4 to 32, and does not fill one of 64.
const SHORT: [[usize; 3]; 3] = [[37, 2, 3], [2, 37, 3], [3, 2, 37]];

pub fn recipes() -> Vec<Recipe> {
    let recipe = |(activation, sizes): (G, [usize; 3])| {
        let [m, n, n_next] = sizes;
        let label = label(&activation);
        let summary = "a remainder in blocks of 4, 8, 16, 32 and 64";
        usual(format!("{label}-{m}x{n}x{n_next}"), summary.into(), sizes, activation)
    };
    let one = |sizes: [usize; 3]| {
        let [m, n, n_next] = sizes;
        usual(
            format!("tanh-{m}x{n}x{n_next}"),
            "a remainder in blocks of 4, 8, 16 and 32, and less than a block of 64".into(),
            sizes,
            TANH,
        )
    };
    SIZES.into_iter().map(recipe).chain(SHORT.map(one)).chain([single()]).collect()
}

/// A single unit, which never fills a block.
fn single() -> Recipe {
    let usual =
        usual("gelu-3x1x2".into(), "one input unit, dropped where it is not 0".into(), [3, 1, 2], GELU);
    Recipe { a: EIGHTHS, r: Mask::Given(&[&[0.0], &[1.0], &[0.0]]), ..usual }
}
