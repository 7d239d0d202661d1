//! The kill matrix on handwritten numbers: what is caught, the covering subset, the files, and how far off a
//! wrong result is.

use dropout_oracle::cases::{self, Profile};
use dropout_oracle::conform::cases::Case;
use dropout_oracle::conform::judge::question::{Question, Solved};
use dropout_oracle::conform::{self, About};
use dropout_oracle::fixture::kill_matrix::{KillMatrix, table};
use dropout_oracle::fixture::kills::{Distances, Matrix, Zoo, cover};
use dropout_oracle::fixture::solution::Solution;
use dropout_oracle::grid::Grid;
use dropout_oracle::number::Format::{F32, F64};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::activation::ScalarActivation;
use dropout_oracle::problem::{Activation, Inputs, Problem};
use dropout_oracle::trace::Quantity::{self, Da, Db, Z};
use dropout_oracle::trace::Results;
use dropout_oracle::zoo::context::{RightStep, StepContext};
use dropout_oracle::zoo::distance::{another, distance, of_defect, of_result};
use dropout_oracle::zoo::{self, Defect};
use serde_json::json;
use std::collections::BTreeSet;

const FAR: f64 = f64::INFINITY;

/// Two defects on three cases, the second of which is not offered in f32.
fn matrix() -> Matrix {
    let of = |double: [f64; 2], single: Option<[f64; 2]>| Distances {
        double: double.to_vec(),
        single: single.map(|single| single.to_vec()),
    };
    Matrix {
        cases: ["a/x", "a/y", "b/z"].map(String::from).to_vec(),
        distances: vec![
            of([1234.5, 0.0], Some([7.99, FAR])),
            of([8.0, FAR], None),
            of([0.5, 9.0], Some([8.0, 0.0])),
        ],
    }
}

fn zoo() -> Zoo {
    fn defects<T: dropout_oracle::zoo::Float>() -> Vec<Defect<T>> {
        vec![
            Defect::new("one", 3, "is a|b", "never").seen_at(&["https://github.com/a/b"]),
            Defect::new("two", 42, "is c", "always"),
        ]
    }
    Zoo { double: defects(), single: defects() }
}

#[test]
fn a_case_catches_from_eight_tolerances_on_where_it_is_offered() {
    let matrix = matrix();
    assert_eq!(matrix.distance(0, 1, F64), Some(8.0));
    assert_eq!(matrix.distance(1, 0, F32), Some(FAR));
    assert_eq!(matrix.distance(0, 1, F32), None);
    let catching = |defect: usize| [F64, F32].map(|format| matrix.catching(defect, format));
    assert_eq!((catching(0), catching(1)), ([vec![0, 1], vec![2]], [vec![1, 2], vec![0]]));
    let caught: Vec<Vec<(usize, Format)>> =
        matrix.caught().into_iter().map(|caught| caught.into_iter().collect()).collect();
    let mut expected = [vec![(0, F64), (1, F32)], vec![(0, F64), (1, F64)], vec![(0, F32), (1, F64)]];
    expected.iter_mut().for_each(|caught| caught.sort());
    assert_eq!(caught, expected);
}

#[test]
fn a_cover_takes_the_case_that_catches_most_the_first_of_equals_and_no_redundant_one() {
    let sets = |sets: &[&[u8]]| -> Vec<BTreeSet<u8>> {
        sets.iter().map(|set| set.iter().copied().collect()).collect()
    };
    assert_eq!(cover(&sets(&[&[1], &[1, 2], &[3], &[2, 3]])), [1, 2]);
    assert_eq!(cover(&sets(&[&[1, 2, 3], &[1, 4], &[2, 5], &[3, 6]])), [1, 2, 3], "the largest can go");
    assert_eq!(cover(&sets(&[&[], &[7], &[]])), [1]);
    assert_eq!(cover::<u8>(&[]), [0; 0]);
}

