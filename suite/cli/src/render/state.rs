//! The post-mortem in words: memories as hexadecimal and ASCII, tables entry by entry, globals.

use super::{clean, count, safe, words::Words};
use preflight_engine::trace::{MemoryRun, State, StateItem, Value};

/// Bytes in one line of a memory.
const LINE: usize = 16;

/// How much to show of one item, in lines.
#[derive(Debug, Clone, Copy)]
pub struct Most(pub usize);

/// A heading and what was found, indented.
pub fn lines(item: &StateItem, words: &Words<'_>, most: Most) -> Vec<String> {
    let name = format!("{} {}", clean(item.at.as_str()), safe(&item.name));
    match &item.state {
        State::Memory { size_bytes, runs } => {
            let note = if runs.is_empty() { ", all zero" } else { "" };
            let head = format!("memory {name}: {}{note}", count(*size_bytes, "byte", "bytes"));
            let total = runs.iter().map(|run| run.bytes.len().div_ceil(2 * LINE)).sum();
            with(head, runs.iter().flat_map(memory_lines), total, most)
        }
        State::Table { entries } => {
            let head = format!("table {name}: {}", count(entries.len() as u64, "entry", "entries"));
            let total = entries.chunk_by(|a, b| a == b).count();
            with(head, table_lines(entries, words), total, most)
        }
        State::Global { value } => vec![format!("global {name} = {}", words.value(value))],
        State::Value { value } => vec![format!("value {name} = {}", words.value(value))],
        State::Component { locked, may_enter, handles } => {
            vec![component(&clean(item.at.as_str()), *locked, *may_enter, *handles)]
        }
        State::Func { outcome } => vec![format!("func {name}: {}", clean(&outcome.to_string()))],
    }
}

fn component(at: &str, locked: bool, may_enter: bool, handles: usize) -> String {
    let can = match (locked, may_enter) {
        (true, _) => "locked, nothing in it can be called",
        (false, true) => "can be called",
        (false, false) => "cannot be called: it has not come up, or stands in one that is locked",
    };
    let handles = match handles {
        0 => String::new(),
        n => format!("; {} in its table", count(n as u64, "handle", "handles")),
    };
    format!("component instance {at}: {can}{handles}")
}

/// A heading and as many of the `total` lines as are wanted; only those are made.
fn with(head: String, body: impl Iterator<Item = String>, total: usize, most: Most) -> Vec<String> {
    let mut lines = vec![head];
    lines.extend(body.take(most.0).map(|line| format!("  {line}")));
    let more = total.saturating_sub(most.0);
    if more > 0 {
        lines.push(format!("  … {} (--format json has all)", count(more as u64, "more line", "more lines")));
    }
    lines
}

fn memory_lines(run: &MemoryRun) -> impl Iterator<Item = String> + '_ {
    run.bytes.as_bytes().chunks(2 * LINE).enumerate().map(|(index, digits)| {
        let bytes = decode(digits);
        let hex: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let ascii: String =
            bytes.iter().map(|byte| if (0x20..0x7f).contains(byte) { *byte as char } else { '.' }).collect();
        format!("{:#010x}  {:<47}  {ascii}", run.offset.wrapping_add((index * LINE) as u64), hex.join(" "))
    })
}

/// Two digits a byte. Traces come from files, too: what is no digit is a zero.
fn decode(hex: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| (*byte as char).to_digit(16).unwrap_or(0) as u8;
    hex.chunks(2).map(|pair| pair.iter().fold(0, |value, byte| value << 4 | digit(byte))).collect()
}

/// Entries; equal ones that follow each other make one line.
fn table_lines<'a>(entries: &'a [Value], words: &'a Words<'_>) -> impl Iterator<Item = String> + 'a {
    let mut start = 0;
    entries.chunk_by(|a, b| a == b).map(move |same| {
        let (first, last) = (start, start + same.len() - 1);
        start += same.len();
        let value = words.value(&same[0]);
        if first == last { format!("[{first}] {value}") } else { format!("[{first} to {last}] {value}") }
    })
}
