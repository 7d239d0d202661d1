//! Strict reading of a subject's JSON, its description and its results, for both adapters.

use super::{About, MaskSource, Presence, Rows, Sampler, Supports};
use crate::number::Arithmetic;
use crate::problem::activation::PER_UNIT;
use crate::problem::check::matrix_limit;
use crate::problem::{Activation, Faults};
use crate::trace::{Quantity, Results};
use crate::wire::json::{Members, Raw, Reader, join, shown};
use crate::wire::{number, tensors};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The keys of a subject's description.
pub const ABOUT: [&str; 6] = ["name", "version", "arithmetic", "accumulator", "homepage", "supports"];

/// A subject's description of itself; `None` if it has faults, which the reader collects.
pub fn about(reader: &mut Reader, path: &str, value: Raw) -> Option<About> {
    let members = reader.object(path, value, &ABOUT)?;
    let name =
        reader.member(path, &members, "name").and_then(|value| named(reader, &join(path, "name"), value));
    let version = text(reader, path, &members, "version");
    let homepage = text(reader, path, &members, "homepage");
    let arithmetic = arithmetic(reader, path, &members);
    let supports = match members.get("supports") {
        Some(value) => supports(reader, &join(path, "supports"), value),
        None => Some(Supports::default()),
    };
    Some(About {
        name: name?,
        version,
        homepage,
        arithmetic: arithmetic?,
        supports: supports?,
        presence: Presence::Live,
    })
}

fn text(reader: &mut Reader, path: &str, members: &Members, key: &str) -> Option<String> {
    named(reader, &join(path, key), members.get(key)?)
}

/// A short text, such as a name.
fn named(reader: &mut Reader, path: &str, value: Raw) -> Option<String> {
    const LONGEST: usize = 200;
    let text = reader.string(path, value)?;
    if text.chars().count() > LONGEST {
        let found = format!("has {} characters", text.chars().count());
        reader.fault(path, found, format!("may have at most {LONGEST}"), "shorten it");
    }
    Some(text)
}

fn arithmetic(reader: &mut Reader, path: &str, members: &Members) -> Option<Arithmetic> {
    reader.member(path, members, "arithmetic")?;
    let storage = text(reader, path, members, "arithmetic")?;
    let accumulator = match members.get("accumulator") {
        Some(_) => text(reader, path, members, "accumulator")?,
        None => storage.clone(),
    };
    let known = Arithmetic::named(&storage, &accumulator);
    if known.is_none() {
        let found = format!("= \"{}\" with accumulator \"{}\"", shown(&storage), shown(&accumulator));
        let all: Vec<String> = Arithmetic::ALL.iter().map(Arithmetic::to_string).collect();
        let rule = "there are no tolerances for this arithmetic (spec/outside.md says what to do)";
        reader.fault(&join(path, "arithmetic"), found, rule, format!("known: {}", all.join(", ")));
    }
    known
}

fn supports(reader: &mut Reader, path: &str, value: Raw) -> Option<Supports> {
    let keys = ["activations", "per_unit_p", "bias", "sample", "mask", "outputs", "deterministic", "tensors"];
    let members = reader.object(path, value, &keys)?;
    let usual = Supports::default();
    let mut names = |key| {
        let value = members.get(key)?;
        Some(strings(reader, &join(path, key), value).unwrap_or_default())
    };
    let (activations, outputs) = (names("activations"), names("outputs"));
    if let Some(names) = &activations {
        known_activations(reader, &join(path, "activations"), names);
    }
    let outputs = outputs.map(|names| quantities(reader, &join(path, "outputs"), &names));
    let sample = members.get("sample").and_then(|value| sampler(reader, &join(path, "sample"), value));
    let mask = members.get("mask").and_then(|value| mask_source(reader, &join(path, "mask"), value));
    let tensors = members.get("tensors");
    let tensors = tensors
        .and_then(|value| one_of(reader, &join(path, "tensors"), value, &[(tensors::EXTENSION, true)]));
    let mut flag = |key, otherwise| match members.get(key) {
        Some(value) => reader.boolean(&join(path, key), value).unwrap_or(otherwise),
        None => otherwise,
    };
    let (per_unit_p, bias) = (flag("per_unit_p", usual.per_unit_p), flag("bias", usual.bias));
    let deterministic = flag("deterministic", usual.deterministic);
    if !bias && outputs.as_ref().is_some_and(|outputs| outputs.contains(&Quantity::Db)) {
        let cure = "remove \"db\", or \"bias\": false";
        reader.fault(&join(path, "outputs"), "contains \"db\"", "a layer without a bias has no db", cure);
    }
    let without_db = || usual.outputs.iter().copied().filter(|quantity| bias || *quantity != Quantity::Db);
    Some(Supports {
        activations,
        per_unit_p,
        bias,
        sample: sample.unwrap_or_default(),
        mask: mask.unwrap_or_default(),
        deterministic,
        tensors: tensors.unwrap_or(usual.tensors),
        outputs: outputs.unwrap_or_else(|| without_db().collect()),
    })
}

fn sampler(reader: &mut Reader, path: &str, value: Raw) -> Option<Sampler> {
    if !value.get().starts_with('"') {
        let draws = reader.boolean(path, value)?;
        return Some(if draws { Sampler::Own } else { Sampler::None });
    }
    one_of(reader, path, value, &[("named", Sampler::Named)])
}

fn mask_source(reader: &mut Reader, path: &str, value: Raw) -> Option<MaskSource> {
    one_of(reader, path, value, &[("given", MaskSource::Given), ("own", MaskSource::Own)])
}

