//! The sequence of small plans, held against counts by hand and against a description of plans in which nothing has an index.

use preflight_plan::{
    Plan,
    exhaustive::{LARGEST, Small, components, core, count, counted, plans},
    plan::{Export, HostFunc, Module, Source, Step, Twist},
};
use serde_json::Value;
use std::collections::HashSet;

/// A module of one thing: the log, a function of the host (one of three: it traps, or instantiates the only node and catches or
/// not), a definition, a passive or a declarative segment of null, a passive data segment, or a start function of
/// no step or of one: ten traps, endless recursion and an endless loop.
const OTHERS: u64 = 1 + 6 + 2 + 1 + START;
const START: u64 = 1 + 12;

#[test]
fn plans_of_modules_are_as_many_as_by_hand() {
    assert_eq!(counted(0), (1, 1), "nothing");
    assert_eq!(counted(1).0, OTHERS + 3);
    let second_instance = OTHERS + 5;
    let second_time = OTHERS + 3;
    // What the host can do to two nodes besides trapping, and to what one of them exports: a memory (write, grow), a tag,
    // a function (call, catching or not), also one that starts.
    let host_and_other = OTHERS * 5 + (2 + 1 + 2 + START * 2);
    let two_modules = OTHERS * OTHERS
        // The second one imports what the first exports: a definition or a start function.
        + (6 + START)
        + 2 * host_and_other
        // They share the function of the host.
        + 5;
    let one_module = [
        // The log and a host function, or one of them that does not match: the log is missing or a memory; the host's function
        // is missing, or a memory that is exported, or a function that is.
        3 + 2 + (3 + 5 + 5),
        // An import beside a definition, a segment of either kind, a start function (which can call the host's in three ways,
        // be it, and be called by it).
        6 + (6 * 3 + 2 + 1 + 2),
        (2 + 2 * 3) + (1 + 3),
        (START + 1) + 3 + (START + 3) * 5,
        // Two definitions, and one beside a segment: into a table at two places, or of a function; into a memory.
        15,
        (2 + 2) + 2 * 2 + 4 * 2,
        (2 + 1) + 5,
        // A definition and what a step can do with it: eight things with a memory, ten with a table, one each with a global
        // that can be set and a tag, two with a function.
        6 * START + 8 + 10 + 1 + 1 + 2,
        // Two segments; or one, which may hold the start function and be dropped by it.
        1 + 2,
        4 * (START + 1) + (START + 1),
        // A step in one of two handlers.
        2 * 12,
    ];
    assert_eq!(counted(2).0, second_instance + second_time + two_modules + one_module.iter().sum::<u64>());
}

/// What is known of the counts is what is counted.
#[test]
fn counts_are_known() {
    (0..=3).for_each(|size| assert_eq!(count(size), counted(size), "{size}"));
}

#[test]
#[ignore = "it takes a minute or two without optimisation"]
fn the_largest_count_is_known() {
    assert_eq!(count(LARGEST), counted(LARGEST));
}

#[test]
fn plans_of_components_are_as_many_as_by_hand() {
    // It exports more, or has a core instance, a child, or a value.
    assert_eq!(counted(1).1, 4);
    let exports_more = 3;
    // One step that needs nothing, or one of three ways to fail; whatever a child can be; a value that is kept.
    let one_definition = 4 + 3 + 4 + 1;
    // Any two, or what refers to a core instance (another one, a resource, a start) or to a child.
    let two_definitions = 9 + 3 + 1;
    assert_eq!(counted(2).1, exports_more + one_definition + two_definitions);
}

#[test]
fn plans_are_normal_and_of_their_size() {
    for size in 0..=3 {
        assert!(core::plans(size).all(|plan| plan.normalise() == plan && size_of(&plan) == size));
        assert!(components::plans(size).all(|plan| plan.normalise() == plan));
    }
}

#[test]
fn no_two_plans_differ_in_names_only() {
    let mut seen = HashSet::new();
    for plan in (0..=3).flat_map(core::plans) {
        assert!(seen.insert(described(&plan)), "there is another one like {plan:?}");
    }
    let all: Vec<_> = (0..=4).flat_map(components::plans).collect();
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    // The description is not too fine: a plan with its imports, modules and segments in another order is the same.
    let [one, other] = [RENAMED.0, RENAMED.1].map(|text| serde_json::from_str::<Plan>(text).expect("a plan"));
    assert_eq!(described(&one), described(&other));
}

#[test]
fn each_size_has_what_the_one_before_it_lacked() {
    let has = |size: usize, is_it: fn(&Plan) -> bool| core::plans(size).any(|plan| is_it(&plan));
    let is_imported = |plan: &Plan| plan.modules.iter().any(|module| module.args.len() == 1);
    assert!(has(2, is_imported) && !has(1, is_imported));
    let is_diamond = |plan: &Plan| plan.modules.iter().any(|module| module.args.len() == 2);
    assert!(!has(3, is_diamond));
    let diamond =
        core::plans(4).find(is_diamond).expect("two modules with a definition each, and one that imports both");
    assert_eq!(diamond.nodes.len(), 3);
    let mut of_one = plans(1).skip(2);
    assert!(matches!(of_one.next(), Some(Small::Plan(plan)) if size_of(&plan) == 1), "after those of no size");
}

