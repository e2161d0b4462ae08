//! Resources (CanonicalABI.md, *Table State*, *Resource State*).

use super::{
    canon::trap,
    readings::DeadHandles,
    syntax::Name,
    task::{InstId, State, TaskId},
    value::ComponentString,
    waitable::{Waitable, WaitableSet},
};
use crate::mutants::{Mutant, on};
use crate::{Store, error::Fault, runtime::FuncAddr, trace::Event, trace::Phase, trace::TrapCode};
use std::{fmt, rc::Rc};

/// A resource type of one store. Every instantiation of a component makes its own (Explainer.md, generativity).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ResourceId(pub(crate) u32);

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "resource#{}", self.0)
    }
}

/// A resource outside any handle table: its type and its representation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ResourceVal {
    /// The type.
    pub ty: ResourceId,
    /// The representation: what the implementer chose.
    pub rep: u64,
}

/// A host's destructor.
pub(crate) type HostDtor = dyn Fn(&mut Store, u64) -> Result<(), Fault>;

/// What runs when a resource is dropped.
#[derive(Clone)]
pub(crate) enum Dtor {
    None,
    Core(FuncAddr),
    Host(Rc<HostDtor>),
}

/// A resource type (`ResourceType`).
pub(crate) struct ResourceInst {
    /// For traces: the name of its definition, or the first that it is exported under.
    pub name: Option<Name>,
    /// The component instance that implements it; `None` is the host.
    pub implementer: Option<InstId>,
    pub dtor: Dtor,
    /// Whether representations are `i64`.
    pub rep_64: bool,
}

/// A handle (`ResourceHandle`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Handle {
    pub ty: ResourceId,
    pub rep: u64,
    pub own: bool,
    /// The task that a borrow belongs to (`borrow_scope`).
    pub scope: Option<TaskId>,
    pub num_lends: u32,
}

/// What a handle index can mean.
pub(crate) enum Entry {
    Resource(Handle),
    Waitable(Rc<Waitable>),
    WaitableSet(Rc<WaitableSet>),
    /// An error context, with its debug message.
    ErrorContext(ComponentString),
}

/// A table of a component instance (`Table`). Index 0 is never used; freed indices are reused, last first.
pub(crate) struct Table<T = Entry> {
    array: Vec<Option<T>>,
    free: Vec<u32>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Table { array: Vec::new(), free: Vec::new() }
    }
}

/// `Table.MAX_LENGTH`.
const MAX_LENGTH: usize = (1 << 28) - 1;

/// The index after `len` others.
pub(crate) fn next_index(len: usize) -> Result<u32, Fault> {
    super::canon::trap_if(len >= MAX_LENGTH, TrapCode::InvalidHandle)?;
    Ok(len as u32 + 1)
}

fn unknown<T>(entry: Option<T>) -> Result<T, Fault> {
    entry.ok_or(Fault::Trap(TrapCode::InvalidHandle.into()))
}

impl<T> Table<T> {
    fn slot(i: u32) -> Result<usize, Fault> {
        unknown((i as usize).checked_sub(1))
    }

    /// Whatever `i` means.
    pub fn entry(&mut self, i: u32) -> Result<&mut T, Fault> {
        unknown(self.array.get_mut(Self::slot(i)?).and_then(Option::as_mut))
    }

    pub fn add_entry(&mut self, entry: T) -> Result<u32, Fault> {
        if on(Mutant::HandlesBeginAtTwo) && self.array.is_empty() {
            self.array.push(None);
        }
        let freed = match on(Mutant::HandleReuseFirst) && !self.free.is_empty() {
            true => Some(self.free.remove(0)),
            false => self.free.pop().filter(|_| !on(Mutant::HandleNotReused)),
        };
        if let Some(i) = freed {
            self.array[i as usize - 1] = Some(entry);
            return Ok(i);
        }
        let i = next_index(self.array.len())?;
        self.array.push(Some(entry));
        Ok(i)
    }

    /// How many entries are in it.
    pub fn len(&self) -> usize {
        self.array.len() - self.free.len()
    }

    pub fn remove_entry(&mut self, i: u32) -> Result<T, Fault> {
        let entry = unknown(self.array.get_mut(Self::slot(i)?).and_then(Option::take))?;
        self.free.push(i);
        Ok(entry)
    }
}

