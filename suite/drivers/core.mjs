// The primitives of the protocol (suite/PROTOCOL.md) on the WebAssembly API of JavaScript. Every JavaScript runtime has a
// driver that reads lines and gives them to `answer`.

import { classify } from './ends.mjs';
import * as hosts from './acting.mjs';
import { typed } from './typed.mjs';
export { classify };

export let modules = [], instances = [], calls = [], externs = new Map();
// How jco names in JavaScript what a component exports.
export const camel = (name) => name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
export const hex = (bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
export const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));

const view = new DataView(new ArrayBuffer(8));
// JavaScript may change the bits of a NaN, but for those of its own: for each type all bits but the sign, infinity, and that NaN.
const NANS = { f32: [0x7fffffffn, 0x7f800000n, 0x7fc00000n], f64: [2n ** 63n - 1n, 0x7ff0000000000000n, 0x7ff8000000000000n] };
function isOtherNan(type, value) {
  if (!(type in NANS)) return false;
  const [magnitude, infinity, nan] = NANS[type];
  return (BigInt(value) & magnitude) > infinity && BigInt(value) !== nan;
}

function toJs({ type, value }) {
  if (value === 'null') return null;
  if (isOtherNan(type, value)) throw { preflight: { class: 'unsupported', message: 'the bits of a NaN in JavaScript' } };
  switch (type) {
    case 'i32': return Number(BigInt.asIntN(32, BigInt(value)));
    case 'i64': return BigInt.asIntN(64, BigInt(value));
    case 'f32': return view.setUint32(0, Number(BigInt.asUintN(32, BigInt(value)))), view.getFloat32(0);
    case 'f64': return view.setBigUint64(0, BigInt.asUintN(64, BigInt(value))), view.getFloat64(0);
    case 'externref':
      if (!externs.has(value)) externs.set(value, { extern: value });
      return externs.get(value);
    default: throw { preflight: { class: 'unsupported', message: `${type} in the JavaScript API` } };
  }
}
function fromJs(value, type) {
  if (value === null || value === undefined) return { type: 'ref', value: 'null' };
  if (typeof value === 'function') return { type: 'funcref', value: '?' };
  if (typeof value === 'object') {
    return 'extern' in value ? { type: 'externref', value: value.extern } : { type: 'structref', value: '?' };
  }
  if (typeof value === 'bigint') return { type: 'i64', value: String(value) };
  if (type === undefined) type = Number.isInteger(value) ? 'i32' : 'f64';
  const bits = Number.isNaN(value) ? 'nan:' : '';
  if (type === 'f32') return view.setFloat32(0, value), { type, value: bits + view.getUint32(0) };
  if (type === 'f64') return view.setFloat64(0, value), { type, value: bits + view.getBigUint64(0) };
  return { type: type === 'i32' ? type : 'i31ref', value: String(value) };
}

function host({ name, params, results }) {
  const returned = results.map(toJs);
  return typed(params, results.map(({ type }) => type), (...args) => {
    calls.push({ name, args: args.map((arg, i) => fromJs(arg, params[i])) });
    return returned.length > 1 ? returned : returned[0];
  });
}

function instantiate(request) {
  try {
    return { instance: make(request) };
  } catch (error) {
    return { end: classify(hosts.ended(error), true) };
  }
}

export function make(request) {
  // Without what every object has: names of imports are any.
  const imports = Object.create(null);
  for (const item of request.imports) {
    const value = item.host ? host(item.host)
      : item.acting ? hosts.acting.get(item.acting)
      : item.registered ? hosts.found(item.registered.of, item.registered.name)
      : instances[item.export.instance].exports[item.export.name];
    if (value !== undefined) (imports[item.module] ??= Object.create(null))[item.name] = value;
  }
  const asked = WebAssembly.Module.imports(modules[request.module]);
  const isMissing = ({ kind, module, name }) => kind === 'global' && imports[module] && !(name in imports[module]);
  const lacks = () => { if (asked.some(isMissing)) hosts.refuse('the lack of a global of a reference type'); };
  let instance;
  try {
    instance = new WebAssembly.Instance(modules[request.module], imports);
  } catch (error) {
    // A TypeError of the link is about a first name for which there is nothing; another one is of the start function.
    if (error instanceof TypeError && asked.every(({ module }) => imports[module])) hosts.cannotPass(error);
    if (classify(error, true).class !== 'unlinkable') lacks();
    throw error;
  }
  lacks();
  return instances.push(instance) - 1;
}

const exported = (request) => instances[request.instance].exports[request.export];
const bytesOf = ({ offset, len }, memory) => new Uint8Array(memory.buffer, offset, len);
// What is addressed by 64 bits wants a BigInt.
const get = (table, index) => {
  try { return table.get(index); } catch { return table.get(BigInt(index)); }
};

const commands = {
  reset() {
    modules = []; instances = []; externs = new Map();
    hosts.reset();
    return {};
  },
  ...hosts.commands,
  compile: ({ bytes }) => ({ module: modules.push(new WebAssembly.Module(unhex(bytes))) - 1 }),
  instantiate,
  call(request) {
    let returned = exported(request)(...request.args.map(toJs));
    if (returned === undefined) returned = [];
    if (!Array.isArray(returned)) returned = [returned];
    return { values: returned.map((value, i) => fromJs(value, request.types?.[i])) };
  },
  global: (request) => ({ values: [fromJs(exported(request).value, request.types?.[0])] }),
  set_global: (request) => (exported(request).value = toJs(request.value), {}),
  memory_size: (request) => ({ size: exported(request).buffer.byteLength }),
  memory_read: (request) => ({ bytes: hex(bytesOf(request, exported(request))) }),
  memory_write: (request) => {
    const bytes = unhex(request.bytes);
    bytesOf({ offset: request.offset, len: bytes.length }, exported(request)).set(bytes);
    return {};
  },
  table_size: (request) => ({ size: Number(exported(request).length) }),
  table_get: (request) => ({ values: [fromJs(get(exported(request), request.index), 'i31ref')] }),
};

// The answer to one line; `about` is what the runtime is, `more` what its driver has beyond this file.
export async function answer(line, about, more = {}) {
  const request = JSON.parse(line);
  calls = [];
  hosts.begin();
  let reply;
  try {
    if (request.cmd === 'hello') reply = { protocol: 1, about };
    else if (more[request.cmd]) reply = await more[request.cmd](request);
    else if (commands[request.cmd]) reply = commands[request.cmd](request);
    else reply = { end: { class: 'unsupported', message: request.cmd } };
  } catch (error) {
    reply = { end: classify(hosts.ended(error), false) };
  }
  const refused = hosts.refusal();
  if (refused) reply = { end: { class: 'unsupported', message: refused } };
  return JSON.stringify({ id: request.id, ...reply, calls });
}
