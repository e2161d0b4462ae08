//! Libraries that wit-component links into one component: which of them are initialised, when, and which it refuses (rules
//! P2-LINK-*, P2-WITC-05).

use crate::guest::{Run, wat};
use preflight_engine::{Config, component::ComponentVal, trace::Cause, wasi::World};
use wit_component::{ComponentEncoder, Linker, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

/// A library: it writes its digit down at 16 in its start section and at 32 in its initialiser, both in the one memory.
struct Library {
    name: &'static str,
    digit: u32,
    needs: &'static str,
    initializers: &'static [&'static str],
    more: &'static str,
}

impl Library {
    fn new(name: &'static str, digit: u32) -> Self {
        Library { name, digit, needs: "", initializers: &["_initialize"], more: "" }
    }

    fn bytes(&self) -> Vec<u8> {
        let (digit, name) = (self.digit, self.name);
        let (needed, import) = match self.needs {
            "" => (String::new(), String::new()),
            other => (format!("(needed \"{other}\")"), format!("(import \"env\" \"of_{other}\" (func $needed))")),
        };
        let write = |at: u32| {
            format!(
                "(i32.store (i32.const {at})
                    (i32.add (i32.mul (i32.load (i32.const {at})) (i32.const 10)) (i32.const {digit})))"
            )
        };
        let initializers: String =
            self.initializers.iter().map(|name| format!("(func (export \"{name}\") {})", write(32))).collect();
        let call = if self.needs.is_empty() { "" } else { "(call $needed)" };
        wat(&format!(
            r#"(module (@dylink.0 (mem-info (memory 0 4)) {needed})
            (import "env" "memory" (memory 1))
            {import}
            (func $start {}) (start $start)
            (func (export "of_{name}") {call})
            {initializers} {})"#,
            write(16),
            self.more
        ))
    }
}

/// What the component of the libraries exports: the two numbers.
const ANSWERS: &str = r#"
    (func (export "started") (result i32) (i32.load (i32.const 16)))
    (func (export "initialized") (result i32) (i32.load (i32.const 32)))"#;

fn link(libraries: &[Library]) -> Result<Vec<u8>, String> {
    let mut linker = Linker::default();
    for library in libraries {
        let mut bytes = library.bytes();
        if library.more == ANSWERS {
            let wit = "package test:l; world w { export started: func() -> u32; export initialized: func() -> u32; }";
            let mut resolve = Resolve::default();
            let group = UnresolvedPackageGroup::parse("w.wit", wit).expect("WIT");
            let package = resolve.push_group(group).expect("a package");
            let world = resolve.select_world(&[package], Some("w")).expect("a world");
            embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
        }
        linker.library(library.name, &bytes, false).map_err(|error| format!("{error:?}"))?;
    }
    linker.encode().map_err(|error| format!("{error:?}"))
}

/// In which order start sections ran, and in which initialisers did.
fn orders(libraries: &[Library]) -> [u32; 2] {
    let bytes = link(libraries).unwrap_or_else(|error| panic!("{error}"));
    let mut run = Run::new(&Config::default(), World::new(), &[]);
    let instance = run.instantiate(&bytes);
    ["started", "initialized"].map(|name| {
        let answer = run.store.call_component(&instance, &[name], &[], Cause::Invoke).expect("it answers");
        let [ComponentVal::U32(answer)] = answer[..] else { panic!("{answer:?}") };
        answer
    })
}

#[test]
fn start_sections_follow_imports_and_initializers_the_input() {
    // P2-LINK-01, P2-LINK-03, P2-LINK-05
    let user = || Library { needs: "foo", more: ANSWERS, ..Library::new("bar", 2) };
    let foo = || Library::new("foo", 1);
    assert_eq!(orders(&[user(), foo()]), [12, 21]);
    assert_eq!(orders(&[foo(), user()]), [12, 12]);
    let constructors = Library { initializers: &["__wasm_call_ctors"], ..foo() };
    assert_eq!(orders(&[constructors, user()]), [12, 12], "either name");
}

#[test]
fn what_nothing_needs_is_left_out() {
    // P2-LINK-06
    let user = || Library { needs: "foo", more: ANSWERS, ..Library::new("bar", 2) };
    assert_eq!(orders(&[Library::new("unused", 3), user(), Library::new("foo", 1)]), [12, 21]);
}

#[test]
fn two_initializers_are_one_too_many() {
    // P2-LINK-04
    let both = Library { initializers: &["_initialize", "__wasm_call_ctors"], more: ANSWERS, ..Library::new("foo", 1) };
    let error = link(&[both]).expect_err("it is refused");
    assert!(error.contains("__wasm_call_ctors") && error.contains("_initialize"), "{error}");
}

#[test]
fn an_initializer_takes_and_gives_nothing() {
    // P2-WITC-05
    let make = |ty: &str| {
        let mut bytes = wat(&format!(r#"(module (func (export "_initialize") {ty} unreachable))"#));
        let mut resolve = Resolve::default();
        let group = UnresolvedPackageGroup::parse("w.wit", "package test:t; world w {}").expect("WIT");
        let package = resolve.push_group(group).expect("a package");
        let world = resolve.select_world(&[package], Some("w")).expect("a world");
        embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
        let encoder = ComponentEncoder::default().module(&bytes).and_then(|encoder| encoder.encode());
        encoder.map_err(|error| format!("{error:?}"))
    };
    make("").expect("nothing in, nothing out");
    for ty in ["(param i32)", "(result i32)"] {
        let error = make(ty).expect_err(ty);
        assert!(error.contains("_initialize"), "{error}");
    }
}
