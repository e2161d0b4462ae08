//! Help, colours, and what is said of files that cannot be used.

mod common;

use common::{Folder, contains};

#[test]
fn help_lists_the_commands() {
    let run = Folder::with(&[]).run("--help");
    contains(&run.out, &["\n  trace  ", "\n  exec   ", "\n  wast   ", "Exit status: 0", "Examples:"]);
    assert_eq!(run.status, 0);
    for command in ["trace", "trace diff", "exec", "wast", "run", "rules", "report", "report diff"] {
        let run = Folder::with(&[]).run(&format!("{command} --help"));
        contains(&run.out, &["Usage: preflight", "Exit status: 0"]);
    }
    contains(&Folder::with(&[]).run("--version").out, &["preflight 0."]);
}

#[test]
fn wrong_usage_is_status_2() {
    let folder = Folder::with(&[("a.wat", "(module)")]);
    for args in [
        "trace",
        "exec",
        "nonsense",
        "trace a.wat --format yaml",
        "trace a.wat --preload a",
        "trace a.wat --preload a=a.wat --preload a=a.wat",
        "trace a.wat --timeout 0",
        "exec a.wat --max-memory 1X",
        "trace diff a.json",
    ] {
        let run = folder.run(args);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args}");
        contains(&run.err, &["error: "]);
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let folder = Folder::with(&[("a.wat", "(module (func unreachable) (start 0))")]);
    let is_coloured = |variables: &[(&str, &str)]| folder.run_with("trace a.wat", variables, "").out.contains('\u{1b}');
    assert!(!is_coloured(&[]));
    assert!(is_coloured(&[("CLICOLOR_FORCE", "1")]));
    assert!(!is_coloured(&[("NO_COLOR", "1")]));
}

#[test]
fn text_errors_show_the_line() {
    let folder = Folder::with(&[("bad.wat", "(module\n  (func (result i32)\n    i32.cons 1))\n")]);
    let run = folder.run("trace bad.wat");
    insta::assert_snapshot!(run.err, @r"
    error: bad.wat:3:5: unknown operator or unexpected token
      |     i32.cons 1))
      |     ^
    ");
    assert_eq!((run.status, run.out.as_str()), (2, ""));
}

