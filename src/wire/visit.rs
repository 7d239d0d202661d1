//! What [`super::json`] takes from one array, object or string, in time that grows with the length of the text alone.

use crate::problem::{Fault, Faults};
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

/// A value, verbatim from the text.
pub type Raw<'a> = &'a RawValue;

/// A key, borrowed from the text unless it contains an escape.
pub type Key<'a> = Cow<'a, str>;

/// The most members that an object of any keys may have.
pub const MEMBERS_LIMIT: usize = 1 << 20;

/// The members of an object, each key once, and the faults of the others.
pub struct Keys<'k> {
    /// The path of the object.
    pub path: &'k str,
    /// The only keys that it may have; any if `None`.
    pub keys: Option<&'k [&'k str]>,
    /// Where the faults go.
    pub faults: &'k mut Faults,
}

impl<'de> Visitor<'de> for Keys<'_> {
    type Value = Vec<(Key<'de>, Raw<'de>)>;
    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("an object")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let Keys { path, keys, faults } = self;
        let (mut members, mut seen) = (Vec::new(), HashSet::new());
        while let Some((Name(key), value)) = map.next_entry::<Name, Raw>()? {
            let fault = |found: &str, rule: &str, cure: String| Fault {
                path: join(path, &shown(&key)),
                found: found.into(),
                rule: rule.into(),
                ruling: None,
                cure,
            };
            let unknown = keys.filter(|keys| !keys.contains(&key.as_ref()));
            if let Some(keys) = unknown {
                let known = || format!("known keys: {}", keys.join(", "));
                faults.add(|| fault("is unknown", "no other key is allowed here", known()));
            } else if seen.contains(&key) {
                let cure = "remove one of the two";
                faults.add(|| fault("occurs twice", "a key may occur only once", cure.into()));
            } else if members.len() == MEMBERS_LIMIT {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                faults.push(Fault {
                    path: path.into(),
                    found: "has too many keys".into(),
                    rule: format!("an object may have at most {MEMBERS_LIMIT}"),
                    ruling: Some("size-limits"),
                    cure: "split it".into(),
                });
                break;
            } else {
                seen.insert(key.clone());
                members.push((key, value));
            }
        }
        Ok(members)
    }
}

struct Name<'a>(Key<'a>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_bytes(Text).map(Name)
    }
}

/// A string, in which half of a surrogate pair becomes U+FFFD.
pub struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;
    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("a string")
    }
    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(readable(bytes))
    }
    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        Ok(readable(bytes).into_owned().into())
    }
}

fn readable(bytes: &[u8]) -> Cow<'_, str> {
    match String::from_utf8_lossy(bytes) {
        // Half of a pair takes three bytes.
        Cow::Owned(text) => text.replace("\u{fffd}\u{fffd}\u{fffd}", "\u{fffd}").into(),
        text => text,
    }
}

/// The first `limit` items of an array, and how many it has.
pub struct Items {
    /// How many items are kept.
    pub limit: usize,
}

impl<'de> Visitor<'de> for Items {
    type Value = (Vec<Raw<'de>>, usize);
    fn expecting(&self, out: &mut fmt::Formatter) -> fmt::Result {
        out.write_str("an array")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while items.len() < self.limit {
            match seq.next_element()? {
                Some(item) => items.push(item),
                None => break,
            }
        }
        let mut count = items.len();
        while seq.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok((items, count))
    }
}

/// A text from the input, as a message shows it: short, and with control characters escaped.
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let start: String = text.chars().take(LONGEST).flat_map(char::escape_debug).collect();
    if text.chars().nth(LONGEST).is_some() { start + "…" } else { start }
}

/// `path.key`, or `key` at the top.
pub fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.into() } else { format!("{path}.{key}") }
}
