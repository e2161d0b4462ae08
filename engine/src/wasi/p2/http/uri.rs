//! What the parts of a request's address have to look like (RFC 9110, 5.6.2 and RFC 3986).

use super::{Method, Scheme, is_name};

/// The method's name is a token.
pub(super) fn is_method(method: &Method) -> bool {
    if let Method::Other(name) = method { is_name(name) } else { true }
}

/// RFC 3986, 3.1.
pub(super) fn is_scheme(scheme: &Option<Scheme>) -> bool {
    let Some(Scheme::Other(name)) = scheme else { return true };
    let is_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(is_rest)
}

/// RFC 3986, 3.2: `[ userinfo "@" ] host [ ":" port ]`.
pub(super) fn is_authority(text: &str) -> bool {
    let (user, rest) = text.rsplit_once('@').unwrap_or(("", text));
    let Some((host, port)) = host_and_port(rest) else { return false };
    consists_of(user, b":") && is_host(host) && port.bytes().all(|byte| byte.is_ascii_digit())
}

/// The port is empty if there is none.
fn host_and_port(text: &str) -> Option<(&str, &str)> {
    let Some(literal) = text.strip_prefix('[') else {
        return Some(text.split_once(':').unwrap_or((text, "")));
    };
    let end = literal.find(']')? + 2;
    let (host, port) = text.split_at(end);
    match port {
        "" => Some((host, "")),
        port => Some((host, port.strip_prefix(':')?)),
    }
}

/// RFC 3986, 3.2.2: an address in brackets, or a name.
fn is_host(text: &str) -> bool {
    match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(literal) => literal.parse::<std::net::Ipv6Addr>().is_ok() || is_future_address(literal),
        None => consists_of(text, b""),
    }
}

/// `"v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )`
fn is_future_address(text: &str) -> bool {
    let Some((version, rest)) = text.strip_prefix(['v', 'V']).and_then(|text| text.split_once('.')) else {
        return false;
    };
    let is_number = !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_number && !rest.is_empty() && !rest.contains('%') && consists_of(rest, b":")
}

/// RFC 3986, 3.3 and 3.4: a path, which may be followed by a query.
pub(in crate::wasi::p2) fn is_path_with_query(text: &str) -> bool {
    consists_of(text, b":@/?")
}

/// Whether all is unreserved, a sub-delimiter, percent-encoded (RFC 3986, 2), or one of `more`.
fn consists_of(text: &str, more: &[u8]) -> bool {
    let mut bytes = text.bytes();
    let is_hex = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_hexdigit());
    while let Some(byte) = bytes.next() {
        let is_allowed = match byte {
            b'%' => is_hex(bytes.next()) && is_hex(bytes.next()),
            byte => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=".contains(&byte) || more.contains(&byte),
        };
        if !is_allowed {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_told_from_what_is_none() {
        for text in
            ["example.org", "example.org:80", "a@b:1", "u:p@[::1]:8080", "[v1.x:y]", "h%20z", "", "h:", "1.2.3.4"]
        {
            assert!(is_authority(text), "{text}");
        }
        for text in
            ["host:abc", "a:b:c", "a@b@c", "[", "ex[ample", "h%zz", "h%2", "[::1]x", "[::g]", "a/b", "a?b", "a b"]
        {
            assert!(!is_authority(text), "{text}");
        }
    }

    #[test]
    fn paths_are_told_from_what_is_none() {
        for text in ["/", "/a/b?c=d&e", "/%2F", "", "a:b@c", "/?x=/?"] {
            assert!(is_path_with_query(text), "{text}");
        }
        for text in ["/[", "/%zz", "/%4", "/a#b", "/ä", "/a b", "/\"", "/a|b"] {
            assert!(!is_path_with_query(text), "{text}");
        }
    }
}
