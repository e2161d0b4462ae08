//! Values of types, and the canonical ABI of them (CanonicalABI.md), for this crate only: nothing of the engine's.

use super::{Encoding, Ty};
use preflight_engine::trace::Value;
use wasm_encoder::ValType;

/// How wide pointers and lengths are (`ptr_type`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    W32,
    W64,
}

impl Width {
    /// The width of a memory that is one of 64 bits or not.
    pub fn of(is_64: bool) -> Width {
        if is_64 { Width::W64 } else { Width::W32 }
    }

    /// `ptr_size`.
    pub fn bytes(self) -> usize {
        if self == Width::W64 { 8 } else { 4 }
    }

    pub fn ty(self) -> ValType {
        if self == Width::W64 { ValType::I64 } else { ValType::I32 }
    }

    /// The bit of a string's length that says that it is in UTF-16 (`utf16_tag`).
    pub fn tag(self) -> u64 {
        1 << (self.bytes() * 8 - 1)
    }
}

/// Numbers that look random (SplitMix64); all of the number 0 are 0.
pub(super) struct Noise(pub u64);

impl Noise {
    fn next(&mut self) -> u64 {
        if self.0 == 0 {
            return 0;
        }
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// A character: of ASCII, of Latin-1, of the basic plane, or beyond.
    fn char(&mut self) -> char {
        let all = [
            'a',
            '"',
            '\\',
            '\'',
            '\n',
            '\t',
            '\r',
            '\u{7}',
            'Z',
            '\u{e9}',
            '\u{ff}',
            '\u{20ac}',
            '\u{4e16}',
            '\u{1f600}',
        ];
        all[self.below(all.len())]
    }
}

/// A value of a type.
pub(super) fn value(ty: &Ty, noise: &mut Noise) -> Value {
    match ty {
        Ty::Bool => Value::Bool(noise.next() & 1 == 1),
        Ty::U8 => Value::U8(noise.next() as u8),
        Ty::S8 => Value::S8(noise.next() as i8),
        Ty::U16 => Value::U16(noise.next() as u16),
        Ty::S16 => Value::S16(noise.next() as i16),
        Ty::U32 => Value::U32(noise.next() as u32),
        Ty::S32 => Value::S32(noise.next() as i32),
        Ty::U64 => Value::U64(noise.next()),
        Ty::S64 => Value::S64(noise.next() as i64),
        Ty::F32 => {
            let all = [0.0, 1.5, -2.25, 1e10, f32::INFINITY, f32::NEG_INFINITY, -0.0, f32::from_bits(NAN32)];
            Value::Float32(all[noise.below(all.len())].to_bits())
        }
        Ty::F64 => {
            let all = [0.0, 1.5, -2.25, 1e100, f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::from_bits(NAN64)];
            Value::Float64(all[noise.below(all.len())].to_bits())
        }
        Ty::Char => Value::Char(noise.char()),
        Ty::String => Value::String((0..noise.below(7)).map(|_| noise.char()).collect()),
        Ty::List(ty) => Value::List((0..noise.below(4)).map(|_| value(ty, noise)).collect()),
        Ty::FixedList(ty, len) => Value::List((0..*len).map(|_| value(ty, noise)).collect()),
        Ty::Map(key, of) => Value::Map((0..noise.below(4)).map(|_| (value(key, noise), value(of, noise))).collect()),
        Ty::Tuple(types) => Value::Tuple(types.iter().map(|ty| value(ty, noise)).collect()),
        Ty::Record(types) => {
            let fields = types.iter().enumerate().map(|(i, ty)| (format!("f{i}"), value(ty, noise)));
            Value::Record(fields.collect())
        }
        Ty::Variant(cases) => {
            let case = noise.below(cases.len());
            Value::Variant(format!("c{case}"), cases[case].as_ref().map(|ty| Box::new(value(ty, noise))))
        }
        Ty::Enum(cases) => Value::Enum(format!("c{}", noise.below((*cases).into()))),
        Ty::Option(ty) => Value::Option((noise.below(4) > 0).then(|| Box::new(value(ty, noise)))),
        Ty::Result(ok, err) => {
            let side = |ty: &Option<Box<Ty>>, noise: &mut Noise| ty.as_ref().map(|ty| Box::new(value(ty, noise)));
            let is_err = noise.below(2) == 1;
            Value::Result(if is_err { Err(side(err, noise)) } else { Ok(side(ok, noise)) })
        }
        Ty::Flags(labels) => {
            let bits = noise.next();
            Value::Flags((0..*labels).filter(|i| bits >> i & 1 == 1).map(|i| format!("b{i}")).collect())
        }
    }
}

/// The least value of a type: numbers are 0, the first case is chosen, and nothing is in what can be empty.
pub(super) fn least(ty: &Ty) -> Value {
    let side = |ty: &Option<Box<Ty>>| ty.as_ref().map(|ty| Box::new(least(ty)));
    match ty {
        Ty::Char => Value::Char('\0'),
        Ty::FixedList(ty, len) => Value::List(vec![least(ty); (*len).into()]),
        Ty::Tuple(types) => Value::Tuple(types.iter().map(least).collect()),
        Ty::Record(types) => {
            Value::Record(types.iter().enumerate().map(|(i, ty)| (format!("f{i}"), least(ty))).collect())
        }
        Ty::Variant(cases) => Value::Variant("c0".to_owned(), cases[0].as_ref().map(|ty| Box::new(least(ty)))),
        Ty::Result(ok, _) => Value::Result(Ok(side(ok))),
        // All others are made of numbers that are 0.
        ty => value(ty, &mut Noise(0)),
    }
}

/// The canonical NaNs.
const NAN32: u32 = 0x7fc0_0000;
const NAN64: u64 = 0x7ff8_0000_0000_0000;

/// Where a label stands: `c3` is 3.
fn number(label: &str) -> usize {
    label[1..].parse().expect("labels are numbered")
}

/// The case of a value of a variant's type, and its payload with its type.
fn case<'a>(ty: &'a Ty, value: &'a Value) -> (usize, Option<(&'a Ty, &'a Value)>) {
    fn pair<'a>(ty: Option<&'a Ty>, value: &'a Option<Box<Value>>) -> Option<(&'a Ty, &'a Value)> {
        ty.zip(value.as_deref())
    }
    match (ty, value) {
        (Ty::Variant(cases), Value::Variant(label, payload)) => {
            let case = number(label);
            (case, pair(cases[case].as_ref(), payload))
        }
        (Ty::Enum(_), Value::Enum(label)) => (number(label), None),
        (Ty::Option(ty), Value::Option(payload)) => (payload.is_some().into(), pair(Some(ty), payload)),
        (Ty::Result(ok, _), Value::Result(Ok(payload))) => (0, pair(ok.as_deref(), payload)),
        (Ty::Result(_, err), Value::Result(Err(payload))) => (1, pair(err.as_deref(), payload)),
        _ => unreachable!("a value of the type of a variant"),
    }
}

