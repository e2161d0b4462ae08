//! `preflight bless`.

mod common;

use common::{Folder, contains};

const HEAD: &str = ";;! title = \"A trap\"\n;;! rules = [\"CORE-START-09\"]\n";
const SCRIPT: &str = "(assert_trap (module (func $f (unreachable)) (start $f)) \"unreachable\")\n";
const RIGHT: &str = ";;= /#0 allocated func 1\n;;= /#0 start 0 entered\n;;= /#0 trap unreachable in start\n";
const WRONG: &str = ";;= /#0 allocated func 1\n;;= /#0 trap unreachable in start\n";

#[test]
fn what_agrees_is_left_alone() {
    let text = format!("{HEAD}{SCRIPT}{RIGHT}");
    let folder = Folder::with(&[("case.wast", &text)]);
    let run = folder.run("bless case.wast");
    assert_eq!((run.status, run.out.as_str()), (0, ""));
    contains(&run.err, &["1 case looked at: 0 written, 0 differ"]);
    assert_eq!(std::fs::read_to_string(folder.path("case.wast")).unwrap(), text);
}

#[test]
fn a_rule_that_is_not_there_makes_a_case_unusable() {
    let text = format!("{HEAD}{SCRIPT}{RIGHT}").replace("CORE-START-09", "CORE-NONE-01");
    let run = Folder::with(&[("case.wast", &text)]).run("bless case.wast");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    contains(&run.err, &["case.wast: there is no rule CORE-NONE-01"]);
}

#[test]
fn without_a_rule_nothing_is_written() {
    let text = format!("{HEAD}{SCRIPT}{WRONG}");
    let folder = Folder::with(&[("case.wast", &text)]);
    let run = folder.run("bless case.wast");
    assert_eq!(run.status, 1);
    contains(&run.out, &["CORE-START-09 must: ", "  + /#0 start 0 entered"]);
    contains(&run.err, &["case.wast: left as it is", "--rule ID"]);
    let run = folder.run("bless --rule CORE-START-99 case.wast");
    assert_eq!(run.status, 2);
    contains(&run.err, &["there is no rule CORE-START-99"]);
    assert_eq!(std::fs::read_to_string(folder.path("case.wast")).unwrap(), text);
}

#[test]
fn a_rule_writes_the_lines_and_stands_in_the_header() {
    let folder = Folder::with(&[("case.wast", &format!("{HEAD}{SCRIPT}{WRONG}"))]);
    let run = folder.run("bless --rule CORE-START-04 case.wast");
    assert_eq!(run.status, 0, "{}", run.err);
    let head = HEAD.replace("\"]", "\", \"CORE-START-04\"]");
    assert_eq!(std::fs::read_to_string(folder.path("case.wast")).unwrap(), format!("{head}{SCRIPT}{RIGHT}"));
    assert_eq!(folder.run("bless case.wast").status, 0);
}

#[test]
fn a_wrong_assertion_is_not_mended() {
    let script =
        "(module (func (export \"f\") (result i32) (i32.const 1)))\n(assert_return (invoke \"f\") (i32.const 2))\n";
    let text = format!("{HEAD}{script};;= /#0 allocated func 2\n");
    let folder = Folder::with(&[("case.wast", &text)]);
    let run = folder.run("bless --rule CORE-START-09 case.wast");
    assert_eq!(run.status, 1);
    contains(&run.err, &["assert_return", "no expected line can mend that"]);
    assert_eq!(std::fs::read_to_string(folder.path("case.wast")).unwrap(), text);
}

#[test]
#[cfg(target_os = "linux")]
fn names_that_are_no_utf8_are_names() {
    use std::{ffi::OsStr, fs, os::unix::ffi::OsStrExt};
    let folder = Folder::with(&[]);
    let case = folder.path("").join(OsStr::from_bytes(b"case\xff.wast"));
    fs::write(case, format!("{HEAD}{SCRIPT}{RIGHT}")).unwrap();
    let run = folder.run("bless .");
    contains(&run.err, &["1 case looked at: 0 written, 0 differ"]);
    assert_eq!(run.status, 0);
}
