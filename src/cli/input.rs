//! Reads input files up to a size limit.

use crate::error::Error;
use crate::wire::json::TEXT_LIMIT;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The bytes of a file, or of standard input for `-`. The file may also be a pipe, as `<(…)` gives it to a command, or
/// a device: no more is read than the limit and one byte, which is a fault.
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
    match read() {
        Err(source) => Err(Error::File { path: path.into(), source }),
        Ok(bytes) if bytes.len() > TEXT_LIMIT => Err(Error::Usage(format!(
            "{}: is longer than 64 MiB: input may have at most 64 MiB (ruling size-limits); split it, or test a smaller shape",
            path.display()
        ))),
        Ok(bytes) => Ok(bytes),
    }
}
