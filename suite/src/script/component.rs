//! Directives about components: values in the script's words, calls, and what a registered instance is for others.

use super::{end::End, report::Problem};
use crate::{case::Give, messages::Assertion, source::Expected, trace::Cause};
use preflight_engine::{
    Store,
    component::{ComponentInstance, ComponentLinker, ComponentVal, ComponentValType, HostItem},
};
use wast::{WastArg, WastInvoke, component::WastVal};

/// What components of a script can import.
#[derive(Default)]
pub(super) struct Components {
    linker: ComponentLinker,
}

impl Components {
    /// Makes the exports of an instance available to imports under `name`, and to those imports that are given one of them.
    pub(super) fn register(&mut self, name: &str, instance: &ComponentInstance, gives: &[Give]) -> Result<(), Problem> {
        self.linker.define(name, HostItem::exports_of(instance));
        for Give { import, export, .. } in gives.iter().filter(|give| give.of == name) {
            let Some(item) = HostItem::export_of(instance, export) else {
                let got = format!("the instance exports no {export:?}, which the import {import:?} is to be given");
                return Err(Problem::failed("an export", got));
            };
            self.linker.define(import, item);
        }
        Ok(())
    }

    /// Everything that is registered.
    pub(super) fn linker(&self) -> &ComponentLinker {
        &self.linker
    }
}

/// `invoke` of a component's function.
pub(super) fn invoke(store: &mut Store, instance: &ComponentInstance, invoke: &WastInvoke<'_>) -> Result<End, Problem> {
    let Some(ty) = instance.func_type(&[invoke.name]).cloned() else {
        return Err(Problem::failed("a call", format!("the instance exports no function {:?}", invoke.name)));
    };
    let mut args = Vec::new();
    for (index, arg) in invoke.args.iter().enumerate() {
        let WastArg::Component(arg) = arg else { return Err(Problem::failed("a call", "arguments of core types")) };
        let arg = value_of(arg);
        args.push(match ty.params.get(index) {
            Some(param) => arg.specialize(&param.ty),
            None => arg,
        });
    }
    match store.call_component(instance, &[invoke.name], &args, Cause::Invoke) {
        Ok(mut results) => Ok(End::ReturnedComponent(results.pop(), ty.result)),
        Err(fault) => End::Fault(fault).supported(),
    }
}

/// `get` of a component's value.
pub(super) fn value(instance: &ComponentInstance, name: &str) -> Result<End, Problem> {
    match instance.value(&[name]) {
        Some(value) => Ok(End::ReturnedComponent(Some(value.clone()), None)),
        None => Err(Problem::failed("a value", format!("the instance exports no value {name:?}"))),
    }
}

/// The component must be refused. The Component Model has no agreed texts, so that only the directive's own class counts.
pub(super) fn expect_refused(store: &Store, end: &End, assertion: Assertion) -> Result<(), Problem> {
    match (end, assertion) {
        (End::Malformed(_), Assertion::Malformed) | (End::Invalid(_), Assertion::Invalid) => Ok(()),
        (end, Assertion::Malformed) => Err(Problem::failed("malformed", end.describe(store))),
        (end, _) => Err(Problem::failed("invalid", end.describe(store))),
    }
}

/// The result must be the one value of the script, or none.
pub(super) fn expect_value(
    store: &Store,
    value: &Option<ComponentVal>,
    ty: &Option<ComponentValType>,
    patterns: &[Expected<'_>],
) -> Result<(), Problem> {
    let wanted: Vec<ComponentVal> = patterns
        .iter()
        .filter_map(|pattern| match pattern {
            Expected::Component(pattern) => Some(value_of(pattern)),
            _ => None,
        })
        .map(|wanted| if let Some(ty) = ty { wanted.specialize(ty) } else { wanted })
        .collect();
    if wanted.len() == patterns.len() && wanted.iter().eq(value) {
        return Ok(());
    }
    let wanted = match &*wanted {
        [] => "no value".to_owned(),
        wanted => wanted.iter().map(|wanted| show(store, &Some(wanted.clone()))).collect::<Vec<_>>().join(" "),
    };
    Err(Problem::failed(wanted, show(store, value)))
}

/// A value as text.
pub(super) fn show(store: &Store, value: &Option<ComponentVal>) -> String {
    match value {
        None => "no error".to_owned(),
        Some(value) => {
            let values = store.trace_component_values(std::slice::from_ref(value));
            values.iter().map(ToString::to_string).collect()
        }
    }
}

/// A script's value.
fn value_of(value: &WastVal<'_>) -> ComponentVal {
    use ComponentVal as V;
    let boxed = |value: &Option<Box<WastVal<'_>>>| value.as_ref().map(|value| Box::new(value_of(value)));
    match value {
        WastVal::Bool(v) => V::Bool(*v),
        WastVal::U8(v) => V::U8(*v),
        WastVal::S8(v) => V::S8(*v),
        WastVal::U16(v) => V::U16(*v),
        WastVal::S16(v) => V::S16(*v),
        WastVal::U32(v) => V::U32(*v),
        WastVal::S32(v) => V::S32(*v),
        WastVal::U64(v) => V::U64(*v),
        WastVal::S64(v) => V::S64(*v),
        WastVal::F32(v) => V::F32(v.bits),
        WastVal::F64(v) => V::F64(v.bits),
        WastVal::Char(v) => V::Char(*v),
        WastVal::String(v) => V::string(v),
        WastVal::List(items) => V::List(items.iter().map(value_of).collect()),
        WastVal::Record(fields) => {
            V::Record(fields.iter().map(|(label, value)| ((*label).into(), value_of(value))).collect())
        }
        WastVal::Tuple(items) => V::Tuple(items.iter().map(value_of).collect()),
        WastVal::Variant(label, payload) => V::Variant((*label).into(), boxed(payload)),
        WastVal::Enum(label) => V::Enum((*label).into()),
        WastVal::Option(payload) => V::Option(boxed(payload)),
        WastVal::Result(Ok(payload)) => V::Result(Ok(boxed(payload))),
        WastVal::Result(Err(payload)) => V::Result(Err(boxed(payload))),
        WastVal::Flags(labels) => V::Flags(labels.iter().map(|label| (*label).into()).collect()),
    }
}
