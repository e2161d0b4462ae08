//! Sources that may keep a reader waiting, and what is no regular file in the host's directories.

use crate::guest::{BUFFER, Guest, OUT, READ, WRITE};
use preflight_engine::{
    Fault,
    trace::Resource,
    wasi::{World, p1::Errno, world::Input},
};
use std::{io::Write, path::Path, process::Command, thread, time::Duration};

/// Two buffers of five bytes each, one behind the other.
const IOVS: i64 = 24_576;
/// `fdflags.nonblock`.
const NONBLOCK: i64 = 4;

/// `fd_read` into two buffers.
fn read_two(guest: &mut Guest, fd: i64) -> Vec<u8> {
    let words = [BUFFER as u32, 5, BUFFER as u32 + 5, 5];
    guest.put(IOVS, &words.map(u32::to_le_bytes).concat());
    guest.ok("fd_read", &[fd, IOVS, 2, OUT]);
    guest.get(BUFFER, guest.u32(OUT) as usize)
}

/// Interrupts a read that would wait for ever.
fn interrupt_read(guest: &mut Guest, fd: i64) {
    let handle = guest.store.interrupt_handle();
    let thread = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        handle.interrupt();
    });
    let iov = guest.iov(5);
    let end = guest.try_call("fd_read", &[fd, iov, 1, OUT]);
    assert!(matches!(end, Err(Fault::Exhausted(Resource::Interrupt))), "{end:?}");
    thread.join().unwrap();
}

#[test]
fn a_read_gives_what_a_pipe_has_and_waits_for_no_more() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut world = World::new();
    world.stdin = Input::live(reader);
    let mut guest = Guest::new(world);
    writer.write_all(b"hello").unwrap();
    assert_eq!(read_two(&mut guest, 0), b"hello");
    writer.write_all(b"seven b").unwrap();
    assert_eq!(read_two(&mut guest, 0), b"seven b", "over both buffers");
    interrupt_read(&mut guest, 0);
    // What is asked for meanwhile has not been forgotten, and nothing is lost.
    writer.write_all(b"after").unwrap();
    assert_eq!(guest.read(0, 2).unwrap(), b"af");
    assert_eq!(guest.read(0, 5).unwrap(), b"ter");
    drop(writer);
    assert_eq!(read_two(&mut guest, 0), b"", "the end");
}

#[test]
fn input_in_memory_fills_all_buffers() {
    let mut world = World::new();
    world.stdin = Input::bytes(*b"hello world!");
    let mut guest = Guest::new(world);
    assert_eq!(read_two(&mut guest, 0), b"hello worl");
    assert_eq!(read_two(&mut guest, 0), b"d!");
}

#[test]
fn a_live_input_that_may_not_wait_says_again() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut world = World::new();
    world.stdin = Input::live(reader);
    let mut guest = Guest::new(world);
    guest.ok("fd_fdstat_set_flags", &[0, NONBLOCK]);
    assert_eq!(guest.read(0, 5), Err(Errno::Again));
    writer.write_all(b"hello").unwrap();
    guest.ok("fd_fdstat_set_flags", &[0, 0]);
    assert_eq!(guest.read(0, 5).unwrap(), b"hello");
    drop(writer);
    guest.ok("fd_fdstat_set_flags", &[0, NONBLOCK]);
    while guest.read(0, 5) == Err(Errno::Again) {}
    assert_eq!(guest.read(0, 5).unwrap(), b"", "the end");
}

fn guest_in(path: &Path) -> Guest {
    let mut world = World::new();
    world.preopen_host(path, "/").unwrap();
    Guest::new(world)
}

#[cfg(unix)]
#[test]
fn nobody_waits_for_the_other_end_of_a_pipe_with_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut guest = guest_in(folder.path());
    let fd = guest.open("fifo", 0, READ).expect("opened though nobody writes");
    assert_eq!(read_two(&mut guest, fd), b"", "nobody writes");
    // Both ends: this does not wait either.
    let mut writer = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    writer.write_all(b"hello").unwrap();
    assert_eq!(read_two(&mut guest, fd), b"hello");
    interrupt_read(&mut guest, fd);
    let polite = guest.open_with(3, 0, "fifo", 0, READ, NONBLOCK).unwrap();
    assert_eq!(guest.read(polite, 5), Err(Errno::Again));
    guest.ok("fd_filestat_get", &[fd, OUT]);
    assert_eq!(guest.get(OUT + 16, 1), [0], "preview 1 does not know pipes");
    for (name, args) in [
        ("fd_seek", vec![fd, 0, 0, OUT]),
        ("fd_seek", vec![fd, 5, 2, OUT]),
        ("fd_tell", vec![fd, OUT]),
        ("fd_advise", vec![fd, 0, 0, 0]),
    ] {
        assert_eq!(guest.call(name, &args), Errno::Spipe, "{name}");
    }
    let into = guest.open("fifo", 0, WRITE).unwrap();
    assert_eq!(guest.write(into, b"mine"), Errno::Success);
    assert_eq!(read_two(&mut guest, fd), b"mine");
}

