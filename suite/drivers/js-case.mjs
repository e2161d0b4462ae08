// A case of the chapter js/ on whatever JavaScript runtime: `preflight::case::js` says what a job is, the README of the
// rules what a case is given. `folder()` makes an empty folder, `write(folder, name, content)` puts a file into it and gives its
// address, `remove(folder)` takes it away.
//
// A case that fails in a check or throws has failed; a runtime without modules of WebAssembly as ES modules is unsupported.

class Failed extends Error {}
class Unsupported extends Error {}

// SpiderMonkey's words in an embedding that has no thread for it.
const NO_PROMISES = /WebAssembly Promise APIs not supported/;

// (module (global (export "g") i32 (i32.const 1)))
const PROBE = '0061736d010000000606017f0041010b07050101670300';

const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

export function js_case({ folder, write, remove }) {
  async function run({ source, wasm, text }, place, notes) {
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
        // Some loaders refuse the file, others take it for an asset.
        const probe = await import(write(place, 'probe.wasm', unhex(PROBE))).catch(() => ({}));
        if (!('g' in probe)) throw new Unsupported('modules of WebAssembly as ES modules');
        const addresses = Object.entries(files).map(([file, content]) => [file, write(place, file, content)]);
        return import(Object.fromEntries(addresses)[name]);
      },
    };
    const { default: main } = await import(write(place, 'case.mjs', source));
    const modules = Object.fromEntries(Object.entries(wasm).map(([name, hex]) => [name, unhex(hex)]));
    await main({ ...tools, wasm: modules, text });
  }

  return async (job) => {
    const [place, notes] = [folder(), []];
    let verdict = 'passed';
    try {
      await run(job, place, notes);
    } catch (error) {
      const isUnsupported = error instanceof Unsupported || NO_PROMISES.test(error?.message);
      verdict = isUnsupported ? 'unsupported' : 'failed';
      notes.push(error instanceof Error ? `${error.name}: ${error.message}` : `${error}`);
    } finally {
      remove(place);
    }
    return { verdict, notes };
  };
}
