//! `eval` on arbitrary bytes ends in a result, or in exit 2 with a message.

use crate::sweep;
use dropout_oracle::Error;
use dropout_oracle::cli::eval::evaluate;
use dropout_oracle::oracle::cost::Limit;
use dropout_oracle::wire::read::{self, Kind};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

const VALID: &str = r#"{
  "activation": {"name": "coupled_quadratic"},
  "inputs": {
    "A": [[2, 3, -2], [0, 1, -2]], "p": [0.125, 0.5, 0.25], "R": [[0, 1, 1], [1, 1, 0]],
    "W": [[-2, 1], [-2, -2], [-2, -2]], "b": [3, 1], "dA_next": [[-1, 1], [3, -2]]
  }
}"#;

/// The lines of the message for a text.
fn lines(text: impl AsRef<[u8]>) -> Vec<String> {
    match evaluate(text.as_ref(), Limit::default()) {
        Ok(case) => panic!("no fault was found:\n{case}"),
        Err(error) => {
            assert_eq!(error.exit_code(), 2, "{error}");
            error.to_string().lines().map(str::to_owned).collect()
        }
    }
}

/// The only line, up to the cure, for the valid text with one part replaced.
fn changed(from: &str, to: &str) -> String {
    assert!(VALID.contains(from));
    let lines = lines(VALID.replacen(from, to, 1));
    assert_eq!(lines.len(), 1, "{lines:#?}");
    lines[0].split(';').next().expect("a text").into()
}

