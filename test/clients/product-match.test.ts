import * as v from "valibot";
import { expect, test } from "vitest";
import { apiProductSchema } from "../../src/clients/entities.ts";
import { matchProduct, type ProductCall } from "../../src/clients/product-match.ts";

const call: ProductCall = { environment: "prod", proxy: "orders", pathSuffix: "/orders/7", verb: "GET" };

function operation(apiSource: string, resource: string, ...methods: string[]) {
  return { operationConfigs: [{ apiSource, operations: [{ resource, methods }] }] };
}

test.each<[what: string, product: object, covered: boolean]>([
  ["nothing named at all", {}, true],
  ["empty lists", { environments: [], proxies: [], apiResources: [] }, true],
  ["nulls, as some exports have them", { environments: null, proxies: null, apiResources: null }, true],
  ["this environment", { environments: ["test", "prod"] }, true],
  ["another environment", { environments: ["test"] }, false],
  ["this proxy", { proxies: ["orders"] }, true],
  ["another proxy", { proxies: ["customers"] }, false],
  ["this path", { apiResources: ["/x", "/orders/*"] }, true],
  ["another path", { apiResources: ["/x"] }, false],
  ["this path of another proxy", { proxies: ["customers"], apiResources: ["/**"] }, false],
  ["this operation", { operationGroup: operation("orders", "/orders/*", "GET") }, true],
  [
    "this operation with a method in small letters",
    { operationGroup: operation("orders", "/**", "get") },
    true,
  ],
  ["an operation of all methods", { operationGroup: operation("orders", "/orders/*") }, true],
  ["an operation of another method", { operationGroup: operation("orders", "/orders/*", "POST") }, false],
  ["an operation of another proxy", { operationGroup: operation("customers", "/**") }, false],
  [
    "an operation of another path, whatever proxies and paths the product has",
    { operationGroup: operation("orders", "/x"), proxies: ["orders"], apiResources: ["/**"] },
    false,
  ],
  ["operations without any", { operationGroup: {}, proxies: ["orders"] }, false],
  [
    "this operation in another environment",
    { environments: ["test"], operationGroup: operation("orders", "/**") },
    false,
  ],
  ["operations of GraphQL only", { graphqlOperationGroup: { operationConfigs: [{}] } }, false],
  [
    "operations of gRPC, and this proxy",
    { grpcOperationGroup: { operationConfigs: [{}] }, proxies: ["orders"] },
    false,
  ],
  [
    "operations of models of this proxy, and this operation",
    {
      llmOperationGroup: { operationConfigs: [{ apiSource: "orders" }] },
      operationGroup: operation("orders", "/**"),
    },
    false,
  ],
  [
    "operations of payloads that name no proxy, and this operation",
    { payloadOperationGroup: { operationConfigs: [{}] }, operationGroup: operation("orders", "/**") },
    false,
  ],
  [
    "operations of models of another proxy, and this operation",
    {
      llmOperationGroup: { operationConfigs: [{ apiSource: "models" }] },
      operationGroup: operation("orders", "/**"),
    },
    true,
  ],
  [
    "a group of operations of models that has none, and this proxy",
    { llmOperationGroup: { operationConfigs: [], operationConfigType: "proxy" }, proxies: ["orders"] },
    true,
  ],
  [
    "operations of a remote service",
    { operationGroup: { ...operation("orders", "/**"), operationConfigType: "remoteservice" } },
    false,
  ],
])("a product with %s: covers the request %#", (_what, product, covered) => {
  const parsed = v.parse(apiProductSchema, { name: "p", ...product });
  expect(matchProduct(parsed, call) !== null).toBe(covered);
});

test("the operation that covers a request is told, with its quota", () => {
  const quota = { limit: "5", interval: "1", timeUnit: "minute" };
  const [config] = operation("orders", "/orders/*", "GET", "PUT").operationConfigs;
  const attributes = [{ name: "tier", value: "gold" }];
  const product = v.parse(apiProductSchema, {
    name: "p",
    operationGroup: { operationConfigs: [{ ...config, quota, attributes }] },
  });
  expect(matchProduct(product, call)).toEqual({
    operation: { resource: "/orders/*", methods: ["GET", "PUT"], quota, attributes },
  });
});

test.each<[paths: string[], matched: string]>([
  [["/orders/7", "/orders/*", "/orders/**", "/**", "/"], "/"],
  [["/orders/7", "/orders/*", "/orders/**"], "/orders/**"],
  [["/orders/7", "/orders/*"], "/orders/*"],
  [["/orders/**", "/**"], "/**"],
  [["/orders/*", "/*/7"], "/orders/*"],
])("of the operations for %j, that counts which covers more: %s", (paths, matched) => {
  const operations = paths.map((resource) => ({ resource }));
  const product = v.parse(apiProductSchema, {
    name: "p",
    operationGroup: { operationConfigs: [{ apiSource: "orders", operations }] },
  });
  expect(matchProduct(product, call)?.operation?.resource).toBe(matched);
});

test("the method ALL, which Apigee writes where none was chosen, is all of them", () => {
  const product = v.parse(apiProductSchema, {
    name: "p",
    operationGroup: operation("orders", "/**", "ALL"),
  });
  expect(matchProduct(product, { ...call, verb: "PURGE" })).not.toBe(null);
});
