//! What the texts and the comments quote is there: cases, defects, rulings, flags, equations, files,
//! names in the code, commands and their options.

use crate::markdown::{What, anchors, pieces};
use crate::{cases, sources};
use dropout_oracle::cases::{Profile, catalogue, entries};
use dropout_oracle::number::Arithmetic;
use dropout_oracle::{explain, fixture, zoo};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

/// Files and words of the examples that are a user's own, or another program's.
const OTHERS: [&str; 11] = [
    "my_layer.py",
    "my_kernel.py",
    "results.json",
    "report.xml",
    "case.json",
    "FILE.json",
    "FILE.xml",
    "cargo-insta",
    "cargo-mutants",
    "cargo-nextest",
    "cargo-deny",
];

/// The folders of the project in which a quoted path starts.
const FOLDERS: [&str; 12] = [
    "src/",
    "spec/",
    "tests/",
    "fixtures/",
    "examples/",
    "benches/",
    "python/",
    "proofs/",
    ".ci/",
    ".config/",
    ".cargo/",
    ".github/",
];

/// The ends of files.
const ENDS: [&str; 16] = [
    ".md", ".rs", ".json", ".toml", ".txt", ".py", ".c", ".h", ".mjs", ".xml", ".lock", ".snap", ".yml",
    ".csv", ".v", ".ml",
];

/// This file, whose lists would otherwise excuse themselves.
const THIS: &str = "tests/suite/quoted.rs";

/// What there is to quote.
struct Known {
    /// Step cases, the sampler's, and the whole-run checks.
    cases: BTreeSet<String>,
    families: BTreeSet<String>,
    /// Defects, rulings and flags.
    words: BTreeSet<String>,
    equations: BTreeSet<String>,
    /// The help of each command, and of the program itself under "".
    help: BTreeMap<String, String>,
    /// All code, ours and the layers under test.
    code: String,
    /// The names of all files below the folders of the project.
    files: BTreeSet<String>,
    /// What was not found but stands in OTHERS.
    excused: RefCell<BTreeSet<String>>,
}

impl Known {
    fn new() -> Self {
        let of_profile = |profile| entries(profile).into_iter().map(|entry| entry.id);
        let mut ids: BTreeSet<String> = of_profile(Profile::Core).chain(of_profile(Profile::Large)).collect();
        ids.extend(cases::files().into_iter().map(|(id, _)| id));
        ids.extend(["sampler/judged", "run/rounding-bias"].map(String::from));
        // Of a problem that is drawn.
        ids.insert("shape/softmax-256x1024x1024".into());
        let families = ids.iter().map(|id| id.split('/').next().expect("a family").to_owned()).collect();
        let large = catalogue::large_families();
        assert!(large.iter().all(|(family, _)| !ids.contains(*family)));
        let mut words: BTreeSet<String> = zoo::all::<f64>().into_iter().map(|defect| defect.id).collect();
        words.extend(anchors(&sources::read("spec/rulings.md")));
        words.extend(fixture::flags::all().map(|flag| flag.id.to_owned()));
        let equations = explain::EQUATIONS.iter().map(|equation| equation.id.to_owned()).collect();
        let pages = sources::read("tests/cli/help.trycmd");
        let help = pages.split("$ dropout-oracle ").skip(1).map(|page| {
            let (command, help) = page.split_once("--help\n").expect("a page of help");
            (command.trim().to_owned(), help.to_owned())
        });
        let mut code = String::new();
        for folder in ["src", "tests", "examples", "benches", "python/src"] {
            let files = sources::rust_files(folder).into_iter().filter(|file| file.path != THIS);
            files.for_each(|file| code.push_str(&file.text));
        }
        sources::proof_files().iter().for_each(|file| code.push_str(&file.text));
        for file in [
            "run-all",
            "numpy_layer.py",
            "pytorch_layer.py",
            "jax_layer.py",
            "keras_layer.py",
            "onnx_layer.py",
            "triton_layer.py",
            "pipe_layer.py",
            "rocq_layer.py",
            "protocol.py",
            "node_layer.mjs",
            "layer.mjs",
            "mistakes.mjs",
            "tfjs_layer.mjs",
        ] {
            code.push_str(&sources::read(&format!("examples/subjects/{file}")));
        }
        for file in python_files() {
            code.push_str(&sources::read(&file));
        }
        for file in [
            "Cargo.toml",
            "action.yml",
            "python/pyproject.toml",
            ".ci/run",
            "proofs/assumptions.txt",
            "examples/subjects/candle/Cargo.toml",
            "examples/subjects/burn/Cargo.toml",
        ] {
            code.push_str(&sources::read(file));
        }
        let folders = FOLDERS.map(|folder| format!("{}/**/*", sources::root().join(folder).display()));
        let files = folders.iter().flat_map(|pattern| glob::glob(pattern).expect("a pattern"));
        let files = files.filter_map(|path| Some(path.ok()?.file_name()?.to_str()?.to_owned())).collect();
        Self {
            cases: ids,
            families,
            words,
            equations,
            help: help.collect(),
            code,
            files,
            excused: RefCell::default(),
        }
    }

