//! From the bytes of a file to named tensors, or to every fault of its header.
//!
//! The header is read as strictly as any other JSON, so that a fault has its place. Then the crate safetensors checks
//! what concerns the file as a whole. Nothing is allocated for what a header merely claims.

use super::{METADATA, Tensor};
use crate::problem::Fault;
use crate::wire::json::{self, Raw, Reader, TEXT_LIMIT, join, shown};
use crate::wire::number;
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeMap;

/// What a file holds.
#[derive(Debug, Default)]
pub struct File<'a> {
    /// The tensors, by name.
    pub tensors: BTreeMap<String, Tensor<'a>>,
    /// The metadata, by key.
    pub metadata: BTreeMap<String, String>,
}

/// The place of what is no single tensor.
const HEADER: &str = "the header";

const AGAIN: &str = "save the file again";

/// Reads a file that may hold these tensors, with these keys of metadata; `None` if its header has faults. In their paths,
/// the tensors lie within `whole`.
pub fn file<'a>(
    reader: &mut Reader,
    bytes: &'a [u8],
    whole: &str,
    names: &[&str],
    keys: &[&str],
) -> Option<File<'a>> {
    let header = header(reader, bytes)?;
    let data = bytes.len() - 8 - header.len();
    let document =
        json::document(header).map_err(|fault| reader.faults.push(Fault { path: HEADER.into(), ..fault }));
    let (mut metadata, mut is_sound) = (BTreeMap::new(), true);
    for (name, value) in reader.entries(HEADER, document.ok()?)? {
        if name == METADATA {
            metadata = self::metadata(reader, value, keys);
            continue;
        }
        let path = join(whole, &shown(&name));
        is_sound &= info(reader, &path, value, data).is_some();
        if !names.contains(&name.as_ref()) {
            let known = format!("known tensors: {}", names.join(", "));
            reader.fault(&path, "is unknown", "no other tensor is allowed here", known);
        }
    }
    if !is_sound {
        return None;
    }
    let tensors = match SafeTensors::deserialize(bytes) {
        Ok(tensors) => tensors,
        Err(error) => {
            let rule = "the tensors must follow one another without a gap, and end where the file ends";
            reader.fault(HEADER, format!("does not fit the file: {error}"), rule, AGAIN);
            return None;
        }
    };
    let tensor = |(name, view): (&str, TensorView<'a>)| {
        (name.into(), Tensor { dtype: view.dtype(), shape: view.shape().to_vec(), data: view.data() })
    };
    Some(File { tensors: tensors.iter().map(tensor).collect(), metadata })
}

/// The bytes of the header.
fn header<'a>(reader: &mut Reader, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let rule = "must be in the safetensors format, which begins with the length of its header in 8 bytes";
    let Some((length, rest)) = bytes.split_first_chunk() else {
        reader.fault("the file", format!("has {} bytes", bytes.len()), rule, AGAIN);
        return None;
    };
    let length = u64::from_le_bytes(*length);
    let fits = usize::try_from(length).ok().and_then(|length| rest.get(..length));
    match fits {
        Some(header) if header.len() <= TEXT_LIMIT => return Some(header),
        Some(_) => reader.faults.push(Fault {
            path: HEADER.into(),
            found: "is longer than 64 MiB".into(),
            rule: "it may have at most 64 MiB".into(),
            ruling: Some("size-limits"),
            cure: "name each tensor once".into(),
        }),
        None => {
            let found = format!("claims {length} bytes, and {} follow", rest.len());
            reader.fault(HEADER, found, rule, "the file is cut, or in another format: save it again");
        }
    }
    None
}

fn metadata(reader: &mut Reader, value: Raw, keys: &[&str]) -> BTreeMap<String, String> {
    let place = "metadata";
    let Some(members) = reader.object(place, value, keys) else { return BTreeMap::new() };
    let text = |key: &&str| Some((key.to_string(), reader.string(&join(place, key), members.get(key)?)?));
    keys.iter().filter_map(text).collect()
}

/// Checks what the header says of one tensor; `None` if it has faults.
fn info(reader: &mut Reader, path: &str, value: Raw, data: usize) -> Option<()> {
    let members = reader.object(path, value, &["dtype", "shape", "data_offsets"])?;
    let dtype = reader.member(path, &members, "dtype").and_then(|value| dtype(reader, path, value));
    let shape = reader.member(path, &members, "shape");
    let shape = shape.and_then(|value| whole(reader, &join(path, "shape"), value));
    let offsets = reader.member(path, &members, "data_offsets");
    let offsets = offsets.and_then(|value| whole(reader, &join(path, "data_offsets"), value));
    let (dtype, shape, offsets) = (dtype?, shape?, offsets?);
    let [begin, end] = offsets[..] else {
        let found = format!("has {} entries", offsets.len());
        reader.fault(&join(path, "data_offsets"), found, "must be the begin and the end of its bytes", AGAIN);
        return None;
    };
    let bits = shape.iter().try_fold(dtype.bitsize(), |bits, size| bits.checked_mul(*size));
    let claimed = format!("has bytes {begin} to {end} of {data} for the shape {shape:?} of {dtype}");
    if bits != end.checked_sub(begin).and_then(|bytes| bytes.checked_mul(8)) || end > data {
        let rule = "must have the bytes that its shape needs, within the file";
        reader.fault(path, claimed, rule, "the file is cut, or its header is wrong: save it again");
        return None;
    }
    Some(())
}

fn dtype(reader: &mut Reader, path: &str, value: Raw) -> Option<Dtype> {
    let name = reader.string(&join(path, "dtype"), value)?;
    let known = serde_json::from_str(value.get()).ok();
    if known.is_none() {
        let rule = "must be a type of the safetensors format";
        reader.fault(
            &join(path, "dtype"),
            format!("= \"{}\"", shown(&name)),
            rule,
            "use F64, F32, F16 or BF16",
        );
    }
    known
}

/// A list of whole numbers.
fn whole(reader: &mut Reader, path: &str, value: Raw) -> Option<Vec<usize>> {
    const LONGEST: usize = 8;
    let (items, count) = reader.array(path, value, LONGEST)?;
    if count > LONGEST {
        reader.fault(path, format!("has {count} entries"), "a tensor here has one or two dimensions", AGAIN);
        return None;
    }
    let mut number = |(at, item): (usize, Raw)| {
        let whole = number::whole(item.get()).and_then(|whole| usize::try_from(whole).ok());
        if whole.is_none() {
            let found = format!("= {}", shown(item.get()));
            reader.fault(&format!("{path}[{at}]"), found, "must be a whole number of 64 bits", AGAIN);
        }
        whole
    };
    let numbers: Vec<Option<usize>> = items.into_iter().enumerate().map(&mut number).collect();
    numbers.into_iter().collect()
}
