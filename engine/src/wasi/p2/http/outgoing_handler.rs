//! `wasi:http/outgoing-handler`: every request is denied.

use super::{
    super::{
        define::{Call, Failure, Interfaces},
        typing::Own,
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
    call.table().take(request)?;
    if let Some(options) = options {
        call.table().take(options)?;
    }
    Err(HttpError::HttpRequestDenied(()).into())
}
