//! The enumerated tests: what is counted in the masks, and how improbable the count is.
//!
//! Equation 2 says that all cells of all calls are independent, and kept with probability p_k. Every
//! test counts hits among trials that are then independent with a known chance, so that the count is
//! binomial and its p-value exact, for any number of cells. Only [`What::Repeat`] adds up the chances
//! of events that may overlap: a bound.

use super::mask::{Axis, Mask, agreements};
use super::plan::{Question, Role};
use super::tail::{Chance, ln_p_value};

/// What the chance to keep may be off by, for a subject to be called sound: uniform numbers of 23 bits,
/// which many libraries draw in single precision, keep with a probability up to 2^−23 beside p. At p = 1
/// there is no allowance.
pub const GRAIN: f64 = 1.0 / (1u64 << 23) as f64;

/// A question with its answer.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// What was asked.
    pub question: &'a Question,
    /// What came.
    pub mask: Mask,
    /// How often each unit is kept.
    pub kept: Vec<usize>,
}

impl<'a> Sample<'a> {
    /// The mask that came as the answer.
    pub fn new(question: &'a Question, mask: Mask) -> Self {
        Sample { question, kept: mask.kept_by_unit(), mask }
    }
}

/// What a test counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// Kept cells among all with this p in one role.
    Kept(f64),
    /// Kept cells of one unit.
    Unit(usize, f64),
    /// Pairs of cells that agree.
    Agree {
        /// Where the other cell lies.
        axis: Axis,
        /// How far.
        lag: usize,
        /// Which half of the pairs.
        phase: usize,
    },
    /// Last cells of a row, a column or a call that are what the number of the others would make them,
    /// if exactly half of all were kept.
    Last(Axis),
    /// Kept cells at one place of the short masks.
    Place(usize, usize),
    /// Places at which the first cells of an even mask occur again.
    Repeat,
}

/// A test and its result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// What it counts.
    pub what: What,
    /// In the answers to which questions.
    pub role: Role,
    /// How many.
    pub hits: usize,
    /// Among how many.
    pub trials: usize,
    /// The chance of a hit.
    pub chance: f64,
    /// The logarithm of the p-value.
    pub ln_p: f64,
}

impl Test {
    fn new(role: Role, what: What, hits: usize, trials: usize, p: f64, slack: f64) -> Test {
        let ln_p = ln_p_value(hits, trials, Chance::new(p), slack);
        Test { what, role, hits, trials, chance: p, ln_p }
    }

    /// The share of hits.
    pub fn share(&self) -> f64 {
        self.hits as f64 / self.trials as f64
    }
}

/// The answers to the questions of one role.
pub fn of<'a>(samples: &'a [Sample], role: Role) -> Vec<&'a Sample<'a>> {
    samples.iter().filter(|sample| sample.question.role == role).collect()
}

/// All tests, in a fixed order: which there are depends on the plan alone.
pub fn all(samples: &[Sample]) -> Vec<Test> {
    let mut tests = rates(samples);
    for role in [Role::Even, Role::Skewed, Role::Short] {
        let calls: Vec<&Mask> = of(samples, role).iter().map(|sample| &sample.mask).collect();
        let p = of(samples, role)[0].question.p[0];
        tests.extend(neighbours(role, &calls, p));
        match role {
            Role::Even => {
                tests.extend([last_of_rows(&calls), last_of_columns(&calls), repeats(&calls)]);
            }
            Role::Short => {
                tests.push(last_of_calls(&calls));
                tests.extend(places(&calls));
            }
            _ => {}
        }
    }
    tests
}

/// The share of kept cells: by p, and by unit where a unit has cells enough. At p = 1 there is nothing
/// to test: one dropped cell is wrong.
fn rates(samples: &[Sample]) -> Vec<Test> {
    let mut tests = Vec::new();
    for role in [Role::Rates, Role::Even, Role::Skewed, Role::Fine, Role::Short] {
        // Kept cells, cells and p of each unit, then the same summed over the units of one p.
        let mut by_p: Vec<(f64, usize, usize)> = Vec::new();
        let mut by_unit: Vec<(f64, usize, usize)> = Vec::new();
        for sample in of(samples, role) {
            for (k, &kept) in sample.kept.iter().enumerate() {
                let (p, rows) = (sample.question.p[k], sample.question.rows);
                if by_unit.len() == k {
                    by_unit.push((p, 0, 0));
                }
                by_unit[k] = (p, by_unit[k].1 + kept, by_unit[k].2 + rows);
                match by_p.iter_mut().find(|known| known.0 == p) {
                    Some(known) => *known = (p, known.1 + kept, known.2 + rows),
                    None => by_p.push((p, kept, rows)),
                }
            }
        }
        let test = |what, (p, kept, cells)| Test::new(role, what, kept, cells, p, GRAIN);
        tests
            .extend(by_p.iter().filter(|known| known.0 < 1.0).map(|&known| test(What::Kept(known.0), known)));
        if matches!(role, Role::Even | Role::Skewed) {
            tests.extend(by_unit.iter().enumerate().map(|(k, &known)| test(What::Unit(k, known.0), known)));
        }
    }
    tests
}

