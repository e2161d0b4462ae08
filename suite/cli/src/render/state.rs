//! The post-mortem in words: memories as hexadecimal and ASCII, tables entry by entry, globals.

use super::{clean, count, safe, words::Words};
use preflight_engine::trace::{Beyond, MemoryRun, State, StateItem, TableRun};

/// Bytes in one line of a memory.
const LINE: usize = 16;

/// How much to show of one item, in lines.
#[derive(Debug, Clone, Copy)]
pub struct Most(pub usize);

/// A heading and what was found, indented.
pub fn lines(item: &StateItem, words: &Words<'_>, most: Most) -> Vec<String> {
    let name = format!("{} {}", clean(item.at.as_str()), safe(&item.name));
    match &item.state {
        State::Memory { size_bytes, runs, beyond } => {
            let note = if runs.is_empty() && beyond.is_none() { ", all zero" } else { "" };
            let head = format!("memory {name}: {}{note}", count(*size_bytes, "byte", "bytes"));
            let total: usize = runs.iter().map(|run| run.bytes.len().div_ceil(2 * LINE)).sum();
            let last = beyond.iter().map(beyond_bytes);
            with(head, runs.iter().flat_map(memory_lines).chain(last), total + beyond.iter().len(), most)
        }
        State::Table { size, runs, beyond } => {
            let note = if runs.is_empty() && beyond.is_none() { ", all null" } else { "" };
            let head = format!("table {name}: {}{note}", count(*size, "entry", "entries"));
            let last = beyond.iter().map(beyond_entries);
            let body = runs.iter().map(|run| table_line(run, words)).chain(last);
            with(head, body, runs.len() + beyond.iter().len(), most)
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
        let times = if run.times == 1 { String::new() } else { format!("  {} times", run.times) };
        format!("{:#010x}  {:<47}  {ascii}{times}", run.offset.wrapping_add((index * LINE) as u64), hex.join(" "))
    })
}

/// What is not shown, and what tells whether another memory has the same.
fn beyond_bytes(beyond: &Beyond) -> String {
    let bytes = count(beyond.count, "byte that is", "bytes that are");
    format!("{:#010x}  … {bytes} not zero, FNV-1a {}", beyond.from, clean(&beyond.hash))
}

/// Two digits a byte. Traces come from files, too: what is no digit is a zero.
fn decode(hex: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| (*byte as char).to_digit(16).unwrap_or(0) as u8;
    hex.chunks(2).map(|pair| pair.iter().fold(0, |value, byte| value << 4 | digit(byte))).collect()
}

/// Equal entries that follow each other.
fn table_line(run: &TableRun, words: &Words<'_>) -> String {
    let (first, value) = (run.index, words.value(&run.value));
    match run.times {
        1 => format!("[{first}] {value}"),
        // Traces come from files, too: their numbers may be of any size.
        times => format!("[{first} to {}] {value}", first.saturating_add(times.saturating_sub(1))),
    }
}

fn beyond_entries(beyond: &Beyond) -> String {
    let entries = count(beyond.count, "entry that is", "entries that are");
    format!("[{}] … {entries} not null, FNV-1a {}", beyond.from, clean(&beyond.hash))
}
