//! The commands of one script on a runtime.

use super::{
    Acting, ComponentImport, End, Import, InstanceId, Instantiable, Item, ModuleId, Recorder, Runtime, binary,
    process::plain,
    spectest::{self, Spectest},
};
use crate::{
    case::{Does, Give, HostFunc},
    commands::{Action, Command, CommandKind, ModuleSource, Pattern},
    messages::{self, Assertion},
    trace::{Event, InstancePath, Value},
};
use std::{collections::HashMap, fmt};

/// What a command came to.
pub(super) enum Status {
    /// It ended as the script says.
    Passed,
    /// It did not. `rejected` if the reason is that a module which has to be valid was refused.
    Failed { expected: String, got: End, rejected: bool },
    /// It returned other values than the script says.
    Values { expected: String, got: String },
    /// The script itself does not hold together.
    Script { expected: String, got: String },
}

/// An instantiation that a command made: where, the calls of host functions in it, and how it ended.
pub(super) struct Instantiation {
    pub(super) at: InstancePath,
    pub(super) calls: Vec<Event>,
    pub(super) end: Result<(), End>,
}

/// A module that was compiled, with its bytes.
#[derive(Clone)]
struct Definition {
    id: ModuleId,
    bytes: Vec<u8>,
    is_component: bool,
}

#[derive(Clone, Copy)]
struct Instance {
    id: InstanceId,
    is_component: bool,
}

/// What is known while a script runs.
pub(super) struct Machine<'r> {
    runtime: &'r mut dyn Runtime,
    recorder: Recorder,
    spectest: Spectest,
    definitions: HashMap<String, Definition>,
    last_definition: Option<Definition>,
    instances: HashMap<String, Instance>,
    current: Option<Instance>,
    registered: HashMap<String, Instance>,
    gives: &'r [Give],
    anonymous: u32,
    /// The functions that core instances export, of those that the script has made.
    exported: HashMap<InstanceId, Vec<String>>,
    /// The functions of the host that act, and whether the runtime has them.
    hosts: &'r [HostFunc],
    has_hosts: bool,
    /// The last instantiation, until it is taken.
    pub(super) instantiation: Option<Instantiation>,
}

impl<'r> Machine<'r> {
    /// A machine without instances, whose modules may import these functions of the host, and whose components are given these exports
    /// of instances, once these are registered.
    pub(super) fn new(runtime: &'r mut dyn Runtime, hosts: &'r [HostFunc], gives: &'r [Give]) -> Self {
        Machine {
            runtime,
            recorder: Recorder::default(),
            spectest: Spectest::default(),
            definitions: HashMap::new(),
            last_definition: None,
            instances: HashMap::new(),
            current: None,
            registered: HashMap::new(),
            gives,
            anonymous: 0,
            exported: HashMap::new(),
            hosts,
            has_hosts: false,
            instantiation: None,
        }
    }

    /// Carries out one command.
    ///
    /// # Errors
    /// [`End::Unsupported`] and [`End::Broken`]: the case is over.
    pub(super) fn run(&mut self, command: &Command) -> Result<Status, End> {
        use CommandKind as K;
        match &command.kind {
            K::Module { name, module } => {
                self.bind(name, None);
                let end = self.define(module).and_then(|definition| {
                    self.remember(name, &definition);
                    self.instantiate(&definition, name)
                });
                self.expect_instance(name, end)
            }
            K::ModuleDefinition { name, module } => {
                let end = self.define(module).map(|definition| self.remember(name, &definition));
                success(end)
            }
            K::ModuleInstance { name, module } => {
                self.bind(name, None);
                let Some(definition) = self.definition(module) else { return missing("a module definition") };
                let end = self.instantiate(&definition, name);
                self.expect_instance(name, end)
            }
            K::Register { name, registered } => match self.instance(name)? {
                Some(instance) => {
                    self.registered.insert(registered.clone(), instance);
                    if !self.hosts.is_empty() {
                        self.runtime.register(registered, instance.id)?;
                    }
                    Ok(Status::Passed)
                }
                None => missing("an instance"),
            },
            K::Action(action) => success(self.act(action).map(drop)),
            K::AssertReturn { action, expected } => self.assert_return(action, expected),
            K::AssertTrap { action, text } => self.assert_end(action, Assertion::Trap, text),
            K::AssertExhaustion { action, text } => self.assert_end(action, Assertion::Exhaustion, text),
            K::AssertException { action } => match decided(self.act(action))? {
                Err(End::Exception(_)) => Ok(Status::Passed),
                other => Ok(failed("uncaught exception".to_owned(), other, action_is_module(action))),
            },
            K::AssertUnlinkable { action, text } => self.assert_end(action, Assertion::Unlinkable, text),
            K::AssertMalformed { module, text } => self.assert_refused(module, Assertion::Malformed, text),
            K::AssertInvalid { module, text } => self.assert_refused(module, Assertion::Invalid, text),
            K::Unsupported(what) => Err(End::unsupported(*what)),
        }
    }

