//! The commands that cases become: on the reference engine, and on wasmtime's command line where there is one.

use preflight::{
    case::{self, Case, needs},
    runtime::{
        End,
        known::{Known, Places},
    },
    script::Options,
    self_check::{SelfCheck, build},
};
use preflight_spec_tests::rules;

/// Every command with its case.
fn all() -> Vec<(Case, SelfCheck)> {
    let catalogue = rules().expect("the catalogue");
    let commands = |case: Case| {
        let commands = build(&case, &catalogue).commands;
        commands.into_iter().map(move |command| (case.clone(), command))
    };
    case::all().expect("the cases").into_iter().flat_map(commands).collect()
}

fn options(case: &Case) -> Options {
    let mut options = Options::default();
    options.config.features = needs::features(&case.header.needs).0;
    options
}

#[test]
fn they_all_hold_on_the_reference_engine() {
    let catalogue = rules().expect("the catalogue");
    let mut mistakes = Vec::new();
    let all = all();
    for (case, command) in all.iter().filter(|(case, _)| case.gives_verdict(&catalogue)) {
        let failures = command.judge(&command.run(&options(case)));
        mistakes.extend(failures.iter().map(|failure| format!("{}: {failure}", command.name)));
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
    let checks: usize = all.iter().map(|(_, command)| command.checks.len()).sum();
    println!("{} commands with {checks} checks", all.len());
}

/// What a later change may not lose by accident.
#[test]
fn no_case_falls_out_unnoticed() {
    let catalogue = rules().expect("the catalogue");
    let cases = case::all().expect("the cases");
    let of = |chapter: &str| cases.iter().filter(|case| case.path.starts_with(chapter)).collect::<Vec<_>>();
    let is_built = |case: &&&Case| !build(case, &catalogue).commands.is_empty();
    assert_eq!(of("p1/").iter().filter(is_built).count(), of("p1/").len());
    let core = of("core/").iter().filter(is_built).count();
    assert!(core >= 60, "only {core} of the core cases are commands");
    // A single module that imports nothing, with assertions, can always be one.
    for case in of("core/").into_iter().chain(of("toolchain/")) {
        let is_single = case.text.matches("(module").count() == 1 && !case.text.contains("(import");
        if is_single && case.text.contains("(assert_return") && !case.text.contains("quote") {
            let built = build(case, &catalogue);
            let is_open = !case.gives_verdict(&catalogue) || case.header.interrupt;
            assert!(is_open || !built.commands.is_empty(), "{}: {:?}", case.path, built.left_out);
        }
    }
}

#[test]
fn they_hold_on_wasmtimes_command_line() {
    let places = Places::usual();
    let wasmtime = Known::get("wasmtime").expect("it is known").open(&places).expect("it starts");
    let Some(mut wasmtime) = wasmtime else {
        eprintln!("wasmtime's command line is not here: `preflight runtimes install wasmtime` gets it");
        return;
    };
    let mut mistakes = Vec::new();
    let (mut held, mut unsupported) = (0, 0);
    // Its flags for proposals are the adapter's concern; what release 3.0 has is on.
    let plain = ["wasip1", "extended-const", "multi-memory", "tail-call", "memory64"];
    let is_plain = |case: &Case| case.header.needs.iter().all(|need| plain.contains(&&**need));
    for (case, command) in all().iter().filter(|(case, _)| case.path.starts_with("core/") && is_plain(case)) {
        match wasmtime.run_program(&command.program) {
            Ok(end) if matches!(end.end, Err(End::Unsupported(_))) => unsupported += 1,
            Err(End::Unsupported(_)) => unsupported += 1,
            Ok(end) => match command.judge(&end).first() {
                None => held += 1,
                Some(failure) if !is_known(case) => mistakes.push(format!("{}: {failure}", command.name)),
                Some(_) => {}
            },
            Err(end) => mistakes.push(format!("{}: {end}", command.name)),
        }
    }
    println!("{held} hold, {unsupported} unsupported");
    assert!(held > 30 && mistakes.is_empty(), "{held} hold; {}", mistakes.join("\n"));
}

/// Whether the file of expectations says that wasmtime fails the case.
fn is_known(case: &Case) -> bool {
    preflight::expect::Expectations::built_in("wasmtime").expect("its expectations").of(case).is_some()
}
