//! The mask of equation 2: every bit pinned, the generator and the bounds checked by other means, and its
//! statistics.
//!
//! The statistics could only fail by chance if the keys were drawn; with fixed keys they cannot flake. Were
//! they drawn, each of at most [`CHECKS`] checks would raise a false alarm with a chance of at most
//! [`RATE`], and all together with one of at most 1e-9.

use dashu_int::IBig;
use dashu_ratio::RBig;
use dropout_oracle::grid::Grid;
use dropout_oracle::problem::mask::{r, words};

/// The key of bytes 00, 01, …, 1f.
fn counting_key() -> [u8; 32] {
    std::array::from_fn(|byte| byte as u8)
}

/// The table of spec/fixtures.md, and a mask drawn from each: these bits never change.
//= forward.scalar.r type=test
#[test]
fn value_stability() {
    let (zero, counting) = ([0; 32], counting_key());
    let first: Vec<u64> = words(zero, 0).take(2).collect();
    assert_eq!(first, [0x903df1a0ade0b876, 0x28bd8653e56a5d40]);
    let ninth: Vec<u64> = words(counting, 4_294_967_303).take(9).collect();
    assert_eq!((ninth[0], ninth[8]), (0xc75d2db9e4e0df67, 0x6c473835e8f09fdc));
    let mask = |key, stream| r(4, &[0.5, 0.9, 0.1, 1.0, 0.75], words(key, stream));
    assert_eq!(picture(&mask(zero, 0)), PINNED[0]);
    assert_eq!(picture(&mask(counting, 4_294_967_303)), PINNED[1]);
}

const PINNED: [&str; 2] = ["01011 11011 10011 11011", "01011 01011 11010 01011"];

fn picture(mask: &Grid<f64>) -> String {
    let row = |i: usize| mask.row(i).iter().map(|&r| if r == 1.0 { '1' } else { '0' }).collect::<String>();
    (0..mask.rows()).map(row).collect::<Vec<_>>().join(" ")
}

/// The block function of RFC 8439, with the counter in words 12 and 13 and the stream in 14 and 15.
fn chacha20_block(key: [u8; 32], stream: u64, counter: u64) -> [u32; 16] {
    let mut state = [0; 16];
    let sigma: [u8; 16] = *b"expand 32-byte k";
    for (word, bytes) in
        state.iter_mut().zip(sigma.iter().chain(&key).copied().collect::<Vec<u8>>().chunks(4))
    {
        *word = u32::from_le_bytes(bytes.try_into().expect("four bytes"));
    }
    for (at, value) in [(12, counter), (14, stream)] {
        (state[at], state[at + 1]) = (value as u32, (value >> 32) as u32);
    }
    let columns = [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]];
    let diagonals = [[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]];
    let mut mixed: [u32; 16] = state;
    for [a, b, c, d] in (0..10).flat_map(|_| columns.into_iter().chain(diagonals)) {
        for (add, to, rotation) in [(b, a, 16), (d, c, 12), (b, a, 8), (d, c, 7)] {
            mixed[to] = mixed[to].wrapping_add(mixed[add]);
            // Each sum goes into the word across: a into d, c into b.
            let across = if to == a { d } else { b };
            mixed[across] = (mixed[across] ^ mixed[to]).rotate_left(rotation);
        }
    }
    std::array::from_fn(|word| mixed[word].wrapping_add(state[word]))
}

#[test]
fn the_words_are_those_of_the_block_function() {
    for (key, stream) in [([0; 32], 0), (counting_key(), 4_294_967_303), ([0xa5; 32], u64::MAX)] {
        let blocks = (0..5).flat_map(|counter| chacha20_block(key, stream, counter));
        let halves: Vec<u64> = blocks.map(u64::from).collect();
        let expected: Vec<u64> = halves.chunks(2).map(|pair| pair[0] | pair[1] << 32).collect();
        assert_eq!(words(key, stream).take(40).collect::<Vec<u64>>(), expected);
    }
}

#[test]
fn cells_take_their_words_row_by_row() {
    let (keep, drop) = (0, u64::MAX);
    let mask = r(2, &[0.5, 0.5, 0.5], [keep, drop, keep, drop, drop, keep].into_iter());
    assert_eq!(picture(&mask), "101 001");
    assert_eq!((mask.rows(), mask.cols()), (2, 3));
}

#[test]
fn every_cell_takes_one_word_also_where_p_is_1() {
    for p in [[0.5, 1.0, 0.25], [1.0, 1.0, 1.0]] {
        let mut taken = 0;
        r(4, &p, words([1; 32], 0).inspect(|_| taken += 1));
        assert_eq!(taken, 12);
    }
}

