//! Where the wrong elements of a result lie, in one sentence.
//!
//! This module sees which elements are wrong and nothing else: no numbers, no cases, no reports. [`Pattern::of`] finds
//! the sentence in time linear in the number of elements, [`indices`] describes sets of rows and columns, `words`
//! writes the sentence.
//!
//! # When a pattern means something
//!
//! w wrong elements among N make C(N, w) sets. A few of these lie in a row, in a tile or on a diagonal by luck. Give each
//! sentence a cost: the logarithm of the number of sentences of its kind, so that Σ e^−cost ≤ 1 over all sentences on w
//! elements. Then at most e^c of the C(N, w) sets have a sentence that costs c or less. So a sentence is given only if its
//! cost is at most ln C(N, w) − ln [`LUCK`]: of random sets of w elements, at most one in [`LUCK`] gets one. A set is called
//! scattered if every sentence costs more than ln C(N, w); in between, nothing is said.

pub mod indices;
mod words;

use crate::grid::Grid;
use indices::{Indices, ln_choices};
pub use words::joined;

/// At most one in this many random sets of wrong elements is given a sentence other than [`Pattern::Scattered`].
pub const LUCK: f64 = 100.0;

/// With fewer elements than this, nothing is called scattered: one sees as much.
pub const MANY: usize = 100;

/// Where the wrong elements lie. What is said holds for each of them, and for no other element if the pattern is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pattern {
    /// Every element.
    All,
    /// Where these rows meet these columns, at least one wrong element in each.
    Lines {
        /// The rows.
        rows: Indices,
        /// The columns.
        columns: Indices,
        /// The number of wrong elements.
        wrong: usize,
    },
    /// Where column − row lies between two bounds.
    Band {
        /// The rows and columns.
        shape: (usize, usize),
        /// The least column − row.
        from: isize,
        /// The largest column − row.
        to: isize,
        /// The number of wrong elements.
        wrong: usize,
    },
    /// Whole tiles of equal size, the first at row 0 and column 0. Those at the last row and column may be cut off.
    Tiles {
        /// The number of tiles above each other and beside each other.
        shape: (usize, usize),
        /// The rows and columns of a tile.
        size: (usize, usize),
        /// Whether each tile is wrong, row by row.
        tiles: Vec<bool>,
    },
    /// Elements counted row by row.
    Elements {
        /// The number of columns.
        columns: usize,
        /// The indices.
        indices: Indices,
        /// Whether there are several rows and several columns.
        is_matrix: bool,
    },
    /// None of these.
    Scattered {
        /// The number of wrong elements.
        wrong: usize,
        /// The number of elements.
        of: usize,
    },
}

/// A pattern and its cost.
type Costly = (f64, Pattern);

impl Pattern {
    /// The pattern of the wrong elements; `None` if fewer than two are wrong, or if there are so few elements that none
    /// means anything.
    pub fn of(wrong: &Grid<bool>) -> Option<Self> {
        let (count, of) = (wrong.cells().iter().filter(|wrong| **wrong).count(), wrong.cells().len());
        if count < 2 {
            return None;
        }
        if count == of {
            return Some(Pattern::All);
        }
        let (rows, cols) = wrong.shape();
        let is_matrix = rows > 1 && cols > 1;
        let mut fits: Vec<Costly> = Vec::new();
        if is_matrix {
            fits.extend(lines(wrong, count));
            fits.push(band(wrong, count));
            fits.extend(tiles(wrong));
        }
        fits.extend(elements(wrong, is_matrix));
        let cheapest = fits.into_iter().reduce(|best, fit| if fit.0 < best.0 { fit } else { best });
        let naming_each = ln_choices(of, count);
        match cheapest {
            Some((cost, pattern)) if cost + libm::log(LUCK) <= naming_each => Some(pattern),
            // It may be luck, or not.
            Some((cost, _)) if cost <= naming_each => None,
            _ => (of >= MANY).then_some(Pattern::Scattered { wrong: count, of }),
        }
    }

    /// Whether the elements of the pattern include this one.
    pub fn contains(&self, i: usize, j: usize) -> bool {
        match self {
            Pattern::All | Pattern::Scattered { .. } => true,
            Pattern::Lines { rows, columns, .. } => rows.contains(i) && columns.contains(j),
            Pattern::Band { from, to, .. } => (*from..=*to).contains(&(j as isize - i as isize)),
            Pattern::Tiles { shape, size, tiles } => tiles[i / size.0 * shape.1 + j / size.1],
            Pattern::Elements { columns, indices, .. } => indices.contains(i * columns + j),
        }
    }

    /// Whether all elements of the pattern are wrong.
    pub fn is_whole(&self) -> bool {
        match self {
            Pattern::All | Pattern::Tiles { .. } | Pattern::Elements { .. } => true,
            Pattern::Lines { rows, columns, wrong } => rows.count() * columns.count() == *wrong,
            Pattern::Band { shape, from, to, wrong } => elements_of_band(*shape, *from, *to) == *wrong,
            Pattern::Scattered { .. } => false,
        }
    }
}

