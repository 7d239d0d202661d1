//! Sums: any order, any grouping, and compensation with exact errors.

use super::choices::{Grouping, Order};
use super::exact::{Binary, Exact};
use super::machine::Machine;

/// A term of a sum.
#[derive(Clone, Copy, Debug)]
pub enum Term {
    /// A number.
    Value(Exact),
    /// A product that is yet to be rounded, unless it is fused with an addition.
    Product(Exact, Exact),
}

use Term::{Product, Value};

impl Term {
    /// The term itself, without rounding.
    fn exact(self) -> Exact {
        match self {
            Value(x) => x,
            Product(x, y) => x * y,
        }
    }
}

impl Machine {
    /// Σ in the accumulator format.
    pub fn sum(&self, terms: Vec<Term>) -> Exact {
        self.sum_in(self.accumulator, None, terms)
    }

    /// Σ inside an activation: summed in the accumulator format, then rounded to storage.
    pub fn stored_sum(&self, terms: Vec<Term>) -> Exact {
        self.fl(self.sum(terms))
    }

    /// A sum in a format, perhaps with a number that comes before all terms.
    pub fn sum_in(&self, format: Binary, first: Option<Exact>, terms: Vec<Term>) -> Exact {
        let terms: Vec<Term> = first.map(Value).into_iter().chain(self.in_order(terms)).collect();
        let grouping = self.choose(self.habits.grouping);
        match grouping {
            Grouping::Compensated | Grouping::Corrected => {
                self.compensated(&terms, grouping == Grouping::Corrected, format)
            }
            _ => self.value(self.grouped(&terms, grouping, format), format),
        }
    }

    /// The value of a term.
    pub fn value(&self, term: Term, format: Binary) -> Exact {
        match term {
            Value(x) => x,
            Product(x, y) => self.round(x * y, format),
        }
    }

    fn in_order(&self, mut terms: Vec<Term>) -> Vec<Term> {
        // Doubles that are not negative are in the order of their bits.
        let size = |term: &Term| term.exact().to_f64().abs().to_bits();
        let positive = |term: &Term| term.exact().is_positive();
        match self.choose(self.habits.order) {
            Order::Forwards => {}
            Order::Backwards => terms.reverse(),
            Order::Shuffled => (1..terms.len()).for_each(|last| terms.swap(self.below(last + 1), last)),
            Order::Ascending => terms.sort_by_cached_key(size),
            Order::Descending => terms.sort_by_cached_key(|term| !size(term)),
            Order::PositiveFirst => terms.sort_by_cached_key(|term| !positive(term)),
            Order::NegativeFirst => terms.sort_by_cached_key(positive),
        }
        terms
    }

    /// Two terms added; if one is a product, the two operations may be one.
    fn join(&self, left: Term, right: Term, format: Binary) -> Term {
        Value(match (left, right) {
            (Product(x, y), other) | (other, Product(x, y)) if self.choose(self.habits.fused) => {
                self.round(x * y + self.value(other, format), format)
            }
            _ => self.round(self.value(left, format) + self.value(right, format), format),
        })
    }

    fn sequential(&self, terms: impl IntoIterator<Item = Term>, format: Binary) -> Term {
        terms.into_iter().reduce(|sum, term| self.join(sum, term, format)).unwrap_or(Value(Exact::ZERO))
    }

    fn grouped(&self, terms: &[Term], grouping: Grouping, format: Binary) -> Term {
        let size = 2 + self.below(7);
        match (grouping, terms.len()) {
            (Grouping::Blocks, _) => {
                let blocks = terms.chunks(size).map(|block| self.sequential(block.iter().copied(), format));
                self.sequential(blocks, format)
            }
            (Grouping::Lanes, _) => {
                let lane = |first| terms.iter().copied().skip(first).step_by(size);
                let lanes = (0..size.min(terms.len())).map(|first| self.sequential(lane(first), format));
                self.sequential(lanes, format)
            }
            (Grouping::Pairwise | Grouping::Tree, 2..) => {
                let middle = match grouping {
                    Grouping::Tree => 1 + self.below(terms.len() - 1),
                    _ => terms.len() / 2,
                };
                let (left, right) = terms.split_at(middle);
                let left = self.grouped(left, grouping, format);
                self.join(left, self.grouped(right, grouping, format), format)
            }
            _ => self.sequential(terms.iter().copied(), format),
        }
    }

    /// The sum with the exact errors of its additions, and perhaps those of its products.
    ///
    /// They are added up and join the sum at the end. If `corrected`, each joins the next term instead, and the last
    /// one may be dropped.
    fn compensated(&self, terms: &[Term], corrected: bool, format: Binary) -> Exact {
        let products_too = self.below(2) == 0;
        let (mut sum, mut rest) = (Exact::ZERO, Exact::ZERO);
        for &term in terms {
            let mut x = self.value(term, format);
            if products_too {
                rest = self.round(rest + self.round(term.exact() - x, format), format);
            }
            if corrected {
                x = self.round(x + rest, format);
            }
            let next = self.round(sum + x, format);
            let error = self.round(sum + x - next, format);
            rest = if corrected { error } else { self.round(rest + error, format) };
            sum = next;
        }
        if corrected && self.below(2) == 0 { sum } else { self.round(sum + rest, format) }
    }
}
