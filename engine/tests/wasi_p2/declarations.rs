//! The host's declarations against the official definitions, which the crate `wasip2` carries: a component that imports
//! all of every interface links, whichever version 0.2 it names.

use crate::guest::{Run, encode, wat};
use preflight_engine::{
    Config,
    component::{Component, ComponentError},
    trace::InstancePath,
    wasi::{World, p2::Feature},
};
use std::{fs, path::PathBuf, process::Command};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::{
    InterfaceId, Resolve, TypeDefKind, UnresolvedPackageGroup, WorldKey,
    abi::{AbiVariant, WasmType},
};

/// The version of the definitions.
pub const VERSION: &str = "0.2.12";

/// The packages, each after those that it uses.
const PACKAGES: [&str; 7] = ["io", "clocks", "random", "filesystem", "sockets", "cli", "http"];

/// The definitions: one text for each package.
fn definitions() -> Vec<String> {
    let folder = package().join("wit").join("deps");
    let text = |package| fs::read_to_string(folder.join(package).with_extension("wit")).expect("text");
    PACKAGES.into_iter().map(text).collect()
}

/// The folder of the package wasip2, where the compiler found its sources: it wrote so beside this program. (cargo knows it
/// too, but tells only once it has the packages of every other platform and feature.)
fn package() -> PathBuf {
    let program = std::env::current_exe().expect("the path of this program");
    let notes = fs::read_dir(program.parent().expect("a folder")).expect("the folder of this program");
    let paths = notes.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let is_note = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.starts_with("wasip2-") && name.ends_with(".d")
    };
    let sources = paths.filter(is_note).filter_map(|note| {
        let text = fs::read_to_string(note).ok()?;
        let library = text.split_whitespace().find(|word| word.ends_with("lib.rs"))?;
        Some(PathBuf::from(library).parent()?.with_file_name(""))
    });
    let mut packages = sources.filter(|folder| folder.join("wit").join("deps").is_dir());
    packages.next().unwrap_or_else(from_cargo)
}

/// The same by cargo.
fn from_cargo() -> PathBuf {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let arguments = ["metadata", "--format-version=1", "--manifest-path", manifest];
    let output = Command::new(cargo).args(arguments).output().expect("cargo metadata");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo metadata does not tell where the package wasip2 is: {said}");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "wasip2").expect("the package wasip2");
    PathBuf::from(package["manifest_path"].as_str().expect("a path")).with_file_name("")
}

/// The definitions with another version, the unstable features included or not.
pub fn resolve(version: &str, unstable: bool) -> Resolve {
    let mut resolve = Resolve { all_features: unstable, ..Resolve::default() };
    for text in definitions() {
        // What says since when something is there would contradict another version.
        let is_kept = |line: &&str| !["@since", "@deprecated"].iter().any(|gate| line.trim_start().starts_with(gate));
        let lines: Vec<&str> = text.lines().filter(is_kept).collect();
        let text = lines.join("\n").replace(VERSION, version);
        let group = UnresolvedPackageGroup::parse("definitions.wit", &text).expect("WIT");
        resolve.push_group(group).expect("a package");
    }
    resolve
}

/// A world that imports every interface but those that programs export, and a module that imports all functions of them.
pub fn everything(version: &str, unstable: bool) -> Vec<u8> {
    let mut resolve = resolve(version, unstable);
    let exported = ["run", "incoming-handler"];
    let interfaces = resolve.interfaces.iter().filter(|(_, interface)| {
        let name = interface.name.as_deref().unwrap_or_default();
        !exported.contains(&name) && (unstable || name != "timezone")
    });
    let ids: Vec<InterfaceId> = interfaces.map(|(id, _)| id).collect();
    assert_eq!(ids.len(), if unstable { 30 } else { 29 }, "how many interfaces the worlds of 0.2 import");
    let names: Vec<String> = ids.iter().filter_map(|id| resolve.id_of(*id)).collect();
    let imports: String = names.iter().map(|name| format!("import {name}; ")).collect();
    let group =
        UnresolvedPackageGroup::parse("w.wit", &format!("package test:w; world w {{ {imports} }}")).expect("WIT");
    let package = resolve.push_group(group).expect("a world");
    let world = resolve.select_world(&[package], Some("w")).expect("a world w");
    let funcs: String = ids.iter().map(|id| imports_of(&resolve, *id)).collect();
    let module = format!(
        r#"(module {funcs} (memory (export "memory") 1)
            (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) unreachable))"#
    );
    let mut bytes = wat(&module);
    embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
    encode(&bytes)
}

/// The core imports of all functions and resources of an interface, each called `$"INTERFACE#NAME"`.
pub fn imports_of(resolve: &Resolve, id: InterfaceId) -> String {
    let module = resolve.name_world_key(&WorldKey::Interface(id));
    let interface = &resolve.interfaces[id];
    let core = |types: &[WasmType]| -> String {
        let name = |ty: &WasmType| match ty {
            WasmType::I64 | WasmType::PointerOrI64 => " i64",
            WasmType::F32 => " f32",
            WasmType::F64 => " f64",
            _ => " i32",
        };
        types.iter().map(name).collect()
    };
    let mut text = String::new();
    for func in interface.functions.values() {
        let signature = resolve.wasm_signature(AbiVariant::GuestImport, func);
        let (params, results) = (core(&signature.params), core(&signature.results));
        text += &format!(
            "(import {module:?} {:?} (func $\"{module}#{0}\" (param{params}) (result{results})))\n",
            func.name
        );
    }
    for (name, ty) in &interface.types {
        if matches!(resolve.types[*ty].kind, TypeDefKind::Resource) {
            let name = format!("[resource-drop]{name}");
            text += &format!("(import {module:?} {name:?} (func $\"{module}#{name}\" (param i32)))\n");
        }
    }
    text
}

fn link(bytes: &[u8], features: &[Feature]) -> Result<(), ComponentError> {
    let config = Config::default();
    let mut run = Run::new(&config, World::new(), features);
    let component = Component::new(&config, bytes).expect("a component");
    run.store.instantiate_component(&component, &run.linker, InstancePath::root()).map(drop)
}

#[test]
fn every_interface_of_every_version_links() {
    // Those that canonicalise to 0.2, a candidate for release among them (Explainer.md, *Canonical Interface Name*).
    for version in ["0.2.0", "0.2.3", "0.2.6", VERSION, "0.2.99", "0.2.0-rc-2023-12-05"] {
        link(&everything(version, false), &[]).unwrap_or_else(|error| panic!("{version}: {error}"));
    }
}

#[test]
fn unstable_functions_link_behind_their_gates() {
    let bytes = everything(VERSION, true);
    link(&bytes, &Feature::ALL).expect("all gates are open");
    for missing in Feature::ALL {
        let others: Vec<Feature> = Feature::ALL.into_iter().filter(|feature| *feature != missing).collect();
        let error = link(&bytes, &others).expect_err("a gate is shut").to_string();
        let function = match missing {
            Feature::ClocksTimezone => "wasi:clocks/timezone",
            Feature::NetworkErrorCode => "network-error-code",
            Feature::InformationalOutboundResponses => "send-informational",
        };
        assert!(error.contains(function), "{}: {error}", missing.name());
    }
}

#[test]
fn other_versions_do_not_link() {
    for version in ["0.1.0", "0.3.0", "1.2.12", "0.0.2-rc-2023-12-05"] {
        let error = link(&everything(version, false), &[]).expect_err(version).to_string();
        assert!(error.contains("wasi:") && error.contains(version), "{error}");
    }
}
