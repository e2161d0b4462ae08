//! From the text of a script to its commands.

use super::{Action, Command, CommandKind, ModuleSource, pattern};
use crate::{
    messages::Assertion,
    source::{self, Directive, DirectiveKind, Directives, Position, ScriptError, ScriptModule, Source},
    trace::{RefValue, Value},
};
use wast::{WastArg, WastInvoke, core::WastArgCore, token::Id};

/// The commands of the script `text`.
///
/// # Errors
/// [`ScriptError`] if `text` is no script.
pub fn lower(text: &str) -> Result<Vec<Command>, ScriptError> {
    let error = |error: wast::Error| ScriptError::new(text, &error);
    let buffer = crate::wat::buffer(text).map_err(error)?;
    let Directives(directives) = wast::parser::parse(&buffer).map_err(error)?;
    let mut position = Position::new(text);
    let one = |directive: Directive<'_>| {
        let (line, column) = position.of(&directive);
        Command { line, column, directive: directive.keyword, kind: command(directive.kind) }
    };
    Ok(directives.into_iter().map(one).collect())
}

fn command(directive: DirectiveKind<'_>) -> CommandKind {
    use CommandKind as K;
    use DirectiveKind as D;
    match directive {
        D::Module(mut module) => K::Module { name: name(module.name), module: bytes(&mut module) },
        D::ModuleDefinition(mut module) => K::ModuleDefinition { name: name(module.name), module: bytes(&mut module) },
        D::ModuleInstance(instance) => K::ModuleInstance { name: name(instance.name), module: name(instance.module) },
        D::Register { name: registered, instance } => {
            K::Register { name: name(instance), registered: registered.to_owned() }
        }
        D::Action(done) => with_action(done, K::Action),
        D::AssertReturn { action, results } => {
            with_action(action, |action| match results.iter().map(pattern::lower).collect() {
                Ok(expected) => K::AssertReturn { action, expected },
                Err(what) => K::Unsupported(what),
            })
        }
        D::AssertException(action) => with_action(action, |action| K::AssertException { action }),
        D::AssertEnd { action, assertion, message } => {
            let text = message.to_owned();
            with_action(action, |action| match assertion {
                Assertion::Exhaustion => K::AssertExhaustion { action, text },
                Assertion::Unlinkable => K::AssertUnlinkable { action, text },
                _ => K::AssertTrap { action, text },
            })
        }
        D::AssertRefused { is_custom: true, .. } => K::Unsupported("checks of custom sections"),
        D::AssertRefused { mut module, assertion, message, .. } => {
            let (module, text) = (bytes(&mut module), message.to_owned());
            match assertion {
                Assertion::Malformed => K::AssertMalformed { module, text },
                _ => K::AssertInvalid { module, text },
            }
        }
        D::AssertSuspension => K::Unsupported("stack switching"),
        D::Thread(_) | D::Wait(_) => K::Unsupported("threads of a script"),
        D::Input(_) | D::Output => K::Unsupported("scripts that read or write files"),
    }
}

fn with_action(done: source::Action<'_>, then: impl FnOnce(Action) -> CommandKind) -> CommandKind {
    action(done).map_or_else(CommandKind::Unsupported, then)
}

fn action(done: source::Action<'_>) -> Result<Action, &'static str> {
    match done {
        source::Action::Invoke(call) => invoke(&call),
        source::Action::Get { instance, name: global } => {
            Ok(Action::Get { module: name(instance), field: global.to_owned() })
        }
        source::Action::Module(mut module) => Ok(Action::Module(bytes(&mut module))),
        source::Action::Instance(instance) => Ok(Action::Instance { module: name(instance.module) }),
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

fn bytes(module: &mut ScriptModule<'_>) -> ModuleSource {
    source::of(module).into()
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

    #[test]
    fn actions_have_every_form() {
        let text = r#"(get $M "g") (assert_trap (module instance $i $M) "unreachable")
            (assert_unlinkable (module quote "(func)") "unknown import") (input $N "n.wast") (output $N)"#;
        let kinds: Vec<_> = lower(text).expect("a script").into_iter().map(|command| command.kind).collect();
        let module = Some("M".to_owned());
        assert_eq!(kinds[0], CommandKind::Action(Action::Get { module: module.clone(), field: "g".to_owned() }));
        let instance = Action::Instance { module };
        assert_eq!(kinds[1], CommandKind::AssertTrap { action: instance, text: "unreachable".to_owned() });
        let CommandKind::AssertUnlinkable { action: Action::Module(ModuleSource::Binary(_)), .. } = &kinds[2] else {
            panic!("{kinds:?}")
        };
        let files = CommandKind::Unsupported("scripts that read or write files");
        assert_eq!(kinds[3..], [files.clone(), files]);
    }
}
