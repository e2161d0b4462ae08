//! The cases in forms that others use without this program.

use crate::{
    case::{Case, Fails},
    expect::Expectations,
    runtime::Reach,
    self_check::{self, Built, FIRST_CHECK, SelfCheck},
};
use preflight_spec_tests::Catalogue;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain scripts in the folders of their chapters, and `manifest.json` with what each proves and needs.
    Wast,
    /// Commands of WASI preview 1 that check themselves, and `manifest.json` with what each exit code means.
    Commands,
    /// The same, in folders that the runner of WebAssembly/wasi-testsuite reads: beside each module the JSON of how it is run.
    WasiTestsuite,
    /// Scripts of components, in a folder that fits into the `test` folder of WebAssembly/component-model.
    ComponentModel,
}

/// A file: its path below the folder of the export, and its content.
pub type File = (String, Vec<u8>);

/// What an export is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Export {
    /// The files.
    pub files: Vec<File>,
    /// How many cases are in it.
    pub cases: usize,
    /// The cases that the form has no place for, by the reason.
    pub left_out: BTreeMap<String, Vec<String>>,
}

/// The files of `cases` in a form.
pub fn export(cases: &[Case], catalogue: &Catalogue, format: Format) -> Export {
    let mut export = Export::default();
    match format {
        Format::Wast => scripts(cases, catalogue, &mut export),
        Format::Commands => commands(cases, catalogue, &mut export),
        Format::WasiTestsuite => wasi_testsuite(cases, catalogue, &mut export),
        Format::ComponentModel => component_model(cases, catalogue, &mut export),
    }
    export
}

impl Export {
    fn leave_out(&mut self, case: &Case, why: &str) {
        self.left_out.entry(why.to_owned()).or_default().push(case.path.clone());
    }

    fn json(&mut self, path: &str, value: &Value) {
        self.files.push((path.to_owned(), format!("{value:#}\n").into_bytes()));
    }
}

/// Why a case is no plain script, if it is none.
fn no_script(case: &Case) -> Option<&'static str> {
    if case.is_js() {
        Some("it is a script of JavaScript")
    } else if case.header.run.is_some() {
        Some("it is a program of WASI")
    } else if !case.header.readings.is_empty() {
        Some("it follows a reading that is not the documents'")
    } else if !case.header.hosts.is_empty() {
        Some("it has functions of the host that act, which scripts have no words for")
    } else if !case.header.gives.is_empty() {
        Some("it gives exports of instances to a component, which scripts have no words for")
    } else if case.header.interrupt {
        Some("it ends only because the embedder stops it")
    } else if matches!(case.expected.outcome, crate::trace::Outcome::Exhausted { .. }) {
        Some("it has a module that exhausts a resource, and scripts have no word for that")
    } else {
        None
    }
}

fn scripts(cases: &[Case], catalogue: &Catalogue, export: &mut Export) {
    let mut manifest = Vec::new();
    for case in cases {
        if let Some(why) = no_script(case) {
            export.leave_out(case, why);
            continue;
        }
        let header = &case.header;
        manifest.push(json!({
            "path": case.path, "title": header.title, "rules": header.rules, "needs": header.needs,
            "verdict": case.gives_verdict(catalogue),
        }));
        export.files.push((case.path.clone(), case.text.clone().into_bytes()));
        export.cases += 1;
    }
    export.json("manifest.json", &json!({ "format": 1, "cases": manifest }));
}

/// Where the scripts of components go in the `test` folder, and the list of those that an implementation does not pass yet, as
/// that folder has one.
const FOLDER: &str = "initialization";
const NOT_YET: &str = "nyi.txt";

/// Cases that wasmtime's script runner does not read, though wasmtime does what they ask for: a component there cannot import
/// functions of another one that was registered, nothing can be called by its name in the script, and messages are others.
const NOT_READ: [&str; 13] = [
    "call-import-reached-by-start.wast",
    "exn-leaving-start-is-a-trap.wast",
    "inst-core-types-checked-statically.wast",
    "inst-roots-are-disjoint.wast",
    "life-other-tasks-wait-for-instantiation.wast",
    "ord-missing-import-runs-nothing.wast",
    "ord-mistyped-component-runs-nothing.wast",
    "ord-three-levels.wast",
    "res-given-handle-is-gone.wast",
    "trap-keeps-effects-on-other-roots.wast",
    "trap-pending-read-allocates-nothing.wast",
    "trap-pending-write-is-not-read.wast",
    "trap-results-for-locked-caller.wast",
];

