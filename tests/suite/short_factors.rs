//! Products of shortened factors in large cases, where they may stay within the tolerances.

use crate::conforming::kernel::Kernel;
use crate::diagnosis::compared;
use crate::large_tolerance::{Kind, problem};
use crate::results::change;
use crate::sweep;
use dropout_oracle::conform::judge::question::Question;
use dropout_oracle::conform::subject::About;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Inputs, Problem, formats};
use dropout_oracle::scalar::forward;
use dropout_oracle::trace::{Quantity, Results};
use std::slice::from_ref;
use std::sync::Arc;

const SHAPE: [usize; 3] = [64, 400, 180];
const F32: Arithmetic = Arithmetic::plain(Format::F32);
const BF16: Arithmetic = Arithmetic { storage: Format::Bf16, accumulator: Format::F32 };
const IDENTITY: Activation = Activation::Elementwise(ScalarActivation::Identity);
const TANH: Activation = Activation::Elementwise(ScalarActivation::Tanh);

fn question(arithmetic: Arithmetic, kind: Kind, g: Activation) -> Arc<Question> {
    let problem = problem(SHAPE, kind, g, 4);
    let stored = formats::in_format(&problem, arithmetic.storage).expect("within range");
    Arc::new(Question::new(stored, arithmetic))
}

/// What is said about the results of a kernel that changes its factors.
fn remarks(question: &Arc<Question>, kernel: Kernel) -> Vec<String> {
    of_results(question, (&kernel.step(&question.problem)).into())
}

fn of_results(question: &Arc<Question>, results: Results) -> Vec<String> {
    let about = About::new("a kernel", question.arithmetic);
    let diagnosis = compared(&about, from_ref(question), &[results]);
    assert!(diagnosis.defects.is_empty() && diagnosis.compared == 0);
    diagnosis.remarks
}

/// The low bits of a float that are dropped, and what is added before.
fn without(x: f32, dropped: u32, added: impl Fn(u32) -> u32) -> f32 {
    let word = x.to_bits();
    f32::from_bits((word + added(word)) >> dropped << dropped)
}

fn says(products: &str, done: &str, bits: i32, found: &str, storage: &str) -> String {
    format!(
        "the factors of {products} look {done} to {bits} bits, as in {found}: is everything really computed in {storage}?"
    )
}

fn tf32(x: f32) -> f32 {
    without(x, 13, |_| 0)
}

const ALL: &str = "Z, dW and dA_tilde";
const TF32: &str = "TF32 or f16";

#[test]
fn short_factors_are_found_whatever_their_rounding() {
    let plain = Kernel::plain(Format::F32);
    let question = question(F32, Kind::Usual, Activation::Coupled(CoupledActivation::Softmax));
    let with = |factor: fn(f32) -> f32| remarks(&question, plain.with_factors(factor));
    let even: fn(f32) -> f32 = |x| without(x, 13, |word| 0xfff + (word >> 13 & 1));
    assert_eq!(with(even), [says(ALL, "rounded", 11, TF32, "f32")]);
    assert_eq!(with(|x| without(x, 13, |_| 0x1000)), [says(ALL, "rounded", 11, TF32, "f32")]);
    assert_eq!(with(tf32), [says(ALL, "cut", 11, TF32, "f32")]);
    assert_eq!(
        with(|x| without(x, 16, |word| 0x7fff + (word >> 16 & 1))),
        [says(ALL, "rounded", 8, "bf16", "f32")]
    );
    assert_eq!(with(|x| without(x, 16, |_| 0)), [says(ALL, "cut", 8, "bf16", "f32")]);
    // Ten bits are no format's.
    assert_eq!(with(|x| without(x, 14, |_| 0)), [""; 0]);
}

#[test]
fn a_product_that_is_not_shown_is_seen_in_the_result_that_follows() {
    let question = question(F32, Kind::Usual, TANH);
    let kernel = Kernel::plain(Format::F32).with_factors(tf32);
    let mut results: Results = (&kernel.step(&question.problem)).into();
    for quantity in [Quantity::ATilde, Quantity::Z, Quantity::DaTilde] {
        results.remove(quantity);
    }
    assert_eq!(of_results(&question, results.clone()), [says(ALL, "cut", 11, TF32, "f32")]);
    results.remove(Quantity::ANext);
    assert_eq!(of_results(&question, results.clone()), [says("dW and dA_tilde", "cut", 11, TF32, "f32")]);
    results.remove(Quantity::Da);
    assert_eq!(of_results(&question, results.clone()), [says("dW", "cut", 11, TF32, "f32")]);
    results.remove(Quantity::Dw);
    assert_eq!(of_results(&question, results), [""; 0]);
}

