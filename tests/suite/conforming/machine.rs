//! [`Machine`]: arithmetic as an implementation with given freedoms does it, and how it takes a Σ.
//!
//! Each number is a double that the format in question holds. The arithmetic conforms, except for the
//! defects that the tests plant: those of [`Defect`].

use super::format::{fused, halved, shortened, stochastic, toward_zero, two_sum};
use super::freedom::{Accumulator, Freedom, Order};
use super::value::Value;
use dropout_oracle::number::{Arithmetic, Format};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::cell::RefCell;

/// One defect in arithmetic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Defect {
    /// The first product of each Σ is rounded to half of the bits.
    ShortProduct,
    /// Each Σ of more than one term lacks its last.
    LostTerm,
    /// 1/p is rounded to half of the bits.
    ShortInverse,
    /// exp and expm1 are rounded to half of the bits.
    ShortExponential,
    /// Each Σ rounds toward zero, partial sums and result.
    Truncation,
    /// Each product and partial sum is rounded to this many bits fewer than its format has.
    ShortSum(i32),
    /// Each product and partial sum is rounded up or down at random, to the nearer number more often.
    StochasticSum,
}

/// An implementation's arithmetic.
pub struct Machine {
    pub arithmetic: Arithmetic,
    pub freedom: Freedom,
    pub defect: Option<Defect>,
    words: RefCell<ChaCha8Rng>,
}

impl Machine {
    pub fn new(arithmetic: Arithmetic, freedom: Freedom, defect: Option<Defect>) -> Self {
        Machine { arithmetic, freedom, defect, words: RefCell::new(ChaCha8Rng::seed_from_u64(freedom.seed)) }
    }

    fn nearest(&self, format: Format, x: f64) -> f64 {
        self.freedom.ties.nearest(format, x)
    }

    /// A number as it is.
    pub fn value(&self, x: f64) -> Value<'_> {
        Value { x, machine: self }
    }

    /// A constant of a formula.
    pub fn constant(&self, x: f64) -> Value<'_> {
        self.value(self.nearest(self.freedom.between, x))
    }

    /// p, slope or alpha.
    pub fn parameter(&self, x: f64) -> Value<'_> {
        self.value(self.nearest(self.freedom.between, self.nearest(self.freedom.parameters, x)))
    }

    /// An input or a result as it is stored.
    pub fn stored(&self, x: f64) -> f64 {
        self.flushed(self.arithmetic.storage, self.nearest(self.arithmetic.storage, x))
    }

    /// A result as it is stored, and as the next equation reads it.
    pub fn result(&self, x: f64) -> [f64; 2] {
        let stored = self.stored(x);
        [stored, if self.freedom.kept { self.rounded(x) } else { stored }]
    }

    /// A Σ as it is stored, and as the next equation reads it.
    pub fn result_of_sum(&self, x: f64) -> [f64; 2] {
        match self.defect {
            Some(Defect::Truncation) => self.result(toward_zero(self.arithmetic.storage, x)),
            _ => self.result(x),
        }
    }

    /// 1/p.
    pub fn inverse<'m>(&'m self, p: Value<'m>) -> Value<'m> {
        let inverse = self.value(1.0) / p;
        match self.defect {
            Some(Defect::ShortInverse) => self.value(halved(self.arithmetic.storage, inverse.x)),
            _ => inverse,
        }
    }

    /// Which of n textbook formulas.
    pub fn formula(&self, of: usize) -> usize {
        self.freedom.formula % of
    }

    /// A whole number below n.
    pub fn below(&self, n: u64) -> u64 {
        self.words.borrow_mut().next_u64() % n
    }

    fn flushed(&self, format: Format, x: f64) -> f64 {
        if self.freedom.flushes_results && x.abs() < format.least_normal() { 0.0 } else { x }
    }

    pub fn operand(&self, format: Format, x: f64) -> f64 {
        if self.freedom.flushes_operands && x.abs() < format.least_normal() { 0.0 } else { x }
    }

    /// An intermediate result.
    pub fn rounded(&self, x: f64) -> f64 {
        self.flushed(self.freedom.between, self.nearest(self.freedom.between, x))
    }

    /// The format of products and partial sums.
    fn accumulator(&self) -> Format {
        match self.freedom.accumulator {
            Accumulator::In(format) => format,
            Accumulator::TwoDoubles => Format::F64,
        }
    }

    /// A factor of a term of a Σ, scaled in the format of its products.
    pub fn scaled_term(&self, x: f64, factor: f64) -> f64 {
        let format = self.accumulator();
        let product = self.operand(format, x) * self.operand(format, factor);
        self.flushed(format, self.nearest(format, product))
    }

    /// Σ of products, rounded only to the format of the partial sums.
    pub fn dot(&self, terms: &[(f64, f64)]) -> f64 {
        let terms = match (self.defect, terms) {
            (Some(Defect::LostTerm), [most @ .., _]) if !most.is_empty() => most,
            _ => terms,
        };
        let mut terms = terms.to_vec();
        if self.defect == Some(Defect::ShortProduct) && !terms.is_empty() {
            terms[0] = (halved(self.arithmetic.storage, terms[0].0 * terms[0].1), 1.0);
        }
        match self.freedom.accumulator {
            Accumulator::In(format) => Sum { machine: self, format }.total(terms),
            Accumulator::TwoDoubles => {
                let add = |(high, low): (f64, f64), (x, y): (f64, f64)| {
                    let product = x * y;
                    let (sum, rest) = two_sum(high, product);
                    (sum, low + (rest + x.mul_add(y, -product)))
                };
                let (high, low) = terms.into_iter().fold((0.0, 0.0), add);
                if high.is_finite() { high + low } else { high }
            }
        }
    }

    /// The sums of the first one, two, three … values, each from the one before it.
    pub fn running_sums(&self, terms: &[Value<'_>]) -> Vec<Value<'_>> {
        let sum = Sum { machine: self, format: self.accumulator() };
        let totals = terms.iter().scan(0.0, |total, term| {
            *total = sum.plus(*total, term.x);
            Some(self.rounded_value(*total))
        });
        totals.collect()
    }

    /// An intermediate result.
    pub fn rounded_value(&self, x: f64) -> Value<'_> {
        self.value(self.rounded(x))
    }

    /// Σ of values, as an intermediate result.
    pub fn sum<'m>(&'m self, terms: impl Iterator<Item = Value<'m>>) -> Value<'m> {
        let terms: Vec<_> = terms.map(|term| (term.x, 1.0)).collect();
        self.rounded_value(self.dot(&terms))
    }
}

