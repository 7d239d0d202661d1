//! The judge of mask generators: exact tails, sound generators that pass, wrong ones and what it says.

use dropout_oracle::conform::sampler::plan::{Plan, Role};
use dropout_oracle::conform::sampler::{FALSE_ALARM, Verdict, judge};

/// A cell of the run: its call, its row, its unit; its number in the whole run; and how large its mask is.
#[derive(Clone, Copy, Debug)]
struct Cell {
    call: u64,
    i: u64,
    k: u64,
    c: u64,
    rows: u64,
    units: u64,
}

/// A well-mixed word for every number.
fn word(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number of [0, 1) for a place.
fn u(call: u64, i: u64, k: u64) -> f64 {
    (word(call << 40 | i << 16 | k) >> 11) as f64 / 2f64.powi(53)
}

/// The verdict on a generator that keeps the cells for which `keep(cell, p)` holds.
fn verdict(plan: &Plan, level: f64, mut keep: impl FnMut(Cell, &[f64]) -> bool) -> Verdict {
    let (mut call, mut c) = (0, 0);
    let verdict = judge(plan, level, |p, rows| {
        let mut row = |i: usize| -> Vec<f64> {
            (0..p.len())
                .map(|k| {
                    let (rows, units) = (rows as u64, p.len() as u64);
                    let cell = Cell { call, i: i as u64, k: k as u64, c, rows, units };
                    c += 1;
                    f64::from(u8::from(keep(cell, p)))
                })
                .collect()
        };
        let rows = (0..rows).map(&mut row).collect();
        call += 1;
        Some(rows)
    });
    verdict.expect("it answers")
}

fn small() -> Plan {
    Plan::with_ends(true, 512)
}

type Keep = fn(Cell, &[f64]) -> bool;

const WRONG: &[(&str, Keep)] = &[
    ("nothing is ever dropped, as in evaluation", |_, _| true),
    ("nothing is ever kept: every mask is all zeros", |_, _| false),
    ("every call gives the same mask", |x, p| u(0, x.i, x.k) < p[x.k as usize]),
    ("every row of the batch has the same mask", |x, p| u(x.call, 0, x.k) < p[x.k as usize]),
    ("rows share their mask in groups of 8", |x, p| u(x.call, x.i / 8, x.k) < p[x.k as usize]),
    ("all units of a row share one mask entry: a row is kept or dropped as a whole", |x, p| {
        u(x.call, x.i, 0) < p[x.k as usize]
    }),
    ("units share their mask entry in groups of 4", |x, p| u(x.call, x.i, x.k / 4) < p[x.k as usize]),
    ("the stream has a short period: the mask repeats after 64 cells, which are 2 rows", |x, p| {
        u(0, 0, x.c % 64) < p[x.k as usize]
    }),
    ("the stream has a short period: the mask repeats after 255 cells", |x, p| {
        u(0, 0, x.c % 255) < p[x.k as usize]
    }),
    ("the stream has a short period: the mask repeats after 4096 cells, which are 128 rows", |x, p| {
        u(0, 0, x.c % 4096) < p[x.k as usize]
    }),
    ("the stream has a short period: the mask repeats after 131072 cells, which are 4096 rows", |x, p| {
        u(0, x.c % (1 << 17), 0) < p[x.k as usize]
    }),
    ("antithetic pairs: neighbouring rows are always opposite", |x, p| {
        let u = u(x.call, x.i / 2, x.k);
        (if x.i % 2 == 0 { u } else { 1.0 - u }) < p[x.k as usize]
    }),
    ("antithetic pairs: neighbouring units are always opposite", |x, p| {
        let u = u(x.call, x.i, x.k / 2);
        (if x.k % 2 == 0 { u } else { 1.0 - u }) < p[x.k as usize]
    }),
    ("antithetic pairs: masks of successive calls are always opposite", |x, p| {
        let u = u(x.call / 2, x.i, x.k);
        (if x.call % 2 == 1 { u } else { 1.0 - u }) < p[x.k as usize]
    }),
    ("a cell and the unit before it in the next row always agree", |x, p| {
        u(x.call, x.i + x.k, 0) < p[x.k as usize]
    }),
    ("keep and drop are swapped", |x, p| u(x.call, x.i, x.k) >= p[x.k as usize]),
    ("p of the first unit is used for all units", |x, p| u(x.call, x.i, x.k) < p[0]),
    ("each unit takes p of the unit before it", |x, p| {
        u(x.call, x.i, x.k) < p[(x.k + x.units - 1) as usize % p.len()]
    }),
    ("each unit takes p of the unit after it", |x, p| {
        u(x.call, x.i, x.k) < p[(x.k as usize + 1).min(p.len() - 1)]
    }),
    ("p is taken in the reverse order of the units", |x, p| {
        u(x.call, x.i, x.k) < p[p.len() - 1 - x.k as usize]
    }),
    ("every unit is kept with probability 1/2, whatever p", |x, _| u(x.call, x.i, x.k) < 0.5),
    ("two masks are applied: units are kept with probability p²", |x, p| {
        u(x.call, x.i, x.k) < p[x.k as usize].powi(2)
    }),
    ("p is averaged over the units", |x, p| u(x.call, x.i, x.k) < p.iter().sum::<f64>() / p.len() as f64),
    ("p goes by the row, not by the unit", |x, p| u(x.call, x.i, x.k) < p[x.i as usize % p.len()]),
    ("unit 2 is dropped in row", |x, p| u(x.call, x.i, x.k) < p[x.k as usize].min(0.995)),
    ("the uniform numbers are coarse, of about 8 bits", |x, p| {
        ((u(x.call, x.i, x.k) * 256.0).floor() / 256.0) < p[x.k as usize]
    }),
    ("the uniform numbers are coarse, of about 8 bits", |x, p| {
        (u(x.call, x.i, x.k) * 256.0).floor() < (p[x.k as usize] * 256.0).round()
    }),
];

#[test]
fn probe() {
    let start = std::time::Instant::now();
    for (says, keep) in WRONG {
        let verdict = verdict(&small(), FALSE_ALARM, keep);
        println!("== {says}");
        for finding in verdict.findings.iter().take(4) {
            println!("   {finding}");
        }
    }
    println!(
        "{:?} tests {}",
        start.elapsed(),
        verdict(&small(), FALSE_ALARM, |x, p| u(x.call, x.i, x.k) < p[x.k as usize]).tests.len()
    );
    let start = std::time::Instant::now();
    let v = verdict(&Plan::standard(true), FALSE_ALARM, |x, p| u(x.call, x.i, x.k) < p[x.k as usize]);
    println!("{:?} {} {:?} {:?}", start.elapsed(), v.cells, v.findings, Role::Even);
    let mut worst: Vec<f64> = v.tests.iter().map(|t| t.ln_p).collect();
    worst.sort_by(f64::total_cmp);
    println!("{:?}", &worst[..5]);
}
