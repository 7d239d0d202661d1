//! f64 and f32: over these, the step is the reference implementation that users read and run.
//!
//! Their elementary functions are those of the crate libm, which is part of the program. The standard library calls the
//! platform's, whose results differ in the last place from one machine to the next.

use super::{Number, Ordered, Real};

macro_rules! float {
    ($float:ident, $exp:path, $exp_m1:path, $ln_1p:path, $erfc:path) => {
        impl Number for $float {
            fn from_f64(x: f64) -> Self {
                x as $float
            }

            fn common_scale(values: &[Self]) -> Self {
                let largest = values.iter().fold(1.0, |m: $float, v| m.max(v.abs()));
                // The power of two at or below `largest`: its exponent with an empty significand.
                let significand_bits = $float::MANTISSA_DIGITS - 1;
                $float::from_bits(largest.to_bits() >> significand_bits << significand_bits)
            }
        }

        impl Ordered for $float {
            fn is_positive(&self) -> Option<bool> {
                Some(*self > 0.0)
            }

            fn largest(values: &[Self]) -> usize {
                (1..values.len()).fold(0, |best, j| if values[j] > values[best] { j } else { best })
            }
        }

        impl Real for $float {
            fn exp(&self) -> Self {
                $exp(*self)
            }
            fn exp_m1(&self) -> Self {
                $exp_m1(*self)
            }
            fn ln_1p(&self) -> Self {
                $ln_1p(*self)
            }
            fn erfc(&self) -> Self {
                $erfc(*self)
            }
            fn frac_2_sqrt_pi() -> Self {
                std::$float::consts::FRAC_2_SQRT_PI
            }
            fn frac_1_sqrt_2() -> Self {
                std::$float::consts::FRAC_1_SQRT_2
            }
        }
    };
}

float!(f64, libm::exp, libm::expm1, libm::log1p, libm::erfc);
float!(f32, libm::expf, libm::expm1f, libm::log1pf, libm::erfcf);
