//! Linking and running: what `trace` and `exec` have in common.

pub mod limits;
pub mod names;
mod record;
mod recorder;
mod session;
mod stubs;
mod types;
pub mod values;
mod wasi;

pub use record::{Record, record};
pub use session::{End, Imports, Session};

use crate::input;
use crate::tier::Tier;
use anyhow::{Context, bail, ensure};
use limits::LimitArgs;
use preflight_engine::{
    Config, Module, Val,
    syntax::{CompType, ExternIndex, FuncType},
    trace::InstancePath,
};
use std::path::{Path, PathBuf};
use wasi::{Setup, WasiArgs};

/// What to run, and how.
#[derive(Debug, clap::Args)]
pub struct RunArgs {
    /// Instantiate FILE first: its exports are the imports of module NAME for everything after it.
    ///
    /// May be given several times; the order counts. Traces call the instance /$NAME.
    #[arg(long, value_name = "NAME=FILE", value_parser = parse_preload)]
    preload: Vec<(String, PathBuf)>,
    /// Then call this export, with arguments of its parameters' types: 42, -1, 0x2a, 1.5, inf, nan, null.
    #[arg(long, value_name = "NAME [ARG]", num_args = 1.., allow_negative_numbers = true)]
    invoke: Vec<String>,
    /// Which tier of the engine to run on; with both, on one after the other, and what they do is compared step by step.
    ///
    /// Where the tiers differ, the difference is told on standard error and the exit status is 1. What the program writes
    /// into directories of the host is written twice.
    #[arg(long, value_enum, default_value_t = Tier::Interp)]
    tier: Tier,
    /// The limits.
    #[command(flatten)]
    pub limits: LimitArgs,
    /// The world of WASI.
    #[command(flatten)]
    wasi: WasiArgs,
}

/// Everything that will run, decoded, validated and checked; nothing has run yet.
#[derive(Debug)]
pub struct Plan {
    /// The engine's settings; the tier is the first of `tiers`.
    pub config: Config,
    /// The tiers to run on, one or two that are to be compared.
    pub tiers: Vec<preflight_engine::Tier>,
    /// The instances in order: the preloads, then the root.
    pub members: Vec<Member>,
    /// The export of the root to call, with its arguments.
    pub call: Option<(String, Vec<Val>)>,
    /// The world outside, if any of the modules is a command or a reactor of WASI.
    pub wasi: Option<Setup>,
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
    /// Reads all the files and checks the call.
    ///
    /// # Errors
    /// A file, a name or an argument that cannot be used.
    pub fn plan(&self, file: &Path) -> anyhow::Result<Plan> {
        let mut config = self.limits.config();
        let tiers = self.tier.each()?;
        config.tier = tiers[0];
        let mut members = Vec::new();
        for (name, file) in &self.preload {
            ensure!(
                members.iter().all(|member: &Member| member.name.as_ref() != Some(name)),
                "--preload {name} is given twice; each name can stand for one instance"
            );
            let path = InstancePath::root().child(&format!("${name}"));
            let module = input::module(file, &config).with_context(|| format!("--preload {name}"))?;
            members.push(Member { path, name: Some(name.clone()), file: input::display(file), module });
        }
        let module = input::module(file, &config)?;
        let call = self.call(&module, &input::display(file))?;
        members.push(Member { path: InstancePath::root(), name: None, file: input::display(file), module });
        let wasi = self.wasi.setup(file, &members)?;
        ensure!(
            tiers.len() == 1 || !wasi.as_ref().is_some_and(Setup::reads_stdin),
            "--stdin - can be read once: give a file, or one tier"
        );
        Ok(Plan { config, tiers, members, call, wasi })
    }

    fn call(&self, module: &Module, file: &str) -> anyhow::Result<Option<(String, Vec<Val>)>> {
        let Some((name, args)) = self.invoke.split_first() else { return Ok(None) };
        let Some(ty) = exported_func(module, name) else {
            bail!("{file}: exports no function {name:?}; {}", exported_names(module));
        };
        let args = values::arguments(name, ty, args).with_context(|| format!("--invoke {name}"))?;
        Ok(Some((name.clone(), args)))
    }
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
    /// More names than this help nobody.
    const MOST: usize = 20;
    let exports = module.syntax().exports.iter();
    let names: Vec<String> = exports
        .filter(|export| matches!(export.index, ExternIndex::Func(_)))
        .map(|export| format!("{:?}", export.name))
        .collect();
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
