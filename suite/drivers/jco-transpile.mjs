// The transpiler of jco, on a thread of its own: it is a component itself, which nothing can enter any more after it has trapped.
// Who hears that it has makes another thread.
import { parentPort, workerData } from 'node:worker_threads';

const { transpile } = await import(workerData.api);
parentPort.on('message', async (bytes) => {
  try {
    const { files } = await transpile(bytes, { name: 'c', instantiation: 'sync', noTypescript: true });
    parentPort.postMessage({ files });
  } catch (error) {
    const message = String(error?.message ?? error);
    parentPort.postMessage({ message, trapped: error instanceof WebAssembly.RuntimeError || message.startsWith('wasm trap: ') });
  }
});
