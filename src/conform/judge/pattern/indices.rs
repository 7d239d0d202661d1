//! Sets of rows, columns or elements in few words: a run, every so many, or a list.

use std::ops::Range;

/// Some of the indices 0 to `of` − 1, at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indices {
    of: usize,
    form: Form,
}

/// How a set of indices is put; the cheapest of those that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// All of them.
    All,
    /// The first so many.
    First(usize),
    /// The last so many.
    Last(usize),
    /// A run that touches neither end.
    Run(Range<usize>),
    /// `width` of every `step`, from `first` on to the end.
    Every {
        /// The first index.
        first: usize,
        /// The distance.
        step: usize,
        /// How many from there on.
        width: usize,
    },
    /// Several runs.
    Listed(Vec<Range<usize>>),
}

impl Indices {
    /// The indices at which `members` is true; `None` if there are none.
    pub fn of(members: &[bool]) -> Option<Self> {
        let of = members.len();
        let mut runs: Vec<Range<usize>> = Vec::new();
        for at in (0..of).filter(|&at| members[at]) {
            match runs.last_mut() {
                Some(run) if run.end == at => run.end += 1,
                _ => runs.push(at..at + 1),
            }
        }
        let form = match &runs[..] {
            [] => return None,
            [run] if run.len() == of => Form::All,
            [run] if run.start == 0 => Form::First(run.len()),
            [run] if run.end == of => Form::Last(run.len()),
            [run] => Form::Run(run.clone()),
            several => {
                let every = every(several, of).map(|form| Indices { of, form });
                let listed = Indices { of, form: Form::Listed(runs) };
                return Some(every.filter(|every| every.cost() <= listed.cost()).unwrap_or(listed));
            }
        };
        Some(Indices { of, form })
    }

    /// All of so many.
    pub fn all(of: usize) -> Self {
        Indices { of, form: Form::All }
    }

    /// How they are put.
    pub fn form(&self) -> &Form {
        &self.form
    }

    /// How many there are to choose from.
    pub fn total(&self) -> usize {
        self.of
    }

    /// The number of indices.
    pub fn count(&self) -> usize {
        match &self.form {
            Form::All => self.of,
            Form::First(count) | Form::Last(count) => *count,
            Form::Run(run) => run.len(),
            Form::Every { first, step, width } => {
                let from = self.of - first;
                from / step * width + (from % step).min(*width)
            }
            Form::Listed(runs) => runs.iter().map(Range::len).sum(),
        }
    }

    /// Whether these are all indices.
    pub fn is_all(&self) -> bool {
        self.form == Form::All
    }

    /// Whether this index is one of them.
    pub fn contains(&self, at: usize) -> bool {
        at < self.of
            && match &self.form {
                Form::All => true,
                Form::First(count) => at < *count,
                Form::Last(count) => at >= self.of - count,
                Form::Run(run) => run.contains(&at),
                Form::Every { first, step, width } => at >= *first && (at - first) % step < *width,
                Form::Listed(runs) => {
                    let next = runs.partition_point(|run| run.start <= at);
                    next > 0 && runs[next - 1].contains(&at)
                }
            }
    }

    /// The logarithm of the number of sets of this size that are put in this form, times the number of forms.
    pub fn cost(&self) -> f64 {
        let of = libm::log(self.of as f64);
        let sets = match &self.form {
            // No other set is as large.
            Form::All => return 0.0,
            Form::First(_) | Form::Last(_) => libm::log(2.0),
            Form::Run(run) => libm::log((self.of - run.len() + 1) as f64),
            // A first index and a step, and a width.
            Form::Every { width: 1, .. } => 2.0 * of,
            Form::Every { .. } => 3.0 * of,
            Form::Listed(_) => ln_choices(self.of, self.count()),
        };
        // An end, a run, every so many with and without a width, a list.
        libm::log(5.0) + sets
    }
}

/// Runs of one width at one distance, up to the end.
fn every(runs: &[Range<usize>], of: usize) -> Option<Form> {
    let (first, width, last) = (runs[0].start, runs[0].len(), runs.last()?);
    let step = runs[1].start - first;
    let fits = |(at, run): (usize, &Range<usize>)| {
        run.start == first + at * step && run.end == (run.start + width).min(of)
    };
    let is_every = last.start + step >= of && runs.iter().enumerate().all(fits);
    is_every.then_some(Form::Every { first, step, width })
}

/// ln C(n, k).
pub fn ln_choices(n: usize, k: usize) -> f64 {
    let ln_factorial = |n: usize| libm::lgamma(n as f64 + 1.0);
    ln_factorial(n) - ln_factorial(k) - ln_factorial(n - k)
}
