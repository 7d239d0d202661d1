//! Subjects that draw their own mask: it is inferred from Ã, and both passes are judged by it.

use crate::results::change;
use dropout_oracle::conform::judge::{infer_mask, mask_of_da, question::Question};
use dropout_oracle::grid::{Grid, Vector};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle;
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation};
use dropout_oracle::problem::{Activation, Inputs, Problem};
use dropout_oracle::scalar;
use dropout_oracle::trace::{Quantity, Results};

const F64: Arithmetic = Arithmetic::plain(Format::F64);

/// m = 2, n = 3, n_next = 2; A without zeros, p distinct. The mask of the problem is not the subject's.
fn asked() -> Problem {
    let inputs = Inputs {
        a: vec![vec![2.0, 3.0, -2.0], vec![1.0, 1.0, -2.0]],
        keep_prob: vec![0.125, 0.75, 0.25],
        r: vec![vec![1.0; 3]; 2],
        w: vec![vec![-2.0, 1.0], vec![-2.0, -1.0], vec![-1.0, -2.0]],
        b: vec![3.0, 1.0],
        da_next: vec![vec![-1.0, 1.0], vec![3.0, -2.0]],
    };
    Problem::new(inputs, Activation::Coupled(CoupledActivation::Softmax)).expect("valid")
}

const DRAWN: [[f64; 3]; 2] = [[0.0, 1.0, 1.0], [1.0, 1.0, 0.0]];

type Given = Inputs<Grid<f64>, Vector<f64>>;

/// The problem with other inputs.
fn with(problem: &Problem, change: impl FnOnce(&mut Given)) -> Problem {
    problem.with(change).expect("valid")
}

/// The grid with another entry.
fn set(grid: &mut Grid<f64>, (row, col): (usize, usize), x: f64) {
    *grid =
        Grid::tabulate(grid.rows(), grid.cols(), |i, j| if (i, j) == (row, col) { x } else { grid.at(i, j) });
}

/// The vector with another entry.
fn set_in(vector: &mut Vector<f64>, at: usize, x: f64) {
    *vector = Vector::tabulate(vector.len(), |k| if k == at { x } else { vector.at(k) });
}

/// The problem with the subject's own mask.
fn drawn(problem: &Problem) -> Problem {
    with(problem, |given| given.r = Grid::tabulate(2, 3, |i, k| DRAWN[i][k]))
}

/// The answer of a subject that drew that mask.
fn answer(problem: &Problem) -> Results {
    Results::from(&scalar::step(&drawn(problem).inputs().over::<f64>(), problem.activation()))
}

/// The findings on a subject whose results are changed in some way.
fn says(twist: impl Fn(&mut Results)) -> Vec<String> {
    let mut outputs = answer(&asked());
    twist(&mut outputs);
    let problem = infer_mask::problem(&asked(), &outputs).expect("a mask");
    infer_mask::findings(&Question::new(problem, F64), &outputs)
}

/// The rows of Ã with every kept entry replaced by a function of a and k.
fn scaled(by: fn(f64, usize) -> f64) -> impl Fn(&mut Results) {
    move |outputs| {
        let a_tilde = |i: usize, k: usize| DRAWN[i][k] * by(asked().inputs().a.at(i, k), k);
        outputs.insert(Quantity::ATilde, Grid::tabulate(2, 3, a_tilde));
    }
}

fn p(k: usize) -> f64 {
    asked().inputs().keep_prob.at(k)
}

#[test]
fn the_mask_is_inferred_from_the_forward_pass_and_the_rest_is_kept() {
    let inferred = infer_mask::problem(&asked(), &answer(&asked())).expect("a mask");
    assert_eq!(inferred, drawn(&asked()));
    assert_eq!(infer_mask::findings(&Question::new(inferred.clone(), F64), &answer(&asked())), [""; 0]);
    let expected = oracle::expected(&inferred).expect("settled");
    assert_eq!(expected.forward.a_tilde, answer(&asked())[Quantity::ATilde]);
}

#[test]
fn the_identity_probe_reveals_the_mask_of_a_subject_that_returns_no_a_tilde() {
    let identity_probe = infer_mask::identity_probe(&asked()).expect("valid");
    assert_eq!((identity_probe.m(), identity_probe.n(), identity_probe.n_next()), (2, 3, 3));
    for hidden in
        [&[Quantity::ATilde][..], &[Quantity::ATilde, Quantity::Z], &[Quantity::ATilde, Quantity::ANext]]
    {
        let mut outputs = answer(&identity_probe);
        hidden.iter().for_each(|&quantity| outputs.remove(quantity));
        let inferred = infer_mask::problem(&identity_probe, &outputs).expect("a mask");
        assert_eq!(inferred.inputs().r.to_rows(), DRAWN);
        assert_eq!(infer_mask::findings(&Question::new(inferred.clone(), F64), &outputs), [""; 0]);
        change(&mut outputs, Quantity::Da, |rows| rows.iter_mut().for_each(|da| da.fill(1.0)));
        assert_eq!(
            infer_mask::findings(&Question::new(inferred.clone(), F64), &outputs),
            ["the backward pass uses a different mask from the forward pass: dA[0][0] is not 0 where Ã is 0"]
        );
    }
}

