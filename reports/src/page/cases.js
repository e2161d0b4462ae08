// Lists of cases, and one case.

function casesView(data, filters) {
  const cases = chosenCases(data, filters);
  return {
    title: "Cases",
    heading: "Cases",
    say: count(cases.length, "case", "cases"),
    content: cases.length === 0 ? [nothing()] : casesTable(data, cases, filters),
  };
}

/** Cases by runtimes; with one runtime chosen, what there is to say about each result instead. */
function casesTable(data, cases, filters) {
  const only = filters.runtime && data.byName.get(filters.runtime);
  const columns = only === undefined || only === "" ? data.runtimes : [data.runtimes[only]];
  const body = el("tbody", {});
  const table = el(
    "table",
    { class: columns.length === 1 ? "cases one" : "cases" },
    el("caption", { class: "sr" }, "Cases and their results"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, "Case"),
        el("th", { scope: "col", class: "ids" }, "Rules"),
        columns.map((runtime) => el("th", { scope: "col", class: "slanted" }, el("span", {}, shown(runtime.name)))),
        columns.length === 1 && el("th", { scope: "col" }, "What there is to say"),
      ),
    ),
    body,
  );
  const box = el("div", { class: "scroll" }, table);
  const after = el("div", {});
  inPieces(body, cases, (item) => caseRow(data, item, columns, filters), after);
  arrowKeysOfRows(table);
  return [box, after];
}

function caseRow(data, item, columns, filters) {
  const row = el(
    "tr",
    {},
    el(
      "th",
      { scope: "row" },
      el("a", { href: href("case", item.path, filters) }, shown(item.title)),
      el("span", { class: "path" }, shown(item.path)),
    ),
    el(
      "td",
      { class: "ids" },
      item.rules.map((id) => [ruleLink(data, id, filters), " "]),
    ),
    columns.map((runtime) => resultCell(data, runtime, item, filters)),
  );
  if (columns.length === 1)
    row.append(el("td", { class: "notes" }, notesOf(data.result(data.byName.get(columns[0].name), item.index))));
  return row;
}

/** Rows come later, too: the arrow keys are set up when the table is entered. */
function arrowKeysOfRows(table) {
  table.addEventListener("focusin", () => arrowKeys(table), { once: true });
}

function ruleLink(data, id, filters = {}) {
  return data.rules[id]
    ? el("a", { href: href("rule", id, filters), title: data.rules[id].statement }, id)
    : el("span", {}, shown(id));
}

function resultCell(data, runtime, item, filters) {
  const result = data.result(data.byName.get(runtime.name), item.index);
  if (result === undefined) return el("td", { class: "empty" }, el("span", { "aria-label": "not run" }, "–"));
  const words = wordsOf(result);
  return el(
    "td",
    { class: `one-result${result.expected ? "" : " unexpected"}` },
    el(
      "a",
      {
        class: `v ${result.verdict}${result.verdict === "failed" && result.expected ? " known" : ""}`,
        href: resultHref(runtime.name, item.path, filters),
        "aria-label": `${shown(runtime.name)}: ${words}`,
        title: `${shown(runtime.name)}: ${words}`,
      },
      SIGN[result.verdict],
    ),
  );
}

/** The verdict in words. */
function wordsOf(result) {
  if (result.verdict === "failed") return result.expected ? "failed, as is known" : "failed";
  if (!result.expected) return `${result.verdict}, which is not expected`;
  return result.verdict === "recorded" ? "recorded without a verdict" : result.verdict;
}

function notesOf(result) {
  if (result === undefined) return [];
  const notes = (result.notes ?? []).map(shown);
  const reason = result.reason ? [el("span", { class: "reason" }, "Known: ", shown(result.reason))] : [];
  return [
    ...notes.slice(0, 2).map((note) => el("span", { class: "note" }, note)),
    notes.length > 2 && el("span", { class: "note" }, `… ${notes.length - 2} more`),
    ...reason,
  ];
}

