//! The doors through which a subject comes that is no Rust type: a program behind a pipe, and a file.
//!
//! [`program`] is a [`Subject`](super::Subject) that asks a process, whose lines [`protocol`] writes and
//! reads; [`results`] is one that looks its answers up.

mod hex;
mod process;
pub mod program;
pub mod protocol;
mod reading;
pub mod results;
