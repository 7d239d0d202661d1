//! The whole-run checks: a subject's own masks, and what it draws on request.

use crate::results::change;
use dropout_oracle::conform::cases::{Case, built_in};
use dropout_oracle::conform::exchange::SAME_MASK;
use dropout_oracle::conform::judge::verdict::{Status, Verdict};
use dropout_oracle::conform::judge::whole_run::{self, WholeRunCheck};
use dropout_oracle::conform::report::expectations::mark;
use dropout_oracle::conform::run::{Run, run};
use dropout_oracle::conform::{About, Answer, MaskSource, Rows, Sampler, Subject, Supports};
use dropout_oracle::grid::Grid;
use dropout_oracle::number::{Arithmetic, Format};
use dropout_oracle::problem::{Problem, mask};
use dropout_oracle::scalar::{self, Step};
use dropout_oracle::trace::{Quantity, Results};

/// The scalar form as a layer that draws masks, and may draw its own in each step.
struct Layer {
    supports: Supports,
    stream: u64,
    asked: Vec<Problem>,
    twist: fn(&Problem, &mut Results),
    reseeds: bool,
    draw: fn(Rows) -> Answer<Rows>,
}

impl Layer {
    fn new(sample: Sampler, mask: MaskSource) -> Self {
        let supports = Supports { sample, mask, ..Supports::default() };
        Layer { supports, stream: 0, asked: vec![], twist: |_, _| {}, reseeds: false, draw: Answer::Result }
    }

    fn drawn(&mut self, p: &[f64], rows: usize) -> Rows {
        self.stream += u64::from(!self.reseeds);
        mask::r(rows, p, mask::words([3; 32], self.stream)).to_rows()
    }
}

impl Subject for Layer {
    fn about(&self) -> About {
        About { supports: self.supports.clone(), ..About::new("layer", Arithmetic::plain(Format::F64)) }
    }

    fn step(&mut self, _: &str, problem: &Problem) -> Answer {
        self.asked.push(problem.clone());
        let p = &problem.inputs().keep_prob;
        let r = match self.supports.mask {
            MaskSource::Given => problem.inputs().r.clone(),
            MaskSource::Own => Grid::from_rows(p.len(), self.drawn(p.cells(), problem.m())),
        };
        let drawn = problem.with(|inputs| inputs.r = r).expect("valid");
        let step: Step<f64> = scalar::step(&drawn.inputs().over(), drawn.activation());
        let mut outputs = Results::from(&step);
        (self.twist)(&drawn, &mut outputs);
        for quantity in Quantity::ALL.into_iter().filter(|it| !self.supports.outputs.contains(it)) {
            outputs.remove(quantity);
        }
        Answer::Result(outputs)
    }

    fn sample(&mut self, p: &[f64], rows: usize) -> Answer<Rows> {
        let mask = self.drawn(p, rows);
        (self.draw)(mask)
    }

    fn sample_named(&mut self, p: &[f64], rows: usize, key: [u8; 32], stream: u64) -> Answer<Rows> {
        (self.draw)(mask::r(rows, p, mask::words(key, stream)).to_rows())
    }
}

fn family(name: &str) -> Vec<Case> {
    built_in().into_iter().filter(|case| case.id.starts_with(name)).collect()
}

/// The verdicts of the whole-run checks, by id.
fn judged(layer: &mut Layer) -> Vec<(String, Verdict)> {
    let run = run(layer, &[], &whole_run::all(), || {});
    run.outcomes.into_iter().map(|outcome| (outcome.id, outcome.verdict)).collect()
}

fn own(change: impl FnOnce(&mut Layer)) -> (Run, Layer) {
    let mut layer = Layer::new(Sampler::None, MaskSource::Own);
    change(&mut layer);
    (run(&mut layer, &family("mask/"), &[], || {}), layer)
}

/// The first finding of each failed case, for a layer that draws its own mask.
fn says(twist: fn(&Problem, &mut Results)) -> Vec<String> {
    let (run, _) = own(|layer| layer.twist = twist);
    let failed = run.outcomes.iter().filter(|outcome| outcome.verdict.status == Status::Fail);
    failed.filter_map(|outcome| Some(outcome.verdict.findings.first()?.to_string())).collect()
}

