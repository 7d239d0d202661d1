//! The bounds of a large step: each Σ from products of plain matrices, everything else entry by entry as
//! [`super::entry_by_entry`] does it.
//!
//! No matrix of [`ErrorBound`] numbers is kept but dZ: each element is finished as soon as it is known, and only the parts that
//! the next Σ needs stay.

use super::factor::Factor;
use super::product::{OPERATIONS, Product, Sum};
use super::{Derived, Own, textbook};
use crate::grid::{Grid, Vector};
use crate::number::bounds::half_ulp;
use crate::number::{Coarse, ErrorBound, Number, sum};
use crate::problem::Problem;
use crate::scalar::Step;
use crate::trace::{Backward, Forward, Quantity};
use num_traits::{One, Zero};
use rayon::prelude::*;

/// The fewest elements that are worth a task of their own.
const AT_ONCE: usize = 1 << 12;

/// `finish` of each element of all eight results and its expected value.
pub fn step<const S: usize, const A: usize, T: Clone + Send + Sync>(
    problem: &Problem,
    expected: &Step<f64>,
    own: &Own,
    finish: impl Fn(Derived, f64) -> T + Sync,
) -> Step<T> {
    let inputs = problem.inputs();
    let (m, n, n_next) = (problem.m(), problem.n(), problem.n_next());
    let stored = ErrorBound::<S, A>::from_f64;
    let done = |quantity: Quantity, index: usize, x: &ErrorBound<S, A>| {
        finish(Derived::of(x), expected.cells(quantity)[index])
    };
    let known = |quantity: Quantity| {
        let (follows, expected) = (own.lead_to(quantity), expected.cells(quantity));
        move |index: usize| (!follows).then(|| [expected[index], half_ulp(expected[index])])
    };

    // 1 · 1/p: an implementation may scale before it masks, so the scaled number of a dropped unit must not overflow either.
    let inverse: Vec<ErrorBound<S, A>> =
        inputs.keep_prob.iter().map(|&p| ErrorBound::one() * (ErrorBound::one() / stored(p))).collect();
    // Where 1/p is no power of two, every product with it is rounded.
    let rounded: Vec<Option<Coarse>> = inverse.iter().map(rounding_factor).collect();
    let roundings = ErrorBound::<S, A>::roundings();
    let [storage, _] = &roundings;
    let masked = |r: f64, x: ErrorBound<S, A>| {
        if r == 0.0 && x.error().is_ok() { ErrorBound::zero() } else { x }
    };

    let read = own.read(Quantity::ATilde, expected);
    let (a_tilde, from_a_tilde) = Factor::tabulate([m, n], |i, k| {
        let index = i * n + k;
        let a = stored(inputs.a.at(i, k));
        let kept = match (rounded[k], a.parts()) {
            (Some(inverse), Ok(a)) if a.magnitude > 0.0 && !is_power_of_two(a.center) => {
                ErrorBound::finished(inverse.times(a.into()).rounded(storage, 1.0), OPERATIONS)
            }
            _ => inverse[k] * a,
        };
        let x = masked(inputs.r.at(i, k), kept);
        (done(Quantity::ATilde, index, &x), read(index, x))
    });
    let (_, w) =
        Factor::of_parts([n, n_next], |k, j| ((), ErrorBound::<S, A>::input_parts(inputs.w.row(k)[j])));

    let sums = Product::new(from_a_tilde.rows(), w.cols(), own.lead_to(Quantity::Z));
    let b: Vec<_> = inputs.b.iter().map(|&b| (b, stored(b))).collect();
    let known_z = known(Quantity::Z);
    let [read_z, read_dz] = [Quantity::Z, Quantity::Dz].map(|quantity| own.read(quantity, expected));
    let row = |i: usize| {
        let mut row = Row::<S, A, T> {
            z: Vec::with_capacity(n_next),
            a_next: Vec::with_capacity(n_next),
            dz: Vec::with_capacity(n_next),
            dz_read: Vec::with_capacity(n_next),
        };
        let mut from_z = Vec::with_capacity(n_next);
        for (j, &(b, stored_b)) in b.iter().enumerate() {
            let index = i * n_next + j;
            let without_bias = known_z(index).map(|[z, radius]| [z - b, radius + half_ulp(z - b)]);
            let x = sums.sum::<S, A>(i, j, without_bias, &roundings).stored_with(stored_b, &roundings);
            row.z.push(done(Quantity::Z, index, &x));
            from_z.push(read_z(index, x));
        }
        let da_next: Vec<_> = inputs.da_next.row(i).iter().map(|&x| stored(x)).collect();
        let [values, gradients] = textbook::long_row(problem.activation(), &da_next, &from_z);
        for (j, (value, gradient)) in values.iter().zip(gradients).enumerate() {
            let index = i * n_next + j;
            row.a_next.push(done(Quantity::ANext, index, value));
            row.dz.push(done(Quantity::Dz, index, &gradient));
            row.dz_read.push(read_dz(index, gradient));
        }
        row
    };
    let rows: Vec<Row<S, A, T>> = (0..m).into_par_iter().map(row).collect();
    let all = |part: fn(&Row<S, A, T>) -> &[T]| rows.iter().flat_map(part).cloned().collect();
    let (z, a_next, dz) = (all(|row| &row.z), all(|row| &row.a_next), all(|row| &row.dz));
    drop(sums);
    let (_, from_dz) = Factor::tabulate([m, n_next], |i, j| ((), rows[i].dz_read[j]));

    let sums = Product::new(from_a_tilde.cols(), from_dz.cols(), own.lead_to(Quantity::Dw));
    let known_dw = known(Quantity::Dw);
    let weight = |index: usize| {
        let sum = sums.sum::<S, A>(index / n_next, index % n_next, known_dw(index), &roundings);
        done(Quantity::Dw, index, &sum.stored(&roundings))
    };
    let dw = (0..n * n_next).into_par_iter().with_min_len(AT_ONCE).map(weight).collect();
    let known_db = known(Quantity::Db);
    let columns = from_dz.column_sums();
    let db = Vector::tabulate(n_next, |j| {
        let (sum_of_column, terms) = columns[j];
        let line = &from_dz.cols().lines()[j];
        if line.some_exact || line.unbounded.is_some() || terms < 2 {
            return done(Quantity::Db, j, &sum(0..m, |i| rows[i].dz_read[j]));
        }
        let center = known_db(j).map_or(sum_of_column.center, |[center, _]| center);
        let column = Sum::<S, A>::Coarse(Coarse { center, ..sum_of_column }, terms);
        done(Quantity::Db, j, &column.stored(&roundings))
    });
    drop(sums);

    let sums = Product::new(from_dz.rows(), w.rows(), own.lead_to(Quantity::DaTilde));
    let known_da_tilde = known(Quantity::DaTilde);
    let read = own.read(Quantity::DaTilde, expected);
    let both = |index: usize| {
        let (i, k) = (index / n, index % n);
        let sum = sums.sum::<S, A>(i, k, known_da_tilde(index), &roundings);
        let x = sum.stored(&roundings);
        let da_tilde = done(Quantity::DaTilde, index, &x);
        let x = read(index, x);
        let is_own = own.at(Quantity::DaTilde, index).is_some();
        let kept = match (sum, rounded[k], x.parts()) {
            (Sum::Coarse(sum, terms), Some(inverse), Ok(x)) if !is_own && x.magnitude > 0.0 => {
                let x = Coarse::from(x).times_one(storage);
                let of_sum = x.times(inverse).rounded(storage, 1.0);
                // An implementation may scale the terms of the sum instead.
                let roundings_more = if sums.some_exact(i, k) { 2 } else { 1 };
                let of_terms =
                    ErrorBound::<S, A>::stored_coarse(sum.times(inverse), terms + roundings_more, &roundings);
                ErrorBound::finished(of_sum.either(of_terms), OPERATIONS)
            }
            _ => {
                let of_sum = x * ErrorBound::one() * inverse[k];
                let total = || sums.total::<S, A>(i, k, known_da_tilde(index));
                let of_terms = || total().scaled_terms(sums.some_exact(i, k), inverse[k]);
                if is_own { of_sum } else { of_sum.either(of_terms()) }
            }
        };
        (da_tilde, done(Quantity::Da, index, &masked(inputs.r.at(i, k), kept)))
    };
    let (da_tilde, da) = (0..m * n).into_par_iter().with_min_len(AT_ONCE).map(both).unzip();
    let grid = Grid::from_cells;
    Step {
        forward: Forward {
            a_tilde: grid(m, n, a_tilde),
            z: grid(m, n_next, z),
            a_next: grid(m, n_next, a_next),
        },
        backward: Backward {
            dz: grid(m, n_next, dz),
            dw: grid(n, n_next, dw),
            db,
            da_tilde: grid(m, n, da_tilde),
            da: grid(m, n, da),
        },
    }
}

/// A row of Z and what follows from it alone.
struct Row<const S: usize, const A: usize, T> {
    z: Vec<T>,
    a_next: Vec<T>,
    dz: Vec<T>,
    /// What the next Σ reads of dZ.
    dz_read: Vec<ErrorBound<S, A>>,
}

/// 1/p as a factor of products that are rounded; `None` if it is a power of two, or has no bound.
fn rounding_factor<const S: usize, const A: usize>(inverse: &ErrorBound<S, A>) -> Option<Coarse> {
    inverse.parts().ok().filter(|parts| parts.granularity.is_none()).map(Coarse::from)
}

/// Whether x is a power of two, up to its sign: a product with it is not rounded.
fn is_power_of_two(x: f64) -> bool {
    x.to_bits() << 12 == 0
}
