//! The choices that the page leaves to an implementation.

pub use super::exact::Ties;
use rand_chacha::{ChaCha8Rng, rand_core::Rng};
use std::fmt;

/// Something to choose at random.
pub trait Choice: Copy {
    /// One of the possibilities.
    fn draw(rng: &mut ChaCha8Rng) -> Self;
}

/// Writes a plain enum and how to draw from it; a variant that is listed twice is drawn twice as often.
macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$variant_doc])* $variant),* }

        draws!($name { $($variant),* });
    )*};
}

macro_rules! draws {
    ($name:ty { $($variant:ident),* }) => {
        impl Choice for $name {
            fn draw(rng: &mut ChaCha8Rng) -> Self {
                let all = [$(<$name>::$variant),*];
                all[rng.next_u32() as usize % all.len()]
            }
        }
    };
}

/// Which of several ways of writing a formula: the number modulo how many there are.
#[derive(Clone, Copy)]
pub struct Form(pub u16);

impl Choice for Form {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        // 2520 is a multiple of all numbers up to 10.
        Form((rng.next_u32() % 2520) as u16)
    }
}

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Choice for bool {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        rng.next_u32() % 2 == 1
    }
}

draws!(Ties { Even, Away });

choices! {
    /// How the exact result of an operation becomes a number (point 2).
    Rounding {
        /// It is rounded to the format.
        Once,
        /// It is first rounded to a format with 11 more bits.
        TwiceFromNarrow,
        /// It is first rounded to the next larger format of the hardware.
        TwiceFromWide,
        /// It stays in a format with 11 more bits.
        KeptNarrow,
        /// It stays in the next larger format of the hardware.
        KeptWide,
    }

    /// What becomes of a subnormal result (point 5).
    Flush {
        /// It stays.
        Never,
        /// It becomes 0 if it is subnormal after rounding, as on x86.
        AfterRounding,
        /// It becomes 0 if it is smaller than all normal numbers before rounding, as on ARM.
        BeforeRounding,
    }

    /// Where in the permitted interval an elementary function lies (point 6).
    Error {
        /// At the upper end.
        Highest,
        /// At the lower end.
        Lowest,
        /// At the end that is further from 0.
        Outward,
        /// At the end that is nearer to 0.
        Inward,
        /// At the two ends in turn.
        Alternating,
        /// Anywhere.
        Anywhere,
        /// At the number nearest to the exact value.
        Nearest,
    }

    /// In which order the terms of a sum come (point 3).
    Order {
        /// As the equation lists them.
        Forwards,
        /// From the last to the first.
        Backwards,
        /// At random.
        Shuffled,
        /// From the smallest to the largest.
        Ascending,
        /// From the largest to the smallest.
        Descending,
        /// All positive terms, then all negative ones.
        PositiveFirst,
        /// All negative terms, then all positive ones.
        NegativeFirst,
    }

    /// How the terms of a sum are grouped (point 3).
    Grouping {
        /// One after the other.
        Sequential,
        /// In halves of halves.
        Pairwise,
        /// Split at random, and again.
        Tree,
        /// In runs of neighbours, each summed by itself.
        Blocks,
        /// Every so-manyth term in one partial sum.
        Lanes,
        /// One after the other, with the exact errors added at the end.
        Compensated,
        /// One after the other, with the exact error of each addition added to the next term.
        Corrected,
    }

    /// Where the bias enters Z (point 3).
    Bias {
        /// Before all terms.
        First,
        /// After all terms, in the accumulator.
        Last,
        /// Among the terms.
        Among,
        /// Added to the stored sum.
        Apart,
    }

    /// In which order the factors of a product are multiplied.
    Association {
        /// From the left.
        Forwards,
        /// From the right.
        Backwards,
        /// Any two of them at a time.
        Any,
    }

    /// How the upstream gradient multiplies a derivative.
    Upstream {
        /// The finished derivative, in the storage format.
        Outside,
        /// The finished derivative, as a Σ of one term.
        Sigma,
        /// Each term of the derivative.
        Distributed,
    }

    /// How the activations divide.
    Quotient {
        /// By the divisor.
        Divide,
        /// By multiplying with the rounded reciprocal.
        Reciprocal,
    }

    /// The slope at a kink.
    Kink {
        /// From the left.
        Left,
        /// From the right.
        Right,
        /// Half-way between the two.
        Mean,
    }

    /// What a derivative takes as the value of the activation (point 8).
    Source {
        /// The stored value.
        Stored,
        /// The value before it was stored.
        Unstored,
        /// The value computed again from z.
        Again,
    }
}
