//! Infers the mask of a subject that draws its own from the results of its forward pass.
//!
//! [`without_zeros`] removes the zeros from A; a unit is then kept if and only if ã ≠ 0. [`problem`] puts this mask
//! into the problem, and both passes of the same call are judged against it as in any case. [`findings`] describes
//! the most common defects of such layers: a wrong scale, and a different mask in the backward pass.

use super::question::{Question, Solved};
use crate::grid::{Grid, Vector};
use crate::number::Arithmetic;
use crate::oracle::tolerance;
use crate::problem::activation::ScalarActivation;
use crate::problem::{Activation, Faults, Inputs, Problem};
use crate::scalar::Step;
use crate::trace::{Quantity, Results, Unchecked};

/// The problem with 1 in A in place of each 0, and of each number that may underflow to 0 in the subject's format.
/// Its results reveal the mask.
///
/// # Errors
/// A message if a kept entry of A may leave the range of the subject's format.
pub fn without_zeros(problem: &Problem, arithmetic: Arithmetic) -> Result<Problem, String> {
    let (least, largest) = (arithmetic.storage.least_normal(), arithmetic.storage.largest());
    let Inputs { a, keep_prob: p, .. } = problem.inputs();
    if let Some((i, k)) = cells(problem).find(|&(i, k)| a.at(i, k).abs().max(1.0) / p.at(k) > largest / 2.0) {
        return Err(format!("A[{i}][{k}] / p[{k}] may leave the range of {}", arithmetic.storage.name()));
    }
    let nonzero = |&x: &f64| if x.abs() < least { 1.0 } else { x };
    problem.with(|inputs| inputs.a = inputs.a.map(nonzero)).map_err(|faults| faults.to_string())
}

/// The problem with the same A and p whose Z and A_next equal Ã, for a subject that does not return Ã: W and g are
/// identities, and b is 0. `dJ/dA_next` is A, which has no zeros.
///
/// # Errors
/// If W, n × n, is too large for one step.
pub fn identity_probe(problem: &Problem) -> Result<Problem, Faults> {
    let n = problem.n();
    let inputs = Inputs {
        w: Grid::tabulate(n, n, |k, j| one_if(j == k)),
        b: Vector::tabulate(n, |_| 0.0),
        da_next: problem.inputs().a.clone(),
        ..problem.inputs().clone()
    };
    Problem::from_grids(&inputs, Activation::Elementwise(ScalarActivation::Identity))
}

/// Whether Z equals Ã: W is the identity, and b is 0.
fn is_identity(problem: &Problem) -> bool {
    let Inputs { w, b, .. } = problem.inputs();
    let is_identity = (0..w.rows()).all(|k| (0..w.cols()).all(|j| w.at(k, j) == one_if(j == k)));
    w.rows() == w.cols() && is_identity && b.iter().all(|&x| x == 0.0)
}

fn one_if(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// The problem with the subject's mask in place of R: 1 where Ã is not 0.
///
/// # Errors
/// A message if the results do not reveal the mask.
pub fn problem(problem: &Problem, results: &Results) -> Result<Problem, String> {
    let (quantity, a_tilde) = shown(problem, results)?;
    let name = quantity.name();
    if let Some((i, k)) = cells(problem).find(|&(i, k)| !a_tilde.at(i, k).is_finite()) {
        return Err(format!("{name}[{i}][{k}] is {}: no mask can be inferred from it", a_tilde.at(i, k)));
    }
    let kept = a_tilde.map(|&x| one_if(x != 0.0));
    problem.with(|inputs| inputs.r = kept).map_err(|faults| faults.to_string())
}

/// The result that equals Ã, m × n: Ã itself, or Z or A_next of an [`identity_probe`].
fn shown<'a>(problem: &Problem, results: &'a Results) -> Result<(Quantity, &'a Grid<f64>), String> {
    let reveals = |quantity: &Quantity| match quantity {
        Quantity::ATilde => true,
        Quantity::Z => is_identity(problem),
        Quantity::ANext => {
            is_identity(problem)
                && *problem.activation() == Activation::Elementwise(ScalarActivation::Identity)
        }
        _ => false,
    };
    let quantity =
        Quantity::ALL.into_iter().filter(reveals).find(|&quantity| results.has(quantity)).ok_or(
            "no result reveals the mask: A_tilde would, as would Z or A_next if W and g are identities and b is 0",
        )?;
    let (m, n) = (problem.m(), problem.n());
    let shape = |_| format!("{} must be {m} × {n}: the mask is inferred from it", quantity.name());
    Ok((quantity, results.shaped(quantity, (m, n)).map_err(shape)?))
}

