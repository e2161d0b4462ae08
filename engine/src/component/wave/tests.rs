use super::*;

fn read(text: &str, ty: &ValType) -> Result<V, String> {
    V::from_wave(text, ty).map_err(|error| error.to_string())
}

#[test]
fn every_type_has_a_text() {
    let record = ValType::record([
        ("name", ValType::String),
        ("age", ValType::option(ValType::U8)),
        ("at", ValType::tuple([ValType::F32, ValType::S64])),
    ]);
    let text = r#" { at: (-inf, -9), name: "a\u{e9}\n\"" } "#;
    let expected = V::Record(vec![
        ("name".into(), V::string("aé\n\"")),
        ("age".into(), V::Option(None)),
        ("at".into(), V::Tuple(vec![V::F32(f32::NEG_INFINITY.to_bits()), V::S64(-9)])),
    ]);
    assert_eq!(read(text, &record), Ok(expected));

    let variant = ValType::variant([("a", None), ("b", Some(ValType::list(ValType::Char)))]);
    assert_eq!(read("a", &variant), Ok(V::Variant("a".into(), None)));
    let b = V::Variant("b".into(), Some(Box::new(V::List(vec![V::Char('x'), V::Char('\'')]))));
    assert_eq!(read(r"b(['x', '\'',])", &variant), Ok(b));

    let result = ValType::result(Some(ValType::Bool), Some(ValType::enumeration(["no", "never"])));
    assert_eq!(read("true", &result), Ok(V::Result(Ok(Some(Box::new(V::Bool(true)))))));
    assert_eq!(read("err(never)", &result), Ok(V::Result(Err(Some(Box::new(V::Enum("never".into())))))));

    let flags = ValType::flags(["r", "w", "x"]);
    assert_eq!(read("{x, r}", &flags), Ok(V::Flags(vec!["r".into(), "x".into()])));
    let map = ValType::map(ValType::String, ValType::U8);
    assert_eq!(read(r#"[("a", 1)]"#, &map), Ok(V::Map(vec![(V::string("a"), V::U8(1))])));
    assert_eq!(read("[1, 2]", &ValType::fixed_list(ValType::U8, 2)), Ok(V::List(vec![V::U8(1), V::U8(2)])));
    assert_eq!(read("nan", &ValType::F64), Ok(V::F64(0x7ff8_0000_0000_0000)));
}

#[test]
fn what_is_written_is_read_as_the_same() {
    let ty = ValType::tuple([
        ValType::map(ValType::String, ValType::option(ValType::option(ValType::Char))),
        ValType::result(None, Some(ValType::F32)),
        ValType::variant([("none", Some(ValType::S8)), ("b", None)]),
        ValType::record([("ok", ValType::F64), ("x-y", ValType::list(ValType::U64))]),
        ValType::flags(["nan", "w"]),
    ]);
    let entry = |text: &str, c| (V::string(text), V::Option(Some(Box::new(V::Option(c)))));
    let val = V::Tuple(vec![
        V::Map(vec![entry("\u{1}\n\"\\é", Some(Box::new(V::Char('\'')))), entry("", None)]),
        V::Result(Err(Some(Box::new(V::F32(0xff80_0000))))),
        V::Variant("none".into(), Some(Box::new(V::S8(-128)))),
        V::Record(vec![
            ("ok".into(), V::F64(0x7ff8_0000_0000_0000)),
            ("x-y".into(), V::List(vec![V::U64(u64::MAX), V::U64(0)])),
        ]),
        V::Flags(vec!["nan".into()]),
    ]);
    let text = val.to_wave();
    let expected = r#"([("\u{1}\n\"\\é", some(some('\''))), ("", some(none))], err(-inf), %none(-128), {%ok: nan, x-y: [18446744073709551615, 0]}, {%nan})"#;
    assert_eq!(text, expected);
    assert_eq!(read(&text, &ty), Ok(val));
}

#[test]
fn keywords_are_no_labels() {
    let color = ValType::enumeration(["none", "true", "red"]);
    let case = |label: &str| V::Enum(label.into());
    assert_eq!(read("%none", &color), Ok(case("none")));
    assert_eq!(read("%red", &color), Ok(case("red")));
    assert!(read("true", &color).expect_err("a keyword").contains("%true"));
    // What is marked is the payload; what is not is the option.
    let optional = ValType::option(color);
    let some = |val| Ok(V::Option(Some(Box::new(val))));
    assert_eq!(read("none", &optional), Ok(V::Option(None)));
    assert_eq!(read("%none", &optional), some(case("none")));
    assert_eq!(read("some(%none)", &optional), some(case("none")));
    assert_eq!(read("red", &optional), some(case("red")));
    assert!(read("some(none)", &optional).is_err());
    assert!(read("%some(red)", &optional).is_err());
    let variant = ValType::variant([("ok", Some(ValType::U8)), ("a", None)]);
    assert_eq!(read("%ok(1)", &variant), Ok(V::Variant("ok".into(), Some(Box::new(V::U8(1))))));
    assert!(read("ok(1)", &variant).is_err());
    for (text, ty) in [("%true", ValType::Bool), ("%5", ValType::U8), ("%nan", ValType::F32), ("% red", ValType::Bool)]
    {
        assert!(read(text, &ty).is_err(), "{text}");
    }
    assert_eq!(read("{nan}", &ValType::flags(["nan"])), Ok(V::Flags(vec!["nan".into()])));
}

#[test]
fn payloads_stand_for_their_case_unless_they_have_some_themselves() {
    let nested = ValType::option(ValType::option(ValType::U8));
    for (text, ty) in [
        ("3", nested.clone()),
        ("some(3)", ValType::result(Some(ValType::option(ValType::U8)), None)),
        ("none", ValType::result(Some(ValType::option(ValType::U8)), None)),
        ("ok(3)", ValType::option(ValType::result(Some(ValType::U8), None))),
    ] {
        assert!(read(text, &ty).is_err(), "{text}: {ty}");
    }
    assert!(read("some(3)", &nested).is_ok());
}

#[test]
fn numbers_are_those_of_json() {
    for text in ["0", "-0", "10", "-1.5", "1e5", "1E+5", "0.5e-3", "nan", "inf", "-inf"] {
        assert!(read(text, &ValType::F64).is_ok(), "{text}");
    }
    for text in ["+5", "007", ".5", "5.", "1e", "NaN", "infinity", "-nan", "+inf", "01.5", "0x1", "1_0", ""] {
        assert!(read(text, &ValType::F64).is_err(), "{text}");
        assert!(read(text, &ValType::S32).is_err(), "{text}");
    }
    assert!(read("-128", &ValType::S8).is_ok());
}

#[test]
fn records_without_fields_are_marked() {
    let record = ValType::record([("a", ValType::option(ValType::U8)), ("some", ValType::option(ValType::U8))]);
    let none = |label: &str| (label.into(), V::Option(None));
    assert_eq!(read("{:}", &record), Ok(V::Record(vec![none("a"), none("some")])));
    assert_eq!(read("{ %a: none, }", &record), Ok(V::Record(vec![none("a"), none("some")])));
    assert!(read("{}", &record).expect_err("no mark").contains("{:}"));
    assert!(read("{: a: 1}", &record).is_err());
    assert!(read("{:}", &ValType::record([("a", ValType::U8)])).is_err());
    assert!(read("{:}", &ValType::flags(["a"])).is_err());
}

#[test]
fn strings_have_several_lines_between_triple_quotes() {
    for (text, expected) in [
        ("\"\"\"\nA single line\n\"\"\"", "A single line"),
        ("\"\"\"\n    Indented\n      by the last\n  \"\"\"", "  Indented\n    by the last"),
        ("\"\"\"\r\n kept: \\r\r\n quotes: \"\"\\\"\"\r\n \"\"\"", "kept: \r\nquotes: \"\"\"\""),
        ("\"\"\"\n\n\n\"\"\"", "\n"),
    ] {
        assert_eq!(read(text, &ValType::String), Ok(V::string(expected)), "{text}");
    }
    for text in
        ["\"\"\"a\"\"\"", "\"\"\"\na\"\"\"", "\"\"\"\na\n \"\"\"", "\"\"\"\na\n", "\"\"\"\n\\\"\"\"", "\"a\nb\""]
    {
        assert!(read(text, &ValType::String).is_err(), "{text}");
    }
    let list = ValType::list(ValType::String);
    assert_eq!(read("[\"\", // none\n\"b\"]", &list), Ok(V::List(vec![V::string(""), V::string("b")])));
    for text in [r"'\u{+41}'", r"'\u{ 41 }'", r"'\u{}'", r"'\u41'", r"'\u{d800}'", r"'\x41'", "'", r"'\", r"'\u{41"] {
        assert!(read(text, &ValType::Char).is_err(), "{text}");
    }
    assert_eq!(read(r"'\u{00000041}'", &ValType::Char), Ok(V::Char('A')));
}

#[test]
fn mistakes_say_where_and_what() {
    assert_eq!(read("256", &ValType::U8), Err("at character 1: expected a number of the type u8".to_owned()));
    assert_eq!(read("1 2", &ValType::U8), Err("at character 3: expected the end".to_owned()));
    assert_eq!(read("\"x", &ValType::String), Err("at character 3: expected '\"'".to_owned()));
    let record = ValType::record([("a", ValType::U8)]);
    assert_eq!(read("{}", &record), Err("at character 3: expected the field \"a\"".to_owned()));
    assert!(read("{a: 1, a: 2}", &record).is_err());
    assert!(read("{b: 1}", &record).is_err());
    assert!(read("maybe", &ValType::enumeration(["yes", "no"])).expect_err("a mistake").contains("yes, no"));
    assert!(read("(1)", &ValType::tuple([ValType::U8, ValType::U8])).is_err());
    assert!(read("", &ValType::Bool).is_err());
}
