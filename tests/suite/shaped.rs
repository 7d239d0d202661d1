//! Problems of any size: what is promised of their numbers, that they stay the same, and that they reveal defects.

use crate::cli::{run, run_in};
use crate::sources;
use dropout_oracle::cases::shaped::{self, activation, problem};
use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::oracle::{self, tolerance::tolerance};
use dropout_oracle::problem::activation::PER_UNIT;
use dropout_oracle::problem::{Activation, Problem, check, formats, memory};
use dropout_oracle::scalar;
use dropout_oracle::trace::Quantity;
use dropout_oracle::verify::Shape;
use dropout_oracle::zoo::{self, context::RightStep, distance};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::fs;

pub fn drawn(shape: Shape, name: &str, format: Format, seed: u64) -> Problem {
    let activation = activation(name, shape.n_next).expect("a known name");
    problem(shape, activation, format, seed).expect("it fits")
}

/// All numbers of a problem.
fn numbers(problem: &Problem) -> Vec<f64> {
    let inputs = problem.inputs();
    let grids = [&inputs.a, &inputs.r, &inputs.w, &inputs.da_next].into_iter().flat_map(Grid::cells);
    grids.chain(&inputs.keep_prob).chain(&inputs.b).copied().collect()
}

fn digest(problem: &Problem) -> String {
    let bytes: Vec<u8> = numbers(problem).iter().flat_map(|x| x.to_bits().to_be_bytes()).collect();
    Sha256::digest(bytes).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn value_stability() {
    let digests = Format::ALL.map(|format| digest(&drawn(Shape::new(8, 64, 32), "softmax", format, 7)));
    assert_eq!(digests, ["4da4f4b89b7a3db1", "31695ba2019dec25", "a49c192a06e05808", "a8f581bebe3312fb"]);
    let inputs = drawn(Shape::new(2, 3, 2), "relu", Format::Bf16, 0).inputs().clone();
    assert_eq!(inputs.a.to_rows(), [[0.0, 1.5390625, 0.71875], [0.921875, 0.0, -1.3515625]]);
    assert_eq!(inputs.keep_prob.cells(), [0.96875, 0.58984375, 0.35546875]);
    assert_eq!(inputs.r.to_rows(), [[1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]);
    assert_eq!(inputs.w.row(0), [-0.4921875, -0.3984375]);
}

#[test]
fn every_number_has_its_place_sign_and_format() {
    const SIZES: [usize; 5] = [1, 2, 3, 4, 9];
    for at in 0..SIZES.len().pow(3) {
        let [m, n, n_next] = [at / 25, at / 5 % 5, at % 5].map(|at| SIZES[at]);
        for format in Format::ALL {
            let shape = Shape::new(m, n, n_next);
            let problem = drawn(shape, PER_UNIT, format, 3);
            let what = format!("{shape} {}", format.name());
            assert!(formats::exact_in(&problem).contains(&format.name()), "{what}");
            let inputs = problem.inputs();
            let p: BTreeSet<u64> = inputs.keep_prob.iter().map(|p| p.to_bits()).collect();
            assert_eq!(p.len(), n, "{what}: distinct p");
            assert!(inputs.keep_prob.iter().all(|p| (0.25..1.0).contains(p)), "{what}");
            for i in 0..m {
                let of = |kept: f64, zero: bool| {
                    (0..n)
                        .filter(|&k| inputs.r.at(i, k) == kept && (inputs.a.at(i, k) == 0.0) == zero)
                        .count()
                };
                assert!(n == 1 || of(0.0, false) > 0, "{what}: row {i} drops a unit whose value is not 0");
                assert!(n < 3 || of(1.0, true) > 0, "{what}: row {i} keeps a unit whose value is 0");
                assert!(n < 3 || of(1.0, false) > 0, "{what}: row {i} keeps a unit whose value is not 0");
            }
            let b = inputs.b.clone().into_row();
            for grid in [&inputs.a, &inputs.w, &b, &inputs.da_next] {
                let signs: BTreeSet<i8> =
                    grid.cells().iter().filter(|x| **x != 0.0).map(|x| x.signum() as i8).collect();
                let count = grid.cells().iter().filter(|x| **x != 0.0).count();
                assert!(count < 2 || signs.len() == 2, "{what}: both signs in {grid:?}");
            }
        }
    }
}

#[test]
fn a_single_input_unit_is_kept_and_dropped_and_zero_in_turn() {
    let inputs = drawn(Shape::new(4, 1, 2), "tanh", Format::F64, 1).inputs().clone();
    assert_eq!(inputs.r.cells(), [1.0, 0.0, 1.0, 0.0]);
    let is_zero: Vec<bool> = inputs.a.cells().iter().map(|a| *a == 0.0).collect();
    assert_eq!(is_zero, [false, false, true, false]);
}

#[test]
fn keep_probabilities_differ_until_the_format_has_no_more() {
    let distinct = |n: usize| {
        let problem = drawn(Shape::new(1, n, 1), "identity", Format::Bf16, 5);
        problem.inputs().keep_prob.iter().map(|p| p.to_bits()).collect::<BTreeSet<u64>>().len()
    };
    assert_eq!([distinct(256), distinct(257), distinct(1000)], [256; 3]);
}

#[test]
fn z_is_near_one_at_every_width() {
    for n in [1, 7, 64, 1000] {
        let problem = drawn(Shape::new(16, n, 16), "identity", Format::F32, 2);
        let z = scalar::step(&problem.inputs().over::<f64>(), problem.activation()).forward.z;
        let mean = z.cells().iter().map(|z| z * z).sum::<f64>() / z.cells().len() as f64;
        assert!((0.3..4.0).contains(&mean.sqrt()), "{n}: {}", mean.sqrt());
        assert!(z.cells().iter().all(|z| z.abs() < 12.0), "{n}: {z:?}");
    }
}

#[test]
fn seeds_formats_and_shapes_draw_different_problems() {
    let of = |m, format, seed| digest(&drawn(Shape::new(m, 5, 4), "relu", format, seed));
    let all = [of(3, Format::F64, 0), of(3, Format::F64, 1), of(3, Format::F32, 0), of(4, Format::F64, 0)];
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    assert_eq!(all[0], of(3, Format::F64, 0));
}

/// With each activation once, problems of one small shape catch most of the zoo.
#[test]
fn drawn_problems_reveal_most_of_the_known_defects() {
    let names = Activation::all().map(|known| known.name()).chain([PER_UNIT]);
    let asked: Vec<Problem> = names.map(|name| drawn(Shape::new(4, 5, 12), name, Format::F64, 0)).collect();
    let solved: Vec<_> = asked
        .par_iter()
        .map(|problem| {
            let expected = oracle::expected(problem).expect("in range");
            let bounds = tolerance(problem, &expected, Arithmetic::plain(Format::F64));
            (RightStep::of(problem), expected, bounds)
        })
        .collect();
    let zoo = zoo::all::<f64>();
    let caught = zoo.par_iter().filter(|defect| {
        solved.iter().any(|(right, expected, bounds)| {
            let results = distance::results(defect, right);
            let far =
                |quantity| distance::of_result(expected, bounds, &results, quantity) >= distance::CAUGHT;
            Quantity::ALL.into_iter().any(far)
        })
    });
    let share = caught.count() as f64 / zoo.len() as f64;
    assert!(share > 0.75, "{share}");
}

#[test]
fn the_memory_is_what_the_machine_or_its_container_has_left() {
    let root = tempfile::tempdir().expect("a folder");
    let put = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        fs::write(path, text).expect("writable");
    };
    assert_eq!(memory::of_system(root.path()), memory::ASSUMED, "where nothing is said");
    put("proc/meminfo", "MemTotal:       24000000 kB\nMemAvailable:    1000 kB\n");
    assert_eq!(memory::of_system(root.path()), 1_024_000);
    put("sys/fs/cgroup/memory.max", "max\n");
    assert_eq!(memory::of_system(root.path()), 1_024_000, "no limit");
    put("sys/fs/cgroup/memory.max", "5000\n");
    put("sys/fs/cgroup/memory.current", "2000\n");
    assert_eq!(memory::of_system(root.path()), 3000);
    fs::remove_file(root.path().join("sys/fs/cgroup/memory.max")).expect("there");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    assert_eq!(memory::of_system(root.path()), 1_024_000, "no limit in the older files");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "700");
    assert_eq!(memory::of_system(root.path()), 700);
    assert_eq!(memory::numbers(320), 2);
}

