//! Error bounds: their arithmetic against exact fractions, computations in f32 against the bounds, and bounds that
//! can be computed by hand.

use dashu_ratio::RBig;
use dropout_oracle::number::bounds::{above, distance, half_ulp, last_bit, over, plus, power, times};
use dropout_oracle::number::{ERF_ULPS, ErrorBound, FUNCTION_ULPS, Format, NotJudged, Number, Ordered, Real};
use num_traits::{One, Zero};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::f64::consts::{FRAC_2_SQRT_PI, LN_2};

type F64 = ErrorBound<0, 0>;
type F32 = ErrorBound<1, 1>;
type F16 = ErrorBound<2, 2>;
type Bf16 = ErrorBound<3, 3>;
type F16InF32 = ErrorBound<2, 1>;

/// The unit roundoff of f32.
const U: f64 = f32::EPSILON as f64 / 2.0;

fn fixed(cases: u32, seed: u64) -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(seed);
    ProptestConfig { rng_seed, failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

fn fraction(x: f64) -> RBig {
    RBig::try_from(x).expect("finite")
}

/// Whether it is at least the exact value, and at most two doubles above it.
fn is_just_above(bound: f64, exact: &RBig) -> bool {
    fraction(bound) >= *exact && fraction(bound.next_down().next_down().max(0.0)) <= *exact
}

/// The bound is `derived`, up to terms of second order.
#[track_caller]
fn is_about(bound: Result<f64, NotJudged>, derived: f64) {
    let bound = bound.expect("there is a bound");
    assert!((derived..1.001 * derived).contains(&bound), "{bound:e}, derived {derived:e}");
}

proptest! {
    #![proptest_config(fixed(2000, 31))]

    #[test]
    fn what_bounds_are_computed_with_is_rounded_up(
        x in 1u64..0x7fe << 52,
        apart in -60i64 << 52..60 << 52,
        signs in 0..4,
    ) {
        let y = f64::from_bits(x.saturating_add_signed(apart).clamp(1, 0x7fe << 52));
        let x = f64::from_bits(x);
        let [a, b] = [fraction(x), fraction(y)];
        let largest = fraction(f64::MAX);
        let range = |exact: &RBig| *exact < largest;
        let sum = a.clone() + &b;
        prop_assert!(!range(&sum) || is_just_above(plus(x, y), &sum));
        let product = a.clone() * &b;
        prop_assert!(!range(&product) || is_just_above(times(x, y), &product));
        let quotient = a.clone() / &b;
        prop_assert!(!range(&quotient) || is_just_above(over(x, y), &quotient));
        let [s, t] = [1, 2].map(|bit| if signs & bit == 0 { 1.0 } else { -1.0 });
        let far = (a * fraction(s)) - (b * fraction(t));
        let far = if far < RBig::ZERO { -far } else { far };
        prop_assert!(!range(&far) || is_just_above(distance(s * x, t * y), &far));
    }

    #[test]
    fn half_a_unit_reaches_to_both_midpoints_beside_a_double(bits in 0u64..0x7fe << 52) {
        let x = f64::from_bits(bits);
        let half = (fraction(x.next_up()) - fraction(x)) / RBig::from(2);
        prop_assert!(fraction(half_ulp(x)) >= half);
        prop_assert!(x < 2.0 * f64::MIN_POSITIVE || fraction(half_ulp(x)) == half);
        prop_assert_eq!(half_ulp(-x), half_ulp(x));
    }

    #[test]
    fn a_double_is_an_odd_multiple_of_its_last_bit(bits in 1u64..0x7fe << 52) {
        let x = f64::from_bits(bits);
        let multiple = fraction(x) / fraction(power(last_bit(x)));
        prop_assert!(multiple.is_int() && !(multiple / RBig::from(2)).is_int());
    }

    /// For any sequence of operations in f32, the processor's result lies within the bound of the exact number.
    #[test]
    fn what_f32_computes_lies_within_its_bound(
        starts in prop::array::uniform4((-40i32..40, 1u32..1 << 24, any::<bool>())),
        steps in prop::collection::vec((0..4, any::<prop::sample::Index>(), any::<prop::sample::Index>()), 1..8),
        low in any::<bool>(),
    ) {
        let start = |(exponent, bits, minus): (i32, u32, bool)| {
            let size = f64::from(bits) * power(exponent - if low { 130 } else { 24 });
            if minus { -size } else { size }
        };
        let mut pool: Vec<(f32, F32, RBig)> = starts
            .map(|parts| start(parts) as f32)
            .map(|x| (x, F32::from_f64(x.into()), fraction(x.into())))
            .into();
        for (operation, one, other) in steps {
            let [x, y] = [one, other].map(|index| index.get(&pool).clone());
            if operation == 3 && y.2 == RBig::ZERO {
                continue;
            }
            pool.push(match operation {
                0 => (x.0 + y.0, x.1 + y.1, x.2 + y.2),
                1 => (x.0 - y.0, x.1 - y.1, x.2 - y.2),
                2 => (x.0 * y.0, x.1 * y.1, x.2 * y.2),
                _ => (x.0 / y.0, x.1 / y.1, x.2 / y.2),
            });
        }
        for (computed, accepted, exact) in pool {
            let Ok(error) = accepted.error() else { continue };
            let (center, off) = accepted.exact_number();
            let apart = |x: f64| if fraction(x) < exact { exact.clone() - fraction(x) } else { fraction(x) - &exact };
            prop_assert!(apart(center) <= fraction(off), "{} ± {} is not {}", center, off, exact);
            prop_assert!(apart(computed.into()) <= fraction(error), "{computed}, {accepted:?}");
        }
    }
}

#[test]
fn what_is_exactly_zero_stays_it() {
    for x in [0.0, 0.3, 1.0, 1e300] {
        assert_eq!((plus(0.0, x), plus(x, 0.0), times(0.0, x), times(x, 0.0)), (x, x, 0.0, 0.0));
        assert_eq!((over(0.0, x), distance(x, x), above(0.0)), (0.0, 0.0, 0.0));
    }
    assert_eq!((distance(1.0, 3.0), distance(3.0, -1.0), distance(0.0, 0.7)), (2.0, 4.0, 0.7));
}

#[test]
fn a_power_of_two_is_one_of_one_bit_everywhere() {
    assert_eq!([-1075, -1074, -1023, -1022].map(power), [0, 1, 1 << 51, 1 << 52].map(f64::from_bits));
    assert_eq!([-1, 0, 1, 1023].map(power), [0.5, 1.0, 2.0, f64::MAX / 2.0 + f64::MAX * f64::EPSILON / 4.0]);
    assert_eq!([1024, i32::MAX].map(power), [f64::INFINITY; 2]);
    assert!(above(1.0) >= 1.0 + 2.0 * f64::EPSILON && above(1.0) <= 1.0 + 5.0 * f64::EPSILON);
}

#[test]
fn a_stored_number_is_off_by_one_rounding_and_an_input_by_none() {
    let x = f64::from(0.7f32);
    is_about(F32::stored(x).error(), U * x);
    is_about(F32::stored(-x).error(), U * x);
    assert_eq!(F32::stored(x).exact_number(), (x, 0.0));
    assert_eq!(F32::from_f64(x).error(), Ok(0.0));
    is_about(F32::from_f64(0.7).error(), U * 0.7);
    is_about(F64::constant(LN_2).error(), f64::EPSILON / 2.0 * LN_2);
    assert_eq!(F64::constant(LN_2).exact_number(), (LN_2, half_ulp(LN_2)));
    assert_eq!((F32::from_f64(0.0).error(), F32::stored(0.0).error()), (Ok(0.0), Ok(0.0)));
    // A factor is as large as it may have been computed.
    let u = Format::Bf16.unit_roundoff() * (1.0 + 1.0 / 1024.0);
    let squared = (Bf16::stored(1.0) * Bf16::stored(1.0)).error().expect("a bound");
    let derived = 2.0 * u * (1.0 + u) + u * (1.0 + u) * (1.0 + u);
    assert!((derived..derived * (1.0 + 1e-12)).contains(&squared));
    assert_eq!(F16::from_f64(Format::F16.largest()).error(), Ok(0.0));
    assert_eq!(F16::from_f64(1e6).error(), Err(NotJudged::Overflow));
}

#[test]
fn what_may_be_flushed_to_zero_may_be_lost() {
    let least_normal = Format::F32.least_normal();
    assert_eq!(F32::from_f64(least_normal).error(), Ok(0.0));
    assert_eq!(F32::from_f64(least_normal / 4.0).error(), Ok(least_normal / 4.0));
    assert_eq!(F32::from_f64(-least_normal / 4.0).error(), Ok(least_normal / 4.0));
    // 1.5 units in the last place of a subnormal number: lost, or rounded by half a unit.
    assert_eq!(F32::from_f64(1.5 * power(-149)).error(), Ok(1.5 * power(-149)));
    // So it is no divisor, however it came about.
    let quarter = least_normal / 4.0;
    for small in [F32::from_f64(quarter), F32::stored(quarter), F32::stored(-quarter)] {
        assert_eq!((F32::one() / small).error(), Err(NotJudged::Division));
        assert_eq!(small.known(quarter).error(), small.error());
    }
    // Just above the least normal number, computed just below it.
    let x = F32::stored(1.5) * F32::stored(least_normal / 1.5 * (1.0 + 2.0 * U));
    assert!(x.error().expect("a bound") > x.exact_number().0);
}

#[test]
fn what_was_stored_as_zero_may_have_been_kept_as_any_number_that_is_flushed() {
    let least_normal = Format::F16.least_normal();
    let tiny = F16::from_f64(least_normal) * F16::from_f64(0.3) * F16::from_f64(0.3);
    let largest = tiny.exact_number().0 + tiny.error().expect("a bound");
    let kept = tiny.stored_as(0.0);
    assert_eq!(kept.exact_number(), (0.0, 0.0));
    let parts = kept.parts().expect("a bound");
    is_about(Ok(parts.error), largest);
    // It may have either sign, and it is no divisor.
    assert!(!parts.is_nonnegative);
    assert!((kept + F16::one()).error().expect("a bound") > largest + Format::F16.unit_roundoff());
    assert_eq!((F16::one() / kept).error(), Err(NotJudged::Division));
    // Nothing larger is flushed, whatever was to be expected.
    for large in [F16::from_f64(1.3), F16::from_f64(-1.3), F16::from_f64(1e6)] {
        assert_eq!(large.stored_as(0.0).parts().expect("a bound").error, least_normal);
    }
    // What is certainly 0 stays exact.
    for zero in [F16::zero(), F16::from_f64(1.0) - F16::from_f64(1.0), F16::zero() * F16::from_f64(0.7)] {
        assert_eq!(zero.stored_as(0.0), F16::zero());
    }
    assert_eq!(tiny.stored_as(0.7).exact_number(), (0.7, 0.0));
}

#[test]
fn what_is_passed_on_as_it_was_kept_is_rounded_where_it_is_stored() {
    let tie = 1.0 + power(-8) + power(-30);
    let [bf16, f32] = [Format::Bf16, Format::F32];
    assert_eq!((bf16.nearest(tie), bf16.nearest(f32.nearest(tie))), (1.0 + power(-7), 1.0));
    let u = Format::Bf16.unit_roundoff() * (1.0 + 1.0 / 1024.0);
    let kept = Bf16::from_f64(1.0).stored_as(1.5);
    let (once, twice) = (1.5 * u, 1.5 * u + 1.5 * (1.0 + u) * u);
    let is_near = |x: Bf16, error: f64| {
        let got = x.error().expect("a bound");
        assert!((error..error * (1.0 + 1e-12)).contains(&got), "{got}, derived {error}");
    };
    is_near(Bf16::stored(1.5), once);
    // Alone, as a sum of one term, with a sign, scaled by a power of two, or on one side of a kink.
    let zero = Bf16::zero();
    for passed in
        [kept, kept + zero, zero + kept, -kept, Bf16::sum([zero, kept].into_iter()), kept.either(kept)]
    {
        is_near(passed, twice);
    }
    is_near(kept * Bf16::from_f64(4.0), 4.0 * twice);
    is_near(Bf16::sum_of_scaled([kept].into_iter(), Bf16::from_f64(4.0)), 4.0 * twice);
    let below = Bf16::from_f64(-1.5).stored_as(0.0);
    assert_eq!(kept.hull(zero).error(), zero.hull(kept).error());
    assert!(below.error() > Ok(Format::Bf16.least_normal()));
    // An operation rounds anyway.
    let three = Bf16::from_f64(3.0);
    let operations: [fn(Bf16, Bf16) -> Bf16; 4] = [|x, y| x * y, |x, y| x + y, |x, y| y / x, |x, _| x.tanh()];
    for operation in operations {
        assert_eq!(operation(kept, three).error(), operation(Bf16::stored(1.5), three).error());
    }
}

#[test]
fn a_product_a_quotient_and_a_sum_carry_the_errors_of_both_sides() {
    let [x, y] = [1.3, -2.7].map(F32::from_f64);
    // Each side has been rounded once.
    is_about((x * y).error(), 3.0 * U * 1.3 * 2.7);
    is_about((x / y).error(), 3.0 * U * 1.3 / 2.7);
    is_about((y / x).error(), 3.0 * U * 2.7 / 1.3);
    is_about((x + y).error(), 2.0 * U * (1.3 + 2.7));
    is_about((x - y).error(), 2.0 * U * (1.3 + 2.7));
    is_about((-x).error(), U * 1.3);
    // Three terms: two additions, and none for what is 0.
    is_about((x + F32::zero() + y + x).error(), 3.0 * U * (1.3 + 2.7 + 1.3));
    is_about(F32::sum([x, F32::zero(), y, x].into_iter()).error(), 3.0 * U * (1.3 + 2.7 + 1.3));
    assert_eq!(F32::sum([x].into_iter()), x);
    // A term that is a sum itself: in another grouping the last one goes through two additions.
    is_about(F32::sum([x + y, x].into_iter()).error(), 3.0 * U * (1.3 + 2.7 + 1.3));
    assert_eq!(F32::sum([].into_iter()), F32::zero());
    assert_eq!((x * F32::zero(), F32::zero() / x), (F32::zero(), F32::zero()));
}

#[test]
fn whole_numbers_that_fit_are_exact_in_any_order_and_those_that_do_not_are_not() {
    let sum = |terms: &[f64]| F16::sum(terms.iter().map(|&x| F16::from_f64(x))).error();
    assert_eq!(sum(&[1024.0, 1000.0, -1.0]), Ok(0.0));
    assert_eq!(sum(&[0.5, -0.25, 0.125]), Ok(0.0));
    assert_eq!((F16::from_f64(31.0) * F16::from_f64(33.0)).error(), Ok(0.0));
    assert_eq!((F16::from_f64(1023.0) / F16::from_f64(-33.0)).error(), Ok(0.0));
    assert_eq!((F16::from_f64(31.0) * F16::from_f64(33.0)).exact_number(), (1023.0, 0.0));
    // f16 cannot hold 1 + 2^-11 and rounds it to 1, twice, though it can hold the whole sum.
    assert!(sum(&[1.0, 2f64.powi(-11), 2f64.powi(-11)]).expect("a bound") >= 2f64.powi(-10));
    // 2047 · 2047 has 22 bits.
    assert!((F16::from_f64(255.0) * F16::from_f64(255.0)).error().expect("a bound") >= 1.0);
    assert!((F16::from_f64(1.0) / F16::from_f64(3.0)).error().expect("a bound") > 0.0);
    // A subnormal sum may be flushed, though no term is.
    let small = Format::F16.least_normal();
    assert!(sum(&[1.5 * small, -small]).expect("a bound") >= small / 2.0);
}

#[test]
fn a_power_of_two_scales_a_number_with_its_error() {
    let x = F32::from_f64(1.3);
    let error = x.error().expect("a bound");
    for factor in [0.25, 4.0, -2.0, -0.5] {
        let scaled = x * F32::from_f64(factor);
        assert_eq!(scaled.error(), Ok(error * factor.abs()));
        assert_eq!(scaled.exact_number(), (1.3 * factor, 0.0));
        assert_eq!(scaled, F32::from_f64(factor) * x);
    }
    let product = x * x;
    let (center, off) = product.exact_number();
    assert_eq!((product * F32::from_f64(4.0)).exact_number(), (4.0 * center, 4.0 * off));
    assert!(off > 0.0);
    // What is lost of the error itself is made up for.
    let tiny = F64::stored(1.3 * power(-1000));
    let quarter = (tiny * F64::from_f64(0.25)).error().expect("a bound");
    assert!(quarter >= 1.9 * tiny.error().expect("a bound") / 4.0);
    // A number too small for a double is not exactly 0.
    let gone = F64::from_f64(power(-600)) * F64::from_f64(power(-600));
    assert_eq!(gone.exact_number(), (0.0, power(-1074)));
    // Not where that makes it subnormal, too large, or where it is only about a power of two.
    let least_normal = Format::F32.least_normal();
    let flushed = F32::stored(least_normal) * F32::from_f64(0.5);
    assert!(flushed.error().expect("a bound") >= least_normal / 2.0);
    assert_eq!((F16::from_f64(40000.0) * F16::from_f64(2.0)).error(), Err(NotJudged::Overflow));
    is_about((x * F32::stored(2.0)).error(), 3.0 * U * 2.6);
    is_about((x * F32::from_f64(3.0)).error(), 2.0 * U * 3.9);
}

#[test]
fn where_the_exact_number_is_known_the_error_stays_and_the_magnitude_starts_again() {
    let sum = F32::from_f64(1.1) * (F32::from_f64(1000.3) - F32::from_f64(1000.1));
    let error = sum.error().expect("a bound");
    let known = sum.known(0.22);
    assert_eq!((known.error(), known.exact_number()), (Ok(error), (0.22, half_ulp(0.22))));
    // One more rounding counts against 0.22, not against 2000.
    is_about((known * F32::from_f64(3.0)).error(), 3.0 * error + U * 3.0 * (0.22 + error));
    let rounded = F32::from_f64(1.3);
    assert_eq!(rounded.known(1.3).error(), rounded.error());
    let exact = F32::from_f64(3.0) + F32::from_f64(4.0);
    assert_eq!((exact.known(7.0).error(), exact.known(7.0).exact_number()), (Ok(0.0), (7.0, 0.0)));
    assert_eq!((exact.known(7.0) * exact).error(), Ok(0.0));
}

#[test]
fn a_stored_sum_of_a_wider_accumulator_is_rounded_once_and_with_a_bias_twice() {
    let u = Format::F16.unit_roundoff();
    let terms = [1.5, 2.25, 1.0 / 1024.0].map(F16InF32::from_f64);
    let sum = F16InF32::sum(terms.into_iter());
    let total = 3.7509765625;
    is_about(sum.error(), u * total);
    // The second rounding is that of an addition, which may be flushed too.
    let bias = (sum + F16InF32::from_f64(0.1)).error().expect("a bound");
    let derived = u * total + u * 0.1 + u * (total + 0.1) + Format::F16.least_normal();
    assert!((derived..1.005 * derived).contains(&bias), "{bias:e}, derived {derived:e}");
    // What is added to the number that was stored was in no accumulator with it.
    let known = sum.known(total);
    let lost = known.error().expect("a bound");
    let u = u * (1.0 + 1.0 / 1024.0);
    let derived = lost + u / (1.0 - u) * (total + lost + 0.5) + Format::F16.least_normal();
    let later = (known + F16InF32::from_f64(0.5)).error().expect("a bound");
    assert!((derived..derived * (1.0 + 1e-12)).contains(&later), "{later:e}, derived {derived:e}");
    // An exact sum is off by nothing, and with a bias that was accumulated with its terms by more.
    let exact = F16InF32::sum([1.5, 2.25].map(F16InF32::from_f64).into_iter());
    assert_eq!(exact.error(), Ok(0.0));
    let biased = |sum: F16InF32| (sum + F16InF32::from_f64(0.1)).error().expect("a bound");
    assert!(biased(exact) > biased(exact.known(3.75)));
    assert_eq!((exact + F16InF32::from_f64(0.5)).error(), Ok(0.0));
}

#[test]
fn only_the_terms_of_a_sum_are_accumulated_in_the_wider_format() {
    let u = Format::F16.unit_roundoff();
    let [x, y] = [1.3, 2.7].map(F16InF32::from_f64);
    let small = F16InF32::from_f64(2f64.powi(-14));
    let about = |sum: F16InF32, derived: f64| {
        let bound = sum.error().expect("a bound");
        assert!(
            (derived..derived + 4.0 * Format::F16.least_normal()).contains(&bound),
            "{bound:e}, {derived:e}"
        );
    };
    // Factors, product, and the addition; in Σ the product is not rounded by itself.
    about(x * y + small, 4.0 * u * 3.51);
    about(F16InF32::sum([x * y, small].into_iter()), 3.0 * u * 3.51);
    about(x + y + x, 3.0 * u * 5.3);
    // A sum that is a term of Σ has been stored.
    about(F16InF32::sum([x + y, small].into_iter()), 3.0 * u * 4.0);
}

#[test]
fn functions_are_exact_where_libraries_are() {
    let zero = F32::zero();
    for x in [zero.tanh(), zero.erf(), zero.exp_m1(), zero.ln_1p(), F32::one().ln()] {
        assert_eq!((x.error(), x.exact_number()), (Ok(0.0), (0.0, 0.0)));
    }
    assert_eq!((zero.exp().error(), zero.exp().exact_number()), (Ok(0.0), (1.0, 0.0)));
    // But not at a number that may only be close to 0 or 1.
    let beside = F32::from_f64(1.3) - F32::from_f64(1.3);
    let error = beside.error().expect("a bound");
    is_about(beside.exp().error(), error + 8.0 * U);
    is_about(F32::stored(1.0).ln().error(), U);
    is_about(beside.tanh().error(), error * (1.0 + 8.0 * U));
    is_about(zero.erfc().error(), 16.0 * U);
}

/// |f′| at x, the bound of it that is used, and |f|.
fn is_ulps_and_the_slope(ulps: f64, f: impl Fn(&F32) -> F32, x: f64, value: f64, slope: f64) {
    let exact = F32::from_f64(x);
    assert_eq!(exact.error(), Ok(0.0), "{x} is a number of f32");
    is_about(f(&exact).error(), ulps * 2.0 * U * value.abs());
    let (center, off) = f(&exact).exact_number();
    assert!(
        (center - value).abs() <= 4.0 * half_ulp(value) && off >= 4.0 * half_ulp(center),
        "f({x}) = {center}"
    );
    is_about(f(&F32::stored(x)).error(), U * x.abs() * slope + ulps * 2.0 * U * value.abs());
}

#[test]
fn a_function_is_off_by_its_ulps_and_by_its_slope_times_the_error() {
    for x in [0.75f64, -0.75, 3.5, -3.5, 0.125] {
        is_ulps_and_the_slope(FUNCTION_ULPS, F32::exp, x, x.exp(), x.exp());
        is_ulps_and_the_slope(FUNCTION_ULPS, F32::exp_m1, x, x.exp_m1(), x.exp());
        is_ulps_and_the_slope(FUNCTION_ULPS, F32::tanh, x, x.tanh(), (4.0 * (-2.0 * x.abs()).exp()).min(1.0));
        let slope = FRAC_2_SQRT_PI * (-x * x).exp();
        is_ulps_and_the_slope(ERF_ULPS, F32::erf, x, libm::erf(x), slope);
        is_ulps_and_the_slope(ERF_ULPS, F32::erfc, x, libm::erfc(x), slope);
    }
    for x in [0.75f64, 3.5, 0.125] {
        is_ulps_and_the_slope(FUNCTION_ULPS, F32::ln, x, x.ln(), 1.0 / x);
        is_ulps_and_the_slope(FUNCTION_ULPS, F32::ln_1p, x, x.ln_1p(), 1.0 / (1.0 + x));
    }
}

#[test]
fn a_slope_is_taken_at_its_steepest_within_the_error() {
    // In bf16 8 − 8.5 + 0.25 is −0.25, off by three roundings of 16.75 at most: well below 0.
    let far = Bf16::stored(8.0) - Bf16::stored(8.5) + Bf16::stored(0.25);
    let error = far.error().expect("a bound");
    let u = Format::Bf16.unit_roundoff();
    let hi = -0.25 + error;
    let lo = -0.25 - error;
    let steepest = FRAC_2_SQRT_PI * (-hi * hi).exp();
    is_about(far.exp().error(), hi.exp() * error + 8.0 * u * hi.exp());
    is_about(far.exp_m1().error(), hi.exp() * error + 8.0 * u * lo.exp_m1().abs().max(hi.exp_m1()));
    is_about(far.erfc().error(), steepest * error + 16.0 * u * libm::erfc(lo));
    is_about(far.erf().error(), steepest * error + 16.0 * u * libm::erf(-lo));
    is_about(far.tanh().error(), error + 8.0 * u * (-lo).tanh());
    let one = far + Bf16::one();
    let error = one.error().expect("a bound");
    let (lo, hi) = (0.75 - error, 0.75 + error);
    is_about(one.ln().error(), error / lo + 8.0 * u * lo.ln().abs().max(hi.ln().abs()));
    is_about(one.erf().error(), FRAC_2_SQRT_PI * (-lo * lo).exp() * error + 16.0 * u * libm::erf(hi));
    is_about(one.ln_1p().error(), error / (1.0 + lo) + 8.0 * u * hi.ln_1p());
    assert_eq!(far.ln().error(), Err(NotJudged::Division));
    assert_eq!(Bf16::from_f64(89.0).exp().error(), Err(NotJudged::Overflow));
    assert_eq!(F32::zero().ln().error(), Err(NotJudged::Division));
}

#[test]
fn four_ulps_of_a_subnormal_value_are_four_of_the_least_numbers() {
    // Three units in the last place, of which four may be missing.
    let x = F16::from_f64(-15.53125);
    let least = power(Format::F16.least());
    assert_eq!((x.exp().exact_number().0 / least).round(), 3.0);
    assert!(x.exp().error().expect("a bound") >= 4.0 * least);
}

/// 1 / (x + e) with e = e^0 computed with an error of more than 1.
fn inverse(x: Bf16) -> Result<f64, NotJudged> {
    (Bf16::one() / (x + coarse())).error()
}

fn coarse() -> Bf16 {
    let e = (Bf16::stored(200.0) - Bf16::stored(200.0)).exp();
    assert!(e.error().expect("a bound") > e.exact_number().0);
    e
}

#[test]
fn a_sum_of_what_is_never_negative_is_not_computed_as_zero() {
    let bounds = [1.0, 2.0, 4.0].map(|x| inverse(Bf16::from_f64(x)).expect("a bound"));
    // (e / least) / least, and the least is about x.
    assert!((3.9..4.1).contains(&(bounds[0] / bounds[1])) && (3.9..4.1).contains(&(bounds[1] / bounds[2])));
    let e = coarse();
    let one = Bf16::one;
    let two = || Bf16::from_f64(2.0);
    let same = [one() + e, e + one(), (one() + e) * two(), e * e + one(), e / (one() + e) + one()];
    for x in same.into_iter().chain([
        one() + one() + e,
        -Bf16::from_f64(-1.0) + e,
        one() + e.hull(e),
        one() + e.or(e),
    ]) {
        assert!((one() / x).error().is_ok(), "{x:?}");
    }
    for x in [
        e,
        e - one(),
        -e - one(),
        (one() + e) * -two(),
        one() - e,
        -Bf16::stored(-1.0) + e,
        e * -one() + one(),
    ] {
        assert_eq!((one() / x).error(), Err(NotJudged::Division), "{x:?}");
    }
    // Where one of two sides may have either sign, the whole may have it.
    let signed = -(-e);
    for x in [e.or(signed), signed.or(e), e.hull(signed), signed.hull(e)] {
        assert_eq!((one() / (one() + x)).error(), Err(NotJudged::Division));
    }
    let twice = (one() / (one() + (one() + e))).error().expect("a bound");
    assert!((0.9..1.1).contains(&(twice / bounds[1])));
    let negated = inverse(-Bf16::from_f64(-2.0)).expect("a bound");
    assert_eq!(negated, bounds[1]);
    let stored = inverse(Bf16::stored(2.0)).expect("a bound");
    let u = Format::Bf16.unit_roundoff();
    assert!((1.0 + 1.9 * u..1.0 + 2.2 * u).contains(&(stored / bounds[1])));
    // The least that a sum may be is less by what may be flushed of it.
    let least_normal = Format::F16.least_normal();
    let small = F16::from_f64(2.0 * least_normal) + F16::from_f64(-11.0).exp();
    let inverse = (F16::one() / small).error().expect("a bound");
    let derived = small.error().expect("a bound") / least_normal / least_normal;
    assert!((derived..1.01 * derived).contains(&inverse), "{inverse:e}, derived {derived:e}");
}

#[test]
fn a_sign_is_known_where_no_error_reaches_zero() {
    let sign = |x: f64, y: f64| (F32::from_f64(x) - F32::from_f64(y)).is_positive();
    assert_eq!((sign(1.3, 1.1), sign(1.1, 1.3), sign(1.3, 1.3)), (Some(true), Some(false), None));
    // Off by 4 · 1.3 u.
    assert_eq!((sign(1.3, 1.3 - 2.5 * U), sign(1.3, 1.3 - 6.0 * U)), (None, Some(true)));
    assert_eq!((F32::zero().is_positive(), F32::one().is_positive()), (None, Some(true)));
}

#[test]
fn either_side_reaches_to_what_the_other_computes() {
    let [two, five] = [2.0, 5.0].map(F32::from_f64);
    assert_eq!((two.hull(five).error(), two.hull(five).exact_number()), (Ok(3.0), (2.0, 3.0)));
    assert_eq!((two.hull(two).error(), two.hull(two).exact_number()), (Ok(0.0), (2.0, 0.0)));
    assert_eq!((two.hull(two) * five).error(), Ok(0.0));
    assert_eq!((F32::one() + F32::one()).hull(five).error(), Ok(3.0));
    assert_eq!((F32::from_f64(3.0) * F32::from_f64(7.0)).hull(five).error(), Ok(16.0));
    let coarse = F32::from_f64(5.1);
    is_about(two.hull(coarse).error(), 3.1 + U * 5.1);
    is_about(coarse.hull(two).error(), 3.1 + U * 5.1);
    is_about((two.hull(coarse) * F32::from_f64(3.0)).error(), 3.0 * (3.1 + U * 5.1) + U * 15.3);
    assert_eq!(F32::largest(&[two, five, coarse, two, coarse]), 2);
}

#[test]
fn of_two_formulas_the_worse_one_counts_and_one_without_a_bound_does_not() {
    let (fine, coarse) = (F32::stored(3.0), F32::stored(3.0) + F32::stored(300.0) - F32::stored(300.0));
    let worse = coarse.error();
    assert!(worse > fine.error());
    assert_eq!((fine.or(coarse).error(), coarse.or(fine).error()), (worse, worse));
    assert_eq!(fine.or(coarse).exact_number(), (3.0, 0.0));
    // Counted against the larger magnitude.
    let third = |x: F32| (x * F32::from_f64(1.0 / 3.0)).error();
    assert_eq!(third(fine.or(coarse)), third(coarse.or(fine)));
    let none = F32::one() / F32::zero();
    assert_eq!((fine.or(none), none.or(fine)), (fine, fine));
    assert_eq!(none.or(none).error(), Err(NotJudged::Division));
    let exact = F32::from_f64(3.0);
    assert_eq!((exact.or(exact) + exact).error(), Ok(0.0));
    assert!((exact.or(fine) + exact).error() > Ok(0.0));
}

#[test]
fn a_number_without_a_bound_makes_results_without_one() {
    let none = F16::from_f64(1e6);
    let one = F16::one();
    let made = [
        none + one,
        one + none,
        one - none,
        none * one,
        one * none,
        none * F16::zero(),
        none / one,
        one / none,
    ];
    let more = [
        none.exp(),
        none.ln(),
        none.tanh(),
        none.erf(),
        none.erfc(),
        none.exp_m1(),
        none.ln_1p(),
        none.known(1.0),
    ];
    let sums = [F16::sum([one, none, one].into_iter()), none.hull(one), one.hull(none), -none];
    for x in made.into_iter().chain(more).chain(sums) {
        assert_eq!(x.error(), Err(NotJudged::Overflow));
    }
    assert_eq!((F16::from_f64(60000.0) + F16::from_f64(60000.0)).error(), Err(NotJudged::Overflow));
    assert_eq!((one / F16::from_f64(1e-8)).error(), Err(NotJudged::Division));
}
