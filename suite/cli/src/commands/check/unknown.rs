//! What is asked of WASI, and no WASI has.

use super::{Subject, finding::Finding};
use crate::{render, run::names};
use preflight_engine::{
    trace::InstancePath,
    wasi::{
        p1::{self, Snapshot},
        p2::{self, Unmet},
    },
};

/// What no host can give, though a stub stands for it here.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let mut found = of_preview_1(subject);
    found.extend(of_wasi_0_2(subject));
    found
}

/// What the adapters of preview 1 export besides its functions.
const OF_ADAPTERS: [&str; 3] = ["reset_adapter_state", "adapter_open_badfd", "adapter_close_badfd"];

const SAID: &str = "here a stub stands for it, which exec would not make";

/// Functions of preview 1: CORE-LINK-01.
fn of_preview_1(subject: &Subject<'_>) -> Vec<Finding> {
    let stubs = subject.providers.iter().filter(|(_, provider)| *provider == "stub");
    let one = |((at, module, name), _): (&(InstancePath, String, String), &String)| {
        let snapshot = Snapshot::of(module)?;
        if p1::names(snapshot).any(|other| other == name) {
            return None;
        }
        if OF_ADAPTERS.contains(&name.as_str()) {
            let message = format!(
                "imports {}.{}, which adapters have and hosts do not",
                render::safe(module),
                render::safe(name)
            );
            let remedy = "make a component of it with an adapter; as a module it cannot be linked";
            return Some(Finding::new("P2-ADP-06", at, message, remedy).said(SAID).note());
        }
        let message = format!("imports {}.{}, which WASI does not have", render::safe(module), render::safe(name));
        let remedy = "look for a slip in the name or for a version of it; no runtime can link the module as it is";
        Some(Finding::new("CORE-LINK-01", at, message, remedy).said(names::slip(name, snapshot)).said(SAID))
    };
    stubs.filter_map(one).collect()
}

/// Interfaces of WASI 0.2 and functions in them: CM-ORD-11.
fn of_wasi_0_2(subject: &Subject<'_>) -> Vec<Finding> {
    let whole = subject.providers.iter().filter(|(_, provider)| *provider == "stub");
    let whole = whole.filter(|((_, module, _), _)| module.is_empty()).map(|((_, _, name), _)| vec![name.clone()]);
    let mut paths: Vec<Vec<String>> = Vec::new();
    for path in whole.chain(subject.stubbed.iter().cloned()) {
        // Of an interface that nobody has, no function has to be told.
        if paths.iter().all(|other| !path.starts_with(other)) {
            paths.push(path);
        }
    }
    let one = |path: &Vec<String>| {
        let unmet = p2::unmet(path)?;
        let name = path.iter().map(|name| render::safe(name)).collect::<Vec<_>>().join(" ");
        let remedy = "look for a slip in the name; no host can link the component as it is";
        let root = InstancePath::root();
        Some(match unmet {
            Unmet::Unknown => {
                let message = format!("imports {name}, which WASI does not have");
                Finding::new("CM-ORD-11", &root, message, remedy).said(SAID)
            }
            Unmet::Later => {
                let version = p2::VERSION;
                let message = format!("imports {name}, which WASI {version} does not have; a later version may");
                Finding::new("CM-ORD-11", &root, message, remedy).said(SAID).note()
            }
        })
    };
    paths.iter().filter_map(one).collect()
}
