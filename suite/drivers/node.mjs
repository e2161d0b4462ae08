// node and bun: `core.mjs` on standard input and output, cases in JavaScript, and programs of WASI preview 1 by node:wasi.
//
// node:wasi has two policies and both are used: `start` for commands, which refuses a module without `_start` or with
// `_initialize`; `initialize` for reactors, for preloads and before another export is called, which refuses one with
// `_start`. A program that it refuses is `rejected`; node:wasi tells that by errors with a code. bun's has `start` alone, which
// refuses only a module without a memory: reactors are unsupported there.
//
// What node:wasi leaves to its user is no part of it: which exports are called, `_initialize` once more among them, and
// whether modules share their descriptors; each WASI object has its own. Nor is what becomes of bun's exit here.
import { createInterface } from 'node:readline';
import { appendFileSync, closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { answer, classify, hex, unhex } from './core.mjs';
import { js_case } from './js-case.mjs';

const isBun = typeof Bun !== 'undefined';
// bun's WASI writes errors to standard output, too, where answers go.
if (isBun) console.log = console.error;
const lineage = isBun ? 'JavaScriptCore' : 'V8';
const about = {
  name: isBun ? 'bun' : 'node',
  version: isBun ? Bun.version : `${process.versions.node} (V8 ${process.versions.v8})`,
  level: 'observable',
  abilities: ['core', 'hosts', 'js', 'p1', ...(isBun ? [] : ['preloads', 'times'])],
  lineage: { engine: lineage, linker: lineage },
};

const run_js = js_case({
  folder: () => mkdtempSync(join(tmpdir(), 'preflight-js-')),
  write: (folder, name, content) => (writeFileSync(join(folder, name), content), pathToFileURL(join(folder, name)).href),
  remove: (folder) => rmSync(folder, { recursive: true, force: true }),
});

const EXIT = Symbol('exit');

// A module with a WASI object of its own: node:wasi lets each be started once. All have the same files as standard streams, and
// each its own descriptors of them: what one closes is not closed for the others, or for this program.
function make(WASI, { streams, ...options }, bytes, libraries, exits, isMain) {
  const wasi = new WASI({ ...options, ...streams?.() });
  const imports = { ...libraries, ...(isBun ? { wasi_snapshot_preview1: wasi.wasiImport } : wasi.getImportObject()) };
  const { proc_exit, ...others } = imports.wasi_snapshot_preview1;
  // Beside `start`, node:wasi does not tell the code of an exit, and it takes that of a library for its own; bun's ends the
  // process.
  const exit = (code) => {
    exits.push(code);
    if (isBun || !isMain) throw EXIT;
    return proc_exit(code);
  };
  imports.wasi_snapshot_preview1 = { ...others, proc_exit: exit };
  return { wasi, instance: new WebAssembly.Instance(new WebAssembly.Module(unhex(bytes)), imports) };
}

// Without a memory there is nothing that node:wasi could serve, and it says so; a module that needs nothing of it is left alone.
function initialize(wasi, instance) {
  if (instance.exports.memory || instance.exports._initialize) wasi.initialize(instance);
}

function enter(WASI, options, { main, preloads, reach, export: name, times }, exits) {
  const own = (message) => ({ preflight: { class: 'unsupported', message } });
  if (preloads.length && Object.keys(options.preopens).length) throw own('descriptors that modules share: each has a WASI object');
  if (reach === 'export' && name === '_initialize') throw own('node:wasi leaves the choice of an export to its user');
  const libraries = {};
  for (const { name, bytes } of preloads) {
    const names = WebAssembly.Module.exports(new WebAssembly.Module(unhex(bytes))).map((item) => item.name);
    if (names.includes('_start') && !names.includes('_initialize')) throw own('node:wasi has no commands as libraries');
    const { wasi, instance } = make(WASI, options, bytes, libraries, exits, false);
    initialize(wasi, instance);
    libraries[name] = instance.exports;
  }
  const { wasi, instance } = make(WASI, options, main, libraries, exits, true);
  if (reach === 'command') {
    let code = 0;
    for (let left = times; left > 0 && !exits.length; left--) code = wasi.start(instance);
    return code;
  }
  if (isBun) throw own("bun's WASI has no reactors");
  if (instance.exports._start && reach === 'export') throw own('node:wasi enters a command by _start only');
  initialize(wasi, instance);
  if (reach === 'export') for (let left = times; left > 0; left--) instance.exports[name]();
  return 0;
}

// A program may have closed it.
function close(fd) {
  try {
    closeSync(fd);
  } catch {}
}

async function run_program(program) {
  const { WASI } = await import('node:wasi');
  const folder = mkdtempSync(join(tmpdir(), 'preflight-'));
  const file = (name) => join(folder, name);
  writeFileSync(file('in'), program.stdin);
  writeFileSync(file('out'), '');
  const opened = [];
  const open = (name, flags) => (opened.push(openSync(file(name), flags)), opened.at(-1));
  const preopens = {};
  for (const [index, name] of program.preopens.entries()) mkdirSync((preopens[name] = file(`dir${index}`)));
  const { args, env } = program;
  const options = { version: 'preview1', args: ['main.wasm', ...args], env, returnOnExit: true, preopens };
  // bun's has functions instead of files, and asks for input until there is none.
  let input = readFileSync(file('in'));
  const rest = () => { const bytes = input; input = Buffer.alloc(0); return bytes; };
  Object.assign(options, isBun
    ? { getStdin: rest, sendStdout: (bytes) => appendFileSync(file('out'), bytes), sendStderr() {} }
    : { streams: () => ({ stdin: open('in', 'r'), stdout: open('out', 'a'), stderr: open('err', 'a') }) });
  const exits = [];
  let end = null;
  try {
    const code = enter(WASI, options, program, exits);
    if (code) end = { class: 'exit', exit: code };
  } catch (error) {
    if (typeof error === 'symbol') end = { class: 'exit', exit: exits.at(-1) };
    else if (String(error?.code).startsWith('ERR_')) end = { class: 'rejected', message: error.message };
    else end = classify(error, true);
  } finally {
    opened.forEach(close);
    // bun's exit ends the process. Here it is an exception instead, which this program has caught.
    const caught = exits.length > 1 || (exits.length > 0 && end?.class !== 'exit');
    if (isBun && caught) end = { class: 'unsupported', message: 'an exit that ends the process where the program catches exceptions' };
  }
  const written = readFileSync(file('out'));
  rmSync(folder, { recursive: true, force: true });
  return { stdout: hex(written), end };
}

const more = { run_program, run_js: async ({ job }) => ({ js: await run_js(job) }) };
for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write((await answer(line, about, more)) + '\n');
}
