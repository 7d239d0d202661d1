//! spec/dropout.md, taken apart: for each equation its TeX, and the words before and after it.

use super::faults::Faults;
use crate::explain::EQUATIONS;

/// An equation of the document.
#[derive(Clone, Debug, Default)]
pub struct Entry {
    /// The formula.
    pub tex: String,
    /// The Markdown that leads to it.
    pub before: String,
    /// The Markdown that follows.
    pub after: String,
}

/// A symbol of the document.
#[derive(Clone, Debug)]
pub struct Symbol<'a> {
    /// The TeX.
    pub tex: &'a str,
    /// The name in JSON; nothing for an index and for J.
    pub key: &'a str,
    /// What it is, as Markdown.
    pub says: String,
}

/// The symbols and the indices, from the two tables.
pub fn symbols(text: &str) -> Vec<Symbol<'_>> {
    let rows = text.lines().filter(|line| line.starts_with("| $`"));
    rows.filter_map(|line| {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let tex = cells.first()?.strip_prefix("$`")?.strip_suffix("`$")?;
        match cells[..] {
            [_, "", _, _, says] => Some(Symbol { tex, key: "", says: says.to_string() }),
            [_, key, _, shape, says] => {
                let shape = if shape.is_empty() { String::new() } else { format!(", {shape}") };
                Some(Symbol { tex, key: key.trim_matches('`'), says: format!("{says}{shape}") })
            }
            [_, over, to] => Some(Symbol { tex, key: "", says: format!("counts {over}, from 1 to {to}") }),
            _ => None,
        }
    })
    .collect()
}

/// The equations in order.
pub fn entries(text: &str, faults: &mut Faults) -> Vec<Entry> {
    let paragraphs: Vec<&str> = blocks(text);
    let head = |number: u8, id: &str| format!("**{number}** · `{id}` · ");
    let places: Vec<Option<usize>> = EQUATIONS
        .iter()
        .map(|equation| {
            let head = head(equation.number, equation.id);
            let place = paragraphs.iter().position(|paragraph| paragraph.starts_with(&head));
            faults.some(place, format!("spec/dropout.md has no equation {}", equation.number))
        })
        .collect();
    let mut entries: Vec<Entry> = Vec::new();
    for (index, place) in places.iter().enumerate() {
        let Some(place) = *place else {
            entries.push(Entry::default());
            continue;
        };
        let formula = paragraphs.get(place + 1).copied().unwrap_or_default();
        let tex = formula.strip_prefix("```math\n").and_then(|formula| formula.strip_suffix("\n```"));
        let tex = faults.some(tex, format!("equation {} has no formula", index + 1)).unwrap_or_default();
        let end = places.get(index + 1).copied().flatten().unwrap_or(paragraphs.len());
        let (before, _) = between(&paragraphs[..place], false);
        let (_, after) = between(&paragraphs[(place + 2).min(end)..end], index + 1 == places.len());
        entries.push(Entry { tex: tex.to_string(), before, after });
    }
    share(&mut entries);
    entries
}

/// In a run of equations without words between them, all share the words before the first and after the last.
fn share(entries: &mut [Entry]) {
    for at in 1..entries.len() {
        if entries[at].before.is_empty() {
            entries[at].before = entries[at - 1].before.clone();
        }
    }
    for at in (0..entries.len().saturating_sub(1)).rev() {
        if entries[at].after.is_empty() && entries[at + 1].before == entries[at].before {
            entries[at].after = entries[at + 1].after.clone();
        }
    }
}

/// Of the paragraphs between two equations, those that lead to the second, and those that follow the first. After a
/// heading all lead, before it all follow; where there is none, the last one leads, and a single one does both.
fn between(paragraphs: &[&str], is_last: bool) -> (String, String) {
    let is_heading = |paragraph: &&&str| paragraph.starts_with('#');
    let is_equation = |paragraph: &&&str| paragraph.starts_with("```math") || paragraph.starts_with("**");
    let before: Vec<&str> = paragraphs
        .iter()
        .rev()
        .take_while(|paragraph| !is_heading(paragraph) && !is_equation(paragraph))
        .copied()
        .collect();
    let has_heading = paragraphs.iter().rev().nth(before.len()).is_some_and(|last| last.starts_with('#'));
    let leads = if has_heading { before.len() } else { before.len().min(1) };
    let before: Vec<&str> = before[..leads].iter().rev().copied().collect();
    let after: Vec<&str> =
        paragraphs.iter().take_while(|paragraph| !is_heading(paragraph)).copied().collect();
    let ends = is_last || after.len() < paragraphs.len() || after.len() <= 1;
    let after = if ends { &after[..] } else { &after[..after.len() - 1] };
    (before.join("\n\n"), after.join("\n\n"))
}

/// The blocks of a Markdown text; a fenced one is one block, blank lines included.
fn blocks(text: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut start, mut fenced, mut at) = (None, false, 0);
    for line in text.split_inclusive('\n') {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        if line.trim().is_empty() && !fenced {
            if let Some(start) = start.take() {
                blocks.push(text[start..at].trim_end());
            }
        } else if start.is_none() {
            start = Some(at);
        }
        at += line.len();
    }
    blocks.extend(start.map(|start| text[start..].trim_end()));
    blocks
}
