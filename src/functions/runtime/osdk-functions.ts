/** What functions import as `@osdk/functions`. */
import { currentCall, notFound } from "./call.ts";

export { createEditBatch } from "./edits.ts";
export { UserFacingError } from "./user-facing-error.ts";

/** Foundry: "Types reference" (TypeScript v2). */
export type Integer = number;
export type Float = number;
export type Double = number;
/** Digits, since a number cannot hold all of them. */
export type Long = string;
/** `YYYY-MM-DD`. */
export type DateISOString = string;
/** ISO 8601 with a zone. */
export type TimestampISOString = string;

/** What a function's file says of it beside its code. */
export interface FunctionConfig {
  readonly apiName?: string;
  readonly sources?: readonly string[];
}

/** Names that stand for other things in each environment. Foundry: "Source aliases". */
export const Aliases = {
  /** Throws Foundry's text when the function declares no source of that name. */
  source(alias: string): { rid: string } {
    const call = currentCall();
    const facts = Object.hasOwn(call.sources, alias) ? call.sources[alias] : undefined;
    if (!facts) throw notFound(call, alias);
    return { rid: facts.rid };
  },
};
