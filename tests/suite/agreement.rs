//! The two forms agree: rule by rule with `==`, as whole steps with `==`, and in doubles within the
//! bound that both derive. Both also give the results of the case worked by hand.

use crate::sweep;
use dropout_oracle::grid::{Grid, Vector};
use dropout_oracle::matrix::{self, Entry, from_grid, to_grid};
use dropout_oracle::number::{Number, Prime, Rational};
use dropout_oracle::problem::activation::{Algebraic, VectorFunction, log_softmax, softmax};
use dropout_oracle::problem::{Activation, Inputs};
use dropout_oracle::scalar;
use dropout_oracle::trace::Quantity;
use dropout_oracle::verify::draw::{Drawn, Shape, Words, grid, inputs};
use dropout_oracle::verify::floating::{self, activations};
use dropout_oracle::verify::{Finding, Form, Matrix, Scalar};
use nalgebra::RowDVector;

/// Shapes with m, n, n_next all different, on either side of nalgebra's switch between 5 and 6, and
/// with single rows, columns and units.
const SHAPES: [Shape; 6] = [
    Shape::new(1, 1, 1),
    Shape::new(1, 3, 2),
    Shape::new(4, 1, 3),
    Shape::new(3, 4, 1),
    Shape::new(5, 6, 4),
    Shape::new(6, 5, 7),
];

/// One rule in both forms at every shape, on entries of its own: no rule depends on the one before.
fn at_every_shape(rule: impl Fn(Shape, &mut dyn FnMut(usize, usize) -> Grid<Rational>)) {
    for (shape, stream) in SHAPES.into_iter().zip(100..) {
        let mut words = Words::new(stream);
        rule(shape, &mut |rows, cols| grid(rows, cols, || Rational::entry(&mut words)));
    }
}

fn row(cells: &[Rational]) -> RowDVector<Rational> {
    RowDVector::from_row_slice(cells)
}

/// Keep probabilities: anything but 0.
fn keep_prob(n: usize) -> Vector<Rational> {
    Rational::keep_prob(&mut Words::new(n as u64), n)
}

//= forward.scalar.a_tilde type=test
//= forward.matrix.a_tilde type=test
//= derivation.scalar.a_tilde type=test
#[test]
fn a_tilde_scalar_equals_matrix_over_rationals() {
    at_every_shape(|Shape { m, n, .. }, draw| {
        let (r, p, a) = (draw(m, n), keep_prob(n), draw(m, n));
        let matrix = matrix::forward::a_tilde(&from_grid(&r), &row(p.cells()), &from_grid(&a));
        assert_eq!(scalar::forward::a_tilde(&r, &p, &a), to_grid(&matrix));
    });
}

//= forward.scalar.z type=test
//= forward.matrix.z type=test
#[test]
fn z_scalar_equals_matrix_over_rationals() {
    at_every_shape(|Shape { m, n, n_next }, draw| {
        let (w, a_tilde, b) = (draw(n, n_next), draw(m, n), draw(1, n_next));
        let matrix = matrix::forward::z(&from_grid(&w), &from_grid(&a_tilde), &row(b.row(0)));
        assert_eq!(scalar::forward::z(&w, &a_tilde, &b.row(0).to_vec().into()), to_grid(&matrix));
    });
}

//= forward.scalar.a_next type=test
//= forward.matrix.a_next type=test
#[test]
fn a_next_scalar_equals_matrix_over_rationals() {
    at_every_shape(|Shape { m, n_next, .. }, draw| {
        let z = draw(m, n_next);
        for g in Algebraic::ALL {
            let matrix = matrix::forward::a_next(&g, &from_grid(&z));
            assert_eq!(scalar::forward::a_next(&g, &z), to_grid(&matrix), "{}", g.name());
        }
    });
}

