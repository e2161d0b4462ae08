// What a failed initialisation left behind: from the examination of what can be reached, or from the steps.

/** Lines of one memory or table that are shown at once. */
const MOST_LINES = 32;

/** The panel, or null where nothing failed. */
function survived(trace, state) {
  const isFailure = /^(trap|exception|unlinkable|exhausted)/.test(trace.end);
  if (!isFailure && state.length === 0) return null;
  const effects = effectsOf(trace);
  if (state.length === 0 && effects.length === 0) return null;
  const title = isFailure ? "What survived" : "What can be reached now";
  const parts = [el("h3", {}, title)];
  if (effects.length > 0 && isFailure) {
    parts.push(
      el("p", {}, "Nothing is rolled back. What was done before the end stays done:"),
      el(
        "ul",
        { class: "effects" },
        effects.map((effect) => el("li", {}, effect)),
      ),
    );
  }
  if (state.length > 0) {
    parts.push(el("p", {}, "Found in what can still be reached:"), el("dl", { class: "state" }, state.map(item)));
  }
  return el("section", { class: "survived", "aria-label": title }, parts);
}

/** Writes that instances made which then failed. */
function effectsOf(trace) {
  const failed = new Set(trace.steps.filter((step) => step.kind === "trap").map((step) => step.at));
  return trace.steps
    .filter((step) => step.effect !== undefined && failed.has(step.at))
    .map((step) => `${shown(step.at)}: ${step.effect}`);
}

function item(found) {
  const name = `${shown(found.at)}${found.name === "" ? "" : ` ${shown(found.name)}`}`;
  const [head, lines] = contents(found);
  const body = lines.length === 0 ? null : el("pre", { tabindex: "0" }, lines.slice(0, MOST_LINES).join("\n"));
  const more =
    lines.length > MOST_LINES
      ? el(
          "details",
          {},
          el("summary", {}, count(lines.length - MOST_LINES, "more line", "more lines")),
          el("pre", { tabindex: "0" }, lines.slice(MOST_LINES).join("\n")),
        )
      : null;
  return [el("dt", {}, `${found.kind} ${name}`), el("dd", {}, head, body, more)];
}

/** What is said of an item, and the lines below it. */
function contents(found) {
  switch (found.kind) {
    case "memory": {
      const lines = found.runs.flatMap(memoryLines);
      if (found.beyond) lines.push(`… ${found.beyond.count} more bytes that are not zero, FNV-1a ${found.beyond.hash}`);
      return [`${count(found.size_bytes, "byte", "bytes")}${lines.length === 0 ? ", all zero" : ""}`, lines];
    }
    case "table": {
      const lines = found.runs.map(
        (run) => `[${run.index}${run.times > 1 ? ` to ${run.index + run.times - 1}` : ""}] ${valueText(run.value)}`,
      );
      if (found.beyond) lines.push(`… ${found.beyond.count} more entries that are not null`);
      return [`${count(found.size, "entry", "entries")}${lines.length === 0 ? ", all null" : ""}`, lines];
    }
    case "global":
    case "value":
      return [valueText(found.value), []];
    case "func":
      return [valueText(found.outcome), []];
    case "component":
      return [
        found.locked
          ? "locked: nothing in it can be called"
          : found.may_enter
            ? "can be called"
            : "cannot be called: it has not come up, or stands in one that is locked",
        [],
      ];
    default:
      return [valueText(found), []];
  }
}

function memoryLines(run) {
  const lines = [];
  for (let at = 0; at < run.bytes.length; at += 32) {
    const hex = run.bytes.slice(at, at + 32).match(/../g) ?? [];
    const ascii = hex.map((byte) => (byte >= "20" && byte < "7f" ? String.fromCharCode(parseInt(byte, 16)) : "."));
    const place = (BigInt(run.offset) + BigInt(at / 2)).toString(16).padStart(8, "0");
    const times = run.times > 1 ? `  ${run.times} times` : "";
    lines.push(`0x${place}  ${hex.join(" ").padEnd(47)}  ${ascii.join("")}${times}`);
  }
  return lines;
}

/** `{"i32": 7}` as `i32:7`; what is no simple value, as JSON. */
function valueText(value) {
  if (value !== null && typeof value === "object" && !Array.isArray(value)) {
    const entries = Object.entries(value);
    if (entries.length === 1) {
      const [[type, of]] = entries;
      if (type === "ref") return typeof of === "string" ? of : valueText(of);
      if (typeof of !== "object") return shown(type === "func" ? `func ${of}` : `${type}:${of}`);
    }
  }
  return typeof value === "string" ? shown(value) : shown(JSON.stringify(value));
}
