//! What a rounding may cost: the tolerances of a case, and the paragraphs of spec/tolerance.md that derive them.

use super::faults::Faults;
use super::topic::Topic;
use crate::explain::{Case, number};
use crate::number::{Arithmetic, Format};
use crate::oracle::tolerance::{Bound, tolerance};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::Quantity;
use serde::Serialize;

/// The tolerances of the followed entry on a case.
#[derive(Debug, Serialize)]
pub struct Bounds {
    case: String,
    name: String,
    value: String,
    formats: Vec<InFormat>,
    is_exact: bool,
}

#[derive(Debug, Serialize)]
struct InFormat {
    format: &'static str,
    tolerance: String,
}

/// A case with its tolerances in every format.
pub struct Tolerances(Vec<(Format, Step<Bound>)>);

impl Tolerances {
    /// Those of a problem.
    pub fn of(problem: &Problem, expected: &Step<f64>) -> Self {
        let of = |format| (format, tolerance(problem, expected, Arithmetic::plain(format)));
        Tolerances(Format::ALL.into_iter().map(of).collect())
    }

    /// Those of the followed entry of a result.
    pub fn at(&self, quantity: Quantity, id: &str, case: &Case) -> Bounds {
        let (i, k, j) = case.followed;
        let (row, col, array) = match quantity {
            Quantity::ATilde => (i, k, &case.forward.a_tilde),
            Quantity::Z => (i, j, &case.forward.z),
            Quantity::ANext => (i, j, &case.forward.a_next),
            Quantity::Dz => (i, j, &case.backward.dz),
            Quantity::Dw => (k, j, &case.backward.dw),
            Quantity::Db => (0, j, &case.backward.db),
            Quantity::DaTilde => (i, k, &case.backward.da_tilde),
            Quantity::Da => (i, k, &case.backward.da),
        };
        let index = row * array.grid().cols() + col;
        let bound = |bounds: &Step<Bound>| bounds.cells(quantity)[index].ok();
        let written = |bound: Option<f64>| match bound {
            Some(0.0) => "0: it must be equal".to_string(),
            Some(bound) => format!("{bound:.1e}"),
            None => "not judged".to_string(),
        };
        let formats = self
            .0
            .iter()
            .map(|(format, bounds)| InFormat { format: format.name(), tolerance: written(bound(bounds)) });
        Bounds {
            case: id.to_string(),
            name: array.symbol(row, col),
            value: number(array.at(row, col)),
            formats: formats.collect(),
            is_exact: self.0.iter().all(|(_, bounds)| bound(bounds) == Some(0.0)),
        }
    }
}

/// The names of the paragraphs of spec/tolerance.md, in "The bound", that bound the rule of a topic.
const PARAGRAPHS: [(Quantity, &[&str]); 8] = [
    (Quantity::ATilde, &["One rounding", "A product", "A quotient"]),
    (Quantity::Z, &["A product", "A sum of $`n`$ nonzero terms", "A wider accumulator"]),
    (Quantity::ANext, &["An elementary function", "The formula of an activation"]),
    (Quantity::Dz, &["A sum of $`n`$ nonzero terms", "The formula of an activation", "A kink"]),
    (Quantity::Dw, &["A product", "A sum of $`n`$ nonzero terms"]),
    (Quantity::Db, &["A sum of $`n`$ nonzero terms"]),
    (Quantity::DaTilde, &["A product", "A sum of $`n`$ nonzero terms"]),
    (Quantity::Da, &["A product", "A quotient", "Scaled terms"]),
];

/// The paragraphs for a topic, as Markdown; none for an input.
pub fn paragraphs<'a>(topic: Topic, tolerance: &'a str, faults: &mut Faults) -> Vec<&'a str> {
    let of = PARAGRAPHS.iter().find(|(quantity, _)| Some(*quantity) == topic.quantity);
    let names = of.map_or(&[][..], |(_, names)| names);
    let paragraph = |name: &&str| {
        let starts = [format!("**{name}**"), format!("**{name}.**")];
        let begins = |paragraph: &&str| starts.iter().any(|start| paragraph.trim().starts_with(start));
        let paragraph = tolerance.split("\n\n").find(begins);
        faults.some(paragraph.map(str::trim), format!("spec/tolerance.md has no paragraph {name}"))
    };
    names.iter().filter_map(paragraph).collect()
}
