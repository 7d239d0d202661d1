//! A known defect on numbers: each wrong result beside the right one.

use super::block::wrap;
use crate::grid::Grid;
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::Quantity;
use crate::zoo::Defect;
use crate::zoo::context::RightStep;
use crate::zoo::distance::results;
use std::fmt::Write;

/// Of a result with more rows or columns than this, only the first wrong entry is shown.
const SHOWN: usize = 8;

/// What a defect does, and its wrong results on a problem, on a page `width` columns wide.
pub fn text(
    defect: &Defect<f64>,
    case: &str,
    problem: &Problem,
    expected: &Step<f64>,
    width: usize,
) -> String {
    let results = results(defect, &RightStep::of(problem));
    let mut page = format!("{} · equation {}\n", defect.id, defect.equation);
    let mut paragraph = |words: &str| page += &wrap("", words.split(' '), width);
    paragraph(&format!("{}.", defect.says));
    paragraph(&format!("It is equivalent to the right step {}.", defect.equivalent_when));
    for link in &defect.links {
        paragraph(&format!("Reported in {link}"));
    }
    let m = problem.m();
    let mut same = Vec::new();
    let _ = write!(page, "\nOn {case} (m = {m}, n = {}, n_next = {}):\n", problem.n(), problem.n_next());
    for quantity in Quantity::ALL {
        let right = expected.grid(quantity);
        match &results[quantity] {
            wrong if near(&right, wrong) => same.push(quantity.name()),
            wrong => page += &beside(quantity, &right, wrong),
        }
    }
    if !same.is_empty() {
        let _ = writeln!(page, "\nCorrect: {}.", same.join(", "));
    }
    page
}

/// Whether two results agree up to rounding.
fn near(right: &Grid<f64>, wrong: &Grid<f64>) -> bool {
    let same = |(x, y): (&f64, &f64)| x == y || (x - y).abs() <= 1e-13 * x.abs().max(y.abs());
    (right.rows(), right.cols()) == (wrong.rows(), wrong.cols())
        && right.cells().iter().zip(wrong.cells()).all(same)
}

/// The right numbers with the wrong ones below, differences marked.
fn beside(quantity: Quantity, right: &Grid<f64>, wrong: &Grid<f64>) -> String {
    let name = quantity.name();
    if (right.rows(), right.cols()) != (wrong.rows(), wrong.cols()) {
        let shape = |grid: &Grid<f64>| format!("{} × {}", grid.rows(), grid.cols());
        return format!("\n{name} is {} instead of {}\n", shape(wrong), shape(right));
    }
    let differs = |i: usize, j: usize| {
        let one = |grid: &Grid<f64>| Grid::from_rows(1, vec![vec![grid.at(i, j)]]);
        !near(&one(right), &one(wrong))
    };
    if right.rows().max(right.cols()) > SHOWN {
        let mut places = (0..right.rows()).flat_map(|i| (0..right.cols()).map(move |j| (i, j)));
        let (i, j) = places.find(|&(i, j)| differs(i, j)).unwrap_or_default();
        return format!(
            "\n{name}[{i}][{j}] is {} instead of {}\n",
            number(wrong.at(i, j)),
            number(right.at(i, j))
        );
    }
    let mut text = format!("\n{name}\n");
    for (what, grid) in [("right", right), ("wrong", wrong)] {
        for i in 0..grid.rows() {
            let mark = |j| if what == "wrong" && differs(i, j) { "*" } else { " " };
            let entry = |j| {
                let (x, y) = (right.at(i, j), wrong.at(i, j));
                let all = differs(i, j) && number(x) == number(y);
                if all { format!("{:?}", grid.at(i, j)) } else { number(grid.at(i, j)) }
            };
            let row: Vec<String> = (0..grid.cols()).map(|j| format!("{:>12}{}", entry(j), mark(j))).collect();
            let what = if i == 0 { what } else { "" };
            text += format!("  {what:5}  {}", row.join(" ")).trim_end();
            text += "\n";
        }
    }
    text
}

/// At most six decimals, or six significant digits for very small or large numbers.
fn number(x: f64) -> String {
    if x == 0.0 || (1e-4..1e6).contains(&x.abs()) {
        let text = format!("{x:.6}");
        if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
    } else {
        format!("{x:.5e}")
    }
}
