/** Shortens the names in the modules that `npm run build:worker` has bundled. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { shorten } from "./shorten.ts";

const folder = "dist/worker";
for (const name of readdirSync(folder).filter((file) => file.endsWith(".mjs"))) {
  const file = join(folder, name);
  writeFileSync(file, shorten(name, readFileSync(file, "utf8")));
}
