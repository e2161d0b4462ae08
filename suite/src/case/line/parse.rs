//! Lines to steps.

use super::{
    scan::{Result, Scan},
    value,
};
use crate::trace::{Cause, Event, Initialiser, InstancePath, Outcome, SegmentKind, Value, Written};

/// Reads the line of one step.
///
/// # Errors
/// [`LineError`](super::LineError): what could stand where the line goes wrong.
pub fn parse_event(line: &str) -> Result<Event> {
    let mut scan = Scan::new(line);
    let at: InstancePath = scan.name("the path of an instance")?.into();
    let event = step(&mut scan, at)?;
    scan.end()?;
    Ok(event)
}

fn step(scan: &mut Scan<'_>, at: InstancePath) -> Result<Event> {
    let word = scan.word("what happened")?;
    Ok(match word {
        "import" => Event::ImportResolved {
            at,
            module: scan.string()?,
            name: scan.string()?,
            kind: scan.variant("the kind of an import")?,
        },
        "allocated" => return allocated(scan, at),
        "global" => initialised(scan, at, Initialiser::Global)?,
        "table" => initialised(scan, at, Initialiser::Table)?,
        "value" => initialised(scan, at, Initialiser::Value)?,
        "elem" => segment(scan, at, SegmentKind::Elem)?,
        "data" => segment(scan, at, SegmentKind::Data)?,
        "start" => start(scan, at)?,
        "done" => Event::InstanceDone { at },
        "trap" => {
            let code = scan.variant("the reason of a trap")?;
            Event::Trapped { at, code, phase: phase(scan)? }
        }
        "throw" => {
            let args = value::parse_args(scan)?;
            Event::Threw { at, phase: phase(scan)?, args }
        }
        word => return call_step(scan, at, word),
    })
}

fn call_step(scan: &mut Scan<'_>, at: InstancePath, word: &str) -> Result<Event> {
    Ok(match word {
        "call" => {
            let (name, args) = (scan.string()?, value::parse_args(scan)?);
            Event::Called { at, name, args, cause: cause(scan)? }
        }
        "return" => Event::Returned { at, name: scan.string()?, results: value::parse_args(scan)? },
        "host" => {
            let name = scan.name("a host function")?;
            match scan.eat_word("returned") {
                true => Event::HostReturned { at, name, results: value::parse_args(scan)? },
                false => Event::HostCalled { at, name, args: value::parse_args(scan)? },
            }
        }
        "entry" => Event::EntryCalled { at, name: scan.string()?, cause: cause(scan)? },
        "output" => {
            let stream = scan.variant("`stdout` or `stderr`")?;
            let bytes = match scan.eat_word("hex") {
                true => Written::Hex(scan.word("hexadecimal digits")?.to_owned()),
                false => Written::Text(scan.string()?),
            };
            Event::Output { at, stream, bytes }
        }
        "exit" => Event::Exited { at, code: scan.number("an exit code")? },
        word => return component_step(scan, at, word),
    })
}

fn component_step(scan: &mut Scan<'_>, at: InstancePath, word: &str) -> Result<Event> {
    Ok(match word {
        "component" => component(scan, at)?,
        "lifted" => Event::Lifted { at, what: scan.string()?, values: value::parse_args(scan)? },
        "lowered" => Event::Lowered { at, what: scan.string()?, values: value::parse_args(scan)? },
        "resource" => resource(scan, at)?,
        "locked" => Event::Locked { at },
        "rule" => {
            let rule = scan.name("a rule's id")?;
            scan.want_word("reading")?;
            Event::RuleApplied { at, rule, reading: scan.string()? }
        }
        word => return task_step(scan, at, word),
    })
}

fn task_step(scan: &mut Scan<'_>, at: InstancePath, word: &str) -> Result<Event> {
    Ok(match word {
        "task" => {
            let name = scan.string()?;
            Event::Task { at, name, step: scan.variant("`started`, `returned` or `cancelled`")? }
        }
        "thread" => {
            let thread = scan.number("an index")?;
            Event::Thread { at, thread, step: scan.variant("`blocked` or `resumed`")? }
        }
        "event" => {
            let code = scan.variant("what the event is about, such as `subtask`")?;
            scan.want_word("index")?;
            let index = scan.number("a handle")?;
            scan.want_word("payload")?;
            Event::EventDelivered { at, code, index, payload: scan.number("what it says")? }
        }
        _ => return scan.fail("another word for what happened, before this"),
    })
}

fn allocated(scan: &mut Scan<'_>, at: InstancePath) -> Result<Event> {
    let mut count = |word| if scan.eat_word(word) { scan.number("how many") } else { Ok(0) };
    let (funcs, tables, memories) = (count("func")?, count("table")?, count("memory")?);
    let (globals, tags) = (count("global")?, count("tag")?);
    Ok(Event::InstanceAllocated { at, funcs, tables, memories, globals, tags })
}

fn initialised(scan: &mut Scan<'_>, at: InstancePath, what: fn(u32) -> Initialiser) -> Result<Event> {
    let what = what(scan.number("an index")?);
    scan.want("=")?;
    initial(scan, at, what)
}