/// Two ways to write the same plan.
const RENAMED: (&str, &str) = (
    r#"{ "modules": [
        { "memories": [{ "min": 1 }], "exports": [{ "memory": 0 }] },
        { "tables": [{ "ty": { "min": 2 } }], "exports": [{ "table": 0 }] },
        { "args": [0, 1], "imports": [{ "source": "log" }, { "source": { "export": { "arg": 0, "export": 0 } } },
            { "source": { "export": { "arg": 1, "export": 0 } } }],
          "elems": [{ "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "items": ["null"] },
            { "mode": "passive", "items": ["null"] }, { "mode": "declarative", "items": ["null"] }],
          "tables": [{ "ty": { "min": 2 } }],
          "start": 1, "funcs": [{ "steps": [{ "log-byte": { "memory": 0, "at": 0 } }, { "drop-elem": 1 }] }] }],
       "nodes": [{ "module": 0 }, { "module": 1 }, { "module": 2, "args": [0, 1] }] }"#,
    r#"{ "modules": [
        { "tables": [{ "ty": { "min": 2 } }], "exports": [{ "table": 0 }] },
        { "memories": [{ "min": 1 }], "exports": [{ "memory": 0 }] },
        { "args": [0, 1], "imports": [{ "source": { "export": { "arg": 0, "export": 0 } } },
            { "source": { "export": { "arg": 1, "export": 0 } } }, { "source": "log" }],
          "elems": [{ "mode": "declarative", "items": ["null"] }, { "mode": "passive", "items": ["null"] },
            { "mode": { "active": { "target": 0, "at": { "const": 0 } } }, "items": ["null"] }],
          "tables": [{ "ty": { "min": 2 } }],
          "start": 1, "funcs": [{ "steps": [{ "log-byte": { "memory": 0, "at": 0 } }, { "drop-elem": 1 }] }] }],
       "nodes": [{ "module": 1 }, { "module": 0 }, { "module": 2, "args": [1, 0] }] }"#,
);

/// The size of a plan, counted without the generator.
fn size_of(plan: &Plan) -> usize {
    let of_module = |module: &Module| {
        let twists = module.imports.iter().filter(|import| import.twist.is_some()).count();
        let funcs = module.funcs.iter().filter(|func| func.result.is_some()).count();
        let own = module.funcs.iter().find(|func| func.result.is_none());
        let start = own.map_or(usize::from(module.start.is_some()), |func| steps_in(&func.steps).max(1));
        let definitions = module.memories.len() + module.tables.len() + module.globals.len() + module.tags.len();
        module.imports.len() + twists + definitions + funcs + module.elems.len() + module.datas.len() + start
    };
    let instances = plan.nodes.len() - plan.modules.len();
    plan.modules.iter().map(of_module).sum::<usize>() + instances + usize::from(plan.again)
}

fn steps_in(steps: &[Step]) -> usize {
    let nested = |step: &Step| match step {
        Step::Try { body, .. } => steps_in(body),
        _ => 0,
    };
    steps.iter().map(|step| 1 + nested(step)).sum()
}

/// What the things in the index spaces of a module are called, by where they come from.
#[derive(Default)]
struct Names {
    memories: Vec<String>,
    tables: Vec<String>,
    globals: Vec<String>,
    tags: Vec<String>,
    funcs: Vec<String>,
    elems: Vec<String>,
    datas: Vec<String>,
}

impl Names {
    fn of(&self, export: Export) -> (&'static str, &str) {
        match export {
            Export::Memory(i) => ("memory", &self.memories[i]),
            Export::Table(i) => ("table", &self.tables[i]),
            Export::Global(i) => ("global", &self.globals[i]),
            Export::Tag(i) => ("tag", &self.tags[i]),
            Export::Func(i) => ("func", &self.funcs[i]),
        }
    }

    fn space(&mut self, kind: &str) -> &mut Vec<String> {
        match kind {
            "memory" => &mut self.memories,
            "table" => &mut self.tables,
            "global" => &mut self.globals,
            "tag" => &mut self.tags,
            _ => &mut self.funcs,
        }
    }

    /// The data with names for indices; `around` is the key under which the value stands, and the one before it.
    fn put(&self, value: &Value, around: (&str, &str)) -> Value {
        let space = match around {
            (_, "memory" | "load" | "unaligned" | "wait-unshared") | ("copy", "to" | "from") => &self.memories,
            (_, "table" | "table-get" | "call-beyond") | ("copy-table", "to" | "from") => &self.tables,
            ("elem-mode", "target") => &self.tables,
            ("data-mode", "target") => &self.memories,
            (_, "global" | "log-global") => &self.globals,
            (_, "tag") => &self.tags,
            (_, "func") => &self.funcs,
            (_, "data" | "drop-data") => &self.datas,
            (_, "elem" | "drop-elem") => &self.elems,
            _ => &Vec::new(),
        };
        match value {
            Value::Number(index) if !space.is_empty() => {
                space[index.as_u64().expect("an index") as usize].clone().into()
            }
            Value::Array(items) => items.iter().map(|item| self.put(item, around)).collect(),
            Value::Object(fields) => {
                // Where a segment goes depends on what kind of segment it is.
                let outer = if around.1 == "active" { around.0 } else { around.1 };
                fields.iter().map(|(key, field)| (key.clone(), self.put(field, (outer, key)))).collect()
            }
            value => value.clone(),
        }
    }
}

