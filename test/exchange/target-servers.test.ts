import { describe, expect, inject, test } from "vitest";
import { defaultFault, httpTarget, proxyFiles, serve, setHeader, step } from "./gateway-kit.ts";

const { a, b, c, nobody } = inject("servers");

const serverList = JSON.stringify(
  Object.entries({ a, b, c, down: nobody }).map(([name, url]) => {
    const { hostname: host, port } = new URL(url);
    return { name, host, port: Number(port), isEnabled: true };
  }),
);

const tell = setHeader(
  "Tell",
  "x-balanced",
  "{loadbalancing.targetserver}|{loadbalancing.failedservers}|{loadbalancing.isfallback}",
);

const balanced = (servers: string, path = "/echo/{request.queryparam.id}") =>
  serve({
    "environments/local/targetservers.json": serverList,
    ...proxyFiles("p", {
      flows: `<PostFlow><Response>${step("Tell")}</Response></PostFlow>`,
      target: `<HTTPTargetConnection><LoadBalancer>${servers}</LoadBalancer>${path && `<Path>${path}</Path>`}</HTTPTargetConnection>`,
      policies: tell,
    }),
  });

describe("a target with a LoadBalancer", () => {
  test("takes its servers in turn, with Path, path suffix and query behind them", async () => {
    const gateway = await balanced('<Server name="a"/><Server name="b"/><Server name="c"/>');
    const answers: unknown[] = [];
    for (let call = 0; call < 4; call++) {
      const response = await gateway.fetch("/p/x?id=7");
      const { server, url } = await response.json<{ server: string; url: string }>();
      answers.push([server, url, response.headers.get("x-balanced")]);
    }
    expect(answers).toEqual(["a", "b", "c", "a"].map((name) => [name, "/echo/7/x?id=7", `${name}|[]|false`]));
  });

  test("tries another server when one does not answer, with the body that a policy has read", async () => {
    const gateway = await serve({
      "environments/local/targetservers.json": serverList,
      ...proxyFiles("p", {
        flows: `<PreFlow><Request>${step("Read")}</Request></PreFlow><PostFlow><Response>${step("Tell")}</Response></PostFlow>`,
        target: `<HTTPTargetConnection><LoadBalancer><Server name="down"/><Server name="a"/></LoadBalancer><Path>/echo</Path><Properties><Property name="compression.algorithm">gzip</Property></Properties></HTTPTargetConnection>`,
        policies: { ...tell, ...setHeader("Read", "x-read", "{request.content}") },
      }),
    });
    const response = await gateway.fetch("/p", { method: "POST", body: "sent" });
    expect(response.headers.get("x-balanced")).toBe("a|[down]|false");
    const { bodyBase64 } = await response.json<{ bodyBase64: string }>();
    const plain = new Blob([Buffer.from(bodyBase64, "base64")])
      .stream()
      .pipeThrough(new DecompressionStream("gzip"));
    expect(await new Response(plain).text()).toBe("sent");
  });

  test("without Path names no server in loadbalancing.targetserver", async () => {
    const gateway = await balanced('<Server name="a"/>', "");
    const response = await gateway.fetch("/p/echo");
    expect([response.status, response.headers.get("x-balanced")]).toEqual([200, "|[]|false"]);
  });

  test.each([
    ["NoActiveTargets", "all are disabled", '<Server name="a"><IsEnabled>false</IsEnabled></Server>'],
    ["ServiceUnavailable", "none answers", '<Server name="down"/>'],
  ])("is %s when %s", async (name, _, servers) => {
    const response = await (await balanced(servers)).fetch("/p");
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual(
      defaultFault(`messaging.adaptors.http.flow.${name}`, "The Service is temporarily unavailable"),
    );
  });

  test("gives way to target.url when a flow sets it", async () => {
    const gateway = await serve(
      {
        "environments/local/targetservers.json": serverList,
        ...proxyFiles("p", {
          target: `<PreFlow><Request>${step("Set")}</Request></PreFlow><HTTPTargetConnection><LoadBalancer><Server name="down"/></LoadBalancer></HTTPTargetConnection>`,
          policies: {
            Set: `<AssignMessage name="Set"><AssignVariable><Name>target.url</Name><Value>${b}/echo</Value></AssignVariable></AssignMessage>`,
          },
        }),
      },
      { allow: [b] },
    );
    expect(await (await gateway.fetch("/p")).json()).toMatchObject({ server: "b" });
  });
});

describe("503 ServiceUnavailable is for a target that", () => {
  const unavailable = defaultFault(
    "messaging.adaptors.http.flow.ServiceUnavailable",
    "The Service is temporarily unavailable",
  );

  test.each([
    ["does not listen", nobody],
    ["closes the connection without an answer", `${a}/close`],
    ["no egress rule allows", "http://{request.header.x-host}/"],
  ])("%s", async (_, url) => {
    const gateway = await serve(proxyFiles("p", { target: httpTarget(url) }));
    const response = await gateway.fetch("/p", { headers: { "x-host": "elsewhere.test" } });
    expect([response.status, await response.json()]).toEqual([503, unavailable]);
  });

  test("cannot be called, and the log says why", async () => {
    const gateway = await serve(
      proxyFiles("p", {
        flows: `<PreFlow><Request>${step("Verb")}</Request></PreFlow>`,
        target: httpTarget(`${a}/echo`),
        policies: { Verb: '<AssignMessage name="Verb"><Set><Verb>BREW</Verb></Set></AssignMessage>' },
      }),
    );
    const response = await gateway.fetch("/p");
    expect([response.status, await response.json()]).toEqual([503, unavailable]);
    expect(gateway.log).toEqual([
      expect.objectContaining({
        event: "egress.invalid",
        by: "default",
        reason: expect.stringContaining("BREW"),
      }),
    ]);
  });
});
