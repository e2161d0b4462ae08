//! Whether the bytes of a component are valid, by two who say so: the engine, and the validator of the tools that everybody uses.
//!
//! The engine asks that validator, too, but shows it another component (without values), and has rules of its own. What one of
//! the two takes and the other refuses is a finding, except where the engine departs from the validator because the
//! documents do.

use super::{Class, Verdict, smith::has_exact};
use preflight_engine::{Config, ModuleError, component::Component};
use wasmparser::{
    ComponentAlias, ComponentExternalKind as Kind, ComponentInstance, ComponentType, ComponentTypeDeclaration,
    ComponentTypeRef, InstanceTypeDeclaration, Parser, Payload, TypeBounds, Validator,
};

/// What the engine says where it refuses by a rule of the documents that the validator does not have.
const LACKING: &[(&str, &str)] = &[
    // Explainer.md, *Name Uniqueness*: regardless of case, and with `l` and `[method]l.l` at odds.
    ("name \"", "conflicts with a previous name"),
    // Explainer.md, *Import and Export Definitions*: the forms of names, and of their attributes.
    ("name \"", "is neither a plain name nor an interface name"),
    ("has a `versionsuffix`", ""),
    // CanonicalABI.md, *Element Size*; Binary.md, *Type Definitions*.
    ("exceeds maximum byte size", ""),
    ("contain a borrowed handle", ""),
    ("is no type of the keys of a map", ""),
    // Explainer.md, *Type Checking*: types that have to be equal, with the case of their labels.
    ("type mismatch of ", ""),
    // CanonicalABI.md: the memory of a canonical definition matches `(memory 0)`.
    ("its page size is another", ""),
    // Binary.md, `section`: a component inside that goes beyond the section that it is.
    ("unexpected end", ""),
];

/// Whether the bytes say that they are a component, of any version (Binary.md, *Component Definitions*).
pub(super) fn says_component(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\0asm") && bytes.get(6..8) == Some(&[1, 0])
}

/// The component that bytes are.
///
/// # Errors
/// The verdict if they are none: invalid, beyond what the engine has, or a finding.
pub(super) fn component(config: &Config, bytes: &[u8]) -> Result<Component, Verdict> {
    let error = match Component::new(config, bytes) {
        Ok(component) => {
            return match by_wasmparser(config, bytes) {
                Err(why) if !has_values(bytes) => Err(Verdict::disagreed(format!(
                    "decode: a component is accepted, and not valid by wasmparser: {}",
                    of_its_kind(&why)
                ))),
                _ => Ok(component),
            };
        }
        Err(error) => error,
    };
    let (ModuleError::Malformed { message, .. }
    | ModuleError::Invalid { message, .. }
    | ModuleError::Unsupported { message, .. }) = &error;
    match error {
        ModuleError::Unsupported { .. } => Err(Verdict::unsupported(format!("a component: {}", of_its_kind(message)))),
        _ if is_lacking(message) || has_exact(bytes) || has_values(bytes) => Err(Verdict::refused(&error)),
        _ => Err(match by_wasmparser(config, bytes) {
            Ok(()) => Verdict::disagreed(format!(
                "decode: a component is refused, and valid by wasmparser: {}",
                of_its_kind(message)
            )),
            Err(_) => Verdict::refused(&error),
        }),
    }
}

/// Whether the bytes are worth an input: they are a component, or there is something to be said of them.
pub(super) fn is_of_use(config: &Config, bytes: &[u8]) -> bool {
    component(config, bytes).map_or_else(|verdict| verdict.class != Class::Invalid, |_| true)
}

fn by_wasmparser(config: &Config, bytes: &[u8]) -> Result<(), String> {
    // wasmparser 0.258 asserts how deep types stand in each other, before it checks that.
    let validate = || Validator::new_with_features(config.features).validate_all(bytes);
    match std::panic::catch_unwind(validate) {
        Ok(end) => end.map(drop).map_err(|error| error.message().to_owned()),
        Err(_) => Err("it panics".to_owned()),
    }
}

