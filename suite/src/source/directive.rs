//! What the directives of a script are: the commands of the reference interpreter's *Scripts*, the same about components, and
//! those of the threads proposal.

use super::ScriptModule;
use crate::messages::Assertion;
use wast::{
    WastInvoke,
    component::WastVal,
    core::WastRetCore,
    token::{Id, Span},
};

/// A directive, and where it stands.
pub(crate) struct Directive<'a> {
    /// Its parenthesis; that of the first field, if the script is the fields of a module.
    pub(crate) span: Span,
    /// The words that a script writes for it.
    pub(crate) keyword: &'static str,
    /// What it asks for.
    pub(crate) kind: DirectiveKind<'a>,
}

/// What a directive asks for. An instance without a name is the current one.
pub(crate) enum DirectiveKind<'a> {
    /// `module`: a module is defined, validated and instantiated.
    Module(ScriptModule<'a>),
    /// `module definition`: a module is defined and validated.
    ModuleDefinition(ScriptModule<'a>),
    /// `module instance`: a definition is instantiated.
    ModuleInstance(Instance<'a>),
    /// `register`: others can import what an instance exports.
    Register { name: &'a str, instance: Option<Id<'a>> },
    /// `invoke` and `get`.
    Action(Action<'a>),
    /// `assert_return`.
    AssertReturn { action: Action<'a>, results: Vec<Expected<'a>> },
    /// `assert_exception`.
    AssertException(Action<'a>),
    /// `assert_trap`, `assert_exhaustion`, and `assert_unlinkable`, whose action instantiates a module.
    AssertEnd { action: Action<'a>, assertion: Assertion, message: &'a str },
    /// `assert_malformed`, `assert_invalid`, and those about custom sections.
    AssertRefused { module: ScriptModule<'a>, assertion: Assertion, is_custom: bool, message: &'a str },
    /// `assert_suspension`, of stack switching.
    AssertSuspension,
    /// `thread`: directives run on a thread of their own.
    Thread(Thread<'a>),
    /// `wait`: for a thread.
    Wait(Id<'a>),
    /// `input`: what a file has is run, and its module may get a name.
    Input(Option<Id<'a>>),
    /// `output`: a module or a script is written.
    Output,
}

/// What is done, and ends in some way.
pub(crate) enum Action<'a> {
    /// `invoke`: a function is called.
    Invoke(WastInvoke<'a>),
    /// `get`: a global is read.
    Get { instance: Option<Id<'a>>, name: &'a str },
    /// A module is defined, validated and instantiated. Neither it nor the instance gets a name.
    Module(ScriptModule<'a>),
    /// `module instance`: a definition is instantiated. The instance gets no name.
    Instance(Instance<'a>),
}

/// An instance of a definition.
pub(crate) struct Instance<'a> {
    /// Its name.
    pub(crate) name: Option<Id<'a>>,
    /// The definition; the last one if it has no name.
    pub(crate) module: Option<Id<'a>>,
}

/// A thread of a script.
pub(crate) struct Thread<'a> {
    /// Its name.
    pub(crate) name: Id<'a>,
    /// The instance whose memories it shares.
    pub(crate) shared: Option<Id<'a>>,
    /// What it does.
    pub(crate) directives: Vec<Directive<'a>>,
}

/// What a result has to be.
pub(crate) enum Expected<'a> {
    /// A core value, in the words that the `wast` crate knows; not an `either`.
    Core(WastRetCore<'a>),
    /// A value of a component.
    Component(WastVal<'a>),
    /// `ref`: any reference but a function, and not null: the reference interpreter lets null pass here, and its translation to
    /// JavaScript does not.
    Ref,
    /// `ref.exn`: an exception.
    Exn,
    /// `either`: one of these.
    Either(Vec<Expected<'a>>),
}
