//! Drivers that misbehave cost one case each, with a typed result, and never the run.
#![cfg(unix)]

use preflight::{
    case::{Broken, Case, Failure, Verdict},
    matrix::{self, Column},
    runtime::{
        Runtime,
        known::{KNOWN, Places},
        needs::Accepted,
        process::{Driver, Limits, Remote, check},
    },
};
#[cfg(feature = "reference")]
use preflight::{
    case::{Kind, Run},
    runtime::{Ability, About, End, Import, InstanceId, ModuleId, Program, ProgramEnd, Reach},
    script::Options,
    self_check::SelfCheck,
    trace::Value,
};
use preflight_spec_tests::rules;
#[cfg(feature = "reference")]
use std::collections::BTreeMap;
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

/// A driver whose `hello` is answered by `about`, and which does `then` when it is asked anything else but `reset`; if it does
/// not end in that, the request is unsupported. `$line` is the request.
fn open_driver(about: &str, then: &str) -> Driver {
    let script = format!(
        r#"while read -r line; do
  id=${{line#*\"id\":}}; id=${{id%%[,\}}]*}}
  case $line in
    *'"hello"'*) printf '{{"id":%s,"protocol":1,"about":%s}}\n' "$id" '{about}' ;;
    *'"reset"'*) echo "{{\"id\":$id}}" ;;
    *) {then}; echo "{{\"id\":$id,\"end\":{{\"class\":\"unsupported\",\"message\":\"nothing\"}}}}" ;;
  esac
done"#
    );
    Driver::new(["sh".to_owned(), "-c".to_owned(), script])
}

fn about(name: &str, version: &str) -> String {
    format!(
        r#"{{"name":"{name}","version":"{version}","level":"observable","abilities":["core"],"lineage":{{"engine":"e","linker":"l"}}}}"#
    )
}

fn cases(count: usize) -> Vec<Case> {
    let text = ";;! title = \"t\"\n;;! rules = [\"CORE-LINK-01\"]\n(module)\n";
    (0..count).map(|number| Case::parse(&format!("core/{number}.wast"), text).expect("a case")).collect()
}

fn column(driver: Driver, cases: &[Case]) -> Column {
    let mut remote = Remote::start(driver, limits()).expect("a driver that greets");
    matrix::column(&mut remote, cases, &rules().expect("the catalogue"), &|| ())
}

/// The module of a tail call holds its opcode, and is the only one of the questions that does.
#[test]
fn one_that_breaks_when_it_is_asked_what_it_accepts_is_started_again() {
    let tail_call = "case $line in *0012000b*)";
    for (then, words) in [
        ("echo oops >&2; exit 3", "the runtime crashed (exit status: 3); it said: oops"),
        ("sleep 1000", "the runtime gave no answer within 700 ms"),
        ("echo nonsense; continue", "is none: expected ident"),
    ] {
        let driver = open_driver(&about("probed", "1"), &format!("{tail_call} {then} ;; esac"));
        let mut remote = Remote::start(driver, limits()).expect("a driver that greets");
        let accepted = Accepted::ask(&mut remote).expect("it is started again");
        let refusal = accepted.refusal("tail-call").expect("it broke in it");
        assert!(refusal.starts_with("asked for tail-call, ") && refusal.contains(words), "{refusal}");
        assert_eq!(accepted.refusal("gc"), Some("unsupported: nothing"));
    }
}

#[test]
fn what_it_breaks_in_of_release_2_is_told() {
    // `data.drop 0`
    let driver = open_driver(&about("probed", "1"), "case $line in *fc09000b*) exit 4 ;; esac");
    let mut remote = Remote::start(driver, limits()).expect("a driver that greets");
    let lacking = Accepted::ask(&mut remote).expect("it is started again").lacking().expect("it lacks everything");
    let words = "multi-value, bulk-memory (asked for it, the runtime crashed (exit status: 4)), reference-types";
    assert!(lacking.contains(words), "{lacking}");
}

#[test]
fn one_that_always_breaks_is_given_up() {
    let start = Instant::now();
    let column = column(open_driver(&about("hung", "1"), "sleep 1000"), &cases(1));
    assert!(matches!(column.broken, Some(Broken::Hung { limit_ms: 700 })) && column.reports.is_empty());
    assert!(start.elapsed() < Duration::from_secs(10));
}

/// It answers the questions, which come before the first case, and none of a case.
#[test]
fn one_that_hangs_in_one_case_after_the_other_is_asked_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = folder.path().join("count");
    let questions = Accepted::questions();
    let then = format!(
        "echo >> {count}; if [ $(wc -l < {count}) -gt {questions} ]; then sleep 1000; fi",
        count = count.display()
    );
    let start = Instant::now();
    let column = column(open_driver(&about("hangs", "1"), &then), &cases(40));
    assert!(start.elapsed() < Duration::from_secs(15));
    let broken = broken(&column);
    assert_eq!(broken[..5], [Some(&Broken::Hung { limit_ms: 700 }); 5]);
    assert_eq!(broken[5..], [Some(&Broken::GivenUp { hangs: 5, in_a_row: true }); 35]);
}

