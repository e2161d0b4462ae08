// Tables that the arrow keys move in: one stop of the tab key, and from there up, down, left and right.

/** Makes the links of a table's cells reachable with the arrow keys. */
function arrowKeys(table) {
  const rows = () =>
    [...table.querySelectorAll("tr")]
      .map((row) => [...row.children].map((cell) => cell.querySelector("a")))
      .filter((row) => row.some((link) => link !== null));
  const links = table.querySelectorAll("a");
  links.forEach((link, index) => {
    link.tabIndex = index === 0 ? 0 : -1;
  });
  const move = (from, to) => {
    if (!to || to === from) return;
    if (from) from.tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
    to.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  table.addEventListener("focusin", (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    table.querySelectorAll("a[tabindex='0']").forEach((other) => {
      other.tabIndex = -1;
    });
    link.tabIndex = 0;
  });
  table.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const from = event.target.closest("a");
    const grid = rows();
    const y = grid.findIndex((row) => row.includes(from));
    if (y < 0) return;
    const x = grid[y].indexOf(from);
    const sideways = (step) => {
      for (let i = x + step; i >= 0 && i < grid[y].length; i += step) if (grid[y][i]) return grid[y][i];
      return null;
    };
    const upright = (start, step) => {
      for (let i = start; i >= 0 && i < grid.length; i += step) if (grid[i][x]) return grid[i][x];
      return null;
    };
    const some = (row) => row.filter((link) => link !== null);
    const to = {
      ArrowRight: () => sideways(1),
      ArrowLeft: () => sideways(-1),
      ArrowDown: () => upright(y + 1, 1),
      ArrowUp: () => upright(y - 1, -1),
      Home: () => (event.shiftKey ? upright(0, 1) : some(grid[y])[0]),
      End: () => (event.shiftKey ? upright(grid.length - 1, -1) : some(grid[y]).at(-1)),
      PageDown: () => upright(Math.min(y + 10, grid.length - 1), -1),
      PageUp: () => upright(Math.max(y - 10, 0), 1),
    }[event.key];
    if (!to) return;
    event.preventDefault();
    move(from, to());
  });
}
