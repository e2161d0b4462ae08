//! Chooses how the interpreter goes from instruction to instruction.
//!
//! Optimised builds thread the code: each handler ends in a call of the next, which LLVM turns into a jump. Where it does
//! not (no optimisation, sanitizers), handlers return to a loop. `PREFLIGHT_DISPATCH=loop|threaded` overrides the choice.

fn main() {
    println!("cargo::rustc-check-cfg=cfg(threaded_dispatch)");
    println!("cargo::rerun-if-env-changed=PREFLIGHT_DISPATCH");
    println!("cargo::rerun-if-changed=build.rs");
    let optimised = matches!(std::env::var("OPT_LEVEL").as_deref(), Ok("2" | "3"));
    let sanitised = std::env::var("CARGO_CFG_SANITIZE").is_ok() || std::env::var("CARGO_CFG_FUZZING").is_ok();
    let threaded = match std::env::var("PREFLIGHT_DISPATCH").as_deref() {
        Ok("loop") => false,
        Ok("threaded") => true,
        _ => optimised && !sanitised,
    };
    if threaded {
        println!("cargo::rustc-cfg=threaded_dispatch");
    }
}
