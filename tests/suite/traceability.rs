//! Traceability from each of the 58 equations to its code, its tests and its theorems, and back.
//!
//! A mark is a comment `//= <id>` directly above the function (or field) that is the quantity,
//! `//= <id> type=test` directly above each test of it, and in `proofs/` `(*= <id> *)` directly above each theorem about it.

use crate::cli::run;
use crate::sources::{self, Source};
use dropout_oracle::explain::{EQUATIONS, Equation};
use std::collections::{BTreeMap, BTreeSet};

/// What the marks need to know about an equation.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    number: u8,
    id: String,
    kind: String,
}

fn rows() -> Vec<Row> {
    let row = |equation: Equation| Row {
        number: equation.number,
        id: equation.id.into(),
        kind: equation.kind.to_string(),
    };
    EQUATIONS.map(row).to_vec()
}

fn marked_files() -> Vec<Source> {
    [sources::rust_files("src"), sources::rust_files("tests"), sources::proof_files()].concat()
}

/// A mark, with the lines below it.
#[derive(Debug)]
struct Mark<'a> {
    id: &'a str,
    is_test: bool,
    path: &'a str,
    /// The line below this mark and its neighbours.
    code: &'a str,
    /// The function or field that the mark annotates.
    name: &'a str,
}

/// All marks of a file; a malformed mark is a fault.
fn marks<'a>(source: &'a Source, faults: &mut Vec<String>) -> Vec<Mark<'a>> {
    let lines: Vec<&str> = source.text.lines().map(str::trim).collect();
    let mut marks = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(words) = line.strip_prefix("//=") else { continue };
        let below = &lines[at..];
        let code = below.iter().find(|line| !line.starts_with("//=")).copied().unwrap_or_default();
        // A test's name comes after its attributes.
        let named = below.iter().find(|line| !line.starts_with("//=") && !line.starts_with("#["));
        let name = named.and_then(|line| name(line)).unwrap_or_default();
        let (id, is_test) = match words.split(' ').collect::<Vec<_>>()[..] {
            ["", id] => (id, false),
            ["", id, "type=test"] => (id, true),
            _ => {
                faults.push(format!("{}: no mark: {line}", source.path));
                continue;
            }
        };
        marks.push(Mark { id, is_test, path: &source.path, code, name });
    }
    marks
}

/// A theorem about an equation.
#[derive(Debug)]
struct Proof<'a> {
    id: &'a str,
    path: &'a str,
    name: &'a str,
}

/// All theorems of a file of the proofs that have a mark, once for each mark; a malformed mark is a fault.
fn proofs<'a>(source: &'a Source, faults: &mut Vec<String>) -> Vec<Proof<'a>> {
    let mut proofs = Vec::new();
    let mut ids = Vec::new();
    for line in source.text.lines().filter(|_| source.path.starts_with("proofs/")) {
        if let Some(words) = line.strip_prefix("(*=") {
            match words.strip_prefix(' ').and_then(|words| words.strip_suffix(" *)")) {
                Some(id) => ids.push(id),
                None => faults.push(format!("{}: no mark: {line}", source.path)),
            }
            continue;
        }
        let name = line.strip_prefix("Theorem ").and_then(|rest| rest.split([' ', ':']).next());
        for id in ids.drain(..) {
            match name {
                Some(name) => proofs.push(Proof { id, path: &source.path, name }),
                None => {
                    faults.push(format!("{}: {id}: the mark does not stand above a theorem", source.path))
                }
            }
        }
    }
    proofs
}

/// The name of the function or field that a line declares.
fn name(line: &str) -> Option<&str> {
    let declared = line.strip_prefix("pub ").unwrap_or(line);
    let declared = declared.strip_prefix("fn ").unwrap_or(declared);
    let end = declared.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(&declared[..end]).filter(|name| !name.is_empty())
}

