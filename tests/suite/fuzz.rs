//! Every reader on valid texts that are changed at random: it never panics, it takes little time, and what it accepts
//! is read again, once written, as the same.

use crate::bad_input::PIECES;
use crate::{cases, sweep};
use dropout_oracle::conform::cases::in_folder;
use dropout_oracle::conform::report::expectations::Expectations;
use dropout_oracle::conform::run::Run;
use dropout_oracle::conform::subject::protocol;
use dropout_oracle::conform::subject::results::ResultsFile;
use dropout_oracle::conform::{About, Answer, MaskSource, Sampler, Subject};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::activation::ScalarActivation;
use dropout_oracle::problem::{Activation, Problem};
use dropout_oracle::scalar;
use dropout_oracle::trace::{Quantity, Results};
use dropout_oracle::verify::Shape;
use dropout_oracle::wire::activation::Named;
use dropout_oracle::wire::json::Reader;
use dropout_oracle::wire::read::{self, Given, Kind};
use dropout_oracle::wire::step;
use dropout_oracle::wire::tensors::step as tensors;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// How long a reader may work on one text, which has at most a few hundred kilobytes.
const LONGEST: Duration = Duration::from_secs(10);

/// The time that this thread has worked, whatever else the machine does.
#[cfg(unix)]
fn worked() -> Duration {
    rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime)
        .try_into()
        .expect("a time since the start")
}

/// The time since the first call.
#[cfg(not(unix))]
fn worked() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// What makes structure, numbers, and invalid texts.
fn pieces() -> Vec<Vec<u8>> {
    let more = [
        "+",
        "E",
        "1",
        "1.5",
        "-1",
        "1e655360",
        "1e-99999999999999999999",
        "18446744073709551616",
        "0.1e1",
        "\"NaN\"",
        "\"-NaN\"",
        "\"Infinity\"",
        "\"0x1.8p-3\"",
        "\"0xffffffffffffffff\"",
        "\"0x1p99999999999\"",
        "\\ud800",
        "\\u0000",
        "\u{2028}",
        "]]",
        "[[]]",
        "[]",
        "{}",
        "\"p\":",
        "\"seq\":1,",
        "\"outputs\":",
        "\"name\":\"per_unit\",\"units\":[",
        "\n",
        "# ",
        "\r",
        "db",
        "state",
        "exact/by-hand",
    ];
    let mut pieces: Vec<Vec<u8>> =
        PIECES.iter().chain(&more).map(|piece| piece.as_bytes().to_vec()).collect();
    pieces.extend(
        [
            "[",
            "]",
            "{\"a\":",
            "{\"name\":\"per_unit\",\"units\":[",
            "0",
            "-",
            "9",
            "\"",
            "0,",
            " ",
            "a b c\n",
        ]
        .map(|piece| piece.repeat(10_000).into()),
    );
    pieces.push(b"\xff\xfe".into());
    pieces.push(format!("0.{}1e10001", "0".repeat(10_000)).into());
    pieces.push((0..10_000).map(|id| format!("\"{id}\":0,")).collect::<String>().into());
    pieces
}

/// A valid text with a few changes: bits flipped, parts cut out, doubled, or replaced by parts of others.
fn changed(random: &mut ChaCha8Rng, seeds: &[Vec<u8>], pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut below = |limit: usize| random.next_u64() as usize % limit.max(1);
    let mut text = seeds[below(seeds.len())].clone();
    for _ in 0..=below(3) {
        let at = below(text.len() + 1);
        let end = (at + below(8)).min(text.len());
        let far = (at + below(text.len())).min(text.len());
        match below(8) {
            0 if !text.is_empty() => {
                let at = at.min(text.len() - 1);
                text[at] ^= 1 << below(8);
            }
            1 => text.truncate(at),
            2 => drop(text.drain(at..far)),
            3 => {
                let part = text[at..far].to_vec();
                text.splice(at..at, part);
            }
            4 => {
                let other = &seeds[below(seeds.len())];
                let from = below(other.len());
                let to = (from + below(200)).min(other.len());
                text.splice(at..end, other[from..to].iter().copied());
            }
            // In place of a number, where it often leaves the text valid.
            5 | 6 => {
                let is_number = |b: &u8| b.is_ascii_digit() || b"-+.eE".contains(b);
                let from = text[at..].iter().position(|b| b.is_ascii_digit()).map_or(at, |found| at + found);
                let to =
                    text[from..].iter().position(|b| !is_number(b)).map_or(text.len(), |found| from + found);
                text.splice(from..to, pieces[below(pieces.len())].iter().copied());
            }
            _ => drop(text.splice(at..end, pieces[below(pieces.len())].iter().copied())),
        }
    }
    text
}

