//! The index of the search: for each section of each page, its address, title and words.
//!
//! It is a script that sets one variable, because a browser lets a page read a script from a disk, and no other file.

use super::Pages;

/// The text of the script.
pub fn index(pages: &Pages) -> String {
    let mut script = "window.bookIndex = [\n".to_string();
    for (path, html) in pages.iter().filter(|(path, _)| path.ends_with(".html")) {
        let title = between(html, "<title>", "</title>").unwrap_or(path);
        let main = between(html, "<main", "</main>").unwrap_or_default();
        // A page with code or with hundreds of rows is found by its title and headings.
        let is_listing = path.starts_with("source-") || path == "mistakes.html";
        let words = if is_listing { headings(main) } else { words(main) };
        script += &format!("[{}, {}, {}],\n", quoted(path), quoted(title), quoted(&words));
    }
    script + "];\n"
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let start = text.find(from)? + from.len();
    text[start..].find(to).map(|end| &text[start..start + end])
}

fn headings(html: &str) -> String {
    let parts = html.split("<h").skip(1).filter_map(|part| part.split("</h").next());
    parts.map(|part| words(part) + " ").collect()
}

/// The words outside tags, formulas, code blocks and tables of numbers.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html.split_once('>').map_or("", |(_, rest)| rest);
    while let Some((before, tail)) = rest.split_once('<') {
        text += before;
        text.push(' ');
        let skipped =
            ["math", "pre", "table class=\"m\"", "script"].into_iter().find(|tag| tail.starts_with(tag));
        rest = match skipped.and_then(|tag| tail.split_once(&format!("</{}>", tag.split(' ').next()?))) {
            Some((_, after)) => after,
            None => tail.split_once('>').map_or("", |(_, after)| after),
        };
    }
    text += rest;
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A string of the script; the words are HTML already, and stay so.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("</", "<\\/"))
}
