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
    /// The next row and the next unit.
    Falling,
    /// The next row and the previous unit.
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

/// How many pairs of cells that are `lag` apart along the axis agree, and how many such pairs there are.
///
/// Only pairs whose first cell is in an even run of `lag` places count in phase 0, and only those in an odd
/// run in phase 1. No two pairs of a phase share a cell, so under equation 2 they are independent.
pub fn agreements(calls: &[&Mask], axis: Axis, lag: usize, phase: usize) -> (usize, usize) {
    let units = calls[0].units;
    let first = |at: usize| at / lag % 2 == phase;
    let (mut agree, mut trials) = (0, 0);
    let mut compare = |one: u64, other: u64, among: u64| {
        agree += (!(one ^ other) & among).count_ones() as usize;
        trials += among.count_ones() as usize;
    };
    match axis {
        Axis::Units => {
            let among = (0..units - lag).filter(|&k| first(k)).map(|k| 1 << k).sum();
            calls.iter().flat_map(|mask| &mask.rows).for_each(|row| compare(*row, row >> lag, among));
        }
        Axis::Calls => {
            for (call, next) in
                calls.iter().zip(calls.iter().skip(lag)).enumerate().filter(|x| first(x.0)).map(|x| x.1)
            {
                call.rows.iter().zip(&next.rows).for_each(|(one, other)| compare(*one, *other, full(units)));
            }
        }
        Axis::Rows | Axis::Falling | Axis::Rising => {
            for rows in calls.iter().map(|mask| &mask.rows) {
                for i in (0..rows.len() - lag).filter(|&i| first(i)) {
                    let (one, other) = (rows[i], rows[i + lag]);
                    match axis {
                        Axis::Falling => compare(one, other >> 1, full(units - 1)),
                        Axis::Rising => compare(one >> 1, other, full(units - 1)),
                        _ => compare(one, other, full(units)),
                    }
                }
            }
        }
    }
    (agree, trials)
}
