//! The operators of a number type, from one list of what they do.
//!
//! [`super::Number`] requires seven traits of [`std::ops`]. A number type implements [`Operations`] and leaves the
//! rest to [`operators!`].

/// What the operators do, each with the name that it has in [`std::ops`].
pub(crate) trait Operations: Sized {
    /// self + other.
    fn add(self, other: Self) -> Self;
    /// self − other.
    fn sub(self, other: Self) -> Self {
        self.add(other.neg())
    }
    /// self · other.
    fn mul(self, other: Self) -> Self;
    /// self / other.
    fn div(self, other: Self) -> Self;
    /// −self.
    fn neg(self) -> Self;
}

/// `operators!([T: Number] Dual<T>)` implements `+ - * / += *=` and the sign for a type with [`Operations`]. The
/// brackets hold the type's parameters.
macro_rules! operators {
    ([$($parameters:tt)*] $number:ty) => {
        impl<$($parameters)*> std::ops::Add for $number {
            type Output = Self;
            fn add(self, other: Self) -> Self {
                $crate::number::operators::Operations::add(self, other)
            }
        }

        impl<$($parameters)*> std::ops::Sub for $number {
            type Output = Self;
            fn sub(self, other: Self) -> Self {
                $crate::number::operators::Operations::sub(self, other)
            }
        }

        impl<$($parameters)*> std::ops::Mul for $number {
            type Output = Self;
            fn mul(self, other: Self) -> Self {
                $crate::number::operators::Operations::mul(self, other)
            }
        }

        impl<$($parameters)*> std::ops::Div for $number {
            type Output = Self;
            fn div(self, other: Self) -> Self {
                $crate::number::operators::Operations::div(self, other)
            }
        }

        impl<$($parameters)*> std::ops::Neg for $number {
            type Output = Self;
            fn neg(self) -> Self {
                $crate::number::operators::Operations::neg(self)
            }
        }

        impl<$($parameters)*> std::ops::AddAssign for $number {
            fn add_assign(&mut self, other: Self) {
                *self = std::mem::replace(self, num_traits::Zero::zero()) + other;
            }
        }

        impl<$($parameters)*> std::ops::MulAssign for $number {
            fn mul_assign(&mut self, other: Self) {
                *self = std::mem::replace(self, num_traits::Zero::zero()) * other;
            }
        }
    };
}
pub(crate) use operators;
