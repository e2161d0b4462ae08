//! Streams that keep their readers and writers waiting: a standard input that is read live, and pipes with a name among the
//! host's files. Only what is called `blocking` waits for them.

use crate::table::Table;
use preflight_engine::wasi::{
    World,
    world::{Clocks, Input},
};
use std::{io::Write, thread, time::Duration};

const OPEN: &str = "
    # cli/stdin
    in = get-stdin
    # cli/stdout
    out = get-stdout
    # clocks/monotonic-clock
    soon = subscribe-duration 50000000
    # io/streams
    p = input-stream.subscribe $in
";

#[test]
fn a_poll_of_a_live_input_lets_the_clock_win() {
    for clocks in [Clocks::default(), Clocks::system()] {
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        let mut table = Table::new(World { stdin: Input::live(reader), clocks, ..World::new() });
        table.lines(OPEN);
        table.lines(
            "# io/poll
             pollable.ready $p => false
             poll [$p, $soon] => [1]
             # io/streams
             input-stream.read $in | 5 => ok([])
             input-stream.skip $in | 5 => ok(0)
             output-stream.splice $out | $in | 5 => ok(0)",
        );
        let late = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            writer.write_all(b"hello").expect("it is read");
            writer
        });
        // One byte was asked for by who looked first, and comes alone.
        table.lines(
            "# io/poll
             pollable.block $p
             poll [$p] => [0]
             # io/streams
             input-stream.blocking-read $in | 1 => ok([104])",
        );
        drop(late.join().expect("it has written"));
        table.lines(
            "input-stream.blocking-skip $in | 2 => ok(2)
             output-stream.blocking-splice $out | $in | 2 => ok(2)
             # io/poll
             poll [$p, $soon] => [0, 1]
             # io/streams
             input-stream.blocking-read $in | 1 => err(closed)
             input-stream.read $in | 1 => err(closed)
             # io/poll
             pollable.ready $p => true",
        );
        assert_eq!(table.run.stdout(), "lo");
    }
}

#[cfg(unix)]
mod pipes {
    use super::*;
    use std::{fs, io::Read, path::PathBuf, process::Command};

    /// A folder with the pipe `fifo`, where that is, and a table with the folder in `$d`.
    fn pipe() -> (tempfile::TempDir, PathBuf, Table) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&path).status().expect("mkfifo").success());
        let mut world = World::new();
        world.preopen_host(folder.path(), "/").expect("a directory");
        let mut table = Table::new(world);
        table.lines("# filesystem/preopens\nd = get-directories");
        (folder, path, table)
    }

    #[test]
    fn a_pipe_is_one_and_is_read_as_a_stream() {
        let (_folder, path, mut table) = pipe();
        table.lines(
            r#"# filesystem/types
               descriptor.stat-at $d | {} | "fifo" => ok({type: fifo…
               f = descriptor.open-at $d | {} | "fifo" | {} | {read}
               descriptor.get-type $f => ok(fifo)
               descriptor.read $f | 1 | 0 => err(invalid-seek)
               descriptor.advise $f | 0 | 0 | normal => err(invalid-seek)
               in = descriptor.read-via-stream $f | 7"#,
        );
        // Both ends, so that this does not wait.
        let mut writer = fs::OpenOptions::new().read(true).write(true).open(path).expect("a writer");
        table.lines(
            "# clocks/monotonic-clock
             soon = subscribe-duration 50000000
             # io/streams
             p = input-stream.subscribe $in
             input-stream.read $in | 5 => ok([])
             # io/poll
             poll [$p, $soon] => [1]",
        );
        writer.write_all(b"hello").expect("written");
        table.lines(
            "# io/poll
             poll [$p] => [0]
             # io/streams
             input-stream.blocking-read $in | 1 => ok([104])
             input-stream.read $in | 9 => ok([101, 108, 108, 111])",
        );
        drop(writer);
        table.lines("input-stream.blocking-read $in | 1 => err(closed)");
    }

    /// A pipe keeps 64 KiB.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_pipe_keeps_its_writer_waiting_and_loses_nothing() {
        let (_folder, path, mut table) = pipe();
        let mut reader = fs::OpenOptions::new().read(true).write(true).open(path).expect("a reader");
        table.lines(
            r#"# filesystem/types
               f = descriptor.open-at $d | {} | "fifo" | {} | {write}
               descriptor.write $f | [1] | 0 => err(invalid-seek)
               w = descriptor.write-via-stream $f | 7
               # io/streams
               output-stream.check-write $w => ok(65536)
               output-stream.write-zeroes $w | 65536 => ok
               output-stream.check-write $w => ok(65536)
               output-stream.write-zeroes $w | 65536 => ok
               output-stream.check-write $w => ok(0)
               output-stream.write $w | [1] => trap
               p = output-stream.subscribe $w
               # clocks/monotonic-clock
               soon = subscribe-duration 50000000
               # io/poll
               poll [$p, $soon] => [1]"#,
        );
        let read = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            let mut bytes = vec![7; 2 * 65536 + 1];
            reader.read_exact(&mut bytes).expect("they come");
            bytes
        });
        table.lines(
            "# io/poll
             pollable.block $p
             # io/streams
             output-stream.blocking-write-and-flush $w | [1] => ok
             output-stream.check-write $w => ok(65536)",
        );
        let bytes = read.join().expect("it has read");
        assert!(bytes.iter().rposition(|byte| *byte == 0) == Some(bytes.len() - 2) && bytes.last() == Some(&1));
    }
}
