//! Enclosures of elementary functions at one point, to a precision chosen at run time.
//!
//! exp, exp_m1, ln_1p and the square root come from dashu, whose results are documented as correctly
//! rounded. Nothing here leans on that: they are asked for [`GUARD`] bits more than wanted and then
//! widened by 2^(GUARD/2) units in their last place, so that an enclosure holds even if the library
//! were off by that much. erfc, which the library lacks, is a series with a remainder bound.

use dashu::base::{BitTest, UnsignedAbs};
use dashu::float::round::mode::{Down, HalfEven, Up};
use dashu::float::{Context, FBig, Repr};
use dashu::integer::{IBig, UBig};
use std::sync::OnceLock;

/// A pair of ends with the exact value between them.
#[derive(Clone, Debug)]
pub struct Enclosed {
    pub lo: Repr<2>,
    pub hi: Repr<2>,
}

impl Enclosed {
    pub fn negated(self) -> Self {
        Enclosed { lo: -self.hi, hi: -self.lo }
    }
}

/// How many bits more than wanted the library is asked for.
const GUARD: usize = 32;

/// Below this argument e^x is enclosed by (0, 2^−[`VANISHED`]): far under the smallest double, also
/// after products with several of the largest.
const FAR_BELOW: isize = -16_384;
/// 16384 · log₂ e = 23637.1…
const VANISHED: isize = 23_637;
/// Above this argument e^x is out of all range: no formula here asks for it.
const FAR_ABOVE: isize = 1 << 20;

/// eˣ; `None` far above any range.
pub fn exp(x: &Repr<2>, bits: usize) -> Option<Enclosed> {
    if *x > integer(FAR_ABOVE) {
        return None;
    }
    if *x < integer(FAR_BELOW) {
        return Some(Enclosed { lo: Repr::zero(), hi: Repr::new(IBig::ONE, -VANISHED) });
    }
    if x.significand().is_zero() {
        return Some(Enclosed { lo: Repr::one(), hi: Repr::one() });
    }
    library(bits, |context| context.exp(x, None).ok().map(|rounded| rounded.value()))
}

/// eˣ − 1; `None` far above any range.
pub fn exp_m1(x: &Repr<2>, bits: usize) -> Option<Enclosed> {
    if *x < integer(FAR_BELOW) {
        let Enclosed { lo, hi } = exp(x, bits)?;
        let one = Repr::one();
        return Some(Enclosed { lo: &lo - &one, hi: &hi - &one });
    }
    if *x > integer(FAR_ABOVE) {
        return None;
    }
    if x.significand().is_zero() {
        return Some(Enclosed { lo: Repr::zero(), hi: Repr::zero() });
    }
    library(bits, |context| context.exp_m1(x, None).ok().map(|rounded| rounded.value()))
}

/// ln(1 + x) for x > −1; `None` elsewhere.
pub fn ln_1p(x: &Repr<2>, bits: usize) -> Option<Enclosed> {
    if *x <= Repr::neg_one() {
        return None;
    }
    if x.significand().is_zero() {
        return Some(Enclosed { lo: Repr::zero(), hi: Repr::zero() });
    }
    library(bits, |context| context.ln_1p(x, None).ok().map(|rounded| rounded.value()))
}

/// The library's answer at `bits + GUARD` bits, widened on both sides.
fn library(bits: usize, answer: impl Fn(Context<HalfEven>) -> Option<FBig<HalfEven, 2>>) -> Option<Enclosed> {
    let value = answer(Context::new(bits + GUARD))?.into_repr();
    let (significand, exponent) = value.clone().into_parts();
    // |value| · 2^−(bits + GUARD/2) is at least 2^(GUARD/2 − 1) units in the last place.
    let margin =
        Repr::new(significand.unsigned_abs().into(), exponent - isize::try_from(bits + GUARD / 2).ok()?);
    let lo = Context::<Down>::new(bits + GUARD).sub(&value, &margin).ok()?;
    let hi = Context::<Up>::new(bits + GUARD).add(&value, &margin).ok()?;
    Some(Enclosed { lo: lo.value().into_repr(), hi: hi.value().into_repr() })
}

/// Beyond this |x| erfc is enclosed by its bound e^(−x²) < 2^−2308, or 2 minus that.
const ERFC_FAR: isize = 40;
const ERFC_VANISHED: isize = 2308;

