//! The holes of a book, collected: a page is written with what there is, and then the whole is refused.

use crate::error::Error;

/// What is missing.
#[derive(Debug, Default)]
pub struct Faults(Vec<String>);

impl Faults {
    /// One more hole.
    pub fn add(&mut self, fault: impl Into<String>) {
        self.0.push(fault.into());
    }

    /// The value, or the hole if there is none.
    pub fn some<T>(&mut self, value: Option<T>, fault: impl Into<String>) -> Option<T> {
        if value.is_none() {
            self.add(fault);
        }
        value
    }

    /// The book, if it has no holes.
    pub fn none<T>(self, book: T) -> Result<T, Error> {
        match self.0.len() {
            0 => Ok(book),
            _ => Err(Error::Failed(format!("the book has holes:\n  {}", self.0.join("\n  ")))),
        }
    }
}
