//! The elementwise activations, by every formula of the page.

use super::choices::Kink;
use super::exact::Exact;
use super::machine::{Function, Machine};
use dropout_oracle::problem::activation::ScalarActivation;
use std::f64::consts::{FRAC_1_SQRT_2, SQRT_2};

/// √(2/π); all constants are the nearest doubles.
const ROOT: f64 = 0.7978845608028654;
/// 1/√(2π).
const DENSITY_AT_0: f64 = 0.3989422804014327;
/// √(2π).
const SQRT_2_PI: f64 = 2.5066282746310007;
/// The coefficient of `gelu_tanh`.
const CUBIC: f64 = 0.044715;
/// Three times the coefficient.
const CUBIC_3: f64 = 0.134145;
/// √(2/π) times the coefficient.
const ROOT_CUBIC: f64 = 0.035677408136300125;
/// √(2/π) times three times the coefficient.
const ROOT_CUBIC_3: f64 = 0.10703222440890037;

const ONE: Exact = Exact::ONE;
const HALF: Exact = Exact::HALF;

impl Machine {
    /// g(z).
    pub fn value_at(&self, g: ScalarActivation, z: Exact) -> Exact {
        match g {
            ScalarActivation::Identity => z,
            ScalarActivation::Relu => z.max(Exact::ZERO),
            ScalarActivation::LeakyRelu { .. } | ScalarActivation::Elu { .. } if z.is_positive() => z,
            ScalarActivation::LeakyRelu { slope } => self.fl(self.input(slope) * z),
            ScalarActivation::Elu { alpha } => self.fl(self.input(alpha) * self.call(Function::Expm1, z)),
            ScalarActivation::Sigmoid => self.sigmoid(z),
            ScalarActivation::Tanh => self.call(Function::Tanh, z),
            ScalarActivation::Softplus => {
                let e = self.call(Function::Exp, z);
                // Well within the range, however it is rounded.
                if self.form(self.formulas.value, 2) == 0 && e.to_f64() < self.format.largest() / 2.0 {
                    return self.call(Function::Log1p, e);
                }
                self.softplus(z)
            }
            ScalarActivation::Silu => match self.form(self.formulas.value, 2) {
                0 => self.fl(z * self.sigmoid(z)),
                _ => self.quotient(z, self.fl(ONE + self.call(Function::Exp, -z))),
            },
            ScalarActivation::Gelu => match self.form(self.formulas.value, 3) {
                0 => self.fl(z * self.normal_distribution(z)),
                _ if self.is_tail(z) => self.fl(z * self.normal_distribution(z)),
                1 => self.product(&[HALF, z, self.fl(ONE + self.erf(z))]),
                _ => self.polynomial(&[&[HALF, z], &[HALF, z, self.erf(z)]]),
            },
            ScalarActivation::GeluTanh => {
                let u = self.gelu_argument(z);
                let t = self.call(Function::Tanh, u);
                match self.form(self.formulas.value, 3) {
                    _ if self.is_tail(z) => self.fl(z * self.sigmoid(u + u)),
                    0 => self.product(&[HALF, z, self.fl(ONE + t)]),
                    1 => self.fl(z * self.polynomial(&[&[HALF], &[HALF, t]])),
                    _ => self.polynomial(&[&[HALF, z], &[HALF, z, t]]),
                }
            }
            ScalarActivation::Softsign => self.quotient(z, self.fl(ONE + z.abs())),
        }
    }

    /// upstream · g′(z), where a is g(z).
    pub fn gradient_at(&self, g: ScalarActivation, z: Exact, a: Exact, upstream: Exact) -> Exact {
        match g {
            ScalarActivation::Identity => upstream,
            ScalarActivation::Relu => self.piecewise(z, upstream, Exact::ZERO),
            ScalarActivation::LeakyRelu { slope } => self.piecewise(z, upstream, self.input(slope)),
            ScalarActivation::Elu { alpha } if z.is_positive() || z.is_zero() => {
                self.piecewise(z, upstream, self.input(alpha))
            }
            ScalarActivation::Elu { alpha } => self.elu_gradient(z, a, upstream, self.input(alpha)),
            ScalarActivation::Sigmoid => match self.form(self.formulas.derivative, 2) {
                0 => self.times(upstream, &[&[self.sigmoid(z), self.sigmoid(-z)]]),
                _ => self.logistic_slope(a, upstream),
            },
            ScalarActivation::Tanh => self.tanh_slope(&[], a, upstream),
            ScalarActivation::Softplus => {
                let slope = match self.form(self.formulas.derivative, 2) {
                    0 => self.sigmoid(z),
                    _ => self.call(Function::Exp, self.fl(z - self.softplus(z))),
                };
                self.times(upstream, &[&[slope]])
            }
            ScalarActivation::Silu => self.silu_gradient(z, a, upstream),
            ScalarActivation::Gelu => self.gelu_gradient(z, upstream),
            ScalarActivation::GeluTanh => self.gelu_tanh_gradient(z, upstream),
            ScalarActivation::Softsign => self.softsign_gradient(z, a, upstream),
        }
    }