/// How the runtime broke in each case, if it did; the others have passed.
fn broken(column: &Column) -> Vec<Option<&Broken>> {
    let one = |verdict| match verdict {
        &Verdict::Passed => None,
        Verdict::Failed(failures) => match failures.as_slice() {
            [Failure::Broken(broken)] => Some(broken),
            other => panic!("{other:?}"),
        },
        other => panic!("{other:?}"),
    };
    column.reports.iter().map(|report| one(&report.verdict)).collect()
}

/// It hangs in every other case, so that it never does so twice in a row.
#[test]
fn one_that_hangs_now_and_then_is_asked_no_more_after_a_while() {
    let folder = tempfile::tempdir().expect("a folder");
    let count = folder.path().join("count");
    let questions = Accepted::questions();
    let then = format!(
        r#"case $line in
      *'"compile"'*) echo >> {count}; number=$(($(wc -l < {count}) - {questions}))
         if [ $number -gt 0 ]; then
           if [ $((number % 2)) = 1 ]; then sleep 1000; fi
           echo "{{\"id\":$id,\"module\":0}}"; continue
         fi ;;
      *'"instantiate"'*) echo "{{\"id\":$id,\"instance\":0}}"; continue ;;
    esac"#,
        count = count.display()
    );
    let start = Instant::now();
    let column = column(open_driver(&about("hangs", "1"), &then), &cases(40));
    assert!(start.elapsed() < Duration::from_secs(20));
    let broken = broken(&column);
    let (hung, over) = (Broken::Hung { limit_ms: 700 }, Broken::GivenUp { hangs: 10, in_a_row: false });
    assert_eq!(broken[..19], [Some(&hung), None].repeat(10)[..19]);
    assert_eq!(broken[19..], [Some(&over); 21]);
}

#[test]
fn a_name_is_no_path_and_words_are_fit_for_a_terminal() {
    for name in ["../../../escape", "", ".hidden", "a/b", "a\\u001b[2J", "a\\nok: 1", &"x".repeat(65)] {
        let wrong = Remote::start(open_driver(&about(name, "1"), ":"), limits()).err();
        assert!(
            matches!(&wrong, Some(Broken::Rubbish { error, .. }) if error.starts_with("no name")),
            "{name}: {wrong:?}"
        );
    }
    let version = "1\\u001b[2J\\nok: 517 cases";
    let remote = Remote::start(open_driver(&about("a B-c_1.0", version), ":"), limits()).expect("a driver that greets");
    assert_eq!(remote.about().version, "1\\u{1b}[2J | ok: 517 cases");
    let says = r#"printf '{"id":%s,"end":{"class":"failed","message":"\\u001b[31m\\nok"}}\n' "$id"; continue"#;
    let mut remote = Remote::start(open_driver(&about("a", "1"), says), limits()).expect("a driver that greets");
    let end = remote.compile(b"").expect_err("it fails");
    assert_eq!(end.to_string(), "failed (\\u{1b}[31m | ok)");
    let dies = "printf '\\033[31m\\nok' >&2; exit 1";
    let mut remote = Remote::start(open_driver(&about("a", "1"), dies), limits()).expect("a driver that greets");
    let end = remote.compile(b"").expect_err("it dies").to_string();
    assert!(end.ends_with("it said: \\u{1b}[31m | ok"), "{end}");
}

/// Whether the process still runs. One that was not waited for by whoever adopted it does not.
#[cfg(target_os = "linux")]
fn lives(pid: &str) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with('Z'))
}

/// What a worker started does not outlive it, and does not hide that it has died.
#[cfg(target_os = "linux")]
#[test]
fn one_that_dies_takes_its_children_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    for (redirected, is_open) in [("", true), (" > /dev/null 2>&1", false)] {
        let then = format!("sleep 1000{redirected} & echo $! > {}; exit 7", file.display());
        let patient = Limits { answer: Duration::from_secs(60), ..limits() };
        let mut remote = Remote::start(open_driver(&about("a", "1"), &then), patient).expect("a driver that greets");
        let start = Instant::now();
        let end = remote.compile(b"").expect_err("it dies").to_string();
        assert_eq!(end, "the runtime crashed (exit status: 7)", "{is_open}");
        assert!(start.elapsed() < Duration::from_secs(10));
        let pid = std::fs::read_to_string(&file).expect("the child's number");
        let patience = Instant::now() + Duration::from_secs(5);
        while lives(pid.trim()) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        assert!(!lives(pid.trim()), "{is_open}");
    }
}

