//! Markdown to HTML, by pulldown-cmark: formulas become MathML, and links lead to pages of the book.

use super::faults::Faults;
use super::{code, maths};
use pulldown_cmark::{CodeBlockKind, CowStr, Event, Options, Parser, Tag, TagEnd, html};

/// Which page shows a file of the repository; `None` for files that the book does not hold.
pub type Places<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A text, whose links start from the folder of `path`.
pub fn html(text: &str, path: &str, places: Places, faults: &mut Faults) -> String {
    let options = Options::ENABLE_TABLES;
    let events: Vec<Event> = Parser::new_ext(text, options).collect();
    let mut out: Vec<Event> = Vec::new();
    let mut block: Option<(String, String)> = None;
    let (mut dropped, mut in_link) = (false, false);
    let mut heading: Option<(usize, String)> = None;
    let mut at = 0;
    while at < events.len() {
        let event = &events[at];
        at += 1;
        in_link =
            matches!(event, Event::Start(Tag::Link { .. })) || in_link && *event != Event::End(TagEnd::Link);
        if let (Some((_, words)), Event::Text(word) | Event::Code(word)) = (&mut heading, event) {
            words.push_str(word);
        }
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.to_string(),
                    CodeBlockKind::Indented => String::new(),
                };
                block = Some((language, String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                let (language, text) = block.take().unwrap_or_default();
                out.push(Event::Html(fenced(&language, &text, faults).into()));
            }
            Event::Text(text) if block.is_some() => {
                if let Some((_, code)) = &mut block {
                    code.push_str(text);
                }
            }
            // $`…`$: a text that ends in a dollar, code, and a text that begins with one.
            Event::Code(tex) if ends_in_dollar(out.last()) => {
                if let Some(Event::Text(before)) = out.pop() {
                    out.push(Event::Text(CowStr::from(before[..before.len() - 1].to_string())));
                }
                out.push(Event::InlineHtml(maths::inline(tex, faults).into()));
                if let Some(Event::Text(after)) = events.get(at) {
                    let after = after.strip_prefix('$').unwrap_or(after);
                    out.push(Event::Text(CowStr::from(after.to_string())));
                    at += 1;
                }
            }
            Event::Start(Tag::Link { dest_url, link_type, title, id }) => {
                let dest_url = target(dest_url, path, places);
                dropped = dest_url.is_none();
                if let Some(dest_url) = dest_url {
                    out.push(Event::Start(Tag::Link {
                        dest_url: dest_url.into(),
                        link_type: *link_type,
                        title: title.clone(),
                        id: id.clone(),
                    }));
                }
            }
            Event::End(TagEnd::Link) if dropped => dropped = false,
            Event::Start(Tag::Heading { .. }) => {
                heading = Some((out.len(), String::new()));
                out.push(event.clone());
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some((place, words)) = heading.take()
                    && let Event::Start(Tag::Heading { level, classes, attrs, .. }) = &out[place]
                {
                    let id = Some(anchor(&words).into());
                    let (level, classes, attrs) = (*level, classes.clone(), attrs.clone());
                    out[place] = Event::Start(Tag::Heading { level, id, classes, attrs });
                }
                out.push(event.clone());
            }
            Event::Text(text) if heading.is_none() && !in_link => out.extend(with_equations(text)),
            _ => out.push(event.clone()),
        }
    }
    let mut html = String::new();
    html::push_html(&mut html, out.into_iter());
    // A wide table scrolls by itself, also from the keyboard.
    let html = html
        .replace("<table>", "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"table\"><table>");
    html.replace("</table>", "</table></div>").replace("<th></th>", "<td></td>")
}

/// A text in which `equation 39` leads to its page.
fn with_equations(text: &str) -> Vec<Event<'static>> {
    let plain = |text: &str| Event::Text(CowStr::from(text.to_string()));
    let mut events = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("quation ") {
        let start = at.saturating_sub(1);
        let tail = &rest[at + "quation ".len()..];
        let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (words, after) = (&rest[start..at + "quation ".len() + digits], &tail[digits..]);
        match tail[..digits].parse::<u8>() {
            Ok(number @ 1..=58) if words.starts_with(['e', 'E']) => {
                events.push(plain(&rest[..start]));
                let link = format!("<a class=\"eq\" href=\"equation-{number}.html\">{words}</a>");
                events.push(Event::InlineHtml(link.into()));
            }
            _ => events.push(plain(&rest[..at + "quation ".len() + digits])),
        }
        rest = after;
    }
    events.push(plain(rest));
    events
}

fn ends_in_dollar(event: Option<&Event>) -> bool {
    matches!(event, Some(Event::Text(text)) if text.ends_with('$'))
}

fn fenced(language: &str, text: &str, faults: &mut Faults) -> String {
    match language {
        "math" => format!("<div class=\"formula\">{}</div>\n", maths::display(text, faults)),
        "rust" => format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", code::lines(text).join("\n")),
        _ => format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", code::escaped(text)),
    }
}

/// Where a link leads in the book: unchanged if it leads out of the repository, `None` if the book does not have it.
fn target(link: &str, path: &str, places: Places) -> Option<String> {
    if link.contains("://") || link.starts_with('#') {
        return Some(link.to_string());
    }
    let (file, anchor) = link.split_once('#').map_or((link, None), |(file, anchor)| (file, Some(anchor)));
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in file.split('/').filter(|part| !part.is_empty() && *part != ".") {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let page = places(&parts.join("/"))?;
    Some(anchor.map_or_else(|| page.clone(), |anchor| format!("{page}#{anchor}")))
}

/// The anchor of a heading, as GitHub makes it.
pub fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    heading.trim().to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}
