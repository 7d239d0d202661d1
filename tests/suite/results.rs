//! Results of the right shape and of any other, and the check that tells them apart.

use dropout_oracle::grid::{Grid, Vector};
use dropout_oracle::problem::activation::CoupledActivation;
use dropout_oracle::problem::{Activation, Inputs, Problem};
use dropout_oracle::scalar;
use dropout_oracle::trace::Quantity::{self, ANext, Da, Db, Dw, Z};
use dropout_oracle::trace::{Misshapen, Results, Unchecked};

/// Changes the rows of a result that is there.
pub fn change(results: &mut Results, quantity: Quantity, change: impl FnOnce(&mut Vec<Vec<f64>>)) {
    let mut rows = results.get(quantity).expect("given").to_rows();
    change(&mut rows);
    results.insert(quantity, rows);
}

fn results(quantity: Quantity, rows: Vec<Vec<f64>>) -> Results {
    [(quantity, rows)].into()
}

#[test]
fn a_result_in_its_shape_is_a_grid_and_any_other_says_what_it_is() {
    let rows = vec![vec![1.0, 2.0, 3.0], vec![4.0, 5.0, 6.0]];
    let given = results(Dw, rows.clone());
    assert_eq!(given.shaped(Dw, (2, 3)), Ok(&Grid::from_rows(3, rows.clone())));
    assert_eq!(given.shaped(Dw, (3, 2)), Err(Misshapen::Other(2, 3)), "as many numbers are not enough");
    assert_eq!(given.shaped(Dw, (2, 2)), Err(Misshapen::Other(2, 3)));
    assert_eq!(given.shaped(Z, (2, 3)), Err(Misshapen::Missing));
    let ragged = results(Dw, vec![vec![1.0, 2.0, 3.0], vec![4.0, 5.0]]);
    assert_eq!(ragged.shaped(Dw, (2, 3)), Err(Misshapen::Ragged));
    let whys = [Misshapen::Missing, Misshapen::Ragged, Misshapen::Other(2, 3)];
    assert_eq!(whys.map(|why| why.to_string()), ["missing", "rows of different lengths", "2 × 3"]);
}

#[test]
fn rows_of_one_length_are_a_grid_and_others_are_kept_as_they_came() {
    let shape = |rows: Vec<Vec<f64>>| match rows.into() {
        Unchecked::Grid(grid) => Some(grid.shape()),
        Unchecked::Ragged(_) => None,
    };
    assert_eq!(shape(vec![]), Some((0, 0)));
    assert_eq!(shape(vec![vec![], vec![]]), Some((2, 0)));
    assert_eq!(shape(vec![vec![1.0]]), Some((1, 1)));
    for ragged in
        [vec![vec![1.0], vec![]], vec![vec![], vec![1.0]], vec![vec![1.0; 2], vec![1.0; 2], vec![1.0]]]
    {
        assert_eq!(shape(ragged.clone()), None);
        assert_eq!(Unchecked::from(ragged.clone()).to_rows(), ragged);
    }
}

#[test]
fn rows_grids_and_vectors_of_doubles_or_floats_are_taken() {
    let grid = Grid::from_rows(2, vec![vec![0.5, 0.1_f32.into()]]);
    let of = |taken: Results| taken.shaped(Db, (1, 2)).cloned();
    assert_eq!(of([(Db, vec![vec![0.5_f32, 0.1]])].into()), Ok(grid.clone()));
    assert_eq!(of([(Db, grid.to_rows())].into()), Ok(grid.clone()));
    assert_eq!(of([(Db, Vector::from(grid.cells().to_vec()))].into()), Ok(grid.clone()));
    assert_eq!(of([(Db, grid.clone())].into()), Ok(grid));
}

#[test]
fn what_is_given_twice_counts_once_and_what_is_taken_away_is_gone() {
    let mut given = results(Da, vec![vec![1.0]]);
    given.extend([(Da, vec![vec![2.0]]), (ANext, vec![vec![3.0]])]);
    assert_eq!(given.quantities().collect::<Vec<_>>(), [ANext, Da], "in the order of the equations");
    assert_eq!(given[Da].at(0, 0), 2.0);
    given.remove(Da);
    assert!(given.has(ANext) && !given.has(Da));
    assert_eq!(given, results(ANext, vec![vec![3.0]]));
}

#[test]
fn two_answers_are_the_same_to_the_last_bit_or_differ() {
    let nan = results(Z, vec![vec![f64::NAN, 0.0]]);
    assert!(nan.same_bits(&nan) && nan != nan);
    for other in [vec![vec![f64::NAN, -0.0]], vec![vec![f64::NAN], vec![0.0]], vec![vec![f64::NAN], vec![]]] {
        assert!(!nan.same_bits(&results(Z, other)));
    }
    let ragged = |x: f64| results(Z, vec![vec![x], vec![]]);
    assert!(ragged(1.0).same_bits(&ragged(1.0)) && !ragged(1.0).same_bits(&ragged(2.0)));
    assert!(!nan.same_bits(&Results::default()));
}

#[test]
fn a_step_gives_all_eight_each_in_its_shape() {
    let inputs = Inputs {
        a: Grid::tabulate(2, 3, |i, k| (i + k) as f64),
        keep_prob: Vector::tabulate(3, |_| 0.5),
        r: Grid::tabulate(2, 3, |_, _| 1.0),
        w: Grid::tabulate(3, 4, |k, j| (k * j) as f64),
        b: Vector::tabulate(4, |j| j as f64),
        da_next: Grid::tabulate(2, 4, |_, _| 1.0),
    };
    let problem =
        Problem::from_grids(&inputs, Activation::Coupled(CoupledActivation::Softmax)).expect("valid");
    let step = scalar::step(&problem.inputs().over::<f64>(), problem.activation());
    let results = Results::from(&step);
    for quantity in Quantity::ALL {
        let got = results.shaped(quantity, quantity.shape(2, 3, 4)).expect("in its shape");
        assert_eq!(got.shape(), step.shape(quantity));
        assert_eq!(got.cells(), step.cells(quantity));
    }
}
