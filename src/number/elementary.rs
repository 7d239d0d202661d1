//! Enclosures of elementary functions at a point, to a precision chosen at run time.
//!
//! exp and erfc are series of fixed-point numbers, with their remainders bounded: dashu has no erfc, and a
//! slower exp. dashu computes exp_m1, ln_1p and the square root, and documents their results as
//! correctly rounded. Nothing here relies on that: each is computed with [`GUARD`] extra bits and then widened on
//! both sides by at least 2^(GUARD/2 − 1) ulps, so an enclosure holds even if the library is off by that much.
//! [`super::interval`] calls these functions at its ends.

use dashu_base::{Sign, UnsignedAbs};
use dashu_float::round::mode::{Down, HalfEven, Up};
use dashu_float::{Context, FBig, Repr};
use dashu_int::IBig;
use std::sync::OnceLock;

/// Two ends with the exact value between them.
#[derive(Clone, Debug)]
pub struct Enclosed {
    pub lo: Repr<2>,
    pub hi: Repr<2>,
}

impl Enclosed {
    pub fn negated(self) -> Self {
        Enclosed { lo: -self.hi, hi: -self.lo }
    }

    /// whole − self, exactly.
    fn subtracted_from(self, whole: isize) -> Self {
        let whole = integer(whole);
        Enclosed { lo: &whole - &self.hi, hi: &whole - &self.lo }
    }

    /// self · other, both non-negative, rounded outward to `bits` bits.
    fn times(&self, other: &Enclosed, bits: usize) -> Option<Self> {
        let lo = Context::<Down>::new(bits).mul(&self.lo, &other.lo).ok()?;
        let hi = Context::<Up>::new(bits).mul(&self.hi, &other.hi).ok()?;
        Some(Enclosed { lo: lo.value().into_repr(), hi: hi.value().into_repr() })
    }
}

/// How many extra bits the library computes.
const GUARD: usize = 32;

/// Below this argument, e^x is enclosed by `(0, 2^−VANISHED)`: far below the smallest double, even after
/// being multiplied by several of the largest.
const FAR_BELOW: isize = -16_384;
/// 16384 · log₂ e = 23637.1…, rounded down.
const VANISHED: isize = 23_637;
/// Above this argument, e^x is far out of range; no formula here needs it.
const FAR_ABOVE: isize = 1 << 20;

/// eˣ; `None` far above the range.
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
    // Each squaring doubles the relative error: a bit more is carried for each.
    let squarings = bits.isqrt() / 2 + 1;
    let scale = bits + GUARD + squarings;
    let (halvings, rest) = modulo_ln_2(x, scale);
    let power = exp_series(&rest.shifted_down(squarings), scale);
    let power = (0..squarings).fold(power, |power, _| power.times(&power, 1, 1, scale));
    Some(power.enclosed(scale as isize - halvings))
}

/// k and r with x = k ln 2 + r and 0 < r < 1, for |x| of at most 2^20.
fn modulo_ln_2(x: &Repr<2>, scale: usize) -> (isize, Fixed) {
    let rough = libm::ldexp(i64::try_from(Fixed::around(x, 32).lo).expect("53 bits") as f64, -32);
    // One millionth is more than the error of `rough` and of the product, so r is positive.
    let k = (rough * std::f64::consts::LOG2_E - 1e-6).floor() as isize;
    let (x, ln_2) = (Fixed::around(x, scale), ln_2());
    let (lo, hi) = (Fixed::around(&ln_2.lo, scale).lo, Fixed::around(&ln_2.hi, scale).hi);
    let (least, most) = if k < 0 { (&hi * k, &lo * k) } else { (&lo * k, &hi * k) };
    (k, Fixed { lo: x.lo - most, hi: x.hi - least })
}

/// `Σₙ xⁿ / n! = eˣ` for 0 < x < 1/2.
fn exp_series(x: &Fixed, scale: usize) -> Fixed {
    let one = IBig::ONE << scale;
    let (mut term, mut total) = (x.clone(), Fixed { lo: &one + &x.lo, hi: one + &x.hi });
    for n in 2.. {
        term = term.times(x, 1, n, scale);
        total = total.plus(&term);
        // Each term is less than half the one before, so all that follow sum to less than this one.
        if term.hi <= IBig::from(2) {
            break;
        }
    }
    Fixed { lo: total.lo, hi: total.hi + term.hi }
}

