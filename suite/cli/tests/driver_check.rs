//! `preflight driver check` tells what each of many broken drivers gets wrong: one of this program's own, through which requests
//! and answers go that are garbled on the way.

#![cfg(all(unix, feature = "wasmi"))]

mod common;

use common::Folder;
use std::process::Command;

/// A driver between this program and wasmi's. The two arguments are what it does with a `request` and with a `reply`; a request
/// that was answered by the first has a `reply` already.
const PROXY: &str = r#"
import json, subprocess, sys
inner = subprocess.Popen([sys.argv[1], "driver", "serve", "wasmi"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
before, after = compile(sys.argv[2], "before", "exec"), compile(sys.argv[3], "after", "exec")
scope = {"sys": sys, "kept": [], "cache": {}, "CODES": ["unreachable", "integer-divide-by-zero", "integer-overflow",
    "invalid-conversion-to-integer", "out-of-bounds-memory", "out-of-bounds-table", "undefined-element",
    "uninitialized-element", "indirect-call-type-mismatch", "host"]}
for line in sys.stdin:
    request = json.loads(line)
    scope |= {"request": request, "reply": None}
    exec(before, scope)
    if scope["reply"] is None:
        print(json.dumps(request), file=inner.stdin, flush=True)
        scope["reply"] = json.loads(inner.stdout.readline())
    reply = {"id": request["id"], **scope["reply"]}
    scope |= {"reply": reply, "end": reply.get("end") or {}, "about": reply.get("about") or {}}
    exec(after, scope)
    print(json.dumps(reply), flush=True)
"#;

/// A driver that is broken in one way.
struct Broken {
    before: &'static str,
    after: &'static str,
    /// What is told, and nothing else: what was asked, and some of the words about it.
    told: &'static [(&'static str, &'static str)],
}

const fn answers(after: &'static str, told: &'static [(&'static str, &'static str)]) -> Broken {
    Broken { before: "", after, told }
}

const fn requests(before: &'static str, told: &'static [(&'static str, &'static str)]) -> Broken {
    Broken { before, after: "", told }
}

fn has_python() -> bool {
    let is_here = Command::new("python3").arg("--version").output().is_ok();
    if !is_here {
        eprintln!("note: python3 is not here, so that no driver is tried");
    }
    is_here
}

/// What is wrong with the driver that does this to requests and answers, a line for each.
fn wrong(before: &str, after: &str) -> Vec<String> {
    let folder = Folder::with(&[("proxy.py", PROXY)]);
    let program = assert_cmd::cargo::cargo_bin!("preflight").display().to_string();
    let run = folder.run_list(&["driver", "check", "--", "python3", "proxy.py", &program, before, after], &[], "");
    let lines = run.out.lines().filter_map(|line| line.strip_prefix("WRONG  "));
    let lines: Vec<String> = lines.map(str::to_owned).collect();
    assert_eq!(run.status, i32::from(!lines.is_empty()), "{before}{after}: {}{}", run.out, run.err);
    lines
}

fn all_are_told(all: &[Broken]) {
    if has_python() {
        all.iter().for_each(is_told);
    }
}

fn is_told(Broken { before, after, told }: &Broken) {
    let lines = wrong(before, after);
    let is_it = |(line, (asked, words)): (&String, &(&str, &str))| {
        line.strip_prefix(asked).is_some_and(|rest| rest.starts_with(": ") && rest.contains(words))
    };
    assert!(lines.len() == told.len() && lines.iter().zip(*told).all(is_it), "{before}{after}: {lines:#?}");
}

#[test]
fn what_lower_levels_and_other_words_may_do_is_right() {
    all_are_told(&[
        answers("", &[]),
        // Of level outcome, calls need not be told.
        answers("reply['calls'] = []\nif about: about['level'] = 'outcome'", &[]),
        answers("end.pop('code', None)", &[]),
        // A runtime whose words stand for two reasons.
        answers("if 'code' in end: end['code'] = list({*end['code'], 'unreachable', 'integer-overflow'})", &[]),
        requests("if 'memory' in request['cmd']: reply = {'end': {'class': 'unsupported'}}", &[]),
        requests("if request['cmd'] == 'limit': reply = {'end': {'class': 'unsupported'}}", &[]),
        answers(
            "if end.get('class') == 'rejected': end['class'] = 'malformed' if len(request['bytes']) < 20 else 'invalid'",
            &[],
        ),
        answers("if about: about['abilities'] = ['core']", &[]),
    ]);
}

#[test]
fn answers_that_break_the_rules_are_told() {
    all_are_told(&[
        answers("reply['extra'] = 1", &[("hello", "unknown field `extra`")]),
        answers("if about: about['homepage'] = 'x'", &[("hello", "unknown field `homepage`")]),
        answers(
            "if about: about['level'] = 'full'",
            &[("hello", "the level `full`, for which the protocol has no words")],
        ),
        answers("if about: about['name'] = 'reference'", &[("hello", "the reference engine has this name")]),
        answers("if about: about['abilities'].append('scripts')", &[("hello", "the ability `scripts`")]),
        answers("if about: about['abilities'] = []", &[("abilities", "there is none")]),
        answers(
            "for value in reply.get('values', []): value |= {'bits': 1} if request.get('export') == 'c' else {}",
            &[("global", "a value has `type` and `value` and nothing else")],
        ),
        answers(
            "if request['cmd'] == 'memory_size': reply['values'] = []",
            &[
                ("memory_size", "`values` is no field of the answer to memory_size, which has `size`: leave it out"),
                ("hosts: grow", "`values` is no field"),
            ],
        ),
        answers(
            "if request['cmd'] == 'reset': reply['module'] = 0",
            &[("reset", "which has no field of its own"), ("hello and reset after that", "`module`")],
        ),
        answers(
            "if request['cmd'] == 'compile' and end: reply['module'] = 0",
            &[
                ("compile what is no module", "`module` and `end` in the answer to compile"),
                ("compile what decodes and is not valid", "`module` and `end` in the answer to compile"),
            ],
        ),
        answers(
            "if request.get('export') == 'deep': end.pop('what')",
            &[("call that recurses for ever", "class `exhausted` without `what`: say which limit")],
        ),
        answers(
            "if request.get('export') == 'deep': end['class'] = 'trap'",
            &[("call that recurses for ever", "`what`, which only the class `exhausted` has")],
        ),
    ]);
}

#[test]
fn values_calls_and_state_that_are_wrong_are_told() {
    const ORDER: &str = "in the order in which they happened";
    const END: &str = "an answer with `end` has `calls`, too";
    all_are_told(&[
        requests("if request['cmd'] == 'call': request['args'].reverse()", &[("call with i64", "expected")]),
        answers(
            "if request['cmd'] == 'call': reply.get('values', []).reverse()",
            &[("call with two results", "expected")],
        ),
        answers(
            "reply['calls'].reverse()",
            &[
                ("call of a host function, twice", ORDER),
                ("call of a host function before a trap", END),
                ("instantiate, with calls of a host function before a trap", END),
            ],
        ),
        answers(
            "if end: reply['calls'] = []",
            &[
                ("call of a host function before a trap", END),
                ("instantiate, with calls of a host function before a trap", END),
            ],
        ),
        answers(
            "if request['cmd'] == 'instantiate' and end: reply['calls'] = []",
            &[("instantiate, with calls of a host function before a trap", END)],
        ),
        // It says that it is of level observable.
        answers(
            "reply['calls'] = []",
            &[
                ("call of a host function, its arguments", "expected"),
                ("call of a host function, twice", ORDER),
                ("call of a host function before a trap", END),
                ("instantiate, with calls of a host function before a trap", END),
                ("hosts: what is told of a call", "host.f"),
            ],
        ),
        answers(
            "reply['calls'] = [call for call in reply['calls'] if call['args']]",
            &[("hosts: what is told of a call", "host.f")],
        ),
        // What has been told is told again.
        answers(
            "if request.get('export') == 'twice': kept.extend(reply['calls'])\nif request.get('export') == 'none': reply['calls'] = kept",
            &[("call of no host function, after those", ORDER)],
        ),
        Broken {
            before: "if request['cmd'] == 'reset': cache.clear()\n\
                     key = request['module'] if request['cmd'] == 'instantiate' and not request['imports'] else None\n\
                     if key in cache: reply = {'instance': cache[key]}",
            after: "if key is not None and 'instance' in reply: cache[key] = reply['instance']",
            told: &[("instantiate twice", "expected")],
        },
    ]);
}

#[test]
fn a_driver_that_never_forgets_is_told() {
    if !has_python() {
        return;
    }
    let lines = wrong("if request['cmd'] == 'reset': reply = {}", "");
    for told in [
        "reset, then a module and an instance from before: an instance from before still answers: `reset` forgets everything",
        "reset, then more than a limit allows: ",
        "hosts: reset, then what was registered and made before: ",
    ] {
        assert!(lines.iter().any(|line| line.starts_with(told)), "{told}: {lines:#?}");
    }
}

#[test]
fn classes_and_codes_that_are_wrong_are_told() {
    const EXPECTED: &str = "or without a code, got trap: unreachable";
    const EVERY: &str = "got every reason that there is: leave `code` out";
    all_are_told(&[
        answers(
            "if end.get('class') == 'rejected': end['class'] = 'invalid' if len(request['bytes']) < 20 else 'malformed'",
            &[
                ("compile what is no module", "expected malformed, or rejected, got invalid"),
                ("compile what decodes and is not valid", "expected invalid, or rejected, got malformed"),
            ],
        ),
        answers(
            "if end.get('class') == 'trap': end['code'] = 'unreachable'",
            &[
                ("call that traps: a division by zero", EXPECTED),
                ("call that traps: an integer overflow", EXPECTED),
                ("call that traps: a conversion of a NaN", EXPECTED),
                ("call that traps: beyond a memory", EXPECTED),
                ("call that traps: an undefined element", EXPECTED),
                ("call that traps: an uninitialized element", EXPECTED),
                ("call that traps: another type of a function", EXPECTED),
                ("hosts: trap", EXPECTED),
            ],
        ),
        answers(
            "if end.get('class') == 'trap' and request.get('export') == 'unreachable': end['code'] = []",
            &[("call that traps: unreachable", "leave `code` out if the runtime does not tell")],
        ),
        answers(
            "if end.get('class') == 'trap': end['code'] = CODES",
            &[
                ("call that traps: unreachable", EVERY),
                ("call that traps: a division by zero", EVERY),
                ("call that traps: an integer overflow", EVERY),
                ("call that traps: a conversion of a NaN", EVERY),
                ("call that traps: beyond a memory", EVERY),
                ("call that traps: an undefined element", EVERY),
                ("call that traps: an uninitialized element", EVERY),
                ("call that traps: another type of a function", EVERY),
            ],
        ),
        answers(
            "if end.get('class') == 'exhausted': end['class'] = 'trap'; del end['what']",
            &[
                ("limit, then a call that never ends", "expected exhausted"),
                ("limit, then a start function that never ends", "expected exhausted"),
            ],
        ),
    ]);
}

#[test]
fn abilities_that_are_claimed_and_not_there_are_told() {
    all_are_told(&[
        answers(
            "if about: about['abilities'] = ['core', 'hosts', 'components', 'p1', 'preloads', 'p2', 'times', 'gives', 'js']",
            &[
                ("compile_component and instantiate_component", "unsupported"),
                ("abilities", "`components` is claimed, and nothing that is asked of it is answered: leave it out"),
                ("abilities", "`gives` is claimed"),
                ("abilities", "`p1` is claimed"),
                ("abilities", "`preloads` is claimed"),
                ("abilities", "`p2` is claimed"),
                ("abilities", "`times` is claimed"),
                ("abilities", "`js` is claimed"),
            ],
        ),
        requests(
            "if request['cmd'] == 'hosts': reply = {'end': {'class': 'unsupported'}}",
            &[("abilities", "`hosts` is claimed")],
        ),
    ]);
}

#[test]
fn an_exit_without_a_code_is_none() {
    if !has_python() {
        return;
    }
    let before = "if request['cmd'] == 'run_program': reply = {'stdout': '6869', 'end': {'class': 'exit'}}";
    let lines = wrong(before, "if about: about['abilities'].append('p1')");
    let why = "an `end` of class `exit` without `exit`: give the program's code";
    let is_told = |line: &String| line.starts_with("run_program") && line.contains(why);
    assert!(!lines.is_empty() && lines.iter().all(is_told), "{lines:#?}");
}

#[test]
fn a_check_tells_each_fault_once() {
    if !has_python() {
        return;
    }
    let dies = wrong("if request.get('export') == 'nan': print('nan!', file=sys.stderr); sys.exit(3)", "");
    assert_eq!(dies, ["call that returns a NaN: the runtime crashed (exit status: 3); it said: nan!"]);
    let wide = wrong(
        "",
        "for value in reply.get('values', []):\n  if value['type'] == 'i32': value['value'] = str(int(value['value']) + 2**32)",
    );
    let is_wide = |line: &String| line.contains("is no i32: it does not fit into 32 bits");
    assert!(!wide.is_empty() && wide.iter().all(is_wide), "{wide:?}");
    // What is given nothing that is not of the host cannot have functions of the host that act, either.
    let parts = wrong("request['imports'] = [item for item in request.get('imports', []) if 'host' in item]", "");
    let (hosts, parts): (Vec<String>, Vec<String>) = parts.into_iter().partition(|line| line.starts_with("hosts: "));
    assert!(!hosts.is_empty() && hosts.iter().all(|line| line.contains("unlinkable")), "{hosts:?}");
    let whose = ["a function", "a memory", "a table", "a mutable global"]
        .map(|what| format!("with {what} of another instance"));
    assert_eq!(parts.len(), whose.len(), "{parts:?}");
    let is_it = |(line, whose): (&String, &String)| line.contains(whose) && line.contains("unlinkable");
    assert!(parts.iter().zip(&whose).all(is_it), "{parts:?}");
}

#[test]
fn a_driver_that_says_yes_to_everything_is_told_in_every_chapter() {
    if !has_python() {
        return;
    }
    const YES: &str = "fields = {'compile': 'module', 'compile_component': 'module', 'instantiate': 'instance', \
                       'instantiate_component': 'instance', 'call_component': 'values', 'run_program': 'stdout'}\n\
                       empty = {'module': 0, 'instance': 0, 'values': [], 'stdout': ''}\n\
                       field = fields.get(request['cmd'])\n\
                       if request['cmd'] != 'hello': reply = {field: empty[field]} if field else {}";
    let lines = wrong(YES, "if about: about['abilities'] = ['components', 'p1', 'preloads', 'p2']");
    for chapter in
        ["compile_component", "call_component", "run_program of preview 1", "with a preload", "returns an error"]
    {
        assert!(lines.iter().any(|line| line.contains(chapter)), "{chapter}: {lines:?}");
    }
}

/// The schema of answers and the program agree about what an answer may be.
#[test]
fn the_schema_has_these_rules() {
    let schema = include_str!("../../protocol.schema.json");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("protocol.schema.json", serde_json::from_str(schema).unwrap()).unwrap();
    let schema = compiler.compile("protocol.schema.json", &mut schemas).unwrap();
    let about = |more: &str, name: &str, level: &str| {
        format!(
            r#"{{"id":1,"protocol":1,"about":{{"name":"{name}","version":"1","level":"{level}","abilities":["core"],
            "lineage":{{"engine":"e","linker":"l"}}{more}}}}}"#
        )
    };
    let is_valid = |text: &str| {
        let answer = serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        schemas.validate(&answer, schema).is_ok()
    };
    for right in [
        &about("", "mine", "observable"),
        r#"{"id":1}"#,
        r#"{"id":1,"module":0,"end":null}"#,
        r#"{"id":1,"end":{"class":"trap","code":["unreachable","host"]},"calls":[]}"#,
        r#"{"id":1,"end":{"class":"trap"}}"#,
        r#"{"id":1,"end":{"class":"exhausted","what":"stack"}}"#,
        r#"{"id":1,"stdout":"","end":{"class":"exit","exit":0}}"#,
        r#"{"id":1,"values":[{"type":"i32","value":"1"}]}"#,
    ] {
        assert!(is_valid(right), "{right}");
    }
    for wrong in [
        &about(r#","more":1"#, "mine", "observable"),
        &about("", "reference", "observable"),
        &about("", "mine", "full"),
        r#"{"id":1,"module":0,"end":{"class":"failed"}}"#,
        r#"{"id":1,"end":{"class":"trap","code":[]}}"#,
        r#"{"id":1,"end":{"class":"failed","code":"unreachable"}}"#,
        r#"{"id":1,"end":{"class":"exhausted"}}"#,
        r#"{"id":1,"end":{"class":"trap","what":"stack"}}"#,
        r#"{"id":1,"end":{"class":"exit"}}"#,
        r#"{"id":1,"end":{"class":"failed","exit":1}}"#,
    ] {
        assert!(!is_valid(wrong), "{wrong}");
    }
}
