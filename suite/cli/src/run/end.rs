//! How a run ended, in the terms that core modules and components share.

use super::names;
use preflight_engine::{
    Fault, Module, Store, Trap,
    trace::{InstancePath, Outcome},
    wasi::p2::Response,
};

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The class.
    pub outcome: Outcome,
    /// The results of the call, each as it could be given as an argument.
    pub results: Vec<String>,
    /// What happened, for people; the outcome says the same unless it is a link error.
    pub what: String,
    /// When and where, for people; nothing if it went well.
    pub circumstances: Vec<String>,
    /// What a component answered to a request.
    pub response: Option<Response>,
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
            Outcome::Returned { .. } => Vec::new(),
            Outcome::Unlinkable => vec![self.explanation()],
            _ => self.circumstances.clone(),
        }
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
/// contains this offset is the one; should several instances fit, none is named.
pub fn locate<'m>(
    instances: impl Iterator<Item = (&'m InstancePath, &'m Module)>,
    name: impl Fn(&InstancePath) -> String,
    trap: &Trap,
) -> Option<String> {
    let (func, offset) = (trap.func?, trap.offset?);
    let contains = |(_, module): &(&InstancePath, &Module)| {
        let syntax = module.syntax();
        let body = func.checked_sub(syntax.imported.funcs).and_then(|index| syntax.bodies.get(index as usize));
        body.is_some_and(|body| body.contains(&(offset as usize)))
    };
    let mut fits = instances.filter(contains);
    match (fits.next(), fits.next()) {
        (Some((path, module)), None) => {
            let names = names::functions(module);
            let func_name =
                names.get(&func).map(|name| format!(" ({})", crate::render::safe(name))).unwrap_or_default();
            Some(format!("in function {func}{func_name} of {}, at offset {offset:#x}", name(path)))
        }
        _ => Some(format!("in function {func}, at offset {offset:#x}")),
    }
}