    /// Whether a word of the texts stands for something that is no part of the project.
    fn is_excused(&self, word: &str) -> bool {
        let excused = OTHERS.contains(&word);
        if excused {
            self.excused.borrow_mut().insert(word.to_owned());
        }
        excused
    }

    /// What is wrong with code of a text in this folder.
    fn faults(&self, folder: &str, code: &str) -> Vec<String> {
        let words: Vec<&str> = code.split_whitespace().map(trimmed).filter(|word| !word.is_empty()).collect();
        let mut faults: Vec<String> = words.iter().filter_map(|word| self.fault(folder, word)).collect();
        faults.extend(command(&words).and_then(|words| self.command_fault(words)));
        faults
    }

    fn fault(&self, folder: &str, word: &str) -> Option<String> {
        let unless = |is_known: bool, what: &str| {
            (!is_known && !self.is_excused(word)).then(|| format!("{word}: {what}"))
        };
        let pattern = pattern(word);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_*.,-".contains(c);
        if FOLDERS.iter().any(|folder| word.starts_with(folder)) {
            return unless(exists("", &pattern), "there is no such file");
        }
        if let Some((family, name)) = pattern.split_once('/') {
            if self.families.contains(family) {
                return unless(self.is_case(&pattern), "there is no such case");
            }
            let is_id = family.len() > 2
                && !name.is_empty()
                && !family.contains('.')
                && pattern.replace('/', "").chars().all(|c| is_name(c) && !c.is_ascii_uppercase());
            let is_arithmetic = || Arithmetic::ALL.iter().any(|arithmetic| arithmetic.to_string() == word);
            let is_quoted = || self.code.contains(&format!("\"{word}\""));
            let is_known = || is_arithmetic() || is_quoted() || self.is_file(folder, &pattern);
            return unless(!is_id || is_known(), "there is no such case, family or file");
        }
        if ENDS.iter().any(|end| pattern.ends_with(end)) && pattern.chars().all(is_name) {
            let is_known =
                ENDS.contains(&word) || self.files.contains(word) || self.is_file(folder, &pattern);
            return unless(is_known, "there is no such file");
        }
        if word.starts_with("--") {
            let option = word.split('=').next().expect("an option");
            let is_known =
                self.help.values().any(|help| has_word(help, option)) || has_word(&self.code, option);
            return unless(option.len() == 2 || is_known, "there is no such option");
        }
        let mut parts = word.split('.');
        if ["forward", "backward"].contains(&parts.next()?) && parts.clone().count() == 2 {
            return unless(self.equations.contains(word), "there is no such equation");
        }
        let is_kebab = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        if word.contains('-')
            && word.split('-').all(is_kebab)
            && word.starts_with(|c: char| c.is_ascii_lowercase())
        {
            let is_known = self.words.contains(word) || has_word(&self.code, word);
            return unless(is_known, "there is no such defect, ruling or flag");
        }
        let name = pattern.trim_end_matches('!').rsplit("::").find(|part| !part.is_empty())?;
        let is_identifier = |name: &str| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        let (start, open) = name.strip_suffix('*').map_or((name, false), |start| (start, true));
        if is_identifier(start) && start.len() > 3 && (word.contains("::") || start[1..].contains('_')) {
            // A part of a test's name is a filter.
            let is_start = (open || word.contains("::")) && self.code.contains(&format!("fn {start}"));
            let is_known = is_start || !open && has_word(&self.code, start);
            return unless(is_known, "the code has no such name");
        }
        None
    }

    /// Whether there is such a file where a text of this folder may mean it.
    fn is_file(&self, folder: &str, pattern: &str) -> bool {
        [folder, "", "fixtures", "examples/subjects"].iter().any(|place| exists(place, pattern))
    }

    fn is_case(&self, pattern: &str) -> bool {
        let pattern = glob::Pattern::new(pattern).expect("a pattern");
        self.cases.iter().any(|id| pattern.matches(id))
    }

    /// What is wrong with a command line of `dropout-oracle`: its verb, and the options before `--`.
    fn command_fault(&self, words: &[&str]) -> Option<String> {
        let verb = *words.first()?;
        if verb.starts_with(|c: char| !c.is_ascii_lowercase()) {
            return None;
        }
        let Some(help) = self.help.get(verb) else {
            return Some(format!("{verb}: there is no such command"));
        };
        let mut options =
            words.iter().take_while(|word| **word != "--").filter(|word| word.starts_with("--"));
        let unknown = options.find(|option| !has_word(help, option))?;
        Some(format!("{unknown}: {verb} has no such option"))
    }
}

/// A word without the marks around it.
fn trimmed(word: &str) -> &str {
    let word = word.trim_start_matches(['(', '[', '"', '\'', '`', '{']);
    word.trim_end_matches(['(', ')', ']', '"', '\'', '`', ',', ';', ':', '.', '}', '?'])
}

