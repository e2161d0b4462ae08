//! A summary for a pull request.

use super::{Notable, escape, notable, unexpected};
use crate::matrix::{Counts, Matrix, RuleInfo, Word};
use std::fmt::Write;

/// More lines than this of one list help nobody; the rest is counted.
const MOST: usize = 50;

/// The summary in GitHub's Markdown: what is not as expected first, then the counts, then what there is to know.
pub fn markdown(matrix: &Matrix) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = head(&mut text, matrix);
    let _ = runtimes(&mut text, matrix);
    let _ = subjects(&mut text, matrix);
    let _ = known(&mut text, matrix);
    let _ = without_verdict(&mut text, matrix);
    let _ = untested(&mut text, matrix);
    let _ = mutants(&mut text, matrix);
    text
}

fn head(text: &mut String, matrix: &Matrix) -> std::fmt::Result {
    let list = unexpected(matrix);
    let broken: Vec<_> = matrix.runtimes.iter().filter(|runtime| runtime.broken.is_some()).collect();
    let is_well = list.is_empty() && broken.is_empty();
    let verdict =
        if is_well { "✅ everything is as expected".to_owned() } else { format!("❌ {} unexpected", list.len()) };
    let (cases, runtimes) = (matrix.cases.len(), matrix.runtimes.len());
    writeln!(text, "## Preflight {}: {verdict}\n", cell(&matrix.preflight))?;
    writeln!(text, "{cases} cases of initialisation on {}.\n", count(runtimes, "runtime", "runtimes"))?;
    for runtime in broken {
        let why = runtime.broken.as_deref().unwrap_or_default();
        writeln!(text, "- **{}** could not be run: {}", cell(&runtime.name), cell(why))?;
    }
    for notable in list.iter().take(MOST) {
        entry(text, notable, notable.result.notes.first().map(String::as_str))?;
    }
    more(text, list.len())?;
    if !is_well { writeln!(text) } else { Ok(()) }
}

fn entry(text: &mut String, notable: &Notable<'_>, why: Option<&str>) -> std::fmt::Result {
    let Notable { runtime, case, .. } = notable;
    let why = why.map(|why| format!(": {}", cell(why))).unwrap_or_default();
    let (name, title, rules) = (cell(&runtime.name), cell(&case.title), cell(&case.rules.join(", ")));
    writeln!(text, "- **{name}** {}, {title} ({}; {rules}){why}", notable.what(), cell(&case.path))
}

fn more(text: &mut String, total: usize) -> std::fmt::Result {
    match total.checked_sub(MOST).filter(|more| *more > 0) {
        Some(more) => writeln!(text, "- … {more} more"),
        None => Ok(()),
    }
}

fn runtimes(text: &mut String, matrix: &Matrix) -> std::fmt::Result {
    writeln!(text, "| runtime | version | shows | lineage | passed | failed (known) | unsupported | recorded |")?;
    writeln!(text, "|---|---|---|---|--:|--:|--:|--:|")?;
    for runtime in &matrix.runtimes {
        let Counts { passed, failed, unsupported, recorded } = runtime.totals();
        let is_known = |result: &&crate::matrix::CaseResult| result.verdict == Word::Failed && result.expected;
        let known = runtime.results.iter().filter(is_known).count();
        let lineage = match runtime.engine == runtime.linker {
            true => cell(&runtime.engine),
            false => format!("{}, linked by {}", cell(&runtime.engine), cell(&runtime.linker)),
        };
        let (name, version, level) = (cell(&runtime.name), cell(&runtime.version), cell(&runtime.level));
        writeln!(
            text,
            "| {name} | {version} | {level} | {lineage} | {passed} | {failed} ({known}) | {unsupported} | {recorded} |"
        )?;
    }
    writeln!(text)
}

fn subjects(text: &mut String, matrix: &Matrix) -> std::fmt::Result {
    details(text, "Cases by group of rules", |text| {
        let names: Vec<String> = matrix.runtimes.iter().map(|runtime| cell(&runtime.name)).collect();
        writeln!(text, "| rules | {} |", names.join(" | "))?;
        writeln!(text, "|---{}|", "|---".repeat(names.len()))?;
        for (subject, counts) in matrix.by_subject() {
            let cells: Vec<String> = counts.iter().map(counts_cell).collect();
            writeln!(text, "| {} | {} |", cell(subject), cells.join(" | "))?;
        }
        writeln!(text, "\n✓ passed, ✗ failed, ? unsupported, • recorded without a verdict")
    })
}

fn counts_cell(counts: &Counts) -> String {
    let mark = |word| match word {
        Word::Passed => "✓",
        Word::Failed => "✗",
        Word::Unsupported => "?",
        Word::Recorded => "•",
    };
    counts.some().map(|(count, word)| format!("{count} {}", mark(word))).collect::<Vec<_>>().join(" ")
}

fn known(text: &mut String, matrix: &Matrix) -> std::fmt::Result {
    let list = notable(matrix, |result| result.verdict == Word::Failed && result.expected);
    if list.is_empty() {
        return Ok(());
    }
    details(text, &format!("{}, each with its reason", count(list.len(), "known failure", "known failures")), |text| {
        list.iter().try_for_each(|notable| entry(text, notable, notable.result.reason.as_deref()))
    })
}

