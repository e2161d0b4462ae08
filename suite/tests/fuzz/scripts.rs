//! Plans of every kind become cases that hold, and that hold nothing else.

use preflight::{
    case::{self, Case, Does, HostFunc, Report},
    fuzz::{
        campaign::Input,
        case::{against, any},
    },
    script::Options,
    trace::{Event, Outcome, Phase, Trace, TrapCode, Value},
};
use preflight_plan::{
    Plan,
    component::ComponentPlan,
    imports::{self, ImportPlan},
    resources::ResourcePlan,
    tasks::{self, TaskPlan},
    values::{self, ValuePlan},
    wasi::WasiPlan,
};
use preflight_spec_tests::Catalogue;
use std::collections::BTreeMap;

/// The plans of this number, one of each kind.
pub fn inputs(seed: u64) -> [Input; 7] {
    [
        Input::Plan(Plan::from_seed(seed)),
        Input::Component(ComponentPlan::from_seed(seed)),
        Input::Program(WasiPlan::from_seed(seed)),
        Input::Resource(ResourcePlan::from_seed(seed)),
        Input::Imports(ImportPlan::from_seed(seed)),
        Input::Task(TaskPlan::from_seed(seed)),
        Input::Value(ValuePlan::from_seed(seed)),
    ]
}

pub fn catalogue() -> Catalogue {
    preflight_spec_tests::rules().expect("the catalogue")
}

/// On both tiers, which must agree, if both are there.
fn on_all_tiers() -> Options {
    Options {
        #[cfg(feature = "jit")]
        both: true,
        ..Options::default()
    }
}

