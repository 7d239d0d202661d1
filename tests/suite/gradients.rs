//! The gradient is the derivative: both forms against every witness, each of which uses only the scalar forward
//! pass.

use approx::abs_diff_eq;
use dropout_oracle::grid::Grid;
use dropout_oracle::matrix::backward::FULL_JACOBIAN_UP_TO;
use dropout_oracle::number::{Dual, Interval, Number, Ordered, Prime, Rational};
use dropout_oracle::problem::Activation;
use dropout_oracle::problem::activation::{Algebraic, ScalarActivation};
use dropout_oracle::scalar::Inputs;
use dropout_oracle::verify::draw::{Drawn, Shape, Words, grid, inputs};
use dropout_oracle::verify::floating::{self, activations};
use dropout_oracle::verify::{Finding, Form, Matrix, Scalar};
use dropout_oracle::witness::{self, Variable, difference, dual};

/// Non-square shapes, and one with a single unit on either side.
const SHAPES: [Shape; 3] = [Shape::new(2, 3, 2), Shape::new(3, 2, 4), Shape::new(2, 1, 1)];

fn dual_gradient<T: Number>(inputs: &Inputs<T>, g: Algebraic, variable: Variable) -> Grid<T> {
    let still = dual::constant(inputs);
    let loss = |moved: &Grid<Dual<T>>| witness::loss(&still, &g, variable, moved);
    dual::gradient(loss, &witness::value(inputs, variable))
}

fn both_forms_equal_the_duals<T: Drawn>(variable: Variable) {
    for (shape, stream) in SHAPES.into_iter().zip(600..) {
        let mut words = Words::new(stream);
        for g in Algebraic::ALL {
            let inputs = inputs::<T>(shape, &mut words);
            let derivative = dual_gradient(&inputs, g, variable);
            let scalar = Scalar.step(&inputs, &g).backward;
            let matrix = Matrix.step(&inputs, &g).backward;
            assert_eq!(variable.gradient(&scalar), derivative, "scalar, {} at {shape}", g.name());
            assert_eq!(variable.gradient(&matrix), derivative, "matrix, {} at {shape}", g.name());
        }
    }
}

//= backward.scalar.dz type=test
//= backward.matrix.dz type=test
//= backward.matrix.dz_i type=test
#[test]
fn dz_is_the_slope_of_dual_numbers_over_rationals_and_over_the_field() {
    both_forms_equal_the_duals::<Rational>(Variable::Z);
    both_forms_equal_the_duals::<Prime>(Variable::Z);
}

//= backward.scalar.dw type=test
//= backward.matrix.dw type=test
#[test]
fn dw_is_the_slope_of_dual_numbers_over_rationals_and_over_the_field() {
    both_forms_equal_the_duals::<Rational>(Variable::W);
    both_forms_equal_the_duals::<Prime>(Variable::W);
}

//= backward.scalar.db type=test
//= backward.matrix.db type=test
#[test]
fn db_is_the_slope_of_dual_numbers_over_rationals_and_over_the_field() {
    both_forms_equal_the_duals::<Rational>(Variable::B);
    both_forms_equal_the_duals::<Prime>(Variable::B);
}

//= backward.scalar.da_tilde type=test
//= backward.matrix.da_tilde type=test
#[test]
fn da_tilde_is_the_slope_of_dual_numbers_over_rationals_and_over_the_field() {
    both_forms_equal_the_duals::<Rational>(Variable::ATilde);
    both_forms_equal_the_duals::<Prime>(Variable::ATilde);
}

//= backward.scalar.da type=test
//= backward.matrix.da type=test
#[test]
fn da_is_the_slope_of_dual_numbers_over_rationals_and_over_the_field() {
    both_forms_equal_the_duals::<Rational>(Variable::A);
    both_forms_equal_the_duals::<Prime>(Variable::A);
}

