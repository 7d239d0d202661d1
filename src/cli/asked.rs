//! The cases that `check` asks: those of the catalogue or of a folder, a problem of the user's own, or problems of any
//! shape, which are drawn once the subject's number format is known.

use super::{drawn, input};
use crate::cases::{Profile, shaped};
use crate::conform::cases::{self, Case};
use crate::error::Error;
use crate::number::Format;
use crate::problem::{Activation, Faults, check, memory};
use crate::verify::Shape;
use crate::wire::read::Kind;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};

/// The options that say which cases there are.
#[derive(Debug, Args)]
pub struct Source {
    /// Read cases from DIR instead of using the built-in ones.
    #[arg(long, value_name = "DIR")]
    fixtures: Option<PathBuf>,
    /// Built-in cases to use: all (core), a minimal set that catches every catchable defect (smoke), or sizes past blocks
    /// of 128, 256 and 512 (large).
    #[arg(long, value_enum, default_value_t = Choice::Core, conflicts_with = "fixtures")]
    profile: Choice,
    /// Use this problem alone: JSON or, if the name ends in .safetensors, tensors.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fixtures", "profile"])]
    pub problem: Option<PathBuf>,
    /// Draw a problem of shape m x n x n_next in the subject's number format, instead of the built-in cases; may be
    /// repeated.
    #[arg(long, value_name = "MxNxO", value_parser = drawn::shape, conflicts_with_all = ["fixtures", "profile", "problem"])]
    shape: Vec<Shape>,
    /// Activation of the problems that are drawn [default: softmax]; may be repeated.
    #[arg(long, value_name = "NAME", value_parser = drawn::activation, requires = "shape")]
    activation: Vec<String>,
    /// Seed of the problems that are drawn [default: 0].
    #[arg(long, value_name = "N", requires = "shape")]
    seed: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Choice {
    Core,
    Smoke,
    Large,
}

/// A case that may still have to be drawn.
#[derive(Debug)]
pub enum Planned {
    /// One that is there.
    Ready(Case),
    /// One of this id, shape, activation and seed.
    Drawn(String, Shape, Activation, u64),
}

impl Planned {
    /// Its id.
    pub fn id(&self) -> &str {
        match self {
            Planned::Ready(case) => &case.id,
            Planned::Drawn(id, ..) => id,
        }
    }

    /// The case, in a number format if it is drawn.
    ///
    /// # Errors
    /// If it does not fit into the memory.
    pub fn case(self, format: Format) -> Result<Case, Error> {
        match self {
            Planned::Ready(case) => Ok(case),
            Planned::Drawn(id, shape, activation, seed) => {
                Ok(Case::new(id, shaped::problem(shape, activation, format, seed)?))
            }
        }
    }
}

impl Source {
    /// The cases, in order.
    ///
    /// # Errors
    /// If a file cannot be read, or is no valid case.
    pub fn planned(&self) -> Result<Vec<Planned>, Error> {
        let ready = |cases: Vec<Case>| cases.into_iter().map(Planned::Ready).collect();
        if let Some(path) = &self.problem {
            let given = input::problem(path, Kind::Case).map_err(|error| match error {
                Error::Input(faults) => input::faulty(path, &faults),
                other => other,
            })?;
            let id = given.id.unwrap_or_else(|| "user/problem".into());
            return Ok(ready(vec![Case::new(id, given.problem)]));
        }
        if !self.shape.is_empty() {
            return self.shapes();
        }
        self.fixtures.as_deref().map_or_else(|| Ok(cases::of(self.profile())), cases::in_folder).map(ready)
    }

    fn profile(&self) -> Profile {
        match self.profile {
            Choice::Core => Profile::Core,
            Choice::Smoke => Profile::Smoke,
            Choice::Large => Profile::Large,
        }
    }

    fn shapes(&self) -> Result<Vec<Planned>, Error> {
        // Before a program is started for them.
        let mut faults = Faults::default();
        let too_many = |shape: &Shape| check::too_many(shape.sizes(), memory::available());
        self.shape.iter().filter_map(too_many).for_each(|fault| faults.push(fault));
        if !faults.is_empty() {
            return Err(faults.into());
        }
        let names: Vec<&str> = match &self.activation[..] {
            [] => vec!["softmax"],
            names => names.iter().map(String::as_str).collect(),
        };
        let mut planned: Vec<Planned> = Vec::new();
        for (shape, name) in self.shape.iter().flat_map(|shape| names.iter().map(move |name| (*shape, *name)))
        {
            let activation = shaped::activation(name, shape.n_next).expect("a known name");
            let id = shaped::id(shape, &activation);
            if planned.iter().all(|other| other.id() != id) {
                planned.push(Planned::Drawn(id, shape, activation, self.seed.unwrap_or_default()));
            }
        }
        Ok(planned)
    }

    /// Whether the cases are the user's own, so that nothing but them is judged.
    pub fn is_own(&self) -> bool {
        self.problem.is_some() || !self.shape.is_empty()
    }

    /// The options, as a command repeats them.
    pub fn options(&self, shown: impl Fn(&Path) -> String) -> String {
        let mut options = String::new();
        let mut add = |option: &str, value: String| options += &format!(" --{option} {value}");
        self.fixtures.iter().for_each(|path| add("fixtures", shown(path)));
        self.problem.iter().for_each(|path| add("problem", shown(path)));
        self.shape.iter().for_each(|shape| add("shape", shape.to_string()));
        self.activation.iter().for_each(|name| add("activation", name.clone()));
        self.seed.iter().for_each(|seed| add("seed", seed.to_string()));
        // The default profile has every case but the large ones.
        if self.profile == Choice::Large {
            add("profile", "large".into());
        }
        options
    }
}
