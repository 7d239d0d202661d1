//! The wrong results of one case: the subject's matrix beside the right one, wrong entries marked.

use super::held::{Held, Standard};
use super::pattern;
use super::pattern::Pattern;
use super::question::{Question, Solved};
use crate::grid::Grid;
use crate::trace::{Quantity, Results};

/// The largest number of rows and columns shown, around the first wrong entry.
const ROWS: usize = 8;
/// Two matrices of this many columns fit into 80 characters.
const COLUMNS: usize = 3;

/// A wrong result of the right shape.
#[derive(Clone, Debug, PartialEq)]
pub struct SideBySide {
    /// The result.
    pub quantity: Quantity,
    /// The subject's.
    pub got: Grid<f64>,
    /// The right one.
    pub right: Grid<f64>,
    /// error/tolerance, where there is a tolerance; above 1 where an entry is wrong.
    pub ratios: Vec<Option<f64>>,
    pattern: Option<Pattern>,
}

impl SideBySide {
    /// The wrong results of a case.
    pub fn of(question: &Question, solved: &Solved, results: &Results) -> Vec<Self> {
        let standard = Standard::of(question, solved, results);
        let side_by_side = |quantity: Quantity| {
            let shape = solved.expected.shape(quantity);
            let got = results.shaped(quantity, shape).ok()?;
            let held: Vec<Option<Held>> = standard.held(quantity, got.cells()).collect();
            // Beside what each is held against, or the expected value of an element without a tolerance.
            let right = solved.expected.cells(quantity).iter().zip(&held);
            let right = right.map(|(expected, held)| held.map_or(*expected, |held| held.expected)).collect();
            held.iter().flatten().any(Held::is_wrong).then(|| SideBySide {
                quantity,
                got: got.clone(),
                right: Grid::from_cells(shape.0, shape.1, right),
                pattern: pattern(shape, &held),
                ratios: held.iter().map(|held| held.map(|held| held.ratio)).collect(),
            })
        };
        Quantity::ALL.into_iter().filter_map(side_by_side).collect()
    }

    fn is_wrong(&self, i: usize, j: usize) -> bool {
        self.ratios[i * self.got.cols() + j].is_some_and(|ratio| ratio > 1.0)
    }
}

impl std::fmt::Display for SideBySide {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let (rows, cols) = self.got.shape();
        let first =
            self.ratios.iter().position(|ratio| ratio.is_some_and(|ratio| ratio > 1.0)).unwrap_or_default();
        // The first wrong entry, and as much as fits before and after it.
        let window = |at: usize, of: usize, most: usize| {
            let from = at.saturating_sub(most - 1).min(of.saturating_sub(most));
            from..of.min(from + most)
        };
        let (is, js) = (window(first / cols, rows, ROWS), window(first % cols, cols, COLUMNS));
        let part = if is.len() < rows || js.len() < cols {
            format!(", rows {} to {} and columns {} to {}", is.start, is.end - 1, js.start, js.end - 1)
        } else {
            String::new()
        };
        writeln!(
            f,
            "{}, {rows} × {cols}{part}: yours | right | error/tolerance, exact! where none is allowed",
            self.quantity.name()
        )?;
        // That all are wrong shows where all are shown.
        let said = self.pattern.as_ref().filter(|pattern| **pattern != Pattern::All || !part.is_empty());
        if let Some(pattern) = said {
            writeln!(f, "wrong: {pattern}")?;
        }
        for i in is {
            let row = |entry: &dyn Fn(usize) -> String| js.clone().map(entry).collect::<String>();
            let mark = |j| if self.is_wrong(i, j) { "*" } else { " " };
            let yours = row(&|j| format!("{:>10}{}", short(self.got.at(i, j)), mark(j)));
            let right = row(&|j| format!("{:>10} ", short(self.right.at(i, j))));
            let ratio = |j: usize| match self.ratios[i * cols + j] {
                Some(f64::INFINITY) => format!("[{j}] exact!"),
                Some(ratio) if ratio > 1.0 => format!("[{j}] {}", short(ratio)),
                _ => String::new(),
            };
            let ratios: Vec<String> = js.clone().map(ratio).filter(|ratio| !ratio.is_empty()).collect();
            writeln!(f, "{}", format!("{yours}|{right}| {}", ratios.join("  ")).trim_end())?;
        }
        Ok(())
    }
}

/// A number in at most 10 characters.
fn short(x: f64) -> String {
    let exact = format!("{x:?}");
    match x.abs() {
        _ if exact.len() <= 9 => exact,
        size if (1e-3..1e6).contains(&size) => {
            let digits = 6usize.saturating_sub(libm::log10(size).floor().max(0.0) as usize);
            format!("{x:.digits$}")
        }
        _ if x.is_infinite() => {
            if x > 0.0 {
                "inf".into()
            } else {
                "-inf".into()
            }
        }
        _ => format!("{x:.2e}"),
    }
}
