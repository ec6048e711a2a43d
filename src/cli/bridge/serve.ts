import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { ConnectError } from "@connectrpc/connect";
import { status } from "@grpc/grpc-js";
import { metadataOf } from "./metadata.ts";
import { type CallResult, type NativeServer, refusal } from "./native-server.ts";
import { type ClientProtocol, type HttpAnswer, protocolOf } from "./protocols.ts";

type Request = IncomingMessage | Http2ServerRequest;
type Response = ServerResponse | Http2ServerResponse;

/** Where the bridge says whether it can reach its server. */
const HEALTH_PATH = "/_sortie/health";

/** How long a health request waits for a connection, in milliseconds. */
const HEALTH_TIMEOUT_MS = 2000;

/** Answers requests in gRPC-Web and Connect with what the native server says to them. */
export function serveCalls(server: NativeServer, maxMessageBytes: number) {
  return async (request: Request, response: Response): Promise<void> => {
    const abort = new AbortController();
    response.once("close", () => abort.abort());
    const answer = await answerTo(request, server, maxMessageBytes, abort.signal).catch(internalError);
    if (response.destroyed) return;
    response.statusCode = answer.status;
    for (const [name, values] of grouped(answer.headers)) response.setHeader(name, values);
    response.setHeader("content-length", answer.body.length);
    (response as ServerResponse).end(answer.body);
  };
}

async function answerTo(
  request: Request,
  server: NativeServer,
  maxMessageBytes: number,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const path = request.url ?? "/";
  if (path === HEALTH_PATH) return health(await server.isReachable(HEALTH_TIMEOUT_MS));
  if (request.method !== "POST") return plain(405, "The bridge takes POST requests in gRPC-Web or Connect.");
  const protocol = protocolOf(request.headers["content-type"]);
  if (protocol === null) {
    return plain(415, "The bridge speaks application/grpc-web+proto and application/proto.");
  }
  return protocol.answer(await forward(request, path, protocol, server, maxMessageBytes, signal));
}

async function forward(
  request: Request,
  path: string,
  protocol: ClientProtocol,
  server: NativeServer,
  maxMessageBytes: number,
  signal: AbortSignal,
): Promise<CallResult> {
  if (!/^\/[\w.]+\/\w+$/.test(path))
    return refusal(status.UNIMPLEMENTED, `${path} is no method of a service`);
  const body = await readBody(request, maxMessageBytes + 5);
  if (body === null)
    return refusal(status.RESOURCE_EXHAUSTED, `the message is larger than ${maxMessageBytes} bytes`);
  const message = protocol.message(body);
  if (message === null) return refusal(status.UNIMPLEMENTED, "the request is not one uncompressed message");
  try {
    const timeoutMs = protocol.timeout(request.headers);
    return await server.call({ path, message, metadata: metadataOf(request.headers), timeoutMs }, signal);
  } catch (error) {
    if (error instanceof ConnectError) return refusal(status.INVALID_ARGUMENT, error.rawMessage);
    throw error;
  }
}

/** Null as soon as there are more than `limit` bytes; the rest is read and dropped. */
async function readBody(request: Request, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= limit) chunks.push(chunk);
    else chunks.length = 0;
  }
  return size > limit ? null : Buffer.concat(chunks);
}

function health(isReachable: boolean): HttpAnswer {
  const body = JSON.stringify({ status: isReachable ? "ok" : "server not reachable" });
  return {
    status: isReachable ? 200 : 503,
    headers: [["content-type", "application/json"]],
    body: Buffer.from(body),
  };
}

/** A request that broke off, which nobody waits for, or a defect. */
function internalError(error: unknown): HttpAnswer {
  if (!(error instanceof Error && "code" in error && error.code === "ECONNRESET")) console.error(error);
  return plain(500, "The bridge failed; its log says why.");
}

function plain(code: number, text: string): HttpAnswer {
  return { status: code, headers: [["content-type", "text/plain"]], body: Buffer.from(`${text}\n`) };
}

function grouped(lines: HttpAnswer["headers"]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const [name, value] of lines) groups.set(name, [...(groups.get(name) ?? []), value]);
  return groups;
}