    fn assert_return(&mut self, action: &Action, expected: &[Pattern]) -> Result<Status, End> {
        let words = || match expected {
            [] => "no values".to_owned(),
            expected => expected.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        };
        let types: Vec<_> = expected.iter().map(Pattern::val_type).collect();
        self.runtime.expect(&types);
        match decided(self.act(action))? {
            Ok(values) if values.match_all(expected) => Ok(Status::Passed),
            Ok(values) if self.runtime.may_have_lost_nan() && values.match_but_for_nans(expected) => {
                Err(End::unsupported("the bits of a NaN, which the language of the driver may change"))
            }
            Ok(values) => Ok(Status::Values { expected: words(), got: values.to_string() }),
            end => Ok(failed(words(), end, action_is_module(action))),
        }
    }

    fn assert_end(&mut self, action: &Action, assertion: Assertion, text: &str) -> Result<Status, End> {
        let end = decided(self.act(action))?;
        of_class(end, assertion, text, action_is_module(action))
    }

    /// The module must not even become one. Text that is no module has been refused already.
    fn assert_refused(&mut self, module: &ModuleSource, assertion: Assertion, text: &str) -> Result<Status, End> {
        if matches!((module, assertion), (ModuleSource::Malformed(_), Assertion::Malformed)) {
            return Ok(Status::Passed);
        }
        let is_component = matches!(module, ModuleSource::Component(_));
        let end = decided(self.define(module).map(|_| Results::none()))?;
        // The Component Model has no agreed texts: only the directive's own class counts.
        let refused = matches!(end, Err(End::Rejected(_) | End::Invalid(_) | End::Malformed(_)));
        if is_component && refused { Ok(Status::Passed) } else { of_class(end, assertion, text, false) }
    }

    fn define(&mut self, module: &ModuleSource) -> Result<Definition, End> {
        let (id, bytes, is_component) = match module {
            ModuleSource::Binary(bytes) => (self.runtime.compile(bytes)?, bytes, false),
            ModuleSource::Component(bytes) => (self.runtime.compile_component(bytes)?, bytes, true),
            ModuleSource::Malformed(message) => return Err(End::Malformed(message.clone())),
        };
        Ok(Definition { id, bytes: bytes.clone(), is_component })
    }

    fn instantiate(&mut self, definition: &Definition, name: &Option<String>) -> Result<Instance, End> {
        let at = self.path(name);
        let result = match definition.is_component {
            true => {
                let imports = self.component_imports();
                self.runtime.instantiate_component(definition.id, &imports)
            }
            false => {
                let imports = self.imports(&definition.bytes)?;
                self.runtime.instantiate(definition.id, &imports)
            }
        };
        let calls = self.recorder.take().into_iter().flat_map(|call| {
            let (at, name) = (at.clone(), call.name);
            // When functions return that act, and whether, nobody tells.
            let acts = self.hosts.iter().any(|host| host.name == name);
            let entered = Event::HostCalled { at: at.clone(), name: name.clone(), args: call.args };
            let left = (!acts).then_some(Event::HostReturned { at, name, results: call.results });
            [entered].into_iter().chain(left)
        });
        let (calls, end) = (calls.collect(), result.as_ref().map(|_| ()).map_err(End::clone));
        self.instantiation = Some(Instantiation { at, calls, end });
        if let (Ok(id), false) = (&result, definition.is_component) {
            let exports = binary::exports(&definition.bytes).into_iter();
            self.exported.insert(*id, exports.filter(|(_, kind)| *kind == 0).map(|(name, _)| name).collect());
        }
        result.map(|id| Instance { id, is_component: definition.is_component })
    }

