//! One public [`Error`] over the modules' small ones. Three kinds of fault never mix: the caller's
//! (`Err`), the subject's (a verdict), ours (a panic, which `main` reports as BUG IN ORACLE).

use crate::oracle;
use crate::problem::Faults;
use std::path::PathBuf;

/// Why a command ended without its result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input breaks rules: every one of them is listed.
    #[error("{0}")]
    Input(#[from] Faults),
    /// The input is sound, and yet no double can be given for a result.
    #[error(transparent)]
    Oracle(#[from] oracle::Error),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The command line asks for something that there is not.
    #[error("{0}")]
    Usage(String),
    /// A check ran to its end and failed: what was wrong is the message.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// The process's exit status: 1 a check failed, 2 usage or bad input.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Failed(_) => 1,
            Error::Input(_) | Error::Oracle(_) | Error::File { .. } | Error::Usage(_) => 2,
        }
    }
}
