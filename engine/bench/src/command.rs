//! A command of WASI preview 1, from its bytes to its exit.

use crate::timing::{Contender, Table};
use anyhow::ensure;
use preflight_engine::{
    Config, Linker, Module, Store, Tier,
    trace::InstancePath,
    wasi::{Program, Purpose, StartRules, World, p1},
};
use std::{cell::RefCell, rc::Rc};

/// Prints a line.
const HELLO: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\0d\00\00\00")
  (data (i32.const 16) "hello, world\n")
  (func (export "_start")
    (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable))))"#;

/// What it prints.
const LINE: &[u8] = b"hello, world\n";

/// Measures the command on the engine and on wasmtime without a cache. Nothing is kept from run to run, but wasmtime's
/// engine and linker, which a host makes once.
pub fn measure(rounds: usize) -> anyhow::Result<Table> {
    let mut table = Table::new("A WASI command from bytes to exit (time; in brackets preflight's time by the peer's)");
    let buffer = wast::parser::ParseBuffer::new(HELLO)?;
    let wasm = wast::parser::parse::<wast::Wat<'_>>(&buffer)?.encode()?;
    let own = |tier| Config { tier, ..Config::default() };
    let (interp, jit) = (own(Tier::Interp), own(Tier::Jit));
    #[cfg(feature = "peers")]
    let wasmtime = wasmtime_peer::Wasmtime::new()?;
    #[cfg_attr(not(feature = "peers"), allow(unused_mut, reason = "no peer follows"))]
    let mut contenders =
        vec![Contender::new("preflight", || run(&interp, &wasm)), Contender::new("preflight-jit", || run(&jit, &wasm))];
    #[cfg(feature = "peers")]
    contenders.push(Contender::new("wasmtime", || wasmtime.run(&wasm)));
    table.row(&format!("hello, {} B", wasm.len()), contenders, rounds)?;
    Ok(table)
}

fn run(config: &Config, wasm: &[u8]) -> anyhow::Result<()> {
    let module = Module::new(config, wasm)?;
    let (mut store, mut linker) = (Store::new(config), Linker::new());
    let world = Rc::new(RefCell::new(World::new()));
    p1::add_to_linker(&mut linker, &mut store, world.clone());
    let externs = linker.resolve(&store, &module)?;
    let (root, rules) = (InstancePath::root(), StartRules::default());
    let mut program = Program::begin(&mut store, &module, &externs, root, rules, Purpose::Main)?;
    program.run(&mut store)?;
    ensure!(world.borrow().stdout.captured() == LINE, "it printed something else");
    Ok(())
}

/// wasmtime with a WASI of one function, the one that the command calls: less than any real host of it does.
#[cfg(feature = "peers")]
mod wasmtime_peer {
    use super::LINE;
    use anyhow::ensure;
    use wasmtime::{Caller, Engine, Error, Linker, Module, Result, Store};

    pub struct Wasmtime {
        engine: Engine,
        /// For stores that hold what was printed.
        linker: Linker<Vec<u8>>,
    }

    impl Wasmtime {
        pub fn new() -> anyhow::Result<Self> {
            let engine = Engine::default();
            let mut linker = Linker::new(&engine);
            linker.func_wrap("wasi_snapshot_preview1", "fd_write", fd_write).map_err(error)?;
            Ok(Wasmtime { engine, linker })
        }

        pub fn run(&self, wasm: &[u8]) -> anyhow::Result<()> {
            let module = Module::new(&self.engine, wasm).map_err(error)?;
            let mut store = Store::new(&self.engine, Vec::new());
            let instance = self.linker.instantiate(&mut store, &module).map_err(error)?;
            let start = instance.get_typed_func::<(), ()>(&mut store, "_start").map_err(error)?;
            start.call(&mut store, ()).map_err(error)?;
            ensure!(store.data() == LINE, "it printed something else");
            Ok(())
        }
    }

    /// Of one buffer.
    fn fd_write(mut caller: Caller<'_, Vec<u8>>, _fd: u32, iovs: u32, _len: u32, written: u32) -> Result<u32> {
        let memory = caller.get_export("memory").and_then(|export| export.into_memory());
        let memory = memory.ok_or_else(|| Error::msg("no memory"))?;
        let (bytes, printed) = memory.data_and_store_mut(&mut caller);
        let word =
            |at: usize| bytes.get(at..at + 4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]));
        let (at, len) = (word(iovs as usize), word(iovs as usize + 4));
        let range = at.zip(len).map(|(at, len)| at as usize..at as usize + len as usize);
        let buffer = range.and_then(|range| bytes.get(range)).ok_or_else(|| Error::msg("out of bounds"))?;
        printed.extend_from_slice(buffer);
        let len = buffer.len() as u32;
        memory.write(&mut caller, written as usize, &len.to_le_bytes())?;
        Ok(0)
    }

    fn error(error: Error) -> anyhow::Error {
        anyhow::anyhow!("{error:?}")
    }
}
