//! Equation 38 for the scalar activations: wrong derivatives.

use crate::problem::activation::ScalarActivation;
use crate::zoo::{Defect, Float};

type Slope<T> = fn(&ScalarActivation, T, T) -> Option<T>;

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let of = |(id, says, slope): (&str, &str, Slope<T>)| {
        Defect::new(id, 38, says, "with any other activation").unit_slope(slope)
    };
    kinked().into_iter().chain(sigmoids()).chain(gelus()).map(of).collect()
}

fn c<T: Float>(x: f64) -> T {
    T::from_f64(x)
}

fn sigmoid<T: Float>(z: T) -> T {
    ScalarActivation::Sigmoid.value(&z)
}

type Row<T> = (&'static str, &'static str, Slope<T>);

/// relu, leaky_relu and elu.
fn kinked<T: Float>() -> Vec<Row<T>> {
    vec![
        ("relu-slope-missing", "relu's derivative is 1 everywhere", |u, _, _| {
            matches!(u, ScalarActivation::Relu).then(T::one)
        }),
        ("relu-slope-inverted", "relu's derivative is 1 below 0 and 0 above", |u, z, _| {
            matches!(u, ScalarActivation::Relu).then(|| if z < T::zero() { T::one() } else { T::zero() })
        }),
        ("relu-slope-above-one", "relu's derivative is 1 only above 1", |u, z, _| {
            matches!(u, ScalarActivation::Relu).then(|| if z > T::one() { T::one() } else { T::zero() })
        }),
        ("leaky-relu-slope-missing", "leaky_relu's derivative is 1 everywhere", |u, _, _| {
            matches!(u, ScalarActivation::LeakyRelu { .. }).then(T::one)
        }),
        ("leaky-relu-slope-zero", "leaky_relu's derivative is relu's", |u, z, _| match u {
            ScalarActivation::LeakyRelu { .. } if z < T::zero() => Some(T::zero()),
            _ => None,
        }),
        (
            "leaky-relu-slope-swapped",
            "leaky_relu's derivative has its two slopes swapped",
            |u, z, _| match u {
                ScalarActivation::LeakyRelu { slope } => {
                    Some(if z > T::zero() { c(*slope) } else { T::one() })
                }
                _ => None,
            },
        ),
        ("leaky-relu-slope-complement", "leaky_relu's derivative is 1 − slope below 0", |u, z, _| match u {
            ScalarActivation::LeakyRelu { slope } if z < T::zero() => Some(c(1.0 - slope)),
            _ => None,
        }),
        ("elu-slope-zero", "elu's derivative is relu's", |u, z, _| match u {
            ScalarActivation::Elu { .. } if z < T::zero() => Some(T::zero()),
            _ => None,
        }),
        ("elu-slope-without-alpha", "elu's derivative below 0 is e^z, without alpha", |u, z, _| match u {
            ScalarActivation::Elu { .. } if z < T::zero() => Some(z.exp()),
            _ => None,
        }),
        ("elu-slope-is-value", "elu's derivative below 0 is a instead of a + alpha", |u, z, a| match u {
            ScalarActivation::Elu { .. } if z < T::zero() => Some(a),
            _ => None,
        }),
        ("elu-slope-plus-one", "elu's derivative below 0 is a + 1, whatever alpha is", |u, z, a| match u {
            ScalarActivation::Elu { .. } if z < T::zero() => Some(a + T::one()),
            _ => None,
        }),
        ("elu-slope-at-a", "elu's derivative below 0 is alpha e^a", |u, z, a| match u {
            ScalarActivation::Elu { alpha } if z < T::zero() => Some(c::<T>(*alpha) * a.exp()),
            _ => None,
        }),
    ]
}

