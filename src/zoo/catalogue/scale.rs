//! The factor 1/p of equations 3 and 42, and whose p it is.

use crate::scalar::Inputs;
use crate::trace::Quantity::{ATilde, Da};
use crate::zoo::{Defect, Float, Seen};

/// The inputs with other keep probabilities.
fn with_p<T: Float>(s: &Seen<T>, p: impl Fn(usize) -> T) -> Inputs<T> {
    Inputs { keep_prob: (0..s.n()).map(p).collect(), ..s.inputs.clone() }
}

/// Every other way to take the factor that stands for 1/p_k: what it is called, what it is, where it is
/// the right one, where it happened.
type Factor<T> =
    (&'static str, &'static str, &'static str, &'static [&'static str], fn(&Seen<T>, usize) -> T);

fn factors<T: Float>() -> Vec<Factor<T>> {
    vec![
        ("unscaled", "lacks 1/p", "where p = 1", &["https://github.com/apache/mxnet/issues/7303"], |_, _| {
            T::one()
        }),
        (
            "squared-scale",
            "is scaled by 1/p twice",
            "where p = 1",
            &["https://github.com/CSTR-Edinburgh/mlpractical/issues/32"],
            |s, k| T::one() / (s.p(k) * s.p(k)),
        ),
    ]
}

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let mut defects = Vec::new();
    for (name, says, silent, links, factor) in factors::<T>() {
        defects.extend([
            Defect::new(
                format!("{name}-forward"),
                3,
                format!("Ã {says}; the backward pass is right"),
                silent,
            )
            .cell(ATilde, move |s, i, k| s.r(i, k) * factor(s, k) * s.a(i, k))
            .seen_at(links),
            Defect::new(
                format!("{name}-backward"),
                42,
                format!("dA {says}; the forward pass is right"),
                silent,
            )
            .cell(Da, move |s, i, k| s.da_tilde(i, k) * s.r(i, k) * factor(s, k))
            .seen_at(links),
            Defect::new(format!("{name}-both"), 3, format!("Ã {says}, and so does dA"), silent)
                .reads(move |s| with_p(s, |k| T::one() / factor(s, k)))
                .seen_at(links),
        ]);
    }
    defects.push(
        Defect::new(
            "p-squared-in-gradient",
            42,
            "dA is multiplied by p instead of divided by it",
            "where p = 1",
        )
        .cell(Da, |s, i, k| s.da_tilde(i, k) * s.r(i, k) * s.p(k)),
    );
    defects
}
