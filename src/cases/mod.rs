//! The cases before they are solved: [`catalogue`] is data, and [`recipe`] interprets it. [`shaped`] draws a case of
//! any size that a user names.
//!
//! An [`Entry`] is an id and a recipe. Its problem depends only on these two.

pub mod catalogue;
pub mod recipe;
pub mod shaped;

use crate::problem::{Problem, mask};
use catalogue::Family;
use recipe::Recipe;
use sha2::{Digest, Sha256};

/// A selection of families.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The families committed with the code.
    Core,
    /// A minimal set of core cases that catches every defect that the core profile catches.
    Smoke,
    /// The families too large to commit.
    Large,
}

/// The ChaCha20 key of every step case. Each case has its own stream.
pub const KEY: [u8; 32] = *b"dropout-oracle fixtures edition1";

/// A case of the catalogue, without its results.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `family/name`.
    pub id: String,
    /// How its inputs are made.
    pub recipe: Recipe,
}

/// The ids of [`Profile::Smoke`], one per line: `fixture::kills::cover` of the core profile.
pub const SMOKE: &str = include_str!("smoke.txt");

/// Whether the case with this id is in [`Profile::Smoke`].
pub fn is_smoke(id: &str) -> bool {
    SMOKE.lines().any(|smoke| smoke == id)
}

/// Every step case of a profile.
pub fn entries(profile: Profile) -> Vec<Entry> {
    let families = match profile {
        Profile::Core | Profile::Smoke => catalogue::families(),
        Profile::Large => catalogue::large_families(),
    };
    let entries = |(family, recipes): Family| {
        recipes.into_iter().map(move |recipe| Entry { id: format!("{family}/{}", recipe.name), recipe })
    };
    let smoke = |entry: &Entry| profile != Profile::Smoke || is_smoke(&entry.id);
    families.into_iter().flat_map(entries).filter(smoke).collect()
}

impl Entry {
    /// The case's stream: the first 8 bytes of the SHA-256 of its id. So adding a case changes no other.
    pub fn stream(&self) -> u64 {
        let digest = Sha256::digest(&self.id);
        u64::from_be_bytes(digest[..8].try_into().expect("8 bytes"))
    }

    /// The case's problem.
    ///
    /// # Panics
    /// If the recipe breaks a rule of a problem: a bug in the catalogue.
    pub fn problem(&self) -> Problem {
        let inputs = self.recipe.inputs(mask::words(KEY, self.stream()));
        Problem::new(inputs, self.recipe.activation())
            .unwrap_or_else(|faults| panic!("{}:\n{faults}", self.id))
    }
}
