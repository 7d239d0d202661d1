//! A layer to test: dropout, a dense layer and tanh, in f32 and plain Rust.

/// The parameters of the dense layer: `w[k][j]` connects input k to output j.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Weights, n rows of n_next.
    pub w: Vec<Vec<f32>>,
    /// Biases, n_next.
    pub b: Vec<f32>,
}

/// What the backward pass needs from the forward pass.
#[derive(Clone, Debug)]
pub struct Tape {
    mask: Vec<Vec<f32>>,
    dropped: Vec<Vec<f32>>,
    /// The outputs, m rows of n_next.
    pub outputs: Vec<Vec<f32>>,
}

/// The results of the backward pass.
#[derive(Clone, Debug)]
pub struct Gradients {
    /// With respect to the weights.
    pub w: Vec<Vec<f32>>,
    /// With respect to the biases.
    pub b: Vec<f32>,
    /// With respect to the inputs of the layer.
    pub inputs: Vec<Vec<f32>>,
}

impl Layer {
    /// Drops units, scales the kept ones by 1/p, and applies the dense layer.
    pub fn forward(&self, inputs: &[Vec<f32>], kept: &[Vec<bool>], p: &[f32]) -> Tape {
        let scale = |row: &Vec<bool>| -> Vec<f32> {
            row.iter().zip(p).map(|(&kept, p)| if kept { 1.0 / p } else { 0.0 }).collect()
        };
        let mask: Vec<Vec<f32>> = kept.iter().map(scale).collect();
        let dropped: Vec<Vec<f32>> = inputs.iter().zip(&mask).map(|(row, mask)| times(row, mask)).collect();
        let output = |row: &Vec<f32>, j: usize| {
            let z: f32 = row.iter().zip(&self.w).map(|(x, w)| x * w[j]).sum();
            (z + self.b[j]).tanh()
        };
        let outputs = dropped.iter().map(|row| (0..self.b.len()).map(|j| output(row, j)).collect()).collect();
        Tape { mask, dropped, outputs }
    }

    /// The gradients, from the gradient with respect to the outputs.
    pub fn backward(&self, tape: &Tape, by_outputs: &[Vec<f32>]) -> Gradients {
        // (1 − a)(1 + a), not 1 − a²: near ±1 the square loses digits.
        let derivative = |a: &f32| (1.0 - a) * (1.0 + a);
        let by_z: Vec<Vec<f32>> = tape
            .outputs
            .iter()
            .zip(by_outputs)
            .map(|(row, by)| times(&row.iter().map(derivative).collect::<Vec<_>>(), by))
            .collect();
        let (n, n_next) = (self.w.len(), self.b.len());
        let by_w = |k: usize, j: usize| tape.dropped.iter().zip(&by_z).map(|(x, by)| x[k] * by[j]).sum();
        let by_dropped =
            |by: &Vec<f32>| -> Vec<f32> { self.w.iter().map(|w| times(w, by).iter().sum()).collect() };
        Gradients {
            w: (0..n).map(|k| (0..n_next).map(|j| by_w(k, j)).collect()).collect(),
            b: (0..n_next).map(|j| by_z.iter().map(|by| by[j]).sum()).collect(),
            inputs: by_z.iter().zip(&tape.mask).map(|(by, mask)| times(&by_dropped(by), mask)).collect(),
        }
    }
}

fn times(x: &[f32], y: &[f32]) -> Vec<f32> {
    x.iter().zip(y).map(|(x, y)| x * y).collect()
}
