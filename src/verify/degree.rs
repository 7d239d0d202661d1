//! The degree of an identity, found by running it: here, the step computes on bounds of degrees.
//!
//! Every result of the step is a rational function of its inputs. Two of them agree where the numerator of
//! their difference is 0. Unless that is the zero polynomial, it is 0 at a random point of a field with a
//! probability of at most its degree, divided by the number of values from which each input is drawn
//! (Schwartz and Zippel). The variables are the entries of A, R, W, b and dA_next, and q_k = 1/p_k, so that
//! division by p_k adds no denominator.

use super::draw::{Drawn, Words};
use crate::grid::Vector;
use crate::matrix::Entry;
use crate::number::operators::{Operations, operators};
use crate::number::{Number, Prime};
use num_traits::{One, Zero};

/// Bounds on the degrees of a numerator and a denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Degree {
    /// `None` for the zero polynomial.
    numerator: Option<u64>,
    denominator: u64,
}

impl Degree {
    const VARIABLE: Degree = Degree { numerator: Some(1), denominator: 0 };
    const INVERSE: Degree = Degree { numerator: Some(0), denominator: 1 };

    /// log₂ of the probability that a random point hides that this is not 0: a zero of the numerator, or of
    /// the denominator, where division in the field is meaningless.
    pub fn log2_chance(self) -> f64 {
        // p is drawn from the nonzero values, everything else from one value more.
        let values = (Prime::MODULUS - 1) as f64;
        libm::log2((self.numerator.unwrap_or(0) + self.denominator) as f64 / values)
    }
}

impl Drawn for Degree {
    fn entry(_words: &mut Words) -> Self {
        Self::VARIABLE
    }

    fn keep_prob(_words: &mut Words, n: usize) -> Vector<Self> {
        Vector::tabulate(n, |_| Self::INVERSE)
    }

    fn mask(_words: &mut Words) -> Self {
        Self::VARIABLE
    }
}

impl Zero for Degree {
    fn zero() -> Self {
        Degree { numerator: None, denominator: 0 }
    }
    fn is_zero(&self) -> bool {
        self.numerator.is_none()
    }
}

impl One for Degree {
    fn one() -> Self {
        Degree { numerator: Some(0), denominator: 0 }
    }
}

impl Operations for Degree {
    /// x/y + u/v = (xv + uy) / yv.
    fn add(self, other: Self) -> Self {
        let crossed = |x: Self, y: Self| x.numerator.map(|degree| degree + y.denominator);
        Degree {
            numerator: crossed(self, other).max(crossed(other, self)),
            denominator: self.denominator + other.denominator,
        }
    }

    fn mul(self, other: Self) -> Self {
        match (self.numerator, other.numerator) {
            (Some(x), Some(y)) => {
                Degree { numerator: Some(x + y), denominator: self.denominator + other.denominator }
            }
            _ => Degree::zero(),
        }
    }

    /// Division by the zero polynomial gives 0, as in the field.
    fn div(self, other: Self) -> Self {
        match other.numerator {
            Some(degree) => self * Degree { numerator: Some(other.denominator), denominator: degree },
            None => Degree::zero(),
        }
    }

    /// The operands of a difference may cancel; the bound cannot know.
    fn neg(self) -> Self {
        self
    }
}

operators!([] Degree);

impl Entry for Degree {}

impl Number for Degree {
    fn from_f64(x: f64) -> Self {
        if x == 0.0 { Self::zero() } else { Self::one() }
    }
}
