//! Cases as commands of WASI preview 1 that check themselves: for a runtime with nothing but a command line.
//!
//! A script of one module becomes a program: the module with a `_start` that does what the script does, and calls `proc_exit`
//! with a code of its own for each assertion that does not hold. Whatever a start section, a segment or an initialiser does
//! happens before, as in the script. An assertion of a trap ends a program, so each is a program of its own; a module that may
//! not come up has a `_start` that tells that it did. Programs of WASI are taken as they are: they check themselves, and their
//! header says what each exit code means.
//!
//! What cannot be made a command is told, with the reason ([`LeftOut`]).

mod body;
mod plan;
mod reference;
mod shape;
mod weave;

use crate::{
    case::{self, Case, Ending, Fails, Failure, Kind, Run},
    commands::lower,
    runtime::{End, Program, ProgramEnd, assemble},
    trace::Outcome,
};
use preflight_spec_tests::Catalogue;
use std::collections::BTreeMap;

/// The exit code of a program's first check; the next has the next. Below are the codes that command lines and programs use
/// themselves.
pub const FIRST_CHECK: i32 = 33;

/// The last code that a check may have: above are those of shells and signals.
pub const LAST_CHECK: i32 = 99;

/// A command, and what is to become of it.
#[derive(Debug, Clone, PartialEq)]
pub struct SelfCheck {
    /// The path of its case without the ending; programs of one case behind the first have a number behind it.
    pub name: String,
    /// How it is run, and how it ends if all is well.
    pub run: Run,
    /// The modules, and what they are given.
    pub program: Program,
    /// The checks, each with the exit code that it has if it fails.
    pub checks: Vec<Check>,
}

/// A check of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The exit code if it fails.
    pub exit: i32,
    /// The line of the case where it stands; none if the program came with its checks.
    pub line: Option<u64>,
    /// What it asserts.
    pub what: String,
}

/// Something of a case that no command can check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The line where it stands, or none if it is the whole case.
    pub line: Option<u64>,
    /// Why.
    pub why: String,
}

/// What became of a case.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Built {
    /// The commands.
    pub commands: Vec<SelfCheck>,
    /// What is in none of them.
    pub left_out: Vec<LeftOut>,
}

impl SelfCheck {
    /// What the program did otherwise than it has to.
    pub fn judge(&self, end: &ProgramEnd) -> Vec<Failure> {
        let (ending, words) = match &end.end {
            Ok(()) => (Ending::Exit(0), "returned".to_owned()),
            // Few command lines tell these from a trap.
            Err(end @ (End::Exception(_) | End::Exhausted(..))) => (Ending::Trap, end.to_string()),
            Err(end) => (end.ending(), end.to_string()),
        };
        case::judge(&self.run, &ending, &words, &end.stdout)
    }

    /// A command that was made of a script.
    fn woven(case: &Case, (bytes, fails, checks): plan::Built) -> Self {
        let run = run_of(fails, &checks);
        SelfCheck::of(case, run, Program::command(bytes), checks)
    }

    fn of(case: &Case, run: Run, program: Program, checks: Vec<Check>) -> Self {
        let name = case.path.trim_end_matches(".wast").to_owned();
        SelfCheck { name, run, program, checks }
    }
}

/// The commands of `case`.
pub fn build(case: &Case, catalogue: &Catalogue) -> Built {
    match try_build(case, catalogue) {
        Ok(mut built) => {
            for (index, command) in built.commands.iter_mut().enumerate().skip(1) {
                command.name += &format!("-{}", index + 1);
            }
            built
        }
        Err(why) => Built { commands: Vec::new(), left_out: vec![LeftOut { line: None, why }] },
    }
}

