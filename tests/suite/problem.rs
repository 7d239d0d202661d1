//! Validation: each rule is broken alone, and the message says where, what, which rule, and the cure.

use dropout_oracle::grid::{Grid, Vector};
use dropout_oracle::problem::activation::ScalarActivation;
use dropout_oracle::problem::check::{self, MATRIX_LIMIT};
use dropout_oracle::problem::{Activation, Faults, Inputs, Problem};

type Raw = Inputs<Vec<Vec<f64>>, Vec<f64>>;
type Grids = Inputs<Grid<f64>, Vector<f64>>;

/// A valid problem with m = 2, n = 3, n_next = 1.
fn valid() -> Raw {
    Inputs {
        a: vec![vec![1.0, 0.0, -2.0], vec![0.5, 3.0, 4.0]],
        keep_prob: vec![0.5, 1.0, 5e-324],
        r: vec![vec![1.0, 0.0, 1.0], vec![0.0, 0.0, 1.0]],
        w: vec![vec![1.0], vec![-1.0], vec![f64::MAX]],
        b: vec![0.25],
        da_next: vec![vec![-1.0], vec![1.0]],
    }
}

const RELU: Activation = Activation::Elementwise(ScalarActivation::Relu);

fn faults(change: impl Fn(&mut Raw)) -> Vec<String> {
    faults_with(RELU, change)
}

fn faults_with(activation: Activation, change: impl Fn(&mut Raw)) -> Vec<String> {
    let mut raw = valid();
    change(&mut raw);
    let faults = Problem::new(raw, activation).expect_err("a fault");
    faults.list.iter().map(ToString::to_string).collect()
}

/// The single fault that a change causes: path, what was found, rule and ruling.
fn only(change: impl Fn(&mut Raw)) -> String {
    let faults = faults(change);
    assert_eq!(faults.len(), 1, "{faults:#?}");
    faults[0].split(';').next().expect("a text").into()
}

#[test]
fn a_valid_problem_keeps_its_numbers_and_its_shape() {
    let problem = Problem::new(valid(), RELU).expect("nothing is wrong");
    assert_eq!((problem.m(), problem.n(), problem.n_next()), (2, 3, 1));
    assert_eq!(problem.inputs().a.row(1), [0.5, 3.0, 4.0]);
    assert_eq!(problem.inputs().w.cells(), [1.0, -1.0, f64::MAX]);
    assert_eq!(problem.inputs().keep_prob.cells(), [0.5, 1.0, 5e-324]);
    assert_eq!(problem.activation(), &RELU);
    let problem = Problem::new(zeros(2, 3, 4), RELU).expect("nothing is wrong");
    assert_eq!((problem.m(), problem.n(), problem.n_next()), (2, 3, 4));
}

#[test]
fn probabilities_given_alone_obey_the_same_rule() {
    let mut faults = Faults::default();
    check::keep_probabilities(&mut faults, "--p", &[0.5, 0.0, 1.0, 1.5]);
    let paths: Vec<_> = faults.list.iter().map(|fault| fault.path.as_str()).collect();
    assert_eq!(paths, ["--p[1]", "--p[3]"]);
}

#[test]
fn zero_has_one_sign() {
    let mut raw = valid();
    raw.a[0][1] = -0.0;
    let problem = Problem::new(raw, RELU).expect("nothing is wrong");
    assert_eq!(problem.inputs().a.at(0, 1).to_bits(), 0);
}

#[test]
fn grids_and_rows_make_the_same_problem() {
    let problem = Problem::new(valid(), RELU).expect("nothing is wrong");
    assert_eq!(Problem::from_grids(problem.inputs(), RELU), Ok(problem.clone()));
    assert_eq!(problem.with(|_| {}), Ok(problem));
}

