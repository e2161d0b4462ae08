//! The steps that call a reactor: the numbers and texts that they speak of, and what they do.

use super::{
    fetch::sha256,
    manifest::{Program, Step},
};
use crate::run::{CoreSession, values};
use anyhow::{Context, bail, ensure};
use preflight_engine::{
    Extern, Fault, Val,
    runtime::{InstanceAddr, MemAddr},
    trace::Cause,
};
use std::collections::BTreeMap;

/// The longest string that ends with a zero, in bytes.
const LONGEST: u64 = 1 << 20;

/// Why the steps did not go on.
pub enum StepsEnd {
    /// A call ended otherwise than by returning.
    Fault(Fault),
    /// Something was not as the manifest says.
    Unexpected(String),
}

impl From<anyhow::Error> for StepsEnd {
    fn from(error: anyhow::Error) -> Self {
        StepsEnd::Unexpected(format!("{error:#}"))
    }
}

/// Makes the steps of `program`, one after the other.
///
/// # Errors
/// The first that does not do as the manifest says.
pub fn run(session: &mut CoreSession<'_>, program: &Program) -> Result<(), StepsEnd> {
    let instance = session.root().context("there is no instance to call")?;
    let mut steps = Steps { session, instance, program, numbers: BTreeMap::new() };
    for (index, step) in program.step.iter().enumerate() {
        steps.step(step).map_err(|end| match end {
            StepsEnd::Unexpected(what) => StepsEnd::Unexpected(format!("step {}: {what}", index + 1)),
            fault => fault,
        })?;
    }
    Ok(())
}

struct Steps<'s, 'p> {
    session: &'s mut CoreSession<'p>,
    instance: InstanceAddr,
    program: &'s Program,
    numbers: BTreeMap<String, u64>,
}

impl Steps<'_, '_> {
    fn step(&mut self, step: &Step) -> Result<(), StepsEnd> {
        match step {
            Step::Call { call, args, save, returns } => self.call(call, args, save.as_deref(), returns.as_deref()),
            Step::Write { write, at } => {
                let (text, at) = (self.text(write)?, self.number(at)?);
                let memory = self.memory()?;
                let written = self.session.store.memory_mut(memory).write(at, text.as_bytes());
                Ok(written.with_context(|| format!("{write} does not fit at {at:#x}"))?)
            }
            Step::Load { load, save } => {
                let at = self.number(load)?;
                let mut bytes = [0; 4];
                let memory = self.memory()?;
                let read = self.session.store.memory(memory).read(at, &mut bytes);
                read.with_context(|| format!("nothing can be loaded from {at:#x}"))?;
                self.numbers.insert(save.clone(), u32::from_le_bytes(bytes).into());
                Ok(())
            }
            Step::Read { read, len, text, sha256: sum } => {
                let bytes = self.read(read, len.as_deref())?;
                if let Some(text) = text {
                    let actual = String::from_utf8_lossy(&bytes);
                    expect(actual == text.as_str(), || format!("read {actual:?}, expected {text:?}"))?;
                }
                if let Some(sum) = sum {
                    let actual = sha256(&bytes);
                    expect(actual == *sum, || format!("read bytes of SHA-256 {actual}, expected {sum}"))?;
                }
                Ok(())
            }
        }
    }

    fn call(&mut self, name: &str, args: &[String], save: Option<&str>, returns: Option<&str>) -> Result<(), StepsEnd> {
        let Some(Extern::Func(func)) = self.session.store.export(self.instance, name) else {
            return Err(StepsEnd::Unexpected(format!("there is no exported function {name:?}")));
        };
        let numbers = args.iter().map(|arg| Ok((self.number(arg)? as i64).to_string()));
        let numbers: Vec<String> = numbers.collect::<anyhow::Result<_>>()?;
        let ty = self.session.store.func_type(func).clone();
        let args = values::arguments(name, &ty, &numbers).map_err(anyhow::Error::from)?;
        let called = self.session.store.call_export(self.instance, name, &args, Cause::Invoke);
        let results = called.map_err(StepsEnd::Fault)?;
        if let Some(expected) = returns {
            let shown: Vec<String> =
                results.iter().map(|result| values::result(&self.session.store, *result)).collect();
            let actual = shown.join(" ");
            expect(actual == expected, || format!("{name} returned {actual:?}, expected {expected:?}"))?;
        }
        if let Some(save) = save {
            let number = match results[..] {
                [Val::I32(number)] => u64::from(number as u32),
                [Val::I64(number)] => number as u64,
                _ => return Err(StepsEnd::Unexpected(format!("{name} returned no integer that could be saved"))),
            };
            self.numbers.insert(save.to_owned(), number);
        }
        Ok(())
    }

    fn memory(&self) -> anyhow::Result<MemAddr> {
        match self.session.store.export(self.instance, "memory") {
            Some(Extern::Memory(memory)) => Ok(memory),
            _ => bail!("there is no exported memory of the name memory"),
        }
    }

    fn read(&self, at: &str, len: Option<&str>) -> anyhow::Result<Vec<u8>> {
        let (at, memory) = (self.number(at)?, self.session.store.memory(self.memory()?));
        let end = memory.len_bytes() as u64;
        let wanted = len.map(|len| self.number(len)).transpose()?;
        let len = wanted.unwrap_or_else(|| end.saturating_sub(at).min(LONGEST));
        ensure!(at.checked_add(len).is_some_and(|last| last <= end), "{len} bytes at {at:#x} are out of bounds");
        let mut bytes = vec![0; len as usize];
        memory.read(at, &mut bytes).context("the range was checked")?;
        if wanted.is_none() {
            let zero = bytes.iter().position(|byte| *byte == 0);
            bytes.truncate(zero.with_context(|| format!("no zero follows {at:#x}"))?);
        }
        Ok(bytes)
    }

    /// A number as steps write it.
    fn number(&self, text: &str) -> anyhow::Result<u64> {
        let Some(name) = text.strip_prefix('$') else {
            let number: i64 = text.parse().with_context(|| format!("{text:?} is no number"))?;
            return Ok(number as u64);
        };
        let saved =
            |name: &str| self.numbers.get(name).copied().with_context(|| format!("nothing has been saved as {name:?}"));
        Ok(match name.rsplit_once('.') {
            Some((name, "len")) => self.text(name)?.len() as u64,
            Some((name, "low")) => saved(name)? & u64::from(u32::MAX),
            Some((name, "high")) => saved(name)? >> 32,
            _ => saved(name)?,
        })
    }

    /// A text, with what it has to name put in.
    fn text(&self, name: &str) -> anyhow::Result<String> {
        let text = self.program.texts.get(name).with_context(|| format!("there is no text {name:?}"))?;
        let mut parts = text.split("${");
        let mut whole = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (number, rest) = part.split_once('}').with_context(|| format!("{name}: a `${{` without its `}}`"))?;
            whole += &self.number(&format!("${number}"))?.to_string();
            whole += rest;
        }
        Ok(whole)
    }
}

fn expect(holds: bool, what: impl FnOnce() -> String) -> Result<(), StepsEnd> {
    if holds { Ok(()) } else { Err(StepsEnd::Unexpected(what())) }
}
