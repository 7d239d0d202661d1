//! A layer in Python as a [`Subject`]: each question goes to the thread that called, which asks the layer.

use super::arrays::{self, Matrix};
use super::worker::Line;
use dropout_oracle::conform::{About, Answer, Rows, Subject};
use dropout_oracle::problem::Problem;
use dropout_oracle::trace::{Quantity, Results};
use dropout_oracle::wire::{activation, layout};
use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::collections::BTreeMap;

/// What a layer is asked.
pub enum Question {
    /// A step.
    Step(String, Problem),
    /// A mask, from the layer's own generator or, with a key and stream, from the named one.
    Sample(Vec<f64>, usize, Option<([u8; 32], u64)>),
}

/// What it answers.
pub enum Reply {
    /// To a step.
    Step(Box<Answer>),
    /// To a request for a mask.
    Sample(Answer<Rows>),
}

/// A layer at the other end of the line.
pub struct Layer {
    about: About,
    line: Line<Question, Reply>,
    /// The first result for each id.
    pub first: BTreeMap<String, Results>,
}

impl Layer {
    /// The layer of this description.
    pub fn new(about: About, line: Line<Question, Reply>) -> Self {
        Layer { about, line, first: BTreeMap::new() }
    }

    fn mask(&self, p: &[f64], rows: usize, named: Option<([u8; 32], u64)>) -> Answer<Rows> {
        match self.line.ask(Question::Sample(p.to_vec(), rows, named)) {
            Some(Reply::Sample(answer)) => answer,
            _ => Answer::Errored(ENDED.into()),
        }
    }
}

const ENDED: &str = "the call has ended";

impl Subject for Layer {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn step(&mut self, id: &str, problem: &Problem) -> Answer {
        let Some(Reply::Step(answer)) = self.line.ask(Question::Step(id.into(), problem.clone())) else {
            return Answer::Errored(ENDED.into());
        };
        if let Answer::Result(results) = &*answer {
            self.first.entry(id.into()).or_insert_with(|| results.clone());
        }
        *answer
    }

    fn sample(&mut self, p: &[f64], rows: usize) -> Answer<Rows> {
        self.mask(p, rows, None)
    }

    fn sample_named(&mut self, p: &[f64], rows: usize, key: [u8; 32], stream: u64) -> Answer<Rows> {
        self.mask(p, rows, Some((key, stream)))
    }
}

/// The answer of the Python object that stands for a layer: its methods return a status word and what belongs to it.
///
/// # Errors
/// If it raises, which it does only for what ends the call.
pub fn answer(layer: &Bound<'_, PyAny>, question: Question) -> PyResult<Reply> {
    let py = layer.py();
    match question {
        Question::Step(id, problem) => {
            let activation = layout::line(&activation::Named::from(problem.activation()));
            let arguments = (id, activation, arrays::inputs(py, &problem)?);
            let answer = layer.call_method1("step", arguments)?.extract()?;
            Ok(Reply::Step(Box::new(read(answer, |results| results_of(&results.cast_into()?))?)))
        }
        Question::Sample(p, rows, named) => {
            let arguments = (PyArray1::from_vec(py, p), rows, named);
            let answer = layer.call_method1("sample", arguments)?.extract()?;
            let rows = |mask: Bound<'_, PyAny>| Ok(arrays::grid(&mask.extract::<Matrix>()?).to_rows());
            Ok(Reply::Sample(read(answer, rows)?))
        }
    }
}

fn read<'py, T>(
    (status, content): (String, Bound<'py, PyAny>),
    result: impl FnOnce(Bound<'py, PyAny>) -> PyResult<T>,
) -> PyResult<Answer<T>> {
    Ok(match status.as_str() {
        "result" => Answer::Result(result(content)?),
        "skipped" => Answer::Skipped(content.extract()?),
        _ => Answer::Errored(content.extract()?),
    })
}

/// The results of a step, by name: db a vector, the others matrices.
fn results_of(results: &Bound<'_, PyDict>) -> PyResult<Results> {
    let mut all = Results::default();
    for (name, array) in results {
        match arrays::quantity(name.extract()?) {
            Some(Quantity::Db) => {
                let db = array.extract::<PyReadonlyArray1<f64>>()?;
                all.insert(Quantity::Db, arrays::vector(&db).into_row());
            }
            Some(quantity) => all.insert(quantity, arrays::grid(&array.extract::<Matrix>()?)),
            None => {}
        }
    }
    Ok(all)
}