#[test]
fn the_files_say_what_the_numbers_say() {
    let (zoo, matrix) = (zoo(), matrix());
    let file = serde_json::to_value(KillMatrix::new(&zoo, &matrix)).expect("JSON");
    assert_eq!(
        file["totals"],
        json!({"defects": 2, "caught_in_f64": 2, "caught_in_f32": 2, "smallest_separation": 8.0})
    );
    assert_eq!(file["threshold"], json!(8.0));
    assert_eq!(file["cases"], json!(["a/x", "a/y", "b/z"]));
    assert_eq!(file["not_offered_in_f32"], json!(["a/y"]));
    assert_eq!(file["smoke"], json!(["a/x", "b/z"]));
    assert_eq!(
        file["defects"],
        json!({
            "one": {
                "equation": 3, "says": "is a|b", "equivalent_when": "never", "links": ["https://github.com/a/b"],
                "f64": {"caught_by": 2, "nearest": 8.0, "separation": 1230.0},
                "f32": {"caught_by": 1, "nearest": 8.0, "separation": 8.0},
                "kills": "663",
            },
            "two": {
                "equation": 42, "says": "is c", "equivalent_when": "always", "links": [],
                "f64": {"caught_by": 2, "nearest": 9.0, "separation": null},
                "f32": {"caught_by": 1, "nearest": null, "separation": null},
                "kills": "366",
            },
        })
    );
    let text = table(&zoo, &matrix);
    let rows: Vec<&str> = text.lines().skip_while(|line| !line.starts_with("|---")).skip(1).collect();
    assert_eq!(rows, ["| `one` | 3 | is a\\|b | 2 | 1 | a |", "| `two` | 42 | is c | 2 | 1 | a, b |"]);
}

#[test]
fn one_defect_that_nothing_catches_has_no_separation() {
    let (zoo, mut matrix) = (zoo(), matrix());
    for distances in &mut matrix.distances {
        distances.double[0] = 7.0;
        distances.single = None;
    }
    let file = serde_json::to_value(KillMatrix::new(&zoo, &matrix)).expect("JSON");
    assert_eq!(file["totals"]["caught_in_f64"], json!(1));
    assert_eq!(file["totals"]["caught_in_f32"], json!(0));
    assert_eq!(file["totals"]["smallest_separation"], json!(null));
    assert_eq!(file["defects"]["one"]["f64"], json!({"caught_by": 0, "nearest": null, "separation": null}));
    assert_eq!(file["defects"]["one"]["kills"], json!("..."));
}

fn problem(id: &str) -> Problem {
    let entry = cases::entries(Profile::Core).into_iter().find(|entry| entry.id == id);
    entry.expect("a case").problem()
}

#[test]
fn a_result_is_off_by_its_largest_error_in_tolerances() {
    let question = Question::new(problem("shapes/tanh-2x4x3"), Arithmetic::plain(F64));
    let Solved { expected, bounds } = question.solved().expect("settled");
    let right = |quantity: Quantity| expected.grid(quantity);
    let off = |quantity: Quantity, grid: Grid<f64>| {
        of_result(expected, bounds, &[(quantity, grid)].into(), quantity)
    };
    assert_eq!(off(Z, right(Z)), 0.0);
    let bound = bounds.cells(Z)[0].expect("judged");
    let changed = |x: f64| {
        let mut rows = right(Z).to_rows();
        rows[0][0] = x;
        off(Z, Grid::from_rows(3, rows))
    };
    let error = changed(expected.cells(Z)[0] + 1024.0 * bound);
    assert!((error - 1024.0).abs() < 1.0, "{error}");
    assert_eq!(changed(f64::NAN), FAR);
    assert_eq!(off(Z, Grid::tabulate(1, 2, |i, j| right(Z).at(i, j))), FAR);
    assert_eq!(off(Da, right(Z)), FAR, "another shape");
    let mut all = Results::from(expected);
    assert_eq!(distance(expected, bounds, &all), 0.0);
    all.insert(Db, right(Db).map(|x| x + 1.0));
    assert!(distance(expected, bounds, &all) > 1e9);
    all.remove(Da);
    assert_eq!(distance(expected, bounds, &all), FAR, "one is missing");
}

