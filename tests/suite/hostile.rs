//! A campaign of faults against the real program: subjects that misbehave in every way tried so far, signals, streams that
//! cannot be written, little memory. Whatever happens, the run ends in time, every other case has its verdict, nothing is
//! left running and nothing left behind.
//!
//! One in three of the subjects is tried, or all in the sweep.

#![cfg(target_os = "linux")]

use crate::cases;
use crate::check_program::{IDS, SCRIPT, STARTS, at_once};
use crate::sweep;
use serde_json::Value;
use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How a subject misbehaves on the second case, in the words of a shell, and the verdict on that case.
const KINDS: &[(&str, &str, &str)] = &[
    ("hangs", "sleep 60", "errored"),
    ("is late", "sleep 4; answer", "errored"),
    ("stops itself", "kill -STOP $$", "errored"),
    ("ignores signals", "trap '' TERM INT HUP; sleep 60", "errored"),
    ("reads no more", "exec <&-; sleep 60", "errored"),
    ("reads everything", "cat > /dev/null", "errored"),
    ("exits", "exit 3", "errored"),
    ("exits without an answer", "exit 0", "errored"),
    ("is killed", "kill -KILL $$", "errored"),
    ("crashes", "kill -SEGV $$", "errored"),
    ("aborts", "kill -ABRT $$", "errored"),
    ("kills its group", "kill -KILL 0", "errored"),
    ("closes its output", "exec >&-; sleep 60", "errored"),
    ("floods a line", "yes | tr -d '\\n'", "errored"),
    ("floods lines", "yes", "errored"),
    ("floods zeros", "cat /dev/zero", "errored"),
    ("floods standard error", "yes >&2 & answer", "pass"),
    ("half a line", "printf '{\"seq\"'; sleep 60", "errored"),
    ("half a line and exits", "printf '{\"seq\"'; exit 1", "errored"),
    ("an empty line", "echo", "errored"),
    ("answers twice", "answer; answer", "pass"),
    ("answers another question", "seq=99; answer", "errored"),
    ("answers no question", "echo '{\"outputs\": {}}'", "errored"),
    ("answers a fraction", "seq=$seq.5; answer", "errored"),
    ("answers with an array", "echo '[1]'", "errored"),
    ("answers nothing at all", "say '\"outputs\":{}'", "fail"),
    ("answers and skips", "say '\"outputs\":{},\"skipped\":\"a\"'", "errored"),
    ("answers with a mask", "say '\"R\":[[1]]'", "errored"),
    ("wrong shapes", "say '\"outputs\":{\"Z\":[[1,2],[3]],\"db\":[],\"dA\":[[1]]}'", "fail"),
    (
        "a huge shape",
        "printf '{\"seq\":%s,\"outputs\":{\"Z\":[' $seq; yes '[0],' | head -60000 | tr -d '\\n'; echo '[0]]}}'",
        "errored",
    ),
    (
        "a large shape",
        "printf '{\"seq\":%s,\"outputs\":{\"Z\":[' $seq; yes '[0],' | head -9000 | tr -d '\\n'; echo '[0]]}}'",
        "errored",
    ),
    (
        "deep nesting",
        "printf '{\"seq\":%s,\"outputs\":' $seq; yes '[' | head -60000 | tr -d '\\n'; echo",
        "errored",
    ),
    ("NaN", "say '\"outputs\":{\"db\":[NaN]}'", "errored"),
    ("null", "say '\"outputs\":{\"db\":[null]}'", "errored"),
    ("NaN as text", "say '\"outputs\":{\"db\":[\"NaN\",\"NaN\",\"NaN\",\"NaN\"]}'", "fail"),
    ("beyond the range", "say '\"outputs\":{\"db\":[1e999,-1e999,1e-999,0]}'", "fail"),
    ("no numbers", "say '\"outputs\":{\"db\":[true,{},[],\"x\"]}'", "errored"),
    ("a key twice", "say '\"outputs\":{\"db\":[1],\"db\":[1]}'", "errored"),
    ("an unknown key", "say '\"outputs\":{\"dC\":[1]}'", "errored"),
    ("control characters", "say '\"error\":\"\\u001b[31m\\u0000\\u202e\"'", "errored"),
    ("half a surrogate pair", "say '\"error\":\"\\udce9\"'", "errored"),
    ("not UTF-8", "printf '\\377\\376\\n'", "errored"),
    ("a byte order mark", "printf '\\357\\273\\277'; answer", "errored"),
    (
        "a long message",
        "printf '{\"seq\":%s,\"error\":\"' $seq; yes | head -30000 | tr -d '\\n'; echo '\"}'",
        "errored",
    ),
    ("line ends of Windows", "answer | sed 's/$/\\r/'", "pass"),
    ("a child holds its pipes", "sleep 60 & exit 5", "errored"),
    ("a child goes on", "sleep 60 >&- 2>&- & answer", "pass"),
    ("a daemon", "setsid sleep 60 >&- 2>&- < /dev/null & answer", "pass"),
    (
        "a daemon of a daemon",
        "setsid sh -c 'setsid sleep 60 & sleep 60' >&- 2>&- < /dev/null & answer",
        "pass",
    ),
    ("a daemon and a crash", "setsid sleep 60 >&- 2>&- < /dev/null & kill -KILL $$", "errored"),
    ("forks on", "for i in 1 2 3 4 5 6 7 8; do sleep 60 & done; sleep 60", "errored"),
    (
        "changes the fixtures",
        "for file in \"$dir\"/fixtures/cases/exact/*; do : > \"$file\"; done; answer",
        "pass",
    ),
];

