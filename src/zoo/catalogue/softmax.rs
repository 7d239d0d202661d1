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
    const PYTORCH: &[&str] =
        &["https://github.com/pytorch/pytorch/blob/072997da/aten/src/ATen/native/cuda/PersistentSoftmax.cuh"];
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
            "softmax's backward pass copies the upstream gradient",
            OTHER,
            DARKNET,
            |g, da, _, _| is_softmax(g).map(|()| da.to_vec()),
        ),
        (
            "softmax-backward-lacks-dot",
            "softmax's backward pass is s ⊙ dA_next, without its dot term",
            OTHER,
            ODYSSEY,
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] * da[j])),
        ),
        (
            "softmax-backward-diagonal",
            "softmax's backward pass is s(1 − s) ⊙ dA_next",
            OTHER,
            &[
                "https://github.com/deeplearning4j/libnd4j/issues/440",
                "https://github.com/wkcn/mobula/issues/3",
            ],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] * (T::one() - s[j]) * da[j])),
        ),
        (
            "softmax-backward-unweighted-dot",
            "softmax's backward pass does not multiply its dot term by s",
            OTHER,
            &[],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] * da[j] - dot(s, da))),
        ),
        (
            "softmax-backward-mean",
            "softmax's backward pass replaces its dot term by the mean of dA_next",
            OTHER,
            &[],
            |g, da, _, s| {
                let mean = sum(0..da.len(), |l| da[l]) / T::from_f64(da.len() as f64);
                is_softmax(g).and_then(|()| each(da, |j| s[j] * (da[j] - mean)))
            },
        ),
        (
            "softmax-backward-without-s",
            "softmax's backward pass lacks the outer factor s",
            OTHER,
            &[],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| da[j] - dot(s, da))),
        ),
        (
            "softmax-backward-fused",
            "softmax's backward pass is s − dA_next, as if dA_next were labels",
            OTHER,
            &[],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] - da[j])),
        ),
        ("softmax-backward-of-log", "softmax's backward pass is log_softmax's", OTHER, &[], |g, da, z, _| {
            is_softmax(g)
                .map(|()| Activation::Coupled(CoupledActivation::LogSoftmax).row_times_jacobian(da, z))
        }),
        (
            "softmax-backward-plus",
            "softmax's backward pass adds its dot term instead of subtracting it",
            OTHER,
            &[],
            |g, da, _, s| is_softmax(g).and_then(|()| each(da, |j| s[j] * (da[j] + dot(s, da)))),
        ),
        (
            "log-softmax-backward-copies",
            "log_softmax's backward pass copies the upstream gradient",
            OTHER,
            DARKNET,
            |g, da, z, _| is_log(g, z).map(|_| da.to_vec()),
        ),
        (
            "log-softmax-backward-unweighted",
            "log_softmax's backward pass does not multiply its sum by s",
            OTHER,
            ONEDNN,
            |g, da, z, _| {
                let total = sum(0..da.len(), |l| da[l]);
                is_log(g, z).and_then(|_| each(da, |j| da[j] - total))
            },
        ),
        (
            "log-softmax-backward-diagonal",
            "log_softmax's backward pass is (1 − s) ⊙ dA_next",
            OTHER,
            LIBND4J,
            |g, da, z, _| is_log(g, z).and_then(|s| each(da, |j| (T::one() - s[j]) * da[j])),
        ),
        (
            "log-softmax-backward-of-labels",
            "log_softmax's backward pass is dA_next − s, as if dA_next summed to 1",
            OTHER,
            MLPACK,
            |g, da, z, _| is_log(g, z).and_then(|s| each(da, |j| da[j] - s[j])),
        ),
        (
            "log-softmax-backward-of-softmax",
            "log_softmax's backward pass is softmax's",
            OTHER,
            ONEDNN,
            |g, da, z, _| {
                is_log(g, z)
                    .map(|_| Activation::Coupled(CoupledActivation::Softmax).row_times_jacobian(da, z))
            },
        ),
        (
            "log-softmax-backward-by-value",
            "log_softmax's backward pass uses ln s instead of s",
            OTHER,
            ONEDNN,
            |g, da, z, a| {
                let total = sum(0..da.len(), |l| da[l]);
                is_log(g, z).and_then(|_| each(da, |j| da[j] - a[j] * total))
            },
        ),
        (
            "log-softmax-backward-of-unshifted-value",
            "log_softmax's backward pass takes s as e^(z − (c + ln Σ e^(z − c))), where c is the largest z",
            "where every z is near 0, and with any other activation",
            PYTORCH,
            |g, da, z, _| {
                let c = z.iter().fold(z[0], |most, &z| if z > most { z } else { most });
                let shifted = sum(0..z.len(), |l| (z[l] - c).exp());
                let log = c + (shifted - T::one()).ln_1p();
                let total = sum(0..da.len(), |l| da[l]);
                is_log(g, z).and_then(|_| each(da, |j| da[j] - (z[j] - log).exp() * total))
            },
        ),
    ]
}
