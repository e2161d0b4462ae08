//! `--invoke NAME [ARG]...`: the exports that are called, in the order in which they are given.

use super::values::MINUS;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use std::{ffi::OsString, path::Path};

/// The calls that are asked for: each a name, and its arguments.
#[derive(Debug, Clone, Default)]
pub struct InvokeArgs(Vec<Vec<String>>);

impl InvokeArgs {
    /// The calls in their order.
    pub fn calls(&self) -> impl Iterator<Item = (&String, &[String])> {
        self.0.iter().filter_map(|call| call.split_first())
    }
}

// By hand, as the attributes of a field would make one list of all the calls.
impl FromArgMatches for InvokeArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let calls = matches.get_occurrences::<String>("invoke").into_iter().flatten();
        Ok(InvokeArgs(calls.map(|call| call.cloned().collect()).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for InvokeArgs {
    fn augment_args(command: Command) -> Command {
        let short = "Then call this export, with arguments of its parameters' types: 42, -1, 0x2a, 1.5, inf, nan, null";
        let long = format!(
            "{short}.\n\nMay be given several times: the calls follow each other on the same instance, until one does not \
             return. For components: values in WAVE, such as '{{name: \"x\", tags: [1, 2]}}', 'some(1)' or 'err(\"no\")', \
             and names such as f or a:b/iface#f."
        );
        let arg = Arg::new("invoke").long("invoke").value_name("NAME [ARG]").num_args(1..).action(ArgAction::Append);
        command.arg(arg.allow_negative_numbers(true).help(short).long_help(long))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

/// The arguments of a command line once more with the file of its first `--invoke` before it: other runtimes are told
/// `--invoke NAME FILE ARG...`, where this one would take FILE for an argument of the call. None if there is no such file.
pub fn with_file_before_invoke(args: &[OsString]) -> Option<Vec<OsString>> {
    let flag = args.iter().position(|arg| arg == "--invoke" || starts_with(arg, "--invoke="))?;
    let first = if args[flag] == "--invoke" { flag + 2 } else { flag + 1 };
    let behind = args.iter().skip(first).take_while(|arg| !is_flag(arg));
    let file = first + behind.take_while(|arg| !is_program(arg)).count();
    let mut moved = args.to_vec();
    let file = (is_program(moved.get(file)?)).then(|| moved.remove(file))?;
    moved.insert(flag, file);
    Some(moved)
}

fn is_program(arg: &OsString) -> bool {
    let path = Path::new(arg);
    path.is_file() || path.extension().is_some_and(|ending| ending == "wasm" || ending == "wat")
}

/// Whether the values of the flag before end here.
fn is_flag(arg: &OsString) -> bool {
    let is_number = arg.to_str().is_some_and(|text| text.starts_with(MINUS) || text.parse::<f64>().is_ok());
    starts_with(arg, "-") && !is_number
}

fn starts_with(arg: &OsString, start: &str) -> bool {
    arg.to_str().is_some_and(|text| text.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved(line: &str) -> Option<String> {
        let args: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let moved = with_file_before_invoke(&args)?;
        Some(moved.iter().filter_map(|arg| arg.to_str()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn the_file_of_a_call_goes_before_it() {
        assert_eq!(moved("p exec --invoke add m.wat 1 -2").as_deref(), Some("p exec m.wat --invoke add 1 -2"));
        assert_eq!(moved("p exec --invoke add 1 -2 m.wasm").as_deref(), Some("p exec m.wasm --invoke add 1 -2"));
        assert_eq!(moved("p exec --invoke=add m.wasm").as_deref(), Some("p exec m.wasm --invoke=add"));
        assert_eq!(moved("p exec --invoke add --dir a.wasm"), None, "what is behind another flag is that flag's");
        assert_eq!(moved("p exec --invoke m.wasm"), None, "the first is the name");
        assert_eq!(moved("p exec m.wasm"), None);
    }
}
