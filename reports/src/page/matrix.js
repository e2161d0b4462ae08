// The matrix: groups of rules by runtimes, with counts.

function matrixView(data, filters) {
  const cases = chosenCases(data, filters);
  const columns = filters.runtime ? data.runtimes.filter((runtime) => runtime.name === filters.runtime) : data.runtimes;
  const table = el(
    "table",
    { class: "matrix", "aria-describedby": "matrix-help" },
    el("caption", { class: "sr" }, "Cases by group of rules and runtime"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, "Rules"),
        columns.map((runtime) => columnHead(runtime)),
      ),
    ),
  );
  const subjects = [...new Set(cases.flatMap((item) => item.subjects))].sort();
  const groupOf = new Map(Object.entries(data.rules).map(([id, rule]) => [subjectOf(id), rule.group]));
  const chapters = [...Object.entries(data.groups), [undefined, "Other"]];
  for (const [group, title] of chapters) {
    const of = subjects.filter((subject) => groupOf.get(subject) === group);
    if (of.length === 0) continue;
    table.append(
      el(
        "tbody",
        {},
        el(
          "tr",
          { class: "chapter" },
          el("th", { scope: "rowgroup", colspan: String(columns.length + 1) }, el("span", {}, title)),
        ),
        of.map((subject) =>
          subjectRow(
            data,
            subject,
            cases.filter((item) => item.subjects.includes(subject)),
            columns,
            filters,
          ),
        ),
      ),
    );
  }
  table.append(
    el(
      "tfoot",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "row" }, "All cases"),
        columns.map((runtime) => countsCell(data, runtime, cases, filters, "all cases")),
      ),
    ),
  );
  arrowKeys(table);
  const help = el(
    "p",
    { id: "matrix-help", class: "help" },
    signs(),
    " A case counts in each group that its rules belong to. Move with the arrow keys, open with Enter.",
  );
  return {
    title: "Matrix",
    heading: "Rules by runtimes",
    say: `${count(cases.length, "case", "cases")}, ${count(columns.length, "runtime", "runtimes")}`,
    content: [help, cases.length === 0 ? nothing() : el("div", { class: "scroll tall" }, table)],
  };
}

function signs() {
  return el(
    "span",
    { class: "signs" },
    VERDICTS.map((verdict) => [
      el(
        "span",
        { class: `v ${verdict}` },
        el("span", { "aria-hidden": "true" }, SIGN[verdict]),
        ` ${verdict === "recorded" ? "recorded, no verdict" : verdict}`,
      ),
      " ",
    ]),
  );
}

function nothing() {
  return el("p", { class: "nothing" }, "Nothing fits these filters.");
}

function columnHead(runtime) {
  return el(
    "th",
    { scope: "col" },
    el("a", { href: href("runtimes", runtime.name), class: "name" }, ...breakable(shown(runtime.name))),
    el("span", { class: "version" }, shown(runtime.version)),
    runtime.broken && el("span", { class: "version broken" }, "could not be run"),
  );
}

function subjectRow(data, subject, cases, columns, filters) {
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("a", { href: href("rules", "", { ...filters, subject }) }, subject)),
    columns.map((runtime) => countsCell(data, runtime, cases, { ...filters, subject }, subject)),
  );
}

function countsCell(data, runtime, cases, filters, name) {
  const counts = data.counts(data.byName.get(runtime.name), cases);
  const some = VERDICTS.filter((verdict) => counts[verdict] > 0);
  if (some.length === 0) return el("td", { class: "empty" }, el("span", { "aria-label": "not run" }, "–"));
  const total = some.reduce((sum, verdict) => sum + counts[verdict], 0);
  const bar = el(
    "span",
    { class: "bar", "aria-hidden": "true" },
    some.map((verdict) => {
      const part = el("i", { class: verdict });
      part.style.setProperty("--part", `${(100 * counts[verdict]) / total}%`);
      return part;
    }),
  );
  const words =
    some.map((verdict) => `${counts[verdict]} ${verdict}`).join(", ") +
    (counts.unexpected > 0 ? `; ${counts.unexpected} not as expected` : "");
  const after = counts.unexpected > 0 ? `; ${counts.unexpected} not as expected` : "";
  return el(
    "td",
    { class: counts.unexpected > 0 ? "unexpected" : null },
    el(
      "a",
      { href: href("cases", "", { ...filters, runtime: runtime.name }), title: words },
      bar,
      unseen(`${name} on ${shown(runtime.name)}: `),
      el(
        "span",
        { class: "counts" },
        some.map((verdict, index) =>
          el(
            "span",
            { class: `v ${verdict}` },
            String(counts[verdict]),
            el("span", { "aria-hidden": "true" }, SIGN[verdict]),
            unseen(` ${verdict}${index + 1 < some.length ? ", " : after}`),
          ),
        ),
      ),
    ),
  );
}