    /// upstream times 1, or times the slope on the left.
    fn piecewise(&self, z: Exact, upstream: Exact, left: Exact) -> Exact {
        let slope = match self.choose(self.habits.kink) {
            _ if z.is_positive() => ONE,
            _ if !z.is_zero() => left,
            Kink::Left => left,
            Kink::Right => ONE,
            Kink::Mean => self.fl(HALF * self.fl(left + ONE)),
        };
        self.times(upstream, &[&[slope]])
    }

    /// max(z, 0) + log1p(e^−|z|).
    fn softplus(&self, z: Exact) -> Exact {
        let bend = self.call(Function::Log1p, self.call(Function::Exp, -z.abs()));
        self.fl(z.max(Exact::ZERO) + bend)
    }

    /// σ(z).
    fn sigmoid(&self, z: Exact) -> Exact {
        if (-z).is_positive() && self.form(self.formulas.sigmoid, 2) == 0 {
            let e = self.call(Function::Exp, z);
            self.quotient(e, self.fl(ONE + e))
        } else {
            self.fl(ONE / self.fl(ONE + self.call(Function::Exp, -z)))
        }
    }

    /// upstream · s(1 − s).
    fn logistic_slope(&self, s: Exact, upstream: Exact) -> Exact {
        match self.form(self.formulas.factor, 2) {
            0 => self.times(upstream, &[&[s, self.fl(ONE - s)]]),
            _ => self.times(upstream, &[&[s], &[-s, s]]),
        }
    }

    /// upstream · factors · (1 − t²).
    fn tanh_slope(&self, factors: &[Exact], t: Exact, upstream: Exact) -> Exact {
        match self.form(self.formulas.factor, 2) {
            0 => self.times(upstream, &[factors, &[&[-t, t], factors].concat()]),
            _ => {
                let both = [self.fl(ONE - t), self.fl(ONE + t)];
                self.times(upstream, &[&[&both, factors].concat()])
            }
        }
    }

    fn elu_gradient(&self, z: Exact, a: Exact, upstream: Exact, alpha: Exact) -> Exact {
        match self.form(self.formulas.derivative, 3) {
            0 => self.times(upstream, &[&[alpha, self.call(Function::Exp, z)]]),
            1 => self.times(upstream, &[&[alpha], &[a]]),
            _ => self.times(upstream, &[&[alpha, self.fl(ONE + self.call(Function::Expm1, z))]]),
        }
    }

    fn silu_gradient(&self, z: Exact, a: Exact, upstream: Exact) -> Exact {
        let s = self.sigmoid(z);
        match self.form(self.formulas.derivative, 6) {
            0 => self.times(upstream, &[&[s], &[z, s, self.fl(ONE - s)]]),
            1 => self.times(upstream, &[&[s, self.polynomial(&[&[ONE], &[z, self.fl(ONE - s)]])]]),
            2 => self.times(upstream, &[&[s], &[a, self.fl(ONE - s)]]),
            3 => self.times(upstream, &[&[a], &[s, self.fl(ONE - a)]]),
            4 => self.times(upstream, &[&[s], &[z, s], &[-z, s, s]]),
            _ => self.times(upstream, &[&[s], &[z, s, self.sigmoid(-z)]]),
        }
    }

    /// Whether z is so far to the left that a formula without cancellation is no worse, and used.
    fn is_tail(&self, z: Exact) -> bool {
        !(z + ONE).is_positive() && self.choose(self.formulas.tail)
    }

    /// z/√2.
    fn over_sqrt_2(&self, z: Exact) -> Exact {
        match self.form(self.formulas.argument, 2) {
            0 => self.fl(z * self.constant(FRAC_1_SQRT_2)),
            _ => self.fl(z / self.constant(SQRT_2)),
        }
    }

    /// erf(z/√2).
    fn erf(&self, z: Exact) -> Exact {
        self.call(Function::Erf, self.over_sqrt_2(z))
    }

