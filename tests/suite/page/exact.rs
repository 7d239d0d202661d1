//! Numbers `significand · 2^exponent` with exact operations, and their rounding into binary formats.

use dropout_oracle::number::Format;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// The longest significand of a product, a quotient or an aligned summand.
const LONGEST: u32 = 122;

/// The exact result of an operation on numbers of at most 64 bits.
///
/// Where it needs more than [`LONGEST`] bits, a last bit of 1 stands for all further bits: rounding asks only
/// whether there are any. A fused product of two numbers of more than 61 bits may then be off by 2^−120 of itself.
#[derive(Clone, Copy, Debug)]
pub enum Exact {
    /// significand · 2^exponent.
    Finite(i128, i32),
    /// An infinity or NaN.
    Beyond(f64),
}

use Exact::{Beyond, Finite};

fn length(magnitude: u128) -> u32 {
    u128::BITS - magnitude.leading_zeros()
}

/// magnitude / 2^shift, with a last bit of 1 if that is no whole number.
fn jam(magnitude: u128, shift: u32) -> u128 {
    match magnitude.checked_shr(shift) {
        Some(kept) => kept | u128::from(kept << shift != magnitude),
        None => u128::from(magnitude != 0),
    }
}

fn signed(magnitude: u128, negative: bool) -> i128 {
    let magnitude = magnitude.cast_signed();
    if negative { -magnitude } else { magnitude }
}

impl Exact {
    /// Zero.
    pub const ZERO: Exact = Finite(0, 0);
    /// One.
    pub const ONE: Exact = Finite(1, 0);
    /// Two.
    pub const TWO: Exact = Finite(2, 0);
    /// Three.
    pub const THREE: Exact = Finite(3, 0);
    /// One half.
    pub const HALF: Exact = Finite(1, -1);

    /// Whether the number is 0.
    pub fn is_zero(self) -> bool {
        matches!(self, Finite(0, _))
    }

    /// Whether the number exceeds 0.
    pub fn is_positive(self) -> bool {
        match self {
            Finite(significand, _) => significand > 0,
            Beyond(x) => x > 0.0,
        }
    }

    /// The magnitude.
    pub fn abs(self) -> Exact {
        match self {
            Finite(significand, exponent) => Finite(significand.abs(), exponent),
            Beyond(x) => Beyond(x.abs()),
        }
    }

    /// The larger of two numbers.
    pub fn max(self, other: Exact) -> Exact {
        if (self - other).is_positive() { self } else { other }
    }

    /// The nearest double, ties to even.
    pub fn to_f64(self) -> f64 {
        match Binary::of(Format::F64).nearest(self, Ties::Even) {
            // In two steps, because 2^exponent alone may be beyond the range.
            Finite(significand, exponent) => {
                let half = exponent / 2;
                significand as f64 * 2f64.powi(half) * 2f64.powi(exponent - half)
            }
            Beyond(x) => x,
        }
    }
}

impl From<f64> for Exact {
    fn from(x: f64) -> Self {
        let bits = x.to_bits();
        let (field, fraction) = (((bits >> 52) & 0x7ff) as i32, i128::from(bits & ((1 << 52) - 1)));
        let significand = if field == 0 { fraction } else { fraction | (1 << 52) };
        match field {
            0x7ff => Beyond(x),
            _ => Finite(if x < 0.0 { -significand } else { significand }, field.max(1) - 1075),
        }
    }
}

impl Neg for Exact {
    type Output = Exact;

    fn neg(self) -> Exact {
        match self {
            Finite(significand, exponent) => Finite(-significand, exponent),
            Beyond(x) => Beyond(-x),
        }
    }
}

impl Add for Exact {
    type Output = Exact;

    fn add(self, other: Exact) -> Exact {
        let (Finite(s, e), Finite(t, f)) = (self, other) else {
            return Exact::from(self.to_f64() + other.to_f64());
        };
        if s == 0 || t == 0 {
            return if s == 0 { other } else { self };
        }
        let ((high, top), (low, bottom)) = if e >= f { ((s, e), (t, f)) } else { ((t, f), (s, e)) };
        let gap = top.abs_diff(bottom);
        let left = gap.min((LONGEST + 1).saturating_sub(length(high.unsigned_abs())));
        let low = signed(jam(low.unsigned_abs(), gap - left), low < 0);
        Finite((high << left) + low, top - left as i32)
    }
}

