//! Random problems for verification, shared by `verify` and the tests.
//!
//! All randomness comes from [`mask::words`], under a key of this module: a stream draws the same problem
//! everywhere and always. The problems are generic on purpose: distinct p, a mask that drops units, zeros
//! among the activations, an upstream gradient of both signs.

use crate::grid::{Grid, Vector};
use crate::matrix::Entry;
use crate::number::{Number, Prime, Rational};
use crate::problem::{Problem, mask};
use crate::scalar::Inputs;
use num_traits::Zero;
use std::fmt;

/// m × n × n_next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The number of examples.
    pub m: usize,
    /// The number of input units.
    pub n: usize,
    /// The number of output units.
    pub n_next: usize,
}

impl Shape {
    /// The shape m × n × n_next.
    pub const fn new(m: usize, n: usize, n_next: usize) -> Self {
        Shape { m, n, n_next }
    }

    /// The shape of a problem.
    pub fn of(problem: &Problem) -> Self {
        Shape::new(problem.m(), problem.n(), problem.n_next())
    }

    /// The multiply-adds of one step, `m·n·n_next + m·n_next²`; saturates at the largest `usize`.
    pub fn work(self) -> usize {
        let Shape { m, n, n_next } = self;
        m.saturating_mul(n_next).saturating_mul(n.saturating_add(n_next))
    }

    /// Whether a step may be run hundreds of times, as with each known defect: at most 2^22 multiply-adds (ruling
    /// size-limits).
    pub fn is_small(self) -> bool {
        self.work() <= 1 << 22
    }

    /// m, n and n_next.
    pub fn sizes(self) -> [usize; 3] {
        [self.m, self.n, self.n_next]
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}x{}x{}", self.m, self.n, self.n_next)
    }
}

/// A stream of random words.
pub struct Words(Box<dyn Iterator<Item = u64> + Send>);

impl Words {
    /// The key of verification: any would do, but changing it changes every problem.
    const KEY: [u8; 32] = *b"dropout-oracle evidence, key one";

    /// The stream with this number.
    pub fn new(stream: u64) -> Self {
        Words(Box::new(mask::words(Self::KEY, stream)))
    }

    fn word(&mut self) -> u64 {
        self.0.next().expect("the stream has no end")
    }

    /// A number below `bound`, a power of two.
    fn below(&mut self, bound: u64) -> u64 {
        debug_assert!(bound.is_power_of_two(), "so that all are equally likely");
        self.word() % bound
    }

    /// A shape with sides from 1 to `largest`, a power of two.
    pub fn shape(&mut self, largest: usize) -> Shape {
        let mut side = || 1 + self.below(largest as u64) as usize;
        Shape::new(side(), side(), side())
    }
}

/// Numbers that a random problem can be made of.
pub trait Drawn: Entry {
    /// An entry of W, b or dA_next.
    fn entry(words: &mut Words) -> Self;

    /// An entry of A.
    fn activation(words: &mut Words) -> Self {
        Self::entry(words)
    }

    /// p.
    fn keep_prob(words: &mut Words, n: usize) -> Vector<Self>;

    /// An entry of R.
    fn mask(words: &mut Words) -> Self;
}

/// Multiples of 2^−16 between −1 and 1. One activation in eight is 0, and one unit in four is dropped. p runs
/// through all sixteenths, so up to 16 units differ and most 1/p are not binary fractions.
impl Drawn for f64 {
    fn entry(words: &mut Words) -> Self {
        (words.below(1 << 17) as f64 - 65536.0) / 65536.0
    }

    fn activation(words: &mut Words) -> Self {
        if words.below(8) == 0 { 0.0 } else { Self::entry(words) }
    }

    fn keep_prob(words: &mut Words, n: usize) -> Vector<Self> {
        let first = words.below(16) as usize;
        (0..n).map(|k| (1 + (first + 7 * k) % 16) as f64 / 16.0).collect()
    }

    fn mask(words: &mut Words) -> Self {
        if words.below(4) == 0 { 0.0 } else { 1.0 }
    }
}

/// As for doubles, exactly.
impl Drawn for Rational {
    fn entry(words: &mut Words) -> Self {
        Rational::from_f64(f64::entry(words))
    }

    fn activation(words: &mut Words) -> Self {
        Rational::from_f64(f64::activation(words))
    }

    fn keep_prob(words: &mut Words, n: usize) -> Vector<Self> {
        f64::keep_prob(words, n).map(|&p| Rational::from_f64(p))
    }

    fn mask(words: &mut Words) -> Self {
        Rational::from_f64(f64::mask(words))
    }
}

/// Uniform in the field. So is R: the equations are polynomials in r as in everything else, and one identity
/// holds for all masks. p is not 0.
impl Drawn for Prime {
    fn entry(words: &mut Words) -> Self {
        let candidates = std::iter::repeat_with(|| words.word() >> 3);
        Prime::new({ candidates }.find(|&x| x < Prime::MODULUS).expect("the stream has no end"))
    }

    fn keep_prob(words: &mut Words, n: usize) -> Vector<Self> {
        let mut nonzero = || loop {
            let p = Self::entry(words);
            if !p.is_zero() {
                return p;
            }
        };
        (0..n).map(|_| nonzero()).collect()
    }

    fn mask(words: &mut Words) -> Self {
        Self::entry(words)
    }
}

/// A grid of drawn entries, row by row.
pub fn grid<T: Number>(rows: usize, cols: usize, mut entry: impl FnMut() -> T) -> Grid<T> {
    Grid::from_rows(cols, (0..rows).map(|_| (0..cols).map(|_| entry()).collect()).collect())
}

/// The inputs of one step.
pub fn inputs<T: Drawn>(Shape { m, n, n_next }: Shape, words: &mut Words) -> Inputs<T> {
    Inputs {
        a: grid(m, n, || T::activation(words)),
        keep_prob: T::keep_prob(words, n),
        r: grid(m, n, || T::mask(words)),
        w: grid(n, n_next, || T::entry(words)),
        b: (0..n_next).map(|_| T::entry(words)).collect(),
        da_next: grid(m, n_next, || T::entry(words)),
    }
}
