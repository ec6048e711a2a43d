import { describe, expect, inject, test } from "vitest";
import type { Echo } from "../servers/routes.ts";
import {
  assign,
  defaultFault,
  httpTarget,
  marks,
  proxyFiles,
  recorder,
  serve,
  setHeader,
  step,
} from "./gateway-kit.ts";

const { a, b } = inject("servers");

const allBytes = Uint8Array.from({ length: 256 }, (_, index) => index);
const inResponse = (...names: string[]) =>
  `<PostFlow><Response>${names.map((name) => step(name)).join("")}</Response></PostFlow>`;
const inRequest = (...names: string[]) =>
  `<PostFlow><Request>${names.map((name) => step(name)).join("")}</Request></PostFlow>`;
const readRequest = setHeader("Read", "x-length", "{request.content.as.base64}");
const readResponse = setHeader("Read", "x-read", "{response.content}");

async function chunksOf(response: Response) {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  return async () => decoder.decode((await reader.read()).value);
}

describe("a body that nothing mentions streams through", () => {
  test("from the target: the first half arrives before the second is sent", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        flows: inResponse("Mark"),
        target: httpTarget(`${a}/half/bodies-response`),
        policies: setHeader("Mark", "x-marked", "{response.status.code}"),
      }),
    );
    const response = await gateway.fetch("/p");
    expect(response.headers.get("x-marked")).toBe("200");
    const next = await chunksOf(response);
    expect(await next()).toBe("first half,");
    await (await fetch(`${b}/release/bodies-response`)).text();
    expect(await next()).toBe("second half");
  });

  test("from the client: the target gets the first half before the second is sent", async () => {
    const gateway = await serve(proxyFiles("p", { target: httpTarget(`${a}/pipe`) }));
    const { readable, writable } = new IdentityTransformStream();
    const writer = writable.getWriter();
    const answered = gateway.fetch("/p", { method: "POST", body: readable });
    await writer.write(new TextEncoder().encode("first half,"));
    const next = await chunksOf(await answered);
    expect(await next()).toBe("first half,");
    await writer.write(new TextEncoder().encode("second half"));
    await writer.close();
    expect(await next()).toBe("second half");
  });

  test("and PostClientFlow runs when its end has gone out", async () => {
    const service = recorder();
    const gateway = await serve(
      proxyFiles("p", {
        flows: `<PostClientFlow><Response>${step("Call")}</Response></PostClientFlow>`,
        target: httpTarget(`${a}/half/bodies-post-client`),
        policies: {
          Call: `<ServiceCallout name="Call"><HTTPTargetConnection><URL>http://record.test/</URL></HTTPTargetConnection></ServiceCallout>`,
        },
      }),
      { connections: new Map([["record.test:80", service]]) },
    );
    const next = await chunksOf(await gateway.fetch("/p"));
    expect(await next()).toBe("first half,");
    expect(service.calls).toHaveLength(0);
    await (await fetch(`${b}/release/bodies-post-client`)).text();
    expect(await next()).toBe("second half");
    expect(await next()).toBe("");
    await gateway.settled();
    expect(service.calls).toHaveLength(1);
  });
});

describe("binary bodies arrive byte for byte", () => {
  test.each([
    ["untouched", "", {}],
    ["when a policy reads them", inRequest("Read"), readRequest],
  ])("from the client, %s", async (_, flows, policies) => {
    const gateway = await serve(proxyFiles("p", { flows, policies, target: httpTarget(`${a}/echo`) }));
    const response = await gateway.fetch("/p", { method: "POST", body: allBytes });
    const { bodyBase64 } = await response.json<Echo>();
    expect(new Uint8Array(Buffer.from(bodyBase64, "base64"))).toEqual(allBytes);
  });

  test.each([
    ["untouched", "", {}],
    [
      "when a policy reads them",
      inResponse("Read"),
      setHeader("Read", "x-read", "{response.content.as.base64}"),
    ],
  ])("from the target, %s", async (_, flows, policies) => {
    const gateway = await serve(proxyFiles("p", { flows, policies, target: httpTarget(`${a}/binary`) }));
    expect(await (await gateway.fetch("/p")).bytes()).toEqual(allBytes);
  });
});

