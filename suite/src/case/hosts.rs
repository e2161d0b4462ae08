//! The functions of the host that a case asks for.

use crate::{
    commands::{Command, CommandKind, ModuleSource, definition, lower},
    runtime,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A function of the host, of type `[] -> []`, that does something to what the script has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostFunc {
    /// What steps call it: the two names by which it is imported, with a full stop between them, such as `host.f`.
    pub name: String,
    /// What happens when it is called.
    pub does: Does,
}

/// What a function of the host does.
///
/// It goes by the names that imports have: `of` is a name that the script has registered, `export` what the instance behind it
/// exports. Names count as they stand when the function is called; where there is nothing of these names, or something of another
/// kind or type, nothing happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Does {
    /// Traps.
    Trap,
    /// Writes a byte into a memory, and traps if it is out of bounds.
    Write {
        /// The memory's first name.
        of: String,
        /// Its second name.
        export: String,
        /// Where.
        at: u64,
        /// What.
        byte: u8,
    },
    /// Grows a memory; one that cannot grow stays as it is.
    Grow {
        /// The memory's first name.
        of: String,
        /// Its second name.
        export: String,
        /// By how many pages.
        by: u64,
    },
    /// Throws an exception.
    Throw {
        /// The tag's first name.
        of: String,
        /// Its second name.
        export: String,
        /// The arguments, all of type `i32`.
        #[serde(default)]
        args: Vec<i32>,
    },
    /// Calls a function without parameters, and drops what it returns.
    Call {
        /// The function's first name.
        of: String,
        /// Its second name.
        export: String,
        /// Whether traps and exceptions end here. What is exhausted stays exhausted.
        #[serde(default)]
        catches: bool,
    },
    /// Instantiates a `module definition`.
    Instantiate {
        /// Its name, such as `$M`.
        module: String,
        /// What the instance is called, such as `$N`: of the first call, of the second, and so on; the last name is that of all
        /// further calls. The script can use the names afterwards.
        names: Vec<String>,
        /// Which registered name takes the place of which first name of its imports.
        #[serde(default)]
        given: BTreeMap<String, String>,
        /// Under which name the instance is registered, when it is complete.
        register: Option<String>,
        /// Whether a failure ends here; otherwise a failure to link is a trap of the host, and what else ended it goes on.
        #[serde(default)]
        catches: bool,
    },
}

impl HostFunc {
    /// The two names by which it is imported; the second one is empty if there is no full stop.
    pub fn names(&self) -> (&str, &str) {
        self.name.split_once('.').unwrap_or((&self.name, ""))
    }

    /// The registered names that it goes by, and under which it registers.
    fn of(&self) -> Vec<&str> {
        match &self.does {
            Does::Trap => Vec::new(),
            Does::Write { of, .. } | Does::Grow { of, .. } | Does::Throw { of, .. } | Does::Call { of, .. } => vec![of],
            Does::Instantiate { given, register, .. } => given.values().chain(register).map(String::as_str).collect(),
        }
    }
}

/// What is wrong with these functions of the host in the script `text`; nothing, if all is well.
pub(super) fn mistakes(hosts: &[HostFunc], text: &str) -> Vec<String> {
    if hosts.is_empty() {
        return Vec::new();
    }
    // Whoever runs it is told if it is no script.
    let Ok(commands) = lower(text) else { return Vec::new() };
    let script = Script::of(hosts, &commands);
    let mut mistakes: Vec<String> = hosts.iter().flat_map(|host| script.mistakes(host)).collect();
    let twice = |(i, host): &(usize, &HostFunc)| hosts[..*i].iter().any(|other| other.name == host.name);
    let all_twice = hosts.iter().enumerate().filter(twice);
    mistakes.extend(all_twice.map(|(_, host)| format!("there are two functions {:?}", host.name)));
    let taken = script.registered.iter().filter(|name| script.is_own(name));
    mistakes.extend(taken.map(|name| format!("(register {name:?} …): that is a name of the host's own")));
    if script.has_components {
        mistakes.push("functions of the host are for scripts of core modules alone".to_owned());
    }
    mistakes
}

/// What of a script its functions of the host go by.
struct Script<'s> {
    hosts: &'s [HostFunc],
    /// Definitions by their names: which command it is, and whether it is a core module.
    definitions: HashMap<&'s str, Vec<(usize, bool)>>,
    /// The first command that instantiates a module that imports one of the functions.
    first_import: Option<usize>,
    /// What is a name of an instance.
    instances: HashSet<&'s str>,
    registered: Vec<&'s str>,
    has_components: bool,
}

impl<'s> Script<'s> {
    fn of(hosts: &'s [HostFunc], commands: &'s [Command]) -> Self {
        use CommandKind as K;
        let mut script = Script {
            hosts,
            definitions: HashMap::new(),
            first_import: None,
            instances: HashSet::new(),
            registered: Vec::new(),
            has_components: false,
        };
        let mut last_definition = None;
        for (i, command) in commands.iter().enumerate() {
            let module = command.kind.module();
            script.has_components |= matches!(module, Some(ModuleSource::Component(_)));
            let instantiated = match &command.kind {
                K::ModuleDefinition { name, module } => {
                    let is_core = matches!(module, ModuleSource::Binary(_));
                    script.definitions.entry(name.as_deref().unwrap_or_default()).or_default().push((i, is_core));
                    last_definition = Some(module);
                    None
                }
                K::ModuleInstance { name, module: of } => {
                    script.instances.extend(name.as_deref());
                    of.as_ref().map_or(last_definition, |of| definition(commands, of))
                }
                K::Module { name, .. } => {
                    script.instances.extend(name.as_deref());
                    module
                }
                K::Register { registered, .. } => {
                    script.registered.push(registered);
                    None
                }
                K::AssertMalformed { .. } | K::AssertInvalid { .. } => None,
                _ => module,
            };
            if instantiated.is_some_and(|module| script.imports(module)) {
                script.first_import = script.first_import.or(Some(i));
            }
        }
        script
    }