impl Sub for Exact {
    type Output = Exact;

    fn sub(self, other: Exact) -> Exact {
        self + -other
    }
}

impl Mul for Exact {
    type Output = Exact;

    fn mul(self, other: Exact) -> Exact {
        let (Finite(s, e), Finite(t, f)) = (self, other) else {
            return Exact::from(self.to_f64() * other.to_f64());
        };
        let product = s.unsigned_abs() * t.unsigned_abs();
        let shift = length(product).saturating_sub(LONGEST);
        Finite(signed(jam(product, shift), (s < 0) != (t < 0)), e + f + shift as i32)
    }
}

impl Div for Exact {
    type Output = Exact;

    fn div(self, other: Exact) -> Exact {
        let (Finite(s, e), Finite(t, f)) = (self, other) else {
            return Exact::from(self.to_f64() / other.to_f64());
        };
        if s == 0 || t == 0 {
            return Exact::from(self.to_f64() / other.to_f64());
        }
        // Both become 64 bits long; the quotient comes in two parts, 62 bits and 58 more.
        let normal = |x: i128| {
            let shift = 64 - length(x.unsigned_abs());
            (x.unsigned_abs() << shift, shift as i32)
        };
        let ((dividend, up), (divisor, down)) = (normal(s), normal(t));
        let (first, rest) = ((dividend << 62) / divisor, (dividend << 62) % divisor);
        let (second, rest) = ((rest << 58) / divisor, (rest << 58) % divisor);
        let quotient = ((first << 58) + second) | u128::from(rest != 0);
        Finite(signed(quotient, (s < 0) != (t < 0)), e - up - (f - down) - 120)
    }
}

/// Where a number half-way between two numbers of the format goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// To the neighbour with an even significand.
    Even,
    /// To the neighbour of larger magnitude.
    Away,
}

/// A binary floating-point format of at most 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binary {
    /// The number of bits in the significand.
    pub bits: i32,
    /// The exponent of the smallest power of two beyond the range.
    pub end: i32,
}

impl Binary {
    /// A format of this project.
    pub fn of(format: Format) -> Self {
        Binary { bits: format.bits(), end: format.end() }
    }

    /// The exponent of the smallest subnormal number.
    pub fn least(self) -> i32 {
        3 - self.end - self.bits
    }

    /// Whether x is smaller than every normal number, but not 0.
    pub fn is_tiny(self, x: Exact) -> bool {
        match x {
            Finite(0, _) | Beyond(_) => false,
            Finite(s, exponent) => length(s.unsigned_abs()) as i32 + exponent <= 2 - self.end,
        }
    }

    /// The number of the format nearest to x; infinite beyond the range.
    pub fn nearest(self, x: Exact, ties: Ties) -> Exact {
        let Finite(significand, mut exponent) = x else { return x };
        let mut magnitude = significand.unsigned_abs();
        if magnitude == 0 {
            return Exact::ZERO;
        }
        let last = (exponent + length(magnitude) as i32 - self.bits).max(self.least());
        if last > exponent {
            let shift = last.abs_diff(exponent);
            if shift >= 127 {
                return Exact::ZERO;
            }
            let kept = magnitude >> shift;
            let (rest, half) = (magnitude - (kept << shift), 1 << (shift - 1));
            let up = rest > half || (rest == half && (ties == Ties::Away || kept % 2 == 1));
            (magnitude, exponent) = (kept + u128::from(up), last);
        }
        if length(magnitude) as i32 > self.bits {
            (magnitude, exponent) = (magnitude >> 1, exponent + 1);
        }
        if length(magnitude) as i32 + exponent > self.end {
            return Beyond(if significand < 0 { f64::NEG_INFINITY } else { f64::INFINITY });
        }
        Finite(signed(magnitude, significand < 0), exponent)
    }
}
