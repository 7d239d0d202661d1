//! Programs as subjects: a real program that misbehaves loses the current question, and no other.

#![cfg(unix)]

use crate::cases;
use dropout_oracle::conform::cases::{Case, built_in};
use dropout_oracle::conform::subject::program::{Limits, NotStarted, Program};
use dropout_oracle::conform::{Answer, Subject};
use dropout_oracle::problem::{Activation, Inputs, Problem, activation::ScalarActivation};
use dropout_oracle::trace::Quantity;
use std::fs;
use std::time::Duration;
use tempfile::TempDir;

/// A conforming shell program, which looks its answers up, and runs `MISBEHAVES` on one case.
pub const SCRIPT: &str = r#"
dir=$1
answer() { printf '{"seq":%s,"outputs":%s}\n' "$seq" "$(cat "$dir/$id")"; }
say() { printf '{"seq":%s,%s}\n' "$seq" "$1"; }
read -r line
STARTS
while read -r line; do
    case $line in *'"cmd":"stop"'*) exit ;; esac
    seq=${line#*'"seq":'}; seq=${seq%%,*}
    id=${line#*'"id":"'}; id=${id%%'"'*}
    case $id in
        exact/relu-2x3x4) MISBEHAVES ;;
        *) answer ;;
    esac
done
"#;

pub const STARTS: &str = r#"echo '{"name": "shell", "arithmetic": "f64"}'"#;

/// The cases asked: one that is answered, the one that goes wrong, and two that are answered.
pub const IDS: [&str; 4] =
    ["exact/identity-2x3x4", "exact/relu-2x3x4", "exact/identity-3x4x2", "exact/relu-3x4x2"];

/// Time enough for whatever answers at all.
const AMPLE: Limits =
    Limits { answer: Duration::from_secs(60), start: Duration::from_secs(60), line: 4 << 20, run: None };

fn asked() -> Vec<Case> {
    let mut cases = built_in();
    cases.retain(|case| IDS.contains(&case.id.as_str()));
    cases.sort_by_key(|case| IDS.iter().position(|id| *id == case.id));
    cases
}

/// A program that starts and misbehaves like this, with the folder of its answers.
fn shell(starts: &str, misbehaves: &str) -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("exact")).expect("writable");
    for id in IDS {
        let case = cases::json(&cases::folder().join(format!("cases/{id}.json")));
        fs::write(folder.path().join(id), case["expected"].to_string()).expect("writable");
    }
    let script = SCRIPT.replace("STARTS", starts).replace("MISBEHAVES", misbehaves);
    let dir = folder.path().to_str().expect("UTF-8");
    let command = ["sh", "-c", &script, "subject", dir].map(str::to_owned).to_vec();
    (folder, command)
}

/// A program's answer to each case, with other limits while it misbehaves.
fn answers(misbehaves: &str, limits: Limits) -> Vec<Answer> {
    let (_folder, command) = shell(STARTS, misbehaves);
    let mut program = Program::start(&command, AMPLE).expect("it starts");
    let ask = |case: &Case| {
        program.limits = if case.id == IDS[1] { limits } else { AMPLE };
        program.step(&case.id, &case.problem)
    };
    asked().iter().map(ask).collect()
}

fn right(id: &str, answer: &Answer) -> bool {
    let case = cases::steps().iter().find(|case| case.id == id).expect("a case");
    let Answer::Result(results) = answer else { return false };
    results.quantities().count() == 8
        && results[Quantity::Da].to_rows() == case.expected.da
        && results[Quantity::Db].to_rows() == [case.expected.db.clone()]
}

#[track_caller]
fn errored(answer: &Answer) -> &str {
    match answer {
        Answer::Errored(what) => what,
        _ => panic!("{answer:?}"),
    }
}

/// `f` of every item, on threads of its own, because most of the time is spent waiting.
pub fn at_once<T: Sync, U: Send>(items: &[T], f: impl Fn(&T) -> U + Sync) -> Vec<U> {
    const THREADS: usize = 32;
    std::thread::scope(|scope| {
        let of_chunk = |chunk: &'_ [T]| -> Vec<U> { chunk.iter().map(&f).collect() };
        let chunks = items.chunks(items.len().div_ceil(THREADS));
        let threads: Vec<_> = chunks.map(|chunk| scope.spawn(move || of_chunk(chunk))).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    })
}

