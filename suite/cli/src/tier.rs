//! The tiers of the engine, as every command that runs something names them.

#[cfg(not(feature = "jit"))]
use anyhow::bail;
use preflight::script::Options;

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
            Tier::Jit | Tier::Both => bail!("unsupported: this program was built without the compiler (feature `jit`)"),
        }
    }

    /// How scripts are run.
    ///
    /// # Errors
    /// If this program was built without the tier.
    pub fn options(self) -> anyhow::Result<Options> {
        let mut options = Options::default();
        #[cfg(feature = "jit")]
        if self == Tier::Both {
            options.both = true;
            return Ok(options);
        }
        options.config.tier = self.each()?[0];
        Ok(options)
    }
}
