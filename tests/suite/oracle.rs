//! Expected values: the oracle against independently known results, and its refusals.

use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Enclosure, Interval, Number, Ordered};
use dropout_oracle::oracle::cost::{self, Limit};
use dropout_oracle::oracle::{self, Error, Rounding, rounding};
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Inputs, Problem};
use dropout_oracle::scalar::{self, Step};

/// One example, one input, one output, p = w = 1 and b = 0: z is `z` itself.
fn one_unit(z: f64, activation: Activation) -> Problem {
    row(&[z], activation)
}

/// One example and one input of 1 with p = 1; W is the row `z` itself, b = 0, dA_next = 1.
fn row(z: &[f64], activation: Activation) -> Problem {
    let inputs = Inputs {
        a: vec![vec![1.0]],
        keep_prob: vec![1.0],
        r: vec![vec![1.0]],
        w: vec![z.to_vec()],
        b: vec![0.0; z.len()],
        da_next: vec![vec![1.0; z.len()]],
    };
    Problem::new(inputs, activation).expect("a valid problem")
}

fn expected(problem: &Problem) -> Step<f64> {
    oracle::expected(problem).expect("within range")
}

/// Arguments of every size and sign, spread over the exponents, and some neighbours of special ones.
fn arguments() -> impl Iterator<Item = f64> {
    let sizes =
        (-60..10).flat_map(|exponent| [1.0, 1.3, 1.7320508075688772].map(|x| x * 2f64.powi(exponent)));
    sizes.chain([5e-324, 1e-310, 36.7, 745.2]).flat_map(|x| [x, -x])
}

#[test]
fn tanh_and_elu_are_the_correctly_rounded_functions_of_an_independent_library() {
    for z in arguments() {
        let tanh = expected(&one_unit(z, Activation::Elementwise(ScalarActivation::Tanh)));
        assert_eq!(tanh.forward.a_next.at(0, 0), core_math::tanh(z), "tanh({z:e})");
        if z < 0.0 {
            let elu = expected(&one_unit(z, Activation::Elementwise(ScalarActivation::Elu { alpha: 1.0 })));
            assert_eq!(elu.forward.a_next.at(0, 0), core_math::expm1(z), "exp({z:e}) - 1");
            assert_eq!(elu.backward.dz.at(0, 0), core_math::exp(z), "exp({z:e})");
        }
    }
}

#[test]
fn softplus_of_far_negative_z_is_exp_and_of_far_positive_z_is_z() {
    // ln(1 + e^z) = e^z (1 − e^z/2 + …): below z = −40 the second term is under 2^−58 of the first,
    // far from any midpoint for these arguments.
    for z in [-41.5, -100.25, -700.125] {
        let step = expected(&one_unit(z, Activation::Elementwise(ScalarActivation::Softplus)));
        assert_eq!(step.forward.a_next.at(0, 0), core_math::exp(z));
        let step = expected(&one_unit(-z, Activation::Elementwise(ScalarActivation::Softplus)));
        assert_eq!(step.forward.a_next.at(0, 0), -z);
    }
}

#[test]
fn softmax_of_equal_z_is_exactly_a_fraction() {
    let step = expected(&row(&[0.1, 0.1, 0.1], Activation::Coupled(CoupledActivation::Softmax)));
    assert_eq!(step.forward.a_next.row(0), [1.0 / 3.0; 3]);
    assert_eq!(step.backward.dz.row(0), [0.0; 3], "the upstream ones are in the kernel");
}

#[test]
fn softmax_keeps_what_is_left_beside_a_probability_that_rounds_to_one() {
    let step = expected(&row(&[0.0, -700.0], Activation::Coupled(CoupledActivation::Softmax)));
    assert_eq!(step.forward.a_next.row(0), [1.0, core_math::exp(-700.0)]);
    let problem = row(&[0.0, -40.0], Activation::Coupled(CoupledActivation::Softmax))
        .with(|inputs| inputs.da_next = Grid::from_rows(2, vec![vec![1.0, 0.0]]))
        .expect("a valid problem");
    // s₁s₂ = e^−40/(1 + e^−40)², where s₁(1 − s₁) in doubles is 0.
    let dz = expected(&problem).backward.dz;
    assert_eq!(dz.at(0, 0), core_math::exp(-40.0));
    assert_eq!(dz.at(0, 1), -core_math::exp(-40.0));
}