fn component_model(cases: &[Case], catalogue: &Catalogue, export: &mut Export) {
    // A file of expectations that cannot be read is found by the tests; nothing is expected then.
    let wasmtime = Expectations::built_in("wasmtime").unwrap_or_default();
    let mut not_yet = String::new();
    for case in cases.iter().filter(|case| case.path.starts_with("component/")) {
        let why = no_script(case).or((!case.gives_verdict(catalogue)).then_some("its rules give no verdict"));
        if let Some(why) = why {
            export.leave_out(case, why);
            continue;
        }
        let name = case.path.rsplit('/').next().unwrap_or(&case.path);
        // Value definitions and component-level starts are implemented nowhere yet.
        let needs_values = case.header.needs.iter().any(|need| need == "values");
        if wasmtime.of(case).is_some() || needs_values || NOT_READ.contains(&name) {
            not_yet += &format!("./{FOLDER}/{name}\n");
        }
        export.files.push((format!("{FOLDER}/{name}"), in_plain_words(case, catalogue).into_bytes()));
        export.cases += 1;
    }
    export.files.push((NOT_YET.to_owned(), not_yet.into_bytes()));
}

/// A script without the comments that only this program reads, but with what it is about.
fn in_plain_words(case: &Case, catalogue: &Catalogue) -> String {
    let mut text = format!(";; {}.\n", case.header.title);
    for rule in case.header.rules.iter().filter_map(|id| catalogue.get(id)) {
        for line in wrapped(&format!("{} ({})", rule.statement, rule.source.join("; "))) {
            text += &format!(";;   {line}\n");
        }
    }
    let is_ours = |line: &&str| line.starts_with(";;!") || line.starts_with(";;=");
    let script: Vec<&str> = case.text.lines().filter(|line| !is_ours(line)).collect();
    text + script.join("\n").trim_end() + "\n"
}

/// The words of a text in lines of at most a hundred characters.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 100 => *line += &format!(" {word}"),
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn commands(cases: &[Case], catalogue: &Catalogue, export: &mut Export) {
    let (mut manifest, mut left_out) = (Vec::new(), Vec::new());
    for case in cases {
        let Built { commands, left_out: missing } = self_check::build(case, catalogue);
        for part in &missing {
            left_out.push(json!({ "case": case.path, "line": part.line, "why": part.why }));
        }
        match (commands.is_empty(), missing.first()) {
            (true, Some(missing)) => export.leave_out(case, &missing.why),
            _ => export.cases += 1,
        }
        for command in commands {
            manifest.push(command_files(case, &command, catalogue, export));
        }
    }
    let words = format!(
        "Run each command. It ends as `expect` says, or with an exit code of `checks`, from {FIRST_CHECK} on: that check \
         failed; `line` is where the case asserts it, if it stands there as an assertion. Any other end is a failure too. \
         `no_checks` tells why a program has none. `fails`: `trap` is an end that is no exit code of the program's own, `refused` \
         the same before anything of it ran; `refused` beside an exit code: either. What a command takes \
         beside its file stands in `preloads`, `invoke`, `args`, `env`, `stdin` and `preopens`; one without `verdict` is to be \
         recorded and not judged."
    );
    export.json("manifest.json", &json!({ "format": 1, "words": words, "commands": manifest, "left_out": left_out }));
}

