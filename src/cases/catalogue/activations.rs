//! `activations`: every activation at moderate, tiny, and large arguments of either sign, with upstream
//! gradients of both signs.

use super::{MIX, SIXTEENTHS, coupled_functions, label, scalars, usual};
use crate::cases::recipe::{Draw, G, Keep, Recipe};
use crate::problem::activation::ScalarActivation;

/// Functions and parameters that [`MIX`] lacks.
const OTHER_MIX: G = G::Mix(
    "per_unit_smooth",
    &[
        ScalarActivation::Gelu,
        ScalarActivation::Sigmoid,
        ScalarActivation::Elu { alpha: 0.5 },
        ScalarActivation::GeluTanh,
        ScalarActivation::LeakyRelu { slope: -0.5 },
        ScalarActivation::Silu,
    ],
);

/// Functions and parameters that both of these lack.
const LAST_MIX: G = G::Mix(
    "per_unit_softsign",
    &[
        ScalarActivation::Softsign,
        ScalarActivation::Elu { alpha: 2.5 },
        ScalarActivation::Sigmoid,
        ScalarActivation::Relu,
    ],
);

/// Each row: its name, its purpose, W and b.
const REGIMES: [(&str, &str, Draw, Draw); 4] = [
    ("moderate", "z within a few units of 0", SIXTEENTHS, Draw::Dyadic(16, 3)),
    ("tiny", "z from 1e-13 to 1e-3", Draw::ByColumn(&SIXTEENTHS, &TINY), Draw::ByColumn(&SIXTEENTHS, &TINY)),
    ("negative", "z from −40 to −10", THIRTY_SECONDS, Draw::Plus(&SIXTEENTHS, &[-14.0, -25.0, -19.5, -35.0])),
    ("positive", "z from 10 to 37", THIRTY_SECONDS, Draw::Plus(&SIXTEENTHS, &[13.0, 24.0, 34.5, 29.0])),
];

const TINY: [i32; 4] = [-12, -28, -41, -20];
const THIRTY_SECONDS: Draw = Draw::Dyadic(8, 5);

pub fn recipes() -> Vec<Recipe> {
    let recipe = |activation: &G, (name, summary, w, b): (&str, &str, Draw, Draw)| Recipe {
        p: Keep::Mild,
        w,
        b,
        ..usual(
            format!("{}-{name}", label(activation)),
            summary.into(),
            [3, 5, if let G::Mix(_, units) = activation { units.len() } else { 4 }],
            activation.clone(),
        )
    };
    let activations = scalars().chain(coupled_functions()).chain([MIX, OTHER_MIX, LAST_MIX]);
    activations.flat_map(|activation| REGIMES.map(|regime| recipe(&activation, regime))).collect()
}
