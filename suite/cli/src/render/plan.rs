//! What is going to happen, from the binaries alone: the steps of the specification's *instantiation*, in its order.

use super::{Notes, count, safe, words::extern_kind};
use crate::run::{Plan, Planned as Run};
use preflight_engine::{
    Module,
    component::{PlanStep, PlannedDefinition},
    syntax::{ConstExpr, DataMode, ElemMode, ExternType, Global, Module as Syntax},
    trace::{ExternKind, InstancePath},
};
use preflight_reports::render::Planned;

/// More steps of one module than this help nobody: those that are left out are counted.
const MOST: usize = 2000;

/// The steps of everything that will be instantiated, in order.
pub fn plan(run: &Run, notes: &Notes) -> Vec<Planned> {
    match run {
        Run::Modules(plan) => modules(plan, notes),
        Run::Component(plan) => {
            let one = |(path, file, component): (InstancePath, &str, &preflight_engine::component::Component)| {
                component.plan(path).into_iter().flat_map(|step| definition(step, file, notes)).collect::<Vec<_>>()
            };
            let mut steps: Vec<Planned> = plan.instances().flat_map(one).collect();
            steps.extend(plan.called().map(|name| call(&InstancePath::root(), name, "as --invoke asks")));
            steps
        }
    }
}

fn modules(plan: &Plan, notes: &Notes) -> Vec<Planned> {
    let mut steps = Vec::new();
    for member in &plan.members {
        let head = format!("{} ({})", member.path, member.file);
        steps.extend(module(&member.path, 0, head, &member.module, notes));
        if plan.wasi.is_some() {
            let exports = |name: &str| member.module.syntax().exports.iter().any(|export| export.name == name);
            let entry = ["_initialize", "_start"].into_iter().find(|name| exports(name));
            let is_root = member.path == InstancePath::root();
            let is_called = |name: &&str| is_root || *name == "_initialize";
            let entry = entry.filter(is_called).filter(|name| *name != "_start" || plan.calls.is_empty());
            steps.extend(entry.map(|name| call(&member.path, name, "the entry of a WASI program")));
        }
    }
    steps.extend(plan.calls.iter().map(|(name, _)| call(&InstancePath::root(), name, "as --invoke asks")));
    steps
}

fn call(at: &InstancePath, name: &str, why: &str) -> Planned {
    let quoted = serde_json::Value::from(name).to_string();
    let text = format!("call of {}, {why}", safe(name));
    Planned { at: at.clone(), text, key: Some(format!("call {quoted}")), ..Planned::default() }
}

/// One definition of a component.
fn definition(step: PlanStep, file: &str, notes: &Notes) -> Vec<Planned> {
    let PlanStep { at, depth, what } = step;
    let one = |text: String, key: Option<String>| Planned {
        at: at.clone(),
        depth: depth + 1,
        text,
        key,
        ..Planned::default()
    };
    let head = |text: String, key: Option<&str>| {
        let key = key.map(str::to_owned);
        Planned { at: at.clone(), depth, head: true, text, key, ..Planned::default() }
    };
    vec![match what {
        PlannedDefinition::Begun if depth == 0 => head(format!("{at} ({file}): a component"), Some("component begun")),
        PlannedDefinition::Begun => head(format!("{at}: a component"), Some("component begun")),
        PlannedDefinition::Import { name, kind } => {
            let quoted = serde_json::Value::from(name.as_str()).to_string();
            one(format!("import {}: {}", safe(&name), extern_kind(kind)), Some(format!("import \"\" {quoted}")))
        }
        PlannedDefinition::CoreInstance { index, module: found, args } => {
            let args: Vec<String> =
                args.iter().map(|(name, index)| format!("{} from core instance {index}", safe(name))).collect();
            let with = if args.is_empty() { String::new() } else { format!("with {}", args.join(", ")) };
            let text = format!("{at}: core module {index}");
            let Some(found) = found else {
                let detail = Some("which module that is, only the host knows".to_owned());
                return vec![Planned { detail, ..head(text, None) }];
            };
            let mut steps = module(&at, depth, text, &found, notes);
            if let Some(first) = steps.first_mut().filter(|_| !with.is_empty()) {
                first.detail = Some(with);
            }
            return steps;
        }
        PlannedDefinition::UnknownComponent => {
            let detail = Some("which component that is, only the host knows".to_owned());
            Planned { detail, ..head(format!("{at}: a component"), Some("component begun")) }
        }
        PlannedDefinition::Value(index) => one(format!("value {index} is evaluated"), Some(format!("value {index} ="))),
        PlannedDefinition::Start { func, args, results } => {
            let (given, gives) = (count(args as u64, "value", "values"), count(u64::from(results), "value", "values"));
            let text = format!("component start: function {func}, given {given}, gives {gives}");
            one(text, Some(format!("component start {func} (")))
        }
        PlannedDefinition::Done => one("the component is ready".to_owned(), Some("component done".to_owned())),
        PlannedDefinition::More => one("… and more than is shown here".to_owned(), None),
    }]
}

