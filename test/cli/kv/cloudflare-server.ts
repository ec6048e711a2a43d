import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** How many keys a page of a list has. */
const PAGE = 3;

/** The most keys that a page may be asked to have. */
const MAX_LIMIT = 1000;

/** The largest request, in bytes. */
const MAX_BODY = 100_000_000;

const MALFORMED = {
  ...errors(6003, "Invalid request headers"),
  errors: [
    {
      code: 6003,
      message: "Invalid request headers",
      error_chain: [{ code: 6111, message: "Invalid format for Authorization header" }],
    },
  ],
};

interface Request {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
  readonly key: string | string[] | undefined;
}

/**
 * A server that answers as Cloudflare's API documents for KV: the envelope, pages, limits of bulk calls, refusals.
 * Cloudflare: "Workers KV" (API reference).
 */
export class CloudflareServer {
  readonly values = new Map<string, Buffer>();
  readonly requests: Request[] = [];
  /** Answers to give first: a status, and how many seconds to wait. */
  readonly failures: { status: number; retryAfter?: string }[] = [];
  /** Whether answers stop before their end. */
  breaksOff = false;
  accounts = [{ id: "a1", name: "Ours" }];
  readonly #server: Server;
  #port = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  static async start(): Promise<CloudflareServer> {
    const server = new CloudflareServer();
    await new Promise<void>((resolve) => server.#server.listen(0, "127.0.0.1", resolve));
    server.#port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/client/v4`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "", this.url);
    const { method = "", headers } = request;
    const body = await text(request);
    this.requests.push({
      method,
      path: url.pathname + url.search,
      authorization: headers.authorization,
      key: headers["x-auth-key"],
    });
    if (this.breaksOff) {
      response.writeHead(200, { "content-length": "100" });
      response.write("{", () => response.destroy());
      return;
    }
    const failure = this.failures.shift();
    if (failure) return send(response, failure.status, errors(10_000, "Try again"), failure.retryAfter);
    if (headers.authorization?.includes(" ", "Bearer ".length)) return send(response, 400, MALFORMED);
    if (headers.authorization !== "Bearer t1")
      return send(response, 401, errors(10_000, "Authentication error"));
    if (url.pathname === "/client/v4/accounts") return send(response, 200, result(this.accounts));
    const [, route] =
      /^\/client\/v4\/accounts\/a1\/storage\/kv\/namespaces\/n1(\/.*)$/.exec(url.pathname) ?? [];
    if (route === undefined) return send(response, 404, errors(10_013, "namespace not found"));
    const [, key] = /^\/values\/(.+)$/.exec(route) ?? [];
    if (key !== undefined) {
      const value = this.values.get(decodeURIComponent(key));
      if (!value) return send(response, 404, errors(10_009, "get: 'key not found'"));
      response.writeHead(200).end(value);
      return;
    }
    if (body.length > MAX_BODY) return send(response, 413, errors(10_000, "Request body too large"));
    const [status, answer] = this.#call(`${method} ${route}`, url.searchParams, body && JSON.parse(body));
    send(response, status, answer);
  }

  #call(call: string, query: URLSearchParams, body: unknown): [number, object] {
    switch (call) {
      case "GET /keys": {
        const names = [...this.values.keys()]
          .filter((name) => name.startsWith(query.get("prefix") ?? ""))
          .sort();
        const start = Number(query.get("cursor") ?? 0);
        const cursor = start + PAGE < names.length ? String(start + PAGE) : "";
        const limit = Number(query.get("limit") ?? MAX_LIMIT);
        if (limit < 10 || limit > MAX_LIMIT) return [400, errors(10_000, "limit is out of range")];
        const page = names.slice(start, start + PAGE).map((name) => ({ name }));
        return [200, { ...result(page), result_info: { count: page.length, cursor } }];
      }
      case "POST /bulk/get": {
        const { keys } = body as { keys: string[] };
        if (keys.length > 100) return [400, errors(10_147, "too many keys")];
        return [
          200,
          result({
            values: Object.fromEntries(keys.map((key) => [key, this.values.get(key)?.toString() ?? null])),
          }),
        ];
      }
      case "PUT /bulk": {
        const pairs = body as { key: string; value: string; base64: boolean }[];
        if (pairs.length > 10_000) return [400, errors(10_148, "too many pairs")];
        for (const { key, value, base64 } of pairs)
          this.values.set(key, Buffer.from(value, base64 ? "base64" : "utf8"));
        return [200, result({ successful_key_count: pairs.length, unsuccessful_keys: [] })];
      }
      case "POST /bulk/delete": {
        const keys = body as string[];
        if (keys.length > 10_000) return [400, errors(10_148, "too many keys")];
        for (const key of keys) this.values.delete(key);
        return [200, result(null)];
      }
      default:
        return [405, errors(10_000, "Method not allowed")];
    }
  }
}

function result(value: unknown) {
  return { success: true, errors: [], messages: [], result: value };
}

function errors(code: number, message: string) {
  return { success: false, errors: [{ code, message }], messages: [], result: null };
}

function send(response: ServerResponse, status: number, json: object, retryAfter?: string): void {
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
  });
  response.end(JSON.stringify(json));
}
