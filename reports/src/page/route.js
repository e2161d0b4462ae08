// Where one is: the part of the address after `#`. Everything that can be chosen stands in it, so that links can be shared.

const FILTERS = ["q", "group", "subject", "level", "outcome", "needs", "runtime"];

/** `#/case/core/x.wast?outcome=failed` as view, names and filters. */
function parseRoute(hash) {
  const text = hash.replace(/^#\/?/, "");
  const [path, query = ""] = splitOnce(text, "?");
  const [view, rest = ""] = splitOnce(path, "/");
  const params = new URLSearchParams(query);
  const filters = {};
  for (const name of FILTERS) if (params.get(name)) filters[name] = params.get(name);
  return { view: view || "matrix", rest: decode(rest), filters };
}

function splitOnce(text, mark) {
  const at = text.indexOf(mark);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address of a view. */
function href(view, rest = "", filters = {}) {
  const params = new URLSearchParams();
  for (const name of FILTERS) if (filters[name]) params.set(name, filters[name]);
  const query = params.toString();
  const path = rest === "" ? view : `${view}/${encodeURIComponent(rest).replaceAll("%2F", "/")}`;
  return `#/${path === "matrix" ? "" : path}${query === "" ? "" : `?${query}`}`;
}

/** The address of a result: runtime and case. */
function resultHref(runtime, path, filters = {}) {
  return href("result", `${encodeURIComponent(runtime)}/${path}`, filters);
}

/** The two names of a result's address. */
function parseResult(rest) {
  const [runtime, path = ""] = splitOnce(rest, "/");
  return [decode(runtime), path];
}
