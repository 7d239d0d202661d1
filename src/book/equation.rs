//! The page of one equation: what belongs to it, found by its id and its topic.

use super::bounds::{self, Bounds};
use super::code;
use super::defects::Mistake;
use super::document::{Entry, Symbol};
use super::faults::Faults;
use super::figure::{Figure, figure};
use super::known::Known;
use super::marks::Mark;
use super::site::{Book, source_page};
use super::topic::{Topic, number};
use super::{markdown, maths};
use crate::explain::{CHAPTERS, EQUATIONS, Equation, Kind};
use serde::Serialize;

/// The most mistakes on a page that is not the page of the rule itself.
const FEW: usize = 8;

/// Everything that the template of an equation shows.
#[derive(Debug, Serialize)]
pub struct Page {
    number: u8,
    id: &'static str,
    kind: String,
    chapter: &'static str,
    says: &'static str,
    tex: String,
    letters: Vec<Letter>,
    before: String,
    after: String,
    restates: Option<u8>,
    derived: Option<Derived>,
    same: Vec<Other>,
    scalar: Vec<Code>,
    matrix: Vec<Code>,
    reads_it: Option<u8>,
    figures: Vec<Figure>,
    tests: Vec<Test>,
    /// The theorems in `proofs/` that state it for all sizes.
    theorems: &'static [&'static str],
    known: Vec<Known>,
    mistakes: Vec<Mistake>,
    all_mistakes: usize,
    mistakes_at: u8,
    bounds: Vec<Bounds>,
    paragraphs: Vec<String>,
    is_drawn: bool,
    sampler: String,
}

/// A symbol of the equation.
#[derive(Debug, Serialize)]
struct Letter {
    symbol: String,
    says: String,
}

/// The chain rule that leads to an equation of the backward pass.
#[derive(Debug, Serialize)]
struct Derived {
    number: u8,
    tex: String,
    before: String,
    after: String,
}

#[derive(Debug, Serialize)]
struct Other {
    number: u8,
    id: &'static str,
}

#[derive(Debug, Serialize)]
struct Code {
    path: String,
    href: String,
    html: String,
}

#[derive(Debug, Serialize)]
struct Test {
    name: String,
    path: String,
    href: String,
}

