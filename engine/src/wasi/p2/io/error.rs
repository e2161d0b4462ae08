//! `wasi:io/error`: what a stream says beyond that its last operation failed.

use super::super::{
    define::{Call, Interfaces},
    typing::{Borrow, Resource},
};
use crate::{error::Fault, wasi::world::FsError};

/// `error`.
#[derive(Debug, Clone, Copy)]
pub(in crate::wasi::p2) struct IoError(pub FsError);

impl Resource for IoError {
    const NAME: &'static str = "error";
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("io/error", |interface| {
        interface.resource::<IoError>().func("[method]error.to-debug-string", &["self"], to_debug_string);
    });
}

fn to_debug_string(call: &mut Call<'_>, (this,): (Borrow<IoError>,)) -> Result<String, Fault> {
    Ok(call.table().get(this)?.0.to_string())
}
