//! `preflight exec --http`: requests with headers and a body, the responses to them, and what requests of the program come to.

mod common;
#[path = "common/component.rs"]
mod component;

use common::{Folder, contains};
use component::componentize;

/// As much of the interfaces as the program needs, of an older version than the host's.
const WIT: &str = "package test:t;
package wasi:io@0.2.3 {
    interface error { resource error; }
    interface streams { use error.{error};
        variant stream-error { last-operation-failed(error), closed }
        resource input-stream { blocking-read: func(len: u64) -> result<list<u8>, stream-error>; }
        resource output-stream {
            blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>; } } }
package wasi:http@0.2.3 {
    interface types { use wasi:io/streams@0.2.3.{input-stream, output-stream};
        variant header-error { invalid-syntax, forbidden, immutable }
        record DNS-error-payload { rcode: option<string>, info-code: option<u16> }
        record TLS-alert-received-payload { alert-id: option<u8>, alert-message: option<string> }
        record field-size-payload { field-name: option<string>, field-size: option<u32> }
        variant error-code { DNS-timeout, DNS-error(DNS-error-payload), destination-not-found, destination-unavailable,
            destination-IP-prohibited, destination-IP-unroutable, connection-refused, connection-terminated,
            connection-timeout, connection-read-timeout, connection-write-timeout, connection-limit-reached,
            TLS-protocol-error, TLS-certificate-error, TLS-alert-received(TLS-alert-received-payload),
            HTTP-request-denied, HTTP-request-length-required, HTTP-request-body-size(option<u64>),
            HTTP-request-method-invalid, HTTP-request-URI-invalid, HTTP-request-URI-too-long,
            HTTP-request-header-section-size(option<u32>), HTTP-request-header-size(option<field-size-payload>),
            HTTP-request-trailer-section-size(option<u32>), HTTP-request-trailer-size(field-size-payload),
            HTTP-response-incomplete, HTTP-response-header-section-size(option<u32>),
            HTTP-response-header-size(field-size-payload), HTTP-response-body-size(option<u64>),
            HTTP-response-trailer-section-size(option<u32>), HTTP-response-trailer-size(field-size-payload),
            HTTP-response-transfer-coding(option<string>), HTTP-response-content-coding(option<string>),
            HTTP-response-timeout, HTTP-upgrade-failed, HTTP-protocol-error, loop-detected, configuration-error,
            internal-error(option<string>) }
        resource fields { constructor(); get: func(name: string) -> list<list<u8>>;
            append: func(name: string, value: list<u8>) -> result<_, header-error>; }
        resource incoming-body { %stream: func() -> result<input-stream>; }
        resource incoming-request { path-with-query: func() -> option<string>; headers: func() -> fields;
            consume: func() -> result<incoming-body>; }
        resource outgoing-request { constructor(headers: fields); }
        resource request-options;
        resource future-incoming-response;
        resource outgoing-body { write: func() -> result<output-stream>;
            finish: static func(this: outgoing-body, trailers: option<fields>) -> result<_, error-code>; }
        resource outgoing-response { constructor(headers: fields); set-status-code: func(status-code: u16) -> result;
            body: func() -> result<outgoing-body>; }
        resource response-outparam {
            set: static func(param: response-outparam, response: result<outgoing-response, error-code>); } }
    interface outgoing-handler { use types.{outgoing-request, request-options, future-incoming-response, error-code};
        handle: func(request: outgoing-request, options: option<request-options>)
            -> result<future-incoming-response, error-code>; }
    interface incoming-handler { use types.{incoming-request, response-outparam};
        handle: func(request: incoming-request, response-out: response-outparam); } }
world w { import wasi:http/outgoing-handler@0.2.3; export wasi:http/incoming-handler@0.2.3; }";

