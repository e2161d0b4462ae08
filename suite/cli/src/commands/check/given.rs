//! What is given with `--preload`, and does not meet the imports that name it.

use super::{Subject, finding::Finding};
use crate::{
    render,
    run::{Lack, WhyLacking},
};

/// Imports for which a stub stands, though a preload of their name is given: CORE-LINK-01, P1-REA-09, P1-CMD-09.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    let is_stub = |lack: &&Lack| {
        let import = (lack.at.clone(), lack.module.clone(), lack.name.clone());
        subject.providers.get(&import).is_some_and(|provider| provider == "stub")
    };
    subject.lacks.iter().filter(is_stub).map(one).collect()
}

fn one(lack: &Lack) -> Finding {
    let (module, name) = (render::safe(&lack.module), render::safe(&lack.name));
    let (rule, why, remedy) = match lack.why {
        WhyLacking::NoExport => (
            "CORE-LINK-01",
            format!("which {module} does not export"),
            "give what exports it, or look for a slip in the name",
        ),
        WhyLacking::Later => (
            "P1-REA-09",
            format!("and {module} comes up later"),
            "give what others import from before them: --preload goes in order",
        ),
        WhyLacking::Command => (
            "P1-CMD-09",
            format!("and {module} is a command: no instance of it lives on to have anything but functions"),
            "link it as a reactor (-mexec-model=reactor)",
        ),
    };
    let said = "here a stub stands for it, which exec would not make";
    Finding::new(rule, &lack.at, format!("imports {module}.{name}, {why}"), remedy).said(said)
}
