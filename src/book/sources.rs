//! The texts of the repository that the book shows, by path.

use super::faults::Faults;
use std::collections::BTreeMap;

/// Texts by their path from the root of the repository.
#[derive(Clone, Debug, Default)]
pub struct Sources(pub BTreeMap<String, String>);

impl Sources {
    /// The folders to read, each with the end of the names of its files.
    pub const FOLDERS: [(&'static str, &'static str); 6] = [
        ("spec", ".md"),
        ("src", ".rs"),
        ("src/book/chapters", ".md"),
        ("tests/suite", ".rs"),
        ("examples/subjects", ".md"),
        ("examples/subjects", ".mjs"),
    ];

    /// One text; nothing and a hole if it is not there.
    pub fn text(&self, path: &str, faults: &mut Faults) -> &str {
        faults.some(self.0.get(path), format!("{path} is not there")).map_or("", String::as_str)
    }

    /// The texts below a folder whose names end so.
    pub fn below<'a>(&'a self, folder: &'a str, end: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let all = self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()));
        all.filter(move |(path, _)| path.starts_with(folder) && path.ends_with(end))
    }
}
