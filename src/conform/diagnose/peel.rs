//! Takes the failures apart: names the defect that explains most, takes away what it explains, and looks at the rest.

use super::case::{Case, Match};
use crate::trace::Quantity;
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A defect that no right element contradicts, and what it makes of the findings.
#[derive(Clone, Debug)]
pub struct Suspect {
    /// Its place in the zoo.
    pub defect: usize,
    /// The defect of which it is a twin, or its own id.
    pub family: String,
    /// Whether what it returns is not what it computes with.
    pub hides: bool,
    /// What it makes of each finding that it explains or conflicts with.
    pub matches: Vec<(usize, Match)>,
}

/// A defect that explains what no defect before it does.
#[derive(Debug)]
pub struct Named {
    /// The suspects that explain it, best first, by place in the zoo, with the number of cases in which they do.
    pub suspects: Vec<(usize, usize)>,
    /// The cases in which the best one does.
    pub cases: Vec<usize>,
}

/// A defect is named only if nine in ten findings of some kind are explained, by it and those named with it.
const MOST_OF_A_KIND: f64 = 0.9;
/// A defect is named only if at least this share of the findings in which it shows is as it makes them: the others may
/// be another defect's, which hides it.
const MOST_OF_ITS_OWN: f64 = 0.25;
/// At most this many kinds of a result may be left open for each that is explained.
const MOST_UNSETTLED: usize = 4;
/// Another suspect is as good if it explains this share of what the best one does.
const AS_GOOD: f64 = 0.9;

