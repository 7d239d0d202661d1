//! Cells that follow from others without exception, in all masks of a kind: what a mask is a copy of.
//!
//! A sentence names a cause only where every cell fits it. What follows in part gets bare figures instead.

use super::apart;
use crate::mask_test::Finding;
use crate::mask_test::mask::{Arrangement, Axis, Mask};
use crate::mask_test::plan::{Plan, Role};
use crate::mask_test::test::{Sample, Test, What, equal_masks, of, period};

/// The masks of one role, and what is said of them.
struct Calls<'a> {
    p: Vec<&'a [f64]>,
    masks: Vec<&'a Mask>,
    rows: usize,
    units: usize,
}

impl<'a> Calls<'a> {
    fn of(samples: &'a [Sample], role: Role) -> Self {
        let samples = of(samples, role);
        let masks: Vec<&Mask> = samples.iter().map(|sample| &sample.mask).collect();
        let (rows, units) = (masks[0].rows.len(), masks[0].units);
        Calls { p: samples.iter().map(|sample| &sample.question.p[..]).collect(), masks, rows, units }
    }

    /// The number of cells of a call.
    fn cells(&self) -> usize {
        self.rows * self.units
    }

    /// The share of kept cells.
    fn share(&self) -> f64 {
        let kept: usize = self.masks.iter().map(|mask| mask.kept()).sum();
        kept as f64 / (self.masks.len() * self.cells()) as f64
    }

    /// Whether two rows are equal in every call.
    fn rows_agree(&self, i: usize, other: usize) -> bool {
        self.masks.iter().all(|mask| mask.rows[i] == mask.rows[other])
    }

    /// Whether two units share one random number: the one of larger p is kept wherever the other is.
    fn units_agree(&self, k: usize, other: usize) -> bool {
        self.masks.iter().zip(&self.p).all(|(mask, p)| {
            mask.rows.iter().all(|row| {
                let [one, other_kept] = [k, other].map(|k| row >> k & 1 == 1);
                (p[k] > p[other] || one <= other_kept) && (p[other] > p[k] || other_kept <= one)
            })
        })
    }
}

/// What the masks of p = 1/2 are copies of; or else what those of other p, single cells and whole calls are.
pub fn found(plan: &Plan, samples: &[Sample], tests: &[Test], ln_level: f64) -> Vec<Finding> {
    // The test of this kind that rejects most clearly.
    let shown = |role: Role, is: &dyn Fn(What) -> bool| {
        let of_kind = tests.iter().filter(|test| test.role == role && is(test.what));
        of_kind.min_by(|one, other| one.ln_p.total_cmp(&other.ln_p)).filter(|test| test.ln_p <= ln_level)
    };
    let along = |role, axis| shown(role, &|what| matches!(what, What::Agree { axis: of, .. } if of == axis));
    let even = Calls::of(samples, Role::Even);
    let whole = [
        (short_period(&even), shown(Role::Even, &|what| matches!(what, What::Repeat | What::Rows))),
        (same_call(&even), along(Role::Even, Axis::Calls)),
        (grouped_rows(&even), along(Role::Even, Axis::Rows)),
        (grouped_units(&even), along(Role::Even, Axis::Units)),
    ];
    let findings = said(whole);
    if !findings.is_empty() {
        return findings;
    }
    let [rates, skewed, short] =
        [Role::Rates, Role::Skewed, Role::Short].map(|role| Calls::of(samples, role));
    let where_p = if plan.per_unit_p { "where the p of the units differ" } else { "where p is not 1/2" };
    let other_p = |says: Option<String>| says.map(|says| format!("{where_p}, {says}"));
    let fixed = fixed_distance(tests);
    let whole_calls = said([(constant_calls(&short), shown(Role::Short, &|what| what == What::Equal))]);
    if !whole_calls.is_empty() {
        return whole_calls;
    }
    let of_cells = said([
        (fixed.as_ref().map(|(says, _)| says.clone()), fixed.map(|(_, test)| test)),
        (rearranged(&even), shown(Role::Even, &|_| true)),
        (other_p(grouped_rows(&rates)), along(Role::Rates, Axis::Rows)),
        (other_p(grouped_units(&rates)), along(Role::Rates, Axis::Units)),
    ]);
    if !of_cells.is_empty() {
        return of_cells;
    }
    let of_calls = said([
        (few_masks(&short), shown(Role::Short, &|what| what == What::Equal)),
        (same_start(&even, &skewed), shown(Role::Even, &|what| what == What::Start(Role::Skewed))),
    ]);
    if !of_calls.is_empty() {
        return of_calls;
    }
    said([(copied_cells(&short), shown(Role::Short, &|what| matches!(what, What::Cells(..))))])
}

