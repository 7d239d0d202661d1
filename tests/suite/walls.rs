//! The layering rules: what modules may not import or use. They are checked by reading the source.

use crate::sources::{self, Source};

/// The modules in the order of the data flow. A module imports only modules of lower rank. The two forms have
/// the same rank, so neither imports the other. Any module may import `error` and the root.
const MODULES: [(&str, usize); 18] = [
    ("number", 0),
    ("grid", 1),
    ("problem", 2),
    ("trace", 3),
    ("scalar", 4),
    ("matrix", 4),
    ("witness", 5),
    ("oracle", 6),
    ("verify", 7),
    ("zoo", 8),
    ("wire", 9),
    ("cases", 10),
    ("fixture", 11),
    ("mask_test", 12),
    ("conform", 13),
    ("explain", 14),
    ("book", 15),
    ("cli", 16),
];

/// Dependencies and macros, and the modules that may use them.
const OWNERS: [(&str, &[&str]); 29] = [
    ("nalgebra::", &["src/matrix/"]),
    ("serde_json::", &["src/wire/"]),
    ("safetensors::", &["src/wire/tensors/"]),
    ("serde::", &["src/wire/", "src/fixture/", "src/conform/", "src/book/", "src/cli/"]),
    ("rand_chacha::", &["src/problem/mask.rs"]),
    ("dashu_base::", &["src/number/", "src/oracle/", "src/verify/floating.rs"]),
    ("dashu_float::", &["src/number/", "src/oracle/", "src/verify/floating.rs"]),
    ("dashu_int::", &["src/number/", "src/oracle/", "src/verify/floating.rs"]),
    ("dashu_ratio::", &["src/number/", "src/oracle/", "src/verify/floating.rs"]),
    ("clap::", &["src/cli/"]),
    ("indicatif::", &["src/cli/"]),
    ("std::process", &["src/conform/subject/process.rs", "src/cli/", "src/main.rs"]),
    ("std::fs", &["src/fixture/", "src/cli/", "src/problem/memory.rs"]),
    ("println!", &["src/cli/"]),
    ("print!", &["src/cli/"]),
    ("process_wrap::", &["src/conform/subject/process.rs"]),
    ("libtest_mimic::", &["src/conform/suite.rs"]),
    ("glob::", &["src/conform/cases.rs"]),
    ("strsim::", &["src/conform/cases.rs"]),
    ("anstream::", &["src/cli/"]),
    ("ctrlc::", &["src/cli/cleanup.rs"]),
    ("rustix::", &["src/cli/cleanup.rs", "src/conform/subject/process.rs"]),
    ("shlex::", &["src/cli/check.rs"]),
    ("terminal_size::", &["src/cli/"]),
    ("minijinja::", &["src/book/"]),
    ("pulldown_cmark::", &["src/book/"]),
    ("pulldown_latex::", &["src/book/"]),
    ("ra_ap_rustc_lexer::", &["src/book/"]),
    ("unsafe ", &[]),
];

/// What a witness may use of the forms: it derives gradients from the scalar forward pass alone.
const OPEN_TO_WITNESSES: [&str; 2] = ["Inputs", "forward"];

/// The most lines of a file of code.
const LONGEST: usize = 300;

/// Folders of data, whose files may be longer.
const DATA: [&str; 3] = ["src/zoo/catalogue/", "src/cases/catalogue/", "src/fixture/flags/"];

/// Every violation of a layering rule in these files of src/.
fn faults(files: &[Source]) -> Vec<String> {
    files.iter().flat_map(file_faults).collect()
}

