//! Programs whose inputs and results lie in files: they are judged as any other, whatever path they name costs that case
//! alone, and nothing stays behind.

#![cfg(unix)]

use crate::cli::run;
use crate::shaped::drawn;
use dropout_oracle::conform::subject::program::{Limits, Program};
use dropout_oracle::conform::{Answer, Subject};
use dropout_oracle::number::Format;
use dropout_oracle::oracle;
use dropout_oracle::problem::Problem;
use dropout_oracle::trace::{Quantity, Results};
use dropout_oracle::verify::Shape;
use dropout_oracle::wire::tensors::step::write_results;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A shell program that copies its results to the path that it is given, except for the case `shape/wrong`.
const SCRIPT: &str = r#"
dir=$1
say() { printf '{"seq":%s,%s}\n' "$seq" "$1"; }
path() { say "\"outputs\":{\"path\":\"$1\"}"; }
read -r line
echo '{"name": "shell", "arithmetic": "f64", "supports": {"tensors": "safetensors"}}'
while read -r line; do
    case $line in *'"cmd":"stop"'*) exit ;; esac
    seq=${line#*'"seq":'}; seq=${seq%%,*}
    inputs=${line#*'"inputs":{"path":"'}; inputs=${inputs%%'"'*}
    outputs=${line#*'"outputs":{"path":"'}; outputs=${outputs%%'"'*}
    echo "$inputs" >> "$dir/seen"
    case $line in
        *'"id":"shape/wrong"'*) MISBEHAVES ;;
        *) cp "$dir/right" "$outputs"; path "$outputs" ;;
    esac
done
"#;

fn problem() -> Problem {
    drawn(Shape::new(2, 3, 4), "tanh", Format::F64, 0)
}

fn right() -> Results {
    Results::from(&oracle::expected(&problem()).expect("in range"))
}

/// The program, and the folder of its results.
fn shell(misbehaves: &str) -> (TempDir, Vec<String>) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, id) in [("right", "shape/right"), ("other", "shape/other")] {
        fs::write(folder.path().join(name), write_results(id, &right(), Format::F64)).expect("writable");
    }
    let script = SCRIPT.replace("MISBEHAVES", misbehaves);
    let dir = folder.path().to_str().expect("UTF-8");
    let command = ["sh", "-c", &script, "subject", dir].map(str::to_owned).to_vec();
    (folder, command)
}

#[test]
fn whatever_path_a_program_names_costs_that_case_alone() {
    let problem = problem();
    for (misbehaves, message) in [
        ("path \"$dir/none\"", "none: there is no such file"),
        ("path ''", ": there is no such file"),
        ("path \"$dir\"", ": is a folder"),
        ("mkfifo \"$dir/pipe\"; path \"$dir/pipe\"", "a named pipe"),
        ("path /dev/zero", "a device"),
        ("ln -s loop \"$dir/loop\"; path \"$dir/loop\"", "symbolic link"),
        ("path \"$outputs\"", "outputs.safetensors: there is no such file"),
        ("head -c 66465 /dev/zero > \"$outputs\"; path \"$outputs\"", "is longer than 66464 bytes"),
        ("echo garbage > \"$outputs\"; path \"$outputs\"", "the header claims"),
        (": > \"$outputs\"; path \"$outputs\"", "the file has 0 bytes"),
        ("head -c 1000 \"$dir/right\" > \"$outputs\"; path \"$outputs\"", "has bytes "),
        ("path \"$inputs\"", "results.A is unknown"),
        ("path \"$dir/other\"", "holds the results of \"shape/other\""),
        ("say '\"outputs\":{\"db\":[1]}'", "outputs.db is unknown"),
        ("say '\"outputs\":{\"path\":1}'", "outputs.path is a number"),
        ("say '\"outputs\":{\"path\":\"a\\u0000b\"}'", "file name contained an unexpected NUL byte"),
        ("say '\"error\":\"no GPU\"'", "no GPU"),
        ("rm -rf \"${inputs%/*}\"; path \"$outputs\"", "there is no such file"),
        ("rm -rf \"${inputs%/*/*}\"; path \"$outputs\"", "there is no such file"),
        ("exit 3", "ended with exit status: 3"),
    ] {
        let (folder, command) = shell(misbehaves);
        let mut program = Program::start(&command, Limits::default()).expect("it starts");
        let answers = ["shape/right", "shape/wrong", "shape/right"].map(|id| program.step(id, &problem));
        for answer in [&answers[0], &answers[2]] {
            assert_eq!(*answer, Answer::Result(right()), "{misbehaves}");
        }
        let Answer::Errored(what) = &answers[1] else { panic!("{misbehaves}: {:?}", answers[1]) };
        assert!(what.contains(message), "{misbehaves}: {what}");
        drop(program);
        let seen = fs::read_to_string(folder.path().join("seen")).expect("asked");
        for path in seen.lines() {
            assert!(path.ends_with("/inputs.safetensors") && !Path::new(path).exists(), "{path}");
            let whole = Path::new(path).ancestors().nth(2).expect("a folder");
            assert!(whole.to_str().is_some_and(|path| path.contains("/dropout-oracle-")), "{path}");
            assert!(!whole.exists(), "{path}");
        }
    }
}

