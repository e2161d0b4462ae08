//! Calls of asynchronous functions of the host.

use super::{
    Inst, World,
    calls::{CallState, Callee},
};
use crate::tasks::HostEnd;
use preflight_engine::trace::{TrapCode, Value};

/// A call of the host.
pub struct HostCall {
    /// Which function.
    func: usize,
    call: usize,
    /// How often it is asked in vain.
    left: u8,
    is_over: bool,
}

impl World<'_> {
    fn host_name(func: usize) -> String {
        format!("host{func}")
    }

    /// The call begins, and is asked at once whether it is over.
    pub fn call_host(&mut self, call: usize, func: usize) -> Result<(), TrapCode> {
        self.progress(call, CallState::Started);
        self.host(&Self::host_name(func), Vec::new());
        self.hosts.push(HostCall { func, call, left: self.plan.hosts[func].polls, is_over: false });
        let host = self.hosts.len() - 1;
        self.calls[call].callee = Some(Callee::Host(host));
        if self.ask(host, false) {
            self.end_host(host)?;
        }
        Ok(())
    }

    /// Whether the call is over now.
    fn ask(&mut self, host: usize, is_idle: bool) -> bool {
        let of = &mut self.hosts[host];
        if self.plan.hosts[of.func].end == HostEnd::Never {
            return false;
        }
        if of.left > 0 && !is_idle {
            of.left -= 1;
            return false;
        }
        of.is_over = true;
        true
    }

    fn end_host(&mut self, host: usize) -> Result<(), TrapCode> {
        let (func, call) = (self.hosts[host].func, self.hosts[host].call);
        let name = Self::host_name(func);
        let value = match self.plan.hosts[func].end {
            HostEnd::Return(value) => value,
            HostEnd::Trap | HostEnd::Never => return Err(TrapCode::Host),
        };
        self.host_returned(&name, vec![Value::U32(value)]);
        self.returned(call, format!("{name} result"), value);
        Ok(())
    }

    /// The calls that are not over are asked, those that began first before the others, until one of them is.
    pub fn poll_hosts(&mut self, is_idle: bool) -> Result<bool, TrapCode> {
        // Nobody is left to be told of what comes to an end.
        if self.instances[Inst::Root as usize].is_locked {
            return Ok(false);
        }
        for host in 0..self.hosts.len() {
            if !self.hosts[host].is_over && self.ask(host, is_idle) {
                return match self.end_host(host) {
                    Ok(()) => Ok(true),
                    Err(code) => {
                        self.lock(Inst::Root);
                        Err(code)
                    }
                };
            }
        }
        Ok(false)
    }

    /// The caller asks for the cancellation of the call.
    pub fn cancel_host(&mut self, host: usize) {
        if !self.plan.hosts[self.hosts[host].func].insists {
            self.hosts[host].is_over = true;
            self.progress(self.hosts[host].call, CallState::CancelledBeforeReturned);
        }
    }
}
