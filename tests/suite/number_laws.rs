//! The laws of arithmetic, stated once and checked for every number type.
//!
//! A law is a pair of equal expressions. For exact types the two sides are `==`. For enclosures each side contains
//! the value over the rationals, so the two intersect. For floats the sides are `==` on fractions so short that no
//! operation rounds.

use dashu_ratio::RBig;
use dropout_oracle::number::{Dual, Enclosure, Interval, Number, Prime, Rational, sum};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// Its name and both sides, in three numbers.
type Law<T> = (&'static str, fn([T; 3]) -> T, fn([T; 3]) -> T);

/// The laws of a commutative ring, and how the compound operations follow from the plain ones.
fn ring<T: Number>() -> Vec<Law<T>> {
    vec![
        ("a + b = b + a", |[a, b, _]| a + b, |[a, b, _]| b + a),
        ("(a + b) + c = a + (b + c)", |[a, b, c]| (a + b) + c, |[a, b, c]| a + (b + c)),
        ("a + 0 = a", |[a, _, _]| a + T::zero(), |[a, _, _]| a),
        ("0 + a = a", |[a, _, _]| T::zero() + a, |[a, _, _]| a),
        ("a + −a = 0", |[a, _, _]| a.clone() + -a, |_| T::zero()),
        ("a − b = a + −b", |[a, b, _]| a - b, |[a, b, _]| a + -b),
        ("−−a = a", |[a, _, _]| -(-a), |[a, _, _]| a),
        ("a · b = b · a", |[a, b, _]| a * b, |[a, b, _]| b * a),
        ("(a · b) · c = a · (b · c)", |[a, b, c]| (a * b) * c, |[a, b, c]| a * (b * c)),
        ("a · 1 = a", |[a, _, _]| a * T::one(), |[a, _, _]| a),
        ("1 · a = a", |[a, _, _]| T::one() * a, |[a, _, _]| a),
        ("a · 0 = 0", |[a, _, _]| a * T::zero(), |_| T::zero()),
        ("a · (b + c) = a · b + a · c", |[a, b, c]| a * (b + c), |[a, b, c]| a.clone() * b + a * c),
        ("−a · −b = a · b", |[a, b, _]| -a * -b, |[a, b, _]| a * b),
        ("−a · b = −(a · b)", |[a, b, _]| -a * b, |[a, b, _]| -(a * b)),
        ("a += b", |[a, b, _]| assigned(a, |a| *a += b), |[a, b, _]| a + b),
        ("a *= b", |[a, b, _]| assigned(a, |a| *a *= b), |[a, b, _]| a * b),
        ("Σ = the fold", |abc| T::sum(abc.into_iter()), |[a, b, c]| T::zero() + a + b + c),
        ("Σ over indices", |abc| sum(1..3, |k| abc[k].clone()), |[_, b, c]| b + c),
        ("Σ over none = 0", |_| T::sum(std::iter::empty()), |_| T::zero()),
    ]
}

/// The laws of a field, for b and c that are not zero.
fn field<T: Number>() -> Vec<Law<T>> {
    vec![
        ("a/b · b = a", |[a, b, _]| a / b.clone() * b, |[a, _, _]| a),
        ("b/b = 1", |[_, b, _]| b.clone() / b, |_| T::one()),
        ("0/b = 0", |[_, b, _]| T::zero() / b, |_| T::zero()),
        ("a/1 = a", |[a, _, _]| a / T::one(), |[a, _, _]| a),
        ("a/b = a · 1/b", |[a, b, _]| a / b, |[a, b, _]| a * (T::one() / b)),
        ("1/(1/b) = b", |[_, b, _]| T::one() / (T::one() / b), |[_, b, _]| b),
        ("(a/b)/c = a/(b · c)", |[a, b, c]| a / b / c, |[a, b, c]| a / (b * c)),
        ("a/b + c/b = (a + c)/b", |[a, b, c]| a / b.clone() + c / b, |[a, b, c]| (a + c) / b),
        ("a/−b = −(a/b)", |[a, b, _]| a / -b, |[a, b, _]| -(a / b)),
    ]
}

fn assigned<T>(mut value: T, assign: impl FnOnce(&mut T)) -> T {
    assign(&mut value);
    value
}

fn laws<T: Number>() -> Vec<Law<T>> {
    [ring(), field()].concat()
}

fn obeyed_exactly<T: Number>(laws: &[Law<T>], abc: &[T; 3]) -> Result<(), TestCaseError> {
    for (name, left, right) in laws {
        prop_assert_eq!(left(abc.clone()), right(abc.clone()), "{}", name);
    }
    Ok(())
}

/// Both sides hold the value of the law over rationals.
fn obeyed_within<T: Number>(
    numbers: &[T; 3],
    exact: &[Rational; 3],
    holds: impl Fn(&T, &Rational) -> bool,
) -> Result<(), TestCaseError> {
    for ((name, left, right), (_, value, _)) in laws::<T>().into_iter().zip(laws::<Rational>()) {
        let value = value(exact.clone());
        for side in [left(numbers.clone()), right(numbers.clone())] {
            prop_assert!(holds(&side, &value), "{}: {:?} does not hold {:?}", name, side, value);
        }
    }
    Ok(())
}

fn in_interval<const BITS: usize>(interval: &Interval<BITS>, x: &Rational) -> bool {
    let point = Interval::<8192>::around(&x.0);
    interval.lo() <= point.hi() && point.lo() <= interval.hi()
}

fn fraction() -> impl Strategy<Value = Rational> {
    (any::<i64>(), 1u64..)
        .prop_map(|(numerator, denominator)| Rational(RBig::from_parts(numerator.into(), denominator.into())))
}

fn nonzero_fraction() -> impl Strategy<Value = Rational> {
    fraction().prop_filter("not zero", |x| x.0 != RBig::ZERO)
}

fn fractions() -> impl Strategy<Value = [Rational; 3]> {
    (fraction(), nonzero_fraction(), nonzero_fraction()).prop_map(|(a, b, c)| [a, b, c])
}

/// Elements of the field, half of them next to its ends.
fn prime() -> impl Strategy<Value = Prime> {
    prop_oneof![
        any::<u64>().prop_map(Prime::new),
        (0u64..5).prop_map(Prime::new),
        (1u64..5).prop_map(|x| { Prime::new(Prime::MODULUS - x) })
    ]
}

fn primes() -> impl Strategy<Value = [Prime; 3]> {
    let nonzero = || prime().prop_filter("not zero", |x| x.value() != 0);
    (prime(), nonzero(), nonzero()).prop_map(|(a, b, c)| [a, b, c])
}

fn duals<T: Number>([a, b, c]: [T; 3], slopes: [T; 3]) -> [Dual<T>; 3] {
    let [da, db, dc] = slopes;
    [Dual { value: a, slope: da }, Dual { value: b, slope: db }, Dual { value: c, slope: dc }]
}

fn fixed(cases: u32) -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(0x6c61_7773);
    ProptestConfig { rng_seed, failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

proptest! {
    #![proptest_config(fixed(300))]

    #[test]
    fn rationals_obey_all_laws(abc in fractions()) {
        obeyed_exactly(&laws(), &abc)?;
    }

    #[test]
    fn the_prime_field_obeys_all_laws(abc in primes()) {
        obeyed_exactly(&laws(), &abc)?;
    }

    #[test]
    fn dual_numbers_over_rationals_obey_all_laws(values in fractions(), slopes in fractions()) {
        obeyed_exactly(&laws(), &duals(values, slopes))?;
    }

    #[test]
    fn dual_numbers_over_the_prime_field_obey_all_laws(values in primes(), slopes in primes()) {
        obeyed_exactly(&laws(), &duals(values, slopes))?;
    }

    #[test]
    fn enclosures_obey_all_laws_exactly_while_they_are_exact(abc in fractions()) {
        let exact = abc.map(Enclosure::<128>::Exact);
        obeyed_exactly(&laws(), &exact)?;
    }

    #[test]
    fn intervals_hold_what_the_laws_say(abc in fractions()) {
        let numbers = abc.clone().map(|x| Interval::<128>::around(&x.0));
        obeyed_within(&numbers, &abc, in_interval)?;
    }

    #[test]
    fn enclosures_hold_what_the_laws_say_once_some_of_them_are_intervals(abc in fractions(), which in 1u8..8) {
        let mut bit = 0;
        let numbers = abc.clone().map(|x| {
            bit += 1;
            let interval = Interval::<128>::around(&x.0);
            if which >> (bit - 1) & 1 == 1 { Enclosure::Within(interval) } else { Enclosure::Exact(x) }
        });
        obeyed_within(&numbers, &abc, |number, value| in_interval(&number.interval(), value))?;
    }

    /// a of 7 bits and powers of two for b and c: the longest sum and product take 24 bits at most.
    #[test]
    fn floats_obey_all_laws_where_nothing_rounds(a in -127i8.., (b, c) in (-4i32..=4, -4i32..=4), signs in 0u8..4) {
        let sign = |bit: u8| if signs >> bit & 1 == 1 { -1.0 } else { 1.0 };
        let abc = [f64::from(a) / 16.0, sign(0) * 2f64.powi(b), sign(1) * 2f64.powi(c)];
        obeyed_exactly(&laws(), &abc)?;
        obeyed_exactly(&laws(), &abc.map(|x| x as f32))?;
    }

    /// All three of 7 bits: every sum and product of the ring's laws takes 23 bits at most.
    #[test]
    fn floats_obey_the_laws_of_a_ring_on_short_dyadics(abc in [-127i8.., -127i8.., -127i8..]) {
        let abc = abc.map(|x| f64::from(x) / 16.0);
        obeyed_exactly(&ring(), &abc)?;
        obeyed_exactly(&ring(), &abc.map(|x| x as f32))?;
    }

    /// from_f64 respects sums and products of doubles that are exact in doubles.
    #[test]
    fn doubles_keep_their_sums_and_products(x in any::<i16>(), y in any::<i16>(), exponent in -40i32..40) {
        let [x, y] = [x, y].map(|x| f64::from(x) * 2f64.powi(exponent));
        fn respected<T: Number>(x: f64, y: f64) -> Result<(), TestCaseError> {
            prop_assert_eq!(T::from_f64(x) + T::from_f64(y), T::from_f64(x + y));
            prop_assert_eq!(T::from_f64(x) * T::from_f64(y), T::from_f64(x * y));
            prop_assert_eq!(-T::from_f64(x), T::from_f64(-x));
            Ok(())
        }
        respected::<f64>(x, y)?;
        respected::<Rational>(x, y)?;
        respected::<Prime>(x, y)?;
        respected::<Dual<Prime>>(x, y)?;
        respected::<Interval<64>>(x, y)?;
        respected::<Enclosure<128>>(x, y)?;
    }
}

#[test]
fn zero_one_and_the_fractions_in_formulas_are_what_they_say() {
    fn checked<T: Number>() {
        assert!(T::zero().is_zero() && !T::one().is_zero());
        assert_eq!((T::zero(), T::one()), (T::from_f64(0.0), T::from_f64(1.0)));
        assert_eq!(T::zero(), T::from_f64(-0.0));
        assert_eq!(T::ratio(3, 4), T::from_f64(0.75));
        assert_eq!(T::ratio(44_715, 1_000_000), T::from_f64(44_715.0) / T::from_f64(1e6));
        assert_eq!(T::one(), T::common_scale(&[T::zero(), T::one()]));
    }
    checked::<f64>();
    checked::<f32>();
    checked::<Rational>();
    checked::<Prime>();
    checked::<Dual<Rational>>();
    checked::<Interval<128>>();
    checked::<Enclosure<128>>();
    assert_eq!(Rational::ratio(44_715, 1_000_000).0, RBig::from_parts(8_943.into(), 200_000u32.into()));
    assert_eq!(f64::ratio(44_715, 1_000_000), 0.044715);
    assert_eq!(f32::ratio(44_715, 1_000_000), 0.044715);
}

#[test]
fn division_by_zero_never_panics() {
    assert_eq!(Rational::from_f64(3.0) / Rational::from_f64(0.0), Rational::from_f64(0.0));
    assert_eq!(Prime::new(3) / Prime::new(0), Prime::new(0));
    assert!(!(Interval::<128>::from_f64(3.0) / Interval::from_f64(0.0)).is_bounded());
    assert!(!(Enclosure::<128>::from_f64(3.0) / Enclosure::from_f64(0.0)).interval().is_bounded());
    let dual = Dual { value: Rational::from_f64(3.0), slope: Rational::from_f64(1.0) };
    assert_eq!(dual / Dual::from_f64(0.0), Dual::from_f64(0.0));
}
