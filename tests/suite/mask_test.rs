//! The mask test: conforming generators pass and wrong ones fail with the reason, as often as stated.

use dropout_oracle::mask_test::mask::{Arrangement, Axis, Mask, agreements, full};
use dropout_oracle::mask_test::plan::{Plan, Question, RATES, Role, SMALL, TINY};
use dropout_oracle::mask_test::power::{miss, trials_needed};
use dropout_oracle::mask_test::tail::{Chance, ln_lower, ln_p_value, ln_upper};
use dropout_oracle::mask_test::test::{
    GRAIN, Recurrence, Sample, What, all, period as period_of, recurrences, recurring_rows,
};
use dropout_oracle::mask_test::{FALSE_ALARM, Verdict, judge};
use dropout_oracle::problem::mask;

use crate::sources;
use crate::sweep;

/// Checked cell by cell.
#[test]
fn the_pairs_of_one_test_share_no_cell_and_the_two_halves_are_all() {
    let call = |seed: u64| Mask { units: 8, rows: (0..16).map(|i| word(seed << 8 | i) & 0xff).collect() };
    let calls = [call(0), call(1), call(2)];
    let calls: Vec<&Mask> = calls.iter().collect();
    let trials = |axis, lag| [0, 1].map(|phase| agreements(&calls, axis, lag, phase).1);
    assert_eq!(trials(Axis::Units, 1), [3 * 16 * 4, 3 * 16 * 3]);
    assert_eq!(trials(Axis::Units, 2), [3 * 16 * 4, 3 * 16 * 2]);
    assert_eq!(trials(Axis::Units, 3), [3 * 16 * 3, 3 * 16 * 2]);
    assert_eq!(trials(Axis::Rows, 4), [3 * 8 * 8, 3 * 8 * 4]);
    assert_eq!(trials(Axis::Calls, 1), [16 * 8, 16 * 8]);
    assert_eq!(trials(Axis::Falling, 1), [3 * 8 * 7, 3 * 7 * 7]);
    for (axis, di, dk) in
        [(Axis::Units, 0, 2), (Axis::Rows, 2, 0), (Axis::Falling, 1, 1), (Axis::Rising, 1, -1)]
    {
        let lag = di.max(dk) as usize;
        let agree: usize = [0, 1].map(|phase| agreements(&calls, axis, lag, phase).0).iter().sum();
        let pair = |mask: &Mask, i: usize, k: usize| {
            let (i2, k2) = (i + di as usize, (k as isize + dk) as usize);
            i2 < 16 && k2 < 8 && mask.at(i, k) == mask.at(i2, k2)
        };
        let cells = (0..16).flat_map(|i| (0..8).map(move |k| (i, k)));
        let counted = calls.iter().map(|mask| cells.clone().filter(|&(i, k)| pair(mask, i, k)).count());
        assert_eq!(agree, counted.sum::<usize>(), "{axis:?}");
    }
}

