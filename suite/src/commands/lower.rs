//! From the text of a script to its commands.

use super::{Action, Command, CommandKind, ModuleSource, pattern};
use crate::{
    source::{self, Directives, Position, ScriptError, Source},
    trace::{RefValue, Value},
};
use wast::{QuoteWat, WastArg, WastDirective, WastExecute, WastInvoke, Wat, core::WastArgCore, token::Id};

/// The commands of the script `text`.
///
/// # Errors
/// [`ScriptError`] if `text` is no script.
pub fn lower(text: &str) -> Result<Vec<Command>, ScriptError> {
    let error = |error: wast::Error| ScriptError::new(text, &error);
    let buffer = crate::wat::buffer(text).map_err(error)?;
    let Directives(directives) = wast::parser::parse(&buffer).map_err(error)?;
    let mut position = Position::new(text);
    let one = |directive: WastDirective<'_>| {
        let (line, column) = position.of(&directive);
        let keyword = source::keyword(&directive);
        Command { line, column, directive: keyword, kind: command(directive) }
    };
    Ok(directives.into_iter().map(one).collect())
}

fn command(directive: WastDirective<'_>) -> CommandKind {
    use CommandKind as K;
    match directive {
        WastDirective::Module(mut module) => K::Module { name: name(module.name()), module: quoted(&mut module) },
        WastDirective::ModuleDefinition(mut module) => {
            K::ModuleDefinition { name: name(module.name()), module: quoted(&mut module) }
        }
        WastDirective::ModuleInstance { instance, module, .. } => {
            K::ModuleInstance { name: name(instance), module: name(module) }
        }
        WastDirective::Register { name: registered, module, .. } => {
            K::Register { name: name(module), registered: registered.to_owned() }
        }
        WastDirective::Invoke(call) => with_action(invoke(&call), K::Action),
        WastDirective::AssertReturn { exec, results, .. } => {
            with_action(action(exec), |action| match results.iter().map(pattern::lower).collect() {
                Ok(expected) => K::AssertReturn { action, expected },
                Err(what) => K::Unsupported(what),
            })
        }
        WastDirective::AssertTrap { exec, message, .. } => {
            with_action(action(exec), |action| K::AssertTrap { action, text: message.to_owned() })
        }
        WastDirective::AssertExhaustion { call, message, .. } => {
            with_action(invoke(&call), |action| K::AssertExhaustion { action, text: message.to_owned() })
        }
        WastDirective::AssertException { exec, .. } => {
            with_action(action(exec), |action| K::AssertException { action })
        }
        WastDirective::AssertUnlinkable { mut module, message, .. } => {
            K::AssertUnlinkable { module: unquoted(&mut module), text: message.to_owned() }
        }
        WastDirective::AssertMalformed { mut module, message, .. } => {
            K::AssertMalformed { module: quoted(&mut module), text: message.to_owned() }
        }
        WastDirective::AssertInvalid { mut module, message, .. } => {
            K::AssertInvalid { module: quoted(&mut module), text: message.to_owned() }
        }
        WastDirective::AssertMalformedCustom { .. } | WastDirective::AssertInvalidCustom { .. } => {
            K::Unsupported("checks of custom sections")
        }
        WastDirective::Thread(_) | WastDirective::Wait { .. } => K::Unsupported("threads of a script"),
        WastDirective::AssertSuspension { .. } => K::Unsupported("stack switching"),
    }
}

fn with_action(action: Result<Action, &'static str>, then: impl FnOnce(Action) -> CommandKind) -> CommandKind {
    action.map_or_else(CommandKind::Unsupported, then)
}

fn action(exec: WastExecute<'_>) -> Result<Action, &'static str> {
    match exec {
        WastExecute::Invoke(call) => invoke(&call),
        WastExecute::Wat(mut module) => Ok(Action::Module(unquoted(&mut module))),
        WastExecute::Get { module, global, .. } => Ok(Action::Get { module: name(module), field: global.to_owned() }),
    }
}

fn invoke(call: &WastInvoke<'_>) -> Result<Action, &'static str> {
    let args = call.args.iter().map(argument).collect::<Result<_, _>>()?;
    Ok(Action::Invoke { module: name(call.module), field: call.name.to_owned(), args })
}

fn argument(arg: &WastArg<'_>) -> Result<Value, &'static str> {
    Ok(match arg {
        WastArg::Core(WastArgCore::I32(v)) => Value::I32(*v),
        WastArg::Core(WastArgCore::I64(v)) => Value::I64(*v),
        WastArg::Core(WastArgCore::F32(v)) => Value::F32(v.bits),
        WastArg::Core(WastArgCore::F64(v)) => Value::F64(v.bits),
        WastArg::Core(WastArgCore::V128(v)) => Value::V128(u128::from_le_bytes(v.to_le_bytes())),
        WastArg::Core(WastArgCore::RefNull(_)) => Value::Ref(RefValue::Null),
        WastArg::Core(WastArgCore::RefExtern(n) | WastArgCore::RefHost(n)) => Value::Ref(RefValue::Extern(*n)),
        WastArg::Component(value) => pattern::component_value(value),
        _ => return Err("an argument of a kind that is not known here"),
    })
}

fn name(id: Option<Id<'_>>) -> Option<String> {
    id.map(|id| id.name().to_owned())
}

fn quoted(module: &mut QuoteWat<'_>) -> ModuleSource {
    source::of(module).into()
}

fn unquoted(module: &mut Wat<'_>) -> ModuleSource {
    source::encode(module).into()
}

impl From<Source> for ModuleSource {
    fn from(source: Source) -> Self {
        match source {
            Source::Module(bytes) => ModuleSource::Binary(bytes),
            Source::Component(bytes) => ModuleSource::Component(bytes),
            Source::Malformed(message) => ModuleSource::Malformed(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::Pattern;

    #[test]
    fn directives_keep_their_places_and_lose_their_text() {
        let text = "(module $M (func (export \"f\") (result i32) (i32.const 1)))\n\
                    (assert_return (invoke $M \"f\") (i32.const 1))\n  (assert_trap (module) \"unreachable\")";
        let commands = lower(text).expect("a script");
        let places: Vec<_> = commands.iter().map(|c| (c.line, c.column, c.directive)).collect();
        assert_eq!(places, [(1, 1, "module"), (2, 1, "assert_return"), (3, 3, "assert_trap")]);
        let CommandKind::AssertReturn { action, expected } = &commands[1].kind else { panic!("{commands:?}") };
        let invoke = Action::Invoke { module: Some("M".to_owned()), field: "f".to_owned(), args: Vec::new() };
        assert_eq!((action, expected.as_slice()), (&invoke, &[Pattern::Is(Value::I32(1))][..]));
    }

    #[test]
    fn text_that_is_no_module_reaches_no_runtime() {
        let commands = lower("(assert_malformed (module quote \"(func\") \"unexpected token\")").expect("a script");
        assert!(matches!(commands[0].kind.module(), Some(ModuleSource::Malformed(_))));
        assert!(lower("(modul)").is_err());
    }
}
