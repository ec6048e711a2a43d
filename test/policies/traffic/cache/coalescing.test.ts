import { afterEach, describe, expect, test, vi } from "vitest";
import type { Connection } from "../../../../src/egress/call.ts";
import type { Observer } from "../../../../src/flow/observer.ts";
import { lookupCache } from "../../../../src/policies/traffic/lookup-cache.ts";
import { responseCache } from "../../../../src/policies/traffic/response-cache.ts";
import { httpTarget, proxyFiles, raise, serve, setHeader, step } from "../../../exchange/gateway-kit.ts";
import { memoryCaches } from "../../../stores/memory-cache.ts";
import { loadPolicy } from "../../policy-kit.ts";

const coalesce = '<Properties><Property name="sortie.coalesce">true</Property></Properties>';
const key = '<CacheKey><KeyFragment ref="request.queryparam.k"/></CacheKey>';
const expiry = "<ExpirySettings><TimeoutInSeconds>60</TimeoutInSeconds></ExpirySettings>";
const callout = `<ServiceCallout name="Call"><Response>answer</Response><HTTPTargetConnection><URL>http://service.example/</URL></HTTPTargetConnection></ServiceCallout>`;

/** A service that answers when it is told to: how many calls wait, and with what they are answered. */
class HeldService implements Connection {
  readonly #held: ((status: number) => void)[] = [];
  calls = 0;

