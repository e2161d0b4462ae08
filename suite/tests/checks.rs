//! Programs of WASI preview 1 check themselves: each way to fail that a program can see has an exit code of its own, and the
//! header says what that code means.

use preflight::{
    case::{self, Case, Kind, definitions},
    self_check::{FIRST_CHECK, LAST_CHECK},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::RangeInclusive,
};
use wasmparser::{CompositeInnerType, Operator, Parser, Payload, TypeRef};

/// The codes that checks may have.
const CODES: RangeInclusive<i32> = FIRST_CHECK..=LAST_CHECK;

#[test]
fn every_program_checks_itself_or_says_why_not() {
    let cases = case::all().unwrap_or_else(|error| panic!("{error}"));
    let mistakes: Vec<_> = cases.iter().flat_map(mistakes).collect();
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    let programs = cases.iter().filter_map(|case| case.header.run.as_ref()).filter(|run| run.kind != Kind::Component);
    let (with, without): (Vec<_>, Vec<_>) = programs.partition(|run| run.no_checks.is_none());
    assert!(with.len() > 70 && without.len() < with.len() / 10, "{} programs have no checks", without.len());
}

/// What is wrong with the checks of a case.
fn mistakes(case: &Case) -> Vec<String> {
    let Some(run) = &case.header.run else { return Vec::new() };
    let mut mistakes = Vec::new();
    let mut mistake = |what: String| mistakes.push(format!("{}: {what}", case.path));
    if run.kind == Kind::Component {
        if !run.checks.is_empty() || run.no_checks.is_some() {
            mistake("a component has no exit codes for checks".to_owned());
        }
        return mistakes;
    }
    if run.checks.is_empty() != run.no_checks.is_some() {
        mistake("has to have checks, or say in `no_checks` why there can be none, and not both".to_owned());
    }
    for (code, expected) in run.checks.keys().zip(FIRST_CHECK..) {
        if *code != expected || !CODES.contains(code) {
            mistake(format!(
                "check {code}: the codes begin with {FIRST_CHECK}, go on by one, and end with {LAST_CHECK}"
            ));
        }
    }
    if run.no_checks.is_some() {
        // Its exit codes mean what it says itself.
        return mistakes;
    }
    if run.exit.is_some_and(|code| CODES.contains(&code)) {
        mistake("the exit code that is expected is one of checks".to_owned());
    }
    let mut words = HashSet::new();
    for (code, what) in &run.checks {
        if !words.insert(what) || what.is_empty() || what.ends_with('.') {
            mistake(format!("check {code}: {what:?} is no clause of its own, without a full stop"));
        }
    }
    let exits: BTreeSet<i32> = modules(case).values().flat_map(|bytes| exits(bytes)).collect();
    let named: BTreeSet<i32> = run.checks.keys().copied().collect();
    for code in named.difference(&exits) {
        mistake(format!("check {code}: no module passes {code} as a constant to proc_exit"));
    }
    for code in exits.difference(&named).filter(|code| CODES.contains(code)) {
        mistake(format!("a module passes {code} to proc_exit, and no check says what it means"));
    }
    mistakes
}

/// The modules of a program, by name.
fn modules(case: &Case) -> BTreeMap<String, Vec<u8>> {
    let definitions = definitions(&case.text).unwrap_or_else(|error| panic!("{}: {error}", case.path));
    definitions.into_iter().map(|definition| (definition.name, definition.bytes)).collect()
}

/// A module, as far as exits matter.
#[derive(Default)]
struct Module<'m> {
    /// How many parameters each type has; other types than those of functions have none.
    types: Vec<u32>,
    /// The types of the functions, imported ones first.
    funcs: Vec<u32>,
    imported: u32,
    bodies: Vec<Vec<Operator<'m>>>,
    /// The functions that end the program with their last parameter.
    exiting: BTreeSet<u32>,
}

/// The exit codes that a module passes as constants to `proc_exit`: in the instruction before the call, or before that of a function
/// that passes its last parameter on in the same way.
fn exits(bytes: &[u8]) -> BTreeSet<i32> {
    let mut module = Module::default();
    for payload in Parser::new(0).parse_all(bytes) {
        module.read(payload.expect("a module"));
    }
    while let Some(helper) = module.helper() {
        module.exiting.insert(helper);
    }
    let calls = module.bodies.iter().flat_map(|body| module.before_exits(body));
    let constant = |before: &Operator<'_>| if let Operator::I32Const { value } = before { Some(*value) } else { None };
    calls.filter_map(constant).collect()
}

