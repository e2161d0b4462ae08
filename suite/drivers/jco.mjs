// Components and programs of WASI 0.2 by jco, on node: a component is transpiled to JavaScript with `--instantiation sync`, once for each content and
// version, and its core modules are instantiated by V8.
//
// A component that jco does not transpile is `rejected`; if it says that something is not supported, `unsupported`. What the
// generated code throws is told apart in `jco-ends.mjs`.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { answer, camel, hex, unhex } from './core.mjs';
import { generated } from './jco-ends.mjs';

const jco = join(process.env.PREFLIGHT_JCO, '@bytecodealliance', 'jco');
const { version } = JSON.parse(readFileSync(join(jco, 'package.json'), 'utf8'));
const api = pathToFileURL(join(jco, 'dist', 'api.js')).href;
const cache = join(process.env.PREFLIGHT_TRANSPILED, version);
const about = {
  name: 'jco', version: `${version} (node ${process.versions.node})`, level: 'observable', abilities: ['components', 'p2', 'times'],
  lineage: { engine: 'V8', linker: "wasmtime (jco's use of wasmtime-environ)" },
};

// What jco says of what it lacks; the last three of modules, components and types as imports and exports, which WIT has no words for.
const lacks =
  /unsupported|not supported|not yet|(un|not )implemented|was not a function or instance|is not a type or function|wit-parser\S*decoding.rs/i;
let components = [], instances = [];
// Generated code may throw once more when a call has failed and nobody waits for it any longer; the answer was given.
process.on('uncaughtException', (error) => console.error(error));

// The thread that transpiles, as long as it can, who waits for its answer, and what it has said of a panic.
let transpiler, answered, said;
async function transpile(bytes) {
  if (!transpiler) {
    said = '';
    transpiler = new Worker(new URL('jco-transpile.mjs', import.meta.url), { workerData: { api }, stderr: true });
    transpiler.stderr.on('data', (text) => said += text);
    transpiler.on('message', (answer) => answered(answer));
    transpiler.on('error', (error) => answered({ message: String(error?.message ?? error), trapped: true }));
    // It does not keep the process alive.
    transpiler.unref();
  }
  const answer = await new Promise((resolve) => {
    answered = resolve;
    transpiler.postMessage(bytes);
  });
  if (answer.trapped) {
    await transpiler.terminate();
    transpiler = undefined;
    answer.message += ` ${said}`;
  }
  return answer;
}

async function transpiled(bytes) {
  const folder = join(cache, createHash('sha256').update(bytes).digest('hex'));
  if (!existsSync(folder)) {
    const { files, message } = await transpile(bytes);
    if (!files) throw { preflight: { class: lacks.test(message) ? 'unsupported' : 'rejected', message } };
    const fresh = `${folder}.${process.pid}`;
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(fresh, name)), { recursive: true });
      writeFileSync(join(fresh, name), content);
    }
    writeFileSync(join(fresh, 'package.json'), '{"type":"module"}');
    try {
      renameSync(fresh, folder);
    } catch (error) {
      // Another worker was faster.
      rmSync(fresh, { recursive: true });
      if (!existsSync(folder)) throw error;
    }
  }
  return folder;
}

// The plain form of component-level values, from JavaScript and back.
function toPlain(value) {
  if (value === undefined || value === null) return { $none: true };
  if (typeof value === 'bigint') return { $int: String(value) };
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return { $float: Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf' };
  }
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return Array.from(value, toPlain);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => [k, toPlain(v)]));
}
function fromPlain(value) {
  if (Array.isArray(value)) return value.map(fromPlain);
  if (value === null || typeof value !== 'object') return value;
  if ('$int' in value) return BigInt(value.$int);
  if ('$float' in value) return Number({ nan: NaN, inf: Infinity, '-inf': -Infinity }[value.$float]);
  if ('$none' in value) return undefined;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, fromPlain(v)]));
}

const more = {
  reset() { components = []; instances = []; return {}; },
  async compile_component({ bytes }) {
    const folder = await transpiled(unhex(bytes));
    return { module: components.push({ folder, code: await import(pathToFileURL(join(folder, 'c.js'))) }) - 1 };
  },
  instantiate_component({ component, imports }) {
    const { folder, code } = components[component];
    const given = Object.fromEntries(imports.map(({ name, instance }) => [name, instances[instance]]));
    const core = (name) => new WebAssembly.Module(readFileSync(join(folder, name)));
    try {
      return { instance: instances.push(code.instantiate(core, given)) - 1 };
    } catch (error) {
      return { end: generated(error, true) };
    }
  },
  call_component({ instance, export: name, args }) {
    const func = instances[instance][camel(name)];
    if (typeof func !== 'function') return { end: { class: 'failed', message: `no exported function ${name}` } };
    try {
      const value = func(...args.map(fromPlain));
      return { values: value === undefined ? [] : [toPlain(value)] };
    } catch (error) {
      if (error?.payload !== undefined) return { values: [toPlain({ tag: 'err', val: error.payload })] };
      return { end: generated(error, false) };
    }
  },
};

// The shim ends its process when a program exits, so that each program has a process of its own.
async function run_program({ main, args, env, stdin, preopens, times, export: name }) {
  const folder = await transpiled(unhex(main));
  const place = mkdtempSync(join(tmpdir(), 'preflight-'));
  const [job, end] = [join(place, 'job.json'), join(place, 'end.json')];
  const folders = Object.fromEntries(preopens.map((name, index) => [name, join(place, `dir${index}`)]));
  Object.values(folders).forEach((path) => mkdirSync(path));
  writeFileSync(job, JSON.stringify({ folder, args, env, preopens: folders, times, export: name }));
  const runner = fileURLToPath(new URL('jco-run.mjs', import.meta.url));
  // Without a limit of time: who waits for the answer has one, and ends this process and that one.
  const options = { input: stdin, maxBuffer: 1 << 28 };
  const { status, signal, stdout } = spawnSync(process.execPath, ['--no-warnings', runner, job, end], options);
  const told = existsSync(end) ? JSON.parse(readFileSync(end, 'utf8')) : status ? { class: 'exit', exit: status } : null;
  rmSync(place, { recursive: true, force: true });
  // One that a signal has ended has crashed, and so has this one: by the same signal, to say so.
  if (signal) process.kill(process.pid, signal);
  return { stdout: hex(stdout ?? []), end: told };
}
more.run_program = run_program;

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write((await answer(line, about, more)) + '\n');
}
