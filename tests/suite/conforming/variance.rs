//! Why there is a test of the bias but none of the variance: among kernels with the same arithmetic in every Σ,
//! those that a variance test could find have elements that exceed their tolerance.
//!
//! The test would be this. Let every rounding error be of mean zero whatever went before it, and at most u times
//! the product or partial sum s. Then the error e of a Σ of n terms is a martingale whose differences
//! lie in intervals of length 2u|s|, and sub-Gaussian with variance proxy u² Σ s² ≤ (n + 1) u² T²,
//! T = Σ|term|, in every order (Azuma, Hoeffding; to first order in u). So y = e² / ((n + 1) u² T²) has
//! E exp(ty) ≤ 1/√(1 − 2t) for t < 1/2. By Jensen's inequality the mean of y over the elements of one case has
//! it as well, and over K cases with independent data Markov's inequality gives
//! P(mean y ≥ x) ≤ exp(−K(x − 1 − ln x)/2) for x > 1: the tail of χ² with K degrees of freedom.

use super::bias::{sums, terms};
use super::freedom::Freedom;
use super::judge::{Case, Draw, cases, place};
use super::machine::Defect;
use crate::sweep;
use dropout_oracle::conform::judge::sign_bias::{FALSE_ALARM, SUMS};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::Quantity;
use rayon::prelude::*;

const KERNELS: [(&str, Option<Defect>); 7] = [
    ("rounds to nearest", None),
    ("rounds up or down at random", Some(Defect::StochasticSum)),
    ("rounds toward zero", Some(Defect::Truncation)),
    ("sums with one bit less", Some(Defect::ShortSum(1))),
    ("sums with two bits less", Some(Defect::ShortSum(2))),
    ("sums with three bits less", Some(Defect::ShortSum(3))),
    ("sums with four bits less", Some(Defect::ShortSum(4))),
];

/// The mean of y over the elements of one result; `None` where underflow may have its say in all of them.
fn spread(draw: &Draw, own: &Step<f64>, quantity: Quantity) -> Option<f64> {
    let storage = draw.arithmetic().storage;
    let u = storage.unit_roundoff();
    let terms = terms(draw, own, quantity);
    let sums = sums(&terms);
    let y: Vec<f64> = (own.cells(quantity).iter().zip(&sums).zip(&terms))
        .filter_map(|((computed, sum), terms)| {
            let size: f64 = terms.iter().map(|(x, y)| (x * y).abs()).sum();
            let proxy = (terms.len() + 1) as f64 * (u * size).powi(2);
            (size >= storage.least_normal() / u && computed.is_finite())
                .then(|| (computed - sum).powi(2) / proxy)
        })
        .collect();
    (!y.is_empty()).then(|| y.iter().sum::<f64>() / y.len() as f64)
}

/// The mean of y, over this many cases, above which one of the four results would be called too wide.
fn limit(cases: usize) -> f64 {
    let needed = 2.0 * (SUMS.len() as f64 / FALSE_ALARM).ln() / cases as f64;
    let (mut below, mut above) = (1.0, 1e6);
    for _ in 0..100 {
        let x: f64 = (below + above) / 2.0;
        *(if x - 1.0 - x.ln() < needed { &mut below } else { &mut above }) = x;
    }
    above
}

#[test]
fn kernels_that_spread_too_far_exceed_the_tolerance_of_an_element() {
    let plain = Arithmetic::plain(Format::F32);
    let arithmetic = place(plain);
    let limit = limit(cases().len());
    let mut table =
        format!("limit {limit:.2} over {} cases\n{:<30}rejected", cases().len(), "mean of y in f32");
    table += &SUMS.map(|quantity| format!("{:>9}", quantity.name())).concat();
    for (name, defect) in KERNELS {
        let run = |case: &'static Case| {
            let draw = Draw { case, arithmetic, number: 0 };
            let own = draw.run(Freedom::plain(plain), defect);
            (draw.failure(&own).is_some(), SUMS.map(|quantity| spread(&draw, &own, quantity)))
        };
        let results: Vec<_> = cases().par_iter().map(run).collect();
        let rejected = results.iter().filter(|(rejected, _)| *rejected).count();
        let means: [f64; 4] = std::array::from_fn(|place| {
            let spreads: Vec<f64> = results.iter().filter_map(|(_, spreads)| spreads[place]).collect();
            spreads.iter().sum::<f64>() / spreads.len() as f64
        });
        table += &format!("\n{name:<30}{rejected:>8}{}", means.map(|mean| format!("{mean:>9.3}")).concat());
        assert!(
            rejected > 0 || means.iter().all(|mean| *mean < limit),
            "{name} is for a test of the variance"
        );
    }
    if sweep::is_on() {
        insta::assert_snapshot!(table);
    }
}
