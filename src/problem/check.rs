//! The rules that the inputs of a step must obey: [`check`] finds everything that breaks them, all at once.
//!
//! The rules see what a reader made of an input. A part that could not be read is `None`: the reader has
//! reported its fault, and the rules check the rest. spec/rulings.md gives the reason for each rule.

use super::activation::Activation;
use super::{Fault, Faults, Inputs, memory};

/// A number, or `None` if the reader has reported its fault.
pub type Cell = Option<f64>;
/// A vector, or `None` if the reader has reported its fault.
pub type Row = Option<Vec<Cell>>;
/// A matrix as its rows, or `None` if the reader has reported its fault.
pub type Rows = Option<Vec<Row>>;

/// The inputs as the rules look at them, wherever their numbers lie: `C` is `f64`, or a [`Cell`].
pub type View<'a, C> = Inputs<MatrixView<'a, C>, VectorView<'a, C>>;
/// A vector in place.
pub type VectorView<'a, C> = Option<&'a [C]>;
/// A matrix as its rows in place.
pub type MatrixView<'a, C> = Option<Vec<VectorView<'a, C>>>;

/// What a reader made out of an input.
pub fn view(seen: &Inputs<Rows, Row>) -> View<'_, Cell> {
    seen.convert(|rows| rows.as_ref().map(|rows| rows.iter().map(Row::as_deref).collect()), Row::as_deref)
}

/// The most numbers that a matrix may have, however much memory there is.
pub const MATRIX_LIMIT: usize = 1 << 31;

/// The most numbers that a matrix may have on this machine.
pub fn matrix_limit() -> usize {
    memory::numbers(memory::available()).min(MATRIX_LIMIT)
}

