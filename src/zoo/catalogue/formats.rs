//! Numbers in a shorter format than the layer claims: results, inputs, partial sums and constants.

use crate::grid::Grid;
use crate::number::{Format, sum};
use crate::problem::activation::{ScalarActivation, VectorFunction};
use crate::scalar::Inputs;
use crate::trace::Quantity::{self, ANext, ATilde, Da, DaTilde, Db, Dw, Dz, Z};
use crate::zoo::{Defect, Float, StepContext};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_PI, FRAC_2_SQRT_PI};

/// The shorter formats.
const SHORT: [Format; 3] = [Format::F32, Format::F16, Format::Bf16];

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let mut defects = Vec::new();
    for format in SHORT {
        for (quantity, equation) in RESULTS {
            defects.push(result(quantity, equation, format));
        }
        if format == Format::F16 {
            continue;
        }
        defects.extend(inputs(format));
        defects.extend(sums(format));
        defects.extend(factors(format));
    }
    defects.extend(functions());
    defects.extend(constants());
    defects.extend(everything());
    defects.extend(products());
    defects
}

const RESULTS: [(Quantity, u8); 8] =
    [(ATilde, 3), (Z, 4), (ANext, 5), (Dz, 38), (Dw, 39), (Db, 40), (DaTilde, 41), (Da, 42)];

fn name(quantity: Quantity) -> String {
    quantity.name().to_lowercase().replace('_', "-")
}

fn equivalent_when(format: Format) -> String {
    format!("in {0}, or where {0} holds it exactly", format.name())
}

/// x in a shorter format.
fn kept<T: Float>(format: Format, x: T) -> T {
    let x: f64 = x.into();
    T::from_f64(if x.is_finite() { format.nearest(x) } else { x })
}

fn result<T: Float>(quantity: Quantity, equation: u8, format: Format) -> Defect<T> {
    let id = format!("{}-in-{}", name(quantity), format.name());
    let says = format!("{} is rounded to {}", quantity.name(), format.name());
    Defect::new(id, equation, says, equivalent_when(format))
        .after(quantity, move |_, x, _, _| kept(format, x))
}

fn inputs<T: Float>(format: Format) -> Vec<Defect<T>> {
    type Input<T> = (&'static str, &'static str, u8, fn(&StepContext<T>, &dyn Fn(T) -> T) -> Inputs<T>);
    let rows: [Input<T>; 5] = [
        ("a", "A", 3, |s, short| {
            let a = s.inputs.a.map(|&x| short(x));
            Inputs { a, ..s.inputs.clone() }
        }),
        ("p", "p", 3, |s, short| {
            let keep_prob = s.inputs.keep_prob.iter().map(|&x| short(x)).collect();
            Inputs { keep_prob, ..s.inputs.clone() }
        }),
        ("w", "W", 4, |s, short| {
            let w = s.inputs.w.map(|&x| short(x));
            Inputs { w, ..s.inputs.clone() }
        }),
        ("b", "b", 4, |s, short| {
            let b = s.inputs.b.iter().map(|&x| short(x)).collect();
            Inputs { b, ..s.inputs.clone() }
        }),
        ("da-next", "dA_next", 38, |s, short| {
            let da_next = s.inputs.da_next.map(|&x| short(x));
            Inputs { da_next, ..s.inputs.clone() }
        }),
    ];
    let defect = |(id, what, equation, read): Input<T>| {
        let id = format!("{id}-read-in-{}", format.name());
        Defect::new(
            id,
            equation,
            format!("{what} is rounded to {} when it is read", format.name()),
            equivalent_when(format),
        )
        .reads(move |s| read(s, &|x| kept(format, x)))
    };
    rows.map(defect).into()
}

/// Σ with every product and every partial sum rounded.
fn short_sum<T: Float>(format: Format, terms: impl Iterator<Item = T>) -> T {
    terms.fold(T::zero(), |total, term| kept(format, total + kept(format, term)))
}

fn sums<T: Float>(format: Format) -> Vec<Defect<T>> {
    let defect = |quantity: Quantity, equation| {
        let id = format!("{}-summed-in-{}", name(quantity), format.name());
        Defect::new(
            id,
            equation,
            format!("{} is summed in {}", quantity.name(), format.name()),
            equivalent_when(format),
        )
    };
    vec![
        defect(Z, 4).cell(Z, move |s, i, j| {
            short_sum(format, (0..s.n()).map(|k| s.w(k, j) * s.a_tilde(i, k))) + s.b(j)
        }),
        defect(Dw, 39)
            .cell(Dw, move |s, k, j| short_sum(format, (0..s.m()).map(|i| s.dz(i, j) * s.a_tilde(i, k)))),
        defect(Db, 40).cell(Db, move |s, _, j| short_sum(format, (0..s.m()).map(|i| s.dz(i, j)))),
        defect(DaTilde, 41)
            .cell(DaTilde, move |s, i, k| short_sum(format, (0..s.n_next()).map(|j| s.dz(i, j) * s.w(k, j)))),
    ]
}

