//! A picture of an equation for a template: arrays as tables of cells, and each entry of the result worked out.
//!
//! A cell carries the place of its number (`dZ-0-1`), and an entry the places that it reads: that is all a style or a
//! script needs to light them up.

use crate::explain::{Array, Case, Entry, Picture, Worked, g_in_words, number, picture};
use serde::Serialize;

/// A picture on one case.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// Begins the ids of its entries.
    id: String,
    /// The case.
    case: String,
    /// What g is, where the equation reads it.
    g: Option<String>,
    parts: Vec<Part>,
    result: Part,
    entries: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct Part {
    sign: &'static str,
    name: String,
    is_vector: bool,
    cols: Vec<String>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    label: String,
    cells: Vec<Cell>,
}

#[derive(Debug, Serialize)]
struct Cell {
    text: String,
    /// The place of its number.
    place: String,
    /// Whether the followed entry reads it.
    lit: bool,
    /// Of an entry of the result, the line that works it out.
    line: Option<String>,
}

#[derive(Debug, Serialize)]
struct Line {
    id: String,
    place: String,
    reads: String,
    followed: bool,
    name: String,
    why: Option<String>,
    slopes: Vec<String>,
    steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Step {
    sign: &'static str,
    text: String,
}

/// The picture of an equation on a case of this id.
pub fn figure(equation: u8, id: &str, case: &Case) -> Figure {
    let slug = id.replace('/', "-");
    let Picture { parts, result, worked } = picture(equation, case);
    let followed = followed(&result, &worked, case);
    let lit = |entry: &Entry| followed.is_some_and(|at| worked[at].reads.contains(entry));
    let line = |entry: &Entry| {
        worked.iter().position(|worked| worked.entry == *entry).map(|at| format!("{slug}-{at}"))
    };
    let sign = if parts.iter().any(|part| ["⊙", "·"].contains(&part.sign)) { "=" } else { "→" };
    Figure {
        parts: parts
            .iter()
            .map(|part| {
                let write = |x: f64| if part.reciprocal { format!("1/{}", number(x)) } else { number(x) };
                let name =
                    if part.reciprocal { format!("1/{}", part.array.name) } else { part.array.name.clone() };
                shown(part.sign, name, &part.array, &write, &lit, &|_| None)
            })
            .collect(),
        result: shown(
            if parts.is_empty() { "" } else { sign },
            result.name.clone(),
            &result,
            &number,
            &|entry| followed.is_some_and(|at| worked[at].entry == *entry),
            &line,
        ),
        entries: worked
            .iter()
            .enumerate()
            .map(|(at, worked)| entry(format!("{slug}-{at}"), worked, followed == Some(at)))
            .collect(),
        g: ["A_next", "dZ"].contains(&result.key.as_str()).then(|| g_in_words(case.g).join(" ")),
        case: id.to_string(),
        id: slug,
    }
}

impl Figure {
    /// The names in JSON of the arrays that it shows.
    pub fn keys(&self) -> Vec<&str> {
        let parts = self.parts.iter().chain([&self.result]);
        parts.filter_map(|part| part.rows.first()?.cells.first()?.place.split('-').next()).collect()
    }

    /// Whether every entry that is worked out stands in the result, and everything it reads in a part.
    pub fn is_whole(&self) -> bool {
        let places = |part: &Part, place: &str| {
            part.rows.iter().flat_map(|row| &row.cells).any(|cell| cell.place == place)
        };
        !self.entries.is_empty()
            && self.entries.iter().all(|line| {
                let mut reads = line.reads.split(' ').filter(|place| !place.is_empty());
                places(&self.result, &line.place)
                    && !line.steps.is_empty()
                    && reads.all(|place| self.parts.iter().any(|part| places(part, place)))
            })
    }
}

/// Which of the entries is lit at first: the only one, the one at the followed indices, or, where that is 0, the first
/// that is not.
fn followed(result: &Array, worked: &[Worked], case: &Case) -> Option<usize> {
    let (i, k, j) = case.followed;
    let index = |letter: &str| match letter {
        "i" => i,
        "k" => k,
        _ => j,
    };
    let (rows, cols) = result.letters();
    let is_followed =
        |entry: &Entry| entry.col == index(cols) && rows.is_none_or(|rows| entry.row == index(rows));
    let value = |worked: &Worked| {
        let at = (0..result.grid().rows()).flat_map(|i| (0..result.grid().cols()).map(move |j| (i, j)));
        at.into_iter()
            .find(|&(i, j)| result.entry(i, j) == worked.entry)
            .map_or(0.0, |(i, j)| result.at(i, j))
    };
    let followed = worked.iter().position(|worked| is_followed(&worked.entry));
    let live = followed.filter(|&at| value(&worked[at]) != 0.0);
    live.or_else(|| worked.iter().position(|worked| value(worked) != 0.0))
        .or(followed)
        .or((!worked.is_empty()).then_some(0))
}

fn shown(
    sign: &'static str,
    name: String,
    array: &Array,
    write: &dyn Fn(f64) -> String,
    lit: &dyn Fn(&Entry) -> bool,
    line: &dyn Fn(&Entry) -> Option<String>,
) -> Part {
    let (rows, cols) = array.letters();
    let cell = |i, j| {
        let entry = array.entry(i, j);
        Cell { text: write(array.at(i, j)), place: place(&entry), lit: lit(&entry), line: line(&entry) }
    };
    let width = array.grid().cols();
    Part {
        sign,
        name,
        is_vector: rows.is_none(),
        cols: (0..width).map(|j| format!("{cols}={}", j + 1)).collect(),
        rows: (0..array.grid().rows())
            .map(|i| Row {
                label: rows.map_or(String::new(), |rows| format!("{rows}={}", i + 1)),
                cells: (0..width).map(|j| cell(i, j)).collect(),
            })
            .collect(),
    }
}

fn entry(id: String, worked: &Worked, followed: bool) -> Line {
    let reads: Vec<String> = worked.reads.iter().map(place).collect();
    Line {
        id,
        place: place(&worked.entry),
        reads: reads.join(" "),
        followed,
        name: worked.name.clone(),
        why: worked.why.clone(),
        slopes: worked.slopes.clone(),
        steps: worked.lines.iter().map(|(sign, pieces)| Step { sign, text: pieces.join(" ") }).collect(),
    }
}

fn place(Entry { array, row, col }: &Entry) -> String {
    format!("{array}-{row}-{col}")
}
