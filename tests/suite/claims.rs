//! The flags of each case, derived again: by introducing the defect that a flag concerns, and by plain code over
//! the numbers in the file.

use crate::cases::{Case, Rows, steps};
use dropout_oracle::problem::Activation;
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation, VectorFunction};
use std::collections::BTreeSet;

/// Whether two results differ by more than any rounding.
fn differ(wrong: &[f64], right: &[f64]) -> bool {
    assert_eq!(wrong.len(), right.len());
    wrong.iter().zip(right).any(|(x, y)| (x - y).abs() > 1e-9 * (x.abs() + y.abs()))
}

fn tabulate(rows: usize, cols: usize, f: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    (0..rows * cols).map(|at| f(at / cols, at % cols)).collect()
}

/// A flag, and whether its defect shows in a case.
type Claim = (&'static str, fn(&Case) -> bool);

/// Each defect, applied to the expected results upstream of it.
const DEFECTS: [Claim; 8] = [
    ("hides-unscaled", |case| {
        let unscaled = tabulate(case.m, case.n, |i, k| case.r[i][k] * case.a[i][k]);
        differ(&unscaled, &case.expected.a_tilde.concat())
    }),
    ("hides-unmasked-value", |case| {
        let unmasked = tabulate(case.m, case.n, |i, k| case.a[i][k] / case.p[k]);
        differ(&unmasked, &case.expected.a_tilde.concat())
    }),
    ("hides-guessed-mask", |case| {
        let da_tilde = &case.expected.da_tilde;
        let kept = |i: usize, k: usize| case.expected.a_tilde[i][k] != 0.0;
        let guessed =
            tabulate(case.m, case.n, |i, k| if kept(i, k) { da_tilde[i][k] / case.p[k] } else { 0.0 });
        differ(&guessed, &case.expected.da.concat())
    }),
    ("hides-unmasked-gradient", |case| {
        let unmasked = tabulate(case.m, case.n, |i, k| case.expected.da_tilde[i][k] / case.p[k]);
        differ(&unmasked, &case.expected.da.concat())
    }),
    ("hides-shared-mask", |case| {
        let value = tabulate(case.m, case.n, |i, k| case.r[0][k] * case.a[i][k] / case.p[k]);
        let gradient =
            tabulate(case.m, case.n, |i, k| case.expected.da_tilde[i][k] * case.r[0][k] / case.p[k]);
        differ(&value, &case.expected.a_tilde.concat()) || differ(&gradient, &case.expected.da.concat())
    }),
    ("hides-transposed-jacobian", |case| {
        (0..case.m).any(|i| {
            let jacobian = case.g.jacobian(&case.expected.z[i]);
            let product = |entry: &dyn Fn(usize) -> f64| -> Vec<f64> {
                (0..case.n_next).map(|jj| case.da_next[i][jj] * entry(jj)).collect()
            };
            (0..case.n_next).any(|j| {
                let right = product(&|jj| jacobian.at(jj, j));
                let wrong = product(&|jj| jacobian.at(j, jj));
                // Two sums that cancel may differ by rounding; only a larger difference counts.
                let size: f64 = right.iter().chain(&wrong).map(|term| term.abs()).sum();
                (right.iter().sum::<f64>() - wrong.iter().sum::<f64>()).abs() > 1e-9 * size
            })
        })
    }),
    ("hides-bias", |case| case.b.iter().any(|b| *b != 0.0)),
    ("hides-gradients", |case| case.expected.dz.concat().iter().any(|x| *x != 0.0)),
];

#[test]
fn a_case_hides_a_defect_exactly_where_its_flag_says_so() {
    for case in steps() {
        for (flag, shows) in DEFECTS {
            assert_eq!(shows(case), !case.has(flag), "{}: {flag}", case.id);
        }
    }
}

#[test]
fn a_mean_over_the_batch_shows_wherever_there_is_a_batch_and_a_gradient() {
    for case in steps() {
        let mean: Vec<f64> = case.expected.db.iter().map(|x| x / case.m as f64).collect();
        let dw: Vec<f64> = case.expected.dw.concat().iter().map(|x| x / case.m as f64).collect();
        let shows = differ(&mean, &case.expected.db) || differ(&dw, &case.expected.dw.concat());
        assert_eq!(shows, !case.has("hides-mean-over-batch") && !case.has("hides-gradients"), "{}", case.id);
    }
}

#[test]
fn the_neighbour_s_keep_probability_shows_unless_a_flag_says_why_not() {
    for case in steps() {
        let neighbour = |k: usize| case.p[(k + 1) % case.n];
        let wrong = tabulate(case.m, case.n, |i, k| case.r[i][k] * case.a[i][k] / neighbour(k));
        let shows = differ(&wrong, &case.expected.a_tilde.concat());
        assert!(
            shows || case.has("hides-mixed-up-keep-probabilities") || case.has("all-dropped"),
            "{}",
            case.id
        );
    }
}

/// The rules for a case that can catch defects, each with the flags that excuse it.
#[test]
fn a_case_can_catch_defects_unless_its_flags_say_why_not() {
    let excused = |case: &Case, flags: &[&str]| flags.iter().any(|flag| case.has(flag));
    for case in steps() {
        let (m, n, n_next, id) = (case.m, case.n, case.n_next, &case.id);
        assert!((m != n && n != n_next && m != n_next) || excused(case, &["hides-swapped-sizes"]), "{id}");
        let distinct = (1..n).all(|k| !case.p[..k].contains(&case.p[k])) && n > 1;
        assert!(distinct || excused(case, &["hides-mixed-up-keep-probabilities"]), "{id}");
        let mixed = case.r.iter().all(|row| row.contains(&0.0) && row.contains(&1.0));
        assert!(mixed || excused(case, &["row-kept", "row-dropped", "hides-unmasked-value"]), "{id}");
        let transposed: Rows = (0..n_next).map(|j| (0..n).map(|k| case.w[k][j]).collect()).collect();
        assert!(transposed != case.w || (n, n_next) == (1, 1), "{id}: W is its own transpose");
        let upstream = case.da_next.concat();
        assert!(
            upstream.iter().any(|x| *x != upstream[0]) || excused(case, &["hides-plain-upstream"]),
            "{id}"
        );
        let kept_zero = case.places().any(|(i, k)| case.r[i][k] == 1.0 && case.a[i][k] == 0.0);
        assert!(kept_zero || excused(case, &["hides-guessed-mask"]), "{id}");
    }
}

/// Few cases hide anything but a transposed Jacobian, which most activations hide. Those with one p hide what is about
/// several, on purpose.
#[test]
fn blindness_is_rare() {
    for flag in [
        "hides-swapped-sizes",
        "hides-mixed-up-keep-probabilities",
        "hides-unscaled",
        "hides-shared-mask",
        "hides-guessed-mask",
        "hides-unmasked-gradient",
        "hides-unmasked-value",
        "hides-mean-over-batch",
        "hides-plain-upstream",
        "hides-bias",
        "hides-gradients",
    ] {
        let blind = steps().iter().filter(|case| case.has(flag) && case.family() != "one_p").count();
        assert!(10 * blind <= steps().len(), "{flag} holds in {blind} cases");
    }
    let others = || steps().iter().filter(|case| case.family() != "one_p");
    let seeing = others().filter(|case| !case.has("hides-transposed-jacobian")).count();
    assert!(seeing >= 200, "{seeing} of {} cases show a transposed Jacobian", others().count());
}

fn any_z(case: &Case, holds: impl Fn(f64) -> bool) -> bool {
    case.expected.z.concat().into_iter().any(holds)
}

fn has_kink(unit: &ScalarActivation) -> bool {
    match unit {
        ScalarActivation::Relu => true,
        ScalarActivation::LeakyRelu { slope } => *slope != 1.0,
        ScalarActivation::Elu { alpha } => *alpha != 1.0,
        _ => false,
    }
}

/// The sum of the sizes of the terms of z.
fn terms(case: &Case, i: usize, j: usize) -> f64 {
    (0..case.n).map(|k| (case.w[k][j] * case.expected.a_tilde[i][k]).abs()).sum::<f64>() + case.b[j].abs()
}

/// Every other flag, by plain code over the file.
const SHOWN: [Claim; 22] = [
    ("hides-plain-upstream", |case| {
        let first = case.da_next[0][0];
        case.da_next.iter().flatten().all(|x| *x == first)
    }),
    ("hides-mean-over-batch", |case| case.a.len() == 1),
    ("all-kept", |case| case.r.iter().flatten().all(|r| *r == 1.0) && case.p.iter().any(|p| *p != 1.0)),
    ("all-dropped", |case| case.r.iter().flatten().all(|r| *r == 0.0)),
    ("row-dropped", |case| case.r.iter().any(|row| row.iter().sum::<f64>() == 0.0)),
    ("row-kept", |case| {
        case.p.iter().any(|p| *p != 1.0) && case.r.iter().any(|row| row.iter().sum::<f64>() == case.n as f64)
    }),
    ("column-dropped", |case| (0..case.n).any(|k| case.r.iter().map(|row| row[k]).sum::<f64>() == 0.0)),
    ("kept-zero", |case| {
        case.places().any(|(i, k)| case.r[i][k] * case.expected.da_tilde[i][k] != 0.0 && case.a[i][k] == 0.0)
    }),
    ("certain-unit", |case| {
        let certain = case.p.iter().filter(|p| **p == 1.0).count();
        certain > 0 && certain < case.n
    }),
    ("rarely-kept", |case| case.places().any(|(i, k)| case.r[i][k] == 1.0 && case.p[k] < 0.1)),
    ("rounded-reciprocal", |case| case.p.iter().any(|p| p.log2().fract() != 0.0)),
    ("long-format", |case| !case.exact_in.iter().any(|format| format == "f32")),
    ("tail", |case| [case.m, case.n, case.n_next].iter().any(|size| *size > 8 && *size % 8 > 0)),
    ("long-sum", |case| case.m.max(case.n).max(case.n_next) > 64),
    ("cancelling", |case| {
        let place = |i: usize, j: usize| {
            let z = case.expected.z[i][j];
            z != 0.0 && z.abs() * 65536.0 < terms(case, i, j)
        };
        (0..case.m).any(|i| (0..case.n_next).any(|j| place(i, j)))
    }),
    ("small-z", |case| any_z(case, |z| z != 0.0 && z.abs() < 1.0 / 512.0)),
    ("negative-tail", |case| any_z(case, |z| (-40.0..=-10.0).contains(&z))),
    ("positive-tail", |case| any_z(case, |z| (20.0..=37.0).contains(&z))),
    ("overflowing-exponential", |case| any_z(case, |z| z.abs() >= 700.0)),
    ("kink", |case| {
        let zero = |j: usize| case.expected.z.iter().any(|row| row[j] == 0.0);
        match &case.g {
            Activation::Elementwise(unit) => has_kink(unit) && any_z(case, |z| z == 0.0),
            Activation::PerUnit(units) => (0..case.n_next).any(|j| has_kink(&units[j]) && zero(j)),
            _ => false,
        }
    }),
    ("dropped-at-one", |case| case.places().any(|(i, k)| case.r[i][k] == 0.0 && case.p[k] == 1.0)),
    ("subnormal", |case| {
        let Case { a, w, b, da_next, expected, .. } = case;
        let results = [
            &expected.a_tilde,
            &expected.z,
            &expected.a_next,
            &expected.dz,
            &expected.dw,
            &expected.da_tilde,
            &expected.da,
        ];
        let numbers =
            [a, w, da_next].into_iter().chain(results).flatten().flatten().chain(b).chain(&expected.db);
        numbers.into_iter().any(|x| *x != 0.0 && x.abs() < f64::MIN_POSITIVE)
    }),
];

#[test]
fn every_other_flag_holds_exactly_where_the_numbers_say_so() {
    for case in steps() {
        for (flag, holds) in SHOWN {
            assert_eq!(case.has(flag), holds(case), "{}: {flag}", case.id);
        }
    }
}

#[test]
fn every_flag_of_the_dictionary_is_derived_again_here_and_used() {
    let direct = ["hides-swapped-sizes", "hides-mixed-up-keep-probabilities", "exact"];
    let derived: BTreeSet<&str> = DEFECTS
        .iter()
        .map(|(flag, _)| *flag)
        .chain(SHOWN.iter().map(|(flag, _)| *flag))
        .chain(direct)
        .collect();
    let dictionary: BTreeSet<&str> = dropout_oracle::fixture::flags::all().map(|flag| flag.id).collect();
    assert_eq!(derived, dictionary);
    for flag in dictionary {
        assert!(steps().iter().any(|case| case.has(flag)), "{flag} is never used");
    }
}

#[test]
fn sizes_and_keep_probabilities_that_coincide_are_flagged() {
    for case in steps() {
        let sizes: BTreeSet<_> = [case.m, case.n, case.n_next].into();
        assert_eq!(case.has("hides-swapped-sizes"), sizes.len() < 3, "{}", case.id);
        let distinct: BTreeSet<_> = case.p.iter().map(|p| p.to_bits()).collect();
        let coincide = distinct.len() < case.n || case.n == 1;
        assert_eq!(case.has("hides-mixed-up-keep-probabilities"), coincide, "{}", case.id);
    }
}

/// x rounded to a significand of `bits` bits, ties to even: f32, f16 and bf16 where the exponent fits.
fn short(x: f64, bits: i32) -> f64 {
    if x == 0.0 {
        return x;
    }
    let unit = 2f64.powi(x.abs().log2().floor() as i32 + 1 - bits);
    (x / unit).round_ties_even() * unit
}

/// The step in a short format, every operation rounded, sums from the given end.
fn step_in(case: &Case, bits: i32, backwards: bool) -> Vec<f64> {
    let round = |x: f64| short(x, bits);
    let sum = |terms: Vec<f64>| -> f64 {
        let add = |total: f64, term: f64| round(total + term);
        if backwards { terms.into_iter().rev().fold(0.0, add) } else { terms.into_iter().fold(0.0, add) }
    };
    let (m, n, o) = (case.m, case.n, case.n_next);
    let a_tilde = |i: usize, k: usize| round(case.r[i][k] * round(case.a[i][k] / case.p[k]));
    let z = |i: usize, j: usize| {
        let terms = (0..n).map(|k| round(case.w[k][j] * a_tilde(i, k)));
        sum(terms.chain([case.b[j]]).collect())
    };
    let unit = |j: usize| match &case.g {
        Activation::Elementwise(unit) => Some(*unit),
        Activation::PerUnit(units) => Some(units[j]),
        _ => None,
    };
    let slope = |unit: ScalarActivation, z: f64| match unit {
        ScalarActivation::Identity => 1.0,
        ScalarActivation::Relu => f64::from(u8::from(z > 0.0)),
        ScalarActivation::LeakyRelu { slope } => {
            if z > 0.0 {
                1.0
            } else {
                slope
            }
        }
        other => panic!("{} rounds", other.name()),
    };
    let next = |j: usize| (j + 1) % o;
    let a_next = |i: usize, j: usize| match case.g {
        Activation::Coupled(CoupledActivation::CumulativeSum) => sum((0..=j).map(|l| z(i, l)).collect()),
        Activation::Coupled(CoupledActivation::CoupledQuadratic) => {
            round(z(i, j) * round(z(i, next(j)) + 1.0))
        }
        Activation::Coupled(CoupledActivation::Softmax) if o == 1 => 1.0,
        Activation::Coupled(CoupledActivation::LogSoftmax) if o == 1 => 0.0,
        _ => round(slope(unit(j).expect("a unit"), z(i, j)) * z(i, j)),
    };
    let upstream = |i: usize, jj: usize| case.da_next[i][jj];
    let dz = |i: usize, j: usize| match case.g {
        Activation::Coupled(CoupledActivation::CumulativeSum) => {
            sum((j..o).map(|jj| upstream(i, jj)).collect())
        }
        Activation::Coupled(CoupledActivation::CoupledQuadratic) => {
            let before = (j + o - 1) % o;
            sum(vec![
                round(upstream(i, j) * z(i, next(j))),
                upstream(i, j),
                round(upstream(i, before) * z(i, before)),
            ])
        }
        Activation::Coupled(CoupledActivation::Softmax)
        | Activation::Coupled(CoupledActivation::LogSoftmax)
            if o == 1 =>
        {
            0.0
        }
        _ => round(upstream(i, j) * slope(unit(j).expect("a unit"), z(i, j))),
    };
    let dw = |k: usize, j: usize| sum((0..m).map(|i| round(dz(i, j) * a_tilde(i, k))).collect());
    let da_tilde = |i: usize, k: usize| sum((0..o).map(|j| round(dz(i, j) * case.w[k][j])).collect());
    let da = |i: usize, k: usize| round(round(da_tilde(i, k) / case.p[k]) * case.r[i][k]);
    [
        tabulate(m, n, a_tilde),
        tabulate(m, o, z),
        tabulate(m, o, a_next),
        tabulate(m, o, dz),
        tabulate(n, o, dw),
        (0..o).map(|j| sum((0..m).map(|i| dz(i, j)).collect())).collect(),
        tabulate(m, n, da_tilde),
        tabulate(m, n, da),
    ]
    .concat()
}

fn expected_cells(case: &Case) -> Vec<f64> {
    let expected = &case.expected;
    let matrices = [&expected.a_tilde, &expected.z, &expected.a_next, &expected.dz, &expected.dw];
    let mut cells: Vec<f64> = matrices.into_iter().flatten().flatten().copied().collect();
    cells.extend(&expected.db);
    cells.extend([&expected.da_tilde, &expected.da].into_iter().flatten().flatten());
    cells
}

#[test]
fn an_exact_case_comes_out_the_same_in_every_format_and_order() {
    let exact: Vec<_> = steps().iter().filter(|case| case.has("exact")).collect();
    assert!(exact.len() >= 30);
    for case in &exact {
        for bits in [53, 24, 11, 8] {
            for backwards in [false, true] {
                assert_eq!(
                    step_in(case, bits, backwards),
                    expected_cells(case),
                    "{} in {bits} bits",
                    case.id
                );
            }
        }
        assert_eq!(case.exact_in, ["f64", "f32", "f16", "bf16"], "{}", case.id);
    }
    let family = steps().iter().filter(|case| case.family() == "exact");
    assert!(family.clone().all(|case| case.has("exact")), "the whole family is exact");
    // A format of 4 bits is too short for some cases, so the check can fail.
    assert!(exact.iter().any(|case| step_in(case, 4, false) != expected_cells(case)));
}