#[test]
fn the_valid_text_is_solved() {
    let case = evaluate(VALID.as_bytes(), Limit::default()).expect("nothing is wrong");
    assert!(case.contains(r#""id": "user/problem""#) && case.contains("[-24.0,12.0,0.0]"), "{case}");
}

#[test]
fn a_value_that_is_not_a_number_is_named_by_its_path() {
    assert_eq!(changed("[0, 1, -2]", "[0, \"1\", -2]"), "inputs.A[1][1] is a string: must be a number");
    assert_eq!(changed("\"b\": [3, 1]", "\"b\": [null, 1]"), "inputs.b[0] is null: must be a number");
    assert_eq!(changed("\"b\": [3, 1]", "\"b\": [3, true]"), "inputs.b[1] is a boolean: must be a number");
    assert_eq!(changed("\"b\": [3, 1]", "\"b\": [3, {}]"), "inputs.b[1] is an object: must be a number");
    assert_eq!(changed("\"b\": [3, 1]", "\"b\": [3, []]"), "inputs.b[1] is an array: must be a number");
    assert_eq!(changed("\"b\": [3, 1]", "\"b\": 3"), "inputs.b is a number: must be an array");
    assert_eq!(changed("[2, 3, -2]", "2"), "inputs.A[0] is a number: must be an array");
}

#[test]
fn a_decimal_beyond_the_range_is_not_finite() {
    let rule = "must be a finite number (ruling finite-inputs)";
    assert_eq!(changed("[3, -2]]", "[3, 1e999]]"), format!("inputs.dA_next[1][1] = inf: {rule}"));
    let rule = "must lie in (0, 1], because equation 3 divides by it (ruling keep-prob-range)";
    assert_eq!(changed("0.125", "1e-999"), format!("inputs.p[0] = 0: {rule}"));
}

/// 1 and 10 with their points a million digits away: where the standard library counts an exponent wrongly, the
/// first is 0 and the second is infinite.
#[test]
fn an_exponent_of_any_length_is_read_as_it_stands() {
    let zeros = "0".repeat(1_000_000);
    for (text, double) in [
        (format!("0.{zeros}1e1000001"), "1.0"),
        (format!("10{zeros}e-1000000"), "10.0"),
        (format!("10{zeros}E-00001000000"), "10.0"),
        ("0e99999999999999999999".into(), "0.0"),
        ("3e-99999999999999999999".into(), "0.0"),
    ] {
        let case = evaluate(
            VALID.replace("\"b\": [3, 1]", &format!("\"b\": [{text}, 1]")).as_bytes(),
            Limit::default(),
        );
        let case = case.expect("a number");
        assert!(case.contains(&format!("\"b\": [{double},1.0]")), "{}: {case}", &text[..20]);
    }
    let found = changed("[3, -2]]", "[3, 1e99999999999999999999]]");
    assert!(found.starts_with("inputs.dA_next[1][1] = inf: "), "{found}");
}

/// A million numbers in each matrix that are none: no fault is made that is not kept.
#[test]
fn faults_are_counted_beyond_the_first_thousand() {
    let row = format!("[{}null]", "null,".repeat((1 << 18) - 1));
    let lines = lines(VALID.replace("[2, 3, -2]", &row).replace("[0, 1, 1]", &row));
    assert_eq!(lines.len(), 1001);
    let more = lines[1000].strip_prefix("and ").and_then(|line| line.strip_suffix(" more faults"));
    assert!(
        more.is_some_and(|more| more.parse::<usize>().is_ok_and(|more| more > 500_000)),
        "{:?}",
        lines[1000]
    );
}

#[test]
fn keys_are_known_and_unique() {
    assert_eq!(changed("\"b\"", "\"p\": [1], \"b\""), "inputs.p occurs twice: a key may occur only once");
    assert_eq!(
        changed("\"b\"", "\"bias\": [1], \"b\""),
        "inputs.bias is unknown: no other key is allowed here"
    );
    assert_eq!(changed("\"b\": [3, 1],", ""), "inputs.b is missing: it is required");
    let half = changed("\"b\"", "\"\\udce9\": 1, \"b\"");
    assert_eq!(half, "inputs.\u{fffd} is unknown: no other key is allowed here");
    let long = format!("\"{}\": 1, \"b\"", "\\u001b".repeat(50));
    let shown = format!("inputs.{}… is unknown: no other key is allowed here", "\\u{1b}".repeat(40));
    assert_eq!(changed("\"b\"", &long), shown);
    let missing = [
        "activation is missing: it is required; add the key \"activation\"",
        "inputs is missing: it is required; add the key \"inputs\"",
    ];
    assert_eq!(lines("{}"), missing);
}

#[test]
fn an_activation_is_known_and_has_its_parameters() {
    let activation = |to| changed(r#"{"name": "coupled_quadratic"}"#, to);
    assert_eq!(activation(r#"{"name": "relu6"}"#), "activation.name = \"relu6\": must be a known activation");
    assert_eq!(activation(r#"{"name": 6}"#), "activation.name is a number: must be a string");
    assert_eq!(activation(r#""relu""#), "activation is a string: must be an object");
    assert_eq!(activation(r#"{"name": "elu"}"#), "activation.alpha is missing: it is required");
    assert_eq!(
        activation(r#"{"name": "elu", "alpha": "1"}"#),
        "activation.alpha is a string: must be a number"
    );
    assert_eq!(activation(r#"{"name": "leaky_relu"}"#), "activation.slope is missing: it is required");
    assert_eq!(
        activation(r#"{"name": "leaky_relu", "slope": -1e999}"#),
        "activation.slope = -inf: must be a finite number (ruling finite-inputs)"
    );
    assert_eq!(
        activation(r#"{"name": "relu", "slope": 1}"#),
        "activation.slope is unknown: relu takes no slope"
    );
    assert_eq!(activation(r#"{"name": "per_unit"}"#), "activation.units is missing: it is required");
    assert_eq!(
        activation(r#"{"name": "per_unit", "units": [{"name": "relu"}, {"name": "softmax"}]}"#),
        "activation.units[1].name = \"softmax\": the activation of a unit must depend on its own z alone (ruling per-unit)"
    );
    assert_eq!(
        activation(
            r#"{"name": "per_unit", "units": [{"name": "relu"}, {"name": "per_unit", "units": [{"name": "relu"}]}]}"#
        ),
        "activation.units[1].name = \"per_unit\": the activation of a unit must depend on its own z alone (ruling per-unit)"
    );
    assert_eq!(
        activation(r#"{"name": "per_unit", "units": [{"name": "relu"}]}"#),
        "activation.units has 1 entry: n_next must be 2, because inputs.W has 2 columns"
    );
}

#[test]
fn members_besides_the_inputs_are_checked_if_given() {
    let first = |member: &str| changed("{\n", &format!("{{\n{member},\n"));
    assert_eq!(
        first(r#""format": "dropout-oracle/2""#),
        "format = \"dropout-oracle/2\": must be \"dropout-oracle/1\""
    );
    let id = "must be family/name in lowercase letters, digits, - and _";
    for bad in ["", "a", "a/", "/b", "a/b/c", "A/b", "a/b.c"] {
        assert_eq!(first(&format!(r#""id": "{bad}""#)), format!("id = \"{bad}\": {id}"));
    }
    assert_eq!(
        first(r#""summary": "two\nlines""#),
        "summary = \"two\\nlines\": must be one line of at most 200 characters"
    );
    assert_eq!(first(r#""expected": {}"#), "expected is given: a problem asks for its results");
    assert_eq!(
        first(r#""shape": {"m": 2, "n": 4, "n_next": 2}"#),
        "shape.n = 4: must be 3, as in the arrays"
    );
    assert_eq!(first(r#""shape": {"m": 2, "n": 3}"#), "shape.n_next is missing: it is required");
    assert_eq!(first(r#""shape": [2, 3, 2]"#), "shape is an array: must be an object");
}

#[test]
fn invalid_json_is_reported_with_its_place() {
    for (text, found) in [
        ("", "is not JSON: EOF while parsing a value at line 1 column 0"),
        ("{\"a\": NaN}", "is not JSON: expected value at line 1 column 7"),
        ("{} {}", "is not JSON: trailing characters at line 1 column 4"),
        ("{\"a\": 1,}", "is not JSON: key must be a string at line 1 column 9"),
        ("\u{feff}{}", "begins with a byte order mark"),
    ] {
        let lines = lines(text);
        assert_eq!(lines.len(), 1);
        assert!(
            lines[0].starts_with(&format!("the text {found}: must be one JSON value in UTF-8; ")),
            "{lines:?}"
        );
    }
    assert!(lines(b"{\"a\": \"\xff\"}")[0].starts_with("the text is not UTF-8 from byte 7 on: "));
    for other in ["null", "3", "[]", "\"x\""] {
        let line = &lines(other)[0];
        assert!(
            line.starts_with("the text is ") && line.ends_with(": must be an object; write an object here"),
            "{line}"
        );
    }
}

#[test]
fn a_result_beyond_the_range_is_refused_by_its_path() {
    let lines = lines(VALID.replace("\"A\": [[2, 3, -2]", "\"A\": [[2, 3, 1e308]"));
    assert!(
        lines[0].starts_with(
            "A_tilde[0][2]: the exact value is beyond the range of a double (ruling beyond-range)"
        )
    );
}

#[test]
fn too_large_an_input_is_refused_before_memory_is_allocated() {
    let faults = |text: String| {
        let faults = read::problem_within(text.as_bytes(), Kind::Problem, 1 << 10).expect_err("too large");
        faults.to_string()
    };
    let rule = " has too many entries: a matrix may have at most 1024 in the memory available here (ruling size-limits); ";
    let row = format!("[{}0]", "0,".repeat(1 << 10));
    assert!(faults(VALID.replace("[3, 1]", &row)).starts_with(&format!("inputs.b{rule}")));
    let rows = format!("[{}[0]]", "[0],".repeat(1 << 10));
    assert!(faults(VALID.replace("[[-1, 1], [3, -2]]", &rows)).starts_with(&format!("inputs.dA_next{rule}")));
    let long = format!("[[0, 0], {row}]");
    assert!(
        faults(VALID.replace("[[-1, 1], [3, -2]]", &long)).starts_with(&format!("inputs.dA_next[1]{rule}"))
    );
    let empty_rows = format!("[{}[]]", "[],".repeat(1 << 10));
    assert!(
        faults(VALID.replace("[[-1, 1], [3, -2]]", &empty_rows))
            .starts_with(&format!("inputs.dA_next{rule}"))
    );
    let units = format!("{{\"name\": \"per_unit\", \"units\": [{}0]}}", "0,".repeat(1 << 10));
    let text = VALID.replace("{\"name\": \"coupled_quadratic\"}", &units);
    assert!(faults(text).starts_with(&format!("activation.units{rule}")));
    let text = " ".repeat((64 << 20) + 1);
    assert!(
        lines(text)[0].starts_with(
            "the text is longer than 64 MiB: input may have at most 64 MiB (ruling size-limits)"
        )
    );
}

#[test]
fn depth_and_width_do_no_harm() {
    let deep = "[".repeat(1 << 20);
    assert!(lines(&deep)[0].starts_with("the text is not JSON"));
    let closed = deep.clone() + &"]".repeat(1 << 20);
    assert!(lines(VALID.replace("[3, 1]", &closed))[0].starts_with("inputs.b[0] is an array"));
    let nested = "{\"name\":\"per_unit\",\"units\":[".repeat(1 << 16) + &"]}".repeat(1 << 16);
    assert!(!lines(VALID.replace("{\"name\": \"coupled_quadratic\"}", &nested)).is_empty());
    let keys: String = (0..100_000).map(|at| format!("\"{at}\":0,")).collect();
    let lines = lines(VALID.replacen("{\n", &format!("{{{keys}\n"), 1));
    assert_eq!(lines.last().map(String::as_str), Some("and 99000 more faults"));
}

/// Bytes that make structure, numbers, and invalid texts.
pub const PIECES: [&str; 24] = [
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "\"",
    "-",
    "e",
    ".",
    "0",
    "1e400",
    "-1e308",
    "5e-324",
    "null",
    "true",
    "\u{0}",
    "é",
    "NaN",
    "[[",
    "\"p\"",
    "\"A\":[[1]],",
    "\\",
    " ",
];

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(10),
        failure_persistence: None,
        ..ProptestConfig::with_cases(3000 / sweep::one_in(10) as u32)
    })]

    #[test]
    fn mutated_texts_end_in_a_result_or_in_a_message(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0usize..6, 0usize..PIECES.len()), 1..6),
    ) {
        let mut text = VALID.as_bytes().to_vec();
        for (place, removed, piece) in edits {
            let at = place.index(text.len());
            let end = (at + removed).min(text.len());
            text.splice(at..end, PIECES[piece].bytes());
        }
        prop_assert!(ends_well(&text));
    }

    #[test]
    fn random_bytes_end_in_a_message(text in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(ends_well(&text));
    }

    #[test]
    fn random_doubles_in_every_place_end_in_a_result_or_in_a_message(bits in prop::collection::vec(any::<u64>(), 26)) {
        // The shape of the valid text. p and R stay valid, so that most of these are solved.
        let numbers: Vec<_> = bits.into_iter().map(f64::from_bits).map(|x| if x.is_finite() { x } else { 1.0 }).collect();
        let row = |from: usize, n: usize| format!("{:?}", &numbers[from..from + n]);
        let text = VALID
            .replace("[[2, 3, -2], [0, 1, -2]]", &format!("[{}, {}]", row(0, 3), row(3, 3)))
            .replace("[[-2, 1], [-2, -2], [-2, -2]]", &format!("[{}, {}, {}]", row(6, 2), row(8, 2), row(10, 2)))
            .replace("[3, 1]", &row(12, 2));
        prop_assert!(ends_well(text.as_bytes()));
    }
}

/// A finished case, or the caller's fault with a message.
fn ends_well(text: &[u8]) -> bool {
    match evaluate(text, Limit::default()) {
        Ok(case) => case.starts_with("{\n  \"format\": \"dropout-oracle/1\""),
        Err(error @ (Error::Input(_) | Error::Oracle(_))) => !error.to_string().is_empty(),
        Err(_) => false,
    }
}