/// The page of an equation; `entries` is the document.
pub fn page(
    equation: &'static Equation,
    entries: &[Entry],
    book: &Book,
    faults: &mut Faults,
) -> Option<Page> {
    let entry = entries.get(usize::from(equation.number) - 1)?;
    let topic = Topic::of(equation);
    let topic = faults.some(topic, format!("equation {}: no topic", equation.number))?;
    let judged = topic.judged_as();
    let at = judged.map_or(2, number);
    let is_rule_itself = at == equation.number;
    let mut mistakes: Vec<Mistake> =
        book.mistakes.iter().filter(|mistake| mistake.equation == at).cloned().collect();
    let all_mistakes = mistakes.len();
    // Those that happened in public come first.
    mistakes.sort_by_key(|mistake| mistake.links.is_empty());
    if !is_rule_itself {
        mistakes.truncate(FEW);
    }
    let markdown = |text: &str, path: &str, faults: &mut Faults| {
        markdown::html(text, path, &|path| book.place(path), faults)
    };
    let derivation = derivation(equation, topic);
    let derived = derivation.and_then(|rule| Some((rule.number, entries.get(usize::from(rule.number) - 1)?)));
    let derived = derived.map(|(number, entry)| Derived {
        number,
        tex: maths::display(&entry.tex, faults),
        before: markdown(&question(number, entries), "spec/dropout.md", faults),
        after: markdown(&entry.after, "spec/dropout.md", faults),
    });
    let figures: Vec<Figure> =
        book.cases.iter().map(|case| figure(equation.number, case.id, &case.case)).collect();
    let page = Page {
        number: equation.number,
        id: equation.id,
        kind: equation.kind.to_string(),
        chapter: CHAPTERS
            .iter()
            .rev()
            .find(|(first, _)| *first <= equation.number)
            .map_or("", |(_, title)| title),
        says: equation.says,
        tex: maths::display(&entry.tex, faults),
        letters: letters(&entry.tex, &figures, &book.symbols)
            .into_iter()
            .map(|symbol| Letter {
                symbol: maths::inline(symbol.tex, faults),
                says: markdown(&symbol.says, "spec/dropout.md", faults)
                    .trim()
                    .trim_start_matches("<p>")
                    .trim_end_matches("</p>")
                    .to_string(),
            })
            .collect(),
        before: markdown(&entry.before, "spec/dropout.md", faults),
        after: markdown(&entry.after, "spec/dropout.md", faults),
        restates: (equation.kind == Kind::Restated).then(|| topic.scalar().map(|rule| rule.number)).flatten(),
        derived,
        same: EQUATIONS
            .iter()
            .filter(|other| other.number != equation.number && Topic::of(other) == Some(topic))
            .map(|other| Other { number: other.number, id: other.id })
            .collect(),
        scalar: codes(&book.marks, &ids(equation, topic, "scalar")),
        matrix: codes(&book.marks, &ids(equation, topic, "matrix")),
        reads_it: (topic.quantity.is_none() && topic.scalar().is_none()).then_some(at),
        tests: tests(equation, topic, &book.marks),
        theorems: equation.theorems(),
        known: book.known.iter().filter(|known| Some(known.quantity) == topic.quantity).cloned().collect(),
        all_mistakes,
        mistakes_at: at,
        bounds: topic.quantity.map_or_else(Vec::new, |quantity| {
            book.cases.iter().map(|case| case.tolerances.at(quantity, case.id, &case.case)).collect()
        }),
        paragraphs: bounds::paragraphs(topic, book.tolerance, faults)
            .into_iter()
            .map(|text| markdown(text, "spec/tolerance.md", faults))
            .collect(),
        is_drawn: topic.name == "r",
        sampler: match topic.name {
            "r" => markdown(book.sampler, "spec/sampler.md", faults),
            _ => String::new(),
        },
        mistakes,
        figures,
    };
    page.holes(topic, faults);
    Some(page)
}

impl Page {
    /// What the page of an equation must not lack.
    fn holes(&self, topic: Topic, faults: &mut Faults) {
        let mut need = |there: bool, what: &str| {
            if !there {
                faults.add(format!("equation {}: {}: no {what}", self.number, self.id));
            }
        };
        need(!self.tex.is_empty(), "formula");
        need(!self.before.is_empty() || !self.after.is_empty(), "words in the document");
        need(!self.scalar.is_empty(), "code index by index");
        need(!self.matrix.is_empty() || self.is_drawn, "code with matrices");
        need(!self.tests.is_empty(), "test");
        need(self.figures.len() == 2 && self.figures.iter().all(Figure::is_whole), "picture with numbers");
        need(!self.mistakes.is_empty() || !self.sampler.is_empty(), "known mistake");
        if topic.quantity.is_some() {
            need(!self.known.is_empty(), "comparison with a witness or the other form");
            need(!self.bounds.is_empty() && !self.paragraphs.is_empty(), "tolerance");
        }
    }
}

/// What a reader must know to read a formula: its arrays, its indices, and J.
fn letters<'a>(tex: &str, figures: &[Figure], symbols: &'a [Symbol<'a>]) -> Vec<&'a Symbol<'a>> {
    let keys: Vec<&str> = figures.first().map_or_else(Vec::new, Figure::keys);
    let is_index = |letter: &str| {
        tex.contains(&format!("_{letter}")) || {
            let subscripts = tex.split("_{").skip(1).filter_map(|rest| rest.split("}^").next());
            subscripts.flat_map(|indices| indices.split([',', '=', '}'])).any(|index| index.trim() == letter)
        }
    };
    let is_used = |symbol: &&Symbol| match (symbol.key, symbol.tex) {
        ("", "J") => tex.contains("\\partial J"),
        ("", "\\mathit{jj}") => tex.contains("\\mathit{jj}"),
        ("", letter) => is_index(letter),
        ("m", _) => tex.contains("{m}") || tex.contains("m,"),
        ("activation", _) => {
            tex.contains("g_") || tex.contains("{g}") || tex.contains("\\partial a_{i,\\mathit{jj}}")
        }
        (key, _) => keys.contains(&key),
    };
    symbols.iter().filter(is_used).collect()
}