impl<'m> Module<'m> {
    fn read(&mut self, payload: Payload<'m>) {
        match payload {
            Payload::TypeSection(section) => {
                let types = section.into_iter().flat_map(|group| group.expect("types").into_types());
                self.types.extend(types.map(|ty| match ty.composite_type.inner {
                    CompositeInnerType::Func(func) => func.params().len() as u32,
                    _ => 0,
                }));
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import.expect("an import");
                    if let TypeRef::Func(ty) = import.ty {
                        if (import.module, import.name) == ("wasi_snapshot_preview1", "proc_exit") {
                            self.exiting.insert(self.imported);
                        }
                        self.funcs.push(ty);
                        self.imported += 1;
                    }
                }
            }
            Payload::FunctionSection(section) => self.funcs.extend(section.into_iter().map(|ty| ty.expect("a type"))),
            Payload::CodeSectionEntry(body) => {
                let operators = body.get_operators_reader().expect("a body");
                self.bodies.push(operators.into_iter().collect::<Result<_, _>>().expect("instructions"));
            }
            _ => {}
        }
    }

    /// A function that passes its last parameter to one that exits, and is not known yet.
    fn helper(&self) -> Option<u32> {
        self.bodies.iter().zip(self.imported..).find_map(|(body, func)| {
            let last = self.types[self.funcs[func as usize] as usize].checked_sub(1)?;
            let passes_on =
                |before: &Operator<'_>| matches!(before, Operator::LocalGet { local_index } if *local_index == last);
            (!self.exiting.contains(&func) && self.before_exits(body).any(passes_on)).then_some(func)
        })
    }

    /// The instructions that stand before calls of functions that exit.
    fn before_exits<'s>(&'s self, body: &'s [Operator<'m>]) -> impl Iterator<Item = &'s Operator<'m>> {
        let is_exit = |call: &Operator<'_>| matches!(call, Operator::Call { function_index } if self.exiting.contains(function_index));
        body.windows(2).filter(move |pair| is_exit(&pair[1])).map(|pair| &pair[0])
    }
}

/// A case with this table `[run]`, behind the keys that every program has, and this main module.
fn program(run: &str, body: &str) -> Case {
    let header = format!("title = \"t\"\nrules = [\"P1-CMD-01\"]\n[run]\nkind = \"command\"\nmain = \"$Main\"\n{run}");
    let header: String = header.lines().map(|line| format!(";;! {line}\n")).collect();
    let script = format!(
        "(module definition $Main (import \"wasi_snapshot_preview1\" \"proc_exit\" (func $exit (param i32)))\n\
         (func $check (param i32 i32) (if (local.get 0) (then (return))) (call $exit (local.get 1)))\n{body})\n"
    );
    Case::parse("p1/t.wast", &(header + &script)).expect("a case")
}

#[test]
fn constants_are_seen_in_calls_of_proc_exit_and_of_what_passes_them_on() {
    let of = |body: &str| exits(&modules(&program("no_checks = \"r\"", body))["$Main"]);
    assert_eq!(of("(func (call $exit (i32.const 33)) (call $exit (i32.const 3)))"), BTreeSet::from([3, 33]));
    assert_eq!(of("(func (call $check (i32.const 50) (i32.const 34)))"), BTreeSet::from([34]));
    let twice = "(func $twice (param i32 i32 i32) (call $check (local.get 0) (local.get 2)))\n\
                 (func (call $twice (i32.const 40) (i32.const 41) (i32.const 42)))";
    assert_eq!(of(twice), BTreeSet::from([42]));
    assert!(of("(func (param i32) (call $exit (local.get 0))) (func (drop (i32.const 33)))").is_empty());
}

#[test]
fn wrong_checks_are_found() {
    let of = |run: &str, body: &str| mistakes(&program(run, body));
    let exit = |code: i32| format!("(func (call $exit (i32.const {code})))");
    let good = "[run.checks]\n33 = \"it is so\"";
    assert_eq!(of(good, &exit(33)), [""; 0]);
    assert_eq!(of("no_checks = \"It returns.\"", ""), [""; 0]);
    let one = |run: &str, body: &str, what: &str| {
        let found = of(run, body);
        assert!(found.iter().any(|mistake| mistake.contains(what)), "{what}: {found:?}");
    };
    one("", "", "has to have checks");
    one(&format!("no_checks = \"r\"\n{good}"), &exit(33), "has to have checks");
    one("[run.checks]\n34 = \"it is so\"", &exit(34), "begin with 33");
    one("exit = 34\n[run.checks]\n33 = \"it is so\"\n34 = \"it is\"", "", "is one of checks");
    one(good, &exit(3), "no module passes 33");
    one(good, &(exit(33) + &exit(40)), "passes 40 to proc_exit");
    one("[run.checks]\n33 = \"it is so.\"", &exit(33), "no clause of its own");
    one("[run.checks]\n33 = \"it is\"\n34 = \"it is\"", "", "no clause of its own");
}
