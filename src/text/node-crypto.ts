import type * as crypto from "node:crypto";

let loaded: typeof crypto | null = null;

/**
 * Node's cryptography, loaded when something first asks for it: what it needs itself, streams among it, would be a
 * tenth of an isolate's start.
 */
export function nodeCrypto(): typeof crypto {
  loaded ??= process.getBuiltinModule("node:crypto");
  return loaded;
}
