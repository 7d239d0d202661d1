//! The protocol's lines and the results file: what is written, and that reading is strict.

use crate::{cases, sweep};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use dropout_oracle::conform::cases::built_in;
use dropout_oracle::conform::subject::protocol;
use dropout_oracle::conform::subject::results::ResultsFile;
use dropout_oracle::conform::{About, Answer, MaskSource, Presence, Sampler, Subject, Supports};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle::round::{Exact, nearest};
use dropout_oracle::trace::Quantity;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The faults of a line in which a subject declares itself.
fn about_faults(line: &str) -> String {
    protocol::about(line.as_bytes()).expect_err("it has faults").to_string()
}

#[test]
fn a_db_that_is_not_summed_can_be_read_and_has_its_own_shape() {
    let line = r#"{"seq": 1, "outputs": {"db": [[1, 2], [3, 4]]}}"#;
    let Ok(Answer::Result(outputs)) = protocol::results(line.as_bytes()).answer else { panic!("results") };
    assert_eq!(outputs[Quantity::Db].to_rows(), [[1.0, 2.0], [3.0, 4.0]]);
}

/// The single number of an answer whose db is this text.
fn number(text: &str) -> Option<f64> {
    let line = format!(r#"{{"seq": 1, "outputs": {{"db": [{text}]}}}}"#);
    match protocol::results(line.as_bytes()).answer {
        Ok(Answer::Result(outputs)) => Some(outputs[Quantity::Db].at(0, 0)),
        _ => None,
    }
}

#[test]
fn questions_are_one_line_of_json_each() {
    assert_eq!(protocol::start(), r#"{"cmd":"start","format":"dropout-oracle/1"}"#);
    assert_eq!(protocol::stop(), r#"{"cmd":"stop"}"#);
    assert_eq!(
        protocol::sample(8, &[0.5, 0.9], 4096, None),
        r#"{"cmd":"sample","seq":8,"p":[0.5,0.9],"rows":4096}"#
    );
    let named = protocol::sample(8, &[0.5], 1, Some(([0xa1; 32], u64::MAX)));
    let (key, stream) = ("a1".repeat(32), u64::MAX);
    assert_eq!(
        named,
        format!(r#"{{"cmd":"sample","seq":8,"p":[0.5],"rows":1,"key":"{key}","stream":"{stream}"}}"#)
    );
    let case = &built_in()[0];
    let line = protocol::step(7, &case.id, &case.problem);
    assert!(!line.contains('\n'));
    let (question, file): (Value, _) = (
        serde_json::from_str(&line).expect("JSON"),
        cases::json(&cases::folder().join("cases/exact/by-hand.json")),
    );
    assert_eq!(question["cmd"], "step");
    assert_eq!(question["seq"], 7);
    for key in ["id", "activation", "inputs"] {
        assert_eq!(question[key], file[key], "{key}");
    }
}

#[test]
fn a_minimal_declaration_supports_everything_but_masks() {
    let about = protocol::about(br#"{"name": "mine", "arithmetic": "bf16"}"#).expect("valid");
    assert_eq!(about, About::new("mine", Arithmetic::plain(Format::Bf16)));
    let Supports { activations, per_unit_p, bias, sample, mask, outputs, deterministic, tensors } =
        about.supports;
    assert_eq!(mask, MaskSource::Given);
    assert_eq!((activations, per_unit_p, bias), (None, true, true));
    assert_eq!((sample, deterministic, tensors), (Sampler::None, true, false));
    assert_eq!(outputs, Quantity::ALL);
}

#[test]
fn a_full_declaration_is_understood() {
    let line = br#"{"name": "my layer", "version": "1.2", "arithmetic": "bf16", "accumulator": "f32", "homepage": "https://x",
        "supports": {"activations": ["relu"], "per_unit_p": false, "bias": false, "sample": true, "mask": "own", "outputs": ["A_next", "dW"], "deterministic": false, "tensors": "safetensors"}}"#;
    let about = protocol::about(line).expect("valid");
    assert_eq!(about.version.as_deref(), Some("1.2"));
    assert_eq!(about.homepage.as_deref(), Some("https://x"));
    assert_eq!(about.arithmetic, Arithmetic { storage: Format::Bf16, accumulator: Format::F32 });
    let supports = Supports {
        activations: Some(vec!["relu".into()]),
        per_unit_p: false,
        bias: false,
        sample: Sampler::Own,
        mask: MaskSource::Own,
        outputs: vec![Quantity::ANext, Quantity::Dw],
        deterministic: false,
        tensors: true,
    };
    assert_eq!(about.supports, supports);
}

#[test]
fn a_layer_without_a_bias_returns_no_db() {
    let line = br#"{"name": "mine", "arithmetic": "f32", "supports": {"bias": false}}"#;
    let outputs = protocol::about(line).expect("valid").supports.outputs;
    assert_eq!(outputs.len(), 7);
    assert!(!outputs.contains(&Quantity::Db));
}

#[test]
fn a_faulty_declaration_is_reported_with_its_place() {
    for (line, message) in [
        (r#"{"arithmetic": "f32"}"#, "name is missing"),
        (
            r#"{"name": "x", "arithmetic": "f32", "accumulator": "f16"}"#,
            r#"arithmetic = "f32" with accumulator "f16": there are no"#,
        ),
        (r#"{"name": "x", "arithmetic": "f32", "device": "gpu"}"#, "device is unknown"),
        (
            r#"{"name": "x", "arithmetic": "f32", "supports": {"samples": true}}"#,
            "supports.samples is unknown",
        ),
        (
            r#"{"name": "x", "arithmetic": "f32", "supports": {"sample": 1}}"#,
            "supports.sample is a number: must be true or false",
        ),
        (
            r#"{"name": "x", "arithmetic": "f32", "supports": {"sample": "chacha"}}"#,
            r#"supports.sample = "chacha": must be a known word; known: "named""#,
        ),
        (
            r#"{"name": "x", "arithmetic": "f32", "supports": {"mask": "mine"}}"#,
            r#"supports.mask = "mine": must be a known word; known: "given", "own""#,
        ),
        (r#"{"name": "x", "arithmetic": "f32", "supports": {"mask": true}}"#, "supports.mask is a boolean"),
        (
            r#"{"name": "x", "arithmetic": "f32", "supports": {"outputs": ["dW", "dB"]}}"#,
            r#"supports.outputs[1] = "dB": there is no such result"#,
        ),
        (
            r#"{"name": "x", "arithmetic": "f32", "supports": {"activations": [1]}}"#,
            "supports.activations[0] is a number: must be a string",
        ),
        (
            r#"{"name": "x", "arithmetic": "f32", "supports": {"activations": ["relu", "gelu_fast"]}}"#,
            r#"supports.activations[1] = "gelu_fast": there is no such activation; known activations: coupled_quadratic, "#,
        ),
        (
            r#"{"name": "x", "arithmetic": "f32", "supports": {"bias": false, "outputs": ["dW", "db"]}}"#,
            r#"supports.outputs contains "db": a layer without a bias has no db; remove "db", or "bias": false"#,
        ),
        (r#"{"name": 7, "arithmetic": "f32"}"#, "name is a number"),
        ("[]", "the line is an array: must be an object"),
        ("", "the line is not JSON"),
    ] {
        assert!(about_faults(line).contains(message), "{line}: {}", about_faults(line));
    }
}

#[test]
fn a_reply_has_exactly_one_answer() {
    let reply = |line: &str| protocol::results(line.as_bytes());
    let skipped = reply(r#"{"seq": 3, "skipped": "no relu"}"#);
    assert_eq!((skipped.seq, skipped.answer.expect("valid")), (Some(3), Answer::Skipped("no relu".into())));
    assert_eq!(reply(r#"{"seq": 3, "error": "oh"}"#).answer.expect("valid"), Answer::Errored("oh".into()));
    for line in [
        r#"{"seq": 3}"#,
        r#"{"seq": 3, "skipped": "a", "error": "b"}"#,
        r#"{"seq": 3, "outputs": {}, "skipped": "a"}"#,
        r#"{"seq": 3, "R": [[1]]}"#,
        r#"{"seq": 3, "outputs": {"db": [[1]]}}"#,
        r#"{"seq": 3, "outputs": {"dW": [1]}}"#,
        r#"{"seq": 3, "outputs": {"dW": [[1]], "dW": [[1]]}}"#,
        r#"{"seq": 3, "outputs": {"db": [null]}}"#,
        r#"{"seq": 3, "skipped": 1}"#,
    ] {
        let reply = reply(line);
        assert!(reply.answer.is_err() && reply.seq == Some(3), "{line}");
    }
    assert_eq!(reply(r#"{"seq": "3", "skipped": "a"}"#).seq, None);
    let faults = reply("[3]").answer.expect_err("no object").to_string();
    assert!(faults.starts_with("the line is an array: must be an object"), "{faults}");
}

#[test]
fn seq_is_a_whole_number_to_the_last_digit() {
    let seq = |text: &str| protocol::results(format!(r#"{{"seq": {text}, "skipped": "a"}}"#).as_bytes());
    for (text, number) in [
        ("0", 0),
        ("7", 7),
        ("7.0", 7),
        ("70e-1", 7),
        ("0.7e1", 7),
        ("9007199254740993", (1 << 53) + 1),
        ("18446744073709551615", u64::MAX),
    ] {
        let reply = seq(text);
        assert_eq!((reply.seq, reply.answer.is_ok()), (Some(number), true), "{text}");
    }
    for text in [
        "1.5",
        "-1",
        "-0.5",
        "1.00000000000000000000001",
        "0.99999999999999999999999",
        "18446744073709551616",
        "1e20",
        "1e999",
        "1e-999999999999",
        "7e99999999999999999999",
    ] {
        let reply = seq(text);
        assert_eq!(reply.seq, None, "{text}");
        let faults = reply.answer.expect_err("no number of a question").to_string();
        let rule = "must be a whole number of 64 bits; repeat the seq of the question";
        assert!(faults.starts_with("seq = ") && faults.contains(rule), "{text}: {faults}");
    }
}

/// As `JSON.stringify` writes NaN, and Python a file name that is not UTF-8.
#[test]
fn null_is_told_from_nan_and_half_a_surrogate_pair_costs_no_message() {
    let reply = |line: &str| protocol::results(line.as_bytes()).answer;
    let faults = reply(r#"{"seq": 3, "outputs": {"db": [0, null]}}"#).expect_err("no number").to_string();
    assert!(faults.starts_with("outputs.db[1] is null: must be a number: JSON has no NaN"), "{faults}");
    let error = |text: &str| reply(&format!(r#"{{"seq": 3, "error": "{text}"}}"#)).expect("a message");
    assert_eq!(error(r"caf\udce9.npy"), Answer::Errored("caf\u{fffd}.npy".into()));
    assert_eq!(error(r"\ud83d\ude00"), Answer::Errored("\u{1f600}".into()));
    let many = vec!["\"relu\""; 101].join(", ");
    let faults = about_faults(&format!(
        r#"{{"name": "x", "arithmetic": "f64", "supports": {{"activations": [{many}]}}}}"#
    ));
    assert_eq!(faults, "supports.activations has 101 entries: may have at most 100; name each once");
    let faults = about_faults(r#"{"name": "\udce9", "arithmetic": "f64"}"#);
    assert!(faults.starts_with("name holds half of a surrogate pair"), "{faults}");
}

#[test]
fn numbers_come_as_numbers_or_as_text() {
    for (text, double) in [
        ("0.1", 0.1),
        ("-1e-400", 0.0),
        ("1e400", f64::INFINITY),
        ("\"0x1.8p-3\"", 0.1875),
        ("\"-0x1p0\"", -1.0),
        ("\"0x1.fffffffffffffp+1023\"", f64::MAX),
        ("\"0x0.0000000000001p-1022\"", f64::from_bits(1)),
        ("\"0x1p-1074\"", f64::from_bits(1)),
        ("\"0X.8P1\"", 1.0),
        ("\"0x0p0\"", 0.0),
        ("\"0x10\"", 16.0),
        // Rounded to nearest, ties to even, like every number.
        ("\"0xffffffffffffffff\"", 18446744073709551616.0),
        ("\"0x1.00000000000001p0\"", 1.0),
        ("\"0x1.00000000000008p0\"", 1.0),
        ("\"0x1.000000000000080000000000000000000000001p0\"", 1.0 + f64::EPSILON),
        ("\"0x1.00000000000018p0\"", 1.0 + 2.0 * f64::EPSILON),
        ("\"0x1.fffffffffffff7ffffp+1023\"", f64::MAX),
        ("\"0x1.fffffffffffff8p+1023\"", f64::INFINITY),
        ("\"0x1p-1075\"", 0.0),
        ("\"0x1.8p-1075\"", f64::from_bits(1)),
        ("\"0x3p-1075\"", f64::from_bits(2)),
        ("\"0x1p99999999999999999999\"", f64::INFINITY),
        ("\"0x1p-99999999999999999999\"", 0.0),
        ("\"0x0p99999999999999999999\"", 0.0),
        ("\"1e99999999999999999999\"", f64::INFINITY),
        ("\"Infinity\"", f64::INFINITY),
        ("\"-Infinity\"", f64::NEG_INFINITY),
        ("\"-1.5e-3\"", -1.5e-3),
        ("\"+2\"", 2.0),
    ] {
        assert_eq!(number(text), Some(double), "{text}");
    }
    assert!(number("\"NaN\"").expect("a double").is_nan());
    for text in [
        "\"\"",
        "\"nan\"",
        "\"inf\"",
        "\"infinity\"",
        "\"0x\"",
        "\"0xp1\"",
        "\"0x1p\"",
        "\"0x1g\"",
        "\"--1\"",
        "\"1 \"",
        "\"0x1p+-5\"",
        "\"0x1.2.3\"",
        "\"1e\"",
        "true",
        "[1]",
    ] {
        assert_eq!(number(text), None, "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300 / sweep::one_in(6) as u32, rng_seed: RngSeed::Fixed(17), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_finite_double_survives_as_a_hexadecimal_text(bits: u64) {
        let double = f64::from_bits(bits);
        prop_assume!(double.is_finite());
        // As C's %a writes it.
        let (sign, exponent) = (if double.is_sign_negative() { "-" } else { "" }, (bits >> 52 & 0x7ff) as i32);
        let (whole, exponent) = if exponent == 0 { (0, -1022) } else { (1, exponent - 1023) };
        let text = format!("\"{sign}0x{whole}.{:013x}p{exponent:+}\"", bits & ((1 << 52) - 1));
        prop_assert_eq!(number(&text).map(f64::to_bits), Some(bits), "{}", text);
    }

    /// Against the rounding of the oracle, which divides fractions.
    #[test]
    fn every_hexadecimal_text_is_read_as_the_nearest_double(
        digits in "[0-9a-f]{1,60}", point in 0usize..60, exponent in -1300i32..1200, tie: bool,
    ) {
        // A tie, and what lies a little above it.
        let digits = if tie { format!("1{}8{}{}", &"0".repeat(13), "0".repeat(digits.len()), point % 2) } else { digits };
        let point = point.min(digits.len());
        let whole = UBig::from_str_radix(&digits, 16).expect("digits");
        let shift = exponent - 4 * (digits.len() - point) as i32;
        let (above, below) = (shift.max(0) as usize, (-shift).max(0) as usize);
        let exact = RBig::from_parts(IBig::from(whole) << above, UBig::ONE << below);
        let double = nearest(&Exact::from(&exact)).unwrap_or(f64::INFINITY);
        let text = format!("\"0x{}.{}p{exponent}\"", &digits[..point], &digits[point..]);
        prop_assert_eq!(number(&text), Some(double), "{}", text);
    }

    /// The same decimal with its point moved, now and then past the 655,359 places that std counts.
    #[test]
    fn a_decimal_is_the_same_wherever_its_point_stands(digits in 1u64.., exponent in -340i64..310, places in prop_oneof![15 => 0usize..5_000, 1 => 650_000..700_000usize]) {
        let plain: f64 = format!("{digits}e{exponent}").parse().expect("a decimal");
        let zeros = "0".repeat(places);
        let moved = exponent - places as i64;
        prop_assert_eq!(number(&format!("{digits}{zeros}e{moved}")), Some(plain));
        let moved = exponent + (digits.to_string().len() + places) as i64;
        prop_assert_eq!(number(&format!("-0.{zeros}{digits}E+{moved}").replace("+-", "-")), Some(-plain));
    }
}

fn results(top: &Value) -> Result<ResultsFile, String> {
    ResultsFile::read(top.to_string().as_bytes(), |id| id.starts_with("exact/"))
        .map_err(|faults| faults.to_string())
}

#[test]
fn a_file_of_results_answers_for_the_cases_in_it() {
    let top = json!({"format": "dropout-oracle/1", "subject": {"name": "mine", "arithmetic": "f32"},
        "results": {"exact/by-hand": {"db": [-1, -2]}}});
    let mut results = results(&top).expect("valid");
    let about = About::new("mine", Arithmetic::plain(Format::F32));
    assert_eq!(results.about(), About { presence: Presence::Precomputed, ..about });
    let problem = &built_in()[0].problem;
    let Answer::Result(outputs) = results.step("exact/by-hand", problem) else { panic!("it is there") };
    assert_eq!(outputs, [(Quantity::Db, vec![vec![-1.0, -2.0]])].into());
    assert_eq!(results.step("exact/other", problem), Answer::Skipped("no result for this case".into()));
}

#[test]
fn a_file_of_results_with_faults_is_refused_with_all_of_them() {
    let top = json!({"format": "dropout-oracle/2", "subject": {"name": "mine"}, "more": 1,
        "results": {"exact/a": {"dC": [1]}, "b/c": {}, "d": {}}});
    let faults = results(&top).map(|_| ()).expect_err("it has faults");
    for message in [
        "format = ",
        "subject.arithmetic is missing",
        "more is unknown",
        "results.exact/a.dC is unknown",
        "results.b/c is unknown: there is no case with this id",
        "results.d is unknown",
    ] {
        assert!(faults.contains(message), "{message}: {faults}");
    }
    assert!(results(&json!({})).is_err());
    assert!(
        results(&json!({"format": "dropout-oracle/1", "subject": {"name": "x", "arithmetic": "f64"}}))
            .is_err()
    );
}

/// Half a million ids, unknown or known: each is looked up once. Where each is compared with all earlier ones, this
/// takes minutes.
#[test]
fn a_file_of_very_many_results_is_read_in_time() {
    let ids: Vec<String> = (0..50_000).map(|id| format!("\"exact/{id}\":{{}}")).collect();
    let text = |subject: &str| {
        let results = ids.join(",");
        format!(r#"{{"format":"dropout-oracle/1","subject":{subject},"results":{{{results},{}}}}}"#, ids[7])
    };
    let mine = text(r#"{"name":"mine","arithmetic":"f64"}"#);
    let start = Instant::now();
    let faults = ResultsFile::read(mine.as_bytes(), |_| true).expect_err("one id occurs twice");
    assert_eq!(
        faults.to_string(),
        "results.exact/7 occurs twice: a key may occur only once; remove one of the two"
    );
    let faults = ResultsFile::read(mine.as_bytes(), |_| false).expect_err("no id is known");
    assert_eq!((faults.list.len(), faults.more), (1000, 49_001));
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

/// In the sweep only, as a million of them take a second.
#[test]
fn more_results_than_an_object_may_have_keys_are_refused() {
    if !sweep::is_on() {
        return;
    }
    let ids: Vec<String> = (0..=1 << 20).map(|id| format!("\"{id:x}\":0")).collect();
    let text = format!(
        r#"{{"format":"dropout-oracle/1","subject":{{"name":"mine","arithmetic":"f64"}},"results":{{{}}}}}"#,
        ids.join(",")
    );
    let faults = ResultsFile::read(text.as_bytes(), |_| false).expect_err("too many");
    let found = "results has too many keys: an object may have at most 1048576 (ruling size-limits)";
    assert!(faults.list[0].to_string().starts_with(found), "{}", faults.list[0]);
}
