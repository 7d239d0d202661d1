//! The activations that couple the units of a row, by every formula of the page.

use super::exact::Exact;
use super::machine::{Function, Machine};
use super::sum::Term;
use dropout_oracle::problem::activation::CoupledActivation;

const ONE: Exact = Exact::ONE;
const TWO: Exact = Exact::TWO;

/// Σ x·y over two rows.
fn products(x: &[Exact], y: &[Exact]) -> Vec<Term> {
    x.iter().zip(y).map(|(&x, &y)| Term::Product(x, y)).collect()
}

fn values(x: &[Exact]) -> Vec<Term> {
    x.iter().copied().map(Term::Value).collect()
}

impl Machine {
    /// The row g(z).
    pub fn values_at(&self, g: CoupledActivation, z: &[Exact]) -> Vec<Exact> {
        let n = z.len();
        match g {
            CoupledActivation::Softmax => self.softmax(z),
            CoupledActivation::LogSoftmax => self.log_softmax(z),
            CoupledActivation::CumulativeSum => self.prefix_sums(z),
            CoupledActivation::CoupledQuadratic => {
                let entry = |j: usize| match self.form(self.formulas.value, 2) {
                    0 => self.polynomial(&[&[z[j], z[(j + 1) % n]], &[z[j]]]),
                    _ => self.fl(z[j] * self.fl(z[(j + 1) % n] + ONE)),
                };
                (0..n).map(entry).collect()
            }
            CoupledActivation::NormalizedSquare => {
                let d = self.one_plus_squares(z);
                let reciprocal = self.fl(ONE / d);
                let entry = |&z: &Exact| match self.form(self.formulas.value, 3) {
                    0 => self.quotient(self.fl(z * z), d),
                    1 => self.product(&[z, z, reciprocal]),
                    _ => self.fl(z * self.quotient(z, d)),
                };
                z.iter().map(entry).collect()
            }
        }
    }

    /// The row upstream · ∂a/∂z, where a is g(z).
    pub fn gradients_at(
        &self,
        g: CoupledActivation,
        z: &[Exact],
        a: &[Exact],
        upstream: &[Exact],
    ) -> Vec<Exact> {
        let full = self.choose(self.formulas.full);
        match g {
            CoupledActivation::Softmax if full => self.through(upstream, |jj, j| match jj == j {
                true if self.form(self.formulas.factor, 2) == 0 => self.fl(a[j] * self.fl(ONE - a[j])),
                true => self.polynomial(&[&[a[j]], &[-a[j], a[j]]]),
                false => self.fl(-a[jj] * a[j]),
            }),
            CoupledActivation::Softmax => {
                let mean = self.stored_sum(products(a, upstream));
                let entry = |(&s, &g): (&Exact, &Exact)| match self.form(self.formulas.derivative, 2) {
                    0 => self.fl(s * self.fl(g - mean)),
                    _ => self.polynomial(&[&[s, g], &[-s, mean]]),
                };
                a.iter().zip(upstream).map(entry).collect()
            }
            CoupledActivation::LogSoftmax => {
                let s: Vec<Exact> = match self.form(self.formulas.derivative, 2) {
                    0 => self.shifted_twice(z).into_iter().map(|a| self.call(Function::Exp, a)).collect(),
                    _ => self.softmax(z),
                };
                if full {
                    return self.through(upstream, |jj, j| if jj == j { self.fl(ONE - s[j]) } else { -s[j] });
                }
                let total = self.stored_sum(values(upstream));
                s.iter().zip(upstream).map(|(&s, &g)| self.polynomial(&[&[g], &[-s, total]])).collect()
            }
            CoupledActivation::CumulativeSum if full => {
                self.through(upstream, |jj, j| if j <= jj { ONE } else { Exact::ZERO })
            }
            CoupledActivation::CumulativeSum => {
                let backwards: Vec<Exact> = upstream.iter().rev().copied().collect();
                self.prefix_sums(&backwards).into_iter().rev().collect()
            }
            CoupledActivation::CoupledQuadratic => self.quadratic_gradients(z, upstream, full),
            CoupledActivation::NormalizedSquare => self.square_gradients(z, a, upstream, full),
        }
    }

    /// Σ upstream_jj · J_jj,j for each j, with all entries of the Jacobian.
    fn through(&self, upstream: &[Exact], entry: impl Fn(usize, usize) -> Exact) -> Vec<Exact> {
        let column = |j| (0..upstream.len()).map(|jj| entry(jj, j)).collect::<Vec<_>>();
        (0..upstream.len()).map(|j| self.sum(products(upstream, &column(j)))).collect()
    }

    /// The largest z, e^(z − largest) for all z, and their sum.
    fn shifted(&self, z: &[Exact]) -> (Exact, Vec<Exact>, Exact) {
        let largest = z.iter().copied().reduce(Exact::max).unwrap_or(Exact::ZERO);
        let powers: Vec<Exact> = z.iter().map(|&z| self.call(Function::Exp, self.fl(z - largest))).collect();
        let total = self.stored_sum(values(&powers));
        (largest, powers, total)
    }

