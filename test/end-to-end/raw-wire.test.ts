/** Requests and answers to the byte, with sockets on both sides of the gateway. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { bundleGateway, configOf } from "../bench/gateway.ts";
import { type RunningWorker, startWorker } from "../bench/worker.ts";
import {
  assign,
  deploy,
  httpTarget,
  type ProxyParts,
  proxyFiles,
  raise,
  setHeader,
  step,
} from "../exchange/gateway-kit.ts";
import { framed, partsOf, type RawServer, rawRequest, sendRaw, startRawServer } from "../servers/raw.ts";

let service: RawServer;
let failing: RawServer;
let gateway: RunningWorker;

const inRequest = (...names: string[]) =>
  `<PreFlow><Request>${names.map((name) => step(name)).join("")}</Request></PreFlow>`;
const local = (name: string) => `<LocalTargetConnection><APIProxy>${name}</APIProxy></LocalTargetConnection>`;
/** The first server is never there. */
const balanced = `<HTTPTargetConnection><LoadBalancer><Server name="dead"/><Server name="live"/></LoadBalancer></HTTPTargetConnection>`;
const callout = (name: string, connection: string) => ({
  [name]: `<ServiceCallout name="${name}"><Request variable="request" clearPayload="false"/><Response>answer</Response>${connection}</ServiceCallout>`,
});

const refusal = [
  "HTTP/1.1 404 Nothing Here",
  "X-One: 1",
  "X-One: 2",
  "Set-Cookie: a=1",
  "Set-Cookie: b=2",
  "Content-Length: 4",
  "Connection: close",
  "",
  "gone",
].join("\r\n");

const faultRule = (condition: string, name: string) =>
  `<FaultRules><FaultRule name="r"><Condition>${condition}</Condition>${step(name)}</FaultRule></FaultRules>`;

function proxiesFor(url: string, failingUrl: string): Record<string, ProxyParts> {
  const target = httpTarget(url);
  const reads = { flows: inRequest("Read"), policies: setHeader("Read", "x-read", "{request.content}") };
  return {
    plain: { target },
    reads: { target, ...reads },
    "reads-balanced": { ...reads, target: balanced },
    streams: { target, properties: { "request.streaming.enabled": "true" } },
    compresses: { target: httpTarget(url, { "compression.algorithm": "gzip" }) },
    "plain-through-local": { target: local("plain") },
    "reads-through-local": { target: local("reads") },
    "reads-then-local": { target: local("reads"), ...reads },
    changes: {
      target,
      flows: inRequest("Change"),
      policies: assign("Change", "<Set><Payload>changed</Payload></Set>"),
    },
    "sets-verb": {
      target,
      flows: inRequest("Verb"),
      policies: assign("Verb", "<Set><Verb>GET</Verb></Set>"),
    },
    "calls-out": { flows: inRequest("Call"), policies: callout("Call", target) },
    "calls-out-and-target": { target, flows: inRequest("Call"), policies: callout("Call", target) },
    "calls-out-locally": { flows: inRequest("Call"), policies: callout("Call", local("reads")) },
    "calls-out-with-payload": {
      flows: inRequest("Call"),
      policies: {
        Call: `<ServiceCallout name="Call"><Request><Set><Verb>GET</Verb><Payload>made</Payload></Set></Request><Response>answer</Response>${target}</ServiceCallout>`,
      },
    },
    nothing: {},
    raises: { flows: inRequest("Raise"), policies: raise("Raise", 404) },
    "raises-own": {
      flows: inRequest("Raise"),
      policies: {
        Raise: `<RaiseFault name="Raise"><FaultResponse><Set><StatusCode>403</StatusCode><ReasonPhrase>Not you</ReasonPhrase></Set></FaultResponse></RaiseFault>`,
      },
    },
    faults: {
      flows: inRequest("Broken"),
      policies: {
        Broken: `<AssignMessage name="Broken"><AssignTo createNew="false">absent</AssignTo></AssignMessage>`,
      },
    },
    "changes-status": {
      target,
      flows: `<PostFlow><Response>${step("Status")}</Response></PostFlow>`,
      policies: assign("Status", "<Set><StatusCode>202</StatusCode></Set>"),
    },
    shows: {
      flows: `<PostFlow><Response>${step("Show")}</Response></PostFlow>`,
      policies: setHeader("Show", "x-query", "{request.querystring}"),
    },
    guarded: {
      target,
      flows: `<Flows><Flow name="guard"><Condition>proxy.pathsuffix MatchesPath "/admin"</Condition><Request>${step("Stop")}</Request></Flow></Flows>`,
      policies: raise("Stop", 403),
    },
    fails: { target: httpTarget(failingUrl) },
    "fails-with-rules": {
      target: faultRule("response.status.code = 500", "Tell") + httpTarget(failingUrl),
      policies: setHeader("Tell", "x-told", "told"),
    },
    "fails-and-is-read": {
      target: faultRule('response.content = "gone"', "Tell") + httpTarget(failingUrl),
      policies: setHeader("Tell", "x-told", "{response.reason.phrase}"),
    },
    "from-local": { target: local("nothing") },
  };
}