#[test]
fn a_case_is_measured_in_both_formats_where_it_fits_into_both() {
    fn named<T: dropout_oracle::zoo::Float>() -> Vec<Defect<T>> {
        let unscaled =
            dropout_oracle::zoo::all::<T>().into_iter().find(|defect| defect.id == "unscaled-backward");
        vec![Defect::new("right", 3, "", ""), unscaled.expect("a defect")]
    }
    let zoo = Zoo { double: named(), single: named() };
    let distances = |id: &str| zoo.distances(&problem(id), &Solution::of(&problem(id)).expect("settled"));
    // One of short dyadic numbers, and one that f32 rounds.
    for id in ["exact/by-hand", "keep_probability/thirds-tanh"] {
        let Distances { double, single } = distances(id);
        let single = single.expect("offered");
        for far in [&double, &single] {
            assert!(far.len() == 2 && far[0] <= 1.0 && far[1] >= 8.0, "{id}: {far:?}");
        }
        let about = About::new("", Arithmetic::plain(F32));
        let case = Case::new(id.into(), problem(id));
        let rounded = conform::exchange::question(&about, &case).expect("asked");
        let Solved { expected, bounds } = rounded.solved().expect("settled");
        let right = RightStep::of(&rounded.problem);
        let far = zoo.single.iter().map(|defect| of_defect(defect, &right, expected, bounds));
        assert_eq!(single, far.collect::<Vec<_>>(), "{id}, as `check` would ask it");
    }
    assert_eq!(distances("range/large-identity").single, None);
}

/// A defect takes a right result over only if nothing that it reads is replaced: this says what it reads.
#[test]
fn a_right_result_changes_with_those_that_it_reads_and_with_no_other() {
    let problem = problem("shapes/tanh-2x4x3");
    let RightStep { call, .. } = RightStep::<f64>::of(&problem);
    let context =
        |results| StepContext { g: problem.activation(), inputs: call.inputs.clone(), results, last: None };
    for changed in Quantity::ALL {
        let mut results = call.results.clone();
        results.insert(changed, call.results[changed].map(|x| 2.0 * x + 1.0));
        for quantity in Quantity::ALL {
            let differs = context(results.clone()).right(quantity) != call.results[quantity];
            let reads = quantity.reads().contains(&changed);
            assert_eq!(differs, reads, "{} from {}", quantity.name(), changed.name());
        }
    }
}

#[test]
fn the_problem_asked_before_has_the_same_sizes_and_no_input_in_common() {
    let first = problem("shapes/tanh-2x4x3");
    let other = another(&first);
    let (x, y) = (first.inputs(), other.inputs());
    let halved = |grid: &Grid<f64>| grid.map(|x| x / -2.0);
    assert_eq!(
        (y.a.clone(), y.w.clone(), y.da_next.clone()),
        (halved(&x.a), halved(&x.w), halved(&x.da_next))
    );
    assert_eq!(y.b, x.b.map(|b| b / -2.0));
    assert_eq!(y.keep_prob, x.keep_prob.map(|p| p.midpoint(1.0)));
    for (i, k) in (0..2).flat_map(|i| (0..4).map(move |k| (i, k))) {
        assert_eq!(x.r.at(i, k) == y.r.at(i, k), (i + k) % 2 == 1, "{i} {k}");
    }
}

#[test]
fn all_defects_are_run_on_at_most_4096_examples() {
    let is_affordable = |m: usize| {
        let column = vec![vec![1.0]; m];
        let inputs = Inputs {
            a: column.clone(),
            keep_prob: vec![1.0],
            r: column.clone(),
            w: vec![vec![1.0]],
            b: vec![0.0],
            da_next: column,
        };
        let identity = Activation::Elementwise(ScalarActivation::Identity);
        zoo::is_affordable(&Problem::new(inputs, identity).expect("a problem"))
    };
    assert_eq!([1, 4096, 4097].map(is_affordable), [true, true, false]);
}
