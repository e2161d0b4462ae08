//! The methods of `descriptor` that are about the object itself.

use super::{
    super::{
        define::Call,
        io::streams::{InputStream, OutputStream, Sink, Source},
        typing::{Borrow, Own},
    },
    Descriptor,
    error::Done,
    types::{Advice, DescriptorFlags, DescriptorStat, DescriptorType, MetadataHashValue, NewTimestamp},
};
use crate::{
    error::Fault,
    wasi::world::{File, FileKind, FsError, LARGEST_FILE, Stat, Times},
};

/// The most bytes that one call reads.
const MOST: u64 = 64 << 10;

type This = Borrow<Descriptor>;

pub(super) fn read_via_stream(call: &mut Call<'_>, (this, offset): (This, u64)) -> Done<Own<InputStream>> {
    let file = call.table().get(this)?.readable()?.clone();
    Ok(call.table().add(InputStream::new(Source::File(file, offset)))?)
}

pub(super) fn write_via_stream(call: &mut Call<'_>, (this, offset): (This, u64)) -> Done<Own<OutputStream>> {
    let file = call.table().get(this)?.writable()?.clone();
    Ok(call.table().add(OutputStream::new(Sink::file(file, Some(offset))))?)
}

pub(super) fn append_via_stream(call: &mut Call<'_>, (this,): (This,)) -> Done<Own<OutputStream>> {
    let file = call.table().get(this)?.writable()?.clone();
    Ok(call.table().add(OutputStream::new(Sink::file(file, None)))?)
}

/// Advice is heard and not taken.
pub(super) fn advise(call: &mut Call<'_>, (this, _, _, _): (This, u64, u64, Advice)) -> Done {
    if call.table().get(this)?.file()?.has_positions() { Ok(()) } else { Err(FsError::InvalidSeek.into()) }
}

pub(super) fn sync(call: &mut Call<'_>, (this,): (This,)) -> Done {
    keep(call, this, false)
}

pub(super) fn sync_data(call: &mut Call<'_>, (this,): (This,)) -> Done {
    keep(call, this, true)
}

/// Nothing has to be done for what was not opened for writing.
fn keep(call: &mut Call<'_>, this: This, data_only: bool) -> Done {
    match call.table().get(this)? {
        Descriptor::File { file, flags, .. } if flags.write => Ok(file.sync(data_only)?),
        _ => Ok(()),
    }
}

pub(super) fn get_flags(call: &mut Call<'_>, (this,): (This,)) -> Done<DescriptorFlags> {
    Ok(call.table().get(this)?.flags())
}

pub(super) fn get_type(call: &mut Call<'_>, (this,): (This,)) -> Done<DescriptorType> {
    Ok(stat_of(call, this)?.kind.into())
}

pub(super) fn set_size(call: &mut Call<'_>, (this, size): (This, u64)) -> Done {
    let file = call.table().get(this)?.writable()?.clone();
    call.pay(size.saturating_sub(file.stat()?.size).min(LARGEST_FILE))?;
    Ok(file.set_size(size)?)
}

/// As `futimens` in POSIX, this does not ask whether the file was opened for writing. But a directory without
/// `mutate-directory` gives no handle through which the metadata of something could be changed.
pub(super) fn set_times(call: &mut Call<'_>, (this, atime, mtime): (This, NewTimestamp, NewTimestamp)) -> Done {
    let times = times(call, atime, mtime)?;
    match call.table().get(this)? {
        Descriptor::File { file, is_mutable: true, .. } => Ok(file.set_times(times)?),
        Descriptor::File { .. } => Err(FsError::ReadOnly.into()),
        descriptor => Ok(descriptor.mutable_dir()?.set_times(".", false, times)?),
    }
}

