import { Code, ConnectError } from "@connectrpc/connect";
import { errorFromJsonBytes, trailerDemux } from "@connectrpc/connect/protocol-connect";
import { httpError, requireContentType } from "./answer-checks.ts";
import type { UnaryProtocol } from "./unary-protocol.ts";

/** The longest time that fits into the ten digits of its header. */
const LONGEST_MS = 9_999_999_999;

/** The Connect protocol: the message alone is the body, and an error is JSON. Connect: "Connect Protocol Reference". */
export const connect: UnaryProtocol = {
  setHeaders(headers, timeoutMs) {
    headers.set("content-type", "application/proto");
    headers.set("connect-protocol-version", "1");
    if (timeoutMs === undefined) return;
    headers.set("connect-timeout-ms", String(Math.min(Math.ceil(timeoutMs), LONGEST_MS)));
  },

  body: (message) => message,

  read(answer, body) {
    const { status, headers } = answer;
    const coding = headers.get("content-encoding") ?? "identity";
    // The platform itself undoes gzip and br.
    if (!/^(?:identity|gzip|br)$/i.test(coding)) {
      throw new ConnectError(`unsupported response encoding "${coding}"`, Code.Internal, headers);
    }
    if (status !== 200) {
      if (!/^application\/json\b/i.test(headers.get("content-type") ?? "")) throw httpError(answer);
      throw errorFromJsonBytes(body, trailersOf(headers), httpError(answer));
    }
    requireContentType(answer, /^application\/proto$/, /^application\/(?:json$|connect\+)/);
    return { message: body, trailer: trailersOf(headers) };
  },
};

function trailersOf(headers: Headers): Headers {
  const [, trailers] = trailerDemux(headers);
  return trailers;
}
