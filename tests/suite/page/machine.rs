//! [`Machine`]: rounded operations, elementary functions and products, with the habits of one implementation.

use super::choices::{Association, Choice, Error, Flush, Form, Quotient, Rounding, Upstream};
use super::exact::{Binary, Exact};
use super::habits::{Formulas, Habit, Habits, Reads};
use super::sum::Term;
use dropout_oracle::number::{Arithmetic, Format};
use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};
use std::cell::{Cell, RefCell};

/// One conforming implementation: its arithmetic, its habits, and the chance that settles what varies.
pub struct Machine {
    /// The habits.
    pub habits: Habits,
    /// The formulas of its activations.
    pub formulas: Formulas,
    /// What its equations read.
    pub reads: Reads,
    /// The format of inputs and results.
    pub storage: Binary,
    /// The format of partial sums.
    pub accumulator: Binary,
    /// The storage format by its name.
    pub format: Format,
    rng: RefCell<ChaCha8Rng>,
    upwards: Cell<bool>,
}

/// An elementary function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Function {
    Exp,
    Expm1,
    Log,
    Log1p,
    Tanh,
    Erf,
    Erfc,
}

impl Function {
    /// Its value, correctly rounded to a double.
    fn at(self, x: f64) -> f64 {
        match self {
            Function::Exp => core_math::exp(x),
            Function::Expm1 => core_math::expm1(x),
            Function::Log => core_math::log(x),
            Function::Log1p => core_math::log1p(x),
            Function::Tanh => core_math::tanh(x),
            Function::Erf => core_math::erf(x),
            Function::Erfc => core_math::erfc(x),
        }
    }

    /// Its value where every library is exact.
    fn exactly(self, x: f64) -> Option<f64> {
        match self {
            Function::Exp => (x == 0.0).then_some(1.0),
            Function::Log => (x == 1.0).then_some(0.0),
            Function::Erfc => None,
            _ => (x == 0.0).then_some(0.0),
        }
    }

    /// The allowed error, in units in the last place.
    fn allowed(self) -> f64 {
        match self {
            Function::Erf | Function::Erfc => 8.0,
            _ => 4.0,
        }
    }
}

/// The format with 11 more bits and the same range.
fn narrow(format: Binary) -> Binary {
    Binary { bits: format.bits + 11, ..format }
}

/// The next larger format of the hardware.
fn wide(format: Binary) -> Binary {
    match format.bits {
        ..=11 => Binary::of(Format::F32),
        12..=24 => Binary::of(Format::F64),
        _ => Binary { bits: 64, end: 1 << 14 },
    }
}

impl Machine {
    /// The machine that a seed describes.
    pub fn new(arithmetic: Arithmetic, seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        Machine {
            habits: Habits::draw(&mut rng),
            formulas: Formulas::draw(&mut rng),
            reads: Reads::draw(&mut rng),
            storage: Binary::of(arithmetic.storage),
            accumulator: Binary::of(arithmetic.accumulator),
            format: arithmetic.storage,
            rng: RefCell::new(rng),
            upwards: Cell::new(true),
        }
    }

    /// What a habit gives this time.
    pub fn choose<T: Choice>(&self, habit: Habit<T>) -> T {
        match habit {
            Habit::Always(choice) => choice,
            Habit::Varies => T::draw(&mut self.rng.borrow_mut()),
        }
    }

    /// Which of `count` ways of writing a formula.
    pub fn form(&self, habit: Habit<Form>, count: u16) -> u16 {
        self.choose(habit).0 % count
    }

    /// A number below `count`, at random.
    pub fn below(&self, count: usize) -> usize {
        self.rng.borrow_mut().next_u32() as usize % count
    }

    /// The number of the format nearest to x, or 0 instead of a subnormal number.
    pub fn nearest(&self, x: Exact, format: Binary) -> Exact {
        let nearest = format.nearest(x, self.choose(self.habits.ties));
        let flushed = match self.choose(self.habits.flush) {
            Flush::Never => false,
            Flush::AfterRounding => format.is_tiny(nearest),
            Flush::BeforeRounding => format.is_tiny(x),
        };
        if flushed { Exact::ZERO } else { nearest }
    }

    /// The exact result of an operation as a number of the format, or of a wider one.
    pub fn round(&self, x: Exact, format: Binary) -> Exact {
        match self.choose(self.habits.rounding) {
            Rounding::Once => self.nearest(x, format),
            Rounding::TwiceFromNarrow => self.nearest(self.nearest(x, narrow(format)), format),
            Rounding::TwiceFromWide => self.nearest(self.nearest(x, wide(format)), format),
            Rounding::KeptNarrow => self.nearest(x, narrow(format)),
            Rounding::KeptWide => self.nearest(x, wide(format)),
        }
    }

    /// The exact result of an operation in the storage format.
    pub fn fl(&self, x: Exact) -> Exact {
        self.round(x, self.storage)
    }

    /// A constant of a formula.
    pub fn constant(&self, x: f64) -> Exact {
        self.fl(x.into())
    }

