//! A mask as bits, one word per row, and what can be counted in it quickly.

/// A mask of at most 64 units: bit k of row i is r of cell (i, k).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    /// The number of units in a row.
    pub units: usize,
    /// The rows.
    pub rows: Vec<u64>,
}

/// The direction from one cell of a pair to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Axis {
    /// The same row, another unit.
    Units,
    /// The same unit, another row.
    Rows,
    /// The same place, another call.
    Calls,
    /// The next row, and a unit that comes later by the distance.
    Falling,
    /// The next row, and a unit that comes earlier by the distance.
    Rising,
}

impl Mask {
    /// The mask in the rows of an answer.
    ///
    /// # Errors
    /// A sentence, if the shape is not `rows` × `units` or an entry is neither 0 nor 1.
    pub fn read(answer: &[Vec<f64>], rows: usize, units: usize) -> Result<Mask, String> {
        if answer.len() != rows {
            return Err(format!("{rows} rows were requested, and {} returned", answer.len()));
        }
        let read = |(i, row): (usize, &Vec<f64>)| {
            if row.len() != units {
                return Err(format!("row {i} has {} units, but p has {units}", row.len()));
            }
            let mut word = 0;
            for (k, &r) in row.iter().enumerate() {
                if r != 0.0 && r != 1.0 {
                    return Err(format!("R[{i}][{k}] is {r}: a mask entry must be exactly 0 or 1"));
                }
                word |= u64::from(r == 1.0) << k;
            }
            Ok(word)
        };
        Ok(Mask { units, rows: answer.iter().enumerate().map(read).collect::<Result<_, _>>()? })
    }

    /// The number of cells.
    pub fn cells(&self) -> usize {
        self.rows.len() * self.units
    }

    /// The number of kept cells.
    pub fn kept(&self) -> usize {
        self.rows.iter().map(|row| row.count_ones() as usize).sum()
    }

    /// How often each unit is kept.
    pub fn kept_by_unit(&self) -> Vec<usize> {
        let mut kept = vec![0; self.units];
        for row in &self.rows {
            for (k, count) in kept.iter_mut().enumerate() {
                *count += (row >> k & 1) as usize;
            }
        }
        kept
    }

    /// Whether cell (i, k) is kept.
    pub fn at(&self, i: usize, k: usize) -> bool {
        self.rows[i] >> k & 1 == 1
    }
}

/// The lowest `units` bits.
pub fn full(units: usize) -> u64 {
    u64::MAX >> (64 - units)
}

/// One of eight ways in which rows may be a copy of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrangement {
    /// Whether the rows come in reverse order.
    pub rows_reversed: bool,
    /// Whether the units come in reverse order.
    pub units_reversed: bool,
    /// Whether kept and dropped are swapped.
    pub swapped: bool,
}

impl Arrangement {
    /// All of them, the plain copy first.
    pub fn all() -> impl Iterator<Item = Arrangement> + Clone {
        (0..8).map(|way| {
            let [rows_reversed, units_reversed, swapped] = [1, 2, 4].map(|bit| way & bit != 0);
            Arrangement { rows_reversed, units_reversed, swapped }
        })
    }

    /// The rows so arranged. Each arrangement is its own reverse.
    pub fn of(self, rows: &[u64], units: usize) -> impl Iterator<Item = u64> {
        let row = move |i: usize| {
            let row = rows[if self.rows_reversed { rows.len() - 1 - i } else { i }];
            let row = if self.units_reversed { row.reverse_bits() >> (64 - units) } else { row };
            if self.swapped { !row & full(units) } else { row }
        };
        (0..rows.len()).map(row)
    }
}

/// Such as ", with the rows in reverse order and kept and dropped swapped"; nothing for a plain copy.
impl std::fmt::Display for Arrangement {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let ways = [
            (self.rows_reversed, "the rows in reverse order"),
            (self.units_reversed, "the units in reverse order"),
            (self.swapped, "kept and dropped swapped"),
        ];
        let ways: Vec<&str> = ways.into_iter().filter(|way| way.0).map(|way| way.1).collect();
        if ways.is_empty() { Ok(()) } else { write!(f, ", with {}", ways.join(" and ")) }
    }
}

/// The units of the two cells of each pair of [`agreements`] in a row.
pub fn pairs_of_units(
    units: usize,
    axis: Axis,
    lag: usize,
    phase: usize,
) -> impl Iterator<Item = (usize, usize)> {
    let pair = move |k: usize| match axis {
        Axis::Units => (is_first(k, lag, phase) && k + lag < units).then_some((k, k + lag)),
        Axis::Rows | Axis::Calls => Some((k, k)),
        Axis::Falling => (k + lag < units).then_some((k, k + lag)),
        Axis::Rising => k.checked_sub(lag).map(|other| (k, other)),
    };
    (0..units).filter_map(pair)
}

/// Whether the first cell of a pair of this phase may be at this place: in an even run of `lag` places in phase
/// 0, in an odd one in phase 1.
fn is_first(at: usize, lag: usize, phase: usize) -> bool {
    at / lag % 2 == phase
}

/// How many pairs of cells that are `lag` apart along the axis agree, and how many such pairs there are.
///
/// Only pairs whose first cell is in an even run of `lag` places count in phase 0, and only those in an odd
/// run in phase 1; from one row to the next, the runs are rows. No two pairs of a phase share a cell, so under
/// equation 2 they are independent.
pub fn agreements(calls: &[&Mask], axis: Axis, lag: usize, phase: usize) -> (usize, usize) {
    let units = calls[0].units;
    let among: u64 = pairs_of_units(units, axis, lag, phase).map(|(k, _)| 1 << k).sum();
    let (mut agree, mut trials) = (0, 0);
    let mut compare = |one: u64, other: u64| {
        agree += (!(one ^ other) & among).count_ones() as usize;
        trials += among.count_ones() as usize;
    };
    // The cell beside each cell of a row, moved to its place.
    let beside = |row: u64| match axis {
        Axis::Units | Axis::Falling => row >> lag,
        Axis::Rising => row << lag,
        Axis::Rows | Axis::Calls => row,
    };
    match axis {
        Axis::Units => {
            calls.iter().flat_map(|mask| &mask.rows).for_each(|row| compare(*row, beside(*row)));
        }
        Axis::Calls => {
            for call in (0..calls.len() - lag).filter(|&call| is_first(call, lag, phase)) {
                let rows = calls[call].rows.iter().zip(&calls[call + lag].rows);
                rows.for_each(|(one, other)| compare(*one, *other));
            }
        }
        Axis::Rows | Axis::Falling | Axis::Rising => {
            let down = if axis == Axis::Rows { lag } else { 1 };
            for rows in calls.iter().map(|mask| &mask.rows) {
                let first = (0..rows.len() - down).filter(|&i| is_first(i, down, phase));
                first.for_each(|i| compare(rows[i], beside(rows[i + down])));
            }
        }
    }
    (agree, trials)
}
