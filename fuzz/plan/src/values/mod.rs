//! Plans of values that cross the boundary of a component: one type, one value of it, and every way that it can go.
//!
//! The component has a core instance with a memory in which the value stands as the canonical ABI wants it, and one that
//! works with it. In order:
//!
//! 1. the start function of the second core instance gives the value to `show`, a function of the host, flat if it can be;
//! 2. a start definition calls `make`, which returns the value; another gives it to `take`, and one more does that with
//!    an [`Import`];
//! 3. a value definition holds a list of the value, which a third start definition gives to `echo`; what comes back is
//!    exported;
//! 4. the host calls `echo` with the same list, which it has read from text.
//!
//! A [`Flaw`] is something that is wrong in what `make` returns.
//!
//! Or the value goes [`Across`], from one component to another.
//!
//! ```
//! use preflight_plan::values::{Ty, ValuePlan};
//! let plan = ValuePlan { ty: Ty::List(Box::new(Ty::String)), ..ValuePlan::default() }.normalise();
//! assert_eq!(plan.expected().len(), 2, "the instantiation and a call");
//! assert!(plan.to_wasm().starts_with(b"\0asm"));
//! ```

mod abi;
mod across;
mod encode;
mod generate;
mod host;
mod memory;
mod predict;
mod types;

pub use across::{Across, Fault, Misdeed};

use preflight_engine::trace::Value;
use serde::{Deserialize, Serialize};

/// A type, a value, and how it goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ValuePlan {
    /// The type.
    pub ty: Ty,
    /// Which value of the type; 0 is the least.
    pub seed: u64,
    /// The encoding of strings.
    #[serde(skip_serializing_if = "is_default")]
    pub encoding: Encoding,
    /// Whether the memory has 64-bit addresses.
    #[serde(skip_serializing_if = "is_default")]
    pub is_64: bool,
    /// What is wrong.
    #[serde(skip_serializing_if = "is_default")]
    pub flaw: Option<Flaw>,
    /// A value of the type that the component imports.
    #[serde(skip_serializing_if = "is_default")]
    pub import: Option<Import>,
    /// Where else the value goes.
    #[serde(skip_serializing_if = "is_default")]
    pub across: Option<Across>,
}

/// What is not said is the default: so what is smaller is shorter.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What becomes of the import of a value. Nothing else happens where it does not match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Import {
    /// The host gives one that it has read from text.
    Given,
    /// Nobody gives any, and there are stubs: the least.
    Stub,
    /// Nobody gives any.
    Missing,
    /// The host gives one of another type.
    OfAnotherType,
}

/// A type of values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the documents' own words")]
pub enum Ty {
    #[default]
    Bool,
    U8,
    S8,
    U16,
    S16,
    U32,
    S32,
    U64,
    S64,
    F32,
    F64,
    Char,
    String,
    List(Box<Ty>),
    /// So many elements.
    FixedList(Box<Ty>, u8),
    /// From keys to values.
    Map(Box<Ty>, Box<Ty>),
    Tuple(Vec<Ty>),
    /// The fields are called `f0`, `f1` and so on.
    Record(Vec<Ty>),
    /// The cases are called `c0`, `c1` and so on.
    Variant(Vec<Option<Ty>>),
    /// So many cases, called likewise.
    Enum(u8),
    Option(Box<Ty>),
    Result(Option<Box<Ty>>, Option<Box<Ty>>),
    /// So many labels, called `b0`, `b1` and so on.
    Flags(u8),
}

/// An encoding of strings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are the documents' own words")]
pub enum Encoding {
    #[default]
    Utf8,
    Utf16,
    CompactUtf16,
}

/// What is wrong in what `make` returns or in what goes across; nothing, if the type has no such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Flaw {
    /// The address of what it returns is beyond the end of the memory.
    Bounds,
    /// That address is not aligned.
    Align,
    /// A variant has a case that there is not.
    Case,
    /// A `char` is a surrogate.
    Char,
    /// A string is not of its encoding.
    String,
    /// A list is longer than the memory.
    Length,
    /// The function traps.
    Trap,
}

/// What a plan holds at most.
mod most {
    pub const DEPTH: usize = 4;
    pub const FIELDS: usize = 18;
    /// Labels of flags, and cases of an enumeration.
    pub const LABELS: u8 = 32;
    /// Elements of a list of a fixed length.
    pub const ELEMENTS: u8 = 4;
    /// Types in one another and beside one another.
    pub const TYPES: usize = 40;
}

impl ValuePlan {
    /// The normal plan that this one stands for: nothing is too large, and nothing is wrong that cannot be.
    pub fn normalise(&self) -> ValuePlan {
        let mut left = most::TYPES;
        let ty = normal(&self.ty, most::DEPTH, &mut left);
        let across = self.across.as_ref().map(|across| across.with_normal_types(&mut left));
        let plan = ValuePlan { ty, flaw: None, across, ..self.clone() };
        let flaw = self.flaw.filter(|flaw| match &plan.across {
            None => can_have(&plan.ty, plan.width(), *flaw, 1),
            Some(across) => across.can_have_flaw(&plan, *flaw),
        });
        let has_fault = |across: &Across, fault| flaw.is_none() && across.can_have_fault(&plan, fault);
        let across = plan.across.as_ref().map(|across| {
            let fault = across.fault.filter(|fault| has_fault(across, *fault));
            Across { fault, ..across.clone() }
        });
        let import = self.import.filter(|_| across.is_none());
        ValuePlan { flaw, import, across, ..plan.clone() }
    }