/// Contested and unspecified rules: who reads them how, and what each runtime does.
fn without_verdict(text: &mut String, matrix: &Matrix) -> std::fmt::Result {
    let list = notable(matrix, |result| result.verdict == Word::Recorded);
    if list.is_empty() {
        return Ok(());
    }
    let of_rule = |id: &str| -> Vec<&Notable<'_>> {
        list.iter().filter(|notable| notable.case.rules.iter().any(|rule| rule == id)).collect()
    };
    let rules: Vec<(&String, &RuleInfo)> =
        matrix.rules.iter().filter(|(id, rule)| !rule.gives_verdict() && !of_rule(id).is_empty()).collect();
    let title = format!("What runtimes do where the texts give no verdict ({})", count(rules.len(), "rule", "rules"));
    details(text, &title, |text| {
        for (id, rule) in rules {
            let why = if rule.contested { "contested" } else { "unspecified" };
            writeln!(text, "- **{}** ({why}): {}", cell(id), cell(&rule.statement))?;
            writeln!(text, "  - source: {}", cell(&rule.source.join("; ")))?;
            for reading in &rule.readings {
                writeln!(text, "  - reading: {} (source: {})", cell(&reading.reading), cell(&reading.source))?;
            }
            for notable in of_rule(id) {
                let said = notable.result.notes.join("; ");
                let does = if said.is_empty() { "as the case describes it" } else { said.as_str() };
                writeln!(text, "  - {}, {}: {}", cell(&notable.runtime.name), cell(&notable.case.path), cell(does))?;
            }
        }
        Ok(())
    })
}

fn untested(text: &mut String, matrix: &Matrix) -> std::fmt::Result {
    let is_tested = |id: &String| matrix.cases.iter().any(|case| case.rules.contains(id));
    let list: Vec<_> = matrix.rules.iter().filter(|(id, _)| !is_tested(id)).collect();
    if list.is_empty() {
        return Ok(());
    }
    let title = format!("{} without a case in this run", count(list.len(), "rule", "rules"));
    details(text, &title, |text| {
        for (id, rule) in list {
            let reason = rule.reason.as_deref().map(|reason| format!(" No case can show it: {}", cell(reason)));
            writeln!(
                text,
                "- {} ({}): {}{}",
                cell(id),
                cell(&rule.level),
                cell(&rule.statement),
                reason.unwrap_or_default()
            )?;
        }
        Ok(())
    })
}

/// The cases' proof of their power.
fn mutants(text: &mut String, matrix: &Matrix) -> std::fmt::Result {
    let list = &matrix.mutants;
    if list.is_empty() {
        return Ok(());
    }
    let survivors: Vec<_> = list.iter().filter(|mutant| !mutant.killed).collect();
    let title = format!(
        "{}: {} survived",
        count(list.len(), "engine with one bug", "engines with one bug each"),
        survivors.len()
    );
    details(text, &title, |text| {
        for mutant in survivors {
            writeln!(text, "- **survived** {}: {}", cell(&mutant.id), cell(&mutant.what))?;
        }
        for mutant in list.iter().filter(|mutant| mutant.killed) {
            let by = mutant.killed_by.as_deref().unwrap_or("a case");
            writeln!(text, "- {}: {} (found by {})", cell(&mutant.id), cell(&mutant.what), cell(by))?;
        }
        Ok(())
    })
}

fn details(text: &mut String, title: &str, body: impl FnOnce(&mut String) -> std::fmt::Result) -> std::fmt::Result {
    writeln!(text, "<details><summary>{title}</summary>\n")?;
    body(text)?;
    writeln!(text, "\n</details>\n")
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Text that means nothing to Markdown or HTML, on one line.
fn cell(text: &str) -> String {
    escape(text, |c| match c {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        '\\' => Some("\\\\"),
        '`' => Some("\\`"),
        '*' => Some("\\*"),
        '_' => Some("\\_"),
        '|' => Some("\\|"),
        '[' => Some("\\["),
        ']' => Some("\\]"),
        '#' => Some("\\#"),
        '~' => Some("\\~"),
        '@' => Some("\\@"),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::render::sample;

    #[test]
    fn the_summary_of_the_sample() {
        insta::assert_snapshot!(super::markdown(&sample()));
    }

    #[test]
    fn where_everything_is_well_the_first_line_says_so() {
        let mut matrix = sample();
        matrix.runtimes.truncate(1);
        assert!(super::markdown(&matrix).starts_with("## Preflight 0.1.0: ✅ everything is as expected\n"));
    }

    #[test]
    fn what_runtimes_say_is_text() {
        assert_eq!(super::cell("<b>|`x`\u{1b}\n"), "&lt;b&gt;\\|\\`x\\`\\u{1b}\\n");
        assert_eq!(super::cell("\u{202e}x\u{2028}"), "\\u{202e}x\\u{2028}");
    }
}
