//! Bytes to a [`Component`] (Binary.md). wasmparser reads and validates; this keeps what instantiation needs.

use super::{
    canon_rules::{self, Refused},
    convert::{alias, core_instance, core_type, instance, start_def, type_def},
    names::{self, UniqueNames},
    shadow::{Shadow, ShadowError, hide_starts},
    sorts,
    syntax::*,
    value_def::{self, Mistake, ValueDef},
};
use crate::{
    Module, binary,
    config::{Config, supported_features},
    error::ModuleError,
    trace::ExternKind,
    valid,
};
use std::{
    ops::Range,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};
use wasmparser::{
    BinaryReader, BinaryReaderError, ComponentName, Encoding, FuncValidatorAllocations, KnownCustom, Parser, Payload,
    Validator,
};

/// A decoded and validated component (Explainer.md, *Component Definitions*). Cheap to clone, independent of any store.
#[derive(Debug, Clone)]
pub struct Component(pub(super) Arc<ComponentDef>);

/// How deep components may stand in each other: the decoder and the instantiation recurse.
const MAX_DEPTH: usize = 100;

impl Component {
    /// Decodes and validates `bytes` under the features of `config`, core modules inside included.
    ///
    /// # Errors
    /// [`ModuleError::Malformed`] if the bytes do not follow Binary.md, [`ModuleError::Invalid`] if they break a rule of
    /// validation.
    ///
    /// ```
    /// use preflight_engine::{Config, component::Component};
    /// assert!(Component::new(&Config::default(), b"\0asm\x0d\0\x01\0").is_ok());
    /// ```
    pub fn new(config: &Config, bytes: &[u8]) -> Result<Component, ModuleError> {
        let (bytes, starts) = hide_starts(bytes);
        let shadow = || Shadow { features: config.features, bytes: &bytes, starts: &starts, has_values: false };
        let end = Decoder::new(config, shadow()).run();
        end.map(Component).map_err(|stop| stop.into_error(&bytes, config, &shadow()))
    }

    /// The names of its imports in order.
    pub fn imports(&self) -> impl Iterator<Item = &str> {
        self.0.definitions.iter().filter_map(|definition| match definition {
            Definition::Import { name, .. } => Some(&**name),
            _ => None,
        })
    }

    /// The names and kinds of its imports in order.
    pub fn import_kinds(&self) -> impl Iterator<Item = (&str, ExternKind)> {
        self.0.definitions.iter().filter_map(|definition| match definition {
            Definition::Import { name, ty } => Some((&**name, kind_of(ty))),
            _ => None,
        })
    }

    /// The functions that an instance of it exports, as far as they are known before the instantiation, with the names
    /// that lead there through exported instances. Resource types in them stand for those of any instance.
    pub fn exported_funcs(&self) -> Vec<(Vec<String>, super::types::FuncType)> {
        super::check::exports(&self.0).map(|instance| super::embed::funcs(&instance)).unwrap_or_default()
    }

    /// Whether an instance of it may export, in the instance `path[0]`, a function `path[1]` that `is_it` accepts: where its type
    /// is known before the instantiation, that tells.
    pub(crate) fn may_export(&self, path: [&str; 2], is_it: impl Fn(&super::types::FuncType) -> bool) -> bool {
        super::check::may_export(&self.0, path, is_it)
    }

    /// The names and types of the values that it imports, in order.
    pub fn value_imports(&self) -> Vec<(String, super::types::ValType)> {
        let imports = super::check::value_imports(&self.0).into_iter();
        imports.map(|(name, ty)| (name.to_string(), ty)).collect()
    }

    /// The names of its exports in order.
    pub fn exports(&self) -> impl Iterator<Item = &str> {
        self.0.definitions.iter().filter_map(|definition| match definition {
            Definition::Export { name, .. } => Some(&**name),
            _ => None,
        })
    }

