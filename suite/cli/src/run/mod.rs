//! Linking and running: what `trace` and `exec` have in common.

pub mod component;
mod end;
pub mod http;
pub mod invoke;
mod lacks;
pub mod limits;
pub mod names;
mod record;
mod recorder;
mod repeat;
mod session;
mod start_rules;
mod stubs;
mod types;
pub mod values;
mod wasi;

use component::{ComponentPlan, ComponentSession};
pub use end::{Ended, Unlinked, may_be_in};
pub use lacks::{Lack, WhyLacking};
pub use limits::LimitArgs;
pub use record::{Agreement, Exported, Record, record};
pub use recorder::Recorder;
pub use session::Session as CoreSession;
pub use wasi::Setup;

use crate::{
    input::{self, Input},
    render::Notes,
    tier::{CompileArgs, Tier},
};
use anyhow::{Context, bail, ensure};
use component::Choice;
use http::HttpArgs;
use invoke::InvokeArgs;
use preflight_engine::{
    Config, Module, Store, Val,
    syntax::{CompType, ExternIndex, FuncType},
    trace::{InstancePath, PostMortem},
    wasi::StartRules,
};
use session::Session;
use start_rules::StartRuleArgs;
use std::path::{Path, PathBuf};
use wasi::WasiArgs;

/// What to run, and how.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Instantiate FILE first: its exports are the imports of module NAME for everything after it.
    ///
    /// May be given several times; the order counts. Traces call the instance /$NAME. To a component, NAME is an instance (or
    /// the component, or the core module, if that is what it imports), and the interfaces that FILE exports are given under
    /// their own names too.
    #[arg(long, value_name = "NAME=FILE", value_parser = parse_preload)]
    preload: Vec<(String, PathBuf)>,
    /// The calls at the end.
    #[command(flatten)]
    invoke: InvokeArgs,
    /// Give a component this value for its value import NAME, in WAVE; may be given several times.
    #[arg(long, value_name = "NAME=WAVE", value_parser = parse_value)]
    value: Vec<(String, String)>,
    /// Read a contested rule of the Component Model otherwise than its documents; may be given several times.
    #[arg(long, value_name = "READING", value_parser = component::reading_parser())]
    reading: Vec<Choice>,
    /// Which tier of the engine to run on; with both, on one after the other, and what they do is compared step by step.
    ///
    /// Where the tiers differ, the difference is told on standard error and the exit status is 1. Both find the same world:
    /// each works on a copy in memory of what --dir gives, and what it writes there is gone afterwards; the second sees the
    /// times and the randomness that --real gave the first. If --timeout ends one of them, they are compared as far as
    /// both came.
    #[arg(long, value_enum, default_value_t = Tier::Interp)]
    tier: Tier,
    /// When the compiler compiles.
    #[command(flatten)]
    compile: CompileArgs,
    /// The limits.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// The world of WASI.
    #[command(flatten)]
    wasi: WasiArgs,
    /// A request to handle.
    #[command(flatten)]
    http: HttpArgs,
    /// The rules of starting.
    #[command(flatten)]
    start_rules: StartRuleArgs,
}

/// What becomes of imports that nobody provides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Imports {
    /// They are errors.
    Strict,
    /// They get stubs.
    Stubs,
}

/// What will run, decoded, validated and checked; nothing has run yet.
#[derive(Debug)]
pub enum Planned {
    /// Core modules.
    Modules(Plan),
    /// A component, and what it is given.
    Component(ComponentPlan),
}

impl Planned {
    /// The core modules that are given, and where their instances will stand; those inside a component are not among them.
    pub fn modules(&self) -> Vec<(&InstancePath, &Module)> {
        match self {
            Planned::Modules(plan) => plan.members.iter().map(|member| (&member.path, &member.module)).collect(),
            Planned::Component(_) => Vec::new(),
        }
    }

    /// The imports of core modules from a preload that does not give them.
    pub fn lacks(&self) -> Vec<Lack> {
        match self {
            Planned::Modules(plan) => plan.lacks(),
            Planned::Component(_) => Vec::new(),
        }
    }

    /// The names of what the root exports, if it is a component.
    pub fn component_exports(&self) -> Vec<String> {
        match self {
            Planned::Modules(_) => Vec::new(),
            Planned::Component(plan) => plan.exports().map(str::to_owned).collect(),
        }
    }

    /// A run on a new store of this tier.
    pub fn session(&self, imports: Imports, tier: preflight_engine::Tier) -> Box<dyn Running + '_> {
        match self {
            Planned::Modules(plan) => Box::new(Session::new(plan, imports, tier)),
            Planned::Component(plan) => Box::new(ComponentSession::new(plan, imports, tier)),
        }
    }
}

