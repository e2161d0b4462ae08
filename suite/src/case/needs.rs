//! The words for what a case needs beyond release 2.0.

/// What the name of a proposal stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// The word in headers.
    pub name: &'static str,
    /// What it is, for those who write cases.
    pub about: &'static str,
}

const fn need(name: &'static str, about: &'static str) -> Need {
    Need { name, about }
}

/// All of them.
pub const NEEDS: &[Need] = &[
    // Part of release 3.0.
    need("extended-const", "arithmetic in constant expressions"),
    need("tail-call", "return_call and its like"),
    need("multi-memory", "several memories in a module"),
    need("memory64", "memories and tables with 64-bit addresses"),
    need("function-references", "typed function references, table initialisers"),
    need("gc", "structures and arrays; brings function-references along"),
    need("exception-handling", "tags, throw and try_table"),
    need("relaxed-simd", "vector instructions whose results may differ"),
    // Not merged yet.
    need("threads", "shared memories and atomics"),
    need("custom-page-sizes", "memories whose pages are not 64 KiB"),
    need("wide-arithmetic", "arithmetic of 128 bits"),
    // Beyond core.
    need("component-model", "components"),
    need("values", "component-level values and start definitions"),
    need("component-async", "the asynchronous half of the Component Model"),
    need("error-context", "contexts of errors as values of components"),
    need("fixed-length-lists", "lists of a fixed length as values of components"),
    need("maps", "maps as values of components"),
    need("component-memory64", "memories with 64-bit addresses behind the functions of components"),
    need("wasip1", "a host with WASI Preview 1"),
    need("wasip2", "a host with WASI Preview 2"),
    need("wasi-threads", "a host with wasi-threads"),
    need("js-api", "a JavaScript host"),
];

/// The need called `name`.
pub fn get(name: &str) -> Option<&'static Need> {
    NEEDS.iter().find(|need| need.name == name)
}

#[cfg(feature = "reference")]
pub use features::features;

#[cfg(feature = "reference")]
mod features {
    use preflight_engine::Features;

    /// What the engine is to accept for a case that needs `needs`, and the first word that it has nothing for.
    pub fn features(needs: &[String]) -> (Features, Option<&str>) {
        let features = needs.iter().filter_map(|name| of(name)).fold(Features::WASM2, |all, one| all | one);
        (features, needs.iter().map(String::as_str).find(|name| of(name).is_none()))
    }

    fn of(name: &str) -> Option<Features> {
        Some(match name {
            "extended-const" => Features::EXTENDED_CONST,
            "tail-call" => Features::TAIL_CALL,
            "multi-memory" => Features::MULTI_MEMORY,
            "memory64" => Features::MEMORY64,
            "function-references" => Features::FUNCTION_REFERENCES,
            "gc" => Features::GC | Features::FUNCTION_REFERENCES,
            "exception-handling" => Features::EXCEPTIONS,
            "relaxed-simd" => Features::RELAXED_SIMD,
            "threads" => Features::THREADS,
            "custom-page-sizes" => Features::CUSTOM_PAGE_SIZES,
            "wide-arithmetic" => Features::WIDE_ARITHMETIC,
            "component-model" => Features::COMPONENT_MODEL,
            "values" => Features::CM_VALUES,
            "component-async" => {
                Features::CM_ASYNC
                    | Features::CM_ASYNC_STACKFUL
                    | Features::CM_MORE_ASYNC_BUILTINS
                    | Features::CM_THREADING
            }
            "error-context" => Features::CM_ERROR_CONTEXT,
            "fixed-length-lists" => Features::CM_FIXED_LENGTH_LISTS,
            "maps" => Features::CM_MAP,
            "component-memory64" => Features::CM64,
            // A kind of host and no feature of modules.
            "wasip1" => Features::empty(),
            "wasip2" => Features::COMPONENT_MODEL,
            "wasi-threads" => Features::THREADS,
            _ => return None,
        })
    }
}
