//! Compositions that wac makes of components, which wit-component has made of programs of preview 1 with the adapters: in
//! which order they start (rules P2-COMP-*, P2-WITC-*), on every tier.

use crate::adapted::{SAY, adapt_module, run, steps};
use preflight_engine::wasi::{World, p2::Purpose};
use wac_graph::{CompositionGraph, EncodeOptions, NodeId, types::Package};
use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};

/// A reactor that prints 1 when it is initialised, and answers 2 from then on. `start` runs in its start section.
fn provider(start: &str) -> Vec<u8> {
    let module = format!(
        r#"(module {SAY} (global $x (mut i32) (i32.const 0))
        (func $s {start}) (start $s)
        (func (export "_initialize") (call $say (i32.const 1)) (global.set $x (i32.const 2)))
        (func (export "answer") (result i32) (global.get $x)))"#
    );
    adapt_module(&module, REACTOR, Some("package test:p; world w { export answer: func() -> u32; }"))
}

/// A command that prints the answer.
fn consumer() -> Vec<u8> {
    let module = format!(
        r#"(module (import "$root" "answer" (func $answer (result i32))) {SAY}
        (func (export "_start") (call $say (call $answer))))"#
    );
    adapt_module(&module, COMMAND, Some("package test:c; world w { import answer: func() -> u32; }"))
}

struct Composition(CompositionGraph);

impl Composition {
    fn new() -> Self {
        Composition(CompositionGraph::new())
    }

    fn instantiate(&mut self, name: &str, bytes: Vec<u8>) -> NodeId {
        let package = Package::from_bytes(name, None, bytes, self.0.types_mut()).expect("a package");
        let package = self.0.register_package(package).expect("a new name");
        self.0.instantiate(package)
    }

    fn give(&mut self, from: NodeId, to: NodeId, name: &str) {
        let export = self.0.alias_instance_export(from, name).expect("it exports that");
        self.0.set_instantiation_argument(to, name, export).expect("it imports that");
    }

    fn export(&mut self, from: NodeId, name: &str) {
        let export = self.0.alias_instance_export(from, name).expect("it exports that");
        self.0.export(export, name).expect("nothing else has the name");
    }

    fn encode(&self) -> Vec<u8> {
        self.0.encode(EncodeOptions::default()).unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The command that `run` runs: which version of the interface the adapter exports.
fn run_of(bytes: &[u8]) -> String {
    let text = wasmprinter::print_bytes(bytes).expect("text");
    let (_, rest) = text.rsplit_once("\"wasi:cli/run@").expect("it exports run");
    format!("wasi:cli/run@{}", rest.split('"').next().unwrap_or_default())
}

/// The command with the reactor that it needs; the consumer is put into the graph first.
fn composition(provider: Vec<u8>) -> Vec<u8> {
    let (mut graph, consumer) = (Composition::new(), consumer());
    let name = run_of(&consumer);
    let consumer = graph.instantiate("test:c", consumer);
    let provider = graph.instantiate("test:p", provider);
    graph.give(provider, consumer, "answer");
    graph.export(consumer, &name);
    graph.encode()
}

/// The index of the one step that contains all of `words`.
#[track_caller]
fn place(steps: &[String], words: &[&str]) -> usize {
    let is_it = |step: &&String| words.iter().all(|word| step.contains(word));
    assert_eq!(steps.iter().filter(is_it).count(), 1, "{words:?}: {steps:#?}");
    steps.iter().position(|step| is_it(&step)).expect("there is one")
}

#[test]
fn a_composition_starts_the_reactor_before_the_command() {
    // P2-COMP-01, P2-WITC-01, P2-WITC-02
    let (ran, events) = run(&composition(provider("")), Purpose::Run, World::new);
    assert_eq!((ran.stdout.as_str(), ran.code, ran.came_up), ("12", Some(0), true));
    let steps = steps(&events);
    let initialize = place(&steps, &["_initialize ", "by start ", "fixup"]);
    let (root, _) = steps[initialize]["_initialize ".len()..].split_once("/$main").expect("the main module's");
    let done = |part: &str, root: &str| place(&steps, &[&format!("done {root}/{part}")]);
    let order = ["$wit-component-shim-instance", "$main", "$wasi_snapshot_preview1", "$fixup"];
    let provider = order.map(|part| done(part, root));
    assert!(provider.is_sorted(), "{steps:#?}");
    assert!(provider[2] < initialize && initialize < provider[3], "{steps:#?}");
    // The command's own parts come behind all of that, in the same order, and its entry last.
    let is_shim = |step: &String| step.starts_with("done ") && step.ends_with(order[0]);
    let shims: Vec<&String> = steps.iter().filter(|step| is_shim(step)).collect();
    let [_, shim] = shims[..] else { panic!("two shims: {steps:#?}") };
    let root = shim["done ".len()..].strip_suffix(order[0]).and_then(|root| root.strip_suffix('/')).expect("a path");
    let consumer = order.map(|part| done(part, root));
    assert!(consumer.is_sorted() && provider[3] < consumer[0], "{steps:#?}");
    assert!(consumer[3] < place(&steps, &["P2-RUN-01"]), "{steps:#?}");
}

#[test]
fn in_a_composition_too_a_start_section_comes_before_the_fixup() {
    // P2-WITC-04: the same call that works in `_initialize`.
    let (ran, events) = run(&composition(provider("(call $say (i32.const 1))")), Purpose::Run, World::new);
    assert_eq!((ran.stdout.as_str(), ran.code, ran.came_up), ("", None, false));
    let steps = steps(&events);
    assert!(!steps.iter().any(|step| step.starts_with("_initialize")), "{steps:#?}");
    assert!(!steps.iter().any(|step| step.contains("P2-RUN-01")), "{steps:#?}");
}

#[test]
fn a_cycle_is_no_composition() {
    // P2-COMP-03
    let part = |gives: &str, takes: &str| {
        let module = format!(
            r#"(module (import "$root" "{takes}" (func $f (result i32))) {SAY}
            (func (export "{gives}") (result i32) (call $f)))"#
        );
        let wit =
            format!("package test:c; world w {{ import {takes}: func() -> u32; export {gives}: func() -> u32; }}");
        adapt_module(&module, REACTOR, Some(&wit))
    };
    let mut graph = Composition::new();
    let (a, b) = (graph.instantiate("test:a", part("a", "b")), graph.instantiate("test:b", part("b", "a")));
    graph.give(a, b, "a");
    let of_b = graph.0.alias_instance_export(b, "b").expect("it exports that");
    let end = graph.0.set_instantiation_argument(a, "b", of_b).map_err(|error| error.to_string());
    let end = end.and_then(|()| graph.0.encode(EncodeOptions::default()).map_err(|error| error.to_string()));
    let error = end.expect_err("one of them would have to be first");
    assert!(error.contains("cycle"), "{error}");
}
