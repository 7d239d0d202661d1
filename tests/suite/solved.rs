//! The core cases, solved once for all tests of a run, and how far every defect is off on each.
//!
//! A run without the sweep solves one case in six, and reads from the committed kill matrix what is caught.

use crate::cases::{folder, json};
use crate::sweep;
use dropout_oracle::cases::{Entry, Profile, entries};
use dropout_oracle::fixture::kills::{Distances, Matrix, Zoo};
use dropout_oracle::fixture::solution::Solution;
use dropout_oracle::problem::Problem;
use dropout_oracle::zoo::Defect;
use dropout_oracle::zoo::distance::CAUGHT;
use rayon::prelude::*;
use std::sync::LazyLock;

/// A case of the core profile, solved.
pub struct Solved {
    pub entry: Entry,
    pub problem: Problem,
    pub solution: Solution,
}

pub static SOLVED: LazyLock<Vec<Solved>> = LazyLock::new(|| {
    let solved = |entry: Entry| {
        let problem = entry.problem();
        let solution = Solution::of(&problem).expect("every result of a case is a double");
        Solved { entry, problem, solution }
    };
    let some: Vec<Entry> = entries(Profile::Core).into_iter().step_by(sweep::one_in(6)).collect();
    some.into_par_iter().map(solved).collect()
});

pub static ZOO: LazyLock<Zoo> = LazyLock::new(Zoo::whole);

/// In the sweep every distance, computed. Without it those of the committed matrix, where what is caught stands at
/// exactly [`CAUGHT`], and the rest at 0.
pub static MATRIX: LazyLock<Matrix> = LazyLock::new(|| {
    if !sweep::is_on() {
        return committed();
    }
    let distances = SOLVED.par_iter().map(|case| ZOO.distances(&case.problem, &case.solution));
    Matrix {
        cases: SOLVED.iter().map(|case| case.entry.id.clone()).collect(),
        distances: distances.collect(),
    }
});

fn committed() -> Matrix {
    let file = json(&folder().join("kill-matrix.json"));
    let ids = |key: &str| -> Vec<String> {
        let ids = file[key].as_array().expect("ids").iter();
        ids.map(|id| id.as_str().expect("an id").to_owned()).collect()
    };
    let (cases, not_in_f32) = (ids("cases"), ids("not_offered_in_f32"));
    let kills = |defect: &Defect<f64>| {
        let row = file["defects"][&defect.id]["kills"].as_str();
        row.unwrap_or_else(|| panic!("{} is not in kill-matrix.json: run generate first", defect.id))
            .as_bytes()
    };
    let rows: Vec<&[u8]> = ZOO.double.iter().map(kills).collect();
    let of = |(case, id): (usize, &String)| {
        let far = |caught: &[u8]| {
            rows.iter().map(|row| if caught.contains(&row[case]) { CAUGHT } else { 0.0 }).collect()
        };
        Distances { double: far(b"x6"), single: (!not_in_f32.contains(id)).then(|| far(b"x3")) }
    };
    let distances = cases.iter().enumerate().map(of).collect();
    Matrix { cases, distances }
}
