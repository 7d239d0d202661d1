//! Results that are the same on every machine: no function of the standard library whose precision is unspecified.
//!
//! The standard library takes these functions from the platform, or from the compiler. The crate libm has them as part
//! of the program. The scan sees names, not types, so `clippy.toml` forbids by type what our own numbers have, too.

use crate::sources::{self, Source};
use crate::walls::without_comments;

/// Functions that no type of ours has: a call is that of a float.
const THEIRS: [&str; 21] = [
    "acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "cbrt", "cos", "cosh", "exp2", "hypot",
    "log", "log10", "log2", "powf", "powi", "sin", "sin_cos", "sinh", "tan",
];

/// Functions that our own numbers have, too.
const SHARED: [&str; 5] = ["exp", "exp_m1", "ln", "ln_1p", "tanh"];

/// Where the methods of the second list are those of our own numbers, or of dashu's.
const OF_OUR_NUMBERS: [&str; 6] = [
    "src/number/ball/",
    "src/number/dual.rs",
    "src/number/elementary.rs",
    "src/number/enclosure.rs",
    "src/problem/activation/",
    "src/zoo/catalogue/",
];

/// Every call or mention of one of the functions in these files of src/.
fn faults(files: &[Source]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| mentions(file).into_iter().map(|name| format!("{}: {name}", file.path)))
        .collect()
}

fn mentions(file: &Source) -> Vec<String> {
    let path = file.path.as_str();
    let code = without_comments(&file.text);
    let is_ours = OF_OUR_NUMBERS.iter().any(|place| path.starts_with(place));
    let mut mentions = Vec::new();
    for name in THEIRS.into_iter().chain(SHARED) {
        for (before, after) in words(&code, name) {
            let is_method =
                before.ends_with('.') && after.starts_with('(') && !(is_ours && SHARED.contains(&name));
            let is_path =
                ["f64::", "f32::", "$float::", "Float::", "Real::"].iter().any(|of| before.ends_with(of));
            if is_method || is_path {
                mentions.push(name.to_string());
            }
        }
    }
    mentions
}

/// What stands before and after each occurrence of a whole word.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let around = code.match_indices(word).map(move |(at, _)| (&code[..at], &code[at + word.len()..]));
    around.filter(move |(before, after)| !before.ends_with(is_part) && !after.starts_with(is_part))
}

#[test]
fn no_file_calls_a_function_of_unspecified_precision() {
    assert_eq!(faults(&sources::rust_files("src")), [""; 0]);
}

/// Where the methods of our own numbers may stand, only types tell them from those of a float.
#[test]
fn clippy_forbids_what_our_numbers_have_too() {
    let settings = sources::read("clippy.toml");
    for name in SHARED {
        for float in ["f32", "f64"] {
            assert!(
                settings.contains(&format!("\"{float}::{name}\",\n")),
                "clippy.toml has no {float}::{name}"
            );
        }
    }
}

/// With `std`, dashu calls the platform's log2f, to choose precisions and to compare.
#[test]
fn dashu_is_built_without_the_standard_library() {
    let manifest = sources::read("Cargo.toml");
    let lines: Vec<&str> = manifest.lines().filter(|line| line.starts_with("dashu-")).collect();
    assert_eq!(lines.len(), 4);
    for line in lines {
        assert!(line.contains("default-features = false") && !line.contains("\"std\""), "{line}");
    }
}

/// The mentions in a file with this path and code.
fn of(path: &str, code: &str) -> Vec<String> {
    faults(&[Source::new(path, &format!("//! What it is.\n\n{code}\n"))])
}

#[test]
fn a_function_of_unspecified_precision_is_found() {
    for (path, code, name) in [
        ("src/mask_test/tail.rs", "fn f(p: f64) -> f64 { p.ln() }", "ln"),
        ("src/mask_test/tail.rs", "fn f(p: f64) -> f64 { f64::ln(p) }", "ln"),
        ("src/number/float.rs", "fn exp(&self) -> Self { $float::exp(*self) }", "exp"),
        ("src/number/format.rs", "fn f() -> f64 { 2f64.powi(-3) }", "powi"),
        ("src/number/dual.rs", "fn f(x: f64) -> f64 { f64::exp(x) }", "exp"),
        ("src/zoo/catalogue/slope.rs", "const F: fn(f64) -> f64 = f64::tanh;", "tanh"),
        ("src/zoo/catalogue/slope.rs", "fn f(x: f64) -> f64 {\n    x.abs()\n        .powf(0.5)\n}", "powf"),
        ("src/wire/number.rs", "fn f(x: f64) -> f64 { x.powf(0.5) }", "powf"),
        ("src/oracle/mod.rs", "fn f(x: f64) -> f64 { num_traits::Float::sin_cos(x).0 }", "sin_cos"),
    ] {
        assert_eq!(of(path, code), [format!("{path}: {name}")], "{code}");
    }
}

#[test]
fn exact_functions_and_those_of_libm_are_no_fault() {
    for (path, code) in [
        ("src/mask_test/tail.rs", "fn f(p: f64) -> f64 { libm::exp(-p) + p.sqrt() + p.mul_add(2.0, 1.0) }"),
        ("src/number/format.rs", "fn f() -> f64 { libm::ldexp(1.0, -3) } // not 2f64.powi(-3)"),
        ("src/number/mod.rs", "trait Real { fn exp(&self) -> Self; }"),
        ("src/problem/activation/tanh.rs", "fn f<T: Real>(z: T) -> T { z.exp_m1() }"),
        ("src/cli/list.rs", "fn f(log: &Log) { log.sin; exponent(log) }"),
    ] {
        assert_eq!(of(path, code), [""; 0], "{path}: {code}");
    }
}