/// Where an equation's mark may stand in the code.
fn module(row: &Row) -> &'static str {
    match (row.kind.as_str(), row.id.as_str()) {
        ("given", _) => "src/problem/mod.rs",
        (_, "forward.scalar.r") => "src/problem/mask.rs",
        (_, id) if id.contains(".scalar.") => "src/scalar/",
        (_, id) if id.contains(".matrix.") => "src/matrix/",
        _ => "nowhere: a layout has a shape test, and no code of its own",
    }
}

fn quantity(id: &str) -> &str {
    id.rsplit('.').next().unwrap_or(id)
}

/// Everything that is wrong with the marks in `files`.
fn faults(rows: &[Row], files: &[Source]) -> Vec<String> {
    let mut faults = Vec::new();
    let marks: Vec<Mark> = files.iter().flat_map(|file| marks(file, &mut faults)).collect();
    for Mark { id, is_test, path, code, name } in &marks {
        let mut fault = |what: &str| faults.push(format!("{path}: {id}: {what}"));
        let Some(row) = rows.iter().find(|row| row.id == *id) else {
            fault("no equation has this id");
            continue;
        };
        if path.starts_with("tests/") {
            if !is_test {
                fault("in tests a mark ends in type=test");
            }
            if !code.starts_with("#[test]") && !code.starts_with("fn ") {
                fault("the mark does not stand directly above a test");
            }
            continue;
        }
        if *is_test {
            fault("a test's mark stands in tests/");
        }
        if !path.starts_with(module(row)) {
            fault(&format!("may stand in {}", module(row)));
        }
        let declaration = if row.kind == "given" { "pub " } else { "pub fn " };
        if !code.starts_with(declaration) || *name != quantity(id) {
            fault(&format!("the mark does not stand directly above {declaration}{}", quantity(id)));
        }
    }
    let proofs: Vec<Proof> = files.iter().flat_map(|file| proofs(file, &mut faults)).collect();
    for Proof { id, path, .. } in &proofs {
        if !rows.iter().any(|row| row.id == *id) {
            faults.push(format!("{path}: {id}: no equation has this id"));
        }
    }
    for row in rows {
        let count = |test| marks.iter().filter(|mark| mark.id == row.id && mark.is_test == test).count();
        let mut fault = |what: &str| faults.push(format!("equation {}: {}: {what}", row.number, row.id));
        let (in_code, in_tests) = (count(false), count(true));
        match row.kind.as_str() {
            "rule" | "given" if in_code == 0 => fault("no code is marked with it"),
            "rule" | "given" if in_code > 1 => fault("code is marked with it more than once"),
            _ => {}
        }
        match row.kind.as_str() {
            "rule" | "layout" if in_tests == 0 => fault("no test is marked with it"),
            _ => {}
        }
        match row.kind.as_str() {
            "rule" | "layout" if !proofs.iter().any(|proof| proof.id == row.id) => {
                fault("no theorem is marked with it");
            }
            _ => {}
        }
    }
    faults
}

/// Each equation with the places of its code, its tests and its theorems, without line numbers.
fn coverage(rows: &[Row], files: &[Source]) -> String {
    let marks: Vec<Mark> = files.iter().flat_map(|file| marks(file, &mut Vec::new())).collect();
    let proofs: Vec<Proof> = files.iter().flat_map(|file| proofs(file, &mut Vec::new())).collect();
    let proved = |row: &Row| -> String {
        let proofs = proofs.iter().filter(|proof| proof.id == row.id);
        proofs.map(|Proof { path, name, .. }| format!("  proof {path} {name}\n")).collect()
    };
    let places = |row: &Row, test: bool| {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for mark in marks.iter().filter(|mark| mark.id == row.id && mark.is_test == test) {
            *places.entry(format!("{} {}", mark.path, mark.name)).or_default() += 1;
        }
        places.into_keys().map(move |place| format!("  {} {place}\n", if test { "test" } else { "code" }))
    };
    rows.iter()
        .map(|row| {
            let places: String = places(row, false).chain(places(row, true)).collect();
            format!("{} {} ({})\n{places}{}", row.number, row.id, row.kind, proved(row))
        })
        .collect()
}

