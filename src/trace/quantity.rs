//! [`Quantity`]: the names of the eight results, and their shapes.

/// One of the eight results, in the order in which a step computes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Quantity {
    ATilde,
    Z,
    ANext,
    Dz,
    Dw,
    Db,
    DaTilde,
    Da,
}

impl Quantity {
    /// All eight, in order.
    pub const ALL: [Quantity; 8] = [
        Quantity::ATilde,
        Quantity::Z,
        Quantity::ANext,
        Quantity::Dz,
        Quantity::Dw,
        Quantity::Db,
        Quantity::DaTilde,
        Quantity::Da,
    ];

    /// The name in JSON and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Quantity::ATilde => "A_tilde",
            Quantity::Z => "Z",
            Quantity::ANext => "A_next",
            Quantity::Dz => "dZ",
            Quantity::Dw => "dW",
            Quantity::Db => "db",
            Quantity::DaTilde => "dA_tilde",
            Quantity::Da => "dA",
        }
    }

    /// The earlier results that its equation reads.
    pub fn reads(self) -> &'static [Quantity] {
        match self {
            Quantity::ATilde => &[],
            Quantity::Z => &[Quantity::ATilde],
            Quantity::ANext | Quantity::Dz => &[Quantity::Z],
            Quantity::Dw => &[Quantity::Dz, Quantity::ATilde],
            Quantity::Db | Quantity::DaTilde => &[Quantity::Dz],
            Quantity::Da => &[Quantity::DaTilde],
        }
    }

    /// Its rows and columns; db is one row.
    pub fn shape(self, m: usize, n: usize, n_next: usize) -> (usize, usize) {
        match self {
            Quantity::ATilde | Quantity::DaTilde | Quantity::Da => (m, n),
            Quantity::Z | Quantity::ANext | Quantity::Dz => (m, n_next),
            Quantity::Dw => (n, n_next),
            Quantity::Db => (1, n_next),
        }
    }
}
