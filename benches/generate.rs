//! The fixtures: every case of the core profile, from its recipe to its text.
//!
//! `cargo bench --bench generate`. On two cores it takes well under 10 s.

use dropout_oracle::cases::{Profile, entries};
use dropout_oracle::fixture::generate::files;

fn main() {
    divan::main();
}

#[divan::bench(sample_count = 5)]
fn core_profile(bencher: divan::Bencher) {
    let entries = entries(Profile::Core);
    bencher.bench(|| files(&entries, || {}));
}
