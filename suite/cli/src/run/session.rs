//! One run of a plan on one store.

use super::{
    Ended, Imports, Member, Plan, Running,
    end::{Unlinked, describe, locate, trap},
    names,
    stubs::{StubError, Stubs},
    types, values,
};
use crate::render::Notes;
use preflight::{post_mortem, printable};
use preflight_engine::{
    Config, Extern, Fault, InstantiateError, Linker, Store, Tier, Trap, Val,
    runtime::InstanceAddr,
    syntax::{Export, ExternIndex, Import},
    trace::{Cause, InstancePath, Outcome, Phase, PostMortem, TrapCode},
    wasi::{
        KindError, Program, Purpose, StartError as WasiError, World,
        p1::{self, Snapshot},
        reactor, threads,
    },
};
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};
use thiserror::Error;

/// How a run ended, in the engine's terms.
#[derive(Debug)]
enum End {
    /// With these results: of each call.
    Returned(Vec<Vec<Val>>),
    /// An instance did not come up.
    NotInstantiated {
        /// Which.
        at: InstancePath,
        /// Why.
        error: StartError,
    },
    /// A call ended otherwise.
    NotReturned {
        /// Of which export.
        name: String,
        /// How.
        fault: Fault,
        /// The results of the calls before.
        before: Vec<Vec<Val>>,
    },
}

/// Why an instance did not come up.
#[derive(Debug, Error)]
pub enum StartError {
    /// Nothing of these names is there, and there are to be no stubs.
    #[error("unknown imports:{}", .0.iter().map(|line| format!("\n  {line}")).collect::<String>())]
    Unknown(Vec<String>),
    /// Something would need a stub and cannot have one.
    #[error(transparent)]
    Stub(#[from] StubError),
    /// The engine says.
    #[error(transparent)]
    Engine(#[from] InstantiateError),
    /// The rules of starting say.
    #[error("cannot be started: the module {0}")]
    Kind(KindError),
    /// `_initialize` did not return.
    #[error("{0}")]
    Initialize(Fault),
}

impl From<WasiError> for StartError {
    fn from(error: WasiError) -> Self {
        match error {
            WasiError::Kind(error) => StartError::Kind(error),
            WasiError::Instantiate(error) => StartError::Engine(error),
            WasiError::Initialize(fault) => StartError::Initialize(fault),
        }
    }
}

/// A store and what is in it.
pub struct Session<'a> {
    plan: &'a Plan,
    /// The store.
    pub store: Store,
    linker: Linker,
    imports: Imports,
    stubs: Stubs,
    /// The instances that came up, in the order of the plan's members; a command that is a library has none of its own.
    instances: Vec<Option<InstanceAddr>>,
    providers: Providers,
    /// The world outside, if the plan has one.
    world: Option<Rc<RefCell<World>>>,
    /// The root, if it started by the rules of WASI.
    program: Option<Program>,
}

/// What imports were given: instance, first and second name, provider.
pub type Providers = BTreeMap<(InstancePath, String, String), String>;

impl<'a> Session<'a> {
    /// Nothing has run yet.
    pub fn new(plan: &'a Plan, imports: Imports, tier: Tier) -> Self {
        let (mut store, mut linker) = (Store::new(&Config { tier, ..plan.config.clone() }), Linker::new());
        let world = plan.wasi.as_ref().map(|setup| Rc::new(RefCell::new(setup.world())));
        if let Some(world) = &world {
            let snapshots = super::wasi::snapshots(&plan.members);
            p1::add_to_linker_with(&mut linker, &mut store, world.clone(), plan.start_rules, &snapshots);
            threads::add_to_linker(&mut linker, &mut store, world);
        }
        Session {
            plan,
            store,
            linker,
            imports,
            stubs: Stubs::default(),
            instances: Vec::new(),
            providers: Providers::new(),
            world,
            program: None,
        }
    }

    /// The root's instance, once it has come up.
    pub fn root(&self) -> Option<InstanceAddr> {
        self.instances.get(self.plan.members.len() - 1).copied().flatten()
    }

    /// The world outside.
    pub fn world(&self) -> Option<&Rc<RefCell<World>>> {
        self.world.as_ref()
    }