/// Gives `reader` changed texts; it returns whether it accepted a text. Some of them must be.
fn fuzz(seed: u64, rounds: u64, seeds: &[Vec<u8>], reader: impl Fn(&[u8]) -> bool) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let pieces = pieces();
    let mut accepted = 0;
    for seed in seeds {
        assert!(reader(seed), "{}", String::from_utf8_lossy(seed));
    }
    let started = Instant::now();
    let least = rounds * sweep::draws().map_or(2, |draws| 500 * draws);
    let mut texts = 0;
    while texts < least || sweep::fuzzing().is_some_and(|time| started.elapsed() < time) {
        texts += 1;
        let text = changed(&mut random, seeds, &pieces);
        let start = worked();
        accepted += u64::from(reader(&text));
        let taken = worked() - start;
        let shown = || String::from_utf8_lossy(&text[..text.len().min(2000)]).into_owned();
        assert!(taken < LONGEST, "{taken:?} for\n{}", shown());
    }
    assert!(accepted > least / 250, "{accepted} texts were accepted: the rest of the reader is not reached");
    if sweep::fuzzing().is_some() {
        println!("fuzz {seed}: {texts} texts, {accepted} accepted, {:?}", started.elapsed());
    }
}

/// Case files: the smallest ones of different kinds.
fn case_files() -> Vec<Vec<u8>> {
    let mut texts: Vec<Vec<u8>> = cases::files()
        .into_iter()
        .filter(|(id, _)| !id.starts_with("sampler/"))
        .map(|(_, path)| fs::read(path).expect("a case"))
        .filter(|text| text.len() < 3000)
        .collect();
    texts.sort_by_key(Vec::len);
    let per_unit = texts.iter().position(|text| String::from_utf8_lossy(text).contains("per_unit"));
    let per_unit = texts.remove(per_unit.expect("a small case of several activations"));
    texts.truncate(7);
    texts.push(per_unit);
    texts
}

fn without_results(text: &[u8]) -> Vec<u8> {
    let mut case: Value = serde_json::from_slice(text).expect("JSON");
    case.as_object_mut().expect("an object").remove("expected");
    case.to_string().into_bytes()
}

/// A problem as it is written, with its id and summary.
fn written(given: &Given) -> Value {
    let mut value = json!({
        "activation": Named::from(given.problem.activation()),
        "inputs": step::Inputs::from(&given.problem),
    });
    for (key, text) in [("id", &given.id), ("summary", &given.summary)] {
        if let Some(text) = text {
            value[key] = text.as_str().into();
        }
    }
    value
}

fn reads_problems(kind: Kind) -> impl Fn(&[u8]) -> bool {
    move |text| {
        let Ok(given) = read::problem(text, kind) else { return false };
        let again = read::problem(written(&given).to_string().as_bytes(), kind).expect("what was accepted");
        assert_eq!(
            (again.id, again.summary, again.problem),
            (given.id, given.summary, given.problem),
            "{}",
            String::from_utf8_lossy(text)
        );
        true
    }
}

#[test]
fn problems_and_cases_are_refused_or_read() {
    let cases = case_files();
    let problems: Vec<Vec<u8>> = cases.iter().map(|case| without_results(case)).collect();
    fuzz(1, 600, &problems, reads_problems(Kind::Problem));
    fuzz(2, 300, &cases, reads_problems(Kind::Case));
}

#[test]
fn case_files_in_a_folder_are_refused_or_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cases/fuzz/case.json");
    fs::create_dir_all(file.parent().expect("a folder")).expect("writable");
    fuzz(3, 150, &case_files(), |text| {
        fs::write(&file, text).expect("writable");
        let Ok(cases) = in_folder(folder.path()) else { return false };
        let [case] = &cases[..] else { panic!("one file is one case") };
        let given = Given { id: Some(case.id.clone()), summary: None, problem: case.problem.clone() };
        fs::write(&file, written(&given).to_string()).expect("writable");
        let again = in_folder(folder.path()).expect("what was accepted");
        assert_eq!((&again[0].id, &again[0].problem), (&case.id, &case.problem));
        true
    });
}

fn number(x: &f64) -> Value {
    match (x.is_nan(), x.is_sign_negative()) {
        (true, true) => "-NaN".into(),
        (true, false) => "NaN".into(),
        _ if *x == f64::INFINITY => "Infinity".into(),
        _ if *x == f64::NEG_INFINITY => "-Infinity".into(),
        _ => (*x).into(),
    }
}

fn rows(rows: &[Vec<f64>]) -> Value {
    rows.iter().map(|row| row.iter().map(number).collect::<Value>()).collect()
}

