//! [`Product`]: the document's Σ for all entries of a matrix at once, from a few products of plain matrices.
//!
//! A Σ of products x · y is bounded by `Σ M_x M_y`, `Σ (M_x e_y + M_y e_x)` and the number of its terms. Each of these is
//! a product of matrices of doubles. It is computed with rounding to nearest in any order, so it is enlarged by what that
//! may lose. spec/tolerance.md says why the bound is never below that of the terms one by one, and how little it is above.

use super::factor::Side;
use crate::matrix::plain::sum_of_products;
use crate::number::bounds::{plus, power, times};
use crate::number::{Coarse, ErrorBound, NotJudged, Products, Rounding};

/// The product of two matrices of error bounds.
#[derive(Debug)]
pub struct Product<'a> {
    x: Side<'a>,
    y: Side<'a>,
    /// Whether the errors in each line of x, and of y, are nearly the same multiple of the magnitudes.
    uniform: [bool; 2],
    /// `Σ M_x M_y`.
    magnitude: Vec<f64>,
    /// `Σ M_y e_x` where the errors of x are no multiple of its magnitudes, and the same of y.
    error: Vec<f64>,
    /// Σ of the centers, if it is needed.
    center: Vec<f64>,
    /// The bits of numbers other than 0, if both have zeros.
    nonzero: Option<[Vec<Vec<u64>>; 2]>,
}

impl<'a> Product<'a> {
    /// The product of the lines of x with those of y. `with_centers` if no entry is known otherwise.
    pub fn new(x: Side<'a>, y: Side<'a>, with_centers: bool) -> Self {
        let magnitudes = |side: Side<'a>| side.plain(|factor| &factor.magnitude);
        let errors = |side: Side<'a>| side.plain(|factor| &factor.error);
        let centers = |side: Side<'a>| side.plain(|factor| &factor.center);
        let of_x = [errors(x), magnitudes(y).transpose()];
        let of_y = [magnitudes(x), errors(y).transpose()];
        let uniform = [x, y].map(Side::is_uniform);
        let pairs: Vec<_> = [of_x, of_y]
            .into_iter()
            .zip(uniform)
            .filter(|(_, uniform)| !uniform)
            .map(|(pair, _)| pair)
            .collect();
        let some_exact = |side: Side| side.lines().iter().any(|line| line.granularity.is_some());
        Product {
            x,
            y,
            uniform,
            magnitude: sum_of_products(&[[magnitudes(x), magnitudes(y).transpose()]]),
            error: if pairs.is_empty() { Vec::new() } else { sum_of_products(&pairs) },
            center: match with_centers || some_exact(x) && some_exact(y) {
                true => sum_of_products(&[[centers(x), centers(y).transpose()]]),
                false => Vec::new(),
            },
            nonzero: (x.has_zeros() && y.has_zeros()).then(|| [x.nonzero(), y.nonzero()]),
        }
    }

    /// How many products of line i of x and line j of y are not 0.
    fn count(&self, i: usize, j: usize) -> usize {
        match &self.nonzero {
            Some([x, y]) => {
                let both = x[i].iter().zip(&y[j]).map(|(x, y)| (x & y).count_ones());
                both.sum::<u32>() as usize
            }
            None => self.x.lines()[i].nonzero.min(self.y.lines()[j].nonzero),
        }
    }

    /// Why the entry has no bound, if one of its terms has none.
    fn unbounded(&self, i: usize, j: usize) -> Option<NotJudged> {
        let both = [self.x.lines()[i].unbounded, self.y.lines()[j].unbounded];
        both.into_iter().flatten().min_by_key(|(at, _)| *at).map(|(_, why)| why)
    }

    /// At least what a sum of non-negative products was computed from.
    fn enlarged(&self, x: f64) -> f64 {
        let terms = 2 * self.x.length() as u64;
        let lost = (terms + 8) as f64 * f64::EPSILON;
        // Each product may have lost half of the least double.
        plus(times(x, 1.0 + lost), f64::from_bits(terms))
    }

    /// Σ of line i of x and line j of y, before it is stored; `known` is a double near it, and a bound on the distance.
    pub fn total<const S: usize, const A: usize>(
        &self,
        i: usize,
        j: usize,
        known: Option<[f64; 2]>,
    ) -> ErrorBound<S, A> {
        if let Some(why) = self.unbounded(i, j) {
            return ErrorBound::without_bound(why);
        }
        let (x, y) = (&self.x.lines()[i], &self.y.lines()[j]);
        let at = i * self.y.lines().len() + j;
        let [error, magnitude] = self.bounds(i, j);
        let in_doubles = |&exponent: &i32| {
            power(exponent) >= f64::MIN_POSITIVE
                && magnitude <= power(exponent.saturating_add(f64::MANTISSA_DIGITS as i32))
        };
        let granularity = x.granularity.zip(y.granularity).map(|(x, y)| x.saturating_add(y));
        let granularity = granularity.filter(in_doubles);
        let [center, radius] = match (granularity, known) {
            (Some(_), _) => [self.center[at], 0.0],
            (None, Some(known)) => known,
            (None, None) => {
                let [x, y] = [self.x, self.y].map(|side| side.factor.radius);
                let summed = (self.x.length() + 2) as f64 * f64::EPSILON;
                [
                    self.center[at],
                    self.enlarged(times(plus(plus(plus(x, y), times(x, y)), summed), magnitude)),
                ]
            }
        };
        ErrorBound::sum_of_products(&Products {
            count: self.count(i, j) as u32,
            center,
            radius,
            error,
            magnitude,
            least: x.least * y.least,
            granularity,
            is_nonnegative: x.is_nonnegative && y.is_nonnegative,
        })
    }

