//! The known mistakes, each with a wrong number beside the right one, on the smallest case that catches it.

use super::faults::Faults;
use crate::cases::{Entry, Profile, entries};
use crate::conform::judge::question::{Question, Solved};
use crate::explain::number;
use crate::number::{Arithmetic, Format};
use crate::oracle::tolerance::ratio;
use crate::trace::Quantity;
use crate::zoo::context::RightStep;
use crate::zoo::distance::{CAUGHT, results};
use crate::zoo::{self, Defect};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::LazyLock;

/// A mistake on numbers.
#[derive(Clone, Debug, Serialize)]
pub struct Mistake {
    /// Its name.
    pub id: String,
    /// The equation that it breaks, in the form with indices.
    pub equation: u8,
    /// What it does.
    pub says: String,
    equivalent_when: String,
    /// The threads in which it happened.
    pub links: Vec<Link>,
    case: String,
    path: String,
    right: String,
    wrong: String,
}

/// A public thread.
#[derive(Clone, Debug, Serialize)]
pub struct Link {
    url: &'static str,
    /// What stands for it: `owner/name#number`.
    text: String,
}

/// All mistakes, in the order of the catalogue.
pub fn mistakes(faults: &mut Faults) -> Vec<Mistake> {
    let of_each = FOUND.iter().map(|(id, found)| faults.some(found.clone(), format!("no case catches {id}")));
    of_each.flatten().collect()
}

/// For each defect of the catalogue, its name and its mistake. It depends on no text, so it is made once.
static FOUND: LazyLock<Vec<(String, Option<Mistake>)>> = LazyLock::new(|| {
    let zoo = zoo::all::<f64>();
    let mut cases = entries(Profile::Core);
    let size = |entry: &Entry| entry.recipe.sizes.iter().product::<usize>();
    cases.sort_by_key(|entry| (entry.id != "exact/by-hand", size(entry)));
    let mut found: Vec<Option<Mistake>> = vec![None; zoo.len()];
    for entry in cases {
        let missing: Vec<usize> = (0..zoo.len()).filter(|&at| found[at].is_none()).collect();
        if missing.is_empty() {
            break;
        }
        let question = Question::new(entry.problem(), Arithmetic::plain(Format::F64));
        let Ok(solved) = question.solved() else { continue };
        let right = RightStep::of(&question.problem);
        let caught: Vec<(usize, Mistake)> = missing
            .par_iter()
            .filter_map(|&at| Some((at, on_case(&zoo[at], &entry.id, &right, solved)?)))
            .collect();
        caught.into_iter().for_each(|(at, mistake)| found[at] = Some(mistake));
    }
    zoo.into_iter().map(|defect| defect.id).zip(found).collect()
});

/// The mistake on a case, if the case catches it: the first entry that is clearly wrong.
fn on_case(defect: &Defect<f64>, case: &str, right: &RightStep<f64>, solved: &Solved) -> Option<Mistake> {
    let Solved { expected, bounds } = solved;
    let results = results(defect, right);
    let (path, right, wrong) = Quantity::ALL.into_iter().find_map(|quantity| {
        let Ok(got) = results.shaped(quantity, expected.shape(quantity)) else {
            let shape = |(rows, cols): (usize, usize)| format!("{rows} × {cols}");
            let wrong = &results[quantity];
            let wrong = shape((wrong.rows(), wrong.cols()));
            return Some((quantity.name().to_string(), shape(expected.shape(quantity)), wrong));
        };
        let cells = expected.cells(quantity).iter().zip(got.cells()).zip(bounds.cells(quantity));
        let far = cells.enumerate().find(|(_, ((expected, got), bound))| {
            bound.ok().is_some_and(|bound| ratio(**expected, **got, bound) >= CAUGHT)
        });
        let (at, ((&right, &wrong), _)) = far?;
        let (mut shown, mut false_one) = (number(right), number(wrong));
        if shown == false_one {
            (shown, false_one) = (format!("{right:?}"), format!("{wrong:?}"));
        }
        Some((expected.path(quantity, at), shown, false_one))
    })?;
    let text = |url: &&'static str| Link { url, text: short(url) };
    Some(Mistake {
        id: defect.id.clone(),
        equation: defect.equation,
        says: defect.says.clone(),
        equivalent_when: defect.equivalent_when.clone(),
        links: defect.links.iter().map(text).collect(),
        case: case.to_string(),
        path,
        right,
        wrong,
    })
}

/// `owner/name#number` for an issue or a pull request on GitHub; any other address without its scheme.
fn short(url: &str) -> String {
    let path = url.strip_prefix("https://github.com/");
    match path.map(|path| path.split('/').collect::<Vec<_>>()).as_deref() {
        Some([owner, name, _, number, ..]) => format!("{owner}/{name}#{number}"),
        _ => url.trim_start_matches("https://").to_string(),
    }
}
