//! The adapters, one file each: runtimes in this process, behind features of their names, and command lines. The adapters of
//! runtimes that speak the protocol are their drivers, in `suite/drivers`.

#[cfg(any(feature = "wasmi", feature = "wasmtime"))]
mod acting;
mod command_line;
mod files;
#[cfg(any(
    feature = "wasmi",
    feature = "wasmtime",
    feature = "tinywasm",
    feature = "wasmer",
    feature = "wasm_component_layer"
))]
#[cfg_attr(
    not(all(
        feature = "wasmi",
        feature = "wasmtime",
        feature = "tinywasm",
        feature = "wasmer",
        feature = "wasm_component_layer"
    )),
    allow(dead_code, unused_macros, unused_imports, reason = "each of them takes a part of it")
)]
mod in_process;
mod spectest_interp;
#[cfg(feature = "tinywasm")]
mod tinywasm;
mod wasi_adapter;
#[cfg(feature = "wasm_component_layer")]
mod wasm_component_layer;
#[cfg(feature = "wasmer")]
mod wasmer;
#[cfg(feature = "wasmi")]
mod wasmi;
#[cfg(feature = "wasmtime")]
mod wasmtime;
mod wasmtime_cli;

pub use command_line::{CommandLine, Template, TemplateError};
pub use spectest_interp::SpectestInterp;
#[cfg(feature = "tinywasm")]
pub use tinywasm::Tinywasm;
pub use wasi_adapter::WasiAdapter;
#[cfg(feature = "wasm_component_layer")]
pub use wasm_component_layer::ComponentLayer;
#[cfg(feature = "wasmer")]
pub use wasmer::Wasmer;
#[cfg(feature = "wasmi")]
pub use wasmi::Wasmi;
#[cfg(feature = "wasmtime")]
pub use wasmtime::Wasmtime;
pub use wasmtime_cli::WasmtimeCli;

/// The primitives of a runtime that has none: a command line.
macro_rules! no_primitives {
    () => {
        fn reset(&mut self) -> Result<(), End> {
            Ok(())
        }

        fn compile(&mut self, _bytes: &[u8]) -> Result<crate::runtime::ModuleId, End> {
            Err(End::unsupported("compiling without running"))
        }

        fn instantiate(
            &mut self,
            _module: crate::runtime::ModuleId,
            _imports: &[crate::runtime::Import],
        ) -> Result<crate::runtime::InstanceId, End> {
            Err(End::unsupported("instances"))
        }

        fn call(
            &mut self,
            _instance: crate::runtime::InstanceId,
            _export: &str,
            _args: &[crate::trace::Value],
        ) -> Result<Vec<crate::trace::Value>, End> {
            Err(End::unsupported("calls"))
        }
    };
}

use no_primitives;