  async fetch(): Promise<Response> {
    const call = ++this.calls;
    const status = await new Promise<number>((resolve) => this.#held.push(resolve));
    return new Response(`answer ${call}`, { status });
  }

  /** Answers those that wait, and any that come. */
  async answer(status: number, calls: number): Promise<void> {
    for (let answered = 0; answered < calls; answered++) {
      await vi.waitFor(() => expect(this.#held).not.toEqual([]));
      this.#held.shift()?.(status);
    }
  }
}

/** Counts how often each policy has begun. */
class StepCounter implements Observer {
  readonly begun = new Map<string, number>();
  step(_flow: unknown, policy: string): () => void {
    this.begun.set(policy, (this.begun.get(policy) ?? 0) + 1);
    return () => {};
  }
  condition(): void {}
  read(): void {}
  wrote(): void {}
}

const missed = "lookupcache.L.cachehit = false";

/** The callout pattern: look up, call when missed, populate. */
const lookup = (property: string, after = "", last = step("P", missed)) =>
  proxyFiles("p", {
    flows: `<PreFlow><Request>${step("L")}${step("Call", missed)}${after}${last}</Request><Response>${step("Show")}</Response></PreFlow>`,
    policies: {
      L: `<LookupCache name="L">${property}${key}<AssignTo>v</AssignTo></LookupCache>`,
      Call: callout,
      P: `<PopulateCache name="P">${key}${expiry}<Source>answer.content</Source></PopulateCache>`,
      ...raise("Raise", 503),
      ...setHeader("Show", "x-from", "{v}{answer.content}"),
    },
  });

/** A cached response. */
const cachedResponse = (property: string, after = "") =>
  proxyFiles("p", {
    target: httpTarget("http://service.example"),
    flows: `<PreFlow><Request>${step("L")}</Request></PreFlow><PostFlow><Response>${after}${step("L")}${step("Show")}</Response></PostFlow>`,
    policies: {
      L: `<ResponseCache name="L">${property}${key}${expiry}</ResponseCache>`,
      ...raise("Raise", 503),
      ...setHeader("Show", "x-from", "{response.content}"),
    },
  });

const BURST = 8;

async function start(files: ReturnType<typeof proxyFiles>) {
  const service = new HeldService();
  const counter = new StepCounter();
  const connections = new Map<string, Connection>([["service.example:80", service]]);
  const gateway = await serve(files, { connections, observer: counter });
  /** Requests at the same time, once all of them have looked. */
  const burst = async (count = BURST, k = "a") => {
    const before = counter.begun.get("L") ?? 0;
    const answers = Array.from({ length: count }, () => gateway.fetch(`/p?k=${k}`));
    await vi.waitFor(() => expect(counter.begun.get("L")).toBe(before + count));
    return answers.map(async (answer) => {
      const { status, headers } = await answer;
      return `${status} ${headers.get("x-from")}`;
    });
  };
  return { service, gateway, burst };
}

let gateway: Awaited<ReturnType<typeof start>>["gateway"] | null = null;
afterEach(() => gateway?.settled());

describe.each([
  ["LookupCache", lookup],
  ["ResponseCache", cachedResponse],
] as const)("a burst of misses of a %s", (_, files) => {
  async function begun(...parts: Parameters<typeof files>) {
    const running = await start(files(...(parts as [string])));
    gateway = running.gateway;
    return running;
  }

  test("is one call with the property", async () => {
    const { service, burst } = await begun(coalesce);
    const answers = await burst();
    await service.answer(200, 1);
    expect(new Set(await Promise.all(answers))).toEqual(new Set(["200 answer 1"]));
    expect(service.calls).toBe(1);
  });

  test.each([
    ["without it", ""],
    ["with it switched off", coalesce.replace("true", "false")],
  ])("is a call of each request %s", async (_, property) => {
    const { service, burst } = await begun(property);
    const answers = await burst();
    await service.answer(200, BURST);
    await Promise.all(answers);
    expect(service.calls).toBe(BURST);
  });

  test("is a call of each request when the first one fails, but for the first's own", async () => {
    const { service, burst } = await begun(coalesce);
    const answers = await burst();
    await service.answer(500, 1);
    await service.answer(200, BURST - 1);
    const seen = await Promise.all(answers);
    expect(seen.filter((line) => line.startsWith("500"))).toHaveLength(1);
    expect(seen.filter((line) => line.startsWith("200"))).toHaveLength(BURST - 1);
    expect(service.calls).toBe(BURST);
  });

  test("with different keys is a call for each key, and nobody sees another's", async () => {
    const { service, burst } = await begun(coalesce);
    const [first, second] = [await burst(2, "a"), await burst(2, "b")];
    await service.answer(200, 2);
    expect(await Promise.all(first)).toEqual(["200 answer 1", "200 answer 1"]);
    expect(await Promise.all(second)).toEqual(["200 answer 2", "200 answer 2"]);
    expect(service.calls).toBe(2);
  });

  test("goes on when a fault ends the first before anything is kept", async () => {
    const { service, burst } = await begun(coalesce, step("Raise", 'request.queryparam.k = "a"'));
    const answers = await burst(3);
    await service.answer(200, 3);
    const seen = await Promise.all(answers);
    expect(seen.every((line) => line.startsWith("503"))).toBe(true);
    expect(service.calls).toBe(3);
  });
});

test("a flow that populates nothing lets the others go on when it answers", async () => {
  const running = await start(lookup(coalesce, "", ""));
  gateway = running.gateway;
  const answers = await running.burst(3);
  await running.service.answer(200, 3);
  expect((await Promise.all(answers)).map((line) => line.slice(0, 3))).toEqual(["200", "200", "200"]);
});

const lookupXml = (property: string) =>
  `<LookupCache name="L"><Properties>${property}</Properties>${key}<AssignTo>v</AssignTo></LookupCache>`;

test.each([
  ['<Property name="sortie.coalesce">true</Property>', []],
  ['<Property name="sortie.coalesce">yes</Property>', ["InvalidBoolean: Write true or false."]],
  [
    '<Property name="sortie.coalesc">true</Property>',
    ["UnknownProperty: Did you mean sortie.coalesce? Otherwise remove it."],
  ],
  ['<Property name="left.behind">by an editor</Property>', []],
])("%s is reported as %j", (property, problems) => {
  for (const [type, xml] of [
    [lookupCache, lookupXml(property)],
    [
      responseCache,
      lookupXml(property)
        .replaceAll("LookupCache", "ResponseCache")
        .replace("<AssignTo>v</AssignTo>", expiry),
    ],
  ] as const) {
    const { report } = loadPolicy(type as typeof lookupCache, xml, { caches: memoryCaches() });
    expect(report.problems.map(({ code, remedy }) => `${code}: ${remedy}`)).toEqual(problems);
  }
});
