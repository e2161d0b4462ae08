//! `path_*`: all relative to a directory descriptor, which no path leaves (`perm`).

use super::{
    super::world::{Grants, OpenOptions, Opened},
    call::Call,
    errno::{Done, Errno},
    fd::times,
    table::{Descriptor, Object},
    types::{fdflags, oflags, rights},
};

/// `path_create_directory`.
pub(super) fn path_create_directory(call: &mut Call<'_, '_>) -> Done {
    let path = call.path(1)?;
    let fd = call.u32(0);
    Ok(call.table().dir(fd)?.create_dir(&path)?)
}

/// `path_remove_directory`.
pub(super) fn path_remove_directory(call: &mut Call<'_, '_>) -> Done {
    let path = call.path(1)?;
    let fd = call.u32(0);
    Ok(call.table().dir(fd)?.remove_dir(&path)?)
}

/// `path_unlink_file`.
pub(super) fn path_unlink_file(call: &mut Call<'_, '_>) -> Done {
    let path = call.path(1)?;
    let fd = call.u32(0);
    Ok(call.table().dir(fd)?.unlink(&path)?)
}

/// `path_filestat_get`.
pub(super) fn path_filestat_get(call: &mut Call<'_, '_>) -> Done {
    let (follow, path) = (call.follow(1)?, call.path(2)?);
    let fd = call.u32(0);
    let stat = call.table().dir(fd)?.stat(&path, follow)?;
    call.write(call.u32(4), &call.snapshot.filestat(&stat))
}

/// `path_filestat_set_times`.
pub(super) fn path_filestat_set_times(call: &mut Call<'_, '_>) -> Done {
    let (follow, path, times) = (call.follow(1)?, call.path(2)?, times(call, 4)?);
    let fd = call.u32(0);
    Ok(call.table().dir(fd)?.set_times(&path, follow, times)?)
}

/// `path_link`: to a symbolic link itself, or to what it leads to if `old_flags` say that it is followed.
pub(super) fn path_link(call: &mut Call<'_, '_>) -> Done {
    let (follow, old, new) = (call.follow(1)?, call.path(2)?, call.path(5)?);
    let (from, to) = (call.u32(0), call.u32(4));
    let to = call.table().dir(to)?.clone();
    Ok(call.table().dir(from)?.link(&old, follow, &to, &new)?)
}

/// `path_rename`.
pub(super) fn path_rename(call: &mut Call<'_, '_>) -> Done {
    let (old, new) = (call.path(1)?, call.path(4)?);
    let (from, to) = (call.u32(0), call.u32(3));
    let to = call.table().dir(to)?.clone();
    Ok(call.table().dir(from)?.rename(&old, &to, &new)?)
}

/// `path_symlink`.
pub(super) fn path_symlink(call: &mut Call<'_, '_>) -> Done {
    let (target, path) = (call.path(0)?, call.path(3)?);
    let fd = call.u32(2);
    Ok(call.table().dir(fd)?.symlink(&target, &path)?)
}

/// `path_readlink`: as much of the target as the buffer holds.
pub(super) fn path_readlink(call: &mut Call<'_, '_>) -> Done {
    let path = call.path(1)?;
    let (fd, buffer, len) = (call.u32(0), call.u32(3), call.u32(4));
    let target = call.table().dir(fd)?.read_link(&path)?;
    call.check(buffer, len.into())?;
    call.check(call.u32(5), 4)?;
    let used = target.len().min(len as usize);
    call.write(buffer, &target.as_bytes()[..used])?;
    call.write_u32(call.u32(5), used as u32)
}

/// `path_open`. Of the rights asked for, `fd_read` and `fd_write` say what the file is opened for.
pub(super) fn path_open(call: &mut Call<'_, '_>) -> Done {
    let (follow, path) = (call.follow(1)?, call.path(2)?);
    let (oflags, base) = (call.flags(4, oflags::ALL)?, call.u64(5));
    let fdflags = call.flags(7, fdflags::ALL)?;
    let fd = call.u32(0);
    let options = open_options(follow, oflags, base)?;
    let parent = call.table().get(fd)?;
    demand_for_open(parent, oflags, fdflags)?;
    let mut kept = parent.kept.inherit(base | call.u64(6))?;
    if call.world().grants == Grants::Asked {
        (kept.base, kept.inheriting) = (kept.base & base, kept.inheriting & call.u64(6));
    }
    // Before a file is made that nobody can have.
    call.table().check_room()?;
    call.check(call.u32(8), 4)?;
    let object = match call.table().dir(fd)?.open(&path, options)? {
        Opened::File(file) => Object::File(file),
        Opened::Dir(dir) => Object::Dir(dir),
    };
    let descriptor = Descriptor::new(object, options.read, options.write, fdflags);
    let opened = call.table().insert(Descriptor { kept, ..descriptor })?;
    call.write_u32(call.u32(8), opened)
}

/// The rights that the flags of `path_open` need, beside the one to open.
fn demand_for_open(parent: &Descriptor, oflags: u16, fdflags: u16) -> Result<(), Errno> {
    let needs = [
        (oflags & oflags::CREAT, rights::PATH_CREATE_FILE),
        (oflags & oflags::TRUNC, rights::PATH_FILESTAT_SET_SIZE),
        (fdflags & (fdflags::RSYNC | fdflags::SYNC), rights::FD_SYNC),
    ];
    for (_, right) in needs.into_iter().filter(|(flag, _)| *flag != 0) {
        parent.demand(right)?;
    }
    match fdflags & fdflags::DSYNC {
        0 => Ok(()),
        // Either includes it.
        _ => parent.demand(rights::FD_DATASYNC).or_else(|_| parent.demand(rights::FD_SYNC)),
    }
}

fn open_options(follow: bool, oflags: u16, base: u64) -> Result<OpenOptions, Errno> {
    let has = |flag| oflags & flag != 0;
    let makes = has(oflags::CREAT) || has(oflags::EXCL) || has(oflags::TRUNC);
    if has(oflags::DIRECTORY) && makes {
        return Err(Errno::Inval);
    }
    Ok(OpenOptions {
        follow,
        create: has(oflags::CREAT),
        exclusive: has(oflags::EXCL),
        truncate: has(oflags::TRUNC),
        directory: has(oflags::DIRECTORY),
        read: base & rights::FD_READ != 0,
        write: base & rights::FD_WRITE != 0,
    })
}
