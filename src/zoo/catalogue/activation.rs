//! Equation 5: a function other than g.

use crate::problem::activation::{Activation, CoupledActivation, ScalarActivation, VectorFunction};
use crate::trace::Quantity::{ANext, Z};
use crate::zoo::defect::Reach;
use crate::zoo::{Defect, Float, StepContext};

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let mut defects = confusions();
    defects.extend(units());
    defects.extend(wholes());
    defects
}

/// One scalar activation in place of another, in both passes.
fn confusions<T: Float>() -> Vec<Defect<T>> {
    type Confusion = (&'static str, &'static str, fn(&ScalarActivation) -> Option<ScalarActivation>);
    let rows: Vec<Confusion> = vec![
        ("relu-as-identity", "relu passes every value unchanged", |u| {
            matches!(u, ScalarActivation::Relu).then_some(ScalarActivation::Identity)
        }),
        ("relu-leaks", "relu has slope 0.01 below 0", |u| {
            matches!(u, ScalarActivation::Relu).then_some(ScalarActivation::LeakyRelu { slope: 0.01 })
        }),
        ("leaky-relu-as-relu", "leaky_relu is 0 below 0", |u| {
            matches!(u, ScalarActivation::LeakyRelu { .. }).then_some(ScalarActivation::Relu)
        }),
        ("leaky-relu-fixed-slope", "leaky_relu ignores its parameter and has slope 0.01", |u| {
            matches!(u, ScalarActivation::LeakyRelu { .. })
                .then_some(ScalarActivation::LeakyRelu { slope: 0.01 })
        }),
        ("leaky-relu-negative-slope", "leaky_relu negates its slope", |u| match u {
            ScalarActivation::LeakyRelu { slope } => Some(ScalarActivation::LeakyRelu { slope: -slope }),
            _ => None,
        }),
        ("elu-fixed-alpha", "elu ignores its parameter and has alpha 1", |u| {
            matches!(u, ScalarActivation::Elu { .. }).then_some(ScalarActivation::Elu { alpha: 1.0 })
        }),
        ("softplus-as-relu", "softplus is relu", |u| {
            matches!(u, ScalarActivation::Softplus).then_some(ScalarActivation::Relu)
        }),
        ("silu-as-gelu", "silu is gelu", |u| {
            matches!(u, ScalarActivation::Silu).then_some(ScalarActivation::Gelu)
        }),
        ("gelu-as-gelu-tanh", "gelu is its tanh approximation", |u| {
            matches!(u, ScalarActivation::Gelu).then_some(ScalarActivation::GeluTanh)
        }),
        ("gelu-tanh-as-gelu", "gelu_tanh is the exact gelu, with erf", |u| {
            matches!(u, ScalarActivation::GeluTanh).then_some(ScalarActivation::Gelu)
        }),
        ("sigmoid-as-tanh", "sigmoid is tanh", |u| {
            matches!(u, ScalarActivation::Sigmoid).then_some(ScalarActivation::Tanh)
        }),
        ("tanh-as-sigmoid", "tanh is sigmoid", |u| {
            matches!(u, ScalarActivation::Tanh).then_some(ScalarActivation::Sigmoid)
        }),
        ("softsign-as-tanh", "softsign is tanh", |u| {
            matches!(u, ScalarActivation::Softsign).then_some(ScalarActivation::Tanh)
        }),
    ];
    let defect = |(id, says, other): Confusion| {
        Defect::new(id, 5, says, "with any other activation")
            .unit_value(move |unit, z| Some(other(unit)?.value(&z)))
            .unit_slope(move |unit, z, _| Some(other(unit)?.derivative(&z)))
    };
    rows.into_iter().map(defect).collect()
}

fn clamp<T: Float>(x: T, lo: f64, hi: f64) -> T {
    let (lo, hi) = (T::from_f64(lo), T::from_f64(hi));
    if x < lo {
        lo
    } else if x > hi {
        hi
    } else {
        x
    }
}

fn sigmoid<T: Float>(z: T) -> T {
    ScalarActivation::Sigmoid.value(&z)
}

/// z · sigmoid(u), which is z/2 · (1 + tanh(u/2)).
fn gelu_tanh_with<T: Float>(z: T, cubic: f64, factor: f64) -> T {
    z * sigmoid(T::from_f64(2.0 * factor) * (z + T::from_f64(cubic) * z * z * z))
}

