//! The tests: what is counted in the masks, and how improbable the count is.
//!
//! By equation 2, all cells of all calls are independent and kept with probability p_k. Every test counts
//! hits among trials that are then independent with a known chance, so the count is binomial and its p-value
//! exact, for any number of cells. Only [`What::Repeat`] adds the chances of events that may overlap, which
//! yields a bound.

use super::mask::{Axis, Mask, agreements};
use super::plan::{Question, Role};
use super::tail::{Chance, ln_p_value};

/// The permitted error of the probability of keeping a cell: with uniform numbers of 23 bits, which many
/// libraries draw in single precision, it is off by up to 2^−23. At p = 1 there is no allowance.
pub const GRAIN: f64 = 1.0 / (1u64 << 23) as f64;

/// A question with its answer.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// The question.
    pub question: &'a Question,
    /// The answer.
    pub mask: Mask,
    /// How often each unit is kept.
    pub kept: Vec<usize>,
}

impl<'a> Sample<'a> {
    /// A mask that is the answer to a question.
    pub fn new(question: &'a Question, mask: Mask) -> Self {
        Sample { question, kept: mask.kept_by_unit(), mask }
    }
}

/// What a test counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What {
    /// Kept cells among all cells with this p in one role.
    Kept(f64),
    /// Kept cells of one unit.
    Unit(usize, f64),
    /// Pairs of cells that agree.
    Agree {
        /// The direction to the other cell.
        axis: Axis,
        /// The distance to the other cell.
        lag: usize,
        /// Which half of the pairs.
        phase: usize,
    },
    /// Last cells of a row, a column or a call that are what the others would determine if exactly half of
    /// all were kept.
    Last(Axis),
    /// Kept cells at one place of the short masks.
    Place(usize, usize),
    /// Places at which the first cells of a mask of [`Role::Even`] recur.
    Repeat,
}

/// A test and its result.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Test {
    /// What it counts.
    pub what: What,
    /// The questions whose answers it counts in.
    pub role: Role,
    /// The number of hits.
    pub hits: usize,
    /// The number of trials.
    pub trials: usize,
    /// The probability of a hit.
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

/// All tests, in a fixed order. The plan alone determines which ones there are.
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

/// The share of kept cells: by p, and by unit if a unit has enough cells. At p = 1 there is nothing to test,
/// since a single dropped cell is wrong.
fn rates(samples: &[Sample]) -> Vec<Test> {
    let mut tests = Vec::new();
    for role in [Role::Rates, Role::Even, Role::Skewed, Role::Fine, Role::Short] {
        // p, kept cells and cells, summed by p and by unit.
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

/// Pairs of cells. Two independent cells agree with probability p² + (1 − p)²; if each p is off by at most e,
/// that is off by at most 2e + 2e².
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

/// The last cell of a group, guessed from the others: kept if they keep fewer than half of the group.
/// Whatever the others are, the guess is right with probability 1/2.
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

/// Each place, over all short masks: the cells of a tail that a kernel forgets never change.
fn places(calls: &[&Mask]) -> Vec<Test> {
    let (rows, units) = (calls[0].rows.len(), calls[0].units);
    let test = |i, k| {
        let kept = calls.iter().filter(|mask| mask.at(i, k)).count();
        Test::new(Role::Short, What::Place(i, k), kept, calls.len(), 0.5, GRAIN)
    };
    (0..rows).flat_map(|i| (0..units).map(move |k| test(i, k))).collect()
}

/// The first 64 cells of each mask, searched for at every other place of all masks.
///
/// At one place they recur with a probability of at most (1/2 + e)^64, even if the places overlap, because
/// each successive cell is new. The sum over all places bounds the probability of any recurrence.
fn repeats(calls: &[&Mask]) -> Test {
    let found = recurrences(calls).len();
    let places = calls.len() * calls.iter().map(|mask| mask.cells()).sum::<usize>();
    let chance = (0.5 + GRAIN).powi(64);
    let ln_p = if found == 0 { 0.0 } else { (places as f64 * chance).ln() };
    Test { what: What::Repeat, role: Role::Even, hits: found, trials: places, chance, ln_p }
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