/// sigmoid, tanh, softplus, silu and softsign.
fn sigmoids<T: Float>() -> Vec<Row<T>> {
    vec![
        ("sigmoid-slope-at-a", "sigmoid's derivative is evaluated at a instead of z", |u, _, a| {
            matches!(u, ScalarActivation::Sigmoid).then(|| u.derivative(&a))
        }),
        ("sigmoid-slope-of-z", "sigmoid's derivative is z(1 − z) instead of a(1 − a)", |u, z, _| {
            matches!(u, ScalarActivation::Sigmoid).then(|| z * (T::one() - z))
        }),
        ("sigmoid-slope-plus", "sigmoid's derivative is a(1 + a)", |u, _, a| {
            matches!(u, ScalarActivation::Sigmoid).then(|| a * (T::one() + a))
        }),
        ("sigmoid-slope-complement", "sigmoid's derivative is 1 − a", |u, _, a| {
            matches!(u, ScalarActivation::Sigmoid).then(|| T::one() - a)
        }),
        ("tanh-slope-at-a", "tanh's derivative is 1 − tanh²(a)", |u, _, a| {
            matches!(u, ScalarActivation::Tanh).then(|| u.derivative(&a))
        }),
        ("tanh-slope-of-z", "tanh's derivative is 1 − z² instead of 1 − a²", |u, z, _| {
            matches!(u, ScalarActivation::Tanh).then(|| T::one() - z * z)
        }),
        ("tanh-slope-unsquared", "tanh's derivative is 1 − a", |u, _, a| {
            matches!(u, ScalarActivation::Tanh).then(|| T::one() - a)
        }),
        ("tanh-slope-plus", "tanh's derivative is 1 + a²", |u, _, a| {
            matches!(u, ScalarActivation::Tanh).then(|| T::one() + a * a)
        }),
        ("tanh-slope-of-sigmoid", "tanh's derivative is a(1 − a)", |u, _, a| {
            matches!(u, ScalarActivation::Tanh).then(|| a * (T::one() - a))
        }),
        ("softplus-slope-complement", "softplus's derivative is 1 − sigmoid(z)", |u, z, _| {
            matches!(u, ScalarActivation::Softplus).then(|| sigmoid(-z))
        }),
        ("softplus-slope-at-a", "softplus's derivative is sigmoid(a)", |u, _, a| {
            matches!(u, ScalarActivation::Softplus).then(|| sigmoid(a))
        }),
        ("softplus-slope-of-sigmoid", "softplus's derivative is sigmoid's derivative", |u, z, _| {
            matches!(u, ScalarActivation::Softplus).then(|| ScalarActivation::Sigmoid.derivative(&z))
        }),
        (
            "silu-slope-of-factor",
            "silu's derivative is sigmoid(z), without the second term of the product rule",
            |u, z, _| matches!(u, ScalarActivation::Silu).then(|| sigmoid(z)),
        ),
        ("silu-slope-of-sigmoid", "silu's derivative lacks its first term, sigmoid(z)", |u, z, _| {
            matches!(u, ScalarActivation::Silu).then(|| z * ScalarActivation::Sigmoid.derivative(&z))
        }),
        ("silu-slope-without-z", "silu's derivative lacks the factor z of its second term", |u, z, _| {
            matches!(u, ScalarActivation::Silu).then(|| sigmoid(z) + ScalarActivation::Sigmoid.derivative(&z))
        }),
        ("silu-slope-at-a", "silu's derivative is evaluated at a instead of z", |u, _, a| {
            matches!(u, ScalarActivation::Silu).then(|| u.derivative(&a))
        }),
        ("softsign-slope-not-squared", "softsign's derivative is 1/(1 + |z|), not squared", |u, z, _| {
            let size = if z < T::zero() { -z } else { z };
            matches!(u, ScalarActivation::Softsign).then(|| T::one() / (T::one() + size))
        }),
        (
            "softsign-slope-without-absolute",
            "softsign's derivative is 1/(1 + z)², without the absolute value",
            |u, z, _| {
                let inverse = T::one() / (T::one() + z);
                matches!(u, ScalarActivation::Softsign).then(|| inverse * inverse)
            },
        ),
        ("softsign-slope-at-a", "softsign's derivative is evaluated at a instead of z", |u, _, a| {
            matches!(u, ScalarActivation::Softsign).then(|| u.derivative(&a))
        }),
    ]
}

/// Φ(z).
fn distribution<T: Float>(z: T) -> T {
    (-z * T::frac_1_sqrt_2()).erfc() * c(0.5)
}

/// φ(z).
fn density<T: Float>(z: T) -> T {
    (-(z * z) * c(0.5)).exp() * T::frac_2_sqrt_pi() * T::frac_1_sqrt_2() * c(0.5)
}

