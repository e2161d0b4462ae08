//! Every interface's functions, called through a real instance, error codes and hostile arguments included: a component of
//! one module and of as much of an interface as the test needs.

use crate::guest::{Run, componentize};
use preflight_engine::{
    Config, Fault,
    component::ComponentVal,
    trace::{Cause, Event, Resource, TrapCode, Value},
    wasi::{World, p2::Feature, world::Grants},
};

/// Names of host functions and what they returned; how the call ended; and what is left.
type Gone = (Vec<(String, String)>, Result<Vec<ComponentVal>, Fault>, Run);

/// Calls the export `go` of a component; what the host functions returned, in order, and the end.
fn go(world: World, wit: &str, module: &str) -> Gone {
    let mut run = Run::new(&Config::default(), world, &Feature::ALL);
    let memory = r#"(memory (export "memory") 4) (global $top (mut i32) (i32.const 4096))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.set $top (i32.and (i32.add (global.get $top) (i32.const 15)) (i32.const -16)))
            (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 3))))"#;
    let (imports, rest) = module.split_once(";;").expect("imports, then ;; and what follows");
    let bytes = componentize(&format!("(module {imports} {memory} {rest})"), wit);
    let instance = run.instantiate(&bytes);
    let end = run.store.call_component(&instance, &["go"], &[], Cause::Invoke);
    let returned = |event: &Event| match event {
        Event::HostReturned { name, results, .. } => {
            let name = name.rsplit(['.', '/']).next().unwrap_or_default().to_owned();
            Some((name, results.iter().map(Value::to_string).collect::<Vec<_>>().join(" ")))
        }
        _ => None,
    };
    let results = run.events.0.borrow().iter().filter_map(returned).collect();
    (results, end, run)
}

fn results(world: World, wit: &str, module: &str) -> Vec<String> {
    let (returned, end, _) = go(world, wit, module);
    end.unwrap_or_else(|fault| panic!("{fault}"));
    returned.into_iter().map(|(_, result)| result).collect()
}

fn code(fault: &Fault) -> Option<TrapCode> {
    if let Fault::Trap(trap) = fault { Some(trap.code) } else { None }
}

#[test]
fn clocks_move_when_they_are_read_and_when_somebody_waits() {
    let wit = "package test:t;
        package wasi:io@0.2.1 { interface poll { resource pollable { ready: func() -> bool; block: func(); }
            poll: func(in: list<borrow<pollable>>) -> list<u32>; } }
        package wasi:clocks@0.2.1 {
            interface monotonic-clock { use wasi:io/poll@0.2.1.{pollable};
                now: func() -> u64; resolution: func() -> u64; subscribe-duration: func(when: u64) -> pollable; }
            interface wall-clock { record datetime { seconds: u64, nanoseconds: u32 }
                now: func() -> datetime; resolution: func() -> datetime; } }
        world w { import wasi:io/poll@0.2.1; import wasi:clocks/monotonic-clock@0.2.1; import wasi:clocks/wall-clock@0.2.1;
            export go: func(); }";
    let module = r#"
        (import "wasi:clocks/monotonic-clock@0.2.1" "now" (func $now (result i64)))
        (import "wasi:clocks/monotonic-clock@0.2.1" "resolution" (func $resolution (result i64)))
        (import "wasi:clocks/monotonic-clock@0.2.1" "subscribe-duration" (func $in (param i64) (result i32)))
        (import "wasi:clocks/wall-clock@0.2.1" "now" (func $wall (param i32)))
        (import "wasi:io/poll@0.2.1" "[method]pollable.ready" (func $ready (param i32) (result i32)))
        (import "wasi:io/poll@0.2.1" "[method]pollable.block" (func $block (param i32)))
        (import "wasi:io/poll@0.2.1" "poll" (func $poll (param i32 i32 i32)))
        (import "wasi:io/poll@0.2.1" "[resource-drop]pollable" (func $drop (param i32)));;
        (func (export "go") (local $a i32) (local $b i32)
            (drop (call $now)) (drop (call $resolution))
            (local.set $a (call $in (i64.const 1000000)))
            (local.set $b (call $in (i64.const 500000)))
            (drop (call $ready (local.get $a)))
            (i32.store (i32.const 0) (local.get $a)) (i32.store (i32.const 4) (local.get $b))
            (call $poll (i32.const 0) (i32.const 2) (i32.const 8))
            (call $block (local.get $a))
            (drop (call $ready (local.get $a))) (drop (call $now)) (call $wall (i32.const 16))
            (call $drop (local.get $a)) (call $drop (local.get $b)))"#;
    let expected = [
        "1000",
        "1000",
        "own pollable#0",
        "own pollable#1",
        "false",
        "[1]",
        "",
        "true",
        "1003000",
        "{seconds: 946684800, nanoseconds: 1004000}",
    ];
    assert_eq!(results(World::new(), wit, module), expected);
    let (_, end, run) = go(World::new(), wit, module);
    end.expect("it returns");
    assert_eq!(run.host.live_resources(), 0, "dropped handles leave nothing behind");
    let nothing = module.replace("(i32.const 2) (i32.const 8))", "(i32.const 0) (i32.const 8))");
    let fault = go(World::new(), wit, &nothing).1.expect_err("an empty list traps");
    assert_eq!(code(&fault), Some(TrapCode::Host));
}

