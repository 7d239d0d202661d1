//! g of a row of z, and the product of a gradient with its Jacobian, in the formulas that people write.

use super::machine::Machine;
use super::unit;
use super::value::Value;
use dropout_oracle::problem::activation::{Activation, CoupledActivation};

/// g(z).
pub fn value<'m>(g: &Activation, z: &[Value<'m>]) -> Vec<Value<'m>> {
    let m = z[0].machine;
    let next = |j: usize| z[(j + 1) % z.len()];
    let one = m.value(1.0);
    let each = |f: &dyn Fn(usize) -> Value<'m>| (0..z.len()).map(f).collect();
    match g {
        Activation::Elementwise(unit) => each(&|j| unit::value(*unit, z[j])),
        Activation::PerUnit(units) => each(&|j| unit::value(units[j], z[j])),
        Activation::Coupled(CoupledActivation::Softmax) => softmax(z),
        Activation::Coupled(CoupledActivation::LogSoftmax) => log_softmax(z),
        Activation::Coupled(CoupledActivation::CumulativeSum) => cumulative(m, z.iter().copied()),
        Activation::Coupled(CoupledActivation::CoupledQuadratic) => match m.formula(2) {
            0 => each(&|j| z[j].times_plus(next(j), z[j])),
            _ => each(&|j| z[j] * (next(j) + one)),
        },
        Activation::Coupled(CoupledActivation::NormalizedSquare) => {
            let denominator = one_and_squares(z);
            match m.formula(3) {
                0 => each(&|j| z[j] * z[j] / denominator),
                1 => each(&|j| z[j] * z[j] * (one / denominator)),
                _ => each(&|j| z[j] * (z[j] / denominator)),
            }
        }
    }
}

/// da · ∂g/∂z, where a is g(z) as the forward pass left it or computed anew.
pub fn gradient<'m>(g: &Activation, da: &[Value<'m>], z: &[Value<'m>], a: &[Value<'m>]) -> Vec<Value<'m>> {
    let m = z[0].machine;
    let n = z.len();
    let [zero, one, two] = [0.0, 1.0, 2.0].map(|x| m.value(x));
    let each = |f: &dyn Fn(usize) -> Value<'m>| (0..n).map(f).collect();
    let delta = |jj: usize, j: usize| if jj == j { one } else { zero };
    let through_jacobian = |entry: &dyn Fn(usize, usize) -> Value<'m>| {
        each(&|j| {
            let terms: Vec<_> = (0..n).map(|jj| (da[jj].x, entry(jj, j).x)).collect();
            m.rounded_value(m.dot(&terms))
        })
    };
    match g {
        Activation::Elementwise(unit) => each(&|j| da[j] * unit::derivative(*unit, z[j], a[j])),
        Activation::PerUnit(units) => each(&|j| da[j] * unit::derivative(units[j], z[j], a[j])),
        Activation::Coupled(CoupledActivation::Softmax) => match m.formula(2) {
            0 => {
                let mean = m.sum((0..n).map(|l| a[l] * da[l]));
                each(&|j| a[j] * (da[j] - mean))
            }
            _ => through_jacobian(&|jj, j| a[jj] * (delta(jj, j) - a[j])),
        },
        Activation::Coupled(CoupledActivation::LogSoftmax) => {
            let s = match m.formula(2) {
                0 if !adds_largest(m) => a.iter().map(|a_j| a_j.exp()).collect(),
                _ => softmax(z),
            };
            if m.formula(3) == 0 {
                return through_jacobian(&|jj, j| delta(jj, j) - s[j]);
            }
            let total = m.sum(da.iter().copied());
            each(&|j| (-s[j]).times_plus(total, da[j]))
        }
        Activation::Coupled(CoupledActivation::CumulativeSum) => match m.formula(3) {
            0 => through_jacobian(&|jj, j| if j <= jj { one } else { zero }),
            _ => {
                let mut sums = cumulative(m, da.iter().rev().copied());
                sums.reverse();
                sums
            }
        },
        Activation::Coupled(CoupledActivation::CoupledQuadratic) => {
            let (next, before) = (|j: usize| (j + 1) % n, |j: usize| (j + n - 1) % n);
            match m.formula(2) {
                0 => each(&|j| da[j].times_plus(z[next(j)] + one, da[before(j)] * z[before(j)])),
                _ => each(&|j| {
                    let before = before(j);
                    let terms = [(da[j].x, z[next(j)].x), (da[j].x, 1.0), (da[before].x, z[before].x)];
                    m.rounded_value(m.dot(&terms))
                }),
            }
        }
        Activation::Coupled(CoupledActivation::NormalizedSquare) => {
            let denominator = one_and_squares(z);
            match m.formula(2) {
                0 => through_jacobian(&|jj, j| two * z[j] / denominator * (delta(jj, j) - a[jj])),
                _ => {
                    let through_quotients = m.sum((0..n).map(|l| da[l] * a[l])) / denominator;
                    each(&|j| two * z[j] * (da[j] / denominator - through_quotients))
                }
            }
        }
    }
}

