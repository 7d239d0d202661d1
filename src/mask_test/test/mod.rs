//! The tests: what is counted in the masks, and how improbable the count is.
//!
//! By equation 2, all cells of all calls are independent and kept with probability p_k. Every test counts
//! hits among trials that are then independent with a known chance, so the count is binomial and its p-value
//! exact, for any number of cells. Where the chances of the trials differ, their mean bounds the tails
//! (Hoeffding 1956). Only the tests of `recur` add the chances of events that may overlap, which yields a
//! bound.

mod recur;

pub use recur::{Recurrence, equal_masks, period, recurrences, recurring_rows};

use super::mask::{Axis, Mask, agreements, full, pairs_of_units};
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
    /// Short masks in which the cells at two places agree.
    Cells((usize, usize), (usize, usize)),
    /// Cells of the first mask of [`Role::Even`] that agree with those at the same place of the first mask of
    /// this role.
    Start(Role),
    /// Last cells of a row, a column or a call that are what the others would determine if exactly half of
    /// all were kept.
    Last(Axis),
    /// Kept cells at one place of the short masks.
    Place(usize, usize),
    /// Places at which the first cells of a mask of [`Role::Even`] recur.
    Repeat,
    /// Three rows of [`Role::Even`] that recur elsewhere, in either order, with the units in either order, as
    /// they are or with kept and dropped swapped.
    Rows,
    /// Short masks that are equal.
    Equal,
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
    for role in [Role::Rates, Role::Even, Role::Skewed, Role::Short] {
        let samples = of(samples, role);
        let calls: Vec<&Mask> = samples.iter().map(|sample| &sample.mask).collect();
        tests.extend(neighbours(role, &samples));
        match role {
            Role::Even => {
                tests.extend([last_of_rows(&calls), last_of_columns(&calls)]);
                tests.extend([recur::of_the_start(&calls), recur::of_rows(&calls)]);
            }
            Role::Short => {
                tests.push(last_of_calls(&calls));
                tests.extend(places(&calls));
                tests.extend(cells(&calls));
                tests.push(recur::of_masks(&calls));
            }
            _ => {}
        }
    }
    tests.extend([Role::Rates, Role::Skewed].map(|role| start(samples, role)));
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

/// The longest distance between rows up to which every one is tested. Beyond it, powers of two are.
const NEAR: usize = 32;

/// Pairs of cells. Two independent cells agree with probability p² + (1 − p)², or, where their probabilities
/// differ, pq + (1 − p)(1 − q); if each is off by at most e, that is off by at most 2e + 2e².
fn neighbours(role: Role, samples: &[&Sample]) -> Vec<Test> {
    let calls: Vec<&Mask> = samples.iter().map(|sample| &sample.mask).collect();
    let (rows, units) = (calls[0].rows.len(), calls[0].units);
    let mut lags = Vec::new();
    if role != Role::Rates {
        lags.push((Axis::Calls, 1));
    }
    if role != Role::Short {
        lags.extend((1..units).map(|lag| (Axis::Units, lag)));
        lags.extend((1..=NEAR.min(rows / 2)).map(|lag| (Axis::Rows, lag)));
    }
    if matches!(role, Role::Even | Role::Skewed) {
        let powers = (0..).map(|e| 1 << e).take_while(|lag| 2 * lag <= rows);
        lags.extend(powers.filter(|lag| *lag > NEAR).map(|lag| (Axis::Rows, lag)));
        lags.extend((1..units).flat_map(|lag| [(Axis::Falling, lag), (Axis::Rising, lag)]));
    }
    let phases = |(axis, lag)| [(axis, lag, 0), (axis, lag, 1)];
    let test = |(axis, lag, phase)| {
        let (agree, pairs) = agreements(&calls, axis, lag, phase);
        let chances = samples.iter().flat_map(|sample| {
            let p = &sample.question.p;
            pairs_of_units(units, axis, lag, phase).map(|(k, l)| p[k] * p[l] + (1.0 - p[k]) * (1.0 - p[l]))
        });
        Test::new(role, What::Agree { axis, lag, phase }, agree, pairs, mean(chances), 3.0 * GRAIN)
    };
    let pairs = lags.into_iter().flat_map(phases).map(test);
    pairs.filter(|test| test.trials > 0).collect()
}

/// The mean, or 0 of nothing.
fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    sum / f64::from(count.max(1))
}

/// The first masks of two roles, which differ in p, in the number of rows or in both: for a p of 1/2, cells
/// agree with probability 1/2 whatever the other p is.
fn start(samples: &[Sample], role: Role) -> Test {
    let [even, other] = [Role::Even, role].map(|role| &of(samples, role)[0].mask);
    let units = even.units.min(other.units);
    let (mut agree, mut pairs) = (0, 0);
    for (one, other) in even.rows.iter().zip(&other.rows) {
        agree += (!(one ^ other) & full(units)).count_ones() as usize;
        pairs += units;
    }
    Test::new(Role::Even, What::Start(role), agree, pairs, 0.5, 3.0 * GRAIN)
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

/// Each two places, over all short masks: cells that copy others, as in a tail that a kernel fills anew.
fn cells(calls: &[&Mask]) -> Vec<Test> {
    let (rows, units) = (calls[0].rows.len(), calls[0].units);
    let places: Vec<(usize, usize)> = (0..rows).flat_map(|i| (0..units).map(move |k| (i, k))).collect();
    let test = |one: (usize, usize), other: (usize, usize)| {
        let agree = calls.iter().filter(|mask| mask.at(one.0, one.1) == mask.at(other.0, other.1)).count();
        Test::new(Role::Short, What::Cells(one, other), agree, calls.len(), 0.5, 3.0 * GRAIN)
    };
    let pairs =
        places.iter().enumerate().flat_map(|(at, one)| places[..at].iter().map(move |other| (*other, *one)));
    pairs.map(|(one, other)| test(one, other)).collect()
}
