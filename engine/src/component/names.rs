//! Names of imports and exports (Explainer.md, *Import and Export Definitions*, *Name Uniqueness*), where wasmparser takes
//! what the documents refuse: it compares interface names and methods by their case, knows forms of names that are gone
//! from the documents, and never sees the names of values.

use super::syntax::{Decl, ExternDesc, Name, TypeDef};
use crate::config::Features;
use std::collections::HashSet;
use wasmparser::{
    ComponentExternName,
    names::{ComponentName, ComponentNameKind},
};

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

/// The rules of a name's attributes that wasmparser does not know, or cannot ask of a value, which it never sees (Binary.md,
/// *Import and Export Definitions*).
pub(super) fn check_attributes(name: &ComponentExternName<'_>, is_value: bool) -> Result<(), String> {
    if is_value && name.implements.is_some() {
        return Err(format!("{:?} has an `implements` and is no instance", name.name));
    }
    let Some(suffix) = name.version_suffix else { return Ok(()) };
    let version = name.name.split_once('@').map(|(_, version)| version);
    match version.is_some_and(is_canonical_version) {
        true => Ok(()),
        false => Err(format!("{:?} has a `versionsuffix` {suffix:?} and no canonical version before it", name.name)),
    }
}

/// Explainer.md, `canonversion`: up to the first number that is not zero, or all three zeros.
fn is_canonical_version(version: &str) -> bool {
    let is_positive = |number: &str| {
        !number.is_empty() && !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let rest = version.strip_prefix("0.0.").or_else(|| version.strip_prefix("0."));
    version == "0.0.0" || is_positive(rest.unwrap_or(version))
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
    fn version_suffixes_follow_canonical_versions() {
        let name = |name, implements, version_suffix| ComponentExternName {
            name,
            implements,
            version_suffix,
            external_id: None,
        };
        for canonical in ["a:b/c@1", "a:b/c@12", "a:b/c@0.2", "a:b/c@0.10", "a:b/c@0.0.7", "a:b/c@0.0.0"] {
            assert_eq!(check_attributes(&name(canonical, None, Some(".1")), false), Ok(()), "{canonical}");
        }
        for other in ["a", "a:b/c", "a:b/c@1.2", "a:b/c@0", "a:b/c@0.0", "a:b/c@01", "a:b/c@0.2.1", "a:b/c@+1"] {
            assert_eq!(check_attributes(&name(other, None, None), false), Ok(()), "{other}");
            assert!(check_attributes(&name(other, None, Some(".0")), false).is_err(), "{other}");
        }
        assert!(check_attributes(&name("a", Some("b:c/d"), None), true).is_err());
        assert_eq!(check_attributes(&name("a", Some("b:c/d"), None), false), Ok(()));
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
