//! `list`: shows the cases, flags, defects or equations.

use crate::cases::catalogue::sampler::SAMPLINGS;
use crate::cases::{self as catalogue, Profile};
use crate::error::Error;
use crate::explain;
use crate::fixture::flags;
use crate::wire::layout;
use crate::zoo;
use clap::{Args, ValueEnum};
use serde::Serialize;

/// List cases, flags, defects or equations.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dropout-oracle list\n  dropout-oracle list flags --json")]
pub struct List {
    /// What to list.
    #[arg(value_enum, default_value_t = What::Cases)]
    what: What,
    /// Same as `list defects`.
    #[arg(long, conflicts_with = "what")]
    defects: bool,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Cases,
    Flags,
    Defects,
    Equations,
}

/// A row of spec/equations.json.
#[derive(Serialize)]
struct Equation {
    number: u8,
    id: &'static str,
    kind: String,
    says: &'static str,
    theorems: &'static [&'static str],
}

#[derive(Serialize)]
struct Case {
    id: String,
    shape: Option<[usize; 3]>,
    activation: Option<String>,
    summary: String,
}

impl List {
    /// The list as text.
    pub fn run(self) -> Result<String, Error> {
        let what = if self.defects { What::Defects } else { self.what };
        Ok(match (what, self.json) {
            (What::Cases, true) => layout::text(&cases()),
            (What::Cases, false) => table(cases().into_iter().map(|case| {
                let shape = case.shape.map(|[m, n, n_next]| format!("{m}x{n}x{n_next}")).unwrap_or_default();
                [case.id, shape, case.activation.unwrap_or_default(), case.summary]
            })),
            (What::Flags, true) => layout::text(&flags::dictionary()),
            (What::Flags, false) => table(flags::all().map(|flag| {
                let kind = format!("{:?}", flag.kind).to_lowercase();
                [flag.id.into(), kind, flag.effect.into(), String::new()]
            })),
            (What::Defects, true) => layout::text(&defects()),
            (What::Defects, false) => table(
                defects()
                    .into_iter()
                    .map(|defect| [defect.id, defect.equation.to_string(), defect.says, String::new()]),
            ),
            (What::Equations, true) => layout::text(&equations()),
            (What::Equations, false) => table(equations().into_iter().map(|equation| {
                [equation.number.to_string(), equation.id.into(), equation.kind, equation.says.into()]
            })),
        })
    }
}

/// A known defect.
#[derive(Serialize)]
struct Defect {
    id: String,
    equation: u8,
    says: String,
    equivalent_when: String,
    links: Vec<&'static str>,
}

fn defects() -> Vec<Defect> {
    let row = |defect: zoo::Defect<f64>| {
        let zoo::Defect { id, equation, says, equivalent_when, links, .. } = defect;
        Defect { id, equation, says, equivalent_when, links }
    };
    zoo::all().into_iter().map(row).collect()
}

fn equations() -> Vec<Equation> {
    let row = |equation: &explain::Equation| Equation {
        number: equation.number,
        id: equation.id,
        kind: equation.kind.to_string(),
        says: equation.says,
        theorems: equation.theorems(),
    };
    explain::EQUATIONS.iter().map(row).collect()
}

fn cases() -> Vec<Case> {
    let steps = catalogue::entries(Profile::Core).into_iter().map(|entry| Case {
        id: entry.id,
        shape: Some(entry.recipe.sizes),
        activation: Some(entry.recipe.activation().name().into()),
        summary: entry.recipe.summary,
    });
    let sampler = SAMPLINGS.iter().map(|sampling| Case {
        id: format!("sampler/{}", sampling.name),
        shape: None,
        activation: None,
        summary: sampling.summary.into(),
    });
    steps.chain(sampler).collect()
}

/// Rows as text, with aligned columns.
fn table(rows: impl Iterator<Item = [String; 4]>) -> String {
    let rows: Vec<_> = rows.collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let [first, second, third] = [0, 1, 2].map(width);
    let line = |[a, b, c, d]: &[String; 4]| {
        let line = format!("{a:first$}  {b:second$}  {c:third$}  {d}");
        line.trim_end().to_string() + "\n"
    };
    rows.iter().map(line).collect()
}