/// The cost of saying which of the kinds it is: rows, columns, rows and columns, a band, tiles or elements; whole or not.
fn kinds() -> f64 {
    libm::log(12.0)
}

fn ln(x: usize) -> f64 {
    libm::log(x as f64)
}

/// The rows with a wrong element, the columns with one, and where they meet.
fn lines(wrong: &Grid<bool>, count: usize) -> [Costly; 3] {
    let (mut rows, mut columns) = (vec![false; wrong.rows()], vec![false; wrong.cols()]);
    for (i, row) in rows.iter_mut().enumerate() {
        for (column, wrong) in columns.iter_mut().zip(wrong.row(i)) {
            *row |= *wrong;
            *column |= *wrong;
        }
    }
    let [rows, columns] = [rows, columns].map(|lines| Indices::of(&lines).expect("an element is wrong"));
    let all = [wrong.rows(), wrong.cols()].map(Indices::all);
    let [all_rows, all_columns] = &all;
    [(&rows, all_columns), (all_rows, &columns), (&rows, &columns)].map(|(rows, columns)| {
        let elements = rows.count() * columns.count();
        let number = |lines: &Indices| if lines.is_all() { 0.0 } else { ln(lines.total()) };
        let numbers = match (elements == count, number(rows), number(columns)) {
            // If all of it is wrong, the number of wrong elements and that of the rows give that of the columns.
            (true, of_rows, of_columns) => of_rows.min(of_columns),
            (false, of_rows, of_columns) => of_rows + of_columns,
        };
        let cost = rows.cost() + columns.cost() + numbers + ln_choices(elements, count);
        (kinds() + cost, Pattern::Lines { rows: rows.clone(), columns: columns.clone(), wrong: count })
    })
}

/// The narrowest band around all wrong elements.
fn band(wrong: &Grid<bool>, count: usize) -> Costly {
    let shape = wrong.shape();
    let (mut from, mut to) = (isize::MAX, isize::MIN);
    for i in 0..shape.0 {
        let row = wrong.row(i);
        let ends = [row.iter().position(|wrong| *wrong), row.iter().rposition(|wrong| *wrong)];
        for j in ends.into_iter().flatten() {
            let off = j as isize - i as isize;
            (from, to) = (from.min(off), to.max(off));
        }
    }
    let bounds = ln(shape.0 + shape.1);
    let is_open = from == 1 - shape.0 as isize || to == shape.1 as isize - 1;
    // One diagonal, everything on one side of one, or what lies between two.
    let place = match (from == to, is_open) {
        (true, _) => bounds,
        (false, true) => ln(2) + bounds,
        (false, false) => 2.0 * bounds,
    };
    let elements = elements_of_band(shape, from, to);
    let cost = kinds() + ln(3) + place + ln_choices(elements, count);
    (cost, Pattern::Band { shape, from, to, wrong: count })
}

fn elements_of_band((rows, cols): (usize, usize), from: isize, to: isize) -> usize {
    let row = |i: usize| {
        let [first, end] = [from, to + 1].map(|off| (i as isize + off).clamp(0, cols as isize));
        (end - first) as usize
    };
    (0..rows).map(row).sum()
}

/// The largest tiles that are wholly wrong or wholly right: each row and column where something changes is an edge.
fn tiles(wrong: &Grid<bool>) -> Option<Costly> {
    let (rows, cols) = wrong.shape();
    let mut is_edge = vec![false; cols];
    let mut height = 0;
    for i in 0..rows {
        let row = wrong.row(i);
        if i > 0 && row != wrong.row(i - 1) {
            height = gcd(i, height);
        }
        for (edge, two) in is_edge[1..].iter_mut().zip(row.windows(2)) {
            *edge |= two[0] != two[1];
        }
    }
    let width = (0..cols).filter(|&j| is_edge[j]).fold(0, |width, j| gcd(j, width));
    // Tiles are at most half as high and as wide as the result. Without an edge of one kind, they would be whole rows or columns.
    let is_tile = height * width > 1 && 2 * height <= rows && 2 * width <= cols;
    if !is_tile {
        return None;
    }
    let shape = (rows.div_ceil(height), cols.div_ceil(width));
    let tile = |at: usize| wrong.row(at / shape.1 * height)[at % shape.1 * width];
    let tiles: Vec<bool> = (0..shape.0 * shape.1).map(tile).collect();
    let count = tiles.iter().filter(|wrong| **wrong).count();
    let cost = kinds() + ln(rows) + ln(cols) + ln(tiles.len()) + ln_choices(tiles.len(), count);
    Some((cost, Pattern::Tiles { shape, size: (height, width), tiles }))
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// The elements, counted row by row.
fn elements(wrong: &Grid<bool>, is_matrix: bool) -> Option<Costly> {
    let indices = Indices::of(wrong.cells())?;
    Some((kinds() + indices.cost(), Pattern::Elements { columns: wrong.cols(), indices, is_matrix }))
}
