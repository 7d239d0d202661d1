//! g and its Jacobian with numbers put in: the formula of one output, and of one local derivative.

use super::block::{MOST, shown};
use super::symbols::{factor, formula};
use crate::problem::Activation;
use crate::problem::activation::{CoupledActivation, ScalarActivation};

/// The letters or the numbers of one row.
pub struct Row<'a> {
    /// How many outputs there are.
    pub n_next: usize,
    /// What stands for `z_l`.
    pub z: &'a dyn Fn(usize) -> String,
    /// What stands for `a_l`.
    pub a: &'a dyn Fn(usize) -> String,
}

/// The formula of output `j`; `z_j` is the number there, which selects a piece.
pub fn value(g: &Activation, j: usize, z_j: f64, row: &Row) -> String {
    let z = row.z;
    match (g.scalar(j), g) {
        (Some(scalar), _) => {
            let text = formula(scalar);
            let text = text
                .split(", σ(x)")
                .next()
                .unwrap_or_default()
                .replace(", Φ the standard normal distribution function", "");
            let text = text.rsplit_once(" = ").map_or(text.as_str(), |(_, right)| right);
            piece(text, z_j).replace("zⱼ", &z(j))
        }
        (None, Activation::Coupled(CoupledActivation::CumulativeSum)) => sum(j + 1, z),
        (None, Activation::Coupled(coupled)) => {
            let text = coupled.formula();
            let text = text.split(", where").next().unwrap_or_default().trim_start_matches("gⱼ(z) = ");
            let exponentials = |l| format!("e^{}", z(l));
            let squares = |l| format!("{}²", z(l));
            text.replace("(1 + Σₗ zₗ²)", &format!("(1 + {})", sum(row.n_next, &squares)))
                .replace("Σₗ e^zₗ", &format!("({})", sum(row.n_next, &exponentials)))
                .replace("zⱼ₊₁", &z((j + 1) % row.n_next))
                .replace("zⱼ", &z(j))
        }
        (None, _) => String::new(),
    }
}

/// ∂a_jj/∂z_j as a formula; `z_j` is the number there.
pub fn slope(g: &Activation, (jj, j): (usize, usize), z_j: f64, row: &Row) -> String {
    let Row { n_next, z, a } = row;
    let is_own = jj == j;
    match g {
        Activation::Coupled(CoupledActivation::Softmax) if is_own => format!("{}·(1 − {})", a(j), a(j)),
        Activation::Coupled(CoupledActivation::Softmax) => format!("−{}·{}", a(jj), a(j)),
        Activation::Coupled(CoupledActivation::LogSoftmax) if is_own => format!("1 − e^{}", a(j)),
        Activation::Coupled(CoupledActivation::LogSoftmax) => format!("−e^{}", a(j)),
        Activation::Coupled(CoupledActivation::CumulativeSum) => if j <= jj { "1" } else { "0" }.to_string(),
        Activation::Coupled(CoupledActivation::CoupledQuadratic) if *n_next == 1 => format!("2·{} + 1", z(j)),
        Activation::Coupled(CoupledActivation::CoupledQuadratic) if is_own => {
            format!("{} + 1", z((jj + 1) % n_next))
        }
        Activation::Coupled(CoupledActivation::CoupledQuadratic) if j == (jj + 1) % n_next => z(jj),
        Activation::Coupled(CoupledActivation::CoupledQuadratic) => "0".to_string(),
        Activation::Coupled(CoupledActivation::NormalizedSquare) => {
            let total = format!("(1 + {})", sum(*n_next, &|l| format!("{}²", z(l))));
            match is_own {
                true => format!("2·{}·(1 − {})/{total}", z(j), a(j)),
                false => format!("−2·{}·{}/{total}", z(j), a(jj)),
            }
        }
        Activation::Elementwise(_) | Activation::PerUnit(_) if !is_own => "0".to_string(),
        Activation::Elementwise(_) | Activation::PerUnit(_) => {
            let text = g.scalar(j).map_or(String::new(), slope_of_unit);
            piece(&text, z_j).replace("zⱼ", &z(j)).replace("aⱼ", &a(j))
        }
    }
}

/// g′(zⱼ) of one unit.
fn slope_of_unit(g: ScalarActivation) -> String {
    match g {
        ScalarActivation::Identity => "1".into(),
        ScalarActivation::Relu => "1 where zⱼ > 0, else 0".into(),
        ScalarActivation::LeakyRelu { slope } => format!("1 where zⱼ > 0, else {}", factor(slope)),
        ScalarActivation::Sigmoid => "aⱼ·(1 − aⱼ)".into(),
        ScalarActivation::Tanh => "1 − aⱼ²".into(),
        ScalarActivation::Softplus => "1/(1 + e^−zⱼ)".into(),
        ScalarActivation::Silu => "σ(zⱼ) + zⱼ·σ(zⱼ)·σ(−zⱼ)".into(),
        ScalarActivation::Gelu => "Φ(zⱼ) + zⱼ·φ(zⱼ)".into(),
        ScalarActivation::GeluTanh => {
            "(1 + tanh u)/2 + zⱼ/2·(1 − tanh² u)·√(2/π)·(1 + 3·0.044715·zⱼ²), u the argument of tanh".into()
        }
        ScalarActivation::Elu { alpha } => format!("1 where zⱼ > 0, else {}·e^zⱼ", factor(alpha)),
        ScalarActivation::Softsign => "1/(1 + |zⱼ|)²".into(),
    }
}

/// Of a formula in two pieces, the one that holds.
fn piece(text: &str, z: f64) -> &str {
    match text.split_once(" where zⱼ > 0, else ") {
        Some((above, _)) if z > 0.0 => above,
        Some((_, below)) => below,
        None => text,
    }
}

fn sum(count: usize, term: &dyn Fn(usize) -> String) -> String {
    let terms = shown(count, MOST).into_iter().map(|l| l.map_or("…".to_string(), term));
    terms.collect::<Vec<_>>().join(" + ")
}
