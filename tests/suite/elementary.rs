//! The elementary functions of intervals: each enclosure contains the value of an independent computation, is as
//! narrow as its bits allow, and intersects the enclosures of other widths.

use crate::sweep;
use dashu_base::Abs;
use dashu_float::round::mode::HalfEven;
use dashu_float::{Context, FBig, Repr};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use dropout_oracle::number::{Interval, Number, Real};
use dropout_oracle::oracle::round::{Exact, nearest};

/// Sizes from 2^−60 to 39, on both sides of the points where the algorithm changes: x² = 128 and x² = 512.
fn sizes() -> impl Iterator<Item = f64> {
    let small = [-60, -40, -20, -10, -3].map(|exponent| 1.3 * 2f64.powi(exponent));
    small
        .into_iter()
        .chain([0.5, 0.7, 1.0, 1.9, 3.0, 5.1, 8.0, 11.2, 11.3, 11.4, 16.0, 22.5, 22.7, 27.0, 39.0])
}

/// One in three, or all in the sweep.
fn arguments() -> impl Iterator<Item = f64> {
    sizes().flat_map(|x| [x, -x]).step_by(sweep::one_in(3))
}

fn meet<const A: usize, const B: usize>(a: &Interval<A>, b: &Interval<B>) -> bool {
    a.lo() <= b.hi() && b.lo() <= a.hi()
}

fn holds<const BITS: usize>(interval: &Interval<BITS>, x: &Repr<2>) -> bool {
    interval.lo() <= x && x <= interval.hi()
}

/// Whether hi − lo is at most 2^−bits of |lo|.
fn narrower_than<const BITS: usize>(interval: &Interval<BITS>, bits: isize) -> bool {
    let width = interval.hi() - interval.lo();
    width <= interval.lo() * &Repr::new(interval.lo().significand().signum(), -bits)
}

fn at<const BITS: usize>(x: f64) -> Interval<BITS> {
    Interval::from_f64(x)
}

/// Powers of two of both signs from 2^−1074 to 2^20, multiples of ln 2 rounded to doubles, and the ends of the range.
fn exponents() -> impl Iterator<Item = f64> {
    let powers = [-1074, -600, -130, -64, -33, -9, -1, 0, 3, 9, 13, 19].map(|e| 2f64.powi(e));
    let multiples = [1.0, 2.0, 3.0, 7.0, 100.0, 1023.0, 16_000.0].map(|k| k * std::f64::consts::LN_2);
    let others = [0.1, 0.49999, 1.9, 12.25, 88.7, 709.78, 745.2, 16_383.5, 16_384.0, 1_048_575.5];
    powers.into_iter().chain(multiples).chain(others).flat_map(|x| [x, -x])
}

#[test]
fn exp_holds_the_value_of_the_library_and_is_narrow() {
    fn check<const BITS: usize>(x: f64) {
        let enclosed = at::<BITS>(x).exp();
        if x < -16_384.0 {
            let far_below = Repr::new(IBig::ONE, -23_637);
            assert!(
                enclosed.lo() == &Repr::zero() && enclosed.hi() == &far_below,
                "exp({x:e}): {enclosed:?}"
            );
            return;
        }
        assert!(narrower_than(&enclosed, BITS as isize - 2), "exp({x:e}) to {BITS} bits: {enclosed:?}");
        let x: FBig<HalfEven, 2> = FBig::try_from(x).expect("finite");
        let other = Context::<HalfEven>::new(BITS + 64).exp(x.repr(), None).expect("in range").value();
        assert!(holds(&enclosed, other.repr()), "exp({x}) to {BITS} bits: {enclosed:?}");
    }
    for x in exponents() {
        check::<128>(x);
        check::<512>(x);
    }
    for x in exponents().step_by(sweep::one_in(5)) {
        check::<4096>(x);
    }
    assert!(!at::<128>(1_048_577.0).exp().is_bounded());
}

/// 1 − 2/√π Σ (−1)ⁿ x^(2n+1) / (n! (2n+1)): terms of up to e^(x²) cancel to e^(−x²), so that 2 x² log₂ e
/// < 3 x² bits more are carried, and 64 for the roundings of its few thousand steps.
fn erfc_by_alternating_series(x: f64, bits: usize) -> FBig<HalfEven, 2> {
    let precision = bits + (3.0 * x * x).ceil() as usize + 64;
    let big = |x: FBig<HalfEven, 2>| x.with_precision(precision).value();
    let x = big(FBig::try_from(x).expect("finite"));
    let (square, mut power, mut total) = (-(x.clone() * &x), x.clone(), x);
    let small: FBig<HalfEven, 2> = FBig::from_parts(IBig::ONE, -(precision as isize));
    for n in 1u32.. {
        power = power * &square / big(FBig::from(n));
        total += &power / big(FBig::from(2 * n + 1));
        if power.clone().abs() < small {
            break;
        }
    }
    let pi = Context::<HalfEven>::new(precision).pi(None).value();
    let root = Context::<HalfEven>::new(precision).sqrt(pi.repr()).expect("π has a root").value();
    big(FBig::ONE) - total * big(FBig::from(2)) / root
}

