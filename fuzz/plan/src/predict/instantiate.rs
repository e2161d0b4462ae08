//! Core `#exec-instantiation`, step by step.

use super::{
    Deviation, Failure, Stop,
    store::{Cell, Extern, FuncId, Instance, Mem, Ref, Tab, World},
};
use crate::{
    encode::{import_names, recurses},
    plan::{Content, Export, Item, Mode, Module, Number, Source},
};
use preflight_engine::trace::{Event, ExternKind, Initialiser, InstancePath, Phase, SegmentKind};

impl World<'_> {
    /// Instantiates a node once more; an instance that is complete takes the place of the node's earlier one.
    pub(super) fn instantiate(&mut self, node: usize) -> Result<(), Failure> {
        let attempt = self.attempts[node];
        self.attempts[node] += 1;
        let path = InstancePath::root().child(&node_name(node, attempt));
        let externs = self.resolve(node).ok_or_else(|| self.without_imports())?;
        let instance = self.initial_instance(node, &externs, path.clone());
        let result = self.initialise(instance);
        match result {
            Ok(()) => {
                self.nodes[node] = Some(instance);
                self.events.push(Event::InstanceDone { at: path });
            }
            Err(Failure::Stop(phase, stop)) => self.record_stop(path, phase, stop),
            Err(Failure::Link) => {}
        }
        result
    }

    /// Records a trap or an exception; exhaustion has no event.
    pub(super) fn record_stop(&mut self, at: InstancePath, phase: Phase, stop: Stop) {
        match stop {
            Stop::Trap(code) => self.events.push(Event::Trapped { at, code, phase }),
            Stop::Exception(_, value) => {
                let args = value.into_iter().map(preflight_engine::trace::Value::I32).collect();
                self.events.push(Event::Threw { at, phase, args });
            }
            Stop::Exhausted(_) | Stop::Unbounded => {}
        }
    }

    /// The external values, if all are there and match.
    fn resolve(&self, node: usize) -> Option<Vec<Extern>> {
        let node = &self.plan.nodes[node];
        let module = &self.plan.modules[node.module];
        let given = |import: &crate::plan::Import| match import {
            // Whatever a twist does, the import does not match.
            crate::plan::Import { twist: Some(_), .. } => None,
            crate::plan::Import { source, .. } => match *source {
                Source::Log => Some(Extern::Func(FuncId::Log)),
                Source::Host(i) => Some(Extern::Func(FuncId::Host(i))),
                Source::Export { arg, export } => self.export(node.args[arg], export),
            },
        };
        module.imports.iter().map(given).collect()
    }

    /// What a node's instance exports.
    pub(super) fn export(&self, node: usize, export: usize) -> Option<Extern> {
        let instance = &self.instances[self.nodes[node]?];
        Some(match *self.plan.modules[instance.module].exports.get(export)? {
            Export::Func(i) => Extern::Func(instance.funcs[i]),
            Export::Table(i) => Extern::Table(instance.tables[i]),
            Export::Memory(i) => Extern::Memory(instance.memories[i]),
            Export::Global(i) => Extern::Global(instance.globals[i]),
            Export::Tag(i) => Extern::Tag(instance.tags[i]),
        })
    }

    /// The imports, and the addresses that the functions will have.
    fn initial_instance(&mut self, node: usize, externs: &[Extern], path: InstancePath) -> usize {
        let plan = self.plan;
        let (module_index, address) = (plan.nodes[node].module, self.instances.len());
        let module = &plan.modules[module_index];
        let mut instance = Instance { path: path.clone(), module: module_index, ..Instance::default() };
        for (import, item) in module.imports.iter().zip(externs) {
            let kind = match *item {
                Extern::Func(func) => {
                    instance.funcs.push(func);
                    ExternKind::Func
                }
                Extern::Table(table) => {
                    instance.tables.push(table);
                    ExternKind::Table
                }
                Extern::Memory(memory) => {
                    instance.memories.push(memory);
                    ExternKind::Memory
                }
                Extern::Global(global) => {
                    instance.globals.push(global);
                    ExternKind::Global
                }
                Extern::Tag(tag) => {
                    instance.tags.push(tag);
                    ExternKind::Tag
                }
            };
            let (first, second) = import_names(import);
            self.events.push(Event::ImportResolved { at: path.clone(), module: first, name: second, kind });
        }
        let imported = instance.funcs.len();
        instance.funcs.extend((0..module.funcs.len()).map(|i| FuncId::Wasm(address, imported + i)));
        self.instances.push(instance);
        address
    }

    fn initialise(&mut self, instance: usize) -> Result<(), Failure> {
        let plan = self.plan;
        let module = &plan.modules[self.instances[instance].module];
        self.eval_globals(module, instance);
        self.eval_tables(module, instance);
        self.eval_elems(module, instance);
        self.alloc_rest(module, instance);
        let elems = self.run_elems(module, instance);
        if elems.is_err() && self.deviates(Deviation::DataAfterTrappedElems) {
            // What is told is the first trap.
            let _ = self.run_datas(module, instance);
        }
        if let Err(stop) = elems.and_then(|()| self.run_datas(module, instance)) {
            self.after_trapped_segment(module, instance);
            return Err(Failure::Stop(Phase::Initialise, stop));
        }
        self.run_start(module, instance).map_err(|stop| Failure::Stop(Phase::Start, stop))
    }

    fn initialised(&mut self, instance: usize, what: Initialiser, cells: &[Cell]) {
        let values = cells.iter().map(|cell| self.cell_value(*cell)).collect();
        let at = self.instances[instance].path.clone();
        self.events.push(Event::Initialised { at, what, values });
    }

    fn number(&self, instance: usize, number: Number, content: Content) -> Cell {
        let global = |i: usize| self.globals[self.instances[instance].globals[i]].1;
        match number {
            Number::Const(value) => Cell::number(value, content),
            Number::Global(i) => global(i),
            Number::Sum(i, value) => match global(i) {
                Cell::I32(sum) => Cell::I32(sum.wrapping_add(value as i32)),
                Cell::I64(sum) => Cell::I64(sum.wrapping_add(value)),
                Cell::F64(_) | Cell::Func(_) | Cell::Object(_) => unreachable!("sums are of integers"),
            },
        }
    }

    /// The value of an item: also of the operand of a step.
    pub(super) fn item(&self, instance: usize, item: Item) -> Ref {
        let instance = &self.instances[instance];
        match item {
            Item::Null => None,
            Item::Func(i) => Some(instance.funcs[i]),
            Item::Global(i) => match self.globals[instance.globals[i]].1 {
                Cell::Func(reference) => reference,
                _ => unreachable!("items are references"),
            },
        }
    }

    /// Core `#aux-evalglobal`: each global sees those before it.
    fn eval_globals(&mut self, module: &Module, instance: usize) {
        for global in &module.globals {
            let cell = match global.ty.content {
                Content::Func => Cell::Func(self.item(instance, global.item)),
                Content::Object => {
                    Cell::Object(self.object(instance, global.object).expect("constant expressions do not trap"))
                }
                content => self.number(instance, global.init, content),
            };
            let index = self.instances[instance].globals.len() as u32;
            self.initialised(instance, Initialiser::Global(index), &[cell]);
            self.globals.push((global.ty, cell));
            self.instances[instance].globals.push(self.globals.len() - 1);
        }
    }

    fn eval_tables(&mut self, module: &Module, instance: usize) {
        for table in &module.tables {
            let init = table.init.map(|item| self.item(instance, item));
            if let Some(init) = init {
                let index = self.instances[instance].tables.len() as u32;
                self.initialised(instance, Initialiser::Table(index), &[Cell::Func(init)]);
            }
            let entries = vec![init.flatten(); table.ty.min as usize];
            self.tables.push(Tab { ty: table.ty, entries });
            self.instances[instance].tables.push(self.tables.len() - 1);
        }
    }

    fn eval_elems(&mut self, module: &Module, instance: usize) {
        for (i, elem) in module.elems.iter().enumerate() {
            let items: Vec<Ref> = elem.items.iter().map(|item| self.item(instance, *item)).collect();
            let cells: Vec<Cell> = items.iter().copied().map(Cell::Func).collect();
            self.initialised(instance, Initialiser::Elem(i as u32), &cells);
            self.instances[instance].elems.push(items);
        }
    }

    fn alloc_rest(&mut self, module: &Module, instance: usize) {
        for ty in &module.memories {
            self.memories.push(Mem::new(*ty));
            self.instances[instance].memories.push(self.memories.len() - 1);
        }
        for has_argument in &module.tags {
            self.tags.push(*has_argument);
            self.instances[instance].tags.push(self.tags.len() - 1);
        }
        self.instances[instance].dropped = vec![false; module.datas.len()];
        self.events.push(Event::InstanceAllocated {
            at: self.instances[instance].path.clone(),
            funcs: module.funcs.len() as u32 + u32::from(recurses(module)),
            tables: module.tables.len() as u32,
            memories: module.memories.len() as u32,
            globals: module.globals.len() as u32,
            tags: module.tags.len() as u32,
        });
    }

    /// Core `#aux-runelem`.
    fn run_elems(&mut self, module: &Module, instance: usize) -> Result<(), Stop> {
        for (i, elem) in module.elems.iter().enumerate() {
            match elem.mode {
                Mode::Passive => continue,
                Mode::Declarative if self.deviates(Deviation::DeclarativeSegmentsStay) => continue,
                Mode::Declarative => {}
                Mode::Active { target, at } => {
                    let table = self.instances[instance].tables[target];
                    let content = address_type(self.tables[table].ty.is_64);
                    let offset = self.number(instance, at, content);
                    self.initialised(instance, Initialiser::ElemOffset(i as u32), &[offset]);
                    let items = self.instances[instance].elems[i].clone();
                    self.tables[table].write(offset.offset(), &items)?;
                    self.applied(instance, SegmentKind::Elem, i, target, offset, items.len());
                }
            }
            self.instances[instance].elems[i].clear();
            self.dropped(instance, SegmentKind::Elem, i);
        }
        Ok(())
    }

    /// Core `#aux-rundata`.
    fn run_datas(&mut self, module: &Module, instance: usize) -> Result<(), Stop> {
        for (i, data) in module.datas.iter().enumerate() {
            let Mode::Active { target, at } = data.mode else { continue };
            let memory = self.instances[instance].memories[target];
            let content = address_type(self.memories[memory].ty.is_64);
            let offset = self.number(instance, at, content);
            self.initialised(instance, Initialiser::DataOffset(i as u32), &[offset]);
            let bytes = self.data(instance, i).to_vec();
            let len = bytes.len();
            self.memories[memory].write(offset.offset(), bytes.into_iter())?;
            self.applied(instance, SegmentKind::Data, i, target, offset, len);
            self.drop_data(instance, i);
            self.dropped(instance, SegmentKind::Data, i);
        }
        Ok(())
    }

    fn applied(&mut self, instance: usize, kind: SegmentKind, segment: usize, target: usize, at: Cell, len: usize) {
        self.events.push(Event::SegmentApplied {
            at: self.instances[instance].path.clone(),
            kind,
            segment: segment as u32,
            target: target as u32,
            offset: at.offset(),
            len: len as u64,
        });
    }

    fn dropped(&mut self, instance: usize, kind: SegmentKind, segment: usize) {
        let at = self.instances[instance].path.clone();
        self.events.push(Event::SegmentDropped { at, kind, segment: segment as u32 });
    }

    fn run_start(&mut self, module: &Module, instance: usize) -> Result<(), Stop> {
        let Some(start) = module.start else { return Ok(()) };
        if self.puts_off_start(module, instance) {
            return Ok(());
        }
        let at = self.instances[instance].path.clone();
        self.events.push(Event::StartEntered { at: at.clone(), func: start as u32 });
        self.call(Some(instance), self.instances[instance].funcs[start])?;
        self.events.push(Event::StartLeft { at, func: start as u32 });
        Ok(())
    }
}

/// The last part of an instance's path: which node, and if it is not the first attempt, which one.
pub(crate) fn node_name(node: usize, attempt: usize) -> String {
    if attempt == 0 { format!("$n{node}") } else { format!("$n{node}.{attempt}") }
}

fn address_type(is_64: bool) -> Content {
    if is_64 { Content::I64 } else { Content::I32 }
}
