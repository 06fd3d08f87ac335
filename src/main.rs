//! The program: `generate`, `serve`, `resume`, `doctor`. The only place that joins the parts.

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
