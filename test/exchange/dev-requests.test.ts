import { describe, expect, inject, test } from "vitest";
import { DevRequests, type RequestLine } from "../../src/exchange/dev-requests.ts";
import {
  assign,
  httpTarget,
  type ProxyParts,
  proxyFiles,
  raise,
  serve,
  step,
  type TestFiles,
} from "./gateway-kit.ts";

const { a, nobody } = inject("servers");

const hosts = ["localhost", "127.0.0.1", "[::1]", "gateway.test"];

/** The line of one request. */
async function lineOf(files: TestFiles, path = "/p"): Promise<RequestLine> {
  const lines: RequestLine[] = [];
  const dev = new DevRequests({ hosts, requests: true }, "token", (line) => lines.push(line));
  const gateway = await serve(files, { dev, allow: [nobody] });
  const response = await gateway.fetch(path, { headers: { host: "gateway.test" } });
  await response.arrayBuffer();
  await gateway.settled();
  expect(lines.length).toBe(1);
  return lines[0] as RequestLine;
}

const proxy = (parts: ProxyParts) => proxyFiles("p", parts);
const inRequest = (name: string) => `<PreFlow><Request>${step(name)}</Request></PreFlow>`;
const callout = (url: string, attributes = "", rest = "") => ({
  SC: `<ServiceCallout name="SC" ${attributes}><Response>answer</Response>${rest}<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection></ServiceCallout>`,
});

test("says what was asked, of which proxy, and how it was answered", async () => {
  expect(await lineOf(proxy({ target: httpTarget(`${a}/status/204`) }), "/p?secret=1")).toEqual({
    event: "request",
    method: "GET",
    path: "/p",
    proxy: "p",
    status: 204,
    ms: expect.any(Number),
    faults: [],
    calls: [],
  });
});

describe("says what went wrong:", () => {
  const fault = (code: string, message: string, policy: string | null = null) => ({ code, message, policy });
  const executionFailed = "steps.servicecallout.ExecutionFailed";
  const unavailable = fault(
    "messaging.adaptors.http.flow.ServiceUnavailable",
    "The Service is temporarily unavailable",
  );

  test.each<[string, TestFiles, Partial<RequestLine>]>([
    [
      "RaiseFault",
      proxy({ flows: inRequest("R"), policies: raise("R", 403) }),
      {
        status: 403,
        faults: [fault("steps.raisefault.RaiseFault", "Raising fault. Fault name : R", "R")],
        calls: [],
      },
    ],
    [
      "a policy's fault",
      proxy({
        flows: inRequest("A"),
        policies: assign("A", '<AssignTo createNew="false">absent</AssignTo>'),
      }),
      { faults: [fault("steps.assignmessage.UnresolvedVariable", expect.stringContaining("absent"), "A")] },
    ],
    [
      "a token that is none, and why, which the client does not hear",
      proxy({
        flows: inRequest("D"),
        policies: { D: '<DecodeJWT name="D"><Source>request.verb</Source></DecodeJWT>' },
      }),
      {
        status: 401,
        faults: [
          {
            ...fault("steps.jwt.FailedToDecode", "Failed to decode token: policy(D)", "D"),
            reason: "it is not three or five parts in Base64url with a dot between each",
          },
        ],
      },
    ],
    [
      "an error answer of the target",
      proxy({ target: httpTarget(`${a}/status/404`) }),
      {
        status: 404,
        faults: [
          fault("messaging.adaptors.http.flow.ErrorResponseCode", "The target answered with status 404"),
        ],
      },
    ],
    [
      "a target's port without a server",
      proxy({ target: httpTarget(nobody) }),
      {
        status: 503,
        faults: [unavailable],
        calls: [
          { by: "default", host: new URL(nobody).host, kind: "unreachable", reason: expect.any(String) },
        ],
      },
    ],
    [
      "a callout's port without a server",
      proxy({ flows: inRequest("SC"), policies: callout(nobody) }),
      {
        faults: [fault(executionFailed, expect.stringContaining("Host not reachable"), "SC")],
        calls: [{ by: "SC", host: new URL(nobody).host, kind: "unreachable", reason: expect.any(String) }],
      },
    ],
    [
      "a callout that is not allowed, although the flow goes on",
      proxy({
        flows: inRequest("SC"),
        policies: callout("http://{host:elsewhere.example}", 'continueOnError="true"'),
      }),
      {
        status: 200,
        faults: [fault(executionFailed, expect.stringContaining("Host not reachable"), "SC")],
        calls: [{ by: "SC", host: "elsewhere.example", kind: "refused", reason: expect.any(String) }],
      },
    ],
    [
      "a callout without an answer in time",
      proxy({
        flows: inRequest("SC"),
        policies: callout(`${a}/hold/dev-requests`, "", "<Timeout>20</Timeout>"),
      }),
      {
        faults: [fault(executionFailed, expect.stringContaining("timeout occurred"), "SC")],
        calls: [expect.objectContaining({ kind: "timeout", reason: "No answer within 20 ms." })],
      },
    ],
    [
      "a fault in a proxy that another one calls",
      {
        ...proxy({
          target: "<LocalTargetConnection><APIProxy>inner</APIProxy></LocalTargetConnection>",
        }),
        ...proxyFiles("inner", { target: httpTarget(nobody) }),
      },
      {
        status: 503,
        proxy: "p",
        faults: [
          unavailable,
          fault("messaging.adaptors.http.flow.ErrorResponseCode", "The target answered with status 503"),
        ],
        calls: [expect.objectContaining({ by: "default", kind: "unreachable" })],
      },
    ],
  ])("%s", async (_, files, expected) => {
    expect(await lineOf(files)).toMatchObject(expected);
  });

  test("a server of a load balancer that another one stood in for", async () => {
    const { hostname, port } = new URL(a);
    const server = (name: string, port: string) => ({ name, host: hostname, port: Number(port) });
    const line = await lineOf({
      ...proxy({
        target: `<HTTPTargetConnection><LoadBalancer><Server name="dead"/><Server name="live"/></LoadBalancer><Path>/status/200</Path></HTTPTargetConnection>`,
      }),
      "environments/local/targetservers.json": JSON.stringify([
        server("dead", new URL(nobody).port),
        server("live", port),
      ]),
    });
    expect(line).toMatchObject({
      status: 200,
      faults: [],
      calls: [{ by: "default", host: new URL(nobody).host, kind: "unreachable" }],
    });
  });

  test("a path without a proxy", async () => {
    expect(await lineOf(proxy({}), "/elsewhere")).toMatchObject({
      proxy: null,
      status: 404,
      faults: [{ code: "messaging.adaptors.http.flow.ApplicationNotFound", policy: null }],
    });
  });
});