#[test]
fn randomness_is_seeded_and_bounded() {
    let wit = "package test:t;
        package wasi:random@0.2.4 {
            interface random { get-random-bytes: func(len: u64) -> list<u8>; get-random-u64: func() -> u64; }
            interface insecure { get-insecure-random-u64: func() -> u64; }
            interface insecure-seed { insecure-seed: func() -> tuple<u64, u64>; } }
        world w { import wasi:random/random@0.2.4; import wasi:random/insecure@0.2.4; import wasi:random/insecure-seed@0.2.4;
            export go: func(); }";
    let module = r#"
        (import "wasi:random/random@0.2.4" "get-random-bytes" (func $bytes (param i64 i32)))
        (import "wasi:random/random@0.2.4" "get-random-u64" (func $number (result i64)))
        (import "wasi:random/insecure@0.2.4" "get-insecure-random-u64" (func $insecure (result i64)))
        (import "wasi:random/insecure-seed@0.2.4" "insecure-seed" (func $seed (param i32)));;
        (func (export "go")
            (call $bytes (i64.const 3) (i32.const 0)) (drop (call $number)) (drop (call $insecure)) (call $seed (i32.const 0)))"#;
    let (one, two) = (results(World::new(), wit, module), results(World::new(), wit, module));
    assert_eq!(one, two, "equal worlds give equal bytes");
    assert_eq!(one[0].split(',').count(), 3, "{one:?}");
    assert_ne!(one[1], one[2]);
    let grow = "(drop (memory.grow (i32.const 64))) (call $bytes (i64.const 0x200000)";
    let many = results(World::new(), wit, &module.replace("(call $bytes (i64.const 3)", grow));
    assert_eq!(many[0].split(',').count(), 0x20_0000);
    let huge = module.replace("(i64.const 3)", "(i64.const -1)");
    let fault = go(World::new(), wit, &huge).1.expect_err("too many");
    assert!(matches!(fault, Fault::Exhausted(Resource::Memory)), "{fault}");
}

/// As much of `wasi:io` as streams need.
const STREAMS: &str = "package wasi:io@0.2.2 {
        interface error { resource error { to-debug-string: func() -> string; } }
        interface streams { use error.{error};
            variant stream-error { last-operation-failed(error), closed }
            resource input-stream {
                read: func(len: u64) -> result<list<u8>, stream-error>;
                skip: func(len: u64) -> result<u64, stream-error>; }
            resource output-stream {
                check-write: func() -> result<u64, stream-error>;
                write: func(contents: list<u8>) -> result<_, stream-error>;
                blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
                blocking-write-zeroes-and-flush: func(len: u64) -> result<_, stream-error>;
                splice: func(src: borrow<input-stream>, len: u64) -> result<u64, stream-error>; } } }";