#[test]
fn a_layer_that_draws_its_own_mask_is_judged_under_it_and_may_draw_another_when_asked_again() {
    let (run, layer) = own(|_| {});
    assert_eq!(run.count(Status::Pass), run.outcomes.len(), "{run:?}");
    assert!(layer.asked.len() > run.outcomes.len(), "some were asked again");
    assert!(layer.asked.iter().all(|problem| problem.inputs().a.cells().iter().all(|a| *a != 0.0)));
    assert!(run.outcomes.iter().all(|outcome| outcome.verdict.reason.is_none()));
}

/// db over m and dA_next shown as dZ; then Z under another draw than Ã. The mask of the question is not the one that counts.
#[test]
fn the_defects_of_a_layer_that_draws_its_own_mask_are_named() {
    let diagnosis = |twist| own(|layer| layer.twist = twist).0.diagnosis;
    let named = diagnosis(|problem, outputs| {
        let m = problem.m() as f64;
        change(outputs, Quantity::Db, |rows| rows.iter_mut().flatten().for_each(|x| *x /= m));
        let upstream = problem.inputs().da_next.cells().to_vec();
        change(outputs, Quantity::Dz, |rows| {
            for (x, upstream) in rows.iter_mut().flatten().zip(&upstream) {
                *x = *upstream;
            }
        });
    });
    let ids: Vec<&str> = named.defects.iter().map(|likely| likely.candidates[0].id.as_str()).collect();
    assert_eq!(ids, ["dz-shows-upstream", "db-averaged"]);

    let twice = diagnosis(|problem, outputs| {
        let anew = mask::words([9; 32], problem.inputs().a.cells()[0].to_bits());
        let r = mask::r(problem.m(), problem.inputs().keep_prob.cells(), anew);
        let other = problem.with(|inputs| inputs.r = r).expect("valid");
        let step: Step<f64> = scalar::step(&other.inputs().over(), other.activation());
        outputs.insert(Quantity::Z, step.forward.z.to_rows());
    });
    let says = "follows from another mask than the one of Ã: is the mask drawn twice?";
    assert!(twice.remarks.iter().any(|remark| remark.ends_with(says)), "{twice:?}");
    let shifted = diagnosis(|_, outputs| {
        change(outputs, Quantity::Z, |rows| rows.iter_mut().flatten().for_each(|x| *x += 0.1234567))
    });
    assert!(shifted.remarks.iter().all(|remark| !remark.contains("another mask")), "{shifted:?}");
}

#[test]
fn a_layer_that_returns_only_its_output_is_probed_with_the_identity() {
    let shown = |outputs: &[Quantity], activations: &[&str]| {
        own(|layer| {
            layer.supports.outputs = outputs.to_vec();
            layer.supports.activations = Some(activations.iter().map(ToString::to_string).collect());
        })
    };
    let all: Vec<&str> = family("mask/").iter().map(|case| case.problem.activation().name()).collect();
    let (run, layer) =
        shown(&[Quantity::ANext, Quantity::Dw, Quantity::Db], &[&all[..], &["identity"]].concat());
    assert_eq!(run.count(Status::Pass), run.outcomes.len(), "{run:?}");
    assert!(layer.asked.iter().all(|problem| problem.n() == problem.n_next()));
    for (run, layer) in
        [shown(&[Quantity::ANext], &all), shown(&[Quantity::Dw], &[&all[..], &["identity"]].concat())]
    {
        let identity = all.contains(&"identity") && layer.supports.outputs == [Quantity::ANext];
        assert!(identity || run.count(Status::Skipped) == run.outcomes.len(), "{run:?}");
    }
}

#[test]
fn a_layer_s_misuse_of_its_own_mask_is_a_finding_before_the_numbers() {
    let other_mask = says(|problem, outputs| {
        let r = &problem.inputs().r;
        change(outputs, Quantity::Da, |rows| {
            for (da, r) in rows.iter_mut().flatten().zip(r.cells()) {
                if *r == 0.0 {
                    *da = 1.0
                }
            }
        });
    });
    let begins = "the backward pass uses a different mask from the forward pass: dA[";
    assert!(
        !other_mask.is_empty() && other_mask.iter().all(|says| says.starts_with(begins)),
        "{other_mask:?}"
    );
    let unscaled = says(|problem, outputs| {
        let (a, r) = (&problem.inputs().a, &problem.inputs().r);
        outputs.insert(Quantity::ATilde, a.zip(r, |a, r| a * r));
    });
    assert!(unscaled.contains(&"kept units are not scaled at all".to_string()), "{unscaled:?}");
    let misshapen =
        says(|_, outputs| change(outputs, Quantity::ATilde, |rows| rows.truncate(rows.len() - 1)));
    assert_eq!(misshapen.len(), family("mask/").len());
    assert!(misshapen[0].starts_with("A_tilde must be "), "{misshapen:?}");
}

