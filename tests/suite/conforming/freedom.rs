//! [`Freedom`]: everything that a conforming implementation may choose for itself, drawn at random.

use super::format::Ties;
use dropout_oracle::number::{Arithmetic, Format};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The choices of one implementation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Freedom {
    /// In which order a Σ is taken.
    pub order: Order,
    /// Which of two equally near numbers a rounding takes.
    pub ties: Ties,
    /// Whether a product that is added is rounded only with the sum.
    pub fused: bool,
    /// Where in its Σ the bias stands.
    pub bias: Bias,
    /// How r, 1/p and a are put together.
    pub scale: Scale,
    /// Whether dA is a Σ of terms that are scaled already, instead of dÃ scaled.
    pub scales_terms: bool,
    /// In what a Σ is accumulated.
    pub accumulator: Accumulator,
    /// The format of every other intermediate result.
    pub between: Format,
    /// Whether the next equation starts from a result before it is rounded to the format in which it is
    /// stored.
    pub kept: bool,
    /// The format of p, 1/p, slope and alpha.
    pub parameters: Format,
    /// Whether the backward pass computes g anew instead of reading A of the next layer.
    pub recomputed: bool,
    /// How far an elementary function may be off beside its rounding, in units in the last place; erf and erfc
    /// twice as far.
    pub ulps: u64,
    /// Whether a subnormal result is replaced by 0.
    pub flushes_results: bool,
    /// Whether a subnormal operand is read as 0.
    pub flushes_operands: bool,
    /// Whether the slope at a kink is that from the right.
    pub right_at_kinks: bool,
    /// Which of several textbook formulas is taken, by its number modulo theirs.
    pub formula: usize,
    /// What the choices within one run are drawn from: permutations, and errors of functions.
    pub seed: u64,
}

/// The order of a Σ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Order {
    Natural,
    Reversed,
    Shuffled,
    /// n partial sums side by side, each of every n-th term.
    Lanes(usize),
    /// Partial sums of n neighbours each.
    Blocks(usize),
    Pairwise,
    /// With the exact error of every addition, added at the end (Neumaier).
    Compensated,
}

/// Where the bias joins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bias {
    First,
    Middle,
    Last,
    /// Added to the sum that has been rounded already.
    Apart,
}

/// An association of r, 1/p and a.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scale {
    /// r · (a / p).
    QuotientMasked,
    /// (r · a) / p.
    MaskedQuotient,
    /// (r / p) · a.
    MaskOverP,
    /// r · (a · (1/p)).
    ProductMasked,
    /// (r · a) · (1/p).
    MaskedProduct,
    /// (r · (1/p)) · a.
    MaskTimesInverse,
    /// a / p where r is 1, else 0.
    Selected,
}

/// What partial sums are held in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Accumulator {
    /// A format.
    In(Format),
    /// An unevaluated sum of two doubles.
    TwoDoubles,
}

impl Freedom {
    /// The plainest implementation: sums from the first term to the last, everything rounded.
    pub fn plain(arithmetic: Arithmetic) -> Self {
        Freedom {
            order: Order::Natural,
            ties: Ties::ToEven,
            fused: false,
            bias: Bias::Last,
            scale: Scale::MaskTimesInverse,
            scales_terms: false,
            accumulator: Accumulator::In(arithmetic.accumulator),
            between: arithmetic.storage,
            kept: false,
            parameters: arithmetic.storage,
            recomputed: false,
            ulps: 0,
            flushes_results: false,
            flushes_operands: false,
            right_at_kinks: false,
            formula: 0,
            seed: 0,
        }
    }

    /// The choices that stand at this place of the stream.
    pub fn drawn(arithmetic: Arithmetic, stream: u64) -> Self {
        let mut generator = ChaCha8Rng::from_seed(*b"dropout-oracle sound drawings 01");
        generator.set_stream(stream);
        let mut below = |n: usize| (generator.next_u64() % n as u64) as usize;
        let Arithmetic { storage, accumulator } = arithmetic;
        let orders = [
            Order::Natural,
            Order::Reversed,
            Order::Shuffled,
            Order::Lanes([4, 8, 16][below(3)]),
            Order::Blocks([4, 8, 16][below(3)]),
            Order::Pairwise,
            Order::Compensated,
        ];
        let biases = [Bias::First, Bias::Middle, Bias::Last, Bias::Apart];
        let scales = [
            Scale::QuotientMasked,
            Scale::MaskedQuotient,
            Scale::MaskOverP,
            Scale::ProductMasked,
            Scale::MaskedProduct,
            Scale::MaskTimesInverse,
            Scale::Selected,
        ];
        let wider = [accumulator, accumulator, Format::F64][below(3)];
        let between = [storage, storage, wider][below(3)];
        Freedom {
            order: orders[below(orders.len())],
            ties: [Ties::ToEven, Ties::ToEven, Ties::AwayFromZero][below(3)],
            fused: below(2) == 0,
            bias: biases[below(biases.len())],
            scale: scales[below(scales.len())],
            scales_terms: below(3) == 0,
            accumulator: match storage {
                Format::F64 if below(4) == 0 => Accumulator::TwoDoubles,
                _ => Accumulator::In(wider),
            },
            between,
            kept: below(2) == 0,
            parameters: [storage, accumulator, Format::F64][below(3)],
            recomputed: below(2) == 0,
            ulps: [0, 0, 1, 1, 1, 1, 1, 3][below(8)],
            flushes_results: below(4) == 0,
            flushes_operands: below(4) == 0,
            right_at_kinks: below(2) == 0,
            formula: below(12),
            seed: generator.next_u64(),
        }
    }
}
