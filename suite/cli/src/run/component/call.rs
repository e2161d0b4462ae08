//! The call of an exported function of a component, named and given arguments on the command line.

use crate::run::{it_exports, values::unprotected};
use anyhow::{Context, bail};
use preflight_engine::component::{ComponentFuncType, ComponentVal, ComponentValType, WaveError};

/// `--invoke NAME ARG…`.
#[derive(Debug)]
pub struct Call {
    /// The function: `f`, or `iface#f` for one of an exported instance.
    pub name: String,
    /// The arguments in WAVE.
    pub args: Vec<String>,
}

/// A function that is exported: the names that lead there, and its type.
type Exported = (Vec<String>, ComponentFuncType);

impl Call {
    /// The function among those that are exported: by its full name, or by its last name if that is the only one of its
    /// kind.
    pub fn find<'f>(&self, funcs: &'f [Exported]) -> Option<&'f Exported> {
        let by_path = funcs.iter().find(|(path, _)| path.join("#") == self.name);
        by_path.or_else(|| {
            let mut by_name = funcs.iter().filter(|(path, _)| path.last() == Some(&self.name));
            by_name.next().filter(|_| by_name.next().is_none())
        })
    }

    /// The function's path and the arguments.
    ///
    /// # Errors
    /// A name that none of `funcs` has, too few or too many arguments, or one that is not of its parameter's type.
    pub fn resolve<'f>(&self, funcs: &'f [Exported], file: &str) -> anyhow::Result<(&'f [String], Vec<ComponentVal>)> {
        let Some((path, ty)) = self.find(funcs) else {
            let names = funcs.iter().map(|(path, _)| path.join("#")).collect();
            bail!("{file}: exports no function {:?}, or several; {}", self.name, it_exports(names));
        };
        if ty.params.len() != self.args.len() {
            bail!("--invoke {}: it is a {ty}, and {} given", self.name, arguments(self.args.len()));
        }
        let args = self.args.iter().zip(&ty.params).map(|(text, param)| {
            let text = unprotected(text);
            read_wave(&text, &param.ty).with_context(|| {
                format!("--invoke {}: argument {:?}: {text:?} is no value of {}", self.name, &*param.label, param.ty)
            })
        });
        Ok((path, args.collect::<anyhow::Result<_>>()?))
    }
}

fn arguments(n: usize) -> String {
    format!("{n} argument{}", if n == 1 { " is" } else { "s are" })
}

/// A value in WAVE. A string may stand without its quotes.
pub fn read_wave(text: &str, ty: &ComponentValType) -> Result<ComponentVal, WaveError> {
    match ty {
        ComponentValType::String if !text.trim_start().starts_with('"') => Ok(ComponentVal::string(text)),
        ty => ComponentVal::from_wave(text, ty),
    }
}