#[test]
fn results_that_do_not_show_the_mask_are_named() {
    let refused = |twist: &dyn Fn(&mut Results)| {
        let mut outputs = answer(&asked());
        twist(&mut outputs);
        infer_mask::problem(&asked(), &outputs).expect_err("no mask")
    };
    let a_tilde =
        |twist: fn(&mut Vec<Vec<f64>>)| refused(&move |outputs| change(outputs, Quantity::ATilde, twist));
    assert!(refused(&|outputs| outputs.remove(Quantity::ATilde)).starts_with("no result reveals the mask"));
    assert_eq!(a_tilde(|rows| drop(rows.pop())), "A_tilde must be 2 × 3: the mask is inferred from it");
    assert_eq!(a_tilde(|rows| rows[1].push(0.0)), "A_tilde must be 2 × 3: the mask is inferred from it");
    assert_eq!(
        a_tilde(|rows| rows[1][0] = f64::NAN),
        "A_tilde[1][0] is NaN: no mask can be inferred from it"
    );
}

/// Z is Ã only where W is the identity and b is 0.
#[test]
fn a_probe_without_the_identity_reveals_no_mask() {
    let refused = |change: &dyn Fn(&mut Given)| {
        let problem = with(&infer_mask::identity_probe(&asked()).expect("valid"), change);
        let mut outputs = answer(&problem);
        outputs.remove(Quantity::ATilde);
        infer_mask::problem(&problem, &outputs)
    };
    assert!(refused(&|_| ()).is_ok());
    let none = "no result reveals the mask: A_tilde would, as would Z or A_next if W and g are identities and b is 0";
    assert_eq!(refused(&|given| set_in(&mut given.b, 1, 1.0)), Err(none.into()));
    assert_eq!(refused(&|given| set(&mut given.w, (0, 1), 1.0)), Err(none.into()));
    let wider = |given: &mut Given| {
        for grid in [&mut given.w, &mut given.da_next] {
            let entry = |i, j| if j < grid.cols() { grid.at(i, j) } else { 0.0 };
            *grid = Grid::tabulate(grid.rows(), grid.cols() + 1, entry);
        }
        given.b = Vector::tabulate(given.b.len() + 1, |_| 0.0);
    };
    assert_eq!(refused(&wider), Err(none.into()));
}

#[test]
fn an_a_that_may_vanish_is_replaced_by_1_and_one_that_may_overflow_is_not_asked() {
    let last_a = |a: f64| with(&asked(), |given| set(&mut given.a, (1, 2), a));
    let f32 = Arithmetic::plain(Format::F32);
    let without_zeros = |a: f64, arithmetic| infer_mask::without_zeros(&last_a(a), arithmetic);
    assert_eq!(without_zeros(-2.0, F64), Ok(asked()));
    for (a, arithmetic, shown) in [
        (0.0, F64, 1.0),
        (-1e-40, f32, 1.0),
        (-1e-40, F64, -1e-40),
        (2f64.powi(-126), f32, 2f64.powi(-126)),
        // p = 0.25
        (2f64.powi(124), f32, 2f64.powi(124)),
        (Format::F32.largest() / 8.0, f32, Format::F32.largest() / 8.0),
    ] {
        assert_eq!(without_zeros(a, arithmetic), Ok(last_a(shown)), "{a}");
    }
    let refused = Err("A[1][2] / p[2] may leave the range of f32".to_string());
    assert_eq!(without_zeros(-(2f64.powi(125)), f32), refused);
    let rare = with(&asked(), |given| set_in(&mut given.keep_prob, 2, 1e-38));
    assert_eq!(
        infer_mask::without_zeros(&rare, f32),
        Err("A[0][2] / p[2] may leave the range of f32".to_string())
    );
    assert!(infer_mask::without_zeros(&rare, F64).is_ok());
}

#[test]
fn another_mask_in_the_backward_pass_is_named_with_its_cell() {
    let da = |i: usize, k: usize, value: f64| {
        says(move |outputs| change(outputs, Quantity::Da, |rows| rows[i][k] = value))
    };
    let different = "the backward pass uses a different mask from the forward pass:";
    assert_eq!(da(1, 2, 0.5), [format!("{different} dA[1][2] is not 0 where Ã is 0")]);
    assert_eq!(da(1, 1, 0.0), [format!("{different} dA[1][1] is 0 where Ã is not 0")]);
    assert_eq!(da(1, 2, -0.0), [""; 0]);
    // With an upstream gradient of 0, every dA is 0.
    let still = with(&asked(), |given| given.da_next = given.da_next.map(|_| 0.0));
    let outputs = answer(&still);
    let inferred = infer_mask::problem(&still, &outputs).expect("a mask");
    assert_eq!(infer_mask::findings(&Question::new(inferred, F64), &outputs), [""; 0]);
}

