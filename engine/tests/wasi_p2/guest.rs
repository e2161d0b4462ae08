//! Components as the toolchain makes them, and what runs them.

use preflight_engine::{
    Config, Store,
    component::{Component, ComponentInstance, ComponentLinker},
    trace::{Event, InstancePath, Sink},
    wasi::{
        World,
        p2::{self, Feature, Host},
    },
};
use std::{cell::RefCell, rc::Rc};
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

/// The bytes of a module in text.
pub fn wat(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let mut wat = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap_or_else(|error| panic!("{error}\n{text}"));
    wat.encode().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// The component of a core module and the interfaces of `wit`, whose first package has the world `w`.
pub fn componentize(module: &str, wit: &str) -> Vec<u8> {
    let mut resolve = Resolve { all_features: true, ..Resolve::default() };
    let group = UnresolvedPackageGroup::parse("test.wit", wit).unwrap_or_else(|error| panic!("{error:?}"));
    let package = resolve.push_group(group).unwrap_or_else(|error| panic!("{error:?}"));
    let world = resolve.select_world(&[package], Some("w")).expect("a world w");
    let mut bytes = wat(module);
    embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
    encode(&bytes)
}

/// The component of a module with metadata.
pub fn encode(module: &[u8]) -> Vec<u8> {
    let mut encoder = ComponentEncoder::default();
    encoder.validate(true).module(module).expect("a module");
    encoder.encode().unwrap_or_else(|error| panic!("{error:?}"))
}

#[derive(Clone, Default)]
pub struct Events(pub Rc<RefCell<Vec<Event>>>);

impl Sink for Events {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}

/// A store with a host and a recorder.
pub struct Run {
    pub store: Store,
    pub linker: ComponentLinker,
    pub host: Host,
    pub world: Rc<RefCell<World>>,
    pub events: Events,
}

impl Run {
    pub fn new(config: &Config, world: World, features: &[Feature]) -> Run {
        let (mut store, mut linker) = (Store::new(config), ComponentLinker::new());
        let (events, world) = (Events::default(), Rc::new(RefCell::new(world)));
        store.set_sink(Some(Box::new(events.clone())));
        let host = p2::add_to_linker(&mut linker, &mut store, world.clone(), features);
        Run { store, linker, host, world, events }
    }

    pub fn instantiate(&mut self, bytes: &[u8]) -> ComponentInstance {
        let component = Component::new(&Config::default(), bytes).unwrap_or_else(|error| panic!("{error}"));
        let end = self.store.instantiate_component(&component, &self.linker, InstancePath::root());
        end.unwrap_or_else(|error| panic!("{error}"))
    }

    pub fn stdout(&self) -> String {
        String::from_utf8(self.world.borrow().stdout.captured().to_vec()).expect("text")
    }
}
