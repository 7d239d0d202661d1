//! Equations 5 and 38 at once: a wrong function, and the gradient that follows from it.
//!
//! Automatic differentiation returns the derivative of the wrong function: here, its own formula on dual numbers, so that
//! no Jacobian is typed. Code by hand often computes the gradient from the value that was stored.

use super::{activation, formats, formulas, row};
use crate::number::{Dual, sum};
use crate::problem::activation::{Activation, CoupledActivation, ScalarActivation};
use crate::trace::Quantity::Dz;
use crate::zoo::{Defect, Float};

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let both = functions::<T>().into_iter().zip(functions::<Dual<T>>());
    let differentiated = both.filter(|(function, _)| !SAME_DERIVATIVE.contains(&function.id.as_str()));
    let differentiated = differentiated.map(|(function, dual)| {
        function.twin("differentiated", "its backward pass is the derivative of that").derivative_of(dual)
    });
    let stored = functions::<T>().into_iter().filter(|function| FROM_VALUE.contains(&function.id.as_str()));
    let stored = stored.map(|function| {
        function
            .twin("from-value", "its backward pass is computed from the stored value")
            .from_stored(from_value)
    });
    differentiated.chain(stored).collect()
}

/// The defects that are a wrong function of z, with the right derivative behind it.
fn functions<T: Float>() -> Vec<Defect<T>> {
    let wholes = activation::wholes().into_iter().filter(|defect| !defect.replaces(Dz));
    let functions = activation::units().into_iter().chain(wholes).chain(row::defects());
    functions.chain(formulas::functions()).chain(formats::constants()).collect()
}

/// Functions whose own derivative is the right one, or that no layer would differentiate.
const SAME_DERIVATIVE: [&str; 9] = [
    "activation-of-first-example",
    "elu-cancels",
    "elu-without-one",
    "log-softmax-shifted-by-batch",
    "sigmoid-by-complement",
    "sigmoid-by-tanh",
    "silu-by-complement",
    "softmax-shifted-by-batch",
    "softplus-shifted",
];

/// Functions whose backward pass by the stored value is neither the right one nor their derivative.
const FROM_VALUE: [&str; 33] = [
    "activation-twice",
    "elu-alpha-inside",
    "elu-scaled",
    "elu-without-one",
    "leaky-relu-on-the-wrong-side",
    "log-softmax-as-softmax",
    "log-softmax-clipped",
    "log-softmax-guarded",
    "log-softmax-in-bits",
    "log-softmax-negated",
    "log-softmax-over-batch",
    "log-softmax-shifted-only",
    "log-softmax-unshifted",
    "relu-absolute",
    "sigmoid-by-compounding",
    "sigmoid-clipped",
    "sigmoid-hard",
    "softmax-as-log-softmax",
    "softmax-by-unit",
    "softmax-clipped",
    "softmax-cooled",
    "softmax-guarded",
    "softmax-of-negated",
    "softmax-over-batch",
    "softmax-over-everything",
    "softmax-twice",
    "softmax-unnormalized",
    "softplus-in-bits",
    "softplus-shifted",
    "softsign-without-absolute",
    "tanh-by-fraction",
    "tanh-half-argument",
    "tanh-hard",
];

/// The gradient from a wrong value, in the activations where a textbook has it.
fn from_value<T: Float>(g: &Activation, [da, z, a]: [&[T]; 3], changed: &[bool]) -> Option<Vec<T>> {
    let each = |entry: &dyn Fn(usize) -> T| Some((0..da.len()).map(entry).collect());
    match g {
        Activation::Coupled(CoupledActivation::Softmax) => {
            let dot = sum(0..da.len(), |l| a[l] * da[l]);
            each(&|j| a[j] * (da[j] - dot))
        }
        Activation::Coupled(CoupledActivation::LogSoftmax) => {
            let total = sum(0..da.len(), |l| da[l]);
            each(&|j| da[j] - a[j].exp() * total)
        }
        Activation::Coupled(_) => None,
        independent => {
            let entry = |j: usize| {
                let unit = independent.scalar(j)?;
                let slope = if changed[j] { slope(&unit, z[j], a[j]) } else { unit.derivative(&z[j]) };
                Some(da[j] * slope)
            };
            (0..da.len()).map(entry).collect()
        }
    }
}

fn slope<T: Float>(unit: &ScalarActivation, z: T, a: T) -> T {
    let one = T::one();
    match unit {
        ScalarActivation::Sigmoid => a * (one - a),
        ScalarActivation::Tanh => one - a * a,
        ScalarActivation::Relu => {
            if a > T::zero() {
                one
            } else {
                T::zero()
            }
        }
        ScalarActivation::LeakyRelu { slope } => {
            if a > T::zero() {
                one
            } else {
                T::from_f64(*slope)
            }
        }
        ScalarActivation::Elu { alpha } => {
            if a > T::zero() {
                one
            } else {
                a + T::from_f64(*alpha)
            }
        }
        ScalarActivation::Softplus => one - (-a).exp(),
        ScalarActivation::Softsign => {
            let rest = one - if a < T::zero() { -a } else { a };
            rest * rest
        }
        others => others.derivative(&z),
    }
}