//= backward.scalar.dz type=test
//= backward.matrix.dz type=test
//= derivation.scalar.dz type=test
#[test]
fn dz_scalar_equals_matrix_over_rationals() {
    at_every_shape(|Shape { m, n_next, .. }, draw| {
        let (da_next, z) = (draw(m, n_next), draw(m, n_next));
        for g in Algebraic::ALL {
            let matrix = matrix::backward::dz(&from_grid(&da_next), &from_grid(&z), &g);
            assert_eq!(scalar::backward::dz(&da_next, &z, &g), to_grid(&matrix), "{}", g.name());
        }
    });
}

//= backward.matrix.dz_i type=test
//= derivation.matrix.dz_i type=test
#[test]
fn dz_i_is_a_row_of_the_scalar_dz_over_rationals_on_both_sides_of_its_switch() {
    let last_full = matrix::backward::FULL_JACOBIAN_UP_TO;
    for n_next in [1, 2, 5, 6, last_full, last_full + 1] {
        let mut words = Words::new(n_next as u64);
        let mut draw = || grid(1, n_next, || Rational::entry(&mut words));
        let (da_next, z) = (draw(), draw());
        for g in [Algebraic::CumulativeSum, Algebraic::CoupledQuadratic] {
            let matrix = matrix::backward::dz_i(&row(da_next.row(0)), &row(z.row(0)), &g);
            assert_eq!(scalar::backward::dz(&da_next, &z, &g).row(0), matrix.as_slice(), "{}", g.name());
        }
    }
}

//= backward.scalar.dw type=test
//= backward.matrix.dw type=test
//= derivation.scalar.dw type=test
#[test]
fn dw_scalar_equals_matrix_over_rationals() {
    at_every_shape(|Shape { m, n, n_next }, draw| {
        let (dz, a_tilde) = (draw(m, n_next), draw(m, n));
        let matrix = matrix::backward::dw(&from_grid(&dz), &from_grid(&a_tilde));
        assert_eq!(scalar::backward::dw(&dz, &a_tilde), to_grid(&matrix));
    });
}

//= backward.scalar.db type=test
//= backward.matrix.db type=test
//= derivation.scalar.db type=test
#[test]
fn db_scalar_equals_matrix_over_rationals() {
    at_every_shape(|Shape { m, n_next, .. }, draw| {
        let dz = draw(m, n_next);
        let matrix = matrix::backward::db(&from_grid(&dz));
        assert_eq!(scalar::backward::db(&dz).cells(), matrix.as_slice());
    });
}

//= backward.scalar.da_tilde type=test
//= backward.matrix.da_tilde type=test
//= derivation.scalar.da_tilde type=test
#[test]
fn da_tilde_scalar_equals_matrix_over_rationals() {
    at_every_shape(|Shape { m, n, n_next }, draw| {
        let (dz, w) = (draw(m, n_next), draw(n, n_next));
        let matrix = matrix::backward::da_tilde(&from_grid(&dz), &from_grid(&w));
        assert_eq!(scalar::backward::da_tilde(&dz, &w), to_grid(&matrix));
    });
}

//= backward.scalar.da type=test
//= backward.matrix.da type=test
//= derivation.scalar.da type=test
#[test]
fn da_scalar_equals_matrix_over_rationals() {
    at_every_shape(|Shape { m, n, .. }, draw| {
        let (da_tilde, r, p) = (draw(m, n), draw(m, n), keep_prob(n));
        let matrix = matrix::backward::da(&from_grid(&da_tilde), &from_grid(&r), &row(p.cells()));
        assert_eq!(scalar::backward::da(&da_tilde, &r, &p), to_grid(&matrix));
    });
}

/// All eight results of a whole step, of every algebraic activation.
fn whole_steps_agree<T: Drawn>(shape: Shape, words: &mut Words) {
    for g in Algebraic::ALL {
        let inputs = inputs::<T>(shape, words);
        let (scalar, matrix) = (Scalar.step(&inputs, &g), Matrix.step(&inputs, &g));
        for quantity in Quantity::ALL {
            let equal = scalar.cells(quantity) == matrix.cells(quantity);
            assert!(equal, "{} at {shape} with {}", quantity.name(), g.name());
        }
    }
}

