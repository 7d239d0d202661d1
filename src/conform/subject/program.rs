//! The program adapter: a [`Subject`] behind a pipe, which is restarted after a failure.
//!
//! A failure of the process costs the current question and nothing more.

pub use super::limits::Limits;
pub use super::process::Leader;
use super::process::{Process, Silence};
use super::protocol::{self, Reply};
use super::reading::brief;
use super::tensors::{self, Files};
use super::{About, Answer, Rows, Subject};
use crate::problem::{Faults, Problem};
use std::io;
use std::time::{Duration, Instant};

/// Why there is no program to judge.
#[derive(Debug, thiserror::Error)]
pub enum NotStarted {
    /// The system cannot start it.
    #[error("{command}: {source}")]
    System {
        /// The command line.
        command: String,
        /// The message of the operating system.
        source: io::Error,
    },
    /// It started but did not describe itself.
    #[error("{0}")]
    Program(String),
}

/// A program that speaks the protocol.
#[derive(Debug)]
pub struct Program {
    command: Vec<String>,
    leader: Leader,
    begun: Instant,
    /// Its limits, which may be changed between questions.
    pub limits: Limits,
    about: About,
    process: Option<Process>,
    /// Whether the first answer after a start may take as long as the start, as where a compiler is at work; `None`
    /// until one has come.
    warms_up: Option<bool>,
    /// Whether the process has not been asked yet.
    is_fresh: bool,
    seq: u64,
    failed_starts: u32,
    late_answers: u32,
    repeated: u32,
}

/// After this many failed starts in a row, or late answers in a row, nothing more is asked.
const PATIENCE: u32 = 5;
/// At most this many second answers are passed over.
const MOST_REPEATED: u32 = 1000;

impl Program {
    /// Starts a program and asks it to describe itself.
    ///
    /// # Errors
    /// If it does not start, or its answer violates the protocol.
    pub fn start(command: &[String], limits: Limits) -> Result<Self, NotStarted> {
        Program::start_as(command, limits, &Leader::default())
    }

    /// The same, for one who wants to end it from another thread.
    ///
    /// # Errors
    /// The same.
    pub fn start_as(command: &[String], limits: Limits, leader: &Leader) -> Result<Self, NotStarted> {
        let begun = Instant::now();
        let (process, about) = match start(command, limits, leader) {
            // Once more: it may have failed by chance, as where two want the same device.
            Err(NotStarted::Program(_)) if begun.elapsed() < limits.start => start(command, limits, leader)?,
            started => started?,
        };
        Ok(Program {
            command: command.to_vec(),
            leader: leader.clone(),
            begun,
            limits,
            about,
            process: Some(process),
            warms_up: None,
            is_fresh: true,
            seq: 0,
            failed_starts: 0,
            late_answers: 0,
            repeated: 0,
        })
    }

    /// Asks one question. A program that fails to answer is ended, and restarted for the next question.
    fn ask<T>(
        &mut self,
        question: impl FnOnce(u64) -> String,
        numbers: usize,
        reply: impl Fn(&[u8]) -> Reply<T>,
    ) -> Answer<T> {
        if let Some(limit) = self.limits.run.filter(|limit| self.begun.elapsed() > *limit) {
            return Answer::Errored(format!(
                "not asked: the run has taken longer than {} s",
                limit.as_secs_f64()
            ));
        }
        let mut process = match self.process.take().map_or_else(|| self.restart(), Ok) {
            Ok(process) => process,
            Err(why) => return Answer::Errored(why),
        };
        self.seq += 1;
        process.send(&question(self.seq), self.limits.line_of(numbers));
        let lost = |what: String, process: &Process| Answer::Errored(with_last_words(&what, process));
        let is_fresh = std::mem::take(&mut self.is_fresh);
        let Limits { answer, start, .. } = self.limits;
        let limit = if is_fresh && self.warms_up != Some(false) { answer.max(start) } else { answer };
        let asked = Instant::now();
        // An answer to an earlier question, which was answered before, is a second one.
        let (line, reply) = loop {
            let line = process.receive(limit.saturating_sub(asked.elapsed()));
            if is_fresh {
                self.warms_up = Some(line.is_ok() && asked.elapsed() > answer);
            }
            match line {
                Ok(line) => match reply(&line) {
                    Reply { seq: Some(seq), .. } if seq < self.seq && self.repeated < MOST_REPEATED => {
                        self.repeated += 1;
                    }
                    reply => break (line, reply),
                },
                Err(Silence { what, late: false }) => {
                    self.late_answers = 0;
                    return lost(format!("the program {what}"), &process);
                }
                Err(Silence { .. }) => {
                    self.late_answers += 1;
                    let hint = if self.seq == 1 { buffered(&mut process, start) } else { "" };
                    let seconds = limit.as_secs_f64();
                    return lost(format!("the program gave no answer within {seconds} s{hint}"), &process);
                }
            }
        };
        self.late_answers = 0;
        match (reply.seq, reply.answer) {
            (Some(seq), answer) if seq == self.seq => {
                self.process = Some(process);
                answer.unwrap_or_else(|faults| Answer::Errored(unreadable(&line, &faults)))
            }
            (None, Err(faults)) => lost(unreadable(&line, &faults), &process),
            (seq, _) => {
                let seq = seq.map(|seq| seq.to_string()).unwrap_or_default();
                lost(
                    format!(
                        "the program answered seq {seq} when asked seq {}: it answers twice or out of order",
                        self.seq
                    ),
                    &process,
                )
            }
        }
    }

