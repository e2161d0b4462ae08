//! Components: how long one takes to come up, by the number of core instances in it, and what a call across the boundary
//! between two components costs.

use crate::timing::{Contender, Table};
use preflight_engine::{
    Config, Store, Tier,
    component::{Component, ComponentLinker, ComponentVal},
    trace::{Cause, InstancePath},
};

/// Instantiates a small module with a memory, a table, a global and a start function this often.
fn instances(count: usize) -> Vec<u8> {
    let instances = "(core instance (instantiate $M))".repeat(count);
    encode(&format!(
        r#"(component
        (core module $M
          (memory 1)
          (table 4 funcref)
          (global $ran (mut i32) (i32.const 0))
          (elem (i32.const 0) func $init)
          (data (i32.const 16) "some bytes")
          (func $init
            (global.set $ran (i32.const 1))
            (i32.store (i32.const 0) (i32.const 7)))
          (start $init))
        {instances})"#
    ))
}

/// `$Callee` takes a number, a string and a list of records; `$Caller` exports a loop of calls for each: `number`, `string` of
/// 1 KiB, and `list` of 1,000 records. Each copy of an argument takes the place of the one before.
const CALLS: &str = r#"(component
  (component $Callee
    (core module $M
      (memory (export "mem") 2)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "number") (param i32) (result i32) (local.get 0))
      (func (export "string") (param i32 i32) (result i32) (local.get 1))
      (func (export "list") (param i32 i32) (result i32) (local.get 1)))
    (core instance $m (instantiate $M))
    (type $record' (record (field "id" u32) (field "size" u64) (field "kind" u8)))
    (export $record "record" (type $record'))
    (func (export "number") (param "x" s32) (result s32) (canon lift (core func $m "number")))
    (func (export "string") (param "x" string) (result u32)
      (canon lift (core func $m "string") (memory $m "mem") (realloc (func $m "realloc"))))
    (func (export "list") (param "x" (list $record)) (result u32)
      (canon lift (core func $m "list") (memory $m "mem") (realloc (func $m "realloc")))))
  (instance $callee (instantiate $Callee))
  (component $Caller
    (import "callee" (instance $callee
      (type $record' (record (field "id" u32) (field "size" u64) (field "kind" u8)))
      (export "record" (type $record (eq $record')))
      (export "number" (func (param "x" s32) (result s32)))
      (export "string" (func (param "x" string) (result u32)))
      (export "list" (func (param "x" (list $record)) (result u32)))))
    (core module $Mem (memory (export "mem") 2))
    (core instance $mem (instantiate $Mem))
    (core func $number (canon lower (func $callee "number")))
    (core func $string (canon lower (func $callee "string") (memory $mem "mem")))
    (core func $list (canon lower (func $callee "list") (memory $mem "mem")))
    (core module $M
      (import "callee" "number" (func $number (param i32) (result i32)))
      (import "callee" "string" (func $string (param i32 i32) (result i32)))
      (import "callee" "list" (func $list (param i32 i32) (result i32)))
      (func (export "number") (param $n i32)
        (loop $again
          (drop (call $number (local.get $n)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func (export "string") (param $n i32)
        (loop $again
          (drop (call $string (i32.const 0) (i32.const 1024)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))
      (func (export "list") (param $n i32)
        (loop $again
          (drop (call $list (i32.const 0) (i32.const 1000)))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))))
    (core instance $m (instantiate $M (with "callee" (instance
      (export "number" (func $number)) (export "string" (func $string)) (export "list" (func $list))))))
    (func (export "number") (param "n" u32) (canon lift (core func $m "number")))
    (func (export "string") (param "n" u32) (canon lift (core func $m "string")))
    (func (export "list") (param "n" u32) (canon lift (core func $m "list"))))
  (instance $caller (instantiate $Caller (with "callee" (instance $callee))))
  (export "number" (func $caller "number"))
  (export "string" (func $caller "string"))
  (export "list" (func $caller "list")))"#;

/// Text to bytes.
fn encode(text: &str) -> Vec<u8> {
    let encode = || -> Result<Vec<u8>, wast::Error> {
        let buffer = wast::parser::ParseBuffer::new(text)?;
        wast::parser::parse::<wast::Wat<'_>>(&buffer)?.encode()
    };
    encode().expect("the components of this file are well formed")
}

fn config(tier: Tier) -> Config {
    Config { tier, ..Config::default() }
}

/// A component that is decoded, made ready.
fn instantiate(config: &Config, component: &Component) -> anyhow::Result<()> {
    let mut store = Store::new(config);
    store.instantiate_component(component, &ComponentLinker::new(), InstancePath::root())?;
    Ok(())
}

/// From bytes to ready, and from decoded or compiled to ready.
pub fn startup(rounds: usize) -> anyhow::Result<Table> {
    let mut table =
        Table::new("Components, by core instances inside (time; in brackets preflight's time by the peer's)");
    #[cfg(feature = "peers")]
    let engine = wasmtime::Engine::default();
    for count in [1, 10, 100, 1000] {
        let bytes = instances(count);
        let (interp, jit) = (config(Tier::Interp), config(Tier::Jit));
        let from_bytes = |config: &Config| instantiate(config, &Component::new(config, &bytes)?);
        #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "peers are added"))]
        let mut contenders = vec![
            Contender::new("preflight", || from_bytes(&interp)),
            Contender::new("preflight-jit", || from_bytes(&jit)),
        ];
        #[cfg(feature = "peers")]
        contenders.push(Contender::new("wasmtime", || peer::from_bytes(&engine, &bytes)));
        table.row(&format!("{count}, from bytes"), contenders, rounds)?;
        let decoded = Component::new(&interp, &bytes)?;
        #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "peers are added"))]
        let mut contenders = vec![Contender::new("preflight", || instantiate(&interp, &decoded))];
        #[cfg(feature = "peers")]
        {
            let compiled = peer::Compiled::new(&engine, &bytes)?;
            contenders.push(Contender::new("wasmtime", move || compiled.instantiate()));
        }
        table.row(&format!("{count}, ready-made"), contenders, rounds)?;
    }
    Ok(table)
}

/// A loop of calls across a boundary: the times are those of 1,000 numbers or strings, and of 10 lists.
pub fn calls(rounds: usize) -> anyhow::Result<Table> {
    let mut table = Table::new("Calls across a component boundary (time; in brackets preflight's time by the peer's)");
    let bytes = encode(CALLS);
    for (name, label, count) in
        [("number", "1000 x i32", 1000), ("string", "1000 x 1 KiB string", 1000), ("list", "10 x 1000 records", 10)]
    {
        #[cfg_attr(not(feature = "peers"), expect(unused_mut, reason = "peers are added"))]
        let mut contenders = vec![
            Contender::new("preflight", caller(Tier::Interp, &bytes, name, count)?),
            Contender::new("preflight-jit", caller(Tier::Jit, &bytes, name, count)?),
        ];
        #[cfg(feature = "peers")]
        contenders.push(Contender::new("wasmtime", peer::caller(&bytes, name, count)?));
        table.row(label, contenders, rounds)?;
    }
    Ok(table)
}

/// One loop of calls on a tier of the engine.
fn caller(
    tier: Tier,
    bytes: &[u8],
    name: &'static str,
    count: u32,
) -> anyhow::Result<impl FnMut() -> anyhow::Result<()> + 'static> {
    let config = config(tier);
    let component = Component::new(&config, bytes)?;
    let mut store = Store::new(&config);
    let instance = store.instantiate_component(&component, &ComponentLinker::new(), InstancePath::root())?;
    Ok(move || {
        store.call_component(&instance, &[name], &[ComponentVal::U32(count)], Cause::Invoke)?;
        Ok(())
    })
}

#[cfg(feature = "peers")]
mod peer {
    use wasmtime::{
        Engine, Store,
        component::{Component, Linker},
    };

    fn told<T>(end: wasmtime::Result<T>) -> anyhow::Result<T> {
        end.map_err(|error| anyhow::anyhow!("{error:?}"))
    }

    /// A component that wasmtime has compiled.
    pub struct Compiled {
        engine: Engine,
        component: Component,
    }

    impl Compiled {
        pub fn new(engine: &Engine, bytes: &[u8]) -> anyhow::Result<Compiled> {
            let component = told(Component::new(engine, bytes))?;
            Ok(Compiled { engine: engine.clone(), component })
        }

        pub fn instantiate(&self) -> anyhow::Result<()> {
            let mut store = Store::new(&self.engine, ());
            told(Linker::<()>::new(&self.engine).instantiate(&mut store, &self.component))?;
            Ok(())
        }
    }

    pub fn from_bytes(engine: &Engine, bytes: &[u8]) -> anyhow::Result<()> {
        Compiled::new(engine, bytes)?.instantiate()
    }

    pub fn caller(
        bytes: &[u8],
        name: &'static str,
        count: u32,
    ) -> anyhow::Result<impl FnMut() -> anyhow::Result<()> + 'static> {
        let Compiled { engine, component } = Compiled::new(&Engine::default(), bytes)?;
        let mut store = Store::new(&engine, ());
        let instance = told(Linker::<()>::new(&engine).instantiate(&mut store, &component))?;
        let func = told(instance.get_typed_func::<(u32,), ()>(&mut store, name))?;
        Ok(move || told(func.call(&mut store, (count,))))
    }
}