/// A plan without indices: equal for two plans if they are the same but for names.
fn described(plan: &Plan) -> String {
    let mut names: Vec<Option<Names>> = plan.modules.iter().map(|_| None).collect();
    let mut first = vec![0; plan.modules.len()];
    let mut nodes = Vec::new();
    for (number, node) in plan.nodes.iter().enumerate() {
        let module = &plan.modules[node.module];
        if names[node.module].is_none() {
            let (of, text) = described_module(module, &node.args, plan, &names);
            names[node.module] = Some(of);
            first[node.module] = number;
            nodes.push(text);
        } else {
            let pairs = plan.nodes[first[node.module]].args.iter().zip(&node.args);
            let mut wiring: Vec<String> = pairs.map(|(first, now)| format!("{first}->{now}")).collect();
            wiring.sort();
            nodes.push(format!("like {}: {wiring:?}", first[node.module]));
        }
    }
    let export = |host: &Value| {
        let (node, export) =
            host.as_object()?.values().next().map(|of| (of["node"].as_u64(), of["export"].as_u64()))?;
        let module = plan.nodes[node? as usize].module;
        let (kind, name) = names[module].as_ref()?.of(plan.modules[module].exports[export? as usize]);
        Some(format!("{kind} {name}"))
    };
    let host = |host: &HostFunc| {
        let mut value = serde_json::to_value(host).expect("data");
        if let (Some(name), Some(of)) = (export(&value), value.as_object_mut().and_then(|of| of.values_mut().next())) {
            of["export"] = name.into();
        }
        value.to_string()
    };
    format!("{nodes:?} {:?} {}", plan.hosts.iter().map(host).collect::<Vec<_>>(), plan.again)
}

fn described_module(module: &Module, args: &[usize], plan: &Plan, names: &[Option<Names>]) -> (Names, String) {
    let mut own = Names::default();
    let mut parts = Vec::new();
    for import in &module.imports {
        let (kind, name) = match import.source {
            Source::Log => ("func", "log".to_owned()),
            Source::Host(i) => ("func", format!("host {i}")),
            Source::Export { arg, export } => {
                let of = plan.nodes[args[arg]].module;
                let (kind, name) = names[of].as_ref().expect("it comes earlier").of(plan.modules[of].exports[export]);
                (kind, format!("{} of {name}", args[arg]))
            }
        };
        let kind = match (import.twist, kind) {
            (Some(Twist::Kind), "func") => "memory",
            (Some(Twist::Kind), _) => "func",
            _ => kind,
        };
        own.space(kind).push(name.clone());
        parts.push(format!("import {kind} {name} {:?}", import.twist));
    }
    let mut define = |kind: &str, definition: String| {
        let space = own.space(kind);
        space.push(format!("own {kind} {definition}"));
        parts.push(format!("define {kind} {definition}"));
    };
    module.memories.iter().for_each(|of| define("memory", format!("{of:?}")));
    module.tables.iter().for_each(|of| define("table", format!("{of:?}")));
    module.tags.iter().for_each(|of| define("tag", format!("{of:?}")));
    module.funcs.iter().for_each(|of| define("func", format!("{:?}", of.result)));
    for global in &module.globals {
        let init = own.put(&serde_json::to_value(global.init).expect("data"), ("", ""));
        own.globals.push(format!("own global {}", global.ty.mutable));
        parts.push(format!("define global {:?} {init}", global.ty));
    }
    // Active segments have their order; of the others there is one of each kind.
    let mut order = Vec::new();
    for (i, elem) in module.elems.iter().enumerate() {
        let value = serde_json::json!({ "elem-mode": elem.mode, "items": elem.items });
        let text = own.put(&value, ("", "")).to_string();
        let is_active = text.contains("active");
        own.elems.push(if is_active { format!("elem {i}") } else { format!("elem {}", value["elem-mode"]) });
        if is_active { order.push(text) } else { parts.push(text) }
    }
    for (i, data) in module.datas.iter().enumerate() {
        let value = serde_json::json!({ "data-mode": data.mode, "bytes": data.bytes });
        let text = own.put(&value, ("", "")).to_string();
        own.datas.push(format!("data {i}"));
        order.push(text);
    }
    let steps = module.funcs.iter().map(|func| own.put(&serde_json::to_value(&func.steps).expect("data"), ("", "")));
    let steps: Vec<String> = steps.map(|steps| steps.to_string()).collect();
    parts.sort();
    let start = module.start.map(|start| own.funcs[start].clone());
    let text = format!("{parts:?} {order:?} {start:?} {steps:?}");
    (own, text)
}