#[test]
fn changing_one_p_moves_no_other_cell() {
    let p = [0.3, 0.6, 0.9, 0.5];
    let mask = r(50, &p, words([2; 32], 3));
    for (k, changed) in (0..4).flat_map(|k| [1.0, 1e-300, 0.5].map(|p_k| (k, p_k))) {
        let mut other_p = p;
        other_p[k] = changed;
        let other = r(50, &other_p, words([2; 32], 3));
        for i in 0..50 {
            for l in (0..4).filter(|&l| l != k) {
                assert_eq!(mask.at(i, l), other.at(i, l));
            }
            let kept_by_less = if changed < p[k] {
                other.at(i, k) <= mask.at(i, k)
            } else {
                other.at(i, k) >= mask.at(i, k)
            };
            assert!(kept_by_less, "a larger p keeps what a smaller one keeps");
        }
    }
}

#[test]
fn more_rows_begin_with_the_same_rows() {
    let p = [0.3, 0.6, 0.9];
    let (few, many) = (r(3, &p, words([4; 32], 5)), r(9, &p, words([4; 32], 5)));
    assert_eq!(few.cells(), &many.cells()[..9]);
}

/// ⌊p · 2^64⌋ over fractions.
fn bound(p: f64) -> u128 {
    let scaled = RBig::try_from(p).expect("finite") * RBig::from(IBig::from(1) << 64);
    u128::try_from(scaled.floor()).expect("not negative")
}

#[test]
fn the_bound_is_exactly_the_floor_of_p_times_2_to_64() {
    let least = 2f64.powi(-64);
    let special = [5e-324, 1e-310, f64::MIN_POSITIVE, least.next_down(), least, least.next_up(), 1.5 * least];
    let more =
        [2.0 * least, 3.0 * least.next_down(), 0.1, 0.5, 0.5f64.next_down(), 1.0 - 2f64.powi(-53), 1.0];
    let scattered = (1..200).map(|n| f64::from(n) / 201.0 * 2f64.powi(-(n % 70)));
    for p in special.into_iter().chain(more).chain(scattered) {
        let bound = bound(p);
        let kept = |word: u128| match u64::try_from(word) {
            Ok(word) => r(1, &[p], std::iter::once(word)).at(0, 0) == 1.0,
            Err(_) => false,
        };
        assert!(!kept(bound), "{p:e}");
        assert!(bound == 0 || kept(bound - 1), "{p:e}");
        assert!(bound == 0 || kept(0), "{p:e}");
    }
    assert_eq!((bound(1.0), bound(1.0 - 2f64.powi(-53))), (1 << 64, (1 << 64) - (1 << 11)));
    assert_eq!((bound(5e-324), bound(least)), (0, 1));
}

#[test]
fn p_of_1_keeps_all_and_p_next_to_0_drops_all() {
    let mask = r(500, &[1.0, 1e-300, 5e-324], words([6; 32], 7));
    for i in 0..500 {
        assert_eq!(mask.row(i), [1.0, 0.0, 0.0]);
    }
}

/// An upper limit on the number of statistical checks below.
const CHECKS: f64 = 1000.0;
/// The false-alarm rate of one check.
const RATE: f64 = 1e-9 / CHECKS;

/// Whether `count` of `trials` independent draws of probability `p` is too far off to be chance.
///
/// Chernoff: P(X ≥ k) and P(X ≤ k) on k's own side of the mean are at most e^(−trials · D), with D the
/// divergence of k/trials from p. The side can be either: twice that, compared with [`RATE`].
fn is_no_chance(count: usize, trials: usize, p: f64) -> bool {
    let term = |part: f64, whole: f64| if part == 0.0 { 0.0 } else { part * (part / whole).ln() };
    let share = count as f64 / trials as f64;
    let divergence = term(share, p) + term(1.0 - share, 1.0 - p);
    2.0 * (-divergence * trials as f64).exp() < RATE
}

const P: [f64; 6] = [0.5, 0.1, 0.9, 0.8, 1.0 / 3.0, 1.0 / 128.0];
const ROWS: usize = 12_800;

fn drawn(key: u8, stream: u64) -> Grid<f64> {
    r(ROWS, &P, words([key; 32], stream))
}

/// The chance that two independent cells agree.
fn agreement(p: f64, q: f64) -> f64 {
    p * q + (1.0 - p) * (1.0 - q)
}

