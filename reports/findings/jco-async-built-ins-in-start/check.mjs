// Instantiates what was generated.
import path from "node:path";
import { pathToFileURL } from "node:url";

import(pathToFileURL(path.resolve(process.argv[2])).href).then(
  () => console.log("ok"),
  (error) => console.log(String(error)),
);
