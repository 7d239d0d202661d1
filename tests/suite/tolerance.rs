//! The tolerance: its value where it can be computed by hand, and where there is none.

use dropout_oracle::cases::{self, Profile};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle;
use dropout_oracle::oracle::tolerance::{Bound, NotJudged, derive, tolerance};
use dropout_oracle::problem::activation::ScalarActivation;
use dropout_oracle::problem::{Activation, Inputs, Problem};
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::Quantity;

const F16_IN_F32: Arithmetic = Arithmetic { storage: Format::F16, accumulator: Format::F32 };
const BF16_IN_F32: Arithmetic = Arithmetic { storage: Format::Bf16, accumulator: Format::F32 };

fn problem(inputs: Inputs<Vec<Vec<f64>>, Vec<f64>>, activation: Activation) -> Problem {
    Problem::new(inputs, activation).expect("a valid problem")
}

/// One example, one kept unit for each weight, one output unit.
fn row(a: &[f64], p: f64, w: &[f64], b: f64, unit: ScalarActivation, da_next: f64) -> Problem {
    let inputs = Inputs {
        a: vec![a.to_vec()],
        keep_prob: vec![p; a.len()],
        r: vec![vec![1.0; a.len()]],
        w: w.iter().map(|&w| vec![w]).collect(),
        b: vec![b],
        da_next: vec![vec![da_next]],
    };
    problem(inputs, Activation::Elementwise(unit))
}

fn bounds(problem: &Problem, arithmetic: Arithmetic) -> Step<Bound> {
    tolerance(problem, &oracle::expected(problem).expect("within range"), arithmetic)
}

fn first(problem: &Problem, arithmetic: Arithmetic, quantity: Quantity) -> Bound {
    bounds(problem, arithmetic).cells(quantity)[0]
}

fn plain(format: Format) -> Arithmetic {
    Arithmetic::plain(format)
}

/// The bound is `derived`, up to terms of second order and the rounding of the decimal.
#[track_caller]
fn is_about(bound: Bound, derived: f64) {
    let bound = bound.expect("there is a bound");
    assert!((derived..1.02 * derived).contains(&bound), "{bound:e}, derived {derived:e}");
}

/// Half the distance of the doubles around x: the expected value itself is rounded.
fn half_ulp(x: f64) -> f64 {
    (x.abs().next_up() - x.abs()) / 2.0
}

const U: f64 = f64::EPSILON / 2.0;

/// Three units with ã about 1.07, −1.79 and 0.89, and z = Σ w·ã + b.
fn three() -> Problem {
    row(&[0.75, -1.25, 0.625], 0.7, &[0.75, 1.25, -0.625], 0.3, ScalarActivation::Identity, 0.75)
}

#[test]
fn a_scaled_value_is_rounded_twice() {
    let exact: f64 = 0.75 / 0.7;
    is_about(first(&three(), plain(Format::F64), Quantity::ATilde), 2.0 * U * exact + half_ulp(exact));
    // In f32 p is rounded too, which costs a third rounding.
    let u = Format::F32.unit_roundoff();
    is_about(first(&three(), plain(Format::F32), Quantity::ATilde), 3.0 * u * exact);
}

#[test]
fn a_value_scaled_by_a_power_of_two_is_exact_until_it_is_subnormal() {
    let scaled = |a: f64| row(&[a], 0.25, &[1.0], 0.0, ScalarActivation::Identity, 1.0);
    assert_eq!(first(&scaled(0.7), plain(Format::F64), Quantity::ATilde), Ok(0.0));
    // What is subnormal may be 0 instead: as an input, or as a result.
    let small = |halvings: i32| f64::MIN_POSITIVE / 2f64.powi(halvings);
    is_about(first(&scaled(small(8)), plain(Format::F64), Quantity::ATilde), small(6));
    let dropped = row(&[1.0], 0.25, &[2f64.powi(-1000)], 0.0, ScalarActivation::Identity, 2f64.powi(-30));
    is_about(first(&dropped, plain(Format::F64), Quantity::DaTilde), small(8));
}

