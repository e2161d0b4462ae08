//! A module ready to be instantiated: decoded, validated, its bodies translated when they are first called.

use crate::{binary, config::Config, error::ModuleError, interp::Code, syntax};
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

/// A decoded and validated module. Cheap to clone, independent of any store, and usable from several threads.
#[derive(Clone)]
pub struct Module(Arc<Inner>);

struct Inner {
    syntax: syntax::Module,
    /// Translated bodies, by index of the defined function.
    code: Box<[OnceLock<Code>]>,
    /// The functions of which a trace tells who calls them.
    entries: OnceLock<BTreeMap<u32, String>>,
    /// Whether those are all exported ones.
    tells_exports: bool,
    /// What the component around it calls it.
    #[cfg(feature = "component")]
    label: OnceLock<String>,
    /// Compiled bodies.
    #[cfg(feature = "jit")]
    compiled: crate::jit::ModuleCode,
}

impl Module {
    /// Decodes and validates `bytes` under the features of `config`.
    ///
    /// # Errors
    /// [`ModuleError::Malformed`] (core `#binary`), [`ModuleError::Invalid`] (core `#valid-module`), or
    /// [`ModuleError::Unsupported`] beyond a limit (core `#impl`), with the offset.
    ///
    /// ```
    /// use preflight_engine::{Config, Module};
    /// let module = Module::new(&Config::default(), *b"\0asm\x01\0\0\0").unwrap();
    /// assert!(module.syntax().imports.is_empty());
    /// ```
    pub fn new(config: &Config, bytes: impl Into<Arc<[u8]>>) -> Result<Module, ModuleError> {
        Ok(Module::of_decoded(config, binary::decode(bytes.into(), config.features)?))
    }

    /// A module of what has been decoded and validated under the features of `config`.
    pub(crate) fn of_decoded(config: &Config, syntax: syntax::Module) -> Module {
        let module = Module::of_syntax(syntax, config.trace_exports);
        #[cfg(feature = "jit")]
        if config.tier == crate::Tier::Jit && config.compile == crate::Compile::Eager {
            crate::jit::compile_module(&module);
        }
        module
    }

    /// A module of what has been decoded; `tells_exports` as [`Config::trace_exports`].
    pub(crate) fn of_syntax(syntax: syntax::Module, tells_exports: bool) -> Module {
        let code = syntax.bodies.iter().map(|_| OnceLock::new()).collect();
        Module(Arc::new(Inner {
            #[cfg(feature = "jit")]
            compiled: crate::jit::ModuleCode::new(syntax.bodies.len()),
            syntax,
            code,
            entries: OnceLock::new(),
            tells_exports,
            #[cfg(feature = "component")]
            label: OnceLock::new(),
        }))
    }

    /// The module as data.
    pub fn syntax(&self) -> &syntax::Module {
        &self.0.syntax
    }

    /// Whether both are one module: clones of what was decoded once.
    pub fn is(&self, other: &Module) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The name of the function with index `x`, if it is one of which a trace tells who calls it.
    pub(crate) fn entry_name(&self, x: u32) -> Option<&str> {
        let entries = self.0.entries.get_or_init(|| crate::exec::entry::names(&self.0.syntax, self.0.tells_exports));
        entries.get(&x).map(String::as_str)
    }

    /// The names that the name section gives to functions, by index. They are the toolchain's advice and nothing more.
    pub fn func_names(&self) -> BTreeMap<u32, String> {
        crate::binary::names::functions(&self.0.syntax)
    }

    /// The name that the name section of the component it is defined in gives it (Component Model, Binary.md, *Name Section*):
    /// advice as well. The module's own name, if it has one, is [`syntax().name`](syntax::Module::name).
    #[cfg(feature = "component")]
    pub fn label(&self) -> Option<&str> {
        self.0.label.get().map(String::as_str)
    }

    /// Keeps what the component around it calls it; the first name stays.
    #[cfg(feature = "component")]
    pub(crate) fn set_label(&self, label: &str) {
        self.0.label.get_or_init(|| label.to_owned());
    }

    /// How many functions have machine code by now: all with [`Compile::Eager`](crate::Compile::Eager) on the second tier,
    /// otherwise those that were called there.
    #[cfg(feature = "jit")]
    pub fn compiled_functions(&self) -> usize {
        self.0.compiled.count()
    }

    /// The compiled bodies, filled as functions are called unless they are compiled with the module.
    #[cfg(feature = "jit")]
    pub(crate) fn compiled(&self) -> &crate::jit::ModuleCode {
        &self.0.compiled
    }

    /// The translated bodies, filled as functions are called.
    pub(crate) fn code(&self) -> &[OnceLock<Code>] {
        &self.0.code
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").field("name", &self.syntax().name).finish_non_exhaustive()
    }
}