#[test]
fn a_z_that_cancels_to_zero_is_settled_by_exact_arithmetic() {
    // 1/0.1 · 0.1 − 1/0.7 · 0.7 = 0 with the doubles 0.1 and 0.7, whatever they are exactly.
    let inputs = Inputs {
        a: vec![vec![0.1, -0.7]],
        keep_prob: vec![0.1, 0.7],
        r: vec![vec![1.0, 1.0]],
        w: vec![vec![1.0], vec![1.0]],
        b: vec![0.0],
        da_next: vec![vec![1.0]],
    };
    let relu =
        Problem::new(inputs, Activation::Elementwise(ScalarActivation::Relu)).expect("a valid problem");
    let step = expected(&relu);
    assert_eq!((step.forward.z.at(0, 0), step.backward.dz.at(0, 0)), (0.0, 0.0));
}

#[test]
fn an_exact_tie_goes_to_the_even_double() {
    // z = 1 + 2^−53 is halfway between 1 and its successor; z = 1 + 3 · 2^−53 between the next two.
    for (tie, even) in [(1.0, 1.0), (3.0, 1.0 + 2.0 * f64::EPSILON)] {
        let one = one_unit(1.0, Activation::Elementwise(ScalarActivation::Identity));
        let problem =
            one.with(|inputs| inputs.b = vec![tie * 2f64.powi(-53)].into()).expect("a valid problem");
        assert_eq!(expected(&problem).forward.z.at(0, 0), even);
    }
}

/// dW[0][0] lies above the limit by about one part in 2^150, which 128 bits do not show; dW[1][0] is twice as large,
/// which they do. silu′(z) = 1/2 + z/2 for tiny z.
#[test]
fn the_first_element_beyond_the_range_is_named_and_not_the_one_that_is_easiest_to_see() {
    let inputs = Inputs {
        a: vec![vec![2.0, 4.0, 2f64.powi(-150)], vec![2.0, 4.0, -2f64.powi(-160)]],
        keep_prob: vec![1.0; 3],
        r: vec![vec![1.0; 3]; 2],
        w: vec![vec![0.0], vec![0.0], vec![1.0]],
        b: vec![0.0],
        // Their halves, doubled, add up to the limit, 2^1024 − 2^970.
        da_next: vec![vec![2f64.powi(1023)], vec![2f64.powi(1023) - 2f64.powi(970)]],
    };
    let silu =
        Problem::new(inputs, Activation::Elementwise(ScalarActivation::Silu)).expect("a valid problem");
    assert_eq!(oracle::expected(&silu).err(), Some(Error::BeyondRange { path: "dW[0][0]".into() }));
}

#[test]
fn what_lies_beyond_the_largest_double_is_refused_by_its_path() {
    let problem = one_unit(1e200, Activation::Coupled(CoupledActivation::CoupledQuadratic));
    assert_eq!(oracle::expected(&problem).err(), Some(Error::BeyondRange { path: "A_next[0][0]".into() }));
    let problem = one_unit(1.5e308, Activation::Elementwise(ScalarActivation::Silu));
    assert_eq!(expected(&problem).forward.a_next.at(0, 0), 1.5e308);
}

#[test]
fn far_out_on_both_sides_every_activation_has_its_value() {
    for unit in ScalarActivation::ALL {
        for z in [-1e308, -1e155, -20000.0, -800.0, -60.0, 60.0, 800.0, 20000.0, 1e155, 1e308] {
            let step = expected(&one_unit(z, Activation::Elementwise(unit)));
            assert!(step.forward.a_next.at(0, 0).is_finite(), "{}({z:e})", unit.name());
        }
    }
    for z in [[1e308, -1e308, 0.0], [745.0, -745.0, 0.0], [3e-308, 0.0, -3e-308]] {
        expected(&row(&z, Activation::Coupled(CoupledActivation::Softmax)));
        let step = expected(&row(&[z[0], 0.5 * z[0]], Activation::Coupled(CoupledActivation::LogSoftmax)));
        assert!(step.forward.a_next.at(0, 1) < 0.0);
    }
}

