//! The bounds of softmax for a long row: the formulas of [`super::softmax`] on [`Coarse`] numbers, each exponential once.
//!
//! Every rounding that the formulas have on [`ErrorBound`] numbers is charged here too, in the same places. A test holds
//! the two together.

use super::coupled::LongRow;
use crate::number::{Coarse, ErrorBound, FUNCTION_ULPS, Ordered, Rounding};

/// Two formulas for the softmax of a row, both stored.
struct Softmaxes {
    /// `e^(z_j − c) / Σ e^(z_l − c)`.
    own: Vec<Coarse>,
    /// The same as a product with the inverse, or `e^((z_j − c) − ln Σ e^(z_l − c))`.
    textbook: Vec<Coarse>,
}

/// The bounds of all formulas for values and gradients; no number of the rows is without a bound.
pub fn long_row<const S: usize, const A: usize>(
    row: &[ErrorBound<S, A>],
    z: &[ErrorBound<S, A>],
) -> LongRow<S, A> {
    let roundings = ErrorBound::<S, A>::roundings();
    let softmaxes = softmaxes::<S, A>(z, &roundings);
    let row: Vec<Coarse> = row.iter().map(coarse).collect();
    let gradient = match row.iter().all(|da| da.magnitude == 0.0) {
        true => vec![Coarse::exact(0.0); row.len()],
        false => gradient::<S, A>(&row, &softmaxes, &roundings),
    };
    let Softmaxes { own, textbook } = softmaxes;
    let operations = 16 * row.len() + 1000;
    let finished = |x: Coarse| {
        if x.magnitude == 0.0 { ErrorBound::exact_zero() } else { ErrorBound::finished(x, operations) }
    };
    let value = own.into_iter().zip(textbook).map(|(own, textbook)| finished(own.or(textbook)));
    LongRow { values: vec![value.collect()], gradients: vec![gradient.into_iter().map(finished).collect()] }
}

/// The parts of a number that has a bound.
fn coarse<const S: usize, const A: usize>(x: &ErrorBound<S, A>) -> Coarse {
    x.parts().expect("a bound").into()
}

fn softmaxes<const S: usize, const A: usize>(
    numbers: &[ErrorBound<S, A>],
    roundings: &[Rounding; 2],
) -> Softmaxes {
    let [storage, _] = roundings;
    let z: Vec<Coarse> = numbers.iter().map(coarse).collect();
    let n = z.len();
    let largest = ErrorBound::largest(numbers);
    let c = z[largest].negated();
    let difference = |z: &Coarse| z.with(c);
    let exponential = |z: &Coarse| {
        let d = difference(z).summed(storage, 1, storage.gamma(1));
        exp(d, libm::exp(d.center), storage)
    };
    let e: Vec<Coarse> = z.iter().map(exponential).collect();
    let total = |without: usize| {
        let mut total = Coarse::exact(0.0);
        for e in e[..without].iter().chain(&e[(without + 1).min(n)..]) {
            total = total.with(*e);
        }
        total
    };
    let others = total(largest);
    let stored = |total: Coarse| ErrorBound::<S, A>::stored_coarse(total, n, roundings);
    // In the textbook's form, the largest exponential is 1, and so the sum is no less.
    let (own, textbook) = (stored(others.with(e[largest])), stored(others.with(Coarse::exact(1.0))));
    let at_least = 1.0 - (storage.gamma(n) + 1e-12).min(1.0);
    let least_own = (own.center - own.error) * (1.0 - 1e-12);
    let least = ((textbook.center - textbook.error) * (1.0 - 1e-12)).max(at_least);
    let quotient = |x: Coarse, y: Coarse, least: f64| match least > 0.0 {
        true => x.over(y, least).rounded(storage, 1.0),
        false => Coarse { error: f64::INFINITY, ..x },
    };
    let inverse = quotient(Coarse::exact(1.0), textbook, least);
    let logarithm = ln(textbook, storage);
    let own = e.iter().map(|&e| quotient(e, own, least_own)).collect::<Vec<_>>();
    let by_textbook = |l: usize| {
        let e = if l == largest { Coarse::exact(1.0) } else { e[l] };
        let log = match l == largest {
            true => logarithm.negated(),
            false => difference(&z[l]).with(logarithm.negated()).summed(storage, 2, storage.gamma(2)),
        };
        let product = e.times(inverse).rounded(storage, 1.0);
        product.or(exp(log, product.center, storage))
    };
    Softmaxes { textbook: (0..n).map(by_textbook).collect(), own }
}

