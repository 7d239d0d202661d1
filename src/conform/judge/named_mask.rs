//! Checks a subject that draws from the named generator bit for bit, on the cases of the family `sampler`.

use crate::cases::catalogue::sampler::Sampling;
use crate::problem::mask;

/// The first cell in which a subject's mask differs, with the defect, if any, that explains the whole mask. `None`
/// if the mask is right.
pub fn difference(case: &Sampling, answer: &[Vec<f64>]) -> Option<String> {
    let units = case.p.len();
    if answer.len() != case.rows || answer.iter().any(|row| row.len() != units) {
        return Some(format!("R must be {} × {units}", case.rows));
    }
    let expected = drawn(case, words(case));
    let (i, k) = (0..case.rows)
        .flat_map(|i| (0..units).map(move |k| (i, k)))
        .find(|&(i, k)| answer[i][k] != expected[i][k])?;
    let defect = defects(case).into_iter().find(|(_, mask)| mask == answer);
    let cause = defect.map_or(String::new(), |(says, _)| format!(": {says}"));
    Some(format!("R[{i}][{k}] is {}, must be {}{cause}", answer[i][k], expected[i][k]))
}

fn words(case: &Sampling) -> impl Iterator<Item = u64> + use<> {
    mask::words(case.key, case.stream)
}

fn drawn(case: &Sampling, words: impl Iterator<Item = u64>) -> Vec<Vec<f64>> {
    mask::r(case.rows, case.p, words).to_rows()
}

/// The masks of known defects.
fn defects(case: &Sampling) -> Vec<(&'static str, Vec<Vec<f64>>)> {
    let units = case.p.len();
    // Column by column: cell (i, k) takes the word `k · m + i`.
    let by_unit: Vec<u64> = words(case).take(case.rows * units).collect();
    let turned = (0..case.rows).flat_map(|i| (0..units).map(move |k| k * case.rows + i));
    // Without a word for units of p = 1, later words move up.
    let mut left = words(case);
    let saved = case.p.iter().cycle().map_while(move |&p| if p == 1.0 { Some(0) } else { left.next() });
    vec![
        ("the high half of each word came first", drawn(case, words(case).map(|word| word.rotate_left(32)))),
        ("the cells were visited unit by unit, not row by row", drawn(case, turned.map(|at| by_unit[at]))),
        ("no word was drawn where p = 1", drawn(case, saved)),
        ("the stream number was not used", drawn(case, mask::words(case.key, 0))),
        ("the key was not used", drawn(case, mask::words([0; 32], case.stream))),
    ]
}