#[test]
fn what_no_width_settles_is_refused_by_its_path() {
    // Two mirrored halves of 700 keep probabilities each cancel to z = 0, but every half alone needs a
    // fraction of more bits than the limit: the slope of relu at such a z stays open.
    let half = 700;
    let keep_prob: Vec<f64> = (0..2 * half).map(|k| 0.5 + ((k % half) as f64 + 0.1) / 2048.0).collect();
    let inputs = Inputs {
        a: vec![vec![1.0; 2 * half]],
        r: vec![vec![1.0; 2 * half]],
        w: (0..2 * half).map(|k| vec![if k < half { 1.0 } else { -1.0 }]).collect(),
        b: vec![0.0],
        da_next: vec![vec![1.0]],
        keep_prob,
    };
    let problem =
        Problem::new(inputs, Activation::Elementwise(ScalarActivation::Relu)).expect("a valid problem");
    assert_eq!(oracle::expected(&problem).err(), Some(Error::Undecided { path: "dZ[0][0]".into() }));
}

#[test]
fn an_enclosure_is_settled_only_where_all_of_it_rounds_to_one_double() {
    type I = Interval<128>;
    let point = |x: f64| I::from_f64(x);
    let between = |lo: I, hi: I| rounding(&Enclosure::Within(lo.hull(hi)));
    let (half, tiny) = (point(2f64.powi(-53)), point(2f64.powi(-60)));
    let one = || point(1.0);
    // Up to half a last bit above 1, and a little beyond.
    assert_eq!(between(one(), one() + half.clone()), Rounding::Settled(1.0));
    assert_eq!(between(one(), one() + half + tiny.clone()), Rounding::Undecided);
    assert_eq!(between(point(5e-324) * tiny.clone(), -point(5e-324) * tiny), Rounding::Settled(0.0));
    let beyond = || point(f64::MAX) * point(4.0);
    assert_eq!(between(beyond(), beyond()), Rounding::BeyondRange);
    assert_eq!(between(-beyond(), -beyond()), Rounding::BeyondRange);
    assert_eq!(between(-beyond(), beyond()), Rounding::Undecided, "it may be any number");
    assert_eq!(between(one(), beyond()), Rounding::Undecided);
    let anything = one() / point(0.0);
    assert!(!anything.is_bounded());
    assert_eq!(rounding(&Enclosure::Within(anything)), Rounding::Undecided);
    assert_eq!(rounding(&Enclosure::<128>::from_f64(-0.1)), Rounding::Settled(-0.1));
}

/// Rows 1 and 2 are equal with opposite gradients, so that only 1e-200 is left of db; units 1 and 2 are equal with opposite
/// gradients in row 0, so that only 1e-200 is left of dÃ. Both take 4096 bits: of unit 0 over all rows, and of row 0 over all
/// units; or of all units where they are coupled. The results are those of the whole step with as many bits.
#[test]
fn what_is_undecided_is_solved_again_as_the_whole_step_would_be() {
    let [tanh, sigmoid, gelu] = [ScalarActivation::Tanh, ScalarActivation::Sigmoid, ScalarActivation::Gelu];
    for g in [
        Activation::Elementwise(sigmoid),
        Activation::PerUnit(vec![tanh, sigmoid, sigmoid, gelu]),
        Activation::Coupled(CoupledActivation::Softmax),
    ] {
        let is_coupled = g.scalars().is_empty();
        let tiny = |x: f64| if is_coupled { 1e-200 } else { x };
        let inputs = Inputs {
            a: vec![vec![0.3, -0.7], vec![1.1, 0.2], vec![1.1, 0.2], vec![0.9, 0.4]],
            keep_prob: vec![0.7, 0.9],
            r: vec![vec![1.0, 1.0], vec![1.0, 1.0], vec![1.0, 1.0], vec![1.0, 0.0]],
            w: vec![vec![0.1, 0.2, 0.2, 0.4], vec![0.4, 0.5, 0.5, 0.6]],
            b: vec![0.01, 0.02, 0.02, 0.03],
            da_next: vec![
                vec![0.0, tiny(1.0), tiny(-1.0), 1e-200],
                vec![0.5, 0.0, 0.0, 0.0],
                vec![-0.5, 0.0, 0.0, 0.0],
                vec![1e-200, 0.0, 0.0, tiny(0.0)],
            ],
        };
        let problem = Problem::new(inputs, g).expect("valid");
        let step =
            |bits: &str| match bits {
                "few" => scalar::step(&problem.inputs().over::<Enclosure<512>>(), problem.activation())
                    .map(rounding),
                _ => scalar::step(&problem.inputs().over::<Enclosure<4096>>(), problem.activation())
                    .map(rounding),
            };
        let few = step("few");
        assert_eq!(few.backward.db.at(0), Rounding::Undecided);
        assert!(is_coupled || few.backward.da.at(0, 1) == Rounding::Undecided);
        let solved = oracle::expected_within(&problem, Limit::NONE).expect("settled");
        assert_ne!((solved.backward.db.at(0), solved.backward.da.at(0, 1)), (0.0, 0.0));
        solved.zip(&step("many"), |double, whole| assert_eq!(Rounding::Settled(*double), *whole));
    }
}

