//! `generate`: writes the fixtures, or checks that they are up to date.

use crate::cases::{Profile, entries};
use crate::error::Error;
use crate::fixture::files::{self, Comparison};
use crate::fixture::generate::{self, Files};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use std::io;
use std::path::PathBuf;

/// Write the fixtures: cases, schemas, flags, kill matrix, manifest.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  dropout-oracle generate --out /tmp/fixtures\n  dropout-oracle generate --check"
)]
pub struct Generate {
    /// Folder to write to; by default `fixtures`, `fixtures-smoke` or `fixtures-large`, according to the profile.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Cases to write: all committed ones (core), a minimal set that catches every catchable defect (smoke), or those
    /// too large to commit (large).
    #[arg(long, value_enum, default_value_t = Choice::Core)]
    profile: Choice,
    /// Write nothing; fail if the folder is not up to date.
    #[arg(long)]
    check: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Choice {
    Core,
    Smoke,
    Large,
}

impl Generate {
    /// A summary of what was written.
    pub fn run(self) -> Result<String, Error> {
        let (profile, usual) = match self.profile {
            Choice::Core => (Profile::Core, "fixtures"),
            Choice::Smoke => (Profile::Smoke, "fixtures-smoke"),
            Choice::Large => (Profile::Large, "fixtures-large"),
        };
        let folder = self.out.unwrap_or_else(|| usual.into());
        // Before minutes of work.
        if folder.exists() && !folder.is_dir() {
            return Err(Error::File { path: folder, source: io::ErrorKind::NotADirectory.into() });
        }
        let entries = entries(profile);
        let bar = ProgressBar::new(entries.len() as u64).with_style(
            ProgressStyle::with_template("{bar:40} {pos}/{len} cases, {elapsed}").expect("a valid template"),
        );
        let files = generate::files(&entries, || bar.inc(1));
        bar.finish_and_clear();
        let comparison = files::compare(&folder, &files)?;
        let place = folder.display();
        if self.check {
            return match comparison.is_clean() {
                true => Ok(format!("{place}: {}, all up to date\n", totals(&files))),
                false => Err(Error::Failed(format!(
                    "{place} differs from what this version generates:\n{}run `dropout-oracle generate` and review the changes",
                    lines(&comparison)
                ))),
            };
        }
        files::write(&folder, &files, &comparison)?;
        let stray = Comparison { stray: comparison.stray, ..Comparison::default() };
        let stray = if stray.is_clean() {
            String::new()
        } else {
            format!("not part of the fixtures, left unchanged:\n{}", lines(&stray))
        };
        let (new, changed) = (comparison.missing.len(), comparison.different.len());
        Ok(format!("{place}: {}; {new} new, {changed} changed\n{stray}", totals(&files)))
    }
}

fn totals(files: &Files) -> String {
    let cases = files.keys().filter(|path| path.starts_with("cases/")).count();
    let bytes: usize = files.values().map(String::len).sum();
    format!("{cases} cases in {} files, {:.2} MB", files.len(), bytes as f64 / 1e6)
}

fn lines(comparison: &Comparison) -> String {
    let Comparison { missing, different, stray } = comparison;
    let of = |what: &str, paths: &[String]| -> String {
        paths.iter().map(|path| format!("  {what} {path}\n")).collect()
    };
    of("missing  ", missing) + &of("different", different) + &of("stray    ", stray)
}
