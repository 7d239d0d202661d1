//! [`Kernel`]: a layer in real single precision that takes its products as fast ones do, in blocks and lanes and split over
//! threads. [`super::machine`] has every freedom, and is slower.

use super::format::nearest;
use dropout_oracle::grid::{Grid, Vector};
use dropout_oracle::number::Format;
use dropout_oracle::problem::activation::VectorFunction;
use dropout_oracle::problem::{Problem, mask};
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::{Backward, Forward};
use std::iter::zip;

/// The choices of one kernel. It computes in single precision whatever the format of its results.
#[derive(Clone, Copy, Debug)]
pub struct Kernel {
    storage: Format,
    /// The number of neighbouring terms that are summed before they join the rest.
    block: usize,
    /// The number of partial sums within a block.
    lanes: usize,
    /// The number of threads that take a part of each Σ.
    threads: usize,
    /// Whether a product is rounded only with the sum.
    is_fused: bool,
    /// Whether a Σ begins with the bias.
    begins_with_bias: bool,
    /// Whether a is divided by p, and not multiplied by 1/p.
    divides: bool,
    /// Whether dA is a Σ of scaled terms.
    scales_terms: bool,
    /// Whether the next equation reads a result before it is stored.
    keeps: bool,
    /// What becomes of the factors of a product: nothing, if the kernel conforms.
    factor: fn(f32) -> f32,
}

impl Kernel {
    /// One that rounds every product.
    pub fn plain(storage: Format) -> Self {
        Kernel {
            storage,
            block: 64,
            lanes: 4,
            threads: 1,
            is_fused: false,
            begins_with_bias: false,
            divides: true,
            scales_terms: false,
            keeps: false,
            factor: |x| x,
        }
    }

    /// The kernel with this number.
    pub fn drawn(storage: Format, number: u64) -> Self {
        let mut words = mask::words(*b"dropout-oracle kernels, drawing1", number);
        let mut below = |n: usize| (words.next().expect("endless") % n as u64) as usize;
        Kernel {
            block: 8 << below(6),
            lanes: 1 << below(5),
            threads: 1 << below(4),
            is_fused: below(2) == 0,
            begins_with_bias: below(2) == 0,
            divides: below(2) == 0,
            scales_terms: below(3) == 0,
            keeps: below(3) == 0,
            ..Kernel::plain(storage)
        }
    }

    /// The same with its factors so changed.
    pub fn with_factors(self, factor: fn(f32) -> f32) -> Self {
        Kernel { factor, ..self }
    }

    /// All eight results, as they are stored.
    pub fn step(&self, problem: &Problem) -> Step<f64> {
        let inputs = problem.inputs();
        let stored = |matrix: &Grid<f64>| matrix.map(|&x| self.stored(x));
        let (a, w, da_next) = (stored(&inputs.a), stored(&inputs.w), stored(&inputs.da_next));
        let b = inputs.b.map(|&x| self.stored(x));
        let p = inputs.keep_prob.map(|&p| p as f32);
        let is_kept = |i: usize, k: usize| inputs.r.at(i, k) != 0.0;
        let scaled = |k: usize, x: f32| if self.divides { x / p.at(k) } else { x * (1.0 / p.at(k)) };
        let masked = |i: usize, k: usize, x: f32| if is_kept(i, k) { scaled(k, x) } else { 0.0 };

        let (m, n, n_next) = (problem.m(), problem.n(), problem.n_next());
        let a_tilde = Grid::tabulate(m, n, |i, k| masked(i, k, a.at(i, k)));
        let (read_a, w_columns) = (self.read(&a_tilde), transposed(&w));
        let z = Grid::tabulate(m, n_next, |i, j| {
            let [first, last] = if self.begins_with_bias { [b.at(j), 0.0] } else { [0.0, b.at(j)] };
            self.dot(first, read_a.row(i), w_columns.row(j)) + last
        });
        let (g, read_z) = (problem.activation(), self.read(&z));
        let rows = |row: &dyn Fn(usize) -> Vec<f32>| Grid::from_rows(n_next, (0..m).map(row).collect());
        let a_next = rows(&|i| g.value(read_z.row(i)));
        let dz = rows(&|i| g.row_times_jacobian(da_next.row(i), read_z.row(i)));
        let read_dz = self.read(&dz);
        let (a_columns, dz_columns) = (transposed(&read_a), transposed(&read_dz));
        let dw = Grid::tabulate(n, n_next, |k, j| self.dot(0.0, a_columns.row(k), dz_columns.row(j)));
        let ones = vec![1.0; m];
        let exactly = self.with_factors(|x| x);
        let db = Vector::tabulate(n_next, |j| exactly.dot(0.0, &ones, dz_columns.row(j)));
        let da_tilde = Grid::tabulate(m, n, |i, k| self.dot(0.0, read_dz.row(i), w.row(k)));
        let read = self.read(&da_tilde);
        let scaled_w = Grid::tabulate(n, n_next, |k, j| scaled(k, w.at(k, j)));
        let da = Grid::tabulate(m, n, |i, k| match self.scales_terms {
            true if is_kept(i, k) => self.dot(0.0, read_dz.row(i), scaled_w.row(k)),
            true => 0.0,
            false => masked(i, k, read.at(i, k)),
        });

        let shown = |matrix: Grid<f32>| matrix.map(|&x| self.stored(x.into()).into());
        Step {
            forward: Forward { a_tilde: shown(a_tilde), z: shown(z), a_next: shown(a_next) },
            backward: Backward {
                dz: shown(dz),
                dw: shown(dw),
                db: db.map(|&x| self.stored(x.into()).into()),
                da_tilde: shown(da_tilde),
                da: shown(da),
            },
        }
    }

    /// A number as it is stored.
    fn stored(&self, x: f64) -> f32 {
        nearest(self.storage, x) as f32
    }

    /// A result as the next equation reads it.
    fn read(&self, matrix: &Grid<f32>) -> Grid<f32> {
        if self.keeps { matrix.clone() } else { matrix.map(|&x| self.stored(x.into())) }
    }

    /// first + Σ x · y.
    fn dot(&self, first: f32, x: &[f32], y: &[f32]) -> f32 {
        let of_blocks = |x: &[f32], y: &[f32]| {
            zip(x.chunks(self.block), y.chunks(self.block)).fold(0.0, |sum, (x, y)| sum + self.of_block(x, y))
        };
        let each = x.len().div_ceil(self.threads);
        zip(x.chunks(each), y.chunks(each)).fold(first, |sum, (x, y)| sum + of_blocks(x, y))
    }

    fn of_block(&self, x: &[f32], y: &[f32]) -> f32 {
        let mut sums = [0.0f32; 16];
        let sums = &mut sums[..self.lanes];
        for (x, y) in zip(x.chunks(self.lanes), y.chunks(self.lanes)) {
            for (sum, (x, y)) in zip(&mut *sums, zip(x, y)) {
                let (x, y) = ((self.factor)(*x), (self.factor)(*y));
                *sum = if self.is_fused { x.mul_add(y, *sum) } else { *sum + x * y };
            }
        }
        sums.iter().sum()
    }
}

fn transposed(matrix: &Grid<f32>) -> Grid<f32> {
    Grid::tabulate(matrix.cols(), matrix.rows(), |j, i| matrix.at(i, j))
}