    /// What the program printed, for people; nothing if it was streamed.
    fn printed(&self) -> Vec<String> {
        super::wasi::printed(&self.captured())
    }

    /// Instantiates every member of the plan, then makes the call.
    fn run_plan(&mut self) -> End {
        for member in &self.plan.members {
            match self.start(member) {
                Ok(instance) => self.instances.push(instance),
                Err(error) => return End::NotInstantiated { at: member.path.clone(), error },
            }
        }
        self.call()
    }

    /// The calls that the plan asks for, or the one by which a command runs.
    fn call(&mut self) -> End {
        let plan = self.plan;
        let mut results = Vec::new();
        if plan.is_called_later {
            return End::Returned(results);
        }
        if let (true, Some(program)) = (plan.calls.is_empty(), &mut self.program)
            && let Err(fault) = program.run(&mut self.store)
        {
            return End::NotReturned { name: "_start".to_owned(), fault, before: results };
        }
        for (name, args) in &plan.calls {
            match self.invoke(name, args) {
                Ok(values) => results.push(values),
                Err(fault) => return End::NotReturned { name: name.clone(), fault, before: results },
            }
        }
        End::Returned(results)
    }

    fn invoke(&mut self, name: &str, args: &[Val]) -> Result<Vec<Val>, Fault> {
        let root = self.root().expect("a plan has a root");
        match &mut self.program {
            None => self.store.call_export(root, name, args, Cause::Invoke),
            Some(program) => program.invoke(&mut self.store, name, args),
        }
    }

    fn start(&mut self, member: &Member) -> Result<Option<InstanceAddr>, StartError> {
        let externs = self.resolve(member)?;
        if self.world.is_some() {
            return self.start_wasi(member, &externs);
        }
        let instance = self.store.instantiate(&member.module, &externs, member.path.clone())?;
        if let Some(name) = &member.name {
            self.linker.define_instance(&self.store, name, instance);
        }
        Ok(Some(instance))
    }

    /// By the rules for commands and reactors.
    fn start_wasi(&mut self, member: &Member, externs: &[Extern]) -> Result<Option<InstanceAddr>, StartError> {
        let (store, module, path, rules) =
            (&mut self.store, &member.module, member.path.clone(), self.plan.start_rules);
        if let Some(name) = &member.name {
            return Ok(reactor::preload(store, &mut self.linker, name, module, externs, path, rules)?);
        }
        let is_called = !self.plan.calls.is_empty() || self.plan.is_called_later;
        let purpose = if is_called { Purpose::Invoke } else { Purpose::Main };
        let program = Program::begin(store, module, externs, path, rules, purpose)?;
        let instance = program.instance();
        self.program = Some(program);
        Ok(Some(instance))
    }

    fn resolve(&mut self, member: &Member) -> Result<Vec<Extern>, StartError> {
        let imports = &member.module.syntax().imports;
        let is_unknown = |import: &&Import| {
            self.linker.get(&import.module, &import.name).is_none() && !self.plan.is_for_threads(import)
        };
        let unknown: Vec<&Import> = imports.iter().filter(is_unknown).collect();
        if self.imports == Imports::Strict && !unknown.is_empty() {
            let describe = |import: &&Import| {
                let ty = types::import(&member.module, import.ty);
                let lack = || self.plan.lack(member, import).map(|lack| lack.to_string());
                let remedy = match Snapshot::of(&import.module) {
                    Some(snapshot) => names::slip(&import.name, snapshot),
                    None => lack()
                        .unwrap_or_else(|| format!("provide it with --preload {}=FILE", printable(&import.module))),
                };
                format!("(import {:?} {:?} {ty}): {remedy}", import.module, import.name)
            };
            return Err(StartError::Unknown(unknown.iter().map(describe).collect()));
        }
        let is_known = |import: &Import| self.linker.get(&import.module, &import.name).is_some();
        let closed = match imports.iter().all(is_known) {
            true => Vec::new(),
            false => self.store.close_externs(&member.module, imports.iter().map(|import| import.ty)),
        };
        let mut externs = Vec::with_capacity(imports.len());
        for (index, import) in imports.iter().enumerate() {
            let (item, provider) = match self.linker.get(&import.module, &import.name) {
                Some(item) => (item, self.provider(&import.module)),
                None => (self.stubs.get(&mut self.store, member, import, closed[index])?, "stub".to_owned()),
            };
            externs.push(item);
            self.providers.insert((member.path.clone(), import.module.clone(), import.name.clone()), provider);
        }
        Ok(externs)
    }

