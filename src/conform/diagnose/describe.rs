//! Describes what no known defect explains: what all of its wrong elements have in common.

use super::case::{Case, Finding};
use super::peel::Findings;
use crate::conform::judge::localise::equation;
use crate::problem::Problem;

/// A wrong element that nothing explains.
struct Element<'a> {
    case: &'a Case<'a>,
    finding: &'a Finding,
    /// Its row and column, and those of the result.
    place: [usize; 2],
    shape: (usize, usize),
    got: f64,
    right: f64,
}

/// A name and what it names of an element.
type Property<T> = (&'static str, fn(&Element) -> T);

/// One sentence, of which each part holds for every wrong element; `None` if nothing is left, or nothing holds.
pub fn remark(cases: &[Case], findings: &Findings) -> Option<String> {
    let element = |(case, finding, element): (usize, usize, usize)| {
        let case: &Case = &cases[case];
        let finding = &case.findings[finding];
        let (shape, got, right) = case.at(finding, element)?;
        let at = finding.elements[element];
        Some(Element { case, finding, place: [at / shape.1, at % shape.1], shape, got, right })
    };
    let all: Vec<Element> = findings.unexplained().filter_map(element).collect();
    if all.is_empty() {
        return None;
    }
    let common = [
        common(&all, |x| x.finding.quantity)
            .map(|quantity| format!("all at {} (equation {})", quantity.name(), equation(quantity))),
        common(&all, |x| x.finding.activation.unwrap_or(x.case.question.problem.activation().name()))
            .map(|name| format!("all with {name}")),
        ratio(&all),
        place(&all),
    ];
    let parts: Vec<String> = common.into_iter().flatten().collect();
    // Sizes alone say little.
    let sizes = sizes(&all, cases).filter(|_| !parts.is_empty());
    let sentence = || parts.iter().cloned().chain(sizes).collect::<Vec<_>>().join("; ");
    (!parts.is_empty()).then(|| format!("what is left: {}", sentence()))
}

/// What all have in common.
fn common<T: PartialEq + Copy>(all: &[Element], of: impl Fn(&Element) -> T) -> Option<T> {
    let first = of(all.first()?);
    all.iter().all(|x| of(x) == first).then_some(first)
}

/// The ratio of the wrong values to the right ones, if it is the same for all.
fn ratio(all: &[Element]) -> Option<String> {
    let words: [Property<bool>; 4] = [
        ("0", |x| x.got == 0.0),
        ("NaN", |x| x.got.is_nan()),
        ("infinite", |x| x.got.is_infinite()),
        ("equal to the right ones, negated", |x| x.got == -x.right),
    ];
    if let Some((word, _)) = words.iter().find(|(_, is)| all.iter().all(is)) {
        return Some(format!("all wrong values are {word}"));
    }
    let ratios = || all.iter().map(|x| x.got / x.right);
    let (least, most) = ratios().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), x| (a.min(x), b.max(x)));
    // Values near the right ones are told by their difference, which must be the same to a tenth.
    let off = [least - 1.0, most - 1.0];
    let is_near = off.iter().all(|off| off.abs() < 1e-3);
    let spread = if is_near { 0.1 * off[0].abs() } else { 1e-3 * least.abs() };
    let is_one = ratios().all(f64::is_finite) && most - least <= spread;
    (is_one && all.len() > 1).then(|| match is_near {
        true => format!("all wrong values differ from the right ones by {:.1e} of them", off[0]),
        false => format!("all wrong values are {least:.4} times the right ones"),
    })
}

/// Where all wrong elements stand.
fn place(all: &[Element]) -> Option<String> {
    let places: [Property<bool>; 4] = [
        ("last row", |x| x.shape.0 > 1 && x.place[0] + 1 == x.shape.0),
        ("first row", |x| x.shape.0 > 1 && x.place[0] == 0),
        ("last column", |x| x.shape.1 > 1 && x.place[1] + 1 == x.shape.1),
        ("first column", |x| x.shape.1 > 1 && x.place[1] == 0),
    ];
    let (name, _) = places.iter().find(|(_, is)| all.iter().all(is))?;
    Some(format!("all wrong elements stand in the {name}"))
}

/// The sizes that all these cases have in common, where they are 1 or large and those of the cases that pass are not.
fn sizes(all: &[Element], cases: &[Case]) -> Option<String> {
    const LARGE: usize = 5;
    type Size = (&'static str, fn(&Problem) -> usize);
    let sizes: [Size; 3] = [("m", Problem::m), ("n", Problem::n), ("n_next", Problem::n_next)];
    let of = |(name, size): &Size| {
        let these = || all.iter().map(|x| size(&x.case.question.problem));
        let passing = || cases.iter().filter(|case| case.passed).map(|case| size(&case.question.problem));
        match (these().min()?, these().max()?) {
            (1, 1) if passing().any(|size| size > 1) => Some(format!("{name} = 1")),
            (least @ LARGE.., _) if passing().any(|size| size < least) => Some(format!("{name} ≥ {least}")),
            _ => None,
        }
    };
    let common: Vec<String> = sizes.iter().filter_map(of).collect();
    (!common.is_empty()).then(|| format!("all with {}", common.join(" and ")))
}