    /// What is to be had for the imports of components.
    fn component_imports(&self) -> Vec<ComponentImport> {
        let components = self.registered.iter().filter(|(_, instance)| instance.is_component);
        let whole = |(name, instance): (&String, &Instance)| {
            Some(ComponentImport { name: name.clone(), instance: instance.id, export: None })
        };
        let given = |give: &Give| {
            let instance = self.registered.get(&give.of).filter(|instance| instance.is_component)?;
            Some(ComponentImport {
                name: give.import.clone(),
                instance: instance.id,
                export: Some(give.export.clone()),
            })
        };
        // What is given one by one comes first, as it takes the place of an instance of the same name.
        self.gives.iter().filter_map(given).chain(components.filter_map(whole)).collect()
    }

    /// What is to be had for the imports of a module.
    fn imports(&mut self, bytes: &[u8]) -> Result<Vec<Import>, End> {
        let mut imports = Vec::new();
        for (module, name) in binary::imports(bytes) {
            let item = match self.registered.get(&module) {
                // The host may have registered another one meanwhile.
                _ if self.is_hosts(&module) => Some(Item::Registered(module.clone(), name.clone())),
                Some(instance) if !instance.is_component => Some(Item::Export(instance.id, name.clone())),
                Some(_) => None,
                None => self.host_item(&module, &name)?,
            };
            imports.extend(item.map(|item| Import { module, name, item }));
        }
        if imports.iter().any(|import| matches!(import.item, Item::Acting(_))) {
            self.give_hosts()?;
        }
        Ok(imports)
    }

    /// What the host has for an import.
    fn host_item(&mut self, module: &str, name: &str) -> Result<Option<Item>, End> {
        if let Some(host) = self.hosts.iter().find(|host| host.names() == (module, name)) {
            return Ok(Some(Item::Acting(host.name.clone())));
        }
        if module == spectest::NAME { self.spectest.item(self.runtime, name, &self.recorder) } else { Ok(None) }
    }

    /// Whether functions of the host register instances under this name.
    fn is_hosts(&self, registered: &str) -> bool {
        let is_it = |host: &HostFunc| matches!(&host.does, Does::Instantiate { register: Some(name), .. } if name == registered);
        self.hosts.iter().any(is_it)
    }

    /// Gives the runtime the functions of the host that act, once. The definitions that they instantiate are there by then.
    fn give_hosts(&mut self) -> Result<(), End> {
        if std::mem::replace(&mut self.has_hosts, true) {
            return Ok(());
        }
        let mut all = Vec::new();
        for host in self.hosts {
            let recorder = self.recorder.clone();
            all.push(Acting::of(host, &recorder, |does| self.instantiable(does))?);
        }
        self.runtime.hosts(&all)
    }

    /// The definition that a function of the host instantiates, and what is to be had for its imports.
    fn instantiable(&mut self, does: &Does) -> Result<Instantiable, End> {
        let none = || End::Failed("there is no such module definition for the host to instantiate".to_owned());
        let Does::Instantiate { module, given, .. } = does else { return Err(none()) };
        let definition = self.definitions.get(module.trim_start_matches('$')).cloned().ok_or_else(none)?;
        let mut imports = Vec::new();
        for (module, name) in binary::imports(&definition.bytes) {
            let item = match given.get(&module) {
                Some(registered) => Item::Registered(registered.clone(), name.clone()),
                None => match self.host_item(&module, &name)? {
                    Some(item) => item,
                    None => Item::Registered(module.clone(), name.clone()),
                },
            };
            imports.push(Import { module, name, item });
        }
        Ok((definition.id, imports))
    }

    fn act(&mut self, action: &Action) -> Result<Results, End> {
        match action {
            Action::Module(module) => {
                let definition = self.define(module)?;
                self.remember(&None, &definition);
                self.instantiate(&definition, &None).map(|_| Results::none())
            }
            Action::Instance { module } => match self.definition(module) {
                Some(definition) => self.instantiate(&definition, &None).map(|_| Results::none()),
                None => Err(End::Wrong("there is no such module definition: it is missing or has failed".to_owned())),
            },
            Action::Invoke { module, field, args } => {
                let Some(instance) = self.instance(module)? else { return Err(no_instance()) };
                let result = match instance.is_component {
                    true => {
                        let args: Vec<_> = args.iter().map(plain).collect();
                        self.runtime.call_component(instance.id, field, &args).map(Results::Plain)
                    }
                    false if self.lacks_export(&instance, field) => {
                        Err(End::Wrong(format!("there is no such function to call: {field:?}")))
                    }
                    false => self.runtime.call(instance.id, field, args).map(Results::Core),
                };
                // Calls that the script makes are no part of the initialisation.
                drop(self.recorder.take());
                result
            }
            Action::Get { module, field } => match self.instance(module)? {
                Some(instance) => self.runtime.global(instance.id, field).map(|value| Results::Core(vec![value])),
                None => Err(no_instance()),
            },
        }
    }

