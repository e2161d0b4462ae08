//! The tiers of the engine, as every command that runs something names them.

use anyhow::ensure;
use preflight::script::Options;
use preflight_engine::Config;

/// A tier of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Tier {
    /// The interpreter.
    Interp,
    /// The compiler.
    Jit,
    /// Both, one after the other.
    Both,
}

impl Tier {
    /// The tiers meant, in the order in which they run.
    ///
    /// # Errors
    /// If this program was built without one of them.
    pub fn each(self) -> anyhow::Result<Vec<preflight_engine::Tier>> {
        use preflight_engine::Tier as Engine;
        match self {
            Tier::Interp => Ok(vec![Engine::Interp]),
            #[cfg(feature = "jit")]
            Tier::Jit => Ok(vec![Engine::Jit]),
            #[cfg(feature = "jit")]
            Tier::Both => Ok(vec![Engine::Interp, Engine::Jit]),
            #[cfg(not(feature = "jit"))]
            Tier::Jit | Tier::Both => {
                anyhow::bail!("unsupported: this program was built without the compiler (feature `jit`)")
            }
        }
    }
}

/// Which tier runs, and how.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct CompileArgs {
    /// When the compiler compiles a function: lazy, when it is called first, which is the shortest way to a start function;
    /// or eager, all functions with their module, on all cores, which is for long runs [default: lazy].
    #[arg(long, value_enum, value_name = "WHEN")]
    compile: Option<Compile>,
}

/// When functions are compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "lower")]
enum Compile {
    Lazy,
    Eager,
}

impl CompileArgs {
    /// The settings for modules that will run on this tier.
    ///
    /// # Errors
    /// If nothing is compiled there, but was wanted to be, or if this program was built without the tier.
    pub fn apply(self, tier: Tier, config: &mut Config) -> anyhow::Result<()> {
        let tiers = tier.each()?;
        // The tier that compiles is the last of them; modules serve both.
        config.tier = tiers[tiers.len() - 1];
        let Some(compile) = self.compile else { return Ok(()) };
        ensure!(
            tier != Tier::Interp,
            "--compile is about the compiler, and the interpreter runs this; add --tier jit or --tier both"
        );
        config.compile = match compile {
            Compile::Lazy => preflight_engine::Compile::Lazy,
            Compile::Eager => preflight_engine::Compile::Eager,
        };
        Ok(())
    }

    /// How scripts are run on this tier.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn options(self, tier: Tier) -> anyhow::Result<Options> {
        let mut options = Options::default();
        self.apply(tier, &mut options.config)?;
        #[cfg(feature = "jit")]
        if tier == Tier::Both {
            options.both = true;
        }
        Ok(options)
    }
}
