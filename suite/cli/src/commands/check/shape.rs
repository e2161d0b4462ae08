//! What the modules themselves show, before anything has run.

use super::{Subject, finding::Finding};
use preflight_engine::{
    Module,
    syntax::{CompType, ExternIndex},
    trace::InstancePath,
    wasi::{imports_wasi, p1},
};

/// What is found in the modules. Those that a toolchain made for its own purposes are no programs.
pub fn findings(subject: &Subject<'_>) -> Vec<Finding> {
    // One module may have many instances: those of its threads, or of a command's calls.
    let mut programs: Vec<&(InstancePath, Module)> = Vec::new();
    for program in subject.instances {
        let is_new = programs.iter().rev().all(|(_, other)| !other.is(&program.1));
        if is_new && super::Role::of(&program.1).is_none() {
            programs.push(program);
        }
    }
    programs
        .into_iter()
        .flat_map(|(at, module)| [entries(subject, at, module), exports(at, module), constructors(at, module)])
        .flatten()
        .collect()
}

/// The two entries of WASI: P1-KIND-*. Inside a component both have their uses: P2-WITC-09.
fn entries(subject: &Subject<'_>, at: &InstancePath, module: &Module) -> Vec<Finding> {
    let mut found = Vec::new();
    let of = |name: &str| export(module, name).map(|index| is_plain(module, index));
    let has_both = of("_start") == Some(true) && of("_initialize") == Some(true);
    if has_both && subject.is_component() {
        let message =
            "exports both _start and _initialize: the fix-up calls the one, and an adapter of commands the other";
        let remedy = "export one of them: other componentisers may refuse it or call only one";
        found.push(Finding::new("P2-WITC-09", at, message, remedy).note());
    } else if has_both {
        found.push(Finding::new(
            "P1-KIND-03",
            at,
            "exports both _start and _initialize, which make it a command and a reactor at once",
            "link a command without -mexec-model=reactor, or a reactor without a main; runtimes differ in which they call",
        ));
    }
    for (name, rule) in [("_start", "P1-KIND-06"), ("_initialize", "P1-KIND-07")] {
        if of(name) == Some(false) {
            found.push(
                Finding::new(
                    rule,
                    at,
                    format!("exports {name}, but not as a function without parameters and results"),
                    "give the entry the type () -> (), or the export another name",
                )
                .said("some runtimes refuse such a module, others never call the export"),
            );
        }
    }
    found
}

/// What a program of WASI has to export, and what it may not: P1-ENV-01, P1-ENV-03, P1-CMD-05.
fn exports(at: &InstancePath, module: &Module) -> Vec<Finding> {
    let mut found = Vec::new();
    let imports = &module.syntax().imports;
    let is_wasi = p1::is_module;
    if !imports_wasi(module) {
        return found;
    }
    let needs: Vec<&str> = imports
        .iter()
        .filter(|import| is_wasi(&import.module) && p1::needs_memory(&import.name))
        .map(|import| import.name.as_str())
        .collect();
    let has_memory = matches!(export(module, "memory"), Some(ExternIndex::Memory(_)));
    if !has_memory && needs.is_empty() {
        let message = "does not export a memory of the name memory";
        let remedy =
            "(export \"memory\" (memory 0)), or --export-memory for the linker; what it imports has no pointers";
        found.push(Finding::new("P1-ENV-01", at, message, remedy).note());
    } else if !has_memory {
        found.push(
            Finding::new(
                "P1-ENV-01",
                at,
                "calls WASI functions that need its memory, and exports no memory of the name memory",
                "export the memory: (export \"memory\" (memory 0)), or --export-memory for the linker",
            )
            .said(format!("it imports {}", needs.join(", "))),
        );
    }
    if !matches!(export(module, "__indirect_function_table"), Some(ExternIndex::Table(_))) {
        found.push(
            Finding::new(
                "P1-ENV-03",
                at,
                "does not export its function table as __indirect_function_table",
                "--export-table for the linker; no runtime is known to need it",
            )
            .note(),
        );
    }
    if export(module, "_start").is_some() {
        let more = module.syntax().exports.iter().filter(|export| is_state(module, &export.name, export.index));
        let more: Vec<&str> = more.map(|export| export.name.as_str()).collect();
        if !more.is_empty() {
            found.push(
                Finding::new(
                    "P1-CMD-05",
                    at,
                    format!("is a command and exports state: {}", more.join(", ")),
                    "do not export it: nobody may use it outside of the one call of the command",
                )
                .note(),
            );
        }
    }
    found
}

/// Mutable globals, tables and memories other than those that the ABI names.
fn is_state(module: &Module, name: &str, index: ExternIndex) -> bool {
    match index {
        ExternIndex::Memory(_) => name != "memory",
        ExternIndex::Table(_) => name != "__indirect_function_table",
        ExternIndex::Global(x) => {
            let is_named = matches!(name, "__heap_base" | "__data_end");
            !is_named && module.syntax().globals.get(x as usize).is_some_and(|global| global.ty.mutable)
        }
        _ => false,
    }
}

/// Constructors by several ways: P2-LINK-04, TOOL-CMD-03.
fn constructors(at: &InstancePath, module: &Module) -> Vec<Finding> {
    let mut found = Vec::new();
    if export(module, "__wasm_call_ctors").is_some() && export(module, "_initialize").is_some() {
        found.push(Finding::new(
            "P2-LINK-04",
            at,
            "exports both __wasm_call_ctors and _initialize: whoever calls both runs the constructors twice",
            "export one of them: _initialize if there is a crt1-reactor.o, which calls the constructors itself",
        ));
    }
    let wrappers: Vec<String> = wrappers(module);
    if !wrappers.is_empty() && export(module, "_start").is_none() {
        found.push(
            Finding::new(
                "TOOL-CMD-03",
                at,
                "its exports are the linker's command-export wrappers: each call runs the constructors again",
                "link it as a reactor (-mexec-model=reactor), or refer to __wasm_call_ctors yourself, which turns the wrapping \
                 off",
            )
            .said(format!("wrapped: {}", wrappers.join(", "))),
        );
    }
    found
}

/// The exports that lld has wrapped; it names the wrapper after the function.
fn wrappers(module: &Module) -> Vec<String> {
    let names = module.func_names();
    let exported = module.syntax().exports.iter().filter_map(|export| match export.index {
        ExternIndex::Func(index) => names.get(&index),
        _ => None,
    });
    exported.filter_map(|name| name.strip_suffix(".command_export")).map(str::to_owned).collect()
}

/// What a module exports under a name.
pub fn export(module: &Module, name: &str) -> Option<ExternIndex> {
    module.syntax().exports.iter().find(|export| export.name == name).map(|export| export.index)
}

/// Whether it is a function without parameters and results.
pub fn is_plain(module: &Module, index: ExternIndex) -> bool {
    let ExternIndex::Func(func) = index else { return false };
    let ty = module.syntax().funcs[func as usize];
    match &module.syntax().types[ty as usize].comp {
        CompType::Func(ty) => ty.params.is_empty() && ty.results.is_empty(),
        _ => false,
    }
}
