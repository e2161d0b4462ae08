// Engines with one bug each: which case finds it.

function mutantsView(data) {
  const mutants = data.mutants ?? [];
  const survived = mutants.filter((mutant) => !mutant.killed);
  const body = el("tbody", {});
  const table = el(
    "table",
    { class: "mutants" },
    el("caption", { class: "sr" }, "Mutants, and the cases that find them"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        ["Mutant", "Its bug", "Found", "By"].map((name) => el("th", { scope: "col" }, name)),
      ),
    ),
    body,
  );
  const after = el("div", {});
  inPieces(
    body,
    [...survived, ...mutants.filter((mutant) => mutant.killed)],
    (mutant) => mutantRow(data, mutant),
    after,
    200,
  );
  return {
    title: "Mutants",
    heading: "Mutants",
    hasFilters: false,
    content: [
      el(
        "p",
        { class: "help" },
        `The reference engine with one bug at a time: the cases have to notice each. ` +
          `${count(mutants.length, "mutant", "mutants")}, ${mutants.length - survived.length} found, ` +
          `${survived.length} survived. What is historical is a bug that a runtime had.`,
      ),
      el("div", { class: "scroll" }, table),
      after,
    ],
  };
}

function mutantRow(data, mutant) {
  const how = { crashed: "the engine crashed", "time-limit": "it ran into the time limit" }[mutant.how];
  const by =
    mutant.killed_by &&
    (data.byPath.has(mutant.killed_by)
      ? el("a", { href: href("case", mutant.killed_by) }, shown(mutant.killed_by))
      : shown(mutant.killed_by));
  return el(
    "tr",
    { class: mutant.killed ? null : "unexpected" },
    el("th", { scope: "row" }, shown(mutant.id)),
    el(
      "td",
      {},
      shown(mutant.what),
      mutant.bug && [" ", el("span", { class: "badge" }, `historical: ${shown(mutant.bug)}`)],
    ),
    el(
      "td",
      {},
      el("span", { class: `verdict ${mutant.killed ? "passed" : "failed"}` }, mutant.killed ? "✓ found" : "✗ survived"),
    ),
    el("td", {}, by, how && ` (${how})`),
  );
}
