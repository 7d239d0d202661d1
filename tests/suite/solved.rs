//! The core cases, solved once for all tests of a run, and how far every defect is off on each.

use dropout_oracle::cases::{Entry, Profile, entries};
use dropout_oracle::fixture::kills::{Distances, Zoo};
use dropout_oracle::fixture::solution::Solution;
use dropout_oracle::problem::Problem;
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
    entries(Profile::Core).into_par_iter().map(solved).collect()
});

pub static ZOO: LazyLock<Zoo> = LazyLock::new(Zoo::whole);

/// In the order of [`SOLVED`].
pub static DISTANCES: LazyLock<Vec<Distances>> =
    LazyLock::new(|| SOLVED.par_iter().map(|case| ZOO.distances(&case.problem, &case.solution)).collect());