/// erfc(x) = 1 − 2/√π Σ (−1)ⁿ x^(2n+1) / (n! (2n+1)).
///
/// In fixed point with every term enclosed, and by Leibniz's rule: once the terms fall in size, what
/// is left of an alternating series is smaller than its next term. For positive x the sum cancels to
/// about e^(−x²) and its terms grow to about e^(x²), so that much more is carried on either side.
pub fn erfc(x: &Repr<2>, bits: usize) -> Option<Enclosed> {
    if x.significand().is_zero() {
        return Some(Enclosed { lo: Repr::one(), hi: Repr::one() });
    }
    if *x > integer(ERFC_FAR) {
        return Some(Enclosed { lo: Repr::zero(), hi: Repr::new(IBig::ONE, -ERFC_VANISHED) });
    }
    if *x < integer(-ERFC_FAR) {
        let two = integer(2);
        return Some(Enclosed { lo: &two - &Repr::new(IBig::ONE, -ERFC_VANISHED), hi: two });
    }
    let negative = x.sign() == dashu::base::Sign::Negative;
    let (significand, exponent) = x.clone().into_parts();
    // ⌈|x|⌉² · log₂ e < 3/2 · ⌈|x|⌉².
    let magnitude = (significand.bit_len() as isize + exponent).max(0);
    let ceiling = (1usize << magnitude).min(ERFC_FAR as usize);
    let scale = bits + GUARD + 3 * ceiling * ceiling;
    let series = erf_series(&Fixed::new(&significand.unsigned_abs(), exponent, scale), scale);
    let constant = frac_2_sqrt_pi();
    let context_bits = scale + GUARD;
    let (down, up) = (Context::<Down>::new(context_bits), Context::<Up>::new(context_bits));
    let unit = -isize::try_from(scale).ok()?;
    let series_lo = Repr::new(series.lo, unit);
    let erf_lo = down.mul(&series_lo, &constant.lo).ok()?.value().into_repr();
    let erf_hi = up.mul(&Repr::new(series.hi, unit), &constant.hi).ok()?.value().into_repr();
    let one = Repr::one();
    Some(if negative {
        Enclosed { lo: &one + &erf_lo, hi: &one + &erf_hi }
    } else {
        Enclosed { lo: &one - &erf_hi, hi: &one - &erf_lo }
    })
}

/// A non-negative number between two multiples of 2^−scale.
#[derive(Clone)]
struct Fixed {
    lo: IBig,
    hi: IBig,
}

impl Fixed {
    fn new(significand: &UBig, exponent: isize, scale: usize) -> Self {
        let shift = exponent + scale as isize;
        if shift >= 0 {
            let exact = IBig::from(significand << shift as usize);
            return Fixed { lo: exact.clone(), hi: exact };
        }
        let lo = IBig::from(significand >> shift.unsigned_abs());
        Fixed { hi: &lo + IBig::ONE, lo }
    }

    /// self · other / divisor, rounded outward.
    fn times(&self, other: &Fixed, divisor: usize, scale: usize) -> Self {
        let quotient = |product: IBig| (product >> scale) / IBig::from(divisor);
        Fixed { lo: quotient(&self.lo * &other.lo), hi: quotient(&self.hi * &other.hi) + 2u8 }
    }
}

/// Σ (−1)ⁿ x^(2n+1) / (n! (2n+1)) for x > 0.
fn erf_series(x: &Fixed, scale: usize) -> Fixed {
    let square = x.times(x, 1, scale);
    let (mut power, mut n) = (x.clone(), 0usize);
    let mut total = Fixed { lo: IBig::ZERO, hi: IBig::ZERO };
    loop {
        let divisor = IBig::from(2 * n + 1);
        let term = Fixed { lo: &power.lo / &divisor, hi: &power.hi / &divisor + 1u8 };
        if n % 2 == 0 {
            total = Fixed { lo: total.lo + &term.lo, hi: total.hi + &term.hi };
        } else {
            total = Fixed { lo: total.lo - &term.hi, hi: total.hi - &term.lo };
        }
        n += 1;
        power = power.times(&square, n, scale);
        // From here on terms fall, because x² < n; when one is down to the last few units, all the
        // rest together stays within it.
        let falling = square.hi < (IBig::from(n) << scale);
        if falling && power.hi <= IBig::from(4u8) {
            return Fixed { lo: total.lo - &power.hi, hi: total.hi + &power.hi };
        }
    }
}

/// Enough for an enclosure of 4096 bits of erfc at its far end.
const CONSTANT_BITS: usize = 4096 + 3 * 40 * 40 + 4 * GUARD;

/// 2/√π.
pub fn frac_2_sqrt_pi() -> &'static Enclosed {
    static CONSTANT: OnceLock<Enclosed> = OnceLock::new();
    CONSTANT.get_or_init(|| {
        let constant = library(CONSTANT_BITS, |context| {
            let root = context.sqrt(context.pi(None).value().repr()).ok()?.value();
            Some(context.div(&integer(2), root.repr()).ok()?.value())
        });
        constant.expect("π has a square root")
    })
}

/// 1/√2 = √2/2.
pub fn frac_1_sqrt_2() -> &'static Enclosed {
    static CONSTANT: OnceLock<Enclosed> = OnceLock::new();
    CONSTANT.get_or_init(|| {
        let half = Repr::new(IBig::ONE, -1);
        let constant = library(CONSTANT_BITS, |context| Some(context.sqrt(&half).ok()?.value()));
        constant.expect("1/2 has a square root")
    })
}

fn integer(x: isize) -> Repr<2> {
    Repr::new(IBig::from(x), 0)
}
