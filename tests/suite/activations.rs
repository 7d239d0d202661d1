//! The activations as functions of a row: names, shapes, Jacobians with rows for outputs, the row product
//! without its n² entries, mixes, and the slopes at kinks. How exact they are in floats is
//! `activation_accuracy`.

use dashu_ratio::RBig;
use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Enclosure, Number, Prime, Rational, Real, sum};
use dropout_oracle::problem::activation::{
    Activation, Algebraic, CoupledActivation, ScalarActivation, VectorFunction, log_softmax, softmax,
};
use num_traits::One;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

/// All activations, with a mix for rows of `n`.
fn activations(n: usize) -> Vec<Activation> {
    let mix = (0..n).map(|j| ScalarActivation::ALL[(3 * j + 1) % ScalarActivation::ALL.len()]).collect();
    let elementwise = ScalarActivation::ALL.into_iter().map(Activation::Elementwise);
    let coupled = Algebraic::ALL.into_iter().map(Activation::from);
    let rest = [
        Activation::PerUnit(mix),
        Activation::Coupled(CoupledActivation::Softmax),
        Activation::Coupled(CoupledActivation::LogSoftmax),
    ];
    elementwise.chain(coupled).chain(rest).collect()
}

fn rational(numerator: i64, denominator: u64) -> Rational {
    Rational(RBig::from_parts(numerator.into(), denominator.into()))
}

fn fixed(cases: u32) -> ProptestConfig {
    let rng_seed = RngSeed::Fixed(0x6163_7469);
    ProptestConfig { rng_seed, failure_persistence: None, ..ProptestConfig::with_cases(cases) }
}

//= forward.layout.g type=test
#[test]
fn a_row_maps_to_a_row_and_its_jacobian_is_square() {
    for n in [1, 2, 5] {
        let z: Vec<f64> = (0..n).map(|j| 0.7 * j as f64 - 1.0).collect();
        for g in activations(n) {
            let jacobian = g.jacobian(&z);
            assert_eq!((g.value(&z).len(), jacobian.rows(), jacobian.cols()), (n, n, n), "{}", g.name());
            assert_eq!(g.row_times_jacobian(&z, &z).len(), n, "{}", g.name());
        }
    }
}

/// Σ_jj row_jj · ∂a_jj/∂z_j, entry by entry.
fn product<T: Number>(row: &[T], jacobian: &Grid<T>) -> Vec<T> {
    (0..jacobian.cols()).map(|j| sum(0..row.len(), |jj| row[jj].clone() * jacobian.at(jj, j))).collect()
}

/// s_j > 0 with Σ s = 1, of the given integer shares.
fn probabilities(shares: &[u32]) -> Vec<Rational> {
    let total: u64 = shares.iter().map(|&share| u64::from(share)).sum();
    shares.iter().map(|&share| rational(share.into(), total)).collect()
}

/// A row and positive shares of equal length, 1 to 6.
fn row_and_shares() -> impl Strategy<Value = (Vec<Rational>, Vec<u32>)> {
    vec((any::<i32>(), 1u64..99, 1u32..999), 1..7).prop_map(|cells| {
        cells
            .into_iter()
            .map(|(numerator, denominator, share)| (rational(numerator.into(), denominator), share))
            .unzip()
    })
}

