//! Why a module is refused: a mistake of its grammar, a mistake of validation, or a limit, which is no mistake at all.

use preflight_engine::{Config, Module, ModuleError};

/// A number as LEB128 has it.
fn leb(mut value: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// `count`, and as often `item`.
fn list(count: u32, item: &[u8]) -> Vec<u8> {
    [leb(count), item.repeat(count as usize)].concat()
}

fn name(bytes: u32) -> Vec<u8> {
    list(bytes, b"n")
}

fn section(id: u8, content: &[u8]) -> Vec<u8> {
    [&[id], &leb(content.len() as u32)[..], content].concat()
}

fn module(sections: &[Vec<u8>]) -> Vec<u8> {
    [b"\0asm\x01\0\0\0", &sections.concat()[..]].concat()
}

/// The class of what `bytes` are refused for.
fn class(bytes: Vec<u8>) -> &'static str {
    match Module::new(&Config::default(), bytes) {
        Ok(_) => "no mistake",
        Err(ModuleError::Malformed { .. }) => "malformed",
        Err(ModuleError::Invalid { .. }) => "invalid",
        Err(ModuleError::Unsupported { .. }) => "unsupported",
    }
}

/// The type `[] -> []`.
const FUNC: &[u8] = &[0x60, 0, 0];

/// A module with one function, whose body this is.
fn function(body: &[u8]) -> Vec<u8> {
    let code = [leb(1), leb(body.len() as u32), body.to_vec()].concat();
    module(&[section(1, &list(1, FUNC)), section(3, &list(1, &[0])), section(10, &code)])
}

/// Types of which each is a subtype of the one before.
fn chain(types: u32) -> Vec<u8> {
    let mut content = [leb(types), vec![0x50, 0], FUNC.to_vec()].concat();
    for supertype in 0..types - 1 {
        content.extend([vec![0x50, 1], leb(supertype), FUNC.to_vec()].concat());
    }
    module(&[section(1, &content)])
}

fn params(count: u32) -> Vec<u8> {
    module(&[section(1, &[&[1, 0x60], &list(count, &[0x7f])[..], &[0]].concat())])
}

fn import(first: &[u8], second: &[u8]) -> Vec<u8> {
    module(&[section(1, &list(1, FUNC)), section(2, &[&[1], first, second, &[0, 0]].concat())])
}

#[test]
fn a_limit_is_no_mistake() {
    let locals = |count| function(&[&[1], &leb(count)[..], &[0x7f, 0x0b]].concat());
    let fields = |count| module(&[section(1, &[&[1, 0x5f], &list(count, &[0x7f, 0])[..]].concat())]);
    let catches = |count| function(&[&[0, 0x1f, 0x40], &list(count, &[2, 0])[..], &[0x0b, 0x0b]].concat());
    let high = [&[2], "\u{3c0}".as_bytes()].concat();
    for (what, at_the_limit, above) in [
        ("locals", locals(50_000), locals(50_001)),
        ("memories", module(&[section(5, &list(100, &[0, 0]))]), module(&[section(5, &list(101, &[0, 0]))])),
        ("types", module(&[section(1, &list(7, FUNC))]), module(&[section(1, &list(1_000_001, FUNC))])),
        ("subtypes", chain(64), chain(65)),
        ("params", params(1_000), params(1_001)),
        ("fields", fields(10_000), fields(10_001)),
        ("catches", catches(10_000), catches(10_001)),
        ("a custom section's name", module(&[section(0, &name(100_000))]), module(&[section(0, &name(100_001))])),
        ("a first name", import(&name(100_000), &name(1)), import(&name(100_001), &name(1))),
        ("a second name", import(&name(1), &name(100_000)), import(&name(1), &name(100_001))),
        // Whose last byte could begin the length that follows.
        ("a name after another", import(&high, &name(100_000)), import(&high, &name(100_001))),
    ] {
        assert_eq!(class(above), "unsupported", "{what}");
        assert_eq!(class(at_the_limit), "no mistake", "{what}");
    }
}

#[test]
fn a_count_above_a_limit_is_malformed_if_it_reaches_beyond_its_section() {
    let short = |mut content: Vec<u8>, id| {
        content.pop();
        module(&[section(id, &content), section(0, &list(100_002, &[1]))])
    };
    for (what, bytes) in [
        ("types", short(list(1_000_001, FUNC), 1)),
        ("params", short([&[1, 0x60], &list(1_001, &[0x7f])[..]].concat(), 1)),
        ("memories", short(list(101, &[0, 0]), 5)),
        ("a name", short(name(100_001), 0)),
        ("a name's bytes", module(&[section(0, &list(100_001, &[0xff]))])),
        (
            "locals, more than there are numbers",
            function(&[&[2], &[0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f][..], &[1, 0x7f, 0x0b]].concat()),
        ),
        ("bodies", module(&[section(1, &list(1, FUNC)), section(3, &list(1_000_001, &[0]))])),
    ] {
        assert_eq!(class(bytes), "malformed", "{what}");
    }
}

