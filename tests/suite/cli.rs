//! The command line as a user meets it, where a page of commands in `tests/cli/` cannot show it: folders,
//! standard input, and what must agree.

use crate::sweep;
use dropout_oracle::cases::SMOKE;
use dropout_oracle::zoo;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a run left behind.
#[derive(Debug, PartialEq)]
pub struct Run {
    pub status: i32,
    pub out: String,
    pub err: String,
}

pub fn run_in(folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dropout-oracle"))
        .args(arguments)
        .current_dir(folder)
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1")
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    // A program that has refused its arguments may be gone before it reads.
    let _ = child.stdin.take().expect("a pipe").write_all(input);
    let output = child.wait_with_output().expect("the program ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    Run {
        status: output.status.code().expect("no signal"),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

pub fn run(arguments: &[&str]) -> Run {
    run_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments, b"")
}

#[test]
fn a_mask_is_drawn_as_json() {
    let key = "000102030405060708090A0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    let drawn = run(&["sample", "--p", "0.5,0.9,1", "--rows", "4", "--key", key, "--stream", "4294967303"]);
    let committed =
        fs::read_to_string(crate::cases::folder().join("cases/sampler/wide_stream.json")).expect("a case");
    let mask =
        |text: &str| text[text.find("\"R\"").expect("a mask")..].split_whitespace().collect::<String>();
    assert!(mask(&committed).starts_with(mask(&drawn.out).trim_end_matches('}')), "{}", drawn.out);
    assert!(drawn.out.contains(&key.to_lowercase()), "the key comes back in small letters");
}

#[test]
fn a_problem_from_a_file_and_from_standard_input_gives_the_same_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/eval.in");
    let problem = fs::read(folder.join("problem.json")).expect("a problem");
    let from_file = run_in(&folder, &["eval", "problem.json"], b"");
    assert_eq!((from_file.status, from_file.err.as_str()), (0, ""));
    for arguments in [&["eval"][..], &["eval", "-"]] {
        assert_eq!(run_in(&folder, arguments, &problem).out, from_file.out);
    }
    let broken = run_in(&folder, &["eval"], b"{\"inputs\": {}}");
    assert_eq!((broken.status, broken.out.as_str()), (2, ""));
}

#[test]
fn a_committed_case_without_its_results_is_finished_to_the_same_results() {
    let text = fs::read_to_string(crate::cases::folder().join("cases/exact/by-hand.json")).expect("a case");
    let member = |text: &str, key: &str, next: &str| {
        let (from, to) = (text.find(key).expect("a key"), text.find(next).expect("the next key"));
        text[from..to].to_owned()
    };
    let expected = member(&text, "\"expected\"", "\"provenance\"");
    let finished = run_in(&crate::cases::folder(), &["eval"], text.replace(&expected, "").as_bytes());
    assert_eq!(finished.err, "");
    assert_eq!(member(&finished.out, "\"expected\"", "\"provenance\""), expected);
    assert_eq!(member(&finished.out, "\"flags\"", "\"shape\""), member(&text, "\"flags\"", "\"shape\""));
}

/// In the sweep only. (That the committed files are what is generated is `fixtures`, each time.)
#[test]
fn generate_writes_what_is_missing_and_check_names_what_differs() {
    if !sweep::is_on() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("fixtures");
    let (case, more) = (SMOKE.lines().next().expect("a case"), "cases/shapes/more.json");
    let case = format!("cases/{case}.json");
    let generate = || run_in(folder.path(), &["generate"], b"");
    let check = || run_in(folder.path(), &["generate", "--check"], b"");

    let before = check();
    assert_eq!((before.status, before.out.as_str()), (1, ""));
    assert!(before.err.contains(&format!("missing   {case}\n")), "{}", before.err);
    assert!(!out.exists(), "a check writes nothing");

    let written = generate();
    assert_eq!((written.status, written.err.as_str()), (0, ""), "no bar where stderr is no terminal");
    assert!(written.out.ends_with(" new, 0 changed\n"), "{}", written.out);
    assert_eq!(check().status, 0);

    fs::write(out.join(&case), "{}").expect("writable");
    fs::write(out.join(more), "{}").expect("writable");
    fs::remove_file(out.join("flags.json")).expect("it is there");
    let after = check();
    assert_eq!(after.status, 1);
    let lines = format!("  missing   flags.json\n  different {case}\n  stray     {more}\n");
    let review = "run `dropout-oracle generate` and review the changes\n";
    assert_eq!(after.err, format!("fixtures differs from what this version generates:\n{lines}{review}"));

    let again = generate();
    assert!(again.out.contains("; 1 new, 1 changed\n"), "{}", again.out);
    let left = format!("not part of the fixtures, left unchanged:\n  stray     {more}\n");
    assert!(again.out.ends_with(&left), "{}", again.out);
}

