//! The questions for a subject: masks at keep probabilities that expose defects.
//!
//! The plan is fixed, so the tests do not depend on the answers; [`super::test`] says what is counted in
//! them.

/// One question: a fresh mask of `rows` rows for these keep probabilities.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The keep probabilities, at most 64.
    pub p: Vec<f64>,
    /// The number of rows.
    pub rows: usize,
    /// The purpose of the answer.
    pub role: Role,
}

/// The purpose of the answer to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Many keep probabilities, so that using one in place of another shows.
    Rates,
    /// p = 1/2, where dependence between cells is most visible.
    Even,
    /// p = 1/4: the same, for a generator that treats 1/2 specially.
    Skewed,
    /// p = 1: a dropped unit is certainly wrong.
    Certain,
    /// p so close to 0 or 1 that uniform numbers with few bits cannot represent it.
    Fine,
    /// Many small masks of p = 1/2: the behaviour of a call as a whole.
    Short,
}

/// All questions, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The questions.
    pub questions: Vec<Question>,
    /// Whether each unit has its own keep probability in the first question.
    pub per_unit_p: bool,
}

/// The keep probabilities of [`Role::Rates`]: no two are equal, neighbours are far apart, and the mean is not
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

/// The smallest p. With uniform numbers of b bits, u < p happens once in 2^b cells instead of practically
/// never.
pub const TINY: f64 = 1.0 / (1u64 << 40) as f64;

/// A p just below 2^−12, which is 0 if rounded to 11 or fewer bits.
pub const SMALL: f64 = 0.00024;

impl Plan {
    /// The plan of `check`: 7.9 million cells, in answers of at most 4096 rows of 64 units.
    pub fn standard(per_unit_p: bool) -> Plan {
        Plan::reduced(per_unit_p, 1)
    }

    /// The same questions with a fraction of the rows, down to 1/32: for a quick look, or for many runs.
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
        ask(128, Question { p: vec![0.5; 7], rows: 5, role: Role::Short });
        ask(1, question(Role::Fine, &[SMALL; 64], 2048));
        ask(24, question(Role::Fine, &[TINY; 64], 4096));
        ask(4, question(Role::Fine, &[1.0 - TINY; 64], 4096));
        Plan { questions, per_unit_p }
    }

    /// The number of cells in all answers.
    pub fn cells(&self) -> usize {
        self.questions.iter().map(|question| question.rows * question.p.len()).sum()
    }
}
