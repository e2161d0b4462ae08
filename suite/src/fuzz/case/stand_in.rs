//! A component that does what the host does for a plan of tasks, as far as a component can: to its functions the host is always
//! ready, and that they are as well.
//!
//! - `log` keeps what it is given; `logged` returns all of that. `rest` yields, so that what is left can go on.
//! - A stream that the host gives is written in one go; whenever something is logged, which is after each step that reads,
//!   the sibling looks after its writable ends: it writes the rest, and drops an end when all has been read.
//! - What the host reads is copied into a buffer that is never full, by a read of which nobody takes the end.
//! - A call of the host that is over at once is one of a function that is lifted without `async`; one that never ends waits for an
//!   empty set.
//!
//! How often the host is asked in vain before a call of it ends no component can imitate: who else goes on meanwhile is up to
//! the scheduler.

use super::CaseError;
use crate::trace::{Event, Outcome, Trace, TrapCode};
use preflight_plan::{
    around::Member,
    tasks::{HostEnd, HostFunc, Step, TaskPlan},
};
use std::fmt::Write;

/// The sibling.
pub(super) struct StandIn {
    /// What it gives to the plan's component.
    pub names: Vec<&'static str>,
    /// What else it exports.
    own: Vec<&'static str>,
    /// The functions of its core module, and its own.
    core: String,
    lifted: String,
    /// How many bytes the longest stream has that it gives.
    longest: u8,
}

/// What functions of the core module may call: the name, the definition, and the core type.
const BUILTINS: [(&str, &str, &str); 14] = [
    ("stream.new", "stream.new $stream", "(result i64)"),
    ("stream.read", "stream.read $stream async (memory $memory \"m\")", "(param i32 i32 i32) (result i32)"),
    ("stream.write", "stream.write $stream async (memory $memory \"m\")", "(param i32 i32 i32) (result i32)"),
    ("stream.drop-readable", "stream.drop-readable $stream", "(param i32)"),
    ("stream.drop-writable", "stream.drop-writable $stream", "(param i32)"),
    ("future.new", "future.new $future", "(result i64)"),
    ("future.read", "future.read $future async (memory $memory \"m\")", "(param i32 i32) (result i32)"),
    ("future.write", "future.write $future async (memory $memory \"m\")", "(param i32 i32) (result i32)"),
    ("future.drop-readable", "future.drop-readable $future", "(param i32)"),
    ("waitable-set.new", "waitable-set.new", "(result i32)"),
    ("waitable-set.poll", "waitable-set.poll (memory $memory \"m\")", "(param i32 i32) (result i32)"),
    ("waitable.join", "waitable.join", "(param i32 i32)"),
    ("task.cancel", "task.cancel", ""),
    ("task.return", "task.return", ""),
];

