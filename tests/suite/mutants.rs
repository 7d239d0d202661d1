//! The files and tests that the configuration of `cargo mutants` names exist: it skips missing ones silently.

use crate::sources::{read, rust_files};
use std::path::Path;

/// What stands between `before` and the next `after`, each time.
fn between<'a>(text: &'a str, before: &'a str, after: &'a str) -> impl Iterator<Item = &'a str> {
    text.split(before).skip(1).map(move |rest| rest.split(after).next().unwrap_or_default())
}

/// `a::(b|c)::` as `a::b::` and `a::c::`.
fn alternatives(pattern: &str) -> Vec<String> {
    let Some((before, rest)) = pattern.split_once('(') else { return vec![pattern.into()] };
    let (inside, after) = rest.split_once(')').expect("a closed group");
    inside.split('|').map(|each| format!("{before}{each}{after}")).collect()
}

/// Whether a test of the suite has a name that begins so, or is so where it is `whole`.
fn is_there(name: &str, whole: bool) -> bool {
    let (module, test) = name.rsplit_once("::").expect("a module and a test");
    let path = format!("tests/suite/{}", module.replace("::", "/"));
    let of_module = |file: &str| file == format!("{path}.rs") || file.starts_with(&format!("{path}/"));
    let function = format!("fn {test}{}", if whole { "()" } else { "" });
    rust_files("tests/suite").iter().any(|file| of_module(&file.path) && file.text.contains(&function))
}

#[test]
fn every_file_to_mutate_is_there() {
    let config = read(".cargo/mutants.toml");
    let paths: Vec<&str> = between(&config, "    \"src/", "\"").collect();
    assert!(paths.len() > 10, "{paths:?}");
    for path in paths {
        let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(path.trim_end_matches("/**"));
        assert!(place.exists(), "src/{path}");
    }
}

#[test]
fn every_test_to_run_is_there() {
    let config = read(".config/nextest.toml");
    let (names, patterns) = (between(&config, "test(=", ")"), between(&config, "test(/^", "/)"));
    let names: Vec<&str> = names.collect();
    let patterns: Vec<String> = patterns.flat_map(alternatives).collect();
    assert!(names.len() > 3 && patterns.len() > 20, "{names:?} {patterns:?}");
    for name in names {
        assert!(is_there(name, true), "{name}");
    }
    for pattern in patterns {
        assert!(is_there(&pattern, false), "{pattern}");
    }
}