/// The sentences that hold and whose test rejects.
fn said<const N: usize>(sentences: [(Option<String>, Option<&Test>); N]) -> Vec<Finding> {
    let finding =
        |(says, test): (Option<String>, Option<&Test>)| Some(Finding { says: says?, test: Some(*test?) });
    sentences.into_iter().filter_map(finding).collect()
}

/// A stream that repeats after fewer cells than a mask has.
fn short_period(even: &Calls) -> Option<String> {
    let Calls { rows, units, .. } = *even;
    let cells = period(&even.masks).filter(|cells| ![units, rows * units].contains(cells))?;
    let length = match cells % units {
        0 => format!("{cells} cells ({} rows)", cells / units),
        _ => format!("{cells} cells"),
    };
    Some(format!("the stream has a short period: the mask repeats after {length}"))
}

fn same_call(even: &Calls) -> Option<String> {
    let is_same = even.masks.windows(2).all(|pair| pair[0] == pair[1]);
    is_same.then(|| "every call returns the same mask".to_string())
}

/// The largest size of groups of successive ones that are all like the first of their group.
fn group(count: usize, agree: impl Fn(usize, usize) -> bool) -> Option<usize> {
    (2..=count).rev().find(|&size| (0..count).all(|at| at % size == 0 || agree(at, at / size * size)))
}

fn grouped_rows(calls: &Calls) -> Option<String> {
    let size = group(calls.rows, |i, first| calls.rows_agree(i, first))?;
    Some(match size == calls.rows {
        true => "every row of the batch has the same mask".to_string(),
        false => format!("rows share their mask in groups of {size}"),
    })
}

fn grouped_units(calls: &Calls) -> Option<String> {
    let size = group(calls.units, |k, first| calls.units_agree(k, first))?;
    let p = calls.p[0];
    let (all, shared) = match p.iter().all(|other| *other == p[0]) {
        true => ("one mask entry: a row is kept or dropped as a whole", "their mask entry"),
        false => ("one random number: none is kept where one of larger p is dropped", "one random number"),
    };
    Some(match size == calls.units {
        true => format!("all units of a row share {all}"),
        false => format!("units share {shared} in groups of {size}"),
    })
}

/// Cells at the shortest fixed distance that always agree, or are always opposite.
fn fixed_distance(tests: &[Test]) -> Option<(String, &Test)> {
    let of_even = tests.iter().filter(|test| test.role == Role::Even);
    let mut fixed = of_even.filter_map(|test| match test.what {
        What::Agree { axis, lag, .. } if test.hits == 0 => {
            Some((format!("antithetic pairs: {} are always opposite", apart(axis, lag)), test))
        }
        What::Agree { axis, lag, .. } if test.hits == test.trials => {
            Some((format!("{} always agree", apart(axis, lag)), test))
        }
        _ => None,
    });
    fixed.next()
}

/// A mask, or half of one, that is another rearranged.
fn rearranged(even: &Calls) -> Option<String> {
    let half = even.rows / 2;
    let whole: Vec<&[u64]> = even.masks.iter().map(|mask| &mask.rows[..]).collect();
    let halves: Vec<&[u64]> =
        whole.iter().flat_map(|rows| [&rows[..half], &rows[even.rows - half..]]).collect();
    let of_whole =
        || Some(("a call returns the mask of an earlier one".to_string(), copy(&whole, even.units)?.2));
    let of_halves = || {
        let (one, other, how) = copy(&halves, even.units)?;
        let name = |at: usize| if at.is_multiple_of(2) { "first" } else { "second" };
        let of_which = if one / 2 == other / 2 { "its" } else { "an earlier mask's" };
        Some((format!("the {} half of a mask is {of_which} {} half", name(other), name(one)), how))
    };
    let (what, how) = of_whole().or_else(of_halves)?;
    Some(format!("{what}{how}"))
}