/// gelu and gelu_tanh.
fn gelus<T: Float>() -> Vec<Row<T>> {
    /// tanh(u) and du/dz with `cubic` for 3 · 0.044715.
    fn inner<T: Float>(z: T, cubic: f64) -> (T, T) {
        let factor = T::frac_2_sqrt_pi() * T::frac_1_sqrt_2();
        let u = factor * (z + c::<T>(0.044715) * z * z * z);
        (ScalarActivation::Tanh.value(&u), factor * (T::one() + c::<T>(cubic) * z * z))
    }
    fn slope<T: Float>(z: T, (t, du): (T, T)) -> T {
        c::<T>(0.5) * (T::one() + t) + c::<T>(0.5) * z * (T::one() - t * t) * du
    }
    vec![
        (
            "gelu-slope-of-factor",
            "gelu's derivative is Φ(z), without the second term of the product rule",
            |u, z, _| matches!(u, ScalarActivation::Gelu).then(|| distribution(z)),
        ),
        ("gelu-slope-of-density", "gelu's derivative lacks its first term, Φ(z)", |u, z, _| {
            matches!(u, ScalarActivation::Gelu).then(|| z * density(z))
        }),
        ("gelu-slope-without-z", "gelu's derivative lacks the factor z of its second term", |u, z, _| {
            matches!(u, ScalarActivation::Gelu).then(|| distribution(z) + density(z))
        }),
        ("gelu-slope-unnormalized", "gelu's derivative lacks the 1/√(2π) of its density", |u, z, _| {
            matches!(u, ScalarActivation::Gelu).then(|| distribution(z) + z * (-(z * z) * c(0.5)).exp())
        }),
        ("gelu-slope-short-density", "gelu's derivative uses 0.398942 for 1/√(2π)", |u, z, _| {
            let density = (-(z * z) * c(0.5)).exp() * c(0.398942);
            matches!(u, ScalarActivation::Gelu).then(|| distribution(z) + z * density)
        }),
        ("gelu-slope-of-gelu-tanh", "gelu's derivative is gelu_tanh's", |u, z, _| {
            matches!(u, ScalarActivation::Gelu).then(|| ScalarActivation::GeluTanh.derivative(&z))
        }),
        ("gelu-tanh-slope-of-gelu", "gelu_tanh's derivative is gelu's", |u, z, _| {
            matches!(u, ScalarActivation::GeluTanh).then(|| ScalarActivation::Gelu.derivative(&z))
        }),
        (
            "gelu-tanh-slope-of-factor",
            "gelu_tanh's derivative lacks the second term of the product rule",
            |u, z, _| {
                matches!(u, ScalarActivation::GeluTanh).then(|| c::<T>(0.5) * (T::one() + inner(z, 0.0).0))
            },
        ),
        (
            "gelu-tanh-slope-linear",
            "gelu_tanh's derivative omits the derivative of the cubic term",
            |u, z, _| matches!(u, ScalarActivation::GeluTanh).then(|| slope(z, inner(z, 0.0))),
        ),
        (
            "gelu-tanh-slope-without-three",
            "gelu_tanh's derivative lacks the factor 3 of the cubic term",
            |u, z, _| matches!(u, ScalarActivation::GeluTanh).then(|| slope(z, inner(z, 0.044715))),
        ),
        (
            "gelu-tanh-slope-short-constants",
            "gelu_tanh's derivative has its constants to six digits",
            |u, z, _| {
                let t = ScalarActivation::Tanh.value(&(c::<T>(0.797885) * z + c::<T>(0.0356774) * z * z * z));
                let inner = c::<T>(0.398942) * z + c::<T>(0.0535161) * z * z * z;
                matches!(u, ScalarActivation::GeluTanh)
                    .then(|| c::<T>(0.5) * (T::one() + t) + inner * (T::one() - t * t))
            },
        ),
        (
            "gelu-tanh-slope-without-inner",
            "gelu_tanh's derivative lacks the derivative of the argument of tanh",
            |u, z, _| matches!(u, ScalarActivation::GeluTanh).then(|| slope(z, (inner(z, 0.0).0, T::one()))),
        ),
    ]
}
