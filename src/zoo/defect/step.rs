//! Runs a defect, alone or together with another one.

use super::{Defect, Reading, Stage};
use crate::grid::Grid;
use crate::trace::{Quantity, Results};
use crate::zoo::Float;
use crate::zoo::context::{Call, Memory, RightStep, StepContext};
use std::sync::Arc;

impl<T: Float> Defect<T> {
    /// Both defects in one layer. Where both replace a result, `other` does so in the elements that it changes by more
    /// than a few roundings of a double.
    pub fn and(mut self, other: Self) -> Self {
        fn in_turn<T: Float>(one: Option<Reading<T>>, other: Option<Reading<T>>) -> Option<Reading<T>> {
            match (one, other) {
                (Some(one), Some(other)) => Some(Arc::new(move |s| {
                    let mut seen = s.clone();
                    seen.inputs = one(s);
                    other(&seen)
                })),
                (one, other) => one.or(other),
            }
        }
        self.id = format!("{}+{}", self.id, other.id);
        self.equation = self.equation.min(other.equation);
        self.says = format!("{}; and {}", self.says, other.says);
        self.equivalent_when = format!("{}, and {}", self.equivalent_when, other.equivalent_when);
        self.links.extend(other.links);
        self.forward_reads = in_turn(self.forward_reads, other.forward_reads);
        self.backward_reads = in_turn(self.backward_reads, other.backward_reads);
        for (quantity, stage) in other.stages {
            let both: Stage<T> = match self.stages.remove(&quantity) {
                Some(one) => Arc::new(move |s| {
                    let (Some(one), Some(other)) = (one(s), stage(s)) else { return one(s).or(stage(s)) };
                    let right = s.right(quantity);
                    if right.shape() != one.shape() || right.shape() != other.shape() {
                        return Some(if right.shape() == other.shape() { one } else { other });
                    }
                    // What differs by roundings alone is not changed.
                    let size = |x: T| -> f64 { Into::<f64>::into(x).abs() };
                    let largest =
                        right.cells().iter().map(|&x| size(x)).filter(|x| x.is_finite()).fold(0.0, f64::max);
                    let is_right = |i, j| {
                        let (right, other) = (right.at(i, j), other.at(i, j));
                        right == other || size(right - other) <= 64.0 * f64::EPSILON * largest
                    };
                    let both = |i, j| if is_right(i, j) { one.at(i, j) } else { other.at(i, j) };
                    Some(s.tabulate(quantity, both))
                }),
                None => stage,
            };
            self.stages.insert(quantity, both);
        }
        self.returned = match (self.returned, other.returned) {
            (Some(one), Some(other)) => Some(Arc::new(move |s| [one(s), other(s)].concat())),
            (one, other) => one.or(other),
        };
        self.stateful |= other.stateful;
        self
    }

    /// Whether it changes what other stages read.
    pub fn changes_inputs(&self) -> bool {
        self.forward_reads.is_some() || self.backward_reads.is_some() || self.returned.is_some()
    }

    /// Whether what it returns is not what it computes with.
    pub fn hides_results(&self) -> bool {
        self.returned.is_some()
    }

    /// Runs one step. `memory` holds what earlier calls left behind, and is updated.
    pub fn step(&self, right: &RightStep<T>, memory: &mut Memory<T>) -> Results {
        let mut results = right.call.results.clone();
        results.extend(self.changes(right, memory));
        results.map(|&x| x.into())
    }

    /// The same, but only the results that it changes.
    ///
    /// A result is computed only if its stage or something that it reads is replaced. Each stage starts from
    /// [`RightStep::own`] where a layer's own results are there, unless the defect returns another result than it
    /// computes with.
    pub fn changes(&self, right: &RightStep<T>, memory: &mut Memory<T>) -> Vec<(Quantity, Grid<T>)> {
        let (g, inputs) = (right.problem.activation(), right.call.inputs.clone());
        let sizes = [inputs.a.rows(), inputs.a.cols(), inputs.w.cols()];
        let mut seen = StepContext { g, inputs, results: Results::default(), last: memory.get(&sizes) };
        let hidden: Vec<Quantity> = match &self.returned {
            Some(returned) => {
                seen.results = right.call.results.clone();
                returned(&seen).into_iter().map(|(quantity, _)| quantity).collect()
            }
            None => Vec::new(),
        };
        let mut computed: Vec<(Quantity, Grid<T>)> = Vec::new();
        // What later stages find changed.
        let (mut changed, mut all_changed): (Vec<Quantity>, bool) = (Vec::new(), false);
        for quantity in Quantity::ALL {
            let reads = match quantity {
                Quantity::ATilde => &self.forward_reads,
                Quantity::Dz => &self.backward_reads,
                _ => &None,
            };
            if let Some(reads) = reads {
                seen.inputs = reads(&seen);
                all_changed = true;
            }
            let reads_changed = all_changed || quantity.reads().iter().any(|read| changed.contains(read));
            let of_stage = self.stages.get(&quantity).and_then(|stage| stage(&seen));
            let result = of_stage.or_else(|| reads_changed.then(|| seen.right(quantity)));
            let known = &right.call.results[quantity];
            let own =
                right.own.shaped(quantity, seen.shape(quantity)).ok().filter(|_| !hidden.contains(&quantity));
            seen.results.insert(quantity, own.or(result.as_ref()).unwrap_or(known).clone());
            if own.is_none() && result.is_some() || hidden.contains(&quantity) {
                changed.push(quantity);
            }
            computed.extend(result.map(|result| (quantity, result)));
        }
        if let Some(returned) = &self.returned {
            for (quantity, grid) in returned(&seen) {
                computed.retain(|(computed, _)| *computed != quantity);
                computed.push((quantity, grid));
            }
        }
        let StepContext { inputs, results, .. } = seen;
        if self.stateful {
            memory.insert(sizes, Call { inputs, results });
        }
        computed
    }
}