#[test]
fn a_question_is_lost_and_the_next_are_answered_whatever_the_program_does() {
    let brief = Limits { answer: Duration::from_millis(50), ..AMPLE };
    let losses = [
        ("sleep 60", brief, "gave no answer within 0.05 s"),
        ("sleep 5; answer", brief, "gave no answer within 0.05 s"),
        ("sleep 60 & exit 5", Limits { answer: Duration::from_millis(400), ..AMPLE }, "the program "),
        (
            "echo first >&2; echo out of memory >&2; exit 3",
            AMPLE,
            "exit status: 3\nits standard error ends in:\nfirst\nout of memory",
        ),
        ("kill -9 $$", AMPLE, "signal: 9"),
        ("exec >&-; sleep 60", AMPLE, "closed its standard output"),
        ("yes", AMPLE, "the answer starts: y"),
        ("echo loading the model", AMPLE, "the answer starts: loading the model"),
        ("printf '\\377\\376\\n'", AMPLE, "is not UTF-8"),
        ("echo '{\"outputs\": {}}'", AMPLE, "seq is missing"),
        ("seq=99; answer", AMPLE, "the program answered seq 99 when asked seq 2"),
        ("printf '{\"seq\":%s,\"outputs\":{\"db\":[NaN]}}\\n' $seq", AMPLE, "infinities as strings: \"NaN\""),
        ("printf '{\"seq\":%s,\"outputs\":{\"dC\":[1]}}\\n' $seq", AMPLE, "outputs.dC is unknown"),
        ("printf '{\"seq\":%s,\"error\":\"singular\"}\\n' $seq", AMPLE, "singular"),
    ];
    at_once(&losses, |&(misbehaves, limits, message)| {
        let answers = answers(misbehaves, limits);
        assert!(errored(&answers[1]).contains(message), "{misbehaves}: {:?}", answers[1]);
        for at in [0, 2, 3] {
            assert!(right(IDS[at], &answers[at]), "{misbehaves}: {:?}", answers[at]);
        }
    });
}

#[test]
fn an_endless_line_is_cut_off_at_the_limit() {
    let (_folder, command) = shell(STARTS, "yes | tr -d '\\n'");
    let mut program = Program::start(&command, Limits { line: 1 << 16, ..AMPLE }).expect("it starts");
    let answers: Vec<Answer> = asked().iter().map(|case| program.step(&case.id, &case.problem)).collect();
    assert!(errored(&answers[1]).contains("a line that is too long"), "{:?}", answers[1]);
    assert!(right(IDS[2], &answers[2]) && right(IDS[3], &answers[3]));
}

#[test]
fn an_odd_program_that_answers_is_understood() {
    for oddity in [
        // More than a pipe holds, on standard error; a long line; carriage returns; a line in pieces.
        "i=0; while [ $i -lt 3000 ]; do echo 'chatter chatter chatter chatter' >&2; i=$((i+1)); done; answer",
        "printf '%30000s' ''; answer",
        "printf '\\r'; answer",
        "printf '{\"seq\":%s,' $seq; sleep 0.05; answer | sed 's/^{\"seq\":[0-9]*,//'",
        "answer | sed 's/\"seq\":\\([0-9]*\\)/\"seq\":\\1.0/'",
    ] {
        for (id, answer) in IDS.iter().zip(answers(oddity, AMPLE)) {
            assert!(right(id, &answer), "{oddity}: {answer:?}");
        }
    }
}

#[test]
fn a_repeated_answer_is_passed_over_and_reported_at_the_end() {
    let (_folder, command) = shell(STARTS, "answer; answer");
    let mut program = Program::start(&command, AMPLE).expect("it starts");
    let answers: Vec<Answer> = asked().iter().map(|case| program.step(&case.id, &case.problem)).collect();
    assert!((0..4).all(|at| right(IDS[at], &answers[at])), "{answers:?}");
    assert_eq!(program.stop().as_deref(), Some("the program repeated its answers: 1 in all"));
    let answers = self::answers("seq=99; answer", AMPLE);
    assert!(errored(&answers[1]).contains("answered seq 99 when asked seq 2"), "{answers:?}");
}

#[test]
fn nan_and_infinities_come_as_strings() {
    let special = r#"printf '{"seq":%s,"outputs":{"db":["NaN","-Infinity","0x1.8p-3"]}}\n' $seq"#;
    let answers = answers(special, AMPLE);
    let Answer::Result(results) = &answers[1] else { panic!("{:?}", answers[1]) };
    let db = results[Quantity::Db].row(0);
    assert!(db[0].is_nan() && db[1..] == [f64::NEG_INFINITY, 0.1875], "{db:?}");
    assert!(right(IDS[2], &answers[2]));
}

