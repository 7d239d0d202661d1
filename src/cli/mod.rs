//! The command line, one file for each command. Results go to stdout, everything else to stderr.
//!
//! This module turns arguments into calls, and results into text; it decides nothing about layers. A command is a
//! struct of its arguments. Its `run` returns the whole text for stdout, or an [`Error`], whose
//! [`Error::exit_code`] is the exit status.

mod asked;
#[cfg(feature = "book")]
pub mod book;
mod check;
mod cleanup;
mod drawn;
pub mod eval;
mod explain;
mod generate;
mod input;
mod list;
mod problem;
mod progress;
mod sample;
mod verify;

use crate::error::{Error, printable};
use crate::number::self_test;
use anstream::AutoStream;
use clap::{Parser, Subcommand};
use rayon::ThreadPoolBuilder;
use std::io::{self, Write};
use std::process::ExitCode;

/// The verified reference and test oracle for a dropout layer followed by a dense layer.
#[derive(Debug, Parser)]
#[command(name = "dropout-oracle", version, about, max_term_width = 100)]
#[command(after_help = "Example:\n  dropout-oracle eval problem.json > case.json")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Generate(generate::Generate),
    Eval(eval::Eval),
    Check(Box<check::Check>),
    Problem(problem::Problem),
    Verify(verify::Verify),
    Sample(sample::Sample),
    Explain(explain::Explain),
    List(list::List),
    #[cfg(feature = "book")]
    Book(book::Book),
}

/// The exit status for a bug in this program.
const BUG: u8 = 3;

/// Runs the command line and returns the exit status: 0 for success, 1 if a check failed, 2 for wrong usage, bad input
/// or a process that does not compute as IEEE 754 says, 3 for a bug in this program.
pub fn run() -> ExitCode {
    let command = Cli::parse().command;
    // Whatever the input, a panic is a bug in this program. It is reported as such, never as a verdict.
    std::panic::set_hook(Box::new(|panic| {
        complain(&format!("BUG IN ORACLE: {panic}\nPlease report it with the input."));
    }));
    let run = || -> Result<String, Error> {
        self_test::of_the_pool()?;
        match command {
            Command::Generate(command) => command.run(),
            Command::Eval(command) => command.run(),
            Command::Check(command) => command.run(),
            Command::Problem(command) => command.run(),
            Command::Verify(command) => command.run(),
            Command::Sample(command) => command.run(),
            Command::Explain(command) => command.run(),
            Command::List(command) => command.run(),
            #[cfg(feature = "book")]
            Command::Book(command) => command.run(),
        }
    };
    let outcome = std::panic::catch_unwind(|| {
        self_test::of_this_thread()?;
        on_all_threads(run)
    });
    match outcome {
        Ok(Ok(text)) => print(&text),
        Ok(Err(error)) => {
            complain(&error.to_string());
            ExitCode::from(error.exit_code())
        }
        Err(_) => ExitCode::from(BUG),
    }
}

/// Writes a message to stderr. If nobody can read it, the exit status still says that something was wrong.
fn complain(message: &str) {
    let _ = writeln!(io::stderr(), "{}", printable(message));
}

/// `run` on as many threads as the machine has, or on this one alone where the system starts no others.
fn on_all_threads<T: Send>(run: impl FnOnce() -> T + Send) -> T {
    match ThreadPoolBuilder::new().build() {
        Ok(pool) => pool.install(run),
        Err(_) => {
            let _ = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build_global();
            run()
        }
    }
}

/// Writes the result unchanged. A reader that stops early, such as `head`, is not an error. `always` passes colours on,
/// and makes Windows terminals show them; the report has colours only if they are wanted.
fn print(text: &str) -> ExitCode {
    let mut stdout = AutoStream::always(io::stdout());
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            complain(&Error::File { path: "stdout".into(), source: error }.to_string());
            ExitCode::from(2)
        }
        _ => ExitCode::SUCCESS,
    }
}
