//! What the tests of components share: text to components, a host that logs, and traces as short lines.

#![allow(dead_code, reason = "each test file uses what it needs")]

use preflight_engine::{
    Config, Fault, Store, Tier,
    component::{Component, ComponentError, ComponentInstance, ComponentLinker, ComponentVal, HostItem},
    trace::{Cause, Event, InstancePath, Sink, TrapCode, Value},
};
use std::{cell::RefCell, rc::Rc};

/// The bytes of a component in text.
pub fn bytes(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).expect("tokens");
    let mut wat = wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap_or_else(|error| panic!("{error}\n{text}"));
    wat.encode().unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A component in text.
pub fn component(text: &str) -> Component {
    Component::new(&Config::default(), &bytes(text)).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// A configuration for each tier there is.
pub fn tiers() -> Vec<Config> {
    let tiers = [
        Tier::Interp,
        #[cfg(feature = "jit")]
        Tier::Jit,
    ];
    tiers.into_iter().map(|tier| Config { tier, ..Config::default() }).collect()
}

/// The code of a trap.
pub fn code(fault: Fault) -> Option<TrapCode> {
    match fault {
        Fault::Trap(trap) => Some(trap.code),
        _ => None,
    }
}

#[derive(Clone, Default)]
struct Events(Rc<RefCell<Vec<Event>>>);

impl Sink for Events {
    fn event(&mut self, event: Event) {
        self.0.borrow_mut().push(event);
    }
}

/// A store that records, and a linker that gives `log`.
pub struct Run {
    pub store: Store,
    pub linker: ComponentLinker,
    events: Events,
    log: Rc<RefCell<Vec<u32>>>,
}

impl Run {
    pub fn new() -> Run {
        Run::with(&Config::default())
    }

    pub fn with(config: &Config) -> Run {
        let mut store = Store::new(config);
        let (events, log) = (Events::default(), Rc::<RefCell<Vec<u32>>>::default());
        store.set_sink(Some(Box::new(events.clone())));
        let mut linker = ComponentLinker::new();
        let out = log.clone();
        linker.define(
            "log",
            HostItem::func(move |_, args| {
                if let [ComponentVal::U32(id)] = args {
                    out.borrow_mut().push(*id);
                }
                Ok(vec![])
            }),
        );
        Run { store, linker, events, log }
    }

    pub fn instantiate(&mut self, text: &str) -> Result<ComponentInstance, ComponentError> {
        self.instantiate_component(&component(text))
    }

    pub fn instantiate_component(&mut self, component: &Component) -> Result<ComponentInstance, ComponentError> {
        self.store.instantiate_component(component, &self.linker, InstancePath::root())
    }

    pub fn call(
        &mut self,
        instance: &ComponentInstance,
        name: &str,
        args: &[ComponentVal],
    ) -> Result<Vec<ComponentVal>, Fault> {
        self.store.call_component(instance, &[name], args, Cause::Invoke)
    }

    /// What was logged.
    pub fn logged(&self) -> Vec<u32> {
        self.log.borrow().clone()
    }

    /// The events so far, as short lines.
    pub fn steps(&self) -> Vec<String> {
        self.events.0.borrow().iter().map(step).collect()
    }
}

fn list(values: &[Value]) -> String {
    format!("[{}]", values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
}

fn step(event: &Event) -> String {
    match event {
        Event::ImportResolved { at, module, name, .. } => format!("import {at} {module}.{name}"),
        Event::InstanceAllocated { at, .. } => format!("allocated {at}"),
        Event::StartEntered { at, .. } => format!("start {at}"),
        Event::StartLeft { at, .. } => format!("started {at}"),
        Event::InstanceDone { at } => format!("core-done {at}"),
        Event::HostCalled { at, name, args } => format!("host {at} {name} {}", list(args)),
        Event::HostReturned { at, name, results } => format!("host-done {at} {name} {}", list(results)),
        Event::Trapped { at, code, .. } => format!("trapped {at} {code}"),
        Event::ComponentBegun { at } => format!("begun {at}"),
        Event::ComponentDone { at } => format!("done {at}"),
        Event::ComponentStartEntered { at, func, args } => format!("component-start {at} {func} {}", list(args)),
        Event::ComponentStartLeft { at, func, results } => format!("component-started {at} {func} {}", list(results)),
        Event::Lifted { at, what, values } => format!("lifted {at} {what} {}", list(values)),
        Event::Lowered { at, what, values } => format!("lowered {at} {what} {}", list(values)),
        Event::ResourceMade { at, resource, rep, handle } => format!("resource-made {at} {resource} {rep} {handle}"),
        Event::ResourceDropped { at, resource, rep, handle } => {
            format!("resource-dropped {at} {resource} {rep} {handle}")
        }
        Event::Locked { at } => format!("locked {at}"),
        Event::RuleApplied { at, rule, reading } => format!("rule {at} {rule} {reading}"),
        Event::Task { at, name, step } => format!("task {at} {name} {}", step.as_str()),
        Event::Thread { at, thread, step } => format!("thread {at} {thread} {}", step.as_str()),
        Event::EventDelivered { at, code, index, payload } => {
            format!("event {at} {} {index} {payload}", code.as_str())
        }
        Event::Initialised { at, what, values } => format!("initialised {at} {what:?} {}", list(values)),
        other => format!("{other:?}"),
    }
}
