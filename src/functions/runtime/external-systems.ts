/** What TypeScript v1 functions of 2024 import as `@foundry/external-systems`: every source below one name. */
import { type SourceSymbol, sourceSymbol } from "./v1.ts";

/** `Sources.MySource` is what `@foundry/external-systems/sources` exports as `MySource`. */
export const Sources: Readonly<Record<string, SourceSymbol>> = new Proxy<Record<string, SourceSymbol>>(
  {},
  { get: (_none, name) => (typeof name === "string" ? sourceSymbol(name) : undefined) },
);