/// A folder with the answers, and with fixtures of its own.
fn subject(misbehaves: &str) -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    let fixtures = folder.path().join("fixtures/cases/exact");
    fs::create_dir_all(&fixtures).expect("writable");
    fs::create_dir(folder.path().join("exact")).expect("writable");
    for id in IDS {
        let file = cases::folder().join(format!("cases/{id}.json"));
        let name = file.file_name().expect("a name");
        fs::copy(&file, fixtures.join(name)).expect("copied");
        fs::write(folder.path().join(id), cases::json(&file)["expected"].to_string()).expect("writable");
    }
    let script = SCRIPT.replace("STARTS", STARTS).replace("MISBEHAVES", misbehaves);
    let command = ["sh", "-c", &script, "subject", folder.path().to_str().expect("UTF-8")].map(str::to_owned);
    (folder, command.to_vec())
}

/// The program with the cases of the folder, and what marks everything that it starts.
fn check(folder: &TempDir, subject: &[String], more: &[&str]) -> (Command, String) {
    let mark = format!("STARTED_BY={}", folder.path().display());
    let mut command = Command::new(env!("CARGO_BIN_EXE_dropout-oracle"));
    command.arg("check").arg("--fixtures").arg(folder.path().join("fixtures"));
    command
        .args(["--select", "exact/*", "--timeout", "2", "--start-timeout", "10"])
        .args(more)
        .arg("--")
        .args(subject);
    command.env("STARTED_BY", folder.path()).current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    (command, mark)
}