#[test]
fn whole_steps_are_equal_over_rationals() {
    for (shape, stream) in SHAPES.into_iter().chain([Shape::new(9, 16, 10)]).zip(200..) {
        whole_steps_agree::<Rational>(shape, &mut Words::new(stream));
    }
}

#[test]
fn whole_steps_are_equal_over_the_prime_field_at_random_shapes_up_to_64() {
    let mut words = Words::new(300);
    for _ in (0..6).step_by(sweep::one_in(6)) {
        let shape = words.shape(64);
        whole_steps_agree::<Prime>(shape, &mut words);
    }
    whole_steps_agree::<Prime>(Shape::new(64, 64, 64), &mut words);
}

#[test]
fn whole_steps_in_doubles_lie_within_the_bounds_of_both_forms_for_every_activation() {
    // Both sides of nalgebra's switch, and of the switch from the full Jacobian to the row product.
    let shapes = [Shape::new(5, 5, 5), Shape::new(6, 6, 6), Shape::new(3, 9, 64), Shape::new(4, 7, 65)];
    for (shape, stream) in shapes.into_iter().zip(400..) {
        for g in activations(shape.n_next) {
            for row in floating::agreement(&Matrix, (shape, &g), &mut Words::new(stream), 1) {
                let within = matches!(row.finding, Finding::Within(largest) if largest <= 1.0);
                assert!(within, "{} at {shape}: {:?}", g.name(), row);
            }
        }
    }
}

#[test]
fn the_row_products_of_softmax_are_those_with_the_full_jacobian_over_rationals() {
    // Both use Σ s = 1 and nothing else, so any s with that sum proves the identity at its point.
    let mut words = Words::new(500);
    for n in 1..=7 {
        let weights: Vec<Rational> = (1..=n).map(|j| Rational::ratio(j * j, 1)).collect();
        let total = Rational::sum(weights.iter().cloned());
        let s: Vec<Rational> = weights.into_iter().map(|weight| weight / total.clone()).collect();
        let da: Vec<Rational> = s.iter().map(|_| Rational::entry(&mut words)).collect();
        let full = |jacobian: &Grid<Rational>| -> Vec<Rational> {
            let product = |j| Rational::sum((0..s.len()).map(|jj| da[jj].clone() * jacobian.at(jj, j)));
            (0..s.len()).map(product).collect()
        };
        assert_eq!(softmax::row_times_jacobian(&da, &s), full(&softmax::jacobian(&s)));
        assert_eq!(log_softmax::row_times_jacobian(&da, &s), full(&log_softmax::jacobian(&s)));
    }
}

/// Small integers and powers of two: every format computes this case without rounding.
fn by_hand() -> Inputs<Grid<f64>, Vector<f64>> {
    let grid =
        |rows: &[&[f64]]| Grid::from_rows(rows[0].len(), rows.iter().map(|row| row.to_vec()).collect());
    Inputs {
        a: grid(&[&[2.0, 3.0, -2.0], &[0.0, 1.0, -2.0]]),
        keep_prob: vec![0.125, 0.5, 0.25].into(),
        r: grid(&[&[0.0, 1.0, 1.0], &[1.0, 1.0, 0.0]]),
        w: grid(&[&[-2.0, 1.0], &[-2.0, -2.0], &[-2.0, -2.0]]),
        b: vec![3.0, 1.0].into(),
        da_next: grid(&[&[-1.0, 1.0], &[3.0, -2.0]]),
    }
}

