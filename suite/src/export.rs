//! The cases in forms that others use without this program.

use crate::{
    case::{Case, Kind},
    commands::{CommandKind, ModuleSource, lower},
};
use serde_json::json;

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Plain scripts in the folders of their chapters, and `manifest.json` with what each proves and needs.
    Wast,
    /// Programs of WASI Preview 1, each a module and the JSON that the runners of WebAssembly/wasi-testsuite read.
    WasiTestsuite,
    /// Scripts of components, in a folder that fits into the `test` folder of WebAssembly/component-model.
    ComponentModel,
}

/// A file: its path below the folder of the export, and its content.
pub type File = (String, Vec<u8>);

/// The files of `cases` in a form. Cases that the form has no place for are left out.
pub fn export(cases: &[Case], format: Format) -> Vec<File> {
    match format {
        Format::Wast => scripts(cases.iter().filter(|case| is_script(case)), |case| case.path.clone()),
        Format::ComponentModel => {
            let components = cases.iter().filter(|case| is_script(case) && case.path.starts_with("component/"));
            scripts(components, |case| format!("initialisation/{}", name(case)))
        }
        Format::WasiTestsuite => cases.iter().filter_map(program).flatten().collect(),
    }
}

/// Programs and JavaScript are no scripts; and a script has no word for a module that exhausts a resource.
fn is_script(case: &Case) -> bool {
    let is_told = !matches!(case.expected.outcome, crate::trace::Outcome::Exhausted { .. });
    case.header.run.is_none() && !case.is_js() && !case.header.interrupt && is_told
}

fn name(case: &Case) -> &str {
    case.path.rsplit('/').next().unwrap_or(&case.path)
}

fn scripts<'c>(cases: impl Iterator<Item = &'c Case>, path: impl Fn(&Case) -> String) -> Vec<File> {
    let (mut files, mut manifest) = (Vec::new(), Vec::new());
    for case in cases {
        let path = path(case);
        let header = &case.header;
        manifest.push(json!({
            "path": path, "title": header.title, "rules": header.rules, "needs": header.needs,
        }));
        files.push((path, case.text.clone().into_bytes()));
    }
    let manifest = json!({ "format": 1, "cases": manifest });
    files.push(("manifest.json".to_owned(), format!("{manifest:#}\n").into_bytes()));
    files
}

/// A program that such a runner can run: one command, which ends by itself.
fn program(case: &Case) -> Option<[File; 2]> {
    let run = case.header.run.as_ref()?;
    let is_plain = run.kind == Kind::Command && run.preloads.is_empty() && run.preopens.is_empty();
    if !is_plain
        || run.invoke.is_some()
        || run.fails.is_some()
        || !case.header.needs.iter().any(|need| need == "wasip1")
    {
        return None;
    }
    let commands = lower(&case.text).ok()?;
    let main = commands.into_iter().find_map(|command| match command.kind {
        CommandKind::ModuleDefinition { name: Some(name), module: ModuleSource::Binary(bytes) }
            if run.main.strip_prefix('$') == Some(&*name) =>
        {
            Some(bytes)
        }
        _ => None,
    })?;
    let stem = name(case).trim_end_matches(".wast");
    let mut document = json!({ "args": run.args, "env": run.env, "exit_code": run.exit.unwrap_or(0) });
    if let Some(stdout) = &run.stdout {
        document["stdout"] = json!(stdout);
    }
    Some([(format!("{stem}.wasm"), main), (format!("{stem}.json"), format!("{document:#}\n").into_bytes())])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case;

    #[test]
    fn every_form_has_its_files() {
        let cases = case::all().expect("the cases");
        let names = |format| export(&cases, format).into_iter().map(|(path, _)| path).collect::<Vec<_>>();
        let scripts = names(Format::Wast);
        assert!(scripts.len() > 150 && scripts.contains(&"manifest.json".to_owned()));
        assert!(!scripts.iter().any(|path| path.starts_with("p1/")));
        let programs = names(Format::WasiTestsuite);
        assert!(!programs.is_empty() && programs.len() % 2 == 0);
        let mut components = names(Format::ComponentModel);
        assert_eq!(components.pop().as_deref(), Some("manifest.json"));
        assert!(components.len() > 40 && components.iter().all(|path| path.starts_with("initialisation/")));
    }
}