#[test]
fn along_a_random_direction_the_gradient_is_the_slope_at_a_large_shape() {
    let shape = Shape::new(33, 20, 17);
    let mut words = Words::new(700);
    for g in Algebraic::ALL {
        let inputs = inputs::<Prime>(shape, &mut words);
        let still = dual::constant(&inputs);
        let backward = Matrix.step(&inputs, &g).backward;
        for variable in Variable::ALL {
            let at = witness::value(&inputs, variable);
            let direction = grid(at.rows(), at.cols(), || Prime::entry(&mut words));
            let loss = |moved: &Grid<Dual<Prime>>| witness::loss(&still, &g, variable, moved);
            let slope = dual::slope(loss, &at, &direction);
            let gradient = variable.gradient(&backward);
            assert_eq!(witness::dot(&gradient, &direction), slope, "{:?} with {}", variable, g.name());
        }
    }
}

//= backward.scalar.dz type=test
//= backward.scalar.dw type=test
//= backward.scalar.db type=test
//= backward.scalar.da_tilde type=test
//= backward.scalar.da type=test
#[test]
fn the_gradients_are_exact_central_differences_where_j_is_quadratic() {
    // Whatever the step: in degree 2 the difference has no remainder.
    let steps = [Rational::ratio(1, 3), Rational::ratio(1000, 1)];
    for g in [Algebraic::Identity, Algebraic::CumulativeSum, Algebraic::CoupledQuadratic] {
        for (shape, stream) in SHAPES.into_iter().zip(800..) {
            let inputs = inputs::<Rational>(shape, &mut Words::new(stream));
            let backward = Scalar.step(&inputs, &g).backward;
            for variable in Variable::ALL {
                let at = witness::value(&inputs, variable);
                let loss = |moved: &Grid<Rational>| witness::loss(&inputs, &g, variable, moved);
                for h in &steps {
                    let central = |i, j| difference::central(loss, &at, (i, j), h);
                    let differences = Grid::tabulate(at.rows(), at.cols(), central);
                    assert_eq!(variable.gradient(&backward), differences, "{variable:?}, {}", g.name());
                }
            }
        }
    }
}

#[test]
fn where_j_is_not_quadratic_an_exact_central_difference_is_off() {
    let inputs = inputs::<Rational>(Shape::new(1, 1, 1), &mut Words::new(810));
    let g = Algebraic::NormalizedSquare;
    let at = witness::value(&inputs, Variable::B);
    let loss = |moved: &Grid<Rational>| witness::loss(&inputs, &g, Variable::B, moved);
    let central = difference::central(loss, &at, (0, 0), &Rational::ratio(1, 3));
    assert_ne!(dual_gradient(&inputs, g, Variable::B).at(0, 0), central);
}

#[test]
fn a_central_difference_of_a_cube_is_off_by_the_square_of_its_step() {
    let cube = |x: &Grid<Rational>| x.at(0, 0) * x.at(0, 0) * x.at(0, 0);
    let (x, h) = (Rational::ratio(2, 3), Rational::ratio(1, 5));
    let central = difference::central(cube, &Grid::from_rows(1, vec![vec![x]]), (0, 0), &h);
    // 3x² + h² = 4/3 + 1/25.
    assert_eq!(central, Rational::ratio(103, 75));
}

#[test]
fn the_third_derivative_is_enclosed_over_the_whole_way() {
    // (x⁴)‴ = 24x: from 24 · 2.5 to 24 · 3.5 on the way from 2.5 to 3.5, all of it exact.
    let power = |x: &Grid<difference::Third>| {
        let square = x.at(0, 0) * x.at(0, 0);
        square.clone() * square
    };
    let at = Grid::from_rows(1, vec![vec![Interval::from_f64(3.0)]]);
    let third = difference::third_derivative(power, &at, (0, 0), 0.5);
    assert_eq!(third, Interval::from_f64(60.0).hull(Interval::from_f64(84.0)));
}

