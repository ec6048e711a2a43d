import { beforeEach, describe, expect, test } from "vitest";
import { RequestMessage } from "../../../../src/flow/message.ts";
import { serviceCallout } from "../../../../src/policies/callouts/service-callout/service-callout.ts";
import { flowOf, loadPolicy, variableOf } from "../../policy-kit.ts";
import { egressThrough, failed, failureOf, lines, servers, timedFlow } from "./callout-kit.ts";

const { a, nobody } = servers;

beforeEach(() => {
  lines.length = 0;
});

/** A policy without <Response>. */
const separate = (url: string, inside = "") =>
  `<ServiceCallout name="SC">${inside}<HTTPTargetConnection><URL>${url}</URL></HTTPTargetConnection></ServiceCallout>`;

/** A flow that keeps what runs after it. */
function flowWithBackground(request?: RequestMessage) {
  const background: Promise<unknown>[] = [];
  const waitUntil = (work: Promise<unknown>) => void background.push(work);
  const flow = flowOf({ exchange: { waitUntil }, variables: { mine: request ?? new RequestMessage() } });
  return { flow, background, waitUntil };
}

/** Builds the policy and runs it: it must end at once. */
function run(xml: string, flow = flowWithBackground().flow, egress = egressThrough()): void {
  const { step, report } = loadPolicy(serviceCallout, xml, { egress });
  expect(report.problems).toEqual([]);
  expect(step?.(flow)).toBeUndefined();
}

/** Why work in the background failed. */
const reasonOf = (work: Promise<unknown> | undefined): Promise<string> =>
  Promise.resolve(work).then(
    () => "",
    (error: Error) => error.message,
  );
const reason = (text: string) => failed(text).replace(/^.*?: /, "");

describe("a callout without <Response>", () => {
  test("does not wait: the flow goes on before there is an answer", async () => {
    const { flow, background } = flowWithBackground();
    run(separate(`${a}/hold/sc-separate`), flow);
    expect(background).toHaveLength(1);
    await fetch(`${a}/arrived/sc-separate`);
    await fetch(`${a}/release/sc-separate`);
    await Promise.all(background);
  });

  test("sends the request as it was, whatever the flow does with it afterwards", async () => {
    const mine = new RequestMessage({
      verb: "PUT",
      path: "/was",
      query: "a=1",
      headers: new Headers({ "x-a": "1" }),
      body: "was",
    });
    const { flow, background } = flowWithBackground(mine);
    const calls: unknown[] = [];
    const egress = egressThrough({
      fetch: async (url, { method, headers, body }) => {
        calls.push([method, url, new Headers(headers).get("x-a"), body]);
        return new Response();
      },
    });
    run(separate("http://api.example", '<Request variable="mine" clearPayload="false"/>'), flow, egress);
    mine.ownHeaders.set("x-a", "2");
    mine.path = "/changed";
    mine.verb = "DELETE";
    mine.query = "b=2";
    mine.setContent("changed");
    await Promise.all(background);
    expect(calls).toEqual([["PUT", "http://api.example/was?a=1", "1", new TextEncoder().encode("was")]]);
  });

  test("clears the payload at once", async () => {
    const { flow, background } = flowWithBackground(
      new RequestMessage({ verb: "POST", path: "/echo", body: "said" }),
    );
    run(separate(a, '<Request variable="mine"/>'), flow);
    expect(variableOf(flow, "mine.content")).toBe("");
    await Promise.all(background);
  });

  test("tells what it calls", async () => {
    const { flow, background } = flowWithBackground();
    run(separate(`${a}/echo`), flow);
    expect(variableOf(flow, "servicecallout.SC.target.url")).toBe(`${a}/echo`);
    expect(variableOf(flow, "servicecallout.requesturi")).toBe("/echo");
    await Promise.all(background);
  });

  test.each([
    ["nobody listens", nobody, "Host not reachable"],
    ["the connection is closed", `${a}/close`, "Host not reachable"],
    ["the host is not allowed", "http://evil.example/?token=secret", "Host not reachable"],
    ["the URL is empty", "{absent}", "Host not reachable"],
    ["the status is an error", `${a}/status/503?token=secret`, "ResponseCode 503 is treated as error"],
  ])("never fails the flow; the log gets one line when %s", async (_, url, why) => {
    const { flow, background } = flowWithBackground();
    run(separate(url), flow);
    expect(await reasonOf(background[0])).toBe(reason(why));
  });

  test("of a GET with a payload is for the log as well", async () => {
    const { flow, background } = flowWithBackground(new RequestMessage({ verb: "GET", body: "said" }));
    run(separate(a, '<Request variable="mine"/>'), flow);
    expect(await reasonOf(background[0])).toBe(reason("a GET request cannot carry a payload"));
  });

  test("is held to the timeout", async () => {
    const { background, waitUntil } = flowWithBackground();
    const { flow, clock } = timedFlow({ waitUntil });
    run(
      separate("http://api.example/", "<Timeout>100</Timeout>"),
      flow,
      egressThrough({ fetch: () => new Promise(() => {}) }),
    );
    clock.pass(100);
    expect(await reasonOf(background[0])).toBe(reason("timeout occurred in SC"));
  });

  test("does not read the answer", async () => {
    const { flow, background } = flowWithBackground();
    const seen: string[] = [];
    const body = new ReadableStream(
      { pull: () => void seen.push("read"), cancel: () => void seen.push("cancelled") },
      { highWaterMark: 0 },
    );
    run(separate("http://api.example/"), flow, egressThrough({ fetch: async () => new Response(body) }));
    await Promise.all(background);
    expect(seen).toEqual(["cancelled"]);
  });

  test("still fails when its request cannot be made, because that happens in the flow", async () => {
    const xml = separate(a, "<Request><Set><Payload>{absent}</Payload></Set></Request>");
    expect(await failureOf(xml)).toBe("500 entities.UnresolvedVariable: Unresolved variable : absent");
  });

  test("to another proxy runs it in the background", async () => {
    const { flow, background } = flowWithBackground();
    const xml =
      '<ServiceCallout name="SC"><LocalTargetConnection><Path>/audit</Path></LocalTargetConnection></ServiceCallout>';
    const { step } = loadPolicy(serviceCallout, xml, {
      proxies: { call: () => Promise.reject(new Error("a defect of the gateway")) },
    });
    expect(step?.(flow)).toBeUndefined();
    expect(await reasonOf(background[0])).toBe("a defect of the gateway");
  });
});
