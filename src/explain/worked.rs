//! One entry of a result worked out: what it reads, and what it equals, line by line.
//!
//! [`Case`] has a method for each quantity, which takes the indices of the entry. The terminal ([`super::page`]) and
//! the book write what stands here; neither knows an equation.

use super::activation::{self, Row};
use super::block::{MOST, shown};
use super::case::{Array, Case};
use super::symbols::{equals, factor, indexed, number};
use crate::problem::Inputs;
use crate::trace::Forward;

/// The place of a number: an array by its name in JSON, a row and a column, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name of the array in JSON; `J1` is the Jacobian of the first example.
    pub array: String,
    /// The row; 0 in a vector.
    pub row: usize,
    /// The column.
    pub col: usize,
}

/// An entry worked out.
#[derive(Clone, Debug)]
pub struct Worked {
    /// The entry that is computed.
    pub entry: Entry,
    /// Its name: ã₁,₂.
    pub name: String,
    /// Why the lines hold, where a derivation says so.
    pub why: Option<String>,
    /// The local derivatives that it uses, worked out.
    pub slopes: Vec<String>,
    /// What the equation reads to compute it.
    pub reads: Vec<Entry>,
    /// A sign, `=` or `≈`, and the pieces of one line: in letters, in numbers, and the value.
    pub lines: Vec<(&'static str, Vec<String>)>,
}

impl Worked {
    /// The lines and then the value; a line that only repeats the one above is omitted.
    fn new(
        (array, i, j): (&Array, usize, usize),
        reads: Vec<Entry>,
        mut lines: Vec<(&'static str, Vec<String>)>,
    ) -> Self {
        let value = array.at(i, j);
        lines.push((equals([value]), vec![number(value)]));
        lines.dedup_by(|below, above| below.1 == above.1);
        Worked {
            entry: array.entry(i, j),
            name: array.symbol(i, j),
            why: None,
            slopes: Vec::new(),
            reads,
            lines,
        }
    }

    /// The same entry in a derivation, where `of` has the local derivative `is` with respect to `by`.
    fn because(mut self, derived: bool, of: &str, by: &str, is: &str) -> Self {
        self.why = derived.then(|| format!("{} = {is}", local(of, by)));
        self
    }
}

/// A term of a sum, as a product: its letters, the numbers in their place, and where they stand.
struct Term {
    letters: Vec<String>,
    factors: Vec<f64>,
    reads: Vec<Entry>,
}

impl Term {
    fn new<const N: usize>(cells: [(&Array, usize, usize); N]) -> Self {
        Term {
            letters: cells.iter().map(|(array, i, j)| array.symbol(*i, *j)).collect(),
            factors: cells.iter().map(|(array, i, j)| array.at(*i, *j)).collect(),
            reads: cells.iter().map(|(array, i, j)| array.entry(*i, *j)).collect(),
        }
    }

    fn product(&self) -> f64 {
        self.factors.iter().product()
    }
}

impl Case<'_> {
    /// A given: nothing to compute.
    pub fn given(&self, array: &Array, row: usize, col: usize) -> Worked {
        Worked::new((array, row, col), Vec::new(), Vec::new())
    }

    /// r of example `i` and input `k` (equation 2): drawn with pₖ.
    pub fn r(&self, i: usize, k: usize) -> Worked {
        let Inputs { keep_prob, r, .. } = &self.inputs;
        Worked::new((r, i, k), vec![keep_prob.entry(0, k)], Vec::new())
    }

    /// ã of example `i` and input `k` (equation 3).
    pub fn a_tilde(&self, i: usize, k: usize) -> Worked {
        let Inputs { a, keep_prob, r, .. } = &self.inputs;
        let p = keep_prob.at(0, k);
        let letters = format!("{} · 1/{} · {}", r.symbol(i, k), keep_prob.symbol(0, k), a.symbol(i, k));
        let numbers = format!("{} · 1/{} · {}", number(r.at(i, k)), number(p), factor(a.at(i, k)));
        Worked::new(
            (&self.forward.a_tilde, i, k),
            vec![r.entry(i, k), keep_prob.entry(0, k), a.entry(i, k)],
            vec![("=", vec![letters]), (equals([p, a.at(i, k)]), vec![numbers])],
        )
    }

    /// z of example `i` and output `j` (equation 4).
    pub fn z(&self, i: usize, j: usize) -> Worked {
        let Inputs { w, b, .. } = &self.inputs;
        let product = |k| Term::new([(w, k, j), (&self.forward.a_tilde, i, k)]);
        let terms = (0..self.shape().1).map(product).chain([Term::new([(b, 0, j)])]);
        sum((&self.forward.z, i, j), terms)
    }

    /// Output `j` of example `i` (equation 5): as a function of its row, by the formula of g, and in numbers.
    pub fn a_next(&self, i: usize, j: usize) -> Worked {
        let z = &self.forward.z;
        let in_row = |z: &dyn Fn(usize) -> String| {
            let a = |_: usize| String::new();
            let row = Row { n_next: self.shape().2, z, a: &a };
            pieces(&activation::value(self.g, j, self.forward.z.at(i, j), &row))
        };
        let row: Vec<Option<usize>> = shown(self.shape().2, MOST);
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
        Worked::new(
            (&self.forward.a_next, i, j),
            (0..self.shape().2).map(|l| z.entry(i, l)).collect(),
            vec![
                ("=", arguments(&|l| z.symbol(i, l))),
                ("=", in_row(&|l| z.symbol(i, l))),
                (equals(row.iter().flatten().map(|&l| z.at(i, l))), in_row(&|l| factor(z.at(i, l)))),
            ],
        )
    }

