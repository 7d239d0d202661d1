//! The cases, before anybody solved them: [`catalogue`] is data, [`recipe`] its interpreter.
//!
//! An [`Entry`] is an id and a recipe; its problem depends on these two alone.

pub mod catalogue;
pub mod recipe;

use crate::problem::{Problem, mask};
use catalogue::Family;
use recipe::Recipe;
use sha2::{Digest, Sha256};

/// Which families are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The families that are kept beside the code.
    Core,
    /// Of these, as few cases as catch every defect that all of them catch.
    Smoke,
    /// The families that are too large for that.
    Large,
}

/// The ChaCha20 key of every step case; the stream is the case's own.
pub const KEY: [u8; 32] = *b"dropout-oracle fixtures edition1";

/// A case of the catalogue before its results are known.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Family and name.
    pub id: String,
    /// How it is made.
    pub recipe: Recipe,
}

/// The ids of [`Profile::Smoke`], a line each: what `fixture::kills::cover` gives for the core profile.
pub const SMOKE: &str = include_str!("smoke.txt");

/// Every step case of a profile.
pub fn entries(profile: Profile) -> Vec<Entry> {
    let families = match profile {
        Profile::Core | Profile::Smoke => catalogue::families(),
        Profile::Large => catalogue::large_families(),
    };
    let entries = |(family, recipes): Family| {
        recipes.into_iter().map(move |recipe| Entry { id: format!("{family}/{}", recipe.name), recipe })
    };
    let smoke = |entry: &Entry| profile != Profile::Smoke || SMOKE.lines().any(|id| id == entry.id);
    families.into_iter().flat_map(entries).filter(smoke).collect()
}

impl Entry {
    /// The stream of the case: the first 8 bytes of the SHA-256 of its id, so that no case moves another.
    pub fn stream(&self) -> u64 {
        let digest = Sha256::digest(&self.id);
        u64::from_be_bytes(digest[..8].try_into().expect("8 bytes"))
    }

    /// The problem.
    ///
    /// # Panics
    /// Where the recipe breaks a rule: a bug in the catalogue.
    pub fn problem(&self) -> Problem {
        let inputs = self.recipe.inputs(mask::words(KEY, self.stream()));
        Problem::new(inputs, self.recipe.activation())
            .unwrap_or_else(|faults| panic!("{}:\n{faults}", self.id))
    }
}
