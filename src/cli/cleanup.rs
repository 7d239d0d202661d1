//! Leaves nothing running and no temporary file: what a subject has started ends with the run, and with this program if a
//! signal ends it.
//!
//! On Linux that is every process below this one, also one that has left its parent and its session. On other Unix
//! systems it is the subject's process group, on Windows its job.

use crate::conform::subject::program::Leader;
use std::process;

/// Ends the subject at an interrupt (INT, TERM, HUP; Ctrl-C), and then this program.
pub fn at_interrupt(leader: &Leader) {
    adopt();
    let leader = leader.clone();
    // Without a thread for it, the system's own action remains.
    let _ = ctrlc::set_handler(move || {
        leader.end();
        descendants();
        leader.folder.remove_at_end();
        process::exit(INTERRUPTED)
    });
}

/// The exit status after an interrupt, as shells have it for Ctrl-C.
const INTERRUPTED: i32 = 130;

/// Makes this program the parent of all processes below it that lose theirs.
#[cfg(target_os = "linux")]
fn adopt() {
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

#[cfg(not(target_os = "linux"))]
fn adopt() {}

/// Ends every process below this one.
#[cfg(target_os = "linux")]
pub fn descendants() {
    use rustix::process::{Pid, Signal, getpid, kill_process};
    // More than one round: a process may start another while it is being ended.
    for _ in 0..3 {
        let below = below(getpid().as_raw_nonzero().get());
        if below.is_empty() {
            return;
        }
        for pid in below.into_iter().filter_map(Pid::from_raw) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub fn descendants() {}

/// The processes below this one, by their parents in /proc; those that have ended but wait for their parent do not
/// count.
#[cfg(target_os = "linux")]
fn below(pid: i32) -> Vec<i32> {
    let stat = |entry: std::fs::DirEntry| -> Option<(i32, i32)> {
        let child: i32 = entry.file_name().to_str()?.parse().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        // pid (name) state parent …, and the name may hold anything.
        let mut rest = stat.rsplit(')').next()?.split_whitespace();
        let (state, parent) = (rest.next()?, rest.next()?.parse().ok()?);
        (state != "Z").then_some((child, parent))
    };
    let parents: Vec<(i32, i32)> =
        std::fs::read_dir("/proc").into_iter().flatten().flatten().filter_map(stat).collect();
    let mut found = vec![pid];
    let mut at = 0;
    while at < found.len() {
        let parent = found[at];
        found.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(child, _)| *child));
        at += 1;
    }
    found.split_off(1)
}
