//! Formulas that are correct over the real numbers but not in floating point: they overflow, underflow or
//! cancel where the true value is an ordinary number. Also approximations in place of the function.

use crate::number::sum;
use crate::problem::activation::{Activation, CoupledActivation, ScalarActivation, VectorFunction};
use crate::trace::Quantity::{ANext, Z};
use crate::zoo::{Defect, Float};

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let slopes = slopes().into_iter().map(|(id, says, equivalent_when, links, slope)| {
        Defect::new(id, 38, says, equivalent_when).unit_slope(slope).seen_at(links)
    });
    functions().into_iter().chain(slopes).chain(thresholds()).collect()
}

/// Those of a value alone.
pub fn functions<T: Float>() -> Vec<Defect<T>> {
    let rows = rows()
        .into_iter()
        .map(|(id, says, equivalent_when, value)| Defect::new(id, 5, says, equivalent_when).value(value));
    let values = values().into_iter().map(|(id, says, equivalent_when, links, value)| {
        Defect::new(id, 5, says, equivalent_when).unit_value(value).seen_at(links)
    });
    rows.chain(values).chain(batches()).collect()
}

fn ln<T: Float>(x: T) -> T {
    let (at, value) = (T::from_f64(x.into()), T::from_f64(libm::log(x.into())));
    // ln′ = 1/x, of a dual number; a float is `at`.
    if x == at { value } else { value + (x - at) / at }
}

fn quotients<T: Float>(e: Vec<T>, total: T) -> Vec<T> {
    e.into_iter().map(|e| e / total).collect()
}

fn exponentials<T: Float>(z: &[T], shift: T) -> Vec<T> {
    z.iter().map(|&z| (z - shift).exp()).collect()
}

fn total<T: Float>(e: &[T]) -> T {
    sum(0..e.len(), |l| e[l])
}

/// softmax shifted by the largest of z and a number that seems low enough.
fn from_maximum<T: Float>(z: &[T], start: f64) -> Vec<T> {
    let c = z.iter().fold(T::from_f64(start), |most, &z| if z > most { z } else { most });
    let e = exponentials(z, c);
    let total = total(&e);
    if total > T::zero() { quotients(e, total) } else { vec![T::zero(); z.len()] }
}

