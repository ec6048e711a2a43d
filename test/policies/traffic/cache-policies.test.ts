import { beforeEach, describe, expect, test } from "vitest";
import type { Value } from "../../../src/expression/value.ts";
import { Float } from "../../../src/expression/value.ts";
import { RequestMessage, ResponseMessage } from "../../../src/flow/message.ts";
import { invalidateCache } from "../../../src/policies/traffic/invalidate-cache.ts";
import { lookupCache } from "../../../src/policies/traffic/lookup-cache.ts";
import { populateCache } from "../../../src/policies/traffic/populate-cache.ts";
import { TwoLevelCache } from "../../../src/stores/two-level-cache.ts";
import { assign, proxyFiles, recorder, serve, setHeader, step } from "../../exchange/gateway-kit.ts";
import { MemoryCache, memoryCaches } from "../../stores/memory-cache.ts";
import { faultOf, flowOf, loadPolicy, NOW, problemsOf, runPolicy, variableOf } from "../policy-kit.ts";

const key = "<CacheKey><Prefix>p</Prefix><KeyFragment>k</KeyFragment></CacheKey>";
const expiry = "<ExpirySettings><TimeoutInSeconds>60</TimeoutInSeconds></ExpirySettings>";
const lookup = (inside = key, assignTo = "v") =>
  `<LookupCache name="L">${inside}<AssignTo>${assignTo}</AssignTo></LookupCache>`;
const populate = (source = "v", inside = key) =>
  `<PopulateCache name="P">${inside}${expiry}<Source>${source}</Source></PopulateCache>`;
const invalidate = (inside = key) => `<InvalidateCache name="I">${inside}</InvalidateCache>`;

let caches: TwoLevelCache;
beforeEach(() => {
  caches = memoryCaches();
});

const put = (value: Value, inside?: string) =>
  runPolicy(populateCache, populate("v", inside), flowOf({ variables: { v: value } }), { caches });
const look = (inside?: string, state = {}) =>
  runPolicy(lookupCache, lookup(inside), flowOf(state), { caches });

