//! From the commands of a script to the programs that check what they assert.

use super::{Check, FIRST_CHECK, LAST_CHECK, LeftOut, body::Body, shape::Shape, weave::weave};
use crate::{
    case::Fails,
    commands::{Action, Command, CommandKind, ModuleSource, Pattern},
};

/// One module of a script, and what the script does with its instance.
pub(super) struct Unit {
    /// Where it stands.
    pub line: u64,
    name: Option<String>,
    bytes: Vec<u8>,
    /// How it fails to come up, if it has to.
    fails: Option<(Fails, String)>,
    steps: Vec<Step>,
}

/// What is done with an instance.
struct Step {
    line: u64,
    action: Action,
    end: End,
}

/// How something that is done has to end.
enum End {
    Returns,
    With(Vec<Pattern>),
    Throws,
    /// In a trap, or in what command lines tell as one; the words of the script.
    Traps(String),
}

/// A module, how it fails if it has to, and its checks.
pub(super) type Built = (Vec<u8>, Option<Fails>, Vec<Check>);

/// The modules of a script, if no two of their instances have to do with each other.
pub(super) fn units(commands: &[Command]) -> Result<Vec<Unit>, String> {
    let mut units: Vec<Unit> = Vec::new();
    for command in commands {
        let (line, fails) = (command.line, fails(&command.kind));
        use CommandKind as K;
        match &command.kind {
            K::Register { .. } => return Err("its instances import from one another".to_owned()),
            K::ModuleDefinition { .. } | K::ModuleInstance { .. } => {
                return Err("it instantiates a module more than once, or not at all".to_owned());
            }
            K::Unsupported(what) => return Err(format!("it takes {what}")),
            kind if let Some(module) = kind.module() => {
                let name = if let K::Module { name, .. } = kind { name.clone() } else { None };
                let ModuleSource::Binary(bytes) = module else {
                    return Err("one of its modules is no core module in the binary format".to_owned());
                };
                units.push(Unit { line, name, bytes: bytes.clone(), fails, steps: Vec::new() });
            }
            kind => {
                let (action, end) = step(kind).ok_or("it does what no program can")?;
                let unit = unit_of(&mut units, action).ok_or("it acts on an instance that is not there")?;
                unit.steps.push(Step { line, action: action.clone(), end });
            }
        }
    }
    Ok(units)
}

/// How the module of a command fails to come up, if it has to.
fn fails(kind: &CommandKind) -> Option<(Fails, String)> {
    use CommandKind as K;
    match kind {
        K::AssertTrap { text, .. } => Some((Fails::Trap, format!("the instantiation traps: {text}"))),
        K::AssertExhaustion { text, .. } => Some((Fails::Trap, format!("the instantiation ends: {text}"))),
        K::AssertException { .. } => Some((Fails::Trap, "the instantiation ends in an exception".to_owned())),
        K::AssertUnlinkable { text, .. } => Some((Fails::Refused, format!("the module cannot be linked: {text}"))),
        K::AssertInvalid { text, .. } => Some((Fails::Refused, format!("the module is invalid: {text}"))),
        K::AssertMalformed { text, .. } => Some((Fails::Refused, format!("the module is malformed: {text}"))),
        _ => None,
    }
}

fn step(kind: &CommandKind) -> Option<(&Action, End)> {
    use CommandKind as K;
    Some(match kind {
        K::Action(action) => (action, End::Returns),
        K::AssertReturn { action, expected } => (action, End::With(expected.clone())),
        K::AssertException { action } => (action, End::Throws),
        K::AssertTrap { action, text } | K::AssertExhaustion { action, text } => (action, End::Traps(text.clone())),
        _ => return None,
    })
}

/// The module whose instance an action is about: the one of that name, or the last that came up.
fn unit_of<'u>(units: &'u mut [Unit], action: &Action) -> Option<&'u mut Unit> {
    let (Action::Invoke { module, .. } | Action::Get { module, .. }) = action else { return None };
    let mut up = units.iter_mut().rev().filter(|unit| unit.fails.is_none());
    match module {
        Some(name) => up.find(|unit| unit.name.as_ref() == Some(name)),
        None => up.next(),
    }
}

impl Unit {
    /// Whether something is asserted of it.
    pub fn asserts(&self) -> bool {
        self.fails.is_some() || self.steps.iter().any(|step| !matches!(step.end, End::Returns))
    }

