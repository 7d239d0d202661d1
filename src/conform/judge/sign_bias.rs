//! Detects errors of a whole run that favour one sign: the signature of a kernel that truncates.
//!
//! No single element reveals this. A partial sum rounded toward zero is off by less than one ulp, and every tolerance
//! that permits any order of summation permits that too. But rounding to nearest favours no sign, and a run has many
//! cases.
//!
//! **What is judged.** The four results that are a Σ of products: Z, dW, db and dÃ. Each is recomputed from the
//! subject's own earlier results, so that an error consists of the roundings of this Σ alone. Errors that many cases
//! share, such as those of 1/p for a common p, of a constant, or of an exponential that is always slightly high, are
//! errors of other equations.
//!
//! **The chance of a false alarm.** Elements of one case are not independent: dW and db sum the same dZ. So each case
//! contributes one number for each direction, its [`SignBias`].
//!
//! *Up or down.* Rounding to nearest is odd, with ties to even as with ties away from zero: the negated data have the
//! negated errors. The data of each case are drawn independently and as likely as their negative. So the biases of a
//! run are `aₖ = εₖ |aₖ|` with fair signs `εₖ`, and Hoeffding's inequality gives
//! `P(Σ aₖ ≥ λ √Σ aₖ²) ≤ exp(−λ²/2)`.
//!
//! *Toward zero.* With ties to even, assume the same of this direction. With ties away from zero, a bias toward zero is
//! less likely than that: a sum is a tie as often as it carries into a new bit, and on short data more often, and then
//! it is rounded outward. So a bias away from zero is no finding.
//!
//! A run has twelve such sums, four results in three directions, and λ is chosen so that all twelve together raise a
//! false alarm at most once in 10⁹ runs. A finding takes 47 cases with the same bias, or more if the biases differ.
//!
//! The arguments concern data that are drawn. They fail if there are errors other
//! than roundings, so elements that a flushed subnormal could move by half an ulp are ignored. Only the signs of
//! errors count, because sizes differ by orders of magnitude between cases, and a few large ones would drown the rest.
//!
//! **Why the variance is not tested.** Assume that every rounding error has mean zero given the earlier ones, and is at
//! most `u|s|`, where s is the product or partial sum. Then the error e of a Σ of n terms is sub-Gaussian, for every
//! order of summation, with variance proxy at most `(n + 1) u² T²`, where `T = Σ|term|`. So the mean of
//! `e² / ((n + 1) u² T²)` over K cases with independent data exceeds `x > 1` with probability at most
//! `exp(−K(x − 1 − ln x)/2)`. For 772 cases, four results and 10⁻⁹ in total, this gives `x = 1.38`. Measured in f32,
//! the simplest conforming kernel reaches 0.04 and a truncating one 0.22; a kernel exceeds x only if its sums lack
//! three bits. By then, elements of 510 of the 772 cases exceed their tolerance, because that of a Σ of few terms is a
//! few ulps. So for a kernel with the same arithmetic in every Σ, this test would never be the first to fail.
//! `tests/suite/conforming/variance.rs` has the derivation, the kernels and the table.

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

/// The probability of a false alarm in a run of a conforming subject.
pub const FALSE_ALARM: f64 = 1e-9;

/// The number of cases that a finding takes if all have the same bias: `12 exp(−N/2) ≤ 10⁻⁹`.
pub const LEAST: usize = 47;

/// The direction of the errors of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Side {
    Up,
    Down,
    TowardZero,
}

/// A bias of a run's errors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Finding {
    /// Its direction.
    pub side: Side,
    /// The number of cases whose errors have a bias in either direction.
    pub cases: usize,
    /// A bound on the probability that some result of a conforming subject is biased as strongly.
    pub chance: f64,
}

/// `the errors of 312 cases are biased toward zero, which …`.
impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Finding { side, cases, chance } = self;
        let side = match side {
            Side::Up => "upward",
            Side::Down => "downward",
            Side::TowardZero => "toward zero",
        };
        write!(
            f,
            "the errors of {cases} cases are biased {side}, which happens with rounding to nearest in at most one run \
             in {:.0e}: partial sums or results are rounded in one direction",
            1.0 / chance.max(f64::MIN_POSITIVE)
        )
    }
}

/// The bias of one result of a case; `expected` is computed from the subject's own earlier results.
pub fn sign_bias(computed: &[f64], expected: &[f64], storage: Format) -> SignBias {
    // Above this, a subnormal flushed to zero is at most half an ulp.
    let clear = storage.least_normal() / storage.unit_roundoff();
    let errors = || {
        let errors =
            computed.iter().zip(expected).map(|(computed, expected)| (computed - expected, expected));
        errors.filter(|(error, expected)| error.is_finite() && *error != 0.0 && expected.abs() >= clear)
    };
    // The mean sign of the errors of all elements that have one sign.
    let mean = |is_positive: bool| {
        let signs = errors().filter(|(_, expected)| expected.is_sign_positive() == is_positive);
        let (count, sum) = signs.fold((0, 0.0), |(count, sum), (error, _)| (count + 1, sum + error.signum()));
        (count > 0).then(|| sum / f64::from(count))
    };
    match (mean(true), mean(false)) {
        (Some(above), Some(below)) => {
            SignBias { upward: (above + below) / 2.0, outward: (above - below) / 2.0 }
        }
        // Up and away from zero are the same here.
        (above, below) => SignBias { upward: 0.0, outward: above.unwrap_or(0.0) - below.unwrap_or(0.0) },
    }
}

/// The bias of each result that is a Σ, if the subject returns the earlier results that it depends on.
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

/// Each element of a Σ, computed from the subject's own earlier results and correctly rounded; NaN if the rounding
/// is undecided.
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

/// The number of cases with a bias in either direction.
pub fn cases(sign_biases: &[SignBias]) -> usize {
    sign_biases.iter().filter(|sign_bias| **sign_bias != SignBias::default()).count()
}

/// The bias of one result over all cases of a run, if it is significant.
pub fn bias(sign_biases: &[SignBias]) -> Option<Finding> {
    type Direction = (Side, fn(&SignBias) -> f64);
    let directions: [Direction; 3] = [
        (Side::Up, |sign_bias| sign_bias.upward),
        (Side::Down, |sign_bias| -sign_bias.upward),
        (Side::TowardZero, |sign_bias| -sign_bias.outward),
    ];
    let findings = directions.map(|(side, sign_bias)| {
        let sum: f64 = sign_biases.iter().map(sign_bias).sum::<f64>().max(0.0);
        let squares: f64 = sign_biases.iter().map(|each| sign_bias(each) * sign_bias(each)).sum();
        let cases = sign_biases.iter().filter(|each| sign_bias(each) != 0.0).count();
        let each = if squares == 0.0 { 1.0 } else { libm::exp(-sum * sum / (2.0 * squares)) };
        Finding { side, cases, chance: each * (directions.len() * SUMS.len()) as f64 }
    });
    findings
        .into_iter()
        .filter(|finding| finding.chance <= FALSE_ALARM)
        .min_by(|one, other| one.chance.total_cmp(&other.chance))
}
