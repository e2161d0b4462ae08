// The timeline: time runs downwards, each instance has a lane, start functions and calls are bars on it.

/** Colours of lanes; more lanes than these take them again. */
const LANE_COLOURS = 8;
/** With more instances than these, a lane that is over is used again by a later instance. */
const MOST_LANES = 12;
/** As many instances are named above a timeline. */
const MOST_NAMES = 40;
/** As many steps are shown at once; more come up when they are scrolled to. */
const FIRST_STEPS = 500;

/** A sign for each kind of step: not colour alone says what happened. */
const SIGNS = {
  import: "→",
  allocated: "▢",
  initial: "=",
  write: "✎",
  dropped: "−",
  start: "▶",
  "start-back": "◀",
  done: "✓",
  trap: "✖",
  host: "↗",
  "host-back": "↙",
  call: "▷",
  "call-back": "◁",
  entry: "▷",
  output: "≫",
  exit: "■",
  begun: "◇",
  value: "⇅",
  resource: "◈",
  locked: "⊘",
  rule: "§",
  task: "∥",
  other: "·",
};
const OPENING = new Set(["start", "call", "host"]);
const CLOSING = { "start-back": "start", "call-back": "call", "host-back": "host" };

/**
 * The state of the lanes before and at each step: which instances there are, which of them are coming up or ready, and what
 * runs on them.
 */
class Lanes {
  constructor(steps) {
    /** By instance: the places of its first and its last step. */
    this.first = new Map();
    this.last = new Map();
    steps.forEach((step, index) => {
      if (!this.first.has(step.at)) this.first.set(step.at, index);
      this.last.set(step.at, index);
    });
    this.paths = [...this.first.keys()];
    this.hasHost = steps.some((step) => step.kind === "host");
    this.columns = this.arrange();
    /** The numbers of instances, for their colours. */
    this.numbers = new Map(this.paths.map((path, number) => [path, number]));
    /** The instances that have begun and are not over: `coming`, `ready` or `failed`. */
    this.states = new Map();
    /** What runs, the innermost last: instance and kind. */
    this.running = [];
  }

  /** The column of each instance; the host's is the first. */
  arrange() {
    const start = this.hasHost ? 1 : 0;
    const columns = new Map();
    /** By column: the last step of the instance in it. */
    const ends = [];
    for (const path of this.paths) {
      const free = this.paths.length > MOST_LANES ? ends.findIndex((end) => end < this.first.get(path)) : -1;
      const column = free < 0 ? ends.length : free;
      ends[column] = this.last.get(path);
      columns.set(path, column + start);
    }
    this.count = ends.length + start;
    return columns;
  }

  column(path) {
    return this.columns.get(path);
  }

  colour(path) {
    return this.numbers.get(path) % LANE_COLOURS;
  }

  /** Takes a step: returns how the lanes look at it, and then changes the state. */
  take(step, index) {
    const closes = CLOSING[step.kind];
    if (closes !== undefined) this.close(closes, step.at);
    const depth = this.running.length;
    if (!this.states.has(step.at)) this.states.set(step.at, "coming");
    const picture = this.picture(step, index, closes !== undefined);
    if (OPENING.has(step.kind)) this.running.push({ at: step.at, kind: step.kind });
    if (step.kind === "done") this.states.set(step.at, "ready");
    if (step.kind === "trap") {
      const isCall = / in call$/.test(step.end);
      this.running = this.running.filter((frame) => frame.at !== step.at);
      if (!isCall) this.states.set(step.at, "failed");
    }
    return { ...picture, depth };
  }

  close(kind, at) {
    const index = this.running.findLastIndex((frame) => frame.kind === kind && frame.at === at);
    if (index >= 0) this.running.length = index;
  }

  /** The lanes that are there at a step; those that are over are forgotten. */
  picture(step, index, isClosing) {
    const bars = new Set(this.running.filter((frame) => frame.kind !== "host").map((frame) => frame.at));
    if (isClosing && step.kind !== "host-back") bars.add(step.at);
    const lanes = [];
    for (const [path, state] of this.states) {
      const isOver = index > this.last.get(path) && !bars.has(path) && state !== "coming";
      if (isOver && path !== step?.at) this.states.delete(path);
      else lanes.push({ path, state, bar: bars.has(path) });
    }
    return { lanes };
  }
}

