//! Paths that lead to something else than a file: pipes, devices, links. In a folder they are faults; a pipe that is
//! given as an input is read, up to the limit.
#![cfg(unix)]

use crate::cli::{Run, run_in};
use crate::sweep;
use dropout_oracle::conform::cases::in_folder;
use dropout_oracle::conform::report::expectations::Expectations;
use dropout_oracle::fixture::files::{compare, put};
use dropout_oracle::fixture::generate::Files;
use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

fn pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
}

/// What `run` gives, unless it waits for what never comes.
fn in_time<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(run()));
    receiver.recv_timeout(Duration::from_secs(60)).expect("it neither waits nor goes on without end")
}

/// A folder with one case, two ways back to itself, and all that is no file.
fn trap() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let family = folder.path().join("cases/exact");
    fs::create_dir_all(&family).expect("writable");
    fs::copy(crate::cases::folder().join("cases/exact/by-hand.json"), family.join("by-hand.json"))
        .expect("a case");
    pipe(&family.join("pipe.json"));
    for (to, name) in [("..", "up"), ("../..", "top"), ("/dev/zero", "zero.json"), ("nothing", "gone.json")] {
        symlink(to, family.join(name)).expect("a link");
    }
    folder
}

const FAULTS: [&str; 5] = [
    "pipe.json: is a named pipe, where a file was expected; remove it",
    "zero.json: is a device, where a file was expected; remove it",
    "gone.json: is a link to a file that does not exist; correct or remove it",
    "up: is a folder or a link to one, where a file was expected: links to folders are not followed; move the files themselves here, or remove it",
    "top: is a folder or a link to one, where a file was expected: links to folders are not followed; move the files themselves here, or remove it",
];

#[test]
fn all_that_is_no_file_in_a_folder_of_fixtures_is_a_fault() {
    let folder = trap();
    let path = folder.path().to_path_buf();
    let errors = in_time(move || {
        let check = in_folder(&path).expect_err("faults");
        let generate = compare(&path, &Files::new()).expect_err("faults");
        [check, generate]
    });
    for error in errors {
        assert_eq!(error.exit_code(), 2);
        let (error, family) = (error.to_string(), folder.path().join("cases/exact"));
        assert_eq!(error.lines().count(), FAULTS.len(), "{error}");
        for fault in FAULTS {
            let line = format!("{}/{fault}", family.display());
            assert!(error.lines().any(|found| found == line), "{line}:\n{error}");
        }
    }
}

#[test]
fn a_link_to_a_file_is_that_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let family = folder.path().join("cases/exact");
    fs::create_dir_all(&family).expect("writable");
    symlink(crate::cases::folder().join("cases/exact/by-hand.json"), family.join("linked.json"))
        .expect("a link");
    let cases = in_folder(folder.path()).expect("one case");
    assert_eq!(cases[0].id, "exact/by-hand");
}

#[test]
fn a_pipe_in_the_place_of_a_fixture_is_a_fault_and_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let flags = folder.path().join("flags.json");
    pipe(&flags);
    let path = folder.path().to_path_buf();
    let files = Files::from([("flags.json".into(), "{}".into())]);
    let error = in_time(move || compare(&path, &files).expect_err("no file").to_string());
    assert_eq!(error, format!("{}: is a named pipe, where a file was expected; remove it", flags.display()));
    let error = put(&flags, b"{}").expect_err("no file").to_string();
    assert_eq!(error, format!("{}: is a pipe or a device; give the path of a file", flags.display()));
    assert!(fs::metadata(&flags).expect("there").file_type().is_fifo());
}

/// A sparse file of 2 TiB, which no memory holds.
#[test]
fn a_file_of_any_length_is_read_to_its_limit() {
    let folder = tempfile::tempdir().expect("a folder");
    let family = folder.path().join("cases/exact");
    fs::create_dir_all(&family).expect("writable");
    let huge = |path: &Path| fs::File::create(path).expect("writable").set_len(2 << 40);
    if huge(&folder.path().join("flags.json")).and_then(|()| huge(&family.join("huge.json"))).is_err() {
        return; // Not every file system has such files.
    }
    let path = folder.path().to_path_buf();
    let (different, error) = in_time(move || {
        let files = Files::from([("flags.json".into(), "{}".into())]);
        let different = compare(&path, &files).expect("readable").different;
        (different, in_folder(&path).expect_err("too long").to_string())
    });
    assert_eq!(different, ["flags.json"]);
    assert!(error.contains("huge.json: the text is longer than 64 MiB: input may have at most"), "{error}");
}

fn run(arguments: &'static [&'static str], input: &'static [u8]) -> Run {
    in_time(move || run_in(Path::new(env!("CARGO_MANIFEST_DIR")), arguments, input))
}

const PROBLEM: &[u8] = include_bytes!("../cli/eval.in/problem.json");

#[test]
fn a_pipe_that_is_given_as_an_input_is_read() {
    let case = run(&["eval", "tests/cli/eval.in/problem.json"], b"");
    assert_eq!(case.status, 0);
    assert_eq!(run(&["eval", "/dev/stdin"], PROBLEM), case);
    assert_eq!(run(&["eval", "-"], PROBLEM), case);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pipe");
    pipe(&path);
    let writer = thread::spawn({
        let path = path.clone();
        move || fs::write(path, PROBLEM)
    });
    let place = folder.path().to_path_buf();
    assert_eq!(in_time(move || run_in(&place, &["eval", "pipe"], b"")), case);
    writer.join().expect("a thread").expect("it was read");
}

#[test]
fn an_input_without_end_is_a_fault_with_its_path() {
    let results = &["check", "--results", "/dev/zero"];
    let known = &["check", "--expect-failures", "/dev/zero", "--results", "/dev/null"];
    for arguments in [&["eval", "/dev/zero"][..], &["explain", "/dev/zero"], results, known] {
        let run = run(arguments, b"");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        let message =
            "/dev/zero: is longer than 64 MiB: input may have at most 64 MiB (ruling size-limits); ";
        assert!(run.err.starts_with(message), "{arguments:?}: {}", run.err);
    }
}

#[test]
fn known_failures_are_bounded_like_every_input() {
    let words = "a b c\n".repeat(5000);
    let faults = Expectations::read(&words).expect_err("every line is wrong");
    assert_eq!(faults.lines().count(), 1001);
    assert!(faults.ends_with("\nand 4000 more faults"), "{faults}");
    if !sweep::is_on() {
        return;
    }
    let ids: String = (0..=1 << 20).map(|id| format!("{id:x}\n")).collect();
    let faults = Expectations::read(&ids).expect_err("too many ids");
    assert_eq!(faults, "line 1048577: at most 1048576 ids can be listed; remove the rest");
}

#[test]
fn an_empty_path_is_wrong_usage() {
    let folder = tempfile::tempdir().expect("a folder");
    for arguments in [
        &["generate", "--profile", "smoke", "--out", ""][..],
        &["generate", "--profile", "smoke", "--out="],
        &["check", "--fixtures", "", "--results", "x"],
        &["check", "--results", ""],
        &["eval", ""],
    ] {
        let run = run_in(folder.path(), arguments, b"");
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}: {}", run.err);
    }
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}
