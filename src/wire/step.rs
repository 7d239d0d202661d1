//! The parts of a step in JSON: its six inputs, its eight results, and the stream from which the inputs were
//! drawn. [`super::read`] reads the inputs; this file only writes.

use crate::problem::Problem;
use crate::scalar::Step;
use serde::Serialize;

type Rows = Vec<Vec<f64>>;

/// The six givens, as JSON writes them.
#[derive(Debug, Serialize)]
pub struct Inputs {
    #[serde(rename = "A")]
    a: Rows,
    p: Vec<f64>,
    #[serde(rename = "R")]
    r: Rows,
    #[serde(rename = "W")]
    w: Rows,
    b: Vec<f64>,
    #[serde(rename = "dA_next")]
    da_next: Rows,
}

/// A number for every element of the eight results.
#[derive(Debug, Serialize)]
pub struct Results<T> {
    #[serde(rename = "A_tilde")]
    a_tilde: Vec<Vec<T>>,
    #[serde(rename = "Z")]
    z: Vec<Vec<T>>,
    #[serde(rename = "A_next")]
    a_next: Vec<Vec<T>>,
    #[serde(rename = "dZ")]
    dz: Vec<Vec<T>>,
    #[serde(rename = "dW")]
    dw: Vec<Vec<T>>,
    db: Vec<T>,
    #[serde(rename = "dA_tilde")]
    da_tilde: Vec<Vec<T>>,
    #[serde(rename = "dA")]
    da: Vec<Vec<T>>,
}

/// The ChaCha20 stream from which the inputs were drawn; a user's inputs have none.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// 64 hex digits.
    pub key: String,
    /// A decimal as a string, since many readers of JSON numbers cannot hold 64 bits.
    pub stream: String,
}

impl From<&Problem> for Inputs {
    fn from(problem: &Problem) -> Self {
        let inputs = problem.inputs();
        Inputs {
            a: inputs.a.to_rows(),
            p: inputs.keep_prob.clone().into(),
            r: inputs.r.to_rows(),
            w: inputs.w.to_rows(),
            b: inputs.b.clone().into(),
            da_next: inputs.da_next.to_rows(),
        }
    }
}

impl<T: Clone> From<Step<T>> for Results<T> {
    fn from(Step { forward, backward }: Step<T>) -> Self {
        Results {
            a_tilde: forward.a_tilde.to_rows(),
            z: forward.z.to_rows(),
            a_next: forward.a_next.to_rows(),
            dz: backward.dz.to_rows(),
            dw: backward.dw.to_rows(),
            db: backward.db.into(),
            da_tilde: backward.da_tilde.to_rows(),
            da: backward.da.to_rows(),
        }
    }
}