#[test]
fn every_term_of_a_sum_may_pass_through_all_its_additions() {
    let terms: f64 = [0.75, 1.25, 0.625].iter().map(|x| x * x / 0.7).sum();
    let z: f64 = (0.75 * 0.75 - 1.25 * 1.25 - 0.625 * 0.625) / 0.7 + 0.3;
    // Two roundings of ã, one of the product, three additions with the bias; three additions for b.
    let derived = 6.0 * U * terms + 3.0 * U * 0.3 + half_ulp(z);
    is_about(first(&three(), plain(Format::F64), Quantity::Z), derived);
}

#[test]
fn a_wider_accumulator_leaves_the_roundings_of_what_is_stored() {
    let u = Format::Bf16.unit_roundoff();
    let terms: f64 = [0.75, 1.25, 0.625].iter().map(|x| x * x / 0.7).sum();
    let sum: f64 = (0.75 * 0.75 - 1.25 * 1.25 - 0.625 * 0.625) / 0.7;
    // Three roundings of ã (p is none of bf16), the stored sum, and after it the sum with the rounded b.
    let derived = 3.0 * u * terms + u * sum.abs() + u * 0.3 + u * (sum.abs() + 0.3);
    let bound = first(&three(), BF16_IN_F32, Quantity::Z).expect("there is a bound");
    assert!((derived..1.1 * derived).contains(&bound), "{bound:e}, derived {derived:e}");
    assert!(bound < first(&three(), plain(Format::Bf16), Quantity::Z).expect("there is a bound"));
}

#[test]
fn a_bias_may_be_the_first_term_of_a_sum_in_a_wider_accumulator() {
    // In f32 1024 + 2^-1 is left as it was by each of 255 further terms 2^-14, and goes to 1024 in f16.
    let a: Vec<f64> = [32.0].into_iter().chain([2f64.powi(-7); 255]).collect();
    let w: Vec<f64> = [2f64.powi(-6)].into_iter().chain([2f64.powi(-7); 255]).collect();
    let long = row(&a, 1.0, &w, 1024.0, ScalarActivation::Identity, 1.0);
    let biased = a.iter().zip(&w).fold(1024f32, |total, (&a, &w)| total + (a * w) as f32);
    assert_eq!(biased, 1024.5);
    assert_eq!(Format::F16.nearest(biased.into()), 1024.0);
    let lost = 0.5 + 255.0 * 2f64.powi(-14);
    assert_eq!(oracle::expected(&long).expect("within range").cells(Quantity::Z), [1024.0 + lost]);
    is_about(first(&long, F16_IN_F32, Quantity::Z), lost);
}

#[test]
fn a_sum_of_one_term_is_stored_like_any_other() {
    let one = row(&[1.0], 1.0, &[1.125], 0.0, ScalarActivation::Identity, 1.171875);
    // 1.125 · 1.171875 = 1.318359375 has 11 bits, bf16 holds 8: all of it is one rounding.
    let bound = first(&one, BF16_IN_F32, Quantity::DaTilde);
    is_about(bound, Format::Bf16.unit_roundoff() * 1.318359375);
    // What is stored already is not rounded again.
    assert_eq!(first(&one, BF16_IN_F32, Quantity::Db), Ok(0.0));
}

#[test]
fn terms_that_are_zero_cost_nothing() {
    let two = row(&[0.75, -1.25], 0.7, &[0.75, 1.25], 0.0, ScalarActivation::Identity, 0.75);
    let padded = row(
        &[0.75, 0.0, -1.25, 0.5, 0.5],
        0.7,
        &[0.75, 1.25, 1.25, 0.0, 0.0],
        0.0,
        ScalarActivation::Identity,
        0.75,
    );
    let z = |problem: &Problem| first(problem, plain(Format::F64), Quantity::Z);
    assert_eq!(z(&two), z(&padded));
}

