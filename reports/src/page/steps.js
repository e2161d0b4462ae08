// The lines of traces: what they say, in words. The form of the lines is that of the cases (spec-tests/README.md).

/** Kinds of steps that can be seen from outside: what a runtime shows that does not tell every step. */
const SEEN_FROM_OUTSIDE = new Set(["host", "host-back", "output", "exit", "end"]);

/** Where a name at the beginning of `text` ends: a JSON string, or everything up to a space. */
function endOfName(text) {
  if (text[0] !== '"') {
    const space = text.indexOf(" ");
    return space < 0 ? text.length : space;
  }
  for (let i = 1; i < text.length; i += 1) {
    if (text[i] === "\\") i += 1;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

/** A name and what stands after it. */
function splitName(text) {
  const end = endOfName(text);
  const raw = text.slice(0, end);
  let name = raw;
  if (raw[0] === '"') {
    try {
      name = JSON.parse(raw);
    } catch {
      /* It stays as it is written. */
    }
  }
  return [name, text.slice(end).trimStart()];
}

/** A name that is safe to show: control characters and direction marks become escapes. */
function shown(name) {
  const plain = String(name).replace(
    /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
    (c) => `\\u{${c.codePointAt(0).toString(16)}}`,
  );
  return plain === "" ? '""' : plain;
}

/** One line as a step: `at` (the instance), `kind`, `words`, and for some kinds `id` or `target`. */
function parseStep(line) {
  if (line.startsWith("=>")) {
    const end = line.slice(2).trim();
    return { line, at: null, kind: "end", words: endInWords(end), end };
  }
  const [at, rest] = splitName(line);
  const step = { line, at, rest, ...describe(rest) };
  step.words = shown(step.words);
  return step;
}

/** `trap out-of-bounds-memory in start`, in words. */
function endInWords(end) {
  const trap = /^trap (\S+) in (\S+)$/.exec(end);
  if (trap) return `trap: ${trap[1].replaceAll("-", " ")}, ${PHASE[trap[2]] ?? trap[2]}`;
  if (end === "returned ()") return "ended well";
  return end.replace(/^exception in (\S+)$/, (_, phase) => `uncaught exception, ${PHASE[phase] ?? phase}`);
}

const PHASE = { initialise: "while initialising", start: "in the start function", call: "in a call" };
const PLURAL = { func: "functions", table: "tables", memory: "memories", global: "globals", tag: "tags" };
const SINGULAR = { func: "function", table: "table", memory: "memory", global: "global", tag: "tag" };

function describe(rest) {
  for (const [pattern, make] of FORMS) {
    const found = pattern.exec(rest);
    if (found) return make(...found.slice(1));
  }
  return describeNamed(rest);
}

const FORMS = [
  [/^allocated(.*)$/, (counts) => ({ kind: "allocated", words: allocated(counts.trim()) })],
  [
    /^(elem|data) (\d+) offset = (.*)$/s,
    (kind, index, value) => ({
      kind: "initial",
      words: `offset of ${kind} segment ${index} is ${offset(value)}`,
      value: offset(value),
    }),
  ],
  [
    /^(elem|data) (\d+) -> (\w+) (\d+) at (\d+) len (\d+)$/,
    (kind, index, target, to, at, len) => {
      const unit = kind === "data" ? count(+len, "byte", "bytes") : count(+len, "entry", "entries");
      const place = kind === "data" ? `0x${BigInt(at).toString(16)}` : at;
      return {
        kind: "write",
        words: `${kind} segment ${index} written to ${target} ${to}: ${unit} at ${place}`,
        effect: `${target} ${to} has the ${unit} of ${kind} segment ${index} at ${place}`,
      };
    },
  ],
  [/^(elem|data) (\d+) dropped$/, (kind, index) => ({ kind: "dropped", words: `${kind} segment ${index} dropped` })],
  [/^elem (\d+) = (.*)$/s, (index, value) => ({ kind: "initial", words: `items of elem segment ${index}: ${value}` })],
  [
    /^(global|table|value) (\d+) = (.*)$/s,
    (what, index, value) => ({ kind: "initial", words: `${what} ${index} is ${value}` }),
  ],
  [/^start (\d+) entered$/, (func) => ({ kind: "start", words: `start function (function ${func}) begins` })],
  [/^start (\d+) left$/, (func) => ({ kind: "start-back", words: `start function (function ${func}) returned` })],
  [
    /^component start (\d+) returned (.*)$/s,
    (func, values) => ({ kind: "start-back", words: `component start (function ${func}) returned ${values}` }),
  ],
  [
    /^component start (\d+) (.*)$/s,
    (func, args) => ({ kind: "start", words: `component start calls function ${func}${args}` }),
  ],
  [/^component begun$/, () => ({ kind: "begun", words: "component instantiation begins" })],
  [/^component done$/, () => ({ kind: "done", words: "component is ready" })],
  [/^done$/, () => ({ kind: "done", words: "instance is ready" })],
  [
    /^trap (\S+) in (\S+)$/,
    (code, phase) => ({
      kind: "trap",
      words: `TRAP: ${code.replaceAll("-", " ")}, ${PHASE[phase] ?? phase}`,
      end: `trap ${code} in ${phase}`,
    }),
  ],
  [
    /^throw (.*) in (\S+)$/s,
    (args, phase) => ({
      kind: "trap",
      words: `EXCEPTION ${args}, ${PHASE[phase] ?? phase}`,
      end: `exception in ${phase}`,
    }),
  ],
  [/^exit (-?\d+)$/, (code) => ({ kind: "exit", words: `the program ends with status ${code}`, end: `exit ${code}` })],
  [/^locked$/, () => ({ kind: "locked", words: "locked: nothing may enter it any more" })],
  [/^thread (\d+) (\w+)$/, (thread, what) => ({ kind: "task", words: `thread ${thread} ${what}` })],
  [
    /^event (\S+) index (\d+) payload (\d+)$/,
    (code, index, payload) => ({
      kind: "task",
      words: `event delivered: ${code} on handle ${index}, payload ${payload}`,
    }),
  ],
];

/** A reading as flags write it: `TrapRelatives` is `trap-relatives` to `--reading`; words stay words. */
function readingOf(reading) {
  if (!/^[A-Z][A-Za-z]*$/.test(reading)) return reading;
  return reading.replace(/[A-Z]/g, (letter, at) => (at > 0 ? "-" : "") + letter.toLowerCase());
}

/** The forms that begin with a word and a name. */
function describeNamed(rest) {
  const [word, afterWord] = splitName(rest);
  const [name, after] = splitName(afterWord);
  const label = shown(name);
  switch (word) {
    case "import": {
      const [second, kind] = splitName(after);
      const full = kind === "" ? label : name === "" ? shown(second) : `${label}.${shown(second)}`;
      return { kind: "import", words: `import ${full} matched: ${SINGULAR[kind] ?? kind}`, names: [name, second] };
    }
    case "host":
      return after.startsWith("returned ")
        ? { kind: "host-back", words: `host function ${label} returned ${after.slice(9)}` }
        : { kind: "host", words: `calls host function ${label}${after}` };
    case "call":
      return { kind: "call", words: `call of ${label}${because(after)}` };
    case "return":
      return { kind: "call-back", words: `${label} returned ${after}` };
    case "entry":
      return { kind: "entry", words: `${label} called from within${because(after)}` };
    case "output":
      return { kind: "output", words: `writes to ${label}: ${after}` };
    case "lifted":
      return { kind: "value", words: `values lifted (${label}): ${after}` };
    case "lowered":
      return { kind: "value", words: `values lowered (${label}): ${after}` };
    case "resource":
      return {
        kind: "resource",
        words: `resource ${label} ${after.replace(/^(made|dropped) rep (\S+) handle (\S+)$/, "$2 $1, handle $3")}`,
      };
    case "rule":
      return { kind: "rule", words: `rule ${label}, read as ${readingOf(splitName(after.replace(/^reading /, ""))[0])}` };
    case "task":
      return { kind: "task", words: `task of ${label} ${after}` };
    default:
      return { kind: "other", words: rest };
  }
}

function because(after) {
  return after.replace(/^(\(.*\) )?by (.*)$/s, (_, args, cause) => `${(args ?? "").trim()}, by ${cause}`);
}

function allocated(counts) {
  const words = counts.split(" ").filter((word) => word !== "");
  const parts = [];
  for (let i = 0; i + 1 < words.length; i += 2) {
    parts.push(`${words[i + 1]} ${words[i + 1] === "1" ? SINGULAR[words[i]] : PLURAL[words[i]]}`);
  }
  return parts.length === 0 ? "allocated, with nothing of its own" : `allocated: ${parts.join(", ")}`;
}

/** Offsets are unsigned, whatever the value's type says. */
function offset(value) {
  const found = /^i(32|64):(-?\d+)$/.exec(value);
  return found ? BigInt.asUintN(+found[1], BigInt(found[2])).toString() : value;
}

/** The steps of a trace, and how it ended. */
function parseTrace(lines) {
  const steps = lines.map(parseStep);
  const last = steps.at(-1);
  if (last?.kind === "end") return { steps: steps.slice(0, -1), end: last.end };
  const told = steps.filter((step) => step.end !== undefined).at(-1);
  return { steps, end: told?.end ?? "returned ()" };
}
