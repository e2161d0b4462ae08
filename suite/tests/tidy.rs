//! What no case may be.

use preflight::{
    case::{self, Case, Fails, needs},
    expect::Expectations,
    reading::Reading,
};
use preflight_spec_tests::{Bug, Catalogue, bugs, rules};
use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::Path,
};

fn everything() -> (Vec<Case>, Catalogue) {
    (case::all().unwrap_or_else(|error| panic!("{error}")), rules().expect("the catalogue"))
}

/// Fails with all of `mistakes`, if there are any.
#[track_caller]
fn none(mistakes: Vec<String>) {
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn every_case_names_rules_that_exist() {
    let (cases, catalogue) = everything();
    none(unknown_names(&cases, &catalogue));
}

/// A case with this header and script.
fn case(path: &str, header: &str, script: &str) -> Case {
    let header: String = header.lines().map(|line| format!(";;! {line}\n")).collect();
    Case::parse(path, &format!("{header}{script}\n")).expect("a case")
}

#[test]
fn unknown_names_are_found() {
    let (_, catalogue) = everything();
    let mistakes = |rules: &str, needs: &str| {
        let header = format!("title = \"t\"\nrules = [{rules}]\nneeds = [{needs}]");
        unknown_names(&[case("core/c.wast", &header, "(module)")], &catalogue)
    };
    assert!(mistakes("\"CORE-START-09\"", "\"gc\"").is_empty());
    assert_eq!(mistakes("\"CORE-START-99\"", ""), ["core/c.wast: there is no rule CORE-START-99"]);
    assert_eq!(mistakes("\"CORE-START-09\"", "\"gcc\""), ["core/c.wast: there is no proposal \"gcc\""]);
    assert_eq!(mistakes("", ""), ["core/c.wast: no rules"]);
    let header = "title = \"t\"\nrules = [\"P2-LINK-01\"]\ngives = [{ import = \"f\", of = \"p\", export = \"g\" }]";
    let mistakes = |script| unknown_names(&[case("component/c.wast", header, script)], &catalogue);
    assert!(mistakes("(component $P)(register \"p\" $P)").is_empty());
    assert_eq!(
        mistakes("(component $P)(register \"q\" $P)"),
        ["component/c.wast: gives: nothing is registered as \"p\""]
    );
}

#[test]
fn an_unknown_key_is_refused() {
    let text = ";;! title = \"t\"\n;;! rules = [\"CORE-START-09\"]\n;;! need = [\"gc\"]\n(module)\n";
    let error = Case::parse("core/c.wast", text).expect_err("no case").to_string();
    assert!(error.contains("core/c.wast") && error.contains("unknown field `need`"), "{error}");
}

/// Rules and proposals that cases name and that there are not.
fn unknown_names(cases: &[Case], catalogue: &Catalogue) -> Vec<String> {
    let mut mistakes = Vec::new();
    for case in cases {
        mistakes.extend(case.mistakes(catalogue).into_iter().map(|mistake| format!("{}: {mistake}", case.path)));
    }
    mistakes
}

#[test]
fn every_rule_has_a_case_or_a_reason() {
    let (cases, catalogue) = everything();
    none(open_rules(&cases, &catalogue));
}

#[test]
fn a_rule_without_case_or_reason_is_found() {
    let (mut cases, mut catalogue) = everything();
    cases.retain(|case| !case.header.rules.iter().any(|rule| rule == "CORE-LINK-01"));
    assert_eq!(open_rules(&cases, &catalogue), ["CORE-LINK-01: neither a case nor a reason"]);
    let rule = catalogue.rules.iter_mut().find(|rule| rule.id == "CORE-LINK-01").expect("the rule");
    rule.reason = Some("no script can do that".to_owned());
    assert!(open_rules(&cases, &catalogue).is_empty());
}

/// Rules with neither a case nor a reason.
fn open_rules(cases: &[Case], catalogue: &Catalogue) -> Vec<String> {
    let has_case = |id: &str| cases.iter().any(|case| case.header.rules.iter().any(|rule| rule == id));
    let open = catalogue.rules.iter().filter(|rule| rule.reason.is_none() && !has_case(&rule.id));
    open.map(|rule| format!("{}: neither a case nor a reason", rule.id)).collect()
}

#[test]
fn every_reading_has_a_case() {
    let (cases, _) = everything();
    let followed = |reading: &Reading| {
        cases.iter().any(|case| {
            case.header.readings.contains(reading) && case.header.rules.iter().any(|id| id == reading.rule())
        })
    };
    for reading in Reading::ALL {
        assert!(followed(reading), "{}: a case of {} that follows it", reading.name(), reading.rule());
    }
}

#[test]
fn every_known_bug_has_a_case_or_a_reason() {
    let (cases, _) = everything();
    none(bugs_without_case(&cases, &bugs().expect("the known bugs")));
}

#[test]
fn a_bug_without_case_or_reason_is_found() {
    let (mut cases, _) = everything();
    let bugs = bugs().expect("the known bugs");
    cases.retain(|case| !case.header.bugs.iter().any(|bug| bug == "START-TWICE"));
    assert_eq!(bugs_without_case(&cases, &bugs), ["START-TWICE: has to have a case or a reason, and not both"]);
    let header = "title = \"t\"\nrules = [\"CORE-START-09\"]\nbugs = [\"START-TWICE\", \"START-THRICE\"]";
    cases.push(case("core/c.wast", header, "(module)"));
    assert_eq!(bugs_without_case(&cases, &bugs), ["core/c.wast: there is no bug START-THRICE"]);
}

fn bugs_without_case(cases: &[Case], bugs: &[Bug]) -> Vec<String> {
    let mut mistakes = Vec::new();
    for Bug { id, reason, .. } in bugs {
        let mut headers = cases.iter().map(|case| &case.header);
        if headers.any(|header| header.bugs.contains(id)) == reason.is_some() {
            mistakes.push(format!("{id}: has to have a case or a reason, and not both"));
        }
    }
    for Case { path, header, .. } in cases {
        let unknown = header.bugs.iter().filter(|id| bugs.iter().all(|bug| bug.id != **id));
        mistakes.extend(unknown.map(|id| format!("{path}: there is no bug {id}")));
    }
    mistakes
}

/// A known bug is switched on in a mutant, or it is written down why it cannot be.
#[cfg(feature = "reference")]
#[test]
fn every_known_bug_has_a_mutant_or_a_reason() {
    let bugs = bugs().expect("the known bugs");
    none(bugs_without_mutant(&bugs));
    let mut wrong = bugs.clone();
    let bug = |bugs: &mut [Bug], id: &str, no_mutant: Option<&str>| {
        let bug = bugs.iter_mut().find(|bug| bug.id == id).expect("a bug of the catalogue");
        bug.no_mutant = no_mutant.map(str::to_owned);
    };
    bug(&mut wrong, "START-TWICE", Some("there is one"));
    bug(&mut wrong, "POOL-COUNT", None);
    assert_eq!(bugs_without_mutant(&wrong).len(), 2);
}

#[cfg(feature = "reference")]
fn bugs_without_mutant(bugs: &[Bug]) -> Vec<String> {
    let mutants: Vec<_> = preflight_engine::mutants::MUTANTS.iter().filter_map(|mutant| mutant.bug).collect();
    let is_wrong = |bug: &&Bug| mutants.contains(&&*bug.id) == bug.no_mutant.is_some();
    let wrong = bugs.iter().filter(is_wrong).map(|bug| format!("{}: has to have a mutant or `no_mutant`", bug.id));
    let is_unknown = |id: &&&str| bugs.iter().all(|bug| bug.id != **id);
    let unknown =
        mutants.iter().filter(is_unknown).map(|id| format!("a mutant names the bug {id}, which there is not"));
    wrong.chain(unknown).collect()
}

#[test]
fn every_expectation_matches_a_case() {
    let (cases, _) = everything();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec-tests/expect");
    let mut mistakes = Vec::new();
    for file in fs::read_dir(folder).expect("the folder of expectations") {
        let path = file.expect("a file in it").path();
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a file of expectations");
        let name = path.file_name().unwrap_or_default().display();
        let unmatched = unmatched_entries(&text, &cases).into_iter();
        mistakes.extend(unmatched.map(|entry| format!("expect/{name}: {entry} matches no case")));
    }
    none(mistakes);
}

/// The example runs the cases on wasmi, too, in a file of its own: a case that is new there is new here.
#[test]
fn the_example_project_expects_what_is_expected_of_wasmi() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/runtime-project/preflight-expect.toml");
    let text = fs::read_to_string(path).expect("the example's expectations");
    let of_example = Expectations::parse("preflight-expect.toml", &text).expect("expectations");
    let built_in = Expectations::built_in("wasmi").expect("expectations");
    let named = |expectations: &Expectations| -> BTreeSet<_> {
        expectations.entries.iter().map(|entry| (entry.case.clone(), entry.rule.clone())).collect()
    };
    assert_eq!(named(&of_example), named(&built_in));
}