/// What a program needs besides that can exit.
const EXIT: &str = "package wasi:cli@0.2.3 { interface exit { exit: func(status: result); } }
world w { import wasi:cli/exit@0.2.3;";

/// Answers 201, with a header and four lines: the path, the header x-in, the body, and what a request of its own came to.
const PROGRAM: &str = r#"(module
    (import "TYPES" "[constructor]fields" (func $fields (result i32)))
    (import "TYPES" "[method]fields.get" (func $get (param i32 i32 i32 i32)))
    (import "TYPES" "[method]fields.append" (func $append (param i32 i32 i32 i32 i32 i32)))
    (import "TYPES" "[method]incoming-request.path-with-query" (func $path (param i32 i32)))
    (import "TYPES" "[method]incoming-request.headers" (func $headers (param i32) (result i32)))
    (import "TYPES" "[method]incoming-request.consume" (func $consume (param i32 i32)))
    (import "TYPES" "[method]incoming-body.stream" (func $in (param i32 i32)))
    (import "TYPES" "[constructor]outgoing-request" (func $request (param i32) (result i32)))
    (import "TYPES" "[constructor]outgoing-response" (func $response (param i32) (result i32)))
    (import "TYPES" "[method]outgoing-response.set-status-code" (func $status (param i32 i32) (result i32)))
    (import "TYPES" "[method]outgoing-response.body" (func $body (param i32 i32)))
    (import "TYPES" "[method]outgoing-body.write" (func $out (param i32 i32)))
    (import "TYPES" "[static]outgoing-body.finish" (func $finish (param i32 i32 i32 i32)))
    (import "TYPES" "[static]response-outparam.set" (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
    (import "wasi:http/outgoing-handler@0.2.3" "handle" (func $send (param i32 i32 i32 i32)))
    (import "STREAMS" "[method]input-stream.blocking-read" (func $read (param i32 i64 i32)))
    (import "STREAMS" "[method]output-stream.blocking-write-and-flush" (func $write (param i32 i32 i32 i32)))
    (import "STREAMS" "[resource-drop]output-stream" (func $close (param i32)))
    (memory (export "memory") 4)
    (data (i32.const 64) "\0ax-name x-in denied failed")
    (global $top (mut i32) (i32.const 4096))
    (global $to (mut i32) (i32.const 0))
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
        (global.set $top (i32.and (i32.add (global.get $top) (i32.const 15)) (i32.const -16)))
        (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 3))))
    (func $line (param $at i32) (param $len i32)
        (call $write (global.get $to) (local.get $at) (local.get $len) (i32.const 0))
        (call $write (global.get $to) (i32.const 64) (i32.const 1) (i32.const 0)))
    (func (export "wasi:http/incoming-handler@0.2.3#handle") (param $request i32) (param $param i32)
        (local $h i32) (local $r i32) (local $b i32)
        (local.set $h (call $fields))
        (call $append (local.get $h) (i32.const 65) (i32.const 6) (i32.const 77) (i32.const 6) (i32.const 0))
        (local.set $r (call $response (local.get $h)))
        (drop (call $status (local.get $r) (i32.const 201)))
        (call $body (local.get $r) (i32.const 0)) (local.set $b (i32.load (i32.const 4)))
        (call $set (local.get $param) (i32.const 0) (local.get $r) (i32.const 0) (i64.const 0)
            (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))
        (call $out (local.get $b) (i32.const 0)) (global.set $to (i32.load (i32.const 4)))
        (call $path (local.get $request) (i32.const 16))
        (call $line (i32.load (i32.const 20)) (i32.load (i32.const 24)))
        (call $get (call $headers (local.get $request)) (i32.const 72) (i32.const 4) (i32.const 16))
        (call $line (i32.load (i32.load (i32.const 16))) (i32.load offset=4 (i32.load (i32.const 16))))
        (call $consume (local.get $request) (i32.const 16)) (call $in (i32.load (i32.const 20)) (i32.const 16))
        (call $read (i32.load (i32.const 20)) (i64.const 100) (i32.const 16))
        (call $line (i32.load (i32.const 20)) (i32.load (i32.const 24)))
        ;; The error with the number 15 is HTTP-request-denied.
        (call $send (call $request (call $fields)) (i32.const 0) (i32.const 0) (i32.const 512))
        (if (i32.and (i32.load8_u (i32.const 512)) (i32.eq (i32.load8_u (i32.const 520)) (i32.const 15)))
            (then (call $line (i32.const 77) (i32.const 6)))
            (else (call $line (i32.const 84) (i32.const 6))))
        (call $close (global.get $to))
        (call $finish (local.get $b) (i32.const 0) (i32.const 0) (i32.const 512))))"#;

/// A folder with the program as a component.
fn folder() -> Folder {
    let text = PROGRAM.replace("TYPES", "wasi:http/types@0.2.3").replace("STREAMS", "wasi:io/streams@0.2.3");
    let folder = Folder::with(&[("body.txt", "from a file")]);
    folder.write("site.wasm", &componentize(&text, WIT));
    folder
}

/// What `exec` or `trace` gives for a request.
fn request(folder: &Folder, command: &str, line: &str, more: &[&str]) -> common::Run {
    let run = folder.run_list(&[&[command, "site.wasm", "--http", line], more].concat(), &[], "");
    assert_eq!((run.status, run.err.as_str()), (0, ""), "{}", run.out);
    run
}

#[test]
fn header_and_body_are_given_and_shown_and_outgoing_requests_get_an_error() {
    let folder = folder();
    for tier in ["interp", "jit"] {
        let args = ["--header", "x-in: seven", "--body", "hello", "--tier", tier];
        let run = request(&folder, "exec", "POST /path?q=1", &args);
        assert_eq!(run.out, "HTTP 201\nx-name: denied\n\n/path?q=1\nseven\nhello\ndenied\n", "{tier}");
    }
    let run = request(&folder, "exec", "PUT /", &["--header", "x-in:8", "--body", "@body.txt"]);
    assert_eq!(run.out, "HTTP 201\nx-name: denied\n\n/\n8\nfrom a file\ndenied\n");
}