/// eˣ − 1; `None` far above the range.
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

/// The library's result at `bits + GUARD` bits, widened on both sides.
fn library(bits: usize, answer: impl Fn(Context<HalfEven>) -> Option<FBig<HalfEven, 2>>) -> Option<Enclosed> {
    let value = answer(Context::new(bits + GUARD))?.into_repr();
    let (significand, exponent) = value.clone().into_parts();
    // |value| · 2^−(bits + GUARD/2) is at least 2^(GUARD/2 − 1) ulps.
    let margin =
        Repr::new(significand.unsigned_abs().into(), exponent - isize::try_from(bits + GUARD / 2).ok()?);
    let lo = Context::<Down>::new(bits + GUARD).sub(&value, &margin).ok()?;
    let hi = Context::<Up>::new(bits + GUARD).add(&value, &margin).ok()?;
    Some(Enclosed { lo: lo.value().into_repr(), hi: hi.value().into_repr() })
}

/// Beyond this `|x|`, `erfc(|x|)` is enclosed by (0, e^(−x²)).
const ERFC_FAR: isize = 40;
/// e^(−40²) < 2^−2308.
const ERFC_VANISHED: isize = 2308;

/// erfc(x): by its asymptotic expansion far from 0, as 1 − erf(x) elsewhere; for negative x as 2 − erfc(−x)
/// or 1 + erf(−x).
///
/// For positive x the difference cancels to about e^(−x²), so erf is computed with x² · log₂ e more bits.
pub fn erfc(x: &Repr<2>, bits: usize) -> Option<Enclosed> {
    if x.significand().is_zero() {
        return Some(Enclosed { lo: Repr::one(), hi: Repr::one() });
    }
    let negative = x.sign() == Sign::Negative;
    let size = if negative { -x.clone() } else { x.clone() };
    if size > integer(ERFC_FAR) {
        let tail = Enclosed { lo: Repr::zero(), hi: Repr::new(IBig::ONE, -ERFC_VANISHED) };
        return Some(if negative { tail.subtracted_from(2) } else { tail });
    }
    let square = &size * &size;
    let ceiling = usize::try_from(Fixed::around(&square, 0).hi).ok()?;
    if ceiling > bits {
        // The terms of the expansion fall to about e^(−x²) < 2^(−1.4 · bits) before they rise again.
        let tail =
            gaussian_times(&square, bits + GUARD, |scale| erfc_series(&Fixed::around(&size, scale), scale))?;
        return Some(if negative { tail.subtracted_from(2) } else { tail });
    }
    // log₂ e < 3/2.
    let cancelled = if negative { 0 } else { 3 * ceiling / 2 + 1 };
    let scale = bits + GUARD + cancelled;
    let erf = gaussian_times(&square, scale, |scale| erf_series(&Fixed::around(&size, scale), scale))?;
    Some(if negative { erf.negated().subtracted_from(1) } else { erf.subtracted_from(1) })
}

/// 2/√π · e^(−x²) · series, to `scale` bits; the series is a multiple of 2^−scale.
fn gaussian_times(square: &Repr<2>, scale: usize, series: impl Fn(usize) -> Fixed) -> Option<Enclosed> {
    let exponential = exp(&-square.clone(), scale)?;
    frac_2_sqrt_pi().times(&exponential, scale)?.times(&series(scale).enclosed(scale as isize), scale)
}

/// A non-negative number, enclosed between two multiples of 2^−scale.
#[derive(Clone)]
struct Fixed {
    lo: IBig,
    hi: IBig,
}

impl Fixed {
    fn around(x: &Repr<2>, scale: usize) -> Self {
        let shift = x.exponent() + scale as isize;
        if shift >= 0 {
            let exact = x.significand() << shift.unsigned_abs();
            return Fixed { lo: exact.clone(), hi: exact };
        }
        let lo = x.significand() >> shift.unsigned_abs();
        Fixed { hi: &lo + IBig::ONE, lo }
    }