/// The processes that carry a mark in their environment and have not ended.
fn running(mark: &str) -> usize {
    let carries = |entry: &fs::DirEntry| {
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    fs::read_dir("/proc").expect("Linux").flatten().filter(carries).count()
}

/// Whether nothing that carries the mark runs, at once or within moments.
fn is_quiet(mark: &str) -> bool {
    (0..200).any(|_| {
        let quiet = running(mark) == 0;
        if !quiet {
            std::thread::sleep(Duration::from_millis(10));
        }
        quiet
    })
}

/// The status of a command that ends within the time, with its output.
fn ended(command: &mut Command, within: Duration) -> Option<(ExitStatus, String)> {
    let mut child = command.spawn().expect("it starts");
    let mut output = child.stdout.take().map(|mut stdout| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            let _ = stdout.read_to_end(&mut text);
            String::from_utf8_lossy(&text).into_owned()
        })
    });
    let mut errors = child.stderr.take();
    let drained =
        std::thread::spawn(move || errors.as_mut().map(|stderr| stderr.read_to_end(&mut Vec::new())));
    let begun = Instant::now();
    while begun.elapsed() < within {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            let text = output.take().map(|text| text.join().expect("no panic")).unwrap_or_default();
            drained.join().expect("no panic").transpose().expect("readable");
            return Some((status, text));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

const AMPLE: Duration = Duration::from_secs(60);

/// The verdicts in a report, by id.
fn verdicts(report: &Path) -> Vec<(String, String)> {
    let report: Value = serde_json::from_slice(&fs::read(report).expect("written")).expect("JSON");
    let text = |value: &Value| value.as_str().expect("text").to_string();
    let cases = report["cases"].as_array().expect("an array");
    cases.iter().map(|case| (text(&case["id"]), text(&case["status"]))).collect()
}

#[test]
fn a_hostile_subject_loses_its_own_case_at_most_and_leaves_nothing() {
    let kinds: Vec<_> = KINDS.iter().step_by(sweep::one_in(8)).collect();
    let problem = |(kind, misbehaves, status): &(&str, &str, &str)| {
        let (folder, subject) = subject(misbehaves);
        let report = folder.path().join("report.json");
        let (mut command, mark) = check(&folder, &subject, &["--report", "report.json"]);
        let (exit, text) = ended(&mut command, AMPLE).unwrap_or_else(|| panic!("{kind}: no end"));
        let expected: Vec<(String, String)> = IDS
            .iter()
            .map(|id| (id.to_string(), if *id == IDS[1] { status.to_string() } else { "pass".to_string() }))
            .collect();
        let mut found = verdicts(&report);
        found.retain(|(id, _)| IDS.contains(&id.as_str()));
        found.sort_by_key(|(id, _)| IDS.iter().position(|known| known == id));
        let hidden =
            text.chars().any(|c| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c));
        let problems = [
            (found != expected, format!("verdicts {found:?}")),
            (
                exit.code() != Some(i32::from(*status != "pass" || *kind == "answers twice")),
                format!("exit {exit:?}"),
            ),
            (!is_quiet(&mark), format!("{} processes left", running(&mark))),
            (hidden, "control characters on the terminal".to_string()),
            (text.len() > 64 << 10, format!("{} bytes of text", text.len())),
        ];
        let problems: Vec<String> =
            problems.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect();
        (!problems.is_empty()).then(|| format!("{kind}: {}", problems.join(", ")))
    };
    let problems: Vec<String> = at_once(&kinds, |kind| problem(kind)).into_iter().flatten().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// As Ctrl-C in a terminal, `kill`, and a terminal that is closed.
#[test]
fn a_signal_ends_the_run_and_what_the_subject_has_started() {
    at_once(&["INT", "TERM", "HUP"], |signal| {
        let daemon = "setsid sleep 60 >&- 2>&- < /dev/null & sleep 60 & sleep 60";
        let (folder, subject) = subject(daemon);
        let (mut command, mark) = check(&folder, &subject, &[]);
        let mut child = command.spawn().expect("it starts");
        let begun = Instant::now();
        while running(&mark) < 5 && begun.elapsed() < AMPLE {
            std::thread::sleep(Duration::from_millis(5));
        }
        let killed = Command::new("sh").args(["-c", &format!("kill -{signal} {}", child.id())]).status();
        assert!(killed.expect("a shell").success());
        let status = child.wait().expect("it ends");
        assert_eq!(status.code(), Some(130), "{signal}");
        assert!(is_quiet(&mark), "{signal}: {} processes left", running(&mark));
    });
}

/// Whatever cannot be written, the exit status says what became of the run, and nothing aborts.
#[test]
fn streams_that_cannot_be_written_change_no_status() {
    let run = |arguments: &str, streams: &str| {
        let program = env!("CARGO_BIN_EXE_dropout-oracle");
        let command = format!("'{program}' {arguments} {streams}");
        Command::new("sh")
            .args(["-c", &command])
            .stdin(Stdio::null())
            .output()
            .expect("a shell")
            .status
            .code()
    };
    for streams in ["2>/dev/full", "2>&-", ">/dev/full 2>/dev/full", ">&- 2>&-", "2>&1 >/dev/null | :"] {
        // The status of a pipe is that of its last command.
        let lost = streams.contains('|');
        assert_eq!(run("eval no/such/file.json", streams), Some(if lost { 0 } else { 2 }), "{streams}");
        assert_eq!(run("check -- no/such/program", streams), Some(if lost { 0 } else { 2 }), "{streams}");
        assert_eq!(
            run("check --select exact/by-hand -- false", streams),
            Some(if lost { 0 } else { 1 }),
            "{streams}"
        );
    }
    assert_eq!(run("list cases", ">/dev/full"), Some(2));
    assert_eq!(run("list cases", "| head -1 >/dev/null"), Some(0));
}

/// A report that cannot be written is noticed before anything is asked.
#[test]
fn a_report_that_cannot_be_written_is_noticed_before_the_run() {
    let (folder, subject) = subject("answer");
    for (path, says) in [("exact/by.json/report.xml", "exists"), ("fixtures.json", "directory")] {
        fs::create_dir_all(folder.path().join("fixtures.json")).expect("a folder");
        fs::write(folder.path().join("exact/by.json"), "").expect("a file");
        let (mut command, _) = check(&folder, &subject, &["--report", path]);
        let output = command.output().expect("it ends");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{path}: {errors}");
        assert!(errors.contains(says) && errors.contains(path), "{errors}");
    }
}

/// A program that fails when it is told to stop, as under a sanitizer that finds a leak.
#[test]
fn a_failure_at_the_end_fails_the_run_and_is_reported() {
    let (folder, mut subject) = subject("answer");
    subject[2] = subject[2].replace("exit ;;", "kill -ABRT $$ ;;");
    let (mut command, _) = check(&folder, &subject, &[]);
    let output = command.output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("ended with signal: 6 (SIGABRT)"), "{text}");
    assert!(text.contains("when it was asked to stop"), "{text}");
}

