//! A trace as a page: the timeline, and the plan beside it.

use super::{Notes, clean, plan::plan};
use crate::run::Planned;
use preflight::case::line;
use preflight_engine::trace::Trace;
use preflight_reports::render::{TracePage, trace_page};

/// The page.
///
/// # Errors
/// None that a trace has.
pub fn html(title: &str, run: &Planned, trace: &Trace, notes: &Notes) -> anyhow::Result<String> {
    let page = TracePage {
        title: title.to_owned(),
        lines: line::print_all(trace),
        state: trace.post_mortem.clone(),
        remarks: notes.remarks.iter().map(|remark| remark.lines().map(clean).collect::<Vec<_>>().join("\n")).collect(),
        files: notes.files.clone(),
        funcs: notes.funcs.clone(),
        providers: notes
            .providers
            .iter()
            .map(|((at, module, name), provider)| (at.clone(), module.clone(), name.clone(), provider.clone()))
            .collect(),
        plan: plan(run, notes),
    };
    Ok(trace_page(&page)?)
}
