// How code that jco has generated ends: its traps are errors of WebAssembly or of JavaScript, and so are its own mistakes.
//
// A TypeError or Error that it throws is a trap without a reason. An error of the engine about its code, or one about the state
// that it keeps for itself (tasks, metadata, memories that it was to know) is no trap: nothing in the component asks for it. A
// TypeError is of the link only if no core module has run yet, which the stack tells.
import { classify } from './ends.mjs';

Error.stackTraceLimit = 100;

const ENGINE = /is not (a function|defined|iterable|a constructor)|cannot (read|set) propert|cannot destructure|cannot convert undefined|before initialization/i;
const STATE =
  /\b(missing|failed to retrieve|no current tasks?|no callback function)\b|task id .*(does not match|!=)|task \[\d+\] (already|should not|exit)/i;

const hasRun = (error) => /\bwasm:\/\/|wasm-function\[/.test(error?.stack ?? '');

export function generated(error, atLink) {
  const end = classify(error, atLink && !hasRun(error));
  if (end.class !== 'failed') return end;
  const isMistake = error instanceof ReferenceError || (error instanceof TypeError && ENGINE.test(error.message)) || STATE.test(error?.message);
  return { class: isMistake ? 'wrong' : 'trap', message: end.message };
}