beforeAll(async () => {
  service = await startRawServer();
  failing = await startRawServer(refusal);
  const files = Object.entries(proxiesFor(service.url, failing.url)).map(([name, parts]) =>
    proxyFiles(name, parts),
  );
  const gone = await startRawServer();
  await gone.stop();
  const servers = Object.entries({ dead: gone, live: service }).map(([name, { url }]) => {
    const { hostname: host, port } = new URL(url);
    return { name, host, port: Number(port) };
  });
  const settings = { "environments/local/targetservers.json": JSON.stringify(servers) };
  const { document, revisions } = await deploy(Object.assign(settings, ...files));
  gateway = await startWorker(await bundleGateway(), { config: configOf({ document, revisions }) });
});

afterAll(async () => {
  await gateway.stop();
  await service.stop();
  await failing.stop();
});

beforeEach(() => {
  service.requests.length = 0;
});

/** Sends a request to the gateway; what came of it there and at the service. */
async function send(start: string, headers: readonly string[] = [], body = "") {
  const answer = partsOf(await sendRaw(gateway.url, rawRequest(start, headers, body)));
  return { answer, arrived: service.requests.map(partsOf) };
}

describe("the reason phrase of an answer", () => {
  test.each([
    ["a null route", "/nothing", "200 OK"],
    ["RaiseFault", "/raises", "404 Not Found"],
    ["RaiseFault with a phrase of its own", "/raises-own", "403 Not you"],
    ["a policy's fault", "/faults", "500 Internal Server Error"],
    ["a path without a proxy", "/absent", "404 Not Found"],
    ["a policy that changes the target's status", "/changes-status", "202 Accepted"],
    ["a proxy that another one calls", "/from-local", "200 OK"],
    ["the gateway's own pages", "/_sortie/absent", "404 Not Found"],
    ["a function that is not there", "/_sortie/functions/absent/execute", "404 Not Found"],
  ])("of %s is the standard one, or the bundle's", async (_, path, expected) => {
    const { answer } = await send(`GET ${path}`);
    expect(answer.start).toBe(`HTTP/1.1 ${expected}`);
  });
});

describe("an error answer of the target arrives line by line as it came", () => {
  test.each([
    ["without fault rules", "/fails", []],
    ["with a rule that does not apply", "/fails-with-rules", []],
    ["with a rule that reads it", "/fails-and-is-read", ["x-told: Nothing Here"]],
  ])("%s", async (_, path, added) => {
    const { answer } = await send(`GET ${path}`);
    expect([answer.start, answer.body]).toEqual(["HTTP/1.1 404 Nothing Here", "gone"]);
    const lines = ["x-one: 1", "x-one: 2", "set-cookie: a=1", "set-cookie: b=2", ...added];
    expect(answer.headers.filter((line) => /^(?:x-|set-)/.test(line))).toEqual(expect.arrayContaining(lines));
  });
});