#[test]
fn a_skip_keeps_its_reason() {
    let answers = answers(r#"printf '{"seq":%s,"skipped":"no relu"}\n' $seq"#, AMPLE);
    assert_eq!(answers[1], Answer::Skipped("no relu".into()));
}

#[test]
fn a_program_that_never_reads_is_no_deadlock() {
    let command = ["sh", "-c", &format!("{STARTS}; sleep 60")].map(str::to_owned);
    let mut program = Program::start(&command, AMPLE).expect("it starts");
    let brief = Duration::from_millis(50);
    program.limits = Limits { answer: brief, start: brief, ..AMPLE };
    let answer = program.step("user/large", &large());
    assert!(errored(&answer).contains("gave no answer"), "{answer:?}");
}

/// A problem whose question is longer than a pipe holds.
fn large() -> Problem {
    let (m, n) = (200, 500);
    let inputs = Inputs {
        a: vec![vec![0.123; n]; m],
        keep_prob: vec![0.5; n],
        r: vec![vec![1.0; n]; m],
        w: vec![vec![1.0]; n],
        b: vec![0.0],
        da_next: vec![vec![1.0]; m],
    };
    Problem::new(inputs, Activation::Elementwise(ScalarActivation::Identity)).expect("valid")
}

#[test]
fn a_program_that_does_not_start_says_why() {
    let start = |script: &str, limits| {
        let command = ["sh", "-c", script].map(str::to_owned);
        Program::start(&command, limits).map(|_| ()).expect_err("it does not start")
    };
    let hasty = Limits { start: Duration::from_millis(50), ..AMPLE };
    for (script, limits, message) in [
        (
            "echo no module named layer >&2; exit 7",
            AMPLE,
            "exit status: 7 when it was asked to start\nits standard error ends in:\nno module",
        ),
        ("sleep 60", hasty, "gave no answer within 0.05 s when it was asked to start"),
        ("echo Hello", AMPLE, "the answer starts: Hello"),
        ("echo '{\"name\": \"x\"}'", AMPLE, "arithmetic is missing"),
        (
            "echo '{\"name\": \"x\", \"arithmetic\": \"f8\"}'",
            AMPLE,
            "there are no tolerances for this arithmetic",
        ),
    ] {
        let error = start(script, limits);
        assert!(
            matches!(error, NotStarted::Program(_)) && error.to_string().contains(message),
            "{script}: {error}"
        );
    }
    let error = Program::start(&["no/such/program".into()], AMPLE).map(|_| ()).expect_err("there is none");
    assert!(matches!(error, NotStarted::System { .. }) && error.to_string().starts_with("no/such/program: "));
}

#[test]
fn a_program_that_buffers_its_output_is_told_to_flush() {
    let script =
        "while read -r line; do held=$held'{\"name\": \"x\", \"arithmetic\": \"f64\"}'; done; echo \"$held\"";
    let hasty = Limits { start: Duration::from_millis(300), ..AMPLE };
    let command = ["sh", "-c", script].map(str::to_owned);
    let error = Program::start(&command, hasty).map(|_| ()).expect_err("nothing arrives").to_string();
    assert!(error.ends_with("flush the standard output after each line"), "{error}");
}

#[test]
fn a_first_start_that_fails_is_tried_once_more() {
    let (folder, command) = shell("[ -e \"$dir/ran\" ] || { : > \"$dir/ran\"; exit 1; }; STARTS", "exit 1");
    let command: Vec<String> = command.iter().map(|word| word.replace("STARTS", STARTS)).collect();
    assert!(Program::start(&command, AMPLE).is_ok() && folder.path().join("ran").exists());
}

/// As where a compiler works at the first question.
#[test]
fn the_first_answer_after_each_start_may_take_as_long_as_a_start() {
    let warms_up = "[ -e \"$dir/warm$$\" ] || { : > \"$dir/warm$$\"; sleep 0.4; }; ";
    let (_folder, command) = shell(STARTS, "exit 1");
    let command: Vec<String> =
        command.iter().map(|word| word.replace("case $id in", &format!("{warms_up} case $id in"))).collect();
    let hasty = Limits { answer: Duration::from_millis(250), ..AMPLE };
    let mut program = Program::start(&command, hasty).expect("it starts");
    let answers: Vec<Answer> = asked().iter().map(|case| program.step(&case.id, &case.problem)).collect();
    assert!(right(IDS[0], &answers[0]) && errored(&answers[1]).contains("exit status: 1"), "{answers:?}");
    assert!(right(IDS[2], &answers[2]) && right(IDS[3], &answers[3]), "{answers:?}");
}

#[test]
fn a_program_that_no_longer_starts_is_given_up() {
    let once = format!("[ -e \"$dir/ran\" ] && {{ echo gone >&2; exit 1; }}; : > \"$dir/ran\"; {STARTS}");
    let (_folder, command) = shell(&once, "exit 1");
    let mut program = Program::start(&command, AMPLE).expect("it starts once");
    let [_, bad, good, _] = &asked()[..] else { panic!("four cases") };
    assert!(errored(&program.step(&bad.id, &bad.problem)).contains("exit status: 1"));
    for _ in 0..5 {
        let answer = program.step(&good.id, &good.problem);
        assert!(
            errored(&answer).contains("after a restart, the program ended with exit status: 1"),
            "{answer:?}"
        );
    }
    let answer = program.step(&good.id, &good.problem);
    assert_eq!(errored(&answer), "not asked: the program failed to start 5 times in a row");
}

#[test]
fn a_program_that_changes_its_declaration_after_a_restart_is_not_trusted() {
    let other = "if [ -e \"$dir/ran\" ]; then echo '{\"name\": \"shell\", \"arithmetic\": \"f32\"}'; else : > \"$dir/ran\"; STARTS; fi";
    let (_folder, command) = shell(&other.replace("STARTS", STARTS), "exit 1");
    let mut program = Program::start(&command, AMPLE).expect("it starts");
    let answers: Vec<Answer> = asked().iter().map(|case| program.step(&case.id, &case.problem)).collect();
    assert!(errored(&answers[2]).contains("describes itself differently"), "{:?}", answers[2]);
}

#[test]
fn a_mask_is_drawn_by_the_program() {
    let mask = r#"{ read -r line; echo '{"seq":1,"R":[[1,0],[0,1]]}'; read -r line; echo '{"seq":2,"skipped":"no"}'; read -r line
        case $line in *'"key":"0707'*'","stream":"9"'*) echo '{"seq":3,"R":[[1]]}' ;; esac; read -r line; }"#;
    let command = ["sh", "-c", &format!("read -r line; {STARTS}; {mask}")].map(str::to_owned);
    let mut program = Program::start(&command, AMPLE).expect("it starts");
    assert_eq!(program.sample(&[0.5, 0.5], 2), Answer::Result(vec![vec![1.0, 0.0], vec![0.0, 1.0]]));
    assert_eq!(program.sample(&[0.5, 0.5], 2), Answer::Skipped("no".into()));
    assert_eq!(program.sample_named(&[0.5], 1, [7; 32], 9), Answer::Result(vec![vec![1.0]]));
    let Answer::Errored(what) = program.sample(&[0.5], 1) else { panic!("it ended") };
    assert_eq!(what, "the program ended with exit status: 0");
}

