/**
 * What the test servers answer. No route waits for a length of time: one that must be slow waits until
 * another request releases it. KEY is any name a test makes up for itself, shared by all three servers.
 *
 * | route | answer |
 * |---|---|
 * | `/echo…` | JSON of what came in: see {@link Echo} |
 * | `/pipe` | the request's body, byte by byte as it comes |
 * | `/status/CODE?body=TEXT` | that status |
 * | `/headers?NAME=VALUE&NAME=VALUE` | those header lines, in that order, repeated names as lines of their own |
 * | `/redirect?to=URL&status=302` | a redirect |
 * | `/gzip` | `{"compressed":true}` with Content-Encoding gzip |
 * | `/binary` | the 256 bytes 0 to 255 |
 * | `/bytes/N` | N times the letter x |
 * | `/sequence/KEY?steps=503,close,200` | the nth request with this key gets the nth step; the last one repeats |
 * | `/count/KEY` | how many requests have used KEY in `/sequence` or `/hold` or `/half` |
 * | `/hold/KEY` | nothing until `/release/KEY`, then 200 `released` |
 * | `/half/KEY` | headers and `first half,` at once, `second half` after `/release/KEY` |
 * | `/arrived/KEY` | nothing until a request for `/hold/KEY` or `/half/KEY` has come in, then 200 |
 * | `/left/KEY` | nothing until a client has gone away from `/hold/KEY` or `/half/KEY` unanswered, then 200 |
 * | `/release/KEY` | releases `/hold/KEY` and `/half/KEY`, those to come as well |
 * | `/grpc/NAME…` | to a gRPC-Web or Connect call, the answer of that name in grpc-answers.ts |
 * | `/apigee.ExternalCalloutService/ProcessMessage` | to an ExternalCallout, that the request gets the header X-User |
 * | `/python-runtime` | what Python functions run on, as it was built |
 * | `/close` | closes the connection without an answer |
 * | `/cut` | promises 100 bytes, sends `cut` and closes the connection |
 */
import { createReadStream } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { rawAnswers } from "./grpc-answers.ts";

/** The body of `/echo`: the request as it arrived on the wire. */
export interface Echo {
  readonly server: string;
  readonly method: string;
  /** Path and query as sent. */
  readonly url: string;
  readonly httpVersion: string;
  /** Header lines in the order and case in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly bodyBase64: string;
}

interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

/** What tests share under one KEY. */
interface Meeting {
  requests: number;
  readonly arrived: Gate;
  readonly released: Gate;
  readonly left: Gate;
}

const meetings = new Map<string, Meeting>();

function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}

function meeting(key: string): Meeting {
  const known = meetings.get(key) ?? { requests: 0, arrived: gate(), released: gate(), left: gate() };
  meetings.set(key, known);
  return known;
}

type Route = (request: IncomingMessage, response: ServerResponse, url: URL, argument: string) => unknown;

const routes: Record<string, Route> = {
  async echo(request, response) {
    const body = await readAll(request);
    const lines = request.rawHeaders;
    const echo: Echo = {
      server: String(response.getHeader("x-server")),
      method: request.method ?? "",
      url: request.url ?? "",
      httpVersion: request.httpVersion,
      headers: lines.flatMap((name, i) => (i % 2 === 0 ? [[name, lines[i + 1] ?? ""] as const] : [])),
      body: body.toString("utf8"),
      bodyBase64: body.toString("base64"),
    };
    response.setHeader("content-type", "application/json").end(JSON.stringify(echo));
  },

  async grpc(request, response, _url, name) {
    await readAll(request);
    const {
      status = 200,
      headers = {},
      body,
      cut,
      open,
    } = rawAnswers.get(decodeURIComponent(name)) ?? { status: 500 };
    response.writeHead(status, headers);
    if (open || cut) response.write(body ?? "", () => cut && response.destroy());
    else response.end(body);
  },

  async "apigee.ExternalCalloutService"(request, response) {
    await readAll(request);
    const { headers = {}, body } = rawAnswers.get("a header") ?? {};
    response.setHeaders(new Map(Object.entries(headers))).end(body);
  },

  pipe(request, response) {
    request.pipe(response);
  },

  status(_request, response, url, code) {
    response.writeHead(Number(code)).end(url.searchParams.get("body") ?? "");
  },

  headers(_request, response, url) {
    for (const [name, value] of url.searchParams) response.appendHeader(name, value);
    response.end();
  },

  redirect(_request, response, url) {
    const location = url.searchParams.get("to") ?? "/echo";
    response.writeHead(Number(url.searchParams.get("status") ?? 302), { location }).end("moved");
  },

  gzip(_request, response) {
    response.writeHead(200, { "content-type": "application/json", "content-encoding": "gzip" });
    response.end(gzipSync('{"compressed":true}'));
  },

  binary(_request, response) {
    response.setHeader("content-type", "application/octet-stream");
    response.end(Uint8Array.from({ length: 256 }, (_, i) => i));
  },

  bytes(_request, response, _url, length) {
    response.end("x".repeat(Number(length)));
  },

  sequence(request, response, url, key) {
    const steps = (url.searchParams.get("steps") ?? "200").split(",");
    const step = steps[meeting(key).requests++] ?? steps.at(-1);
    if (step === "close") request.socket.destroy();
    else response.writeHead(Number(step)).end(step);
  },

  count(_request, response, _url, key) {
    response.end(String(meeting(key).requests));
  },

  async hold(_request, response, _url, key) {
    await arrive(response, key).released.opened;
    response.end("released");
  },

  async half(_request, response, _url, key) {
    const at = arrive(response, key);
    response.writeHead(200, { "content-type": "text/plain" }).write("first half,");
    await at.released.opened;
    response.end("second half");
  },

  async arrived(_request, response, _url, key) {
    await meeting(key).arrived.opened;
    response.end();
  },

  async left(_request, response, _url, key) {
    await meeting(key).left.opened;
    response.end();
  },

  release(_request, response, _url, key) {
    meeting(key).released.open();
    response.end();
  },

  "python-runtime"(_request, response) {
    createReadStream("dist/python-runtime.bin").pipe(response);
  },

  close(request) {
    request.socket.destroy();
  },

  cut(request, response) {
    response.writeHead(200, { "content-length": "100" }).write("cut", () => request.socket.destroy());
  },
};

/** Answers one request of a test; an unknown route is 404. */
export async function answer(
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  response.setHeader("x-server", name).sendDate = false;
  const url = new URL(request.url ?? "/", "http://test");
  const [, route = "", argument = ""] = url.pathname.split("/");
  const serve = Object.hasOwn(routes, route) ? routes[route] : undefined;
  if (serve === undefined) response.writeHead(404).end(`no route ${url.pathname}`);
  else await serve(request, response, url, argument);
}

function arrive(response: ServerResponse, key: string): Meeting {
  const at = meeting(key);
  at.requests++;
  at.arrived.open();
  response.once("close", () => {
    if (!response.writableFinished) at.left.open();
  });
  return at;
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
