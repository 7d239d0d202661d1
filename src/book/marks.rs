//! The marks `//= id` of the code and of the tests, each with the function or field below it.

use super::sources::Sources;

/// A function, field or test that carries the id of an equation.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The id.
    pub id: String,
    /// Whether it is a test.
    pub is_test: bool,
    /// The file.
    pub path: String,
    /// The line, from 1, on which it is declared.
    pub line: usize,
    /// Its name.
    pub name: String,
    /// Its text, from the declaration to the end.
    pub text: String,
}

/// All marks in src/ and tests/suite/.
pub fn all(sources: &Sources) -> Vec<Mark> {
    let files = sources.below("src/", ".rs").chain(sources.below("tests/suite/", ".rs"));
    // The tests of the marks themselves hold marks of invented ids in strings.
    let files = files.filter(|(path, _)| !path.ends_with("traceability.rs"));
    files.flat_map(|(path, text)| of_file(path, text)).collect()
}

fn of_file(path: &str, text: &str) -> Vec<Mark> {
    let lines: Vec<&str> = text.lines().collect();
    let mut marks = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(words) = line.trim().strip_prefix("//= ") else { continue };
        let (id, is_test) = match words.strip_suffix(" type=test") {
            Some(id) => (id, true),
            None => (words, false),
        };
        let is_before = |line: &&str| {
            let line = line.trim();
            line.starts_with("//") || line.starts_with("#[")
        };
        let start = at + lines[at..].iter().take_while(|line| is_before(line)).count();
        let Some(name) = lines.get(start).and_then(|line| name(line)) else { continue };
        marks.push(Mark {
            id: id.to_string(),
            is_test,
            path: path.to_string(),
            line: start + 1,
            name: name.to_string(),
            text: item(&lines[start..]),
        });
    }
    marks
}

/// The name that a line declares.
fn name(line: &str) -> Option<&str> {
    let declared = line.trim().trim_start_matches("pub ").trim_start_matches("fn ");
    let end = declared.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(&declared[..end]).filter(|name| !name.is_empty())
}

/// The lines of a function, up to the brace that closes it, or the one line of a field.
fn item(lines: &[&str]) -> String {
    let indent = lines[0].len() - lines[0].trim_start().len();
    let is_function = lines[0].trim_start().trim_start_matches("pub ").starts_with("fn ");
    let end = format!("{}}}", " ".repeat(indent));
    let count = match is_function {
        true => lines.iter().position(|line| *line == end).map_or(lines.len(), |last| last + 1),
        false => 1,
    };
    lines[..count].iter().map(|line| format!("{}\n", line.get(indent..).unwrap_or_default())).collect()
}