impl StandIn {
    /// What stands in for the host of a plan, of which this is expected.
    ///
    /// `calls` are the functions that a script calls.
    ///
    /// # Errors
    /// The host does something that no component can do.
    pub(super) fn of(
        plan: &TaskPlan,
        expected: &[Trace],
        calls: &[(Member, &'static str)],
    ) -> Result<StandIn, CaseError> {
        let seen = Seen(expected);
        let steps = plan.steps.iter().chain(plan.threads.iter().flatten());
        let lens = steps.map(|step| if let Step::GetFlow { is_future: false, len } = step { *len } else { 0 });
        let longest = if seen.called("get-stream") > 0 { lens.max().unwrap_or(0) } else { 0 };
        let own: Vec<&str> = calls.iter().filter(|(of, _)| *of == Member::Host).map(|(_, name)| *name).collect();
        let mut host = StandIn { names: vec!["log"], own, core: String::new(), lifted: String::new(), longest };
        host.logs(seen.called("get-stream") > 0);
        for name in plan.imports() {
            host.names.push(name);
            match name.strip_prefix("host") {
                Some(number) => {
                    let of = number.parse().ok().and_then(|number: usize| plan.hosts.get(number));
                    host.async_func(name, *of.expect("it is imported"), &seen)?;
                }
                None => host.func(name, &seen),
            }
        }
        Ok(host)
    }

    /// `log`, and what a script calls of it.
    fn logs(&mut self, looks_after: bool) {
        let (keeps, rests) = (self.own.contains(&"logged"), self.own.contains(&"rest"));
        let log = if keeps { KEEP } else { "" };
        let look = if looks_after { "\n      (call $look-after)" } else { "" };
        let _ = write!(self.core, "\n      (func (export \"log\") (param i32){log}{look})");
        self.lifted += LIFTED_LOG;
        if keeps {
            self.core += LOGGED;
            self.lifted += LIFTED_LOGGED;
        }
        if rests {
            self.core += REST;
            self.lifted += LIFTED_REST;
        }
        if looks_after {
            self.core += GET_STREAM;
        }
    }

    /// A function that is not asynchronous.
    fn func(&mut self, name: &str, seen: &Seen<'_>) {
        let (core, ty) = match name {
            // That is in the text already.
            "get-stream" => ("", "(param \"x\" u32) (result $stream)"),
            "get-future" => (GET_FUTURE, "(param \"x\" u32) (result $future)"),
            "read-stream" => (READ_STREAM, "(param \"x\" $stream)"),
            "read-future" => (READ_FUTURE, "(param \"x\" $future)"),
            "drop-stream" => (DROP_STREAM, "(param \"x\" $stream)"),
            "drop-future" => (DROP_FUTURE, "(param \"x\" $future)"),
            _ => (PASS_ERROR, "(param \"x\" error-context) (result error-context)"),
        };
        let (called, returned) = (seen.called(name), seen.returned(name));
        if called == 0 {
            let result = if ty.contains("(result") { " (result i32)" } else { "" };
            let _ = write!(self.core, "\n      (func (export {name:?}) (param i32){result} unreachable)");
        } else if called > returned {
            // One of a flow whose other end the host has, which is a trap of its.
            self.core += &core.replace(
                "(local $result i32)",
                &format!(
                    "(local $result i32)\n        (if (i32.eq (global.get $reads) (i32.const {returned})) (then unreachable))\n        \
                     (global.set $reads (i32.add (global.get $reads) (i32.const 1)))"
                ),
            );
            self.core += "\n      (global $reads (mut i32) (i32.const 0))";
        } else {
            self.core += core;
        }
        let _ = write!(self.lifted, "\n    (func ${name} {ty} (canon lift (core func $m {name:?})))");
    }

    /// An asynchronous function.
    fn async_func(&mut self, name: &str, func: HostFunc, seen: &Seen<'_>) -> Result<(), CaseError> {
        let (called, returned) = (seen.called(name), seen.returned(name));
        let is_at_once = func.polls == 0 && func.end != HostEnd::Never;
        let may_trap = func.end == HostEnd::Trap && seen.ends_in_host();
        if called > 0 && !is_at_once && (returned > 0 || may_trap) {
            return Err(CaseError::Host("a call of it ends after some time, and not at once"));
        }
        if is_at_once || called == 0 {
            let body = match func.end {
                HostEnd::Return(value) if called > 0 => format!("(i32.const {value})"),
                _ => "unreachable".to_owned(),
            };
            let _ = write!(self.core, "\n      (func (export {name:?}) (result i32) {body})");
            let _ = write!(self.lifted, "\n    (func ${name} async (result u32) (canon lift (core func $m {name:?})))");
            return Ok(());
        }
        self.core += &if func.insists { NEVER_INSISTING } else { NEVER }.replace("NAME", name);
        let _ = write!(
            self.lifted,
            "\n    (func ${name} async (result u32)\n      \
             (canon lift (core func $m {name:?}) async (callback (core func $m \"{name} callback\"))))"
        );
        Ok(())
    }

    fn speaks_of(&self, word: &str) -> bool {
        self.core.contains(word) || self.lifted.contains(word)
    }

    /// The text of the component after the word.
    pub(super) fn text(&self) -> String {
        let is_used = |(name, ..): &&(&str, &str, &str)| self.core.contains(&format!("(call ${name}"));
        let used: Vec<_> = BUILTINS.iter().filter(is_used).collect();
        let of = |used: &[&(&str, &str, &str)], one: &dyn Fn(&(&str, &str, &str)) -> String| {
            used.iter().map(|builtin| one(builtin)).collect::<String>()
        };
        let mut text =
            TYPES.into_iter().filter(|(word, _)| self.speaks_of(word)).map(|(_, text)| text).collect::<String>();
        text += MEMORY;
        text += &of(&used, &|(name, canon, _)| format!("\n    (core func ${name} (canon {canon}))"));
        text += "\n    (core module $M\n      (import \"\" \"m\" (memory 1))";
        text += &of(&used, &|(name, _, ty)| format!("\n      (import \"\" {name:?} (func ${name} {ty}))"));
        text += &self.core;
        if self.longest > 0 {
            let bytes: String = (1..=self.longest).map(|byte| format!("\\{byte:02x}")).collect();
            let _ = write!(text, "\n      (data (i32.const 1024) \"{bytes}\")");
        }
        text += ")\n    (core instance $m (instantiate $M (with \"\" (instance (export \"m\" (memory $memory \"m\"))";
        text += &of(&used, &|(name, ..)| format!(" (export {name:?} (func ${name}))"));
        let _ = write!(text, "))))\n{}", self.lifted.trim_start_matches('\n'));
        for name in self.names.iter().chain(&self.own) {
            let _ = write!(text, "\n    (export {name:?} (func ${name}))");
        }
        text + ")"
    }
}

/// The types that a sibling defines if it speaks of them.
const TYPES: [(&str, &str); 2] =
    [("stream", "\n    (type $stream (stream u8))"), ("future", "\n    (type $future (future u8))")];

const MEMORY: &str = r#"
    (core module $Memory (memory (export "m") 1))
    (core instance $memory (instantiate $Memory))"#;

/// What is expected of the host.
struct Seen<'a>(&'a [Trace]);

impl Seen<'_> {
    fn count(&self, is: impl Fn(&Event) -> bool) -> usize {
        self.0.iter().flat_map(|trace| &trace.events).filter(|event| is(event)).count()
    }

