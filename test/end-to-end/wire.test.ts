/** What only a real connection shows: bytes, compression, and requests that no client inside a Worker can make. */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import {
  brotliCompressSync,
  brotliDecompressSync,
  deflateSync,
  gunzipSync,
  gzipSync,
  inflateSync,
} from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundleGateway, configOf } from "../bench/gateway.ts";
import { type RunningWorker, startWorker } from "../bench/worker.ts";
import {
  assign,
  deploy,
  httpTarget,
  type ProxyParts,
  proxyFiles,
  setHeader,
  step,
} from "../exchange/gateway-kit.ts";
import { answer, type Echo } from "../servers/routes.ts";

const text = JSON.stringify({ said: "caf\u00e9 ".repeat(50) });

type Coding = "identity" | "gzip" | "deflate" | "br";
const codings: readonly Coding[] = ["identity", "gzip", "deflate", "br"];
const encode: Record<Coding, (plain: string) => Buffer> = {
  identity: (plain) => Buffer.from(plain),
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};
const decode: Record<Coding, (bytes: Buffer) => Buffer> = {
  identity: (bytes) => bytes,
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
};

/** `/coded/CODING` answers the text in that coding; everything else is as in routes.ts. */
const service = createServer((incoming, outgoing) => {
  const coding = /^\/coded\/(\w+)/.exec(incoming.url ?? "")?.[1] as Coding | undefined;
  if (coding === undefined) return void answer("service", incoming, outgoing);
  const bytes = encode[coding](text);
  const headers = coding === "identity" ? {} : { "content-encoding": coding };
  outgoing.writeHead(200, { ...headers, "content-type": "application/json", "content-length": bytes.length });
  outgoing.end(bytes);
});

let gateway: RunningWorker;

const inResponse = (name: string) => `<PostFlow><Response>${step(name)}</Response></PostFlow>`;
const inRequest = (name: string) => `<PostFlow><Request>${step(name)}</Request></PostFlow>`;
const reading = {
  response: {
    flows: inResponse("Read"),
    policies: setHeader("Read", "x-said", "{jsonPath($.said,response.content)}"),
  },
  request: {
    flows: inRequest("Read"),
    policies: setHeader("Read", "x-said", "{jsonPath($.said,request.content)}"),
  },
};

function proxiesFor(url: string): Record<string, ProxyParts> {
  const target = httpTarget(url);
  const forced = ["gzip", "deflate", "none"] as const;
  return {
    untouched: { target },
    "reads-response": { target, ...reading.response },
    "reads-request": { target, ...reading.request },
    makes: {
      flows: inResponse("Make"),
      policies: assign("Make", `<Set><Payload contentType="text/plain">caf\u00e9</Payload></Set>`),
    },
    after: {
      target,
      flows: `<PostClientFlow><Response>${step("Note")}</Response></PostClientFlow>`,
      policies: assign("Note", ""),
    },
    ...Object.fromEntries(
      forced.flatMap((algorithm) => {
        const properties = { "compression.algorithm": algorithm };
        return [
          [`answers-${algorithm}`, { target, properties }],
          [`reads-answers-${algorithm}`, { target, properties, ...reading.response }],
          [`sends-${algorithm}`, { target: httpTarget(url, properties) }],
          [`reads-sends-${algorithm}`, { target: httpTarget(url, properties), ...reading.request }],
        ];
      }),
    ),
  };
}

beforeAll(async () => {
  service.listen(0, "127.0.0.1");
  await once(service, "listening");
  const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const files = Object.entries(proxiesFor(url)).map(([name, parts]) => proxyFiles(name, parts));
  const { document, revisions } = await deploy(Object.assign({}, ...files));
  gateway = await startWorker(await bundleGateway(), { config: configOf({ document, revisions }) });
});