fn try_build(case: &Case, catalogue: &Catalogue) -> Result<Built, String> {
    let needs = |word: &str| case.header.needs.iter().any(|need| need == word);
    if case.is_js() {
        return Err("it is a script of JavaScript".to_owned());
    }
    if !case.header.hosts.is_empty() {
        return Err("it has functions of the host that act".to_owned());
    }
    if needs("component-model") || needs("wasip2") {
        return Err("it is a component".to_owned());
    }
    let commands = lower(&case.text).map_err(|error| error.to_string())?;
    if let Some(run) = &case.header.run {
        let program = assemble(&commands, run).ok_or("a module of the table [run] is not defined")?;
        if program.takes_times() {
            return Err("it is entered never, or more than once, and command lines enter a program once".to_owned());
        }
        let check = |(exit, what): (&i32, &String)| Check { exit: *exit, line: None, what: what.clone() };
        let checks = run.checks.iter().map(check).collect();
        return Ok(Built { commands: vec![SelfCheck::of(case, run.clone(), program, checks)], left_out: Vec::new() });
    }
    if case.header.interrupt {
        return Err("it ends only because the embedder stops it".to_owned());
    }
    if !case.gives_verdict(catalogue) {
        return Err("its rules give no verdict".to_owned());
    }
    if matches!(case.expected.outcome, Outcome::Exhausted { .. }) {
        return Err("it exhausts a resource, and command lines have no word for that".to_owned());
    }
    let units = plan::units(&commands)?;
    let is_proof = units.iter().any(plan::Unit::asserts) || case.expected.events.is_empty();
    if !is_proof {
        return Err("only its steps show what it proves".to_owned());
    }
    let mut built = Built::default();
    for unit in &units {
        match unit.programs() {
            Ok((programs, left_out)) => {
                let one = |woven| SelfCheck::woven(case, woven);
                built.commands.extend(programs.into_iter().map(one));
                built.left_out.extend(left_out);
            }
            Err(why) => built.left_out.push(LeftOut { line: Some(unit.line), why }),
        }
    }
    match (built.commands.is_empty(), built.left_out.first()) {
        (true, Some(LeftOut { why, .. })) => Err(why.clone()),
        _ => Ok(built),
    }
}