/// Pairs of cells: two independent ones agree with the chance p² + (1 − p)². Where each p is off by at
/// most e, that is off by at most 2e + 2e².
fn neighbours(role: Role, calls: &[&Mask], p: f64) -> Vec<Test> {
    let (rows, units) = (calls[0].rows.len(), calls[0].units);
    let powers = |end: usize| (0..).map(|e| 1 << e).take_while(move |lag| 2 * lag <= end);
    let mut lags = vec![(Axis::Calls, 1)];
    if role != Role::Short {
        lags.extend(powers(units).chain([3]).map(|lag| (Axis::Units, lag)));
        lags.extend(powers(rows).chain([3]).map(|lag| (Axis::Rows, lag)));
        lags.extend([(Axis::Falling, 1), (Axis::Rising, 1)]);
    }
    let phases = |(axis, lag)| [(axis, lag, 0), (axis, lag, 1)];
    let test = |(axis, lag, phase)| {
        let (agree, pairs) = agreements(calls, axis, lag, phase);
        let chance = p * p + (1.0 - p) * (1.0 - p);
        Test::new(role, What::Agree { axis, lag, phase }, agree, pairs, chance, 3.0 * GRAIN)
    };
    let pairs = lags.into_iter().flat_map(phases).map(test);
    pairs.filter(|test| test.trials > 0).collect()
}

/// The last cell of a group guessed from the others: kept where fewer than half of the group are.
/// Whatever the others are, the guess is right with the chance 1/2.
fn last(role: Role, axis: Axis, groups: impl Iterator<Item = (usize, usize, bool)>) -> Test {
    let right = |(kept, size, last): (usize, usize, bool)| {
        let others = kept - usize::from(last);
        (others < size / 2) == last
    };
    let (hits, trials) =
        groups.fold((0, 0), |(hits, trials), group| (hits + usize::from(right(group)), trials + 1));
    Test::new(role, What::Last(axis), hits, trials, 0.5, GRAIN)
}

fn last_of_rows(calls: &[&Mask]) -> Test {
    let group = |row: &u64, units: usize| (row.count_ones() as usize, units, row >> (units - 1) & 1 == 1);
    last(
        Role::Even,
        Axis::Rows,
        calls.iter().flat_map(|mask| mask.rows.iter().map(|row| group(row, mask.units))),
    )
}

fn last_of_columns(calls: &[&Mask]) -> Test {
    let groups = calls.iter().flat_map(|mask| {
        let rows = mask.rows.len();
        let group = move |(k, kept)| (kept, rows, mask.at(rows - 1, k));
        mask.kept_by_unit().into_iter().enumerate().map(group)
    });
    last(Role::Even, Axis::Units, groups)
}

fn last_of_calls(calls: &[&Mask]) -> Test {
    let group = |mask: &&Mask| (mask.kept(), mask.cells(), mask.at(mask.rows.len() - 1, mask.units - 1));
    last(Role::Short, Axis::Calls, calls.iter().map(group))
}

/// Each place of the short masks over all of them: a tail that a kernel forgets is stuck.
fn places(calls: &[&Mask]) -> Vec<Test> {
    let (rows, units) = (calls[0].rows.len(), calls[0].units);
    let test = |i, k| {
        let kept = calls.iter().filter(|mask| mask.at(i, k)).count();
        Test::new(Role::Short, What::Place(i, k), kept, calls.len(), 0.5, GRAIN)
    };
    (0..rows).flat_map(|i| (0..units).map(move |k| test(i, k))).collect()
}

/// The first 64 cells of each mask, looked for at every other place of all of them. At one place they
/// occur by chance with (1/2 + e)^64 at most, where the places overlap too, because each further cell is
/// a new one; the sum over the places bounds the chance of any.
fn repeats(calls: &[&Mask]) -> Test {
    let found = recurrences(calls).len();
    let places = calls.len() * calls.iter().map(|mask| mask.cells()).sum::<usize>();
    let chance = (0.5 + GRAIN).powi(64);
    let ln_p = if found == 0 { 0.0 } else { (places as f64 * chance).ln() };
    Test { what: What::Repeat, role: Role::Even, hits: found, trials: places, chance, ln_p }
}

/// The start of a mask and each other place at which its first 64 cells occur, counted in cells over all
/// masks in order.
pub fn recurrences(calls: &[&Mask]) -> Vec<(usize, usize)> {
    let units = calls[0].units;
    let rows: Vec<u64> = calls.iter().flat_map(|mask| &mask.rows).copied().collect();
    let starts: Vec<usize> = (0..calls.len()).map(|call| call * calls[0].rows.len()).collect();
    // Two rows and a third make up every run of 64 cells that begins in the first: 32 units a row.
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

/// The least number of cells after which the masks, in order, repeat from beginning to end; `None` where
/// they do not, or where less than a mask is left to see it in.
pub fn period(calls: &[&Mask]) -> Option<usize> {
    let (rows, units) = (calls[0].rows.len(), calls[0].units);
    let cell = |c: usize| calls[c / units / rows].at(c / units % rows, c % units);
    let cells = calls.len() * rows * units;
    let repeats = |period: &usize| (0..cells - period).all(|c| cell(c) == cell(c + period));
    let from_the_first =
        recurrences(calls).into_iter().filter(|(start, _)| *start == 0).map(|(_, place)| place);
    from_the_first.filter(|place| *place <= cells - rows * units).find(repeats)
}
