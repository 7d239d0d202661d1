//! The activations as textbooks write them (spec/tolerance.md has the table and the reasons).
//!
//! The formulas of [`crate::problem::activation`] never cancel; some of these do: 1 − s is off by a
//! rounding of 1 where s nears 1, and an implementation is not wrong for that. Both are sound, and so is
//! whatever is no worse than the worse of them: [`value`] and [`row_times_jacobian`].

use crate::grid::Grid;
use crate::number::{ErrorBound, Number, Ordered, Real, sum};
use crate::problem::activation::{Activation, Algebraic, Unit, VectorFunction};
use num_traits::{One, Zero};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

type Num<const S: usize, const A: usize> = ErrorBound<S, A>;

/// g(z) by any conforming formula.
pub fn value<const S: usize, const A: usize>(g: &Activation, z: &[Num<S, A>]) -> Vec<Num<S, A>> {
    let formulas = || worst([g.value(z), Textbook(g).value(z)]);
    unless_unbounded(g, [z], formulas)
}

/// row · ∂a/∂z by any conforming formula, with the full Jacobian or without.
pub fn row_times_jacobian<const S: usize, const A: usize>(
    g: &Activation,
    row: &[Num<S, A>],
    z: &[Num<S, A>],
) -> Vec<Num<S, A>> {
    let textbook = Textbook(g);
    let formulas = || {
        worst([
            g.row_times_jacobian(row, z),
            full(row, &g.jacobian(z)),
            textbook.row_times_jacobian(row, z),
            full(row, &textbook.jacobian(z)),
        ])
    };
    unless_unbounded(g, [row, z], formulas)
}

/// Where one number of the rows has no bound and g couples its units, no result has one.
fn unless_unbounded<const N: usize, const S: usize, const A: usize>(
    g: &Activation,
    rows: [&[Num<S, A>]; N],
    formulas: impl FnOnce() -> Vec<Num<S, A>>,
) -> Vec<Num<S, A>> {
    let coupled = !matches!(g, Activation::Elementwise(_) | Activation::PerUnit(_));
    match rows.into_iter().flatten().find(|x| coupled && x.error().is_err()) {
        Some(&unbounded) => vec![unbounded; rows[0].len()],
        None => formulas(),
    }
}

/// Element by element what one formula gives, or another.
fn worst<const N: usize, const S: usize, const A: usize>(formulas: [Vec<Num<S, A>>; N]) -> Vec<Num<S, A>> {
    let either = |x: Vec<Num<S, A>>, y: Vec<Num<S, A>>| x.into_iter().zip(y).map(|(x, y)| x.or(y)).collect();
    formulas.into_iter().reduce(either).unwrap_or_default()
}

/// row · jacobian.
fn full<const S: usize, const A: usize>(row: &[Num<S, A>], jacobian: &Grid<Num<S, A>>) -> Vec<Num<S, A>> {
    (0..row.len()).map(|j| sum(0..row.len(), |jj| row[jj] * jacobian.at(jj, j))).collect()
}

/// An activation by its textbook formulas.
struct Textbook<'a>(&'a Activation);

