//! `range`: large, tiny, subnormal and cancelling numbers, exponentials out of range, and inputs that need all
//! 53 bits of a double.

use super::{
    CUMULATIVE_SUM, EIGHTHS, IDENTITY, LOG_SOFTMAX, NORMALIZED_SQUARE, RELU, SIXTEENTHS, SOFTMAX,
    coupled_functions, curved, label, one, usual,
};
use crate::cases::recipe::{Draw, G, Keep, Mask, Recipe};
use crate::problem::activation::ScalarActivation;

/// The activations that normalize a row.
static NORMALIZING: [G; 3] = [SOFTMAX, LOG_SOFTMAX, NORMALIZED_SQUARE];

static LINEAR: [G; 3] = [IDENTITY, RELU, CUMULATIVE_SUM];

/// A row: its name, its purpose, and how it differs from the usual case.
type Row = (&'static str, &'static str, fn(Recipe) -> Recipe);

const FAR_OUT: [Row; 1] = [("far_out", "z near ±700 to ±800, where e^z overflows or underflows", |usual| {
    Recipe { b: Draw::Plus(&EIGHTHS, &[-710.0, 705.0, 760.0, -790.0]), ..usual }
})];

/// The first unit has p = 1, so that its column reaches every z.
const CERTAIN_FIRST: Keep = Keep::Given(&[1.0, 0.59375, 0.84375, 0.3359375, 0.90625]);

const ROWS_APART: [Row; 3] = [
    ("spread", "a row whose z spread by more than 745", |usual| Recipe {
        p: CERTAIN_FIRST,
        b: Draw::Plus(&EIGHTHS, &[-400.0, 380.0, 395.0, -3.0]),
        ..usual
    }),
    ("shifted_rows", "rows whose largest z differ by more than 745", |usual| Recipe {
        p: CERTAIN_FIRST,
        a: Draw::FirstColumn(&Draw::WithZeros(&EIGHTHS), &[-800.0, 0.5, 790.0]),
        w: Draw::FirstRow(&SIXTEENTHS, 1.0),
        ..usual
    }),
    ("near_certain", "a probability that rounds to 1, and the tiny ones beside it", |usual| Recipe {
        p: CERTAIN_FIRST,
        b: Draw::Plus(&EIGHTHS, &[-20.0, 21.0, -1.0, -30.0]),
        ..usual
    }),
];

/// For an online softmax whose running maximum starts at a number that seems low enough, in place of −∞.
const FAR_ROWS: [Row; 3] = [
    ("far_rows", "rows whose every z lies below −1000, −10,000 or −100,000, or above 20,000", |usual| {
        Recipe {
            p: CERTAIN_FIRST,
            a: Draw::FirstColumn(&Draw::WithZeros(&EIGHTHS), &[-1200.0, -23_000.0, 23_000.0, -310_000.0]),
            w: Draw::FirstRow(&SIXTEENTHS, 1.0),
            r: Mask::Given(&[&[1.0, 0.0, 1.0, 1.0, 1.0], &[1.0, 1.0, 0.0, 1.0, 1.0]]),
            sizes: [4, 5, 4],
            ..usual
        }
    }),
    ("far_exact", "rows far from 0 whose every z is exact", |usual| Recipe {
        a: Draw::FirstColumn(&Draw::WithZeros(&EIGHTHS), &[-4000.0, 2500.0, -30_000.0, 6000.0]),
        p: Keep::Given(&[1.0, 0.5, 0.25, 0.5, 1.0]),
        w: Draw::FirstRow(&SIXTEENTHS, 1.0),
        r: Mask::Given(&[&[1.0, 0.0, 1.0, 1.0, 1.0], &[1.0, 1.0, 0.0, 1.0, 1.0]]),
        sizes: [4, 5, 4],
        ..usual
    }),
    ("far_below", "every z below −50,000", |usual| Recipe {
        p: CERTAIN_FIRST,
        b: Draw::Plus(&EIGHTHS, &[-60_000.0, -60_003.0, -59_998.0, -60_001.0]),
        ..usual
    }),
];

