//! What functions of core modules do.

use super::Kinds;
use crate::plan::{Atomic, Content, Module, Object, ObjectStep, Step};

/// The kinds of proposals and of objects.
pub(super) const KINDS: &[&str] = &[
    "global: object",
    "object: made in a global",
    "object: kept",
    "object: made of data",
    "object: made of elements",
    "object: null",
    "object: converted outside and back",
    "object: test",
    "object: branch",
    "object: cast",
    "object: same",
    "object: get",
    "object: set",
    "object: length",
    "object: fill",
    "object: copy",
    "object: init",
    "atomic: load",
    "atomic: store",
    "atomic: read and write",
    "atomic: compare and exchange",
    "atomic: notify",
    "atomic: wait",
    "wide arithmetic",
];

/// What a module holds of [`KINDS`].
pub(super) fn objects(module: &Module, kinds: &mut Kinds) {
    for global in module.globals.iter().filter(|global| global.ty.content == Content::Object) {
        kinds.insert("global: object");
        let is_made = !matches!(global.object, Object::None | Object::I31(_) | Object::Outside(_) | Object::Global(_));
        kinds.extend(is_made.then_some("object: made in a global"));
        object(global.object, kinds);
    }
}

pub(super) fn atomic(op: Atomic) -> &'static str {
    match op {
        Atomic::Load => "atomic: load",
        Atomic::Store => "atomic: store",
        Atomic::CompareExchange => "atomic: compare and exchange",
        Atomic::Notify => "atomic: notify",
        Atomic::Wait => "atomic: wait",
        _ => "atomic: read and write",
    }
}

pub(super) fn operands(step: &Step, kinds: &mut Kinds) {
    let Step::Object(step) = step else { return };
    match *step {
        ObjectStep::Same { a, b } | ObjectStep::Copy { to: a, from: b, .. } => {
            object(a, kinds);
            object(b, kinds);
        }
        ObjectStep::Keep { object: of, .. }
        | ObjectStep::Test { of, .. }
        | ObjectStep::Branch { of, .. }
        | ObjectStep::Cast { of, .. }
        | ObjectStep::Get { of, .. }
        | ObjectStep::Set { of, .. }
        | ObjectStep::Len { of }
        | ObjectStep::Fill { of, .. }
        | ObjectStep::Init { of, .. } => object(of, kinds),
    }
}

fn object(object: Object, kinds: &mut Kinds) {
    kinds.extend(match object {
        Object::Data { .. } => Some("object: made of data"),
        Object::Elem { .. } => Some("object: made of elements"),
        Object::None => Some("object: null"),
        Object::Outside(_) => Some("object: converted outside and back"),
        _ => None,
    });
}

pub(super) fn object_step(step: &ObjectStep) -> &'static str {
    match step {
        ObjectStep::Keep { .. } => "object: kept",
        ObjectStep::Test { .. } => "object: test",
        ObjectStep::Branch { .. } => "object: branch",
        ObjectStep::Cast { .. } => "object: cast",
        ObjectStep::Same { .. } => "object: same",
        ObjectStep::Get { .. } => "object: get",
        ObjectStep::Set { .. } => "object: set",
        ObjectStep::Len { .. } => "object: length",
        ObjectStep::Fill { .. } => "object: fill",
        ObjectStep::Copy { .. } => "object: copy",
        ObjectStep::Init { .. } => "object: init",
    }
}
