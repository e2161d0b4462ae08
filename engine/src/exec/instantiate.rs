//! Core spec, *Instantiation* (`#exec-instantiation`): the steps in the specification's order, each under its name.

use super::Entered;
use crate::{
    Module, Store,
    error::{Fault, InstantiateError, LinkError},
    interp,
    mutants::{self, Mutant, Write, on},
    runtime::{
        DataInst, Extern, FuncAddr, FuncInst, FuncKind, GlobalAddr, InstanceAddr, InstanceInst, OutOfBounds, Ref,
        TagAddr, TagInst, Val,
    },
    syntax::{CompType, ConstExpr, DataMode, ElemItems, ElemMode, ExternType, FieldType, ValType},
    trace::{Event, Initialiser, InstancePath, Phase, Resource, SegmentKind, TrapCode},
};

/// One of the steps 6 to 13, in which the new instance is there.
#[derive(Clone, Copy)]
pub(crate) struct Step {
    /// Which it is.
    pub(crate) kind: StepKind,
    /// What its faults are told as.
    pub(crate) phase: Phase,
    pub(crate) run: fn(&mut Store, &Module, InstanceAddr) -> Result<(), Fault>,
}

/// The steps by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepKind {
    Globals,
    Tables,
    Elems,
    Allocation,
    RunElems,
    RunDatas,
    Start,
    Done,
}

/// The steps 6 to 13 in the specification's order.
const STEPS: [Step; 8] = {
    use {Phase::*, StepKind::*};
    const fn step(
        kind: StepKind,
        phase: Phase,
        run: fn(&mut Store, &Module, InstanceAddr) -> Result<(), Fault>,
    ) -> Step {
        Step { kind, phase, run }
    }
    [
        // 6. Globals, each seeing the ones before it (`#aux-evalglobal`).
        step(Globals, Initialise, Store::eval_globals),
        // 7. Initial elements of tables.
        step(Tables, Initialise, Store::eval_tables),
        // 8. Items of element segments.
        step(Elems, Initialise, Store::eval_elems),
        // 9. The instance is allocated (`#alloc-module`): what is left of it are memories, tags and data.
        step(Allocation, Initialise, Store::alloc_rest),
        // 10. Active and declarative element segments, in order (`#aux-runelem`).
        step(RunElems, Initialise, Store::run_elems),
        // 11. Active data segments, in order (`#aux-rundata`).
        step(RunDatas, Initialise, Store::run_datas),
        // 12. The start function.
        step(StepKind::Start, Phase::Start, Store::run_start),
        // 13. The instance is complete.
        step(Done, Phase::Start, Store::complete),
    ]
};

/// A fault of one phase.
fn fault_in(phase: Phase) -> impl Fn(Fault) -> InstantiateError {
    move |fault| InstantiateError::Fault { phase, fault }
}

impl Store {
    /// Instantiates `module` with one external value for each import (core `#exec-instantiation`). `path` is the new
    /// instance's place in the tree of instances, for traces.
    ///
    /// # Errors
    /// [`InstantiateError::Link`] if the imports do not match: nothing has happened then. [`InstantiateError::Fault`] if
    /// an initialiser, a segment or the start function did not return: what had been written by then stays written, and
    /// functions that escaped stay callable.
    ///
    /// ```
    /// use preflight_engine::{Config, Module, Store, trace::InstancePath};
    /// let config = Config::default();
    /// let module = Module::new(&config, *b"\0asm\x01\0\0\0").unwrap();
    /// let mut store = Store::new(&config);
    /// let instance = store.instantiate(&module, &[], InstancePath::root()).unwrap();
    /// assert!(store.exports(instance).is_empty());
    /// ```
    pub fn instantiate(
        &mut self,
        module: &Module,
        externs: &[Extern],
        path: InstancePath,
    ) -> Result<InstanceAddr, InstantiateError> {
        let before = mutants::before(self);
        let result = self.instantiate_steps(module, externs, &path);
        let result = mutants::after(self, before, result);
        if let Err(InstantiateError::Fault { phase, fault }) = &result {
            self.record_fault(&path, *phase, fault);
        }
        result
    }

