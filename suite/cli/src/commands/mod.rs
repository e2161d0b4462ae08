//! One file for each command: its arguments, and a `run` that returns the exit status.

pub mod check;
pub mod exec;
pub mod main_job;
<<<<<<< HEAD
pub mod mutants;
=======
pub mod real;
>>>>>>> main
pub mod rules;
pub mod run;
pub mod trace;
pub mod wast;
