//! Calls of host functions, one a line.

use crate::{
    declarations::{VERSION, everything},
    guest::{Run, wat},
};
use preflight_engine::{
    Config, Fault,
    component::{ComponentInstance, ComponentVal, ComponentValType, ResourceVal},
    trace::Cause,
    wasi::{World, p2::Feature},
};
use std::collections::BTreeMap;

/// Imports every interface, and exports what it has imported.
fn mirror() -> Vec<u8> {
    let text = wasmprinter::print_bytes(everything(VERSION, true)).expect("text");
    let imports = text.lines().filter_map(|line| line.strip_prefix("  (import \"")?.split('"').next());
    let exports: String =
        imports.enumerate().map(|(index, name)| format!("(export \"{name}\" (instance {index}))\n")).collect();
    let body = text.trim_end().strip_suffix(')').expect("a component");
    wat(&format!("{body}\n{exports})"))
}

/// A component that can be asked to call any function, and the resources that the calls have given.
pub struct Table {
    pub run: Run,
    instance: ComponentInstance,
    interface: String,
    resources: BTreeMap<String, ResourceVal>,
}

impl Table {
    pub fn new(world: World) -> Table {
        let mut run = Run::new(&Config::default(), world, &Feature::ALL);
        let instance = run.instantiate(&mirror());
        Table { run, instance, interface: String::new(), resources: BTreeMap::new() }
    }

    /// Makes calls, and returns the names of the functions.
    ///
    /// They are interfaces (`# NAME`), each with calls: `NAMES = FUNCTION ARGUMENT | ARGUMENT => RESULT`. The names are for the
    /// resources in the result, from left to right; arguments and results are WAVE, and `$NAME` is a resource. A result is not
    /// looked at if none is given; one that ends in `…` is the beginning.
    #[track_caller]
    pub fn lines(&mut self, calls: &str) -> Vec<String> {
        let calls = calls.lines().map(str::trim).filter(|line| !line.is_empty());
        calls.filter_map(|line| self.line(line)).collect()
    }

    /// The function that the line calls.
    fn line(&mut self, line: &str) -> Option<String> {
        if let Some(name) = line.strip_prefix("# ") {
            self.interface = format!("wasi:{name}@{VERSION}");
            return None;
        }
        let (call, expected) = match line.split_once(" => ") {
            Some((call, expected)) => (call, Some(expected)),
            None => (line, None),
        };
        let (names, call) = call.split_once(" = ").unwrap_or(("", call));
        let (name, args) = call.split_once(' ').unwrap_or((call, ""));
        let name = self.full_name(name).unwrap_or_else(|| panic!("{line}: no such function in {}", self.interface));
        let path = [self.interface.as_str(), name.as_str()];
        let ty = self.instance.func_type(&path).expect("its type").clone();
        let args = args.split(" | ").filter(|arg| !arg.is_empty());
        let args: Vec<ComponentVal> =
            args.zip(&ty.params).map(|(arg, param)| self.argument(line, arg, &param.ty)).collect();
        let end = self.run.store.call_component(&self.instance, &path, &args, Cause::Invoke);
        let shown = match &end {
            Ok(results) => results.first().map_or(String::new(), ComponentVal::to_wave),
            Err(Fault::Exit(code)) => format!("exit {code}"),
            Err(Fault::Trap(_)) if expected == Some("trap") => "trap".to_owned(),
            Err(fault) => panic!("{line}: {fault}"),
        };
        let is_expected = |expected: &str| match expected.strip_suffix('…') {
            Some(beginning) => shown.starts_with(beginning),
            None => shown == expected,
        };
        assert!(expected.is_none_or(is_expected), "{line}: {shown}");
        let mut made = Vec::new();
        end.iter().flatten().for_each(|val| resources(val, &mut made));
        for (index, name) in names.split(", ").filter(|name| !name.is_empty()).enumerate() {
            let resource = made.get(index).unwrap_or_else(|| panic!("{line}: no resource in {shown}"));
            self.resources.insert(name.to_owned(), *resource);
        }
        Some(path.join("."))
    }

    fn full_name(&self, name: &str) -> Option<String> {
        let kinds = ["", "[method]", "[static]", "[constructor]"];
        let is_there = |name: &String| self.instance.func_type(&[&self.interface, name]).is_some();
        kinds.into_iter().map(|kind| format!("{kind}{name}")).find(is_there)
    }

    fn argument(&self, line: &str, arg: &str, ty: &ComponentValType) -> ComponentVal {
        let resource = |name: &str| *self.resources.get(name).unwrap_or_else(|| panic!("{line}: there is no ${name}"));
        let inner = |prefix: &str, suffix: &str| Some(resource(arg.strip_prefix(prefix)?.strip_suffix(suffix)?));
        if let Some(names) = arg.strip_prefix("[$").and_then(|rest| rest.strip_suffix(']')) {
            let names = names.split(", $");
            return ComponentVal::List(names.map(|name| ComponentVal::Borrow(resource(name))).collect());
        }
        if let Some(val) = inner("some($", ")") {
            return ComponentVal::Option(Some(Box::new(ComponentVal::Own(val))));
        }
        match arg.strip_prefix('$') {
            Some(name) if matches!(ty, ComponentValType::Own(_)) => ComponentVal::Own(resource(name)),
            Some(name) => ComponentVal::Borrow(resource(name)),
            None => ComponentVal::from_wave(arg, ty).unwrap_or_else(|error| panic!("{line}: {arg}: {error}")),
        }
    }
}

/// The resources in a value, from left to right.
fn resources(val: &ComponentVal, made: &mut Vec<ResourceVal>) {
    use ComponentVal as V;
    match val {
        V::Own(resource) => made.push(*resource),
        V::List(vals) | V::Tuple(vals) => vals.iter().for_each(|val| resources(val, made)),
        V::Option(Some(val)) | V::Variant(_, Some(val)) => resources(val, made),
        V::Result(Ok(Some(val)) | Err(Some(val))) => resources(val, made),
        _ => {}
    }
}
