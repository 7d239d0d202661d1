//! Files of tensors at the command line: `problem` draws one, `eval` solves it, and `check` judges results of it.

use crate::cli::{Run, run_in};
use dropout_oracle::number::Format;
use dropout_oracle::trace::{Quantity, Results, Unchecked};
use dropout_oracle::wire::json::Reader;
use dropout_oracle::wire::tensors::from_bf16;
use dropout_oracle::wire::tensors::step::{self, write_results};
use safetensors::SafeTensors;
use std::fs;
use tempfile::TempDir;

/// A folder with a problem and its expected results in bf16/f32.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let shape = ["problem", "--shape", "3x5x4", "--activation", "tanh", "--dtype", "bf16", "--out"];
    for out in ["problem.safetensors", "problem.json"] {
        let run = run_in(folder.path(), &[&shape[..], &[out]].concat(), b"");
        assert_eq!((run.status, run.err.as_str()), (0, ""));
    }
    let eval = ["eval", "problem.safetensors", "--out", "expected.safetensors", "--arithmetic", "bf16/f32"];
    let run = run_in(folder.path(), &eval, b"");
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let says =
        "expected.safetensors: the eight results of shape/tanh-3x5x4, and their tolerances in bf16/f32\n";
    assert_eq!(run.out, says);
    folder
}

fn doubles(bytes: &[u8]) -> Vec<f64> {
    bytes.chunks(8).map(|x| f64::from_le_bytes(x.try_into().expect("8 bytes"))).collect()
}

/// The expected results, rounded to bf16.
fn rounded(folder: &TempDir) -> Results {
    let bytes = fs::read(folder.path().join("expected.safetensors")).expect("written");
    let tensors = SafeTensors::deserialize(&bytes).expect("valid");
    let result = |quantity: Quantity| {
        let tensor = tensors.tensor(quantity.name()).expect("there");
        let cols = *tensor.shape().last().expect("a dimension");
        let cells = doubles(tensor.data()).into_iter().map(|x| half::bf16::from_f64(x).to_f64());
        let cells: Vec<f64> = cells.collect();
        (quantity, cells.chunks(cols).map(<[f64]>::to_vec).collect::<Vec<_>>())
    };
    Quantity::ALL.map(result).into()
}

fn check(folder: &TempDir, arguments: &[&str]) -> Run {
    run_in(folder.path(), &[&["check"], arguments].concat(), b"")
}

#[test]
fn a_problem_is_the_same_as_text_and_as_tensors() {
    let folder = folder();
    let [text, tensors] =
        ["problem.json", "problem.safetensors"].map(|file| run_in(folder.path(), &["eval", file], b""));
    assert_eq!((text.status, tensors.status), (0, 0));
    assert_eq!(text.out, tensors.out);
    let out = run_in(folder.path(), &["eval", "problem.safetensors", "--out", "case.json"], b"");
    assert_eq!((out.status, out.out.as_str()), (0, "case.json: the finished case\n"));
    assert_eq!(fs::read_to_string(folder.path().join("case.json")).expect("written"), text.out);
}

#[test]
fn the_expected_results_and_tolerances_are_those_of_the_case() {
    let folder = folder();
    let again = ["eval", "problem.json", "--out", "f32.safetensors", "--arithmetic", "f32"];
    assert_eq!(run_in(folder.path(), &again, b"").status, 0);
    let text = run_in(folder.path(), &["eval", "problem.json"], b"").out;
    let case: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let bytes = fs::read(folder.path().join("f32.safetensors")).expect("written");
    let tensors = SafeTensors::deserialize(&bytes).expect("valid");
    assert_eq!(tensors.len(), 16);
    fn flat(value: &serde_json::Value) -> Vec<f64> {
        match value.as_array() {
            Some(values) => values.iter().flat_map(flat).collect(),
            None => vec![value.as_f64().unwrap_or(f64::NAN)],
        }
    }
    for quantity in Quantity::ALL.map(Quantity::name) {
        let of = |name: &str| doubles(tensors.tensor(name).expect("there").data());
        assert_eq!(of(quantity), flat(&case["expected"][quantity]), "{quantity}");
        assert_eq!(
            of(&format!("tolerance.{quantity}")),
            flat(&case["tolerance"]["f32"][quantity]),
            "{quantity}"
        );
    }
    assert_eq!(tensors.tensor("db").expect("there").shape(), [4]);
    let (_, header) = SafeTensors::read_metadata(&bytes).expect("valid");
    let metadata = header.metadata().clone().expect("metadata");
    assert_eq!(metadata["arithmetic"], "f32");
    assert_eq!(metadata["activation"], "{\"name\":\"tanh\"}");
}

