//! `wasi:http/outgoing-handler`: every request is denied.

use super::{
    super::{
        define::{Call, Failure, Interfaces},
        trap,
        typing::{Own, Resource},
    },
    HttpError,
    request::{OutgoingRequest, RequestOptions},
    response::FutureIncomingResponse,
};

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("http/outgoing-handler", |interface| {
        interface.fallible("handle", &["request", "options"], handle);
    });
}

fn handle(
    call: &mut Call<'_>,
    (request, options): (Own<OutgoingRequest>, Option<Own<RequestOptions>>),
) -> Result<Own<FutureIncomingResponse>, Failure<HttpError>> {
    // Its headers must not be alive when it is handed on.
    if !call.table().take(request)?.may_drop() {
        return Err(trap().into());
    }
    if let Some(options) = options {
        call.table().take(options)?;
    }
    Err(HttpError::HttpRequestDenied(()).into())
}