fn by_hand_is_right_over<T: Entry>(form: &impl Form, g: &impl VectorFunction<T>) {
    let step = form.step(&by_hand().over::<T>(), g);
    let expected: [(Quantity, &[f64]); 8] = [
        // ã = r · 1/p · a: 0, 2·3, 4·(−2); the kept 0 of row 2 stays 0, and its −2 is dropped.
        (Quantity::ATilde, &[0.0, 6.0, -8.0, 0.0, 2.0, 0.0]),
        // z₁₁ = −2·0 − 2·6 − 2·(−8) + 3 = 7, z₁₂ = 0 − 12 + 16 + 1 = 5; row 2: −4 + 3 and −4 + 1.
        (Quantity::Z, &[7.0, 5.0, -1.0, -3.0]),
        // a_j = z_j·z_{j+1} + z_j: 35 + 7, 35 + 5; 3 − 1, 3 − 3.
        (Quantity::ANext, &[42.0, 40.0, 2.0, 0.0]),
        // dz_j = da_j·(z_{j+1} + 1) + da_{j−1}·z_{j−1}: −1·6 + 1·5, 1·8 − 1·7; 3·(−2) − 2·(−3), −2·0 + 3·(−1).
        (Quantity::Dz, &[-1.0, 1.0, 0.0, -3.0]),
        // dw_kj = Σᵢ dz_ij·ã_ik: dw₂₂ = 1·6 − 3·2 = 0, dw₃₁ = −1·(−8) = 8.
        (Quantity::Dw, &[0.0, 0.0, -6.0, 0.0, 8.0, -8.0]),
        // Down the columns of dz, a sum and not a mean: −1 + 0, 1 − 3.
        (Quantity::Db, &[-1.0, -2.0]),
        // dã_ik = Σⱼ dz_ij·w_kj: row 1: 2 + 1, 2 − 2, 2 − 2; row 2: −3·1, −3·(−2), −3·(−2).
        (Quantity::DaTilde, &[3.0, 0.0, 0.0, -3.0, 6.0, 6.0]),
        // da = dã · r · 1/p: 3 is dropped; −3·8, 6·2, and the last 6 is dropped.
        (Quantity::Da, &[0.0, 0.0, 0.0, -24.0, 12.0, 0.0]),
    ];
    for (quantity, expected) in expected {
        let expected: Vec<T> = expected.iter().map(|&x| T::from_f64(x)).collect();
        assert_eq!(step.cells(quantity), expected, "{}", quantity.name());
    }
}

//= forward.scalar.a_tilde type=test
//= forward.scalar.z type=test
//= forward.scalar.a_next type=test
//= backward.scalar.dz type=test
//= backward.scalar.dw type=test
//= backward.scalar.db type=test
//= backward.scalar.da_tilde type=test
//= backward.scalar.da type=test
#[test]
fn the_scalar_form_gives_the_case_worked_by_hand_on_every_kind_of_number() {
    let g = Algebraic::CoupledQuadratic;
    by_hand_is_right_over::<f64>(&Scalar, &Activation::from(g));
    by_hand_is_right_over::<f32>(&Scalar, &Activation::from(g));
    by_hand_is_right_over::<Rational>(&Scalar, &g);
    by_hand_is_right_over::<Prime>(&Scalar, &g);
}

//= forward.matrix.a_tilde type=test
//= forward.matrix.z type=test
//= forward.matrix.a_next type=test
//= backward.matrix.dz_i type=test
//= backward.matrix.dz type=test
//= backward.matrix.dw type=test
//= backward.matrix.db type=test
//= backward.matrix.da_tilde type=test
//= backward.matrix.da type=test
#[test]
fn the_matrix_form_gives_the_case_worked_by_hand_on_every_kind_of_number() {
    let g = Algebraic::CoupledQuadratic;
    by_hand_is_right_over::<f64>(&Matrix, &Activation::from(g));
    by_hand_is_right_over::<f32>(&Matrix, &Activation::from(g));
    by_hand_is_right_over::<Rational>(&Matrix, &g);
    by_hand_is_right_over::<Prime>(&Matrix, &g);
}