#[test]
fn what_is_explained_in_part_or_not_finite_is_not_named() {
    let question = question(F32, Kind::Usual, TANH);
    let conforms = Kernel::plain(Format::F32);
    let right = conforms.step(&question.problem).forward.z;
    let short: Results = (&conforms.with_factors(tf32).step(&question.problem)).into();
    let with_z = |z: &dyn Fn(usize, f64) -> f64| {
        let mut results = short.clone();
        change(&mut results, Quantity::Z, |rows| {
            rows.iter_mut().for_each(|row| row.iter_mut().enumerate().for_each(|(j, x)| *x = z(j, *x)));
        });
        of_results(&question, results)
    };
    let others = [says("dW and dA_tilde", "cut", 11, TF32, "f32")];
    // Two columns of three are short.
    assert_eq!(with_z(&|j, x| if j % 3 == 0 { right.at(0, j) } else { x }), others);
    assert_eq!(with_z(&|_, x| f64::INFINITY.copysign(x)), others);
    assert_eq!(with_z(&|_, _| f64::NAN), others);
    let mut nowhere = short.clone();
    for quantity in [Quantity::ATilde, Quantity::Dz] {
        change(&mut nowhere, quantity, |rows| {
            rows.iter_mut().for_each(|row| row.fill(f64::from_bits(u64::MAX)))
        });
    }
    assert_eq!(of_results(&question, nowhere), [""; 0]);
    assert_eq!(with_z(&|_, x| x), [says(ALL, "cut", 11, TF32, "f32")]);
}

/// The factors that count are the layer's own.
#[test]
fn short_factors_are_found_behind_other_errors() {
    let question = question(F32, Kind::Usual, TANH);
    let problem = &question.problem;
    let inputs = Inputs { a: problem.inputs().a.map(|x| 1.01 * x), ..problem.inputs().clone() };
    let other = Problem::from_grids(&inputs, problem.activation().clone()).expect("valid");
    let results = Kernel::plain(Format::F32).with_factors(tf32).step(&other);
    assert_eq!(of_results(&question, (&results).into()), [says(ALL, "cut", 11, TF32, "f32")]);
}

#[test]
fn one_short_product_is_named_alone_and_single_precision_among_doubles() {
    let question = question(Arithmetic::plain(Format::F64), Kind::Usual, TANH);
    let inputs = question.problem.inputs();
    let mut step = question.solved().expect("settled").expected.clone();
    let short = |x: &f64| f64::from(*x as f32);
    assert_eq!(of_results(&question, (&step).into()), [""; 0]);
    step.forward.z = forward::z(&inputs.w.map(short), &step.forward.a_tilde.map(short), &inputs.b);
    assert_eq!(of_results(&question, (&step).into()), [says("Z", "rounded", 24, "f32", "f64")]);
}

#[test]
fn a_conforming_kernel_gets_no_remark() {
    for arithmetic in [F32, BF16].into_iter().step_by(sweep::one_in(2)) {
        for kind in [Kind::Usual, Kind::Short, Kind::Whole].into_iter().step_by(sweep::one_in(2)) {
            let question = question(arithmetic, kind, IDENTITY);
            assert_eq!(remarks(&question, Kernel::plain(arithmetic.storage)), [""; 0]);
            for number in 0..sweep::draws().unwrap_or(0) {
                assert_eq!(remarks(&question, Kernel::drawn(arithmetic.storage, number)), [""; 0]);
            }
        }
    }
}

#[test]
fn a_shorter_accumulator_is_reported_in_large_cases() {
    let claimed = Arithmetic { storage: Format::F32, accumulator: Format::F64 };
    let question = question(claimed, Kind::Usual, TANH);
    let step = &question.solved().expect("settled").expected;
    let mut results: Results = (&step.map(|&x| f64::from(x as f32))).into();
    assert_eq!(of_results(&question, results.clone()), [""; 0]);
    let short_sums = Question::new(question.problem.clone(), F32);
    let bound = short_sums.solved().expect("settled").bounds.cells(Quantity::Z)[0].expect("judged");
    change(&mut results, Quantity::Z, |rows| rows[0][0] = f64::from((rows[0][0] + 0.9 * bound) as f32));
    let says =
        "all failing results are within the tolerances of f32: is everything really computed in f32/f64?";
    assert_eq!(of_results(&question, results), [says]);
}
