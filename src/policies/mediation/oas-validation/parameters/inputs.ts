import { Buffer } from "node:buffer";
import type { RequestMessage } from "../../../../flow/message.ts";

/** What a request says in its parameters, as it came: nothing is decoded. */
export class Inputs {
  readonly path: ReadonlyMap<string, string>;
  readonly headers: Headers;
  readonly #query: string;
  #parsedQuery: ReadonlyMap<string, readonly string[]> | null = null;
  #cookies: ReadonlyMap<string, readonly string[]> | null = null;

  /** @param path the values in the path by their names */
  constructor(path: ReadonlyMap<string, string>, request: Pick<RequestMessage, "headers" | "query">) {
    this.path = path;
    this.headers = request.headers;
    this.#query = request.query;
  }

  /** Values by name; names are decoded. */
  get query(): ReadonlyMap<string, readonly string[]> {
    this.#parsedQuery ??= pairsIn(this.#query);
    return this.#parsedQuery;
  }

  /** Values by name. RFC 6265, section 5.4. */
  get cookies(): ReadonlyMap<string, readonly string[]> {
    this.#cookies ??= grouped(
      (this.headers.get("cookie") ?? "").split(";").map((pair) => pairOf(pair.trim())),
    );
    return this.#cookies;
  }
}

/** The values of a query or form by name; names are decoded. */
export function pairsIn(text: string): ReadonlyMap<string, readonly string[]> {
  return grouped(text.split("&").map(pairOf));
}

function pairOf(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  return equals === -1 ? [decoded(text), ""] : [decoded(text.slice(0, equals)), text.slice(equals + 1)];
}

function grouped(pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, string[]>();
  for (const [name, value] of pairs) {
    if (name === "" && value === "") continue;
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return values;
}

const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

/**
 * What is no percent-encoding stays as it is. What stands beside it is decoded all the same, as lenient readers do:
 * nobody hides a value behind a sign that is wrong.
 */
export function decoded(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    decoder.decode(Buffer.from(run.replaceAll("%", ""), "hex")),
  );
}
