//! Each function of preview 1 is called, in one program's life: a function that the table lacks fails the test.

use crate::guest::{BUFFER, Guest, OUT};
use preflight_engine::{
    Fault,
    wasi::{
        World,
        p1::{self, Errno, Errno::*},
        world::Input,
    },
};
use std::collections::BTreeSet;

/// Where names lie, each with its length.
const FILE: [i64; 2] = [4096, 4];
const NEW: [i64; 2] = [4104, 3];
const LINK: [i64; 2] = [4112, 4];
const DIR: [i64; 2] = [4120, 3];
/// An array of one `iovec` of two bytes.
const IOV: i64 = 4200;
/// A subscription to a clock.
const SUBSCRIPTION: i64 = 4208;
const ROOT: i64 = 3;
const ALL: i64 = 0x1fff_ffff;

/// Calls with the error that each returns, in an order in which each has something to do. The first file is opened as 4.
fn calls() -> Vec<(&'static str, Vec<i64>, Errno)> {
    let path = |name: [i64; 2]| vec![ROOT, name[0], name[1]];
    let two = |one: [i64; 2], other: [i64; 2]| vec![ROOT, one[0], one[1], ROOT, other[0], other[1]];
    let open = vec![ROOT, 1, FILE[0], FILE[1], 0, ALL, ALL, 0, OUT];
    vec![
        ("args_sizes_get", vec![OUT, OUT + 4], Success),
        ("args_get", vec![OUT, BUFFER], Success),
        ("environ_sizes_get", vec![OUT, OUT + 4], Success),
        ("environ_get", vec![OUT, BUFFER], Success),
        ("clock_res_get", vec![1, OUT], Success),
        ("clock_time_get", vec![0, 0, OUT], Success),
        ("random_get", vec![BUFFER, 8], Success),
        ("sched_yield", vec![], Success),
        ("fd_prestat_get", vec![ROOT, OUT], Success),
        ("fd_prestat_dir_name", vec![ROOT, BUFFER, 5], Success),
        ("path_open", open, Success),
        ("fd_fdstat_get", vec![4, OUT], Success),
        ("fd_filestat_get", vec![4, OUT], Success),
        ("fd_read", vec![4, IOV, 1, OUT], Success),
        ("fd_tell", vec![4, OUT], Success),
        ("fd_seek", vec![4, -1, 1, OUT], Success),
        ("fd_pread", vec![4, IOV, 1, 7, OUT], Success),
        ("fd_write", vec![4, IOV, 1, OUT], Success),
        ("fd_pwrite", vec![4, IOV, 1, 2, OUT], Success),
        ("fd_advise", vec![4, 0, 1, 0], Success),
        ("fd_allocate", vec![4, 0, 16], Success),
        ("fd_filestat_set_size", vec![4, 3], Success),
        ("fd_filestat_set_times", vec![4, 5, 6, 0b0101], Success),
        ("fd_sync", vec![4], Success),
        ("fd_datasync", vec![4], Success),
        ("fd_fdstat_set_flags", vec![4, 1], Success),
        ("fd_fdstat_set_rights", vec![0, 0, 0], Success),
        ("fd_renumber", vec![4, 9], Badf),
        ("path_create_directory", path(DIR), Success),
        ("fd_readdir", vec![ROOT, BUFFER, 100, 0, OUT], Success),
        ("path_filestat_get", vec![ROOT, 0, FILE[0], FILE[1], OUT], Success),
        ("path_filestat_set_times", vec![ROOT, 0, FILE[0], FILE[1], 5, 6, 0b0101], Success),
        ("path_link", vec![ROOT, 0, FILE[0], FILE[1], ROOT, NEW[0], NEW[1]], Success),
        ("path_symlink", vec![FILE[0], FILE[1], ROOT, LINK[0], LINK[1]], Success),
        ("path_readlink", vec![ROOT, LINK[0], LINK[1], BUFFER, 100, OUT], Success),
        ("path_rename", two(NEW, LINK), Success),
        ("path_unlink_file", path(LINK), Success),
        ("path_remove_directory", path(DIR), Success),
        ("poll_oneoff", vec![SUBSCRIPTION, BUFFER, 1, OUT], Success),
        ("sock_accept", vec![4, 0, OUT], Notsock),
        ("sock_recv", vec![4, IOV, 1, 0, OUT, OUT + 4], Notsock),
        ("sock_send", vec![4, IOV, 1, 0, OUT], Notsock),
        ("sock_shutdown", vec![4, 0], Notsock),
        ("fd_close", vec![4], Success),
    ]
}

#[test]
fn every_function_is_called() {
    let mut world = World { stdin: Input::bytes(*b"in"), ..World::new() };
    world.args = vec!["prog".into()];
    world.env = vec![("K".into(), "v".into())];
    world.preopen_virtual("/data").write("file", b"0123456789").unwrap();
    let mut guest = Guest::new(world);
    for (name, text) in [(FILE, "file"), (NEW, "new"), (LINK, "link"), (DIR, "dir")] {
        guest.put(name[0], text.as_bytes());
    }
    guest.put(IOV, &[(BUFFER as u32).to_le_bytes(), 2_u32.to_le_bytes()].concat());
    // The monotonic clock, in one microsecond.
    guest.put(SUBSCRIPTION + 16, &1_u32.to_le_bytes());
    guest.put(SUBSCRIPTION + 24, &1_000_u64.to_le_bytes());
    let mut called = BTreeSet::new();
    for (name, args, expected) in calls() {
        assert_eq!(guest.call(name, &args), expected, "{name} {args:?}");
        called.insert(name);
    }
    assert_eq!(guest.call("proc_raise", &[0]), Notsup, "no signal reaches a program");
    assert!(matches!(guest.try_call("proc_exit", &[7]), Err(Fault::Exit(7))));
    called.extend(["proc_raise", "proc_exit"]);
    let missing: Vec<&str> = p1::names(p1::Snapshot::Preview1).filter(|name| !called.contains(name)).collect();
    assert!(missing.is_empty(), "these functions are called by no row: {missing:?}");
}