    fn restart(&mut self) -> Result<Process, String> {
        if self.failed_starts == PATIENCE {
            return Err(format!("not asked: the program failed to start {PATIENCE} times in a row"));
        }
        if self.late_answers == PATIENCE {
            return Err(format!("not asked: the program missed the time limit {PATIENCE} times in a row"));
        }
        self.is_fresh = true;
        let started = match start(&self.command, self.limits, &self.leader) {
            Ok((process, about)) if about == self.about => Ok(process),
            Ok(_) => Err("after a restart, the program describes itself differently".into()),
            Err(error) => Err(format!("after a restart, {error}")),
        };
        self.failed_starts = if started.is_ok() { 0 } else { self.failed_starts + 1 };
        started
    }
}

fn start(command: &[String], limits: Limits, leader: &Leader) -> Result<(Process, About), NotStarted> {
    let system = |source| NotStarted::System { command: command.join(" "), source };
    let mut process = Process::start(command, leader).map_err(system)?;
    process.send(&protocol::start(), limits.line_of(0));
    let about = match process.receive(limits.start) {
        Err(Silence { what, late }) => {
            let hint = if late { buffered(&mut process, limits.start) } else { "" };
            Err(format!("the program {what} when it was asked to start{hint}"))
        }
        Ok(line) => protocol::about(&line).map_err(|faults| unreadable(&line, &faults)),
    };
    match about {
        Ok(about) => Ok((process, about)),
        Err(what) => Err(NotStarted::Program(with_last_words(&what, &process))),
    }
}

/// What to say of a program that has not answered, if its answer comes as soon as its input is closed.
fn buffered(process: &mut Process, start: Duration) -> &'static str {
    match process.answers_at_end(start.min(Duration::from_secs(1))) {
        true => ", and answered once its input was closed: flush the standard output after each line",
        false => "",
    }
}

/// What is wrong with an answer, and how it starts.
fn unreadable(line: &[u8], faults: &Faults) -> String {
    const SHOWN: usize = 80;
    let start = String::from_utf8_lossy(&line[..line.len().min(SHOWN)]);
    let shown = |c: char| if c.is_control() { c.escape_debug().to_string() } else { c.to_string() };
    let start: String = start.chars().map(shown).collect();
    let more = if line.len() > SHOWN { "…" } else { "" };
    let nan = if start.contains("NaN") || String::from_utf8_lossy(line).contains("Infinity") {
        "\nsend NaN and infinities as strings: \"NaN\", \"Infinity\", \"-Infinity\""
    } else {
        ""
    };
    format!("the answer cannot be read: {}{nan}\n{ANSWER}{start}{more}", brief(faults))
}

/// Before the start of an answer that cannot be read.
pub const ANSWER: &str = "the answer starts: ";

fn with_last_words(what: &str, process: &Process) -> String {
    let words = process.last_words();
    if words.is_empty() { what.into() } else { format!("{what}\nits standard error ends in:\n{words}") }
}

impl Subject for Program {
    fn about(&self) -> About {
        self.about.clone()
    }

    fn step(&mut self, id: &str, problem: &Problem) -> Answer {
        let (m, n, n_next) = (problem.m(), problem.n(), problem.n_next());
        let numbers = 3 * m * n + 3 * m * n_next + (n + 1) * n_next;
        let About { supports, arithmetic, .. } = &self.about;
        if !supports.tensors {
            return self.ask(|seq| protocol::step(seq, id, problem), numbers, protocol::results);
        }
        match Files::of(&self.leader.folder, id, problem, arithmetic.storage) {
            Ok(files) => {
                let path = self.ask(|seq| files.question(seq, id, problem), 0, protocol::file);
                tensors::answer(id, path, numbers)
            }
            Err(why) => Answer::Errored(why),
        }
    }

    fn sample(&mut self, p: &[f64], rows: usize) -> Answer<Rows> {
        self.ask(|seq| protocol::sample(seq, p, rows, None), p.len() * rows, protocol::mask)
    }

    fn sample_named(&mut self, p: &[f64], rows: usize, key: [u8; 32], stream: u64) -> Answer<Rows> {
        self.ask(|seq| protocol::sample(seq, p, rows, Some((key, stream))), p.len() * rows, protocol::mask)
    }

    /// Sends `stop` and gives the program a moment to exit by itself.
    fn stop(&mut self) -> Option<String> {
        let mut process = self.process.take()?;
        process.send(&protocol::stop(), 1 << 16);
        let ended = process
            .leave(Duration::from_secs(2))
            .map(|what| with_last_words(&format!("the program {what} when it was asked to stop"), &process));
        let times = self.repeated;
        let repeated = (times > 0).then(|| format!("the program repeated its answers: {times} in all"));
        let both: Vec<String> = ended.into_iter().chain(repeated).collect();
        (!both.is_empty()).then(|| both.join("\n"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.stop();
        self.leader.folder.remove();
    }
}
