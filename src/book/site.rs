//! What stands where: every page of the book, its template and what the template shows.

use super::bounds::Tolerances;
use super::defects::{Mistake, mistakes};
use super::document::Symbol;
use super::faults::Faults;
use super::known::{Known, known};
use super::marks::{self, Mark};
use super::{Pages, Sources, code, document, equation, markdown, search};
use crate::cases::{Profile, entries};
use crate::explain::{CHAPTERS, Case, EQUATIONS};
use crate::oracle;
use crate::problem::{Inputs, Problem};
use crate::scalar::Step;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use std::collections::BTreeSet;

/// The cases whose numbers the pages show.
const CASES: [&str; 2] = ["exact/by-hand", "shapes/softmax-2x4x3"];

/// The chapters, in the order in which one reads them: a file of src/book/chapters, and a title.
const CHAPTER_PAGES: [(&str, &str); 7] = [
    ("step", "The step on one page"),
    ("scale", "Why 1/p"),
    ("transpose", "Why the gradient is a transpose"),
    ("known", "How we know"),
    ("tolerance", "What a tolerance is"),
    ("mistakes", "The mistakes, by equation"),
    ("frameworks", "What the frameworks show"),
];

const TEMPLATES: [(&str, &str); 11] = [
    ("base.html", include_str!("templates/base.html")),
    ("index.html", include_str!("templates/index.html")),
    ("flow.html", include_str!("templates/flow.html")),
    ("equation.html", include_str!("templates/equation.html")),
    ("figure.html", include_str!("templates/figure.html")),
    ("known.html", include_str!("templates/known.html")),
    ("mistakes.html", include_str!("templates/mistakes.html")),
    ("text.html", include_str!("templates/text.html")),
    ("source.html", include_str!("templates/source.html")),
    ("play.html", include_str!("templates/play.html")),
    ("search.html", include_str!("templates/search.html")),
];

/// A case on every page.
pub struct Shown<'a> {
    /// Its id.
    pub id: &'static str,
    /// Its inputs.
    pub problem: &'a Problem,
    /// Its arrays.
    pub case: Case<'a>,
    /// Its tolerances.
    pub tolerances: Tolerances,
}

/// What all pages share.
pub struct Book<'a> {
    /// The cases.
    pub cases: Vec<Shown<'a>>,
    /// The marks of code and tests.
    pub marks: Vec<Mark>,
    /// The known mistakes.
    pub mistakes: Vec<Mistake>,
    /// What is compared with what.
    pub known: &'static [Known],
    /// The text of spec/tolerance.md.
    pub tolerance: &'a str,
    /// The symbols of the document.
    pub symbols: Vec<Symbol<'a>>,
    /// What spec/sampler.md says of generators that are caught.
    pub sampler: &'a str,
    /// The files of the repository that have a page.
    files: BTreeSet<String>,
}

impl Book<'_> {
    /// The page that shows a file of the repository.
    pub fn place(&self, path: &str) -> Option<String> {
        let chapter = path.strip_prefix("src/book/chapters/").and_then(|name| name.strip_suffix(".md"));
        if let Some(name) = chapter {
            return CHAPTER_PAGES.iter().any(|(other, _)| *other == name).then(|| format!("{name}.html"));
        }
        let path = path.trim_end_matches('/');
        self.files.contains(path).then(|| source_page(path))
    }
}

/// The page of a file of the repository: `spec-tolerance.html`, `source-src-scalar-forward.html`.
pub fn source_page(path: &str) -> String {
    let name = path.replace(['/', '.'], "-").to_lowercase();
    match path.strip_suffix(".md") {
        Some(path) => format!("{}.html", path.replace('/', "-").to_lowercase()),
        None => format!("source-{}.html", name.trim_end_matches("-rs")),
    }
}

