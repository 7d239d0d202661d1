//! [`Entry`]: the numbers that a matrix can hold, and how two matrices of them are multiplied.

use super::ball;
use crate::number::{Ball, Dual, Enclosure, Interval, Number, Prime, Rational};
use nalgebra::DMatrix;

/// A number as the entry of a matrix. Everything but the product is written once, over [`Number`].
pub trait Entry: Number {
    /// The product x · y of two matrices: nalgebra's, which sums the products of entries, unless the number knows a
    /// faster way.
    fn product(x: &DMatrix<Self>, y: &DMatrix<Self>) -> DMatrix<Self> {
        x * y
    }
}

impl Entry for f64 {}
impl Entry for f32 {}
impl Entry for Rational {}
impl Entry for Prime {}
impl<T: Number> Entry for Dual<T> {}
impl<const BITS: usize> Entry for Interval<BITS> {}
impl<const BITS: usize> Entry for Enclosure<BITS> {}

impl Entry for Ball {
    fn product(x: &DMatrix<Self>, y: &DMatrix<Self>) -> DMatrix<Self> {
        ball::product(x, y)
    }
}