#[test]
fn a_layer_that_repeats_its_mask_passes_with_a_note() {
    let mut layer = Layer { reseeds: true, ..Layer::new(Sampler::None, MaskSource::Own) };
    let cases: Vec<Case> = family("shapes/").into_iter().filter(|case| case.problem.m() > 60).collect();
    let run = run(&mut layer, &cases, &[], || {});
    assert_eq!(run.count(Status::Pass), run.outcomes.len());
    let noted = run.outcomes.iter().filter(|outcome| outcome.verdict.reason.as_deref() == Some(SAME_MASK));
    assert!(noted.count() > 0, "{run:?}");
}

#[test]
fn a_subject_that_draws_no_masks_skips_every_check_with_the_reason() {
    let reasons = |sample| {
        let rows = judged(&mut Layer::new(sample, MaskSource::Given));
        assert_eq!(rows.len(), 14);
        let reason = |id: &str| {
            let (_, verdict) = rows.iter().find(|(row, _)| row == id).expect("it stays");
            (verdict.status, verdict.reason.clone().unwrap_or_default())
        };
        ["sampler/long", "sampler/judged", "run/rounding-bias"].map(reason)
    };
    let skipped = |why: &str| (Status::Skipped, why.to_string());
    let passed = || (Status::Pass, String::new());
    let open = (Status::NotJudged, "needs 47 cases with rounding errors; this run has 0".to_string());
    assert_eq!(reasons(Sampler::None), [skipped("draws no masks"), skipped("draws no masks"), open.clone()]);
    assert_eq!(
        reasons(Sampler::Own),
        [skipped("does not draw from the named generator"), passed(), open.clone()]
    );
    assert_eq!(
        reasons(Sampler::Named),
        [passed(), skipped("draws from the named generator, which is checked bit for bit"), open]
    );
}

#[test]
fn a_wrong_generator_fails_with_the_cause_first_and_a_lost_one_is_errored_with_its_reason() {
    let verdict = |draw: fn(Rows) -> Answer<Rows>| {
        let mut layer = Layer { draw, ..Layer::new(Sampler::Own, MaskSource::Given) };
        WholeRunCheck::Generator.verdict(&mut layer, &[])
    };
    let shared = verdict(|mask| Answer::Result(vec![mask[0].clone(); mask.len()]));
    assert_eq!((shared.status, mark(&shared)), (Status::Fail, Some("mask")));
    assert!(shared.findings[0].to_string().starts_with("every row of the batch has the same mask ("));
    assert_eq!(verdict(|_| Answer::Errored("gone".into())), Verdict::without(Status::Errored, "gone"));
    assert_eq!(verdict(|_| Answer::Skipped("busy".into())), Verdict::without(Status::Skipped, "busy"));
}

#[test]
fn a_generator_that_takes_one_p_is_asked_for_one_at_a_time() {
    let mut layer = Layer::new(Sampler::Own, MaskSource::Given);
    layer.supports.per_unit_p = false;
    assert_eq!(WholeRunCheck::Generator.verdict(&mut layer, &[]).status, Status::Pass);
}

#[test]
fn the_masks_of_the_named_generator_are_cases_checked_bit_for_bit() {
    let mut layer = Layer::new(Sampler::Named, MaskSource::Given);
    layer.draw = |mut mask| {
        if mask.len() == 200 {
            mask[7][1] = 1.0 - mask[7][1];
        }
        Answer::Result(mask)
    };
    let failed: Vec<_> =
        judged(&mut layer).into_iter().filter(|(_, verdict)| verdict.status == Status::Fail).collect();
    let [(id, verdict)] = &failed[..] else { panic!("{failed:?}") };
    assert_eq!((id.as_str(), mark(verdict)), ("sampler/long", Some("mask")));
    assert!(verdict.findings[0].to_string().starts_with("R[7][1] is "), "{verdict:?}");
}
