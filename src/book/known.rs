//! How each result is known: every comparison of the forms with each other and with the witnesses, run once at a small
//! shape while the book is written.

use crate::trace::Quantity;
use crate::verify::{Finding, Form, Matrix, Plan, Scalar, Shape, blocks};
use serde::Serialize;
use std::sync::LazyLock;

/// The shape at which the comparisons are run: all sizes differ.
const SHAPE: Shape = Shape::new(2, 3, 4);

/// A comparison of one result.
#[derive(Clone, Debug, Serialize)]
pub struct Known {
    /// The result.
    #[serde(skip)]
    pub quantity: Quantity,
    name: &'static str,
    form: &'static str,
    compared: &'static str,
    numbers: &'static str,
    elements: usize,
    finding: String,
}

/// All comparisons of both forms; they take longer than all else in the book.
pub fn known() -> &'static [Known] {
    static ALL: LazyLock<Vec<Known>> =
        LazyLock::new(|| [of("index by index", &Scalar), of("with matrices", &Matrix)].concat());
    &ALL
}

fn of(form: &'static str, step: &impl Form) -> Vec<Known> {
    let plan = Plan { shapes: vec![SHAPE], trials: 1 };
    let mut known = Vec::new();
    for block in blocks(step, &plan) {
        // The scalar form agrees with itself, which says nothing.
        if form == "index by index" && block.compared == "scalar form" {
            continue;
        }
        for row in block.rows() {
            let finding = match row.finding {
                Finding::Exact => "equal".to_string(),
                Finding::Chance(log) => format!("equal; a wrong one would pass with probability 2^{log:.0}"),
                Finding::Within(_) => "within the proven bound".to_string(),
                Finding::Meet(log) => format!("enclosures of relative width 2^{log:.0} meet"),
                Finding::Wrong { path, .. } => format!("WRONG at {path}"),
            };
            known.push(Known {
                quantity: row.quantity,
                name: row.quantity.name(),
                form,
                compared: block.compared,
                numbers: block.run.numbers,
                elements: row.elements,
                finding,
            });
        }
    }
    known
}
