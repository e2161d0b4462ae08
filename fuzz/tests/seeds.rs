//! The seed corpus, the dictionaries and the options: each target has them, and every seed can be run.
//!
//! `PREFLIGHT_WRITE_SEEDS=1 cargo test --test seeds` writes those that are generated anew.

use preflight_plan::{
    Plan, component::ComponentPlan, envelope, imports::ImportPlan, resources::ResourcePlan, tasks::TaskPlan,
    values::ValuePlan, wasi::WasiPlan,
};
use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// The targets: each has a file of its name in `fuzz_targets`.
fn targets() -> BTreeMap<&'static str, fn(&[u8])> {
    let start: fn(&[u8]) = |bytes| {
        preflight_fuzz::start(bytes);
    };
    BTreeMap::from([
        ("canonical_abi", preflight_fuzz::canonical_abi as fn(&[u8])),
        ("components", preflight_fuzz::components),
        ("imports", preflight_fuzz::imports),
        ("plans", preflight_fuzz::plans),
        ("programs", preflight_fuzz::programs),
        ("resources", preflight_fuzz::resources),
        ("script", preflight_fuzz::script),
        ("start", start),
        ("tasks", preflight_fuzz::tasks),
        ("tiers", preflight_fuzz::tiers),
        ("trace", preflight_fuzz::trace),
        ("values", preflight_fuzz::values),
        ("wasi", preflight_fuzz::wasi),
    ])
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn every_target_has_a_function_options_and_seeds() {
    let files = names(&folder("fuzz_targets"));
    assert_eq!(files, targets().keys().map(|name| format!("{name}.rs")).collect::<Vec<_>>());
    for name in targets().keys() {
        let options = fs::read_to_string(folder("options").join(format!("{name}.options"))).expect("options");
        for line in ["max_len = 4096", "timeout = 10", "rss_limit_mb = 2048"] {
            assert!(options.contains(line), "{name}: {line}");
        }
        if let Some((_, dict)) = options.split_once("dict = ") {
            assert!(folder("options").join(dict.trim()).is_file(), "{name}: {dict}");
        }
        assert!(names(&folder("seeds").join(name)).len() >= 2, "{name}");
    }
}

#[test]
fn every_seed_runs_in_a_moment() {
    if env::var_os("PREFLIGHT_WRITE_SEEDS").is_some() {
        write();
    }
    for (name, target) in targets() {
        for seed in names(&folder("seeds").join(name)) {
            let bytes = fs::read(folder("seeds").join(name).join(&seed)).expect("a seed");
            let start = Instant::now();
            target(&bytes);
            // The bar is one second; a test runs beside others, and without optimisation.
            assert!(start.elapsed() < Duration::from_secs(10), "{name}/{seed}: {:?}", start.elapsed());
        }
    }
}

/// Inputs in envelopes are the plans that stand in them, whatever generators do today.
#[test]
fn an_envelope_survives_a_change_of_the_generator() {
    for name in names(&folder("seeds/plans")) {
        let bytes = fs::read(folder("seeds/plans").join(&name)).expect("a seed");
        let json = bytes.strip_prefix(b"PLAN\x01").unwrap_or_else(|| panic!("{name} has no envelope"));
        let plan: Plan = serde_json::from_slice(json).expect("a plan");
        assert_eq!(envelope::open(&bytes).expect("a plan"), plan.normalise(), "{name}");
    }
    // One of the first form: a field that came later has its default, and what it does is known.
    let old = br#"PLAN{"modules":[{"funcs":[{"steps":[{"trap":"unreachable"}]}],"start":0}],"nodes":[{}]}"#;
    let old = [&old[..4], b"\x01", &old[4..]].concat();
    let plan = envelope::open(&old).expect("a plan");
    let outcome = plan.expected().traces[0].outcome.to_string();
    assert_eq!(outcome, "trap: unreachable executed (start)");
    assert_eq!(envelope::open(&envelope::seal(&plan)).expect("a plan"), plan);
    // A value before there was more to say of it.
    let old = br#"PLAN{"ty":{"list":"string"},"seed":9,"encoding":"utf16","flaw":"length"}"#;
    let old = [&old[..4], b"\x01", &old[4..]].concat();
    let value: ValuePlan = envelope::open_as(&old).expect("a plan");
    assert!(value.flaw.is_some() && !value.is_64 && value.import.is_none() && value.across.is_none());
    assert_eq!(value.expected()[0].outcome.to_string(), "trap: invalid pointer (start)");
    let mut later = envelope::seal(&plan);
    later[4] += 1;
    assert!(envelope::open(&later).is_err(), "a later form is refused, and not taken for something to draw from");
}

