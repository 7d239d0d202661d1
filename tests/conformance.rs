//! Each case as a named test, of this project's two forms or of any program.
//!
//! `cargo test --test conformance` judges the matrix form, under the ids of the cases, and the scalar form,
//! under `scalar/` and the id. With `DROPOUT_SUBJECT="command …"` set, that program is judged instead.

use dropout_oracle::conform::subject::program::{Limits, Program};
use dropout_oracle::conform::suite::Suite;
use dropout_oracle::conform::{About, Answer, Subject};
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::Problem;
use dropout_oracle::{matrix, scalar};

struct Matrix;

impl Subject for Matrix {
    fn about(&self) -> About {
        About::new("matrix form", Arithmetic::plain(Format::F64))
    }

    fn step(&mut self, _: &str, problem: &Problem) -> Answer {
        let inputs = matrix::inputs(problem.inputs());
        Answer::Result(matrix::to_grids(&matrix::step(&inputs, problem.activation())).into())
    }
}

struct Scalar;

impl Subject for Scalar {
    fn about(&self) -> About {
        About::new("scalar form", Arithmetic::plain(Format::F64))
    }

    fn step(&mut self, _: &str, problem: &Problem) -> Answer {
        Answer::Result(scalar::step(problem.inputs(), problem.activation()).into())
    }
}

fn main() {
    let suite = match std::env::var("DROPOUT_SUBJECT") {
        Ok(line) => Suite::of("", move || program(&line)),
        Err(_) => Suite::of("", || Matrix).and(Suite::of("scalar/", || Scalar)),
    };
    suite.run()
}

/// The program of a command line, with the default limits.
fn program(line: &str) -> Program {
    let command = shlex::split(line).unwrap_or_else(|| panic!("DROPOUT_SUBJECT is no command line: {line}"));
    Program::start(&command, Limits::default()).unwrap_or_else(|error| panic!("DROPOUT_SUBJECT: {error}"))
}
