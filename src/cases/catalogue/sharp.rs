//! `sharp`: every sum is exact, so only the activation itself can have an error. `steep`: large weights push
//! exponentials out of range.

use super::{EIGHTHS, LOG_SOFTMAX, SIXTEENTHS, SOFTMAX, curved, label, leaky, one, usual};
use crate::cases::recipe::{Draw, G, Keep, Recipe};

/// Activations with an exponential, a quotient or a rounded slope.
fn activations() -> impl Iterator<Item = G> {
    let curved = curved().map(|scalar| one(scalar.with_parameter(0.3)));
    curved.chain([leaky(0.2), leaky(0.01), SOFTMAX, LOG_SOFTMAX])
}

/// One case for each activation: the usual one, changed.
fn table(name: &str, summary: &str, sizes: [usize; 3], change: fn(Recipe) -> Recipe) -> Vec<Recipe> {
    let recipe = |activation: G| {
        change(usual(format!("{name}-{}", label(&activation)), summary.into(), sizes, activation))
    };
    activations().map(recipe).collect()
}

pub fn sharp() -> Vec<Recipe> {
    const POWERS: Keep = Keep::Given(&[0.5, 1.0, 0.25, 0.0625, 0.125]);
    let near = table("near", "exact z between −4 and 4", [3, 4, 5], |usual| Recipe {
        p: POWERS,
        a: Draw::WithZeros(&Draw::TimesKeep(&EIGHTHS)),
        w: Draw::Dyadic(8, 4),
        b: Draw::Dyadic(12, 3),
        ..usual
    });
    let far = table("far", "exact z near 11, −4, 23 and −17", [3, 5, 4], |usual| Recipe {
        p: POWERS,
        a: Draw::WithZeros(&Draw::TimesKeep(&EIGHTHS)),
        w: Draw::Dyadic(4, 4),
        b: Draw::Plus(&SIXTEENTHS, &[11.0, -4.0, 23.0, -17.0]),
        ..usual
    });
    near.into_iter().chain(far).collect()
}

pub fn steep() -> Vec<Recipe> {
    table("steep", "weights up to 4096: z beyond the range of e^z on either side", [6, 4, 5], |usual| {
        Recipe { p: Keep::Mild, w: Draw::ByColumn(&SIXTEENTHS, &[3, 12, 6, 11, 9]), ..usual }
    })
}
