//! Comparisons with every activation: in doubles, within derived bounds, and in precise intervals, which must
//! meet.

use super::draw::{self, Shape, Words};
use super::{Finding, Form, Row, together};
use crate::grid::Grid;
use crate::matrix::backward::FULL_JACOBIAN_UP_TO;
use crate::number::{Dual, Enclosure, ErrorBound, Interval, Number, Ordered};
use crate::oracle::round::{Exact, nearest};
use crate::problem::Activation;
use crate::problem::activation::{ScalarActivation, VectorFunction};
use crate::scalar::{self, Inputs, Step, backward, forward};
use crate::trace::{Backward, Quantity};
use crate::witness::{self, Variable, difference, dual};
use dashu_base::BitTest;
use dashu_float::Repr;

/// Every activation, for `n_next` units.
pub fn activations(n_next: usize) -> Vec<Activation> {
    let mix = ScalarActivation::ALL.into_iter().rev().cycle().take(n_next).collect();
    Activation::all().chain([Activation::PerUnit(mix)]).collect()
}

/// What double arithmetic may compute.
pub type Doubles = ErrorBound<0, 0>;

/// How far double arithmetic may be off.
pub fn error(x: &Doubles) -> f64 {
    x.error().unwrap_or(f64::INFINITY)
}

/// The step in doubles with a bound for every result. dZ is computed with the full Jacobian, or by asking g
/// for the product.
pub fn rounded(inputs: &Inputs<f64>, g: &Activation, full_jacobian: bool) -> Step<Doubles> {
    let inputs = inputs.over::<Doubles>();
    let forward = forward::pass(&inputs, g);
    if full_jacobian {
        return Step { backward: backward::pass(&inputs, &forward, g), forward };
    }
    let dz_i = |i| g.row_times_jacobian(inputs.da_next.row(i), forward.z.row(i));
    let dz = Grid::from_rows(forward.z.cols(), (0..forward.z.rows()).map(dz_i).collect());
    let dw = backward::dw(&dz, &forward.a_tilde);
    let db = backward::db(&dz);
    let da_tilde = backward::da_tilde(&dz, &inputs.w);
    let da = backward::da(&da_tilde, &inputs.r, &inputs.keep_prob);
    Step { forward, backward: Backward { dz, dw, db, da_tilde, da } }
}

/// Whether every z is far enough from 0 that rounding cannot move it across a kink.
fn sides_are_sure(z: &Grid<Doubles>) -> bool {
    z.cells().iter().all(|z| error(z) == 0.0 || z.is_positive().is_some())
}

/// `|difference|` relative to its bound; 0 for equal numbers, which need no bound.
fn in_units(difference: f64, bound: f64) -> f64 {
    if difference == 0.0 { 0.0 } else { difference.abs() / bound }
}