/// A scalar activation's value by a wrong formula.
pub fn units<T: Float>() -> Vec<Defect<T>> {
    type Formula<T> = (&'static str, &'static str, fn(&ScalarActivation, T) -> Option<T>);
    const FACTOR: f64 = 0.797_884_560_802_865_4;
    let rows: Vec<Formula<T>> = vec![
        ("relu-capped", "relu is capped at 6", |u, z| {
            matches!(u, ScalarActivation::Relu).then(|| clamp(z, 0.0, 6.0))
        }),
        ("relu-absolute", "relu is |z|", |u, z| {
            matches!(u, ScalarActivation::Relu).then(|| if z < T::zero() { -z } else { z })
        }),
        ("leaky-relu-on-the-wrong-side", "leaky_relu applies its slope above 0 instead of below", |u, z| {
            match u {
                ScalarActivation::LeakyRelu { slope } => {
                    Some(if z > T::zero() { T::from_f64(*slope) * z } else { z })
                }
                _ => None,
            }
        }),
        ("sigmoid-hard", "sigmoid is z/5 + 1/2, clipped to [0, 1]", |u, z| {
            matches!(u, ScalarActivation::Sigmoid)
                .then(|| clamp(z * T::from_f64(0.2) + T::from_f64(0.5), 0.0, 1.0))
        }),
        ("sigmoid-of-negated", "sigmoid is 1/(1 + e^z)", |u, z| {
            matches!(u, ScalarActivation::Sigmoid).then(|| sigmoid(-z))
        }),
        ("tanh-hard", "tanh is z, clipped to [−1, 1]", |u, z| {
            matches!(u, ScalarActivation::Tanh).then(|| clamp(z, -1.0, 1.0))
        }),
        ("tanh-half-argument", "tanh is taken of z/2", |u, z| {
            matches!(u, ScalarActivation::Tanh).then(|| ScalarActivation::Tanh.value(&(z * T::from_f64(0.5))))
        }),
        ("silu-with-factor", "silu is z · sigmoid(1.702 z)", |u, z| {
            matches!(u, ScalarActivation::Silu).then(|| z * sigmoid(z * T::from_f64(1.702)))
        }),
        ("gelu-by-sigmoid", "gelu is z · sigmoid(1.702 z)", |u, z| {
            matches!(u, ScalarActivation::Gelu).then(|| z * sigmoid(z * T::from_f64(1.702)))
        }),
        ("gelu-without-root", "gelu takes erf of z instead of z/√2", |u, z| {
            matches!(u, ScalarActivation::Gelu).then(|| z * (-z).erfc() * T::from_f64(0.5))
        }),
        ("gelu-unhalved", "gelu lacks the factor 1/2", |u, z| {
            matches!(u, ScalarActivation::Gelu).then(|| ScalarActivation::Gelu.value(&z) * T::from_f64(2.0))
        }),
        ("gelu-tanh-without-cubic", "gelu_tanh lacks its cubic term", |u, z| {
            matches!(u, ScalarActivation::GeluTanh).then(|| gelu_tanh_with(z, 0.0, FACTOR))
        }),
        ("gelu-tanh-short-coefficient", "gelu_tanh has 0.0447 instead of 0.044715", |u, z| {
            matches!(u, ScalarActivation::GeluTanh).then(|| gelu_tanh_with(z, 0.0447, FACTOR))
        }),
        ("gelu-tanh-without-root", "gelu_tanh has 2/π instead of √(2/π)", |u, z| {
            matches!(u, ScalarActivation::GeluTanh).then(|| gelu_tanh_with(z, 0.044715, FACTOR * FACTOR))
        }),
        ("softplus-in-bits", "softplus uses a base-2 logarithm", |u, z| {
            matches!(u, ScalarActivation::Softplus)
                .then(|| ScalarActivation::Softplus.value(&z) / T::from_f64(std::f64::consts::LN_2))
        }),
        ("softplus-shifted", "softplus is shifted down by ln 2, so that it is 0 at 0", |u, z| {
            matches!(u, ScalarActivation::Softplus)
                .then(|| ScalarActivation::Softplus.value(&z) - T::from_f64(std::f64::consts::LN_2))
        }),
        ("elu-alpha-inside", "elu is e^(alpha z) − 1 below 0", |u, z| match u {
            ScalarActivation::Elu { alpha } if z < T::zero() => Some((T::from_f64(*alpha) * z).exp_m1()),
            _ => None,
        }),
        ("elu-without-one", "elu is alpha e^z below 0", |u, z| match u {
            ScalarActivation::Elu { alpha } if z < T::zero() => Some(T::from_f64(*alpha) * z.exp()),
            _ => None,
        }),
        ("softsign-without-absolute", "softsign is z/(1 + z), without the absolute value", |u, z| {
            matches!(u, ScalarActivation::Softsign).then(|| z / (T::one() + z))
        }),
        ("elu-scaled", "elu is scaled by selu's 1.0507", |u, z| {
            matches!(u, ScalarActivation::Elu { .. })
                .then(|| u.value(&z) * T::from_f64(1.050_700_987_355_480_5))
        }),
    ];
    let defect = |(id, says, formula): Formula<T>| {
        Defect::new(id, 5, says, "with any other activation").unit_value(formula)
    };
    rows.into_iter().map(defect).collect()
}

