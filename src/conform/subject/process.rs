//! A process behind three pipes. Whatever it does, it cannot block the caller beyond the time limit, nor take more
//! memory than one line may have.
//!
//! Architecture invariant: only this file handles processes. It transports lines and does not interpret them.

use super::folder::Folder;
use process_wrap::std::{ChildWrapper, CommandWrap};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{ChildStderr, ChildStdin, ChildStdout, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// A running process.
#[derive(Debug)]
pub struct Process {
    child: Box<dyn ChildWrapper>,
    leader: Leader,
    questions: Option<Sender<Vec<u8>>>,
    longest: Arc<AtomicUsize>,
    lines: Receiver<Heard>,
    chatter: Arc<Mutex<Vec<u8>>>,
    quiet: Receiver<()>,
}

/// The process that runs, if any, and its folder, so that another thread can end and remove them.
#[derive(Clone, Debug, Default)]
pub struct Leader {
    pid: Arc<AtomicU32>,
    /// The folder for files that are passed to the process.
    pub folder: Folder,
}

impl Leader {
    /// Ends its process group.
    pub fn end(&self) {
        #[cfg(unix)]
        if let Some(pid) =
            i32::try_from(self.pid.load(Ordering::SeqCst)).ok().and_then(rustix::process::Pid::from_raw)
        {
            let _ = rustix::process::kill_process_group(pid, rustix::process::Signal::KILL);
        }
    }
}

/// What arrived on standard output.
#[derive(Debug)]
enum Heard {
    Line(Vec<u8>),
    Flood,
}

/// Why no line arrived.
#[derive(Debug)]
pub struct Silence {
    /// What happened instead, as a predicate of "the program".
    pub what: String,
    /// Whether the time limit passed.
    pub late: bool,
}

/// How long a process may take to exit once it has closed its standard output.
const PATIENCE: Duration = Duration::from_millis(500);

impl Process {
    /// Starts a program in its own process group (Unix) or job (Windows), which its child processes join.
    ///
    /// # Errors
    /// If the system cannot start it, or not the threads that talk to it.
    pub fn start(command: &[String], leader: &Leader) -> io::Result<Self> {
        let (program, arguments) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
        let mut command = CommandWrap::with_new(program, |command| {
            command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        });
        #[cfg(unix)]
        command.wrap(process_wrap::std::ProcessGroup::leader());
        #[cfg(windows)]
        command.wrap(process_wrap::std::JobObject);
        let mut child = command.spawn()?;
        leader.pid.store(child.id(), Ordering::SeqCst);
        let (stdin, stdout, stderr) = (child.stdin().take(), child.stdout().take(), child.stderr().take());
        let (questions, asked) = mpsc::channel();
        // Room for one line, so that a process that floods its output has to wait.
        let (sender, lines) = mpsc::sync_channel(1);
        let (hush, quiet) = mpsc::channel();
        let chatter = Arc::default();
        let (kept, longest) = (Arc::clone(&chatter), Arc::new(AtomicUsize::new(1 << 16)));
        let allowed = Arc::clone(&longest);
        let leader = leader.clone();
        // From here on, whatever fails ends the process.
        let process = Process { child, leader, questions: Some(questions), longest, lines, chatter, quiet };
        spawn(move || write(stdin.expect("a pipe"), &asked))?;
        spawn(move || read(stdout.expect("a pipe"), &allowed, &sender))?;
        spawn(move || {
            keep_tail(stderr.expect("a pipe"), &kept);
            drop(hush);
        })?;
        Ok(process)
    }

    /// Sends a line, without waiting for the process to read it. The answer may have `longest` bytes.
    pub fn send(&self, line: &str, longest: usize) {
        self.longest.store(longest, Ordering::SeqCst);
        if let Some(questions) = &self.questions {
            // If this fails, the process has closed its input; `receive` reports what became of it.
            let _ = questions.send(format!("{line}\n").into_bytes());
        }
    }

    /// The next line, without its line break.
    ///
    /// # Errors
    /// If no line arrives in time: what happened instead.
    pub fn receive(&mut self, within: Duration) -> Result<Vec<u8>, Silence> {
        let silence = |what| Err(Silence { what, late: false });
        match self.lines.recv_timeout(within) {
            Ok(Heard::Line(line)) => Ok(line),
            Ok(Heard::Flood) => silence("wrote a line that is too long".into()),
            Err(RecvTimeoutError::Timeout) => match self.ended(Duration::ZERO) {
                Some(status) => silence(format!(
                    "ended with {status}, but a process that it started keeps its pipes open"
                )),
                None => {
                    let what = format!("gave no answer within {} s", within.as_secs_f64());
                    Err(Silence { what, late: true })
                }
            },
            Err(RecvTimeoutError::Disconnected) => silence(match self.ended(PATIENCE) {
                Some(status) => format!("ended with {status}"),
                None => "closed its standard output".into(),
            }),
        }
    }

    /// The last lines that the process wrote to standard error.
    pub fn last_words(&self) -> String {
        const LINES: usize = 5;
        // If the process has ended, the rest of its output arrives within moments.
        let _ = self.quiet.recv_timeout(Duration::from_millis(50));
        let kept = self.chatter.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&kept);
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(LINES)..].join("\n")
    }

    /// Closes its standard input. Whether a line arrives then, out of a buffer that is written when the process exits.
    pub fn answers_at_end(&mut self, within: Duration) -> bool {
        self.questions = None;
        self.receive(within).is_ok()
    }

    /// Closes its standard input and waits for it to exit by itself. If it fails, how.
    pub fn leave(&mut self, within: Duration) -> Option<String> {
        self.questions = None;
        let status = self.ended(within)?;
        (!status.success()).then(|| format!("ended with {status}"))
    }

    fn ended(&mut self, within: Duration) -> Option<ExitStatus> {
        let begin = Instant::now();
        loop {
            match self.child.try_wait() {
                Ok(None) if begin.elapsed() < within => thread::sleep(Duration::from_millis(2)),
                Ok(status) => return status,
                Err(_) => return None,
            }
        }
    }
}

