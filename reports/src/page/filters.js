// What of the document is shown.

const OUTCOMES = {
  passed: "passed",
  failed: "failed",
  unexpected: "not as expected",
  known: "known failures",
  unsupported: "unsupported",
  recorded: "recorded without a verdict",
  differ: "runtimes differ",
  untested: "rules without a case",
};

/** The cases that pass the filters. */
function chosenCases(data, filters) {
  const words = (filters.q ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const runtimes =
    filters.runtime && data.byName.has(filters.runtime)
      ? [data.byName.get(filters.runtime)]
      : [...data.runtimes.keys()];
  return data.cases.filter(
    (item) =>
      words.every((word) => item.search.includes(word)) &&
      (!filters.needs || (item.needs ?? []).includes(filters.needs) || (filters.needs === "none" && !item.needs)) &&
      (!filters.subject || item.subjects.includes(filters.subject)) &&
      (!filters.group || item.known.some((id) => data.rules[id].group === filters.group)) &&
      (!filters.level || item.known.some((id) => isOfLevel(data.rules[id], filters.level))) &&
      (!filters.outcome || hasOutcome(data, item, filters.outcome, runtimes)),
  );
}

function isOfLevel(rule, level) {
  return level === "contested" ? rule.contested : rule.level === level;
}

function hasOutcome(data, item, outcome, runtimes) {
  const results = runtimes.map((runtime) => data.result(runtime, item.index)).filter((result) => result !== undefined);
  switch (outcome) {
    case "unexpected":
      return results.some((result) => !result.expected);
    case "known":
      return results.some((result) => result.verdict === "failed" && result.expected);
    case "differ":
      return new Set(results.map((result) => result.verdict).filter((verdict) => verdict !== "unsupported")).size > 1;
    case "untested":
      return false;
    default:
      return results.some((result) => result.verdict === outcome);
  }
}

/** The rules that pass the filters: by what they say themselves, or by their cases. */
function chosenRules(data, filters) {
  const cases = new Set(chosenCases(data, { ...filters, q: "", group: "", subject: "", level: "" }));
  const words = (filters.q ?? "")
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  const isByCases = filters.outcome || filters.needs || filters.runtime;
  return Object.entries(data.rules).filter(([id, rule]) => {
    const of = data.casesOfRule.get(id);
    const text = `${id} ${rule.statement} ${rule.source.join(" ")} ${rule.gate ?? ""}`.toLowerCase();
    return (
      words.every((word) => text.includes(word) || of.some((item) => item.search.includes(word))) &&
      (!filters.group || rule.group === filters.group) &&
      (!filters.subject || subjectOf(id) === filters.subject) &&
      (!filters.level || isOfLevel(rule, filters.level)) &&
      (filters.outcome === "untested" ? of.length === 0 : !isByCases || of.some((item) => cases.has(item)))
    );
  });
}

/** The bar of filters. `change` is called with new filters; the bar itself stays, so that typing is not disturbed. */
function filterBar(data, change) {
  let filters = {};
  const set = (name, value) => {
    filters = { ...filters, [name]: value || undefined };
    change(filters);
  };
  const search = el("input", {
    type: "search",
    id: "search",
    placeholder: "case, rule or words",
    autocomplete: "off",
    spellcheck: "false",
    oninput: () => set("q", search.value),
  });
  const choice = (name, label, all, options) => {
    const select = el(
      "select",
      { id: `filter-${name}`, onchange: () => set(name, select.value) },
      el("option", { value: "" }, all),
      options.map(([value, text]) => el("option", { value }, text)),
    );
    return [name, label, select];
  };
  const subjects = [...new Set(Object.keys(data.rules).map(subjectOf))].sort();
  const choices = [
    choice(
      "group",
      "Chapter",
      "all",
      Object.entries(data.groups).map(([id, text]) => [id, text]),
    ),
    choice(
      "subject",
      "Group of rules",
      "all",
      subjects.map((id) => [id, id]),
    ),
    choice(
      "level",
      "Level",
      "all",
      [...LEVELS, "contested"].map((level) => [level, level]),
    ),
    choice("outcome", "Outcome", "all", Object.entries(OUTCOMES)),
    choice("needs", "Proposal or host", "all", [
      ["none", "none: release 2.0"],
      ...data.proposals.map((name) => [name, name]),
    ]),
    choice(
      "runtime",
      "Runtime",
      "all",
      data.runtimes.map((runtime) => [runtime.name, runtime.name]),
    ),
  ];
  const clear = el(
    "button",
    {
      type: "button",
      onclick: () => {
        filters = {};
        change(filters);
        show(filters);
        search.focus();
      },
    },
    "Clear",
  );
  const shownCount = el("p", { id: "shown", role: "status" });
  const form = el(
    "form",
    { class: "filters", role: "search", "aria-label": "Filters", onsubmit: (event) => event.preventDefault() },
    el("label", { class: "wide", for: "search" }, el("span", {}, "Search ", el("kbd", {}, "/")), search),
    choices.map(([, label, select]) => el("label", { for: select.id }, el("span", {}, label), select)),
    clear,
    shownCount,
  );
  const show = (current) => {
    filters = { ...current };
    if (search.value !== (filters.q ?? "")) search.value = filters.q ?? "";
    for (const [name, , select] of choices) {
      select.value = filters[name] ?? "";
      select.classList.toggle("set", select.value !== "");
    }
    clear.disabled = !FILTERS.some((name) => filters[name]);
  };
  return {
    form,
    show,
    say: (text) => {
      if (shownCount.textContent !== text) shownCount.textContent = text;
    },
  };
}