#[test]
fn an_element_without_a_tolerance_is_marked_by_nan() {
    let folder = tempfile::tempdir().expect("a folder");
    // 70000 is beyond the range of f16.
    let problem = br#"{"activation": {"name": "identity"}, "inputs": {"A": [[70000]], "p": [1], "R": [[1]], "W": [[1]], "b": [0], "dA_next": [[1]]}}"#;
    let run = run_in(folder.path(), &["eval", "-", "--out", "e.safetensors", "--arithmetic", "f16"], problem);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let bytes = fs::read(folder.path().join("e.safetensors")).expect("written");
    let tensors = SafeTensors::deserialize(&bytes).expect("valid");
    let of = |name: &str| doubles(tensors.tensor(name).expect("there").data())[0];
    assert_eq!(of("Z"), 70000.0);
    assert!(of("tolerance.Z").is_nan() && of("tolerance.dZ") == 0.0);
}

#[test]
fn results_in_tensors_are_judged_with_every_report() {
    let folder = folder();
    let right = rounded(&folder);
    let path = folder.path().join("results.safetensors");
    fs::write(&path, write_results("shape/tanh-3x5x4", &right, Format::Bf16)).expect("writable");
    for problem in ["problem.safetensors", "problem.json"] {
        let run = check(&folder, &["--problem", problem, "--results", "results.safetensors"]);
        assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
        assert!(run.out.starts_with("results, bf16/f32: 1 case\n\ngood: 1 pass, "), "{}", run.out);
    }
    let shape = ["--shape", "3x5x4", "--activation", "tanh", "--results", "results.safetensors"];
    assert_eq!(check(&folder, &shape).status, 0, "the same problem is drawn");
    let mut wrong = right.clone();
    let Some(Unchecked::Grid(db)) = right.get(Quantity::Db) else { panic!("a grid") };
    wrong.insert(Quantity::Db, db.map(|x| x * 2.0));
    fs::write(&path, write_results("shape/tanh-3x5x4", &wrong, Format::Bf16)).expect("writable");
    let arguments = [
        "--problem",
        "problem.safetensors",
        "--results",
        "results.safetensors",
        "--report",
        "r.json",
        "--report",
        "r.xml",
        "--arithmetic",
        "bf16/f32",
    ];
    let run = check(&folder, &arguments);
    assert_eq!(run.status, 1);
    let again = "dropout-oracle check --problem problem.safetensors --arithmetic bf16/f32 --select shape/tanh-3x5x4 --results results.safetensors";
    for part in ["faulty: db (equation 40)", again, "db, 1 × 4, rows 0 to 0"] {
        assert!(run.out.contains(part), "{part}\n{}", run.out);
    }
    let report = fs::read_to_string(folder.path().join("r.json")).expect("written");
    assert!(report.contains("\"id\": \"shape/tanh-3x5x4\"") && report.contains("\"fail\""), "{report}");
    assert!(fs::read_to_string(folder.path().join("r.xml")).expect("written").contains("<failure"));
}

#[test]
fn results_in_text_are_judged_by_the_id_of_the_problem() {
    let folder = folder();
    let text = r#"{"format": "dropout-oracle/1", "subject": {"name": "mine", "arithmetic": "bf16"}, "results": {"ID": {"db": [9, 9, 9, 9]}}}"#;
    fs::write(folder.path().join("r.json"), text.replace("ID", "shape/tanh-3x5x4")).expect("writable");
    let run = check(&folder, &["--problem", "problem.safetensors", "--results", "r.json"]);
    assert!(run.status == 1 && run.out.contains("A_tilde is missing"), "{}", run.out);
    fs::write(folder.path().join("r.json"), text.replace("ID", "exact/by-hand")).expect("writable");
    let run = check(&folder, &["--problem", "problem.safetensors", "--results", "r.json"]);
    assert!(
        run.status == 2 && run.err.starts_with("r.json: results.exact/by-hand is unknown"),
        "{}",
        run.err
    );
}

