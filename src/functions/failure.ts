import { FunctionError, type FunctionErrorName } from "./error.ts";
import type { LiveCall } from "./live-call.ts";
import {
  type CallError,
  LONGEST_MESSAGE,
  LONGEST_SENT_MESSAGE,
  LONGEST_SENT_STACK,
  LONGEST_STACK,
} from "./protocol.ts";

/**
 * What ended a call without a result, as the error that the client gets; what the client does not get goes to
 * the log.
 *
 * @param thrown what the function's isolate answered, or what calling the isolate threw
 * @param isOver whether its time was over by then, whatever the function made of the calls that this ended
 */
export function failureOf(
  live: LiveCall,
  thrown: unknown,
  isOver: boolean,
  log: (line: Record<string, unknown>) => void,
): FunctionError {
  const { name, revision } = live.plan.published;
  const { errorName, message, stack } = isOver ? timeout(live.limitMs) : describe(thrown);
  const text = live.shown(message, LONGEST_MESSAGE, LONGEST_SENT_MESSAGE);
  log({
    level: errorName === "QueryEncounteredUserFacingError" ? "info" : "error",
    event: "function.failed",
    function: name,
    call: live.id,
    errorName,
    message: text,
    ...(stack !== null && { stack: live.shown(stack, LONGEST_STACK, LONGEST_SENT_STACK) }),
  });
  const options = { id: live.id, cause: thrown };
  if (live.authorization && errorName === "QueryRuntimeError") {
    const { authorizePath } = live.authorization;
    const parameters = {
      functionRid: name,
      functionVersion: revision,
      message: text,
      authorizeUrl: authorizePath,
    };
    return new FunctionError("AuthorizationRequired", text, parameters, options);
  }
  const parameters = { functionRid: name, functionVersion: revision, message: text };
  return new FunctionError(errorName, text, parameters, options);
}

interface Described {
  readonly errorName: FunctionErrorName;
  readonly message: string;
  readonly stack: string | null;
}

const names = {
  "user-facing": "QueryEncounteredUserFacingError",
  output: "InvalidQueryOutputValue",
  runtime: "QueryRuntimeError",
} as const satisfies Record<CallError["kind"], FunctionErrorName>;

function timeout(limitMs: number): Described {
  return {
    errorName: "QueryTimeExceededLimit",
    message: `The function took longer than ${limitMs} ms.`,
    stack: null,
  };
}

function describe(thrown: unknown): Described {
  if (isAnswer(thrown)) {
    const { kind, name, message, stack } = thrown.error;
    const text = kind === "runtime" && name !== "Error" ? `${name}: ${message}` : message;
    return { errorName: names[kind], message: text, stack };
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  // The platform's own words for what its limits ended.
  if (/exceeded CPU time limit/i.test(message))
    return { errorName: "QueryTimeExceededLimit", message, stack: null };
  if (/exceeded memory limit/i.test(message))
    return { errorName: "QueryMemoryExceededLimit", message, stack: null };
  const stack = thrown instanceof Error ? (thrown.stack ?? null) : null;
  return { errorName: "QueryRuntimeError", message: `The function cannot be run: ${message}`, stack };
}

function isAnswer(thrown: unknown): thrown is { error: CallError } {
  return typeof thrown === "object" && thrown !== null && "error" in thrown && !(thrown instanceof Error);
}
