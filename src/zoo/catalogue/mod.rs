//! The catalogue of defects, one page per kind.
//!
//! Ids are never reused and never renamed.

mod activation;
mod formats;
mod formulas;
mod gradient;
mod jacobian;
mod mask;
mod product;
mod row;
mod scale;
mod shapes;
mod slope;
mod softmax;
mod state;
mod tails;
mod twins;
mod upstream;

use super::{Defect, Float};

/// A page's name and its defects.
pub type Page<T> = (&'static str, Vec<Defect<T>>);

/// Every page, in the order of the step's computation.
pub fn pages<T: Float>() -> Vec<Page<T>> {
    vec![
        ("scale", scale::defects()),
        ("mask", mask::defects()),
        ("product", product::defects()),
        ("activation", activation::defects()),
        ("row", row::defects()),
        ("formulas", formulas::defects()),
        ("jacobian", jacobian::defects()),
        ("twins", twins::defects()),
        ("softmax", softmax::defects()),
        ("slope", slope::defects()),
        ("upstream", upstream::defects()),
        ("gradient", gradient::defects()),
        ("tails", tails::defects()),
        ("formats", formats::defects()),
        ("shapes", shapes::defects()),
        ("state", state::defects()),
    ]
}

/// Every defect.
pub fn all<T: Float>() -> Vec<Defect<T>> {
    pages().into_iter().flat_map(|(_, defects)| defects).collect()
}