/// The counts of small masks, cell by cell.
#[test]
fn every_test_counts_what_it_says() {
    let question = |role, p: &[f64], rows| Question { p: p.to_vec(), rows, role };
    let mut questions =
        vec![question(Role::Rates, &[0.9, 0.3, 0.9, 1.0], 3), question(Role::Fine, &[TINY; 5], 2)];
    questions.extend(vec![question(Role::Even, &[0.5; 32], 6); 2]);
    questions.extend(vec![question(Role::Skewed, &[0.25; 32], 6); 2]);
    questions.extend(vec![question(Role::Short, &[0.5; 7], 5); 20]);
    let drawn = |(number, question): (usize, &Question)| {
        let row = |i| word((number as u64) << 8 | i) & full(question.p.len());
        Mask { units: question.p.len(), rows: (0..question.rows as u64).map(row).collect() }
    };
    let mut masks: Vec<Mask> = questions.iter().enumerate().map(drawn).collect();
    // The first 64 cells of the second even mask also occur in the first, from cell 40 on.
    let start = masks[3].rows[0] | masks[3].rows[1] << 32;
    let before = masks[2].rows[1] & 0xff;
    masks[2].rows[1..4].copy_from_slice(&[
        (before | start << 8) & full(32),
        start >> 24 & full(32),
        start >> 56,
    ]);
    assert_eq!(recurrences(&[&masks[2], &masks[3]]), [(6 * 32, 40)]);
    let samples: Vec<Sample> =
        questions.iter().zip(masks).map(|(question, mask)| Sample::new(question, mask)).collect();

    let calls = |role| samples.iter().filter(move |sample| sample.question.role == role).collect::<Vec<_>>();
    let cells = |role| {
        let of_call = |(call, sample): (usize, &'_ &Sample)| {
            let (rows, units) = (sample.mask.rows.len(), sample.mask.units);
            (0..rows).flat_map(move |i| (0..units).map(move |k| (call, i, k))).collect::<Vec<_>>()
        };
        calls(role).iter().enumerate().flat_map(of_call).collect::<Vec<_>>()
    };
    let share = |hits: &mut dyn Iterator<Item = bool>| {
        hits.fold((0, 0), |(hits, trials), hit| (hits + usize::from(hit), trials + 1))
    };
    let counted = |role, what| {
        let (calls, cells) = (calls(role), cells(role));
        let at = |&(call, i, k): &(usize, usize, usize)| calls[call].mask.at(i, k);
        let p = |&&(call, _, k): &&(usize, usize, usize)| calls[call].question.p[k];
        // Whether the last of these cells is kept where fewer than half are without it.
        let guessed = |group: Vec<bool>| {
            let (last, others) = group.split_last().expect("cells");
            (others.iter().filter(|kept| **kept).count() < group.len() / 2) == *last
        };
        match what {
            What::Kept(kept) => share(&mut cells.iter().filter(|cell| p(cell) == kept).map(at)),
            What::Unit(unit, _) => share(&mut cells.iter().filter(|cell| cell.2 == unit).map(at)),
            What::Place(row, unit) => {
                share(&mut cells.iter().filter(|cell| (cell.1, cell.2) == (row, unit)).map(at))
            }
            What::Agree { axis, lag, phase } => share(&mut cells.iter().filter_map(|cell| {
                let &(call, i, k) = cell;
                let (along, other) = match axis {
                    Axis::Units => (k, (call, i, k + lag)),
                    Axis::Rows => (i, (call, i + lag, k)),
                    Axis::Calls => (call, (call + lag, i, k)),
                    Axis::Falling => (i * lag, (call, i + 1, k + lag)),
                    Axis::Rising => (i * lag, (call, i + 1, k.wrapping_sub(lag))),
                };
                (along / lag % 2 == phase && cells.contains(&other)).then(|| at(cell) == at(&other))
            })),
            What::Cells(one, other) => share(
                &mut calls
                    .iter()
                    .map(|sample| sample.mask.at(one.0, one.1) == sample.mask.at(other.0, other.1)),
            ),
            What::Start(with) => {
                let with = samples.iter().find(|sample| sample.question.role == with).expect("there");
                let in_both = |cell: &&(usize, usize, usize)| {
                    cell.0 == 0 && cell.1 < with.mask.rows.len() && cell.2 < with.mask.units
                };
                share(&mut cells.iter().filter(in_both).map(|cell| at(cell) == with.mask.at(cell.1, cell.2)))
            }
            // 4 runs in each of 2 masks, each two of them in 8 ways.
            What::Rows => (0, 8 * 28),
            What::Equal => (0, 190),
            What::Last(axis) => {
                let group = |cell: &(usize, usize, usize)| match axis {
                    Axis::Rows => (cell.0, cell.1),
                    Axis::Units => (cell.0, cell.2),
                    _ => (cell.0, 0),
                };
                let mut groups: Vec<_> = cells.iter().map(group).collect();
                groups.sort();
                groups.dedup();
                let members =
                    |of: &(usize, usize)| cells.iter().filter(|cell| group(cell) == *of).map(at).collect();
                share(&mut groups.iter().map(members).map(guessed))
            }
            What::Repeat => (1, 2 * 2 * 6 * 32),
        }
    };

    let mut expected =
        vec![(Role::Rates, What::Kept(0.9)), (Role::Rates, What::Kept(0.3)), (Role::Fine, What::Kept(TINY))];
    for (role, p) in [(Role::Even, 0.5), (Role::Skewed, 0.25)] {
        expected.push((role, What::Kept(p)));
        expected.extend((0..32).map(|k| (role, What::Unit(k, p))));
        let agree = |axis, lags: &[usize]| {
            lags.iter()
                .flat_map(|&lag| [0, 1].map(|phase| (role, What::Agree { axis, lag, phase })))
                .collect::<Vec<_>>()
        };
        let lags: Vec<usize> = (1..32).collect();
        expected.extend(agree(Axis::Units, &lags[..15]));
        expected.extend(agree(Axis::Rows, &[1, 2]));
        expected.extend([Axis::Falling, Axis::Rising].iter().flat_map(|&axis| agree(axis, &lags)));
        // Of two calls, and of cells that lie half of all apart or more, there is one half only.
        let half = |axis, lag| (role, What::Agree { axis, lag, phase: 0 });
        expected.extend(lags[15..].iter().map(|&lag| half(Axis::Units, lag)));
        expected.extend([half(Axis::Rows, 3), half(Axis::Calls, 1)]);
    }
    let of_rates = [
        (Axis::Units, 1, 0),
        (Axis::Units, 1, 1),
        (Axis::Units, 2, 0),
        (Axis::Units, 3, 0),
        (Axis::Rows, 1, 0),
        (Axis::Rows, 1, 1),
    ];
    expected.extend(of_rates.map(|(axis, lag, phase)| (Role::Rates, What::Agree { axis, lag, phase })));
    expected.extend([Role::Rates, Role::Skewed].map(|role| (Role::Even, What::Start(role))));
    let places: Vec<(usize, usize)> = (0..5).flat_map(|i| (0..7).map(move |k| (i, k))).collect();
    for (at, other) in places.iter().enumerate() {
        expected.extend(places[..at].iter().map(|one| (Role::Short, What::Cells(*one, *other))));
    }
    expected.extend(
        [What::Last(Axis::Rows), What::Last(Axis::Units), What::Repeat, What::Rows]
            .map(|what| (Role::Even, what)),
    );
    expected.extend([0, 1].map(|phase| (Role::Short, What::Agree { axis: Axis::Calls, lag: 1, phase })));
    expected.extend([What::Kept(0.5), What::Last(Axis::Calls), What::Equal].map(|what| (Role::Short, what)));
    expected.extend((0..5).flat_map(|i| (0..7).map(move |k| (Role::Short, What::Place(i, k)))));

    let tests = all(&samples);
    assert_eq!(tests.len(), expected.len());
    for (role, what) in expected {
        let test = tests.iter().find(|test| (test.role, test.what) == (role, what));
        let test = test.unwrap_or_else(|| panic!("no {what:?} of {role:?}"));
        assert_eq!((test.hits, test.trials), counted(role, what), "{what:?} of {role:?}");
        assert_eq!(test.share(), test.hits as f64 / test.trials as f64);
        let p = calls(role)[0].question.p[0];
        let agree = |one: f64, other: f64| one * other + (1.0 - one) * (1.0 - other);
        let of_rates = [0.9, 0.3, 0.9, 1.0];
        let (chance, slack) = match what {
            What::Agree { axis: Axis::Units, lag, phase } if role == Role::Rates => {
                let firsts: Vec<usize> = (0..4 - lag).filter(|k| k / lag % 2 == phase).collect();
                let sum: f64 = firsts.iter().map(|&k| agree(of_rates[k], of_rates[k + lag])).sum();
                (sum / firsts.len() as f64, 3.0 * GRAIN)
            }
            What::Agree { .. } if role == Role::Rates => {
                (of_rates.map(|p| agree(p, p)).iter().sum::<f64>() / 4.0, 3.0 * GRAIN)
            }
            What::Agree { .. } => (agree(p, p), 3.0 * GRAIN),
            What::Cells(..) | What::Start(_) => (0.5, 3.0 * GRAIN),
            What::Rows => ((0.5 + 3.0 * GRAIN).powi(96), 0.0),
            What::Equal => ((0.5 + 3.0 * GRAIN).powi(35), 0.0),
            What::Kept(p) => (p, GRAIN),
            What::Repeat => ((0.5 + GRAIN).powi(64), 0.0),
            What::Last(_) | What::Place(..) => (0.5, GRAIN),
            What::Unit(..) => (p, GRAIN),
        };
        assert_eq!(test.chance, chance, "{what:?} of {role:?}");
        let ln_p = match what {
            What::Repeat => (test.trials as f64 * chance).ln(),
            What::Rows | What::Equal => 0.0,
            _ => ln_p_value(test.hits, test.trials, Chance::new(chance), slack),
        };
        assert_eq!(test.ln_p, ln_p, "{what:?} of {role:?}");
    }
}

