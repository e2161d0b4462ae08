//! The flags that make a request for a component which handles some, and the response in text and in JSON.

use anyhow::{Context, ensure};
use preflight_engine::wasi::p2::{Request, Response};
use serde_json::{Value, json};

/// The flags.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "HTTP")]
pub struct HttpArgs {
    /// Let a component that exports wasi:http/incoming-handler handle this request, such as "GET /path?query".
    #[arg(long, value_name = "METHOD PATH")]
    http: Option<String>,
    /// A header of the request; may be given several times.
    #[arg(long, value_name = "NAME:VALUE", requires = "http")]
    header: Vec<String>,
    /// The body of the request; @FILE is what is in a file.
    #[arg(long, value_name = "TEXT", requires = "http")]
    body: Option<String>,
}

impl HttpArgs {
    /// Whether there is a request.
    pub fn is_given(&self) -> bool {
        self.http.is_some()
    }

    /// The request, if one is asked for.
    ///
    /// # Errors
    /// A line, a header or a file that cannot be used.
    pub fn request(&self) -> anyhow::Result<Option<Request>> {
        let Some(line) = &self.http else { return Ok(None) };
        let mut request = Request::parse(line).context("--http")?;
        self.header.iter().try_for_each(|header| request.add_header(header).context("--header"))?;
        request.body = match self.body.as_deref() {
            None => Vec::new(),
            Some(text) => match text.strip_prefix('@') {
                Some(file) => crate::input::bytes(file.as_ref()).with_context(|| format!("--body {text}"))?,
                None => text.as_bytes().to_vec(),
            },
        };
        Ok(Some(request))
    }

    /// For what is no component.
    ///
    /// # Errors
    /// If there is a request.
    pub fn refuse(&self) -> anyhow::Result<()> {
        ensure!(
            self.http.is_none(),
            "--http is for components that export wasi:http/incoming-handler, and this is a core module"
        );
        Ok(())
    }
}

/// The lines of a response: status, headers, an empty one, the body.
pub fn lines(response: &Response) -> Vec<String> {
    let entry = |(name, value): &(String, Vec<u8>)| format!("{name}: {}", String::from_utf8_lossy(value));
    let mut lines = vec![format!("HTTP {}", response.status)];
    lines.extend(response.headers.iter().map(entry));
    lines.push(String::new());
    let body = String::from_utf8_lossy(&response.body);
    lines.extend(body.lines().map(str::to_owned));
    lines.extend(response.trailers.iter().map(entry));
    lines
}

/// A response as JSON; a body that is no text is `body_hex`.
pub fn to_json(response: &Response) -> Value {
    let entries = |entries: &[(String, Vec<u8>)]| -> Vec<Value> {
        entries.iter().map(|(name, value)| json!([name, String::from_utf8_lossy(value)])).collect()
    };
    let mut object = json!({
        "status": response.status,
        "headers": entries(&response.headers),
        "trailers": entries(&response.trailers),
        "informational": response.informational,
    });
    match std::str::from_utf8(&response.body) {
        Ok(text) => object["body"] = json!(text),
        Err(_) => {
            let hex: String = response.body.iter().map(|byte| format!("{byte:02x}")).collect();
            object["body_hex"] = json!(hex);
        }
    }
    object
}
