//! The bounds of large steps, which come from products of plain matrices, beside those entry by entry.

use crate::sweep;
use dropout_oracle::grid::Grid;
use dropout_oracle::matrix;
use dropout_oracle::number::{Arithmetic, ErrorBound, Format, Number, Parts};
use dropout_oracle::oracle::tolerance::{Bound, Method, tolerance_by, upward};
use dropout_oracle::problem::{Activation, Inputs, Problem, mask};
use dropout_oracle::scalar::Step;
use dropout_oracle::trace::Quantity;
use rayon::prelude::*;

/// What the numbers of the inputs are like.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// As layers have them; no format holds them.
    Usual,
    /// Short fractions, some of which are 0: products are exact, sums may be.
    Short,
    /// Whole numbers, kept with probability 1 or 1/2: everything linear is exact.
    Whole,
    /// Each of another size.
    Wide,
}

pub const KINDS: [Kind; 4] = [Kind::Usual, Kind::Short, Kind::Whole, Kind::Wide];

/// A problem of m examples with n inputs and n_next outputs each, from the named generator.
pub fn problem([m, n, n_next]: [usize; 3], kind: Kind, activation: Activation, stream: u64) -> Problem {
    let mut words = mask::words([7; 32], stream);
    let mut number = |scale: f64| {
        let word = words.next().expect("endless");
        let unit = (word >> 32) as f64 / (1u64 << 31) as f64 - 1.0;
        match kind {
            Kind::Usual => scale * unit,
            Kind::Short => (8.0 * unit).round() / 8.0,
            Kind::Whole => (3.0 * unit).round(),
            Kind::Wide => scale * unit * 2f64.powi((word % 19) as i32 - 12),
        }
    };
    let mut grid = |rows: usize, cols: usize, scale: f64| {
        Grid::from_cells(rows, cols, (0..rows * cols).map(|_| number(scale)).collect())
    };
    let fan_in = 2.0 / (n as f64).sqrt();
    let (a, w, da_next) = (grid(m, n, 1.0), grid(n, n_next, fan_in), grid(m, n_next, 1.0));
    let b = grid(1, n_next, 1.0).cells().to_vec().into();
    let p = |k: usize| if kind == Kind::Whole { [0.5, 1.0][k % 2] } else { (k % 8 + 3) as f64 / 10.0 };
    let keep_prob: Vec<f64> = (0..n).map(p).collect();
    let r = mask::r(m, &keep_prob, mask::words([7; 32], stream + 1));
    let inputs = Inputs { a, keep_prob: keep_prob.into(), r, w, b, da_next };
    Problem::from_grids(&inputs, activation).expect("a valid problem")
}

/// The step on doubles: near the expected values, which is all that the sizes of the bounds depend on.
fn near(problem: &Problem) -> Step<f64> {
    matrix::to_grids(&matrix::step(&matrix::inputs(problem.inputs()), problem.activation()))
}

/// How the bounds of one result compare.
#[derive(Clone, Copy, Debug, Default)]
struct Comparison {
    elements: usize,
    /// The smallest bound by matrices over that entry by entry, if that is below 1.
    least: f64,
    /// Those with a bound by matrices more than half above that entry by entry: a product of four terms may be a quarter above.
    far: usize,
    /// Those without a bound by matrices alone.
    lost: usize,
    /// Those without a bound entry by entry alone.
    gained: usize,
}

impl Comparison {
    fn with(self, (exact, fast): (&Bound, &Bound)) -> Self {
        let counted = Comparison { elements: self.elements + 1, ..self };
        match (exact, fast) {
            (Ok(exact), Ok(fast)) if fast < exact => {
                Comparison { least: self.least.min(fast / exact), ..counted }
            }
            (Ok(exact), Ok(fast)) => {
                Comparison { far: self.far + usize::from(*fast > 1.5 * exact), ..counted }
            }
            (Ok(_), Err(_)) => Comparison { lost: self.lost + 1, ..counted },
            (Err(_), Ok(_)) => Comparison { gained: self.gained + 1, ..counted },
            (Err(_), Err(_)) => counted,
        }
    }
}

fn compared(problem: &Problem, arithmetic: Arithmetic) -> [Comparison; 8] {
    let expected = near(problem);
    let [exact, fast] = [Method::EntryByEntry, Method::ByMatrices]
        .map(|method| tolerance_by(method, problem, &expected, arithmetic));
    Quantity::ALL.map(|quantity| {
        let bounds = exact.cells(quantity).iter().zip(fast.cells(quantity));
        bounds.fold(Comparison { least: 1.0, ..Comparison::default() }, Comparison::with)
    })
}

/// The smallest share that a bound by matrices may be of that entry by entry. There, the last rounding may be charged to
/// the magnitude of a product; here it is charged to the number, which in a softmax may be half as large.
fn least_ratio(g: &str) -> f64 {
    if g.ends_with("softmax") { 0.49 } else { 0.99 }
}

