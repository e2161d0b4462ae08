//! The flags that shape the world of a WASI program, and that world.

use super::{Member, repeat::Repeat};
use crate::{input, output};
use anyhow::{Context, anyhow, ensure};
use preflight_engine::{
    Module,
    component::Component,
    wasi::{
        NoEntry, StartRules, World, imports_wasi,
        p1::{self, Snapshot},
        p2::Feature,
        world::{Clocks, Dir, Grants, HostDir, Input, Output, Preopen, Random, VirtualDir},
    },
};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

/// The flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "WASI")]
pub struct WasiArgs {
    /// Give the program this directory under this name (HOST alone: under the same name). It can reach nothing outside it.
    /// With --tier both it gets a copy, and HOST stays as it is.
    #[arg(long, value_name = "HOST::GUEST")]
    dir: Vec<String>,
    /// Give the program a variable of the environment; it has no others.
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse_variable)]
    env: Vec<(String, String)>,
    /// What the program reads from standard input: a file, or - for that of preflight [default: nothing].
    #[arg(long, value_name = "FILE")]
    stdin: Option<PathBuf>,
    /// Give the program the real clock, real randomness, or both (clock,random); its runs then differ, but those on the two
    /// tiers of --tier both do not.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    real: Vec<Real>,
    /// What descriptors may be used for that the program opens: whatever their directory passes on, as current runtimes have it;
    /// or what it asked for, as the texts say (fs_rights_base of path_open, mutate-directory of open-at).
    #[arg(long, value_enum, value_name = "WHICH", default_value = "given")]
    rights: Rights,
    /// Give a component what its interfaces mark as unstable: clocks-timezone, network-error-code,
    /// informational-outbound-responses.
    #[arg(long, value_name = "FEATURE", value_delimiter = ',', value_parser = parse_feature)]
    unstable: Vec<Unstable>,
    /// Arguments of the program.
    #[arg(last = true, value_name = "ARG")]
    args: Vec<String>,
}

/// What can be real on request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Real {
    /// The clocks.
    Clock,
    /// The random bytes.
    Random,
}

/// Which rights are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Rights {
    /// All that can be had.
    Given,
    /// Those that were asked for.
    Asked,
}

/// A feature of WASI 0.2 behind a gate.
#[derive(Debug, Clone, Copy)]
struct Unstable(Feature);

/// The world before the program starts.
#[derive(Debug)]
pub struct Setup {
    real: Vec<Real>,
    grants: Grants,
    args: Vec<String>,
    env: Vec<(String, String)>,
    preopens: Vec<Preopen>,
    stdin: Stdin,
    /// The unstable features of WASI 0.2 that are on.
    pub features: Vec<Feature>,
    /// The files of a directory in memory that is preopened as `/`, by their paths; without any there is no directory.
    files: BTreeMap<String, Vec<u8>>,
    /// What several runs share, if there are to be several.
    repeat: Option<Repeat>,
}

#[derive(Debug)]
enum Stdin {
    Bytes(Vec<u8>),
    Real,
}

impl WasiArgs {
    /// The world for these modules, if one of them is a command or a reactor or calls WASI.
    ///
    /// # Errors
    /// A directory or a file that cannot be opened, or a flag that no module has a use for.
    pub fn setup(&self, file: &Path, members: &[Member], rules: StartRules) -> anyhow::Result<Option<Setup>> {
        if !members.iter().any(|member| is_wasi(&member.module)) {
            // That there is no entry is for the rules to judge, whatever the module imports.
            if self.is_unused() && rules.no_entry == NoEntry::Reject {
                return self.world(file).map(Some);
            }
            ensure!(
                self.is_unused(),
                "--dir, --env, --stdin, --real and arguments behind -- are for WASI programs, and none of the modules is one: they \
                 import nothing of {} and export neither _start nor _initialize",
                p1::MODULE
            );
            return Ok(None);
        }
        self.world(file).map(Some)
    }

