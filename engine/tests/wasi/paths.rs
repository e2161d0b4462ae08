//! `path_*` and `fd_readdir`: the same on a directory in memory and on one of the host.

use crate::guest::{BUFFER, Guest, OUT, READ, WRITE};
use preflight_engine::wasi::{World, p1::Errno};

const CREAT: i64 = 1;
const DIRECTORY: i64 = 2;
const EXCL: i64 = 4;
const TRUNC: i64 = 8;

/// Runs a test on both backends.
fn on_both(test: impl Fn(&mut Guest)) {
    let mut world = World::new();
    world.preopen_virtual("/");
    test(&mut Guest::new(world));
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::new();
    world.preopen_host(folder.path(), "/").unwrap();
    test(&mut Guest::new(world));
}

fn make(guest: &mut Guest, path: &str, bytes: &[u8]) {
    let fd = guest.open(path, CREAT | TRUNC, WRITE).unwrap();
    assert_eq!(guest.write(fd, bytes), Errno::Success);
    guest.ok("fd_close", &[fd]);
}

fn contents(guest: &mut Guest, path: &str) -> Result<Vec<u8>, Errno> {
    let fd = guest.open(path, 0, READ)?;
    let bytes = guest.read(fd, 100)?;
    guest.ok("fd_close", &[fd]);
    Ok(bytes)
}

fn one(guest: &mut Guest, name: &str, path: &str) -> Errno {
    guest.with_path(name, path, &[Some(3), None])
}

fn symlink(guest: &mut Guest, target: &str, path: &str) -> Errno {
    guest.with_paths("path_symlink", [target, path], &[None, Some(3), None])
}

fn rename(guest: &mut Guest, old: &str, new: &str) -> Errno {
    guest.with_paths("path_rename", [old, new], &[Some(3), None, Some(3), None])
}

fn link(guest: &mut Guest, old: &str, new: &str) -> Errno {
    guest.with_paths("path_link", [old, new], &[Some(3), Some(0), None, Some(3), None])
}

#[test]
fn files_are_made_opened_and_removed() {
    on_both(|guest| {
        assert_eq!(guest.open("a", 0, READ), Err(Errno::Noent));
        make(guest, "a", b"one");
        assert_eq!(contents(guest, "a").unwrap(), b"one");
        assert_eq!(guest.open("a", CREAT | EXCL, WRITE), Err(Errno::Exist));
        make(guest, "a", b"2");
        assert_eq!(guest.stat("a"), Ok((4, 1)));
        assert_eq!(guest.open("a", DIRECTORY, READ), Err(Errno::Notdir));
        assert_eq!(guest.open("a/", 0, READ), Err(Errno::Notdir));
        assert_eq!(guest.open("a/b", 0, READ), Err(Errno::Notdir));
        assert_eq!(guest.open("", 0, READ), Err(Errno::Noent));
        assert_eq!(guest.open("a", 16, READ), Err(Errno::Inval));
        assert_eq!(guest.open("a", DIRECTORY | CREAT, READ), Err(Errno::Inval));
        assert_eq!(guest.open_with(3, 2, "a", 0, READ, 0), Err(Errno::Inval));
        assert_eq!(guest.open_with(3, 1, "a", 0, READ, 32), Err(Errno::Inval));
        assert_eq!(guest.open_with(9, 1, "a", 0, READ, 0), Err(Errno::Badf));
        assert_eq!(guest.open_with(1, 1, "a", 0, READ, 0), Err(Errno::Notdir));
        assert_eq!(guest.open("a\0b", 0, READ), Err(Errno::Inval));
        assert_eq!(guest.open(&"x".repeat(300), CREAT, WRITE), Err(Errno::Nametoolong));
        let fd = guest.open_with(3, 1, "a", 0, READ | WRITE, 1).unwrap();
        assert_eq!(guest.write(fd, b"3"), Errno::Success);
        assert_eq!(one(guest, "path_unlink_file", "a"), Errno::Success);
        assert_eq!(one(guest, "path_unlink_file", "a"), Errno::Noent);
        guest.ok("fd_seek", &[fd, 0, 0, OUT]);
        assert_eq!(guest.read(fd, 9).unwrap(), b"23", "an open file outlives its name");
    });
}