/// Two masks of 192 cells that begin anew after a number of cells; it shows where a whole mask is left.
#[test]
fn a_period_is_seen_in_what_is_at_least_a_mask() {
    let period = |cell: &dyn Fn(usize) -> u64| {
        let row = |start: usize| (0..32).map(|k| (cell(start + k) & 1) << k).sum();
        let mask = |call: usize| Mask { units: 32, rows: (0..6).map(|i| row((call * 6 + i) * 32)).collect() };
        period_of(&[&mask(0), &mask(1)])
    };
    for cells in [101, 128, 191, 192] {
        assert_eq!(period(&|c| word((c % cells) as u64)), Some(cells));
    }
    for cells in [193, 200, 320] {
        assert_eq!(period(&|c| word((c % cells) as u64)), None, "{cells}");
    }
    // The first 64 cells come once more, and then others.
    assert_eq!(period(&|c| word(if (101..165).contains(&c) { c - 101 } else { c } as u64)), None);
}

/// Three rows in each of the eight ways; runs that share a row with their copy do not count.
#[test]
fn three_rows_recur_in_eight_ways_but_not_over_themselves() {
    let [a, b, c, x, y] = [0b0000_0110, 0b0101_1000, 0b0011_0111, 0b0100_1111, 0b0001_0001];
    let found = |rows: &[u64]| recurring_rows(&[&Mask { units: 8, rows: rows.to_vec() }]);
    assert_eq!(found(&[a, b, a, b, a, b]), None);
    assert_eq!(found(&[a, b, c, x, b, c, a, y]), None);
    let reverse = |row: u64| row.reverse_bits() >> 56;
    for way in 0..8 {
        let [rows_reversed, units_reversed, swapped] = [1, 2, 4].map(|bit| way & bit != 0);
        let mut copy = [a, b, c];
        if rows_reversed {
            copy.reverse();
        }
        let copy = copy.map(|row| if units_reversed { reverse(row) } else { row });
        let [d, e, f] = copy.map(|row| if swapped { !row & full(8) } else { row });
        let how = Arrangement { rows_reversed, units_reversed, swapped };
        let recurrence = Recurrence { one: (0, 0), other: (0, 4), how };
        assert_eq!(found(&[a, b, c, x, d, e, f]), Some(recurrence), "{way}");
    }
}

/// A cell of the run: its call, its row, its unit; its number in the whole run and in its mask.
#[derive(Clone, Copy)]
struct Cell {
    call: u64,
    i: u64,
    k: u64,
    c: u64,
    here: u64,
    cells: u64,
}