fn factors<T: Float>(format: Format) -> Vec<Defect<T>> {
    let factor = move |s: &StepContext<T>, k: usize| kept(format, T::one() / s.p(k));
    let defect = |place: &str, equation| {
        let says = format!("the {place} pass rounds 1/p to {}", format.name());
        Defect::new(format!("scale-in-{}-{place}", format.name()), equation, says, equivalent_when(format))
    };
    vec![
        defect("forward", 3).cell(ATilde, move |s, i, k| s.r(i, k) * factor(s, k) * s.a(i, k)),
        defect("backward", 42).cell(Da, move |s, i, k| s.da_tilde(i, k) * s.r(i, k) * factor(s, k)),
    ]
}

/// Functions and their constants.
fn functions<T: Float>() -> Vec<Defect<T>> {
    const IN_F32: &str = "in f32";
    let singles = |row: &[T]| -> Vec<f32> { row.iter().map(|&x| x.into() as f32).collect() };
    let back = |row: Vec<f32>| -> Vec<T> { row.into_iter().map(|x| T::from_f64(x.into())).collect() };
    let short = |x: f64| f64::from(x as f32);
    vec![
        Defect::new("activation-in-f32", 5, "g is computed in f32", IN_F32)
            .value(move |g, z| Some(back(g.value(&singles(z))))),
        Defect::new("jacobian-in-f32", 38, "the Jacobian is applied in f32", IN_F32)
            .gradient(move |g, da, z, _| Some(back(g.row_times_jacobian(&singles(da), &singles(z))))),
        Defect::new("leaky-relu-slope-in-f32", 5, "leaky_relu rounds its slope to f32", IN_F32)
            .unit_value(move |u, z| match u {
                ScalarActivation::LeakyRelu { slope } => {
                    Some(ScalarActivation::LeakyRelu { slope: short(*slope) }.value(&z))
                }
                _ => None,
            })
            .unit_slope(move |u, z, _| match u {
                ScalarActivation::LeakyRelu { slope } => {
                    Some(ScalarActivation::LeakyRelu { slope: short(*slope) }.derivative(&z))
                }
                _ => None,
            }),
        Defect::new("elu-alpha-in-f32", 5, "elu rounds its alpha to f32", IN_F32)
            .unit_value(move |u, z| match u {
                ScalarActivation::Elu { alpha } => {
                    Some(ScalarActivation::Elu { alpha: short(*alpha) }.value(&z))
                }
                _ => None,
            })
            .unit_slope(move |u, z, _| match u {
                ScalarActivation::Elu { alpha } => {
                    Some(ScalarActivation::Elu { alpha: short(*alpha) }.derivative(&z))
                }
                _ => None,
            }),
    ]
}

/// Constants of gelu and gelu_tanh, with the right derivative behind them.
pub fn constants<T: Float>() -> Vec<Defect<T>> {
    const IN_F32: &str = "in f32";
    const OTHERWISE: &str = "with any other activation";
    let short = |x: f64| f64::from(x as f32);
    let gelu = |id: &str, says: &str, equivalent_when: &str, root: f64| -> Defect<T> {
        Defect::new(id, 5, says, equivalent_when).unit_value(move |u, z: T| {
            matches!(u, ScalarActivation::Gelu)
                .then(|| z * (-z * T::from_f64(root)).erfc() * T::from_f64(0.5))
        })
    };
    let gelu_tanh = |id: &str, says: &str, equivalent_when: &str, factor: f64, cubic: f64| -> Defect<T> {
        Defect::new(id, 5, says, equivalent_when).unit_value(move |u, z: T| {
            let argument = T::from_f64(2.0 * factor) * (z + T::from_f64(cubic) * z * z * z);
            matches!(u, ScalarActivation::GeluTanh).then(|| z * ScalarActivation::Sigmoid.value(&argument))
        })
    };
    const FACTOR: f64 = FRAC_2_SQRT_PI * FRAC_1_SQRT_2;
    vec![
        gelu("gelu-root-in-f32", "gelu rounds 1/√2 to f32", IN_F32, short(FRAC_1_SQRT_2)),
        gelu("gelu-short-root", "gelu uses 1.414 for √2", OTHERWISE, 1.0 / 1.414),
        gelu_tanh("gelu-tanh-short-factor", "gelu_tanh uses 0.7979 for √(2/π)", OTHERWISE, 0.7979, 0.044715),
        gelu_tanh(
            "gelu-tanh-factor-in-f32",
            "gelu_tanh rounds its constants to f32",
            IN_F32,
            short(FACTOR),
            short(0.044715),
        ),
        gelu_tanh(
            "gelu-tanh-cubic-in-f32",
            "gelu_tanh rounds 0.044715 to f32",
            IN_F32,
            FACTOR,
            short(0.044715),
        ),
        gelu_tanh(
            "gelu-tanh-two-over-pi-in-f32",
            "gelu_tanh rounds 0.044715 and 2/π to f32",
            IN_F32,
            short(FRAC_2_PI).sqrt(),
            short(0.044715),
        ),
    ]
}

