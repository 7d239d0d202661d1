//! Equation 5 for the coupled activations: a wrong function of the row.

use crate::number::sum;
use crate::problem::activation::{Activation, CoupledActivation, ScalarActivation, VectorFunction};
use crate::zoo::{Defect, Float};

/// A row's value by a wrong formula.
pub fn defects<T: Float>() -> Vec<Defect<T>> {
    type Formula<T> = (&'static str, &'static str, fn(&Activation, &[T]) -> Option<Vec<T>>);
    fn softmax<T: Float>(z: &[T]) -> Vec<T> {
        Activation::Coupled(CoupledActivation::Softmax).value(z)
    }
    fn map<T: Float>(z: &[T], f: impl Fn(usize) -> T) -> Option<Vec<T>> {
        Some((0..z.len()).map(f).collect())
    }
    fn coupled(g: &Activation, of: CoupledActivation) -> bool {
        *g == Activation::Coupled(of)
    }
    let rows: Vec<Formula<T>> = vec![
        ("softmax-unnormalized", "softmax is e^(z − c), not divided by the sum", |g, z| {
            let c = z[T::largest(z)];
            (*g == Activation::Coupled(CoupledActivation::Softmax))
                .then(|| z.iter().map(|&z| (z - c).exp()).collect())
        }),
        ("softmax-of-negated", "softmax is taken of −z", |g, z| {
            (*g == Activation::Coupled(CoupledActivation::Softmax))
                .then(|| softmax(&z.iter().map(|&z| -z).collect::<Vec<_>>()))
        }),
        ("softmax-cooled", "softmax is taken of z/2", |g, z| {
            (*g == Activation::Coupled(CoupledActivation::Softmax))
                .then(|| softmax(&z.iter().map(|&z| z * T::from_f64(0.5)).collect::<Vec<_>>()))
        }),
        ("softmax-twice", "softmax is applied twice", |g, z| {
            (*g == Activation::Coupled(CoupledActivation::Softmax)).then(|| softmax(&softmax(z)))
        }),
        ("softmax-as-choice", "softmax is 1 at the largest z and 0 elsewhere", |g, z| {
            let largest = T::largest(z);
            (*g == Activation::Coupled(CoupledActivation::Softmax))
                .then(|| (0..z.len()).map(|j| if j == largest { T::one() } else { T::zero() }).collect())
        }),
        ("softmax-as-log-softmax", "softmax returns its logarithm", |g, z| {
            (*g == Activation::Coupled(CoupledActivation::Softmax))
                .then(|| Activation::Coupled(CoupledActivation::LogSoftmax).value(z))
        }),
        ("softmax-by-unit", "softmax is sigmoid, unit by unit", |g, z| {
            (*g == Activation::Coupled(CoupledActivation::Softmax))
                .then(|| z.iter().map(|z| ScalarActivation::Sigmoid.value(z)).collect())
        }),
        ("log-softmax-as-softmax", "log_softmax returns softmax", |g, z| {
            (*g == Activation::Coupled(CoupledActivation::LogSoftmax)).then(|| softmax(z))
        }),
        ("log-softmax-in-bits", "log_softmax uses a base-2 logarithm", |g, z| {
            let bits = |a: T| a / T::from_f64(std::f64::consts::LN_2);
            (*g == Activation::Coupled(CoupledActivation::LogSoftmax)).then(|| {
                Activation::Coupled(CoupledActivation::LogSoftmax).value(z).into_iter().map(bits).collect()
            })
        }),
        ("log-softmax-negated", "log_softmax returns the loss −ln softmax", |g, z| {
            (*g == Activation::Coupled(CoupledActivation::LogSoftmax)).then(|| {
                Activation::Coupled(CoupledActivation::LogSoftmax).value(z).into_iter().map(|a| -a).collect()
            })
        }),
        ("log-softmax-shifted-only", "log_softmax is z minus the largest z", |g, z| {
            let c = z[T::largest(z)];
            (*g == Activation::Coupled(CoupledActivation::LogSoftmax))
                .then(|| z.iter().map(|&z| z - c).collect())
        }),
        ("cumulative-sum-exclusive", "cumulative_sum leaves out z_j itself", |g, z| {
            coupled(g, CoupledActivation::CumulativeSum).then(|| map(z, |jj| sum(0..jj, |j| z[j])))?
        }),
        ("cumulative-sum-reversed", "cumulative_sum runs backward from the last unit", |g, z| {
            coupled(g, CoupledActivation::CumulativeSum).then(|| map(z, |jj| sum(jj..z.len(), |j| z[j])))?
        }),
        ("coupled-not-cyclic", "the last unit of coupled_quadratic has no neighbour", |g, z| {
            let next = |j: usize| z.get(j + 1).copied().unwrap_or(T::zero());
            coupled(g, CoupledActivation::CoupledQuadratic).then(|| map(z, |j| z[j] * next(j) + z[j]))?
        }),
        ("coupled-to-previous", "coupled_quadratic couples each unit with the previous one", |g, z| {
            let n = z.len();
            coupled(g, CoupledActivation::CoupledQuadratic)
                .then(|| map(z, |j| z[j] * z[(j + n - 1) % n] + z[j]))?
        }),
        ("coupled-to-itself", "coupled_quadratic couples each unit with itself", |g, z| {
            coupled(g, CoupledActivation::CoupledQuadratic).then(|| map(z, |j| z[j] * z[j] + z[j]))?
        }),
        ("coupled-without-linear", "coupled_quadratic lacks its linear term", |g, z| {
            coupled(g, CoupledActivation::CoupledQuadratic)
                .then(|| map(z, |j| z[j] * z[(j + 1) % z.len()]))?
        }),
        ("normalized-without-one", "normalized_square lacks the 1 in the denominator", |g, z| {
            let total = sum(0..z.len(), |l| z[l] * z[l]);
            coupled(g, CoupledActivation::NormalizedSquare).then(|| map(z, |j| z[j] * z[j] / total))?
        }),
        ("normalized-unsquared", "normalized_square has z instead of z² in the numerator", |g, z| {
            let total = T::one() + sum(0..z.len(), |l| z[l] * z[l]);
            coupled(g, CoupledActivation::NormalizedSquare).then(|| map(z, |j| z[j] / total))?
        }),
        ("normalized-by-unit", "normalized_square has only the unit's own z² in the denominator", |g, z| {
            coupled(g, CoupledActivation::NormalizedSquare)
                .then(|| map(z, |j| z[j] * z[j] / (T::one() + z[j] * z[j])))?
        }),
    ];
    let defect = |(id, says, formula): Formula<T>| {
        Defect::new(id, 5, says, "with any other activation").value(formula)
    };
    rows.into_iter().map(defect).collect()
}
