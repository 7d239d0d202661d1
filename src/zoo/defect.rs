//! [`Defect`]: one known way to get the step wrong, as the right step with a stage replaced.
//!
//! ```
//! use dropout_oracle::trace::Quantity::Da;
//! use dropout_oracle::zoo::Defect;
//!
//! let unscaled = Defect::<f64>::new("da-unscaled", 42, "dA lacks 1/p", "where p = 1")
//!     .cell(Da, |s, i, k| s.da_tilde(i, k) * s.r(i, k));
//! ```

use super::Float;
use super::context::{Call, Memory, RightStep, StepContext};
use crate::grid::Grid;
use crate::problem::activation::{Activation, ScalarActivation, VectorFunction};
use crate::scalar::Inputs;
use crate::trace::{Quantity, Results};
use std::collections::BTreeMap;
use std::fmt::{self, Debug};

type Stage<T> = Box<dyn Fn(&StepContext<T>) -> Grid<T> + Send + Sync>;
type Returned<T> = Box<dyn Fn(&StepContext<T>) -> Vec<(Quantity, Grid<T>)> + Send + Sync>;
type Reading<T> = Box<dyn Fn(&StepContext<T>) -> Inputs<T> + Send + Sync>;

/// A wrong step, and what is known about it.
pub struct Defect<T> {
    /// Its name. Names are never reused and never changed.
    pub id: String,
    /// The number of the first equation that it breaks, in the equation's scalar form.
    pub equation: u8,
    /// What it does wrong, in one line: present tense, no full stop.
    pub says: String,
    /// When it changes no result: completes "It is equivalent to the right step …".
    pub equivalent_when: String,
    /// Public threads in which it happened, in the same place of the step or in another.
    pub links: Vec<&'static str>,
    forward_reads: Option<Reading<T>>,
    backward_reads: Option<Reading<T>>,
    stages: BTreeMap<Quantity, Stage<T>>,
    returned: Option<Returned<T>>,
    stateful: bool,
}

impl<T> Debug for Defect<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Defect({})", self.id)
    }
}

impl<T: Float> Defect<T> {
    /// The right step under a name; the methods below make it wrong.
    pub fn new(
        id: impl Into<String>,
        equation: u8,
        says: impl Into<String>,
        equivalent_when: impl Into<String>,
    ) -> Self {
        Defect {
            id: id.into(),
            equation,
            says: says.into(),
            equivalent_when: equivalent_when.into(),
            links: Vec::new(),
            forward_reads: None,
            backward_reads: None,
            stages: BTreeMap::new(),
            returned: None,
            stateful: false,
        }
    }

