//! One file for each command: its arguments, and a `run` that returns the exit status.

pub mod bless;
pub mod check;
pub mod driver;
pub mod exec;
pub mod export;
pub mod fuzz;
pub mod main_job;
pub mod mutants;
pub mod real;
pub mod report;
pub mod rules;
pub mod run;
pub mod runtimes;
pub mod shrink;
pub mod trace;
pub mod wast;