#[test]
fn a_wrong_scale_is_named() {
    for (by, expected) in [
        ((|a, k| a / (1.0 - p(k))) as fn(f64, usize) -> f64, "kept units are divided by 1 − p, not by p"),
        (|a, _| a, "kept units are not scaled at all"),
        (|a, k| a / p(k) / p(k), "kept units are divided by p twice"),
        (|a, k| a * p(k), "kept units are multiplied by p, not divided by it"),
        (|a, k| a * (1.0 - p(k)), "kept units are multiplied by 1 − p, not divided by p"),
        (|a, _| a * 2.0, "kept units are doubled, regardless of p"),
        (|a, _| a * 8.0, "kept units are divided by p of the first unit"),
        (|a, _| a / 0.375, "kept units are divided by the mean of p"),
        (|a, _| a * 1.5, "kept units are divided by the fraction of units that were kept, not by p"),
        (
            |a, k| if k == 1 { a * 3.0 } else { a / p(k) },
            "A_tilde[0][1] is 9.0, which is A[0][1] times 3.0; kept units must be scaled by 1/p = 1.3333333333333333",
        ),
    ] {
        assert_eq!(says(scaled(by)), [expected]);
    }
}

#[test]
fn a_wrong_scale_is_named_within_twice_the_tolerance() {
    let inferred = Question::new(drawn(&asked()), F64);
    let bound = inferred.solved().expect("settled").bounds.forward.a_tilde.at(0, 1).expect("judged");
    // The right ã is 3/0.75.
    let near = bound / 4.0 + 4.0 * f64::EPSILON;
    let unscaled_but_for = |off: f64| {
        says(move |outputs| {
            scaled(|a, _| a)(outputs);
            change(outputs, Quantity::ATilde, |rows| rows[0][1] += 3.0 * near * off);
        })
    };
    for sign in [1.0, -1.0] {
        assert_eq!(unscaled_but_for(sign * 1.9), ["kept units are not scaled at all"]);
        assert!(unscaled_but_for(sign * 2.1)[0].starts_with("A_tilde[0][1] is "));
    }
}

#[test]
fn evaluation_and_a_certain_unit_that_is_dropped_are_named() {
    let kept = says(|outputs| outputs.insert(Quantity::ATilde, asked().inputs().a.clone()));
    assert_eq!(kept[0], "nothing is dropped and nothing is scaled, as in evaluation mode");
    let certain = with(&asked(), |given| set_in(&mut given.keep_prob, 0, 1.0));
    let outputs = answer(&certain);
    let inferred = infer_mask::problem(&certain, &outputs).expect("a mask");
    assert_eq!(
        infer_mask::findings(&Question::new(inferred.clone(), F64), &outputs),
        ["unit 0 is dropped in row 0 although p = 1 always keeps it"]
    );
}

/// One row of ones with p = 1/2 whose unit k has the weight `w[k]`, and the mask that its dA shows.
fn of_da(activation: ScalarActivation, w: &[f64], da: &[f64]) -> Result<Vec<f64>, String> {
    let n = w.len();
    let inputs = Inputs {
        a: vec![vec![1.0; n]],
        keep_prob: vec![0.5; n],
        r: vec![vec![1.0; n]],
        w: w.iter().map(|&w| vec![w]).collect(),
        b: vec![0.0],
        da_next: vec![vec![1.0]],
    };
    let problem = Problem::new(inputs, Activation::Elementwise(activation)).expect("valid");
    let shown = mask_of_da::problem(&problem, Format::F64, &Grid::from_rows(n, vec![da.to_vec()]))?;
    Ok(shown.inputs().r.cells().to_vec())
}

#[test]
fn a_zero_of_da_is_a_dropped_unit_unless_a_kept_one_may_have_it() {
    let identity = ScalarActivation::Identity;
    assert_eq!(of_da(identity, &[1.0, 2.0, 3.0], &[2.0, 0.0, 6.0]), Ok(vec![1.0, 0.0, 1.0]));
    assert_eq!(of_da(identity, &[1.0, 2.0, 3.0], &[0.0; 3]), Ok(vec![0.0; 3]));
    // Unit 0 has no weight, so its dA is 0 in any case, alone or among other zeros.
    assert!(of_da(identity, &[0.0, 2.0], &[0.0, 4.0]).is_err());
    assert!(of_da(identity, &[0.0, 2.0], &[0.0, 0.0]).is_err());
    // A kept unit that turns relu off has dA = 0 itself.
    let relu = ScalarActivation::Relu;
    assert_eq!(of_da(relu, &[1.0, 2.0], &[0.0, 4.0]), Ok(vec![0.0, 1.0]));
    assert!(of_da(relu, &[-1.0, 2.0], &[0.0, 0.0]).is_err());
    // The same with more units than all masks are tried for: one, two, or all of them.
    let many = |first: f64, others: f64| [vec![first], vec![others; 9]].concat();
    assert_eq!(of_da(identity, &many(1.0, 2.0), &[0.0; 10]), Ok(vec![0.0; 10]));
    assert!(of_da(identity, &many(0.0, 2.0), &[0.0; 10]).is_err());
    assert!(of_da(relu, &many(-100.0, 2.0), &[0.0; 10]).is_err());
}
