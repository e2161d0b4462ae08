//! scratch
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    r: crate::run::RunArgs,
}
pub fn run(a: Args) -> anyhow::Result<std::process::ExitCode> {
    todo!()
}
