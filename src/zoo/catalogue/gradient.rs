//! Equations 39 to 41: gradients of the wrong values or summed over the wrong axis; and defects of any gradient.

use crate::number::sum;
use crate::trace::Quantity::{self, Da, DaTilde, Db, Dw, Dz};
use crate::zoo::{Defect, Float, StepContext};

type Entry<T> = fn(&StepContext<T>, usize, usize) -> T;
type Row<T> = (&'static str, &'static str, &'static str, &'static [&'static str], Entry<T>);

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let of = |quantity: Quantity, equation: u8, rows: Vec<Row<T>>| {
        rows.into_iter().map(move |(id, says, equivalent_when, links, entry)| {
            Defect::new(id, equation, says, equivalent_when).cell(quantity, entry).seen_at(links)
        })
    };
    of(Dw, 39, weights())
        .chain(of(Db, 40, biases()))
        .chain(of(DaTilde, 41, inputs()))
        .chain(anywhere())
        .collect()
}

/// dJ/dW.
fn weights<T: Float>() -> Vec<Row<T>> {
    const ONE: &str = "where m = 1";
    vec![
        (
            "dw-from-a",
            "dW is computed from A instead of Ã",
            "where p = 1 and nothing is dropped",
            &["https://github.com/fla-org/flash-linear-attention/issues/1071"],
            |s, k, j| sum(0..s.m(), |i| s.dz(i, j) * s.a(i, k)),
        ),
        (
            "dw-from-masked",
            "dW is computed from R ⊙ A, without 1/p",
            "where p = 1 at every kept unit",
            &[],
            |s, k, j| sum(0..s.m(), |i| s.dz(i, j) * (s.r(i, k) * s.a(i, k))),
        ),
        (
            "dw-from-scaled",
            "dW is computed from A/p, without the mask",
            "where nothing is dropped",
            &[],
            |s, k, j| sum(0..s.m(), |i| s.dz(i, j) * (s.a(i, k) / s.p(k))),
        ),
        (
            "dw-scaled-again",
            "dW is computed from Ã/p: the scale is applied a second time, in place",
            "where p = 1 at every kept unit",
            &[],
            |s, k, j| sum(0..s.m(), |i| s.dz(i, j) * s.a_tilde(i, k)) / s.p(k),
        ),
        (
            "dw-from-upstream",
            "dW is computed from dA_next instead of dZ",
            "where g is the identity",
            &["https://github.com/pjreddie/darknet/issues/96"],
            |s, k, j| sum(0..s.m(), |i| s.da_next(i, j) * s.a_tilde(i, k)),
        ),
        (
            "dw-of-first-example",
            "dW is the first example's alone",
            ONE,
            &["https://github.com/mlpack/mlpack/issues/3679"],
            |s, k, j| s.dz(0, j) * s.a_tilde(0, k),
        ),
        (
            "dw-lacks-last-example",
            "dW lacks the last example",
            "where the last example's terms are 0",
            &[],
            |s, k, j| sum(0..s.m() - 1, |i| s.dz(i, j) * s.a_tilde(i, k)),
        ),
        (
            "dw-of-next-example",
            "dW pairs dZ with the next example's Ã",
            ONE,
            &["https://github.com/VikParuchuri/zero_to_gpt/issues/9"],
            |s, k, j| sum(0..s.m(), |i| s.dz(i, j) * s.a_tilde((i + 1) % s.m(), k)),
        ),
        ("dw-of-sums", "dW is the product of the batch sums of dZ and Ã", ONE, &[], |s, k, j| {
            sum(0..s.m(), |i| s.dz(i, j)) * sum(0..s.m(), |i| s.a_tilde(i, k))
        }),
        ("dw-with-decay", "dW includes a hundredth of W", "where W = 0", &[], |s, k, j| {
            sum(0..s.m(), |i| s.dz(i, j) * s.a_tilde(i, k)) + T::from_f64(0.01) * s.w(k, j)
        }),
        (
            "dw-added-to-weights",
            "dW is W + dW: the product is added to the buffer of W",
            "where W = 0",
            &[],
            |s, k, j| s.w(k, j) + sum(0..s.m(), |i| s.dz(i, j) * s.a_tilde(i, k)),
        ),
        ("dw-shifted", "the rows of dW are shifted by one unit", "where n = 1", &[], |s, k, j| {
            sum(0..s.m(), |i| s.dz(i, j) * s.a_tilde(i, (k + 1) % s.n()))
        }),
        ("dw-absolute", "dW is computed from |ã|", "where no ã is negative", &[], |s, k, j| {
            sum(0..s.m(), |i| {
                let x = s.a_tilde(i, k);
                s.dz(i, j) * if x < T::zero() { -x } else { x }
            })
        }),
        (
            "dw-of-first-output",
            "all columns of dW are the first output's",
            "where n_next = 1",
            &[],
            |s, k, _| sum(0..s.m(), |i| s.dz(i, 0) * s.a_tilde(i, k)),
        ),
    ]
}

/// dJ/db.
fn biases<T: Float>() -> Vec<Row<T>> {
    vec![
        (
            "db-of-first-example",
            "db is the first example's alone",
            "where m = 1",
            &["https://github.com/mlpack/mlpack/issues/3679"],
            |s, _, j| s.dz(0, j),
        ),
        (
            "db-lacks-last-example",
            "db lacks the last example",
            "where the last example's dZ is 0",
            &[],
            |s, _, j| sum(0..s.m() - 1, |i| s.dz(i, j)),
        ),
        (
            "db-from-upstream",
            "db is computed from dA_next instead of dZ",
            "where g is the identity",
            &[],
            |s, _, j| sum(0..s.m(), |i| s.da_next(i, j)),
        ),
        (
            "db-summed-over-outputs",
            "db is also summed over the outputs",
            "where n_next = 1",
            &["https://github.com/rasbt/stat453-deep-learning-ss21/issues/5"],
            |s, _, _| sum(0..s.m(), |i| sum(0..s.n_next(), |j| s.dz(i, j))),
        ),
        (
            "db-along-the-wrong-axis",
            "db is summed over the outputs instead of the examples, and repeated cyclically",
            "where m = n_next = 1",
            &[],
            |s, _, j| sum(0..s.n_next(), |jj| s.dz(j % s.m(), jj)),
        ),
        (
            "db-along-the-wrong-axis-where-square",
            "db is summed over the outputs instead of the examples where m = n_next",
            "where m ≠ n_next",
            &[],
            |s, _, j| {
                if s.m() == s.n_next() {
                    sum(0..s.n_next(), |jj| s.dz(j, jj))
                } else {
                    sum(0..s.m(), |i| s.dz(i, j))
                }
            },
        ),
        ("db-times-bias", "db is multiplied by b", "where b = 1", &[], |s, _, j| {
            sum(0..s.m(), |i| s.dz(i, j)) * s.b(j)
        }),
        ("db-with-decay", "db includes a hundredth of b", "where b = 0", &[], |s, _, j| {
            sum(0..s.m(), |i| s.dz(i, j)) + T::from_f64(0.01) * s.b(j)
        }),
        (
            "db-masked",
            "db is summed only over the examples that keep the first unit",
            "where every example keeps it",
            &[],
            |s, _, j| sum(0..s.m(), |i| s.dz(i, j) * s.r(i, 0)),
        ),
        ("db-of-next-output", "each entry of db is the next output's", "where n_next = 1", &[], |s, _, j| {
            sum(0..s.m(), |i| s.dz(i, (j + 1) % s.n_next()))
        }),
    ]
}

/// dJ/dÃ.
fn inputs<T: Float>() -> Vec<Row<T>> {
    vec![
        (
            "da-tilde-from-upstream",
            "dÃ is computed from dA_next instead of dZ",
            "where g is the identity",
            &["https://github.com/pjreddie/darknet/issues/96"],
            |s, i, k| sum(0..s.n_next(), |j| s.da_next(i, j) * s.w(k, j)),
        ),
        (
            "da-tilde-after-update",
            "dÃ is computed from the updated weights, W − dW/8",
            "where dW = 0",
            &["https://github.com/VikParuchuri/zero_to_gpt/issues/12"],
            |s, i, k| {
                let updated = |j| s.w(k, j) - T::from_f64(0.125) * s.result(Dw).at(k, j);
                sum(0..s.n_next(), |j| s.dz(i, j) * updated(j))
            },
        ),
        (
            "da-tilde-weights-by-columns",
            "dÃ reads W column by column, though it is stored row by row",
            "where n or n_next is 1",
            &["https://github.com/pulp-platform/pulp-trainlib/issues/3"],
            |s, i, k| sum(0..s.n_next(), |j| s.dz(i, j) * s.inputs.w.cells()[j * s.n() + k]),
        ),
        (
            "da-tilde-square-weights-transposed",
            "dÃ does not transpose a square W",
            "where n ≠ n_next",
            &["https://github.com/pulp-platform/pulp-trainlib/issues/3"],
            |s, i, k| {
                let w = |j| if s.n() == s.n_next() { s.w(j, k) } else { s.w(k, j) };
                sum(0..s.n_next(), |j| s.dz(i, j) * w(j))
            },
        ),
        (
            "da-tilde-lacks-last-output",
            "dÃ lacks the last output",
            "where that output's dZ is 0",
            &[],
            |s, i, k| sum(0..s.n_next() - 1, |j| s.dz(i, j) * s.w(k, j)),
        ),
        (
            "da-tilde-of-next-example",
            "each row of dÃ is the next example's",
            "where m = 1",
            &[],
            |s, i, k| sum(0..s.n_next(), |j| s.dz((i + 1) % s.m(), j) * s.w(k, j)),
        ),
        (
            "da-tilde-weights-of-next-unit",
            "dÃ uses the next unit's weights",
            "where n = 1",
            &[],
            |s, i, k| sum(0..s.n_next(), |j| s.dz(i, j) * s.w((k + 1) % s.n(), j)),
        ),
        (
            "da-tilde-absolute-weights",
            "dÃ is computed from |W|",
            "where no weight is negative",
            &[],
            |s, i, k| {
                sum(0..s.n_next(), |j| {
                    let w = s.w(k, j);
                    s.dz(i, j) * if w < T::zero() { -w } else { w }
                })
            },
        ),
        ("da-tilde-with-residual", "dÃ includes Ã", "where Ã = 0", &[], |s, i, k| {
            sum(0..s.n_next(), |j| s.dz(i, j) * s.w(k, j)) + s.a_tilde(i, k)
        }),
        (
            "da-tilde-of-first-output",
            "dÃ has only the first output's term",
            "where n_next = 1",
            &[],
            |s, i, k| s.dz(i, 0) * s.w(k, 0),
        ),
    ]
}

type Change<T> = (&'static str, &'static str, &'static str, fn(&StepContext<T>, T) -> T);

/// Defects that any gradient can have.
fn anywhere<T: Float>() -> Vec<Defect<T>> {
    let changes: [Change<T>; 6] = [
        ("negated", "is negated", "where it is 0", |_, x| -x),
        ("doubled", "is doubled", "where it is 0", |_, x| x + x),
        ("zero", "is 0 everywhere: no gradient flows back", "where it is 0", |_, _| T::zero()),
        ("averaged", "is divided by the number of examples", "where m = 1", |s, x| {
            x / T::from_f64(s.m() as f64)
        }),
        ("clipped", "is clipped to ±1", "where it lies within ±1", |_, x| {
            let one = T::one();
            if x > one {
                one
            } else if x < -one {
                -one
            } else {
                x
            }
        }),
        ("positive-part", "has its negative entries set to 0", "where no entry is negative", |_, x| {
            if x < T::zero() { T::zero() } else { x }
        }),
    ];
    let mut defects = Vec::new();
    for (quantity, equation) in [(Dz, 38), (Dw, 39), (Db, 40), (DaTilde, 41), (Da, 42)] {
        for (name, says, equivalent_when, change) in changes {
            // The same defects as a backward mask of 0 and an averaged dJ/dA_next, in `mask` and `upstream`.
            if [(Da, "zero"), (Dz, "averaged")].contains(&(quantity, name)) {
                continue;
            }
            let id = format!("{}-{name}", quantity.name().to_lowercase().replace('_', "-"));
            let links: &[&str] =
                if id == "db-averaged" { &["https://github.com/kvfrans/notes/issues/5"] } else { &[] };
            let defect = Defect::new(id, equation, format!("{} {says}", quantity.name()), equivalent_when);
            defects.push(defect.seen_at(links).after(quantity, move |s, x, _, _| change(s, x)));
        }
    }
    let averaged = |s: &StepContext<T>, x: T, _, _| x / T::from_f64(s.m() as f64);
    let both = "dW and db are divided by the number of examples, and dA is not";
    defects.push(
        Defect::new("weight-gradients-averaged", 39, both, "where m = 1")
            .after(Dw, averaged)
            .after(Db, averaged),
    );
    defects
}
