//! The commands of the texts, run as they stand (crate trycmd): those of `tests/cli/` and every
//! `console` block of a Markdown file.
//!
//! `TRYCMD=overwrite cargo test --test suite commands::` writes their output anew.

use crate::cli::{Run, run_in};
use crate::markdown::{What, pieces};
use crate::sources;
use std::path::Path;

/// A command of `tests/cli/` and the exit status that it must have.
fn commands(text: &str) -> Vec<(Vec<String>, i32)> {
    let mut commands = Vec::new();
    for line in text.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((shlex::split(command).expect("words"), 0));
        } else if let Some(status) = line.strip_prefix("? ") {
            commands.last_mut().expect("a command").1 = status.parse().expect("a number");
        }
    }
    commands
}

#[test]
fn every_command_of_a_text_prints_what_the_text_says() {
    let programs = [
        ("dropout-oracle", env!("CARGO_BIN_EXE_dropout-oracle")),
        ("dropout-oracle-zoo", env!("CARGO_BIN_EXE_dropout-oracle-zoo")),
    ];
    let cases = trycmd::TestCases::new();
    cases.case("tests/cli/*.trycmd");
    for text in sources::texts() {
        let is_console =
            |what: &What| matches!(what, What::Block { language, .. } if language.starts_with("console"));
        if pieces(&text.text).iter().any(|piece| is_console(&piece.what)) {
            cases.case(&text.path);
        }
    }
    for (name, path) in programs {
        cases.register_bin(name, Path::new(path));
    }
    // A text runs `dropout-oracle check -- dropout-oracle-zoo …`, which looks for the program in PATH.
    let folder = Path::new(programs[0].1).parent().expect("a folder").to_path_buf();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path =
        std::env::join_paths([folder].into_iter().chain(std::env::split_paths(&path))).expect("folders");
    cases.env("PATH", path.into_string().expect("UTF-8")).env("COLUMNS", "100");
    cases.run();
}

#[test]
fn results_go_to_standard_output_and_everything_else_to_standard_error() {
    for file in ["help", "usage", "sample", "eval"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let inputs = folder.join(format!("tests/cli/{file}.in"));
        let folder = if inputs.exists() { &inputs } else { folder };
        let commands = commands(&sources::read(&format!("tests/cli/{file}.trycmd")));
        assert!(!commands.is_empty(), "{file}");
        for (words, expected) in commands {
            let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
            let Run { status, out, err } = run_in(folder, &arguments, b"");
            assert_eq!(status, expected, "{words:?}");
            assert_eq!((out.is_empty(), err.is_empty()), (status == 2, status == 0), "{words:?}");
        }
    }
}

#[test]
fn the_help_of_every_command_ends_in_an_example() {
    let text = sources::read("tests/cli/help.trycmd");
    let helps: Vec<&str> = text.split("$ dropout-oracle ").skip(1).collect();
    assert_eq!(helps.len(), 10);
    for help in helps {
        let (command, rest) = help.split_once("--help\n").expect("a page of help");
        let last = rest[..rest.find("\n```").expect("an end")].lines().last().expect("a line");
        assert!(last.starts_with(&format!("  dropout-oracle {command}")), "{command}: {last}");
    }
}

/// The commands of README.md that cannot run inside a test: each stands there once.
#[test]
fn the_commands_that_build_stand_in_the_readme_once() {
    let readme = sources::read("README.md");
    for command in ["cargo run -- generate", "cargo test", "cargo install --path ."] {
        assert_eq!(readme.lines().filter(|line| *line == command).count(), 1, "{command}");
    }
}
