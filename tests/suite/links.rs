//! What the texts point at is there: files, headings, and the rulings that code and errors cite.

use crate::markdown::{What, anchors, pieces};
use crate::sources::{self, Source};

/// The ids in backquotes that head the sections of spec/rulings.md.
fn rulings() -> Vec<String> {
    anchors(&sources::read("spec/rulings.md"))
}

/// The words after `(ruling ` in a text, and the values of a fault's `ruling`.
fn cited(text: &str) -> Vec<&str> {
    ["(ruling ", "ruling: Some(\""]
        .into_iter()
        .flat_map(|before| {
            text.match_indices(before).map(move |(at, _)| {
                let rest = &text[at + before.len()..];
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '-').unwrap_or(rest.len());
                &rest[..end]
            })
        })
        .filter(|id| !id.is_empty())
        .collect()
}

/// The links of a text that lead nowhere within the project; those to elsewhere are not followed.
fn broken(Source { path, text }: &Source) -> Vec<String> {
    let mut broken = Vec::new();
    for piece in pieces(text) {
        let What::Link(link) = piece.what else { continue };
        if link.contains("://") || link.starts_with("mailto:") {
            continue;
        }
        let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
        let folder = sources::root().join(path).parent().expect("a folder").to_path_buf();
        let target = if file.is_empty() { sources::root().join(path) } else { folder.join(file) };
        let there =
            || std::fs::read_to_string(&target).is_ok_and(|text| anchors(&text).iter().any(|a| a == anchor));
        if !target.exists() || !anchor.is_empty() && !there() {
            broken.push(format!("{path}:{}: {link}", piece.line));
        }
    }
    broken
}

#[test]
fn every_link_of_every_text_leads_somewhere() {
    let texts = sources::texts();
    for known in ["README.md", "spec/dropout.md", "examples/subjects/README.md", "fixtures/README.md"] {
        assert!(texts.iter().any(|text| text.path == known), "{known} is a text");
    }
    assert_eq!(texts.iter().flat_map(broken).collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn a_broken_link_is_found() {
    let at = |text: &str| broken(&Source::new("spec/new.md", text));
    assert_eq!(
        at("[a](rulings.md#undecided), [b](../src), [c](https://d), [e](rulings.md#zero-sign)"),
        [""; 0]
    );
    assert_eq!(at("[a](ruling.md)"), ["spec/new.md:1: ruling.md"]);
    assert_eq!(at("\n\n[a](rulings.md#undecide)"), ["spec/new.md:3: rulings.md#undecide"]);
}

#[test]
fn every_ruling_that_the_code_cites_is_in_the_book() {
    let known = rulings();
    let files = sources::rust_files("src");
    let cited: Vec<&str> = files.iter().flat_map(|file| cited(&file.text)).collect();
    assert!(!cited.is_empty(), "the code cites rulings");
    for id in cited {
        assert!(known.contains(&id.to_string()), "ruling {id}");
    }
}

#[test]
fn citations_are_read_as_they_are_meant() {
    assert_eq!(cited("x (ruling a-b); ruling: Some(\"c\"), (ruling {id})"), ["a-b", "c"]);
}
