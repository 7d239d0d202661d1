//! Detects products whose factors were rounded to a shorter format first, as tensor cores do.
//!
//! In a Σ of a thousand terms such factors may stay within the tolerances, which allow for errors of one sign. But their
//! errors are no accident: the same products of equally short factors have the same ones. For a layer that conforms, the
//! error of an element is independent of what shortening would change, which has either sign equally often, so that at most
//! one in two becomes four times smaller by chance. 58 of 64 do so with a probability below 10^-11.

use super::Asked;
use crate::conform::judge::pattern::joined;
use crate::grid::Grid;
use crate::number::Format;
use crate::problem::activation::VectorFunction;
use crate::trace::Quantity;
use rayon::prelude::*;

/// The fewest elements with an error from which anything is concluded.
const ENOUGH: usize = 64;

/// How many elements of each product of a case are looked at: a prime number, so that they do not lie in one column, and
/// enough for a dA of which most is dropped.
const SAMPLE: usize = 509;

/// Bits of short factors, and where they are found.
const SHORT: [(i32, &str); 3] =
    [(Format::F32.bits(), "f32"), (Format::F16.bits(), "TF32 or f16"), (Format::Bf16.bits(), "bf16")];

/// How a factor is shortened.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rounding {
    ToEven,
    Away,
    TowardZero,
}

/// x with so many significant bits.
fn shortened(x: f64, bits: i32, rounding: Rounding) -> f64 {
    if !x.is_finite() {
        return x;
    }
    let dropped = f64::MANTISSA_DIGITS as i32 - bits;
    let (word, half) = (x.to_bits(), 1u64 << (dropped - 1));
    let word = match rounding {
        Rounding::ToEven => word + (half - 1) + (word >> dropped & 1),
        Rounding::Away => word + half,
        Rounding::TowardZero => word,
    };
    f64::from_bits(word >> dropped << dropped)
}

/// Which products have short factors, if any.
pub fn remark(storage: Format, asked: &[Asked]) -> Option<String> {
    let samples = [Quantity::Z, Quantity::Dw, Quantity::DaTilde].map(|product| {
        let samples = asked.par_iter().filter_map(|asked| Sample::of(asked, product));
        (product, samples.collect::<Vec<_>>())
    });
    let roundings = [Rounding::ToEven, Rounding::Away, Rounding::TowardZero];
    let shorter = SHORT.into_iter().filter(|(bits, _)| *bits < storage.bits());
    let mut ways = shorter.flat_map(|short| roundings.map(|rounding| (short, rounding)));
    ways.find_map(|((bits, found), rounding)| {
        let is_short = |samples: &[Sample]| are_of(samples, |x| shortened(x, bits, rounding));
        let short = samples.iter().filter(|(_, samples)| is_short(samples));
        let names: Vec<String> = short.map(|(product, _)| product.name().into()).collect();
        let done = if rounding == Rounding::TowardZero { "cut" } else { "rounded" };
        let (products, storage) = (joined(&names), storage.name());
        let says = || {
            format!(
                "the factors of {products} look {done} to {bits} bits, as in {found}: is everything really computed in {storage}?"
            )
        };
        (!names.is_empty()).then(says)
    })
}

/// Whether shortening the factors explains nine errors in ten, and there are enough of them.
fn are_of(samples: &[Sample], short: impl Fn(f64) -> f64 + Sync) -> bool {
    let (mut errors, mut explained) = (0, 0);
    for sample in samples {
        for ((&got, &right), computed) in sample.got.iter().zip(&sample.right).zip(sample.computed(&short)) {
            let error = (got - right).abs();
            if error > 0.0 && error.is_finite() {
                errors += 1;
                explained += usize::from(4.0 * (got - computed).abs() <= error);
            }
        }
    }
    errors >= ENOUGH && 10 * explained >= 9 * errors
}

/// Some elements of a product.
struct Sample<'a> {
    asked: &'a Asked<'a>,
    /// Z, dW or dÃ.
    product: Quantity,
    /// Whether the layer does not show the product, but what is computed from it alone: A_next of Z, or dA of dÃ.
    is_hidden: bool,
    a_tilde: &'a Grid<f64>,
    dz: &'a Grid<f64>,
    /// Rows and columns; where A_next stands for Z, whole rows.
    places: Vec<[usize; 2]>,
    got: Vec<f64>,
    /// What the layer's own factors lead to.
    right: Vec<f64>,
}

impl<'a> Sample<'a> {
    fn of(asked: &'a Asked<'a>, product: Quantity) -> Option<Self> {
        let (results, expected) = (asked.results?, &asked.question.solved().ok()?.expected);
        let shown = |quantity: Quantity| results.shaped(quantity, expected.shape(quantity)).ok();
        let is_hidden = shown(product).is_none();
        let result = shown(match (is_hidden, product) {
            (true, Quantity::Z) => Quantity::ANext,
            (true, Quantity::DaTilde) => Quantity::Da,
            _ => product,
        })?;
        let (rows, cols) = result.shape();
        let places: Vec<[usize; 2]> = if is_hidden && product == Quantity::Z {
            let rows = spread(SAMPLE.div_ceil(cols), rows);
            rows.flat_map(|i| (0..cols).map(move |j| [i, j])).collect()
        } else {
            spread(SAMPLE, rows * cols).map(|at| [at / cols, at % cols]).collect()
        };
        let mut sample = Sample {
            got: places.iter().map(|&[i, j]| result.at(i, j)).collect(),
            a_tilde: shown(Quantity::ATilde).unwrap_or(&expected.forward.a_tilde),
            dz: shown(Quantity::Dz).unwrap_or(&expected.backward.dz),
            right: Vec::new(),
            asked,
            product,
            is_hidden,
            places,
        };
        sample.right = sample.computed(&|x| x);
        Some(sample)
    }

    /// These elements with each factor so changed.
    fn computed(&self, factor: &(impl Fn(f64) -> f64 + Sync)) -> Vec<f64> {
        let problem = &self.asked.question.problem;
        let (m, n, n_next, inputs) = (problem.m(), problem.n(), problem.n_next(), problem.inputs());
        let (a_tilde, dz, w) = (self.a_tilde, self.dz, &inputs.w);
        let product = |x: f64, y: f64| factor(x) * factor(y);
        let element = |&[i, j]: &[usize; 2]| -> f64 {
            match self.product {
                Quantity::Z => {
                    (0..n).map(|k| product(a_tilde.at(i, k), w.at(k, j))).sum::<f64>() + inputs.b.at(j)
                }
                Quantity::Dw => (0..m).map(|l| product(a_tilde.at(l, i), dz.at(l, j))).sum(),
                _ => {
                    let sum: f64 = (0..n_next).map(|l| product(dz.at(i, l), w.at(j, l))).sum();
                    if self.is_hidden { inputs.r.at(i, j) / inputs.keep_prob.at(j) * sum } else { sum }
                }
            }
        };
        let computed: Vec<f64> = self.places.par_iter().map(element).collect();
        match self.product {
            Quantity::Z if self.is_hidden => {
                computed.chunks(n_next).flat_map(|z| problem.activation().value(z)).collect()
            }
            _ => computed,
        }
    }
}

/// At most so many of the numbers below `all`, evenly spread.
fn spread(count: usize, all: usize) -> impl Iterator<Item = usize> {
    let count = count.min(all);
    (0..count).map(move |at| at * all / count)
}