#[test]
fn streams_end_take_what_is_permitted_and_splice() {
    let wit = format!(
        "package test:t; {STREAMS} package wasi:cli@0.2.2 {{
            interface stdin {{ use wasi:io/streams@0.2.2.{{input-stream}}; get-stdin: func() -> input-stream; }}
            interface stdout {{ use wasi:io/streams@0.2.2.{{output-stream}}; get-stdout: func() -> output-stream; }} }}
        world w {{ import wasi:cli/stdin@0.2.2; import wasi:cli/stdout@0.2.2; export go: func(); }}"
    );
    let imports = r#"
        (import "wasi:cli/stdin@0.2.2" "get-stdin" (func $stdin (result i32)))
        (import "wasi:cli/stdout@0.2.2" "get-stdout" (func $stdout (result i32)))
        (import "wasi:io/streams@0.2.2" "[method]input-stream.read" (func $read (param i32 i64 i32)))
        (import "wasi:io/streams@0.2.2" "[method]input-stream.skip" (func $skip (param i32 i64 i32)))
        (import "wasi:io/streams@0.2.2" "[method]output-stream.check-write" (func $check (param i32 i32)))
        (import "wasi:io/streams@0.2.2" "[method]output-stream.write" (func $write (param i32 i32 i32 i32)))
        (import "wasi:io/streams@0.2.2" "[method]output-stream.blocking-write-and-flush"
            (func $flush (param i32 i32 i32 i32)))
        (import "wasi:io/streams@0.2.2" "[method]output-stream.blocking-write-zeroes-and-flush"
            (func $zeroes (param i32 i64 i32)))
        (import "wasi:io/streams@0.2.2" "[method]output-stream.splice" (func $splice (param i32 i32 i64 i32)));;
        (data (i32.const 64) "abc")"#;
    let body = r#"(func (export "go") (local $in i32) (local $out i32)
            (local.set $in (call $stdin)) (local.set $out (call $stdout))
            (call $read (local.get $in) (i64.const 2) (i32.const 0))
            (call $skip (local.get $in) (i64.const 1) (i32.const 0))
            (call $splice (local.get $out) (local.get $in) (i64.const 100) (i32.const 0))
            (call $read (local.get $in) (i64.const -1) (i32.const 0))
            (call $check (local.get $out) (i32.const 0))
            (call $write (local.get $out) (i32.const 64) (i32.const 3) (i32.const 0))
            (call $zeroes (local.get $out) (i64.const 1) (i32.const 0)))"#;
    let world = || World { stdin: preflight_engine::wasi::world::Input::bytes(*b"hello"), ..World::new() };
    let (returned, end, run) = go(world(), &wit, &format!("{imports}{body}"));
    end.expect("it returns");
    let values: Vec<&str> = returned[2..].iter().map(|(_, result)| result.as_str()).collect();
    assert_eq!(values[1..], ["ok(1)", "ok(2)", "err(closed)", "ok(65536)", "ok", "ok"]);
    assert_eq!(run.stdout(), "loabc\0");
    for hostile in [
        "(call $write (call $stdout) (i32.const 64) (i32.const 1) (i32.const 0))",
        "(call $flush (call $stdout) (i32.const 64) (i32.const 4097) (i32.const 0))",
        "(call $zeroes (call $stdout) (i64.const -1) (i32.const 0))",
    ] {
        let body = format!(r#"(func (export "go") {hostile})"#);
        let fault = go(World::new(), &wit, &format!("{imports}{body}")).1.expect_err(hostile);
        assert_eq!(code(&fault), Some(TrapCode::Host), "{hostile}");
    }
}