const SIZES_OF_NUMBERS: [Row; 8] = [
    ("large", "numbers near 1e100", |usual| Recipe {
        a: Draw::WithZeros(&Draw::ByColumn(&EIGHTHS, &[330, 300])),
        da_next: Draw::ByRow(&EIGHTHS, &[200, 0]),
        ..usual
    }),
    ("small", "numbers near 1e-40, subnormal in f32 or below its range", |usual| Recipe {
        a: Draw::WithZeros(&Draw::ByColumn(&EIGHTHS, &[-133, -120])),
        b: Draw::ByColumn(&EIGHTHS, &[-133, -128]),
        ..usual
    }),
    ("subnormal", "subnormal inputs and results", |usual| Recipe {
        a: Draw::WithZeros(&Draw::ByColumn(&EIGHTHS, &[-1030, -1024])),
        b: Draw::ByColumn(&EIGHTHS, &[-1032, -1026]),
        da_next: Draw::ByRow(&EIGHTHS, &[-1028, 0]),
        ..usual
    }),
    ("mixed", "large and small terms in one sum", |usual| Recipe {
        a: Draw::WithZeros(&Draw::ByColumn(&EIGHTHS, &[20, -18, 0, -40, 9])),
        w: Draw::ByColumn(&SIXTEENTHS, &[0, 12, -9]),
        ..usual
    }),
    ("whole_doubles", "inputs that need all 53 bits", |usual| Recipe {
        a: Draw::WithZeros(&FULL),
        w: FULL,
        b: FULL,
        da_next: FULL,
        ..usual
    }),
    ("cancelling", "sums that cancel almost completely", |usual| Recipe {
        p: Keep::Given(&[0.5, 0.125, 0.25, 1.0, 0.0625]),
        b: Draw::Against(&Draw::Dyadic(9, 22)),
        ..usual
    }),
    ("cancelling_wholly", "sums that cancel down to their last bits", |usual| Recipe {
        a: Draw::WithZeros(&FULL),
        w: FULL,
        b: Draw::Against(&Draw::Constant(0.0)),
        ..usual
    }),
    ("steep_upstream", "gradients from 1e-12 to 1e6", |usual| Recipe {
        da_next: Draw::ByRow(&Draw::ByColumn(&EIGHTHS, &[0, 10, -10]), &[9, -30, 0]),
        ..usual
    }),
];

const FULL: Draw = Draw::Full(1);

fn table(rows: &[Row], activations: &[G]) -> Vec<Recipe> {
    let recipe = |activation: &G, &(name, summary, change): &Row| {
        let name = format!("{name}-{}", label(activation));
        change(usual(name, summary.into(), [3, 5, 4], activation.clone()))
    };
    rows.iter().flat_map(|row| activations.iter().map(move |activation| recipe(activation, row))).collect()
}

pub fn recipes() -> Vec<Recipe> {
    let curved: Vec<G> = curved().map(one).collect();
    let mild = |mut recipe: Recipe| {
        recipe.p = Keep::Mild;
        recipe
    };
    let some = [
        table(&FAR_OUT, &curved),
        table(&FAR_OUT, &[SOFTMAX, LOG_SOFTMAX, super::MIX]),
        table(&ROWS_APART, &NORMALIZING),
        table(&FAR_ROWS, &NORMALIZING),
        table(&SIZES_OF_NUMBERS, &LINEAR),
        table(&SIZES_OF_NUMBERS[1..], &[NORMALIZED_SQUARE, LOG_SOFTMAX]).into_iter().map(mild).collect(),
        table(&SIZES_OF_NUMBERS[5..7], &curved),
    ]
    .concat();
    let all: Vec<G> = ScalarActivation::ALL.into_iter().map(one).chain(coupled_functions()).collect();
    let crossed = [
        table(&FAR_OUT, &all),
        table(&FAR_ROWS[..1], &all),
        table(&SIZES_OF_NUMBERS, &all).into_iter().map(mild).collect(),
    ]
    .concat();
    let is_new = |recipe: &Recipe| some.iter().all(|known| known.name != recipe.name);
    let others: Vec<Recipe> = crossed.into_iter().filter(is_new).collect();
    [some, others].concat()
}
