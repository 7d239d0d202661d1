//! The catalogue of defects, a page a stage.
//!
//! Ids are never reused and never renamed.

mod scale;

use super::{Defect, Float};

/// A page by name, with its defects.
pub type Page<T> = (&'static str, Vec<Defect<T>>);

/// Every page, in the order in which a step computes.
pub fn pages<T: Float>() -> Vec<Page<T>> {
    vec![("scale", scale::defects())]
}

/// Every defect.
pub fn all<T: Float>() -> Vec<Defect<T>> {
    pages().into_iter().flat_map(|(_, defects)| defects).collect()
}
