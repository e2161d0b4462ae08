// One result: a case on a runtime, expected and actual side by side. And the runtimes.

async function resultView(data, rest, filters) {
  const [name, path] = parseResult(rest);
  const [number, index] = [data.byName.get(name), data.byPath.get(path)];
  if (number === undefined || index === undefined || data.result(number, index) === undefined)
    return missing("result", rest);
  const [runtime, item, result] = [data.runtimes[number], data.cases[index], data.result(number, index)];
  const marked = (result.notes ?? []).map((note) => +(/^(\d+):\d+ /.exec(note)?.[1] ?? 0)).filter((line) => line > 0);
  return {
    title: `${item.title} on ${name}`,
    heading: shown(item.title),
    above: `${shown(name)} ${shown(runtime.version)}`,
    hasFilters: false,
    content: [
      el(
        "div",
        { class: "verdict-line" },
        verdictBadge(result),
        el("a", { href: href("case", path, filters) }, shown(path)),
        neighbours(data, number, index, filters),
      ),
      result.reason && el("p", { class: "reason" }, "Known: ", shown(result.reason)),
      (result.notes ?? []).length > 0 &&
        el(
          "section",
          { class: "said" },
          el("h2", { class: "sr" }, "What there is to say"),
          el(
            "ul",
            { class: "notes-list" },
            result.notes.map((note) => el("li", {}, noteOf(note))),
          ),
        ),
      await traces(data, runtime, item, result),
      el("h2", {}, "Rules"),
      el("div", { class: "facts" }, rulesOf(data, item, filters), needsOf(item)),
      el("h2", {}, "The file"),
      source(item.text, marked),
      again(runtime, item),
    ],
  };
}

/** A note; one of a directive leads to its line. */
function noteOf(note) {
  const found = /^(\d+):(\d+) (.*)$/s.exec(note);
  if (!found) return shown(note);
  return [
    el("button", { type: "button", class: "to-line", onclick: () => showLine(found[1]) }, `line ${found[1]}`),
    ` ${shown(found[3])}`,
  ];
}

function showLine(line) {
  const target = document.getElementById(`line-${line}`);
  if (!target) return;
  target.scrollIntoView({ block: "center" });
  target.closest(".source").focus({ preventScroll: true });
}

async function traces(data, runtime, item, result) {
  const [expected, actual] = [await data.trace(item.expected), await data.trace(result.actual)];
  if (result.verdict === "unsupported") return el("p", { class: "empty-trace" }, "Not run: nothing was seen.");
  if (expected === null && actual === null) {
    return el(
      "p",
      { class: "empty-trace" },
      "This case expects no steps, and none were seen: its script alone decides.",
    );
  }
  if (expected === null) return happened(actual);
  const box = el("section", { class: "timelines" }, el("h2", {}, "Expected and actual"));
  const nothing = { steps: [], end: "returned ()", state: [] };
  const full = runtime.level === "full";
  const isSame = result.verdict === "passed" || (result.verdict === "recorded" && !result.notes);
  const isBroken = actual === null && result.verdict === "failed";
  const seen = actual ?? (isBroken ? { ...nothing, end: null } : nothing);
  const both = sideBySide(expected, !actual && isSame ? { ...nothing, end: expected.end } : seen, {
    full: full && !isBroken,
    isSame,
    leftName: "Expected",
    rightName: `Actual: ${shown(runtime.name)}`,
    seen: isProgram(item) ? new Set(["output", "exit", "end"]) : undefined,
    unseenWords: isBroken ? "nothing was seen" : undefined,
  });
  box.append(linesSwitch(box));
  if (!full && !isBroken) {
    box.append(
      el(
        "p",
        { class: "help" },
        `${shown(runtime.name)} shows ${whatIsShown(runtime, item)}; ` +
          "the steps between are expected, and not seen.",
      ),
    );
  }
  if (!isSame && !isBroken && !both.isDifferent) {
    box.append(
      el("p", { class: "help strong" }, "As far as they are shown the steps agree. What is different is said above."),
    );
  }
  box.append(both.element);
  const left = (seen.end !== null && survived(seen, seen.state)) || survived(expected, []);
  if (left) box.append(left);
  return box;
}

