//! Describes what no known defect explains: what all of its wrong elements have in common.

use super::case::{Case, Finding};
use super::peel::Findings;
use crate::conform::judge::localise::equation;

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
    let sizes = sizes(&all).filter(|_| !parts.is_empty());
    let sentence = || parts.iter().cloned().chain(sizes).collect::<Vec<_>>().join("; ");
    (!parts.is_empty()).then(|| format!("what is left: {}", sentence()))
}

/// What all have in common.
fn common<T: PartialEq + Copy>(all: &[Element], of: impl Fn(&Element) -> T) -> Option<T> {
    let first = of(all.first()?);
    all.iter().all(|x| of(x) == first).then_some(first)
}

/// The ratio of the wrong values to the right ones, if it is the same to three digits.
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
    let is_one = ratios().all(f64::is_finite) && most - least <= 1e-3 * least.abs();
    (is_one && all.len() > 1).then(|| format!("all wrong values are {least:.4} times the right ones"))
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

/// The sizes that all cases have in common, where they are 1 or large.
fn sizes(all: &[Element]) -> Option<String> {
    const LARGE: usize = 5;
    let sizes: [Property<usize>; 3] = [
        ("m", |x| x.case.question.problem.m()),
        ("n", |x| x.case.question.problem.n()),
        ("n_next", |x| x.case.question.problem.n_next()),
    ];
    let of = |(name, size): &Property<usize>| {
        let (least, most) = (all.iter().map(size).min()?, all.iter().map(size).max()?);
        match (least, most) {
            (1, 1) => Some(format!("{name} = 1")),
            (LARGE.., _) => Some(format!("{name} ≥ {least}")),
            _ => None,
        }
    };
    let common: Vec<String> = sizes.iter().filter_map(of).collect();
    (!common.is_empty()).then(|| format!("all with {}", common.join(" and ")))
}
