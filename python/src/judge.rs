//! The judge: a whole run with its reports, and one case at a time for pytest. Both are the library's.

use super::arrays::matrix;
use super::plan::Plan;
use super::subject::{Layer, Question, Reply, answer};
use super::worker::{Line, attended};
use dropout_oracle::Error;
use dropout_oracle::conform::coverage::Coverage;
use dropout_oracle::conform::exchange::Exchange;
use dropout_oracle::conform::judge::side_by_side::SideBySide;
use dropout_oracle::conform::judge::verdict::{Outcome, Status, Verdict};
use dropout_oracle::conform::judge::whole_run::WholeRunCheck;
use dropout_oracle::conform::report::expectations::{Expectations, Unexpected};
use dropout_oracle::conform::report::{self, Command, Report};
use dropout_oracle::conform::run::{Run, covered, run};
use dropout_oracle::conform::{About, Answer, Subject};
use dropout_oracle::error::printable;
use dropout_oracle::grid::Grid;
use dropout_oracle::problem::Problem;
use dropout_oracle::trace::Results;
use numpy::PyArray2;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The cases for a layer, its known failures, and how a run is repeated.
#[pyclass(frozen, module = "dropout_oracle._core")]
pub struct Judge(Arc<Inner>);

struct Inner {
    plan: Plan,
    known: Expectations,
    command: Command,
}

#[pymethods]
impl Judge {
    /// `known` is the text of a file of known failures; `command` runs all cases again, and is what stands before and after
    /// the id of one.
    #[new]
    fn new(plan: Plan, known: &str, command: (String, String, String)) -> PyResult<Self> {
        let known = Expectations::read(known).map_err(PyValueError::new_err)?;
        let (whole, before, after) = command;
        Ok(Judge(Arc::new(Inner { plan, known, command: Command { whole, one: [before, after] } })))
    }

    /// The ids of the cases and checks that are selected, in order.
    fn ids(&self) -> Vec<String> {
        let Plan { cases, checks, .. } = &self.0.plan;
        cases.iter().map(|case| case.id.clone()).chain(checks.iter().map(WholeRunCheck::id)).collect()
    }

    /// The known failures, each with what is wrong.
    fn known(&self) -> BTreeMap<String, Option<String>> {
        self.0.known.listed().map(|(id, mark)| (id.into(), mark.map(Into::into))).collect()
    }

    /// Whether there is such a case or check, selected or not.
    fn has(&self, id: &str) -> bool {
        self.0.plan.has(id)
    }

    /// A whole run of a layer.
    fn run(&self, layer: &Bound<'_, PyAny>, list_failures: bool) -> PyResult<Judged> {
        self.asked(layer, move |inner, layer| {
            let (run, coverage) = covered(layer, &inner.plan.cases, &inner.plan.checks, || {});
            Ok(inner.judged(&run, &coverage, &layer.first, list_failures))
        })
    }

    /// One case or check: its status, its reason, what is unexpected, and what the report says of it.
    fn one(&self, layer: &Bound<'_, PyAny>, id: String) -> PyResult<One> {
        self.asked(layer, move |inner, layer| {
            let (verdict, beside) = inner.plan.one(layer, &id)?;
            let (status, reason, details) =
                (verdict.status.name(), verdict.reason.clone(), report::details(&verdict));
            let run = Run { outcomes: vec![Outcome { id: id.clone(), verdict }], ..inner.nothing() };
            let mut unexpected = inner.known.unexpected(&run, |_| true);
            let again = inner.report(&run, &Coverage::default(), &[], false).reproduce(&id);
            let beside: String = beside.iter().map(|wrong| format!("\n{wrong}")).collect();
            let text = printable(&format!("{details}{again}\n{beside}"));
            Ok((status, reason, unexpected.pop().map(|unexpected| unexpected.what), text))
        })
    }

    /// The diagnosis of all cases and one failure of each cause, for where each failure has been shown.
    fn brief(&self, layer: &Bound<'_, PyAny>) -> PyResult<String> {
        self.asked(layer, |inner, layer| Ok(report::brief(&run(layer, &inner.plan.cases, &[], || {}))))
    }
}

/// Status, reason, what is unexpected, and the text.
type One = (&'static str, Option<String>, Option<String>, String);

impl Judge {
    /// What `work` does with a layer.
    fn asked<T: Send + 'static>(
        &self,
        layer: &Bound<'_, PyAny>,
        work: impl FnOnce(&Inner, &mut Layer) -> Result<T, Error> + Send + 'static,
    ) -> PyResult<T> {
        let inner = Arc::clone(&self.0);
        let work = move |line: Line<Question, Reply>| {
            let mut layer = Layer::new(inner.plan.about.clone(), line);
            work(&inner, &mut layer)
        };
        attended(layer.py(), work, |question| answer(layer, question))
    }
}