/// A well-mixed word for each number.
fn word(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number in [0, 1) for each cell.
fn u(call: u64, i: u64, k: u64) -> f64 {
    (word(call << 40 | i << 16 | k) >> 11) as f64 / 2f64.powi(53)
}

/// The number of a cell.
fn own(x: Cell) -> f64 {
    u(x.call, x.i, x.k)
}

/// The verdict on a generator that keeps the cells for which `keep(cell, p)` holds.
fn verdict(plan: &Plan, mut keep: impl FnMut(Cell, &[f64]) -> bool) -> Verdict {
    let (mut call, mut c) = (0, 0);
    let verdict = judge(plan, FALSE_ALARM, |p, rows| {
        let cells = (rows * p.len()) as u64;
        let mut cell = |at: u64| {
            let (i, k) = (at / p.len() as u64, at % p.len() as u64);
            f64::from(u8::from(keep(Cell { call, i, k, c: c + at, here: at, cells }, p)))
        };
        let mask =
            (0..rows).map(|i| (0..p.len()).map(|k| cell((i * p.len() + k) as u64)).collect()).collect();
        call += 1;
        c += cells;
        Some(mask)
    });
    verdict.expect("it answers")
}

type Keep = fn(Cell, &[f64]) -> bool;

/// p of a cell's unit.
fn of(p: &[f64], x: Cell) -> f64 {
    p[x.k as usize]
}

/// A whole number of b bits.
fn bits(x: Cell, b: i32) -> f64 {
    (own(x) * 2f64.powi(b)).floor()
}

/// Whether the units have keep probabilities of their own.
fn differ(p: &[f64]) -> bool {
    p.iter().any(|other| *other != p[0])
}

/// The number of a cell, which one time in five is that of the cell so many units and rows before it.
fn copied(x: Cell, units: u64, rows: u64) -> f64 {
    let is_copy = x.k >= units && x.i >= rows && u(x.call, x.i, 1 << 12 | x.k) < 0.2;
    if is_copy { u(x.call, x.i - rows, x.k - units) } else { own(x) }
}

/// The number of a cell, or of another one for the last cells if the cells are no multiple of 4.
fn tail(x: Cell, other: fn(Cell) -> u64) -> f64 {
    u(x.call, if x.here < x.cells / 4 * 4 { x.here } else { other(x) }, 0)
}

/// Wrong generators, and how the first finding on each begins.
const WRONG: &[(&str, Keep)] = &[
    ("nothing is ever dropped, as in evaluation mode", |_, _| true),
    ("nothing is ever kept: every mask is all zeros", |_, _| false),
    ("every call returns the same mask", |x, p| u(0, x.i, x.k) < of(p, x)),
    ("every row of the batch has the same mask", |x, p| u(x.call, 0, x.k) < of(p, x)),
    ("rows share their mask in groups of 8", |x, p| u(x.call, x.i / 8, x.k) < of(p, x)),
    ("all units of a row share one mask entry", |x, p| u(x.call, x.i, 0) < of(p, x)),
    ("units share their mask entry in groups of 4", |x, p| u(x.call, x.i, x.k / 4) < of(p, x)),
    ("the stream has a short period: the mask repeats after 64 cells (2 rows)", |x, p| {
        u(0, 0, x.c % 64) < of(p, x)
    }),
    ("the stream has a short period: the mask repeats after 255 cells", |x, p| u(0, 0, x.c % 255) < of(p, x)),
    ("the stream has a short period: the mask repeats after 4096 cells (128 rows)", |x, p| {
        u(0, 0, x.c % 4096) < of(p, x)
    }),
    ("the stream has a short period: the mask repeats after 131072 cells (4096 rows)", |x, p| {
        u(0, x.c % (1 << 17), 0) < of(p, x)
    }),
    ("antithetic pairs: neighbouring rows are always opposite", |x, p| {
        let u = u(x.call, x.i / 2, x.k);
        (if x.i % 2 == 0 { u } else { 1.0 - u }) < of(p, x)
    }),
    ("antithetic pairs: neighbouring units are always opposite", |x, p| {
        let u = u(x.call, x.i, x.k / 2);
        (if x.k % 2 == 0 { u } else { 1.0 - u }) < of(p, x)
    }),
    ("antithetic pairs: masks of successive calls are always opposite", |x, p| {
        let u = u(x.call / 2, x.i, x.k);
        (if x.call % 2 == 1 { u } else { 1.0 - u }) < of(p, x)
    }),
    ("a cell and the unit before it in the next row always agree", |x, p| u(x.call, x.i + x.k, 0) < of(p, x)),
    ("neighbouring units are not independent", |x, p| {
        let copied = |k: &u64| u(x.call, x.i, 1 << 12 | k) < 0.2;
        u(x.call, x.i, (1..=x.k).rev().find(|k| !copied(k)).unwrap_or(0)) < of(p, x)
    }),
    ("neighbouring rows are not independent", |x, p| {
        let copied = |i: &u64| u(x.call, *i, 1 << 12 | x.k) < 0.2;
        u(x.call, (1..=x.i).rev().find(|i| !copied(i)).unwrap_or(0), x.k) < of(p, x)
    }),
    ("nothing is kept where p is below 1", |x, p| of(p, x) == 1.0),
    (
        "nothing is drawn: units of p = 0.5 and above are always kept, those of p = 0.45 and below never",
        |x, p| of(p, x) >= 0.5,
    ),
    ("nothing is drawn: each unit is always kept or always dropped", |x, p| of(p, x) == 1.0 || x.k % 2 == 0),
    ("where the p of the units differ, all units of a row share one random number", |x, p| {
        u(x.call, x.i, if differ(p) { 0 } else { x.k }) < of(p, x)
    }),
    ("where the p of the units differ, units share one random number in groups of 4", |x, p| {
        u(x.call, x.i, if differ(p) { x.k / 4 } else { x.k }) < of(p, x)
    }),
    ("where the p of the units differ, rows share their mask in groups of 2", |x, p| {
        u(x.call, if differ(p) { x.i / 2 } else { x.i }, x.k) < of(p, x)
    }),
    ("rows share their mask in groups of 3", |x, p| u(x.call, x.i / 3, x.k) < of(p, x)),
    ("a cell and the unit 3 after it in the next row always agree", |x, p| {
        u(x.call, 3 * (4096 - x.i) + x.k, 0) < of(p, x)
    }),
    ("a cell and the unit 5 before it in the next row always agree", |x, p| {
        u(x.call, 5 * x.i + x.k, 0) < of(p, x)
    }),
    ("units 5 apart are not independent", |x, p| copied(x, 5, 0) < of(p, x)),
    ("units 6 apart are not independent", |x, p| copied(x, 6, 0) < of(p, x)),
    ("units 12 apart are not independent", |x, p| copied(x, 12, 0) < of(p, x)),
    ("rows 7 apart are not independent", |x, p| copied(x, 0, 7) < of(p, x)),
    ("the second half of a mask is its first half, with the rows in reverse order", |x, p| {
        let rows = x.cells / p.len() as u64;
        u(x.call, x.i.min(rows - 1 - x.i), x.k) < of(p, x)
    }),
    ("the second half of a mask is its first half, with the units in reverse order", |x, p| {
        let (half, units) = (x.cells / p.len() as u64 / 2, p.len() as u64);
        let (i, k) = if x.i < half { (x.i, x.k) } else { (x.i - half, units - 1 - x.k) };
        u(x.call, i, k) < of(p, x)
    }),
    (
        "a call returns the mask of an earlier one, with the rows in reverse order and kept and dropped swapped",
        |x, p| {
            let rows = x.cells / p.len() as u64;
            match x.call % 2 {
                0 => own(x) < of(p, x),
                _ => 1.0 - u(x.call - 1, rows - 1 - x.i, x.k) < of(p, x),
            }
        },
    ),
    (
        "in every mask of 5 × 7, cell (4, 4) equals cell (0, 0), cell (4, 5) equals cell (0, 0), cell (4, 6)",
        |x, p| tail(x, |_| 0) < of(p, x),
    ),
    ("in every mask of 5 × 7, cell (4, 5) equals cell (4, 4), cell (4, 6) equals cell (4, 4)", |x, p| {
        tail(x, |x| x.cells / 4 * 4) < of(p, x)
    }),
    ("in every mask of 5 × 7, cell (4, 4) equals cell (4, 0), cell (4, 5) equals cell (4, 1)", |x, p| {
        tail(x, |x| x.here - 4) < of(p, x)
    }),
    ("the masks repeat after 8 calls", |x, p| u(x.call % 8, x.i, x.k) < of(p, x)),
    ("calls take their masks from a small pool: 128 calls for 5 × 7 return only ", |x, p| {
        u(word(x.call) % 64, x.i, x.k) < of(p, x)
    }),
    ("the first calls for p = 1/2 and p = 1/4 have the same random numbers", |x, p| {
        // The first call of each shape of the plan.
        let first = [136, 135, 7, 6, 4, 1, 0].into_iter().find(|first| *first <= x.call).unwrap_or(0);
        u(0, (x.call - first) * x.cells + x.here, 0) < of(p, x)
    }),
    ("64 of 128 calls for 5 × 7 drop nothing", |x, p| x.call % 2 == 0 || own(x) < of(p, x)),
    ("keep and drop are swapped", |x, p| own(x) >= of(p, x)),
    ("the keep probabilities of the first call are used in every call", |x, _| {
        own(x) < RATES[x.k as usize % RATES.len()]
    }),
    ("p of the first unit is used for all units", |x, p| own(x) < p[0]),
    ("each unit uses the p of the unit before it", |x, p| own(x) < p[(x.k as usize + p.len() - 1) % p.len()]),
    ("each unit uses the p of the unit after it", |x, p| own(x) < p[(x.k as usize + 1).min(p.len() - 1)]),
    ("p is applied in the reverse order of the units", |x, p| own(x) < p[p.len() - 1 - x.k as usize]),
    ("every unit is kept with probability 1/2, whatever its p", |x, _| own(x) < 0.5),
    ("two masks are applied: units are kept with probability p²", |x, p| own(x) < of(p, x).powi(2)),
    ("p is averaged over the units", |x, p| own(x) < p.iter().sum::<f64>() / p.len() as f64),
    ("p is applied by row instead of by unit", |x, p| own(x) < p[x.i as usize % p.len()]),
    ("unit 2 is dropped in row ", |x, p| own(x) < of(p, x).min(0.999)),
    ("cell (4, ", |x, p| x.here < x.cells / 4 * 4 && own(x) < of(p, x)),
    // A normal number held against a threshold of the wrong scale.
    ("units of p = ", |x, p| {
        let normal = (-2.0 * u(x.call, x.i, x.k).ln()).sqrt()
            * (std::f64::consts::TAU * u(x.call, x.i, 1 << 12 | x.k)).cos();
        of(p, x) == 1.0 || normal < 2.0 * of(p, x) - 1.0
    }),
    ("units of p = 0.5 are kept with probability 0.5", |x, p| {
        own(x) < of(p, x) + if of(p, x) == 0.5 { 0.015 } else { 0.0 }
    }),
    ("the uniform numbers are coarse, with about 8 bits: p is rounded up", |x, p| {
        bits(x, 8) / 256.0 < of(p, x)
    }),
    ("the uniform numbers are coarse, with about 8 bits: p is rounded down", |x, p| {
        bits(x, 8) < (of(p, x) * 256.0).floor()
    }),
    ("the uniform numbers are coarse, with about 8 bits: p is scaled", |x, p| bits(x, 8) / 255.0 < of(p, x)),
    ("the uniform numbers are coarse, with about 8 bits: p is scaled", |x, p| {
        bits(x, 8) <= (of(p, x) * 255.0).floor()
    }),
    ("the uniform numbers are coarse, with at most", |x, p| bits(x, 8) < (of(p, x) * 256.0).round()),
    ("the uniform numbers are coarse, with at most", |x, p| bits(x, 11) < (of(p, x) * 2048.0).round()),
    ("the uniform numbers are coarse, with about 1", |x, p| bits(x, 16) / 65536.0 < of(p, x)),
    ("the uniform numbers are coarse, with about 1", |x, p| bits(x, 16) < (of(p, x) * 65536.0).floor()),
    ("the uniform numbers are coarse, with about 1", |x, p| bits(x, 16) / 65535.0 < of(p, x)),
    ("the uniform numbers are coarse, with about 1", |x, p| bits(x, 18) / 262144.0 < of(p, x)),
];

/// `f` of every item, on two threads.
fn on_two_threads<T: Sync, U: Send>(items: &[T], f: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let (left, right) = items.split_at(items.len() / 2);
    let half = |items: &[T]| items.iter().map(&f).collect::<Vec<U>>();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| half(right));
        let mut all = half(left);
        all.extend(other.join().expect("no panic"));
        all
    })
}

