import { expect, test } from "vitest";
import { Report } from "../../src/documents/report.ts";
import { checkEnvironment } from "../../src/environment/check.ts";
import { readEnvironment } from "../../src/environment/read-environment.ts";
import { filesOf, plainProxy } from "./deployed.ts";

/** What is said of the products of an environment `test` with the proxies `orders-v1` and `broken`. */
function saidOf(products: unknown, deployments: unknown = null): string[] {
  const report = new Report();
  const files = {
    ...plainProxy("orders-v1"),
    "apiproxies/broken/apiproxy/broken.xml": "<APIProxy",
    ...(deployments === null ? {} : { "environments/test/deployments.json": JSON.stringify(deployments) }),
    "environments/test/products.json": JSON.stringify(products, null, 1),
  };
  checkEnvironment(readEnvironment(filesOf(files), "test", report), report);
  return report.problems
    .filter(({ file }) => file === "environments/test/products.json")
    .map(({ severity, code, line, message, remedy }) => `${severity} ${code} :${line} ${message} ${remedy}`);
}

const forProxies = (...sources: string[]) => ({
  operationGroup: { operationConfigs: sources.map((apiSource) => ({ apiSource, operations: [] })) },
});

test.each<[what: string, products: unknown, said: string[]]>([
  [
    "this environment and a proxy that it has",
    [{ name: "p", environments: ["test"], proxies: ["orders-v1"] }],
    [],
  ],
  ["all environments", [{ name: "p", ...forProxies("orders-v1", "orders-v1") }], []],
  [
    "a proxy that is misspelled",
    [{ name: "p", ...forProxies("orders-v1", "order-v1") }],
    [
      "warning UnknownProxy :3 The API product p is for what the environment does not have: order-v1. " +
        "Did you mean orders-v1? Otherwise add the proxy, or take its name out of the product.",
    ],
  ],
  [
    "proxies that there are not",
    [{ name: "p", proxies: ["one", "two", "orders-v1"] }],
    [
      "warning UnknownProxy :3 The API product p is for what the environment does not have: one, two. " +
        "Add the proxy, or take its name out of the product.",
    ],
  ],
  ["a proxy that is wrong, of which is said why", [{ name: "p", proxies: ["broken", "orders-v1"] }], []],
  [
    "other environments",
    [
      { name: "p", proxies: ["orders-v1"] },
      { name: "q", environments: ["prod"], proxies: ["nowhere"] },
      { name: "r", environments: ["prod", "eval"], proxies: ["nowhere"] },
    ],
    [
      "warning OtherEnvironments :9 API products that are for other environments, and let nobody in here: q, r. " +
        'Add "test" to their "environments" if that is not meant.',
    ],
  ],
])("products for %s", (_what, products, said) => {
  expect(saidOf(products)).toEqual(said);
});

test("of a proxy that is left out is said where", () => {
  expect(saidOf([{ name: "p", proxies: ["orders-v1"] }], { proxies: [] })).toEqual([
    "warning UnknownProxy :3 The API product p is for what the environment does not have: orders-v1. " +
      'Add it to "proxies" in deployments.json, which leaves it out.',
  ]);
});

test.each([
  ["GenerateAuthorizationCode", { callbackUrl: "" }, ["warning AnyRedirection: shop."]],
  ["GenerateAuthorizationCode", { status: "Approved" }, ["warning AnyRedirection: shop."]],
  ["GenerateAccessTokenImplicitGrant", { callbackUrl: " " }, ["warning AnyRedirection: shop."]],
  ["GenerateAuthorizationCode", { callbackUrl: "https://shop.example.com/back" }, []],
  // Nobody gets a code for it.
  ["GenerateAuthorizationCode", { callbackUrl: "", status: "revoked" }, []],
  ["VerifyAccessToken", { callbackUrl: "" }, []],
])("%s for an app with %j: %j", (operation, more, expected) => {
  const report = new Report();
  const files = {
    ...plainProxy("orders-v1"),
    "apiproxies/orders-v1/apiproxy/policies/O.xml": `<OAuthV2 name="O"><Operation>${operation}</Operation></OAuthV2>`,
    "apiproxies/orders-v1/apiproxy/proxies/default.xml": `<ProxyEndpoint name="default">
      <PreFlow><Request><Step><Name>O</Name></Step></Request></PreFlow>
      <HTTPProxyConnection><BasePath>/o</BasePath></HTTPProxyConnection><RouteRule name="none"/></ProxyEndpoint>`,
    "environments/test/developers.json": JSON.stringify([{ email: "ann@example.com" }]),
    "environments/test/developerapps.json": JSON.stringify([
      { name: "shop", developerEmail: "ann@example.com", ...more },
    ]),
  };
  checkEnvironment(readEnvironment(filesOf(files), "test", report), report);
  const said = report.problems.filter(({ code }) => code === "AnyRedirection");
  expect(
    said.map(({ severity, code, message }) => `${severity} ${code}: ${message.split(": ").at(-1)}`),
  ).toEqual(expected);
});
