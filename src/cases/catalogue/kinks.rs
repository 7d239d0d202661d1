//! `kinks`: z exactly 0 at an activation's kink, because a sum cancels or because the bias is 0 and the example
//! has no kept unit.

use super::{RELU, SIXTEENTHS, elu, label, leaky, usual};
use crate::cases::recipe::{Draw, G, Keep, Mask, Recipe};
use crate::problem::activation::ScalarActivation;

static ACTIVATIONS: [G; 7] = [RELU, leaky(0.2), leaky(1.5), leaky(1.0), elu(0.5), elu(1.0), KINKED_MIX];

const KINKED_MIX: G = G::Mix(
    "per_unit",
    &[
        ScalarActivation::Elu { alpha: 2.0 },
        ScalarActivation::Relu,
        ScalarActivation::Identity,
        ScalarActivation::LeakyRelu { slope: -0.5 },
    ],
);

pub fn recipes() -> Vec<Recipe> {
    let dyadic = Keep::Given(&[0.5, 0.125, 0.25, 0.03125, 0.0625]);
    let recipes = ACTIVATIONS.iter().flat_map(|activation| {
        let case = |name: &str, summary: &str| Recipe {
            p: dyadic,
            ..usual(format!("{name}-{}", label(activation)), summary.into(), [3, 5, 4], activation.clone())
        };
        [
            Recipe {
                b: Draw::Against(&Draw::Constant(0.0)),
                ..case("cancelled", "z is exactly 0 in places, because the sum cancels")
            },
            Recipe {
                b: Draw::Given(&[&[0.0, 0.75, 0.0, -0.5]]),
                w: SIXTEENTHS,
                r: Mask::Given(&[&[1.0, 0.0, 1.0, 1.0, 0.0], &[0.0], &[0.0, 1.0, 1.0, 0.0, 1.0]]),
                ..case("at_zero_bias", "z is exactly 0: the bias is 0 and the example has no kept unit")
            },
        ]
    });
    recipes.collect()
}