/// The case, and what it gives.
fn run(text: &str, catalogue: &Catalogue, options: &Options) -> (Case, Report) {
    let case = Case::parse("x/x.wast", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let report = case::run(&case, catalogue, options);
    (case, report)
}

/// What becomes a case is one: its header is right, its lines are not too wide, and on both tiers it is as it expects. Of what
/// does not, it is said why.
#[test]
fn plans_of_all_kinds_become_cases() {
    let (catalogue, options) = (catalogue(), on_all_tiers());
    let count = std::env::var("PREFLIGHT_PLANS").map_or(200, |n| n.parse().expect("a number"));
    let (mut counts, mut with_readings, mut with_gives) = (BTreeMap::<String, u32>::new(), 0, 0);
    for input in (0..count).flat_map(inputs) {
        let text = match any(&input, "a title", None) {
            Ok(text) => text,
            Err(why) => {
                *counts.entry(format!("{}: {}", input.source(), why.kind())).or_insert(0) += 1;
                continue;
            }
        };
        *counts.entry(input.source().to_owned()).or_insert(0) += 1;
        if text.contains("(component binary") {
            *counts.entry(format!("{} in binary form", input.source())).or_insert(0) += 1;
        }
        if text.contains("\"make\") \"call stack exhausted\")") {
            *counts.entry("a stack that is exhausted before something else fails".to_owned()).or_insert(0) += 1;
        }
        let (case, report) = run(&text, &catalogue, &options);
        assert_eq!(report.verdict.word(), "passed", "{input:?}: {:?}\n{text}", report.verdict.notes());
        assert_eq!(case.mistakes(&catalogue), [""; 0], "{text}");
        // Steps stand on a line each, however long they are.
        let is_wide = |line: &&str| line.chars().count() > 120 && !line.starts_with(";;=");
        assert_eq!(text.lines().find(is_wide), None, "{text}");
        assert!(!text.lines().any(|line| line.ends_with(' ')) && text.ends_with('\n'), "{text}");
        if let Some(run) = case.header.run.as_ref().filter(|run| run.kind != case::Kind::Component) {
            assert!(run.no_checks.is_some(), "{text}");
        }
        with_readings += u32::from(!case.header.readings.is_empty());
        for host in &case.header.hosts {
            *counts.entry(format!("{}, host {}", input.source(), word(host))).or_insert(0) += 1;
        }
        with_gives += u32::from(!case.header.gives.is_empty());
    }
    for (kind, least) in [
        ("plan of core modules", 195),
        ("a stack that is exhausted before something else fails", 2),
        ("plan of core modules, host trap", 3),
        ("plan of core modules, host write", 10),
        ("plan of core modules, host grow", 5),
        ("plan of core modules, host throw", 3),
        ("plan of core modules, host call", 10),
        ("plan of core modules, host instantiate", 10),
        ("plan of components", 200),
        ("plan of components in binary form", 60),
        ("program of WASI", 200),
        ("plan of resources", 200),
        ("plan of imports", 200),
        ("plan of tasks", 180),
        ("plan of a value", 200),
        ("plan of a value in binary form", 90),
        // What has no words is named.
        ("plan of tasks: what only a host can do", 5),
    ] {
        assert!(counts.get(kind).is_some_and(|n| *n >= least), "{kind}: {counts:#?}");
    }
    assert!(with_readings > 5 && with_gives > 25, "{with_readings} {with_gives}");
}

/// What a function of the host does, as the header has it.
fn word(host: &HostFunc) -> String {
    match serde_json::to_value(&host.does).expect("it is data") {
        serde_json::Value::Object(fields) => fields.keys().cloned().collect(),
        word => word.as_str().unwrap_or_default().to_owned(),
    }
}

/// A case depends on what the host does: where a function of it that was called does something else, it fails. Some do nothing
/// that is seen, such as a second write of the same byte; most do.
#[test]
fn a_case_fails_if_the_host_does_something_else() {
    let (catalogue, options) = (catalogue(), Options::default());
    let mut changed = BTreeMap::<String, (u32, u32)>::new();
    for seed in 0..1000 {
        let Ok(text) = any(&Input::Plan(Plan::from_seed(seed)), "t", None) else { continue };
        let (case, report) = run(&text, &catalogue, &options);
        assert_eq!(report.verdict.word(), "passed", "seed {seed}: {:?}\n{text}", report.verdict.notes());
        for host in &case.header.hosts {
            // Its steps tell whether it was called while something was instantiated.
            if !text.contains(&format!(" host {} ()", host.name)) {
                continue;
            }
            let does = if host.does == Does::Trap {
                Does::Grow { of: "n0".into(), export: "e99".into(), by: 0 }
            } else {
                Does::Trap
            };
            let mut other = case.clone();
            other
                .header
                .hosts
                .iter_mut()
                .filter(|other| other.name == host.name)
                .for_each(|other| other.does = does.clone());
            let counted = changed.entry(word(host)).or_default();
            counted.0 += 1;
            counted.1 += u32::from(case::run(&other, &catalogue, &options).verdict.word() == "failed");
        }
    }
    for kind in ["trap", "write", "grow", "throw", "call", "instantiate"] {
        let (all, failed) = changed.get(kind).copied().unwrap_or_default();
        assert!(all >= 2 && failed * 5 >= all * 4, "{kind}: {changed:#?}");
    }
}

/// Small plans become cases that are no longer than cases may be.
#[test]
fn the_cases_of_small_plans_are_small() {
    let task = TaskPlan { steps: vec![tasks::Step::Call, tasks::Step::Log(1)], ..TaskPlan::default() };
    for input in [
        Input::Task(task.normalise()),
        Input::Plan(Plan::default().normalise()),
        Input::Component(ComponentPlan::default()),
        Input::Program(WasiPlan::default()),
        Input::Resource(ResourcePlan::default()),
        Input::Imports(ImportPlan { imports: vec![imports::Import::default()], ..ImportPlan::default() }),
        Input::Value(ValuePlan { across: Some(values::Across::default()), ..ValuePlan::default() }),
        Input::Value(ValuePlan::default()),
    ] {
        let text = any(&input, "a title", None).unwrap_or_else(|why| panic!("{input:?}: {why}"));
        assert!(text.lines().count() <= 100, "{}\n{text}", text.lines().count());
    }
}

/// What is predicted of a plan that is one of components.
fn predicted(input: &Input) -> Vec<Trace> {
    match input {
        Input::Component(plan) => vec![plan.expected()],
        Input::Resource(plan) => vec![plan.expected()],
        Input::Imports(plan) => vec![plan.expected()],
        Input::Task(plan) => plan.expected(),
        Input::Value(plan) => plan.expected(),
        _ => Vec::new(),
    }
}

/// Predictions with one thing changed, and what that is.
fn wrong(right: &[Trace]) -> Vec<(&'static str, Vec<Trace>)> {
    let mut all = Vec::new();
    let mut change = |what: &'static str, change: &dyn Fn(&mut Vec<Trace>)| {
        let mut wrong = right.to_vec();
        change(&mut wrong);
        if wrong != right {
            all.push((what, wrong));
        }
    };
    let events = &right[0].events;
    // An instance with one step is one of which the case would not speak any more.
    let is_told = |i: &usize| events.iter().filter(|event| event.at() == events[*i].at()).count() > 1;
    for i in (0..events.len()).filter(is_told).step_by(events.len() / 4 + 1) {
        change("a step", &|wrong| drop(wrong[0].events.remove(i)));
    }
    for trace in 0..right.len() {
        change("an end", &|wrong| wrong[trace].outcome = other_end(&right[trace].outcome));
        change("a result", &|wrong| {
            if let Outcome::Returned { values } = &mut wrong[trace].outcome {
                values.iter_mut().for_each(|value| *value = other_value(value));
            }
        });
        change("what is logged", &|wrong| {
            let last = wrong[trace].events.iter_mut().rev().find_map(|event| match event {
                Event::HostCalled { name, args, .. } if name == "log" => args.first_mut(),
                _ => None,
            });
            last.into_iter().for_each(|value| *value = other_value(value));
        });
    }
    all
}