    /// The same with the products rounded, in three doubles if no product can be exact.
    pub fn sum<const S: usize, const A: usize>(
        &self,
        i: usize,
        j: usize,
        known: Option<[f64; 2]>,
        [_, accumulator]: &[Rounding; 2],
    ) -> Sum<S, A> {
        let (x, y) = (&self.x.lines()[i], &self.y.lines()[j]);
        let terms = self.count(i, j);
        let is_exact = x.granularity.is_some() && y.granularity.is_some();
        if is_exact || terms == 0 || x.unbounded.is_some() || y.unbounded.is_some() {
            return Sum::Whole(self.total(i, j, known));
        }
        let [error, magnitude] = self.bounds(i, j);
        let weights = if accumulator.is_normal(x.least * y.least) { 0.0 } else { terms as f64 };
        let more = accumulator.products(magnitude, weights);
        let center = known.map_or_else(|| self.center[i * self.y.lines().len() + j], |[center, _]| center);
        Sum::Coarse(Coarse { center, error: error + more, magnitude: magnitude + more }, terms)
    }

    /// `Σ (M_x e_y + M_y e_x)` and `Σ M_x M_y`.
    fn bounds(&self, i: usize, j: usize) -> [f64; 2] {
        let at = i * self.y.lines().len() + j;
        let magnitude = self.enlarged(self.magnitude[at]);
        let relative = |side: usize, largest: f64| if self.uniform[side] { largest } else { 0.0 };
        let [x, y] = [self.x.lines()[i].relative_error[1], self.y.lines()[j].relative_error[1]];
        let relative = plus(relative(0, x), relative(1, y));
        let error = self.error.get(at).map_or(0.0, |&error| self.enlarged(error));
        [plus(error, times(relative, magnitude)), magnitude]
    }

    /// Whether some product of the lines may be exact.
    pub fn some_exact(&self, i: usize, j: usize) -> bool {
        self.x.lines()[i].some_exact && self.y.lines()[j].some_exact
    }
}

/// A Σ of products before it is stored.
#[derive(Clone, Copy, Debug)]
pub enum Sum<const S: usize, const A: usize> {
    /// With all that is known of it.
    Whole(ErrorBound<S, A>),
    /// In three doubles, and the number of its terms.
    Coarse(Coarse, usize),
}

impl<const S: usize, const A: usize> Sum<S, A> {
    /// As it is stored; the doubles that it was computed from were rounded at most so often.
    pub fn stored(self, roundings: &[Rounding; 2]) -> ErrorBound<S, A> {
        match self {
            Sum::Whole(sum) => sum.stored_sum(),
            Sum::Coarse(sum, terms) => {
                ErrorBound::finished(ErrorBound::<S, A>::stored_coarse(sum, terms, roundings), OPERATIONS)
            }
        }
    }

    /// With another term, which may be added to the stored sum or be one of its terms.
    pub fn stored_with(self, term: ErrorBound<S, A>, roundings: &[Rounding; 2]) -> ErrorBound<S, A> {
        let (sum, terms, term) = match (self, term.parts()) {
            (Sum::Coarse(sum, terms), Ok(parts)) => (sum, terms, Coarse::from(parts)),
            (Sum::Coarse(..), Err(why)) => return ErrorBound::without_bound(why),
            (Sum::Whole(sum), _) => return sum.stored_sum() + term,
        };
        if S == A && term.magnitude == 0.0 {
            return self.stored(roundings);
        }
        let [storage, accumulator] = roundings;
        let both = match S == A {
            true => sum.with(term).summed(storage, terms, storage.gamma(terms)),
            false => {
                let term = term.summed(accumulator, terms, accumulator.gamma(terms));
                let sum = ErrorBound::<S, A>::stored_coarse(sum, terms, roundings);
                sum.with(term).summed(storage, 1, storage.gamma(1))
            }
        };
        ErrorBound::finished(both, OPERATIONS)
    }
}

/// At least how many roundings of doubles there are between the products of matrices and a bound.
pub const OPERATIONS: usize = 1000;
