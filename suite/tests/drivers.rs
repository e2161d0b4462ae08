//! Drivers that misbehave cost one case each, with a typed result, and never the run.
#![cfg(unix)]

use preflight::{
    case::{Broken, Case, Failure, Verdict},
    matrix,
    runtime::{
        needs::Accepted,
        process::{Driver, Limits, Remote, check},
    },
};
use preflight_spec_tests::rules;
use std::time::{Duration, Instant};

/// A driver in the shell: it answers `hello` and `reset` as it should, and does `then` when it is asked for anything else
/// after the questions about what it accepts; before, everything else is unsupported. `$id` is the number of the request.
fn driver(then: &str) -> Driver {
    let about = r#"{\"name\":\"bad\",\"version\":\"1\",\"level\":\"observable\",\"abilities\":[\"core\"],\"lineage\":{\"engine\":\"bad\",\"linker\":\"bad\"}}"#;
    let script = format!(
        r#"count=0
while read -r line; do
  id=${{line#*\"id\":}}; id=${{id%%[,\}}]*}}
  case $line in
    *'"hello"'*) echo "{{\"id\":$id,\"protocol\":1,\"about\":{about}}}" ;;
    *'"reset"'*) echo "{{\"id\":$id}}" ;;
    *) count=$((count + 1))
       if [ "$count" -gt {probes} ]; then {then}; fi
       echo "{{\"id\":$id,\"end\":{{\"class\":\"unsupported\",\"message\":\"nothing\"}}}}" ;;
  esac
done"#,
        probes = Accepted::questions(),
    );
    Driver::new(["sh".to_owned(), "-c".to_owned(), script])
}

fn limits() -> Limits {
    Limits { answer: Duration::from_millis(700), answer_bytes: 1 << 16, ..Limits::default() }
}

/// The verdicts of three cases: the driver breaks in each of them, since it is started again.
fn verdicts(then: &str) -> Vec<Broken> {
    let text = ";;! title = \"t\"\n;;! rules = [\"CORE-LINK-01\"]\n(module)\n";
    let cases: Vec<Case> = ["a", "b", "c"].iter().map(|name| Case::parse(name, text).expect("a case")).collect();
    let mut remote = Remote::start(driver(then), limits()).expect("a driver that greets");
    let column = matrix::column(&mut remote, &cases, &rules().expect("the catalogue"), &|| ());
    assert_eq!((column.reports.len(), &column.broken), (3, &None));
    let broken = column.reports.into_iter().filter_map(|report| match report.verdict {
        Verdict::Failed(failures) => match failures.into_iter().next() {
            Some(Failure::Broken(broken)) => Some(broken),
            other => panic!("{other:?}"),
        },
        Verdict::Unsupported(_) => None,
        verdict => panic!("{verdict:?}"),
    });
    broken.collect()
}

#[test]
fn one_that_is_killed_costs_its_case() {
    let broken = verdicts("kill -9 $$");
    assert!(matches!(&broken[..], [Broken::Crashed { status, .. }] if status.contains('9')), "{broken:?}");
}

#[test]
fn what_it_said_last_is_told() {
    let broken = verdicts("echo 'out of luck' >&2; exit 3");
    assert!(
        matches!(&broken[..], [Broken::Crashed { status, stderr }] if status.contains('3') && stderr == "out of luck")
    );
}

#[test]
fn one_that_talks_nonsense_costs_its_case() {
    assert!(matches!(&verdicts("echo nonsense; continue")[..], [Broken::Rubbish { text, .. }] if text == "nonsense"));
    let other = verdicts(r#"echo '{"id":0}'; continue"#);
    assert!(
        matches!(&other[..], [Broken::Rubbish { error, .. }] if error.starts_with("it answers request 0")),
        "{other:?}"
    );
    let empty = verdicts(r#"echo "{\"id\":$id}"; continue"#);
    assert!(matches!(&empty[..], [Broken::Rubbish { error, .. }] if error.contains("`module`")), "{empty:?}");
}

#[test]
fn one_that_never_answers_costs_its_case_and_the_limit() {
    let start = Instant::now();
    assert!(matches!(verdicts("sleep 1000")[..], [Broken::Hung { limit_ms: 700 }]));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn one_that_floods_costs_its_case() {
    let flood = "while :; do printf 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'; done";
    assert!(matches!(verdicts(flood)[..], [Broken::Flooded { limit_bytes: 65536 }]));
    // Lines without end are no answers either.
    assert!(matches!(verdicts("while :; do echo x; done")[..], [Broken::Rubbish { .. }]));
}

#[test]
fn one_that_does_not_start_is_told() {
    for driver in [Driver::new(["/nonexistent/driver"]), Driver::new([""; 0])] {
        assert!(matches!(Remote::start(driver, limits()), Err(Broken::NotStarted(_))));
    }
    let silent = Limits { start: Duration::from_millis(300), ..limits() };
    assert!(matches!(Remote::start(Driver::new(["sleep", "1000"]), silent), Err(Broken::Hung { .. })));
    assert!(matches!(Remote::start(Driver::new(["true"]), limits()), Err(Broken::Crashed { .. })));
}

/// A worker that takes more memory than it may have ends by itself, or by the system.
#[cfg(target_os = "linux")]
#[test]
fn one_that_eats_memory_costs_its_case() {
    let limits = Limits { memory_bytes: 64 << 20, answer: Duration::from_secs(20), ..Limits::default() };
    let eat = "x=xxxxxxxxxxxxxxxx; while :; do x=$x$x; done";
    let mut remote = Remote::start(driver(eat), limits).expect("a driver that greets");
    let text = ";;! title = \"t\"\n;;! rules = [\"CORE-LINK-01\"]\n(module)\n";
    let cases = [Case::parse("a", text).expect("a case")];
    let column = matrix::column(&mut remote, &cases, &rules().expect("the catalogue"), &|| ());
    let verdict = &column.reports[0].verdict;
    assert!(matches!(verdict, Verdict::Failed(failures) if matches!(failures[0], Failure::Broken(_))), "{verdict:?}");
}

#[test]
fn a_check_tells_what_is_wrong() {
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/driver.py");
    let wrong = |driver: &Driver| -> Vec<&'static str> {
        let findings = check::check(driver, limits());
        findings.iter().filter(|finding| finding.is_wrong()).map(|finding| finding.asked).collect()
    };
    if std::process::Command::new("python3").arg("--version").output().is_ok() {
        // A template knows no runtime: the module that has to compile does not.
        assert_eq!(wrong(&Driver::new(["python3", template])), ["compile"]);
    }
    assert_eq!(wrong(&Driver::new(["false"])), ["hello"]);
}
