//! `fields`: headers and trailers. Names are compared without regard to case and given back as they came.

use super::super::{
    define::{Call, Failure, Interface},
    typing::{Borrow, Own, Resource, variant},
};
use crate::error::Fault;
use std::rc::Rc;

/// A name and a value.
pub(in crate::wasi::p2) type Entry = (String, Vec<u8>);

/// The most bytes of names and values together, and of [`PER_ENTRY`] for each entry.
const MOST: usize = 1 << 20;

/// What an entry counts beside its name and value (as in RFC 9113, 6.5.2).
const PER_ENTRY: usize = 32;

/// Fields of the connection itself, which a program may not set (RFC 9110, 7.6.1), and the one that repeats the authority.
const FORBIDDEN: [&str; 8] =
    ["connection", "host", "http2-settings", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade"];

/// `fields`.
#[derive(Debug, Clone, Default)]
pub(in crate::wasi::p2) struct Fields {
    pub entries: Vec<Entry>,
    /// Whether they can be changed no more.
    pub is_immutable: bool,
    /// What the entries count.
    size: usize,
    /// Shared by the headers of a message and the handles of them that were given out: its children.
    family: Rc<()>,
}

impl Resource for Fields {
    const NAME: &'static str = "fields";
}

variant! {
    /// `header-error`.
    pub(in crate::wasi::p2) HeaderError {
        InvalidSyntax(()) "invalid-syntax",
        Forbidden(()) "forbidden",
        Immutable(()) "immutable",
    }
}

type Done<T = ()> = Result<T, Failure<HeaderError>>;

fn invalid() -> Failure<HeaderError> {
    Failure::Code(HeaderError::InvalidSyntax(()))
}

impl Fields {
    /// Fields that can be changed no more.
    pub fn immutable(entries: Vec<Entry>) -> Self {
        let size = entries.iter().map(|(name, value)| size_of(name, value)).sum();
        Fields { entries, is_immutable: true, size, family: Rc::default() }
    }

    /// The same fields for the guest: a child, which has to be dropped before the message that these are of.
    pub fn child(&self) -> Self {
        Fields { entries: self.entries.clone(), is_immutable: true, size: self.size, family: self.family.clone() }
    }

    /// Whether a child is alive.
    pub fn has_children(&self) -> bool {
        Rc::strong_count(&self.family) > 1
    }

    /// The fields on their own, whatever they were a child of.
    pub fn detached(self) -> Self {
        Fields { family: Rc::default(), ..self }
    }

    /// The values of a name, in order.
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
        let entries = self.entries.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        entries.map(|(_, value)| value.as_slice())
    }

    /// The fields, if they can be changed and `name` is one.
    fn for_change(&mut self, name: &str) -> Done<&mut Self> {
        if self.is_immutable {
            return Err(Failure::Code(HeaderError::Immutable(())));
        }
        if !is_name(name) {
            return Err(invalid());
        }
        Ok(self)
    }

    /// The fields, if they can be changed and `name` is one that a program may set.
    fn for_setting(&mut self, name: &str) -> Done<&mut Self> {
        self.for_change(name)?;
        if FORBIDDEN.iter().any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(Failure::Code(HeaderError::Forbidden(())));
        }
        Ok(self)
    }

    fn remove(&mut self, name: &str) {
        let mut removed = 0;
        self.entries.retain(|(other, value)| {
            let stays = !other.eq_ignore_ascii_case(name);
            removed += if stays { 0 } else { size_of(other, value) };
            stays
        });
        self.size -= removed;
    }

    fn push(&mut self, name: &str, value: Vec<u8>) -> Done {
        let size = self.size + size_of(name, &value);
        if size > MOST {
            return Err(Fault::Exhausted(crate::trace::Resource::Memory).into());
        }
        if !is_value(&value) {
            return Err(invalid());
        }
        self.entries.push((name.to_owned(), value));
        self.size = size;
        Ok(())
    }
}

fn size_of(name: &str, value: &[u8]) -> usize {
    name.len() + value.len() + PER_ENTRY
}

/// A `token` (RFC 9110, 5.6.2).
pub(in crate::wasi::p2) fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// A `field-value` (RFC 9110, 5.5): no control characters but tabs.
pub(in crate::wasi::p2) fn is_value(value: &[u8]) -> bool {
    let is_space = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let is_content = |byte: &u8| *byte == b'\t' || (*byte >= b' ' && *byte != 0x7f);
    // Whitespace around a value is the line's and not the value's.
    value.iter().all(is_content) && !is_space(value.first()) && !is_space(value.last())
}

pub(super) fn declare(interface: &mut Interface<'_>) {
    interface
        .resource::<Fields>()
        .func("[constructor]fields", &[], new)
        .fallible("[static]fields.from-list", &["entries"], from_list)
        .func("[method]fields.get", &["self", "name"], get)
        .func("[method]fields.has", &["self", "name"], has)
        .fallible("[method]fields.set", &["self", "name", "value"], set)
        .fallible("[method]fields.delete", &["self", "name"], delete)
        .fallible("[method]fields.append", &["self", "name", "value"], append)
        .func("[method]fields.entries", &["self"], entries)
        .func("[method]fields.clone", &["self"], clone);
}

type This = Borrow<Fields>;

fn new(call: &mut Call<'_>, (): ()) -> Result<Own<Fields>, Fault> {
    call.table().add(Fields::default())
}

fn from_list(call: &mut Call<'_>, (entries,): (Vec<Entry>,)) -> Done<Own<Fields>> {
    let mut fields = Fields::default();
    for (name, value) in entries {
        fields.for_setting(&name)?.push(&name, value)?;
    }
    call.pay(fields.size as u64)?;
    Ok(call.table().add(fields)?)
}

fn get(call: &mut Call<'_>, (this, name): (This, String)) -> Result<Vec<Vec<u8>>, Fault> {
    Ok(call.table().get(this)?.values(&name).map(<[u8]>::to_vec).collect())
}

fn has(call: &mut Call<'_>, (this, name): (This, String)) -> Result<bool, Fault> {
    Ok(call.table().get(this)?.values(&name).next().is_some())
}

fn set(call: &mut Call<'_>, (this, name, values): (This, String, Vec<Vec<u8>>)) -> Done {
    let fields = call.table().get(this)?.for_setting(&name)?;
    if !values.iter().all(|value| is_value(value)) {
        return Err(invalid());
    }
    fields.remove(&name);
    values.into_iter().try_for_each(|value| fields.push(&name, value))
}

fn delete(call: &mut Call<'_>, (this, name): (This, String)) -> Done {
    call.table().get(this)?.for_change(&name)?.remove(&name);
    Ok(())
}

fn append(call: &mut Call<'_>, (this, name, value): (This, String, Vec<u8>)) -> Done {
    call.table().get(this)?.for_setting(&name)?.push(&name, value)
}

fn entries(call: &mut Call<'_>, (this,): (This,)) -> Result<Vec<Entry>, Fault> {
    let fields = call.table().get(this)?;
    let (entries, size) = (fields.entries.clone(), fields.size);
    call.pay(size as u64)?;
    Ok(entries)
}

fn clone(call: &mut Call<'_>, (this,): (This,)) -> Result<Own<Fields>, Fault> {
    let fields = call.table().get(this)?;
    let (entries, size) = (fields.entries.clone(), fields.size);
    call.pay(size as u64)?;
    call.table().add(Fields { entries, size, ..Fields::default() })
}