fn outputs(results: &Results) -> Value {
    let one = |quantity: Quantity| {
        let mut value = rows(&results.get(quantity).expect("given").to_rows());
        if quantity == Quantity::Db && value.as_array().is_some_and(|rows| rows.len() == 1) {
            value = value[0].take();
        }
        (quantity.name().to_string(), value)
    };
    Value::Object(results.quantities().map(one).collect())
}

fn reply<T>(answer: &Answer<T>, key: &str, write: impl Fn(&T) -> Value) -> Vec<u8> {
    let value = match answer {
        Answer::Result(result) => json!({"seq": 7, key: write(result)}),
        Answer::Skipped(why) => json!({"seq": 7, "skipped": why}),
        Answer::Errored(what) => json!({"seq": 7, "error": what}),
    };
    value.to_string().into_bytes()
}

fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}

/// Whether a message was cut, so that it does not read as itself.
fn is_cut<T>(answer: &Answer<T>) -> bool {
    matches!(answer, Answer::Skipped(what) | Answer::Errored(what) if what.ends_with(" bytes more"))
}

#[test]
fn answers_to_a_step_are_refused_or_read() {
    let seeds = texts(&[
        r#"{"seq": 7, "outputs": {"A_next": [[42.0, 40.0], [2.0, 0.0]], "dW": [[0.0, 0.1], [-6e-3, 0]], "db": [-1.0, -2.0]}}"#,
        r#"{"seq": 7, "outputs": {"Z": [["NaN", "-Infinity"], ["0x1.8p-3", "-1.5e-3"]], "db": [[1, 2], [3, 4]]}}"#,
        r#"{"seq": 7, "skipped": "no relu"}"#,
        r#"{"seq": 7, "error": "caf\udce9.npy"}"#,
    ]);
    fuzz(4, 1500, &seeds, |line| {
        let Ok(answer) = protocol::results(line).answer else { return false };
        if is_cut(&answer) {
            return true;
        }
        let again = protocol::results(&reply(&answer, "outputs", outputs)).answer.expect("what was accepted");
        let same = match (&again, &answer) {
            (Answer::Result(again), Answer::Result(answer)) => again.same_bits(answer),
            (again, answer) => again == answer,
        };
        assert!(same, "{}", String::from_utf8_lossy(line));
        true
    });
}

