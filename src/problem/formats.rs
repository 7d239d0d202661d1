//! Problems in narrower formats: which formats represent every input exactly, and a problem rounded to one of
//! them.

use super::activation::ScalarActivation;
use super::{Faults, Problem};
use crate::grid::Grid;
use crate::number::Format;

/// The formats that represent every input exactly, including the parameters of the activation.
pub fn exact_in(problem: &Problem) -> Vec<&'static str> {
    let inputs = problem.inputs();
    let grids = [&inputs.a, &inputs.r, &inputs.w, &inputs.da_next].into_iter().flat_map(Grid::cells);
    let numbers: Vec<f64> = grids
        .chain(&inputs.keep_prob)
        .chain(&inputs.b)
        .copied()
        .chain(problem.activation().scalars().iter().filter_map(|scalar| Some(scalar.parameter()?.1)))
        .collect();
    let holds_all = |format: &Format| numbers.iter().all(|&x| format.holds(x));
    Format::ALL.into_iter().filter(holds_all).map(Format::name).collect()
}

/// The problem with every input rounded to a format, as an implementation in that format can take it.
///
/// # Errors
/// If a rounded input breaks a rule: it is beyond the range, or a keep probability has become 0.
pub fn in_format(problem: &Problem, format: Format) -> Result<Problem, Faults> {
    let nearest = |x: &f64| format.nearest(*x);
    let rounded = |scalar: ScalarActivation| match scalar.parameter() {
        Some((_, x)) => scalar.with_parameter(nearest(&x)),
        None => scalar,
    };
    Problem::from_grids(&problem.inputs().map(nearest), problem.activation().map_scalars(rounded))
}
