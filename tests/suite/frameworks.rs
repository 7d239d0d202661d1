//! spec/frameworks.md: each formula of a framework is listed, no worse for a stated reason, or a defect that cases catch.

use crate::cases::{folder, json};
use crate::sources;
use dropout_oracle::problem::Activation;
use std::collections::BTreeSet;

/// What a row says of a formula.
struct Row {
    framework: String,
    results: Vec<String>,
    verdict: String,
}

fn rows(page: &str) -> Vec<Row> {
    let cells = |line: &str| -> Option<Row> {
        let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
        let [framework, results, _, verdict] = cells[..] else { panic!("{line}: four cells") };
        Some(Row {
            framework: framework.into(),
            results: results.split(", ").map(|result| result.trim_end_matches('′').to_owned()).collect(),
            verdict: verdict.trim_end_matches(" |").into(),
        })
    };
    page.lines().filter_map(cells).skip(1).collect()
}

#[test]
fn every_formula_is_no_worse_for_a_stated_reason_or_a_defect_that_cases_catch() {
    let page = sources::read("spec/frameworks.md");
    let matrix = json(&folder().join("kill-matrix.json"));
    let reasons = (1..).take_while(|number| page.contains(&format!("\n{number}. "))).count();
    let known: BTreeSet<&str> = Activation::all().map(|activation| activation.name()).collect();
    let (mut frameworks, mut used) = (BTreeSet::new(), BTreeSet::new());
    for Row { framework, results, verdict } in rows(&page) {
        assert!(results.iter().all(|result| known.contains(result.as_str())), "{framework}: {results:?}");
        if let Some(number) = verdict.strip_prefix("no worse: ") {
            used.insert(number.parse::<usize>().expect("a number"));
        } else {
            let id = verdict.strip_prefix("defect `").and_then(|id| id.strip_suffix('`'));
            let id = id.unwrap_or_else(|| panic!("{framework} {results:?}: {verdict}"));
            let kills = matrix["defects"][id]["kills"].as_str();
            let kills = kills.unwrap_or_else(|| panic!("{framework} {results:?}: no defect {id}"));
            assert!(kills.contains(['x', '6']), "no case catches {id}");
        }
        frameworks.insert(framework);
    }
    assert_eq!(used, (1..=reasons).collect());
    assert_eq!(frameworks.len(), 7, "{frameworks:?}");
    assert!(frameworks.iter().all(|name| page.contains(name.split(',').next().expect("a name"))));
}
