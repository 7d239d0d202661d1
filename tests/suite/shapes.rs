//! The layouts: each quantity has its stated shape, and each element its stated place.
//!
//! The sizes differ pairwise, so that no transpose fits. Smaller steps show that each element is where its indices
//! say: the results of a single example, input unit or output unit are the matching row or column of the whole
//! step's results. Numbers are exact fractions, and both forms are tested.

use dropout_oracle::grid::{Grid, Vector};
use dropout_oracle::matrix;
use dropout_oracle::number::Rational;
use dropout_oracle::problem::activation::{Algebraic, CoupledActivation, ScalarActivation, VectorFunction};
use dropout_oracle::problem::{Activation, Inputs};
use dropout_oracle::scalar;
use num_traits::Zero;

const M: usize = 2;
const N: usize = 3;
const N_NEXT: usize = 4;

type Givens<T> = Inputs<Grid<T>, Vector<T>>;

/// Inputs no two of which are equal, so that an element identifies its place.
fn inputs() -> Givens<f64> {
    let place = |hundreds: f64| move |i: usize, j: usize| hundreds + 10.0 * (i + 1) as f64 + (j + 1) as f64;
    let vector = |first: f64, n: usize| Vector::tabulate(n, |j| first + j as f64);
    Inputs {
        a: Grid::tabulate(M, N, place(100.0)),
        keep_prob: vec![0.125, 0.25, 0.5].into(),
        r: Grid::tabulate(M, N, |i, k| if (i, k) == (1, 0) { 0.0 } else { 1.0 }),
        w: Grid::tabulate(N, N_NEXT, place(300.0)),
        b: vector(401.0, N_NEXT),
        da_next: Grid::tabulate(M, N_NEXT, place(500.0)),
    }
}

/// The same inputs restricted to these examples, input units and output units.
fn only(examples: &[usize], units: &[usize], outputs: &[usize]) -> Givens<f64> {
    let all = inputs();
    let part = |grid: &Grid<f64>, rows: &[usize], cols: &[usize]| {
        Grid::tabulate(rows.len(), cols.len(), |i, j| grid.at(rows[i], cols[j]))
    };
    Inputs {
        a: part(&all.a, examples, units),
        keep_prob: units.iter().map(|&k| all.keep_prob.at(k)).collect(),
        r: part(&all.r, examples, units),
        w: part(&all.w, units, outputs),
        b: outputs.iter().map(|&j| all.b.at(j)).collect(),
        da_next: part(&all.da_next, examples, outputs),
    }
}

/// The step in the scalar form and in the matrix form.
fn steps(inputs: &Givens<f64>, g: Algebraic) -> [scalar::Step<Rational>; 2] {
    let inputs = inputs.over::<Rational>();
    [scalar::step(&inputs, &g), matrix::to_grids(&matrix::step(&matrix::inputs(&inputs), &g))]
}

const I: [usize; M] = [0, 1];
const K: [usize; N] = [0, 1, 2];
const J: [usize; N_NEXT] = [0, 1, 2, 3];

fn shape<T>(grid: &Grid<T>) -> (usize, usize) {
    (grid.rows(), grid.cols())
}

//= forward.layout.a type=test
//= forward.layout.r type=test
//= forward.layout.p type=test
//= forward.layout.w type=test
//= forward.layout.b type=test
#[test]
fn the_givens_lie_alike_in_both_forms() {
    let given = inputs().over::<Rational>();
    assert_eq!((shape(&given.a), shape(&given.r), given.keep_prob.len()), ((M, N), (M, N), N));
    assert_eq!((shape(&given.w), given.b.len()), ((N, N_NEXT), N_NEXT));
    let in_matrices = matrix::inputs(&given);
    assert_eq!((in_matrices.a.shape(), in_matrices.r.shape()), ((M, N), (M, N)));
    assert_eq!(in_matrices.keep_prob.shape(), (1, N));
    assert_eq!((in_matrices.w.shape(), in_matrices.b.shape()), ((N, N_NEXT), (1, N_NEXT)));
    for k in K {
        for i in I {
            assert_eq!(in_matrices.a[(i, k)], given.a.at(i, k));
            assert_eq!(in_matrices.r[(i, k)], given.r.at(i, k));
        }
        for j in J {
            assert_eq!(in_matrices.w[(k, j)], given.w.at(k, j));
            assert_eq!(in_matrices.b[(0, j)], given.b.at(j));
        }
        assert_eq!(in_matrices.keep_prob[(0, k)], given.keep_prob.at(k));
    }
}

//= forward.layout.z_i type=test
//= forward.layout.a_next_i type=test
//= backward.layout.da_next_i type=test
//= backward.layout.dz_i type=test
#[test]
fn a_row_belongs_to_one_example() {
    let g = Algebraic::CoupledQuadratic;
    for (form, whole) in steps(&inputs(), g).iter().enumerate() {
        for i in I {
            let alone = &steps(&only(&[i], &K, &J), g)[form];
            assert_eq!(shape(&alone.forward.z), (1, N_NEXT));
            assert_eq!(whole.forward.z.row(i), alone.forward.z.row(0));
            assert_eq!(whole.forward.a_next.row(i), alone.forward.a_next.row(0));
            assert_eq!(whole.backward.dz.row(i), alone.backward.dz.row(0));
            // The upstream row of example i is what its dz comes from, and no other.
            let mut others = inputs();
            others.da_next =
                Grid::tabulate(M, N_NEXT, |ii, j| others.da_next.at(ii, j) * if ii == i { 1.0 } else { 0.0 });
            let other = &steps(&others, g)[form].backward.dz;
            assert_eq!(other.row(i), whole.backward.dz.row(i));
            assert!(other.row(1 - i).iter().all(|dz| dz.is_zero()));
        }
    }
}

