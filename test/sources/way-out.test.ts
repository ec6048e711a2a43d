import { describe, expect, test } from "vitest";
import { BRIDGE_HEADER } from "../../src/egress/bridge/protocol.ts";
import type { Connection } from "../../src/egress/call.ts";
import { wayOut } from "../../src/sources/way-out.ts";
import { sourceWith } from "./sample.ts";

const bridge = { addresses: ["https://bridge.example.com"], key: "bridgeKey", binding: null };

/** A connection that notes what it is asked for, and answers as a bridge. */
function recorded(name: string, asked: string[]): Connection {
  return {
    async fetch(url) {
      asked.push(`${name} ${url}`);
      return new Response(null, { headers: { [BRIDGE_HEADER]: "answered" } });
    },
  };
}

const secret = () => "a key that the gateway and the bridge share";
const TARGET = "https://api.example.com/";

test("a source without bridges goes the usual way", () => {
  const outlets = { internet: recorded("internet", []), connections: new Map() };
  const way = wayOut(sourceWith(), "local", outlets, () => undefined);
  expect([way.outlets, way.secretNames, way.through(secret)]).toEqual([outlets, [], undefined]);
});

test("no call of a source with bridges goes past them", async () => {
  const asked: string[] = [];
  const connections = new Map([["api.example.com:443", recorded("connection", asked)]]);
  const outlets = { internet: recorded("internet", asked), connections };
  const way = wayOut(sourceWith({ bridge }), "local", outlets, () => undefined);
  expect(way.outlets.connections.size).toBe(0);
  await expect(way.outlets.internet.fetch(TARGET, {})).rejects.toThrow(
    "go through its bridges, and this one does not",
  );
  expect(asked).toEqual([]);
});

describe("a bridge is reached", () => {
  test.each<[string, Partial<typeof bridge> | { binding: string }, string]>([
    ["as any other host", {}, "internet"],
    ["by what serves its host", { addresses: ["https://known.example.com:8443"] }, "connection"],
    ["by its binding", { binding: "VPC" }, "binding"],
  ])("%s", async (_, changes, name) => {
    const asked: string[] = [];
    const way = wayOut(
      sourceWith({ bridge: { ...bridge, ...changes } }),
      "local",
      {
        internet: recorded("internet", asked),
        connections: new Map([["known.example.com:8443", recorded("connection", asked)]]),
      },
      (binding) => (binding === "VPC" ? recorded("binding", asked) : undefined),
    );
    await way.through(secret)?.fetch(TARGET, { method: "GET" });
    expect(asked).toEqual([expect.stringMatching(new RegExp(`^${name} https://.*/_sortie/bridge$`))]);
  });
});

describe("there is no call", () => {
  const outlets = { internet: recorded("internet", []), connections: new Map() };

  test.each([undefined, ""])("without the key (%j)", (value) => {
    const way = wayOut(sourceWith({ bridge }), "local", outlets, () => undefined);
    expect(() => way.through(() => value)).toThrow("Secret with name bridgeKey not found on the Source.");
  });

  test.each([undefined, "text", {}])("without the binding (%j)", async (binding) => {
    const way = wayOut(
      sourceWith({ bridge: { ...bridge, binding: "VPC" } }),
      "local",
      outlets,
      () => binding,
    );
    await expect(way.through(secret)?.fetch(TARGET, { method: "GET" })).rejects.toThrow("has no binding VPC");
  });
});
