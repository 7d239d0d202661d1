//! What an equation is about: one of the arrays of the step, whatever the form and the chapter.
//!
//! `derivation.scalar.z_first_example` is about z, and so is `forward.matrix.z`. The topic finds the rule that computes
//! the array in both forms, its tests, its mistakes and its tolerance.

use crate::explain::{EQUATIONS, Equation, Kind};
use crate::trace::Quantity;

/// An array of the step by the name that the ids use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Topic {
    /// The last part of the ids: `a_tilde`.
    pub name: &'static str,
    /// The result that it is, unless it is an input.
    pub quantity: Option<Quantity>,
}

const TOPICS: [Topic; 15] = [
    of("a_tilde", Some(Quantity::ATilde)),
    of("a_next", Some(Quantity::ANext)),
    of("z", Some(Quantity::Z)),
    of("dz", Some(Quantity::Dz)),
    of("dw", Some(Quantity::Dw)),
    of("db", Some(Quantity::Db)),
    of("da_tilde", Some(Quantity::DaTilde)),
    of("da_next", None),
    of("da", Some(Quantity::Da)),
    of("a", None),
    of("r", None),
    of("p", None),
    of("w", None),
    of("b", None),
    of("g", None),
];

const fn of(name: &'static str, quantity: Option<Quantity>) -> Topic {
    Topic { name, quantity }
}

impl Topic {
    /// The topic of an equation; the longest name that its id begins with after the form.
    pub fn of(equation: &Equation) -> Option<Topic> {
        let last = equation.id.rsplit('.').next()?;
        let is =
            |name: &str| last.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
        TOPICS.into_iter().filter(|topic| is(topic.name)).max_by_key(|topic| topic.name.len())
    }

    /// The rule or given with indices that defines it: equation 4 for z.
    pub fn scalar(self) -> Option<&'static Equation> {
        self.in_form("scalar")
    }

    /// The rule or given with matrices.
    pub fn matrix(self) -> Option<&'static Equation> {
        self.in_form("matrix")
    }

    fn in_form(self, form: &str) -> Option<&'static Equation> {
        let passes = ["forward", "backward"].map(|pass| format!("{pass}.{form}.{}", self.name));
        let fits = |equation: &&Equation| {
            passes.iter().any(|id| id == equation.id) && matches!(equation.kind, Kind::Rule | Kind::Given)
        };
        EQUATIONS.iter().find(fits)
    }

    /// The result whose rule is the first to read it, or itself: what goes wrong with it goes wrong there.
    pub fn judged_as(self) -> Option<Quantity> {
        self.quantity.or(match self.name {
            "a" | "p" => Some(Quantity::ATilde),
            "w" | "b" => Some(Quantity::Z),
            "g" => Some(Quantity::ANext),
            "da_next" => Some(Quantity::Dz),
            _ => None,
        })
    }
}

/// The number of the equation with indices that computes a result.
pub fn number(quantity: Quantity) -> u8 {
    let topic = TOPICS.into_iter().find(|topic| topic.quantity == Some(quantity));
    topic.and_then(Topic::scalar).map_or(0, |equation| equation.number)
}
