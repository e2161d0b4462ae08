//! Programs of WASI on wasmtime-wasi.
//!
//! Of preview 1, every module is linked by `Linker::module`, which knows commands and reactors: it calls `_initialize`, and
//! makes a new instance of a command for each call. The main module is linked under the empty name, and entered through what
//! `Linker::get_default` calls its default.

use super::{end, end_of_instantiation, refused};
use crate::{
    leftovers::Folder,
    runtime::{End, Program, ProgramEnd, Reach, World},
};
use std::fs;
use wasmtime::{Engine, Extern, ExternType, Linker, Module, Store, component};
use wasmtime_wasi::{
    FsPerms, ResourceTable, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView,
    p1::{self, WasiP1Ctx},
    p2::{
        self,
        bindings::Command,
        pipe::{MemoryInputPipe, MemoryOutputPipe},
    },
    runtime::in_tokio,
};

/// A program that writes more than this is stopped.
const MAX_OUTPUT_BYTES: usize = 1 << 20;

/// Runs a program.
pub(super) fn run(engine: &Engine, program: &Program) -> Result<ProgramEnd, End> {
    let folders = Folder::new("preflight-").map_err(|error| End::Failed(error.to_string()))?;
    let stdout = MemoryOutputPipe::new(MAX_OUTPUT_BYTES);
    let mut given = given(program, &folders, &stdout)?;
    let end = match program.world {
        World::P1 => preview_1(engine, program, given.build_p1()),
        World::P2 => wasi_0_2(engine, program, given.build()),
    };
    Ok(ProgramEnd { stdout: stdout.contents().to_vec(), end })
}

/// What the program is given.
fn given(program: &Program, folders: &Folder, stdout: &MemoryOutputPipe) -> Result<WasiCtxBuilder, End> {
    let mut builder = WasiCtxBuilder::new();
    builder.stdin(MemoryInputPipe::new(program.stdin.clone().into_bytes())).stdout(stdout.clone());
    // The first argument is the program's name.
    builder.arg("main.wasm").args(&program.args);
    for (name, value) in &program.env {
        builder.env(name, value);
    }
    for (index, name) in program.preopens.iter().enumerate() {
        let folder = folders.path().join(format!("dir{index}"));
        fs::create_dir(&folder).map_err(|error| End::Failed(error.to_string()))?;
        builder.preopened_dir(&folder, name, FsPerms::ReadWrite).map_err(end)?;
    }
    Ok(builder)
}

fn preview_1(engine: &Engine, program: &Program, given: WasiP1Ctx) -> Result<(), End> {
    let mut store = Store::new(engine, given);
    let mut linker = Linker::new(engine);
    p1::add_to_linker_sync(&mut linker, |given: &mut WasiP1Ctx| given).map_err(end)?;
    let main = [(String::new(), program.main.clone())];
    let mut is_command = false;
    for (name, bytes) in program.preloads.iter().chain(&main) {
        let module = Module::from_binary(engine, bytes).map_err(refused)?;
        is_command = matches!(module.get_export("_start"), Some(ExternType::Func(_)));
        linker.module(&mut store, name, &module).map_err(end_of_instantiation)?;
    }
    if program.takes_times() && is_command {
        return Err(End::unsupported(
            "entering one instance of a command again: its linker makes a new one for each call",
        ));
    }
    let entry = match &program.reach {
        Reach::Reactor => return Ok(()),
        Reach::Command => linker.get_default(&mut store, "").map_err(end_of_instantiation)?,
        Reach::Export(name) if name == "_initialize" => {
            return Err(End::unsupported("the linker leaves the choice of an export to its user"));
        }
        Reach::Export(name) => match linker.get(&mut store, "", name) {
            Ok(Extern::Func(func)) => func,
            _ => return Err(End::no_export(name)),
        },
    };
    let mut results = vec![wasmtime::Val::I32(0); entry.ty(&store).results().len()];
    (0..program.times).try_for_each(|_| entry.call(&mut store, &[], &mut results)).map_err(end)
}

/// The host of a component.
struct Host {
    given: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.given, table: &mut self.table }
    }
}

fn wasi_0_2(engine: &Engine, program: &Program, given: WasiCtx) -> Result<(), End> {
    let component = component::Component::from_binary(engine, &program.main).map_err(refused)?;
    let mut linker = component::Linker::new(engine);
    p2::add_to_linker_async(&mut linker).map_err(end)?;
    let ready = linker.instantiate_pre(&component).map_err(end_of_instantiation)?;
    let mut store = Store::new(engine, Host { given, table: ResourceTable::new() });
    let instance = in_tokio(ready.instantiate_async(&mut store)).map_err(end)?;
    match &program.reach {
        Reach::Reactor => Ok(()),
        Reach::Export(name) => {
            let Some(func) = instance.get_func(&mut store, name) else { return Err(End::no_export(name)) };
            let mut results = vec![component::Val::Bool(false); func.ty(&store).results().len()];
            last_of(program.times, || in_tokio(func.call_async(&mut store, &[], &mut results)).map_err(end))
        }
        Reach::Command => last_of(program.times, || command(&mut store, &instance)),
    }
}

/// Calls so often, whatever comes of it; the last end counts.
fn last_of(times: u32, mut call: impl FnMut() -> Result<(), End>) -> Result<(), End> {
    (0..times).fold(Ok(()), |_, _| call())
}

/// Calls `wasi:cli/run`.
fn command(store: &mut Store<Host>, instance: &component::Instance) -> Result<(), End> {
    let command = Command::new(&mut *store, instance).map_err(end_of_instantiation)?;
    match in_tokio(command.wasi_cli_run().call_run(store)).map_err(end)? {
        Ok(()) => Ok(()),
        // As every command line has it.
        Err(()) => Err(End::Exit(1)),
    }
}
