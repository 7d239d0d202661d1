//! `activations`: every activation where its arguments are moderate, tiny, and far out on either side,
//! with upstream gradients of both signs.

use super::{
    COUPLED_QUADRATIC, CUMULATIVE_SUM, GELU, IDENTITY, LOG_SOFTMAX, MIX, NORMALIZED_SQUARE, RELU, SIXTEENTHS,
    SOFTMAX, TANH, elu, label, leaky, usual,
};
use crate::cases::recipe::{Draw, G, Keep, Recipe};
use crate::problem::activation::{Activation, Unit};

static ACTIVATIONS: [G; 22] = [
    IDENTITY,
    RELU,
    leaky(0.2),
    leaky(1.5),
    leaky(-0.25),
    G::One(Activation::Elementwise(Unit::Sigmoid)),
    TANH,
    G::One(Activation::Elementwise(Unit::Softplus)),
    G::One(Activation::Elementwise(Unit::Silu)),
    GELU,
    G::One(Activation::Elementwise(Unit::GeluTanh)),
    elu(1.0),
    elu(0.5),
    elu(2.5),
    SOFTMAX,
    LOG_SOFTMAX,
    MIX,
    OTHER_MIX,
    CUMULATIVE_SUM,
    COUPLED_QUADRATIC,
    NORMALIZED_SQUARE,
    leaky(0.01),
];

/// The functions that [`MIX`] lacks.
const OTHER_MIX: G = G::Mix(
    "per_unit_smooth",
    &[
        Unit::Gelu,
        Unit::Sigmoid,
        Unit::Elu { alpha: 0.5 },
        Unit::GeluTanh,
        Unit::LeakyRelu { slope: -0.5 },
        Unit::Silu,
    ],
);

/// Each row: name, what it is for, W, b.
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
    ACTIVATIONS.iter().flat_map(|activation| REGIMES.map(|regime| recipe(activation, regime))).collect()
}