    fn instantiate_steps(
        &mut self,
        module: &Module,
        externs: &[Extern],
        path: &InstancePath,
    ) -> Result<InstanceAddr, InstantiateError> {
        // 1. The module is valid: `Module::new` has seen to it.
        // 2. to 4. The external values match the imports, in number and in type (`#match-externtype`).
        let types = self.types.close(module.syntax());
        let matched = self.match_imports(module, externs, &types, path);
        let late = mutants::postponed(matched)?;
        self.count_instance()?;
        // 5. The instance that initialisers see: the imports, and the addresses that the functions will have.
        let externs = mutants::imports(self, externs);
        let instance = self.initial_instance(module, &externs, types, path);
        // 6. to 13.
        for step in mutants::plan(self, &STEPS).iter() {
            (step.run)(self, module, instance).map_err(fault_in(step.phase))?;
        }
        late?;
        // 14. The instance is what the instantiation returns.
        Ok(instance)
    }

    fn complete(&mut self, _: &Module, instance: InstanceAddr) -> Result<(), Fault> {
        self.instance_mut(instance).done = true;
        if self.is_recording() {
            let at = self.path(instance).clone();
            self.record(|| Event::InstanceDone { at });
        }
        Ok(())
    }

    /// Records how an instantiation or a call ended, if it was by a trap or an exception.
    pub(crate) fn record_fault(&mut self, at: &InstancePath, phase: Phase, fault: &Fault) {
        if !self.is_recording() {
            return;
        }
        match fault {
            Fault::Trap(trap) => {
                let code = trap.code;
                self.record(|| Event::Trapped { at: at.clone(), code, phase });
            }
            Fault::Exception(exn) => {
                let args = self.exception(*exn).map(|(_, args)| args).unwrap_or_default();
                let args = args.into_iter().map(|arg| self.trace_value(arg)).collect();
                self.record(|| Event::Threw { at: at.clone(), phase, args });
            }
            _ => {}
        }
    }

    fn match_imports(
        &mut self,
        module: &Module,
        externs: &[Extern],
        types: &[crate::runtime::TypeId],
        path: &InstancePath,
    ) -> Result<(), LinkError> {
        let imports = &module.syntax().imports;
        if imports.len() != externs.len() {
            return Err(LinkError::Count { expected: imports.len(), actual: externs.len() });
        }
        for (import, item) in mutants::order(Mutant::ImportsReversed, imports.iter().zip(externs)) {
            let expected = self.types.close_extern(types, import.ty);
            let actual = self.extern_type(*item);
            if !mutants::matches(self.types.match_extern(actual, expected), actual, expected) {
                let (module, name) = (import.module.clone(), import.name.clone());
                let (expected, actual) = self.types.describe_mismatch(expected, actual);
                return Err(LinkError::Mismatch { module, name, expected, actual });
            }
        }
        if self.is_recording() {
            for import in mutants::order(Mutant::ImportsReversed, imports.iter()) {
                self.record(|| Event::ImportResolved {
                    at: path.clone(),
                    module: import.module.clone(),
                    name: import.name.clone(),
                    kind: import.ty.kind(),
                });
            }
        }
        Ok(())
    }

    /// The limit on instances; the specification allows any (`#impl-exec`).
    fn count_instance(&self) -> Result<(), InstantiateError> {
        if self.instances.len() < self.limits.instances as usize {
            return Ok(());
        }
        Err(fault_in(Phase::Initialise)(Fault::Exhausted(Resource::Instances)))
    }

    /// Imports first in every index space, then the module's functions.
    fn initial_instance(
        &mut self,
        module: &Module,
        externs: &[Extern],
        types: Box<[crate::runtime::TypeId]>,
        path: &InstancePath,
    ) -> InstanceAddr {
        let syntax = module.syntax();
        let addr = InstanceAddr(self.instances.len() as u32);
        let mut instance = InstanceInst::new(addr, module.clone(), types, path.clone());
        instance.funcs.reserve_exact(syntax.funcs.len());
        for item in externs {
            match *item {
                Extern::Func(addr) => instance.funcs.push(addr),
                Extern::Table(addr) => instance.push_table(addr, &mut self.tables[addr.0 as usize]),
                Extern::Memory(addr) => instance.push_memory(addr, &mut self.mems[addr.0 as usize]),
                Extern::Global(addr) => instance.push_global(addr, &mut self.globals[addr.0 as usize]),
                Extern::Tag(addr) => instance.tags.push(addr),
            }
        }
        self.funcs.reserve(syntax.bodies.len());
        for index in syntax.imported.funcs..syntax.funcs.len() as u32 {
            let ty = instance.types[syntax.funcs[index as usize] as usize];
            instance.funcs.push(FuncAddr(self.funcs.len() as u32));
            self.funcs.push(FuncInst { ty, kind: FuncKind::Wasm { instance: addr, index } });
        }
        self.instances.push(Box::new(instance));
        addr
    }

