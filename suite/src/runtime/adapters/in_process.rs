//! What the adapters of runtimes in this process share: numbers of one form and another, what is given to imports, and
//! identifiers.

use crate::runtime::{End, HostFunc, Import, InstanceId, Item};

/// Keeps an item under the next number.
pub(super) fn keep<T>(list: &mut Vec<T>, item: T) -> u32 {
    list.push(item);
    list.len() as u32 - 1
}

/// The item of this number.
///
/// # Errors
/// There is none.
pub(super) fn kept<'l, T>(list: &'l [T], number: u32, what: &str) -> Result<&'l T, End> {
    list.get(number as usize).ok_or_else(|| End::no_such(what, number))
}

/// What becomes of an error while a module or a component is made: what a runtime has no means for it says so, each in some of
/// these words.
pub(super) fn refused(text: String) -> End {
    if tells_of_a_lack(&text) { End::Unsupported(text) } else { End::Rejected(text) }
}

/// Whether a runtime says that it has no means for something.
pub(super) fn tells_of_a_lack(text: &str) -> bool {
    let lacks = ["not enabled", "not supported", "unsupported", "not implemented", "not yet implemented"];
    lacks.iter().any(|words| text.to_lowercase().contains(words))
}

/// A runtime that gives exports of its instances, and functions of the host, to imports.
pub(super) trait Linking {
    /// What can be exported and imported.
    type Extern;

    /// An export.
    ///
    /// # Errors
    /// There is none of this name.
    fn export(&mut self, instance: InstanceId, export: &str) -> Result<Self::Extern, End>;

    /// A function that records its calls.
    fn host_func(&mut self, func: &HostFunc) -> Self::Extern;

    /// What there is for each import, behind its two names. An import of something that no instance exports is missing.
    fn given<'i>(&mut self, imports: &'i [Import]) -> Vec<(&'i str, &'i str, Self::Extern)> {
        let mut given = Vec::new();
        for Import { module, name, item } in imports {
            let item = match item {
                Item::Host(func) => Some(self.host_func(func)),
                Item::Export(instance, export) => self.export(*instance, export).ok(),
                // Only those have functions of the host that act for which `acting` is used.
                Item::Acting(_) | Item::Registered(..) => None,
            };
            given.extend(item.map(|item| (&**module, &**name, item)));
        }
        given
    }
}

/// An export of this kind, or the end of the method.
macro_rules! exported {
    ($runtime:expr, $instance:expr, $export:expr, $($kind:ident)::+) => {
        match $runtime.export($instance, $export)? {
            $($kind)::+(item) => item,
            _ => return Err(End::no_export($export)),
        }
    };
}

/// The numbers and vectors of a runtime whose values and types are enumerations with the specification's names: its type for
/// one of ours (`core_type`), its value for one of ours (`to_number`), and ours for one of its (`number`). Of floats and vectors
/// it is said how they are made of bits, and how the bits are had.
macro_rules! numbers {
    ($value:ident, $type:ident, f32: $f32:path, $f32_bits:path, f64: $f64:path, $f64_bits:path, v128: $v128:path, $v128_bits:path) => {
        fn core_type(ty: ValType) -> $type {
            match ty {
                ValType::I32 => $type::I32,
                ValType::I64 => $type::I64,
                ValType::F32 => $type::F32,
                ValType::F64 => $type::F64,
            }
        }

        fn to_number(value: &Value) -> $value {
            match value {
                Value::I64(v) => $value::I64(*v),
                Value::F32(bits) => $value::F32($f32(*bits)),
                Value::F64(bits) => $value::F64($f64(*bits)),
                Value::V128(bits) => $value::V128($v128(*bits)),
                Value::I32(v) => $value::I32(*v),
                // References are seen to before; component-level values never come here.
                _ => $value::I32(0),
            }
        }

        fn number(value: &$value) -> Value {
            match value {
                $value::I32(v) => Value::I32(*v),
                $value::I64(v) => Value::I64(*v),
                $value::F32(v) => Value::F32($f32_bits(*v)),
                $value::F64(v) => Value::F64($f64_bits(*v)),
                $value::V128(v) => Value::V128($v128_bits(*v)),
                // References that are not null are seen to before.
                _ => Value::Ref(RefValue::Null),
            }
        }
    };
}

/// The component-level values without parts of a runtime whose values and types are enumerations with the specification's names,
/// but perhaps for floats: as a trace has them (`show_scalar`), and out of their plain form (`read_scalar`); nothing of others.
macro_rules! scalars {
    ($value:ident, $type:ident, $float32:ident, $float64:ident) => {
        fn show_scalar(value: &$value) -> Option<Value> {
            Some(match value {
                $value::Bool(v) => Value::Bool(*v),
                $value::S8(v) => Value::S8(*v),
                $value::U8(v) => Value::U8(*v),
                $value::S16(v) => Value::S16(*v),
                $value::U16(v) => Value::U16(*v),
                $value::S32(v) => Value::S32(*v),
                $value::U32(v) => Value::U32(*v),
                $value::S64(v) => Value::S64(*v),
                $value::U64(v) => Value::U64(*v),
                $value::$float32(v) => Value::Float32(v.to_bits()),
                $value::$float64(v) => Value::Float64(v.to_bits()),
                $value::Char(v) => Value::Char(*v),
                $value::String(v) => Value::String(v.to_string()),
                _ => return None,
            })
        }

        fn read_scalar(plain: Plain<'_>, ty: &$type) -> Option<$value> {
            Some(match ty {
                $type::Bool => $value::Bool(plain.boolean()?),
                $type::S8 => $value::S8(plain.integer()?),
                $type::U8 => $value::U8(plain.integer()?),
                $type::S16 => $value::S16(plain.integer()?),
                $type::U16 => $value::U16(plain.integer()?),
                $type::S32 => $value::S32(plain.integer()?),
                $type::U32 => $value::U32(plain.integer()?),
                $type::S64 => $value::S64(plain.integer()?),
                $type::U64 => $value::U64(plain.integer()?),
                $type::$float32 => $value::$float32(plain.float()? as f32),
                $type::$float64 => $value::$float64(plain.float()?),
                $type::Char => $value::Char(plain.character()?),
                $type::String => $value::String(plain.text()?.into()),
                _ => return None,
            })
        }
    };
}

pub(super) use {exported, numbers, scalars};