/// One in forty, or all in the sweep.
#[test]
fn every_wrong_generator_is_rejected_with_its_defect_named_first() {
    let plan = Plan::standard(true);
    let some: Vec<_> = WRONG.iter().step_by(sweep::one_in(40)).collect();
    let wrong = on_two_threads(&some, |(says, keep)| {
        let first = verdict(&plan, keep).findings.first().map(ToString::to_string).unwrap_or_default();
        (!first.starts_with(says)).then(|| format!("{says}\n   but: {first}"))
    });
    assert_eq!(wrong.into_iter().flatten().collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn without_probabilities_of_its_own_a_unit_is_judged_by_the_others() {
    let plan = Plan::reduced(false, 8);
    assert!(verdict(&plan, |x, p| own(x) < of(p, x)).passes());
    for (says, keep) in WRONG.iter().step_by(sweep::one_in(8)) {
        let per_unit = [
            "p of the",
            "each unit",
            "p is applied",
            "p is averaged",
            "where the p of the units",
            "the first calls",
        ];
        let fine = [
            "the uniform numbers are coarse, with a",
            "units of p = 0.5",
            "the stream has a short period: the mask repeats after 131",
        ];
        if per_unit.iter().chain(&fine).any(|start| says.starts_with(start)) {
            continue;
        }
        assert!(!verdict(&plan, keep).passes(), "{says}");
    }
    let first = |keep: Keep| verdict(&plan, keep).findings.remove(0).says;
    assert_eq!(first(|x, p| own(x) >= of(p, x)), "keep and drop are swapped");
    assert_eq!(
        first(|x, _| own(x) < RATES[0]),
        "the keep probabilities of the first call are used in every call"
    );
}

/// Exactly ⌊p·n⌋ of every n cells in a row, in a column or in a call, drawn without replacement.
/// In the sweep only.
#[test]
fn a_constant_number_of_kept_cells_is_named() {
    if !sweep::is_on() {
        return;
    }
    let group = |by: &str, rows: usize, units: usize| -> Vec<Vec<(usize, usize)>> {
        let cell = |i: usize| (0..units).map(move |k| (i, k));
        match by {
            "row" => (0..rows).map(|i| cell(i).collect()).collect(),
            "unit" => (0..units).map(|k| (0..rows).map(|i| (i, k)).collect()).collect(),
            _ => vec![(0..rows).flat_map(cell).collect()],
        }
    };
    for (by, says) in [
        ("row", "the number of kept cells does not vary: exactly 16 of the 32 units in every row"),
        ("unit", "the number of kept cells does not vary: exactly 1024 of the 2048 rows for every unit"),
        ("call", "the number of kept cells does not vary: exactly 17 of the 35 cells in every call"),
    ] {
        let mut call = 0;
        let draw = |p: &[f64], rows: usize| {
            call += 1;
            let mut mask = vec![vec![0.0; p.len()]; rows];
            for mut cells in group(by, rows, p.len()) {
                if p.windows(2).all(|pair| pair[0] == pair[1]) {
                    cells.sort_by_cached_key(|&(i, k)| word(call << 40 | (i as u64) << 16 | k as u64));
                    cells.truncate((p[0] * cells.len() as f64).floor() as usize);
                } else {
                    cells.retain(|&(i, k)| u(call, i as u64, k as u64) < p[k]);
                }
                cells.into_iter().for_each(|(i, k)| mask[i][k] = 1.0);
            }
            Some(mask)
        };
        let verdict = judge(&Plan::standard(true), FALSE_ALARM, draw).expect("it answers");
        assert_eq!(verdict.findings[0].says, says);
    }
}

#[test]
fn a_result_that_is_not_a_mask_is_reported_at_once() {
    let first = |answer: fn(usize, usize) -> Vec<Vec<f64>>| {
        let verdict = judge(&Plan::reduced(true, 32), FALSE_ALARM, |p, rows| Some(answer(rows, p.len())));
        verdict.expect("it answers").findings.remove(0).to_string()
    };
    assert_eq!(first(|rows, n| vec![vec![1.0; n]; rows - 1]), "128 rows were requested, and 127 returned");
    assert_eq!(first(|rows, n| vec![vec![1.0; n - 1]; rows]), "row 0 has 31 units, but p has 32");
    assert_eq!(
        first(|rows, n| vec![vec![2.0; n]; rows]),
        "R[0][0] is 2: a mask entry must be exactly 0 or 1"
    );
    assert_eq!(first(|rows, n| vec![vec![f64::NAN; n]; rows]).find("R[0][0] is NaN"), Some(0));
    assert_eq!(judge(&Plan::standard(true), FALSE_ALARM, |_, _| None), None);
}

/// xorshift128+.
fn xorshift(mut s: [u64; 2]) -> impl FnMut() -> u64 {
    move || {
        let (mut x, y) = (s[0], s[1]);
        s[0] = y;
        x ^= x << 23;
        s[1] = x ^ y ^ (x >> 17) ^ (y >> 26);
        s[1].wrapping_add(y)
    }
}

/// PCG-XSH-RR, 64 bits of state.
fn pcg(mut state: u64) -> impl FnMut() -> u32 {
    move || {
        let old = state;
        state = old.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((((old >> 18) ^ old) >> 27) as u32).rotate_right((old >> 59) as u32)
    }
}

/// MT19937.
fn mersenne_twister(seed: u32) -> impl FnMut() -> u32 {
    let mut state = vec![seed; 624];
    for i in 1..624 {
        let last = state[i - 1];
        state[i] = (last ^ (last >> 30)).wrapping_mul(1_812_433_253).wrapping_add(i as u32);
    }
    let mut at = 624;
    move || {
        if at == 624 {
            for i in 0..624 {
                let y = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7fff_ffff);
                state[i] = state[(i + 397) % 624] ^ (y >> 1) ^ ((y & 1) * 0x9908_b0df);
            }
            at = 0;
        }
        let mut y = state[at];
        at += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }
}

/// The verdict on one of seven conforming generators.
fn conforming(kind: u64, seed: u64, plan: &Plan) -> Verdict {
    let start = [word(seed << 1), word(seed << 1 | 1)];
    let mut key = [0; 32];
    key[..8].copy_from_slice(&start[0].to_le_bytes());
    let mut chacha = mask::words(key, seed);
    let mut chacha = || (chacha.next().expect("endless") >> 11) as f64 / 2f64.powi(53);
    let mut splitmix = 0;
    let mut splitmix = || {
        splitmix += 1;
        (word(start[0].wrapping_add(splitmix)) >> 11) as f64 / 2f64.powi(53)
    };
    let (mut xorshift, mut pcg, mut twister) =
        (xorshift(start), pcg(start[0]), mersenne_twister(start[0] as u32));
    match kind {
        0 => verdict(plan, |x, p| chacha() < of(p, x)),
        1 => verdict(plan, |x, p| splitmix() < of(p, x)),
        // 24 bits in single precision, p rounded to it; then from (0, 1].
        2 => verdict(plan, |x, p| (xorshift() >> 40) as f32 / 16_777_216.0 < of(p, x) as f32),
        3 => verdict(plan, |x, p| ((xorshift() >> 40) + 1) as f64 / 2f64.powi(24) <= of(p, x)),
        // 23 bits, as where the bits of a number of [1, 2) are drawn.
        4 => verdict(plan, |x, p| f64::from(pcg() >> 9) / 2f64.powi(23) < of(p, x)),
        5 => verdict(plan, |x, p| {
            let (high, low) = (twister() >> 5, twister() >> 6);
            (f64::from(high) * 67_108_864.0 + f64::from(low)) / 2f64.powi(53) < of(p, x)
        }),
        _ => verdict(plan, |x, p| f64::from(twister()) / 2f64.powi(32) < of(p, x)),
    }
}

/// How many of the verdicts would reject at another rate of false alarms.
fn rejections(verdicts: &[Verdict], false_alarm: f64) -> usize {
    let rejects = |verdict: &&Verdict| {
        let level = false_alarm / verdict.tests.len() as f64;
        verdict.tests.iter().any(|test| test.ln_p <= level.ln())
    };
    verdicts.iter().filter(rejects).count()
}

/// One run in fifteen, or all in the sweep.
#[test]
fn a_thousand_runs_of_conforming_generators_pass_and_weaker_levels_hold() {
    let runs: Vec<u64> = (0..1001).step_by(sweep::one_in(15)).collect();
    let verdicts = on_two_threads(&runs, |run| conforming(run % 7, *run, &Plan::reduced(run % 2 == 0, 32)));
    for (run, verdict) in runs.iter().zip(&verdicts) {
        assert!(verdict.passes(), "generator {}: {:?}", run % 7, verdict.findings);
    }
    // The same tests at weaker levels: no more rejections than stated, up to a chance of 1e-3; and not
    // so few that the level were wasted.
    for level in [0.5, 0.1, 0.01] {
        let count = rejections(&verdicts, level);
        let ln_chance = ln_upper(count, runs.len(), Chance::new(level));
        assert!(ln_chance > 1e-3f64.ln(), "{count} of {} at {level}", runs.len());
        assert!(count as f64 > 0.2 * level * runs.len() as f64, "{count} of {} at {level}", runs.len());
    }
}

/// In the sweep only.
#[test]
fn conforming_generators_pass_the_whole_plan() {
    if !sweep::is_on() {
        return;
    }
    let kinds: Vec<u64> = (0..7).collect();
    let plans = [Plan::standard(true), Plan::standard(false)];
    for verdict in on_two_threads(&kinds, |kind| conforming(*kind, 7000 + kind, &plans[*kind as usize % 2])) {
        assert!(verdict.passes(), "{:?}", verdict.findings);
    }
}

/// Three rates at about the smallest error that the tests of a small plan detect: each passes as often as the
/// exact tails say.
#[test]
fn the_stated_power_is_what_a_simulation_shows() {
    let plan = Plan::reduced(true, 32);
    let off = [(0.9, 0.65, 128), (0.5, 0.55, 6144), (0.25, 0.325, 2048)];
    let instead = |p: f64| off.iter().find(|(stated, ..)| *stated == p).map_or(p, |(_, actual, _)| *actual);
    let runs: Vec<u64> = (0..200 / sweep::one_in(10) as u64).collect();
    let verdicts = on_two_threads(&runs, |run| {
        verdict(&plan, |x, p| u(run << 8 | x.call, x.i, x.k) < instead(of(p, x)))
    });
    for (p, actual, cells) in off {
        let role = if p == 0.9 {
            Role::Rates
        } else if p == 0.5 {
            Role::Even
        } else {
            Role::Skewed
        };
        let passed = |verdict: &&Verdict| {
            let mut tests = verdict.tests.iter();
            let test = tests.find(|test| test.role == role && test.what == What::Kept(p)).expect("there");
            assert_eq!(test.trials, cells);
            test.ln_p > verdict.level.ln()
        };
        let count = verdicts.iter().filter(passed).count();
        let stated = miss(p, actual, cells, GRAIN, verdicts[0].level);
        assert!(stated > 0.1 && stated < 0.5, "{p}: {stated}");
        let ln_p = ln_p_value(count, runs.len(), Chance::new(stated), 0.0);
        assert!(ln_p > 1e-3f64.ln(), "{p}: {count} of {} passed, stated {stated}", runs.len());
    }
}

/// Hoeffding's theorem of 1956 for the pairs among the 32 different p: their exact tails, by convolution.
#[test]
fn where_chances_differ_the_tails_lie_below_those_of_the_mean() {
    let agree = |k: usize, lag: usize| {
        let (p, q) = (RATES[k], RATES[k + lag]);
        p * q + (1.0 - p) * (1.0 - q)
    };
    for lag in [1, 3, 16] {
        let chances: Vec<f64> = (0..8).flat_map(|_| (0..32 - lag).map(|k| agree(k, lag))).collect();
        let mut exact = vec![1.0];
        for chance in &chances {
            let longer = |at: usize, exact: &[f64]| {
                let hit = at.checked_sub(1).map_or(0.0, |before| exact[before] * chance);
                hit + exact.get(at).map_or(0.0, |miss| miss * (1.0 - chance))
            };
            exact = (0..=exact.len()).map(|at| longer(at, &exact)).collect();
        }
        let trials = chances.len();
        let mean: f64 = chances.iter().sum::<f64>() / trials as f64;
        for hits in 0..=trials {
            let upper: f64 = exact[hits..].iter().sum();
            let lower: f64 = exact[..=hits].iter().sum();
            if hits as f64 >= trials as f64 * mean + 1.0 {
                assert!(upper.ln() <= ln_upper(hits, trials, Chance::new(mean)) + 1e-9, "{lag} {hits}");
            } else if hits as f64 <= trials as f64 * mean - 1.0 {
                assert!(lower.ln() <= ln_lower(hits, trials, Chance::new(mean)) + 1e-9, "{lag} {hits}");
            }
        }
    }
}

/// The table of spec/sampler.md, from the plan and the exact tails.
fn power_table() -> Vec<String> {
    let tests = verdict(&Plan::standard(true), |x, p| own(x) < of(p, x)).tests.len();
    let level = FALSE_ALARM / tests as f64;
    let (few, even, skewed) = (4096, 3 * 2048 * 32, 2 * 1024 * 32);
    let (small, tiny) = (2048 * 64, 24 * 4096 * 64);
    let power = |e: i32| 2f64.powi(-e);
    let pairs = even / 2;
    let rows: Vec<(&str, f64, &str, f64, usize)> = vec![
        ("0.9", 0.9, "0.1", 0.1, few),
        ("0.9", 0.9, "0.85", 0.85, few),
        ("0.9", 0.9, "0.94", 0.94, few),
        ("0.75", 0.75, "0.68", 0.68, few),
        ("0.1", 0.1, "0.15", 0.15, few),
        ("0.5", 0.5, "0.511", 0.511, even),
        ("0.25", 0.25, "0.266", 0.266, skewed),
        ("0.00024", SMALL, "0", 0.0, small),
        ("2^−40", TINY, "2^−8", power(8), tiny),
        ("2^−40", TINY, "2^−12", power(12), tiny),
        ("2^−40", TINY, "2^−15", power(15), tiny),
        ("2^−40", TINY, "2^−16", power(16), tiny),
        ("2^−40", TINY, "2^−17", power(17), tiny),
        ("2^−40", TINY, "2^−18", power(18), tiny),
        ("2^−40", TINY, "2^−20", power(20), tiny),
        ("pairs that agree: 0.5", 0.5, "0.515", 0.515, pairs),
        ("pairs that agree: 0.5", 0.5, "0.485", 0.485, pairs),
    ];
    let row = |(p, p_value, actual, actual_value, trials): (&str, f64, &str, f64, usize)| {
        let slack = if trials == pairs { 3.0 * GRAIN } else { GRAIN };
        let miss = miss(p_value, actual_value, trials, slack, level);
        let miss = if miss < 1e-9 { "below 1e-9".to_string() } else { format!("{miss:.1e}") };
        let needed = trials_needed(p_value, actual_value, slack, level, 0.01);
        let needed = needed.map_or("more than 2^23".to_string(), |trials| format!("2^{}", trials.ilog2()));
        format!("| {p} | {actual} | {trials} | {miss} | {needed} |")
    };
    rows.into_iter().map(row).collect()
}

#[test]
fn the_table_of_power_in_the_spec_is_the_computed_one() {
    let spec = sources::read("spec/sampler.md");
    let missing: Vec<String> = power_table().into_iter().filter(|row| !spec.contains(row)).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_numbers_of_the_plan_in_the_spec_are_right() {
    let spec = sources::read("spec/sampler.md");
    for per_unit_p in [true, false] {
        let plan = Plan::standard(per_unit_p);
        assert!(plan.questions.iter().all(|question| question.rows <= 4096 && question.p.len() <= 64));
        let mut certain = 0usize;
        let drawn = verdict(&plan, |x, p| {
            certain += usize::from(of(p, x) == 1.0);
            own(x) < of(p, x)
        });
        assert_eq!((plan.cells(), drawn.tests.len(), certain), (7_885_184, 1338, 20_480));
    }
    // With so few, a cell that is dropped once in 2^24 stays unseen in 99 of 100 runs.
    for words in ["7,885,184", "1,338", "20,480 cells are drawn at p = 1"] {
        assert!(spec.contains(words), "{words}");
    }
}
