//! normalized_square: `a_j = z_j² / (1 + Σ z²)`, a rational function with an asymmetric Jacobian.

use super::coupled::LongRow;
use super::{CoupledFunction, VectorFunction, delta};
use crate::grid::Grid;
use crate::number::{ErrorBound, Number, sum};
use num_traits::{One, Zero};

/// `a_j = z_j² / (1 + Σ z²)`.
#[derive(Clone, Copy, Debug)]
pub struct NormalizedSquare;

impl<T: Number> VectorFunction<T> for NormalizedSquare {
    fn value(&self, z: &[T]) -> Vec<T> {
        let Scaled { z, one_squared, .. } = Scaled::new(z);
        let denominator = one_squared + sum(0..z.len(), |l| square(&z[l]));
        z.iter().map(|z_j| square(z_j) / denominator.clone()).collect()
    }

    fn jacobian(&self, z: &[T]) -> Grid<T> {
        let n = z.len();
        let when = |condition: bool, value: T| if condition { value } else { T::zero() };
        let Scaled { z, one, one_squared } = Scaled::new(z);
        let two = T::one() + T::one();
        let denominator = one_squared.clone() + sum(0..n, |l| square(&z[l]));
        // On the diagonal, 2z/D · (1 − z²/D) = 2z/D · (1 + Σ_{l≠j} z_l²)/D, which does not cancel.
        let others = |j: usize| one_squared.clone() + sum(0..n, |l| when(l != j, square(&z[l])));
        Grid::tabulate(n, n, |jj, j| {
            let slope = two.clone() * z[j].clone() * one.clone() / denominator.clone();
            if jj == j {
                slope * (others(j) / denominator.clone())
            } else {
                -(slope * (square(&z[jj]) / denominator.clone()))
            }
        })
    }

    /// `2z_j/D · (row_j · (1 + Σ_{l≠j} z_l²)/D − Σ_{l≠j} row_l · z_l²/D)`.
    fn row_times_jacobian(&self, row: &[T], z: &[T]) -> Vec<T> {
        let n = z.len();
        let Scaled { z, one, one_squared } = Scaled::new(z);
        let two = T::one() + T::one();
        let squares: Vec<T> = z.iter().map(square).collect();
        let denominator = one_squared.clone() + sum(0..n, |l| squares[l].clone());
        let products: Vec<T> = (0..n).map(|l| row[l].clone() * squares[l].clone()).collect();
        let (squares, products) = (sums_of_others(&squares), sums_of_others(&products));
        let difference = |j: usize| {
            row[j].clone() * ((one_squared.clone() + squares[j].clone()) / denominator.clone())
                - products[j].clone() / denominator.clone()
        };
        (0..n)
            .map(|j| two.clone() * z[j].clone() * one.clone() / denominator.clone() * difference(j))
            .collect()
    }
}

/// For each term, the sum of all others, without a subtraction.
fn sums_of_others<T: Number>(terms: &[T]) -> Vec<T> {
    let n = terms.len();
    let mut after = vec![T::zero(); n];
    for j in (0..n - 1).rev() {
        after[j] = after[j + 1].clone() + terms[j + 1].clone();
    }
    let mut before = T::zero();
    let others = |(term, after): (&T, T)| {
        let others = before.clone() + after;
        before += term.clone();
        others
    };
    terms.iter().zip(after).map(others).collect()
}

impl CoupledFunction for NormalizedSquare {
    const NAME: &'static str = "normalized_square";
    const FORMULA: &'static str = "gⱼ(z) = zⱼ² / (1 + Σₗ zₗ²)";
    const COST: f64 = 5.0;

