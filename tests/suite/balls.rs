//! Balls hold the exact number, are narrow, and are exact where nothing is lost: the operations and the products of
//! matrices on fractions drawn from the balls, the functions and the whole step on the wide enclosures.

use crate::sweep;
use dashu_base::Abs;
use dashu_ratio::RBig;
use dropout_oracle::grid::Grid;
use dropout_oracle::matrix::{Entry, from_grid};
use dropout_oracle::number::{Ball, Enclosure, Interval, Number, Ordered, Rational, Real};
use dropout_oracle::oracle::{Rounding, in_ball, rounding};
use dropout_oracle::problem::Activation;
use dropout_oracle::trace::Quantity;
use dropout_oracle::verify::{Form, Matrix, Scalar};
use nalgebra::DMatrix;
use num_traits::{One, Zero};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::array;

type Wide = Interval<192>;

struct Draw(ChaCha8Rng);

impl Draw {
    fn new(seed: u64) -> Self {
        Draw(ChaCha8Rng::seed_from_u64(seed))
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0.next_u64() % limit
    }

    /// A double of `bits` bits, either sign, with an exponent within `spread` of 0.
    fn double(&mut self, bits: u32, spread: u64) -> f64 {
        let significand = (self.0.next_u64() >> (64 - bits)) as f64 / 2f64.powi(bits as i32) + 0.5;
        let exponent = self.below(2 * spread + 1) as i32 - spread as i32;
        let sign = if self.below(2) == 0 { 1.0 } else { -1.0 };
        sign * significand * 2f64.powi(exponent)
    }

    /// A ball of any of the kinds that operations make, and a fraction in it.
    fn ball(&mut self, spread: u64) -> (Ball, Rational) {
        let x = self.double(53, spread);
        let point = match self.below(8) {
            0 => return (Ball::zero(), Rational::zero()),
            1 => Ball::one(),
            2 => Ball::from_f64(self.below(64) as f64 - 32.0),
            3 => Ball::from_f64(x),
            4 => Ball::from_f64(x) * Ball::from_f64(self.double(53, 2)),
            5 => Ball::from_f64(x) + Ball::from_f64(x * self.double(53, 1) * 2f64.powi(-60)),
            _ => Ball::from_f64(x) / Ball::from_f64(self.double(20, 2)),
        };
        let ball = match self.below(4) {
            0 => point.hull(point + Ball::from_f64(x * 2f64.powi(-(20 + self.below(60) as i32)))),
            _ => point,
        };
        let (midpoint, radius) = exactly(&ball);
        let place = Rational(RBig::from_parts((self.below(2001) as i64 - 1000).into(), 1000u32.into()));
        (ball, midpoint + place * radius)
    }
}

/// The midpoint and the radius as fractions.
fn exactly(ball: &Ball) -> (Rational, Rational) {
    let (high, low) = ball.midpoint();
    (Rational::from_f64(high) + Rational::from_f64(low), Rational::from_f64(ball.radius()))
}

fn holds(ball: &Ball, x: &Rational) -> bool {
    if ball.radius() == f64::INFINITY {
        return true;
    }
    let (midpoint, radius) = exactly(ball);
    (midpoint.0 - x.0.clone()).abs() <= radius.0
}

/// Whether it is within 2^−bits of its midpoint.
fn is_narrow(ball: &Ball, bits: i32) -> bool {
    ball.radius() <= ball.midpoint().0.abs() * 2f64.powi(-bits)
}

fn interval(ball: &Ball) -> [Wide; 2] {
    let (midpoint, radius) = exactly(ball);
    [&midpoint.0 - &radius.0, midpoint.0 + radius.0].map(|end| Wide::around(&end))
}

/// Whether the ball meets an interval, which is far narrower.
fn meets<const BITS: usize>(ball: &Ball, interval: &Interval<BITS>) -> bool {
    if ball.radius() == f64::INFINITY {
        return true;
    }
    let [lo, hi] = self::interval(ball);
    lo.lo() <= interval.hi() && interval.lo() <= hi.hi()
}

