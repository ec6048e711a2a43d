import { existsSync, globSync, readFileSync } from "node:fs";
import path from "node:path";

/** Checks that the rooms of `src/` import from each other only what the README's table of rooms says, and that no file
 * stands beside a folder of its name. */

const table = new Map<string, ReadonlySet<string>>();
for (const [, room = "", others = ""] of readFileSync("README.md", "utf8").matchAll(
  /^\| `([\w.]+)\/?` \| .* \| (.*) \|$/gm,
)) {
  table.set(room, new Set(others.split(", ")));
}
const rooms = [...table.keys()];
const problems: string[] = [];

for (const [room, others] of table) {
  for (const other of others) {
    if (rooms.indexOf(other) >= 0 && rooms.indexOf(other) <= rooms.indexOf(room)) {
      problems.push(`README.md: ${room} may not import from ${other}, which stands above it`);
    }
  }
}

for (const file of globSync("src/**/*.{ts,js}")) {
  const room = roomOf(file);
  if (!table.has(room)) problems.push(`${file}: README.md has no room ${room}`);
  for (const [, imported = ""] of readFileSync(file, "utf8").matchAll(
    /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g,
  )) {
    const target = path.join(path.dirname(file), imported);
    const other = roomOf(target);
    const allowed = table.get(room);
    if (!target.startsWith("src/") || other === room || allowed?.has("all") || allowed?.has(other)) continue;
    problems.push(`${file}: ${room} may not import from ${other}: ${imported}`);
  }
}

for (const folder of globSync("src/**/", { exclude: ["src/"] })) {
  const beside = `${path.normalize(folder).replace(/\/$/, "")}.ts`;
  if (existsSync(beside)) problems.push(`${beside}: stands beside a folder of its name; move it into that`);
}

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);

function roomOf(file: string): string {
  return file.split(path.sep)[1] ?? "";
}
