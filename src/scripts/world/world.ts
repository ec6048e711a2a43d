import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";

/** The parts of the world, each behind those that it needs. */
const parts = ["builtins", "xml", "variables", "lists", "payloads", "messages", "calls", "crypto"];

/** An expression: the function that makes the world of scripts when it is called with the host. */
export function worldSource(): string {
  return `(host)=>${expression("world")}(host,${parts.map(expression).join(",")})`;
}

/** A part without comments, and with short names for what is its own. */
function expression(part: string): string {
  const text = readFileSync(join(import.meta.dirname, `${part}.sandbox.js`), "utf8");
  const { code } = transformSync(text, { minifyWhitespace: true, minifyIdentifiers: true });
  return code.trim().replace(/;$/, "");
}
