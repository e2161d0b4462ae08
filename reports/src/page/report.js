// The report: which view is shown, keys, and where the focus goes.

const data = new Data(JSON.parse(document.getElementById("data").textContent));
const main = document.getElementById("main");
const bar = filterBar(data, (filters) => {
  const { view, rest } = parseRoute(location.hash);
  history.replaceState(history.state, "", href(view, rest, filters));
  void render({ keepFocus: true });
});
document.getElementById("filters").append(bar.form);

/** What had the focus when a view was left, by its address. */
const focusOf = new Map();
let shownAddress = location.hash;
let turn = 0;

const VIEWS = {
  matrix: (rest, filters) => matrixView(data, filters),
  rules: (rest, filters) => rulesView(data, filters),
  cases: (rest, filters) => casesView(data, filters),
  runtimes: (rest) => runtimesView(data, rest),
  mutants: () => mutantsView(data),
  rule: (rest, filters) => ruleView(data, rest, filters),
  case: (rest, filters) => caseView(data, rest, filters),
  result: (rest, filters) => resultView(data, rest, filters),
};
/** The tab that a view belongs to. */
const TAB = { rule: "rules", case: "cases", result: "cases" };

async function render({ keepFocus = false } = {}) {
  const { view, rest, filters } = parseRoute(location.hash);
  turn += 1;
  const mine = turn;
  const made = await (VIEWS[view] ?? (() => missing("view", view)))(rest, filters);
  // Another view was asked for meanwhile.
  if (mine !== turn) return;
  document.title = `${made.title} · Preflight`;
  for (const link of document.querySelectorAll("#tabs a")) {
    const name = link.dataset.view;
    link.href = href(name, "", filters);
    if ((TAB[view] ?? view) === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.getElementById("filters").hidden = made.hasFilters === false;
  bar.show(filters);
  bar.say(made.say ?? "");
  const heading = el(
    "h1",
    { tabindex: "-1", id: "heading" },
    made.above && el("span", { class: "above" }, made.above),
    made.heading,
  );
  main.replaceChildren(heading);
  append(main, [made.content]);
  if (!keepFocus) settle(heading);
  performance.mark("preflight-rendered");
}

/** Puts the focus where one would look: at what was left, or at the heading. */
function settle(heading) {
  const known = focusOf.get(location.hash);
  const target =
    known && [...main.querySelectorAll("a, button")].find((item) => item.getAttribute("href") === known.href);
  if (target) {
    target.focus({ preventScroll: true });
    scrollTo(0, known.top);
  } else {
    scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }
}

function navigated() {
  const focused = document.activeElement?.getAttribute("href");
  if (focused && main.contains(document.activeElement)) focusOf.set(shownAddress, { href: focused, top: scrollY });
  shownAddress = location.hash;
  void render();
}

const help = document.getElementById("help");
function keys(event) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
  const isTyping = event.target.matches("input, select, textarea");
  if (event.key === "Escape" && isTyping) return event.target.blur();
  if (isTyping || help.open) return undefined;
  const go = (view) => {
    location.hash = href(view, "", parseRoute(location.hash).filters);
  };
  const action = {
    "/": () => {
      if (document.getElementById("filters").hidden) go("cases");
      setTimeout(() => document.getElementById("search").focus());
    },
    "?": () => help.showModal(),
    m: () => go("matrix"),
    r: () => go("rules"),
    c: () => go("cases"),
    t: () => go("runtimes"),
    n: () => main.querySelector("[data-key=n]")?.click(),
    p: () => main.querySelector("[data-key=p]")?.click(),
    d: () => document.getElementById("first-difference")?.scrollIntoView({ block: "center" }),
  }[event.key];
  if (action) {
    event.preventDefault();
    action();
  }
  return undefined;
}

document.querySelector("#tabs [data-view=mutants]").hidden = data.mutants === undefined;
addEventListener("hashchange", navigated);
addEventListener("keydown", keys);
document.getElementById("skip").addEventListener("click", () => document.getElementById("heading").focus());
document.getElementById("help-button").addEventListener("click", () => help.showModal());
void render({ keepFocus: true });
