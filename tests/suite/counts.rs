//! Every count in a text is one that the code has, or one that stands in a list here beside what holds it.

use crate::cases;
use crate::markdown::{What, pieces};
use crate::sources::{self, Source};
use dropout_oracle::conform::judge::sign_bias;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::activation::Algebraic;
use dropout_oracle::trace::Quantity;
use dropout_oracle::{cases as catalogue, explain, fixture, zoo};

/// The nouns whose numbers are held, and how many of them there are in all, where that is one number.
fn totals() -> Vec<(&'static str, Option<usize>)> {
    let manifest = cases::json(&cases::folder().join("manifest.json"));
    let total = |key: &str| manifest["totals"][key].as_u64().map(|count| count as usize);
    let steps = cases::steps().len();
    let families = catalogue::catalogue::families().len() + 1;
    vec![
        ("step cases", Some(steps)),
        ("cases", total("cases")),
        ("files", total("files")),
        ("families", Some(families)),
        ("defects", Some(zoo::all::<f64>().len())),
        ("flags", Some(fixture::flags::all().count())),
        ("equations", Some(explain::EQUATIONS.len())),
        ("formulas", None),
        ("formats", Some(Format::ALL.len())),
        ("arithmetics", Some(Arithmetic::ALL.len())),
        ("results", Some(Quantity::ALL.len())),
        ("keys", None),
        ("activations", None),
        ("rulings", None),
        ("functions", None),
        ("witnesses", None),
        ("tests", None),
        ("verdicts", None),
        ("checks", None),
        ("masks", None),
        ("subjects", None),
        ("layers", None),
        ("adapters", None),
        ("commands", None),
        ("scripts", None),
        ("crates", None),
        ("modules", None),
        ("families", None),
        ("recipes", None),
        ("schemas", None),
        ("MB", None),
        ("GB", None),
        ("minutes", None),
        ("seconds", None),
    ]
}

/// Numbers that are no totals: the text, the words, and the test that holds them. Empty where there is
/// nothing to hold: what is counted stands right there, or is no part of the project.
const ELSEWHERE: [(&str, &str, &str); 21] = [
    ("CONTRIBUTING.md", "two cases", ""),
    ("CONTRIBUTING.md", "8 MB", "there_are_at_least_two_hundred_cases_and_less_than_eight_megabytes"),
    ("README.md", "700 cases", "numbers_that_are_no_totals_follow_from_the_code"),
    ("README.md", "two commands", ""),
    ("README.md", "ten minutes", ""),
    ("examples/subjects/README.md", "two Rust crates", "numbers_that_are_no_totals_follow_from_the_code"),
    ("spec/dropout.md", "Two special cases", ""),
    ("spec/fixtures.md", "three functions", "numbers_that_are_no_totals_follow_from_the_code"),
    ("spec/protocol.md", "three adapters", ""),
    ("spec/protocol.md", "47 cases", "numbers_that_are_no_totals_follow_from_the_code"),
    ("spec/rulings.md", "three minutes", "what_would_take_hours_is_refused_with_the_time"),
    ("spec/sampler.md", "1,338 tests", "the_numbers_of_the_plan_in_the_spec_are_right"),
    ("spec/sampler.md", "Three checks", ""),
    ("spec/sampler.md", "Two tests", ""),
    ("spec/sampler.md", "100 cases", "the_table_of_power_in_the_spec_is_the_computed_one"),
    ("spec/tolerance.md", "two equations", ""),
    ("spec/zoo.md", "two defects", ""),
    ("spec/zoo.md", "2,000 masks", "the_page_says_what_other_suites_catch"),
    ("spec/zoo.md", "ten wrong results", "nine_in_ten_wrong_results_of_a_kind_must_be_explained"),
    ("spec/zoo.md", "two such results", ""),
    ("spec/zoo.md", "two independent masks", ""),
];