    /// Whether a module imports one of the functions.
    fn imports(&self, module: &ModuleSource) -> bool {
        let ModuleSource::Binary(bytes) = module else { return false };
        let is_of_host = |(module, name): &(String, String)| {
            self.hosts.iter().any(|host| host.names() == (module.as_str(), name.as_str()))
        };
        runtime::imports(bytes).iter().any(is_of_host)
    }

    /// Whether a first name is that of what no instance exports.
    fn is_own(&self, name: &str) -> bool {
        name == runtime::SPECTEST || self.hosts.iter().any(|host| host.names().0 == name)
    }

    fn mistakes(&self, host: &HostFunc) -> Vec<String> {
        let mut mistakes = Vec::new();
        let name = &host.name;
        let (module, item) = host.names();
        if module.is_empty() || item.is_empty() {
            mistakes.push(format!("the function {name:?} has to have two names, such as \"host.f\""));
        }
        if module == runtime::SPECTEST {
            mistakes.push(format!("the function {name:?}: what scripts find in {module:?} is settled"));
        }
        let own = host.of().into_iter().filter(|of| self.is_own(of));
        mistakes.extend(own.map(|of| format!("{name}: {of:?} is a name of the host's own, and of no instance")));
        if let Does::Instantiate { module, names, .. } = &host.does {
            mistakes.extend(self.mistake_of_module(module).map(|mistake| format!("{name}: {mistake}")));
            if names.is_empty() {
                mistakes.push(format!("{name}: what it makes has to have a name, such as names = [\"$N\"]"));
            }
            let without = names.iter().filter(|name| !name.starts_with('$'));
            mistakes.extend(without.map(|made| format!("{name}: the name {made:?} has to begin with $")));
            let taken = names.iter().filter(|made| self.instances.contains(made.trim_start_matches('$')));
            mistakes.extend(taken.map(|made| format!("{name}: {made} is an instance that the script makes")));
        }
        mistakes
    }

    /// What is wrong with what a function of the host instantiates.
    fn mistake_of_module(&self, module: &str) -> Option<String> {
        let Some(name) = module.strip_prefix('$') else {
            return Some(format!("the name {module:?} of a module has to begin with $"));
        };
        match self.definitions.get(name).map(Vec::as_slice) {
            None => Some(format!("there is no (module definition {module} …)")),
            Some([_, _, ..]) => Some(format!("there are several definitions {module}")),
            Some([(_, false), ..]) => Some(format!("{module} is no core module")),
            Some([(at, true), ..]) if self.first_import.is_some_and(|first| first < *at) => {
                Some(format!("{module} has to stand before the first module that imports a function of the host"))
            }
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: &str = "(module (import \"host\" \"f\" (func)))";

    #[test]
    fn mistakes_are_told() {
        let trap = Does::Trap;
        let call = |of: &str| Does::Call { of: of.to_owned(), export: "g".to_owned(), catches: false };
        let make = |module: &str, names: &[&str]| Does::Instantiate {
            module: module.to_owned(),
            names: names.iter().copied().map(str::to_owned).collect(),
            given: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
            register: Some("c".to_owned()),
            catches: false,
        };
        let module = "(module definition $M)";
        #[rustfmt::skip]
        let questions = [
            (vec![("host.f", trap.clone())], "(module)", ""),
            (vec![("host.f", call("a"))], CALLER, ""),
            (vec![("host.f", make("$M", &["$N"]))], &*format!("{module} {CALLER}"), ""),
            (vec![("f", trap.clone())], "", "two names"),
            (vec![("host.f", trap.clone()), ("host.f", call("a"))], "", "there are two functions \"host.f\""),
            (vec![("spectest.f", trap.clone())], "", "is settled"),
            (vec![("host.f", call("host"))], "", "\"host\" is a name of the host's own, and of no instance"),
            (vec![("host.f", call("spectest"))], "", "\"spectest\" is a name of the host's own"),
            (vec![("b.f", make("$M", &["$N"]))], module, "\"b\" is a name of the host's own"),
            (vec![("c.f", make("$M", &["$N"]))], module, "\"c\" is a name of the host's own"),
            (vec![("host.f", trap.clone())], "(module) (register \"host\")", "(register \"host\" …)"),
            (vec![("host.f", trap)], "(component)", "core modules alone"),
            (vec![("host.f", make("M", &["$N"]))], module, "has to begin with $"),
            (vec![("host.f", make("$M", &[]))], module, "names = ["),
            (vec![("host.f", make("$M", &["N"]))], module, "\"N\" has to begin with $"),
            (vec![("host.f", make("$M", &["$N"]))], "(module definition $Mo) ;; (module definition $M", "there is no (module definition $M …)"),
            (vec![("host.f", make("$M", &["$N"]))], "(component definition $M)", "$M is no core module"),
            (vec![("host.f", make("$M", &["$N"]))], "(module definition $M) (module definition $M)", "several"),
            (vec![("host.f", make("$M", &["$N"]))], &format!("{CALLER} {module}"), "before the first module that"),
            (vec![("host.f", make("$M", &["$N"]))], &format!("{module} (module $N)"), "$N is an instance that the script makes"),
        ];
        for (hosts, script, wanted) in questions {
            let hosts = hosts.into_iter().map(|(name, does)| HostFunc { name: name.to_owned(), does });
            let told = mistakes(&hosts.collect::<Vec<_>>(), script).join("\n");
            assert!(if wanted.is_empty() { told.is_empty() } else { told.contains(wanted) }, "{script}: {told}");
        }
    }
}