/** The lanes beside one step. Decoration: the words say all of it. */
function gutter(lanes, picture, step) {
  const box = el("span", { class: "gutter", "aria-hidden": "true" });
  box.style.setProperty("--lanes", String(lanes.count));
  const mark = (column, classes, colour, text = "") => {
    const item = el("i", { class: classes }, text);
    item.style.setProperty("--column", String(column));
    if (colour !== null) item.dataset.colour = String(colour);
    box.append(item);
    return item;
  };
  if (lanes.hasHost) mark(0, "lane host-lane", null);
  if (step === null) {
    for (const lane of picture.lanes) {
      mark(lanes.column(lane.path), `lane ${lane.state}${lane.bar ? " bar" : ""}`, lanes.colour(lane.path));
    }
    return box;
  }
  const own = lanes.column(step.at);
  for (const lane of picture.lanes) {
    const isFirst = lane.path === step.at && (picture.isFirst ?? false);
    const end = lane.path === step.at && step.kind === "trap" && lanes.states.get(step.at) === "failed" ? " last" : "";
    const begin = lane.path === step.at && step.kind === "start" ? " bar-begins" : "";
    const over = lane.path === step.at && step.kind === "start-back" ? " bar-ends" : "";
    mark(
      lanes.column(lane.path),
      `lane ${lane.state}${lane.bar ? " bar" : ""}${end}${begin}${over}${isFirst ? " first" : ""}`,
      lanes.colour(lane.path),
    );
  }
  if (step.kind === "host" || step.kind === "host-back") {
    const arrow = mark(0, `arrow ${step.kind}`, lanes.colour(step.at));
    arrow.style.setProperty("--to", String(own));
  }
  mark(own, `dot ${step.kind}`, lanes.colour(step.at), SIGNS[step.kind] ?? "·");
  return box;
}

/** One side of a timeline: makes the cells of its steps in order. */
class Side {
  constructor(steps, notes = {}) {
    this.lanes = new Lanes(steps);
    this.notes = notes;
    this.index = 0;
    this.before = null;
    this.seen = new Set();
    this.picture = null;
  }

  /** The content of a cell; `null` for a step that this side does not have. */
  cell(step) {
    if (step === null) return [gutter(this.lanes, this.still(), null)];
    const picture = this.lanes.take(step, this.index);
    picture.isFirst = !this.seen.has(step.at);
    this.seen.add(step.at);
    this.index += 1;
    this.picture = picture;
    const words = el("span", { class: "words" });
    words.style.setProperty("--depth", String(Math.min(picture.depth, 6)));
    if (step.at !== this.before) words.append(this.label(step.at), " ");
    else words.append(unseen(`${shown(step.at)}: `));
    words.append(el("span", { class: "said" }, step.words + this.extra(step)));
    words.append(el("code", { class: "line" }, step.line));
    this.before = step.at;
    return [gutter(this.lanes, picture, step), words];
  }

  /** How the lanes look where nothing happens. */
  still() {
    return this.lanes.picture(null, this.index, false);
  }

  label(path) {
    const label = el("span", { class: "instance" }, shown(path));
    label.dataset.colour = String(this.lanes.colour(path));
    const file = this.notes.files?.[path];
    return file === undefined ? label : el("span", {}, label, " ", el("span", { class: "file" }, shown(file)));
  }

  /** What is known besides: names of functions, providers of imports. */
  extra(step) {
    const provider = step.names && this.notes.providers?.[JSON.stringify([step.at, ...step.names])];
    if (provider) return `, from ${shown(provider)}`;
    const func = /^start (\d+) entered$/.exec(step.rest ?? "");
    const name = func && this.notes.funcs?.[`${step.at}#${func[1]}`];
    return name ? `, called ${shown(name)}` : "";
  }

  /** The lanes by name, above the timeline. */
  legend() {
    const items = this.lanes.paths.slice(0, MOST_NAMES).map((path) => el("li", {}, this.label(path)));
    if (this.lanes.paths.length > MOST_NAMES)
      items.push(el("li", {}, `and ${this.lanes.paths.length - MOST_NAMES} more`));
    if (this.lanes.hasHost) items.unshift(el("li", {}, el("span", { class: "instance host" }, "host")));
    return el("ul", { class: "legend", "aria-label": "Instances, as lanes from left to right" }, items);
  }
}

