import type { BuiltFunction } from "../../../../src/environment/read-environment.ts";
import type { Settings } from "../../../../src/environment/settings.ts";
import { decodePythonModule, type PythonModule } from "../../../../src/functions/python/module.ts";
import { publish } from "../kit.ts";

interface Published {
  readonly functions: readonly BuiltFunction[];
  readonly module: PythonModule | null;
  /** `line:column code message` in the entry file; the file comes first for any other. */
  readonly problems: readonly string[];
  readonly remedies: readonly string[];
}

/** Publishes `functions/it` with this entry file and others beside it. */
export async function published(
  code: string,
  others: Readonly<Record<string, string>> = {},
  settings: Partial<Settings> = {},
): Promise<Published> {
  const beside = Object.entries(others).map(([path, text]) => [`functions/it/${path}`, text] as const);
  const files = { "functions/it/it.py": code, ...Object.fromEntries(beside) };
  const { functions, problems } = await publish(files, { settings });
  const [first] = functions;
  return {
    functions,
    module: first ? decodePythonModule(first.module) : null,
    problems: problems.map(({ file, line, column, code: name, message }) => {
      const place = file === "functions/it/it.py" ? "" : `${file.replace("functions/it/", "")}:`;
      return `${place}${line}:${column} ${name} ${message}`;
    }),
    remedies: problems.map(({ remedy }) => remedy),
  };
}

const IMPORTS =
  "from functions.api import function, Long, Short, Byte, Double, Integer, OntologyEdit; import datetime, decimal, typing";

/** A function with nothing but a signature, on the line `3`. */
export function declaring(parameters: string, output: string, before = ""): string {
  return `${before.includes("\n") ? before : `${IMPORTS}; ${before}`}\n@function\ndef it(${parameters}) -> ${output}: ...\n`;
}