    fn textbook_value<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        Textbook::new(z).shares
    }

    /// `2z_j/D · (δ − q_jj/D)`.
    fn textbook_jacobian<const S: usize, const A: usize>(
        &self,
        z: &[ErrorBound<S, A>],
    ) -> Grid<ErrorBound<S, A>> {
        let Textbook { shares, inverse, twice, .. } = Textbook::new(z);
        Grid::tabulate(z.len(), z.len(), |jj, j| {
            twice[j] * inverse * (delta::<ErrorBound<S, A>>(jj, j) - shares[jj])
        })
    }

    /// `2z_j · (row_j/D − (Σ row_l · q_l/D) · 1/D)`.
    fn textbook_row_times_jacobian<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> Vec<ErrorBound<S, A>> {
        Textbook::new(z).row_times_jacobian(row)
    }

    fn long_row<const S: usize, const A: usize>(
        &self,
        row: &[ErrorBound<S, A>],
        z: &[ErrorBound<S, A>],
    ) -> LongRow<S, A> {
        let textbook = Textbook::new(z);
        let Textbook { shares, inverse, twice, .. } = &textbook;
        let slopes: Vec<_> = twice.iter().map(|&twice| twice * *inverse).collect();
        let Scaled { z: scaled, one, one_squared } = Scaled::new(z);
        let squares: Vec<_> = scaled.iter().map(square).collect();
        let denominator = one_squared + ErrorBound::sum(squares.iter().copied());
        let others = ErrorBound::sums_without_each(&squares);
        let two = ErrorBound::one() + ErrorBound::one();
        let own_shares: Vec<_> = squares.iter().map(|&square| square / denominator).collect();
        let own_slopes: Vec<_> = scaled.iter().map(|&z| two * z * one / denominator).collect();
        let gradients = vec![
            self.row_times_jacobian(row, z),
            ErrorBound::row_times_outer(row, Some(&own_shares), &own_slopes, |j| {
                own_slopes[j] * ((one_squared + others[j]) / denominator)
            }),
            textbook.row_times_jacobian(row),
            ErrorBound::row_times_outer(row, Some(shares), &slopes, |j| {
                slopes[j] * (ErrorBound::one() - shares[j])
            }),
        ];
        LongRow { values: vec![own_shares, textbook.shares], gradients }
    }
}

/// z and 1, divided by a common power of two so that no square overflows.
struct Scaled<T> {
    z: Vec<T>,
    one: T,
    one_squared: T,
}

impl<T: Number> Scaled<T> {
    fn new(z: &[T]) -> Self {
        let one = T::one() / T::common_scale(z);
        Scaled { z: z.iter().map(|z_j| z_j.clone() * one.clone()).collect(), one_squared: square(&one), one }
    }
}

fn square<T: Number>(x: &T) -> T {
    x.clone() * x.clone()
}

/// q = z², q/D with D = 1 + Σ q, 1/D, and 2z.
struct Textbook<const S: usize, const A: usize> {
    square: Vec<ErrorBound<S, A>>,
    shares: Vec<ErrorBound<S, A>>,
    inverse: ErrorBound<S, A>,
    twice: Vec<ErrorBound<S, A>>,
}

impl<const S: usize, const A: usize> Textbook<S, A> {
    fn new(z: &[ErrorBound<S, A>]) -> Self {
        let square: Vec<_> = z.iter().map(|&z| z * z).collect();
        let inverse = ErrorBound::one() / (ErrorBound::one() + ErrorBound::sum(square.iter().copied()));
        // A square may be exact where z · (1/D) is not.
        let share = |(&z, &square): (&ErrorBound<S, A>, &ErrorBound<S, A>)| {
            (square * inverse).either(z * (z * inverse))
        };
        let shares = z.iter().zip(&square).map(share).collect();
        Textbook {
            square,
            shares,
            inverse,
            twice: z.iter().map(|&z| ErrorBound::from_f64(2.0) * z).collect(),
        }
    }

    /// `2z_j · (row_j/D − (Σ row_l · q_l/D) · 1/D)`.
    fn row_times_jacobian(&self, row: &[ErrorBound<S, A>]) -> Vec<ErrorBound<S, A>> {
        let n = row.len();
        let Textbook { square, shares, inverse, twice } = self;
        let inverse = *inverse;
        let mean = sum(0..n, |l| row[l] * square[l] * inverse) * inverse;
        // The terms may be subnormal where the sum is not, and stored before they are added up.
        let stored = |term: ErrorBound<S, A>| term + ErrorBound::zero();
        let mean = mean
            .either(sum(0..n, |l| row[l] * shares[l]) * inverse)
            .either(sum(0..n, |l| stored(row[l] * shares[l] * inverse)))
            .either(sum(0..n, |l| stored(row[l] * inverse * shares[l])));
        (0..n).map(|j| twice[j] * (row[j] * inverse - mean)).collect()
    }
}