/// `e^x`, of which a double near it is known.
fn exp(x: Coarse, near: f64, rounding: &Rounding) -> Coarse {
    // The exact argument may be as far from the center as doubles round, which is no more than the error of any format.
    let far = x.error + f64::EPSILON * x.magnitude;
    // e^far is at most 1 + far + far² up to 1.
    let most = if far < 0.25 { near * (1.0 + far + far * far) } else { libm::exp(x.center + far) };
    let most = most * (1.0 + 1e-13) + f64::MIN_POSITIVE;
    Coarse::function(near, most * x.error, most, FUNCTION_ULPS, rounding)
}

/// ln x for an x of at least about 1.
fn ln(x: Coarse, rounding: &Rounding) -> Coarse {
    let far = x.error + f64::EPSILON * x.magnitude;
    let (lo, hi) = (x.center - far, x.center + far);
    if !(lo > 0.0 && hi < f64::INFINITY) {
        return Coarse { error: f64::INFINITY, ..x };
    }
    let most = libm::log(lo).abs().max(libm::log(hi).abs()) * (1.0 + 1e-15) + f64::MIN_POSITIVE;
    Coarse::function(libm::log(x.center), x.error / lo, most, FUNCTION_ULPS, rounding)
}

/// row · ∂a/∂z by each formula, the worst of them.
fn gradient<const S: usize, const A: usize>(
    row: &[Coarse],
    Softmaxes { own, textbook }: &Softmaxes,
    roundings: &[Rounding; 2],
) -> Vec<Coarse> {
    let [storage, accumulator] = roundings;
    let n = row.len();
    let largest = (1..n).fold(0, |best, j| if own[j].center > own[best].center { j } else { best });
    // h = row − row_c, which the project's own formula multiplies by.
    let centre = row[largest].negated();
    let h: Vec<Coarse> = row.iter().map(|da| da.with(centre)).collect();
    let stored_h: Vec<Coarse> = h.iter().map(|h| h.summed(storage, 1, storage.gamma(1))).collect();
    let own = Formula::<S, A>::new(own, &stored_h, h, row, roundings);
    let textbook = Formula::<S, A>::new(textbook, row, row.to_vec(), row, roundings);
    let one = Coarse::exact(1.0);
    let entry = |j: usize| {
        let of = |formula: &Formula<S, A>, rest: Coarse| {
            let by_mean = formula.by_mean(j, storage, accumulator);
            by_mean.or(formula.by_jacobian(j, rest, row, roundings))
        };
        // 1 − s_j as the sum of the others, or as a difference.
        let complement = own.others(j, roundings);
        let difference = one.with(textbook.s[j].negated()).summed(storage, 1, storage.gamma(1));
        of(&own, complement).or(of(&textbook, difference))
    };
    (0..n).map(entry).collect()
}

/// What the gradient of one form of the softmax is computed from.
struct Formula<'a, const S: usize, const A: usize> {
    s: &'a [Coarse],
    /// row, or row − row_c.
    h: Vec<Coarse>,
    /// Σ s · h, before it is stored.
    mean: Coarse,
    /// The same as it is stored.
    stored_mean: Coarse,
    gamma: f64,
    /// Σ s.
    total: Coarse,
    /// Σ M_row M_s, Σ M_row e_s, Σ e_row M_s, Σ M_row and Σ e_row.
    sums: [f64; 5],
}

