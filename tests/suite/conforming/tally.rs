//! [`Tally`]: the outcome of a number of draws, as tables of quantities by arithmetics.

use super::judge::{Draw, draws};
use dropout_oracle::number::Arithmetic;
use dropout_oracle::trace::Quantity;
use rayon::prelude::*;
use std::ops::Range;

/// The outcome of a number of draws.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many there were.
    pub draws: usize,
    /// Those with an element that exceeds its tolerance, each with the worst element of its first wrong result.
    pub failures: Vec<String>,
    cells: [[Cell; 8]; 7],
}

/// The elements of one quantity in one arithmetic.
#[derive(Clone, Copy, Debug, Default)]
struct Cell {
    elements: usize,
    not_judged: usize,
    /// The largest error / tolerance, in cases that stand on no kink: there any result that chose the
    /// other side reaches 1.
    reach: f64,
}

impl Tally {
    /// The tally of the draws with these numbers.
    pub fn of(numbers: Range<u64>) -> Self {
        draws(numbers).map(Tally::of_one).reduce(Tally::default, Tally::with)
    }

    fn of_one(draw: Draw) -> Self {
        let results = draw.run(draw.freedom(), None);
        let counts = !draw.case.stands_on_kink(draw.arithmetic);
        let mut tally = Tally { draws: 1, ..Tally::default() };
        tally.cells[draw.arithmetic] = Quantity::ALL.map(|quantity| {
            let elements = draw.judged(&results, quantity);
            let reaches = elements.iter().flatten().map(|judged| judged.reach());
            Cell {
                elements: elements.len(),
                not_judged: elements.iter().filter(|element| element.is_none()).count(),
                reach: if counts { reaches.fold(0.0, f64::max) } else { 0.0 },
            }
        });
        tally.failures.extend(draw.failure(&results).map(|judged| draw.report(&judged)));
        tally
    }

    /// Both together.
    pub fn with(mut self, other: Self) -> Self {
        for (cell, other) in self.cells.iter_mut().flatten().zip(other.cells.into_iter().flatten()) {
            cell.elements += other.elements;
            cell.not_judged += other.not_judged;
            cell.reach = cell.reach.max(other.reach);
        }
        self.draws += other.draws;
        self.failures.extend(other.failures);
        self
    }

    /// The largest error / tolerance.
    pub fn reach(&self) -> String {
        self.table(|cell| format!("{:.2}", cell.reach))
    }

    /// The share of elements that are not judged.
    pub fn not_judged(&self) -> String {
        self.table(|cell| format!("{:.1}%", 100.0 * cell.not_judged as f64 / cell.elements as f64))
    }

    /// One row per arithmetic, one column per quantity.
    fn table(&self, entry: impl Fn(&Cell) -> String) -> String {
        let line = |name: String, entries: [String; 8]| {
            format!("{name:<9}{}\n", entries.map(|entry| format!("{entry:>9}")).concat())
        };
        let header = line(String::new(), Quantity::ALL.map(|quantity| quantity.name().into()));
        let rows = Arithmetic::ALL.iter().zip(&self.cells);
        let rows = rows.map(|(arithmetic, cells)| line(arithmetic.to_string(), cells.each_ref().map(&entry)));
        header + &rows.collect::<String>()
    }
}
