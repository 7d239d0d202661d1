//! [`Defect`]: one known way to get the step wrong, as the right step with a stage replaced. `step` runs it,
//! and `derivative` differentiates a wrong function.
//!
//! ```
//! use dropout_oracle::trace::Quantity::Da;
//! use dropout_oracle::zoo::Defect;
//!
//! let unscaled = Defect::<f64>::new("da-unscaled", 42, "dA lacks 1/p", "where p = 1")
//!     .cell(Da, |s, i, k| s.da_tilde(i, k) * s.r(i, k));
//! ```

mod derivative;
mod step;

use super::Float;
use super::context::StepContext;
use crate::grid::Grid;
use crate::problem::activation::{Activation, ScalarActivation};
use crate::scalar::Inputs;
use crate::trace::Quantity;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::sync::Arc;

/// A result by a wrong formula; `None` is the right one.
type Stage<T> = Arc<dyn Fn(&StepContext<T>) -> Option<Grid<T>> + Send + Sync>;
type Returned<T> = Arc<dyn Fn(&StepContext<T>) -> Vec<(Quantity, Grid<T>)> + Send + Sync>;
type Reading<T> = Arc<dyn Fn(&StepContext<T>) -> Inputs<T> + Send + Sync>;

/// The entries of Z that an entry of A_next depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Its own.
    Unit,
    /// Those of its row.
    Row,
    /// Those of its column.
    Column,
    /// All.
    Batch,
}

/// A wrong step, and what is known about it.
#[derive(Clone)]
pub struct Defect<T> {
    /// Its name. Names are never reused and never changed.
    pub id: String,
    /// The id of the defect of which it is a twin, or its own: of its twins, a layer can have one.
    pub family: String,
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
    /// How far an entry of A_next reaches: which entries of Z it depends on.
    reach: Reach,
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
        let id = id.into();
        Defect {
            family: id.clone(),
            id,
            equation,
            says: says.into(),
            equivalent_when: equivalent_when.into(),
            links: Vec::new(),
            forward_reads: None,
            backward_reads: None,
            stages: BTreeMap::new(),
            reach: Reach::Batch,
            returned: None,
            stateful: false,
        }
    }

    /// Adds threads in which it happened.
    pub fn seen_at(mut self, links: &[&'static str]) -> Self {
        self.links.extend(links);
        self
    }

    /// Replaces the stage that computes a result; `None` keeps the right one.
    pub fn stage<R: Into<Option<Grid<T>>>>(
        mut self,
        quantity: Quantity,
        stage: impl Fn(&StepContext<T>) -> R + Send + Sync + 'static,
    ) -> Self {
        self.stages.insert(quantity, Arc::new(move |s| stage(s).into()));
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
        self.forward_reads = Some(Arc::new(reading));
        self
    }

    /// Replaces the inputs of the backward pass.
    pub fn backward_reads(
        mut self,
        reading: impl Fn(&StepContext<T>) -> Inputs<T> + Send + Sync + 'static,
    ) -> Self {
        self.backward_reads = Some(Arc::new(reading));
        self
    }

    /// States what an entry of its A_next depends on.
    pub fn over(mut self, reach: Reach) -> Self {
        self.reach = reach;
        self
    }

    /// A twin: the same defect with more to it.
    pub fn twin(mut self, id: &str, says: &str) -> Self {
        self.id = format!("{}-{id}", self.id);
        self.says = format!("{}, and {says}", self.says);
        self
    }

    /// Whether the stage that computes a result is replaced.
    pub fn replaces(&self, quantity: Quantity) -> bool {
        self.stages.contains_key(&quantity)
    }

    /// Replaces the value of g for a row z; `None` keeps the right one.
    pub fn value(self, value: impl Fn(&Activation, &[T]) -> Option<Vec<T>> + Send + Sync + 'static) -> Self {
        let defect = self.stage(Quantity::ANext, move |s| {
            rows(s, Quantity::ANext, |i| value(s.g, s.result(Quantity::Z).row(i)))
        });
        defect.over(Reach::Row)
    }

    /// Replaces dZ for a row, from the row's dA_next, z and a; `None` keeps the right one.
    pub fn gradient(
        self,
        gradient: impl Fn(&Activation, &[T], &[T], &[T]) -> Option<Vec<T>> + Send + Sync + 'static,
    ) -> Self {
        self.stage(Quantity::Dz, move |s| {
            rows(s, Quantity::Dz, |i| {
                let (da, z) = (s.inputs.da_next.row(i), s.result(Quantity::Z).row(i));
                gradient(s.g, da, z, s.result(Quantity::ANext).row(i))
            })
        })
    }

    /// Replaces the value of a scalar activation, from z; `None` keeps the right one.
    pub fn unit_value(
        self,
        value: impl Fn(&ScalarActivation, T) -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        let defect = self.value(move |g, z| {
            units(g, z.len(), |scalar, j| value(scalar, z[j]), |scalar, j| scalar.value(&z[j]))
        });
        defect.over(Reach::Unit)
    }

    /// Replaces the derivative of a scalar activation, from z and a; `None` keeps the right one.
    pub fn unit_slope(
        self,
        slope: impl Fn(&ScalarActivation, T, T) -> Option<T> + Send + Sync + 'static,
    ) -> Self {
        self.gradient(move |g, da, z, a| {
            let wrong = |scalar: &ScalarActivation, j: usize| Some(da[j] * slope(scalar, z[j], a[j])?);
            units(g, z.len(), wrong, |scalar, j| da[j] * scalar.derivative(&z[j]))
        })
    }

    /// Replaces returned results after all results are computed.
    pub fn returned(
        mut self,
        returned: impl Fn(&StepContext<T>) -> Vec<(Quantity, Grid<T>)> + Send + Sync + 'static,
    ) -> Self {
        self.returned = Some(Arc::new(returned));
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
}

/// A row of independent units with some of them wrong; `None` if none is, or the units are coupled.
fn units<T>(
    g: &Activation,
    n_next: usize,
    wrong: impl Fn(&ScalarActivation, usize) -> Option<T>,
    right: impl Fn(&ScalarActivation, usize) -> T,
) -> Option<Vec<T>> {
    let scalars = (0..n_next).map(|j| g.scalar(j)).collect::<Option<Vec<ScalarActivation>>>()?;
    let wrong: Vec<Option<T>> = scalars.iter().enumerate().map(|(j, scalar)| wrong(scalar, j)).collect();
    wrong.iter().any(Option::is_some).then(|| {
        let entries = wrong.into_iter().zip(&scalars).enumerate();
        entries.map(|(j, (wrong, scalar))| wrong.unwrap_or_else(|| right(scalar, j))).collect()
    })
}

/// A result of m × n_next from its rows, where `None` is the right row; `None` if all are right.
fn rows<T: Float>(
    s: &StepContext<T>,
    quantity: Quantity,
    row: impl Fn(usize) -> Option<Vec<T>>,
) -> Option<Grid<T>> {
    let rows: Vec<Option<Vec<T>>> = (0..s.m()).map(row).collect();
    if rows.iter().all(Option::is_none) {
        return None;
    }
    let right = OnceCell::new();
    let right = |i: usize| right.get_or_init(|| s.right(quantity)).row(i).to_vec();
    let rows = rows.into_iter().enumerate().map(|(i, row)| row.unwrap_or_else(|| right(i))).collect();
    Some(Grid::from_rows(s.n_next(), rows))
}
