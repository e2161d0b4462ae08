//! A component that is printed as text and read again has the same trace: nothing of its start depends on how its bytes are
//! laid out. What `wasmprinter` cannot print is counted.

#![cfg(feature = "component")]

mod component_support;

use component_support::{
    hostile::{RICH, config},
    *,
};
use preflight_engine::component::Component;
use std::{fs, path::Path};
use wast::{
    QuoteWat, Wast, WastDirective, WastExecute, Wat,
    parser::{ParseBuffer, parse},
};

/// The components of the suite's own cases, with the file that they stand in.
fn components() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec-tests/component");
    let mut found = vec![("RICH".to_owned(), bytes(RICH))];
    let mut files: Vec<_> =
        fs::read_dir(&folder).expect("the cases").map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).expect("a case");
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let buffer = ParseBuffer::new(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let script = parse::<Wast<'_>>(&buffer).unwrap_or_else(|error| panic!("{name}: {error}"));
        for directive in script.directives {
            let bytes = match directive {
                WastDirective::Module(QuoteWat::Wat(mut wat))
                | WastDirective::ModuleDefinition(QuoteWat::Wat(mut wat)) => component_bytes(&mut wat),
                WastDirective::AssertTrap { exec: WastExecute::Wat(mut wat), .. }
                | WastDirective::AssertUnlinkable { module: mut wat, .. } => component_bytes(&mut wat),
                _ => None,
            };
            found.extend(bytes.map(|bytes| (name.clone(), bytes)));
        }
    }
    found
}

fn component_bytes(wat: &mut Wat<'_>) -> Option<Vec<u8>> {
    matches!(wat, Wat::Component(_)).then(|| wat.encode().expect("an encoding"))
}

/// The steps of an instantiation with stubs, and its end.
fn trace(bytes: &[u8]) -> Option<Vec<String>> {
    let component = Component::new(&config(), bytes).ok()?;
    let mut run = Run::new();
    run.linker.stub_imports(true);
    let end = match run.instantiate_component(&component) {
        Ok(_) => "ready".to_owned(),
        Err(error) => format!("{:?}", error.outcome()),
    };
    Some(run.steps().into_iter().chain([end]).collect())
}

/// Bytes to text to bytes; the error says which of the two refused.
fn round_trip(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let text = wasmprinter::print_bytes(bytes).map_err(|error| format!("print: {error:#}"))?;
    let buffer = ParseBuffer::new(&text).map_err(|error| format!("parse: {error}"))?;
    let mut wat = parse::<Wat<'_>>(&buffer).map_err(|error| format!("parse: {error}"))?;
    wat.encode().map_err(|error| format!("encode: {error}"))
}

#[test]
fn printed_and_read_again_the_trace_is_the_same() {
    let (mut same, mut refused) = (0, Vec::new());
    for (name, bytes) in components() {
        let Some(before) = trace(&bytes) else { panic!("{name}: not valid") };
        match round_trip(&bytes) {
            Ok(again) => {
                assert_eq!(trace(&again).as_ref(), Some(&before), "{name}");
                same += 1;
            }
            Err(why) => refused.push(format!("{name}: {why}")),
        }
    }
    println!("{same} round trips, {} skipped:\n{}", refused.len(), refused.join("\n"));
    assert!(same >= 60, "{same} round trips");
    // Only values are beyond the printer or the parser.
    for skipped in &refused {
        assert!(
            skipped.starts_with("RICH") || skipped.starts_with("start-") || skipped.starts_with("value-"),
            "{skipped}"
        );
    }
}
