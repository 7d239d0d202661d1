//! A row times a matrix whose entries off the diagonal are products of two vectors, in linear time.
//!
//! The bounds are those of the full matrix, entry by entry: each entry is rounded, then multiplied with the row, then added up.

use super::bounds::{half_ulp, plus, power, roundoff, times};
use super::{ErrorBound, Parts, Products};
use std::array;

/// What one term, or a sum of terms, of the row adds to each part.
type Terms = [f64; 7];

impl<const STORAGE: usize, const ACCUMULATOR: usize> ErrorBound<STORAGE, ACCUMULATOR> {
    /// row · J, where J is −left_jj · right_j off its diagonal, and has its own entries on it. Without `left`, it is
    /// −right_j, which is not rounded.
    pub fn row_times_outer(
        row: &[Self],
        left: Option<&[Self]>,
        right: &[Self],
        diagonal: impl Fn(usize) -> Self,
    ) -> Vec<Self> {
        let one = Self::exact(1.0);
        let factors: Result<Vec<[Parts; 2]>, _> = (0..row.len())
            .map(|jj| Ok([row[jj].parts()?, left.map_or(one, |left| left[jj]).parts()?]))
            .collect();
        let factors = match factors {
            Ok(factors) => factors,
            Err(why) => return vec![Self::without_bound(why); row.len()],
        };
        let terms: Vec<Terms> = factors.iter().map(Self::term).collect();
        let mut all: Terms = [0.0; 7];
        for term in &terms {
            all = array::from_fn(|part| all[part] + term[part]);
        }
        let is_nonzero = |[row, left]: &[Parts; 2]| row.magnitude > 0.0 && left.magnitude > 0.0;
        let count = factors.iter().filter(|pair| is_nonzero(pair)).count();
        // What adding n terms and taking one away may lose of the sum of their sizes.
        let lost = times((2 * row.len() + 8) as f64, f64::EPSILON);
        let entry = |j: usize| {
            let others = count - usize::from(is_nonzero(&factors[j]));
            let sum = right[j].parts().map(|right| {
                let without =
                    |part: usize| plus((all[part] - terms[j][part]).max(0.0), times(lost, all[part]));
                let [magnitude, of_left, of_row, sizes, errors] = array::from_fn(without);
                let center = all[5] - terms[j][5];
                // The term that is taken away may be by far the largest, and the sum was rounded with it.
                let radius = plus(without(6), times(lost, all[0]));
                let summed =
                    Self::products(&right, left.is_some(), [magnitude, of_left, of_row, sizes, errors]);
                Products {
                    count: if right.magnitude > 0.0 { others as u32 } else { 0 },
                    center: -center * right.center,
                    radius: plus(
                        plus(
                            times(center.abs(), right.radius),
                            times(radius, plus(right.center.abs(), right.radius)),
                        ),
                        half_ulp(center * right.center),
                    ),
                    ..summed
                }
            });
            let sum = sum.map_or_else(Self::without_bound, |sum| Self::sum_of_products(&sum));
            sum.joined(row[j] * diagonal(j)).stored_sum()
        };
        (0..row.len()).map(entry).collect()
    }

    /// M_r M_l, M_r e_l, e_r M_l, M_r and e_r, then the center of the product and its radius.
    fn term([row, left]: &[Parts; 2]) -> Terms {
        if row.magnitude == 0.0 || left.magnitude == 0.0 {
            return [0.0; 7];
        }
        let center = row.center * left.center;
        let radius = plus(
            times(row.center.abs(), left.radius),
            times(row.radius, plus(left.center.abs(), left.radius)),
        );
        [
            times(row.magnitude, left.magnitude),
            times(row.magnitude, left.error),
            times(row.error, left.magnitude),
            row.magnitude,
            row.error,
            center,
            plus(radius, half_ulp(center)),
        ]
    }

    /// The sums of terms row · (left · right), where the product in brackets is stored.
    fn products(
        right: &Parts,
        is_rounded: bool,
        [sum, of_left, of_row, sizes, errors]: [f64; 5],
    ) -> Products {
        let Parts { error, magnitude, .. } = *right;
        let format = Self::STORAGE;
        let (relative, least, normal) = match is_rounded {
            true => (roundoff(format), power(format.least()), format.least_normal()),
            false => (0.0, 0.0, 0.0),
        };
        let grown = times(magnitude, 1.0 + relative).next_up();
        let flushed = plus(times(least, sizes), times(normal, sizes).min(times(magnitude, sum)));
        let parts = [
            times(error, sum),
            times(magnitude, of_left),
            times(times(relative, magnitude), sum),
            times(grown, of_row),
            times(least, errors),
            times(normal, errors),
            flushed,
        ];
        Products {
            count: 0,
            center: 0.0,
            radius: 0.0,
            error: parts.into_iter().fold(0.0, plus),
            magnitude: plus(times(grown, sum), times(least, sizes)),
            least: 0.0,
            granularity: None,
            is_nonnegative: false,
        }
    }
}
