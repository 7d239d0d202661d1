//! The elementary functions of balls: each at the midpoint, by a short series around the nearest entry of a table, and
//! widened by what the radius may change. [`series`](super::series) has the tables.

use super::double_double::{nearest_whole, power_of_two};
use super::series::{self, CELLS, LAST_STEP, STEPS};
use super::{Ball, U, exponential, up_from_products};
use crate::number::Real;
use num_traits::{One, Zero};

/// Up to this |x|, the power of two in e^x is a normal number; e^−708 is less than 2^−1021.
const EXP_IN_RANGE: f64 = 708.0;
/// Up to this |x|, e^x − 1 is computed as it is and not from e^x.
const NEAR_ZERO: f64 = 0.7;
/// From this argument on, erfc is less than 2^−1021.
const ERFC_VANISHES: f64 = 26.7;

impl Ball {
    fn without_radius(self) -> Self {
        Ball { radius: 0.0, ..self }
    }

    /// Within 2^−1021 of 0.
    fn vanished() -> Self {
        Ball { radius: 2.0 * f64::MIN_POSITIVE, ..Ball::zero() }
    }
}

/// What e^x does to a radius r ≤ 1, in units of e^x: e^r − 1 ≤ r + r².
fn stretched(radius: f64) -> f64 {
    if radius == 0.0 { 0.0 } else { up_from_products(radius + radius * radius) }
}

/// e^r − 1 for |r| ≤ 2^−8.
fn exp_m1_series(r: Ball) -> Ball {
    // Σ r^(n−6)/n! from n = 6: within 2^−47 of itself. The terms fall by at least 2^10 each, so rounding and the low part
    // of r cost less than 16U of the first; the terms from n = 12 on are less than 2^−70 of it.
    const REST: [f64; 6] =
        [1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40_320.0, 1.0 / 362_880.0, 1.0 / 3_628_800.0, 1.0 / 39_916_800.0];
    let rest = REST.iter().rev().fold(0.0, |sum, coefficient| sum * r.high + coefficient);
    let sum = series::INVERSE_FACTORIALS[1..]
        .iter()
        .rev()
        .fold(Ball::around(rest, 0.0, rest * power_of_two(-47)), |sum, &coefficient| sum * r + coefficient);
    sum * r
}

/// e^x − 1 at a midpoint |x| ≤ 0.7, with a small relative error: from the nearest j/256,
/// (e^(j/256) − 1) + e^(j/256) (e^r − 1).
fn exp_m1_near_zero(x: Ball) -> Ball {
    let j = nearest_whole(x.high * STEPS);
    let rest = exp_m1_series(x - Ball::point(j / STEPS));
    let at_step = series::EXP_M1[(j + LAST_STEP as f64) as usize];
    at_step + (rest + at_step * rest)
}

/// e^x and e^x − 1 at a midpoint in range, each with a small relative error.
fn exponentials(x: Ball) -> (Ball, Ball) {
    if x.high.abs() <= NEAR_ZERO {
        let exp_m1 = exp_m1_near_zero(x);
        return (Ball::one() + exp_m1, exp_m1);
    }
    let exp = exponential::exp(x.high, x.low, 0.0);
    (exp, exp - Ball::one())
}

impl Real for Ball {
    fn exp(&self) -> Self {
        if self.high.abs() > EXP_IN_RANGE || self.radius > 1.0 {
            let vanishes = self.high + 2.0 * self.radius < -EXP_IN_RANGE;
            return if vanishes { Self::vanished() } else { Self::UNKNOWN };
        }
        exponential::exp(self.high, self.low, stretched(self.radius))
    }

    fn exp_m1(&self) -> Self {
        if self.high.abs() > EXP_IN_RANGE || self.radius > 1.0 {
            return self.exp() - Self::one();
        }
        let (exp, exp_m1) = exponentials(self.without_radius());
        exp_m1.wider_by(exp.most(), stretched(self.radius))
    }

    /// From the double y near it: ln(1 + x) = y + ln(1 + d) with d = (x − (e^y − 1))/e^y, and ln(1 + d) is d within d²
    /// for |d| < 1/4.
    fn ln_1p(&self) -> Self {
        let near = libm::log1p(self.high);
        if !near.is_finite() || near.abs() > EXP_IN_RANGE {
            return Self::UNKNOWN;
        }
        let (exp, exp_m1) = exponentials(Self::point(near));
        let d = (*self - exp_m1) / exp;
        let size = d.most();
        if size < 0.25 { (Self::point(near) + d).wider_by(size, size) } else { Self::UNKNOWN }
    }

    /// By the Taylor series of the nearest cell; for negative x, 2 − erfc(−x).
    ///
    /// The slope is −2/√π e^(−x²): over the ball, at most twice e^(−s²), where s is the least |x| in it.
    fn erfc(&self) -> Self {
        if self.high < 0.0 {
            return Self::point(2.0) - (-*self).erfc();
        }
        let x = self.without_radius();
        let at_midpoint = if self.high >= ERFC_VANISHES {
            Self::vanished()
        } else {
            let centre = nearest_whole(x.high * CELLS);
            let Some(cell) = series::cell(centre as usize) else { return Self::UNKNOWN };
            let t = x - Self::point(centre / CELLS);
            let rest = cell.rest.iter().rev().fold(0.0, |sum, &a| sum * t.high + a);
            let rest = Self::around(rest, 0.0, up_from_products(cell.error));
            cell.first.iter().rev().fold(rest, |sum, &a| sum * t + a)
        };
        if self.radius == 0.0 {
            return at_midpoint;
        }
        let least = self.least();
        let slope = up_from_products(2.0 * libm::exp(-(least * least) * (1.0 - 8.0 * U)));
        at_midpoint.wider_by(slope, self.radius)
    }

    fn frac_2_sqrt_pi() -> Self {
        *series::FRAC_2_SQRT_PI
    }

    fn frac_1_sqrt_2() -> Self {
        *series::FRAC_1_SQRT_2
    }
}
