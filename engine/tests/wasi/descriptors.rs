//! Arguments, clocks, randomness, the standard streams, and everything that is done with an open descriptor.

use crate::guest::{BUFFER, Guest, OUT, READ, WRITE};
use preflight_engine::{
    Fault,
    wasi::{
        World,
        p1::Errno,
        world::{Clocks, Input, Random, VIRTUAL_EPOCH},
    },
};

fn guest() -> Guest {
    let mut world = World::new();
    world.args = vec!["prog".into(), "one".into()];
    world.env = vec![("K".into(), "value".into())];
    world.stdin = Input::bytes(*b"hello");
    let root = world.preopen_virtual("/data");
    root.write("file", b"0123456789").unwrap();
    Guest::new(world)
}

#[test]
fn arguments_and_environment() {
    let mut guest = guest();
    guest.ok("args_sizes_get", &[OUT, OUT + 4]);
    assert_eq!((guest.u32(OUT), guest.u32(OUT + 4)), (2, 9));
    guest.ok("args_get", &[OUT, BUFFER]);
    assert_eq!(guest.get(BUFFER, 9), b"prog\0one\0");
    assert_eq!((guest.u32(OUT), guest.u32(OUT + 4)), (BUFFER as u32, BUFFER as u32 + 5));
    guest.ok("environ_sizes_get", &[OUT, OUT + 4]);
    assert_eq!((guest.u32(OUT), guest.u32(OUT + 4)), (1, 8));
    guest.ok("environ_get", &[OUT, BUFFER]);
    assert_eq!(guest.get(i64::from(guest.u32(OUT)), 8), b"K=value\0");
}

#[test]
fn bad_pointers_trap_before_anything_has_happened() {
    let mut guest = guest();
    guest.traps("args_sizes_get", &[65_536, OUT]);
    guest.traps("args_sizes_get", &[OUT + 1, OUT]);
    guest.traps("args_get", &[OUT, 65_530]);
    guest.traps("clock_time_get", &[0, 0, -4]);
    guest.traps("random_get", &[0, 65_537]);
    guest.traps("path_unlink_file", &[3, 0, -1]);
    guest.traps("fd_filestat_get", &[3, OUT + 4]);
    let file = guest.open("file", 0, READ).unwrap();
    guest.traps("fd_seek", &[file, 3, 0, 65_536]);
    assert_eq!(guest.read(file, 2).unwrap(), b"01", "the position is what it was");
    guest.put(OUT, &[7; 4]);
    guest.traps("environ_sizes_get", &[OUT, OUT + 5]);
    assert_eq!(guest.get(OUT, 4), [7; 4], "nothing was written");
    let iov = guest.iov(70_000);
    guest.traps("fd_write", &[1, iov, 1, OUT]);
    assert!(guest.world.borrow().stdout.captured().is_empty());
    let iov = guest.iov(3);
    guest.traps("fd_read", &[0, iov, 1, OUT + 2]);
    assert_eq!(guest.read(0, 9).unwrap(), b"hello", "nothing was read by the call that trapped");
}

#[test]
fn misaligned_pointers_trap_whatever_else_is_wrong() {
    let mut guest = guest();
    let no_fd = 77;
    guest.traps("clock_time_get", &[99, 0, OUT + 4]);
    guest.traps("fd_write", &[no_fd, OUT + 1, 0, OUT]);
    guest.traps("fd_write", &[no_fd, OUT, 0, OUT + 2]);
    guest.traps("fd_prestat_get", &[no_fd, OUT + 1]);
    guest.traps("fd_fdstat_get", &[no_fd, OUT + 4]);
    guest.traps("fd_readdir", &[no_fd, OUT, 0, 0, OUT + 1]);
    guest.traps("path_open", &[no_fd, 0, OUT, 0, 0, 0, 0, 0, OUT + 3]);
    guest.traps("path_filestat_get", &[no_fd, 0, OUT, 0, OUT + 4]);
    guest.traps("poll_oneoff", &[OUT + 4, OUT, 0, OUT]);
    guest.traps("poll_oneoff", &[OUT, OUT, 0, OUT + 2]);
    guest.traps("sock_recv", &[no_fd, OUT, 0, 0, OUT, OUT + 1]);
    assert_eq!(guest.call("sock_recv", &[no_fd, OUT, 0, 0, OUT, OUT + 2]), Errno::Badf);
}

