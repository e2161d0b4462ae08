//! `wasi:filesystem` on both backends: in memory and in a directory of the host.

use crate::table::Table;
use preflight_engine::wasi::{World, world::Grants};
use std::path::Path;

/// The first line gives the directory `$d`.
const OPEN: &str = "
    # filesystem/preopens
    d = get-directories
    # filesystem/types
";

/// Makes the calls in a directory with the file `f` ("0123456789"), the directory `sub` and the link `link` to `f`.
#[track_caller]
fn on_both(calls: &str) {
    let mut memory = World::new();
    memory.preopen_virtual("/").write("f", b"0123456789").expect("a file");
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("f"), "0123456789").expect("a file");
    for world in [memory, of(folder.path())] {
        let mut table = Table::new(world);
        table.lines(OPEN);
        table.lines(
            r#"descriptor.create-directory-at $d | "sub" => ok
               descriptor.symlink-at $d | "f" | "link" => ok"#,
        );
        table.lines(calls);
    }
}

fn of(path: &Path) -> World {
    let mut world = World::new();
    world.preopen_host(path, "/").expect("a directory");
    world
}

/// As wasi-libc opens for writing: with the flag for whatever may be a directory.
#[test]
fn a_file_is_opened_whether_or_not_a_directory_could_be_changed() {
    on_both(
        r#"f = descriptor.open-at $d | {} | "f" | {} | {read, write, mutate-directory}
           descriptor.get-flags $f => ok({read, write})
           descriptor.write $f | [97] | 0 => ok(1)
           f = descriptor.open-at $d | {} | "f" | {truncate} | {write, mutate-directory}
           n = descriptor.open-at $d | {} | "new" | {create} | {write, mutate-directory}
           descriptor.get-flags $n => ok({write})
           descriptor.get-type $n => ok(regular-file)
           descriptor.open-at $d | {} | "sub" | {} | {write, mutate-directory} => err(is-directory)
           s = descriptor.open-at $d | {} | "sub" | {} | {read, mutate-directory}
           descriptor.get-flags $s => ok({read, mutate-directory})
           descriptor.open-at $d | {} | "f" | {directory} | {read, mutate-directory} => err(not-directory)"#,
    );
}

#[test]
fn an_open_that_fails_makes_nothing() {
    on_both(
        r#"descriptor.open-at $d | {} | "new" | {create, directory} | {read} => err(invalid)
           descriptor.stat-at $d | {} | "new" => err(no-entry)
           descriptor.open-at $d | {} | "sub" | {create} | {read} => err(is-directory)
           descriptor.open-at $d | {} | "sub/" | {create} | {read} => err(is-directory)
           descriptor.open-at $d | {} | "sub" | {create, exclusive} | {read} => err(exist)"#,
    );
}

