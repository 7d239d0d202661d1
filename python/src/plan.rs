//! Which cases a layer is asked: built-in ones, a folder of them, problems of a shape, or one problem of the user's own.

use super::arrays::{self, Six};
use super::errors::exception;
use super::oracle::{drawn, limit};
use super::subject::Layer;
use super::worker::alone;
use dropout_oracle::Error;
use dropout_oracle::cases::{Profile, shaped};
use dropout_oracle::conform::cases::{self, Case, Selection};
use dropout_oracle::conform::exchange::Exchange;
use dropout_oracle::conform::judge::side_by_side::SideBySide;
use dropout_oracle::conform::judge::verdict::Verdict;
use dropout_oracle::conform::judge::whole_run::{self, WholeRunCheck};
use dropout_oracle::conform::run::run;
use dropout_oracle::conform::subject::protocol;
use dropout_oracle::conform::{About, Subject};
use dropout_oracle::verify::Shape;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::path::PathBuf;

/// A layer's description and the cases that are selected for it.
#[pyclass(frozen, from_py_object, module = "dropout_oracle._core")]
#[derive(Clone, Debug)]
pub struct Plan {
    /// The layer's description.
    pub about: About,
    /// The selected cases.
    pub cases: Vec<Case>,
    /// The selected checks of the whole run.
    pub checks: Vec<WholeRunCheck>,
    /// The ids of all there are.
    ids: Vec<String>,
}

#[pymethods]
impl Plan {
    /// The built-in cases of a profile.
    #[staticmethod]
    fn of_profile(py: Python<'_>, about: &str, select: Vec<String>, profile: &str) -> PyResult<Self> {
        let profile = match profile {
            "core" => Profile::Core,
            "smoke" => Profile::Smoke,
            "large" => Profile::Large,
            _ => {
                let known = "known profiles: core, smoke, large";
                return Err(PyValueError::new_err(format!("profile = {profile:?}: {known}")));
            }
        };
        let cases = alone(py, move || Ok(cases::of(profile)))?;
        Self::selected(about, cases, whole_run::all(), select)
    }

    /// The cases of a folder of fixtures.
    #[staticmethod]
    fn of_fixtures(py: Python<'_>, about: &str, select: Vec<String>, folder: PathBuf) -> PyResult<Self> {
        let cases = alone(py, move || cases::in_folder(&folder))?;
        Self::selected(about, cases, whole_run::all(), select)
    }

    /// Problems that are drawn in the layer's format, one for each shape and activation.
    #[staticmethod]
    fn of_shapes(
        py: Python<'_>,
        about: &str,
        select: Vec<String>,
        shapes: Vec<(usize, usize, usize)>,
        names: Vec<String>,
        seed: u64,
    ) -> PyResult<Self> {
        let format = described(about)?.arithmetic.storage;
        let mut planned = Vec::new();
        for (m, n, n_next) in shapes {
            for name in &names {
                let shape = Shape::new(m, n, n_next);
                planned.push((shape, drawn(name, shape)?));
            }
        }
        let draw = move || {
            let case = |(shape, activation)| {
                let id = shaped::id(shape, &activation);
                Ok(Case::new(id, shaped::problem(shape, activation, format, seed)?))
            };
            planned.into_iter().map(case).collect::<Result<Vec<Case>, Error>>()
        };
        Self::selected(about, alone(py, draw)?, Vec::new(), select)
    }

    /// A problem of the user's own.
    #[staticmethod]
    fn of_problem(
        py: Python<'_>,
        about: &str,
        inputs: Six<'_>,
        activation: String,
        id: String,
    ) -> PyResult<Self> {
        let given = arrays::given(&inputs);
        let problem = alone(py, move || Ok(arrays::problem(given, &activation)?))?;
        Self::selected(about, vec![Case::new(id, problem)], Vec::new(), Vec::new())
    }

    /// The same with another limit for the exact results of a case, in seconds.
    fn within(&self, seconds: Option<f64>) -> Self {
        let mut plan = self.clone();
        plan.cases.iter_mut().for_each(|case| case.limit = limit(seconds));
        plan
    }
}

impl Plan {
    fn selected(
        about: &str,
        mut cases: Vec<Case>,
        mut checks: Vec<WholeRunCheck>,
        select: Vec<String>,
    ) -> PyResult<Self> {
        let about = described(about)?;
        let ids = cases.iter().map(|case| case.id.clone()).chain(checks.iter().map(WholeRunCheck::id));
        let ids: Vec<String> = ids.collect();
        let selection = Selection::new(&select, &ids).map_err(|error| exception(&error))?;
        cases.retain(|case| selection.takes(&case.id));
        checks.retain(|check| selection.takes(&check.id()));
        Ok(Plan { about, cases, checks, ids })
    }

    /// Whether there is such a case or check, selected or not.
    pub fn has(&self, id: &str) -> bool {
        self.ids.iter().any(|known| known == id)
    }

    /// The verdict on one case, asked twice, or on one check, which may ask all cases; and the wrong results beside the
    /// right ones.
    pub fn one(&self, layer: &mut Layer, id: &str) -> Result<(Verdict, Vec<SideBySide>), Error> {
        if let Some(case) = self.cases.iter().find(|case| case.id == id) {
            let about = layer.about();
            let mut exchange = Exchange::new(&about, case);
            exchange.ask(layer);
            exchange.ask(layer);
            let verdict = exchange.verdict(&about);
            let beside = exchange.side_by_side(verdict.status);
            return Ok((verdict, beside));
        }
        let Some(check) = self.checks.iter().find(|check| check.id() == id) else {
            return Err(Error::Usage(format!("{id}: there is no such case")));
        };
        let steps = if matches!(check, WholeRunCheck::RoundingBias) { &self.cases[..] } else { &[] };
        let mut run = run(layer, steps, &[*check], || {});
        Ok((run.outcomes.pop().expect("the outcome of the check").verdict, Vec::new()))
    }
}

/// A layer's description, which is JSON as in the protocol.
fn described(about: &str) -> PyResult<About> {
    protocol::about(about.as_bytes()).map_err(|faults| exception(&faults.into()))
}