#[test]
fn bounds_by_matrices_are_those_entry_by_entry_or_a_little_more() {
    // Products of matrices of few rows, terms or columns are summed in another way.
    let shapes = [[5, 12, 10], [24, 48, 40], [9, 4, 12], [9, 12, 4]];
    let all: Vec<_> = Activation::all()
        .flat_map(|g| KINDS.map(|kind| (g.clone(), kind)))
        .flat_map(|(g, kind)| Arithmetic::ALL.map(|arithmetic| (g.clone(), kind, arithmetic)))
        .flat_map(|(g, kind, arithmetic)| {
            let shapes = shapes.into_iter().step_by(sweep::one_in(shapes.len()));
            shapes.map(move |shape| (problem(shape, kind, g.clone(), 0), kind, arithmetic))
        })
        .collect();
    let lines = all.into_par_iter().map(|(problem, kind, arithmetic)| {
        (problem.activation().name(), kind, arithmetic, compared(&problem, arithmetic))
    });
    for (name, kind, arithmetic, comparison) in lines.collect::<Vec<_>>() {
        let [mut elements, mut far, mut lost] = [0; 3];
        for (quantity, of) in Quantity::ALL.into_iter().zip(comparison) {
            let line = format!("{name} {kind:?} {arithmetic} {quantity:?}: {of:?}");
            assert!(of.least >= least_ratio(name), "{line}");
            assert_eq!(of.gained, 0, "{line}");
            (elements, far, lost) = (elements + of.elements, far + of.far, lost + of.lost);
        }
        // What may overflow in a short format is lost a little earlier; numbers as layers have them lose nothing.
        let may_lose = if kind == Kind::Usual { 0 } else { elements / 50 };
        let line = format!("{name} {kind:?} {arithmetic}: {far} far, {lost} lost of {elements}");
        assert!(lost <= may_lose, "{line}");
        // In f16, a sum is charged for each of its terms, as each may be subnormal.
        if kind == Kind::Usual && arithmetic.storage != Format::F16 {
            assert!(100 * far <= elements, "{line}");
        }
    }
}

/// Inputs that the format holds, and others that it rounds, up to the ends of its range.
fn input_parts_are_those_of_the_stored_number<const S: usize>() {
    let format = Format::ALL[S];
    let ends = [format.least_normal(), 2.0 * format.least_normal(), format.largest(), format.largest() / 2.0];
    let near = |x: f64| [x.next_down(), x, x.next_up()];
    let usual = (0..2000).map(|at| f64::from(at).sin() * 2f64.powi(at % 40 - 20));
    let short = (1..200).map(|at| f64::from(at) / 8.0);
    let inputs = ends.into_iter().chain([0.0, f64::from_bits(1)]).flat_map(near).chain(usual).chain(short);
    let mut held = 0;
    for x in inputs.flat_map(|x| [x, -x]).filter(|x| x.is_finite()) {
        let parts = ErrorBound::<S, S>::input_parts(x);
        let stored = ErrorBound::<S, S>::from_f64(x).parts();
        match (parts, stored) {
            (Ok(parts), Ok(stored)) if !format.holds(x) => {
                let bounds = |x: Parts| [x.center, x.radius, x.error, x.magnitude, -x.least];
                assert!(
                    bounds(parts).iter().zip(bounds(stored)).all(|(x, y)| *x >= y),
                    "{x:e} in {format:?}"
                );
            }
            (parts, stored) => {
                assert_eq!(format!("{parts:?}"), format!("{stored:?}"), "{x:e} in {format:?}");
                held += 1;
            }
        }
    }
    assert!(held > 200, "{held}");
}

#[test]
fn an_input_has_the_parts_of_the_number_as_which_it_is_stored() {
    input_parts_are_those_of_the_stored_number::<0>();
    input_parts_are_those_of_the_stored_number::<1>();
    input_parts_are_those_of_the_stored_number::<2>();
    input_parts_are_those_of_the_stored_number::<3>();
}

/// As the decimals of the standard library say it.
fn upward_by_text(x: f64) -> f64 {
    let decimal = |x: f64| format!("{x:.2e}");
    let near: f64 = decimal(x).parse().expect("a number");
    if near >= x {
        return near;
    }
    let text = decimal(near);
    let (digits, exponent) = text.split_once('e').expect("an exponent");
    let next = digits.parse::<f64>().expect("three digits") + 0.01;
    format!("{next:.2}e{exponent}").parse().expect("a number")
}

#[test]
fn a_bound_is_rounded_up_to_the_next_decimal_of_three_digits() {
    let ends = [0.0, f64::from_bits(1), f64::MIN_POSITIVE, 1.0, 1.01, 9.99, 10.0, f64::MAX, f64::INFINITY];
    let powers = (-323..=308).map(|exponent| format!("1e{exponent}").parse::<f64>().expect("a number"));
    let beside = powers.flat_map(|x| [x.next_down(), x, x.next_up(), 1.01 * x, 9.995 * x]);
    let draws = if sweep::is_on() { 1 << 22 } else { 1 << 15 };
    // Every bit pattern below infinity, which has all exponents, and few digits, which have many decimals.
    let random = mask::words([3; 32], 0).take(draws).map(|word| f64::from_bits(word % (0x7ff << 52)));
    let subnormal =
        mask::words([3; 32], 1).take(draws / 8).map(|word| f64::from_bits(word >> (12 + word % 52)));
    for x in ends.into_iter().chain(beside).chain(random).chain(subnormal).filter(|x| *x >= 0.0) {
        let (bound, text) = (upward(x), upward_by_text(x));
        assert!(bound >= x, "{x:e}: {bound:e}");
        // Where doubles are farther apart than decimals, the text may end below x.
        assert!(bound == text || text < x && x < 1e-319, "{x:e}: {bound:e}, {text:e}");
    }
}
