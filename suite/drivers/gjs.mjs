// gjs (SpiderMonkey): `core.mjs` on standard input and output.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import { answer } from './core.mjs';

const version = String(System.version);
const about = {
  name: 'gjs',
  version: `${version.slice(0, -4)}.${Number(version.slice(-4, -2))}.${Number(version.slice(-2))}`,
  level: 'observable',
  abilities: ['core'],
  lineage: { engine: 'SpiderMonkey', linker: 'SpiderMonkey' },
};
const input = new Gio.DataInputStream({ base_stream: new Gio.UnixInputStream({ fd: 0 }) });
const output = new Gio.UnixOutputStream({ fd: 1 });
const loop = new GLib.MainLoop(null, false);
(async () => {
  for (;;) {
    const [line] = input.read_line_utf8(null);
    if (line === null) break;
    output.write_all(new TextEncoder().encode((await answer(line, about)) + '\n'), null);
  }
  loop.quit();
})();
loop.run();