/// Defects of any activation, and activations over the wrong axis.
pub fn wholes<T: Float>() -> Vec<Defect<T>> {
    let by_batch = |g: Activation, id: &str, says: &str| {
        let by_column = move |s: &StepContext<T>| {
            let value = |j: usize| g.value(&(0..s.m()).map(|i| s.z(i, j)).collect::<Vec<_>>());
            (*s.g == g).then(|| {
                let columns: Vec<Vec<T>> = (0..s.n_next()).map(value).collect();
                s.tabulate(ANext, |i, j| columns[j][i])
            })
        };
        Defect::new(id, 5, says, "with any other activation").stage(ANext, by_column).over(Reach::Column)
    };
    let units = |g: &Activation, at: &dyn Fn(usize, usize) -> usize| match g {
        Activation::PerUnit(units) => {
            Some(Activation::PerUnit((0..units.len()).map(|j| units[at(j, units.len())]).collect()))
        }
        _ => None,
    };
    let mixed = |id: &str, says: &str, at: fn(usize, usize) -> usize| {
        Defect::new(id, 5, says, "where all units have the same function")
            .value(move |g, z| Some(units(g, &at)?.value(z)))
            .gradient(move |g, da, z, _| Some(units(g, &at)?.row_times_jacobian(da, z)))
    };
    vec![
        by_batch(
            Activation::Coupled(CoupledActivation::Softmax),
            "softmax-over-batch",
            "softmax normalizes over the batch",
        ),
        by_batch(
            Activation::Coupled(CoupledActivation::LogSoftmax),
            "log-softmax-over-batch",
            "log_softmax normalizes over the batch",
        ),
        Defect::new(
            "softmax-over-everything",
            5,
            "softmax normalizes over all examples together",
            "where m = 1",
        )
        .stage(ANext, |s| {
            (*s.g == Activation::Coupled(CoupledActivation::Softmax)).then(|| {
                let all = s.g.value(s.result(Z).cells());
                s.tabulate(ANext, |i, j| all[i * s.n_next() + j])
            })
        }),
        mixed("per-unit-first-for-all", "all units apply the first unit's function", |_, _| 0),
        mixed("per-unit-reversed", "the units apply their functions in reverse order", |j, n| n - 1 - j),
        mixed("per-unit-shifted", "each unit applies the next unit's function", |j, n| (j + 1) % n),
        Defect::new("activation-twice", 5, "g is applied twice", "where g is the identity or relu")
            .value(|g, z| Some(g.value(&g.value(z)))),
        Defect::new(
            "activation-before-bias",
            5,
            "g is applied before the bias is added",
            "where b = 0 or g is the identity",
        )
        .stage(ANext, |s: &StepContext<T>| {
            let mut seen = s.clone();
            seen.results.insert(Z, s.tabulate(Z, |i, j| s.z(i, j) - s.b(j)));
            let early = seen.right(ANext);
            s.tabulate(ANext, |i, j| early.at(i, j) + s.b(j))
        })
        .over(Reach::Row),
        Defect::new(
            "activation-of-first-example",
            5,
            "every row of A_next is the first example's",
            "where m = 1",
        )
        .stage(ANext, |s| {
            let right = s.right(ANext);
            s.tabulate(ANext, |_, j| right.at(0, j))
        }),
    ]
}
