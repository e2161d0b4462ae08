//! Whether what is given matches what is declared (Binary.md and Explainer.md of the Component Model; core `#match-externtype`).

use super::{Core, Import, ImportPlan, Interface, Item, Limits, Shape};
use crate::Deviation;
use preflight_engine::trace::{Event, ExternKind, InstancePath, Level, Outcome, PostMortem, State, StateItem, Trace};

/// Where the instance stands that what is given is exported by.
pub(super) const PROVIDER: &str = "$provider";

impl ImportPlan {
    /// The trace of the component's instantiation. All imports are matched before anything happens. The plan must be
    /// [normal](Self::normalise).
    pub fn expected(&self) -> Trace {
        self.expected_with(&[])
    }

    /// What a runtime does that has these bugs, and else does what is to be expected.
    pub fn expected_with(&self, deviations: &[Deviation]) -> Trace {
        let root = InstancePath::root();
        // Nothing in these components uses what they import.
        let is_unseen = deviations.contains(&Deviation::ImportsPassUnused);
        let by_name = deviations.contains(&Deviation::FunctionsMatchByName) && !self.stubs;
        let fits = self.fits() || is_unseen || by_name && self.fit_by(matches_by_name);
        let mut events = Vec::new();
        if fits {
            events.push(Event::ComponentBegun { at: root.clone() });
            for (name, kind) in self.named() {
                events.push(Event::ImportResolved { at: root.clone(), module: String::new(), name, kind });
            }
            for at in self.stub_instances() {
                events.push(Event::ComponentBegun { at: at.clone() });
                events.push(Event::ComponentDone { at });
            }
            events.push(Event::ComponentDone { at: root.clone() });
        }
        let provider = self.is_exported.then(|| root.child(PROVIDER));
        let inner = self.stub_instances().filter(|_| fits);
        let up = provider.into_iter().chain(fits.then_some(root)).chain(inner);
        let state = State::Component { locked: false, may_enter: true, handles: 0 };
        let item = |at| StateItem { at, name: String::new(), state: state.clone() };
        let outcome = if fits { Outcome::Returned { values: Vec::new() } } else { Outcome::Unlinkable };
        Trace { level: Level::Full, events, outcome, post_mortem: PostMortem(up.map(item).collect()) }
    }

    /// Whether everything matches.
    pub fn fits(&self) -> bool {
        self.fit_by(matches)
    }

    fn fit_by(&self, matches: fn(&Item, &Item) -> bool) -> bool {
        self.imports.iter().all(|import| match (&import.wanted, &import.given) {
            // The declaration says all there is to say.
            (Item::Type(_) | Item::TypeOf(_), None) => !self.is_exported || self.stubs,
            (wanted, given) if self.stubs => matches_or_stub(given.as_ref(), wanted),
            (wanted, given) => given.as_ref().is_some_and(|given| matches(given, wanted)),
        })
    }

    /// Where the instances of stubs stand: instances that are imported come first.
    fn stub_instances(&self) -> impl Iterator<Item = InstancePath> {
        let is_instance = |import: &&Import| matches!(import.wanted, Item::Instance(_));
        let imported = self.imports.iter().filter(is_instance).count();
        self.instantiated().zip(imported..).map(|(_, number)| InstancePath::root().child(&format!("#{number}")))
    }

    fn named(&self) -> Vec<(String, ExternKind)> {
        if self.is_exported {
            return vec![("p".to_owned(), ExternKind::Instance)];
        }
        let kind = |wanted: &Item| match wanted {
            Item::Func(_) => ExternKind::Func,
            Item::Instance(_) => ExternKind::Instance,
            Item::Module(_) => ExternKind::Module,
            Item::Component(_) => ExternKind::Component,
            Item::Resource | Item::Type(_) | Item::TypeOf(_) => ExternKind::Type,
        };
        self.imports.iter().enumerate().map(|(i, import)| (format!("x{i}"), kind(&import.wanted))).collect()
    }
}

/// Whether each thing that somebody asks for is there, and fits.
fn each<T>(given: &[T], wanted: &[T], fits: impl Fn(&T, &T) -> bool) -> bool {
    given.len() >= wanted.len() && given.iter().zip(wanted).all(|(given, wanted)| fits(given, wanted))
}

/// Whether there is a stub of it, when nothing is given.
pub(super) fn has_stub(wanted: &Item) -> bool {
    matches_or_stub(None, wanted)
}

/// Whether what is given matches, with stubs of what is not: of everything but core modules. A component is matched as it is.
fn matches_or_stub(given: Option<&Item>, wanted: &Item) -> bool {
    match (given, wanted) {
        (None, Item::Module(_)) => false,
        (None, Item::Instance(wanted)) => wanted.iter().all(has_stub),
        (None, _) => true,
        (Some(Item::Instance(given)), Item::Instance(wanted)) => {
            wanted.iter().enumerate().all(|(i, wanted)| matches_or_stub(given.get(i), wanted))
        }
        (Some(given), wanted) => matches(given, wanted),
    }
}

/// [`Deviation::FunctionsMatchByName`]: also in instances; what modules and components are of has types that say all.
fn matches_by_name(given: &Item, wanted: &Item) -> bool {
    match (given, wanted) {
        (Item::Func(_), Item::Func(_)) => true,
        (Item::Instance(given), Item::Instance(wanted)) => each(given, wanted, matches_by_name),
        (given, wanted) => matches(given, wanted),
    }
}

fn matches(given: &Item, wanted: &Item) -> bool {
    match (given, wanted) {
        // Types of functions and values have no subtypes but themselves.
        (Item::Func(given), Item::Func(wanted)) => given == wanted,
        (Item::Type(given), Item::Type(wanted)) => given == wanted,
        // What has an `eq` bound is structurally equal (Explainer.md, *Type Definitions*).
        (Item::TypeOf(given), Item::TypeOf(wanted)) => given == wanted,
        (Item::Resource, Item::Resource) => true,
        // More exports do no harm.
        (Item::Instance(given), Item::Instance(wanted)) => each(given, wanted, matches),
        // What takes less and gives more does.
        (Item::Module(given), Item::Module(wanted)) => {
            let Shape { imports, exports } = given;
            each(&wanted.imports, imports, core_matches) && each(exports, &wanted.exports, core_matches)
        }
        (Item::Component(given), Item::Component(wanted)) => {
            let Interface { imports, exports } = given;
            each(&wanted.imports, imports, matches) && each(exports, &wanted.exports, matches)
        }
        _ => false,
    }
}

/// Core `#match-externtype`.
fn core_matches(given: &Core, wanted: &Core) -> bool {
    match (given, wanted) {
        (Core::Table(given), Core::Table(wanted)) => limits_match(*given, *wanted),
        (Core::Memory(given, is_shared), Core::Memory(wanted, wants_shared)) => {
            is_shared == wants_shared && limits_match(*given, *wanted)
        }
        (given, wanted) => given == wanted,
    }
}

/// Core `#match-limits`.
fn limits_match(given: Limits, wanted: Limits) -> bool {
    given.min >= wanted.min && wanted.max.is_none_or(|wanted| given.max.is_some_and(|given| given <= wanted))
}
