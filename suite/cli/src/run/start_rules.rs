//! The flags that choose a reading of each contested rule by which WASI programs start.

use preflight_engine::wasi::{self, StartRules};

/// A flag's values: each is a reading, under the engine's own name for it.
macro_rules! readings {
    ($($name:ident as $engine:path { $($(#[$doc:meta])* $reading:ident,)* })*) => {$(
        #[derive(Debug, Clone, Copy, clap::ValueEnum)]
        enum $name {
            $($(#[$doc])* $reading,)*
        }

        impl From<$name> for $engine {
            fn from(reading: $name) -> Self {
                match reading {
                    $($name::$reading => <$engine>::$reading,)*
                }
            }
        }
    )*};
}

readings! {
    BothEntries as wasi::BothEntries {
        /// An error, and neither runs: what the ABI asks for.
        Reject,
        /// _initialize, then _start.
        InitializeThenStart,
        /// A command; _initialize is not called.
        StartWins,
    }
    NoEntry as wasi::NoEntry {
        /// The instantiation is all there is to run.
        Succeed,
        /// An error, before anything has run.
        Reject,
    }
    WrongEntry as wasi::WrongEntry {
        /// An error, before anything has run.
        Reject,
        /// An export like any other.
        Ignore,
    }
    WithoutWasi as wasi::WithoutWasi {
        /// The entries mean the same.
        Apply,
        /// They are exports like any others.
        Ignore,
    }
    SecondCall as wasi::SecondCall {
        /// An error, and nothing runs.
        Reject,
        /// It is made all the same.
        Allow,
    }
    CommandAsLibrary as wasi::CommandAsLibrary {
        /// Each call of an export gets a fresh instance.
        FreshInstance,
        /// An error, before anything has run.
        Reject,
    }
    DefaultExport as wasi::DefaultExport {
        /// It means nothing.
        StartOnly,
        /// It is run in place of _start.
        EmptyNameFirst,
    }
    MissingMemory as wasi::MissingMemory {
        /// The call that needs it traps.
        TrapAtCall,
        /// An error, before anything has run.
        Reject,
    }
    WasiInStart as wasi::WasiInStart {
        /// It is served as any other.
        Allowed,
        /// It traps if it needs memory.
        Trap,
    }
}

/// One flag for each rule; a trace tells which reading was applied wherever it mattered.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "WASI: rules of starting that texts or runtimes disagree about")]
pub struct StartRuleArgs {
    /// P1-KIND-03: a module exports both _start and _initialize.
    #[arg(long, value_enum, value_name = "READING", default_value = "reject")]
    both_entries: BothEntries,
    /// P1-KIND-05: the main program exports neither.
    #[arg(long, value_enum, value_name = "READING", default_value = "succeed")]
    no_entry: NoEntry,
    /// P1-KIND-06: _start is no function without parameters and results.
    #[arg(long, value_enum, value_name = "READING", default_value = "reject")]
    wrong_start: WrongEntry,
    /// P1-KIND-07: _initialize is no function without parameters and results.
    #[arg(long, value_enum, value_name = "READING", default_value = "reject")]
    wrong_initialize: WrongEntry,
    /// P1-KIND-08: a module that imports nothing of WASI exports an entry.
    #[arg(long, value_enum, value_name = "READING", default_value = "apply")]
    without_wasi: WithoutWasi,
    /// P1-CMD-03 and P1-REA-01: an entry is to be called a second time.
    #[arg(long, value_enum, value_name = "READING", default_value = "reject")]
    second_call: SecondCall,
    /// P1-CMD-09: a command is given to --preload.
    #[arg(long, value_enum, value_name = "READING", default_value = "fresh-instance")]
    command_as_library: CommandAsLibrary,
    /// P1-CMD-11: an export has the empty name.
    #[arg(long, value_enum, value_name = "READING", default_value = "start-only")]
    default_export: DefaultExport,
    /// P1-ENV-02: a module that needs its memory exports none of the name memory.
    #[arg(long, value_enum, value_name = "READING", default_value = "trap-at-call")]
    missing_memory: MissingMemory,
    /// P1-ENV-07: WASI is called from the core start section.
    #[arg(long, value_enum, value_name = "READING", default_value = "allowed")]
    wasi_in_start: WasiInStart,
}

impl StartRuleArgs {
    /// The readings that were chosen.
    pub fn rules(&self) -> StartRules {
        StartRules {
            both_entries: self.both_entries.into(),
            no_entry: self.no_entry.into(),
            wrong_start: self.wrong_start.into(),
            wrong_initialize: self.wrong_initialize.into(),
            without_wasi: self.without_wasi.into(),
            second_call: self.second_call.into(),
            command_as_library: self.command_as_library.into(),
            default_export: self.default_export.into(),
            missing_memory: self.missing_memory.into(),
            wasi_in_start: self.wasi_in_start.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Cli {
        #[command(flatten)]
        rules: StartRuleArgs,
    }

    #[test]
    fn the_defaults_are_the_engines() {
        assert_eq!(Cli::parse_from(["x"]).rules.rules(), StartRules::default());
    }
}
