//! `args_*` and `environ_*`.

use super::{call::Call, errno::Done};

/// `args_sizes_get`.
pub(super) fn args_sizes_get(call: &mut Call<'_, '_>) -> Done {
    let list = args(call);
    sizes(call, &list)
}

/// `args_get`.
pub(super) fn args_get(call: &mut Call<'_, '_>) -> Done {
    let list = args(call);
    get(call, &list)
}

/// `environ_sizes_get`.
pub(super) fn environ_sizes_get(call: &mut Call<'_, '_>) -> Done {
    let list = environ(call);
    sizes(call, &list)
}

/// `environ_get`.
pub(super) fn environ_get(call: &mut Call<'_, '_>) -> Done {
    let list = environ(call);
    get(call, &list)
}

fn args(call: &Call<'_, '_>) -> Vec<String> {
    call.world().args.iter().map(|arg| terminated(arg)).collect()
}

fn environ(call: &Call<'_, '_>) -> Vec<String> {
    call.world().env.iter().map(|(name, value)| terminated(&format!("{name}={value}"))).collect()
}

/// The string as C has it: up to its first NUL, and one NUL behind it.
fn terminated(text: &str) -> String {
    format!("{}\0", text.split('\0').next().unwrap_or_default())
}

/// Number of strings, and of bytes together.
fn sizes(call: &mut Call<'_, '_>, list: &[String]) -> Done {
    let bytes: usize = list.iter().map(String::len).sum();
    call.check(call.u32(1), 4)?;
    call.write_u32(call.u32(0), list.len() as u32)?;
    call.write_u32(call.u32(1), bytes as u32)
}

/// The strings one behind the other, and an array of pointers to them.
fn get(call: &mut Call<'_, '_>, list: &[String]) -> Done {
    let (pointers, buffer) = (call.u32(0), call.u32(1));
    let all = list.concat();
    call.check(pointers, list.len() as u64 * 4)?;
    call.check(buffer, all.len() as u64)?;
    let mut at = buffer;
    let mut array = Vec::with_capacity(list.len() * 4);
    for text in list {
        array.extend_from_slice(&at.to_le_bytes());
        at = at.wrapping_add(text.len() as u32);
    }
    call.write(buffer, all.as_bytes())?;
    call.write(pointers, &array)
}
