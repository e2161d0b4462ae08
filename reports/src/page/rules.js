// The catalogue of rules, and one rule.

function rulesView(data, filters) {
  const rules = chosenRules(data, filters);
  const body = el("tbody", {});
  const table = el(
    "table",
    { class: "rules-table" },
    el("caption", { class: "sr" }, "Rules"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ["Rule", "Level", "Statement", "Cases", "Lineages that pass", "Runtimes"].map((name) =>
          el("th", { scope: "col" }, name),
        ),
      ),
    ),
    body,
  );
  const after = el("div", {});
  inPieces(body, rules, ([id, rule]) => ruleRow(data, id, rule, filters), after);
  arrowKeysOfRows(table);
  const without = rules.filter(([id]) => data.casesOfRule.get(id).length === 0).length;
  return {
    title: "Rules",
    heading: "Rules",
    say: `${count(rules.length, "rule", "rules")}, ${without} of them without a case in this run`,
    content: rules.length === 0 ? [nothing()] : [el("div", { class: "scroll" }, table), after],
  };
}

function ruleRow(data, id, rule, filters) {
  const cases = data.casesOfRule.get(id);
  return el(
    "tr",
    {},
    el("th", { scope: "row" }, el("a", { href: href("rule", id, filters) }, id)),
    el("td", {}, levelBadge(rule)),
    el("td", { class: "statement" }, shown(rule.statement)),
    el(
      "td",
      { class: "number" },
      cases.length === 0
        ? el("span", { class: "badge untested" }, rule.reason ? "cannot be shown" : "untested")
        : String(cases.length),
    ),
    el("td", {}, lineagesOf(data, id, rule, cases)),
    el("td", {}, standings(data, id, cases)),
  );
}

function lineagesOf(data, id, rule, cases) {
  if (!data.givesVerdict(rule)) return el("span", { class: "dim" }, "no verdict");
  if (cases.length === 0) return "–";
  const n = data.lineages[id] ?? 0;
  return n < 2 ? el("span", { class: "badge few" }, `${n}: fewer than two`) : String(n);
}

/** What becomes of a rule on each runtime: a sign for each. */
function standings(data, id, cases) {
  if (cases.length === 0) return "";
  return el(
    "span",
    { class: "standings" },
    data.runtimes.map((runtime, index) => {
      const standing = standingOf(data.counts(index, cases));
      return el(
        "span",
        { class: `v ${standing}`, title: `${shown(runtime.name)}: ${standing}` },
        el("span", { "aria-hidden": "true" }, SIGN[standing] ?? "–"),
        unseen(`${shown(runtime.name)} ${standing}; `),
      );
    }),
  );
}

function standingOf(counts) {
  return counts.failed > 0
    ? "failed"
    : counts.passed > 0
      ? "passed"
      : counts.recorded > 0
        ? "recorded"
        : counts.unsupported > 0
          ? "unsupported"
          : "not run";
}

/** One rule. */
async function ruleView(data, id, filters) {
  const rule = data.rules[id];
  if (rule === undefined) return missing("rule", id);
  const cases = data.casesOfRule.get(id);
  const hasVerdict = data.givesVerdict(rule);
  const fact = (name, ...of) => [el("dt", {}, name), el("dd", {}, of)];
  return {
    title: id,
    heading: id,
    above: `${shown(data.groups[rule.group] ?? rule.group)} / ${subjectOf(id)}`,
    hasFilters: false,
    content: [
      el("p", { class: "lead" }, shown(rule.statement)),
      el(
        "dl",
        { class: "facts" },
        fact("Level", levelBadge(rule)),
        fact(
          "Source",
          el(
            "ul",
            {},
            rule.source.map((text) => el("li", {}, sourceLink(text))),
          ),
        ),
        rule.gate && fact("Takes", shown(rule.gate)),
        rule.disagreement && fact("Who reads it otherwise", shown(rule.disagreement)),
        hasVerdict && cases.length > 0 && fact("Lineages that pass", lineageFact(data, id, cases)),
        cases.length === 0 &&
          fact(
            "Untested",
            rule.reason ? `No case can show it: ${shown(rule.reason)}` : "There is no case of it in this run.",
          ),
      ),
      !hasVerdict && (await noVerdict(data, id, rule, cases, filters)),
      cases.length > 0 && [el("h2", {}, "Cases"), casesTable(data, cases, {})],
    ],
  };
}

