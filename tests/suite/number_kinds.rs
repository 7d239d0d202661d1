//! What each kind of number promises besides the common laws: residues, derivatives, signs and hulls, and where an
//! enclosure stops being exact.

use dashu_float::Repr;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use dropout_oracle::number::{Dual, Enclosure, Interval, Number, Ordered, Prime, Rational, Real};
use num_traits::{One, Zero};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const MODULUS: u64 = (1 << 61) - 1;

#[test]
fn the_prime_field_is_arithmetic_modulo_2_to_61_minus_1() {
    let ends = [0, 1, 2, 3, MODULUS / 2, MODULUS / 2 + 1, MODULUS - 3, MODULUS - 2, MODULUS - 1];
    let scattered = (1..60u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % MODULUS);
    let values: Vec<u64> = ends.into_iter().chain(scattered).collect();
    let modulo = |x: u128| u64::try_from(x % u128::from(MODULUS)).expect("a residue");
    for &a in &values {
        assert_eq!((-Prime::new(a)).value(), modulo(u128::from(MODULUS - a)));
        for &b in &values {
            let (x, y) = (u128::from(a), u128::from(b));
            let [p, q] = [a, b].map(Prime::new);
            assert_eq!((p + q).value(), modulo(x + y), "{a} + {b}");
            assert_eq!((p - q).value(), modulo(x + u128::from(MODULUS) - y), "{a} - {b}");
            assert_eq!((p * q).value(), modulo(x * y), "{a} * {b}");
            if b != 0 {
                assert_eq!(modulo(u128::from((p / q).value()) * y), a, "{a} / {b}");
            }
        }
    }
}

#[test]
fn the_prime_field_takes_every_integer_and_double() {
    for (x, residue) in [(MODULUS, 0), (MODULUS + 1, 1), (u64::MAX, 7)] {
        assert_eq!(Prime::new(x).value(), residue);
    }
    let two_to = |exponent: u32| (0..exponent).fold(Prime::new(1), |power, _| power * Prime::new(2));
    let significand = Prime::new((1 << 53) - 1);
    assert_eq!(Prime::from_f64(f64::MAX), significand * two_to(971));
    assert_eq!(Prime::from_f64(5e-324) * two_to(1074), Prime::new(1));
    assert_eq!(Prime::from_f64(-0.75) * Prime::new(4), -Prime::new(3));
    assert_eq!(Prime::from_f64(2f64.powi(61)), Prime::new(1));
}

fn rational(numerator: i64, denominator: u64) -> Rational {
    Rational(RBig::from_parts(numerator.into(), denominator.into()))
}