    /// Who provides a module that the linker knows.
    fn provider(&self, module: &str) -> String {
        let is_preload = self.plan.members.iter().any(|member| member.name.as_deref() == Some(module));
        if is_preload { format!("/${module}") } else { "the host".to_owned() }
    }

    /// Everything that can be reached by name: exports of the instances that came up, and stubs. An instance that did not
    /// come up has no exports, but what it imported is here.
    fn reachable(&self) -> Vec<(InstancePath, String, Extern)> {
        let mut found = Vec::new();
        for (member, instance) in self.plan.members.iter().zip(&self.instances) {
            let Some(instance) = instance else { continue };
            let exports = self.store.exports(*instance).into_iter();
            found.extend(exports.map(|(name, item)| (member.path.clone(), name, item)));
        }
        for stub in self.stubs.made() {
            found.push((stub.at.clone(), format!("{}.{}", stub.module, stub.name), stub.item));
        }
        found
    }

    /// Names of functions as traces refer to them, `/$b#3`.
    fn func_names(&self) -> BTreeMap<String, String> {
        let named = |member: &Member| {
            let path = member.path.clone();
            let names = names::functions(&member.module);
            names.into_iter().map(move |(index, name)| (format!("{path}#{index}"), name)).collect::<Vec<_>>()
        };
        self.plan.members.iter().flat_map(named).collect()
    }

    /// What happened, for people.
    fn what(&self, end: &End) -> String {
        match end {
            End::Returned(_) => "returned".to_owned(),
            End::NotInstantiated { error, .. } => match end.fault() {
                Some(fault) => describe(&self.store, fault),
                None => error.to_string(),
            },
            End::NotReturned { fault, .. } => describe(&self.store, fault),
        }
    }

    /// When and where a run ended, for people; nothing if it went well.
    fn circumstances(&self, end: &End) -> Vec<String> {
        let when = match end {
            End::Returned(_) => return Vec::new(),
            End::NotInstantiated { at, error } => format!("while {} {}", doing(error), self.name(at)),
            End::NotReturned { name, .. } => format!("while calling {name:?}"),
        };
        let Some(Fault::Trap(trap)) = end.fault() else { return vec![when] };
        let place = match self.store.failed_thread() {
            // The instances of all threads are of one module: the trap alone does not tell which.
            Some(id) => {
                let name = format!("thread-{id}");
                let is_it = |path: &InstancePath| path.as_str().rsplit('/').next() == Some(&name);
                let instances = self.store.instances().filter(|(path, _)| is_it(path));
                let of = |path: &InstancePath| path.parent().map_or_else(String::new, |parent| self.name(&parent));
                locate(instances, |path| format!("thread {id} of {}", of(path)), trap)
            }
            None => {
                let members = self.plan.members.iter().map(|member| (&member.path, &member.module));
                locate(members, |path| self.name(path), trap)
            }
        };
        [when].into_iter().chain(place).chain(self.missing_memory(trap)).collect()
    }

    /// Why a call of WASI trapped, if it was for want of a memory.
    fn missing_memory(&self, trap: &Trap) -> Option<String> {
        let needs = |import: &Import| p1::is_module(&import.module) && p1::needs_memory(&import.name);
        let lacks = |member: &&Member| {
            let syntax = member.module.syntax();
            let is_memory = |export: &Export| export.name == "memory" && matches!(export.index, ExternIndex::Memory(_));
            syntax.imports.iter().any(needs) && !syntax.exports.iter().any(is_memory)
        };
        let member = self.plan.members.iter().filter(|_| trap.code == TrapCode::Host).find(lacks)?;
        Some(format!(
            "{} exports no memory of the name \"memory\", which the functions of WASI need that it calls (P1-ENV-01, P1-ENV-02): \
             add (export \"memory\" (memory 0))",
            self.name(&member.path)
        ))
    }

