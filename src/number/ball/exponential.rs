//! e^x at a midpoint, in plain sums and products of doubles with one bound for all that they lose.
//!
//! x = n · (ln 2)/2^14 + r, with the nearest whole n = 2^14 k + 2^7 i + j. Then e^x = 2^k · T · e^r with
//! T = 2^(i/128) · 2^(j/2^14) from two tables, and e^r = 1 + r + r²/2 + q, where q is so small that a double is enough.

use super::double_double::{nearest_whole, power_of_two, two_product, two_sum};
use super::series::{EXP, EXP_STEPS};
use super::{Ball, up_from_products};

/// What is lost, as a part of e^x.
const LOST: f64 = power_of_two(-96);

/// e^(x + d) for all |d| of which `stretched` is at least |e^d − 1|, at a midpoint x = high + low with |x| ≤ 708.
///
/// What is lost, in units of T:
/// - |r| < 2^−15.5. n has 24 bits and the first part of (ln 2)/2^14 has 28, so their product is exact. So is what it leaves
///   of `high`, which is less than 2^−15 and, if n is not 0, a multiple of an ulp of 2^−16. |f| < 2^−67, so its three sums
///   lose less than 2^−118, and what the three parts lack is less.
/// - q < 2^−49 takes c for r, |r²/2 · f| < 2^−99, leaves out r^7/5040 < 2^−120, and rounds by 5.1U of itself, 2^−99.7.
///   r²/2 leaves out f²/2. Adding q rounds by 2^−102. Together: less than 2^−98.1.
/// - T: the entries of the tables are within 2^−106 of themselves, and all roundings are less than 2^−102.5.
/// - T + T · (e^r − 1): the product of the low parts is less than 2^−100.5, and five roundings, of numbers below 2^−48, are
///   less than 2^−101 each. Together: less than 2^−98.3.
///
/// That is 2^−97.1 of e^x. Where c² falls below the smallest double, it does not count.
pub fn exp(high: f64, low: f64, stretched: f64) -> Ball {
    let tables = &*EXP;
    let n = nearest_whole(high * (EXP_STEPS * std::f64::consts::LOG2_E));
    let (p, p_rest) = two_product(n, tables.step[1]);
    let (s, e) = two_sum(high - n * tables.step[0], low);
    let (c, d) = two_sum(s, -p);
    let f = (e + (d - p_rest)) - n * tables.step[2];

    let (square, square_rest) = two_product(c, c);
    let q = square * c * (1.0 / 6.0 + c * (1.0 / 24.0 + c * (1.0 / 120.0 + c * (1.0 / 720.0))));
    let (m, m_rest) = two_sum(c, 0.5 * square);
    let m_low = ((m_rest + f) + (0.5 * square_rest + c * f)) + q;

    let whole = n as i32;
    let coarse = tables.coarse[(whole >> 7 & 127) as usize];
    let fine = tables.fine[(whole & 127) as usize];
    let (t, t_rest) = two_product(coarse[0], fine[0]);
    let t_low = t_rest + (coarse[0] * fine[1] + coarse[1] * fine[0]);

    let (product, product_rest) = two_product(t, m);
    let product_low = product_rest + (t * m_low + t_low * m);
    let (high_of_sum, rest) = two_sum(t, product);
    let lost = if high == 0.0 { 0.0 } else { LOST };
    let radius =
        if lost + stretched == 0.0 { 0.0 } else { up_from_products(high_of_sum * (lost + stretched)) };
    Ball::around(high_of_sum, rest + t_low + product_low, radius).times_power_of_two(whole >> 14)
}