#[test]
fn a_response_is_data_too() {
    let folder = folder();
    let args = ["--header", "x-in:seven", "--body", "hello", "--format", "json"];
    let run = request(&folder, "exec", "GET /a", &args);
    let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    let response = &document["response"];
    assert_eq!(response["status"], 201, "{document}");
    assert_eq!(response["headers"], serde_json::json!([["x-name", "denied"]]));
    assert_eq!(response["body"], "/a\nseven\nhello\ndenied\n");
}

/// The response is sent when it is set: what the program does afterwards is its own end.
#[test]
fn a_response_is_shown_whatever_the_program_does_afterwards() {
    let text = PROGRAM.replace("TYPES", "wasi:http/types@0.2.3").replace("STREAMS", "wasi:io/streams@0.2.3");
    let body = text.strip_suffix("))").expect("the end of handle and of the module");
    let (wit, exit) =
        (WIT.replace("world w {", EXIT), r#"(module (import "wasi:cli/exit@0.2.3" "exit" (func $exit (param i32)))"#);
    let exits = |code: u32| format!("{}(call $exit (i32.const {code})))) ", body.replacen("(module", exit, 1));
    let folder = Folder::with(&[]);
    for (name, text, status, told) in [
        ("trap", format!("{body} unreachable))"), 1, "trap: unreachable"),
        ("ok", exits(0), 0, "exit"),
        ("err", exits(1), 1, "exit"),
    ] {
        folder.write("site.wasm", &componentize(&text, &wit));
        let run = folder.run_list(
            &["exec", "site.wasm", "--http", "GET /a", "--header", "x-in:7", "--body", "hello"],
            &[],
            "",
        );
        assert_eq!(
            (run.status, run.out.as_str()),
            (status, "HTTP 201\nx-name: denied\n\n/a\n7\nhello\ndenied\n"),
            "{name}"
        );
        contains(&run.err, &[told, "after it had answered the request"]);
        let run = folder.run_list(
            &["trace", "site.wasm", "--http", "GET /a", "--header", "x-in:7", "--body", "hello"],
            &[],
            "",
        );
        contains(&run.out, &["after it had answered the request", "response:\n", "| HTTP 201\n"]);
        let args =
            ["exec", "site.wasm", "--http", "GET /a", "--header", "x-in:7", "--body", "hello", "--format", "json"];
        let document: serde_json::Value = serde_json::from_str(&folder.run_list(&args, &[], "").out).unwrap();
        assert_eq!(document["response"]["status"], 201, "{document}");
    }
}

/// handler.wit: the implementor must write a response.
#[test]
fn a_request_without_a_response_is_a_failure() {
    let text = PROGRAM.replace("TYPES", "wasi:http/types@0.2.3").replace("STREAMS", "wasi:io/streams@0.2.3");
    let (wit, exit) =
        (WIT.replace("world w {", EXIT), r#"(module (import "wasi:cli/exit@0.2.3" "exit" (func $exit (param i32)))"#);
    let begin = "(local.set $h (call $fields))";
    assert!(text.contains(begin));
    let folder = Folder::with(&[]);
    for (body, outcome, told) in
        [("(return)", "returned", "without a response"), ("(call $exit (i32.const 0))", "exit", "exit with code 0")]
    {
        let text = text.replacen("(module", exit, 1).replacen(begin, &format!("{body} {begin}"), 1);
        folder.write("site.wasm", &componentize(&text, &wit));
        let run = folder.run_list(&["exec", "site.wasm", "--http", "GET /", "--format", "json"], &[], "");
        assert_eq!(run.status, 1, "{body}");
        contains(&run.err, &[told]);
        let document: serde_json::Value = serde_json::from_str(&run.out).unwrap();
        assert_eq!((&document["outcome"]["class"], &document["response"]), (&outcome.into(), &serde_json::Value::Null));
    }
}

#[test]
fn a_trace_of_a_request_shows_both_sides() {
    let folder = folder();
    let run = request(&folder, "trace", "GET /a", &["--header", "x-in:seven", "--body", "hello"]);
    let parts = [
        "wasi:http/incoming-handler@0.2.3.handle(",
        "P2-HTTP-04",
        "wasi:http/outgoing-handler@0.2.3.handle(",
        "err(HTTP-request-denied)",
        "set-status-code(borrow outgoing-response#2, 201)",
        "response:\n",
        "| HTTP 201\n",
        "| x-name: denied\n",
        "| /a\n",
    ];
    contains(&run.out, &parts);
}

#[test]
fn a_request_or_a_file_that_cannot_be_used_is_told() {
    let folder = folder();
    let missing = folder.run_list(&["exec", "site.wasm", "--http", "GET /", "--body", "@no.txt"], &[], "");
    assert_eq!(missing.status, 2);
    contains(&missing.err, &["no.txt"]);
    for (line, what) in [
        ("GET /#f", "has a fragment, which is never sent"),
        ("GET /%zz", "is no path with a query"),
        ("GET /a|b", "such as %20 for a space"),
        ("GET x", "expected a method and a path"),
    ] {
        let run = folder.run_list(&["exec", "site.wasm", "--http", line], &[], "");
        assert_eq!(run.status, 2, "{line}");
        contains(&run.err, &["--http", what]);
    }
}
