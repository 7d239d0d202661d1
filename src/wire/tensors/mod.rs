//! Tensors in files of the safetensors format: a header in JSON, and after it the numbers as they lie in memory. Problems
//! and results of any size come in such files.
//!
//! This file has the tensors and writes them. [`read`] reads a file, whatever is in it, and [`step`] knows the names of a
//! step. Only this module names the crate safetensors, which checks the layout of what is read; the header is written
//! here, because the crate writes its metadata in another order each time.

pub mod read;
pub mod step;

use crate::number::Format;
use safetensors::{Dtype, tensor::TensorInfo};
use serde::Serialize;
use std::collections::BTreeMap;

/// The end of the name of a file of tensors.
pub const EXTENSION: &str = "safetensors";

/// The key of the metadata in a header.
const METADATA: &str = "__metadata__";

/// A tensor in the bytes of a file.
#[derive(Clone, Debug)]
pub struct Tensor<'a> {
    /// The type of its numbers.
    pub dtype: Dtype,
    /// The sizes of its dimensions.
    pub shape: Vec<usize>,
    data: &'a [u8],
}

/// The formats by the names that they have in these files.
pub const FORMATS: [(Dtype, Format); 4] = [
    (Dtype::F64, Format::F64),
    (Dtype::F32, Format::F32),
    (Dtype::F16, Format::F16),
    (Dtype::BF16, Format::Bf16),
];

impl Tensor<'_> {
    /// The format of its numbers, if they have one.
    pub fn format(&self) -> Option<Format> {
        FORMATS.into_iter().find(|(dtype, _)| *dtype == self.dtype).map(|(_, format)| format)
    }

    /// Its numbers, each exactly as a double; `None` for a type that no input has.
    pub fn numbers(&self) -> Option<Vec<f64>> {
        let short = |number: fn(u16) -> f64| {
            self.data.as_chunks().0.iter().map(move |x| number(u16::from_le_bytes(*x)))
        };
        Some(match self.dtype {
            Dtype::F64 => self.data.as_chunks().0.iter().map(|x| f64::from_le_bytes(*x)).collect(),
            Dtype::F32 => self.data.as_chunks().0.iter().map(|x| f32::from_le_bytes(*x).into()).collect(),
            Dtype::F16 => short(from_f16).collect(),
            Dtype::BF16 => short(from_bf16).collect(),
            Dtype::BOOL | Dtype::U8 => self.data.iter().map(|x| (*x).into()).collect(),
            _ => return None,
        })
    }
}

/// The number with these bits in f16.
pub fn from_f16(bits: u16) -> f64 {
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f64::from(bits & 0x3ff));
    let size = match exponent {
        0 => libm::ldexp(fraction, -24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        _ => libm::ldexp(1024.0 + fraction, exponent - 25),
    };
    if bits >> 15 == 1 { -size } else { size }
}

/// The number with these bits in bf16: the upper half of an f32.
pub fn from_bf16(bits: u16) -> f64 {
    f32::from_bits(u32::from(bits) << 16).into()
}

/// The bits of a finite number that f16 holds.
pub fn to_f16(x: f64) -> u16 {
    let size = x.abs();
    let exponent = Format::F16.ulp_exponent(size);
    // Numbers of one exponent follow one another, and subnormals have that of the least normal numbers.
    let bits = libm::ldexp(size, -exponent) as u16 + ((exponent + 24) as u16) * 1024;
    bits | u16::from(x.is_sign_negative()) << 15
}

/// The bits of a finite number that bf16 holds.
pub fn to_bf16(x: f64) -> u16 {
    ((x as f32).to_bits() >> 16) as u16
}

/// A tensor to be written: its name, format, shape and numbers, which the format holds.
#[derive(Debug)]
pub struct Written<'a> {
    /// Its name.
    pub name: String,
    /// The format of its numbers.
    pub format: Format,
    /// The sizes of its dimensions.
    pub shape: Vec<usize>,
    /// Its numbers, row by row.
    pub numbers: &'a [f64],
}

#[derive(Serialize)]
struct Header<'a> {
    #[serde(rename = "__metadata__")]
    metadata: &'a BTreeMap<&'a str, String>,
    #[serde(flatten)]
    tensors: BTreeMap<&'a str, TensorInfo>,
}

/// The bytes of a file with these tensors, in this order; the longer formats must come first, so that all are aligned.
pub fn write(metadata: &BTreeMap<&str, String>, tensors: &[Written]) -> Vec<u8> {
    let mut offset = 0;
    let infos = tensors.iter().map(|tensor| {
        let dtype = FORMATS.into_iter().find(|(_, format)| *format == tensor.format).expect("all have one").0;
        let begin = offset;
        offset += tensor.numbers.len() * dtype.bitsize() / 8;
        (&*tensor.name, TensorInfo { dtype, shape: tensor.shape.clone(), data_offsets: (begin, offset) })
    });
    let header = Header { metadata, tensors: infos.collect() };
    let mut header = serde_json::to_string(&header).expect("plain data is JSON").into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');
    let mut bytes = Vec::with_capacity(8 + header.len() + offset);
    bytes.extend((header.len() as u64).to_le_bytes());
    bytes.extend(header);
    for Written { format, numbers, .. } in tensors {
        match format {
            Format::F64 => bytes.extend(numbers.iter().flat_map(|x| x.to_le_bytes())),
            Format::F32 => bytes.extend(numbers.iter().flat_map(|x| (*x as f32).to_le_bytes())),
            Format::F16 => bytes.extend(numbers.iter().flat_map(|x| to_f16(*x).to_le_bytes())),
            Format::Bf16 => bytes.extend(numbers.iter().flat_map(|x| to_bf16(*x).to_le_bytes())),
        }
    }
    bytes
}
