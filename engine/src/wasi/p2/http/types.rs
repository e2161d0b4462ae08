//! `wasi:http/types`.

use super::{
    super::{
        define::{Call, Interfaces},
        io::error::IoError,
        typing::Borrow,
    },
    HttpError, body, fields, request, response,
};
use crate::error::Fault;

pub(in crate::wasi::p2) fn declare(interfaces: &mut Interfaces<'_>) {
    interfaces.interface("http/types", |interface| {
        fields::declare(interface);
        request::declare(interface);
        response::declare(interface);
        body::declare(interface);
        interface.func("http-error-code", &["err"], http_error_code);
    });
}

/// Registers the resource types.
pub(in crate::wasi::p2) fn register(interfaces: &mut Interfaces<'_>) {
    interfaces.register::<fields::Fields>();
    interfaces.register::<request::IncomingRequest>();
    interfaces.register::<request::OutgoingRequest>();
    interfaces.register::<request::RequestOptions>();
    interfaces.register::<response::ResponseOutparam>();
    interfaces.register::<response::IncomingResponse>();
    interfaces.register::<body::IncomingBody>();
    interfaces.register::<body::FutureTrailers>();
    interfaces.register::<response::OutgoingResponse>();
    interfaces.register::<body::OutgoingBody>();
    interfaces.register::<response::FutureIncomingResponse>();
}

/// The errors of streams are never those of a connection.
fn http_error_code(call: &mut Call<'_>, (error,): (Borrow<IoError>,)) -> Result<Option<HttpError>, Fault> {
    call.table().get(error)?;
    Ok(None)
}
