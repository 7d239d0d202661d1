//! TeX to MathML, by pulldown-latex.

use super::faults::Faults;
use pulldown_latex::config::{DisplayMode, RenderConfig};
use pulldown_latex::{Parser, Storage, push_mathml};

/// A formula within a line.
pub fn inline(tex: &str, faults: &mut Faults) -> String {
    mathml(tex, DisplayMode::Inline, faults)
}

/// A formula of its own; the number that `\tag` gives it is left out.
pub fn display(tex: &str, faults: &mut Faults) -> String {
    let without_tag = tex.lines().filter(|line| !line.trim_start().starts_with("\\tag"));
    mathml(&without_tag.collect::<Vec<_>>().join("\n"), DisplayMode::Block, faults)
}

fn mathml(tex: &str, display_mode: DisplayMode, faults: &mut Faults) -> String {
    let (storage, mut html) = (Storage::new(), String::new());
    let config = RenderConfig { display_mode, ..RenderConfig::default() };
    let events: Vec<_> = Parser::new(tex, &storage).collect();
    for error in events.iter().filter_map(|event| event.as_ref().err()) {
        let error = error.to_string();
        faults.add(format!("{}: {}", short(tex), error.lines().next().unwrap_or_default()));
    }
    if push_mathml(&mut html, events.into_iter(), config).is_err() || html.contains("<merror") {
        faults.add(format!("{}: no MathML", short(tex)));
    }
    html
}

/// A formula in one line.
fn short(tex: &str) -> String {
    tex.split_whitespace().collect::<Vec<_>>().join(" ")
}
