//! `wasi:filesystem/types`: its types and the list of its functions.

use super::{
    super::{
        clocks::wall_clock::Datetime,
        define::Interfaces,
        typing::{enumeration, flags, record, variant},
    },
    Descriptor, DirectoryEntryStream, descriptor as d, directory as p, error,
};
use crate::wasi::world::{FileKind, Stat};

enumeration! {
    /// `descriptor-type`.
    DescriptorType {
        Unknown "unknown",
        BlockDevice "block-device",
        CharacterDevice "character-device",
        Directory "directory",
        Fifo "fifo",
        SymbolicLink "symbolic-link",
        RegularFile "regular-file",
        Socket "socket",
    }
}

flags! {
    /// `descriptor-flags`.
    DescriptorFlags {
        read "read",
        write "write",
        file_integrity_sync "file-integrity-sync",
        data_integrity_sync "data-integrity-sync",
        requested_write_sync "requested-write-sync",
        mutate_directory "mutate-directory",
    }
}

record! {
    /// `descriptor-stat`.
    DescriptorStat {
        ty "type": DescriptorType,
        link_count "link-count": u64,
        size "size": u64,
        data_access_timestamp "data-access-timestamp": Option<Datetime>,
        data_modification_timestamp "data-modification-timestamp": Option<Datetime>,
        status_change_timestamp "status-change-timestamp": Option<Datetime>,
    }
}

flags! {
    /// `path-flags`.
    PathFlags { symlink_follow "symlink-follow", }
}

flags! {
    /// `open-flags`.
    OpenFlags {
        create "create",
        directory "directory",
        exclusive "exclusive",
        truncate "truncate",
    }
}

variant! {
    /// `new-timestamp`.
    pub(super) NewTimestamp {
        NoChange(()) "no-change",
        Now(()) "now",
        Timestamp(Datetime) "timestamp",
    }
}

record! {
    /// `directory-entry`.
    DirectoryEntry { ty "type": DescriptorType, name "name": String, }
}

enumeration! {
    /// `advice`.
    Advice {
        Normal "normal",
        Sequential "sequential",
        Random "random",
        WillNeed "will-need",
        DontNeed "dont-need",
        NoReuse "no-reuse",
    }
}

record! {
    /// `metadata-hash-value`.
    MetadataHashValue { lower "lower": u64, upper "upper": u64, }
}

impl From<FileKind> for DescriptorType {
    fn from(kind: FileKind) -> Self {
        match kind {
            FileKind::Unknown => DescriptorType::Unknown,
            FileKind::BlockDevice => DescriptorType::BlockDevice,
            FileKind::CharacterDevice => DescriptorType::CharacterDevice,
            FileKind::Directory => DescriptorType::Directory,
            FileKind::Fifo => DescriptorType::Fifo,
            FileKind::RegularFile => DescriptorType::RegularFile,
            FileKind::Socket => DescriptorType::Socket,
            FileKind::SymbolicLink => DescriptorType::SymbolicLink,
        }
    }
}

impl From<Stat> for DescriptorStat {
    fn from(stat: Stat) -> Self {
        let time = |time| Some(Datetime::from_nanoseconds(time));
        DescriptorStat {
            ty: stat.kind.into(),
            link_count: stat.nlink,
            size: stat.size,
            data_access_timestamp: time(stat.atime),
            data_modification_timestamp: time(stat.mtime),
            status_change_timestamp: time(stat.ctime),
        }
    }
}

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    let path = &["self", "path"];
    interfaces.interface("filesystem/types", |interface| {
        interface
            .resource::<Descriptor>()
            .fallible("[method]descriptor.read-via-stream", &["self", "offset"], d::read_via_stream)
            .fallible("[method]descriptor.write-via-stream", &["self", "offset"], d::write_via_stream)
            .fallible("[method]descriptor.append-via-stream", &["self"], d::append_via_stream)
            .fallible("[method]descriptor.advise", &["self", "offset", "length", "advice"], d::advise)
            .fallible("[method]descriptor.sync-data", &["self"], d::sync_data)
            .fallible("[method]descriptor.get-flags", &["self"], d::get_flags)
            .fallible("[method]descriptor.get-type", &["self"], d::get_type)
            .fallible("[method]descriptor.set-size", &["self", "size"], d::set_size)
            .fallible(
                "[method]descriptor.set-times",
                &["self", "data-access-timestamp", "data-modification-timestamp"],
                d::set_times,
            )
            .fallible("[method]descriptor.read", &["self", "length", "offset"], d::read)
            .fallible("[method]descriptor.write", &["self", "buffer", "offset"], d::write)
            .fallible("[method]descriptor.sync", &["self"], d::sync)
            .fallible("[method]descriptor.stat", &["self"], d::stat)
            .func("[method]descriptor.is-same-object", &["self", "other"], d::is_same_object)
            .fallible("[method]descriptor.metadata-hash", &["self"], d::metadata_hash)
            .fallible("[method]descriptor.read-directory", &["self"], p::read_directory)
            .fallible("[method]descriptor.create-directory-at", path, p::create_directory_at)
            .fallible("[method]descriptor.stat-at", &["self", "path-flags", "path"], p::stat_at)
            .fallible(
                "[method]descriptor.set-times-at",
                &["self", "path-flags", "path", "data-access-timestamp", "data-modification-timestamp"],
                p::set_times_at,
            )
            .fallible(
                "[method]descriptor.link-at",
                &["self", "old-path-flags", "old-path", "new-descriptor", "new-path"],
                p::link_at,
            )
            .fallible("[method]descriptor.open-at", &["self", "path-flags", "path", "open-flags", "flags"], p::open_at)
            .fallible("[method]descriptor.readlink-at", path, p::readlink_at)
            .fallible("[method]descriptor.remove-directory-at", path, p::remove_directory_at)
            .fallible("[method]descriptor.rename-at", &["self", "old-path", "new-descriptor", "new-path"], p::rename_at)
            .fallible("[method]descriptor.symlink-at", &["self", "old-path", "new-path"], p::symlink_at)
            .fallible("[method]descriptor.unlink-file-at", path, p::unlink_file_at)
            .fallible("[method]descriptor.metadata-hash-at", &["self", "path-flags", "path"], p::metadata_hash_at)
            .resource::<DirectoryEntryStream>()
            .fallible("[method]directory-entry-stream.read-directory-entry", &["self"], p::read_directory_entry)
            .func("filesystem-error-code", &["err"], error::filesystem_error_code);
    });
}