    fn softmax(&self, z: &[Exact]) -> Vec<Exact> {
        if self.form(self.formulas.row, 2) == 0 {
            return self.shifted_twice(z).into_iter().map(|a| self.call(Function::Exp, a)).collect();
        }
        let (_, powers, total) = self.shifted(z);
        powers.into_iter().map(|e| self.quotient(e, total)).collect()
    }

    fn log_softmax(&self, z: &[Exact]) -> Vec<Exact> {
        if self.form(self.formulas.value, 2) == 0 {
            return self.shifted_twice(z);
        }
        let (largest, _, total) = self.shifted(z);
        let log = self.call(Function::Log, total);
        z.iter().map(|&z| self.fl(z - self.fl(largest + log))).collect()
    }

    /// (z − c) − ln Σ e^(z − c), the only form whose exponential is a softmax (the page's table).
    fn shifted_twice(&self, z: &[Exact]) -> Vec<Exact> {
        let (largest, _, total) = self.shifted(z);
        let log = self.call(Function::Log, total);
        z.iter().map(|&z| self.fl(self.fl(z - largest) - log)).collect()
    }

    /// x_1, x_1 + x_2 and so on: each from the one before, or each by itself.
    fn prefix_sums(&self, x: &[Exact]) -> Vec<Exact> {
        if self.form(self.formulas.row, 2) == 0 {
            return (1..=x.len()).map(|end| self.sum(values(&x[..end]))).collect();
        }
        let add = |sum: &mut Exact, &x: &Exact| {
            *sum = self.round(*sum + x, self.accumulator);
            Some(*sum)
        };
        x.iter().scan(Exact::ZERO, add).collect()
    }

    fn quadratic_gradients(&self, z: &[Exact], upstream: &[Exact], full: bool) -> Vec<Exact> {
        let n = z.len();
        let (next, last) = (|j: usize| (j + 1) % n, |j: usize| (j + n - 1) % n);
        if full {
            return self.through(upstream, |jj, j| match (jj == j, next(jj) == j) {
                (true, true) => self.fl(self.fl(z[next(jj)] + ONE) + z[jj]),
                (true, false) => self.fl(z[next(jj)] + ONE),
                (false, true) => z[jj],
                (false, false) => Exact::ZERO,
            });
        }
        let entry = |j: usize| {
            let neighbour = Term::Product(upstream[last(j)], z[last(j)]);
            let own = match self.form(self.formulas.derivative, 2) {
                0 => vec![Term::Product(upstream[j], self.fl(z[next(j)] + ONE))],
                _ => vec![Term::Product(upstream[j], z[next(j)]), Term::Value(upstream[j])],
            };
            self.sum([own, vec![neighbour]].concat())
        };
        (0..n).map(entry).collect()
    }

    /// D = 1 + Σ z², the 1 among the terms or apart.
    fn one_plus_squares(&self, z: &[Exact]) -> Exact {
        let squares = products(z, z);
        match self.form(self.formulas.row, 3) {
            0 => self.fl(ONE + self.stored_sum(squares)),
            1 => self.fl(self.sum_in(self.accumulator, Some(ONE), squares)),
            _ => self.stored_sum([squares, values(&[ONE])].concat()),
        }
    }

    fn square_gradients(&self, z: &[Exact], a: &[Exact], upstream: &[Exact], full: bool) -> Vec<Exact> {
        let d = self.one_plus_squares(z);
        if full {
            return self.through(upstream, |jj, j| {
                let own = if jj == j { ONE } else { Exact::ZERO };
                let double = self.fl(TWO * z[j]);
                match self.form(self.formulas.derivative, 4) {
                    0 => self.fl(self.quotient(double, d) * self.fl(own - a[jj])),
                    1 => self.quotient(self.fl(double * self.fl(own - a[jj])), d),
                    2 => {
                        let rest = self.polynomial(&[&[own, d], &[-z[jj], z[jj]]]);
                        self.fl(self.quotient(double, d) * self.quotient(rest, d))
                    }
                    _ => self
                        .polynomial(&[&[own, self.quotient(double, d)], &[-a[jj], self.quotient(double, d)]]),
                }
            });
        }
        // Backwards through the quotient and the sum.
        let through_d = match self.form(self.formulas.factor, 3) {
            0 => self.quotient(self.stored_sum(products(a, upstream)), d),
            1 => {
                let terms: Vec<Exact> =
                    a.iter().zip(upstream).map(|(&a, &g)| self.quotient(self.fl(a * g), d)).collect();
                self.stored_sum(values(&terms))
            }
            _ => {
                let scaled: Vec<Exact> = upstream.iter().map(|&g| self.quotient(g, d)).collect();
                self.stored_sum(products(a, &scaled))
            }
        };
        let entry = |(&z, &g): (&Exact, &Exact)| {
            let through_square = self.quotient(g, d);
            match self.form(self.formulas.derivative, 2) {
                0 => self.product(&[TWO, z, self.fl(through_square - through_d)]),
                _ => self.polynomial(&[&[TWO, z, through_square], &[-TWO, z, through_d]]),
            }
        };
        z.iter().zip(upstream).map(entry).collect()
    }
}
