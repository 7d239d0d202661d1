//! Reads input files up to a size limit.

use crate::error::Error;
use crate::wire::json::TEXT_LIMIT;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a file, or of standard input for `-`. At most one byte more than the limit is read, and the parser
/// then rejects the text.
pub fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        let limit = TEXT_LIMIT as u64 + 1;
        match path.to_str() {
            Some("-") => io::stdin().lock().take(limit).read_to_end(&mut bytes)?,
            _ => File::open(path)?.take(limit).read_to_end(&mut bytes)?,
        };
        Ok(bytes)
    };
    read().map_err(|source| Error::File { path: path.into(), source })
}
