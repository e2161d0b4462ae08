//! The methods of `descriptor` that take a path: relative to a directory, which no path leaves (`not-permitted`).

use super::{
    super::{
        define::Call,
        typing::{Borrow, Own},
    },
    Descriptor, DirectoryEntryStream,
    descriptor::{hash, times},
    error::{Done, ErrorCode},
    types::{DescriptorFlags, DescriptorStat, DirectoryEntry, MetadataHashValue, NewTimestamp, OpenFlags, PathFlags},
};
use crate::wasi::world::{FsError, Grants, OpenOptions, Opened, Stat};

type This = Borrow<Descriptor>;

/// What no path may be, whoever keeps the directory.
fn check(path: &str) -> Done {
    match path {
        path if path.starts_with('/') => Err(FsError::NotPermitted.into()),
        path if path.contains('\0') => Err(FsError::Invalid.into()),
        _ => Ok(()),
    }
}

pub(super) fn read_directory(call: &mut Call<'_>, (this,): (This,)) -> Done<Own<DirectoryEntryStream>> {
    let entries = call.table().get(this)?.dir()?.entries()?;
    Ok(call.table().add(DirectoryEntryStream(entries.into_iter()))?)
}

pub(super) fn read_directory_entry(
    call: &mut Call<'_>,
    (this,): (Borrow<DirectoryEntryStream>,),
) -> Done<Option<DirectoryEntry>> {
    let entry = call.table().get(this)?.0.next();
    Ok(entry.map(|entry| DirectoryEntry { ty: entry.kind.into(), name: entry.name }))
}

pub(super) fn create_directory_at(call: &mut Call<'_>, (this, path): (This, String)) -> Done {
    check(&path)?;
    Ok(call.table().get(this)?.mutable_dir()?.create_dir(&path)?)
}

fn stat_of(call: &mut Call<'_>, this: This, flags: PathFlags, path: &str) -> Done<Stat> {
    check(path)?;
    Ok(call.table().get(this)?.dir()?.stat(path, flags.symlink_follow)?)
}

pub(super) fn stat_at(call: &mut Call<'_>, (this, flags, path): (This, PathFlags, String)) -> Done<DescriptorStat> {
    Ok(stat_of(call, this, flags, &path)?.into())
}

pub(super) fn metadata_hash_at(
    call: &mut Call<'_>,
    (this, flags, path): (This, PathFlags, String),
) -> Done<MetadataHashValue> {
    Ok(hash(&stat_of(call, this, flags, &path)?))
}

pub(super) fn set_times_at(
    call: &mut Call<'_>,
    (this, flags, path, atime, mtime): (This, PathFlags, String, NewTimestamp, NewTimestamp),
) -> Done {
    check(&path)?;
    let times = times(call, atime, mtime)?;
    Ok(call.table().get(this)?.mutable_dir()?.set_times(&path, flags.symlink_follow, times)?)
}

pub(super) fn link_at(
    call: &mut Call<'_>,
    (this, flags, old, other, new): (This, PathFlags, String, This, String),
) -> Done {
    check(&old)?;
    check(&new)?;
    let to = call.table().get(other)?.mutable_dir()?.clone();
    Ok(call.table().get(this)?.mutable_dir()?.link(&old, flags.symlink_follow, &to, &new)?)
}

pub(super) fn open_at(
    call: &mut Call<'_>,
    (this, path_flags, path, open_flags, flags): (This, PathFlags, String, OpenFlags, DescriptorFlags),
) -> Done<Own<Descriptor>> {
    check(&path)?;
    let parent = call.table().get(this)?;
    let dir = parent.dir()?.clone();
    let is_mutable = parent.flags().mutate_directory;
    let is_given = flags.mutate_directory || call.world().grants == Grants::Unasked;
    let changes = flags.write || flags.mutate_directory || open_flags.create || open_flags.truncate;
    if changes && !is_mutable {
        return Err(ErrorCode::ReadOnly.into());
    }
    if open_flags.directory && (open_flags.create || open_flags.exclusive || open_flags.truncate) {
        return Err(ErrorCode::Invalid.into());
    }
    if !call.table().has_room() {
        return Err(ErrorCode::InsufficientMemory.into());
    }
    let options = OpenOptions {
        follow: path_flags.symlink_follow,
        create: open_flags.create,
        exclusive: open_flags.exclusive,
        truncate: open_flags.truncate,
        directory: open_flags.directory,
        read: flags.read,
        write: flags.write,
    };
    let descriptor = match dir.open(&path, options)? {
        // Only directories have the flag. Asking for it does not ask for a directory (`open-flags` has a flag for that), and
        // wasi-libc asks for it with everything that it opens for writing.
        Opened::File(file) => {
            Descriptor::File { file, flags: DescriptorFlags { mutate_directory: false, ..flags }, is_mutable }
        }
        // Unasked, as hosts give it, unless the world says otherwise: the adapters of preview 1 open every directory without, and make files in it.
        Opened::Dir(dir) => {
            Descriptor::Dir { dir, flags: DescriptorFlags { mutate_directory: is_mutable && is_given, ..flags } }
        }
    };
    Ok(call.table().add(descriptor)?)
}

/// An absolute target is `not-permitted`: it leads out of the directory, wherever it came from.
pub(super) fn readlink_at(call: &mut Call<'_>, (this, path): (This, String)) -> Done<String> {
    check(&path)?;
    Ok(call.table().get(this)?.dir()?.read_link(&path)?)
}

pub(super) fn remove_directory_at(call: &mut Call<'_>, (this, path): (This, String)) -> Done {
    check(&path)?;
    Ok(call.table().get(this)?.mutable_dir()?.remove_dir(&path)?)
}

pub(super) fn rename_at(call: &mut Call<'_>, (this, old, other, new): (This, String, This, String)) -> Done {
    check(&old)?;
    check(&new)?;
    let to = call.table().get(other)?.mutable_dir()?.clone();
    Ok(call.table().get(this)?.mutable_dir()?.rename(&old, &to, &new)?)
}

pub(super) fn symlink_at(call: &mut Call<'_>, (this, target, path): (This, String, String)) -> Done {
    check(&target)?;
    check(&path)?;
    Ok(call.table().get(this)?.mutable_dir()?.symlink(&target, &path)?)
}

pub(super) fn unlink_file_at(call: &mut Call<'_>, (this, path): (This, String)) -> Done {
    check(&path)?;
    Ok(call.table().get(this)?.mutable_dir()?.unlink(&path)?)
}