fn fixed(cases: u32) -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(0x6b69_6e64);
    ProptestConfig { rng_seed, failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

fn moving<T: Number>(value: T) -> Dual<T> {
    Dual { value, slope: T::one() }
}

proptest! {
    #![proptest_config(fixed(200))]

    /// A central difference of a quadratic is its derivative, with no remainder.
    #[test]
    fn a_dual_numbers_slope_is_the_finite_difference_of_a_quadratic(
        coefficients in [-99i64..99, -99i64..99, -99i64..99], x in any::<i32>(), h in 1u64..99,
    ) {
        let [a, b, c] = coefficients.map(|c| rational(c, 7));
        let (x, h) = (rational(x.into(), 11), rational(1, h));
        fn quadratic<T: Number>([a, b, c]: [T; 3], x: T) -> T {
            (a * x.clone() - b) * -x.clone() + c - x
        }
        let f = |x: Rational| quadratic([a.clone(), b.clone(), c.clone()], x);
        let difference = (f(x.clone() + h.clone()) - f(x.clone() - h.clone())) / (h.clone() + h.clone());
        let dual = quadratic([a.clone(), b.clone(), c.clone()].map(Dual::constant), moving(x.clone()));
        prop_assert_eq!(dual, Dual { value: f(x), slope: difference });
    }

    /// (fg)′ = f′g + fg′ and (f/g)′ = (f′g − fg′)/g², written differently from the code.
    #[test]
    fn dual_numbers_obey_the_product_and_the_quotient_rule(parts in [any::<u64>(), any::<u64>(), any::<u64>(), any::<u64>()]) {
        fn rules<T: Number>([f, df, g, dg]: [T; 4]) -> Result<(), TestCaseError> {
            let dual = |value: &T, slope: &T| Dual { value: value.clone(), slope: slope.clone() };
            let (product, quotient) = (dual(&f, &df) * dual(&g, &dg), dual(&f, &df) / dual(&g, &dg));
            let (forth, back) = (df * g.clone(), f.clone() * dg);
            prop_assert_eq!(product.slope, forth.clone() + back.clone());
            prop_assert_eq!(product.value, f.clone() * g.clone());
            prop_assert_eq!(quotient.slope, (forth - back) / (g.clone() * g.clone()));
            prop_assert_eq!(quotient.value, f / g);
            Ok(())
        }
        prop_assume!(parts[2] % MODULUS != 0);
        rules(parts.map(Prime::new))?;
        rules(parts.map(|x| rational((x >> 1) as i64 - (1 << 62), 1 << 20 | 1)))?;
    }

    /// The product of intervals is the hull of the products of their ends; sums add the ends. All ends
    /// here are short, so that no end is rounded.
    #[test]
    fn intervals_of_every_sign_combine_to_the_hull_of_their_ends(ends in [-20i8..20, -20i8..20, -20i8..20, -20i8..20]) {
        let [a, b, c, d] = ends.map(|end| Interval::<128>::from_f64(end.into()));
        let corners = |f: fn(Interval<128>, Interval<128>) -> Interval<128>| {
            let at_ends = |x: &Interval<128>| f(x.clone(), c.clone()).hull(f(x.clone(), d.clone()));
            at_ends(&a).hull(at_ends(&b))
        };
        let (x, y) = (a.clone().hull(b.clone()), c.clone().hull(d.clone()));
        prop_assert_eq!(x.clone() * y.clone(), corners(|x, y| x * y));
        prop_assert_eq!(x.clone() + y.clone(), corners(|x, y| x + y));
        prop_assert_eq!(x.clone() - y.clone(), x.clone() + -y.clone());
        let quotient = x / y.clone();
        match y.is_positive() {
            Some(_) if !y.lo().significand().is_zero() && !y.hi().significand().is_zero() => {
                for inner in [&a, &b] {
                    for divisor in [&c, &d] {
                        let inside = inner.clone() / divisor.clone();
                        prop_assert!(quotient.lo() <= inside.hi() && inside.lo() <= quotient.hi());
                    }
                }
            }
            _ => prop_assert!(!quotient.is_bounded()),
        }
    }
}

#[test]
fn results_of_intervals_round_outward_to_their_bits() {
    let third = Interval::<64>::one() / Interval::from_f64(3.0);
    // 1/3 = 0.(01)…: its first 64 significant bits are 2/3 · (2^64 − 1) over 2^65.
    let down = IBig::from((u64::MAX / 3) * 2);
    assert_eq!((third.lo(), third.hi()), (&Repr::new(down.clone(), -65), &Repr::new(down + 1u8, -65)));
    let sum = Interval::<64>::one() + Interval::from_f64(2f64.powi(-70));
    assert_eq!((sum.lo(), sum.hi()), (&Repr::one(), &Repr::new((IBig::ONE << 63) + 1u8, -63)));
}

#[test]
fn the_whole_line_stays_the_whole_line() {
    let line = Interval::<128>::one() / Interval::zero();
    let three = || Interval::from_f64(3.0);
    let results = [
        line.clone() + three(),
        line.clone() - line.clone(),
        line.clone() * three(),
        three() * -line.clone(),
        line.clone() / three(),
        three() / line.clone(),
        line.exp(),
        line.ln_1p(),
        line.erfc(),
        line.clone().hull(three()),
        Interval::from_f64(1e300).exp(),
        Interval::from_f64(1e300).exp_m1(),
        Interval::from_f64(-1.0).ln_1p(),
    ];
    for (j, result) in results.iter().enumerate() {
        assert!(!result.is_bounded() && result.is_positive().is_none(), "{j}: {result:?}");
    }
    assert!(!line.is_zero() && Interval::<128>::zero().is_bounded());
}

#[test]
fn signs_are_known_or_admitted_to_be_open() {
    let straddling = Interval::<128>::from_f64(-1.0).hull(Interval::from_f64(1.0));
    assert_eq!(straddling.is_positive(), None);
    assert_eq!(straddling.if_positive(Interval::one, Interval::zero), Interval::zero().hull(Interval::one()));
    assert_eq!(Enclosure::Within(straddling).if_positive(Enclosure::one, Enclosure::one), Enclosure::one());
    fn known<T: Ordered>() {
        for (x, positive) in [(2.5, true), (0.0, false), (-0.0, false), (-1e-300, false), (1e-30, true)] {
            assert_eq!(T::from_f64(x).is_positive(), Some(positive), "{x:e}");
            let chosen = T::from_f64(x).if_positive(T::one, T::zero);
            assert_eq!(chosen, if positive { T::one() } else { T::zero() });
        }
        for (values, largest) in [(vec![1.0], 0), (vec![-3.0, -1.0, -2.0], 1), (vec![0.0, 2.0, 2.0], 1)] {
            let values: Vec<T> = values.into_iter().map(T::from_f64).collect();
            assert_eq!(T::largest(&values), largest);
        }
    }
    known::<f64>();
    known::<f32>();
    known::<Rational>();
    known::<Dual<Rational>>();
    known::<Interval<128>>();
    known::<Enclosure<128>>();
}

/// The number of bits above which sums, and products and quotients, turn from fractions into intervals.
fn an_enclosure_is_exact_up_to<const BITS: usize>(sums: usize, products: usize) {
    // 2^k over 3: k + 1 bits and 2 bits.
    let third = |k: usize| Rational(RBig::from_parts(IBig::ONE << k, 3u8.into()));
    let exact = |number: Enclosure<BITS>, k: usize| {
        assert_eq!(number.interval(), Interval::around(&third(k).0));
        matches!(number, Enclosure::Exact(_))
    };
    for (k, holds) in [(sums - 3, true), (sums - 2, false)] {
        assert_eq!(exact(Enclosure::Exact(third(k - 1)) + Enclosure::Exact(third(k - 1)), k), holds, "{k}");
    }
    for (k, holds) in [(products - 3, true), (products - 2, false)] {
        assert_eq!(exact(Enclosure::Exact(third(k - 1)) * Enclosure::from_f64(2.0), k), holds, "{k}");
        assert_eq!(exact(Enclosure::Exact(third(k - 1)) / Enclosure::from_f64(0.5), k), holds, "{k}");
    }
}

#[test]
fn an_enclosure_is_exact_up_to_its_limit_of_bits_and_an_interval_beyond() {
    an_enclosure_is_exact_up_to::<128>(1024, 1024);
    an_enclosure_is_exact_up_to::<512>(4096, 2048);
    an_enclosure_is_exact_up_to::<4096>(32_768, 2048);
}

#[test]
fn an_enclosure_keeps_exact_what_is_exact() {
    type E = Enclosure<128>;
    let e = || E::one().exp();
    assert!(matches!(e(), Enclosure::Within(_)));
    assert_eq!((e() * E::zero(), E::zero() * e(), E::zero() / e()), (E::zero(), E::zero(), E::zero()));
    assert_eq!((e() + E::zero(), E::zero() + e()), (e(), e()));
    assert_eq!((E::zero().exp(), E::zero().erfc()), (E::one(), E::one()));
    assert_eq!((E::zero().exp_m1(), E::zero().ln_1p()), (E::zero(), E::zero()));
    assert!(!Enclosure::<128>::Within(Interval::zero()).is_zero(), "only what is exact is known to be 0");
}

#[test]
fn a_dyadic_becomes_the_point_that_it_is_or_the_interval_that_its_bits_allow() {
    let fraction = |numerator: IBig, shift: usize| RBig::from_parts(numerator, UBig::ONE << shift);
    let point = Interval::<64>::around(&fraction(-IBig::from(u64::MAX), 80));
    assert_eq!((point.lo(), point.hi()), (point.hi(), &Repr::new(-IBig::from(u64::MAX), -80)));
    let long = Interval::<64>::around(&fraction((IBig::ONE << 64) + 1u8, 3));
    let end = |significand| Repr::new(significand, -2);
    assert_eq!((long.lo(), long.hi()), (&end(IBig::ONE << 63), &end((IBig::ONE << 63) + 1u8)));
}

#[test]
fn the_common_scale_of_floats_is_the_power_of_two_below_the_largest_but_at_least_1() {
    let cases = [(0.0, 1.0), (1e-300, 1.0), (1.0, 1.0), (-1.99, 1.0), (-2.0, 2.0), (1e300, 2f64.powi(996))];
    for (largest, scale) in cases {
        assert_eq!(f64::common_scale(&[0.5, largest]), scale, "{largest:e}");
    }
    assert_eq!(f32::common_scale(&[f32::MAX, 1.0]), 2f32.powi(127));
    let dual = Dual { value: -5.0, slope: 1e10 };
    assert_eq!(Dual::<f64>::common_scale(&[dual]), Dual::constant(4.0));
}
