//! The text of one equation: an entry worked out line by line, or a product of whole matrices.

use super::block::{Block, MOST, shown, side_by_side, wrap};
use super::case::{Array, Case};
use super::symbols::{equals, number};
use super::worked::Worked;
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

impl Page<'_> {
    /// A given, at one place and as a whole.
    pub fn given(&self, array: &Array, row: usize, col: usize) -> String {
        self.entry(&self.case.given(array, row, col)) + "\n" + &array.table(self.width)
    }

    /// An entry worked out.
    pub fn entry(&self, worked: &Worked) -> String {
        let Worked { name, why, slopes, lines, .. } = worked;
        let why = why.as_ref().map_or(String::new(), |why| wrap(INDENT, why.split(' '), self.width));
        let blank = " ".repeat(name.chars().count());
        let line = |(at, (sign, pieces)): (usize, &(&str, Vec<String>))| {
            let head = format!("{INDENT}{} {sign} ", if at == 0 { name } else { &blank });
            wrap(&head, pieces.iter().map(String::as_str), self.width)
        };
        let slopes = slopes.iter().map(|slope| wrap(INDENT, slope.split(' '), self.width));
        slopes.collect::<String>() + &why + &lines.iter().enumerate().map(line).collect::<String>()
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
}