/// Every page and asset.
pub fn pages(sources: &Sources, faults: &mut Faults) -> Pages {
    let solved = solved(faults);
    let marks = marks::all(sources);
    let witnesses = sources.below("src/witness/", ".rs").map(|(path, _)| path.to_string());
    let code_files = marks.iter().map(|mark| mark.path.clone()).chain(witnesses);
    let texts = sources.below("spec/", ".md").map(|(path, _)| path.to_string());
    let files: BTreeSet<String> =
        code_files.chain(texts).chain(["examples/subjects/FINDINGS.md".to_string()]).collect();
    let book = Book {
        cases: solved
            .iter()
            .map(|(id, problem, expected)| Shown {
                id,
                problem,
                case: Case::new(problem, expected),
                tolerances: Tolerances::of(problem, expected),
            })
            .collect(),
        mistakes: mistakes(faults),
        known: known(),
        tolerance: sources.text("spec/tolerance.md", faults),
        symbols: document::symbols(sources.text("spec/dropout.md", faults)),
        sampler: section(sources.text("spec/sampler.md", faults), "## What is caught\n", faults),
        marks,
        files,
    };
    let mut site = Site { environment: environment(), pages: Pages::new(), faults };
    site.equations(&book, sources);
    site.chapters(&book, sources);
    site.files(&book, sources);
    site.play(&book, sources);
    site.page("search.html", "search.html", "Search", context! {});
    let index = search::index(&site.pages);
    for (name, text) in [
        ("book.css", include_str!("assets/book.css")),
        ("book.js", include_str!("assets/book.js")),
        ("search.js", include_str!("assets/search.js")),
        ("search-index.js", &index),
    ] {
        site.pages.insert(name.to_string(), text.to_string());
    }
    site.pages
}

/// The cases with their results.
fn solved(faults: &mut Faults) -> Vec<(&'static str, Problem, Step<f64>)> {
    let all = entries(Profile::Core);
    let solve = |id: &'static str| {
        let problem = all.iter().find(|entry| entry.id == id)?.problem();
        let expected = oracle::expected(&problem).ok()?;
        Some((id, problem, expected))
    };
    CASES.into_iter().filter_map(|id| faults.some(solve(id), format!("no case {id}"))).collect()
}

/// The text below a heading.
fn section<'a>(text: &'a str, heading: &str, faults: &mut Faults) -> &'a str {
    let below = text.split_once(heading).map(|(_, below)| below.split("\n## ").next().unwrap_or(below));
    faults.some(below, format!("there is no heading {}", heading.trim())).unwrap_or_default()
}

fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).unwrap_or_else(|error| panic!("{name}: {error:#}"));
    }
    environment
}

struct Site<'a> {
    environment: Environment<'static>,
    pages: Pages,
    faults: &'a mut Faults,
}

