//! `exact`: no conforming implementation rounds anywhere, so every result must be equal. All numbers are small
//! integers and powers of two. The first case is worked by hand.

use super::{COUPLED_QUADRATIC, CUMULATIVE_SUM, IDENTITY, RELU, label, leaky};
use crate::cases::recipe::{Draw, G, Keep, Mask, Recipe};
use crate::problem::activation::ScalarActivation;

const BY_HAND_A: Draw = Draw::Given(&[&[2.0, 3.0, -2.0], &[0.0, 1.0, -2.0]]);
const BY_HAND_R: Mask = Mask::Given(&[&[0.0, 1.0, 1.0], &[1.0, 1.0, 0.0]]);
const BY_HAND_W: Draw = Draw::Given(&[&[-2.0, 1.0], &[-2.0, -2.0], &[-2.0, -2.0]]);
const BY_HAND_DA_NEXT: Draw = Draw::Given(&[&[-1.0, 1.0], &[3.0, -2.0]]);

/// Functions that map short numbers to short numbers.
const SHORT_MIX: G = G::Mix(
    "per_unit",
    &[
        ScalarActivation::Relu,
        ScalarActivation::Identity,
        ScalarActivation::LeakyRelu { slope: -0.5 },
        ScalarActivation::LeakyRelu { slope: 2.0 },
    ],
);

static ACTIVATIONS: [G; 8] =
    [IDENTITY, RELU, leaky(0.25), leaky(2.0), leaky(-0.5), CUMULATIVE_SUM, COUPLED_QUADRATIC, SHORT_MIX];

const SIZES: [[usize; 3]; 5] = [[2, 3, 4], [3, 4, 2], [4, 2, 3], [3, 5, 4], [5, 3, 2]];

const ONE: Draw = Draw::Dyadic(1, 0);
const TWO: Draw = Draw::Dyadic(2, 0);
const SMALL_A: Draw = Draw::TimesKeep(&ONE);

pub fn recipes() -> Vec<Recipe> {
    let by_hand = Recipe {
        name: "by-hand".into(),
        summary: "small enough to follow by hand, yet shows every classical defect".into(),
        sizes: [2, 3, 2],
        activation: COUPLED_QUADRATIC,
        a: BY_HAND_A,
        p: Keep::Given(&[0.125, 0.5, 0.25]),
        r: BY_HAND_R,
        w: BY_HAND_W,
        b: Draw::Given(&[&[3.0, 1.0]]),
        da_next: BY_HAND_DA_NEXT,
    };
    let drawn = ACTIVATIONS.iter().flat_map(|activation| {
        SIZES.map(|sizes| Recipe {
            name: format!("{}-{}x{}x{}", label(activation), sizes[0], sizes[1], sizes[2]),
            summary: "integers and powers of two, so that nothing is ever rounded".into(),
            sizes,
            activation: activation.clone(),
            a: Draw::WithZeros(&SMALL_A),
            p: Keep::Given(&[0.5, 0.125, 0.25, 1.0, 0.0625]),
            r: Mask::Planted,
            w: ONE,
            b: Draw::Dyadic(1, 1),
            da_next: TWO,
        })
    });
    std::iter::once(by_hand).chain(drawn).collect()
}
