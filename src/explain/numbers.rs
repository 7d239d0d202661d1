//! Each equation with the numbers of the case put in: a cell, term by term, for an equation with indices; the
//! matrices themselves for one without. [`Page`] writes what this file chooses.

use super::block::{MOST, shown};
use super::case::{Array, Case};
use super::page::Page;

/// Equation `equation` in numbers.
pub fn put_in(equation: u8, case: &Case, width: usize) -> String {
    let Case { inputs, forward, backward, .. } = case;
    let (m, _, n_next) = case.shape();
    let (i, k, j) = case.followed;
    let other = case.other_output();
    let table = |array: &Array| array.table(width);
    let page = Page { case, width };
    let show = |worked| page.entry(&worked);
    match equation {
        1 => page.given(&inputs.a, i, k),
        2 => page.drawn(),
        3 => show(case.a_tilde(i, k)) + "\n" + &table(&forward.a_tilde),
        4 => show(case.z(i, j)) + "\n" + &table(&forward.z),
        5 => show(case.a_next(i, j)) + "\n" + &table(&forward.a_next),
        6 | 17 => table(&inputs.a),
        7 => table(&inputs.r),
        8 => table(&inputs.keep_prob),
        9 => table(&forward.a_tilde),
        10 => table(&forward.z.row(i)),
        11 => table(&forward.z),
        12 => table(&inputs.w),
        13 => table(&inputs.b),
        14 => table(&forward.a_next.row(i)),
        15 => table(&forward.a_next),
        16 => page.product(&forward.a_next.row(i), |fit| vec![("g of", forward.z.row(i).block(fit))]),
        18 => page.product(&forward.a_tilde, |fit| {
            vec![
                ("", inputs.r.block(fit)),
                ("⊙", inputs.keep_prob.broadcast(m).reciprocal_block(fit)),
                ("⊙", inputs.a.block(fit)),
            ]
        }),
        19 => page.product(&forward.z, |fit| {
            vec![
                ("", forward.a_tilde.block(fit)),
                ("·", inputs.w.block(fit)),
                ("+", inputs.b.broadcast(m).block(fit)),
            ]
        }),
        20 => page.product(&forward.a_next, |fit| vec![("g of", forward.z.block(fit))]),
        21 | 37 => page.given(&inputs.da_next, i, j),
        22 => show(case.a_next(i, 0)),
        23 => show(case.a_next(i, other)),
        24 => show(case.a_next(i, n_next - 1)),
        25 | 38 => show(case.dz(i, j)) + "\n" + &table(&backward.dz),
        26 => show(case.z(0, j)),
        27 | 32 => show(case.z(i, j)),
        28 => show(case.z(m - 1, j)),
        29 | 39 => show(case.dw(equation == 29, k, j)) + "\n" + &table(&backward.dw),
        30 | 40 => show(case.db(equation == 30, j)) + "\n" + &table(&backward.db),
        31 => show(case.z(i, 0)),
        33 => show(case.z(i, n_next - 1)),
        34 | 41 => show(case.da_tilde(equation == 34, i, k)) + "\n" + &table(&backward.da_tilde),
        35 => show(case.a_tilde(i, k)),
        36 | 42 => show(case.da(equation == 36, i, k)) + "\n" + &table(&backward.da),
        43 => table(&inputs.da_next.row(i)),
        44 | 52 => table(&inputs.da_next),
        45 => table(&backward.dz.row(i)),
        46 | 54 => table(&backward.dz),
        47 => table(&backward.dw),
        48 => table(&backward.db),
        49 => table(&backward.da_tilde),
        50 => table(&backward.da),
        51 => table(&case.jacobian(i)) + "\n" + &page.dz_i(i),
        53 => {
            let example = |i: Option<usize>| i.map_or_else(|| "    …\n".to_string(), |i| page.dz_i(i));
            shown(m, MOST).into_iter().map(example).collect::<Vec<_>>().join("\n")
        }
        55 => page.product(&backward.dw, |fit| {
            vec![("", forward.a_tilde.transposed().block(fit)), ("·", backward.dz.block(fit))]
        }),
        56 => page.product(&backward.db, |fit| page.rows_added(fit)),
        57 => page.product(&backward.da_tilde, |fit| {
            vec![("", backward.dz.block(fit)), ("·", inputs.w.transposed().block(fit))]
        }),
        58 => page.product(&backward.da, |fit| {
            vec![
                ("", backward.da_tilde.block(fit)),
                ("⊙", inputs.r.block(fit)),
                ("⊙", inputs.keep_prob.broadcast(m).reciprocal_block(fit)),
            ]
        }),
        _ => unreachable!("the document has 58 equations"),
    }
}