    /// Evaluates a constant expression with the ordinary evaluator (`#exec-expr`).
    pub(crate) fn eval_const(&mut self, instance: InstanceAddr, expr: &ConstExpr, ty: ValType) -> Result<Val, Fault> {
        interp::eval_const(self, instance, expr, ty)
    }

    fn record_initialised(&mut self, instance: InstanceAddr, what: Initialiser, values: &[Val]) {
        if self.is_recording() {
            let values = values.iter().map(|value| self.trace_value(*value)).collect();
            let at = self.path(instance).clone();
            self.record(|| Event::Initialised { at, what, values });
        }
    }

    fn eval_globals(&mut self, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
        let syntax = module.syntax();
        for (index, global) in syntax.globals.iter().enumerate().skip(syntax.imported.globals as usize) {
            let init = global.init.as_ref().expect("defined globals have initialisers");
            let value = self.eval_const(instance, init, global.ty.content)?;
            let value = mutants::module_value(Initialiser::Global(index as u32), value);
            self.record_initialised(instance, Initialiser::Global(index as u32), &[value]);
            let ty = self.types.close_global(&self.instance(instance).types, global.ty);
            let addr: GlobalAddr = self.alloc_global(ty, value);
            let inst = self.globals.last_mut().expect("just allocated");
            self.instances[instance.0 as usize].push_global(addr, inst);
        }
        Ok(())
    }

    /// The table is allocated as soon as its initial element is known: nobody can tell, and the element has a root.
    fn eval_tables(&mut self, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
        let syntax = module.syntax();
        for (index, table) in syntax.tables.iter().enumerate().skip(syntax.imported.tables as usize) {
            let mut init = Ref::NULL;
            if let Some(expr) = &table.init {
                let value = self.eval_const(instance, expr, ValType::Ref(table.ty.element))?;
                let value = mutants::module_value(Initialiser::Table(index as u32), value);
                self.record_initialised(instance, Initialiser::Table(index as u32), &[value]);
                let Val::Ref(reference) = value else { unreachable!("validation: tables hold references") };
                init = reference;
            }
            let ty = self.types.close_table(&self.instance(instance).types, table.ty);
            let addr = self.alloc_table(ty, init).map_err(Fault::Exhausted)?;
            mutants::init_each_entry(self, instance, addr, table)?;
            let inst = self.tables.last_mut().expect("just allocated");
            self.instances[instance.0 as usize].push_table(addr, inst);
        }
        Ok(())
    }

    fn eval_elems(&mut self, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
        for (index, elem) in module.syntax().elems.iter().enumerate() {
            let addr = self.alloc_elem(elem.items.len()).map_err(Fault::Exhausted)?;
            self.instance_mut(instance).elems.push(addr);
            match &elem.items {
                ElemItems::Funcs(items) => {
                    let funcs = &self.instances[instance.0 as usize].funcs;
                    let refs = items.iter().map(|x| Ref::func(funcs[*x as usize]));
                    self.elems[addr.0 as usize].extend(refs);
                }
                ElemItems::Exprs(items) => {
                    for item in items {
                        let value = self.eval_const(instance, item, ValType::Ref(elem.ty))?;
                        let value = mutants::module_value(Initialiser::Elem(index as u32), value);
                        let Val::Ref(reference) = value else { unreachable!("validation: items are references") };
                        self.elems[addr.0 as usize].push(reference);
                    }
                }
            }
            if self.is_recording() {
                let values: Vec<Val> = self.elems[addr.0 as usize].iter().copied().map(Val::Ref).collect();
                self.record_initialised(instance, Initialiser::Elem(index as u32), &values);
            }
        }
        Ok(())
    }

    fn alloc_rest(&mut self, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
        let syntax = module.syntax();
        for ty in syntax.memories.iter().skip(syntax.imported.memories as usize) {
            let addr = self.alloc_memory(*ty).map_err(Fault::Exhausted)?;
            let inst = self.mems.last_mut().expect("just allocated");
            self.instances[instance.0 as usize].push_memory(addr, inst);
        }
        for index in syntax.tags.iter().skip(syntax.imported.tags as usize) {
            let ty = self.instance(instance).types[*index as usize];
            let params = self.func_type_of(ty).params.clone().into();
            let addr = match self.tags.iter().position(|tag| on(Mutant::TagsShared) && tag.ty == ty) {
                Some(index) => TagAddr(index as u32),
                None => {
                    self.tags.push(TagInst { ty, params });
                    TagAddr(self.tags.len() as u32 - 1)
                }
            };
            self.instance_mut(instance).tags.push(addr);
        }
        for data in &syntax.datas {
            let addr = self.alloc_data(DataInst { bytes: syntax.bytes.clone(), range: data.bytes.clone() });
            self.instance_mut(instance).datas.push(addr);
        }
        self.record_allocated(module, instance);
        Ok(())
    }