    /// An error if features are asked for that only components can have.
    ///
    /// # Errors
    /// `--unstable` is given.
    pub fn refuse_unstable(&self, file: &str) -> anyhow::Result<()> {
        ensure!(self.unstable.is_empty(), "--unstable is about components of WASI 0.2, and {file} is a core module");
        Ok(())
    }

    fn world(&self, file: &Path) -> anyhow::Result<Setup> {
        let name = if input::is_stdin(file) { None } else { file.file_name() };
        let name = name.map_or_else(|| "main".to_owned(), |name| name.to_string_lossy().into_owned());
        Ok(Setup {
            real: self.real.clone(),
            grants: if self.rights == Rights::Asked { Grants::Asked } else { Grants::Unasked },
            args: [name].into_iter().chain(self.args.iter().cloned()).collect(),
            env: self.env.clone(),
            preopens: self.dir.iter().map(|text| preopen(text)).collect::<anyhow::Result<_>>()?,
            stdin: self.stdin(file)?,
            files: BTreeMap::new(),
            features: self.unstable.iter().map(|feature| feature.0).collect(),
            repeat: None,
        })
    }

    /// The same for several runs, each of which finds what the others do.
    ///
    /// # Errors
    /// Standard input that can be read once, or a directory that cannot be copied.
    pub fn repeated(&self, setup: Setup) -> anyhow::Result<Setup> {
        ensure!(matches!(setup.stdin, Stdin::Bytes(_)), "--stdin - can be read once: give a file, or one tier");
        let dirs: Vec<(&str, &str)> = self.dir.iter().map(|text| host_and_guest(text)).collect();
        if !dirs.is_empty() {
            output::note(
                "note: with --tier both the program works on copies of what --dir gives; nothing is written there",
            );
        }
        Ok(Setup { repeat: Some(Repeat::new(&dirs)?), ..setup })
    }

    /// The world for a component, if it or one that it is given imports or exports anything of WASI 0.2.
    ///
    /// # Errors
    /// As [`setup`](Self::setup).
    pub fn setup_for_component<'a>(
        &self,
        file: &Path,
        mut components: impl Iterator<Item = &'a Component>,
    ) -> anyhow::Result<Option<Setup>> {
        let is_wasi = |name: &str| name.starts_with("wasi:");
        if components.any(|component| component.imports().chain(component.exports()).any(is_wasi)) {
            return self.world(file).map(Some);
        }
        ensure!(
            self.is_unused(),
            "--dir, --env, --stdin, --real, --unstable and arguments behind -- are for WASI programs, and this component neither \
             imports nor exports anything of WASI 0.2"
        );
        Ok(None)
    }

    fn is_unused(&self) -> bool {
        let lists = [self.dir.len(), self.env.len(), self.real.len(), self.args.len(), self.unstable.len()];
        lists == [0; 5] && self.stdin.is_none() && self.rights == Rights::Given
    }

    fn stdin(&self, file: &Path) -> anyhow::Result<Stdin> {
        match &self.stdin {
            None => Ok(Stdin::Bytes(Vec::new())),
            Some(path) if input::is_stdin(path) => {
                ensure!(!input::is_stdin(file), "standard input is FILE already: it cannot be the program's too");
                Ok(Stdin::Real)
            }
            Some(path) => Ok(Stdin::Bytes(input::bytes(path).with_context(|| format!("--stdin {}", path.display()))?)),
        }
    }
}

impl Setup {
    /// A world in memory.
    ///
    /// # Errors
    /// The path of a file that cannot be.
    pub fn in_memory(
        name: String,
        args: &[String],
        env: &BTreeMap<String, String>,
        stdin: &str,
        files: &BTreeMap<String, Vec<u8>>,
    ) -> anyhow::Result<Self> {
        fill(&VirtualDir::new(Clocks::default()), files)?;
        Ok(Setup {
            real: Vec::new(),
            grants: Grants::default(),
            args: [name].into_iter().chain(args.iter().cloned()).collect(),
            env: env.clone().into_iter().collect(),
            preopens: Vec::new(),
            stdin: Stdin::Bytes(stdin.as_bytes().to_vec()),
            files: files.clone(),
            features: Vec::new(),
            repeat: None,
        })
    }

