//! Our own rounding into every format, on doubles that hold the values.
//!
//! An operation on numbers of at most 24 bits may be done in doubles and rounded once more: 53 ≥ 2·24 + 2
//! bits are enough for +, −, ·, / to come out as if rounded once. For a·b + c they are not; there the
//! double is rounded to odd first, which keeps what the second rounding needs to know.

use dropout_oracle::number::Format;

/// The number of the format nearest to x, ties to even; beyond the range an infinity.
pub fn nearest(format: Format, x: f64) -> f64 {
    match format {
        Format::F64 => x,
        Format::F32 => f64::from(x as f32),
        Format::F16 | Format::Bf16 => rounded(format, x, f64::round_ties_even),
    }
}

/// Which of two numbers of a format that are equally near is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ties {
    ToEven,
    /// In formats narrower than a double; no hardware does so in doubles.
    AwayFromZero,
}

impl Ties {
    /// The number of the format nearest to x; beyond the range an infinity.
    pub fn nearest(self, format: Format, x: f64) -> f64 {
        match self {
            Ties::ToEven => nearest(format, x),
            Ties::AwayFromZero => rounded(format, x, f64::round),
        }
    }
}

/// The number of the format at x or next to it on the side of 0.
pub fn toward_zero(format: Format, x: f64) -> f64 {
    rounded(format, x, f64::trunc)
}

/// x with half of the bits that the format has.
pub fn halved(format: Format, x: f64) -> f64 {
    let spare = 53 - format.bits() / 2;
    // Veltkamp's splitting: what is added and taken away again leaves the upper bits, rounded.
    let shift = x * (2f64.powi(spare) + 1.0);
    if shift.is_finite() { shift - (shift - x) } else { x }
}

/// x rounded to `bits` bits fewer than the format has.
pub fn shortened(format: Format, x: f64, bits: i32) -> f64 {
    let scale = 2f64.powi(bits);
    rounded(format, x, |units| (units / scale).round_ties_even() * scale)
}

/// One of the two numbers of the format around x, the upper one as often as `draw`, uniform in 0 to 1, is above
/// the way down from it.
pub fn stochastic(format: Format, x: f64, draw: f64) -> f64 {
    rounded(format, x, |units| (units + draw).floor())
}

/// x as a whole number of units in its last place, made whole by `whole`.
fn rounded(format: Format, x: f64, whole: impl Fn(f64) -> f64) -> f64 {
    if format == Format::F64 || x == 0.0 || !x.is_finite() {
        return x;
    }
    let unit = unit(format, x);
    let rounded = whole(x / unit) * unit;
    if rounded.abs() > format.largest() { f64::INFINITY.copysign(x) } else { rounded }
}

/// The unit in the last place of numbers as large as x, in a format narrower than a double.
fn unit(format: Format, x: f64) -> f64 {
    let exponent = (x.to_bits() >> 52 & 0x7ff) as i32 - 1023;
    let last = (exponent + 1 - format.bits()).max(format.least());
    f64::from_bits(((last + 1023) as u64) << 52)
}

/// The number `steps` places above x in the format, below it where negative.
pub fn neighbour(format: Format, x: f64, steps: i32) -> f64 {
    let up = steps > 0;
    let next = |x: f64| match format {
        Format::F64 if up => x.next_up(),
        Format::F64 => x.next_down(),
        _ => {
            let beside = if up { x.next_up() } else { x.next_down() };
            let step = unit(format, if beside.abs() < x.abs() { beside } else { x });
            nearest(format, if up { x + step } else { x - step })
        }
    };
    (0..steps.unsigned_abs()).fold(x, |x, _| next(x))
}

/// a·b + c rounded once, for numbers of the format.
pub fn fused(ties: Ties, format: Format, a: f64, b: f64, c: f64) -> f64 {
    if format == Format::F64 {
        return a.mul_add(b, c);
    }
    let (sum, rest) = two_sum(a * b, c);
    let even = sum.to_bits() & 1 == 0;
    let odd = match rest {
        _ if !even || !sum.is_finite() => sum,
        rest if rest > 0.0 => sum.next_up(),
        rest if rest < 0.0 => sum.next_down(),
        _ => sum,
    };
    ties.nearest(format, odd)
}

/// a + b as the nearest double and what it leaves, exactly.
pub fn two_sum(a: f64, b: f64) -> (f64, f64) {
    let sum = a + b;
    let from_b = sum - a;
    (sum, (a - (sum - from_b)) + (b - from_b))
}