    /// How often a function of it is called.
    fn called(&self, func: &str) -> usize {
        self.count(|event| matches!(event, Event::HostCalled { name, .. } if name == func))
    }

    /// How often one returns.
    fn returned(&self, func: &str) -> usize {
        self.count(|event| matches!(event, Event::HostReturned { name, .. } if name == func))
    }

    /// Whether something ends in a trap of it.
    fn ends_in_host(&self) -> bool {
        self.0.iter().any(|trace| matches!(trace.outcome, Outcome::Trap { code: TrapCode::Host, .. }))
    }
}

const LIFTED_LOG: &str = r#"
    (func $log (param "x" u32) (canon lift (core func $m "log")))"#;

/// What is logged is kept from 4096 on.
const KEEP: &str = r#"
        (i32.store (i32.add (i32.const 4096) (i32.mul (global.get $count) (i32.const 4))) (local.get 0))
        (global.set $count (i32.add (global.get $count) (i32.const 1)))"#;

const LOGGED: &str = r#"
      (global $count (mut i32) (i32.const 0))
      (func (export "logged") (result i32)
        (i32.store (i32.const 16) (i32.const 4096))
        (i32.store (i32.const 20) (global.get $count))
        (i32.const 16))"#;

const LIFTED_LOGGED: &str = r#"
    (func $logged (result (list u32)) (canon lift (core func $m "logged") (memory $memory "m")))"#;

/// It yields so often that everybody else has come as far as can be.
const REST: &str = r#"
      (global $left (mut i32) (i32.const 100))
      (func (export "rest") (result i32) (i32.const 1))
      (func (export "rest callback") (param i32 i32 i32) (result i32)
        (global.set $left (i32.sub (global.get $left) (i32.const 1)))
        (if (global.get $left) (then (return (i32.const 1))))
        (call $task.return)
        (i32.const 0))"#;

const LIFTED_REST: &str = r#"
    (func $rest async (canon lift (core func $m "rest") async (callback (func $m "rest callback"))))"#;