#[test]
fn erfc_holds_the_alternating_series_and_is_narrow() {
    fn check<const BITS: usize>(x: f64) {
        let enclosed = at::<BITS>(x).erfc();
        assert!(narrower_than(&enclosed, BITS as isize - 2), "erfc({x:e}) to {BITS} bits: {enclosed:?}");
        let other = erfc_by_alternating_series(x, BITS + 64);
        assert!(holds(&enclosed, other.repr()), "erfc({x:e}) to {BITS} bits: {enclosed:?}");
    }
    for x in arguments() {
        check::<128>(x);
        check::<512>(x);
    }
    for x in [2f64.powi(-60), 0.7, -5.1, 11.4, -11.4, 39.0] {
        check::<4096>(x);
    }
}

#[test]
fn erfc_to_more_bits_meets_erfc_to_fewer() {
    for x in arguments() {
        let (narrow, middle, wide) = (at::<4096>(x).erfc(), at::<512>(x).erfc(), at::<128>(x).erfc());
        assert!(meet(&narrow, &middle) && meet(&middle, &wide) && meet(&narrow, &wide), "erfc({x:e})");
        assert!(narrower_than(&narrow, 4094), "erfc({x:e})");
    }
}

#[test]
fn erfc_of_a_third_of_an_end_of_4096_bits_is_enclosed() {
    for x in arguments() {
        let third = RBig::try_from(x).expect("finite") / RBig::from(3);
        let (long, short) = (Interval::<4096>::around(&third), Interval::<128>::around(&third));
        assert!(meet(&long.erfc(), &short.erfc()), "erfc({x:e}/3)");
        assert!(long.erfc().is_bounded());
    }
}

#[test]
fn erfc_has_its_known_digits() {
    // Sixty digits of another library (mpmath at 90 digits), the last one rounded.
    for (x, digits, exponent) in [
        (1.0, "157299207050285130658779364917390740703933002033697091540062", -60),
        (5.0, "153745979442803485018834348538337889011805031472337993068791", -71),
        (-0.5, "152049987781304653768274665389196452873645157575796370005881", -59),
        (0.25, "723673609831763067014931732235184287934646022107688745917528", -60),
        (11.5, "179330964357678205810911606397578607640459333389293001724853", -118),
        (20.0, "539586561160790092893499916790534560408827267092360528347010", -235),
        (39.0, "396561759500565866648849108827102756069258589143045106295289", -722),
        (-3.0, "199997790950300141455862722387041767962015229291260075034276", -59),
    ] {
        let digits = IBig::from_str_radix(digits, 10).expect("digits");
        let unit = UBig::from(10u8).pow(-exponent as usize);
        let end = |offset: i8| Interval::<512>::around(&RBig::from_parts(&digits + offset, unit.clone()));
        let (enclosed, lo, hi) = (at::<512>(x).erfc(), end(-1), end(1));
        assert!(lo.lo() <= enclosed.lo() && enclosed.hi() <= hi.hi(), "erfc({x})");
    }
}

#[test]
fn far_out_erfc_is_next_to_0_and_2() {
    for x in [40.5, 1e3, 1e308] {
        let (right, left) = (at::<128>(x).erfc(), at::<128>(-x).erfc());
        assert!(right.lo() == &Repr::zero() && right.hi() == &Repr::new(IBig::ONE, -2308), "{right:?}");
        assert!(holds(&left, &Repr::new(IBig::from(2), 0)) && narrower_than(&left, 126), "{left:?}");
    }
    assert_eq!(at::<128>(0.0).erfc(), at(1.0));
}

#[test]
fn an_interval_maps_to_an_interval_around_all_its_values() {
    let [lo, middle, hi] = [1.0, 1.25, 1.5];
    let between = {
        use dropout_oracle::number::Ordered;
        at::<128>(lo).hull(at(hi))
    };
    for f in [Interval::<128>::exp, Interval::exp_m1, Interval::ln_1p, Interval::erfc] {
        let image = f(&between);
        for x in [lo, middle, hi] {
            let value = f(&at(x));
            assert!(image.lo() <= value.lo() && value.hi() <= image.hi(), "{x}: {image:?}");
        }
    }
}

#[test]
fn both_ends_round_to_the_correctly_rounded_functions_of_an_independent_library() {
    type Pair = (fn(&Interval<128>) -> Interval<128>, fn(f64) -> f64);
    let functions: [Pair; 4] = [
        (Interval::exp, core_math::exp),
        (Interval::exp_m1, core_math::expm1),
        (Interval::ln_1p, core_math::log1p),
        (Interval::erfc, core_math::erfc),
    ];
    for (j, (enclosure, correct)) in functions.into_iter().enumerate() {
        for x in arguments().filter(|&x| j != 2 || x > -1.0) {
            let enclosed = enclosure(&at(x));
            for end in [enclosed.lo(), enclosed.hi()] {
                assert_eq!(nearest(&Exact::from(end)), Ok(correct(x)), "function {j} at {x:e}");
            }
        }
    }
}