proptest! {
    #![proptest_config(fixed(200))]

    #[test]
    fn the_row_products_of_softmax_and_its_logarithm_are_those_with_the_full_jacobian((row, shares) in row_and_shares()) {
        let s = probabilities(&shares);
        prop_assert_eq!(softmax::row_times_jacobian(&row, &s), product(&row, &softmax::jacobian(&s)));
        prop_assert_eq!(log_softmax::row_times_jacobian(&row, &s), product(&row, &log_softmax::jacobian(&s)));
    }

    /// ∂s_jj/∂z_j = s_jj (δ − s_j) and ∂ln s_jj/∂z_j = δ − s_j, with the complement as written here.
    #[test]
    fn the_jacobians_of_softmax_and_its_logarithm_are_their_formulas((_, shares) in row_and_shares()) {
        let s = probabilities(&shares);
        let delta = |jj: usize, j: usize| rational((jj == j).into(), 1);
        let logarithm = Grid::tabulate(s.len(), s.len(), |jj, j| delta(jj, j) - s[j].clone());
        prop_assert_eq!(&log_softmax::jacobian(&s), &logarithm);
        let softmax = Grid::tabulate(s.len(), s.len(), |jj, j| s[jj].clone() * logarithm.at(jj, j));
        prop_assert_eq!(softmax::jacobian(&s), softmax);
    }

    #[test]
    fn the_row_products_of_algebraic_activations_are_those_with_the_full_jacobian((row, shares) in row_and_shares()) {
        for g in Algebraic::ALL {
            let z: Vec<Rational> = probabilities(&shares);
            prop_assert_eq!(g.row_times_jacobian(&row, &z), product(&row, &g.jacobian(&z)));
            let [row, z] = [0x9e37_79b9_7f4a_7c15u64, 0xbf58_476d_1ce4_e5b9].map(|factor| -> Vec<Prime> {
                shares.iter().map(|&share| Prime::new(factor.wrapping_mul(share.into()))).collect()
            });
            prop_assert_eq!(g.row_times_jacobian(&row, &z), product(&row, &g.jacobian(&z)));
        }
    }
}

proptest! {
    #![proptest_config(fixed(20))]

    #[test]
    fn independent_units_multiply_entry_by_entry(row in vec(-9.0..9.0f64, 5), z in vec(-9.0..9.0f64, 5)) {
        fn checked<T: Real>(row: &[f64], z: &[f64]) -> Result<(), TestCaseError> {
            let [row, z] = [row, z].map(|cells| cells.iter().map(|&x| T::from_f64(x)).collect::<Vec<T>>());
            for g in activations(5).into_iter().filter(|g| matches!(g, Activation::Elementwise(_) | Activation::PerUnit(_))) {
                prop_assert_eq!(g.row_times_jacobian(&row, &z), product(&row, &g.jacobian(&z)), "{}", g.name());
            }
            Ok(())
        }
        checked::<f64>(&row, &z)?;
        checked::<Enclosure<128>>(&row, &z)?;
    }
}

#[test]
fn a_mix_gives_every_unit_its_own_function() {
    let n = ScalarActivation::ALL.len();
    let z: Vec<f64> = (0..n).map(|j| 1.3 * j as f64 - 6.0).collect();
    let mix = Activation::PerUnit(ScalarActivation::ALL.to_vec());
    let (value, jacobian) = (mix.value(&z), mix.jacobian(&z));
    for (j, unit) in ScalarActivation::ALL.into_iter().enumerate() {
        let alone = Activation::Elementwise(unit);
        assert_eq!(value[j], alone.value(&z)[j], "{}", unit.name());
        for jj in 0..n {
            let expected = if jj == j { unit.derivative(&z[j]) } else { 0.0 };
            assert_eq!(jacobian.at(jj, j), expected, "{}", unit.name());
            assert_eq!(alone.jacobian(&z).at(jj, j), expected, "{}", unit.name());
        }
    }
}

fn grid<const N: usize>(rows: [[(i64, u64); N]; N]) -> Grid<Rational> {
    Grid::tabulate(N, N, |jj, j| rational(rows[jj][j].0, rows[jj][j].1))
}

fn integers<const N: usize>(rows: [[i64; N]; N]) -> Grid<Rational> {
    Grid::tabulate(N, N, |jj, j| rational(rows[jj][j], 1))
}

fn row<const N: usize>(cells: [i64; N]) -> Vec<Rational> {
    cells.map(|x| rational(x, 1)).to_vec()
}

