//! The tiers of the engine, as every command that runs something names them.

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
    /// The one tier meant.
    ///
    /// # Errors
    /// If it is both, or if this program was built without it.
    pub fn one(self) -> anyhow::Result<preflight_engine::Tier> {
        match self {
            Tier::Interp => Ok(preflight_engine::Tier::Interp),
            #[cfg(feature = "jit")]
            Tier::Jit => Ok(preflight_engine::Tier::Jit),
            #[cfg(not(feature = "jit"))]
            Tier::Jit => bail!("unsupported: this program was built without the compiler (feature `jit`)"),
            Tier::Both => bail!("unsupported: this command runs on one tier; give --tier interp or --tier jit"),
        }
    }

    /// The tiers meant, with their names.
    ///
    /// # Errors
    /// If this program was built without one of them.
    pub fn each(self) -> anyhow::Result<Vec<(&'static str, preflight_engine::Tier)>> {
        Ok(match self {
            Tier::Interp => vec![("interp", self.one()?)],
            Tier::Jit => vec![("jit", self.one()?)],
            Tier::Both => vec![("interp", Tier::Interp.one()?), ("jit", Tier::Jit.one()?)],
        })
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
        options.config.tier = self.one()?;
        Ok(options)
    }
}
