// Clicks through the pages in a real, headless Chromium, and takes pictures: what a person sees and does.
//
//   node browser.mjs REPORT BIG TRACE PICTURES
//
// REPORT and TRACE are the pages of the sample, BIG is a report of 10,000 results, PICTURES a folder. PREFLIGHT_CHROMIUM
// is the browser, PREFLIGHT_PLAYWRIGHT a folder in whose node_modules playwright-core is (and axe-core, if its checks are
// wanted).

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [report, big, traced, pictures] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(process.env.PREFLIGHT_PLAYWRIGHT), "index.js"));
const { chromium } = require("playwright-core");
const axe = (() => {
  try {
    return fs.readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  } catch {
    return null;
  }
})();
fs.mkdirSync(pictures, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.PREFLIGHT_CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu"],
});
const problems = [];

/** A page on which nothing may go wrong: no error, no refused script, no dialog, no request but for the file itself. */
async function open(file, hash = "", options = {}) {
  const context = await browser.newContext({
    viewport: { width: 1400, height: 900 },
    reducedMotion: "reduce",
    ...options,
  });
  const page = await context.newPage();
  page.on("pageerror", (error) => problems.push(`${file}${hash}: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`${file}${hash}: ${message.text()}`);
  });
  page.on("dialog", (dialog) => {
    problems.push(`${file}${hash}: a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const own = pathToFileURL(path.resolve(file)).href;
  page.on("request", (request) => {
    if (request.url().split("#")[0] !== own) problems.push(`a request to ${request.url()}`);
  });
  await page.goto(own + hash);
  await page.waitForSelector("#heading");
  return page;
}

async function picture(page, name, fullPage = true) {
  await page.screenshot({ path: path.join(pictures, `${name}.png`), fullPage });
}

async function accessible(page, name) {
  if (axe === null) return;
  // The policy of the page lets no script in; the debugger is not bound by it.
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations)
    problems.push(
      `${name}: ${id}: ${help}: ${nodes
        .slice(0, 3)
        .map((node) => node.html.slice(0, 120))
        .join(" | ")}`,
    );
}

const heading = (page) => page.locator("#heading").innerText();
const focused = (page) => page.evaluate(() => document.activeElement.getAttribute("href") ?? document.activeElement.id);

const steps = {
  async "the matrix has counts, and can be walked with the arrow keys"() {
    const page = await open(report);
    await picture(page, "matrix");
    await accessible(page, "matrix");
    const table = page.getByRole("table", { name: "Cases by group of rules and runtime" });
    assert.equal(await table.getByRole("columnheader").count(), 4);
    const cell = table.getByRole("link", {
      name: "CORE-DATA on node: 1 passed, 2 failed, 1 unsupported; 1 not as expected",
    });
    assert.ok(await cell.isVisible());
    // One stop of the tab key for the whole table.
    assert.equal(await table.locator("a[tabindex='0']").count(), 1);
    await table.locator("a[tabindex='0']").focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    assert.match(await focused(page), /subject=CORE-DATA&runtime=node$/);
    await page.keyboard.press("End");
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    const before = await focused(page);
    assert.match(before, /subject=CORE-DATA&runtime=reference$/);
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.startsWith("#/cases"));
    await page.waitForFunction(() => document.activeElement.id === "heading");
    await page.goBack();
    await page.waitForFunction((name) => document.activeElement.getAttribute("href") === name, before);
    await page.context().close();
  },

  async "filters and search stand in the address, and come back from it"() {
    const page = await open(report, "#/cases");
    await page.keyboard.press("/");
    await page.waitForFunction(() => document.activeElement.id === "search");
    await page.keyboard.type("survives");
    await page.locator("#filter-outcome").selectOption("failed");
    await page.locator("#filter-runtime").selectOption("node");
    assert.equal(await page.locator("#shown").innerText(), "1 case");
    const address = page.url();
    assert.match(address, /#\/cases\?q=survives&outcome=failed&runtime=node$/);
    const other = await open(report, new URL(address).hash);
    assert.equal(await other.locator("#shown").innerText(), "1 case");
    assert.equal(await other.getByLabel(/^Search/).inputValue(), "survives");
    assert.equal(await other.locator("table.cases tbody tr").count(), 1);
    await picture(other, "cases-filtered");
    await other.getByRole("button", { name: "Clear" }).click();
    assert.equal(await other.locator("#shown").innerText(), "5 cases");
    await page.locator("#filter-level").selectOption("contested");
    assert.equal(await page.locator("#shown").innerText(), "0 cases");
    await page.context().close();
    await other.context().close();
  },

  async "a rule tells its statement, its source, its level and who passes it"() {
    const page = await open(report, "#/rules");
    await picture(page, "rules");
    await accessible(page, "rules");
    await page.getByRole("link", { name: "CORE-DATA-01" }).click();
    await page.waitForFunction(() => document.title.startsWith("CORE-DATA-01"));
    const text = await page.locator("main").innerText();
    for (const part of [
      "Active data segments are written in index order.",
      "must",
      "#exec-instantiation",
      "fewer than two",
      "preflight",
    ]) {
      assert.ok(text.includes(part), part);
    }
    await picture(page, "rule");
    await accessible(page, "rule");
    await page.context().close();
  },

  async "a contested rule has no verdict, and what each runtime does"() {
    const page = await open(report, "#/rule/CORE-START-15");
    const text = await page.locator(".no-verdict").innerText();
    for (const part of [
      "Contested: no verdict",
      "The result is an exception.",
      "(its <signature>)",
      "It is an error.",
      "its definition",
      "the end: expected a, got b",
      "as the case describes it",
    ])
      assert.ok(text.includes(part), part);
    await picture(page, "contested");
    await accessible(page, "contested");
    await page.goto(`${page.url().split("#")[0]}#/rule/CORE-START-99`);
    await page.waitForFunction(() => document.title.startsWith("CORE-START-99"));
    assert.ok((await page.locator("main").innerText()).includes("No case can show it: No host shows it."));
    await page.context().close();
  },

  async "a result has both timelines, the first difference, and what survived"() {
    const page = await open(report, "#/result/node/core/data-trap.wast");
    assert.equal(await heading(page), "node 20 <V8>\nA write survives a trap");
    assert.equal(await page.locator(".first-difference").count(), 1);
    assert.equal(
      await page
        .locator("tr.first")
        .innerText()
        .then((text) => text.includes("calls host function a.b(i32:1)")),
      true,
    );
    assert.ok((await page.locator(".verdict-line").innerText()).includes("failed, as is known"));
    await picture(page, "result-failed");
    await accessible(page, "result");
    await page.getByLabel("Show the lines as cases write them").check();
    assert.ok(
      await page.locator("code.line", { hasText: "/#0 trap out-of-bounds-memory in initialise" }).first().isVisible(),
    );
    await page.goto(`${page.url().split("#")[0]}#/result/reference/core/data-trap.wast`);
    await page.waitForFunction(() => document.title.startsWith("A write survives a trap on reference"));
    assert.equal(await page.locator(".first-difference").count(), 0);
    const survived = await page.locator(".survived").innerText();
    for (const part of ["What survived", "memory /#0 m", "65536 bytes", "61"]) assert.ok(survived.includes(part), part);
    await picture(page, "result-survived");
    await page.keyboard.press("n");
    await page.waitForFunction(() => location.hash.includes("start-throws"));
    await page.context().close();
  },

  async "whatever a runtime says is text"() {
    for (const view of [
      "#/cases",
      "#/rules",
      "#/runtimes",
      `#/case/${encodeURIComponent("core/</script><img src=x onerror=alert(1)>.wast")}`,
      `#/result/node/${encodeURIComponent("core/</script><img src=x onerror=alert(1)>.wast")}`,
      "#/rule/%3Cimg%20src%3Dx%3E",
      "#/<script>alert(1)</script>",
    ]) {
      const page = await open(report, view);
      assert.equal(await page.locator("main img, main script").count(), 0, view);
      if (view.startsWith("#/result")) {
        const text = await page.locator("main").innerText();
        assert.ok(text.includes("got </script>\\u{1b}[31m,\\u{d}\\u{a}::error::%"), text.slice(0, 500));
        await picture(page, "hostile");
      }
      await page.context().close();
    }
  },

  async "keys, help and tabs"() {
    const page = await open(report);
    await page.keyboard.press("?");
    assert.ok(await page.getByRole("dialog", { name: "Keys" }).isVisible());
    await picture(page, "help", false);
    await page.keyboard.press("Escape");
    for (const [key, view] of [
      ["r", "Rules"],
      ["c", "Cases"],
      ["t", "Runtimes"],
      ["m", "Matrix"],
    ]) {
      await page.keyboard.press(key);
      await page.waitForFunction((title) => document.title.startsWith(title), view);
      assert.equal(await page.locator("#tabs [aria-current=page]").innerText(), view);
    }
    await page.keyboard.press("t");
    await page.waitForFunction(() => document.title.startsWith("Runtimes"));
    assert.ok(
      (await page.locator("main").innerText()).includes(
        "could not be run: the runtime could not be started: no such <file>",
      ),
    );
    await accessible(page, "runtimes");
    await page.context().close();
  },

  async "mutants that survive stand first"() {
    const page = await open(report, "#/mutants");
    assert.equal(await page.locator("#tabs [aria-current=page]").innerText(), "Mutants");
    assert.ok(
      (await page.locator("tbody tr").first().innerText()).includes(
        "The start function <runs> twice. historical: START-TWICE\t✗ survived",
      ),
    );
    await accessible(page, "mutants");
    await page.getByRole("link", { name: "core/data-trap.wast" }).click();
    await page.waitForFunction(() => document.title.startsWith("A write survives a trap"));
    await page.context().close();
  },

  async "dark, and narrow"() {
    const page = await open(report, "", { colorScheme: "dark" });
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    assert.notEqual(ground, "rgb(255, 255, 255)");
    await picture(page, "matrix-dark");
    await accessible(page, "dark");
    await page.goto(`${page.url().split("#")[0]}#/result/reference/core/data-order.wast`);
    await page.waitForFunction(() => document.title.startsWith("Data segments"));
    await picture(page, "result-dark");
    await accessible(page, "dark result");
    await page.context().close();
    const narrow = await open(report, "#/cases", { viewport: { width: 420, height: 800 } });
    await picture(narrow, "cases-narrow");
    assert.ok(
      await narrow.evaluate(() => document.documentElement.scrollWidth <= innerWidth),
      "the page itself must not scroll sideways",
    );
    await narrow.context().close();
  },

  async "the trace of one file has its plan beside it"() {
    const page = await open(traced);
    await picture(page, "trace");
    await accessible(page, "trace");
    const plan = page.getByRole("region", { name: "The plan" });
    assert.equal(await plan.locator("li.happened").count(), 4);
    assert.equal(await plan.locator("li.missed").count(), 2);
    assert.ok((await plan.locator("li.missed").first().innerText()).includes("(did not happen)"));
    await plan.getByRole("button", { name: /data segment 0 into/ }).click();
    assert.match(await page.evaluate(() => document.activeElement.id), /^step-\d+$/);
    assert.ok((await page.locator(".survived").innerText()).includes("61 62 63"));
    await page.context().close();
  },

  async "ten thousand results are fast"() {
    const page = await open(big);
    const paint = await page.evaluate(() => ({
      paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      rendered: performance.getEntriesByName("preflight-rendered")[0]?.startTime,
    }));
    const times = [];
    for (const [name, value] of [
      ["#filter-outcome", "failed"],
      ["#filter-level", "must"],
      ["#filter-outcome", ""],
      ["#filter-level", ""],
    ]) {
      times.push(await filtered(page, () => page.locator(name).selectOption(value)));
    }
    await page.keyboard.press("c");
    await page.waitForFunction(() => document.title.startsWith("Cases"));
    for (const letter of "case 7")
      times.push(await filtered(page, () => page.locator("#search").press(letter === " " ? "Space" : letter)));
    await page.locator("#search").fill("");
    const worst = Math.max(...times);
    console.log(
      `10,000 results: first paint ${paint.paint.toFixed(0)} ms, all shown ${paint.rendered.toFixed(0)} ms, filters ${times.map((time) => time.toFixed(0)).join(", ")} ms`,
    );
    // Bars for a slow and busy machine; what was measured on a quiet one stands in the README.
    assert.ok(paint.rendered < 5000, `shown after ${paint.rendered} ms`);
    assert.ok(worst < 1500, `a filter took ${worst} ms`);
    await picture(page, "big-cases", false);
    await page.goto(`${page.url().split("#")[0]}#/result/runtime-0/core/case-0.wast`);
    await page.waitForSelector(".timeline");
    // A long trace, which is compressed.
    assert.equal(await page.locator("tr.step").count(), 399);
    assert.equal(await page.locator("tr.other.first").count(), 1);
    await page.context().close();
  },
};

/** How long it takes from an input to the new picture: the render, and the frame after it. */
async function filtered(page, act) {
  await page.evaluate(() => performance.clearMarks("preflight-rendered"));
  const start = await page.evaluate(() => performance.now());
  await act();
  await page.waitForFunction(() => performance.getEntriesByName("preflight-rendered").length > 0, null, {
    polling: "raf",
  });
  return page.evaluate((start) => performance.now() - start, start);
}

const only = process.env.PREFLIGHT_STEP;
for (const [name, step] of Object.entries(steps)) {
  if (only && !name.includes(only)) continue;
  try {
    await step();
    console.log(`ok   ${name}`);
  } catch (error) {
    problems.push(`${name}: ${error.message}`);
    console.log(`FAIL ${name}`);
  }
}
await browser.close();
if (problems.length > 0) {
  console.error(problems.map((problem) => `  ${problem}`).join("\n"));
  process.exit(1);
}
console.log(axe === null ? "note: axe-core is not there; its checks were left out" : "axe-core found nothing");
