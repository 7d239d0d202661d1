//! The command line program; see `dropout_oracle::cli`.

fn main() -> std::process::ExitCode {
    dropout_oracle::cli::run()
}
