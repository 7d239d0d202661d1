//! Whether this process computes as IEEE 754 says, with rounding to nearest and subnormal numbers: every result of the
//! program rests on it.
//!
//! A library that is loaded into a process can change the mode of the processor, as those built with `-ffast-math` do.
//! Subnormal numbers then count as 0, without a sign of it. Threads inherit the mode of the thread that starts them, so
//! those of the pool are tested too.

use std::hint::black_box;

/// The process computes otherwise.
#[derive(Debug, thiserror::Error)]
#[error(
    "wrong arithmetic in {place}:\n  {}\n\
     Expected IEEE 754 with rounding to nearest and subnormal numbers. A library in this process has changed the mode of \
     the processor,\nas those built with -ffast-math do. Run without it: see LD_PRELOAD (on macOS, \
     DYLD_INSERT_LIBRARIES) and what your tests link.",
    faults.join("\n  ")
)]
pub struct WrongArithmetic {
    place: &'static str,
    faults: Vec<String>,
}

/// Tests this thread.
///
/// # Errors
/// If it computes otherwise.
pub fn of_this_thread() -> Result<(), WrongArithmetic> {
    first_of([("this thread", faults())])
}

/// Tests the threads of the pool.
///
/// # Errors
/// If one of them computes otherwise.
pub fn of_the_pool() -> Result<(), WrongArithmetic> {
    first_of(rayon::broadcast(|_| ("a thread of the pool", faults())))
}

fn first_of(tested: impl IntoIterator<Item = (&'static str, Vec<String>)>) -> Result<(), WrongArithmetic> {
    match tested.into_iter().find(|(_, faults)| !faults.is_empty()) {
        Some((place, faults)) => Err(WrongArithmetic { place, faults }),
        None => Ok(()),
    }
}

/// What this thread computes otherwise. The compiler may not compute it instead.
fn faults() -> Vec<String> {
    let in_f64 = f64_faults(|x, y| black_box(x) + black_box(y), |x, y| black_box(x) * black_box(y));
    let in_f32 = f32_faults(|x, y| black_box(x) + black_box(y), |x, y| black_box(x) * black_box(y));
    [in_f64, in_f32].concat()
}

macro_rules! format_faults {
    ($name:ident, $float:ident) => {
        /// What these two operations compute otherwise than IEEE 754, on this format.
        pub fn $name(
            add: impl Fn($float, $float) -> $float,
            multiply: impl Fn($float, $float) -> $float,
        ) -> Vec<String> {
            const ULP: $float = $float::EPSILON;
            const NORMAL: $float = $float::MIN_POSITIVE;
            const LEAST: $float = $float::from_bits(1);
            const AFTER_NORMAL: $float = $float::from_bits(NORMAL.to_bits() + 1);
            // The second one also notices wider registers, which round twice.
            const SUMS: [($float, $float, $float); 3] = [
                (1.0, ULP / 2.0, 1.0),
                (1.0, ULP / 2.0 * (1.0 + ULP), 1.0 + ULP),
                (AFTER_NORMAL, -NORMAL, LEAST),
            ];
            const PRODUCTS: [($float, $float, $float); 4] = [
                (1.0 + ULP, 1.0 + ULP, 1.0 + 2.0 * ULP),
                (1.5, 1.0 + ULP, 1.5 + 2.0 * ULP),
                (NORMAL, 0.5, NORMAL / 2.0),
                (LEAST, 1.0 / ULP, NORMAL),
            ];
            // In bits: where subnormal numbers count as 0, they equal it.
            let fault = |got: $float, sign: char, (x, y, right): ($float, $float, $float)| {
                let is_wrong = got.to_bits() != right.to_bits();
                is_wrong
                    .then(|| format!("{x:e} {sign} {y:e} = {got:e} in {}, not {right:e}", stringify!($float)))
            };
            let sums = SUMS.into_iter().map(|sum| fault(add(sum.0, sum.1), '+', sum));
            let products =
                PRODUCTS.into_iter().map(|product| fault(multiply(product.0, product.1), '·', product));
            sums.chain(products).flatten().collect()
        }
    };
}

format_faults!(f64_faults, f64);
format_faults!(f32_faults, f32);
