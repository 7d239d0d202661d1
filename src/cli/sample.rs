//! `sample`: draws a mask (equation 2) from the named generator.

use crate::error::Error;
use crate::problem::check;
use crate::problem::{Faults, mask};
use crate::wire::{layout, number::hex};
use clap::Args;
use serde::Serialize;

/// Draw a mask (equation 2) from the named generator, as JSON.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dropout-oracle sample --p 0.5,0.9,1 --rows 4")]
pub struct Sample {
    /// Keep probabilities, one per column, each in (0, 1].
    #[arg(long, value_delimiter = ',', required = true, allow_negative_numbers = true)]
    p: Vec<f64>,
    /// Number of rows.
    #[arg(long)]
    rows: usize,
    /// ChaCha20 key, 64 hex digits; all zeros by default.
    #[arg(long, value_name = "HEX", value_parser = key, default_value = "0000000000000000000000000000000000000000000000000000000000000000", hide_default_value = true)]
    key: [u8; 32],
    /// Stream number.
    #[arg(long, value_name = "N", default_value_t = 0)]
    stream: u64,
}

/// The most entries of a mask that is printed.
const MOST: usize = 1 << 20;

#[derive(Serialize)]
struct Drawn {
    p: Vec<f64>,
    key: String,
    stream: String,
    #[serde(rename = "R")]
    r: Vec<Vec<f64>>,
}

impl Sample {
    /// The mask as JSON text.
    pub fn run(self) -> Result<String, Error> {
        let mut faults = Faults::default();
        check::keep_probabilities(&mut faults, "--p", &self.p);
        if !faults.is_empty() {
            return Err(faults.into());
        }
        if self.rows == 0 || self.rows.saturating_mul(self.p.len()) > MOST {
            let most = MOST / self.p.len();
            return Err(Error::Usage(format!(
                "--rows = {}: must lie between 1 and {most}, because a mask has at most {MOST} entries",
                self.rows
            )));
        }
        let r = mask::r(self.rows, &self.p, mask::words(self.key, self.stream));
        Ok(layout::text(&Drawn {
            p: self.p,
            key: hex(&self.key),
            stream: self.stream.to_string(),
            r: r.to_rows(),
        }))
    }
}

/// 64 hex digits as 32 bytes.
fn key(text: &str) -> Result<[u8; 32], String> {
    let digits: Option<Vec<u8>> =
        text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect();
    match digits {
        Some(digits) if digits.len() == 64 => {
            Ok(std::array::from_fn(|at| digits[2 * at] << 4 | digits[2 * at + 1]))
        }
        _ => Err("must be 64 hex digits, the bytes of the key in order".into()),
    }
}
