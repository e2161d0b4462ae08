//! No path leaves the directory that it is relative to, whatever keeps the directory.

use crate::guest::{BUFFER, Guest, OUT, READ, WRITE};
use preflight_engine::wasi::{
    World,
    p1::Errno,
    world::{Dir, HostDir, Preopen},
};
use std::fs;

/// Paths that would reach `secret`, beside the preopened directory, if they were followed.
const ESCAPES: [&str; 8] = [
    "../secret",
    "dir/../../secret",
    "./../secret",
    "dir/../../top/../secret",
    "up/secret",
    "dir/up/secret",
    "to-secret",
    "dir/chain/secret",
];

fn prepare(guest: &mut Guest) {
    let one = [Some(3), None];
    assert_eq!(guest.with_path("path_create_directory", "dir", &one), Errno::Success);
    for (target, path) in [("..", "up"), ("../..", "dir/up"), ("../secret", "to-secret"), ("../up", "dir/chain")] {
        let args = [None, Some(3), None];
        assert_eq!(guest.with_paths("path_symlink", [target, path], &args), Errno::Success, "{path}");
    }
}

fn try_everything(guest: &mut Guest, path: &str, expected: Errno) {
    for (oflags, rights) in [(0, READ), (1, WRITE), (8, READ | WRITE)] {
        assert_eq!(guest.open(path, oflags, rights), Err(expected), "{path}");
    }
    let calls: [(&str, &[Option<i64>]); 4] = [
        ("path_filestat_get", &[Some(3), Some(1), None, Some(OUT)]),
        ("path_filestat_set_times", &[Some(3), Some(1), None, Some(0), Some(0), Some(1)]),
        ("path_create_directory", &[Some(3), None]),
        ("path_remove_directory", &[Some(3), None]),
    ];
    for (name, args) in calls {
        let errno = guest.with_path(name, path, args);
        // Those that do not follow a link at the end meet the link itself.
        let own = path == "to-secret" && matches!(errno, Errno::Exist | Errno::Notdir);
        assert!(errno == expected || own, "{name} {path}: {errno:?}");
    }
    if path != "to-secret" {
        assert_eq!(guest.with_path("path_unlink_file", path, &[Some(3), None]), expected, "{path}");
        let read = [Some(3), None, Some(BUFFER), Some(9), Some(OUT)];
        assert_eq!(guest.with_path("path_readlink", path, &read), expected, "{path}");
        let rename = [Some(3), None, Some(3), None];
        assert_eq!(guest.with_paths("path_rename", [path, "stolen"], &rename), expected, "{path}");
        assert_eq!(guest.with_paths("path_rename", ["dir", path], &rename), expected, "{path}");
        let link = [Some(3), Some(0), None, Some(3), None];
        assert_eq!(guest.with_paths("path_link", [path, "stolen"], &link), expected, "{path}");
        assert_eq!(guest.with_paths("path_symlink", ["x", path], &[None, Some(3), None]), expected, "{path}");
    }
}

#[test]
fn a_directory_in_memory_cannot_be_left() {
    let mut world = World::new();
    world.preopen_virtual("/");
    let mut guest = Guest::new(world);
    prepare(&mut guest);
    for path in ESCAPES.into_iter().chain(["/secret", "/", ".."]) {
        try_everything(&mut guest, path, Errno::Perm);
    }
    assert_eq!(guest.with_paths("path_symlink", ["/etc", "abs"], &[None, Some(3), None]), Errno::Perm);
}

#[test]
fn a_directory_of_the_host_cannot_be_left() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("secret"), "secret").unwrap();
    fs::create_dir(folder.path().join("root")).unwrap();
    let mut world = World::new();
    world.preopen_host(&folder.path().join("root"), "/").unwrap();
    let mut guest = Guest::new(world);
    prepare(&mut guest);
    let absolute = folder.path().join("secret");
    for path in ESCAPES.into_iter().chain([absolute.to_str().unwrap(), "/", ".."]) {
        try_everything(&mut guest, path, Errno::Perm);
    }
    assert_eq!(guest.with_paths("path_symlink", ["/etc", "abs"], &[None, Some(3), None]), Errno::Perm);
    assert_eq!(fs::read(absolute).unwrap(), b"secret");
}

#[cfg(unix)]
#[test]
fn links_that_the_host_made_do_not_lead_out_either() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("root");
    fs::write(folder.path().join("secret"), "secret").unwrap();
    fs::create_dir(&root).unwrap();
    std::os::unix::fs::symlink(folder.path().join("secret"), root.join("absolute")).unwrap();
    std::os::unix::fs::symlink("../secret", root.join("relative")).unwrap();
    let mut world = World::new();
    world.preopen_host(&root, "/").unwrap();
    let mut guest = Guest::new(world);
    for path in ["absolute", "relative"] {
        assert_eq!(guest.open(path, 0, READ), Err(Errno::Perm), "{path}");
        let follow = [Some(3), Some(1), None, Some(OUT)];
        assert_eq!(guest.with_path("path_filestat_get", path, &follow), Errno::Perm, "{path}");
    }
}

/// Such as a program finds that runs on both tiers.
#[cfg(unix)]
#[test]
fn a_copy_has_the_links_that_lead_out_and_they_do_not() {
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("absolute")).unwrap();
    std::os::unix::fs::symlink("absolute", folder.path().join("link")).unwrap();
    let copied = HostDir::ambient(folder.path()).unwrap().copy().unwrap();
    let mut worlds = [World::new(), World::new()];
    worlds[0].preopen_host(folder.path(), "/").unwrap();
    worlds[1].preopens.push(Preopen { name: "/".to_owned(), dir: Dir::Virtual(copied) });
    for mut guest in worlds.map(Guest::new) {
        assert_eq!(guest.stat("absolute"), Ok((7, 11)));
        assert_eq!(guest.open("absolute", 0, READ), Err(Errno::Perm));
        let read_link = [Some(3), None, Some(BUFFER), Some(20), Some(OUT)];
        assert_eq!(guest.with_path("path_readlink", "absolute", &read_link), Errno::Perm);
        assert_eq!(guest.with_path("path_readlink", "link", &read_link), Errno::Success);
        assert_eq!(guest.get(BUFFER, 8), b"absolute");
    }
}

#[test]
fn a_directory_below_is_a_root_of_its_own() {
    let mut world = World::new();
    world.preopen_virtual("/").write("dir/inner/file", b"x").unwrap();
    let mut guest = Guest::new(world);
    let dir = guest.open("dir/inner", 2, READ).unwrap();
    assert_eq!(guest.open_with(dir, 1, "../inner/file", 0, READ, 0), Err(Errno::Perm));
    assert_eq!(guest.open_with(dir, 1, "..", 2, READ, 0), Err(Errno::Perm));
    assert!(guest.open("dir/inner/../inner/file", 0, READ).is_ok());
}
