import * as v from "valibot";

const schema = v.object({
  /** Path of the file that declares the function, below the function's folder: `NAME.py` or `main.py`. */
  entry: v.string(),
  /** What the function is called in that file. */
  function: v.string(),
  /** Texts of all its files by path, with slashes. Folders are packages, as for Python. */
  files: v.record(v.string(), v.string()),
});

/** The module of a Python function: what is stored as its revision. */
export type PythonModule = v.InferOutput<typeof schema>;

/** The same module always gives the same bytes. */
export function encodePythonModule({ entry, function: name, files }: PythonModule): Uint8Array {
  const sorted = Object.fromEntries(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return new TextEncoder().encode(JSON.stringify({ entry, function: name, files: sorted }));
}

/** Throws when it is none. */
export function decodePythonModule(bytes: Uint8Array): PythonModule {
  return v.parse(schema, JSON.parse(new TextDecoder().decode(bytes)));
}
