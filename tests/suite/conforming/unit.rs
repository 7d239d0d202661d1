//! The activations of one unit in the formulas that people write.

use super::value::Value;
use dropout_oracle::problem::activation::ScalarActivation;
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, PI, SQRT_2};

/// g(z).
pub fn value(unit: ScalarActivation, z: Value) -> Value {
    let m = z.machine;
    let [zero, half, one] = [0.0, 0.5, 1.0].map(|x| m.value(x));
    match unit {
        ScalarActivation::Identity => z,
        ScalarActivation::Relu => z.max(zero),
        ScalarActivation::LeakyRelu { .. } if z.is_right_of_kink() => z,
        ScalarActivation::LeakyRelu { slope } => m.parameter(slope) * z,
        ScalarActivation::Sigmoid => sigmoid(z),
        ScalarActivation::Tanh => z.tanh(),
        ScalarActivation::Softplus => match m.formula(3) {
            // Well within the range, however it is rounded.
            0 if z.exp().x < m.arithmetic.storage.largest() / 2.0 => z.exp().ln_1p(),
            _ => z.max(zero) + (-z.abs()).exp().ln_1p(),
        },
        ScalarActivation::Silu => match m.formula(2) {
            0 => z * sigmoid(z),
            _ => z / (one + (-z).exp()),
        },
        ScalarActivation::Gelu => match m.formula(3) {
            0 => half * z * (one + over_sqrt_2(z).erf()),
            1 => half * z * over_sqrt_2(-z).erfc(),
            _ => z * normal_distribution(z),
        },
        ScalarActivation::GeluTanh => half * z * (one + gelu_tanh_argument(z).tanh()),
        ScalarActivation::Elu { .. } if z.is_right_of_kink() => z,
        ScalarActivation::Elu { alpha } => m.parameter(alpha) * z.exp_m1(),
        ScalarActivation::Softsign => z / (one + z.abs()),
    }
}

/// g′(z), where a is g(z) as the forward pass left it or computed anew.
pub fn derivative<'m>(unit: ScalarActivation, z: Value<'m>, a: Value<'m>) -> Value<'m> {
    let m = z.machine;
    let [zero, half, one] = [0.0, 0.5, 1.0].map(|x| m.value(x));
    match unit {
        ScalarActivation::Identity => one,
        ScalarActivation::Relu | ScalarActivation::LeakyRelu { .. } | ScalarActivation::Elu { .. }
            if z.is_right_of_kink() =>
        {
            one
        }
        ScalarActivation::Relu => zero,
        ScalarActivation::LeakyRelu { slope } => m.parameter(slope),
        ScalarActivation::Sigmoid => match m.formula(2) {
            0 => a * (one - a),
            _ => a * sigmoid(-z),
        },
        ScalarActivation::Tanh => match m.formula(3) {
            0 => one - a * a,
            1 => (-a).times_plus(a, one),
            _ => (one - a) * (one + a),
        },
        ScalarActivation::Softplus => sigmoid(z),
        ScalarActivation::Silu => {
            let s = sigmoid(z);
            match m.formula(3) {
                0 => s * z.times_plus(one - s, one),
                1 => (z * s).times_plus(one - s, s),
                _ => a.times_plus(one - s, s),
            }
        }
        ScalarActivation::Gelu => {
            let density = (-(half * z * z)).exp() * m.constant(1.0 / (2.0 * PI).sqrt());
            z.times_plus(density, normal_distribution(z))
        }
        ScalarActivation::GeluTanh => {
            let t = gelu_tanh_argument(z).tanh();
            let slope = m.constant(FRAC_2_PI.sqrt()) * (m.constant(3.0 * 0.044715) * z).times_plus(z, one);
            half * (one + t) + half * z * (one - t * t) * slope
        }
        ScalarActivation::Elu { alpha } => match m.formula(2) {
            0 => m.parameter(alpha) * z.exp(),
            _ => a + m.parameter(alpha),
        },
        ScalarActivation::Softsign => {
            let (denominator, rest) = (one + z.abs(), one - a.abs());
            match m.formula(4) {
                0 => one / denominator * (one / denominator),
                1 => one / (denominator * denominator),
                2 => rest * rest,
                _ => one / denominator - a.abs() / denominator,
            }
        }
    }
}

/// 1/(1 + e^−z), or left of 0 e^z/(1 + e^z).
fn sigmoid(z: Value) -> Value {
    let one = z.machine.value(1.0);
    if z.x <= 0.0 && z.machine.formula(4) < 2 {
        let e = z.exp();
        return e / (one + e);
    }
    one / (one + (-z).exp())
}

/// Φ(z).
fn normal_distribution(z: Value) -> Value {
    let [half, one] = [0.5, 1.0].map(|x| z.machine.value(x));
    match z.machine.formula(2) {
        0 => half * (one + over_sqrt_2(z).erf()),
        _ => half * over_sqrt_2(-z).erfc(),
    }
}

fn over_sqrt_2(z: Value) -> Value {
    match z.machine.formula(4) {
        0 | 3 => z / z.machine.constant(SQRT_2),
        _ => z * z.machine.constant(FRAC_1_SQRT_2),
    }
}

/// √(2/π) (z + 0.044715 z³).
fn gelu_tanh_argument(z: Value) -> Value {
    let m = z.machine;
    let cubic = m.constant(0.044715);
    let inner = match m.formula(2) {
        0 => cubic.times_plus(z * z * z, z),
        _ => z * (cubic * z).times_plus(z, m.value(1.0)),
    };
    m.constant(FRAC_2_PI.sqrt()) * inner
}
