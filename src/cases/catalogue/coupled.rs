//! `coupled`: activations that depend on a whole row, most of them with asymmetric Jacobians.

use super::{COUPLED_QUADRATIC, CUMULATIVE_SUM, EIGHTHS, SOFTMAX, coupled_functions, label, usual};
use crate::cases::recipe::{Draw, Keep, Recipe};

/// Two outputs, more outputs than inputs, a square.
const SIZES: [[usize; 3]; 4] = [[4, 3, 2], [3, 2, 7], [5, 6, 12], [4, 5, 5]];

/// Each row: its name, its purpose and the upstream gradient.
const UPSTREAMS: [(&str, &str, Draw); 3] = [
    (
        "one_output",
        "a gradient at one output only, which selects one row of the Jacobian",
        Draw::Given(&[&[0.0, 2.5, 0.0, 0.0]]),
    ),
    ("equal_upstream", "the same gradient everywhere, which softmax maps to 0", Draw::Constant(1.0)),
    (
        "tiny_row",
        "one example with a tiny gradient beside others above 1",
        Draw::ByRow(&EIGHTHS, &[0, -60, 3]),
    ),
];

/// A row: its name, its purpose, and how it differs from the usual case.
type Row = (&'static str, &'static str, fn(Recipe) -> Recipe);

const FULL: Draw = Draw::Full(1);

/// Numbers that need all 53 bits, and numbers beyond the range of f32.
const NUMBERS: [Row; 2] = [
    ("whole_doubles", "inputs that need all 53 bits", |usual| Recipe {
        a: Draw::WithZeros(&FULL),
        w: FULL,
        b: FULL,
        da_next: FULL,
        ..usual
    }),
    ("huge", "numbers near 1e45", |usual| Recipe {
        a: Draw::WithZeros(&Draw::ByColumn(&EIGHTHS, &[150, 140])),
        ..usual
    }),
];

pub fn recipes() -> Vec<Recipe> {
    let shapes = coupled_functions().flat_map(|activation| {
        SIZES.map(|sizes| {
            let [m, n, n_next] = sizes;
            let name = format!("{}-{m}x{n}x{n_next}", label(&activation));
            let summary = format!("{} with a full Jacobian for each row", label(&activation));
            Recipe { p: Keep::Mild, ..usual(name, summary, sizes, activation.clone()) }
        })
    });
    let upstreams = coupled_functions().flat_map(|activation| {
        UPSTREAMS.map(|(name, summary, da_next)| Recipe {
            p: Keep::Mild,
            da_next,
            ..usual(format!("{}-{name}", label(&activation)), summary.into(), [3, 5, 4], activation.clone())
        })
    });
    let numbers = [CUMULATIVE_SUM, COUPLED_QUADRATIC].into_iter().flat_map(|activation| {
        NUMBERS.map(|(name, summary, change)| {
            change(usual(
                format!("{name}-{}", label(&activation)),
                summary.into(),
                [3, 5, 4],
                activation.clone(),
            ))
        })
    });
    let offset = coupled_functions().map(|activation| Recipe {
        p: Keep::Given(&[0.5, 1.0, 0.25, 1.0, 0.5]),
        b: Draw::Plus(&EIGHTHS, &[3000.0, 2999.5, 3001.0, 3000.5]),
        ..usual(
            format!("{}-offset", label(&activation)),
            "every z exact and near 3000".into(),
            [3, 5, 4],
            activation,
        )
    });
    // The same for a softmax whose running maximum starts at a number that seems low enough: exact also in f32.
    let below = Recipe {
        p: Keep::Given(&[0.5, 1.0, 0.25, 1.0, 0.5]),
        b: Draw::Plus(&EIGHTHS, &[-60_000.0, -60_000.5, -59_999.0, -59_999.5]),
        ..usual("softmax-far_below".into(), "every z exact and near −60,000".into(), [3, 5, 4], SOFTMAX)
    };
    shapes.chain(upstreams).chain(numbers).chain(offset).chain([below]).collect()
}
