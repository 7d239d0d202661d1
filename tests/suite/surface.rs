//! What the crate shows of itself: which modules are its interface, and which are public only for the program, the
//! tests and the benches.

use crate::sources;

const INTERFACE: [&str; 8] = ["conform", "grid", "matrix", "number", "oracle", "problem", "scalar", "trace"];
const HIDDEN: [&str; 11] =
    ["book", "cases", "cli", "error", "explain", "fixture", "mask_test", "verify", "wire", "witness", "zoo"];
const RE_EXPORTS: [&str; 1] = ["error::Error"];

/// What a crate root declares: visible and hidden modules, re-exports, and everything else.
#[derive(Debug, Default, PartialEq)]
struct Surface<'a> {
    interface: Vec<&'a str>,
    hidden: Vec<&'a str>,
    re_exports: Vec<&'a str>,
    other: Vec<&'a str>,
}

fn surface(root: &str) -> Surface<'_> {
    let mut surface = Surface::default();
    let mut is_hidden = false;
    for line in root.lines().filter(|line| !line.is_empty() && !line.starts_with("//")) {
        let item = |start| line.strip_prefix(start).and_then(|line| line.strip_suffix(';'));
        match (item("pub mod "), item("pub use ")) {
            (Some(module), _) if is_hidden => surface.hidden.push(module),
            (Some(module), _) => surface.interface.push(module),
            (_, Some(path)) if !is_hidden => surface.re_exports.push(path),
            _ if ["#[doc(hidden)]", "#[cfg(feature = \"book\")]"].contains(&line) => {}
            _ => surface.other.push(line),
        }
        is_hidden = line == "#[doc(hidden)]";
    }
    surface
}

#[test]
fn the_interface_is_what_was_chosen() {
    let root = sources::read("src/lib.rs");
    let chosen = Surface {
        interface: INTERFACE.to_vec(),
        hidden: HIDDEN.to_vec(),
        re_exports: RE_EXPORTS.to_vec(),
        other: vec![],
    };
    assert_eq!(surface(&root), chosen);
}

#[test]
fn the_map_links_the_interface_and_nothing_else() {
    let root = sources::read("src/lib.rs");
    for module in INTERFACE {
        assert!(root.contains(&format!("//! - [`{module}`]: ")), "{module} has no link");
    }
    for module in HIDDEN.into_iter().filter(|module| *module != "error") {
        assert!(root.contains(&format!("//! - `{module}`: ")), "{module} is not on the map, or linked");
    }
}

#[test]
fn a_module_that_is_shown_or_hidden_otherwise_is_found() {
    let declared =
        "//! What it is.\n\npub mod a;\n#[doc(hidden)]\npub mod b;\npub mod c;\nmod d;\npub use b::B;\n";
    let found = Surface {
        interface: vec!["a", "c"],
        hidden: vec!["b"],
        re_exports: vec!["b::B"],
        other: vec!["mod d;"],
    };
    assert_eq!(surface(declared), found);
}