/// What gives a stream of the bytes from 1 on: they stand from 1024 on. How many there are of the stream whose writable end
/// is `$end` stands at `2048 + 4 * $end`, and how many are left to be written at `3072 + 4 * $end`.
const GET_STREAM: &str = r#"
      (global $set (mut i32) (i32.const 0))
      (func $at (param $end i32) (result i32) (i32.mul (local.get $end) (i32.const 4)))
      (func $write (param $end i32)
        (local $left i32)
        (local.set $left (i32.load offset=3072 (call $at (local.get $end))))
        (if (i32.eqz (local.get $left)) (then (call $stream.drop-writable (local.get $end)) (return)))
        (call $stream.write (local.get $end)
          (i32.add (i32.const 1024) (i32.sub (i32.load offset=2048 (call $at (local.get $end))) (local.get $left)))
          (local.get $left))
        (if (i32.ne (i32.const -1)) (then (call $stream.drop-writable (local.get $end)))))
      (func $look-after
        (local $end i32)
        (if (i32.eqz (global.get $set)) (then (return)))
        (loop $next
          (if (i32.eqz (call $waitable-set.poll (global.get $set) (i32.const 0))) (then (return)))
          (local.set $end (i32.load (i32.const 0)))
          (i32.store offset=3072 (call $at (local.get $end))
            (i32.sub (i32.load offset=3072 (call $at (local.get $end))) (i32.shr_u (i32.load (i32.const 4)) (i32.const 4))))
          (if (i32.and (i32.load (i32.const 4)) (i32.const 15))
            (then (call $stream.drop-writable (local.get $end)))
            (else (call $write (local.get $end))))
          (br $next)))
      (func (export "get-stream") (param $len i32) (result i32)
        (local $both i64) (local $end i32)
        (if (i32.eqz (global.get $set)) (then (global.set $set (call $waitable-set.new))))
        (local.set $both (call $stream.new))
        (local.set $end (i32.wrap_i64 (i64.shr_u (local.get $both) (i64.const 32))))
        (i32.store offset=2048 (call $at (local.get $end)) (local.get $len))
        (i32.store offset=3072 (call $at (local.get $end)) (local.get $len))
        (if (local.get $len) (then (call $waitable.join (local.get $end) (global.get $set))))
        (call $write (local.get $end))
        (i32.wrap_i64 (local.get $both)))"#;

/// What gives a future: its value stands in a byte of its own, from 32 on.
const GET_FUTURE: &str = r#"
      (global $values (mut i32) (i32.const 32))
      (func (export "get-future") (param $value i32) (result i32)
        (local $both i64)
        (local.set $both (call $future.new))
        (i32.store8 (global.get $values) (local.get $value))
        (drop (call $future.write (i32.wrap_i64 (i64.shr_u (local.get $both) (i64.const 32))) (global.get $values)))
        (global.set $values (i32.add (global.get $values) (i32.const 1)))
        (i32.wrap_i64 (local.get $both)))"#;

/// What reads a stream: as long as a read ends at once it begins another one, until the other end is gone.
const READ_STREAM: &str = r#"
      (func (export "read-stream") (param $end i32)
        (local $result i32)
        (loop $next
          (local.set $result (call $stream.read (local.get $end) (i32.const 16384) (i32.const 32768)))
          (if (i32.eqz (i32.and (local.get $result) (i32.const 15))) (then (br $next)))))"#;

const READ_FUTURE: &str = r#"
      (func (export "read-future") (param $end i32)
        (local $result i32)
        (local.set $result (call $future.read (local.get $end) (i32.const 16384))))"#;

const DROP_STREAM: &str = r#"
      (func (export "drop-stream") (param i32) (call $stream.drop-readable (local.get 0)))"#;

const DROP_FUTURE: &str = r#"
      (func (export "drop-future") (param i32) (call $future.drop-readable (local.get 0)))"#;

const PASS_ERROR: &str = r#"
      (func (export "pass-error") (param i32) (result i32) (local.get 0))"#;

/// A call that does not end: it waits for a set in which nothing is, and is cancelled if it is told to.
const NEVER: &str = r#"
      (func (export "NAME") (result i32)
        (i32.or (i32.shl (call $waitable-set.new) (i32.const 4)) (i32.const 2)))
      (func (export "NAME callback") (param i32 i32 i32) (result i32)
        (call $task.cancel)
        (i32.const 0))"#;

/// One that waits on.
const NEVER_INSISTING: &str = r#"
      (func (export "NAME") (result i32)
        (i32.or (i32.shl (call $waitable-set.new) (i32.const 4)) (i32.const 2)))
      (func (export "NAME callback") (param i32 i32 i32) (result i32)
        (i32.or (i32.shl (call $waitable-set.new) (i32.const 4)) (i32.const 2)))"#;
