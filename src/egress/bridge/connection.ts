import { createHash, randomUUID } from "node:crypto";
import { CompactSign } from "jose";
import type { Connection } from "../call.ts";
import { EgressError } from "../error.ts";
import { withoutHopByHop } from "../hop-by-hop.ts";
import { readText } from "../read-text.ts";
import {
  ANSWERED,
  BRIDGE_HEADER,
  BRIDGE_PATH,
  type BridgeRefusal,
  bridgeRefusals,
  CALL_ALGORITHM,
  CALL_HEADER,
  CALL_TYPE,
  LONGEST_CALL,
  LONGEST_SIGNED_BODY,
  type SignedCall,
} from "./protocol.ts";

/** How long the text of a bridge may be. Bytes. */
const LONGEST_REASON = 1000;

/** Bridges that lead to the same systems, and what they are called with. */
export interface Bridges {
  /** Origins. Each call takes one of them at random. */
  readonly addresses: readonly string[];
  readonly key: string;
  /** What the bridges reach: it is for their log. */
  readonly environment: string;
  readonly source: string;
  /** What leads to the bridge of an address. */
  connectionTo(address: string): Connection;
}

/**
 * Carries calls through bridges. Its `fetch` rejects with {@link EgressError} where a bridge brings no answer; a
 * bridge that does not call a host answers with 403. Foundry: "Agent proxy".
 */
export function throughBridge(bridges: Bridges): Connection {
  return { fetch: (url, init) => send(bridges, url, init) };
}

async function send(bridges: Bridges, url: string, init: RequestInit): Promise<Response> {
  const address = oneOf(bridges.addresses);
  const { host } = new URL(address);
  // Headers that the platform gives a body are those of the call.
  const request = init instanceof Request ? init : new Request(url, init);
  const body = bodyOf(request, init);
  const { environment, source } = bridges;
  const call: SignedCall = {
    aud: address,
    at: Date.now(),
    nonce: randomUUID(),
    environment,
    source,
    method: request.method,
    url: new URL(url).href.replace(/#.*$/s, ""),
    headers: [...withoutHopByHop(request.headers)].filter(([name]) => !ownToConnections.has(name)),
    body: body === null ? null : { digest: isSigned(body) ? digestOf(body) : null },
  };
  const signed = await sign(call, bridges.key);
  if (signed.length > LONGEST_CALL) {
    throw new EgressError("invalid", `The URL and headers of the call are too long for the bridge ${host}.`);
  }
  const headers = new Headers({ [CALL_HEADER]: signed });
  const outer = { method: request.method === "HEAD" ? "HEAD" : "POST", headers, redirect: "manual" } as const;
  const at = address + BRIDGE_PATH;
  // A request keeps its body and the signal that ends it; asking for the signal would make one.
  const carried =
    body instanceof Request || init instanceof Request
      ? new Request(new Request(at, body instanceof Request ? body : init), outer)
      : { ...outer, body, ...(init.signal && { signal: init.signal }) };
  const answer = await bridges
    .connectionTo(address)
    .fetch(at, carried)
    .catch((error) => {
      throw unreachable(host, error);
    });
  return answerOf(answer, host);
}

function oneOf(addresses: readonly string[]): string {
  const address = addresses[Math.floor(Math.random() * addresses.length)];
  if (address === undefined) throw new Error("a source with bridges names one");
  return address;
}

/** The body to send on: bytes that are there, or the request whose body it is. */
function bodyOf(request: Request, { body }: RequestInit): Exclude<BodyInit, Blob> | Request | null {
  if (request.body === null) return null;
  return typeof body === "string" || body instanceof Uint8Array ? body : request;
}

function isSigned(body: unknown): body is string | Uint8Array {
  const isThere = typeof body === "string" || body instanceof Uint8Array;
  return isThere && body.length <= LONGEST_SIGNED_BODY / (typeof body === "string" ? 3 : 1);
}

function digestOf(body: string | Uint8Array): string {
  return createHash("sha256").update(body).digest("base64url");
}

/** What each of the two connections has of its own. */
export const ownToConnections: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "host",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
]);

function sign(call: SignedCall, key: string): Promise<string> {
  const encoder = new TextEncoder();
  return new CompactSign(encoder.encode(JSON.stringify(call)))
    .setProtectedHeader({ alg: CALL_ALGORITHM, typ: CALL_TYPE })
    .sign(encoder.encode(key));
}

function unreachable(host: string, error: unknown): unknown {
  if (error instanceof EgressError || (error instanceof DOMException && error.name === "AbortError"))
    return error;
  if (error instanceof Error && error.message.startsWith("internal error")) {
    const message = `No TLS connection to the bridge ${host}: its certificate is not valid, or its name does not resolve.`;
    return new EgressError("tls", message, error);
  }
  return new EgressError("unreachable", `The bridge ${host} is not reachable.`, error);
}

/** The answer as if nothing had been between. */
async function answerOf(answer: Response, host: string): Promise<Response> {
  const name = answer.headers.get(BRIDGE_HEADER);
  const refusal = name === null ? undefined : refusals.get(name);
  if (name !== ANSWERED && refusal?.kind !== null) {
    const reason = await reasonIn(answer);
    const message = refusal
      ? `The bridge ${host} ${refusal.text}.`
      : `What answers at ${host} is no bridge: HTTP ${answer.status}.`;
    throw new EgressError(refusal?.kind ?? "unreachable", message, new Error(`${message} ${reason}`));
  }
  const own = new Response(answer.body, answer);
  own.headers.delete(BRIDGE_HEADER);
  return own;
}

/** What a bridge says, for the log. */
async function reasonIn({ body }: Response): Promise<string> {
  return (await readText(body, LONGEST_REASON).catch(() => null)) ?? "";
}

const refusals: ReadonlyMap<string, BridgeRefusal> = new Map(Object.entries(bridgeRefusals));