type Row<T> = (&'static str, &'static str, &'static str, fn(&Activation, &[T]) -> Option<Vec<T>>);

/// softmax and log_softmax.
fn rows<T: Float>() -> Vec<Row<T>> {
    const NEAR: &str = "where no z is far from 0";
    fn softmax<T: Float>(g: &Activation, value: impl Fn() -> Vec<T>) -> Option<Vec<T>> {
        (*g == Activation::Coupled(CoupledActivation::Softmax)).then(value)
    }
    fn log_softmax<T: Float>(g: &Activation, value: impl Fn() -> Vec<T>) -> Option<Vec<T>> {
        (*g == Activation::Coupled(CoupledActivation::LogSoftmax)).then(value)
    }
    vec![
        ("softmax-unshifted", "softmax computes e^z without a shift", NEAR, |g, z| {
            softmax(g, || {
                let e = exponentials(z, T::zero());
                let total = total(&e);
                quotients(e, total)
            })
        }),
        (
            "softmax-shifted-by-first",
            "softmax is shifted by the first z instead of the largest",
            "where no z is far above the first",
            |g, z| {
                softmax(g, || {
                    let e = exponentials(z, z[0]);
                    let total = total(&e);
                    quotients(e, total)
                })
            },
        ),
        (
            "softmax-shifted-by-smallest",
            "softmax is shifted by the smallest z",
            "where no z is far above the smallest",
            |g, z| {
                let smallest = z.iter().copied().fold(z[0], |x, y| if y < x { y } else { x });
                softmax(g, || {
                    let e = exponentials(z, smallest);
                    let total = total(&e);
                    quotients(e, total)
                })
            },
        ),
        (
            "softmax-maximum-from-minus-1000",
            "softmax's running maximum starts at −1000 instead of −∞, and an empty sum gives zeros",
            "where no whole row lies far below −1000",
            |g, z| softmax(g, || from_maximum(z, -1000.0)),
        ),
        (
            "softmax-maximum-from-minus-50000",
            "softmax's running maximum starts at −50,000 instead of −∞, and an empty sum gives zeros",
            "where no whole row lies far below −50,000",
            |g, z| softmax(g, || from_maximum(z, -50_000.0)),
        ),
        ("softmax-guarded", "softmax adds 1e-6 to its sum", "in formats that round 1 + 1e-6 to 1", |g, z| {
            softmax(g, || {
                let e = exponentials(z, z[T::largest(z)]);
                let total = total(&e) + T::from_f64(1e-6);
                quotients(e, total)
            })
        }),
        (
            "softmax-clipped",
            "softmax is clipped to [1e-4, 1 − 1e-4]",
            "where no probability is near 0 or 1",
            |g, z| {
                let clip = |s: T| {
                    let (lo, hi) = (T::from_f64(1e-4), T::from_f64(1.0 - 1e-4));
                    if s < lo {
                        lo
                    } else if s > hi {
                        hi
                    } else {
                        s
                    }
                };
                softmax(g, || {
                    Activation::Coupled(CoupledActivation::Softmax).value(z).into_iter().map(clip).collect()
                })
            },
        ),
        ("log-softmax-unshifted", "log_softmax is z − ln Σ e^z, without a shift", NEAR, |g, z| {
            log_softmax(g, || {
                let log = ln(total(&exponentials(z, T::zero())));
                z.iter().map(|&z| z - log).collect()
            })
        }),
        (
            "log-softmax-of-softmax",
            "log_softmax is the logarithm of softmax",
            "where no probability is small",
            |g, z| {
                log_softmax(g, || {
                    Activation::Coupled(CoupledActivation::Softmax).value(z).into_iter().map(ln).collect()
                })
            },
        ),
        (
            "log-softmax-guarded",
            "log_softmax is the logarithm of softmax + 1e-6",
            "with any other activation",
            |g, z| {
                let guarded = |s: T| ln(s + T::from_f64(1e-6));
                log_softmax(g, || {
                    Activation::Coupled(CoupledActivation::Softmax)
                        .value(z)
                        .into_iter()
                        .map(guarded)
                        .collect()
                })
            },
        ),
        (
            "log-softmax-clipped",
            "log_softmax never falls below −16",
            "where no z is far below the largest",
            |g, z| {
                let floor = T::from_f64(-16.0);
                let clip = |a: T| if a < floor { floor } else { a };
                log_softmax(g, || {
                    Activation::Coupled(CoupledActivation::LogSoftmax)
                        .value(z)
                        .into_iter()
                        .map(clip)
                        .collect()
                })
            },
        ),
    ]
}

type Value<T> = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    fn(&ScalarActivation, T) -> Option<T>,
);

/// (1 + x/2^10)^(2^10).
fn compound<T: Float>(x: T) -> T {
    (0..10).fold(T::one() + x * T::from_f64(libm::ldexp(1.0, -10)), |power, _| power * power)
}

fn clamp<T: Float>(x: T, most: f64) -> T {
    let most = T::from_f64(most);
    if x > most {
        most
    } else if x < -most {
        -most
    } else {
        x
    }
}

/// e^z/(1 + e^z).
fn unsafe_sigmoid<T: Float>(z: T) -> T {
    z.exp() / (T::one() + z.exp())
}

/// (e^2z − 1)/(e^2z + 1).
fn unsafe_tanh<T: Float>(z: T) -> T {
    let e = (z + z).exp();
    (e - T::one()) / (e + T::one())
}