afterAll(async () => {
  await gateway.stop();
  service.close();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

async function send(
  path: string,
  {
    method = "GET",
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string | string[]>; body?: Buffer } = {},
): Promise<Answer> {
  const outgoing = request(gateway.url + path, {
    method,
    headers: { ...headers, ...(body && { "content-length": String(body.length) }) },
  });
  outgoing.end(body);
  const [incoming] = await once(outgoing, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const { statusCode: status, rawHeaders } = incoming;
  return { status, headers: incoming.headers, rawHeaders, body: Buffer.concat(chunks) };
}

const codingOf = (headers: IncomingHttpHeaders) => (headers["content-encoding"] ?? "identity") as Coding;

describe("an answer", () => {
  test.each(codings)("that nobody reads keeps its coding and its very bytes (%s)", async (coding) => {
    const { headers, body } = await send(`/untouched/coded/${coding}`);
    expect([codingOf(headers), headers["content-length"]]).toEqual([coding, String(body.length)]);
    expect(body.equals(encode[coding](text))).toBe(true);
  });

  test.each(codings)(
    "that a policy reads is decoded, and leaves in the coding it came with (%s)",
    async (coding) => {
      const { headers, body } = await send(`/reads-response/coded/${coding}`);
      expect(headers["x-said"]).toContain("caf");
      expect(codingOf(headers)).toBe(coding);
      expect(decode[coding](body).toString()).toBe(text);
    },
  );

  const forced = (["gzip", "deflate", "none"] as const).flatMap((algorithm) =>
    codings.flatMap((coding) => [
      ["unread", algorithm, coding, `/answers-${algorithm}/coded/${coding}`] as const,
      ["read", algorithm, coding, `/reads-answers-${algorithm}/coded/${coding}`] as const,
    ]),
  );
  test.each(forced)(
    "%s, leaves as compression.algorithm %s says when it came in %s",
    async (_, algorithm, _coding, path) => {
      const { headers, body } = await send(path);
      const coding = algorithm === "none" ? "identity" : algorithm;
      expect(codingOf(headers)).toBe(coding);
      expect(decode[coding](body).toString()).toBe(text);
    },
  );

  test.each(codings)("arrives whole when PostClientFlow waits for it (%s)", async (coding) => {
    const { headers, body } = await send(`/after/coded/${coding}`);
    expect(codingOf(headers)).toBe(coding);
    expect(decode[coding](body).toString()).toBe(text);
    if (coding === "identity") expect(headers["content-length"]).toBe(String(body.length));
  });

  test("keeps its header lines apart", async () => {
    const { rawHeaders } = await send("/untouched/headers?X-One=1&X-One=2&Set-Cookie=a%3D1&Set-Cookie=b%3D2");
    const lines = rawHeaders.flatMap((name, at) =>
      at % 2 === 0 ? [`${name.toLowerCase()}: ${rawHeaders[at + 1]}`] : [],
    );
    expect(lines.filter((line) => line.startsWith("x-one:"))).toEqual(["x-one: 1", "x-one: 2"]);
    expect(lines.filter((line) => line.startsWith("set-cookie:"))).toEqual([
      "set-cookie: a=1",
      "set-cookie: b=2",
    ]);
  });

  test.each([
    ["that policies made", "/makes", "5"],
    ["of the target", "/untouched/headers?content-length=7", "7"],
  ])("to HEAD tells the length of the one to GET: %s", async (_, path, length) => {
    const { headers, body } = await send(path, { method: "HEAD" });
    expect([headers["content-length"], body.length]).toEqual([length, 0]);
  });
});

describe("a request", () => {
  const post = async (path: string, coding: Coding) => {
    const headers = coding === "identity" ? {} : { "content-encoding": coding };
    const answered = await send(path, { method: "POST", headers, body: encode[coding](text) });
    return { ...answered, echo: () => JSON.parse(answered.body.toString()) as Echo };
  };
  const sentAs = ({ headers }: Echo) =>
    (headers.find(([name]) => name.toLowerCase() === "content-encoding")?.[1] ?? "identity") as Coding;

  test.each(codings)("that nobody reads keeps its coding and its very bytes (%s)", async (coding) => {
    const echo = (await post("/untouched/echo", coding)).echo();
    expect(sentAs(echo)).toBe(coding);
    expect(echo.bodyBase64).toBe(encode[coding](text).toString("base64"));
  });

  test.each(["identity", "gzip", "deflate"] as const)(
    "that a policy reads is decoded, and goes on in the coding it came with (%s)",
    async (coding) => {
      const echo = (await post("/reads-request/echo", coding)).echo();
      expect(echo.headers.map(([name]) => name.toLowerCase())).toContain("x-said");
      expect(sentAs(echo)).toBe(coding);
      expect(decode[coding](Buffer.from(echo.bodyBase64, "base64")).toString()).toBe(text);
    },
  );

  test("in a coding that the gateway cannot undo is UnsupportedEncoding when a policy reads it", async () => {
    const { status, body } = await post("/reads-request/echo", "br");
    expect([status, body.toString()]).toEqual([
      415,
      expect.stringContaining("protocol.http.UnsupportedEncoding"),
    ]);
  });

  const forced = (["gzip", "deflate", "none"] as const).flatMap((algorithm) =>
    (["identity", "gzip", "deflate"] as const).flatMap((coding) => [
      ["unread", algorithm, coding, `/sends-${algorithm}/echo`] as const,
      ["read", algorithm, coding, `/reads-sends-${algorithm}/echo`] as const,
    ]),
  );
  test.each(forced)(
    "%s, goes on as compression.algorithm %s says when it came in %s",
    async (_, algorithm, coding, path) => {
      const echo = (await post(path, coding)).echo();
      const expected = algorithm === "none" ? "identity" : algorithm;
      expect(sentAs(echo)).toBe(expected);
      expect(decode[expected](Buffer.from(echo.bodyBase64, "base64")).toString()).toBe(text);
    },
  );

  test("without a body is not compressed", async () => {
    const { body } = await send("/sends-gzip/echo", { method: "POST", headers: { "content-length": "0" } });
    const echo: Echo = JSON.parse(body.toString());
    expect([sentAs(echo), echo.body]).toEqual(["identity", ""]);
  });

  test.each(["GET", "HEAD", "DELETE", "OPTIONS"])("%s with a body goes on with it", async (method) => {
    const headers = {
      "content-type": "text/plain",
      "proxy-authorization": "Basic eA==",
      "x-one": ["1", "2"],
    };
    const { status, body } = await send("/untouched/echo?q=1", {
      method,
      headers,
      body: Buffer.from("query"),
    });
    expect(status).toBe(200);
    if (method === "HEAD") return;
    const echo: Echo = JSON.parse(body.toString());
    const names = echo.headers.map(([name, value]) => `${name.toLowerCase()}: ${value}`);
    expect(echo).toMatchObject({ method, url: "/echo?q=1", body: "query" });
    expect(names).toEqual(expect.arrayContaining(["x-one: 1", "x-one: 2", "content-type: text/plain"]));
    expect(names.join()).not.toContain("proxy-authorization");
  });

  test.each(
    (["identity", "gzip", "deflate"] as const).flatMap((coding) =>
      ["reads-request", "sends-gzip", "reads-sends-deflate"].map((proxy) => [coding, proxy] as const),
    ),
  )("GET with a body in %s goes on to the byte through %s", async (coding, proxy) => {
    const headers = coding === "identity" ? {} : { "content-encoding": coding };
    const { body } = await send(`/${proxy}/echo`, { headers, body: encode[coding](text) });
    const echo: Echo = JSON.parse(body.toString());
    expect(sentAs(echo)).toBe(coding);
    expect(echo.bodyBase64).toBe(encode[coding](text).toString("base64"));
  });
});
