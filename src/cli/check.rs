//! `check`: judges an implementation, a program or a file of results.

use super::asked::Source;
use super::{cleanup, complain, drawn, input, progress};
use crate::conform::cases::{Case, Selection};
use crate::conform::coverage::Coverage;
use crate::conform::judge::whole_run::{self, WholeRunCheck};
use crate::conform::report::expectations::Expectations;
use crate::conform::report::{self, Report, human, json, junit};
use crate::conform::run::{Run, covered};
use crate::conform::subject::Subject;
use crate::conform::subject::absent::Absent;
use crate::conform::subject::program::{Leader, Limits, NotStarted, Program};
use crate::conform::subject::results::ResultsFile;
use crate::error::Error;
use crate::fixture::replace;
use crate::number::Arithmetic;
use crate::oracle::cost::Limit;
use anstream::{AutoStream, ColorChoice};
use clap::Args;
use std::io::stdout;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Judge an implementation: a program that speaks the protocol, or a file of results.
#[derive(Debug, Args)]
#[command(
    after_help = "Besides the cases, sampler/… checks the masks that the subject draws, and run/rounding-bias checks the errors of the whole run.\n\nExamples:\n  dropout-oracle check -- python my_layer.py\n  dropout-oracle check --shape 256x1024x1024 --activation gelu -- python my_layer.py\n  dropout-oracle check --problem problem.safetensors --results results.safetensors\n  dropout-oracle check --select 'exact/*' --report report.xml --results results.json"
)]
pub struct Check {
    #[command(flatten)]
    source: Source,
    /// Use only cases whose id matches, such as 'exact/*' or '*softmax*'; may be repeated.
    #[arg(long, value_name = "GLOB")]
    select: Vec<String>,
    /// Known failures, one id per line, which do not fail the run.
    #[arg(long, value_name = "FILE")]
    expect_failures: Option<PathBuf>,
    /// Rewrite the file of known failures from the current failures.
    #[arg(long, requires = "expect_failures")]
    fix_expectations: bool,
    /// Fail if fewer than N cases are judged.
    #[arg(long, value_name = "N", default_value_t = 1)]
    min_cases: usize,
    /// List every failure in a line, not only one of each cause.
    #[arg(long)]
    list_failures: bool,
    /// Also write the report as JSON or JUnit XML; may be repeated.
    #[arg(long, value_name = "FILE.json|FILE.xml", value_parser = report_file)]
    report: Vec<PathBuf>,
    /// Time limit for each answer of the program.
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds)]
    timeout: Duration,
    /// Time limit for starting the program, and for its first answer.
    #[arg(long, value_name = "SECONDS", default_value = "60", value_parser = seconds)]
    start_timeout: Duration,
    /// Time limit for the whole run, after which nothing more is asked.
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    run_timeout: Option<Duration>,
    /// Judge also cases whose expected values would take longer than three minutes each.
    #[arg(long)]
    no_limit: bool,
    /// Arithmetic of results that are tensors, such as f32 or bf16/f32 [default: what the file says, or its format].
    #[arg(long, value_name = "ARITHMETIC", value_parser = drawn::arithmetic, requires = "results")]
    arithmetic: Option<Arithmetic>,
    /// Judge the results in FILE: JSON, also in standard input if FILE is -, or the tensors of one problem in a file whose
    /// name ends in .safetensors.
    #[arg(long, value_name = "FILE", conflicts_with = "command")]
    results: Option<PathBuf>,
    /// The program to judge; it is started once for all cases.
    #[arg(last = true, required_unless_present = "results")]
    command: Vec<String>,
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    duration.ok_or_else(|| "must be a positive number of seconds".into())
}

fn report_file(text: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("json" | "xml") => Ok(path),
        _ => Err("must end in .json or .xml".into()),
    }
}

impl Check {
    /// The report for people.
    ///
    /// # Errors
    /// If there are unexpected results, or too few cases were judged. The report is printed in any case.
    pub fn run(self) -> Result<String, Error> {
        let mut planned = self.source.planned()?;
        // A case of the user's own is judged by itself.
        let mut checks = if self.source.is_own() { Vec::new() } else { whole_run::all() };
        let ids = planned.iter().map(|case| case.id().into()).chain(checks.iter().map(WholeRunCheck::id));
        let ids: Vec<String> = ids.collect();
        let there = |id: &str| ids.iter().any(|known| known == id);
        let selection = Selection::new(&self.select, &ids)?;
        planned.retain(|case| selection.takes(case.id()));
        checks.retain(|check| selection.takes(&check.id()));
        let known = self.known_failures()?;
        let rewritten = self.expect_failures.iter().filter(|_| self.fix_expectations);
        self.report.iter().chain(rewritten).try_for_each(|path| replace::writable(path))?;
        let leader = Leader::default();
        cleanup::at_interrupt(&leader);
        let mut subject = self.subject(&ids, &there, &leader)?;
        let format = subject.about().arithmetic.storage;
        let cases = planned.into_iter().map(|case| case.case(format)).collect::<Result<Vec<_>, Error>>();
        let mut cases = cases?;
        if self.no_limit {
            cases.iter_mut().for_each(|case| case.limit = Limit::NONE);
        }
        let (run, coverage) = asked(subject.as_mut(), &cases, &checks);
        drop(subject);
        cleanup::descendants();
        let mut unexpected = known.unexpected(&run, there);
        if self.fix_expectations
            && let Some(path) = &self.expect_failures
        {
            replace::put(path, known.fixed(&run, there).as_bytes())?;
            unexpected.clear();
        }
        let report = Report {
            run: &run,
            coverage: &coverage,
            unexpected: &unexpected,
            command: self.reproduction(),
            list_failures: self.list_failures,
        };
        let colour = AutoStream::choice(&stdout()) != ColorChoice::Never;
        let text = human(&report, colour);
        // Whatever becomes of one file, the others are written, and the verdicts are printed.
        let written = self.report.iter().map(|path| {
            let xml = path.extension().is_some_and(|extension| extension == "xml");
            replace::put(path, if xml { junit(&report) } else { json(&report) }.as_bytes())
        });
        let written: Vec<Result<(), Error>> = written.collect();
        let unwritten = written.into_iter().find_map(Result::err);
        match unwritten.or_else(|| self.failure(&run, unexpected.len()).map(Error::Failed)) {
            None => Ok(text),
            Some(failure) => {
                super::print(&text);
                Err(failure)
            }
        }
    }