/// The value of 16 bits as IEEE binary16.
fn binary16(bits: u16) -> f64 {
    let significand = f64::from(bits & 0x3ff);
    let size = match bits >> 10 & 0x1f {
        0 => significand * 2f64.powi(-24),
        0x1f if significand == 0.0 => f64::INFINITY,
        0x1f => f64::NAN,
        exponent => (1.0 + significand / 1024.0) * 2f64.powi(i32::from(exponent) - 15),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// The value of 16 bits as bfloat16: the upper half of a binary32.
fn bfloat16(bits: u16) -> f64 {
    f32::from_bits(u32::from(bits) << 16).into()
}

/// Every finite number of a format of 16 bits, ascending, beside the bits of its size.
fn numbers(value: fn(u16) -> f64) -> Vec<(f64, u16)> {
    let sizes = (0..0x8000).map(|bits| (value(bits), bits)).filter(|(x, _)| x.is_finite());
    let (mut below, above): (Vec<_>, Vec<_>) = sizes.map(|(x, bits)| ((-x, bits), (x, bits))).unzip();
    below.reverse();
    below.pop();
    below.into_iter().chain(above).collect()
}

/// A format of 16 bits, and what they mean.
type SixteenBits = (Format, fn(u16) -> f64);

const SIXTEEN_BITS: [SixteenBits; 2] = [(Format::F16, binary16), (Format::Bf16, bfloat16)];

#[test]
fn every_number_of_sixteen_bits_is_itself() {
    for (format, value) in SIXTEEN_BITS {
        for bits in 0..=u16::MAX {
            let x = value(bits);
            for rounded in [nearest(format, x), toward_zero(format, x)] {
                assert!(rounded.to_bits() == x.to_bits() || rounded.is_nan() && x.is_nan(), "{bits:04x}");
            }
        }
        let numbers = numbers(value);
        assert_eq!(numbers.last().map(|last| last.0), Some(format.largest()));
        assert_eq!(value(1), 2f64.powi(format.least()));
    }
}

#[test]
fn what_lies_between_two_numbers_of_sixteen_bits_goes_to_the_nearer_and_a_midpoint_to_the_even() {
    for (format, value) in SIXTEEN_BITS {
        for pair in numbers(value).windows(2) {
            let [(lo, lo_bits), (hi, _)] = [pair[0], pair[1]];
            let middle = (lo + hi) / 2.0;
            assert_eq!(nearest(format, middle), if lo_bits % 2 == 0 { lo } else { hi }, "{middle:e}");
            assert_eq!(nearest(format, middle.next_down()), lo, "{middle:e}");
            assert_eq!(nearest(format, middle.next_up()), hi, "{middle:e}");
            assert_eq!(nearest(format, lo.next_up()), lo);
            assert_eq!(nearest(format, hi.next_down()), hi);
            let inner = if middle > 0.0 { lo } else { hi };
            for x in [lo.next_up(), middle, hi.next_down()] {
                assert_eq!(toward_zero(format, x), inner, "{x:e}");
            }
            assert_eq!((neighbour(format, lo, 1), neighbour(format, hi, -1)), (hi, lo));
        }
    }
}

#[test]
fn past_half_a_unit_beyond_the_largest_number_there_is_infinity() {
    for (format, _) in SIXTEEN_BITS {
        let end = format.largest() * (1.0 + format.unit_roundoff() / (2.0 - 2.0 * format.unit_roundoff()));
        for sign in [1.0, -1.0] {
            assert_eq!(nearest(format, sign * end), sign * f64::INFINITY);
            assert_eq!(nearest(format, sign * end.next_down()), sign * format.largest());
        }
        let least = 2f64.powi(format.least());
        assert_eq!(nearest(format, least / 2.0), 0.0);
        assert_eq!(nearest(format, (least / 2.0).next_up()), least);
        assert_eq!(nearest(format, 5e-324), 0.0);
    }
}

#[test]
fn our_rounding_to_f32_is_that_of_the_processor() {
    let mut words = dropout_oracle::problem::mask::words([7; 32], 1);
    for _ in 0..100_000 {
        // Any bits, and any bits with an exponent in the range of f32 and beyond it a little.
        let word = words.next().expect("no end");
        let near = 2f64.powi((word % 300) as i32 - 155) * (1.0 + (word >> 12) as f64 * 2f64.powi(-52));
        for x in [f64::from_bits(word), near, -near] {
            let ours = rounded(Format::F32, x, f64::round_ties_even);
            assert!(ours == f64::from(x as f32) || x.is_nan(), "{x:e}");
        }
    }
}

#[test]
fn a_fused_product_in_f32_is_that_of_the_processor() {
    let mut words = dropout_oracle::problem::mask::words([7; 32], 2);
    let mut near_one = || {
        let word = words.next().expect("no end");
        f32::from_bits((word as u32 & 0x007f_ffff) | (120 + ((word >> 60) as u32)) << 23)
    };
    for _ in 0..200_000 {
        let (a, b, c) = (near_one(), near_one(), near_one() * 2f32.powi(-30));
        let [x, y, w] = [a, b, c].map(f64::from);
        assert_eq!(
            fused(Ties::ToEven, Format::F32, x, y, w),
            f64::from(a.mul_add(b, c)),
            "{a:e} {b:e} {c:e}"
        );
    }
    // Just above a midpoint, by less than a double can tell.
    let x = 1.0 + 2f64.powi(-12);
    assert_eq!(nearest(Format::F32, x * x + 2f64.powi(-80)), 1.0 + 2f64.powi(-11));
    assert_eq!(fused(Ties::ToEven, Format::F32, x, x, 2f64.powi(-80)), 1.0 + 2f64.powi(-11) + 2f64.powi(-23));
}
