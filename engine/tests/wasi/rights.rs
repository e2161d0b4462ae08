//! Rights are what `fd_fdstat_set_rights` takes away: each function then misses its own, and no other.

use crate::guest::{Guest, OUT, READ, WRITE};
use preflight_engine::wasi::{
    World,
    p1::{Errno, Snapshot},
    world::{Grants, Input},
};

const ROOT: i64 = 3;
/// The descriptor of the open file.
const FILE: i64 = 4;
/// Where the names `file`, `new` and `link` lie, each with its length.
const NAME: [i64; 2] = [4096, 4];
const NEW: [i64; 2] = [4104, 3];
const LINK: [i64; 2] = [4112, 4];
/// An array of one `iovec`.
const IOV: i64 = 4200;
/// Where the buffer of it lies.
const BYTES: i64 = 32768;
/// A subscription to what can be read from the file, and where its event goes.
const SUBSCRIPTION: i64 = 4208;
const EVENTS: i64 = 40_960;

const CREAT: i64 = 1;
const TRUNC: i64 = 8;

/// A directory with a file in it that is open as [`FILE`], and a link.
fn guest(snapshot: Snapshot) -> Guest {
    let mut world = World { stdin: Input::bytes(*b"in"), ..World::new() };
    world.preopen_virtual("/data").write("file", b"0123456789").unwrap();
    let mut guest = Guest::of(snapshot, world);
    assert_eq!(guest.open("file", 0, READ | WRITE), Ok(FILE));
    guest.put(NAME[0], b"file");
    guest.put(NEW[0], b"new");
    guest.put(LINK[0], b"link");
    guest.put(IOV, &[(BYTES as u32).to_le_bytes(), 2_u32.to_le_bytes()].concat());
    guest.put(SUBSCRIPTION + 8, &[1]);
    guest.put(SUBSCRIPTION + 16, &(FILE as u32).to_le_bytes());
    guest
}

/// The rights of a descriptor, and those that it passes on.
fn rights(guest: &mut Guest, fd: i64) -> (i64, i64) {
    guest.ok("fd_fdstat_get", &[fd, OUT]);
    (guest.u64(OUT + 8) as i64, guest.u64(OUT + 16) as i64)
}

fn set_rights(guest: &mut Guest, fd: i64, (base, inheriting): (i64, i64)) -> Errno {
    guest.call("fd_fdstat_set_rights", &[fd, base, inheriting])
}

fn open(oflags: i64, fdflags: i64) -> Vec<i64> {
    vec![ROOT, 1, NAME[0], NAME[1], oflags, READ, READ, fdflags, OUT]
}

/// A call that goes well, the descriptor whose rights count, and the bits of those that it needs.
fn calls() -> Vec<(&'static str, Vec<i64>, i64, Vec<u32>)> {
    let path = |name: [i64; 2]| vec![ROOT, name[0], name[1]];
    let link = vec![ROOT, 0, NAME[0], NAME[1], ROOT, NEW[0], NEW[1]];
    let rename = vec![ROOT, NAME[0], NAME[1], ROOT, NEW[0], NEW[1]];
    vec![
        ("fd_datasync", vec![FILE], FILE, vec![0]),
        ("fd_read", vec![FILE, IOV, 1, OUT], FILE, vec![1]),
        ("fd_pread", vec![FILE, IOV, 1, 0, OUT], FILE, vec![1, 2]),
        ("fd_seek", vec![FILE, 1, 0, OUT], FILE, vec![2]),
        ("fd_fdstat_set_flags", vec![FILE, 1], FILE, vec![3]),
        ("fd_sync", vec![FILE], FILE, vec![4]),
        ("fd_write", vec![FILE, IOV, 1, OUT], FILE, vec![6]),
        ("fd_pwrite", vec![FILE, IOV, 1, 0, OUT], FILE, vec![2, 6]),
        ("fd_advise", vec![FILE, 0, 1, 0], FILE, vec![7]),
        ("fd_allocate", vec![FILE, 0, 16], FILE, vec![8]),
        ("path_create_directory", path(NEW), ROOT, vec![9]),
        ("path_open", open(CREAT, 0), ROOT, vec![10, 13]),
        ("path_link", link, ROOT, vec![11, 12]),
        ("path_open", open(0, 0), ROOT, vec![13]),
        ("path_open", open(0, 8), ROOT, vec![4, 13]),
        ("fd_readdir", vec![ROOT, BYTES, 100, 0, OUT], ROOT, vec![14]),
        ("path_readlink", vec![ROOT, LINK[0], LINK[1], BYTES, 100, OUT], ROOT, vec![15]),
        ("path_rename", rename, ROOT, vec![16, 17]),
        ("path_filestat_get", vec![ROOT, 0, NAME[0], NAME[1], OUT], ROOT, vec![18]),
        ("path_filestat_set_times", vec![ROOT, 0, NAME[0], NAME[1], 5, 6, 0b0101], ROOT, vec![20]),
        ("fd_filestat_get", vec![FILE, OUT], FILE, vec![21]),
        ("fd_filestat_set_size", vec![FILE, 3], FILE, vec![22]),
        ("fd_filestat_set_times", vec![FILE, 5, 6, 0b0101], FILE, vec![23]),
        ("path_symlink", vec![NAME[0], NAME[1], ROOT, NEW[0], NEW[1]], ROOT, vec![24]),
        ("path_remove_directory", path(NEW), ROOT, vec![25]),
        ("path_unlink_file", path(NAME), ROOT, vec![26]),
    ]
}