    fn record_allocated(&mut self, module: &Module, instance: InstanceAddr) {
        if !self.is_recording() {
            return;
        }
        let (syntax, at) = (module.syntax(), self.path(instance).clone());
        self.record(|| Event::InstanceAllocated {
            at,
            funcs: syntax.bodies.len() as u32,
            tables: syntax.tables.len() as u32 - syntax.imported.tables,
            memories: syntax.memories.len() as u32 - syntax.imported.memories,
            globals: syntax.globals.len() as u32 - syntax.imported.globals,
            tags: syntax.tags.len() as u32 - syntax.imported.tags,
        });
    }

    /// An active segment: its offset, `table.init`, `elem.drop`; a declarative one: `elem.drop`.
    pub(crate) fn run_elems(&mut self, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
        for (index, elem) in mutants::order(Mutant::ElemsReversed, module.syntax().elems.iter().enumerate()) {
            let index = index as u32;
            match &elem.mode {
                ElemMode::Passive if !on(Mutant::PassiveElemDropped) => {}
                ElemMode::Declarative if on(Mutant::DeclarativeKept) => {}
                ElemMode::Passive | ElemMode::Declarative => self.drop_elem(instance, index),
                ElemMode::Active { table, .. } if mutants::postpones(self, module, instance, index, *table) => {}
                ElemMode::Active { .. } => self.run_elem(module, instance, index)?,
            }
        }
        Ok(())
    }

    /// An active element segment.
    pub(crate) fn run_elem(&mut self, module: &Module, instance: InstanceAddr, index: u32) -> Result<(), Fault> {
        let elem = &module.syntax().elems[index as usize];
        let ElemMode::Active { table, offset } = &elem.mode else { return Ok(()) };
        let table = if on(Mutant::ElemToFirstTable) { &0 } else { table };
        let is_64 = module.syntax().tables[*table as usize].ty.is_64;
        let offset = self.eval_offset(instance, offset, is_64, Initialiser::ElemOffset(index))?;
        let end = self.init_table(instance, *table, index, offset, elem.items.len() as u64);
        if mutants::drops(SegmentKind::Elem, end.is_ok()) {
            self.drop_elem(instance, index);
        }
        end
    }

    fn init_table(&mut self, instance: InstanceAddr, table: u32, elem: u32, at: u64, len: u64) -> Result<(), Fault> {
        let inst = &self.instances[instance.0 as usize];
        let (table_addr, elem_addr) = (inst.tables[table as usize], inst.elems[elem as usize]);
        let (items, table_inst) = (&self.elems[elem_addr.0 as usize], &mut self.tables[table_addr.0 as usize]);
        let written = match mutants::write(SegmentKind::Elem, at, len, table_inst.len()) {
            Write::All => table_inst.init_from(items, at, 0, len),
            Write::Nothing => Ok(()),
            Write::First(len) => table_inst.init_from(items, at, 0, len).and(Err(OutOfBounds)),
            Write::Refuse => Err(OutOfBounds),
        };
        written.map_err(|_| Fault::Trap(TrapCode::OutOfBoundsTable.into()))?;
        self.record_applied(instance, SegmentKind::Elem, elem, table, at, len);
        Ok(())
    }

    pub(crate) fn drop_elem(&mut self, instance: InstanceAddr, elem: u32) {
        let addr = self.instance(instance).elems[elem as usize];
        self.drop_elem_items(addr);
        self.record_dropped(instance, SegmentKind::Elem, elem);
    }

    /// An active segment: its offset, `memory.init`, `data.drop`.
    fn run_datas(&mut self, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
        for (index, data) in mutants::order(Mutant::DatasReversed, module.syntax().datas.iter().enumerate()) {
            let index = index as u32;
            if let DataMode::Active { memory, offset } = &data.mode {
                let memory = if on(Mutant::DataToFirstMemory) { &0 } else { memory };
                let is_64 = module.syntax().memories[*memory as usize].is_64;
                let offset = self.eval_offset(instance, offset, is_64, Initialiser::DataOffset(index))?;
                let bytes = &module.syntax().bytes[data.bytes.clone()];
                let end = self.init_memory(instance, *memory, index, offset, bytes);
                if mutants::drops(SegmentKind::Data, end.is_ok()) {
                    self.drop_data(instance, index);
                }
                end?;
            } else if on(Mutant::PassiveDataDropped) {
                self.drop_data(instance, index);
            }
        }
        Ok(())
    }