#[test]
fn a_narrower_arithmetic_is_never_judged_more_strictly() {
    let chains = [
        [plain(Format::F64), plain(Format::F32), BF16_IN_F32],
        [plain(Format::F32), BF16_IN_F32, plain(Format::Bf16)],
        [plain(Format::F64), F16_IN_F32, plain(Format::F16)],
    ];
    for entry in cases::entries(Profile::Core).iter().filter(|entry| entry.id.starts_with("activations/")) {
        let problem = entry.problem();
        let expected = oracle::expected(&problem).expect("within range");
        for chain in chains {
            let steps = chain.map(|arithmetic| tolerance(&problem, &expected, arithmetic));
            for quantity in Quantity::ALL {
                for index in 0..expected.cells(quantity).len() {
                    let bounds =
                        steps.each_ref().map(|step| step.cells(quantity)[index].unwrap_or(f64::INFINITY));
                    assert!(bounds.is_sorted(), "{} {quantity:?} {index}: {bounds:?}", entry.id);
                }
            }
        }
    }
}

#[test]
fn a_kink_accepts_the_slope_of_either_side() {
    let on_the_kink = |unit: ScalarActivation| {
        first(&row(&[0.0], 0.5, &[1.0], 0.0, unit, 2.0), plain(Format::F64), Quantity::Dz)
    };
    is_about(on_the_kink(ScalarActivation::Relu), 2.0);
    is_about(on_the_kink(ScalarActivation::LeakyRelu { slope: 0.25 }), 1.5);
    assert_eq!(on_the_kink(ScalarActivation::LeakyRelu { slope: 1.0 }), Ok(0.0));
    let elu = on_the_kink(ScalarActivation::Elu { alpha: 1.0 }).expect("there is a bound");
    assert!(elu < 1e-14, "{elu:e}: no kink");
    // One rounding away from it z may be computed on the other side.
    let near = row(&[0.7, -0.7], 0.7, &[0.3, 0.3], 2f64.powi(-60), ScalarActivation::Relu, 2.0);
    is_about(first(&near, plain(Format::F64), Quantity::Dz), 2.0);
    let far = row(&[0.7, -0.7], 0.7, &[0.3, 0.3], 2f64.powi(-40), ScalarActivation::Relu, 2.0);
    assert_eq!(first(&far, plain(Format::F64), Quantity::Dz), Ok(0.0));
}

#[test]
fn a_sum_too_long_for_the_format_is_not_judged() {
    let column = |m: usize| {
        let inputs = Inputs {
            a: vec![vec![1.0]; m],
            keep_prob: vec![1.0],
            r: vec![vec![1.0]; m],
            w: vec![vec![1.0]],
            b: vec![0.0],
            da_next: vec![vec![0.3]; m],
        };
        problem(inputs, Activation::Elementwise(ScalarActivation::Identity))
    };
    // 255 additions with u = 2^-8 are fewer than 1/u; 256 are not.
    let db = |m: usize| first(&column(m), plain(Format::Bf16), Quantity::Db);
    assert!(db(256).is_ok());
    assert_eq!(db(257), Err(NotJudged::LongSum));
    assert!(first(&column(257), BF16_IN_F32, Quantity::Db).is_ok());
}

#[test]
fn what_may_leave_the_range_of_the_format_is_not_judged() {
    let times = |a: f64| row(&[a], 1.0, &[8.0], 0.0, ScalarActivation::Identity, 1.0);
    assert!(first(&times(8000.0), plain(Format::F16), Quantity::Z).is_ok());
    let too_large = bounds(&times(8192.0), plain(Format::F16));
    assert_eq!(too_large.cells(Quantity::Z), [Err(NotJudged::Overflow)]);
    assert_eq!(too_large.cells(Quantity::ANext), [Err(NotJudged::Overflow)]);
    assert_eq!(too_large.cells(Quantity::Da), [Ok(0.0)]);
    // A dropped input beyond the range: 0 · ∞ is NaN.
    let dropped = times(1.0).with(|inputs| {
        inputs.a = inputs.a.map(|_| 1e6);
        inputs.r = inputs.r.map(|_| 0.0);
    });
    let dropped = dropped.expect("valid");
    assert_eq!(first(&dropped, plain(Format::F16), Quantity::ATilde), Err(NotJudged::Overflow));
    // A keep probability that f16 rounds to 0.
    let rare = row(&[1.0], 1e-10, &[1.0], 0.0, ScalarActivation::Identity, 1.0);
    assert_eq!(first(&rare, plain(Format::F16), Quantity::ATilde), Err(NotJudged::Division));
}