fn run_of(fails: Option<Fails>, checks: &[Check]) -> Run {
    let in_words = |Check { exit, line, what }: &Check| {
        let place = line.map_or_else(String::new, |line| format!("line {line}: "));
        (*exit, format!("{place}{what}"))
    };
    Run {
        kind: Kind::Command,
        main: "$Main".to_owned(),
        preloads: Vec::new(),
        invoke: None,
        times: 1,
        args: Vec::new(),
        env: BTreeMap::new(),
        preopens: Vec::new(),
        stdin: String::new(),
        stdout: None,
        exit: fails.is_none().then_some(0),
        fails,
        checks: checks.iter().map(in_words).collect(),
        no_checks: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::needs,
        commands::{Action, Command, CommandKind, Pattern},
        script::Options,
        trace::Value,
    };
    use preflight_spec_tests::rules;

    /// How the program that `text` becomes ends.
    fn ends(text: &str) -> Vec<(Option<Fails>, Result<(), End>)> {
        let case = format!(";;! title = \"t\"\n;;! rules = [\"CORE-START-04\"]\n{text}");
        let case = Case::parse("core/t.wast", &case).expect("a case");
        let built = build(&case, &rules().expect("the catalogue"));
        assert!(!built.commands.is_empty(), "{:?}", built.left_out);
        let run = |command: &SelfCheck| (command.run.fails, command.run(&Options::default()).end);
        built.commands.iter().map(run).collect()
    }

    const MODULE: &str = "(module (import \"m\" \"f\" (func)))";

    #[test]
    fn the_exit_code_names_the_check_that_failed() {
        let script = |a: i32, b: i32| {
            format!(
                "(module (global $g (mut i32) (i32.const 1)) (func $s (global.set $g (i32.const 5))) (start $s)\n\
                 (func (export \"g\") (result i32) (global.get $g)) (global (export \"h\") f32 (f32.const nan)))\n\
                 (assert_return (invoke \"g\") (i32.const {a}))\n(assert_return (get \"h\") (f32.const nan:canonical))\n\
                 (assert_return (invoke \"g\") (i32.const {b}))\n"
            )
        };
        assert_eq!(ends(&script(5, 5)), [(None, Ok(()))]);
        assert_eq!(ends(&script(1, 5)), [(None, Err(End::Exit(33)))]);
        assert_eq!(ends(&script(5, 1)), [(None, Err(End::Exit(35)))]);
    }

    #[test]
    fn each_trap_is_a_program_of_its_own() {
        let script = "(module (memory 1) (data $d \"ab\") (func (export \"f\") (result i32) (i32.const 1))\n\
             (func (export \"init\") (param i32) (memory.init $d (i32.const 0) (i32.const 0) (local.get 0))))\n\
             (assert_trap (invoke \"init\" (i32.const 3)) \"out of bounds memory access\")\n\
             (assert_return (invoke \"f\") (i32.const 1))\n\
             (assert_trap (invoke \"init\" (i32.const 2)) \"out of bounds memory access\")\n";
        let trap = End::Trap(vec![crate::trace::TrapCode::OutOfBoundsMemory], String::new());
        // The last does not trap: two bytes are there.
        let exit = Err(End::Exit(34));
        assert_eq!(ends(script), [(None, Ok(())), (Some(Fails::Trap), Err(trap)), (Some(Fails::Trap), exit)]);
    }

    #[test]
    fn a_module_that_comes_up_and_may_not_says_so() {
        let script = "(assert_trap (module (func $s) (start $s)) \"unreachable\")";
        assert_eq!(ends(script), [(Some(Fails::Trap), Err(End::Exit(33)))]);
        let script = "(assert_invalid (module (func $s (param i32)) (start $s)) \"start function\")";
        assert!(matches!(ends(script)[..], [(Some(Fails::Refused), Err(End::Rejected(_)))]));
    }

    #[test]
    fn what_no_program_can_check_is_told() {
        let why = |text: &str| {
            let case = format!(";;! title = \"t\"\n;;! rules = [\"CORE-START-04\"]\n{text}");
            let case = Case::parse("core/t.wast", &case).expect("a case");
            build(&case, &rules().expect("the catalogue")).left_out[0].why.clone()
        };
        assert_eq!(why(&format!("{MODULE}(assert_return (invoke \"f\"))")), "it imports m.f from its surroundings");
        assert!(why("(module $A)(register \"a\" $A)(module)").contains("import from one another"));
        assert!(why("(module (func $s) (start $s))\n;;= /#0 allocated func 1\n").contains("only its steps"));
        let effect = "(module (global $g (mut i32) (i32.const 0)) (func (export \"t\") (global.set $g (i32.const 1)) \
             (unreachable)) (func (export \"g\") (result i32) (global.get $g)))\n\
             (assert_trap (invoke \"t\") \"unreachable\")(assert_return (invoke \"g\") (i32.const 1))";
        assert!(why(effect).contains("behind a trap"));
    }

    /// Every check of every case fails, with its own exit code, if the expectation is another.
    #[test]
    fn every_check_can_fail() {
        let catalogue = rules().expect("the catalogue");
        let mut broken = 0;
        for case in case::all().expect("the cases") {
            let built = build(&case, &catalogue);
            let is_script = case.header.run.is_none() && !built.commands.is_empty();
            if !is_script || built.commands.len() != 1 {
                continue;
            }
            let mut options = Options::default();
            options.config.features = needs::features(&case.header.needs).0;
            for check in &built.commands[0].checks {
                let mut commands = lower(&case.text).expect("a script");
                if !commands
                    .iter_mut()
                    .any(|command| command.line == check.line.unwrap_or_default() && break_one(command))
                {
                    continue;
                }
                let unit = &plan::units(&commands).expect("it was a program before")[0];
                let (programs, _) = unit.programs().expect("it was a program before");
                let command = SelfCheck::woven(&case, programs.into_iter().next().expect("one"));
                assert_eq!(command.run(&options).end, Err(End::Exit(check.exit)), "{}: {check:?}", case.path);
                broken += 1;
            }
        }
        assert!(broken > 60, "only {broken} checks were broken");
    }

    /// Makes an expectation wrong, if it is of a kind that is easily made so.
    fn break_one(command: &mut Command) -> bool {
        let CommandKind::AssertReturn { expected, action: Action::Invoke { .. } | Action::Get { .. } } =
            &mut command.kind
        else {
            return false;
        };
        match expected.first_mut() {
            Some(Pattern::Is(Value::I32(value))) => *value ^= 1,
            Some(Pattern::Is(Value::I64(value))) => *value ^= 1 << 40,
            _ => return false,
        }
        true
    }
}
