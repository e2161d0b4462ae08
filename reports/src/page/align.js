// Two traces side by side: which steps are the same, and where they first differ.

/** Longest products of lengths that are aligned in full; longer ones are compared from both ends. */
const MOST_CELLS = 4_000_000;

/**
 * Rows of expected and actual steps: `{ left, right, is }`, where `is` says `same`, `left` (expected and not seen),
 * `right` (seen and not expected), `other` (both, and not the same) or `hidden` (a step that the runtime does not show).
 * `full` if the runtime tells every step; otherwise it tells those of the kinds in `seen`.
 */
function align(expected, actual, full, seen = SEEN_FROM_OUTSIDE) {
  const key = (step) => (full ? step.line : (step.rest ?? step.line));
  const isVisible = (step) => full || seen.has(step.kind);
  const left = expected.filter(isVisible);
  const right = actual.filter(isVisible);
  const pairs = pairsOf(left.map(key), right.map(key));
  const partner = new Map(pairs.map(([i, j]) => [left[i], right[j]]));
  const rows = [];
  let next = 0;
  const upTo = (step) => {
    while (next < right.length && right[next] !== step) rows.push({ left: null, right: right[next++], is: "right" });
  };
  for (const step of expected) {
    if (!isVisible(step)) rows.push({ left: step, right: null, is: "hidden" });
    else if (partner.has(step)) {
      upTo(partner.get(step));
      next += 1;
      rows.push({ left: step, right: partner.get(step), is: "same" });
    } else rows.push({ left: step, right: null, is: "left" });
  }
  upTo(null);
  return paired(rows);
}

/** Between two steps that are the same, what was expected and what was seen instead stand in one row. */
function paired(rows) {
  const out = [];
  let gap = [];
  const close = () => {
    const seen = gap.filter((row) => row.is === "right");
    for (const row of gap) {
      if (row.is === "hidden") out.push(row);
      else if (row.is === "left")
        out.push(seen.length > 0 ? { left: row.left, right: seen.shift().right, is: "other" } : row);
    }
    out.push(...seen);
    gap = [];
  };
  for (const row of rows) {
    if (row.is !== "same") gap.push(row);
    else {
      close();
      out.push(row);
    }
  }
  close();
  return out;
}

/** Pairs of places with equal entries, ascending: a longest common subsequence. */
function pairsOf(a, b) {
  const pairs = [];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) pairs.push([head, head++]);
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const [n, m] = [a.length - head - tail, b.length - head - tail];
  if (n * m > 0 && n * m <= MOST_CELLS) pairs.push(...longest(a.slice(head, head + n), b.slice(head, head + m), head));
  for (let i = tail; i > 0; i -= 1) pairs.push([a.length - i, b.length - i]);
  return pairs;
}

function longest(a, b, shift) {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] =
        a[i] === b[j]
          ? lengths[(i + 1) * width + j + 1] + 1
          : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  const pairs = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) pairs.push([shift + i++, shift + j++]);
    else if (lengths[(i + 1) * width + j] >= lengths[i * width + j + 1]) i += 1;
    else j += 1;
  }
  return pairs;
}

/** Whether two ends are the same; a runtime that does not tell every step may not know the phase of a trap. */
function sameEnd(left, right, full) {
  const plain = (end) => (full ? end : end.replace(/ in \w+$/, ""));
  return plain(left) === plain(right);
}
