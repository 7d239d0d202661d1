//! The layer in candle: the forward pass as one writes it, the backward pass by its autograd.
//!
//! `candle_nn::Dropout` has one p for all units and draws its own mask, so the mask is applied as a factor
//! r / p. Gradients exist for variables only, so a variable of zeros is added wherever one is wanted on the
//! way. `dropout-oracle check -- candle-layer f32` judges it.

#[path = "../../protocol.rs"]
mod protocol;

use candle_core::{DType, Device, Result, Tensor, Var};
use candle_nn::ops;
use protocol::{Answer, OUTPUTS, Skip, Subject, matrix, outputs, serve};
use serde_json::{Value, json};

const ACTIVATIONS: [&str; 15] = [
    "identity", "relu", "leaky_relu", "sigmoid", "tanh", "silu", "gelu", "gelu_tanh", "elu", "per_unit", "softmax",
    "log_softmax", "cumulative_sum", "coupled_quadratic", "normalized_square",
];

struct Layer(DType);

impl Layer {
    fn tensor(&self, value: &Value) -> Result<Tensor> {
        let (numbers, shape) = matrix(value);
        Tensor::from_vec(numbers, shape.as_slice(), &Device::Cpu)?.to_dtype(self.0)
    }

    fn variable(&self, value: &Value) -> Result<Var> {
        Var::from_tensor(&self.tensor(value)?)
    }
}

/// A_next = g(Z).
fn activate(g: &Value, z: &Tensor) -> std::result::Result<Tensor, Box<dyn std::error::Error>> {
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
        "softmax" => ops::softmax(z, 1)?,
        "log_softmax" => ops::log_softmax(z, 1)?,
        "cumulative_sum" => z.cumsum(1)?,
        "coupled_quadratic" => ((z * z.roll(-1, 1)?)? + z)?,
        "normalized_square" => z.sqr()?.broadcast_div(&(z.sqr()?.sum_keepdim(1)? + 1.0)?)?,
        "per_unit" => {
            let units = g["units"].as_array().into_iter().flatten().enumerate();
            let columns: std::result::Result<Vec<_>, _> =
                units.map(|(j, unit)| activate(unit, &z.narrow(1, j, 1)?)).collect();
            Tensor::cat(&columns?, 1)?
        }
        name => return Err(Skip(format!("candle has no {name}")).into()),
    })
}

impl Subject for Layer {
    fn about(&self) -> Value {
        let arithmetic = if self.0 == DType::F32 { "f32" } else { "f64" };
        json!({"name": format!("candle {arithmetic}"), "version": "0.11.1", "arithmetic": arithmetic, "accumulator": arithmetic,
            "homepage": "https://github.com/huggingface/candle",
            "supports": {"activations": ACTIVATIONS, "per_unit_p": true, "sample": true, "outputs": OUTPUTS}})
    }

    fn step(&mut self, activation: &Value, inputs: &Value) -> Answer {
        let [a, w, b] = [self.variable(&inputs["A"])?, self.variable(&inputs["W"])?, self.variable(&inputs["b"])?];
        let factor = self.tensor(&inputs["R"])?.broadcast_div(&self.tensor(&inputs["p"])?)?;
        let da_next = self.tensor(&inputs["dA_next"])?;

        let at_a_tilde = Var::from_tensor(&a.zeros_like()?)?;
        let a_tilde = (a.mul(&factor)? + at_a_tilde.as_tensor())?;
        let at_z = Var::from_tensor(&da_next.zeros_like()?)?;
        let z = (a_tilde.matmul(&w)?.broadcast_add(&b)? + at_z.as_tensor())?;
        let a_next = activate(activation, &z)?;

        let grads = (&a_next * da_next)?.sum_all()?.backward()?;
        let gradient = |var: &Var| grads.get(var).cloned().map_or_else(|| var.zeros_like(), Ok);
        let [dz, dw, db, da_tilde, da] = [&at_z, &w, &b, &at_a_tilde, &a].map(gradient);
        let rows = |tensor: Tensor| tensor.to_dtype(DType::F64)?.to_vec2();
        Ok(outputs([rows(a_tilde)?, rows(z)?, rows(a_next)?, rows(dz?)?, rows(dw?)?, rows(db?)?, rows(da_tilde?)?, rows(da?)?]))
    }

    fn sample(&mut self, p: &[f64], rows: usize) -> Answer {
        let uniform = Tensor::rand(0.0, 1.0, (rows, p.len()), &Device::Cpu)?;
        Ok(json!(uniform.broadcast_lt(&Tensor::new(p, &Device::Cpu)?)?.to_vec2::<u8>()?))
    }
}

fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    serve(Layer(if std::env::args().any(|argument| argument == "f32") { DType::F32 } else { DType::F64 }))
}
