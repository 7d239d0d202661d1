//! `check` as a user runs it: programs and results files, what it writes, and its exit status.

use crate::cases;
use crate::cli::{Run, run_in};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A folder with `results.json`: the expected results of the exact cases, as a subject's own.
fn results(change: impl FnOnce(&mut Value)) -> TempDir {
    let exact = cases::files().into_iter().filter(|(id, _)| id.starts_with("exact/"));
    let results: serde_json::Map<String, Value> =
        exact.map(|(id, path)| (id, cases::json(&path)["expected"].take())).collect();
    let mut top = json!({"format": "dropout-oracle/1", "subject": {"name": "mine", "arithmetic": "f32"}, "results": results});
    change(&mut top);
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("results.json"), top.to_string()).expect("writable");
    folder
}

fn wrong() -> TempDir {
    results(|top| top["results"]["exact/by-hand"]["dW"][1][0] = (-7.0).into())
}

/// `check` on the exact cases and the results file in this folder.
fn check(folder: &TempDir, more: &[&str]) -> Run {
    let arguments = [&["check", "--select", "exact/*", "--results", "results.json"], more].concat();
    run_in(folder.path(), &arguments, b"")
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect("it was written")
}

#[test]
fn right_results_end_with_0_and_one_wrong_number_ends_with_1() {
    let good = check(&results(|_| {}), &[]);
    assert_eq!((good.status, good.err.as_str()), (0, ""), "{}", good.out);
    assert!(good.out.starts_with("mine, f32: ") && good.out.contains("\ngood: "), "{}", good.out);
    let bad = check(&wrong(), &[]);
    let count = cases::files().iter().filter(|(id, _)| id.starts_with("exact/")).count();
    assert_eq!((bad.status, bad.err), (1, format!("1 of {count} cases failed\n")));
    assert!(bad.out.contains("dW[1][0] = -7.0, expected -6.0 "), "{}", bad.out);
    assert!(bad.out.contains("faulty: dW (equation 39)"), "{}", bad.out);
    assert!(
        bad.out.contains("    dropout-oracle check --select exact/by-hand --results results.json\n"),
        "{}",
        bad.out
    );
    assert!(!bad.out.contains('\x1b'), "no colour where stdout is no terminal");
}

#[test]
fn cases_without_a_result_are_skipped_and_too_few_judged_cases_fail() {
    let folder = results(|top| {
        top["results"].as_object_mut().expect("results").remove("exact/by-hand");
    });
    let run = check(&folder, &[]);
    assert_eq!(run.status, 0, "{}", run.out);
    assert!(run.out.contains("1 skipped: no result for this case"), "{}", run.out);
    let count = cases::files().iter().filter(|(id, _)| id.starts_with("exact/")).count();
    assert_eq!(check(&folder, &["--min-cases", &(count - 1).to_string()]).status, 0);
    let few = check(&folder, &["--min-cases", &count.to_string()]);
    assert_eq!(
        (few.status, few.err),
        (1, format!("judged {} cases, but --min-cases requires {count}\n", count - 1))
    );
    let none = results(|top| top["results"] = json!({}));
    assert_eq!(check(&none, &[]).status, 1, "a run that judges nothing shows nothing");
    assert_eq!(check(&none, &["--min-cases", "0"]).status, 0);
}

#[test]
fn known_failures_are_compared_with_the_run_and_rewritten() {
    let folder = wrong();
    let check = |more: &[&str]| {
        let cases = ["--select", "exact/by-hand", "--select", "exact/relu-3x5x4"];
        let arguments = [&["check", "--results", "results.json"], &cases[..], more].concat();
        run_in(folder.path(), &arguments, b"")
    };
    let known = |text: &str| {
        fs::write(folder.path().join("known.txt"), text).expect("writable");
        check(&["--expect-failures", "known.txt"])
    };
    assert_eq!(known("exact/by-hand dW\n").status, 0);
    assert_eq!(known("exact/by-hand\n").status, 0);
    assert_eq!(known("").status, 1);
    assert_eq!(known("exact/by-hand db\n").status, 1);
    assert_eq!(known("exact/by-hand\nexact/relu-3x5x4\n").status, 1);
    assert_eq!(known("exact/by-hand\nno/such\n").status, 1);
    assert_eq!(known("exact/by-hand\nshapes/tanh-1x1x1\n").status, 0, "it was not selected");
    assert_eq!(known("exact/by-hand dB\n").status, 2);
    assert_eq!(check(&["--expect-failures", "none.txt"]).status, 2);

    known("# head\nexact/relu-3x5x4\n");
    let fixed = check(&["--expect-failures", "known.txt", "--fix-expectations"]);
    assert_eq!(fixed.status, 0, "{}", fixed.err);
    assert_eq!(read(&folder, "known.txt"), "# head\nexact/by-hand dW\n");
    let fresh = check(&["--expect-failures", "fresh.txt", "--fix-expectations"]);
    assert_eq!((fresh.status, read(&folder, "fresh.txt").as_str()), (0, "exact/by-hand dW\n"));
}

