//! The project's texts, taken apart.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// A part of a text, and the line on which it starts.
#[derive(Debug, PartialEq)]
pub struct Piece {
    pub line: usize,
    pub what: What,
}

#[derive(Debug, PartialEq)]
pub enum What {
    /// A paragraph, a heading, an item or a cell, in one line; code in it between backquotes.
    Prose(String),
    /// The words of a heading.
    Heading(String),
    /// Code within a line; no formula.
    Code(String),
    /// A block of code.
    Block { language: String, text: String },
    /// The target of a link or an image.
    Link(String),
}

/// The parts of a text, each when it ends. Code and links come before the prose around them.
pub fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut prose: Option<(usize, String)> = None;
    let mut block: Option<(String, String)> = None;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        let line = text[..range.start].matches('\n').count() + 1;
        let mut push = |line, what| pieces.push(Piece { line, what });
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                push(line, What::Link(dest_url.to_string()));
            }
            Event::Start(Tag::CodeBlock(kind)) => {
                let CodeBlockKind::Fenced(language) = kind else {
                    panic!("line {line}: a block without fences")
                };
                block = Some((language.to_string(), String::new()));
            }
            Event::End(TagEnd::CodeBlock) => {
                let (language, text) = block.take().expect("a block has begun");
                push(line, What::Block { language, text });
            }
            Event::Start(
                Tag::Paragraph | Tag::Heading { .. } | Tag::Item | Tag::TableCell | Tag::List(_),
            )
            | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::TableCell) => {
                if let Some((line, words)) = prose.take().filter(|(_, words)| !words.is_empty()) {
                    if matches!(event, Event::End(TagEnd::Heading(_))) {
                        push(line, What::Heading(words.clone()));
                    }
                    push(line, What::Prose(words));
                }
                prose = Some((line, String::new()));
            }
            Event::Text(words) => match (&mut block, &mut prose) {
                (Some((_, text)), _) => text.push_str(&words),
                (None, Some((_, text))) => text.push_str(&words),
                (None, None) => {}
            },
            Event::Code(code) => {
                if let Some((_, text)) = &mut prose {
                    text.push_str(&format!("`{code}`"));
                }
                if !text[..range.start].ends_with('$') {
                    push(line, What::Code(code.to_string()));
                }
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some((_, text)) = &mut prose {
                    text.push(' ');
                }
            }
            _ => {}
        }
    }
    pieces
}

/// The anchors of a text, as GitHub makes them: headings in small letters, words joined by hyphens, and
/// a number behind those that come again.
pub fn anchors(text: &str) -> Vec<String> {
    let mut anchors: Vec<String> = Vec::new();
    for piece in pieces(text) {
        let What::Heading(words) = piece.what else { continue };
        let words = words.to_lowercase().replace(' ', "-");
        let anchor: String = words.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect();
        let again = anchors.iter().filter(|known| **known == anchor).count();
        anchors.push(if again == 0 { anchor } else { format!("{anchor}-{again}") });
    }
    anchors
}

#[test]
fn a_text_is_taken_apart_as_it_is_meant() {
    let text = "# A `b`\n\nOne two\nthree `four` $`5`$ [six](seven.md#eight).\n\n- nine\n  - ten\n\n```console\n$ x\n```\n\n| a | `b` |\n|---|---|\n| c | ![d](e) |\n\n## A `b`\n";
    let block = What::Block { language: "console".into(), text: "$ x\n".into() };
    let prose = |words: &str| What::Prose(words.into());
    let code = |code: &str| What::Code(code.into());
    let expected = [
        (1, code("b")),
        (1, What::Heading("A `b`".into())),
        (1, prose("A `b`")),
        (4, code("four")),
        (4, What::Link("seven.md#eight".into())),
        (3, prose("One two three `four` $`5`$ six.")),
        (6, prose("nine")),
        (7, prose("ten")),
        (9, block),
        (13, prose("a")),
        (13, code("b")),
        (13, prose("`b`")),
        (15, prose("c")),
        (15, What::Link("e".into())),
        (15, prose("d")),
        (17, code("b")),
        (17, What::Heading("A `b`".into())),
        (17, prose("A `b`")),
    ];
    let pieces: Vec<(usize, What)> = pieces(text).into_iter().map(|piece| (piece.line, piece.what)).collect();
    assert_eq!(pieces, expected);
    assert_eq!(anchors(text), ["a-b", "a-b-1"]);
}
