//! The runtimes under measurement, each reduced to two operations: start a module, and keep one to be called.

use preflight_engine as pf;

/// `run` of an instance: an `i32` in, an `i64` out.
pub type Run = Box<dyn FnMut(i32) -> anyhow::Result<i64>>;

/// A runtime.
pub trait Peer: Sync {
    /// Its name in the tables.
    fn name(&self) -> &str;
    /// From bytes to instantiated, in a store of its own, start function included.
    fn start(&self, wasm: &[u8]) -> anyhow::Result<()>;
    /// An instance's export `run`; `None` if the runtime cannot run the module.
    fn load(&self, wasm: &[u8]) -> Option<Run>;
    /// Compiles all functions to machine code; `None` if the runtime does no such thing before it runs them.
    fn compile(&self, wasm: &[u8]) -> Option<anyhow::Result<()>> {
        let _ = wasm;
        None
    }
}

/// The runtimes that are wanted; all if none is named.
pub struct Chosen(pub Vec<String>);

impl Chosen {
    /// Whether this one is.
    pub fn contains(&self, name: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|chosen| chosen == name)
    }
}

/// The engine itself first, then the peers.
pub fn all(chosen: &Chosen) -> Vec<Box<dyn Peer>> {
    let own = |name, tier| Own { name, config: pf::Config { tier, ..pf::Config::default() } };
    #[cfg_attr(not(feature = "peers"), allow(unused_mut, reason = "no peers follow"))]
    let mut peers: Vec<Box<dyn Peer>> =
        vec![Box::new(own("preflight", pf::Tier::Interp)), Box::new(own("preflight-jit", pf::Tier::Jit))];
    #[cfg(feature = "peers")]
    {
        peers.push(Box::new(wasmi_peer::Wasmi::new("wasmi", wasmi::CompilationMode::LazyTranslation)));
        peers.push(Box::new(wasmi_peer::Wasmi::new("wasmi-lazy", wasmi::CompilationMode::Lazy)));
        peers.push(Box::new(wasmtime_peer::Wasmtime::new()));
    }
    peers.retain(|peer| chosen.contains(peer.name()));
    peers
}

struct Own {
    name: &'static str,
    config: pf::Config,
}

impl Peer for Own {
    fn name(&self) -> &str {
        self.name
    }

    fn start(&self, wasm: &[u8]) -> anyhow::Result<()> {
        let module = pf::Module::new(&self.config, wasm)?;
        let mut store = pf::Store::new(&self.config);
        store.instantiate(&module, &[], Default::default())?;
        Ok(())
    }

    fn compile(&self, wasm: &[u8]) -> Option<anyhow::Result<()>> {
        let config = pf::Config { compile: pf::Compile::Eager, ..self.config.clone() };
        let compile = || pf::Module::new(&config, wasm).map(drop).map_err(anyhow::Error::from);
        (self.config.tier == pf::Tier::Jit).then(compile)
    }

    fn load(&self, wasm: &[u8]) -> Option<Run> {
        let module = pf::Module::new(&self.config, wasm).ok()?;
        let mut store = pf::Store::new(&self.config);
        let instance = store.instantiate(&module, &[], Default::default()).ok()?;
        let Some(pf::Extern::Func(func)) = store.export(instance, "run") else { return None };
        Some(Box::new(move |n| match store.invoke(func, &[pf::Val::I32(n)])?[..] {
            [pf::Val::I64(result)] => Ok(result),
            ref other => anyhow::bail!("run gives an i64, not {other:?}"),
        }))
    }
}

#[cfg(feature = "peers")]
mod wasmi_peer {
    use super::{Peer, Run};

    pub struct Wasmi {
        name: &'static str,
        engine: wasmi::Engine,
    }

    impl Wasmi {
        pub fn new(name: &'static str, mode: wasmi::CompilationMode) -> Self {
            let mut config = wasmi::Config::default();
            config.compilation_mode(mode).wasm_wide_arithmetic(true).wasm_custom_page_sizes(true);
            Wasmi { name, engine: wasmi::Engine::new(&config) }
        }

        fn instance(&self, wasm: &[u8]) -> Result<(wasmi::Store<()>, wasmi::Instance), wasmi::Error> {
            let module = wasmi::Module::new(&self.engine, wasm)?;
            let mut store = wasmi::Store::new(&self.engine, ());
            let linker = wasmi::Linker::<()>::new(&self.engine);
            let instance = linker.instantiate_and_start(&mut store, &module)?;
            Ok((store, instance))
        }
    }

    impl Peer for Wasmi {
        fn name(&self) -> &str {
            self.name
        }

        fn start(&self, wasm: &[u8]) -> anyhow::Result<()> {
            self.instance(wasm)?;
            Ok(())
        }

        fn load(&self, wasm: &[u8]) -> Option<Run> {
            let (mut store, instance) = self.instance(wasm).ok()?;
            let run = instance.get_typed_func::<i32, i64>(&store, "run").ok()?;
            Some(Box::new(move |n| Ok(run.call(&mut store, n)?)))
        }
    }
}

#[cfg(feature = "peers")]
mod wasmtime_peer {
    use super::{Peer, Run};

    pub struct Wasmtime(wasmtime::Engine);

    impl Wasmtime {
        pub fn new() -> Self {
            let mut config = wasmtime::Config::new();
            config.wasm_gc(true).wasm_function_references(true).wasm_tail_call(true);
            // Preflight's loops and calls can be interrupted always.
            config.epoch_interruption(true);
            Wasmtime(wasmtime::Engine::new(&config).expect("the configuration is supported"))
        }

        fn instance(&self, wasm: &[u8]) -> wasmtime::Result<(wasmtime::Store<()>, wasmtime::Instance)> {
            let module = wasmtime::Module::new(&self.0, wasm)?;
            let mut store = wasmtime::Store::new(&self.0, ());
            store.set_epoch_deadline(1);
            let instance = wasmtime::Instance::new(&mut store, &module, &[])?;
            Ok((store, instance))
        }
    }

    impl Peer for Wasmtime {
        fn name(&self) -> &str {
            "wasmtime"
        }

        fn start(&self, wasm: &[u8]) -> anyhow::Result<()> {
            self.instance(wasm).map_err(|error| anyhow::anyhow!("{error:?}"))?;
            Ok(())
        }

        fn compile(&self, wasm: &[u8]) -> Option<anyhow::Result<()>> {
            let module = wasmtime::Module::new(&self.0, wasm);
            Some(module.map(drop).map_err(|error| anyhow::anyhow!("{error:?}")))
        }

        fn load(&self, wasm: &[u8]) -> Option<Run> {
            let (mut store, instance) = self.instance(wasm).ok()?;
            let run = instance.get_typed_func::<i32, i64>(&mut store, "run").ok()?;
            Some(Box::new(move |n| run.call(&mut store, n).map_err(|error| anyhow::anyhow!("{error:?}"))))
        }
    }
}
