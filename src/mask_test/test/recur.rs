//! What recurs: whole stretches of cells that are equal to others. A conforming generator yields one with a
//! probability that the sum over all places bounds, since the cells compared are different ones.

use std::collections::HashMap;

use super::{GRAIN, Test, What};
use crate::mask_test::mask::{Arrangement, Mask};
use crate::mask_test::plan::Role;

/// The rows of a run whose recurrence counts: 96 cells of 32 units.
const RUN: usize = 3;

/// The probability that cells agree, at most, for a p of 1/2 that may be off by [`GRAIN`].
const AGREE: f64 = 0.5 + 3.0 * GRAIN;

/// A test whose p-value is a bound on the probability of any hit.
fn test(role: Role, what: What, hits: usize, trials: usize, chance: f64, ln_p: f64) -> Test {
    Test { what, role, hits, trials, chance, ln_p: if hits == 0 { 0.0 } else { ln_p.min(0.0) } }
}

/// The first 64 cells of each mask, searched for at every other place of all masks.
///
/// At one place they recur with a probability of at most (1/2 + e)^64, even if the places overlap, because
/// each successive cell is new. The sum over all places bounds the probability of any recurrence.
pub fn of_the_start(calls: &[&Mask]) -> Test {
    let places = calls.len() * calls.iter().map(|mask| mask.cells()).sum::<usize>();
    let chance = libm::pow(0.5 + GRAIN, 64.0);
    let ln_p = libm::log(places as f64 * chance);
    test(Role::Even, What::Repeat, recurrences(calls).len(), places, chance, ln_p)
}

/// Each two runs of three rows that share no row, compared in eight ways.
pub fn of_rows(calls: &[&Mask]) -> Test {
    let runs: usize = calls.iter().map(|mask| (mask.rows.len() + 1).saturating_sub(RUN)).sum();
    let cells = RUN * calls[0].units;
    let (pairs, chance) = (8 * (runs * runs.saturating_sub(1) / 2), libm::pow(AGREE, cells as f64));
    let found = usize::from(recurring_rows(calls).is_some());
    test(Role::Even, What::Rows, found, pairs, chance, libm::log(pairs as f64 * chance))
}

/// Each two masks, compared as a whole. Two pairs of equal masks are independent unless they are among three
/// masks, and then the probability of p³ + (1 − p)³ a cell is below the square of p² + (1 − p)²; so any two
/// are as improbable as two independent ones, or less.
pub fn of_masks(calls: &[&Mask]) -> Test {
    let pairs = calls.len() * (calls.len() - 1) / 2;
    let chance = libm::pow(AGREE, calls[0].cells() as f64);
    let found = equal_masks(calls).len();
    let any = pairs as f64 * chance;
    let two = pairs as f64 * (pairs as f64 - 1.0) / 2.0 * chance * chance;
    test(Role::Short, What::Equal, found, pairs, chance, libm::log(if found < 2 { any } else { two }))
}

/// The pairs of equal masks.
pub fn equal_masks(calls: &[&Mask]) -> Vec<(usize, usize)> {
    let pairs = (0..calls.len()).flat_map(|other| (0..other).map(move |one| (one, other)));
    pairs.filter(|&(one, other)| calls[one] == calls[other]).collect()
}

/// Rows that recur.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recurrence {
    /// The call and the row at which the first run starts.
    pub one: (usize, usize),
    /// The call and the row at which the other starts.
    pub other: (usize, usize),
    /// How the one is the other.
    pub how: Arrangement,
}

/// The first three rows that recur without sharing a row with their copy.
pub fn recurring_rows(calls: &[&Mask]) -> Option<Recurrence> {
    let units = calls[0].units;
    let run = |rows: &[u64], how: Arrangement| {
        how.of(rows, units).fold(0, |run, row| run << units | u128::from(row))
    };
    let plain = Arrangement::all().next().expect("eight of them");
    let mut seen: HashMap<u128, (usize, usize)> = HashMap::new();
    for (call, mask) in calls.iter().enumerate() {
        for (start, rows) in mask.rows.windows(RUN).enumerate() {
            for how in Arrangement::all() {
                let before = seen.get(&run(rows, how)).copied();
                if let Some(one) = before.filter(|one| one.0 != call || one.1 + RUN <= start) {
                    return Some(Recurrence { one, other: (call, start), how });
                }
            }
            seen.entry(run(rows, plain)).or_insert((call, start));
        }
    }
    None
}

/// Each start of a mask, with each other place at which its first 64 cells recur. Places are counted in cells
/// over all masks in order.
pub fn recurrences(calls: &[&Mask]) -> Vec<(usize, usize)> {
    let units = calls[0].units;
    let rows: Vec<u64> = calls.iter().flat_map(|mask| &mask.rows).copied().collect();
    let starts: Vec<usize> = (0..calls.len()).map(|call| call * calls[0].rows.len()).collect();
    // With 32 units per row, three rows contain every run of 64 cells that starts in the first of them.
    let run = |i: usize| {
        let row = |i: usize| u128::from(rows[i]);
        row(i) | row(i + 1) << units | row(i + 2) << (2 * units)
    };
    let wanted: Vec<u64> = starts.iter().map(|&start| run(start) as u64).collect();
    let mut found = Vec::new();
    for i in 0..rows.len() - 2 {
        let cells = run(i);
        for shift in 0..units {
            let window = (cells >> shift) as u64;
            for (&start, _) in starts.iter().zip(&wanted).filter(|(_, wanted)| **wanted == window) {
                if start * units != i * units + shift {
                    found.push((start * units, i * units + shift));
                }
            }
        }
    }
    found
}

/// The smallest number of cells after which the masks, in order, repeat from beginning to end; `None` if they
/// do not, or if less than a mask remains to show it.
pub fn period(calls: &[&Mask]) -> Option<usize> {
    let (rows, units) = (calls[0].rows.len(), calls[0].units);
    let cell = |c: usize| calls[c / units / rows].at(c / units % rows, c % units);
    let cells = calls.len() * rows * units;
    let repeats = |period: &usize| (0..cells - period).all(|c| cell(c) == cell(c + period));
    let from_the_first =
        recurrences(calls).into_iter().filter(|(start, _)| *start == 0).map(|(_, place)| place);
    from_the_first.filter(|place| *place <= cells - rows * units).find(repeats)
}
