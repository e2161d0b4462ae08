//! How a run ended, in the terms that core modules and components share.

use super::names;
use preflight_engine::{
    Fault, Module, Store, Trap,
    trace::{InstancePath, Outcome},
    wasi::p2::Response,
};
use std::collections::BTreeSet;

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The class.
    pub outcome: Outcome,
    /// The results of the calls that returned, each as it could be given as an argument.
    pub results: Vec<String>,
    /// What happened, for people; the outcome says the same unless it is a link error.
    pub what: String,
    /// When and where, for people; nothing if it went well.
    pub circumstances: Vec<String>,
    /// The trap, if it ended with one.
    pub trap: Option<Trap>,
    /// What a component answered to a request.
    pub response: Option<Response>,
    /// Whether a component returned from a request without a response to it, or with one that is none.
    pub is_unanswered: bool,
    /// Why it could not be linked, if that is how it ended.
    pub unlinked: Option<Unlinked>,
}

/// Why something could not be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlinked {
    /// Nothing was given for an import.
    Missing,
    /// What was given does not match.
    Mismatch,
}

impl Ended {
    /// What happened, when and where, for people.
    pub fn explanation(&self) -> String {
        let circumstances = self.circumstances.iter().map(|line| format!("\n  {line}"));
        format!("{}{}", self.what, circumstances.collect::<String>())
    }

    /// What there is to say besides the outcome, which names the class of a fault; of a link error only the message says
    /// which import it was.
    pub fn remarks(&self) -> Vec<String> {
        match &self.outcome {
            Outcome::Returned { .. } if self.is_unanswered => vec![self.explanation()],
            Outcome::Returned { .. } => self.response.iter().map(shown).collect(),
            Outcome::Unlinkable => vec![self.explanation()],
            _ => self.circumstances.iter().cloned().chain(self.response.iter().map(shown)).collect(),
        }
    }
}

/// A response, for people.
fn shown(response: &Response) -> String {
    let lines = super::http::lines(response).into_iter().map(|line| format!("\n  | {line}"));
    format!("response:{}", lines.collect::<String>())
}

/// The trap of a fault, if it is one.
pub fn trap(fault: &Fault) -> Option<Trap> {
    match fault {
        Fault::Trap(trap) => Some(*trap),
        _ => None,
    }
}

/// A fault in words.
pub fn describe(store: &Store, fault: &Fault) -> String {
    match fault {
        Fault::Trap(trap) => format!("trap: {}", trap.code),
        Fault::Exception(exn) => {
            let args = store.exception(*exn).map(|(_, args)| args).unwrap_or_default();
            let args: Vec<String> = args.iter().map(|arg| store.trace_value(*arg).to_string()).collect();
            format!("uncaught exception ({})", args.join(", "))
        }
        other => other.to_string(),
    }
}

/// Where a trap happened, for people. The trap knows function and offset, and the module whose function of this index
/// contains this offset is the one; should several instances fit, all of them are named, if they are few.
pub fn locate<'m>(
    instances: impl Iterator<Item = (&'m InstancePath, &'m Module)>,
    name: impl Fn(&InstancePath) -> String,
    trap: &Trap,
) -> Option<String> {
    let (func, offset) = (trap.func?, trap.offset?);
    let contains = |(_, module): &(&InstancePath, &Module)| may_be_in(module, trap);
    let func_name =
        |module| names::functions(module).get(&func).map(|name| format!(" ({})", crate::render::safe(name)));
    let fits: Vec<_> = instances.filter(contains).collect();
    // Different modules can fit by chance: then nothing is known of the function but its index.
    let called: BTreeSet<String> = fits.iter().map(|(_, module)| func_name(module).unwrap_or_default()).collect();
    let of: Vec<String> = fits.iter().map(|(path, _)| name(path)).collect();
    Some(match (called.first(), of.len()) {
        (Some(called_so), 1..=MOST_NAMED) if called.len() == 1 => {
            format!("in function {func}{called_so} of {}, at offset {offset:#x}", of.join(" or "))
        }
        _ => format!("in function {func}, at offset {offset:#x}"),
    })
}

/// Whether a trap may have happened in this module: its function of this index contains this offset.
pub fn may_be_in(module: &Module, trap: &Trap) -> bool {
    let (Some(func), Some(offset)) = (trap.func, trap.offset) else { return false };
    let syntax = module.syntax();
    let body = func.checked_sub(syntax.imported.funcs).and_then(|index| syntax.bodies.get(index as usize));
    body.is_some_and(|body| body.contains(&(offset as usize)))
}

/// How many instances are named that a trap may have happened in.
const MOST_NAMED: usize = 4;
