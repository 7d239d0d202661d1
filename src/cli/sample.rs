//! `sample`: a mask of equation 2 from the named generator, as JSON.

use crate::error::Error;
use clap::Args;

/// Draw a mask of equation 2 from the named generator, as JSON.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dropout-oracle sample --p 0.5,0.9,1 --rows 4")]
pub struct Sample {
    /// The probabilities to keep, one a column, each in (0, 1].
    #[arg(long, value_delimiter = ',', required = true)]
    p: Vec<f64>,
}

impl Sample {
    /// The mask as JSON text.
    pub fn run(self) -> Result<String, Error> {
        Err(Error::Usage(format!("{:?}", self.p)))
    }
}
