/**
 * Makes `dist/python-runtime.bin`: what the isolates of Python functions consist of but for the function itself. It is
 * made of this package's files and of pyodide only, with no randomness and no time in it, so that the same files give
 * the same bytes.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { packRuntime, type RuntimeFile } from "../archive.ts";
import { makeSnapshot } from "./make-snapshot.ts";
import { patched } from "./patched.ts";

const library = join(import.meta.dirname, "../lib");
const pyodide = dirname(fileURLToPath(import.meta.resolve("pyodide/pyodide.mjs")));
const encoder = new TextEncoder();

const files = Object.fromEntries(
  globSync("**/*.py", { cwd: library })
    .sort()
    .map((path) => [path.replaceAll("\\", "/"), readFileSync(join(library, path), "utf8")]),
);
const { snapshot, thunks } = await makeSnapshot(pyodide, files);

const { outputFiles } = await build({
  entryPoints: [join(import.meta.dirname, "../isolate/main.ts")],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2024",
  minifyWhitespace: true,
  minifySyntax: true,
  external: ["node:*", "ws", "*.wasm", "*.zip", "*.bin", "*.json", "thunks.js"],
  plugins: [
    {
      name: "pyodide",
      setup({ onLoad }) {
        onLoad({ filter: /[\\/]pyodide(\.asm)?\.mjs$/ }, ({ path }) => ({
          contents: patched(readFileSync(path, "utf8"), relative(pyodide, path)),
          loader: "js",
        }));
      },
    },
  ],
  logLevel: "error",
});

const thunkNames = [...thunks].map((hex, index) => [hex, `thunk-${index}.wasm`] as const);
const thunkModule = [
  ...thunkNames.map(([, name], index) => `import thunk${index} from "${name}";`),
  `export default {${thunkNames.map(([hex], index) => `"${hex}":thunk${index}`)}};`,
].join("\n");

const bytesOf = (name: string) => readFileSync(join(pyodide, name));

// There are no packages.
const { info } = JSON.parse(readFileSync(join(pyodide, "pyodide-lock.json"), "utf8"));
const runtime: RuntimeFile[] = [
  { name: "function.js", kind: "js", bytes: encoder.encode(outputFiles[0]?.text) },
  { name: "thunks.js", kind: "js", bytes: encoder.encode(thunkModule) },
  { name: "library.json", kind: "json", bytes: encoder.encode(JSON.stringify(files)) },
  { name: "lock.json", kind: "json", bytes: encoder.encode(JSON.stringify({ info, packages: {} })) },
  { name: "pyodide.asm.wasm", kind: "wasm", bytes: bytesOf("pyodide.asm.wasm") },
  { name: "python_stdlib.zip", kind: "data", bytes: bytesOf("python_stdlib.zip") },
  { name: "snapshot.bin", kind: "data", bytes: snapshot },
  ...thunkNames.map(
    ([hex, name]): RuntimeFile => ({
      name,
      kind: "wasm",
      bytes: Buffer.from(hex, "hex"),
    }),
  ),
];
mkdirSync("dist", { recursive: true });
writeFileSync("dist/python-runtime.bin", await packRuntime(runtime));
// What the interpreter keeps open would keep the process alive.
process.exit();
