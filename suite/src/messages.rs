//! The texts of scripts, and the classes of ends that they stand for.
//!
//! A script names the error it expects by a text of the specification's interpreter. Engines word theirs as they like, so
//! texts are never compared: each stands for a class here, and the class is what must match. A text that is not in the
//! table fails its directive, since nothing could be checked.

use crate::trace::{Resource, TrapCode};
use std::fmt;

/// The class that a text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// A trap for one of these reasons (old texts do not always tell a memory from a table).
    Trap(&'static [TrapCode]),
    /// A limit of the implementation.
    Exhausted(Resource),
    /// Bytes or text that do not decode.
    Malformed,
    /// A module that decodes and does not validate.
    Invalid,
    /// A module that validates and does not link.
    Unlinkable(LinkClass),
}

/// Why a module does not link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkClass {
    /// Nothing was provided under an import's names.
    UnknownImport,
    /// Something of another type was.
    IncompatibleType,
    /// An active segment is out of bounds. Release 1.0 checked this before it wrote anything; since 2.0 it is a trap (core
    /// `#exec-instantiation`), so that no engine of today can meet this class and directives that ask for it are stale.
    SegmentDoesNotFit,
}

/// Which assertion a text stands in; the same words can mean different classes in different assertions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants are the directives' own names")]
pub enum Assertion {
    Trap,
    Exhaustion,
    Malformed,
    Invalid,
    Unlinkable,
}

/// The class that `text` stands for in `assertion`, or `None` for a text that the table does not know.
pub fn class(assertion: Assertion, text: &str) -> Option<Class> {
    let find = |texts: &[&str]| texts.iter().any(|pattern| is_match(pattern, text));
    match assertion {
        Assertion::Trap => {
            let text = text.strip_prefix("wasm trap: ").unwrap_or(text);
            TRAPS.iter().find(|(pattern, _)| is_match(pattern, text)).map(|(_, codes)| Class::Trap(codes))
        }
        Assertion::Exhaustion => find(EXHAUSTED_STACK).then_some(Class::Exhausted(Resource::Stack)),
        Assertion::Malformed => find(MALFORMED).then_some(Class::Malformed),
        Assertion::Invalid => find(INVALID).then_some(Class::Invalid),
        Assertion::Unlinkable => {
            UNLINKABLE.iter().find(|(pattern, _)| is_match(pattern, text)).map(|(_, class)| Class::Unlinkable(*class))
        }
    }
}

/// Whether `text` is `pattern`; a final `*` in a pattern stands for a detail (an index, a type, a name).
fn is_match(pattern: &str, text: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(stem) => text.starts_with(stem),
        None => text == pattern,
    }
}