/// The types of the cases, if it is the type of a variant (`despecialize`).
fn cases(ty: &Ty) -> Option<Vec<Option<&Ty>>> {
    Some(match ty {
        Ty::Variant(cases) => cases.iter().map(Option::as_ref).collect(),
        Ty::Enum(n) => vec![None; usize::from(*n)],
        Ty::Option(ty) => vec![None, Some(ty)],
        Ty::Result(ok, err) => vec![ok.as_deref(), err.as_deref()],
        _ => return None,
    })
}

fn aligned(at: usize, to: usize) -> usize {
    at.next_multiple_of(to)
}

/// Size and alignment (`elem_size`, `alignment`).
pub(super) fn layout(ty: &Ty, width: Width) -> (usize, usize) {
    if let Some(cases) = cases(ty) {
        let payloads: Vec<(usize, usize)> = cases.into_iter().flatten().map(|ty| layout(ty, width)).collect();
        let align = payloads.iter().map(|(_, align)| *align).max().unwrap_or(1);
        let size = payloads.iter().map(|(size, _)| *size).max().unwrap_or(0);
        // No type here has so many cases that a byte would not do.
        return (aligned(aligned(1, align) + size, align), align);
    }
    match ty {
        Ty::Bool | Ty::U8 | Ty::S8 => (1, 1),
        Ty::U16 | Ty::S16 => (2, 2),
        Ty::U32 | Ty::S32 | Ty::F32 | Ty::Char => (4, 4),
        Ty::U64 | Ty::S64 | Ty::F64 => (8, 8),
        Ty::String | Ty::List(_) | Ty::Map(..) => (2 * width.bytes(), width.bytes()),
        Ty::FixedList(ty, len) => {
            let (size, align) = layout(ty, width);
            (size * usize::from(*len), align)
        }
        Ty::Flags(n) => {
            let size = if *n <= 8 {
                1
            } else if *n <= 16 {
                2
            } else {
                4
            };
            (size, size)
        }
        Ty::Tuple(types) | Ty::Record(types) => fields(types.iter(), width),
        _ => unreachable!("variants are done"),
    }
}