#[test]
fn an_elementary_function_may_be_off_by_four_units_in_the_last_place() {
    let a_next = |unit: ScalarActivation| {
        first(&row(&[0.5], 0.5, &[1.0], 0.0, unit, 1.0), plain(Format::F64), Quantity::ANext)
    };
    let tanh = 1f64.tanh();
    // The worst formula is −t/(1 + 1 + t) with t = e^−2z − 1: four ulps of t above and below, two
    // additions, and the quotient. An ulp is 2u.
    let t = 1.0 - (-2f64).exp();
    let below = 8.0 * t + 2.0 * (2.0 + t);
    let own = ((8.0 * t + tanh * below) / (2.0 - t) + tanh) * U + half_ulp(tanh);
    is_about(a_next(ScalarActivation::Tanh), own);
    let s = 1.0 / (1.0 + (-1f64).exp());
    let own = s * (8.0 * (1.0 - s) + 2.0) * U + half_ulp(s);
    is_about(a_next(ScalarActivation::Sigmoid), own);
}

/// z, exactly.
fn at(unit: ScalarActivation, z: f64, quantity: Quantity) -> Bound {
    first(&row(&[z / 2.0], 0.5, &[1.0], 0.0, unit, 1.0), plain(Format::F64), quantity)
}

#[test]
fn at_zero_the_sigmoid_may_be_that_of_negative_z() {
    assert_eq!(at(ScalarActivation::Sigmoid, 0.0, Quantity::ANext), Ok(0.0));
    // z = 0.7/0.7 − 1 is 0 up to its roundings. In e · 1/(1 + e) then e is off by four ulps of 1, 8u, besides
    // those of z; the sum, its inverse and the product round once more.
    let (u, f32) = (Format::F32.unit_roundoff(), plain(Format::F32));
    let nearly = row(&[0.7], 0.7, &[1.0], -1.0, ScalarActivation::Sigmoid, 1.0);
    let e = 8.0 + first(&nearly, f32, Quantity::Z).expect("there is a bound") / u;
    let inverse = (e + 2.0) / 2.0 + 1.0;
    is_about(first(&nearly, f32, Quantity::ANext), 0.5 * (e + inverse + 1.0) * u);
}

#[test]
fn at_zero_softplus_has_z_in_it_once() {
    // The slope e^(z − value) where z = a/0.7 − 1 is 0 or next to it: beyond 0 the error of z is that of
    // z + ln(1 + e^−z), in which it stands twice.
    let slope = |a: f64| {
        let nearly = row(&[a], 0.7, &[1.0], -1.0, ScalarActivation::Softplus, 1.0);
        first(&nearly, plain(Format::F32), Quantity::Dz).expect("there is a bound")
    };
    let [below, at, beyond] = [0.7f64.next_down(), 0.7, 0.7f64.next_up()].map(slope);
    assert!((at / below - 1.0).abs() < 1e-6 && beyond > 1.05 * at, "{below:e} {at:e} {beyond:e}");
}

#[test]
fn where_a_textbook_value_cancels_it_is_off_by_the_roundings_of_what_cancels() {
    // 1 + erf and 1 + tanh at −6: eight or four ulps of 1 and an addition to a magnitude of 2, halved, times 6,
    // and the product.
    let derived = |ulps: f64| 6.0 * (ulps * 2.0 + 2.0) / 2.0 + 6.0;
    is_about(at(ScalarActivation::Gelu, -6.0, Quantity::ANext), derived(8.0) * U);
    is_about(at(ScalarActivation::GeluTanh, -6.0, Quantity::ANext), derived(4.0) * U);
}

