//! `input-stream`: where its bytes come from. Nothing here waits for them.

use super::{
    super::{define::Call, typing::resources},
    poll::Pollable,
};
use crate::wasi::{
    World,
    world::{File, FsError, Readiness},
};
use std::{cell::Cell, rc::Rc};

/// `input-stream`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct InputStream {
    source: Source,
    /// Whether it is closed: it has ended, or an operation has failed. Its pollables share it.
    is_closed: Rc<Cell<bool>>,
}

/// Where bytes come from.
#[derive(Debug)]
pub(in crate::wasi::p2) enum Source {
    /// The world's standard input.
    Stdin,
    /// A file, from this offset on if it has positions.
    File(File, u64),
    /// A body from this place on; `token` tells the body that its stream is alive.
    Bytes {
        bytes: Rc<[u8]>,
        place: usize,
        #[allow(dead_code, reason = "only whether it is alive counts")]
        token: Rc<()>,
    },
}

resources! {
    InputStream = "input-stream",
}

/// What a pollable of an input looks at.
#[derive(Debug, Clone)]
pub(super) struct Watch {
    is_closed: Rc<Cell<bool>>,
    /// A file without positions, or else standard input.
    file: Option<File>,
}

impl InputStream {
    pub fn new(source: Source) -> Self {
        InputStream { source, is_closed: Rc::default() }
    }

    pub fn is_closed(&self) -> bool {
        self.is_closed.get()
    }

    /// What there is at once; [`FsError::WouldBlock`] if that is nothing, and 0 at the end. Both the end and an error close it:
    /// what is closed has no more input, whatever becomes of the file.
    pub fn read(&mut self, world: &mut World, buf: &mut [u8]) -> Result<usize, FsError> {
        let end = self.source.read(world, buf);
        let goes_on = match end {
            Ok(read) => read > 0 || buf.is_empty(),
            Err(error) => error == FsError::WouldBlock,
        };
        self.is_closed.set(!goes_on);
        end
    }

    /// A pollable that is ready when there is something to read, or nothing will come any more.
    pub fn pollable(&self) -> Pollable {
        let watch = |file| Pollable::input(Watch { is_closed: self.is_closed.clone(), file });
        match &self.source {
            Source::Stdin => watch(None),
            Source::File(file, _) if !file.has_positions() => watch(Some(file.clone())),
            Source::File(..) | Source::Bytes { .. } => Pollable::ready(),
        }
    }
}

impl Watch {
    pub fn is_ready(&self, call: &Call<'_>) -> bool {
        let is_waiting = || match &self.file {
            None => call.world().stdin.ready() == Readiness::NotYet,
            Some(file) => file.stream_ready() == Some(Readiness::NotYet),
        };
        self.is_closed.get() || !is_waiting()
    }
}

impl Source {
    fn read(&mut self, world: &mut World, buf: &mut [u8]) -> Result<usize, FsError> {
        match self {
            Source::Stdin => world.stdin.read_now(buf),
            Source::File(file, offset) => match file.read_at(*offset, buf) {
                // Pipes and terminals have no positions.
                Err(FsError::InvalidSeek) => file.read_next(buf),
                end => end.inspect(|&read| *offset = offset.saturating_add(read as u64)),
            },
            Source::Bytes { bytes, place, .. } => {
                let rest = &bytes[*place..];
                let len = rest.len().min(buf.len());
                buf[..len].copy_from_slice(&rest[..len]);
                *place += len;
                Ok(len)
            }
        }
    }
}