fn fields<'t>(types: impl Iterator<Item = &'t Ty>, width: Width) -> (usize, usize) {
    let (mut size, mut align) = (0, 1);
    for (of, to) in types.map(|ty| layout(ty, width)) {
        size = aligned(size, to) + of;
        align = align.max(to);
    }
    (aligned(size, align), align)
}

/// Where the payload of a variant begins.
fn payload_offset(ty: &Ty, width: Width) -> usize {
    let cases = cases(ty).unwrap_or_default();
    aligned(1, cases.into_iter().flatten().map(|ty| layout(ty, width).1).max().unwrap_or(1))
}

/// The core types (`flatten_type`).
pub(super) fn flatten(ty: &Ty, width: Width) -> Vec<ValType> {
    if let Some(cases) = cases(ty) {
        let mut flat = Vec::new();
        for case in cases.into_iter().flatten().map(|ty| flatten(ty, width)) {
            for (i, ty) in case.into_iter().enumerate() {
                match flat.get_mut(i) {
                    None => flat.push(ty),
                    Some(joined) => *joined = join(*joined, ty),
                }
            }
        }
        flat.insert(0, ValType::I32);
        return flat;
    }
    match ty {
        Ty::U64 | Ty::S64 => vec![ValType::I64],
        Ty::F32 => vec![ValType::F32],
        Ty::F64 => vec![ValType::F64],
        Ty::String | Ty::List(_) | Ty::Map(..) => vec![width.ty(); 2],
        Ty::FixedList(ty, len) => flatten(ty, width).repeat((*len).into()),
        Ty::Tuple(types) | Ty::Record(types) => types.iter().flat_map(|ty| flatten(ty, width)).collect(),
        _ => vec![ValType::I32],
    }
}

fn join(a: ValType, b: ValType) -> ValType {
    match (a, b) {
        _ if a == b => a,
        (ValType::I32, ValType::F32) | (ValType::F32, ValType::I32) => ValType::I32,
        _ => ValType::I64,
    }
}

/// A memory that is filled from an address on.
pub(super) struct Heap {
    pub bytes: Vec<u8>,
    base: usize,
    pub encoding: Encoding,
    pub width: Width,
    /// Whether scalars are written with bits that a load takes no notice of.
    is_dirty: bool,
    /// The alignments of what has been allocated.
    pub alignments: Vec<usize>,
}

impl Heap {
    /// An empty memory.
    pub fn new(base: usize, encoding: Encoding, width: Width, is_dirty: bool) -> Self {
        Heap { bytes: Vec::new(), base, encoding, width, is_dirty, alignments: Vec::new() }
    }

    /// Room for `size` bytes.
    pub fn allocate(&mut self, size: usize, align: usize) -> usize {
        self.alignments.push(align);
        let at = aligned(self.base + self.bytes.len(), align);
        self.bytes.resize(at + size - self.base, 0);
        at
    }