#[test]
fn what_cannot_be_judged_is_said_with_its_file() {
    let folder = folder();
    fs::write(folder.path().join("text.safetensors"), "{\"format\": \"dropout-oracle/1\"}")
        .expect("writable");
    fs::write(folder.path().join("other.safetensors"), write_results("a/b", &rounded(&folder), Format::Bf16))
        .expect("writable");
    for (arguments, message) in [
        (
            &["--problem", "none.safetensors", "--results", "other.safetensors"][..],
            "none.safetensors: No such file",
        ),
        (
            &["--problem", "text.safetensors", "--results", "other.safetensors"],
            "text.safetensors: the header claims",
        ),
        (
            &["--problem", "problem.safetensors", "--results", "text.safetensors"],
            "text.safetensors: the header claims",
        ),
        (&["--problem", "problem.safetensors", "--results", "problem.json"], "problem.json: id is unknown"),
        (
            &["--problem", "problem.safetensors", "--results", "other.safetensors"],
            "other.safetensors: metadata.id = \"a/b\": must be \"shape/tanh-3x5x4\"",
        ),
        (
            &["--problem", "problem.safetensors", "--results", "problem.safetensors"],
            "problem.safetensors: results.A is unknown",
        ),
        (
            &["--results", "other.safetensors"],
            "other.safetensors: tensors are the results of one problem; say which with --problem",
        ),
        (
            &["--shape", "1x1x1", "--shape", "2x2x2", "--results", "other.safetensors"],
            "other.safetensors: tensors are the results of one problem",
        ),
        (
            &["--problem", "problem.json", "--results", "problem.json", "--arithmetic", "f32"],
            "--arithmetic: results in JSON say it themselves",
        ),
    ] {
        let run = check(&folder, arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.starts_with(message), "{arguments:?}: {}", run.err);
    }
    for (arguments, message) in [
        (&["eval", "text.safetensors"][..], "the header claims"),
        (
            &["eval", "problem.json", "--out", "case.json", "--arithmetic", "f32"],
            "--arithmetic: a case has the tolerances of f64 and f32",
        ),
        (&["eval", "problem.json", "--out", "case.txt"], "error: invalid value 'case.txt'"),
        (
            &["eval", "problem.json", "--out", "case.safetensors", "--arithmetic", "f8"],
            "error: invalid value 'f8'",
        ),
        (
            &["problem", "--shape", "4096x4096x1", "--out", "large.json"],
            "large.json: would be longer than 64 MiB",
        ),
        (&["problem", "--shape", "2x2", "--out", "a.json"], "error: invalid value '2x2'"),
        (&["check", "--shape", "2x2x2", "--profile", "large", "--results", "a.json"], "error: the argument"),
        (
            &["check", "--shape", "65536x65536x1", "--results", "a.json"],
            "inputs have a matrix of 4294967296 numbers",
        ),
        (
            &["check", "--activation", "gelu", "--results", "a.json"],
            "error: the following required arguments",
        ),
    ] {
        let run = run_in(folder.path(), arguments, b"");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(run.err.starts_with(message), "{arguments:?}: {}", run.err);
    }
    assert!(!folder.path().join("large.json").exists() && !folder.path().join("case.json").exists());
}

#[test]
fn a_problem_in_bf16_has_numbers_of_two_bytes() {
    let folder = folder();
    let bytes = fs::read(folder.path().join("problem.safetensors")).expect("written");
    let given = step::problem(&bytes).expect("valid").problem;
    let tensors = SafeTensors::deserialize(&bytes).expect("valid");
    let w = tensors.tensor("W").expect("there");
    assert_eq!((w.shape(), w.data().len()), (&[5, 4][..], 40));
    let bits = |pair: &[u8]| u16::from_le_bytes(pair.try_into().expect("two bytes"));
    let w: Vec<f64> = w.data().chunks(2).map(|pair| from_bf16(bits(pair))).collect();
    assert_eq!(w, given.inputs().w.cells());
    assert!(step::results(&mut Reader::default(), &bytes).is_some_and(|given| given.formats.is_empty()));
}