/// What stands after the equals sign.
fn initial(scan: &mut Scan<'_>, at: InstancePath, what: Initialiser) -> Result<Event> {
    let values: Vec<Value> = match what {
        Initialiser::Elem(_) => value::parse_items(scan)?,
        _ if scan.eat_word("values") => value::parse_args(scan)?,
        _ => vec![value::parse(scan)?],
    };
    Ok(Event::Initialised { at, what, values })
}

fn segment(scan: &mut Scan<'_>, at: InstancePath, kind: SegmentKind) -> Result<Event> {
    let segment = scan.number("a segment's index")?;
    if scan.eat("->") {
        scan.want_word(if kind == SegmentKind::Elem { "table" } else { "memory" })?;
        let target = scan.number("an index")?;
        scan.want_word("at")?;
        let offset = scan.number("an offset")?;
        scan.want_word("len")?;
        return Ok(Event::SegmentApplied { at, kind, segment, target, offset, len: scan.number("a length")? });
    }
    if scan.eat_word("dropped") {
        return Ok(Event::SegmentDropped { at, kind, segment });
    }
    let what = match (scan.eat_word("offset"), kind) {
        (true, SegmentKind::Elem) => Initialiser::ElemOffset(segment),
        (true, SegmentKind::Data) => Initialiser::DataOffset(segment),
        (false, SegmentKind::Elem) => Initialiser::Elem(segment),
        (false, SegmentKind::Data) => return scan.fail("`->`, `offset =` or `dropped`"),
    };
    scan.want("=")?;
    initial(scan, at, what)
}

fn start(scan: &mut Scan<'_>, at: InstancePath) -> Result<Event> {
    let func = scan.number("the index of the start function")?;
    if scan.eat_word("entered") {
        return Ok(Event::StartEntered { at, func });
    }
    scan.want_word("left")?;
    Ok(Event::StartLeft { at, func })
}

fn component(scan: &mut Scan<'_>, at: InstancePath) -> Result<Event> {
    if scan.eat_word("begun") {
        return Ok(Event::ComponentBegun { at });
    }
    if scan.eat_word("done") {
        return Ok(Event::ComponentDone { at });
    }
    scan.want_word("start")?;
    let func = scan.number("the index of the function")?;
    Ok(match scan.eat_word("returned") {
        true => Event::ComponentStartLeft { at, func, results: value::parse_args(scan)? },
        false => Event::ComponentStartEntered { at, func, args: value::parse_args(scan)? },
    })
}

fn resource(scan: &mut Scan<'_>, at: InstancePath) -> Result<Event> {
    let resource = scan.string()?;
    let is_made = scan.eat_word("made");
    if !is_made {
        scan.want_word("dropped")?;
    }
    scan.want_word("rep")?;
    let rep = scan.number("a representation")?;
    scan.want_word("handle")?;
    let handle = scan.number("a handle")?;
    Ok(match is_made {
        true => Event::ResourceMade { at, resource, rep, handle },
        false => Event::ResourceDropped { at, resource, rep, handle },
    })
}

fn phase<T: serde::de::DeserializeOwned>(scan: &mut Scan<'_>) -> Result<T> {
    scan.want_word("in")?;
    scan.variant("`initialise`, `start` or `call`")
}

fn cause(scan: &mut Scan<'_>) -> Result<Cause> {
    scan.want_word("by")?;
    Ok(match scan.word("who called")? {
        "invoke" => Cause::Invoke,
        "rule" => Cause::HostRule(scan.name("a rule's id")?),
        "component" => {
            scan.want_word("start")?;
            Cause::ComponentStart
        }
        "canonical" => {
            scan.want_word("abi")?;
            Cause::CanonicalAbi(scan.name("why")?)
        }
        "start" => {
            scan.want_word("of")?;
            Cause::StartSection(scan.name("the path of an instance")?.into())
        }
        "export" => {
            let name = scan.string()?;
            scan.want_word("of")?;
            Cause::Export { at: scan.name("the path of an instance")?.into(), name }
        }
        _ => return scan.fail("`invoke`, `rule`, `component start`, `canonical abi`, `start` or `export` before this"),
    })
}

/// Reads an outcome, without its arrow.
pub(super) fn outcome(text: &str) -> Result<Outcome> {
    let mut scan = Scan::new(text);
    let outcome = match scan.word("an outcome")? {
        "malformed" => Outcome::Malformed,
        "invalid" => Outcome::Invalid,
        "unlinkable" => Outcome::Unlinkable,
        "trap" => Outcome::Trap { code: scan.variant("the reason of a trap")?, phase: phase(&mut scan)? },
        "exception" => Outcome::Exception { phase: phase(&mut scan)? },
        "exhausted" => Outcome::Exhausted { what: scan.variant("what ran out")? },
        "exit" => Outcome::Exit { code: scan.number("an exit code")? },
        "returned" => Outcome::Returned { values: value::parse_args(&mut scan)? },
        "unsupported" => Outcome::Unsupported { what: scan.string()? },
        _ => return scan.fail("an outcome before this"),
    };
    scan.end()?;
    Ok(outcome)
}
