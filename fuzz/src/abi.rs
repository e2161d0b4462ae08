//! The canonical ABI on memory that the fuzzer fills.

use preflight::trace::{Cause, Event, InstancePath};
use preflight_engine::{
    Config, Store, Tier,
    component::{Component, ComponentLinker},
};
use std::fmt::Write;

/// Types of which a result in memory can be wrong in every way there is.
const TYPES: &[&str] = &[
    "string",
    "(list string)",
    "(list (tuple u8 char))",
    "(tuple bool char (option string))",
    "(list (result string (error u64)))",
    "(option (list (list u16)))",
    "(tuple f32 f64 s64 (list f32))",
];

/// Lifts results out of a memory that holds the bytes: both tiers see the same values or the same trap.
pub fn canonical_abi(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let ty = TYPES[usize::from(*kind) % TYPES.len()];
    let mut data = String::new();
    for byte in bytes.iter().take(4096) {
        write!(data, "\\{byte:02x}").expect("a string takes all text");
    }
    let text = format!(
        r#"(component
            (core module $m (memory (export "m") 1) (data (i32.const 0) "{data}")
                (func (export "f") (result i32) (i32.const 0)))
            (core instance $i (instantiate $m))
            (func (export "f") (result {ty}) (canon lift (core func $i "f") (memory $i "m"))))"#
    );
    let buffer = wast::parser::ParseBuffer::new(&text).expect("the text has no strange characters");
    let mut component = wast::parser::parse::<wast::Wat<'_>>(&buffer).expect("the text is a component");
    let component = component.encode().expect("its names resolve");
    let traces: Vec<Vec<Event>> = [Tier::Interp, Tier::Jit].map(|tier| run(&component, tier)).into();
    assert_eq!(traces[0], traces[1]);
}

fn run(bytes: &[u8], tier: Tier) -> Vec<Event> {
    let config = Config { limits: crate::limits(), tier, ..Config::default() };
    let component = Component::new(&config, bytes).expect("the component is valid");
    let mut store = Store::new(&config);
    let instance = store
        .instantiate_component(&component, &ComponentLinker::new(), InstancePath::root())
        .expect("nothing is imported, and nothing runs");
    let events = preflight::fuzz::Events::attach(&mut store);
    // Any end is right, as long as both tiers have it.
    let _end = store.call_component(&instance, &["f"], &[], Cause::Invoke);
    events.take()
}