impl Inner {
    /// A run without outcomes.
    fn nothing(&self) -> Run {
        Run {
            about: self.plan.about.clone(),
            outcomes: Vec::new(),
            diagnosis: Default::default(),
            side_by_side: Vec::new(),
            ending: None,
        }
    }

    fn report<'a>(
        &self,
        run: &'a Run,
        coverage: &'a Coverage,
        unexpected: &'a [Unexpected],
        list_failures: bool,
    ) -> Report<'a> {
        Report { run, coverage, unexpected, command: self.command.clone(), list_failures }
    }

    fn judged(
        &self,
        run: &Run,
        coverage: &Coverage,
        first: &BTreeMap<String, Results>,
        list_failures: bool,
    ) -> Judged {
        let unexpected = self.known.unexpected(run, |id| self.plan.has(id));
        let report = self.report(run, coverage, &unexpected, list_failures);
        let failed = run.outcomes.iter().filter(|outcome| outcome.verdict.status == Status::Fail);
        Judged {
            good: report.is_good() && run.judged() > 0,
            text: report::human(&report, false),
            json: report::json(&report),
            junit: report::junit(&report),
            fixed: self.known.fixed(run, |id| self.plan.has(id)),
            wrong: failed.map(|outcome| (outcome.id.clone(), self.wrong(&outcome.id, first))).collect(),
            details: run
                .outcomes
                .iter()
                .map(|outcome| (outcome.id.clone(), printable(&report::details(&outcome.verdict))))
                .collect(),
        }
    }

    /// The wrong results of a case beside the right ones, from the layer's first answer.
    fn wrong(&self, id: &str, first: &BTreeMap<String, Results>) -> Vec<SideBySide> {
        let case = self.plan.cases.iter().find(|case| case.id == id);
        let Some((case, results)) = case.zip(first.get(id)) else { return Vec::new() };
        let about = &self.plan.about;
        let mut exchange = Exchange::new(about, case);
        exchange.ask(&mut Known { about, results });
        let Verdict { status, .. } = exchange.verdict(about);
        exchange.side_by_side(status)
    }
}

/// A layer whose answer is known.
struct Known<'a> {
    about: &'a About,
    results: &'a Results,
}

impl Subject for Known<'_> {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn step(&mut self, _: &str, _: &Problem) -> Answer {
        Answer::Result(self.results.clone())
    }
}

/// What came out of a run.
#[pyclass(frozen, module = "dropout_oracle._core")]
pub struct Judged {
    /// Whether everything is as expected, and something was judged.
    #[pyo3(get)]
    good: bool,
    /// The report for people.
    #[pyo3(get)]
    text: String,
    /// The report for programs.
    #[pyo3(get)]
    json: String,
    /// The report as JUnit XML.
    #[pyo3(get)]
    junit: String,
    /// The file of known failures, rewritten from this run.
    #[pyo3(get)]
    fixed: String,
    wrong: BTreeMap<String, Vec<SideBySide>>,
    details: BTreeMap<String, String>,
}

/// A result by name: the layer's, the right one, and error/tolerance, NaN where nothing is promised.
type Wrong<'py> =
    (&'static str, Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>, Bound<'py, PyArray2<f64>>);

#[pymethods]
impl Judged {
    /// The wrong results of a case of the right shape.
    fn wrong<'py>(&self, py: Python<'py>, id: &str) -> PyResult<Vec<Wrong<'py>>> {
        let wrong = |wrong: &SideBySide| {
            let (rows, cols) = wrong.got.shape();
            let ratios = wrong.ratios.iter().map(|ratio| ratio.unwrap_or(f64::NAN)).collect();
            let (got, right) = (matrix(py, wrong.got.clone())?, matrix(py, wrong.right.clone())?);
            Ok((wrong.quantity.name(), got, right, matrix(py, Grid::from_cells(rows, cols, ratios))?))
        };
        self.wrong.get(id).into_iter().flatten().map(wrong).collect()
    }

    /// What the report says of a case.
    fn details(&self, id: &str) -> Option<String> {
        self.details.get(id).cloned()
    }

    /// The wrong results of a case beside the right ones, as text.
    fn beside(&self, id: &str) -> Vec<String> {
        self.wrong.get(id).into_iter().flatten().map(ToString::to_string).collect()
    }
}
