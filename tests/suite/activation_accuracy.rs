//! The activations in plain floats against enclosures of 256 bits: nothing overflows, and errors stay within what
//! the roundings of the formulas account for.
//!
//! With u for half a unit in the last place, the count is: u for each operation and each rounded constant; 2u for
//! exp, exp_m1 and ln_1p, and 8u for erfc (their library's claims); and k times the condition number for a
//! function of an argument that is off by k·u. Below the normal numbers a rounding is off by up to the least
//! subnormal instead, times the factors that follow.

use crate::sweep;
use dropout_oracle::number::{Interval, Number, Ordered, Real};
use dropout_oracle::problem::activation::{CoupledActivation, ScalarActivation, VectorFunction};

type Wide = Interval<256>;

/// A float format.
trait Format: Real + Copy + Into<f64> {
    /// Half a unit in the last place, relative.
    const U: f64;
    /// The least subnormal.
    const LEAST: f64;
    const MAX: f64;

    fn wide(self) -> Wide {
        Wide::from_f64(self.into())
    }
}

impl Format for f64 {
    const U: f64 = f64::EPSILON / 2.0;
    const LEAST: f64 = f64::from_bits(1);
    const MAX: f64 = f64::MAX;
}

impl Format for f32 {
    const U: f64 = f32::EPSILON as f64 / 2.0;
    const LEAST: f64 = f32::from_bits(1) as f64;
    const MAX: f64 = f32::MAX as f64;
}

/// How far a result may be off: Σ k·u·|term| over its terms, each with its count k of roundings, and
/// `underflow` times the least subnormal.
struct Budget {
    terms: Vec<(f64, Wide)>,
    underflow: f64,
}

impl Budget {
    fn relative(count: f64, value: Wide, underflow: f64) -> Self {
        Budget { terms: vec![(count, value)], underflow }
    }

    /// (1 + u)^k − 1 ≤ ku/(1 − ku).
    fn bound<T: Format>(&self) -> Wide {
        let gamma = |count: f64| Wide::from_f64(count * T::U / (1.0 - count * T::U));
        let rounded = self.terms.iter().map(|(count, term)| gamma(*count) * size(term));
        Wide::sum(rounded) + Wide::from_f64(self.underflow * T::LEAST)
    }
}

/// An interval whose upper end is the largest |x|.
fn size(x: &Wide) -> Wide {
    x.clone().hull(-x.clone())
}

fn check<T: Format>(result: T, exact: &Wide, budget: &Budget, what: impl Fn() -> String) {
    if size(exact).hi() > Wide::from_f64(T::MAX).hi() {
        return;
    }
    let (result, bound) = (result.into(), budget.bound::<T>());
    assert!(result.is_finite(), "{} = {result:e} in range of {}", what(), std::any::type_name::<T>());
    let off = size(&(Wide::from_f64(result) - exact.clone()));
    assert!(off.hi() <= bound.hi(), "{} = {result:e} in {}: {exact:?}", what(), std::any::type_name::<T>());
    // The budget itself leaves most of every normal number.
    let sizes = Wide::sum(budget.terms.iter().map(|(_, term)| size(term)));
    let (sixteen, least_normal) = (Wide::from_f64(16.0), Wide::from_f64(T::LEAST / (2.0 * T::U)));
    assert!(
        sizes.hi() < least_normal.hi() || (bound * sixteen).hi() <= sizes.hi(),
        "{}: a vacuous budget",
        what()
    );
}

