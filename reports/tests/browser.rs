//! The pages in a real browser: `browser.mjs` clicks through them.
//!
//! It takes node, a Chromium and playwright-core: `PREFLIGHT_PLAYWRIGHT` names a folder in whose `node_modules` that is
//! (`npm install playwright-core axe-core` makes one), and `PREFLIGHT_CHROMIUM` the browser, if none is found on the path. Where
//! one of these is missing the test says so and checks nothing. `PREFLIGHT_PICTURES` is where the pictures go.

use preflight_engine::trace::{InstancePath, PostMortem};
use preflight_reports::{
    matrix::{CaseInfo, CaseResult, Matrix, RuntimeResults, Times, Word},
    render::{Planned, TracePage, report_page, trace_page},
    traces::{Lines, Traces},
};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

#[test]
fn people_can_use_the_pages() {
    let Some([node, chromium, playwright]) = tools() else { return };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    fs::create_dir_all(&folder).expect("a folder");
    let sample: Matrix = serde_json::from_str(include_str!("../src/render/sample.json")).expect("the sample");
    let write = |name: &str, text: String| {
        let path = folder.join(name);
        fs::write(&path, text).expect("a page is written");
        path
    };
    let pages = [
        write("report.html", report_page(&sample).expect("a page")),
        write("big.html", report_page(&big(&sample)).expect("a page")),
        write("trace.html", trace_page(&trace()).expect("a page")),
    ];
    let pictures = env::var_os("PREFLIGHT_PICTURES").map_or_else(|| folder.join("pictures"), PathBuf::from);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser.mjs");
    let output = Command::new(node)
        .arg(script)
        .args(&pages)
        .arg(&pictures)
        .env("PREFLIGHT_CHROMIUM", chromium)
        .env("PREFLIGHT_PLAYWRIGHT", playwright)
        .output()
        .expect("node runs");
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    println!("{}pictures: {}", said(&output.stdout), pictures.display());
    assert!(output.status.success(), "{}", said(&output.stderr));
}

/// Node, the browser, and the folder of playwright-core; `None`, with a word about it, if one is missing.
fn tools() -> Option<[PathBuf; 3]> {
    let missing = |what: &str| eprintln!("NOT RUN: the pages were not looked at in a browser: {what}");
    let Some(playwright) = env::var_os("PREFLIGHT_PLAYWRIGHT").map(PathBuf::from) else {
        missing("PREFLIGHT_PLAYWRIGHT does not name a folder with playwright-core in its node_modules");
        return None;
    };
    let named = env::var_os("PREFLIGHT_CHROMIUM").map(PathBuf::from);
    let Some(chromium) = named.or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(find))
    else {
        missing("there is no chromium on the path, and PREFLIGHT_CHROMIUM names none");
        return None;
    };
    let Some(node) = find("node") else {
        missing("there is no node on the path");
        return None;
    };
    // What is asked for by name has to be there.
    assert!(playwright.join("node_modules/playwright-core").is_dir(), "no playwright-core in {}", playwright.display());
    Some([node, chromium, playwright])
}

fn find(name: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// 500 cases on 20 runtimes, and some long traces.
fn big(sample: &Matrix) -> Matrix {
    const CASES: usize = 500;
    const RUNTIMES: usize = 20;
    let ids: Vec<&String> = sample.rules.keys().collect();
    let mut traces = Traces::default();
    let mut place = |case: usize, variant: usize| {
        let steps = if case.is_multiple_of(100) { 399 } else { 20 };
        let line = |step| match step {
            2 => format!("/#0 host env.log (i32:{variant})"),
            step => format!("/#{} global {step} = i32:{case}", step % 3),
        };
        traces.place(Lines { lines: (0..steps).map(line).collect(), state: PostMortem::default() })
    };
    let case = |index: usize, expected| CaseInfo {
        path: format!("core/case-{index}.wast"),
        title: format!("Case number {index} says something about initialisation"),
        rules: vec![ids[index % ids.len()].clone()],
        needs: if index.is_multiple_of(7) { vec!["threads".to_owned()] } else { Vec::new() },
        text: "(module (func $f) (start $f))\n".repeat(20),
        expected,
    };
    let cases: Vec<CaseInfo> = (0..CASES).map(|index| case(index, place(index, 0))).collect();
    let runtime = |number: usize, results| RuntimeResults {
        name: format!("runtime-{number}"),
        version: "1.0".to_owned(),
        level: "full".to_owned(),
        engine: format!("engine {}", number / 2),
        linker: format!("engine {}", number / 2),
        results,
        ..sample.runtimes[0].clone()
    };
    let runtimes: Vec<RuntimeResults> = (0..RUNTIMES)
        .map(|number| {
            let results = cases.iter().enumerate().map(|(index, case)| {
                let verdict = match (index * 7 + number * 3) % 10 {
                    0 => Word::Failed,
                    1 => Word::Unsupported,
                    2 => Word::Recorded,
                    _ => Word::Passed,
                };
                CaseResult {
                    case: case.path.clone(),
                    verdict,
                    expected: true,
                    reason: None,
                    notes: if verdict == Word::Passed {
                        Vec::new()
                    } else {
                        vec!["step 3: expected a, got b".to_owned()]
                    },
                    actual: place(index, usize::from(verdict == Word::Failed)),
                }
            });
            runtime(number, results.collect())
        })
        .collect();
    let times = runtimes.iter().map(|runtime| Times { runtime: runtime.name.clone(), ..Times::default() }).collect();
    Matrix { cases, runtimes, times, traces: traces.into_table(), ..sample.clone() }
}

/// Two data segments, of which the second does not fit.
fn trace() -> TracePage {
    let at = InstancePath::root();
    let step = |text: &str, key: &str| Planned {
        at: at.clone(),
        depth: 1,
        text: text.to_owned(),
        key: Some(key.to_owned()),
        ..Planned::default()
    };
    let head = Planned { at: at.clone(), head: true, text: "/ (oob.wat)".to_owned(), ..Planned::default() };
    let lines = [
        "/ import \"env\" \"log\" func",
        "/ allocated func 1 memory 1",
        "/ data 0 offset = i32:16",
        "/ data 0 -> memory 0 at 16 len 3",
        "/ data 0 dropped",
        "/ data 1 offset = i32:65536",
        "/ trap out-of-bounds-memory in initialise",
    ];
    let state = r#"[{ "at": "/", "name": "mem", "kind": "memory", "size_bytes": 65536, "runs": [{ "offset": 16, "bytes": "616263" }] }]"#;
    TracePage {
        title: "oob.wat".to_owned(),
        lines: lines.map(str::to_owned).to_vec(),
        state: serde_json::from_str(state).expect("a state"),
        remarks: vec!["data 1 does not fit at 0x10000".to_owned()],
        files: [(at.clone(), "oob.wat".to_owned())].into(),
        providers: vec![(at.clone(), "env".to_owned(), "log".to_owned(), "stub".to_owned())],
        plan: vec![
            head,
            step("import env.log: func", "import \"env\" \"log\" func"),
            step("allocation: 1 function, 1 memory", "allocated"),
            step("data segment 0 into memory 0: 3 bytes", "data 0 ->"),
            step("data segment 0 dropped", "data 0 dropped"),
            step("data segment 1 into memory 0: 1 byte", "data 1 ->"),
            step("the instance is ready", "done"),
        ],
        ..TracePage::default()
    }
}
