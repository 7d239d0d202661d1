//! A `generate` that is killed leaves whole files and, at most, leftovers, which the next one removes.

use crate::cli::run_in;
use crate::sweep;
use dropout_oracle::fixture::files::{Comparison, compare, write};
use dropout_oracle::fixture::generate::Files;
use dropout_oracle::fixture::replace::is_leftover;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(place) = folders.pop() {
        for entry in fs::read_dir(place).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = fs::read(&path).expect("a file");
                files.insert(path.strip_prefix(folder).expect("below").into(), bytes);
            }
        }
    }
    files
}

const GENERATE: [&str; 5] = ["generate", "--profile", "smoke", "--out", "out"];

/// Runs `generate` and kills it: after `delay`, or so long after it began to write.
fn killed(folder: &Path, delay: Duration, in_writing: bool) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_dropout-oracle"))
        .args(GENERATE)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let start = Instant::now();
    let begun =
        || !in_writing || fs::read_dir(folder.join("out")).is_ok_and(|mut files| files.next().is_some());
    while !begun() && child.try_wait().expect("a child").is_none() {
        assert!(start.elapsed() < Duration::from_secs(300), "it hangs");
        thread::sleep(Duration::from_micros(200));
    }
    thread::sleep(delay);
    let _ = child.kill();
    child.wait().expect("it ends");
}

/// In the sweep only: each run takes a second.
#[test]
fn after_killed_runs_the_next_one_completes_and_leaves_nothing_else() {
    let Some(draws) = sweep::draws() else { return };
    let (whole, broken) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    assert_eq!(run_in(whole.path(), &GENERATE, b"").status, 0);
    let expected = files(&whole.path().join("out"));
    let out = broken.path().join("out");
    let mut random = ChaCha8Rng::seed_from_u64(5);
    for kill in 0..12 * draws {
        for path in files(&out).into_keys().filter(|path| !path.file_name().is_some_and(is_leftover)) {
            fs::remove_file(out.join(path)).expect("writable");
        }
        // One in four before anything is written.
        let in_writing = kill % 4 > 0;
        let longest = if in_writing { 40_000 } else { 800_000 };
        killed(broken.path(), Duration::from_micros(u64::from(random.next_u32()) % longest), in_writing);
        for (path, bytes) in files(&out) {
            let ours = path.file_name().is_some_and(is_leftover) || expected.get(&path) == Some(&bytes);
            assert!(ours, "{} is half a file", path.display());
        }
    }
    assert_eq!(run_in(broken.path(), &GENERATE, b"").status, 0);
    let check = run_in(broken.path(), &[&GENERATE[..], &["--check"]].concat(), b"");
    assert_eq!((check.status, check.err.as_str()), (0, ""));
    let found = files(&out);
    assert!(found == expected, "{:?}", found.keys().filter(|path| !expected.contains_key(*path)));
}

#[test]
fn leftovers_are_not_compared_and_the_next_run_removes_them_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |path: &str| folder.path().join(path);
    let files = Files::from(
        ["cases/a/x.json", "flags.json", "manifest.json"].map(|path| (path.into(), "1\n".into())),
    );
    let missing = compare(folder.path(), &files).expect("readable");
    write(folder.path(), &files, &missing).expect("writable");

    let leftovers = [
        ".dropout-oracle-aB3dE6gH9jK2.unfinished",
        "cases/a/.dropout-oracle-000000000000.unfinished",
        "cases/.dropout-oracle-zzzzzzzzzzzz.unfinished",
        "schema/.dropout-oracle-ZZZZZZZZZZZZ.unfinished",
    ];
    let others = [
        ".tmpAbC123",
        ".dropout-oracle-aB3dE6gH9jK2.unfinished.txt",
        ".dropout-oracle-short.unfinished",
        ".dropout-oracle-aB3dE6gH9jK-.unfinished",
        "mine/.dropout-oracle-aB3dE6gH9jK2.unfinished",
    ];
    for path in leftovers.iter().chain(&others) {
        fs::create_dir_all(place(path).parent().expect("a folder")).expect("writable");
        fs::write(place(path), "half").expect("writable");
    }
    // A folder of such a name is no leftover: nothing of ours makes one.
    fs::create_dir(place(".dropout-oracle-ffffffffffff.unfinished")).expect("writable");
    assert_eq!(compare(folder.path(), &files).expect("readable"), Comparison::default());
    write(folder.path(), &files, &Comparison::default()).expect("writable");
    assert!(leftovers.iter().all(|path| !place(path).exists()));
    assert!(others.iter().all(|path| place(path).exists()));
    assert!(place(".dropout-oracle-ffffffffffff.unfinished").is_dir());
    assert!(files.keys().all(|path| place(path).exists()));
}
