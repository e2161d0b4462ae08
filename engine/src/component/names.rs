//! Names of imports and exports (Explainer.md, *Import and Export Definitions*, *Name Uniqueness*), where wasmparser takes
//! what the documents refuse: it compares interface names and methods by their case, knows forms of names that are gone
//! from the documents, and never sees the names of values.

use super::syntax::{Decl, ExternDesc, Name, TypeDef};
use crate::config::Features;
use std::collections::HashSet;
use wasmparser::names::{ComponentName, ComponentNameKind};

/// The names of the imports, or of the exports, of one component, instance or type.
pub(super) struct UniqueNames {
    /// `import` or `export`.
    what: &'static str,
    features: Features,
    /// Their canonical forms.
    taken: HashSet<Name>,
}

impl UniqueNames {
    pub fn imports(features: Features) -> UniqueNames {
        UniqueNames { what: "import", features, taken: HashSet::new() }
    }

    pub fn exports(features: Features) -> UniqueNames {
        UniqueNames { what: "export", features, taken: HashSet::new() }
    }

    /// Takes one more name, of a value or of something that wasmparser has seen.
    pub fn take(&mut self, name: &Name, is_value: bool) -> Result<(), String> {
        let what = self.what;
        // No name has it: plain names have no other marks than hyphens, interface names those of a version.
        if name.contains('=') {
            return Err(format!("{what} name {name:?} is neither a plain name nor an interface name"));
        }
        if is_value {
            let parsed = ComponentName::new_with_features(name, 0, self.features);
            let parsed = parsed.map_err(|error| format!("{what} name {name:?} is not valid: {}", error.message()))?;
            if !matches!(parsed.kind(), ComponentNameKind::Label(_) | ComponentNameKind::Interface(_)) {
                return Err(format!("{what} name {name:?} is one of functions, and this is a value"));
            }
        }
        match self.taken.insert(canonical(name)) {
            true => Ok(()),
            false => Err(format!("{what} name {name:?} conflicts with a previous name")),
        }
    }
}

/// The form in which strongly-unique names differ: for most, as they are.
fn canonical(name: &Name) -> Name {
    let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
    if is_lower && !name.starts_with('[') {
        return name.clone();
    }
    let lower = name.to_ascii_lowercase();
    let Some(member) = lower.strip_prefix("[method]").or_else(|| lower.strip_prefix("[static]")) else {
        return lower.into();
    };
    match member.split_once('.') {
        Some((resource, label)) if resource == label => label.into(),
        _ => member.into(),
    }
}

/// The names that a type declares, and the types in it.
pub(super) fn check_type(ty: &TypeDef, features: Features) -> Result<(), String> {
    let (TypeDef::Component(decls) | TypeDef::Instance(decls)) = ty else { return Ok(()) };
    let (mut imports, mut exports) = (UniqueNames::imports(features), UniqueNames::exports(features));
    decls.iter().try_for_each(|decl| match decl {
        Decl::Type(ty) => check_type(ty, features),
        Decl::Import { name, ty } => imports.take(name, is_value(ty)),
        Decl::Export { name, ty } => exports.take(name, is_value(ty)),
        Decl::CoreType(_) | Decl::Alias(_) => Ok(()),
    })
}

pub(super) fn is_value(ty: &ExternDesc) -> bool {
    matches!(ty, ExternDesc::Value(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_strongly_unique() {
        // The lists of Explainer.md, *Name Uniqueness*.
        let together = ["foo", "foo-bar", "[constructor]foo", "[method]foo.bar", "[static]foo.baz", "foo:bar/baz"];
        let refused = [
            "foo",
            "FOO",
            "foo-BAR",
            "[constructor]FOO",
            "[method]foo.BAR",
            "[static]foo.bar",
            "[method]foo.baz",
            "[method]foo.foo",
            "[static]foo-BAR.FOO-bar",
            "foo:bar/BAZ",
        ];
        for name in refused {
            let mut names = UniqueNames::imports(Features::default());
            for name in together {
                assert_eq!(names.take(&name.into(), false), Ok(()));
            }
            assert!(names.take(&name.into(), false).is_err(), "{name}");
        }
    }

    #[test]
    fn names_of_values_are_plain_or_of_interfaces() {
        let take = |name: &str| UniqueNames::exports(Features::default()).take(&name.into(), true).is_ok();
        assert!(take("a-B1") && take("a:b/c") && take("a:b/c@1.0.0"));
        for name in ["", "a_b", "a-", "1a", "[method]a.b", "[constructor]a", "url=<https://a>", "locked-dep=<a:b>"] {
            assert!(!take(name), "{name}");
        }
    }
}
