//! Comparisons with `==`, each written once over every kind of number and run on rationals, on the prime
//! field, and on degrees.

use super::degree::Degree;
use super::draw::{self, Drawn, Shape, Words};
use super::{Finding, Form, Row};
use crate::grid::Grid;
use crate::number::{Dual, Number, Prime};
use crate::problem::activation::Algebraic;
use crate::scalar::{self, Inputs, forward};
use crate::trace::Quantity;
use crate::witness::{self, Variable, difference, dual};

/// One quantity, as the form under test computes it and as it is known from elsewhere.
pub struct Pair<T> {
    quantity: Quantity,
    places: Places,
    ours: Vec<T>,
    known: Vec<T>,
}

/// What the values of a pair are.
enum Places {
    /// Elements, in rows with this many columns.
    Elements(usize),
    /// One number, along a random direction.
    Direction,
}

impl<T: Number> Pair<T> {
    fn gradient(variable: Variable, ours: &Grid<T>, known: &Grid<T>) -> Self {
        Pair {
            quantity: variable.quantity(),
            places: Places::Elements(ours.cols()),
            ours: ours.cells().to_vec(),
            known: known.cells().to_vec(),
        }
    }

    fn path(&self, index: usize) -> String {
        let name = self.quantity.name();
        match (&self.places, self.quantity) {
            (Places::Direction, _) => format!("{name} along a direction"),
            (_, Quantity::Db) => format!("{name}[{index}]"),
            (Places::Elements(cols), _) => format!("{name}[{}][{}]", index / cols, index % cols),
        }
    }

    /// The path of the first value that differs.
    fn first_difference(&self) -> Option<String> {
        let differs = (self.ours.iter().zip(&self.known)).position(|(ours, known)| ours != known);
        differs.map(|index| self.path(index))
    }
}

/// A comparison at one random point.
pub trait Comparison: Sync {
    /// The pairs that must be equal there.
    fn pairs<T: Drawn>(&self, shape: Shape, g: Algebraic, words: &mut Words) -> Vec<Pair<T>>;
}

/// One row per quantity: whether it is equal at `trials` points.
pub fn equal<T: Drawn>(
    comparison: &impl Comparison,
    (shape, g): (Shape, Algebraic),
    words: &mut Words,
    trials: usize,
) -> Vec<Row> {
    let at_one_point = |_| -> Vec<Row> {
        let row = |pair: &Pair<T>| Row {
            quantity: pair.quantity,
            elements: pair.ours.len(),
            finding: match pair.first_difference() {
                Some(path) => Finding::Wrong { path, shape, activation: g.name() },
                None => Finding::Exact,
            },
        };
        comparison.pairs(shape, g, words).iter().map(row).collect()
    };
    (0..trials).map(at_one_point).reduce(super::together).unwrap_or_default()
}

/// [`equal`] over the prime field, with the probability that a wrong element is equal at all points.
pub fn equal_by_chance(
    comparison: &impl Comparison,
    (shape, g): (Shape, Algebraic),
    words: &mut Words,
    trials: usize,
) -> Vec<Row> {
    let degrees = comparison.pairs::<Degree>(shape, g, words);
    let chances = degrees.iter().map(|pair| {
        let differences = pair.ours.iter().zip(&pair.known).map(|(&ours, &known)| ours - known);
        trials as f64 * differences.map(Degree::log2_chance).fold(f64::NEG_INFINITY, f64::max)
    });
    let rows = equal::<Prime>(comparison, (shape, g), words, trials).into_iter().zip(chances);
    rows.map(|(row, chance)| match row.finding {
        Finding::Exact => Row { finding: Finding::Chance(chance), ..row },
        _ => row,
    })
    .collect()
}

/// All eight results against those of the scalar form.
pub struct Agreement<'a, F>(pub &'a F);

impl<F: Form> Comparison for Agreement<'_, F> {
    fn pairs<T: Drawn>(&self, shape: Shape, g: Algebraic, words: &mut Words) -> Vec<Pair<T>> {
        let inputs = draw::inputs::<T>(shape, words);
        let (ours, known) = (self.0.step(&inputs, &g), scalar::step(&inputs, &g));
        let cols = |quantity| match quantity {
            Quantity::ATilde | Quantity::DaTilde | Quantity::Da => shape.n,
            _ => shape.n_next,
        };
        let pair = |quantity| Pair {
            quantity,
            places: Places::Elements(cols(quantity)),
            ours: ours.cells(quantity).to_vec(),
            known: known.cells(quantity).to_vec(),
        };
        Quantity::ALL.map(pair).into()
    }
}