#[test]
fn times_do_not_ask_how_the_file_was_opened() {
    let calls = r#"
        f = descriptor.open-at $d | {} | "f" | {} | {read}
        descriptor.set-times $f | timestamp({seconds: 1, nanoseconds: 0}) | timestamp({seconds: 2, nanoseconds: 0}) => ok
        descriptor.stat $f => ok({type: regular-file, link-count: 1, size: 10, data-access-timestamp: some({seconds: 1,…"#;
    on_both(calls);
}

#[test]
fn a_directory_that_may_only_be_read_gives_no_handle_to_change_times() {
    let mut world = World { grants: Grants::Asked, ..World::new() };
    world.preopen_virtual("/").write("sub/f", b"").expect("a file");
    let mut table = Table::new(world);
    table.lines(OPEN);
    table.lines(
        r#"s = descriptor.open-at $d | {} | "sub" | {directory} | {read}
           f = descriptor.open-at $s | {} | "f" | {} | {read}
           descriptor.set-times $f | now | now => err(read-only)
           f = descriptor.open-at $d | {} | "sub/f" | {} | {read}
           descriptor.set-times $f | now | now => ok"#,
    );
}

#[test]
fn the_end_of_a_file_is_told_with_its_last_byte() {
    on_both(
        r#"f = descriptor.open-at $d | {} | "f" | {truncate} | {read, write}
           descriptor.read $f | 0 | 0 => ok(([], true))
           descriptor.read $f | 1 | 0 => ok(([], true))
           descriptor.write $f | [97, 98] | 0 => ok(2)
           descriptor.read $f | 1 | 0 => ok(([97], false))
           descriptor.read $f | 0 | 1 => ok(([], false))
           descriptor.read $f | 1 | 1 => ok(([98], true))
           descriptor.read $f | 0 | 2 => ok(([], true))
           descriptor.read $f | 9 | 9223372036854775807 => ok(([], true))"#,
    );
}

#[cfg(target_os = "linux")]
#[test]
fn what_has_no_size_ends_where_nothing_is_read() {
    let mut table = Table::new(of(Path::new("/dev")));
    table.lines(OPEN);
    table.lines(
        r#"f = descriptor.open-at $d | {} | "zero" | {} | {read}
           descriptor.read $f | 2 | 0 => ok(([0, 0], false))
           f = descriptor.open-at $d | {} | "null" | {} | {read}
           descriptor.read $f | 2 | 0 => ok(([], true))"#,
    );
    let mut table = Table::new(of(Path::new("/proc/self")));
    table.lines(OPEN);
    table.lines(
        r#"f = descriptor.open-at $d | {} | "status" | {} | {read}
           descriptor.read $f | 5 | 0 => ok(([78, 97, 109, 101, 58], false))"#,
    );
}

#[test]
fn a_link_is_made_to_what_the_path_means() {
    on_both(
        r#"descriptor.link-at $d | {symlink-follow} | "f" | $d | "a" => ok
           descriptor.link-at $d | {symlink-follow} | "link" | $d | "b" => ok
           descriptor.stat-at $d | {} | "b" => ok({type: regular-file, link-count: 3…
           descriptor.link-at $d | {} | "link" | $d | "c" => ok
           descriptor.readlink-at $d | "c" => ok("f")
           descriptor.symlink-at $d | "none" | "dangling" => ok
           descriptor.link-at $d | {symlink-follow} | "dangling" | $d | "e" => err(no-entry)
           descriptor.symlink-at $d | "sub" | "to-sub" => ok
           descriptor.link-at $d | {symlink-follow} | "to-sub" | $d | "e" => err(not-permitted)
           descriptor.symlink-at $d | "../up" | "up" => ok
           descriptor.link-at $d | {symlink-follow} | "up" | $d | "e" => err(not-permitted)
           descriptor.link-at $d | {symlink-follow} | "link" | $d | "a" => err(exist)"#,
    );
}

#[test]
fn what_is_too_large_or_too_long_is_so_on_both() {
    let long = |len: usize| "x".repeat(len);
    on_both(&format!(
        r#"f = descriptor.open-at $d | {{}} | "f" | {{}} | {{read, write}}
           descriptor.set-size $f | 9223372036854775808 => err(file-too-large)
           descriptor.write $f | [97] | 9223372036854775807 => err(file-too-large)
           descriptor.write $f | [] | 9223372036854775807 => ok(0)
           descriptor.symlink-at $d | "{}" | "long" => err(name-too-long)
           descriptor.symlink-at $d | "{}" | "long" => ok"#,
        long(4096),
        long(4095)
    ));
}

#[test]
fn a_permit_is_for_one_write() {
    on_both(
        r#"f = descriptor.open-at $d | {} | "f" | {} | {read, write}
           w = descriptor.write-via-stream $f | 0
           # io/streams
           output-stream.check-write $w => ok(65536)
           output-stream.write $w | [97] => ok
           output-stream.write $w | [98] => trap
           output-stream.check-write $w => ok(65536)
           output-stream.write-zeroes $w | 1 => ok
           output-stream.write-zeroes $w | 1 => trap
           output-stream.write $w | [] => ok"#,
    );
}

/// What the system says has names in the interface.
#[cfg(target_os = "linux")]
#[test]
fn errors_of_the_system_keep_their_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).expect("a socket");
    let mut table = Table::new(of(folder.path()));
    table.lines(OPEN);
    table.lines(r#"descriptor.open-at $d | {} | "socket" | {} | {read} => err(no-such-device)"#);
    // The program that runs here.
    let program = std::env::current_exe().expect("its path");
    let name = program.file_name().and_then(std::ffi::OsStr::to_str).expect("its name");
    let mut table = Table::new(of(program.parent().expect("its folder")));
    table.lines(OPEN);
    table.lines(&format!(r#"descriptor.open-at $d | {{}} | "{name}" | {{}} | {{write}} => err(text-file-busy)"#));
}
