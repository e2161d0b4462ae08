//! Each function of each interface of WASI 0.2 is called: by a table of calls, and by a handler of requests for what only such
//! a program is given. A function that none of them calls fails the test, unless nothing ever has a resource to call it on.

use crate::{
    declarations::{VERSION, imports_of, resolve},
    guest::{Run, encode, wat},
    table::Table,
};
use preflight_engine::{
    Config,
    component::Component,
    trace::{Event, InstancePath},
    wasi::{
        World,
        p2::{Feature, Program, Purpose, Request, StartRules},
        world::Input,
    },
};
use std::collections::BTreeSet;
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::{Resolve, UnresolvedPackageGroup};

/// Calls of [`Table::lines`].
const CALLS: &str = r#"
# cli/environment
get-environment => [("K", "V")]
get-arguments => ["main", "one"]
initial-cwd
# cli/stdin
in = get-stdin
# cli/stdout
out = get-stdout
# cli/stderr
get-stderr
# cli/terminal-stdin
get-terminal-stdin => none
# cli/terminal-stdout
get-terminal-stdout => none
# cli/terminal-stderr
get-terminal-stderr => none
# io/streams
input-stream.read $in | 2 => ok([104, 101])
input-stream.blocking-read $in | 1 => ok([108])
input-stream.skip $in | 1 => ok(1)
input-stream.blocking-skip $in | 1 => ok(1)
p = input-stream.subscribe $in
output-stream.check-write $out => ok(65536)
output-stream.write $out | [97] => ok
output-stream.blocking-write-and-flush $out | [98] => ok
output-stream.flush $out => ok
output-stream.blocking-flush $out => ok
q = output-stream.subscribe $out
output-stream.check-write $out => ok(65536)
output-stream.write-zeroes $out | 1 => ok
output-stream.blocking-write-zeroes-and-flush $out | 1 => ok
output-stream.splice $out | $in | 2 => ok(2)
output-stream.blocking-splice $out | $in | 2 => ok(2)
# io/poll
pollable.ready $p => true
pollable.block $q
poll [$p] => [0]
# clocks/monotonic-clock
now
resolution => 1000
subscribe-instant 5
subscribe-duration 5
# clocks/wall-clock
now
resolution
# clocks/timezone
display {seconds: 5, nanoseconds: 0}
utc-offset {seconds: 5, nanoseconds: 0} => 0
# random/random
get-random-bytes 0 => []
get-random-u64
# random/insecure
get-insecure-random-bytes 0 => []
get-insecure-random-u64
# random/insecure-seed
insecure-seed
# filesystem/preopens
d = get-directories
# filesystem/types
f = descriptor.open-at $d | {symlink-follow} | "f" | {create} | {read, write}
descriptor.write $f | [97, 98, 99] | 0 => ok(3)
descriptor.read $f | 2 | 1 => ok(([98, 99], true))
in = descriptor.read-via-stream $f | 0
w = descriptor.write-via-stream $f | 18446744073709551615
descriptor.append-via-stream $f
descriptor.advise $f | 0 | 1 | will-need => ok
descriptor.sync-data $f => ok
descriptor.sync $f => ok
descriptor.get-flags $f => ok({read, write})
descriptor.get-type $f => ok(regular-file)
descriptor.set-size $f | 1 => ok
descriptor.set-times $f | now | no-change => ok
descriptor.stat $f
descriptor.create-directory-at $d | "dir" => ok
descriptor.stat-at $d | {} | "dir"
descriptor.set-times-at $d | {} | "f" | now | timestamp({seconds: 1, nanoseconds: 2}) => ok
descriptor.link-at $d | {} | "f" | $d | "g" => ok
descriptor.symlink-at $d | "f" | "link" => ok
descriptor.readlink-at $d | "link" => ok("f")
descriptor.rename-at $d | "g" | $d | "h" => ok
descriptor.unlink-file-at $d | "h" => ok
descriptor.remove-directory-at $d | "dir" => ok
descriptor.is-same-object $d | $f => false
descriptor.metadata-hash $f
descriptor.metadata-hash-at $d | {} | "f"
entries = descriptor.read-directory $d
directory-entry-stream.read-directory-entry $entries
# io/streams
input-stream.read $in | 9 => ok([97])
input-stream.read $in | 9 => err(closed)
input-stream.read $in | 0 => err(closed)
error = output-stream.blocking-write-and-flush $w | [98]
# io/error
error.to-debug-string $error
# filesystem/types
filesystem-error-code $error => some(file-too-large)
# sockets/network
network-error-code $error => none
# http/types
http-error-code $error => none
# sockets/instance-network
n = instance-network
# sockets/ip-name-lookup
resolve-addresses $n | "example.org" => err(access-denied)
resolve-addresses $n | "bücher.example" => err(access-denied)
resolve-addresses $n | "" => err(invalid-argument)
resolve-addresses $n | "[::1]" => err(invalid-argument)
resolve-addresses $n | "a..b" => err(invalid-argument)
resolve-addresses $n | "256.256.256.256" => err(invalid-argument)
resolve-addresses $n | "1.example" => err(access-denied)
resolve-addresses $n | "-a.example" => err(invalid-argument)
resolve-addresses $n | "a-.example" => err(invalid-argument)
resolve-addresses $n | "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.example" => err(access-denied)
resolve-addresses $n | "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.example" => err(invalid-argument)
resolve-addresses $n | "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü.example" => err(access-denied)
addresses = resolve-addresses $n | "::ffff:1.2.3.4"
resolve-address-stream.resolve-next-address $addresses => err(name-unresolvable)
addresses = resolve-addresses $n | "127.0.0.1"
resolve-address-stream.resolve-next-address $addresses => ok(some(ipv4((127, 0, 0, 1))))
resolve-address-stream.resolve-next-address $addresses => ok(none)
resolve-address-stream.subscribe $addresses
addresses = resolve-addresses $n | "fe80::1"
resolve-address-stream.resolve-next-address $addresses => ok(some(ipv6((65152, 0, 0, 0, 0, 0, 0, 1))))
# sockets/tcp-create-socket
tcp = create-tcp-socket ipv4
closed = create-tcp-socket ipv4
# sockets/tcp
tcp-socket.start-bind $tcp | $n | ipv4({port: 1, address: (127, 0, 0, 1)}) => err(access-denied)
tcp-socket.finish-bind $tcp => err(not-in-progress)
tcp-socket.start-bind $tcp | $n | ipv4({port: 1, address: (224, 0, 0, 1)}) => err(invalid-argument)
tcp-socket.start-connect $closed | $n | ipv4({port: 0, address: (127, 0, 0, 1)}) => err(invalid-argument)
tcp-socket.start-bind $closed | $n | ipv4({port: 1, address: (127, 0, 0, 1)}) => err(invalid-state)
tcp-socket.start-connect $closed | $n | ipv4({port: 1, address: (127, 0, 0, 1)}) => err(invalid-state)
tcp-socket.start-connect $tcp | $n | ipv4({port: 1, address: (127, 0, 0, 1)}) => err(access-denied)
tcp-socket.start-connect $tcp | $n | ipv4({port: 1, address: (127, 0, 0, 1)}) => err(invalid-state)
tcp-socket.start-bind $tcp | $n | ipv4({port: 1, address: (127, 0, 0, 1)}) => err(invalid-state)
tcp-socket.finish-connect $tcp => err(not-in-progress)
tcp-socket.start-listen $tcp => err(invalid-state)
tcp-socket.finish-listen $tcp => err(not-in-progress)
tcp-socket.accept $tcp => err(invalid-state)
tcp-socket.local-address $tcp => err(invalid-state)
tcp-socket.remote-address $tcp => err(invalid-state)
tcp-socket.is-listening $tcp => false
tcp-socket.address-family $tcp => ipv4
tcp-socket.set-listen-backlog-size $tcp | 0 => err(invalid-argument)
tcp-socket.set-keep-alive-enabled $tcp | true => ok
tcp-socket.keep-alive-enabled $tcp => ok(true)
tcp-socket.set-keep-alive-idle-time $tcp | 1000000000 => ok
tcp-socket.keep-alive-idle-time $tcp => ok(1000000000)
tcp-socket.set-keep-alive-interval $tcp | 1000000000 => ok
tcp-socket.keep-alive-interval $tcp => ok(1000000000)
tcp-socket.set-keep-alive-count $tcp | 3 => ok
tcp-socket.keep-alive-count $tcp => ok(3)
tcp-socket.set-hop-limit $tcp | 9 => ok
tcp-socket.hop-limit $tcp => ok(9)
tcp-socket.set-receive-buffer-size $tcp | 4096 => ok
tcp-socket.receive-buffer-size $tcp => ok(4096)
tcp-socket.set-send-buffer-size $tcp | 4096 => ok
tcp-socket.send-buffer-size $tcp => ok(4096)
tcp-socket.subscribe $tcp
tcp-socket.shutdown $tcp | both => err(invalid-state)
# sockets/udp-create-socket
udp = create-udp-socket ipv6
# sockets/udp
udp-socket.start-bind $udp | $n | ipv6({port: 1, flow-info: 0, address: (0, 0, 0, 0, 0, 0, 0, 1), scope-id: 0}) => err(access-denied)
udp-socket.start-bind $udp | $n | ipv6({port: 1, flow-info: 0, address: (65282, 0, 0, 0, 0, 0, 0, 1), scope-id: 0}) => err(access-denied)
udp-socket.start-bind $udp | $n | ipv4({port: 1, address: (127, 0, 0, 1)}) => err(invalid-argument)
udp-socket.finish-bind $udp => err(not-in-progress)
udp-socket.stream $udp | none => err(invalid-state)
udp-socket.local-address $udp => err(invalid-state)
udp-socket.remote-address $udp => err(invalid-state)
udp-socket.address-family $udp => ipv6
udp-socket.set-unicast-hop-limit $udp | 9 => ok
udp-socket.unicast-hop-limit $udp => ok(9)
udp-socket.set-receive-buffer-size $udp | 4096 => ok
udp-socket.receive-buffer-size $udp => ok(4096)
udp-socket.set-send-buffer-size $udp | 4096 => ok
udp-socket.send-buffer-size $udp => ok(4096)
udp-socket.subscribe $udp
# http/types
fields = fields
fields.append $fields | "x-a" | [49] => ok
fields.set $fields | "x-b" | [[50]] => ok
fields.get $fields | "x-a" => [[49]]
fields.has $fields | "x-b" => true
fields.delete $fields | "x-b" => ok
fields.set $fields | "host" | [[50]] => err(forbidden)
fields.set $fields | "x-c" | [[32, 97]] => err(invalid-syntax)
fields.append $fields | "x-c" | [97, 9] => err(invalid-syntax)
fields.set $fields | "x-c" | [[97, 32, 9, 97], []] => ok
fields.delete $fields | "x-c" => ok
fields.delete $fields | "host" => ok
fields.delete $fields | "no name" => err(invalid-syntax)
fields.entries $fields => [("x-a", [49])]
headers = fields.clone $fields
others = fields.clone $fields
trailers = fields.from-list [("x-t", [51])]
request = outgoing-request $headers
outgoing-request.set-method $request | post => ok
outgoing-request.method $request => post
outgoing-request.set-path-with-query $request | some("/a?b") => ok
outgoing-request.set-path-with-query $request | some("/%zz") => err
outgoing-request.path-with-query $request => some("/a?b")
outgoing-request.set-scheme $request | some(HTTPS) => ok
outgoing-request.scheme $request => some(HTTPS)
outgoing-request.set-authority $request | some("example.org") => ok
outgoing-request.set-authority $request | some("example.org:http") => err
outgoing-request.authority $request => some("example.org")
outgoing-request.headers $request
sent = outgoing-request $others
outgoing-request.body $request
options = request-options
request-options.set-connect-timeout $options | some(1) => ok
request-options.connect-timeout $options => some(1)
request-options.set-first-byte-timeout $options | some(2) => ok
request-options.first-byte-timeout $options => some(2)
request-options.set-between-bytes-timeout $options | none => ok
request-options.between-bytes-timeout $options => none
response = outgoing-response $fields
outgoing-response.set-status-code $response | 404 => ok
outgoing-response.set-status-code $response | 600 => err
outgoing-response.status-code $response => 404
outgoing-response.headers $response
body = outgoing-response.body $response
stream = outgoing-body.write $body
# http/outgoing-handler
handle $sent | some($options) => err(HTTP-request-denied)
# cli/exit
exit ok => exit 0
exit-with-code 7 => exit 7
"#;

