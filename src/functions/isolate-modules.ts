import { COMPATIBILITY_DATE } from "./compatibility-date.ts";
import {
  ANSWER_HEADER,
  ANSWER_ROOM_BYTES,
  type CallError,
  type CallLimits,
  LONGEST_SHORT_ANSWER,
  type SourceFacts,
  tooLongMessage,
} from "./protocol.ts";

/**
 * The modules of a function's isolate: its own, and what runs before and around it, out of reach of its code.
 * Nothing of the platform that outlives a call gets there, and nothing but text of a limited length gets out.
 */
export function isolateModules(
  functionModules: { readonly "function.js": Module } & Readonly<Record<string, Module>>,
  known: KnownFacts,
): WorkerLoaderWorkerCode["modules"] {
  return {
    ...functionModules,
    "main.js": mainModule(known),
    "platform.js": PLATFORM,
    // In place of the platform's own, whose `waitUntil` goes on after a call.
    "cloudflare:workers": { js: "" },
  };
}

/** What is the same in all calls of a function. */
export interface KnownFacts {
  readonly sources: Readonly<Record<string, Omit<SourceFacts, "secrets">>>;
  readonly limits: CallLimits;
}

type Module = WorkerLoaderWorkerCode["modules"][string];

/** Runs before the function's module and what that imports. */
const PLATFORM = `
// Taken before the function's code can put something else in its place.
export const { Response } = globalThis;

// Hands out the platform's modules, whatever takes their names.
delete globalThis.process?.getBuiltinModule;

// Sends after the call has ended.
delete Navigator.prototype.sendBeacon;

// Keeps what outlives a call, where a zone has a cache: for other functions, and for the gateway.
delete globalThis.caches;

// The runtime sends what is written to the gateway, which masks secrets. Who takes the methods from
// node:console has these: the platform's own log gets nothing.
for (const name of Object.keys(console)) {
  if (typeof console[name] === "function") console[name] = () => {};
}
`;

/** The handler has the one reference to the call's context, and takes nothing from the function but a text. */
function mainModule({ sources, limits: { resultBytes, logLines } }: KnownFacts): string {
  return `
import { Response } from "platform.js";
import * as served from "function.js";

const { default: serveCall, load } = served;
const sources = Object.entries(${parsedLater(sources)});
const limits = ${JSON.stringify({ resultBytes, logLines })};
const unreadable = ${answerText({ kind: "runtime", message: "The function threw an error that cannot be read." })};
const tooLong = ${answerText({ kind: "output", message: tooLongMessage(resultBytes) })};

function callOf({ session, parameters, deadline, secrets }) {
  const own = sources.map(([name, facts]) => [name, { ...facts, secrets: Object.hasOwn(secrets, name) ? secrets[name] : {} }]);
  return { session, parameters, deadline, limits, sources: Object.fromEntries(own) };
}

async function answerOf(props) {
  try {
    const text = await serveCall(callOf(props));
    if (typeof text !== "string") return unreadable;
    return text.length > ${resultBytes + ANSWER_ROOM_BYTES} ? tooLong : text;
  } catch {
    return unreadable;
  }
}

export default {
  async fetch(_request, _env, { props }) {
    // Whoever has no session only wants to know whether the module can be loaded.
    if (!props.session) return new Response(load ? await load() : null);
    const text = await answerOf(props);
    if (text.length > ${LONGEST_SHORT_ANSWER}) return new Response(text);
    return new Response(null, { __proto__: null, headers: { __proto__: null, "${ANSWER_HEADER}": text } });
  },
};
`;
}

/** Code that makes that of its JSON, whatever names are in it. */
function parsedLater(value: unknown): string {
  return `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
}

/** A literal with the text of an answer. */
function answerText({ kind, message }: Pick<CallError, "kind" | "message">): string {
  const error: CallError = { kind, name: "Error", message, stack: null };
  return JSON.stringify(JSON.stringify({ error }));
}

/** All that is around every function: another text when another gateway puts something else there. */
export const surroundings = `${COMPATIBILITY_DATE}${PLATFORM}${mainModule}`;
