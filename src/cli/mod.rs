//! The command line: one file a verb. Results go to stdout, talk to stderr.
//!
//! This module turns arguments into calls and answers into text; it decides nothing about layers. A verb
//! is a struct of its arguments with `run`, which answers with the whole text for stdout or with an
//! [`Error`], whose [`Error::exit_code`] is the exit status.

mod check;
pub mod eval;
mod explain;
mod generate;
mod input;
mod list;
mod sample;
mod verify;

use crate::error::Error;
use anstream::AutoStream;
use clap::{Parser, Subcommand};
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
    Check(check::Check),
    Verify(verify::Verify),
    Sample(sample::Sample),
    Explain(explain::Explain),
    List(list::List),
}

/// Exit status 3: our own bug.
const BUG: u8 = 3;

/// Runs the command line and answers with the exit status: 0 all good, 1 a check failed, 2 usage or bad
/// input, 3 our own bug.
pub fn run() -> ExitCode {
    let command = Cli::parse().command;
    // A panic is a bug of ours, whatever the input was: it is reported as such, never as a verdict.
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("BUG IN ORACLE: {panic}\nPlease report it with the input.")
    }));
    let outcome = std::panic::catch_unwind(|| match command {
        Command::Generate(verb) => verb.run(),
        Command::Eval(verb) => verb.run(),
        Command::Check(verb) => verb.run(),
        Command::Verify(verb) => verb.run(),
        Command::Sample(verb) => verb.run(),
        Command::Explain(verb) => verb.run(),
        Command::List(verb) => verb.run(),
    });
    match outcome {
        Ok(Ok(text)) => print(&text),
        Ok(Err(error)) => {
            eprintln!("{error}");
            ExitCode::from(error.exit_code())
        }
        Err(_) => ExitCode::from(BUG),
    }
}

/// Writes the result unchanged; a reader that has seen enough (`| head`) is no failure. Only a report holds
/// colours, and only where they are wanted: `always` passes them on, and makes a Windows terminal show them.
fn print(text: &str) -> ExitCode {
    let mut stdout = AutoStream::always(io::stdout());
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            eprintln!("{}", Error::File { path: "stdout".into(), source: error });
            ExitCode::from(2)
        }
        _ => ExitCode::SUCCESS,
    }
}
