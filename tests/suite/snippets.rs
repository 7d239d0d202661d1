//! What the texts show as an example works as it stands: the file of results, the scripts, the case.

use crate::cases::{folder, json};
use crate::cli::{Run, run_in};
use crate::markdown::{What, pieces};
use crate::sources;
use crate::sweep;
use serde_json::Value;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

/// The blocks of a text below a heading, in one language.
fn blocks(path: &str, heading: &str, language: &str) -> Vec<String> {
    let pieces = pieces(&sources::read(path)).into_iter().map(|piece| piece.what);
    let pieces = pieces.skip_while(|what| *what != What::Heading(heading.to_owned())).skip(1);
    let blocks = pieces.take_while(|what| !matches!(what, What::Heading(_))).filter_map(|what| match what {
        What::Block { language: known, text } if known == language => Some(text),
        _ => None,
    });
    blocks.collect()
}

#[test]
fn the_file_of_results_in_the_protocol_passes() {
    let [example] = &blocks("spec/protocol.md", "A file of results", "json")[..] else {
        panic!("one example")
    };
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("results.json"), example).expect("writable");
    let Run { status, out, err } = run_in(folder.path(), &["check", "--results", "results.json"], b"");
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let results = serde_json::from_str::<Value>(example).expect("JSON");
    let count = results["results"].as_object().expect("results by id").len();
    assert!(
        out.contains(&format!("nothing wrong, but few cases were judged: {count} pass, 0 fail, ")),
        "{out}"
    );
}

/// Every array of the case that spec/fixtures.md shows is that of the case worked by hand.
#[test]
fn the_case_in_the_format_s_description_is_a_real_one() {
    let blocks = blocks("spec/fixtures.md", "A case", "");
    let case = json(&folder().join("cases/exact/by-hand.json"));
    let mut count = 0;
    for line in blocks[0].lines() {
        let Some((key, value)) = line.trim().split_once(": ") else { continue };
        let Ok(Value::Array(value)) = serde_json::from_str(value.trim_end_matches(',')) else { continue };
        let key = key.trim_matches('"');
        let places = [&case["inputs"][key], &case["expected"][key]];
        if key != "flags" && key != "exact_in" {
            count += 1;
            assert!(places.contains(&&Value::Array(value)), "{key}");
        }
    }
    assert_eq!(count, 6 + 8, "all inputs and all results");
}

/// How to run Python, if it has what the script needs: `python3`, or what `DROPOUT_ORACLE_PYTHON` names.
/// With that set, whatever is missing is a failure; otherwise it is announced, past the test's capture.
fn python(modules: &str) -> Option<String> {
    found(modules, true)
}

/// The same; what is missing is only announced, unless it is required.
fn found(modules: &str, is_required: bool) -> Option<String> {
    let named = std::env::var("DROPOUT_ORACLE_PYTHON").ok();
    let program = match &named {
        Some(path) if path.contains('/') => std::path::absolute(path).expect("a path").display().to_string(),
        Some(name) => name.clone(),
        None => "python3".to_owned(),
    };
    let done = Command::new(&program).args(["-c", &format!("import {modules}")]).output();
    if done.is_ok_and(|output| output.status.success()) {
        return Some(program);
    }
    let what = format!("{program} cannot `import {modules}`");
    assert!(named.is_none() || !is_required, "{what}");
    let _ = writeln!(std::io::stderr(), "NOT CHECKED: a script of the texts: {what}");
    None
}

/// What a script leaves when it runs in a folder.
fn script(python: &str, folder: &Path, text: &str) -> (i32, String) {
    let mut child = Command::new(python).args(["-c", text]).current_dir(folder).output().expect("it starts");
    child.stdout.append(&mut child.stderr);
    (child.status.code().expect("no signal"), String::from_utf8(child.stdout).expect("UTF-8"))
}

/// The body of `my_step` in the texts, and a layer that passes: one that knows the expected results.
const NOTHING: &str = "    return {}  # your layer";
const RIGHT: &str = "    return case[\"expected\"]  # your layer";
const WRONG: &str =
    "    return {\"A_tilde\": [[0.5] * len(row) for row in case[\"expected\"][\"A_tilde\"]]}  # your layer";