#[test]
fn where_a_textbook_slope_cancels_it_is_off_by_the_roundings_of_what_cancels() {
    let slope = |unit: ScalarActivation, z: f64| at(unit, z, Quantity::Dz);
    // (1 + erf)/2 and what is nearly 0, a sum of three terms: two additions.
    is_about(slope(ScalarActivation::Gelu, -6.0), (16.0 / 2.0 + 2.0) * U);
    // Where the slope may be 0, its products with the diagonal's 1 and with the row's 1 count as roundings.
    let products = |magnitude: f64| 2.0 * magnitude;
    // s = 1/(1 + e^−40): an addition and a quotient. 1 − s: those, and an addition to a magnitude of 2.
    let (s, rest) = (2.0, 2.0 + 2.0);
    is_about(slope(ScalarActivation::Sigmoid, 40.0), (rest + 2.0 * s + 2.0 + products(2.0)) * U);
    // z·s, then times 1 − s, then added to s.
    let product = 40.0 * rest + 2.0 * (40.0 * s + 40.0) + 80.0;
    is_about(slope(ScalarActivation::Silu, 40.0), (s + product + 81.0) * U);
    // t·t, and 1 − t².
    let square = 8.0 + 8.0 + 1.0;
    is_about(slope(ScalarActivation::Tanh, 20.0), (square + 2.0 + products(2.0)) * U);
    // z − (z + ln(1 + e^−z)): two additions to a magnitude of 2z, and exp.
    is_about(slope(ScalarActivation::Softplus, 40.0), (2.0 * 80.0 + 8.0) * U);
    // α + α(e^z − 1).
    is_about(slope(ScalarActivation::Elu { alpha: 3.0 }, -40.0), (3.0 * 8.0 + 3.0 + 6.0 + products(6.0)) * U);
    // (1 + t)/2 + z/2 (1 − t²) · √(2/π) (1 + 3 · 0.044715 z²) at −6, three terms too.
    let (factor, cubic) = ((2.0 / std::f64::consts::PI).sqrt(), 3.0 * 0.044715 * 36.0);
    let inner = factor * (1.0 + cubic);
    let inner_off = factor * (3.0 * cubic + 1.0 + cubic) + 2.0 * inner;
    let outer_off = 3.0 * (square + 2.0) + 6.0;
    let product_off = outer_off * inner + 6.0 * inner_off + 6.0 * inner;
    is_about(slope(ScalarActivation::GeluTanh, -6.0), (4.0 + product_off + 2.0 * (1.0 + 6.0 * inner)) * U);
}

#[test]
fn a_result_is_judged_from_what_the_implementation_gave_before_it() {
    let problem = three();
    let expected = oracle::expected(&problem).expect("within range");
    let wrong = expected.forward.z.at(0, 0) + 1.0;
    let own = |quantity: Quantity, _| (quantity == Quantity::Z).then_some(wrong);
    let derived = derive(&problem, &expected, &own, plain(Format::F64));
    let [z, a_next] = [Quantity::Z, Quantity::ANext].map(|quantity| derived.cells(quantity)[0]);
    assert!((z.value - wrong).abs() > 1e10 * z.bound().expect("there is a bound"));
    assert_eq!(a_next.value, wrong);
    // Rounded where it is shown, and where the identity, which may have kept it, stores it.
    is_about(a_next.bound(), 2.0 * U * wrong.abs());
}

/// A layer whose Z is wrong, and that shows no later result but dA: what leads from one to the other follows from its own Z.
#[test]
fn what_is_not_shown_follows_from_the_own_results_before_it() {
    let inputs = Inputs {
        a: vec![vec![0.5]],
        keep_prob: vec![0.5],
        r: vec![vec![1.0]],
        w: vec![vec![2.0]],
        b: vec![0.25],
        da_next: vec![vec![0.75]],
    };
    let problem = Problem::new(inputs, Activation::Elementwise(ScalarActivation::Sigmoid)).expect("valid");
    let expected = oracle::expected(&problem).expect("settled");
    let own_z = -1.0;
    assert_ne!(expected.forward.z.at(0, 0), own_z);
    let own = |quantity: Quantity, _: usize| (quantity == Quantity::Z).then_some(own_z);
    let derived = derive(&problem, &expected, &own, Arithmetic::plain(Format::F64));
    let s = 1.0 / (1.0 + 1f64.exp());
    let dz = 0.75 * s * (1.0 - s);
    for (quantity, value) in
        [(Quantity::Dz, dz), (Quantity::Dw, dz), (Quantity::DaTilde, 2.0 * dz), (Quantity::Da, 4.0 * dz)]
    {
        let near = derived.cells(quantity)[0].value;
        assert!((near - value).abs() < 1e-14, "{quantity:?}: {near}, not {value}");
    }
}