/// witx-docs.md, Pointers: it traps if the function needs to dereference it.
#[test]
fn a_result_that_there_is_not_needs_no_pointer() {
    let mut guest = guest();
    let (beyond, no_fd) = (65_536, 77);
    let file = guest.open("file", 0, READ).unwrap();
    let path = |fd| [fd, beyond, 4];
    for (name, args, errno) in [
        ("fd_seek", vec![no_fd, 0, 0, beyond], Errno::Badf),
        ("fd_seek", vec![1, 0, 0, beyond], Errno::Spipe),
        ("fd_seek", vec![3, 0, 0, beyond], Errno::Badf),
        ("fd_seek", vec![file, -1, 0, beyond], Errno::Inval),
        ("fd_tell", vec![no_fd, beyond], Errno::Badf),
        ("fd_readdir", vec![no_fd, beyond, 8, 0, beyond], Errno::Badf),
        ("fd_readdir", vec![file, beyond, 8, 0, beyond], Errno::Notdir),
        ("path_unlink_file", path(no_fd).to_vec(), Errno::Badf),
        ("path_unlink_file", path(file).to_vec(), Errno::Notdir),
        ("path_open", vec![no_fd, 0, beyond, 4, 0, 0, 0, 0, beyond], Errno::Badf),
        ("path_open", vec![file, 0, beyond, 4, 0, 0, 0, 0, beyond], Errno::Notdir),
        ("path_readlink", vec![file, beyond, 4, beyond, 4, beyond], Errno::Notdir),
    ] {
        assert_eq!(guest.call(name, &args), errno, "{name} {args:?}");
    }
    guest.put(BUFFER, b"file");
    assert_eq!(guest.call("path_readlink", &[3, BUFFER, 4, beyond, 4, beyond]), Errno::Inval, "it is no link");
    guest.traps("fd_readdir", &[3, beyond, 8, 0, OUT]);
    guest.traps("path_open", &[3, 0, BUFFER, 4, 0, 0, 0, 0, beyond]);
}

#[test]
fn pointers_to_nothing_are_not_needed() {
    let mut guest = Guest::new(World::new());
    guest.ok("random_get", &[-1, 0]);
    guest.ok("environ_get", &[-4, -1]);
    guest.ok("fd_write", &[1, -4, 0, OUT]);
    let iov = guest.iov(0);
    guest.put(iov, &[0xff; 4]);
    guest.ok("fd_write", &[1, iov, 1, OUT]);
    guest.ok("fd_read", &[0, iov, 1, OUT]);
    guest.traps("random_get", &[-1, 1]);
}

#[test]
fn clocks_are_virtual_and_move_by_steps() {
    let mut guest = guest();
    guest.ok("clock_res_get", &[0, OUT]);
    assert_eq!(guest.u64(OUT), 1_000);
    guest.ok("clock_time_get", &[1, 0, OUT]);
    assert_eq!(guest.u64(OUT), 1_000);
    guest.ok("clock_time_get", &[0, 0, OUT]);
    assert_eq!(guest.u64(OUT), VIRTUAL_EPOCH + 2_000);
    guest.ok("sched_yield", &[]);
    guest.ok("clock_time_get", &[1, 0, OUT]);
    assert_eq!(guest.u64(OUT), 4_000);
    for id in [2, 3, 9, -1] {
        assert_eq!(guest.call("clock_time_get", &[id, 0, OUT]), Errno::Inval);
        assert_eq!(guest.call("clock_res_get", &[id, OUT]), Errno::Inval);
    }
}

#[test]
fn real_clocks_and_randomness_are_there_on_request() {
    let mut world = World::new();
    (world.clocks, world.random) = (Clocks::system(), Random::System);
    let mut guest = Guest::new(world);
    guest.ok("clock_time_get", &[0, 0, OUT]);
    assert!(guest.u64(OUT) > VIRTUAL_EPOCH);
    guest.ok("random_get", &[BUFFER, 64]);
    assert_ne!(guest.get(BUFFER, 64), [0; 64]);
}

