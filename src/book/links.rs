//! Every link within the book leads to a page of it, and to a place on that page.

use super::Pages;
use std::collections::{BTreeMap, BTreeSet};

/// The links that lead nowhere, each with the page it stands on.
pub fn broken(pages: &Pages) -> Vec<String> {
    let html = || pages.iter().filter(|(path, _)| path.ends_with(".html"));
    let ids: BTreeMap<&str, BTreeSet<&str>> =
        html().map(|(path, text)| (path.as_str(), values(text, " id=\"").collect())).collect();
    let mut broken = BTreeSet::new();
    for (path, text) in html() {
        let links = values(text, " href=\"").chain(values(text, " src=\""));
        for link in links.filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let file = if file.is_empty() { path } else { file };
            let there = match ids.get(file) {
                Some(ids) => anchor.is_empty() || ids.contains(anchor),
                None => pages.contains_key(file) && anchor.is_empty(),
            };
            if !there {
                broken.insert(format!("{path}: the link {link} leads nowhere"));
            }
        }
    }
    broken.into_iter().collect()
}

fn values<'a>(text: &'a str, before: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(before).filter_map(move |(at, _)| text[at + before.len()..].split('"').next())
}
