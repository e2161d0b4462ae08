//! Bytes that no plan describes.

use preflight::fuzz::{Checks, Class, Judge, Verdict, mutate};
use preflight_engine::Tier;

fn binary(text: &str) -> Vec<u8> {
    let buffer = wast::parser::ParseBuffer::new(text).expect("tokens");
    wast::parser::parse::<wast::Wat<'_>>(&buffer).and_then(|mut wat| wat.encode()).expect("a binary")
}

fn judged(bytes: &[u8]) -> Verdict {
    #[cfg(feature = "jit")]
    let tiers = [Tier::Interp, Tier::Jit];
    #[cfg(not(feature = "jit"))]
    let tiers = [Tier::Interp];
    Judge::new(&tiers).bytes(bytes)
}

/// What the engine does not have is told by name, and neither hidden nor agreed on.
#[test]
fn what_the_engine_lacks_is_named() {
    for (what, text) in [
        (
            "a component: stream.read with a 0-bit memory",
            r#"(component (core module $m (memory (export "m") i64 1)) (core instance $i (instantiate $m))
                (type $s (stream u8)) (core func (canon stream.read $s (memory (core memory $i "m")))))"#,
        ),
        // It fails in a start function, in the same way on each tier.
        (
            "a stub of \"x\": (list u8 1048600) has no default value",
            r#"(component (type $l (list u8 1048600)) (import "x" (func $x (result $l)))
                (core module $mem (memory (export "m") 40)) (core instance $mm (instantiate $mem))
                (core func $lx (canon lower (func $x) (memory (core memory $mm "m"))))
                (core module $m (import "a" "x" (func $x (param i32)))
                    (func $s (i32.const 0) (call $x)) (start $s))
                (core instance (instantiate $m (with "a" (instance (export "x" (func $lx)))))))"#,
        ),
    ] {
        let verdict = judged(&binary(text));
        assert_eq!((verdict.class, verdict.lacks.as_deref()), (Class::Unsupported, Some(what)), "{verdict:?}");
        assert!(!verdict.is_compared && !verdict.has_failure);
    }
}

/// What is refused says why, also where the validator of others takes it: names, labels and sizes have rules that it has not.
#[test]
fn what_is_refused_says_why() {
    for (why, text) in [
        ("conflicts with a previous name", r#"(component (import "a:b/c" (instance)) (import "a:b/C" (instance)))"#),
        ("no type of the keys of a map", r#"(component (type (map f32 u8)))"#),
        (
            "contain a borrowed handle",
            r#"(component (type $r (resource (rep i32))) (type $b (borrow $r)) (type (stream $b)))"#,
        ),
        ("unknown type", r#"(component (type (func (param "a" 7))))"#),
    ] {
        let verdict = judged(&binary(text));
        assert_eq!((verdict.class, &verdict.finding), (Class::Invalid, &None), "{text}");
        assert!(verdict.refused.as_deref().is_some_and(|refused| refused.contains(why)), "{verdict:?}");
    }
    // The header says what it is, and the rest is nothing.
    let component = judged(b"\0asm\x0d\0\x01\0\xff");
    let module = judged(b"\0asm\x01\0\0\0\xff");
    let other = judged(b"\0asm\x0e\0\x01\0");
    for verdict in [component, module, other] {
        assert_eq!((verdict.class, verdict.refused.is_some()), (Class::Invalid, true), "{verdict:?}");
    }
    assert_eq!(judged(&binary("(component)")).class, Class::Agreed);
}

/// Components with bytes changed are valid for the engine and for the validator of others, or for neither, but where the
/// documents have a rule that the validator lacks.
#[test]
fn changed_components_are_no_findings() {
    let judge = Judge::new(&[Tier::Interp]);
    let mut refused = 0;
    for seed in (0..400).map(|n| n * 64 + 48 + n % 16) {
        let verdict = judge.bytes_by(&mutate::component(seed), Checks::default());
        assert_eq!(verdict.finding, None, "{seed}");
        refused += u32::from(verdict.refused.is_some());
    }
    assert!(refused > 5, "{refused}");
}
