import { describe, expect, test } from "vitest";
import { ResponseMessage } from "../../../src/flow/message.ts";
import { lifetimeOf } from "../../../src/policies/traffic/cache/response-lifetime.ts";
import { populateCache } from "../../../src/policies/traffic/populate-cache.ts";
import { responseCache } from "../../../src/policies/traffic/response-cache.ts";
import {
  check,
  httpTarget,
  marks,
  proxyFiles,
  raise,
  serve,
  setHeader,
  step,
} from "../../exchange/gateway-kit.ts";
import { memoryCaches } from "../../stores/memory-cache.ts";
import { flowOf, loadPolicy, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const expiry = "<ExpirySettings><TimeoutInSeconds>60</TimeoutInSeconds></ExpirySettings>";
const cacheOf = (fragments: string, inside = "", name = "C") =>
  `<ResponseCache name="${name}"><CacheKey>${fragments}</CacheKey>${expiry}${inside}</ResponseCache>`;
const uriKey = '<KeyFragment ref="request.uri"/>';

/** A proxy with the cache first in the request and, unless it says so, last in the response. */
async function served(
  inside = "",
  answer: (calls: number, request: Request) => Response = (calls) => new Response(`answer ${calls}`),
  { flows = bothPaths, targetFlows = "", fragments = uriKey } = {},
) {
  let calls = 0;
  let now = Date.UTC(2026, 0, 2);
  const connections = new Map([
    [
      "backend.example:80",
      { fetch: async (url: string, init: RequestInit) => answer(++calls, new Request(url, init)) },
    ],
  ]);
  const gateway = await serve(
    proxyFiles("p", {
      flows,
      target: targetFlows + httpTarget("http://backend.example"),
      policies: {
        ...marks("Before", "Between", "Late", "After"),
        ...setHeader("Hit", "x-hit", "{responsecache.C.cachehit},{responsecache.C.invalidentry}"),
        ...raise("Fail", 418),
        Sites: '<CORS name="Sites"><AllowOrigins>*</AllowOrigins></CORS>',
        C: cacheOf(fragments, inside),
      },
    }),
    { connections, clock: { now: () => now, after: () => () => {} } },
  );
  const get = async (path = "/p", init?: RequestInit) => {
    const response = await gateway.fetch(path, init);
    const text = await response.text();
    await gateway.settled();
    return { response, text };
  };
  return {
    get,
    text: async (path?: string, init?: RequestInit) => (await get(path, init)).text,
    pass: (ms: number) => {
      now += ms;
    },
    calls: () => calls,
  };
}

const bothPaths = `<PreFlow><Request>${step("Before")}${step("C")}${step("Between")}</Request></PreFlow>
  <PostFlow><Response>${step("Late")}${step("C")}${step("After")}${step("Show")}${step("Hit")}</Response></PostFlow>`;

describe("a response that was kept", () => {
  test("is the answer, without a call of the target, as it was", async () => {
    const { get, calls } = await served("", () => {
      const headers = new Headers({ "content-type": "application/json", "x-own": "1" });
      headers.append("set-cookie", "a=1");
      headers.append("set-cookie", "b=2");
      return new Response('{"a":"ü"}', { status: 203, statusText: "Kept", headers });
    });
    const first = await get();
    const second = await get();
    expect(calls()).toBe(1);
    expect(second.text).toBe(first.text);
    expect([second.response.status, second.response.statusText]).toEqual([203, "Kept"]);
    expect(second.response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(second.response.headers.get("content-type")).toBe("application/json");
    expect(second.response.headers.get("x-own")).toBe("1");
  });

  test("skips what is left of the request, and the flow goes on where the policy stands in the response", async () => {
    const { get } = await served();
    expect((await get()).response.headers.get("x-marks")).toBe("Before,Between,Late,After,");
    expect((await get()).response.headers.get("x-marks")).toBe("Before,After,");
  });

  test("is told by variables", async () => {
    const { get } = await served();
    expect((await get()).response.headers.get("x-hit")).toBe("false,false");
    expect((await get()).response.headers.get("x-hit")).toBe("true,false");
  });

  test("is kept as it is where the policy stands: what later policies make of it is not", async () => {
    const flows = `<PreFlow><Request>${step("C")}</Request><Response>${step("C")}${step("Hit")}</Response></PreFlow>`;
    const { get } = await served("", undefined, { flows });
    await get();
    expect((await get()).response.headers.get("x-hit")).toBe("true,false");
  });

  test("is gone after its time", async () => {
    const { text, pass } = await served();
    expect(await text()).toBe("answer 1");
    pass(59_999);
    expect(await text()).toBe("answer 1");
    pass(1);
    expect(await text()).toBe("answer 2");
  });

  test("is found by the key of the request, also where that has another value in the response", async () => {
    const { text } = await served();
    expect(await text("/p/a?x=1")).toBe("answer 1");
    expect(await text("/p/b?x=1")).toBe("answer 2");
    expect(await text("/p/a?x=2")).toBe("answer 3");
    expect(await text("/p/a?x=1")).toBe("answer 1");
  });

  test("may be looked up in the proxy and kept in the target's response flow", async () => {
    const flows = `<PreFlow><Request>${step("C")}</Request></PreFlow>`;
    const targetFlows = `<PostFlow><Response>${step("C")}</Response></PostFlow>`;
    const { text, calls } = await served("<Scope>Global</Scope>", undefined, { flows, targetFlows });
    expect([await text(), await text(), calls()]).toEqual(["answer 1", "answer 1", 1]);
  });

  test("lets the target's response flow go on behind the policy, when it stands there", async () => {
    const flows = `<PreFlow><Request>${step("C")}</Request></PreFlow><PostFlow><Response>${step("After")}${step("Show")}</Response></PostFlow>`;
    const targetFlows = `<PostFlow><Response>${step("Late")}${step("C")}${step("Between")}</Response></PostFlow>`;
    const { get, calls } = await served("", undefined, { flows, targetFlows });
    expect((await get()).response.headers.get("x-marks")).toBe("Late,Between,After,");
    expect((await get()).response.headers.get("x-marks")).toBe("Between,After,");
    expect(calls()).toBe(1);
  });

  test("may be looked up and kept in the target's flows", async () => {
    const targetFlows = `<PreFlow><Request>${step("C")}</Request><Response>${step("C")}</Response></PreFlow>`;
    const { text, calls } = await served("", undefined, { flows: "", targetFlows });
    expect([await text(), await text(), calls()]).toEqual(["answer 1", "answer 1", 1]);
  });

  test("leaves with the compression that it came with", async () => {
    const zipped = () => {
      const body = new Response("z".repeat(2000)).body?.pipeThrough(new CompressionStream("gzip"));
      return new Response(body, { headers: { "content-encoding": "gzip" }, encodeBody: "manual" });
    };
    const { text } = await served("", zipped);
    const [first, second] = [await text(), await text()];
    expect(second).toBe(first);
  });
});

describe("keeping", () => {
  const skip = (condition: string) => `<SkipCachePopulation>${condition}</SkipCachePopulation>`;
  const status = (code: number) => (calls: number) => new Response(`answer ${calls}`, { status: code });

  test.each([
    ["a condition says so", skip('request.header.x = "1"'), undefined],
    ["its status is above 205", "", status(206)],
    ["it is a redirect", "", status(302)],
    ["the policy says so of errors", "<ExcludeErrorResponse>true</ExcludeErrorResponse>", status(301)],
  ])("leaves out a response where %s", async (_, inside, answer) => {
    const { text } = await served(inside, answer);
    const init = { headers: { x: "1" } };
    expect([await text("/p", init), await text("/p", init)]).toEqual(["answer 1", "answer 2"]);
  });

  test.each([
    ["a condition that does not apply", skip('request.header.x = "1"'), undefined],
    ["the status 203", "", status(203)],
    [
      "another status with ExcludeErrorResponse=false",
      "<ExcludeErrorResponse>false</ExcludeErrorResponse>",
      status(302),
    ],
  ])("takes a response with %s", async (_, inside, answer) => {
    const { text } = await served(inside, answer);
    expect([await text(), await text()]).toEqual(["answer 1", "answer 1"]);
  });

  test.each([206, 304, 412, 416])(
    "leaves out the status %i, which answers what one client has or wants, whatever the policy says",
    async (code) => {
      const answer = () => new Response(code === 304 ? null : "part", { status: code });
      const { get, calls } = await served("<ExcludeErrorResponse>false</ExcludeErrorResponse>", answer);
      for (let time = 0; time < 2; time++) expect((await get()).response.status).toBe(code);
      expect(calls()).toBe(2);
    },
  );

  test("leaves out a fault", async () => {
    const flows = `<PreFlow><Request>${step("C")}${step("Fail")}</Request><Response>${step("C")}</Response></PreFlow>`;
    const { get, calls } = await served("", undefined, { flows });
    for (let time = 0; time < 2; time++) expect((await get()).response.status).toBe(418);
    expect(calls()).toBe(0);
  });

  test("leaves out an answer of more than 256 KB, which goes through", async () => {
    const { text, calls } = await served("", () => new Response("x".repeat(300_000)));
    for (let time = 0; time < 2; time++) expect(await text()).toHaveLength(300_000);
    expect(calls()).toBe(2);
  });
});

test("SkipCacheLookup calls the target, and its answer is kept", async () => {
  const { text } = await served('<SkipCacheLookup>request.header.bypass = "true"</SkipCacheLookup>');
  expect(await text()).toBe("answer 1");
  expect(await text("/p", { headers: { bypass: "true" } })).toBe("answer 2");
  expect(await text()).toBe("answer 2");
});

test.each([
  ["false", ["answer 1", "answer 1", "answer 1"]],
  ["true", ["answer 1", "answer 2", "answer 1"]],
])("with UseAcceptHeader=%s, what clients accept is part of the key", async (value, answers) => {
  const { text } = await served(`<UseAcceptHeader>${value}</UseAcceptHeader>`);
  const accepting = (accept: string) => text("/p", { headers: { accept } });
  expect([await accepting("text/a"), await accepting("text/b"), await accepting("text/a")]).toEqual(answers);
});

describe("UseResponseCacheHeaders", () => {
  const now = Date.UTC(2026, 0, 2);
  const inSeconds = (seconds: number) => new Date(now + seconds * 1000).toUTCString();

  /** HTTP: RFC 9111, section 5. */
  test.each([
    ["nothing", {}, null],
    ["max-age", { "cache-control": "public, max-age=5" }, 5_000],
    ["s-maxage before max-age", { "cache-control": "max-age=5, s-maxage=7" }, 7_000],
    ["max-age before Expires", { "cache-control": "max-age=5", expires: inSeconds(9) }, 5_000],
    ["a quoted value", { "cache-control": 'MAX-AGE="5"' }, 5_000],
    ["Expires", { expires: inSeconds(9) }, 9_000],
    ["Expires in the past", { expires: inSeconds(-9) }, 0],
    ["Expires that is no date", { expires: "0" }, 0],
    ["no-store", { "cache-control": "no-store, max-age=5" }, 0],
    ["no-cache", { "cache-control": "no-cache" }, 0],
    ["private", { "cache-control": "private, max-age=5" }, 0],
    ["a wrong max-age", { "cache-control": "max-age=-5" }, 0],
  ] as [string, Record<string, string>, number | null][])(
    "takes %s of a response",
    (_, headers, lifetime) => {
      expect(lifetimeOf(new Headers(headers), now)).toBe(lifetime);
    },
  );

  test.each([
    ["false", "max-age=5", 60_000],
    ["true", "max-age=5", 5_000],
    ["true", "max-age=500", 60_000],
    ["true", "public", 60_000],
  ])("%s: with %s a response lives %i ms", async (value, control, ms) => {
    const answer = (calls: number) =>
      new Response(`answer ${calls}`, { headers: { "cache-control": control } });
    const { text, pass } = await served(
      `<UseResponseCacheHeaders>${value}</UseResponseCacheHeaders>`,
      answer,
    );
    expect(await text()).toBe("answer 1");
    pass(ms - 1);
    expect(await text()).toBe("answer 1");
    pass(1);
    expect(await text()).toBe("answer 2");
  });

  test("no-store: a response is not kept", async () => {
    const answer = (calls: number) =>
      new Response(`answer ${calls}`, { headers: { "cache-control": "no-store" } });
    const { text } = await served("<UseResponseCacheHeaders>true</UseResponseCacheHeaders>", answer);
    expect([await text(), await text()]).toEqual(["answer 1", "answer 2"]);
  });
});

describe("what one client asks for with another verb", () => {
  const verbs = (calls: number, { method }: Request) =>
    new Response(method === "HEAD" ? null : `${method} ${calls}`);

  test.each([
    ["HEAD", "GET", ["", "GET 2", "GET 2"]],
    ["OPTIONS", "GET", ["OPTIONS 1", "GET 2", "GET 2"]],
    ["POST", "GET", ["POST 1", "GET 2", "GET 2"]],
    ["DELETE", "PUT", ["DELETE 1", "PUT 2", "PUT 2"]],
    ["GET", "HEAD", ["GET 1", "", ""]],
    ["POST", "POST", ["POST 1", "POST 1", "POST 1"]],
  ])("%s is no answer to %s, but for GET to HEAD", async (before, method, answers) => {
    const { text, calls } = await served("", verbs);
    const got = [
      await text("/p", { method: before }),
      await text("/p", { method }),
      await text("/p", { method }),
    ];
    expect(got).toEqual(answers);
    expect(calls()).toBe(before === method || method === "HEAD" ? 1 : 2);
  });
});

test("a preflight request, which CORS answers, leaves nothing for others", async () => {
  const flows = `<PreFlow><Request>${step("Sites")}${step("C")}</Request></PreFlow><PostFlow><Response>${step("C")}</Response></PostFlow>`;
  const { get, text } = await served("", undefined, { flows });
  const asking = { origin: "https://a.example", "access-control-request-method": "GET" };
  const { response } = await get("/p", { method: "OPTIONS", headers: asking });
  expect(response.headers.get("access-control-allow-methods")).not.toBeNull();
  expect([await text(), await text()]).toEqual(["answer 1", "answer 1"]);
});

test("an entry that is no response counts as none, and variables say so", async () => {
  const caches = memoryCaches();
  const fragments = "<Prefix>p</Prefix><KeyFragment>k</KeyFragment>";
  const populate = `<PopulateCache name="P"><CacheKey>${fragments}</CacheKey>${expiry}<Source>v</Source></PopulateCache>`;
  await runPolicy(populateCache, populate, flowOf({ variables: { v: "text" } }), { caches });
  const flow = await runPolicy(responseCache, cacheOf(fragments), flowOf(), { caches });
  const names = ["cachename", "cachekey", "cachehit", "invalidentry"];
  expect(names.map((name) => variableOf(flow, `responsecache.C.${name}`))).toEqual(["", "p__k", false, true]);
});

test("a body that streams through is not kept, and nothing fails", async () => {
  const response = new ResponseMessage({ body: new Response("stream").body });
  response.body = response.body.copy(true);
  await runPolicy(responseCache, cacheOf(uriKey), flowOf({ response }), { caches: memoryCaches() });
});

test.each([
  [
    "nothing but a name",
    '<ResponseCache name="C"/>',
    ["warning CacheKeyMissing 1:1", "warning NoExpiry 1:1"],
  ],
  [
    "a wrong timeout",
    cacheOf(uriKey, "<CacheLookupTimeoutInSeconds>0</CacheLookupTimeoutInSeconds>"),
    ["error InvalidTimeout 1:150"],
  ],
  [
    "a wrong condition",
    cacheOf(uriKey, "<SkipCacheLookup>a ==</SkipCacheLookup>"),
    ["error InvalidMessagePatternForErrorCode 1:150"],
  ],
  [
    "another one",
    cacheOf(uriKey, "<SkipCachePopulation>(</SkipCachePopulation>"),
    ["error InvalidMessagePatternForErrorCode 1:150"],
  ],
  ["empty conditions", cacheOf(uriKey, "<SkipCacheLookup/><SkipCachePopulation/>"), []],
])("%s is reported", (_, xml, problems) => {
  expect(problemsOf(responseCache, xml, { caches: memoryCaches() })).toEqual(problems);
});

test.each([
  ["SkipCacheLookup", "steps.cache.InvalidSkipCacheLookUpCondition"],
  ["SkipCachePopulation", "steps.cache.InvalidSkipCachePopulationCondition"],
])("the text for a wrong %s begins as Apigee's", (element, code) => {
  const xml = cacheOf(uriKey, `<${element}>a ==</${element}>`);
  expect(loadPolicy(responseCache, xml).report.problems[0]?.message).toContain(
    `Invalid message pattern found for error code ${code}.`,
  );
});

test.each([
  ["request", "ResponseCacheStepAttachmentNotAllowedReq"],
  ["response", "ResponseCacheStepAttachmentNotAllowedResp"],
])("two attachments in the %s are a warning", (path, code) => {
  const twice = (inside: string) =>
    `<PreFlow>${path === "request" ? `<Request>${inside}</Request>` : `<Response>${inside}</Response>`}</PreFlow>`;
  const files = proxyFiles("p", { flows: twice(step("C") + step("C")), policies: { C: cacheOf(uriKey) } });
  const found = check(files).problems.filter((problem) => problem.code === code);
  expect(found).toMatchObject([
    {
      severity: "warning",
      policy: "C",
      message: `Response cache step definition C can not be attached more than once in the ${path} path.`,
    },
  ]);
});

test("two attachments of another policy that continues at the response are none", () => {
  const flows = `<PreFlow><Request>${step("C")}${step("C")}</Request></PreFlow>`;
  const cors = '<CORS name="C"><AllowOrigins>https://a.example</AllowOrigins></CORS>';
  expect(check(proxyFiles("p", { flows, policies: { C: cors } })).problems).toEqual([]);
});
