//! Judging subjects that draw from the named generator.

use dropout_oracle::cases::catalogue::sampler::SAMPLINGS;
use dropout_oracle::conform::judge::named_mask::difference;
use dropout_oracle::problem::mask;

/// The verdicts on a generator that answers `draw(p, rows, key, stream)`, case by case.
fn judge(draw: impl Fn(&[f64], usize, [u8; 32], u64) -> Vec<Vec<f64>>) -> Vec<String> {
    let says = SAMPLINGS.into_iter().filter_map(|case| {
        let says = difference(&case, &draw(case.p, case.rows, case.key, case.stream))?;
        Some(format!("{}: {says}", case.name))
    });
    says.collect()
}

/// A generator that draws the named masks with a change to its words.
fn named_by(change: fn([u8; 32], u64) -> Box<dyn Iterator<Item = u64>>) -> Vec<String> {
    judge(|p: &[f64], rows: usize, key, stream| mask::r(rows, p, change(key, stream)).to_rows())
}

#[test]
fn the_named_generator_is_checked_bit_for_bit() {
    assert_eq!(named_by(|key, stream| Box::new(mask::words(key, stream))), [""; 0]);
    let halves = named_by(|key, stream| Box::new(mask::words(key, stream).map(|word| word.rotate_left(32))));
    assert!(halves.iter().all(|says| says.ends_with("the high half of each word came first")), "{halves:#?}");
    let stream = named_by(|key, _| Box::new(mask::words(key, 0)));
    assert!(
        stream[0].starts_with("second_stream: R[") && stream[0].ends_with("the stream number was not used")
    );
    let key = named_by(|_, stream| Box::new(mask::words([0; 32], stream)));
    assert!(key.iter().any(|says| says.ends_with("the key was not used")));
    let late = named_by(|key, stream| Box::new(mask::words(key, stream).skip(1)));
    assert!(late.len() > 8 && late.iter().all(|says| says.contains("must be ")), "{late:#?}");
    assert_eq!(judge(|_, _, _, _| Vec::new())[0], "zero_key: R must be 4 × 3");
}

#[test]
fn the_words_of_the_named_cells_reveal_their_order() {
    let by_unit = |p: &[f64], rows: usize, key, stream| {
        let words: Vec<u64> = mask::words(key, stream).take(rows * p.len()).collect();
        let turned = (0..rows).flat_map(|i| (0..p.len()).map(move |k| k * rows + i));
        mask::r(rows, p, turned.map(|at| words[at])).to_rows()
    };
    let saving = |p: &[f64], rows: usize, key, stream| {
        let mut words = mask::words(key, stream);
        let p_of = p.iter().cycle().copied();
        let words: Vec<u64> =
            p_of.take(rows * p.len()).map(|p| if p == 1.0 { 0 } else { words.next().unwrap_or(0) }).collect();
        mask::r(rows, p, words.into_iter()).to_rows()
    };
    let turned = judge(by_unit);
    assert!(turned.iter().all(|says| says.ends_with("unit by unit, not row by row")), "{turned:#?}");
    let saved = judge(saving);
    assert!(saved.iter().all(|says| says.ends_with("no word was drawn where p = 1")), "{saved:#?}");
    assert!(!turned.is_empty() && !saved.is_empty());
}
