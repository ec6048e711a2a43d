import type { Value } from "../../../expression/value.ts";
import type { FlowContext } from "../../../flow/context.ts";

/** The functions of an environment, for flows. */
export interface FlowFunctions {
  /** What a function wants to be called with; undefined when there is none of that name. */
  signature(name: string): FunctionSignature | undefined;
  /**
   * While a deployment is checked: what to do about a function that there is not; null when it is there and wrong,
   * which has been reported.
   */
  remedyForMissing?(name: string): string | null;
  /**
   * Calls a function for the client of the flow. Resolves with the JSON text of what it returned; rejects with
   * {@link FunctionCallError}.
   */
  call(flow: FlowContext, call: FlowFunctionCall): Promise<string>;
}

export interface FunctionSignature {
  readonly parameters: readonly { readonly name: string; readonly optional: boolean }[];
}

/** A call of a function by a flow. */
export interface FlowFunctionCall {
  /** The function's name. */
  readonly name: string;
  /** By name; null where there is none. They are read as the function's signature says. */
  readonly parameters: ReadonlyMap<string, Value>;
  /** Milliseconds; null for the function's own limit. */
  readonly timeoutMs: number | null;
}

/**
 * Why a call has no result.
 *
 * - `parameter`: the parameters do not fit the signature.
 * - `user-facing`: the function failed with a text that it means for users, the message.
 * - `consent`: the user has to give consent first, at the path that is the message.
 * - `timeout`: it took too long.
 * - `failed`: anything else; the message names an id in the log.
 */
export type FunctionCallErrorKind = "parameter" | "user-facing" | "consent" | "timeout" | "failed";

/** A call of a function without a result. The message may be shown to clients. */
export class FunctionCallError extends Error {
  readonly kind: FunctionCallErrorKind;

  constructor(kind: FunctionCallErrorKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "FunctionCallError";
    this.kind = kind;
  }
}
