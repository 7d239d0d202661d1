//! Kernels that work in blocks and mishandle the rest after the last whole block.

use crate::number::sum;
use crate::trace::Quantity::{ANext, ATilde, Da, DaTilde, Db, Dw, Z};
use crate::zoo::{Defect, Float, StepContext};

const WIDTHS: [usize; 5] = [4, 8, 16, 32, 64];

/// Where the whole blocks end. A kernel takes the plain path unless the size exceeds a block.
fn end(size: usize, width: usize) -> usize {
    if size > width { size - size % width } else { size }
}

type Place<T> = (&'static str, u8, &'static str, &'static str, fn(Defect<T>, usize) -> Defect<T>);

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let of = |(name, equation, says, link, change): Place<T>| {
        WIDTHS.map(|width| {
            let defect = Defect::new(
                format!("tail-{width}-{name}"),
                equation,
                format!("{says} beyond the last whole block of {width}"),
                format!("where the length is a multiple of {width} or at most {width}"),
            );
            change(defect, width).seen_at(&[link])
        })
    };
    places().into_iter().flat_map(of).collect()
}

fn places<T: Float>() -> Vec<Place<T>> {
    const ELEMENTS: &str = "https://github.com/amd/IRON/pull/198";
    const TERMS: &str = "https://github.com/tile-ai/tilelang/issues/2381";
    vec![
        ("unmasked", 3, "Ã is scaled but not masked", ELEMENTS, |defect, width| {
            defect.cell(ATilde, move |s, i, k| {
                let r = if k < end(s.n(), width) { s.r(i, k) } else { T::one() };
                r / s.p(k) * s.a(i, k)
            })
        }),
        ("z-lost", 4, "Z lacks the input units", TERMS, |defect, width| {
            defect.cell(Z, move |s, i, j| sum(0..end(s.n(), width), |k| s.w(k, j) * s.a_tilde(i, k)) + s.b(j))
        }),
        ("bias-lost", 4, "Z lacks the bias of the outputs", ELEMENTS, |defect, width| {
            defect.after(
                Z,
                move |s: &StepContext<T>, z, _, j| if j < end(s.n_next(), width) { z } else { z - s.b(j) },
            )
        }),
        ("linear", 5, "A_next is Z for the outputs", ELEMENTS, |defect, width| {
            defect.after(ANext, move |s, a, i, j| if j < end(s.n_next(), width) { a } else { s.z(i, j) })
        }),
        ("dw-lost", 39, "dW lacks the examples", TERMS, |defect, width| {
            defect.cell(Dw, move |s, k, j| sum(0..end(s.m(), width), |i| s.dz(i, j) * s.a_tilde(i, k)))
        }),
        ("db-lost", 40, "db lacks the examples", TERMS, |defect, width| {
            defect.cell(Db, move |s, _, j| sum(0..end(s.m(), width), |i| s.dz(i, j)))
        }),
        ("da-tilde-lost", 41, "dÃ lacks the outputs", TERMS, |defect, width| {
            defect.cell(DaTilde, move |s, i, k| sum(0..end(s.n_next(), width), |j| s.dz(i, j) * s.w(k, j)))
        }),
        ("gradient-unmasked", 42, "dA is scaled but not masked", ELEMENTS, |defect, width| {
            defect.cell(Da, move |s, i, k| {
                let r = if k < end(s.n(), width) { s.r(i, k) } else { T::one() };
                s.da_tilde(i, k) * r / s.p(k)
            })
        }),
    ]
}
