//! `fd_readdir` and `fd_prestat_*`.

use super::{
    super::world::{Dir, Entry, FileKind},
    call::Call,
    errno::{Done, Errno},
    table::Object,
    types::dirent,
};

/// `fd_prestat_get`.
pub(super) fn fd_prestat_get(call: &mut Call<'_, '_>) -> Done {
    let name = preopen(call)?;
    let mut bytes = [0; 8];
    bytes[4..].copy_from_slice(&(name.len() as u32).to_le_bytes());
    call.write(call.u32(1), &bytes)
}

/// `fd_prestat_dir_name`.
pub(super) fn fd_prestat_dir_name(call: &mut Call<'_, '_>) -> Done {
    let name = preopen(call)?;
    if (call.u32(2) as usize) < name.len() {
        return Err(Errno::Nametoolong.into());
    }
    call.write(call.u32(1), name.as_bytes())
}

/// The name of a preopened directory: `badf` for every other descriptor.
fn preopen(call: &mut Call<'_, '_>) -> Done<String> {
    let fd = call.u32(0);
    Ok(call.table().get(fd)?.preopen.clone().ok_or(Errno::Badf)?)
}

/// `fd_readdir`. A cookie is the number of entries before it in the listing that the call with cookie 0 took, `.` and
/// `..` first and the others in the order of their names; what is made or removed meanwhile does not disturb it. The last
/// entry is cut if the buffer is too short, which is how a guest knows that there is more.
pub(super) fn fd_readdir(call: &mut Call<'_, '_>) -> Done {
    let (fd, buffer, buffer_len, cookie) = (call.u32(0), call.u32(1), call.u32(2), call.u64(3));
    call.table().dir(fd)?;
    call.check(buffer, buffer_len.into())?;
    call.check(call.u32(4), 4)?;
    let descriptor = call.table().get_mut(fd)?;
    let Object::Dir(dir) = &descriptor.object else { return Err(Errno::Notdir.into()) };
    if cookie == 0 || descriptor.listing.is_none() {
        descriptor.listing = Some(listing(dir)?);
    }
    let entries = descriptor.listing.as_deref().unwrap_or_default();
    let bytes = encode(entries, cookie, buffer_len as usize);
    call.write(buffer, &bytes)?;
    call.write_u32(call.u32(4), bytes.len() as u32)
}

fn listing(dir: &Dir) -> Done<Vec<Entry>> {
    let ino = dir.stat(".", true)?.ino;
    // What is above the directory is nobody's business: `..` is the directory too.
    let dots = [".", ".."].map(|name| Entry { name: name.to_owned(), ino, kind: FileKind::Directory });
    let mut entries = dots.to_vec();
    entries.extend(dir.entries()?);
    Ok(entries)
}

fn encode(entries: &[Entry], cookie: u64, most: usize) -> Vec<u8> {
    let skipped = usize::try_from(cookie).unwrap_or(usize::MAX);
    let mut bytes = Vec::new();
    for (index, entry) in entries.iter().enumerate().skip(skipped) {
        if bytes.len() >= most {
            break;
        }
        bytes.extend_from_slice(&dirent(index as u64 + 1, entry.ino, entry.name.len() as u32, entry.kind));
        bytes.extend_from_slice(entry.name.as_bytes());
    }
    bytes.truncate(most);
    bytes
}
