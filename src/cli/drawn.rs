//! What commands share about problems of any size: the words for a shape, an activation, a format, an arithmetic, and a file.

use crate::cases::shaped;
use crate::number::{Arithmetic, Format};
use crate::problem::activation::{Activation, PER_UNIT};
use crate::verify::Shape;
use crate::wire::tensors::{EXTENSION, step};
use std::path::PathBuf;

/// `MxNxO`.
pub fn shape(text: &str) -> Result<Shape, String> {
    let sides: Result<Vec<usize>, _> = text.split('x').map(str::parse).collect();
    match sides.as_deref() {
        Ok(&[m, n, n_next]) if m.min(n).min(n_next) >= 1 => Ok(Shape::new(m, n, n_next)),
        _ => Err("expected MxNxO, three positive integers such as 3x5x4".into()),
    }
}

/// The name of an activation.
pub fn activation(text: &str) -> Result<String, String> {
    match shaped::activation(text, 1) {
        Some(_) => Ok(text.into()),
        None => {
            let names: Vec<&str> = Activation::all().map(|known| known.name()).chain([PER_UNIT]).collect();
            Err(format!("known activations: {}", names.join(", ")))
        }
    }
}

/// The name of a format.
pub fn format(text: &str) -> Result<Format, String> {
    let names = Format::ALL.map(Format::name).join(", ");
    Format::ALL.into_iter().find(|format| format.name() == text).ok_or(format!("known formats: {names}"))
}

/// The path of a problem, whose end says how it is written.
pub fn problem_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json" | EXTENSION) => Ok(path),
        _ => Err(format!("must end in .json or .{EXTENSION}")),
    }
}

/// The name of an arithmetic.
pub fn arithmetic(text: &str) -> Result<Arithmetic, String> {
    let all: Vec<String> = Arithmetic::ALL.iter().map(Arithmetic::to_string).collect();
    step::arithmetic(text).ok_or_else(|| format!("known arithmetics: {}", all.join(", ")))
}
