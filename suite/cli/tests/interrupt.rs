//! What a signal leaves behind: nothing, and what was found until then is told.

#![cfg(unix)]

mod common;

use common::{Folder, contains};
use std::{
    fs,
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// The number of the request to terminate, which no shell has children ignore.
const TERMINATE: i32 = 15;

/// Starts `preflight` in a folder, which is the one for temporary files, too.
fn start(folder: &Folder, args: &[&str]) -> Child {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("preflight"));
    command.current_dir(folder.path("")).env("TMPDIR", folder.path("")).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Asks it to end, and waits until it has.
fn terminate(child: Child) -> Output {
    let asked = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(asked.success());
    child.wait_with_output().unwrap()
}

/// Waits until something has happened.
#[track_caller]
fn wait_for(mut happened: impl FnMut() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !happened() {
        assert!(Instant::now() < patience, "it did not happen");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Temporary folders of ours.
fn left(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    entries.filter_map(|name| name.into_string().ok()).filter(|name| name.starts_with("preflight-")).collect()
}

#[test]
fn an_interrupted_fuzzer_tells_what_it_found() {
    let folder = Folder::with(&[]);
    let child = start(&folder, &["fuzz", "--seconds", "600", "--jobs", "1", "--tier", "interp", "--corpus", "found"]);
    wait_for(|| folder.path("found/state.json").is_file());
    let output = terminate(child);
    assert_eq!(output.status.code(), Some(128 + TERMINATE), "{output:?}");
    contains(&String::from_utf8(output.stdout).unwrap(), &["reached a trace that was compared", "in how many plans: "]);
    contains(&String::from_utf8(output.stderr).unwrap(), &["interrupted"]);
    assert_eq!(left(&folder), [""; 0]);
}

#[test]
fn workers_and_folders_go_with_a_run_that_is_interrupted() {
    let folder = Folder::with(&[]);
    // The program writes its process id, and stays: that of the shell is that of the `sleep` that it becomes.
    folder.write("stay.sh", b"echo $$ > pid.new && mv pid.new pid && exec sleep 600\n");
    let script = folder.path("stay.sh");
    let here = folder.path("");
    folder.write("run.sh", format!("cd {} && . {}\n", here.display(), script.display()).as_bytes());
    let template = format!("sh {} {{file}}", folder.path("run.sh").display());
    let child = start(&folder, &["run", "--filter", "p1/cmd-exit", "--cmd", &template]);
    wait_for(|| folder.path("pid").is_file());
    assert_ne!(left(&folder), [""; 0]);
    let output = terminate(child);
    assert_eq!(output.status.signal(), Some(TERMINATE), "{output:?}");
    let pid = fs::read_to_string(folder.path("pid")).unwrap();
    let is_alive = || Command::new("kill").args(["-0", pid.trim()]).stderr(Stdio::null()).status().unwrap().success();
    wait_for(|| !is_alive());
    assert_eq!(left(&folder), [""; 0]);
}