#[test]
fn where_j_bends_sharply_the_bound_of_a_central_difference_is_nearly_reached() {
    // dz/da = 16 · 1/p = 256, so J‴ is 2^24 times that of the sigmoid, and rounding is next to nothing.
    let inputs = Inputs {
        a: Grid::from_rows(1, vec![vec![1.0 / 1024.0]]),
        keep_prob: vec![0.0625].into(),
        r: Grid::from_rows(1, vec![vec![1.0]]),
        w: Grid::from_rows(1, vec![vec![16.0]]),
        b: vec![0.0].into(),
        da_next: Grid::from_rows(1, vec![vec![1.0]]),
    };
    let g = Activation::Elementwise(ScalarActivation::Sigmoid);
    let (quotient, off) = floating::quotient(&inputs, &g, Variable::A, (0, 0)).expect("z is 1/4");
    let error = (quotient - Scalar.step(&inputs, &g).backward.da.at(0, 0)).abs();
    assert!(0.95 * off <= error && error <= off, "{error:e} of {off:e}");
}

/// Every activation's gradient by one variable in doubles, both forms, away from kinks.
fn doubles_equal_central_differences(variable: Variable) {
    let shape = Shape::new(2, 3, 2);
    for g in activations(shape.n_next) {
        let mut words = Words::new(900);
        let near_no_kink = std::iter::repeat_with(|| inputs::<f64>(shape, &mut words)).find_map(|inputs| {
            let at = witness::value(&inputs, variable);
            let entries = (0..at.rows()).flat_map(|i| (0..at.cols()).map(move |j| (i, j)));
            let quotient = |entry| Some((entry, floating::quotient(&inputs, &g, variable, entry)?));
            let quotients: Option<Vec<_>> = entries.map(quotient).collect();
            Some((inputs.clone(), quotients?))
        });
        let (inputs, quotients) = near_no_kink.expect("kinks are rare");
        let bounds = floating::rounded(&inputs, &g, shape.n_next <= FULL_JACOBIAN_UP_TO);
        let bounds = variable.gradient(&bounds.backward);
        for backward in [Scalar.step(&inputs, &g).backward, Matrix.step(&inputs, &g).backward] {
            let gradient = variable.gradient(&backward);
            for &((i, j), (quotient, off)) in &quotients {
                let bound = off + floating::error(&bounds.at(i, j));
                assert!(bound < 1e-6, "{} at ({i}, {j}): a bound of {bound:e} shows nothing", g.name());
                let equal = abs_diff_eq!(gradient.at(i, j), quotient, epsilon = bound);
                assert!(equal, "{} at ({i}, {j}): {} and {quotient}", g.name(), gradient.at(i, j));
            }
        }
    }
}

#[test]
fn dz_in_doubles_is_the_central_difference_within_its_bound() {
    doubles_equal_central_differences(Variable::Z);
}

#[test]
fn dw_in_doubles_is_the_central_difference_within_its_bound() {
    doubles_equal_central_differences(Variable::W);
}

#[test]
fn db_in_doubles_is_the_central_difference_within_its_bound() {
    doubles_equal_central_differences(Variable::B);
}

#[test]
fn da_tilde_in_doubles_is_the_central_difference_within_its_bound() {
    doubles_equal_central_differences(Variable::ATilde);
}

#[test]
fn da_in_doubles_is_the_central_difference_within_its_bound() {
    doubles_equal_central_differences(Variable::A);
}

#[test]
fn on_the_way_across_a_kink_there_is_no_central_difference() {
    let mut inputs = inputs::<f64>(Shape::new(1, 1, 1), &mut Words::new(950));
    inputs.a = Grid::from_rows(1, vec![vec![0.0]]);
    inputs.b = vec![floating::H / 2.0].into();
    let relu = &activations(1)[1];
    assert_eq!(floating::quotient(&inputs, relu, Variable::B, (0, 0)), None);
    inputs.b = vec![floating::H * 2.0].into();
    assert!(floating::quotient(&inputs, relu, Variable::B, (0, 0)).is_some());
}

#[test]
fn every_activations_enclosed_gradient_meets_the_dual_numbers_within_2_to_the_minus_200() {
    let shape = Shape::new(2, 3, 2);
    for g in activations(shape.n_next) {
        for row in floating::enclosures(&Scalar, (shape, &g), &mut Words::new(960), 1) {
            let narrow = matches!(row.finding, Finding::Meet(log2) if log2 <= -200.0);
            assert!(narrow, "{}: {row:?}", g.name());
        }
    }
}
