//! The mask of equations 3 and 42: the wrong mask, or the right one applied wrongly.

use crate::trace::Quantity::{ANext, ATilde, Da, Z};
use crate::zoo::{Defect, Float, StepContext};

/// A replacement for r: its name, what it does, where it is correct, and where it happened.
struct Mask<T> {
    name: &'static str,
    says: &'static str,
    equivalent_when: &'static str,
    links: &'static [&'static str],
    of: fn(&StepContext<T>, usize, usize) -> T,
}

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    masks().into_iter().flat_map(places).chain(others()).collect()
}

/// A wrong mask in the forward pass, in the backward pass, and in both.
fn places<T: Float>(Mask { name, says, equivalent_when, links, of }: Mask<T>) -> [Defect<T>; 3] {
    let forward = move |s: &StepContext<T>, i, k| of(s, i, k) * (T::one() / s.p(k)) * s.a(i, k);
    let backward = move |s: &StepContext<T>, i, k| s.da_tilde(i, k) * of(s, i, k) * (T::one() / s.p(k));
    let defect = |place: &str, equation, what: &str| {
        Defect::new(
            format!("{name}-{place}"),
            equation,
            format!("in {what} the mask {says}"),
            equivalent_when,
        )
        .seen_at(links)
    };
    [
        defect("forward", 3, "the forward pass alone").cell(ATilde, forward),
        defect("backward", 42, "the backward pass alone").cell(Da, backward),
        defect("both-passes", 3, "both passes").cell(ATilde, forward).cell(Da, backward),
    ]
}

fn when<T: Float>(holds: bool) -> T {
    if holds { T::one() } else { T::zero() }
}