    /// Why the command fails, if it does.
    fn failure(&self, run: &Run, unexpected: usize) -> Option<String> {
        match (unexpected, run.judged()) {
            (0, _) if run.ending.is_some() => run.ending.clone(),
            (0, judged) if judged >= self.min_cases => None,
            (0, judged) => {
                Some(format!("judged {}, but --min-cases requires {}", report::cases(judged), self.min_cases))
            }
            (1, _) if self.expect_failures.is_some() => Some("1 unexpected result".into()),
            (_, _) if self.expect_failures.is_some() => Some(format!("{unexpected} unexpected results")),
            // Without known failures, each unexpected result is a failed case.
            _ => Some(format!("{unexpected} of {} failed", report::cases(run.outcomes.len()))),
        }
    }

    fn known_failures(&self) -> Result<Expectations, Error> {
        let Some(path) = &self.expect_failures else { return Ok(Expectations::default()) };
        if self.fix_expectations && !path.exists() {
            return Ok(Expectations::default());
        }
        let text = String::from_utf8_lossy(&input::bytes(path)?).into_owned();
        Expectations::read(&text).map_err(|faults| input::faulty(path, &faults))
    }

    fn subject(
        &self,
        ids: &[String],
        there: &dyn Fn(&str) -> bool,
        leader: &Leader,
    ) -> Result<Box<dyn Subject>, Error> {
        if let Some(path) = &self.results {
            let file = match (input::is_tensors(path), ids) {
                (true, [id]) => ResultsFile::of_case(id, input::results(path)?, self.arithmetic),
                (true, _) => {
                    let cure = "say which with --problem, or with one --shape and activation";
                    let why = format!("{}: tensors are the results of one problem; {cure}", path.display());
                    return Err(Error::Usage(why));
                }
                (false, _) if self.arithmetic.is_some() => {
                    let why = "results in JSON say it themselves, in subject.arithmetic";
                    return Err(Error::Usage(format!("--arithmetic: {why}")));
                }
                (false, _) => ResultsFile::read(&input::bytes(path)?, there),
            };
            return Ok(Box::new(file.map_err(|faults| input::faulty(path, &faults))?));
        }
        let (answer, start, run) = (self.timeout, self.start_timeout, self.run_timeout);
        match Program::start_as(&self.command, Limits { answer, start, run, ..Limits::default() }, leader) {
            Ok(program) => Ok(Box::new(program)),
            Err(NotStarted::Program(why)) => Ok(Box::new(Absent { name: joined(&self.command), why })),
            Err(error) => Err(Error::Usage(error.to_string())),
        }
    }

    /// The command that runs the same layer again.
    fn reproduction(&self) -> report::Command {
        let shown = |path: &Path| joined(&[path.display().to_string()]);
        let arithmetic = self.arithmetic.map(|arithmetic| format!(" --arithmetic {arithmetic}"));
        let end = match &self.results {
            Some(path) => format!("--results {}", shown(path)),
            None => format!("-- {}", joined(&self.command)),
        };
        let begin =
            format!("dropout-oracle check{}{}", self.source.options(shown), arithmetic.unwrap_or_default());
        report::Command {
            whole: format!("{begin} {end}"),
            one: [format!("{begin} --select "), format!(" {end}")],
        }
    }
}

/// Words quoted for a shell, or as they are if that is impossible.
fn joined(words: &[String]) -> String {
    shlex::try_join(words.iter().map(String::as_str)).unwrap_or_else(|_| words.join(" "))
}

/// Seconds between two lines of progress where there is no terminal.
const EVERY: u64 = 30;

fn asked(subject: &mut dyn Subject, cases: &[Case], checks: &[WholeRunCheck]) -> (Run, Coverage) {
    let bar = progress::bar(2 * cases.len() + checks.len());
    // Without a terminal, a line now and then.
    let (begun, lines) = (Instant::now(), AtomicU64::new(0));
    let progress = || {
        bar.inc(1);
        let line = begun.elapsed().as_secs() / EVERY;
        if bar.is_hidden() && lines.fetch_max(line, Ordering::Relaxed) < line {
            let (at, of) = (bar.position(), bar.length().unwrap_or_default());
            complain(&format!("{at} of {of} steps of the run after {} s", line * EVERY));
        }
    };
    let covered = covered(subject, cases, checks, progress);
    bar.finish_and_clear();
    covered
}
