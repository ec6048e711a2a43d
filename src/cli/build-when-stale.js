// Builds dist/ unless it was built after the last change of what it is made from. npm runs it for `npm ci`, `npm start`
// and the first `npx sortie` in a clone, which may come while a gateway runs on what is built.
import { execSync } from "node:child_process";
import { readdirSync, statSync } from "node:fs";

/** What a build writes last, so that one which was broken off does not count. */
const built = statSync("dist/python-parser.bin", { throwIfNoEntry: false });

// A file that is taken away changes its folder.
const sources = readdirSync("src", { recursive: true }).map((path) => `src/${path}`);
const changed = ["package.json", "package-lock.json", "src", ...sources].map(
  // Not every copy has a lock file.
  (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0,
);

if (!built || changed.some((time) => time > built.mtimeMs))
  execSync("npm run -s build", { stdio: "inherit" });
