//! Binary floating-point formats, and the arithmetics in which implementations compute.
//!
//! A format is described by its parameters and by how it rounds a double; nothing is computed in it here.

/// A binary floating-point format with rounding to nearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// IEEE 754 binary64.
    F64,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary16.
    F16,
    /// bfloat16: the range of binary32 with a significand of 8 bits.
    Bf16,
}

impl Format {
    /// Every format, the widest first.
    pub const ALL: [Format; 4] = [Format::F64, Format::F32, Format::F16, Format::Bf16];

    /// The name in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Format::F64 => "f64",
            Format::F32 => "f32",
            Format::F16 => "f16",
            Format::Bf16 => "bf16",
        }
    }

    /// The number of bits in the significand.
    pub const fn bits(self) -> i32 {
        match self {
            Format::F64 => 53,
            Format::F32 => 24,
            Format::F16 => 11,
            Format::Bf16 => 8,
        }
    }

    /// The exponent of the smallest power of two beyond the range.
    pub const fn end(self) -> i32 {
        match self {
            Format::F64 => 1024,
            Format::F32 | Format::Bf16 => 128,
            Format::F16 => 16,
        }
    }

    /// The exponent of the smallest subnormal number.
    pub const fn least(self) -> i32 {
        3 - self.end() - self.bits()
    }

    /// The unit roundoff u = 2^−bits: rounding changes a normal number by at most u times its size.
    pub const fn unit_roundoff(self) -> f64 {
        power(-self.bits())
    }

    /// The smallest normal number.
    pub const fn least_normal(self) -> f64 {
        power(2 - self.end())
    }

    /// The largest finite number.
    pub const fn largest(self) -> f64 {
        (2.0 - 2.0 * self.unit_roundoff()) * power(self.end() - 1)
    }

    /// The exponent of an ulp at x, the spacing of the format's numbers there.
    pub fn ulp_exponent(self, x: f64) -> i32 {
        if x == 0.0 {
            return self.least();
        }
        let (significand, exponent, _) = num_traits::Float::integer_decode(x);
        (significand.ilog2() as i32 + i32::from(exponent) + 1 - self.bits()).max(self.least())
    }

    /// The number of the format nearest to a finite double, ties to even; infinite beyond the range.
    pub fn nearest(self, x: f64) -> f64 {
        if self == Format::F64 {
            return x;
        }
        // Every exponent here is in the range of a double, so nothing else rounds.
        let ulp = libm::ldexp(1.0, self.ulp_exponent(x));
        let nearest = (x / ulp).round_ties_even() * ulp;
        if nearest.abs() > self.largest() { f64::INFINITY.copysign(x) } else { nearest }
    }

    /// Whether the format represents this finite double exactly.
    pub fn holds(self, x: f64) -> bool {
        if x == 0.0 {
            return true;
        }
        let (significand, exponent, _) = num_traits::Float::integer_decode(x);
        let spare = significand.trailing_zeros();
        let (length, last) = ((significand >> spare).ilog2() as i32 + 1, i32::from(exponent) + spare as i32);
        length <= self.bits() && last >= self.least() && last + length <= self.end()
    }
}

/// 2^exponent, a normal double.
const fn power(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// The formats in which an implementation computes: one stores results, the other accumulates sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Arithmetic {
    /// The format of inputs and results.
    pub storage: Format,
    /// The format of partial sums, never narrower than the storage.
    pub accumulator: Format,
}

impl Arithmetic {
    /// Every arithmetic for which there are tolerances.
    pub const ALL: [Arithmetic; 7] = [
        Self::plain(Format::F64),
        Self::plain(Format::F32),
        Self::plain(Format::F16),
        Self::plain(Format::Bf16),
        Arithmetic { storage: Format::Bf16, accumulator: Format::F32 },
        Arithmetic { storage: Format::F16, accumulator: Format::F32 },
        Arithmetic { storage: Format::F32, accumulator: Format::F64 },
    ];

    /// Everything in one format.
    pub const fn plain(format: Format) -> Self {
        Arithmetic { storage: format, accumulator: format }
    }

    /// The arithmetic with these names, if there are tolerances for it.
    pub fn named(storage: &str, accumulator: &str) -> Option<Self> {
        let named = |arithmetic: &Arithmetic| {
            arithmetic.storage.name() == storage && arithmetic.accumulator.name() == accumulator
        };
        Self::ALL.into_iter().find(named)
    }
}

/// `f32`, or `bf16/f32` where sums are accumulated in a wider format.
impl std::fmt::Display for Arithmetic {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let Arithmetic { storage, accumulator } = self;
        match storage == accumulator {
            true => write!(f, "{}", storage.name()),
            false => write!(f, "{}/{}", storage.name(), accumulator.name()),
        }
    }
}