    /// An input of the step.
    pub fn input(&self, x: f64) -> Exact {
        self.flush_input(self.storage.nearest(x.into(), self.choose(self.habits.ties)))
    }

    /// An input of an equation: itself, or 0 instead of a subnormal number.
    pub fn flush_input(&self, x: Exact) -> Exact {
        let flushed = self.choose(self.habits.flush_inputs) && self.storage.is_tiny(x);
        if flushed { Exact::ZERO } else { x }
    }

    /// x/d.
    pub fn quotient(&self, x: Exact, d: Exact) -> Exact {
        match self.choose(self.formulas.quotient) {
            Quotient::Divide => self.fl(x / d),
            Quotient::Reciprocal => self.fl(x * self.fl(Exact::ONE / d)),
        }
    }

    /// An elementary function, off by as much as the page allows.
    pub fn call(&self, function: Function, x: Exact) -> Exact {
        let x = x.to_f64();
        if let Some(y) = function.exactly(x) {
            return y.into();
        }
        let y = function.at(x);
        let Exact::Finite(significand, exponent) = y.into() else { return y.into() };
        // From here on, numbers count units in the last place.
        let unit = self.format.ulp_exponent(y);
        let exact = Exact::Finite(significand, exponent - unit).to_f64();
        let towards = self.direction(exact);
        if let (Some(wider), false) = (self.kept(), self.format == Format::F64) {
            // The allowed error includes the rounding to storage, which comes later here.
            let off = exact + towards * (function.allowed() - 0.5) * (1.0 - 2f64.powi(-10));
            return match off.into() {
                Exact::Finite(significand, exponent) => {
                    self.nearest(Exact::Finite(significand, exponent + unit), wider)
                }
                beyond => beyond,
            };
        }
        // The double itself is off by half a unit of f64; of any other format, by next to nothing.
        let allowed = function.allowed() - if self.format == Format::F64 { 1.0 } else { 0.0 };
        let (lowest, highest) = ((exact - allowed).ceil(), (exact + allowed).floor());
        let mut off = (exact + towards * allowed).round_ties_even().clamp(lowest, highest);
        if off.abs() > 2f64.powi(self.storage.bits) {
            off -= off % 2.0;
        }
        self.nearest(Exact::Finite(off as i128, unit), self.storage)
    }

    /// Where an elementary function lies between −1, as low as allowed, and 1, as high as allowed.
    fn direction(&self, exact: f64) -> f64 {
        match self.choose(self.habits.error) {
            Error::Highest => 1.0,
            Error::Lowest => -1.0,
            Error::Outward => 1f64.copysign(exact),
            Error::Inward => -(1f64.copysign(exact)),
            Error::Alternating => {
                self.upwards.set(!self.upwards.get());
                if self.upwards.get() { 1.0 } else { -1.0 }
            }
            Error::Anywhere => f64::from(self.rng.borrow_mut().next_u32()) * 2f64.powi(-31) - 1.0,
            Error::Nearest => 0.0,
        }
    }

    /// The format in which a result is kept, if it is.
    fn kept(&self) -> Option<Binary> {
        match self.choose(self.habits.rounding) {
            Rounding::KeptNarrow => Some(narrow(self.storage)),
            Rounding::KeptWide => Some(wide(self.storage)),
            _ => None,
        }
    }

    /// The product of all factors but for the last multiplication, which may yet be fused.
    fn factors(&self, factors: &[Exact]) -> Term {
        let mut factors = factors.to_vec();
        while factors.len() > 2 {
            let (i, j) = match self.choose(self.habits.association) {
                Association::Forwards => (0, 1),
                Association::Backwards => (factors.len() - 2, factors.len() - 1),
                Association::Any => {
                    let i = self.below(factors.len() - 1);
                    (i, i + 1 + self.below(factors.len() - 1 - i))
                }
            };
            factors[i] = self.fl(factors[i] * factors[j]);
            factors.remove(j);
        }
        match factors[..] {
            [x, y] => Term::Product(x, y),
            [x] => Term::Value(x),
            _ => Term::Value(Exact::ONE),
        }
    }

    /// The product of all factors, in any order.
    pub fn product(&self, factors: &[Exact]) -> Exact {
        self.value(self.factors(factors), self.storage)
    }

    /// The sum of products, in the storage format, in any order.
    pub fn polynomial(&self, terms: &[&[Exact]]) -> Exact {
        self.sum_in(self.storage, None, terms.iter().map(|factors| self.factors(factors)).collect())
    }

    /// g times a sum of products, g outside or inside.
    pub fn times(&self, g: Exact, terms: &[&[Exact]]) -> Exact {
        match self.choose(self.formulas.upstream) {
            Upstream::Outside => self.fl(g * self.polynomial(terms)),
            Upstream::Sigma => self.sum(vec![Term::Product(g, self.polynomial(terms))]),
            Upstream::Distributed => {
                let terms: Vec<Vec<Exact>> = terms.iter().map(|factors| [&[g], *factors].concat()).collect();
                self.polynomial(&terms.iter().map(Vec::as_slice).collect::<Vec<_>>())
            }
        }
    }
}