describe("with streaming enabled policies see no content and cannot change it", () => {
  const spoil = assign("Spoil", "<Set><Payload>spoilt</Payload></Set>");

  test.each([
    ["on the proxy", { properties: { "request.streaming.enabled": "true" } }, {}],
    ["on the target", {}, { "request.streaming.enabled": "true" }],
  ])("in the request, %s", async (place, proxy, target) => {
    const steps = `<Request>${step("Tell")}${step("Spoil")}</Request>`;
    const gateway = await serve(
      proxyFiles("p", {
        ...proxy,
        flows: place === "on the proxy" ? `<PreFlow>${steps}</PreFlow>` : "",
        target: `${place === "on the target" ? `<PreFlow>${steps}</PreFlow>` : ""}${httpTarget(`${a}/echo`, target)}`,
        policies: { ...setHeader("Tell", "x-content", "[{request.content}]"), ...spoil },
      }),
    );
    const { body, headers } = await (
      await gateway.fetch("/p", { method: "POST", body: "sent" })
    ).json<Echo>();
    expect([body, headers.find(([name]) => name === "x-content")?.[1]]).toEqual(["sent", "[]"]);
  });

  const responseParts = {
    flows: inResponse("Tell", "Spoil"),
    policies: { ...setHeader("Tell", "x-content", "[{response.content}]"), ...spoil },
  };

  test.each([
    ["on the proxy", { properties: { "response.streaming.enabled": "true" } }, {}],
    ["on the target", {}, { "response.streaming.enabled": "true" }],
  ])("in the response, %s", async (_, proxy, target) => {
    const gateway = await serve(
      proxyFiles("p", {
        ...proxy,
        ...responseParts,
        target: httpTarget(`${a}/status/200?body=sent`, target),
      }),
    );
    const response = await gateway.fetch("/p");
    expect([await response.text(), response.headers.get("x-content")]).toEqual(["sent", "[]"]);
  });

  test("but the fault rules can read and replace an error answer", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        target: `<FaultRules><FaultRule name="all">${step("Replace")}</FaultRule></FaultRules>${httpTarget(`${a}/status/500?body=sent`, { "response.streaming.enabled": "true" })}`,
        policies: assign("Replace", "<Set><Payload>was {error.content}</Payload></Set>"),
      }),
    );
    expect(await (await gateway.fetch("/p")).text()).toBe("was sent");
  });
});

describe("a body above the limit that a policy reads", () => {
  const megabytes = (count: number) => new Uint8Array(count * 1024 * 1024);
  const tooBig = defaultFault("protocol.http.TooBigBody", "Body buffer overflow");
  const proxy = (limit: string | null) =>
    serve(
      proxyFiles("p", {
        flows: inRequest("Read"),
        policies: setHeader("Read", "x-empty", "{request.formparam.none}"),
        properties: limit === null ? {} : { "request.payload.parse.limit": limit },
      }),
    );

  test.each([
    [null, 10, 200],
    [null, 11, 413],
    ["12M", 11, 200],
  ])("request.payload.parse.limit %s, %i MB sent: %i", async (limit, count, status) => {
    const gateway = await proxy(limit);
    const response = await gateway.fetch("/p", {
      method: "POST",
      body: megabytes(count),
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(response.status).toBe(status);
    if (status === 413) expect(await response.json()).toEqual(tooBig);
  });

  test("is a fault of the target's answer with status 502", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        flows: inResponse("Read"),
        target: httpTarget(`${a}/bytes/${11 * 1024 * 1024}`),
        policies: setHeader("Read", "x-n", "{jsonPath($.n,response.content)}"),
      }),
    );
    const response = await gateway.fetch("/p");
    expect([response.status, await response.json()]).toEqual([502, tooBig]);
  });
});

describe("a target's answer that breaks off", () => {
  test("is UnexpectedEOFAtTarget when a policy reads it", async () => {
    const gateway = await serve(
      proxyFiles("p", { flows: inResponse("Read"), target: httpTarget(`${a}/cut`), policies: readResponse }),
    );
    const response = await gateway.fetch("/p");
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual(
      defaultFault("messaging.adaptors.http.flow.UnexpectedEOFAtTarget", "Unexpected EOF at target"),
    );
  });

  test("breaks off for the client too when it streams", async () => {
    const gateway = await serve(proxyFiles("p", { target: httpTarget(`${a}/cut`) }));
    await expect((await gateway.fetch("/p")).text()).rejects.toThrow();
  });

  test("of which the client goes away lets PostClientFlow run", async () => {
    const service = recorder();
    const gateway = await serve(
      proxyFiles("p", {
        flows: `<PostClientFlow><Response>${step("Call")}</Response></PostClientFlow>`,
        target: httpTarget(`${a}/half/bodies-client-left`),
        policies: {
          Call: `<ServiceCallout name="Call"><HTTPTargetConnection><URL>http://record.test/</URL></HTTPTargetConnection></ServiceCallout>`,
        },
      }),
      { connections: new Map([["record.test:80", service]]) },
    );
    await (await gateway.fetch("/p")).body?.cancel();
    await gateway.settled();
    expect(service.calls).toHaveLength(1);
    await (await fetch(`${b}/release/bodies-client-left`)).text();
  });

  test("lets PostClientFlow run", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        flows: `<PostClientFlow><Response>${step("A")}</Response></PostClientFlow>`,
        target: httpTarget(`${a}/cut`),
        policies: marks("A"),
      }),
    );
    await expect((await gateway.fetch("/p")).text()).rejects.toThrow();
    await gateway.settled();
  });

  test("while a fault rule's condition reads it ends in the default error", async () => {
    const service = { fetch: async () => new Response(broken(), { status: 500 }) };
    const gateway = await serve(
      proxyFiles("p", {
        target: `<FaultRules><FaultRule name="x"><Condition>error.content = "x"</Condition>${step("A")}</FaultRule></FaultRules>${httpTarget("http://broken.test/")}`,
        policies: marks("A"),
      }),
      { connections: new Map([["broken.test:80", service]]) },
    );
    const response = await gateway.fetch("/p");
    expect([response.status, await response.json()]).toEqual([
      502,
      defaultFault("messaging.adaptors.http.flow.UnexpectedEOFAtTarget", "Unexpected EOF at target"),
    ]);
  });
});

function broken(): ReadableStream {
  return new ReadableStream({
    pull: (controller) => controller.error(new Error("Network connection lost.")),
  });
}