/// Defects of all results at once.
fn everything<T: Float>() -> Vec<Defect<T>> {
    let all = |id: &str, says: &str, equivalent_when: &str, change: fn(f64) -> f64| -> Defect<T> {
        RESULTS.into_iter().fold(Defect::new(id, 3, says, equivalent_when), |defect, (quantity, _)| {
            defect.after(quantity, move |_, x: T, _, _| T::from_f64(change(x.into())))
        })
    };
    vec![
        all(
            "results-whole",
            "all results are rounded to integers",
            "where all of them are integers",
            f64::round,
        ),
        all(
            "results-in-thousandths",
            "all results are rounded to thousandths",
            "where all of them are multiples of 0.001",
            |x| {
                if x.abs() < 1e12 { (x * 1e3).round() / 1e3 } else { x }
            },
        ),
        all(
            "results-with-six-digits",
            "all results are rounded to six digits",
            "where no result has more digits",
            |x| format!("{x:.5e}").parse().unwrap_or(x),
        ),
        all(
            "results-clamped",
            "all results are clamped to ±448",
            "where no result exceeds 448 in size",
            |x| x.clamp(-448.0, 448.0),
        ),
        all(
            "results-flushed",
            "results below 1e-6 in size become 0",
            "where no nonzero result is that small",
            |x| {
                if x.abs() < 1e-6 { 0.0 } else { x }
            },
        ),
        all(
            "results-nan-to-zero",
            "results above 1e30 in size become 0",
            "where no result is that large",
            |x| {
                if x.abs() > 1e30 { 0.0 } else { x }
            },
        ),
    ]
}

/// Products of shortened factors, as matrix-product units compute them.
fn products<T: Float>() -> Vec<Defect<T>> {
    /// Rounded to eleven bits, whatever the exponent.
    fn tf32<T: Float>(x: T) -> T {
        let x: f64 = x.into();
        let c = x * (libm::ldexp(1.0, 42) + 1.0);
        let high = c - (c - x);
        if high.is_finite() { T::from_f64(high) } else { T::from_f64(x) }
    }
    fn eight_bits<T: Float>(w: &Grid<T>) -> Grid<T> {
        let most = w.cells().iter().fold(0.0, |most: f64, &w| most.max(w.into().abs()));
        let step = if most == 0.0 { 1.0 } else { most / 127.0 };
        w.map(|&w| T::from_f64((w.into() / step).round() * step))
    }
    let equivalent_when = "where every factor fits in eleven bits";
    vec![
        Defect::new("z-in-tf32", 4, "the factors of Z are rounded to eleven bits", equivalent_when)
            .cell(Z, |s, i, j| sum(0..s.n(), |k| tf32(s.w(k, j)) * tf32(s.a_tilde(i, k))) + s.b(j)),
        Defect::new("dw-in-tf32", 39, "the factors of dW are rounded to eleven bits", equivalent_when)
            .cell(Dw, |s, k, j| sum(0..s.m(), |i| tf32(s.dz(i, j)) * tf32(s.a_tilde(i, k)))),
        Defect::new("da-tilde-in-tf32", 41, "the factors of dÃ are rounded to eleven bits", equivalent_when)
            .cell(DaTilde, |s, i, k| sum(0..s.n_next(), |j| tf32(s.dz(i, j)) * tf32(s.w(k, j)))),
        Defect::new(
            "weights-in-eight-bits",
            4,
            "W is rounded to multiples of 1/127 of its largest entry",
            "where every entry is such a multiple",
        )
        .reads(|s| {
            let mut inputs = s.inputs.clone();
            inputs.w = eight_bits(&inputs.w);
            inputs
        }),
    ]
}