/// Everything that is wrong with the numbering of spec/dropout.md: heads and tags, once each, in order.
fn document_faults(rows: &[Row], document: &str) -> Vec<String> {
    let found = document.lines().filter_map(|line| {
        let tag = line.find("\\tag{").map(|at| line[at..].to_string());
        tag.or_else(|| line.starts_with("**").then(|| line.to_string()))
    });
    let wanted = rows.iter().flat_map(|Row { number, id, kind, .. }| {
        [format!("**{number}** · `{id}` · {kind}"), format!("\\tag{{{number}}}")]
    });
    let (found, wanted): (Vec<String>, Vec<String>) = (found.collect(), wanted.collect());
    let mut faults: Vec<String> = found
        .iter()
        .zip(&wanted)
        .filter(|(found, wanted)| found != wanted)
        .map(|(found, wanted)| format!("{found} stands where {wanted} belongs"))
        .collect();
    if found.len() != wanted.len() {
        faults.push(format!("{} heads and tags, not {}", found.len(), wanted.len()));
    }
    faults
}

#[test]
fn the_document_numbers_58_equations_as_the_list_does() {
    let rows = rows();
    assert_eq!(rows.len(), 58);
    assert!(rows.iter().zip(1..).all(|(row, number)| row.number == number), "numbers from 1 to 58");
    assert_eq!(document_faults(&rows, &sources::read("spec/dropout.md")), [""; 0]);
}

#[test]
fn the_list_for_programs_is_generated_from_the_code() {
    let generated = run(&["list", "equations", "--json"]).out;
    assert!(
        sources::read("spec/equations.json") == generated,
        "spec/equations.json is out of date; rewrite it: cargo run -- list equations --json > spec/equations.json"
    );
}

#[test]
fn no_id_stands_twice() {
    let rows = rows();
    for row in &rows {
        assert_eq!(rows.iter().filter(|other| other.id == row.id).count(), 1, "{}", row.id);
    }
}

#[test]
fn every_equation_has_its_code_its_tests_and_its_theorems() {
    assert_eq!(faults(&rows(), &marked_files()), [""; 0]);
}

/// `explain` and spec/equations.json name the theorems that the proofs mark; proofs/assumptions.txt, which the build
/// of the proofs compares with what Rocq reports, says that they rest on nothing but their own hypotheses.
#[test]
fn the_list_names_the_theorems_of_the_proofs_and_none_rests_on_an_axiom() {
    let files = sources::proof_files();
    let proofs: Vec<Proof> = files.iter().flat_map(|file| proofs(file, &mut Vec::new())).collect();
    let assumptions = sources::read("proofs/assumptions.txt");
    for equation in EQUATIONS {
        let marked = proofs.iter().filter(|proof| proof.id == equation.id).map(|proof| {
            let file = proof.path.trim_start_matches("proofs/").trim_end_matches(".v");
            format!("{file}.{}", proof.name)
        });
        let listed: BTreeSet<String> = equation.theorems().iter().map(|&name| name.to_owned()).collect();
        assert_eq!(listed, marked.collect(), "equation {}: src/explain/theorems.rs", equation.number);
        for name in listed {
            assert!(
                assumptions.lines().any(|line| line == format!("{name}: nothing")),
                "{name} needs no axiom"
            );
        }
    }
}

#[test]
fn the_places_of_every_equation_are_those_last_reviewed() {
    insta::assert_snapshot!("coverage", coverage(&rows(), &marked_files()));
}