impl<const S: usize, const A: usize> VectorFunction<Num<S, A>> for Textbook<'_> {
    fn value(&self, z: &[Num<S, A>]) -> Vec<Num<S, A>> {
        match self.0 {
            Activation::Softmax => softmax(z),
            Activation::LogSoftmax => log_softmax(z),
            Activation::Coupled(Algebraic::CoupledQuadratic) => {
                (0..z.len()).map(|j| z[j] * (z[(j + 1) % z.len()] + Num::one())).collect()
            }
            Activation::Coupled(Algebraic::NormalizedSquare) => {
                let Normalized { square, inverse, .. } = Normalized::new(z);
                square.iter().map(|&q| q * inverse).collect()
            }
            Activation::Coupled(g) => g.value(z),
            units => z.iter().enumerate().map(|(j, &z)| unit_value(unit(units, j), z)).collect(),
        }
    }

    fn jacobian(&self, z: &[Num<S, A>]) -> Grid<Num<S, A>> {
        let n = z.len();
        let delta = |jj: usize, j: usize| if jj == j { Num::one() } else { Num::zero() };
        match self.0 {
            Activation::Softmax => {
                let s = softmax(z);
                Grid::tabulate(n, n, |jj, j| s[jj] * (delta(jj, j) - s[j]))
            }
            Activation::LogSoftmax => {
                let s = softmax(z);
                Grid::tabulate(n, n, |jj, j| delta(jj, j) - s[j])
            }
            Activation::Coupled(Algebraic::NormalizedSquare) => {
                let Normalized { square, inverse, twice } = Normalized::new(z);
                Grid::tabulate(n, n, |jj, j| twice[j] * inverse * (delta(jj, j) - square[jj] * inverse))
            }
            Activation::Coupled(g) => g.jacobian(z),
            units => Grid::tabulate(n, n, |jj, j| delta(jj, j) * unit_slope(unit(units, j), z[j])),
        }
    }

    fn row_times_jacobian(&self, row: &[Num<S, A>], z: &[Num<S, A>]) -> Vec<Num<S, A>> {
        let n = z.len();
        match self.0 {
            Activation::Softmax => {
                let s = softmax(z);
                let mean = sum(0..n, |l| s[l] * row[l]);
                (0..n).map(|j| s[j] * (row[j] - mean)).collect()
            }
            Activation::LogSoftmax => {
                let s = softmax(z);
                let total = Num::sum(row.iter().copied());
                (0..n).map(|j| row[j] - s[j] * total).collect()
            }
            Activation::Coupled(Algebraic::CumulativeSum) => {
                (0..n).map(|j| sum(j..n, |jj| row[jj])).collect()
            }
            Activation::Coupled(Algebraic::CoupledQuadratic) => {
                let before = |j: usize| (j + n - 1) % n;
                let expanded = |j: usize| row[j] * z[(j + 1) % n] + row[j] + row[before(j)] * z[before(j)];
                (0..n).map(expanded).collect()
            }
            Activation::Coupled(Algebraic::NormalizedSquare) => {
                let Normalized { square, inverse, twice } = Normalized::new(z);
                let mean = sum(0..n, |l| row[l] * square[l] * inverse) * inverse;
                (0..n).map(|j| twice[j] * (row[j] * inverse - mean)).collect()
            }
            Activation::Coupled(Algebraic::Identity) => row.to_vec(),
            units => (0..n).map(|j| row[j] * unit_slope(unit(units, j), z[j])).collect(),
        }
    }
}

/// The activation of unit j, where each unit has its own.
fn unit(activation: &Activation, j: usize) -> Unit {
    match activation {
        Activation::Elementwise(unit) => *unit,
        Activation::PerUnit(units) => units[j],
        _ => unreachable!("coupled activations have no units"),
    }
}

fn half<const S: usize, const A: usize>() -> Num<S, A> {
    Num::from_f64(0.5)
}

/// 1/(1 + e^−z), with the exponential of a negative argument on both sides.
fn sigmoid<const S: usize, const A: usize>(z: Num<S, A>) -> Num<S, A> {
    let (center, _) = z.exact_number();
    let inverse = |e| Num::one() / (Num::one() + e);
    if center > 0.0 {
        inverse((-z).exp())
    } else {
        let e = z.exp();
        e * inverse(e)
    }
}

/// max(z, 0) + ln(1 + e^−|z|).
fn softplus<const S: usize, const A: usize>(z: Num<S, A>) -> Num<S, A> {
    let (center, _) = z.exact_number();
    if center > 0.0 { z + (-z).exp().ln_1p() } else { z.exp().ln_1p() }
}

/// Φ(z) = (1 + erf(z/√2))/2.
fn normal_distribution<const S: usize, const A: usize>(z: Num<S, A>) -> Num<S, A> {
    half() * (Num::one() + (z * Num::constant(FRAC_1_SQRT_2)).erf())
}

/// φ(z) = e^(−z²/2)/√(2π).
fn normal_density<const S: usize, const A: usize>(z: Num<S, A>) -> Num<S, A> {
    (-(half() * z * z)).exp() * Num::constant(0.5 * FRAC_2_SQRT_PI * FRAC_1_SQRT_2)
}

/// tanh(√(2/π) (z + 0.044715 z³)).
fn gelu_tanh_inner<const S: usize, const A: usize>(z: Num<S, A>) -> Num<S, A> {
    let factor = Num::constant(FRAC_2_SQRT_PI * FRAC_1_SQRT_2);
    (factor * (z + Num::constant(0.044715) * z * z * z)).tanh()
}

