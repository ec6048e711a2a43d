// The thread in which Python is read: what its code makes of the interpreter, even its end, stays there. It is no part
// of the program in `dist/`, so that the same file runs from there and from the sources.
import { existsSync, readFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import { gunzipSync } from "node:zlib";
import { loadPyodide } from "pyodide";

const quiet = () => {};
const snapshot = new URL("../../../../dist/python-parser.bin", import.meta.url);
const isBuilt = existsSync(snapshot);
const python = await loadPyodide({
  stdout: quiet,
  stderr: quiet,
  ...(isBuilt && { _loadSnapshot: new Uint8Array(gunzipSync(readFileSync(snapshot))) }),
});
if (!isBuilt) python.runPython(readFileSync(new URL("parse.py", import.meta.url), "utf8"));
const [parse, interpreter] = python.runPython("parse, interpreter");
parentPort.on("message", (text) => parentPort.postMessage(parse(text)));
parentPort.postMessage(interpreter());
