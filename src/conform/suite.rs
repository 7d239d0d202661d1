//! Turns each case into a named test of a Rust crate: `conformance_suite!`, in a test without a harness.

use super::cases::{self, Case};
use super::exchange::{Exchange, question};
use super::judge::verdict::{Status, Verdict};
use super::judge::whole_run::{self, WholeRunCheck};
use super::report::{brief, details};
use super::run::run;
use super::subject::{About, Subject};
use crate::error::printable;
use crate::number::self_test;
use libtest_mimic::{Arguments, Completion, Conclusion, Failed, Trial};
use std::collections::BTreeMap;
use std::fmt::{self, Debug};
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// The tests of one or more subjects, and what a run that fails ends in.
pub struct Suite {
    /// The tests.
    pub trials: Vec<Trial>,
    diagnoses: Vec<Box<dyn Fn() -> Option<String>>>,
}

impl Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "Suite of {} tests", self.trials.len())
    }
}

impl Suite {
    /// The tests of one subject, named `prefix` and their id: one for each built-in case that the subject supports and for
    /// each whole-run check. The cases that it does not support are one ignored test for each reason.
    ///
    /// The subject is created at once, and again after a panic.
    pub fn of<S: Subject + Send + 'static>(
        prefix: &str,
        make: impl Fn() -> S + Send + Sync + 'static,
    ) -> Self {
        let subject = Arc::new(Shared { make, made: Mutex::new(None), has_failed: Mutex::new(false) });
        // A subject that cannot be created fails in each test.
        let about = catch_unwind(AssertUnwindSafe(|| subject.with(|subject| subject.about()))).ok();
        let mut skipped: BTreeMap<String, usize> = BTreeMap::new();
        let mut trials: Vec<Trial> = Vec::new();
        for case in cases::built_in() {
            let refused = about.as_ref().and_then(|about| question(about, &case).err());
            if let Some(Verdict { status: Status::Skipped, reason: Some(reason), .. }) = refused {
                *skipped.entry(reason).or_default() += 1;
                continue;
            }
            let subject = Arc::clone(&subject);
            let name = format!("{prefix}{}", case.id);
            trials.push(Trial::ignorable_test(name, move || subject.completion(&subject.step(&case))));
        }
        for (at, (reason, count)) in skipped.into_iter().enumerate() {
            let name = format!("{prefix}skipped/{}-{count}_cases", at + 1);
            trials.push(Trial::ignorable_test(name, move || Ok(Completion::ignored_with(reason))));
        }
        for check in whole_run::all() {
            let subject = Arc::clone(&subject);
            let name = format!("{prefix}{}", check.id());
            trials.push(Trial::ignorable_test(name, move || subject.completion(&subject.whole_run(check))));
        }
        Suite { trials, diagnoses: vec![Box::new(move || subject.diagnosis())] }
    }

    /// The tests of both.
    pub fn and(mut self, other: Self) -> Self {
        self.trials.extend(other.trials);
        self.diagnoses.extend(other.diagnoses);
        self
    }

    /// Runs the tests that the command line selects, and exits with their status. If some of several fail, the diagnosis
    /// that `check` gives comes last, on standard error.
    ///
    /// Where the process does not compute as IEEE 754 says, nothing is tested, whatever the command line selects.
    pub fn run(self) -> ! {
        if let Err(error) = self_test::of_this_thread().and_then(|()| self_test::of_the_pool()) {
            let _ = writeln!(std::io::stderr(), "{error}");
            Conclusion { num_failed: 1, ..NO_TESTS }.exit()
        }
        let conclusion = libtest_mimic::run(&Arguments::from_args(), self.trials);
        // A runner that starts each test on its own would have it after each.
        if conclusion.num_failed > 0 && conclusion.num_passed + conclusion.num_failed > 1 {
            for diagnosis in self.diagnoses.iter().filter_map(|diagnosis| diagnosis()) {
                // Where it cannot be written, the failures above still stand.
                let _ = writeln!(std::io::stderr(), "\n{diagnosis}");
            }
        }
        conclusion.exit()
    }
}

const NO_TESTS: Conclusion =
    Conclusion { num_filtered_out: 0, num_passed: 0, num_failed: 0, num_ignored: 0, num_measured: 0 };

/// One subject for all tests, so that they detect state kept between calls.
struct Shared<S, F> {
    make: F,
    made: Mutex<Option<S>>,
    has_failed: Mutex<bool>,
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

    fn completion(&self, verdict: &Verdict) -> Result<Completion, Failed> {
        let reason = verdict.reason.as_deref().unwrap_or_default();
        match verdict.status {
            Status::Pass => Ok(Completion::Completed),
            Status::Skipped => Ok(Completion::ignored_with(reason)),
            Status::NotJudged => Ok(Completion::ignored_with(format!("not judged: {reason}"))),
            Status::Fail | Status::Errored => {
                *self.has_failed.lock().unwrap_or_else(PoisonError::into_inner) = true;
                Err(printable(&details(verdict)).into())
            }
        }
    }

    /// If a test failed: the diagnosis of all cases, asked once more, and one failure of each cause.
    fn diagnosis(&self) -> Option<String> {
        if !*self.has_failed.lock().unwrap_or_else(PoisonError::into_inner) {
            return None;
        }
        let ask = || self.with(|subject| run(subject, &cases::built_in(), &[], || {}));
        catch_unwind(AssertUnwindSafe(ask)).ok().map(|run| brief(&run))
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
            $crate::conform::suite::Suite::of("", || $subject).run()
        }
    };
}
