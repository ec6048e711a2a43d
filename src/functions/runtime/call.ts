import { AsyncLocalStorage } from "node:async_hooks";
import type { Session, SourceFacts } from "../protocol.ts";
import type { CallLog } from "./call-log.ts";

/** One call of the function that runs in this isolate. Several may run at the same time, for different users. */
export interface Call {
  readonly session: Session;
  readonly sources: Readonly<Record<string, SourceFacts>>;
  /** What it writes to its console. */
  readonly log: CallLog;
  /** When its time is over. Epoch milliseconds. */
  readonly deadline: number;
}

const calls = new AsyncLocalStorage<Call>();

/** Runs the function; whatever it does asynchronously finds its own call again. */
export function runCall<T>(call: Call, work: () => T): T {
  return calls.run(call, work);
}

/** The call that the running code belongs to; undefined while the module is being loaded. */
export function callInProgress(): Call | undefined {
  return calls.getStore();
}

/** The call that the running code belongs to. Throws where there is none. */
export function currentCall(): Call {
  const call = calls.getStore();
  if (!call)
    throw new Error(
      "Sources can be used only while a function is being called, not while its module is loaded.",
    );
  return call;
}

/** A source that the call's function declares, by the name it declares it with, its API name or its RID. */
export function declaredSource(
  call: Call,
  name: string,
): { readonly name: string; readonly facts: SourceFacts } | null {
  const facts = Object.hasOwn(call.sources, name) ? call.sources[name] : undefined;
  if (facts) return { name, facts };
  const found = Object.entries(call.sources).find(([, { apiName, rid }]) => apiName === name || rid === name);
  return found ? { name: found[0], facts: found[1] } : null;
}

/** Foundry's text for a name that is not there, with those that are. */
export function notFound(call: Call, name: string): Error {
  return new Error(
    `Source alias '${name}' not found. Available aliases: [${Object.keys(call.sources).join(", ")}]`,
  );
}