#[test]
fn a_folder_that_is_a_file_is_an_error_with_its_path() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("file"), "").expect("writable");
    let run = run_in(folder.path(), &["generate", "--profile", "smoke", "--out", "file"], b"");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "file: not a directory\n");
}

#[test]
fn lists_name_every_case_flag_and_equation() {
    let lines = |arguments: &[&str]| run(arguments).out.lines().count();
    assert_eq!(lines(&["list"]), crate::cases::files().len());
    assert_eq!(lines(&["list", "flags"]), dropout_oracle::fixture::flags::all().count());
    assert_eq!(lines(&["list", "equations"]), 58);
    let json = |what: &str| -> serde_json::Value {
        serde_json::from_str(&run(&["list", what, "--json"]).out).expect("JSON")
    };
    assert_eq!(json("cases").as_array().map(Vec::len), Some(crate::cases::files().len()));
    assert_eq!(json("cases")[0]["id"], "exact/by-hand");
    assert_eq!(
        json("equations"),
        crate::cases::json(&Path::new(env!("CARGO_MANIFEST_DIR")).join("spec/equations.json"))
    );
    assert_eq!(json("flags"), crate::cases::json(&crate::cases::folder().join("flags.json"))["flags"]);
}

#[test]
fn a_case_is_explained_by_id_and_by_file() {
    let by_id = run(&["explain", "exact/by-hand", "--equation", "42"]);
    let by_file = run(&["explain", "fixtures/cases/exact/by-hand.json", "--equation", "42"]);
    assert_eq!((by_id.status, by_id.err.as_str()), (0, ""));
    assert_eq!(by_id.out, by_file.out);
    assert!(by_id.out.contains("42 · backward.scalar.da · rule"), "{}", by_id.out);
    let whole = run(&["explain", "exact/by-hand"]);
    assert_eq!(
        whole.out.lines().filter(|line| line.contains(" · ") && line.starts_with(char::is_numeric)).count(),
        58
    );
}

#[test]
fn every_known_defect_is_listed() {
    let listed = run(&["list", "defects"]);
    assert_eq!(listed, run(&["list", "--defects"]));
    let ids: Vec<String> =
        listed.out.lines().filter_map(|line| line.split(' ').next()).map(String::from).collect();
    let zoo: Vec<String> = zoo::all::<f64>().into_iter().map(|defect| defect.id).collect();
    assert_eq!(ids, zoo);
    let json: serde_json::Value =
        serde_json::from_str(&run(&["list", "defects", "--json"]).out).expect("JSON");
    let links =
        json.as_array().expect("a list").iter().map(|row| row["links"].as_array().expect("links").len());
    let known = zoo::all::<f64>().into_iter().map(|defect| defect.links.len());
    assert_eq!(links.sum::<usize>(), known.sum::<usize>());
}

#[test]
fn the_verification_is_one_table_without_a_failure() {
    let table = run(&["verify", "--shape", "2x3x2", "--trials", "1"]);
    assert_eq!((table.status, table.err.as_str()), (0, ""));
    assert!(table.out.ends_with(" rows pass\n") && !table.out.contains("FAIL"), "{}", table.out);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dropout-oracle"))
        .args(["list", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    assert!(child.wait().expect("the program ends").success());
}
