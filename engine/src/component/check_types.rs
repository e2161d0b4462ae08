//! Rules of single types and names that [`super::check`] asks for.

use super::{
    syntax::{DefValType, Name, TypeDef},
    types::{Kind, ValType},
};

/// What the check says of what it refuses.
pub(super) type Checked<T> = Result<T, String>;

/// `elem_size(t, i64)` of every type is below this.
const MAX_VALUE_SIZE: u64 = 1 << 28;

/// What wasmparser does not ask of a value type whose parts are valid.
pub(super) fn check_value_type(ty: &ValType) -> Checked<()> {
    if ty.elem_size(1) >= MAX_VALUE_SIZE {
        return Err(format!("the type {ty} exceeds maximum byte size"));
    }
    let ValType::Compound(compound) = ty else { return Ok(()) };
    match &compound.kind {
        Kind::Stream(Some(element)) | Kind::Future(Some(element)) if element.has_borrow() => {
            Err(format!("the elements of {ty} contain a borrowed handle"))
        }
        Kind::Map(key, _) if !key.is_key() => Err(format!("{key} is no type of the keys of a map")),
        _ => Ok(()),
    }
}

/// Types match if they are equal or one is not known.
pub(super) fn same_type(
    given: &Option<ValType>,
    declared: &Option<ValType>,
    what: impl FnOnce() -> String,
) -> Checked<()> {
    match (given, declared) {
        (Some(given), Some(declared)) if given != declared => {
            Err(format!("type mismatch of {}: expected {declared}, found {given}", what()))
        }
        _ => Ok(()),
    }
}

/// Whether more has to be known of a value type's parts than that they are valid; see [`check_value_type`].
pub(super) fn depends_on_parts(def: &TypeDef) -> bool {
    use DefValType as D;
    match def {
        TypeDef::Value(def) => match def {
            D::Primitive(_) | D::List(_) | D::Flags(_) | D::Enum(_) | D::Own(_) | D::Borrow(_) => false,
            D::Record(_) | D::Variant(_) | D::FixedList(..) | D::Map(..) | D::Tuple(_) => true,
            D::Option(_) | D::Result(..) | D::Stream(_) | D::Future(_) => true,
        },
        _ => false,
    }
}

/// Whether labels could be equal but for their case.
pub(super) fn has_acronyms(def: &TypeDef) -> bool {
    let is_upper = |label: &Name| label.bytes().any(|byte| byte.is_ascii_uppercase());
    match def {
        TypeDef::Func(def) => def.params.iter().any(|(label, _)| is_upper(label)),
        TypeDef::Value(DefValType::Record(fields)) => fields.iter().any(|(label, _)| is_upper(label)),
        TypeDef::Value(DefValType::Variant(cases)) => cases.iter().any(|(label, _)| is_upper(label)),
        TypeDef::Value(DefValType::Flags(labels) | DefValType::Enum(labels)) => labels.iter().any(is_upper),
        _ => false,
    }
}
