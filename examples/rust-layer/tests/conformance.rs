//! The layer on every case that it supports, one test per case: `cargo test`.

use dropout_oracle::conform::{About, Answer, Subject, Supports};
use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::Problem;
use dropout_oracle::trace::Quantity;
use rust_layer::Layer;

struct MyLayer;

impl Subject for MyLayer {
    fn about(&self) -> About {
        let supports = Supports {
            activations: Some(vec!["tanh".into()]),
            outputs: vec![Quantity::ANext, Quantity::Dw, Quantity::Db, Quantity::Da],
            ..Supports::default()
        };
        About { supports, ..About::new("plain Rust", Arithmetic::plain(Format::F32)) }
    }

    fn step(&mut self, _: &str, problem: &Problem) -> Answer {
        let given = problem.inputs();
        let layer = Layer { w: narrow(&given.w), b: given.b.iter().map(|x| *x as f32).collect() };
        let p: Vec<f32> = given.keep_prob.iter().map(|x| *x as f32).collect();
        let kept: Vec<Vec<bool>> = given.r.map(|r| *r == 1.0).to_rows();
        let tape = layer.forward(&narrow(&given.a), &kept, &p);
        let gradients = layer.backward(&tape, &narrow(&given.da_next));
        let results = [
            (Quantity::ANext, tape.outputs),
            (Quantity::Dw, gradients.w),
            (Quantity::Db, vec![gradients.b]),
            (Quantity::Da, gradients.inputs),
        ];
        Answer::Result(results.into())
    }
}

/// The inputs already fit the layer's format, so nothing is rounded here.
fn narrow(grid: &Grid<f64>) -> Vec<Vec<f32>> {
    grid.map(|x| *x as f32).to_rows()
}

dropout_oracle::conformance_suite!(MyLayer);