    pub fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at - self.base..][..bytes.len()].copy_from_slice(bytes);
    }

    /// `store`.
    pub fn store(&mut self, at: usize, ty: &Ty, value: &Value) {
        if cases(ty).is_some() {
            let (index, payload) = case(ty, value);
            self.put(at, &[index as u8]);
            if let Some((of, value)) = payload {
                self.store(at + payload_offset(ty, self.width), of, value);
            }
            return;
        }
        match (ty, value) {
            (Ty::String, Value::String(text)) => {
                let pair = self.string(text);
                self.put_pair(at, pair);
            }
            (Ty::List(ty), Value::List(values)) => {
                let pair = self.list(ty, values);
                self.put_pair(at, pair);
            }
            (Ty::Map(key, of), Value::Map(entries)) => {
                let pair = self.map(key, of, entries);
                self.put_pair(at, pair);
            }
            (Ty::FixedList(ty, _), Value::List(values)) => self.elements(at, ty, values),
            (Ty::Tuple(types), Value::Tuple(values)) => self.fields(at, types, values.iter()),
            (Ty::Record(types), Value::Record(fields)) => self.fields(at, types, fields.iter().map(|(_, value)| value)),
            _ => {
                let bits = if self.is_dirty { dirty(ty, value) } else { scalar(value) };
                self.put(at, &bits.to_le_bytes()[..layout(ty, self.width).0]);
            }
        }
    }

    fn fields<'v>(&mut self, at: usize, types: &[Ty], values: impl Iterator<Item = &'v Value>) {
        let mut offset = 0;
        for (ty, value) in types.iter().zip(values) {
            let (size, align) = layout(ty, self.width);
            offset = aligned(offset, align);
            self.store(at + offset, ty, value);
            offset += size;
        }
    }

    /// An address or a length.
    pub fn put_ptr(&mut self, at: usize, value: u64) {
        self.put(at, &value.to_le_bytes()[..self.width.bytes()]);
    }

    /// An address, and a length.
    pub fn put_pair(&mut self, at: usize, (ptr, len): (u64, u64)) {
        self.put_ptr(at, ptr);
        self.put_ptr(at + self.width.bytes(), len);
    }

    fn list(&mut self, ty: &Ty, values: &[Value]) -> (u64, u64) {
        let (size, align) = layout(ty, self.width);
        let at = self.allocate(size * values.len(), align);
        self.elements(at, ty, values);
        (at as u64, values.len() as u64)
    }

    fn elements(&mut self, at: usize, ty: &Ty, values: &[Value]) {
        let size = layout(ty, self.width).0;
        for (i, value) in values.iter().enumerate() {
            self.store(at + i * size, ty, value);
        }
    }

    /// A map is a list of pairs.
    fn map(&mut self, key: &Ty, of: &Ty, entries: &[(Value, Value)]) -> (u64, u64) {
        let (size, align) = fields([key, of].into_iter(), self.width);
        let value_at = aligned(layout(key, self.width).0, layout(of, self.width).1);
        let at = self.allocate(size * entries.len(), align);
        for (i, (k, v)) in entries.iter().enumerate() {
            self.store(at + i * size, key, k);
            self.store(at + i * size + value_at, of, v);
        }
        (at as u64, entries.len() as u64)
    }

    /// The address of a string's bytes, and its tagged length.
    fn string(&mut self, text: &str) -> (u64, u64) {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let count = (units.len() / 2) as u64;
        let is_latin1 = text.chars().all(|c| u32::from(c) <= 0xff);
        let (bytes, align, len): (Vec<u8>, usize, u64) = match self.encoding {
            Encoding::Utf8 => (text.as_bytes().to_vec(), 1, text.len() as u64),
            Encoding::Utf16 => (units, 2, count),
            Encoding::CompactUtf16 if is_latin1 => {
                let bytes: Vec<u8> = text.chars().map(|c| c as u8).collect();
                let len = bytes.len() as u64;
                (bytes, 2, len)
            }
            Encoding::CompactUtf16 => (units, 2, count | self.width.tag()),
        };
        let at = self.allocate(bytes.len(), align);
        self.put(at, &bytes);
        (at as u64, len)
    }

    /// The flat values, as bits (`lower_flat`).
    pub fn lower(&mut self, ty: &Ty, value: &Value) -> Vec<u64> {
        if cases(ty).is_some() {
            let (index, payload) = case(ty, value);
            let mut flat = vec![index as u64];
            flat.extend(payload.map(|(ty, value)| self.lower(ty, value)).unwrap_or_default());
            flat.resize(flatten(ty, self.width).len(), 0);
            return flat;
        }
        match (ty, value) {
            (Ty::String, Value::String(text)) => {
                let (ptr, len) = self.string(text);
                vec![ptr, len]
            }
            (Ty::List(ty), Value::List(values)) => {
                let (ptr, len) = self.list(ty, values);
                vec![ptr, len]
            }
            (Ty::Map(key, of), Value::Map(entries)) => {
                let (ptr, len) = self.map(key, of, entries);
                vec![ptr, len]
            }
            (Ty::FixedList(ty, _), Value::List(values)) => values.iter().flat_map(|v| self.lower(ty, v)).collect(),
            (Ty::Tuple(types), Value::Tuple(values)) => {
                types.iter().zip(values).flat_map(|(ty, value)| self.lower(ty, value)).collect()
            }
            (Ty::Record(types), Value::Record(fields)) => {
                types.iter().zip(fields).flat_map(|(ty, (_, value))| self.lower(ty, value)).collect()
            }
            (ty, value) => {
                // Signed numbers are extended to 32 bits.
                let bits = match *value {
                    Value::S8(v) => u64::from(v as i32 as u32),
                    Value::S16(v) => u64::from(v as i32 as u32),
                    _ => scalar(value),
                };
                vec![if layout(ty, self.width).0 == 8 { bits } else { u64::from(bits as u32) }]
            }
        }
    }
}

