//! The committed cases as the tests read them: plain JSON, without the code that wrote them.

use dropout_oracle::fixture::replace::is_leftover;
use dropout_oracle::problem::Activation;
use dropout_oracle::wire::read::{self, Kind};
use serde_json::Value;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// A matrix as its rows.
pub type Rows = Vec<Vec<f64>>;

/// A step case.
pub struct Case {
    pub id: String,
    pub flags: HashSet<String>,
    pub exact_in: Vec<String>,
    pub g: Activation,
    pub m: usize,
    pub n: usize,
    pub n_next: usize,
    pub a: Rows,
    pub p: Vec<f64>,
    pub r: Rows,
    pub w: Rows,
    pub b: Vec<f64>,
    pub da_next: Rows,
    pub expected: Expected,
}

/// Its eight results.
pub struct Expected {
    pub a_tilde: Rows,
    pub z: Rows,
    pub a_next: Rows,
    pub dz: Rows,
    pub dw: Rows,
    pub db: Vec<f64>,
    pub da_tilde: Rows,
    pub da: Rows,
}

impl Case {
    pub fn has(&self, flag: &str) -> bool {
        self.flags.contains(flag)
    }

    pub fn family(&self) -> &str {
        self.id.split('/').next().expect("a family")
    }

    /// The index pairs of A, row by row.
    pub fn places(&self) -> impl Iterator<Item = (usize, usize)> {
        let n = self.n;
        (0..self.m).flat_map(move |i| (0..n).map(move |k| (i, k)))
    }
}

/// The folder of the committed fixtures.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The JSON in a file.
pub fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The case files below a folder `cases`, in order, with family and name.
pub fn files() -> Vec<(String, PathBuf)> {
    let mut files = Vec::new();
    for family in fs::read_dir(folder().join("cases")).expect("the cases") {
        for file in fs::read_dir(family.expect("a folder").path()).expect("a family") {
            let path = file.expect("a file").path();
            // What a killed `generate` leaves behind is no case, and gone after the next one.
            if path.file_name().is_some_and(is_leftover) {
                continue;
            }
            let parts: Vec<_> = path.iter().rev().take(2).map(|part| part.to_string_lossy()).collect();
            files.push((format!("{}/{}", parts[1], parts[0].trim_end_matches(".json")), path.clone()));
        }
    }
    files.sort();
    files
}

/// Every step case.
pub fn steps() -> &'static [Case] {
    static STEPS: OnceLock<Vec<Case>> = OnceLock::new();
    STEPS.get_or_init(|| {
        files()
            .into_iter()
            .filter(|(id, _)| !id.starts_with("sampler/"))
            .map(|(_, path)| step(&path))
            .collect()
    })
}

fn step(path: &Path) -> Case {
    let text = fs::read(path).expect("a file");
    let g = read::problem(&text, Kind::Case).expect("a valid case").problem.activation().clone();
    let case = json(path);
    let strings = |key: &str| -> Vec<String> {
        let list = case[key].as_array().expect("an array");
        list.iter().map(|item| item.as_str().expect("a string").to_owned()).collect()
    };
    let vector = |value: &Value| -> Vec<f64> {
        value.as_array().expect("a vector").iter().map(|x| x.as_f64().expect("a number")).collect()
    };
    let rows = |value: &Value| -> Rows { value.as_array().expect("a matrix").iter().map(vector).collect() };
    let size = |key: &str| case["shape"][key].as_u64().expect("a size") as usize;
    let (inputs, expected) = (&case["inputs"], &case["expected"]);
    Case {
        id: case["id"].as_str().expect("an id").to_owned(),
        flags: strings("flags").into_iter().collect(),
        exact_in: strings("exact_in"),
        g,
        m: size("m"),
        n: size("n"),
        n_next: size("n_next"),
        a: rows(&inputs["A"]),
        p: vector(&inputs["p"]),
        r: rows(&inputs["R"]),
        w: rows(&inputs["W"]),
        b: vector(&inputs["b"]),
        da_next: rows(&inputs["dA_next"]),
        expected: Expected {
            a_tilde: rows(&expected["A_tilde"]),
            z: rows(&expected["Z"]),
            a_next: rows(&expected["A_next"]),
            dz: rows(&expected["dZ"]),
            dw: rows(&expected["dW"]),
            db: vector(&expected["db"]),
            da_tilde: rows(&expected["dA_tilde"]),
            da: rows(&expected["dA"]),
        },
    }
}
