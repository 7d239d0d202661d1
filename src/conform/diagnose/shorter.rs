//! Detects results that are right in a shorter arithmetic than the one the subject claims.

use super::case::Case;
use crate::number::{Arithmetic, Format};
use crate::oracle::tolerance::{ratio, tolerance};
use crate::trace::{Quantity, Unchecked};

/// This many results must be wrong by themselves, unless all wrong elements are numbers of the shorter format: a wrong
/// formula, such as a table or a short series, is one or two.
const RESULTS: usize = 5;

/// A message if all failing cases are within the tolerances of a shorter format, or of the claimed one without its
/// wider accumulator, and look as if they were computed in it. Cases without causes look so if all wrong elements are numbers of that format.
pub fn remark(claimed: Arithmetic, cases: &[Case]) -> Option<String> {
    let failed = || cases.iter().filter(|case| !case.passed);
    failed().next()?;
    let shorter = Format::ALL.into_iter().filter(|format| format.bits() <= claimed.storage.bits());
    let passes = |format: &Format| failed().all(|case| is_within(case, Arithmetic::plain(*format)));
    let format = shorter.into_iter().find(passes)?;
    let is_wrong = |&quantity: &Quantity| {
        failed().flat_map(|case| &case.findings).any(|finding| finding.quantity == quantity)
    };
    let is_stored = failed().all(|case| case.wrong_values().all(|x| format.nearest(x) == x));
    let looks_so = is_stored || Quantity::ALL.iter().filter(|quantity| is_wrong(quantity)).count() >= RESULTS;
    looks_so.then(|| {
        format!(
            "all failing results are within the tolerances of {}: is everything really computed in {claimed}?",
            format.name()
        )
    })
}

fn is_within(case: &Case, arithmetic: Arithmetic) -> bool {
    let bounds = tolerance(&case.question.problem, &case.solved.expected, arithmetic);
    case.results.quantities().all(|quantity| {
        let expected = case.solved.expected.cells(quantity);
        let Some(Unchecked::Grid(got)) = case.results.get(quantity) else { return false };
        let got = got.cells();
        let within = |((&expected, &got), bound): ((&f64, &f64), &Result<f64, _>)| {
            bound.as_ref().is_ok_and(|&bound| ratio(expected, got, bound) <= 1.0)
        };
        got.len() == expected.len() && expected.iter().zip(got).zip(bounds.cells(quantity)).all(within)
    })
}
