//! What the system has for limits, and for the end of a process with all that it has started.

#[cfg(unix)]
pub(super) use unix::Group;

#[cfg(not(unix))]
pub(super) use elsewhere::Group;

#[cfg(unix)]
mod unix {
    use crate::leftovers::{self, Mark};
    use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
    #[cfg(target_os = "linux")]
    use std::{env, path::Path};
    use std::{
        io,
        os::unix::process::CommandExt,
        process::{Child, Command, ExitStatus, Stdio},
    };

    /// A process and what it has started: a process group, which ends with this value and with its leader; on Linux with what has
    /// left the group, too.
    #[derive(Debug)]
    pub(crate) struct Group {
        /// The leader.
        pub(crate) child: Child,
        /// What it and its children can be known by.
        mark: Mark,
        /// How the leader ended, once it has been waited for. Its number may belong to somebody else from then on.
        status: Option<ExitStatus>,
    }

    impl Group {
        /// Starts `command` in a process group of its own, with its three streams as pipes.
        pub(crate) fn start(command: Command, memory_bytes: u64) -> io::Result<Self> {
            let mut command = limited(command, memory_bytes)?;
            let mark = Mark::new();
            mark.put_on(&mut command);
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            let child = leftovers::start(|| command.process_group(0).spawn())?;
            Ok(Group { child, mark, status: None })
        }

        /// How the leader has ended, if it has; what it left running is ended then.
        pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
            if self.status.is_none() && has_ended(&self.child)? {
                self.end()?;
            }
            Ok(self.status)
        }

        /// Ends all of the group.
        fn end(&mut self) -> io::Result<()> {
            if self.status.is_some() {
                return Ok(());
            }
            // The leader has not been waited for: even if it has ended, no other process and no other group has its number.
            if let Some(pid) = pid(&self.child) {
                // All of them may have ended.
                let _ = kill_process_group(pid, Signal::KILL);
            }
            // One that has joined another group is none of them.
            let _ = self.child.kill();
            self.mark.end_all();
            leftovers::ended(self.child.id());
            self.status = Some(self.child.wait()?);
            Ok(())
        }
    }

    impl Drop for Group {
        fn drop(&mut self) {
            // Nobody is left to be told that the system would not wait.
            let _ = self.end();
        }
    }

    fn pid(child: &Child) -> Option<Pid> {
        Pid::from_raw(child.id().cast_signed())
    }

    /// Whether it has ended, without waiting for it: its number stays its own.
    fn has_ended(child: &Child) -> io::Result<bool> {
        let Some(pid) = pid(child) else { return Ok(true) };
        let look = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        Ok(waitid(WaitId::Pid(pid), look)?.is_some())
    }

    /// The command, started by a shell that sets the limit before: what a program has reserved while there was none counts
    /// against it, and it would die of its first request.
    #[cfg(target_os = "linux")]
    fn limited(command: Command, memory_bytes: u64) -> io::Result<Command> {
        if !is_there(&command) {
            let why = "there is no such program; give its path, or one on the search path";
            return Err(io::Error::new(io::ErrorKind::NotFound, why));
        }
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", r#"ulimit -d "$0" && exec "$@""#, &(memory_bytes / 1024).to_string()]);
        shell.arg(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        if let Some(folder) = command.get_current_dir() {
            shell.current_dir(folder);
        }
        Ok(shell)
    }

    /// Elsewhere there is no such limit.
    #[cfg(not(target_os = "linux"))]
    fn limited(command: Command, _memory_bytes: u64) -> io::Result<Command> {
        Ok(command)
    }

    /// Whether the program can be found, as the system looks for it.
    #[cfg(target_os = "linux")]
    fn is_there(command: &Command) -> bool {
        let program = Path::new(command.get_program());
        if program.components().count() > 1 {
            return command.get_current_dir().map_or(program.into(), |folder| folder.join(program)).is_file();
        }
        let path = env::var_os("PATH").unwrap_or_default();
        env::split_paths(&path).any(|folder| folder.join(program).is_file())
    }
}

/// With what every system has: no limit of memory, and the end of the child alone.
#[cfg(not(unix))]
mod elsewhere {
    use std::{
        io,
        process::{Child, Command, ExitStatus, Stdio},
    };

    #[derive(Debug)]
    pub(crate) struct Group {
        pub(crate) child: Child,
    }

    impl Group {
        pub(crate) fn start(mut command: Command, _memory_bytes: u64) -> io::Result<Self> {
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
            Ok(Group { child: command.spawn()? })
        }

        pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
            self.child.try_wait()
        }
    }

    impl Drop for Group {
        fn drop(&mut self) {
            // It may have ended already.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}