/// A pipe keeps 64 KiB.
#[cfg(target_os = "linux")]
#[test]
fn a_write_to_a_full_pipe_waits_unless_it_may_not() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mut reader = std::fs::OpenOptions::new().read(true).write(true).open(&path).unwrap();
    let mut guest = guest_in(folder.path());
    let polite = guest.open_with(3, 0, "fifo", 0, WRITE, NONBLOCK).unwrap();
    let iov = guest.iov(30_000);
    for taken in [30_000, 30_000] {
        guest.ok("fd_write", &[polite, iov, 1, OUT]);
        assert_eq!(guest.u32(OUT), taken);
    }
    guest.ok("fd_write", &[polite, iov, 1, OUT]);
    let part = guest.u32(OUT);
    assert!(part < 30_000, "it takes {part} more");
    assert_eq!(guest.call("fd_write", &[polite, iov, 1, OUT]), Errno::Again);
    let read = thread::spawn(move || {
        thread::sleep(Duration::from_millis(50));
        let mut bytes = vec![7; 60_000 + part as usize + 30_000];
        std::io::Read::read_exact(&mut reader, &mut bytes).unwrap();
        bytes
    });
    let patient = guest.open("fifo", 0, WRITE).unwrap();
    guest.put(BUFFER + 29_999, b"!");
    guest.ok("fd_write", &[patient, iov, 1, OUT]);
    assert_eq!(guest.u32(OUT), 30_000);
    let bytes = read.join().unwrap();
    assert_eq!(bytes.iter().position(|byte| *byte == b'!'), Some(bytes.len() - 1), "nothing is lost");
}

#[cfg(unix)]
#[test]
fn a_device_is_one_by_its_descriptor_too() {
    let mut guest = guest_in(Path::new("/dev"));
    let fd = guest.open("null", 0, READ).unwrap();
    guest.ok("fd_fdstat_get", &[fd, OUT]);
    assert_eq!(guest.get(OUT, 1), [2], "fdstat: a character device");
    guest.ok("fd_filestat_get", &[fd, OUT]);
    assert_eq!(guest.get(OUT + 16, 1), [2], "filestat: a character device");
}

#[cfg(target_os = "linux")]
#[test]
fn errors_of_the_system_keep_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    assert_eq!(guest_in(folder.path()).open("socket", 0, READ), Err(Errno::Nxio));
    // The program that runs here.
    let program = std::env::current_exe().unwrap();
    let name = program.file_name().and_then(std::ffi::OsStr::to_str).unwrap();
    assert_eq!(guest_in(program.parent().unwrap()).open(name, 0, WRITE), Err(Errno::Txtbsy));
}

#[cfg(unix)]
#[test]
fn attributes_change_at_a_time_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let mut guest = guest_in(folder.path());
    let fd = guest.open("f", 1, WRITE).unwrap();
    // `mtim` is set.
    guest.ok("fd_filestat_set_times", &[fd, 0, 5_000_000_000, 4]);
    guest.ok("fd_filestat_get", &[fd, OUT]);
    assert_eq!(guest.u64(OUT + 48), 5_000_000_000);
    assert!(guest.u64(OUT + 56) > 1_000_000_000_000_000_000, "ctim: the call just made");
}

#[test]
fn exclusive_means_that_nothing_may_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut memory = World::new();
    memory.preopen_virtual("/");
    for mut guest in [Guest::new(memory), guest_in(folder.path())] {
        guest.open("f", 1, WRITE).unwrap();
        assert_eq!(guest.open("f", 4, READ), Err(Errno::Exist), "without creat");
        assert_eq!(guest.open("f", 5, READ), Err(Errno::Exist));
        assert_eq!(guest.open("g", 4, READ), Err(Errno::Noent), "nothing is made unasked");
    }
}

#[test]
fn a_slash_at_the_end_of_a_new_name_asks_for_a_directory() {
    let folder = tempfile::tempdir().unwrap();
    let mut memory = World::new();
    memory.preopen_virtual("/");
    let two = [Some(3), None, Some(3), None];
    for mut guest in [Guest::new(memory), guest_in(folder.path())] {
        for name in ["d", "empty"] {
            assert_eq!(guest.with_path("path_create_directory", name, &[Some(3), None]), Errno::Success);
        }
        guest.open("f", 1, WRITE).unwrap();
        assert_eq!(guest.with_paths("path_symlink", ["empty", "ld"], &[None, Some(3), None]), Errno::Success);
        for (old, new) in [
            ("f", "nope/"),
            ("f", "f/"),
            ("f", "ld/"),
            ("f", "d/"),
            ("f/", "g"),
            ("d", "ld/"),
            ("d", "f/"),
            ("ld/", "x"),
            ("ld", "x/"),
        ] {
            assert_eq!(guest.with_paths("path_rename", [old, new], &two), Errno::Notdir, "{old} {new}");
        }
        assert_eq!(guest.with_paths("path_rename", ["none", "x/"], &two), Errno::Noent);
        for (old, new) in [("d/", "e/"), ("e", "empty/"), ("empty/", "d")] {
            assert_eq!(guest.with_paths("path_rename", [old, new], &two), Errno::Success, "{old} {new}");
        }
        assert_eq!(guest.stat("f").unwrap().0, 4);
    }
}
