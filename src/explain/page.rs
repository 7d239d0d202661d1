//! One equation worked out at one place: a cell term by term, or a product of whole matrices.

use super::block::{Block, MOST, shown, side_by_side, wrap};
use super::case::{Array, Case};
use super::symbols::{equals, factor, indexed, number};
use crate::problem::Inputs;

const INDENT: &str = "    ";
/// The widest sign before a block.
const WIDEST_SIGN: &str = "g of ";

/// A case on a page of a given width.
pub struct Page<'a> {
    /// The case.
    pub case: &'a Case<'a>,
    /// The columns of the page.
    pub width: usize,
}

/// A term of a sum, as a product: its letters, and the numbers in their place.
struct Term {
    letters: Vec<String>,
    factors: Vec<f64>,
}

impl Term {
    fn new<const N: usize>(cells: [(String, f64); N]) -> Self {
        let (letters, factors) = cells.into_iter().unzip();
        Term { letters, factors }
    }

    fn product(&self) -> f64 {
        self.factors.iter().product()
    }
}

impl Page<'_> {
    /// A given: nothing to compute.
    pub fn given(&self, array: &Array, row: usize, col: usize) -> String {
        let x = array.at(row, col);
        let line = format!("{INDENT}{} {} {}\n\n", array.symbol(row, col), equals([x]), number(x));
        line + &array.table(self.width)
    }

    /// Equation 2: the mask that the case supplies, and what it would be drawn from.
    pub fn drawn(&self) -> String {
        let Inputs { keep_prob, r, .. } = &self.case.inputs;
        let ((m, _, _), (i, k, _)) = (self.case.shape(), self.case.followed);
        let p = keep_prob.at(0, k);
        let kept = (0..m).filter(|&i| r.at(i, k) == 1.0).count();
        let line = format!(
            "{} = {}, a draw that is 1 with probability {} {} {}. This case supplies the mask, so nothing is \
             drawn; it keeps unit {} in {kept} of {m} examples.",
            r.symbol(i, k),
            number(r.at(i, k)),
            keep_prob.symbol(0, k),
            equals([p]),
            number(p),
            k + 1,
        );
        let tables = keep_prob.table(self.width) + "\n" + &r.table(self.width);
        wrap(INDENT, line.split(' '), self.width) + "\n" + &tables
    }

    /// ã at the followed cell (equation 3).
    pub fn a_tilde(&self) -> String {
        let Inputs { a, keep_prob, r, .. } = &self.case.inputs;
        let (i, k, _) = self.case.followed;
        let p = keep_prob.at(0, k);
        let letters = format!("{} · 1/{} · {}", r.symbol(i, k), keep_prob.symbol(0, k), a.symbol(i, k));
        let numbers = format!("{} · 1/{} · {}", number(r.at(i, k)), number(p), factor(a.at(i, k)));
        let a_tilde = &self.case.forward.a_tilde;
        self.chain(
            &a_tilde.symbol(i, k),
            vec![("=", vec![letters]), (equals([p, a.at(i, k)]), vec![numbers])],
            a_tilde.at(i, k),
        )
    }

    /// z of example `i` and output `j` (equation 4).
    pub fn z(&self, i: usize, j: usize) -> String {
        let Inputs { w, b, .. } = &self.case.inputs;
        let (a_tilde, z) = (&self.case.forward.a_tilde, &self.case.forward.z);
        let product = |k| Term::new([(w.symbol(k, j), w.at(k, j)), (a_tilde.symbol(i, k), a_tilde.at(i, k))]);
        let bias = Term::new([(b.symbol(0, j), b.at(0, j))]);
        let terms = (0..self.case.shape().1).map(product).chain([bias]).collect();
        self.sum(&z.symbol(i, j), None, terms, z.at(i, j))
    }

    /// Output `j` of example `i` (equation 5).
    pub fn a_next(&self, i: usize, j: usize) -> String {
        let (z, a_next) = (&self.case.forward.z, &self.case.forward.a_next);
        let row: Vec<Option<usize>> = shown(self.case.shape().2, MOST);
        let arguments = |write: &dyn Fn(usize) -> String| -> Vec<String> {
            let last = row.len() - 1;
            let ends = |at: usize| {
                let open = if at == 0 { format!("{}(", indexed("g", &[j])) } else { String::new() };
                (open, if at == last { ")" } else { "," })
            };
            let argument = |(at, index): (usize, &Option<usize>)| {
                let (open, close) = ends(at);
                format!("{open}{}{close}", index.map_or("…".to_string(), write))
            };
            row.iter().enumerate().map(argument).collect()
        };
        self.chain(
            &a_next.symbol(i, j),
            vec![
                ("=", arguments(&|l| z.symbol(i, l))),
                (equals(row.iter().flatten().map(|&l| z.at(i, l))), arguments(&|l| number(z.at(i, l)))),
            ],
            a_next.at(i, j),
        )
    }

    /// ∂J/∂z at the followed cell (equations 25 and 38).
    pub fn dz(&self) -> String {
        let (i, _, j) = self.case.followed;
        let (da_next, dz) = (&self.case.inputs.da_next, &self.case.backward.dz);
        let jacobian = self.case.jacobian(i);
        let slope = |jj| local(&self.case.forward.a_next.symbol(i, jj), &self.case.forward.z.symbol(i, j));
        let term =
            |jj| Term::new([(da_next.symbol(i, jj), da_next.at(i, jj)), (slope(jj), jacobian.at(jj, j))]);
        self.sum(&dz.symbol(i, j), None, (0..self.case.shape().2).map(term).collect(), dz.at(i, j))
    }

    /// ∂J/∂w at the followed cell (equation 39; derived, equation 29).
    pub fn dw(&self, derived: bool) -> String {
        let (i, k, j) = self.case.followed;
        let (a_tilde, z, dz) = (&self.case.forward.a_tilde, &self.case.forward.z, &self.case.backward.dz);
        let term = |i| Term::new([(dz.symbol(i, j), dz.at(i, j)), (a_tilde.symbol(i, k), a_tilde.at(i, k))]);
        let by = self.case.inputs.w.symbol(k, j);
        let why = derived.then(|| {
            format!("{} = {}; similarly for every example", local(&z.symbol(i, j), &by), a_tilde.symbol(i, k))
        });
        let dw = &self.case.backward.dw;
        self.sum(&dw.symbol(k, j), why, (0..self.case.shape().0).map(term).collect(), dw.at(k, j))
    }

    /// ∂J/∂b at the followed output (equation 40; derived, equation 30).
    pub fn db(&self, derived: bool) -> String {
        let (i, _, j) = self.case.followed;
        let (dz, db) = (&self.case.backward.dz, &self.case.backward.db);
        let term = |i| Term::new([(dz.symbol(i, j), dz.at(i, j))]);
        let by = self.case.inputs.b.symbol(0, j);
        let why = derived.then(|| {
            format!("{} = 1; similarly for every example", local(&self.case.forward.z.symbol(i, j), &by))
        });
        self.sum(&db.symbol(0, j), why, (0..self.case.shape().0).map(term).collect(), db.at(0, j))
    }

    /// ∂J/∂ã at the followed cell (equation 41; derived, equation 34).
    pub fn da_tilde(&self, derived: bool) -> String {
        let (i, k, j) = self.case.followed;
        let (w, dz, z) = (&self.case.inputs.w, &self.case.backward.dz, &self.case.forward.z);
        let term = |j| Term::new([(dz.symbol(i, j), dz.at(i, j)), (w.symbol(k, j), w.at(k, j))]);
        let by = self.case.forward.a_tilde.symbol(i, k);
        let why = derived.then(|| {
            format!("{} = {}; similarly for every output", local(&z.symbol(i, j), &by), w.symbol(k, j))
        });
        let da_tilde = &self.case.backward.da_tilde;
        let terms = (0..self.case.shape().2).map(term).collect();
        self.sum(&da_tilde.symbol(i, k), why, terms, da_tilde.at(i, k))
    }

    /// ∂J/∂a at the followed cell (equation 42; derived, equation 36).
    pub fn da(&self, derived: bool) -> String {
        let (i, k, _) = self.case.followed;
        let Inputs { a, keep_prob, r, .. } = &self.case.inputs;
        let (da_tilde, da) = (&self.case.backward.da_tilde, &self.case.backward.da);
        let (arrived, p) = (da_tilde.at(i, k), keep_prob.at(0, k));
        let scale = format!("{} · 1/{}", r.symbol(i, k), keep_prob.symbol(0, k));
        let letters = format!("{} · {scale}", da_tilde.symbol(i, k));
        let numbers = format!("{} · {} · 1/{}", number(arrived), number(r.at(i, k)), number(p));
        let why = derived.then(|| {
            format!("{} = {scale}", local(&self.case.forward.a_tilde.symbol(i, k), &a.symbol(i, k)))
        });
        let lines = vec![("=", vec![letters]), (equals([arrived, p]), vec![numbers])];
        because(why, self.width) + &self.chain(&da.symbol(i, k), lines, da.at(i, k))
    }

    /// The row ∂J/∂z of example `i` as a product (equations 51 and 53).
    pub fn dz_i(&self, i: usize) -> String {
        let jacobian = self.case.jacobian(i);
        self.product(&self.case.backward.dz.row(i), |fit| {
            vec![("", self.case.inputs.da_next.row(i).block(fit)), ("·", jacobian.block(fit))]
        })
    }

    /// The sum of the rows of ∂J/∂z (equation 56).
    pub fn rows_added(&self, fit: usize) -> Vec<(&'static str, Block)> {
        let rest = || Block::matrix("", &[vec!["…".to_string()]]);
        let block = |i: Option<usize>| i.map_or_else(rest, |i| self.case.backward.dz.row(i).block(fit));
        let rows = shown(self.case.shape().0, MOST).into_iter().map(block);
        rows.enumerate().map(|(at, block)| (if at == 0 { "" } else { "+" }, block)).collect()
    }

    /// The blocks of an equation's right-hand side, given the width that each may take, and then the result.
    pub fn product<'b>(&self, result: &Array, right: impl Fn(usize) -> Vec<(&'b str, Block)>) -> String {
        let fit = self.width - INDENT.len() - WIDEST_SIGN.len();
        let mut blocks = right(fit);
        blocks.push((result.equals(), result.block(fit)));
        side_by_side(INDENT, &blocks, self.width)
    }

    /// A sum of products, line by line: in letters, in numbers, product by product, and its value.
    fn sum(&self, name: &str, why: Option<String>, terms: Vec<Term>, value: f64) -> String {
        let seen: Vec<Option<&Term>> =
            shown(terms.len(), MOST).into_iter().map(|at| at.map(|at| &terms[at])).collect();
        let pieces = |write: &dyn Fn(&Term) -> String| -> Vec<String> {
            let piece = |(at, term): (usize, &Option<&Term>)| {
                let text = term.map_or("…".to_string(), write);
                match text.strip_prefix('-') {
                    _ if at == 0 => text,
                    Some(size) => format!("- {size}"),
                    None => format!("+ {text}"),
                }
            };
            seen.iter().enumerate().map(piece).collect()
        };
        let numbers = |term: &Term| match &term.factors[..] {
            [alone] => number(*alone),
            factors => factors.iter().map(|&x| factor(x)).collect::<Vec<_>>().join("·"),
        };
        let factors = seen.iter().flatten().flat_map(|term| term.factors.iter().copied());
        let products = seen.iter().flatten().map(|term| term.product());
        let lines = vec![
            ("=", pieces(&|term| term.letters.join("·"))),
            (equals(factors), pieces(&numbers)),
            (equals(products), pieces(&|term| number(term.product()))),
        ];
        because(why, self.width) + &self.chain(name, lines, value)
    }

    /// `name` and what it equals, line by line; a line that only repeats the one above is omitted.
    fn chain(&self, name: &str, mut lines: Vec<(&'static str, Vec<String>)>, value: f64) -> String {
        lines.push((equals([value]), vec![number(value)]));
        lines.dedup_by(|below, above| below.1 == above.1);
        let blank = " ".repeat(name.chars().count());
        let line = |(at, (sign, pieces)): (usize, &(&str, Vec<String>))| {
            let head = format!("{INDENT}{} {sign} ", if at == 0 { name } else { &blank });
            wrap(&head, pieces.iter().map(String::as_str), self.width)
        };
        lines.iter().enumerate().map(line).collect()
    }
}

/// The name of a local derivative.
fn local(of: &str, by: &str) -> String {
    format!("∂{of}/∂{by}")
}

fn because(why: Option<String>, width: usize) -> String {
    why.map_or(String::new(), |why| wrap(INDENT, why.split(' '), width))
}