/// The new times; `invalid` for one that cannot be kept.
pub(super) fn times(call: &Call<'_>, atime: NewTimestamp, mtime: NewTimestamp) -> Done<Times> {
    let now = call.world().clocks.wall();
    let time = |new| match new {
        NewTimestamp::NoChange(()) => Ok(None),
        NewTimestamp::Now(()) => Ok(Some(now)),
        NewTimestamp::Timestamp(time) => time.as_nanoseconds().map(Some).ok_or(FsError::Invalid),
    };
    Ok(Times { atime: time(atime)?, mtime: time(mtime)? })
}

/// The bytes, and whether the file ends behind them: the flag "indicates that the end of the file was reached", and a read
/// has reached it as soon as it gave the last byte, not only when there was none left to give.
pub(super) fn read(call: &mut Call<'_>, (this, length, offset): (This, u64, u64)) -> Done<(Vec<u8>, bool)> {
    let file = call.table().get(this)?.readable()?.clone();
    let mut bytes = vec![0; length.min(MOST) as usize];
    call.pay(bytes.len() as u64)?;
    let read = file.read_at(offset, &mut bytes)?;
    // Who asks for nothing has found nothing if there is nothing.
    let found_nothing = read == 0 && (length > 0 || file.read_at(offset, &mut [0])? == 0);
    let is_end = found_nothing || ends_at(&file, offset.saturating_add(read as u64))?;
    bytes.truncate(read);
    Ok((bytes, is_end))
}

/// Whether a read up to `end` has reached the end of the file. Devices have no size, and regular files that the system makes up
/// have 0: of those only a read that found nothing can tell.
fn ends_at(file: &File, end: u64) -> Done<bool> {
    let stat = file.stat()?;
    Ok(stat.kind == FileKind::RegularFile && stat.size > 0 && end >= stat.size)
}

pub(super) fn write(call: &mut Call<'_>, (this, buffer, offset): (This, Vec<u8>, u64)) -> Done<u64> {
    let file = call.table().get(this)?.writable()?.clone();
    let gap = offset.saturating_sub(file.stat()?.size).min(LARGEST_FILE);
    call.pay(gap + buffer.len() as u64)?;
    file.write_at(offset, &buffer)?;
    Ok(buffer.len() as u64)
}

pub(super) fn stat(call: &mut Call<'_>, (this,): (This,)) -> Done<DescriptorStat> {
    Ok(stat_of(call, this)?.into())
}

fn stat_of(call: &mut Call<'_>, this: This) -> Done<Stat> {
    Ok(match call.table().get(this)? {
        Descriptor::File { file, .. } => file.stat()?,
        Descriptor::Dir { dir, .. } => dir.stat(".", false)?,
    })
}

/// The same device and inode.
pub(super) fn is_same_object(call: &mut Call<'_>, (this, other): (This, This)) -> Result<bool, Fault> {
    let mut place = |this| match stat_of(call, this) {
        Ok(stat) => Ok(Some((stat.dev, stat.ino))),
        Err(super::super::define::Failure::Fault(fault)) => Err(fault),
        Err(super::super::define::Failure::Code(_)) => Ok(None),
    };
    let (one, two) = (place(this)?, place(other)?);
    Ok(one.is_some() && one == two)
}

pub(super) fn metadata_hash(call: &mut Call<'_>, (this,): (This,)) -> Done<MetadataHashValue> {
    Ok(hash(&stat_of(call, this)?))
}

/// Another value as soon as the object is another or has changed: the object in one half, its state in the other, since
/// the adapters of preview 1 take the lower half for the inode's number.
pub(super) fn hash(stat: &Stat) -> MetadataHashValue {
    /// FNV-1a over the bytes of numbers.
    fn fnv(numbers: &[u64]) -> u64 {
        let bytes = numbers.iter().flat_map(|number| number.to_le_bytes());
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
    }
    MetadataHashValue { lower: fnv(&[stat.dev, stat.ino]), upper: fnv(&[stat.dev, stat.ino, stat.size, stat.mtime]) }
}