#[test]
fn a_problem_is_written_for_eval_and_the_same_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let draw = |out: &str| {
        run_in(
            folder.path(),
            &["problem", "--shape", "3x5x4", "--dtype", "f32", "--seed", "9", "--out", out],
            b"",
        )
    };
    let one = draw("one.json");
    assert_eq!((one.status, one.err.as_str()), (0, ""));
    assert_eq!(one.out, "one.json: shape/softmax-3x5x4, seed 9, f32\n");
    assert_eq!(draw("two.json").status, 0);
    let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("written");
    assert_eq!(read("one.json"), read("two.json"));
    let solved = run_in(folder.path(), &["eval", "one.json"], b"");
    assert_eq!((solved.status, solved.err.as_str()), (0, ""));
    assert!(solved.out.contains("\"id\": \"shape/softmax-3x5x4\""), "{}", solved.out);
    assert!(solved.out.contains("\"exact_in\": [\"f64\",\"f32\"]"), "{}", solved.out);
    let names: BTreeSet<String> = fs::read_dir(folder.path())
        .expect("a folder")
        .map(|entry| entry.expect("readable").file_name().into_string().expect("UTF-8"))
        .collect();
    assert_eq!(names, ["one.json", "two.json"].map(String::from).into(), "nothing else is left");
}

#[test]
fn a_shape_beyond_the_memory_is_refused_before_it_is_drawn() {
    let fault = check::too_many([256, 1024, 1024], 1 << 20).expect("more than 1 MiB");
    assert_eq!(
        fault.to_string(),
        "inputs and results have 4459520 numbers and need 681 MiB, with m = 256, n = 1024, n_next = 1024: 160 bytes for each number must fit into the 1 MiB available here (ruling size-limits); test a smaller shape, or take a machine with more memory"
    );
    assert_eq!(check::too_many([256, 1024, 1024], 1 << 30), None);
    let folder = tempfile::tempdir().expect("a folder");
    for shape in ["65536x65536x1", "1x4294967295x4294967295"] {
        let out = run_in(folder.path(), &["problem", "--shape", shape, "--out", "p.safetensors"], b"");
        assert_eq!((out.status, out.out.as_str()), (2, ""));
        assert!(
            out.err.contains(": a matrix may have at most 2147483648 (ruling size-limits); "),
            "{}",
            out.err
        );
    }
    assert!(fs::read_dir(folder.path()).expect("a folder").next().is_none());
    let id = shaped::id(Shape::new(1, 2, 3), &activation(PER_UNIT, 3).expect("known"));
    assert_eq!(id, "shape/per_unit-1x2x3");
    let help = run(&["problem", "--help"]);
    assert!(help.out.ends_with("--out problem.safetensors\n"), "{}", help.out);
    assert!(sources::read("spec/rulings.md").contains("160 bytes"));
}