/// The gradients against exact central differences: J has degree 2 or less in each single entry.
pub struct Differences<'a, F>(pub &'a F);

impl<F: Form> Comparison for Differences<'_, F> {
    fn pairs<T: Drawn>(&self, shape: Shape, g: Algebraic, words: &mut Words) -> Vec<Pair<T>> {
        let inputs = draw::inputs::<T>(shape, words);
        let backward = self.0.step(&inputs, &g).backward;
        let h = T::ratio(3, 8);
        let pair = |variable: Variable| {
            let at = witness::value(&inputs, variable);
            let loss = |moved: &Grid<T>| witness::loss(&inputs, &g, variable, moved);
            let quotient = |i, j| difference::central(loss, &at, (i, j), &h);
            let known = Grid::tabulate(at.rows(), at.cols(), quotient);
            Pair::gradient(variable, &variable.gradient(&backward), &known)
        };
        Variable::ALL.map(pair).into()
    }
}

/// The gradients against dual numbers, entry by entry.
pub struct Duals<'a, F>(pub &'a F);

impl<F: Form> Comparison for Duals<'_, F> {
    fn pairs<T: Drawn>(&self, shape: Shape, g: Algebraic, words: &mut Words) -> Vec<Pair<T>> {
        let inputs = draw::inputs::<T>(shape, words);
        let backward = self.0.step(&inputs, &g).backward;
        let constant = dual::constant(&inputs);
        let pair = |variable: Variable| {
            let loss = |moved: &Grid<Dual<T>>| witness::loss(&constant, &g, variable, moved);
            let known = dual::gradient(loss, &witness::value(&inputs, variable));
            Pair::gradient(variable, &variable.gradient(&backward), &known)
        };
        Variable::ALL.map(pair).into()
    }
}

/// The gradients against dual numbers along one random direction: Σ gradient · direction is the slope.
pub struct Directions<'a, F>(pub &'a F);

impl<F: Form> Comparison for Directions<'_, F> {
    fn pairs<T: Drawn>(&self, shape: Shape, g: Algebraic, words: &mut Words) -> Vec<Pair<T>> {
        let inputs = draw::inputs::<T>(shape, words);
        let backward = self.0.step(&inputs, &g).backward;
        let constant = dual::constant(&inputs);
        let pair = |variable: Variable| {
            let at = witness::value(&inputs, variable);
            let direction = draw::grid(at.rows(), at.cols(), || T::entry(words));
            let loss = |moved: &Grid<Dual<T>>| witness::loss(&constant, &g, variable, moved);
            Pair {
                quantity: variable.quantity(),
                places: Places::Direction,
                ours: vec![witness::dot(&variable.gradient(&backward), &direction)],
                known: vec![dual::slope(loss, &at, &direction)],
            }
        };
        Variable::ALL.map(pair).into()
    }
}

/// Two steps composed: the upper layer's dA is the lower layer's dA_next, and the gradients are compared with
/// dual numbers through both layers. The upper layer has one more unit and a coupled quadratic g; each layer
/// has its own keep probabilities and mask.
pub struct Composition<'a, F>(pub &'a F);

impl<F: Form> Comparison for Composition<'_, F> {
    fn pairs<T: Drawn>(&self, shape: Shape, g: Algebraic, words: &mut Words) -> Vec<Pair<T>> {
        let drawn = draw::inputs::<T>(shape, words);
        let g_upper = Algebraic::CoupledQuadratic;
        let upper_shape = Shape::new(shape.m, shape.n_next, shape.n_next + 1);
        let upper = Inputs { a: forward::pass(&drawn, &g).a_next, ..draw::inputs::<T>(upper_shape, words) };
        let lower = Inputs { da_next: self.0.step(&upper, &g_upper).backward.da, ..drawn };
        let backward = self.0.step(&lower, &g).backward;
        let (still_lower, still_upper) = (dual::constant(&lower), dual::constant(&upper));
        let pair = |variable: Variable| {
            let loss = |moved: &Grid<Dual<T>>| {
                witness::loss_of_two((&still_lower, &g), (&still_upper, &g_upper), variable, moved)
            };
            let known = dual::gradient(loss, &witness::value(&lower, variable));
            Pair::gradient(variable, &variable.gradient(&backward), &known)
        };
        Variable::ALL.map(pair).into()
    }
}