/// After the time for the whole run, nothing more is asked, and every case still has a verdict.
#[test]
fn a_run_ends_in_its_time() {
    let (folder, subject) = subject("sleep 0.5; answer");
    let (mut command, _) = check(&folder, &subject, &["--run-timeout", "0.3", "--report", "report.json"]);
    let (status, text) = ended(&mut command, AMPLE).expect("it ends");
    assert_eq!(status.code(), Some(1), "{text}");
    let report = verdicts(&folder.path().join("report.json"));
    let errored = report.iter().filter(|(_, status)| status == "errored").count();
    assert!(errored >= 1 && report.iter().any(|(_, status)| status == "pass"), "{report:?}");
    assert!(text.contains("not asked: the run has taken longer than 0.3 s"), "{text}");
}

/// With 300 MiB of address space, a subject that answers as much as it may costs nothing but its own case.
#[test]
fn little_memory_is_enough() {
    let wrong = "printf '{\"seq\":%s,\"outputs\":{\"Z\":[' $seq; yes '[0],' | head -9000 | tr -d '\\n'; echo '[0]]}}'";
    let (folder, subject) = subject(wrong);
    let (command, _) = check(&folder, &subject, &["--report", "report.json"]);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -v 400000; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args());
    limited.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (status, text) = ended(&mut limited, AMPLE).expect("it ends");
    assert_eq!(status.code(), Some(1), "{text}");
    assert_eq!(
        verdicts(&folder.path().join("report.json")).iter().filter(|(_, status)| status == "pass").count(),
        3
    );
}

/// A file that cannot be written in full, as on a full disk: it is said, the verdicts are printed, and no part of it stays.
/// Fixtures in the sweep only.
#[test]
fn a_full_disk_costs_the_file_and_no_verdict() {
    let (folder, subject) = subject("exit 3");
    let full = |arguments: &[&str]| {
        let mut command = Command::new("sh");
        // Files may have one block of 512 bytes; the signal that would end the program is ignored, as on a full disk.
        command.args([
            "-c",
            "trap '' XFSZ; ulimit -f 1; exec \"$@\"",
            "sh",
            env!("CARGO_BIN_EXE_dropout-oracle"),
        ]);
        command.args(arguments).current_dir(folder.path()).stdin(Stdio::null()).output().expect("it ends")
    };
    let check =
        ["check", "--fixtures", "fixtures", "--select", "exact/*", "--report", "report/full.json", "--"];
    let command: Vec<&str> = check.into_iter().chain(subject.iter().map(String::as_str)).collect();
    let output = full(&command);
    let (text, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(2), "{text}{errors}");
    assert!(errors.contains("report/full.json: File too large"), "{errors}");
    assert!(text.contains("3 pass, 0 fail"), "{text}");
    assert_eq!(fs::read_dir(folder.path().join("report")).expect("made").count(), 0);

    if !sweep::is_on() {
        return;
    }
    let output = full(&["generate", "--profile", "smoke", "--out", "written"]);
    assert_eq!(output.status.code(), Some(2));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(errors.contains("File too large"), "{errors}");
    let whole = |path: &Path| fs::read(path).is_ok_and(|bytes| bytes.ends_with(b"\n") && bytes.len() <= 512);
    for entry in
        glob::glob(&format!("{}/written/**/*", folder.path().display())).expect("a pattern").flatten()
    {
        assert!(entry.is_dir() || whole(&entry), "{}", entry.display());
    }
}

/// A user who may have one process and no threads still gets every result, and a message where two are needed.
#[test]
fn without_threads_results_are_the_same_and_a_subject_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let (program, problem) = (folder.path().join("dropout-oracle"), folder.path().join("case.json"));
    fs::copy(env!("CARGO_BIN_EXE_dropout-oracle"), &program).expect("copied");
    let case = cases::json(&cases::folder().join("cases/exact/by-hand.json"));
    let given = serde_json::json!({"activation": case["activation"], "inputs": case["inputs"]});
    fs::write(&problem, given.to_string()).expect("written");
    Command::new("chmod").args(["-R", "a+rX"]).arg(folder.path()).status().expect("it runs");
    let alone = |arguments: &[&str]| {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid", "64999", "--clear-groups", "prlimit", "--nproc=1"])
            .arg(&program)
            .args(arguments);
        command.current_dir(folder.path()).stdin(Stdio::null()).output()
    };
    let can_change_users = alone(&["list", "flags"]).is_ok_and(|output| output.status.success());
    if !can_change_users {
        eprintln!("NOT CHECKED: a user without threads: setpriv or prlimit is missing, or this is not root");
        return;
    }
    let output = alone(&["eval", "case.json"]).expect("it ends");
    let with_threads = Command::new(&program).arg("eval").arg(&problem).output().expect("it ends");
    assert!(output.status.success() && output.stdout == with_threads.stdout);
    let output = alone(&["check", "--", "cat"]).expect("it ends");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert!(errors.starts_with("cat: Resource temporarily unavailable"), "{errors}");
}