/// Not even what has left its process group, and its session: a daemon, whose parent has ended before.
#[cfg(target_os = "linux")]
#[test]
fn one_that_ends_takes_those_with_it_that_left_its_group() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("pid");
    let daemon =
        format!("setsid sh -c 'echo $$ > {}.new; mv {0}.new {0}; exec sleep 1000' > /dev/null 2>&1", file.display());
    for (then, is_killed) in [(format!("({daemon} &); sleep 0.3; exit 7"), false), (format!("({daemon} &)"), true)] {
        let mut remote = Remote::start(open_driver(&about("a", "1"), &then), limits()).expect("a driver that greets");
        let end = remote.compile(b"").expect_err("there is no such thing").to_string();
        assert_eq!(end.contains("crashed"), !is_killed, "{end}");
        let patience = Instant::now() + Duration::from_secs(5);
        while !file.exists() && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(10));
        }
        let pid = std::fs::read_to_string(&file).expect("the daemon's number");
        std::fs::remove_file(&file).expect("it is there");
        assert!(!is_killed || lives(pid.trim()));
        drop(remote);
        assert!(!lives(pid.trim()), "{then}");
    }
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

/// The reference engine, which keeps one thing from its programs.
#[cfg(feature = "reference")]
struct Keeps(&'static str);

#[cfg(feature = "reference")]
impl Runtime for Keeps {
    fn about(&self) -> About {
        About::new("keeps", "1", "preflight", &[Ability::P1, Ability::Times])
    }

    fn reset(&mut self) -> Result<(), End> {
        Ok(())
    }

    fn compile(&mut self, _bytes: &[u8]) -> Result<ModuleId, End> {
        Err(End::Unsupported("modules".to_owned()))
    }

    fn instantiate(&mut self, _module: ModuleId, _imports: &[Import]) -> Result<InstanceId, End> {
        Err(End::Unsupported("modules".to_owned()))
    }

    fn call(&mut self, _instance: InstanceId, _export: &str, _args: &[Value]) -> Result<Vec<Value>, End> {
        Err(End::Unsupported("modules".to_owned()))
    }

    fn run_program(&mut self, program: &Program) -> Result<ProgramEnd, End> {
        let mut run: Run = toml::from_str("kind = \"command\"\nmain = \"$Main\"").expect("a program");
        let given = program.clone();
        match &given.reach {
            _ if self.0 == "reach" => {}
            Reach::Command => {}
            Reach::Reactor => run.kind = Kind::Reactor,
            Reach::Export(name) => run.invoke = Some(name.clone()),
        }
        let is_given = |what| self.0 != what;
        run.args = if is_given("args") { given.args } else { Vec::new() };
        run.env = if is_given("env") { given.env } else { BTreeMap::new() };
        run.stdin = if is_given("stdin") { given.stdin } else { String::new() };
        run.preopens = if is_given("preopens") { given.preopens } else { Vec::new() };
        run.times = if is_given("times") { given.times } else { 1 };
        let command = SelfCheck { name: String::new(), run, program: program.clone(), checks: Vec::new() };
        Ok(command.run(&Options::default()))
    }
}

#[cfg(feature = "reference")]
#[test]
fn a_check_tells_what_programs_are_not_given() {
    let wrong = |keeps: &'static str| -> Vec<&'static str> {
        let findings = check::converse(&mut Keeps(keeps));
        assert!(findings.len() > 9, "{findings:?}");
        findings.iter().filter(|finding| finding.is_wrong()).map(|finding| finding.asked).collect()
    };
    assert_eq!(wrong("nothing"), [""; 0]);
    for what in ["args", "env", "stdin", "preopens"] {
        assert_eq!(wrong(what), [format!("run_program with {what}")]);
    }
    let thrice = "run_program of an export of a reactor, three times";
    assert_eq!(wrong("times"), [thrice]);
    assert_eq!(
        wrong("reach"),
        ["run_program of an export of a reactor", "run_program of an export of a command", thrice]
    );
}

/// The drivers that come with this crate, and the other runtimes that are here.
#[test]
fn a_check_finds_nothing_wrong_in_known_runtimes() {
    let places = Places::usual();
    for known in KNOWN {
        // What has nothing but a script runner is no driver. wasm3 looks for an import when a function is called, not before,
        // and calls the start function then.
        // The command line of wasmi takes no variable without a value, and does not call `_initialize`.
        let expected: &[&str] = match known.name {
            "wabt" => continue,
            "pywasm3" => {
                &["instantiate without what it imports", "instantiate, with calls of a host function before a trap"]
            }
            "wasmi-cli" => &["run_program with env", "run_program of an export of a reactor"],
            _ => &[],
        };
        let mut runtime = match known.open(&places) {
            Ok(Some(runtime)) => runtime,
            Ok(None) => {
                eprintln!("note: {} is not here, and not asked", known.name);
                continue;
            }
            Err(broken) => panic!("{}: {broken}", known.name),
        };
        let findings = check::converse(&mut *runtime);
        let wrong: Vec<&check::Finding> = findings.iter().filter(|finding| finding.is_wrong()).collect();
        let asked: Vec<&str> = wrong.iter().map(|finding| finding.asked).collect();
        assert_eq!(asked, expected, "{}: {wrong:#?}", known.name);
    }
}
