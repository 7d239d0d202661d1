//! The project's own texts, for the tests that read them.

use std::fs;
use std::path::Path;

/// A file of the project.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path from the root of the project, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Source {
    /// A file that exists only in a test.
    pub fn new(path: &str, text: &str) -> Self {
        Source { path: path.to_string(), text: text.to_string() }
    }
}

/// The text of one file.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All Rust files below a folder, by path.
pub fn rust_files(folder: &str) -> Vec<Source> {
    files(folder, ".rs")
}

/// All files of the proofs, by path.
pub fn proof_files() -> Vec<Source> {
    files("proofs", ".v")
}

/// All files below a folder whose names end so, by path.
fn files(folder: &str, end: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("a folder of the project") {
        let name = entry.expect("readable").file_name().into_string().expect("UTF-8");
        let path = format!("{folder}/{name}");
        if root().join(&path).is_dir() {
            found.extend(files(&path, end));
        } else if path.ends_with(end) {
            found.push(Source { text: read(&path), path });
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    found
}

/// All Markdown files of the project, by path: not what is built or hidden, but `.github`.
pub fn texts() -> Vec<Source> {
    let mut texts = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root().join(&folder)).expect("a folder of the project") {
            let name = entry.expect("readable").file_name().into_string().expect("UTF-8");
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            let kept = name == ".github" || !(name.starts_with('.') || BUILT.contains(&name.as_str()));
            if root().join(&path).is_dir() && kept {
                folders.push(path);
            } else if path.ends_with(".md") {
                texts.push(Source { text: read(&path), path });
            }
        }
    }
    texts.sort_by(|one, other| one.path.cmp(&other.path));
    texts
}

/// Folders that tools write: what stands in them is not ours.
const BUILT: [&str; 6] =
    ["target", "fixtures-large", "mutants.out", "mutants.out.old", "venv", "node_modules"];

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
