import { beforeEach, describe, expect, test } from "vitest";
import { loadBalancing } from "../../../../src/flow/context.ts";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { flowOf, variableOf } from "../../policy-kit.ts";
import {
  callOut,
  egressThrough,
  failed,
  failureOf,
  lines,
  policy,
  sentIn,
  servers,
  targetServer,
  timedFlow,
} from "./callout-kit.ts";

const { a, b, nobody } = servers;

/** The environment's target servers of these tests. */
const environment = new Map(
  [
    targetServer("a", a),
    targetServer("b", b),
    targetServer("nobody", nobody),
    targetServer("off", a, { isEnabled: false }),
    targetServer("secure", "https://api.example:8443", { sSLInfo: { enabled: true } }),
    targetServer("evil", "http://evil.example:8080"),
  ].map((server) => [server.name, server]),
);
const parts = { targetServers: environment };

const balancing = (inside: string, path = "<Path>/echo</Path>", request = "") =>
  policy(
    `${request}<HTTPTargetConnection><LoadBalancer>${inside}</LoadBalancer>${path}</HTTPTargetConnection>`,
  );

beforeEach(() => {
  lines.length = 0;
});

describe("a callout to a target server", () => {
  test.each([
    ["", "", "/"],
    ["<Path>/echo</Path>", "", "/echo"],
    ["<Path>echo/{id}</Path>", "", "/echo/7"],
    ["<Path>/echo?x=1</Path>", "<Path>/more</Path>", "/echo/more?x=1"],
    ["", "<Path>/echo</Path>", "/echo"],
    ["", '<QueryParams><QueryParam name="a">1</QueryParam></QueryParams>', "/?a=1"],
    ["<Path>{absent}</Path>", "", "/"],
    ["<Path>@evil.example</Path>", "", "/@evil.example"],
  ])("with %s and %s calls %s", async (path, edits, uri) => {
    const urls: string[] = [];
    const egress = egressThrough({ fetch: async (url) => new Response(String(urls.push(url))) });
    const xml = balancing('<Server name="a"/>', path, `<Request><Set>${edits}</Set></Request>`);
    const flow = await callOut(xml, flowOf({ variables: { id: 7 } }), { ...parts, egress });
    expect(urls.map((url) => url.replace(a, "") || "/")).toEqual([uri]);
    expect(variableOf(flow, "servicecallout.SC.target.url")).toBe(urls[0]);
    expect(variableOf(flow, "servicecallout.requesturi")).toBe(uri);
  });

  test("sets the loadbalancing variables", async () => {
    const flow = await callOut(balancing('<Server name="a"/>'), undefined, parts);
    expect(sentIn(flow).server).toBe("a");
    expect(flow.kept(loadBalancing)).toEqual({ targetServer: "a", failedServers: [], isFallback: false });
  });

  test("tries the next one when a server does not answer, with the same request", async () => {
    const request =
      '<Request><Set><Verb>POST</Verb><Payload contentType="text/plain">again</Payload></Set></Request>';
    const xml = balancing('<Server name="nobody"/><Server name="b"/>', undefined, request);
    const flow = await callOut(xml, undefined, parts);
    expect(sentIn(flow)).toMatchObject({ server: "b", method: "POST", body: "again" });
    expect(variableOf(flow, "loadbalancing.targetserver")).toBe("b");
    expect(variableOf(flow, "loadbalancing.failedservers")).toEqual(["nobody"]);
    expect(variableOf(flow, "servicecallout.SC.target.url")).toBe(`${b}/echo`);
  });

  test("does not, with RetryEnabled false", async () => {
    const xml = balancing('<Server name="nobody"/><Server name="b"/><RetryEnabled>false</RetryEnabled>');
    const flow = flowOf();
    expect(await failureOf(xml, flow, parts)).toBe(failed("Host not reachable"));
    expect(variableOf(flow, "loadbalancing.failedservers")).toEqual(["nobody"]);
  });

  test("uses the fallback server when no other is in rotation", async () => {
    const xml = balancing('<Server name="off"/><Server name="b"><IsFallback>true</IsFallback></Server>');
    const flow = await callOut(xml, undefined, parts);
    expect(sentIn(flow).server).toBe("b");
    expect(variableOf(flow, "loadbalancing.isfallback")).toBe(true);
  });

  test("fails when no server is in rotation", async () => {
    expect(await failureOf(balancing('<Server name="off"/>'), flowOf(), parts)).toBe(
      failed("The Service is temporarily unavailable"),
    );
  });

  test("fails on a status that is not a success, without trying another server", async () => {
    const xml = balancing('<Server name="a"/><Server name="b"/>', "<Path>/status/500</Path>");
    const flow = flowOf();
    expect(await failureOf(xml, flow, parts)).toBe(failed("ResponseCode 500 is treated as error"));
    expect(variableOf(flow, "loadbalancing.failedservers")).toEqual([]);
  });

  test("is refused like any other when the egress policy does not list it", async () => {
    expect(await failureOf(balancing('<Server name="evil"/>'), flowOf(), parts)).toBe(
      failed("Host not reachable"),
    );
    expect(lines).toEqual([expect.objectContaining({ event: "egress.refused", host: "evil.example" })]);
  });

  test("uses TLS when the server says so", async () => {
    const egress = egressThrough({ fetch: async (url) => new Response(url) });
    const flow = flowOf();
    expect(await failureOf(balancing('<Server name="secure"/>'), flow, { ...parts, egress })).toBe(
      failed("Host not reachable"),
    );
    expect(variableOf(flow, "servicecallout.SC.target.url")).toBe("https://api.example:8443/echo");
    expect(variableOf(flow, "servicecallout.SC.expectedcn")).toBe("api.example");
  });

  test("has one time limit for all attempts", async () => {
    const { flow, clock } = timedFlow();
    const urls: string[] = [];
    const sent = Promise.withResolvers<void>();
    const egress = egressThrough({
      fetch: (url) => {
        urls.push(url);
        sent.resolve();
        return new Promise(() => {});
      },
    });
    const xml = balancing(
      '<Server name="a"/><Server name="b"/>',
      "<Path>/echo</Path>",
      "<Timeout>100</Timeout>",
    );
    const failure = failureOf(xml, flow, { ...parts, egress });
    await sent.promise;
    clock.pass(100);
    expect(await failure).toBe(failed("timeout occurred in SC"));
    expect(urls).toEqual([`${a}/echo`]);
  });

  test("tries the next server when one is silent for io.timeout.millis", async () => {
    const { flow, clock } = timedFlow();
    const sent = Promise.withResolvers<void>();
    const egress = egressThrough({
      fetch: async (url) => {
        if (url.startsWith(b)) return new Response("b");
        sent.resolve();
        return new Promise(() => {});
      },
    });
    const xml =
      policy(`<HTTPTargetConnection><LoadBalancer><Server name="a"/><Server name="b"/></LoadBalancer>
      <Properties><Property name="io.timeout.millis">100</Property></Properties></HTTPTargetConnection><Timeout>1000</Timeout>`);
    const done = callOut(xml, flow, { ...parts, egress });
    await sent.promise;
    clock.pass(100);
    expect(variableOf(await done, "answer.content")).toBe("b");
    expect(variableOf(flow, "loadbalancing.failedservers")).toEqual(["a"]);
  });

  test("that nobody waits for sends the same request on every attempt", async () => {
    const background: Promise<unknown>[] = [];
    const mine = new RequestMessage({
      verb: "POST",
      headers: new Headers({ "content-type": "1" }),
      body: "sent",
    });
    const flow = flowOf({
      exchange: { waitUntil: (work) => void background.push(work) },
      variables: { mine },
    });
    const calls: unknown[][] = [];
    const first = Promise.withResolvers<Response>();
    const egress = egressThrough({
      fetch: async (url, init) => {
        calls.push([url, new Headers(init.headers).get("content-type"), init.body]);
        return url.startsWith(a) ? first.promise : new Response();
      },
    });
    const xml = `<ServiceCallout name="SC"><Request variable="mine"/><HTTPTargetConnection><LoadBalancer><Server name="a"/><Server name="b"/></LoadBalancer></HTTPTargetConnection></ServiceCallout>`;
    await callOut(xml, flow, { ...parts, egress });
    mine.ownHeaders.set("content-type", "2");
    mine.setContent("changed");
    first.reject(new Error("Network connection lost."));
    await Promise.all(background);
    expect(calls).toEqual([
      [a, "1", "sent"],
      [b, "1", "sent"],
    ]);
    expect(variableOf(flow, "servicecallout.SC.target.url")).toBe(a);
    expect(flow.kept(loadBalancing)).toBeNull();
  });
});