fn command_files(case: &Case, command: &SelfCheck, catalogue: &Catalogue, export: &mut Export) -> Value {
    let SelfCheck { name, run, program, checks } = command;
    let file = format!("{name}.wasm");
    export.files.push((file.clone(), program.main.clone()));
    let mut preloads = Vec::new();
    for (index, (module, bytes)) in program.preloads.iter().enumerate() {
        let file = format!("{name}.preload{index}.wasm");
        preloads.push(json!({ "name": module, "file": file }));
        export.files.push((file, bytes.clone()));
    }
    let fails = run.fails.map(|fails| match fails {
        Fails::Trap => "trap",
        Fails::Refused => "refused",
    });
    let checks: Vec<_> =
        checks.iter().map(|check| json!({ "exit": check.exit, "line": check.line, "what": check.what })).collect();
    let reach = match &program.reach {
        Reach::Export(name) => json!(name),
        Reach::Command | Reach::Reactor => Value::Null,
    };
    json!({
        "file": file, "case": case.path, "title": case.header.title, "rules": case.header.rules,
        "needs": case.header.needs, "verdict": case.gives_verdict(catalogue), "preloads": preloads, "invoke": reach,
        "args": run.args, "env": run.env, "stdin": run.stdin, "preopens": run.preopens,
        "expect": { "exit": run.exit, "fails": fails, "stdout": run.stdout }, "checks": checks, "no_checks": run.no_checks,
    })
}

/// What the runner of that suite cannot do, if the command takes something of it: it gives arguments and variables, and asks
/// for an exit code and the output.
fn beyond_that_runner(command: &SelfCheck) -> Option<&'static str> {
    let SelfCheck { run, program, .. } = command;
    if !program.preloads.is_empty() {
        Some("that runner loads no second module")
    } else if program.reach != Reach::Command {
        Some("that runner calls nothing but `_start`")
    } else if run.fails.is_some() {
        Some("that runner knows no end but an exit code")
    } else if !run.preopens.is_empty() || !run.stdin.is_empty() {
        Some("that runner gives neither these folders nor an input")
    } else {
        None
    }
}

fn wasi_testsuite(cases: &[Case], catalogue: &Catalogue, export: &mut Export) {
    let mut folders = BTreeSet::new();
    for case in cases {
        let Built { commands, left_out } = self_check::build(case, catalogue);
        let needs_threads = case.header.needs.iter().any(|need| need == "wasi-threads");
        let reasons = commands.iter().map(beyond_that_runner);
        let fitting: Vec<_> = commands.iter().zip(reasons.clone()).filter(|(_, why)| why.is_none()).collect();
        let why = if commands.is_empty() {
            left_out.first().map(|part| part.why.clone())
        } else if !case.gives_verdict(catalogue) {
            Some("its rules give no verdict".to_owned())
        } else if needs_threads {
            Some("that suite has no threads of preview 1".to_owned())
        } else if fitting.is_empty() {
            reasons.flatten().next().map(str::to_owned)
        } else {
            None
        };
        if let Some(why) = why {
            export.leave_out(case, &why);
            continue;
        }
        export.cases += 1;
        for (command, _) in fitting {
            let (folder, stem) = place(case, command);
            let mut config = json!({
                "args": command.run.args, "env": command.run.env, "exit_code": command.run.exit.unwrap_or(0),
            });
            if let Some(stdout) = &command.run.stdout {
                config["stdout"] = json!(stdout);
            }
            export.files.push((format!("{folder}/{stem}.wasm"), command.program.main.clone()));
            export.json(&format!("{folder}/{stem}.json"), &config);
            folders.insert(folder);
        }
    }
    for folder in folders {
        let manifest = json!({ "name": format!("Preflight: {folder}"), "version": "wasm32-wasip1" });
        export.json(&format!("{folder}/manifest.json"), &manifest);
    }
}

