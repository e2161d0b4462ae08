//! A component around that of a plan, in which a sibling takes the place of the host. So a plan's component does all it does
//! where nobody can be the host: in a script.

use wasm_encoder::{
    Alias, Component, ComponentAliasSection, ComponentExportKind, ComponentExportSection, ComponentInstanceSection,
    ComponentNameSection, ComponentSectionId, ComponentTypeRef, NameMap, RawSection,
};

/// What a component exports or is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are words of the specification")]
pub enum Kind {
    Func,
    Type,
    Value,
    Instance,
    Module,
    Component,
}

impl Kind {
    fn encoded(self) -> ComponentExportKind {
        match self {
            Kind::Func => ComponentExportKind::Func,
            Kind::Type => ComponentExportKind::Type,
            Kind::Value => ComponentExportKind::Value,
            Kind::Instance => ComponentExportKind::Instance,
            Kind::Module => ComponentExportKind::Module,
            Kind::Component => ComponentExportKind::Component,
        }
    }
}

/// A component whose instance gives a plan's component what it imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provider {
    /// The name under which its instance is given.
    pub name: String,
    /// The component.
    pub component: Vec<u8>,
    /// Those of its exports that are given one by one, for imports of the same names.
    pub gives: Vec<String>,
}

impl Provider {
    /// One of which the instance alone is given.
    pub fn of(name: &str, component: Vec<u8>) -> Provider {
        Provider { name: name.to_owned(), component, gives: Vec::new() }
    }
}

/// The instances in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Member {
    /// `$host`, which takes the place of the host.
    Host,
    /// `$plan`, an instance of the plan's component.
    Plan,
}

/// A component with two instances: `$host`, and `$plan`, which is given what the other one exports.
pub struct Around {
    pub(crate) out: Component,
    /// How many things there are of each [`Kind`].
    counts: [u32; 6],
    /// The index of `$plan`.
    plan: u32,
}

/// The index of `$host`.
const HOST: u32 = 0;

impl Around {
    /// The instances of the components `host` and `plan`; `given` are the exports of the first, under their names.
    pub fn new(host: &[u8], given: &[(String, Kind)], plan: &[u8]) -> Around {
        let mut around = Around { out: Component::new(), counts: [0; 6], plan: 0 };
        for data in [host, plan] {
            around.out.section(&RawSection { id: ComponentSectionId::Component.into(), data });
            around.next(Kind::Component);
        }
        around.instance(0, &[]);
        let mut args = Vec::new();
        for (name, kind) in given {
            args.push((name.as_str(), kind.encoded(), around.alias(Member::Host, name, *kind)));
        }
        around.plan = around.instance(1, &args);
        around
    }

    /// Exports a function of one of the two once more.
    #[must_use]
    pub fn export_func(mut self, of: Member, name: &str) -> Around {
        let func = self.alias(of, name, Kind::Func);
        self.export(name, Kind::Func, func, None);
        self
    }

    /// The component as bytes.
    pub fn finish(mut self) -> Vec<u8> {
        let mut names = ComponentNameSection::new();
        names.components(&name_map(&[(0, "Host"), (1, "Plan")]));
        names.instances(&name_map(&[(HOST, "host"), (self.plan, "plan")]));
        self.out.section(&names);
        self.out.finish()
    }

    fn next(&mut self, kind: Kind) -> u32 {
        let count = &mut self.counts[kind as usize];
        *count += 1;
        *count - 1
    }

    fn instance(&mut self, component: u32, args: &[(&str, ComponentExportKind, u32)]) -> u32 {
        let mut section = ComponentInstanceSection::new();
        section.instantiate(component, args.iter().copied());
        self.out.section(&section);
        self.next(Kind::Instance)
    }

    /// The index of what one of the two exports.
    pub(crate) fn alias(&mut self, of: Member, name: &str, kind: Kind) -> u32 {
        // What is given may be instances, which stand between the two.
        let instance = if of == Member::Host { HOST } else { self.plan };
        let mut section = ComponentAliasSection::new();
        section.alias(Alias::InstanceExport { instance, kind: kind.encoded(), name });
        self.out.section(&section);
        self.next(kind)
    }

    /// Exports something; the export is a thing of its own, whose index this is.
    pub(crate) fn export(&mut self, name: &str, kind: Kind, index: u32, ty: Option<ComponentTypeRef>) -> u32 {
        let mut section = ComponentExportSection::new();
        section.export(name, kind.encoded(), index, ty);
        self.out.section(&section);
        self.next(kind)
    }

    /// Lets somebody else define types: it is given what has been written, and how many types there are, and gives both back.
    pub(crate) fn with_types<T>(&mut self, define: impl FnOnce(Component, u32) -> (Component, u32, T)) -> T {
        let types = &mut self.counts[Kind::Type as usize];
        let (out, count, result) = define(std::mem::take(&mut self.out), *types);
        *types = count;
        self.out = out;
        result
    }
}

/// Names by indices.
pub(crate) fn name_map(names: &[(u32, &str)]) -> NameMap {
    let mut map = NameMap::new();
    names.iter().for_each(|(index, name)| map.append(*index, name));
    map
}
