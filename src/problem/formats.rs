//! What the narrower formats hold: which of them hold every input, and the problem rounded to one.

use super::activation::{Activation, Unit};
use super::{Faults, Problem};
use crate::grid::Grid;
use crate::number::Format;

/// The formats that hold every input exactly, the parameters of the activation among them.
pub fn exact_in(problem: &Problem) -> Vec<&'static str> {
    let inputs = problem.inputs();
    let grids = [&inputs.a, &inputs.r, &inputs.w, &inputs.da_next].into_iter().flat_map(Grid::cells);
    let numbers: Vec<f64> = grids
        .chain(&inputs.keep_prob)
        .chain(&inputs.b)
        .copied()
        .chain(parameters(problem.activation()))
        .collect();
    let holds_all = |format: &Format| numbers.iter().all(|&x| format.holds(x));
    Format::ALL.into_iter().filter(holds_all).map(Format::name).collect()
}

fn parameters(activation: &Activation) -> Vec<f64> {
    let parameter = |unit: &Unit| match *unit {
        Unit::LeakyRelu { slope } => Some(slope),
        Unit::Elu { alpha } => Some(alpha),
        _ => None,
    };
    match activation {
        Activation::Elementwise(unit) => parameter(unit).into_iter().collect(),
        Activation::PerUnit(units) => units.iter().filter_map(parameter).collect(),
        _ => Vec::new(),
    }
}

/// The problem with every input rounded to a format: what an implementation in that format can be asked.
///
/// # Errors
/// Where a rounded input breaks a rule: it is beyond the range, or a keep probability has become 0.
pub fn in_format(problem: &Problem, format: Format) -> Result<Problem, Faults> {
    let nearest = |x: &f64| format.nearest(*x);
    let matrix = |grid: &Grid<f64>| grid.map(nearest).to_rows();
    let inputs = problem.inputs().convert(matrix, |vector| vector.iter().map(nearest).collect());
    let unit = |unit: &Unit| match *unit {
        Unit::LeakyRelu { slope } => Unit::LeakyRelu { slope: nearest(&slope) },
        Unit::Elu { alpha } => Unit::Elu { alpha: nearest(&alpha) },
        unit => unit,
    };
    let activation = match problem.activation() {
        Activation::Elementwise(one) => Activation::Elementwise(unit(one)),
        Activation::PerUnit(units) => Activation::PerUnit(units.iter().map(unit).collect()),
        coupled => coupled.clone(),
    };
    Problem::new(inputs, activation)
}
