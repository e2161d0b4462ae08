//! Types of imports in the words of the text format.

use super::values::type_name;
use preflight_engine::{
    Module,
    syntax::{CompType, ExternType, FuncType, Limits},
};

/// The declared type of an import of `module`.
pub fn import(module: &Module, ty: ExternType) -> String {
    let func = |index: u32| match module.syntax().types.get(index as usize).map(|ty| &ty.comp) {
        Some(CompType::Func(ty)) => signature(ty),
        _ => String::new(),
    };
    match ty {
        ExternType::Func(index) => format!("(func{})", func(index)),
        ExternType::Tag(index) => format!("(tag{})", func(index)),
        ExternType::Table(ty) => {
            let element = type_name(preflight_engine::syntax::ValType::Ref(ty.element));
            format!("(table {}{} {element})", address(ty.is_64), limits(ty.limits))
        }
        ExternType::Memory(ty) => {
            let shared = if ty.shared { " shared" } else { "" };
            let pages = if ty.page_size_log2 == 16 { "" } else { " (pagesize 1)" };
            format!("(memory {}{}{pages}{shared})", address(ty.is_64), limits(ty.limits))
        }
        ExternType::Global(ty) if ty.mutable => format!("(global (mut {}))", type_name(ty.content)),
        ExternType::Global(ty) => format!("(global {})", type_name(ty.content)),
    }
}

fn signature(ty: &FuncType) -> String {
    let list = |word: &str, types: &[_]| match types {
        [] => String::new(),
        types => format!(" ({word} {})", types.iter().map(|ty| type_name(*ty)).collect::<Vec<_>>().join(" ")),
    };
    list("param", &ty.params) + &list("result", &ty.results)
}

fn address(is_64: bool) -> &'static str {
    if is_64 { "i64 " } else { "" }
}

fn limits(limits: Limits) -> String {
    match limits.max {
        Some(max) => format!("{} {max}", limits.min),
        None => limits.min.to_string(),
    }
}
