//! Whole-run checks: the masks that a subject draws, and the errors of all its steps together. Each check has an id
//! and a verdict, and is counted like a case.

use super::mask_step;
use super::named_mask;
use super::sign_bias::{self, LEAST, SUMS};
use super::verdict::{Finding, Outcome, SignBias, Status, Verdict};
use crate::cases::catalogue::sampler::{SAMPLINGS, Sampling};
use crate::conform::subject::{Answer, MaskSource, Rows, Sampler, Subject};
use crate::mask_test::{self, FALSE_ALARM, Plan};
use crate::number::Format;
use crate::trace::Quantity;

/// A check of the whole run.
#[derive(Clone, Copy, Debug)]
pub enum WholeRunCheck {
    /// A mask of the named generator, checked bit for bit.
    Named(Sampling),
    /// The subject's own generator, judged statistically.
    Generator,
    /// The bias of the errors of all steps.
    RoundingBias,
}

/// The id of [`WholeRunCheck::RoundingBias`].
pub const ROUNDING_BIAS: &str = "run/rounding-bias";

/// The part of the plan that is asked in steps, which are larger than masks: one in this many rows.
const IN_STEPS: usize = 8;

/// The plan in steps: its probabilities as the subject's format has them, without those that become 0.
fn in_steps(format: Format, per_unit_p: bool) -> Plan {
    let mut plan = Plan::reduced(per_unit_p, IN_STEPS);
    plan.questions.iter_mut().flat_map(|question| &mut question.p).for_each(|p| *p = format.nearest(*p));
    plan.questions.retain(|question| question.p.iter().all(|&p| p > format.least_normal()));
    plan
}

/// All checks, in the order in which they run.
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

    /// The verdict on a subject with these outcomes of its steps.
    pub fn verdict(&self, subject: &mut dyn Subject, steps: &[Outcome]) -> Verdict {
        let supports = subject.about().supports;
        match (self, supports.sample) {
            (WholeRunCheck::RoundingBias, _) => rounding_bias(steps),
            (WholeRunCheck::Generator, Sampler::None) if supports.mask == MaskSource::Own => {
                let about = subject.about();
                let plan = in_steps(about.arithmetic.storage, supports.per_unit_p);
                generator(&plan, |p, rows| mask_step::draw(subject, &about, p, rows))
            }
            (_, Sampler::None) => Verdict::without(Status::Skipped, "draws no masks"),
            (WholeRunCheck::Named(_), Sampler::Own) => {
                Verdict::without(Status::Skipped, "does not draw from the named generator")
            }
            (WholeRunCheck::Generator, Sampler::Named) => Verdict::without(
                Status::Skipped,
                "draws from the named generator, which is checked bit for bit",
            ),
            (WholeRunCheck::Named(sampling), Sampler::Named) => named_mask(subject, sampling),
            (WholeRunCheck::Generator, Sampler::Own) => {
                generator(&Plan::standard(supports.per_unit_p), |p, rows| subject.sample(p, rows))
            }
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

/// The mask that a subject drew, or the verdict if there is none.
fn mask(answer: Answer<Rows>) -> Result<Rows, Verdict> {
    match answer {
        Answer::Result(mask) => Ok(mask),
        Answer::Skipped(why) => Err(Verdict::without(Status::Skipped, why)),
        Answer::Errored(what) => Err(Verdict::without(Status::Errored, what)),
    }
}

/// Asks the questions of the plan, up to the first without a result.
fn generator(plan: &Plan, mut sample: impl FnMut(&[f64], usize) -> Answer<Rows>) -> Verdict {
    let mut silence = None;
    let draw = |p: &[f64], rows: usize| mask(sample(p, rows)).map_err(|verdict| silence = Some(verdict)).ok();
    let judged = mask_test::judge(plan, FALSE_ALARM, draw);
    let findings = |judged: mask_test::Verdict| {
        Verdict::of(judged.findings.iter().map(|finding| Finding::Mask(finding.to_string())).collect())
    };
    judged.map(findings).or(silence).expect("a mask, or the verdict if there is none")
}

/// The verdict on the bias of the steps that passed.
fn rounding_bias(steps: &[Outcome]) -> Verdict {
    let sign_biases = |quantity: Quantity| -> Vec<SignBias> {
        let tallies = steps.iter().flat_map(|outcome| &outcome.verdict.tallies);
        tallies.filter(|tally| tally.quantity == quantity).map(|tally| tally.sign_bias).collect()
    };
    let most = SUMS.map(|quantity| sign_bias::cases(&sign_biases(quantity))).into_iter().max().unwrap_or(0);
    if most < LEAST {
        let reason = format!("needs {LEAST} cases with rounding errors; this run has {most}");
        return Verdict::without(Status::NotJudged, reason);
    }
    let finding = |quantity: Quantity| {
        let finding = sign_bias::bias(&sign_biases(quantity))?;
        Some(Finding::Bias(format!("{}: {finding}", quantity.name())))
    };
    Verdict::of(SUMS.into_iter().filter_map(finding).collect())
}
