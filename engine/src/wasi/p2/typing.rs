//! Types of the interfaces as types of Rust: what a function is declared with here is at once its component type, which an
//! import has to match, and how its arguments and results are converted. So a declaration cannot say one thing and the
//! code do another.

use super::table::Rep;
use crate::{
    component::{ComponentVal, ComponentValType, ResourceId, ResourceVal},
    error::Fault,
};
use std::{any::TypeId, cell::RefCell, collections::HashMap, marker::PhantomData};

/// A resource type of the interfaces: what a handle of it stands for.
pub(super) trait Resource: 'static {
    /// Its name, as its interface defines it.
    const NAME: &'static str;

    /// Whether it can be dropped now; what others still need may not, which traps.
    fn may_drop(&self) -> bool {
        true
    }
}

/// Resource types that can always be dropped, with their names.
macro_rules! resources {
    ($($ty:ident = $name:literal,)*) => {
        $(impl $crate::wasi::p2::typing::Resource for $ty {
            const NAME: &'static str = $name;
        })*
    };
}
pub(super) use resources;

/// The store's resource types, by what they stand for, and the types that are made of parts.
#[derive(Default)]
pub(super) struct Ids {
    resources: HashMap<TypeId, ResourceId>,
    defined: RefCell<HashMap<TypeId, ComponentValType>>,
}

impl Ids {
    pub fn insert<T: Resource>(&mut self, id: ResourceId) {
        self.resources.insert(TypeId::of::<T>(), id);
    }

    /// The type of `T`, which is registered before anything is declared with it.
    pub fn of<T: Resource>(&self) -> ResourceId {
        self.resources[&TypeId::of::<T>()]
    }

    /// The type that `T` defines, put together once: many functions have the same error code.
    pub fn once<T: 'static>(&self, define: impl FnOnce() -> ComponentValType) -> ComponentValType {
        let id = TypeId::of::<T>();
        if let Some(ty) = self.defined.borrow().get(&id) {
            return ty.clone();
        }
        let ty = define();
        self.defined.borrow_mut().insert(id, ty.clone());
        ty
    }
}

/// A value type.
pub(super) trait Type: Sized {
    /// The component type.
    fn ty(ids: &Ids) -> ComponentValType;
    /// From a value of that type; `None` for any other value.
    fn lift(val: &ComponentVal) -> Option<Self>;
    /// To a value of that type.
    fn lower(self, ids: &Ids) -> ComponentVal;
}

/// A value type or nothing: what a function or a `result` may have.
pub(super) trait Payload: Sized {
    /// The component type, if there is one.
    fn ty(ids: &Ids) -> Option<ComponentValType>;
    /// From a value.
    fn lift(val: Option<&ComponentVal>) -> Option<Self>;
    /// To a value.
    fn lower(self, ids: &Ids) -> Option<ComponentVal>;
}

impl<T: Type> Payload for T {
    fn ty(ids: &Ids) -> Option<ComponentValType> {
        Some(T::ty(ids))
    }

    fn lift(val: Option<&ComponentVal>) -> Option<Self> {
        T::lift(val?)
    }

    fn lower(self, ids: &Ids) -> Option<ComponentVal> {
        Some(self.lower(ids))
    }
}

impl Payload for () {
    fn ty(_: &Ids) -> Option<ComponentValType> {
        None
    }

    fn lift(val: Option<&ComponentVal>) -> Option<Self> {
        val.is_none().then_some(())
    }

    fn lower(self, _: &Ids) -> Option<ComponentVal> {
        None
    }
}

/// An owned handle.
pub(super) struct Own<T>(pub Rep, PhantomData<T>);

/// A borrowed handle.
pub(super) struct Borrow<T>(pub Rep, PhantomData<T>);

impl<T> Own<T> {
    pub fn new(rep: Rep) -> Self {
        Own(rep, PhantomData)
    }
}

impl<T> Clone for Borrow<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Borrow<T> {}

impl<T: Resource> Type for Own<T> {
    fn ty(ids: &Ids) -> ComponentValType {
        ComponentValType::Own(ids.of::<T>())
    }

    fn lift(val: &ComponentVal) -> Option<Self> {
        if let ComponentVal::Own(val) = val { Some(Own::new(val.rep)) } else { None }
    }

    fn lower(self, ids: &Ids) -> ComponentVal {
        ComponentVal::Own(ResourceVal { ty: ids.of::<T>(), rep: self.0 })
    }
}

impl<T: Resource> Type for Borrow<T> {
    fn ty(ids: &Ids) -> ComponentValType {
        ComponentValType::Borrow(ids.of::<T>())
    }

    fn lift(val: &ComponentVal) -> Option<Self> {
        match val {
            ComponentVal::Borrow(val) | ComponentVal::Own(val) => Some(Borrow(val.rep, PhantomData)),
            _ => None,
        }
    }