/// Budgets of value and derivative. Above |z| = 800 every exponential is 0 in both formats, and no count grows
/// any further.
fn unit_budgets(unit: ScalarActivation, exact: &Wide, z: f64) -> [Budget; 2] {
    let (value, derivative) = (unit.value(exact), unit.derivative(exact));
    let near = z.abs().min(800.0);
    let left = if z < 0.0 { near } else { 0.0 };
    let underflow = 4.0 * (1.0 + near);
    let relative = |value_count, derivative_count, underflow| {
        [
            Budget::relative(value_count, value.clone(), underflow),
            Budget::relative(derivative_count, derivative.clone(), underflow),
        ]
    };
    // g′ as a sum of two terms: a cancellation between them is its own condition number.
    let sum = |value_count, [first, second]: [(f64, Wide); 2], underflow| {
        [
            Budget::relative(value_count, value.clone(), underflow),
            Budget { terms: vec![first, second], underflow },
        ]
    };
    match unit {
        ScalarActivation::Identity | ScalarActivation::Relu => relative(0.0, 0.0, 0.0),
        ScalarActivation::LeakyRelu { .. } | ScalarActivation::Elu { .. } if z > 0.0 => {
            relative(0.0, 0.0, 0.0)
        }
        // The constant's rounding and the product's.
        ScalarActivation::LeakyRelu { .. } => relative(2.0, 1.0, 1.0),
        // e 2, 1 + e 1 and half of e's 2, the quotient 1; the slope is a product of two.
        ScalarActivation::Sigmoid => relative(5.0, 9.0, underflow),
        // t 2, 2 + t at most 2 + 1, the quotient 1.
        ScalarActivation::Tanh => relative(6.0, 9.0, underflow),
        // e 2 with a condition of at most 1, ln_1p 2, the sum 1.
        ScalarActivation::Softplus => relative(5.0, 5.0, underflow),
        ScalarActivation::Silu => sum(
            6.0,
            [
                (6.0, ScalarActivation::Sigmoid.value(exact)),
                (11.0, exact.clone() * ScalarActivation::Sigmoid.derivative(exact)),
            ],
            underflow,
        ),
        // erfc 8; its argument is off by 2, its condition is |z| φ/Φ: at most z² + 1 left of 0, 1 right.
        ScalarActivation::Gelu => {
            let distribution = 10.0 + 2.0 * left * left;
            let phi = (Wide::from_f64(-0.5) * exact.clone() * exact.clone()).exp()
                * Wide::frac_2_sqrt_pi()
                * Wide::frac_1_sqrt_2()
                * Wide::from_f64(0.5);
            let term = exact.clone() * phi;
            let first = (distribution + 1.0, derivative.clone() - term.clone());
            // φ: exp 2 and its argument's 1 times z²/2, the constant 3, the product 1; then z and the sum.
            sum(distribution + 1.0, [first, (8.0 + near * near / 2.0, term)], underflow)
        }
        // u: the factor 3, the cubic 4 with 1 + …, three products. sigmoid(u) has the condition
        // |u| sigmoid(−u): at most |u| left of 0, 1 right; its slope at most |u|.
        ScalarActivation::GeluTanh => {
            let u = 1.6 * (near + 0.045 * near.powi(3)).min(800.0);
            let sigmoid = 5.0 + 9.0 * if z < 0.0 { u } else { 1.0 };
            let argument = argument_of_gelu_tanh(exact);
            let first = ScalarActivation::Sigmoid.value(&argument);
            // The slope's 9, then z, u′ 8, two products, the sum.
            let second = (20.0 + 9.0 * u, derivative.clone() - first.clone());
            let slope_of_argument = 1.6 * (1.0 + 0.135 * near.min(40.0).powi(2));
            sum(sigmoid + 1.0, [(sigmoid + 1.0, first), second], underflow * slope_of_argument)
        }
        // alpha 1, exp_m1 2, the product 1; alpha 1, the exponential twice 2, the products 2.
        ScalarActivation::Elu { alpha } => {
            [Budget::relative(4.0, value, 4.0 * (1.0 + alpha.abs())), Budget::relative(7.0, derivative, 4.0)]
        }
        // 1 + |z| 1, the quotient 1; two reciprocals of 2, their product 1.
        ScalarActivation::Softsign => relative(2.0, 5.0, 1.0),
    }
}

/// 2 √(2/π) (z + 0.044715 z³), in another order than the library's.
fn argument_of_gelu_tanh(z: &Wide) -> Wide {
    let cube = z.clone() * z.clone() * z.clone();
    let inner = z.clone() + Wide::ratio(8_943, 200_000) * cube;
    (Wide::frac_2_sqrt_pi() * Wide::frac_1_sqrt_2()) * (inner.clone() + inner)
}

fn arguments() -> impl Iterator<Item = f64> {
    let tiny = [5e-324, 1e-310, 1e-300, 1e-200, 1e-45, 1e-40, 1e-30, 1e-13, 1e-8, 1e-5, 1e-3];
    let far =
        [20.0, 30.0, 36.5, 37.0, 37.5, 38.4, 39.0, 87.0, 88.5, 100.0, 104.0, 360.0, 700.0, 709.5, 720.0];
    let farther = [745.0, 746.0, 1e4, 1e10, 1e19, 3e19, 1e38, 1e154, 1e155, 1e300, 1.7e308];
    let between = (1..80).step_by(sweep::one_in(4)).map(|n| 0.2031 * f64::from(n));
    // Zeros of the derivatives of silu, gelu and gelu_tanh.
    let zeros = [1.278464542761074, 0.7517915246935645, 0.7524614220710163];
    let sizes = tiny.into_iter().chain(far).chain(farther).chain(between).chain(zeros);
    sizes.flat_map(|z| [z, -z]).chain([0.0])
}