    /// Φ(z).
    fn normal_distribution(&self, z: Exact) -> Exact {
        if self.is_tail(z) {
            return self.fl(HALF * self.call(Function::Erfc, -self.over_sqrt_2(z)));
        }
        match self.form(self.formulas.factor, 2) {
            0 => self.fl(HALF * self.fl(ONE + self.erf(z))),
            _ => self.polynomial(&[&[HALF], &[HALF, self.erf(z)]]),
        }
    }

    fn gelu_gradient(&self, z: Exact, upstream: Exact) -> Exact {
        let bell = self.call(Function::Exp, self.product(&[-HALF, z, z]));
        let density = match self.form(self.formulas.argument, 3) {
            0 => vec![z, self.constant(DENSITY_AT_0), bell],
            1 => vec![z, self.quotient(bell, self.constant(SQRT_2_PI))],
            _ => vec![z, self.fl(self.constant(DENSITY_AT_0) * bell)],
        };
        match self.form(self.formulas.derivative, 2) {
            0 if !self.is_tail(z) => self.times(upstream, &[&[HALF], &[HALF, self.erf(z)], &density]),
            _ => self.times(upstream, &[&[self.normal_distribution(z)], &density]),
        }
    }

    /// u = √(2/π) · (z + 0.044715 z³).
    fn gelu_argument(&self, z: Exact) -> Exact {
        let (root, cubic) = (self.constant(ROOT), self.constant(CUBIC));
        match self.form(self.formulas.argument, 4) {
            0 => self.fl(root * self.polynomial(&[&[z], &[cubic, z, z, z]])),
            1 => self.product(&[root, z, self.polynomial(&[&[ONE], &[cubic, z, z]])]),
            2 => self.polynomial(&[&[root, z], &[root, cubic, z, z, z]]),
            _ => self.polynomial(&[&[root, z], &[self.constant(ROOT_CUBIC), z, z, z]]),
        }
    }

    fn gelu_tanh_gradient(&self, z: Exact, upstream: Exact) -> Exact {
        let (root, cubic) = (self.constant(ROOT), self.constant(CUBIC));
        let inner = match self.form(self.formulas.factor, 4) {
            0 => self.fl(root * self.polynomial(&[&[ONE], &[self.constant(CUBIC_3), z, z]])),
            1 => self.fl(root * self.polynomial(&[&[ONE], &[Exact::THREE, cubic, z, z]])),
            2 => self.polynomial(&[&[root], &[root, Exact::THREE, cubic, z, z]]),
            _ => self.polynomial(&[&[root], &[self.constant(ROOT_CUBIC_3), z, z]]),
        };
        let u = self.gelu_argument(z);
        if self.is_tail(z) {
            let s = self.sigmoid(u + u);
            return self.times(upstream, &[&[s], &[Exact::TWO, z, s, self.sigmoid(-(u + u)), inner]]);
        }
        let t = self.call(Function::Tanh, u);
        let slope = match self.form(self.formulas.argument, 2) {
            0 => self.polynomial(&[&[ONE], &[-t, t]]),
            _ => self.product(&[self.fl(ONE - t), self.fl(ONE + t)]),
        };
        match self.form(self.formulas.derivative, 3) {
            0 => self.times(upstream, &[&[HALF], &[HALF, t], &[HALF, z, slope, inner]]),
            1 => self.times(upstream, &[&[HALF, self.fl(ONE + t)], &[HALF, z, slope, inner]]),
            _ => self.times(upstream, &[&[HALF, self.polynomial(&[&[ONE], &[t], &[z, slope, inner]])]]),
        }
    }

    fn softsign_gradient(&self, z: Exact, a: Exact, upstream: Exact) -> Exact {
        let a = a.abs();
        let d = self.fl(ONE + z.abs());
        let (reciprocal, rest) = (self.fl(ONE / d), self.fl(ONE - a));
        match self.form(self.formulas.derivative, 9) {
            0 => self.times(upstream, &[&[self.fl(ONE / self.fl(d * d))]]),
            1 => self.times(upstream, &[&[reciprocal, reciprocal]]),
            2 => self.times(upstream, &[&[self.quotient(reciprocal, d)]]),
            3 => self.times(upstream, &[&[rest, rest]]),
            4 => self.times(upstream, &[&[ONE], &[-Exact::TWO, a], &[a, a]]),
            5 => self.times(upstream, &[&[reciprocal], &[-self.quotient(a, d)]]),
            6 => self.times(upstream, &[&[self.quotient(rest, d)]]),
            7 => self.quotient(self.quotient(upstream, d), d),
            _ => self.quotient(upstream, self.fl(d * d)),
        }
    }
}
