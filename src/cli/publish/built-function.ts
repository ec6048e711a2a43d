import { createHash } from "node:crypto";
import type { Report } from "../../documents/report.ts";
import { DEFAULT_FUNCTION_SETTINGS } from "../../environment/function-settings.ts";
import type { BuiltFunction } from "../../environment/read-environment.ts";
import type { Bundle } from "./bundle-function.ts";
import { type DeclaredFunction, isFunctionName } from "./declared-function.ts";

/** What a function declares, in any language. */
export type Declaration = Omit<DeclaredFunction, "call" | "method">;

/** A folder of functions, ready to be deployed. */
export interface PublishedFolder {
  readonly functions: readonly BuiltFunction[];
  /** Paths on disk of what its author wrote. */
  readonly files: readonly string[];
  /** Of all functions in it, and its own, by which it can be meant while it has errors. */
  readonly names: readonly string[];
  readonly problems: Report["problems"];
}

/** Reports InvalidFunctionName. */
export function checkName({ name, at }: Pick<DeclaredFunction, "name" | "at">, report: Report): void {
  if (isFunctionName(name)) return;
  report.error(
    "InvalidFunctionName",
    at,
    `A function cannot be called ${JSON.stringify(name)}.`,
    "Start the name with a letter, and use letters, digits, _ and - only, 100 of them at most.",
  );
}

/** A function ready to be published; null when its signature is wrong, which has been reported. */
export function builtFunction(
  { name, at, language, isQuery, signature, sources, edits }: Declaration,
  { module, sourceMap }: Pick<Bundle, "module" | "sourceMap">,
  settings = DEFAULT_FUNCTION_SETTINGS,
): BuiltFunction | null {
  const { mode, timeoutSeconds, cpuMs, subRequests, resultBytes, logLines } = settings;
  return (
    signature && {
      published: {
        name,
        revision: createHash("sha256").update(module).digest("hex"),
        language,
        runtime: null,
        isQuery,
        ...signature,
        sources: sources.map((source) => source.name),
        edits: [...new Set(edits.map((each) => each.name))],
        mode,
        limits: { timeoutMs: timeoutSeconds * 1000, cpuMs, subRequests, resultBytes, logLines },
      },
      module,
      runtime: null,
      sourceMap,
      at,
      sourcesAt: new Map(sources.map((source) => [source.name, source.at])),
    }
  );
}
