//! The host module `spectest`, as the specification's interpreter gives it to every script (spec repository,
//! `interpreter/host/spectest.ml`; `shared_memory` comes from the threads proposal).
//!
//! Its functions are functions of the host. Everything else in it is made by small modules, so that a runtime need not be
//! able to make memories, tables and globals itself.

use super::{End, HostFunc, InstanceId, Item, Recorder, Runtime, ValType};
use crate::source;
use std::collections::HashMap;

/// The first name of its imports.
pub(crate) const NAME: &str = "spectest";

const FUNCS: [(&str, &[ValType]); 7] = [
    ("print", &[]),
    ("print_i32", &[ValType::I32]),
    ("print_i64", &[ValType::I64]),
    ("print_f32", &[ValType::F32]),
    ("print_f64", &[ValType::F64]),
    ("print_i32_f32", &[ValType::I32, ValType::F32]),
    ("print_f64_f64", &[ValType::F64, ValType::F64]),
];

const MODULES: [(&str, &str); 8] = [
    ("global_i32", r#"(module (global (export "global_i32") i32 (i32.const 666)))"#),
    ("global_i64", r#"(module (global (export "global_i64") i64 (i64.const 666)))"#),
    ("global_f32", r#"(module (global (export "global_f32") f32 (f32.const 666.6)))"#),
    ("global_f64", r#"(module (global (export "global_f64") f64 (f64.const 666.6)))"#),
    ("table", r#"(module (table (export "table") 10 20 funcref))"#),
    ("table64", r#"(module (table (export "table64") i64 10 20 funcref))"#),
    ("memory", r#"(module (memory (export "memory") 1 2))"#),
    ("shared_memory", r#"(module (memory (export "shared_memory") 1 2 shared))"#),
];

/// What has been made of it in one case.
#[derive(Default)]
pub(super) struct Spectest(HashMap<&'static str, InstanceId>);

impl Spectest {
    /// The item called `name`; `None` if there is none.
    pub(super) fn item(
        &mut self,
        runtime: &mut dyn Runtime,
        name: &str,
        recorder: &Recorder,
    ) -> Result<Option<Item>, End> {
        if let Some((_, params)) = FUNCS.iter().find(|(func, _)| *func == name) {
            let func = HostFunc::new(format!("{NAME}.{name}"), params.to_vec(), Vec::new(), recorder.clone());
            return Ok(Some(Item::Host(func)));
        }
        let Some((name, text)) = MODULES.iter().find(|(item, _)| *item == name) else { return Ok(None) };
        let instance = match self.0.get(name) {
            Some(instance) => *instance,
            None => {
                let module = runtime.compile(&source::text(text))?;
                let instance = runtime.instantiate(module, &[])?;
                self.0.insert(name, instance);
                instance
            }
        };
        Ok(Some(Item::Export(instance, (*name).to_owned())))
    }
}
