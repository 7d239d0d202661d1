//! The rounding routine on every hard case of the doubles, and against two independent ones: the standard
//! library's decimal parser and dashu's own conversion.

use dashu_float::Repr;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use dropout_oracle::oracle::round::{BeyondRange, Exact, is_nearest, nearest};
use proptest::prelude::*;

/// significand · 2^exponent.
fn dyadic(significand: i128, exponent: isize) -> Exact {
    Exact::from(&Repr::<2>::new(IBig::from(significand), exponent))
}

fn fraction(numerator: i64, denominator: u64) -> Exact {
    Exact::from(&RBig::from_parts(IBig::from(numerator), UBig::from(denominator)))
}

/// The double as `significand · 2^exponent`, exactly.
fn parts(x: f64) -> (i128, isize) {
    let (significand, exponent, sign) = num_traits::Float::integer_decode(x);
    (i128::from(significand) * i128::from(sign), exponent.into())
}

#[test]
fn a_third_is_the_double_that_a_division_gives() {
    assert_eq!(nearest(&fraction(1, 3)), Ok(1.0 / 3.0));
    assert_eq!(nearest(&fraction(-1, 3)), Ok(-1.0 / 3.0));
}

#[test]
fn zero_is_positive_zero() {
    assert_eq!(nearest(&fraction(0, 7)).map(f64::to_bits), Ok(0));
    // What rounds to zero from below is written as +0 too.
    assert_eq!(nearest(&dyadic(-1, -1075)).map(f64::to_bits), Ok(0));
    assert_eq!(nearest(&dyadic(-1, -3_000_000)).map(f64::to_bits), Ok(0));
}

#[test]
fn the_smallest_subnormal_begins_half_way() {
    assert_eq!(nearest(&dyadic(1, -1075)), Ok(0.0));
    assert_eq!(nearest(&dyadic((1 << 80) + 1, -1155)), Ok(f64::from_bits(1)));
    assert_eq!(nearest(&dyadic((1 << 80) - 1, -1155)), Ok(0.0));
    assert_eq!(nearest(&dyadic(3, -1075)), Ok(f64::from_bits(2)));
    assert_eq!(nearest(&dyadic(5, -1076)), Ok(f64::from_bits(1)));
}

#[test]
fn the_largest_subnormal_rounds_up_into_the_normal_numbers() {
    let largest = (1i128 << 52) - 1;
    assert_eq!(nearest(&dyadic(largest, -1074)), Ok(f64::MIN_POSITIVE.next_down()));
    assert_eq!(nearest(&dyadic(2 * largest + 1, -1075)), Ok(f64::MIN_POSITIVE));
}

#[test]
fn the_range_ends_half_a_last_bit_above_the_largest_double() {
    let (significand, exponent) = parts(f64::MAX);
    assert_eq!(nearest(&dyadic(significand, exponent)), Ok(f64::MAX));
    let half_way = 2 * significand + 1;
    assert_eq!(nearest(&dyadic(half_way, exponent - 1)), Err(BeyondRange));
    assert_eq!(nearest(&dyadic((half_way << 60) - 1, exponent - 61)), Ok(f64::MAX));
    assert_eq!(nearest(&dyadic(-half_way, exponent - 1)), Err(BeyondRange));
    assert_eq!(nearest(&dyadic(1, 1024)), Err(BeyondRange));
    assert_eq!(nearest(&dyadic(1, 5_000_000)), Err(BeyondRange));
    // 54 ones round up to a power of two: at the top of the range there is none.
    assert_eq!(nearest(&dyadic((1 << 54) - 1, 970)), Err(BeyondRange));
    assert_eq!(nearest(&dyadic((1 << 54) - 1, 0)), Ok(2f64.powi(54)));
}

#[test]
fn the_check_refutes_both_neighbours_and_the_odd_side_of_a_tie() {
    for double in [1.0, 1.5, 0.1, -3.75, 5e-324, f64::MIN_POSITIVE, f64::MAX.next_down(), 0.0] {
        let (significand, exponent) = parts(double);
        let exact = dyadic(significand, exponent);
        assert!(is_nearest(double, &exact), "{double:e}");
        assert!(!is_nearest(double.next_up(), &exact), "{double:e}");
        assert!(!is_nearest(double.next_down(), &exact), "{double:e}");
    }
    let (significand, exponent) = parts(f64::MAX);
    for sign in [1, -1] {
        let (largest, exact) = (f64::MAX * sign as f64, dyadic(sign * significand, exponent));
        assert!(is_nearest(largest, &exact));
        assert!(!is_nearest(largest, &dyadic(sign << 100, 924)), "2^1024 is beyond the midpoint");
        assert!(!is_nearest(largest * (1.0 - f64::EPSILON), &exact));
    }
    let tie = dyadic((1 << 53) + 1, -53);
    assert!(is_nearest(1.0, &tie));
    assert!(!is_nearest(1.0f64.next_up(), &tie));
    assert!(!is_nearest(f64::MAX, &dyadic((1 << 54) - 1, 970)), "the tie at the top belongs to 2^1024");
}

/// Any finite double, with all exponents equally likely.
fn any_finite() -> impl Strategy<Value = f64> {
    any::<u64>().prop_map(f64::from_bits).prop_filter("finite", |x| x.is_finite())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_double_is_its_own_nearest(x in any_finite()) {
        let (significand, exponent) = parts(x);
        prop_assert_eq!(nearest(&dyadic(significand, exponent)), Ok(x));
    }

    #[test]
    fn a_midpoint_goes_to_the_even_neighbour_and_a_hair_decides_it(x in any_finite(), hair in 1usize..60) {
        let (low, high) = (x.abs(), x.abs().next_up());
        prop_assume!(high.is_finite());
        let even = if low.to_bits() & 1 == 0 { low } else { high };
        // Both in units of 2^−1074; a subnormal's decoding has an exponent one lower and an even significand.
        let ((a, exponent_a), (b, exponent_b)) = (parts(low), parts(high));
        let exponent = exponent_a.min(exponent_b);
        let sum = (a << (exponent_a - exponent)) + (b << (exponent_b - exponent));
        prop_assert_eq!(nearest(&dyadic(sum, exponent - 1)), Ok(even));
        let finer = |by: i128| dyadic((sum << hair) + by, exponent - 1 - hair as isize);
        prop_assert_eq!(nearest(&finer(1)), Ok(high));
        prop_assert_eq!(nearest(&finer(-1)), Ok(low));
    }

    #[test]
    fn decimals_round_as_the_standard_library_parses_them(digits in 1u64.., exponent in -360i32..330) {
        let text = format!("{digits}e{exponent}");
        let ten = UBig::from(10u8).pow(exponent.unsigned_abs() as usize);
        let exact = if exponent < 0 {
            RBig::from_parts(IBig::from(digits), ten)
        } else {
            RBig::from(IBig::from(digits) * IBig::from(ten))
        };
        let parsed: f64 = text.parse().unwrap();
        match nearest(&Exact::from(&exact)) {
            Ok(double) => prop_assert_eq!(double, parsed),
            Err(BeyondRange) => prop_assert!(parsed.is_infinite()),
        }
    }

    #[test]
    fn fractions_round_as_dashu_converts_them(numerator in any::<i128>(), denominator in 1u128.., shift in 0usize..1200) {
        let exact = RBig::from_parts(IBig::from(numerator), UBig::from(denominator) << shift);
        prop_assert_eq!(nearest(&Exact::from(&exact)), Ok(exact.to_f64().value() + 0.0));
    }
}