    /// Adds threads in which it happened.
    pub fn seen_at(mut self, links: &[&'static str]) -> Self {
        self.links.extend(links);
        self
    }

    /// Replaces the stage that computes a result.
    pub fn stage(
        mut self,
        quantity: Quantity,
        stage: impl Fn(&StepContext<T>) -> Grid<T> + Send + Sync + 'static,
    ) -> Self {
        self.stages.insert(quantity, Box::new(stage));
        self
    }

    /// Replaces the formula for each entry of a result.
    pub fn cell(
        self,
        quantity: Quantity,
        cell: impl Fn(&StepContext<T>, usize, usize) -> T + Send + Sync + 'static,
    ) -> Self {
        self.stage(quantity, move |s| s.tabulate(quantity, |i, j| cell(s, i, j)))
    }

    /// Changes each right entry x of a result.
    pub fn after(
        self,
        quantity: Quantity,
        change: impl Fn(&StepContext<T>, T, usize, usize) -> T + Send + Sync + 'static,
    ) -> Self {
        self.stage(quantity, move |s| {
            let right = s.right(quantity);
            s.tabulate(quantity, |i, j| change(s, right.at(i, j), i, j))
        })
    }

    /// Replaces the inputs of both passes.
    pub fn reads(mut self, reading: impl Fn(&StepContext<T>) -> Inputs<T> + Send + Sync + 'static) -> Self {
        self.forward_reads = Some(Box::new(reading));
        self
    }

    /// Replaces the inputs of the backward pass.
    pub fn backward_reads(
        mut self,
        reading: impl Fn(&StepContext<T>) -> Inputs<T> + Send + Sync + 'static,
    ) -> Self {
        self.backward_reads = Some(Box::new(reading));
        self
    }

    /// Replaces the value of g for a row z; `None` keeps the right one.
    pub fn value(self, value: impl Fn(&Activation, &[T]) -> Option<Vec<T>> + Send + Sync + 'static) -> Self {
        self.stage(Quantity::ANext, move |s| {
            rows(s, |i| {
                let z = s.result(Quantity::Z).row(i);
                value(s.g, z).unwrap_or_else(|| s.g.value(z))
            })
        })
    }

    /// Replaces dZ for a row, from the row's dA_next, z and a; `None` keeps the right one.
    pub fn gradient(
        self,
        gradient: impl Fn(&Activation, &[T], &[T], &[T]) -> Option<Vec<T>> + Send + Sync + 'static,
    ) -> Self {
        self.stage(Quantity::Dz, move |s| {
            rows(s, |i| {
                let (da, z) = (s.inputs.da_next.row(i), s.result(Quantity::Z).row(i));
                let a = s.result(Quantity::ANext).row(i);
                gradient(s.g, da, z, a).unwrap_or_else(|| s.g.row_times_jacobian(da, z))
            })
        })
    }

    /// Replaces the value of a scalar activation, from z; `None` keeps the right one.
    pub fn unit_value(
        self,
        value: impl Fn(&ScalarActivation, T) -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        self.value(move |g, z| {
            let entry = |(j, &z): (usize, &T)| {
                let scalar = g.scalar(j)?;
                Some(value(&scalar, z).unwrap_or_else(|| scalar.value(&z)))
            };
            z.iter().enumerate().map(entry).collect()
        })
    }

    /// Replaces the derivative of a scalar activation, from z and a; `None` keeps the right one.
    pub fn unit_slope(
        self,
        slope: impl Fn(&ScalarActivation, T, T) -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        self.gradient(move |g, da, z, a| {
            let entry = |j: usize| {
                let scalar = g.scalar(j)?;
                Some(da[j] * slope(&scalar, z[j], a[j]).unwrap_or_else(|| scalar.derivative(&z[j])))
            };
            (0..z.len()).map(entry).collect()
        })
    }

    /// Replaces returned results after all results are computed.
    pub fn returned(
        mut self,
        returned: impl Fn(&StepContext<T>) -> Vec<(Quantity, Grid<T>)> + Send + Sync + 'static,
    ) -> Self {
        self.returned = Some(Box::new(returned));
        self
    }

    /// Declares that its stages read what an earlier call left behind.
    pub fn stateful(mut self) -> Self {
        self.stateful = true;
        self
    }

    /// Whether a call depends on an earlier one.
    pub fn is_stateful(&self) -> bool {
        self.stateful
    }

    /// Runs one step. `memory` holds what earlier calls left behind, and is updated.
    ///
    /// A result is computed only if its stage or something that it reads is replaced; the others are the right ones.
    pub fn step(&self, right: &RightStep<T>, memory: &mut Memory<T>) -> Results {
        let (g, inputs) = (right.problem.activation(), right.call.inputs.clone());
        let sizes = [inputs.a.rows(), inputs.a.cols(), inputs.w.cols()];
        let mut seen = StepContext { g, inputs, results: Results::default(), last: memory.get(&sizes) };
        let mut changed: Vec<Quantity> = Vec::new();
        for quantity in Quantity::ALL {
            let reads = match quantity {
                Quantity::ATilde => &self.forward_reads,
                Quantity::Dz => &self.backward_reads,
                _ => &None,
            };
            if let Some(reads) = reads {
                seen.inputs = reads(&seen);
                changed = Quantity::ALL.to_vec();
            }
            let stage = self.stages.get(&quantity);
            let reads_changed = quantity.reads().iter().any(|read| changed.contains(read));
            let result = if stage.is_none() && !reads_changed && !changed.contains(&quantity) {
                right.call.results[quantity].clone()
            } else {
                changed.push(quantity);
                stage.map_or_else(|| seen.right(quantity), |stage| stage(&seen))
            };
            seen.results.insert(quantity, result);
        }
        let mut returned = seen.results.clone();
        returned.extend(self.returned.iter().flat_map(|returned| returned(&seen)));
        let StepContext { inputs, results, .. } = seen;
        if self.stateful {
            memory.insert(sizes, Call { inputs, results });
        }
        returned.map(|&x| x.into())
    }
}

/// An m × n_next grid from its rows.
fn rows<T: Float>(s: &StepContext<T>, row: impl Fn(usize) -> Vec<T>) -> Grid<T> {
    Grid::from_rows(s.n_next(), (0..s.m()).map(row).collect())
}