/// A step of 2^19 values takes about a second, and what cancels takes the most bits: both are refused beyond a limit.
#[test]
fn what_would_take_hours_is_refused_with_the_time() {
    let problem = |m: usize, g: ScalarActivation, upstream: &dyn Fn(usize) -> f64| {
        let inputs = Inputs {
            a: vec![vec![0.3]; m],
            keep_prob: vec![0.7],
            r: vec![vec![1.0]; m],
            w: vec![vec![0.1]],
            b: vec![0.2],
            da_next: (0..m).map(|i| vec![upstream(i)]).collect(),
        };
        Problem::new(inputs, Activation::Elementwise(g)).expect("valid")
    };
    let refused =
        |problem: &Problem, limit| oracle::expected_within(problem, limit).expect_err("refused").to_string();
    let large = problem(1 << 19, ScalarActivation::Gelu, &|_| 1.0);
    assert_eq!(
        refused(&large, Limit::seconds(0.5)),
        "the step: 100 bits would take about 1.1 seconds (ruling size-limits); take a smaller shape, or lift the limit with --no-limit"
    );
    // dW and db cancel, 1 − 1 + 1 − 1 …, which takes the most bits.
    let cancels = problem(16, ScalarActivation::Gelu, &|i| if i % 2 == 0 { 1.0 } else { -1.0 });
    assert!(
        refused(&cancels, Limit::seconds(0.1))
            .starts_with("dW[0][0]: 4096 bits would take about 0.3 seconds")
    );
    assert_eq!(oracle::expected_within(&cancels, Limit::NONE).expect("settled").backward.dw.at(0, 0), 0.0);
    assert!(oracle::expected(&problem(1 << 12, ScalarActivation::Relu, &|_| 1.0)).is_ok());
}

#[test]
fn an_estimate_grows_with_bits_and_sizes_and_is_told_in_words() {
    let seconds = |m: usize, g: Activation, bits| {
        let row = |n: usize| vec![1.0; n];
        let inputs = Inputs {
            a: vec![row(4); m],
            keep_prob: row(4),
            r: vec![row(4); m],
            w: vec![row(5); 4],
            b: row(5),
            da_next: vec![row(5); m],
        };
        cost::seconds(&Problem::new(inputs, g).expect("valid"), bits)
    };
    for g in Activation::all() {
        let of = |m, bits| seconds(m, g.clone(), bits);
        assert!(of(8, 128) > 0.0 && of(8, 128) < of(8, 512) && of(8, 512) < of(8, 4096), "{g:?}");
        assert!((of(16, 128) / of(8, 128) - 2.0).abs() < 1e-9, "{g:?}");
    }
    // Four products a unit and a function: 3 · 20 + 5 · 100 multiply-adds for a row, and 2 · 25 for the pairs of softmax.
    let exact = |g: Activation| (seconds(1, g, 128) * 1e6).round();
    assert_eq!(exact(Activation::Elementwise(ScalarActivation::Sigmoid)), 560.0);
    assert_eq!(exact(Activation::Coupled(CoupledActivation::Softmax)), 610.0);
    assert_eq!(exact(Activation::Coupled(CoupledActivation::NormalizedSquare)), 235.0);
    let words = [119.0, 120.0, 7199.0, 7200.0, 172_799.0, 172_800.0].map(cost::duration);
    assert_eq!(words, ["119 seconds", "2 minutes", "120 minutes", "2 hours", "48 hours", "2 days"]);
}
