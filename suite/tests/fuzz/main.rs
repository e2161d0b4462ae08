//! Plans on the reference engine and on other runtimes: what is predicted happens, and what does not is found.

#[path = "../common/mod.rs"]
mod common;

mod bytes;
mod campaigns;
mod cases;
mod exports;
mod predictions;
mod runtimes;
mod scripts;
mod wrong;
