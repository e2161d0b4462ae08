//! `wasi:http`: requests come from the host (see [`super::handler`]), and none goes out.

mod body;
mod error;
mod fields;
pub(super) mod outgoing_handler;
mod request;
mod response;
pub(super) mod types;
mod uri;

pub(super) use body::{IncomingBody, finished};
pub(super) use error::HttpError;
pub(super) use fields::{Entry, Fields, is_name, is_value};
pub(super) use request::{IncomingRequest, Method, Scheme};
pub(super) use response::{Answer, ResponseOutparam};
pub(super) use uri::is_path_with_query;

/// `result` without payloads.
type Plain<T = ()> = Result<T, super::define::Failure<()>>;

/// Its error.
fn refused() -> super::define::Failure<()> {
    super::define::Failure::Code(())
}
