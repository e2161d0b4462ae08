//! A failed case, told so that a reader needs nothing else: the rule in words with its source, what was not as expected, both
//! traces side by side with the first difference marked, and the command that repeats it.

use crate::{
    case::{Case, Report, line},
    printable::escaped,
    trace::Trace,
};
use preflight_spec_tests::Catalogue;
use std::fmt::Write;

/// The widest that the left one of two traces is shown.
const MAX_WIDTH: usize = 76;

/// Tells about a case that did not pass. `again` is the command that repeats it.
pub fn explain(case: &Case, report: &Report, catalogue: &Catalogue, again: &str) -> String {
    let mut text = format!("{}: {}\n", escaped(&case.path), escaped(&case.header.title));
    // Writing to a string cannot fail.
    for rule in case.header.rules.iter().filter_map(|id| catalogue.get(id)) {
        let _ = writeln!(text, "  {} ({}): {}", rule.id, rule.level, rule.statement);
        let _ = writeln!(text, "    source: {}", rule.source.join("; "));
    }
    for note in report.verdict.notes() {
        for line in note.lines() {
            let _ = writeln!(text, "  {}", escaped(line));
        }
    }
    side_by_side(&mut text, &case.expected, &report.actual);
    let _ = writeln!(text, "  again: {again}");
    text
}

/// Two traces at the lower of their levels, if there is anything to be seen at it.
fn side_by_side(text: &mut String, expected: &Trace, actual: &Trace) {
    let level = expected.level.min(actual.level);
    let lines = |trace: &Trace| {
        let events = trace.events.iter().filter(|event| event.level() <= level).cloned().collect();
        let lines = line::print_all(&Trace { events, ..trace.clone() });
        lines.iter().map(|line| escaped(line)).collect::<Vec<_>>()
    };
    let (left, right) = (lines(expected), lines(actual));
    if left.is_empty() && right.is_empty() {
        return;
    }
    let widest = left.iter().map(|line| line.chars().count()).max().unwrap_or(0);
    let width = widest.clamp("expected".len(), MAX_WIDTH);
    let first = left.iter().zip(&right).take_while(|(a, b)| a == b).count();
    let _ = writeln!(text, "    {:width$} | actual", "expected");
    for index in 0..left.len().max(right.len()) {
        let mark = if index == first { '>' } else { ' ' };
        let side = |lines: &[String]| lines.get(index).cloned().unwrap_or_default();
        let row = format!("  {mark} {:width$} | {}", side(&left), side(&right));
        let _ = writeln!(text, "{}", row.trim_end());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        case::{Failure, Verdict},
        trace::compare,
    };

    #[test]
    fn a_failure_has_the_rule_both_traces_and_the_command() {
        let head = ";;! title = \"A trap\"\n;;! rules = [\"CORE-START-09\"]\n(module)\n";
        let case = |trace: &str| Case::parse("core/x.wast", &format!("{head}{trace}")).expect("a case");
        let (case, actual) =
            (case(";;= /#0 allocated\n;;= /#0 done\n"), case(";;= /#0 allocated\n;;= => unlinkable\n").expected);
        let failure = compare(&case.expected, &actual).map(Failure::Trace).expect("a difference");
        let report = Report { path: case.path.clone(), verdict: Verdict::Failed(vec![failure]), actual };
        let catalogue = preflight_spec_tests::rules().expect("the catalogue");
        let text = explain(&case, &report, &catalogue, "preflight run --filter core/x.wast");
        for part in [
            "core/x.wast: A trap\n  CORE-START-09 (must): ",
            "\n    source: ",
            "\n  step 2: expected /#0 done, got nothing\n",
            "\n    expected      | actual\n    /#0 allocated | /#0 allocated\n  > /#0 done      | => unlinkable\n",
            "\n  again: preflight run --filter core/x.wast\n",
        ] {
            assert!(text.contains(part), "{part:?} is not in\n{text}");
        }
    }
}
