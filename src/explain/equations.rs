//! The 58 equations of spec/dropout.md, in the order in which they stand there.
//!
//! This list is the source. spec/equations.json is generated from it for programs, and a test compares the two byte
//! for byte. After a change, rewrite the file:
//!
//! ```text
//! cargo run -- list equations --json > spec/equations.json
//! ```
//!
//! The formula is the one of the document in the letters of a terminal: A_next is A of the next layer, jj the
//! summed output, and an index stands below its letter.

use std::fmt;

/// One numbered equation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Equation {
    /// Its place in the document, from 1.
    pub number: u8,
    /// Its name in code and tests: pass, form and quantity.
    pub id: &'static str,
    /// What it requires of an implementation.
    pub kind: Kind,
    /// The equation as a sentence.
    pub says: &'static str,
    /// The equation in symbols.
    pub formula: &'static str,
}

/// What an equation requires of an implementation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An input of the step.
    Given,
    /// Must be computed.
    Rule,
    /// Defines the places of the numbers in a matrix.
    Layout,
    /// An earlier rule, repeated because a derivation starts from it.
    Restated,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Kind::Given => "given",
            Kind::Rule => "rule",
            Kind::Layout => "layout",
            Kind::Restated => "restated",
        })
    }
}

/// All of them; equation N has the index N − 1.
#[rustfmt::skip]
pub const EQUATIONS: [Equation; 58] = [
    equation(1, "forward.scalar.a", Kind::Given,
        "The activations a of the previous layer are an input of the step.",
        "aᵢ,ₖ = ?"),
    equation(2, "forward.scalar.r", Kind::Rule,
        "Each r is drawn independently: 1 with the probability p_k of keeping unit k, else 0.",
        "rᵢ,ₖ ~ Bernoulli(pₖ): 1 with probability pₖ, 0 with probability 1 − pₖ"),
    equation(3, "forward.scalar.a_tilde", Kind::Rule,
        "ã is a divided by its keep probability where the unit is kept, and 0 where it is dropped.",
        "ãᵢ,ₖ = rᵢ,ₖ · 1/pₖ · aᵢ,ₖ"),
    equation(4, "forward.scalar.z", Kind::Rule,
        "z of output j is the weighted sum of the example's ã over all inputs k, plus the bias of j.",
        "zᵢ,ⱼ = Σₖ wₖ,ⱼ · ãᵢ,ₖ + bⱼ"),
    equation(5, "forward.scalar.a_next", Kind::Rule,
        "Output j of an example is its own function g_j of all z of that example.",
        "a_nextᵢ,ⱼ = gⱼ(zᵢ,₁, …, zᵢ,ⱼ, …)"),
    equation(6, "forward.layout.a", Kind::Layout,
        "A has one row per example and one column per input unit: m × n.",
        "A = [aᵢ,ₖ], m × n"),
    equation(7, "forward.layout.r", Kind::Layout,
        "R is laid out like A, with one mask bit per activation: m × n.",
        "R = [rᵢ,ₖ], m × n"),
    equation(8, "forward.layout.p", Kind::Layout,
        "p is a row of n keep probabilities, one per input unit, the same for all examples.",
        "p = [pₖ], a row of n"),
    equation(9, "forward.layout.a_tilde", Kind::Layout,
        "Ã is laid out like A: m × n.",
        "Ã = [ãᵢ,ₖ], m × n"),
    equation(10, "forward.layout.z_i", Kind::Layout,
        "The z of one example form a row of n_next.",
        "zᵢ = [zᵢ,ⱼ], a row of n_next"),
    equation(11, "forward.layout.z", Kind::Layout,
        "Z stacks the rows z_i of all examples: m × n_next.",
        "Z = the rows z₁ … zₘ stacked = [zᵢ,ⱼ], m × n_next"),
    equation(12, "forward.layout.w", Kind::Layout,
        "W has one row per input unit and one column per output unit: n × n_next.",
        "W = [wₖ,ⱼ], n × n_next"),
    equation(13, "forward.layout.b", Kind::Layout,
        "b is a row of n_next biases, one per output unit.",
        "b = [bⱼ], a row of n_next"),
    equation(14, "forward.layout.a_next_i", Kind::Layout,
        "The outputs of one example form a row of n_next.",
        "a_nextᵢ = [a_nextᵢ,ⱼ], a row of n_next"),
    equation(15, "forward.layout.a_next", Kind::Layout,
        "A of the next layer stacks the output rows of all examples: m × n_next.",
        "A_next = the rows a_next₁ … a_nextₘ stacked = [a_nextᵢ,ⱼ], m × n_next"),
    equation(16, "forward.layout.g", Kind::Layout,
        "g maps a row of n_next numbers to a row of n_next numbers.",
        "g: n_next numbers → n_next numbers"),
    equation(17, "forward.matrix.a", Kind::Given,
        "The matrix A of the previous layer is an input of the step.",
        "A = ?"),
    equation(18, "forward.matrix.a_tilde", Kind::Rule,
        "Ã is the entrywise product of the mask, the reciprocal keep probabilities and A.",
        "Ã = R ⊙ 1/broadcast(p) ⊙ A"),
    equation(19, "forward.matrix.z", Kind::Rule,
        "Z is the product of Ã and W with the bias row added to every row.",
        "Z = Ã · W + broadcast(b)"),
    equation(20, "forward.matrix.a_next", Kind::Rule,
        "A of the next layer is g applied to each row of Z.",
        "A_next = g(Z), row by row"),
    equation(21, "derivation.scalar.da_next", Kind::Given,
        "The gradient of J with respect to every output is an input of the backward pass.",
        "∂J/∂a_nextᵢ,ⱼ = ?"),
    equation(22, "derivation.scalar.a_next_first", Kind::Restated,
        "The first output of an example depends on all z of that example.",
        "a_nextᵢ,₁ = g₁(zᵢ,₁, …, zᵢ,ⱼ, …)"),
    equation(23, "derivation.scalar.a_next_jj", Kind::Restated,
        "So does every output jj of the example.",
        "a_nextᵢ,ⱼⱼ = gⱼⱼ(zᵢ,₁, …, zᵢ,ⱼ, …)"),
    equation(24, "derivation.scalar.a_next_last", Kind::Restated,
        "So does the last output of the example.",
        "a_nextᵢ,ₙ = gₙ(zᵢ,₁, …, zᵢ,ⱼ, …), n = n_next"),
    equation(25, "derivation.scalar.dz", Kind::Rule,
        "By the chain rule, dJ/dz of unit j collects a term from every output jj of the same example.",
        "∂J/∂zᵢ,ⱼ = Σⱼⱼ ∂J/∂a_nextᵢ,ⱼⱼ · ∂a_nextᵢ,ⱼⱼ/∂zᵢ,ⱼ"),
    equation(26, "derivation.scalar.z_first_example", Kind::Restated,
        "z of output j in the first example uses the weights and the bias of j.",
        "z₁,ⱼ = Σₖ wₖ,ⱼ · ã₁,ₖ + bⱼ"),
    equation(27, "derivation.scalar.z_example", Kind::Restated,
        "z of output j in example i uses the same weights and the same bias.",
        "zᵢ,ⱼ = Σₖ wₖ,ⱼ · ãᵢ,ₖ + bⱼ"),
    equation(28, "derivation.scalar.z_last_example", Kind::Restated,
        "z of output j in the last example uses them too.",
        "zₘ,ⱼ = Σₖ wₖ,ⱼ · ãₘ,ₖ + bⱼ"),
    equation(29, "derivation.scalar.dw", Kind::Rule,
        "By the chain rule, dJ/dw sums over the examples; the local derivative of z with respect to w is ã.",
        "∂J/∂wₖ,ⱼ = Σᵢ ∂J/∂zᵢ,ⱼ · ∂zᵢ,ⱼ/∂wₖ,ⱼ = Σᵢ ∂J/∂zᵢ,ⱼ · ãᵢ,ₖ"),
    equation(30, "derivation.scalar.db", Kind::Rule,
        "By the chain rule, dJ/db sums over the examples; the local derivative of z with respect to b is 1.",
        "∂J/∂bⱼ = Σᵢ ∂J/∂zᵢ,ⱼ · ∂zᵢ,ⱼ/∂bⱼ = Σᵢ ∂J/∂zᵢ,ⱼ"),
    equation(31, "derivation.scalar.z_first_output", Kind::Restated,
        "z of the first output uses every ã of the example.",
        "zᵢ,₁ = Σₖ wₖ,₁ · ãᵢ,ₖ + b₁"),
    equation(32, "derivation.scalar.z_output", Kind::Restated,
        "z of output j uses the same ã, each with its own weight.",
        "zᵢ,ⱼ = Σₖ wₖ,ⱼ · ãᵢ,ₖ + bⱼ"),
    equation(33, "derivation.scalar.z_last_output", Kind::Restated,
        "z of the last output uses them too.",
        "zᵢ,ₙ = Σₖ wₖ,ₙ · ãᵢ,ₖ + bₙ, n = n_next"),
    equation(34, "derivation.scalar.da_tilde", Kind::Rule,
        "By the chain rule, dJ/dã sums over the outputs; the local derivative of z with respect to ã is w.",
        "∂J/∂ãᵢ,ₖ = Σⱼ ∂J/∂zᵢ,ⱼ · ∂zᵢ,ⱼ/∂ãᵢ,ₖ = Σⱼ ∂J/∂zᵢ,ⱼ · wₖ,ⱼ"),
    equation(35, "derivation.scalar.a_tilde", Kind::Restated,
        "ã depends only on the a in the same place.",
        "ãᵢ,ₖ = rᵢ,ₖ · 1/pₖ · aᵢ,ₖ"),
    equation(36, "derivation.scalar.da", Kind::Rule,
        "By the chain rule, dJ/da is dJ/dã times the factor r/p of the forward pass; there is no sum.",
        "∂J/∂aᵢ,ₖ = ∂J/∂ãᵢ,ₖ · ∂ãᵢ,ₖ/∂aᵢ,ₖ = ∂J/∂ãᵢ,ₖ · rᵢ,ₖ · 1/pₖ"),
    equation(37, "backward.scalar.da_next", Kind::Given,
        "dJ/da of the next layer is an input of the backward pass.",
        "∂J/∂a_nextᵢ,ⱼ = ?"),
    equation(38, "backward.scalar.dz", Kind::Rule,
        "dJ/dz of unit j sums, over all outputs jj, the upstream gradient times the Jacobian entry (jj, j).",
        "∂J/∂zᵢ,ⱼ = Σⱼⱼ ∂J/∂a_nextᵢ,ⱼⱼ · ∂a_nextᵢ,ⱼⱼ/∂zᵢ,ⱼ"),
    equation(39, "backward.scalar.dw", Kind::Rule,
        "dJ/dw sums dJ/dz times ã over the examples.",
        "∂J/∂wₖ,ⱼ = Σᵢ ∂J/∂zᵢ,ⱼ · ãᵢ,ₖ"),
    equation(40, "backward.scalar.db", Kind::Rule,
        "dJ/db sums dJ/dz over the examples.",
        "∂J/∂bⱼ = Σᵢ ∂J/∂zᵢ,ⱼ"),
    equation(41, "backward.scalar.da_tilde", Kind::Rule,
        "dJ/dã sums dJ/dz times w over the outputs.",
        "∂J/∂ãᵢ,ₖ = Σⱼ ∂J/∂zᵢ,ⱼ · wₖ,ⱼ"),
    equation(42, "backward.scalar.da", Kind::Rule,
        "dJ/da is dJ/dã times the same mask bit and the same 1/p as in the forward pass.",
        "∂J/∂aᵢ,ₖ = ∂J/∂ãᵢ,ₖ · rᵢ,ₖ · 1/pₖ"),
    equation(43, "backward.layout.da_next_i", Kind::Layout,
        "The upstream gradient of one example forms a row of n_next.",
        "∂J/∂a_nextᵢ = [∂J/∂a_nextᵢ,ⱼ], a row of n_next"),
    equation(44, "backward.layout.da_next", Kind::Layout,
        "dJ/dA of the next layer stacks these rows: m × n_next, like A of the next layer.",
        "∂J/∂A_next = these rows stacked = [∂J/∂a_nextᵢ,ⱼ], m × n_next"),
    equation(45, "backward.layout.dz_i", Kind::Layout,
        "dJ/dz of one example forms a row of n_next.",
        "∂J/∂zᵢ = [∂J/∂zᵢ,ⱼ], a row of n_next"),
    equation(46, "backward.layout.dz", Kind::Layout,
        "dJ/dZ stacks these rows: m × n_next, like Z.",
        "∂J/∂Z = these rows stacked = [∂J/∂zᵢ,ⱼ], m × n_next"),
    equation(47, "backward.layout.dw", Kind::Layout,
        "dJ/dW is laid out like W: n × n_next.",
        "∂J/∂W = [∂J/∂wₖ,ⱼ], n × n_next"),
    equation(48, "backward.layout.db", Kind::Layout,
        "dJ/db is laid out like b: a row of n_next.",
        "∂J/∂b = [∂J/∂bⱼ], a row of n_next"),
    equation(49, "backward.layout.da_tilde", Kind::Layout,
        "dJ/dÃ is laid out like Ã: m × n.",
        "∂J/∂Ã = [∂J/∂ãᵢ,ₖ], m × n"),
    equation(50, "backward.layout.da", Kind::Layout,
        "dJ/dA is laid out like A: m × n.",
        "∂J/∂A = [∂J/∂aᵢ,ₖ], m × n"),
    equation(51, "derivation.matrix.dz_i", Kind::Rule,
        "Written out: the row dJ/dz_i is the upstream row times the Jacobian with outputs as rows and inputs as columns.",
        "∂J/∂zᵢ = ∂J/∂a_nextᵢ · [∂a_nextᵢ,ⱼⱼ/∂zᵢ,ⱼ] = ∂J/∂a_nextᵢ · ∂a_nextᵢ/∂zᵢ"),
    equation(52, "backward.matrix.da_next", Kind::Given,
        "The matrix dJ/dA of the next layer is an input of the backward pass.",
        "∂J/∂A_next = ?"),
    equation(53, "backward.matrix.dz_i", Kind::Rule,
        "The row dJ/dz_i is the upstream row of example i times the Jacobian of example i.",
        "∂J/∂zᵢ = ∂J/∂a_nextᵢ · ∂a_nextᵢ/∂zᵢ"),
    equation(54, "backward.matrix.dz", Kind::Rule,
        "dJ/dZ stacks the rows dJ/dz_i, with one Jacobian per example.",
        "∂J/∂Z = the rows ∂J/∂z₁ … ∂J/∂zₘ stacked"),
    equation(55, "backward.matrix.dw", Kind::Rule,
        "dJ/dW is Ã transposed times dJ/dZ.",
        "∂J/∂W = Ãᵀ · ∂J/∂Z"),
    equation(56, "backward.matrix.db", Kind::Rule,
        "dJ/db is the sum of the rows of dJ/dZ.",
        "∂J/∂b = Σᵢ ∂J/∂zᵢ"),
    equation(57, "backward.matrix.da_tilde", Kind::Rule,
        "dJ/dÃ is dJ/dZ times W transposed.",
        "∂J/∂Ã = ∂J/∂Z · Wᵀ"),
    equation(58, "backward.matrix.da", Kind::Rule,
        "dJ/dA is the entrywise product of dJ/dÃ, the mask and the reciprocal keep probabilities.",
        "∂J/∂A = ∂J/∂Ã ⊙ R ⊙ 1/broadcast(p)"),
];

const fn equation(
    number: u8,
    id: &'static str,
    kind: Kind,
    says: &'static str,
    formula: &'static str,
) -> Equation {
    Equation { number, id, kind, says, formula }
}
