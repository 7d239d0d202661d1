//! The kill matrix: every defect is caught, no two are the same, and no family is indispensable.

use crate::solved::{MATRIX, SOLVED, ZOO};
use crate::sweep;
use dropout_oracle::cases::{self, Profile, SMOKE};
use dropout_oracle::fixture::kills::{Zoo, cover};
use dropout_oracle::fixture::solution::ARITHMETICS;
use dropout_oracle::number::Format;
use dropout_oracle::zoo::catalogue::pages;
use dropout_oracle::zoo::context::RightStep;
use dropout_oracle::zoo::distance::{CAUGHT, distance, of_defect, results};
use dropout_oracle::zoo::{self, Defect};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

fn family(case: usize) -> &'static str {
    MATRIX.cases[case].split('/').next().expect("family/name")
}

fn farthest(defect: usize, format: Format) -> f64 {
    (0..MATRIX.cases.len()).filter_map(|case| MATRIX.distance(defect, case, format)).fold(0.0, f64::max)
}

#[test]
fn every_defect_is_caught_in_f64_and_where_it_shows_at_all_in_f32() {
    let escapes = |(index, defect): (usize, &Defect<f64>)| {
        let [double, single] = ARITHMETICS.map(|format| farthest(index, format));
        let caught = double >= CAUGHT && (single <= 1.0 || single >= CAUGHT);
        (!caught).then(|| format!("{}: {double} tolerances off in f64, {single} in f32", defect.id))
    };
    let escaped: Vec<String> = ZOO.double.iter().enumerate().filter_map(escapes).collect();
    assert!(escaped.is_empty(), "{escaped:#?}");
}

#[test]
fn the_right_step_is_within_every_tolerance() {
    let (double, single) = (Defect::<f64>::new("right", 3, "", ""), Defect::<f32>::new("right", 3, "", ""));
    SOLVED.par_iter().for_each(|case| {
        let far = of_defect(
            &double,
            &RightStep::of(&case.problem),
            &case.solution.expected,
            &case.solution.bounds[0],
        );
        assert!(far <= 1.0, "{}: {far}", case.entry.id);
    });
    let zoo = Zoo { double: vec![double], single: vec![single] };
    SOLVED.par_iter().for_each(|case| {
        let distances = zoo.distances(&case.problem, &case.solution);
        assert!(distances.single.is_none_or(|far| far[0] <= 1.0), "{}", case.entry.id);
    });
}

/// A step that returns zeros passes only where zeros are expected.
#[test]
fn a_step_that_gives_zeros_is_caught_by_every_case_that_expects_something_else() {
    for case in SOLVED.iter() {
        let zeros = case.solution.expected.map(|_| 0.0);
        let far = distance(&case.solution.expected, &case.solution.bounds[0], &(&zeros).into());
        // Zeros in place of subnormal results may be correct.
        let flags = dropout_oracle::fixture::flags::of(&case.problem, &case.solution.expected);
        assert!(far >= CAUGHT || flags.contains(&"subnormal"), "{}: {far}", case.entry.id);
    }
}

#[test]
fn ids_are_unique_kebab_case_and_each_breaks_an_equation_of_a_step() {
    let mut ids = BTreeSet::new();
    for defect in &ZOO.double {
        let kebab = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        assert!(defect.id.split('-').all(kebab), "{}", defect.id);
        assert!(ids.insert(&defect.id), "{} twice", defect.id);
        assert!([3, 4, 5, 38, 39, 40, 41, 42].contains(&defect.equation), "{}", defect.id);
        assert!(!defect.says.is_empty() && !defect.equivalent_when.is_empty(), "{}", defect.id);
        assert!(defect.links.iter().all(|link| link.starts_with("https://github.com/")), "{}", defect.id);
    }
    let same = ZOO.double.iter().zip(&ZOO.single).all(|(double, single)| double.id == single.id);
    assert!(same, "both arithmetics have the same defects in the same order");
    assert!(ids.len() >= 200);
}

/// A defect's results on all cases, bit for bit, except that −0 equals 0.
fn prints(defect: &Defect<f64>) -> Vec<Vec<u64>> {
    static RIGHT: LazyLock<Vec<RightStep<f64>>> =
        LazyLock::new(|| SOLVED.par_iter().map(|case| RightStep::of(&case.problem)).collect());
    let of = |right: &RightStep<f64>| {
        let results = results(defect, right);
        let bits = results.quantities().flat_map(|quantity| {
            let grid = &results[quantity];
            let sizes = [grid.rows() as u64, grid.cols() as u64];
            sizes.into_iter().chain(grid.cells().iter().map(|x| (x + 0.0).to_bits())).collect::<Vec<_>>()
        });
        bits.collect()
    };
    RIGHT.iter().map(of).collect()
}