/// The instantiation of a core module, step by step.
fn module(at: &InstancePath, depth: usize, head: String, module: &Module, notes: &Notes) -> Vec<Planned> {
    let mut list = List { at, depth: depth + 1, steps: Vec::new() };
    let syntax = module.syntax();
    list.steps.push(Planned { at: at.clone(), depth, head: true, text: head, ..Planned::default() });
    list.imports(syntax);
    list.initialisers(syntax);
    list.allocation(syntax);
    list.elems(syntax);
    list.datas(syntax);
    if let Some(func) = syntax.start {
        let name = module.func_names().get(&func).map(|name| format!("${name}"));
        let name = name.or_else(|| notes.funcs.get(&format!("{at}#{func}")).cloned());
        let name = name.map(|name| format!(", called {name}")).unwrap_or_default();
        list.push(format!("start function: function {func}{name}"), None, format!("start {func} entered"));
    }
    list.push("the instance is ready".to_owned(), None, "done".to_owned());
    let more = list.steps.len().saturating_sub(MOST);
    list.steps.truncate(MOST);
    if more > 0 {
        let text = format!("… and {}", count(more as u64, "more step", "more steps"));
        list.steps.push(Planned { at: at.clone(), depth: depth + 1, text, ..Planned::default() });
    }
    list.steps
}

struct List<'a> {
    at: &'a InstancePath,
    depth: usize,
    steps: Vec<Planned>,
}

impl List<'_> {
    fn push(&mut self, text: String, detail: Option<String>, key: String) {
        let (at, depth, key) = (self.at.clone(), self.depth, Some(key));
        self.steps.push(Planned { at, depth, head: false, text, detail, key });
    }

    fn imports(&mut self, syntax: &Syntax) {
        for import in &syntax.imports {
            let quoted = |text: &str| serde_json::Value::from(text).to_string();
            let kind = extern_kind(kind_of(&import.ty));
            let key = format!("import {} {} {kind}", quoted(&import.module), quoted(&import.name));
            self.push(format!("import {}.{}: {kind}", safe(&import.module), safe(&import.name)), None, key);
        }
    }

    fn initialisers(&mut self, syntax: &Syntax) {
        for (index, Global { init, .. }) in syntax.globals.iter().enumerate() {
            if let Some(init) = init {
                let detail = constant(syntax, init);
                self.push(format!("global {index} is evaluated"), detail, format!("global {index} ="));
            }
        }
        for (index, table) in syntax.tables.iter().enumerate() {
            if table.init.is_some() {
                let text = format!("initial element of table {index} is evaluated");
                self.push(text, None, format!("table {index} ="));
            }
        }
        for (index, elem) in syntax.elems.iter().enumerate() {
            let items = count(elem.items.len() as u64, "item", "items");
            self.push(format!("{items} of elem segment {index} evaluated"), None, format!("elem {index} ="));
        }
    }

    fn allocation(&mut self, syntax: &Syntax) {
        let own = |all: usize, imported: u32| (all as u64).saturating_sub(u64::from(imported));
        let imported = &syntax.imported;
        let counts = [
            (own(syntax.funcs.len(), imported.funcs), "function", "functions"),
            (own(syntax.tables.len(), imported.tables), "table", "tables"),
            (own(syntax.memories.len(), imported.memories), "memory", "memories"),
            (own(syntax.globals.len(), imported.globals), "global", "globals"),
            (own(syntax.tags.len(), imported.tags), "tag", "tags"),
        ];
        let some: Vec<String> =
            counts.iter().filter(|(n, ..)| *n > 0).map(|(n, one, many)| count(*n, one, many)).collect();
        let what = if some.is_empty() { "nothing of its own".to_owned() } else { some.join(", ") };
        self.push(format!("allocation: {what}"), None, "allocated".to_owned());
    }

    fn elems(&mut self, syntax: &Syntax) {
        for (index, elem) in syntax.elems.iter().enumerate() {
            match &elem.mode {
                ElemMode::Active { table, offset } => {
                    let items = count(elem.items.len() as u64, "entry", "entries");
                    let text = format!("elem segment {index} into table {table}: {items}");
                    self.push(text, constant(syntax, offset), format!("elem {index} ->"));
                }
                ElemMode::Declarative => {
                    self.push(
                        format!("elem segment {index}, declarative, dropped"),
                        None,
                        format!("elem {index} dropped"),
                    );
                }
                ElemMode::Passive => {}
            }
        }
    }

    fn datas(&mut self, syntax: &Syntax) {
        for (index, data) in syntax.datas.iter().enumerate() {
            if let DataMode::Active { memory, offset } = &data.mode {
                let bytes = count(data.bytes.len() as u64, "byte", "bytes");
                let text = format!("data segment {index} into memory {memory}: {bytes}");
                self.push(text, constant(syntax, offset), format!("data {index} ->"));
            }
        }
    }
}

