import { expect, test } from "vitest";
import { noAudit } from "../../src/egress/audit/audit.ts";
import { SourceCalls } from "../../src/sources/source-calls.ts";
import { domain, sourceWith } from "./sample.ts";

const refuse = () => Promise.reject(new Error("nothing is called here"));
const services = {
  internet: { fetch: refuse },
  connections: new Map(),
  log: () => {},
  audit: noAudit,
  secrets: { read: refuse },
  bindings: {},
  users: null,
};
const source = new SourceCalls(sourceWith(), "test", null, services);

test.each([
  "https://api.example.com",
  "https://api.example.com/",
  "https://api.example.com/a?b#c",
  "https://api.example.com?q",
  "https://api.example.com#f",
])("the source owns %s", (url) => {
  expect(source.owns(url)).toBe(true);
});

test.each([
  "https://api.example.comapi/v1",
  "https://api.example.com.evil.example/",
  "https://api.example.com:8443/",
  "https://api.example.com:443/",
  "https://api.example.com@evil.example/",
  "https://api.example.com\\@evil.example/",
  "https://api.example.com./",
  "https://API.example.com/",
  "http://api.example.com/",
  "//api.example.com/",
  "",
])("the source does not own %j", (url) => {
  expect(source.owns(url)).toBe(false);
});

const callOf = (url: string) => ({
  url,
  method: "GET",
  headers: new Headers(),
  body: null,
  timeoutMs: 1,
  by: "test",
});
const context = {
  now: Date.now,
  within: <T>(_ms: number, work: Promise<T>) => work,
  waitUntil: () => {},
  received: new Request("https://gateway.example/"),
};

test("a URL that it does not own is not sent through it", async () => {
  await expect(source.send(callOf("https://evil.example/"), context, context)).rejects.toThrow(
    "The URL is not one of the source Shipping.",
  );
});

test("secrets that cannot be read leave nothing behind where the user has no token", async () => {
  const bridged = sourceWith({
    domains: [domain({ auth: { type: "oauth2" } })],
    outboundApplication: "carrier",
    bridge: { addresses: ["https://bridge.example.com"], key: "bridgeKey", binding: null },
  });
  const users = {
    identify: () => Promise.reject(new Error("nobody")),
    credentials: { get: () => Promise.reject(new Error("none")) },
  };
  const calls = new SourceCalls(bridged, "test", null, { ...services, users });
  await expect(calls.send(callOf("https://api.example.com/"), context, context)).rejects.toThrow(
    "Resolved source credentials are not present on the Source.",
  );
  // What nobody handles in this turn is told before the next one, and fails this file: see test/unhandled.ts.
  await new Promise((resolve) => setTimeout(resolve));
});

test("only a source with one connection can be called", () => {
  for (const domains of [[], [domain(), domain({ host: "other.example" })]]) {
    expect(() => new SourceCalls(sourceWith({ domains }), "test", null, services)).toThrow(
      "Only single connection sources are supported.",
    );
  }
});
