// The thread in which Python is read: what its code makes of the interpreter, even its end, stays there. It is no part
// of the program in `dist/`, so that the same file runs from there and from the sources.
import { readFileSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { loadPyodide } from "pyodide";

const quiet = () => {};
const { snapshot } = workerData;
const python = await loadPyodide({
  stdout: quiet,
  stderr: quiet,
  ...(snapshot && { _loadSnapshot: new Uint8Array(readFileSync(snapshot)) }),
});
const code = readFileSync(new URL("parse.py", import.meta.url), "utf8");
const [parse, interpreter] = python.runPython(code);
parentPort.on("message", (text) => parentPort.postMessage(parse(text)));
parentPort.postMessage(interpreter());
