//! Equation 4: the product with W and the bias.

use crate::grid::Grid;
use crate::number::sum;
use crate::scalar::Inputs;
use crate::trace::Quantity::Z;
use crate::zoo::{Defect, Float, StepContext};

/// Σₖ of the terms.
fn product<T: Float>(s: &StepContext<T>, term: impl Fn(usize) -> T) -> T {
    sum(0..s.n(), term)
}

type Entry<T> = fn(&StepContext<T>, usize, usize) -> T;

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let entries = products().into_iter().map(|(id, says, equivalent_when, links, entry)| {
        Defect::new(id, 4, says, equivalent_when).cell(Z, entry).seen_at(links)
    });
    let biased = biases().into_iter().map(|(id, says, equivalent_when, bias)| {
        Defect::new(id, 4, says, equivalent_when).cell(Z, move |s: &StepContext<T>, i, j| {
            product(s, |k| s.w(k, j) * s.a_tilde(i, k)) + bias(s, i, j)
        })
    });
    let misread = misread().into_iter().map(|(id, equation, says, equivalent_when, read)| {
        Defect::new(id, equation, says, equivalent_when).reads(move |s| {
            let mut inputs = s.inputs.clone();
            read(s, &mut inputs);
            inputs
        })
    });
    entries.chain(biased).chain(misread).collect()
}

