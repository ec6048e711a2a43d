import { WorkerEntrypoint } from "cloudflare:workers";
import { type CallAnswer, type CallError, type CallProps, FAILED } from "../protocol.ts";
import type { PublishedFunction } from "../published-function.ts";
import { ValueError } from "../values.ts";
import { argumentFrom, resultOf } from "./arguments.ts";
import { runCall } from "./call.ts";
import { redirectConsole } from "./console.ts";
import { reportNetworkFailures } from "./network-failures.ts";
import { UserFacingError } from "./user-facing-error.ts";

/** A function as the module that is generated for it passes it on. */
export interface ServedFunction
  extends Pick<PublishedFunction, "language" | "name" | "parameters" | "output"> {
  readonly call: (...parameters: never[]) => unknown;
}

// Before the user's module is loaded, which is imported after this one.
redirectConsole();
reportNetworkFailures();

/** The default export of a function's main module: takes calls of the gateway. */
export function serveFunction(served: ServedFunction): typeof WorkerEntrypoint<unknown, Partial<CallProps>> {
  return class FunctionEntrypoint extends WorkerEntrypoint<unknown, Partial<CallProps>> {
    override async fetch(): Promise<Response> {
      const { session, parameters = [], sources = {} } = this.ctx.props;
      if (!session) return new Response("Only the gateway can call a function.", { status: 403 });
      const call = { session, sources, pendingLines: new Set<Promise<void>>() };
      const answer = await runCall(call, () => answerOf(served, parameters));
      if (call.pendingLines.size > 0) await Promise.all(call.pendingLines);
      return new Response(JSON.stringify(answer), { status: "error" in answer ? FAILED : 200 });
    }
  };
}

async function answerOf(served: ServedFunction, parameters: readonly unknown[]): Promise<CallAnswer> {
  const { language, call, output } = served;
  try {
    const given = served.parameters.map((type, index) =>
      argumentFrom(parameters[index] ?? null, type, language),
    );
    // So that `arguments` and default values are as in a call by hand.
    while (given.length > 0 && given.at(-1) === undefined) given.pop();
    const result = await call(...(given as never[]));
    return { value: resultOf(result, output) };
  } catch (thrown) {
    return { error: safeErrorOf(thrown) };
  }
}

/** An error whose properties throw must not get past here: what does goes to the platform's own log. */
function safeErrorOf(thrown: unknown): CallError {
  try {
    return errorOf(thrown);
  } catch {
    const message = "The function threw an error that cannot be read.";
    return { kind: "runtime", name: "Error", message, stack: null };
  }
}

function errorOf(thrown: unknown): CallError {
  if (!(thrown instanceof Error)) {
    return {
      kind: "runtime",
      name: "Error",
      message: `The function threw ${describe(thrown)}, which is no error.`,
      stack: null,
    };
  }
  const { name, message, stack = null } = thrown;
  if (thrown instanceof ValueError) return { kind: "output", name, message, stack };
  const isUserFacing = thrown instanceof UserFacingError || name === "UserFacingError";
  return {
    kind: isUserFacing ? "user-facing" : "runtime",
    name: String(name),
    message: String(message),
    stack: stack === null ? null : String(stack),
  };
}

function describe(thrown: unknown): string {
  return typeof thrown === "string"
    ? `the text ${JSON.stringify(thrown)}`
    : thrown === null || thrown === undefined
      ? String(thrown)
      : `a ${typeof thrown}`;
}
