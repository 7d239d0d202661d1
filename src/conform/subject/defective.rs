//! A known defect as a [`Subject`], to test that a harness can fail.

use super::{About, Answer, Subject};
use crate::number::{Arithmetic, Format};
use crate::problem::Problem;
use crate::trace::Quantity;
use crate::zoo::context::{Memory, RightStep};
use crate::zoo::{self, Defect, Float};
use std::fmt::{self, Debug};

/// A layer with a known defect.
pub struct Defective<T> {
    defect: Defect<T>,
    format: Format,
    memory: Memory<T>,
}

impl<T> Debug for Defective<T> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Defective({:?}, {})", self.defect, self.format.name())
    }
}

impl Defective<f64> {
    /// The defect with this id in double precision, or several joined by `+`; `right` has no defect, and `zeros`
    /// returns zeros.
    pub fn double(id: &str) -> Option<Box<dyn Subject>> {
        Some(Box::new(Defective { defect: named::<f64>(id)?, format: Format::F64, memory: Memory::new() }))
    }

    /// The same in single precision.
    pub fn single(id: &str) -> Option<Box<dyn Subject>> {
        Some(Box::new(Defective { defect: named::<f32>(id)?, format: Format::F32, memory: Memory::new() }))
    }
}

fn named<T: Float>(id: &str) -> Option<Defect<T>> {
    let right = || Defect::new(id, 3, "does everything right", "always");
    match id {
        "right" => Some(right()),
        "zeros" => {
            Some(Quantity::ALL.into_iter().fold(right(), |zeros, q| zeros.cell(q, |_, _, _| T::zero())))
        }
        _ => {
            let mut zoo = zoo::all();
            let mut taken = |id: &str| {
                let at = zoo.iter().position(|defect: &Defect<T>| defect.id == id)?;
                Some(zoo.swap_remove(at))
            };
            let (first, others) =
                id.split_once('+').map_or((id, None), |(first, others)| (first, Some(others)));
            let mut others = others.into_iter().flat_map(|others| others.split('+'));
            others.try_fold(taken(first)?, |defect, other| Some(defect.and(taken(other)?)))
        }
    }
}

impl<T: Float> Subject for Defective<T> {
    fn about(&self) -> About {
        About::new(self.defect.id.clone(), Arithmetic::plain(self.format))
    }

    fn step(&mut self, _: &str, problem: &Problem) -> Answer {
        Answer::Result(self.defect.step(&RightStep::of(problem), &mut self.memory))
    }
}