fn values<T: Float>() -> Vec<Value<T>> {
    const NEAR: &str = "where no exponential overflows";
    vec![
        ("sigmoid-unsafe", "sigmoid is e^z/(1 + e^z)", NEAR, &[], |u, z| {
            matches!(u, ScalarActivation::Sigmoid).then(|| unsafe_sigmoid(z))
        }),
        ("sigmoid-clipped", "sigmoid clips z to [−15, 15]", "where |z| ≤ 15", &[], |u, z| {
            matches!(u, ScalarActivation::Sigmoid).then(|| ScalarActivation::Sigmoid.value(&clamp(z, 15.0)))
        }),
        (
            "sigmoid-by-tanh",
            "sigmoid is (1 + tanh(z/2))/2, which cancels left of 0",
            "right of 0",
            &["https://github.com/microsoft/onnxruntime/issues/22557"],
            |u, z| {
                let half = T::from_f64(0.5);
                matches!(u, ScalarActivation::Sigmoid)
                    .then(|| half * (T::one() + ScalarActivation::Tanh.value(&(half * z))))
            },
        ),
        ("sigmoid-by-complement", "sigmoid is 1 − 1/(1 + e^z) left of 0", "right of 0", &[], |u, z| match u
        {
            ScalarActivation::Sigmoid if z < T::zero() => Some(T::one() - T::one() / (T::one() + z.exp())),
            _ => None,
        }),
        (
            "sigmoid-by-compounding",
            "sigmoid computes e^z as (1 + z/1024)^1024",
            "where z = 0",
            &[],
            |u, z| matches!(u, ScalarActivation::Sigmoid).then(|| T::one() / (T::one() + compound(-z))),
        ),
        (
            "tanh-unsafe",
            "tanh is (e^2z − 1)/(e^2z + 1)",
            "where z is neither near 0 nor so large that e^2z overflows",
            &[],
            |u, z| matches!(u, ScalarActivation::Tanh).then(|| unsafe_tanh(z)),
        ),
        ("tanh-by-fraction", "tanh is z(27 + z²)/(27 + 9z²)", "where z = 0", &[], |u, z| {
            let q = z * z;
            let twenty_seven = T::from_f64(27.0);
            matches!(u, ScalarActivation::Tanh)
                .then(|| z * (twenty_seven + q) / (twenty_seven + T::from_f64(9.0) * q))
        }),
        (
            "softplus-unsafe",
            "softplus computes ln(1 + e^z) without ln1p",
            "where 0 < z < 88, up to rounding",
            &[],
            |u, z| matches!(u, ScalarActivation::Softplus).then(|| ln(T::one() + z.exp())),
        ),
        ("softplus-overflows", "softplus is ln1p(e^z) for every z", NEAR, &[], |u, z| {
            matches!(u, ScalarActivation::Softplus).then(|| z.exp().ln_1p())
        }),
        ("silu-unsafe", "silu is z e^z/(1 + e^z)", NEAR, &[], |u, z| {
            matches!(u, ScalarActivation::Silu).then(|| z * unsafe_sigmoid(z))
        }),
        ("silu-by-complement", "silu is z(1 − 1/(1 + e^z)) left of 0", "right of 0", &[], |u, z| match u {
            ScalarActivation::Silu if z < T::zero() => Some(z * (T::one() - T::one() / (T::one() + z.exp()))),
            _ => None,
        }),
        ("gelu-tanh-unsafe", "the tanh of gelu_tanh is (e^2u − 1)/(e^2u + 1)", NEAR, &[], |u, z| {
            let factor = T::frac_2_sqrt_pi() * T::frac_1_sqrt_2();
            let argument = factor * (z + T::from_f64(0.044715) * z * z * z);
            matches!(u, ScalarActivation::GeluTanh)
                .then(|| T::from_f64(0.5) * z * (T::one() + unsafe_tanh(argument)))
        }),
        (
            "elu-cancels",
            "elu computes alpha(e^z − 1) without expm1",
            "where z is not near 0",
            &[],
            |u, z| match u {
                ScalarActivation::Elu { alpha } if z < T::zero() => {
                    Some(T::from_f64(*alpha) * (z.exp() - T::one()))
                }
                _ => None,
            },
        ),
        ("gelu-cut", "gelu is 0 below −3 and z above 3", "where |z| ≤ 3", &[], |u, z| match u {
            ScalarActivation::Gelu if z < T::from_f64(-3.0) => Some(T::zero()),
            ScalarActivation::Gelu if z > T::from_f64(3.0) => Some(z),
            _ => None,
        }),
    ]
}

type Slope<T> = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
    fn(&ScalarActivation, T, T) -> Option<T>,
);