    fn init_memory(
        &mut self,
        instance: InstanceAddr,
        memory: u32,
        data: u32,
        at: u64,
        bytes: &[u8],
    ) -> Result<(), Fault> {
        let addr = self.instance(instance).mems[memory as usize];
        let (memory_inst, len) = (&mut self.mems[addr.0 as usize], bytes.len() as u64);
        let written = match mutants::write(SegmentKind::Data, at, len, memory_inst.len_bytes() as u64) {
            Write::All => memory_inst.write(at, bytes),
            Write::Nothing => Ok(()),
            Write::First(len) => memory_inst.write(at, &bytes[..len as usize]).and(Err(OutOfBounds)),
            Write::Refuse => Err(OutOfBounds),
        };
        written.map_err(|_| Fault::Trap(TrapCode::OutOfBoundsMemory.into()))?;
        self.record_applied(instance, SegmentKind::Data, data, memory, at, len);
        Ok(())
    }

    pub(crate) fn drop_data(&mut self, instance: InstanceAddr, data: u32) {
        let addr = self.instance(instance).datas[data as usize];
        self.datas[addr.0 as usize].range = 0..0;
        self.record_dropped(instance, SegmentKind::Data, data);
    }

    /// An offset as an unsigned number of the address type.
    fn eval_offset(
        &mut self,
        instance: InstanceAddr,
        expr: &ConstExpr,
        is_64: bool,
        what: Initialiser,
    ) -> Result<u64, Fault> {
        let ty = if is_64 { ValType::I64 } else { ValType::I32 };
        let value = self.eval_const(instance, expr, ty)?;
        self.record_initialised(instance, what, &[value]);
        Ok(mutants::offset(value.to_slots()[0], is_64))
    }

    fn record_applied(
        &mut self,
        instance: InstanceAddr,
        kind: SegmentKind,
        segment: u32,
        target: u32,
        offset: u64,
        len: u64,
    ) {
        if self.is_recording() {
            let at = self.path(instance).clone();
            self.record(|| Event::SegmentApplied { at, kind, segment, target, offset, len });
        }
    }

    fn record_dropped(&mut self, instance: InstanceAddr, kind: SegmentKind, segment: u32) {
        if self.is_recording() {
            let at = self.path(instance).clone();
            self.record(|| Event::SegmentDropped { at, kind, segment });
        }
    }

    pub(crate) fn run_start(&mut self, module: &Module, instance: InstanceAddr) -> Result<(), Fault> {
        let Some(func) = module.syntax().start else { return Ok(()) };
        let addr = self.instance(instance).funcs[func as usize];
        if !self.is_recording() {
            let end = self.invoke_from(Some(instance), addr, &[]).map(drop);
            #[cfg(feature = "wasi")]
            let end = self.settle_threads(end);
            return end;
        }
        let at = self.path(instance).clone();
        self.record(|| Event::StartEntered { at: at.clone(), func });
        let end = self.inside(|_| Entered::Start(at.clone()), |store| store.invoke_from(Some(instance), addr, &[]));
        #[cfg(feature = "wasi")]
        let end = self.settle_threads(end);
        end?;
        self.record(|| Event::StartLeft { at, func });
        Ok(())
    }
}

impl Module {
    /// The type of the function type index `ty`.
    pub(crate) fn func_type(&self, ty: u32) -> &crate::syntax::FuncType {
        match &self.syntax().types[ty as usize].comp {
            CompType::Func(ty) => ty,
            other => unreachable!("validation: functions and tags have function types, not {other:?}"),
        }
    }

    /// The fields of the structure type index `ty`.
    pub(crate) fn fields(&self, ty: u32) -> &[FieldType] {
        match &self.syntax().types[ty as usize].comp {
            CompType::Struct(fields) => fields,
            other => unreachable!("validation: a structure type, not {other:?}"),
        }
    }

    /// The element of the array type index `ty`.
    pub(crate) fn element(&self, ty: u32) -> FieldType {
        match &self.syntax().types[ty as usize].comp {
            CompType::Array(element) => *element,
            other => unreachable!("validation: an array type, not {other:?}"),
        }
    }

    /// The declared type of an import that is a function or tag.
    pub fn import_func_type(&self, ty: &ExternType) -> Option<&crate::syntax::FuncType> {
        match ty {
            ExternType::Func(index) | ExternType::Tag(index) => Some(self.func_type(*index)),
            _ => None,
        }
    }
}