    /// What is not there cannot be called, and how a runtime says so is no end of a call.
    fn lacks_export(&self, instance: &Instance, field: &str) -> bool {
        self.exported.get(&instance.id).is_some_and(|names| !names.iter().any(|name| name == field))
    }

    fn expect_instance(&mut self, name: &Option<String>, end: Result<Instance, End>) -> Result<Status, End> {
        let end = end.map(|instance| self.bind(name, Some(instance)));
        success(end)
    }

    /// The definition of this name, or the last one.
    fn definition(&self, name: &Option<String>) -> Option<Definition> {
        match name {
            Some(name) => self.definitions.get(name).cloned(),
            None => self.last_definition.clone(),
        }
    }

    fn remember(&mut self, name: &Option<String>, definition: &Definition) {
        if let Some(name) = name {
            self.definitions.insert(name.clone(), definition.clone());
        }
        self.last_definition = Some(definition.clone());
    }

    fn bind(&mut self, name: &Option<String>, instance: Option<Instance>) {
        if let Some(name) = name {
            match instance {
                Some(instance) => drop(self.instances.insert(name.clone(), instance)),
                None => drop(self.instances.remove(name)),
            }
            // Later components import instances by their names in the script, too.
            if let Some(instance) = instance.filter(|instance| instance.is_component) {
                self.registered.insert(name.clone(), instance);
            }
        }
        self.current = instance;
    }

    fn instance(&mut self, name: &Option<String>) -> Result<Option<Instance>, End> {
        let Some(name) = name else { return Ok(self.current) };
        let named = format!("${name}");
        let makes = |host: &HostFunc| matches!(&host.does, Does::Instantiate { names, .. } if names.contains(&named));
        if self.has_hosts && self.hosts.iter().any(makes) {
            let made = self.runtime.made(&named)?;
            if let Some(id) = made {
                return Ok(Some(Instance { id, is_component: false }));
            }
        }
        Ok(self.instances.get(name).copied())
    }

    /// `/$name`, or `/#n` for the instance number n of those without a name.
    fn path(&mut self, name: &Option<String>) -> InstancePath {
        match name {
            Some(name) => InstancePath::root().child(&format!("${name}")),
            None => {
                self.anonymous += 1;
                InstancePath::root().child(&format!("#{}", self.anonymous - 1))
            }
        }
    }
}

/// What an action returned.
enum Results {
    /// Values of a core module.
    Core(Vec<Value>),
    /// Values of a component, in the plain form.
    Plain(Vec<serde_json::Value>),
}

impl Results {
    fn none() -> Self {
        Results::Core(Vec::new())
    }

    /// As [`match_all`](Self::match_all), of values whose NaNs may have other bits than they had.
    fn match_but_for_nans(&self, patterns: &[Pattern]) -> bool {
        let Results::Core(values) = self else { return false };
        let mut both = values.iter().zip(patterns);
        values.len() == patterns.len() && both.all(|(value, want)| want.matches_but_for_nan(value))
    }

    fn match_all(&self, patterns: &[Pattern]) -> bool {
        match self {
            Results::Core(values) => {
                values.len() == patterns.len() && values.iter().zip(patterns).all(|(value, want)| want.matches(value))
            }
            Results::Plain(values) => {
                // In some languages an `ok` without a value is no value at all.
                if let (true, [Pattern::Is(Value::Result(Ok(None)))]) = (values.is_empty(), patterns) {
                    return true;
                }
                let is = |(value, want): (&serde_json::Value, &Pattern)| matches!(want, Pattern::Is(want) if plain(want) == *value);
                values.len() == patterns.len() && values.iter().zip(patterns).all(is)
            }
        }
    }
}

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let values: Vec<String> = match self {
            Results::Core(values) => values.iter().map(ToString::to_string).collect(),
            Results::Plain(values) => values.iter().map(ToString::to_string).collect(),
        };
        if values.is_empty() { f.write_str("no error") } else { f.write_str(&values.join(" ")) }
    }
}

/// An end that decides a command; others end the case.
fn decided(end: Result<Results, End>) -> Result<Result<Results, End>, End> {
    match end {
        Err(end @ (End::Unsupported(_) | End::Broken(_))) => Err(end),
        end => Ok(end),
    }
}