/// The bits of a value that is a number of some kind.
fn scalar(value: &Value) -> u64 {
    match value {
        Value::Bool(v) => u64::from(*v),
        Value::U8(v) => u64::from(*v),
        Value::S8(v) => *v as u64,
        Value::U16(v) => u64::from(*v),
        Value::S16(v) => *v as u64,
        Value::U32(v) => u64::from(*v),
        Value::S32(v) => *v as u64,
        Value::U64(v) => *v,
        Value::S64(v) => *v as u64,
        Value::Float32(bits) => u64::from(*bits),
        Value::Float64(bits) => *bits,
        Value::Char(c) => u64::from(u32::from(*c)),
        Value::Flags(labels) => labels.iter().fold(0, |bits, label| bits | 1 << number(label)),
        other => unreachable!("{other} is no number"),
    }
}

/// The bits of such a value with others that mean nothing: a truth value is what is not 0, the bits beyond the labels of
/// flags are passed over, and all NaNs are one (`load`).
fn dirty(ty: &Ty, value: &Value) -> u64 {
    match (ty, value) {
        (_, Value::Bool(true)) => 0x82,
        (Ty::Flags(labels), _) => scalar(value) | u64::MAX << labels,
        (_, Value::Float32(NAN32)) => 0xffa0_0001,
        (_, Value::Float64(NAN64)) => 0xfff4_0000_0000_0001,
        _ => scalar(value),
    }
}