/// More parameters than those of [`ScalarActivation::ALL`]: of either sign, and far from 1.
const FURTHER: [ScalarActivation; 6] = [
    ScalarActivation::LeakyRelu { slope: -7.3 },
    ScalarActivation::LeakyRelu { slope: 1e30 },
    ScalarActivation::Elu { alpha: 1.0 },
    ScalarActivation::Elu { alpha: -0.3 },
    ScalarActivation::Elu { alpha: 1e30 },
    ScalarActivation::Elu { alpha: 1e-30 },
];

fn units_within_their_budgets<T: Format>() {
    for unit in ScalarActivation::ALL.into_iter().chain(FURTHER) {
        // An alpha that enlarges enlarges the one unit by which exp_m1 of a subnormal may be off.
        let enlarges = matches!(unit, ScalarActivation::Elu { alpha } if alpha > 1e3);
        let in_range = |z: f64| z.is_finite() && !(enlarges && z != 0.0 && z.abs() < T::LEAST / (2.0 * T::U));
        for z in arguments().map(T::from_f64).filter(|&z| in_range(z.into())) {
            let exact = z.wide();
            let [value, derivative] = unit_budgets(unit, &exact, z.into());
            check(unit.value(&z), &unit.value(&exact), &value, || format!("{unit:?}({z:?})"));
            check(unit.derivative(&z), &unit.derivative(&exact), &derivative, || format!("{unit:?}'({z:?})"));
        }
    }
}

#[test]
fn every_unit_keeps_to_the_roundings_of_its_formula_in_f64() {
    units_within_their_budgets::<f64>();
}

#[test]
fn every_unit_keeps_to_the_roundings_of_its_formula_in_f32() {
    units_within_their_budgets::<f32>();
}

/// Budgets of the values and the Jacobian of a coupled activation, as functions of jj and of (jj, j).
fn coupled_budgets(g: CoupledActivation, exact: &[Wide], z: &[f64]) -> (Vec<Budget>, Vec<Vec<Budget>>) {
    let n = z.len();
    let count = n as f64;
    let (value, jacobian) = (g.value(exact), g.jacobian(exact));
    let underflow = 8.0 * count;
    let tabulate = |budget: &dyn Fn(usize, usize) -> Budget| -> Vec<Vec<Budget>> {
        (0..n).map(|jj| (0..n).map(|j| budget(jj, j)).collect()).collect()
    };
    let relative = |value_count: &dyn Fn(usize) -> f64, entry_count: &dyn Fn(usize, usize) -> f64| {
        (
            (0..n).map(|j| Budget::relative(value_count(j), value[j].clone(), underflow)).collect(),
            tabulate(&|jj, j| Budget::relative(entry_count(jj, j), jacobian.at(jj, j), underflow)),
        )
    };
    // z_j − c is off by 1, and e^d carries |d| of it.
    let c = z.iter().copied().fold(f64::MIN, f64::max);
    let distance = |j: usize| (c - z[j]).min(800.0);
    let furthest = (0..n).map(distance).fold(0.0, f64::max);
    // e^d: |d| + 2; the total: what its terms bring, and n; the quotient 1.
    let probability = |j: usize| distance(j) + furthest + count + 5.0;
    let complement = probability(0).max(2.0 * furthest + count + 5.0) + count;
    match g {
        // An entry: s_j, the complement or another s, the product.
        CoupledActivation::Softmax => relative(&probability, &|jj, j| {
            probability(j) + if jj == j { complement } else { probability(jj) } + 1.0
        }),
        // z_j − c 1; the rest: |d| + 2 and n, with a condition of at most 1, ln_1p 2; the difference 1.
        CoupledActivation::LogSoftmax => {
            let largest = Wide::largest(exact);
            let terms = |j: usize| {
                let shifted = exact[j].clone() - exact[largest].clone();
                let log_total = shifted.clone() - value[j].clone();
                vec![(2.0, shifted), (furthest + count + 5.0, log_total)]
            };
            let values = (0..n).map(|j| Budget { terms: terms(j), underflow });
            let count_of = |jj: usize, j: usize| if jj == j { complement } else { probability(j) };
            (values.collect(), relative(&|_| 0.0, &count_of).1)
        }
        CoupledActivation::CumulativeSum => {
            let terms = |jj: usize| exact[..=jj].iter().map(|z_j| (count, z_j.clone())).collect();
            let values = (0..n).map(|jj| Budget { terms: terms(jj), underflow: 0.0 });
            (values.collect(), tabulate(&|jj, j| Budget::relative(0.0, jacobian.at(jj, j), 0.0)))
        }
        // The product 1 and the sum 1. Alone, z + 1 + z.
        CoupledActivation::CoupledQuadratic => {
            let next = |j: usize| exact[(j + 1) % n].clone();
            let terms = |j: usize| vec![(2.0, exact[j].clone() * next(j)), (1.0, exact[j].clone())];
            let values = (0..n).map(|j| Budget { terms: terms(j), underflow: 1.0 });
            let entry = |jj: usize, j: usize| Budget {
                terms: vec![(2.0, jacobian.at(jj, j)), (if n == 1 { 1.0 } else { 0.0 }, next(jj))],
                underflow: 0.0,
            };
            (values.collect(), tabulate(&entry))
        }
        // D and the sum of the others: n + 2 each; squares, products and quotients 1 each.
        CoupledActivation::NormalizedSquare => relative(&|_| count + 4.0, &|_, _| 3.0 * count + 9.0),
    }
}