#[test]
fn a_path_that_is_no_text_is_an_illegal_sequence() {
    on_both(|guest| {
        guest.put(BUFFER, &[0xff, 0xfe]);
        assert_eq!(guest.call("path_unlink_file", &[3, BUFFER, 2]), Errno::Ilseq);
    });
}

#[test]
fn directories_are_made_and_removed() {
    on_both(|guest| {
        assert_eq!(one(guest, "path_create_directory", "d"), Errno::Success);
        assert_eq!(one(guest, "path_create_directory", "d"), Errno::Exist);
        assert_eq!(one(guest, "path_create_directory", "x/y"), Errno::Noent);
        assert_eq!(one(guest, "path_create_directory", "d/sub/"), Errno::Success);
        assert_eq!(guest.stat("d/sub").unwrap().0, 3);
        make(guest, "d/f", b"f");
        assert_eq!(one(guest, "path_remove_directory", "d"), Errno::Notempty);
        assert_eq!(one(guest, "path_remove_directory", "d/f"), Errno::Notdir);
        assert_eq!(one(guest, "path_unlink_file", "d"), Errno::Isdir);
        assert_eq!(guest.open("d", 0, READ | WRITE), Err(Errno::Isdir));
        let dir = guest.open("d", DIRECTORY, READ).unwrap();
        assert_eq!(guest.read(dir, 1), Err(Errno::Badf));
        assert_eq!(guest.write(dir, b""), Errno::Badf);
        let inside = guest.open_with(dir, 1, "f", 0, READ, 0).unwrap();
        assert_eq!(guest.read(inside, 9).unwrap(), b"f");
        assert_eq!(one(guest, "path_unlink_file", "d/f"), Errno::Success);
        assert_eq!(one(guest, "path_remove_directory", "d/sub"), Errno::Success);
        assert_eq!(one(guest, "path_remove_directory", "d"), Errno::Success);
        assert_eq!(guest.stat("d"), Err(Errno::Noent));
    });
}

#[test]
fn symbolic_links_are_made_read_and_followed() {
    on_both(|guest| {
        make(guest, "file", b"text");
        assert_eq!(symlink(guest, "file", "link"), Errno::Success);
        assert_eq!(symlink(guest, "file", "link"), Errno::Exist);
        assert_eq!(guest.stat("link"), Ok((7, 4)));
        assert_eq!(contents(guest, "link").unwrap(), b"text");
        assert_eq!(guest.open_with(3, 0, "link", 0, READ, 0), Err(Errno::Loop));
        let read = [Some(3), None, Some(BUFFER), Some(3), Some(OUT)];
        assert_eq!(guest.with_path("path_readlink", "link", &read), Errno::Success);
        assert_eq!(guest.get(BUFFER, guest.u32(OUT) as usize), b"fil", "as much as the buffer holds");
        assert_eq!(guest.with_path("path_readlink", "file", &read), Errno::Inval);
        assert_eq!(guest.with_path("path_readlink", "none", &read), Errno::Noent);
        assert_eq!(symlink(guest, "round", "round"), Errno::Success);
        assert_eq!(guest.open("round", 0, READ), Err(Errno::Loop));
        assert_eq!(symlink(guest, "nowhere", "dangling"), Errno::Success);
        assert_eq!(guest.open("dangling", 0, READ), Err(Errno::Noent));
        assert_eq!(guest.open("dangling", CREAT | EXCL, WRITE), Err(Errno::Exist));
        assert_eq!(one(guest, "path_unlink_file", "link"), Errno::Success);
        assert_eq!(contents(guest, "file").unwrap(), b"text");
    });
}

#[test]
fn names_are_changed() {
    on_both(|guest| {
        make(guest, "a", b"a");
        make(guest, "b", b"b");
        assert_eq!(rename(guest, "a", "b"), Errno::Success);
        assert_eq!(contents(guest, "b").unwrap(), b"a");
        assert_eq!(guest.stat("a"), Err(Errno::Noent));
        assert_eq!(rename(guest, "a", "c"), Errno::Noent);
        for dir in ["d", "e", "e/f"] {
            assert_eq!(one(guest, "path_create_directory", dir), Errno::Success);
        }
        assert_eq!(rename(guest, "b", "d"), Errno::Isdir);
        assert_eq!(rename(guest, "d", "b"), Errno::Notdir);
        assert_eq!(rename(guest, "d", "e"), Errno::Notempty);
        assert_eq!(rename(guest, "e", "e/f/g"), Errno::Inval);
        assert_eq!(rename(guest, "e", "d"), Errno::Success);
        assert_eq!(guest.stat("d/f").unwrap().0, 3);
        assert_eq!(rename(guest, "b", "b"), Errno::Success);
        assert_eq!(contents(guest, "b").unwrap(), b"a");
    });
}