fn one_of<T: Copy>(reader: &mut Reader, path: &str, value: Raw, known: &[(&str, T)]) -> Option<T> {
    let text = reader.string(path, value)?;
    let found = known.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<String> = known.iter().map(|(name, _)| format!("\"{name}\"")).collect();
        let cure = format!("known: {}", names.join(", "));
        reader.fault(path, format!("= \"{}\"", shown(&text)), "must be a known word", cure);
    }
    found
}

fn strings(reader: &mut Reader, path: &str, value: Raw) -> Option<Vec<String>> {
    const LONGEST: usize = 100;
    let (items, count) = reader.array(path, value, LONGEST)?;
    if count > LONGEST {
        let found = format!("has {count} entries");
        reader.fault(path, found, format!("may have at most {LONGEST}"), "name each once");
    }
    items.into_iter().enumerate().map(|(at, item)| reader.string(&format!("{path}[{at}]"), item)).collect()
}

fn known_activations(reader: &mut Reader, path: &str, names: &[String]) {
    let known: BTreeSet<&str> = Activation::all().map(|g| g.name()).chain([PER_UNIT]).collect();
    let known: Vec<&str> = known.into_iter().collect();
    for (at, name) in names.iter().enumerate().filter(|(_, name)| !known.contains(&name.as_str())) {
        unknown(reader, &format!("{path}[{at}]"), name, ["activation", "activations"], &known);
    }
}

/// The fault of a name that is not among the known ones of its kind, in the singular and the plural.
fn unknown(reader: &mut Reader, path: &str, name: &str, [one, many]: [&str; 2], known: &[&str]) {
    let rule = format!("there is no such {one}");
    reader.fault(path, format!("= \"{}\"", shown(name)), rule, format!("known {many}: {}", known.join(", ")));
}

fn quantities(reader: &mut Reader, path: &str, names: &[String]) -> Vec<Quantity> {
    let mut quantity = |(at, name): (usize, &String)| {
        let known = Quantity::ALL.into_iter().find(|quantity| quantity.name() == name);
        if known.is_none() {
            let known = Quantity::ALL.map(Quantity::name);
            unknown(reader, &format!("{path}[{at}]"), name, ["result", "results"], &known);
        }
        known
    };
    names.iter().enumerate().filter_map(&mut quantity).collect()
}

/// The path of a file: `{"path": "…"}`.
pub fn file(reader: &mut Reader, path: &str, value: Raw) -> Option<PathBuf> {
    let members = reader.object(path, value, &["path"])?;
    let file = reader.member(path, &members, "path")?;
    reader.string(&join(path, "path"), file).map(PathBuf::from)
}

/// Any of the eight results of a step.
pub fn results(reader: &mut Reader, path: &str, value: Raw) -> Option<Results> {
    let members = reader.object(path, value, &Quantity::ALL.map(Quantity::name))?;
    let mut results = Results::default();
    for quantity in Quantity::ALL {
        if let Some(value) = members.get(quantity.name()) {
            let path = join(path, quantity.name());
            let rows = match quantity {
                Quantity::Db if !has_rows(value) => numbers(reader, &path, value).map(|row| vec![row]),
                _ => matrix(reader, &path, value),
            };
            results.insert(quantity, rows?);
        }
    }
    Some(results)
}

/// Whether a value is a matrix with several rows: a db that is not summed over the examples. It can be read, and
/// has the wrong shape.
fn has_rows(value: Raw) -> bool {
    let mut reader = Reader::default();
    let items = reader.array("", value, matrix_limit());
    items.is_some_and(|(items, _)| items.len() > 1 && items[0].get().starts_with('['))
}

/// The rows of a matrix, which may differ in length.
pub fn matrix(reader: &mut Reader, path: &str, value: Raw) -> Option<Rows> {
    let (items, _) = reader.array(path, value, matrix_limit())?;
    items.into_iter().enumerate().map(|(i, item)| numbers(reader, &format!("{path}[{i}]"), item)).collect()
}

fn numbers(reader: &mut Reader, path: &str, value: Raw) -> Option<Vec<f64>> {
    let (items, _) = reader.array(path, value, matrix_limit())?;
    let mut number = |(k, item): (usize, Raw)| {
        let place = || format!("{path}[{k}]");
        if item.get() == "null" {
            let rule = "must be a number: JSON has no NaN and no infinities, and some writers put null in their place";
            reader.fault(&place(), "is null", rule, "send \"NaN\", \"Infinity\" or \"-Infinity\"");
            return None;
        }
        if !item.get().starts_with('"') {
            return reader.number(place, item);
        }
        let text = reader.string(&place(), item)?;
        let double = number::double(&text);
        if double.is_none() {
            let cure =
                "write a number, or a string such as \"0x1.8p-3\", \"NaN\", \"Infinity\", \"-Infinity\"";
            let found = format!("= \"{}\"", shown(&text));
            reader.fault(&place(), found, "must be a double", cure);
        }
        double
    };
    items.into_iter().enumerate().map(&mut number).collect()
}

/// The first few faults, for a message.
pub fn brief(faults: &Faults) -> String {
    const SHOWN: usize = 3;
    let more = faults.list.len().saturating_sub(SHOWN) + faults.more;
    let mut lines: Vec<String> = faults.list.iter().take(SHOWN).map(ToString::to_string).collect();
    if more > 0 {
        lines.push(format!("and {more} more faults"));
    }
    lines.join("\n")
}