/// One run of a plan on one store.
pub trait Running {
    /// The store.
    fn store(&mut self) -> &mut Store;

    /// Sends what the program prints where it belongs, as it is printed; otherwise it is kept for the notes.
    fn stream(&self);

    /// Instantiates everything in order, then makes the call.
    ///
    /// # Errors
    /// If the call that was asked for cannot be made.
    fn run(&mut self) -> anyhow::Result<Ended>;

    /// What the program printed on standard output and standard error; nothing if it was streamed.
    fn captured(&self) -> [Vec<u8>; 2];

    /// What can be reached now.
    fn post_mortem(&mut self) -> PostMortem;

    /// What is known besides the trace; its remarks are what stubs and the program have to say.
    fn notes(&self) -> Notes;
}

/// Core modules that will run.
#[derive(Debug)]
pub struct Plan {
    /// The engine's settings; the tier is the one that the modules are made for, and each run has its own.
    pub config: Config,
    /// The instances in order: the preloads, then the root.
    pub members: Vec<Member>,
    /// The exports of the root to call one after the other, each with its arguments.
    pub calls: Vec<(String, Vec<Val>)>,
    /// The world outside, if any of the modules is a command or a reactor of WASI.
    pub wasi: Option<Setup>,
    /// How programs start where texts or runtimes disagree.
    pub start_rules: StartRules,
    /// Whether functions of the root are called once it is initialised: it is not run by its own entry.
    pub is_called_later: bool,
}

/// One module of a plan.
#[derive(Debug)]
pub struct Member {
    /// Where its instance will stand.
    pub path: InstancePath,
    /// The module name under which later ones import it; `None` for the root.
    pub name: Option<String>,
    /// The file, for people.
    pub file: String,
    /// The module.
    pub module: Module,
}

impl RunArgs {
    /// Whether there is a request to handle.
    pub fn is_request(&self) -> bool {
        self.http.is_given()
    }

    /// Reads all the files and checks the call.
    ///
    /// # Errors
    /// A file, a name or an argument that cannot be used.
    pub fn plan(&self, file: &Path) -> anyhow::Result<Planned> {
        self.plan_with(self.limits.config(), file)
    }

    /// The same for a trace that tells of every call of an export.
    ///
    /// # Errors
    /// As [`RunArgs::plan`].
    pub fn plan_of_exports(&self, file: &Path) -> anyhow::Result<Planned> {
        self.plan_with(Config { trace_exports: true, ..self.limits.config() }, file)
    }

    fn plan_with(&self, mut config: Config, file: &Path) -> anyhow::Result<Planned> {
        self.compile.apply(self.tier, &mut config)?;
        let inputs = self.preload.iter().map(|(_, file)| file.as_path()).chain([file]);
        ensure!(
            inputs.filter(|file| input::is_stdin(file)).count() < 2,
            "- is given more than once, and standard input can be read once: give a file"
        );
        let mut preloads: Vec<(String, String, Input)> = Vec::new();
        for (name, file) in &self.preload {
            ensure!(
                preloads.iter().all(|(other, ..)| other != name),
                "--preload {name} is given twice; each name can stand for one instance"
            );
            let input = input::load(file, &config).with_context(|| format!("--preload {name}"))?;
            preloads.push((name.clone(), input::display(file), input));
        }
        match input::load(file, &config)? {
            Input::Module(module) => {
                self.http.refuse().and_then(|()| self.modules(config, preloads, file, module).map(Planned::Modules))
            }
            Input::Component(component) => {
                ensure!(
                    self.start_rules.rules() == StartRules::default(),
                    "{}: --both-entries and the other rules of starting are about modules of WASI preview 1, and this is a component",
                    input::display(file)
                );
                let plan = ComponentPlan::new(config, preloads, (input::display(file), component))?;
                let wasi = self.wasi.setup_for_component(file, plan.components())?;
                let wasi = self.for_each_tier(wasi)?;
                let plan = plan.with_readings(&self.reading).with_values(&self.value)?.with_calls(&self.invoke)?;
                Ok(Planned::Component(plan.with_wasi(wasi, self.http.request()?)?))
            }
        }
    }

    /// The tiers to run on: one, or two that are to be compared.
    ///
    /// # Errors
    /// If this program was built without one of them.
    pub fn tiers(&self) -> anyhow::Result<Vec<preflight_engine::Tier>> {
        self.tier.each()
    }