#[test]
fn a_file_can_have_two_names() {
    on_both(|guest| {
        make(guest, "a", b"1");
        assert_eq!(link(guest, "a", "b"), Errno::Success);
        make(guest, "b", b"22");
        assert_eq!(guest.stat("a"), Ok((4, 2)));
        assert_eq!(guest.u64(OUT + 24), 2, "the number of names");
        assert_eq!(link(guest, "a", "b"), Errno::Exist);
        assert_eq!(link(guest, "none", "c"), Errno::Noent);
        assert_eq!(one(guest, "path_create_directory", "d"), Errno::Success);
        assert_eq!(link(guest, "d", "e"), Errno::Perm);
        let follow = [Some(3), Some(1), None, Some(3), None];
        assert_eq!(guest.with_paths("path_link", ["a", "c"], &follow), Errno::Success);
        assert_eq!(symlink(guest, "a", "l"), Errno::Success);
        assert_eq!(link(guest, "l", "same"), Errno::Success);
        assert_eq!(guest.stat("same").unwrap().0, 7, "the link itself");
        assert_eq!(guest.with_paths("path_link", ["l", "file"], &follow), Errno::Success);
        assert_eq!(guest.stat("file"), Ok((4, 2)), "what it leads to");
        assert_eq!(one(guest, "path_unlink_file", "a"), Errno::Success);
        assert_eq!(contents(guest, "b").unwrap(), b"22");
    });
}

#[test]
fn a_directory_is_not_made_by_opening_a_file() {
    on_both(|guest| {
        assert_eq!(one(guest, "path_create_directory", "d"), Errno::Success);
        for path in ["d", "d/", "."] {
            assert_eq!(guest.open(path, 1, READ), Err(Errno::Isdir), "{path}");
            assert_eq!(guest.open(path, 1 | 4, READ), Err(Errno::Exist), "{path}");
        }
        assert!(guest.open("d", 0, READ).is_ok());
    });
}

/// More files, one after another, than there can be at a time.
#[test]
fn inodes_that_nobody_can_reach_are_given_back() {
    let mut world = World::new();
    world.preopen_virtual("/");
    let mut guest = Guest::new(world);
    let kept = guest.open("kept", 1, READ | WRITE).unwrap();
    assert_eq!(one(&mut guest, "path_unlink_file", "kept"), Errno::Success);
    assert_eq!(one(&mut guest, "path_create_directory", "gone"), Errno::Success);
    let gone = guest.open("gone", 2, READ).unwrap();
    assert_eq!(one(&mut guest, "path_remove_directory", "gone"), Errno::Success);
    let mut last = 0;
    for _ in 0..22_000 {
        let file = guest.open("f", 1, WRITE).unwrap();
        guest.ok("fd_filestat_get", &[file, OUT]);
        assert!(guest.u64(OUT + 8) > last, "no number is used again");
        last = guest.u64(OUT + 8);
        guest.ok("fd_close", &[file]);
        assert_eq!(one(&mut guest, "path_unlink_file", "f"), Errno::Success);
        for (make, remove) in [("path_create_directory", "path_remove_directory"), ("", "path_unlink_file")] {
            match make {
                "" => assert_eq!(symlink(&mut guest, "f", "x"), Errno::Success),
                make => assert_eq!(one(&mut guest, make, "x"), Errno::Success),
            }
            assert_eq!(one(&mut guest, remove, "x"), Errno::Success);
        }
    }
    // What has no name is there for who has it open.
    assert_eq!(guest.write(kept, b"abc"), Errno::Success);
    guest.ok("fd_filestat_get", &[gone, OUT]);
    assert_eq!(guest.open_with(gone, 0, "new", 1, WRITE, 0), Err(Errno::Noent));
    let rename = [Some(3), None, Some(gone), None];
    make(&mut guest, "a", b"");
    assert_eq!(guest.with_paths("path_rename", ["a", "b"], &rename), Errno::Noent);
    assert_eq!(one(&mut guest, "path_create_directory", "d"), Errno::Success);
    assert_eq!(guest.with_paths("path_rename", ["d", "b"], &rename), Errno::Noent);
}

