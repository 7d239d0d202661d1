//! The factor 1/p of equations 3 and 42, and whose p it is.

use crate::number::sum;
use crate::trace::Quantity::{ATilde, Da};
use crate::zoo::{Defect, Float, StepContext};

/// What stands in the place of 1/p_k: its name, what it is, where it is the right one, where it happened.
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

/// A wrong factor in the forward pass, in the backward pass, in both.
fn places<T: Float>(Factor { name, says, equivalent_when, links, of }: Factor<T>) -> [Defect<T>; 3] {
    let forward = move |s: &StepContext<T>, i, k| s.r(i, k) * of(s, i, k) * s.a(i, k);
    let backward = move |s: &StepContext<T>, i, k| s.da_tilde(i, k) * s.r(i, k) * of(s, i, k);
    let defect = |place: &str, equation, what: &str| {
        Defect::new(format!("{name}-{place}"), equation, format!("{what} {says}"), equivalent_when)
            .seen_at(links)
    };
    [
        defect("forward", 3, "Ã alone").cell(ATilde, forward),
        defect("backward", 42, "dA alone").cell(Da, backward),
        defect("both-passes", 3, "Ã, and dA with it,").cell(ATilde, forward).cell(Da, backward),
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
            says: "has 1/p twice",
            equivalent_when: ONE,
            links: &["https://github.com/CSTR-Edinburgh/mlpractical/issues/32"],
            of: |s, _, k| T::one() / (s.p(k) * s.p(k)),
        },
        Factor {
            name: "scaled-by-drop",
            says: "is divided by the probability to drop, 1 − p",
            equivalent_when: "where p = 1/2",
            links: &[
                "https://github.com/lmjohns3/theanets/issues/123",
                "https://github.com/kaldi-asr/kaldi/issues/2814",
            ],
            of: |s, _, k| T::one() / (T::one() - s.p(k)),
        },
        Factor {
            name: "times-p",
            says: "is multiplied by p instead of divided by it",
            equivalent_when: ONE,
            links: &[],
            of: |s, _, k| s.p(k),
        },
        Factor {
            name: "times-drop",
            says: "is multiplied by 1 − p",
            equivalent_when: "never, but for zeros",
            links: &["https://github.com/karpathy/convnetjs/issues/106"],
            of: |s, _, k| T::one() - s.p(k),
        },
        Factor {
            name: "scaled-by-two",
            says: "is doubled, whatever p is",
            equivalent_when: "where p = 1/2",
            links: &[
                "https://github.com/mdenil/dropout/issues/3",
                "https://github.com/mp2893/retain/issues/1",
            ],
            of: |_, _, _| T::from_f64(2.0),
        },
        Factor {
            name: "scaled-by-root",
            says: "is divided by the square root of p",
            equivalent_when: ONE,
            links: &[],
            of: |s, _, k| ((s.p(k) - T::one()).ln_1p() * T::from_f64(-0.5)).exp(),
        },
        Factor {
            name: "whole-factor",
            says: "has 1/p rounded down to an integer",
            equivalent_when: "where 1/p is an integer",
            links: &[],
            of: |s, _, k| T::from_f64((T::one() / s.p(k)).into().floor()),
        },
        Factor {
            name: "guarded-division",
            says: "is divided by p + 1e-6",
            equivalent_when: "in formats that do not hold 1 + 1e-6",
            links: &[],
            of: |s, _, k| T::one() / (s.p(k) + T::from_f64(1e-6)),
        },
        Factor {
            name: "mean-p",
            says: "is divided by the mean of all p",
            equivalent_when: SAME,
            links: &[],
            of: |s, _, _| T::from_f64(s.n() as f64) / sum(0..s.n(), |k| s.p(k)),
        },
        Factor {
            name: "first-p",
            says: "is divided by the p of the first unit",
            equivalent_when: SAME,
            links: &[],
            of: |s, _, _| T::one() / s.p(0),
        },
        Factor {
            name: "next-p",
            says: "is divided by the p of the next unit",
            equivalent_when: SAME,
            links: &[],
            of: |s, _, k| T::one() / s.p((k + 1) % s.n()),
        },
        Factor {
            name: "reversed-p",
            says: "takes the p of the units in reverse order",
            equivalent_when: "where p reads the same from both ends",
            links: &[],
            of: |s, _, k| T::one() / s.p(s.n() - 1 - k),
        },
        Factor {
            name: "p-by-example",
            says: "takes the p of example i for p_k",
            equivalent_when: SAME,
            links: &[],
            of: |s, i, _| T::one() / s.p(i % s.n()),
        },
        Factor {
            name: "largest-p",
            says: "is divided by the largest p",
            equivalent_when: SAME,
            links: &[],
            of: |s, _, _| T::one() / (1..s.n()).fold(s.p(0), |p, k| if s.p(k) > p { s.p(k) } else { p }),
        },
        Factor {
            name: "realised-share",
            says: "is divided by the share of cells that were kept",
            equivalent_when: "where that share is p",
            links: &[],
            of: |s, _, _| {
                let kept = sum(0..s.m(), |i| sum(0..s.n(), |k| s.r(i, k)));
                T::from_f64((s.m() * s.n()) as f64) / kept
            },
        },
        Factor {
            name: "realised-share-of-example",
            says: "is divided by the share of units that were kept in the example",
            equivalent_when: "where that share is p",
            links: &[],
            of: |s, i, _| T::from_f64(s.n() as f64) / sum(0..s.n(), |k| s.r(i, k)),
        },
        Factor {
            name: "realised-share-of-unit",
            says: "is divided by the share of examples in which the unit was kept",
            equivalent_when: "where that share is p",
            links: &[],
            of: |s, _, k| T::from_f64(s.m() as f64) / sum(0..s.m(), |i| s.r(i, k)),
        },
    ]
}
