//! Equation 38 for softmax and its logarithm: backward passes written in terms of s.

use crate::number::sum;
use crate::problem::activation::{Activation, CoupledActivation, VectorFunction};
use crate::zoo::{Defect, Float};

type Gradient<T> = fn(&Activation, &[T], &[T], &[T]) -> Option<Vec<T>>;
type Row<T> = (&'static str, &'static str, &'static str, &'static [&'static str], Gradient<T>);

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let of = |(id, says, equivalent_when, links, gradient): Row<T>| {
        Defect::new(id, 38, says, equivalent_when).gradient(gradient).seen_at(links)
    };
    softmax().into_iter().map(of).collect()
}

fn dot<T: Float>(x: &[T], y: &[T]) -> T {
    sum(0..x.len(), |l| x[l] * y[l])
}

fn each<T: Float>(row: &[T], f: impl Fn(usize) -> T) -> Option<Vec<T>> {
    Some((0..row.len()).map(f).collect())
}

/// softmax and its logarithm, from the value a.
fn softmax<T: Float>() -> Vec<Row<T>> {
    const OTHER: &str = "with any other activation";
    const DARKNET: &[&str] = &["https://github.com/pjreddie/darknet/issues/96"];
    const ODYSSEY: &[&str] = &["https://github.com/HomericIntelligence/Odyssey/issues/2134"];
    const LIBND4J: &[&str] = &["https://github.com/deeplearning4j/libnd4j/issues/440"];
    const MLPACK: &[&str] = &["https://github.com/mlpack/mlpack/issues/2360"];
    const ONEDNN: &[&str] = &["https://github.com/uxlfoundation/oneDNN/issues/616"];
    fn is_softmax(g: &Activation) -> Option<()> {
        (*g == Activation::Coupled(CoupledActivation::Softmax)).then_some(())
    }
    fn is_log<T: Float>(g: &Activation, z: &[T]) -> Option<Vec<T>> {
        (*g == Activation::Coupled(CoupledActivation::LogSoftmax))
            .then(|| Activation::Coupled(CoupledActivation::Softmax).value(z))
    }
    vec![
        (
            "softmax-backward-copies",
            "the softmax backward pass copies the upstream gradient",
            OTHER,
            DARKNET,
            |g, da, _, _| is_softmax(g).map(|()| da.to_vec()),
        ),
        (
            "softmax-backward-lacks-dot",
            "the softmax backward pass lacks its dot term: s ⊙ g",
            OTHER,
            ODYSSEY,
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] * da[j])),
        ),
        (
            "softmax-backward-diagonal",
            "the softmax backward pass is s(1 − s) ⊙ g",
            OTHER,
            &[
                "https://github.com/deeplearning4j/libnd4j/issues/440",
                "https://github.com/wkcn/mobula/issues/3",
            ],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] * (T::one() - s[j]) * da[j])),
        ),
        (
            "softmax-backward-unweighted-dot",
            "the dot term of softmax is not multiplied by s",
            OTHER,
            &[],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] * da[j] - dot(s, da))),
        ),
        (
            "softmax-backward-mean",
            "the dot term of softmax is the plain mean of g",
            OTHER,
            &[],
            |g, da, _, s| {
                let mean = sum(0..da.len(), |l| da[l]) / T::from_f64(da.len() as f64);
                is_softmax(g).and_then(|()| each(da, |j| s[j] * (da[j] - mean)))
            },
        ),
        (
            "softmax-backward-without-s",
            "the softmax backward pass is g less its dot term",
            OTHER,
            &[],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| da[j] - dot(s, da))),
        ),
        (
            "softmax-backward-fused",
            "the softmax backward pass is s − g, as if g were labels",
            OTHER,
            &[],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] - da[j])),
        ),
        (
            "softmax-backward-of-log",
            "the softmax backward pass is that of log_softmax",
            OTHER,
            &[],
            |g, da, z, _| {
                is_softmax(g)
                    .map(|()| Activation::Coupled(CoupledActivation::LogSoftmax).row_times_jacobian(da, z))
            },
        ),
        ("softmax-backward-plus", "the dot term of softmax is added", OTHER, &[], |g, da, _, s| {
            is_softmax(g).and_then(|()| each(da, |j| s[j] * (da[j] + dot(s, da))))
        }),
        (
            "log-softmax-backward-copies",
            "the log_softmax backward pass copies the upstream gradient",
            OTHER,
            DARKNET,
            |g, da, z, _| is_log(g, z).map(|_| da.to_vec()),
        ),
        (
            "log-softmax-backward-unweighted",
            "the sum of log_softmax's backward pass is not multiplied by s",
            OTHER,
            ONEDNN,
            |g, da, z, _| {
                let total = sum(0..da.len(), |l| da[l]);
                is_log(g, z).and_then(|_| each(da, |j| da[j] - total))
            },
        ),
        (
            "log-softmax-backward-diagonal",
            "the log_softmax backward pass is (1 − s) ⊙ g",
            OTHER,
            LIBND4J,
            |g, da, z, _| is_log(g, z).and_then(|s| each(da, |j| (T::one() - s[j]) * da[j])),
        ),
        (
            "log-softmax-backward-of-labels",
            "the log_softmax backward pass is g − s, as if g summed to 1",
            OTHER,
            MLPACK,
            |g, da, z, _| is_log(g, z).and_then(|s| each(da, |j| da[j] - s[j])),
        ),
        (
            "log-softmax-backward-of-softmax",
            "the log_softmax backward pass is that of softmax",
            OTHER,
            ONEDNN,
            |g, da, z, _| {
                is_log(g, z)
                    .map(|_| Activation::Coupled(CoupledActivation::Softmax).row_times_jacobian(da, z))
            },
        ),
        (
            "log-softmax-backward-by-value",
            "log_softmax's backward pass takes ln s for s",
            OTHER,
            ONEDNN,
            |g, da, z, a| {
                let total = sum(0..da.len(), |l| da[l]);
                is_log(g, z).and_then(|_| each(da, |j| da[j] - a[j] * total))
            },
        ),
    ]
}