fn success(end: Result<(), End>) -> Result<Status, End> {
    match decided(end.map(|()| Results::none()))? {
        Ok(_) => Ok(Status::Passed),
        end => Ok(failed("no error".to_owned(), end, true)),
    }
}

fn of_class(end: Result<Results, End>, assertion: Assertion, text: &str, must_be_valid: bool) -> Result<Status, End> {
    let Some(class) = messages::class(assertion, text) else {
        let got = "a text that stands for no class known here".to_owned();
        return Ok(Status::Script { expected: format!("{text:?}"), got });
    };
    match end {
        Err(end) if end.is_of(class) => Ok(Status::Passed),
        end => Ok(failed(class.to_string(), end, must_be_valid)),
    }
}

fn failed(expected: String, end: Result<Results, End>, must_be_valid: bool) -> Status {
    match end {
        Ok(values) => Status::Values { expected, got: values.to_string() },
        Err(got) => {
            let rejected = must_be_valid && matches!(got, End::Malformed(_) | End::Invalid(_) | End::Rejected(_));
            Status::Failed { expected, got, rejected }
        }
    }
}

fn action_is_module(action: &Action) -> bool {
    matches!(action, Action::Module(_) | Action::Instance { .. })
}

fn missing(what: &str) -> Result<Status, End> {
    let got = format!("there is no such thing (its directive is missing or has failed): {what}");
    Ok(Status::Script { expected: what.to_owned(), got })
}

fn no_instance() -> End {
    End::Wrong("there is no such instance: its module is missing or has failed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{commands::lower, runtime::About};

    /// A runtime whose functions return these values, of which the driver's language may have changed NaNs.
    struct Returns(Vec<Value>);

    impl Runtime for Returns {
        fn about(&self) -> About {
            About::new("returns", "1", "none", &[])
        }

        fn reset(&mut self) -> Result<(), End> {
            Ok(())
        }

        fn compile(&mut self, _bytes: &[u8]) -> Result<ModuleId, End> {
            Ok(ModuleId(0))
        }

        fn instantiate(&mut self, _module: ModuleId, _imports: &[Import]) -> Result<InstanceId, End> {
            Ok(InstanceId(0))
        }

        fn call(&mut self, _instance: InstanceId, _export: &str, _args: &[Value]) -> Result<Vec<Value>, End> {
            Ok(self.0.clone())
        }

        fn may_have_lost_nan(&self) -> bool {
            true
        }
    }

    fn found(returned: &[Value], expected: &str) -> &'static str {
        let text = format!("(module (func (export \"f\"))) (assert_return (invoke \"f\") {expected})");
        let commands = lower(&text).expect("a script");
        let mut runtime = Returns(returned.to_vec());
        let mut machine = Machine::new(&mut runtime, &[], &[]);
        match commands.iter().map(|command| machine.run(command)).last() {
            Some(Ok(Status::Passed)) => "passed",
            Some(Ok(Status::Values { .. })) => "failed",
            Some(Err(End::Unsupported(_))) => "unsupported",
            _ => "something else",
        }
    }

    #[test]
    fn a_lost_nan_excuses_no_other_result() {
        let (nan, one) = (Value::F32(0x7fe0_0000), Value::I32(1));
        let both = [nan.clone(), one.clone()];
        assert_eq!(found(&both, "(f32.const nan:0x600000) (i32.const 1)"), "passed");
        assert_eq!(found(&both, "(f32.const nan:0x200000) (i32.const 1)"), "unsupported");
        assert_eq!(found(&both, "(f32.const nan:0x200000) (i32.const 2)"), "failed");
        assert_eq!(found(&both, "(f32.const nan:0x200000)"), "failed");
        assert_eq!(found(std::slice::from_ref(&one), "(f32.const nan:0x200000)"), "failed");
        assert_eq!(found(&[Value::F32(0)], "(f32.const nan:0x200000)"), "failed");
        let choice = "(either (f32.const 1) (f32.const nan:0x200000))";
        assert_eq!(found(std::slice::from_ref(&nan), choice), "unsupported");
        assert_eq!(found(&both, &format!("{choice} (i32.const 2)")), "failed");
        let vector = "(v128.const f32x4 nan:0x200000 0 0 0)";
        assert_eq!(found(&[Value::V128(0x7fe0_0000)], vector), "failed");
        assert_eq!(
            found(&[Value::V128(0x7fa0_0000), nan], &format!("{vector} (f32.const nan:0x200000)")),
            "unsupported"
        );
    }
}