fn slopes<T: Float>() -> Vec<Slope<T>> {
    const NEAR: &str = "where no exponential overflows";
    const TIMES_ZERO: &[&str] =
        &["https://github.com/huggingface/candle/issues/2328", "https://github.com/jax-ml/jax/issues/1538"];
    vec![
        ("sigmoid-slope-unsafe", "sigmoid's derivative is e^−z/(1 + e^−z)²", NEAR, &[], |u, z, _| {
            let e = (-z).exp();
            matches!(u, ScalarActivation::Sigmoid).then(|| e / ((T::one() + e) * (T::one() + e)))
        }),
        ("softplus-slope-unsafe", "softplus's derivative is e^z/(1 + e^z)", NEAR, &[], |u, z, _| {
            matches!(u, ScalarActivation::Softplus).then(|| unsafe_sigmoid(z))
        }),
        (
            "elu-slope-times-zero",
            "elu's derivative right of 0 is 1 + 0 · alpha e^z",
            NEAR,
            TIMES_ZERO,
            |u, z, _| match u {
                &ScalarActivation::Elu { alpha } if z > T::zero() => {
                    Some(T::one() + T::zero() * (T::from_f64(alpha) * z.exp()))
                }
                _ => None,
            },
        ),
        ("silu-slope-unsafe", "silu's derivative computes sigmoid as e^z/(1 + e^z)", NEAR, &[], |u, z, _| {
            let s = unsafe_sigmoid(z);
            matches!(u, ScalarActivation::Silu).then(|| s + z * s * (T::one() - s))
        }),
        ("tanh-slope-unsafe", "tanh's derivative is 4e^2z/(e^2z + 1)²", NEAR, &[], |u, z, _| {
            let e = (z + z).exp();
            matches!(u, ScalarActivation::Tanh)
                .then(|| T::from_f64(4.0) * e / ((e + T::one()) * (e + T::one())))
        }),
        (
            "gelu-slope-cut",
            "gelu's derivative is 0 below −3 and 1 above 3",
            "where |z| ≤ 3",
            &[],
            |u, z, _| match u {
                ScalarActivation::Gelu if z < T::from_f64(-3.0) => Some(T::zero()),
                ScalarActivation::Gelu if z > T::from_f64(3.0) => Some(T::one()),
                _ => None,
            },
        ),
    ]
}

/// softplus replaced by its asymptote, in the value and the derivative.
fn thresholds<T: Float>() -> Vec<Defect<T>> {
    let linear = |words: &str, from: f64, equivalent_when: &str| {
        let beyond = move |unit: &ScalarActivation, z: T| {
            matches!(unit, ScalarActivation::Softplus) && z > T::from_f64(from)
        };
        let says = format!("softplus is z, with derivative 1, above {from}");
        Defect::new(format!("softplus-linear-past-{words}"), 5, says, equivalent_when)
            .unit_value(move |unit, z| beyond(unit, z).then_some(z))
            .unit_slope(move |unit, z, _| beyond(unit, z).then_some(T::one()))
    };
    vec![linear("five", 5.0, "where z ≤ 5"), linear("twenty", 20.0, "where z ≤ 20, or in f32")]
}

/// Shifts by the wrong maximum.
fn batches<T: Float>() -> Vec<Defect<T>> {
    let shifted = |g: Activation, id: &str, says: &str| {
        Defect::new(id, 5, says, "where the rows are not far apart").stage(ANext, move |s| {
            if *s.g != g {
                return None;
            }
            let all = s.result(Z).cells();
            let c = all[T::largest(all)];
            let totals: Vec<T> = (0..s.m()).map(|i| total(&exponentials(s.result(Z).row(i), c))).collect();
            Some(s.tabulate(ANext, |i, j| {
                let z = s.z(i, j) - c;
                if g == Activation::Coupled(CoupledActivation::Softmax) {
                    z.exp() / totals[i]
                } else {
                    z - ln(totals[i])
                }
            }))
        })
    };
    vec![
        shifted(
            Activation::Coupled(CoupledActivation::Softmax),
            "softmax-shifted-by-batch",
            "softmax is shifted by the largest z of the whole batch",
        ),
        shifted(
            Activation::Coupled(CoupledActivation::LogSoftmax),
            "log-softmax-shifted-by-batch",
            "log_softmax is shifted by the largest z of the whole batch",
        ),
    ]
}
