//! `verify`: shows the verification as one table.

use super::drawn;
use crate::error::Error;
use crate::verify::plan::WORK_LIMIT;
use crate::verify::{Block, Finding, Matrix, Plan, Row, Shape, blocks};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

/// Verify that both forms agree and that the gradients are the derivatives.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dropout-oracle verify\n  dropout-oracle verify --shape 3x5x4 --trials 10"
)]
pub struct Verify {
    /// Shape m x n x n_next to use instead of the default ones; may be repeated.
    #[arg(long, value_name = "MxNxO", value_parser = shape)]
    shape: Vec<Shape>,
    /// Number of random points for each shape and activation.
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    trials: u16,
}

fn shape(text: &str) -> Result<Shape, String> {
    let shape = drawn::shape(text)?;
    match shape.work() <= WORK_LIMIT {
        true => Ok(shape),
        false => Err(format!("m*n*n_next + m*n_next^2 must be at most {WORK_LIMIT}, as for 64x64x64")),
    }
}

impl Verify {
    /// The table.
    ///
    /// # Errors
    /// If a row failed: what is wrong in it. The table is printed in any case.
    pub fn run(self) -> Result<String, Error> {
        let plan = Plan { shapes: self.shape, trials: self.trials.into() };
        let blocks = blocks(&Matrix, &plan);
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}").expect("a valid template");
        let bar = ProgressBar::new(blocks.len() as u64).with_style(style);
        let run = |block| {
            bar.set_message(against(block));
            let rows = block.rows();
            bar.inc(1);
            rows
        };
        let rows: Vec<Vec<Row>> = blocks.iter().map(run).collect();
        bar.finish_and_clear();
        report(&plan, &blocks, &rows)
    }
}

fn against(block: &Block) -> String {
    format!("{} over {}", block.compared, block.run.numbers)
}

/// The table if no row failed. Otherwise prints the table and returns what is wrong.
fn report(plan: &Plan, blocks: &[Block], rows: &[Vec<Row>]) -> Result<String, Error> {
    let tables = blocks.iter().zip(rows).map(|(block, rows)| table(block, rows));
    let table = heading(plan) + &tables.collect::<String>();
    let wrong = |(block, rows): (_, &Vec<Row>)| -> Vec<String> {
        let wrong = |row: &Row| match &row.finding {
            Finding::Wrong { path, shape, activation } => {
                Some(format!("{path} at {shape} with {activation}: differs from {}", against(block)))
            }
            _ => None,
        };
        rows.iter().filter_map(wrong).collect()
    };
    let failures: Vec<String> = blocks.iter().zip(rows).flat_map(wrong).collect();
    let total: usize = rows.iter().map(Vec::len).sum();
    if failures.is_empty() {
        return Ok(format!("{table}\nall {total} rows pass\n"));
    }
    super::print(&table);
    Err(Error::Failed(format!("{} of {total} rows FAIL\n{}", failures.len(), failures.join("\n"))))
}

/// The legend of the table.
fn heading(plan: &Plan) -> String {
    let words = format!(
        "\
The step in matrix form against the scalar form, and its gradients against derivatives of the scalar
forward pass. Random problems, {} for each shape and activation, the same in every run.

against  scalar form    the same results index by index
         differences    (J(x + h) - J(x - h)) / 2h, each element by itself
         duals          dual numbers: forward-mode derivatives, each element by itself
         one direction  dual numbers along one random direction through all elements
         two layers     duals through two steps; the upper one's dA is the lower one's dA_next
over     rationals      exact fractions, ==
         field          the integers modulo 2^61 - 1, ==
         f64            doubles; errors within a bound that is derived for each element
         enclosures     exact fractions where possible, otherwise intervals of 512 bits
with     quadratic      identity, cumulative_sum, coupled_quadratic
         algebraic      these and normalized_square
         all            these, every other activation, and a per-unit mix
result   exact          every element is equal
         2^-k           equal; the chance of this for a wrong one: (degree / 2^61)^points
         x of bound     the largest error, relative to its bound
         meet, 2^-k     the enclosures meet; the largest width, relative to the value

",
        plan.trials
    );
    words + &line(["against", "over", "with", "shapes", "quantity", "elements", "result"])
}

fn line([against, over, with, shapes, quantity, elements, result]: [&str; 7]) -> String {
    format!("{against:<13} {over:<10} {with:<9} {shapes:<16} {quantity:<8} {elements:>8}  {result}\n")
}

/// The rows of a block; the first shows what they share.
fn table(block: &Block, rows: &[Row]) -> String {
    let shapes = shapes(&block.shapes);
    let shared = [block.compared, block.run.numbers, block.run.activations, &shapes];
    if rows.is_empty() {
        let [against, over, with, shapes] = shared;
        return line([against, over, with, shapes, "", "", "not run: shapes too large"]);
    }
    let row = |(index, row): (usize, &Row)| {
        let [against, over, with, shapes] = if index == 0 { shared } else { [""; 4] };
        let (elements, result) = (row.elements.to_string(), result(&row.finding));
        line([against, over, with, shapes, row.quantity.name(), &elements, &result])
    };
    rows.iter().enumerate().map(row).collect()
}

fn shapes(shapes: &[Shape]) -> String {
    match shapes {
        [one] => one.to_string(),
        _ => match shapes.iter().max_by_key(|shape| shape.work()) {
            Some(largest) => format!("{} to {largest}", shapes.len()),
            None => "-".into(),
        },
    }
}

fn result(finding: &Finding) -> String {
    match finding {
        Finding::Exact => "exact".into(),
        Finding::Chance(log2) => format!("2^{}", log2.ceil()),
        Finding::Within(largest) => format!("{largest:.4} of bound"),
        Finding::Meet(f64::NEG_INFINITY) => "meet, points".into(),
        Finding::Meet(log2) => format!("meet, 2^{log2}"),
        Finding::Wrong { path, .. } => format!("FAIL {path}"),
    }
}
