//! The parts of a step as tensors, under the names that they have in JSON: a problem, and results. The metadata has
//! everything else (spec/fixtures.md).

use super::read::{self, File};
use super::{FORMATS, Tensor, Written, write};
use crate::grid::{Grid, Vector};
use crate::number::{Arithmetic, Format};
use crate::problem::check::matrix_limit;
use crate::problem::{Activation, Faults, Inputs, Problem};
use crate::scalar::Step;
use crate::trace::{Quantity, Results};
use crate::wire::activation::{self, Named};
use crate::wire::json::{self, Reader, join, shown};
use crate::wire::read::{Given, id, summary};
use crate::wire::{FORMAT, GENERATOR, layout};
use safetensors::Dtype;
use std::collections::BTreeMap;

const INPUTS: [&str; 6] = ["A", "p", "R", "W", "b", "dA_next"];

/// The keys of the metadata. Every file may have all of them, so that one may copy those of another.
const KEYS: [&str; 10] = [
    "format",
    "id",
    "summary",
    "activation",
    "seed",
    "generator",
    "name",
    "version",
    "homepage",
    "arithmetic",
];

/// What libraries of safetensors write as `format`.
const LIBRARIES: [&str; 5] = ["pt", "np", "flax", "tf", "mlx"];

/// The problem in the bytes of a file.
///
/// # Errors
/// All faults of the file.
pub fn problem(bytes: &[u8]) -> Result<Given, Faults> {
    let mut reader = Reader::default();
    let Some(file) = read::file(&mut reader, bytes, "inputs", &INPUTS, &KEYS) else {
        return Err(reader.faults);
    };
    format(&mut reader, &file);
    let text = |key: &str| file.metadata.get(key).cloned();
    let id = text("id").filter(|text| id(&mut reader, "metadata.id", text));
    let summary = text("summary").filter(|text| summary(&mut reader, "metadata.summary", text));
    let activation = given_activation(&mut reader, &file);
    let mut matrix = |name| part(&mut reader, &file, name, 2).map(|(shape, numbers)| grid(&shape, numbers));
    let (a, r, w, da_next) = (matrix("A"), matrix("R"), matrix("W"), matrix("dA_next"));
    let mut vector = |name| part(&mut reader, &file, name, 1).map(|(_, numbers)| Vector::from(numbers));
    let (keep_prob, b) = (vector("p"), vector("b"));
    let parts = Inputs { a, keep_prob, r, w, b, da_next };
    let problem = Problem::from_parts(&parts, activation, reader.faults)?;
    Ok(Given { id, summary, problem })
}

fn format(reader: &mut Reader, file: &File) {
    let Some(format) = file.metadata.get("format") else { return };
    if format != FORMAT && !LIBRARIES.contains(&&**format) {
        let rule = format!("must be \"{FORMAT}\", or what a library of safetensors writes");
        let found = format!("= \"{}\"", shown(format));
        reader.fault("metadata.format", found, rule, "no other format is supported");
    }
}

fn given_activation(reader: &mut Reader, file: &File) -> Option<Activation> {
    let path = "metadata.activation";
    let cure = "write the JSON of the activation, such as {\"name\": \"softmax\"}, into the metadata";
    let Some(text) = file.metadata.get("activation") else {
        reader.fault(path, "is missing", "it is required", cure);
        return None;
    };
    match json::document(text.as_bytes()) {
        Ok(value) => activation::read(reader, path, value, matrix_limit()),
        Err(_) => {
            reader.fault(path, format!("= \"{}\"", shown(text)), "must be JSON", cure);
            None
        }
    }
}

/// The shape and the numbers of an input.
fn part(reader: &mut Reader, file: &File, name: &str, rank: usize) -> Option<(Vec<usize>, Vec<f64>)> {
    let path = join("inputs", name);
    let Some(tensor) = file.tensors.get(name) else {
        reader.fault(&path, "is missing", "it is required", format!("add the tensor \"{name}\""));
        return None;
    };
    let as_mask: &[Dtype] = if name == "R" { &[Dtype::BOOL, Dtype::U8] } else { &[] };
    let numbers = numbers(reader, &path, tensor, rank, as_mask)?;
    Some((tensor.shape.clone(), numbers))
}

/// The numbers of a tensor of so many dimensions, in a floating-point format or one of these types.
fn numbers(
    reader: &mut Reader,
    path: &str,
    tensor: &Tensor,
    rank: usize,
    more: &[Dtype],
) -> Option<Vec<f64>> {
    let is_number = tensor.format().is_some() || more.contains(&tensor.dtype);
    if !is_number {
        let known: Vec<String> =
            FORMATS.iter().map(|(dtype, _)| dtype).chain(more).map(ToString::to_string).collect();
        let rule = format!("must be one of {}", known.join(", "));
        reader.fault(
            &join(path, "dtype"),
            format!("is {}", tensor.dtype),
            rule,
            "convert it before you save it",
        );
    }
    if tensor.shape.len() != rank {
        let (found, rule) = (format!("is {:?}", tensor.shape), ["", "one dimension", "two dimensions"][rank]);
        let cure =
            "A, R, W and dA_next, and all results but db, are matrices; p, b and db have one dimension";
        reader.fault(&join(path, "shape"), found, format!("must have {rule}"), cure);
        return None;
    }
    if tensor.shape.contains(&0) {
        let rule = "m, n and n_next must be at least 1";
        let cure = "give at least one example, one input unit and one output unit";
        reader.fault(&join(path, "shape"), format!("is {:?}", tensor.shape), rule, cure);
        return None;
    }
    if is_number { tensor.numbers() } else { None }
}

