//! Results of the wrong shape, in the wrong order or in another's place, and defects that appear only where
//! sizes are equal or one.

use crate::grid::Grid;
use crate::number::sum;
use crate::trace::Quantity::{self, ANext, ATilde, Da, DaTilde, Db, Dw, Dz, Z};
use crate::zoo::{Defect, Float, StepContext};

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let mut defects = buffers();
    for quantity in Quantity::ALL {
        if quantity != Db {
            defects.push(column_by_column(quantity));
        }
    }
    defects.extend(equal_sizes());
    defects.extend(squeezes());
    defects.extend(conventions());
    defects
}

fn name(quantity: Quantity) -> String {
    quantity.name().to_lowercase().replace('_', "-")
}

fn equation(quantity: Quantity) -> u8 {
    match quantity {
        ATilde => 3,
        Z => 4,
        ANext => 5,
        Dz => 38,
        Dw => 39,
        Db => 40,
        DaTilde => 41,
        Da => 42,
    }
}

fn transposed<T: Clone>(grid: &Grid<T>) -> Grid<T> {
    Grid::tabulate(grid.cols(), grid.rows(), |i, j| grid.at(j, i))
}

/// A correct result, returned column by column in the right shape.
fn column_by_column<T: Float>(quantity: Quantity) -> Defect<T> {
    let id = format!("{}-by-columns", name(quantity));
    let says =
        format!("the entries of {} are returned column by column, in the right shape", quantity.name());
    Defect::new(id, equation(quantity), says, "where there is one row or one column").returned(move |s| {
        let right = s.result(quantity);
        let columns = transposed(right);
        vec![(
            quantity,
            Grid::tabulate(right.rows(), right.cols(), |i, j| columns.cells()[i * right.cols() + j]),
        )]
    })
}

type Buffer<T> = (&'static str, u8, &'static str, Quantity, fn(&StepContext<T>) -> Grid<T>);

/// Results in another's place: buffers shared, overwritten or swapped after all is computed.
fn buffers<T: Float>() -> Vec<Defect<T>> {
    let rows: [Buffer<T>; 8] = [
        ("a-tilde-shows-a", 3, "A is returned as Ã", ATilde, |s| s.inputs.a.clone()),
        ("z-shows-a-next", 4, "Z is overwritten by A_next", Z, |s| s.result(ANext).clone()),
        ("z-shows-product", 4, "Z is returned without its bias", Z, |s| {
            s.tabulate(Z, |i, j| s.z(i, j) - s.b(j))
        }),
        ("a-next-shows-z", 5, "Z is returned as A_next", ANext, |s| s.result(Z).clone()),
        ("dz-shows-upstream", 38, "dZ is overwritten by dA_next", Dz, |s| s.inputs.da_next.clone()),
        ("dw-shows-weights", 39, "W is returned as dW", Dw, |s| s.inputs.w.clone()),
        ("dw-shows-update", 39, "W − dW is returned as dW", Dw, |s| {
            s.inputs.w.zip(s.result(Dw), |&w, &dw| w - dw)
        }),
        ("da-tilde-shows-da", 41, "dÃ is overwritten by dA", DaTilde, |s| s.result(Da).clone()),
    ];
    let mut defects: Vec<Defect<T>> = Vec::new();
    for (id, equation, says, quantity, buffer) in rows {
        let defect = Defect::new(id, equation, says, "where the two are equal");
        defects.push(defect.returned(move |s| vec![(quantity, buffer(s))]));
    }
    defects.push(
        Defect::new("da-swapped", 41, "dA and dÃ are swapped", "where p = 1 and nothing is dropped")
            .returned(|s| vec![(DaTilde, s.result(Da).clone()), (Da, s.result(DaTilde).clone())]),
    );
    defects
}