#[test]
fn an_expectation_that_matches_nothing_is_found() {
    let (cases, _) = everything();
    let text = |key, pattern| format!("[[entry]]\n{key} = \"{pattern}\"\nexpected = \"failed\"\nreason = \"r\"\n");
    for (key, pattern, count) in [
        ("case", "core/start-runs-last.wast", 0),
        ("case", "core/start-*", 0),
        ("case", "core/start-", 1),
        ("case", "cor/*", 1),
        ("rule", "CORE-START-09", 0),
        ("rule", "CORE-*", 0),
        ("rule", "CORE-START-99", 1),
    ] {
        assert_eq!(unmatched_entries(&text(key, pattern), &cases).len(), count, "{key} = {pattern}");
    }
}

/// The patterns of a file of expectations (`case = "PATH"` or `rule = "ID"`, or the beginning of one with `*` behind it)
/// that fit no case.
fn unmatched_entries(text: &str, cases: &[Case]) -> Vec<String> {
    let file: toml::Table = toml::from_str(text).expect("TOML");
    let entries = file.get("entry").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let fits = |pattern: &str, name: &str| match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => pattern == name,
    };
    let is_unmatched = |entry: &toml::Value| {
        let pattern = |key| entry.get(key).and_then(toml::Value::as_str);
        let (of_case, of_rule) = (pattern("case"), pattern("rule"));
        !cases.iter().any(|case| {
            of_case.is_some_and(|pattern| fits(pattern, &case.path))
                || of_rule.is_some_and(|pattern| case.header.rules.iter().any(|rule| fits(pattern, rule)))
        })
    };
    let unmatched = entries.iter().enumerate().filter(|(_, entry)| is_unmatched(entry));
    unmatched.map(|(index, _)| format!("entry {}", index + 1)).collect()
}