/// Finds everything that is wrong, in the order of the parts.
///
/// # Errors
/// The faults that are known already, and after them those that were found.
pub fn check<C: Copy + Into<Cell>>(
    mut faults: Faults,
    inputs: &View<C>,
    activation: Option<&Activation>,
) -> Result<(), Faults> {
    let Inputs { a, keep_prob, r, w, b, da_next } = inputs;
    matrix(&mut faults, "A", a, finite);
    vector(&mut faults, "inputs.p", *keep_prob, probability);
    matrix(&mut faults, "R", r, zero_or_one);
    matrix(&mut faults, "W", w, finite);
    vector(&mut faults, "inputs.b", *b, finite);
    matrix(&mut faults, "dA_next", da_next, finite);
    activation_parameters(&mut faults, activation);
    let sizes = claims(inputs, activation).map(|(size, parts)| agree(&mut faults, size, &parts));
    if let [Some(m), Some(n), Some(n_next)] = sizes {
        too_many([m, n, n_next], memory::available()).into_iter().for_each(|fault| faults.push(fault));
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// m, n and n_next, each from the first readable part that shows it.
pub fn sizes(seen: &Inputs<Rows, Row>) -> [Option<usize>; 3] {
    claims(&view(seen), None).map(|(_, parts)| parts.into_iter().find_map(|(_, count, _)| count))
}

/// What one part of the input says about a size: the path of the part, a count, and what is counted.
type Claim = (&'static str, Option<usize>, &'static str);

fn claims<C>(inputs: &View<C>, activation: Option<&Activation>) -> [(&'static str, Vec<Claim>); 3] {
    let Inputs { a, keep_prob, r, w, b, da_next } = inputs;
    let units = activation.and_then(|activation| match activation {
        Activation::PerUnit(units) => Some(units.len()),
        _ => None,
    });
    let rows = |path, matrix: &MatrixView<C>| (path, matrix.as_ref().map(Vec::len), "row");
    let columns = |path, matrix: &MatrixView<C>| {
        (path, matrix.as_ref().and_then(|rows| rows.iter().find_map(length)), "column")
    };
    let entries = |path, vector| (path, length(vector), "entry");
    let (a_path, r_path, w_path, da_next_path) = ("inputs.A", "inputs.R", "inputs.W", "inputs.dA_next");
    [
        ("m", vec![rows(a_path, a), rows(r_path, r), rows(da_next_path, da_next)]),
        ("n", vec![columns(a_path, a), entries("inputs.p", keep_prob), columns(r_path, r), rows(w_path, w)]),
        (
            "n_next",
            vec![
                columns(w_path, w),
                entries("inputs.b", b),
                columns(da_next_path, da_next),
                ("activation.units", units, "entry"),
            ],
        ),
    ]
}

fn length<C>(vector: &VectorView<C>) -> Option<usize> {
    vector.map(<[C]>::len)
}

/// What is wrong with one number: the rule that it breaks, the ruling, the cure.
type Broken = (&'static str, &'static str, &'static str);

fn finite(x: f64) -> Option<Broken> {
    (!x.is_finite()).then_some((
        "must be a finite number",
        "finite-inputs",
        "give a real number within the range of a double",
    ))
}

fn probability(p: f64) -> Option<Broken> {
    (!(p > 0.0 && p <= 1.0)).then_some((
        "must lie in (0, 1], because equation 3 divides by it",
        "keep-prob-range",
        "give the probability of keeping the unit, which is 1 minus the probability of dropping it",
    ))
}

fn zero_or_one(r: f64) -> Option<Broken> {
    (r != 0.0 && r != 1.0).then_some((
        "must be 0 or 1",
        "mask-binary",
        "give the mask before any scaling: 1 keeps the unit, 0 drops it",
    ))
}

/// Checks keep probabilities on their own, outside a problem.
pub fn keep_probabilities(faults: &mut Faults, path: &str, p: &[f64]) {
    vector(faults, path, Some(p), probability);
}

fn number(
    faults: &mut Faults,
    path: impl Fn() -> String,
    x: impl Into<Cell>,
    rule: fn(f64) -> Option<Broken>,
) {
    let x = x.into();
    if let Some((rule, ruling, cure)) = x.and_then(rule) {
        faults.add(|| Fault {
            path: path(),
            found: format!("= {}", x.unwrap_or_default()),
            rule: rule.into(),
            ruling: Some(ruling),
            cure: cure.into(),
        });
    }
}

fn vector<C: Copy + Into<Cell>>(
    faults: &mut Faults,
    path: &str,
    vector: VectorView<C>,
    rule: fn(f64) -> Option<Broken>,
) {
    let Some(cells) = vector else { return };
    if cells.is_empty() {
        faults.push(empty(path, "entries"));
    }
    for (k, &x) in cells.iter().enumerate() {
        number(faults, || format!("{path}[{k}]"), x, rule);
    }
}

fn matrix<C: Copy + Into<Cell>>(
    faults: &mut Faults,
    name: &str,
    matrix: &MatrixView<C>,
    rule: fn(f64) -> Option<Broken>,
) {
    let Some(rows) = matrix else { return };
    let path = format!("inputs.{name}");
    if rows.is_empty() {
        faults.push(empty(&path, "rows"));
    }
    let size: usize = rows.iter().filter_map(length).sum();
    if size > matrix_limit() {
        faults.push(too_large(&path, matrix_limit()));
    }
    let cols = rows.iter().find_map(length);
    for (i, row) in rows.iter().enumerate() {
        let path = format!("{path}[{i}]");
        vector(faults, &path, *row, rule);
        if let (Some(found), Some(cols)) = (length(row), cols)
            && found != cols
        {
            faults.add(|| Fault {
                path,
                found: format!("has {}", count(found, "entry")),
                rule: format!("every row of {name} must have {cols}, like its first"),
                ruling: None,
                cure: "a matrix is an array of rows of equal length".into(),
            });
        }
    }
}

/// `1 row`, `2 entries`.
fn count(number: usize, what: &str) -> String {
    match (number, what.strip_suffix('y')) {
        (1, _) => format!("1 {what}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {what}s"),
    }
}

fn empty(path: &str, what: &str) -> Fault {
    Fault {
        path: path.into(),
        found: format!("has no {what}"),
        rule: "m, n and n_next must be at least 1".into(),
        ruling: Some("no-empty-dimension"),
        cure: "give at least one example, one input unit and one output unit".into(),
    }
}

/// The fault of an array with more numbers than a matrix may have; readers stop at the limit.
pub fn too_large(path: &str, limit: usize) -> Fault {
    Fault {
        path: path.into(),
        found: "has too many entries".into(),
        rule: format!("a matrix may have at most {limit} in the memory available here"),
        ruling: Some("size-limits"),
        cure: SMALLER.into(),
    }
}

const SMALLER: &str = "test a smaller shape, or take a machine with more memory";

fn activation_parameters(faults: &mut Faults, activation: Option<&Activation>) {
    let Some(activation) = activation else { return };
    for (j, scalar) in activation.scalars().iter().enumerate() {
        let Some((key, x)) = scalar.parameter() else { continue };
        let place = match activation {
            Activation::PerUnit(_) => format!("activation.units[{j}]"),
            _ => "activation".into(),
        };
        number(faults, || format!("{place}.{key}"), Some(x), finite);
    }
}

/// One size, on which several parts of the input must agree: the first known part sets it.
fn agree(faults: &mut Faults, size: &str, parts: &[Claim]) -> Option<usize> {
    let mut known = parts.iter().filter_map(|&(path, count, what)| Some((path, count?, what)));
    let (measure, expected, measured) = known.next()?;
    for (path, found, what) in known.filter(|&(_, found, _)| found != expected) {
        faults.push(Fault {
            path: path.into(),
            found: format!("has {}", count(found, what)),
            rule: format!("{size} must be {expected}, because {measure} has {}", count(expected, measured)),
            ruling: None,
            cure: "A and R are m × n, p is n, W is n × n_next, b is n_next, dA_next is m × n_next".into(),
        });
    }
    Some(expected)
}

/// The fault of sizes whose inputs and results do not fit into so many bytes, or that make too large a matrix.
pub fn too_many(sizes: [usize; 3], bytes: u64) -> Option<Fault> {
    let [m, n, n_next] = sizes.map(|size| size as u128);
    let fault = |found: String, rule: String| Fault {
        path: "inputs".into(),
        found: format!("{found}, with m = {m}, n = {n}, n_next = {n_next}"),
        rule,
        ruling: Some("size-limits"),
        cure: SMALLER.into(),
    };
    let largest = (m * n).max(n * n_next).max(m * n_next);
    if largest > MATRIX_LIMIT as u128 {
        let found = format!("have a matrix of {largest} numbers");
        return Some(fault(found, format!("a matrix may have at most {MATRIX_LIMIT}")));
    }
    // A, R, Ã, dÃ and dA; dA_next, Z, A_next and dZ; W and dW; p, b and db.
    let numbers = 5 * m * n + 4 * m * n_next + 2 * n * n_next + n + 2 * n_next;
    let needed = numbers * u128::from(memory::PER_NUMBER);
    (needed > u128::from(bytes)).then(|| {
        let mib = |bytes: u128| bytes.div_ceil(1 << 20);
        let found = format!("and results have {numbers} numbers and need {} MiB", mib(needed));
        let rule = format!(
            "{} bytes for each number must fit into the {} MiB available here",
            memory::PER_NUMBER,
            mib(bytes.into())
        );
        fault(found, rule)
    })
}
