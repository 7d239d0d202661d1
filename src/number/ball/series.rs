//! What the elementary functions of balls look up: constants, values of e^x − 1, and Taylor series of erfc, each
//! computed once, from the wide enclosures of [`Interval`].

use super::double_double::power_of_two;
use super::{Ball, U};
use crate::number::{Interval, Number, Real};
use num_traits::One;
use std::sync::{LazyLock, OnceLock};

/// Wide enough for every constant here to have far more than 100 bits after what cancels.
type Wide = Interval<256>;

fn wide(x: f64) -> Wide {
    Wide::from_f64(x)
}

/// 2/√π.
pub static FRAC_2_SQRT_PI: LazyLock<Ball> = LazyLock::new(|| Ball::enclosing(&Wide::frac_2_sqrt_pi()));
/// 1/√2.
pub static FRAC_1_SQRT_2: LazyLock<Ball> = LazyLock::new(|| Ball::enclosing(&Wide::frac_1_sqrt_2()));

/// The steps of the tables of e^x in ln 2.
pub const EXP_STEPS: f64 = (1 << 14) as f64;

/// What [`exp`](super::exponential::exp) looks up.
pub struct Exp {
    /// (ln 2)/2^14 in three doubles, of which the first has 28 bits.
    pub step: [f64; 3],
    /// 2^(i/128), in two doubles.
    pub coarse: Vec<[f64; 2]>,
    /// 2^(j/2^14), in two doubles.
    pub fine: Vec<[f64; 2]>,
}

pub static EXP: LazyLock<Exp> = LazyLock::new(|| {
    let step = Wide::one().ln_1p() * wide(1.0 / EXP_STEPS);
    let rounded = std::f64::consts::LN_2 / EXP_STEPS;
    let first = f64::from_bits(rounded.to_bits() >> 25 << 25);
    let two = |x: &Wide| <[f64; 2]>::from(Ball::enclosing(x).midpoint());
    let [second, third] = two(&(step.clone() - wide(first)));
    let powers =
        |unit: i32| (0..128).map(|i| two(&(step.clone() * wide(f64::from(unit * i))).exp())).collect();
    Exp { step: [first, second, third], coarse: powers(128), fine: powers(1) }
});

/// 1/n! for n from 0 to 5.
pub static INVERSE_FACTORIALS: LazyLock<[Ball; 6]> =
    LazyLock::new(|| [1, 1, 2, 6, 24, 120].map(|factorial| Ball::ratio(1, factorial)));

/// The steps of the table of e^x − 1 in one unit of x.
pub const STEPS: f64 = 256.0;
/// The largest entry of that table: x up to 0.7.
pub const LAST_STEP: usize = 180;

/// e^(j/256) − 1 for j from −180 to 180.
pub static EXP_M1: LazyLock<Vec<Ball>> = LazyLock::new(|| {
    let last = LAST_STEP as i32;
    (-last..=last).map(|j| Ball::enclosing(&wide(f64::from(j) / STEPS).exp_m1())).collect()
});

/// Cells of erfc in one unit of x.
pub const CELLS: f64 = 16.0;
/// The last cell's centre is 24: beyond, the terms of its series leave the range of doubles.
const LAST_CELL: usize = 24 * CELLS as usize;

/// The Taylor series of erfc around the centre of a cell.
pub struct Cell {
    /// The coefficients of the first powers.
    pub first: Vec<Ball>,
    /// Those of the next powers, of which doubles are enough.
    pub rest: Vec<f64>,
    /// A bound on what the sum of `rest` and of all powers after it may be off, within the cell.
    pub error: f64,
}

/// The cell with this centre, counted in 1/[`CELLS`]; it is computed when first needed.
pub fn cell(centre: usize) -> Option<&'static Cell> {
    static ALL: LazyLock<Vec<OnceLock<Cell>>> =
        LazyLock::new(|| (0..=LAST_CELL).map(|_| OnceLock::new()).collect());
    Some(ALL.get(centre)?.get_or_init(|| Cell::around(centre as f64 / CELLS)))
}

impl Cell {
    /// With y = erfc, y″ = −2x y′. So the coefficients at x follow from the first two:
    /// (n + 2)(n + 1) aₙ₊₂ = −2x (n + 1) aₙ₊₁ − 2n aₙ.
    fn around(x: f64) -> Self {
        let bound = bounds(x);
        let slope = -(Wide::frac_2_sqrt_pi() * (-(wide(x) * wide(x))).exp());
        let mut exact = vec![wide(x).erfc(), slope];
        for n in 0..bound.len() - 2 {
            let [whole, next] = [n as f64, (n + 1) as f64];
            let sum = wide(2.0 * x * next) * exact[n + 1].clone() + wide(2.0 * whole) * exact[n].clone();
            exact.push(-sum / wide(next * (next + 1.0)));
        }
        // What is left to doubles is at most 2^−60 of erfc(x), within 2^−46 of which they are.
        let negligible = bound[0] * power_of_two(-60);
        let balls = 1 + bound.iter().rposition(|&term| term >= negligible).expect("the first");
        let coefficients: Vec<Ball> = exact.iter().map(Ball::enclosing).collect();
        // bound[n] is in units of 32^−n, and `rest` starts at the power `balls`.
        let unit = power_of_two(5 * balls as i32);
        // Horner's rule on k coefficients loses at most 2kU/(1 − 2kU) of the sum of the sizes; rounding each coefficient
        // and x, at most (k + 1)U more. With k < 80, that is less than 256U.
        let rounded: f64 = bound[balls..].iter().sum::<f64>() * 256.0 * U;
        let after = 4.0 * bound[bound.len() - 2].max(bound[bound.len() - 1]);
        Cell {
            rest: coefficients[balls..].iter().map(|a| a.midpoint().0).collect(),
            first: coefficients[..balls].to_vec(),
            error: (rounded + after) * unit * 1.001,
        }
    }
}

/// Bounds on |aₙ| tⁿ for |t| ≤ 1/32, one power after the other, until those after the last two are negligible.
///
/// The same recursion with all signs positive bounds them: cₙ₊₂ = (2xt (n + 1) cₙ₊₁ + 2n t² cₙ) / ((n + 2)(n + 1)), at
/// most q = (2xt + 2t²)/(n + 2) times the larger of the two before. As x < 25, q < 1/2 from n = 2 on, so all that
/// follow cₙ and cₙ₊₁, and these two, sum to less than four times the larger of them. A millionth more covers all
/// roundings.
fn bounds(x: f64) -> Vec<f64> {
    let t = 1.0 / (2.0 * CELLS);
    let slope = 1.13 * libm::exp(-x * x) * t;
    let mut bound = vec![libm::erfc(x) * 1.000_001, slope];
    let negligible = bound[0] * power_of_two(-112);
    while bound.len() < 4 || bound[bound.len() - 2].max(bound[bound.len() - 1]) > negligible {
        let n = (bound.len() - 2) as f64;
        let [.., before, last] = bound[..] else { unreachable!("two to begin with") };
        bound.push(
            (2.0 * x * t * (n + 1.0) * last + 2.0 * n * t * t * before) / ((n + 2.0) * (n + 1.0)) * 1.000_001,
        );
    }
    bound
}
