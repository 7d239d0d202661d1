//! [`Fault`] and [`Faults`]: what is wrong with an input, and how to put it right.
//!
//! Faults are for bad input alone. They do not know where the input came from; [`super::check`] and the
//! readers of [`crate::wire`] find them.

use std::fmt;

/// One fault of an input: where it is, what was found, which rule it breaks, and the cure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The place, as a path from the top of the problem: `inputs.p[2]`.
    pub path: String,
    /// What was found there: `= 0`, `has 3 rows`, `is missing`.
    pub found: String,
    /// The broken rule: `must lie in (0, 1]`.
    pub rule: String,
    /// The id of the ruling behind the rule, if there is one (spec/rulings.md).
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

/// All faults of an input, in the order of its parts, never only the first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// The first [`Faults::LISTED`] faults.
    pub list: Vec<Fault>,
    /// The number of further faults.
    pub more: usize,
}

impl Faults {
    /// How many faults are kept; any further ones are only counted.
    pub const LISTED: usize = 1000;

    /// Adds a fault.
    pub fn push(&mut self, fault: Fault) {
        self.add(|| fault);
    }

    /// Adds a fault, which is only made if it is kept: counting millions of them takes neither memory nor time.
    pub fn add(&mut self, fault: impl FnOnce() -> Fault) {
        if self.list.len() < Self::LISTED {
            self.list.push(fault());
        } else {
            self.more += 1;
        }
    }

    /// Whether there are none.
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