/// Messages about wrong scale or masks; empty if both are right. The question has the inferred mask.
pub fn findings(inferred: &Question, results: &Results) -> Vec<String> {
    let problem = &inferred.problem;
    let (Ok(shown), Ok(Solved { expected, bounds })) = (shown(problem, results), inferred.solved()) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    findings.extend(dropped_at_one(problem));
    findings.extend(scale(problem, shown, expected, bounds));
    if let Some(Unchecked::Grid(da)) = results.get(Quantity::Da) {
        findings.extend(backward_mask(problem, da, expected, bounds));
    }
    findings
}

/// The indices of all cells of A.
fn cells(problem: &Problem) -> impl Iterator<Item = (usize, usize)> + use<> {
    let (m, n) = (problem.m(), problem.n());
    (0..m).flat_map(move |i| (0..n).map(move |k| (i, k)))
}

fn dropped_at_one(problem: &Problem) -> Option<String> {
    let Inputs { keep_prob, r, .. } = problem.inputs();
    let (i, k) = cells(problem).find(|&(i, k)| keep_prob.at(k) == 1.0 && r.at(i, k) == 0.0)?;
    Some(format!("unit {k} is dropped in row {i} although p = 1 always keeps it"))
}

/// The factor of kept units, if it is not 1/p.
fn scale(
    problem: &Problem,
    (quantity, a_tilde): (Quantity, &Grid<f64>),
    expected: &Step<f64>,
    bounds: &Step<tolerance::Bound>,
) -> Option<String> {
    let Inputs { a, keep_prob: p, r, .. } = problem.inputs();
    let kept: Vec<(usize, usize)> = cells(problem).filter(|&(i, k)| r.at(i, k) == 1.0).collect();
    let bound = |i: usize, k: usize| bounds.forward.a_tilde.at(i, k).unwrap_or(f64::INFINITY);
    let right = |i: usize, k: usize| expected.forward.a_tilde.at(i, k);
    let &(i, k) = kept.iter().find(|&&(i, k)| (a_tilde.at(i, k) - right(i, k)).abs() > bound(i, k))?;
    let mean = p.iter().sum::<f64>() / p.len() as f64;
    let share = kept.len() as f64 / a.cells().len() as f64;
    type Defect<'a> = (&'a str, &'a dyn Fn(usize) -> f64);
    let defects: [Defect; 9] = [
        ("not scaled at all", &|_| 1.0),
        ("divided by 1 − p, not by p", &|k| 1.0 / (1.0 - p.at(k))),
        ("divided by p twice", &|k| 1.0 / p.at(k) / p.at(k)),
        ("multiplied by p, not divided by it", &|k| p.at(k)),
        ("multiplied by 1 − p, not divided by p", &|k| 1.0 - p.at(k)),
        ("doubled, regardless of p", &|_| 2.0),
        ("divided by p of the first unit", &|_| 1.0 / p.at(0)),
        ("divided by the mean of p", &|_| 1.0 / mean),
        ("divided by the fraction of units that were kept, not by p", &|_| 1.0 / share),
    ];
    // The bound scales with the factor; the last term allows for roundings in this comparison.
    let fits = |factor: &dyn Fn(usize) -> f64| {
        kept.iter().all(|&(i, k)| {
            let other = a.at(i, k) * factor(k);
            let near = bound(i, k) / right(i, k).abs() + 4.0 * f64::EPSILON;
            (a_tilde.at(i, k) - other).abs() <= 2.0 * near * other.abs()
        })
    };
    let name = quantity.name();
    Some(match defects.into_iter().find(|(_, factor)| fits(*factor)) {
        Some(("not scaled at all", _)) if kept.len() == a.cells().len() => {
            "nothing is dropped and nothing is scaled, as in evaluation mode".to_string()
        }
        Some((says, _)) => format!("kept units are {says}"),
        None => format!(
            "{name}[{i}][{k}] is {:?}, which is A[{i}][{k}] times {:?}; kept units must be scaled by 1/p = {:?}",
            a_tilde.at(i, k),
            a_tilde.at(i, k) / a.at(i, k),
            1.0 / p.at(k)
        ),
    })
}

/// A cell that only one of the passes drops.
fn backward_mask(
    problem: &Problem,
    da: &Grid<f64>,
    expected: &Step<f64>,
    bounds: &Step<tolerance::Bound>,
) -> Option<String> {
    let got = |i: usize, k: usize| (i < da.rows() && k < da.cols()).then(|| da.at(i, k));
    let r = &problem.inputs().r;
    let differs = |&(i, k): &(usize, usize)| match (r.at(i, k) == 0.0, got(i, k)) {
        (true, Some(da)) => da != 0.0,
        (false, Some(0.0)) => {
            expected.backward.da.at(i, k).abs() > bounds.backward.da.at(i, k).unwrap_or(f64::INFINITY)
        }
        _ => false,
    };
    let (i, k) = cells(problem).find(differs)?;
    let is = if r.at(i, k) == 0.0 { "not 0 where Ã is 0" } else { "0 where Ã is not 0" };
    Some(format!("the backward pass uses a different mask from the forward pass: dA[{i}][{k}] is {is}"))
}
