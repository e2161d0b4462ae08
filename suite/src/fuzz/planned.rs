//! The static plan of a component: what can be said of its instantiation before anything is linked is what happens.

use crate::trace::{Event, Initialiser, InstancePath};
use preflight_engine::component::{Component, PlannedDefinition};
use std::collections::HashSet;

/// A step that both a static plan and a trace have.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Begun,
    Import(String),
    Core,
    Value(u32),
    Start(u32, usize),
    Done,
}

/// Where what happened is not what the static plan of the component says; `None` if all of it did. An instantiation that
/// failed has done a part of it, from the beginning on.
pub fn unlike(component: &Component, events: &[Event], is_complete: bool) -> Option<String> {
    let plan = component.plan(InstancePath::root());
    let (mut steps, mut cores, mut is_whole) = (Vec::new(), HashSet::new(), true);
    for step in plan {
        let kind = match step.what {
            PlannedDefinition::Begun => Step::Begun,
            PlannedDefinition::Import { name, .. } => Step::Import(name),
            PlannedDefinition::CoreInstance { .. } => {
                cores.insert(step.at.clone());
                Step::Core
            }
            PlannedDefinition::Value(index) => Step::Value(index),
            PlannedDefinition::Start { func, args, .. } => Step::Start(func, args),
            PlannedDefinition::Done => Step::Done,
            // From here on the plan knows less than the host.
            PlannedDefinition::UnknownComponent | PlannedDefinition::More => {
                is_whole = false;
                break;
            }
        };
        steps.push((step.at, kind));
    }
    let mut happened = events.iter().filter_map(|event| step_of(event, &cores));
    let mut planned = steps.into_iter();
    loop {
        match (planned.next(), happened.next()) {
            (Some(planned), Some(happened)) if planned == happened => {}
            (None, None) => return None,
            (Some(_), None) if !is_complete => return None,
            (None, Some(_)) if !is_whole => return None,
            (planned, happened) => {
                let kind =
                    |step: Option<(InstancePath, Step)>| step.map_or("the end".to_owned(), |(_, step)| word(&step));
                return Some(format!("{} / {}", kind(planned), kind(happened)));
            }
        }
    }
}

fn step_of(event: &Event, cores: &HashSet<InstancePath>) -> Option<(InstancePath, Step)> {
    let kind = match event {
        Event::ComponentBegun { .. } => Step::Begun,
        Event::ImportResolved { at, name, .. } if !cores.contains(at) => Step::Import(name.clone()),
        Event::InstanceAllocated { .. } => Step::Core,
        Event::Initialised { what: Initialiser::Value(index), .. } => Step::Value(*index),
        Event::ComponentStartEntered { func, args, .. } => Step::Start(*func, args.len()),
        Event::ComponentDone { .. } => Step::Done,
        _ => return None,
    };
    Some((event.at().clone(), kind))
}

/// A step without what is particular to the component.
fn word(step: &Step) -> String {
    match step {
        Step::Begun => "component begun",
        Step::Import(_) => "import",
        Step::Core => "core instance",
        Step::Value(_) => "value",
        Step::Start(..) => "start",
        Step::Done => "component done",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::config;
    use preflight_engine::{Config, Features, Tier};
    use preflight_plan::component::ComponentPlan;

    #[test]
    fn each_step_that_is_missing_or_another_is_noticed() {
        let features = Features::WASM3 | Features::COMPONENT_MODEL | Features::CM_VALUES;
        let config = Config { features, ..config(Tier::Interp) };
        let mut changed = 0;
        for seed in 0..60 {
            let plan = ComponentPlan::from_seed(seed);
            let (trace, component) =
                (plan.expected(), Component::new(&config, plan.to_wasm().as_slice()).expect("it is valid"));
            let is_complete = trace.events.last().is_some_and(|event| matches!(event, Event::ComponentDone { .. }));
            assert_eq!(unlike(&component, &trace.events, is_complete), None, "seed {seed}: {plan:?}");
            let cores = HashSet::new();
            for i in (0..trace.events.len()).filter(|i| step_of(&trace.events[*i], &cores).is_some()) {
                let mut events = trace.events.clone();
                let removed = events.remove(i);
                let is_core_import =
                    matches!(&removed, Event::ImportResolved { at, .. } if at.as_str().contains("core#"));
                // What is missing at the very end of an instantiation that failed was not come to.
                let is_last = !is_complete && events[i..].iter().all(|event| step_of(event, &cores).is_none());
                if !is_core_import && !is_last {
                    changed += 1;
                    assert!(unlike(&component, &events, is_complete).is_some(), "seed {seed}, event {i}: {removed:?}");
                }
            }
        }
        assert!(changed > 300, "{changed}");
    }
}