    fn lower(self, ids: &Ids) -> ComponentVal {
        ComponentVal::Borrow(ResourceVal { ty: ids.of::<T>(), rep: self.0 })
    }
}

/// The primitive types that Rust has too.
macro_rules! primitive {
    ($($ty:ty: $case:ident,)*) => {$(
        impl Type for $ty {
            fn ty(_: &Ids) -> ComponentValType {
                ComponentValType::$case
            }

            fn lift(val: &ComponentVal) -> Option<Self> {
                if let ComponentVal::$case(val) = val { Some(*val) } else { None }
            }

            fn lower(self, _: &Ids) -> ComponentVal {
                ComponentVal::$case(self)
            }
        }
    )*};
}

primitive! { bool: Bool, u8: U8, u16: U16, u32: U32, u64: U64, i32: S32, }

impl Type for String {
    fn ty(_: &Ids) -> ComponentValType {
        ComponentValType::String
    }

    fn lift(val: &ComponentVal) -> Option<Self> {
        if let ComponentVal::String(text) = val { Some(text.as_str().to_owned()) } else { None }
    }

    fn lower(self, _: &Ids) -> ComponentVal {
        ComponentVal::String(self.into())
    }
}

impl<T: Type> Type for Vec<T> {
    fn ty(ids: &Ids) -> ComponentValType {
        ComponentValType::list(T::ty(ids))
    }

    fn lift(val: &ComponentVal) -> Option<Self> {
        if let ComponentVal::List(vals) = val { vals.iter().map(T::lift).collect() } else { None }
    }

    fn lower(self, ids: &Ids) -> ComponentVal {
        ComponentVal::List(self.into_iter().map(|val| val.lower(ids)).collect())
    }
}

impl<T: Type> Type for Option<T> {
    fn ty(ids: &Ids) -> ComponentValType {
        ComponentValType::option(T::ty(ids))
    }

    fn lift(val: &ComponentVal) -> Option<Self> {
        match val {
            ComponentVal::Option(None) => Some(None),
            ComponentVal::Option(Some(val)) => T::lift(val).map(Some),
            _ => None,
        }
    }

    fn lower(self, ids: &Ids) -> ComponentVal {
        ComponentVal::Option(self.map(|val| Box::new(val.lower(ids))))
    }
}

impl<T: Payload, E: Payload> Type for Result<T, E> {
    fn ty(ids: &Ids) -> ComponentValType {
        ComponentValType::result(T::ty(ids), E::ty(ids))
    }

    fn lift(val: &ComponentVal) -> Option<Self> {
        match val {
            ComponentVal::Result(Ok(val)) => T::lift(val.as_deref()).map(Ok),
            ComponentVal::Result(Err(val)) => E::lift(val.as_deref()).map(Err),
            _ => None,
        }
    }

    fn lower(self, ids: &Ids) -> ComponentVal {
        ComponentVal::Result(match self {
            Ok(val) => Ok(val.lower(ids).map(Box::new)),
            Err(val) => Err(val.lower(ids).map(Box::new)),
        })
    }
}

/// The parameters of a function: a tuple of types.
pub(super) trait Params: Sized {
    /// How many, and their types.
    fn types(ids: &Ids) -> Vec<ComponentValType>;
    /// From the arguments.
    fn lift(vals: &[ComponentVal]) -> Option<Self>;
}

/// Tuples, as parameters and (two or more) as values.
macro_rules! tuple {
    (params $($ty:ident)*) => {
        impl<$($ty: Type),*> Params for ($($ty,)*) {
            fn types(_ids: &Ids) -> Vec<ComponentValType> {
                vec![$($ty::ty(_ids)),*]
            }

            #[allow(non_snake_case, reason = "the names are those of the types")]
            fn lift(vals: &[ComponentVal]) -> Option<Self> {
                let [$($ty),*] = vals else { return None };
                Some(($($ty::lift($ty)?,)*))
            }
        }
    };
    ($($ty:ident)*) => {
        tuple!(params $($ty)*);

        impl<$($ty: Type),*> Type for ($($ty,)*) {
            fn ty(ids: &Ids) -> ComponentValType {
                ComponentValType::tuple([$($ty::ty(ids)),*])
            }

            fn lift(val: &ComponentVal) -> Option<Self> {
                if let ComponentVal::Tuple(vals) = val { Params::lift(vals) } else { None }
            }

            #[allow(non_snake_case, reason = "the names are those of the types")]
            fn lower(self, ids: &Ids) -> ComponentVal {
                let ($($ty,)*) = self;
                ComponentVal::Tuple(vec![$($ty.lower(ids)),*])
            }
        }
    };
}

tuple!(params);
tuple!(params A);
tuple!(A B);
tuple!(A B C);
tuple!(A B C D);
tuple!(params A B C D E);
tuple!(A B C D E F G H);

