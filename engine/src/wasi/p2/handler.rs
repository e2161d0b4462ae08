//! The host's side of `wasi:http/incoming-handler`: a request goes in, a response comes out (rules P2-HTTP-*).

use super::{
    Host, Program,
    http::{
        Answer, Entry, Fields, HttpError, IncomingRequest, Method, ResponseOutparam, Scheme, finished, is_name,
        is_path_with_query, is_value,
    },
    program::StartError,
    typing::{Own, Type},
};
use crate::{Store, component::ComponentFuncType, error::Fault, trace::Cause};
use std::{cell::RefCell, rc::Rc};
use thiserror::Error;

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Such as `GET`.
    pub method: String,
    /// The path with the query, such as `/find?what=it`.
    pub target: String,
    /// Names and values in order. `host` is the authority too.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What is no request.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RequestError {
    /// The line is not a method and a path.
    #[error("{0:?} is no request: expected a method and a path, such as \"GET /\"")]
    Line(String),
    /// A fragment is for the client alone.
    #[error("{0:?} has a fragment, which is never sent: leave out the # and what follows it, or write %23")]
    Fragment(String),
    /// The path or the query has characters that it cannot have.
    #[error(
        "{0:?} is no path with a query: letters, digits and -._~!$&'()*+,;=:@/? stand for themselves, others are written as % \
         and two hexadecimal digits, such as %20 for a space"
    )]
    Target(String),
    /// A header's name or value has characters that it cannot have.
    #[error("{0:?} is no header: expected NAME:VALUE, without control characters")]
    Header(String),
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names and values in order.
    pub headers: Vec<(String, Vec<u8>)>,
    /// The body.
    pub body: Vec<u8>,
    /// What follows the body.
    pub trailers: Vec<(String, Vec<u8>)>,
    /// The status codes of informational responses that came before.
    pub informational: Vec<u16>,
}

/// Why there is no response.
#[derive(Debug, Clone, Error)]
pub enum HandleError {
    /// The component handles no requests.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The call did not return.
    #[error(transparent)]
    Fault(#[from] Fault),
    /// The call did not return, but had answered before: what was set is sent whatever follows.
    #[error("{fault}")]
    FaultAfter {
        /// The response, or why what was set is none.
        answer: Box<Result<Response, HandleError>>,
        /// What ended the call.
        fault: Fault,
    },
    /// It returned, and no response was set.
    #[error("the component returned without a response: response-outparam.set was not called")]
    NoResponse,
    /// The component answered with an error, whose `error-code` this is.
    #[error("the component answered with the error {0}")]
    Error(String),
    /// The body is not as long as its headers say.
    #[error("the response's body is not of the length that its header content-length tells")]
    Length,
    /// The body was taken and not finished.
    #[error("the response's body is incomplete: outgoing-body.finish was not called")]
    Incomplete,
}

impl Request {
    /// From a line such as `GET /path`.
    ///
    /// # Errors
    /// [`RequestError`], but that of a header.
    pub fn parse(line: &str) -> Result<Request, RequestError> {
        let parts: Vec<&str> = line.split_whitespace().collect();
        match parts.as_slice() {
            [_, target] if target.contains('#') => Err(RequestError::Fragment((*target).to_owned())),
            [_, target] if target.starts_with('/') && !is_path_with_query(target) => {
                Err(RequestError::Target((*target).to_owned()))
            }
            [method, target] if is_name(method) && target.starts_with('/') => Ok(Request {
                method: (*method).to_owned(),
                target: (*target).to_owned(),
                headers: Vec::new(),
                body: Vec::new(),
            }),
            _ => Err(RequestError::Line(line.to_owned())),
        }
    }

    /// Adds a header such as `accept: text/html`.
    ///
    /// # Errors
    /// [`RequestError::Header`].
    pub fn add_header(&mut self, line: &str) -> Result<(), RequestError> {
        let wrong = || RequestError::Header(line.to_owned());
        let (name, value) = line.split_once(':').ok_or_else(wrong)?;
        let value = value.trim();
        if !is_name(name) || !is_value(value.as_bytes()) {
            return Err(wrong());
        }
        self.headers.push((name.to_owned(), value.as_bytes().to_vec()));
        Ok(())
    }

