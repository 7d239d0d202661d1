//! [`FREEDOMS`]: everything that a conforming implementation may choose for itself, as spec/tolerance.md lists it, and
//! [`Freedom`], the choices of one.

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
        let mut generator = ChaCha8Rng::from_seed(*b"dropout-oracle sound drawings 02");
        generator.set_stream(stream);
        let freedom = FREEDOMS.iter().fold(Freedom::plain(arithmetic), |freedom, granted| {
            let option = generator.next_u64() % granted.options.len() as u64;
            freedom.with(granted.options[option as usize], arithmetic)
        });
        Freedom { seed: generator.next_u64(), ..freedom }
    }

    /// The same with this option.
    pub fn with(mut self, (_, choose): (&str, Choose), arithmetic: Arithmetic) -> Self {
        choose(&mut self, arithmetic);
        self
    }
}

/// One freedom: a row of the table in spec/tolerance.md.
pub struct Granted {
    /// The number of the point that grants it.
    pub point: usize,
    /// What it is about.
    pub what: &'static str,
    /// The paragraph of the derivation that covers it.
    pub covered_by: &'static str,
    /// What an implementation may do, the plain way first; an option that stands twice is drawn twice as often.
    pub options: &'static [(&'static str, Choose)],
}

/// Takes an option.
pub type Choose = fn(&mut Freedom, Arithmetic);

