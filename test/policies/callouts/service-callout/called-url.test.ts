import { describe, expect, test } from "vitest";
import { flowOf, variableOf } from "../../policy-kit.ts";
import {
  calling,
  callingEcho,
  callOut,
  failed,
  failureOf,
  policy,
  sentIn,
  servers,
  targetServer,
} from "./callout-kit.ts";

const { a, b } = servers;
const TARGET_URL = "servicecallout.SC.target.url";
const toX = "<Request><Set><Path>/x</Path></Set></Request>";

describe("a URL in the variable target.url of a callout", () => {
  test("is called in the place of the configured one, with the request's path and query", async () => {
    const flow = flowOf({ variables: { [TARGET_URL]: `${b}/echo?own=1` } });
    await callOut(
      callingEcho(
        '<Request><Set><Path>/x</Path><QueryParams><QueryParam name="q">1</QueryParam></QueryParams></Set></Request>',
      ),
      flow,
    );
    expect(sentIn(flow)).toMatchObject({ server: "b", url: "/echo/x?own=1&q=1" });
    expect(variableOf(flow, "servicecallout.requesturi")).toBe("/echo/x?own=1&q=1");
  });

  test("is called in the place of a target server", async () => {
    const flow = flowOf({ variables: { [TARGET_URL]: `${b}/echo` } });
    const xml = policy(
      `${toX}<HTTPTargetConnection><LoadBalancer><Server name="a"/></LoadBalancer></HTTPTargetConnection>`,
    );
    await callOut(xml, flow, { targetServers: new Map([["a", targetServer("a", a)]]) });
    expect(sentIn(flow)).toMatchObject({ server: "b", url: "/echo/x" });
  });

  test("counts for every later execution of the policy, too", async () => {
    const flow = flowOf({ variables: { [TARGET_URL]: `${b}/echo` } });
    for (const _ of ["first", "second"]) {
      await callOut(callingEcho(toX), flow);
      expect(sentIn(flow)).toMatchObject({ server: "b", url: "/echo/x" });
    }
  });

  test("counts when an earlier execution has called the configured one", async () => {
    const flow = await callOut(callingEcho(toX));
    flow.variables.set(TARGET_URL, `${b}/echo`);
    await callOut(callingEcho(toX), flow);
    expect(sentIn(flow)).toMatchObject({ server: "b", url: "/echo/x" });
  });

  test.each(["", null])("does not count when it is %j", async (value) => {
    const flow = flowOf({ variables: { [TARGET_URL]: value } });
    await callOut(callingEcho(), flow);
    expect(sentIn(flow).server).toBe("a");
  });

  test.each([
    ["a host that is not allowed", "http://evil.example/"],
    ["no host", "/echo"],
  ])("is not reachable when it names %s", async (_, url) => {
    const flow = flowOf({ variables: { [TARGET_URL]: url } });
    expect(await failureOf(callingEcho(), flow)).toBe(failed("Host not reachable"));
  });
});

test("the URL that a callout leaves there is not called again, by itself or by another of its name", async () => {
  const flow = await callOut(callingEcho(toX));
  expect(variableOf(flow, TARGET_URL)).toBe(`${a}/echo/x`);
  await callOut(callingEcho(toX), flow);
  expect(sentIn(flow).url).toBe("/echo/x");
  await callOut(calling(`${b}/echo`), flow);
  expect(sentIn(flow)).toMatchObject({ server: "b", url: "/echo" });
});