#[test]
fn a_constant_expression_may_hold_any_instruction_in_the_grammar() {
    let block = [0x02, 0x7f, 0x41, 1, 0x0b, 0x0b];
    let nested = [0x02, 0x7f, 0x03, 0x7f, 0x41, 1, 0x0b, 0x0b, 0x0b];
    let branch = [0x41, 0, 0x04, 0x7f, 0x41, 1, 0x05, 0x41, 2, 0x0b, 0x0b];
    let catch = [0x1f, 0x7f, 0, 0x41, 1, 0x0b, 0x0b];
    let reference = [0x02, 0x70, 0xd0, 0x70, 0x0b, 0x0b];
    let (table, memory) = (section(4, &[1, 0x70, 0, 1]), section(5, &[1, 0, 1]));
    let with = |before: &[u8], expr: &[u8], after: &[u8]| [before, expr, after].concat();
    for expr in [&block[..], &nested, &branch, &catch] {
        for (what, bytes) in [
            ("global", module(&[section(6, &with(&[1, 0x7f, 0], expr, &[]))])),
            ("offset of data", module(&[memory.clone(), section(11, &with(&[1, 0], expr, &[1, 0]))])),
            ("offset of data, with an index", module(&[memory.clone(), section(11, &with(&[1, 2, 0], expr, &[0]))])),
            ("offset of elements", module(&[table.clone(), section(9, &with(&[1, 0], expr, &[0]))])),
            (
                "offset of elements, with an index",
                module(&[table.clone(), section(9, &with(&[1, 6, 0], expr, &[0x70, 0]))]),
            ),
        ] {
            assert_eq!(class(bytes), "invalid", "{what}: {expr:x?}");
        }
    }
    for (what, bytes) in [
        ("elements", module(&[section(9, &with(&[1, 5, 0x70, 1], &reference, &[]))])),
        ("a table", module(&[section(4, &with(&[1, 0x40, 0, 0x70, 0, 1], &reference, &[]))])),
    ] {
        assert_eq!(class(bytes), "invalid", "{what}");
    }
    let global = |expr: &[u8]| module(&[section(6, &with(&[1, 0x7f, 0], expr, &[]))]);
    assert_eq!(class(global(&[0x41, 1, 0x0b])), "no mistake");
    for wrong in [
        &[0x02, 0x7f, 0x41, 1, 0x0b][..],
        &[0x41, 1, 0x0b, 0x0b],
        &[0x02, 0x7f, 0xff, 0x0b, 0x0b],
        &[0x41, 1, 0x05, 0x0b],
    ] {
        assert_eq!(class(global(wrong)), "malformed", "{wrong:x?}");
    }
}

#[test]
fn several_supertypes_are_a_mistake_of_validation() {
    let with = |more: &[u8]| module(&[section(1, &[&[3, 0x50, 0], FUNC, &[0x50, 0], FUNC, more].concat())]);
    assert_eq!(class(with(&[0x50, 1, 0, 0x60, 0, 0])), "no mistake");
    for wrong in [&[0x50, 2, 0, 1, 0x60, 0, 0][..], &[0x4f, 2, 0, 0, 0x60, 0, 0], &[0x4e, 1, 0x50, 2, 0, 1, 0x60, 0, 0]]
    {
        assert_eq!(class(with(wrong)), "invalid", "{wrong:x?}");
    }
    // A list that is cut off, and a subtype within a subtype.
    for wrong in [&[0x50, 2, 0][..], &[0x50, 2, 0, 1, 0x50, 0, 0x60, 0, 0]] {
        assert_eq!(class(with(wrong)), "malformed", "{wrong:x?}");
    }
}

#[test]
fn what_no_type_can_have_as_its_index_is_an_unknown_type() {
    for heap_type in [[0xff, 0xff, 0x3f].to_vec(), vec![0x80, 0x80, 0x80, 0x80, 0x01]] {
        let bytes = function(&[&[0, 0xd0], &heap_type[..], &[0x1a, 0x0b]].concat());
        assert_eq!(class(bytes), "invalid", "{heap_type:x?}");
    }
}

#[test]
fn an_annotated_select_of_many_types_is_a_mistake_of_validation() {
    let select = |types| function(&[&[0, 0x1c], &list(types, &[0x7f])[..], &[0x0b]].concat());
    assert_eq!([class(select(2)), class(select(11))], ["invalid"; 2]);
}

#[test]
fn codes_of_proposals_that_are_not_enabled_do_not_exist() {
    let table = |flags| module(&[section(4, &[1, 0x70, flags, 1, 1])]);
    let types = |ty: &[u8]| module(&[section(1, &[&[1], ty].concat())]);
    let instruction = |code: &[u8]| function(&[&[0], code, &[0x1a, 0x0b]].concat());
    assert_eq!(class(table(1)), "no mistake");
    for (what, bytes) in [
        ("a shared table", module(&[section(4, &[1, 0x70, 2, 1])])),
        ("a shared table with a maximum", table(3)),
        ("a continuation's heap type", instruction(&[0xd0, 0x68])),
        ("a shared heap type", instruction(&[0xd0, 0x65, 0x70])),
        ("a shared function type", types(&[0x65, 0x60, 0, 0])),
        ("a continuation type", types(&[0x5d, 0])),
        (
            "an import of an exact function",
            module(&[section(1, &list(1, FUNC)), section(2, &[1, 1, b'a', 1, b'b', 0x20, 0])]),
        ),
        (
            "an export of an exact function",
            module(&[
                section(1, &list(1, FUNC)),
                section(2, &[1, 1, b'a', 1, b'b', 0, 0]),
                section(7, &[1, 1, b'a', 0x20, 0]),
            ]),
        ),
    ] {
        assert_eq!(class(bytes), "malformed", "{what}");
    }
}