fn file_faults(file: &Source) -> Vec<String> {
    let path = file.path.as_str();
    let mut faults = Vec::new();
    let mut fault = |what: String| faults.push(format!("{path}: {what}"));
    if !file.text.starts_with("//! ") {
        fault("opens without saying what it is".to_string());
    }
    let is_data = DATA.iter().any(|folder| path.starts_with(folder));
    if !is_data && file.text.lines().count() > LONGEST {
        fault(format!("longer than {LONGEST} lines"));
    }
    let code = without_comments(&file.text);
    for (word, modules) in OWNERS {
        if has_word(&code, word) && !modules.iter().any(|module| path.starts_with(module)) {
            fault(format!("{word} may stand in {modules:?}"));
        }
    }
    let Some((module, depth)) = module_and_depth(path) else { return faults };
    if has_word(&code, &"super::".repeat(depth + 1)) {
        fault("super leads out of the module".to_string());
    }
    let Some(rank) = rank(module) else {
        fault(format!("{module} is no module of the plan"));
        return faults;
    };
    for other in imports(&code) {
        match self::rank(other) {
            Some(other_rank) if other != module && other_rank >= rank => {
                fault(format!("{module} may not see {other}"));
            }
            _ => {}
        }
    }
    if module == "mask_test" {
        for other in imports(&code).into_iter().filter(|other| *other != module) {
            fault(format!("{module} imports nothing of ours, and here {other}"));
        }
    }
    if module == "witness" {
        for item in named_after("scalar::", &code) {
            if !OPEN_TO_WITNESSES.contains(&item) {
                fault(format!("a witness may not know scalar::{item}"));
            }
        }
        if imports(&code).contains(&"matrix") {
            fault("a witness may not know matrix".to_string());
        }
    }
    faults
}

fn rank(module: &str) -> Option<usize> {
    MODULES.iter().find(|(name, _)| *name == module).map(|(_, rank)| *rank)
}

/// The module of a file, and how deep the file is inside it; `None` for the files at the root that are not
/// modules.
fn module_and_depth(path: &str) -> Option<(&str, usize)> {
    let inside = path.strip_prefix("src/")?.strip_suffix(".rs")?;
    if ["lib", "main", "error"].contains(&inside) {
        return None;
    }
    let modules: Vec<&str> = inside.split('/').filter(|module| *module != "mod").collect();
    Some((modules[0], modules.len() - 1))
}

/// The text without what follows a `//`.
pub fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default().to_string() + "\n").collect()
}

/// Whether `word` occurs, but not as the tail of a longer word.
fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
}

/// The modules that the code imports from the crate.
fn imports(code: &str) -> Vec<&str> {
    named_after("crate::", code)
}

/// What the code names after `path`, alone or in braces.
fn named_after<'a>(path: &str, code: &'a str) -> Vec<&'a str> {
    let named = |(at, found): (usize, &str)| {
        let rest = &code[at + found.len()..];
        let end = |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        match rest.strip_prefix('{') {
            None => vec![&rest[..end(rest)]],
            Some(group) => top_level(group).into_iter().map(|item| &item[..end(item)]).collect(),
        }
    };
    code.match_indices(path).flat_map(named).collect()
}

/// The items of a group in braces; inner braces stay with their item.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut items) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                items.push(group[start..at].trim());
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    items
}

#[test]
fn no_file_breaks_a_layering_rule() {
    assert_eq!(faults(&sources::rust_files("src")), [""; 0]);
}

#[test]
fn the_map_lists_every_module_in_the_order_of_imports() {
    let map = sources::read("src/lib.rs");
    let place = |module: &str| {
        let linked = map.find(&format!("//! - [`{module}`]: "));
        linked.or_else(|| map.find(&format!("//! - `{module}`: ")))
    };
    let places: Vec<Option<usize>> = MODULES.iter().map(|(module, _)| place(module)).collect();
    assert!(places.iter().all(Option::is_some), "{places:?}");
    assert!(places.is_sorted(), "{places:?}");
}

/// The violations in one file with this path, an opening comment and `code`.
fn of(path: &str, code: &str) -> Vec<String> {
    faults(&[Source::new(path, &format!("//! What it is.\n\n{code}\n"))])
}

#[test]
fn a_correct_file_breaks_no_rule() {
    assert_eq!(
        of(
            "src/scalar/backward.rs",
            "use super::Inputs;\nuse crate::grid::Grid;\nuse crate::{problem, trace};\n\
             /// The twin of [`crate::matrix`], which needs nalgebra::DMatrix.\nfn f() {}"
        ),
        [""; 0]
    );
}

