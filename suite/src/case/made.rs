//! The definitions of a case: those of its script, and the component that a tool makes of them (the table `[build]`).

use super::{Case, Definition, Failure, Verdict};
use preflight_spec_tests::Catalogue;

/// Whether this build has the tools.
pub const CAN: bool = cfg!(feature = "toolchain");

/// What a case that needs them is told where they are missing.
pub const WITHOUT: &str = "components that tools make (the feature `toolchain` of the suite)";

/// Every definition that the case's program can name.
///
/// # Errors
/// [`Failure::Script`] if the script cannot be read, and [`Failure::Module`] if the tool refuses.
pub fn definitions(case: &Case) -> Result<Vec<Definition>, Box<Failure>> {
    let mut definitions = super::definitions(&case.text).map_err(|error| Box::new(Failure::Script(error)))?;
    if let Some(build) = &case.header.build {
        let made = component(build, &definitions);
        let bytes = made.map_err(|error| Box::new(Failure::Module { name: build.name.clone(), error }))?;
        definitions.push(Definition { name: build.name.clone(), bytes });
    }
    Ok(definitions)
}

/// The verdict on a case whose tool has to refuse, with `message` in what it says.
pub fn refusal(case: &Case, message: &str, catalogue: &Catalogue) -> Verdict {
    if !CAN {
        return Verdict::Unsupported(WITHOUT.to_owned());
    }
    let failure = match definitions(case) {
        Ok(_) => "made, though the tool has to refuse".to_owned(),
        Err(failure) => match *failure {
            Failure::Module { error, .. } if error.contains(message) => {
                return Verdict::of(case, catalogue, Vec::new());
            }
            Failure::Module { error, .. } => format!("refused, but for another reason: {error}"),
            failure => return Verdict::Failed(vec![failure]),
        },
    };
    let name = case.header.build.as_ref().map_or(String::new(), |build| build.name.clone());
    Verdict::of(case, catalogue, vec![Failure::Module { name, error: failure }])
}

#[cfg(feature = "toolchain")]
fn component(build: &super::Build, definitions: &[Definition]) -> Result<Vec<u8>, String> {
    crate::toolchain::build(build, definitions).map_err(|error| error.to_string())
}

#[cfg(not(feature = "toolchain"))]
fn component(_: &super::Build, _: &[Definition]) -> Result<Vec<u8>, String> {
    Err(WITHOUT.to_owned())
}
