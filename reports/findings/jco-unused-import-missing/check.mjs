// Instantiates what was generated, without the import that it needs.
import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

const folder = path.resolve(process.argv[2]);
const { instantiate } = await import(pathToFileURL(path.join(folder, "missing.js")).href);
const core = (name) => new WebAssembly.Module(readFileSync(path.join(folder, name)));
try {
  instantiate(core, {});
  console.log("instantiated");
} catch (error) {
  console.log(String(error));
}
