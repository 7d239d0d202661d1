//! The sentence on a pattern.

use super::Pattern;
use super::indices::{Form, Indices};
use std::fmt::{Display, Formatter, Result};
use std::ops::Range;

/// How many rows, columns or tiles are listed.
const LISTED: usize = 6;
/// Up to so many are the last so many; more begin at a number.
const FEW: usize = 8;

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter) -> Result {
        let whole = |region: String, of: usize, wrong: usize| match wrong == of {
            true => format!("all of {region}"),
            false => format!("{} of the {} elements of {region}, no others", grouped(wrong), grouped(of)),
        };
        f.write_str(&match self {
            Pattern::All => "all elements".into(),
            Pattern::Lines { rows, columns, wrong } => {
                let region = match (rows.is_all(), columns.is_all()) {
                    (_, true) => named(rows, "row"),
                    (true, _) => named(columns, "column"),
                    _ => format!("{} in {}", named(rows, "row"), named(columns, "column")),
                };
                whole(region, rows.count() * columns.count(), *wrong)
            }
            Pattern::Band { shape, from, to, wrong } => {
                whole(band(*shape, *from, *to), super::elements_of_band(*shape, *from, *to), *wrong)
            }
            Pattern::Tiles { shape, size, tiles } => tiled(*shape, *size, tiles),
            Pattern::Elements { indices, is_matrix, .. } => {
                let counted = if *is_matrix { ", counted row by row" } else { "" };
                format!("all of {}{counted}", named(indices, "element"))
            }
            Pattern::Scattered { wrong, of } => {
                format!("scattered: {} of {}", share(*wrong, *of), grouped(*of))
            }
        })
    }
}

/// Some rows, columns or elements.
fn named(indices: &Indices, noun: &str) -> String {
    let last = |count: usize| match count {
        1 => format!("the last {noun}"),
        2..=FEW => format!("the last {count} {noun}s"),
        _ => format!("the {noun}s from {} on", indices.total() - count),
    };
    match indices.form() {
        Form::All => format!("all {noun}s"),
        Form::First(1) => format!("the first {noun}"),
        Form::First(count) => format!("the first {} {noun}s", grouped(*count)),
        Form::Last(count) => last(*count),
        Form::Run(run) if run.len() == 1 => format!("{noun} {}", run.start),
        Form::Run(run) => format!("{noun}s {} to {}", run.start, run.end - 1),
        Form::Every { first, step, width: 1 } => format!("every {} {noun} from {first} on", ordinal(*step)),
        Form::Every { first, step, width } => format!("{width} in every {step} {noun}s from {first} on"),
        Form::Listed(runs) => listed(runs, indices, noun),
    }
}

fn listed(runs: &[Range<usize>], indices: &Indices, noun: &str) -> String {
    // Two neighbours are two, more are a run.
    let items = runs.iter().flat_map(|run| match run.len() {
        1 | 2 => run.clone().map(|at| at.to_string()).collect(),
        _ => vec![format!("{} to {}", run.start, run.end - 1)],
    });
    let items: Vec<String> = items.take(LISTED + 1).collect();
    match items.len() > LISTED {
        true => {
            let (count, total) = (grouped(indices.count()), grouped(indices.total()));
            format!("{count} of {total} {noun}s, the first of them {}", joined(&items[..3]))
        }
        false => format!("{noun}s {}", joined(&items)),
    }
}

/// Where column − row lies between two bounds.
fn band((rows, cols): (usize, usize), from: isize, to: isize) -> String {
    let (is_below, is_above) = (from == 1 - rows as isize, to == cols as isize - 1);
    let off = |off: isize| off.to_string().replace('-', "−");
    match (from, to) {
        (0, 0) => "the main diagonal".into(),
        _ if from == to => format!("the diagonal column − row = {}", off(from)),
        (0, _) if is_above => "the main diagonal and the part above it".into(),
        (1, _) if is_above => "the part above the main diagonal".into(),
        (_, 0) if is_below => "the main diagonal and the part below it".into(),
        (_, -1) if is_below => "the part below the main diagonal".into(),
        _ if is_above => format!("the part with column − row ≥ {}", off(from)),
        _ if is_below => format!("the part with column − row ≤ {}", off(to)),
        _ => format!("the band {} ≤ column − row ≤ {}", off(from), off(to)),
    }
}

fn tiled(shape: (usize, usize), size: (usize, usize), tiles: &[bool]) -> String {
    let wrong: Vec<usize> = (0..tiles.len()).filter(|&at| tiles[at]).collect();
    let place = |at: &usize| format!("[{}][{}]", at / shape.1 * size.0, at % shape.1 * size.1);
    let tile = format!("tiles of {} × {}", size.0, size.1);
    let places: Vec<String> = wrong.iter().take(LISTED).map(place).collect();
    let of = format!("all of {} of the {} {tile}", grouped(wrong.len()), grouped(tiles.len()));
    match &places[..] {
        [only] => format!("all of the {} at {only}", tile.replacen("tiles", "tile", 1)),
        few if few.len() == wrong.len() => format!("{of}: at {}", joined(few)),
        many => format!("{of}, the first at {}", many[0]),
    }
}

/// `a, b and c`.
pub fn joined(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [some @ .., last] => format!("{} and {last}", some.join(", ")),
    }
}

/// `2nd`, `3rd`, `4th`.
fn ordinal(n: usize) -> String {
    let end = match (n % 100, n % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{}{end}", grouped(n))
}

/// A share in percent, or as a number where that would read as none or all.
fn share(wrong: usize, of: usize) -> String {
    let percent = 100.0 * wrong as f64 / of as f64;
    match percent {
        0.05..99.95 => format!("{percent:.1} %"),
        _ => grouped(wrong),
    }
}

/// A number with commas.
fn grouped(n: usize) -> String {
    let digits = n.to_string();
    let comma = |at: usize| at > 0 && (digits.len() - at).is_multiple_of(3);
    digits
        .chars()
        .enumerate()
        .flat_map(|(at, digit)| comma(at).then_some(',').into_iter().chain([digit]))
        .collect()
}