/** The end of a trace as a row's content. */
function endCell(end) {
  const isWell = /^(returned|exit)/.test(end);
  return el("span", { class: `end ${isWell ? "well" : "wrong"}` }, el("b", {}, "End: "), shown(endInWords(end)));
}

/** The timeline of one trace, as a list in order. */
function timeline(trace, notes = {}, id = null) {
  const side = new Side(trace.steps, notes);
  const [list, after] = [el("ol", { class: "timeline single", id }), el("div", {})];
  const row = (step, index) => el("li", { class: `step ${step.kind}`, id: id && `${id}-${index}` }, side.cell(step));
  inPieces(list, trace.steps, row, after, FIRST_STEPS);
  return el("div", {}, side.legend(), list, after, el("p", { class: "the-end" }, endCell(trace.end)));
}

/**
 * Two timelines side by side, the first difference marked. Returns the element, and whether a difference was found.
 * `isSame` if the verdict says that there is none.
 */
function sideBySide(
  expected,
  actual,
  { full, isSame, leftName, rightName, seen, unseenWords = "not shown by this runtime" },
) {
  const rows = align(expected.steps, actual.steps, full, seen);
  const [left, right] = [
    new Side(expected.steps),
    new Side(rows.map((row) => row.right).filter((step) => step !== null)),
  ];
  const differs = (row) => !isSame && row.is !== "same" && row.is !== "hidden";
  const first = rows.findIndex(differs);
  const [body, after] = [el("tbody", {}), el("div", {})];
  const make = (row, index) => {
    const mark = index === first ? el("span", { class: "first-difference" }, "first difference") : null;
    const sign = differs(row)
      ? el("span", { class: "sign", "aria-hidden": "true" }, { left: "−", right: "+", other: "≠" }[row.is])
      : null;
    const none = missingStep(row, rows[index - 1], unseenWords);
    return el(
      "tr",
      {
        class: `step ${row.is}${differs(row) ? " differs" : ""}${mark ? " first" : ""}`,
        id: mark && "first-difference",
      },
      el(
        "td",
        {},
        el("div", { class: `cell ${row.left?.kind ?? ""}` }, row.left ? left.cell(row.left) : [left.cell(null), none]),
      ),
      el("td", { class: "between" }, mark, sign),
      el(
        "td",
        {},
        el(
          "div",
          { class: `cell ${row.right?.kind ?? ""}` },
          row.right ? right.cell(row.right) : [right.cell(null), none],
        ),
      ),
    );
  };
  inPieces(body, rows, make, after, Math.max(FIRST_STEPS, first + 50));
  const isEndDifferent = !isSame && actual.end !== null && !sameEnd(expected.end, actual.end, full);
  const isEndFirst = isEndDifferent && first < 0;
  const foot = el(
    "tfoot",
    {},
    el(
      "tr",
      { class: `the-end${isEndDifferent ? " differs" : ""}`, id: isEndFirst && "first-difference" },
      el("td", {}, endCell(expected.end)),
      el("td", { class: "between" }, isEndFirst && el("span", { class: "first-difference" }, "first difference")),
      el("td", {}, actual.end !== null && endCell(actual.end)),
    ),
  );
  const head = (name, side) => el("th", { scope: "col" }, name, side.legend());
  const table = el(
    "table",
    { class: "timeline double" },
    el("caption", { class: "sr" }, "Expected and actual steps in order of time"),
    el("thead", {}, el("tr", {}, head(leftName, left), el("td", { class: "between" }), head(rightName, right))),
    body,
    foot,
  );
  return {
    element: el("div", {}, el("div", { class: "scroll" }, table), after),
    isDifferent: first >= 0 || isEndDifferent,
  };
}

/** What stands where one side has no step; said once of steps that follow each other. */
function missingStep(row, before, unseenWords) {
  if (row.is === "hidden" && before?.is === "hidden")
    return el("span", { class: "hidden-step" }, "⋮", unseen(unseenWords));
  const words = row.is === "hidden" ? unseenWords : row.left === null ? "nothing expected here" : "did not happen";
  return el("span", { class: "hidden-step" }, words);
}

/** A switch between words and the lines as cases write them. */
function linesSwitch(target) {
  const box = el("input", { type: "checkbox", onchange: () => target.classList.toggle("as-lines", box.checked) });
  return el("label", { class: "switch" }, box, " Show the lines as cases write them");
}
