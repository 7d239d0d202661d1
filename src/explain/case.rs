//! A case as the worked example shows it: every array of the step under its name in the document, and the one
//! cell that the example follows.

use super::block::{self, Block, MOST, shown};
use super::symbols::{equals, indexed, number};
use super::worked::{Entry, local};
use crate::grid::{Grid, Vector};
use crate::problem::activation::VectorFunction;
use crate::problem::{Activation, Inputs, Problem};
use crate::scalar::Step;
use crate::trace::{Backward, Forward};

/// A matrix of the step, or a vector as one row, with its names.
///
/// A vector has no letter for its rows.
#[derive(Clone, Debug)]
pub struct Array {
    /// The name of the array: Ã.
    pub name: String,
    /// Its name in JSON: `A_tilde`.
    pub key: String,
    /// The name of a cell, without its indices: ã.
    letter: String,
    /// The letter of the row index.
    rows: Option<&'static str>,
    /// The letter of the column index.
    cols: &'static str,
    grid: Grid<f64>,
    /// Of a Jacobian, the example.
    example: Option<usize>,
    shown: Shown,
}

/// How the numbers of an array are arranged.
#[derive(Clone, Copy, Debug)]
enum Shown {
    AsItLies,
    Row(usize),
    Transposed,
    Repeated,
}

impl Array {
    fn matrix(
        [key, name]: [&str; 2],
        letter: &str,
        [rows, cols]: [&'static str; 2],
        grid: &Grid<f64>,
    ) -> Self {
        let (name, key, letter) = (name.to_string(), key.to_string(), letter.to_string());
        Array {
            name,
            key,
            letter,
            rows: Some(rows),
            cols,
            grid: grid.clone(),
            example: None,
            shown: Shown::AsItLies,
        }
    }

    fn vector([key, name]: [&str; 2], letter: &str, cols: &'static str, vector: &Vector<f64>) -> Self {
        let grid = vector.clone().into_row();
        Array { rows: None, ..Array::matrix([key, name], letter, [cols, cols], &grid) }
    }

    /// The place of the number that stands here in row `i` and column `j`.
    pub fn entry(&self, i: usize, j: usize) -> Entry {
        let (row, col) = match self.shown {
            Shown::AsItLies => (i, j),
            Shown::Row(row) => (row, j),
            Shown::Transposed => (j, i),
            Shown::Repeated => (0, j),
        };
        Entry { array: self.key.clone(), row, col }
    }

    /// The numbers.
    pub fn grid(&self) -> &Grid<f64> {
        &self.grid
    }

    /// The letters of its row index, if it is a matrix, and of its column index.
    pub fn letters(&self) -> (Option<&'static str>, &'static str) {
        (self.rows, self.cols)
    }

    /// The number in row `i` and column `j`.
    pub fn at(&self, i: usize, j: usize) -> f64 {
        self.grid.at(i, j)
    }

    /// The name of the cell in row `i` and column `j`: ã₁,₂. A vector ignores `i`.
    pub fn symbol(&self, i: usize, j: usize) -> String {
        let Entry { row, col, .. } = self.entry(i, j);
        match (self.example, self.rows, self.shown) {
            (Some(example), ..) => local(&indexed("a_next", &[example, row]), &indexed("z", &[example, col])),
            (None, None, Shown::AsItLies | Shown::Repeated) => indexed(&self.letter, &[col]),
            _ => indexed(&self.letter, &[row, col]),
        }
    }

    /// Row `i`, as an array.
    pub fn row(&self, i: usize) -> Array {
        let grid = Grid::from_rows(self.grid.cols(), vec![self.grid.row(i).to_vec()]);
        Array { name: indexed(&self.letter, &[i]), rows: None, grid, shown: Shown::Row(i), ..self.clone() }
    }

    /// The transposed array.
    pub fn transposed(&self) -> Array {
        let grid = Grid::tabulate(self.grid.cols(), self.grid.rows(), |i, j| self.grid.at(j, i));
        let (rows, cols) = (Some(self.cols), self.rows.unwrap_or(self.cols));
        Array {
            name: format!("{}ᵀ", self.name), rows, cols, grid, shown: Shown::Transposed, ..self.clone()
        }
    }

    /// A vector, repeated in `m` rows.
    pub fn broadcast(&self, m: usize) -> Array {
        let grid = Grid::tabulate(m, self.grid.cols(), |_, j| self.grid.at(0, j));
        Array { name: format!("broadcast({})", self.name), grid, shown: Shown::Repeated, ..self.clone() }
    }

    /// `=` if all numbers are printed whole, otherwise `≈`.
    pub fn equals(&self) -> &'static str {
        equals(self.grid.cells().iter().copied())
    }