describe("a body with a method that seldom has one", () => {
  const carried = [
    "plain",
    "reads",
    "reads-balanced",
    "streams",
    "compresses",
    "plain-through-local",
    "reads-through-local",
    "reads-then-local",
    "calls-out",
    "calls-out-locally",
  ];
  const withLength = ["GET", "HEAD"].flatMap((method) => carried.map((proxy) => [method, proxy] as const));

  test.each(withLength)("%s with a length arrives through the proxy %s", async (method, proxy) => {
    const { headers, body } = framed.length("hello");
    const { answer, arrived } = await send(`${method} /${proxy}`, headers, body);
    expect(answer.start).toBe("HTTP/1.1 200 OK");
    expect(arrived).toEqual([expect.objectContaining({ body: "hello" })]);
    expect(arrived[0]?.start).toMatch(new RegExp(`^${method} `));
  });

  test("GET with a length arrives at a callout and at the target", async () => {
    const { headers, body } = framed.length("hello");
    const { arrived } = await send("GET /calls-out-and-target", headers, body);
    expect(arrived.map((request) => request.body)).toEqual(["hello", "hello"]);
  });

  const others = ["DELETE", "OPTIONS"].flatMap((method) =>
    carried
      .filter((proxy) => proxy !== "compresses")
      .flatMap((proxy) =>
        (["length", "chunks"] as const).map((framing) => [method, framing, proxy] as const),
      ),
  );
  test.each(others)("%s with %s arrives through the proxy %s", async (method, framing, proxy) => {
    const { headers, body } = framed[framing]("hello");
    const { answer, arrived } = await send(`${method} /${proxy}`, headers, body);
    expect(answer.start).toBe("HTTP/1.1 200 OK");
    expect(arrived).toEqual([expect.objectContaining({ body: "hello" })]);
  });

  const toTarget = carried.filter((proxy) => !proxy.startsWith("calls-out"));
  const inChunks = ["GET", "HEAD"].flatMap((method) => toTarget.map((proxy) => [method, proxy] as const));
  test.each(inChunks)(
    "%s in chunks is LengthRequired through the proxy %s, and nothing is sent",
    async (method, proxy) => {
      const { headers, body } = framed.chunks("hello");
      const { answer, arrived } = await send(`${method} /${proxy}`, headers, body);
      expect(answer.start).toBe("HTTP/1.1 411 Length Required");
      if (method === "GET") expect(answer.body).toContain("messaging.adaptors.http.flow.LengthRequired");
      expect(arrived).toEqual([]);
    },
  );

  test.each(["plain", "reads", "streams", "reads-through-local"])(
    "GET with chunks of nothing goes on without a body through the proxy %s",
    async (proxy) => {
      const { headers, body } = framed.chunks("");
      const { answer, arrived } = await send(`GET /${proxy}`, headers, body);
      expect(answer.start).toBe("HTTP/1.1 200 OK");
      expect(arrived).toEqual([expect.objectContaining({ body: "" })]);
    },
  );

  test("POST in chunks to a proxy that makes a GET of it is refused by name, and nothing is sent", async () => {
    const { headers, body } = framed.chunks("hello");
    const { answer, arrived } = await send("POST /sets-verb", headers, body);
    expect([answer.start, arrived]).toEqual(["HTTP/1.1 500 Internal Server Error", []]);
    expect(answer.body).toContain("sortie.BodyNotSendable");
  });

  test.each([
    ["a target's body that a policy changed", "changes", "sortie.BodyNotSendable"],
    ["a callout's body that a policy made", "calls-out-with-payload", "a GET request cannot carry a payload"],
    ["a callout's body in chunks", "calls-out", "a GET request cannot carry a payload"],
  ])("GET with %s is refused by name, and nothing is sent", async (_, proxy, reason) => {
    const { headers, body } = framed.chunks("hello");
    const { answer, arrived } = await send(`GET /${proxy}`, headers, body);
    expect(answer.start).toBe("HTTP/1.1 500 Internal Server Error");
    expect(answer.body).toContain(reason);
    expect(arrived).toEqual([]);
  });
});

