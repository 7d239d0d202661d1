//! Work in Rust during which Python stays responsive.
//!
//! The work runs on a thread of its own and on a pool, which is kept, but not into a process that was forked: that has
//! none of its parent's threads. The thread that called waits without the GIL, lets Python handle signals, and answers
//! what the work asks: a layer runs on the thread that called, as its author expects. If a signal handler or an answer
//! raises, the call ends at once; the work finds nobody to ask, and ends by itself.

use super::errors::{bug, exception};
use dropout_oracle::Error;
use dropout_oracle::number::self_test;
use pyo3::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{process, thread};

/// How long a signal waits at most.
const TICK: Duration = Duration::from_millis(50);

/// From the work to the thread that called.
pub struct Line<Q, A> {
    questions: Sender<Q>,
    answers: Receiver<A>,
}

impl<Q, A> Line<Q, A> {
    /// The answer to a question; `None` if the call has ended.
    pub fn ask(&self, question: Q) -> Option<A> {
        self.questions.send(question).ok()?;
        self.answers.recv().ok()
    }
}

/// The result of `work`, whose questions `answer` answers.
pub fn attended<Q: Send + 'static, A: Send + 'static, T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce(Line<Q, A>) -> Result<T, Error> + Send + 'static,
    mut answer: impl FnMut(Q) -> PyResult<A>,
) -> PyResult<T> {
    let (questions, mut asked) = channel();
    let (answered, answers) = channel();
    let worker = thread::Builder::new().spawn(move || {
        self_test::of_this_thread()?;
        let work = move || work(Line { questions, answers });
        match pool()? {
            Some(pool) => pool.install(work),
            None => work(),
        }
    })?;
    loop {
        let (receiver, heard) = py.detach(move || {
            let heard = asked.recv_timeout(TICK);
            (asked, heard)
        });
        asked = receiver;
        match heard {
            // The work waits for it, so it is still there.
            Ok(question) => answered.send(answer(question)?).unwrap_or_default(),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        py.check_signals()?;
    }
    let done = py.detach(|| worker.join()).map_err(|panic| bug(&*panic))?;
    done.map_err(|error| exception(&error))
}

/// The pool of this process, whose threads compute as IEEE 754 says; `None` where the system starts no threads.
fn pool() -> Result<Option<Arc<ThreadPool>>, Error> {
    static KEPT: Mutex<Option<(u32, Arc<ThreadPool>)>> = Mutex::new(None);
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let of_parent = kept.take_if(|(pid, _)| *pid != process::id());
    // To end its threads would be to wait for what is not there.
    std::mem::forget(of_parent);
    if kept.is_none() {
        let Ok(pool) = ThreadPoolBuilder::new().build() else { return Ok(None) };
        pool.install(self_test::of_the_pool)?;
        *kept = Some((process::id(), Arc::new(pool)));
    }
    Ok(kept.as_ref().map(|(_, pool)| Arc::clone(pool)))
}

/// The result of `work` that asks nothing.
pub fn alone<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    attended(py, |_: Line<(), ()>| work(), Ok)
}
