import { createHash } from "node:crypto";
import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { ownToConnections } from "../../../egress/bridge/connection.ts";
import {
  ANSWERED,
  BRIDGE_HEADER,
  LONGEST_SIGNED_BODY,
  type SignedCall,
} from "../../../egress/bridge/protocol.ts";
import type { Connections } from "./destination.ts";
import { Refusal } from "./refusal.ts";

/** What one call may take. */
export interface CallLimits {
  /** In either direction. */
  readonly bodyBytes: number;
  /** Without a byte on either side. Milliseconds. */
  readonly idleMs: number;
}

/** Bytes of the bodies that went through. */
export interface Traffic {
  sent: number;
  received: number;
}

/**
 * Makes a call and passes the answer on; resolves with its status when all of it has gone. Rejects with
 * {@link Refusal} while nothing of an answer has been passed on; later failures end the connection.
 */
export async function forward(
  call: SignedCall,
  request: IncomingMessage,
  response: ServerResponse,
  connections: Connections,
  limits: CallLimits,
  traffic: Traffic,
): Promise<number> {
  const { digest = null } = call.body ?? {};
  const whole = digest === null ? null : await signedBody(request, digest);
  const sending = begin(call, request, whole, connections);
  response.once("close", () => {
    if (!response.writableFinished) sending.destroy(new Refusal("unreachable", "The gateway has left."));
  });
  try {
    sending.setTimeout(limits.idleMs, () => sending.destroy(silence(limits)));
    const answering = answerTo(sending);
    if (whole !== null) sending.end(whole);
    else if (call.body === null) sending.end();
    else pass(request, sending, limits.bodyBytes, traffic);
    traffic.sent += whole?.length ?? 0;
    const answer = await answering;
    const status = answer.statusCode ?? 0;
    if (status < 200 || status > 599) {
      throw new Refusal("answer", `The answer has the status ${status}.`);
    }
    writeHead(response, answer, status);
    await passAnswer(answer, response, limits, traffic);
    return status;
  } catch (error) {
    sending.destroy();
    throw error;
  }
}

/** The request, without its body. */
function begin(
  call: SignedCall,
  request: IncomingMessage,
  whole: Buffer | null,
  connections: Connections,
): ClientRequest {
  const { pathname, search, host } = new URL(call.url);
  const headers = [...headersOf(call), "host", host, ...framing(call, request, whole)];
  try {
    return connections.request({ method: call.method, path: pathname + search, headers });
  } catch (cause) {
    // What Node does not write: its message shows a header's name at most.
    throw new Refusal("malformed", "The method, URL or headers of the call cannot be sent.", cause);
  }
}

function silence({ idleMs }: CallLimits): Refusal {
  return new Refusal("timeout", `Nothing came for ${idleMs} ms.`);
}

/** A body that was signed, all of it. */
async function signedBody(request: IncomingMessage, digest: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > LONGEST_SIGNED_BODY)
      throw new Refusal("digest", "The body is longer than any that is signed.");
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (createHash("sha256").update(body).digest("base64url") === digest) return body;
  throw new Refusal("digest", "The body is not the one that was signed.");
}

function headersOf({ headers }: SignedCall): string[] {
  return headers.flatMap(([given, value]) => {
    const name = given.toLowerCase();
    if (ownToConnections.has(name) || /^(?:proxy-.*|expect|upgrade|http2-settings)$/.test(name)) return [];
    // As bytes: Node writes one for each character.
    return [name, Buffer.from(value).toString("latin1")];
  });
}

function framing(call: SignedCall, request: IncomingMessage, whole: Buffer | null): string[] {
  if (whole !== null) return ["content-length", String(whole.length)];
  const length = request.headers["content-length"];
  if (call.body !== null)
    return length === undefined ? ["transfer-encoding", "chunked"] : ["content-length", length];
  return /^(?:POST|PUT|PATCH)$/.test(call.method) ? ["content-length", "0"] : [];
}

function answerTo(sending: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sending.once("response", resolve);
    sending.once("upgrade", (_answer, socket) => {
      socket.destroy();
      reject(new Refusal("answer", "The host wants another protocol."));
    });
    sending.on("error", (error) => reject(refusalOf(error)));
  });
}

function refusalOf(error: Error & { code?: string }): Refusal {
  if (error instanceof Refusal) return error;
  const { code = "", message } = error;
  const isTls = /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|DEPTH_|SELF_|UNABLE_|HOSTNAME_)/.test(code);
  if (isTls) return new Refusal("tls", `${code}: ${message}`, error);
  if (code.startsWith("HPE_")) return new Refusal("answer", `The answer is no HTTP: ${message}`, error);
  return new Refusal("unreachable", code || message, error);
}

/** Passes a body on; one that is too long ends the call. */
function pass(from: IncomingMessage, to: ClientRequest, most: number, traffic: Traffic): void {
  from.on("data", (chunk: Buffer) => {
    traffic.sent += chunk.length;
    if (traffic.sent > most) to.destroy(new Refusal("body", `The body is longer than ${most} bytes.`));
  });
  from.once("error", (error) => to.destroy(error));
  from.pipe(to);
}

function writeHead(response: ServerResponse, answer: IncomingMessage, status: number): void {
  const named = namedIn(answer.headers.connection);
  const lines: string[] = [BRIDGE_HEADER, ANSWERED];
  const { rawHeaders } = answer;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = rawHeaders.slice(index, index + 2);
    if (!staysHere(name.toLowerCase(), named)) lines.push(name, value);
  }
  response.sendDate = false;
  response.writeHead(status, answer.statusMessage ?? "", lines);
}

function namedIn(connection: string | undefined): ReadonlySet<string> {
  return new Set(
    (connection ?? "")
      .toLowerCase()
      .split(",")
      .map((name) => name.trim()),
  );
}

function staysHere(name: string, named: ReadonlySet<string>): boolean {
  if (name === BRIDGE_HEADER || named.has(name) || /^(?:proxy-.*|upgrade)$/.test(name)) return true;
  return name !== "content-length" && ownToConnections.has(name);
}

function passAnswer(
  answer: IncomingMessage,
  response: ServerResponse,
  limits: CallLimits,
  traffic: Traffic,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const fail = (error: Error) => {
    answer.destroy();
    response.destroy();
    reject(error);
  };
  answer.setTimeout(limits.idleMs, () => fail(silence(limits)));
  answer.on("data", (chunk: Buffer) => {
    traffic.received += chunk.length;
    if (traffic.received <= limits.bodyBytes) return;
    fail(new Refusal("body", `The answer is longer than ${limits.bodyBytes} bytes.`));
  });
  answer.once("error", fail);
  answer.once("close", () => {
    if (!answer.complete) fail(new Refusal("unreachable", "The answer ended before its end."));
  });
  response.once("finish", resolve);
  response.once("close", () => {
    if (!response.writableFinished) fail(new Refusal("unreachable", "The gateway has left."));
  });
  answer.pipe(response);
  return promise;
}
