//! What reaches standard output: colours where they are wanted, and an error where the disk is full.

use std::fs;
use std::process::{Command, Stdio};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_dropout-oracle"));
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    command
}

/// What a program prints into a pipe with these variables set.
fn printed(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let output = program(arguments).envs(variables.iter().copied()).output().expect("it starts");
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn a_report_is_coloured_where_it_is_asked_for_and_nothing_else_is() {
    let folder = tempfile::tempdir().expect("a folder");
    let results = folder.path().join("results.json");
    let text =
        r#"{"format": "dropout-oracle/1", "subject": {"name": "mine", "arithmetic": "f64"}, "results": {}}"#;
    fs::write(&results, text).expect("writable");
    let check = ["check", "--select", "exact/by-hand", "--results", results.to_str().expect("UTF-8")];
    let plain = printed(&check, &[]);
    assert!(
        plain.contains("\nnothing wrong, but few cases were judged: ") && !plain.contains('\x1b'),
        "{plain}"
    );
    let forced = printed(&check, &[("CLICOLOR_FORCE", "1")]);
    assert!(
        forced.contains("\n\x1b[1m\x1b[33mnothing wrong, but few cases were judged\x1b[0m: "),
        "{forced}"
    );
    assert_eq!(anstream::adapter::strip_str(&forced).to_string(), plain);
    assert_eq!(printed(&check, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]), plain);
    let list = ["list", "flags", "--json"];
    assert_eq!(printed(&list, &[("CLICOLOR_FORCE", "1")]), printed(&list, &[]));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = fs::File::options().write(true).open("/dev/full").expect("the device that is always full");
    let output = program(&["list"]).stdout(full).stderr(Stdio::piped()).output().expect("it starts");
    let error = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.starts_with("stdout: "), "{error}");
}
