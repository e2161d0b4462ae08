// One file's initialisation: what was planned beside what happened.

const run = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const trace = parseTrace(run.lines);
const providers = Object.fromEntries(
  run.providers.map(([at, module, name, provider]) => [JSON.stringify([at, module, name]), provider]),
);
const notes = { files: run.files, funcs: run.funcs, providers };

/** Where each planned step happened: its place in the trace, or -1. Each step of the trace is taken once. */
function places() {
  /** The steps of each instance that are not taken yet. */
  const left = new Map();
  trace.steps.forEach((step, index) => {
    if (!left.has(step.at)) left.set(step.at, []);
    left.get(step.at).push(index);
  });
  return run.plan.map((planned) => {
    if (planned.key === undefined) return null;
    const own = left.get(planned.at) ?? [];
    const found = own.findIndex((index) => trace.steps[index].rest.startsWith(planned.key));
    return found < 0 ? -1 : own.splice(found, 1)[0];
  });
}

function planList() {
  const found = places();
  const list = el("ol", { class: "plan" });
  run.plan.forEach((planned, index) => {
    const at = found[index];
    const state = at === null ? "static" : at >= 0 ? "happened" : "missed";
    const words = { static: "", happened: "happened", missed: "did not happen" }[state];
    const text = [
      el("span", { class: "what" }, shown(planned.text)),
      planned.detail && el("span", { class: "detail" }, shown(planned.detail)),
    ];
    const row = el(
      "li",
      { class: `${state}${planned.head ? " head" : ""}` },
      el("span", { class: "mark", "aria-hidden": "true" }, { static: "", happened: "✓", missed: "✗" }[state]),
      at !== null && at >= 0 ? el("button", { type: "button", onclick: () => showStep(at) }, text) : text,
      unseen(words && ` (${words})`),
    );
    row.style.setProperty("--depth", String(Math.min(planned.depth, 12)));
    list.append(row);
  });
  return list;
}

function showStep(index) {
  if (!document.getElementById(`step-${index}`)) document.querySelector("button.more").click();
  const row = document.getElementById(`step-${index}`);
  row.tabIndex = -1;
  row.scrollIntoView({ block: "center" });
  row.focus({ preventScroll: true });
}

const steps = el(
  "section",
  { class: "timelines", "aria-labelledby": "happened-title" },
  el("h2", { id: "happened-title" }, "What happened"),
);
steps.append(linesSwitch(steps), timeline(trace, notes, "step"));
append(steps, [
  run.remarks.length > 0 &&
    el(
      "ul",
      { class: "notes-list" },
      // What was printed stays together, a line to a line.
      run.remarks.map((remark) => el("li", {}, ...remark.split("\n").map((line) => el("div", {}, shown(line))))),
    ),
  survived(trace, run.state),
]);
const planned = el(
  "section",
  { class: "planned", "aria-labelledby": "plan-title" },
  el("h2", { id: "plan-title" }, "The plan"),
  el(
    "p",
    { class: "help" },
    "From the binary alone: what is going to be instantiated, in which order. ✓ happened, ✗ did not.",
  ),
  planList(),
);
const head = el("h1", { id: "heading" }, el("span", { class: "above" }, "How it starts"), shown(run.title));
const endLine = el("p", { class: "lead" }, endCell(trace.end));
append(main, [head, endLine, el("div", { class: "beside" }, planned, steps)]);
performance.mark("preflight-rendered");