/// The value, where textbooks write it otherwise than [`Unit::value`].
fn unit_value<const S: usize, const A: usize>(unit: Unit, z: Num<S, A>) -> Num<S, A> {
    match unit {
        Unit::Sigmoid => sigmoid(z),
        Unit::Tanh => z.tanh(),
        Unit::Silu => z * sigmoid(z),
        Unit::Gelu => z * normal_distribution(z),
        Unit::GeluTanh => half() * z * (Num::one() + gelu_tanh_inner(z)),
        Unit::Softplus => softplus(z),
        Unit::Identity | Unit::Relu | Unit::LeakyRelu { .. } | Unit::Elu { .. } => unit.value(&z),
    }
}

/// The derivative, from z or from the value a: a(1 − a), 1 − a², e^(z − a), alpha + a.
fn unit_slope<const S: usize, const A: usize>(unit: Unit, z: Num<S, A>) -> Num<S, A> {
    let one = Num::<S, A>::one;
    match unit {
        Unit::Identity | Unit::Relu | Unit::LeakyRelu { .. } => unit.derivative(&z),
        Unit::Sigmoid => sigmoid(z) * (one() - sigmoid(z)),
        Unit::Tanh => one() - z.tanh() * z.tanh(),
        Unit::Softplus => sigmoid(z).or((z - softplus(z)).exp()),
        Unit::Silu => sigmoid(z) + z * sigmoid(z) * (one() - sigmoid(z)),
        Unit::Gelu => normal_distribution(z) + z * normal_density(z),
        Unit::GeluTanh => {
            let t = gelu_tanh_inner(z);
            let factor = Num::constant(FRAC_2_SQRT_PI * FRAC_1_SQRT_2);
            let inner = factor * (one() + Num::constant(3.0 * 0.044715) * z * z);
            half() * (one() + t) + half() * z * (one() - t * t) * inner
        }
        Unit::Elu { alpha } => {
            let alpha = Num::from_f64(alpha);
            z.if_positive(Num::one, || (alpha * z.exp()).or(alpha + alpha * z.exp_m1()))
        }
    }
}

/// e^(z_j − c) / Σ e^(z_l − c) with c the largest z, or the exponential of log_softmax.
fn softmax<const S: usize, const A: usize>(z: &[Num<S, A>]) -> Vec<Num<S, A>> {
    let (c, e) = shifted(z);
    let inverse = Num::one() / Num::sum(e.iter().copied());
    e.iter().zip(logarithms(z, c, &e)).map(|(&e, log)| (e * inverse).or(log.exp())).collect()
}

/// (z_j − c) − ln Σ e^(z_l − c), or z_j − (c + ln Σ e^(z_l − c)).
fn log_softmax<const S: usize, const A: usize>(z: &[Num<S, A>]) -> Vec<Num<S, A>> {
    let (c, e) = shifted(z);
    logarithms(z, c, &e)
}

/// log_softmax from the largest z and the shifted exponentials.
fn logarithms<const S: usize, const A: usize>(
    z: &[Num<S, A>],
    c: Num<S, A>,
    e: &[Num<S, A>],
) -> Vec<Num<S, A>> {
    let log_total = Num::sum(e.iter().copied()).ln();
    z.iter().map(|&z| ((z - c) - log_total).or(z - (c + log_total))).collect()
}

/// The largest z, and e^(z_l − c).
fn shifted<const S: usize, const A: usize>(z: &[Num<S, A>]) -> (Num<S, A>, Vec<Num<S, A>>) {
    let largest = Num::largest(z);
    let c = z[largest];
    (c, (0..z.len()).map(|l| if l == largest { Num::one() } else { (z[l] - c).exp() }).collect())
}

/// q = z², 1/(1 + Σ q), and 2z.
struct Normalized<const S: usize, const A: usize> {
    square: Vec<Num<S, A>>,
    inverse: Num<S, A>,
    twice: Vec<Num<S, A>>,
}

impl<const S: usize, const A: usize> Normalized<S, A> {
    fn new(z: &[Num<S, A>]) -> Self {
        let square: Vec<_> = z.iter().map(|&z| z * z).collect();
        let inverse = Num::one() / (Num::one() + Num::sum(square.iter().copied()));
        Normalized { square, inverse, twice: z.iter().map(|&z| Num::from_f64(2.0) * z).collect() }
    }
}