#[test]
fn programs_name_modules_that_exist() {
    let (cases, _) = everything();
    let mut mistakes = Vec::new();
    for Case { path, header, text, .. } in &cases {
        let Some(run) = &header.run else { continue };
        for module in run.preloads.iter().map(|preload| &preload.module).chain([&run.main]) {
            let is_there = |kind| text.contains(&format!("({kind} definition {module}"));
            let is_made = header.build.as_ref().is_some_and(|build| build.name == *module);
            if !is_made && !is_there("module") && !is_there("component") {
                mistakes.push(format!("{path}: there is no definition {module}"));
            }
        }
        if run.exit.is_some() && run.fails == Some(Fails::Trap) {
            mistakes.push(format!("{path}: a program that traps has no exit code of its own"));
        }
    }
    none(mistakes);
}

#[cfg(feature = "reference")]
#[test]
fn cases_beyond_the_engine_are_well_formed() {
    let (cases, catalogue) = everything();
    let mut mistakes = Vec::new();
    for case in cases.iter().filter(|case| needs::features(&case.header.needs).1.is_some()) {
        let report = case::run(case, &catalogue, &preflight::script::Options::default());
        if let case::Verdict::Failed(failures) = report.verdict {
            mistakes.push(format!("{}: {failures:?}", case.path));
        }
    }
    none(mistakes);
}

#[test]
fn no_case_is_there_twice() {
    let (cases, _) = everything();
    none(doubles(&cases));
}

#[test]
fn two_cases_that_are_the_same_are_found() {
    let one = |path: &str, title: &str, script: &str| {
        case(path, &format!("title = \"{title}\"\nrules = [\"CORE-START-09\"]"), script)
    };
    let a = one("core/a.wast", "a", "(module (memory 1)) ;; one");
    let same = one("core/b.wast", "b", "(module\n  (memory 1)) ;; another");
    assert_eq!(doubles(&[a.clone(), same]), ["core/b.wast: the same script as core/a.wast"]);
    assert_eq!(
        doubles(&[a.clone(), one("core/b.wast", "a", "(module)")]),
        ["core/b.wast: the same title as core/a.wast"]
    );
    assert!(doubles(&[a, one("core/b.wast", "b", "(module)")]).is_empty());
}

/// Cases that are there twice.
fn doubles(cases: &[Case]) -> Vec<String> {
    let mut mistakes = Vec::new();
    let (mut texts, mut titles) = (HashMap::new(), HashMap::new());
    for Case { path, header, text, .. } in cases {
        if let Some(other) = texts.insert(script_of(text), path) {
            mistakes.push(format!("{path}: the same script as {other}"));
        }
        if let Some(other) = titles.insert(&header.title, path) {
            mistakes.push(format!("{path}: the same title as {other}"));
        }
    }
    mistakes
}

/// The words of a script, comments left out.
fn script_of(text: &str) -> String {
    let code = |line: &&str| !line.starts_with("//!");
    let lines = text.lines().filter(code).map(|line| line.split(";;").next().unwrap_or(line));
    lines.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}

#[test]
fn cases_are_small_and_well_named() {
    let (cases, _) = everything();
    let mut mistakes = Vec::new();
    for Case { path, header, text, .. } in &cases {
        let name = path.rsplit('/').next().unwrap_or(path);
        let stem = name.strip_suffix(".wast").or_else(|| name.strip_suffix(".js")).unwrap_or(name);
        if !stem.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
            mistakes.push(format!("{path}: names are words of small letters with hyphens between"));
        }
        if header.title.ends_with('.') {
            mistakes.push(format!("{path}: a title ends without a full stop"));
        }
        // A step has a line of its own, however long it is.
        let is_wide = |line: &str| line.chars().count() > 120 && !line.starts_with(";;=");
        if text.lines().count() > 100 || text.lines().any(is_wide) {
            mistakes.push(format!("{path}: too long, or too wide"));
        }
        if text.contains('\t') || !text.ends_with('\n') || text.lines().any(|line| line.ends_with(' ')) {
            mistakes.push(format!("{path}: a tab, a blank at a line's end, or no newline at the file's end"));
        }
    }
    none(mistakes);
}