#[test]
fn sockets_are_there_and_denied() {
    let wit = "package test:t;
        package wasi:sockets@0.2.5 {
            interface network { resource network; enum ip-address-family { ipv4, ipv6 }
                enum error-code { unknown, access-denied, not-supported, invalid-argument, out-of-memory, timeout,
                    concurrency-conflict, not-in-progress, would-block, invalid-state, new-socket-limit,
                    address-not-bindable, address-in-use, remote-unreachable, connection-refused, connection-reset,
                    connection-aborted, datagram-too-large, name-unresolvable, temporary-resolver-failure,
                    permanent-resolver-failure } }
            interface instance-network { use network.{network}; instance-network: func() -> network; }
            interface ip-name-lookup { use network.{network, error-code}; resource resolve-address-stream;
                resolve-addresses: func(network: borrow<network>, name: string)
                    -> result<resolve-address-stream, error-code>; }
            interface tcp { use network.{error-code}; resource tcp-socket {
                finish-bind: func() -> result<_, error-code>; start-listen: func() -> result<_, error-code>;
                is-listening: func() -> bool; hop-limit: func() -> result<u8, error-code>;
                set-hop-limit: func(value: u8) -> result<_, error-code>; } }
            interface tcp-create-socket { use network.{error-code, ip-address-family}; use tcp.{tcp-socket};
                create-tcp-socket: func(address-family: ip-address-family) -> result<tcp-socket, error-code>; } }
        world w { import wasi:sockets/instance-network@0.2.5; import wasi:sockets/ip-name-lookup@0.2.5;
            import wasi:sockets/tcp@0.2.5; import wasi:sockets/tcp-create-socket@0.2.5; export go: func(); }";
    let module = r#"
        (import "wasi:sockets/instance-network@0.2.5" "instance-network" (func $net (result i32)))
        (import "wasi:sockets/ip-name-lookup@0.2.5" "resolve-addresses" (func $resolve (param i32 i32 i32 i32)))
        (import "wasi:sockets/tcp-create-socket@0.2.5" "create-tcp-socket" (func $create (param i32 i32)))
        (import "wasi:sockets/tcp@0.2.5" "[method]tcp-socket.finish-bind" (func $bind (param i32 i32)))
        (import "wasi:sockets/tcp@0.2.5" "[method]tcp-socket.start-listen" (func $listen (param i32 i32)))
        (import "wasi:sockets/tcp@0.2.5" "[method]tcp-socket.is-listening" (func $is (param i32) (result i32)))
        (import "wasi:sockets/tcp@0.2.5" "[method]tcp-socket.hop-limit" (func $hop (param i32 i32)))
        (import "wasi:sockets/tcp@0.2.5" "[method]tcp-socket.set-hop-limit" (func $set (param i32 i32 i32)));;
        (data (i32.const 64) "example.org")
        (func (export "go") (local $s i32)
            (call $resolve (call $net) (i32.const 64) (i32.const 11) (i32.const 0))
            (call $resolve (call $net) (i32.const 64) (i32.const 0) (i32.const 0))
            (call $create (i32.const 1) (i32.const 0)) (local.set $s (i32.load (i32.const 4)))
            (call $bind (local.get $s) (i32.const 0)) (call $listen (local.get $s) (i32.const 0))
            (drop (call $is (local.get $s)))
            (call $set (local.get $s) (i32.const 0) (i32.const 0)) (call $set (local.get $s) (i32.const 9) (i32.const 0))
            (call $hop (local.get $s) (i32.const 0)))"#;
    let values = results(World::new(), wit, module);
    let expected =
        ["err(access-denied)", "err(invalid-argument)", "err(not-in-progress)", "err(invalid-state)", "false"];
    let values: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.contains('#')).collect();
    assert_eq!(values[..5], expected);
    assert_eq!(values[5..], ["err(invalid-argument)", "ok", "ok(9)"]);
}

/// As much of `wasi:filesystem` as the tests of paths need.
const FILES: &str = "package wasi:filesystem@0.2.3 {
        interface types {
            enum error-code { access, would-block, already, bad-descriptor, busy, deadlock, quota, exist, file-too-large,
                illegal-byte-sequence, in-progress, interrupted, invalid, io, is-directory, loop, too-many-links,
                message-size, name-too-long, no-device, no-entry, no-lock, insufficient-memory, insufficient-space,
                not-directory, not-empty, not-recoverable, unsupported, no-tty, no-such-device, overflow, not-permitted,
                pipe, read-only, invalid-seek, text-file-busy, cross-device }
            flags descriptor-flags { read, write, file-integrity-sync, data-integrity-sync, requested-write-sync,
                mutate-directory }
            flags path-flags { symlink-follow }
            flags open-flags { create, directory, exclusive, truncate }
            resource descriptor {
                open-at: func(path-flags: path-flags, path: string, open-flags: open-flags, %flags: descriptor-flags)
                    -> result<descriptor, error-code>;
                create-directory-at: func(path: string) -> result<_, error-code>;
                symlink-at: func(old-path: string, new-path: string) -> result<_, error-code>;
                unlink-file-at: func(path: string) -> result<_, error-code>;
                readlink-at: func(path: string) -> result<string, error-code>;
                read: func(length: u64, offset: u64) -> result<tuple<list<u8>, bool>, error-code>;
                write: func(buffer: list<u8>, offset: u64) -> result<u64, error-code>;
                set-size: func(size: u64) -> result<_, error-code>; } }
        interface preopens { use types.{descriptor}; get-directories: func() -> list<tuple<descriptor, string>>; } }";