#[test]
fn operations_hold_what_they_make_of_any_fractions_in_the_balls() {
    let mut draw = Draw::new(1);
    for spread in [3, 40, 300, 900] {
        for _ in 0..2000 * sweep::draws().unwrap_or(1) {
            let ((x, exact_x), (y, exact_y)) = (draw.ball(spread), draw.ball(spread));
            assert!(holds(&(x + y), &(exact_x.clone() + exact_y.clone())), "{x:?} + {y:?}");
            assert!(holds(&(x - y), &(exact_x.clone() - exact_y.clone())), "{x:?} − {y:?}");
            assert!(holds(&(x * y), &(exact_x.clone() * exact_y.clone())), "{x:?} · {y:?}");
            if !exact_y.is_zero() {
                assert!(holds(&(x / y), &(exact_x.clone() / exact_y.clone())), "{x:?} / {y:?}");
            }
            let hull = x.hull(y);
            assert!(holds(&hull, &exact_x) && holds(&hull, &exact_y), "{x:?}, {y:?}");
            if let Some(positive) = x.is_positive() {
                assert_eq!(exact_x.is_positive(), Some(positive), "{x:?}");
            }
        }
    }
}

#[test]
fn operations_on_doubles_lose_little_and_nothing_where_they_are_exact() {
    let mut draw = Draw::new(2);
    let narrow = |ball: Ball| assert!(is_narrow(&ball, 101), "{ball:?}");
    for _ in 0..2000 {
        let [x, y, z] = array::from_fn(|_| Ball::from_f64(draw.double(53, 30)));
        assert_eq!([(x * y).radius(), (x + y).radius(), (-x).radius()], [0.0; 3]);
        narrow(x / y);
        narrow(x * y * z);
        narrow(x * y / z);
        let short: [f64; 2] = array::from_fn(|_| draw.double(20, 0));
        assert_eq!(Ball::from_f64(short[0] * short[1]) / Ball::from_f64(short[1]), Ball::from_f64(short[0]));
        let quotient = x / y;
        let half = Ball::from_f64(2f64.powi(-20));
        assert!((quotient * half).radius() * 2f64.powi(20) < quotient.radius() * (1.0 + 1e-10));
        assert_eq!((quotient * Ball::zero(), quotient * Ball::one()).0, Ball::zero());
    }
}