describe("a request for a host", () => {
  const printed: RequestLine[] = [];
  const dev = new DevRequests({ hosts, requests: true }, "token", (line) => printed.push(line));
  const ask = (host: string, headers: Record<string, string> = {}) =>
    dev.serve(
      new Request("http://gateway.test/x", { headers: { host, ...headers } }),
      () => new Response("served"),
    );

  test.each(["localhost", "LOCALHOST:8787", "127.0.0.1:1", "[::1]:8787", "gateway.test"])(
    "that is this machine's is served: %s",
    async (host) => {
      expect((await ask(host)).status).toBe(200);
    },
  );

  test.each([
    "evil.example",
    "localhost.evil.example",
    "evil.example:8787",
    "localhost@evil.example",
    "127.0.0.2",
    "0.0.0.0",
    "",
    "a b",
  ])("that is not is refused, with a line: %s", async (host) => {
    const response = await ask(host);
    expect(response.status).toBe(421);
    expect(await response.json()).toMatchObject({
      fault: { detail: { errorcode: "sortie.HostNotAllowed" } },
    });
    expect(printed.at(-1)).toMatchObject({ path: "/x", status: 421 });
  });

  test("of the command that started the gateway gets no line", async () => {
    const before = printed.length;
    await ask("127.0.0.1", { authorization: "Bearer token" });
    expect(printed.length).toBe(before);
  });
});

test("a defect gets a line, too", async () => {
  const lines: RequestLine[] = [];
  const dev = new DevRequests({ hosts, requests: true }, undefined, (line) => lines.push(line));
  const request = new Request("http://localhost/x", { headers: { host: "localhost" } });
  const served = dev.serve(request, () => Promise.reject(new Error("broken")));
  await expect(served).rejects.toThrow("broken");
  expect(lines).toMatchObject([{ path: "/x", status: 500 }]);
});