describe("what nobody changed arrives as it came:", () => {
  const unchanged = "!$&()*+,-./09:;=?@AZ[]_`az{|}~^\\%41%zz%";

  test("a query, but for the apostrophe, which the platform encodes", async () => {
    const { arrived } = await send(`GET /plain/x?a=${unchanged}&&b&=&c='`);
    expect(arrived[0]?.start).toBe(`GET /x?a=${unchanged}&&b&=&c=%27 HTTP/1.1`);
  });

  test("a query, in a flow, with the apostrophe", async () => {
    const { answer } = await send("GET /shows?x='b");
    expect(answer.headers).toContain("x-query: x='b");
  });

  test("a path", async () => {
    const path = "/!$&'()*+,-.09:;=@AZ[]_az|~%20%C3%A9%zz%";
    const { arrived } = await send(`GET /plain${path}`);
    expect(arrived[0]?.start).toBe(`GET ${path} HTTP/1.1`);
  });

  test("a path, but for what the platform's URL parser writes in its own way: \"{}^ and \\", async () => {
    const { arrived } = await send('GET /plain/"{}^\\x/./y/../z');
    expect(arrived[0]?.start).toBe("GET /%22%7B%7D%5E/x/z HTTP/1.1");
  });
});

describe("what asks for nothing is refused", () => {
  test.each(["a b", "[::1", "gateway.test/plain", "%zz", "user@host", "a?b", "a:99999", "exa<mple"])(
    "the Host %s",
    async (host) => {
      const { answer, arrived } = await send("GET /plain/x", [`Host: ${host}`]);
      expect([answer.start, arrived]).toEqual(["HTTP/1.1 400 Bad Request", []]);
      expect(JSON.parse(answer.body)).toEqual({
        fault: { faultstring: "Invalid Host header", detail: { errorcode: "sortie.InvalidHost" } },
      });
    },
  );

  test.each(["GET", "OPTIONS"])("%s *", async (method) => {
    const { answer } = await send(`${method} *`);
    expect(answer.start).toBe("HTTP/1.1 400 Bad Request");
    expect(answer.body).toContain("protocol.http.InvalidPath");
  });

  test("CONNECT, which the platform answers itself, and whose tunnel ends at once with nothing behind it", async () => {
    const { answer, arrived } = await send("CONNECT gateway.test:443", ["Host: gateway.test:443"], "hello");
    expect([answer.start, answer.body, arrived]).toEqual(["HTTP/1.1 200 OK", "", []]);
  });

  test("a method that Workers do not know", async () => {
    const { answer } = await send("FOO /plain");
    expect(answer.start).toBe("HTTP/1.1 501 Not Implemented");
  });
});

describe("a guard of a path", () => {
  const disguised = [
    "/%61dmin",
    "//admin",
    "/x%2f..%2fadmin",
    "/admin%2f",
    "/x/%2e%2e/admin",
    "/.%2e/guarded/admin",
  ];

  test.each(["/admin", "/x/../admin", "/./admin", "\\admin"])("stops %s", async (path) => {
    const { answer, arrived } = await send(`GET /guarded${path}`);
    expect([answer.start, arrived]).toEqual(["HTTP/1.1 403 Forbidden", []]);
  });

  test.each(disguised)("is not gone around with %s, which is refused", async (path) => {
    const { answer, arrived } = await send(`GET /guarded${path}`);
    expect([answer.start, arrived]).toEqual(["HTTP/1.1 400 Bad Request", []]);
    expect(JSON.parse(answer.body)).toEqual({
      fault: { faultstring: "Invalid request path", detail: { errorcode: "protocol.http.InvalidPath" } },
    });
  });

  test("sees path parameters as a part of the segment, and so does the target", async () => {
    const { arrived } = await send("GET /guarded/admin;x");
    expect(arrived[0]?.start).toBe("GET /admin;x HTTP/1.1");
  });
});

describe("Cookie lines", () => {
  test.each([
    ["are joined with a semicolon", ["a=1", "b=2; c=3", "d="], "a=1; b=2; c=3; d="],
    ["one line stays as it is", ["a=1; b=2,3"], "a=1; b=2,3"],
    ["a comma in a value stays", ['a={"x":1, "y":2}', "b=2"], 'a={"x":1, "y":2}; b=2'],
  ])("%s", async (_, lines, expected) => {
    const { arrived } = await send(
      "GET /plain",
      lines.map((line) => `Cookie: ${line}`),
    );
    expect(arrived[0]?.headers.filter((line) => line.startsWith("cookie:"))).toEqual([`cookie: ${expected}`]);
  });
});