fn is_lacking(message: &str) -> bool {
    LACKING.iter().any(|(one, other)| message.contains(one) && message.contains(other)) || is_of_case(message)
}

/// Whether types are refused that differ in nothing but the case of their labels, which the validator does not look at
/// (Explainer.md, *Type Checking*).
fn is_of_case(message: &str) -> bool {
    let types = message.split_once(": expected ").and_then(|(_, types)| types.split_once(", got "));
    types.is_some_and(|(expected, got)| expected.eq_ignore_ascii_case(got))
}

/// A message without what is particular to the bytes: numbers, names and types.
fn of_its_kind(message: &str) -> String {
    let mut text = String::new();
    let message = message.split_once(": expected ").map_or(message, |(message, _)| message);
    for (i, part) in message.split(['"', '`']).enumerate() {
        if i % 2 == 1 {
            text.push('_');
            continue;
        }
        for c in part.chars() {
            match c.is_ascii_digit() {
                true if text.ends_with('0') => {}
                true => text.push('0'),
                false => text.push(c),
            }
        }
    }
    text
}

/// Whether there is something of the sort value in a component, or a start definition, or an export that hides which resource
/// type it is: of those the validator knows less than the documents.
fn has_values(bytes: &[u8]) -> bool {
    let all = Parser::new(0).parse_all(bytes).map_while(Result::ok);
    all.into_iter().any(|payload| match payload {
        Payload::ComponentStartSection { .. } => true,
        // Value definitions, and a second start definition in the place of which the parser says that it is unknown.
        Payload::UnknownSection { .. } => true,
        Payload::ComponentImportSection(imports) => imports.into_iter().flatten().any(|import| is_value(&import.ty)),
        Payload::ComponentExportSection(exports) => exports.into_iter().flatten().any(|export| {
            export.kind == Kind::Value
                || matches!(
                    (export.kind, export.ty),
                    (Kind::Type, Some(ComponentTypeRef::Type(TypeBounds::SubResource)))
                )
        }),
        Payload::ComponentAliasSection(aliases) => aliases.into_iter().flatten().any(|alias| is_value_alias(&alias)),
        Payload::ComponentInstanceSection(instances) => {
            instances.into_iter().flatten().any(|instance| match instance {
                ComponentInstance::Instantiate { args, .. } => args.iter().any(|arg| arg.kind == Kind::Value),
                ComponentInstance::FromExports(exports) => exports.iter().any(|export| export.kind == Kind::Value),
            })
        }
        Payload::ComponentTypeSection(types) => types.into_iter().flatten().any(|ty| declares_value(&ty)),
        _ => false,
    })
}

fn declares_value(ty: &ComponentType<'_>) -> bool {
    match ty {
        ComponentType::Component(decls) => decls.iter().any(|decl| match decl {
            ComponentTypeDeclaration::Type(ty) => declares_value(ty),
            ComponentTypeDeclaration::Alias(alias) => is_value_alias(alias),
            ComponentTypeDeclaration::Export { ty, .. } => is_value(ty),
            ComponentTypeDeclaration::Import(import) => is_value(&import.ty),
            ComponentTypeDeclaration::CoreType(_) => false,
        }),
        ComponentType::Instance(decls) => decls.iter().any(|decl| match decl {
            InstanceTypeDeclaration::Type(ty) => declares_value(ty),
            InstanceTypeDeclaration::Alias(alias) => is_value_alias(alias),
            InstanceTypeDeclaration::Export { ty, .. } => is_value(ty),
            InstanceTypeDeclaration::CoreType(_) => false,
        }),
        _ => false,
    }
}

fn is_value_alias(alias: &ComponentAlias<'_>) -> bool {
    matches!(alias, ComponentAlias::InstanceExport { kind: Kind::Value, .. })
}

fn is_value(ty: &ComponentTypeRef) -> bool {
    matches!(ty, ComponentTypeRef::Value(_))
}
