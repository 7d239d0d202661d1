//! The layer in candle: the usual forward pass, and a backward pass by autograd.
//!
//! `candle_nn::Dropout` has one p for all units and draws its own mask, so the layer applies the given mask as a
//! factor r / p. Only variables have gradients, so a variable of zeros is added wherever an intermediate gradient
//! is needed. `dropout-oracle check -- candle-layer f32` judges it.

#[path = "../../protocol.rs"]
mod protocol;

use candle_core::{DType, Device, Tensor, Var};
use candle_nn::ops;
use protocol::{Answer, Skip, Subject, about, matrix, outputs, serve};
use serde_json::{Value, json};
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

struct Layer(DType);

impl Layer {
    fn tensor(&self, value: &Value) -> Result<Tensor> {
        let (numbers, shape) = matrix(value);
        Ok(Tensor::from_vec(numbers, shape.as_slice(), &Device::Cpu)?.to_dtype(self.0)?)
    }
}

/// A_next = g(Z).
fn activate(g: &Value, z: &Tensor) -> Result<Tensor> {
    let parameter = |name: &str| g[name].as_f64().unwrap_or(f64::NAN);
    Ok(match g["name"].as_str().unwrap_or("") {
        "identity" => z.clone(),
        "relu" => z.relu()?,
        "leaky_relu" => ops::leaky_relu(z, parameter("slope"))?,
        "sigmoid" => ops::sigmoid(z)?,
        "tanh" => z.tanh()?,
        "silu" => z.silu()?,
        "gelu" => z.gelu_erf()?,
        "gelu_tanh" => z.gelu()?,
        "elu" => z.elu(parameter("alpha"))?,
        "softsign" => (z / (z.abs()? + 1.0)?)?,
        "softmax" => ops::softmax(z, 1)?,
        "log_softmax" => ops::log_softmax(z, 1)?,
        "cumulative_sum" => z.cumsum(1)?,
        "coupled_quadratic" => ((z * z.roll(-1, 1)?)? + z)?,
        "normalized_square" => z.sqr()?.broadcast_div(&(z.sqr()?.sum_keepdim(1)? + 1.0)?)?,
        "per_unit" => {
            let units = g["units"].as_array().into_iter().flatten().enumerate();
            let columns: Result<Vec<_>> =
                units.map(|(j, unit)| activate(unit, &z.narrow(1, j, 1)?)).collect();
            Tensor::cat(&columns?, 1)?
        }
        name => return Err(Skip(format!("candle has no {name}")).into()),
    })
}

impl Subject for Layer {
    fn about(&self) -> Value {
        let arithmetic = if self.0 == DType::F32 { "f32" } else { "f64" };
        about("candle", "0.11.1", "https://github.com/huggingface/candle", arithmetic, &["softplus"])
    }

    fn step(&mut self, activation: &Value, inputs: &Value) -> Answer {
        let given = |name: &str| self.tensor(&inputs[name]);
        let (a, w, b) = (
            Var::from_tensor(&given("A")?)?,
            Var::from_tensor(&given("W")?)?,
            Var::from_tensor(&given("b")?)?,
        );
        let factor = given("R")?.broadcast_div(&given("p")?)?;
        let da_next = given("dA_next")?;

        let at_a_tilde = Var::from_tensor(&a.zeros_like()?)?;
        let a_tilde = (a.mul(&factor)? + at_a_tilde.as_tensor())?;
        let at_z = Var::from_tensor(&da_next.zeros_like()?)?;
        let z = (a_tilde.matmul(&w)?.broadcast_add(&b)? + at_z.as_tensor())?;
        let a_next = activate(activation, &z)?;

        let grads = (&a_next * da_next)?.sum_all()?.backward()?;
        let gradient = |var: &Var| grads.get(var).cloned().map_or_else(|| var.zeros_like(), Ok);
        let gradients = [&at_z, &w, &b, &at_a_tilde, &a].map(gradient);
        let results = [a_tilde, z, a_next].map(Ok).into_iter().chain(gradients);
        let rows = results.map(|tensor| Ok(tensor?.to_dtype(DType::F64)?.to_vec2()?));
        Ok(outputs(rows.collect::<Result<Vec<_>>>()?))
    }

    fn sample(&mut self, p: &[f64], rows: u64) -> Answer {
        let uniform = Tensor::rand(0.0, 1.0, (rows as usize, p.len()), &Device::Cpu)?;
        Ok(json!(uniform.broadcast_lt(&Tensor::new(p, &Device::Cpu)?)?.to_vec2::<u8>()?))
    }
}

fn main() -> Result<()> {
    serve(Layer(if std::env::args().any(|argument| argument == "f32") { DType::F32 } else { DType::F64 }))
}