fn write() {
    let put = |target: &str, name: &str, bytes: &[u8]| {
        fs::create_dir_all(folder("seeds").join(target)).expect("a folder");
        fs::write(folder("seeds").join(target).join(name), bytes).expect("a file");
    };
    for seed in 0..6 {
        let (plan, component) = (Plan::from_seed(seed), ComponentPlan::from_seed(seed));
        put("plans", &format!("drawn-{seed}"), &envelope::seal(&plan));
        put("components", &format!("drawn-{seed}"), &envelope::seal(&component));
        put("resources", &format!("drawn-{seed}"), &envelope::seal(&ResourcePlan::from_seed(seed)));
        put("imports", &format!("drawn-{seed}"), &envelope::seal(&ImportPlan::from_seed(seed)));
        put("tasks", &format!("drawn-{seed}"), &envelope::seal(&TaskPlan::from_seed(seed)));
        put("values", &format!("drawn-{seed}"), &envelope::seal(&ValuePlan::from_seed(seed)));
        put("programs", &format!("drawn-{seed}"), &envelope::seal(&WasiPlan::from_seed(seed)));
        put("start", &format!("module-{seed}"), &plan.to_wasm().modules[0]);
        put("start", &format!("component-{seed}"), &component.to_wasm());
        let trace = serde_json::to_string(&plan.expected().traces[0]).expect("traces are data");
        put("trace", &format!("predicted-{seed}"), trace.as_bytes());
        let noise = preflight_plan::bytes_of_seed(seed);
        put("tiers", &format!("noise-{seed}"), &noise[..512]);
        put("tiers", &format!("module-{seed}"), &preflight::fuzz::smith::module_of(&noise));
        // The type, then a pointer and a length, or the parts of a tuple.
        let memory = [&[seed as u8, 8, 0, 0, 0, 3, 0, 0, 0][..], &noise[..24]].concat();
        put("canonical_abi", &format!("type-{seed}"), &memory);
    }
    put("script", "traps", SCRIPT.as_bytes());
    put("script", "component", COMPONENT.as_bytes());
    for (name, text) in [("writes", WRITES), ("reactor", REACTOR)] {
        put("wasi", name, &encoded(text));
    }
}

fn encoded(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).expect("tokens");
    wast::parser::parse::<wast::Wat<'_>>(&buffer).expect("a module").encode().expect("names that resolve")
}

const SCRIPT: &str = r#"(module $A (memory (export "m") 1) (func (export "f") (result i32) (i32.load (i32.const 0))))
(register "A" $A)
(assert_trap (module (import "A" "m" (memory 1)) (data (i32.const 0) "\07") (data (i32.const 65536) "x"))
  "out of bounds memory access")
(assert_return (invoke $A "f") (i32.const 7))
(assert_unlinkable (module (import "A" "none" (func))) "unknown import")
"#;

const COMPONENT: &str = r#"(component
  (core module $m (func (export "f") (result i32) (i32.const 1)))
  (core instance $i (instantiate $m))
  (func (export "f") (result u32) (canon lift (core func $i "f"))))
(assert_return (invoke "f") (u32.const 1))
"#;

const WRITES: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\03\00\00\00") (data (i32.const 16) "hi\n")
  (func (export "_start")
    (call $exit (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 32)))))"#;

const REACTOR: &str = r#"(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (drop (call $random (i32.const 0) (i32.const 8))))
  (func (export "f") (result i64) (i64.load (i32.const 0))))"#;