#[test]
fn equal_worlds_give_equal_runs() {
    let run = |seed| {
        let mut world = World::new();
        world.random = Random::Seeded(seed);
        let mut guest = Guest::new(world);
        guest.ok("random_get", &[BUFFER, 27]);
        guest.ok("clock_time_get", &[0, 0, OUT]);
        (guest.get(BUFFER, 27), guest.u64(OUT))
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7).0, run(8).0);
}

#[test]
fn streams_read_write_and_have_no_position() {
    let mut guest = guest();
    assert_eq!(guest.read(0, 2).unwrap(), b"he");
    assert_eq!(guest.read(0, 9).unwrap(), b"llo");
    assert_eq!(guest.read(0, 9).unwrap(), b"");
    assert_eq!(guest.write(1, b"out"), Errno::Success);
    assert_eq!(guest.u32(OUT), 3);
    assert_eq!(guest.write(2, b"err"), Errno::Success);
    assert_eq!(guest.world.borrow().stdout.captured(), b"out");
    assert_eq!(guest.world.borrow().stderr.captured(), b"err");
    assert_eq!(guest.write(0, b"x"), Errno::Badf);
    assert_eq!(guest.read(1, 1), Err(Errno::Badf));
    assert_eq!(guest.write(77, b"x"), Errno::Badf);
    assert_eq!(guest.call("fd_seek", &[1, 0, 1, OUT]), Errno::Spipe);
    assert_eq!(guest.call("fd_tell", &[1, OUT]), Errno::Spipe);
    let iov = guest.iov(1);
    assert_eq!(guest.call("fd_pread", &[0, iov, 1, 0, OUT]), Errno::Spipe);
    assert_eq!(guest.call("fd_pwrite", &[1, iov, 1, 0, OUT]), Errno::Spipe);
    assert_eq!(guest.call("fd_write", &[1, 0, 2_000, OUT]), Errno::Inval);
    guest.ok("fd_fdstat_get", &[1, OUT]);
    let rights = 1 << 3 | 1 << 6 | 1 << 21 | 1 << 27;
    assert_eq!((guest.get(OUT, 1)[0], guest.u64(OUT + 8)), (0, rights), "of unknown kind: no terminal");
    guest.ok("fd_filestat_get", &[0, OUT]);
    assert_eq!(guest.get(OUT + 16, 1), [0]);
}

#[test]
fn files_have_a_position_a_size_and_times() {
    let mut guest = guest();
    let fd = guest.open("file", 0, READ | WRITE).unwrap();
    assert_eq!(fd, 4, "the lowest number that is free");
    assert_eq!(guest.read(fd, 4).unwrap(), b"0123");
    guest.ok("fd_tell", &[fd, OUT]);
    assert_eq!(guest.u64(OUT), 4);
    guest.ok("fd_seek", &[fd, -2, 2, OUT]);
    assert_eq!(guest.u64(OUT), 8);
    assert_eq!(guest.call("fd_seek", &[fd, -9, 1, OUT]), Errno::Inval);
    assert_eq!(guest.call("fd_seek", &[fd, 0, 3, OUT]), Errno::Inval);
    assert_eq!(guest.call("fd_seek", &[3, 0, 0, OUT]), Errno::Badf);
    assert_eq!(guest.write(fd, b"abcd"), Errno::Success);
    let iov = guest.iov(20);
    guest.ok("fd_pread", &[fd, iov, 1, 6, OUT]);
    assert_eq!(guest.get(BUFFER, guest.u32(OUT) as usize), b"67abcd");
    guest.put(BUFFER, b"Z");
    let iov = guest.iov(1);
    guest.ok("fd_pwrite", &[fd, iov, 1, 0, OUT]);
    guest.ok("fd_tell", &[fd, OUT]);
    assert_eq!(guest.u64(OUT), 12);
    guest.ok("fd_filestat_set_size", &[fd, 3]);
    guest.ok("fd_allocate", &[fd, 0, 5]);
    guest.ok("fd_filestat_set_times", &[fd, 11, 22, 1 | 4]);
    guest.ok("fd_filestat_get", &[fd, OUT]);
    let words: Vec<u64> = (0..8).map(|index| guest.u64(OUT + index * 8)).collect();
    assert_eq!(words[2..7], [4, 1, 5, 11, 22]);
    for name in ["fd_sync", "fd_datasync"] {
        guest.ok(name, &[fd]);
        assert_eq!(guest.call(name, &[99]), Errno::Badf);
        assert_eq!(guest.call(name, &[1]), Errno::Inval);
    }
    guest.ok("fd_advise", &[fd, 0, 0, 5]);
    assert_eq!(guest.call("fd_advise", &[fd, 0, 0, 6]), Errno::Inval);
    assert_eq!(guest.call("fd_advise", &[3, 0, 0, 0]), Errno::Badf);
}