function lineageFact(data, id, cases) {
  const passing = data.runtimes.filter((_, index) => standingOf(data.counts(index, cases)) === "passed");
  const names = passing.map(
    (runtime) =>
      runtime.name +
      (runtime.engine === runtime.linker
        ? ` (${runtime.engine})`
        : ` (${runtime.engine}, linked by ${runtime.linker})`),
  );
  const n = data.lineages[id] ?? 0;
  return [
    el("b", {}, String(n)),
    n < 2 ? el("span", { class: "badge few" }, "fewer than two") : "",
    ` unrelated: no two of them share an engine or a linker. Runtimes that pass: ${shown(names.join(", ") || "none")}.`,
  ];
}

/** Where the texts give no verdict: the readings with their sources, and what each runtime does. */
async function noVerdict(data, id, rule, cases, filters) {
  const applied = await readingsApplied(data, id, cases);
  return el(
    "section",
    { class: "no-verdict" },
    el("h2", {}, rule.contested ? "Contested: no verdict" : "Unspecified: no verdict"),
    el(
      "p",
      {},
      rule.contested
        ? "The texts contradict each other. Nobody passes or fails this rule; what each runtime does is written down."
        : "The texts leave this open. Nobody passes or fails this rule; what each runtime does is written down.",
    ),
    el("h3", {}, "Readings"),
    el(
      "ul",
      { class: "readings" },
      (rule.readings ?? []).map(({ reading, source }) =>
        el(
          "li",
          {},
          shown(reading),
          el(
            "span",
            { class: "source-of" },
            source.split("; ").map((text, index) => [index > 0 && "; ", sourceLink(text)]),
          ),
        ),
      ),
      !rule.readings &&
        el(
          "li",
          {},
          "No text says more than the rule, and none says otherwise.",
          el(
            "span",
            { class: "source-of" },
            rule.source.map((text) => [" ", sourceLink(text)]),
          ),
        ),
      applied.map(([reading, who]) =>
        el("li", {}, el("b", {}, "Applied: "), `“${shown(reading)}” by ${shown(who.join(", "))}`),
      ),
    ),
    cases.map((item) => behaviours(data, item, filters)),
  );
}

/** The readings that traces of these cases say were applied, with the runtimes. */
async function readingsApplied(data, id, cases) {
  const found = new Map();
  for (const item of cases) {
    for (const [number, runtime] of data.runtimes.entries()) {
      const trace = await data.trace(data.result(number, item.index)?.actual);
      for (const step of trace?.steps ?? []) {
        if (step.kind !== "rule" || !step.rest.startsWith(`rule ${id} `)) continue;
        const reading = splitName(step.rest.slice(`rule ${id} reading `.length))[0];
        if (!found.has(reading)) found.set(reading, new Set());
        found.get(reading).add(runtime.name);
      }
    }
  }
  return [...found].map(([reading, who]) => [reading, [...who]]);
}

/** What runtimes do with a case: those that do the same stand together. */
function behaviours(data, item, filters) {
  const groups = new Map();
  data.runtimes.forEach((runtime, number) => {
    const result = data.result(number, item.index);
    if (result === undefined) return;
    const does =
      result.verdict === "unsupported"
        ? `cannot be asked: ${(result.notes ?? []).join("; ")}`
        : (result.notes ?? []).join("; ") || "as the case describes it";
    if (!groups.has(does)) groups.set(does, []);
    groups.get(does).push(runtime.name);
  });
  return el(
    "div",
    { class: "behaviours" },
    el("h3", {}, el("a", { href: href("case", item.path, filters) }, shown(item.title))),
    el(
      "table",
      {},
      el("caption", { class: "sr" }, "What each runtime does"),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Runtimes"), el("th", { scope: "col" }, "What they do"))),
      el(
        "tbody",
        {},
        [...groups].map(([does, names]) =>
          el(
            "tr",
            {},
            el(
              "td",
              {},
              names.map((name) => [el("a", { href: resultHref(name, item.path, filters) }, shown(name)), " "]),
            ),
            el("td", {}, shown(does)),
          ),
        ),
      ),
    ),
  );
}

/** A source as a link, where it is a file of a repository on GitHub or an issue there. */
function sourceLink(text) {
  const file = /^([\w.-]+\/[\w.-]+)(?:@([\w./-]+))?:([\w./-]+)(#\S+)?(.*)$/.exec(text);
  if (file) {
    const [, repository, branch, path, anchor = "", rest] = file;
    return [
      el(
        "a",
        { href: `https://github.com/${repository}/blob/${branch ?? "HEAD"}/${path}`, rel: "noreferrer" },
        `${repository}: ${path}${anchor}`,
      ),
      rest && shown(rest),
    ];
  }
  const issue = /^([\w.-]+\/[\w.-]+) (?:issue|pull) (\d+)$/.exec(text);
  return issue
    ? el("a", { href: `https://github.com/${issue[1]}/issues/${issue[2]}`, rel: "noreferrer" }, text)
    : shown(text);
}
