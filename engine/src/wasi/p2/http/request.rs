//! `incoming-request`, `outgoing-request`, `request-options`.

use super::{
    super::{
        define::{Call, Interface},
        typing::{Borrow, Own, Resource, resources, variant},
    },
    Fields, IncomingBody, Plain,
    body::{Message, OutgoingBody, body_of, message},
    refused,
    uri::{is_authority, is_method, is_path_with_query, is_scheme},
};
use crate::error::Fault;
use std::{cell::RefCell, rc::Rc};

variant! {
    /// `method`.
    #[derive(Debug, Clone)]
    pub(in crate::wasi::p2) Method {
        Get(()) "get",
        Head(()) "head",
        Post(()) "post",
        Put(()) "put",
        Delete(()) "delete",
        Connect(()) "connect",
        Options(()) "options",
        Trace(()) "trace",
        Patch(()) "patch",
        Other(String) "other",
    }
}

variant! {
    /// `scheme`.
    #[derive(Debug, Clone)]
    pub(in crate::wasi::p2) Scheme { Http(()) "HTTP", Https(()) "HTTPS", Other(String) "other", }
}

/// `incoming-request`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct IncomingRequest {
    pub method: Method,
    pub path_with_query: Option<String>,
    pub scheme: Option<Scheme>,
    pub authority: Option<String>,
    pub headers: Fields,
    /// Until it is consumed.
    pub body: Option<Rc<[u8]>>,
}

/// `outgoing-request`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct OutgoingRequest {
    method: Method,
    path_with_query: Option<String>,
    scheme: Option<Scheme>,
    authority: Option<String>,
    headers: Fields,
    message: Rc<RefCell<Message>>,
}

/// `request-options`: times in nanoseconds.
#[derive(Debug, Default)]
pub(in crate::wasi::p2) struct RequestOptions {
    connect_timeout: Option<u64>,
    first_byte_timeout: Option<u64>,
    between_bytes_timeout: Option<u64>,
}

resources! {
    RequestOptions = "request-options",
}

/// "Dropping this `incoming-request` before all children are dropped will trap."
impl Resource for IncomingRequest {
    const NAME: &'static str = "incoming-request";

    fn may_drop(&self) -> bool {
        !self.headers.has_children()
    }
}

impl Resource for OutgoingRequest {
    const NAME: &'static str = "outgoing-request";

    fn may_drop(&self) -> bool {
        !self.headers.has_children()
    }
}

/// The functions that get and set a property of an outgoing request or of its options.
macro_rules! property {
    ($interface:ident, $owner:ty, $resource:literal, $name:literal, $label:literal, $field:ident: $ty:ty, $check:expr) => {
        $interface
            .func(concat!("[method]", $resource, ".", $name), &["self"], |call, (this,): (Borrow<$owner>,)| {
                Ok(call.table().get(this)?.$field.clone())
            })
            .fallible(
                concat!("[method]", $resource, ".set-", $name),
                &["self", $label],
                |call, (this, value): (Borrow<$owner>, $ty)| {
                    let check: fn(&$ty) -> bool = $check;
                    if !check(&value) {
                        return Err(refused());
                    }
                    call.table().get(this)?.$field = value;
                    Ok(())
                },
            )
    };
}

pub(super) fn declare(interface: &mut Interface<'_>) {
    interface
        .resource::<IncomingRequest>()
        .func("[method]incoming-request.method", &["self"], |call, (this,): (This,)| {
            Ok(call.table().get(this)?.method.clone())
        })
        .func("[method]incoming-request.path-with-query", &["self"], |call, (this,): (This,)| {
            Ok(call.table().get(this)?.path_with_query.clone())
        })
        .func("[method]incoming-request.scheme", &["self"], |call, (this,): (This,)| {
            Ok(call.table().get(this)?.scheme.clone())
        })
        .func("[method]incoming-request.authority", &["self"], |call, (this,): (This,)| {
            Ok(call.table().get(this)?.authority.clone())
        })
        .func("[method]incoming-request.headers", &["self"], incoming_headers)
        .fallible("[method]incoming-request.consume", &["self"], consume)
        .resource::<OutgoingRequest>()
        .func("[constructor]outgoing-request", &["headers"], new)
        .fallible("[method]outgoing-request.body", &["self"], body)
        .func("[method]outgoing-request.headers", &["self"], outgoing_headers)
        .resource::<RequestOptions>()
        .func("[constructor]request-options", &[], |call, ()| call.table().add(RequestOptions::default()));
    property!(interface, OutgoingRequest, "outgoing-request", "method", "method", method: Method, is_method);
    property!(
        interface, OutgoingRequest, "outgoing-request", "path-with-query", "path-with-query",
        path_with_query: Option<String>, |path| path.as_deref().is_none_or(is_path_with_query)
    );
    property!(interface, OutgoingRequest, "outgoing-request", "scheme", "scheme", scheme: Option<Scheme>, is_scheme);
    property!(
        interface, OutgoingRequest, "outgoing-request", "authority", "authority",
        authority: Option<String>,
        |authority| authority.as_deref().is_none_or(is_authority)
    );
    property!(
        interface, RequestOptions, "request-options", "connect-timeout", "duration",
        connect_timeout: Option<u64>, |_| true
    );
    property!(
        interface, RequestOptions, "request-options", "first-byte-timeout", "duration",
        first_byte_timeout: Option<u64>, |_| true
    );
    property!(
        interface, RequestOptions, "request-options", "between-bytes-timeout", "duration",
        between_bytes_timeout: Option<u64>, |_| true
    );
}

type This = Borrow<IncomingRequest>;

fn incoming_headers(call: &mut Call<'_>, (this,): (This,)) -> Result<Own<Fields>, Fault> {
    let headers = call.table().get(this)?.headers.child();
    call.table().add(headers)
}

fn consume(call: &mut Call<'_>, (this,): (This,)) -> Plain<Own<IncomingBody>> {
    let body = call.table().get(this)?.body.take().ok_or_else(refused)?;
    Ok(call.table().add(IncomingBody::new(body))?)
}

fn new(call: &mut Call<'_>, (headers,): (Own<Fields>,)) -> Result<Own<OutgoingRequest>, Fault> {
    let headers = call.table().take(headers)?.detached();
    let message = message(&headers, true);
    call.table().add(OutgoingRequest {
        method: Method::Get(()),
        path_with_query: None,
        scheme: None,
        authority: None,
        headers,
        message,
    })
}

fn body(call: &mut Call<'_>, (this,): (Borrow<OutgoingRequest>,)) -> Plain<Own<OutgoingBody>> {
    let message = call.table().get(this)?.message.clone();
    body_of(call, message)
}

fn outgoing_headers(call: &mut Call<'_>, (this,): (Borrow<OutgoingRequest>,)) -> Result<Own<Fields>, Fault> {
    let headers = call.table().get(this)?.headers.child();
    call.table().add(headers)
}