/// What has to be there for the call to go well.
fn prepare(guest: &mut Guest, name: &str) {
    match name {
        "path_readlink" => guest.ok("path_symlink", &[NAME[0], NAME[1], ROOT, LINK[0], LINK[1]]),
        "path_remove_directory" => guest.ok("path_create_directory", &[ROOT, NEW[0], NEW[1]]),
        _ => {}
    }
}

#[test]
fn every_function_needs_its_rights_and_no_other() {
    for (name, args, fd, needed) in calls() {
        for taken in 0..30_u32 {
            let mut guest = guest(Snapshot::Preview1);
            prepare(&mut guest, name);
            let (base, inheriting) = rights(&mut guest, fd);
            assert_eq!(set_rights(&mut guest, fd, (base & !(1 << taken), inheriting)), Errno::Success);
            let end = guest.call(name, &args);
            let expected = if needed.contains(&taken) { Errno::Notcapable } else { Errno::Success };
            assert_eq!(end, expected, "{name} {args:?} without right {taken}");
        }
    }
}

#[test]
fn rights_can_be_taken_away_and_not_given() {
    for snapshot in Snapshot::ALL {
        let mut guest = guest(snapshot);
        let all = rights(&mut guest, FILE);
        assert_eq!(set_rights(&mut guest, FILE, all), Errno::Success, "all that it has");
        assert_eq!(set_rights(&mut guest, FILE, (all.0 & !WRITE, all.1)), Errno::Success);
        assert_eq!(rights(&mut guest, FILE), (all.0 & !WRITE, all.1));
        assert_eq!(set_rights(&mut guest, FILE, all), Errno::Notcapable, "what it had");
        assert_eq!(set_rights(&mut guest, FILE, (0, 1 << 40)), Errno::Notcapable, "a right that does not exist");
        assert_eq!(rights(&mut guest, FILE), (all.0 & !WRITE, all.1), "a call that fails changes nothing");
        assert_eq!(guest.write(FILE, b"x"), Errno::Notcapable);
        assert_eq!(set_rights(&mut guest, FILE, (0, 0)), Errno::Success);
        assert_eq!(rights(&mut guest, FILE), (0, 0));
        guest.ok("fd_close", &[FILE]);
        assert_eq!(set_rights(&mut guest, 99, (0, 0)), Errno::Badf);
    }
}

/// typenames.witx: the rights that `fd_fdstat_get` tells are those that there are, and what is taken away is gone.
#[test]
fn the_standard_streams_have_the_rights_that_they_tell() {
    for snapshot in Snapshot::ALL {
        for fd in 0..3 {
            let calls = |guest: &mut Guest| {
                [
                    guest.call("fd_fdstat_set_flags", &[fd, 0]),
                    guest.call("fd_filestat_get", &[fd, OUT]),
                    if fd == 0 { guest.read(0, 1).err().unwrap_or(Errno::Success) } else { guest.write(fd, b"x") },
                ]
            };
            let mut guest = guest(snapshot);
            let way = if fd == 0 { READ } else { WRITE };
            assert_eq!(rights(&mut guest, fd), (1 << 3 | 1 << 21 | 1 << 27 | way, 0));
            assert_eq!(calls(&mut guest), [Errno::Success; 3]);
            assert_eq!(guest.call("fd_sync", &[fd]), Errno::Inval);
            assert_eq!(set_rights(&mut guest, fd, (0, 0)), Errno::Success);
            assert_eq!(rights(&mut guest, fd), (0, 0));
            assert_eq!(calls(&mut guest), [Errno::Notcapable; 3]);
            assert_eq!(guest.call("fd_sync", &[fd]), Errno::Notcapable, "nothing but what was named is left");
        }
    }
}

