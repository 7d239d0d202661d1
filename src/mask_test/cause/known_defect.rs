//! Known defects of the keep probability: what each uses in place of p, compared with what was kept.
//!
//! Like [`super::cause`], this file only explains what the tests have rejected.

use crate::mask_test::Finding;
use crate::mask_test::plan::{Plan, Role};
use crate::mask_test::tail::{Chance, ln_p_value};
use crate::mask_test::test::{GRAIN, Sample, Test, What};

/// Kept cells among the cells for which a defect predicts one probability.
struct Tally {
    role: Role,
    predicted: f64,
    kept: usize,
    cells: usize,
}

/// The first defect, among those whose prediction differs from p, that explains every count.
pub fn found(plan: &Plan, samples: &[Sample], rejected: &[&Test], ln_level: f64) -> Option<Finding> {
    let rate = **rejected.iter().find(|test| matches!(test.what, What::Kept(_) | What::Unit(..)))?;
    let first = &plan.questions[0].p;
    let explains = |instead: &dyn Fn(&[f64], usize) -> Option<f64>| {
        let tallies: Vec<Tally> = samples.iter().flat_map(|sample| by_unit(sample, instead)).collect();
        differs(samples, instead) && fits(tallies, ln_level)
    };
    type Defect<'a> = (&'a str, &'a dyn Fn(&[f64], usize) -> Option<f64>);
    let defects: [Defect; 10] = [
        ("keep and drop are swapped", &|p, k| Some(1.0 - p[k])),
        ("the keep probabilities of the first call are used in every call", &|_, k| {
            Some(first[k % first.len()])
        }),
        ("p of the first unit is used for all units", &|p, _| Some(p[0])),
        ("each unit uses the p of the unit before it", &|p, k| p.get(k.checked_sub(1)?).copied()),
        ("each unit uses the p of the unit after it", &|p, k| p.get(k + 1).copied()),
        ("p is applied in the reverse order of the units", &|p, k| Some(p[p.len() - 1 - k])),
        ("every unit is kept with probability 1/2, whatever its p", &|_, _| Some(0.5)),
        ("two masks are applied: units are kept with probability p²", &|p, k| Some(p[k] * p[k])),
        ("p is applied by row instead of by unit", &|_, _| None),
        ("p is averaged over the units", &|p, _| Some(p.iter().sum::<f64>() / p.len() as f64)),
    ];
    let by_row = || plan.per_unit_p && fits(samples.iter().flat_map(by_row).collect(), ln_level);
    let known = defects.into_iter().find(|(_, instead)| match instead(first, 1) {
        None => by_row(),
        Some(_) => explains(*instead),
    });
    let says = match known {
        Some((says, _)) => says.to_string(),
        None => coarse(samples, rejected, ln_level)?,
    };
    Some(Finding { says, test: Some(rate) })
}

/// The counts of each unit.
fn by_unit(sample: &Sample, instead: &dyn Fn(&[f64], usize) -> Option<f64>) -> Vec<Tally> {
    let role = sample.question.role;
    let tally = |(k, kept)| {
        Some(Tally { role, predicted: instead(&sample.question.p, k)?, kept, cells: sample.question.rows })
    };
    sample.kept.iter().copied().enumerate().filter_map(tally).collect()
}

/// The counts of the rows that would share a p if p were applied along the rows: row i uses p_i, and p starts
/// again where it ends.
fn by_row(sample: &Sample) -> Vec<Tally> {
    let (role, p) = (sample.question.role, &sample.question.p);
    let rows = |k: usize| sample.mask.rows.iter().skip(k).step_by(p.len());
    let kept = |k: usize| rows(k).map(|row| row.count_ones() as usize).sum();
    let tally = |k| Tally { role, predicted: p[k], kept: kept(k), cells: rows(k).count() * p.len() };
    (0..p.len()).map(tally).collect()
}

/// Whether a defect predicts a probability other than p for any unit.
fn differs(samples: &[Sample], instead: &dyn Fn(&[f64], usize) -> Option<f64>) -> bool {
    samples.iter().any(|sample| {
        let p = &sample.question.p;
        (0..p.len()).any(|k| instead(p, k).is_some_and(|predicted| predicted != p[k]))
    })
}

/// Whether every count agrees with its prediction, alone and together with all others of the same role and
/// prediction.
fn fits(mut tallies: Vec<Tally>, ln_level: f64) -> bool {
    let alone = tallies.len();
    for at in 0..alone {
        let Tally { role, predicted, kept, cells } = tallies[at];
        let same = |tally: &&mut Tally| tally.role == role && tally.predicted == predicted;
        match tallies[alone..].iter_mut().find(same) {
            Some(sum) => (sum.kept, sum.cells) = (sum.kept + kept, sum.cells + cells),
            None => tallies.push(Tally { role, predicted, kept, cells }),
        }
    }
    let may_be = |tally: &Tally| {
        ln_p_value(tally.kept, tally.cells, Chance::new(tally.predicted.clamp(0.0, 1.0)), GRAIN) > ln_level
    };
    tallies.iter().all(may_be)
}

/// Uniform numbers with few bits, where p becomes a multiple of 2^−b.
fn coarse(samples: &[Sample], rejected: &[&Test], ln_level: f64) -> Option<String> {
    // At the ends of the range, the rarer outcome reveals b itself: it happens once in 2^b cells.
    let shown =
        rejected.iter().find(|test| test.role == Role::Fine && test.hits > 0 && test.hits < test.trials);
    let bits = match shown {
        Some(test) => {
            let bits = (-libm::log2(test.share().min(1.0 - test.share()))).round() as i32;
            bits..=bits
        }
        None => 4..=16,
    };
    type Rounding = (&'static str, fn(f64, f64) -> f64);
    let roundings: [Rounding; 5] = [
        ("rounded up to", |p, steps| (p * steps).ceil() / steps),
        ("rounded down to", |p, steps| (p * steps).floor() / steps),
        ("rounded to", |p, steps| (p * steps).round() / steps),
        ("scaled by 2^b − 1 instead of 2^b and rounded to", |p, steps| (p * (steps - 1.0)).ceil() / steps),
        ("scaled by 2^b − 1 instead of 2^b and rounded to", |p, steps| {
            ((p * (steps - 1.0)).floor() + 1.0) / steps
        }),
    ];
    for b in bits.rev() {
        for (how, round) in roundings {
            let instead = |p: &[f64], k: usize| Some(round(p[k], libm::ldexp(1.0, b)));
            let tallies: Vec<Tally> = samples.iter().flat_map(|sample| by_unit(sample, &instead)).collect();
            if fits(tallies, ln_level) {
                let about = if shown.is_some() { "about" } else { "at most" };
                let says = format!(
                    "the uniform numbers are coarse, with {about} {b} bits: p is {how} a multiple of 2^−{b}"
                );
                return Some(says);
            }
        }
    }
    None
}