impl Table {
    pub fn get_mut(&mut self, i: u32) -> Result<&mut Handle, Fault> {
        match self.entry(i)? {
            Entry::Resource(handle) => Ok(handle),
            _ => trap(TrapCode::InvalidHandle),
        }
    }

    pub fn add(&mut self, handle: Handle) -> Result<u32, Fault> {
        self.add_entry(Entry::Resource(handle))
    }

    /// Takes the handles out that own resources, with their indices; what is lent to somebody goes too.
    pub fn take_owned(&mut self) -> Vec<(u32, ResourceVal)> {
        let owned = self.array.iter().enumerate().filter_map(|(slot, entry)| match entry {
            Some(Entry::Resource(Handle { ty, rep, own: true, .. })) => {
                Some((slot as u32 + 1, ResourceVal { ty: *ty, rep: *rep }))
            }
            _ => None,
        });
        let owned: Vec<_> = owned.collect();
        owned.iter().for_each(|(i, _)| drop(self.remove_entry(*i)));
        owned
    }

    pub fn remove(&mut self, i: u32) -> Result<Handle, Fault> {
        match self.remove_entry(i)? {
            Entry::Resource(handle) => Ok(handle),
            _ => trap(TrapCode::InvalidHandle),
        }
    }
}

impl State {
    pub(crate) fn new_resource(&mut self, resource: ResourceInst) -> ResourceId {
        let mut made = self.resources.iter();
        if on(Mutant::ResourceTypesShared)
            && resource.name.is_some()
            && let Some(index) = made.position(|other| other.name == resource.name)
        {
            return ResourceId(index as u32);
        }
        self.resources.push(resource);
        ResourceId(self.resources.len() as u32 - 1)
    }

    pub(crate) fn resource(&self, id: ResourceId) -> &ResourceInst {
        &self.resources[id.0 as usize]
    }

    /// What traces call a resource type.
    pub(crate) fn resource_name(&self, id: ResourceId) -> String {
        self.resources.get(id.0 as usize).and_then(|inst| inst.name.as_deref()).map_or(id.to_string(), str::to_owned)
    }

    /// Gives a resource type a name if it has none.
    pub(crate) fn name_resource(&mut self, id: ResourceId, name: &Name) {
        self.resources[id.0 as usize].name.get_or_insert_with(|| name.clone());
    }
}

impl Store {
    /// A resource type that the host implements. `dtor` runs when an owned handle is dropped.
    pub fn new_host_resource(
        &mut self,
        name: &str,
        dtor: impl Fn(&mut Store, u64) -> Result<(), Fault> + 'static,
    ) -> ResourceId {
        let dtor = Dtor::Host(Rc::new(dtor));
        self.components.new_resource(ResourceInst { name: Some(name.into()), implementer: None, dtor, rep_64: false })
    }

    /// Drops a resource that the host owns: its destructor runs (CanonicalABI.md, *canon resource.drop*).
    ///
    /// # Errors
    /// As the destructor; a trap if its instance cannot be entered.
    pub fn drop_resource(&mut self, val: ResourceVal) -> Result<(), Fault> {
        super::canon::drop_resource(self, val, None)
    }

    /// The resources that an instance owns whose instantiation failed are dropped ([`DeadHandles::Dropped`]).
    pub(crate) fn drop_dead_handles(&mut self, inst: InstId) {
        if self.components.readings.dead_handles == DeadHandles::Kept {
            return;
        }
        for (i, val) in self.components.instance_mut(inst).handles.take_owned() {
            let at = self.components.instance(inst).path.clone();
            self.record(|| Event::RuleApplied { at, rule: "CM-RES-07".to_owned(), reading: "Dropped".to_owned() });
            self.record_resource(inst, false, val, i);
            // The instantiation has failed already: a destructor that does not return locks its own instance and no more.
            if let Err(fault) = super::canon::drop_resource(self, val, None) {
                let at = self.components.instance(inst).path.clone();
                self.record_fault(&at, Phase::Call, &fault);
            }
        }
    }

    pub(crate) fn record_resource(&mut self, inst: InstId, made: bool, val: ResourceVal, handle: u32) {
        if !self.is_recording() {
            return;
        }
        let (at, resource) = (self.components.instance(inst).path.clone(), self.components.resource_name(val.ty));
        let rep = val.rep;
        self.record(|| match made {
            true => Event::ResourceMade { at, resource, rep, handle },
            false => Event::ResourceDropped { at, resource, rep, handle },
        });
    }
}