    /// The programs, and what none of them checks.
    ///
    /// # Errors
    /// There can be none.
    pub fn programs(&self) -> Result<(Vec<Built>, Vec<LeftOut>), String> {
        let shape = Shape::of(&self.bytes).map_err(|_| "a malformed module cannot be given a `_start`".to_owned())?;
        if let Some((module, name)) = &shape.import {
            return Err(format!("it imports {} from its surroundings", thing(module, name)));
        }
        if let Some((fails, what)) = &self.fails {
            let mut body = Body::new(&shape);
            body.exit(FIRST_CHECK);
            let check = Check { exit: FIRST_CHECK, line: Some(self.line), what: what.clone() };
            let bytes = weave(&self.bytes, &shape, *fails != Fails::Refused, body.finish())?;
            return Ok((vec![(bytes, Some(*fails), vec![check])], Vec::new()));
        }
        let (reached, left_out) = self.reached(&shape);
        let mut programs = Vec::new();
        let is_trap = |step: &&Step| matches!(step.end, End::Traps(_));
        if reached.is_empty() || reached.iter().any(|step| !is_trap(step)) {
            programs.push(self.program(&shape, &reached, None)?);
        }
        for (index, last) in reached.iter().enumerate().filter(|(_, step)| is_trap(step)) {
            programs.push(self.program(&shape, &reached[..index], Some(last))?);
        }
        Ok((programs, left_out))
    }

    /// The steps up to the first that is behind a trap with an effect: a program cannot go on after a trap, and the others can be
    /// passed over.
    fn reached(&self, shape: &Shape<'_>) -> (Vec<&Step>, Vec<LeftOut>) {
        let has_effect = |step: &Step| match (&step.end, &step.action) {
            (End::Traps(_), Action::Invoke { field, .. }) => !shape.traps_without_effect(field),
            _ => false,
        };
        let end = self.steps.iter().position(has_effect).map_or(self.steps.len(), |index| index + 1);
        let why = || "it stands behind a trap that may leave something, and a program ends with its first".to_owned();
        let left_out = self.steps[end..].iter().map(|step| LeftOut { line: Some(step.line), why: why() });
        (self.steps[..end].iter().collect(), left_out.collect())
    }

    /// The program that does `steps` but those that trap, and then `last`, which does.
    fn program(&self, shape: &Shape<'_>, steps: &[&Step], last: Option<&Step>) -> Result<Built, String> {
        let (mut body, mut checks) = (Body::new(shape), Vec::new());
        let mut next = |line: u64, what: String| {
            let exit = FIRST_CHECK + checks.len() as i32;
            checks.push(Check { exit, line: Some(line), what });
            if exit <= LAST_CHECK { Ok(exit) } else { Err("it has more checks than there are exit codes".to_owned()) }
        };
        for Step { line, action, end } in steps.iter().copied() {
            match end {
                End::Traps(_) => {}
                End::Returns => body.perform(action)?,
                End::With(expected) => {
                    let results: Vec<_> = expected.iter().map(ToString::to_string).collect();
                    let exit = next(*line, format!("{} returns ({})", in_words(action), results.join(", ")))?;
                    body.must_return(action, expected, exit)?;
                }
                End::Throws => {
                    let exit = next(*line, format!("{} ends in an exception", in_words(action)))?;
                    body.must_throw(action, exit)?;
                }
            }
        }
        if let Some(Step { line, action, end: End::Traps(text) }) = last {
            let exit = next(*line, format!("{} traps: {text}", in_words(action)))?;
            body.perform(action)?;
            body.exit(exit);
        }
        Ok((weave(&self.bytes, shape, true, body.finish())?, last.map(|_| Fails::Trap), checks))
    }
}

/// An import, in words that are the same for most.
fn thing(module: &str, name: &str) -> String {
    if module == "spectest" { "the host functions of scripts".to_owned() } else { format!("{module}.{name}") }
}

fn in_words(action: &Action) -> String {
    match action {
        Action::Invoke { field, args, .. } => {
            let args: Vec<_> = args.iter().map(ToString::to_string).collect();
            format!("{field}({})", args.join(", "))
        }
        Action::Get { field, .. } => format!("the global {field}"),
        Action::Module(_) | Action::Instance { .. } => "the module".to_owned(),
    }
}