/// `assert_trap`.
const TRAPS: &[(&str, &[TrapCode])] = &[
    ("unreachable", &[TrapCode::Unreachable]),
    ("unreachable executed", &[TrapCode::Unreachable]),
    ("integer divide by zero", &[TrapCode::IntegerDivideByZero]),
    ("integer overflow", &[TrapCode::IntegerOverflow]),
    ("invalid conversion to integer", &[TrapCode::InvalidConversionToInteger]),
    ("out of bounds memory access", &[TrapCode::OutOfBoundsMemory]),
    ("out of bounds table access", &[TrapCode::OutOfBoundsTable]),
    ("out of bounds array access", &[TrapCode::OutOfBoundsArray]),
    ("out of bounds", &[TrapCode::OutOfBoundsMemory, TrapCode::OutOfBoundsTable]),
    ("undefined element*", &[TrapCode::UndefinedElement]),
    ("undefined", &[TrapCode::UndefinedElement]),
    // An exception at the border of a component is a trap, and not an exception any more.
    ("uncaught exception", &[TrapCode::CanonicalAbi]),
    ("uninitialized element*", &[TrapCode::UninitializedElement]),
    ("uninitialized", &[TrapCode::UninitializedElement]),
    ("indirect call type mismatch*", &[TrapCode::IndirectCallTypeMismatch]),
    ("indirect call", &[TrapCode::IndirectCallTypeMismatch]),
    ("null reference", &[TrapCode::NullReference]),
    ("null function reference", &[TrapCode::NullReference]),
    ("null structure reference", &[TrapCode::NullReference]),
    ("null array reference", &[TrapCode::NullReference]),
    ("null i31 reference", &[TrapCode::NullReference]),
    ("null exception reference", &[TrapCode::NullReference]),
    ("null descriptor reference", &[TrapCode::NullReference]),
    ("cast failure*", &[TrapCode::CastFailure]),
    ("descriptor cast failure", &[TrapCode::CastFailure]),
    ("unaligned atomic", &[TrapCode::UnalignedAtomic]),
    ("expected shared memory", &[TrapCode::ExpectedSharedMemory]),
    ("atomic wait on non-shared memory", &[TrapCode::ExpectedSharedMemory]),
    // A function of the host that a case asks for.
    ("host trap", &[TrapCode::Host]),
    // The Component Model.
    ("wasm `unreachable` instruction executed", &[TrapCode::Unreachable]),
    ("cannot leave component instance", &[TrapCode::CannotLeave]),
    ("cannot enter component instance", &[TrapCode::CannotEnter]),
    ("cannot remove owned resource while borrowed", &[TrapCode::InvalidHandle]),
    ("handle index *", &[TrapCode::InvalidHandle]),
    ("unknown handle index *", &[TrapCode::InvalidHandle]),
    ("borrow handles still remain at the end of the call", &[TrapCode::InvalidHandle]),
    ("incomplete utf-8 byte sequence", &[TrapCode::InvalidString]),
    ("invalid utf-8", &[TrapCode::InvalidString]),
    ("invalid utf8 encoding", &[TrapCode::InvalidString]),
    ("invalid `char` bit pattern", &[TrapCode::InvalidValue]),
    ("invalid variant discriminant", &[TrapCode::InvalidValue]),
    ("realloc return: *", &[TrapCode::InvalidPointer]),
    ("string content out-of-bounds", &[TrapCode::InvalidPointer]),
    ("string pointer/length out of bounds of memory", &[TrapCode::InvalidPointer]),
    ("list content out-of-bounds", &[TrapCode::InvalidPointer]),
    ("unaligned pointer", &[TrapCode::InvalidPointer]),
    ("cannot block a synchronous task before returning", &[TrapCode::CannotBlock]),
    ("deadlock detected: *", &[TrapCode::CannotBlock]),
    ("unsupported callback code", &[TrapCode::CanonicalAbi]),
    ("backpressure counter overflow", &[TrapCode::CanonicalAbi]),
    ("invalid `task.return` signature and/or options for current task", &[TrapCode::CanonicalAbi]),
    ("`task.cancel` called by task which has not been cancelled", &[TrapCode::CanonicalAbi]),
    ("waitable cannot be used synchronously *", &[TrapCode::InvalidHandle]),
    ("cannot drop *", &[TrapCode::InvalidHandle]),
    ("cannot lift *", &[TrapCode::InvalidHandle]),
    ("cannot read *", &[TrapCode::InvalidHandle]),
    ("cannot write *", &[TrapCode::InvalidHandle]),
    ("cannot have concurrent operations *", &[TrapCode::InvalidHandle]),
    ("cannot remove busy stream", &[TrapCode::InvalidHandle]),
    ("cannot remove busy future", &[TrapCode::InvalidHandle]),
    ("stream or future read cancelled when no read is pending", &[TrapCode::InvalidHandle]),
    ("stream or future write cancelled when no write is pending", &[TrapCode::InvalidHandle]),
    ("`subtask.cancel` called after terminal status delivered", &[TrapCode::InvalidHandle]),
    ("resource has children", &[TrapCode::InvalidHandle]),
    ("cannot resume thread which is not suspended", &[TrapCode::CanonicalAbi]),
    ("the start function index points to an uninitialized function", &[TrapCode::UninitializedElement]),
    ("start function does not match expected type *", &[TrapCode::IndirectCallTypeMismatch]),
];

/// `assert_exhaustion`.
const EXHAUSTED_STACK: &[&str] = &["call stack exhausted"];

