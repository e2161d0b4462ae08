//! What a program writes to its standard streams.

use serde::{Deserialize, Serialize};

/// A standard stream that a program writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs, reason = "the variants are the streams' own names")]
pub enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    /// The stream's name, as traces write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        }
    }
}

/// The bytes of one write: text where they are UTF-8, so that people can read the trace.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Written {
    /// They are UTF-8.
    Text(String),
    /// They are not: two hexadecimal digits a byte.
    Hex(String),
}

impl From<&[u8]> for Written {
    fn from(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Written::Text(text.to_owned()),
            Err(_) => Written::Hex(bytes.iter().map(|byte| format!("{byte:02x}")).collect()),
        }
    }
}

impl Written {
    /// The bytes. Traces come from files, too: a digit that is none counts as 0.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Written::Text(text) => text.clone().into_bytes(),
            Written::Hex(digits) => {
                let digit = |byte: &u8| (*byte as char).to_digit(16).unwrap_or(0) as u8;
                digits.as_bytes().chunks(2).map(|pair| pair.iter().fold(0, |byte, d| byte << 4 | digit(d))).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_as_they_were() {
        for bytes in [&b""[..], b"text\n", "größer".as_bytes(), &[0xff, 0, 0x7f], &"ö".as_bytes()[..1]] {
            assert_eq!(Written::from(bytes).to_bytes(), bytes);
        }
        assert_eq!(Written::from(&[0xc3][..]), Written::Hex("c3".to_owned()));
    }
}