#[test]
fn the_name_of_a_report_decides_its_format() {
    let folder = wrong();
    let run = check(&folder, &["--report", "report.json", "--report", "new/report.xml"]);
    assert_eq!(run.status, 1);
    let report: Value = serde_json::from_str(&read(&folder, "report.json")).expect("JSON");
    assert_eq!(report["totals"]["fail"], 1);
    let xml = read(&folder, "new/report.xml");
    assert_eq!(
        roxmltree::Document::parse(&xml).expect("XML").root_element().attribute("failures"),
        Some("1")
    );
}

#[test]
fn the_cases_of_a_folder_replace_the_built_in_ones() {
    let folder = results(|top| {
        let mine = top["results"]["exact/by-hand"].clone();
        top["results"] = json!({"mine/one": mine});
    });
    fs::create_dir_all(folder.path().join("mine/cases/mine")).expect("writable");
    fs::create_dir_all(folder.path().join("mine/cases/sampler")).expect("writable");
    let case = cases::json(&cases::folder().join("cases/exact/by-hand.json"));
    let write = |name: &str, id: &str, key: &str| {
        let mut case = case.clone();
        case["id"] = id.into();
        case[key] = json!({});
        fs::write(folder.path().join("mine/cases").join(name), case.to_string()).expect("writable");
    };
    write("mine/one.json", "mine/one", "tolerance");
    write("sampler/two.json", "sampler/two", "sample");
    let check = || run_in(folder.path(), &["check", "--fixtures", "mine", "--results", "results.json"], b"");
    let run = check();
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(
        run.out.contains("\ngood: 1 pass, 0 fail, 1 not judged, 13 skipped, 0 errored of 15 cases\n"),
        "{}",
        run.out
    );
    write("mine/two.json", "mine/one", "tolerance");
    assert!(check().err.ends_with("mine/two.json: another case has the id mine/one\n"), "{}", check().err);
    write("mine/two.json", "mine/two", "more");
    let run = check();
    assert_eq!(run.status, 2);
    assert!(run.err.contains("mine/two.json: more is unknown"), "{}", run.err);
    let empty = run_in(folder.path(), &["check", "--fixtures", ".", "--results", "results.json"], b"");
    assert_eq!((empty.status, empty.err.as_str()), (2, ".: has no cases/<family>/<name>.json\n"));
}

#[test]
fn results_with_unknown_ids_are_bad_input() {
    let folder = results(|top| {
        top["results"]["exact/by_hand"] = json!({});
        top["more"] = json!(1);
    });
    let run = check(&folder, &[]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    let faults: Vec<&str> = run.err.lines().collect();
    let starts = ["more is unknown", "results.exact/by_hand is unknown: there is no case with this id"];
    assert_eq!(faults.len(), 2, "{faults:?}");
    for (fault, start) in faults.iter().zip(starts) {
        assert!(fault.starts_with(&format!("results.json: {start}")), "{fault}");
    }
}

#[cfg(unix)]
#[test]
fn a_program_is_judged_and_one_that_does_not_start_has_every_case_errored() {
    let folder = wrong();
    let script = r#"read -r line; echo '{"name": "shell", "arithmetic": "f64"}'
        while read -r line; do
            case $line in *'"cmd":"stop"'*) exit ;; esac
            seq=${line#*'"seq":'}; printf '{"seq":%s,"skipped":"all"}\n' "${seq%%,*}"
        done"#;
    let arguments =
        ["check", "--select", "exact/*", "--min-cases", "0", "--timeout", "60", "--", "sh", "-c", script];
    let run = run_in(folder.path(), &arguments, b"");
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    assert!(run.out.contains("skipped: all\n"), "{}", run.out);
    let run = run_in(
        folder.path(),
        &["check", "--select", "exact/by-*", "--", "sh", "-c", "echo oh no >&2; exit 9"],
        b"",
    );
    assert_eq!((run.status, run.err.as_str()), (1, "1 of 1 case failed\n"));
    assert!(run.out.contains("exit status: 9") && run.out.contains("oh no"), "{}", run.out);
    assert!(
        run.out.contains("check --select exact/by-hand -- sh -c 'echo oh no >&2; exit 9'\n"),
        "{}",
        run.out
    );
}
