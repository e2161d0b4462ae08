//! Plans of a component's imports: what it declares of each, what it is given, and whether that matches.
//!
//! The component has nothing but imports: functions, instances, core modules, components, resource types and other types.
//! What is given comes from the host, or is exported by an instance of another component. A plan says what both sides are made
//! of; whether one matches the other is worked out from that.
//!
//! Hosts may have stubs made of what they do not give, except of core modules. Of the components that are stubs, and import nothing,
//! there are instances then.
//!
//! ```
//! use preflight_plan::imports::{Import, ImportPlan, Item, Shape};
//! let wanted = Item::Module(Shape { exports: vec![Default::default()], ..Shape::default() });
//! let import = Import { wanted, given: Some(Item::Module(Shape::default())) };
//! let plan = ImportPlan { imports: vec![import], ..ImportPlan::default() }.normalise();
//! assert_eq!(plan.expected().outcome.to_string(), "unlinkable");
//! ```

mod around;
mod encode;
mod generate;
mod predict;

pub use encode::{Given, ImportWasm};

use serde::{Deserialize, Serialize};

/// The imports of a component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportPlan {
    /// Whether what is given are the exports of another component's instance: then there is one import, that instance.
    pub is_exported: bool,
    /// The imports, or the exports of the instance that is imported.
    pub imports: Vec<Import>,
    /// Whether there are stubs of what is not given.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stubs: bool,
}

/// An import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Import {
    /// What is declared.
    pub wanted: Item,
    /// What is given, if anything is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given: Option<Item>,
}

/// What can be imported. Parts have their places for names.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Item {
    /// A function.
    Func(Func),
    /// An instance with these exports.
    Instance(Vec<Item>),
    /// A core module.
    Module(Shape),
    /// A component.
    Component(Interface),
    /// A resource type.
    Resource,
    /// A list of this: declared, it is the only type that matches.
    Type(Prim),
    /// The type of a function, an instance or a component, in place of one: declared, it is the only type that matches.
    TypeOf(Box<Item>),
}

impl Default for Item {
    fn default() -> Self {
        Item::Func(Func::default())
    }
}

/// The type of a function.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Func {
    /// The parameters, whose names are their places.
    pub params: Vec<Prim>,
    /// The result.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<Prim>,
}

/// A primitive type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are words of the specification")]
pub enum Prim {
    Bool,
    U8,
    #[default]
    U32,
    U64,
    F32,
    Char,
    String,
}

/// The imports and exports of a core module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Shape {
    /// What it imports.
    pub imports: Vec<Core>,
    /// What it exports.
    pub exports: Vec<Core>,
}

/// What a core module imports or exports.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Core {
    /// A function with these parameters and results.
    Func(Vec<Num>, Vec<Num>),
    /// A table of functions.
    Table(Limits),
    /// A memory; whether it is shared.
    Memory(Limits, bool),
    /// A global; whether it can change.
    Global(Num, bool),
    /// A tag with these parameters.
    Tag(Vec<Num>),
}

impl Default for Core {
    fn default() -> Self {
        Core::Func(Vec::new(), Vec::new())
    }
}

/// A number type.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the variants are words of the specification")]
pub enum Num {
    #[default]
    I32,
    I64,
    F64,
}

/// The sizes of a table or a memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// The least.
    pub min: u8,
    /// The greatest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u8>,
}

/// The imports and exports of a component.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Interface {
    /// What it imports.
    pub imports: Vec<Item>,
    /// What it exports.
    pub exports: Vec<Item>,
}

/// What a plan holds at most.
mod most {
    pub const IMPORTS: usize = 3;
    pub const PARTS: usize = 3;
    pub const LEVELS: usize = 3;
}

