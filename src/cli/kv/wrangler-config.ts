import { existsSync, readFileSync } from "node:fs";
import { dirname, extname, join, relative, resolve } from "node:path";
import { type ParseError, parse as parseJsonc, printParseErrorCode } from "jsonc-parser";
import { parse as parseToml, TomlError } from "smol-toml";
import * as v from "valibot";
import { Lines } from "../../documents/lines.ts";
import { CommandFailure } from "../command-failure.ts";

/** What a Wrangler configuration says about the Worker's KV namespace. */
export interface WranglerConfig {
  /** As it was found, for messages. */
  readonly file: string;
  /** The folder that holds it; Wrangler keeps its local state there. */
  readonly folder: string;
  readonly accountId: string | undefined;
  readonly namespace: string;
  /** The namespace on this machine, which Wrangler keeps by another id when there is one. */
  readonly localNamespace: string;
}

/** In the order in which Wrangler looks for them. */
const NAMES = ["wrangler.json", "wrangler.jsonc", "wrangler.toml"];

const schema = v.object({
  durable_objects: v.optional(
    v.object({ bindings: v.optional(v.array(v.object({ name: v.string() })), []) }),
  ),
  account_id: v.optional(v.string()),
  kv_namespaces: v.optional(
    v.array(
      v.object({ binding: v.string(), id: v.optional(v.string()), preview_id: v.optional(v.string()) }),
    ),
    [],
  ),
});

/**
 * Reads the Wrangler configuration: the file given, or the nearest one in this folder and those above it.
 * Throws {@link CommandFailure}. Cloudflare: "Wrangler configuration".
 */
export function readWranglerConfig(given: string | undefined, cwd = process.cwd()): WranglerConfig {
  const found = read(given, cwd);
  if (found === null) {
    throw new CommandFailure(
      "There is no wrangler.toml here or in a folder above, which names the KV namespace. " +
        "Start in the folder that has it, or name it with --config.",
    );
  }
  const { file, path, content } = found;
  const { account_id: accountId, kv_namespaces: namespaces } = content;
  const bound = namespaces.find(({ binding }) => binding === "CONFIG");
  if (bound?.id === undefined) {
    throw new CommandFailure(
      `${file} has no id of a KV namespace with the binding CONFIG. Make one with: ` +
        "npx wrangler kv namespace create sortie-config, and write its id under [[kv_namespaces]].",
    );
  }
  const { id, preview_id: localNamespace = id } = bound;
  return { file, folder: dirname(path), accountId, namespace: id, localNamespace };
}

/**
 * The names of the bindings of Durable Objects in the same configuration; null when there is no configuration.
 * Throws {@link CommandFailure}.
 */
export function findDurableObjects(
  given: string | undefined,
  cwd = process.cwd(),
): { readonly file: string; readonly names: ReadonlySet<string> } | null {
  const found = read(given, cwd);
  if (found === null) return null;
  const bindings = found.content.durable_objects?.bindings ?? [];
  return { file: found.file, names: new Set(bindings.map(({ name }) => name)) };
}

function read(
  given: string | undefined,
  cwd: string,
): { file: string; path: string; content: v.InferOutput<typeof schema> } | null {
  const path = given === undefined ? nearest(cwd) : resolve(cwd, given);
  if (path === null) return null;
  const file = relative(cwd, path);
  if (!existsSync(path)) throw new CommandFailure(`${file} does not exist. Correct --config.`);
  const result = v.safeParse(schema, parsed(readFileSync(path, "utf8"), file));
  if (!result.success) {
    const [issue] = result.issues;
    throw new CommandFailure(`${file}: ${v.getDotPath(issue) ?? "its content"}: ${issue.message}`);
  }
  return { file, path, content: result.output };
}

function nearest(start: string): string | null {
  for (let folder = start; ; folder = dirname(folder)) {
    const name = NAMES.find((each) => existsSync(join(folder, each)));
    if (name !== undefined) return join(folder, name);
    if (dirname(folder) === folder) return null;
  }
}

function parsed(text: string, file: string): unknown {
  if (extname(file) !== ".toml") {
    const errors: ParseError[] = [];
    const json: unknown = parseJsonc(text, errors, { allowTrailingComma: true });
    const [error] = errors;
    if (!error) return json;
    const { line, column } = new Lines(text).placeOf(error.offset);
    throw new CommandFailure(`${file}:${line}:${column} is no JSON: ${printParseErrorCode(error.error)}.`);
  }
  try {
    return parseToml(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason] = error.message.split("\n");
    throw new CommandFailure(`${file}:${error.line}:${error.column} ${reason}`, { cause: error });
  }
}