/// Methods of resources that this host never makes: it denies what would give them.
const NEVER_MADE: [&str; 4] = [
    "[method]incoming-datagram-stream.",
    "[method]outgoing-datagram-stream.",
    "[method]incoming-response.",
    "[method]future-incoming-response.",
];

#[test]
fn every_function_is_called() {
    let mut called = call_the_table();
    called.extend(handle_a_request());
    let mut missing = every_function();
    missing.retain(|name| !called.contains(name));
    let is_never_made = |name: &&String| NEVER_MADE.iter().any(|method| name.contains(method));
    let (never, missing): (Vec<_>, Vec<_>) = missing.iter().partition(is_never_made);
    assert!(missing.is_empty(), "these functions are called by no test: {missing:#?}");
    for method in NEVER_MADE {
        assert!(never.iter().any(|name| name.contains(method)), "{method}: there is a resource to call it on");
    }
}

/// The functions of all interfaces that programs import.
fn every_function() -> BTreeSet<String> {
    let resolve = resolve(VERSION, true);
    let mut names = BTreeSet::new();
    for (id, interface) in &resolve.interfaces {
        let module = resolve.id_of(id).expect("a name");
        if interface.name.as_deref() != Some("run") && interface.name.as_deref() != Some("incoming-handler") {
            names.extend(interface.functions.keys().map(|name| format!("{module}.{name}")));
        }
    }
    assert!(names.len() > 150, "{}", names.len());
    names
}

