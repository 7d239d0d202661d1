//! Generating the fixtures: every case of the core profile, from recipe to text.
//!
//! `cargo bench --bench generate`. It takes well under 10 s on two cores.

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
