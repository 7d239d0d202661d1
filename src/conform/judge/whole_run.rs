//! What a run judges beyond the steps: the masks that a subject draws, and the errors of all its steps
//! together. Each is a row of the run like any case, with an id, a verdict and a place in every total.

use super::named_mask;
use super::sign_bias::{self, LEAST, SUMS};
use super::verdict::{Finding, Outcome, SignBias, Status, Verdict};
use crate::cases::catalogue::sampler::{SAMPLINGS, Sampling};
use crate::conform::subject::{Answer, Rows, Sampler, Subject};
use crate::mask_test::{self, FALSE_ALARM, Plan};
use crate::trace::Quantity;

/// Something to judge that is no step.
#[derive(Clone, Copy, Debug)]
pub enum WholeRunCheck {
    /// A mask of the named generator, which is held to every bit.
    Named(Sampling),
    /// A generator of the subject's own, which statistics judge.
    Generator,
    /// The side to which the errors of all steps lean.
    RoundingBias,
}

/// The id of [`WholeRunCheck::RoundingBias`].
pub const ROUNDING_BIAS: &str = "run/rounding-bias";

/// All of them, in the order in which they are judged: the errors last, once all steps are.
pub fn all() -> Vec<WholeRunCheck> {
    SAMPLINGS
        .into_iter()
        .map(WholeRunCheck::Named)
        .chain([WholeRunCheck::Generator, WholeRunCheck::RoundingBias])
        .collect()
}

impl WholeRunCheck {
    /// Its id.
    pub fn id(&self) -> String {
        match self {
            WholeRunCheck::Named(sampling) => format!("sampler/{}", sampling.name),
            WholeRunCheck::Generator => "sampler/judged".into(),
            WholeRunCheck::RoundingBias => ROUNDING_BIAS.into(),
        }
    }

    /// The verdict on a subject whose steps had these outcomes.
    pub fn verdict(&self, subject: &mut dyn Subject, steps: &[Outcome]) -> Verdict {
        let supports = subject.about().supports;
        match (self, supports.sample) {
            (WholeRunCheck::RoundingBias, _) => rounding_bias(steps),
            (_, Sampler::None) => Verdict::without(Status::Skipped, "draws no masks"),
            (WholeRunCheck::Named(_), Sampler::Own) => {
                Verdict::without(Status::Skipped, "does not draw from the named generator")
            }
            (WholeRunCheck::Generator, Sampler::Named) => {
                Verdict::without(Status::Skipped, "draws from the named generator, which needs no statistics")
            }
            (WholeRunCheck::Named(sampling), Sampler::Named) => named_mask(subject, sampling),
            (WholeRunCheck::Generator, Sampler::Own) => generator(subject, supports.per_unit_p),
        }
    }
}

fn named_mask(subject: &mut dyn Subject, sampling: &Sampling) -> Verdict {
    let Sampling { p, rows, key, stream, .. } = *sampling;
    let judged = |mask: Rows| {
        Verdict::of(named_mask::difference(sampling, &mask).into_iter().map(Finding::Mask).collect())
    };
    mask(subject.sample_named(p, rows, key, stream)).map_or_else(|silence| silence, judged)
}

/// The mask that a subject drew, or the verdict that there is none.
fn mask(said: Answer<Rows>) -> Result<Rows, Verdict> {
    match said {
        Answer::Result(mask) => Ok(mask),
        Answer::Skipped(why) => Err(Verdict::without(Status::Skipped, why)),
        Answer::Errored(what) => Err(Verdict::without(Status::Errored, what)),
    }
}

/// Asks all questions of the plan, up to the first that has no answer.
fn generator(subject: &mut dyn Subject, per_unit_p: bool) -> Verdict {
    let mut silence = None;
    let draw = |p: &[f64], rows: usize| {
        mask(subject.sample(p, rows)).map_err(|verdict| silence = Some(verdict)).ok()
    };
    let judged = mask_test::judge(&Plan::standard(per_unit_p), FALSE_ALARM, draw);
    let findings = |judged: mask_test::Verdict| {
        Verdict::of(judged.findings.iter().map(|finding| Finding::Mask(finding.to_string())).collect())
    };
    judged.map(findings).or(silence).expect("a mask, or why there is none")
}

/// Where the errors of the steps that passed lean, taken together.
fn rounding_bias(steps: &[Outcome]) -> Verdict {
    let sign_biases = |quantity: Quantity| -> Vec<SignBias> {
        let tallies = steps.iter().flat_map(|outcome| &outcome.verdict.tallies);
        tallies.filter(|tally| tally.quantity == quantity).map(|tally| tally.sign_bias).collect()
    };
    let most = SUMS.map(|quantity| sign_bias::cases(&sign_biases(quantity))).into_iter().max().unwrap_or(0);
    if most < LEAST {
        let reason = format!("a lean of errors shows from {LEAST} cases with roundings on: here {most}");
        return Verdict::without(Status::NotJudged, reason);
    }
    let finding = |quantity: Quantity| {
        let finding = sign_bias::bias(&sign_biases(quantity))?;
        Some(Finding::Bias(format!("{}: {finding}", quantity.name())))
    };
    Verdict::of(SUMS.into_iter().filter_map(finding).collect())
}
