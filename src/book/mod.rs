//! The study book: one page for each equation with everything that belongs to it, chapters around them, and a page to
//! play with, as a static site.
//!
//! [`pages`] turns the texts of the repository ([`Sources`]) into HTML, in memory; it reads and writes no file. Nothing
//! is written twice: the formulas and most of the words come from spec/, the code and the tests from the marks `//= id`
//! (`marks`), the numbers from [`crate::explain`], the mistakes from [`crate::zoo`]. What is missing is a hole, and a
//! book with a hole is an error. Templates say how a page looks; `site` says what stands where.

mod bounds;
mod code;
mod defects;
mod document;
mod equation;
mod faults;
mod figure;
mod known;
mod links;
mod markdown;
mod marks;
mod maths;
mod search;
mod site;
mod sources;
mod topic;

use crate::error::Error;
pub use sources::Sources;
use std::collections::BTreeMap;

/// Every page and asset by its path in the folder of the book.
pub type Pages = BTreeMap<String, String>;

/// The whole book.
///
/// # Errors
/// If anything is missing that a page must show: all of it is listed.
pub fn pages(sources: &Sources) -> Result<Pages, Error> {
    let mut faults = faults::Faults::default();
    let pages = site::pages(sources, &mut faults);
    for fault in links::broken(&pages) {
        faults.add(fault);
    }
    faults.none(pages)
}