    /// The array in brackets below its name, at most `width` columns wide.
    pub fn block(&self, width: usize) -> Block {
        self.block_of(width, number)
    }

    /// The same block with `1/x`, not worked out, for every number x.
    pub fn reciprocal_block(&self, width: usize) -> Block {
        let one_over = Array { name: format!("1/{}", self.name), ..self.clone() };
        one_over.block_of(width, |x| format!("1/{}", number(x)))
    }

    fn block_of(&self, width: usize, write: impl Fn(f64) -> String) -> Block {
        let block = |most| Block::matrix(&self.name, &self.cells(most, &write));
        (3..=MOST).rev().map(block).find(|block| block.width() <= width).unwrap_or_else(|| block(3))
    }

    /// The array with labelled rows and columns, and its name in the corner.
    pub fn table(&self, width: usize) -> String {
        let label = |letter: &str, index: Option<usize>, rest: &str| match index {
            Some(index) => format!("{letter}={}", index + 1),
            None => rest.to_string(),
        };
        let table = |most| {
            let rows: Vec<String> = match self.rows {
                Some(letter) => {
                    shown(self.grid.rows(), MOST).into_iter().map(|i| label(letter, i, "⋮")).collect()
                }
                None => vec![String::new()],
            };
            let cols: Vec<String> =
                shown(self.grid.cols(), most).into_iter().map(|j| label(self.cols, j, "…")).collect();
            let corner = format!("{} {}", self.name, self.equals());
            block::table(&corner, &rows, &cols, &self.cells(most, number))
        };
        let fits = |lines: &Vec<String>| lines.iter().all(|line| line.chars().count() + 4 <= width);
        let lines = (3..=MOST).rev().map(table).find(fits).unwrap_or_else(|| table(3));
        lines.iter().map(|line| format!("    {}\n", line.trim_end())).collect()
    }

    /// The cells of the shown rows and of at most `most` columns.
    fn cells(&self, most: usize, write: impl Fn(f64) -> String) -> Vec<Vec<String>> {
        let cell = |i: Option<usize>, j: Option<usize>| match (i, j) {
            (Some(i), Some(j)) => write(self.at(i, j)),
            (None, Some(_)) => "⋮".to_string(),
            (_, None) => "…".to_string(),
        };
        let cols = shown(self.grid.cols(), most);
        let row = |i| cols.iter().map(|&j| cell(i, j)).collect();
        shown(self.grid.rows(), MOST).into_iter().map(row).collect()
    }
}

/// One case, with named arrays.
pub struct Case<'a> {
    /// The givens.
    pub inputs: Inputs<Array, Array>,
    /// The results of the forward pass.
    pub forward: Forward<Array>,
    /// The results of the backward pass.
    pub backward: Backward<Array, Array>,
    /// The activation.
    pub g: &'a Activation,
    /// The example, the input unit and the output unit to follow, counted from 0.
    pub followed: (usize, usize, usize),
}

