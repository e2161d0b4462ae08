// What an error of the WebAssembly API of JavaScript is in the protocol (suite/PROTOCOL.md).
//
// Classes: CompileError is malformed or invalid (the API does not tell which); LinkError, and TypeError of an
// instantiation, is unlinkable; RuntimeError is a trap, whose reason is known by its message, or not at all; an error about
// recursion is an exhausted stack; WebAssembly.Exception is an exception. A v128 cannot cross the API: unsupported. Neither can
// the lack of a global: what is missing is `undefined`, and that is a value of some types of references.

// What an engine's words stand for: where it words several reasons alike, all of them.
const TRAPS = [
  [/unreachable/i, 'unreachable'],
  [/divide by zero|division by zero/i, 'integer-divide-by-zero'],
  [/float unrepresentable|out of bounds trunc/i, ['integer-overflow', 'invalid-conversion-to-integer']],
  [/divide result unrepresentable|integer overflow/i, 'integer-overflow'],
  [/unrepresentable|invalid conversion/i, 'invalid-conversion-to-integer'],
  // SpiderMonkey.
  [/^index out of bounds/, ['out-of-bounds-memory', 'out-of-bounds-table', 'out-of-bounds-array', 'undefined-element']],
  // V8: of an instantiation, and of a call or an access.
  [/^WebAssembly.Instance\(\): table index is out of bounds/, 'out-of-bounds-table'],
  [/^table index (is )?out of bounds/, ['out-of-bounds-table', 'undefined-element']],
  [/null function or function signature/, ['uninitialized-element', 'indirect-call-type-mismatch']],
  // JavaScriptCore: atomics that are not aligned or wait on a memory that is not shared, casts of null, segments that are
  // too short for an array, calls of null.
  [/^Out of bounds memory access/, ['out-of-bounds-memory', 'unaligned-atomic', 'expected-shared-memory']],
  [/^access to a null reference/, ['null-reference', 'cast-failure']],
  [/^Out of bounds (or failed to allocate in )?array\.(init|new)_data/, ['out-of-bounds-array', 'out-of-bounds-memory']],
  [/^Out of bounds (or failed to allocate in )?array\.(init|new)_elem/, ['out-of-bounds-array', 'out-of-bounds-table']],
  [/to a signature that does not match/, ['indirect-call-type-mismatch', 'uninitialized-element']],
  [/out of bounds call_indirect/i, 'undefined-element'],
  [/indirect call to null|to a null table entry/i, 'uninitialized-element'],
  [/signature/i, 'indirect-call-type-mismatch'],
  [/table.*out of bounds|out of bounds table|element segment/i, 'out-of-bounds-table'],
  [/array.*out of bounds|out of bounds array/i, 'out-of-bounds-array'],
  [/memory.*out of bounds|out of bounds memory|data segment/i, 'out-of-bounds-memory'],
  [/illegal cast|bad cast|cast failure|ref\.cast/i, 'cast-failure'],
  [/null (pointer|reference)|is null|null exception/i, 'null-reference'],
  [/unaligned|misaligned/i, 'unaligned-atomic'],
  [/host trap/i, 'host'],
];

// An engine's words for vectors, and not for an import or an export that is called so.
const VECTORS = /(?<!["'`:.#])\b[sv]128\b(?!["'`:.])/;

export function classify(error, atLink) {
  // SpiderMonkey throws a text where there is no memory left for an error.
  const message = typeof error === 'string' ? error : `${error?.name}: ${error?.message}`;
  if (error?.preflight) return error.preflight;
  if (VECTORS.test(message)) return { class: 'unsupported', message };
  // What code that jco has generated needs for stack switching.
  if (/WebAssembly\.(Suspending|promising) is not a/.test(message)) return { class: 'unsupported', message };
  if (error instanceof WebAssembly.CompileError) return { class: 'rejected', message };
  if (error instanceof WebAssembly.LinkError) return { class: 'unlinkable', message };
  if (WebAssembly.Exception && error instanceof WebAssembly.Exception) return { class: 'exception', message: 'exception' };
  if (/call stack|too much recursion/i.test(message)) return { class: 'exhausted', what: 'stack', message };
  if (/could not allocate|out of memory/i.test(message)) return { class: 'exhausted', what: 'memory', message };
  if (error instanceof WebAssembly.RuntimeError) {
    return { class: 'trap', code: TRAPS.find(([pattern]) => pattern.test(error.message))?.[1], message };
  }
  if (error instanceof TypeError && atLink) return { class: 'unlinkable', message };
  return { class: 'failed', message };
}