/// A folder for each chapter and the proposals that its commands need, so that a runtime without these can leave it out; and
/// the name of the files in it.
fn place<'c>(case: &Case, command: &'c SelfCheck) -> (String, &'c str) {
    let (chapter, stem) = command.name.rsplit_once('/').unwrap_or(("cases", &command.name));
    let proposals = case.header.needs.iter().filter(|need| !need.starts_with("wasip"));
    (proposals.fold(chapter.to_owned(), |folder, need| format!("{folder}+{need}")), stem)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case;
    use preflight_spec_tests::rules;

    fn of(format: Format) -> (Vec<Case>, Export) {
        let cases = case::all().expect("the cases");
        let export = export(&cases, &rules().expect("the catalogue"), format);
        (cases, export)
    }

    fn text<'e>(export: &'e Export, path: &str) -> &'e str {
        let file = export.files.iter().find(|(name, _)| name == path);
        std::str::from_utf8(&file.unwrap_or_else(|| panic!("{path} is missing")).1).expect("text")
    }

    #[test]
    fn every_case_is_in_it_or_left_out_for_a_reason() {
        for format in [Format::Wast, Format::Commands, Format::WasiTestsuite] {
            let (cases, export) = of(format);
            let left_out: usize = export.left_out.values().map(Vec::len).sum();
            assert_eq!(export.cases + left_out, cases.len(), "{format:?}");
            let mut paths: Vec<_> = export.files.iter().map(|(path, _)| path).collect();
            paths.sort();
            paths.dedup();
            assert_eq!(paths.len(), export.files.len(), "{format:?}: two files of one name");
        }
    }

    #[test]
    fn scripts_come_with_what_they_prove() {
        let (_, export) = of(Format::Wast);
        assert!(export.cases > 300 && !export.files.iter().any(|(path, _)| path.starts_with("p1/")));
        let manifest: Value = serde_json::from_str(text(&export, "manifest.json")).expect("JSON");
        assert_eq!(manifest["cases"].as_array().map(Vec::len), Some(export.cases));
        assert!(manifest["cases"][0]["rules"].is_array());
    }

    #[test]
    fn folders_are_as_the_runner_of_wasi_testsuite_reads_them() {
        let (_, export) = of(Format::WasiTestsuite);
        let keys = ["args", "env", "exit_code", "stdout"];
        for (path, bytes) in &export.files {
            let (folder, name) = path.split_once('/').expect("a folder");
            assert!(
                !name.contains('/')
                    && export.files.iter().any(|(other, _)| *other == format!("{folder}/manifest.json"))
            );
            if let Some(stem) = name.strip_suffix(".wasm") {
                assert!(bytes.starts_with(b"\0asm\x01\0\0\0"), "{path}");
                let config: Value =
                    serde_json::from_str(text(&export, &format!("{folder}/{stem}.json"))).expect("JSON");
                // It warns of every other key, and may not be given one of its newer form beside these.
                assert!(config.as_object().expect("a table").keys().all(|key| keys.contains(&&**key)), "{path}");
            }
        }
        let manifest: Value = serde_json::from_str(text(&export, "core/manifest.json")).expect("JSON");
        assert_eq!(manifest, json!({ "name": "Preflight: core", "version": "wasm32-wasip1" }));
        let config: Value = serde_json::from_str(text(&export, "p1/cmd-exit-ends-the-program.json")).expect("JSON");
        assert_eq!(config, json!({ "args": [], "env": {}, "exit_code": 3, "stdout": "a" }));
    }

    #[test]
    fn components_are_plain_scripts_for_that_repository() {
        let (_, export) = of(Format::ComponentModel);
        assert!(export.cases > 60);
        for (path, bytes) in &export.files {
            let text = std::str::from_utf8(bytes).expect("text");
            assert!(path == NOT_YET || path.starts_with("initialization/") && path.ends_with(".wast"), "{path}");
            assert!(!text.contains(";;!") && !text.contains(";;="), "{path}");
        }
        for line in text(&export, NOT_YET).lines() {
            let path = line.strip_prefix("./").expect("a path as `find .` prints it");
            assert!(export.files.iter().any(|(name, _)| name == path), "{line}");
        }
    }

    #[test]
    fn the_manifest_of_commands_tells_what_exit_codes_mean() {
        let (_, export) = of(Format::Commands);
        let manifest: Value = serde_json::from_str(text(&export, "manifest.json")).expect("JSON");
        let commands = manifest["commands"].as_array().expect("a list");
        let one = |file: &str| commands.iter().find(|command| command["file"] == file).expect(file);
        let command = one("core/data-active-dropped.wasm");
        assert_eq!((&command["expect"]["exit"], &command["checks"][0]["exit"]), (&json!(0), &json!(FIRST_CHECK)));
        let command = one("core/start-trap-fails-instantiation.wasm");
        assert_eq!(command["expect"]["fails"], "trap");
        let command = one("p1/cmd-exit-in-library.wasm");
        assert_eq!((&command["preloads"][0]["name"], &command["expect"]["exit"]), (&json!("lib"), &json!(12)));
        let check = json!({ "exit": 34, "line": null, "what": "the main program does not go on" });
        assert_eq!((&command["checks"][1], &command["no_checks"]), (&check, &Value::Null));
        assert!(one("p1/cmd-returning-is-status-zero.wasm")["no_checks"].is_string());
    }
}
