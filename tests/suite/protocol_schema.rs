//! The JSON Schema of the protocol, held to the lines of a real exchange, and to what the reader accepts.

use crate::cases::{folder, json};
use crate::cli::run_in;
use dropout_oracle::cases::Profile;
use dropout_oracle::conform::cases::{built_in, of};
use dropout_oracle::conform::subject::protocol;
use dropout_oracle::conform::subject::results::ResultsFile;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::fs;

/// The schema of one of its definitions.
fn definition(name: &str) -> Validator {
    let mut schema = json(&folder().join("schema/protocol.schema.json"));
    schema.as_object_mut().expect("an object").remove("oneOf");
    schema["$ref"] = format!("#/$defs/{name}").into();
    jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn whole() -> Validator {
    jsonschema::validator_for(&json(&folder().join("schema/protocol.schema.json"))).expect("a schema")
}

fn line(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[cfg(unix)]
#[test]
fn every_line_of_a_real_exchange_is_valid() {
    let folder = tempfile::tempdir().expect("a folder");
    let zoo = env!("CARGO_BIN_EXE_dropout-oracle-zoo");
    let script = format!("tee asked | '{zoo}' unscaled-backward | tee answered");
    let run = run_in(folder.path(), &["check", "--profile", "smoke", "--", "sh", "-c", &script], b"");
    assert_eq!(run.status, 1, "{}", run.err);
    let lines = |name: &str| fs::read_to_string(folder.path().join(name)).expect("what was said");
    let (asked, answered) = (lines("asked"), lines("answered"));
    assert!(asked.lines().count() > of(Profile::Smoke).len() && answered.lines().count() > 10);
    let (question, description, answer, any) =
        (definition("question"), definition("description"), definition("step_answer"), whole());
    for text in asked.lines() {
        assert!(question.is_valid(&line(text)) && any.is_valid(&line(text)), "{text}");
    }
    assert!(description.is_valid(&line(answered.lines().next().expect("a description"))));
    for text in answered.lines() {
        assert!(any.is_valid(&line(text)), "{text}");
    }
    for text in answered.lines().skip(1) {
        assert!(answer.is_valid(&line(text)) && !question.is_valid(&line(text)), "{text}");
    }
}

#[test]
fn every_question_of_the_catalogue_is_valid_and_closed() {
    let question = definition("question");
    let mut lines: Vec<String> =
        built_in().iter().map(|case| protocol::step(7, &case.id, &case.problem)).collect();
    let case = &built_in()[0];
    lines.extend([
        protocol::start(),
        protocol::stop(),
        protocol::step_in_files(u64::MAX, &case.id, &case.problem, "/tmp/in", "/tmp/out"),
        protocol::sample(8, &[0.5, 1.0], 4096, None),
        protocol::sample(8, &[0.5], 1, Some(([0xa1; 32], u64::MAX))),
    ]);
    for text in lines {
        let mut value = line(&text);
        assert!(question.is_valid(&value), "{text}");
        value["more"] = 1.into();
        assert!(!question.is_valid(&value), "an unknown key is an error: {text}");
    }
}

/// A description, with `supports`.
fn about(supports: Value) -> Value {
    json!({"name": "mine", "arithmetic": "f32", "supports": supports})
}

#[test]
fn a_description_is_valid_where_the_reader_accepts_it() {
    let schema = definition("description");
    let described = |storage: &str, accumulator: &str| json!({"name": "mine", "arithmetic": storage, "accumulator": accumulator});
    let formats = ["f64", "f32", "f16", "bf16", "f8"];
    let mut lines: Vec<Value> =
        formats.iter().flat_map(|one| formats.iter().map(|other| described(one, other))).collect();
    lines.extend([
        json!({"name": "mine", "arithmetic": "f32"}),
        json!({"name": "mine"}),
        json!({"arithmetic": "f32"}),
        json!({"name": "x".repeat(201), "arithmetic": "f32"}),
        json!({"name": "mine", "arithmetic": "f32", "version": "1", "homepage": "here"}),
        json!({"name": "mine", "arithmetic": "f32", "licence": "MIT"}),
        json!({"name": 1, "arithmetic": "f32"}),
        json!([]),
        about(json!({})),
        about(json!({"activations": ["relu", "per_unit", "softmax"]})),
        about(json!({"activations": ["rule"]})),
        about(json!({"activations": "relu"})),
        about(json!({"per_unit_p": false, "bias": true, "deterministic": false})),
        about(json!({"per_unit_p": 1})),
        about(json!({"sample": true})),
        about(json!({"sample": "named"})),
        about(json!({"sample": "own"})),
        about(json!({"mask": "own"})),
        about(json!({"mask": true})),
        about(json!({"outputs": ["dW", "A_next"]})),
        about(json!({"outputs": ["dw"]})),
        about(json!({"bias": false, "outputs": ["dW"]})),
        about(json!({"bias": false, "outputs": ["db"]})),
        about(json!({"tensors": "safetensors"})),
        about(json!({"tensors": true})),
        about(json!({"more": true})),
    ]);
    for value in lines {
        let accepted = protocol::about(value.to_string().as_bytes());
        assert_eq!(schema.is_valid(&value), accepted.is_ok(), "{value}");
    }
}

#[test]
fn an_answer_is_valid_where_the_reader_accepts_it() {
    let (step, sample) = (definition("step_answer"), definition("sample_answer"));
    for value in [
        json!({"seq": 1, "outputs": {}}),
        json!({"seq": 1, "outputs": {"dW": [[1.0, "NaN"], ["0x1.8p-3", "-Infinity"]], "db": [1, 2]}}),
        json!({"seq": 1, "outputs": {"db": [[1, 2], [3, 4]]}}),
        json!({"seq": 1, "outputs": {"dW": [1]}}),
        json!({"seq": 1, "outputs": {"dW": [[null]]}}),
        json!({"seq": 1, "outputs": {"dW": [[true]]}}),
        json!({"seq": 1, "outputs": {"dw": [[1]]}}),
        json!({"seq": 1, "outputs": [[1]]}),
        json!({"seq": 1, "skipped": "why"}),
        json!({"seq": 1, "error": "what"}),
        json!({"seq": 1, "error": 3}),
        json!({"seq": 1, "skipped": "why", "error": "what"}),
        json!({"seq": 1, "outputs": {}, "error": "what"}),
        json!({"seq": 1, "outputs": {}, "more": 1}),
        json!({"seq": 1}),
        json!({"seq": "1", "outputs": {}}),
        json!({"seq": -1, "outputs": {}}),
        json!({"seq": 1.5, "outputs": {}}),
        json!({"outputs": {}}),
    ] {
        let reply = protocol::results(value.to_string().as_bytes());
        assert_eq!(step.is_valid(&value), reply.answer.is_ok() && reply.seq.is_some(), "{value}");
    }
    for value in
        [json!({"seq": 1, "outputs": {"path": "/tmp/out"}}), json!({"seq": 1, "outputs": {"path": 1}})]
    {
        let reply = protocol::file(value.to_string().as_bytes());
        assert_eq!(step.is_valid(&value), reply.answer.is_ok(), "{value}");
    }
    for value in [
        json!({"seq": 1, "R": [[1, 0]]}),
        json!({"seq": 1, "R": [[true]]}),
        json!({"seq": 1, "R": [1]}),
        json!({"seq": 1, "skipped": "why"}),
    ] {
        let reply = protocol::mask(value.to_string().as_bytes());
        assert_eq!(sample.is_valid(&value), reply.answer.is_ok(), "{value}");
    }
}

#[test]
fn a_file_of_results_is_valid_where_the_reader_accepts_it() {
    let schema = definition("results");
    let outputs = json!({"exact/by-hand": {"dW": [[0.0, 0.0], [-6.0, 0.0], [8.0, -8.0]]}});
    let file =
        |format: &str, subject: Value| json!({"format": format, "subject": subject, "results": outputs});
    for value in [
        file("dropout-oracle/1", json!({"name": "mine", "arithmetic": "f64"})),
        file("dropout-oracle/2", json!({"name": "mine", "arithmetic": "f64"})),
        file("dropout-oracle/1", json!({"name": "mine"})),
        json!({"format": "dropout-oracle/1", "results": outputs}),
    ] {
        let read = ResultsFile::read(value.to_string().as_bytes(), |_| true);
        assert_eq!(schema.is_valid(&value), read.is_ok(), "{value}");
    }
}
