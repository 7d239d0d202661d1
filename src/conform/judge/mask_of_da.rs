//! Infers the mask of a subject that draws its own from dA, for a subject that does not return Ã, as the layers of
//! frameworks do. The step is asked as it is, so its activation is judged too.
//!
//! A unit whose p is below 1 is dropped where dA is 0, and kept elsewhere. That is certain only if no other mask
//! gives the same zeros: a kept unit has dA = 0 as well where dÃ is 0. [`problem`] looks for such masks, row by row,
//! since a row of dA depends on its own row of R alone.

use crate::grid::Grid;
use crate::number::Format;
use crate::problem::{Inputs, Problem};
use crate::scalar;

/// Rows of at most this many zeros are compared with every other mask; longer ones with those that differ in one
/// unit, in two, or in all.
const ALL_MASKS: usize = 8;

/// The problem with the mask that dA shows, or why it shows none.
///
/// # Errors
/// A message if another mask has the same zeros.
pub fn problem(problem: &Problem, format: Format, da: &Grid<f64>) -> Result<Problem, String> {
    let p = &problem.inputs().keep_prob;
    let kept = Grid::tabulate(da.rows(), da.cols(), |i, k| {
        f64::from(u8::from(p.at(k) == 1.0 || da.at(i, k) != 0.0))
    });
    if (0..da.rows()).any(|i| is_undecided(problem, format, kept.row(i), i)) {
        return Err("dA is 0 for a unit whether or not it is dropped, so it does not show the mask".into());
    }
    problem.with(|inputs| inputs.r = kept).map_err(|faults| faults.to_string())
}

/// Whether another mask of row i has the same zeros in dA.
fn is_undecided(problem: &Problem, format: Format, kept: &[f64], i: usize) -> bool {
    let zeros: Vec<usize> = (0..kept.len()).filter(|&k| kept[k] == 0.0).collect();
    other_masks(&zeros).iter().any(|others| has_zeros(problem, format, kept, i, others))
}

/// Sets of dropped units that may have been kept.
fn other_masks(zeros: &[usize]) -> Vec<Vec<usize>> {
    if zeros.len() <= ALL_MASKS {
        let subset =
            |bits: usize| (0..zeros.len()).filter(|at| bits >> at & 1 == 1).map(|at| zeros[at]).collect();
        return (1..1 << zeros.len()).map(subset).collect();
    }
    let pairs =
        (0..zeros.len()).flat_map(|one| (one + 1..zeros.len()).map(move |two| vec![zeros[one], zeros[two]]));
    let singles = zeros.iter().map(|&k| vec![k]);
    singles.chain([zeros.to_vec()]).chain(pairs).collect()
}

/// Whether dÃ may be computed as 0 in this format at all of `others` if row i keeps them too.
fn has_zeros(problem: &Problem, format: Format, kept: &[f64], i: usize, others: &[usize]) -> bool {
    let Inputs { a, keep_prob, w, b, da_next, .. } = problem.inputs();
    let row = |grid: &Grid<f64>| Grid::tabulate(1, grid.cols(), |_, k| grid.at(i, k));
    let inputs = Inputs {
        a: row(a),
        keep_prob: keep_prob.clone(),
        r: Grid::tabulate(1, kept.len(), |_, k| if others.contains(&k) { 1.0 } else { kept[k] }),
        w: w.clone(),
        b: b.clone(),
        da_next: row(da_next),
    };
    let dz = scalar::step(&inputs, problem.activation()).backward.dz;
    let upstream = inputs.da_next.cells().iter().fold(0.0, |largest: f64, x| largest.max(x.abs()));
    // A slope may lose all that is below a rounding of 1, and the sum a few roundings of its terms.
    let lost = 4.0 * (w.cols() + 4) as f64 * format.unit_roundoff();
    let is_lost = |&k: &usize| {
        let (total, size) = (0..w.cols()).fold((0.0, 0.0), |(total, size): (f64, f64), j| {
            let term = dz.at(0, j) * w.at(k, j);
            (total + term, size + term.abs() + upstream * w.at(k, j).abs())
        });
        // Neither NaN nor an infinity shows a mask.
        !(total.abs() > lost * size && total.abs() > format.least_normal() && size.is_finite())
    };
    others.iter().all(is_lost)
}