/// A constant expression of one instruction, in the words of the text format; others are only known when they are evaluated.
fn constant(syntax: &Syntax, expr: &ConstExpr) -> Option<String> {
    let bytes = syntax.bytes.get(expr.clone())?;
    let (opcode, rest) = bytes.split_first()?;
    let (value, len) = leb(rest)?;
    match (opcode, rest.get(len..)?) {
        (0x41, [0x0b]) => Some(format!("i32.const {}", value as i32)),
        (0x42, [0x0b]) => Some(format!("i64.const {value}")),
        (0x23, [0x0b]) => Some(format!("global.get {value}")),
        (0xd2, [0x0b]) => Some(format!("ref.func {value}")),
        _ => Some("computed".to_owned()),
    }
}

/// A signed LEB128 number, and how many bytes it takes. Indices are small enough for their sign not to count.
fn leb(bytes: &[u8]) -> Option<(i64, usize)> {
    let (mut value, mut shift) = (0i64, 0);
    for (index, byte) in bytes.iter().enumerate().take(10) {
        value |= i64::from(byte & 0x7f).wrapping_shl(shift);
        shift += 7;
        if byte & 0x80 == 0 {
            let is_negative = byte & 0x40 != 0 && shift < 64;
            return Some((if is_negative { value | -1i64 << shift } else { value }, index + 1));
        }
    }
    None
}

fn kind_of(ty: &ExternType) -> ExternKind {
    match ty {
        ExternType::Func(_) => ExternKind::Func,
        ExternType::Table(_) => ExternKind::Table,
        ExternType::Memory(_) => ExternKind::Memory,
        ExternType::Global(_) => ExternKind::Global,
        ExternType::Tag(_) => ExternKind::Tag,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_sign() {
        assert_eq!(leb(&[0x7f]), Some((-1, 1)));
        assert_eq!(leb(&[0x80, 0x80, 0x04, 0x0b]), Some((65536, 3)));
        assert_eq!(leb(&[0x80]), None);
    }

    #[test]
    fn constants_are_told_and_others_are_not_guessed() {
        let module = |text: &str| {
            let buffer = wast::parser::ParseBuffer::new(text).expect("tokens");
            let mut wat = wast::parser::parse::<wast::Wat>(&buffer).expect("a module");
            let bytes = wat.encode().expect("bytes");
            Module::new(&preflight_engine::Config::default(), bytes).expect("a valid module")
        };
        let text = "(module $m (import \"a\" \"g\" (global i32)) (memory 1) (data (i32.const 7) \"ab\") (data (global.get 0) \"c\")
            (data \"passive\") (func $go) (start $go))";
        let steps = super::module(&InstancePath::root(), 0, "/".to_owned(), &module(text), &Notes::default());
        let told: Vec<String> = steps
            .iter()
            .map(|step| format!("{} | {}", step.text, step.detail.as_deref().unwrap_or_default()))
            .collect();
        assert_eq!(
            told,
            [
                "/ | ",
                "import a.g: global | ",
                "allocation: 1 function, 1 memory | ",
                "data segment 0 into memory 0: 2 bytes | i32.const 7",
                "data segment 1 into memory 0: 1 byte | global.get 0",
                "start function: function 0, called $go | ",
                "the instance is ready | ",
            ]
        );
    }
}
