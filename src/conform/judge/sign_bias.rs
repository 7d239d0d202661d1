//! Whether the errors of a whole run lean to one side: the mark of a kernel that truncates.
//!
//! No single element shows it: a partial sum rounded toward zero is off by less than one unit in the last
//! place, and any tolerance that allows every order of summation allows that. But rounding to nearest has
//! no side, and a run has many cases.
//!
//! **What is judged.** The four results that are a Σ of products, Z, dW, db and dÃ, each computed once more
//! from the subject's own earlier results, so that nothing is left in an error
//! but the roundings of this Σ. Errors that many cases share (of 1/p for a p that they have in common, of
//! a constant, of an exponential that is always a little high) are errors of other equations.
//!
//! **The chance of a false alarm.** Elements of one case share their data: dW and db sum the same dZ.
//! So a case has one say: its [`SignBias`], the share of its errors on one side less that on the other. Under
//! one assumption, that with rounding to nearest a lean is as likely as its negative, independently of
//! other cases and of how large the leans are, the leans aₖ of a run are εₖ|aₖ| with fair signs εₖ, and
//! Hoeffding's inequality gives P(|Σ aₖ| ≥ λ √Σ aₖ²) ≤ 2 exp(−λ²/2). Eight such sums are looked at in a
//! run, four results in two directions: λ is chosen so that all eight together raise a false alarm at most
//! once in 10⁹ runs. It takes 47 cases that all lean the same way, or more where some do not.
//!
//! The assumption is one on the data: each case has its own, drawn independently. It fails where rounding
//! is not all that happens, so elements are left out that a flushed subnormal could move by half a unit.
//! Only the sign of an error counts: sizes differ by orders of magnitude from case to case, and a few
//! large ones would drown the rest.
//!
//! **Why there is no test of the variance.** Let every rounding error be of mean zero whatever went before it,
//! and at most u|s|, s the product or partial sum. Then the error e of a Σ of n terms is sub-Gaussian, in
//! every order of summation, with variance proxy at most (n + 1) u² T², T = Σ|term|: so the mean of
//! e² / ((n + 1) u² T²) over K cases with independent data passes x > 1 with a chance of at most
//! exp(−K(x − 1 − ln x)/2). For 530 cases, four results and 10⁻⁹ in all that is x = 1.47. Measured in f32, the
//! plainest conforming kernel has at most 0.04 and one that truncates 0.22; a kernel passes x where its sums lack three
//! bits. By then elements of 373 of the 530 cases are beyond their tolerance, for that of a Σ of few terms is
//! a few units in the last place. So of a kernel whose arithmetic is the same in every Σ the test would never
//! speak first. (The derivation, the kernels and the table are in `tests/suite/conforming/variance.rs`.)

use crate::conform::judge::verdict::SignBias;
use crate::grid::Grid;
use crate::number::{Enclosure, Format, Number};
use crate::oracle::{Rounding, rounding};
use crate::problem::Problem;
use crate::scalar::{backward, forward};
use crate::trace::{Quantity, Results};
use std::collections::BTreeMap;

/// The results that are judged.
pub const SUMS: [Quantity; 4] = [Quantity::Z, Quantity::Dw, Quantity::Db, Quantity::DaTilde];

/// How often a run of a conforming subject may raise a false alarm.
pub const FALSE_ALARM: f64 = 1e-9;

/// A finding takes so many cases that lean, where all lean the same way: 16 exp(−N/2) ≤ 10⁻⁹.
pub const LEAST: usize = 47;

/// The side to which the errors of a run lean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Side {
    Up,
    Down,
    AwayFromZero,
    TowardZero,
}

/// What a run's errors show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// Where they lean.
    pub side: Side,
    /// In how many cases the errors lean at all.
    pub cases: usize,
    /// The chance that the errors of some result of a conforming subject lean as far as this.
    pub chance: f64,
}

/// `the errors of 312 cases lean toward zero, which …`.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Finding { side, cases, chance } = self;
        let side = match side {
            Side::Up => "upward",
            Side::Down => "downward",
            Side::AwayFromZero => "away from zero",
            Side::TowardZero => "toward zero",
        };
        write!(
            f,
            "the errors of {cases} cases lean {side}, which rounding to nearest does in one run of {:.0e}: \
             partial sums or results are rounded to one side",
            1.0 / chance.max(f64::MIN_POSITIVE)
        )
    }
}