/// Rows near the ends of the exponentials, wide and equal, with huge and tiny squares.
const ROWS: [&[f64]; 26] = [
    &[0.0],
    &[-3.7],
    &[1e200],
    &[1e-200],
    &[0.3, -1.25],
    &[0.1, 0.1, 0.1],
    &[700.0, -700.0, 0.5],
    &[-700.0, -701.5, -699.0],
    &[750.0, 0.0, -10.0, 749.0],
    &[1e4, -1e4, 9999.0],
    &[0.0, -744.0, -746.0],
    &[0.0, -37.0, -36.0, -720.0],
    &[88.0, -88.0, 0.0, -15.5],
    &[1e308, -1e308, 0.0],
    &[8e307, 9e307, -1.7e308],
    &[1e300, 1e300, 1.0],
    &[1e155, -2.0, 1e-155, 1e154],
    &[1.3e154, 1e103, 10.0, -1e100],
    &[1e-300, -1e-300, 0.0],
    &[1e-200, 2e-155, 3e-154, -1.0],
    &[1e38, -3e38, 3.0],
    &[1e19, 1e20, -1e18, 5.0],
    &[1e-38, 2e-45, 1e-20, 3e-19],
    &[104.0, 0.0, -1.0, 103.0],
    &[3.0, -3.0, 2.9999999, 1e-8, -1.0, 0.5, 12.0],
    &[1e100, 1.0, 2.0],
];

fn rows_within_their_budgets<T: Format>() {
    for g in CoupledActivation::ALL {
        for row in ROWS {
            let z: Vec<T> = row.iter().map(|&z_j| T::from_f64(z_j)).collect();
            let doubles: Vec<f64> = z.iter().map(|&z_j| z_j.into()).collect();
            if doubles.iter().any(|z_j| z_j.is_infinite()) {
                continue;
            }
            let exact: Vec<Wide> = z.iter().map(|z_j| z_j.wide()).collect();
            let (values, entries) = coupled_budgets(g, &exact, &doubles);
            let (value, jacobian) = (g.value(&z), g.jacobian(&z));
            let (exact_value, exact_jacobian) = (g.value(&exact), g.jacobian(&exact));
            for jj in 0..z.len() {
                let path = |cell: &str| format!("{}({row:?}){cell}[{jj}]", g.name());
                check(value[jj], &exact_value[jj], &values[jj], || path(""));
                for (j, budget) in entries[jj].iter().enumerate() {
                    let what = || path(&format!("'[{j}]"));
                    check(jacobian.at(jj, j), &exact_jacobian.at(jj, j), budget, what);
                }
            }
        }
    }
}

#[test]
fn every_coupled_activation_keeps_to_the_roundings_of_its_formula_in_f64() {
    rows_within_their_budgets::<f64>();
}

#[test]
fn every_coupled_activation_keeps_to_the_roundings_of_its_formula_in_f32() {
    rows_within_their_budgets::<f32>();
}
