//! The first snapshot of preview 1, `wasi_unstable`: where it differs from the second.

use crate::guest::{BUFFER, Guest, OUT, READ};
use preflight_engine::{
    Linker, Store,
    wasi::{
        StartRules, World,
        p1::{self, Errno, Snapshot},
        world::{Input, VIRTUAL_EPOCH},
    },
};
use std::{cell::RefCell, rc::Rc};

/// Where events go.
const EVENTS: i64 = 40_960;

fn guest(snapshot: Snapshot) -> Guest {
    let mut world = World::new();
    world.stdin = Input::bytes(*b"hello");
    world.preopen_virtual("/data").write("file", b"0123456789").unwrap();
    Guest::of(snapshot, world)
}

#[test]
fn seeking_counts_from_the_position_the_end_and_the_start() {
    for (snapshot, [start, current, end]) in [(Snapshot::Unstable, [2, 0, 1]), (Snapshot::Preview1, [0, 1, 2])] {
        let mut guest = guest(snapshot);
        let file = guest.open("file", 0, READ).unwrap();
        for (whence, delta, position) in [(start, 3, 3), (current, 2, 5), (end, -1, 9)] {
            guest.ok("fd_seek", &[file, delta, whence, OUT]);
            assert_eq!(guest.u64(OUT), position, "{snapshot:?} whence {whence}");
        }
        assert_eq!(guest.read(file, 9).unwrap(), b"9");
        assert_eq!(guest.call("fd_seek", &[file, 0, 3, OUT]), Errno::Inval);
    }
}

#[test]
fn the_attributes_of_a_file_take_56_bytes() {
    let mut guest = guest(Snapshot::Unstable);
    let file = guest.open("file", 0, READ).unwrap();
    for by_path in [false, true] {
        guest.put(OUT, &[0xaa; 64]);
        match by_path {
            false => guest.ok("fd_filestat_get", &[file, OUT]),
            true => {
                let args = [Some(3), Some(0), None, Some(OUT)];
                assert_eq!(guest.with_path("path_filestat_get", "file", &args), Errno::Success);
            }
        }
        assert_eq!(guest.u32(OUT + 16), 4, "the kind, a regular file");
        assert_eq!(guest.u32(OUT + 20), 1, "the count of links");
        assert_eq!(guest.u64(OUT + 24), 10, "the size");
        assert_eq!(guest.u64(OUT + 40), VIRTUAL_EPOCH, "when it was written");
        assert_eq!(guest.get(OUT + 56, 8), [0xaa; 8], "nothing behind it");
    }
}

#[test]
fn a_subscription_to_a_clock_names_the_clock_twice() {
    let mut guest = guest(Snapshot::Unstable);
    let mut clock = [0; 56];
    clock[0..8].copy_from_slice(&7_u64.to_le_bytes());
    clock[16..24].copy_from_slice(&99_u64.to_le_bytes());
    clock[24..28].copy_from_slice(&1_u32.to_le_bytes());
    clock[32..40].copy_from_slice(&5_000_u64.to_le_bytes());
    let mut input = [0; 56];
    input[0..8].copy_from_slice(&8_u64.to_le_bytes());
    input[8] = 1;
    guest.put(BUFFER, &clock);
    guest.ok("poll_oneoff", &[BUFFER, EVENTS, 1, OUT]);
    assert_eq!((guest.u32(OUT), guest.u64(EVENTS), guest.u16(EVENTS + 8)), (1, 7, 0));
    assert_eq!(guest.world.borrow().clocks.monotonic(), 5_000, "it has waited for it");
    guest.put(BUFFER, &[clock, input].concat());
    guest.ok("poll_oneoff", &[BUFFER, EVENTS, 2, OUT]);
    assert_eq!(
        (guest.u32(OUT), guest.u64(EVENTS), guest.u64(EVENTS + 16)),
        (1, 8, 5),
        "what can be read is ready at once"
    );
    clock[48] = 2;
    guest.put(BUFFER, &clock);
    assert_eq!(guest.call("poll_oneoff", &[BUFFER, EVENTS, 1, OUT]), Errno::Inval, "an unknown flag");
}

#[test]
fn each_snapshot_is_there_under_its_own_name_and_accept_came_with_the_second() {
    let (mut store, mut linker) = (Store::new(&Default::default()), Linker::new());
    let world = Rc::new(RefCell::new(World::new()));
    p1::add_to_linker_with(&mut linker, &mut store, world, StartRules::default(), &Snapshot::ALL);
    for name in p1::names(Snapshot::Preview1) {
        assert!(linker.get("wasi_snapshot_preview1", name).is_some(), "{name}");
        assert_eq!(linker.get("wasi_unstable", name).is_some(), name != "sock_accept", "{name}");
    }
    assert!(p1::is_module("wasi_unstable") && !p1::is_module("wasi"));
}
