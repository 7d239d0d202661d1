//! The worked example: each of the 58 equations with the numbers of one case put in, in both forms.
//!
//! It is for a student at a terminal, so it explains and never judges: the results are an argument. This
//! module knows neither files nor JSON. Read [`EQUATIONS`] for the list that it follows, then `numbers`,
//! which puts the numbers in; `symbols` and `block` write cells and matrices.

mod block;
mod case;
pub mod defect;
mod equations;
mod numbers;
mod page;
mod symbols;
mod theorems;

use crate::error::Error;
use crate::problem::Problem;
use crate::scalar::Step;
use block::wrap;
use case::Case;
pub use equations::{EQUATIONS, Equation, Kind};
use std::fmt::Write;

/// The narrowest page on which any three columns fit.
const NARROWEST: usize = 80;

/// The chapters of the document, each after the number of its first equation.
const CHAPTERS: [(u8, &str); 8] = [
    (1, "Forward, index by index"),
    (6, "Forward layouts"),
    (17, "Forward, in matrix form"),
    (21, "Backward, derived"),
    (37, "Backward, index by index"),
    (43, "Backward layouts"),
    (51, "One row of the gradient, written out"),
    (52, "Backward, in matrix form"),
];

/// The worked example of `problem`, whose results are `expected`: every equation, or the requested one, on a
/// page `width` columns wide.
///
/// # Errors
/// If there is no equation with that number.
pub fn text(
    problem: &Problem,
    expected: &Step<f64>,
    equation: Option<u8>,
    width: usize,
) -> Result<String, Error> {
    let chosen = match equation {
        None => &EQUATIONS[..],
        Some(number @ 1..=58) => &EQUATIONS[usize::from(number) - 1..usize::from(number)],
        Some(number) => {
            return Err(Error::Usage(format!(
                "--equation {number}: there is no such equation; the document has 1 to 58"
            )));
        }
    };
    let width = width.max(NARROWEST);
    let case = Case::new(problem, expected);
    let mut page = preface(&case, width);
    for equation in chosen {
        if let Some((_, title)) = CHAPTERS.iter().find(|(first, _)| *first == equation.number)
            && chosen.len() > 1
        {
            let _ = write!(page, "\n\n{title}\n{}\n", "═".repeat(title.chars().count()));
        }
        page += &section(equation, &case, width);
    }
    Ok(page)
}

/// What a reader must know before the first equation: the sizes, g, how to read an index and a number.
fn preface(case: &Case, width: usize) -> String {
    let (m, n, n_next) = case.shape();
    let (i, k, j) = case.followed;
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let sizes = format!(
        "One training step: m = {}, n = {}, n_next = {}.",
        count(m, "example"),
        count(n, "input unit"),
        count(n_next, "output unit"),
    );
    let mut page = wrap("", sizes.split(' '), width);
    for line in symbols::activation(case.g) {
        page += &wrap("", line.split(' '), width);
    }
    page += "\n";
    for paragraph in [
        format!(
            "This page follows example i = {}, input unit k = {} and output unit j = {}. Indices start at 1, as \
             in the document. In JSON they start at 0: {} is inputs.A[{i}][{k}].",
            i + 1,
            k + 1,
            j + 1,
            case.inputs.a.symbol(i, k),
        ),
        "Numbers are doubles, printed as their shortest decimals. Those longer than nine digits are cut to six, \
         and ≈ replaces =. Results are the doubles nearest to the exact values; local derivatives are computed in \
         doubles. Of anything too long for the page, only the ends are shown; … stands for the rest."
        .to_string(),
        "An equation is proved for all sizes by the theorems named below it, as file.name in proofs/."
        .to_string(),
    ] {
        page += &wrap("", paragraph.split(' '), width);
    }
    page
}

fn section(equation: &Equation, case: &Case, width: usize) -> String {
    let Equation { number, id, kind, says, formula } = equation;
    let proved = match equation.theorems() {
        [] => String::new(),
        theorems => wrap("    ", format!("Proved: {}", theorems.join(", ")).split(' '), width),
    };
    format!(
        "\n{number} · {id} · {kind}\n{}\n{}{proved}\n{}",
        wrap("", says.split(' '), width),
        wrap("    ", formula.split(' '), width),
        numbers::put_in(*number, case, width),
    )
}