impl<'a, const S: usize, const A: usize> Formula<'a, S, A> {
    fn new(
        s: &'a [Coarse],
        stored_h: &[Coarse],
        h: Vec<Coarse>,
        row: &[Coarse],
        roundings: &[Rounding; 2],
    ) -> Self {
        let [_, accumulator] = roundings;
        let mut mean = Coarse::exact(0.0);
        let mut total = Coarse::exact(0.0);
        let mut sums = [0.0; 5];
        for ((s, h), row) in s.iter().zip(stored_h).zip(row) {
            mean = mean.with(s.times(*h).rounded(accumulator, 1.0));
            total = total.with(*s);
            let terms = Self::terms(row, s);
            sums.iter_mut().zip(terms).for_each(|(sum, term)| *sum += term);
        }
        let stored_mean = ErrorBound::<S, A>::stored_coarse(mean, s.len(), roundings);
        let gamma = accumulator.gamma(s.len() + 1);
        Formula { s, h, mean, stored_mean, gamma, total, sums }
    }

    fn terms(row: &Coarse, s: &Coarse) -> [f64; 5] {
        [
            row.magnitude * s.magnitude,
            row.magnitude * s.error,
            row.error * s.magnitude,
            row.magnitude,
            row.error,
        ]
    }

    /// `s_j · (h_j − Σ s_l · h_l)`.
    fn by_mean(&self, j: usize, storage: &Rounding, accumulator: &Rounding) -> Coarse {
        let n = self.s.len();
        let difference = match S == A {
            true => self.h[j].with(self.mean.negated()).summed(storage, n + 1, self.gamma),
            // A wider accumulator may have added h_j up together with the terms of the sum.
            false => {
                let h = self.h[j].summed(accumulator, n, self.gamma);
                h.with(self.stored_mean.negated()).summed(storage, 2, storage.gamma(2))
            }
        };
        self.s[j].times(difference).rounded(storage, 1.0)
    }

    /// Σ s_l without s_j.
    fn others(&self, j: usize, roundings: &[Rounding; 2]) -> Coarse {
        let lost = (self.s.len() + 8) as f64 * f64::EPSILON;
        let without = |all: f64, one: f64| (all - one).max(0.0) + lost * all;
        let (total, s) = (&self.total, &self.s[j]);
        let others = Coarse {
            center: (total.center - s.center).max(0.0),
            error: without(total.error, s.error),
            magnitude: without(total.magnitude, s.magnitude),
        };
        ErrorBound::<S, A>::stored_coarse(others, self.s.len(), roundings)
    }

    /// Σ row_jj · ∂s_jj/∂z_j with the full Jacobian, whose entries are −s_jj · s_j, and s_j · `rest` on the diagonal.
    fn by_jacobian(&self, j: usize, rest: Coarse, row: &[Coarse], roundings: &[Rounding; 2]) -> Coarse {
        let [storage, accumulator] = roundings;
        let s = &self.s[j];
        let n = self.s.len();
        let lost = (2 * n + 8) as f64 * f64::EPSILON;
        let own = Self::terms(&row[j], s);
        let [sum, of_s, of_row, sizes, errors] =
            std::array::from_fn(|part| (self.sums[part] - own[part]).max(0.0) + lost * self.sums[part]);
        // Each entry of the Jacobian is stored, each product with the row rounded in the accumulator.
        let magnitude = s.magnitude * sum;
        let stored = storage.products(magnitude, sizes);
        let grown = s.magnitude * (1.0 + storage.unit);
        let error =
            s.error * sum + s.magnitude * of_s + grown * of_row + stored + storage.products(0.0, errors);
        let magnitude = magnitude + stored;
        let more = accumulator.products(magnitude, n as f64);
        let diagonal = row[j].times(s.times(rest).rounded(storage, 1.0)).rounded(accumulator, 1.0);
        let center = s.center * (self.h[j].center - self.mean.center);
        let terms = Coarse {
            center,
            error: error + more + diagonal.error,
            magnitude: magnitude + more + diagonal.magnitude,
        };
        ErrorBound::<S, A>::stored_coarse(terms, n, roundings)
    }
}
