//! `book`: writes the study book, a static site.

use crate::book::{Pages, Sources, pages};
use crate::error::Error;
use crate::fixture::book_folder::{check, write};
use clap::Args;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How the names of its files end.
const BOOK: [&str; 3] = [".html", ".css", ".js"];

/// Write the study book: a static site with a page for each equation.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dropout-oracle book --out book")]
pub struct Book {
    /// Folder to write to: a new or empty one, or a book of this program.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The repository to read: its texts, its code and its tests.
    #[arg(long, value_name = "DIR", default_value = ".")]
    source: PathBuf,
}

impl Book {
    /// A summary of what was written.
    pub fn run(self) -> Result<String, Error> {
        check(&self.out, |name| BOOK.iter().any(|end| name.ends_with(end)))?;
        let pages = pages(&sources(&self.source)?)?;
        write(&self.out, &pages)?;
        Ok(format!("{}: {}\n", self.out.display(), totals(&pages)))
    }
}

fn totals(pages: &Pages) -> String {
    let html = pages.keys().filter(|path| path.ends_with(".html")).count();
    let bytes: usize = pages.values().map(String::len).sum();
    format!("{html} pages in {} files, {:.2} MB", pages.len(), bytes as f64 / 1e6)
}

/// The texts of a checkout.
///
/// # Errors
/// If there is none at this place, or a file cannot be read.
pub fn sources(root: &Path) -> Result<Sources, Error> {
    if !root.join("spec/dropout.md").is_file() {
        let place = root.display();
        return Err(Error::Usage(format!(
            "{place} has no spec/dropout.md: run this in the repository, or name it with --source DIR"
        )));
    }
    let mut sources = Sources::default();
    for (folder, end) in Sources::FOLDERS {
        walk(root, folder, end, &mut sources)?;
    }
    Ok(sources)
}

fn walk(root: &Path, folder: &str, end: &str, sources: &mut Sources) -> Result<(), Error> {
    let place = root.join(folder);
    let fault = |path: PathBuf| |source: io::Error| Error::File { path, source };
    for entry in fs::read_dir(&place).map_err(fault(place.clone()))? {
        let entry = entry.map_err(fault(place.clone()))?;
        let Some(path) = entry.file_name().to_str().map(|name| format!("{folder}/{name}")) else { continue };
        let kind = entry.file_type().map_err(fault(entry.path()))?;
        if kind.is_dir() && end == ".rs" {
            walk(root, &path, end, sources)?;
        } else if kind.is_file() && path.ends_with(end) {
            let text = fs::read_to_string(entry.path()).map_err(fault(entry.path()))?;
            sources.0.insert(path, text);
        }
    }
    Ok(())
}
