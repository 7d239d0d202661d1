//! What an equation reads and writes, as a picture: the arrays in the order in which they stand, the result, and each
//! of its entries worked out.
//!
//! An equation with indices shows the arrays as they lie; one with matrices shows them transposed or repeated, as its
//! right-hand side says. Of a derivation that speaks of one entry or one row, only that is worked out.

use super::case::{Array, Case};
use super::worked::Worked;

/// A part of the right-hand side.
#[derive(Clone, Debug)]
pub struct Part {
    /// What stands before it: `·`, `⊙`, `+`, `and`, `g of`, or nothing.
    pub sign: &'static str,
    /// The array.
    pub array: Array,
    /// Whether each number x stands as 1/x.
    pub reciprocal: bool,
}

/// An equation as a picture.
#[derive(Clone, Debug)]
pub struct Picture {
    /// What it reads, in order; nothing for a given or a layout.
    pub parts: Vec<Part>,
    /// What it computes or arranges.
    pub result: Array,
    /// The entries of the result, row by row.
    pub worked: Vec<Worked>,
}

/// The picture of equation `equation`.
pub fn picture(equation: u8, case: &Case) -> Picture {
    let Case { inputs, forward, backward, .. } = case;
    let (m, n, n_next) = case.shape();
    let (i, _, j) = case.followed;
    let inputs_by_unit = || cells(m, n);
    let outputs = || cells(m, n_next);
    let is_derived = equation < 37;
    let as_given = |array: &Array| {
        let (rows, cols) = array.grid().shape();
        let worked = cells(rows, cols).map(|(row, col)| case.given(array, row, col)).collect();
        Picture { parts: Vec::new(), result: array.clone(), worked }
    };
    let of = |parts: Vec<Part>, result: &Array, worked: Vec<Worked>| Picture {
        parts,
        result: result.clone(),
        worked,
    };
    let scaled = |row: Array| vec![part("", &inputs.r), Part { reciprocal: true, ..part("⊙", &row) }];
    let p = || match equation {
        18 | 58 => inputs.keep_prob.broadcast(m),
        _ => inputs.keep_prob.clone(),
    };
    let z = |at: Vec<(usize, usize)>| {
        let b = if equation == 19 { inputs.b.broadcast(m) } else { inputs.b.clone() };
        let parts = vec![part("", &forward.a_tilde), part("·", &inputs.w), part("+", &b)];
        of(parts, &forward.z, at.into_iter().map(|(i, j)| case.z(i, j)).collect())
    };
    let a_next = |at: Vec<(usize, usize)>| {
        let worked = at.into_iter().map(|(i, j)| case.a_next(i, j)).collect();
        of(vec![part("g of", &forward.z)], &forward.a_next, worked)
    };
    match equation {
        1 | 6 | 17 => as_given(&inputs.a),
        2 => of(
            vec![part("drawn with", &inputs.keep_prob)],
            &inputs.r,
            inputs_by_unit().map(|(i, k)| case.r(i, k)).collect(),
        ),
        3 | 18 | 35 => {
            let mut parts = scaled(p());
            parts.push(part("⊙", &inputs.a));
            of(parts, &forward.a_tilde, inputs_by_unit().map(|(i, k)| case.a_tilde(i, k)).collect())
        }
        4 | 19 => z(outputs().collect()),
        26 => z(vec![(0, j)]),
        27 | 32 => z(vec![(i, j)]),
        28 => z(vec![(m - 1, j)]),
        31 => z(vec![(i, 0)]),
        33 => z(vec![(i, n_next - 1)]),
        5 | 20 => a_next(outputs().collect()),
        22 => a_next(vec![(i, 0)]),
        23 => a_next(vec![(i, case.other_output())]),
        24 => a_next(vec![(i, n_next - 1)]),
        16 => of(
            vec![part("g of", &forward.z.row(i))],
            &forward.a_next.row(i),
            (0..n_next).map(|j| case.a_next(i, j)).collect(),
        ),
        7 => as_given(&inputs.r),
        8 => as_given(&inputs.keep_prob),
        9 => as_given(&forward.a_tilde),
        10 => as_given(&forward.z.row(i)),
        11 => as_given(&forward.z),
        12 => as_given(&inputs.w),
        13 => as_given(&inputs.b),
        14 => as_given(&forward.a_next.row(i)),
        15 => as_given(&forward.a_next),
        21 | 37 | 44 | 52 => as_given(&inputs.da_next),
        43 => as_given(&inputs.da_next.row(i)),
        45 => as_given(&backward.dz.row(i)),
        46 => as_given(&backward.dz),
        47 => as_given(&backward.dw),
        48 => as_given(&backward.db),
        49 => as_given(&backward.da_tilde),
        50 => as_given(&backward.da),
        25 | 38 | 54 => {
            let jacobians = (0..m).map(|i| part(if i == 0 { "·" } else { "," }, &case.jacobian(i)));
            let parts = std::iter::once(part("", &inputs.da_next)).chain(jacobians).collect();
            of(parts, &backward.dz, outputs().map(|(i, j)| case.dz(i, j)).collect())
        }
        51 | 53 => of(
            vec![part("", &inputs.da_next.row(i)), part("·", &case.jacobian(i))],
            &backward.dz.row(i),
            (0..n_next).map(|j| case.dz(i, j)).collect(),
        ),
        29 | 39 | 55 => {
            let parts = match equation {
                55 => vec![part("", &forward.a_tilde.transposed()), part("·", &backward.dz)],
                _ => vec![part("", &backward.dz), part("and", &forward.a_tilde)],
            };
            of(parts, &backward.dw, cells(n, n_next).map(|(k, j)| case.dw(is_derived, k, j)).collect())
        }
        30 | 40 | 56 => of(
            vec![part("rows of", &backward.dz)],
            &backward.db,
            (0..n_next).map(|j| case.db(is_derived, j)).collect(),
        ),
        34 | 41 | 57 => {
            let w = match equation {
                57 => part("·", &inputs.w.transposed()),
                _ => part("and", &inputs.w),
            };
            of(
                vec![part("", &backward.dz), w],
                &backward.da_tilde,
                inputs_by_unit().map(|(i, k)| case.da_tilde(is_derived, i, k)).collect(),
            )
        }
        36 | 42 | 58 => {
            let mut parts = vec![part("", &backward.da_tilde)];
            parts.extend(scaled(p()));
            parts[1].sign = "⊙";
            of(parts, &backward.da, inputs_by_unit().map(|(i, k)| case.da(is_derived, i, k)).collect())
        }
        _ => unreachable!("the document has 58 equations"),
    }
}

fn part(sign: &'static str, array: &Array) -> Part {
    Part { sign, array: array.clone(), reciprocal: false }
}

fn cells(rows: usize, cols: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..rows).flat_map(move |row| (0..cols).map(move |col| (row, col)))
}