/// The bytes of a value definition (Binary.md, `val(t)`).
pub(super) fn constant(ty: &Ty, value: &Value, out: &mut Vec<u8>) {
    use wasm_encoder::Encode;
    if cases(ty).is_some() {
        let (index, payload) = case(ty, value);
        out.push(index as u8);
        if let Some((ty, value)) = payload {
            constant(ty, value, out);
        }
        return;
    }
    match (ty, value) {
        (_, Value::U16(v)) => u32::from(*v).encode(out),
        (_, Value::S16(v)) => i32::from(*v).encode(out),
        (_, Value::U32(v)) => v.encode(out),
        (_, Value::S32(v)) => v.encode(out),
        (_, Value::U64(v)) => v.encode(out),
        (_, Value::S64(v)) => v.encode(out),
        (_, Value::Float32(bits)) => out.extend(bits.to_le_bytes()),
        (_, Value::Float64(bits)) => out.extend(bits.to_le_bytes()),
        (_, Value::Char(c)) => out.extend(c.to_string().as_bytes()),
        (_, Value::String(text)) => text.as_str().encode(out),
        (Ty::List(ty), Value::List(values)) => {
            values.len().encode(out);
            values.iter().for_each(|value| constant(ty, value, out));
        }
        (Ty::FixedList(ty, _), Value::List(values)) => values.iter().for_each(|value| constant(ty, value, out)),
        (Ty::Map(key, of), Value::Map(entries)) => {
            entries.len().encode(out);
            for (k, v) in entries {
                constant(key, k, out);
                constant(of, v, out);
            }
        }
        (Ty::Tuple(types), Value::Tuple(values)) => {
            types.iter().zip(values).for_each(|(ty, value)| constant(ty, value, out));
        }
        (Ty::Record(types), Value::Record(fields)) => {
            types.iter().zip(fields).for_each(|(ty, (_, value))| constant(ty, value, out));
        }
        (Ty::Flags(labels), flags) => {
            out.extend(&scalar(flags).to_le_bytes()[..usize::from(*labels).div_ceil(8)]);
        }
        (_, value) => out.push(scalar(value) as u8),
    }
}

/// A value in the syntax of WAVE.
pub(super) fn wave(value: &Value) -> String {
    let all = |values: &[Value]| values.iter().map(wave).collect::<Vec<_>>().join(", ");
    let payload = |name: &str, value: &Option<Box<Value>>| match value {
        Some(value) => format!("{name}({})", wave(value)),
        None => name.to_owned(),
    };
    match value {
        Value::Float32(bits) => float(f32::from_bits(*bits).into()),
        Value::Float64(bits) => float(f64::from_bits(*bits)),
        Value::Char(c) => format!("'{}'", escaped(&c.to_string(), '\'')),
        Value::String(text) => format!("\"{}\"", escaped(text, '"')),
        Value::List(values) => format!("[{}]", all(values)),
        Value::Tuple(values) => format!("({})", all(values)),
        Value::Map(entries) => {
            let entries: Vec<String> = entries.iter().map(|(k, v)| format!("({}, {})", wave(k), wave(v))).collect();
            format!("[{}]", entries.join(", "))
        }
        Value::Record(fields) => {
            // What is not said of a field that is an option is `none`.
            let is_said = |(_, value): &&(String, Value)| *value != Value::Option(None);
            let mut said: Vec<&(String, Value)> = fields.iter().filter(is_said).collect();
            if said.is_empty() {
                said = fields.iter().collect();
            }
            let fields: Vec<String> = said.iter().map(|(name, value)| format!("{name}: {}", wave(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Variant(label, value) => payload(label, value),
        Value::Enum(label) => label.clone(),
        Value::Option(None) => "none".to_owned(),
        // A payload may stand for itself where it cannot be taken for another word.
        Value::Option(Some(value)) | Value::Result(Ok(Some(value)))
            if matches!(**value, Value::String(_) | Value::U8(_) | Value::List(_)) =>
        {
            wave(value)
        }
        Value::Option(Some(value)) => format!("some({})", wave(value)),
        Value::Result(Ok(value)) => payload("ok", value),
        Value::Result(Err(value)) => payload("err", value),
        Value::Flags(labels) => format!("{{{}}}", labels.join(", ")),
        // Integers and truth values are written as anywhere.
        number => number.to_string(),
    }
}

fn float(value: f64) -> String {
    match value {
        _ if value.is_nan() => "nan".to_owned(),
        f64::INFINITY => "inf".to_owned(),
        f64::NEG_INFINITY => "-inf".to_owned(),
        _ => format!("{value:?}"),
    }
}

fn escaped(text: &str, quote: char) -> String {
    let one = |c: char| match c {
        '\n' => "\\n".to_owned(),
        '\t' => "\\t".to_owned(),
        '\r' => "\\r".to_owned(),
        '\u{7}' => "\\u{7}".to_owned(),
        '\\' => "\\\\".to_owned(),
        c if c == quote => format!("\\{c}"),
        c => c.to_string(),
    };
    text.chars().map(one).collect()
}