#[test]
fn what_is_opened_has_no_rights_that_its_directory_does_not_pass_on() {
    let mut guest = guest(Snapshot::Preview1);
    let (base, inheriting) = rights(&mut guest, ROOT);
    assert_eq!(set_rights(&mut guest, ROOT, (base, inheriting & !WRITE)), Errno::Success);
    assert_eq!(guest.open("file", 0, READ | WRITE), Err(Errno::Notcapable));
    let file = guest.open("file", 0, READ).unwrap();
    assert_eq!(rights(&mut guest, file).0 & (READ | WRITE), READ);
    guest.ok("fd_filestat_set_times", &[file, 5, 6, 0b0101]);
    let directory = guest.open(".", 2, READ).unwrap();
    assert_eq!(guest.open_with(directory, 1, "file", 0, WRITE, 0), Err(Errno::Notcapable));
}

#[test]
fn truncating_needs_the_right_to_change_sizes() {
    let mut guest = guest(Snapshot::Preview1);
    let (base, inheriting) = rights(&mut guest, ROOT);
    assert_eq!(guest.open("file", TRUNC, READ | WRITE), Ok(5), "which every directory has");
    assert_eq!(set_rights(&mut guest, ROOT, (base & !(1 << 19), inheriting)), Errno::Success);
    assert_eq!(guest.open("file", TRUNC, READ | WRITE), Err(Errno::Notcapable));
}

#[test]
fn either_right_to_sync_opens_with_dsync() {
    for (taken, expected) in [(1, Errno::Success), (1 << 4, Errno::Success), (1 | 1 << 4, Errno::Notcapable)] {
        let mut guest = guest(Snapshot::Preview1);
        let (base, inheriting) = rights(&mut guest, ROOT);
        assert_eq!(set_rights(&mut guest, ROOT, (base & !taken, inheriting)), Errno::Success);
        assert_eq!(guest.call("path_open", &open(0, 2)), expected, "without {taken}");
    }
}

#[test]
fn the_right_to_move_the_position_includes_to_know_it() {
    const SEEK: i64 = 1 << 2;
    const TELL: i64 = 1 << 5;
    for (kept, tell, seek) in [
        (SEEK, Errno::Success, Errno::Success),
        (TELL, Errno::Success, Errno::Notcapable),
        (0, Errno::Notcapable, Errno::Notcapable),
    ] {
        let mut guest = guest(Snapshot::Preview1);
        assert_eq!(set_rights(&mut guest, FILE, (kept, 0)), Errno::Success);
        assert_eq!(guest.call("fd_tell", &[FILE, OUT]), tell, "with {kept}");
        assert_eq!(guest.call("fd_seek", &[FILE, 0, 1, OUT]), tell, "with {kept}: from here, by nothing");
        assert_eq!(guest.call("fd_seek", &[FILE, 1, 1, OUT]), seek, "with {kept}");
    }
}

#[test]
fn a_subscription_needs_the_right_to_it_and_to_what_it_waits_for() {
    for (kind, right) in [(1, READ), (2, WRITE)] {
        for (taken, error) in [(0, 0), (right, Errno::Notcapable as u16), (1 << 27, Errno::Notcapable as u16)] {
            let mut guest = guest(Snapshot::Preview1);
            let (base, inheriting) = rights(&mut guest, FILE);
            assert_eq!(set_rights(&mut guest, FILE, (base & !taken, inheriting)), Errno::Success);
            guest.put(SUBSCRIPTION + 8, &[kind]);
            guest.ok("poll_oneoff", &[SUBSCRIPTION, EVENTS, 1, OUT]);
            assert_eq!(guest.u16(EVENTS + 8), error, "kind {kind} without {taken}");
        }
    }
}

#[test]
fn what_is_opened_has_the_rights_asked_for_if_the_world_says_so() {
    for (grants, expected) in [(Grants::Unasked, Errno::Success), (Grants::Asked, Errno::Notcapable)] {
        let mut world = World { grants, ..World::new() };
        world.preopen_virtual("/data").write("dir/file", b"0123456789").unwrap();
        let mut guest = Guest::of(Snapshot::Preview1, world);
        let asked = READ | 1 << 2;
        assert_eq!(guest.open("dir/file", 0, asked), Ok(FILE));
        assert_eq!(rights(&mut guest, FILE).0 == asked, grants == Grants::Asked);
        guest.ok("fd_seek", &[FILE, 1, 0, OUT]);
        assert_eq!(guest.call("fd_filestat_get", &[FILE, OUT]), expected, "not asked for");
        // A directory passes on what was asked for that, and no more.
        let (open, asked) = (1 << 13, 1 << 13 | READ);
        assert_eq!(guest.open("dir", 2, open | READ), Ok(FILE + 1));
        guest.ok("fd_close", &[FILE]);
        assert_eq!(guest.open_with(FILE + 1, 1, "file", 0, asked, 0), Ok(FILE));
        assert_eq!(guest.call("fd_filestat_get", &[FILE, OUT]), expected);
    }
}