    fn name(&self, at: &InstancePath) -> String {
        let member = self.plan.members.iter().find(|member| member.path == *at);
        member.map(|member| format!("{at} ({})", member.file)).unwrap_or_else(|| at.to_string())
    }
}

impl Running for Session<'_> {
    fn store(&mut self) -> &mut Store {
        &mut self.store
    }

    fn stream(&self) {
        if let Some(world) = &self.world {
            super::wasi::stream(&mut world.borrow_mut());
        }
    }

    fn run(&mut self) -> anyhow::Result<Ended> {
        let end = self.run_plan();
        let results = end.results().iter().flatten().map(|value| values::result(&self.store, *value)).collect();
        let (what, circumstances) = (self.what(&end), self.circumstances(&end));
        let (outcome, unlinked) = (end.outcome(&self.store), end.unlinked());
        let trap = end.fault().and_then(trap);
        Ok(Ended { outcome, results, what, circumstances, trap, response: None, is_unanswered: false, unlinked })
    }

    fn captured(&self) -> [Vec<u8>; 2] {
        self.world.as_ref().map(|world| super::wasi::captured(&world.borrow())).unwrap_or_default()
    }

    fn post_mortem(&mut self) -> PostMortem {
        let reachable = self.reachable();
        post_mortem::examine(&mut self.store, &reachable)
    }

    fn notes(&self) -> Notes {
        let files = self.plan.members.iter().map(|member| (member.path.clone(), member.file.clone()));
        Notes {
            files: files.collect(),
            funcs: self.func_names(),
            providers: self.providers.clone(),
            remarks: self.stubs.remarks().into_iter().chain(self.printed()).collect(),
        }
    }
}

/// What was going on.
fn doing(error: &StartError) -> &'static str {
    match error {
        StartError::Engine(InstantiateError::Fault { phase: Phase::Start, .. }) => "running the start function of",
        StartError::Engine(InstantiateError::Fault { .. }) => "initialising",
        StartError::Initialize(_) => "running _initialize of",
        StartError::Kind(_) => "judging",
        _ => "linking",
    }
}

impl End {
    /// The results of each call that returned.
    fn results(&self) -> &[Vec<Val>] {
        match self {
            End::Returned(results) | End::NotReturned { before: results, .. } => results,
            End::NotInstantiated { .. } => &[],
        }
    }

    /// The class of this end.
    fn outcome(&self, store: &Store) -> Outcome {
        match self {
            // Of the last call.
            End::Returned(results) => {
                let values = results.last().into_iter().flatten();
                Outcome::Returned { values: values.map(|value| store.trace_value(*value)).collect() }
            }
            End::NotInstantiated { error: StartError::Engine(error), .. } => error.outcome(),
            End::NotInstantiated { error: StartError::Stub(error), .. } => match error.resource() {
                Some(what) => Outcome::Exhausted { what },
                None => Outcome::Unlinkable,
            },
            End::NotInstantiated { error: StartError::Initialize(fault), .. } => fault.outcome(Phase::Call),
            End::NotInstantiated { error: StartError::Unknown(_) | StartError::Kind(_), .. } => Outcome::Unlinkable,
            End::NotReturned { fault, .. } => fault.outcome(Phase::Call),
        }
    }

    /// Why it could not be linked, if that is how it ended.
    fn unlinked(&self) -> Option<Unlinked> {
        match self {
            End::NotInstantiated { error: StartError::Unknown(_) | StartError::Stub(_), .. } => Some(Unlinked::Missing),
            End::NotInstantiated { error: StartError::Engine(InstantiateError::Link(_)), .. } => {
                Some(Unlinked::Mismatch)
            }
            _ => None,
        }
    }

    /// The fault that ended the run, if it was one.
    fn fault(&self) -> Option<&Fault> {
        match self {
            End::NotInstantiated { error: StartError::Engine(InstantiateError::Fault { fault, .. }), .. }
            | End::NotInstantiated { error: StartError::Initialize(fault), .. }
            | End::NotReturned { fault, .. } => Some(fault),
            _ => None,
        }
    }
}
