//! The mask R (equation 2) from a named generator, so that any language can draw the same one.
//!
//! ChaCha20 from a 32-byte key and a stream number; cell (i, k), row by row, takes one 64-bit word,
//! also where p = 1, so that changing one p_k moves no other cell. This is the only module that draws
//! random numbers for a user; a `value_stability` test pins every bit.

use crate::grid::Grid;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// The stream of 64-bit words that a key and a stream number name.
pub fn words(key: [u8; 32], stream: u64) -> impl Iterator<Item = u64> {
    let mut generator = ChaCha20Rng::from_seed(key);
    generator.set_stream(stream);
    std::iter::repeat_with(move || generator.next_u64())
}

/// r ~ Bernoulli(p_k) (equation 2), m × n: 1 where the cell's word lies below ⌊p_k · 2^64⌋.
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

/// ⌊p · 2^64⌋, exactly: at p = 1 it lies above every word, and every unit is kept.
fn threshold(p: f64) -> u128 {
    // Multiplying by a power of two is exact here: p · 2^64 neither overflows nor is subnormal, but
    // where it stays below 1 and the floor is 0 anyway.
    (p * 2f64.powi(64)) as u128
}