#[test]
fn a_program_that_is_never_in_time_is_given_up() {
    let (_folder, command) = shell(STARTS, "sleep 60");
    let mut program = Program::start(&command, AMPLE).expect("it starts");
    let [good, bad, ..] = &asked()[..] else { panic!("four cases") };
    let mut ask = |case: &Case, answer: Duration| {
        program.limits.answer = answer;
        program.step(&case.id, &case.problem)
    };
    let brief = Duration::from_millis(30);
    assert!(right(&good.id, &ask(good, AMPLE.answer)), "it does not warm up");
    for _ in 0..4 {
        assert!(errored(&ask(bad, brief)).contains("gave no answer within 0.03 s"));
    }
    assert!(right(&good.id, &ask(good, AMPLE.answer)), "an answer in time starts the count anew");
    for _ in 0..5 {
        assert!(errored(&ask(bad, brief)).contains("gave no answer within 0.03 s"));
    }
    let refused = "not asked: the program missed the time limit 5 times in a row";
    assert_eq!(errored(&ask(good, AMPLE.answer)), refused);
}

/// Whether a process runs: by its state on Linux, where there may be no ps, and by ps elsewhere.
fn is_alive(pid: &str) -> bool {
    let state = if cfg!(target_os = "linux") {
        // pid (name) state …
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit(')').next().unwrap_or_default().trim_start().to_string()
    } else {
        let output = std::process::Command::new("ps").args(["-o", "stat=", "-p", pid]).output();
        String::from_utf8(output.expect("ps starts").stdout).expect("ASCII")
    };
    !state.is_empty() && !state.starts_with('Z')
}

#[test]
fn nothing_that_a_program_started_outlives_it() {
    // The second program has ended before its child is: the group outlives the program that leads it.
    for misbehaves in ["answer", "exit 5"] {
        let child = "sleep 60 >&- 2>&- & echo $! > \"$dir/pid\"";
        let (folder, command) = shell(STARTS, &format!("{child}; {misbehaves}"));
        let mut program = Program::start(&command, AMPLE).expect("it starts");
        for case in asked() {
            program.step(&case.id, &case.problem);
        }
        let pid = fs::read_to_string(folder.path().join("pid")).expect("it was written");
        assert!(misbehaves != "answer" || is_alive(pid.trim()), "it is seen while it runs");
        drop(program);
        // The system may take a moment; that it ends at all is what is tested.
        let ends = (0..500).any(|_| {
            std::thread::sleep(Duration::from_millis(10));
            !is_alive(pid.trim())
        });
        assert!(ends, "{misbehaves}");
    }
}