#[test]
fn sizes_and_times_that_cannot_be() {
    let mut guest = guest();
    let fd = guest.open("file", 0, READ | WRITE).unwrap();
    assert_eq!(guest.call("fd_allocate", &[fd, 0, 0]), Errno::Inval);
    assert_eq!(guest.call("fd_allocate", &[fd, -1, 2]), Errno::Fbig);
    assert_eq!(guest.call("fd_allocate", &[1, 0, 1]), Errno::Spipe);
    assert_eq!(guest.call("fd_filestat_set_size", &[fd, 1 << 40]), Errno::Fbig);
    assert_eq!(guest.call("fd_filestat_set_size", &[3, 1]), Errno::Badf);
    assert_eq!(guest.call("fd_filestat_set_times", &[fd, 0, 0, 3]), Errno::Inval);
    assert_eq!(guest.call("fd_filestat_set_times", &[fd, 0, 0, 16]), Errno::Inval);
    assert_eq!(guest.call("fd_filestat_set_times", &[1, 0, 0, 1]), Errno::Badf);
    let iov = guest.iov(1);
    assert_eq!(guest.call("fd_pwrite", &[fd, iov, 1, -1, OUT]), Errno::Fbig);
    guest.ok("fd_seek", &[fd, i64::MAX, 0, OUT]);
    assert_eq!(guest.write(fd, b"x"), Errno::Fbig);
    let read_only = guest.open("file", 0, READ).unwrap();
    assert_eq!(guest.write(read_only, b"x"), Errno::Badf);
    assert_eq!(guest.call("fd_filestat_set_size", &[read_only, 0]), Errno::Inval);
    let write_only = guest.open("file", 0, WRITE).unwrap();
    assert_eq!(guest.read(write_only, 1), Err(Errno::Badf));
}

#[test]
fn flags_can_be_set_and_append_appends() {
    let mut guest = guest();
    let fd = guest.open("file", 0, READ | WRITE).unwrap();
    guest.ok("fd_fdstat_set_flags", &[fd, 1]);
    guest.ok("fd_fdstat_get", &[fd, OUT]);
    assert_eq!((guest.get(OUT, 1)[0], guest.u16(OUT + 2)), (4, 1));
    assert_eq!(guest.write(fd, b"!"), Errno::Success);
    guest.ok("fd_tell", &[fd, OUT]);
    assert_eq!(guest.u64(OUT), 11);
    for sync in [2, 8, 16] {
        assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, sync]), Errno::Inval);
    }
    assert_eq!(guest.call("fd_fdstat_set_flags", &[fd, 32]), Errno::Inval);
    // One that has them may keep them, and cannot lose them.
    let careful = guest.open_with(3, 1, "file", 0, READ | WRITE, 16).unwrap();
    guest.ok("fd_fdstat_set_flags", &[careful, 16]);
    guest.ok("fd_fdstat_set_flags", &[careful, 16 | 4]);
    assert_eq!(guest.call("fd_fdstat_set_flags", &[careful, 4]), Errno::Inval);
    assert_eq!(guest.call("fd_fdstat_set_flags", &[3, 0]), Errno::Badf);
}

#[test]
fn preopened_directories_are_told_and_can_be_closed() {
    let mut guest = guest();
    guest.ok("fd_prestat_get", &[3, OUT]);
    assert_eq!((guest.u32(OUT), guest.u32(OUT + 4)), (0, 5));
    guest.ok("fd_prestat_dir_name", &[3, BUFFER, 5]);
    assert_eq!(guest.get(BUFFER, 5), b"/data");
    assert_eq!(guest.call("fd_prestat_dir_name", &[3, BUFFER, 4]), Errno::Nametoolong);
    for fd in [0, 4] {
        assert_eq!(guest.call("fd_prestat_get", &[fd, OUT]), Errno::Badf);
        assert_eq!(guest.call("fd_prestat_dir_name", &[fd, BUFFER, 5]), Errno::Badf);
    }
    guest.ok("fd_close", &[3]);
    assert_eq!(guest.call("fd_prestat_get", &[3, OUT]), Errno::Badf);
    assert_eq!(guest.call("fd_close", &[3]), Errno::Badf);
}

