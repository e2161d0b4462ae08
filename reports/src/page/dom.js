// Elements. Text only ever becomes text nodes and attributes: nothing that a runtime says is read as HTML.

/** Makes an element. Attributes that are null, undefined or false are left out; `true` stands for an empty one. */
function el(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

/** A name that may go on in the next line after each `_`. */
function breakable(name) {
  return name.split(/(?<=_)/).flatMap((part, index) => (index === 0 ? [part] : [el("wbr"), part]));
}

/** Text for screen readers alone. */
function unseen(text) {
  return el("span", { class: "sr" }, text);
}

/** `1 case`, `2 cases`. */
function count(n, one, many) {
  return `${n} ${n === 1 ? one : many}`;
}

/**
 * Rows that come up as they are scrolled to: the first ones at once, the rest when the end of them is near, or on a button's
 * click, which is there for those who do not scroll.
 */
function inPieces(body, items, make, after, first = 60) {
  let done = 0;
  const more = el("button", { type: "button", class: "more", onclick: () => take(items.length) });
  const take = (upTo) => {
    const rows = document.createDocumentFragment();
    for (; done < Math.min(upTo, items.length); done += 1) rows.append(make(items[done], done));
    body.append(rows);
    more.textContent = `Show the other ${count(items.length - done, "row", "rows")}`;
    more.hidden = done === items.length;
  };
  take(first);
  if (done < items.length && "IntersectionObserver" in window) {
    const near = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) take(done + 200);
        if (done === items.length) near.disconnect();
      },
      { rootMargin: "600px" },
    );
    near.observe(more);
  }
  after.append(more);
}