impl Site<'_> {
    /// Writes a page by a template.
    fn page(&mut self, path: &str, template: &str, title: &str, shown: Value) {
        if let Some(html) = self.written(path, template, context! { title, path, ..shown }) {
            self.pages.insert(path.to_string(), html);
        }
    }

    /// What a template makes of what it shows; nothing and a fault if it fails.
    fn written(&mut self, path: &str, template: &str, shown: Value) -> Option<String> {
        let written = self.environment.get_template(template).and_then(|template| template.render(shown));
        written.map_err(|error| self.faults.add(format!("{path}: {error:#}"))).ok()
    }

    fn equations(&mut self, book: &Book, sources: &Sources) {
        let text = sources.text("spec/dropout.md", self.faults);
        let entries = document::entries(text, self.faults);
        for equation in &EQUATIONS {
            if let Some(page) = equation::page(equation, &entries, book, self.faults) {
                let path = format!("equation-{}.html", equation.number);
                let title = format!("Equation {}: {}", equation.number, equation.id);
                self.page(&path, "equation.html", &title, context! { page => Value::from(Serde(&page)) });
            }
        }
        let sections: Vec<Value> = CHAPTERS
            .iter()
            .enumerate()
            .map(|(at, (first, title))| {
                let end = CHAPTERS.get(at + 1).map_or(59, |(next, _)| *next);
                let equations: Vec<Value> = EQUATIONS
                    .iter()
                    .filter(|equation| (*first..end).contains(&equation.number))
                    .map(|equation| {
                        let (number, id, says) = (equation.number, equation.id, equation.says);
                        context! { number, id, says, kind => equation.kind.to_string() }
                    })
                    .collect();
                context! { title => *title, equations }
            })
            .collect();
        let chapters: Vec<Value> =
            CHAPTER_PAGES.iter().map(|&(name, title)| context! { name, title }).collect();
        let shown = context! { sections, chapters, mistakes => book.mistakes.len() };
        self.page("index.html", "index.html", "One training step, understood", shown);
    }

    fn chapters(&mut self, book: &Book, sources: &Sources) {
        let flow = self.written("flow.html", "flow.html", context! {}).unwrap_or_default();
        for (at, (name, title)) in CHAPTER_PAGES.iter().enumerate() {
            let path = format!("src/book/chapters/{name}.md");
            let text = sources.text(&path, self.faults);
            let html = markdown::html(text, &path, &|path| book.place(path), self.faults);
            let html = html.replace("<!-- flow -->", &flow);
            let next = CHAPTER_PAGES.get(at + 1).map(|&(name, title)| context! { name, title });
            let groups: Vec<Value> = match *name {
                "mistakes" => EQUATIONS
                    .iter()
                    .filter_map(|equation| {
                        let of = |mistake: &&Mistake| mistake.equation == equation.number;
                        let mistakes: Vec<&Mistake> = book.mistakes.iter().filter(of).collect();
                        let (number, says) = (equation.number, equation.says);
                        (!mistakes.is_empty())
                            .then(|| context! { number, says, mistakes => Value::from(Serde(&mistakes)) })
                    })
                    .collect(),
                _ => Vec::new(),
            };
            let known = if *name == "known" { book.known } else { &[] };
            self.page(
                &format!("{name}.html"),
                "text.html",
                title,
                context! { html, next, groups, known => Value::from(Serde(known)), chapter => true },
            );
        }
    }

    fn files(&mut self, book: &Book, sources: &Sources) {
        for path in &book.files {
            let text = sources.text(path, self.faults);
            let page = source_page(path);
            if path.ends_with(".md") {
                let html = markdown::html(text, path, &|path| book.place(path), self.faults);
                let shown = context! { html, next => (), groups => (), known => (), chapter => false };
                self.page(&page, "text.html", path, shown);
            } else {
                self.page(&page, "source.html", path, context! { lines => code::lines(text) });
            }
        }
    }

    fn play(&mut self, book: &Book, sources: &Sources) {
        let layer = sources.text("examples/subjects/layer.mjs", self.faults).to_string();
        let mistakes = sources.text("examples/subjects/mistakes.mjs", self.faults).to_string();
        let named = |id: &str| book.mistakes.iter().find(|mistake| mistake.id == id);
        let mut says = String::new();
        for id in mistakes.lines().filter_map(|line| line.strip_prefix("  \"")?.split('"').next()) {
            if let Some(mistake) = self.faults.some(named(id), format!("mistakes.mjs: the zoo has no {id}")) {
                says += &format!("  \"{id}\": {:?},\n", mistake.says);
            }
        }
        let Inputs { a, keep_prob, r, w, b, da_next } = book.cases[0].problem.inputs();
        let rows = [("A", a), ("R", r), ("W", w), ("dA_next", da_next)];
        let rows = rows.map(|(name, grid)| format!("{name}: {:?}", grid.to_rows()));
        let vectors =
            [("p", keep_prob), ("b", b)].map(|(name, vector)| format!("{name}: {:?}", vector.cells()));
        let start = format!(
            "const start = {{ {}, {} }};\nconst says = {{\n{says}}};\n",
            rows.join(", "),
            vectors.join(", ")
        );
        let script = start + include_str!("assets/play.js");
        self.page("play.html", "play.html", "Play with the step", context! { layer, mistakes, script });
    }
}
