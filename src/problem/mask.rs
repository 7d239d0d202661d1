//! The mask R (equation 2), drawn from a named generator that every language can reproduce.
//!
//! The generator is ChaCha20 with a 32-byte key and a stream number. Each cell (i, k), row by row, takes one
//! 64-bit word, even where p = 1, so changing one p_k changes no other cell. This is the only module that
//! draws random numbers for a user; a `value_stability` test pins every bit.

use crate::grid::Grid;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The stream of 64-bit words that a key and a stream number select.
pub fn words(key: [u8; 32], stream: u64) -> impl Iterator<Item = u64> {
    let mut generator = ChaCha20Rng::from_seed(key);
    generator.set_stream(stream);
    std::iter::repeat_with(move || generator.next_u64())
}

/// `r ~ Bernoulli(p_k)` (equation 2), m × n: 1 if the cell's word is below `⌊p_k · 2^64⌋`.
//= forward.scalar.r
pub fn r(m: usize, keep_prob: &[f64], mut words: impl Iterator<Item = u64>) -> Grid<f64> {
    let thresholds: Vec<u128> = keep_prob.iter().map(|&p| threshold(p)).collect();
    let rows = (0..m)
        .map(|_| {
            let row = thresholds.iter().zip(&mut words);
            row.map(|(&threshold, word)| if u128::from(word) < threshold { 1.0 } else { 0.0 }).collect()
        })
        .collect();
    Grid::from_rows(keep_prob.len(), rows)
}

/// ⌊p · 2^64⌋, exactly. At p = 1 it exceeds every word, so the unit is always kept.
fn threshold(p: f64) -> u128 {
    // Multiplying by a power of two is exact here: p · 2^64 cannot overflow, and where it is subnormal, the
    // floor is 0 anyway.
    libm::ldexp(p, 64) as u128
}
