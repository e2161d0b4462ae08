// gjs (SpiderMonkey): `core.mjs` on standard input and output, and cases in JavaScript.
import Gio from 'gi://Gio';
import GLib from 'gi://GLib';
import System from 'system';
import { answer } from './core.mjs';
import { js_case } from './js-case.mjs';

const version = String(System.version);
const about = {
  name: 'gjs',
  version: `${version.slice(0, -4)}.${Number(version.slice(-4, -2))}.${Number(version.slice(-2))}`,
  level: 'observable',
  abilities: ['core', 'hosts', 'js'],
  lineage: { engine: 'SpiderMonkey', linker: 'SpiderMonkey' },
};
const run_js = js_case({
  folder: () => GLib.Dir.make_tmp('preflight-js-XXXXXX'),
  write(folder, name, content) {
    const path = GLib.build_filenamev([folder, name]);
    GLib.file_set_contents(path, content);
    return GLib.filename_to_uri(path, null);
  },
  remove(folder) {
    const files = Gio.File.new_for_path(folder).enumerate_children('standard::name', 0, null);
    for (let info; (info = files.next_file(null)) !== null; ) files.get_child(info).delete(null);
    GLib.rmdir(folder);
  },
});
const more = { run_js: async ({ job }) => ({ js: await run_js(job) }) };

const input = new Gio.DataInputStream({ base_stream: new Gio.UnixInputStream({ fd: 0 }) });
const output = new Gio.UnixOutputStream({ fd: 1 });
const loop = new GLib.MainLoop(null, false);
(async () => {
  for (;;) {
    const [line] = input.read_line_utf8(null);
    if (line === null) break;
    output.write_all(new TextEncoder().encode((await answer(line, about, more)) + '\n'), null);
  }
  loop.quit();
})();
loop.run();
