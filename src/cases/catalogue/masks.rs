//! `mask`: everything kept or dropped, a row or column kept or dropped, kept zeros, dropped values, and a
//! dropped unit with p = 1.

use super::{COUPLED_QUADRATIC, EIGHTHS, LOG_SOFTMAX, RELU, SOFTMAX, TANH, curved, label, one, usual};
use crate::cases::recipe::{Draw, G, Keep, Mask, Recipe};

static ACTIVATIONS: [G; 4] = [RELU, TANH, LOG_SOFTMAX, COUPLED_QUADRATIC];

/// Each row: its name, its purpose and the mask.
const ROWS: [(&str, &str, &[&[f64]]); 10] = [
    ("all_kept", "nothing is dropped, and 1/p still applies", &[&[1.0]]),
    ("all_dropped", "everything is dropped: Z is the bias", &[&[0.0]]),
    (
        "row_dropped",
        "an example with no kept unit",
        &[&[1.0, 0.0, 1.0, 0.0, 1.0], &[0.0], &[0.0, 1.0, 1.0, 0.0, 1.0]],
    ),
    (
        "row_kept",
        "an example with no dropped unit",
        &[&[0.0, 1.0, 1.0, 0.0, 1.0], &[1.0], &[1.0, 0.0, 1.0, 1.0, 0.0]],
    ),
    (
        "column_dropped",
        "a unit dropped in every example",
        &[&[1.0, 0.0, 1.0, 0.0, 1.0], &[0.0, 0.0, 1.0, 1.0, 1.0]],
    ),
    (
        "column_kept",
        "a unit kept in every example",
        &[&[1.0, 0.0, 1.0, 1.0, 0.0], &[1.0, 1.0, 0.0, 0.0, 1.0]],
    ),
    (
        "one_kept",
        "one kept unit in each example",
        &[&[1.0, 0.0, 0.0, 0.0, 0.0], &[0.0, 1.0, 0.0, 0.0, 0.0], &[0.0, 0.0, 0.0, 0.0, 1.0]],
    ),
    (
        "one_dropped",
        "one dropped unit in each example",
        &[&[0.0, 1.0, 1.0, 1.0, 1.0], &[1.0, 0.0, 1.0, 1.0, 1.0], &[1.0, 1.0, 1.0, 1.0, 0.0]],
    ),
    (
        "shared_row",
        "the same mask for every example, which a layer must not assume",
        &[&[1.0, 0.0, 1.0, 1.0, 0.0]],
    ),
    ("checkered", "a checkerboard: neighbours differ along both axes", &[&[1.0, 0.0], &[0.0, 1.0]]),
];

pub fn recipes() -> Vec<Recipe> {
    let probabilities = Keep::Given(&[0.8, 0.337, 0.55, 0.061, 0.9]);
    let rows = ACTIVATIONS.iter().flat_map(|activation| {
        ROWS.map(|(name, summary, r)| Recipe {
            p: probabilities,
            r: Mask::Given(r),
            ..usual(format!("{name}-{}", label(activation)), summary.into(), [4, 5, 3], activation.clone())
        })
    });
    let others = ACTIVATIONS.iter().flat_map(|activation| {
        let case = |name: &str, summary: &str| {
            usual(format!("{name}-{}", label(activation)), summary.into(), [4, 5, 3], activation.clone())
        };
        [
            Recipe { r: Mask::Drawn, ..case("drawn", "a mask as equation 2 draws it") },
            Recipe {
                a: Draw::Given(&[&[0.0, 1.5, 0.0, -2.0, 0.25], &[-0.75, 0.0, 2.5, 0.0, 0.0]]),
                ..case(
                    "kept_zeros",
                    "zeros at kept units and values at dropped ones, so that ã ≠ 0 is not the mask",
                )
            },
            Recipe {
                p: Keep::Given(&[0.8, 1.0, 0.55, 1.0, 0.9]),
                r: Mask::Given(&[&[1.0, 0.0, 0.0, 1.0, 1.0], &[0.0, 1.0, 1.0, 0.0, 1.0]]),
                ..case("dropped_at_one", "a unit with p = 1 is dropped: the formulas apply as they stand")
            },
        ]
    });
    let alone = curved().map(one).chain([SOFTMAX, LOG_SOFTMAX]);
    let sizes = ACTIVATIONS.iter().flat_map(|activation| SIZES.map(|row| sized(row, activation)));
    rows.chain(others).chain(sizes).chain(alone.map(|activation| bias_alone(&activation))).collect()
}

/// Z is exactly the bias, so only the activation itself can have an error.
fn bias_alone(activation: &G) -> Recipe {
    let is_coupled = matches!(label(activation).as_str(), "softmax" | "log_softmax");
    let (summary, n_next) = match is_coupled {
        true => ("everything is dropped, and the one output has probability 1", 1),
        false => ("everything is dropped: Z is the bias, tiny, moderate and large", 6),
    };
    Recipe {
        r: Mask::Given(&[&[0.0]]),
        b: Draw::Given(&[&[0.0009765625, -9.313225746154785e-9, 2.0, -1.5, 11.0, 23.0]]),
        ..usual(
            format!("bias_alone-{}", label(activation)),
            summary.into(),
            [3, 4, n_next],
            activation.clone(),
        )
    }
}

/// A row: its name, its purpose and its sizes.
type Size = (&'static str, &'static str, [usize; 3]);

/// Sizes of one and equal sizes, under masks that drop nonzero values.
const SIZES: [Size; 6] = [
    ("one_unit", "one input unit, dropped where it is not 0", [4, 1, 3]),
    ("one_example", "one example", [1, 5, 3]),
    ("one_output", "one output unit", [4, 5, 1]),
    ("square_a", "m = n: A and R are square", [4, 4, 3]),
    ("square_w", "n = n_next: W is square", [3, 5, 5]),
    ("cube", "all sizes are equal", [4, 4, 4]),
];

fn sized((name, summary, sizes): Size, activation: &G) -> Recipe {
    let usual = usual(format!("{name}-{}", label(activation)), summary.into(), sizes, activation.clone());
    match sizes {
        [_, 1, _] => Recipe { a: EIGHTHS, r: Mask::Given(&[&[1.0], &[0.0], &[0.0], &[1.0]]), ..usual },
        _ => usual,
    }
}