/// In the sweep only, as each script reads all cases five times.
#[test]
fn the_scripts_that_compare_say_so_when_they_compared_nothing() {
    if !sweep::is_on() {
        return;
    }
    let scripts = blocks("spec/fixtures.md", "Read and compare", "python");
    assert_eq!(scripts.len(), 2);
    let empty = tempfile::tempdir().expect("a folder");
    for (modules, text) in ["json", "numpy"].into_iter().zip(scripts) {
        let Some(python) = python(modules) else { continue };
        assert_eq!(text.matches(NOTHING).count(), 1, "{text}");
        let run = |folder: &Path, body: &str| script(&python, folder, &text.replace(NOTHING, body));
        let nothing = "compared 0 elements of 0 cases; 0 cases failed\nNOTHING WAS COMPARED";
        for (folder, body) in [(sources::root(), NOTHING), (empty.path(), NOTHING), (empty.path(), RIGHT)] {
            let (status, out) = run(folder, body);
            assert!(status == 1 && out.starts_with(nothing), "{modules}: {status}: {out}");
        }
        let steps = crate::cases::steps().len();
        let (status, out) = run(sources::root(), RIGHT);
        let (first, rest) = out.split_once(" cases; ").expect("a sentence");
        let compared: usize =
            first.rsplit(' ').next().and_then(|count| count.parse().ok()).expect("a number");
        assert_eq!((status, rest), (0, "0 cases failed\n"), "{modules}: {out}");
        assert!(
            if modules == "json" { compared == steps } else { compared > steps * 9 / 10 },
            "{modules}: {out}"
        );
        let (status, out) = run(sources::root(), WRONG);
        assert!(
            status == 1 && out.contains("\nfirst failure: ") && out.contains(": A_tilde[0][0] is 0.5, not "),
            "{modules}: {out}"
        );
    }
}

#[test]
fn the_program_of_the_examples_speaks_the_protocol() {
    let Some(python) = python("json") else { return };
    let [program] = &blocks("examples/subjects/README.md", "Write your own", "python")[..] else {
        panic!("one program")
    };
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("mine.py"), program).expect("writable");
    let arguments = ["check", "--select", "shapes/identity*", "--", &python, "mine.py"];
    let Run { status, out, err } = run_in(folder.path(), &arguments, b"");
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let count = crate::cases::steps().iter().filter(|case| case.id.starts_with("shapes/identity")).count();
    assert!(count > 0 && out.contains(&format!("good: {count} pass, 0 fail, ")), "{out}");
}

/// The scripts that run a kernel at a shape of its own, on a smaller one; PyTorch is too large to require.
#[test]
fn the_scripts_that_run_a_kernel_make_results_that_pass() {
    for (path, heading, modules, is_required, activation, judged) in [
        ("README.md", "Judge a kernel at its own shape", "torch, safetensors", false, "gelu", 4),
        ("spec/fixtures.md", "Tensors", "numpy, safetensors", true, "softmax", 2),
    ] {
        let Some(python) = found(modules, is_required) else { continue };
        let [text] = &blocks(path, heading, "python")[..] else { panic!("one script") };
        let folder = tempfile::tempdir().expect("a folder");
        let run = |arguments: &[&str]| run_in(folder.path(), arguments, b"");
        let problem = [
            "problem",
            "--shape",
            "8x64x32",
            "--activation",
            activation,
            "--dtype",
            "f32",
            "--out",
            "problem.safetensors",
        ];
        assert_eq!(run(&problem).status, 0);
        assert_eq!(script(&python, folder.path(), text), (0, String::new()), "{path}");
        let check = ["check", "--problem", "problem.safetensors", "--results", "results.safetensors"];
        let Run { status, out, err } = run(&check);
        assert_eq!((status, err.as_str()), (0, ""), "{path}: {out}");
        assert!(out.starts_with("results, f32: 1 case\n\ngood: 1 pass, 0 fail, "), "{path}: {out}");
        let bytes = fs::read(folder.path().join("results.safetensors")).expect("written");
        assert_eq!(safetensors::SafeTensors::deserialize(&bytes).expect("valid").len(), judged, "{path}");
    }
}
