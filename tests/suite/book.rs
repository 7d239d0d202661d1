//! The study book: whole, light, without a network, and refused where anything is missing. What a browser makes of it is
//! tested in `tests/book/`.

use crate::cli::run;
use crate::sources;
use dropout_oracle::book::{self, Pages, Sources};
use dropout_oracle::cli::book::sources as read;
use dropout_oracle::error::Error;
use dropout_oracle::explain::EQUATIONS;
use dropout_oracle::fixture::book_folder;
use std::collections::BTreeMap;
use std::sync::LazyLock;

static BOOK: LazyLock<Pages> = LazyLock::new(|| book::pages(&repository()).expect("a book without holes"));

fn repository() -> Sources {
    read(sources::root()).expect("the repository")
}

#[test]
fn it_has_a_page_for_each_equation_and_weighs_less_than_five_megabytes() {
    for equation in &EQUATIONS {
        let page = &BOOK[&format!("equation-{}.html", equation.number)];
        for theorem in equation.theorems() {
            assert!(page.contains(theorem), "equation {}: no {theorem}", equation.number);
        }
        for part in [
            "<math",
            "class=\"picture\"",
            "id=\"code\"",
            "id=\"tests\"",
            "id=\"mistakes\"",
            "id=\"rounding\"",
        ] {
            assert!(page.contains(part), "equation {}: no {part}", equation.number);
        }
    }
    assert!(BOOK.values().map(String::len).sum::<usize>() < 5_000_000);
}

#[test]
fn it_asks_no_network_for_anything() {
    for (path, text) in BOOK.iter() {
        for asked in ["src=\"http", "@import", "url(http", "fetch(", "rel=\"stylesheet\" href=\"http"] {
            assert!(!text.contains(asked), "{path}: {asked}");
        }
    }
}

#[test]
fn it_names_no_path_of_the_machine_that_wrote_it() {
    let root = sources::root().to_str().expect("UTF-8");
    for (path, text) in BOOK.iter() {
        assert!(!text.contains(root), "{path}");
    }
}

/// The holes of a repository in which texts are replaced: each a path, what stands there, and what stands there now.
fn holes(changes: &[(&str, &str, &str)]) -> Vec<String> {
    let mut repository = repository();
    for (path, from, to) in changes {
        let text = repository.0.get_mut(*path).unwrap_or_else(|| panic!("{path} is read"));
        assert!(text.contains(from), "{path} holds {from}");
        *text = text.replace(from, to);
    }
    let Err(Error::Failed(message)) = book::pages(&repository) else {
        panic!("a book with holes was accepted")
    };
    message.lines().skip(1).map(|line| line.trim().to_string()).collect()
}

#[test]
fn a_hole_is_refused() {
    let found = holes(&[
        // Code, with and without indices.
        ("src/scalar/backward.rs", "//= backward.scalar.dw\n", ""),
        ("src/matrix/forward.rs", "//= forward.matrix.z\n", ""),
        // A test that no other shares.
        ("tests/suite/mask.rs", "//= forward.scalar.r type=test\n", ""),
        // A formula that is none, an equation that is gone, a paragraph that is called otherwise.
        ("spec/dropout.md", "\\tag{1}", "\\frac{"),
        ("spec/dropout.md", "**56** · `backward.matrix.db`", "**56** · `backward.matrix.dv`"),
        ("spec/tolerance.md", "**A kink.**", "**A bend.**"),
        // A link from a chapter to nowhere, a mistake that nobody knows.
        ("src/book/chapters/step.md", "(known.md)", "(known.md#nothing)"),
        ("examples/subjects/mistakes.mjs", "\"db-averaged\"", "\"db-halved\""),
    ]);
    for expected in [
        "equation 39: backward.scalar.dw: no code index by index",
        "equation 19: forward.matrix.z: no code with matrices",
        "equation 2: forward.scalar.r: no test",
        "spec/dropout.md has no equation 56",
        "spec/tolerance.md has no paragraph A kink",
        "step.html: the link known.html#nothing leads nowhere",
        "mistakes.mjs: the zoo has no db-halved",
    ] {
        assert!(found.iter().any(|hole| hole == expected), "{expected}: {found:#?}");
    }
    assert!(found.iter().any(|hole| hole.contains("\\frac{")), "{found:#?}");
}

#[test]
fn only_a_folder_of_its_own_is_written_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("deep/book");
    let files: BTreeMap<String, String> = [("index.html".to_string(), "one".to_string())].into();
    book_folder::write(&out, &files).expect("a new folder");
    book_folder::write(&out, &files).expect("the same book again");
    assert_eq!(std::fs::read_to_string(out.join("index.html")).expect("the page"), "one");
    std::fs::write(out.join("letter.txt"), "mine").expect("writable");
    let error = book_folder::write(&out, &files).expect_err("a folder with something else");
    assert!(
        error.to_string().ends_with("holds letter.txt, which is no part of a book; name an empty folder")
    );
    assert_eq!(error.exit_code(), 2);
    // The command refuses before it does any work, and outside a repository says so.
    let refused = run(&["book", "--out", out.to_str().expect("UTF-8")]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("letter.txt"), "{}", refused.err);
    let elsewhere = folder.path().to_str().expect("UTF-8");
    let refused = run(&["book", "--out", "unused", "--source", elsewhere]);
    assert_eq!(refused.status, 2);
    assert!(refused.err.contains("has no spec/dropout.md"), "{}", refused.err);
}