fn grid(shape: &[usize], numbers: Vec<f64>) -> Grid<f64> {
    Grid::from_cells(shape[0], shape[1], numbers)
}

/// An arithmetic by the name that files and options have for it: `f32`, or `bf16/f32`.
pub fn arithmetic(name: &str) -> Option<Arithmetic> {
    let (storage, accumulator) = name.split_once('/').unwrap_or((name, name));
    Arithmetic::named(storage, accumulator)
}

/// Results in a file: some of the eight, each in its own format, and what the metadata says of the subject.
#[derive(Debug)]
pub struct GivenResults {
    /// The results.
    pub results: Results,
    /// Their formats, each once, the widest first.
    pub formats: Vec<Format>,
    /// The metadata: `name`, `version`, `homepage`, `id` and `arithmetic`.
    pub metadata: BTreeMap<String, String>,
}

/// The results in the bytes of a file; the reader collects the faults.
pub fn results(reader: &mut Reader, bytes: &[u8]) -> Option<GivenResults> {
    let names = Quantity::ALL.map(Quantity::name);
    let file = read::file(reader, bytes, "results", &names, &KEYS)?;
    format(reader, &file);
    if file.tensors.is_empty() {
        let rule = "there must be at least one of the eight results";
        reader.fault("results", "are missing", rule, format!("save tensors named {}", names.join(", ")));
    }
    let (mut results, mut formats) = (Results::default(), Vec::new());
    for quantity in Quantity::ALL {
        let Some(tensor) = file.tensors.get(quantity.name()) else { continue };
        let rank = if quantity == Quantity::Db { 1 } else { 2 };
        let path = join("results", quantity.name());
        let Some(numbers) = numbers(reader, &path, tensor, rank, &[]) else { continue };
        match tensor.shape[..] {
            [rows, cols] => results.insert(quantity, Grid::from_cells(rows, cols, numbers)),
            _ => results.insert(quantity, Vector::from(numbers)),
        }
        formats.extend(tensor.format());
    }
    formats.sort();
    formats.dedup();
    Some(GivenResults { results, formats, metadata: file.metadata })
}

/// What stands in the metadata of every file that is written here.
fn metadata(id: &str, summary: &str, activation: &Activation) -> BTreeMap<&'static str, String> {
    let activation = layout::line(&Named::from(activation));
    let entries = [("format", FORMAT), ("id", id), ("summary", summary), ("generator", GENERATOR)];
    entries.map(|(key, text)| (key, text.into())).into_iter().chain([("activation", activation)]).collect()
}

/// The bytes of a file with a problem whose numbers this format holds, and the seed from which it was drawn.
pub fn write_problem(
    id: &str,
    summary: &str,
    problem: &Problem,
    format: Format,
    seed: Option<u64>,
) -> Vec<u8> {
    let mut metadata = metadata(id, summary, problem.activation());
    metadata.extend(seed.map(|seed| ("seed", seed.to_string())));
    let inputs = problem.inputs();
    let matrix = |name: &str, grid: &'_ Grid<f64>| (name.to_string(), vec![grid.rows(), grid.cols()]);
    let vector = |name: &str, vector: &Vector<f64>| (name.to_string(), vec![vector.len()]);
    let parts = [
        (matrix("A", &inputs.a), inputs.a.cells()),
        (vector("p", &inputs.keep_prob), inputs.keep_prob.cells()),
        (matrix("R", &inputs.r), inputs.r.cells()),
        (matrix("W", &inputs.w), inputs.w.cells()),
        (vector("b", &inputs.b), inputs.b.cells()),
        (matrix("dA_next", &inputs.da_next), inputs.da_next.cells()),
    ];
    write(&metadata, &parts.map(|((name, shape), numbers)| Written { name, format, shape, numbers }))
}

/// The bytes of a file with results that this format holds; f64 and f32 also hold NaN and the infinities.
pub fn write_results(id: &str, results: &Results, format: Format) -> Vec<u8> {
    let metadata = [("format", FORMAT.into()), ("id", id.into())].into();
    let tensor = |quantity: Quantity| {
        let grid = &results[quantity];
        let shape = if quantity == Quantity::Db { vec![grid.cols()] } else { vec![grid.rows(), grid.cols()] };
        Written { name: quantity.name().into(), format, shape, numbers: grid.cells() }
    };
    write(&metadata, &results.quantities().map(tensor).collect::<Vec<_>>())
}

/// The bytes of a file with the expected results, in f64, and with an arithmetic also the tolerances: NaN where there is
/// none.
pub fn write_expected(
    id: &str,
    summary: &str,
    activation: &Activation,
    expected: &Step<f64>,
    tolerances: Option<(Arithmetic, &Step<f64>)>,
) -> Vec<u8> {
    let mut metadata = metadata(id, summary, activation);
    metadata.extend(tolerances.map(|(arithmetic, _)| ("arithmetic", arithmetic.to_string())));
    let all = [("", Some(expected)), ("tolerance.", tolerances.map(|(_, step)| step))];
    let tensors =
        all.into_iter().filter_map(|(prefix, step)| Some((prefix, step?))).flat_map(|(prefix, step)| {
            Quantity::ALL.map(|quantity| {
                let (rows, cols) = step.shape(quantity);
                let shape = if quantity == Quantity::Db { vec![cols] } else { vec![rows, cols] };
                let name = format!("{prefix}{}", quantity.name());
                Written { name, format: Format::F64, shape, numbers: step.cells(quantity) }
            })
        });
    write(&metadata, &tensors.collect::<Vec<_>>())
}