/// `assert_unlinkable`.
const UNLINKABLE: &[(&str, LinkClass)] = &[
    ("unknown import*", LinkClass::UnknownImport),
    ("incompatible import type*", LinkClass::IncompatibleType),
    ("elements segment does not fit", LinkClass::SegmentDoesNotFit),
    ("data segment does not fit", LinkClass::SegmentDoesNotFit),
];

/// `assert_malformed`.
const MALFORMED: &[&str] = &[
    // The text format: characters and tokens.
    "malformed UTF-8*",
    "invalid UTF-8 encoding",
    "illegal character",
    "illegal control character*",
    "illegal escape",
    "misplaced control character",
    "misplaced unicode character",
    "unclosed string*",
    "unclosed comment",
    "unclosed annotation",
    "empty annotation id",
    // The text format: annotations of custom sections, by assert_malformed_custom.
    "misplaced @*",
    "@custom annotation*",
    "@name annotation*",
    "@metadata.code.branch_hint annotation*",
    "empty identifier",
    "unexpected token*",
    "unknown operator*",
    "mismatching label",
    // The text format: numbers.
    "constant out of range",
    "i8 constant out of range",
    "i32 constant*",
    "i64 constant out of range",
    "malformed lane index",
    "invalid lane length",
    "wrong number of lane*",
    "alignment",
    "alignment must be a power of two",
    "malformed memop flags",
    "offset out of range",
    "invalid custom page size",
    // The text format: order and names.
    "import after*",
    "result before parameter",
    "inline function type*",
    "duplicate *",
    "multiple start sections",
    "unknown *",
    "non-function type*",
    // The binary format.
    "magic header not detected",
    "unknown binary version",
    "unexpected end*",
    "unexpected content after last section",
    "junk after last section",
    "length out of bounds",
    "section size mismatch",
    "integer representation too long",
    "integer too large",
    "zero byte expected",
    "zero flag expected",
    "END opcode expected",
    "illegal opcode*",
    "too many locals",
    "function and code section have inconsistent lengths",
    "data count and data section have inconsistent lengths",
    "data count section required",
    "invalid section id",
    "invalid mutability",
    "invalid value type",
    "malformed section id",
    "malformed limits flags",
    "malformed mutability",
    "malformed import kind",
    "malformed export kind",
    "malformed reference type",
    "malformed heap type",
    "malformed value type",
    "malformed storage type",
    "malformed definition type",
    "malformed elements segment kind",
    "malformed data segment kind",
    "malformed catch clause",
    "malformed type index",
    "malformed number type",
    "malformed vector type",
    "malformed element kind",
    "malformed br_on_cast flags",
    "misplaced ELSE opcode",
    "misplaced END opcode",
    "malformed custom section*",
];

/// `assert_invalid`.
const INVALID: &[&str] = &[
    // Index spaces.
    "unknown type*",
    "unknown function*",
    "unknown table*",
    "unknown memory*",
    "unknown global*",
    "unknown tag*",
    "unknown local*",
    "unknown label*",
    "unknown elem segment*",
    "unknown element segment*",
    "unknown data segment*",
    "unknown field*",
    // Types.
    "type mismatch*",
    "sub type*",
    "invalid result arity*",
    "uninitialized local*",
    "array types do not match",
    "array type is not numeric or vector",
    "array type is not defaultable",
    "field type is not defaultable",
    "array is packed",
    "array is unpacked",
    "field is packed",
    "field is unpacked",
    "non-structure type*",
    "non-array type*",
    "non-function type*",
    "forward use of type*",
    "non-empty tag result type",
    "immutable field",
    "immutable array",
    "immutable global",
    "global is immutable",
    "field is immutable",
    "array is immutable",
    // Instructions.
    "alignment must not be larger than natural",
    "offset out of range",
    "invalid lane index",
    "constant expression required",
    "undeclared function reference*",
    // Modules.
    "duplicate export name*",
    "start function*",
    "multiple memories",
    "multiple tables",
    "memory size*",
    "table size*",
    "size minimum must not be greater than maximum",
    "shared memory must have maximum",
    "invalid custom page size",
    // Custom sections, by assert_invalid_custom.
    "@metadata.code.branch_hint annotation*",
    // The custom-descriptors proposal.
    "descriptor type *",
    "described type *",
    "forward use of described type",
    "type with descriptor requires descriptor allocation",
    "type without descriptor*",
    "type is not described by its descriptor",
    "type any does not have a descriptor",
    "type none does not have a descriptor",
    "type 0 does not have a descriptor",
    "type 1 does not have a descriptor",
];

