import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide, type PyodideInterface } from "pyodide";

const lib = join(import.meta.dirname, "../../../../src/functions/python/lib");

/** Python in Node with the libraries that functions import, over a gateway that the test answers for. */
export class Python {
  readonly #pyodide: PyodideInterface;

  private constructor(pyodide: PyodideInterface) {
    this.#pyodide = pyodide;
  }

  static async start(): Promise<Python> {
    const pyodide = await loadPyodide();
    for (const [folder, path] of [
      [lib, "/lib-of-functions"],
      [import.meta.dirname, "/lib-of-tests"],
    ] as const) {
      for (const file of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
        if (!file.endsWith(".py")) continue;
        const target = `${path}/${file === "fake_bridge.py" ? "_sortie.py" : file}`;
        pyodide.FS.mkdirTree(target.slice(0, target.lastIndexOf("/")));
        pyodide.FS.writeFile(target, readFileSync(join(folder, file)));
      }
    }
    pyodide.runPython("import sys\nsys.path[:0] = ['/lib-of-tests', '/lib-of-functions']");
    return new Python(pyodide);
  }

  /** Puts a file beside the libraries, as those of a function are. */
  write(path: string, text: string): void {
    this.#pyodide.FS.writeFile(`/lib-of-tests/${path}`, text);
  }

  /**
   * What code leaves in its variable `result`, as JSON; the name and the message of what it raises otherwise.
   * @param given its other variables, JSON too
   */
  run(code: string, given: Readonly<Record<string, unknown>> = {}): unknown {
    const text = this.#pyodide.globals.get("dict")();
    text.set("code", code);
    text.set("given", JSON.stringify(given));
    try {
      return JSON.parse(this.#pyodide.runPython(HARNESS, { globals: text }));
    } finally {
      text.destroy();
    }
  }
}

const HARNESS = `
import json
scope = {"__name__": "case", **json.loads(given)}
try:
    exec(compile(code, "case.py", "exec"), scope)
    answer = scope.get("result")
except Exception as error:
    answer = {"raised": type(error).__name__, "message": str(error)}
json.dumps(answer)
`;