    /// The component's name, from its name section.
    pub fn name(&self) -> Option<&str> {
        self.0.names.component.as_deref()
    }
}

/// Why decoding stopped.
enum Stop {
    /// wasmparser found a mistake.
    Reader(BinaryReaderError),
    /// A core module inside has one.
    Module(ModuleError),
    /// Our own rules.
    Own(ModuleError),
}

impl From<BinaryReaderError> for Stop {
    fn from(error: BinaryReaderError) -> Stop {
        Stop::Reader(error)
    }
}

impl Stop {
    fn into_error(self, bytes: &[u8], config: &Config, shadow: &Shadow<'_>) -> ModuleError {
        match self {
            Stop::Module(error) | Stop::Own(error) => error,
            Stop::Reader(error) => {
                let (offset, message) = (error.offset() as usize, crate::binary::words(&error));
                if is_limit(&message, bytes.len().saturating_sub(offset)) {
                    ModuleError::Unsupported { offset, message }
                } else if parses(bytes, config, shadow, &error) {
                    ModuleError::Invalid { offset, message }
                } else {
                    ModuleError::Malformed { offset, message }
                }
            }
        }
    }
}

/// Whether a message of wasmparser is about one of its limits, before which `rest` bytes stand: it reads no count that is
/// above a limit. No limit is under a thousand, and a count that no bytes stand behind is malformed.
fn is_limit(message: &str, rest: usize) -> bool {
    message.contains("count exceeds limit of")
        || message.contains("exceeds the limit of")
        || message == "type nesting is too deep"
        || (message.ends_with("size is out of bounds") && rest >= 1_000)
}

/// Whether the bytes follow the grammar: a second pass without validation, which only failures pay for.
///
/// What Binary.md asks for in its notes rather than in its grammar is a rule of validation, wherever wasmparser finds it.
fn parses<'a>(bytes: &'a [u8], config: &Config, shadow: &Shadow<'a>, error: &BinaryReaderError) -> bool {
    if error.message().starts_with("duplicate '") {
        return true;
    }
    // It is not among Binary.md's `canonopt`s.
    if error.message().starts_with("canonical option `gc`") {
        return false;
    }
    // The encoding of the part that comes next.
    let mut expected = Encoding::Component;
    fn section<'a, T: wasmparser::FromReader<'a>>(reader: wasmparser::SectionLimited<'a, T>) -> bool {
        reader.into_iter().all(|item| item.is_ok())
    }
    let part = |range: Range<u64>| {
        let contents = &bytes[range.start as usize..range.end as usize];
        BinaryReader::new_features(contents, range.start, config.features)
    };
    let mut parser = Parser::new(0);
    parser.set_features(config.features);
    parser.parse_all(bytes).all(|payload| match payload {
        Ok(Payload::UnknownSection { id: value_def::SECTION, contents, range }) => {
            config.features.cm_values() && value_section(contents, range.start).is_ok()
        }
        Ok(Payload::UnknownSection { contents, range, .. }) => {
            shadow.starts.contains(&range.start) && start_section(contents, range.start).is_ok()
        }
        Err(_) => false,
        Ok(Payload::Version { encoding, .. }) => encoding == expected,
        Ok(Payload::ModuleSection { .. }) => {
            expected = Encoding::Module;
            true
        }
        Ok(Payload::ComponentSection { .. }) => {
            expected = Encoding::Component;
            true
        }
        Ok(Payload::InstanceSection(reader)) => sorts::core_instances(part(reader.range())),
        Ok(Payload::CoreTypeSection(reader)) => shadow.core_types(&reader).is_ok(),
        Ok(Payload::ComponentInstanceSection(reader)) => sorts::instances(part(reader.range())),
        Ok(Payload::ComponentAliasSection(reader)) => sorts::aliases(part(reader.range())),
        Ok(Payload::ComponentTypeSection(reader)) => shadow.types(&reader).is_ok(),
        Ok(Payload::ComponentCanonicalSection(reader)) => section(reader),
        Ok(Payload::ComponentImportSection(reader)) => section(reader),
        Ok(Payload::ComponentExportSection(reader)) => sorts::exports(part(reader.range())),
        Ok(_) => true,
    })
}