type Misread<T> = (&'static str, u8, &'static str, &'static str, fn(&StepContext<T>, &mut Inputs<T>));

/// Inputs that both passes read in the wrong places.
fn misread<T: Float>() -> Vec<Misread<T>> {
    fn by_columns<T: Float>(grid: &Grid<T>) -> Grid<T> {
        Grid::tabulate(grid.rows(), grid.cols(), |k, j| grid.cells()[j * grid.rows() + k])
    }
    vec![
        (
            "weights-by-columns",
            4,
            "both passes read W column by column, though it is stored row by row",
            "where n or n_next is 1",
            |_, inputs| inputs.w = by_columns(&inputs.w),
        ),
        (
            "weights-reversed",
            4,
            "both passes read the rows of W in reverse order",
            "where n = 1",
            |s, inputs| inputs.w = Grid::tabulate(s.n(), s.n_next(), |k, j| s.w(s.n() - 1 - k, j)),
        ),
        (
            "weights-of-next-output",
            4,
            "in both passes each output uses the next output's weights",
            "where n_next = 1",
            |s, inputs| inputs.w = Grid::tabulate(s.n(), s.n_next(), |k, j| s.w(k, (j + 1) % s.n_next())),
        ),
        (
            "square-weights-transposed",
            4,
            "both passes transpose a square W",
            "where n ≠ n_next",
            |s, inputs| {
                if s.n() == s.n_next() {
                    inputs.w = Grid::tabulate(s.n(), s.n(), |k, j| s.w(j, k));
                }
            },
        ),
        (
            "a-read-by-columns",
            3,
            "A is read column by column, though it is stored row by row",
            "where m or n is 1",
            |_, inputs| inputs.a = by_columns(&inputs.a),
        ),
    ]
}

type Row<T> = (&'static str, &'static str, &'static str, &'static [&'static str], Entry<T>);

/// Wrong sums, with the right bias.
fn products<T: Float>() -> Vec<Row<T>> {
    vec![
        (
            "z-from-a",
            "Z is computed from A instead of Ã",
            "where p = 1 and nothing is dropped",
            &[],
            |s, i, j| product(s, |k| s.w(k, j) * s.a(i, k)) + s.b(j),
        ),
        (
            "z-from-masked",
            "Z is computed from R ⊙ A, without 1/p",
            "where p = 1 at every kept unit",
            &[],
            |s, i, j| product(s, |k| s.w(k, j) * (s.r(i, k) * s.a(i, k))) + s.b(j),
        ),
        (
            "z-lacks-first-unit",
            "Z lacks the first input unit",
            "where that unit's ã is 0",
            &[],
            |s, i, j| sum(1..s.n(), |k| s.w(k, j) * s.a_tilde(i, k)) + s.b(j),
        ),
        ("z-lacks-last-unit", "Z lacks the last input unit", "where that unit's ã is 0", &[], |s, i, j| {
            sum(0..s.n() - 1, |k| s.w(k, j) * s.a_tilde(i, k)) + s.b(j)
        }),
        ("z-mean", "Z averages over the input units instead of summing", "where n = 1", &[], |s, i, j| {
            product(s, |k| s.w(k, j) * s.a_tilde(i, k)) / T::from_f64(s.n() as f64) + s.b(j)
        }),
        ("z-negated-weights", "Z is computed with −W", "where Ã is 0", &[], |s, i, j| {
            s.b(j) - product(s, |k| s.w(k, j) * s.a_tilde(i, k))
        }),
        (
            "z-weights-by-columns",
            "W is read column by column, though it is stored row by row",
            "where n or n_next is 1",
            &[
                "https://github.com/pulp-platform/pulp-trainlib/issues/3",
                "https://github.com/tracel-ai/burn/issues/5304",
            ],
            |s, i, j| product(s, |k| s.inputs.w.cells()[j * s.n() + k] * s.a_tilde(i, k)) + s.b(j),
        ),
        (
            "z-square-weights-transposed",
            "a square W is transposed",
            "where n ≠ n_next",
            &["https://github.com/pytorch/pytorch/issues/84736"],
            |s, i, j| {
                let w = |k| if s.n() == s.n_next() { s.w(j, k) } else { s.w(k, j) };
                product(s, |k| w(k) * s.a_tilde(i, k)) + s.b(j)
            },
        ),
        ("z-weights-reversed", "the rows of W are in reverse order", "where n = 1", &[], |s, i, j| {
            product(s, |k| s.w(s.n() - 1 - k, j) * s.a_tilde(i, k)) + s.b(j)
        }),
        (
            "z-weights-of-next-output",
            "each output uses the next output's weights",
            "where n_next = 1",
            &[],
            |s, i, j| product(s, |k| s.w(k, (j + 1) % s.n_next()) * s.a_tilde(i, k)) + s.b(j),
        ),
        (
            "z-weights-of-first-output",
            "all outputs use the first output's weights",
            "where n_next = 1",
            &[],
            |s, i, j| product(s, |k| s.w(k, 0) * s.a_tilde(i, k)) + s.b(j),
        ),
        ("z-of-first-example", "every row of Z is the first example's", "where m = 1", &[], |s, _, j| {
            product(s, |k| s.w(k, j) * s.a_tilde(0, k)) + s.b(j)
        }),
        ("z-of-next-example", "each row of Z is the next example's", "where m = 1", &[], |s, i, j| {
            product(s, |k| s.w(k, j) * s.a_tilde((i + 1) % s.m(), k)) + s.b(j)
        }),
        ("z-off-by-one", "Z pairs each row of W with the next unit's ã", "where n = 1", &[], |s, i, j| {
            product(s, |k| s.w(k, j) * s.a_tilde(i, (k + 1) % s.n())) + s.b(j)
        }),
        (
            "z-masked-weights",
            "the rows of W are also masked, by the first row of R",
            "where all rows of R are the same",
            &[],
            |s, i, j| product(s, |k| s.w(k, j) * s.r(0, k) * s.a_tilde(i, k)) + s.b(j),
        ),
        (
            "z-scaled-weights",
            "the rows of W are also divided by p",
            "where p = 1 at every kept unit",
            &[],
            |s, i, j| product(s, |k| s.w(k, j) / s.p(k) * s.a_tilde(i, k)) + s.b(j),
        ),
    ]
}

/// Wrong biases, after the right sum.
fn biases<T: Float>() -> Vec<(&'static str, &'static str, &'static str, Entry<T>)> {
    const ZERO: &str = "where b = 0";
    vec![
        ("bias-missing", "Z lacks the bias", ZERO, |_, _, _| T::zero()),
        ("bias-doubled", "Z adds the bias twice", ZERO, |s, _, j| s.b(j) + s.b(j)),
        ("bias-subtracted", "the bias is subtracted", ZERO, |s, _, j| -s.b(j)),
        ("bias-per-input", "the bias is added once per input unit", "where n = 1", |s, _, j| {
            T::from_f64(s.n() as f64) * s.b(j)
        }),
        ("bias-averaged", "the bias is divided by the number of examples", "where m = 1", |s, _, j| {
            s.b(j) / T::from_f64(s.m() as f64)
        }),
        (
            "bias-by-example",
            "example i uses b_i instead of b_j",
            "where all biases are the same",
            |s, i, _| s.b(i % s.n_next()),
        ),
        (
            "bias-by-example-where-square",
            "example i uses b_i instead of b_j where m = n_next",
            "where m ≠ n_next",
            |s, i, j| {
                if s.m() == s.n_next() { s.b(i) } else { s.b(j) }
            },
        ),
        (
            "bias-of-first-output",
            "all outputs use the first output's bias",
            "where all biases are the same",
            |s, _, _| s.b(0),
        ),
        (
            "bias-of-next-output",
            "each output uses the next output's bias",
            "where all biases are the same",
            |s, _, j| s.b((j + 1) % s.n_next()),
        ),
        ("bias-reversed", "the biases are in reverse order", "where b reads the same backward", |s, _, j| {
            s.b(s.n_next() - 1 - j)
        }),
        ("bias-for-first-example", "only the first example gets the bias", "where m = 1", |s, i, j| {
            if i == 0 { s.b(j) } else { T::zero() }
        }),
        ("bias-not-for-last-example", "the last example gets no bias", ZERO, |s, i, j| {
            if i + 1 == s.m() { T::zero() } else { s.b(j) }
        }),
        (
            "bias-dropped",
            "the bias of output j is masked and scaled like input unit j",
            "where p = 1 and nothing is dropped",
            |s, i, j| s.b(j) * s.r(i, j % s.n()) / s.p(j % s.n()),
        ),
        ("bias-positive-part", "negative biases are treated as 0", "where no bias is negative", |s, _, j| {
            if s.b(j) > T::zero() { s.b(j) } else { T::zero() }
        }),
    ]
}