const WORDS: [&str; 19] = [
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// A number, as digits or as a word; "one" is hardly ever a count.
fn number(word: &str) -> Option<usize> {
    let lower = word.to_lowercase();
    let digits = word.replace(',', "");
    let small = WORDS.iter().position(|name| *name == lower).map(|at| at + 2);
    small.or_else(|| digits.parse().ok().filter(|_| !word.ends_with(',')))
}

/// The numbers of a text before one of the nouns, with at most two words between, as (words, number, noun).
fn counts(prose: &str, nouns: &[&str]) -> Vec<(String, usize, String)> {
    let words: Vec<&str> =
        prose.split(|c: char| c.is_whitespace() || "()[]*—".contains(c)).filter(|w| !w.is_empty()).collect();
    let mut counts = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let Some(count) = number(word) else { continue };
        // The words up to the end of the clause or the next number.
        let ends = |word: &str| word.ends_with([',', '.', ';', ':', '?']);
        let open = words[at + 1..].iter().take(3).scan(false, |ended, word| {
            let before = std::mem::replace(ended, ends(word));
            (!before && number(word).is_none()).then_some(*word)
        });
        let phrase: Vec<&str> = open.map(|word| word.trim_end_matches([',', '.', ';', ':', '?'])).collect();
        if let Some(end) = phrase.iter().position(|word| nouns.contains(word)) {
            counts.push((format!("{word} {}", phrase[..=end].join(" ")), count, phrase[end].to_owned()));
        }
    }
    counts
}

/// A text without the versions of a changelog that have been released, whose numbers were right then.
fn today(Source { path, text }: &Source) -> String {
    let released = text
        .match_indices("\n## [")
        .map(|(at, _)| at)
        .find(|at| !text[*at..].starts_with("\n## [Unreleased]"));
    let end = if path == "CHANGELOG.md" { released.unwrap_or(text.len()) } else { text.len() };
    text[..end].to_owned()
}

#[test]
fn every_count_in_a_text_is_held() {
    let totals = totals();
    let nouns: Vec<&str> = totals.iter().map(|(noun, _)| *noun).collect();
    let mut faults = Vec::new();
    let mut used = vec![false; ELSEWHERE.len()];
    for text in sources::texts() {
        for piece in pieces(&today(&text)) {
            let What::Prose(prose) = &piece.what else { continue };
            for (words, count, noun) in counts(prose, &nouns) {
                let is_total = totals.iter().any(|(name, total)| {
                    *total == Some(count) && words.ends_with(name) && (*name != "cases" || noun == "cases")
                });
                let elsewhere =
                    ELSEWHERE.iter().position(|(path, known, _)| text.path == *path && words == *known);
                elsewhere.into_iter().for_each(|at| used[at] = true);
                if !is_total && elsewhere.is_none() {
                    faults.push(format!("{}:{}: {words}: hold it or take it out", text.path, piece.line));
                }
            }
        }
    }
    for (at, (path, words, _)) in ELSEWHERE.iter().enumerate().filter(|(at, _)| !used[*at]) {
        faults.push(format!("{path}: {words}: number {at} of the list is not there"));
    }
    assert_eq!(faults, [""; 0], "\n{}", faults.join("\n"));
}

#[test]
fn numbers_that_are_no_totals_follow_from_the_code() {
    assert_eq!(sign_bias::LEAST, 47);
    assert_eq!(Algebraic::ALL.len(), 1 + 3, "identity, and those whose Jacobian is not symmetric");
    let readme = sources::read("README.md");
    assert!(readme.contains("on more than 700 cases") && readme.contains("one of more than 600 known ones"));
    assert!((701..800).contains(&cases::steps().len()) && (601..700).contains(&zoo::all::<f64>().len()));
    let crates = sources::root().join("examples/subjects/*/Cargo.toml");
    assert_eq!(glob::glob(crates.to_str().expect("UTF-8")).expect("a pattern").count(), 2);
}

/// The tests that the list of numbers elsewhere names.
#[test]
fn what_holds_a_number_is_a_test() {
    let tests = sources::rust_files("tests/suite");
    for (path, words, test) in ELSEWHERE.iter().filter(|(_, _, test)| !test.is_empty()) {
        let declared = format!("#[test]\nfn {test}(");
        assert!(tests.iter().any(|file| file.text.contains(&declared)), "{path}: {words}: {test}");
    }
}

#[test]
fn counts_are_found_as_they_are_meant() {
    let found = |prose: &str| {
        counts(prose, &["cases", "MB"])
            .into_iter()
            .map(|(words, count, _)| (words, count))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        found("In 1,024 known step cases, nine others."),
        [("1,024 known step cases".to_owned(), 1024)]
    );
    assert_eq!(
        found("(Twelve cases. 3, cases; 4 of all the cases) 8 MB"),
        [("Twelve cases".to_owned(), 12), ("8 MB".to_owned(), 8)]
    );
    let changelog = Source::new("CHANGELOG.md", "# C\n\n## [Unreleased]\n\na\n\n## [0.1.0]\n\n5 cases\n");
    assert_eq!(today(&changelog), "# C\n\n## [Unreleased]\n\na\n");
}