impl<'a> Case<'a> {
    /// The case of a problem and its results.
    pub fn new(problem: &'a Problem, expected: &Step<f64>) -> Self {
        let Inputs { a, keep_prob, r, w, b, da_next } = problem.inputs();
        let Forward { a_tilde, z, a_next } = &expected.forward;
        let Backward { dz, dw, db, da_tilde, da } = &expected.backward;
        Case {
            inputs: Inputs {
                a: Array::matrix(["A", "A"], "a", ["i", "k"], a),
                keep_prob: Array::vector(["p", "p"], "p", "k", keep_prob),
                r: Array::matrix(["R", "R"], "r", ["i", "k"], r),
                w: Array::matrix(["W", "W"], "w", ["k", "j"], w),
                b: Array::vector(["b", "b"], "b", "j", b),
                da_next: Array::matrix(["dA_next", "∂J/∂A_next"], "∂J/∂a_next", ["i", "j"], da_next),
            },
            forward: Forward {
                a_tilde: Array::matrix(["A_tilde", "Ã"], "ã", ["i", "k"], a_tilde),
                z: Array::matrix(["Z", "Z"], "z", ["i", "j"], z),
                a_next: Array::matrix(["A_next", "A_next"], "a_next", ["i", "j"], a_next),
            },
            backward: Backward {
                dz: Array::matrix(["dZ", "∂J/∂Z"], "∂J/∂z", ["i", "j"], dz),
                dw: Array::matrix(["dW", "∂J/∂W"], "∂J/∂w", ["k", "j"], dw),
                db: Array::vector(["db", "∂J/∂b"], "∂J/∂b", "j", db),
                da_tilde: Array::matrix(["dA_tilde", "∂J/∂Ã"], "∂J/∂ã", ["i", "k"], da_tilde),
                da: Array::matrix(["dA", "∂J/∂A"], "∂J/∂a", ["i", "k"], da),
            },
            g: problem.activation(),
            followed: telling_cell(problem, expected),
        }
    }

    /// m, n and n_next.
    pub fn shape(&self) -> (usize, usize, usize) {
        (self.inputs.a.grid.rows(), self.inputs.a.grid.cols(), self.inputs.w.grid.cols())
    }

    /// An output beside the followed one, if there is another.
    pub fn other_output(&self) -> usize {
        (self.followed.2 + 1) % self.shape().2
    }

    /// ∂a_next/∂z of example `i`: rows are outputs jj, columns inputs j.
    pub fn jacobian(&self, i: usize) -> Array {
        let name = format!("{}/∂{}", indexed("∂a_next", &[i]), indexed("z", &[i]));
        let grid = self.g.jacobian(self.forward.z.grid.row(i));
        let local = Array::matrix([&format!("J{}", i + 1), &name], "", ["jj", "j"], &grid);
        Array { example: Some(i), ..local }
    }
}

/// The most instructive cell among those that are always shown: the unit is kept, it is scaled, the three indices
/// differ, so that one sees which is which, and as little as possible of what the equations multiply there is 0. The
/// first of equals.
fn telling_cell(problem: &Problem, expected: &Step<f64>) -> (usize, usize, usize) {
    let Inputs { a, keep_prob, r, w, b, da_next } = problem.inputs();
    let telling = |&(i, k, j): &(usize, usize, usize)| {
        let nonzero = [
            a.at(i, k),
            w.at(k, j),
            b.at(j),
            da_next.at(i, j),
            expected.forward.z.at(i, j),
            expected.backward.dw.at(k, j),
            expected.backward.da_tilde.at(i, k),
            expected.backward.da.at(i, k),
        ];
        let nonzero = nonzero.iter().filter(|&&x| x != 0.0).count();
        let differ = i != k && k != j && i != j;
        let is_live = expected.backward.dz.at(i, j) != 0.0;
        (r.at(i, k) == 1.0, keep_prob.at(k) < 1.0, is_live, differ, nonzero)
    };
    let seen = |size: usize| 0..if size <= MOST { size } else { MOST - 2 };
    let cells = seen(problem.m())
        .flat_map(|i| seen(problem.n()).flat_map(move |k| seen(problem.n_next()).map(move |j| (i, k, j))));
    let cells: Vec<_> = cells.collect();
    // `max_by_key` returns the last of equals.
    cells.into_iter().rev().max_by_key(telling).unwrap_or_default()
}
