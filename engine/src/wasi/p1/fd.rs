//! `fd_*`: descriptors and the attributes of what they stand for. Reading and writing is in `fd_io`, directories are in
//! `fd_dir`.

use super::{
    super::world::{FileKind, LARGEST_FILE, Stat, Times},
    call::Call,
    errno::{Done, Errno},
    table::Object,
    types::{fdflags, fdstat, filetype, fstflags},
};

/// The greatest `advice`.
const LAST_ADVICE: u32 = 5;

/// `fd_advise`: advice is heard and not taken.
pub(super) fn fd_advise(call: &mut Call<'_, '_>) -> Done {
    let (fd, advice) = (call.u32(0), call.u32(3));
    if advice > LAST_ADVICE {
        return Err(Errno::Inval.into());
    }
    call.table().get(fd)?.seekable()?;
    Ok(())
}

/// `fd_allocate`: the file has at least this size afterwards.
pub(super) fn fd_allocate(call: &mut Call<'_, '_>) -> Done {
    let (fd, offset, len) = (call.u32(0), call.u64(1), call.u64(2));
    let descriptor = call.table().get(fd)?;
    let file = descriptor.seekable()?;
    if !descriptor.write {
        return Err(Errno::Badf.into());
    }
    if len == 0 {
        return Err(Errno::Inval.into());
    }
    let end = offset.checked_add(len).ok_or(Errno::Fbig)?;
    let file = file.clone();
    if file.stat()?.size < end {
        call.pay(end.min(LARGEST_FILE))?;
        file.set_size(end)?;
    }
    Ok(())
}

/// `fd_close`.
pub(super) fn fd_close(call: &mut Call<'_, '_>) -> Done {
    let fd = call.u32(0);
    call.table().remove(fd)?;
    Ok(())
}

/// `fd_renumber`.
pub(super) fn fd_renumber(call: &mut Call<'_, '_>) -> Done {
    let (from, to) = (call.u32(0), call.u32(1));
    Ok(call.table().renumber(from, to)?)
}

/// `fd_sync`.
pub(super) fn fd_sync(call: &mut Call<'_, '_>) -> Done {
    sync(call, false)
}

/// `fd_datasync`.
pub(super) fn fd_datasync(call: &mut Call<'_, '_>) -> Done {
    sync(call, true)
}

fn sync(call: &mut Call<'_, '_>, data_only: bool) -> Done {
    let fd = call.u32(0);
    match &call.table().get(fd)?.object {
        Object::File(file) => Ok(file.sync(data_only)?),
        Object::Dir(_) => Ok(()),
        _ => Err(Errno::Inval.into()),
    }
}

/// `fd_fdstat_get`.
pub(super) fn fd_fdstat_get(call: &mut Call<'_, '_>) -> Done {
    let fd = call.u32(0);
    let descriptor = call.table().get(fd)?;
    let (base, inheriting) = descriptor.rights();
    let bytes = fdstat(filetype(descriptor.kind()), descriptor.flags, base, inheriting);
    call.write(call.u32(1), &bytes)
}

/// `fd_fdstat_set_flags`: `append` and `nonblock` can be changed afterwards, the synchronous ones cannot.
pub(super) fn fd_fdstat_set_flags(call: &mut Call<'_, '_>) -> Done {
    let flags = call.flags(1, fdflags::ALL)?;
    let fd = call.u32(0);
    let descriptor = call.table().get_mut(fd)?;
    if matches!(descriptor.object, Object::Dir(_)) {
        return Err(Errno::Badf.into());
    }
    let changed = flags ^ descriptor.flags;
    if changed & (fdflags::DSYNC | fdflags::RSYNC | fdflags::SYNC) != 0 {
        return Err(Errno::Inval.into());
    }
    descriptor.flags = flags;
    Ok(())
}

/// `fd_fdstat_set_rights`: rights can only be taken away. (Current runtimes say `notsup`.)
pub(super) fn fd_fdstat_set_rights(call: &mut Call<'_, '_>) -> Done {
    let (fd, base, inheriting) = (call.u32(0), call.u64(1), call.u64(2));
    Ok(call.table().get_mut(fd)?.set_rights(base, inheriting)?)
}

/// `fd_filestat_get`.
pub(super) fn fd_filestat_get(call: &mut Call<'_, '_>) -> Done {
    let fd = call.u32(0);
    let stat = match &call.table().get(fd)?.object {
        Object::File(file) => file.stat()?,
        Object::Dir(dir) => dir.stat(".", true)?,
        _ => stream_stat(fd),
    };
    call.write(call.u32(1), &call.snapshot.filestat(&stat))
}

/// A standard stream has no attributes, and its kind is unknown.
fn stream_stat(fd: u32) -> Stat {
    let kind = FileKind::Unknown;
    Stat { dev: 0, ino: u64::from(fd), kind, nlink: 0, size: 0, atime: 0, mtime: 0, ctime: 0 }
}

/// `fd_filestat_set_size`.
pub(super) fn fd_filestat_set_size(call: &mut Call<'_, '_>) -> Done {
    let (fd, size) = (call.u32(0), call.u64(1));
    let descriptor = call.table().get(fd)?;
    let file = descriptor.file()?;
    if !descriptor.write {
        return Err(Errno::Inval.into());
    }
    let file = file.clone();
    call.pay(size.min(LARGEST_FILE))?;
    Ok(file.set_size(size)?)
}

/// `fd_filestat_set_times`.
pub(super) fn fd_filestat_set_times(call: &mut Call<'_, '_>) -> Done {
    let times = times(call, 1)?;
    let fd = call.u32(0);
    match &call.table().get(fd)?.object {
        Object::File(file) => Ok(file.set_times(times)?),
        Object::Dir(dir) => Ok(dir.set_times(".", true, times)?),
        _ => Err(Errno::Badf.into()),
    }
}

/// The times of the arguments `index` (`atim`), `index + 1` (`mtim`) and `index + 2` (`fstflags`).
pub(super) fn times(call: &Call<'_, '_>, index: usize) -> Done<Times> {
    let flags = call.flags(index + 2, fstflags::ALL)?;
    let now = call.world().clocks.wall();
    let choose = |given: u16, current: u16, time: u64| match (flags & given != 0, flags & current != 0) {
        (true, true) => Err(Errno::Inval),
        (true, false) => Ok(Some(time)),
        (false, true) => Ok(Some(now)),
        (false, false) => Ok(None),
    };
    let atime = choose(fstflags::ATIM, fstflags::ATIM_NOW, call.u64(index))?;
    let mtime = choose(fstflags::MTIM, fstflags::MTIM_NOW, call.u64(index + 1))?;
    Ok(Times { atime, mtime })
}
