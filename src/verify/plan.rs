//! The list of comparisons, each at shapes suited to its purpose.
//!
//! Read [`blocks`] for the list; [`super::exact`] and [`super::floating`] do the comparing.

use super::draw::{Shape, Words};
use super::exact::{self, Agreement, Comparison, Composition, Differences, Directions, Duals};
use super::{Form, Row, floating, together};
use crate::number::Rational;
use crate::problem::Activation;
use crate::problem::activation::Algebraic;
use rayon::prelude::*;

/// What to run: at which shapes, and at how many random points for each shape and activation.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The shapes; if there are none, each comparison uses its own.
    pub shapes: Vec<Shape>,
    /// The number of random points, at least 1.
    pub trials: usize,
}

/// One comparison, run on demand by [`Block::rows`].
pub struct Block<'a> {
    /// What the form is compared with.
    pub compared: &'static str,
    /// The shapes, of the plan or its own, that are small enough for the comparison.
    pub shapes: Vec<Shape>,
    /// The comparison.
    pub run: Run<'a>,
    stream: u64,
}

/// A comparison at one shape and with one activation, over one kind of number.
pub struct Run<'a> {
    /// The kind of number.
    pub numbers: &'static str,
    /// The group of activations.
    pub activations: &'static str,
    count: usize,
    rows: Box<Rows<'a>>,
}

/// The rows at a shape, with the activation of a given index, from a stream of words.
type Rows<'a> = dyn Fn(Shape, usize, &mut Words) -> Vec<Row> + Sync + 'a;

impl Block<'_> {
    /// Runs the comparison and returns one row per quantity, or none if it has no shapes.
    pub fn rows(&self) -> Vec<Row> {
        let with_all = |&shape: &Shape| (0..self.run.count).map(move |g| (shape, g));
        let jobs: Vec<(Shape, usize)> = self.shapes.iter().flat_map(with_all).collect();
        let rows = jobs
            .par_iter()
            .enumerate()
            .map(|(job, &(shape, g))| (self.run.rows)(shape, g, &mut Words::new(self.stream + job as u64)));
        rows.collect::<Vec<_>>().into_iter().reduce(together).unwrap_or_default()
    }
}

/// A comparison's own shapes, and the most work per step ([`Shape::work`]) that it accepts.
type Sizes<'a> = (&'a [Shape], usize);

/// The most work per step that any comparison accepts.
pub const WORK_LIMIT: usize = 1 << 19;

const FIELD: Sizes = (&[Shape::new(5, 6, 6), Shape::new(17, 33, 9), Shape::new(64, 64, 64)], WORK_LIMIT);
/// On either side of nalgebra's internal switch between 5 and 6, and of our switch beyond 64 output units.
const DOUBLES: Sizes = (
    &[
        Shape::new(1, 1, 1),
        Shape::new(3, 5, 4),
        Shape::new(5, 5, 5),
        Shape::new(6, 6, 6),
        Shape::new(33, 65, 64),
        Shape::new(7, 9, 66),
    ],
    WORK_LIMIT,
);
/// Small, since fractions grow with the shape.
const FRACTIONS: Sizes =
    (&[Shape::new(1, 1, 1), Shape::new(3, 5, 4), Shape::new(5, 6, 7), Shape::new(6, 5, 5)], 1 << 12);
/// Smaller, since every element takes a forward pass.
const EACH: Sizes = (&[Shape::new(1, 2, 1), Shape::new(2, 3, 2), Shape::new(3, 4, 5)], 1 << 9);
/// Smaller still, since every element takes a forward pass on enclosures.
const EACH_ENCLOSED: Sizes = (&[Shape::new(1, 2, 1), Shape::new(2, 3, 2), Shape::new(3, 2, 4)], 1 << 7);

/// Every comparison of the form with the scalar form and with the witnesses.
pub fn blocks<'a>(form: &'a impl Form, plan: &Plan) -> Vec<Block<'a>> {
    let trials = plan.trials;
    let mut words = Words::new(0);
    let field: Vec<Shape> = FIELD.0.iter().copied().chain((0..5).map(|_| words.shape(64))).collect();
    let list: [(_, Run<'a>, Sizes); 11] = [
        ("scalar form", over_rationals(Agreement(form), ALGEBRAIC, trials), FRACTIONS),
        ("scalar form", over_the_field(Agreement(form), ALGEBRAIC, trials), (&field, FIELD.1)),
        ("scalar form", in_floats("f64", form, floating::agreement, trials), DOUBLES),
        ("differences", over_rationals(Differences(form), QUADRATIC, trials), EACH),
        ("differences", in_floats("f64", form, floating::differences, trials), EACH_ENCLOSED),
        ("duals", over_rationals(Duals(form), ALGEBRAIC, trials), EACH),
        ("duals", over_the_field(Duals(form), ALGEBRAIC, trials), EACH),
        ("duals", in_floats("enclosures", form, floating::enclosures, trials), EACH_ENCLOSED),
        ("one direction", over_the_field(Directions(form), ALGEBRAIC, trials), FIELD),
        ("two layers", over_rationals(Composition(form), ALGEBRAIC, trials), EACH),
        ("two layers", over_the_field(Composition(form), ALGEBRAIC, trials), EACH),
    ];
    let numbered = list.into_iter().zip(1..);
    numbered
        .map(|((compared, run, (own, limit)), number)| {
            let shapes = if plan.shapes.is_empty() { own } else { &plan.shapes };
            let shapes = shapes.iter().copied().filter(|shape| shape.work() <= limit).collect();
            // The jobs of a block take consecutive streams, far fewer than 2^32.
            Block { compared, shapes, run, stream: number << 32 }
        })
        .collect()
}

type Activations = (&'static str, &'static [Algebraic]);

const ALGEBRAIC: Activations = ("algebraic", &Algebraic::ALL);
/// The polynomials of degree 2 or less in each single entry.
const QUADRATIC: Activations =
    ("quadratic", &[Algebraic::Identity, Algebraic::CumulativeSum, Algebraic::CoupledQuadratic]);

fn over_rationals<'a>(c: impl Comparison + 'a, (activations, g): Activations, trials: usize) -> Run<'a> {
    let rows = move |shape, index: usize, words: &mut Words| {
        exact::equal::<Rational>(&c, (shape, g[index]), words, trials)
    };
    Run { numbers: "rationals", activations, count: g.len(), rows: Box::new(rows) }
}

fn over_the_field<'a>(c: impl Comparison + 'a, (activations, g): Activations, trials: usize) -> Run<'a> {
    let rows = move |shape, index: usize, words: &mut Words| {
        exact::equal_by_chance(&c, (shape, g[index]), words, trials)
    };
    Run { numbers: "field", activations, count: g.len(), rows: Box::new(rows) }
}

type InFloats<F> = fn(&F, (Shape, &Activation), &mut Words, usize) -> Vec<Row>;

fn in_floats<'a, F: Form>(
    numbers: &'static str,
    form: &'a F,
    comparison: InFloats<F>,
    trials: usize,
) -> Run<'a> {
    let rows = move |shape: Shape, index: usize, words: &mut Words| {
        let g = &floating::activations(shape.n_next)[index];
        comparison(form, (shape, g), words, trials)
    };
    let count = floating::activations(1).len();
    Run { numbers, activations: "all", count, rows: Box::new(rows) }
}