    /// The value.
    pub fn value(&self) -> Value {
        abi::value(&self.ty, &mut abi::Noise(self.seed))
    }

    /// The value that is imported.
    pub fn imported(&self) -> Option<Value> {
        match self.import? {
            Import::Given => Some(abi::value(&self.ty, &mut abi::Noise(self.seed.rotate_left(32)))),
            Import::Stub => Some(abi::least(&self.ty)),
            Import::Missing | Import::OfAnotherType => None,
        }
    }

    /// That value as text in the syntax of WAVE.
    pub fn wave_imported(&self) -> Option<String> {
        self.imported().map(|value| abi::wave(&value))
    }

    /// Whether nothing happens, because there is no value to import.
    pub fn is_unlinkable(&self) -> bool {
        matches!(self.import, Some(Import::Missing | Import::OfAnotherType))
    }

    /// The value as text in the syntax of WAVE, in a list: what the host reads for `echo`.
    pub fn wave(&self) -> String {
        abi::wave(&Value::List(vec![self.value()]))
    }
}

/// Whether a value of the type can have the flaw if it goes by its address when it has more than `most_flat` core types.
fn can_have(ty: &Ty, width: abi::Width, flaw: Flaw, most_flat: usize) -> bool {
    let is_indirect = abi::flatten(ty, width).len() > most_flat;
    match flaw {
        Flaw::Bounds => is_indirect && abi::layout(ty, width).0 > 0,
        Flaw::Align => is_indirect && abi::layout(ty, width).1 > 1,
        Flaw::Case => matches!(ty, Ty::Variant(_) | Ty::Enum(_) | Ty::Option(_) | Ty::Result(..)),
        Flaw::Char => *ty == Ty::Char,
        Flaw::String => *ty == Ty::String,
        Flaw::Length => matches!(ty, Ty::List(_) | Ty::Map(..) | Ty::String),
        Flaw::Trap => true,
    }
}

/// What can be the key of a map.
fn normal_key(ty: &Ty) -> Ty {
    match ty {
        Ty::Bool | Ty::Char | Ty::String | Ty::U8 | Ty::S8 | Ty::U16 | Ty::S16 => ty.clone(),
        Ty::U32 | Ty::S32 | Ty::U64 | Ty::S64 => ty.clone(),
        _ => Ty::U32,
    }
}

/// How many types stand in one another and beside one another in a type, each element of a list of a fixed length for itself.
fn count(ty: &Ty) -> usize {
    let all = |types: &[Ty]| types.iter().map(count).sum::<usize>();
    1 + match ty {
        Ty::List(ty) | Ty::Option(ty) => count(ty),
        Ty::Map(key, of) => count(key) + count(of),
        Ty::FixedList(ty, len) => count(ty) * usize::from(*len),
        Ty::Result(ok, err) => [ok, err].into_iter().flatten().map(|ty| count(ty)).sum(),
        Ty::Tuple(types) | Ty::Record(types) => all(types),
        Ty::Variant(cases) => cases.iter().flatten().map(count).sum(),
        _ => 0,
    }
}

fn normal(ty: &Ty, depth: usize, left: &mut usize) -> Ty {
    *left = left.saturating_sub(1);
    let Some(inner) = depth.checked_sub(1).filter(|_| *left > 0) else {
        return match ty {
            Ty::List(_)
            | Ty::FixedList(..)
            | Ty::Map(..)
            | Ty::Tuple(_)
            | Ty::Record(_)
            | Ty::Variant(_)
            | Ty::Option(_)
            | Ty::Result(..) => Ty::U8,
            Ty::Enum(n) => Ty::Enum((*n).clamp(1, most::LABELS)),
            Ty::Flags(n) => Ty::Flags((*n).clamp(1, most::LABELS)),
            ty => ty.clone(),
        };
    };
    let mut one = |ty: &Ty| normal(ty, inner, left);
    match ty {
        Ty::List(ty) => Ty::List(Box::new(one(ty))),
        Ty::Option(ty) => Ty::Option(Box::new(one(ty))),
        Ty::Map(key, ty) => Ty::Map(Box::new(normal_key(key)), Box::new(one(ty))),
        Ty::FixedList(ty, len) => {
            let (ty, most) = (one(ty), usize::from(most::ELEMENTS));
            let each = count(&ty);
            // The first element is counted already.
            let len = usize::from(*len).clamp(1, most).min(1 + *left / each);
            *left -= each * (len - 1);
            Ty::FixedList(Box::new(ty), len as u8)
        }
        Ty::Result(ok, err) => {
            let mut side = |ty: &Option<Box<Ty>>| ty.as_ref().map(|ty| Box::new(one(ty)));
            Ty::Result(side(ok), side(err))
        }
        // None of these may be empty.
        Ty::Tuple(types) | Ty::Record(types) if types.is_empty() => Ty::U8,
        Ty::Variant(cases) if cases.is_empty() => Ty::U8,
        Ty::Tuple(types) => Ty::Tuple(types.iter().take(most::FIELDS).map(one).collect()),
        Ty::Record(types) => Ty::Record(types.iter().take(most::FIELDS).map(one).collect()),
        Ty::Variant(cases) => {
            Ty::Variant(cases.iter().take(most::FIELDS).map(|ty| ty.as_ref().map(&mut one)).collect())
        }
        Ty::Enum(n) => Ty::Enum((*n).clamp(1, most::LABELS)),
        Ty::Flags(n) => Ty::Flags((*n).clamp(1, most::LABELS)),
        ty => ty.clone(),
    }
}
