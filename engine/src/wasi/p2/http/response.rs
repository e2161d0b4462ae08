//! `response-outparam`, `outgoing-response`, `incoming-response`, `future-incoming-response`.

use super::{
    super::{
        Feature,
        define::{Call, Failure, Interface},
        io::poll::subscribe,
        trap,
        typing::{Borrow, Own, Resource, resources},
    },
    Fields, HttpError, IncomingBody, Plain,
    body::{Message, OutgoingBody, body_of, message},
    refused,
};
use crate::error::Fault;
use std::{cell::RefCell, convert::Infallible, rc::Rc};

/// What a program answers.
#[derive(Debug, Default)]
pub(in crate::wasi::p2) struct Answer {
    /// Statuses and headers of informational responses.
    pub informational: Vec<(u16, Fields)>,
    /// The response, or why there is none.
    pub response: Option<Result<OutgoingResponse, HttpError>>,
}

/// `response-outparam`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct ResponseOutparam(pub Rc<RefCell<Answer>>);

/// `outgoing-response`.
#[derive(Debug)]
pub(in crate::wasi::p2) struct OutgoingResponse {
    pub status: u16,
    pub headers: Fields,
    pub message: Rc<RefCell<Message>>,
}

/// `incoming-response`: there is none.
#[derive(Debug)]
pub(in crate::wasi::p2) struct IncomingResponse(Infallible);

/// `future-incoming-response`: there is none.
#[derive(Debug)]
pub(in crate::wasi::p2) struct FutureIncomingResponse(Infallible);

resources! {
    ResponseOutparam = "response-outparam",
    IncomingResponse = "incoming-response",
    FutureIncomingResponse = "future-incoming-response",
}

impl Resource for OutgoingResponse {
    const NAME: &'static str = "outgoing-response";

    fn may_drop(&self) -> bool {
        !self.headers.has_children()
    }
}

pub(super) fn declare(interface: &mut Interface<'_>) {
    interface
        .resource::<ResponseOutparam>()
        .func("[static]response-outparam.set", &["param", "response"], set)
        .resource::<OutgoingResponse>()
        .func("[constructor]outgoing-response", &["headers"], new)
        .func("[method]outgoing-response.status-code", &["self"], status_code)
        .fallible("[method]outgoing-response.set-status-code", &["self", "status-code"], set_status_code)
        .func("[method]outgoing-response.headers", &["self"], headers)
        .fallible("[method]outgoing-response.body", &["self"], body)
        .resource::<IncomingResponse>()
        .func("[method]incoming-response.status", &["self"], incoming_status)
        .func("[method]incoming-response.headers", &["self"], incoming_headers)
        .fallible("[method]incoming-response.consume", &["self"], incoming_consume)
        .resource::<FutureIncomingResponse>()
        .func("[method]future-incoming-response.subscribe", &["self"], subscribe::<FutureIncomingResponse>)
        .func("[method]future-incoming-response.get", &["self"], get_future);
    if interface.has(Feature::InformationalOutboundResponses) {
        interface.fallible(
            "[method]response-outparam.send-informational",
            &["self", "status", "headers"],
            send_informational,
        );
    }
}

fn set(
    call: &mut Call<'_>,
    (param, response): (Own<ResponseOutparam>, Result<Own<OutgoingResponse>, HttpError>),
) -> Result<(), Fault> {
    let param = call.table().take(param)?;
    let response = match response {
        Ok(response) => Ok(call.table().take(response)?),
        Err(error) => Err(error),
    };
    // Its headers must not be alive when it is handed on.
    if response.as_ref().is_ok_and(|response| !response.may_drop()) {
        return Err(trap());
    }
    param.0.borrow_mut().response = Some(response);
    Ok(())
}

fn send_informational(
    call: &mut Call<'_>,
    (this, status, headers): (Borrow<ResponseOutparam>, u16, Own<Fields>),
) -> Result<(), Failure<HttpError>> {
    let headers = call.table().take(headers)?.detached();
    if !(100..200).contains(&status) {
        return Err(HttpError::HttpProtocolError(()).into());
    }
    call.table().get(this)?.0.borrow_mut().informational.push((status, headers));
    Ok(())
}

type This = Borrow<OutgoingResponse>;

fn new(call: &mut Call<'_>, (headers,): (Own<Fields>,)) -> Result<Own<OutgoingResponse>, Fault> {
    let headers = call.table().take(headers)?.detached();
    let message = message(&headers, false);
    call.table().add(OutgoingResponse { status: 200, headers, message })
}

fn status_code(call: &mut Call<'_>, (this,): (This,)) -> Result<u16, Fault> {
    Ok(call.table().get(this)?.status)
}

/// "Values outside the range 100..599 are invalid" (RFC 9110, 15).
fn set_status_code(call: &mut Call<'_>, (this, status): (This, u16)) -> Plain {
    if !(100..600).contains(&status) {
        return Err(refused());
    }
    call.table().get(this)?.status = status;
    Ok(())
}

fn headers(call: &mut Call<'_>, (this,): (This,)) -> Result<Own<Fields>, Fault> {
    let headers = call.table().get(this)?.headers.child();
    call.table().add(headers)
}

fn body(call: &mut Call<'_>, (this,): (This,)) -> Plain<Own<OutgoingBody>> {
    let message = call.table().get(this)?.message.clone();
    body_of(call, message)
}

fn incoming_status(call: &mut Call<'_>, (this,): (Borrow<IncomingResponse>,)) -> Result<u16, Fault> {
    match call.table().get(this)?.0 {}
}

fn incoming_headers(call: &mut Call<'_>, (this,): (Borrow<IncomingResponse>,)) -> Result<Own<Fields>, Fault> {
    match call.table().get(this)?.0 {}
}

fn incoming_consume(call: &mut Call<'_>, (this,): (Borrow<IncomingResponse>,)) -> Plain<Own<IncomingBody>> {
    match call.table().get(this)?.0 {}
}

type Received = Result<Result<Own<IncomingResponse>, HttpError>, ()>;

fn get_future(call: &mut Call<'_>, (this,): (Borrow<FutureIncomingResponse>,)) -> Result<Option<Received>, Fault> {
    match call.table().get(this)?.0 {}
}
