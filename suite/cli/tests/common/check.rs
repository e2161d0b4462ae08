//! Runs `preflight check` and looks for findings and notes.
#![allow(dead_code, reason = "each test program takes what it needs")]

use crate::common::{Folder, contains};

/// Checks a module or a component with further arguments.
#[track_caller]
pub fn check(text: &str, args: &str) -> (i32, String) {
    check_in(&Folder::with(&[("a.wat", text)]), &format!("a.wat {args}"))
}

/// Checks a file of a folder.
#[track_caller]
pub fn check_in(folder: &Folder, args: &str) -> (i32, String) {
    let run = folder.run(&format!("check {args}"));
    assert_ne!(run.status, 2, "{}{}", run.out, run.err);
    (run.status, run.out)
}

/// Exactly one finding of this rule, which says all of `parts`.
#[track_caller]
pub fn finds(rule: &str, text: &str, args: &str, parts: &[&str]) {
    finds_in(rule, &Folder::with(&[("a.wat", text)]), &format!("a.wat {args}"), parts);
}

/// The same of a file of a folder.
#[track_caller]
pub fn finds_in(rule: &str, folder: &Folder, args: &str, parts: &[&str]) {
    let (status, out) = check_in(folder, args);
    assert_eq!(status, 1, "{out}");
    assert_eq!(out.matches("FOUND").count(), 1, "{out}");
    contains(&out, &[&format!("FOUND {rule}: "), "  rule: ", "  remedy: "]);
    contains(&out, parts);
}

/// No finding, and a note of this rule, which says all of `parts`.
#[track_caller]
pub fn notes(rule: &str, text: &str, args: &str, parts: &[&str]) {
    notes_in(rule, &Folder::with(&[("a.wat", text)]), &format!("a.wat {args}"), parts);
}

/// The same of a file of a folder.
#[track_caller]
pub fn notes_in(rule: &str, folder: &Folder, args: &str, parts: &[&str]) {
    let (status, out) = check_in(folder, args);
    assert_eq!((status, out.matches(&format!("note {rule}: ")).count()), (0, 1), "{out}");
    contains(&out, &["  rule: ", "  remedy: "]);
    contains(&out, parts);
}

/// Neither a finding nor a note of this rule.
#[track_caller]
pub fn says_nothing_of(rule: &str, text: &str, args: &str) {
    let (_, out) = check(text, args);
    assert!(!out.contains(&format!("{rule}: ")), "{out}");
}

/// No finding.
#[track_caller]
pub fn finds_nothing(text: &str, args: &str) {
    let (status, out) = check(text, args);
    assert_eq!(status, 0, "{out}");
    contains(&out, &["ok: 0 findings"]);
}
