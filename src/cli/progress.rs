//! Lines of progress that go on while one piece of work takes long.

use indicatif::{FormattedDuration, ProgressBar, ProgressState, ProgressStyle};
use std::fmt::Write;
use std::thread;
use std::time::Duration;

/// How many of all, for how long, and how long it may still take once something is done.
pub fn bar(all: usize) -> ProgressBar {
    let left = |state: &ProgressState, text: &mut dyn Write| {
        // What a terminal does not show is no error.
        if state.pos() > 0 {
            let _ = write!(text, ", {} left", FormattedDuration(state.eta()));
        }
    };
    let style =
        ProgressStyle::with_template("{bar:40} {pos}/{len}, {elapsed}{left}").expect("a valid template");
    let bar = ProgressBar::new(all as u64).with_style(style.with_key("left", left));
    ticking(&bar);
    bar
}

/// Draws the bar again five times a second until it is finished. Where there is no terminal, or no thread can be
/// started, it stays as it is.
pub fn ticking(bar: &ProgressBar) {
    let line = bar.clone();
    if !line.is_hidden() {
        let tick = move || {
            while !line.is_finished() {
                line.tick();
                thread::sleep(Duration::from_millis(200));
            }
        };
        let _ = thread::Builder::new().spawn(tick);
    }
}
