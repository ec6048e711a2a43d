import fc from "fast-check";
import { expect, test } from "vitest";
import { parseDocument } from "../../src/environment/document.ts";
import { type DeployedProxy, ProxyTable } from "../../src/environment/proxy-table.ts";

const proxies: DeployedProxy[] = [
  {
    name: "orders",
    revision: "r1",
    serviceAccount: "orders@p.iam.gserviceaccount.com",
    endpoints: [
      { name: "v2", basePath: "/orders/v2" },
      { name: "v1", basePath: "/orders/" },
    ],
  },
  {
    name: 'a "name"',
    revision: "r2",
    serviceAccount: null,
    endpoints: [{ name: "default", basePath: "/team/*/x" }],
  },
  { name: "a", revision: "r3", serviceAccount: null, endpoints: [] },
];

const rest = {
  format: 1,
  organization: "o",
  environment: "e",
  generation: 1,
  deployedAt: "2026-01-02T03:04:05.000Z",
  sharedFlows: [],
  flowHooks: {},
  targetServers: [],
  keyValueMaps: {},
  egress: { allow: [], advice: "list" },
};

/** As KV gives it back. */
const stored = (table: ProxyTable): unknown => JSON.parse(JSON.stringify(table));

test.each<[string, unknown]>([
  ["a list", proxies],
  ["a table", ProxyTable.of(proxies)],
  ["what KV holds", stored(ProxyTable.of(proxies))],
])("a document's proxies are read from %s, in their order", (_, written) => {
  const { proxies: table } = parseDocument({ ...rest, proxies: written });
  expect(table.all).toEqual(proxies);
  expect(proxies.map(({ name }) => table.find(name))).toEqual(proxies);
  expect(table.find("nobody")).toBeUndefined();
  expect(table.match("/orders/v2/7")).toEqual({
    basePath: "/orders/v2",
    pathSuffix: "/7",
    value: { proxy: proxies[0], endpoint: "v2" },
  });
  expect(table.match("/orders/7")).toMatchObject({ basePath: "/orders/", value: { endpoint: "v1" } });
  expect(table.match("/team/red/x")).toMatchObject({ value: { proxy: { name: 'a "name"' } } });
  expect(table.match("/else")).toBeNull();
});

test("a document without a service account has none", () => {
  const [{ serviceAccount, ...bare } = proxies[0] as DeployedProxy] = proxies;
  expect(parseDocument({ ...rest, proxies: [bare] }).proxies.all[0]).toEqual({
    ...bare,
    serviceAccount: null,
  });
});

test.each<[unknown, string]>([
  [{ entries: "no", paths: [], places: [] }, "proxies.entries"],
  [{ entries: [], paths: [1], places: [] }, "proxies.paths"],
  [{ entries: [], paths: [], places: ["0"] }, "proxies.places"],
  [[{ name: 1 }], "proxies.0.name"],
])("proxies that are %j are refused with where they are malformed", (written, place) => {
  expect(() => parseDocument({ ...rest, proxies: written })).toThrow(
    `malformed environment document at ${place}`,
  );
});

test.each<[string, unknown]>([
  ["no place", { entries: [], paths: ["a"], places: [] }],
  ["a place that is not there", { entries: [], paths: ["a"], places: [0, 0] }],
  ["an entry that is none", { entries: ["[]"], paths: ["a"], places: [0, 0] }],
])("a base path with %s is an error when it is asked for, and no other proxy", (_, written) => {
  const { proxies: table } = parseDocument({ ...rest, proxies: written });
  expect(() => table.match("/a")).toThrow();
  expect(table.match("/b")).toBeNull();
});

test("each of any base paths finds its own endpoint, also when KV holds them", () => {
  const segment = fc.constantFrom("a", "b", "a-b", "é", ".", "*");
  const basePath = fc.array(segment, { maxLength: 4 }).map((segments) => `/${segments.join("/")}`);
  fc.assert(
    fc.property(fc.uniqueArray(basePath, { maxLength: 30 }), (basePaths) => {
      const all = basePaths.map((path, index) => ({
        name: `p${index}`,
        revision: "r",
        serviceAccount: null,
        endpoints: [{ name: "default", basePath: path }],
      }));
      const { proxies: table } = parseDocument({ ...rest, proxies: stored(ProxyTable.of(all)) });
      for (const proxy of all) {
        const [{ basePath: path } = { basePath: "" }] = proxy.endpoints;
        // A path that holds stars is found by others, too.
        const depth = (of: string | undefined) => (of === "/" ? 0 : of?.split("/").length);
        expect(depth(table.match(path)?.basePath)).toBe(depth(path));
        if (!path.includes("*")) expect(table.match(path)?.value.proxy).toEqual(proxy);
      }
    }),
  );
});
