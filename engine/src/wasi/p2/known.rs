//! What WASI 0.2 has, for those who look for a slip in a name.

use super::{Feature, VERSION, World, add_to_linker};
use crate::{
    Config, Store,
    component::{ComponentLinker, precedence},
};
use std::{cell::RefCell, rc::Rc};

/// What programs of WASI 0.2 export, so that an import of it is another component's business.
const EXPORTED: [&str; 2] = ["wasi:cli/run", "wasi:http/incoming-handler"];

/// Why nothing of WASI 0.2 meets an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unmet {
    /// No version up to [`VERSION`] has it, nor will one as it is asked for.
    Unknown,
    /// It asks for a version after [`VERSION`], which may have added it.
    Later,
}

/// Why no host of WASI 0.2, whatever unstable features it has, can give what these names lead to: an interface with its
/// version, and what is in it. Nothing if one can, or if they are no names of WASI 0.2's packages.
pub fn unmet(path: &[String]) -> Option<Unmet> {
    let (interface, version) = path.first()?.split_once('@')?;
    let (package, _) = interface.split_once('/')?;
    let (mut linker, mut store) = (ComponentLinker::new(), Store::new(&Config::default()));
    add_to_linker(&mut linker, &mut store, Rc::new(RefCell::new(World::new())), &Feature::ALL);
    let is_of_package = |name: &str| name.split_once('/').is_some_and(|(other, _)| other == package);
    let is_wasi = linker.names().any(is_of_package) && (version == "0.2" || version.starts_with("0.2."));
    if !is_wasi || EXPORTED.contains(&interface) || linker.gives(path) {
        return None;
    }
    let is_later = precedence(&path[0]) > precedence(&format!("{interface}@{VERSION}"));
    Some(if is_later { Unmet::Later } else { Unmet::Unknown })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_what_another_version_or_another_package_has() {
        let unmet = |path: &str| unmet(&path.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(unmet("wasi:cli/environment@0.2.0 get-environment"), None);
        assert_eq!(unmet("wasi:cli/environment@0.2.0"), None);
        assert_eq!(unmet("wasi:cli/environment@0.2.0 get-enviroment"), Some(Unmet::Unknown));
        assert_eq!(unmet("wasi:cli/enviroment@0.2.3"), Some(Unmet::Unknown));
        assert_eq!(unmet("wasi:cli/environment@0.2.999 get-more"), Some(Unmet::Later));
        assert_eq!(unmet("wasi:cli/environment@0.3.0 get-more"), None);
        assert_eq!(unmet("wasi:nn/graph@0.2.0 load"), None);
        assert_eq!(unmet("wasi:clocks/timezone@0.2.0 display"), None);
        assert_eq!(unmet("wasi:cli/run@0.2.0 run"), None);
        assert_eq!(unmet("other:cli/environment@0.2.0"), None);
    }
}