#[test]
fn a_problem_with_other_inputs_keeps_the_rest_and_obeys_the_same_rules() {
    let problem = Problem::new(valid(), RELU).expect("nothing is wrong");
    let other = problem.with(|inputs| inputs.w = inputs.w.map(|_| -0.0)).expect("nothing is wrong");
    assert!(other.inputs().w.cells().iter().all(|x| x.to_bits() == 0), "{:?}", other.inputs().w);
    let rest = |problem: &Problem| {
        let Inputs { a, keep_prob, r, b, da_next, .. } = problem.inputs().clone();
        (a, keep_prob, r, b, da_next, problem.activation().clone())
    };
    assert_eq!(rest(&other), rest(&problem));
    let fault = |change: &dyn Fn(&mut Grids)| {
        let faults = problem.with(change).expect_err("a fault").to_string();
        faults.lines().map(|line| line.split(';').next().expect("a text").to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        fault(&|inputs| inputs.r = inputs.r.map(|r| r / 2.0))[0],
        "inputs.R[0][0] = 0.5: must be 0 or 1 (ruling mask-binary)"
    );
    let narrower = |grid: &Grid<f64>| Grid::tabulate(grid.rows(), grid.cols() - 1, |i, k| grid.at(i, k));
    assert_eq!(
        fault(&|inputs| inputs.r = narrower(&inputs.r)),
        ["inputs.R has 2 columns: n must be 3, because inputs.A has 3 columns"]
    );
    assert_eq!(
        fault(&|inputs| inputs.keep_prob = vec![].into()),
        [
            "inputs.p has no entries: m, n and n_next must be at least 1 (ruling no-empty-dimension)",
            "inputs.p has 0 entries: n must be 3, because inputs.A has 3 columns"
        ]
    );
}

#[test]
fn a_keep_probability_lies_above_zero_and_at_most_at_one() {
    let rule = "must lie in (0, 1], because equation 3 divides by it (ruling keep-prob-range)";
    let infinity = f64::INFINITY;
    for (p, shown) in
        [(0.0, "0"), (-0.25, "-0.25"), (1.0000000000000002, "1.0000000000000002"), (f64::NAN, "NaN")]
    {
        assert_eq!(only(|raw| raw.keep_prob[1] = p), format!("inputs.p[1] = {shown}: {rule}"));
    }
    assert_eq!(only(|raw| raw.keep_prob[2] = infinity), format!("inputs.p[2] = inf: {rule}"));
}

#[test]
fn a_mask_entry_is_zero_or_one() {
    for r in [0.5, 2.0, -1.0, f64::NAN] {
        let fault = only(|raw| raw.r[1][2] = r);
        assert_eq!(fault, format!("inputs.R[1][2] = {r}: must be 0 or 1 (ruling mask-binary)"));
    }
}

#[test]
fn inputs_are_finite() {
    let rule = "must be a finite number (ruling finite-inputs)";
    assert_eq!(only(|raw| raw.a[1][0] = f64::NAN), format!("inputs.A[1][0] = NaN: {rule}"));
    assert_eq!(only(|raw| raw.w[2][0] = f64::INFINITY), format!("inputs.W[2][0] = inf: {rule}"));
    assert_eq!(only(|raw| raw.b[0] = f64::NEG_INFINITY), format!("inputs.b[0] = -inf: {rule}"));
    assert_eq!(only(|raw| raw.da_next[0][0] = f64::NAN), format!("inputs.dA_next[0][0] = NaN: {rule}"));
    // Also where the unit is dropped (ruling dropped-nonfinite).
    assert_eq!(only(|raw| raw.a[0][1] = f64::INFINITY), format!("inputs.A[0][1] = inf: {rule}"));
}

#[test]
fn the_parameters_of_an_activation_are_finite() {
    let elementwise = |unit| faults_with(Activation::Elementwise(unit), |_| {});
    let rule =
        "must be a finite number (ruling finite-inputs); give a real number within the range of a double";
    assert_eq!(
        elementwise(ScalarActivation::LeakyRelu { slope: f64::NAN }),
        [format!("activation.slope = NaN: {rule}")]
    );
    assert_eq!(
        elementwise(ScalarActivation::Elu { alpha: f64::INFINITY }),
        [format!("activation.alpha = inf: {rule}")]
    );
    let mix = Activation::PerUnit(vec![ScalarActivation::Elu { alpha: f64::NAN }]);
    assert_eq!(faults_with(mix, |_| {}), [format!("activation.units[0].alpha = NaN: {rule}")]);
}

#[test]
fn every_row_is_as_long_as_the_first() {
    let fault = only(|raw| {
        raw.a[1].pop();
    });
    assert_eq!(fault, "inputs.A[1] has 2 entries: every row of A must have 3, like its first");
    let fault = only(|raw| raw.w[1].push(0.0));
    assert_eq!(fault, "inputs.W[1] has 2 entries: every row of W must have 1, like its first");
}

#[test]
fn the_parts_agree_on_m() {
    let of = |fault: String| fault;
    let fault = of(only(|raw| raw.r.push(vec![0.0; 3])));
    assert_eq!(fault, "inputs.R has 3 rows: m must be 2, because inputs.A has 2 rows");
    let fault = of(only(|raw| raw.da_next.truncate(1)));
    assert_eq!(fault, "inputs.dA_next has 1 row: m must be 2, because inputs.A has 2 rows");
}

#[test]
fn the_parts_agree_on_n() {
    assert_eq!(
        only(|raw| raw.keep_prob.truncate(1)),
        "inputs.p has 1 entry: n must be 3, because inputs.A has 3 columns"
    );
    let fault = only(|raw| raw.r.iter_mut().for_each(|row| row.push(1.0)));
    assert_eq!(fault, "inputs.R has 4 columns: n must be 3, because inputs.A has 3 columns");
    assert_eq!(
        only(|raw| raw.w.truncate(2)),
        "inputs.W has 2 rows: n must be 3, because inputs.A has 3 columns"
    );
}

#[test]
fn the_parts_agree_on_n_next() {
    assert_eq!(
        only(|raw| raw.b.push(0.0)),
        "inputs.b has 2 entries: n_next must be 1, because inputs.W has 1 column"
    );
    let fault = only(|raw| raw.da_next.iter_mut().for_each(|row| row.push(1.0)));
    assert_eq!(fault, "inputs.dA_next has 2 columns: n_next must be 1, because inputs.W has 1 column");
    let mix = faults_with(Activation::PerUnit(vec![ScalarActivation::Relu, ScalarActivation::Tanh]), |_| {});
    assert_eq!(mix.len(), 1);
    assert!(
        mix[0].starts_with("activation.units has 2 entries: n_next must be 1, because inputs.W has 1 column")
    );
    assert!(Problem::new(valid(), Activation::PerUnit(vec![ScalarActivation::Tanh])).is_ok());
}

#[test]
fn no_dimension_is_empty() {
    let rule = "m, n and n_next must be at least 1 (ruling no-empty-dimension)";
    let faults = faults(|raw| {
        *raw = Inputs {
            a: vec![],
            keep_prob: vec![],
            r: vec![vec![]],
            w: vec![],
            b: vec![],
            da_next: vec![vec![]],
        }
    });
    for path in ["inputs.A has no rows", "inputs.p has no entries", "inputs.R[0] has no entries"] {
        assert!(faults.iter().any(|fault| fault.starts_with(&format!("{path}: {rule}"))), "{faults:#?}");
    }
    for path in ["inputs.W has no rows", "inputs.b has no entries", "inputs.dA_next[0] has no entries"] {
        assert!(faults.iter().any(|fault| fault.starts_with(&format!("{path}: {rule}"))), "{faults:#?}");
    }
}

#[test]
fn all_faults_are_reported_at_once_in_the_order_of_the_parts() {
    let faults = faults(|raw| {
        raw.da_next[1][0] = f64::NAN;
        raw.keep_prob[0] = 2.0;
        raw.a[0][0] = f64::INFINITY;
        raw.b = vec![1.0, 1.0];
    });
    let paths: Vec<_> = faults.iter().map(|fault| fault.split(' ').next().expect("a path")).collect();
    assert_eq!(paths, ["inputs.A[0][0]", "inputs.p[0]", "inputs.dA_next[1][0]", "inputs.b"]);
}

#[test]
fn after_a_thousand_faults_the_rest_are_only_counted() {
    let mut raw = valid();
    raw.a = vec![vec![f64::NAN; 1005]];
    let faults = Problem::new(raw, RELU).expect_err("faults");
    // And six sizes that disagree: of R and dA_next with m, of p, R and W with n; A itself is the measure.
    assert_eq!((faults.list.len(), faults.more), (Faults::LISTED, 10));
    assert!(faults.to_string().ends_with("\nand 10 more faults"));
}

/// A problem of zeros at the given sizes.
fn zeros(m: usize, n: usize, n_next: usize) -> Raw {
    let grid = |rows, cols| vec![vec![0.0; cols]; rows];
    Inputs {
        a: grid(m, n),
        keep_prob: vec![1.0; n],
        r: grid(m, n),
        w: grid(n, n_next),
        b: vec![0.0; n_next],
        da_next: grid(m, n_next),
    }
}

#[test]
fn a_step_has_no_limit_of_multiply_adds() {
    // 2^23 of them.
    assert!(Problem::new(zeros(64, 960, 128), RELU).is_ok());
}

#[test]
fn the_inputs_and_results_must_fit_into_the_memory() {
    // A, R, Ã, dÃ, dA, W, dW, dA_next, Z, A_next, dZ, p, b, db at 2 × 3 × 4.
    let numbers = 5 * 6 + 2 * 12 + 4 * 8 + 3 + 2 * 4;
    assert_eq!(check::too_many([2, 3, 4], numbers * 160), None);
    let fault = check::too_many([2, 3, 4], numbers * 160 - 1).expect("a byte too few");
    assert_eq!((fault.path.as_str(), fault.ruling), ("inputs", Some("size-limits")));
    assert_eq!(MATRIX_LIMIT, 1 << 31);
    let side = 1 << 16;
    for sizes in [[side, side, 1], [1, side, side], [side, 1, side]] {
        let fault = check::too_many(sizes, u64::MAX).expect("2^32 in a matrix");
        assert_eq!(fault.rule, "a matrix may have at most 2147483648");
    }
    assert_eq!(check::too_many([1 << 15, 1 << 16, 1], u64::MAX), None);
}