#[test]
fn unusable_files_are_told_apart() {
    let folder = Folder::with(&[
        ("empty.wasm", ""),
        ("script.wast", "(module)\n(assert_return (invoke \"f\"))"),
        ("component.wat", "(component (import \"a\" (func)) (import \"a\" (func)))"),
        ("invalid.wat", "(module (func (result i32) (i64.const 0)))"),
        ("prose.txt", "hello"),
    ]);
    folder.write("elf", b"\x7fELF\x02\x01\x01\0\0\0");
    folder.write("cut.wasm", b"\0asm\x01\0");
    folder.write("section.wasm", b"\0asm\x01\0\0\0\xff\x01\0");
    // A function of a proposal's type: its parameter is exactly of another type.
    folder.write("exact.wasm", b"\0asm\x01\0\0\0\x01\x09\x02\x5f\0\x60\x01\x63\x62\0\0");
    // A function whose body is `try`, `end`.
    folder.write("old.wasm", b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0a\x07\x01\x05\0\x06\x40\x0b\x0b");
    std::fs::create_dir(folder.path("folder")).unwrap();
    for (file, parts) in [
        ("absent.wasm", ["absent.wasm: no such file", "give the path"]),
        ("folder", ["folder: this is a directory", "preflight wast"]),
        ("empty.wasm", ["empty.wasm: the file is empty", "00 61 73 6d 01 00 00 00"]),
        ("elf", ["elf: not WebAssembly: it begins with 7f 45 4c 46", "an ELF file"]),
        ("prose.txt", ["prose.txt: not WebAssembly", "68 65 6c 6c 6f"]),
        ("component.wat", ["component.wat: invalid at offset 0x", "whatever made this file"]),
        ("cut.wasm", ["cut.wasm: malformed at offset 0x", "cut short"]),
        ("section.wasm", ["section.wasm: malformed at offset 0x8: ", "the bytes there: ff"]),
        ("exact.wasm", ["exact.wasm: malformed at offset 0x", "a proposal that this engine does not have"]),
        ("old.wasm", ["old.wasm: malformed at offset 0x17", "wasm-opt -all --disable-compact-imports"]),
        ("invalid.wat", ["invalid.wat: invalid at offset 0x", "type mismatch"]),
        ("script.wast", ["script.wast:2:", "preflight wast"]),
    ] {
        let run = folder.run(&format!("trace {file}"));
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{file}");
        contains(&run.err, &parts);
    }
}

#[test]
fn files_are_written_in_full_or_not_at_all() {
    let folder = Folder::with(&[("a.wat", "(module)"), ("old.json", "old")]);
    assert_eq!(folder.run("trace a.wat --format json --out old.json").status, 0);
    contains(&std::fs::read_to_string(folder.path("old.json")).unwrap(), &["\"outcome\""]);
    let run = folder.run("trace a.wat --out absent/file");
    assert_eq!(run.status, 2);
    contains(&run.err, &["cannot write absent/file"]);
    let left: Vec<_> = std::fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let folder = Folder::with(&[("a.wat", "(module)")]);
    let run = folder.run("trace a.wat --out /dev/full");
    assert_eq!(run.status, 2);
    contains(&run.err, &["cannot write /dev/full", "No space left"]);
}

#[test]
fn outputs_that_cannot_be_written_are_named_without_names_of_ours() {
    let folder = Folder::with(&[("a.wat", "(module)")]);
    for (out, why) in [("nowhere/x.json", "there is no folder "), ("a.wat/x.json", " is no folder")] {
        let run = folder.run(&format!("trace a.wat --format json --out {out}"));
        contains(&run.err, &[&format!("error: cannot write {out}, which is left as it was"), why]);
        assert!(!run.err.contains(".preflight-"), "{}", run.err);
        assert_eq!((run.status, run.out.as_str()), (2, ""));
    }
}

#[test]
#[cfg(unix)]
fn reasons_of_the_system_are_told_once() {
    let folder = Folder::with(&[]);
    std::os::unix::fs::symlink("loop.wasm", folder.path("loop.wasm")).unwrap();
    let run = folder.run("trace loop.wasm");
    contains(&run.err, &["error: loop.wasm: cannot be read: "]);
    assert_eq!(run.err.matches("os error").count(), 1, "{}", run.err);
}

#[test]
fn a_byte_order_mark_is_explained() {
    let run = Folder::with(&[("bom.wat", "\u{feff}(module)")]).run("trace bom.wat");
    contains(&run.err, &["error: bom.wat:1:1: ", "save the file as UTF-8 without one"]);
    assert_eq!(run.status, 2);
}

#[test]
fn folders_and_files_that_are_not_there_stop_a_run_before_it_begins() {
    let folder = Folder::with(&[]);
    for (args, why) in [
        ("run --filter core/start --expect nowhere.toml", "--expect nowhere.toml: there is no such file"),
        ("mutants --cases nowhere", "nowhere: "),
        ("run --filter core/start --driver nowhere", "there is no such program"),
    ] {
        let run = folder.run(args);
        contains(&(run.err + &run.out), &[why]);
        assert_eq!(run.status, 2, "{args}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_told() {
    let folder = Folder::with(&[("there.wast", "(module)")]);
    std::os::unix::fs::symlink("nowhere", folder.path("lost.wast")).unwrap();
    let run = folder.run("wast .");
    assert_eq!(run.status, 2);
    contains(&run.err, &["lost.wast"]);
}

#[test]
fn a_runtime_that_is_named_twice_runs_once() {
    let args = "run --filter core/start-runs-last --runtime reference --runtime reference --format json";
    let document: serde_json::Value = serde_json::from_str(&Folder::with(&[]).run(args).out).unwrap();
    assert_eq!(document["runtimes"].as_array().map(Vec::len), Some(1));
}

#[test]
fn flags_that_mean_nothing_here_are_refused() {
    let reactor = r#"(module (func (export "_initialize")))"#;
    let folder = Folder::with(&[("reactor.wat", reactor), ("component.wat", "(component)")]);
    for (args, why) in [
        ("exec reactor.wat --unstable clocks-timezone", "--unstable is about components of WASI 0.2"),
        ("exec component.wat --both-entries start-wins", "are about modules of WASI preview 1"),
        ("trace - --preload a=-", "standard input can be read once"),
        ("fuzz --emit here --tier jit", "cannot be used with"),
        ("fuzz --count 0", "0 is not in 1.."),
    ] {
        let run = folder.run_with(args, &[], "(module)");
        contains(&run.err, &["error: ", why]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{args}");
    }
}

#[test]
fn files_that_are_no_scripts_are_told_what_they_are() {
    let folder = Folder::with(&[("module.wast", "\0asm\u{1}\0\0\0")]);
    folder.write("noise.wast", b"\xff\xfe");
    let run = folder.run("wast module.wast noise.wast");
    contains(
        &run.out,
        &["got       a module or a component in the binary format", "got       bytes that are no UTF-8"],
    );
    contains(&folder.run("wast module.wast").out, &["FAILED: 1 directive in 1 file: "]);
    assert_eq!(run.status, 2);
}