impl fmt::Display for Class {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Class::Trap(codes) => {
                f.write_str("trap: ")?;
                codes.iter().enumerate().try_for_each(|(i, code)| {
                    let or = if i == 0 { "" } else { " or " };
                    write!(f, "{or}{code}")
                })
            }
            Class::Exhausted(what) => write!(f, "exhausted: {what}"),
            Class::Malformed => f.write_str("malformed"),
            Class::Invalid => f.write_str("invalid"),
            Class::Unlinkable(LinkClass::UnknownImport) => f.write_str("unlinkable: unknown import"),
            Class::Unlinkable(LinkClass::IncompatibleType) => f.write_str("unlinkable: incompatible import type"),
            Class::Unlinkable(LinkClass::SegmentDoesNotFit) => {
                f.write_str("unlinkable: a segment does not fit (release 1.0)")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_stand_for_classes() {
        assert_eq!(class(Assertion::Trap, "unreachable"), Some(Class::Trap(&[TrapCode::Unreachable])));
        assert_eq!(
            class(Assertion::Trap, "uninitialized element 7"),
            Some(Class::Trap(&[TrapCode::UninitializedElement]))
        );
        assert_eq!(class(Assertion::Invalid, "unknown memory 1"), Some(Class::Invalid));
        assert_eq!(class(Assertion::Unlinkable, "unknown import"), Some(Class::Unlinkable(LinkClass::UnknownImport)));
    }

    #[test]
    fn the_assertion_decides_what_a_text_means() {
        assert_eq!(class(Assertion::Malformed, "unknown type"), Some(Class::Malformed));
        assert_eq!(class(Assertion::Invalid, "unknown type"), Some(Class::Invalid));
        assert_eq!(class(Assertion::Trap, "unknown type"), None);
        assert_eq!(class(Assertion::Exhaustion, "unreachable"), None);
    }

    #[test]
    fn whole_texts_of_the_specifications_interpreter_are_known() {
        let known = |assertion, texts: &[&str]| {
            for text in texts {
                assert!(class(assertion, text).is_some(), "{text}");
            }
        };
        known(
            Assertion::Invalid,
            &[
                "start function must not have parameters or results",
                "duplicate export name \"a\"",
                "array type is not defaultable",
                "non-array type 0",
                "array is packed",
                "field is packed",
                "undeclared function reference 0",
                "invalid result arity other than 1 is not (yet) allowed",
                "forward use of type 1 in sub type definition",
            ],
        );
        known(
            Assertion::Malformed,
            &[
                "inline function type does not match explicit type",
                "unclosed string literal",
                "illegal escape",
                "illegal control character in string literal",
                "malformed br_on_cast flags",
                "import after tag definition",
            ],
        );
        known(
            Assertion::Trap,
            &[
                "undefined element 7",
                "cast failure, expected (ref null i31) but got (ref array)",
                "indirect call type mismatch, expected (func) but got (func)",
            ],
        );
    }

    #[test]
    fn details_are_allowed_only_where_the_table_says_so() {
        assert_eq!(class(Assertion::Trap, "unreachable code of a friend"), None);
        assert_eq!(class(Assertion::Trap, "out of bounds something"), None);
        assert_eq!(class(Assertion::Trap, ""), None);
    }

    #[test]
    fn no_row_hides_a_later_one() {
        for (i, (pattern, _)) in TRAPS.iter().enumerate() {
            let text = pattern.trim_end_matches('*');
            assert_eq!(TRAPS.iter().position(|(p, _)| is_match(p, text)), Some(i), "{pattern}");
        }
    }
}
