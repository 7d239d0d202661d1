//! Turns each case into a named test of a Rust crate: `conformance_suite!`, in a test without a harness.

use super::cases::{self, Case};
use super::judge::verdict::{Status, Verdict};
use super::judge::whole_run::{self, WholeRunCheck};
use super::report::details;
use super::run::{Exchange, run};
use super::subject::{About, Subject};
use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::sync::{Arc, Mutex, PoisonError};

/// The tests of one subject: one for each built-in case and each whole-run check, named `prefix` and its id.
///
/// The subject is created when the first test runs, and again after a panic.
pub fn trials<S: Subject + Send + 'static>(
    prefix: &str,
    make: impl Fn() -> S + Send + Sync + 'static,
) -> Vec<Trial> {
    let subject = Arc::new(Shared { make, made: Mutex::new(None) });
    let step = |case: Case| {
        let subject = Arc::clone(&subject);
        Trial::ignorable_test(format!("{prefix}{}", case.id), move || completion(&subject.step(&case)))
    };
    let check = |check: WholeRunCheck| {
        let subject = Arc::clone(&subject);
        Trial::ignorable_test(format!("{prefix}{}", check.id()), move || {
            completion(&subject.whole_run(check))
        })
    };
    cases::built_in().into_iter().map(step).chain(whole_run::all().into_iter().map(check)).collect()
}

/// Runs the tests that the command line selects, and exits with their status.
pub fn main(trials: Vec<Trial>) -> ! {
    libtest_mimic::run(&Arguments::from_args(), trials).exit()
}

/// One subject for all tests, so that they detect state kept between calls.
struct Shared<S, F> {
    make: F,
    made: Mutex<Option<S>>,
}

impl<S: Subject, F: Fn() -> S> Shared<S, F> {
    /// Calls the subject while no other test does.
    fn with<T>(&self, ask: impl FnOnce(&mut S) -> T) -> T {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        // After a panic the subject is gone, and the next test makes a new one.
        let mut subject = made.take().unwrap_or_else(&self.make);
        let asked = ask(&mut subject);
        *made = Some(subject);
        asked
    }

    /// The verdict on a case, asked twice.
    fn step(&self, case: &Case) -> Verdict {
        let (about, exchange): (About, Exchange) = self.with(|subject| {
            let about = subject.about();
            let mut exchange = Exchange::new(&about, case);
            exchange.ask(subject);
            exchange.ask(subject);
            (about, exchange)
        });
        exchange.verdict(&about)
    }

    /// The verdict of a whole-run check. Each test may run alone, so the check of rounding bias asks all steps itself.
    fn whole_run(&self, check: WholeRunCheck) -> Verdict {
        let steps = if matches!(check, WholeRunCheck::RoundingBias) { cases::built_in() } else { Vec::new() };
        let mut run = self.with(|subject| run(subject, &steps, &[check], || {}));
        run.outcomes.pop().expect("the outcome of the check").verdict
    }
}

fn completion(verdict: &Verdict) -> Result<Completion, Failed> {
    let reason = verdict.reason.as_deref().unwrap_or_default();
    match verdict.status {
        Status::Pass => Ok(Completion::Completed),
        Status::Skipped => Ok(Completion::ignored_with(reason)),
        Status::NotJudged => Ok(Completion::ignored_with(format!("not judged: {reason}"))),
        Status::Fail | Status::Errored => Err(details(verdict).into()),
    }
}

/// Defines `fn main` of a test without a harness, in which each case is a test named by its id.
///
/// The expression creates the subject, a [`Subject`](crate::conform::Subject) that is `Send`. Write in `Cargo.toml`:
/// `[[test]]`, `name = "conformance"`, `harness = false`; and in `tests/conformance.rs`:
///
/// ```no_run
/// # use dropout_oracle::conform::{About, Answer, Subject};
/// # use dropout_oracle::number::{Arithmetic, Format};
/// # use dropout_oracle::problem::Problem;
/// # use dropout_oracle::scalar;
/// # struct MyLayer;
/// # impl Subject for MyLayer {
/// #     fn about(&self) -> About {
/// #         About::new("my layer", Arithmetic::plain(Format::F64))
/// #     }
/// #     fn step(&mut self, _: &str, problem: &Problem) -> Answer {
/// #         Answer::Result(scalar::step(problem.inputs(), problem.activation()).into())
/// #     }
/// # }
/// dropout_oracle::conformance_suite!(MyLayer);
/// ```
#[macro_export]
macro_rules! conformance_suite {
    ($subject:expr) => {
        fn main() {
            $crate::conform::suite::main($crate::conform::suite::trials("", || $subject))
        }
    };
}