/// The row of a quantity, given the errors of its elements or log₂ of their widths: `finding` of the largest
/// if all are within `limit`.
fn row(
    step: &Step<f64>,
    quantity: Quantity,
    (shape, g): (Shape, &Activation),
    errors: Vec<f64>,
    limit: f64,
    finding: fn(f64) -> Finding,
) -> Row {
    // NaN is not within the limit.
    let wrong = errors.iter().position(|error| error.partial_cmp(&limit).is_none_or(|order| order.is_gt()));
    let finding = match wrong {
        Some(index) => {
            let path = step.path(quantity, index);
            Finding::Wrong { path, shape, activation: g.name() }
        }
        None => finding(errors.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
    };
    Row { quantity, elements: errors.len(), finding }
}

/// Repeats `attempt` until `trials` attempts have succeeded; `None` means that the problem was too close to a
/// kink.
fn repeated(trials: usize, attempt: impl FnMut() -> Option<Vec<Row>>) -> Vec<Row> {
    let answers = std::iter::repeat_with(attempt).flatten().take(trials);
    answers.reduce(together).unwrap_or_default()
}

/// All eight results in doubles against those of the scalar form. Both are within their bounds of the exact
/// result, so they differ by at most the sum of the bounds.
pub fn agreement(
    form: &impl Form,
    (shape, g): (Shape, &Activation),
    words: &mut Words,
    trials: usize,
) -> Vec<Row> {
    repeated(trials, || {
        let inputs = draw::inputs::<f64>(shape, words);
        let full = rounded(&inputs, g, true);
        let other = rounded(&inputs, g, shape.n_next <= FULL_JACOBIAN_UP_TO);
        if !sides_are_sure(&full.forward.z) {
            return None;
        }
        let (ours, known) = (form.step(&inputs, g), scalar::step(&inputs, g));
        let rows = Quantity::ALL.map(|quantity| {
            let bounds = full.cells(quantity).iter().zip(other.cells(quantity));
            let values = ours.cells(quantity).iter().zip(known.cells(quantity));
            let error = |((x, y), (full, other)): ((&f64, &f64), (&Doubles, &Doubles))| {
                in_units(x - y, self::error(full) + self::error(other))
            };
            let errors = values.zip(bounds).map(error).collect();
            row(&ours, quantity, (shape, g), errors, 1.0, Finding::Within)
        });
        Some(rows.into())
    })
}

/// The h of the differences: the power of two nearest to the cube root of 2^−52, where h² and 2^−52/h are of
/// similar size.
pub const H: f64 = 1.0 / 131_072.0;

/// A central difference of J with respect to one entry, in doubles, and a bound on its distance from the
/// derivative: the rounding of the two losses, plus `h²/6 · max |J‴|` over the way. `None` if a z may change
/// its sign on the way, where there may be a kink.
pub fn quotient(
    inputs: &Inputs<f64>,
    g: &Activation,
    variable: Variable,
    entry: (usize, usize),
) -> Option<(f64, f64)> {
    let in_doubles = inputs.over::<Doubles>();
    let loss = |moved: &Grid<Doubles>| witness::loss(&in_doubles, g, variable, moved);
    let at = witness::value(&in_doubles, variable);
    let quotient = difference::central(loss, &at, entry, &Doubles::from_f64(H));

    let enclosed = inputs.over::<Interval<64>>();
    let still = enclosed.map(|x| difference::constant(x.clone()));
    let at = witness::value(&enclosed, variable);
    let z = witness::z(&still, variable, &difference::on_the_way(&at, entry, H));
    if z.cells().iter().any(|z| z.is_positive().is_none()) {
        return None;
    }
    let loss = |moved: &Grid<difference::Third>| witness::loss(&still, g, variable, moved);
    let third = largest(&difference::third_derivative(loss, &at, entry, H));
    let (quotient, off) = quotient.exact_number();
    Some((quotient, off + (H * H / 6.0 * third).next_up()))
}

/// A double at least as large as `|x|` for every x in the interval.
fn largest(interval: &Interval<64>) -> f64 {
    let size = |end: &Repr<2>| match nearest(&Exact::from(end)) {
        Ok(double) => double.abs().next_up(),
        Err(_) => f64::INFINITY,
    };
    if interval.is_bounded() { size(interval.lo()).max(size(interval.hi())) } else { f64::INFINITY }
}

/// The gradients in doubles against central differences, entry by entry.
pub fn differences(
    form: &impl Form,
    (shape, g): (Shape, &Activation),
    words: &mut Words,
    trials: usize,
) -> Vec<Row> {
    repeated(trials, || {
        let inputs = draw::inputs::<f64>(shape, words);
        let bounds = rounded(&inputs, g, shape.n_next <= FULL_JACOBIAN_UP_TO).backward;
        let ours = form.step(&inputs, g);
        let row = |variable: Variable| {
            let (gradient, bound) = (variable.gradient(&ours.backward), variable.gradient(&bounds));
            let entries = (0..gradient.rows()).flat_map(|i| (0..gradient.cols()).map(move |j| (i, j)));
            let error = |(i, j)| {
                let (quotient, off) = quotient(&inputs, g, variable, (i, j))?;
                Some(in_units(gradient.at(i, j) - quotient, self::error(&bound.at(i, j)) + off))
            };
            let errors = entries.map(error).collect::<Option<_>>()?;
            Some(row(&ours, variable.quantity(), (shape, g), errors, 1.0, Finding::Within))
        };
        Variable::ALL.into_iter().map(row).collect()
    })
}

/// Enclosures of 512 bits: a number that is exactly 0 stays exact instead of becoming an interval around 0.
type Wide = Enclosure<512>;
/// log₂ of the largest permitted relative width of an enclosure.
const NARROW: f64 = -200.0;

/// The enclosed gradients against dual numbers of enclosures, entry by entry.
pub fn enclosures(
    form: &impl Form,
    (shape, g): (Shape, &Activation),
    words: &mut Words,
    trials: usize,
) -> Vec<Row> {
    repeated(trials, || {
        let drawn = draw::inputs::<f64>(shape, words);
        let inputs = drawn.over::<Wide>();
        let still = dual::constant(&inputs);
        let ours = form.step(&inputs, g);
        let places = scalar::step(&drawn, g);
        let row = |variable: Variable| {
            let loss = |moved: &Grid<Dual<Wide>>| witness::loss(&still, g, variable, moved);
            let known = dual::gradient(loss, &witness::value(&inputs, variable));
            let gradient = variable.gradient(&ours.backward);
            let both = gradient.cells().iter().zip(known.cells()).map(|(x, y)| (x.interval(), y.interval()));
            let widths =
                both.map(|(x, y)| if meet(&x, &y) { width(&x).max(width(&y)) } else { f64::INFINITY });
            row(&places, variable.quantity(), (shape, g), widths.collect(), NARROW, Finding::Meet)
        };
        Some(Variable::ALL.map(row).into())
    })
}

fn meet<const BITS: usize>(x: &Interval<BITS>, y: &Interval<BITS>) -> bool {
    x.lo() <= y.hi() && y.lo() <= x.hi()
}

/// An upper bound on log₂ of the relative width: −∞ for a point, ∞ for an interval around zero.
fn width<const BITS: usize>(x: &Interval<BITS>) -> f64 {
    if x.lo() == x.hi() {
        return f64::NEG_INFINITY;
    }
    let Some(positive) = x.is_positive().filter(|_| x.is_bounded()) else { return f64::INFINITY };
    let end = if positive { x.lo() } else { x.hi() };
    // 2^(top − 1) ≤ |x| < 2^top; zero has no top.
    let top = |x: &Repr<2>| x.significand().bit_len() as isize + x.exponent();
    if end.significand().is_zero() {
        f64::INFINITY
    } else {
        (top(&(x.hi() - x.lo())) - (top(end) - 1)) as f64
    }
}
