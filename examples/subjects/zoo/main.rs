//! A known defect as a program that speaks the protocol, to see what `check` reports about it.
//!
//! ```text
//! dropout-oracle check -- dropout-oracle-zoo unscaled-backward
//! dropout-oracle check -- dropout-oracle-zoo right f32
//! dropout-oracle check --shape 8x64x32 -- dropout-oracle-zoo right f32 tensors
//! ```
//!
//! `right` is the right step and `zeros` returns zeros; `dropout-oracle list defects` lists the other names.

use dropout_oracle::conform::subject::defective::Defective;
use dropout_oracle::conform::subject::{Answer, Subject};
use dropout_oracle::trace::{Quantity, Results};
use dropout_oracle::wire::read::{self, Kind};
use dropout_oracle::wire::tensors::step as tensors;
use serde_json::{Map, Value, json};
use std::fs;
use std::io::{BufRead, Write, stdin, stdout};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let subject = match arguments[..] {
        [id] | [id, "f64"] | [id, "f64", "tensors"] => Defective::double(id),
        [id, "f32"] | [id, "f32", "tensors"] => Defective::single(id),
        _ => None,
    };
    match subject {
        Some(subject) => serve(subject, arguments.len() == 3),
        None => {
            eprintln!(
                "usage: dropout-oracle-zoo DEFECT|right|zeros [f64|f32 [tensors]]; `dropout-oracle list defects` lists the names"
            );
            ExitCode::from(2)
        }
    }
}

/// Answers each line with a line, until `stop` or the end of the input.
fn serve(mut subject: Box<dyn Subject>, in_files: bool) -> ExitCode {
    for line in stdin().lock().lines().map_while(Result::ok) {
        let Ok(question) = serde_json::from_str::<Value>(&line) else { return ExitCode::FAILURE };
        let answer = match question["cmd"].as_str() {
            Some("start") => start(subject.as_ref(), in_files),
            Some("step") if in_files => step_in_files(subject.as_mut(), &question),
            Some("step") => step(subject.as_mut(), &question),
            Some("sample") => json!({"seq": question["seq"], "skipped": "draws no masks"}),
            _ => return ExitCode::SUCCESS,
        };
        if writeln!(stdout(), "{answer}").and_then(|()| stdout().flush()).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn start(subject: &dyn Subject, in_files: bool) -> Value {
    let about = subject.about();
    let supports = if in_files { json!({"tensors": "safetensors"}) } else { json!({}) };
    json!({"name": about.name, "arithmetic": about.arithmetic.to_string(), "supports": supports})
}

/// The same with files: reads the inputs from one path, and writes the results to the other.
fn step_in_files(subject: &mut dyn Subject, question: &Value) -> Value {
    let seq = &question["seq"];
    let path = |key: &str| question[key]["path"].as_str().unwrap_or_default();
    let error = |what: String| json!({"seq": seq, "error": what});
    let given = match fs::read(path("inputs")).map(|bytes| tensors::problem(&bytes)) {
        Ok(Ok(given)) => given,
        Ok(Err(faults)) => return error(faults.to_string()),
        Err(why) => return error(why.to_string()),
    };
    let id = question["id"].as_str().unwrap_or_default();
    match subject.step(id, &given.problem) {
        Answer::Result(results) => {
            let bytes = tensors::write_results(id, &results, subject.about().arithmetic.storage);
            match fs::write(path("outputs"), bytes) {
                Ok(()) => json!({"seq": seq, "outputs": {"path": path("outputs")}}),
                Err(why) => error(why.to_string()),
            }
        }
        Answer::Skipped(why) => json!({"seq": seq, "skipped": why}),
        Answer::Errored(what) => error(what),
    }
}

fn step(subject: &mut dyn Subject, question: &Value) -> Value {
    let seq = &question["seq"];
    let text = json!({"activation": question["activation"], "inputs": question["inputs"]}).to_string();
    let given = match read::problem(text.as_bytes(), Kind::Problem) {
        Ok(given) => given,
        Err(faults) => return json!({"seq": seq, "error": faults.to_string()}),
    };
    match subject.step("", &given.problem) {
        Answer::Result(results) => json!({"seq": seq, "outputs": members(&results)}),
        Answer::Skipped(why) => json!({"seq": seq, "skipped": why}),
        Answer::Errored(what) => json!({"seq": seq, "error": what}),
    }
}

/// The results by name; db is a vector.
fn members(results: &Results) -> Map<String, Value> {
    let number = |x: &f64| if x.is_finite() { json!(x) } else { json!(text(*x)) };
    let row = |row: &[f64]| Value::Array(row.iter().map(number).collect());
    let value = |quantity: Quantity| match &results[quantity] {
        db if quantity == Quantity::Db && db.rows() == 1 => row(db.row(0)),
        grid => Value::Array((0..grid.rows()).map(|i| row(grid.row(i))).collect()),
    };
    results.quantities().map(|quantity| (quantity.name().into(), value(quantity))).collect()
}

/// NaN and the infinities, which JSON cannot write as numbers.
fn text(x: f64) -> &'static str {
    match x {
        _ if x.is_nan() => "NaN",
        _ if x > 0.0 => "Infinity",
        _ => "-Infinity",
    }
}
