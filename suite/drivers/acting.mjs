// Functions of the host that act (suite/PROTOCOL.md), on the WebAssembly API of JavaScript.

import { classify } from './ends.mjs';
import { calls, instances, make } from './core.mjs';
import { typed } from './typed.mjs';

// These functions, the instances that they find by name, and those that they have made.
export let acting = new Map(), registered = new Map(), made = new Map();
// What has been thrown through JavaScript that no module may catch, and has not come to an end yet: a trap becomes an exception on
// its way through a function of the host. And what could not be done faithfully.
let traps = new Set(), refused;

export function reset() {
  acting = new Map(); registered = new Map(); made = new Map();
}

// A request begins.
export function begin() {
  traps = new Set(); refused = undefined;
}

export const refuse = (why) => { refused ??= why; };

// A TypeError where JavaScript and a module meet: a value that one of them does not have.
export const cannotPass = ({ message }) => refuse(`a value that cannot pass through JavaScript: ${message}`);

// Why the answer to the request is none.
export const refusal = () =>
  refused ?? (traps.size ? 'a trap that passes through JavaScript, where a module can catch it' : undefined);

export const found = (of, name) => registered.get(of)?.exports[name];

// An error that has come to an end: here, or in a function of the host that catches.
export const ended = (error) => (traps.delete(error), error);

const hostTrap = () => { throw { preflight: { class: 'trap', code: 'host', message: 'host trap' } }; };

const acts = {
  trap: hostTrap,
  write({ at, byte }, memory) {
    if (!(memory instanceof WebAssembly.Memory)) return;
    if (at >= memory.buffer.byteLength) hostTrap();
    new Uint8Array(memory.buffer)[at] = byte;
  },
  grow({ by }, memory) {
    if (!(memory instanceof WebAssembly.Memory)) return;
    // One that cannot grow stays as it is.
    for (const pages of [by, BigInt(by)]) {
      try { return void memory.grow(pages); } catch {}
    }
  },
  throw({ args }, tag) {
    if (!(WebAssembly.Tag && tag instanceof WebAssembly.Tag)) return;
    let exception;
    try {
      exception = new WebAssembly.Exception(tag, args);
    } catch {
      return; // The tag takes other arguments.
    }
    throw exception;
  },
  call(_, func) {
    // What takes parameters is not called; an exported function tells in JavaScript how many it takes.
    if (typeof func !== 'function' || func.length > 0) return;
    try {
      func();
    } catch (error) {
      if (error instanceof TypeError) cannotPass(error);
      throw error;
    }
  },
  instantiate(act) {
    const name = act.names[Math.min(act.calls++, act.names.length - 1)];
    const number = make(act);
    made.set(name, number);
    if (act.register) registered.set(act.register, instances[number]);
  },
};

// A function of the host that acts. What is exhausted stays exhausted; what does not link is a trap of the host.
function actor(act) {
  act.calls = 0;
  return typed([], [], () => {
    calls.push({ name: act.name, args: [] });
    try {
      acts[act.does](act, found(act.of, act.export));
    } catch (error) {
      const { class: end } = classify(error, act.does === 'instantiate');
      if (act.catches && end !== 'exhausted') return void ended(error);
      if (end === 'unlinkable') {
        try { hostTrap(); } catch (trap) { error = trap; }
      }
      if (end !== 'exception') traps.add(error);
      throw error;
    }
  });
}

export const commands = {
  hosts: ({ hosts }) => (hosts.forEach((act) => acting.set(act.name, actor(act))), {}),
  register: ({ name, instance }) => (registered.set(name, instances[instance]), {}),
  made: ({ name }) => ({ instance: made.get(name) }),
};
