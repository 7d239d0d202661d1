//! Equation 38: the derivative of g evaluated wrongly, transposed or incomplete.

use crate::grid::Grid;
use crate::number::sum;
use crate::problem::activation::{Activation, CoupledActivation, VectorFunction};
use crate::trace::Quantity::{ANext, Dz, Z};
use crate::zoo::{Defect, Float, StepContext};

type Gradient<T> = fn(&Activation, &[T], &[T], &[T]) -> Option<Vec<T>>;
type Row<T> = (&'static str, &'static str, &'static str, &'static [&'static str], Gradient<T>);

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let of = |(id, says, equivalent_when, links, gradient): Row<T>| {
        Defect::new(id, 38, says, equivalent_when).gradient(gradient).seen_at(links)
    };
    any().into_iter().chain(coupled()).map(of).chain(batches()).collect()
}

/// Σ_jj row_jj · entry(jj, j).
fn product<T: Float>(row: &[T], entry: impl Fn(usize, usize) -> T) -> Option<Vec<T>> {
    Some((0..row.len()).map(|j| sum(0..row.len(), |jj| row[jj] * entry(jj, j))).collect())
}

fn each<T: Float>(row: &[T], f: impl Fn(usize) -> T) -> Option<Vec<T>> {
    Some((0..row.len()).map(f).collect())
}

/// For any g.
fn any<T: Float>() -> Vec<Row<T>> {
    vec![
        (
            "jacobian-transposed",
            "the Jacobian is transposed",
            "where the Jacobian is symmetric, as softmax's is",
            &[],
            |g, da, z, _| {
                let jacobian: Grid<T> = g.jacobian(z);
                product(da, |jj, j| jacobian.at(j, jj))
            },
        ),
        (
            "jacobian-diagonal-only",
            "only the diagonal of the Jacobian is used",
            "where the Jacobian is diagonal",
            &[
                "https://github.com/deeplearning4j/libnd4j/issues/440",
                "https://github.com/wkcn/mobula/issues/3",
                "https://github.com/RubixML/ML/issues/438",
            ],
            |g, da, z, _| {
                let jacobian: Grid<T> = g.jacobian(z);
                each(da, |j| da[j] * jacobian.at(j, j))
            },
        ),
        (
            "jacobian-without-diagonal",
            "the Jacobian lacks its diagonal",
            "where the diagonal is zero",
            &[],
            |g, da, z, _| {
                let jacobian: Grid<T> = g.jacobian(z);
                product(da, |jj, j| if jj == j { T::zero() } else { jacobian.at(jj, j) })
            },
        ),
        (
            "jacobian-below-diagonal",
            "only the lower triangle of the Jacobian is used",
            "where the upper triangle is zero",
            &[],
            |g, da, z, _| {
                let jacobian: Grid<T> = g.jacobian(z);
                product(da, |jj, j| if jj < j { T::zero() } else { jacobian.at(jj, j) })
            },
        ),
        (
            "jacobian-missing",
            "dZ is dA_next, as if g were the identity",
            "where g is the identity",
            &["https://github.com/pjreddie/darknet/issues/96"],
            |_, da, _, _| Some(da.to_vec()),
        ),
        ("jacobian-twice", "the Jacobian is applied twice", "where g is the identity", &[], |g, da, z, _| {
            Some(g.row_times_jacobian(&g.row_times_jacobian(da, z), z))
        }),
        (
            "jacobian-at-a",
            "the Jacobian is evaluated at a instead of z",
            "where g is linear",
            &[],
            |g, da, _, a| Some(g.row_times_jacobian(da, a)),
        ),
        ("jacobian-at-zero", "the Jacobian is evaluated at 0", "where g is linear", &[], |g, da, z, _| {
            Some(g.row_times_jacobian(da, &vec![T::zero(); z.len()]))
        }),
        (
            "jacobian-absolute",
            "the Jacobian's entries are replaced by their absolute values",
            "where no entry is negative",
            &[],
            |g, da, z, _| {
                let jacobian: Grid<T> = g.jacobian(z);
                product(da, |jj, j| {
                    let x = jacobian.at(jj, j);
                    if x < T::zero() { -x } else { x }
                })
            },
        ),
        (
            "value-for-derivative",
            "g(z) is used instead of g′(z)",
            "where the two are equal",
            &[],
            |_, da, _, a| each(da, |j| da[j] * a[j]),
        ),
        (
            "jacobian-of-unit-gradient",
            "dZ is dA_next times the column sums of the Jacobian",
            "where the Jacobian is diagonal",
            &[],
            |g, da, z, _| {
                let jacobian: Grid<T> = g.jacobian(z);
                each(da, |j| da[j] * sum(0..da.len(), |jj| jacobian.at(jj, j)))
            },
        ),
    ]
}

/// The activations that couple their units and are polynomial or rational.
fn coupled<T: Float>() -> Vec<Row<T>> {
    const OTHER: &str = "with any other activation";
    fn is(g: &Activation, of: CoupledActivation) -> Option<()> {
        (*g == Activation::Coupled(of)).then_some(())
    }
    vec![
        (
            "cumulative-sum-backward-copies",
            "cumulative_sum's backward pass copies the upstream gradient",
            OTHER,
            &[],
            |g, da, _, _| is(g, CoupledActivation::CumulativeSum).map(|()| da.to_vec()),
        ),
        (
            "cumulative-sum-backward-by-difference",
            "cumulative_sum's backward pass subtracts the sum of the first gradients from the sum of all",
            "where nothing is rounded, and with any other activation",
            &[],
            |g, da, _, _| {
                let total = sum(0..da.len(), |l| da[l]);
                let before = |j: usize| sum(0..j, |l| da[l]);
                is(g, CoupledActivation::CumulativeSum).and_then(|()| each(da, |j| total - before(j)))
            },
        ),
        (
            "coupled-backward-lacks-neighbour",
            "coupled_quadratic's backward pass omits the unit that couples to z_j",
            OTHER,
            &[],
            |g, da, z, _| {
                is(g, CoupledActivation::CoupledQuadratic)
                    .and_then(|()| each(da, |j| da[j] * (z[(j + 1) % z.len()] + T::one())))
            },
        ),
        (
            "coupled-backward-lacks-one",
            "coupled_quadratic's backward pass omits the linear term",
            OTHER,
            &[],
            |g, da, z, _| {
                let n = z.len();
                let before = |j: usize| (j + n - 1) % n;
                is(g, CoupledActivation::CoupledQuadratic)
                    .and_then(|()| each(da, |j| da[j] * z[(j + 1) % n] + da[before(j)] * z[before(j)]))
            },
        ),
        (
            "normalized-backward-lacks-quotient",
            "normalized_square's backward pass treats the denominator as constant",
            OTHER,
            &[],
            |g, da, z, _| {
                let total = T::one() + sum(0..z.len(), |l| z[l] * z[l]);
                is(g, CoupledActivation::NormalizedSquare)
                    .and_then(|()| each(da, |j| da[j] * (z[j] + z[j]) / total))
            },
        ),
        (
            "normalized-backward-halved",
            "normalized_square's backward pass lacks the factor 2",
            OTHER,
            &[],
            |g, da, z, _| {
                let right = g.row_times_jacobian(da, z);
                is(g, CoupledActivation::NormalizedSquare)
                    .and_then(|()| each(da, |j| right[j] * T::from_f64(0.5)))
            },
        ),
    ]
}

/// The Jacobian of another example, or of all.
fn batches<T: Float>() -> Vec<Defect<T>> {
    let of = |id: &str, says: &str, links: &[&'static str], other: fn(&StepContext<T>, usize) -> usize| {
        Defect::new(id, 38, says, "where m = 1 or g is linear")
            .stage(Dz, move |s| {
                let row = |i| s.g.row_times_jacobian(s.inputs.da_next.row(i), s.result(Z).row(other(s, i)));
                Grid::from_rows(s.n_next(), (0..s.m()).map(row).collect())
            })
            .seen_at(links)
    };
    vec![
        of("jacobian-of-first-example", "the Jacobian is the first example's", &[], |_, _| 0),
        of("jacobian-of-next-example", "the Jacobian is the next example's", &[], |s, i| (i + 1) % s.m()),
        Defect::new("jacobian-over-batch", 38, "the Jacobians of the whole batch are summed", "where m = 1")
            .stage(Dz, |s| {
                let row = |i| {
                    let all = (0..s.m())
                        .map(|l| s.g.row_times_jacobian(s.inputs.da_next.row(i), s.result(Z).row(l)));
                    all.reduce(|x, y| x.iter().zip(&y).map(|(&x, &y)| x + y).collect()).unwrap_or_default()
                };
                Grid::from_rows(s.n_next(), (0..s.m()).map(row).collect())
            })
            .seen_at(&["https://github.com/RubixML/ML/issues/438"]),
        Defect::new(
            "jacobian-without-bias",
            38,
            "the Jacobian is evaluated at Z without its bias",
            "where b = 0 or g is linear",
        )
        .stage(Dz, |s| {
            let mut seen = s.clone();
            let product = |i, j| sum(0..s.n(), |k| s.w(k, j) * s.a_tilde(i, k));
            seen.results.insert(Z, s.tabulate(Z, product));
            seen.right(Dz)
        }),
        Defect::new(
            "jacobian-from-a-next-sign",
            38,
            "dZ is 0 where a is not positive, whatever g is",
            "where g is relu",
        )
        .after(Dz, |s, x, i, j| if s.result(ANext).at(i, j) > T::zero() { x } else { T::zero() }),
    ]
}
