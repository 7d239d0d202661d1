//! The protocol's lines (spec/protocol.md): writes questions and reads answers.

use super::reading;
use super::{About, Answer, Rows};
use crate::problem::{Fault, Faults, Problem};
use crate::trace::Results;
use crate::wire::json::{self, Members, Raw, Reader, shown};
use crate::wire::number::{self, hex};
use crate::wire::{FORMAT, activation, layout, step};
use serde::Serialize;
use std::path::PathBuf;

/// What faults of an answer as a whole name as their place.
const WHOLE: &str = "the line";

#[derive(Serialize)]
#[serde(tag = "cmd", rename_all = "lowercase")]
enum Question<'a> {
    Start { format: &'static str },
    Step(Step<'a>),
    Sample(Sample<'a>),
    Stop,
}

#[derive(Serialize)]
struct Step<'a> {
    seq: u64,
    id: &'a str,
    activation: activation::Named,
    inputs: Inputs<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<File<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Inputs<'a> {
    Numbers(Box<step::Inputs>),
    Tensors(File<'a>),
}

#[derive(Serialize)]
struct File<'a> {
    path: &'a str,
}

#[derive(Serialize)]
struct Sample<'a> {
    seq: u64,
    p: &'a [f64],
    rows: usize,
    #[serde(flatten)]
    of: Option<step::Source>,
}

/// The first question, which asks the subject to describe itself.
pub fn start() -> String {
    layout::line(&Question::Start { format: FORMAT })
}

/// The question for one step.
pub fn step(seq: u64, id: &str, problem: &Problem) -> String {
    let inputs = Inputs::Numbers(Box::new(problem.into()));
    let activation = problem.activation().into();
    layout::line(&Question::Step(Step { seq, id, activation, inputs, outputs: None }))
}

/// The question for one step whose inputs lie in a file, with the path of another in which the results may be put.
pub fn step_in_files(seq: u64, id: &str, problem: &Problem, inputs: &str, outputs: &str) -> String {
    let (inputs, outputs) = (Inputs::Tensors(File { path: inputs }), Some(File { path: outputs }));
    let activation = problem.activation().into();
    layout::line(&Question::Step(Step { seq, id, activation, inputs, outputs }))
}

/// The question for a mask: from the named generator with a key and stream, or from the subject's own.
pub fn sample(seq: u64, p: &[f64], rows: usize, named: Option<([u8; 32], u64)>) -> String {
    let of = named.map(|(key, stream)| step::Source { key: hex(&key), stream: stream.to_string() });
    layout::line(&Question::Sample(Sample { seq, p, rows, of }))
}

/// The last line, which expects no answer.
pub fn stop() -> String {
    layout::line(&Question::Stop)
}

/// The reply to a numbered question.
#[derive(Debug)]
pub struct Reply<T> {
    /// The number of the question, if it can be read.
    pub seq: Option<u64>,
    /// The answer.
    pub answer: Result<Answer<T>, Faults>,
}

/// The reply to `start`.
///
/// # Errors
/// All faults of the line.
pub fn about(line: &[u8]) -> Result<About, Faults> {
    let mut reader = Reader::of(WHOLE);
    let about = document(&mut reader, line).and_then(|value| reading::about(&mut reader, "", value));
    about.filter(|_| reader.faults.is_empty()).ok_or(reader.faults)
}

/// The reply to `step`.
pub fn results(line: &[u8]) -> Reply<Results> {
    reply(line, "outputs", reading::results)
}

/// The reply to `step` of a subject whose results lie in files.
pub fn file(line: &[u8]) -> Reply<PathBuf> {
    reply(line, "outputs", reading::file)
}

/// The reply to `sample`.
pub fn mask(line: &[u8]) -> Reply<Rows> {
    reply(line, "R", reading::matrix)
}

/// A reply whose result has this key.
fn reply<T>(line: &[u8], key: &str, result: fn(&mut Reader, &str, Raw) -> Option<T>) -> Reply<T> {
    let mut reader = Reader::of(WHOLE);
    let reader = &mut reader;
    let members =
        document(reader, line).and_then(|value| reader.object("", value, &["seq", key, "skipped", "error"]));
    let seq = members.as_ref().and_then(|members| seq(reader, members));
    let answer = members.and_then(|members| answer(reader, &members, key, result));
    let faults = std::mem::take(&mut reader.faults);
    Reply { seq, answer: answer.filter(|_| faults.is_empty()).ok_or(faults) }
}

fn document<'a>(reader: &mut Reader, line: &'a [u8]) -> Option<Raw<'a>> {
    let document = json::document(line);
    document.map_err(|fault| reader.faults.push(Fault { path: WHOLE.into(), ..fault })).ok()
}

fn seq(reader: &mut Reader, members: &Members) -> Option<u64> {
    let value = reader.member("", members, "seq")?;
    reader.number(|| "seq".into(), value)?;
    let number = number::whole(value.get());
    if number.is_none() {
        let rule = "must be a whole number of 64 bits";
        reader.fault("seq", format!("= {}", shown(value.get())), rule, "repeat the seq of the question");
    }
    number
}

fn answer<T>(
    reader: &mut Reader,
    members: &Members,
    key: &str,
    result: fn(&mut Reader, &str, Raw) -> Option<T>,
) -> Option<Answer<T>> {
    let mut text = |key| members.get(key).map(|value| reader.message(key, value).unwrap_or_default());
    let (skipped, errored) = (text("skipped"), text("error"));
    match (members.get(key), skipped, errored) {
        (Some(value), None, None) => result(reader, key, value).map(Answer::Result),
        (None, Some(why), None) => Some(Answer::Skipped(why)),
        (None, None, Some(what)) => Some(Answer::Errored(what)),
        _ => {
            let rule = format!("must have exactly one of {key}, skipped and error");
            reader.fault(WHOLE, "does not hold one answer", rule, "send one of them for each question");
            None
        }
    }
}