    /// ∂J/∂z of example `i` and output `j` (equations 25 and 38).
    pub fn dz(&self, i: usize, j: usize) -> Worked {
        let jacobian = self.jacobian(i);
        let term = |jj| Term::new([(&self.inputs.da_next, i, jj), (&jacobian, jj, j)]);
        let slopes = shown(self.shape().2, MOST).into_iter().flatten();
        let slopes = slopes.map(|jj| self.slope(&jacobian, (i, jj, j))).collect();
        Worked { slopes, ..sum((&self.backward.dz, i, j), (0..self.shape().2).map(term)) }
    }

    /// ∂a_jj/∂z_j of example `i`: in letters, in numbers, and its value.
    fn slope(&self, jacobian: &Array, (i, jj, j): (usize, usize, usize)) -> String {
        let Forward { z, a_next, .. } = &self.forward;
        let text = |z: &dyn Fn(usize) -> String, a: &dyn Fn(usize) -> String| {
            let row = Row { n_next: self.shape().2, z, a };
            activation::slope(self.g, (jj, j), self.forward.z.at(i, j), &row)
        };
        let letters = text(&|l| z.symbol(i, l), &|l| a_next.symbol(i, l));
        let numbers = text(&|l| factor(z.at(i, l)), &|l| factor(a_next.at(i, l)));
        let value = jacobian.at(jj, j);
        let sign = equals((0..self.shape().2).flat_map(|l| [z.at(i, l), a_next.at(i, l)]).chain([value]));
        let mut text = format!("{} = {letters}", jacobian.symbol(jj, j));
        for next in [numbers.clone(), number(value)] {
            if !text.ends_with(&format!(" {next}")) {
                text += &format!(" {sign} {next}");
            }
        }
        text
    }

    /// ∂J/∂w of input `k` and output `j` (equation 39; derived, equation 29).
    pub fn dw(&self, derived: bool, k: usize, j: usize) -> Worked {
        let i = self.followed.0;
        let (a_tilde, dz) = (&self.forward.a_tilde, &self.backward.dz);
        let term = |i| Term::new([(dz, i, j), (a_tilde, i, k)]);
        let is = format!("{}; similarly for every example", a_tilde.symbol(i, k));
        sum((&self.backward.dw, k, j), (0..self.shape().0).map(term)).because(
            derived,
            &self.forward.z.symbol(i, j),
            &self.inputs.w.symbol(k, j),
            &is,
        )
    }

    /// ∂J/∂b of output `j` (equation 40; derived, equation 30).
    pub fn db(&self, derived: bool, j: usize) -> Worked {
        let z = self.forward.z.symbol(self.followed.0, j);
        let term = |i| Term::new([(&self.backward.dz, i, j)]);
        sum((&self.backward.db, 0, j), (0..self.shape().0).map(term)).because(
            derived,
            &z,
            &self.inputs.b.symbol(0, j),
            "1; similarly for every example",
        )
    }

    /// ∂J/∂ã of example `i` and input `k` (equation 41; derived, equation 34).
    pub fn da_tilde(&self, derived: bool, i: usize, k: usize) -> Worked {
        let j = self.followed.2;
        let (w, dz) = (&self.inputs.w, &self.backward.dz);
        let term = |j| Term::new([(dz, i, j), (w, k, j)]);
        let is = format!("{}; similarly for every output", w.symbol(k, j));
        sum((&self.backward.da_tilde, i, k), (0..self.shape().2).map(term)).because(
            derived,
            &self.forward.z.symbol(i, j),
            &self.forward.a_tilde.symbol(i, k),
            &is,
        )
    }

    /// ∂J/∂a of example `i` and input `k` (equation 42; derived, equation 36).
    pub fn da(&self, derived: bool, i: usize, k: usize) -> Worked {
        let Inputs { a, keep_prob, r, .. } = &self.inputs;
        let da_tilde = &self.backward.da_tilde;
        let (arrived, p) = (da_tilde.at(i, k), keep_prob.at(0, k));
        let scale = format!("{} · 1/{}", r.symbol(i, k), keep_prob.symbol(0, k));
        let letters = format!("{} · {scale}", da_tilde.symbol(i, k));
        let numbers = format!("{} · {} · 1/{}", number(arrived), number(r.at(i, k)), number(p));
        let of = self.forward.a_tilde.symbol(i, k);
        Worked::new(
            (&self.backward.da, i, k),
            vec![da_tilde.entry(i, k), r.entry(i, k), keep_prob.entry(0, k)],
            vec![("=", vec![letters]), (equals([arrived, p]), vec![numbers])],
        )
        .because(derived, &of, &a.symbol(i, k), &scale)
    }
}

/// A formula in pieces between which a line may break.
fn pieces(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_string).collect()
}

/// A sum of products, line by line: in letters, in numbers, product by product, and its value.
fn sum(result: (&Array, usize, usize), terms: impl Iterator<Item = Term>) -> Worked {
    let terms: Vec<Term> = terms.collect();
    let seen: Vec<Option<&Term>> =
        shown(terms.len(), MOST).into_iter().map(|at| at.map(|at| &terms[at])).collect();
    let line = |write: &dyn Fn(&Term) -> String| -> Vec<String> {
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
        ("=", line(&|term| term.letters.join("·"))),
        (equals(factors), line(&numbers)),
        (equals(products), line(&|term| number(term.product()))),
    ];
    let reads = terms.iter().flat_map(|term| term.reads.clone()).collect();
    Worked::new(result, reads, lines)
}

/// The name of a local derivative.
pub fn local(of: &str, by: &str) -> String {
    format!("∂{of}/∂{by}")
}