fn other_end(end: &Outcome) -> Outcome {
    match end {
        Outcome::Returned { .. } => Outcome::Trap { code: TrapCode::Unreachable, phase: Phase::Start },
        _ => Outcome::Returned { values: vec![] },
    }
}

fn other_value(value: &Value) -> Value {
    match value {
        Value::U32(value) => Value::U32(value ^ 1),
        // Lists of values: one more in it, or none.
        Value::List(values) if values.is_empty() => Value::List(vec![Value::Bool(true)]),
        Value::List(_) => Value::List(Vec::new()),
        other => other.clone(),
    }
}

/// A case holds what is predicted, and nothing else: with one thing changed in the prediction it fails.
#[test]
fn the_case_of_a_wrong_prediction_fails() {
    let (catalogue, options) = (catalogue(), Options::default());
    let mut changed = BTreeMap::<String, u32>::new();
    for input in (0..50).flat_map(inputs) {
        let right = predicted(&input);
        let Ok(text) = against(&input, &right, "t") else { continue };
        for (what, wrong) in wrong(&right) {
            // Not all that is predicted is told in a script, and of some predictions there is none.
            let Some(other) = against(&input, &wrong, "t").ok().filter(|other| *other != text) else { continue };
            let verdict = run(&other, &catalogue, &options).1.verdict;
            assert_eq!(verdict.word(), "failed", "{what} of {input:?}\n{other}");
            *changed.entry(format!("{what}, {}", input.source())).or_insert(0) += 1;
            if text.contains("(component binary") {
                *changed.entry(format!("{what}, {} in binary form", input.source())).or_insert(0) += 1;
            }
        }
    }
    for kind in [
        "a step, plan of components",
        "a step, plan of components in binary form",
        "a step, plan of resources",
        "a step, plan of imports",
        "a step, plan of tasks",
        "a step, plan of a value",
        "a step, plan of a value in binary form",
        "an end, plan of components in binary form",
        "an end, plan of imports",
        "an end, plan of tasks",
        "an end, plan of a value in binary form",
        "a result, plan of tasks",
        "a result, plan of a value in binary form",
        "what is logged, plan of tasks",
    ] {
        assert!(changed.get(kind).is_some_and(|n| *n >= 8), "{kind}: {changed:#?}");
    }
}