/** One case. */
async function caseView(data, path, filters) {
  const index = data.byPath.get(path);
  if (index === undefined) return missing("case", path);
  const item = data.cases[index];
  const expected = await data.trace(item.expected);
  const rows = data.runtimes.map((runtime, number) => {
    const result = data.result(number, index);
    if (result === undefined) {
      return el(
        "tr",
        {},
        el("th", { scope: "row" }, shown(runtime.name)),
        el("td", { colspan: "3" }, `not run: ${shown(runtime.broken ?? "")}`),
      );
    }
    return el(
      "tr",
      { class: result.expected ? null : "unexpected" },
      el(
        "th",
        { scope: "row" },
        el("a", { href: resultHref(runtime.name, path, filters) }, shown(runtime.name)),
        el("span", { class: "version" }, shown(runtime.version)),
      ),
      el("td", {}, verdictBadge(result)),
      el("td", { class: "notes" }, notesOf(result)),
      el("td", { class: "number" }, timeOf(data, number, index)),
    );
  });
  return {
    title: item.title,
    heading: shown(item.title),
    above: shown(path),
    hasFilters: false,
    content: [
      el("div", { class: "facts" }, rulesOf(data, item, filters), needsOf(item)),
      el("h2", {}, "Results"),
      el(
        "div",
        { class: "scroll" },
        el(
          "table",
          { class: "results" },
          el("caption", { class: "sr" }, "Results of this case by runtime"),
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              ["Runtime", "Result", "What there is to say", "Time"].map((name) => el("th", { scope: "col" }, name)),
            ),
          ),
          el("tbody", {}, rows),
        ),
      ),
      expected && expectedOf(expected),
      el("h2", {}, "The file"),
      source(item.text, []),
    ],
  };
}

function expectedOf(expected) {
  const box = el("section", { class: "timelines" }, el("h2", {}, "What is expected"));
  box.append(linesSwitch(box), timeline(expected), survived(expected, []) ?? "");
  return box;
}

function rulesOf(data, item, filters) {
  return el(
    "ul",
    { class: "rules", "aria-label": "Rules that it proves" },
    item.rules.map((id) =>
      el(
        "li",
        {},
        ruleLink(data, id, filters),
        " ",
        data.rules[id] && [levelBadge(data.rules[id]), " ", shown(data.rules[id].statement)],
      ),
    ),
  );
}

function needsOf(item) {
  return (
    item.needs &&
    el(
      "p",
      { class: "needs" },
      "Takes: ",
      item.needs.map((need) => [el("span", { class: "badge" }, shown(need)), " "]),
    )
  );
}

function timeOf(data, runtime, index) {
  const us = data.times[runtime]?.cases_us[index];
  return us === undefined ? "" : us < 1000 ? `${us} µs` : `${(us / 1000).toFixed(1)} ms`;
}

function verdictBadge(result) {
  const known = result.verdict === "failed" && result.expected ? " known" : "";
  return el(
    "span",
    { class: `verdict ${result.verdict}${known}` },
    el("span", { "aria-hidden": "true" }, `${SIGN[result.verdict]} `),
    wordsOf(result),
  );
}

function levelBadge(rule) {
  return [
    el("span", { class: `badge level ${rule.level}` }, rule.level),
    rule.contested && [" ", el("span", { class: "badge contested" }, "contested")],
  ];
}

/** A file with line numbers; `marked` lines stand out. */
function source(text, marked) {
  const lines = text.replace(/\n$/, "").split("\n");
  const kind = (line) =>
    /^(;;|\/\/)!/.test(line) ? "header" : /^;;=/.test(line) ? "expected" : /^\s*(;;|\/\/)/.test(line) ? "comment" : "";
  return el(
    "div",
    { class: "source", tabindex: "0", role: "region", "aria-label": "Text of the case" },
    el(
      "ol",
      {},
      lines.map((line, index) =>
        el(
          "li",
          { class: `${kind(line)}${marked.includes(index + 1) ? " marked" : ""}`, id: `line-${index + 1}` },
          el("code", {}, line === "" ? "\u200b" : visible(line)),
        ),
      ),
    ),
  );
}

/** A line of a file: control and direction characters are shown, tabs stay. */
function visible(line) {
  return line
    .split("\t")
    .map((part) => (part === "" ? "" : shown(part)))
    .join("\t");
}

function missing(what, name) {
  return {
    title: "Not found",
    heading: `There is no ${what} ${shown(name)}`,
    hasFilters: false,
    content: [el("p", {}, el("a", { href: href("matrix") }, "To the matrix"))],
  };
}
