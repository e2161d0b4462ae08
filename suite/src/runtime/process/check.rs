//! What a driver gets wrong: a conversation whose right answers are known.
//!
//! Whatever a driver says is *unsupported* is right, but for `hello` and `reset`, and unless it says so of everything that one of
//! its abilities stands for. One that breaks is told so once, and started again for what comes next.

mod components;
mod core;
mod hosts;
mod programs;
mod state;
mod told;
mod traps;

use super::{Driver, Limits, Remote};
use crate::{
    runtime::{Ability, End, Runtime},
    trace::Level,
};
use std::fmt;

/// One thing that was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was asked.
    pub asked: &'static str,
    /// What was wrong; `Ok` with a remark if nothing was.
    pub result: Result<&'static str, String>,
}

impl Finding {
    /// Whether the driver is wrong here.
    pub fn is_wrong(&self) -> bool {
        self.result.is_err()
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.result {
            Ok(remark) => write!(f, "ok     {}{remark}", self.asked),
            Err(wrong) => write!(f, "WRONG  {}: {wrong}", self.asked),
        }
    }
}

/// Checks the driver.
pub fn check(driver: &Driver, limits: Limits) -> Vec<Finding> {
    let hello = |result| Finding { asked: "hello", result };
    match Remote::start(driver.clone(), limits) {
        Ok(mut remote) => [vec![hello(Ok(""))], converse(&mut remote)].concat(),
        Err(broken) => vec![hello(Err(broken.to_string()))],
    }
}

/// All but the greeting, with a runtime at the other end of a driver or in this process.
pub fn converse(runtime: &mut dyn Runtime) -> Vec<Finding> {
    let about = runtime.about();
    let mut talk = Talk { runtime, level: about.level, findings: Vec::new(), restarts: 0, answered: 0, is_over: false };
    talk.ask("reset", |runtime| runtime.reset(), succeeds);
    let chapters: [(Ability, Chapter); 9] = [
        (Ability::Core, core::ask),
        (Ability::Hosts, hosts::ask),
        (Ability::Components, components::ask),
        (Ability::Gives, components::gives),
        (Ability::P1, programs::preview_1),
        (Ability::Preloads, programs::preloads),
        (Ability::P2, programs::preview_2),
        (Ability::Times, programs::times),
        (Ability::Js, programs::javascript),
    ];
    if !chapters.iter().any(|(ability, _)| about.can(*ability)) {
        talk.found("abilities", Err("there is none that cases can be run with".to_owned()));
    }
    for (ability, chapter) in chapters.iter().filter(|(ability, _)| about.can(*ability)) {
        let answered = talk.answered;
        chapter(&mut talk);
        if talk.answered == answered && !talk.is_over {
            let ability = ability.as_str();
            let why = format!("`{ability}` is claimed, and nothing that is asked of it is answered: leave it out");
            talk.found("abilities", Err(why));
        }
    }
    talk.ask("reset after a case", |runtime| runtime.reset(), succeeds);
    talk.findings
}

/// What a question comes to: nothing but perhaps a remark, or what was wrong.
type Judged = Result<&'static str, String>;

/// The questions about one ability.
type Chapter = fn(&mut Talk<'_>);

/// A conversation under way.
struct Talk<'r> {
    runtime: &'r mut dyn Runtime,
    level: Level,
    findings: Vec<Finding>,
    /// How often the runtime broke. What was made before that is gone.
    restarts: usize,
    /// How many questions had an answer other than that there are no means for it.
    answered: usize,
    /// It cannot be started again.
    is_over: bool,
}

impl Talk<'_> {
    fn found(&mut self, asked: &'static str, result: Judged) {
        self.findings.push(Finding { asked, result });
    }

    /// Asks something, and says what was wrong with the answer. A runtime that broke in it is started again.
    fn ask<T>(
        &mut self,
        asked: &'static str,
        question: impl FnOnce(&mut dyn Runtime) -> Result<T, End>,
        judge: impl FnOnce(Result<T, End>) -> Judged,
    ) {
        if self.is_over {
            return;
        }
        let got = question(self.runtime);
        self.answered += usize::from(!matches!(got, Err(End::Unsupported(_))));
        match got {
            Err(End::Broken(broken)) => {
                self.found(asked, Err(broken.to_string()));
                self.restarts += 1;
                if let Err(end) = self.runtime.reset() {
                    self.is_over = true;
                    self.found("hello and reset after that", Err(end.to_string()));
                }
            }
            got => self.found(asked, judge(got)),
        }
    }
}

/// What a chapter has made, to ask about.
struct Scene<S> {
    make: fn(&mut dyn Runtime) -> Result<S, End>,
    made: Option<(usize, S)>,
    /// It cannot be made.
    is_lost: bool,
}

impl<S> Scene<S> {
    fn new(make: fn(&mut dyn Runtime) -> Result<S, End>) -> Self {
        Scene { make, made: None, is_lost: false }
    }

    /// Asks about what was made, which is made again if the runtime broke since.
    fn ask<T>(
        &mut self,
        talk: &mut Talk<'_>,
        asked: &'static str,
        question: impl FnOnce(&mut dyn Runtime, &S) -> Result<T, End>,
        judge: impl FnOnce(Result<T, End>) -> Judged,
    ) {
        if self.is_lost {
            return;
        }
        if self.made.as_ref().is_none_or(|(restarts, _)| *restarts != talk.restarts) && !talk.is_over {
            match (self.make)(talk.runtime) {
                Ok(made) => self.made = Some((talk.restarts, made)),
                // What was never there is told once, as the answer to what is asked of it.
                Err(end) if self.made.is_none() => {
                    self.is_lost = true;
                    return talk.ask(asked, |_| Err(end), judge);
                }
                Err(end) => {
                    talk.is_over = true;
                    talk.found(asked, Err(format!("what was there before it broke cannot be made again: {end}")));
                }
            }
        }
        if let Some((_, made)) = &self.made {
            talk.ask(asked, |runtime| question(runtime, made), judge);
        }
    }
}

/// The right value, or none for lack of means.
fn is<T: PartialEq + fmt::Debug>(wanted: T) -> impl FnOnce(Result<T, End>) -> Judged {
    move |got| match got {
        Ok(got) if got == wanted => Ok(""),
        Ok(got) => Err(format!("expected {wanted:?}, got {got:?}")),
        Err(End::Unsupported(_)) => Ok(" (unsupported)"),
        Err(end) => Err(format!("expected {wanted:?}, got {end}")),
    }
}

/// The right class of end.
fn ends<T>(wanted: &str, is_right: impl FnOnce(&End) -> bool) -> impl FnOnce(Result<T, End>) -> Judged {
    move |got| match got {
        Err(end) if is_right(&end) => Ok(""),
        Err(End::Unsupported(_)) => Ok(" (unsupported)"),
        Err(end) => Err(format!("expected {wanted}, got {end}")),
        Ok(_) => Err(format!("expected {wanted}, got success")),
    }
}

/// Success, and nothing else.
fn succeeds<T>(got: Result<T, End>) -> Judged {
    got.map(|_| "").map_err(|end| end.to_string())
}
