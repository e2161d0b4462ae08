//! The modules of a program: the `module definition`s of a script.

use crate::source::{self, DirectiveKind, Directives, ScriptError, Source};

/// A `module definition` of a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    /// Its name, with the `$`; empty if it has none.
    pub name: String,
    /// A core module or a component in the binary format, not validated.
    pub bytes: Vec<u8>,
}

/// The `module definition`s of `text`, in their order. Other directives are passed over.
///
/// # Errors
/// [`ScriptError`] if `text` is no script, or if a definition's text is no module.
pub fn definitions(text: &str) -> Result<Vec<Definition>, ScriptError> {
    let error = |error: wast::Error| ScriptError::new(text, &error);
    let buffer = crate::wat::buffer(text).map_err(error)?;
    let Directives(directives) = wast::parser::parse(&buffer).map_err(error)?;
    let mut found = Vec::new();
    for directive in directives {
        let DirectiveKind::ModuleDefinition(mut module) = directive.kind else { continue };
        let name = module.name.map_or(String::new(), |name| format!("${}", name.name()));
        match source::of(&mut module) {
            Source::Module(bytes) | Source::Component(bytes) => found.push(Definition { name, bytes }),
            Source::Malformed(message) => return Err(error(wast::Error::new(directive.span, message))),
        }
    }
    Ok(found)
}