/// Findings that a defect may have in common: of one result and, for A_next and dZ, one activation.
type Kind = (Quantity, Option<&'static str>);

/// All findings of a run, and which of their elements nothing explains yet.
pub struct Findings {
    kinds: Vec<Kind>,
    cases: Vec<usize>,
    open: Vec<Vec<bool>>,
    /// The results that the subject computes with as it returns them, even where they are wrong.
    used: Vec<Quantity>,
}

impl Findings {
    /// The findings of all cases, in order.
    pub fn of(cases: &[Case]) -> Self {
        let used = |&quantity: &Quantity| {
            let findings = cases.iter().flat_map(|case| &case.findings);
            let mut shown =
                findings.filter(|finding| finding.quantity == quantity).filter_map(|finding| finding.used);
            shown.next().is_some_and(|first| first && shown.all(|used| used))
        };
        let used = Quantity::ALL.into_iter().filter(used).collect();
        let mut all = Findings { kinds: Vec::new(), cases: Vec::new(), open: Vec::new(), used };
        for (at, case) in cases.iter().enumerate() {
            for finding in &case.findings {
                all.kinds.push((finding.quantity, finding.activation));
                all.cases.push(at);
                all.open.push(vec![true; finding.elements.len()]);
            }
        }
        all
    }

    /// The share of a finding's elements that is among these positions and open.
    fn share(&self, finding: usize, positions: &[usize]) -> f64 {
        let open = &self.open[finding];
        positions.iter().filter(|&&at| open[at]).count() as f64 / open.len() as f64
    }

    /// How many findings a suspect explains that are open, and how many it contradicts.
    fn gain(&self, suspect: &Suspect) -> (f64, f64) {
        suspect.matches.iter().fold((0.0, 0.0), |(gain, loss), (finding, found)| {
            (gain + self.share(*finding, &found.matched), loss + self.share(*finding, &found.conflicts))
        })
    }

    /// Whether a suspect explains enough of what it makes wrong.
    fn is_consistent(&self, suspect: &Suspect) -> bool {
        let (gain, loss) = self.gain(suspect);
        gain > 0.0 && gain >= MOST_OF_ITS_OWN * (gain + loss)
    }

    /// Whether a finding is seen alone: what its result reads is right or explained, or is what the subject computes
    /// with.
    fn is_trusted(&self, finding: usize) -> bool {
        let reads = self.kinds[finding].0.reads();
        let is_unclear = |other: usize| {
            let (quantity, _) = self.kinds[other];
            reads.contains(&quantity) && !self.used.contains(&quantity) && self.open[other].contains(&true)
        };
        let of_case = |other: &usize| self.cases[*other] == self.cases[finding];
        let before = (0..finding).rev().take_while(of_case);
        let after = (finding..self.cases.len()).take_while(of_case);
        !before.chain(after).any(is_unclear)
    }

    /// The number of findings of which a suspect explains all that is open.
    fn completed(&self, suspect: &Suspect) -> usize {
        let is_complete = |(finding, found): &&(usize, Match)| {
            let open = self.open[*finding].iter().filter(|open| **open).count();
            open > 0 && found.matched.iter().filter(|&&at| self.open[*finding][at]).count() == open
        };
        suspect.matches.iter().filter(is_complete).count()
    }

    /// Whether anything is left to explain.
    fn is_open(&self) -> bool {
        self.open.iter().flatten().any(|open| *open)
    }

    /// How many open findings both suspects explain.
    fn shared(&self, one: &Suspect, other: &Suspect) -> f64 {
        let matched = |(finding, found): &(usize, Match)| {
            let at = other.matches.binary_search_by_key(finding, |(finding, _)| *finding).ok()?;
            let (_, others) = &other.matches[at];
            let both: Vec<usize> =
                found.matched.iter().copied().filter(|at| others.matched.binary_search(at).is_ok()).collect();
            Some(self.share(*finding, &both))
        };
        one.matches.iter().filter_map(matched).sum()
    }

    fn close(&mut self, suspect: &Suspect) {
        for (finding, found) in &suspect.matches {
            found.matched.iter().for_each(|&at| self.open[*finding][at] = false);
        }
    }

    /// The kinds of which most is explained. Where most activations of a result are wrong in a way that nothing explains,
    /// what fits one of them by itself is part of that.
    fn settled(&self) -> BTreeMap<Kind, bool> {
        let mut shares: BTreeMap<Kind, (f64, f64)> = BTreeMap::new();
        for (kind, open) in self.kinds.iter().zip(&self.open) {
            let (left, all) = shares.entry(*kind).or_default();
            *left += open.iter().filter(|open| **open).count() as f64 / open.len() as f64;
            *all += 1.0;
        }
        let is_settled = |(left, all): &(f64, f64)| *left <= (1.0 - MOST_OF_A_KIND) * all + 1e-9;
        let counts = |(quantity, _): &Kind| {
            let of_it = || shares.iter().filter(|((other, _), _)| other == quantity);
            let settled = of_it().filter(|(_, share)| is_settled(share)).count();
            of_it().count() - settled <= MOST_UNSETTLED * settled
        };
        shares.iter().map(|(kind, share)| (*kind, is_settled(share) && counts(kind))).collect()
    }

    /// What nothing explains: the case, the position among its findings, and that of the element.
    pub fn unexplained(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        let mut position = 0;
        self.open.iter().enumerate().flat_map(move |(at, open)| {
            let case = self.cases[at];
            position = if at > 0 && self.cases[at - 1] == case { position + 1 } else { 0 };
            let (case, finding) = (case, position);
            let open = open.iter().enumerate().filter(|(_, open)| **open);
            open.map(move |(element, _)| (case, finding, element))
        })
    }

    /// Whether all elements of a case's findings are explained.
    pub fn explains(&self, case: usize) -> bool {
        let mut open = self.cases.iter().zip(&self.open).filter(|(of, _)| **of == case).peekable();
        open.peek().is_some() && open.all(|(_, open)| !open.contains(&true))
    }
}

/// The defects that explain the findings, and what they leave open.
///
/// `suspects` looks for defects in a layer that has these already, or says that the earlier suspects remain as they are.
pub fn peel(cases: &[Case], suspects: impl Fn(&[usize]) -> Option<Vec<Suspect>>) -> (Vec<Named>, Findings) {
    let mut alone = suspects(&[]).unwrap_or_default();
    let all = Findings::of(cases);
    alone.retain(|suspect| all.is_consistent(suspect));
    let mut out: Vec<usize> = Vec::new();
    loop {
        let (chosen, findings) = greedy(cases, alone.clone(), &suspects, &out);
        let settled = findings.settled();
        let holds = |chosen: &&Chosen| {
            let counts = |at: usize| settled[&findings.kinds[at]] && findings.is_trusted(at);
            let (counted, all) =
                chosen.suspect.matches.iter().fold((0.0, 0.0), |(counted, all), (at, found)| {
                    let share = found.matched.len() as f64 / findings.open[*at].len() as f64;
                    (counted + if counts(*at) { share } else { 0.0 }, all + share)
                });
            2.0 * counted >= all
        };
        match chosen.iter().rev().find(|chosen| !holds(chosen)) {
            Some(worst) => out.push(worst.suspect.defect),
            None => return (chosen.into_iter().map(|chosen| chosen.named).collect(), findings),
        }
    }
}

/// A suspect that was chosen, and how it is named.
struct Chosen {
    suspect: Suspect,
    named: Named,
}

/// The best suspect, the best for what it leaves open, and so on.
fn greedy(
    cases: &[Case],
    mut remaining: Vec<Suspect>,
    suspects: &impl Fn(&[usize]) -> Option<Vec<Suspect>>,
    out: &[usize],
) -> (Vec<Chosen>, Findings) {
    let alone = remaining.clone();
    let mut findings = Findings::of(cases);
    let mut chosen: Vec<Chosen> = Vec::new();
    loop {
        let is_new = |suspect: &Suspect| chosen.iter().all(|chosen| chosen.suspect.family != suspect.family);
        remaining.retain(|suspect| !out.contains(&suspect.defect) && is_new(suspect));
        // What one finding is like by chance is no second defect.
        let least = if chosen.is_empty() { 1 } else { 2 };
        let complete =
            remaining.iter().enumerate().filter(|(_, suspect)| findings.completed(suspect) >= least);
        let scored = complete.map(|(at, suspect)| (at, findings.gain(suspect)));
        let better = |&(one, (gain, loss)): &(usize, (f64, f64)),
                      &(other, (less, more)): &(usize, (f64, f64))| {
            let ways = || by_distance(&remaining[other], &remaining[one]);
            (gain - loss).total_cmp(&(less - more)).then_with(ways).then(other.cmp(&one))
        };
        match scored.max_by(better) {
            Some((at, (gain, loss))) if gain > loss => {
                let mut next =
                    Chosen { named: named(&findings, &remaining, at, gain), suspect: remaining.remove(at) };
                let by_itself = alone.iter().position(|other| other.defect == next.suspect.defect);
                if let Some(at) =
                    by_itself.filter(|_| next.suspect.hides && chosen.iter().any(|one| !one.suspect.hides))
                {
                    // What is returned is not what is computed with, so the others are looked for again.
                    chosen.retain(|chosen| chosen.suspect.hides);
                    findings = Findings::of(cases);
                    chosen.iter().for_each(|chosen| findings.close(&chosen.suspect));
                    let (gain, _) = findings.gain(&alone[at]);
                    next = Chosen { named: named(&findings, &alone, at, gain), suspect: alone[at].clone() };
                }
                findings.close(&next.suspect);
                chosen.push(next);
                let taken: Vec<usize> = chosen.iter().map(|chosen| chosen.suspect.defect).collect();
                let again = findings.is_open().then(|| suspects(&taken)).flatten();
                if let Some(again) = again {
                    remaining = again;
                    remaining.retain(|suspect| findings.is_consistent(suspect));
                }
            }
            _ => return (chosen, findings),
        }
    }
}

/// The number of doubtful findings among what a suspect explains.
fn doubts(suspect: &Suspect) -> usize {
    suspect.matches.iter().filter(|(_, found)| found.is_doubtful && !found.matched.is_empty()).count()
}

/// Which of two suspects is farther from what it explains: by doubtful findings, then by its results.
fn by_distance(one: &Suspect, other: &Suspect) -> Ordering {
    let way = |suspect: &Suspect| suspect.matches.iter().map(|(_, found)| found.way).sum::<f64>();
    doubts(one).cmp(&doubts(other)).then_with(|| way(one).total_cmp(&way(other)))
}

/// The best suspect with those that explain nearly as much of what it adds.
fn named(findings: &Findings, suspects: &[Suspect], best: usize, gain: f64) -> Named {
    let cases = |suspect: &Suspect| -> Vec<usize> {
        let adds = |(at, found): &&(usize, Match)| findings.share(*at, &found.matched) > 0.0;
        let mut cases: Vec<usize> =
            suspect.matches.iter().filter(adds).map(|(at, _)| findings.cases[*at]).collect();
        cases.dedup();
        cases
    };
    let explained = |suspect: &Suspect| cases(suspect).len();
    let as_good = |&at: &usize| {
        let (_, loss) = findings.gain(&suspects[at]);
        at != best
            && findings.shared(&suspects[best], &suspects[at]) - loss >= AS_GOOD * gain
            && doubts(&suspects[at]) <= doubts(&suspects[best])
    };
    let mut others: Vec<usize> = (0..suspects.len()).filter(as_good).collect();
    others.sort_by(|&one, &other| {
        let explained = explained(&suspects[other]).cmp(&explained(&suspects[one]));
        explained.then_with(|| by_distance(&suspects[one], &suspects[other]))
    });
    let all = std::iter::once(best).chain(others);
    let suspected = all.map(|at| (suspects[at].defect, explained(&suspects[at]))).collect();
    Named { suspects: suspected, cases: cases(&suspects[best]) }
}
