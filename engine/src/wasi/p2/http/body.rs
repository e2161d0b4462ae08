//! `incoming-body`, `future-trailers`, `outgoing-body`.

use super::{
    super::{
        define::{Call, Failure, Interface},
        io::{
            poll::subscribe,
            streams::{InputStream, OutputStream, Sink, Source},
        },
        trap,
        typing::{Borrow, Own, Resource},
    },
    Fields, HttpError, Plain, refused,
};
use crate::error::Fault;
use std::{
    cell::RefCell,
    rc::{Rc, Weak},
};

/// `incoming-body`: it has no trailers.
#[derive(Debug)]
pub(in crate::wasi::p2) struct IncomingBody {
    bytes: Rc<[u8]>,
    /// The stream, once it was taken.
    stream: Option<Weak<()>>,
}

/// `future-trailers`.
#[derive(Debug, Default)]
pub(in crate::wasi::p2) struct FutureTrailers {
    was_taken: bool,
}

/// `outgoing-body`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct OutgoingBody {
    message: Rc<RefCell<Message>>,
    bytes: Rc<RefCell<Vec<u8>>>,
    stream: Option<Weak<()>>,
}

/// What becomes of an outgoing body.
#[derive(Debug, Default)]
pub(in crate::wasi::p2) struct Message {
    /// The bytes, once it is finished.
    pub finished: Option<Vec<u8>>,
    /// The trailers, if there are any.
    pub trailers: Option<Fields>,
    /// What the content's length has to be, if the headers tell: `None` inside is no length that content can have.
    content_length: Option<Option<u64>>,
    /// Whether the content was not of that length.
    pub has_failed: bool,
    /// Whether it is a request.
    is_request: bool,
    /// Whether the body was asked for.
    was_taken: bool,
}

impl Resource for IncomingBody {
    const NAME: &'static str = "incoming-body";

    fn may_drop(&self) -> bool {
        !is_alive(&self.stream)
    }
}

impl Resource for FutureTrailers {
    const NAME: &'static str = "future-trailers";
}

impl Resource for OutgoingBody {
    const NAME: &'static str = "outgoing-body";

    fn may_drop(&self) -> bool {
        !is_alive(&self.stream)
    }
}

fn is_alive(stream: &Option<Weak<()>>) -> bool {
    stream.as_ref().is_some_and(|stream| stream.strong_count() > 0)
}

impl IncomingBody {
    pub fn new(bytes: Rc<[u8]>) -> Self {
        IncomingBody { bytes, stream: None }
    }
}

/// The end of a message whose headers are `headers`.
pub(super) fn message(headers: &Fields, is_request: bool) -> Rc<RefCell<Message>> {
    let content_length = content_length(headers);
    Rc::new(RefCell::new(Message { content_length, is_request, ..Message::default() }))
}

/// Digits, and the same ones if there are several values (RFC 9110, 8.6).
fn content_length(headers: &Fields) -> Option<Option<u64>> {
    let number = |value: &[u8]| {
        let text = std::str::from_utf8(value).ok()?.trim_matches([' ', '\t']);
        text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<u64>().ok())?
    };
    let mut lengths = headers.values("content-length").map(number);
    let first = lengths.next()?;
    Some(first.filter(|first| lengths.all(|other| other == Some(*first))))
}

/// The body of a message, which can be had once.
pub(super) fn body_of(call: &mut Call<'_>, message: Rc<RefCell<Message>>) -> Plain<Own<OutgoingBody>> {
    if std::mem::replace(&mut message.borrow_mut().was_taken, true) {
        return Err(refused());
    }
    let bytes = Rc::default();
    Ok(call.table().add(OutgoingBody { message, bytes, stream: None })?)
}

/// The bytes and trailers of a message: without a body it is complete too.
pub(in crate::wasi::p2) fn finished(message: &Message) -> Option<(Vec<u8>, Option<Fields>)> {
    match &message.finished {
        Some(bytes) => Some((bytes.clone(), message.trailers.clone())),
        None if !message.was_taken => Some((Vec::new(), None)),
        None => None,
    }
}

pub(super) fn declare(interface: &mut Interface<'_>) {
    interface
        .resource::<IncomingBody>()
        .fallible("[method]incoming-body.stream", &["self"], stream)
        .func("[static]incoming-body.finish", &["this"], finish_incoming)
        .resource::<FutureTrailers>()
        .func("[method]future-trailers.subscribe", &["self"], subscribe::<FutureTrailers>)
        .func("[method]future-trailers.get", &["self"], get_trailers)
        .resource::<OutgoingBody>()
        .fallible("[method]outgoing-body.write", &["self"], write)
        .fallible("[static]outgoing-body.finish", &["this", "trailers"], finish_outgoing);
}

/// A body has one stream in its life, which lives as long as this.
fn the_only(stream: &mut Option<Weak<()>>) -> Plain<Rc<()>> {
    if stream.is_some() {
        return Err(refused());
    }
    let token = Rc::new(());
    *stream = Some(Rc::downgrade(&token));
    Ok(token)
}

fn stream(call: &mut Call<'_>, (this,): (Borrow<IncomingBody>,)) -> Plain<Own<InputStream>> {
    let body = call.table().get(this)?;
    let token = the_only(&mut body.stream)?;
    let bytes = body.bytes.clone();
    Ok(call.table().add(InputStream::new(Source::Bytes { bytes, place: 0, token }))?)
}

/// Traps while the stream is alive, as the interface says.
fn finish_incoming(call: &mut Call<'_>, (this,): (Own<IncomingBody>,)) -> Result<Own<FutureTrailers>, Fault> {
    if !call.table().take(this)?.may_drop() {
        return Err(trap());
    }
    call.table().add(FutureTrailers::default())
}

type Trailers = Result<Option<Own<Fields>>, HttpError>;

fn get_trailers(
    call: &mut Call<'_>,
    (this,): (Borrow<FutureTrailers>,),
) -> Result<Option<Result<Trailers, ()>>, Fault> {
    let was_taken = std::mem::replace(&mut call.table().get(this)?.was_taken, true);
    Ok(Some(if was_taken { Err(()) } else { Ok(Ok(None)) }))
}

fn write(call: &mut Call<'_>, (this,): (Borrow<OutgoingBody>,)) -> Plain<Own<OutputStream>> {
    let body = call.table().get(this)?;
    let token = the_only(&mut body.stream)?;
    let bytes = body.bytes.clone();
    Ok(call.table().add(OutputStream::new(Sink::Body { bytes, token }))?)
}

/// Traps while the stream is alive, as the interface says.
fn finish_outgoing(
    call: &mut Call<'_>,
    (this, trailers): (Own<OutgoingBody>, Option<Own<Fields>>),
) -> Result<(), Failure<HttpError>> {
    let body = call.table().take(this)?;
    let trailers = trailers.map(|trailers| call.table().take(trailers).map(Fields::detached)).transpose()?;
    if !body.may_drop() {
        return Err(trap().into());
    }
    let bytes = body.bytes.take();
    let mut message = body.message.borrow_mut();
    if message.content_length.is_some_and(|length| length != Some(bytes.len() as u64)) {
        message.has_failed = true;
        let length = Some(bytes.len() as u64);
        return Err(match message.is_request {
            true => HttpError::HttpRequestBodySize(length).into(),
            false => HttpError::HttpResponseBodySize(length).into(),
        });
    }
    (message.finished, message.trailers) = (Some(bytes), trailers);
    Ok(())
}