/// Two that lie at different distances on some case differ there; the others are compared to the last bit. In the
/// sweep only: it takes all cases.
#[test]
fn no_two_defects_give_the_same_results_on_all_cases() {
    if !sweep::is_on() {
        return;
    }
    let mut alike: BTreeMap<Vec<u64>, Vec<&Defect<f64>>> = BTreeMap::new();
    for (index, defect) in ZOO.double.iter().enumerate() {
        let distances = MATRIX.distances.iter().map(|distances| distances.double[index].to_bits());
        alike.entry(distances.collect()).or_default().push(defect);
    }
    let alike: Vec<&Defect<f64>> = alike.into_values().filter(|alike| alike.len() > 1).flatten().collect();
    let hashed = |defect: &&Defect<f64>| {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        prints(defect).hash(&mut hasher);
        (hasher.finish(), defect.id.clone())
    };
    let mut seen: BTreeMap<u64, String> = BTreeMap::new();
    for (print, id) in alike.par_iter().map(hashed).collect::<Vec<_>>() {
        if let Some(other) = seen.insert(print, id.clone()) {
            panic!("{id} and {other} give the same results");
        }
    }
}

#[test]
fn the_smoke_profile_is_minimal_and_catches_everything_that_all_cases_catch() {
    let caught = MATRIX.caught();
    let smoke: Vec<String> = cover(&caught).into_iter().map(|case| MATRIX.cases[case].clone()).collect();
    if std::env::var_os("DROPOUT_ORACLE_WRITE_SMOKE").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cases/smoke.txt");
        std::fs::write(path, smoke.join("\n") + "\n").expect("writable");
        return;
    }
    assert_eq!(SMOKE.lines().collect::<Vec<_>>(), smoke, "src/cases/smoke.txt");
    let union = |without: Option<usize>| -> BTreeSet<(usize, Format)> {
        let cases = (0..caught.len()).filter(|&case| Some(case) != without);
        cases
            .filter(|&case| smoke.contains(&MATRIX.cases[case]))
            .flat_map(|case| caught[case].clone())
            .collect()
    };
    let whole: BTreeSet<_> = caught.iter().flatten().copied().collect();
    assert_eq!(union(None), whole);
    for id in &smoke {
        let case = MATRIX.cases.iter().position(|other| other == id);
        assert!(union(case).len() < whole.len(), "{id} can go");
    }
    let listed: Vec<String> = cases::entries(Profile::Smoke).into_iter().map(|entry| entry.id).collect();
    assert_eq!(listed, smoke);
}

/// No family is indispensable.
#[test]
fn without_any_one_family_the_others_still_catch_every_defect() {
    let families: BTreeSet<&str> = (0..MATRIX.cases.len()).map(family).collect();
    for left_out in families {
        let escapes = |&(defect, format): &(usize, Format)| {
            let catching = MATRIX.catching(defect, format);
            !catching.is_empty() && catching.into_iter().all(|case| family(case) == left_out)
        };
        let defects = (0..ZOO.double.len()).flat_map(|defect| ARITHMETICS.map(|format| (defect, format)));
        let escaped = defects.filter(escapes).map(|(defect, format)| (&ZOO.double[defect].id, format));
        let escaped: Vec<(&String, Format)> = escaped.collect();
        assert!(escaped.is_empty(), "without {left_out}: {escaped:?}");
    }
}

/// What covering subsets fitted to half of the zoo, and to all pages but one, catch of the rest.
/// How many cases a subset fitted to some of the defects has, how many of the others it misses, and of how many.
fn fitted(to: &dyn Fn(usize) -> bool) -> (usize, usize, usize) {
    static CAUGHT: LazyLock<Vec<BTreeSet<usize>>> = LazyLock::new(|| {
        let in_f64 = |case: BTreeSet<(usize, Format)>| {
            case.into_iter().filter(|(_, format)| *format == Format::F64).map(|(defect, _)| defect).collect()
        };
        MATRIX.caught().into_iter().map(in_f64).collect()
    });
    let part = |case: &BTreeSet<usize>| case.iter().copied().filter(|&defect| to(defect)).collect();
    let subset = cover(&CAUGHT.iter().map(part).collect::<Vec<BTreeSet<usize>>>());
    let catches: BTreeSet<usize> = subset.iter().flat_map(|&case| &CAUGHT[case]).copied().collect();
    let others: Vec<usize> = (0..ZOO.double.len()).filter(|&defect| !to(defect)).collect();
    (subset.len(), others.iter().filter(|defect| !catches.contains(defect)).count(), others.len())
}