describe("LookupCache", () => {
  test("sets the variable to what PopulateCache kept, and says so", async () => {
    await put("a token");
    const flow = await look();
    expect(
      [
        "v",
        "lookupcache.L.cachehit",
        "lookupcache.L.cachename",
        "lookupcache.L.cachekey",
        "lookupcache.L.assignto",
      ].map((name) => variableOf(flow, name)),
    ).toEqual(["a token", true, "", "p__k", "v"]);
  });

  test("leaves the variable alone when there is nothing, and says so", async () => {
    const flow = await look(undefined, { variables: { v: "before" } });
    expect([variableOf(flow, "v"), variableOf(flow, "lookupcache.L.cachehit")]).toEqual(["before", false]);
  });

  test.each(["<Scope>Global</Scope>", "<Scope>Application</Scope>"])(
    "finds nothing of another scope or proxy, whatever a client makes a fragment of %s",
    async (scope) => {
      await put("a token", "<CacheKey><KeyFragment>token</KeyFragment></CacheKey>");
      for (const q of ["things__1__default__token", "1__default__token", "token"]) {
        const inside = `<CacheKey><KeyFragment ref="q"/></CacheKey>${scope}`;
        for (const proxy of ["things", "org", "things__1__default"]) {
          const flow = await look(inside, { variables: { q }, identity: { proxy } });
          expect(variableOf(flow, "lookupcache.L.cachehit")).toBe(false);
        }
      }
    },
  );

  test("finds entries of its own cache only", async () => {
    const named = `<CacheResource>tokens</CacheResource>${key}`;
    await put("in tokens", named);
    expect(variableOf(await look(named), "v")).toBe("in tokens");
    expect(variableOf(await look(named), "lookupcache.L.cachename")).toBe("tokens");
    expect(variableOf(await look(`<CacheResource/>${key}`), "v")).toBeNull();
  });

  test.each([
    ["text", "a", "a"],
    ["empty text", "", ""],
    ["a number", 7, 7],
    ["a boolean", false, false],
    ["a list", ["a", "b"], ["a", "b"]],
    ["a long, as text", 7n, "7"],
    ["a double, as text", new Float(1), "1.0"],
  ])("finds %s", async (_, value, found) => {
    await put(value);
    expect(variableOf(await look(), "v")).toEqual(found);
  });

  test("finds a whole response again, its own each time", async () => {
    const headers = new Headers([
      ["content-type", "text/plain"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
    ]);
    const response = new ResponseMessage({ status: 203, reason: "Other", headers, body: "päyload" });
    await runPolicy(populateCache, populate("response"), flowOf({ response }), { caches });
    const flow = await look();
    const found = variableOf(flow, "v") as ResponseMessage;
    expect([found.status, found.reason, found.content]).toEqual([203, "Other", "päyload"]);
    expect(found.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    found.ownHeaders.set("x-mine", "1");
    expect((variableOf(await look(), "v") as ResponseMessage).headers.has("x-mine")).toBe(false);
  });

  test("puts a whole response into the place of the flow's", async () => {
    await put(new ResponseMessage({ status: 200, body: "cached" }));
    const flow = flowOf({ response: new ResponseMessage({ status: 500 }) });
    await runPolicy(lookupCache, lookup(key, "response"), flow, { caches });
    expect([flow.response?.status, flow.response?.content]).toEqual([200, "cached"]);
  });

  test("finds a whole request again", async () => {
    await put(new RequestMessage({ verb: "PUT", path: "/a", query: "b=c", body: "x" }));
    const { verb, uri, content } = variableOf(await look(), "v") as RequestMessage;
    expect([verb, uri, content]).toEqual(["PUT", "/a?b=c", "x"]);
  });

  test("waits for what is behind the isolate as long as it says, and then goes on without", async () => {
    const shared = new MemoryCache();
    caches = new TwoLevelCache(shared, () => {});
    const waited: number[] = [];
    const within = (ms: number) => {
      waited.push(ms);
      return Promise.reject(new Error("it took too long"));
    };
    for (const seconds of ["", "<CacheLookupTimeoutInSeconds>3</CacheLookupTimeoutInSeconds>"]) {
      const flow = await look(seconds + key, { exchange: { within } });
      expect(variableOf(flow, "lookupcache.L.cachehit")).toBe(false);
    }
    expect(waited).toEqual([12_000, 3_000]);
  });

  test("is not delayed by anything when the isolate has the entry", async () => {
    await put("a");
    expect(loadPolicy(lookupCache, lookup(), { caches }).step?.(flowOf())).toBeUndefined();
  });

  test("cannot set what nobody can set", async () => {
    await put("a");
    const { code, status } = await faultOf(lookupCache, lookup(key, "system.time"), flowOf(), { caches });
    expect([code, status]).toEqual(["steps.lookupcache.SetVariableFailed", 500]);
  });
});

describe("PopulateCache", () => {
  test("keeps a value for its time and no longer", async () => {
    await put("a");
    const at = (ms: number) => look(undefined, { exchange: { now: () => NOW + ms } });
    expect(variableOf(await at(59_999), "lookupcache.L.cachehit")).toBe(true);
    expect(variableOf(await at(60_000), "lookupcache.L.cachehit")).toBe(false);
  });

  test("keeps nothing of a variable that is not set, and leaves what is there", async () => {
    await put("before");
    await put(null);
    expect(variableOf(await look(), "v")).toBe("before");
  });

  test("keeps the newer of two values", async () => {
    await put("a");
    await put("b");
    expect(variableOf(await look(), "v")).toBe("b");
  });

  test("cannot keep what is neither a value nor a message", async () => {
    const flow = flowOf({ variables: { v: { some: "object" } } });
    const { code, status, message } = await faultOf(populateCache, populate(), flow, { caches });
    expect([code, status, message]).toEqual([
      "policies.populatecache.EntryCannotBeCached",
      500,
      "Entry p__k can not be cached. Only serializable entries are cached.",
    ]);
  });
});

describe("InvalidateCache", () => {
  test("takes out its entry and no other", async () => {
    const other = key.replace(">k<", ">other<");
    await put("a");
    await put("b", other);
    await runPolicy(invalidateCache, invalidate(), flowOf({ exchange: { now: () => NOW + 1 } }), { caches });
    expect(variableOf(await look(), "v")).toBeNull();
    expect(variableOf(await look(other), "v")).toBe("b");
  });

  test("takes out all entries of a prefix with PurgeChildEntries", async () => {
    const other = key.replace(">k<", ">other<");
    const elsewhere = key.replace(">p<", ">q<");
    for (const where of [key, other, elsewhere]) await put("a", where);
    const purge = invalidate(`${key}<PurgeChildEntries>true</PurgeChildEntries>`);
    await runPolicy(invalidateCache, purge, flowOf({ exchange: { now: () => NOW + 1 } }), { caches });
    const found = await Promise.all([key, other, elsewhere].map((where) => look(where)));
    expect(found.map((flow) => variableOf(flow, "v"))).toEqual([null, null, "a"]);
  });
});

test.each([
  ["LookupCache", lookupCache, lookup("", ""), ["error AssignToRequired", "warning CacheKeyMissing"]],
  [
    "its timeout 0",
    lookupCache,
    lookup(`<CacheLookupTimeoutInSeconds>0</CacheLookupTimeoutInSeconds>${key}`),
    ["error InvalidTimeout"],
  ],
  [
    "its timeout -1",
    lookupCache,
    lookup(`<CacheLookupTimeoutInSeconds>-1</CacheLookupTimeoutInSeconds>${key}`),
    ["error InvalidTimeout"],
  ],
  ["an unknown scope", lookupCache, lookup(`${key}<Scope>All</Scope>`), ["warning InvalidValue"]],
  [
    "a fragment with a type",
    lookupCache,
    lookup(key.replace("<KeyFragment>", '<KeyFragment type="string">')),
    [],
  ],
  [
    "a fragment with a variable in braces",
    lookupCache,
    lookup("<CacheKey><KeyFragment>{user.id}</KeyFragment></CacheKey>"),
    ["warning LiteralKeyFragment"],
  ],
  ...["KeyFragmnt", "Fragment", "keyfragment"].map(
    (name) =>
      [
        `a key with <${name}>`,
        lookupCache,
        lookup(`<CacheKey><Prefix>p</Prefix><${name} ref="user.id"/></CacheKey>`),
        ["error UnknownElement"],
      ] as const,
  ),
  [
    "a key with a misspelt element",
    populateCache,
    populate("v", '<CacheKey><Prefix>p</Prefix><KeyFragmnt ref="user.id"/></CacheKey>'),
    ["error UnknownElement"],
  ],
  [
    "a fragment with a misspelt ref and nothing else",
    lookupCache,
    lookup('<CacheKey><KeyFragment reff="user.id"/></CacheKey>'),
    ["error UnknownAttribute", "warning UnknownAttribute"],
  ],
  [
    "a fragment with another attribute beside its text",
    lookupCache,
    lookup('<CacheKey><KeyFragment reff="user.id">k</KeyFragment></CacheKey>'),
    ["warning UnknownAttribute"],
  ],
  ["an empty fragment", lookupCache, lookup('<CacheKey><KeyFragment ref=""/></CacheKey>'), []],
  ["an unknown element", lookupCache, lookup(`${key}<Source>v</Source>`), ["warning UnknownElement"]],
  ["PopulateCache", populateCache, populate(""), ["error SourceRequired"]],
  ["an empty key", populateCache, populate("v", "<CacheKey/>"), ["warning CacheKeyMissing"]],
  [
    "InvalidateCache",
    invalidateCache,
    invalidate(`${key}<PurgeChildEntries>yes</PurgeChildEntries>`),
    ["warning InvalidBoolean"],
  ],
  [
    "another proxy's revision",
    invalidateCache,
    invalidate(
      "<CacheKey><KeyFragment>k</KeyFragment></CacheKey><CacheContext><APIProxyName>o</APIProxyName></CacheContext>",
    ),
    ["warning CacheContextWithRevision"],
  ],
] as const)("%s is checked", (_, type, xml, problems) => {
  const found = problemsOf(type as typeof lookupCache, xml, { caches });
  expect(found.map((problem) => problem.replace(/ [\d:]+$/, "")).sort()).toEqual([...problems].sort());
});

test("what is misspelt in a key is asked about", () => {
  const xml = lookup('<CacheKey><Prefix>p</Prefix><KeyFragmnt ref="user.id"/></CacheKey>');
  expect(loadPolicy(lookupCache, xml).report.problems[0]?.remedy).toBe(
    "Did you mean <KeyFragment>? Otherwise take it out if the entry does not depend on it.",
  );
});

test("the text of InvalidTimeout is Apigee's", () => {
  const xml = lookup(`<CacheLookupTimeoutInSeconds>-1</CacheLookupTimeoutInSeconds>${key}`);
  expect(loadPolicy(lookupCache, xml).report.problems[0]?.message).toBe(
    "CacheLookupTimeoutInSeconds -1 value should be greater than zero.",
  );
});

test("the callout pattern: look up, call when missed, extract, populate", async () => {
  const missed = "lookupcache.L.cachehit = false";
  const backend = recorder();
  const gateway = await serve(
    {
      ...proxyFiles("p", {
        flows: `<PreFlow><Response>${step("L")}${step("Call", missed)}${step("Take", missed)}${step("P", missed)}${step("Show")}</Response></PreFlow>`,
        policies: {
          L: lookup(key, "token"),
          Call: `<ServiceCallout name="Call"><Response>answer</Response><HTTPTargetConnection><URL>http://tokens.example/</URL></HTTPTargetConnection></ServiceCallout>`,
          ...assign(
            "Take",
            "<AssignVariable><Name>token</Name><Ref>answer.status.code</Ref></AssignVariable>",
          ),
          P: populate("token"),
          ...setHeader("Show", "x-token", "{token}"),
        },
      }),
    },
    { connections: new Map([["tokens.example:80", backend]]) },
  );
  for (let time = 0; time < 3; time++) {
    expect((await gateway.fetch("/p")).headers.get("x-token")).toBe("200");
    await gateway.settled();
  }
  expect(backend.calls).toHaveLength(1);
});