/// By hand. Outputs are rows: in the quadratic's row 1, a_1 = z_1 z_2 + z_1 has the derivatives z_2 + 1 by z_1 and
/// z_1 by z_2.
#[test]
fn coupled_activations_have_their_jacobians_with_outputs_as_rows() {
    let z = row([2, 3, 5]);
    assert_eq!(Algebraic::Identity.value(&z), z);
    assert_eq!(Algebraic::Identity.jacobian(&z), integers([[1, 0, 0], [0, 1, 0], [0, 0, 1]]));
    assert_eq!(Algebraic::CumulativeSum.value(&z), row([2, 5, 10]));
    assert_eq!(Algebraic::CumulativeSum.jacobian(&z), integers([[1, 0, 0], [1, 1, 0], [1, 1, 1]]));
    assert_eq!(Algebraic::CoupledQuadratic.value(&z), row([8, 18, 15]));
    assert_eq!(Algebraic::CoupledQuadratic.jacobian(&z), integers([[4, 2, 0], [0, 6, 3], [5, 0, 3]]));
    // 1 + Σ z² = 6.
    let z = row([1, -2]);
    let square = Algebraic::NormalizedSquare;
    assert_eq!(square.value(&z), [rational(1, 6), rational(4, 6)]);
    assert_eq!(square.jacobian(&z), grid([[(10, 36), (4, 36)], [(-8, 36), (-8, 36)]]));
    let s = [rational(1, 2), rational(1, 3), rational(1, 6)];
    let logarithm = [[(1, 2), (-1, 3), (-1, 6)], [(-1, 2), (2, 3), (-1, 6)], [(-1, 2), (-1, 3), (5, 6)]];
    assert_eq!(log_softmax::jacobian(&s), grid(logarithm));
}

#[test]
fn all_coupled_activations_but_softmax_can_show_a_transposed_jacobian() {
    let z = [0.5, -1.0, 2.0];
    let symmetric = |g: &Activation| {
        let jacobian = g.jacobian(&z);
        (0..3).all(|jj| (0..3).all(|j| jacobian.at(jj, j) == jacobian.at(j, jj)))
    };
    for g in activations(3) {
        let shows = matches!(g, Activation::Coupled(coupled) if coupled != CoupledActivation::Softmax);
        assert_eq!(symmetric(&g), !shows, "{}", g.name());
    }
}

/// A single unit is its own neighbour, the whole sum, and a probability of 1.
#[test]
fn coupled_activations_of_one_unit() {
    let z = row([3]);
    let single = |numerator, denominator| Grid::tabulate(1, 1, |_, _| rational(numerator, denominator));
    for (g, value, slope) in [
        (Algebraic::Identity, (3, 1), (1, 1)),
        (Algebraic::CumulativeSum, (3, 1), (1, 1)),
        (Algebraic::CoupledQuadratic, (12, 1), (7, 1)),
        (Algebraic::NormalizedSquare, (9, 10), (6, 100)),
    ] {
        assert_eq!(g.value(&z), [rational(value.0, value.1)], "{}", g.name());
        assert_eq!(g.jacobian(&z), single(slope.0, slope.1), "{}", g.name());
    }
    for (g, value) in [
        (Activation::Coupled(CoupledActivation::Softmax), 1.0),
        (Activation::Coupled(CoupledActivation::LogSoftmax), 0.0),
    ] {
        for z in [-1e308, -3.0, 0.0, 700.0] {
            assert_eq!((g.value(&[z]), g.jacobian(&[z]).at(0, 0)), (vec![value], 0.0), "{}", g.name());
            assert_eq!(g.row_times_jacobian(&[2.5], &[z]), [0.0], "{}", g.name());
        }
    }
}

#[test]
fn at_a_kink_the_slope_is_that_from_the_left() {
    fn checked<T: Real>() {
        for zero in [T::zero(), T::from_f64(-0.0)] {
            for (unit, slope) in [
                (ScalarActivation::Relu, 0.0),
                (ScalarActivation::LeakyRelu { slope: 0.25 }, 0.25),
                (ScalarActivation::LeakyRelu { slope: -3.0 }, -3.0),
                (ScalarActivation::Elu { alpha: 1.5 }, 1.5),
            ] {
                assert_eq!(unit.derivative(&zero), T::from_f64(slope), "{}", unit.name());
                assert!(unit.value(&zero).is_zero(), "{}", unit.name());
                assert_eq!(unit.derivative(&T::from_f64(1e-30)), T::one(), "{}", unit.name());
            }
        }
    }
    checked::<f64>();
    checked::<f32>();
    checked::<Enclosure<128>>();
}

