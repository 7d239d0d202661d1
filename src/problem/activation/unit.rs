//! The activations of one unit: value and derivative, in formulas that neither overflow nor cancel
//! where the true value is representable.

use crate::number::{Number, Real};

/// A function of one unit's z alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Unit {
    /// z.
    Identity,
    /// max(z, 0).
    Relu,
    /// z where z > 0, slope · z otherwise.
    LeakyRelu {
        /// The slope at and below 0, taken exactly.
        slope: f64,
    },
    /// 1 / (1 + e^−z).
    Sigmoid,
    /// tanh z.
    Tanh,
    /// ln(1 + e^z).
    Softplus,
    /// z · sigmoid(z).
    Silu,
    /// z · Φ(z) with the normal distribution function Φ.
    Gelu,
    /// z/2 · (1 + tanh(√(2/π) (z + 0.044715 z³))).
    GeluTanh,
    /// z where z > 0, alpha · (e^z − 1) otherwise.
    Elu {
        /// The factor at and below 0, taken exactly.
        alpha: f64,
    },
}

impl Unit {
    /// One of each kind; slope and alpha are examples.
    pub const EACH: [Unit; 10] = [
        Unit::Identity,
        Unit::Relu,
        Unit::LeakyRelu { slope: 0.2 },
        Unit::Sigmoid,
        Unit::Tanh,
        Unit::Softplus,
        Unit::Silu,
        Unit::Gelu,
        Unit::GeluTanh,
        Unit::Elu { alpha: 1.5 },
    ];

    /// The name in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Unit::Identity => "identity",
            Unit::Relu => "relu",
            Unit::LeakyRelu { .. } => "leaky_relu",
            Unit::Sigmoid => "sigmoid",
            Unit::Tanh => "tanh",
            Unit::Softplus => "softplus",
            Unit::Silu => "silu",
            Unit::Gelu => "gelu",
            Unit::GeluTanh => "gelu_tanh",
            Unit::Elu { .. } => "elu",
        }
    }

    /// g(z).
    pub fn value<T: Real>(self, z: &T) -> T {
        let own = || z.clone();
        match self {
            Unit::Identity => own(),
            Unit::Relu => z.if_positive(own, T::zero),
            Unit::LeakyRelu { slope } => z.if_positive(own, || T::from_f64(slope) * own()),
            Unit::Sigmoid => sigmoid(z),
            Unit::Tanh => tanh(z),
            Unit::Softplus => z.if_positive(|| own() + (-own()).exp().ln_1p(), || z.exp().ln_1p()),
            Unit::Silu => own() * sigmoid(z),
            Unit::Gelu => own() * normal_distribution(z),
            Unit::GeluTanh => own() * sigmoid(&gelu_tanh_argument(z)),
            Unit::Elu { alpha } => z.if_positive(own, || T::from_f64(alpha) * z.exp_m1()),
        }
    }

    /// g′(z). At a kink the slope from the left (ruling kink-slopes).
    pub fn derivative<T: Real>(self, z: &T) -> T {
        let own = || z.clone();
        match self {
            Unit::Identity => T::one(),
            Unit::Relu => z.if_positive(T::one, T::zero),
            Unit::LeakyRelu { slope } => z.if_positive(T::one, || T::from_f64(slope)),
            Unit::Sigmoid => sigmoid_slope(z),
            Unit::Tanh => T::from_f64(4.0) * sigmoid_slope(&twice(z)),
            Unit::Softplus => sigmoid(z),
            Unit::Silu => sigmoid(z) + own() * sigmoid_slope(z),
            Unit::Gelu => normal_distribution(z) + own() * normal_density(z),
            Unit::GeluTanh => {
                let u = gelu_tanh_argument(z);
                let slope = sigmoid_slope(&u);
                // Far out the slope of the sigmoid is 0 before z² overflows: then so is the term.
                let bend = if slope.is_zero() { slope } else { own() * slope * gelu_tanh_argument_slope(z) };
                sigmoid(&u) + bend
            }
            Unit::Elu { alpha } => z.if_positive(T::one, || {
                // In two halves: a large alpha keeps in range what e^z alone loses below it.
                let half = (own() * T::ratio(1, 2)).exp();
                T::from_f64(alpha) * half.clone() * half
            }),
        }
    }
}

fn twice<T: Number>(x: &T) -> T {
    x.clone() + x.clone()
}

/// 1/(1 + e^−z), with the exponential of a negative argument on both sides of 0.
fn sigmoid<T: Real>(z: &T) -> T {
    let above = || T::one() / (T::one() + (-z.clone()).exp());
    let below = || {
        let e = z.exp();
        e.clone() / (T::one() + e)
    };
    z.if_positive(above, below)
}

/// sigmoid′(z) = sigmoid(z) · sigmoid(−z): the textbook s(1 − s) cancels where s nears 1.
fn sigmoid_slope<T: Real>(z: &T) -> T {
    sigmoid(z) * sigmoid(&-z.clone())
}

/// tanh z = ∓t/(2 + t) with t = e^(∓2z) − 1.
fn tanh<T: Real>(z: &T) -> T {
    let two = || T::one() + T::one();
    let quotient = |t: T| t.clone() / (two() + t);
    z.if_positive(|| -quotient((-twice(z)).exp_m1()), || quotient(twice(z).exp_m1()))
}

/// Φ(z) = erfc(−z/√2)/2.
fn normal_distribution<T: Real>(z: &T) -> T {
    (-z.clone() * T::frac_1_sqrt_2()).erfc() * T::ratio(1, 2)
}

/// φ(z) = Φ′(z) = e^(−z²/2)/√(2π).
fn normal_density<T: Real>(z: &T) -> T {
    let peak = T::frac_2_sqrt_pi() * T::frac_1_sqrt_2() * T::ratio(1, 2);
    (-(z.clone() * z.clone() * T::ratio(1, 2))).exp() * peak
}

/// u = 2√(2/π) (z + 0.044715 z³), so that gelu_tanh is z · sigmoid(u).
fn gelu_tanh_argument<T: Real>(z: &T) -> T {
    let cubic = T::ratio(44_715, 1_000_000) * z.clone() * z.clone();
    gelu_tanh_factor::<T>() * (z.clone() * (T::one() + cubic))
}

/// du/dz = 2√(2/π) (1 + 3 · 0.044715 z²).
fn gelu_tanh_argument_slope<T: Real>(z: &T) -> T {
    let square = T::ratio(3 * 44_715, 1_000_000) * z.clone() * z.clone();
    gelu_tanh_factor::<T>() * (T::one() + square)
}

/// 2√(2/π) = 2 · 2/√π · 1/√2.
fn gelu_tanh_factor<T: Real>() -> T {
    twice(&(T::frac_2_sqrt_pi() * T::frac_1_sqrt_2()))
}
