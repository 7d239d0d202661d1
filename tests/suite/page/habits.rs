//! Which choices one implementation makes: each once for all, or anew every time.

use super::choices::{
    Association, Bias, Choice, Error, Flush, Form, Grouping, Kink, Order, Quotient, Rounding,
};
use super::choices::{Source, Ties, Upstream};
use rand_chacha::{ChaCha8Rng, rand_core::Rng};
use std::fmt;

/// A choice made once, or anew every time.
#[derive(Clone, Copy)]
pub enum Habit<T> {
    /// Always the same.
    Always(T),
    /// Anew every time.
    Varies,
}

impl<T: Choice> Habit<T> {
    /// Two times out of three, a fixed choice.
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        if rng.next_u32().is_multiple_of(3) { Habit::Varies } else { Habit::Always(T::draw(rng)) }
    }
}

impl<T: fmt::Debug> fmt::Debug for Habit<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Habit::Always(choice) => choice.fmt(f),
            Habit::Varies => f.write_str("Varies"),
        }
    }
}

/// Writes a struct of habits and how to draw it.
macro_rules! habits {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $of:ty),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name { $($(#[$field_doc])* pub $field: Habit<$of>),* }

        impl $name {
            /// Habits drawn at random.
            pub fn draw(rng: &mut ChaCha8Rng) -> Self {
                $name { $($field: Habit::draw(rng)),* }
            }
        }
    )*};
}

habits! {
    /// How an implementation computes.
    Habits {
        /// Where ties go.
        ties: Ties,
        /// How results are rounded.
        rounding: Rounding,
        /// What becomes of subnormal results.
        flush: Flush,
        /// Whether a subnormal input of an equation becomes 0.
        flush_inputs: bool,
        /// Whether a product is fused with the addition that follows.
        fused: bool,
        /// How far elementary functions are off.
        error: Error,
        /// The order of sums.
        order: Order,
        /// The grouping of sums.
        grouping: Grouping,
        /// The order of products.
        association: Association,
        /// The place of the bias.
        bias: Bias,
        /// How r, 1/p and a are multiplied.
        scaling: Form,
        /// Whether r/p multiplies the terms of dJ/dA instead of the sum.
        scaled_terms: bool,
        /// How r/p multiplies a term.
        scaled_term: Form,
        /// Whether r/p is computed in the accumulator format where it multiplies terms.
        scale_in_accumulator: bool,
        /// The slope at a kink.
        kink: Kink,
    }

    /// Which formulas the activations use.
    Formulas {
        /// The value.
        value: Form,
        /// The derivative.
        derivative: Form,
        /// The sigmoid, wherever it occurs.
        sigmoid: Form,
        /// The softmax, the prefix sums, or 1 + Σ z².
        row: Form,
        /// The argument of erf, exp or tanh.
        argument: Form,
        /// A polynomial such as 1 − t² inside a derivative.
        factor: Form,
        /// Whether the full Jacobian is built.
        full: bool,
        /// Whether the formula that never cancels is used where it is no worse.
        tail: bool,
        /// How the upstream gradient enters.
        upstream: Upstream,
        /// How quotients are computed.
        quotient: Quotient,
    }

    /// Whether an equation reads the stored values of an earlier one; otherwise, their values before that (point 8).
    Reads {
        /// Ã, in Z.
        a_tilde_in_z: bool,
        /// Z, in the activation.
        z_in_a_next: bool,
        /// Z, in dJ/dZ.
        z_in_dz: bool,
        /// The value of the activation, in dJ/dZ.
        a_next_in_dz: Source,
        /// Ã, in dJ/dW.
        a_tilde_in_dw: bool,
        /// dJ/dZ, in dJ/dW.
        dz_in_dw: bool,
        /// dJ/dZ, in dJ/db.
        dz_in_db: bool,
        /// dJ/dZ, in dJ/dÃ.
        dz_in_da_tilde: bool,
        /// dJ/dZ, in the scaled terms of dJ/dA.
        dz_in_da: bool,
        /// dJ/dÃ, in dJ/dA.
        da_tilde_in_da: bool,
    }
}