/// A record: each field with its label.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($field:ident $label:literal: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub(in crate::wasi::p2) struct $name {
            $(pub $field: $ty,)*
        }

        impl $crate::wasi::p2::typing::Type for $name {
            fn ty(ids: &$crate::wasi::p2::typing::Ids) -> $crate::component::ComponentValType {
                ids.once::<Self>(|| $crate::component::ComponentValType::record([$(
                    ($label, <$ty as $crate::wasi::p2::typing::Type>::ty(ids)),
                )*]))
            }

            fn lift(val: &$crate::component::ComponentVal) -> Option<Self> {
                let $crate::component::ComponentVal::Record(fields) = val else { return None };
                let mut vals = fields.iter().map(|(_, val)| val);
                Some($name { $($field: <$ty as $crate::wasi::p2::typing::Type>::lift(vals.next()?)?,)* })
            }

            fn lower(self, ids: &$crate::wasi::p2::typing::Ids) -> $crate::component::ComponentVal {
                $crate::component::ComponentVal::Record(vec![$(
                    ($label.into(), $crate::wasi::p2::typing::Type::lower(self.$field, ids)),
                )*])
            }
        }
    };
}

/// An enumeration: each case with its label.
macro_rules! enumeration {
    ($(#[$doc:meta])* $name:ident { $($case:ident $label:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[allow(dead_code, reason = "the interface has more cases than this host has a use for")]
        pub(in crate::wasi::p2) enum $name {
            $($case,)*
        }

        impl $crate::wasi::p2::typing::Type for $name {
            fn ty(ids: &$crate::wasi::p2::typing::Ids) -> $crate::component::ComponentValType {
                ids.once::<Self>(|| $crate::component::ComponentValType::enumeration([$($label),*]))
            }

            fn lift(val: &$crate::component::ComponentVal) -> Option<Self> {
                let $crate::component::ComponentVal::Enum(label) = val else { return None };
                match &**label {
                    $($label => Some($name::$case),)*
                    _ => None,
                }
            }

            fn lower(self, _: &$crate::wasi::p2::typing::Ids) -> $crate::component::ComponentVal {
                $crate::component::ComponentVal::Enum(match self { $($name::$case => $label,)* }.into())
            }
        }
    };
}

/// Flags: each with its label.
macro_rules! flags {
    ($(#[$doc:meta])* $name:ident { $($field:ident $label:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub(in crate::wasi::p2) struct $name {
            $(pub $field: bool,)*
        }

        impl $crate::wasi::p2::typing::Type for $name {
            fn ty(ids: &$crate::wasi::p2::typing::Ids) -> $crate::component::ComponentValType {
                ids.once::<Self>(|| $crate::component::ComponentValType::flags([$($label),*]))
            }

            fn lift(val: &$crate::component::ComponentVal) -> Option<Self> {
                let $crate::component::ComponentVal::Flags(set) = val else { return None };
                let has = |label: &str| set.iter().any(|other| &**other == label);
                Some($name { $($field: has($label),)* })
            }

            fn lower(self, _: &$crate::wasi::p2::typing::Ids) -> $crate::component::ComponentVal {
                let all = [$((self.$field, $label)),*];
                let set = all.into_iter().filter(|(is_set, _)| *is_set).map(|(_, label)| label.into());
                $crate::component::ComponentVal::Flags(set.collect())
            }
        }
    };
}

/// A variant: each case with its label and the type of its payload, `()` for none.
macro_rules! variant {
    ($(#[$doc:meta])* $vis:vis $name:ident { $($case:ident($ty:ty) $label:literal,)* }) => {
        $(#[$doc])*
        #[allow(dead_code, reason = "the interface has more cases than this host has a use for")]
        $vis enum $name {
            $($case($ty),)*
        }

        impl $crate::wasi::p2::typing::Type for $name {
            fn ty(ids: &$crate::wasi::p2::typing::Ids) -> $crate::component::ComponentValType {
                ids.once::<Self>(|| $crate::component::ComponentValType::variant([$(
                    ($label, <$ty as $crate::wasi::p2::typing::Payload>::ty(ids)),
                )*]))
            }

            fn lift(val: &$crate::component::ComponentVal) -> Option<Self> {
                let $crate::component::ComponentVal::Variant(label, val) = val else { return None };
                match &**label {
                    $($label => <$ty as $crate::wasi::p2::typing::Payload>::lift(val.as_deref()).map($name::$case),)*
                    _ => None,
                }
            }

            fn lower(self, ids: &$crate::wasi::p2::typing::Ids) -> $crate::component::ComponentVal {
                let (label, val) = match self {
                    $($name::$case(val) => ($label, $crate::wasi::p2::typing::Payload::lower(val, ids)),)*
                };
                $crate::component::ComponentVal::Variant(label.into(), val.map(Box::new))
            }
        }
    };
}

pub(super) use {enumeration, flags, record, variant};

/// What the engine has checked already: an argument that is not of the declared type.
pub(super) fn mistyped(name: &str) -> Fault {
    Fault::Usage(format!("arguments of {name:?} are not of its type"))
}
