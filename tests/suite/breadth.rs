//! Breadth: the cases have every property that they need, in several activations.

use crate::cases::{Case, steps};
use dropout_oracle::problem::Activation;
use dropout_oracle::problem::activation::{PER_UNIT, ScalarActivation};
use std::collections::BTreeSet;

/// A property, the least number of activations, and whether a case has the property.
type Need = (&'static str, usize, fn(&Case) -> bool);

const NEEDS: [Need; 53] = [
    ("p distinct and unsorted", 10, |case| distinct(&case.p) && !sorted(&case.p)),
    ("p no dyadic", 4, |case| case.p.iter().any(|p| p.fract() != 0.0 && (p * 4096.0).fract() != 0.0)),
    ("p no whole percent", 4, |case| case.p.iter().any(|p| (p * 100.0 - (p * 100.0).round()).abs() > 1e-6)),
    ("one p = 1 among others", 10, |case| case.p.iter().filter(|p| **p == 1.0).count() == 1 && case.n > 1),
    ("p below 0.1 at a kept unit", 5, |case| {
        case.places().any(|(i, k)| case.p[k] < 0.1 && case.r[i][k] == 1.0)
    }),
    ("drops", 15, |case| case.r.concat().contains(&0.0)),
    ("rows of R that differ", 15, |case| case.r.iter().any(|row| *row != case.r[0])),
    ("columns of R that differ", 15, |case| case.r[0].iter().any(|r| *r != case.r[0][0])),
    ("an all-zero row", 3, |case| case.has("row-dropped")),
    ("an all-zero column", 3, |case| case.has("column-dropped")),
    ("an all-one row with p below 1", 3, |case| case.has("row-kept")),
    ("m = 1", 3, |case| case.m == 1 && case.n > 1 && case.n_next > 1),
    ("n = 1", 3, |case| case.n == 1 && case.m > 1 && case.n_next > 1),
    ("n_next = 1 with a live gradient", 2, |case| {
        case.n_next == 1 && case.m > 1 && !case.has("hides-gradients")
    }),
    ("n_next = 1 with a gradient of 0", 2, |case| case.n_next == 1 && case.has("hides-gradients")),
    ("all sizes 1", 3, |case| case.m == 1 && case.n == 1 && case.n_next == 1),
    ("a cube", 2, |case| case.m == case.n && case.n == case.n_next && case.m > 1),
    ("a square W", 2, |case| case.n == case.n_next && case.m != case.n),
    ("a square A", 2, |case| case.m == case.n && case.n != case.n_next),
    ("a square Z", 2, |case| case.m == case.n_next && case.m != case.n),
    ("n_next above n", 5, |case| case.n_next > case.n && case.n > 1),
    ("n a multiple of 8 with drops", 2, |case| case.n % 8 == 0 && case.r.concat().contains(&0.0)),
    ("m past 64 with a remainder", 2, |case| case.m > 64 && case.m % 64 != 0),
    ("n past 64 with a remainder", 2, |case| case.n > 64 && case.n % 64 != 0),
    ("n_next past 64 with a remainder", 2, |case| case.n_next > 64 && case.n_next % 64 != 0),
    ("m·n past 64 with a remainder", 3, |case| case.m * case.n > 64 && case.m * case.n % 64 != 0),
    ("n past 256", 2, |case| case.n > 256),
    ("5 and 6 in every size", 2, |case| {
        [case.m, case.n, case.n_next].iter().all(|size| (4..=7).contains(size))
    }),
    ("a Jacobian that is not symmetric", 4, |case| !case.has("hides-transposed-jacobian")),
    ("z exactly 0", 3, |case| z(case, |z| z == 0.0)),
    ("z from 1e-13 to 1e-3", 15, |case| z(case, |z| (1e-13..1e-3).contains(&z.abs()))),
    ("z below 1e-10", 15, |case| z(case, |z| z != 0.0 && z.abs() < 1e-10)),
    ("z from −40 to −10", 15, |case| case.has("negative-tail")),
    ("z from 20 to 37", 15, |case| case.has("positive-tail")),
    ("z from 700 to 800", 8, |case| z(case, |z| (700.0..=800.0).contains(&z))),
    ("z from −800 to −700", 8, |case| z(case, |z| (-800.0..=-700.0).contains(&z))),
    ("a row whose z spread by more than 745", 3, |case| {
        case.expected.z.iter().any(|row| most(row) + most(&negated(row)) > 745.0)
    }),
    ("rows whose largest z differ by more than 745", 3, |case| {
        let largest: Vec<f64> = case.expected.z.iter().map(|row| most(row)).collect();
        most(&largest) + most(&negated(&largest)) > 745.0
    }),
    ("zeros at kept units", 15, |case| case.has("kept-zero")),
    ("negative activations", 15, |case| case.a.concat().iter().any(|a| *a < 0.0)),
    ("values that are dropped", 15, |case| !case.has("hides-unmasked-value")),
    ("subnormal activations", 3, |case| case.a.concat().iter().any(|a| a.is_subnormal())),
    ("activations near 1e-40", 3, |case| case.a.concat().iter().any(|a| (1e-41..1e-38).contains(&a.abs()))),
    ("ã above 100", 3, |case| case.expected.a_tilde.concat().iter().any(|a| a.abs() > 100.0)),
    ("upstream of both signs, above 1", 15, |case| {
        let cells = case.da_next.concat();
        cells.iter().any(|x| *x > 1.0) && cells.iter().any(|x| *x < -1.0)
    }),
    ("upstream rows that differ", 15, |case| case.da_next.iter().any(|row| *row != case.da_next[0])),
    ("upstream row sums that are not 0", 15, |case| {
        case.da_next.iter().all(|row| row.iter().sum::<f64>() != 0.0)
    }),
    ("one tiny upstream row", 5, |case| {
        let sizes: Vec<f64> =
            case.da_next.iter().map(|row| row.iter().fold(0.0, |most: f64, x| most.max(x.abs()))).collect();
        sizes.iter().any(|size| *size < 1e-6) && sizes.iter().any(|size| *size > 1.0)
    }),
    ("b that varies and is not 0", 15, |case| {
        case.b.iter().all(|b| *b != 0.0) && case.b.iter().any(|b| *b != case.b[0])
    }),
    ("W mixed in sign", 15, |case| {
        let w = case.w.concat();
        w.iter().any(|w| *w > 0.0) && w.iter().any(|w| *w < 0.0)
    }),
    ("W not exact in f32", 5, |case| case.w.concat().iter().any(|w| f64::from(*w as f32) != *w)),
    ("sums that cancel", 5, |case| case.has("cancelling")),
    ("nothing rounded", 5, |case| case.has("exact")),
];

fn distinct(p: &[f64]) -> bool {
    p.len() > 1 && (1..p.len()).all(|k| !p[..k].contains(&p[k]))
}

fn sorted(p: &[f64]) -> bool {
    p.is_sorted() || p.iter().rev().is_sorted()
}

fn z(case: &Case, holds: impl Fn(f64) -> bool) -> bool {
    case.expected.z.concat().into_iter().any(holds)
}

fn most(row: &[f64]) -> f64 {
    row.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn negated(row: &[f64]) -> Vec<f64> {
    row.iter().map(|x| -x).collect()
}

#[test]
fn every_property_that_a_set_of_cases_needs_is_there_in_several_activations() {
    for (need, at_least, holds) in NEEDS {
        let activations: BTreeSet<_> =
            steps().iter().filter(|case| holds(case)).map(|case| case.g.name()).collect();
        assert!(activations.len() >= at_least, "{need}: only {activations:?}");
    }
}

#[test]
fn every_activation_is_there_with_its_telling_parameters() {
    let names: BTreeSet<_> = steps().iter().map(|case| case.g.name()).collect();
    let known = Activation::all().map(|activation| activation.name()).chain([PER_UNIT]);
    assert_eq!(names, known.collect());
    let any = |holds: &dyn Fn(&ScalarActivation) -> bool| {
        steps().iter().any(|case| matches!(&case.g, Activation::Elementwise(unit) if holds(unit)))
    };
    assert!(any(&|unit| *unit == ScalarActivation::LeakyRelu { slope: 0.2 }));
    assert!(any(&|unit| matches!(unit, ScalarActivation::LeakyRelu { slope } if *slope > 1.0)));
    assert!(any(&|unit| matches!(unit, ScalarActivation::LeakyRelu { slope } if *slope < 0.0)));
    assert!(any(&|unit| matches!(unit, ScalarActivation::Elu { alpha } if *alpha > 1.0)));
    assert!(any(&|unit| matches!(unit, ScalarActivation::Elu { alpha } if *alpha < 1.0)));
    let mixed: BTreeSet<_> = steps()
        .iter()
        .filter_map(|case| if let Activation::PerUnit(units) = &case.g { Some(units) } else { None })
        .flatten()
        .map(|unit| unit.name())
        .collect();
    assert_eq!(mixed, ScalarActivation::ALL.map(|scalar| scalar.name()).into(), "in a mix");
}

/// Ranges crossed with activations. How rows of z lie beside each other matters to coupled activations alone.
#[test]
fn every_activation_meets_every_range() {
    let met = |activation: &Activation, range: &str| {
        let is = |case: &Case| {
            case.id.starts_with(&format!("range/{range}-")) && case.g.name() == activation.name()
        };
        steps().iter().any(is)
    };
    for activation in Activation::all() {
        let sizes =
            ["large", "small", "subnormal", "mixed", "whole_doubles", "cancelling", "cancelling_wholly"];
        for range in sizes.into_iter().chain(["steep_upstream", "far_out", "far_rows"]) {
            assert!(met(&activation, range), "{} has no range/{range}", activation.name());
        }
    }
}