function whatIsShown(runtime, item) {
  if (runtime.level === "outcome") return "only how it ends";
  return isProgram(item) ? "what a program writes, and how it ends" : "host calls, and how it ends";
}

/** A program of WASI: its imports are the runtime's own, which does not show their calls. */
function isProgram(item) {
  return /^;;! \[run\]/m.test(item.text);
}

/** The steps of a case that expects none. */
function happened(actual) {
  const box = el(
    "section",
    { class: "timelines" },
    el("h2", {}, "What happened"),
    el(
      "p",
      { class: "help" },
      "This case expects no particular steps: its script, or what it says of output and end, decides.",
    ),
  );
  append(box, [linesSwitch(box), timeline(actual), survived(actual, actual.state)]);
  return box;
}

/** The results before and after, of the same runtime among the filtered cases. */
function neighbours(data, number, index, filters) {
  const cases = chosenCases(data, { ...filters, runtime: data.runtimes[number].name });
  const at = cases.findIndex((item) => item.index === index);
  const link = (item, words, key) =>
    item &&
    el(
      "a",
      {
        class: "neighbour",
        "data-key": key,
        href: resultHref(data.runtimes[number].name, item.path, filters),
        title: `${shown(item.title)} (key ${key})`,
      },
      words,
    );
  return at < 0
    ? ""
    : el(
        "nav",
        { class: "neighbours", "aria-label": "Neighbouring results" },
        link(cases[at - 1], "← previous", "p"),
        ` ${at + 1} of ${cases.length} `,
        link(cases[at + 1], "next →", "n"),
      );
}

function again(runtime, item) {
  const quoted = /^[\w./-]+$/.test(item.path) ? item.path : `'${item.path.replaceAll("'", "'\\''")}'`;
  return el(
    "p",
    { class: "again" },
    "Again: ",
    el("code", {}, `preflight run --runtime ${shown(runtime.name)} --filter ${shown(quoted)}`),
  );
}

/** The runtimes, or one of them in focus. */
function runtimesView(data, name) {
  const heads = [
    "Runtime",
    "Version",
    "Shows",
    "Engine",
    "Linker",
    "Can be given",
    "Does not accept",
    "Results",
    "Time",
  ];
  // On narrow screens each cell stands in a line of its own, behind the head of its column.
  const cell = (column, attributes, ...content) => el("td", { ...attributes, "data-head": heads[column] }, ...content);
  const rows = data.runtimes.map((runtime, index) => {
    const counts = data.counts(index, data.cases);
    return el(
      "tr",
      { id: `runtime-${index}`, class: runtime.name === name ? "current" : null },
      el("th", { scope: "row" }, el("a", { href: href("cases", "", { runtime: runtime.name }) }, shown(runtime.name))),
      cell(1, {}, shown(runtime.version)),
      cell(2, {}, runtime.level),
      cell(3, {}, shown(runtime.engine)),
      cell(4, {}, shown(runtime.linker)),
      cell(5, {}, runtime.abilities.join(", ")),
      cell(6, {}, shown(runtime.refused.join(", ") || "–")),
      cell(
        7,
        { class: "results" },
        runtime.broken
          ? el("b", { class: "broken" }, `could not be run: ${shown(runtime.broken)}`)
          : VERDICTS.filter((verdict) => counts[verdict] > 0).map((verdict) => [
              el("span", { class: `v ${verdict}` }, `${counts[verdict]} ${verdict}`),
              " ",
            ]),
      ),
      cell(8, { class: "number" }, `${((data.times[index]?.elapsed_ms ?? 0) / 1000).toFixed(2)} s`),
    );
  });
  return {
    title: "Runtimes",
    heading: "Runtimes",
    hasFilters: false,
    content: [
      el(
        "p",
        { class: "help" },
        "What a runtime shows: “outcome” is how it ends, “observable” also host calls and output, “full” every step. " +
          "That two runtimes of one engine or linker agree proves less than that two strangers do.",
      ),
      el(
        "div",
        { class: "scroll" },
        el(
          "table",
          { class: "runtimes" },
          el("caption", { class: "sr" }, "Runtimes"),
          el(
            "thead",
            {},
            el(
              "tr",
              {},
              heads.map((head) => el("th", { scope: "col" }, head)),
            ),
          ),
          el("tbody", {}, rows),
        ),
      ),
    ],
  };
}