    /// The world: everything in it is virtual but what the flags gave.
    pub fn world(&self) -> World {
        let mut world = World::new();
        world.args.clone_from(&self.args);
        world.env.clone_from(&self.env);
        world.grants = self.grants;
        let repeat = self.repeat.as_ref();
        if self.real.contains(&Real::Clock) {
            world.clocks = repeat.map_or_else(Clocks::system, Repeat::clocks);
        }
        if self.real.contains(&Real::Random) {
            world.random = repeat.map_or(Random::System, Repeat::random);
        }
        world.preopens = match repeat {
            Some(repeat) => repeat.preopens(&world.clocks),
            None => self.preopens.clone(),
        };
        world.stdin = match &self.stdin {
            Stdin::Bytes(bytes) => Input::bytes(bytes.clone()),
            Stdin::Real => Input::live(io::stdin()),
        };
        if !self.files.is_empty() {
            let root = world.preopen_virtual("/");
            fill(&root, &self.files).expect("the paths were checked when the world was described");
        }
        world
    }
}

fn fill(root: &VirtualDir, files: &BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    for (path, bytes) in files {
        let written = root.write(path.trim_start_matches('/'), bytes);
        written.map_err(|error| anyhow!("a file {path} cannot be: {error:?}"))?;
    }
    Ok(())
}

/// What a program printed to its two outputs, for people; nothing if it was streamed.
pub fn printed([stdout, stderr]: &[Vec<u8>; 2]) -> Vec<String> {
    let shown = |(name, bytes): (&str, &[u8])| {
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<String> = text.lines().map(|line| format!("\n  | {line}")).collect();
        (!lines.is_empty()).then(|| format!("{name}:{}", lines.concat()))
    };
    [("standard output", stdout.as_slice()), ("standard error", stderr)].into_iter().filter_map(shown).collect()
}

/// What a world has captured.
pub fn captured(world: &World) -> [Vec<u8>; 2] {
    [&world.stdout, &world.stderr].map(|output| output.captured().to_vec())
}

/// Sends what a program prints where it belongs.
pub fn stream(world: &mut World) {
    world.stdout = Output::Stream(Box::new(io::stdout()));
    world.stderr = Output::Stream(Box::new(io::stderr()));
}

fn preopen(text: &str) -> anyhow::Result<Preopen> {
    let (host, guest) = host_and_guest(text);
    let dir = HostDir::ambient(Path::new(host)).with_context(|| format!("--dir {text}: {host}"))?;
    Ok(Preopen { name: guest.to_owned(), dir: Dir::Host(dir) })
}

fn host_and_guest(text: &str) -> (&str, &str) {
    text.split_once("::").unwrap_or((text, text))
}

/// The snapshots of preview 1 from which these modules import.
pub fn snapshots(members: &[Member]) -> Vec<Snapshot> {
    let imports = |module: &Module, name: &str| module.syntax().imports.iter().any(|import| import.module == name);
    let is_used = |snapshot: &Snapshot| members.iter().any(|member| imports(&member.module, snapshot.module()));
    Snapshot::ALL.into_iter().filter(is_used).collect()
}

/// Whether the rules of commands and reactors are for this module.
fn is_wasi(module: &Module) -> bool {
    let syntax = module.syntax();
    let is_entry = |name: &str| matches!(name, "_start" | "_initialize");
    imports_wasi(module) || syntax.exports.iter().any(|export| is_entry(&export.name))
}

fn parse_feature(text: &str) -> Result<Unstable, String> {
    let names = || Feature::ALL.map(Feature::name).join(", ");
    let feature = Feature::ALL.into_iter().find(|feature| feature.name() == text);
    feature.map(Unstable).ok_or_else(|| format!("expected one of {}", names()))
}

fn parse_variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE, such as LANG=C".to_owned()),
    }
}
