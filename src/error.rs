//! [`Error`]: one public error over the small ones of the modules.
//!
//! Three kinds of failure never mix: bad input is an `Err`, a defect of the subject is a verdict, and a bug
//! of ours is a panic, which `main` reports as BUG IN ORACLE.

use crate::number::self_test::WrongArithmetic;
use crate::oracle;
use crate::problem::Faults;
use std::path::PathBuf;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input breaks rules; all of them are listed.
    #[error("{0}")]
    Input(#[from] Faults),
    /// The input is valid, but no double can be given for some result.
    #[error(transparent)]
    Oracle(#[from] oracle::Error),
    /// This process does not compute as IEEE 754 says.
    #[error(transparent)]
    Arithmetic(#[from] WrongArithmetic),
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The message of the operating system.
        source: std::io::Error,
    },
    /// The command line asks for something that does not exist.
    #[error("{0}")]
    Usage(String),
    /// A check ran to its end and failed; the message says what was wrong.
    #[error("{0}")]
    Failed(String),
}

impl Error {
    /// The exit status of the process: 1 for a failed check, 2 for wrong usage, bad input, or a process that the
    /// user must start in another way.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Failed(_) => 1,
            Error::Input(_)
            | Error::Oracle(_)
            | Error::Arithmetic(_)
            | Error::File { .. }
            | Error::Usage(_) => 2,
        }
    }
}

/// A text from elsewhere as a terminal may show it: without control characters, and without those that are invisible or
/// change the direction of writing. Line breaks stay.
pub fn printable(text: &str) -> String {
    let visible = |c: char| match c {
        '\n' => c,
        _ if c.is_control() => ' ',
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' => '\u{fffd}',
        '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}' => {
            '\u{fffd}'
        }
        _ => c,
    };
    text.chars().map(visible).collect()
}
