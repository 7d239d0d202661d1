//! The line protocol in Rust: one JSON question per line on stdin, one JSON answer per line on stdout.
//!
//! The crates in the folders beside this file include it with `#[path]`. It is independent of any layer.

use serde_json::{Map, Value, json};
use std::error::Error;
use std::io::{BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

const OUTPUTS: [&str; 8] = ["A_tilde", "Z", "A_next", "dZ", "dW", "db", "dA_tilde", "dA"];

const ACTIVATIONS: &str = "identity relu leaky_relu sigmoid tanh softplus silu gelu gelu_tanh elu softsign per_unit \
    softmax log_softmax cumulative_sum coupled_quadratic normalized_square";

pub type Answer = Result<Value, Box<dyn Error>>;

/// A layer under test.
pub trait Subject {
    /// What it declares about itself.
    fn about(&self) -> Value;

    /// One training step: the results by name.
    fn step(&mut self, activation: &Value, inputs: &Value) -> Answer;

    /// A mask of `rows` rows, one column for each entry of `p`.
    fn sample(&mut self, p: &[f64], rows: u64) -> Answer;
}

/// The declaration of a subject that returns every result, for every activation except the `missing` ones.
pub fn about(framework: &str, version: &str, homepage: &str, arithmetic: &str, missing: &[&str]) -> Value {
    let activations: Vec<&str> = ACTIVATIONS.split_whitespace().filter(|g| !missing.contains(g)).collect();
    json!({
        "name": format!("{framework} {arithmetic}"),
        "version": version,
        "arithmetic": arithmetic,
        "accumulator": arithmetic,
        "homepage": homepage,
        "supports": {"activations": activations, "per_unit_p": true, "sample": true, "outputs": OUTPUTS},
    })
}

/// The reason why a subject cannot do a step.
#[derive(Debug)]
pub struct Skip(pub String);

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Skip {}

/// Answers every question until `stop` or the end of stdin.
pub fn serve(mut subject: impl Subject) -> Result<(), Box<dyn Error>> {
    std::panic::set_hook(Box::new(|_| ())); // the answer on stdout reports a panic
    for line in std::io::stdin().lock().lines() {
        let question: Value = serde_json::from_str(&line?)?;
        let seq = &question["seq"];
        let result = catch_unwind(AssertUnwindSafe(|| match question["cmd"].as_str() {
            Some("step") => subject.step(&question["activation"], &question["inputs"]),
            Some("sample") => subject.sample(&row(&question["p"]), question["rows"].as_u64().unwrap_or(0)),
            _ => Ok(Value::Null),
        }));
        let answer = match (question["cmd"].as_str(), result) {
            (Some("stop"), _) => break,
            (Some("start"), _) => subject.about(),
            (Some("step"), Ok(Ok(outputs))) => json!({"seq": seq, "outputs": outputs}),
            (Some("sample"), Ok(Ok(mask))) => json!({"seq": seq, "R": mask}),
            (_, Ok(Ok(_))) => json!({"seq": seq, "skipped": "an unknown command"}),
            (_, Ok(Err(error))) if error.is::<Skip>() => json!({"seq": seq, "skipped": error.to_string()}),
            (_, Ok(Err(error))) => json!({"seq": seq, "error": error.to_string()}),
            (_, Err(panic)) => json!({"seq": seq, "error": message(&*panic)}),
        };
        println!("{answer}");
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| text.to_string())).unwrap_or("a panic".into())
}

/// A flat array of numbers.
pub fn row(value: &Value) -> Vec<f64> {
    value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

/// The numbers of a vector or matrix, row by row, and its shape; a vector is one row.
pub fn matrix(value: &Value) -> (Vec<f64>, [usize; 2]) {
    let rows: Vec<Vec<f64>> = match value[0].is_array() {
        true => value.as_array().into_iter().flatten().map(row).collect(),
        false => vec![row(value)],
    };
    (rows.concat(), [rows.len(), rows[0].len()])
}

/// The eight results by name, given in the order of the equations; db is flat.
pub fn outputs(results: impl IntoIterator<Item = Vec<Vec<f64>>>) -> Value {
    let named = OUTPUTS.iter().zip(results).map(|(&name, rows)| {
        let mut rows = rows.into_iter().map(|row| row.into_iter().map(number).collect::<Value>());
        (name.to_string(), if name == "db" { rows.next().unwrap_or(Value::Null) } else { rows.collect() })
    });
    Value::Object(named.collect::<Map<_, _>>())
}

/// A JSON number, or a string for NaN and the infinities.
fn number(x: f64) -> Value {
    match x {
        _ if x.is_finite() => json!(x),
        _ if x.is_nan() => json!("NaN"),
        _ => json!(if x > 0.0 { "Infinity" } else { "-Infinity" }),
    }
}