/// Four equations, one of each kind, with all that they need.
fn valid() -> (Vec<Row>, Vec<Source>) {
    let row = |number, id: &str, kind: &str| Row { number, id: id.into(), kind: kind.into() };
    let rows = vec![
        row(1, "forward.scalar.a", "given"),
        row(2, "forward.scalar.z", "rule"),
        row(3, "forward.layout.z", "layout"),
        row(4, "derivation.scalar.z", "restated"),
    ];
    let files = vec![
        Source::new("src/problem/mod.rs", "    /// A.\n    //= forward.scalar.a\n    pub a: M,\n"),
        Source::new("src/scalar/forward.rs", "/// z.\n//= forward.scalar.z\npub fn z<T>() {}\n"),
        Source::new(
            "tests/suite/z.rs",
            "//= forward.scalar.z type=test\n//= forward.layout.z type=test\n#[test]\nfn z_is_z() {}\n",
        ),
        Source::new(
            "proofs/z.v",
            "(*= forward.scalar.z *)\n(*= forward.layout.z *)\nTheorem z_is_sum : z = z.\nProof.\n",
        ),
    ];
    (rows, files)
}

/// The faults of the valid texts after one replacement in one of them.
fn after(path: &str, from: &str, to: &str) -> Vec<String> {
    let (rows, mut files) = valid();
    let file = files.iter_mut().find(|file| file.path == path).expect("one of the valid texts");
    assert!(file.text.contains(from), "{path} holds no {from}");
    file.text = file.text.replacen(from, to, 1);
    faults(&rows, &files)
}

#[test]
fn valid_texts_have_no_faults() {
    let (rows, files) = valid();
    assert_eq!(faults(&rows, &files), [""; 0]);
    assert_eq!(
        coverage(&rows, &files),
        "1 forward.scalar.a (given)\n  code src/problem/mod.rs a\n\
         2 forward.scalar.z (rule)\n  code src/scalar/forward.rs z\n  test tests/suite/z.rs z_is_z\n  \
         proof proofs/z.v z_is_sum\n\
         3 forward.layout.z (layout)\n  test tests/suite/z.rs z_is_z\n  proof proofs/z.v z_is_sum\n\
         4 derivation.scalar.z (restated)\n"
    );
}

#[test]
fn a_hole_is_found() {
    assert_eq!(
        after("src/scalar/forward.rs", "//= forward.scalar.z\n", ""),
        ["equation 2: forward.scalar.z: no code is marked with it"]
    );
    assert_eq!(
        after("src/problem/mod.rs", "//= forward.scalar.a\n", ""),
        ["equation 1: forward.scalar.a: no code is marked with it"]
    );
    assert_eq!(
        after("tests/suite/z.rs", "//= forward.scalar.z type=test\n", ""),
        ["equation 2: forward.scalar.z: no test is marked with it"]
    );
    assert_eq!(
        after("tests/suite/z.rs", "//= forward.layout.z type=test\n", ""),
        ["equation 3: forward.layout.z: no test is marked with it"]
    );
}

#[test]
fn a_rule_without_its_theorem_is_found() {
    assert_eq!(
        after("proofs/z.v", "(*= forward.scalar.z *)\n", ""),
        ["equation 2: forward.scalar.z: no theorem is marked with it"]
    );
    assert_eq!(
        after("proofs/z.v", "(*= forward.layout.z *)\n", ""),
        ["equation 3: forward.layout.z: no theorem is marked with it"]
    );
    assert_eq!(
        after("proofs/z.v", "(*= forward.scalar.z *)", "(*= forward.scalar.y *)"),
        [
            "proofs/z.v: forward.scalar.y: no equation has this id",
            "equation 2: forward.scalar.z: no theorem is marked with it"
        ]
    );
    assert_eq!(
        after("proofs/z.v", "(*= forward.scalar.z *)", "(*=forward.scalar.z *)"),
        [
            "proofs/z.v: no mark: (*=forward.scalar.z *)",
            "equation 2: forward.scalar.z: no theorem is marked with it"
        ]
    );
    assert_eq!(
        after("proofs/z.v", "Theorem", "Lemma")[0],
        "proofs/z.v: forward.scalar.z: the mark does not stand above a theorem"
    );
}