type Function = (&'static str, fn(&Ball) -> Ball, fn(&Wide) -> Wide);
const FUNCTIONS: [Function; 4] = [
    ("exp", Ball::exp, Wide::exp),
    ("exp_m1", Ball::exp_m1, Wide::exp_m1),
    ("ln_1p", Ball::ln_1p, Wide::ln_1p),
    ("erfc", Ball::erfc, Wide::erfc),
];

/// Arguments of all sizes, next to the entries of the tables and halfway between them.
fn argument(draw: &mut Draw) -> Ball {
    let x = match draw.below(7) {
        0 => draw.double(53, 0) * 2f64.powi(-(draw.below(80) as i32)),
        1 => (draw.below(512) as f64 / 512.0) + draw.double(20, 0) * 2f64.powi(-(30 + draw.below(30) as i32)),
        2 => draw.double(53, 0) * 700.0,
        3 => (draw.below(1000) as f64) * std::f64::consts::LN_2 + draw.double(53, 0) * 1e-13,
        4 => draw.double(53, 0) * 25.0,
        5 => (draw.below(1 << 24) as f64 / 2.0) * (std::f64::consts::LN_2 / f64::from(1 << 14)),
        _ => draw.double(53, 4),
    };
    let sign = if draw.below(2) == 0 { 1.0 } else { -1.0 };
    Ball::from_f64(sign * x) + Ball::from_f64(x * draw.double(53, 0) * 2f64.powi(-54))
}

#[test]
fn functions_meet_the_wide_enclosures_and_are_narrow() {
    let mut draw = Draw::new(3);
    for _ in 0..400 * sweep::draws().unwrap_or(1) {
        let x = argument(&mut draw);
        let [wide, _] = interval(&x);
        for (name, ball, function) in FUNCTIONS {
            let (got, exact) = (ball(&x), function(&wide));
            assert!(meets(&got, &exact), "{name} of {x:?}: {got:?}, {exact:?}");
            let double = x.midpoint().0;
            let in_range = match name {
                "ln_1p" => double > -0.5,
                "erfc" => double.abs() < 24.0,
                _ => double.abs() < 620.0,
            };
            assert!(!in_range || is_narrow(&got, 95), "{name} of {x:?}: {got:?}");
        }
    }
}

#[test]
fn functions_of_wide_balls_hold_the_values_at_both_ends() {
    let mut draw = Draw::new(4);
    for _ in 0..200 * sweep::draws().unwrap_or(1) {
        let x = argument(&mut draw);
        let radius = x.midpoint().0.abs().max(1e-3) * 2f64.powi(-(draw.below(90) as i32));
        let x = x.hull(x + Ball::from_f64(radius));
        for (name, ball, function) in FUNCTIONS {
            let got = ball(&x);
            for end in interval(&x) {
                assert!(meets(&got, &function(&end)), "{name} of {x:?}: {got:?}");
            }
        }
    }
    for (name, ball, _) in FUNCTIONS {
        for x in [1e300, -1e300, f64::MAX, -1.0, -2.0, 710.0, -746.0, 27.0, 0.0, -0.0, f64::MIN_POSITIVE] {
            let got = ball(&Ball::from_f64(x));
            assert!(got.radius() >= 0.0 && got.midpoint().0.is_finite(), "{name} of {x}: {got:?}");
        }
    }
    assert_eq!([Ball::zero().exp(), Ball::zero().exp_m1()], [Ball::one(), Ball::zero()]);
    assert_eq!([Ball::zero().ln_1p(), Ball::zero().erfc()], [Ball::zero(), Ball::one()]);
}

#[test]
fn products_of_matrices_hold_those_of_any_fractions_in_the_balls() {
    let mut draw = Draw::new(5);
    // With few terms, Cauchy's inequality leaves little room; the last has more of them than are multiplied at once.
    let shapes = [
        (20, 40, 45, 3),
        (33, 32, 32, 60),
        (40, 30, 30, 200),
        (182, 1, 182, 0),
        (128, 2, 129, 3),
        (4, 2050, 5, 3),
    ];
    for (m, terms, n, spread) in shapes {
        let mut matrix = |rows, columns| {
            let cells: Vec<(Ball, Rational)> = (0..rows * columns).map(|_| draw.ball(spread)).collect();
            let part = |at: usize| cells[at].clone();
            (
                DMatrix::from_fn(rows, columns, |i, j| part(i * columns + j).0),
                DMatrix::from_fn(rows, columns, |i, j| part(i * columns + j).1),
            )
        };
        let ((x, exact_x), (y, exact_y)) = (matrix(m, terms), matrix(terms, n));
        let product = Ball::product(&x, &y);
        for i in (0..m).step_by(if terms < 3 { 1 } else { 7 }) {
            for j in (0..n).step_by(if terms < 3 { 1 } else { 7 }) {
                let exact =
                    Rational::sum((0..terms).map(|k| exact_x[(i, k)].clone() * exact_y[(k, j)].clone()));
                assert!(holds(&product[(i, j)], &exact), "{m} × {terms} × {n}, at {i}, {j}");
            }
        }
    }
}

/// Numbers of these bits, with exponents that spread so far, in the left factor and in the right one; and whether their
/// products are exact. Slices have 22 bits.
#[test]
fn products_of_short_numbers_are_exact_and_those_of_doubles_narrow() {
    let mut draw = Draw::new(6);
    let (m, terms, n) = (36, 33, 35);
    let kinds = [
        ((8, 2), (8, 2), true),
        ((24, 2), (24, 2), true),
        ((20, 0), (53, 12), true),
        ((53, 2), (53, 2), false),
        ((53, 12), (53, 12), false),
        ((100, 0), (20, 0), false),
        ((20, 0), (100, 0), false),
        ((100, 0), (40, 2), false),
    ];
    for (left, right, is_exact) in kinds {
        // More than 53 bits are two doubles.
        let mut number = |(bits, spread): (u32, u64)| {
            let (high, low) = (draw.double(bits.min(53), spread), draw.double(53, spread) * 2f64.powi(-56));
            if bits > 53 { [high, low] } else { [high, 0.0] }
        };
        let mut matrix = |rows, columns, kind| DMatrix::from_fn(rows, columns, |_, _| number(kind));
        let (x, y) = (matrix(m, terms, left), matrix(terms, n, right));
        let balls =
            |matrix: &DMatrix<[f64; 2]>| matrix.map(|[high, low]| Ball::from_f64(high) + Ball::from_f64(low));
        let fraction = |[high, low]: [f64; 2]| Rational::from_f64(high) + Rational::from_f64(low);
        let product = Ball::product(&balls(&x), &balls(&y));
        for (at, ball) in product.iter().enumerate() {
            let (i, j) = (at % m, at / m);
            let exact = Rational::sum((0..terms).map(|k| fraction(x[(i, k)]) * fraction(y[(k, j)])));
            assert!(holds(ball, &exact), "{left:?} × {right:?} at {i}, {j}");
            assert!(if is_exact { ball.radius() == 0.0 } else { ball.radius() < 1e-22 }, "{ball:?}");
        }
    }
}

/// Each slice of each number is about as large as it can be, and all have one sign.
#[test]
fn the_longest_sums_of_the_largest_slices_are_within_their_radius() {
    let (m, terms, n) = (6, 1100, 5);
    for (x, y) in [(0, 0), (1, 0), (1, 1)] {
        // 2^21 − 1/2 units, less half of the next one, or half of it more.
        let double = |more: i32| {
            let sign = if more == 1 { 1.0 } else { -1.0 };
            2f64.powi(-1) - 2f64.powi(-23) + sign * (2f64.powi(-46) + 2f64.powi(-52))
        };
        let (x, y) = (double(x), double(y));
        let product = Ball::product(
            &DMatrix::from_element(m, terms, Ball::from_f64(x)),
            &DMatrix::from_element(terms, n, Ball::from_f64(y)),
        );
        let exact = Rational::from_f64(x) * Rational::from_f64(y) * Rational::from_f64(terms as f64);
        for ball in product.iter() {
            assert!(holds(ball, &exact) && ball.radius() < 1e-25, "{ball:?}");
        }
    }
}

#[test]
fn a_sum_whose_terms_all_have_a_factor_zero_is_zero() {
    let (m, terms, n) = (33, 33, 33);
    let third = Ball::one() / Ball::from_f64(3.0);
    let when = |condition: bool| if condition { third } else { Ball::zero() };
    // Rows 0 to 9 have nothing in the even terms, columns 0 to 9 nothing in the odd ones.
    let x = DMatrix::from_fn(m, terms, |i, k| when(i > 9 || k % 2 == 1));
    let y = DMatrix::from_fn(terms, n, |k, j| when(j > 9 || k % 2 == 0));
    let product = Ball::product(&x, &y);
    for i in 0..m {
        for j in 0..n {
            assert_eq!(product[(i, j)].is_zero(), i <= 9 && j <= 9, "{i}, {j}");
        }
    }
}

/// The square of its radius would be less than the smallest double.
#[test]
fn what_is_uncertain_leaves_a_radius_however_small() {
    let (m, terms, n) = (33, 33, 33);
    let lost = Ball::from_f64(2f64.powi(-1020)) / Ball::from_f64(3.0);
    assert!(lost.radius() > 0.0);
    let x = DMatrix::from_fn(m, terms, |_, k| if k == 0 { Ball::one() } else { lost });
    let y = DMatrix::from_fn(terms, n, |k, _| if k == 0 { Ball::zero() } else { Ball::one() });
    assert!(Ball::product(&x, &y).iter().all(|ball| ball.radius() > 0.0));
}

/// Beside a number 2^320 times as large, which meets a 0.
#[test]
fn what_is_too_small_to_be_cut_is_in_the_radius() {
    let (m, terms, n) = (33, 33, 33);
    let small = Ball::from_f64(2f64.powi(-320)) / Ball::from_f64(3.0);
    let x = DMatrix::from_fn(m, terms, |_, k| if k == 0 { Ball::one() } else { small });
    let y = DMatrix::from_fn(terms, n, |k, _| if k == 0 { Ball::zero() } else { Ball::one() });
    let exact = Rational::ratio(32, 3) * Rational::from_f64(2f64.powi(-320));
    for ball in Ball::product(&x, &y).iter() {
        assert!(holds(ball, &exact), "{ball:?}");
    }
}

#[test]
fn unknown_numbers_spoil_only_what_they_reach() {
    let unknown = Ball::from_f64(f64::MAX) * Ball::from_f64(2.0);
    assert_eq!(unknown.radius(), f64::INFINITY);
    let (m, terms, n) = (33, 33, 33);
    let mut x = DMatrix::from_element(m, terms, Ball::one());
    x[(3, 5)] = unknown;
    let product = Ball::product(&x, &DMatrix::from_element(terms, n, Ball::one()));
    for i in 0..m {
        let expected = if i == 3 { f64::INFINITY } else { 0.0 };
        assert!((0..n).all(|j| product[(i, j)].radius() == expected), "row {i}");
    }
}

/// Inputs with doubles of all bits: one kind cancels, one is large, one small, one spreads within a row.
fn inputs(
    draw: &mut Draw,
    (m, n, n_next): (usize, usize, usize),
    kind: usize,
) -> dropout_oracle::scalar::Inputs<f64> {
    let scale = [1.0, 1.0, 30.0, 2f64.powi(-500), 1.0][kind];
    let spread = if kind == 4 { 30 } else { 1 };
    let short = kind == 1;
    let mut cell = |scale: f64| {
        let x = draw.double(if short { 3 } else { 53 }, spread) * scale;
        if short { (x * 4.0).round() / 4.0 } else { x }
    };
    let mut grid = |rows: usize, columns: usize, scale: f64| {
        let cells: Vec<Vec<f64>> = (0..rows).map(|_| (0..columns).map(|_| cell(scale)).collect()).collect();
        Grid::from_rows(columns, cells)
    };
    let (a, w, b, da_next) =
        (grid(m, n, 1.0), grid(n, n_next, scale), grid(1, n_next, 0.5), grid(m, n_next, 1.0));
    let keep_prob: Vec<f64> = (0..n).map(|k| if short { 0.5 } else { (k % 8 + 3) as f64 / 11.0 }).collect();
    let r = Grid::tabulate(m, n, |i, k| f64::from((i * 7 + k * 5) % 3 != 0));
    dropout_oracle::problem::Inputs {
        a,
        keep_prob: keep_prob.into(),
        r,
        w,
        b: b.row(0).to_vec().into(),
        da_next,
    }
}

#[test]
fn the_step_on_balls_meets_the_step_on_enclosures() {
    let mut draw = Draw::new(7);
    let shapes = [(2, 3, 4), (3, 40, 5), (34, 33, 31), (4, 9, 70)];
    let mut elements = 0;
    for g in Activation::all() {
        for kind in 0..5 {
            for &shape in shapes.iter().skip((kind + elements) % 2).step_by(sweep::one_in(4)) {
                let inputs = inputs(&mut draw, shape, kind);
                let balls = Matrix.step(&inputs.over::<Ball>(), &g);
                let enclosures = Scalar.step(&inputs.over::<Enclosure<128>>(), &g);
                for quantity in Quantity::ALL {
                    for (ball, enclosure) in balls.cells(quantity).iter().zip(enclosures.cells(quantity)) {
                        let context = || format!("{} {shape:?} {kind} {quantity:?}: {ball:?}", g.name());
                        assert!(meets(ball, &enclosure.interval()), "{}", context());
                        let (fast, slow) = (in_ball(ball), rounding(enclosure));
                        if fast != Rounding::Undecided && slow != Rounding::Undecided {
                            assert_eq!(fast, slow, "{}", context());
                        }
                        elements += 1;
                    }
                }
            }
        }
    }
    assert!(elements > 10_000);
}

#[test]
fn the_matrices_of_a_step_are_those_of_its_grids() {
    let grid = Grid::tabulate(3, 4, |i, j| Ball::from_f64((i * 4 + j) as f64));
    let identity = DMatrix::from_fn(4, 4, |i, j| if i == j { Ball::one() } else { Ball::zero() });
    assert_eq!(Ball::product(&from_grid(&grid), &identity), from_grid(&grid));
}

#[test]
fn a_ball_is_rounded_only_where_all_of_it_has_one_nearest_double() {
    let one = Ball::one();
    let wide = |by: f64| one.hull(one + Ball::from_f64(by));
    // Half an ulp above 1, and half of that below.
    let (above, below) = (2f64.powi(-53), 2f64.powi(-54));
    assert_eq!(in_ball(&wide(below * 0.9)), Rounding::Settled(1.0));
    assert_eq!(in_ball(&wide(below)), Rounding::Undecided);
    // Ties go to even: from 1 + 2^−52, away from 1.
    assert_eq!(in_ball(&(one + Ball::from_f64(above))), Rounding::Settled(1.0));
    assert_eq!(in_ball(&(one - Ball::from_f64(below))), Rounding::Settled(1.0));
    let next = Ball::from_f64(1.0 + 2.0 * above);
    assert_eq!(in_ball(&(next + Ball::from_f64(above))), Rounding::Settled(1.0 + 4.0 * above));
    assert_eq!(in_ball(&(next - Ball::from_f64(above))), Rounding::Settled(1.0));
    assert_eq!(in_ball(&(one + Ball::from_f64(above * 0.99))), Rounding::Settled(1.0));
    // The midpoint 0.9 of the way to where 1 is no longer nearest, and a radius that reaches beyond.
    let near = one + Ball::from_f64(above * 0.9);
    assert_eq!(in_ball(&near.hull(near + Ball::from_f64(above * 0.05))), Rounding::Settled(1.0));
    assert_eq!(in_ball(&near.hull(near + Ball::from_f64(above * 0.2))), Rounding::Undecided);
    // Its end is beyond the midpoint, and rounds to it.
    let near = one + Ball::from_f64(above - 2f64.powi(-106));
    assert_eq!(in_ball(&near.hull(near + Ball::from_f64(1.25 * 2f64.powi(-106)))), Rounding::Undecided);
    let near = one - Ball::from_f64(below * 0.9);
    assert_eq!(in_ball(&near.hull(near + Ball::from_f64(below * 0.05))), Rounding::Settled(1.0));
    assert_eq!(in_ball(&near.hull(near + Ball::from_f64(below * 0.2))), Rounding::Undecided);
    assert_eq!(in_ball(&Ball::zero()), Rounding::Settled(0.0));
    assert_eq!(in_ball(&Ball::from_f64(1e-310)), Rounding::Settled(1e-310));
    assert_eq!(in_ball(&(Ball::from_f64(1e-310) / Ball::from_f64(3.0))), Rounding::Undecided);
    assert_eq!(in_ball(&(one - one.exp() / one.exp())), Rounding::Undecided);
    let Rounding::Settled(zero) = in_ball(&-Ball::zero()) else { panic!("zero is exact") };
    assert!(zero.is_sign_positive());
}