    fn plus(self, other: &Fixed) -> Self {
        Fixed { lo: self.lo + &other.lo, hi: self.hi + &other.hi }
    }

    /// self · other · numerator / denominator, rounded outward.
    fn times(&self, other: &Fixed, numerator: usize, denominator: usize, scale: usize) -> Self {
        let floor = |product: IBig| ((product * numerator) >> scale) / denominator;
        Fixed { lo: floor(&self.lo * &other.lo), hi: floor(&self.hi * &other.hi) + 1u8 }
    }

    /// 1 / self, for a number of at least 2^−scale.
    fn inverse(&self, scale: usize) -> Self {
        let square_of_one = IBig::ONE << (2 * scale);
        Fixed { lo: &square_of_one / &self.hi, hi: &square_of_one / &self.lo + 1u8 }
    }

    /// self / 2^bits, rounded outward.
    fn shifted_down(&self, bits: usize) -> Self {
        Fixed { lo: &self.lo >> bits, hi: (&self.hi >> bits) + 1u8 }
    }

    /// self as a number of steps of 2^−scale.
    fn enclosed(self, scale: isize) -> Enclosed {
        let end = |steps| Repr::new(steps, -scale);
        Enclosed { lo: end(self.lo), hi: end(self.hi) }
    }
}

/// `Σₙ 2ⁿ x^(2n+1) / (2n+1)!! = erf(x) · √π/2 · e^(x²)` for x > 0; every term is positive.
fn erf_series(x: &Fixed, scale: usize) -> Fixed {
    let twice_square = x.times(x, 2, 1, scale);
    let (mut term, mut total, mut n) = (x.clone(), x.clone(), 0usize);
    loop {
        n += 1;
        term = term.times(&twice_square, 1, 2 * n + 1, scale);
        total = total.plus(&term);
        // From here on, each term is less than half the one before, so all that follow sum to less than this
        // one.
        let halving = &twice_square.hi << 1usize < IBig::from(2 * n + 3) << scale;
        if halving && term.hi <= IBig::from(2) {
            return Fixed { lo: total.lo, hi: total.hi + term.hi };
        }
    }
}

/// `Σₙ (−1)ⁿ (2n−1)!! / (2ⁿ⁺¹ x^(2n+1)) ≈ erfc(x) · √π/2 · e^(x²)` for large x.
///
/// The terms fall and then rise without bound. Integration by parts bounds the remainder: it has the sign of
/// the first omitted term and is smaller. So the sum ends when the terms, or their last steps, stop falling.
fn erfc_series(x: &Fixed, scale: usize) -> Fixed {
    let inverse = x.times(x, 2, 1, scale).inverse(scale);
    let (mut term, mut n) = (x.times(&inverse, 1, 1, scale), 0usize);
    let mut total = Fixed { lo: IBig::ZERO, hi: IBig::ZERO };
    loop {
        total = if n.is_multiple_of(2) {
            total.plus(&term)
        } else {
            Fixed { lo: total.lo - &term.hi, hi: total.hi - &term.lo }
        };
        n += 1;
        let next = term.times(&inverse, 2 * n - 1, 1, scale);
        if next.hi >= term.hi {
            return Fixed { lo: total.lo - &next.hi, hi: total.hi + next.hi };
        }
        term = next;
    }
}

/// Enough for 4096 bits of erfc at x = 40, where erf needs 3/2 · 40² bits more, and its exponential as many as it
/// squares.
const CONSTANT_BITS: usize = 4096 + 3 * 40 * 40 / 2 + 6 * GUARD;

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

/// ln 2.
fn ln_2() -> &'static Enclosed {
    static CONSTANT: OnceLock<Enclosed> = OnceLock::new();
    CONSTANT.get_or_init(|| ln_1p(&Repr::one(), CONSTANT_BITS).expect("2 is positive"))
}

/// 1/√2 = √(1/2).
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
