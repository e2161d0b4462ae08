//! `wasi:http`: a component that handles requests, and what it may not do.

use crate::{
    declarations::resolve,
    guest::{Run, encode, wat},
};
use preflight_engine::{
    Config, Fault,
    component::Component,
    trace::{Event, InstancePath, Value},
    wasi::{
        World,
        p2::{HandleError, Program, Purpose, Request, RequestError, Response, StartError, StartRules},
    },
};
use wit_component::{StringEncoding, embed_component_metadata};
use wit_parser::UnresolvedPackageGroup;

/// A component whose `handle` has the request in `$request` and the way to answer in `$out`. `$n` counts the calls.
fn handler(body: &str) -> Vec<u8> {
    let mut resolve = resolve("0.2.12", false);
    let wit = "package test:t; world w { import wasi:http/outgoing-handler@0.2.12; include wasi:http/proxy@0.2.12; }";
    let package = resolve.push_group(UnresolvedPackageGroup::parse("w.wit", wit).expect("WIT")).expect("a package");
    let world = resolve.select_world(&[package], Some("w")).expect("a world");
    let types = "wasi:http/types@0.2.12";
    let module = format!(
        r#"(module
        (import "{types}" "[constructor]fields" (func $fields (result i32)))
        (import "{types}" "[method]fields.append" (func $append (param i32 i32 i32 i32 i32 i32)))
        (import "{types}" "[constructor]outgoing-response" (func $response (param i32) (result i32)))
        (import "{types}" "[method]outgoing-response.set-status-code" (func $status (param i32 i32) (result i32)))
        (import "{types}" "[method]outgoing-response.body" (func $body (param i32 i32)))
        (import "{types}" "[method]outgoing-response.headers" (func $headers (param i32) (result i32)))
        (import "{types}" "[method]outgoing-body.write" (func $stream (param i32 i32)))
        (import "{types}" "[static]outgoing-body.finish" (func $finish (param i32 i32 i32 i32)))
        (import "{types}" "[static]response-outparam.set"
            (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
        (import "{types}" "[method]incoming-request.path-with-query" (func $path (param i32 i32)))
        (import "{types}" "[method]incoming-request.consume" (func $consume (param i32 i32)))
        (import "{types}" "[constructor]outgoing-request" (func $outgoing (param i32) (result i32)))
        (import "{types}" "[method]incoming-request.headers" (func $given (param i32) (result i32)))
        (import "{types}" "[method]outgoing-request.headers" (func $asked (param i32) (result i32)))
        (import "{types}" "[resource-drop]incoming-request" (func $drop-request (param i32)))
        (import "{types}" "[resource-drop]outgoing-request" (func $drop-outgoing (param i32)))
        (import "{types}" "[resource-drop]outgoing-response" (func $drop-response (param i32)))
        (import "{types}" "[resource-drop]fields" (func $drop-fields (param i32)))
        (import "wasi:http/outgoing-handler@0.2.12" "handle" (func $send (param i32 i32 i32 i32)))
        (import "wasi:io/streams@0.2.12" "[method]output-stream.blocking-write-and-flush"
            (func $write (param i32 i32 i32 i32)))
        (import "wasi:io/streams@0.2.12" "[resource-drop]output-stream" (func $close (param i32)))
        (memory (export "memory") 4)
        (global $top (mut i32) (i32.const 4096))
        (global $n (mut i32) (i32.const 0))
        (data (i32.const 64) "x-nameconnectionbad name")
        (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
            (global.set $top (i32.and (i32.add (global.get $top) (i32.const 15)) (i32.const -16)))
            (global.get $top) (global.set $top (i32.add (global.get $top) (local.get 3))))
        (func $answer (param $out i32) (param $response i32)
            (call $set (local.get $out) (i32.const 0) (local.get $response) (i32.const 0) (i64.const 0)
                (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
        (func (export "wasi:http/incoming-handler@0.2.12#handle") (param $request i32) (param $out i32)
            (local $h i32) (local $r i32) (local $b i32) (local $s i32)
            (global.set $n (i32.add (global.get $n) (i32.const 1)))
            {body}))"#
    );
    let mut bytes = wat(&module);
    embed_component_metadata(&mut bytes, &resolve, world, StringEncoding::UTF8).expect("metadata");
    encode(&bytes)
}

/// The path comes back as the body, with a header and the number of the call in the status.
const ECHO: &str = "
    (local.set $h (call $fields))
    (call $append (local.get $h) (i32.const 64) (i32.const 6) (i32.const 64) (i32.const 1) (i32.const 0))
    (local.set $r (call $response (local.get $h)))
    (drop (call $status (local.get $r) (i32.add (i32.const 200) (global.get $n))))
    (call $body (local.get $r) (i32.const 0)) (local.set $b (i32.load (i32.const 4)))
    (call $stream (local.get $b) (i32.const 0)) (local.set $s (i32.load (i32.const 4)))
    (call $path (local.get $request) (i32.const 16))
    (call $write (local.get $s) (i32.load (i32.const 20)) (i32.load (i32.const 24)) (i32.const 0))
    (call $close (local.get $s))
    (call $finish (local.get $b) (i32.const 0) (i32.const 0) (i32.const 0))
    (call $answer (local.get $out) (local.get $r))";

struct Site {
    run: Run,
    program: Program,
}

fn site(body: &str) -> Site {
    let mut run = Run::new(&Config::default(), World::new(), &[]);
    let component = Component::new(&Config::default(), &handler(body)).expect("a component");
    let rules = StartRules::default();
    let begun = Program::begin(&mut run.store, &component, &run.linker, InstancePath::root(), rules, Purpose::Handle);
    Site { run, program: begun.expect("it comes up") }
}

impl Site {
    fn get(&mut self, line: &str) -> Result<Response, HandleError> {
        let request = Request::parse(line).expect("a request");
        self.program.handle(&mut self.run.store, &self.run.host, &request)
    }

    /// What the host functions returned.
    fn returned(&self) -> Vec<String> {
        let events = self.run.events.0.borrow();
        let result = |event: &Event| match event {
            Event::HostReturned { results, .. } => {
                Some(results.iter().map(Value::to_string).collect::<Vec<_>>().join(" "))
            }
            _ => None,
        };
        events.iter().filter_map(result).collect()
    }
}

#[test]
fn requests_are_answered_on_one_instance() {
    // P2-HTTP-04
    let mut site = site(ECHO);
    for n in 1..=2 {
        let response = site.get("GET /path?q=1").expect("a response");
        assert_eq!(response.status, 200 + n);
        assert_eq!(response.headers, [("x-name".to_owned(), b"x".to_vec())]);
        assert_eq!(response.body, b"/path?q=1");
    }
}

#[test]
fn what_is_no_answer_is_told() {
    assert!(matches!(site("").get("GET /"), Err(HandleError::NoResponse)));
    let unfinished = "(local.set $r (call $response (call $fields)))
        (call $body (local.get $r) (i32.const 0)) (call $answer (local.get $out) (local.get $r))";
    assert!(matches!(site(unfinished).get("GET /"), Err(HandleError::Incomplete)));
    let without_body = "(call $answer (local.get $out) (call $response (call $fields)))";
    assert_eq!(site(without_body).get("GET /").expect("a response").body, b"");
    let error = "(call $set (local.get $out) (i32.const 1) (i32.const 36) (i32.const 0) (i64.const 0)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))";
    let Err(HandleError::Error(label)) = site(error).get("GET /") else { panic!("an error") };
    assert_eq!(label, "loop-detected");
    assert!(matches!(site("unreachable").get("GET /"), Err(HandleError::Fault(_))));
}

/// `response-outparam.set` sends it, "which allows execution to continue".
#[test]
fn what_was_answered_is_there_whatever_follows() {
    let end = site(&format!("{ECHO} unreachable")).get("GET /path");
    let Err(HandleError::FaultAfter { answer, fault: Fault::Trap(_) }) = end else { panic!("{end:?}") };
    let response = answer.expect("a response");
    assert_eq!((response.status, response.body.as_slice()), (201, &b"/path"[..]));
    let unfinished = "(local.set $r (call $response (call $fields)))
        (call $body (local.get $r) (i32.const 0)) (call $answer (local.get $out) (local.get $r)) unreachable";
    let end = site(unfinished).get("GET /");
    let Err(HandleError::FaultAfter { answer, .. }) = end else { panic!("{end:?}") };
    assert!(matches!(*answer, Err(HandleError::Incomplete)), "{answer:?}");
}

#[test]
fn an_error_is_told_with_what_it_says() {
    // `DNS-error({rcode: some("x"), info-code: some(3)})`, then `HTTP-request-body-size(none)`; 64 is an x.
    let dns = "(call $set (local.get $out) (i32.const 1) (i32.const 1) (i32.const 1) (i64.const 64)
        (i32.const 1) (i32.const 1) (i32.const 3) (i32.const 0))";
    let size = "(call $set (local.get $out) (i32.const 1) (i32.const 17) (i32.const 0) (i64.const 0)
        (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))";
    for (body, expected) in
        [(dns, r#"DNS-error({rcode: some("x"), info-code: some(3)})"#), (size, "HTTP-request-body-size(none)")]
    {
        let Err(HandleError::Error(told)) = site(body).get("GET /") else { panic!("an error") };
        assert_eq!(told, expected);
    }
}

#[test]
fn messages_are_dropped_after_their_headers() {
    let parents = [
        ("(local.get $request)", "given", "request"),
        ("(call $outgoing (call $fields))", "asked", "outgoing"),
        ("(call $response (call $fields))", "headers", "response"),
    ];
    for (parent, headers, kind) in parents {
        let begin = format!("(local.set $r {parent}) (local.set $h (call ${headers} (local.get $r)))");
        let (child, parent) = ("(call $drop-fields (local.get $h))", format!("(call $drop-{kind} (local.get $r))"));
        let end = site(&format!("{begin} {child} {parent}")).get("GET /");
        assert!(matches!(end, Err(HandleError::NoResponse)), "{kind}: {end:?}");
        let end = site(&format!("{begin} {parent}")).get("GET /");
        assert!(matches!(end, Err(HandleError::Fault(Fault::Trap(_)))), "{kind}: {end:?}");
    }
    // Whoever takes the headers over has no parent of theirs to wait for.
    let moved = "(local.set $r (call $response (call $given (local.get $request))))
        (call $drop-request (local.get $request)) (call $answer (local.get $out) (local.get $r))";
    assert_eq!(site(moved).get("GET /").expect("a response").status, 200);
    // To hand a message on is to part with it, too.
    let begin = "(local.set $r (call $outgoing (call $fields))) (local.set $h (call $asked (local.get $r)))";
    let send = "(call $send (local.get $r) (i32.const 0) (i32.const 0) (i32.const 512))
        (call $answer (local.get $out) (call $response (call $fields)))";
    let sent = format!("{begin} (call $drop-fields (local.get $h)) {send}");
    assert_eq!(site(&sent).get("GET /").expect("a response").status, 200);
    let answered = "(local.set $r (call $response (call $fields))) (local.set $h (call $headers (local.get $r)))
        (call $answer (local.get $out) (local.get $r))";
    for too_early in [format!("{begin} {send}"), answered.to_owned()] {
        let end = site(&too_early).get("GET /");
        assert!(matches!(end, Err(HandleError::Fault(Fault::Trap(_)))), "{too_early}: {end:?}");
    }
}

#[test]
fn a_body_has_the_length_that_its_headers_tell() {
    // `GET /abc` is answered with four bytes.
    for (lengths, fits) in [
        (&["4"][..], true),
        (&["04"], true),
        (&["4", "4"], true),
        (&["3"], false),
        (&["4", "5"], false),
        (&["+4"], false),
        (&["x"], false),
        (&[""], false),
        (&["99999999999999999999999"], false),
    ] {
        // The name stands at 90, the values behind it.
        let (mut data, mut calls) = ("content-length".to_owned(), String::new());
        for length in lengths {
            calls.push_str(&format!(
                "(call $append (local.get $h) (i32.const 90) (i32.const 14) (i32.const {}) (i32.const {}) (i32.const 0))",
                90 + data.len(),
                length.len()
            ));
            data.push_str(length);
        }
        let stores: String = data
            .bytes()
            .enumerate()
            .map(|(i, byte)| format!("(i32.store8 (i32.const {}) (i32.const {byte}))", 90 + i))
            .collect();
        let body = ECHO.replacen("(call $fields))", &format!("(call $fields)) {stores} {calls}"), 1);
        let end = site(&body).get("GET /abc");
        match fits {
            true => assert_eq!(end.expect("a response").body, b"/abc", "{lengths:?}"),
            false => assert!(matches!(end, Err(HandleError::Length)), "{lengths:?}: {end:?}"),
        }
    }
}

#[test]
fn headers_are_checked_and_messages_consumed_once() {
    let body = format!(
        "(local.set $h (call $fields))
        (call $append (local.get $h) (i32.const 70) (i32.const 10) (i32.const 64) (i32.const 1) (i32.const 0))
        (call $append (local.get $h) (i32.const 80) (i32.const 8) (i32.const 64) (i32.const 1) (i32.const 0))
        (call $append (local.get $h) (i32.const 64) (i32.const 6) (i32.const 8) (i32.const 1) (i32.const 0))
        (local.set $r (call $response (local.get $h)))
        (call $append (call $headers (local.get $r)) (i32.const 64) (i32.const 6) (i32.const 64) (i32.const 1) (i32.const 0))
        (drop (call $status (local.get $r) (i32.const 99)))
        (call $consume (local.get $request) (i32.const 0)) (call $consume (local.get $request) (i32.const 0))
        (call $send (call $outgoing (call $fields)) (i32.const 0) (i32.const 0) (i32.const 512)) {ECHO}"
    );
    let mut site = site(&body);
    site.get("POST /").expect("a response");
    let returned = site.returned();
    let words: Vec<&str> = returned.iter().map(String::as_str).filter(|word| word.starts_with("err")).collect();
    let expected = [
        "err(forbidden)",
        "err(invalid-syntax)",
        "err(invalid-syntax)",
        "err(immutable)",
        "err",
        "err",
        "err(HTTP-request-denied)",
    ];
    assert_eq!(words, expected, "{returned:?}");
}

#[test]
fn requests_and_components_are_checked() {
    for line in ["", "GET", "GET path", "G\u{7f}T /", "GET / HTTP"] {
        assert_eq!(Request::parse(line), Err(RequestError::Line(line.to_owned())));
    }
    let mut request = Request::parse("GET /").expect("a request");
    for header in ["no colon", "bad name: x", "x: a\u{1}b"] {
        assert_eq!(request.add_header(header), Err(RequestError::Header(header.to_owned())));
    }
    let mut run = Run::new(&Config::default(), World::new(), &[]);
    let component = Component::new(&Config::default(), b"\0asm\x0d\0\x01\0").expect("a component");
    let rules = StartRules::default();
    let end = Program::begin(&mut run.store, &component, &run.linker, InstancePath::root(), rules, Purpose::Handle);
    assert!(matches!(end, Err(StartError::NoHandler)));
}

/// handler.wit: `handle: func(request: incoming-request, response-out: response-outparam)`.
#[test]
fn a_handler_of_another_type_is_never_called() {
    let handles = r#"(param "request" (own $a)) (param "response-out" (own $b))"#;
    // That the resource types are each other's shows when they are there.
    let swapped = r#"(param "request" (own $b)) (param "response-out" (own $a))"#;
    for (params, core, is_known) in [
        (format!("{handles} (result u32)"), "(param i32 i32) (result i32) unreachable", true),
        (handles.replace("request", "req"), "(param i32 i32) unreachable", true),
        (r#"(param "request" (own $a))"#.to_owned(), "(param i32) unreachable", true),
        (swapped.to_owned(), "(param i32 i32) unreachable", false),
    ] {
        let text = format!(
            r#"(component
            (import "wasi:http/types@0.2.0" (instance $types
                (export "incoming-request" (type (sub resource))) (export "response-outparam" (type (sub resource)))))
            (alias export $types "incoming-request" (type $a))
            (alias export $types "response-outparam" (type $b))
            (core module $M (func (export "handle") {core}))
            (core instance $m (instantiate $M))
            (func $handle {params} (canon lift (core func $m "handle")))
            (instance $handler (export "handle" (func $handle)))
            (export "wasi:http/incoming-handler@0.2.0" (instance $handler)))"#
        );
        let mut run = Run::new(&Config::default(), World::new(), &[]);
        let component = Component::new(&Config::default(), &wat(&text)).unwrap_or_else(|error| panic!("{error}"));
        let (rules, root) = (StartRules::default(), InstancePath::root());
        let begun = Program::begin(&mut run.store, &component, &run.linker, root, rules, Purpose::Handle);
        let error = match begun {
            Err(error) => error,
            Ok(mut program) => {
                assert!(!is_known, "{params}");
                let request = Request::parse("GET /").expect("a request");
                match program.handle(&mut run.store, &run.host, &request) {
                    Err(HandleError::Start(error)) => error,
                    other => panic!("{params}: {other:?}"),
                }
            }
        };
        assert!(matches!(error, StartError::OtherHandler { .. }), "{params}: {error}");
    }
}
