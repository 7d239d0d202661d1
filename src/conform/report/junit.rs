//! The report as JUnit XML: one test case for each case. Known failures count as skipped.
//!
//! The crate quick-junit (0.8) is not used: it does not escape line breaks in messages, so XML readers turn them into
//! spaces; it lets U+FFFE and U+FFFF through, which XML forbids; and it adds seven crates.

use super::{Report, details, diagnosed, summary};
use crate::conform::judge::verdict::{Outcome, Status};

/// The report as XML text.
pub fn junit(report: &Report) -> String {
    let run = report.run;
    let unexpected = |id: &str| report.unexpected.iter().find(|unexpected| unexpected.id == id);
    let case = |outcome: &Outcome| {
        let Outcome { id, verdict } = outcome;
        let (family, name) = id.split_once('/').unwrap_or(("", id));
        let text = || escaped(&format!("{}{}", details(verdict), report.reproduce(id)));
        let message = escaped(&summary(verdict).unwrap_or_default());
        let inside = match (unexpected(id), verdict.status) {
            (Some(_), Status::Errored) => format!("<error message=\"{message}\">{}</error>", text()),
            (Some(unexpected), _) => {
                let message = if message.is_empty() { escaped(&unexpected.what) } else { message };
                format!(
                    "<failure message=\"{message}\" type=\"{}\">{}</failure>",
                    escaped(&unexpected.what),
                    text()
                )
            }
            (None, Status::Pass) => String::new(),
            (None, Status::NotJudged | Status::Skipped) => {
                format!("<skipped message=\"{}: {message}\"/>", verdict.status.name())
            }
            (None, Status::Fail | Status::Errored) => {
                format!("<skipped message=\"known failure: {message}\"/>")
            }
        };
        let (family, name) = (escaped(family), escaped(name));
        (format!("    <testcase classname=\"{family}\" name=\"{name}\">{inside}</testcase>\n"), inside)
    };
    // A known failure whose case does not exist has no outcome, but counts as a failure.
    let unknown = report
        .unexpected
        .iter()
        .filter(|unexpected| run.outcomes.iter().all(|outcome| outcome.id != unexpected.id));
    let unknown = unknown.map(|unexpected| {
        let inside = format!("<failure message=\"{}\"/>", escaped(&unexpected.what));
        (
            format!(
                "    <testcase classname=\"\" name=\"{}\">{inside}</testcase>\n",
                escaped(&unexpected.id)
            ),
            inside,
        )
    });
    let cases: Vec<(String, String)> = run.outcomes.iter().map(case).chain(unknown).collect();
    let count = |tag: &str| cases.iter().filter(|(_, inside)| inside.starts_with(tag)).count();
    let counts = format!(
        "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\"",
        cases.len(),
        count("<failure"),
        count("<error"),
        count("<skipped")
    );
    let name = escaped(&run.about.name);
    let cases: String = cases.into_iter().map(|(case, _)| case).collect();
    let property =
        |line: String| format!("      <property name=\"diagnosis\" value=\"{}\"/>\n", escaped(&line));
    let properties: String = diagnosed(run).into_iter().map(property).collect();
    let properties = match properties.is_empty() {
        true => properties,
        false => format!("    <properties>\n{properties}    </properties>\n"),
    };
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"dropout-oracle\" {counts}>\n  <testsuite name=\"{name}\" {counts}>\n{properties}{cases}  </testsuite>\n</testsuites>\n"
    )
}

/// A text escaped for XML content and attributes; characters that XML forbids are replaced.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\n' => escaped += "&#10;",
            '\t' => escaped += "&#9;",
            '\0'..='\u{1f}' | '\u{7f}' | '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            c => escaped.push(c),
        }
    }
    escaped
}