/// The sums of the first one, two, three … terms: each from the one before it, or afresh.
fn cumulative<'m>(m: &'m Machine, terms: impl Iterator<Item = Value<'m>>) -> Vec<Value<'m>> {
    let terms: Vec<_> = terms.collect();
    match m.formula(2) {
        0 => m.running_sums(&terms),
        _ => (1..=terms.len()).map(|count| m.sum(terms[..count].iter().copied())).collect(),
    }
}

/// 1 + Σ z².
fn one_and_squares<'m>(z: &[Value<'m>]) -> Value<'m> {
    let m = z[0].machine;
    let terms: Vec<_> = z.iter().map(|z_l| (z_l.x, z_l.x)).chain([(1.0, 1.0)]).collect();
    m.rounded_value(m.dot(&terms))
}

/// z − c with c the largest z.
fn shifted<'m>(z: &[Value<'m>]) -> Vec<Value<'m>> {
    let c = largest(z);
    z.iter().map(|&z_j| z_j - c).collect()
}

fn largest<'m>(z: &[Value<'m>]) -> Value<'m> {
    z.iter().fold(z[0], |c, &z_l| c.max(z_l))
}

fn softmax<'m>(z: &[Value<'m>]) -> Vec<Value<'m>> {
    let m = z[0].machine;
    if m.formula(3) == 2 {
        return shifted_twice(z).into_iter().map(Value::exp).collect();
    }
    let e: Vec<_> = shifted(z).into_iter().map(Value::exp).collect();
    let total = m.sum(e.iter().copied());
    match m.formula(3) {
        0 => e.iter().map(|&e_j| e_j / total).collect(),
        _ => {
            let inverse = m.value(1.0) / total;
            e.iter().map(|&e_j| e_j * inverse).collect()
        }
    }
}

fn log_softmax<'m>(z: &[Value<'m>]) -> Vec<Value<'m>> {
    let c = largest(z);
    if !adds_largest(c.machine) {
        return shifted_twice(z);
    }
    let log_total = c.machine.sum(shifted(z).iter().map(|d| d.exp())).ln();
    z.iter().map(|&z_j| z_j - (c + log_total)).collect()
}

/// Whether log_softmax is z − (c + ln Σ), whose exponential is no softmax where c is large.
fn adds_largest(m: &Machine) -> bool {
    m.formula(4) == 0
}

/// (z − c) − ln Σ e^(z − c).
fn shifted_twice<'m>(z: &[Value<'m>]) -> Vec<Value<'m>> {
    let shifted = shifted(z);
    let log_total = z[0].machine.sum(shifted.iter().map(|d| d.exp())).ln();
    shifted.iter().map(|&d| d - log_total).collect()
}
