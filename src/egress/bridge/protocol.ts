import * as v from "valibot";
import type { EgressErrorKind } from "../error.ts";

/**
 * What passes between the gateway and `sortie bridge`. A call is one HTTP request to {@link BRIDGE_PATH} with the body
 * of the call as its own. All else of the call is in one header, signed with a key that both have: whatever stands
 * between them can neither change it, nor add to it, nor send it again.
 *
 * A body that the gateway has in its hands is signed with its digest. One that streams is not, so as to go on
 * streaming: TLS alone protects it.
 */

/** Where a bridge takes calls. */
export const BRIDGE_PATH = "/_sortie/bridge";

/** The call: a JWS of {@link SignedCall}. */
export const CALL_HEADER = "sortie-call";

/** On every answer of a bridge: {@link ANSWERED}, or the name of a refusal. */
export const BRIDGE_HEADER = "sortie-bridge";

/** The answer is that of the system that was called. */
export const ANSWERED = "answered";

export const CALL_ALGORITHM = "HS256";
export const CALL_TYPE = "sortie-call";

/** How far apart the clocks of a gateway and a bridge may be. Milliseconds. */
export const CLOCK_TOLERANCE_MS = 30_000;

/** How long a signed call may be. Characters. */
export const LONGEST_CALL = 48 * 1024;

/** Up to here bodies that the gateway has are signed, and held back by the bridge until all has come. Bytes. */
export const LONGEST_SIGNED_BODY = 1024 * 1024;

/** How long a key must be at least. Characters. */
export const SHORTEST_KEY = 32;

export const signedCallSchema = v.object({
  /** The address of the bridge that it is for, as the source's file has it: scheme, host and port. */
  aud: v.string(),
  /** When it was signed. Epoch milliseconds. */
  at: v.number(),
  /** Never the same twice. */
  nonce: v.pipe(v.string(), v.minLength(16), v.maxLength(64)),
  environment: v.string(),
  source: v.string(),
  method: v.string(),
  /** Absolute, as URL parsing writes it. */
  url: v.string(),
  /** Those that go on, and no others. */
  headers: v.array(v.tuple([v.string(), v.string()])),
  /** Null without a body. */
  body: v.nullable(
    v.object({
      /** SHA-256 in base64url; null for one that streams. */
      digest: v.nullable(v.string()),
    }),
  ),
});

export type SignedCall = v.InferOutput<typeof signedCallSchema>;

/** Why a bridge has not brought an answer. */
export interface BridgeRefusal {
  /** The status of the bridge's answer. */
  readonly status: number;
  /** What it is for whoever made the call; null when the answer itself says it: "HTTP 403 from the agent proxy". */
  readonly kind: EgressErrorKind | null;
  /** What the gateway says of it, behind the name of the bridge. */
  readonly text: string;
}

/** By the names that {@link BRIDGE_HEADER} has for them. */
export const bridgeRefusals = {
  destination: { status: 403, kind: null, text: "does not call this host and port" },
  malformed: { status: 400, kind: "invalid", text: "cannot read the call" },
  signature: { status: 401, kind: "invalid", text: "does not know the key that the call is signed with" },
  address: {
    status: 401,
    kind: "invalid",
    text: "does not know the address that it is called by as its own",
  },
  clock: { status: 401, kind: "invalid", text: "has another time than the gateway" },
  restart: { status: 401, kind: "invalid", text: "takes no calls that were signed before it started" },
  replay: { status: 401, kind: "invalid", text: "has had the same call before" },
  digest: { status: 400, kind: "invalid", text: "got another body than the one that was signed" },
  body: { status: 413, kind: "invalid", text: "takes no body of this size" },
  busy: { status: 503, kind: "unreachable", text: "is busy" },
  unreachable: { status: 502, kind: "unreachable", text: "cannot reach the host" },
  tls: { status: 502, kind: "tls", text: "has no TLS connection to the host" },
  answer: { status: 502, kind: "unreachable", text: "got no HTTP answer that it can pass on" },
  timeout: { status: 504, kind: "timeout", text: "waited too long for the host" },
} as const satisfies Readonly<Record<string, BridgeRefusal>>;

export type BridgeRefusalName = keyof typeof bridgeRefusals;
