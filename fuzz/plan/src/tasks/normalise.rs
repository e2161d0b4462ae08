//! Normal plans: what steps speak of has been made before, and there is not too much of it.

use super::{Place, Step, TaskPlan};

/// What a plan holds at most.
mod most {
    pub const STEPS: usize = 24;
    pub const THREADS: usize = 3;
    pub const THREAD_STEPS: usize = 8;
    /// Steps that make a thread, of one function.
    pub const NEW: usize = 3;
    /// Steps that call the other component.
    pub const CALLS: usize = 3;
    pub const YIELDS: u8 = 3;
    pub const HOSTS: usize = 2;
    pub const POLLS: u8 = 4;
    /// The indices of threads that steps speak of.
    pub const INDEX: u32 = 6;
}

impl TaskPlan {
    /// The normal plan that this one stands for.
    pub fn normalise(&self) -> TaskPlan {
        let mut hosts = self.hosts.clone();
        hosts.truncate(most::HOSTS);
        hosts.iter_mut().for_each(|host| host.polls %= most::POLLS + 1);
        let bodies = self.threads.len().min(most::THREADS);
        let mut made = Made { is_called: self.place == Place::Called, bodies, hosts: hosts.len(), ..Made::default() };
        let mut list = |steps: &[Step], function: Option<usize>, most: usize| {
            made.function = function;
            made.new_threads = 0;
            steps.iter().take(most).filter_map(|step| made.normal(*step)).collect::<Vec<_>>()
        };
        let steps = list(&self.steps, None, most::STEPS);
        let threads = &self.threads[..bodies];
        let threads = threads.iter().enumerate().map(|(i, steps)| list(steps, Some(i), most::THREAD_STEPS)).collect();
        TaskPlan { steps, threads, hosts, yields: self.yields % (most::YIELDS + 1), ..self.clone() }
    }
}

/// What earlier steps make.
#[derive(Default)]
struct Made {
    is_called: bool,
    bodies: usize,
    hosts: usize,
    sets: usize,
    /// Of each whether the host has its other end.
    flows: Vec<bool>,
    errors: usize,
    /// Calls of the other component, and all calls without waiting.
    worker_calls: usize,
    calls: usize,
    /// The function of a thread in which the steps stand.
    function: Option<usize>,
    new_threads: usize,
}

fn pick(raw: usize, len: usize) -> Option<usize> {
    (len > 0).then(|| raw % len)
}

impl Made {
    fn normal(&mut self, step: Step) -> Option<Step> {
        let flows = self.flows.len();
        Some(match step {
            Step::NewSet => {
                self.sets += 1;
                step
            }
            Step::NewFlow { .. } => {
                self.flows.push(false);
                step
            }
            Step::GetFlow { is_future, len } => {
                self.flows.push(true);
                Step::GetFlow { is_future, len: len % 9 }
            }
            Step::NewError => {
                self.errors += 1;
                step
            }
            Step::NewThread { entry, with } => return self.new_thread(entry, with),
            Step::ResumeLater(thread) => Step::ResumeLater(thread % most::INDEX),
            Step::Switch { suspends, promotes, thread } => {
                Step::Switch { suspends, promotes, thread: thread % most::INDEX }
            }
            Step::ErrorMessage(raw) => Step::ErrorMessage(pick(raw, self.errors)?),
            Step::PassError(raw) => Step::PassError(pick(raw, self.errors)?),
            Step::DropError(raw) => Step::DropError(pick(raw, self.errors)?),
            Step::DropSet(raw) => Step::DropSet(pick(raw, self.sets)?),
            Step::Poll(raw) => Step::Poll(pick(raw, self.sets)?),
            Step::Wait(raw) if self.is_called || self.bodies > 0 => Step::Wait(pick(raw, self.sets)?),
            Step::Wait(raw) => Step::Poll(pick(raw, self.sets)?),
            Step::Copy { flow, side, len } => Step::Copy { flow: pick(flow, flows)?, side, len: len % 9 },
            Step::CopySync { flow, side, len } if self.is_called || self.bodies > 0 => {
                Step::CopySync { flow: pick(flow, flows)?, side, len: len % 9 }
            }
            Step::CopySync { flow, side, len } => Step::Copy { flow: pick(flow, flows)?, side, len: len % 9 },
            Step::Give { flow, reads } => {
                let flow = pick(flow, flows)?;
                Step::Give { flow, reads: reads && !self.flows[flow] }
            }
            Step::Cancel { flow, side } => Step::Cancel { flow: pick(flow, flows)?, side },
            Step::CancelSync { flow, side } => Step::CancelSync { flow: pick(flow, flows)?, side },
            Step::DropEnd { flow, side } => Step::DropEnd { flow: pick(flow, flows)?, side },
            Step::Join { flow, side, set } => {
                let set = set.and_then(|set| pick(set, self.sets));
                Step::Join { flow: pick(flow, flows)?, side, set }
            }
            step => return self.call(step),
        })
    }

    /// Functions of threads make threads of later functions only, so that there is an end to it.
    fn new_thread(&mut self, entry: usize, with: u32) -> Option<Step> {
        let entry = entry % (self.bodies + 3);
        let is_earlier = self.function.is_some_and(|function| entry <= function);
        if self.new_threads == most::NEW || is_earlier {
            return None;
        }
        self.new_threads += 1;
        Some(Step::NewThread { entry, with })
    }

    fn call(&mut self, step: Step) -> Option<Step> {
        match step {
            Step::Call | Step::CallSync if self.worker_calls == most::CALLS => None,
            Step::Call | Step::CallSync => {
                self.worker_calls += 1;
                self.calls += usize::from(step == Step::Call);
                Some(step)
            }
            Step::CallPlain => Some(step),
            Step::CallHost(raw) => {
                let host = pick(raw, self.hosts)?;
                self.calls += 1;
                Some(Step::CallHost(host))
            }
            Step::CallHostSync(raw) => Some(Step::CallHostSync(pick(raw, self.hosts)?)),
            Step::Turn(raw) => Some(Step::Turn(pick(raw, self.calls)?)),
            Step::JoinCall(set) => (self.calls > 0).then_some(Step::JoinCall(pick(set, self.sets)?)),
            Step::CancelCall | Step::CancelCallSync | Step::DropCall | Step::Result => (self.calls > 0).then_some(step),
            step => Some(step),
        }
    }
}