/// Twenty random halves, or two hundred in the sweep.
#[test]
fn a_subset_fitted_to_half_of_the_zoo_misses_some_of_the_other_half() {
    const SPLITS: usize = 200;
    let mut words = ChaCha8Rng::seed_from_u64(2);
    let mut halves = (0..SPLITS)
        .map(|_| -> Vec<bool> { (0..ZOO.double.len()).map(|_| words.next_u64() & 1 == 1).collect() });
    if !sweep::is_on() {
        let some = halves.by_ref().take(SPLITS / 10);
        return assert!(some.into_iter().any(|half| fitted(&|defect| half[defect]).1 > 0));
    }
    let runs: Vec<_> = halves.map(|half| fitted(&|defect| half[defect])).collect();
    let sum = |of: fn(&(usize, usize, usize)) -> usize| runs.iter().map(of).sum::<usize>();
    let worst = runs.iter().map(|run| run.1).max().expect("some");
    insta::assert_snapshot!(format!(
        "fitted to a random half, mean of {SPLITS}: {:.1} cases miss {:.2} % of the other half, {worst} defects at most",
        sum(|run| run.0) as f64 / SPLITS as f64,
        100.0 * sum(|run| run.1) as f64 / sum(|run| run.2) as f64,
    ));
}

/// A page of the catalogue is one author's idea of what goes wrong. Five random halves of the pages, or two hundred in
/// the sweep.
#[test]
fn a_subset_fitted_to_half_of_the_pages_misses_some_of_the_other_half() {
    let splits = 200 / sweep::one_in(40);
    let pages: Vec<usize> = pages::<f64>()
        .iter()
        .enumerate()
        .flat_map(|(page, (_, defects))| vec![page; defects.len()])
        .collect();
    let mut words = ChaCha8Rng::seed_from_u64(3);
    let runs: Vec<_> = (0..splits)
        .map(|_| {
            let half = words.next_u64();
            fitted(&|defect| half >> pages[defect] & 1 == 1)
        })
        .collect();
    let sum = |of: fn(&(usize, usize, usize)) -> usize| runs.iter().map(of).sum::<usize>();
    assert!(sum(|run| run.1) > 0);
    if sweep::is_on() {
        insta::assert_snapshot!(format!(
            "fitted to a random half of the pages, mean of {splits}: {:.1} cases miss {:.2} % of the other half",
            sum(|run| run.0) as f64 / splits as f64,
            100.0 * sum(|run| run.1) as f64 / sum(|run| run.2) as f64,
        ));
    }
}

/// In the sweep only.
#[test]
fn a_subset_fitted_to_all_pages_but_one_misses_some_of_that_page() {
    if !sweep::is_on() {
        return;
    }
    let (mut text, mut first) = (String::new(), 0);
    for (page, defects) in pages::<f64>() {
        let own = first..first + defects.len();
        first = own.end;
        let (cases, missed, of) = fitted(&|defect| !own.contains(&defect));
        text += &format!("fitted to all but {page}: {cases} cases miss {missed} of {of}\n");
    }
    insta::assert_snapshot!(text);
}

/// The defects that the case worked by hand catches.
#[test]
fn the_case_worked_by_hand_catches_what_it_was_made_for() {
    let by_hand = MATRIX.cases.iter().position(|id| id == "exact/by-hand").expect("it is there");
    let caught = |id: &str| {
        let defect = ZOO.double.iter().position(|defect| defect.id == id).expect("a defect");
        MATRIX.catching(defect, Format::F64).contains(&by_hand)
    };
    for id in ["unscaled-forward", "p-means-drop", "jacobian-transposed", "dw-from-a", "db-from-upstream"] {
        assert!(caught(id), "{id}");
    }
    assert!(!caught("softmax-unshifted"));
    assert_eq!(zoo::all::<f64>().len(), ZOO.double.len());
}
