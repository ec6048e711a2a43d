import { expect, test } from "vitest";
import type { FlowContext } from "../../../../src/flow/context.ts";
import { invalidateCache } from "../../../../src/policies/traffic/invalidate-cache.ts";
import { lookupCache } from "../../../../src/policies/traffic/lookup-cache.ts";
import { populateCache } from "../../../../src/policies/traffic/populate-cache.ts";
import { memoryCaches } from "../../../stores/memory-cache.ts";
import { flowOf, runPolicy, variableOf } from "../../policy-kit.ts";

const caches = memoryCaches();

/** A flow of the proxy endpoint `default`, or of the target endpoint `backend`. */
function flowIn(part: "proxy" | "target"): FlowContext {
  const flow = flowOf({ variables: { "user.id": "u1", p: "from-variable" } });
  flow.part = part;
  flow.route = { name: "r", target: "backend" };
  return flow;
}

const fragments = '<KeyFragment>token</KeyFragment><KeyFragment ref="user.id"/>';

/** Apigee: "Working with cache keys", table of scopes. */
const keys = [
  ["", "proxy", "org__test__things__1__default__token__u1"],
  ["", "target", "org__test__things__1__backend__token__u1"],
  ["<Scope>Exclusive</Scope>", "proxy", "org__test__things__1__default__token__u1"],
  ["<Scope>Exclusive</Scope>", "target", "org__test__things__1__backend__token__u1"],
  ["<Scope>Global</Scope>", "proxy", "org__test__token__u1"],
  ["<Scope>Application</Scope>", "proxy", "org__test__things__token__u1"],
  ["<Scope>Proxy</Scope>", "proxy", "org__test__things__1__default__token__u1"],
  ["<Scope>Proxy</Scope>", "target", "org__test__things__1__default__token__u1"],
  ["<Scope>Target</Scope>", "proxy", "org__test__things__1__backend__token__u1"],
  ["<Scope>Target</Scope>", "target", "org__test__things__1__backend__token__u1"],
] as const;

const lookup = (scope: string, key: string) =>
  `<LookupCache name="P"><CacheKey>${key}</CacheKey>${scope}<AssignTo>v</AssignTo></LookupCache>`;
const populate = (scope: string, key: string) =>
  `<PopulateCache name="P"><CacheKey>${key}</CacheKey>${scope}<ExpirySettings><TimeoutInSeconds>60</TimeoutInSeconds></ExpirySettings><Source>user.id</Source></PopulateCache>`;
const invalidate = (inside: string, key: string) =>
  `<InvalidateCache name="P"><CacheKey>${key}</CacheKey>${inside}</InvalidateCache>`;

test.each(keys)(
  "the key of the scope %s in the %s endpoint is %s, for each policy",
  async (scope, part, key) => {
    const looked = await runPolicy(lookupCache, lookup(scope, fragments), flowIn(part), { caches });
    const populated = await runPolicy(populateCache, populate(scope, fragments), flowIn(part), { caches });
    const invalidated = await runPolicy(invalidateCache, invalidate(scope, fragments), flowIn(part), {
      caches,
    });
    expect([
      variableOf(looked, "lookupcache.P.cachekey"),
      variableOf(populated, "populatecache.P.cachekey"),
      variableOf(invalidated, "invalidatecache.P.cachekey"),
    ]).toEqual([key, key, key]);
  },
);

test.each([
  ["takes the place of the scope", "<Prefix>mine</Prefix>", "mine__token__u1"],
  ["may come from a variable", '<Prefix ref="p"/>', "from-variable__token__u1"],
  ["counts as none when it is empty", "<Prefix/>", "org__test__token__u1"],
  ["counts as none when its variable is not set", '<Prefix ref="no"/>', "org__test__token__u1"],
])("a prefix %s", async (_, prefix, key) => {
  const xml = lookup("<Scope>Global</Scope>", prefix + fragments);
  const flow = await runPolicy(lookupCache, xml, flowIn("proxy"), { caches });
  expect(variableOf(flow, "lookupcache.P.cachekey")).toBe(key);
});

test("a fragment whose variable is not set is empty text", async () => {
  const xml = lookup("<Scope>Global</Scope>", '<KeyFragment ref="no"/><KeyFragment>a</KeyFragment>');
  const flow = await runPolicy(lookupCache, xml, flowIn("proxy"), { caches });
  expect(variableOf(flow, "lookupcache.P.cachekey")).toBe("org__test____a");
});

/** Apigee: "InvalidateCache policy" (CacheContext). */
test.each([
  ["Application", "<APIProxyName>other</APIProxyName>", "org__test__other"],
  ["Global", "<APIProxyName>other</APIProxyName>", "org__test"],
  ["Proxy", "<ProxyName>p2</ProxyName>", "org__test__things__1__p2"],
  ["Target", "<TargetName>t2</TargetName>", "org__test__things__1__t2"],
  ["Exclusive", "<ProxyName>p2</ProxyName>", "org__test__things__1__p2"],
  ["Exclusive", "<TargetName>t2</TargetName>", "org__test__things__1__t2"],
  ["Exclusive", "", "org__test__things__1__backend"],
])("in the scope %s, CacheContext %s names the entries of %s", async (scope, names, prefix) => {
  const xml = invalidate(`<Scope>${scope}</Scope><CacheContext>${names}</CacheContext>`, fragments);
  const flow = await runPolicy(invalidateCache, xml, flowIn("target"), { caches });
  expect(variableOf(flow, "invalidatecache.P.cachekey")).toBe(`${prefix}__token__u1`);
});
