//! Mutants of the definitions of a component: their order, and what becomes of one that fails.

use super::{
    Mutant,
    end::{Before, before, restore},
    on,
};
use crate::{
    Store,
    component::{ComponentError, syntax},
    error::{Fault, LinkError},
    trace::TrapCode,
};
use syntax::{CoreInstanceDef, Definition, InstanceDef, Sort};

/// A kind of definition that runs something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Core,
    Child,
    Start,
}

fn kind(definition: &Definition) -> Option<Kind> {
    match definition {
        Definition::CoreInstance(CoreInstanceDef::Instantiate { .. }) => Some(Kind::Core),
        Definition::Instance(InstanceDef::Instantiate { .. }) => Some(Kind::Child),
        Definition::Start(start) if start.results == 0 => Some(Kind::Start),
        _ => None,
    }
}

/// Whether, of two definitions in a row, the second is executed first. `core` and `children` are how many core and component
/// instances there are before them: what the second may not need of the first.
pub(crate) fn swaps(first: &Definition, second: &Definition, core: u32, children: u32) -> bool {
    let is_needed = match second {
        Definition::CoreInstance(CoreInstanceDef::Instantiate { args, .. }) => args.iter().any(|(_, at)| *at == core),
        Definition::Instance(InstanceDef::Instantiate { args, .. }) => {
            args.iter().any(|(_, item)| item.sort == Sort::Instance && item.index == children)
        }
        _ => false,
    };
    let (Some(first), Some(second)) = (kind(first), kind(second)) else { return false };
    use Kind::*;
    let mutant = match (first, second) {
        (Core, Core) => Mutant::SwapCoreCore,
        (Core, Child) => Mutant::SwapCoreChild,
        (Child, Core) => Mutant::SwapChildCore,
        (Child, Child) => Mutant::SwapChildChild,
        (Core, Start) => Mutant::SwapCoreStart,
        (Start, Core) => Mutant::SwapStartCore,
        (Child, Start) => Mutant::SwapChildStart,
        (Start, Child) => Mutant::SwapStartChild,
        (Start, Start) => Mutant::SwapStartStart,
    };
    on(mutant) && !(first == second && is_needed)
}

/// What a component that fails takes back.
pub(crate) fn take_back(store: &Store) -> Option<Before> {
    on(Mutant::ComponentRollback).then(|| before(store))
}

/// The end of a component that failed.
pub(crate) fn component_end(store: &mut Store, before: Option<Before>, error: ComponentError) -> ComponentError {
    if let Some(before) = before {
        restore(store, before);
    }
    match error {
        ComponentError::Fault { fault: Fault::Trap(_), .. } if on(Mutant::ComponentTrapUnlinkable) => {
            LinkError::Count { expected: 0, actual: 0 }.into()
        }
        ComponentError::Fault { at, phase, fault: Fault::Trap(_) } if on(Mutant::ComponentTrapRenamed) => {
            ComponentError::Fault { at, phase, fault: Fault::Trap(TrapCode::Unreachable.into()) }
        }
        error => error,
    }
}

/// The end of a start definition without results.
pub(crate) fn component_start_end(end: Result<(), ComponentError>) -> Result<(), ComponentError> {
    match end {
        Err(ComponentError::Fault { fault: Fault::Trap(_), .. }) if on(Mutant::ComponentStartTrapIgnored) => Ok(()),
        end => end,
    }
}
