//! `shapes`: sizes of one, squares and cubes, both sides of nalgebra's switch to blocked products between 5 and
//! 6, and tails of kernels that work in blocks of 4, 8, 16, 32 or 64.

use super::{
    CUMULATIVE_SUM, IDENTITY, LOG_SOFTMAX, MIX, NORMALIZED_SQUARE, RELU, SOFTMAX, TANH, label, usual,
};
use crate::cases::recipe::{G, Recipe};

/// Every combination of one and more for m, n and n_next.
const ONES: [[usize; 3]; 8] =
    [[1, 1, 1], [1, 1, 3], [1, 4, 1], [3, 1, 1], [1, 4, 3], [3, 1, 4], [4, 3, 1], [2, 4, 3]];

/// Small sizes: squares, cubes, both sides of the switch between 5 and 6.
const SMALL: [[usize; 3]; 14] = [
    [3, 3, 3],
    [6, 6, 6],
    [4, 7, 7],
    [7, 7, 4],
    [7, 4, 7],
    [5, 6, 7],
    [6, 5, 4],
    [4, 6, 5],
    [5, 4, 6],
    [6, 7, 5],
    [7, 5, 6],
    [3, 5, 9],
    [9, 4, 2],
    [2, 9, 4],
];

/// Tails: one less and one more than a block, and whole blocks.
const TAILS: [[usize; 3]; 16] = [
    [7, 9, 8],
    [9, 8, 7],
    [8, 7, 9],
    [5, 16, 3],
    [3, 8, 5],
    [15, 17, 4],
    [17, 4, 15],
    [4, 15, 17],
    [31, 5, 3],
    [3, 33, 6],
    [5, 3, 31],
    [33, 6, 4],
    [6, 32, 3],
    [3, 63, 4],
    [65, 4, 3],
    [4, 3, 66],
];

/// Sizes above 64 and above 256, one at a time so that the files stay small.
const LONG: [[usize; 3]; 4] = [[67, 3, 5], [2, 259, 3], [3, 130, 2], [9, 13, 70]];

/// The number of rows or outputs above 128.
const PAST_128: [[usize; 3]; 2] = [[131, 2, 3], [3, 2, 133]];

/// Each size past blocks of 128, 256 and 512, with a tail.
const LARGE: [[usize; 3]; 12] = [
    [64, 64, 64],
    [33, 65, 34],
    [65, 33, 66],
    [130, 17, 20],
    [12, 520, 9],
    [20, 30, 129],
    [261, 9, 14],
    [517, 6, 5],
    [7, 259, 10],
    [6, 10, 263],
    [4, 7, 515],
    [135, 131, 67],
];

fn table(sizes: &[[usize; 3]], activations: &[G]) -> Vec<Recipe> {
    let recipe = |&sizes: &[usize; 3], activation: &G| {
        let [m, n, n_next] = sizes;
        let name = format!("{}-{m}x{n}x{n_next}", label(activation));
        usual(
            name,
            format!("{} at m = {m}, n = {n}, n_next = {n_next}", label(activation)),
            sizes,
            activation.clone(),
        )
    };
    sizes
        .iter()
        .flat_map(|sizes| activations.iter().map(move |activation| recipe(sizes, activation)))
        .collect()
}

pub fn recipes() -> Vec<Recipe> {
    [
        table(&ONES, &[SOFTMAX, LOG_SOFTMAX, TANH, NORMALIZED_SQUARE]),
        table(&SMALL, &[LOG_SOFTMAX, MIX]),
        table(&TAILS, &[CUMULATIVE_SUM]),
        table(&TAILS[..8], &[RELU]),
        table(&LONG, &[LOG_SOFTMAX, IDENTITY]),
        table(&PAST_128, &[LOG_SOFTMAX]),
    ]
    .concat()
}

pub fn large_recipes() -> Vec<Recipe> {
    table(&LARGE, &[LOG_SOFTMAX, RELU, MIX])
}
