//! A problem of any size, drawn so that it can reveal a defect: for the shape at which a kernel runs.
//!
//! Every number has all the digits of a format, so that one computed with fewer is noticed, and both signs occur
//! everywhere. The keep probabilities differ. Every row keeps a unit and drops one, has a 0 at a kept unit and none
//! at a dropped one. W shrinks with n, so that z stays near 1 and no activation saturates.

use crate::grid::{Grid, Vector};
use crate::number::Format;
use crate::problem::activation::{Activation, PER_UNIT, ScalarActivation};
use crate::problem::{Faults, Inputs, Problem, check, mask, memory};
use crate::verify::Shape;

/// The ChaCha20 key of these problems; the seed is the stream.
pub const KEY: [u8; 32] = *b"dropout-oracle problems by shape";

/// The id of the case of this shape and activation.
pub fn id(shape: Shape, activation: &Activation) -> String {
    format!("shape/{}-{shape}", activation.name())
}

/// The activation of this name for `n_next` units, with its example of a parameter; `per_unit` takes all scalar activations
/// in turn.
pub fn activation(name: &str, n_next: usize) -> Option<Activation> {
    if name == PER_UNIT {
        return Some(Activation::PerUnit(ScalarActivation::ALL.into_iter().cycle().take(n_next).collect()));
    }
    Activation::all().find(|known| known.name() == name)
}

/// The problem of this seed, every number of which the format holds, the parameters of the activation included.
///
/// # Errors
/// If a problem of this shape does not fit into the memory.
pub fn problem(shape: Shape, activation: Activation, format: Format, seed: u64) -> Result<Problem, Faults> {
    if let Some(fault) = check::too_many(shape.sizes(), memory::available()) {
        let mut faults = Faults::default();
        faults.push(fault);
        return Err(faults);
    }
    let Shape { m, n, n_next } = shape;
    let mut draw = Draw { words: Box::new(mask::words(KEY, seed)), format };
    let keep_prob = draw.keep_prob(n);
    let r = mask::r(m, keep_prob.cells(), &mut draw.words);
    let r = Grid::tabulate(m, n, |i, k| match planted(i, k, n) {
        Some(Planted::Zero | Planted::Kept) => 1.0,
        Some(Planted::Dropped) => 0.0,
        None => r.at(i, k),
    });
    let a = draw.grid(m, n, 0, |i, k, word| match planted(i, k, n) {
        Some(Planted::Zero) => true,
        Some(_) => false,
        None => word.is_multiple_of(16),
    });
    let nowhere = |_, _, _| false;
    // The least 4^e from n on, so that the n terms of z together stay near 1.
    let e = n.next_power_of_two().ilog2().div_ceil(2) as i32;
    let w = draw.grid(n, n_next, -e, nowhere);
    let b = draw.grid(1, n_next, 0, nowhere).cells().to_vec().into();
    let da_next = draw.grid(m, n_next, 0, nowhere);
    let nearest = |scalar: ScalarActivation| match scalar.parameter() {
        Some((_, x)) => scalar.with_parameter(format.nearest(x)),
        None => scalar,
    };
    Problem::from_grids(&Inputs { a, keep_prob, r, w, b, da_next }, activation.map_scalars(nearest))
}

/// What a place of A and R is made to be.
enum Planted {
    /// A kept unit with the value 0.
    Zero,
    /// A kept unit with another value.
    Kept,
    /// A dropped unit with another value than 0.
    Dropped,
}

/// What the place of row i and unit k is made to be, if it is not left to chance.
fn planted(i: usize, k: usize, n: usize) -> Option<Planted> {
    match (n, (k + n - i % n) % n) {
        // A row of one unit cannot keep one and drop one, and a 0 at its only kept unit would hide W.
        (1, _) if i % 2 == 1 => Some(Planted::Dropped),
        (1, _) if i % 4 == 2 => Some(Planted::Zero),
        (1, _) => Some(Planted::Kept),
        (2, 0) if i.is_multiple_of(2) => Some(Planted::Kept),
        (_, 0) => Some(Planted::Zero),
        (_, 1) => Some(Planted::Dropped),
        (_, 2) => Some(Planted::Kept),
        _ => None,
    }
}

/// Draws numbers of a format; each takes one word.
struct Draw {
    words: Box<dyn Iterator<Item = u64>>,
    format: Format,
}

impl Draw {
    fn word(&mut self) -> u64 {
        self.words.next().expect("the stream is infinite")
    }

    /// The double with these bits below the leading one of a significand, and that leading one times 2^e.
    fn number(&self, bits: u64, e: i32) -> f64 {
        let below = self.format.bits() - 1;
        let significand = 1_u64 << below | bits >> (u64::BITS as i32 - below);
        // Only where W is as small as the subnormals of its format does this round.
        self.format.nearest(libm::ldexp(significand as f64, e - below))
    }

    /// Numbers in [1/4, 1), different as long as the format has so many there: a step of an odd length leads to each of
    /// them before it returns to the first.
    fn keep_prob(&mut self, n: usize) -> Vector<f64> {
        // The golden ratio, so that the first few are already spread out.
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let bits = self.format.bits() as u32;
        let (first, step) = (self.word() >> (u64::BITS - bits), STEP >> (u64::BITS - bits) | 1);
        let nth = |k: usize| {
            let at = first.wrapping_add(step.wrapping_mul(k as u64)) << (u64::BITS - bits);
            // The leading bit chooses the half.
            self.number(at << 1, if at >> (u64::BITS - 1) == 1 { -1 } else { -2 })
        };
        Vector::tabulate(n, nth)
    }

    /// Numbers of either sign, from 2^(e − 2) to 2^(e + 1) in size, or 0 where `is_zero` says so of the row, the column
    /// and a random number.
    fn grid(
        &mut self,
        rows: usize,
        cols: usize,
        e: i32,
        is_zero: impl Fn(usize, usize, u64) -> bool,
    ) -> Grid<f64> {
        let mut words = Vec::with_capacity(rows * cols);
        words.extend(std::iter::repeat_with(|| self.word()).take(rows * cols));
        // By chance, a few numbers may have one sign: then the last one that is not 0 takes the other.
        let mut is_negative: Vec<bool> = words.iter().map(|word| word & 1 == 1).collect();
        let mut signed =
            (0..rows * cols).rev().filter(|at| !is_zero(at / cols, at % cols, words[*at] >> 5 & 0x7f));
        if let Some(last) = signed.next()
            && signed.all(|at| is_negative[at] == is_negative[last])
        {
            is_negative[last] = !is_negative[last];
        }
        Grid::tabulate(rows, cols, |i, j| {
            let word = words[i * cols + j];
            if is_zero(i, j, word >> 5 & 0x7f) {
                return 0.0;
            }
            let size = self.number(word, e - (word >> 1 & 0xf) as i32 % 3);
            if is_negative[i * cols + j] { -size } else { size }
        })
    }
}