/// A component that has not ended yet.
struct Open {
    def: ComponentDef,
    imports: UniqueNames,
    exports: UniqueNames,
}

/// The pass over the bytes.
struct Decoder<'a> {
    config: &'a Config,
    bytes: &'a [u8],
    validator: Validator,
    shadow: Shadow<'a>,
    /// The components that are open, outermost first.
    open: Vec<Open>,
    /// The core module that is open: they do not nest.
    inside: Option<Inside>,
    /// For bodies of functions.
    allocations: FuncValidatorAllocations,
}

/// A core module that has not ended yet.
struct Inside {
    /// Where it stands in the bytes.
    range: Range<u64>,
    /// What has been read of it; nothing where the features are more than the engine has, some of which are not for modules.
    reading: Option<binary::Reading>,
}

impl<'a> Decoder<'a> {
    fn new(config: &'a Config, shadow: Shadow<'a>) -> Self {
        Decoder {
            config,
            bytes: shadow.bytes,
            validator: Validator::new_with_features(config.features),
            shadow,
            open: Vec::new(),
            inside: None,
            allocations: FuncValidatorAllocations::default(),
        }
    }

    fn run(mut self) -> Result<Arc<ComponentDef>, Stop> {
        let mut parser = Parser::new(0);
        parser.set_features(self.config.features);
        for payload in parser.parse_all(self.bytes) {
            let part = payload.map_err(Stop::from).and_then(|payload| self.payload(payload));
            if let Some(root) = part.map_err(|stop| self.in_its_own_words(stop))? {
                super::check::check(self.config, &root, self.shadow.has_values).map_err(Stop::Own)?;
                return Ok(root);
            }
        }
        Err(self.unexpected_end())
    }

    /// A mistake in a core module is told as if the module stood alone.
    fn in_its_own_words(&self, stop: Stop) -> Stop {
        let Some(inside) = &self.inside else { return stop };
        match Module::new(self.config, self.bytes_of(inside)) {
            Err(error) => Stop::Module(at_offset(error, inside.range.start as usize)),
            Ok(_) => stop,
        }
    }

