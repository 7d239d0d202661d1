//! `one_p`: every activation in a layer as most are, with one keep probability for all units: as many rows as
//! outputs, outputs past blocks of 16 and 32, no bias, and p = 1.

use super::{G, SIXTEENTHS, coupled_functions, label, scalars, usual};
use crate::cases::recipe::{Draw, Keep, Recipe};
use crate::problem::activation::ScalarActivation;

/// A power of two, two usual decimals, and one of many digits.
const RATES: [&[f64]; 4] = [&[0.5], &[0.9], &[0.8], &[0.731_058_578_630_004_9]];

/// A layer: its name, its purpose, its sizes, and how it differs from the usual case.
type Layer = (&'static str, &'static str, [usize; 3], fn(Recipe) -> Recipe);

const LAYERS: [Layer; 5] = [
    ("square_z", "as many rows as outputs", [4, 5, 4], |usual| usual),
    ("past_16", "outputs past a block of 16", [3, 5, 19], |usual| usual),
    ("past_32", "outputs past a block of 32, without a bias", [2, 4, 37], |usual| Recipe {
        b: Draw::Constant(0.0),
        ..usual
    }),
    ("no_bias", "b = 0, as in a layer without a bias", [5, 6, 3], |usual| Recipe {
        b: Draw::Constant(0.0),
        ..usual
    }),
    ("certain", "p = 1 for all: dropout does nothing", [3, 4, 5], |usual| Recipe {
        p: Keep::Given(&[1.0]),
        ..usual
    }),
];

/// Parameters that code guesses wrong: 0, large, negative, of many digits.
const PARAMETERS: [ScalarActivation; 8] = [
    ScalarActivation::LeakyRelu { slope: 0.0 },
    ScalarActivation::LeakyRelu { slope: -3.0 },
    ScalarActivation::LeakyRelu { slope: 40.0 },
    ScalarActivation::LeakyRelu { slope: 0.229_166_666_666_666_67 },
    ScalarActivation::Elu { alpha: 0.0 },
    ScalarActivation::Elu { alpha: -1.25 },
    ScalarActivation::Elu { alpha: 30.0 },
    ScalarActivation::Elu { alpha: 1.673_263_242_354_377_2 },
];

/// Two parameters of one kind side by side.
const SAME_KIND: G = G::Mix(
    "per_unit_same_kind",
    &[
        ScalarActivation::LeakyRelu { slope: 0.25 },
        ScalarActivation::LeakyRelu { slope: 0.5 },
        ScalarActivation::Elu { alpha: 0.5 },
        ScalarActivation::Elu { alpha: 2.0 },
    ],
);

pub fn recipes() -> Vec<Recipe> {
    let recipe = |at: usize, activation: &G, (name, summary, sizes, change): Layer| {
        let usual = usual(format!("{name}-{}", label(activation)), summary.into(), sizes, activation.clone());
        change(Recipe { p: Keep::Given(RATES[at % RATES.len()]), ..usual })
    };
    let activations: Vec<G> = scalars().chain(coupled_functions()).chain([SAME_KIND]).collect();
    let layers = activations.iter().enumerate().flat_map(|(row, activation)| {
        LAYERS.into_iter().enumerate().map(move |(at, layer)| recipe(row + at, activation, layer))
    });
    let parameters = PARAMETERS.into_iter().map(super::one).enumerate().flat_map(|(at, activation)| {
        [
            recipe(
                at,
                &activation,
                ("parameter", "a parameter that code guesses wrong", [3, 5, 4], |usual| usual),
            ),
            recipe(
                at + 1,
                &activation,
                ("parameter_left", "the same with every z below 0", [3, 5, 4], |usual| Recipe {
                    w: Draw::Dyadic(8, 5),
                    b: Draw::Plus(&SIXTEENTHS, &[-3.0, -9.0, -5.5, -20.0]),
                    ..usual
                }),
            ),
        ]
    });
    // Columns of W and entries of b repeat, and with them the z of a row.
    let equal = coupled_functions().chain([super::RELU]).enumerate().map(|(at, activation)| {
        recipe(
            at,
            &activation,
            ("equal_maxima", "two outputs share the largest z of a row", [3, 4, 5], |usual| Recipe {
                w: Draw::Given(&[&[0.5, -0.25, 0.5], &[-0.75, 0.125, -0.75], &[0.25, 1.0, 0.25]]),
                b: Draw::Given(&[&[3.0, -2.0, 3.0]]),
                ..usual
            }),
        )
    });
    layers.chain(parameters).chain(equal).collect()
}