/// The Σ of a machine in one format.
struct Sum<'m> {
    machine: &'m Machine,
    format: Format,
}

impl Sum<'_> {
    fn total(&self, mut terms: Vec<(f64, f64)>) -> f64 {
        match self.machine.freedom.order {
            Order::Natural => self.chain(terms),
            Order::Reversed => self.chain(terms.into_iter().rev()),
            Order::Shuffled => {
                for last in (1..terms.len()).rev() {
                    terms.swap(last, self.machine.below(last as u64 + 1) as usize);
                }
                self.chain(terms)
            }
            Order::Lanes(lanes) => {
                let lane = |l: usize| self.chain(terms.iter().skip(l).step_by(lanes).copied());
                self.chain((0..lanes.min(terms.len())).map(|l| (lane(l), 1.0)))
            }
            Order::Blocks(length) => {
                self.chain(terms.chunks(length).map(|block| (self.chain(block.iter().copied()), 1.0)))
            }
            Order::Pairwise => self.pairwise(&terms),
            Order::Compensated => self.compensated(terms),
        }
    }

    fn chain(&self, terms: impl IntoIterator<Item = (f64, f64)>) -> f64 {
        terms.into_iter().fold(0.0, |total, term| self.plus_product(total, term))
    }

    fn pairwise(&self, terms: &[(f64, f64)]) -> f64 {
        if terms.len() <= 2 {
            return self.chain(terms.iter().copied());
        }
        let (left, right) = terms.split_at(terms.len() / 2);
        self.plus(self.pairwise(left), self.pairwise(right))
    }

    fn compensated(&self, terms: Vec<(f64, f64)>) -> f64 {
        let add = |(total, lost): (f64, f64), (x, y): (f64, f64)| {
            let term = self.plus_product(0.0, (x, y));
            let sum = self.plus(total, term);
            let (large, small) = if total.abs() < term.abs() { (term, total) } else { (total, term) };
            (sum, self.plus(lost, self.plus(self.plus(large, -sum), small)))
        };
        let (total, lost) = terms.into_iter().fold((0.0, 0.0), add);
        self.plus(total, lost)
    }

    fn plus_product(&self, total: f64, (x, y): (f64, f64)) -> f64 {
        let operand = |x| self.machine.operand(self.format, x);
        let (total, x, y) = (operand(total), operand(x), operand(y));
        if self.machine.freedom.fused && self.machine.defect != Some(Defect::Truncation) {
            self.machine.flushed(self.format, fused(self.machine.freedom.ties, self.format, x, y, total))
        } else {
            self.plus(total, self.result(x * y))
        }
    }

    fn plus(&self, x: f64, y: f64) -> f64 {
        self.result(self.machine.operand(self.format, x) + self.machine.operand(self.format, y))
    }

    fn result(&self, x: f64) -> f64 {
        let rounded = match self.machine.defect {
            Some(Defect::Truncation) => toward_zero(self.format, x),
            Some(Defect::ShortSum(bits)) => shortened(self.format, x, bits),
            Some(Defect::StochasticSum) => {
                stochastic(self.format, x, self.machine.below(1 << 32) as f64 * 2f64.powi(-32))
            }
            _ => self.machine.nearest(self.format, x),
        };
        self.machine.flushed(self.format, rounded)
    }
}