/// How one result of a case leans; `expected` is computed from the subject's own earlier results.
pub fn sign_bias(computed: &[f64], expected: &[f64], storage: Format) -> SignBias {
    // From here on a subnormal that is flushed to zero is at most half a unit in the last place.
    let clear = storage.least_normal() / storage.unit_roundoff();
    let sides: Vec<[f64; 2]> = computed
        .iter()
        .zip(expected)
        .map(|(computed, expected)| (computed - expected, expected))
        .filter(|(error, expected)| error.is_finite() && *error != 0.0 && expected.abs() >= clear)
        .map(|(error, expected)| [error.signum(), error.signum() * expected.signum()])
        .collect();
    let mean = |side: usize| sides.iter().map(|sides| sides[side]).sum::<f64>() / sides.len().max(1) as f64;
    SignBias { upward: mean(0), outward: mean(1) }
}

/// How the results lean that are a Σ, as far as the subject shows what went into them.
pub fn sign_biases(problem: &Problem, results: &Results, storage: Format) -> BTreeMap<Quantity, SignBias> {
    let own = |quantity: Quantity| {
        results.shaped(quantity, quantity.shape(problem.m(), problem.n(), problem.n_next())).ok()
    };
    let sign_bias = |quantity| {
        let exact = from_own(problem, own, quantity)?;
        Some((quantity, sign_bias(own(quantity)?.cells(), &exact, storage)))
    };
    SUMS.into_iter().filter_map(sign_bias).collect()
}

/// Each element of a Σ from the subject's own earlier results, correctly rounded; NaN where that is open.
fn from_own<'a>(
    problem: &Problem,
    own: impl Fn(Quantity) -> Option<&'a Grid<f64>>,
    quantity: Quantity,
) -> Option<Vec<f64>> {
    type Exact = Enclosure<128>;
    let exact = |x: &f64| Exact::from_f64(*x);
    let shown = |quantity| {
        let grid = own(quantity)?;
        grid.cells().iter().all(|x| x.is_finite()).then(|| grid.map(exact))
    };
    let w = || problem.inputs().w.map(exact);
    let sums = match quantity {
        Quantity::Z => forward::z(&w(), &shown(Quantity::ATilde)?, &problem.inputs().b.map(exact)),
        Quantity::Dw => backward::dw(&shown(Quantity::Dz)?, &shown(Quantity::ATilde)?),
        Quantity::Db => backward::db(&shown(Quantity::Dz)?).into_row(),
        Quantity::DaTilde => backward::da_tilde(&shown(Quantity::Dz)?, &w()),
        _ => return None,
    };
    let nearest = |x: &Exact| match rounding(x) {
        Rounding::Settled(double) => double,
        Rounding::Undecided | Rounding::BeyondRange => f64::NAN,
    };
    Some(sums.cells().iter().map(nearest).collect())
}

/// How many of these cases lean at all.
pub fn cases(sign_biases: &[SignBias]) -> usize {
    sign_biases.iter().filter(|sign_bias| **sign_bias != SignBias::default()).count()
}

/// The side to which one result leans over all cases of a run, if that is no accident.
pub fn bias(sign_biases: &[SignBias]) -> Option<Finding> {
    let side = |sign_bias: fn(&SignBias) -> f64, [above, below]: [Side; 2]| {
        let sum: f64 = sign_biases.iter().map(sign_bias).sum();
        let squares: f64 = sign_biases.iter().map(|each| sign_bias(each).powi(2)).sum();
        let cases = sign_biases.iter().filter(|each| sign_bias(each) != 0.0).count();
        let each = if squares == 0.0 { 1.0 } else { 2.0 * (-sum * sum / (2.0 * squares)).exp() };
        let chance = each * 2.0 * SUMS.len() as f64;
        Finding { side: if sum > 0.0 { above } else { below }, cases, chance }
    };
    let findings = [
        side(|sign_bias| sign_bias.upward, [Side::Up, Side::Down]),
        side(|sign_bias| sign_bias.outward, [Side::AwayFromZero, Side::TowardZero]),
    ];
    findings
        .into_iter()
        .filter(|finding| finding.chance <= FALSE_ALARM)
        .min_by(|one, other| one.chance.total_cmp(&other.chance))
}