#[test]
fn masks_are_refused_or_read() {
    let seeds =
        texts(&[r#"{"seq": 7, "R": [[0, 1, 1], [1.0, 0.0, 1]]}"#, r#"{"seq": 7, "skipped": "draws none"}"#]);
    fuzz(5, 1000, &seeds, |line| {
        let Ok(answer) = protocol::mask(line).answer else { return false };
        if is_cut(&answer) {
            return true;
        }
        let again = protocol::mask(&reply(&answer, "R", |r| rows(r))).answer.expect("what was accepted");
        assert_eq!(format!("{again:?}"), format!("{answer:?}"));
        true
    });
}

/// A subject's description as a subject would write it.
fn described(about: &About) -> Value {
    let supports = &about.supports;
    let mut value = json!({
        "name": about.name,
        "arithmetic": about.arithmetic.storage.name(),
        "accumulator": about.arithmetic.accumulator.name(),
        "supports": {
            "per_unit_p": supports.per_unit_p,
            "bias": supports.bias,
            "sample": match supports.sample {
                Sampler::None => json!(false),
                Sampler::Own => json!(true),
                Sampler::Named => json!("named"),
            },
            "mask": match supports.mask {
                MaskSource::Given => "given",
                MaskSource::Own => "own",
            },
            "outputs": supports.outputs.iter().map(|quantity| quantity.name()).collect::<Vec<_>>(),
            "deterministic": supports.deterministic,
        },
    });
    if supports.tensors {
        value["supports"]["tensors"] = json!("safetensors");
    }
    if let Some(names) = &supports.activations {
        value["supports"]["activations"] = json!(names);
    }
    for (key, text) in [("version", &about.version), ("homepage", &about.homepage)] {
        if let Some(text) = text {
            value[key] = text.as_str().into();
        }
    }
    value
}

const ABOUT: [&str; 3] = [
    r#"{"name": "my layer", "version": "1.2", "arithmetic": "bf16", "accumulator": "f32", "homepage": "https://x", "supports": {"activations": ["relu", "per_unit"], "per_unit_p": false, "bias": false, "sample": true, "mask": "own", "outputs": ["A_next", "dW"], "deterministic": false, "tensors": "safetensors"}}"#,
    r#"{"name": "mine", "arithmetic": "f64", "supports": {"sample": "named", "outputs": ["db"]}}"#,
    r#"{"name": "mine", "arithmetic": "f32"}"#,
];

#[test]
fn descriptions_are_refused_or_read() {
    fuzz(6, 1000, &texts(&ABOUT), |line| {
        let Ok(about) = protocol::about(line) else { return false };
        assert_eq!(
            protocol::about(described(&about).to_string().as_bytes()).expect("what was accepted"),
            about
        );
        true
    });
}

#[test]
fn files_of_results_are_refused_or_read() {
    let known = ["exact/by-hand", "exact/relu-2x3x4"];
    let seeds: Vec<Vec<u8>> = ABOUT
        .iter()
        .map(|about| {
            format!(
                r#"{{"format": "dropout-oracle/1", "subject": {about}, "results": {{"exact/by-hand": {{"db": [-1, "NaN"], "dW": [[1e-3, 2]]}}, "exact/relu-2x3x4": {{}}}}}}"#
            )
            .into_bytes()
        })
        .collect();
    let problem = first_problem();
    fuzz(7, 800, &seeds, |text| {
        let Ok(mut file) = ResultsFile::read(text, |id| known.contains(&id)) else { return false };
        let results: serde_json::Map<String, Value> = known
            .iter()
            .filter_map(|id| match file.step(id, &problem) {
                Answer::Result(results) => Some((id.to_string(), outputs(&results))),
                _ => None,
            })
            .collect();
        let top =
            json!({"format": "dropout-oracle/1", "subject": described(&file.about()), "results": results});
        let again = ResultsFile::read(top.to_string().as_bytes(), |id| known.contains(&id));
        let mut again = again.expect("what was accepted");
        assert_eq!(again.about(), file.about());
        for id in known {
            match (again.step(id, &problem), file.step(id, &problem)) {
                (Answer::Result(again), Answer::Result(first)) => assert!(again.same_bits(&first), "{id}"),
                (again, first) => assert_eq!(again, first),
            }
        }
        true
    });
}

#[test]
fn files_of_tensors_are_refused_or_read() {
    let drawn = |name, format| crate::shaped::drawn(Shape::new(2, 3, 2), name, format, 3);
    let problems: Vec<Vec<u8>> = [("relu", Format::F64), ("elu", Format::F32), ("per_unit", Format::Bf16)]
        .map(|(name, format)| tensors::write_problem("a/b", "c", &drawn(name, format), format, Some(3)))
        .into();
    fuzz(9, 400, &problems, |bytes| {
        let Ok(given) = tensors::problem(bytes) else { return false };
        let Given { id, summary, problem } = &given;
        let [id, summary] = [id, summary].map(|text| text.clone().unwrap_or_else(|| "d/e".into()));
        let again = tensors::write_problem(&id, &summary, problem, Format::F64, None);
        let again = tensors::problem(&again).expect("what was accepted");
        assert_eq!((again.id, again.summary, &again.problem), (Some(id), Some(summary), problem));
        true
    });
    let read = |bytes: &[u8]| {
        let mut reader = Reader::default();
        tensors::results(&mut reader, bytes).filter(|_| reader.faults.is_empty())
    };
    let results: Vec<Vec<u8>> = [Format::F64, Format::F32]
        .map(|format| {
            let step = scalar::step(
                &drawn("tanh", format).inputs().over::<f32>(),
                &Activation::Elementwise(ScalarActivation::Tanh),
            );
            tensors::write_results("a/b", &Results::from(&step.map(|x| f64::from(*x))), format)
        })
        .into();
    fuzz(10, 400, &results, |bytes| {
        let Some(given) = read(bytes) else { return false };
        let again =
            read(&tensors::write_results("a/b", &given.results, Format::F64)).expect("what was accepted");
        // The bits of a NaN may change on the way from a shorter format.
        assert_eq!(format!("{:?}", again.results), format!("{:?}", given.results));
        true
    });
}

fn first_problem() -> Problem {
    read::problem(&case_files()[0], Kind::Case).expect("a case").problem
}

#[test]
fn known_failures_are_refused_or_read() {
    let seeds = texts(&[
        "# softplus is linear past 20\nactivations/softplus-positive A_next\n\nexact/by-hand # why\n",
        "range/subnormal-relu errored\nsampler/judged mask\nrun/rounding-bias bias\n",
    ]);
    let run = Run {
        about: About::new("mine", Arithmetic::plain(Format::F64)),
        outcomes: vec![],
        diagnosis: Default::default(),
        side_by_side: vec![],
        ending: None,
    };
    fuzz(8, 1500, &seeds, |text| {
        let Ok(known) = Expectations::read(&String::from_utf8_lossy(text)) else { return false };
        let again = Expectations::read(&known.fixed(&run, |_| true)).expect("what was accepted");
        assert_eq!(again, known);
        true
    });
}