/// Transposes that fit only a square, and broadcasting along the wrong axis.
fn equal_sizes<T: Float>() -> Vec<Defect<T>> {
    vec![
        Defect::new("square-mask-transposed", 3, "R is transposed where m = n", "where m ≠ n").reads(|s| {
            let mut inputs = s.inputs.clone();
            if s.m() == s.n() {
                inputs.r = transposed(&inputs.r);
            }
            inputs
        }),
        Defect::new(
            "square-p-along-examples",
            3,
            "p is applied along the examples where m = n",
            "where m ≠ n",
        )
        .reads(|s| {
            // r/p_i = r·(p_k/p_i)/p_k: the scale of example i for every unit.
            let mut inputs = s.inputs.clone();
            if s.m() == s.n() {
                inputs.r = s.tabulate(ATilde, |i, k| s.r(i, k) * (s.p(k) / s.p(i)));
            }
            inputs
        }),
        Defect::new("square-dw-transposed", 39, "dW is transposed where n = n_next", "where n ≠ n_next")
            .stage(Dw, |s| if s.n() == s.n_next() { transposed(&s.right(Dw)) } else { s.right(Dw) })
            .seen_at(&["https://github.com/apache/tvm/issues/5695"]),
        Defect::new("square-da-transposed", 42, "dA is transposed where m = n", "where m ≠ n")
            .stage(Da, |s| if s.m() == s.n() { transposed(&s.right(Da)) } else { s.right(Da) }),
        Defect::new("square-dz-transposed", 38, "dZ is transposed where m = n_next", "where m ≠ n_next")
            .stage(Dz, |s| if s.m() == s.n_next() { transposed(&s.right(Dz)) } else { s.right(Dz) }),
        Defect::new(
            "square-dw-elementwise",
            39,
            "dW is the elementwise product of dZ and Ã where the shapes allow it",
            "unless all sizes are equal",
        )
        .cell(Dw, |s, k, j| {
            if s.m() == s.n() && s.n() == s.n_next() {
                s.dz(k, j) * s.a_tilde(k, j)
            } else {
                sum(0..s.m(), |i| s.dz(i, j) * s.a_tilde(i, k))
            }
        })
        .seen_at(&["https://github.com/apache/tvm/issues/5695"]),
    ]
}

/// A lost axis of length 1.
fn squeezes<T: Float>() -> Vec<Defect<T>> {
    vec![
        Defect::new(
            "one-example-as-column",
            5,
            "a single example's results are returned as a column",
            "where m > 1",
        )
        .returned(|s| {
            let turned = |quantity| (quantity, transposed(s.result(quantity)));
            if s.m() == 1 { [Z, ANext, Dz].map(turned).to_vec() } else { Vec::new() }
        }),
        Defect::new(
            "one-output-as-row",
            39,
            "dW of a single output is returned as a row",
            "where n_next > 1",
        )
        .returned(|s| if s.n_next() == 1 { vec![(Dw, transposed(s.result(Dw)))] } else { Vec::new() }),
        Defect::new("one-unit-as-row", 42, "dA of a single unit is returned as a row", "where n > 1")
            .returned(|s| if s.n() == 1 { vec![(Da, transposed(s.result(Da)))] } else { Vec::new() }),
        Defect::new("one-example-not-summed", 40, "db of a single example is 0", "where m > 1")
            .after(Db, |s, x, _, _| if s.m() == 1 { T::zero() } else { x }),
        Defect::new("one-unit-unmasked", 3, "a single input unit is not masked", "where n > 1")
            .after(ATilde, |s, x, i, k| if s.n() == 1 { s.a(i, k) / s.p(k) } else { x }),
        Defect::new("one-output-linear", 5, "a single output is not passed through g", "where n_next > 1")
            .after(ANext, |s, x, i, j| if s.n_next() == 1 { s.z(i, j) } else { x }),
        Defect::new("db-not-reduced", 40, "db has a row for every example", "where m = 1")
            .returned(|s| vec![(Db, s.result(Dz).clone())])
            .seen_at(&[
                "https://github.com/tracel-ai/burn/issues/181",
                "https://github.com/mlpack/mlpack/issues/3679",
            ]),
        Defect::new(
            "db-as-number",
            40,
            "db is a single number, the sum of all entries of dZ",
            "where n_next = 1",
        )
        .returned(|s| {
            let total = sum(0..s.m(), |i| sum(0..s.n_next(), |j| s.dz(i, j)));
            vec![(Db, Grid::from_rows(1, vec![vec![total]]))]
        })
        .seen_at(&["https://github.com/rasbt/stat453-deep-learning-ss21/issues/5"]),
    ]
}

/// Correct layers that follow a convention other than the document's.
fn conventions<T: Float>() -> Vec<Defect<T>> {
    let all_but = |s: &StepContext<T>, without: &[Quantity]| -> Vec<(Quantity, Grid<T>)> {
        let of = Quantity::ALL.into_iter().filter(|quantity| !without.contains(quantity));
        of.map(|quantity| (quantity, transposed(s.result(quantity)))).collect()
    };
    vec![
        Defect::new(
            "weights-stored-transposed",
            39,
            "dW is n_next × n: W is stored transposed",
            "where n = n_next = 1",
        )
        .returned(|s| vec![(Dw, transposed(s.result(Dw)))]),
        Defect::new(
            "batch-in-columns",
            3,
            "examples are columns: all results but db and dW are transposed",
            "where all sizes are 1",
        )
        .returned(move |s| all_but(s, &[Dw, Db])),
        Defect::new("everything-transposed", 3, "all results but db are transposed", "where all sizes are 1")
            .returned(move |s| all_but(s, &[Db])),
    ]
}