/// The words that open a derivation: those before the lines that it starts from, and those before the rule itself.
fn question(number: u8, entries: &[Entry]) -> String {
    let before = |number: u8| entries.get(usize::from(number) - 1).map_or("", |entry| entry.before.as_str());
    let earlier = EQUATIONS[..usize::from(number) - 1].iter().rev();
    let lines = earlier.skip_while(|line| line.kind != Kind::Restated);
    let first = lines.take_while(|line| line.kind == Kind::Restated).last();
    let question = first.map_or("", |line| before(line.number));
    if question == before(number) {
        question.to_string()
    } else {
        format!("{question}\n\n{}", before(number))
    }
}

/// The rule of the derivation that a rule of the backward pass repeats.
fn derivation(equation: &Equation, topic: Topic) -> Option<&'static Equation> {
    let id = format!("derivation.scalar.{}", topic.name);
    let is_repeated = equation.id.starts_with("backward.") && equation.kind == Kind::Rule;
    EQUATIONS.iter().find(|rule| is_repeated && rule.id == id && rule.kind == Kind::Rule)
}

/// The ids of the rules whose code a page shows in a form: its own, or those of its topic, or of the first rule that
/// reads it.
fn ids(equation: &Equation, topic: Topic, form: &str) -> Vec<&'static str> {
    let of = |topic: Topic| if form == "scalar" { topic.scalar() } else { topic.matrix() };
    let reader = || {
        let at = topic.judged_as().map(number)?;
        Topic::of(EQUATIONS.get(usize::from(at) - 1)?)
    };
    let rule = of(topic).or_else(|| of(reader()?));
    let Some(rule) = rule else { return Vec::new() };
    // The row and the matrix of ∂J/∂Z are two functions.
    let parts = EQUATIONS.iter().filter(|other| other.id.strip_suffix("_i") == Some(rule.id));
    let own = EQUATIONS.iter().filter(|other| other.number == equation.number && form == "matrix");
    let own = own.filter(|other| other.id == format!("{}_i", rule.id));
    let mut ids: Vec<&str> = own.chain(parts).map(|other| other.id).chain([rule.id]).collect();
    ids.dedup();
    ids
}

fn codes(marks: &[Mark], ids: &[&str]) -> Vec<Code> {
    let code = |mark: &Mark| Code {
        path: mark.path.clone(),
        href: format!("{}#L{}", source_page(&mark.path), mark.line),
        html: code::lines(&mark.text).join("\n"),
    };
    ids.iter()
        .flat_map(|id| marks.iter().filter(move |mark| !mark.is_test && mark.id == *id))
        .map(code)
        .collect()
}

/// The tests of an equation, or, of one that only restates or is given, those of its topic.
fn tests(equation: &Equation, topic: Topic, marks: &[Mark]) -> Vec<Test> {
    let of = |id: &str| -> Vec<Test> {
        let tests = marks.iter().filter(|mark| mark.is_test && mark.id == id);
        tests
            .map(|mark| Test {
                name: mark.name.replace('_', " "),
                path: mark.path.clone(),
                href: format!("{}#L{}", source_page(&mark.path), mark.line),
            })
            .collect()
    };
    let own = of(equation.id);
    if matches!(equation.kind, Kind::Rule | Kind::Layout) || !own.is_empty() {
        return own;
    }
    let layout = ["forward", "backward"].map(|pass| format!("{pass}.layout.{}", topic.name));
    let ids = topic.scalar().map(|rule| rule.id.to_string()).into_iter().chain(layout);
    ids.flat_map(|id| of(&id)).collect()
}
