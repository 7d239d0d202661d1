//! What is wrong with an input: where, what was found, which rule it breaks, and the cure.

use std::fmt;

/// One fault in an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where, as a path from the top of the problem: `inputs.p[2]`.
    pub path: String,
    /// What stands there: `= 0`, `has 3 rows`, `is missing`.
    pub found: String,
    /// The rule that it breaks: `must lie in (0, 1]`.
    pub rule: String,
    /// The id of the ruling behind the rule, where there is one (spec/rulings.md).
    pub ruling: Option<&'static str>,
    /// What to do about it.
    pub cure: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault { path, found, rule, ruling, cure } = self;
        write!(out, "{path} {found}: {rule}")?;
        if let Some(id) = ruling {
            write!(out, " (ruling {id})")?;
        }
        write!(out, "; {cure}")
    }
}

/// All faults of an input, in the order of its parts: never only the first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        out.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}
