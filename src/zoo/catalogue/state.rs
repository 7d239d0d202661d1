//! State left over from the previous call with the same sizes: buffers that are not cleared and caches that
//! are not refreshed.

use crate::grid::Grid;
use crate::scalar::Inputs;
use crate::trace::Quantity::{self, ATilde, Da, DaTilde, Db, Dw, Dz, Z};
use crate::zoo::{Defect, Float, StepContext};

const FIRST: &str = "on the first call with each set of sizes";

pub fn defects<T: Float>() -> Vec<Defect<T>> {
    let accumulating = [(Dw, 39), (Db, 40), (DaTilde, 41), (Da, 42), (Z, 4)].map(|(quantity, equation)| {
        let name = quantity.name();
        let id = format!("{}-accumulates", name.to_lowercase().replace('_', "-"));
        Defect::new(
            id,
            equation,
            format!("{name} is added to that of the previous call with the same sizes"),
            FIRST,
        )
        .stage(quantity, move |s| added(s, quantity, T::one()))
        .stateful()
    });
    let stale = [
        (
            ATilde,
            39,
            "dW is computed from the Ã of the previous call with the same sizes",
            "dw-from-stale-a-tilde",
        ),
        (Z, 38, "dZ is computed from the Z of the previous call with the same sizes", "dz-from-stale-z"),
        (
            Dz,
            41,
            "dÃ is computed from the dZ of the previous call with the same sizes",
            "da-tilde-from-stale-dz",
        ),
    ]
    .map(|(quantity, equation, says, id)| {
        let result = match quantity {
            ATilde => Dw,
            Z => Dz,
            _ => DaTilde,
        };
        Defect::new(id, equation, says, FIRST)
            .stage(result, move |s| {
                let mut seen = s.clone();
                if let Some(last) = s.last {
                    seen.results.insert(quantity, last.results[quantity].clone());
                }
                seen.right(result)
            })
            .stateful()
    });
    type Keep<T> = fn(&mut Inputs<T>, &Inputs<T>);
    let inputs: [(&str, u8, &str, bool, Keep<T>); 7] = [
        ("stale-mask", 3, "the mask", true, |inputs, last| inputs.r = last.r.clone()),
        ("stale-mask-backward", 42, "the mask of the backward pass", false, |inputs, last| {
            inputs.r = last.r.clone()
        }),
        ("stale-p", 3, "p", true, |inputs, last| inputs.keep_prob.clone_from(&last.keep_prob)),
        ("stale-weights", 4, "W", true, |inputs, last| inputs.w = last.w.clone()),
        ("stale-weights-backward", 41, "the W of the backward pass", false, |inputs, last| {
            inputs.w = last.w.clone()
        }),
        ("stale-bias", 4, "b", true, |inputs, last| inputs.b.clone_from(&last.b)),
        ("stale-upstream", 38, "dA_next", false, |inputs, last| inputs.da_next = last.da_next.clone()),
    ];
    let inputs = inputs.map(|(id, equation, what, forward, keep)| {
        let reading = move |s: &StepContext<T>| {
            let mut inputs = s.inputs.clone();
            if let Some(last) = s.last {
                keep(&mut inputs, &last.inputs);
            }
            inputs
        };
        let says = format!("{what} is left over from the previous call with the same sizes");
        let defect = Defect::new(id, equation, says, FIRST).stateful();
        let defect = if forward { defect.reads(reading) } else { defect.backward_reads(reading) };
        defect.seen_at(if id == "stale-mask" {
            &[
                "https://github.com/PaddlePaddle/Paddle/issues/7796",
                "https://github.com/tensorflow/tensorflow/issues/29391",
            ]
        } else {
            &[]
        })
    });
    let others = [
        Defect::new(
            "dw-with-momentum",
            39,
            "dW includes 9/10 of the dW of the previous call with the same sizes",
            FIRST,
        )
        .stage(Dw, |s| added(s, Dw, T::from_f64(0.9)))
        .stateful(),
        Defect::new(
            "weights-updated",
            4,
            "W is reduced by an eighth of the dW of the previous call with the same sizes",
            FIRST,
        )
        .reads(|s| {
            let mut inputs = s.inputs.clone();
            if let Some(last) = s.last {
                inputs.w = inputs.w.zip(&last.results[Dw], |&w, &dw| w - T::from_f64(0.125) * dw);
            }
            inputs
        })
        .stateful(),
    ];
    accumulating.into_iter().chain(stale).chain(inputs).chain(others).collect()
}

/// The right result plus a share of the previous call's.
fn added<T: Float>(s: &StepContext<T>, quantity: Quantity, share: T) -> Grid<T> {
    let right = s.right(quantity);
    match s.last {
        Some(last) => right.zip(&last.results[quantity], |&x, &last| x + share * last),
        None => right,
    }
}
