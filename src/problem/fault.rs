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
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The faults, the first [`Faults::LISTED`] of them.
    pub list: Vec<Fault>,
    /// How many more there are.
    pub more: usize,
}

impl Faults {
    /// So many faults are kept word for word; of the rest, in an input that is wrong all over, the number.
    pub const LISTED: usize = 1000;

    /// Notes a fault.
    pub fn push(&mut self, fault: Fault) {
        if self.list.len() < Self::LISTED {
            self.list.push(fault);
        } else {
            self.more += 1;
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.list.iter().map(Fault::to_string).collect();
        out.write_str(&lines.join("\n"))?;
        if self.more > 0 { write!(out, "\nand {} more faults", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for Faults {}
