//! Detects products whose factors are shorter than the numbers they are stored as, as matrix-product units take them.
//!
//! In a Σ of a thousand terms such factors stay within the tolerances, which allow for errors of one sign. But their errors
//! are no accident: the same products of equally short factors have the same ones. For a layer that conforms, the error of
//! an element is independent of what shortening would change, which has either sign equally often, so that at most one in
//! two becomes four times smaller by chance. 58 of 64 do so with a probability below 10^-11.

use super::Asked;
use crate::conform::judge::pattern::joined;
use crate::grid::Grid;
use crate::number::Format;
use crate::problem::activation::VectorFunction;
use crate::trace::Quantity;
use rayon::prelude::*;

/// The fewest elements with an error that are enough.
const ENOUGH: usize = 64;

/// How many elements of each result of a case are computed at least, in whole rows.
const SAMPLE: usize = 2 * ENOUGH;

/// Bits of short factors, and where they are found.
const SHORT: [(i32, &str); 3] = [(24, "f32"), (11, "TF32 or f16"), (8, "bf16")];

/// How a factor is shortened.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rounding {
    ToEven,
    Away,
    TowardZero,
}

/// x with so many significant bits.
fn shortened(x: f64, bits: i32, rounding: Rounding) -> f64 {
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
        let names: Vec<String> = short.map(|(quantity, _)| quantity.name().into()).collect();
        let done = if rounding == Rounding::TowardZero { "cut" } else { "rounded" };
        let (products, storage) = (joined(&names), storage.name());
        let says = || format!("the factors of {products} look {done} to {bits} bits, as in {found}: is everything really computed in {storage}?");
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

/// Some rows of a result, and the products that they are.
struct Sample<'a> {
    asked: &'a Asked<'a>,
    /// Z, dW or dÃ.
    product: Quantity,
    rows: Vec<usize>,
    a_tilde: &'a Grid<f64>,
    dz: &'a Grid<f64>,
    /// Whether the layer does not show the product, but what is computed from it alone: A_next of Z, or dA of dÃ.
    is_hidden: bool,
    got: Vec<f64>,
    /// What the layer's own factors lead to.
    right: Vec<f64>,
}

impl<'a> Sample<'a> {
    /// Some rows of a product, if the layer shows it, or else of the result that follows.
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
        let rows: Vec<usize> = (0..rows).step_by((rows * cols).div_ceil(SAMPLE).clamp(1, rows)).collect();
        let mut sample = Sample {
            got: rows.iter().flat_map(|&i| result.row(i)).copied().collect(),
            a_tilde: shown(Quantity::ATilde).unwrap_or(&expected.forward.a_tilde),
            dz: shown(Quantity::Dz).unwrap_or(&expected.backward.dz),
            right: Vec::new(),
            asked,
            product,
            rows,
            is_hidden,
        };
        sample.right = sample.computed(&|x| x);
        Some(sample)
    }

    /// These elements with each factor so changed.
    fn computed(&self, factor: &(impl Fn(f64) -> f64 + Sync)) -> Vec<f64> {
        let problem = &self.asked.question.problem;
        let (m, n, n_next, inputs) = (problem.m(), problem.n(), problem.n_next(), problem.inputs());
        let (a_tilde, dz, w) = (self.a_tilde, self.dz, &inputs.w);
        let sum = |terms: usize, term: &dyn Fn(usize) -> [f64; 2]| -> f64 {
            (0..terms).map(term).map(|[x, y]| factor(x) * factor(y)).sum()
        };
        let row = |&row: &usize| -> Vec<f64> {
            match self.product {
                Quantity::Dw => {
                    let entry = |j: usize| sum(m, &|i| [a_tilde.at(i, row), dz.at(i, j)]);
                    (0..n_next).map(entry).collect()
                }
                Quantity::DaTilde => {
                    let scale = |k: usize| inputs.r.at(row, k) / inputs.keep_prob.at(k);
                    let scale = |k: usize| if self.is_hidden { scale(k) } else { 1.0 };
                    (0..n).map(|k| scale(k) * sum(n_next, &|j| [dz.at(row, j), w.at(k, j)])).collect()
                }
                _ => {
                    let entry = |j: usize| sum(n, &|k| [a_tilde.at(row, k), w.at(k, j)]) + inputs.b.at(j);
                    let z: Vec<f64> = (0..n_next).map(entry).collect();
                    if self.is_hidden { problem.activation().value(&z) } else { z }
                }
            }
        };
        self.rows.par_iter().flat_map_iter(row).collect()
    }
}