fn world() -> World {
    let mut world = World { stdin: Input::bytes(*b"hello, world"), ..World::new() };
    world.args = ["main", "one"].map(str::to_owned).to_vec();
    world.env = vec![("K".to_owned(), "V".to_owned())];
    world.preopen_virtual("/");
    world
}

/// Makes the calls of [`CALLS`], and returns the names of the functions.
fn call_the_table() -> BTreeSet<String> {
    Table::new(world()).lines(CALLS).into_iter().collect()
}

/// Lets a program handle a request, and returns the names of the functions that it has called.
fn handle_a_request() -> BTreeSet<String> {
    let config = Config::default();
    let mut run = Run::new(&config, world(), &Feature::ALL);
    let component = Component::new(&config, &handler()).expect("a component");
    let (rules, path) = (StartRules::default(), InstancePath::root());
    let mut program = Program::begin(&mut run.store, &component, &run.linker, path, rules, Purpose::Handle)
        .unwrap_or_else(|error| panic!("{error}"));
    let mut request = Request::parse("POST /path?query").expect("a request");
    request.body = b"body".to_vec();
    let response = program.handle(&mut run.store, &run.host, &request).expect("a response");
    assert_eq!((response.status, response.informational, response.body), (200, vec![103], b"hi".to_vec()));
    let events = run.events.0.borrow();
    let name = |event: &Event| match event {
        Event::HostCalled { name, .. } => Some(name.clone()),
        _ => None,
    };
    events.iter().filter_map(name).collect()
}