    /// A world that is the same on each of the tiers.
    fn for_each_tier(&self, wasi: Option<Setup>) -> anyhow::Result<Option<Setup>> {
        match wasi {
            Some(setup) if self.tiers()?.len() > 1 => self.wasi.repeated(setup).map(Some),
            wasi => Ok(wasi),
        }
    }

    fn modules(
        &self,
        config: Config,
        preloads: Vec<(String, String, Input)>,
        file: &Path,
        module: Module,
    ) -> anyhow::Result<Plan> {
        let root = input::display(file);
        if let Some((name, _)) = self.value.first() {
            bail!("--value {name}: {root} is a core module, and only components import values");
        }
        ensure!(
            self.reading.is_empty(),
            "--reading: {root} is a core module, and these are rules of components; how modules start has flags of its own (--help)"
        );
        self.wasi.refuse_unstable(&root)?;
        let mut members = Vec::new();
        for (name, file, input) in preloads {
            let Input::Module(module) = input else {
                bail!("--preload {name}: {file} is a component, and {root}, a core module, cannot import from it");
            };
            members.push(Member { path: preloaded(&name), name: Some(name), file, module });
        }
        let calls = self.calls(&module, &root)?;
        members.push(Member { path: InstancePath::root(), name: None, file: root, module });
        let wasi = self.for_each_tier(self.wasi.setup(file, &members, self.start_rules.rules())?)?;
        Ok(Plan { config, members, calls, wasi, start_rules: self.start_rules.rules(), is_called_later: false })
    }

    fn calls(&self, module: &Module, file: &str) -> anyhow::Result<Vec<(String, Vec<Val>)>> {
        let call = |(name, args): (&String, &[String])| {
            let Some(ty) = exported_func(module, name) else {
                bail!("{file}: exports no function {name:?}; {}", exported_names(module));
            };
            let args = values::arguments(name, ty, args).with_context(|| format!("--invoke {name}"))?;
            Ok((name.clone(), args))
        };
        self.invoke.calls().map(call).collect()
    }
}

/// Where the instance of a preload stands.
fn preloaded(name: &str) -> InstancePath {
    InstancePath::root().child(&format!("${name}"))
}

fn exported_func<'a>(module: &'a Module, name: &str) -> Option<&'a FuncType> {
    let syntax = module.syntax();
    let export = syntax.exports.iter().find(|export| export.name == name)?;
    let ExternIndex::Func(index) = export.index else { return None };
    match &syntax.types[syntax.funcs[index as usize] as usize].comp {
        CompType::Func(ty) => Some(ty),
        _ => None,
    }
}

fn exported_names(module: &Module) -> String {
    let exports = module.syntax().exports.iter();
    let funcs = exports.filter(|export| matches!(export.index, ExternIndex::Func(_)));
    it_exports(funcs.map(|export| export.name.clone()).collect())
}

/// The functions that there are instead.
fn it_exports(names: Vec<String>) -> String {
    /// More names than this help nobody.
    const MOST: usize = 20;
    let names: Vec<String> = names.iter().map(|name| format!("{name:?}")).collect();
    match names.len() {
        0 => "it exports no function at all".to_owned(),
        n if n > MOST => format!("it exports {} and {} more", names[..MOST].join(", "), n - MOST),
        _ => format!("it exports {}", names.join(", ")),
    }
}

fn parse_preload(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => Ok((name.to_owned(), file.into())),
        _ => Err("expected NAME=FILE, such as env=env.wasm".to_owned()),
    }
}

fn parse_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=WAVE, such as limit=10 or 'names=[\"a\"]'".to_owned()),
    }
}

#[cfg(all(test, feature = "jit"))]
mod tests {
    use super::{Planned, RunArgs};
    use clap::Parser;
    use std::io::Write;

    #[derive(clap::Parser)]
    struct Command {
        #[command(flatten)]
        run: RunArgs,
    }

    /// How many functions of a module of two have been compiled when it is planned.
    fn compiled(flags: &str) -> usize {
        let mut file = tempfile::Builder::new().suffix(".wat").tempfile().unwrap();
        file.write_all(b"(module (func) (func (export \"f\")))").unwrap();
        let command = Command::parse_from(["preflight"].into_iter().chain(flags.split_whitespace()));
        let Planned::Modules(plan) = command.run.plan(file.path()).unwrap() else { panic!("a core module") };
        plan.members[0].module.compiled_functions()
    }

    #[test]
    fn modules_are_compiled_when_the_flag_says() {
        assert_eq!(compiled("--tier jit --compile eager"), 2);
        assert_eq!(compiled("--tier both --compile eager"), 2);
        assert_eq!(compiled("--tier jit --compile lazy"), 0);
        assert_eq!(compiled("--tier jit"), 0);
    }
}