#[test]
fn nothing_is_made_for_a_descriptor_that_there_is_no_room_for() {
    let mut guest = guest();
    while guest.open("file", 0, READ).is_ok() {}
    assert_eq!(guest.open("new", 1, WRITE), Err(Errno::Mfile));
    assert_eq!(guest.stat("new"), Err(Errno::Noent));
}

#[test]
fn descriptors_can_be_renumbered() {
    let mut guest = guest();
    let fd = guest.open("file", 0, READ).unwrap();
    let other = guest.open("file", 0, READ).unwrap();
    guest.read(fd, 5).unwrap();
    assert_eq!(guest.call("fd_renumber", &[fd, 50]), Errno::Badf);
    assert_eq!(guest.call("fd_renumber", &[50, fd]), Errno::Badf);
    guest.ok("fd_renumber", &[fd, fd]);
    guest.ok("fd_renumber", &[fd, other]);
    assert_eq!(guest.read(other, 2).unwrap(), b"56");
    assert_eq!(guest.read(fd, 2), Err(Errno::Badf));
    guest.ok("fd_close", &[0]);
    assert_eq!(guest.open("file", 0, READ), Ok(0));
}

#[test]
fn the_end_of_the_process() {
    let mut guest = guest();
    assert!(matches!(guest.try_call("proc_exit", &[3]), Err(Fault::Exit(3))));
    for signal in [0, 6, 30] {
        assert_eq!(guest.call("proc_raise", &[signal]), Errno::Notsup);
    }
    assert_eq!(guest.call("proc_raise", &[31]), Errno::Inval);
}

#[test]
fn nothing_is_a_socket() {
    let mut guest = guest();
    for (fd, errno) in [(1, Errno::Notsock), (3, Errno::Notsock), (40, Errno::Badf)] {
        assert_eq!(guest.call("sock_accept", &[fd, 0, OUT]), errno);
        assert_eq!(guest.call("sock_recv", &[fd, 0, 0, 0, OUT, OUT]), errno);
        assert_eq!(guest.call("sock_send", &[fd, 0, 0, 0, OUT]), errno);
        assert_eq!(guest.call("sock_shutdown", &[fd, 1]), errno);
    }
    // What the argument may not be is told before it is asked what the descriptor is.
    for (name, args) in [
        ("sock_accept", vec![1, 32, OUT]),
        ("sock_recv", vec![1, 0, 0, 4, OUT, OUT]),
        ("sock_send", vec![1, 0, 0, 1, OUT]),
        ("sock_shutdown", vec![1, 4]),
    ] {
        assert_eq!(guest.call(name, &args), Errno::Inval, "{name}");
    }
}

#[test]
fn bytes_that_move_cost_fuel() {
    let mut guest = guest();
    guest.store.set_fuel(Some(1_000));
    guest.ok("random_get", &[0, 65_536]);
    let left = guest.store.fuel().unwrap();
    assert!((900..=936).contains(&left), "{left}");
    let fd = guest.open("file", 0, WRITE).unwrap();
    let end = guest.try_call("fd_filestat_set_size", &[fd, 1 << 30]);
    assert!(matches!(end, Err(Fault::Exhausted(_))), "{end:?}");
}

#[test]
fn real_time_can_be_interrupted() {
    let mut world = World::new();
    world.clocks = Clocks::system();
    let mut guest = Guest::new(world);
    // One subscription: the monotonic clock, in an hour.
    guest.put(BUFFER, &[0; 48]);
    guest.put(BUFFER + 16, &1u32.to_le_bytes());
    guest.put(BUFFER + 24, &3_600_000_000_000u64.to_le_bytes());
    let handle = guest.store.interrupt_handle();
    let thread = std::thread::spawn(move || {
        for _ in 0..50 {
            std::thread::sleep(std::time::Duration::from_millis(10));
            handle.interrupt();
        }
    });
    let end = guest.try_call("poll_oneoff", &[BUFFER, 40_960, 1, OUT]);
    assert!(matches!(end, Err(Fault::Exhausted(_))), "{end:?}");
    thread.join().unwrap();
}
