//! Rust in colours: the lexer of the compiler finds the tokens, and each kind gets a class.

use ra_ap_rustc_lexer::{FrontmatterAllowed, LiteralKind, TokenKind, tokenize};

const KEYWORDS: [&str; 35] = [
    "as", "async", "await", "break", "const", "continue", "crate", "dyn", "else", "enum", "extern", "false",
    "fn", "for", "if", "impl", "in", "let", "loop", "match", "mod", "move", "mut", "pub", "ref", "return",
    "self", "static", "struct", "super", "trait", "true", "type", "use", "where",
];

/// The lines of a text as HTML; each is complete in itself.
pub fn lines(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut start = 0;
    for token in tokenize(text, FrontmatterAllowed::No) {
        let end = start + token.len as usize;
        let class = class(token.kind, &text[start..end], &text[end..]);
        for (at, part) in text[start..end].split('\n').enumerate() {
            if at > 0 {
                lines.push(String::new());
            }
            let line = lines.last_mut().expect("at least one line");
            match class {
                Some(class) if !part.is_empty() => {
                    *line += &format!("<span class=\"{class}\">{}</span>", escaped(part));
                }
                _ => *line += &escaped(part),
            }
        }
        start = end;
    }
    if text.ends_with('\n') {
        lines.pop();
    }
    lines
}

fn class(kind: TokenKind, word: &str, rest: &str) -> Option<&'static str> {
    match kind {
        TokenKind::LineComment { .. } if word.starts_with("//=") => Some("mark"),
        TokenKind::LineComment { .. } | TokenKind::BlockComment { .. } => Some("comment"),
        TokenKind::Literal { kind: LiteralKind::Int { .. } | LiteralKind::Float { .. }, .. } => {
            Some("number")
        }
        TokenKind::Literal { .. } => Some("string"),
        TokenKind::Ident if KEYWORDS.contains(&word) => Some("keyword"),
        TokenKind::Ident if word.starts_with(char::is_uppercase) => Some("type"),
        TokenKind::Ident if rest.starts_with(['(', '!']) => Some("call"),
        TokenKind::Lifetime { .. } => Some("type"),
        _ => None,
    }
}

/// Text as HTML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
