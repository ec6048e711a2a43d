import { builtinModules } from "node:module";
import { didYouMean } from "../../documents/nearest.ts";

/** Why a module cannot be imported, and what to do instead. */
export interface Refusal {
  readonly message: string;
  readonly remedy: string;
}

/** Modules of Foundry's that nothing here stands in for, and why. */
const refusedModules: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/^@ontology\/(?!sdk$)/, "the ontology is imported as @ontology/sdk"],
  [/^@osdk\/(?:react|maker)(?:$|\/)/, "it is for other programs than functions"],
  [/^@foundry\/ontology-api\//, "the ontology is imported as @foundry/ontology-api"],
  [/^@foundry\/(?:models-api|language-models)(?:$|\/)/, "there are no models here"],
  [/^@palantir\/(?:languagemodelservice|language-model)/, "there are no models here"],
];

/** Modules of Node that mean nothing in an isolate, which has no processes, files or threads. */
const senselessModules: Readonly<Record<string, string>> = {
  child_process: "there are no processes to start",
  cluster: "there are no processes to start",
  dgram: "there are no datagram sockets",
  fs: "there are no files",
  "fs/promises": "there are no files",
  inspector: "there is no debugger to open",
  "inspector/promises": "there is no debugger to open",
  module: "modules are bundled when the function is published",
  readline: "there is no terminal",
  "readline/promises": "there is no terminal",
  repl: "there is no terminal",
  sea: "there is no executable",
  sqlite: "there are no files",
  test: "tests do not run there",
  "test/reporters": "tests do not run there",
  trace_events: "there is no trace file",
  tty: "there is no terminal",
  v8: "the engine cannot be changed",
  vm: "code cannot be made at run time",
  wasi: "there is no system to give access to",
  worker_threads: "there are no threads",
};

/** What Workers do not have of Node, not even as a module that does nothing. */
const MISSING: ReadonlySet<string> = new Set(["sea", "test/reporters"]);

const builtins: ReadonlySet<string> = new Set(
  builtinModules.map((name) => name.replace(/^node:/, "")).filter((name) => !name.startsWith("_")),
);

/** `https` for `https` and `node:https`; null for what is no module of Node. */
export function nodeModule(specifier: string): string | null {
  if (specifier.startsWith("node:")) return specifier.slice("node:".length);
  return builtins.has(specifier) ? specifier : null;
}

/** True for Foundry's modules that are refused as a whole. */
export function isRefusedModule(specifier: string): boolean {
  return refusedModules.some(([pattern]) => pattern.test(specifier));
}

/** Why the code of a function may not import a module; null when it may, as far as its name says. */
export function refusalInFunction(specifier: string): Refusal | null {
  const [, why] = refusedModules.find(([pattern]) => pattern.test(specifier)) ?? [];
  if (why) {
    return {
      message: `${specifier} cannot be used: ${why}.`,
      remedy: "Take out the import and what uses it.",
    };
  }
  if (specifier.startsWith("cloudflare:")) {
    return {
      message: `${specifier} cannot be used: a function reaches nothing of the Worker that runs it.`,
      remedy: "Call external systems through a source that the function declares.",
    };
  }
  const builtin = nodeModule(specifier);
  if (builtin === null) return null;
  if (!builtins.has(builtin) && !Object.hasOwn(senselessModules, builtin)) {
    return {
      message: `Node has no module ${specifier}.`,
      remedy: didYouMean(builtin, builtins, "take the import out.", (name) => `node:${name}`),
    };
  }
  const senseless = Object.hasOwn(senselessModules, builtin) ? senselessModules[builtin] : undefined;
  return senseless === undefined
    ? null
    : {
        message: `${specifier} makes no sense in a function: ${senseless}.`,
        remedy: "Take out the import and what uses it.",
      };
}

/**
 * The same for a package that a function depends on. Such code often mentions modules that it can do without:
 * Workers have most of Node's as modules that fail when they are used. Sockets go through the egress.
 */
export function refusalInDependency(specifier: string): Refusal | null {
  if (specifier === "cloudflare:sockets") return null;
  if (specifier.startsWith("cloudflare:")) return refusalInFunction(specifier);
  const builtin = nodeModule(specifier);
  if (builtin === null || (builtins.has(builtin) && !MISSING.has(builtin))) return null;
  return {
    message: `${specifier} is imported by a package, and Workers do not have it.`,
    remedy: "Use another package, or another version of it.",
  };
}
