//! What a subject is asked: masks at keep probabilities that bring faults to light.

/// One question: a fresh mask of `rows` rows for these keep probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The probabilities to keep; at most 64.
    pub p: Vec<f64>,
    /// How many rows.
    pub rows: usize,
    /// What the answer is for.
    pub role: Role,
}

/// What the answer to a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Many keep probabilities, so that one mistaken for another shows.
    Rates,
    /// p = 1/2: a cell tells most about its neighbours there.
    Even,
    /// p = 1/4: the same, for whoever treats 1/2 apart.
    Skewed,
    /// p = 1: a dropped unit is wrong with certainty.
    Certain,
    /// p so small, or so near to 1, that a uniform number of few bits cannot follow.
    Fine,
    /// Small masks of p = 1/2, many of them: what a call does as a whole.
    Short,
}

/// All questions, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The questions.
    pub questions: Vec<Question>,
    /// Whether units have keep probabilities of their own in the first question.
    pub per_unit_p: bool,
}

/// The keep probabilities of [`Role::Rates`]: no two equal, neighbours far apart, their mean away from
/// 1/2.
pub const RATES: [f64; 32] = [
    0.9,
    0.3,
    1.0,
    0.1,
    0.75,
    0.05,
    0.8,
    0.2,
    0.95,
    0.6,
    0.35,
    0.85,
    0.5,
    0.99,
    0.25,
    0.7,
    0.15,
    0.65,
    0.4,
    0.98,
    0.55,
    0.02,
    0.875,
    0.45,
    0.97,
    0.625,
    0.01,
    0.92,
    0.375,
    0.78,
    0.125,
    1.0 / 3.0,
];

/// The least p: with uniform numbers of b bits, u < p happens once in 2^b cells instead of never.
pub const TINY: f64 = 1.0 / (1u64 << 40) as f64;

/// A p just below 2^−12: rounded to 11 bits or fewer it is 0.
pub const SMALL: f64 = 0.00024;

impl Plan {
    /// The plan of `check`: 2.6 million cells, no answer with more than 4096 rows of 64 units.
    pub fn standard(per_unit_p: bool) -> Plan {
        Plan::reduced(per_unit_p, 1)
    }

    /// The same questions with a fraction of the rows, down to 1/32: a quick look, or one of many.
    pub fn reduced(per_unit_p: bool, by: usize) -> Plan {
        let question = |role, p: &[f64], rows: usize| Question { p: p.to_vec(), rows: rows / by, role };
        let mut questions = match per_unit_p {
            true => vec![question(Role::Rates, &RATES, 4096)],
            false => RATES.iter().map(|&p| question(Role::Rates, &[p; 32], 128)).collect(),
        };
        let mut ask = |times, question: Question| questions.extend(std::iter::repeat_n(question, times));
        ask(3, question(Role::Even, &[0.5; 32], 2048));
        ask(2, question(Role::Skewed, &[0.25; 32], 1024));
        ask(1, question(Role::Certain, &[1.0; 32], 512));
        ask(48, Question { p: vec![0.5; 7], rows: 5, role: Role::Short });
        ask(1, question(Role::Fine, &[SMALL; 64], 2048));
        ask(4, question(Role::Fine, &[TINY; 64], 4096));
        ask(4, question(Role::Fine, &[1.0 - TINY; 64], 4096));
        Plan { questions, per_unit_p }
    }

    /// How many cells are asked for.
    pub fn cells(&self) -> usize {
        self.questions.iter().map(|question| question.rows * question.p.len()).sum()
    }
}