#[test]
fn an_unknown_id_and_a_garbled_mark_are_found() {
    assert_eq!(
        after(
            "tests/suite/z.rs",
            "//= forward.scalar.z",
            "//= forward.scalar.y type=test\n//= forward.scalar.z"
        ),
        ["tests/suite/z.rs: forward.scalar.y: no equation has this id"]
    );
    assert_eq!(
        after("src/scalar/forward.rs", "//= forward.scalar.z", "//=forward.scalar.z"),
        [
            "src/scalar/forward.rs: no mark: //=forward.scalar.z",
            "equation 2: forward.scalar.z: no code is marked with it"
        ]
    );
}

#[test]
fn a_mark_in_the_wrong_place_is_found() {
    let (rows, mut files) = valid();
    files[1].path = "src/matrix/forward.rs".into();
    assert_eq!(faults(&rows, &files), ["src/matrix/forward.rs: forward.scalar.z: may stand in src/scalar/"]);
    let misplaced =
        "src/scalar/forward.rs: forward.scalar.z: the mark does not stand directly above pub fn z";
    for (from, to) in [("pub fn z", "fn z"), ("pub fn z", "pub fn y"), ("pub fn z", "\npub fn z")] {
        assert_eq!(after("src/scalar/forward.rs", from, to), [misplaced], "{from:?} → {to:?}");
    }
    assert_eq!(
        after("src/problem/mod.rs", "pub a:", "pub b:"),
        ["src/problem/mod.rs: forward.scalar.a: the mark does not stand directly above pub a"]
    );
    assert_eq!(
        after("tests/suite/z.rs", "#[test]\nfn", "\nconst"),
        ["forward.scalar.z", "forward.layout.z"]
            .map(|id| format!("tests/suite/z.rs: {id}: the mark does not stand directly above a test"))
    );
    assert_eq!(
        after("src/scalar/forward.rs", "//= forward.scalar.z", "//= forward.layout.z\n//= forward.scalar.z")
            [0],
        "src/scalar/forward.rs: forward.layout.z: may stand in nowhere: a layout has a shape test, and no \
         code of its own"
    );
}

#[test]
fn a_mark_twice_in_the_code_or_of_the_wrong_type_is_found() {
    assert_eq!(
        after("src/scalar/forward.rs", "//= forward.scalar.z", "//= forward.scalar.z\n//= forward.scalar.z"),
        ["equation 2: forward.scalar.z: code is marked with it more than once"]
    );
    assert_eq!(
        after("tests/suite/z.rs", "forward.scalar.z type=test", "forward.scalar.z")[0],
        "tests/suite/z.rs: forward.scalar.z: in tests a mark ends in type=test"
    );
    assert_eq!(
        after("src/scalar/forward.rs", "forward.scalar.z", "forward.scalar.z type=test")[0],
        "src/scalar/forward.rs: forward.scalar.z: a test's mark stands in tests/"
    );
}

#[test]
fn a_document_numbered_otherwise_is_found() {
    let (rows, _) = valid();
    let entry = |row: &Row| {
        format!("**{0}** · `{1}` · {2}\n\n```math\nx\n\\tag{{{0}}}\n```\n", row.number, row.id, row.kind)
    };
    let document: String = rows.iter().map(entry).collect();
    assert_eq!(document_faults(&rows, &document), [""; 0]);
    for (from, to) in [
        ("\\tag{2}", "\\tag{1}"),
        ("\\tag{2}\n", ""),
        ("\\tag{2}", "\\tag{2}\n\\tag{2}"),
        ("forward.scalar.z`", "forward.scalar.y`"),
        ("· rule", "· given"),
        ("**3**", "**4**"),
    ] {
        let broken = document.replacen(from, to, 1);
        assert_ne!(broken, document);
        assert_ne!(document_faults(&rows, &broken), [""; 0], "{from:?} → {to:?}");
    }
    assert_ne!(document_faults(&rows[..3], &document), [""; 0], "one equation too many");
}
