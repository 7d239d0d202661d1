//! The protocol's lines: questions as they are written, answers as they are read (spec/protocol.md).

use super::reading;
use super::{About, Answer, Rows};
use crate::problem::{Fault, Faults, Problem};
use crate::trace::Results;
use crate::wire::json::{self, Members, Raw, Reader};
use crate::wire::number::hex;
use crate::wire::{FORMAT, activation, layout, step};
use serde::Serialize;

#[derive(Serialize)]
#[serde(tag = "cmd", rename_all = "lowercase")]
enum Question<'a> {
    Start { format: &'static str },
    Step { seq: u64, id: &'a str, activation: activation::Named, inputs: Box<step::Inputs> },
    Sample(Sample<'a>),
    Stop,
}

#[derive(Serialize)]
struct Sample<'a> {
    seq: u64,
    p: &'a [f64],
    rows: usize,
    #[serde(flatten)]
    of: Option<step::Source>,
}

/// The first question: what are you?
pub fn start() -> String {
    layout::line(&Question::Start { format: FORMAT })
}

/// The question for one step.
pub fn step(seq: u64, id: &str, problem: &Problem) -> String {
    let (activation, inputs) = (problem.activation().into(), Box::new(problem.into()));
    layout::line(&Question::Step { seq, id, activation, inputs })
}

/// The question for a mask, from the subject's own generator or from the named one with its key and stream.
pub fn sample(seq: u64, p: &[f64], rows: usize, named: Option<([u8; 32], u64)>) -> String {
    let of = named.map(|(key, stream)| step::Source { key: hex(&key), stream: stream.to_string() });
    layout::line(&Question::Sample(Sample { seq, p, rows, of }))
}

/// The last line, which asks for no answer.
pub fn stop() -> String {
    layout::line(&Question::Stop)
}

/// The answer to a numbered question.
#[derive(Debug)]
pub struct Reply<T> {
    /// The number of the question, where the line could be read that far.
    pub seq: Option<u64>,
    /// What it says.
    pub said: Result<Answer<T>, Faults>,
}

/// The answer to `start`.
///
/// # Errors
/// All faults of the line.
pub fn about(line: &[u8]) -> Result<About, Faults> {
    let mut reader = Reader::default();
    let about = document(&mut reader, line).and_then(|value| reading::about(&mut reader, "", value));
    about.filter(|_| reader.faults.is_empty()).ok_or(reader.faults)
}

/// The answer to a step.
pub fn results(line: &[u8]) -> Reply<Results> {
    reply(line, "outputs", reading::results)
}

/// The answer to a question for a mask.
pub fn mask(line: &[u8]) -> Reply<Rows> {
    reply(line, "R", reading::matrix)
}

/// An answer whose result stands under `key`.
fn reply<T>(line: &[u8], key: &str, result: fn(&mut Reader, &str, Raw) -> Option<T>) -> Reply<T> {
    let mut reader = Reader::default();
    let reader = &mut reader;
    let members =
        document(reader, line).and_then(|value| reader.object("", value, &["seq", key, "skipped", "error"]));
    let seq = members.as_ref().and_then(|members| seq(reader, members));
    let said = members.and_then(|members| said(reader, &members, key, result));
    let faults = std::mem::take(&mut reader.faults);
    Reply { seq, said: said.filter(|_| faults.is_empty()).ok_or(faults) }
}

fn document<'a>(reader: &mut Reader, line: &'a [u8]) -> Option<Raw<'a>> {
    let document = json::document(line);
    document.map_err(|fault| reader.faults.push(Fault { path: "the line".into(), ..fault })).ok()
}

fn seq(reader: &mut Reader, members: &Members) -> Option<u64> {
    let value = reader.member("", members, "seq")?;
    let number = reader.number(|| "seq".into(), value)?;
    Some(number as u64)
}

fn said<T>(
    reader: &mut Reader,
    members: &Members,
    key: &str,
    result: fn(&mut Reader, &str, Raw) -> Option<T>,
) -> Option<Answer<T>> {
    let mut text = |key| members.get(key).map(|value| reader.string(key, value).unwrap_or_default());
    let (skipped, errored) = (text("skipped"), text("error"));
    match (members.get(key), skipped, errored) {
        (Some(value), None, None) => result(reader, key, value).map(Answer::Result),
        (None, Some(why), None) => Some(Answer::Skipped(why)),
        (None, None, Some(what)) => Some(Answer::Errored(what)),
        _ => {
            let rule = format!("one of {key}, skipped and error must be there");
            reader.fault(
                "the line",
                "does not say one thing",
                rule,
                "answer each question once, with one of them",
            );
            None
        }
    }
}
