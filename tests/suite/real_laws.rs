//! The laws of the transcendental functions: identities and order in enclosures, the accuracy of floats, and the
//! derivatives of dual numbers.

use dashu_float::Repr;
use dashu_int::IBig;
use dashu_ratio::RBig;
use dropout_oracle::number::{Dual, Enclosure, Interval, Number, Ordered, Rational, Real};

type Wide = Interval<256>;

fn arguments() -> impl Iterator<Item = f64> {
    let sizes = [2f64.powi(-60), 1e-13, 1e-5, 0.1, 0.7, 1.0, 2.5, 6.25, 11.3, 20.0, 37.0];
    sizes.into_iter().flat_map(|x| [x, -x])
}

fn meet<const BITS: usize>(a: &Interval<BITS>, b: &Interval<BITS>) -> bool {
    a.lo() <= b.hi() && b.lo() <= a.hi()
}

#[test]
fn functions_obey_their_identities() {
    type Identity<T> = (&'static str, fn(T) -> T, fn(T) -> T);
    fn checked<T: Real>(meet: fn(&T, &T) -> bool) {
        let identities: [Identity<T>; 6] = [
            ("e^x · e^−x = 1", |x| x.exp() * (-x).exp(), |_| T::one()),
            ("e^x · e^x = e^2x", |x| x.exp() * x.exp(), |x| (x.clone() + x).exp()),
            ("exp_m1 x = e^x − 1", |x| x.exp_m1(), |x| x.exp() - T::one()),
            ("ln_1p(exp_m1 x) = x", |x| x.exp_m1().ln_1p(), |x| x),
            ("exp_m1(ln_1p x²) = x²", |x| (x.clone() * x).ln_1p().exp_m1(), |x| x.clone() * x),
            ("erfc x + erfc −x = 2", |x| x.erfc() + (-x).erfc(), |_| T::one() + T::one()),
        ];
        for (name, left, right) in identities {
            for x in arguments() {
                let x = T::from_f64(x);
                let (left, right) = (left(x.clone()), right(x.clone()));
                assert!(meet(&left, &right), "{name} at {x:?}: {left:?}, {right:?}");
            }
        }
        let (root, peak) = (T::frac_1_sqrt_2(), T::frac_2_sqrt_pi());
        assert!(meet(&(root.clone() * root), &T::from_f64(0.5)));
        // 4/π, and π from Machin's formula over fractions: 16 arctan(1/5) − 4 arctan(1/239).
        let pi = machin_pi::<T>();
        assert!(meet(&(peak.clone() * peak * pi), &T::from_f64(4.0)));
    }
    checked::<Wide>(meet);
    checked::<Enclosure<256>>(|a, b| meet(&a.interval(), &b.interval()));
    checked::<Dual<Wide>>(|a, b| meet(&a.value, &b.value) && meet(&a.slope, &b.slope));
}

/// π to 2^−300, widened by that much: 120 terms of arctan(1/5) leave less than 5^−240 < 2^−550.
fn machin_pi<T: Ordered>() -> T {
    let fraction = |numerator: IBig, denominator: IBig| RBig::from(numerator) / RBig::from(denominator);
    let arctan = |inverse: u32| {
        let term = |n: u32| {
            let sign = IBig::from(if n.is_multiple_of(2) { 1 } else { -1 });
            fraction(sign, IBig::from(inverse).pow(2 * n as usize + 1) * (2 * n + 1))
        };
        (0..120).map(term).fold(RBig::ZERO, |total, term| total + term)
    };
    let pi = RBig::from(16) * arctan(5) - RBig::from(4) * arctan(239);
    // As an integer of 300 bits after the point, fed in through doubles of 50 bits each.
    let steps = (pi * RBig::from(IBig::ONE << 300)).floor();
    let limb = |n: usize| {
        let bits = (&steps >> (50 * n)) % (IBig::ONE << 50);
        let shift = 50 * n as i32 - 300;
        T::from_f64(i64::try_from(bits).expect("50 bits") as f64) * T::from_f64(2f64.powi(shift))
    };
    let floor = T::sum((0..7).map(limb));
    floor.clone().hull(floor + T::from_f64(2f64.powi(-300)))
}

#[test]
fn functions_keep_or_turn_the_order() {
    let mut sorted: Vec<f64> = arguments().filter(|x| x.abs() < 8.0).collect();
    sorted.sort_by(f64::total_cmp);
    // Neighbouring doubles too.
    let pairs =
        sorted.windows(2).map(|pair| (pair[0], pair[1])).chain(sorted.iter().map(|&x| (x, x.next_up())));
    for (x, y) in pairs {
        let [x, y] = [x, y].map(Wide::from_f64);
        for rising in [Wide::exp, Wide::exp_m1] {
            assert!(rising(&x).hi() < rising(&y).lo(), "{x:?}");
        }
        assert!(y.erfc().hi() < x.erfc().lo(), "{x:?}");
        if x.lo() > &Repr::neg_one() {
            assert!(x.ln_1p().hi() < y.ln_1p().lo(), "{x:?}");
        }
    }
}

/// One unit in the last place at `x`, of a format with `digits` bits and least exponent `least`.
fn ulp(x: f64, digits: i32, least: i32) -> f64 {
    libm::scalbn(1.0, (libm::ilogb(x).max(-1100) - digits + 1).max(least))
}

/// The claims of the tests of the libm crate, in units in the last place: 1 for exp, exp_m1 and ln_1p, 4 for erfc.
#[test]
fn floats_stay_within_what_their_library_claims() {
    type Function<T> = fn(&T) -> T;
    type Row = (&'static str, f64, Function<f64>, Function<f32>, Function<Wide>);
    let functions: [Row; 4] = [
        ("exp", 1.0, Real::exp, Real::exp, Real::exp),
        ("exp_m1", 1.0, Real::exp_m1, Real::exp_m1, Real::exp_m1),
        ("ln_1p", 1.0, Real::ln_1p, Real::ln_1p, Real::ln_1p),
        ("erfc", 4.0, Real::erfc, Real::erfc, Real::erfc),
    ];
    // Exact differences: the double nearest to the exact value is no yardstick finer than an ulp.
    let within = |result: f64, exact: Wide, bound: f64| {
        let (off, bound) = (Wide::from_f64(result) - exact, Wide::from_f64(bound));
        off.lo() <= bound.hi() && off.hi() >= (-bound).lo()
    };
    for (name, claim, in_f64, in_f32, in_wide) in functions {
        let scattered = (1..400).map(|n| f64::from(n) * 0.037 - 7.4).filter(|&x| name != "ln_1p" || x > -1.0);
        let fixed = arguments().filter(|&x| name != "ln_1p" || x > -1.0);
        for x in scattered.chain(fixed) {
            let (result, exact) = (in_f64(&x), in_wide(&Wide::from_f64(x)));
            assert!(within(result, exact, claim * ulp(result, 53, -1074)), "{name}({x:e})");
            let x = x as f32;
            let (result, exact) = (f64::from(in_f32(&x)), in_wide(&Wide::from_f64(x.into())));
            assert!(within(result, exact, claim * ulp(result, 24, -149)), "{name}({x:e}f32)");
        }
    }
}

/// A central difference is off by at most h²/6 · max |f‴|. Here |f‴| ≤ 6 e^4 < 600 for all four, with
/// |x| ≤ 4, and x ≥ 0 for ln_1p; 2^−100 for h and a factor of 3 leave less than 2^−191, and the enclosures are
/// narrower than that.
#[test]
fn the_slopes_of_dual_numbers_are_the_limits_of_difference_quotients() {
    type Finest = Interval<512>;
    let h = Finest::from_f64(2f64.powi(-100));
    let bound = Repr::new(IBig::ONE, -191);
    type Pair = (fn(&Dual<Finest>) -> Dual<Finest>, fn(&Finest) -> Finest);
    let functions: [Pair; 4] = [
        (Dual::exp, Finest::exp),
        (Dual::exp_m1, Finest::exp_m1),
        (Dual::ln_1p, Finest::ln_1p),
        (Dual::erfc, Finest::erfc),
    ];
    for (j, (dual, f)) in functions.into_iter().enumerate() {
        for x in [0.0, 0.1, 1.0, 2.5, 4.0, -0.3, -1.7, -4.0].into_iter().filter(|&x| j != 2 || x >= 0.0) {
            let x = Finest::from_f64(x);
            let quotient =
                (f(&(x.clone() + h.clone())) - f(&(x.clone() - h.clone()))) / (h.clone() + h.clone());
            let factor = Finest::from_f64(3.0);
            let image = dual(&Dual { value: x.clone(), slope: factor.clone() });
            let gap = image.slope - quotient * factor;
            assert!(gap.lo() >= &-bound.clone() && gap.hi() <= &bound, "function {j} at {x:?}: {gap:?}");
            assert_eq!(image.value, f(&x));
        }
    }
}

#[test]
fn the_constants_of_dual_numbers_do_not_move() {
    assert_eq!(Dual::<f64>::frac_1_sqrt_2(), Dual::constant(std::f64::consts::FRAC_1_SQRT_2));
    assert_eq!(Dual::<f64>::frac_2_sqrt_pi(), Dual::constant(std::f64::consts::FRAC_2_SQRT_PI));
    assert_eq!(Dual::<Rational>::from_f64(0.3).slope, Rational::from_f64(0.0));
}