//= forward.layout.z type=test
//= forward.layout.a_next type=test
//= backward.layout.da_next type=test
//= backward.layout.dz type=test
#[test]
fn what_has_an_example_and_an_output_unit_stands_in_their_row_and_column() {
    for (form, whole) in steps(&inputs(), Algebraic::Identity).iter().enumerate() {
        let shapes = [&whole.forward.z, &whole.forward.a_next, &whole.backward.dz].map(shape);
        assert_eq!(shapes, [(M, N_NEXT); 3]);
        for (i, j) in I.into_iter().flat_map(|i| J.map(|j| (i, j))) {
            let alone = &steps(&only(&[i], &K, &[j]), Algebraic::Identity)[form];
            assert_eq!(whole.forward.z.at(i, j), alone.forward.z.at(0, 0));
            assert_eq!(whole.forward.a_next.at(i, j), alone.forward.a_next.at(0, 0));
            assert_eq!(whole.backward.dz.at(i, j), alone.backward.dz.at(0, 0));
            assert_eq!(whole.backward.dz.at(i, j), inputs().over::<Rational>().da_next.at(i, j));
        }
    }
}

//= forward.layout.a_tilde type=test
//= backward.layout.da_tilde type=test
//= backward.layout.da type=test
#[test]
fn what_has_an_example_and_an_input_unit_stands_in_their_row_and_column() {
    for (form, whole) in steps(&inputs(), Algebraic::Identity).iter().enumerate() {
        let shapes = [&whole.forward.a_tilde, &whole.backward.da_tilde, &whole.backward.da].map(shape);
        assert_eq!(shapes, [(M, N); 3]);
        for (i, k) in I.into_iter().flat_map(|i| K.map(|k| (i, k))) {
            let alone = &steps(&only(&[i], &[k], &J), Algebraic::Identity)[form];
            assert_eq!(whole.forward.a_tilde.at(i, k), alone.forward.a_tilde.at(0, 0));
            assert_eq!(whole.backward.da_tilde.at(i, k), alone.backward.da_tilde.at(0, 0));
            assert_eq!(whole.backward.da.at(i, k), alone.backward.da.at(0, 0));
        }
    }
}

//= backward.layout.dw type=test
//= backward.layout.db type=test
#[test]
fn what_has_no_example_stands_at_its_input_and_output_unit() {
    for (form, whole) in steps(&inputs(), Algebraic::Identity).iter().enumerate() {
        assert_eq!((shape(&whole.backward.dw), whole.backward.db.len()), ((N, N_NEXT), N_NEXT));
        for (k, j) in K.into_iter().flat_map(|k| J.map(|j| (k, j))) {
            let alone = &steps(&only(&I, &[k], &[j]), Algebraic::Identity)[form];
            assert_eq!(whole.backward.dw.at(k, j), alone.backward.dw.at(0, 0));
            assert_eq!(whole.backward.db.at(j), alone.backward.db.at(0));
        }
    }
}

//= forward.layout.g type=test
#[test]
fn g_takes_a_row_to_a_row_of_the_same_length_and_has_a_square_jacobian() {
    let z = [0.5, -1.0, 2.0, 0.25];
    let units =
        [ScalarActivation::Relu, ScalarActivation::Tanh, ScalarActivation::Gelu, ScalarActivation::Identity];
    let functions = [
        Activation::Elementwise(ScalarActivation::Sigmoid),
        Activation::PerUnit(units.to_vec()),
        Activation::Coupled(CoupledActivation::Softmax),
        Activation::Coupled(CoupledActivation::LogSoftmax),
    ];
    let coupled = Algebraic::ALL.map(Activation::from);
    for g in functions.into_iter().chain(coupled) {
        for n_next in [1, N_NEXT] {
            if n_next == 1 && matches!(g, Activation::PerUnit(_)) {
                continue;
            }
            let z = &z[..n_next];
            assert_eq!(g.value(z).len(), n_next, "{}", g.name());
            assert_eq!(shape(&g.jacobian(z)), (n_next, n_next), "{}", g.name());
        }
    }
}

#[test]
fn a_vector_keeps_the_order_of_its_entries_and_is_a_row_of_a_grid() {
    let vector = Vector::tabulate(3, |k| 10 * k as i64);
    assert_eq!((vector.len(), vector.is_empty(), vector.at(2)), (3, false, 20));
    assert_eq!(vector, Vector::from(vec![0, 10, 20]));
    assert_eq!(vector, vector.iter().copied().collect());
    assert_eq!(vector.map(|x| x + 1).cells(), [1, 11, 21]);
    assert_eq!(vector.zip(&vec![1, 2, 3].into(), |x, y| x - y).cells(), [-1, 8, 17]);
    let row = vector.clone().into_row();
    assert_eq!((row.shape(), row.row(0)), ((1, 3), vector.cells()));
    assert_eq!(Vec::from(vector), [0, 10, 20]);
    assert!(Vector::<f64>::from(vec![]).is_empty());
}
