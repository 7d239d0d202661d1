//! The layer in burn: the usual forward pass, and a backward pass by autodiff.
//!
//! `burn::nn::Dropout` has one p for all units and draws its own mask, so the layer applies the given mask as a
//! factor r / p. Only leaves keep gradients, so a leaf of zeros is added wherever an intermediate gradient is
//! needed. `dropout-oracle check -- burn-layer f32` judges it.

#[path = "../../protocol.rs"]
mod protocol;

use burn_tensor::{DType, Device, Distribution, Tensor, activation};
use protocol::{Answer, Skip, Subject, about, matrix, outputs, serve};
use serde_json::{Value, json};

struct Layer {
    dtype: DType,
    device: Device,
}

impl Layer {
    fn tensor(&self, value: &Value) -> Tensor<2> {
        let (numbers, shape) = matrix(value);
        Tensor::<1>::from_data(numbers.as_slice(), (&self.device, self.dtype)).reshape(shape)
    }
}

fn rows(tensor: Tensor<2>) -> Vec<Vec<f64>> {
    let width = tensor.dims()[1];
    let numbers: Vec<f64> = tensor.into_data().iter::<f64>().collect();
    numbers.chunks(width).map(<[f64]>::to_vec).collect()
}

/// A_next = g(Z).
fn activate(g: &Value, z: Tensor<2>) -> Result<Tensor<2>, Skip> {
    let parameter = |name: &str| g[name].as_f64().unwrap_or(f64::NAN);
    Ok(match g["name"].as_str().unwrap_or("") {
        "identity" => z,
        "relu" => activation::relu(z),
        "leaky_relu" => activation::leaky_relu(z, parameter("slope")),
        "sigmoid" => activation::sigmoid(z),
        "tanh" => activation::tanh(z),
        "softplus" => activation::softplus(z, 1.0),
        "silu" => activation::silu(z),
        "gelu" => activation::gelu(z),
        "gelu_tanh" => activation::gelu_approximate(z),
        "elu" => activation::elu(z, parameter("alpha")),
        "softsign" => z.clone() / (z.abs() + 1.0),
        "softmax" => activation::softmax(z, 1),
        "log_softmax" => activation::log_softmax(z, 1),
        "cumulative_sum" => z.cumsum(1),
        "coupled_quadratic" => z.clone() * z.clone().roll_dim(-1, 1) + z,
        "normalized_square" => {
            let squares = z.clone() * z;
            squares.clone() / (squares.sum_dim(1) + 1.0)
        }
        "per_unit" => {
            let units = g["units"].as_array().into_iter().flatten().enumerate();
            let columns: Result<Vec<_>, _> =
                units.map(|(j, unit)| activate(unit, z.clone().narrow(1, j, 1))).collect();
            Tensor::cat(columns?, 1)
        }
        name => return Err(Skip(format!("burn has no {name}"))),
    })
}

impl Subject for Layer {
    fn about(&self) -> Value {
        let arithmetic = if self.dtype == DType::F32 { "f32" } else { "f64" };
        about("burn", "0.22.1", "https://burn.dev", arithmetic, &[])
    }

    fn step(&mut self, activation: &Value, inputs: &Value) -> Answer {
        let given = |name: &str| self.tensor(&inputs[name]);
        let [a, w, b] = ["A", "W", "b"].map(|name| given(name).autodiff().require_grad());
        let factor = given("R") / given("p");

        let at_a_tilde = given("A").zeros_like().autodiff().require_grad();
        let a_tilde = a.clone() * factor.autodiff() + at_a_tilde.clone();
        let at_z = given("dA_next").zeros_like().autodiff().require_grad();
        let z = a_tilde.clone().matmul(w.clone()) + b.clone() + at_z.clone();
        let a_next = activate(activation, z.clone())?;

        let gradients = (a_next.clone() * given("dA_next").autodiff()).sum().backward();
        let gradient = |leaf: Tensor<2>| leaf.grad(&gradients).unwrap_or_else(|| leaf.inner().zeros_like());
        let gradients = [at_z, w, b, at_a_tilde, a].map(gradient);
        Ok(outputs([a_tilde, z, a_next].map(Tensor::inner).into_iter().chain(gradients).map(rows)))
    }

    fn sample(&mut self, p: &[f64], height: u64) -> Answer {
        let options = (&self.device, DType::F64);
        let columns =
            p.iter().map(|&p| Tensor::<2>::random([height as usize, 1], Distribution::Bernoulli(p), options));
        let mask = rows(Tensor::cat(columns.collect(), 1));
        Ok(json!(mask))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let dtype = if std::env::args().any(|argument| argument == "f32") { DType::F32 } else { DType::F64 };
    serve(Layer { dtype, device: Device::flex() })
}