    fn bytes_of(&self, inside: &Inside) -> &'a [u8] {
        &self.bytes[inside.range.start as usize..inside.range.end as usize]
    }

    fn unexpected_end(&self) -> Stop {
        Stop::Own(ModuleError::Malformed { offset: self.bytes.len(), message: "unexpected end".to_owned() })
    }

    /// Takes one part; returns the root component when it ends.
    fn payload(&mut self, payload: Payload<'a>) -> Result<Option<Arc<ComponentDef>>, Stop> {
        if let Payload::Version { encoding: Encoding::Module, .. } = &payload
            && self.open.is_empty()
        {
            let message = "this is a core module, not a component".to_owned();
            return Err(Stop::Own(ModuleError::Malformed { offset: 4, message }));
        }
        self.validate(&payload)?;
        self.keep(payload)
    }

    /// Validates one part.
    ///
    /// wasmparser 0.258 asserts how deep the declarations of instance and component types stand in each other, before it
    /// checks that; what it panics at is beyond its limits, and the message says so. Nothing of the validator is used after that.
    fn validate(&mut self, payload: &Payload<'a>) -> Result<(), Stop> {
        catch_unwind(AssertUnwindSafe(|| self.validate_part(payload))).unwrap_or_else(|_| {
            let message = "types stand in each other too deep for the validator".to_owned();
            Err(Stop::Own(ModuleError::Unsupported { offset: 0, message }))
        })
    }

    fn validate_part(&mut self, payload: &Payload<'a>) -> Result<(), Stop> {
        if self.inside.is_none() && self.shadow.validate(payload, &mut self.validator).map_err(Stop::from_shadow)? {
            return Ok(());
        }
        if let (Payload::ComponentCanonicalSection(reader), Some(types)) = (payload, self.validator.types(0)) {
            let mut items = reader.clone().into_iter();
            for _ in 0..reader.count() {
                let offset = items.original_position();
                canon_rules::opcode(self.bytes.get(offset as usize).copied())
                    .map_err(|refused| Stop::from_refused(refused, offset))?;
                let Some(canon) = items.next().transpose()? else { break };
                canon_rules::before(&canon, types, self.config.features)
                    .map_err(|refused| Stop::from_refused(refused, offset))?;
            }
        }
        Ok(valid::body(self.validator.payload(payload)?, &mut self.allocations)?)
    }

    fn keep(&mut self, payload: Payload<'a>) -> Result<Option<Arc<ComponentDef>>, Stop> {
        if let Some(inside) = self.inside.take_if(|_| matches!(payload, Payload::End(_))) {
            let (offset, module) = (inside.range.start, self.module(inside)?);
            self.define(offset, Definition::CoreModule(module));
            return Ok(None);
        }
        if let Some(inside) = &mut self.inside {
            if let Some(reading) = &mut inside.reading {
                reading.valid_section(payload).map_err(Stop::Module)?;
            }
            return Ok(None);
        }
        match payload {
            Payload::Version { encoding: Encoding::Component, range, .. } => {
                if self.open.len() >= MAX_DEPTH {
                    let (offset, message) = (range.start as usize, "components are nested too deeply".to_owned());
                    return Err(Stop::Own(ModuleError::Unsupported { offset, message }));
                }
                let features = self.config.features;
                self.open.push(Open {
                    def: ComponentDef::default(),
                    imports: UniqueNames::imports(features),
                    exports: UniqueNames::exports(features),
                });
            }
            // The parser of a component inside ends with the bytes, wherever its section should.
            Payload::ComponentSection { unchecked_range, .. } if unchecked_range.end > self.bytes.len() as u64 => {
                return Err(self.unexpected_end());
            }
            Payload::ModuleSection { unchecked_range, .. } => self.inside = Some(self.open_module(unchecked_range)?),
            Payload::End(offset) => return Ok(self.end(offset)),
            Payload::UnknownSection { id: value_def::SECTION, contents, range } => {
                for value in value_section(contents, range.start).map_err(Stop::Own)? {
                    self.define(value.offset as u64, Definition::Value(value));
                }
            }
            Payload::UnknownSection { contents, range, .. } if self.shadow.starts.contains(&range.start) => {
                let start = start_section(contents, range.start).map_err(Stop::Own)?;
                self.define(range.start, start_def(start));
            }
            payload => self.section(payload)?,
        }
        Ok(None)
    }

    /// A core module inside begins. Nobody has checked yet that its bytes are there.
    fn open_module(&self, range: Range<u64>) -> Result<Inside, Stop> {
        let Some(bytes) = self.bytes.get(range.start as usize..range.end as usize) else {
            return Err(self.unexpected_end());
        };
        let is_all_known = supported_features().contains(self.config.features);
        let reading = is_all_known.then(|| binary::Reading::new(bytes.into(), range.start));
        Ok(Inside { range, reading })
    }

    /// A core module inside has ended.
    fn module(&self, inside: Inside) -> Result<Module, Stop> {
        let start = inside.range.start as usize;
        let module = match inside.reading {
            Some(reading) => Ok(Module::of_decoded(self.config, reading.end())),
            None => Module::new(self.config, self.bytes_of(&inside)),
        };
        module.map_err(|error| Stop::Module(at_offset(error, start)))
    }

    /// The innermost component ends: it is a definition of the one around it, or the root.
    fn end(&mut self, offset: u64) -> Option<Arc<ComponentDef>> {
        let component = Arc::new(self.open.pop()?.def);
        label_modules(&component);
        if self.open.is_empty() {
            return Some(component);
        }
        self.define(offset, Definition::Component(component));
        None
    }

    fn define(&mut self, offset: u64, definition: Definition) {
        if let Some(Open { def, .. }) = self.open.last_mut() {
            def.definitions.push(definition);
            // wasmparser counts in `u64`; the bytes are in memory.
            def.offsets.push(offset as usize);
        }
    }

    fn define_all<T: wasmparser::FromReader<'a>>(
        &mut self,
        reader: wasmparser::SectionLimited<'a, T>,
        make: impl Fn(T) -> Definition,
    ) -> Result<(), Stop> {
        for item in reader.into_iter_with_offsets() {
            let (offset, item) = item?;
            let definition = make(item);
            self.check(&definition).map_err(|refused| Stop::from_refused(refused, offset))?;
            self.define(offset, definition);
        }
        Ok(())
    }

    /// Our own rules of single definitions, which wasmparser has validated.
    fn check(&mut self, definition: &Definition) -> Result<(), Refused> {
        let features = self.config.features;
        let Some(open) = self.open.last_mut() else { return Ok(()) };
        let checked = match definition {
            Definition::Import { name, ty } => open.imports.take(name, names::is_value(ty)),
            Definition::Export { name, item, .. } => open.exports.take(name, item.sort == Sort::Value),
            Definition::Type(ty) => names::check_type(ty, features),
            Definition::Instance(InstanceDef::Exports(items)) => {
                let mut exports = UniqueNames::exports(features);
                items.iter().try_for_each(|(name, item)| exports.take(name, item.sort == Sort::Value))
            }
            Definition::Canon(canon) => {
                return self.validator.types(0).map_or(Ok(()), |types| canon_rules::after(canon, types));
            }
            _ => Ok(()),
        };
        checked.map_err(Refused::Invalid)
    }

    fn section(&mut self, payload: Payload<'a>) -> Result<(), Stop> {
        match payload {
            Payload::InstanceSection(reader) => self.define_all(reader, core_instance),
            Payload::CoreTypeSection(reader) => self.define_all(reader, |item| Definition::CoreType(core_type(item))),
            Payload::ComponentInstanceSection(reader) => self.define_all(reader, instance),
            Payload::ComponentAliasSection(reader) => self.define_all(reader, |item| Definition::Alias(alias(item))),
            Payload::ComponentTypeSection(reader) => self.define_all(reader, |item| Definition::Type(type_def(item))),
            Payload::ComponentCanonicalSection(reader) => self.define_all(reader, Definition::Canon),
            Payload::ComponentImportSection(reader) => {
                attributes(&reader, |item| (item.name, names::is_value(&item.ty)))?;
                self.define_all(reader, |item: wasmparser::ComponentImport<'_>| Definition::Import {
                    name: item.name.name.into(),
                    ty: item.ty,
                })
            }
            Payload::ComponentExportSection(reader) => {
                attributes(&reader, |item| (item.name, item.kind == Sort::Value))?;
                self.define_all(reader, |item: wasmparser::ComponentExport<'_>| Definition::Export {
                    name: item.name.name.into(),
                    item: SortIdx { sort: item.kind, index: item.index },
                    ty: item.ty,
                })
            }
            Payload::CustomSection(custom) => {
                if let (KnownCustom::ComponentName(reader), Some(open)) = (custom.as_known(), self.open.last_mut()) {
                    // Names are for people: a broken name section loses the rest of them and nothing else.
                    reader.into_iter().map_while(Result::ok).for_each(|name| keep_names(&mut open.def.names, name));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

impl Stop {
    fn from_refused(refused: Refused, offset: u64) -> Stop {
        let offset = offset as usize;
        Stop::Own(match refused {
            Refused::Invalid(message) => ModuleError::Invalid { offset, message },
            Refused::Unsupported(message) => ModuleError::Unsupported { offset, message },
        })
    }

    fn from_shadow(error: ShadowError) -> Stop {
        match error {
            ShadowError::Reader(error) => Stop::Reader(error),
            ShadowError::Own(error) => Stop::Own(error),
        }
    }
}

/// The same error with its offset counted from the component's start.
fn at_offset(error: ModuleError, base: usize) -> ModuleError {
    match error {
        ModuleError::Malformed { offset, message } => ModuleError::Malformed { offset: base + offset, message },
        ModuleError::Invalid { offset, message } => ModuleError::Invalid { offset: base + offset, message },
        ModuleError::Unsupported { offset, message } => ModuleError::Unsupported { offset: base + offset, message },
    }
}

/// Checks the attributes of names, which nothing but wasmparser keeps.
fn attributes<'a, T: wasmparser::FromReader<'a>>(
    reader: &wasmparser::SectionLimited<'a, T>,
    named: impl Fn(T) -> (wasmparser::ComponentExternName<'a>, bool),
) -> Result<(), Stop> {
    for item in reader.clone().into_iter_with_offsets() {
        let (offset, item) = item?;
        let (name, is_value) = named(item);
        names::check_attributes(&name, is_value)
            .map_err(|message| Stop::from_refused(Refused::Invalid(message), offset))?;
    }
    Ok(())
}

/// The contents of a value section.
fn value_section(contents: &[u8], start: u64) -> Result<Vec<ValueDef>, ModuleError> {
    let mut reader = wasmparser::BinaryReader::new(contents, start);
    ValueDef::section(&mut reader).map_err(|mistake| mistake.into_malformed(start))
}

/// The contents of a start section.
fn start_section(contents: &[u8], start: u64) -> Result<wasmparser::ComponentStartFunction, ModuleError> {
    let mut reader = wasmparser::BinaryReader::new(contents, start);
    let def = reader.read().map_err(|error| Mistake::Reader(error).into_malformed(start))?;
    match reader.eof() {
        true => Ok(def),
        false => Err(Mistake::Own("unexpected content after the start definition".to_owned()).into_malformed(start)),
    }
}

/// Tells the core modules that `component` defines what its name section calls them.
fn label_modules(component: &ComponentDef) {
    let mut index = 0;
    for definition in &component.definitions {
        let is_module = match definition {
            Definition::CoreModule(module) => {
                if let Some(name) = Names::get(&component.names.core_modules, index) {
                    module.set_label(name);
                }
                true
            }
            // These take their places in the index space, and have their names from elsewhere.
            Definition::Import { ty, .. } => matches!(ty, ExternDesc::Module(_)),
            Definition::Export { item, .. } => item.sort == Sort::Module,
            Definition::Alias(Alias::Export { sort, .. }) => *sort == Sort::Module,
            Definition::Alias(Alias::Outer { sort, .. }) => *sort == OuterSort::CoreModule,
            _ => false,
        };
        index += u32::from(is_module);
    }
}

fn keep_names(names: &mut Names, name: ComponentName<'_>) {
    let collect = |map: wasmparser::NameMap<'_>| {
        let mut map: Vec<(u32, String)> =
            map.into_iter().map_while(Result::ok).map(|naming| (naming.index, naming.name.to_owned())).collect();
        map.sort_by_key(|(index, _)| *index);
        map
    };
    match name {
        ComponentName::Component { name, .. } => names.component = Some(name.to_owned()),
        ComponentName::CoreModules(map) => names.core_modules = collect(map),
        ComponentName::CoreInstances(map) => names.core_instances = collect(map),
        ComponentName::Instances(map) => names.instances = collect(map),
        ComponentName::Types(map) => names.types = collect(map),
        ComponentName::Funcs(map) => names.funcs = collect(map),
        _ => {}
    }
}
