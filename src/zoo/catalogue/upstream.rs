//! Equation 37: a wrong upstream gradient, and a loss that is a mean.

use crate::number::sum;
use crate::trace::Quantity::Dz;
use crate::zoo::{Defect, Float, StepContext};

type Entry<T> = fn(&StepContext<T>, usize, usize) -> T;
type Row<T> = (&'static str, &'static str, &'static str, &'static [&'static str], Entry<T>);

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    upstreams()
        .into_iter()
        .map(|(id, says, equivalent_when, links, entry)| {
            Defect::new(id, 38, says, equivalent_when)
                .backward_reads(move |s| {
                    let mut inputs = s.inputs.clone();
                    inputs.da_next = s.tabulate(Dz, |i, j| entry(s, i, j));
                    inputs
                })
                .seen_at(links)
        })
        .collect()
}

/// What the backward pass uses as dJ/dA_next.
fn upstreams<T: Float>() -> Vec<Row<T>> {
    vec![
        ("upstream-ones", "the upstream gradient is assumed to be 1", "where it is 1", &[], |_, _, _| {
            T::one()
        }),
        (
            "upstream-of-first-example",
            "the upstream gradient is the first example's",
            "where m = 1",
            &[],
            |s, _, j| s.da_next(0, j),
        ),
        (
            "upstream-of-next-example",
            "the upstream gradient is the next example's",
            "where m = 1",
            &[],
            |s, i, j| s.da_next((i + 1) % s.m(), j),
        ),
        (
            "upstream-of-next-output",
            "the upstream gradient is the next output's",
            "where n_next = 1",
            &[],
            |s, i, j| s.da_next(i, (j + 1) % s.n_next()),
        ),
        (
            "upstream-summed",
            "the upstream gradient is summed over the batch",
            "where m = 1",
            &[],
            |s, _, j| sum(0..s.m(), |i| s.da_next(i, j)),
        ),
        (
            "upstream-masked",
            "the upstream gradient is masked by the first columns of R",
            "where nothing is dropped",
            &[],
            |s, i, j| s.da_next(i, j) * s.r(i, j % s.n()),
        ),
        (
            "upstream-by-columns",
            "the upstream gradient is read column by column, though it is stored row by row",
            "where m or n_next is 1",
            &[],
            |s, i, j| s.inputs.da_next.cells()[j * s.m() + i],
        ),
        (
            "upstream-sign",
            "only the sign of the upstream gradient is used",
            "where every entry is 1, 0 or −1",
            &[],
            |s, i, j| {
                let zero = T::zero();
                let x = s.da_next(i, j);
                if x > zero {
                    T::one()
                } else if x < zero {
                    -T::one()
                } else {
                    zero
                }
            },
        ),
        (
            "mean-loss",
            "all gradients are divided by the number of examples",
            "where m = 1",
            &[],
            |s, i, j| s.da_next(i, j) / T::from_f64(s.m() as f64),
        ),
        (
            "mean-over-outputs",
            "all gradients are divided by the number of outputs",
            "where n_next = 1",
            &[],
            |s, i, j| s.da_next(i, j) / T::from_f64(s.n_next() as f64),
        ),
        (
            "mean-over-all",
            "all gradients are divided by the number of entries of A_next",
            "where m = n_next = 1",
            &[],
            |s, i, j| s.da_next(i, j) / T::from_f64((s.m() * s.n_next()) as f64),
        ),
    ]
}