/// The definitions as textbooks write them, cancellations included: 256 bits suffice for them.
#[test]
fn values_are_those_of_the_textbook_definitions() {
    type E = Enclosure<256>;
    let number = E::from_f64;
    let half = || number(0.5);
    let textbook = |unit: ScalarActivation, z: E| match unit {
        ScalarActivation::Sigmoid => E::one() / (E::one() + (-z).exp()),
        ScalarActivation::Tanh => (z.exp() - (-z.clone()).exp()) / (z.exp() + (-z).exp()),
        ScalarActivation::Softplus => z.exp().ln_1p(),
        ScalarActivation::Silu => z.clone() / (E::one() + (-z).exp()),
        ScalarActivation::Gelu => half() * z.clone() * (number(2.0) - (z * E::frac_1_sqrt_2()).erfc()),
        ScalarActivation::GeluTanh => {
            let cube = z.clone() * z.clone() * z.clone() * number(44_715.0) / number(1e6);
            // √(2/π) = 2/√π · 1/√2.
            let inner = E::frac_2_sqrt_pi() * E::frac_1_sqrt_2() * (z.clone() + cube);
            let tanh = (inner.exp() - (-inner.clone()).exp()) / (inner.exp() + (-inner).exp());
            half() * z * (E::one() + tanh)
        }
        _ => unreachable!("not transcendental"),
    };
    for z in [-7.5, -1.25, -0.01, 0.01, 0.3, 2.0, 6.5] {
        for unit in [
            ScalarActivation::Sigmoid,
            ScalarActivation::Tanh,
            ScalarActivation::Softplus,
            ScalarActivation::Silu,
            ScalarActivation::Gelu,
            ScalarActivation::GeluTanh,
        ] {
            let (value, expected) = (unit.value(&number(z)).interval(), textbook(unit, number(z)).interval());
            assert!(value.lo() <= expected.hi() && expected.lo() <= value.hi(), "{}({z})", unit.name());
        }
        let elu = ScalarActivation::Elu { alpha: 1.5 }.value(&number(z));
        let leaky = ScalarActivation::LeakyRelu { slope: 0.25 }.value(&number(z));
        if z > 0.0 {
            assert_eq!(
                (elu, leaky, ScalarActivation::Relu.value(&number(z))),
                (number(z), number(z), number(z))
            );
        } else {
            assert_eq!(elu, number(1.5) * number(z).exp_m1());
            assert_eq!(
                (leaky, ScalarActivation::Relu.value(&number(z))),
                (number(0.25) * number(z), number(0.0))
            );
        }
    }
}

#[test]
fn softmax_ignores_a_common_shift_and_its_logarithm_is_its_logarithm() {
    let z = [0.5, -1.25, 2.0].map(Enclosure::<128>::from_f64);
    let shifted = z.clone().map(|x| x + Enclosure::from_f64(600.0));
    let meets = |a: &Enclosure<128>, b: &Enclosure<128>| {
        a.interval().lo() <= b.interval().hi() && b.interval().lo() <= a.interval().hi()
    };
    let (s, log) = (
        Activation::Coupled(CoupledActivation::Softmax).value(&z),
        Activation::Coupled(CoupledActivation::LogSoftmax).value(&z),
    );
    assert_eq!(Activation::Coupled(CoupledActivation::Softmax).value(&shifted), s);
    for j in 0..3 {
        assert!(meets(&log[j].exp(), &s[j]));
    }
    assert!(meets(&sum(0..3, |j| s[j].clone()), &Enclosure::from_f64(1.0)));
}

#[test]
fn softmax_s_row_product_keeps_in_doubles_what_is_left_beside_a_probability_that_rounds_to_one() {
    // s₁ s₂ = e^−40/(1 + e^−40)², within 2^−57 of e^−40: exp, two products and a difference round.
    let left = (-40f64).exp();
    let dz: Vec<f64> =
        Activation::Coupled(CoupledActivation::Softmax).row_times_jacobian(&[1.0, 0.0], &[0.0, -40.0]);
    for (dz_j, exact) in dz.into_iter().zip([left, -left]) {
        assert!((dz_j - exact).abs() <= 8.0 * f64::EPSILON * left, "{dz_j:e}");
    }
    // 1 − s₁ = e^−40/(1 + e^−40).
    let dz: Vec<f64> =
        Activation::Coupled(CoupledActivation::LogSoftmax).row_times_jacobian(&[1.0, 0.0], &[0.0, -40.0]);
    assert!((dz[0] - left).abs() <= 8.0 * f64::EPSILON * left, "{:e}", dz[0]);
}
