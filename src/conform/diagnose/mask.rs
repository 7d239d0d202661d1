//! Compares the masks visible in a subject's results with the given one.
//!
//! If a is not 0, ã reveals whether the unit was kept; if dJ/dã is not 0, dJ/da does. Two independent masks with the
//! same p agree in a share `p² + (1 − p)²` of their cells.

use super::Asked;
use crate::conform::judge::question::Solved;
use crate::conform::subject::{About, MaskSource};
use crate::grid::Grid;
use crate::oracle::tolerance::ratio;
use crate::problem::Problem;
use crate::trace::Quantity;

/// A mask that may have been used in place of R: its name and its entries.
type Other = (&'static str, fn(&Grid<f64>, usize, usize) -> f64);

const OTHERS: [Other; 8] = [
    ("R with kept and dropped swapped", |r, i, k| 1.0 - r.at(i, k)),
    ("the mask of the first example for all", |r, _, k| r.at(0, k)),
    ("the mask of the first unit for all", |r, i, _| r.at(i, 0)),
    ("R shifted by one example", |r, i, k| r.at((i + 1) % r.rows(), k)),
    ("R shifted by one unit", |r, i, k| r.at(i, (k + 1) % r.cols())),
    ("R read column by column", |r, i, k| r.cells()[k * r.rows() + i]),
    ("all ones, so everything is kept", |_, _, _| 1.0),
    ("all zeros, so everything is dropped", |_, _, _| 0.0),
];

/// A message for each pass whose mask is not R.
pub fn remarks(about: &About, asked: &[Asked]) -> Vec<String> {
    let right = match about.supports.mask {
        MaskSource::Given => "R",
        MaskSource::Own => "that of the forward pass",
    };
    let forward = asked.iter().flat_map(|asked| {
        let inputs = asked.question.problem.inputs();
        visible(asked, Quantity::ATilde, |i, k| inputs.a.at(i, k))
    });
    let backward = asked.iter().flat_map(|asked| {
        let da_tilde = fitting(asked, Quantity::DaTilde);
        visible(asked, Quantity::Da, |i, k| da_tilde.map_or(0.0, |grid| grid.at(i, k)))
    });
    let remarks = [
        remark("forward", right, &forward.collect::<Vec<_>>()),
        remark("backward", right, &backward.collect::<Vec<_>>()),
    ];
    remarks.into_iter().flatten().collect()
}

/// A result of the subject, if it has the shape of A.
fn fitting<'a>(asked: &Asked<'a>, quantity: Quantity) -> Option<&'a Grid<f64>> {
    let (m, n) = (asked.question.problem.m(), asked.question.problem.n());
    asked.results?.shaped(quantity, (m, n)).ok()
}

/// A cell in which the mask is visible.
struct Cell<'a> {
    kept: bool,
    problem: &'a Problem,
    i: usize,
    k: usize,
}

/// The cells of a result in which the mask is visible because the masked number is neither tiny nor huge.
fn visible<'a>(asked: &Asked<'a>, quantity: Quantity, masked: impl Fn(usize, usize) -> f64) -> Vec<Cell<'a>> {
    const ORDINARY: std::ops::RangeInclusive<f64> = 1e-3..=1e3;
    let problem = &asked.question.problem;
    let Some(grid) = fitting(asked, quantity) else { return Vec::new() };
    let cells = (0..problem.m()).flat_map(|i| (0..problem.n()).map(move |k| (i, k)));
    let visible = cells.filter(|&(i, k)| ORDINARY.contains(&masked(i, k).abs()));
    visible.map(|(i, k)| Cell { kept: grid.at(i, k) != 0.0, problem, i, k }).collect()
}

fn remark(pass: &str, right: &str, cells: &[Cell]) -> Option<String> {
    let agreeing = |mask: fn(&Grid<f64>, usize, usize) -> f64| {
        let agrees = |cell: &&Cell| cell.kept == (mask(&cell.problem.inputs().r, cell.i, cell.k) != 0.0);
        cells.iter().filter(agrees).count()
    };
    let same = agreeing(|r, i, k| r.at(i, k));
    if same == cells.len() {
        return None;
    }
    let percent = |part: f64| 100.0 * part / cells.len() as f64;
    let agrees = format!(
        "the mask of the {pass} pass agrees with {right} in {:.1} % of {} cells",
        percent(same as f64),
        cells.len()
    );
    if let Some((name, _)) = OTHERS.into_iter().find(|(_, mask)| agreeing(*mask) == cells.len()) {
        return Some(format!("{agrees}: it is {name}"));
    }
    let independent = |cell: &Cell| {
        let p = cell.problem.inputs().keep_prob.at(cell.k);
        p * p + (1.0 - p) * (1.0 - p)
    };
    let expected: f64 = cells.iter().map(independent).sum();
    let variance: f64 = cells.iter().map(independent).map(|q| q * (1.0 - q)).sum();
    // Masks are called independent only if there are enough cells to rule out equal ones.
    let far = |count: usize| (count as f64 - expected).abs() > 4.0 * variance.sqrt();
    let are_independent = !far(same) && far(cells.len());
    let share = percent(expected);
    Some(match are_independent {
        true => format!("{agrees}, as expected of independent masks ({share:.1} %)"),
        false => format!("{agrees}; independent masks would agree in {share:.1} %"),
    })
}

/// A message if Z follows from another mask than Ã, which is right: in every wrong row with few enough units to try all
/// masks.
pub fn of_z(asked: &[Asked]) -> Option<String> {
    const TRIED: usize = 10;
    const FEWEST: usize = 8;
    let mut rows = 0;
    for asked @ Asked { question, results, .. } in asked {
        let (problem, Ok(Solved { expected, bounds })) = (&question.problem, question.solved()) else {
            continue;
        };
        let (m, n, n_next) = (problem.m(), problem.n(), problem.n_next());
        let z = results.map(|results| results.shaped(Quantity::Z, (m, n_next)));
        let (Some(Ok(z)), Some(a_tilde), true) =
            (z, fitting(asked, Quantity::ATilde), n <= TRIED && n_next > 1)
        else {
            continue;
        };
        let is_wrong = |i: &usize| {
            (0..n_next).any(|j| {
                let bound = bounds.forward.z.at(*i, j);
                bound.is_ok_and(|bound| ratio(expected.forward.z.at(*i, j), z.at(*i, j), bound) > 1.0)
            })
        };
        let inputs = problem.inputs();
        for i in (0..m).filter(is_wrong) {
            let is_shown =
                |k: usize| (a_tilde.at(i, k) != 0.0) == (inputs.r.at(i, k) * inputs.a.at(i, k) != 0.0);
            let z_of = |mask: usize, j: usize| {
                let kept = (0..n).filter(|k| mask >> k & 1 == 1);
                let term = |k: usize| inputs.a.at(i, k) / inputs.keep_prob.at(k) * inputs.w.at(k, j);
                kept.map(term).sum::<f64>() + inputs.b.at(j)
            };
            let follows = |mask: usize| {
                (0..n_next).all(|j| (z_of(mask, j) - z.at(i, j)).abs() <= 1e-6 * (1.0 + z.at(i, j).abs()))
            };
            if !(0..n).all(is_shown) || !(0..1 << n).any(follows) {
                return None;
            }
            rows += 1;
        }
    }
    (rows >= FEWEST).then(|| {
        format!("each of {rows} wrong rows of Z follows from another mask than the one of Ã: is the mask drawn twice?")
    })
}