pub const FREEDOMS: &[Granted] = &[
    Granted {
        point: 1,
        what: "the format of p, 1/p, slope and alpha",
        covered_by: "One rounding",
        options: &[
            ("storage", |_, _| {}),
            ("accumulator", |f, arithmetic| f.parameters = arithmetic.accumulator),
            ("double", |f, _| f.parameters = Format::F64),
        ],
    },
    Granted {
        point: 2,
        what: "ties",
        covered_by: "One rounding",
        options: &[
            ("to even", |_, _| {}),
            ("to even", |_, _| {}),
            ("away from zero", |f, _| f.ties = Ties::AwayFromZero),
        ],
    },
    Granted {
        point: 2,
        what: "a wider format between operations",
        covered_by: "One rounding",
        options: &[
            ("storage", |_, _| {}),
            ("storage", |_, _| {}),
            ("accumulator", |f, arithmetic| f.between = arithmetic.accumulator),
            ("double", |f, _| f.between = Format::F64),
        ],
    },
    Granted {
        point: 2,
        what: "fused products",
        covered_by: "A product",
        options: &[("no", |_, _| {}), ("yes", |f, _| f.fused = true)],
    },
    Granted {
        point: 3,
        what: "the order and grouping of Σ",
        covered_by: "A sum of n nonzero terms",
        options: &[
            ("forwards", |_, _| {}),
            ("backwards", |f, _| f.order = Order::Reversed),
            ("shuffled", |f, _| f.order = Order::Shuffled),
            ("in 4 lanes", |f, _| f.order = Order::Lanes(4)),
            ("in 8 lanes", |f, _| f.order = Order::Lanes(8)),
            ("in 16 lanes", |f, _| f.order = Order::Lanes(16)),
            ("in blocks of 4", |f, _| f.order = Order::Blocks(4)),
            ("in blocks of 8", |f, _| f.order = Order::Blocks(8)),
            ("in blocks of 16", |f, _| f.order = Order::Blocks(16)),
            ("pairwise", |f, _| f.order = Order::Pairwise),
            ("pairwise", |f, _| f.order = Order::Pairwise),
            ("compensated", |f, _| f.order = Order::Compensated),
            ("compensated", |f, _| f.order = Order::Compensated),
        ],
    },
    Granted {
        point: 3,
        what: "the place of the bias",
        covered_by: "A wider accumulator",
        options: &[
            ("last", |_, _| {}),
            ("first", |f, _| f.bias = Bias::First),
            ("among the terms", |f, _| f.bias = Bias::Middle),
            ("added to the stored sum", |f, _| f.bias = Bias::Apart),
        ],
    },
    Granted {
        point: 3,
        what: "the format of partial sums",
        covered_by: "A wider accumulator",
        options: &[
            ("accumulator", |_, _| {}),
            ("accumulator", |_, _| {}),
            ("double", |f, _| f.accumulator = Accumulator::In(Format::F64)),
            ("double, or two doubles for f64", |f, arithmetic| {
                f.accumulator = match arithmetic.storage {
                    Format::F64 => Accumulator::TwoDoubles,
                    _ => Accumulator::In(Format::F64),
                }
            }),
        ],
    },
    Granted {
        point: 4,
        what: "the order of r, 1/p and a",
        covered_by: "Why the magnitude",
        options: &[
            ("(r · (1/p)) · a", |_, _| {}),
            ("r · (a / p)", |f, _| f.scale = Scale::QuotientMasked),
            ("(r · a) / p", |f, _| f.scale = Scale::MaskedQuotient),
            ("(r / p) · a", |f, _| f.scale = Scale::MaskOverP),
            ("r · (a · (1/p))", |f, _| f.scale = Scale::ProductMasked),
            ("(r · a) · (1/p)", |f, _| f.scale = Scale::MaskedProduct),
            ("a / p where r is 1, else 0", |f, _| f.scale = Scale::Selected),
        ],
    },
    Granted {
        point: 4,
        what: "r/p in the terms of the input gradient",
        covered_by: "Scaled terms",
        options: &[("no", |_, _| {}), ("no", |_, _| {}), ("yes", |f, _| f.scales_terms = true)],
    },
    Granted {
        point: 5,
        what: "subnormal results flushed",
        covered_by: "One rounding",
        options: &[
            ("no", |_, _| {}),
            ("no", |_, _| {}),
            ("no", |_, _| {}),
            ("yes", |f, _| f.flushes_results = true),
        ],
    },
    Granted {
        point: 5,
        what: "subnormal operands flushed",
        covered_by: "One rounding",
        options: &[
            ("no", |_, _| {}),
            ("no", |_, _| {}),
            ("no", |_, _| {}),
            ("yes", |f, _| f.flushes_operands = true),
        ],
    },
    Granted {
        point: 6,
        what: "the error of elementary functions",
        covered_by: "An elementary function",
        options: &[
            ("the final rounding", |_, _| {}),
            ("the final rounding", |_, _| {}),
            ("1 unit more", |f, _| f.ulps = 1),
            ("1 unit more", |f, _| f.ulps = 1),
            ("1 unit more", |f, _| f.ulps = 1),
            ("3 units more", |f, _| f.ulps = 3),
        ],
    },
    Granted {
        point: 7,
        what: "the formula of the activation",
        covered_by: "The formula of an activation",
        options: &[
            ("first", |_, _| {}),
            ("second", |f, _| f.formula = 1),
            ("third", |f, _| f.formula = 2),
            ("fourth", |f, _| f.formula = 3),
            ("one of the others", |f, _| f.formula = 5),
            ("one of the others", |f, _| f.formula = 6),
            ("one of the others", |f, _| f.formula = 7),
            ("one of the others", |f, _| f.formula = 8),
            ("one of the others", |f, _| f.formula = 10),
            ("one of the others", |f, _| f.formula = 11),
        ],
    },
    Granted {
        point: 7,
        what: "the slope at a kink",
        covered_by: "A kink",
        options: &[("from the left", |_, _| {}), ("from the right", |f, _| f.right_at_kinks = true)],
    },
    Granted {
        point: 8,
        what: "results passed on before they are stored",
        covered_by: "A step of several equations",
        options: &[("no", |_, _| {}), ("yes", |f, _| f.kept = true)],
    },
    Granted {
        point: 8,
        what: "the activation computed again for its derivative",
        covered_by: "A step of several equations",
        options: &[("no", |_, _| {}), ("yes", |f, _| f.recomputed = true)],
    },
];