/// Runs `body` with the first preopened directory in `$d`; `(call $open …)` and so on take the place of a path and its
/// length. What the functions returned, without the first.
fn files(world: World, data: &str, body: &str) -> Vec<String> {
    let wit = format!(
        "package test:t; {FILES} world w {{ import wasi:filesystem/types@0.2.3; import wasi:filesystem/preopens@0.2.3;
            export go: func(); }}"
    );
    let module = format!(
        r#"
        (import "wasi:filesystem/preopens@0.2.3" "get-directories" (func $dirs (param i32)))
        (import "wasi:filesystem/types@0.2.3" "[method]descriptor.open-at"
            (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
        (import "wasi:filesystem/types@0.2.3" "[method]descriptor.create-directory-at" (func $mkdir (param i32 i32 i32 i32)))
        (import "wasi:filesystem/types@0.2.3" "[method]descriptor.symlink-at" (func $link (param i32 i32 i32 i32 i32 i32)))
        (import "wasi:filesystem/types@0.2.3" "[method]descriptor.unlink-file-at" (func $unlink (param i32 i32 i32 i32)))
        (import "wasi:filesystem/types@0.2.3" "[method]descriptor.readlink-at" (func $readlink (param i32 i32 i32 i32)))
        (import "wasi:filesystem/types@0.2.3" "[method]descriptor.read" (func $read (param i32 i64 i64 i32)))
        (import "wasi:filesystem/types@0.2.3" "[method]descriptor.write" (func $write (param i32 i32 i32 i64 i32)))
        (import "wasi:filesystem/types@0.2.3" "[method]descriptor.set-size" (func $size (param i32 i64 i32)));;
        (data (i32.const 64) "{data}")
        (func $open (param $d i32) (param $at i32) (param $len i32) (param $how i32) (param $flags i32) (result i32)
            (call $open-at (local.get $d) (i32.const 1) (local.get $at) (local.get $len) (local.get $how)
                (local.get $flags) (i32.const 0))
            (i32.load (i32.const 4)))
        (func (export "go") (local $d i32) (local $f i32)
            (call $dirs (i32.const 0))
            (local.set $d (i32.load (i32.load (i32.const 0))))
            {body})"#
    );
    results(world, &wit, &module).split_off(1)
}

/// A world with a directory in memory, and one with a directory of the host, and what keeps that alive.
fn worlds() -> Vec<(World, Option<tempfile::TempDir>)> {
    let mut memory = World::new();
    memory.preopen_virtual("/").write("in/f", b"inside").expect("a file");
    let outer = tempfile::tempdir().expect("a folder");
    std::fs::write(outer.path().join("secret"), "x").expect("a file");
    let root = outer.path().join("root");
    std::fs::create_dir_all(root.join("in")).expect("a folder");
    std::fs::write(root.join("in/f"), "inside").expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret", root.join("out")).expect("a link");
    let mut host = World::new();
    host.preopen_host(&root, "/").expect("a directory");
    vec![(memory, None), (host, Some(outer))]
}

#[test]
fn no_path_leaves_a_directory() {
    for (world, _kept) in worlds() {
        let data = "../secret/etc/passwdin/../../secretl";
        let body = r#"
            (drop (call $open (local.get $d) (i32.const 64) (i32.const 9) (i32.const 0) (i32.const 1)))
            (drop (call $open (local.get $d) (i32.const 73) (i32.const 11) (i32.const 0) (i32.const 1)))
            (drop (call $open (local.get $d) (i32.const 84) (i32.const 15) (i32.const 0) (i32.const 1)))
            (call $mkdir (local.get $d) (i32.const 64) (i32.const 9) (i32.const 0))
            (call $unlink (local.get $d) (i32.const 64) (i32.const 9) (i32.const 0))
            (call $link (local.get $d) (i32.const 73) (i32.const 11) (i32.const 99) (i32.const 1) (i32.const 0))
            (call $link (local.get $d) (i32.const 64) (i32.const 9) (i32.const 99) (i32.const 1) (i32.const 0))
            (drop (call $open (local.get $d) (i32.const 99) (i32.const 1) (i32.const 0) (i32.const 1)))"#;
        let mut values = files(world, data, body);
        // A link may be made that leads out; nobody gets out through it.
        let last = values.split_off(6);
        assert!(values.iter().all(|value| value == "err(not-permitted)"), "{values:?}");
        assert_eq!(last[1], "err(not-permitted)", "{last:?}");
    }
}

#[test]
fn a_link_of_the_host_leads_nowhere() {
    let (world, _kept) = worlds().remove(1);
    let body = r#"(drop (call $open (local.get $d) (i32.const 64) (i32.const 3) (i32.const 0) (i32.const 1)))"#;
    if cfg!(unix) {
        assert_eq!(files(world, "out", body), ["err(not-permitted)"]);
    }
}

#[test]
fn descriptors_keep_how_they_were_opened_and_bounds() {
    for (world, _kept) in worlds() {
        // Opened for reading; then for both, with offsets and sizes that nothing can have.
        let body = r#"
            (local.set $f (call $open (local.get $d) (i32.const 64) (i32.const 4) (i32.const 0) (i32.const 1)))
            (call $read (local.get $f) (i64.const -1) (i64.const 2) (i32.const 0))
            (call $read (local.get $f) (i64.const 5) (i64.const -1) (i32.const 0))
            (call $write (local.get $f) (i32.const 64) (i32.const 1) (i64.const 0) (i32.const 0))
            (call $size (local.get $f) (i64.const 1) (i32.const 0))
            (call $read (local.get $d) (i64.const 1) (i64.const 0) (i32.const 0))
            (local.set $f (call $open (local.get $d) (i32.const 64) (i32.const 4) (i32.const 0) (i32.const 3)))
            (call $write (local.get $f) (i32.const 64) (i32.const 2) (i64.const 6) (i32.const 0))
            (call $size (local.get $f) (i64.const 7) (i32.const 0))
            (call $read (local.get $f) (i64.const 9) (i64.const 5) (i32.const 0))
            (drop (call $open (local.get $d) (i32.const 64) (i32.const 2) (i32.const 0) (i32.const 2)))
            (drop (call $open (local.get $d) (i32.const 64) (i32.const 2) (i32.const 1) (i32.const 1)))
            (drop (call $open (local.get $d) (i32.const 68) (i32.const 4) (i32.const 0) (i32.const 1)))"#;
        let is_virtual = _kept.is_none();
        let values = files(world, "in/fnone", body);
        let values: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.contains('#')).collect();
        assert_eq!(values[0], "ok(([115, 105, 100, 101], true))");
        if is_virtual {
            assert_eq!(values[1], "ok(([], true))", "behind the end is the end");
        }
        assert_eq!(values[2..5], ["err(bad-descriptor)"; 3], "{values:?}");
        assert_eq!(values[5..8], ["ok(2)", "ok", "ok(([101, 105], true))"], "{values:?}");
        assert_eq!(values[8], "err(is-directory)", "{values:?}");
        assert_eq!(values.last(), Some(&"err(no-entry)"), "{values:?}");
    }
}

#[test]
fn a_directory_can_be_changed_if_that_was_asked_for_where_the_world_says_so() {
    for (grants, expected) in [(Grants::Unasked, "ok"), (Grants::Asked, "err(read-only)")] {
        for (world, _kept) in worlds() {
            // As a directory (2), with no flag, and with mutate-directory (32).
            let body = r#"
                (local.set $f (call $open (local.get $d) (i32.const 64) (i32.const 2) (i32.const 2) (i32.const 1)))
                (call $mkdir (local.get $f) (i32.const 66) (i32.const 1) (i32.const 0))
                (local.set $f (call $open (local.get $d) (i32.const 64) (i32.const 2) (i32.const 2) (i32.const 33)))
                (call $mkdir (local.get $f) (i32.const 67) (i32.const 1) (i32.const 0))"#;
            let values = files(World { grants, ..world }, "inab", body);
            let values: Vec<&str> = values.iter().map(String::as_str).filter(|value| !value.contains('#')).collect();
            assert_eq!(values, [expected, "ok"], "{grants:?}");
        }
    }
}
