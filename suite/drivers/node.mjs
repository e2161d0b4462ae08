// node and bun: `core.mjs` on standard input and output, and programs of WASI preview 1 by node:wasi.
//
// A program that node:wasi will not start is `rejected`; node:wasi tells that by errors with a code.
import { createInterface } from 'node:readline';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answer, classify, hex, unhex } from './core.mjs';

const isBun = typeof Bun !== 'undefined';
const lineage = isBun ? 'JavaScriptCore' : 'V8';
const about = {
  name: isBun ? 'bun' : 'node',
  version: isBun ? Bun.version : `${process.versions.node} (V8 ${process.versions.v8})`,
  level: 'observable',
  abilities: isBun ? ['core'] : ['core', 'p1'],
  lineage: { engine: lineage, linker: lineage },
};

async function run_program({ main, reach, export: name, args, env, stdin }) {
  const { WASI } = await import('node:wasi');
  const folder = mkdtempSync(join(tmpdir(), 'preflight-'));
  const file = (name) => join(folder, name);
  writeFileSync(file('in'), stdin);
  const [input, output, errors] = [openSync(file('in'), 'r'), openSync(file('out'), 'w'), openSync(file('err'), 'w')];
  let end = null;
  try {
    const wasi = new WASI({
      version: 'preview1', args: ['main.wasm', ...args], env, returnOnExit: true,
      stdin: input, stdout: output, stderr: errors,
    });
    let instance;
    try {
      instance = new WebAssembly.Instance(new WebAssembly.Module(unhex(main)), wasi.getImportObject());
    } catch (error) {
      end = classify(error, true);
    }
    if (instance && reach === 'export' && instance.exports._start) {
      end = { class: 'unsupported', message: 'node:wasi enters a command by _start only' };
    } else if (instance) {
      try {
        let code = 0;
        if (reach === 'command') code = wasi.start(instance);
        else {
          if (reach === 'reactor' || instance.exports._initialize) wasi.initialize(instance);
          if (reach === 'export') instance.exports[name]();
        }
        if (code) end = { class: 'exit', exit: code };
      } catch (error) {
        if (typeof error === 'symbol') end = { class: 'failed', message: String(error) };
        else if (String(error?.code).startsWith('ERR_')) end = { class: 'rejected', message: error.message };
        else end = classify(error, false);
      }
    }
    return { stdout: hex(readFileSync(file('out'))), end };
  } finally {
    [input, output, errors].forEach((fd) => closeSync(fd));
    rmSync(folder, { recursive: true, force: true });
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write((await answer(line, about, { run_program })) + '\n');
}