/// The first two of these blocks of rows of which one is the other rearranged, and how.
fn copy(blocks: &[&[u64]], units: usize) -> Option<(usize, usize, Arrangement)> {
    let pairs = (0..blocks.len()).flat_map(|other| (0..other).map(move |one| (one, other)));
    let mut ways = pairs.flat_map(|(one, other)| Arrangement::all().map(move |how| (one, other, how)));
    ways.find(|&(one, other, how)| how.of(blocks[other], units).eq(blocks[one].iter().copied()))
}

/// Cells of the short masks that always equal another, of those that are not always kept or always dropped.
fn copied_cells(short: &Calls) -> Option<String> {
    let cell = |at: usize| (at / short.units, at % short.units);
    let column =
        |at: usize| -> Vec<bool> { short.masks.iter().map(|mask| mask.at(cell(at).0, cell(at).1)).collect() };
    let columns: Vec<Vec<bool>> = (0..short.rows * short.units).map(column).collect();
    let copy = |at: usize| {
        let is_drawn = columns[at].iter().any(|kept| *kept != columns[at][0]);
        let original = (0..at).find(|&before| is_drawn && columns[before] == columns[at])?;
        Some(format!("cell {:?} equals cell {:?}", cell(at), cell(original)))
    };
    let copies: Vec<String> = (0..columns.len()).filter_map(copy).collect();
    let shown = copies.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if copies.len() > 3 { format!(" and {} more", copies.len() - 3) } else { String::new() };
    (!copies.is_empty()).then(|| format!("in every mask of {} × {}, {shown}{more}", short.rows, short.units))
}

/// Calls that keep every cell, or none.
fn constant_calls(short: &Calls) -> Option<String> {
    let (calls, shape) = (short.masks.len(), format!("{} × {}", short.rows, short.units));
    let with = |kept: usize| short.masks.iter().filter(|mask| mask.kept() == kept).count();
    // By chance, if cells are kept with the probability that all calls together show.
    let count = |kept: usize, share: f64, what: &str| {
        let is_chance =
            (with(kept) as f64) < 2.0 + 4.0 * calls as f64 * libm::pow(share, short.cells() as f64);
        (!is_chance).then(|| format!("{} of {calls} calls for {shape} {what}", with(kept)))
    };
    let says = [
        count(short.cells(), short.share(), "drop nothing"),
        count(0, 1.0 - short.share(), "drop everything"),
    ];
    let says: Vec<String> = says.into_iter().flatten().collect();
    (!says.is_empty()).then(|| says.join(", "))
}

/// Calls that return one of a few masks, more often than their share of kept cells explains.
fn few_masks(short: &Calls) -> Option<String> {
    let (calls, shape) = (short.masks.len(), format!("{} × {}", short.rows, short.units));
    let cycle = (1..=calls / 2).find(|lag| (*lag..calls).all(|at| short.masks[at] == short.masks[at - lag]));
    let equal = equal_masks(&short.masks);
    let share = short.share();
    let agree = libm::pow(share * share + (1.0 - share) * (1.0 - share), short.cells() as f64);
    if (equal.len() as f64) < 2.0 + 4.0 * agree * (calls * calls) as f64 {
        return None;
    }
    let different = (0..calls).filter(|at| equal.iter().all(|(_, copy)| copy != at)).count();
    Some(match cycle {
        Some(1) => format!("every call for {shape} returns the same mask"),
        Some(lag) => format!("the masks repeat after {lag} calls"),
        None => format!(
            "calls take their masks from a small pool: {calls} calls for {shape} return only {different} different ones"
        ),
    })
}

/// A call for a smaller p that keeps only cells that the first call for p = 1/2 keeps too.
fn same_start(even: &Calls, skewed: &Calls) -> Option<String> {
    let rows = even.masks[0].rows.iter().zip(&skewed.masks[0].rows);
    let is_shared = rows.clone().all(|(one, other)| other & !one == 0);
    is_shared.then(|| "the first calls for p = 1/2 and p = 1/4 have the same random numbers: the generator starts anew when the shape or p changes".to_string())
}