#[test]
fn times_are_set_by_path() {
    on_both(|guest| {
        make(guest, "a", b"");
        assert_eq!(symlink(guest, "a", "l"), Errno::Success);
        let second = 1_000_000_000;
        let args = [Some(3), Some(1), None, Some(5 * second), Some(6 * second), Some(1 | 4)];
        assert_eq!(guest.with_path("path_filestat_set_times", "l", &args), Errno::Success);
        guest.stat("a").unwrap();
        assert_eq!((guest.u64(OUT + 40), guest.u64(OUT + 48)), (5 * second as u64, 6 * second as u64));
        let args = [Some(3), Some(1), None, Some(0), Some(0), Some(8 | 4)];
        assert_eq!(guest.with_path("path_filestat_set_times", "a", &args), Errno::Inval);
        let args = [Some(3), Some(1), None, Some(0), Some(0), Some(8)];
        assert_eq!(guest.with_path("path_filestat_set_times", "none", &args), Errno::Noent);
        assert_eq!(guest.with_path("path_filestat_set_times", "a", &args), Errno::Success);
        guest.stat("a").unwrap();
        let now = guest.world.borrow().clocks.wall();
        assert_eq!((guest.u64(OUT + 40), guest.u64(OUT + 48)), (5 * second as u64, now));
    });
}

/// Cookie, kind and name of each entry that is complete.
fn readdir(guest: &mut Guest, fd: i64, len: i64, cookie: i64) -> Vec<(u64, u8, String)> {
    guest.ok("fd_readdir", &[fd, BUFFER, len, cookie, OUT]);
    let bytes = guest.get(BUFFER, guest.u32(OUT) as usize);
    let (mut rest, mut entries) = (&bytes[..], Vec::new());
    while rest.len() >= 24 {
        let name_len = u32::from_le_bytes(rest[16..20].try_into().unwrap()) as usize;
        let Some(name) = rest.get(24..24 + name_len) else { break };
        let next = u64::from_le_bytes(rest[..8].try_into().unwrap());
        entries.push((next, rest[20], String::from_utf8(name.to_vec()).unwrap()));
        rest = &rest[24 + name_len..];
    }
    entries
}

#[test]
fn directories_are_listed_from_any_cookie() {
    on_both(|guest| {
        make(guest, "b", b"");
        make(guest, "c", b"");
        assert_eq!(one(guest, "path_create_directory", "a"), Errno::Success);
        let names = |entries: Vec<(u64, u8, String)>| -> Vec<String> { entries.into_iter().map(|e| e.2).collect() };
        let all = readdir(guest, 3, 4_000, 0);
        assert_eq!(
            all.iter().map(|entry| (entry.0, entry.1)).collect::<Vec<_>>(),
            [(1, 3), (2, 3), (3, 3), (4, 4), (5, 4)]
        );
        assert_eq!(names(all), [".", "..", "a", "b", "c"]);
        assert_eq!(names(readdir(guest, 3, 4_000, 3)), ["b", "c"]);
        assert_eq!(names(readdir(guest, 3, 60, 0)), [".", ".."]);
        assert_eq!(guest.u32(OUT), 60, "the buffer is full: there is more");
        assert_eq!(one(guest, "path_unlink_file", "b"), Errno::Success);
        assert_eq!(names(readdir(guest, 3, 4_000, 4)), ["c"], "a removal does not disturb the cookies");
        assert_eq!(names(readdir(guest, 3, 4_000, 0)), [".", "..", "a", "c"]);
        assert_eq!(names(readdir(guest, 3, 4_000, -1)), Vec::<String>::new());
        assert_eq!(guest.call("fd_readdir", &[1, BUFFER, 9, 0, OUT]), Errno::Notdir);
        assert_eq!(guest.call("fd_readdir", &[9, BUFFER, 9, 0, OUT]), Errno::Badf);
    });
}
