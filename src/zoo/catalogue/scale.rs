//! The factor 1/p of equations 3 and 42, and whose p it is.

use crate::number::sum;
use crate::trace::Quantity::{ATilde, Da};
use crate::zoo::{Defect, Float, StepContext};

/// A replacement for 1/p_k: its name, what it does, where it is correct, and where it happened.
struct Factor<T> {
    name: &'static str,
    says: &'static str,
    equivalent_when: &'static str,
    links: &'static [&'static str],
    of: fn(&StepContext<T>, usize, usize) -> T,
}

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    factors().into_iter().flat_map(places).collect()
}

/// A wrong factor in the forward pass, in the backward pass, and in both.
fn places<T: Float>(Factor { name, says, equivalent_when, links, of }: Factor<T>) -> [Defect<T>; 3] {
    let forward = move |s: &StepContext<T>, i, k| s.r(i, k) * of(s, i, k) * s.a(i, k);
    let backward = move |s: &StepContext<T>, i, k| s.da_tilde(i, k) * s.r(i, k) * of(s, i, k);
    let defect = |place: &str, equation, what: &str| {
        Defect::new(format!("{name}-{place}"), equation, format!("{what} {says}"), equivalent_when)
            .seen_at(links)
    };
    [
        defect("forward", 3, "the forward pass alone").cell(ATilde, forward),
        defect("backward", 42, "the backward pass alone").cell(Da, backward),
        defect("both-passes", 3, "each pass").cell(ATilde, forward).cell(Da, backward),
    ]
}

fn factors<T: Float>() -> Vec<Factor<T>> {
    const ONE: &str = "where p = 1 at every kept unit";
    const SAME: &str = "where all keep probabilities are the same";
    vec![
        Factor {
            name: "unscaled",
            says: "lacks 1/p",
            equivalent_when: ONE,
            links: &["https://github.com/apache/mxnet/issues/7303"],
            of: |_, _, _| T::one(),
        },
        Factor {
            name: "scaled-twice",
            says: "applies 1/p twice",
            equivalent_when: ONE,
            links: &["https://github.com/CSTR-Edinburgh/mlpractical/issues/32"],
            of: |s, _, k| T::one() / (s.p(k) * s.p(k)),
        },
        Factor {
            name: "scaled-by-drop",
            says: "divides by the drop probability, 1 − p",
            equivalent_when: "where p = 1/2",
            links: &[
                "https://github.com/lmjohns3/theanets/issues/123",
                "https://github.com/kaldi-asr/kaldi/issues/2814",
            ],
            of: |s, _, k| T::one() / (T::one() - s.p(k)),
        },
        Factor {
            name: "times-p",
            says: "multiplies by p instead of dividing by it",
            equivalent_when: ONE,
            links: &[],
            of: |s, _, k| s.p(k),
        },
        Factor {
            name: "times-drop",
            says: "multiplies by 1 − p",
            equivalent_when: "only where the result is zero",
            links: &["https://github.com/karpathy/convnetjs/issues/106"],
            of: |s, _, k| T::one() - s.p(k),
        },
        Factor {
            name: "scaled-by-two",
            says: "doubles, whatever p is",
            equivalent_when: "where p = 1/2",
            links: &[
                "https://github.com/mdenil/dropout/issues/3",
                "https://github.com/mp2893/retain/issues/1",
            ],
            of: |_, _, _| T::from_f64(2.0),
        },
        Factor {
            name: "scaled-by-root",
            says: "divides by the square root of p",
            equivalent_when: ONE,
            links: &[],
            of: |s, _, k| ((s.p(k) - T::one()).ln_1p() * T::from_f64(-0.5)).exp(),
        },
        Factor {
            name: "whole-factor",
            says: "rounds 1/p down to an integer",
            equivalent_when: "where 1/p is an integer",
            links: &[],
            of: |s, _, k| T::from_f64((T::one() / s.p(k)).into().floor()),
        },
        Factor {
            name: "guarded-division",
            says: "divides by p + 1e-6",
            equivalent_when: "in formats that round p + 1e-6 to p",
            links: &[],
            of: |s, _, k| T::one() / (s.p(k) + T::from_f64(1e-6)),
        },
        Factor {
            name: "mean-p",
            says: "divides by the mean of all p",
            equivalent_when: SAME,
            links: &[],
            of: |s, _, _| T::from_f64(s.n() as f64) / sum(0..s.n(), |k| s.p(k)),
        },
        Factor {
            name: "first-p",
            says: "divides by the first unit's p",
            equivalent_when: SAME,
            links: &[],
            of: |s, _, _| T::one() / s.p(0),
        },
        Factor {
            name: "next-p",
            says: "divides by the next unit's p",
            equivalent_when: SAME,
            links: &[],
            of: |s, _, k| T::one() / s.p((k + 1) % s.n()),
        },
        Factor {
            name: "reversed-p",
            says: "uses the keep probabilities in reverse order",
            equivalent_when: "where p reads the same backward",
            links: &[],
            of: |s, _, k| T::one() / s.p(s.n() - 1 - k),
        },
        Factor {
            name: "p-by-example",
            says: "indexes p by example instead of by unit",
            equivalent_when: SAME,
            links: &[],
            of: |s, i, _| T::one() / s.p(i % s.n()),
        },
        Factor {
            name: "largest-p",
            says: "divides by the largest p",
            equivalent_when: SAME,
            links: &[],
            of: |s, _, _| T::one() / (1..s.n()).fold(s.p(0), |p, k| if s.p(k) > p { s.p(k) } else { p }),
        },
        Factor {
            name: "realised-share",
            says: "divides by the share of cells kept",
            equivalent_when: "where that share is p",
            links: &[],
            of: |s, _, _| {
                let kept = sum(0..s.m(), |i| sum(0..s.n(), |k| s.r(i, k)));
                T::from_f64((s.m() * s.n()) as f64) / kept
            },
        },
        Factor {
            name: "realised-share-of-example",
            says: "divides by the share of units kept in the example",
            equivalent_when: "where that share is p",
            links: &[],
            of: |s, i, _| T::from_f64(s.n() as f64) / sum(0..s.n(), |k| s.r(i, k)),
        },
        Factor {
            name: "realised-share-of-unit",
            says: "divides by the share of examples that keep the unit",
            equivalent_when: "where that share is p",
            links: &[],
            of: |s, _, k| T::from_f64(s.m() as f64) / sum(0..s.m(), |i| s.r(i, k)),
        },
    ]
}
