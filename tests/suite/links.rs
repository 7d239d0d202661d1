//! What the texts point at is there: files, headings, and the rulings that code and errors cite.

use crate::sources;
use std::path::{Path, PathBuf};

const TEXTS: [&str; 7] = [
    "README.md",
    "spec/dropout.md",
    "spec/rulings.md",
    "spec/fixtures.md",
    "spec/tolerance.md",
    "spec/sampler.md",
    "spec/protocol.md",
];

/// The targets of all links in a text that lead to a file of the project or to a heading.
fn links(text: &str) -> Vec<&str> {
    let target = |(at, opening): (usize, &str)| {
        let rest = &text[at + opening.len()..];
        &rest[..rest.find(')').unwrap_or(rest.len())]
    };
    text.match_indices("](").map(target).filter(|target| !target.contains("://")).collect()
}

/// The anchors of a text: its headings in small letters, words joined by hyphens.
fn anchors(text: &str) -> Vec<String> {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let anchor = |heading: &str| {
        let words = heading.trim_start_matches('#').trim().to_lowercase();
        words.replace(' ', "-").chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
    };
    headings.map(anchor).collect()
}

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

#[test]
fn every_link_leads_somewhere() {
    for path in TEXTS {
        let folder = Path::new(path).parent().expect("a folder");
        for link in links(&sources::read(path)) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target: PathBuf =
                if file.is_empty() { Path::new(path).to_path_buf() } else { folder.join(file) };
            let there = Path::new(env!("CARGO_MANIFEST_DIR")).join(&target);
            assert!(there.exists(), "{path}: {link}");
            if !anchor.is_empty() {
                let text = sources::read(target.to_str().expect("UTF-8"));
                assert!(anchors(&text).contains(&anchor.to_string()), "{path}: {link}");
            }
        }
    }
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
fn links_anchors_and_citations_are_read_as_they_are_meant() {
    assert_eq!(links("[a](b.md#c), ![d](e), [f](https://g)"), ["b.md#c", "e"]);
    assert_eq!(anchors("# A b\ntext\n### `keep-prob-range`\n"), ["a-b", "keep-prob-range"]);
    assert_eq!(cited("x (ruling a-b); ruling: Some(\"c\"), (ruling {id})"), ["a-b", "c"]);
}