/// Ends the whole group or job, so that no child process outlives it.
impl Drop for Process {
    fn drop(&mut self) {
        self.leader.pid.store(0, Ordering::SeqCst);
        let _ = self.child.start_kill();
        // Not `wait`: on Windows it may wait forever for a message of the job that `try_wait` has taken.
        self.ended(PATIENCE);
    }
}

/// Writes the questions until the caller or the process closes its end.
fn write(mut stdin: ChildStdin, asked: &Receiver<Vec<u8>>) {
    while let Ok(line) = asked.recv() {
        if stdin.write_all(&line).and_then(|()| stdin.flush()).is_err() {
            return;
        }
    }
}

/// A thread, or an error where the system starts none.
fn spawn(work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    thread::Builder::new().spawn(work).map(drop)
}

/// Passes on line by line, up to the end or a line that is too long.
fn read(stdout: ChildStdout, longest: &AtomicUsize, sender: &SyncSender<Heard>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        // It answers after it was asked, so the limit of this answer is known with its first byte.
        if stdout.fill_buf().is_ok_and(<[u8]>::is_empty) {
            return;
        }
        let longest = longest.load(Ordering::SeqCst);
        let read = stdout.by_ref().take(longest as u64 + 1).read_until(b'\n', &mut line);
        if read.is_err() || line.is_empty() {
            return;
        }
        let heard = match line.pop_if(|byte| *byte == b'\n') {
            None if line.len() > longest => Heard::Flood,
            _ => Heard::Line(line),
        };
        let last = matches!(heard, Heard::Flood);
        if sender.send(heard).is_err() || last {
            return;
        }
    }
}

/// Keeps the last bytes of standard error.
fn keep_tail(mut stderr: ChildStderr, kept: &Mutex<Vec<u8>>) {
    const KEPT: usize = 4096;
    let mut buffer = [0; KEPT];
    while let Ok(count @ 1..) = stderr.read(&mut buffer) {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(&buffer[..count]);
        let surplus = kept.len().saturating_sub(KEPT);
        kept.drain(..surplus);
    }
}