    fn incoming(&self) -> IncomingRequest {
        let host = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host"));
        let host = host.map(|(_, value)| String::from_utf8_lossy(value).into_owned());
        IncomingRequest {
            method: method(&self.method),
            path_with_query: Some(self.target.clone()),
            scheme: Some(Scheme::Http(())),
            authority: Some(host.unwrap_or_else(|| "localhost".to_owned())),
            headers: Fields::immutable(self.headers.clone()),
            body: Some(self.body.as_slice().into()),
        }
    }
}

fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get(()),
        "HEAD" => Method::Head(()),
        "POST" => Method::Post(()),
        "PUT" => Method::Put(()),
        "DELETE" => Method::Delete(()),
        "CONNECT" => Method::Connect(()),
        "OPTIONS" => Method::Options(()),
        "TRACE" => Method::Trace(()),
        "PATCH" => Method::Patch(()),
        other => Method::Other(other.to_owned()),
    }
}

impl Program {
    /// Lets the component handle a request. It may be given another one afterwards: the interface leaves open whether
    /// instances are used again (P2-HTTP-04).
    ///
    /// # Errors
    /// As the variants of [`HandleError`] say.
    pub fn handle(&mut self, store: &mut Store, host: &Host, request: &Request) -> Result<Response, HandleError> {
        let Some(entry) = self.entry().filter(|entry| entry.starts_with("wasi:http/")).map(str::to_owned) else {
            return Err(StartError::NoHandler.into());
        };
        if !self.is_handler(&entry, host) {
            return Err(StartError::OtherHandler { name: entry }.into());
        }
        let answer = Rc::<RefCell<Answer>>::default();
        let (request, param) = {
            let table = &mut host.0.state.borrow_mut().table;
            (table.add(request.incoming())?, table.add(ResponseOutparam(answer.clone()))?)
        };
        let args = [request.lower(host.0.ids()), param.lower(host.0.ids())];
        let cause = Cause::HostRule("P2-HTTP-04".to_owned());
        let end = store.call_component(self.instance(), &[&entry, "handle"], &args, cause);
        let answer = answer.take();
        match (end, &answer.response) {
            (Ok(_), _) => response(answer),
            (Err(fault), None) => Err(fault.into()),
            (Err(fault), Some(_)) => Err(HandleError::FaultAfter { answer: Box::new(response(answer)), fault }),
        }
    }
}

impl Program {
    /// Whether `handle` is of the type that the interface declares, with the resource types of this host.
    fn is_handler(&self, entry: &str, host: &Host) -> bool {
        let ids = host.0.ids();
        let params = [("request", Own::<IncomingRequest>::ty(ids)), ("response-out", Own::<ResponseOutparam>::ty(ids))];
        let declared = ComponentFuncType::new(params, None);
        self.instance().func_type(&[entry, "handle"]).is_some_and(|ty| *ty == declared)
    }
}

fn response(answer: Answer) -> Result<Response, HandleError> {
    let response = match answer.response {
        None => return Err(HandleError::NoResponse),
        Some(Err(error)) => return Err(HandleError::Error(describe(error))),
        Some(Ok(response)) => response,
    };
    let message = response.message.borrow();
    let incomplete = if message.has_failed { HandleError::Length } else { HandleError::Incomplete };
    let (body, trailers) = finished(&message).ok_or(incomplete)?;
    let entries = |fields: Fields| -> Vec<Entry> { fields.entries };
    Ok(Response {
        status: response.status,
        headers: entries(response.headers),
        body,
        trailers: trailers.map(entries).unwrap_or_default(),
        informational: answer.informational.into_iter().map(|(status, _)| status).collect(),
    })
}

/// An error as the interface writes it, with what it tells.
fn describe(error: HttpError) -> String {
    match error {
        HttpError::InternalError(Some(text)) => format!("internal-error({text:?})"),
        error => {
            // `lower` needs no resource types: the variant has none.
            error.lower(&super::typing::Ids::default()).to_wave()
        }
    }
}
