import { decodeUtf8 } from "../../text/utf8.ts";
import { httpError, requireContentType } from "./answer-checks.ts";
import { GrpcError, type GrpcStatus, statuses } from "./grpc-error.ts";
import { ROOM_BYTES, type UnaryProtocol } from "./unary-protocol.ts";

/** The longest time that fits into the ten digits of its header. */
const LONGEST_MS = 9_999_999_999;

/** The Connect protocol: the message alone is the body, and an error is JSON. Connect: "Connect Protocol Reference". */
export const connect: UnaryProtocol = {
  setHeaders(headers, timeoutMs) {
    headers.set("content-type", "application/proto");
    headers.set("connect-protocol-version", "1");
    headers.set("connect-timeout-ms", String(Math.min(Math.ceil(timeoutMs), LONGEST_MS)));
  },

  body: (message) => message.subarray(ROOM_BYTES),

  messageIn(answer, headers, body) {
    const { status } = answer;
    const coding = headers.get("content-encoding") ?? "identity";
    // The platform itself undoes gzip and br.
    if (!/^(?:identity|gzip|br)$/i.test(coding)) {
      throw new GrpcError("INTERNAL", `unsupported response encoding "${coding}"`);
    }
    if (status !== 200) {
      const isJson = /^application\/json\b/i.test(headers.get("content-type") ?? "");
      throw (isJson && errorIn(body, httpError(answer).status)) || httpError(answer);
    }
    requireContentType(answer, headers, /^application\/proto$/, /^application\/(?:json$|connect\+)/);
    return body;
  },
};

/** What the server says of its failure; null where it is not said as the protocol has it. */
function errorIn(body: Uint8Array, unnamed: GrpcStatus): GrpcError | null {
  const said = parsed(decodeUtf8(body));
  if (typeof said !== "object" || said === null || Array.isArray(said)) return null;
  const { code, message = "" } = said as { code?: unknown; message?: unknown };
  if (typeof message !== "string") return null;
  return new GrpcError(statusNamed(code) ?? unnamed, message);
}

function parsed(json: string | null): unknown {
  try {
    return JSON.parse(json ?? "");
  } catch {
    return null;
  }
}

/** Connect writes gRPC's names small, and one of them with one letter less. */
function statusNamed(code: unknown): GrpcStatus | null {
  for (const status of statuses) {
    if (status === "OK") continue;
    if (code === status.toLowerCase().replace("cancelled", "canceled")) return status;
  }
  return null;
}
