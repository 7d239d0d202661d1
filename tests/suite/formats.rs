//! Formats of numbers: what they hold, how they round, and how far apart their numbers are.

use dropout_oracle::number::{Arithmetic, Format};
use half::{bf16, f16};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[test]
fn numbers_are_rounded_to_the_nearest_of_a_format() {
    for (format, x, nearest) in [
        (Format::F16, 1.0 + 2f64.powi(-11), 1.0),
        (Format::F16, 1.0 + 3.0 * 2f64.powi(-11), 1.0 + 2f64.powi(-9)),
        (Format::F16, 65519.0, 65504.0),
        (Format::F16, -65520.0, f64::NEG_INFINITY),
        (Format::F16, 2f64.powi(-25), 0.0),
        (Format::F16, 3.0 * 2f64.powi(-25), 2f64.powi(-23)),
        (Format::Bf16, 0.1, 0.10009765625),
        (Format::Bf16, 1e300, f64::INFINITY),
        (Format::F64, 1e300, 1e300),
    ] {
        assert_eq!(format.nearest(x), nearest, "{format:?} {x}");
    }
}

#[test]
fn a_format_holds_its_numbers_from_the_least_to_the_largest_and_none_beyond_or_between() {
    for format in Format::ALL {
        let u = format.unit_roundoff();
        let held =
            [0.0, 1.0, 1.0 + 2.0 * u, format.largest(), format.least_normal(), 2f64.powi(format.end() - 1)];
        for x in held {
            assert!(format.holds(x) && format.holds(-x), "{format:?} {x:e}");
        }
    }
    assert!(Format::F64.holds(f64::from_bits(1)));
    for format in [Format::F32, Format::F16, Format::Bf16] {
        let u = format.unit_roundoff();
        let least = 2f64.powi(format.least());
        assert!(format.holds(least) && format.holds(3.0 * least), "{format:?}");
        for x in [1.0 + u, format.largest() * (1.0 + u), 2f64.powi(format.end()), least / 2.0, 1.5 * least] {
            assert!(!format.holds(x) && !format.holds(-x), "{format:?} {x:e}");
        }
    }
}

/// The numbers of a 16-bit format from 0 to its largest, as crate half decodes them.
fn numbers(decode: fn(u16) -> f64) -> Vec<f64> {
    (0..=u16::MAX >> 1).map(decode).take_while(|x| x.is_finite()).collect()
}

/// Holds every number of a 16-bit format, its midpoint with the next one, and the neighbours of that midpoint
/// against the order of the numbers and against the rounding of crate half.
fn is_the_format_of(format: Format, decode: fn(u16) -> f64, encode: fn(f32) -> f64) {
    let same = |x: f64, y: f64, what: &str| assert_eq!(x.to_bits(), y.to_bits(), "{format:?}: {what}");
    let numbers = numbers(decode);
    assert_eq!((numbers[0], numbers[numbers.len() - 1]), (0.0, format.largest()));
    // Beyond the largest number the next one would be a power of two, and is infinite.
    let nexts =
        numbers[1..].iter().map(|&next| (next, next)).chain([(2f64.powi(format.end()), f64::INFINITY)]);
    for (at, (&number, (next, rounded_up))) in numbers.iter().zip(nexts).enumerate() {
        let midpoint = (number + next) / 2.0;
        let even = if at % 2 == 0 { number } else { rounded_up };
        for sign in [1.0, -1.0] {
            for (x, nearest) in [
                (number, number),
                (midpoint.next_down(), number),
                (midpoint, even),
                (midpoint.next_up(), rounded_up),
            ] {
                let (x, nearest) = (sign * x, sign * nearest);
                same(format.nearest(x), nearest, &format!("nearest to {x:e}"));
                assert_eq!(format.holds(x), x == nearest, "{format:?}: holds {x:e}");
            }
            // From single precision: half rounds twice on its way from a double.
            let single = (sign * midpoint) as f32;
            assert_eq!(f64::from(single), sign * midpoint);
            for x in [(sign * number) as f32, single.next_down(), single, single.next_up()] {
                let (x, nearest) = (f64::from(x), encode(x));
                same(format.nearest(x), nearest, &format!("half's nearest to {x:e}"));
                assert_eq!(format.holds(x), x == nearest, "{format:?}: holds {x:e}");
            }
        }
    }
}

#[test]
fn every_f16_is_that_of_crate_half_and_so_is_what_rounds_to_it() {
    is_the_format_of(Format::F16, |bits| f16::from_bits(bits).into(), |x| f16::from_f32(x).into());
}

#[test]
fn every_bf16_is_that_of_crate_half_and_so_is_what_rounds_to_it() {
    is_the_format_of(Format::Bf16, |bits| bf16::from_bits(bits).into(), |x| bf16::from_f32(x).into());
}

#[test]
fn an_arithmetic_is_found_by_the_names_of_both_formats() {
    for arithmetic in Arithmetic::ALL {
        let Arithmetic { storage, accumulator } = arithmetic;
        assert_eq!(Arithmetic::named(storage.name(), accumulator.name()), Some(arithmetic));
    }
    for (storage, accumulator) in
        [("f64", "f32"), ("f16", "f64"), ("f16", "bf16"), ("f32", "single"), ("", "")]
    {
        assert_eq!(Arithmetic::named(storage, accumulator), None, "{storage}/{accumulator}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, rng_seed: RngSeed::Fixed(18), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_nearest_f32_is_that_of_the_language(bits: u64, exponent in -160i32..140) {
        let x = f64::from_bits(bits >> 12 | 0x3ff << 52) * 2f64.powi(exponent);
        prop_assert_eq!(Format::F32.nearest(x), f64::from(x as f32));
        prop_assert_eq!(Format::F32.nearest(-x), -f64::from(x as f32));
    }

    #[test]
    fn an_f32_is_what_the_language_can_hold_in_one(bits in 1u32..1 << 26, exponent in -155i32..110) {
        let x = f64::from(bits) * 2f64.powi(exponent);
        prop_assert_eq!(Format::F32.holds(x), f64::from(x as f32) == x);
    }

    #[test]
    fn one_unit_in_the_last_place_leads_to_the_next_number(bits: u64) {
        let x = f64::from_bits(bits).abs();
        prop_assume!(x < f64::MAX);
        let ulp = Format::F64.ulp_exponent(x);
        prop_assert_eq!(x.next_up() - x, 2f64.powi(ulp / 2) * 2f64.powi(ulp - ulp / 2));
    }
}
