// Runs one case of the chapter js/: `node js-case.mjs JOB.json`, where the job is what `preflight::case::js::Job` says.
// It prints one line of JSON, {"verdict": "passed" | "failed" | "unsupported", "notes": […]}, and always exits with 0:
// anything else means that this driver broke. Nothing here is particular to node but reading the job and `load`.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

class Failed extends Error {}
class Unsupported extends Error {}

const folder = mkdtempSync(join(tmpdir(), 'preflight-js-'));
const notes = [];

const tools = {
  assert(condition, what) {
    if (!condition) throw new Failed(what);
  },
  async thrown(action) {
    try {
      await action();
    } catch (error) {
      if (error instanceof Failed || error instanceof Unsupported) throw error;
      return error;
    }
    throw new Failed('nothing was thrown');
  },
  record(what) {
    notes.push(what);
  },
  unsupported(what) {
    throw new Unsupported(what);
  },
  async load(files, name) {
    for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
    try {
      return await import(pathToFileURL(join(folder, name)));
    } catch (error) {
      if (error.code === 'ERR_UNKNOWN_FILE_EXTENSION') throw new Unsupported('modules of WebAssembly as ES modules');
      throw error;
    }
  },
};

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));

async function run(job) {
  const wasm = Object.fromEntries(Object.entries(job.wasm).map(([name, hex]) => [name, bytes(hex)]));
  const file = join(folder, 'case.mjs');
  writeFileSync(file, job.source);
  const { default: main } = await import(pathToFileURL(file));
  await main({ ...tools, wasm, text: job.text });
}

let verdict = 'passed';
try {
  await run(JSON.parse(readFileSync(process.argv[2], 'utf8')));
} catch (error) {
  verdict = error instanceof Unsupported ? 'unsupported' : 'failed';
  notes.push(error instanceof Error ? `${error.name}: ${error.message}` : `${error}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(JSON.stringify({ verdict, notes }));
