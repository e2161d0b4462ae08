//! `wasi:filesystem/preopens`.

use super::{
    super::{
        define::{Call, Interfaces},
        typing::Own,
    },
    Descriptor,
    types::DescriptorFlags,
};
use crate::error::Fault;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("filesystem/preopens", |interface| {
        interface.func("get-directories", &[], get_directories);
    });
}

/// New descriptors at each call.
fn get_directories(call: &mut Call<'_>, (): ()) -> Result<Vec<(Own<Descriptor>, String)>, Fault> {
    let preopens = call.world().preopens.clone();
    let flags = DescriptorFlags { read: true, mutate_directory: true, ..DescriptorFlags::default() };
    let open = |preopen: crate::wasi::world::Preopen| {
        let descriptor = call.table().add(Descriptor::Dir { dir: preopen.dir, flags })?;
        Ok((descriptor, preopen.name))
    };
    preopens.into_iter().map(open).collect()
}
