//! How many numbers fit into the memory of this machine: the bound on the size of a problem (ruling size-limits).
//!
//! It is read once, at the first question, so that a run never changes its mind. Only this file of the module reads
//! anything outside the program.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// The bytes that a step takes for each number of its inputs and results, at most: 20 doubles. The problem, the
/// expected values, the tolerances, a subject's results, and what each of these is computed from are held at once.
pub const PER_NUMBER: u64 = 20 * 8;

/// The memory that is assumed where the system does not say what it has: 4 GiB.
pub const ASSUMED: u64 = 4 << 30;

/// The bytes that were available when this was first asked.
pub fn available() -> u64 {
    static AVAILABLE: LazyLock<u64> = LazyLock::new(|| of_system(Path::new("/")));
    *AVAILABLE
}

/// How many numbers fit into so many bytes.
pub fn numbers(bytes: u64) -> usize {
    usize::try_from(bytes / PER_NUMBER).unwrap_or(usize::MAX)
}

/// What Linux says below `root`: the memory that is available, or what a container may still take if that is less.
/// Elsewhere there are no such files, and [`ASSUMED`] holds.
pub fn of_system(root: &Path) -> u64 {
    let text = |path: &str| fs::read_to_string(root.join(path)).ok();
    let number = |path: &str| text(path)?.trim().parse::<u64>().ok();
    let line = |text: String| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:")?.strip_suffix("kB"))?;
        line.trim().parse::<u64>().ok()?.checked_mul(1024)
    };
    let of_machine = text("proc/meminfo").and_then(line);
    // Without a limit, the file says "max", which is no number.
    let left = |limit: &str, used: &str| Some(number(limit)?.saturating_sub(number(used).unwrap_or(0)));
    let of_container = left("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory.current").or_else(|| {
        left("sys/fs/cgroup/memory/memory.limit_in_bytes", "sys/fs/cgroup/memory/memory.usage_in_bytes")
    });
    of_machine.into_iter().chain(of_container).min().unwrap_or(ASSUMED)
}
