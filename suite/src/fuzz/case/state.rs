//! What is left after an initialisation, as assertions of a script.
//!
//! Scripts see exports only, and only functions and globals of them. So each memory, table and global is looked at through a
//! module of its own, an observer, that imports it and exports functions that read it.

use crate::trace::{RefValue, State, StateItem, Value};
use preflight_plan::{
    Plan,
    plan::{GlobalType, Memory, TableType},
};

/// An observer: its module, and what its functions are to return, as invocations with their results.
pub(super) struct Observer {
    /// What follows `(module $NAME`.
    pub body: String,
    pub expected: Vec<(String, String)>,
}

/// The observer of what a node exports under a name, which it imports from `from`; none of a function that was called. With
/// `is_brief` it does not go through all of a memory.
pub(super) fn observer(plan: &Plan, node: usize, item: &StateItem, from: &str, is_brief: bool) -> Option<Observer> {
    let export = item.name.strip_prefix('e')?.parse().ok()?;
    let import = format!("(import \"{from}\" \"{}\"", item.name);
    match &item.state {
        State::Memory { size_bytes, runs, beyond: None } => {
            let bytes: Vec<(u64, u8)> = runs
                .iter()
                .flat_map(|run| {
                    let bytes = bytes_of(&run.bytes);
                    let all = (0..run.times).flat_map(move |_| bytes.clone());
                    (run.offset..).zip(all)
                })
                .collect();
            Some(memory(plan.memory_type(node, export)?, *size_bytes, &bytes, &import, is_brief))
        }
        State::Table { size, runs, beyond: None } => {
            let is_null = |at: u64| {
                let run = runs.iter().find(|run| (run.index..run.index + run.times).contains(&at));
                run.is_none_or(|run| run.value == Value::Ref(RefValue::Null))
            };
            Some(table(plan.table_type(node, export)?, *size, is_null, &import))
        }
        State::Global { value } => global(plan.global_type(node, export)?, value, &import),
        _ => None,
    }
}

fn bytes_of(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.bytes().filter_map(|digit| char::from(digit).to_digit(16)).map(|digit| digit as u8).collect();
    digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

fn address(is_64: bool) -> &'static str {
    if is_64 { "i64" } else { "i32" }
}

/// The index type as it is written before limits.
fn prefix(is_64: bool) -> &'static str {
    if is_64 { "i64 " } else { "" }
}

/// Its size, whatever is not zero, and how much that is.
fn memory(ty: Memory, size_bytes: u64, bytes: &[(u64, u8)], import: &str, is_brief: bool) -> Observer {
    let index = address(ty.is_64);
    let (page, pagesize) = if ty.bytewise { (1, " (pagesize 1)") } else { (65536, "") };
    let limits = if ty.shared { "0 65536 shared" } else { "0" };
    // Words of eight bytes, where the size is a multiple of them.
    let (step, load, word) = if ty.bytewise { (1, "i32.load8_u", "i32") } else { (8, "i64.load", "i64") };
    let mut body = format!(
        " {import} (memory {}{limits}{pagesize}))\n  (func (export \"pages\") (result {index}) (memory.size))\n  \
         (func (export \"load\") (param {index}) (result {word}) ({load} (local.get 0)))",
        prefix(ty.is_64)
    );
    let mut words: Vec<(u64, u64)> = Vec::new();
    for (at, byte) in bytes.iter().filter(|(_, byte)| *byte != 0) {
        let (start, shift) = (at - at % step, at % step * 8);
        match words.last_mut() {
            Some((last, word)) if *last == start => *word |= u64::from(*byte) << shift,
            _ => words.push((start, u64::from(*byte) << shift)),
        }
    }
    let mut expected = vec![("\"pages\"".to_owned(), format!("({index}.const {})", size_bytes / page))];
    if !is_brief {
        // In bytes, a word at a time.
        body += &format!(
            "\n  (func (export \"used\") (result i32) (local $at {index}) (local $n i32)\n    (loop $next\n      \
             (if ({index}.lt_u (local.get $at) ({index}.mul (memory.size) ({index}.const {page}))) (then\n        \
             (local.set $n (i32.add (local.get $n) ({word}.ne ({load} (local.get $at)) ({word}.const 0))))\n        \
             (local.set $at ({index}.add (local.get $at) ({index}.const {step})))\n        (br $next))))\n    \
             (local.get $n))"
        );
        expected.push(("\"used\"".to_owned(), format!("(i32.const {})", words.len())));
    }
    let signed = |bits: u64| if word == "i32" { i64::from(bits as i32) } else { bits as i64 };
    let load =
        |(at, bits): (u64, u64)| (format!("\"load\" ({index}.const {at})"), format!("({word}.const {})", signed(bits)));
    expected.extend(words.into_iter().map(load));
    Observer { body: body + ")", expected }
}

/// Its size, and what is null in it. The functions are called when all is over.
fn table(ty: TableType, size: u64, is_null: impl Fn(u64) -> bool, import: &str) -> Observer {
    let index = address(ty.is_64);
    let body = format!(
        " {import} (table {}0 funcref))\n  (func (export \"size\") (result {index}) (table.size 0))\n  \
         (func (export \"is-null\") (param {index}) (result i32) (ref.is_null (table.get 0 (local.get 0)))))",
        prefix(ty.is_64)
    );
    let mut expected = vec![("\"size\"".to_owned(), format!("({index}.const {size})"))];
    expected
        .extend((0..size).map(|at| {
            (format!("\"is-null\" ({index}.const {at})"), format!("(i32.const {})", i32::from(is_null(at))))
        }));
    Observer { body, expected }
}

/// Its value; of a reference, what kind of thing it is.
fn global(ty: GlobalType, value: &Value, import: &str) -> Option<Observer> {
    use preflight_plan::plan::Content;
    let content = match ty.content {
        Content::I32 => "i32",
        Content::I64 => "i64",
        Content::F64 => "f64",
        Content::Func => "funcref",
        Content::Object => "anyref",
    };
    let get = "(global.get 0)";
    let (result, read, value) = match value {
        Value::I32(value) => (content, get.to_owned(), format!("(i32.const {value})")),
        Value::I64(value) => (content, get.to_owned(), format!("(i64.const {value})")),
        Value::F64(bits) => (content, get.to_owned(), format!("(f64.const {:?})", f64::from_bits(*bits))),
        Value::Ref(RefValue::I31(value)) => {
            ("i32", format!("(i31.get_s (ref.cast (ref i31) {get}))"), format!("(i32.const {value})"))
        }
        Value::Ref(RefValue::Struct) => ("i32", format!("(ref.test (ref struct) {get})"), "(i32.const 1)".to_owned()),
        Value::Ref(RefValue::Array) => ("i32", format!("(ref.test (ref array) {get})"), "(i32.const 1)".to_owned()),
        Value::Ref(reference) => {
            let is_null = i32::from(*reference == RefValue::Null);
            ("i32", format!("(ref.is_null {get})"), format!("(i32.const {is_null})"))
        }
        _ => return None,
    };
    let content = if ty.mutable { format!("(mut {content})") } else { content.to_owned() };
    let body = format!(" {import} (global {content}))\n  (func (export \"get\") (result {result}) {read}))");
    Some(Observer { body, expected: vec![("\"get\"".to_owned(), value)] })
}
