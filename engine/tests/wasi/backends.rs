//! The two backends against each other: random operations give the same errors and the same tree.

use crate::guest::{BUFFER, Guest, OUT, READ, WRITE};
use preflight_engine::wasi::{World, p1::Errno};

/// A small generator, so that a failure can be run again by its seed.
struct Choices(u64);

impl Choices {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// One to three components from a few names.
    fn path(&mut self) -> String {
        let names = ["a", "b", "c", "a", "b", "..", "."];
        let count = 1 + self.below(3);
        let parts: Vec<&str> = (0..count).map(|_| self.one(&names)).collect();
        parts.join("/")
    }
}

/// An operation on both guests, and whether what they said is the same.
fn step(choices: &mut Choices, guests: &mut [Guest; 2]) -> (String, [Errno; 2]) {
    let (mut old, mut new) = (choices.path(), choices.path());
    let one = vec![Some(3), None];
    let two = vec![Some(3), None, Some(3), None];
    let follow = choices.below(2) as i64;
    let which = choices.below(9);
    // What a slash at the end means to the others differs between systems.
    if matches!(which, 0 | 1 | 2 | 3 | 6) && choices.below(4) == 0 {
        old.push('/');
    }
    if which == 3 && choices.below(4) == 0 {
        new.push('/');
    }
    let (name, args) = match which {
        0 => ("path_create_directory", one),
        1 => ("path_remove_directory", one),
        2 => ("path_unlink_file", one),
        3 => ("path_rename", two),
        4 => ("path_link", vec![Some(3), Some(follow), None, Some(3), None]),
        5 => ("path_symlink", vec![None, Some(3), None]),
        6 => ("path_filestat_get", vec![Some(3), Some(follow), None, Some(OUT)]),
        7 => ("path_readlink", vec![Some(3), None, Some(BUFFER), Some(20), Some(OUT)]),
        _ => {
            let (oflags, rights) = (choices.one(&[0, 1, 1, 2, 4, 5, 8, 9]), choices.one(&[READ, WRITE, READ | WRITE]));
            let ends = guests.each_mut().map(|guest| match guest.open_with(3, follow, &old, oflags, rights, 0) {
                Ok(fd) => {
                    guest.ok("fd_close", &[fd]);
                    Errno::Success
                }
                Err(errno) => errno,
            });
            return (format!("path_open {old} follow={follow} oflags={oflags} rights={rights}"), ends);
        }
    };
    let ends = guests.each_mut().map(|guest| guest.with_paths(name, [&old, &new], &args));
    (format!("{name} {old} {new} {follow}"), ends)
}

#[test]
fn both_backends_say_the_same() {
    for seed in 1..=300 {
        let folder = tempfile::tempdir().unwrap();
        let (mut memory, mut host) = (World::new(), World::new());
        memory.preopen_virtual("/");
        host.preopen_host(folder.path(), "/").unwrap();
        let mut guests = [Guest::new(memory), Guest::new(host)];
        let mut choices = Choices(0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed));
        let mut log = Vec::new();
        for _ in 0..60 {
            let (what, [memory, host]) = step(&mut choices, &mut guests);
            log.push(format!("{what}: {memory:?}"));
            assert_eq!(memory, host, "seed {seed}: in memory, on the host: {log:#?}");
            if what.starts_with("path_filestat_get") && memory == Errno::Success {
                let [memory, host] = guests.each_ref().map(attributes);
                assert_eq!(memory, host, "seed {seed}: {log:#?}");
            }
        }
        let [memory, host] = guests.each_mut().map(names);
        assert_eq!(memory, host, "seed {seed}: {log:#?}");
    }
}

#[test]
fn offsets_beyond_every_file_are_the_same_on_both() {
    let folder = tempfile::tempdir().unwrap();
    let (mut memory, mut host) = (World::new(), World::new());
    memory.preopen_virtual("/");
    host.preopen_host(folder.path(), "/").unwrap();
    for mut guest in [Guest::new(memory), Guest::new(host)] {
        let file = guest.open("f", 1, READ | WRITE).unwrap();
        assert_eq!(guest.write(file, b"abc"), Errno::Success);
        let iov = guest.iov(3);
        guest.ok("fd_pread", &[file, iov, 1, -2, OUT]);
        assert_eq!(guest.u32(OUT), 0, "there is nothing to read");
        for (offset, errno) in [(-4, Errno::Fbig), (-2, Errno::Fbig), (i64::MIN, Errno::Fbig)] {
            assert_eq!(guest.call("fd_pwrite", &[file, iov, 1, offset, OUT]), errno, "{offset}");
        }
        for offset in [i64::MAX - 1, i64::MAX] {
            assert_eq!(guest.call("fd_pwrite", &[file, iov, 1, offset, OUT]), Errno::Fbig, "{offset}");
            guest.ok("fd_pread", &[file, iov, 1, offset, OUT]);
            assert_eq!(guest.u32(OUT), 0, "{offset}");
        }
        assert_eq!(guest.call("fd_filestat_set_size", &[file, i64::MIN]), Errno::Fbig);
        assert_eq!(guest.stat("f").unwrap().1, 3);
        let (target, path) = ("x".repeat(4_096), "long");
        assert_eq!(guest.with_paths("path_symlink", [&target, path], &[None, Some(3), None]), Errno::Nametoolong);
    }
}

/// Kind, number of names and size; the last two of a directory are the system's own business.
fn attributes(guest: &Guest) -> (u8, u64, u64) {
    match guest.get(OUT + 16, 1)[0] {
        3 => (3, 0, 0),
        kind => (kind, guest.u64(OUT + 24), guest.u64(OUT + 32)),
    }
}

/// Kinds and names of the entries of the root.
fn names(guest: &mut Guest) -> Vec<(u8, Vec<u8>)> {
    guest.ok("fd_readdir", &[3, BUFFER, 4_000, 2, OUT]);
    let bytes = guest.get(BUFFER, guest.u32(OUT) as usize);
    // Every name is one letter.
    bytes.chunks(25).map(|entry| (entry[20], entry[24..].to_vec())).collect()
}
