//! What the text of a script may be, and what it may not.

use super::{fails, passes};
use preflight::script::{self, Options};

#[test]
fn quoted_strings_are_one_text() {
    passes(r#"(module quote "(mem" "ory (export \"m\") 1)") (register "a") (module (import "a" "m" (memory 1)))"#);
    // Half of a character in each.
    passes(r#"(module quote "(func (export \"\c3" "\a9\"))") (invoke "é")"#);
    passes(r#"(assert_malformed (module quote "(func" "$f)") "unexpected token")"#);
    passes(r#"(assert_malformed (module quote "(func) ;; a comment" "\n(") "unexpected token")"#);
    passes(r#"(module quote "(func) ;; a comment" "(")"#);
    passes(r#"(component quote "(core mod" "ule)")"#);
    passes(r#"(component quote ";; a comment")"#);
    passes(r#"(assert_malformed (component quote "(core module" "$m)") "unexpected token")"#);
}

#[test]
fn unsigned_numbers_have_no_sign() {
    passes(r#"(assert_malformed (module quote "(memory +1)") "unexpected token")"#);
    passes(r#"(module quote "(memory 1) (data (i32.const +1) \"x\")")"#);
    fails(r#"(module quote "(func) (start +0)")"#, "no error", "malformed text: unexpected token");
    let error = script::run("(module)\n(module (memory +1))", &Options::default()).expect_err("no script");
    assert_eq!((error.line, error.column), (2, 17));
}

#[test]
fn operands_of_a_folded_instruction_need_not_be_folded() {
    // What follows the instruction is a sequence of instructions (core `#text-foldedinstr`).
    passes(
        r#"(module
          (func (export "flat") (result i32) (i32.add i32.const 1 i32.const 2))
          (func (export "half") (result i32) (i32.sub (i32.const 5) block (result i32) i32.const 2 end)))
        (assert_return (invoke "flat") (i32.const 3))
        (assert_return (invoke "half") (i32.const 3))"#,
    );
    // Those of an `if` do.
    passes(r#"(assert_malformed (module quote "(func (if i32.const 1 (then)))") "unexpected token")"#);
}

#[test]
fn annotations_are_white_space_outside_of_modules() {
    passes(
        r#"(@custom "a") (module (func (export "f") (result i32) (i32.const 1)))
        (@name "b") (@other (c))
        (assert_return (@producers) (invoke (@custom "d") "f") (@name "e") (i32.const 1))"#,
    );
    passes(r#"(module definition $m (@name "other") (@custom "c" "x") (func)) (module instance $m)"#);
    // Within modules some have a place where they may stand.
    passes(r#"(assert_malformed (module quote "(func) (@name \"m\")") "unexpected token")"#);
    let error = script::run("(module definition (func (@custom)))", &Options::default()).expect_err("no script");
    assert_eq!((error.line, error.column), (1, 27));
}
