//! Commands on the reference engine.

use super::SelfCheck;
use crate::{
    case::{self, Definition, Failure},
    runtime::{End, ProgramEnd},
    script::Options,
    trace::Outcome,
};

impl SelfCheck {
    /// Runs the command on the tier of `options`, whose features have to be those that its case needs.
    pub fn run(&self, options: &Options) -> ProgramEnd {
        let preloads = self.run.preloads.iter().zip(&self.program.preloads);
        let definition = |name: &String, bytes: &Vec<u8>| Definition { name: name.clone(), bytes: bytes.clone() };
        let mut definitions: Vec<_> =
            preloads.map(|(preload, (_, bytes))| definition(&preload.module, bytes)).collect();
        definitions.push(definition(&self.run.main, &self.program.main));
        let (stdout, end) = match case::run_definitions(&definitions, &self.run, options) {
            Ok(ended) => (ended.stdout, end(ended.outcome)),
            Err(failure) => (Vec::new(), Err(refused(*failure))),
        };
        ProgramEnd { stdout, end }
    }
}

fn end(outcome: Outcome) -> Result<(), End> {
    let words = String::new;
    Err(match outcome {
        Outcome::Returned { .. } => return Ok(()),
        Outcome::Exit { code } => End::Exit(code),
        Outcome::Trap { code, .. } => End::Trap(vec![code], words()),
        Outcome::Exception { .. } => End::Exception(Vec::new()),
        Outcome::Exhausted { what } => End::Exhausted(what, words()),
        Outcome::Malformed => End::Malformed(words()),
        Outcome::Invalid => End::Invalid(words()),
        Outcome::Unlinkable => End::Unlinkable(words()),
        Outcome::Unsupported { what } => End::Unsupported(what),
    })
}

fn refused(failure: Failure) -> End {
    match failure {
        Failure::Module { error, .. } => End::Rejected(error),
        Failure::Broken(broken) => End::Broken(broken),
        failure => End::Failed(failure.to_string()),
    }
}
