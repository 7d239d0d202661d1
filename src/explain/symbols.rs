//! How the worked example writes a number, an index and an activation.

use crate::problem::Activation;
use crate::problem::activation::ScalarActivation;

/// The most significant digits that are printed whole: enough for the short dyadic fractions of most inputs.
const WHOLE: usize = 9;

/// Whether `x` is printed whole.
pub fn is_short(x: f64) -> bool {
    format!("{x:e}").chars().take_while(|&c| c != 'e').filter(char::is_ascii_digit).count() <= WHOLE
}

/// `x`, or `x` cut to six significant digits if it is too long to be printed whole.
fn cut(x: f64) -> f64 {
    if is_short(x) { x } else { format!("{x:.5e}").parse().unwrap_or(x) }
}

/// The sign between a name and numbers: `=` if all of them are printed whole, otherwise `≈`.
pub fn equals(numbers: impl IntoIterator<Item = f64>) -> &'static str {
    if numbers.into_iter().all(is_short) { "=" } else { "≈" }
}

/// A double as its shortest decimal, or cut.
pub fn number(x: f64) -> String {
    let x = cut(x);
    match x.abs() {
        0.0 => "0".to_string(),
        1e-4..1e6 => format!("{x}"),
        _ => format!("{x:e}"),
    }
}

/// A factor of a product: in brackets if it is negative.
pub fn factor(x: f64) -> String {
    if x < 0.0 { format!("({})", number(x)) } else { number(x) }
}

/// `letter` with subscript indices, counted from 0 and written from 1: ã₁,₂.
pub fn indexed(letter: &str, indices: &[usize]) -> String {
    let below = |digit: char| "₀₁₂₃₄₅₆₇₈₉".chars().nth(digit as usize - '0' as usize).unwrap_or(digit);
    let below: Vec<String> =
        indices.iter().map(|index| (index + 1).to_string().chars().map(below).collect()).collect();
    format!("{letter}{}", below.join(","))
}

/// g in words and symbols, one line per function.
pub fn activation(g: &Activation) -> Vec<String> {
    let name = g.name();
    match g {
        Activation::Elementwise(scalar) => vec![format!("g is {name}: gⱼ(z) = {}.", formula(*scalar))],
        Activation::PerUnit(scalars) => {
            let line = |(j, scalar): (usize, &ScalarActivation)| {
                format!("  {} is {}: {}.", indexed("g", &[j]), scalar.name(), formula(*scalar))
            };
            let shown = scalars.iter().enumerate().take(super::block::MOST).map(line);
            let rest = (scalars.len() > super::block::MOST).then(|| "  …".to_string());
            std::iter::once(format!("g is {name}; each output unit has its own function of its zⱼ:"))
                .chain(shown)
                .chain(rest)
                .collect()
        }
        Activation::Coupled(coupled) => vec![format!("g is {name}: {}.", coupled.formula())],
    }
}

/// The formula of a scalar activation, its parameter put in.
pub fn formula(scalar: ScalarActivation) -> String {
    match scalar.parameter() {
        Some((key, x)) => scalar.formula().replace(&format!("{{{key}}}"), &factor(x)),
        None => scalar.formula().to_string(),
    }
}