/// Uses all that a request gives, and answers with an early hint, a body and trailers.
fn handler() -> Vec<u8> {
    let mut resolve: Resolve = resolve(VERSION, true);
    let wit = format!("package test:t; world w {{ include wasi:http/proxy@{VERSION}; }}");
    let group = UnresolvedPackageGroup::parse("w.wit", &wit).expect("WIT");
    let package = resolve.push_group(group).expect("a package");
    let world = resolve.select_world(&[package], Some("w")).expect("a world");
    let is_used = |name: &String| ["wasi:http/types@", "wasi:io/streams@"].iter().any(|used| name.starts_with(used));
    let ids: Vec<_> = resolve.interfaces.iter().map(|(id, _)| id).collect();
    let used = ids.into_iter().filter(|id| resolve.id_of(*id).as_ref().is_some_and(is_used));
    let imports: String = used.map(|id| imports_of(&resolve, id)).collect();
    let types = |name: &str| format!("call $\"wasi:http/types@{VERSION}#{name}\"");
    let streams = |name: &str| format!("call $\"wasi:io/streams@{VERSION}#{name}\"");
    let getters: String = ["method", "path-with-query", "scheme", "authority"]
        .iter()
        .map(|name| format!("({} (local.get 0) (i32.const 512))\n", types(&format!("[method]incoming-request.{name}"))))
        .collect();
    let module = format!(
        r#"(module {imports} (memory (export "memory") 4) (data (i32.const 64) "hi")
        (global $top (mut i32) (i32.const 4096))
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.set $top (i32.and (i32.add (global.get $top) (i32.const 15)) (i32.const -16)))
            (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 3))))
        (func (export "wasi:http/incoming-handler@{VERSION}#handle") (param i32 i32)
            (local $response i32) (local $body i32) (local $stream i32)
            {getters}
            (drop ({headers} (local.get 0)))
            ({consume} (local.get 0) (i32.const 0)) (local.set $body (i32.load (i32.const 4)))
            ({stream} (local.get $body) (i32.const 0)) ({drop_input} (i32.load (i32.const 4)))
            (local.set $stream ({finish_incoming} (local.get $body)))
            (drop ({subscribe} (local.get $stream))) ({get} (local.get $stream) (i32.const 512))
            ({inform} (local.get 1) (i32.const 103) ({fields}) (i32.const 512))
            (local.set $response ({response} ({fields})))
            ({body} (local.get $response) (i32.const 0)) (local.set $body (i32.load (i32.const 4)))
            ({set} (local.get 1) (i32.const 0) (local.get $response) (i32.const 0) (i64.const 0)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
            ({write_to} (local.get $body) (i32.const 0)) (local.set $stream (i32.load (i32.const 4)))
            ({write} (local.get $stream) (i32.const 64) (i32.const 2) (i32.const 0))
            ({drop_output} (local.get $stream))
            ({finish} (local.get $body) (i32.const 1) ({fields}) (i32.const 512))))"#,
        headers = types("[method]incoming-request.headers"),
        consume = types("[method]incoming-request.consume"),
        stream = types("[method]incoming-body.stream"),
        finish_incoming = types("[static]incoming-body.finish"),
        subscribe = types("[method]future-trailers.subscribe"),
        get = types("[method]future-trailers.get"),
        inform = types("[method]response-outparam.send-informational"),
        set = types("[static]response-outparam.set"),
        fields = types("[constructor]fields"),
        response = types("[constructor]outgoing-response"),
        body = types("[method]outgoing-response.body"),
        write_to = types("[method]outgoing-body.write"),
        finish = types("[static]outgoing-body.finish"),
        write = streams("[method]output-stream.blocking-write-and-flush"),
        drop_input = streams("[resource-drop]input-stream"),
        drop_output = streams("[resource-drop]output-stream"),
    );
    let mut bytes = wat(&module);
    embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
    encode(&bytes)
}