/// A glob: `…` and what stands in angle brackets are anything.
fn pattern(word: &str) -> String {
    let mut pattern = String::new();
    let mut inside = false;
    for c in word.chars() {
        match c {
            '<' => inside = true,
            '>' if inside => {
                inside = false;
                pattern.push('*');
            }
            '…' => pattern.push('*'),
            c if !inside => pattern.push(c),
            _ => {}
        }
    }
    pattern
}

/// The words of a command after `dropout-oracle`.
fn command<'a>(words: &'a [&'a str]) -> Option<&'a [&'a str]> {
    let cargo = ["cargo", "run", "--release", "--"];
    let rest = words.strip_prefix(&["$"]).unwrap_or(words);
    rest.strip_prefix(&["dropout-oracle"]).or_else(|| rest.strip_prefix(&cargo))
}

/// Whether a file or folder of the project matches.
fn exists(folder: &str, pattern: &str) -> bool {
    let path = sources::root().join(folder);
    let root = glob::Pattern::escape(path.to_str().expect("UTF-8"));
    let pattern = format!("{}/{pattern}", root.trim_end_matches('/'));
    glob::glob(&pattern).is_ok_and(|mut paths| paths.next().is_some())
}

/// Whether a word stands in a text, with no letter, digit, or hyphen next to it.
fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(is_part) && !after.starts_with(is_part)
    })
}

/// The files of the Python package.
fn python_files() -> Vec<String> {
    let files = ["dropout_oracle", "_dropout_oracle_pytest", "tests"].iter().flat_map(|folder| {
        let pattern = sources::root().join(format!("python/{folder}/*.py*"));
        glob::glob(pattern.to_str().expect("UTF-8")).expect("a pattern")
    });
    let from_root = |path: std::path::PathBuf| {
        let path = path.strip_prefix(sources::root()).expect("below the root").to_path_buf();
        path.to_str().expect("UTF-8").replace('\\', "/")
    };
    let is_text = |path: &String| path.ends_with(".py") || path.ends_with(".pyi");
    files.map(|path| from_root(path.expect("readable"))).filter(is_text).collect()
}

/// The code of a comment, between backquotes.
fn spans(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

/// The comments of Rust code, by line.
fn comments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

#[test]
fn what_texts_and_comments_quote_is_there() {
    let known = Known::new();
    let mut faults = Vec::new();
    for text in sources::texts() {
        let folder = text.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for piece in pieces(&text.text) {
            let code = match piece.what {
                What::Code(code) => code,
                What::Block { language, text }
                    if !["math", "python", "rust"].contains(&language.as_str()) =>
                {
                    text
                }
                _ => continue,
            };
            let found = code.lines().flat_map(|line| known.faults(folder, line));
            faults.extend(found.map(|fault| format!("{}:{}: {fault}", text.path, piece.line)));
        }
    }
    for file in sources::rust_files("src") {
        for (line, comment) in comments(&file.text) {
            let paths = comment.split_whitespace().map(trimmed);
            let paths = paths.filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)));
            let found = spans(comment).into_iter().chain(paths).flat_map(|code| known.faults("src", code));
            faults.extend(found.map(|fault| format!("{}:{line}: {fault}", file.path)));
        }
    }
    faults.dedup();
    assert_eq!(faults, [""; 0], "\n{}", faults.join("\n"));
    let excused: BTreeSet<String> = OTHERS.iter().map(|word| word.to_string()).collect();
    assert_eq!(*known.excused.borrow(), excused, "no word is excused that nobody quotes");
}

#[test]
fn what_is_not_there_is_found() {
    let known = Known::new();
    for (code, fault) in [
        ("activations/softplus-far", "activations/softplus-far: there is no such case"),
        ("(range/cancle…-gelu…).", "range/cancle…-gelu…: there is no such case"),
        ("activation/softplus-tiny", "activation/softplus-tiny: there is no such case, family or file"),
        ("src/evidence/", "src/evidence/: there is no such file"),
        ("kill_matrix.json", "kill_matrix.json: there is no such file"),
        ("kink-slope", "kink-slope: there is no such defect, ruling or flag"),
        ("forward.scalar.y", "forward.scalar.y: there is no such equation"),
        ("--fixing", "--fixing: there is no such option"),
        ("conform::Subjekt", "conform::Subjekt: the code has no such name"),
        ("$ dropout-oracle evaluate x", "evaluate: there is no such command"),
        ("cargo run --release -- eval --equation 3", "--equation: eval has no such option"),
    ] {
        let found: Vec<String> =
            known.faults("spec", code).into_iter().filter(|found| !found.starts_with('$')).collect();
        assert_eq!(found, [fault]);
    }
    let sound = "activations/softplus-* <family>/<name> bf16/f32 range/cancelling…-gelu… kink-slopes r / p_k quoted::what_is \
        forward.scalar.z rulings.md ../src/zoo/ --equation results.json A_tilde";
    assert_eq!(known.faults("spec", sound), [""; 0]);
    assert_eq!(
        known.faults("", "dropout-oracle check --report FILE.xml -- layer --unknown"),
        ["--unknown: there is no such option"]
    );
}