fn agreements(pairs: impl Iterator<Item = (f64, f64)>) -> (usize, usize) {
    pairs.fold((0, 0), |(equal, trials), (a, b)| (equal + usize::from(a == b), trials + 1))
}

/// 4 · 6 checks.
#[test]
fn each_unit_is_kept_at_its_own_rate() {
    for (key, stream) in [(0, 0), (0, 1), (1, 0), (0xff, u64::MAX)] {
        let mask = drawn(key, stream);
        for (k, &p) in P.iter().enumerate() {
            let kept = (0..ROWS).filter(|&i| mask.at(i, k) == 1.0).count();
            assert!(!is_no_chance(kept, ROWS, p), "unit {k}: {kept} of {ROWS}");
        }
    }
}

/// 6 units · 64 distances. Pairs of rows a distance apart, no row in two of them.
#[test]
fn rows_near_each_other_are_independent() {
    let mask = drawn(2, 0);
    for distance in 1..=64 {
        for (k, &p) in P.iter().enumerate() {
            let upper = (0..ROWS - distance).filter(|i| i / distance % 2 == 0);
            let (equal, trials) = agreements(upper.map(|i| (mask.at(i, k), mask.at(i + distance, k))));
            assert!(
                !is_no_chance(equal, trials, agreement(p, p)),
                "unit {k}, {distance} rows apart: {equal}"
            );
        }
    }
}

/// 15 pairs of units, in the same row and in the next.
#[test]
fn units_are_independent_of_each_other() {
    let mask = drawn(3, 0);
    for (k, l) in (0..P.len()).flat_map(|k| (0..k).map(move |l| (k, l))) {
        for shift in [0, 1] {
            let pairs = (0..ROWS - shift).map(|i| (mask.at(i, k), mask.at(i + shift, l)));
            let (equal, trials) = agreements(pairs);
            assert!(!is_no_chance(equal, trials, agreement(P[k], P[l])), "units {k} and {l}: {equal}");
        }
    }
}

/// 6 units · 10 others: streams next to it or one bit away, and other keys.
#[test]
fn streams_and_keys_are_independent_of_each_other() {
    let mask = drawn(4, 0);
    let streams = [1, 2, 3, 1 << 32, 1 << 63].map(|stream| (4, stream));
    let keys = [5, 6, 0, 0x84, 0xfb].map(|key| (key, 0));
    for (key, stream) in streams.into_iter().chain(keys) {
        let other = drawn(key, stream);
        for (k, &p) in P.iter().enumerate() {
            let (equal, trials) = agreements((0..ROWS).map(|i| (mask.at(i, k), other.at(i, k))));
            assert!(
                !is_no_chance(equal, trials, agreement(p, p)),
                "key {key}, stream {stream}, unit {k}: {equal}"
            );
        }
    }
}

/// One check: 2000 rows of 80 fair cells have 2^21 pairs, so that two are equal with a chance below
/// 2^(21 − 80) < 1e-17.
#[test]
fn no_row_repeats() {
    let mask = r(2000, &[0.5; 80], words([7; 32], 0));
    let rows: std::collections::HashSet<String> =
        (0..2000).map(|i| mask.row(i).iter().map(|&r| if r == 1.0 { '1' } else { '0' }).collect()).collect();
    assert_eq!(rows.len(), 2000);
}

/// The check itself: by exact binomial tails its rate holds, and it rejects a rate that is far off.
#[test]
fn the_checks_reject_a_wrong_rate_and_accept_the_right_one() {
    assert!(!is_no_chance(50, 100, 0.5) && !is_no_chance(0, 100, 0.01) && !is_no_chance(100, 100, 0.99));
    assert!(is_no_chance(ROWS, ROWS, 0.5) && is_no_chance(0, ROWS, 1.0 / 128.0));
    assert!(is_no_chance(ROWS / 10, ROWS, 0.9), "keep and drop swapped");
    assert!(is_no_chance(ROWS * 54 / 100, ROWS, 0.5));
    // Exactly: Σ over the rejected counts of C(60, k) 0.3^k 0.7^(60−k).
    let (trials, p) = (60usize, 0.3f64);
    let mut weight = (1.0 - p).powi(60);
    let mut rejected = 0.0;
    for count in 0..=trials {
        if is_no_chance(count, trials, p) {
            rejected += weight;
        }
        weight *= (trials - count) as f64 / (count + 1) as f64 * p / (1.0 - p);
    }
    assert!(rejected > 0.0 && rejected < RATE, "{rejected:e}");
}
