// The document, and what is looked up in it again and again.

const VERDICTS = ["passed", "failed", "unsupported", "recorded"];
const SIGN = { passed: "✓", failed: "✗", unsupported: "?", recorded: "•" };
const LEVELS = ["must", "should", "convention", "unspecified"];

/** The subject of a rule: what stands before the last hyphen of its id. */
function subjectOf(rule) {
  const at = rule.lastIndexOf("-");
  return at < 0 ? rule : rule.slice(0, at);
}

class Data {
  constructor({ results, lineages }) {
    Object.assign(this, results);
    this.lineages = lineages;
    this.byPath = new Map(this.cases.map((item, index) => [item.path, index]));
    this.byName = new Map(this.runtimes.map((item, index) => [item.name, index]));
    this.casesOfRule = new Map(Object.keys(this.rules).map((id) => [id, []]));
    this.cases.forEach((item, index) => {
      item.index = index;
      item.known = item.rules.filter((id) => this.rules[id] !== undefined);
      item.subjects = [...new Set(item.rules.map(subjectOf))];
      item.search = [
        item.path,
        item.title,
        ...item.rules,
        ...(item.needs ?? []),
        ...item.known.map((id) => this.rules[id].statement),
      ]
        .join("\n")
        .toLowerCase();
      for (const id of item.known) this.casesOfRule.get(id).push(item);
    });
    this.proposals = [...new Set(this.cases.flatMap((item) => item.needs ?? []))].sort();
    this.traceCache = new Map();
  }

  result(runtime, index) {
    return this.runtimes[runtime].results[index];
  }

  givesVerdict(rule) {
    return rule.level !== "unspecified" && !rule.contested;
  }

  /** The counts of `cases` on a runtime; null where it could not be run. */
  counts(runtime, cases) {
    const counts = { passed: 0, failed: 0, unsupported: 0, recorded: 0, unexpected: 0 };
    for (const item of cases) {
      const result = this.result(runtime, item.index);
      if (result === undefined) continue;
      counts[result.verdict] += 1;
      if (!result.expected) counts.unexpected += 1;
    }
    return counts;
  }

  /** The trace at a place, inflated if need be: `{ steps, end, state }`, or null. */
  async trace(place) {
    if (place === undefined || place === null) return null;
    if (!this.traceCache.has(place)) {
      const packed = this.traces[place];
      const lines = packed.deflate === undefined ? packed : await inflate(packed);
      this.traceCache.set(place, { ...parseTrace(lines.lines), state: lines.state ?? [] });
    }
    return this.traceCache.get(place);
  }
}

/** A compressed trace: raw DEFLATE in base64. */
async function inflate(packed) {
  const bytes = Uint8Array.from(atob(packed.deflate), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}
