// A program of WASI 0.2, transpiled by jco, with jco's own shim of WASI: `node jco-run.mjs JOB END`. The standard streams and
// the exit status are the program's; how it ended if not by itself is written to the file END.
//
// A `run` that throws its result is exit 1, as in `jco run`. A component without `run` is rejected.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { camel } from './core.mjs';
import { generated } from './jco-ends.mjs';

const [job, end] = [JSON.parse(readFileSync(process.argv[2], 'utf8')), process.argv[3]];
const shim = join(process.env.PREFLIGHT_JCO, '@bytecodealliance', 'preview2-shim', 'dist');
const { WASIShim } = await import(pathToFileURL(join(shim, 'common', 'instantiation.js')));
const { instantiate } = await import(pathToFileURL(join(job.folder, 'c.js')));
const core = (name) => new WebAssembly.Module(readFileSync(join(job.folder, name)));
const tell = (what) => writeFileSync(end, JSON.stringify(what));

let instance;
try {
  const { args, env, preopens } = job;
  const imports = new WASIShim({ sandbox: { args: ['main.wasm', ...args], env, preopens } }).getImportObject();
  instance = instantiate(core, imports);
} catch (error) {
  tell(generated(error, true));
}
const run = Object.entries(instance ?? {}).find(([name]) => name.startsWith('wasi:cli/run@'))?.[1]?.run;
const entry = job.export ? instance?.[camel(job.export)] : run;
if (instance && !entry && job.times) tell({ class: 'rejected', message: 'not a valid command component' });
else if (instance) {
  let left = job.times;
  process.on('exit', () => {
    if (left > 1) tell({ class: 'unsupported', message: 'exit ends the process: nothing can be entered after it' });
  });
  try {
    for (; left > 1; left--) await entry();
    left = 0;
    if (job.times) await entry();
    // As in jco's own: for what is still to be written.
    await new Promise((resolve) => setTimeout(resolve));
    process.exit(0);
  } catch (error) {
    if (error?.payload !== undefined || error?.constructor?.name === 'ComponentError') process.exit(1);
    tell(generated(error, false));
  }
}
process.exit(0);
