//! The worked example: each of the 58 equations with the numbers of one case put in, in both forms.
//!
//! It is for a student at a terminal, so it explains and never judges: the results are an argument. This
//! module knows neither files nor JSON. Read [`EQUATIONS`] for the list that it follows, then `numbers`,
//! which puts the numbers in, and `worked`; `symbols` and `block` write cells and matrices.

mod activation;
mod block;
mod case;
pub mod defect;
mod equations;
mod numbers;
mod page;
mod picture;
mod symbols;
mod theorems;
mod worked;

use crate::conform::cases::near;
use crate::error::Error;
use crate::problem::Problem;
use crate::scalar::Step;
use block::wrap;
pub use case::{Array, Case};
pub use equations::{EQUATIONS, Equation, Kind};
pub use picture::{Part, Picture, picture};
use std::fmt::Write;
pub use symbols::{activation as g_in_words, number};
pub use worked::{Entry, Worked};

/// The narrowest page on which any three columns fit.
const NARROWEST: usize = 80;

/// The chapters of the document, each after the number of its first equation.
pub const CHAPTERS: [(u8, &str); 8] = [
    (1, "Forward, index by index"),
    (6, "Forward layouts"),
    (17, "Forward, in matrix form"),
    (21, "Backward, derived"),
    (37, "Backward, index by index"),
    (43, "Backward layouts"),
    (51, "One row of the gradient, written out"),
    (52, "Backward, in matrix form"),
];

/// The equation with this number or id.
///
/// # Errors
/// If there is none.
pub fn find(name: &str) -> Result<&'static Equation, Error> {
    let named = |equation: &&Equation| equation.id == name || equation.number.to_string() == name;
    EQUATIONS.iter().find(named).ok_or_else(|| {
        let ids = EQUATIONS.map(|equation| equation.id.to_string());
        let cure = match name.parse::<u64>() {
            Ok(_) => "the document has 1 to 58".to_string(),
            Err(_) => format!("similar: {}", near(name, &ids)),
        };
        Error::Usage(format!("--equation {name}: there is no such equation; {cure}"))
    })
}

/// The worked example of `problem`, whose results are `expected`: the chosen equations, on a page `width` columns wide.
pub fn text(problem: &Problem, expected: &Step<f64>, chosen: &[&Equation], width: usize) -> String {
    let width = width.max(NARROWEST);
    let case = Case::new(problem, expected);
    let mut page = preface(&case, width);
    let mut chapter = "";
    for equation in chosen {
        let (_, title) =
            CHAPTERS.iter().rev().find(|(first, _)| *first <= equation.number).unwrap_or(&CHAPTERS[0]);
        if *title != chapter && chosen.len() > 1 {
            let _ = write!(page, "\n\n{title}\n{}\n", "═".repeat(title.chars().count()));
        }
        chapter = title;
        page += &section(equation, &case, width);
    }
    page
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