impl ImportPlan {
    /// The normal plan that this one stands for: nothing is too large or too deep, and a host gives no types, which
    /// it need not do.
    pub fn normalise(&self) -> ImportPlan {
        let import = |import: &Import| {
            let wanted = top(&import.wanted);
            let given = import.given.as_ref().map(top);
            let given = match (&wanted, given) {
                (_, Some(Item::Type(_) | Item::TypeOf(_))) if !self.is_exported => None,
                (ty @ (Item::Type(_) | Item::TypeOf(_)), None) if self.is_exported => Some(ty.clone()),
                (_, given) => given,
            };
            Import { wanted, given }
        };
        let imports = self.imports.iter().take(most::IMPORTS).map(import).collect();
        ImportPlan { is_exported: self.is_exported, imports, stubs: self.stubs }
    }

    /// How many instances of stubs there are, if everything matches.
    pub fn instances_of_stubs(&self) -> usize {
        self.instantiated().count()
    }

    /// Which imports are stubs of components that are instantiated: of those that import nothing, and export what has stubs.
    fn instantiated(&self) -> impl Iterator<Item = usize> {
        let is_stub = |import: &Import| match &import.wanted {
            Item::Component(Interface { imports, exports }) => {
                import.given.is_none() && imports.is_empty() && exports.iter().all(predict::has_stub)
            }
            _ => false,
        };
        let all = self.imports.iter().enumerate().filter(|_| self.stubs && !self.is_exported);
        all.filter(move |(_, import)| is_stub(import)).map(|(i, _)| i)
    }
}

/// Types with a bound stand at the top, where it is settled who has to give them, and in components.
fn top(item: &Item) -> Item {
    match item {
        Item::Type(_) => item.clone(),
        Item::TypeOf(_) => normal(item, most::LEVELS, true),
        item => normal(item, most::LEVELS, false),
    }
}

/// The normal form of what stands in a component (or in its type), where everything that is declared has to be given, or
/// of what stands elsewhere: of that, a host need give neither types nor instances without exports.
fn normal(item: &Item, levels: usize, in_component: bool) -> Item {
    let Some(levels) = levels.checked_sub(1) else { return Item::default() };
    let all = |items: &[Item], in_component| -> Vec<Item> {
        items.iter().take(most::PARTS).map(|item| normal(item, levels, in_component)).collect()
    };
    match item {
        Item::Func(func) => {
            let params = func.params.iter().take(most::PARTS).copied().collect();
            Item::Func(Func { params, result: func.result })
        }
        Item::Instance(items) if items.is_empty() && !in_component => Item::Instance(vec![Item::default()]),
        Item::Instance(items) => Item::Instance(all(items, in_component)),
        Item::Module(shape) => {
            let all = |items: &[Core]| items.iter().take(most::PARTS).map(normal_core).collect();
            Item::Module(Shape { imports: all(&shape.imports), exports: all(&shape.exports) })
        }
        Item::Component(Interface { imports, exports }) => {
            Item::Component(Interface { imports: all(imports, true), exports: all(exports, true) })
        }
        Item::Resource => Item::Resource,
        Item::Type(_) if in_component => item.clone(),
        // Nobody gives what stands in a type.
        Item::TypeOf(of) if in_component => Item::TypeOf(Box::new(match normal(of, levels, true) {
            of @ (Item::Func(_) | Item::Instance(_) | Item::Component(_)) => of,
            _ => Item::default(),
        })),
        Item::Type(_) | Item::TypeOf(_) => Item::default(),
    }
}

fn normal_core(core: &Core) -> Core {
    let few = |types: &[Num]| types.iter().take(most::PARTS).copied().collect::<Vec<_>>();
    let limits = |limits: &Limits| Limits { min: limits.min % 8, max: limits.max.map(|max| max.max(limits.min % 8)) };
    match core {
        Core::Func(params, results) => Core::Func(few(params), few(results)),
        Core::Table(of) => Core::Table(limits(of)),
        // What is shared has a greatest size.
        Core::Memory(of, true) => {
            let of = limits(of);
            Core::Memory(Limits { max: of.max.or(Some(of.min)), ..of }, true)
        }
        Core::Memory(of, false) => Core::Memory(limits(of), false),
        Core::Global(ty, is_mutable) => Core::Global(*ty, *is_mutable),
        Core::Tag(params) => Core::Tag(few(params)),
    }
}