#[test]
fn a_dependency_used_outside_its_module_is_found() {
    for (path, code) in [
        ("src/scalar/mod.rs", "use nalgebra::DMatrix;"),
        ("src/problem/mod.rs", "fn f() { serde_json::from_str(text) }"),
        ("src/problem/mod.rs", "use serde::Serialize;"),
        ("src/problem/mod.rs", "use rand_chacha::ChaCha20Rng;"),
        ("src/scalar/mod.rs", "use dashu_int::IBig;"),
        ("src/explain/mod.rs", "use clap::Args;"),
        ("src/oracle/mod.rs", "use indicatif::ProgressBar;"),
        ("src/fixture/mod.rs", "use std::process::Command;"),
        ("src/conform/subject/program.rs", "use std::process::Child;"),
        ("src/conform/run.rs", "use process_wrap::std::JobObject;"),
        ("src/explain/mod.rs", "use std::fs;"),
        ("src/oracle/mod.rs", "fn f() { println!(); }"),
        ("src/oracle/mod.rs", "fn f() { print!(); }"),
        ("src/number/mod.rs", "fn f() { unsafe { g() } }"),
    ] {
        assert_eq!(of(path, code).len(), 1, "{path}: {code}");
    }
    for (path, code) in [
        ("src/matrix/mod.rs", "use nalgebra::DMatrix;"),
        ("src/cli/mod.rs", "use std::process::ExitCode;"),
        ("src/cli/mod.rs", "fn f() { eprintln!(); }"),
    ] {
        assert_eq!(of(path, code), [""; 0], "{path}: {code}");
    }
}

#[test]
fn an_upward_import_is_found() {
    for (path, code, other) in [
        ("src/scalar/mod.rs", "use crate::matrix;", "matrix"),
        ("src/matrix/forward.rs", "use crate::scalar::forward::z;", "scalar"),
        ("src/grid.rs", "use crate::{number, problem::{Inputs, mask}, error};", "problem"),
        ("src/trace.rs", "fn f(x: crate::oracle::Error) {}", "oracle"),
        ("src/fixture/case.rs", "use crate::explain;", "explain"),
    ] {
        let module = module_and_depth(path).expect("a module").0;
        assert_eq!(of(path, code), [format!("{path}: {module} may not see {other}")]);
    }
    assert_eq!(of("src/new/mod.rs", ""), ["src/new/mod.rs: new is no module of the plan"]);
}

#[test]
fn a_way_around_the_import_rules_is_found() {
    for (path, code) in [
        ("src/grid.rs", "use super::matrix;"),
        ("src/scalar/mod.rs", "use super::matrix;"),
        ("src/scalar/forward.rs", "use super::super::matrix;"),
        ("src/problem/activation/unit.rs", "use super::super::super::scalar;"),
    ] {
        assert_eq!(of(path, code), [format!("{path}: super leads out of the module")]);
    }
    assert_eq!(of("src/problem/activation/unit.rs", "use super::super::Inputs;"), [""; 0]);
}

#[test]
fn a_witness_that_uses_more_than_the_forward_pass_is_found() {
    for code in [
        "use crate::scalar::backward::dz;",
        "use crate::scalar::{backward, forward};",
        "use crate::scalar::*;",
        "use crate::scalar; fn f() { scalar::backward::pass() }",
        "fn f() { crate::scalar::step(inputs, g) }",
        "use crate::matrix::forward;",
    ] {
        assert_eq!(of("src/witness/mod.rs", code).len(), 1, "{code}");
    }
    assert_eq!(of("src/witness/mod.rs", "use crate::scalar::{Inputs, forward};"), [""; 0]);
}

#[test]
fn an_import_into_the_mask_test_is_found() {
    for code in ["use crate::grid::Grid;", "use crate::problem::mask;"] {
        assert_eq!(of("src/mask_test/mod.rs", code).len(), 1, "{code}");
    }
    assert_eq!(of("src/mask_test/cause.rs", "use crate::mask_test::plan::Plan;"), [""; 0]);
}

#[test]
fn a_file_without_its_paragraph_or_too_long_is_found() {
    assert_eq!(
        faults(&[Source::new("src/grid.rs", "use std::fmt;\n")]),
        ["src/grid.rs: opens without saying what it is"]
    );
    let long = "\n".repeat(LONGEST);
    assert_eq!(of("src/grid.rs", &long), ["src/grid.rs: longer than 300 lines"]);
    assert_eq!(of("src/zoo/catalogue/mask.rs", &long), [""; 0]);
}