/// A bit that depends only on its position: a mask drawn anew.
fn drawn(i: usize, k: usize) -> bool {
    let word = (i as u64 * 0x9E37_79B9 + k as u64 + 1).wrapping_mul(0xD1B5_4A32_D192_ED03);
    (word ^ (word >> 29)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 63 == 1
}

fn masks<T: Float>() -> Vec<Mask<T>> {
    const ROWS: &str = "where all rows of R are the same";
    const COLUMNS: &str = "where all columns of R are the same";
    vec![
        Mask {
            name: "mask-inverted",
            says: "drops what R keeps and keeps what R drops",
            equivalent_when: "only where the result is zero",
            links: &[
                "https://github.com/deeplearning4j/nd4j/issues/1373",
                "https://github.com/tiny-dnn/tiny-dnn/issues/961",
            ],
            of: |s, i, k| T::one() - s.r(i, k),
        },
        Mask {
            name: "unmasked",
            says: "is missing: nothing is dropped",
            equivalent_when: "where nothing is dropped",
            links: &[
                "https://github.com/ddbourgin/numpy-ml/issues/94",
                "https://github.com/PaddlePaddle/Paddle/issues/29813",
            ],
            of: |_, _, _| T::one(),
        },
        Mask {
            name: "mask-zero",
            says: "is 0 everywhere",
            equivalent_when: "where everything is dropped",
            links: &["https://github.com/apache/mxnet/issues/15659"],
            of: |_, _, _| T::zero(),
        },
        Mask {
            name: "mask-of-first-example",
            says: "repeats the first row of R for the whole batch",
            equivalent_when: ROWS,
            links: &["https://github.com/keras-team/keras/issues/9841"],
            of: |s, _, k| s.r(0, k),
        },
        Mask {
            name: "mask-of-next-example",
            says: "takes the next example's row of R",
            equivalent_when: ROWS,
            links: &[],
            of: |s, i, k| s.r((i + 1) % s.m(), k),
        },
        Mask {
            name: "mask-of-first-unit",
            says: "repeats the first column of R for all units",
            equivalent_when: COLUMNS,
            links: &["https://github.com/pytorch/pytorch/issues/69801"],
            of: |s, i, _| s.r(i, 0),
        },
        Mask {
            name: "mask-of-next-unit",
            says: "takes the next unit's column of R",
            equivalent_when: COLUMNS,
            links: &[],
            of: |s, i, k| s.r(i, (k + 1) % s.n()),
        },
        Mask {
            name: "mask-shared-by-four",
            says: "is shared by groups of four units",
            equivalent_when: "where R agrees within each group",
            links: &["https://github.com/pytorch/pytorch/issues/198333"],
            of: |s, i, k| s.r(i, k - k % 4),
        },
        Mask {
            name: "mask-by-columns",
            says: "is read column by column, though it is stored row by row",
            equivalent_when: "where m or n is 1",
            links: &["https://github.com/pytorch/pytorch/issues/47176"],
            of: |s, i, k| s.inputs.r.cells()[k * s.m() + i],
        },
        Mask {
            name: "mask-reversed",
            says: "is read in reverse order",
            equivalent_when: "where R reads the same backward",
            links: &[],
            of: |s, i, k| s.r(s.m() - 1 - i, s.n() - 1 - k),
        },
        Mask {
            name: "mask-drawn-anew",
            says: "is drawn anew instead of taken from R",
            equivalent_when: "where the new mask happens to equal R",
            links: &[
                "https://github.com/pytorch/pytorch/issues/198333",
                "https://github.com/pytorch/pytorch/issues/190717",
                "https://github.com/openai/guided-diffusion/issues/167",
                "https://github.com/microsoft/onnxruntime/issues/19715",
            ],
            of: |_, i, k| when(drawn(i, k)),
        },
        Mask {
            name: "mask-by-threshold",
            says: "keeps exactly the units with p above 1/2",
            equivalent_when: "where R does the same",
            links: &[],
            of: |s, _, k| when(s.p(k) > T::from_f64(0.5)),
        },
        Mask {
            name: "mask-by-sign",
            says: "also drops units with a negative value",
            equivalent_when: "where no kept unit is negative",
            links: &[],
            of: |s, i, k| if s.a(i, k) < T::zero() { T::zero() } else { s.r(i, k) },
        },
    ]
}

/// What a layer does besides masking, or instead of it.
fn others<T: Float>() -> Vec<Defect<T>> {
    let masked = |s: &StepContext<T>, i: usize, k: usize, dropped: T| {
        if s.r(i, k) == T::zero() { dropped } else { s.a(i, k) / s.p(k) }
    };
    let replaced = |id: &str, says: &str, dropped: fn(T) -> T| {
        Defect::new(id, 3, says, "where nothing is dropped")
            .cell(ATilde, move |s, i, k| masked(s, i, k, dropped(s.a(i, k))))
    };
    vec![
        Defect::new(
            "mask-guessed-from-output",
            42,
            "the backward pass guesses the mask from ã ≠ 0",
            "where no kept unit is 0",
        )
        .cell(Da, |s, i, k| s.da_tilde(i, k) * when(s.a_tilde(i, k) != T::zero()) * (T::one() / s.p(k)))
        .seen_at(&[
            "https://github.com/kaldi-asr/kaldi/issues/3890",
            "https://github.com/ROCm/tensorflow-upstream/issues/1012",
        ]),
        Defect::new(
            "evaluation-forward",
            3,
            "the forward pass runs in evaluation mode: Ã = A",
            "where p = 1 and nothing is dropped",
        )
        .cell(ATilde, |s, i, k| s.a(i, k)),
        Defect::new(
            "evaluation-backward",
            42,
            "the backward pass runs in evaluation mode: dA = dÃ",
            "where p = 1 and nothing is dropped",
        )
        .cell(Da, |s, i, k| s.da_tilde(i, k)),
        Defect::new(
            "evaluation-both-passes",
            3,
            "both passes run in evaluation mode: Ã = A and dA = dÃ",
            "where p = 1 and nothing is dropped",
        )
        .cell(ATilde, |s, i, k| s.a(i, k))
        .cell(Da, |s, i, k| s.da_tilde(i, k)),
        Defect::new(
            "evaluation-by-expectation",
            3,
            "both passes evaluate as dropout without inverted scaling does: Ã = pA and dA = p dÃ",
            "where p = 1 and nothing is dropped",
        )
        .cell(ATilde, |s, i, k| s.p(k) * s.a(i, k))
        .cell(Da, |s, i, k| s.p(k) * s.da_tilde(i, k)),
        Defect::new(
            "p-means-drop",
            3,
            "p is read as the drop probability: what R keeps is dropped, and the rest is scaled by 1/(1 − p)",
            "only where the result is zero",
        )
        .cell(ATilde, |s, i, k| (T::one() - s.r(i, k)) / (T::one() - s.p(k)) * s.a(i, k))
        .cell(Da, |s, i, k| s.da_tilde(i, k) * (T::one() - s.r(i, k)) / (T::one() - s.p(k)))
        .seen_at(&[
            "https://github.com/v-iashin/CS231n/issues/8",
            "https://github.com/pudae/tensorflow-densenet/issues/22",
            "https://github.com/aymericdamien/TensorFlow-Examples/issues/205",
            "https://github.com/hunkim/DeepLearningZeroToAll/issues/122",
        ]),
        Defect::new(
            "dropout-of-outputs",
            3,
            "dropout is applied to A_next instead of A, with the first columns of R",
            "where p = 1 and nothing is dropped",
        )
        .cell(ATilde, |s, i, k| s.a(i, k))
        .after(ANext, |s, a, i, j| a * s.r(i, j % s.n()) / s.p(j % s.n())),
        Defect::new(
            "dropout-of-sums",
            3,
            "dropout is applied to Z instead of A, with the first columns of R",
            "where p = 1 and nothing is dropped",
        )
        .cell(ATilde, |s, i, k| s.a(i, k))
        .after(Z, |s, z, i, j| z * s.r(i, j % s.n()) / s.p(j % s.n())),
        replaced("dropped-to-minus-one", "a dropped unit is −1", |_| -T::one()),
        replaced("dropped-to-alpha", "a dropped unit is −1.7580993", |_| T::from_f64(-1.758_099_3)),
        replaced("dropped-leaks", "a dropped unit keeps a thousandth of its value", |a| {
            a * T::from_f64(1e-3)
        }),
        replaced("dropped-negated", "a dropped unit is negated", |a| -a),
        Defect::new(
            "mask-added",
            3,
            "ã is a/p + r − 1: the mask is added instead of multiplied",
            "where nothing is dropped",
        )
        .cell(ATilde, |s, i, k| s.a(i, k) / s.p(k) + s.r(i, k) - T::one()),
        Defect::new(
            "scaled-before-subtracting",
            3,
            "ã is a/p for a kept unit and a − a/p for a dropped one",
            "where nothing is dropped",
        )
        .cell(ATilde, |s, i, k| masked_difference(s, i, k)),
    ]
}

fn masked_difference<T: Float>(s: &StepContext<T>, i: usize, k: usize) -> T {
    let scaled = s.a(i, k) / s.p(k);
    if s.r(i, k) == T::zero() { s.a(i, k) - scaled } else { scaled }
}
