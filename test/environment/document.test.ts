import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { currentKey, generationKey, parseDocument, revisionKey } from "../../src/environment/document.ts";
import { plainProxy, sharedFlow, TestStore } from "./deployed.ts";

const deployed = () =>
  new TestStore().deploy(3, plainProxy("a"), sharedFlow("s"), {
    "environments/test/keyvaluemaps.json": '[{"name":"m","entry":[{"name":"k","value":"v"}]}]',
    "environments/test/targetservers.json":
      '[{"name":"t","host":"t.example.com","port":443,"protocol":"HTTPS"}]',
    "environments/test/flowhooks.json": '{"PreProxyFlowHook":{"sharedFlow":"s"}}',
  });

test("what a deployment writes can be read back", async () => {
  const document = await deployed();
  const read = parseDocument(JSON.parse(JSON.stringify(document)));
  expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(document)));
});

describe("a malformed document is refused, and the error says where", () => {
  test.each<[change: object, place: string]>([
    [{ format: 2 }, "format"],
    [{ organization: null }, "organization"],
    [{ generation: "3" }, "generation"],
    [{ proxies: undefined }, "proxies"],
    [{ proxies: {} }, "proxies.entries"],
    [{ proxies: [{ name: "a", endpoints: [] }] }, "proxies.0.revision"],
    [
      { proxies: [{ name: "a", revision: "r", endpoints: [{ name: "e" }] }] },
      "proxies.0.endpoints.0.basePath",
    ],
    [{ sharedFlows: [{}] }, "sharedFlows.0.name"],
    [{ flowHooks: { preProxy: 1 } }, "flowHooks.preProxy"],
    [{ targetServers: "t" }, "targetServers"],
    [{ keyValueMaps: { m: { k: 1 } } }, "keyValueMaps"],
    [{ egress: { allow: ["a"], advice: "other" } }, "egress.advice"],
  ])("%j at %s", async (change, place) => {
    const document = { ...(await deployed()), ...change };
    expect(() => parseDocument(document)).toThrow(`malformed environment document at ${place}: `);
  });

  test.each([null, undefined, 1, "text"])("%j at its root", (json) => {
    expect(() => parseDocument(json)).toThrow("malformed environment document at its root: ");
  });

  test("whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (json) => {
        expect(() => parseDocument(json)).toThrow("malformed environment document at ");
      }),
    );
  });
});

test("fields of a later version are let go", async () => {
  expect(parseDocument({ ...(await deployed()), later: 1 })).not.toHaveProperty("later");
});

test("keys tell environments, generations and revisions apart", () => {
  expect([currentKey("prod"), generationKey("prod", 7), revisionKey("abc")]).toEqual([
    "environment/prod/current",
    "environment/prod/generation/7",
    "revision/abc",
  ]);
});