#[test]
fn a_program_may_choose_its_own_file_which_stays() {
    let (folder, command) = shell("cp \"$dir/right\" \"$dir/mine\"; path \"$dir/mine\"");
    // The file says of which case it is.
    fs::write(folder.path().join("right"), write_results("shape/wrong", &right(), Format::F64))
        .expect("writable");
    let mut program = Program::start(&command, Limits::default()).expect("it starts");
    assert_eq!(program.step("shape/wrong", &problem()), Answer::Result(right()));
    drop(program);
    assert!(folder.path().join("mine").exists());
}

#[test]
fn a_layer_is_judged_the_same_by_its_numbers_and_by_its_files() {
    let zoo = env!("CARGO_BIN_EXE_dropout-oracle-zoo");
    for (defect, status) in [("right", 0), ("mean-loss", 1)] {
        let check = [
            "check",
            "--shape",
            "3x5x4",
            "--activation",
            "gelu",
            "--activation",
            "per_unit",
            "--seed",
            "4",
            "--",
        ];
        let [numbers, files] = [&[zoo, defect, "f32"][..], &[zoo, defect, "f32", "tensors"]]
            .map(|layer| run(&[&check[..], layer].concat()));
        assert_eq!((numbers.status, files.status), (status, status), "{}", files.out);
        assert_eq!(files.out.replace(" f32 tensors\n", " f32\n"), numbers.out);
        assert!(files.out.starts_with(&format!("{defect}, f32: 2 cases\n")), "{}", files.out);
        if status == 1 {
            assert!(files.out.contains("shape/per_unit-3x5x4  fail\n"), "{}", files.out);
            let again = "dropout-oracle check --shape 3x5x4 --activation gelu --activation per_unit --seed 4 --select shape/";
            assert!(files.out.contains(again) && files.out.contains("[mean-loss]"), "{}", files.out);
        }
    }
    let several =
        run(&["check", "--shape", "1x2x3", "--shape", "2x1x1", "--shape", "1x2x3", "--", zoo, "right"]);
    assert!(
        several.out.starts_with("right, f64: 2 cases\n"),
        "softmax, and each shape once: {}",
        several.out
    );
}

#[test]
fn a_file_may_hold_some_of_the_results() {
    let few: Results = [(Quantity::Db, right()[Quantity::Db].clone())].into();
    let (folder, command) = shell("");
    fs::write(folder.path().join("right"), write_results("shape/right", &few, Format::F64))
        .expect("writable");
    let mut program = Program::start(&command, Limits::default()).expect("it starts");
    assert_eq!(program.step("shape/right", &problem()), Answer::Result(few));
}

/// Nothing is left in the folder for temporary files after a signal.
#[test]
fn a_signal_removes_the_files() {
    let (folder, command) = shell("sleep 60");
    let script = command[2].replace("*'\"id\":\"shape/wrong\"'*)", "*)");
    let temporary = folder.path().join("tmp");
    fs::create_dir(&temporary).expect("writable");
    let mut child = Command::new(env!("CARGO_BIN_EXE_dropout-oracle"))
        .args(["check", "--shape", "2x3x4", "--", "sh", "-c", &script, "subject", &command[4]])
        .env("TMPDIR", &temporary)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it starts");
    let begun = Instant::now();
    while !folder.path().join("seen").exists() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it is asked");
        std::thread::sleep(Duration::from_millis(5));
    }
    let files = || fs::read_dir(&temporary).expect("a folder").count();
    assert_eq!(files(), 1);
    let killed = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(killed.expect("it runs").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    assert_eq!(files(), 0);
}
